//! JSON, with what JSON5 and editors allow: comments, trailing commas, single quotes.
//!
//! In: a value, or a value a line. Out: its strings, under their key paths. The tokens are the library's; its parser is asked
//! where the fault is, and the strings before it are read all the same. Strings that hold JSON again are texts like
//! others. It checks no schema.

use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions, Scanner, ScannerOptions, parse_to_ast};

use super::escapes::{Hex, NOTHING, Table, Units};
use super::nest::Nest;
use super::{Comment, Extracted, Problem, checked};
use crate::error::say;
use crate::lint::passage::{Escaped, Passage, PassageBuilder};
use crate::lint::source::Source;
use crate::read;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let mut own = Extracted::default();
    let whole = Span::new(0, source.text().len());
    walk(source.text(), whole, Nest::default(), &mut own);
    own
}

/// The same, of a value a line; a line with a fault doesn't keep the others from being read.
pub(super) fn extract_lines(source: &Source) -> Extracted {
    let mut own = Extracted::default();
    for line in read::lines(source.text()) {
        let line = Span::new(line.start, line.end);
        walk(source.text(), line, Nest::of_record(), &mut own);
    }
    own
}

/// Reads the value in a span of the text.
fn walk(text: &str, span: Span, mut nest: Nest, own: &mut Extracted) {
    let value = span.of(text);
    let fault = parse_to_ast(value, &CollectOptions::default(), &ParseOptions::default()).err();
    let end = fault
        .as_ref()
        .map_or(value.len(), |fault| readable(fault, value.len()));
    if let Some(fault) = fault {
        let kind = fault.kind().to_string();
        own.problems.push(Problem {
            at: span.start + fault.range().start,
            reason: say!("不是有效的 JSON：{kind}", "not valid JSON: {kind}"),
        });
    }
    let mut scanner = Scanner::new(value, &ScannerOptions::default());
    // For each open table whether a name comes next, for each open list nothing.
    let mut is_name_next: Vec<Option<bool>> = Vec::new();
    while let Ok(Some(token)) = scanner.scan() {
        if scanner.token_start() >= end {
            break;
        }
        let place = Span::new(
            span.start + scanner.token_start(),
            span.start + scanner.token_end(),
        );
        let in_table = is_name_next.last_mut().and_then(Option::as_mut);
        match token {
            Token::CommentLine(words) | Token::CommentBlock(words) => {
                let start = place.start + 2;
                own.comments.push(Comment {
                    whole: place,
                    words: Span::new(start, start + words.len()),
                });
            }
            Token::Colon => {
                in_table.into_iter().for_each(|is_name| *is_name = false);
            }
            Token::Comma => {
                in_table.into_iter().for_each(|is_name| *is_name = true);
            }
            Token::CloseBrace | Token::CloseBracket => {
                nest.close();
                is_name_next.pop();
            }
            Token::String(name) if in_table.as_deref() == Some(&true) => nest.name(&name),
            Token::Word(name) | Token::Number(name) if in_table.as_deref() == Some(&true) => nest.name(name),
            value => {
                // The next one has a name, though a comma may be missing.
                in_table.into_iter().for_each(|is_name| *is_name = true);
                match value {
                    Token::OpenBrace => {
                        nest.open_table();
                        is_name_next.push(Some(true));
                    }
                    Token::OpenBracket => {
                        nest.open_list();
                        is_name_next.push(None);
                    }
                    Token::String(value) => nest.leaf(&value, || string(text, place, &value)),
                    Token::Number(value) => nest.leaf(value, || Passage::verbatim("", text, place)),
                    _ => nest.skip(),
                }
            }
        }
    }
    own.passages.extend(nest.finish());
}

/// How far a value with a fault can be read: up to it, or to its end where only brackets aren't closed.
fn readable(fault: &ParseError, length: usize) -> usize {
    match fault.kind() {
        ParseErrorKind::UnterminatedArray | ParseErrorKind::UnterminatedObject => length,
        _ => fault.range().start,
    }
}

fn string(text: &str, place: Span, value: &str) -> Passage {
    let mut builder = PassageBuilder::default();
    builder.push_escaped(text, Span::new(place.start + 1, place.end - 1), escape);
    let passage = builder.finish("", place);
    debug_assert_eq!(
        passage.text, value,
        "escapes are resolved as the parser resolves them"
    );
    checked(passage, value, place)
}

/// What a backslash of JSON or JSON5 stands for.
fn escape(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        hex: Hex::Character,
        units: Units::Utf16,
        is_lenient: true,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('v', '\u{b}'),
            ('0', '\0'),
        ],
        ..NOTHING
    };
    let separator = rest.strip_prefix('\\')?.chars().next()?;
    match separator {
        '\u{2028}' | '\u{2029}' => Some((Escaped::Nothing, 1 + separator.len_utf8())),
        _ => TABLE.resolve(rest),
    }
}
