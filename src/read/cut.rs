//! Where records begin and end, in the bytes of the file.
//!
//! In: a buffer that grows. Out: [`Piece`]s, in order, without gaps that hold text. Promise: the cuts don't
//! depend on how the buffer grew; a break is looked for in characters, not in bytes, so no encoding is cut
//! inside a character. It keeps its place between calls (each byte is looked at once) and reads no values.

use crate::decode::Encoding;
use crate::read::transcript;

/// How records are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// One a line.
    Line,
    /// One a row of a table, where a quoted field may hold line breaks.
    Row {
        /// Between fields.
        delimiter: u8,
    },
    /// One a paragraph, with blank lines between.
    Paragraph,
    /// One a call, each begun by a heading or a separator line.
    Call {
        /// Whether a blank line ends a call too.
        blank_separates: bool,
    },
    /// All of it.
    File,
}

/// The bytes of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What can be said of a record before its fields are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To be read.
    Whole,
    /// Nothing in it.
    Blank,
    /// A quote was opened and not closed; the record is its line.
    Unterminated,
    /// Longer than allowed; only its beginning was kept. Its full length in bytes.
    TooLong(u64),
}

/// What lies at the front of the buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A record, or none where only separators were passed, and where to go on.
    Cut(Option<Piece>, usize),
    /// The record isn't complete.
    NeedMore,
}

/// Cuts records off the front of a buffer.
#[derive(Debug)]
pub(crate) struct Cutter {
    boundary: Boundary,
    encoding: Encoding,
    partial: Partial,
}

/// How far the current record was looked at, relative to its start.
#[derive(Debug, Default)]
struct Partial {
    offset: usize,
    /// End of the last line with text in it.
    content: Option<(usize, usize)>,
    quoting: Quoting,
    /// In the quoted field that is open: end of its first line, and start of the next.
    line_break: Option<(usize, usize)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    #[default]
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote inside a quoted field: the end of it, or the first of two.
    QuoteInQuoted,
}

/// Why the scan of a row stopped.
enum Stop {
    /// At its end, which is before a line break.
    Row(usize, usize),
    /// At a quote in an open field that closes nothing.
    Stray,
    /// No more bytes.
    Bytes,
}

impl Cutter {
    pub(crate) fn new(boundary: Boundary, encoding: Encoding) -> Self {
        Self {
            boundary,
            encoding,
            partial: Partial::default(),
        }
    }

    /// The next record of `bytes` at or after `from`, where the last step said to go on. If it needs more,
    /// it is to be called with the same record again, grown.
    pub(crate) fn step(&mut self, bytes: &[u8], from: usize, is_whole: bool) -> Step {
        if from >= bytes.len() {
            return Step::NeedMore;
        }
        let step = match self.boundary {
            Boundary::Line => self.line(bytes, from, is_whole),
            Boundary::Row { delimiter } => self.row(bytes, from, is_whole, delimiter),
            Boundary::Paragraph => self.block(bytes, from, is_whole, |_| Line::Text, true),
            Boundary::Call { blank_separates } => {
                self.block(bytes, from, is_whole, classify_call_line, blank_separates)
            }
            Boundary::File if is_whole => {
                let end = bytes.len();
                let end = self.without_line_break(bytes, from, end);
                Step::Cut(Some(self.piece(bytes, from, end)), bytes.len())
            }
            Boundary::File => Step::NeedMore,
        };
        if step != Step::NeedMore {
            self.partial = Partial::default();
        }
        step
    }

    /// The record at `from` is too long to wait for: an open quote gives up its first line.
    pub(crate) fn give_up(&mut self, from: usize) -> Option<(Piece, usize)> {
        let partial = std::mem::take(&mut self.partial);
        let is_open = matches!(partial.quoting, Quoting::Quoted | Quoting::QuoteInQuoted);
        let (end, next) = partial.line_break.filter(|_| is_open)?;
        let piece = Piece {
            start: from,
            end: from + end,
            kind: Kind::Unterminated,
        };
        Some((piece, from + next))
    }

    fn line(&mut self, bytes: &[u8], from: usize, is_whole: bool) -> Step {
        match self.encoding.find_line_break(bytes, from + self.partial.offset) {
            Some((end, next)) => {
                let end = self.without_return(bytes, from, end);
                Step::Cut(Some(self.piece(bytes, from, end)), next)
            }
            None if is_whole => Step::Cut(Some(self.piece(bytes, from, bytes.len())), bytes.len()),
            None => {
                let seen = bytes.len() - from;
                self.partial.offset = seen - seen % self.encoding.ascii_width();
                Step::NeedMore
            }
        }
    }

    fn row(&mut self, bytes: &[u8], from: usize, is_whole: bool, delimiter: u8) -> Step {
        let encoding = self.encoding;
        let partial = &mut self.partial;
        let mut at = from + partial.offset;
        let stop = loop {
            if encoding == Encoding::Utf8 {
                // Skip what can't matter, many bytes at a time.
                let rest = &bytes[at..];
                let skipped = match partial.quoting {
                    Quoting::Unquoted => memchr::memchr2(delimiter, b'\n', rest),
                    Quoting::Quoted => memchr::memchr2(b'"', b'\n', rest),
                    Quoting::FieldStart | Quoting::QuoteInQuoted => Some(0),
                };
                at += skipped.unwrap_or(rest.len());
            }
            let rest = &bytes[at..];
            if rest.is_empty() || (!is_whole && encoding.unit_is_cut_off(rest)) {
                break Stop::Bytes;
            }
            let (ascii, width) = encoding.unit(rest);
            let next = at + width;
            partial.quoting = match (partial.quoting, ascii) {
                (Quoting::FieldStart, Some(b'"')) => {
                    partial.line_break = None;
                    Quoting::Quoted
                }
                (Quoting::Quoted, Some(b'"')) => Quoting::QuoteInQuoted,
                (Quoting::QuoteInQuoted, Some(b'"')) => Quoting::Quoted,
                (Quoting::Quoted, Some(b'\n')) => {
                    partial.line_break.get_or_insert((at - from, next - from));
                    Quoting::Quoted
                }
                (Quoting::Quoted, _) => Quoting::Quoted,
                (_, Some(b'\n')) => break Stop::Row(at, next),
                (_, Some(ascii)) if ascii == delimiter => Quoting::FieldStart,
                // A quote that something follows closes nothing. On the opening line it is a slip and
                // stays in the text; on a later one it rather opens another field, and the first was never closed.
                (Quoting::QuoteInQuoted, other) if other != Some(b'\r') && partial.line_break.is_some() => {
                    break Stop::Stray;
                }
                _ => Quoting::Unquoted,
            };
            at = next;
        };
        partial.offset = at - from;
        let (end, next, is_open) = match (stop, partial.quoting) {
            (Stop::Row(end, next), _) => (end, next, false),
            (Stop::Stray, _) => (at, at, true),
            (Stop::Bytes, _) if !is_whole => return Step::NeedMore,
            (Stop::Bytes, Quoting::Quoted) => (bytes.len(), bytes.len(), true),
            (Stop::Bytes, _) => (bytes.len(), bytes.len(), false),
        };
        let (end, next) = match partial.line_break {
            Some((end, next)) if is_open => (from + end, from + next),
            _ => (end, next),
        };
        let end = self.without_return(bytes, from, end);
        let mut piece = self.piece(bytes, from, end);
        if is_open {
            piece.kind = Kind::Unterminated;
        }
        Step::Cut(Some(piece), next)
    }

    /// Lines up to a separator, or up to a heading that begins the next block.
    fn block(
        &mut self,
        bytes: &[u8],
        from: usize,
        is_whole: bool,
        classify: fn(&str) -> Line,
        blank_separates: bool,
    ) -> Step {
        loop {
            let start = from + self.partial.offset;
            let (end, next) = match self.encoding.find_line_break(bytes, start) {
                Some(found) => found,
                None if is_whole => (bytes.len(), bytes.len()),
                None => return Step::NeedMore,
            };
            let end = self.without_return(bytes, start, end);
            let kind = self.line_kind(&bytes[start..end], classify);
            let is_break = match kind {
                Line::Separator => true,
                Line::Blank => blank_separates,
                Line::Heading | Line::Text => false,
            };
            let content = self.partial.content.map(|(start, end)| Piece {
                start: from + start,
                end: from + end,
                kind: Kind::Whole,
            });
            match (content, kind) {
                (None, _) if is_break => return Step::Cut(None, next),
                (Some(piece), _) if is_break => return Step::Cut(Some(piece), next),
                (Some(piece), Line::Heading) if self.partial_holds_turns(bytes, piece) => {
                    return Step::Cut(Some(piece), start);
                }
                (_, Line::Blank) => {}
                (content, _) => {
                    let first = content.map_or(start, |piece| piece.start);
                    self.partial.content = Some((first - from, end - from));
                }
            }
            self.partial.offset = next - from;
            if next >= bytes.len() && is_whole {
                let content = self.partial.content;
                let piece = content.map(|(start, end)| self.piece(bytes, from + start, from + end));
                return Step::Cut(piece, next);
            }
            if next >= bytes.len() {
                return Step::NeedMore;
            }
        }
    }

    /// Several headings may follow each other; only one after words begins another call.
    fn partial_holds_turns(&self, bytes: &[u8], piece: Piece) -> bool {
        let text = self.encoding.decode_lossily(&bytes[piece.start..piece.end]);
        text.lines().any(|line| classify_call_line(line) == Line::Text)
    }

    fn line_kind(&self, line: &[u8], classify: fn(&str) -> Line) -> Line {
        // Separators and headings are short.
        if line.len() > MAX_HEADING_BYTES {
            return if self.is_blank(line) {
                Line::Blank
            } else {
                Line::Text
            };
        }
        let text = self.encoding.decode_lossily(line);
        if text.trim().is_empty() {
            Line::Blank
        } else {
            classify(&text)
        }
    }

    fn piece(&self, bytes: &[u8], start: usize, end: usize) -> Piece {
        let is_blank = self.is_blank(&bytes[start..end]);
        let kind = if is_blank { Kind::Blank } else { Kind::Whole };
        Piece { start, end, kind }
    }

    /// Whether there are only spaces, and in a table only empty fields.
    fn is_blank(&self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while at < bytes.len() {
            let (ascii, width) = self.encoding.unit(&bytes[at..]);
            match (ascii, self.boundary) {
                (Some(b' ' | b'\t' | b'\r' | b'\n'), _) => {}
                (Some(ascii), Boundary::Row { delimiter }) if ascii == delimiter || ascii == b'"' => {}
                (Some(_), _) => return false,
                // The full-width space, and whatever else Unicode calls one.
                (None, _) => {
                    let rest = self.encoding.decode_lossily(&bytes[at..]);
                    return rest
                        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
                        .is_empty();
                }
            }
            at += width;
        }
        true
    }

    fn without_line_break(&self, bytes: &[u8], start: usize, end: usize) -> usize {
        let width = self.encoding.ascii_width();
        if end - start < width {
            return end;
        }
        match self.encoding.find_line_break(&bytes[..end], end - width) {
            Some((at, _)) => self.without_return(bytes, start, at),
            None => end,
        }
    }

    fn without_return(&self, bytes: &[u8], start: usize, end: usize) -> usize {
        let width = self.encoding.ascii_width();
        let has_return =
            end - start >= width && self.encoding.unit(&bytes[end - width..end]) == (Some(b'\r'), width);
        if has_return { end - width } else { end }
    }
}

/// Longer lines are neither headings nor separators.
const MAX_HEADING_BYTES: usize = 256;

/// What a line is to its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Blank,
    Separator,
    Heading,
    Text,
}

/// What a line of a transcript is.
pub(crate) fn classify_call_line(line: &str) -> Line {
    let line = line.trim();
    if line.is_empty() {
        Line::Blank
    } else if transcript::is_separator(line) {
        Line::Separator
    } else if transcript::is_heading(line) {
        Line::Heading
    } else {
        Line::Text
    }
}
