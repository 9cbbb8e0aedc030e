//! Text → the places of personal data in it, and the text with them hidden.
//!
//! In: a stretch of a message and the names in its fields. Out: the spans to hide: mobile and landline
//! numbers, identity-card numbers (checksum), bank-card numbers (Luhn), names before 先生 and the like, names
//! from the record's fields. Promise: a masked text has as many characters as the source. It leaves the
//! ends that a reviewer needs (first three and last four digits, the surname), and doesn't look at addresses.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use smallvec::SmallVec;

use crate::message::Message;
use crate::search::shapes::{is_id_number, is_luhn};
use crate::span::Span;

/// Titles that stand after a name.
pub(crate) const TITLES: [&str; 5] = ["先生", "女士", "小姐", "太太", "夫人"];

/// The most frequent surnames of one character.
pub(crate) const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁\
任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易\
乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕\
屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖\
巩明佘池查麻苑迟邝";

/// Surnames of two characters.
pub(crate) const DOUBLE_SURNAMES: [&str; 14] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木",
    "南宫",
];

/// Longest number looked at: a bank card.
const MAX_DIGITS: usize = 19;

/// Digits of the shortest number to hide: a landline of seven figures with its area.
const FEWEST_DIGITS: usize = 10;

/// The spans of `text` to hide, in order, not overlapping. O(bytes).
pub fn personal_spans(text: &str, names: &[&str]) -> Vec<Span> {
    let mut spans = number_spans(text);
    title_spans(text, &mut spans);
    for name in names {
        // A shorter "name" is a word of the language as often as not.
        if name.chars().count() >= 2 && name.chars().all(is_han) {
            let first = name.chars().next().map_or(0, char::len_utf8);
            spans.extend(
                text.match_indices(name)
                    .map(|(at, _)| Span::new(at + first, at + name.len())),
            );
        }
    }
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The names in a record's fields, for [`personal_spans`].
pub fn names_of<'m>(message: &'m Message) -> Vec<&'m str> {
    [&message.debtor, &message.recipient]
        .into_iter()
        .filter_map(|field| field.as_deref())
        .collect()
}

/// The characters of `within`, those inside `spans` hidden. Borrows if nothing is.
pub fn masked<'t>(text: &'t str, within: Span, spans: &[Span]) -> Cow<'t, str> {
    let words = within.of(text);
    if !spans.iter().any(|span| span.overlaps(within)) {
        return Cow::Borrowed(words);
    }
    let mut shown = String::with_capacity(words.len());
    for (at, character) in words.char_indices() {
        let at = within.start + at;
        let is_hidden = spans.iter().any(|span| span.start <= at && at < span.end);
        shown.push(if is_hidden { stand_in(character) } else { character });
    }
    Cow::Owned(shown)
}

/// A whole text with its personal data hidden.
pub fn masked_text<'t>(text: &'t str, names: &[&str]) -> Cow<'t, str> {
    masked(text, Span::new(0, text.len()), &personal_spans(text, names))
}

/// A value of a name column hidden: of a Chinese name all but the surname, of a number what a number hides.
pub(crate) fn masked_party(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let length = value.chars().count();
    let is_name = (2..=LONGEST_NAME).contains(&length) && value.chars().all(|one| is_han(one) || one == '·');
    match is_name {
        true => {
            let mut characters = value.chars();
            let kept = characters.next().into_iter();
            kept.chain(characters.map(stand_in)).collect::<String>().into()
        }
        false => masked_text(value, &[]),
    }
}

/// Characters of the longest name of a person; companies have longer ones.
const LONGEST_NAME: usize = 4;

/// Every digit hidden: for the plain form of words whose source is part of a hidden number.
pub(crate) fn without_digits(text: &str) -> String {
    let hide = |character| match digit(character) {
        Some(_) => stand_in(character),
        None => character,
    };
    text.chars().map(hide).collect()
}

/// As many columns, and for ASCII and most Han characters as many bytes, as what it hides.
fn stand_in(character: char) -> char {
    if character.is_ascii() { '*' } else { '＊' }
}

/// The digits of a text in order, as ASCII (x for the X of an identity card), and where they stand.
type Digits = SmallVec<[(u8, Span); 32]>;

/// A run of digits without a gap.
struct Group {
    /// Its digits among all.
    digits: Range<usize>,
    /// Whether only one separator stands between it and the group before.
    is_joined: bool,
}

fn number_spans(text: &str) -> Vec<Span> {
    if count_digits(text.as_bytes()) < FEWEST_DIGITS {
        return Vec::new();
    }
    let (digits, groups) = digit_groups(text);
    let mut spans = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        match longest_number(&digits, &groups[first..]) {
            Some((count, number)) => {
                spans.extend(number);
                first += count;
            }
            None => first += 1,
        }
    }
    spans
}

/// How many digits there are, of usual and of full width. No early end, and counts of one byte as long as they suffice, so
/// that many bytes are looked at together.
fn count_digits(text: &[u8]) -> usize {
    const BLOCK_BYTES: usize = u8::MAX as usize;
    let usual = |block: &[u8]| {
        block
            .iter()
            .map(|byte| u8::from(byte.is_ascii_digit()))
            .sum::<u8>()
    };
    let count: usize = text
        .chunks(BLOCK_BYTES)
        .map(|block| usize::from(usual(block)))
        .sum();
    // U+FF10 to U+FF19. Where the bytes of one are told apart into two blocks, it is counted with the second.
    let starts = (0..text.len()).step_by(BLOCK_BYTES);
    let wide = starts.map(|start| {
        let block = &text[start.saturating_sub(2)..text.len().min(start + BLOCK_BYTES)];
        let [first, second] = [1, 2].map(|skipped| block.get(skipped..).unwrap_or_default());
        let triples = block.iter().zip(first).zip(second);
        let is_wide = |((first, second), third): ((&u8, &u8), &u8)| {
            u8::from((*first == 0xEF) & (*second == 0xBC) & (third.wrapping_sub(0x90) < 10))
        };
        usize::from(triples.map(is_wide).sum::<u8>())
    });
    count + wide.sum::<usize>()
}

/// The most groups, from the first on, that together are a number to hide, and its hidden part.
fn longest_number(digits: &[(u8, Span)], groups: &[Group]) -> Option<(usize, Option<Span>)> {
    let start = groups[0].digits.start;
    let mut found = None;
    for (index, group) in groups.iter().enumerate() {
        let digits = &digits[start..group.digits.end];
        if (index > 0 && !group.is_joined) || digits.len() > MAX_DIGITS {
            break;
        }
        let values: SmallVec<[u8; MAX_DIGITS]> = digits.iter().map(|(value, _)| *value).collect();
        if let Some((front, back)) = ends_to_keep(&values) {
            let hidden = &digits[front..digits.len() - back];
            let ends = hidden.first().zip(hidden.last());
            found = Some((index + 1, ends.map(|(first, last)| first.1.cover(last.1))));
        }
    }
    found
}

/// How many digits at both ends stay, if this is a number to hide.
fn ends_to_keep(digits: &[u8]) -> Option<(usize, usize)> {
    if is_identity_number(digits) {
        return Some((3, 4));
    }
    if digits.contains(&b'x') {
        return None;
    }
    match digits {
        [b'1', b'3'..=b'9', ..] if digits.len() == 11 => Some((3, 4)),
        [b'8', b'6', b'1', b'3'..=b'9', ..] if digits.len() == 13 => Some((5, 4)),
        [b'0', b'1' | b'2', ..] if matches!(digits.len(), 10 | 11) => Some((3, 0)),
        [b'0', b'3'..=b'9', ..] if matches!(digits.len(), 11 | 12) => Some((4, 0)),
        _ if (16..=MAX_DIGITS).contains(&digits.len()) && is_luhn(digits) => Some((4, 4)),
        _ => None,
    }
}

/// A check character that fits, or a date of birth where one stands: a number told with a slip is one all the same.
pub(crate) fn is_identity_number(digits: &[u8]) -> bool {
    digits.len() == 18 && !digits[..17].contains(&b'x') && (is_id_number(digits) || has_date_of_birth(digits))
}

fn has_date_of_birth(digits: &[u8]) -> bool {
    let number = |part: &[u8]| {
        part.iter()
            .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
    };
    matches!(number(&digits[6..10]), 1900..=2099)
        && matches!(number(&digits[10..12]), 1..=12)
        && matches!(number(&digits[12..14]), 1..=31)
}

fn digit_groups(text: &str) -> (Digits, SmallVec<[Group; 8]>) {
    let mut digits = Digits::new();
    let mut groups: SmallVec<[Group; 8]> = SmallVec::new();
    // Separators since the last digit; more than one ends the number.
    let mut gap: Option<usize> = None;
    for (at, character) in text.char_indices() {
        let value = digit(character).or_else(|| {
            let follows_17 = gap == Some(0) && groups.last().is_some_and(|group| group.digits.len() == 17);
            (follows_17 && matches!(character, 'x' | 'X' | 'ｘ' | 'Ｘ')).then_some(b'x')
        });
        if let Some(value) = value {
            let next = digits.len();
            digits.push((value, Span::new(at, at + character.len_utf8())));
            match groups.last_mut().filter(|_| gap == Some(0)) {
                Some(group) => group.digits.end = next + 1,
                None => groups.push(Group {
                    digits: next..next + 1,
                    is_joined: gap == Some(1),
                }),
            }
        }
        gap = match (value, gap) {
            (Some(_), _) => Some(0),
            (None, Some(0)) if is_separator(character) => Some(1),
            // Invisible characters between digits hide nothing from a reader.
            (None, Some(width)) if matches!(character, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}') => {
                Some(width)
            }
            (None, _) => None,
        };
    }
    (digits, groups)
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '-' | '.' | '·' | '－' | '—' | '–' | '\u{3000}' | '\u{a0}' | ')' | '）' | '_'
    )
}

fn digit(character: char) -> Option<u8> {
    match character {
        '0'..='9' => Some(character as u8),
        '０'..='９' => u8::try_from(u32::from(character) - u32::from('０'))
            .ok()
            .map(|value| b'0' + value),
        _ => None,
    }
}

fn title_spans(text: &str, spans: &mut Vec<Span>) {
    static FINDERS: LazyLock<[Finder; TITLES.len()]> = LazyLock::new(|| TITLES.map(Finder::new));
    for finder in FINDERS.iter() {
        for at in finder.find_iter(text.as_bytes()) {
            spans.extend(given_name_before(&text[..at]));
        }
    }
}

/// The given name that ends here, if a surname stands before it.
fn given_name_before(text: &str) -> Option<Span> {
    let last: Vec<(usize, char)> = text
        .char_indices()
        .rev()
        .take(4)
        .take_while(|(_, one)| is_han(*one))
        .collect();
    for count in (2..=last.len()).rev() {
        let start = last[count - 1].0;
        let name = &text[start..];
        let surname = DOUBLE_SURNAMES
            .iter()
            .find(|double| name.starts_with(**double) && count > 2);
        let surname_bytes = match surname {
            Some(double) => double.len(),
            None if count <= 3 && SURNAMES.contains(last[count - 1].1) => last[count - 1].1.len_utf8(),
            None => continue,
        };
        return Some(Span::new(start + surname_bytes, text.len()));
    }
    None
}

pub(crate) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_what_identifies_and_keeps_the_length() {
        for (source, expected) in [
            ("请打13800138000。", "请打138****8000。"),
            ("请打+86 138-0013-8000", "请打+86 138-****-8000"),
            ("１３８００１３８０００", "１３８＊＊＊＊８０００"),
            ("座机010-62345678转1", "座机010-********转1"),
            ("座机0571-87654321", "座机0571-********"),
            ("身份证11010519491231002X号", "身份证110***********002X号"),
            // A slip in the check character hides nobody.
            ("身份证110105194912310021", "身份证110***********0021"),
            ("卡号4111 1111 1111 1111", "卡号4111 ********* 1111"),
            ("尊敬的张伟明先生", "尊敬的张＊＊先生"),
            ("欧阳娜女士您好", "欧阳＊女士您好"),
            ("王先生您好", "王先生您好"),
            ("李雷欠款", "李＊欠款"),
        ] {
            let shown = masked_text(source, &["李雷"]);
            assert_eq!(shown, expected);
            assert_eq!(shown.chars().count(), source.chars().count());
        }
    }

    #[test]
    fn digits_count_wherever_they_stand() {
        for before in 0..600 {
            let text = "a".repeat(before) + "０1２b";
            assert_eq!(count_digits(text.as_bytes()), 3, "{before}");
        }
        assert_eq!(count_digits("９8".repeat(400).as_bytes()), 800);
        assert_eq!(count_digits("，。：".as_bytes()), 0);
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in [
            "欠款12000.50元",
            "11010519491231002Y",
            "110105194913310023",
            "4111111111111112",
            "客服4008001234",
            "2026-03-02 14:05",
            "尾号1234",
            "案号（2026）沪01民初1234号",
            "12345678901234567890123",
        ] {
            assert_eq!(masked_text(text, &[]), text);
        }
    }

    #[test]
    fn a_part_of_a_number_is_hidden_as_the_whole_says() {
        let text = "打13800138000找你妈";
        let spans = personal_spans(text, &[]);
        let part = Span::new(text.find("00138").unwrap(), text.find("找").unwrap());
        assert_eq!(masked(text, part, &spans), "****8000");
    }
}
