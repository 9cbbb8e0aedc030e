//! Numbers, dates, times, codes and links.
//!
//! In: the units of a text and a place where one may begin. Out: what it is and where it ends. Promise: no unit is looked
//! at more than a few times, whatever the text. It doesn't ask what a number means: 第50条 has one as well as 欠款50元.

use smallvec::SmallVec;

use super::names::signs_of;
use super::{SlotKind, Unit};
use crate::normalize::CharKind;
use crate::report::mask::is_identity_number;
use crate::search::shapes::is_luhn;

/// Last labels of host names that stand without `http://`. Those that messages use; others are seen by their scheme.
const TOP_DOMAINS: [&str; 22] = [
    "cn", "com", "net", "org", "cc", "top", "xyz", "vip", "io", "co", "me", "info", "app", "shop", "site",
    "club", "online", "ltd", "link", "hk", "tv", "la",
];

/// Longest top-level domain looked at, in characters.
const LONGEST_TOP_DOMAIN: usize = 8;

/// Most digits that are kept to tell what a number is: a bank card has 19.
const MAX_DIGITS: usize = 20;

/// The end of the run of link characters that begins here, and whether it is a link. Not more than the run is read.
pub(super) fn link(units: &[Unit], start: usize) -> (usize, bool) {
    let is_part =
        |unit: &Unit| unit.character.is_ascii_alphanumeric() || "-._~:/?#@&+=%".contains(unit.character);
    let length = units[start..].iter().take_while(|unit| is_part(unit)).count();
    let run = &units[start..start + length];
    let is_tail = |unit: &Unit| !unit.character.is_ascii_alphanumeric() && unit.character != '/';
    let trimmed = length - run.iter().rev().take_while(|unit| is_tail(unit)).count();
    let run = &run[..trimmed];
    if run
        .windows(3)
        .any(|three| three.iter().map(|unit| unit.character).eq("://".chars()))
    {
        return (start + trimmed, true);
    }
    let is_host = |unit: &&Unit| unit.character.is_ascii_alphanumeric() || "-._@".contains(unit.character);
    let host = run.iter().take_while(is_host).count();
    let is_link = match run[..host].iter().rposition(|unit| unit.character == '.') {
        Some(point) if point > 0 && host - point - 1 <= LONGEST_TOP_DOMAIN => {
            let label = run[point + 1..host].iter().map(|unit| unit.character);
            TOP_DOMAINS.iter().any(|known| known.chars().eq(label.clone()))
        }
        _ => false,
    };
    match is_link {
        true => (start + trimmed, true),
        false => (start + length, false),
    }
}

/// The number or code that begins at this digit or letter; letters without digits are words.
pub(super) fn number(units: &[Unit], start: usize) -> Option<(SlotKind, usize)> {
    let run = alphanumeric_end(units, start);
    let has = |kind: CharKind| units[start..run].iter().any(|unit| unit.kind == kind);
    if !has(CharKind::Digit) {
        return None;
    }
    if !has(CharKind::Letter) {
        return Some(digits(units, start, run));
    }
    let digits_end = digits_end(units, start);
    let suffix = &units[digits_end..run];
    let is_money = |known: &str| known.chars().eq(suffix.iter().map(|unit| unit.character));
    if digits_end > start && ["rmb", "yuan", "w", "k"].into_iter().any(is_money) {
        return Some((SlotKind::Amount, run));
    }
    let code = digits_of(&units[start..run]);
    let is_identity = run - start == 18 && is_identity_number(&code);
    let kind = if is_identity {
        SlotKind::IdNumber
    } else {
        SlotKind::Number
    };
    Some((kind, run))
}

/// An amount or a date in Han numerals: 三千五百元, 三月五日.
pub(super) fn han_number(units: &[Unit], start: usize) -> Option<(SlotKind, usize)> {
    // The first numeral of a run speaks for it.
    if start > 0 && is_numeral(&units[start - 1]) {
        return None;
    }
    let end = numerals_end(units, start);
    match units.get(end)?.character {
        '元' | '圆' => Some((SlotKind::Amount, end)),
        '块' if is_at(units, end + 1, '钱') => Some((SlotKind::Amount, end)),
        '年' if end - start >= 4 => {
            let month = numerals_end(units, end + 1);
            match is_at(units, month, '月') {
                true => han_day(units, month).or(Some((SlotKind::Date, month + 1))),
                false => Some((SlotKind::Date, end + 1)),
            }
        }
        '月' => han_day(units, end),
        _ => None,
    }
}

fn han_day(units: &[Unit], month: usize) -> Option<(SlotKind, usize)> {
    let end = numerals_end(units, month + 1);
    let is_day = end > month + 1 && (is_at(units, end, '日') || is_at(units, end, '号'));
    is_day.then_some((SlotKind::Date, end + 1))
}

/// More numerals than this are no amount.
const MAX_NUMERALS: usize = 16;

fn numerals_end(units: &[Unit], start: usize) -> usize {
    let rest = units.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .take(MAX_NUMERALS)
            .take_while(|unit| is_numeral(unit))
            .count()
}

fn is_numeral(unit: &Unit) -> bool {
    unit.kind == CharKind::Han && signs_of(unit.character).is_numeral()
}

fn is_at(units: &[Unit], at: usize, character: char) -> bool {
    units.get(at).is_some_and(|unit| unit.character == character)
}

fn is_digit_at(units: &[Unit], at: usize) -> bool {
    units.get(at).is_some_and(|unit| unit.kind == CharKind::Digit)
}

fn alphanumeric_end(units: &[Unit], start: usize) -> usize {
    let is_part = |unit: &&Unit| matches!(unit.kind, CharKind::Digit | CharKind::Letter);
    start + units[start..].iter().take_while(is_part).count()
}

fn digits_end(units: &[Unit], start: usize) -> usize {
    let rest = units.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .take_while(|unit| unit.kind == CharKind::Digit)
            .count()
}

/// The digits, and an x for that of an identity card.
fn digits_of(units: &[Unit]) -> SmallVec<[u8; MAX_DIGITS]> {
    let parts = units
        .iter()
        .filter(|unit| unit.kind == CharKind::Digit || unit.character == 'x');
    // Digits and x are ASCII.
    parts.take(MAX_DIGITS).map(|unit| unit.character as u8).collect()
}

/// A date, a time or a plain number that begins with these digits.
fn digits(units: &[Unit], start: usize, first_end: usize) -> (SlotKind, usize) {
    if let Some(dated) = date_or_time(units, start, first_end) {
        return dated;
    }
    let mut end = first_end;
    while let Some(next) = joined_group(units, start, end) {
        let next_end = digits_end(units, next);
        if date_or_time(units, next, next_end).is_some() {
            break;
        }
        end = next_end;
    }
    // 138****: the rest is hidden.
    let stars = units[end..]
        .iter()
        .take_while(|unit| unit.character == '*')
        .count();
    if stars > 1 {
        end += stars;
    }
    let digits = digits_of(&units[start..end]);
    let multiplied = multiplied(units, end);
    if multiplied > end || is_money(units, start, end) {
        return (SlotKind::Amount, multiplied);
    }
    (kind_of(&digits), end)
}

/// What a number of these digits is.
fn kind_of(digits: &[u8]) -> SlotKind {
    match digits {
        _ if is_identity_number(digits) => SlotKind::IdNumber,
        [b'1', b'3'..=b'9', ..] if digits.len() == 11 => SlotKind::Phone,
        [b'8', b'6', b'1', b'3'..=b'9', ..] if digits.len() == 13 => SlotKind::Phone,
        [b'0', b'1'..=b'9', ..] if (10..=12).contains(&digits.len()) => SlotKind::Phone,
        [b'4' | b'8', b'0', b'0', ..] if digits.len() == 10 => SlotKind::Phone,
        [b'1' | b'2', b'9' | b'0', ..] if digits.len() == 8 && is_day(&digits[4..6], &digits[6..]) => {
            SlotKind::Date
        }
        _ if (16..=19).contains(&digits.len()) && is_luhn(digits) => SlotKind::BankCard,
        _ => SlotKind::Number,
    }
}

fn is_day(month: &[u8], day: &[u8]) -> bool {
    (b"01".as_slice()..=b"12".as_slice()).contains(&month)
        && (b"01".as_slice()..=b"31".as_slice()).contains(&day)
}

/// Where the next group of digits of the same number begins.
fn joined_group(units: &[Unit], start: usize, end: usize) -> Option<usize> {
    let separator = units.get(end)?;
    let next = end + 1;
    let is_joined = match separator.character {
        ' ' | '-' | '.' | '·' | '_' | '/' => is_digit_at(units, next),
        ',' => {
            let group = digits_end(units, next) - next;
            group == 3
        }
        ')' | '）' => {
            start > 0 && matches!(units[start - 1].character, '(' | '（') && is_digit_at(units, next)
        }
        _ => false,
    };
    if is_joined {
        return Some(next);
    }
    // 138****8000: as many as hide the middle.
    let stars = units[end..]
        .iter()
        .take(MAX_DIGITS)
        .take_while(|unit| unit.character == '*')
        .count();
    (stars > 0 && is_digit_at(units, end + stars)).then_some(end + stars)
}

/// Where a number ends with what multiplies it: 3万5千.
fn multiplied(units: &[Unit], end: usize) -> usize {
    let mut end = end;
    while units
        .get(end)
        .is_some_and(|unit| "十百千万亿".contains(unit.character))
    {
        end += 1;
        if is_digit_at(units, end) {
            end = digits_end(units, end);
        }
    }
    end
}

fn is_money(units: &[Unit], start: usize, end: usize) -> bool {
    let after = end + usize::from(units.get(end).is_some_and(Unit::is_filler));
    let has_unit = units
        .get(after)
        .is_some_and(|unit| matches!(unit.character, '元' | '圆' | '块'));
    let last = units[..start]
        .iter()
        .rev()
        .take(2)
        .find(|unit| unit.kind != CharKind::Space);
    let has_sign = last.is_some_and(|unit| matches!(unit.character, '¥' | '$' | '币'));
    let cents = end >= start + 4 && units[end - 3].character == '.';
    has_unit || has_sign || cents
}

/// A date or a time of day whose first digits these are.
fn date_or_time(units: &[Unit], start: usize, end: usize) -> Option<(SlotKind, usize)> {
    let length = end - start;
    let next = end + usize::from(units.get(end).is_some_and(Unit::is_filler) && !is_digit_at(units, end + 1));
    let sign = units.get(next)?.character;
    let after = |next: usize| units.get(next + 1).map_or(' ', |unit| unit.character);
    match sign {
        '年' if matches!(length, 2 | 4) => {
            let month = short_group(units, next + 1);
            match month {
                Some(month) if is_at(units, month, '月') => {
                    Some((SlotKind::Date, day_end(units, month + 1)))
                }
                _ => Some((SlotKind::Date, next + 1)),
            }
        }
        '月' if length <= 2 => Some((SlotKind::Date, day_end(units, next + 1))),
        '日' if length <= 2 => Some((SlotKind::Date, next + 1)),
        '-' | '/' | '.' if length == 4 && matches!(units[start].character, '1' | '2') => {
            let month = short_group(units, next + 1).filter(|&month| is_at(units, month, sign))?;
            Some((SlotKind::Date, short_group(units, month + 1)?))
        }
        ':' | '：' if length <= 2 => {
            let minutes = short_group(units, next + 1).filter(|&minutes| minutes - next == 3)?;
            let seconds = units
                .get(minutes)
                .filter(|unit| matches!(unit.character, ':' | '：'));
            let seconds = seconds.and_then(|_| short_group(units, minutes + 1));
            Some((SlotKind::Time, seconds.unwrap_or(minutes)))
        }
        '时' if length <= 2 && !matches!(after(next), '间' | '候' | '段' | '长' | '效') => {
            Some((SlotKind::Time, minutes_end(units, next + 1)))
        }
        '点' if length <= 2 && !matches!(after(next), '击' | '开' | '评' | '赞' | '卡') => {
            Some((SlotKind::Time, minutes_end(units, next + 1)))
        }
        _ => None,
    }
}

/// The end of one or two digits.
fn short_group(units: &[Unit], start: usize) -> Option<usize> {
    let start = start + usize::from(units.get(start).is_some_and(|unit| unit.kind == CharKind::Space));
    let end = digits_end(units, start);
    matches!(end - start, 1 | 2).then_some(end)
}

fn day_end(units: &[Unit], after_month: usize) -> usize {
    match short_group(units, after_month) {
        Some(day) if is_at(units, day, '日') || is_at(units, day, '号') => day + 1,
        _ => after_month,
    }
}

fn minutes_end(units: &[Unit], after_hour: usize) -> usize {
    if is_at(units, after_hour, '半') || is_at(units, after_hour, '整') {
        return after_hour + 1;
    }
    match short_group(units, after_hour) {
        Some(minutes) if is_at(units, minutes, '分') => minutes + 1,
        _ => after_hour,
    }
}
