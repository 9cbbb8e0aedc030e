#!/usr/bin/env bash
# Everything that must hold before a change lands: format, lints, tests, documentation, generated files.
# `check.sh full` adds what takes minutes or needs programs of others: benches, a million generated messages, tests/outside.sh.
set -euo pipefail
cd "$(dirname "$0")"

# What is built once gains nothing from the books that a second build would use, nor from the lines of a debugger.
if [ -n "${CI:-}" ]; then
    export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
fi

say() { printf '\n== %s\n' "$1"; }

say "format"
cargo fmt --check

say "lints"
cargo clippy --locked --all-targets --quiet -- --deny warnings

say "documentation"
RUSTDOCFLAGS="--deny warnings" cargo doc --locked --no-deps --quiet

say "tests (unit, integration, documentation, generated files current)"
cargo test --locked

if [ "${1:-}" = full ]; then
    say "benches"
    cargo bench --locked

    say "promised ratios"
    cargo build --release --locked --example performance --bin dunlint
    target/release/examples/performance

    say "a million messages"
    cargo build --release --locked --example generate-dump --bin dunlint
    dump="$(mktemp -d)"
    trap 'rm -rf "$dump"' EXIT
    target/release/examples/generate-dump 1000000 1 > "$dump/million.jsonl"
    ORACLE_MESSAGES=1000000 cargo test --release --locked --test it oracle
    target/release/dunlint screen "$dump/million.jsonl" --stats -o "$dump/results.jsonl" --only-findings

    say "other programs"
    tests/outside.sh
fi

say "all checks passed"
