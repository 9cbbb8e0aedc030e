//! A text that is in memory as a whole → the stretches of its records.
//!
//! In: a decoded text. Out: byte ranges of it: the messages of plain text ([`units`]), the rows of a table ([`Rows`]). Units,
//! delimiters, headers and cuts are decided by the same functions as for the streams of `screen`, so that both read a
//! file alike. It reads no values.

use std::ops::Range;

use crate::decode::{Encoding, SAMPLE_BYTES};
use crate::read::columns::{ColumnOverrides, Field};
use crate::read::cut::{Boundary, Cutter, Kind, Piece, Step};
use crate::read::sniff::{TableDecision, decide_table};
use crate::read::{Unit, text};

/// A table that is in memory as a whole.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Between fields.
    pub delimiter: u8,
    /// The names of the columns; none without a header.
    pub names: Vec<String>,
    /// The column that identifies a record, from 0.
    pub id_column: Option<usize>,
    /// The rows below the header that hold anything.
    pub rows: Vec<Range<usize>>,
    /// Where a quote is opened and not closed; the line is a row all the same.
    pub unterminated: Vec<usize>,
}

/// The messages of a plain text. O(bytes).
pub(crate) fn units(text: &str) -> Vec<Range<usize>> {
    let sample = sample(text);
    let boundary = match text::sniff_unit(sample, sample.len() == text.len()) {
        Unit::Line => Boundary::Line,
        Unit::Paragraph => Boundary::Paragraph,
        Unit::File => Boundary::File,
    };
    let pieces = pieces(text, 0, boundary);
    pieces.into_iter().map(|piece| piece.start..piece.end).collect()
}

/// The lines that hold anything. O(bytes).
pub(crate) fn lines(text: &str) -> Vec<Range<usize>> {
    let pieces = pieces(text, 0, Boundary::Line);
    pieces.into_iter().map(|piece| piece.start..piece.end).collect()
}

impl Rows {
    /// Cuts a table. O(bytes).
    pub(crate) fn cut(text: &str) -> Self {
        let content = sample(text).as_bytes();
        let TableDecision {
            table,
            header,
            above,
            trouble: _,
        } = decide_table(content, Encoding::Utf8, None, &ColumnOverrides::default(), None);
        let boundary = Boundary::Row {
            delimiter: table.delimiter,
            width: table.width,
        };
        let pieces = pieces(text, above, boundary);
        let is_open = |piece: &&Piece| piece.kind == Kind::Unterminated;
        let mut columns = table.columns.iter();
        Self {
            delimiter: table.delimiter,
            names: header,
            id_column: columns
                .find(|column| column.field == Field::Id)
                .map(|column| column.number - 1),
            unterminated: pieces.iter().filter(is_open).map(|piece| piece.start).collect(),
            rows: pieces.into_iter().map(|piece| piece.start..piece.end).collect(),
        }
    }
}

/// As much of a text as decisions rest on.
fn sample(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What a boundary cuts off a text from a place on, but for what is blank.
fn pieces(text: &str, from: usize, boundary: Boundary) -> Vec<Piece> {
    let mut cutter = Cutter::new(boundary, Encoding::Utf8);
    let mut at = from;
    let mut pieces = Vec::new();
    while let Step::Cut(piece, next) = cutter.step(text.as_bytes(), at, true) {
        pieces.extend(piece.filter(|piece| piece.kind != Kind::Blank));
        at = next;
    }
    pieces
}
