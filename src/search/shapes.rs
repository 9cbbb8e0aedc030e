//! Numbers by their shape: identity cards, mobiles, bank cards, court case numbers.
//!
//! In: the plain reading of a turn that has digits. Out: classes and spans. Checksums decide where there are
//! any, so an order number is no identity card. One pass, no regular expression.

use crate::span::NormSpan;

/// A shape that patterns name like a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// 18 characters of a resident identity card, checksum correct.
    IdNumber,
    /// 11 digits of a mainland mobile.
    MobileNumber,
    /// 16 to 19 digits that pass the Luhn check.
    BankCard,
    /// Any other number of 8 digits or more.
    LongNumber,
    /// （2026）粤0305执1234号
    CaseNumber,
}

impl Shape {
    /// All shapes with the names of their classes.
    pub(crate) const ALL: [(Shape, &'static str); 5] = [
        (Shape::IdNumber, "<id_number>"),
        (Shape::MobileNumber, "<mobile_number>"),
        (Shape::BankCard, "<bank_card>"),
        (Shape::LongNumber, "<long_number>"),
        (Shape::CaseNumber, "<case_number>"),
    ];
}

/// Longest case number after its year, in characters.
const LONGEST_CASE_NUMBER: usize = 24;

/// All shapes in a plain reading, in order of place.
pub(crate) fn find(text: &str) -> Vec<(Shape, NormSpan)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let length = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let mut end = at + length;
        if length == 17 && matches!(bytes.get(end), Some(b'x')) {
            end += 1;
        }
        if let Some(shape) = shape_of(&bytes[at..end]) {
            found.push((shape, NormSpan::new(at, end)));
        } else if length == 4
            && let Some(span) = case_number(text, at)
        {
            found.push((Shape::CaseNumber, span));
            end = span.end;
        }
        at = end;
    }
    found
}

/// The shape of a run of digits; only the first 20 matter.
pub(super) fn shape_of(number: &[u8]) -> Option<Shape> {
    match number.len() {
        18 if is_id_number(number) => Some(Shape::IdNumber),
        11 if number[0] == b'1' && number[1] >= b'3' => Some(Shape::MobileNumber),
        16..=19 if is_luhn(number) => Some(Shape::BankCard),
        8.. => Some(Shape::LongNumber),
        _ => None,
    }
}

/// GB 11643: weights of the first 17 digits, remainder by 11 to a check character.
pub(crate) fn is_id_number(number: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10x98765432";
    if number.len() != 18 || !number[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let weighed = number
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight);
    CHECKS[(weighed.sum::<u32>() % 11) as usize] == number[17].to_ascii_lowercase()
}

/// The check digit of bank cards.
pub(crate) fn is_luhn(number: &[u8]) -> bool {
    let weighed = number.iter().rev().enumerate().map(|(place, digit)| {
        let value = u32::from(digit.wrapping_sub(b'0'));
        match (place % 2, value) {
            (0, _) => value,
            (_, 5..) => value * 2 - 9,
            _ => value * 2,
        }
    });
    number.iter().all(u8::is_ascii_digit) && weighed.sum::<u32>().is_multiple_of(10)
}

/// A case number whose year begins at this byte, brackets included.
fn case_number(text: &str, year: usize) -> Option<NormSpan> {
    let open = text[..year]
        .chars()
        .next_back()
        .filter(|open| matches!(open, '(' | '（' | '[' | '〔'))?;
    let rest = &text[year + 4..];
    let close = rest
        .chars()
        .next()
        .filter(|close| matches!(close, ')' | '）' | ']' | '〕'))?;
    let body = &rest[close.len_utf8()..];
    let (mut digits, mut han) = (0, 0);
    for (offset, character) in body.char_indices().take(LONGEST_CASE_NUMBER) {
        match character {
            '号' if digits >= 1 && han >= 1 => {
                let end = year + 4 + close.len_utf8() + offset + character.len_utf8();
                return Some(NormSpan::new(year - open.len_utf8(), end));
            }
            '0'..='9' => digits += 1,
            '\u{4E00}'..='\u{9FFF}' => han += 1,
            '-' | '*' | 'x' => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_numbers_apart() {
        let found = |text: &'static str| -> Vec<(Shape, &str)> {
            find(text)
                .into_iter()
                .map(|(shape, span)| (shape, span.of(text)))
                .collect()
        };
        assert_eq!(
            found("身份证11010519491231002x"),
            [(Shape::IdNumber, "11010519491231002x")]
        );
        assert_eq!(
            found("110105194912310021"),
            [(Shape::LongNumber, "11010519491231002")].map(|_| (Shape::LongNumber, "110105194912310021"))
        );
        assert_eq!(found("电话13800000000,"), [(Shape::MobileNumber, "13800000000")]);
        assert_eq!(
            found("卡4111111111111111"),
            [(Shape::BankCard, "4111111111111111")]
        );
        assert_eq!(
            found("（2026）粤0305执1234号立案"),
            [(Shape::CaseNumber, "（2026）粤0305执1234号")]
        );
        assert_eq!(found("（2026）年度第3次"), []);
        assert_eq!(found("欠款1234.56元"), []);
    }
}
