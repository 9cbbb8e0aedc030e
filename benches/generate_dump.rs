//! Writes a seeded dump to stdout: `cargo run --release --example generate-dump -- ROWS [SEED] [jsonl|csv] [carrier|collector]`.

mod dump;

use std::io::{BufWriter, Write};

use dump::{Layout, Mixture};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).map(String::as_str);
    let number = |index: usize, default: u64| {
        argument(index)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let layout = if argument(2) == Some("csv") {
        Layout::Csv
    } else {
        Layout::Jsonl
    };
    let mixture = if argument(3) == Some("collector") {
        Mixture::Collector
    } else {
        Mixture::Carrier
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let rows = number(0, 1000) as usize;
    dump::write(&mut out, rows, number(1, 1), layout, mixture)?;
    out.flush()
}
