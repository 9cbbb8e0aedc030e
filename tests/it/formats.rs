//! The same sixty templates in every format that `lint` reads: the same findings, at exact places.
//!
//! `formats/written.rs` writes each format as its users do, with the escapes of the format; the way back from a reported
//! range of bytes to its words uses the well-known libraries of the formats, never the extractors.

mod written;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use written::{FORMATS, Format};

/// A finding as it is compared over formats: rule, words, what the variables in them carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    rule: String,
    words: String,
    value: Option<String>,
    related: Vec<String>,
}

#[test]
fn sixty_templates_give_the_same_findings_in_every_format() {
    let texts = templates();
    assert_eq!(texts.len(), 60);
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        for (name, bytes) in format.files(&texts) {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let records = records(folder.path());
    let mut expected: Option<Vec<Vec<Seen>>> = None;
    let mut wrong = Vec::new();
    for format in FORMATS {
        let found = findings_of(format, &texts, &records, folder.path(), &mut wrong);
        match &expected {
            None => {
                let count: usize = found.iter().map(Vec::len).sum();
                assert!(
                    count > 40,
                    "most of the templates are objectionable: {count} findings"
                );
                expected = Some(found);
            }
            Some(expected) => {
                for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
                    if found != expected {
                        let text = &texts[number];
                        wrong.push(format!(
                            "{}: {text}\n   {found:?}\n   not {expected:?}",
                            format.file
                        ));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn templates() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint/templates.toml");
    let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let texts = table["texts"].as_array().unwrap().iter();
    texts.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The records of a run, by file.
fn records(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let run = Command::new(env!("CARGO_BIN_EXE_dunlint"))
        .args(["lint", "--output-format", "jsonl", "."])
        .current_dir(folder)
        .output()
        .unwrap();
    let errors = String::from_utf8(run.stderr).unwrap();
    assert_eq!(errors, "", "all is read");
    assert_eq!(run.status.code(), Some(1));
    let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let path = record["location"]["path"].as_str().unwrap().to_owned();
        records.entry(path).or_default().push(record);
    }
    records
}

/// The findings of each template in a format; what is wrong with their places goes to `wrong`.
fn findings_of(
    format: &Format,
    texts: &[String],
    records: &BTreeMap<String, Vec<Value>>,
    folder: &Path,
    wrong: &mut Vec<String>,
) -> Vec<Vec<Seen>> {
    let files = format.files(texts);
    let mut all = Vec::new();
    for (name, bytes) in &files {
        let own = records.get(name).map_or(&[][..], Vec::as_slice);
        let expected = texts.len() / files.len();
        assert_eq!(own.len(), expected, "texts in {name}: {own:#?}");
        let file = File::new(format, name, bytes);
        assert_eq!(&std::fs::read(folder.join(name)).unwrap(), bytes);
        for record in own {
            let text = &texts[all.len()];
            let findings = record["findings"].as_array().unwrap();
            let seen = findings.iter().map(|finding| file.seen(finding, text, wrong));
            all.push(seen.collect());
        }
    }
    all
}

/// A written file.
struct File<'f> {
    format: &'f Format,
    name: &'f str,
    bytes: &'f [u8],
    text: String,
}

impl<'f> File<'f> {
    fn new(format: &'f Format, name: &'f str, bytes: &'f [u8]) -> Self {
        let (text, _, had_errors) = format.encoding.decode(bytes);
        assert!(!had_errors);
        Self {
            format,
            name,
            bytes,
            text: text.into_owned(),
        }
    }

    /// A finding with its places compared with the file.
    fn seen(&self, finding: &Value, template: &str, wrong: &mut Vec<String>) -> Seen {
        let words = finding["text"].as_str().unwrap();
        self.compare(&finding["location"], words, wrong);
        let related = finding["related"].as_array().unwrap();
        for other in related {
            self.compare(&other["location"], "", wrong);
        }
        Seen {
            rule: finding["rule"].as_str().unwrap().to_owned(),
            words: self.format.plain(words, template),
            value: finding["value"].as_str().map(str::to_owned),
            related: related.iter().map(|other| other["role"].to_string()).collect(),
        }
    }

    /// Bytes, line and columns of a place; the words there are `words`, unless they are empty.
    fn compare(&self, location: &Value, words: &str, wrong: &mut Vec<String>) {
        let number = |name: &str| usize::try_from(location[name].as_u64().unwrap()).unwrap();
        let (start, end) = (number("byte_start"), number("byte_end"));
        let decode = |bytes: &[u8]| {
            self.format
                .encoding
                .decode_without_bom_handling(bytes)
                .0
                .into_owned()
        };
        let written = decode(&self.bytes[start..end]);
        let read = (self.format.unescape)(&written);
        if !words.is_empty() && spaced(&read) != spaced(words) {
            wrong.push(format!(
                "{}: {words} is written {written}, read {read}",
                self.name
            ));
        }
        let before = decode(&self.bytes[..start]);
        let before = before.trim_start_matches('\u{feff}');
        assert!(self.text.starts_with(before), "a whole number of characters");
        let line = before.rsplit('\n').next().unwrap();
        let place = (
            before.matches('\n').count() + 1,
            line.chars().count() + 1,
            line.encode_utf16().count() + 1,
        );
        let told = (number("line"), number("column"), number("column_utf16"));
        if told != place {
            wrong.push(format!("{}: {words} is at {place:?}, told {told:?}", self.name));
        }
    }
}

/// Any run of white space as one blank: formats fold lines.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
