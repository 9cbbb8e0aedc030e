//! Inputs → messages.
//!
//! In: files, folders, stdin, in any usual format and encoding. Out: [`Batch`]es of records, which worker threads
//! turn into [`Message`]s. Promise: streams, in memory bounded by the batch; each record is judged, rejected
//! with its position and reason, or skipped because it is blank, and [`Counts`] shows that none is lost; the same
//! records come out whatever the batch size. It doesn't look into texts, but for the speakers of a transcript.
//!
//! ```
//! use dunlint::read::{self, ReadOptions, Reader};
//! let dump = "编号,短信内容\n7,请还款\n8,\"未完\n9,谢谢\n";
//! let mut reader = Reader::new("dump.csv", dump.as_bytes(), &ReadOptions::default())?;
//! let mut shown = Vec::new();
//! while let Some(batch) = reader.next_batch()? {
//!     for record in batch.records() {
//!         shown.push(match record {
//!             Ok(record) => format!("{}", record.message.id),
//!             Err(rejection) => format!("record {} at byte {:?}", rejection.record, rejection.byte),
//!         });
//!     }
//! }
//! assert_eq!(shown, ["7", "record 2 at byte Some(32)", "9"]);
//! # Ok::<(), dunlint::Error>(())
//! ```

mod batch;
mod columns;
mod csv;
mod cut;
mod draft;
mod foreign;
mod inputs;
mod json;
mod jsonl;
mod packed;
mod preview;
mod profile;
mod reader;
mod sniff;
mod subtitles;
mod text;
pub mod transcript;

use std::fmt;
use std::sync::Arc;

pub use batch::{Batch, Record};
pub use columns::{ColumnOverrides, Field};
pub use draft::Unread;
pub use inputs::{Input, Inputs, expand};
pub use preview::{Choice, Preview, SourceColumn, preview};
pub use profile::Profile;
pub use reader::{Position, Reader};

use crate::decode::Encoding;
use crate::message::Channel;
#[cfg(doc)]
use crate::message::Message;

/// How to read, where the input shouldn't decide.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// `None`: by the file's name and content.
    pub format: Option<Format>,
    /// What is one message in plain text; `None`: by its content.
    pub unit: Option<Unit>,
    /// `None`: by the content.
    pub encoding: Option<Encoding>,
    /// What separates the fields of [`Format::Csv`]: an ASCII sign; `None`: by the content.
    pub delimiter: Option<u8>,
    /// Names of columns and keys that beat the table of usual names.
    pub columns: ColumnOverrides,
    /// The channel of messages whose record names none.
    pub channel: Option<Channel>,
    /// How many bytes a batch holds, about; a record is never split.
    pub batch_bytes: usize,
    /// Longer records are rejected.
    pub max_record_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            unit: None,
            encoding: None,
            delimiter: None,
            columns: ColumnOverrides::default(),
            channel: None,
            batch_bytes: 1 << 20,
            max_record_bytes: MAX_RECORD_BYTES,
        }
    }
}

/// Longer records are rejected unless [`ReadOptions::max_record_bytes`] says otherwise.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// How an input is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Format {
    /// A JSON object a line.
    Jsonl,
    /// JSON that is spread over lines: an array of records, or one record such as a recognised call.
    Json,
    /// Fields separated by a sign, which is looked for.
    Csv,
    /// Fields separated by tabs.
    Tsv,
    /// Plain text.
    Text,
    /// Calls, each line with its speaker.
    Transcript,
    /// One call as subtitles, SRT or WebVTT.
    Subtitles,
}

impl Format {
    /// The format with this name, as in `--format csv`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// All of them.
    pub const ALL: [Format; 7] = [
        Format::Jsonl,
        Format::Json,
        Format::Csv,
        Format::Tsv,
        Format::Text,
        Format::Transcript,
        Format::Subtitles,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Text => "text",
            Format::Transcript => "transcript",
            Format::Subtitles => "subtitles",
        }
    }
}

/// What is one message in plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// A line.
    Line,
    /// What stands between blank lines.
    Paragraph,
    /// All of it.
    File,
}

impl Unit {
    /// The unit with this name, as in `--unit line`.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Unit::Line, Unit::Paragraph, Unit::File];
        all.into_iter().find(|unit| unit.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Line => "line",
            Unit::Paragraph => "paragraph",
            Unit::File => "file",
        }
    }
}

/// How an input is read: told by the user or decided on a sample, and then kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Decision {
    /// The kind of document that the text was taken from, such as `xlsx`; `None` if the file is text itself.
    pub document: Option<String>,
    /// How characters are written.
    pub encoding: Encoding,
    /// Whether that was a guess, and the text doesn't read like Chinese in it.
    pub is_encoding_doubtful: bool,
    /// How records are written.
    pub format: Format,
    /// What is one message, in plain text.
    pub unit: Option<Unit>,
    /// What separates fields, in a table.
    pub delimiter: Option<char>,
    /// Which columns of a table are read, in their order.
    pub columns: Vec<Column>,
    /// Whether the table has no column with a usual name for texts, and this one was chosen by its looks.
    pub is_text_guessed: bool,
}

/// A column of a table that is read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Column {
    /// What it holds.
    pub field: Field,
    /// Its number from 1.
    pub number: usize,
    /// Its name, if the table has a header.
    pub header: Option<String>,
}

/// A record that could not be judged, with what is needed to find it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The file as it was named, or `-`.
    pub file: Arc<str>,
    /// The path inside the file, if it is packed: the member of an archive, the sheet of a workbook.
    pub member: Option<Arc<str>>,
    /// The record's number from 1.
    pub record: u64,
    /// Where the record begins in the file, or unpacked in its member, in bytes from 0; `None` in a document that isn't
    /// text.
    pub byte: Option<u64>,
    /// Why.
    pub reason: Reason,
    /// The record as it stands in the file; of one that is too long, the beginning.
    pub raw: Vec<u8>,
}

/// Why a record was rejected. More reasons may come. Holds nothing of the record's text, so logs may print it.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Some bytes aren't text in the encoding of the file.
    Undecodable {
        /// That encoding.
        encoding: Encoding,
        /// Position of the first wrong byte in the file, from 0.
        byte: u64,
    },
    /// It is longer than allowed.
    TooLong {
        /// Its length.
        bytes: u64,
    },
    /// A quote was opened in this line of a table and never closed.
    UnterminatedQuote,
    /// There are words in it beyond the last column of the table: a delimiter stands in a text without quotes.
    TooManyFields {
        /// How many columns the table has.
        columns: usize,
    },
    /// The file can't be read to the record's end.
    CutOff,
    /// It is not JSON.
    Json {
        /// What the parser says.
        problem: String,
        /// Where, in bytes of the line, from 1.
        column: usize,
    },
    /// It is JSON, but no object.
    NotAnObject,
    /// It has no text.
    NoText,
    /// Its text is a number, a list or an object.
    TextNotString,
    /// Its text is blank.
    EmptyText,
    /// A turn has no text.
    BadTurn {
        /// Its number from 0.
        turn: usize,
    },
}

impl Reason {
    /// A name that stays, for tables and machine formats.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::Undecodable { .. } => "undecodable",
            Reason::TooLong { .. } => "too-long",
            Reason::UnterminatedQuote => "unterminated-quote",
            Reason::TooManyFields { .. } => "too-many-fields",
            Reason::CutOff => "cut-off",
            Reason::Json { .. } => "json",
            Reason::NotAnObject => "not-an-object",
            Reason::NoText => "no-text",
            Reason::TextNotString => "text-not-string",
            Reason::EmptyText => "empty-text",
            Reason::BadTurn { .. } => "bad-turn",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Undecodable { encoding, byte } => {
                write!(out, "byte {byte} is not {}", encoding.name())
            }
            Reason::TooLong { bytes } => write!(out, "the record is {bytes} bytes long"),
            Reason::UnterminatedQuote => out.write_str("a quote is opened and never closed"),
            Reason::TooManyFields { columns } => {
                write!(out, "it has more fields than the {columns} columns of the table")
            }
            Reason::CutOff => out.write_str("the file can't be read to its end"),
            Reason::Json { problem, column } => {
                write!(out, "not JSON: {problem} at column {column}")
            }
            Reason::NotAnObject => out.write_str("not a JSON object"),
            Reason::NoText => out.write_str("no text in it"),
            Reason::TextNotString => out.write_str("its text is not a string"),
            Reason::EmptyText => out.write_str("its text is empty"),
            Reason::BadTurn { turn } => write!(out, "turn {turn} has no text"),
        }
    }
}

/// What became of the records of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Records found.
    pub read: u64,
    /// Of these, judged.
    pub judged: u64,
    /// Of these, rejected.
    pub rejected: u64,
    /// Of these, skipped because they are blank.
    pub skipped: u64,
}

impl Counts {
    /// Whether every record is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.read == self.judged + self.rejected + self.skipped
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.read += other.read;
        self.judged += other.judged;
        self.rejected += other.rejected;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests;
