//! Numbers of characters as escapes write them.

/// The number that the first digits write, if so many hexadecimal digits stand there.
pub(super) fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    // `from_str_radix` alone takes a sign.
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// The character of `\uXXXX` or of two of them that are a pair, and the bytes of the escape. Half a pair is the character
/// of replacement.
pub(super) fn utf16(rest: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let number = hex(text.strip_prefix("\\u")?, 4)?;
        u16::try_from(number).ok()
    };
    let first = unit(rest)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 6));
    }
    let second = rest.get(6..).and_then(unit);
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |pair| (pair, 12)))
}
