"""Dumps that are broken on purpose: every good row is judged, every bad one is in the rejects, nothing panics.

    broken.py BINARY FOLDER ROWS [KIND…]

Each kind writes its files and notes, row by row, what must become of them. Then `screen` runs, and is held against that:
exit code, ledger, the id of every good row, the place, bytes and reason of every bad one, what stderr tells, memory.
A line for each kind; the exit code is 1 if one fails. Only pyarrow is needed beside Python.
"""

import base64
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time
import zipfile
import zlib

MOST_MEMORY_KB = 300 << 10
MOST_RECORD_BYTES = 16 << 20
WORKBOOK_ROWS = 1_000_000
# Half of fewer is less than one block of Zstandard.
FEWEST_ROWS = 20_000

DONE, UNREADABLE, INCOMPLETE = 0, 2, 3


class Expected:
    """What must become of the rows of a run."""

    def __init__(self, rows):
        self.good = bytearray(rows + 1)
        # (file, member) → {offset: (reason, bytes)}; the offset is None where a document has no bytes to count.
        self.bad = {}
        self.skipped = 0
        # What stderr must tell.
        self.told = []
        # Rejections whose places aren't known: {reason: count}.
        self.unplaced = {}


class Dump:
    """A file, or the content of one, that grows by rows."""

    def __init__(self, expected, out, file, member=None):
        self.expected, self.out, self.at = expected, out, 0
        self.bad_rows = expected.bad.setdefault((file, member), {})

    def put(self, raw):
        self.out.write(raw)
        self.at += len(raw)

    def good(self, number, raw, end=b"\n"):
        self.expected.good[number] = 1
        self.put(raw + end)

    def bad(self, reason, raw, end=b"\n"):
        self.bad_rows[self.at] = (reason, raw)
        self.put(raw + end)

    def blank(self, raw=b"\n"):
        self.expected.skipped += 1
        self.put(raw)


def ident(number):
    return f"m{number:07}"


TEXTS = ["您好，您的账单已逾期{}天，请尽快还款。", "再不还钱打断你的腿，第{}次通知", "【某银行】本期应还{}元，谢谢配合",
         "请于{}日前处理欠款，如有困难请联系我们协商"]


def text(number):
    return TEXTS[number % len(TEXTS)].format(number % 97)


def csv_row(number, words=None, delimiter=","):
    return f"{ident(number)}{delimiter}{words or text(number)}"


def json_row(number, words=None):
    return json.dumps({"id": ident(number), "text": words or text(number)}, ensure_ascii=False)


class Bench:
    def __init__(self, binary, folder, rows, kinds):
        self.binary, self.folder, self.rows, self.kinds = os.path.abspath(binary), folder, rows, kinds
        self.failed = []

    def path(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def kind(self, name, make, code=INCOMPLETE, arguments=()):
        """Runs a kind: `make(self, expected)` writes its files and returns the paths to be screened."""
        if self.kinds and not any(kind in name for kind in self.kinds):
            return
        # The same rows whichever kinds are run.
        self.random = random.Random(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        expected = Expected(max(self.rows, WORKBOOK_ROWS))
        paths = make(self, expected)
        problems, shown = self.run(paths, expected, code, arguments)
        print(f"{'ok  ' if not problems else 'FAIL'} {name}: {shown}", flush=True)
        for problem in problems:
            print(f"       {problem}", flush=True)
        if problems:
            self.failed.append(name)

    def run(self, paths, expected, code, arguments):
        out = self.path("out", "results.jsonl")
        command = [self.binary, "screen", *paths, "-o", os.path.dirname(out) + "/", "--format", "jsonl", "--lang", "en",
                   "--progress", "none", *arguments]
        started = time.monotonic()
        with open(self.path("stdout"), "wb") as stdout, open(self.path("stderr"), "wb") as stderr:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds, memory = time.monotonic() - started, usage.ru_maxrss
        with open(self.path("stderr"), encoding="utf-8", errors="replace") as stderr:
            told = stderr.read()
        problems = []

        def expect(what, is_so):
            if not is_so:
                problems.append(what)

        expect(f"exit code {child.returncode} instead of {code}", child.returncode == code)
        expect(f"it panicked: {told[:400]}", "panicked" not in told)
        expect(f"{memory >> 10} MiB of memory", memory <= MOST_MEMORY_KB)
        for words in expected.told:
            expect(f"stderr doesn't tell {words!r}: {told[:300]}", words in told)
        if code == UNREADABLE:
            expect("no reason is told", len(told) > 20)
            return problems, f"{seconds:.1f} s, {memory >> 10} MiB, refused"
        ledger = {}
        if os.path.exists(self.path("out", "manifest.json")):
            with open(self.path("out", "manifest.json"), encoding="utf-8") as manifest:
                ledger = json.load(manifest)["ledger"]
        else:
            problems.append(f"no manifest: {told[:300]}")
            return problems, ""
        good = sum(expected.good)
        bad = sum(map(len, expected.bad.values())) + sum(expected.unplaced.values())
        wanted = {"read": good + bad + expected.skipped, "judged": good, "rejected": bad, "skipped": expected.skipped}
        expect(f"ledger {ledger} instead of {wanted}", ledger == wanted)
        self.check_results(out, expected.good, expect)
        self.check_rejects(self.path("out", "rejects.jsonl"), expected, expect)
        counts = " ".join(f"{name} {count}" for name, count in ledger.items())
        return problems, f"{counts}; {seconds:.1f} s, {memory >> 10} MiB"

    def check_results(self, path, good, expect):
        seen, strange, twice = bytearray(len(good)), [], 0
        # An id may have NULs at its front: of a block of them that a row stands behind.
        pattern = re.compile(rb'"id":"(?:\\u0000)*m(\d{7})"')
        with open(path, "rb") as lines:
            for line in lines:
                found = pattern.search(line[:20_000])
                if not found:
                    strange.append(line[:80])
                    continue
                number = int(found.group(1))
                twice += seen[number]
                seen[number] = 1
        lost = [number for number in range(len(good)) if good[number] and not seen[number]]
        extra = [number for number in range(len(good)) if seen[number] and not good[number]]
        expect(f"{len(lost)} good rows aren't in the results, the first {lost[:3]}", not lost)
        expect(f"{len(extra)} bad rows are in the results, the first {extra[:3]}", not extra)
        expect(f"{twice} rows are there twice", not twice)
        expect(f"{len(strange)} results without a known id: {strange[:2]}", not strange)

    def check_rejects(self, path, expected, expect):
        left = {key: dict(rows) for key, rows in expected.bad.items()}
        unplaced = dict(expected.unplaced)
        strange = []
        with open(path, "rb") as lines:
            for line in lines:
                reject = json.loads(line)
                raw = reject.get("raw", "").encode() if "raw" in reject else base64.b64decode(reject["raw_base64"])
                key = (os.path.basename(reject["file"]), reject.get("member"))
                known = left.get(key, {}).pop(reject.get("byte"), None)
                if known is None and unplaced.get(reject["reason"], 0) > 0:
                    unplaced[reject["reason"]] -= 1
                    continue
                if known is None:
                    strange.append((key, reject.get("byte"), reject["reason"], raw[:60]))
                    continue
                reason, bytes_there = known
                if callable(bytes_there):
                    bytes_there = bytes_there(len(raw))
                # Text in another encoding is shown as text.
                shown = bytes_there == raw or any(decoded(bytes_there, name) == raw.decode("utf-8", "replace")
                                                  for name in ("gb18030", "utf-16-le"))
                if reason != reject["reason"] or not shown:
                    strange.append((key, reject.get("byte"), reject["reason"], raw[:60], "instead of", reason, bytes_there[:60]))
        missing = [(key, at, row[0]) for key, rows in left.items() for at, row in rows.items()]
        expect(f"{len(missing)} bad rows aren't rejected, the first {missing[:3]}", not missing)
        expect(f"{len(strange)} rejections are wrong, the first {strange[:2]}", not strange)

    def is_bad(self, share=50):
        return self.random.randrange(share) == 0


def decoded(raw, encoding):
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def numbers(bench):
    return range(1, bench.rows + 1)


def open_dump(bench, expected, name):
    return Dump(expected, open(bench.path(name), "wb", buffering=1 << 20), name)


# Text that is broken row by row.


def ragged(bench, expected):
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号,短信内容,时间\n".encode())
    for number in numbers(bench):
        row = csv_row(number)
        match bench.random.randrange(200):
            case 0:
                dump.bad("no-text", ident(number).encode())
            # The comma stands in the text: half of it would be judged, and taken for clean.
            case 1:
                dump.bad("too-many-fields", f"{row},打断你的腿,2026-03-02".encode())
            case 2:
                dump.bad("empty-text", f"{ident(number)},,2026-03-02".encode())
            case 3:
                dump.good(number, row.encode())
            case 4:
                dump.good(number, f"{row},2026-03-02,,,".encode())
            case 5:
                dump.blank(b",,,,\n")
            case _:
                dump.good(number, f"{row},2026-03-02".encode())
    dump.out.close()
    return [bench.path("a.csv")]


def quotes(bench, expected):
    dump = open_dump(bench, expected, "a.csv")
    dump.put(b"id,text\r\n")
    rows = iter(numbers(bench))
    for number in rows:
        row, words = csv_row(number), text(number)
        match bench.random.randrange(100):
            case 0:
                dump.bad("unterminated-quote", f'{ident(number)},"{words}'.encode(), b"\r\n")
            case 1:
                dump.bad("unterminated-quote", f'"{row}'.encode(), b"\r\n")
            case 2:
                dump.good(number, f'{row}说"好'.encode(), b"\r\n")
            case 3:
                dump.good(number, f'{ident(number)},"他说"好"，{words}"'.encode(), b"\r\n")
            case 4:
                dump.good(number, f'{ident(number)},"{words}\r\n""第二行"",\n第三行"'.encode(), b"\r\n")
            case 5 | 6 | 7:
                dump.good(number, f'"{ident(number)}","{words}"'.encode(), b"\r\n")
            case _:
                dump.good(number, row.encode(), b"\r\n")
    dump.out.close()
    return [bench.path("a.csv")]


def open_and_closed(bench, expected):
    """A quote that is only opened, and far below one that is only closed: all between is one field to the letter of the
    rules, and none of it to anybody's mind."""
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号,短信内容,时间\n".encode())
    for number in numbers(bench):
        match number % 1000:
            case 500:
                dump.bad("unterminated-quote", f'{ident(number)},"{text(number)},2026-03-02'.encode())
            case 700:
                dump.good(number, f'{ident(number)},{text(number)}",2026-03-02'.encode())
            case _:
                dump.good(number, f"{csv_row(number)},2026-03-02".encode())
    dump.out.close()
    return [bench.path("a.csv")]


def nuls(bench, expected):
    # In a folder: a few NULs make no other kind of file of a table.
    dump = Dump(expected, open(bench.path("in", "a.csv"), "wb"), "a.csv")
    dump.put(b"id,text\n")
    for number in numbers(bench):
        row = csv_row(number).encode()
        match bench.random.randrange(200):
            case 0:
                dump.good(number, row + b"\0\0\0")
            case 1:
                dump.good(number, row[:-3] + b"\0" + row[-3:])
            case 2:
                dump.bad("no-text", b"\0" * 40)
            case 3:
                dump.good(number, b"\0" * 512 + row)
            case _:
                dump.good(number, row)
    dump.out.close()
    return [bench.path("in")]


def jsonl_nuls(bench, expected):
    dump = open_dump(bench, expected, "a.jsonl")
    for number in numbers(bench):
        row = json_row(number).encode()
        match bench.random.randrange(100):
            case 0:
                dump.bad("json", row[:-2] + b"\0" + row[-2:])
            case 1:
                dump.bad("json", b"\0" * 4096)
            case _:
                dump.good(number, row)
    dump.out.close()
    return [bench.path("a.jsonl")]


def jsonl(bench, expected):
    dump = open_dump(bench, expected, "a.jsonl")
    for number in numbers(bench):
        row = json_row(number)
        match bench.random.randrange(300):
            case 0:
                dump.bad("json", row[:-5].encode())
            case 1:
                dump.bad("json", f'{{"id":"{ident(number)}","text":"\\ud83d断"}}'.encode())
            case 2:
                dump.bad("undecodable", row.encode("gb18030"))
            case 3:
                dump.bad("undecodable", row.encode()[:-4] + b'"}')
            case 4:
                dump.bad("not-an-object", b"[1,2]")
            case 5:
                dump.bad("no-text", f'{{"id":"{ident(number)}"}}'.encode())
            case 6:
                dump.bad("text-not-string", f'{{"id":"{ident(number)}","text":7}}'.encode())
            case 7:
                dump.bad("json", (row + row).encode())
            case 8:
                dump.blank(b"  \n")
            case 9:
                dump.bad("not-an-object", b"[" * 5000)
            case _:
                dump.good(number, row.encode())
    dump.out.close()
    return [bench.path("a.jsonl")]


def json_array(bench, expected):
    dump = open_dump(bench, expected, "a.json")
    dump.put(b'{"code":0,"data":[\n')
    broken = set()
    for number in numbers(bench):
        row = json_row(number).encode()
        end = b",\n" if number < bench.rows else b"\n"
        # A string that isn't closed takes the comma and the line's end along.
        match bench.random.randrange(200):
            case 0 if number < bench.rows:
                broken.add(number)
                dump.bad("json", row[:-2] + b",\n", b"")
            case 1:
                broken.add(number)
                dump.bad("json", row[:-1], end)
                # The comma belongs to the object that isn't closed.
                if number < bench.rows:
                    at, (reason, raw) = dump.bad_rows.popitem()
                    dump.bad_rows[at] = (reason, raw + end)
            # Behind a broken object a bare value may belong to that.
            case 2 if number - 1 not in broken:
                dump.bad("not-an-object", b"7", end)
            case _:
                dump.good(number, row, end)
    dump.put(b'],"total":8}')
    dump.out.close()
    return [bench.path("a.json")]


ENDS = [b"\n", b"\r\n", b"\r", b"\r\r\n"]


def line_ends_csv(bench, expected):
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号,短信内容\r".encode())
    for number in numbers(bench):
        end = ENDS[bench.random.randrange(4)]
        match bench.random.randrange(40):
            # A return inside of a text ends no row.
            case 0:
                dump.good(number, csv_row(number, "请还款\r谢谢").encode(), b"\n")
            case 1:
                dump.good(number, f'{ident(number)},"请\r还款\n谢谢"'.encode(), end)
            case 2:
                dump.bad("unterminated-quote", f'{ident(number)},"{text(number)}'.encode(), end)
            case _:
                dump.good(number, csv_row(number).encode(), end)
    dump.out.close()
    return [bench.path("a.csv")]


def line_ends_jsonl(bench, expected):
    dump = open_dump(bench, expected, "a.jsonl")
    for number in numbers(bench):
        end = ENDS[bench.random.randrange(4)]
        if bench.is_bad():
            dump.bad("json", json_row(number)[:-1].encode(), end)
        else:
            dump.good(number, json_row(number).encode(), end)
    dump.out.close()
    return [bench.path("a.jsonl")]


def old_mac(bench, expected):
    with open(bench.path("a.txt"), "wb") as lines:
        dump = Dump(expected, lines, "a.txt")
        dump.put("编号\t短信内容\r".encode("gb18030"))
        for number in numbers(bench):
            dump.good(number, csv_row(number, delimiter="\t").encode("gb18030"), b"\r")
    return [bench.path("a.txt")]


def long_lines(bench, expected):
    many = b"\xe9\x95\xbf" * (MOST_RECORD_BYTES // 3 + 1000)
    paths = []
    for name, row in (("a.jsonl", json_row), ("a.csv", csv_row)):
        dump = open_dump(bench, expected, name)
        if name == "a.csv":
            dump.put(b"id,text\n")
        for number in numbers(bench):
            if number % 2 == (name == "a.csv"):
                continue
            raw = row(number).encode()
            if number in (bench.rows // 2, bench.rows // 2 + 1, bench.rows // 3, bench.rows // 3 + 1):
                # Only the beginning is kept as evidence.
                raw = raw.replace("还".encode(), many) if "还".encode() in raw else raw + many
                start = raw[:1 << 16]
                dump.bad("too-long", raw)
                at = dump.at - len(raw) - 1
                dump.bad_rows[at] = ("too-long", lambda length, start=start: start[:length])
            else:
                dump.good(number, raw)
        dump.out.close()
        paths.append(bench.path(name))
    return paths


# Encodings.


def utf8_with_gbk(bench, expected):
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号,短信内容\n".encode())
    for number in numbers(bench):
        if bench.is_bad():
            dump.bad("undecodable", csv_row(number).encode("gb18030"))
        else:
            dump.good(number, csv_row(number).encode())
    dump.out.close()
    return [bench.path("a.csv")]


def gbk_with_utf8(bench, expected):
    # UTF-8 is often no error in GB18030, but other characters: it must not be judged as these.
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号,短信内容\n".encode("gb18030"))
    for number in numbers(bench):
        if bench.is_bad():
            dump.bad("undecodable", csv_row(number).encode())
        else:
            dump.good(number, csv_row(number).encode("gb18030"))
    dump.out.close()
    return [bench.path("a.csv")]


def declared(encoding):
    def make(bench, expected):
        dump = open_dump(bench, expected, "a.csv")
        dump.put(b"id,text\n")
        for number in numbers(bench):
            if number % 3 == 0:
                dump.good(number, f"{ident(number)},ni zai bu huan qian".encode())
            else:
                dump.bad("undecodable", csv_row(number).encode(encoding))
        dump.out.close()
        return [bench.path("a.csv")]
    return make


def second_bytes(second):
    """The characters whose second byte in GB18030 is this one."""
    found = []
    for first in range(0x81, 0xff):
        character = decoded(bytes([first, second]), "gb18030")
        if character and "\u4e00" <= character <= "\u9fff":
            found.append(character)
    return found


def delimiters_in_characters(bench, expected):
    pipes, slashes = second_bytes(ord("|")), second_bytes(ord("\\"))
    dump = open_dump(bench, expected, "a.csv")
    dump.put("编号|短信内容|备注\n".encode("gb18030"))
    for number in numbers(bench):
        pick = bench.random.choice
        words = f"{pick(pipes)}先生{pick(slashes)}{pick(pipes)}，再不还钱𠮷{pick(pipes)}"
        raw = csv_row(number, words, "|").encode("gb18030")
        assert b"\x7c" in raw.replace(b"|" + words.encode("gb18030"), words.encode("gb18030"))
        match bench.random.randrange(100):
            case 0:
                dump.bad("undecodable", raw + b"\xff|x")
            case 1:
                dump.bad("too-many-fields", raw + b"|x|y")
            # A character that was cut in two takes the delimiter for its second byte; the row may not take the next one along.
            case 2:
                dump.bad("undecodable", ident(number).encode() + b"|\xb4\xdf\xca")
            case _:
                dump.good(number, raw + b"|x")
    dump.out.close()
    dump = open_dump(bench, expected, "b.jsonl")
    expected.good.extend(bytes(bench.rows))
    for number in numbers(bench):
        number += len(expected.good) - bench.rows - 1
        words = "".join(bench.random.choice(slashes + pipes) for _ in range(5)) + "请还款"
        dump.good(number, json_row(number, words).encode("gb18030"))
    dump.out.close()
    return [bench.path("a.csv"), bench.path("b.jsonl")]


# Packed and cut in the middle.


def content(number_from, count):
    """A table of these rows, as bytes."""
    rows = [b"id,text\n"] + [csv_row(number).encode() + b"\n" for number in range(number_from, number_from + count)]
    return b"".join(rows)


def expect_part(expected, part, key, number_from):
    """Of a table of which only `part` came out: all rows but the last, if that has no end."""
    lines = part.split(b"\n")
    for at in range(len(lines) - 2):
        expected.good[number_from + at] = 1
    if lines[-1]:
        expected.bad.setdefault(key, {})[len(part) - len(lines[-1])] = ("cut-off", lines[-1])


def inflated(packed, bits):
    """As much as comes out before the end that is missing."""
    return zlib.decompressobj(bits).decompress(packed)


def gzip_cut(bench, expected):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(content(1, bench.rows)) + packer.flush()
    packed = packed[:len(packed) // 2]
    with open(bench.path("a.csv.gz"), "wb") as file:
        file.write(packed)
    expect_part(expected, inflated(packed, 31), ("a.csv.gz", None), 1)
    expected.told.append("can't be read")
    return [bench.path("a.csv.gz")]


def zstd_cut(bench, expected):
    import pyarrow
    path = bench.path("a.csv.zst")
    with pyarrow.CompressedOutputStream(path, "zstd") as out:
        out.write(content(1, bench.rows))
    os.truncate(path, os.path.getsize(path) // 2)

    def read(piece, skip):
        whole = bytearray()
        with pyarrow.input_stream(path, compression="zstd") as source:
            try:
                skipped = source.read(skip) if skip else b""
                assert len(skipped) == skip
                while True:
                    bytes_read = source.read(piece)
                    if not bytes_read:
                        return skipped + whole
                    whole += bytes_read
            except OSError:
                return skipped + whole
    part = read(1 << 16, 0)
    part = read(1, len(part))
    expect_part(expected, part, ("a.csv.zst", None), 1)
    expected.told.append("can't be read")
    return [path]


class Unseekable(io.RawIOBase):
    """What a program writes to that packs while it sends: lengths stand behind the members."""

    def __init__(self, out):
        self.out = out

    def writable(self):
        return True

    def write(self, data):
        return self.out.write(data)


def zip_cut(is_streamed):
    def make(bench, expected):
        third = bench.rows // 3
        packed = io.BytesIO()
        target = Unseekable(packed) if is_streamed else packed
        names = ["a.csv", "b.csv", "c.csv"]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for at, name in enumerate(names):
                archive.writestr(name, content(1 + at * third, third))
        whole = packed.getvalue()
        starts = [info.header_offset for info in zipfile.ZipFile(io.BytesIO(whole)).infolist()]
        cut = (starts[1] + starts[2]) // 2
        with open(bench.path("a.zip"), "wb") as file:
            file.write(whole[:cut])
        for number in range(1, third + 1):
            expected.good[number] = 1
        head = 30 + sum(struct.unpack("<HH", whole[starts[1] + 26:starts[1] + 30]))
        expect_part(expected, inflated(whole[starts[1] + head:cut], -15), ("a.zip", "b.csv"), 1 + third)
        expected.told += ["cut off", "can't be read"]
        return [bench.path("a.zip")]
    return make


def zip_claims(bench, expected):
    """A member that claims 10 GB in both of its heads, and holds a table."""
    claimed = 10 << 30
    plain = content(1, bench.rows)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(plain) + packer.flush()
    name, checksum = b"a.csv", zlib.crc32(plain)
    extra = struct.pack("<HHQQ", 1, 16, claimed, len(packed))
    common = struct.pack("<HHHHHIIIHH", 45, 0, 8, 0, 33, checksum, 0xffffffff, 0xffffffff, len(name), len(extra))
    local = b"PK\x03\x04" + common + name + extra + packed
    central = b"PK\x01\x02" + struct.pack("<H", 45) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name + extra
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    with open(bench.path("a.zip"), "wb") as file:
        file.write(local + central + end)
    for number in numbers(bench):
        expected.good[number] = 1
    expected.told.append("not of the length")
    return [bench.path("a.zip")]


def bombs(bench, expected):
    """A gigabyte of nothing in a megabyte, beside a good file; and a table in eight archives around each other."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.csv", content(1, bench.rows))
        with archive.open("zeros.csv", "w", force_zip64=True) as member:
            for _ in range(1 << 10):
                member.write(bytes(1 << 20))
    with open(bench.path("a.zip"), "wb") as file:
        file.write(packed.getvalue())
    inner = content(1, 10)
    for depth in range(8):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv" if depth == 0 else "inner.zip", inner)
        inner = packed.getvalue()
    with open(bench.path("deep.zip"), "wb") as file:
        file.write(inner)
    for number in numbers(bench):
        expected.good[number] = 1
    # The zeros are a line that never ends.
    expected.unplaced["too-long"] = 1
    expected.told += ["as a bomb does", "packed more than"]
    return [bench.path(name) for name in ("a.zip", "deep.zip")]


def nested(bench, expected):
    quarter = bench.rows // 4
    inner, at = None, 1
    for name in ("c", "b", "a"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}.csv", content(at, quarter))
            archive.writestr(f"文件/{name}2.jsonl", json_row(at + quarter) + "\n")
            if inner:
                archive.writestr("里面.zip", inner)
        for number in range(at, at + quarter + 1):
            expected.good[number] = 1
        inner, at = packed.getvalue(), at + quarter + 1
    with open(bench.path("a.zip"), "wb") as file:
        file.write(inner)
    return [bench.path("a.zip")]


def empty_files(bench, expected):
    for name, raw in (("0.csv", b""), ("1.jsonl", b""), ("2.txt", b""), ("3.csv", b"id,text\n"), ("4.json", b""),
                      ("5.json", b"[]"), ("6.txt", b"\xef\xbb\xbf"), ("7.csv", "编号,短信内容".encode("utf-16"))):
        with open(bench.path("in", name), "wb") as file:
            file.write(raw)
    with open(bench.path("in", "8.txt"), "wb") as file:
        file.write(b"\n\r\n \n")
        expected.skipped += 3
    with open(bench.path("in", "z.csv"), "wb") as file:
        file.write(content(1, bench.rows))
    for number in numbers(bench):
        expected.good[number] = 1
    return [bench.path("in")]


# Documents.


def write_workbook(path, rows, broken_at=None):
    """A workbook with its texts in their cells, written as it goes."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="短信" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }

    def cell(column, row, words):
        return f'<c r="{column}{row}" t="inlineStr"><is><t>{words}</t></is></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            sheet.write(f'<row r="1">{cell("A", 1, "编号")}{cell("B", 1, "短信内容")}</row>'.encode())
            for number in range(1, rows + 1):
                row = number + 1
                if number == broken_at:
                    sheet.write(b'<row r="x"><c r="<<<></row>')
                sheet.write(f'<row r="{row}">{cell("A", row, ident(number))}{cell("B", row, text(number))}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


def workbook(bench, expected):
    # A sheet has 1,048,576 rows at most.
    write_workbook(bench.path("a.xlsx"), WORKBOOK_ROWS)
    for number in range(1, WORKBOOK_ROWS + 1):
        expected.good[number] = 1
    return [bench.path("a.xlsx")]


def workbook_broken(bench, expected):
    at = bench.rows // 2
    write_workbook(bench.path("a.xlsx"), bench.rows, at)
    for number in range(1, at):
        expected.good[number] = 1
    expected.told.append("damaged")
    return [bench.path("a.xlsx")]


def documents_cut(bench, expected):
    """A workbook's list of parts and the footer of Parquet stand at the end: without it nothing says where a cell or a page
    begins, so there is no good row to be had, and that is told; the file beside is read."""
    import pyarrow
    import pyarrow.parquet
    write_workbook(bench.path("a.xlsx"), bench.rows)
    columns = {"id": [ident(number) for number in numbers(bench)], "text": [text(number) for number in numbers(bench)]}
    pyarrow.parquet.write_table(pyarrow.table(columns), bench.path("a.parquet"), row_group_size=10_000)
    for name in ("a.xlsx", "a.parquet"):
        os.truncate(bench.path(name), os.path.getsize(bench.path(name)) // 2)
    with open(bench.path("z.csv"), "wb") as file:
        file.write(content(1, bench.rows))
    for number in numbers(bench):
        expected.good[number] = 1
    expected.told += ["a.xlsx", "a.parquet"]
    return [bench.path(name) for name in ("a.xlsx", "a.parquet", "z.csv")]


def parquet_damaged(bench, expected):
    """A page in the middle is overwritten: the groups of rows before and behind it are read."""
    import pyarrow
    import pyarrow.parquet
    path, group = bench.path("a.parquet"), 10_000
    columns = {"id": [ident(number) for number in numbers(bench)], "text": [text(number) for number in numbers(bench)]}
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=group, compression="zstd", use_dictionary=False)
    facts = pyarrow.parquet.ParquetFile(path).metadata
    damaged = facts.num_row_groups // 2
    column = facts.row_group(damaged).column(1)
    with open(path, "r+b") as file:
        file.seek(column.data_page_offset)
        file.write(bytes(min(column.total_compressed_size, 4096)))
    for number in numbers(bench):
        expected.good[number] = (number - 1) // group != damaged
    expected.told.append("damaged")
    return [path]


def main():
    binary, folder, rows, *kinds = sys.argv[1:]
    if int(rows) < FEWEST_ROWS:
        sys.exit(f"at least {FEWEST_ROWS} rows, so that there is a middle to cut in")
    bench = Bench(binary, os.path.join(folder, "broken"), int(rows), kinds)
    bench.kind("ragged rows", ragged)
    bench.kind("unbalanced quotes", quotes)
    bench.kind("quotes opened here and closed there", open_and_closed)
    bench.kind("NULs in a table", nuls)
    bench.kind("NULs in JSONL", jsonl_nuls)
    bench.kind("broken lines of JSONL", jsonl)
    bench.kind("broken elements of a JSON array", json_array)
    bench.kind("mixed line ends in a table", line_ends_csv)
    bench.kind("mixed line ends in JSONL", line_ends_jsonl)
    bench.kind("returns alone, GB18030", old_mac, DONE)
    bench.kind("lines that are too long", long_lines)
    bench.kind("GBK rows in UTF-8", utf8_with_gbk)
    bench.kind("UTF-8 rows in GBK", gbk_with_utf8)
    bench.kind("GBK declared UTF-8", declared("gb18030"), arguments=["--encoding", "utf-8"])
    bench.kind("UTF-8 declared GBK", declared("utf-8"), arguments=["--encoding", "gbk"])
    bench.kind("delimiters inside of GB18030 characters", delimiters_in_characters)
    bench.kind("gzip cut in the middle", gzip_cut)
    bench.kind("Zstandard cut in the middle", zstd_cut)
    bench.kind("ZIP cut in the middle", zip_cut(False))
    bench.kind("ZIP written to a pipe, cut in the middle", zip_cut(True))
    bench.kind("ZIP that claims 10 GB", zip_claims)
    bench.kind("bombs", bombs)
    bench.kind("ZIP in ZIP in ZIP", nested, DONE)
    bench.kind("empty files", empty_files, DONE)
    bench.kind("workbook with a million rows", workbook, DONE)
    bench.kind("workbook broken in the middle", workbook_broken)
    bench.kind("workbook and Parquet cut in the middle", documents_cut)
    bench.kind("Parquet damaged in the middle", parquet_damaged)
    if bench.failed:
        sys.exit(f"{len(bench.failed)} kinds failed: {', '.join(bench.failed)}")


main()
