//! Character references of markup: `&#x4F60;`, `&#20320;`, `&amp;`.
//!
//! In: text that begins at an `&`. Out: what is meant, and in how many bytes it is written. Names of HTML are known by
//! `html5gum`; those of XML are five. Promise: what isn't a reference is `None` and stays as it is; nothing that a document
//! declares is ever expanded.

use html5gum::{Token, Tokenizer};

use crate::lint::passage::Escaped;

/// Bytes of the longest name of HTML (`&CounterClockwiseContourIntegral;`).
const LONGEST_NAME: usize = 33;

/// A reference of HTML.
pub(super) fn html(rest: &str) -> Option<(Escaped, usize)> {
    if let Some(found) = numeric(rest) {
        return Some(found);
    }
    let name = rest.strip_prefix('&')?;
    let length = name.find(|sign: char| !sign.is_ascii_alphanumeric())?;
    let is_closed = name[length..].starts_with(';');
    if length == 0 || length > LONGEST_NAME || !is_closed {
        return None;
    }
    let whole = &rest[..length + 2];
    let Some(Ok(Token::String(decoded))) = Tokenizer::new(whole).next() else {
        return None;
    };
    let mut characters = std::str::from_utf8(&decoded).ok()?.chars();
    let character = characters
        .next()
        .filter(|first| *first != '&' || whole == "&amp;" || whole == "&AMP;")?;
    Some((Escaped::Character(character), whole.len()))
}

/// A reference of XML.
pub(super) fn xml(rest: &str) -> Option<(Escaped, usize)> {
    let named = [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&apos;", '\''),
    ];
    let named = named.iter().find(|(written, _)| rest.starts_with(written));
    match named {
        Some((written, character)) => Some((Escaped::Character(*character), written.len())),
        None => numeric(rest),
    }
}

fn numeric(rest: &str) -> Option<(Escaped, usize)> {
    let number = rest.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let length = digits.find(|sign: char| !sign.is_digit(radix))?;
    let is_closed = digits[length..].starts_with(';');
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    let character = char::from_u32(code).filter(|character| is_closed && *character != '\0')?;
    let before = rest.len() - digits.len();
    Some((Escaped::Character(character), before + length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_nothing_else() {
        for (text, of_html, of_xml) in [
            ("&#x4F60;好", Some(('你', 8)), Some(('你', 8))),
            ("&#20320;", Some(('你', 8)), Some(('你', 8))),
            ("&#x20BB7;", Some(('𠮷', 9)), Some(('𠮷', 9))),
            ("&amp;#x4F60;", Some(('&', 5)), Some(('&', 5))),
            ("&ldquo;您", Some(('“', 7)), None),
            ("&nbsp;", Some(('\u{a0}', 6)), None),
            ("&apos;", Some(('\'', 6)), Some(('\'', 6))),
            ("&lol9;", None, None),
            ("&#xD800;", None, None),
            ("&#x4F60", None, None),
            ("& ", None, None),
            ("&", None, None),
        ] {
            let expected = |found: Option<(char, usize)>| {
                found.map(|(character, length)| (Escaped::Character(character), length))
            };
            assert_eq!(html(text), expected(of_html), "{text}");
            assert_eq!(xml(text), expected(of_xml), "{text}");
        }
    }
}
