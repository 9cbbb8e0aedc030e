//! The tokens of a script, with their bytes.
//!
//! In: a script, a dialect. Out: statement by statement its tokens, each with its span, and of string literals the passage.
//! The tokenizer is the library's; it counts in lines and columns, which become bytes here, and keeps all tokens of what
//! it is given, so it gets no more than it needs: a dump of 64 MB would be gigabytes of tokens. It knows no statements.

use std::any::TypeId;

use sqlparser::dialect::{Dialect, MySqlDialect};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::lint::extract::checked;
use crate::lint::extract::escapes::{Hex, NOTHING, Table, Units, hex};
use crate::lint::passage::{Escaped, Passage, PassageBuilder};
use crate::span::Span;

/// A token and where it stands in the script.
#[derive(Debug)]
pub(super) struct Placed {
    pub token: Token,
    pub span: Span,
}

/// Where the script can't be cut into tokens.
#[derive(Debug)]
pub(super) struct Fault {
    pub at: usize,
    pub message: String,
}

/// Bytes given to the tokenizer at once, up to the end of a statement.
const CHUNK_BYTES: usize = 1 << 20;

/// MySQL, and with it all where a backslash in a literal begins an escape. What MySQL runs of a comment (`/*!40101 SET … */`) is a
/// comment here: the library gives its tokens wrong places, and there are no messages in it.
#[derive(Debug)]
pub(super) struct Backslashes;

impl Dialect for Backslashes {
    fn dialect(&self) -> TypeId {
        TypeId::of::<MySqlDialect>()
    }

    fn is_identifier_start(&self, sign: char) -> bool {
        MySqlDialect {}.is_identifier_start(sign)
    }

    fn is_identifier_part(&self, sign: char) -> bool {
        MySqlDialect {}.is_identifier_part(sign)
    }

    fn is_delimited_identifier_start(&self, sign: char) -> bool {
        MySqlDialect {}.is_delimited_identifier_start(sign)
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        MySqlDialect {}.supports_string_literal_backslash_escape()
    }

    fn ignores_wildcard_escapes(&self) -> bool {
        MySqlDialect {}.ignores_wildcard_escapes()
    }

    fn supports_numeric_prefix(&self) -> bool {
        MySqlDialect {}.supports_numeric_prefix()
    }

    fn supports_hash_comment(&self) -> bool {
        MySqlDialect {}.supports_hash_comment()
    }

    fn requires_hash_comment_space(&self) -> bool {
        MySqlDialect {}.requires_hash_comment_space()
    }

    fn requires_single_line_comment_whitespace(&self) -> bool {
        MySqlDialect {}.requires_single_line_comment_whitespace()
    }

    fn supports_national_string_literal(&self) -> bool {
        MySqlDialect {}.supports_national_string_literal()
    }
}

/// Gives each statement of a script to `take`; what stands before a fault too.
pub(super) fn each_statement(
    text: &str,
    dialect: &dyn Dialect,
    take: &mut dyn FnMut(&[Placed]),
) -> Result<(), Fault> {
    let mut start = 0;
    let mut length = CHUNK_BYTES;
    while start < text.len() {
        let end = chunk_end(text, start, length);
        let chunk = &text[start..end];
        let mut tokens = Vec::new();
        let result = Tokenizer::new(dialect, chunk).tokenize_with_location_into_buf(&mut tokens);
        if result.is_err() && end < text.len() {
            // A cut inside a literal or a comment leaves it open. Doubled, so that all is read twice at most.
            length = length.saturating_mul(2);
            continue;
        }
        let mut places = Places::new(chunk, start);
        let placed: Vec<Placed> = tokens.into_iter().map(|token| places.place(token)).collect();
        for statement in placed.split_inclusive(|placed| placed.token == Token::SemiColon) {
            take(statement);
        }
        if let Err(error) = result {
            return Err(Fault {
                at: places.byte(error.location),
                message: error.message,
            });
        }
        start = end;
        length = CHUNK_BYTES;
    }
    Ok(())
}

/// Behind the first `;` at a line's end after so many bytes.
fn chunk_end(text: &str, start: usize, length: usize) -> usize {
    let from = start.saturating_add(length);
    let Some(rest) = text.as_bytes().get(from..) else {
        return text.len();
    };
    let found = memchr::memmem::find(rest, b";\n").or_else(|| memchr::memmem::find(rest, b";\r\n"));
    found.map_or(text.len(), |at| from + at + 1)
}

/// The bytes of places that come in order.
struct Places<'c> {
    chunk: &'c str,
    /// Bytes of the script before the chunk.
    start: usize,
    at: usize,
    line: u64,
    column: u64,
}

impl<'c> Places<'c> {
    fn new(chunk: &'c str, start: usize) -> Self {
        Self {
            chunk,
            start,
            at: 0,
            line: 1,
            column: 1,
        }
    }

    fn place(&mut self, TokenWithSpan { token, span }: TokenWithSpan) -> Placed {
        let start = self.byte(span.start);
        let end = self.byte(span.end);
        Placed {
            token,
            span: Span::new(start, end.max(start)),
        }
    }

    fn byte(&mut self, location: Location) -> usize {
        let mut rest = self.chunk[self.at..].chars();
        while (self.line, self.column) < (location.line, location.column) {
            let Some(sign) = rest.next() else { break };
            self.at += sign.len_utf8();
            match sign {
                '\n' => (self.line, self.column) = (self.line + 1, 1),
                _ => self.column += 1,
            }
        }
        self.start + self.at
    }
}

/// What an escape at the start of a text stands for, in a literal with these quotes.
type Escape = fn(&str, char) -> Option<(Escaped, usize)>;

/// The value of a string literal and how to get its passage; `None` for other tokens.
pub(super) fn literal<'p>(
    text: &'p str,
    placed: &'p Placed,
    has_backslashes: bool,
) -> Option<(&'p str, impl FnOnce() -> Passage + 'p)> {
    let written = placed.span.of(text);
    let (value, quote, escape): (&str, char, Escape) = match &placed.token {
        Token::SingleQuotedString(value) | Token::NationalStringLiteral(value) => {
            (value, '\'', if has_backslashes { escape_mysql } else { doubled })
        }
        Token::DoubleQuotedString(value) => {
            (value, '"', if has_backslashes { escape_mysql } else { doubled })
        }
        Token::EscapedStringLiteral(value) => (value, '\'', escape_c),
        Token::UnicodeStringLiteral(value) => (value, '\'', escape_unicode),
        Token::DollarQuotedString(string) => (&string.value, '$', |_, _| None),
        _ => return None,
    };
    // N'…', E'…', $tag$…$tag$: what stands before the words stands behind them, but for the prefix.
    let frame = placed.span;
    let open = match quote {
        '$' => written[1..].find('$').map_or(1, |at| at + 2),
        _ => written.find(quote).map_or(0, |at| at + 1),
    };
    let close = if quote == '$' { open } else { 1 };
    let inside = Span::new(
        frame.start + open,
        frame.end.saturating_sub(close).max(frame.start + open),
    );
    Some((value, move || {
        let mut builder = PassageBuilder::default();
        builder.push_escaped(text, inside, |rest| escape(rest, quote));
        checked(builder.finish("", frame), value, frame)
    }))
}

/// Two quotes are one.
fn doubled(rest: &str, quote: char) -> Option<(Escaped, usize)> {
    let mut signs = rest.chars();
    let is_doubled = signs.next() == Some(quote) && signs.next() == Some(quote);
    is_doubled.then_some((Escaped::Character(quote), 2))
}

fn escape_mysql(rest: &str, quote: char) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        is_lenient: true,
        letters: &[
            ('0', '\0'),
            ('a', '\u{7}'),
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('n', '\n'),
            ('r', '\r'),
            ('t', '\t'),
            ('Z', '\u{1a}'),
        ],
        ..NOTHING
    };
    match rest.strip_prefix('\\') {
        None => doubled(rest, quote),
        // Signs of LIKE keep their backslash.
        Some(behind) if behind.starts_with(['%', '_']) => None,
        Some(_) => TABLE.resolve(rest),
    }
}

/// The escapes of `E'…'`.
fn escape_c(rest: &str, quote: char) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        hex: Hex::Character,
        units: Units::Character,
        has_long: true,
        is_lenient: true,
        letters: &[
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('n', '\n'),
            ('r', '\r'),
            ('t', '\t'),
        ],
        ..NOTHING
    };
    match rest.starts_with('\\') {
        true => TABLE.resolve(rest),
        false => doubled(rest, quote),
    }
}

/// The escapes of `U&'…'`.
fn escape_unicode(rest: &str, quote: char) -> Option<(Escaped, usize)> {
    let Some(behind) = rest.strip_prefix('\\') else {
        return doubled(rest, quote);
    };
    let (digits, length) = match behind.as_bytes().first()? {
        b'\\' => return Some((Escaped::Character('\\'), 2)),
        b'+' => (hex(&behind[1..], 6), 8),
        _ => (hex(behind, 4), 5),
    };
    Some((Escaped::Character(digits.and_then(char::from_u32)?), length))
}
