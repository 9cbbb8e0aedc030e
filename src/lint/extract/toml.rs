//! TOML.
//!
//! In: a document. Out: its strings, under their key paths, and its comments. Values are the library's, places and comments its
//! lexer's; escapes, trimmed first line breaks and lines that go on are led back. A document with a fault is read as far
//! as the library recovers it. It checks no schema.

use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use super::escapes::{Hex, NOTHING, Table, Units};
use super::nest::{MOST_DEPTH, Nest};
use super::{Comment, Extracted, Problem, checked};
use crate::error::say;
use crate::lint::passage::{Escaped, Passage, PassageBuilder};
use crate::lint::source::Source;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let mut own = Extracted::default();
    // The library takes a name of any number of parts and then drops the tables one in another.
    let mut parts = 0;
    for token in toml_parser::Source::new(text).lex() {
        let span = Span::new(token.span().start(), token.span().end());
        match token.kind() {
            TokenKind::Comment => own.comments.push(Comment {
                whole: span,
                words: Span::new(span.start + 1, span.end),
            }),
            TokenKind::Newline => parts = 0,
            TokenKind::Dot => parts += 1,
            _ => {}
        }
        if parts > MOST_DEPTH {
            own.problems.push(Problem {
                at: span.start,
                reason: say!("嵌套太深", "nested too deep"),
            });
            return own;
        }
    }
    let (table, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        let message = fault.message();
        let at = fault.span().map_or(0, |span| span.start);
        own.problems.push(Problem {
            at,
            reason: say!("不是有效的 TOML：{message}", "not valid TOML: {message}"),
        });
    }
    let mut nest = Nest::default();
    walk_table(text, table.get_ref(), &mut nest);
    own.passages = nest.finish();
    // The library sorts names.
    own.passages.sort_by_key(|passage| passage.frame);
    own.problems.sort_by_key(|problem| problem.at);
    own
}

fn walk_table(text: &str, table: &DeTable, nest: &mut Nest) {
    nest.open_table();
    for (name, value) in table {
        nest.name(name.get_ref());
        walk(text, value.get_ref(), value.span(), nest);
    }
    nest.close();
}

fn walk(text: &str, value: &DeValue, place: std::ops::Range<usize>, nest: &mut Nest) {
    let place = Span::new(place.start, place.end);
    match value {
        DeValue::String(value) => nest.leaf(value, || string(text, place, value)),
        DeValue::Integer(number) => nest.leaf(number.as_str(), || Passage::verbatim("", text, place)),
        DeValue::Array(elements) => {
            nest.open_list();
            for element in elements.iter() {
                walk(text, element.get_ref(), element.span(), nest);
            }
            nest.close();
        }
        DeValue::Table(table) => walk_table(text, table, nest),
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => nest.skip(),
    }
}

fn string(text: &str, place: Span, value: &str) -> Passage {
    let written = place.of(text);
    let quote = match written {
        _ if written.starts_with("\"\"\"") => "\"\"\"",
        _ if written.starts_with("'''") => "'''",
        _ if written.starts_with('"') => "\"",
        _ => "'",
    };
    let mut builder = PassageBuilder::default();
    if let Some(inside) = written
        .strip_prefix(quote)
        .and_then(|inside| inside.strip_suffix(quote))
    {
        let mut start = place.start + quote.len();
        let end = start + inside.len();
        if quote.len() == 3 {
            let first_break = ["\r\n", "\n"].iter().find(|sign| inside.starts_with(**sign));
            start += first_break.map_or(0, |sign| sign.len());
        }
        match quote.starts_with('"') {
            true => builder.push_escaped(text, Span::new(start, end), escape),
            false => builder.push_escaped(text, Span::new(start, end), line_break),
        }
    }
    checked(builder.finish("", place), value, place)
}

/// Line breaks are one character, however the file writes them.
fn line_break(rest: &str) -> Option<(Escaped, usize)> {
    rest.starts_with("\r\n").then_some((Escaped::Character('\n'), 2))
}

fn escape(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        hex: Hex::Character,
        units: Units::Character,
        has_long: true,
        is_lenient: true,
        letters: &[
            ('b', '\u{8}'),
            ('t', '\t'),
            ('n', '\n'),
            ('f', '\u{c}'),
            ('r', '\r'),
            ('e', '\u{1b}'),
        ],
        ..NOTHING
    };
    const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
    let Some(behind) = rest.strip_prefix('\\') else {
        return line_break(rest);
    };
    match behind.starts_with(BLANKS) {
        true => {
            let left = behind.trim_start_matches(BLANKS);
            Some((Escaped::Nothing, rest.len() - left.len()))
        }
        false => TABLE.resolve(rest),
    }
}
