//! A seeded generator of a repository of templates: the same seed, the same files.
//!
//! Texts of a collector's dump, their sums made variables, in the formats that repositories keep templates in, by turns, a
//! hundred files a folder: plain text and FreeMarker with one template a file, as mail and letters are kept; YAML, JSON,
//! properties and program text with several. Or ten in every file.

use std::fs;
use std::io;
use std::path::Path;

use super::dump::{Mixture, texts};

/// How many texts a file has.
#[derive(Clone, Copy)]
pub enum Density {
    /// As the format usually has, 3.5 on the average.
    Usual,
    /// So many.
    Fixed(usize),
}

/// A format by how one text is written under a number, and what stands around all.
struct Format {
    extension: &'static str,
    /// Texts that a file usually has.
    texts: usize,
    around: (&'static str, &'static str),
    entry: fn(usize, &str) -> String,
}

const FORMATS: &[Format] = &[
    Format {
        extension: "yaml",
        texts: 4,
        around: ("templates:\n", ""),
        entry: |number, text| format!("  t{number}: {}\n", serde_json::Value::from(text)),
    },
    Format {
        extension: "json",
        texts: 6,
        around: ("{\n", "  \"end\": 0\n}\n"),
        entry: |number, text| format!("  \"t{number}\": {},\n", serde_json::Value::from(text)),
    },
    Format {
        extension: "properties",
        texts: 6,
        around: ("", ""),
        entry: |number, text| format!("t.{number}={}\n", text.replace('\\', "\\\\").replace('\n', "\\n")),
    },
    Format {
        extension: "java",
        texts: 3,
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
        texts: 1,
        around: ("", ""),
        entry: |_, text| format!("{}\n", text.replace('\n', " ")),
    },
    Format {
        extension: "ftl",
        texts: 1,
        around: ("<#-- ${code} -->\n", ""),
        entry: |_, text| format!("<p>{text}</p>\n"),
    },
];

/// Writes so many files below a folder.
///
/// # Errors
/// If a file can't be written.
pub fn write(folder: &Path, files: usize, density: Density, seed: u64) -> io::Result<()> {
    let mut texts = texts(seed, Mixture::Collector);
    for file in 0..files {
        let format = &FORMATS[file % FORMATS.len()];
        let count = match density {
            Density::Usual => format.texts,
            Density::Fixed(count) => count,
        };
        let entries = texts.by_ref().take(count).enumerate();
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
