//! What backslashes stand for in string literals.
//!
//! In: text that begins at a backslash. Out: the character that is meant and in how many bytes it is written. One table a
//! language; what a language leaves as it is stays so.

use crate::lint::passage::Escaped;

/// The escapes of a language.
struct Table {
    /// Letters behind a backslash and what they stand for.
    letters: &'static [(char, char)],
    /// Whether a line break behind it is nothing.
    joins_lines: bool,
    /// `\x41`.
    hex: Hex,
    /// `\101`, up to three digits.
    has_octal: bool,
    /// `\u{4F60}` besides `\u4F60`.
    has_braces: bool,
    /// Whether `\u4F60` without braces is one.
    has_units: bool,
    /// `\U00020BB7`.
    has_long: bool,
    /// Whether any other character stands for itself; else the backslash stays.
    is_lenient: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hex {
    None,
    /// A character.
    Character,
    /// A byte of UTF-8.
    Byte,
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

const NOTHING: Table = Table {
    letters: &[],
    joins_lines: false,
    hex: Hex::None,
    has_octal: false,
    has_braces: false,
    has_units: false,
    has_long: false,
    is_lenient: false,
};

/// Java's.
pub(in super::super) fn java(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        has_octal: true,
        has_units: true,
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
pub(in super::super) fn kotlin(rest: &str) -> Option<(Escaped, usize)> {
    if let Some(name) = rest.strip_prefix('$') {
        let length = name
            .find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
            .unwrap_or(name.len());
        let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        return is_name.then(|| (Escaped::Hole(name[..length].to_owned()), 1 + length));
    }
    const TABLE: Table = Table {
        has_units: true,
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
pub(in super::super) fn python(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        hex: Hex::Character,
        has_octal: true,
        has_units: true,
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
pub(in super::super) fn script(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        joins_lines: true,
        hex: Hex::Character,
        has_braces: true,
        has_units: true,
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
pub(in super::super) fn go(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        hex: Hex::Byte,
        has_octal: true,
        has_units: true,
        has_long: true,
        letters: C,
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// PHP's between double quotes.
pub(in super::super) fn php(rest: &str) -> Option<(Escaped, usize)> {
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
pub(in super::super) fn php_single(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        letters: &[('\\', '\\'), ('\'', '\'')],
        ..NOTHING
    };
    TABLE.resolve(rest)
}

/// Android's, in its resources.
pub(in super::super) fn android(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        has_units: true,
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
    fn resolve(&self, rest: &str) -> Option<(Escaped, usize)> {
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
            'u' if self.has_units => units(rest),
            'U' if self.has_long => character(char::from_u32(number(behind.get(1..9)?, 16)?)?, 10),
            'x' if self.hex == Hex::Character => {
                character(char::from_u32(number(behind.get(1..3)?, 16)?)?, 4)
            }
            'x' if self.hex == Hex::Byte => bytes(rest),
            '0'..='7' if self.has_octal => {
                let length = behind
                    .bytes()
                    .take(3)
                    .take_while(|digit| (b'0'..=b'7').contains(digit))
                    .count();
                character(char::from_u32(number(&behind[..length], 8)?)?, 1 + length)
            }
            other if self.is_lenient => character(other, 1 + other.len_utf8()),
            _ => None,
        }
    }
}

fn number(digits: &str, radix: u32) -> Option<u32> {
    let is_number = digits.chars().all(|digit| digit.is_digit(radix));
    is_number
        .then(|| u32::from_str_radix(digits, radix).ok())
        .flatten()
}

/// `\u4F60`, and two of them for a character beyond the basic plane; Java allows several `u`.
fn units(rest: &str) -> Option<(Escaped, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.trim_start_matches('u');
        let length = text.len() - digits.len() + 4;
        let code = u16::try_from(number(digits.get(..4)?, 16)?).ok()?;
        Some((code, length))
    };
    let (first, length) = unit(rest)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((Escaped::Character(character), length));
    }
    let pair = unit(&rest[length..]).and_then(|(second, more)| {
        let character = char::decode_utf16([first, second]).next()?.ok()?;
        Some((Escaped::Character(character), length + more))
    });
    pair.or(Some((Escaped::Character('\u{FFFD}'), length)))
}

/// `\xe4\xbd\xa0`: bytes of UTF-8 that make one character together.
fn bytes(rest: &str) -> Option<(Escaped, usize)> {
    let mut written = [0u8; 4];
    for length in 1..=written.len() {
        let at = (length - 1) * 4;
        let digits = rest.get(at..at + 4)?.strip_prefix("\\x")?;
        written[length - 1] = u8::try_from(number(digits, 16)?).ok()?;
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
