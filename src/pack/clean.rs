//! Clean texts in the program, on which companies' rules are tried.
//!
//! In: `lexicons/clean.jsonl.zst`, a sample of the clean records of `corpus/learn` drawn by the hash of their ids, so that
//! other records come and go without another sample. Out: [`CleanTexts`]. A test compares the file with the corpus and makes
//! it anew (`UPDATE=1 cargo test --lib clean`). The measured half of the corpus isn't in it: nobody writes rules by that.

use std::io::Cursor;

use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::lexicon::source::CLEAN;
use crate::message::Message;
use crate::read::{Batch, Format, ReadOptions, Reader};

const PACKED: &[u8] = include_bytes!("../../lexicons/clean.jsonl.zst");

/// The bundled clean texts.
#[derive(Debug)]
pub struct CleanTexts {
    batches: Vec<Batch>,
    sha256: String,
}

impl CleanTexts {
    /// Unpacks them: some milliseconds.
    pub fn bundled() -> Self {
        let records = zstd::decode_all(PACKED).expect("the bundled texts unpack: a test unpacks them");
        let digest = Sha256::digest(&records);
        let options = ReadOptions {
            format: Some(Format::Jsonl),
            ..ReadOptions::default()
        };
        let mut batches = Vec::new();
        let mut reader =
            Reader::new(CLEAN, Cursor::new(records), &options).expect("bytes in memory can be read");
        while let Some(batch) = reader.next_batch().expect("bytes in memory can be read") {
            batches.push(batch);
        }
        Self {
            batches,
            sha256: hex(&digest),
        }
    }

    /// The messages, in the order of the file.
    pub fn messages(&self) -> Vec<Message<'_>> {
        let records = self.batches.iter().flat_map(Batch::records);
        records.flatten().map(|record| record.message).collect()
    }

    /// Tells this sample from others: figures of different samples can't be compared.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Map, Value};

    use super::*;
    use crate::eval::Labelled;
    use crate::rule::Tier;

    /// Texts in the sample: at 0.5 % a rule may flag 17 of them. All that a binary should carry is 300 KB.
    const TEXTS: usize = 3_500;
    const MOST_BYTES: usize = 300 << 10;

    /// Changes the sample.
    const SEED: &str = "clean texts 1";

    /// As small as it gets in a second.
    const LEVEL: i32 = 19;

    /// What of a record a message is made of.
    const FIELDS: [&str; 8] = [
        "id",
        "channel",
        "text",
        "turns",
        "time",
        "sender",
        "creditor_kind",
        "recipient_role",
    ];

    /// The sample drawn anew, a record a line.
    fn draw() -> String {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/learn");
        let mut rows = Vec::new();
        for (kind, file) in ["sms", "im", "letter", "template", "article", "transcript"]
            .iter()
            .enumerate()
        {
            let text = std::fs::read_to_string(corpus.join(format!("{file}.jsonl"))).unwrap();
            let labels = Labelled::parse(&text).unwrap();
            let clean = text
                .lines()
                .zip(labels)
                .filter(|(_, label)| label.tier == Tier::Clean);
            for (line, _) in clean {
                let mut record: Map<String, Value> = serde_json::from_str(line).unwrap();
                record.retain(|field, value| FIELDS.contains(&field.as_str()) && !value.is_null());
                let key = Sha256::digest(format!("{SEED} {}", record["id"]));
                rows.push((key, kind, serde_json::to_string(&record).unwrap()));
            }
        }
        rows.sort();
        rows.truncate(TEXTS);
        // Like beside like: it packs better.
        rows.sort_by(|one, other| (one.1, &one.2).cmp(&(other.1, &other.2)));
        rows.iter().map(|(.., line)| format!("{line}\n")).collect()
    }

    #[test]
    fn they_are_the_corpus() {
        let drawn = draw();
        if std::env::var_os("UPDATE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/lexicons/clean.jsonl.zst");
            std::fs::write(path, zstd::encode_all(drawn.as_bytes(), LEVEL).unwrap()).unwrap();
            return;
        }
        assert!(
            zstd::decode_all(PACKED).unwrap() == drawn.as_bytes(),
            "lexicons/clean.jsonl.zst is of another corpus: run UPDATE=1 cargo test --lib clean"
        );
        assert!(PACKED.len() <= MOST_BYTES, "{} bytes", PACKED.len());
        let texts = CleanTexts::bundled();
        assert_eq!(texts.messages().len(), TEXTS);
        assert_eq!(texts.sha256().len(), 64);
    }
}
