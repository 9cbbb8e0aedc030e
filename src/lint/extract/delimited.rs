//! Tables: CSV, TSV, and what else separates fields with a sign.
//!
//! In: a table, its delimiter and header decided as `screen` decides them. Out: every cell below the header that has Han
//! text, under `rows[2].内容`, or `rows[2][0]` where the column has no name; the id column's cell is the id of its row's
//! texts. Doubled quotes lead back to where they stand. It knows no comments: the format has none.

use super::nest::push_name;
use super::{Extracted, Problem, checked};
use crate::error::say;
use crate::lint::passage::{PassageBuilder, has_han};
use crate::lint::source::Source;
use crate::read::{Rows, row_fields};
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let table = Rows::cut(text);
    let mut own = Extracted::default();
    for (number, row) in table.rows.iter().enumerate() {
        let row = Span::new(row.start, row.end);
        let first = own.passages.len();
        let mut id = None;
        let cells = Cells::of(text, row, table.delimiter);
        let values = row_fields(row.of(text), table.delimiter);
        for (column, (cell, value)) in cells.zip(values).enumerate() {
            if table.id_column == Some(column) && !value.trim().is_empty() {
                id = Some(value.trim().to_owned());
            }
            if !has_han(&value) {
                continue;
            }
            let mut key = format!("rows[{number}]");
            match table.names.get(column).filter(|name| !name.is_empty()) {
                Some(name) => push_name(&mut key, name),
                None => key.push_str(&format!("[{column}]")),
            }
            let mut builder = PassageBuilder::default();
            push_cell(&mut builder, text, cell);
            own.passages
                .push(checked(builder.finish(key, cell), &value, cell));
        }
        for passage in &mut own.passages[first..] {
            passage.id.clone_from(&id);
        }
    }
    let open = table.unterminated.iter().map(|&at| Problem {
        at,
        reason: say!(
            "引号没有闭合；按单独一行读取",
            "a quote isn't closed; the line is read as a row"
        ),
    });
    own.problems.extend(open);
    own
}

/// The cells of a row as they are written, with their quotes.
struct Cells<'t> {
    text: &'t str,
    /// What of the row is left; none behind its last cell.
    rest: Option<Span>,
    delimiter: u8,
}

impl<'t> Cells<'t> {
    fn of(text: &'t str, row: Span, delimiter: u8) -> Self {
        Self {
            text,
            rest: Some(row),
            delimiter,
        }
    }
}

impl Iterator for Cells<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let rest = self.rest?;
        let behind_quotes = closing_quote(self.text, rest).unwrap_or(rest.start);
        let tail = Span::new(behind_quotes, rest.end);
        let end = memchr::memchr(self.delimiter, tail.of(self.text).as_bytes());
        let end = end.map(|at| tail.start + at);
        self.rest = end.map(|end| Span::new(end + 1, rest.end));
        Some(Span::new(rest.start, end.unwrap_or(rest.end)))
    }
}

/// Behind the quote that closes the one at the start; the end where none does; `None` without one at the start.
fn closing_quote(text: &str, span: Span) -> Option<usize> {
    let bytes = &text.as_bytes()[..span.end];
    if bytes.get(span.start) != Some(&b'"') {
        return None;
    }
    let mut at = span.start + 1;
    while let Some(quote) = memchr::memchr(b'"', &bytes[at..]) {
        at += quote + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            _ => return Some(at),
        }
    }
    Some(span.end)
}

fn push_cell(builder: &mut PassageBuilder, text: &str, cell: Span) {
    let Some(behind) = closing_quote(text, cell) else {
        return builder.push_verbatim(text, cell);
    };
    let is_closed = behind > cell.start + 1 && text.as_bytes()[behind - 1] == b'"';
    let inside_end = behind - usize::from(is_closed);
    let mut at = cell.start + 1;
    while let Some(quote) = text[at..inside_end].find("\"\"").map(|quote| at + quote) {
        builder.push_verbatim(text, Span::new(at, quote));
        builder.push_written("\"", Span::new(quote, quote + 2));
        at = quote + 2;
    }
    builder.push_verbatim(text, Span::new(at, inside_end));
    // What stands behind the closing quote belongs to the cell.
    builder.push_verbatim(text, Span::new(behind, cell.end));
}
