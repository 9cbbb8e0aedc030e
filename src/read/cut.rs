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
        /// How many fields a row has: where a return stands alone, one that has fewer isn't at its end.
        width: usize,
    },
    /// One a paragraph, with blank lines between.
    Paragraph,
    /// One a call, each begun by a heading or a separator line.
    Call {
        /// Whether a blank line ends a call too.
        blank_separates: bool,
    },
    /// One an element of a JSON array.
    Element,
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
    /// Its end is missing: what it stands in can't be read further.
    CutOff,
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
    /// Whether the array of elements is closed: what follows belongs to no record.
    is_closed: bool,
}

/// How far the current record was looked at, relative to its start.
#[derive(Debug, Default)]
struct Partial {
    offset: usize,
    /// End of the last line with text in it.
    content: Option<(usize, usize)>,
    quoting: Quoting,
    /// Fields of a row before the one that is looked at.
    fields: usize,
    /// In the quoted field that is open: end of its first line, and start of the next.
    line_break: Option<(usize, usize)>,
    /// Lines of that field behind its first that look like rows of the table, as long as all do; and where the last of
    /// them begins.
    rows_within: Option<usize>,
    line_start: usize,
    /// In an element.
    nesting: Nesting,
}

/// Where in a JSON value the look stands.
#[derive(Debug, Default, Clone, Copy)]
struct Nesting {
    depth: usize,
    /// Whether each open bracket is that of an array, the innermost last bit.
    arrays: u64,
    is_string: bool,
    is_escaped: bool,
    /// The last sign outside of strings that isn't a space.
    last: u8,
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
            is_closed: false,
        }
    }

    /// Whether the array of elements is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Goes on where another cutter was.
    pub(crate) fn set_closed(&mut self, is_closed: bool) {
        self.is_closed = is_closed;
    }

    /// The next record of `bytes` at or after `from`, where the last step said to go on. If it needs more,
    /// it is to be called with the same record again, grown.
    pub(crate) fn step(&mut self, bytes: &[u8], from: usize, is_whole: bool) -> Step {
        if from >= bytes.len() {
            return Step::NeedMore;
        }
        let step = match self.boundary {
            Boundary::Line => self.line(bytes, from, is_whole),
            Boundary::Row { delimiter, width } => self.row(bytes, from, is_whole, delimiter, width),
            Boundary::Paragraph => self.block(bytes, from, is_whole, |_| Line::Text, true),
            Boundary::Call { blank_separates } => {
                self.block(bytes, from, is_whole, classify_call_line, blank_separates)
            }
            Boundary::Element => self.element(bytes, from, is_whole),
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
        let seen = from + self.partial.offset;
        match self.encoding.find_line_break(bytes, seen, is_whole) {
            Some((end, next)) => Step::Cut(Some(self.piece(bytes, from, end)), next),
            None if is_whole => Step::Cut(Some(self.piece(bytes, from, bytes.len())), bytes.len()),
            None => {
                self.partial.offset = self.encoding.undecided_from(bytes, seen) - from;
                Step::NeedMore
            }
        }
    }

    fn row(&mut self, bytes: &[u8], from: usize, is_whole: bool, delimiter: u8, width: usize) -> Step {
        let encoding = self.encoding;
        let partial = &mut self.partial;
        let mut at = from + partial.offset;
        let stop = loop {
            if encoding == Encoding::Utf8 {
                // Skip what can't matter, many bytes at a time.
                let rest = &bytes[at..];
                let skipped = match partial.quoting {
                    Quoting::Unquoted => memchr::memchr3(delimiter, b'\n', b'\r', rest),
                    Quoting::Quoted => memchr::memchr3(b'"', b'\n', b'\r', rest),
                    Quoting::FieldStart | Quoting::QuoteInQuoted => Some(0),
                };
                at += skipped.unwrap_or(rest.len());
            }
            let rest = &bytes[at..];
            if rest.is_empty() || (!is_whole && encoding.unit_is_cut_off(rest)) {
                break Stop::Bytes;
            }
            let (ascii, unit) = encoding.unit(rest);
            let next = at + unit;
            if ascii == Some(b'\r') {
                let Some((_, after)) = encoding.find_line_break(bytes, at, is_whole) else {
                    break Stop::Bytes;
                };
                let is_alone = after == next;
                if is_alone && partial.quoting == Quoting::Quoted {
                    if partial.is_line_of_rows(&bytes[from..at], encoding, delimiter, width, unit) {
                        break Stop::Stray;
                    }
                } else if is_alone && partial.fields + 1 >= width {
                    match encoding.begins_row(&bytes[next..], is_whole, delimiter, width) {
                        Some(true) => break Stop::Row(at, next),
                        Some(false) => {}
                        None => break Stop::Bytes,
                    }
                }
            }
            partial.quoting = match (partial.quoting, ascii) {
                (Quoting::FieldStart, Some(b'"')) => {
                    partial.line_break = None;
                    partial.rows_within = Some(0);
                    Quoting::Quoted
                }
                (Quoting::Quoted, Some(b'"')) => Quoting::QuoteInQuoted,
                (Quoting::QuoteInQuoted, Some(b'"')) => Quoting::Quoted,
                (Quoting::Quoted, Some(b'\n')) => {
                    if partial.is_line_of_rows(&bytes[from..at], encoding, delimiter, width, unit) {
                        break Stop::Stray;
                    }
                    Quoting::Quoted
                }
                (Quoting::Quoted, _) => Quoting::Quoted,
                (_, Some(b'\n')) => break Stop::Row(at, next),
                (_, Some(ascii)) if ascii == delimiter => {
                    partial.fields += 1;
                    Quoting::FieldStart
                }
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

    /// An element of an array: up to the bracket that closes it, or the sign after it. One that is broken ends at its
    /// line's end if a string is open, and before a bracket that can't stand where it stands, so that it takes none of
    /// those behind it along.
    fn element(&mut self, bytes: &[u8], from: usize, is_whole: bool) -> Step {
        let encoding = self.encoding;
        let mut at = from + self.partial.offset;
        if self.is_closed {
            return match is_whole {
                true => Step::Cut(self.after_elements(bytes, from), bytes.len()),
                false => {
                    self.partial.offset = bytes.len() - from;
                    Step::NeedMore
                }
            };
        }
        let nesting = &mut self.partial.nesting;
        loop {
            if encoding == Encoding::Utf8 && nesting.is_string && !nesting.is_escaped {
                let skipped = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]);
                at += skipped.unwrap_or(bytes.len() - at);
            }
            let rest = &bytes[at..];
            if rest.is_empty() || (!is_whole && encoding.unit_is_cut_off(rest)) {
                break;
            }
            let (ascii, width) = encoding.unit(rest);
            let next = at + width;
            let is_space = matches!(ascii, Some(b' ' | b'\t' | b'\r' | b'\n'));
            if nesting.is_string {
                let is_escaped = std::mem::take(&mut nesting.is_escaped);
                match ascii {
                    _ if is_escaped => {}
                    Some(b'\\') => nesting.is_escaped = true,
                    Some(b'"' | b'\n') => nesting.is_string = false,
                    _ => {}
                }
                at = next;
                continue;
            }
            if at == from && (is_space || ascii == Some(b',')) {
                return Step::Cut(None, next);
            }
            if nesting.depth == 0 && ascii == Some(b']') {
                if at > from {
                    return Step::Cut(Some(self.piece(bytes, from, at)), at);
                }
                self.is_closed = true;
                return Step::Cut(None, next);
            }
            if nesting.depth == 0 && at > from && matches!(ascii, Some(b',' | b'{')) {
                return Step::Cut(Some(self.piece(bytes, from, at)), at);
            }
            match ascii {
                Some(b'"') => nesting.is_string = true,
                Some(b'{') if nesting.is_misplaced() => {
                    return Step::Cut(Some(self.piece(bytes, from, at)), at);
                }
                Some(open @ (b'{' | b'[')) => nesting.enter(open == b'['),
                Some(b']') if nesting.depth == 1 && nesting.arrays & 1 == 0 => {
                    // The array ends, and the object in it doesn't.
                    return Step::Cut(Some(self.piece(bytes, from, at)), at);
                }
                Some(b'}' | b']') => {
                    nesting.leave();
                    if nesting.depth == 0 {
                        return Step::Cut(Some(self.piece(bytes, from, next)), next);
                    }
                }
                _ => {}
            }
            if !is_space {
                nesting.last = ascii.unwrap_or(0);
            }
            at = next;
        }
        if is_whole {
            return Step::Cut(Some(self.piece(bytes, from, bytes.len())), bytes.len());
        }
        self.partial.offset = at - from;
        Step::NeedMore
    }

    /// What stands after the array: nothing but closing brackets and plain values, or records that nobody would see.
    fn after_elements(&self, bytes: &[u8], from: usize) -> Option<Piece> {
        let rest = self.encoding.decode_lossily(&bytes[from..]);
        let holds_records = rest.contains(['{', '[']);
        holds_records.then(|| self.piece(bytes, from, bytes.len()))
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
            let (end, next) = match self.encoding.find_line_break(bytes, start, is_whole) {
                Some(found) => found,
                None if is_whole => (bytes.len(), bytes.len()),
                None => return Step::NeedMore,
            };
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
        text.split(['\n', '\r'])
            .any(|line| classify_call_line(line) == Line::Text)
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
                (Some(ascii), Boundary::Row { delimiter, .. }) if ascii == delimiter || ascii == b'"' => {}
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
        match self.encoding.find_line_break(&bytes[..end], end - width, true) {
            Some((at, _)) => self.without_return(bytes, start, at),
            None => end,
        }
    }

    fn without_return(&self, bytes: &[u8], start: usize, end: usize) -> usize {
        let bytes = &bytes[..end];
        self.encoding.undecided_from(bytes, start)
    }
}

/// So many lines behind the first of a quoted field that all look like rows are rows: its quote was never closed, and that
/// which a text far below has at its end closes nothing. Texts of several lines hold other signs than the table's, or now
/// and then one.
const FEWEST_ROWS_WITHIN: usize = 3;

impl Partial {
    /// A line ends inside of a quoted field: `record` is all before its end. Whether that is one row too many.
    fn is_line_of_rows(
        &mut self,
        record: &[u8],
        encoding: Encoding,
        delimiter: u8,
        width: usize,
        unit: usize,
    ) -> bool {
        let (line, next) = (self.line_start, record.len() + unit);
        self.line_start = next;
        if self.line_break.is_none() {
            self.line_break = Some((record.len(), next));
            return false;
        }
        self.rows_within = self
            .rows_within
            .filter(|_| width > 1 && encoding.count(&record[line..], delimiter) == width - 1)
            .map(|rows| rows + 1);
        self.rows_within == Some(FEWEST_ROWS_WITHIN)
    }
}

impl Encoding {
    /// How often an ASCII sign stands in some text.
    fn count(self, bytes: &[u8], sign: u8) -> usize {
        let (mut at, mut count) = (0, 0);
        while at < bytes.len() {
            let (ascii, unit) = self.unit(&bytes[at..]);
            count += usize::from(ascii == Some(sign));
            at += unit;
        }
        count
    }

    /// Whether a row of so many fields may begin here, behind a return that stands alone in a table: as long as it has
    /// fewer, the return rather belongs to the text. `None` where only bytes that are still to come can say.
    fn begins_row(self, bytes: &[u8], is_whole: bool, delimiter: u8, width: usize) -> Option<bool> {
        let (mut at, mut fields) = (0, 1);
        while fields < width && at < MOST_LOOKAHEAD_BYTES {
            let rest = &bytes[at..];
            if rest.is_empty() || self.unit_is_cut_off(rest) {
                return is_whole.then_some(at == 0);
            }
            match self.unit(rest) {
                (Some(b'\n' | b'\r'), _) => return Some(false),
                (Some(ascii), _) if ascii == delimiter => fields += 1,
                _ => {}
            }
            at += self.unit(rest).1;
        }
        Some(fields >= width)
    }
}

/// How far a row is looked at to see whether it is one.
const MOST_LOOKAHEAD_BYTES: usize = 16 << 10;

/// Longer lines are neither headings nor separators.
const MAX_HEADING_BYTES: usize = 256;

/// Nesting that is told apart; deeper brackets are taken for those of objects.
const TOLD_DEPTH: usize = 64;

impl Nesting {
    /// Whether an object can't begin here: it would follow a value, or a comma where a key has to stand.
    fn is_misplaced(&self) -> bool {
        let is_in_array = self.depth <= TOLD_DEPTH && self.arrays & 1 == 1;
        match self.last {
            b':' | b'[' => false,
            b',' => self.depth > 0 && !is_in_array,
            _ => self.depth > 0,
        }
    }

    fn enter(&mut self, is_array: bool) {
        self.depth += 1;
        self.arrays = self.arrays << 1 | u64::from(is_array);
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.arrays >>= 1;
    }
}

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
