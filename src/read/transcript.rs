//! Transcripts of calls as text: `坐席：…`, `[00:01:23] 客户: …`, `说话人1：…`.
//!
//! In: the text of one call. Out: its [`Turn`]s, and what the lines before the first turn say of the call. A line
//! without a speaker continues the turn. Labels that name nobody (A, B, 说话人1) are understood a call at a
//! time, by what each of them says. Promise: no words are lost, each is in a turn or in a field. It doesn't
//! correct labels that name somebody: that is [`Message::correct_speakers`](crate::Message::correct_speakers).

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::message::speech::Speech;
use crate::message::{SPEAKER_NAMES, Speaker, Time, Turn};
use crate::read::columns::Field;

/// The turns of a text in which at least half of the lines begin with a speaker; `None` for any other text.
///
/// # Examples
/// ```
/// use dunlint::message::Speaker;
/// let turns = dunlint::read::transcript::parse("坐席：请问是王女士吗？\n客户：我是她妈。").unwrap();
/// assert_eq!((turns[0].speaker, turns[1].speaker), (Speaker::Agent, Speaker::Customer));
/// assert_eq!(turns[1].text, "我是她妈。");
/// assert_eq!(dunlint::read::transcript::parse("请回电：95000"), None);
/// ```
pub fn parse(text: &str) -> Option<Vec<Turn<'_>>> {
    let (tagged, lines) = count_tags(text);
    let is_transcript = tagged > 0 && tagged * 2 >= lines;
    is_transcript.then(|| call(text).turns)
}

/// Whether a text that could be anything is surely a transcript: two speakers' lines, and they are the rule.
pub(crate) fn is_transcript(text: &str) -> bool {
    // Most texts are refused here, a million times.
    let text_start = text.trim_start();
    if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none()
        && (!may_begin_tag(text_start) || tag(text_start).is_none())
    {
        return false;
    }
    let (tagged, lines) = count_tags(text);
    let inline = if lines == 1 { inline_tags(text).count() } else { 0 };
    tagged + inline >= 2 && tagged * 2 >= lines
}

/// How many lines begin with a speaker, and how many are there, the blank ones aside.
pub(crate) fn count_tags(text: &str) -> (usize, usize) {
    let lines = text.split(LINE_BREAKS).filter(|line| !line.trim().is_empty());
    lines.fold((0, 0), |(tagged, all), line| {
        (tagged + usize::from(tag(line).is_some()), all + 1)
    })
}

/// One call: what its head says, and its turns.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Call<'a> {
    /// `通话编号：…`, `通话时间：…` before the first turn.
    pub fields: Vec<(Field, &'a str)>,
    pub turns: Vec<Turn<'a>>,
}

/// A stretch with the label that it came with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labelled<'a> {
    pub label: Cow<'a, str>,
    pub text: Cow<'a, str>,
    pub time: Option<Time>,
}

/// A stretch that begins with its speaker, if it does.
pub(crate) fn labelled(text: Cow<'_, str>) -> Labelled<'_> {
    let (label, time, words) = match tag(&text) {
        Some(tag) => (tag.label.to_owned(), tag.time.and_then(Time::parse), tag.text),
        None => {
            return Labelled {
                label: Cow::Borrowed(""),
                text,
                time: None,
            };
        }
    };
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[words..]),
        Cow::Owned(text) => Cow::Owned(text[words..].to_owned()),
    };
    Labelled {
        label: Cow::Owned(label),
        text,
        time,
    }
}

/// Reads one call. Lines before the first speaker that are no field of it are a turn of somebody unknown.
pub(crate) fn call(text: &str) -> Call<'_> {
    let mut fields = Vec::new();
    let mut stretches: Vec<(Tag<'_>, usize, usize)> = Vec::new();
    let is_one_line = !text.trim().contains(LINE_BREAKS);
    for (start, line) in lines_at(text) {
        let end = start + line.trim_end().len();
        if line.trim().is_empty() {
            continue;
        }
        let found = tag(line);
        if found.is_none() && stretches.is_empty() {
            if let Some(field) = head_field(line) {
                fields.push(field);
                continue;
            }
            if is_separator(line.trim()) || is_heading(line.trim()) {
                continue;
            }
        }
        match (found, stretches.last_mut()) {
            (Some(tag), _) => {
                let first = start + tag.text;
                stretches.push((tag, first, end.max(first)));
                if is_one_line {
                    split_inline(text, &mut stretches);
                }
            }
            (None, Some((_, first, last))) => {
                if *first == *last {
                    *first = start;
                }
                *last = end;
            }
            (None, None) => stretches.push((Tag::default(), start + leading_spaces(line), end)),
        }
    }
    let labelled = stretches.into_iter().map(|(tag, start, end)| Labelled {
        label: Cow::Borrowed(tag.label),
        text: Cow::Borrowed(&text[start..end]),
        time: tag.time.and_then(Time::parse),
    });
    Call {
        fields,
        turns: turns(labelled.collect()),
    }
}

/// Gives each stretch its speaker: by its label, else by what all stretches of that label say.
pub(crate) fn turns<'a>(labelled: Vec<Labelled<'a>>) -> Vec<Turn<'a>> {
    let mut unclear: Vec<(&str, i32)> = Vec::new();
    for stretch in &labelled {
        let label = &*stretch.label;
        if label.is_empty() || Speaker::named(label).is_some() {
            continue;
        }
        let weight = Speech::of(&stretch.text).weight;
        match unclear.iter_mut().find(|(known, _)| *known == label) {
            Some((_, sum)) => *sum += weight,
            None => unclear.push((label, weight)),
        }
    }
    let named_agent = labelled
        .iter()
        .any(|stretch| Speaker::named(&stretch.label) == Some(Speaker::Agent));
    let inferred: Vec<(String, Speaker)> = infer(&unclear, named_agent)
        .map(|(label, speaker)| (label.to_owned(), speaker))
        .collect();
    let speaker_of = |label: &str| {
        let inferred = || {
            inferred
                .iter()
                .find(|(known, _)| known == label)
                .map(|(_, speaker)| *speaker)
        };
        Speaker::named(label).or_else(inferred).unwrap_or_default()
    };
    let turn = |stretch: Labelled<'a>| Turn {
        speaker: speaker_of(&stretch.label),
        text: stretch.text,
        time: stretch.time,
    };
    labelled.into_iter().map(turn).collect()
}

/// The label that clearly outweighs all others is the agent; if there is one other, it is the customer.
fn infer<'l>(unclear: &'l [(&'l str, i32)], named_agent: bool) -> impl Iterator<Item = (&'l str, Speaker)> {
    let mut sums: Vec<i32> = unclear.iter().map(|(_, sum)| *sum).collect();
    sums.sort_unstable_by(|left, right| right.cmp(left));
    let highest = sums.first().copied().unwrap_or(0);
    let is_clear =
        !named_agent && highest >= MIN_WEIGHT && sums.get(1).is_none_or(|&second| highest > second);
    unclear.iter().map(move |&(label, sum)| {
        let speaker = match (is_clear, sum == highest, unclear.len()) {
            (true, true, _) => Speaker::Agent,
            (true, false, 2) => Speaker::Customer,
            _ => Speaker::Unknown,
        };
        (label, speaker)
    })
}

/// What somebody must at least say to be taken for the agent.
const MIN_WEIGHT: i32 = 2;

/// The beginning of a line that says who speaks.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Tag<'a> {
    label: &'a str,
    time: Option<&'a str>,
    /// Where the words begin.
    text: usize,
}

/// Labels that tell speakers apart without naming them; a number may follow.
const NUMBERED_LABELS: &[&str] = &[
    "说话人",
    "說話人",
    "发言人",
    "發言人",
    "角色",
    "声道",
    "speaker",
    "spk",
    "channel",
];
const BARE_LABELS: &[&str] = &[
    "A",
    "B",
    "C",
    "甲",
    "乙",
    "左声道",
    "右声道",
    "主叫",
    "被叫",
    "主叫方",
    "被叫方",
];

/// Whether a text begins as tags do, as far as its first two characters tell.
fn may_begin_tag(text: &str) -> bool {
    let inner = text.trim_start_matches(['[', '【', '(', '（', '<', ' ', '\t']);
    beginning(inner).is_some_and(|first| is_of_time(first) || LABEL_BEGINNINGS.binary_search(&first).is_ok())
}

/// `[time] label (number) [time] colon`, where the label, too, may be in brackets.
fn tag(line: &str) -> Option<Tag<'_>> {
    let mut rest = line.trim_start();
    let mut time = None;
    if let Some((found, after)) = time_prefix(rest) {
        time = Some(found);
        rest = after.trim_start();
    }
    let (label, after, is_bracketed) = match bracketed(rest) {
        Some((inner, after)) if label_prefix(inner).is_some_and(|label| label.len() == inner.len()) => {
            (inner.trim(), after, true)
        }
        _ => {
            let label = label_prefix(rest)?;
            (label, &rest[label.len()..], false)
        }
    };
    let mut after = after.trim_start_matches([' ', '\t', '\u{3000}']);
    if let Some((found, rest)) = time_prefix(after) {
        time = time.or(Some(found));
        after = rest.trim_start_matches([' ', '\t', '\u{3000}']);
    }
    let words = match after.strip_prefix([':', '：']) {
        Some(words) => words,
        // 【坐席】您好; and chat exports: 客服 10:23:45, and the words on the next line.
        None if is_bracketed || (after.is_empty() && time.is_some()) => after,
        None => return None,
    };
    Some(Tag {
        label,
        time,
        text: line.len() - words.trim_start().len(),
    })
}

/// The characters that a label may begin with, in order.
static LABEL_BEGINNINGS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let labels = numbered_labels().chain(BARE_LABELS);
    let mut beginnings: Vec<char> = labels.filter_map(|label| beginning(label)).collect();
    beginnings.sort_unstable();
    beginnings.dedup();
    beginnings
});

/// The labels that a number may follow.
fn numbered_labels() -> impl Iterator<Item = &'static &'static str> {
    let names = SPEAKER_NAMES.iter().flat_map(|(_, names)| names.iter());
    names.chain(NUMBERED_LABELS)
}

fn beginning(text: &str) -> Option<char> {
    text.chars().next().map(|first| first.to_ascii_lowercase())
}

/// The speaker's label at the start of `text`, its number included.
fn label_prefix(text: &str) -> Option<&str> {
    // Nearly all texts are refused here, without a look at every label.
    LABEL_BEGINNINGS.binary_search(&beginning(text)?).ok()?;
    let longest = |labels: &mut dyn Iterator<Item = &&str>| {
        labels
            .filter(|label| starts_with(text, label))
            .map(|label| label.len())
            .max()
    };
    if let Some(length) = longest(&mut numbered_labels()) {
        let number = text[length..].trim_start_matches(' ');
        let skipped = text.len() - length - number.len();
        let (open, close) = match number.chars().next() {
            Some('(') => (1, Some(')')),
            Some('（') => (3, Some('）')),
            Some('[') => (1, Some(']')),
            _ => (0, None),
        };
        let inner = &number[open..];
        let digits = inner
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .take(12)
            .count();
        let end = match close {
            None if inner[..digits].bytes().all(|byte| byte.is_ascii_digit()) => Some(digits),
            None => None,
            Some(close) => inner[digits..]
                .starts_with(close)
                .then(|| open + digits + close.len_utf8()),
        };
        // 客服 10:23:45: a clock reading after the label is no number of it.
        let is_clock = skipped > 0
            && inner[digits..].starts_with([':', '-', '/'])
            && inner[digits + 1..].starts_with(|c: char| c.is_ascii_digit());
        let end = end.filter(|&end| end > 0 && !is_clock);
        return Some(&text[..end.map_or(length, |end| length + skipped + end)]);
    }
    let bare = longest(&mut BARE_LABELS.iter())?;
    Some(&text[..bare])
}

fn starts_with(text: &str, label: &str) -> bool {
    let start = text.as_bytes().get(..label.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(label.as_bytes()))
}

/// The inside of brackets at the start, and what follows them.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let close = match text.chars().next()? {
        '[' => ']',
        '【' => '】',
        '(' => ')',
        '（' => '）',
        '<' => '>',
        _ => return None,
    };
    let open = text.chars().next().map_or(0, char::len_utf8);
    let end = text
        .char_indices()
        .take(40)
        .find(|(_, character)| *character == close)?
        .0;
    Some((&text[open..end], &text[end + close.len_utf8()..]))
}

/// A time at the start, bare or in brackets, and what follows it.
fn time_prefix(text: &str) -> Option<(&str, &str)> {
    let is_time = |text: &str| {
        let groups = text.split(|character: char| !character.is_ascii_digit());
        let has_clock = text.contains([':', '时']) || text.contains('-');
        groups.filter(|group| !group.is_empty()).count() >= 2 && has_clock
    };
    if let Some((inner, after)) = bracketed(text) {
        let inner = inner.trim();
        return (inner.chars().all(is_of_time) && is_time(inner)).then_some((inner, after));
    }
    if !text.starts_with(|character: char| character.is_ascii_digit()) {
        return None;
    }
    let end = text
        .find(|character: char| !is_of_time(character))
        .unwrap_or(text.len());
    // The colon after a label-less time belongs to the line.
    let time = text[..end].trim_end().trim_end_matches([':', ',', '-', '~']);
    is_time(time).then(|| (time, &text[time.len()..]))
}

fn is_of_time(character: char) -> bool {
    character.is_ascii_digit()
        || matches!(character, ':' | '-' | '/' | '.' | ' ' | 'T' | ',' | '~')
        || matches!(character, '年' | '月' | '日' | '时' | '分' | '秒')
}

/// `名称：value` before the first turn.
fn head_field(line: &str) -> Option<(Field, &str)> {
    let (name, value) = line.split_once(['：', ':'])?;
    let field = Field::named(name.trim_matches(|c: char| c.is_whitespace() || "#【[".contains(c)))?;
    let is_of_call = !matches!(field, Field::Text | Field::Turns);
    let value = value.trim().trim_end_matches(['】', ']']);
    is_of_call
        .then_some((field, value))
        .filter(|(_, value)| !value.is_empty())
}

/// Whether a line only separates: `------`, `======`.
pub(crate) fn is_separator(line: &str) -> bool {
    let mut characters = line.chars();
    let Some(first) = characters.next() else {
        return false;
    };
    "-=*_~#—–─━＝".contains(first)
        && line.chars().count() >= 3
        && characters.all(|character| character == first)
}

/// Whether a line begins a call: `通话编号：…`, `【通话3】`, `第2通`, `===== 通话 2 =====`.
pub(crate) fn is_heading(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| c.is_whitespace() || "-=*_~#—─━＝【】[]《》".contains(c));
    let is_decorated = bare.len() < line.trim().len();
    if let Some((name, _)) = bare.split_once(['：', ':']) {
        return Field::named(name) == Some(Field::Id) || CALL_HEADINGS.contains(&name.trim());
    }
    let numbers = bare.trim_end_matches(|c: char| c.is_ascii_digit() || " #.-".contains(c));
    let is_numbered = numbers.len() < bare.len();
    let is_named = CALL_HEADINGS
        .iter()
        .any(|heading| numbers.eq_ignore_ascii_case(heading));
    let is_nth = bare.strip_prefix('第').is_some_and(|rest| {
        let rest =
            rest.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十百 ".contains(c));
        ["通", "通电话", "通录音", "个通话", "次通话", "段录音", "条录音"].contains(&rest)
    });
    is_nth || (is_named && (is_numbered || is_decorated))
}

const CALL_HEADINGS: &[&str] = &[
    "通话",
    "录音",
    "会话",
    "电话",
    "通话记录",
    "录音文件",
    "录音名称",
    "文件名",
    "对话",
    "call",
    "案例",
    "样本",
];

/// Puts the turns of `坐席：… 客户：…` on one line asunder.
fn split_inline<'a>(text: &'a str, stretches: &mut Vec<(Tag<'a>, usize, usize)>) {
    for (at, tag) in inline_tags(text) {
        let Some((_, first, last)) = stretches.last_mut() else {
            return;
        };
        if at < *first {
            continue;
        }
        let end = *last;
        *last = *first + text[*first..at].trim_end().len();
        let start = at + tag.text;
        stretches.push((tag, start, end.max(start)));
    }
}

/// Labels inside a line that name a speaker, after a space or the end of a sentence.
fn inline_tags(text: &str) -> impl Iterator<Item = (usize, Tag<'_>)> {
    let breaks = text
        .char_indices()
        .filter(|(_, character)| character.is_whitespace() || "。！？!?；;|」”…/".contains(*character));
    breaks.filter_map(|(at, character)| {
        let at = at + character.len_utf8();
        let rest = &text[at..];
        if rest.starts_with(char::is_whitespace) {
            return None;
        }
        let label = label_prefix(rest)?;
        let words = rest[label.len()..].strip_prefix([':', '：'])?;
        Speaker::named(label)?;
        let tag = Tag {
            label,
            time: None,
            text: rest.len() - words.trim_start().len(),
        };
        Some((at, tag))
    })
}

/// Signs that end a line; blank lines mean nothing here, so two in a row may count twice.
const LINE_BREAKS: [char; 2] = ['\n', '\r'];

/// Each line with its position, without its line break.
fn lines_at(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(LINE_BREAKS).map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(LINE_BREAKS))
    })
}

fn leading_spaces(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `speaker words` a line.
    fn shown(turns: &[Turn<'_>]) -> String {
        let rows = turns
            .iter()
            .map(|turn| format!("{:?} {}", turn.speaker, turn.text.replace('\n', "/")));
        rows.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn tags_in_every_usual_form() {
        for (line, label, words) in [
            ("坐席：您好", "坐席", "您好"),
            ("  客户: 你好", "客户", "你好"),
            ("【坐席】您好", "【】坐席", "您好"),
            ("[客服] ：您好", "[]客服", "您好"),
            ("坐席(1001)：您好", "坐席(1001)", "您好"),
            ("坐席01：您好", "坐席01", "您好"),
            ("[00:01:23] 坐席：您好", "坐席", "您好"),
            ("2026-03-02 14:05:01 坐席：您好", "坐席", "您好"),
            ("00:12 A: 您好", "A", "您好"),
            ("说话人1：您好", "说话人1", "您好"),
            ("说话人 2 00:03：您好", "说话人 2", "您好"),
            ("Speaker 1: 您好", "Speaker 1", "您好"),
            ("AGENT: 您好", "AGENT", "您好"),
            ("客服 2026-03-02 10:23:45", "客服", ""),
            ("催收员：", "催收员", ""),
        ] {
            let found = tag(line).unwrap_or_else(|| panic!("no tag in {line}"));
            let label = label.trim_start_matches(['【', '】', '[', ']']);
            assert_eq!((found.label, &line[found.text..]), (label, words), "{line}");
        }
        for line in [
            "客服电话：95000",
            "甲方：张三",
            "您好：",
            "A股：大跌",
            "",
            "：",
            "【某某金融】您好",
            "10:30",
            "客户姓名：张三",
            "Abc: x",
        ] {
            assert_eq!(tag(line), None, "{line}");
        }
    }

    #[test]
    fn lines_without_a_speaker_continue_the_turn() {
        let turns = parse("坐席：您好，\n请还款。\n\n客户：好\r\n").unwrap();
        assert_eq!(shown(&turns), "Agent 您好，/请还款。|Customer 好");
        let turns = parse("客服 10:23:45\n您好\n客户 10:24:00\n谁啊").unwrap();
        assert_eq!(shown(&turns), "Agent 您好|Customer 谁啊");
    }

    #[test]
    fn the_head_becomes_fields_and_stray_words_a_turn() {
        let text = "通话编号：C-7\n通话时间：2026-03-02 14:05\n喂？\n坐席：您好\n客户：你好";
        let call = call(text);
        assert_eq!(
            call.fields,
            [(Field::Id, "C-7"), (Field::Time, "2026-03-02 14:05")]
        );
        assert_eq!(shown(&call.turns), "Unknown 喂？|Agent 您好|Customer 你好");
    }

    #[test]
    fn several_speakers_on_one_line() {
        let turns = parse("坐席：您好。客户：谁啊？ 坐席：请还款，客户：两个字不算").unwrap();
        assert_eq!(
            shown(&turns),
            "Agent 您好。|Customer 谁啊？|Agent 请还款，客户：两个字不算"
        );
        assert!(is_transcript("坐席：您好。客户：谁啊？"));
        assert!(!is_transcript("客服：请拨打95000"));
    }

    #[test]
    fn unnamed_labels_are_inferred_a_call_at_a_time() {
        for (text, expected) in [
            (
                "A：喂，哪位？\nB：您好，这里是某某银行信用卡中心，您的账单已逾期30天。\nA：我没钱。",
                "Customer Agent Customer",
            ),
            (
                "说话人1：请问是王先生本人吗？您名下的借款今天能处理吗\n说话人2：我已经还了",
                "Agent Customer",
            ),
            ("A：你好\nB：你好", "Unknown Unknown"),
            ("A：喂\nB：您的借款逾期了\nC：别打了", "Unknown Agent Unknown"),
            ("A：这里是某某银行\nB：这里是某某银行", "Unknown Unknown"),
            ("坐席：您的欠款今天还吗\nA：您的账单逾期", "Agent Unknown"),
        ] {
            let turns = parse(text).unwrap();
            let speakers: Vec<_> = turns.iter().map(|turn| format!("{:?}", turn.speaker)).collect();
            assert_eq!(speakers.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn separators_and_headings() {
        for line in ["------", "=====", "——————"] {
            assert!(is_separator(line), "{line}");
        }
        for line in [
            "通话编号：1",
            "【通话3】",
            "第2通",
            "===== 通话 2 =====",
            "录音12",
            "录音文件：a.wav",
            "Call 3",
        ] {
            assert!(is_heading(line), "{line}");
        }
        for line in ["坐席：您好", "通话", "第2天", "电话打不通", "--", "请还款"] {
            assert!(!is_separator(line), "{line}");
            assert!(!is_heading(line), "{line}");
        }
    }
}
