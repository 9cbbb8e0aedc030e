//! A seeded generator of a repository of templates: the same seed, the same files.
//!
//! Ten texts of a collector's dump a file, their sums made variables, in the formats that repositories keep templates in:
//! YAML, JSON, properties, program text and plain text by turns, a hundred files a folder.

use std::fs;
use std::io;
use std::path::Path;

use super::dump::{Mixture, texts};

/// Texts a file.
const TEXTS: usize = 10;

/// A format by how one text is written under a number, and what stands around all.
struct Format {
    extension: &'static str,
    around: (&'static str, &'static str),
    entry: fn(usize, &str) -> String,
}

const FORMATS: &[Format] = &[
    Format {
        extension: "yaml",
        around: ("templates:\n", ""),
        entry: |number, text| format!("  t{number}: {}\n", serde_json::Value::from(text)),
    },
    Format {
        extension: "json",
        around: ("{\n", "  \"end\": 0\n}\n"),
        entry: |number, text| format!("  \"t{number}\": {},\n", serde_json::Value::from(text)),
    },
    Format {
        extension: "properties",
        around: ("", ""),
        entry: |number, text| format!("t.{number}={}\n", text.replace('\\', "\\\\").replace('\n', "\\n")),
    },
    Format {
        extension: "java",
        around: ("class Templates {\n", "}\n"),
        entry: |number, text| {
            format!(
                "    static final String T{number} = {};\n",
                serde_json::Value::from(text)
            )
        },
    },
    Format {
        extension: "txt",
        around: ("", ""),
        entry: |_, text| format!("{}\n", text.replace('\n', " ")),
    },
];

/// Writes so many files below a folder.
///
/// # Errors
/// If a file can't be written.
pub fn write(folder: &Path, files: usize, seed: u64) -> io::Result<()> {
    let mut texts = texts(seed, Mixture::Collector);
    for file in 0..files {
        let format = &FORMATS[file % FORMATS.len()];
        let entries = texts.by_ref().take(TEXTS).enumerate();
        let entries: String = entries
            .map(|(number, text)| (format.entry)(number, &with_variables(&text)))
            .collect();
        let (before, behind) = format.around;
        let below = folder.join(format!("{:02}", file / 100));
        fs::create_dir_all(&below)?;
        let path = below.join(format!("templates{file:05}.{}", format.extension));
        fs::write(path, format!("{before}{entries}{behind}"))?;
    }
    Ok(())
}

/// The text with its sums, as 3260.50, made variables.
fn with_variables(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        written += &rest[..start];
        rest = &rest[start..];
        let length = rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(rest.len());
        let number = &rest[..length];
        match number.trim_end_matches('.').contains('.') {
            true => written += "${amount}",
            false => written += number,
        }
        rest = &rest[length..];
    }
    written + rest
}
