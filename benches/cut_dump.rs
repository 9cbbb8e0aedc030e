//! The yardstick of `screen`: jieba cutting every message of a JSONL dump, batches on all cores, nothing else done.
//!
//! `cut-dump FILE.jsonl` prints messages, tokens and seconds, the dictionary's loading not counted.

use std::fs;
use std::io;
use std::time::Instant;

use rayon::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Record<'r> {
    #[serde(borrow)]
    text: std::borrow::Cow<'r, str>,
}

fn main() -> io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let jieba = jieba_rs::Jieba::new();
    let begin = Instant::now();
    let file = fs::read_to_string(path)?;
    let lines: Vec<&str> = file.lines().collect();
    let tokens: usize = lines
        .par_chunks(4096)
        .map(|lines| {
            let cut = lines.iter().map(|line| {
                let record: Record = serde_json::from_str(line).expect("a record with a text");
                jieba.cut(&record.text, true).len()
            });
            cut.sum::<usize>()
        })
        .sum();
    let seconds = begin.elapsed().as_secs_f64();
    eprintln!("{} messages, {tokens} tokens, {seconds:.3} s", lines.len());
    Ok(())
}
