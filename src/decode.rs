//! Bytes → text.
//!
//! In: bytes of a file. Out: which [`Encoding`] they are in, decided once on a sample and then frozen, and
//! text. Promise: never panics, and never puts a replacement character where bytes don't decode: it says
//! which byte is wrong. It doesn't know records; it only tells the readers where a character begins, so that
//! a record is never split inside one.

use std::borrow::Cow;

use encoding_rs::{BIG5, DecoderResult, GB18030, UTF_16BE, UTF_16LE};

/// How many bytes of an input are looked at to decide its encoding, format and unit.
pub const SAMPLE_BYTES: usize = 64 * 1024;

/// How a file writes characters as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// GB18030-2022, and with it GBK and GB2312.
    Gb18030,
    /// Big5 with its Hong Kong characters; never chosen by itself.
    Big5,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// Bytes that aren't text in the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecodable {
    /// Position of the first wrong byte.
    pub at: usize,
}

impl Encoding {
    /// The encoding with this name, as in `--encoding gbk`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace(['-', '_'], "");
        match name.as_str() {
            "utf8" | "ascii" => Some(Encoding::Utf8),
            "gb18030" | "gbk" | "gb2312" | "cp936" | "ansi" => Some(Encoding::Gb18030),
            "big5" | "big5hkscs" | "cp950" => Some(Encoding::Big5),
            "utf16le" | "utf16" | "unicode" => Some(Encoding::Utf16Le),
            "utf16be" => Some(Encoding::Utf16Be),
            _ => None,
        }
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
            Encoding::Big5 => "Big5",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
        }
    }

    /// The text that the bytes are; borrowed if they are UTF-8 (and, often, if they are ASCII).
    ///
    /// # Errors
    /// The first byte that isn't text, a character cut off at the end included.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, Undecodable> {
        let encoding = match self {
            Encoding::Utf8 => {
                return match simdutf8::compat::from_utf8(bytes) {
                    Ok(text) => Ok(Cow::Borrowed(text)),
                    Err(error) => Err(Undecodable {
                        at: error.valid_up_to(),
                    }),
                };
            }
            Encoding::Gb18030 => GB18030,
            Encoding::Big5 => BIG5,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
        };
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or_else(|| Undecodable {
                at: first_malformed(encoding, bytes),
            })
    }

    /// The bytes of a text; `None` if it has a character that the encoding lacks.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let encoding = match self {
            Encoding::Utf8 => return Some(text.as_bytes().to_vec()),
            Encoding::Utf16Le => return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Encoding::Utf16Be => return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Encoding::Gb18030 => GB18030,
            Encoding::Big5 => BIG5,
        };
        let (bytes, _, is_lacking) = encoding.encode(text);
        (!is_lacking).then(|| bytes.into_owned())
    }

    /// The text with replacement characters: for guessing a format, never for judging.
    pub(crate) fn decode_lossily(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes),
            Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0,
            Encoding::Big5 => BIG5.decode_without_bom_handling(bytes).0,
            Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(bytes).0,
            Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes).0,
        }
    }

    /// The next unit of `bytes`: its ASCII character, if it is one, and how many bytes it takes. A line
    /// break, a quote or a delimiter is only what this says it is: in GB18030 the second byte of 亅 is a
    /// `|`, and in UTF-16 any byte may be a line break.
    ///
    /// A character cut off at the end counts as far as it goes.
    pub(crate) fn unit(self, bytes: &[u8]) -> (Option<u8>, usize) {
        let Some(&first) = bytes.first() else {
            return (None, 0);
        };
        match self {
            Encoding::Utf8 => (first.is_ascii().then_some(first), 1),
            Encoding::Gb18030 => match (first, bytes.get(1)) {
                (0..=0x7f, _) => (Some(first), 1),
                (0x81..=0xfe, Some(0x30..=0x39)) => match (bytes.get(2), bytes.get(3)) {
                    (Some(0x81..=0xfe), Some(0x30..=0x39)) => (None, 4),
                    _ => (None, 1),
                },
                (0x81..=0xfe, Some(0x40..=0x7e | 0x80..=0xfe)) => (None, 2),
                _ => (None, 1),
            },
            Encoding::Big5 => match (first, bytes.get(1)) {
                (0..=0x7f, _) => (Some(first), 1),
                (0x81..=0xfe, Some(0x40..=0x7e | 0xa1..=0xfe)) => (None, 2),
                _ => (None, 1),
            },
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let Some(&second) = bytes.get(1) else {
                    return (None, 1);
                };
                let (low, high) = match self {
                    Encoding::Utf16Le => (first, second),
                    _ => (second, first),
                };
                ((high == 0 && low.is_ascii()).then_some(low), 2)
            }
        }
    }

    /// Whether more bytes could make the unit at the start of `bytes` another one.
    pub(crate) fn unit_is_cut_off(self, bytes: &[u8]) -> bool {
        match self {
            Encoding::Utf8 => bytes.is_empty(),
            Encoding::Gb18030 => matches!(
                bytes,
                [] | [0x81..=0xfe] | [0x81..=0xfe, 0x30..=0x39] | [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe]
            ),
            Encoding::Big5 => matches!(bytes, [] | [0x81..=0xfe]),
            Encoding::Utf16Le | Encoding::Utf16Be => bytes.len() < 2,
        }
    }

    /// Position of the first line break at or after `from`, and the position after it: a line feed, with the returns
    /// before it, or a return alone. `from` is on a character boundary. None too where only bytes that are still to come
    /// can say what a return at the end is.
    pub(crate) fn find_line_break(self, bytes: &[u8], from: usize, is_whole: bool) -> Option<(usize, usize)> {
        let at = self.find_break_sign(bytes, from)?;
        let width = self.ascii_width();
        let mut next = at;
        for _ in 0..=MOST_RETURNS {
            match self.unit(&bytes[next..]) {
                (Some(b'\n'), _) => return Some((at, next + width)),
                (Some(b'\r'), _) => next += width,
                _ if bytes.len() < next + width && !is_whole => return None,
                _ => break,
            }
        }
        Some((at, at + width))
    }

    /// Where the returns at the end of `bytes` begin of which only what follows can say whether they are a line break of
    /// their own: from here a line break is to be looked for again.
    pub(crate) fn undecided_from(self, bytes: &[u8], from: usize) -> usize {
        let width = self.ascii_width();
        let mut end = bytes.len() - (bytes.len() - from) % width;
        for _ in 0..MOST_RETURNS {
            if end < from + width || self.unit(&bytes[end - width..end]).0 != Some(b'\r') {
                break;
            }
            end -= width;
        }
        end
    }

    fn find_break_sign(self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        let found = match self {
            // These bytes are never part of a longer character in any.
            Encoding::Utf8 | Encoding::Gb18030 | Encoding::Big5 => memchr::memchr2(b'\n', b'\r', rest)?,
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let is_break = |unit: &[u8]| matches!(self.unit(unit).0, Some(b'\n' | b'\r'));
                2 * rest.chunks_exact(2).position(is_break)?
            }
        };
        Some(from + found)
    }

    /// How many bytes the first character of `bytes`, which are text, takes.
    pub(crate) fn character_bytes(self, bytes: &[u8]) -> usize {
        let is_high_surrogate = |byte: Option<&u8>| byte.is_some_and(|byte| (0xd8..0xdc).contains(byte));
        match self {
            Encoding::Utf8 => match bytes.first() {
                Some(0xf0..) => 4,
                Some(0xe0..) => 3,
                Some(0xc0..) => 2,
                _ => 1,
            },
            Encoding::Utf16Le if is_high_surrogate(bytes.get(1)) => 4,
            Encoding::Utf16Be if is_high_surrogate(bytes.first()) => 4,
            _ => self.unit(bytes).1,
        }
    }

    /// How many bytes an ASCII character takes.
    pub(crate) fn ascii_width(self) -> usize {
        match self {
            Encoding::Utf8 | Encoding::Gb18030 | Encoding::Big5 => 1,
            Encoding::Utf16Le | Encoding::Utf16Be => 2,
        }
    }
}

/// Returns before a line feed, at most: a program that writes line feeds as two signs was given text that had two already.
const MOST_RETURNS: usize = 2;

/// The text with line feeds in place of the returns that are line breaks of their own; as long as it was.
pub(crate) fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_alone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    if !memchr::memchr_iter(b'\r', bytes).any(|at| is_alone(&at)) {
        return text;
    }
    let mut mended = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\r') {
        let has_feed = rest[at + 1..].starts_with('\n');
        mended.push_str(&rest[..at]);
        mended.push(if has_feed { '\r' } else { '\n' });
        rest = &rest[at + 1..];
    }
    mended.push_str(rest);
    mended.into()
}

/// Whether bytes that are to be in another encoding are UTF-8 all the same: Chinese in it, of which GB18030 and Big5 make
/// rare characters and often no error. Chinese in these looks like UTF-8 only where it is a word long (联通): the chance
/// falls by a hundred with every character.
pub(crate) fn is_utf8_instead(bytes: &[u8]) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
        return false;
    };
    let others = || text.chars().filter(|character| !character.is_ascii());
    let is_usual = |character: char| matches!(character, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' | '\u{2014}'..='\u{2026}');
    others().count() >= FEWEST_UTF8_CHARACTERS && others().all(is_usual)
}

/// Fewer characters may be UTF-8 by chance.
const FEWEST_UTF8_CHARACTERS: usize = 4;

/// The encoding of an input that begins with `sample`, and how many bytes its byte-order mark takes.
///
/// A mark decides. Without one: UTF-8 if the sample is UTF-8 (a character cut off at its end is fine unless
/// the sample `is_whole`), or if most of its lines that aren't ASCII are, so that one broken record doesn't turn
/// a whole dump into nonsense; else GB18030.
pub fn detect(sample: &[u8], is_whole: bool) -> (Encoding, usize) {
    let marked = marked_encoding(sample);
    if marked.1 > 0 {
        return marked;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => (Encoding::Utf8, 0),
        Err(error) if error.error_len().is_none() && !is_whole => (Encoding::Utf8, 0),
        Err(_) => {
            let lines = sample.split(|&byte| matches!(byte, b'\n' | b'\r'));
            let (mut utf8, mut other) = (0_usize, 0_usize);
            for line in lines.filter(|line| !line.is_ascii()) {
                match std::str::from_utf8(line) {
                    Ok(_) => utf8 += 1,
                    Err(_) => other += 1,
                }
            }
            let encoding = if utf8 > other {
                Encoding::Utf8
            } else {
                Encoding::Gb18030
            };
            (encoding, 0)
        }
    }
}

/// Whether bytes taken for GB18030 don't read like Chinese: nearly all bytes are something in GB18030, so Big5, UTF-16
/// without a mark, and what isn't Chinese come out as rare characters and not as an error.
///
/// Counted is the share of GB 2312's first level, its 3,755 frequent characters. It is 0.95 of simplified text and 0.68
/// of traditional text in GB18030, 0.27 of traditional text in Big5, 0 of UTF-16 (the texts of `corpus/learn`).
pub fn reads_unlike_gb18030(sample: &[u8]) -> bool {
    let (mut frequent, mut all) = (0_usize, 0_usize);
    let mut rest = sample;
    while !rest.is_empty() {
        let (ascii, length) = Encoding::Gb18030.unit(rest);
        let is_sign = matches!(rest, [0xa1..=0xa9, 0xa1..=0xfe, ..]);
        if ascii.is_none() && !is_sign {
            all += 1;
            frequent += usize::from(matches!(rest, [0xb0..=0xd7, 0xa1..=0xfe, ..]));
        }
        rest = &rest[length..];
    }
    all >= FEWEST_CHARACTERS && (frequent as f64) < FREQUENT_SHARE * all as f64
}

/// Fewer characters say nothing.
const FEWEST_CHARACTERS: usize = 16;

/// Between the two kinds of traditional text.
const FREQUENT_SHARE: f64 = 0.4;

/// How many bytes the byte-order mark of `encoding` at the start of `sample` takes; 0 without one.
pub(crate) fn mark_bytes(encoding: Encoding, sample: &[u8]) -> usize {
    match marked_encoding(sample) {
        (marked, bytes) if marked == encoding => bytes,
        _ => 0,
    }
}

fn marked_encoding(sample: &[u8]) -> (Encoding, usize) {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0x84, 0x31, 0x95, 0x33, ..] => (Encoding::Gb18030, 4),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        _ => (Encoding::Utf8, 0),
    }
}

/// Where the first malformed sequence begins. Only asked once decoding has failed.
fn first_malformed(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut sink = [0_u8; 4096];
    let mut read = 0;
    loop {
        let (result, taken, _) = decoder.decode_to_utf8_without_replacement(&bytes[read..], &mut sink, true);
        read += taken;
        match result {
            DecoderResult::OutputFull => {}
            DecoderResult::InputEmpty => return bytes.len(),
            DecoderResult::Malformed(length, after) => {
                return read.saturating_sub(usize::from(length) + usize::from(after));
            }
        }
    }
}

/// The bytes of `text`, for the tests of all readers.
#[cfg(test)]
pub(crate) fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 4] = [
        Encoding::Utf8,
        Encoding::Gb18030,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
    ];

    #[test]
    fn every_encoding_gives_the_text_back() {
        let text = "東亅再不还钱,\"淺\"\n𠮷😀 €";
        for encoding in ALL {
            assert_eq!(
                encoding.decode(&encode(encoding, text)).unwrap(),
                text,
                "{encoding:?}"
            );
        }
    }

    #[test]
    fn big5_gives_the_text_back() {
        let text = "再不還錢,\"功\"\n許蓋";
        let bytes = encode(Encoding::Big5, text);
        assert_eq!(Encoding::Big5.decode(&bytes).unwrap(), text);
        // Their second bytes in Big5 are '\\'.
        for text in ["功", "許", "蓋"] {
            let bytes = encode(Encoding::Big5, text);
            assert_eq!(
                (bytes[1], Encoding::Big5.unit(&bytes)),
                (b'\\', (None, 2)),
                "{text}"
            );
        }
    }

    #[test]
    fn other_encodings_read_unlike_gb18030() {
        let simplified = "您尾号的账单已逾期，请尽快还款，如有困难请联系我们协商。";
        let traditional = "林小姐您好，這裡是貸款公司，您的帳單已經逾期多日，請盡快還款，否則我們會打電話給您的家人和公司同事。";
        for (encoding, text, expected) in [
            (Encoding::Gb18030, simplified, false),
            (Encoding::Gb18030, traditional, false),
            (Encoding::Gb18030, "亅亍", false),
            (Encoding::Big5, traditional, true),
            (Encoding::Utf16Le, simplified, true),
            (Encoding::Utf16Be, traditional, true),
        ] {
            let bytes = encode(encoding, text);
            assert_eq!(reads_unlike_gb18030(&bytes), expected, "{encoding:?} {text}");
        }
    }

    #[test]
    fn the_first_wrong_byte_is_named() {
        let half_surrogate = [0x2d, 0x4e, 0x00, 0xd8, 0x2d, 0x4e];
        for (encoding, bytes, at) in [
            (Encoding::Utf8, &b"\xe4\xb8\xad\xff."[..], 3),
            (Encoding::Utf8, b"\xe4\xb8\xad\xe4\xb8", 3),
            (Encoding::Gb18030, b"\xd6\xd0\xff\xd6", 2),
            (Encoding::Gb18030, b"\xd6\xd0\xd6", 2),
            (Encoding::Gb18030, b"\xd6\xd0\xd6\n", 2),
            (Encoding::Utf16Le, &half_surrogate, 2),
            (Encoding::Utf16Le, &half_surrogate[..3], 2),
        ] {
            assert_eq!(
                encoding.decode(bytes),
                Err(Undecodable { at }),
                "{encoding:?} {bytes:x?}"
            );
        }
    }

    #[test]
    fn detection_follows_mark_then_utf8_then_gb18030() {
        let gb = encode(Encoding::Gb18030, "请还款\n");
        let mostly_utf8 = ["请还款\n".as_bytes(), "尽快\n".as_bytes(), &gb].concat();
        for (sample, is_whole, expected) in [
            ("请还款".as_bytes(), true, (Encoding::Utf8, 0)),
            (&"请还款".as_bytes()[..8], false, (Encoding::Utf8, 0)),
            (b"", true, (Encoding::Utf8, 0)),
            (&gb, true, (Encoding::Gb18030, 0)),
            (&mostly_utf8, true, (Encoding::Utf8, 0)),
            (b"\xef\xbb\xbfa", true, (Encoding::Utf8, 3)),
            (b"\xff\xfea\0", true, (Encoding::Utf16Le, 2)),
            (b"\xfe\xff\0a", true, (Encoding::Utf16Be, 2)),
            (b"\x84\x31\x95\x33\xd6\xd0", true, (Encoding::Gb18030, 4)),
        ] {
            assert_eq!(detect(sample, is_whole), expected, "{sample:x?}");
        }
    }

    #[test]
    fn units_keep_second_bytes_from_looking_like_signs() {
        // Their second bytes in GB18030 are '|' and '\'.
        for text in ["東", "亅", "淺", "乗"] {
            let bytes = encode(Encoding::Gb18030, text);
            assert_eq!(Encoding::Gb18030.unit(&bytes), (None, 2), "{text} {bytes:x?}");
        }
        let line_break_in_a_character = encode(Encoding::Utf16Le, "਀Ċ");
        assert_eq!(
            Encoding::Utf16Le.find_line_break(&line_break_in_a_character, 0, true),
            None
        );
    }
}
