//! The text of an open document, with the client's way to name places in it.
//!
//! In: a text and its changes, positions in the encoding agreed upon. Out: byte offsets and back. Promise: a position
//! behind the end of a line is its end, one inside a character its beginning, so that no client can ask for a place that
//! isn't there; lines end at LF, CR LF and CR, as [`Source`](crate::lint::source::Source) counts them. It judges nothing.

use std::ops::Range;

use lsp_types::{Position, Range as LineRange};

/// What a position counts on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl PositionEncoding {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "utf-8" => PositionEncoding::Utf8,
            "utf-16" => PositionEncoding::Utf16,
            "utf-32" => PositionEncoding::Utf32,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            PositionEncoding::Utf8 => "utf-8",
            PositionEncoding::Utf16 => "utf-16",
            PositionEncoding::Utf32 => "utf-32",
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            PositionEncoding::Utf8 => character.len_utf8(),
            PositionEncoding::Utf16 => character.len_utf16(),
            PositionEncoding::Utf32 => 1,
        }
    }
}

/// A text that knows its lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    text: String,
    /// Where lines begin.
    starts: Vec<usize>,
    encoding: PositionEncoding,
}

impl Text {
    pub(super) fn new(text: String, encoding: PositionEncoding) -> Self {
        Self {
            starts: line_starts(&text),
            text,
            encoding,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Replaces a stretch. O(bytes).
    pub(super) fn replace(&mut self, range: LineRange, text: &str) {
        let range = self.bytes(range);
        self.text.replace_range(range, text);
        self.starts = line_starts(&self.text);
    }

    /// The bytes of a stretch.
    pub(super) fn bytes(&self, range: LineRange) -> Range<usize> {
        let (one, other) = (self.byte(range.start), self.byte(range.end));
        one.min(other)..one.max(other)
    }

    /// The byte at a position. O(the line's length).
    pub(super) fn byte(&self, position: Position) -> usize {
        let Some(line) = self.line(position.line as usize) else {
            return self.text.len();
        };
        let mut left = position.character as usize;
        let mut at = line.start;
        for character in self.text[line].chars() {
            let units = self.encoding.units(character);
            if left < units {
                break;
            }
            left -= units;
            at += character.len_utf8();
        }
        at
    }

    /// The position of a byte. O(log lines + the line's length).
    pub(super) fn position(&self, at: usize) -> Position {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at) - 1;
        let before = self.text[self.starts[line]..at].chars();
        let units: usize = before.map(|character| self.encoding.units(character)).sum();
        // Documents are far smaller than 4 GB.
        Position::new(line as u32, units as u32)
    }

    /// The lines and columns of a stretch of bytes.
    pub(super) fn range(&self, bytes: Range<usize>) -> LineRange {
        LineRange::new(self.position(bytes.start), self.position(bytes.end))
    }

    /// The bytes of a line (from 0) without its end; none beyond the last.
    pub(super) fn line(&self, line: usize) -> Option<Range<usize>> {
        let whole = self.whole_line(line)?;
        let kept = self.text[whole.clone()].trim_end_matches(['\n', '\r']).len();
        Some(whole.start..whole.start + kept)
    }

    fn whole_line(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        Some(start..end)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let signs = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = signs.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENCODINGS: [PositionEncoding; 3] = [
        PositionEncoding::Utf8,
        PositionEncoding::Utf16,
        PositionEncoding::Utf32,
    ];

    #[test]
    fn positions_lead_back_to_their_bytes() {
        let text = "a一\r\n😀𠮷二\r三\n\n四";
        for encoding in ENCODINGS {
            let own = Text::new(text.to_owned(), encoding);
            for (at, _) in text
                .char_indices()
                .filter(|(at, _)| *at != text.find('\n').unwrap())
            {
                assert_eq!(own.byte(own.position(at)), at, "{encoding:?} {at}");
            }
            assert_eq!(
                own.position(text.len()),
                Position::new(4, encoding.units('四') as u32)
            );
        }
        let at = text.find('二').unwrap();
        for (encoding, column) in ENCODINGS.into_iter().zip([8, 4, 2]) {
            assert_eq!(
                Text::new(text.to_owned(), encoding).position(at),
                Position::new(1, column)
            );
        }
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_before() {
        let text = Text::new("甲\r\n😀乙\n".to_owned(), PositionEncoding::Utf16);
        for (line, character, at) in [
            (0, 1, "甲".len()),
            (0, 2, "甲".len()),
            (0, 99, "甲".len()),
            (1, 1, "甲\r\n".len()),
            (1, 2, "甲\r\n😀".len()),
            (2, 5, "甲\r\n😀乙\n".len()),
            (9, 0, "甲\r\n😀乙\n".len()),
        ] {
            assert_eq!(
                text.byte(Position::new(line, character)),
                at,
                "{line}:{character}"
            );
        }
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let mut text = Text::new("一二\n三\n".to_owned(), PositionEncoding::Utf16);
        let range = |a, b, c, d| LineRange::new(Position::new(a, b), Position::new(c, d));
        for (change, written, expected) in [
            (range(0, 1, 0, 1), "😀", "一😀二\n三\n"),
            (range(0, 3, 0, 4), "", "一😀\n三\n"),
            (range(0, 3, 1, 0), "\r\n\r\n", "一😀\r\n\r\n三\n"),
            (range(2, 1, 0, 0), "甲", "甲\n"),
            (range(1, 0, 1, 0), "乙", "甲\n乙"),
        ] {
            text.replace(change, written);
            assert_eq!(text.as_str(), expected);
        }
        assert_eq!(text.position(text.as_str().len()), Position::new(1, 1));
    }
}
