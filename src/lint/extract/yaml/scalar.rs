//! A scalar of YAML → the map from its value to how it is written.
//!
//! In: where the parser says that a scalar stands, and its style. Out: [`Scalar`]: its pieces. A fold is one piece: the line
//! breaks and indents that are written as one space or as line breaks. Whether the value is the parser's is checked by the
//! caller.

use crate::lint::extract::escapes::{Hex, NOTHING, Table, Units};
use crate::lint::passage::{Escaped, PassageBuilder};
use crate::span::Span;

/// How a scalar is written.
pub(super) struct Scalar {
    pub builder: PassageBuilder,
    /// The scalar with its quotes or its header.
    pub frame: Span,
    /// Behind its last character.
    pub end: usize,
}

const BLANKS: [char; 2] = [' ', '\t'];
const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// A scalar without quotes, which ends where the parser says.
pub(super) fn plain(text: &str, written: Span) -> Scalar {
    let mut builder = PassageBuilder::default();
    let mut at = written.start;
    while at < written.end {
        let stretch = &text[at..written.end];
        let words = Span::new(at, at + stretch.find(SPACES).unwrap_or(stretch.len()));
        builder.push_verbatim(text, words);
        at = words.end + push_spaces(&mut builder, text, Span::new(words.end, written.end), false);
    }
    Scalar {
        builder,
        frame: written,
        end: written.end,
    }
}

/// A scalar in quotes, which ends at the closing one: the parser counts what follows it, too.
pub(super) fn quoted(text: &str, written: Span, quote: char) -> Scalar {
    let mut builder = PassageBuilder::default();
    let mut at = written.start + 1;
    let mut end = written.end;
    while at < written.end {
        let rest = &text[at..written.end];
        let length = rest.find(|sign| sign == quote || sign == '\\' || SPACES.contains(&sign));
        let words = Span::new(at, at + length.unwrap_or(rest.len()));
        builder.push_verbatim(text, words);
        at = words.end;
        let rest = &text[at..written.end];
        let Some(sign) = rest.chars().next() else { break };
        at += match sign {
            '\'' if quote == '\'' && rest.starts_with("''") => {
                builder.push_written("'", Span::new(at, at + 2));
                2
            }
            _ if sign == quote => {
                end = at + 1;
                break;
            }
            '\\' if quote == '"' => push_escape(&mut builder, text, Span::new(at, written.end)),
            '\\' => {
                builder.push_verbatim(text, Span::new(at, at + 1));
                1
            }
            _ => push_spaces(&mut builder, text, Span::new(at, written.end), false),
        };
    }
    Scalar {
        builder,
        frame: Span::new(written.start, end),
        end,
    }
}

/// Blanks and line breaks at the start of a span, which are kept on a line and folded over several; tells how many bytes they
/// take. After a line that goes on, `is_folded` is set: its break is gone already.
fn push_spaces(builder: &mut PassageBuilder, text: &str, span: Span, is_folded: bool) -> usize {
    let stretch = span.of(text);
    let spaces = Span::new(
        span.start,
        span.start + stretch.len() - stretch.trim_start_matches(SPACES).len(),
    );
    let breaks = breaks_of(spaces.of(text));
    match (breaks, is_folded) {
        (0, false) => builder.push_verbatim(text, spaces),
        (_, true) => builder.push_written(&"\n".repeat(breaks), spaces),
        (1, false) => builder.push_written(" ", spaces),
        (_, false) => builder.push_written(&"\n".repeat(breaks - 1), spaces),
    }
    spaces.len()
}

/// Line breaks in a stretch; CR LF is one.
fn breaks_of(stretch: &str) -> usize {
    let signs = stretch.matches(LINE_ENDS).count();
    signs - stretch.matches("\r\n").count()
}

/// The escape at the start of a span; tells how many bytes it takes.
fn push_escape(builder: &mut PassageBuilder, text: &str, span: Span) -> usize {
    const TABLE: Table = Table {
        hex: Hex::Character,
        units: Units::Character,
        has_long: true,
        is_lenient: true,
        letters: &[
            ('0', '\0'),
            ('a', '\u{7}'),
            ('b', '\u{8}'),
            ('t', '\t'),
            ('n', '\n'),
            ('v', '\u{b}'),
            ('f', '\u{c}'),
            ('r', '\r'),
            ('e', '\u{1b}'),
            ('N', '\u{85}'),
            ('_', '\u{a0}'),
            ('L', '\u{2028}'),
            ('P', '\u{2029}'),
        ],
        ..NOTHING
    };
    let rest = span.of(text);
    if rest[1..].starts_with(LINE_ENDS) {
        let line_break = if rest[1..].starts_with("\r\n") { 3 } else { 2 };
        let behind = Span::new(span.start + line_break, span.end);
        return line_break + push_spaces(builder, text, behind, true);
    }
    let Some((Escaped::Character(character), length)) = TABLE.resolve(rest) else {
        return 1;
    };
    let whole = Span::new(span.start, span.start + length);
    builder.push_written(character.encode_utf8(&mut [0; 4]), whole);
    length
}

/// A block: `|` or `>`.
pub(super) struct Block {
    /// Spaces in front of each of its lines.
    pub indent: usize,
    pub is_folded: bool,
    /// Where its sign stands.
    pub header: usize,
}

/// Where the words of a block begin whose sign stands here, and how many spaces stand in front of each of its lines: its
/// value tells how many of those in front of the first are words.
pub(super) fn block_start(text: &str, header: usize, value: &str) -> (usize, usize) {
    let rest = &text[header..];
    let mut line = header + rest.find(LINE_ENDS).unwrap_or(rest.len());
    loop {
        let rest = &text[line..];
        let behind = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(LINE_ENDS));
        let Some(behind) = behind else {
            return (text.len(), 0);
        };
        line = text.len() - behind.len();
        let words = behind.trim_start_matches(' ');
        if !words.starts_with(LINE_ENDS) {
            let spaces = behind.len() - words.len();
            let first = value.trim_start_matches('\n');
            let of_words = first.len() - first.trim_start_matches(' ').len();
            let indent = spaces.saturating_sub(of_words);
            return (line + indent, indent);
        }
    }
}

impl Block {
    /// Reads the block whose first line with words begins where the parser says; the value says how many line breaks stand
    /// before it and are left at its end.
    pub(super) fn read(&self, text: &str, written: Span, value: &str) -> Scalar {
        let mut builder = PassageBuilder::default();
        let leading = value.len() - value.trim_start_matches('\n').len();
        builder.push_written(&value[..leading], Span::new(written.start, written.start));
        let mut line = written.start;
        let mut end = written.start;
        let mut was_blank_first = true;
        // Where the last line with words ended.
        let mut gap: Option<usize> = None;
        while line < written.end {
            let rest = &text[line..];
            let length = rest.find(LINE_ENDS).unwrap_or(rest.len());
            let words = Span::new(line, line + length);
            let is_blank_first = words.of(text).starts_with(BLANKS);
            if let Some(gap) = gap {
                let gap = Span::new(gap, line);
                let breaks = breaks_of(gap.of(text));
                let is_fold = self.is_folded && !was_blank_first && !is_blank_first;
                let written = match (is_fold, breaks) {
                    (true, 1) => " ".to_owned(),
                    (true, _) => "\n".repeat(breaks.saturating_sub(1)),
                    (false, _) => "\n".repeat(breaks),
                };
                builder.push_written(&written, gap);
            }
            builder.push_verbatim(text, words);
            was_blank_first = is_blank_first;
            gap = Some(words.end);
            end = words.end;
            // For the parser a NUL ends the text, in the middle of a line.
            if words.end > written.end {
                break;
            }
            match self.next_line(text, Span::new(words.end, written.end)) {
                Some(next) => line = next,
                None => break,
            }
        }
        let trailing = value.len() - value.trim_end_matches('\n').len();
        if leading < value.len() {
            let tail = Span::new(end, written.end.max(end));
            builder.push_written(&value[value.len() - trailing..], tail);
        }
        Scalar {
            builder,
            frame: Span::new(self.header.min(written.start), end),
            end,
        }
    }

    /// Where the next line begins that isn't empty, behind its indent.
    fn next_line(&self, text: &str, span: Span) -> Option<usize> {
        let mut at = span.start;
        loop {
            let rest = &text[at..span.end];
            let sign = rest.chars().next().filter(|sign| LINE_ENDS.contains(sign))?;
            at += if rest.starts_with("\r\n") {
                2
            } else {
                sign.len_utf8()
            };
            let rest = &text[at..span.end];
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            at += spaces.min(self.indent);
            let is_empty = text[at..].starts_with(LINE_ENDS);
            if !is_empty {
                return (spaces >= self.indent && at < span.end).then_some(at);
            }
        }
    }
}
