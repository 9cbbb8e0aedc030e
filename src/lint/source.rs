//! A file → its text, with the way back to the file's bytes.
//!
//! In: the bytes of a file. Out: [`Source`]: the decoded text, and for every place of it the byte of the file, the line
//! and the column. Promise: the bytes that [`Source::file_range`] names decode to exactly the text of the span, in every
//! encoding and with every byte-order mark. It knows no format.

use std::ops::Range;

use serde::Serialize;

use crate::decode::{Encoding, Undecodable, detect, mark_bytes};
use crate::span::Span;

/// The text of a file.
#[derive(Debug)]
pub struct Source {
    text: String,
    encoding: Encoding,
    /// The bytes of the file behind its mark, where the text isn't just that.
    raw: Option<Vec<u8>>,
    mark: usize,
    lines: Vec<Line>,
}

/// Where a line begins.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Byte of the text.
    text: usize,
    /// Byte of the file behind its mark.
    raw: usize,
}

/// A place as people and editors name it; all count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line; lines end at LF, CR LF or a lone CR.
    pub line: usize,
    /// Characters (Unicode scalars) in front of it on its line, and one.
    pub column: usize,
    /// The same in units of UTF-16, as editors and SARIF count.
    pub column_utf16: usize,
}

impl Source {
    /// Decodes a file, with this encoding or the one that [`detect`] finds. O(bytes).
    ///
    /// # Errors
    /// The first byte that isn't text.
    pub fn decode(bytes: &[u8], encoding: Option<Encoding>) -> Result<Self, Undecodable> {
        let (encoding, mark) = match encoding {
            Some(encoding) => (encoding, mark_bytes(encoding, bytes)),
            None => detect(bytes, true),
        };
        let raw = &bytes[mark..];
        let text = encoding.decode(raw);
        let text = text.map_err(|wrong| Undecodable { at: wrong.at + mark })?;
        let raw = (encoding != Encoding::Utf8).then(|| raw.to_vec());
        Ok(Self::new(text.into_owned(), encoding, raw, mark))
    }

    /// A text that an editor holds, as the bytes of UTF-8 without a mark.
    pub fn of_text(text: String) -> Self {
        Self::new(text, Encoding::Utf8, None, 0)
    }

    fn new(text: String, encoding: Encoding, raw: Option<Vec<u8>>, mark: usize) -> Self {
        let starts = line_starts(Encoding::Utf8, text.as_bytes());
        let lines = match &raw {
            None => starts.map(|at| Line { text: at, raw: at }).collect(),
            Some(raw) => starts
                .zip(line_starts(encoding, raw))
                .map(|(text, raw)| Line { text, raw })
                .collect(),
        };
        Self {
            text,
            encoding,
            raw,
            mark,
            lines,
        }
    }

    /// The decoded text, without a byte-order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the file writes characters.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes of the file that a span of the text takes. O(log lines), and the line's length where the file isn't
    /// UTF-8.
    pub fn file_range(&self, span: Span) -> Range<usize> {
        self.file_byte(span.start)..self.file_byte(span.end)
    }

    fn file_byte(&self, at: usize) -> usize {
        let Some(raw) = &self.raw else {
            return self.mark + at;
        };
        let line = self.lines[self.line_of(at)];
        let (mut text, mut byte) = (line.text, line.raw);
        // Not by encoding the text: some characters have two forms.
        while text < at {
            let length = self.encoding.character_bytes(&raw[byte..]);
            let character = self.encoding.decode_lossily(&raw[byte..byte + length]);
            text += character.len();
            byte += length;
        }
        self.mark + byte
    }

    /// Line and column of a byte of the text. O(log lines + the line's length).
    pub fn position(&self, at: usize) -> Position {
        let number = self.line_of(at);
        let before = &self.text[self.lines[number].text..at];
        Position {
            line: number + 1,
            column: before.chars().count() + 1,
            column_utf16: before.chars().map(char::len_utf16).sum::<usize>() + 1,
        }
    }

    /// Line of a byte of the text, from 1. O(log lines).
    pub fn line(&self, at: usize) -> usize {
        self.line_of(at) + 1
    }

    /// The span of the line (from 1) without its end; `None` beyond the last.
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let start = self.lines.get(line.checked_sub(1)?)?.text;
        let end = self.lines.get(line).map_or(self.text.len(), |next| next.text);
        let kept = self.text[start..end].trim_end_matches(['\n', '\r']).len();
        Some(Span::new(start, start + kept))
    }

    /// Lines that the text has.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.text <= at) - 1
    }
}

/// Where lines begin, in bytes.
fn line_starts(encoding: Encoding, bytes: &[u8]) -> impl Iterator<Item = usize> {
    let width = encoding.ascii_width();
    let is = move |at: usize, sign: u8| {
        let rest = bytes.get(at..).unwrap_or_default();
        encoding.unit(rest).0 == Some(sign)
    };
    // Neither byte is part of a longer character, but in UTF-16.
    let signs = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let places = signs.map(move |at| at / width * width);
    let ends = places.filter(move |&at| is(at, b'\n') || (is(at, b'\r') && !is(at + width, b'\n')));
    std::iter::once(0).chain(ends.map(move |at| at + width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::encode;

    #[test]
    fn places_lead_back_to_the_bytes_in_every_encoding() {
        let text = "a一\r\n😀𠮷二,\"三\"\r四਀Ċ\n五";
        for encoding in [
            Encoding::Utf8,
            Encoding::Gb18030,
            Encoding::Utf16Le,
            Encoding::Utf16Be,
        ] {
            let bytes = encode(encoding, text);
            let source = Source::decode(&bytes, Some(encoding)).unwrap();
            for (start, character) in text.char_indices() {
                let span = Span::new(start, start + character.len_utf8());
                let range = source.file_range(span);
                assert_eq!(
                    encoding.decode(&bytes[range]).unwrap(),
                    span.of(text),
                    "{encoding:?}"
                );
            }
        }
    }

    #[test]
    fn characters_with_two_forms_count_as_they_are_written() {
        // 0x80 is the euro sign of Windows, which is A2 E3 in the standard.
        let source = Source::decode(b"\x80\xd2\xbb", Some(Encoding::Gb18030)).unwrap();
        assert_eq!(source.text(), "€一");
        assert_eq!(source.file_range(Span::new(3, 6)), 1..3);
    }

    #[test]
    fn marks_count_as_bytes_of_the_file_only() {
        let source = Source::decode("\u{feff}一二".as_bytes(), None).unwrap();
        assert_eq!(source.text(), "一二");
        assert_eq!(source.file_range(Span::new(3, 6)), 6..9);
        assert_eq!(source.position(3).column, 2);
    }

    #[test]
    fn columns_count_scalars_and_units_of_utf16() {
        let source = Source::of_text("一\r\n😀𠮷二\r三".to_owned());
        let at = |word: &str| {
            let Position {
                line,
                column,
                column_utf16,
            } = source.position(source.text().find(word).unwrap());
            (line, column, column_utf16)
        };
        assert_eq!(at("一"), (1, 1, 1));
        assert_eq!(at("二"), (2, 3, 5));
        assert_eq!(at("三"), (3, 1, 1));
        assert_eq!(source.line_span(2).unwrap().of(source.text()), "😀𠮷二");
        assert_eq!((source.line_count(), source.line_span(4)), (3, None));
    }
}
