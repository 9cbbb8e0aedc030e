//! Bytes with known record ends → records.
//!
//! In: what a [`Reader`](crate::read::Reader) cut off. Out: messages that borrow from the batch. All work that
//! costs anything is done here, so that it is done by the thread that judges: decoding, one UTF-8 check a
//! batch, parsing.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::decode::{self, Encoding, Undecodable};
use crate::message::{Channel, Message};
use crate::read::columns::{ColumnOverrides, KnownKeys};
use crate::read::csv::Table;
use crate::read::cut::{Kind, Piece};
use crate::read::draft::{Defaults, Draft, Unread};
use crate::read::{Reason, Rejection, json, jsonl, packed, subtitles};

/// How to read the records of one input.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The input's name in ids.
    pub name: String,
    /// The input's file as the user named it, and the path inside.
    pub file: Arc<str>,
    pub member: Option<Arc<str>>,
    /// Whether positions in the text are those in the file.
    pub has_bytes: bool,
    pub encoding: Encoding,
    pub channel: Option<Channel>,
    pub layout: Layout,
}

impl Shape {
    /// The input as it is shown to people.
    pub(crate) fn shown(&self) -> String {
        packed::joined(&self.file, self.member.as_deref().unwrap_or_default())
    }
}

/// What a record looks like.
#[derive(Debug)]
pub(crate) enum Layout {
    Object(ColumnOverrides),
    Element(ColumnOverrides),
    /// JSON that has the file to itself.
    Document(ColumnOverrides),
    Row(Table),
    Text,
    Call,
    Subtitles,
}

/// Some records of an input, not yet parsed.
#[derive(Debug)]
pub struct Batch {
    pub(crate) shape: Arc<Shape>,
    /// Number of the first record.
    pub(crate) first: u64,
    /// Position of the first byte in the file.
    pub(crate) origin: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
    /// The text of an input that isn't UTF-8, made when first asked for.
    pub(crate) decoded: OnceLock<Decoded>,
}

/// All records' texts in one string.
#[derive(Debug)]
pub(crate) struct Decoded {
    text: String,
    records: Vec<Result<Range<usize>, Undecodable>>,
}

/// A record that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    /// Its number from 1, blank records included.
    pub number: u64,
    /// Where it begins in the file, in bytes from 0.
    pub byte: u64,
    /// Its decoded text: the line of JSONL, the row of a table, the words.
    pub raw: &'a str,
    /// What it says.
    pub message: Message<'a>,
    /// What it says that was not understood.
    pub unread: Unread,
}

impl Batch {
    /// How many records it holds, blank ones included: what is to be judged, rejected or skipped.
    pub fn read(&self) -> u64 {
        self.pieces.len() as u64
    }

    /// How many of them are blank.
    pub fn skipped(&self) -> u64 {
        self.pieces
            .iter()
            .filter(|piece| piece.kind == Kind::Blank)
            .count() as u64
    }

    /// Bytes of the input that it covers.
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The records in their order, the blank ones left out: messages, or why there is none.
    pub fn records(&self) -> impl Iterator<Item = Result<Record<'_>, Rejection>> {
        let whole = match self.shape.encoding {
            Encoding::Utf8 => simdutf8::basic::from_utf8(&self.bytes).ok(),
            _ => None,
        };
        let pieces = self.pieces.iter().enumerate();
        let mut keys = KnownKeys::default();
        pieces
            .filter(|(_, piece)| piece.kind != Kind::Blank)
            .map(move |(index, piece)| {
                let number = self.first + index as u64;
                let byte = self.origin + piece.start as u64;
                let rejected = |reason| Rejection {
                    file: Arc::clone(&self.shape.file),
                    member: self.shape.member.clone(),
                    record: number,
                    byte: self.shape.has_bytes.then_some(byte),
                    reason,
                    raw: self.bytes[piece.start..piece.end].to_vec(),
                };
                let raw = self.text(whole, index, piece).map_err(rejected)?;
                let draft = self.draft(raw, &mut keys).map_err(rejected)?;
                Ok(Record {
                    number,
                    byte,
                    raw,
                    unread: draft.unread(),
                    message: self.message(draft, number).map_err(rejected)?,
                })
            })
    }

    /// All that a record says, by the names of its columns or keys, as text; lists and objects as JSON. O(bytes).
    pub fn columns(&self, raw: &str) -> Vec<(String, String)> {
        match &self.shape.layout {
            Layout::Row(table) => table.named_fields(raw),
            Layout::Object(_) | Layout::Element(_) | Layout::Document(_) => json::members(raw),
            Layout::Text | Layout::Call | Layout::Subtitles => vec![("text".to_owned(), raw.to_owned())],
        }
    }

    fn text<'a>(&'a self, whole: Option<&'a str>, index: usize, piece: &Piece) -> Result<&'a str, Reason> {
        match piece.kind {
            Kind::TooLong(bytes) => return Err(Reason::TooLong { bytes }),
            Kind::Unterminated => return Err(Reason::UnterminatedQuote),
            Kind::CutOff => return Err(Reason::CutOff),
            Kind::Whole | Kind::Blank => {}
        }
        let encoding = self.shape.encoding;
        let text = match (whole, encoding) {
            (Some(whole), _) => Ok(&whole[piece.start..piece.end]),
            (None, Encoding::Utf8) => {
                let checked = simdutf8::compat::from_utf8(&self.bytes[piece.start..piece.end]);
                checked.map_err(|error| error.valid_up_to())
            }
            (None, _) => {
                let decoded = self.decoded.get_or_init(|| self.decode());
                match &decoded.records[index] {
                    Ok(range) => Ok(&decoded.text[range.clone()]),
                    Err(undecodable) => Err(undecodable.at),
                }
            }
        };
        text.map_err(|at| Reason::Undecodable {
            encoding,
            byte: self.origin + (piece.start + at) as u64,
        })
    }

    fn decode(&self) -> Decoded {
        let mut text = String::with_capacity(self.bytes.len() * 3 / 2);
        let records = self.pieces.iter().map(|piece| {
            let start = text.len();
            // What is rejected anyway needs no decoding.
            if piece.kind == Kind::Whole {
                let bytes = &self.bytes[piece.start..piece.end];
                let encoding = self.shape.encoding;
                if encoding.ascii_width() == 1 && decode::is_utf8_instead(bytes) {
                    let at = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
                    return Err(Undecodable { at });
                }
                text.push_str(&encoding.decode(bytes)?);
            }
            Ok(start..text.len())
        });
        let records = records.collect();
        Decoded { text, records }
    }

    fn draft<'a>(&'a self, raw: &'a str, keys: &mut KnownKeys) -> Result<Draft<'a>, Reason> {
        match &self.shape.layout {
            Layout::Object(columns) => jsonl::draft(raw, columns, keys),
            Layout::Element(columns) => json::element(raw, columns, keys),
            Layout::Document(columns) => json::draft(raw, columns, keys),
            Layout::Row(table) => table.draft(raw),
            Layout::Text => Ok(Draft::of_words(Cow::Borrowed(raw))),
            Layout::Call => Ok(Draft::call(raw)),
            Layout::Subtitles => Ok(Draft::of_turns(subtitles::turns(raw))),
        }
    }

    fn message<'a>(&'a self, draft: Draft<'a>, number: u64) -> Result<Message<'a>, Reason> {
        draft.into_message(Defaults {
            file: &self.shape.name,
            number,
            channel: self.shape.channel,
        })
    }
}
