//! Names where a text shows that they are names.
//!
//! In: the units of a text, a place in them, the names in the record's fields. Out: where a name ends that begins there.
//! Promise: looks a few characters ahead and a few back, never further. It takes a surname for granted: names without a
//! usual one are found only if a field of the record holds them.

use std::sync::LazyLock;

use super::Unit;
use crate::normalize::CharKind;
use crate::report::mask::{DOUBLE_SURNAMES, SURNAMES, TITLES, is_han};

/// Characters of the longest Han name that a field is believed to hold (买买提·阿卜杜拉 and the like).
const LONGEST_NAME: usize = 12;

/// Titles that make a name of a single surname, besides those that the masks know.
const MORE_TITLES: [&str; 1] = ["同志"];

/// What stands before a name in the middle of a text.
const CUES: [&str; 34] = [
    "您好",
    "你好",
    "尊敬的",
    "亲爱的",
    "敬爱的",
    "致",
    "转告",
    "告知",
    "通知",
    "提醒",
    "联系",
    "债务人",
    "借款人",
    "持卡人",
    "被执行人",
    "被告",
    "担保人",
    "保证人",
    "客户",
    "用户",
    "姓名",
    "户主",
    "儿子",
    "女儿",
    "老公",
    "老婆",
    "丈夫",
    "妻子",
    "父亲",
    "母亲",
    "爸爸",
    "妈妈",
    "朋友",
    "同事",
];

/// What may follow a name at the start of a text.
const FOLLOWERS: &str = "您你欠再已逾";

/// What may follow a name after a cue, besides.
const FOLLOWERS_OF_CUED: &str = "的在于因是与他她还借拖名";

/// Surnames that are function words more often than not, if a surname and a title follow: 和王先生.
const FUNCTION_WORDS: &str = "和于应时从向令成司";

/// Beginnings of words with a surname's character that stand where names stand, by their number in ordinary messages.
const NOT_NAMES: [&str; 64] = [
    "关于", "方式", "谢谢", "谢意", "车主", "车贷", "车辆", "房东", "房贷", "麻烦", "应还", "查到", "查收",
    "查了", "关系", "关怀", "关机", "明白", "明天", "明早", "时间", "时段", "单位", "商谈", "商定", "商议",
    "商祺", "商家", "商户", "凌晨", "全体", "全部", "全家", "金额", "余额", "余款", "申请", "申诉", "任何",
    "任务", "钱不", "钱款", "钱转", "钱给", "祝好", "祝贺", "祝您", "顾客", "顾问", "安排", "安全", "管理",
    "平台", "方便", "方案", "包裹", "解除", "温馨", "农户", "马上", "成功", "万元", "白天", "周末",
];

/// Characters that no given name holds, so that 向您太太 is no name.
const NOT_GIVEN: &str = "您你他她它我的与和对找";

/// Numerals of amounts and dates in Han characters.
const NUMERALS: &str = "零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟";

/// What a Han character may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HanSigns(u8);

const SURNAME: u8 = 1;
const FIRST_OF_DOUBLE: u8 = 2;
const NUMERAL: u8 = 4;
const FIRST_OF_TITLE: u8 = 8;
const LAST_OF_CUE: u8 = 16;

impl HanSigns {
    /// Whether it begins nothing of interest.
    pub(super) fn is_plain(self) -> bool {
        self.0 & !LAST_OF_CUE == 0
    }

    pub(super) fn is_numeral(self) -> bool {
        self.0 & NUMERAL != 0
    }

    fn has(self, sign: u8) -> bool {
        self.0 & sign != 0
    }
}

/// What this character may begin. One lookup.
pub(super) fn signs_of(character: char) -> HanSigns {
    // A byte for each character of the Basic Multilingual Plane: 64 KiB, made once.
    static SIGNS: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut signs = vec![0; 0x1_0000];
        let mut add = |character: char, sign: u8| signs[character as usize] |= sign;
        SURNAMES.chars().for_each(|one| add(one, SURNAME));
        NUMERALS.chars().for_each(|one| add(one, NUMERAL));
        let firsts = |words: &'static [&'static str]| words.iter().filter_map(|word| word.chars().next());
        firsts(&DOUBLE_SURNAMES).for_each(|one| add(one, FIRST_OF_DOUBLE));
        firsts(&TITLES).for_each(|one| add(one, FIRST_OF_TITLE));
        firsts(&MORE_TITLES).for_each(|one| add(one, FIRST_OF_TITLE));
        let lasts = CUES.iter().filter_map(|cue| cue.chars().next_back());
        lasts.for_each(|one| add(one, LAST_OF_CUE));
        signs
    });
    HanSigns(SIGNS.get(character as usize).copied().unwrap_or(0))
}

/// Whether the folded value of a field looks like the name of a person.
pub(super) fn may_be_name(characters: &[char]) -> bool {
    (2..=LONGEST_NAME).contains(&characters.len()) && characters.iter().all(|&one| is_han(one))
}

/// The end of this name of the record, if it begins here; what a writer inserted is skipped.
pub(super) fn own(units: &[Unit], at: usize, name: &[char]) -> Option<usize> {
    let mut next = at;
    let mut end = at;
    for &expected in name {
        next = skip_fillers(units, next);
        if units.get(next)?.character != expected {
            return None;
        }
        next += 1;
        end = next;
    }
    Some(end)
}

/// The end of a name that begins here: a surname and what makes it one.
pub(super) fn name(units: &[Unit], at: usize) -> Option<usize> {
    let signs = signs_of(units[at].character);
    let cued = || Cued::before(units, at);
    if signs.has(FIRST_OF_TITLE)
        && let Some(end) = title_after(units, at)
        && cued() != Cued::No
    {
        return Some(end);
    }
    let second = skip_fillers(units, at + 1);
    let is_double = signs.has(FIRST_OF_DOUBLE) && is_double_surname(units, at, second);
    if !is_double && !signs.has(SURNAME) {
        return None;
    }
    // After how many characters a name may end, and where.
    let surname_end = if is_double { second + 1 } else { at + 1 };
    let ends = given_name_ends(units, surname_end);
    let second_character = units.get(second).map_or(' ', |unit| unit.character);
    for end in ends.iter().rev().flatten() {
        if let Some(after_title) = title_after(units, *end) {
            let is_word = ends[1] == Some(*end)
                && FUNCTION_WORDS.contains(units[at].character)
                && signs_of(second_character).has(SURNAME);
            let has_word =
                NOT_GIVEN.contains(units[*end - 1].character) || NOT_GIVEN.contains(second_character);
            if !is_word && (!has_word || ends[0] == Some(*end)) {
                return Some(after_title);
            }
        }
    }
    let cued = cued();
    let first_two = [units[at].character, second_character];
    if cued == Cued::No || NOT_NAMES.iter().any(|word| word.chars().eq(first_two)) {
        return None;
    }
    // The shortest name that something follows which follows names.
    for (given, end) in ends.iter().enumerate() {
        let Some(end) = *end else { break };
        let last = units[end - 1].character;
        if given > 0 && follows_names(last, cued) {
            break;
        }
        let next = skip_fillers(units, end);
        // 王**，: the given name is hidden.
        let is_whole = given > 0 || units[end..next].iter().any(|unit| unit.character == '*');
        if is_whole && ends_name(units, end, next, cued) {
            let stars = units[end..next]
                .iter()
                .take_while(|unit| unit.character == '*')
                .count();
            return Some(end + stars);
        }
    }
    None
}

/// The end of the title that follows here, if one does.
pub(super) fn title_after(units: &[Unit], at: usize) -> Option<usize> {
    let first = skip_fillers(units, at);
    if !signs_of(units.get(first)?.character).has(FIRST_OF_TITLE) {
        return None;
    }
    let second = skip_fillers(units, first + 1);
    let title = [units[first].character, units.get(second)?.character];
    let mut titles = TITLES.iter().chain(&MORE_TITLES);
    titles.any(|known| known.chars().eq(title)).then_some(second + 1)
}

/// What makes it likely that a name stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cued {
    No,
    /// The text, or what it says after a signature or a greeting, begins here.
    Start,
    /// A word before it.
    Word,
}

impl Cued {
    fn before(units: &[Unit], at: usize) -> Self {
        let Some(last) = word_before(units, at) else {
            return Cued::Start;
        };
        let greets = |before: usize| ends_with(units, before, "您好") || ends_with(units, before, "你好");
        let has_cue = |end: usize| CUES.iter().any(|cue| ends_with(units, end, cue));
        match units[last].kind {
            CharKind::Han if !signs_of(units[last].character).has(LAST_OF_CUE) => Cued::No,
            CharKind::Han if has_cue(last + 1) => Cued::Word,
            CharKind::Sentence if matches!(units[last].character, '\n' | '\r') => Cued::Start,
            CharKind::Sentence | CharKind::Clause if greets(last) => Cued::Start,
            CharKind::Clause if has_cue(last) => Cued::Word,
            CharKind::Frame if units[last].character == '】' => Cued::Start,
            _ => Cued::No,
        }
    }
}

/// How many inserted characters are skipped between two that belong together.
const MAX_FILLERS: usize = 4;

fn skip_fillers(units: &[Unit], at: usize) -> usize {
    let rest = units.get(at..).unwrap_or_default();
    let fillers = rest.iter().take(MAX_FILLERS).take_while(|unit| unit.is_filler());
    at + fillers.count()
}

/// The last unit before this one that isn't inserted; `None` at the start of the text.
fn word_before(units: &[Unit], at: usize) -> Option<usize> {
    let start = at.saturating_sub(MAX_FILLERS + 1);
    match units[start..at].iter().rposition(|unit| !unit.is_filler()) {
        Some(last) => Some(start + last),
        None => (start > 0).then_some(start),
    }
}

fn ends_with(units: &[Unit], end: usize, word: &str) -> bool {
    let mut before = end;
    word.chars().rev().all(|expected| {
        let last = word_before(units, before);
        before = last.unwrap_or(0);
        last.is_some_and(|last| units[last].character == expected)
    })
}

fn is_double_surname(units: &[Unit], first: usize, second: usize) -> bool {
    units.get(second).is_some_and(|unit| {
        let both = [units[first].character, unit.character];
        DOUBLE_SURNAMES.iter().any(|double| double.chars().eq(both))
    })
}

/// Where a name ends with no, one and two characters of a given name.
fn given_name_ends(units: &[Unit], surname_end: usize) -> [Option<usize>; 3] {
    let mut ends = [Some(surname_end), None, None];
    let mut end = surname_end;
    for slot in &mut ends[1..] {
        let next = skip_fillers(units, end);
        if units.get(next).is_none_or(|unit| unit.kind != CharKind::Han) {
            break;
        }
        end = next + 1;
        *slot = Some(end);
    }
    ends
}

fn ends_name(units: &[Unit], end: usize, next: usize, cued: Cued) -> bool {
    let is_bracket = |unit: &Unit| matches!(unit.character, '(' | '（' | '[' | '/');
    if units[end..next].iter().any(is_bracket) {
        return true;
    }
    let Some(unit) = units.get(next) else { return true };
    match unit.kind {
        CharKind::Clause | CharKind::Sentence | CharKind::Frame | CharKind::List => true,
        CharKind::Digit => cued == Cued::Word,
        _ => follows_names(unit.character, cued),
    }
}

fn follows_names(character: char, cued: Cued) -> bool {
    FOLLOWERS.contains(character) || (cued == Cued::Word && FOLLOWERS_OF_CUED.contains(character))
}
