#!/usr/bin/env bash
# What needs minutes or programs of others: a large dump in every format with the same results, dumps that are broken on
# purpose, twenty kills, Parquet read
# by pyarrow, the workbook opened by LibreOffice, the page opened by a browser. `check.sh full` runs it.
#
# Debian's packages chromium, libreoffice-calc, nodejs, npm and python3-venv are needed; Python's and Node's come from
# their registries. Rows of the dump: the first argument.
set -euo pipefail
cd "$(dirname "$0")/.."
rows="${1:-1000000}"
for program in chromium soffice node npm python3 iconv; do
    command -v "$program" > /dev/null || { echo "$program is missing: see the head of $0" >&2; exit 2; }
done
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo build --release --locked --bin dunlint --example generate-dump
bin=target/release/dunlint

python3 -m venv "$work/python"
"$work/python/bin/pip" --quiet install pyarrow
npm install --silent --prefix "$work/node" puppeteer-core > /dev/null

echo "== $rows rows in every format give the same results"
target/release/examples/generate-dump "$rows" 7 > "$work/dump.jsonl"
"$work/python/bin/python" - "$work" <<'PYTHON'
import csv, json, sys
import pyarrow as pa, pyarrow.parquet as pq
folder = sys.argv[1]
names = ["id", "channel", "time", "agency", "text"]
with open(f"{folder}/dump.jsonl", encoding="utf-8") as lines, open(f"{folder}/dump.csv", "w", encoding="utf-8", newline="") as out:
    table, sink = csv.writer(out), None
    table.writerow(names)
    block = []
    def flush():
        global sink
        columns = [pa.array([row[at] for row in block], pa.string()) for at in range(len(names))]
        batch = pa.table(columns, names=names)
        sink = sink or pq.ParquetWriter(f"{folder}/dump.parquet", batch.schema)
        sink.write_table(batch)
        block.clear()
    for line in lines:
        record = json.loads(line)
        row = [str(record[name]) for name in names]
        table.writerow(row)
        block.append(row)
        if len(block) == 100_000:
            flush()
    if block:
        flush()
    sink.close()
PYTHON
iconv -f utf-8 -t gb18030 "$work/dump.csv" > "$work/gb18030.csv"
for input in dump.jsonl dump.csv gb18030.csv dump.parquet; do
    for threads in 1 2; do
        case_folder="$work/$input.$threads/"
        "$bin" screen "$work/$input" -o "$case_folder" --format csv --threads "$threads" --lang en > "$work/summary.txt" 2> "$work/notes.txt"
        grep -q "read $rows = judged $rows + rejected 0 + skipped 0" "$work/summary.txt"
        # All but the input's name.
        sum="$(for table in results findings contacts; do cut -d, -f2- "$case_folder$table.csv"; done | sha256sum)"
        echo "$input, $threads threads: ${sum:0:16}"
        [ "$sum" = "${first:=$sum}" ]
        "$bin" verify "$case_folder" > /dev/null
    done
done

echo "== dumps that are broken on purpose"
"$work/python/bin/python" tests/outside/broken.py "$bin" "$work" 200000

echo "== Parquet read by pyarrow"
"$work/python/bin/python" - "$work/dump.jsonl.1" "$rows" <<'PYTHON'
import sys
import pyarrow.parquet as pq
folder, rows = sys.argv[1], int(sys.argv[2])
results, findings = (pq.read_table(f"{folder}/{name}.parquet") for name in ("results", "findings"))
assert results.num_rows == rows, results.num_rows
own = sum(results.column("findings").to_pylist())
joined = sum(value is not None for value in findings.column("joined_records").to_pylist())
assert findings.num_rows == own + joined, (findings.num_rows, own, joined)
print(results.num_rows, "results,", findings.num_rows, "findings")
PYTHON

echo "== the workbook opened by LibreOffice"
soffice --headless --convert-to pdf --outdir "$work" "$work/dump.jsonl.1/report.xlsx" > /dev/null
test -s "$work/report.pdf"

echo "== the page opened by a browser"
for lang in zh en; do
    "$bin" screen "$work/dump.jsonl" -o "$work/$lang/" --lang "$lang" > /dev/null 2>&1
    NODE_PATH="$work/node/node_modules" node src/report/page/check.mjs "$work/$lang/report.html" | tail -1
done

echo "== killed twenty times"
KILLS=20 cargo test --locked --test it a_run_that_is_killed
