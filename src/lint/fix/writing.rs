//! Words → how a file writes them in place of others.
//!
//! In: a passage, the span that is replaced, the new words. Out: the stretch of the source that goes, and what stands
//! there then: as the words that go are written, as they are or as escapes. Promise: nothing but the words of the span goes:
//! where literals are joined, lines folded or tags stand between there is no replacement. It knows no format: the
//! file is read again with what it writes.

use crate::lint::passage::{Passage, has_han};
use crate::span::Span;

/// How a file writes Han characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// As they are.
    Plain,
    /// `\u4f60`.
    Units,
    /// `\u{4f60}`.
    Braces,
    /// `\U00004f60`.
    Long,
    /// `\xe4\xbd\xa0`.
    Bytes,
    /// `&#x4f60;`.
    HexReference,
    /// `&#20320;`.
    Reference,
}

/// The stretch that writes a span, and these words in its style; `None` where they can't be replaced by themselves.
pub(super) fn written(
    passage: &Passage,
    span: Span,
    source_text: &str,
    words: &str,
) -> Option<(Span, String)> {
    let pieces = passage.stretch(span)?;
    let (first, last) = (pieces.first()?, pieces.last()?);
    let whole = Span::new(first.source.start, last.source.end);
    let mut style: Option<(Style, &str)> = None;
    for piece in &pieces {
        let (text, source) = (piece.text.of(&passage.text), piece.source.of(source_text));
        if piece.is_verbatim {
            if has_han(text) {
                style = style.or(Some((Style::Plain, source)));
            }
            continue;
        }
        // Anything but the escape of one character is more than words: a fold, an indentation.
        let is_escape = source.starts_with(['\\', '&']) && text.chars().count() == 1;
        if !is_escape || text.trim().is_empty() {
            return None;
        }
        if has_han(text) {
            style = style.or(Some((Style::of(source)?, source)));
        }
    }
    let (style, example) = style?;
    Some((whole, style.write(words, example)))
}

impl Style {
    /// The style of an escape.
    fn of(escape: &str) -> Option<Self> {
        Some(match escape {
            _ if escape.starts_with("\\u{") => Style::Braces,
            _ if escape.starts_with("\\u") => Style::Units,
            _ if escape.starts_with("\\U") => Style::Long,
            _ if escape.starts_with("\\x") && escape.len() > 4 => Style::Bytes,
            _ if escape.starts_with("&#x") || escape.starts_with("&#X") => Style::HexReference,
            _ if escape.starts_with("&#") => Style::Reference,
            _ => return None,
        })
    }

    /// Words in this style, with digits as in an example.
    fn write(self, words: &str, example: &str) -> String {
        let digits = example.trim_start_matches(['\\', '&', '#', 'u', 'U', 'x', 'X', '{']);
        let is_upper = digits.bytes().any(|digit| (b'A'..=b'F').contains(&digit));
        let number = |value: u32, width: usize| match is_upper {
            true => format!("{value:0width$X}"),
            false => format!("{value:0width$x}"),
        };
        let mut written = String::new();
        for character in words.chars() {
            let code = u32::from(character);
            match self {
                Style::Plain => written.push(character),
                Style::Units => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        written += &format!("\\u{}", number((*unit).into(), 4));
                    }
                }
                Style::Braces => written += &format!("\\u{{{}}}", number(code, 4)),
                Style::Long => written += &format!("\\U{}", number(code, 8)),
                Style::Bytes => {
                    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                        written += &format!("\\x{}", number(byte.into(), 2));
                    }
                }
                Style::HexReference => written += &format!("&#x{};", number(code, 4)),
                Style::Reference => written += &format!("&#{code};"),
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_the_file_writes_them() {
        for (example, expected) in [
            ("\\u4f60", "\\u5426\\u5219\\uff0c"),
            ("\\u4F60", "\\u5426\\u5219\\uFF0C"),
            ("\\u{4f60}", "\\u{5426}\\u{5219}\\u{ff0c}"),
            ("\\U00004f60", "\\U00005426\\U00005219\\U0000ff0c"),
            ("\\xe4\\xbd\\xa0", "\\xe5\\x90\\xa6\\xe5\\x88\\x99\\xef\\xbc\\x8c"),
            ("&#x4F60;", "&#x5426;&#x5219;&#xFF0C;"),
            ("&#20320;", "&#21542;&#21017;&#65292;"),
        ] {
            let style = Style::of(example).unwrap();
            assert_eq!(style.write("否则，", example), expected, "{example}");
        }
        for none in ["\\344\\275\\240", "&ldquo;", "\\n", "\\x41"] {
            assert_eq!(Style::of(none), None, "{none}");
        }
    }
}
