#!/usr/bin/env bash
# Other programs on the same dump and the same terms, beside `screen`: ripgrep, Python, Node, Java.
#
#   benches/peers.sh [ROWS] [ROUNDS]        200,000 rows and 5 rounds if not said
#
# Not part of any check: it runs what it finds and says what is missing.
#   ripgrep   rg on the PATH
#   Python    pip install pyahocorasick opencc-python-reimplemented
#   Node      npm install mint-filter in the folder that NODE_PATH names
#   Java      CLASSPATH with houbb's sensitive-word and its two dependencies (heaven, opencc4j)
# Every program reads the dump's texts, one a line, and counts the lines with a term; a round runs each once, in turn.
# The figure is the median of the rounds' ratios of its time to that of `screen`, both as whole processes.
set -euo pipefail
cd "$(dirname "$0")/.."

rows="${1:-200000}"
rounds="${2:-5}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cargo build --release --locked --quiet --bin dunlint --example generate-dump --example performance
target/release/examples/generate-dump "$rows" > "$work/dump.jsonl"
target/release/examples/performance terms > "$work/terms.txt"
sed 's/.*"text":"//; s/"}$//' "$work/dump.jsonl" > "$work/texts.txt"

cat > "$work/peer.py" <<'PYTHON'
import gc, sys, unicodedata
import ahocorasick, opencc

fold = opencc.OpenCC("t2s").convert
terms = ahocorasick.Automaton()
for term in open(sys.argv[1], encoding="utf-8").read().splitlines():
    terms.add_word(term, term)
terms.make_automaton()
gc.freeze()
found = 0
for line in open(sys.argv[2], encoding="utf-8"):
    text = fold(unicodedata.normalize("NFKC", line)).lower()
    found += next(terms.iter(text), None) is not None
print(found)
PYTHON

cat > "$work/peer.cjs" <<'NODE'
const fs = require("fs");
const { Mint } = require("mint-filter");
const lines = (path) => fs.readFileSync(path, "utf8").split("\n").filter(Boolean);
const filter = new Mint(lines(process.argv[2]));
let found = 0;
for (const text of lines(process.argv[3])) found += filter.filter(text).words.length > 0 ? 1 : 0;
console.log(found);
NODE

cat > "$work/Peer.java" <<'JAVA'
import com.github.houbb.sensitive.word.bs.SensitiveWordBs;
import java.nio.file.*;

public class Peer {
    public static void main(String[] paths) throws Exception {
        var terms = Files.readAllLines(Path.of(paths[0]));
        var words = SensitiveWordBs.newInstance().wordDeny(() -> terms).init();
        long found = 0;
        for (var text : Files.readAllLines(Path.of(paths[1]))) found += words.findAll(text).isEmpty() ? 0 : 1;
        System.out.println(found);
    }
}
JAVA

names=()
commands=()
peer() { # name, whether it can run, what is missing, command
    if eval "$2" > /dev/null 2>&1; then
        names+=("$1")
        commands+=("$4")
    else
        printf '%-44s missing: %s\n' "$1" "$3"
    fi
}
peer "rg -c -F -f (row 8: screen on two threads)" "command -v rg" "ripgrep" \
    "rg -c -F -f $work/terms.txt $work/texts.txt"
peer "Python NFKC + OpenCC + pyahocorasick (row 7)" "python3 -c 'import ahocorasick, opencc'" \
    "pip install pyahocorasick opencc-python-reimplemented" "python3 $work/peer.py $work/terms.txt $work/texts.txt"
peer "mint-filter (row 6)" "node -e 'require(\"mint-filter\")'" "npm install mint-filter" \
    "node $work/peer.cjs $work/terms.txt $work/texts.txt"
peer "sensitive-word (row 5)" "command -v java && javap com.github.houbb.sensitive.word.bs.SensitiveWordBs" \
    "Java 17 and sensitive-word on the CLASSPATH" "java $work/Peer.java $work/terms.txt $work/texts.txt"

seconds() { # command
    local start end
    start="$(date +%s%N)"
    eval "$1" > /dev/null 2>&1 || true
    end="$(date +%s%N)"
    echo $((end - start))
}
one="target/release/dunlint screen --threads 1 --only-findings -o $work/records.jsonl $work/dump.jsonl; rm -f $work/records.jsonl"
two="${one/--threads 1/--threads 2}"
for ((round = 0; round < rounds; round++)); do
    on_one="$(seconds "$one")"
    on_two="$(seconds "$two")"
    for at in "${!names[@]}"; do
        took="$(seconds "${commands[at]}")"
        own="$on_one"
        [[ "${names[at]}" == rg* ]] && own="$on_two"
        echo "$at $took $own"
    done
done > "$work/times"
for at in "${!names[@]}"; do
    awk -v at="$at" '$1 == at { print $2 / $3 }' "$work/times" | sort -g |
        awk -v name="${names[at]}" '{ ratio[NR] = $1 } END { printf "%-44s %6.2f times the time of screen\n", name, ratio[int((NR + 1) / 2)] }'
done
