//! A line of a comment → what it asks for.
//!
//! In: a line. Out: [`Written`], if it begins with `dunlint:` or with what somebody took for it; else nothing. Spans are
//! of the line. Promise: whatever is wrong with it is told at its very words, all at once; signs may be of half or full
//! width, words English or Chinese, with one meaning. It knows no rules: whether those named exist is asked elsewhere.

use jiff::civil::Date;

use crate::error::{Sentence, say};
use crate::lint::config::meant;
use crate::message::Time;
use crate::span::Span;

/// What a line asks for.
#[derive(Debug, PartialEq)]
pub(super) struct Written {
    /// The whole of it.
    pub(super) span: Span,
    pub(super) is_for_file: bool,
    pub(super) rules: Vec<Span>,
    pub(super) reason: String,
    pub(super) until: Option<Date>,
    pub(super) faults: Vec<(Span, Sentence)>,
}

/// What may follow the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Reason,
    Until,
}

const PROGRAM: &str = "dunlint";

/// Signs that comments put in front of their words.
const DECORATIONS: &[char] = &['*', '!', '#', '/', '-', '.', ',', ';', '|', '~', '@'];

/// What allows something, and whether for a whole file.
const VERBS: &[(&str, bool)] = &[
    ("allow", false),
    ("allow-file", true),
    ("允许", false),
    ("本文件允许", true),
];

const NAMES: &[(&str, Name)] = &[
    ("reason", Name::Reason),
    ("理由", Name::Reason),
    ("until", Name::Until),
    ("至", Name::Until),
];

/// Words that other tools have behind their name: `dunlint-disable`, `dunlint ignore` are meant for us.
const WORDS_OF_OTHERS: &[&str] = &[
    "allow", "ignore", "disable", "suppress", "skip", "off", "noqa", "nolint", "expect", "允许", "忽略",
    "跳过", "禁用", "关闭", "屏蔽",
];

/// What editors write in the place of a reason, and people who have none.
const PLACEHOLDERS: &[&str] = &[
    "写明理由",
    "理由",
    "say why",
    "reason",
    "todo",
    "tbd",
    "待补",
    "x",
    "xxx",
];

/// The signs around a reason.
const QUOTES: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('‘', '’'),
    ('「', '」'),
    ('『', '』'),
    ('＂', '＂'),
];

/// Reads a line. O(characters).
pub(super) fn read(line: &str) -> Option<Written> {
    let start = line.len() - line.trim_start_matches(is_decoration).len();
    let end = line.trim_end().len();
    let own = line.get(start..end)?;
    let name = own.get(..PROGRAM.len())?;
    if !name.eq_ignore_ascii_case(PROGRAM) {
        return None;
    }
    let mut reader = Reader {
        line,
        at: start + PROGRAM.len(),
        end,
        written: Written {
            span: Span::new(start, end),
            is_for_file: false,
            rules: Vec::new(),
            reason: String::new(),
            until: None,
            faults: Vec::new(),
        },
    };
    reader.read()?;
    Some(reader.written)
}

/// Why words are no reason, if they aren't.
pub(super) fn why_no_reason(reason: &str) -> Option<Sentence> {
    if !reason.chars().any(char::is_alphanumeric) {
        return Some(say!(
            "没有理由；请写 reason=理由",
            "there is no reason; write reason=WHY"
        ));
    }
    PLACEHOLDERS
        .contains(&reason.trim().to_lowercase().as_str())
        .then(|| {
            say!(
                "“{reason}”不是理由；请写明为什么可以保留",
                "“{reason}” is no reason; say why it may stay"
            )
        })
}

fn is_decoration(sign: char) -> bool {
    sign.is_whitespace() || DECORATIONS.contains(&sign)
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '-' | '_')
}

fn is_separator(sign: char) -> bool {
    matches!(sign, ',' | '，' | ';' | '；' | '、')
}

struct Reader<'l> {
    line: &'l str,
    at: usize,
    end: usize,
    written: Written,
}

impl<'l> Reader<'l> {
    /// `None` if the line only happens to begin with the program's name.
    fn read(&mut self) -> Option<()> {
        let behind = self.rest();
        if self.take(&[':', '：']).is_none() {
            let word = behind.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '-');
            let begins = |other: &&str| {
                word.get(..other.len())
                    .is_some_and(|own| own.eq_ignore_ascii_case(other))
            };
            if word.len() == behind.len() || !WORDS_OF_OTHERS.iter().any(begins) {
                return None;
            }
            self.fault(
                self.written.span,
                say!("dunlint 之后缺少冒号", "a colon is missing behind dunlint"),
            );
        } else if self.verb() && self.list() {
            self.options();
        }
        Some(())
    }

    /// `allow`, `allow-file`.
    fn verb(&mut self) -> bool {
        let verb = self.word();
        let word = verb.of(self.line);
        if let Some((_, is_for_file)) = VERBS.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)) {
            self.written.is_for_file = *is_for_file;
            return true;
        }
        let sentence = match (word, self.meant(word, VERBS.iter().map(|(own, _)| *own))) {
            ("", _) => say!(
                "冒号之后应写 allow 或 allow-file",
                "allow or allow-file belongs behind the colon"
            ),
            (_, Some(meant)) => say!(
                "没有 {word}；是否想写 {meant}？",
                "there is no {word}; did you mean {meant}?"
            ),
            (_, None) => say!(
                "没有 {word}，只有 allow 和 allow-file",
                "there is no {word}, only allow and allow-file"
            ),
        };
        self.fault(if verb.is_empty() { self.written.span } else { verb }, sentence);
        false
    }

    /// `(threat-maim, insult)`.
    fn list(&mut self) -> bool {
        if self.take(&['(', '（']).is_none() {
            let sentence = say!(
                "没有写明规则；规则写在圆括号里：allow(threat-maim)",
                "no rules are named; they stand in parentheses: allow(threat-maim)"
            );
            self.fault(self.written.span, sentence);
            return false;
        }
        let Some(length) = self.rest().find([')', '）']) else {
            let span = Span::new(self.at, self.end);
            self.fault(span, say!("圆括号没有闭合", "the parenthesis isn't closed"));
            return false;
        };
        let close = self.at + length;
        let mut at = self.at;
        for part in self.line[at..close].split_inclusive(is_separator) {
            let word = part.trim_end_matches(is_separator).trim();
            let start = at + (part.len() - part.trim_start().len());
            if !word.is_empty() {
                self.written.rules.push(Span::new(start, start + word.len()));
            }
            at += part.len();
        }
        self.at = close;
        self.take(&[')', '）']);
        if self.written.rules.is_empty() {
            let sentence = say!(
                "圆括号里没有规则；请写规则、类别、form 或通配符",
                "no rules in the parentheses; name rules, categories, form or globs"
            );
            self.fault(self.written.span, sentence);
        }
        true
    }

    /// `reason=… until=…`, in any order.
    fn options(&mut self) {
        let mut seen = Vec::new();
        loop {
            let rest = self.rest();
            self.at += rest.len()
                - rest
                    .trim_start_matches(|sign: char| sign.is_whitespace() || is_separator(sign))
                    .len();
            if self.rest().is_empty() {
                break;
            }
            let start = self.at;
            let word = self.word();
            let known = NAMES
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(word.of(self.line)));
            let sign = self.take(&['=', '＝', ':', '：']);
            let Some((_, name)) = known.filter(|_| sign.is_some()) else {
                self.not_an_option(start, word);
                // What is missing behind it would only be a consequence.
                return;
            };
            if seen.contains(name) {
                let word = word.of(self.line);
                self.fault(
                    Span::new(start, self.at),
                    say!("{word} 写了两次", "{word} stands twice"),
                );
            }
            seen.push(*name);
            match name {
                Name::Reason => self.reason(),
                Name::Until => self.until(),
            }
        }
        if let Some(said) = why_no_reason(&self.written.reason) {
            self.fault(self.written.span, said);
        }
    }

    fn not_an_option(&mut self, start: usize, word: Span) {
        let rest = Span::new(start, self.end);
        let word = word.of(self.line);
        let sentence = match self.meant(word, NAMES.iter().map(|(own, _)| *own)) {
            Some(meant) => say!(
                "这里应写 reason=… 或 until=…；是否想写 {meant}=？",
                "reason=… or until=… belongs here; did you mean {meant}=?"
            ),
            None => say!(
                "这里应写 reason=… 或 until=…；含等号的理由要加引号",
                "reason=… or until=… belongs here; a reason with = in it needs quotation marks"
            ),
        };
        self.fault(rest, sentence);
    }

    fn reason(&mut self) {
        self.skip_blanks();
        let rest = self.rest();
        let open = rest.chars().next();
        if let Some((open, close)) = QUOTES.iter().find(|(sign, _)| open == Some(*sign)) {
            let inside = &rest[open.len_utf8()..];
            let Some(length) = inside.find(*close) else {
                self.fault(
                    Span::new(self.at, self.end),
                    say!("引号没有闭合", "the quotation mark isn't closed"),
                );
                self.written.reason = inside.to_owned();
                self.at = self.end;
                return;
            };
            self.written.reason = inside[..length].trim().to_owned();
            self.at += open.len_utf8() + length + close.len_utf8();
            return;
        }
        let length = next_option(rest).unwrap_or(rest.len());
        let reason = rest[..length].trim_end_matches(|sign: char| sign.is_whitespace() || is_separator(sign));
        self.written.reason = reason.to_owned();
        self.at += length;
    }

    fn until(&mut self) {
        self.skip_blanks();
        let rest = self.rest();
        let length = rest
            .find(|sign: char| sign.is_whitespace() || is_separator(sign))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        let date = Time::parse(word.trim_matches(['"', '“', '”'])).and_then(|time| time.date);
        if date.is_none() {
            let sentence = say!(
                "“{word}”不是日期；请写成 2027-03-31 这样",
                "“{word}” is no date; write it as 2027-03-31"
            );
            self.fault(if span.is_empty() { self.written.span } else { span }, sentence);
        }
        self.written.until = date;
    }

    fn rest(&self) -> &'l str {
        &self.line[self.at..self.end]
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Passes a sign, blanks in front of it too.
    fn take(&mut self, signs: &[char]) -> Option<char> {
        let rest = self.rest().trim_start();
        let sign = rest.chars().next().filter(|sign| signs.contains(sign))?;
        self.at = self.end - rest.len() + sign.len_utf8();
        Some(sign)
    }

    /// Passes a word, blanks in front of it too; it may have no letter.
    fn word(&mut self) -> Span {
        self.skip_blanks();
        let rest = self.rest();
        let length = rest.find(|sign: char| !is_word(sign)).unwrap_or(rest.len());
        let span = Span::new(self.at, self.at + length);
        self.at = span.end;
        span
    }

    fn meant<'c>(&self, word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
        // A letter or two are like anything.
        meant(&word.to_lowercase(), candidates).filter(|_| word.chars().count() > 2)
    }

    fn fault(&mut self, span: Span, sentence: Sentence) {
        self.written.faults.push((span, sentence));
    }
}

/// Where in the words behind `reason=` another option begins: a word with `=`, or one of ours with a colon, behind a blank
/// or a sign.
fn next_option(words: &str) -> Option<usize> {
    let mut begins = false;
    for (at, sign) in words.char_indices() {
        if begins && is_word(sign) {
            let rest = &words[at..];
            let length = rest.find(|sign: char| !is_word(sign)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(length);
            let is_ours = NAMES.iter().any(|(own, _)| own.eq_ignore_ascii_case(word));
            match behind.trim_start().chars().next() {
                Some('=' | '＝') => return Some(at),
                Some(':' | '：') if is_ours => return Some(at),
                _ => {}
            }
        }
        begins = sign.is_whitespace() || is_separator(sign);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line asks for, in short; faults by the words at which they stand.
    fn shown(line: &str) -> String {
        let Some(written) = read(line) else {
            return "-".to_owned();
        };
        if !written.faults.is_empty() {
            let faults = written
                .faults
                .iter()
                .map(|(span, said)| format!("{}: {}", span.of(line), said.en));
            return faults.collect::<Vec<_>>().join(" | ");
        }
        let rules: Vec<&str> = written.rules.iter().map(|rule| rule.of(line)).collect();
        let until = written
            .until
            .map(|until| format!(" until {until}"))
            .unwrap_or_default();
        let file = if written.is_for_file { "file " } else { "" };
        format!("{file}{}: {}{until}", rules.join("+"), written.reason)
    }

    #[test]
    fn lines_are_read_in_both_languages_and_widths() {
        for (line, expected) in [
            (
                "dunlint: allow(threat-maim, insult) reason=模板仅用于培训 until=2027-03-31",
                "threat-maim+insult: 模板仅用于培训 until 2027-03-31",
            ),
            (
                " DUNLINT:allow( form-* ,) until=2027-03-31, reason=for training, never sent",
                "form-*: for training, never sent until 2027-03-31",
            ),
            (
                "dunlint：允许（threat-maim、insult） 理由：模板仅用于培训，至：2027年3月31日",
                "threat-maim+insult: 模板仅用于培训 until 2027-03-31",
            ),
            (
                "* dunlint: allow-file(form) reason=“甲=乙，至=丙”",
                "file form: 甲=乙，至=丙",
            ),
            (
                "dunlint: allow-file(form) reason=\"a=b until=c\"",
                "file form: a=b until=c",
            ),
            (
                "dunlint: 本文件允许(form) 理由＝「训练语料」 至＝2027/03/31",
                "file form: 训练语料 until 2027-03-31",
            ),
            (
                "* dunlint: allow(all) reason=见 https://example.cn/a?b 第3条",
                "all: 见 https://example.cn/a?b 第3条",
            ),
            ("dunlint 会检查这个文件", "-"),
            ("dunlint-action: see the docs", "-"),
            ("见 dunlint: allow(threat)", "-"),
            ("dunlin", "-"),
            ("", "-"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_its_words() {
        for (line, words, expected) in [
            ("dunlint: allow(threat)", "dunlint: allow(threat)", "no reason"),
            (
                "dunlint: allow(threat) reason=",
                "dunlint: allow(threat) reason=",
                "no reason",
            ),
            (
                "dunlint: allow(threat) reason=…",
                "dunlint: allow(threat) reason=…",
                "no reason",
            ),
            (
                "dunlint: allow(threat) reason=say why",
                "dunlint: allow(threat) reason=say why",
                "“say why” is no reason",
            ),
            (
                "dunlint: 允许(threat) 理由=写明理由",
                "dunlint: 允许(threat) 理由=写明理由",
                "is no reason",
            ),
            ("dunlint: ignore", "ignore", "there is no ignore"),
            ("dunlint:alow(threat) reason=a", "alow", "did you mean allow?"),
            ("dunlint:", "dunlint:", "allow or allow-file"),
            (
                "dunlint-disable-next-line threat",
                "dunlint-disable-next-line threat",
                "a colon is missing",
            ),
            ("dunlint 忽略", "dunlint 忽略", "a colon is missing"),
            (
                "dunlint: allow threat reason=训练",
                "dunlint: allow threat reason=训练",
                "in parentheses",
            ),
            (
                "dunlint: allow[threat] reason=训练",
                "dunlint: allow[threat] reason=训练",
                "in parentheses",
            ),
            (
                "dunlint: allow(threat reason=训练",
                "threat reason=训练",
                "isn't closed",
            ),
            (
                "dunlint: allow() reason=训练",
                "dunlint: allow() reason=训练",
                "no rules in the parentheses",
            ),
            (
                "dunlint: allow(threat) 训练用",
                "训练用",
                "reason=… or until=… belongs here",
            ),
            (
                "dunlint: allow(threat) reason=训练 untill=2027-03-31",
                "untill=2027-03-31",
                "did you mean until=?",
            ),
            (
                "dunlint: allow(threat) reason=令甲 a=b",
                "a=b",
                "needs quotation marks",
            ),
            (
                "dunlint: allow(threat) reason=训练 until=2027-02-30",
                "2027-02-30",
                "no date",
            ),
            (
                "dunlint: allow(threat) reason=训练 until=",
                "dunlint: allow(threat) reason=训练 until=",
                "no date",
            ),
            ("dunlint: allow(threat) reason=“训练", "“训练", "quotation mark"),
            (
                "dunlint: allow(threat) reason=训练 reason=培训",
                "reason=",
                "stands twice",
            ),
        ] {
            let shown = shown(line);
            let (at, said) = shown.split_once(": ").unwrap_or_default();
            let (at, said) = match shown.starts_with(words) {
                true => (words, &shown[words.len()..]),
                false => (at, said),
            };
            assert_eq!(at, words, "{shown}");
            assert!(said.contains(expected), "{line}: {shown}");
        }
        let two = read("dunlint: allow() reason=训练 until=明天").unwrap();
        assert_eq!(two.faults.len(), 2, "all at once");
    }
}
