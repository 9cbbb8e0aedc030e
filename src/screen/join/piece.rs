//! A judged message → a piece that may belong to others, kept until the end.
//!
//! In: a message and its verdict. Out: a frame for the [`sorter`](crate::screen::sorter), and the [`Piece`] read back from
//! it. It decides what may be a part of something, by the record alone, never which pieces belong together.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::finding::Verdict;
use crate::message::{Body, Channel, CreditorKind, Message, Role, Speaker, Time};
use crate::rule::{Category, Tier};
use crate::screen::case::RecordRef;
use crate::screen::sorter::{Key, clock_of, date_of, read_row, write_frame};
use crate::span::Span;

/// Longest piece in characters: an SMS of the 7-bit alphabet has 160, and fewer than one in a hundred instant messages of
/// the learning half have more: those are complete.
const MOST_CHARACTERS: usize = 160;

/// Parts of the longest numbered SMS: beyond it two numbers are rather a date or a fraction.
const MOST_PARTS: u8 = 12;

/// Digits that a masked number must show to tell its owner from others: all but the usual four.
const FEWEST_SHOWN_DIGITS: usize = 7;

/// A message that may be a part.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Sender and recipient.
    pub(super) name: String,
    pub(super) record: RecordRef,
    pub(super) time: Time,
    /// Seconds since a day long ago.
    pub(super) moment: i64,
    pub(super) content: Content<'static>,
    pub(super) marker: Option<Marker>,
}

/// What judging needs of a piece.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Content<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) text: Cow<'a, str>,
    pub(super) channel: Option<Channel>,
    pub(super) role: Option<Role>,
    pub(super) creditor_kind: Option<CreditorKind>,
    pub(super) region: Option<Cow<'a, str>>,
    pub(super) agency: Option<Cow<'a, str>>,
    pub(super) creditor: Option<Cow<'a, str>>,
    pub(super) debtor: Option<Cow<'a, str>>,
    /// What counts in it by itself.
    pub(super) found: Vec<Found>,
}

/// A finding of a piece by itself.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) rule: usize,
    pub(super) category: Category,
    pub(super) tier: Tier,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The number of a part, (1/3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) number: u8,
    pub(super) total: u8,
    /// The bytes of the text without it.
    pub(super) rest: Range<usize>,
}

impl Piece {
    /// Adds the frame of a message to others, if it may be a part; tells whether it may.
    pub(super) fn write(
        message: &Message,
        verdict: &Verdict,
        record: RecordRef,
        frames: &mut Vec<u8>,
    ) -> bool {
        let Body::Text(text) = &message.body else {
            return false;
        };
        let may_be_cut = matches!(message.channel, None | Some(Channel::Sms | Channel::Im));
        let is_timed = message
            .time
            .is_some_and(|time| time.date.is_some() && time.clock.is_some());
        if !may_be_cut || !is_timed || !is_short(text) {
            return false;
        }
        let Some((sender, recipient)) = parties(message) else {
            return false;
        };
        let own = |value: &'_ Option<Cow<str>>| value.as_deref().map(|value| Cow::Owned(value.to_owned()));
        let counted = verdict.findings.iter().filter(|finding| finding.is_counted());
        let content = Content {
            id: message.id.to_string().into(),
            text: Cow::Borrowed(text),
            channel: message.channel,
            role: message.recipient_role,
            creditor_kind: message.creditor_kind,
            region: own(&message.region),
            agency: own(&message.agency),
            creditor: own(&message.creditor),
            debtor: own(&message.debtor),
            found: counted
                .map(|finding| Found {
                    rule: finding.rule,
                    category: finding.category,
                    tier: finding.tier,
                    start: finding.place.span.start,
                    end: finding.place.span.end,
                })
                .collect(),
        };
        let name = format!("{sender}\0{recipient}");
        write_frame(frames, Key::new(&name, message.time, record), &content);
        true
    }

    /// The piece of a row's bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let (key, content): (Key, Content) = read_row(bytes)?;
        let date = key.day.and_then(date_of).unwrap_or(Date::ZERO);
        let second = key.second.unwrap_or_default();
        Ok(Self {
            name: key.name.to_owned(),
            record: key.record,
            time: Time {
                date: Some(date),
                clock: clock_of(second),
            },
            moment: date.duration_since(Date::ZERO).as_secs() + i64::from(second),
            marker: Marker::of(&content.text),
            content,
        })
    }

    /// The sender and the recipient.
    pub(super) fn parties(&self) -> (&str, &str) {
        self.name.split_once('\0').unwrap_or((&self.name, ""))
    }

    /// The bytes of the text that are words: no marker, no white space around.
    pub(super) fn words(&self) -> Range<usize> {
        let text = &*self.content.text;
        let range = self
            .marker
            .as_ref()
            .map_or(0..text.len(), |marker| marker.rest.clone());
        let start = range.end - text[range.clone()].trim_start().len();
        start..start + text[start..range.end].trim_end().len()
    }

    pub(super) fn shown(&self) -> &str {
        &self.content.text[self.words()]
    }

    /// Seconds from an earlier moment to this piece. Of times told in minutes as few as may have passed.
    pub(super) fn seconds_since(&self, earlier: i64) -> i64 {
        let gap = self.moment - earlier;
        let is_told_in_minutes = self.moment % 60 == 0 && earlier % 60 == 0;
        if is_told_in_minutes {
            (gap - 59).max(0)
        } else {
            gap
        }
    }

    /// Whether it is an SMS: where no channel is told, because its recipient is a number.
    pub(super) fn is_sms(&self) -> bool {
        match self.content.channel {
            Some(channel) => channel == Channel::Sms,
            None => {
                let (_, recipient) = self.parties();
                recipient
                    .chars()
                    .all(|one| one.is_ascii_digit() || matches!(one, '+' | '-' | ' ' | '*'))
            }
        }
    }

    /// Whether a finding of it by itself says what this one says of these bytes.
    pub(super) fn shows(&self, rule: usize, category: Category, tier: Tier, bytes: Span) -> bool {
        self.content.found.iter().any(|found| {
            let is_as_grave = found.rule == rule || found.category == category && found.tier >= tier;
            is_as_grave && Span::new(found.start, found.end).overlaps(bytes)
        })
    }
}

impl Marker {
    /// The marker at the beginning or the end of a text.
    fn of(text: &str) -> Option<Self> {
        static FIRST: LazyLock<Regex> = LazyLock::new(|| {
            let bracketed = r"[(（\[【]\s*第?(\d{1,2})[条段页]?\s*[/／]\s*共?(\d{1,2})[条段页]?\s*[)）\]】]";
            let pattern = format!(r"^\s*(?:{bracketed}|(\d{{1,2}})[/／](\d{{1,2}})(?:[)）:：、]|\s))");
            Regex::new(&pattern).expect("it is tested")
        });
        static LAST: LazyLock<Regex> = LazyLock::new(|| {
            let bracketed = r"[(（\[【]\s*第?(\d{1,2})[条段页]?\s*[/／]\s*共?(\d{1,2})[条段页]?\s*[)）\]】]";
            let pattern = format!(r"(?:{bracketed}|\s(\d{{1,2}})[/／](\d{{1,2}}))\s*$");
            Regex::new(&pattern).expect("it is tested")
        });
        // Few texts have one, and patterns are slow.
        if !text.contains(['/', '／']) {
            return None;
        }
        [&FIRST, &LAST].into_iter().find_map(|pattern| {
            let found = pattern.captures(text)?;
            let number = |one: usize, other: usize| {
                let digits = found.get(one).or_else(|| found.get(other))?;
                digits.as_str().parse::<u8>().ok()
            };
            let (number, total) = (number(1, 3)?, number(2, 4)?);
            let whole = found.get(0)?;
            let rest = match whole.start() {
                0 => whole.end()..text.len(),
                start => 0..start,
            };
            let is_part = (2..=MOST_PARTS).contains(&total) && (1..=total).contains(&number);
            (is_part && !rest.is_empty()).then_some(Self { number, total, rest })
        })
    }
}

/// Whether a text is short enough for a piece, and no blank.
fn is_short(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().nth(MOST_CHARACTERS).is_none()
}

/// Sender and recipient, if they are given and it isn't the debtor who writes.
fn parties<'m>(message: &'m Message) -> Option<(&'m str, &'m str)> {
    let given = |value: &'m Option<Cow<str>>| {
        let value = value.as_deref()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let (sender, recipient) = (given(&message.sender)?, given(&message.recipient)?);
    let is_inbound = given(&message.debtor) == Some(sender) || given(&message.agency) == Some(recipient);
    (!is_inbound && identifies(recipient)).then_some((sender, recipient))
}

/// Whether a recipient is told from others: 客户 and 138******** are many people.
fn identifies(recipient: &str) -> bool {
    let digits = || recipient.chars().filter(char::is_ascii_digit).count();
    let is_masked = recipient.contains(['*', '＊']);
    let is_role = Speaker::named(recipient).is_some() && digits() == 0;
    !is_role && (!is_masked || digits() >= FEWEST_SHOWN_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_and_what_looks_like_them() {
        for (text, expected) in [
            ("(1/3)再不还", Some((1, 3, "再不还"))),
            ("（2/3） 钱", Some((2, 3, " 钱"))),
            ("3/3 打断", Some((3, 3, "打断"))),
            ("1/2)再不还", Some((1, 2, "再不还"))),
            ("[第1条/共2条]再不还", Some((1, 2, "再不还"))),
            ("再不还【1/2】", Some((1, 2, "再不还"))),
            ("再不还 2/2", Some((2, 2, "再不还"))),
            ("1/3的利息", None),
            ("(5/20)还款", None),
            ("(4/3)还款", None),
            ("还1/2", None),
            ("(1/3)", None),
            ("见http://a.cn/1/2", None),
        ] {
            let found = Marker::of(text);
            let found = found.map(|marker| (marker.number, marker.total, &text[marker.rest]));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn recipients_that_are_many_people() {
        for (recipient, expected) in [
            ("13800138000", true),
            ("138****8000", true),
            ("138********", false),
            ("小王", true),
            ("客户", false),
            ("客户07", true),
            ("＊＊＊", false),
        ] {
            assert_eq!(identifies(recipient), expected, "{recipient}");
        }
    }
}
