//! The unit judged and what is known about it.
//!
//! In: fields of a record, as the readers found them. Out: [`Message`], borrowed from the record where
//! possible. Nothing here looks into the text: who is addressed *by the words* is the judges' business.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One SMS, IM message, letter, template, article or call transcript.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message<'a> {
    /// Identifies the message in results.
    pub id: Id<'a>,
    /// How it was sent, if the record says so. A hint, never an amnesty.
    pub channel: Option<Channel>,
    /// The words.
    pub body: Body<'a>,
    /// When it was sent.
    pub time: Option<Time>,
    /// The number, port or name that it came from.
    pub sender: Option<Cow<'a, str>>,
    /// The collecting agency.
    pub agency: Option<Cow<'a, str>>,
    /// The creditor.
    pub creditor: Option<Cow<'a, str>>,
    /// What the creditor is; chooses the sector rules that may be cited.
    pub creditor_kind: Option<CreditorKind>,
    /// Who received it.
    pub recipient: Option<Cow<'a, str>>,
    /// What the receiver is to the debt.
    pub recipient_role: Option<Role>,
    /// Who owes.
    pub debtor: Option<Cow<'a, str>>,
    /// Province, for regional rules.
    pub region: Option<Cow<'a, str>>,
}

/// A record's own identifier, text or number, given back as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Id<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A JSON number.
    Number(serde_json::Number),
}

impl Default for Id<'_> {
    fn default() -> Self {
        Id::Text(Cow::Borrowed(""))
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Id::Text(text) => out.write_str(text),
            Id::Number(number) => write!(out, "{number}"),
        }
    }
}

/// The words of a message: one text, or the turns of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Body<'a> {
    /// Everything but calls.
    Text(Cow<'a, str>),
    /// A transcript; turns count from 0.
    Turns(Vec<Turn<'a>>),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Body::Text(Cow::Borrowed(""))
    }
}

/// A stretch of a transcript by one speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn<'a> {
    /// Who speaks, as the record says.
    pub speaker: Speaker,
    /// What is said.
    pub text: Cow<'a, str>,
    /// When, if the record says so.
    pub time: Option<Time>,
}

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The collector.
    Agent,
    /// Whom the call system takes for the debtor.
    Customer,
    /// Somebody else on the line.
    ThirdParty,
    /// Not known.
    #[default]
    Unknown,
}

/// What a receiver is to the debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owes the money.
    Debtor,
    /// Answers for it: guarantor or joint borrower.
    Guarantor,
    /// Owes nothing.
    ThirdParty,
    /// The record says that it doesn't know.
    Unknown,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Short message.
    Sms,
    /// Instant message, group chat included.
    Im,
    /// Letter or e-mail.
    Letter,
    /// A transcript of a call.
    Call,
    /// A text before it is sent, with variables.
    Template,
    /// A text for the public.
    Article,
    /// Any other word that a record used.
    Other,
}

/// What the creditor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditorKind {
    /// Bank, for loans other than cards.
    Bank,
    /// Card issuer.
    Card,
    /// Licensed consumer-finance company.
    ConsumerFinance,
    /// Small-loan company.
    MicroLoan,
    /// Online platform that arranges loans of others.
    OnlinePlatform,
    /// Anybody else.
    Other,
}

/// A moment on the clock of Asia/Shanghai; the clock part may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// The day.
    pub date: jiff::civil::Date,
    /// The time of day, if it was given.
    pub clock: Option<jiff::civil::Time>,
}

impl<'a> Message<'a> {
    /// A message of nothing but text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            body: Body::Text(text.into()),
            ..Self::default()
        }
    }

    /// The stretches to be judged: turn number (none for plain texts), speaker, words.
    pub fn stretches(&self) -> impl Iterator<Item = (Option<usize>, Speaker, &str)> {
        let (text, turns) = match &self.body {
            Body::Text(text) => (Some((None, Speaker::Agent, &**text)), &[][..]),
            Body::Turns(turns) => (None, &turns[..]),
        };
        let turns = turns.iter().enumerate();
        text.into_iter()
            .chain(turns.map(|(at, turn)| (Some(at), turn.speaker, &*turn.text)))
    }

    /// The words of a stretch: the turn's, or the text if `turn` is none.
    pub fn stretch(&self, turn: Option<usize>) -> &str {
        match (&self.body, turn) {
            (Body::Turns(turns), Some(turn)) => turns.get(turn).map_or("", |turn| &*turn.text),
            (Body::Text(text), _) => text,
            (Body::Turns(_), None) => "",
        }
    }
}

impl Time {
    /// Reads RFC 3339 and the usual Chinese forms: `2026-03-02 14:05`, `2026/3/2`, `2026年3月2日 下午2时05分`,
    /// `20260302140500`, Unix seconds or milliseconds. Without a zone: Asia/Shanghai. `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Some(Self::from_timestamp(timestamp));
        }
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match (is_digits, text.len()) {
            (true, 10) => return Self::from_unix(text.parse().ok()?, 1),
            (true, 13) => return Self::from_unix(text.parse().ok()?, 1000),
            _ => {}
        }
        let numbers = if is_digits && matches!(text.len(), 8 | 12 | 14) {
            let mut numbers = vec![text[..4].parse().ok()?];
            let pairs = text.as_bytes()[4..].chunks(2);
            for pair in pairs {
                numbers.push(std::str::from_utf8(pair).ok()?.parse().ok()?);
            }
            numbers
        } else {
            numbers_in(text)?
        };
        let date = jiff::civil::Date::new(
            *numbers.first()?,
            i8::try_from(*numbers.get(1)?).ok()?,
            i8::try_from(*numbers.get(2)?).ok()?,
        )
        .ok()?;
        let clock = match numbers.get(3) {
            None => None,
            Some(&hour) => {
                let is_afternoon = ["下午", "晚上", "PM", "pm"].iter().any(|word| text.contains(word));
                let hour = if is_afternoon && hour < 12 { hour + 12 } else { hour };
                let minute = numbers.get(4).copied().unwrap_or(0);
                let second = numbers.get(5).copied().unwrap_or(0);
                let part = |number: i16| i8::try_from(number).ok();
                Some(jiff::civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?)
            }
        };
        Some(Self { date, clock })
    }

    fn from_unix(count: i64, per_second: i64) -> Option<Self> {
        let timestamp = jiff::Timestamp::from_second(count / per_second).ok()?;
        Some(Self::from_timestamp(timestamp))
    }

    fn from_timestamp(timestamp: jiff::Timestamp) -> Self {
        // China has kept one zone without summer time since 1991, so a fixed offset needs no zone database.
        let local = jiff::tz::offset(8).to_datetime(timestamp);
        Self {
            date: local.date(),
            clock: Some(local.time()),
        }
    }
}

/// The first six runs of digits; `None` if fewer than three or too large.
fn numbers_in(text: &str) -> Option<Vec<i16>> {
    let runs = text.split(|character: char| !character.is_ascii_digit());
    let numbers: Option<Vec<i16>> = runs
        .filter(|run| !run.is_empty())
        .take(6)
        .map(|run| run.parse().ok())
        .collect();
    numbers.filter(|numbers| numbers.len() >= 3 && numbers[0] >= 1990)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_usual_form() {
        let expected = Time {
            date: jiff::civil::date(2026, 3, 2),
            clock: Some(jiff::civil::time(14, 5, 0, 0)),
        };
        for text in [
            "2026-03-02 14:05",
            "2026/3/2 14:05:00",
            "2026年3月2日 下午2时05分",
            "20260302140500",
            "2026-03-02T14:05:00+08:00",
            "2026-03-02T06:05:00Z",
            "1772431500",
            "1772431500000",
        ] {
            assert_eq!(Time::parse(text), Some(expected), "{text}");
        }
        assert_eq!(Time::parse("2026-03-02").unwrap().clock, None);
        for text in ["", "明天", "12:30", "2026-13-40"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
