//! Java's properties.
//!
//! In: `key=value`, `key: value`, `key value`, with lines that go on behind a backslash and `\uXXXX`. Out: the values, under their
//! keys as they are, and the comments. Every text is valid; values are cut and resolved as `java.util.Properties` does.

use super::escapes::{NOTHING, Table, Units};
use super::{Comment, Extracted};
use crate::lint::passage::{Escaped, PassageBuilder, has_han};
use crate::lint::source::Source;
use crate::span::Span;

/// What Java takes for blank inside a line.
const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

const LINE_ENDS: [char; 2] = ['\n', '\r'];

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let mut own = Extracted::default();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches(BLANKS).len();
        at += blank;
        let rest = &text[at..];
        let line_end = at + rest.find(LINE_ENDS).unwrap_or(rest.len());
        match rest.chars().next() {
            None => break,
            Some('\n' | '\r') => at += 1,
            Some('#' | '!') => {
                own.comments.push(Comment {
                    whole: Span::new(at, line_end),
                    words: Span::new(at + 1, line_end),
                });
                at = line_end;
            }
            Some(_) => at = entry(text, at, &mut own),
        }
    }
    own
}

/// Reads a key with its value; tells where the line ends.
fn entry(text: &str, start: usize, own: &mut Extracted) -> usize {
    let key_end = scan(text, start, |sign| {
        BLANKS.contains(&sign) || LINE_ENDS.contains(&sign) || matches!(sign, '=' | ':')
    });
    let mut at = skip_blanks(text, key_end);
    if text[at..].starts_with(['=', ':']) {
        at = skip_blanks(text, at + 1);
    }
    let end = scan(text, at, |sign| LINE_ENDS.contains(&sign));
    let frame = Span::new(at, end);
    let mut builder = PassageBuilder::default();
    builder.push_escaped(text, frame, escape);
    let mut passage = builder.finish("", frame);
    if has_han(&passage.text) {
        let mut key = PassageBuilder::default();
        key.push_escaped(text, Span::new(start, key_end), escape);
        passage.key = key.finish("", frame).text;
        own.passages.push(passage);
    }
    end
}

/// Where the first of these signs stands that no backslash takes away; the end without one.
fn scan(text: &str, from: usize, is_end: impl Fn(char) -> bool) -> usize {
    let mut at = from;
    while let Some(sign) = text[at..].chars().next() {
        match escape(&text[at..]) {
            Some((_, length)) => at += length,
            None if is_end(sign) => break,
            None => at += sign.len_utf8(),
        }
    }
    at
}

fn skip_blanks(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &text[at..];
        match escape(rest) {
            Some((Escaped::Nothing, length)) => at += length,
            _ if rest.starts_with(BLANKS) => at += 1,
            _ => return at,
        }
    }
}

fn escape(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        units: Units::Utf16,
        is_lenient: true,
        letters: &[('t', '\t'), ('n', '\n'), ('r', '\r'), ('f', '\u{c}')],
        ..NOTHING
    };
    let behind = rest.strip_prefix('\\')?;
    match behind.chars().next() {
        None => Some((Escaped::Nothing, 1)),
        Some('\n' | '\r') => {
            let next = behind.strip_prefix("\r\n").unwrap_or(&behind[1..]);
            let left = next.trim_start_matches(BLANKS);
            Some((Escaped::Nothing, rest.len() - left.len()))
        }
        // Of a number that is none Java refuses the file; people see the letters.
        Some('u') => TABLE.resolve(rest).or(Some((Escaped::Character('u'), 2))),
        Some(_) => TABLE.resolve(rest),
    }
}
