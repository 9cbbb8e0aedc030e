//! What backslashes stand for in string literals of programs and of data.
//!
//! In: text that begins at a backslash. Out: the character that is meant and in how many bytes it is written. One
//! [`Table`] a language or format; what it leaves as it is stays so. What only one format has (lines that go on, quotes
//! that are doubled) stands with that format.

use crate::lint::passage::Escaped;

/// The escapes of a language or format.
pub(super) struct Table {
    /// Letters behind a backslash and what they stand for.
    pub letters: &'static [(char, char)],
    /// Whether a line break behind it is nothing.
    pub joins_lines: bool,
    /// `\x41`.
    pub hex: Hex,
    /// `\101`, up to three digits.
    pub has_octal: bool,
    /// `\u{4F60}`, whatever `\u4F60` is.
    pub has_braces: bool,
    /// `\u4F60`.
    pub units: Units,
    /// `\U00020BB7`.
    pub has_long: bool,
    /// Whether any other character stands for itself; else the backslash stays.
    pub is_lenient: bool,
}

/// What `\x41` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hex {
    /// Nothing of its own.
    None,
    /// A character.
    Character,
    /// A byte of UTF-8.
    Byte,
}

/// What `\u4F60` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// Nothing of its own.
    None,
    /// A character; half a pair is none.
    Character,
    /// A unit of UTF-16: two of them may be a pair, and half a pair is the character of replacement.
    Utf16,
    /// The same, and Java's `\uuu4F60`.
    Repeated,
}

const C: &[(char, char)] = &[
    ('n', '\n'),
    ('t', '\t'),
    ('r', '\r'),
    ('b', '\u{8}'),
    ('f', '\u{c}'),
    ('\\', '\\'),
    ('\'', '\''),
    ('"', '"'),
];

/// A table to begin with.
pub(super) const NOTHING: Table = Table {
    letters: &[],
    joins_lines: false,
    hex: Hex::None,
    has_octal: false,
    has_braces: false,
    units: Units::None,
    has_long: false,
    is_lenient: false,
};

/// Java's.
pub(super) fn java(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        has_octal: true,
        units: Units::Repeated,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('s', ' '),
            ('\\', '\\'),
            ('\'', '\''),
            ('"', '"'),
        ],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// Kotlin's; and `$name`, which its grammar takes for words between single double quotes.
pub(super) fn kotlin(rest: &str) -> Option<(Escaped, usize)> {
    if let Some(name) = rest.strip_prefix('$') {
        let length = name
            .find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
            .unwrap_or(name.len());
        let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        return is_name.then(|| (Escaped::Hole(name[..length].to_owned()), 1 + length));
    }
    const TABLE: Table = Table {
        units: Units::Repeated,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('b', '\u{8}'),
            ('\\', '\\'),
            ('\'', '\''),
            ('"', '"'),
            ('$', '$'),
        ],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// Python's.
pub(super) fn python(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        hex: Hex::Character,
        has_octal: true,
        units: Units::Repeated,
        has_long: true,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('a', '\u{7}'),
            ('v', '\u{b}'),
            ('\\', '\\'),
            ('\'', '\''),
            ('"', '"'),
        ],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// JavaScript's and TypeScript's.
pub(super) fn script(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        hex: Hex::Character,
        has_braces: true,
        units: Units::Repeated,
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
    TABLE.resolve(rest)
}

/// Go's.
pub(super) fn go(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        hex: Hex::Byte,
        has_octal: true,
        units: Units::Repeated,
        has_long: true,
        letters: C,
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// PHP's between double quotes.
pub(super) fn php(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        hex: Hex::Byte,
        has_octal: true,
        has_braces: true,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('v', '\u{b}'),
            ('e', '\u{1b}'),
            ('f', '\u{c}'),
            ('\\', '\\'),
            ('"', '"'),
            ('$', '$'),
        ],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// PHP's between single quotes.
pub(super) fn php_single(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        letters: &[('\\', '\\'), ('\'', '\'')],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// Android's, in its resources.
pub(super) fn android(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        units: Units::Repeated,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('\\', '\\'),
            ('\'', '\''),
            ('"', '"'),
            ('@', '@'),
            ('?', '?'),
        ],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

impl Table {
    /// What the backslash at the start of `rest` stands for, and in how many bytes that is written; `None` where it
    /// stands for itself.
    pub(super) fn resolve(&self, rest: &str) -> Option<(Escaped, usize)> {
        let behind = rest.strip_prefix('\\')?;
        let letter = behind.chars().next()?;
        let character = |character: char, length: usize| Some((Escaped::Character(character), length));
        if let Some((_, meant)) = self.letters.iter().find(|(known, _)| *known == letter) {
            return character(*meant, 1 + letter.len_utf8());
        }
        match letter {
            '\n' if self.joins_lines => Some((Escaped::Nothing, 2)),
            '\r' if self.joins_lines => Some((Escaped::Nothing, 2 + usize::from(behind.starts_with("\r\n")))),
            'u' if self.has_braces && behind.starts_with("u{") => {
                let digits = behind[2..].find('}').filter(|length| *length <= 8)?;
                let code = u32::from_str_radix(&behind[2..2 + digits], 16).ok()?;
                character(char::from_u32(code)?, digits + 4)
            }
            'u' if self.units == Units::Character => character(char::from_u32(hex(&behind[1..], 4)?)?, 6),
            'u' if self.units != Units::None => utf16(rest, self.units == Units::Repeated),
            'U' if self.has_long => character(char::from_u32(hex(&behind[1..], 8)?)?, 10),
            'x' if self.hex == Hex::Character => character(char::from_u32(hex(&behind[1..], 2)?)?, 4),
            'x' if self.hex == Hex::Byte => bytes(rest),
            '0'..='7' if self.has_octal => {
                let length = behind
                    .bytes()
                    .take(3)
                    .take_while(|digit| (b'0'..=b'7').contains(digit))
                    .count();
                let code = u32::from_str_radix(&behind[..length], 8).ok()?;
                character(char::from_u32(code)?, 1 + length)
            }
            other if self.is_lenient => character(other, 1 + other.len_utf8()),
            _ => None,
        }
    }
}

/// The number that the first digits write, if so many hexadecimal digits stand there.
pub(super) fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    // `from_str_radix` alone takes a sign.
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// `\u4F60`, and two of them for a character beyond the basic plane.
fn utf16(rest: &str, is_repeated: bool) -> Option<(Escaped, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?;
        let digits = match is_repeated {
            true => digits.trim_start_matches('u'),
            false => digits,
        };
        let code = u16::try_from(hex(digits, 4)?).ok()?;
        Some((code, text.len() - digits.len() + 4))
    };
    let (first, length) = unit(rest)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((Escaped::Character(character), length));
    }
    let pair = unit(&rest[length..]).and_then(|(second, more)| {
        let character = char::decode_utf16([first, second]).next()?.ok()?;
        Some((Escaped::Character(character), length + more))
    });
    pair.or(Some((Escaped::Character(char::REPLACEMENT_CHARACTER), length)))
}

/// `\xe4\xbd\xa0`: bytes of UTF-8 that make one character together.
fn bytes(rest: &str) -> Option<(Escaped, usize)> {
    let mut written = [0u8; 4];
    for length in 1..=written.len() {
        let at = (length - 1) * 4;
        let digits = rest.get(at..at + 4)?.strip_prefix("\\x")?;
        written[length - 1] = u8::try_from(hex(digits, 2)?).ok()?;
        let character = std::str::from_utf8(&written[..length]).ok();
        if let Some(character) = character.and_then(|text| text.chars().next()) {
            return Some((Escaped::Character(character), length * 4));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_the_language() {
        type Function = fn(&str) -> Option<(Escaped, usize)>;
        for (escape, text, expected) in [
            (java as Function, "\\n", Some(('\n', 2))),
            (java, "\\uuu4F60", Some(('你', 8))),
            (java, "\\uD842\\uDFB7", Some(('𠮷', 12))),
            (java, "\\uD842好", Some(('\u{FFFD}', 6))),
            (java, "\\u4F", None),
            (java, "\\101", Some(('A', 4))),
            (java, "\\x41", None),
            (kotlin, "\\$", Some(('$', 2))),
            (python, "\\U00020BB7", Some(('𠮷', 10))),
            (python, "\\xe4", Some(('ä', 4))),
            (python, "\\d", None),
            (script, "\\u{20BB7}", Some(('𠮷', 9))),
            (script, "\\您", Some(('您', 4))),
            (script, "\\'", Some(('\'', 2))),
            (go, "\\xe4\\xbd\\xa0", Some(('你', 12))),
            (go, "\\xe4", None),
            (php, "\\u{4F60}", Some(('你', 8))),
            (php, "\\u4F60", None),
            (php, "\\'", None),
            (php_single, "\\n", None),
            (android, "\\@", Some(('@', 2))),
            (java, "\\", None),
            (java, "您", None),
        ] {
            let expected = expected.map(|(character, length)| (Escaped::Character(character), length));
            assert_eq!(escape(text), expected, "{text}");
        }
        assert_eq!(java("\\\r\nx"), Some((Escaped::Nothing, 3)));
        assert_eq!(script("\\\n"), Some((Escaped::Nothing, 2)));
    }
}
