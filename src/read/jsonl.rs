//! One JSON object a line.
//!
//! In: a line. Out: a [`Draft`] that borrows from it wherever nothing was escaped. Keys are found by name in
//! Chinese and English, unknown ones are passed over. The line was checked to be UTF-8 with its batch, so
//! nothing here checks again. It keeps no value that the message has no place for: labelled records are read
//! again, from [`Record::raw`](crate::read::Record), by whoever needs their labels.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::message::{Id, Time, Turn, is_blank};
use crate::read::columns::{ColumnOverrides, Field, KnownKeys};
use crate::read::draft::Draft;
use crate::read::transcript::{self, Labelled};
use crate::read::{Reason, json};

/// Reads a line; `keys` are those of the lines before.
///
/// # Errors
/// If it isn't a JSON object, or its text isn't text.
pub(crate) fn draft<'a>(
    line: &'a str,
    columns: &ColumnOverrides,
    keys: &mut KnownKeys,
) -> Result<Draft<'a>, Reason> {
    let line = line.trim_start_matches('\u{feff}');
    match plain_draft(line, columns, keys) {
        Some(draft) => Ok(draft),
        None => parsed_draft(line, columns, keys),
    }
}

/// Reads what almost every line of a dump is: an object of strings without escapes and of whole numbers. Nothing is
/// decided here about any other line: `None` leaves it to the parser. It takes a third of the parser's time.
fn plain_draft<'a>(line: &'a str, columns: &ColumnOverrides, keys: &mut KnownKeys) -> Option<Draft<'a>> {
    let mut taken = Taken::default();
    keys.begin();
    let mut rest = plain_after(line, b'{')?;
    loop {
        let (key, after) = plain_string(rest)?;
        let after = plain_after(after, b':')?;
        let known = taken.better(keys.field_of(key, columns));
        rest = if let Some((text, after)) = plain_string(after) {
            match known {
                Some((Field::Turns, _)) => return None,
                Some((Field::Id, _)) if text.trim().is_empty() => {}
                Some((field, rank)) => taken.take(field, rank, Scalar::Text(Cow::Borrowed(text))),
                None => {}
            }
            after
        } else {
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = after.split_at(length);
            let number = plain_number(digits)?;
            match known {
                Some((Field::Id, rank)) => taken.take_id(rank, Id::Number(number.into())),
                Some((Field::Turns, _)) => return None,
                Some((field, rank)) => taken.take(field, rank, Scalar::Number(digits.to_owned())),
                None => {}
            }
            after
        };
        if let Some(after) = plain_after(rest, b',') {
            rest = after;
        } else {
            let is_end = plain_after(rest, b'}')?.is_empty();
            return is_end.then(|| taken.draft().ok()).flatten();
        }
    }
}

/// What follows a sign, with the spaces around it.
#[inline]
fn plain_after(text: &str, sign: u8) -> Option<&str> {
    let text = without_space(text);
    (text.as_bytes().first() == Some(&sign)).then(|| without_space(&text[1..]))
}

#[inline]
fn without_space(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b' ' | b'\t' | b'\r') => text.trim_start_matches([' ', '\t', '\r']),
        _ => text,
    }
}

/// A string without escapes at the start, and what follows it.
#[inline]
fn plain_string(text: &str) -> Option<(&str, &str)> {
    if text.as_bytes().first() != Some(&b'"') {
        return None;
    }
    let inner = &text[1..];
    let end = memchr::memchr2(b'"', b'\\', inner.as_bytes())?;
    let (string, after) = inner.split_at(end);
    // Control characters have to be escaped. No early end, so that many bytes are looked at together.
    let has_control = string
        .bytes()
        .fold(false, |has_control, byte| has_control | (byte < b' '));
    (after.as_bytes()[0] == b'"' && !has_control).then(|| (string, &after[1..]))
}

/// Reads a line with a parser that knows all of JSON.
fn parsed_draft<'a>(
    line: &'a str,
    columns: &ColumnOverrides,
    keys: &mut KnownKeys,
) -> Result<Draft<'a>, Reason> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let object = deserializer.deserialize_any(Object { columns, keys });
    let object = object.and_then(|object| deserializer.end().map(|()| object));
    object.map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Reason::NotAnObject,
        _ => Reason::Json {
            problem: problem(&error),
            column: error.column(),
        },
    })?
}

/// What the parser says, without the place: the record's place is told with the rejection.
fn problem(error: &serde_json::Error) -> String {
    let shown = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    shown.strip_suffix(&place).map_or(shown.clone(), str::to_owned)
}

struct Object<'c> {
    columns: &'c ColumnOverrides,
    keys: &'c mut KnownKeys,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Result<Draft<'de>, Reason>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut taken = Taken::default();
        self.keys.begin();
        while let Some(Text(key)) = map.next_key()? {
            let Some((field, rank)) = taken.better(self.keys.field_of(&key, self.columns)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            match field {
                Field::Id => {
                    if let Some(id) = id_of(map.next_value::<&RawValue>()?) {
                        taken.take_id(rank, id);
                    }
                }
                Field::Turns => taken.take_turns(rank, turns_of(map.next_value()?)),
                _ => taken.take(field, rank, map.next_value()?),
            }
        }
        Ok(taken.draft())
    }
}

/// What a record has said so far.
#[derive(Default)]
struct Taken<'a> {
    draft: Draft<'a>,
    /// The rank of the name that each field was found under, plus one; 0 for none.
    found: [u16; Field::COUNT],
    reason: Option<Reason>,
}

impl<'a> Taken<'a> {
    /// The field of a key, unless a better name of it was met before.
    fn better(&self, known: Option<(Field, usize)>) -> Option<(Field, usize)> {
        known.filter(|&(field, rank)| {
            let found = usize::from(self.found[field as usize]);
            found == 0 || rank < found
        })
    }

    /// Notes that a field was found under the name of this rank.
    fn note(&mut self, field: Field, rank: usize) {
        self.found[field as usize] = u16::try_from(rank + 1).unwrap_or(u16::MAX);
    }

    fn take_id(&mut self, rank: usize, id: Id<'a>) {
        self.draft.set_id(id);
        self.note(Field::Id, rank);
    }

    fn take_turns(&mut self, rank: usize, turns: TurnsValue<'a>) {
        match turns {
            TurnsValue::Turns(turns) => self.draft.turns = Some(turns),
            TurnsValue::Wrong(turn) => self.reason = Some(Reason::BadTurn { turn }),
            TurnsValue::Text(text) if self.draft.text.is_none() => self.draft.text = Some(text),
            TurnsValue::Text(_) | TurnsValue::Other => return,
        }
        self.note(Field::Turns, rank);
    }

    fn take(&mut self, field: Field, rank: usize, value: Scalar<'a>) {
        match (field, value) {
            (Field::Text, Scalar::Text(text)) => {
                self.draft.text = Some(text);
                self.reason = self
                    .reason
                    .take()
                    .filter(|reason| *reason != Reason::TextNotString);
            }
            (Field::Text, Scalar::Number(_) | Scalar::Truth(_) | Scalar::Other) => {
                if self.draft.text.is_none() {
                    self.reason.get_or_insert(Reason::TextNotString);
                }
                return;
            }
            // The one field of which yes and no are values.
            (Field::Outcome, Scalar::Truth(is_true)) => {
                let word = if is_true { "true" } else { "false" };
                self.draft.set(field, Cow::Borrowed(word));
            }
            (_, Scalar::Null | Scalar::Truth(_) | Scalar::Other) => return,
            (_, Scalar::Text(text)) => self.draft.set(field, text),
            (_, Scalar::Number(number)) => self.draft.set(field, Cow::Owned(number)),
        }
        self.note(field, rank);
    }

    /// The draft, or why there is none.
    fn draft(self) -> Result<Draft<'a>, Reason> {
        let has_turns = self.draft.turns.is_some();
        let reason = self
            .reason
            .filter(|reason| !has_turns || *reason != Reason::TextNotString);
        reason.map_or(Ok(self.draft), Err)
    }
}

/// A number is given back digit for digit, whatever its size.
fn id_of(raw: &RawValue) -> Option<Id<'_>> {
    let digits = raw.get();
    match digits.bytes().next()? {
        b'"' => {
            let text = text_of(raw)?;
            (!text.trim().is_empty()).then_some(Id::Text(text))
        }
        b'-' | b'0'..=b'9' => {
            if let Some(number) = plain_number(digits) {
                return Some(Id::Number(number.into()));
            }
            let number: Option<serde_json::Number> = serde_json::from_str(digits).ok();
            let exact = number.filter(|number| number.to_string() == digits);
            Some(exact.map_or(Id::Text(Cow::Borrowed(digits)), Id::Number))
        }
        _ => None,
    }
}

/// A number of digits alone that is written as every program writes it: most ids are.
fn plain_number(digits: &str) -> Option<u64> {
    let is_plain = digits.len() <= 18 && (digits.len() == 1 || !digits.starts_with('0'));
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_plain && is_digits).then(|| digits.parse().ok()).flatten()
}

/// A string, borrowed unless something in it was escaped.
struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Text(text) => Ok(Text(text)),
            _ => Err(D::Error::custom("not a string")),
        }
    }
}

enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(String),
    Truth(bool),
    Null,
    Other,
}

impl<'de> serde::Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_bool<E>(self, is_true: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Truth(is_true))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

enum TurnsValue<'a> {
    Turns(Vec<Turn<'a>>),
    /// The number of the first turn that is none.
    Wrong(usize),
    /// The whole call as one text.
    Text(Cow<'a, str>),
    Other,
}

/// Takes the turns that a table's cell holds as JSON; a cell of anything else is the call as one text.
///
/// # Errors
/// If a turn is none.
pub(crate) fn set_turns(draft: &mut Draft<'_>, cell: &str) -> Result<(), Reason> {
    if is_blank(cell) {
        return Ok(());
    }
    let value = serde_json::from_str::<&RawValue>(cell).ok();
    match value.map(turns_of) {
        Some(TurnsValue::Turns(turns)) => {
            draft.turns = Some(turns.into_iter().map(Turn::into_owned).collect());
        }
        Some(TurnsValue::Wrong(turn)) => return Err(Reason::BadTurn { turn }),
        Some(TurnsValue::Text(_) | TurnsValue::Other) | None => {
            draft.text.get_or_insert(Cow::Owned(cell.to_owned()));
        }
    }
    Ok(())
}

fn turns_of(raw: &RawValue) -> TurnsValue<'_> {
    match raw.get().bytes().next() {
        Some(b'"') => text_of(raw).map_or(TurnsValue::Other, TurnsValue::Text),
        Some(b'[') => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
                return TurnsValue::Wrong(0);
            };
            let mut labelled = Vec::with_capacity(items.len());
            for item in items {
                match turn_of(item) {
                    Some(turn) => labelled.push(turn),
                    None => return TurnsValue::Wrong(labelled.len()),
                }
            }
            TurnsValue::Turns(transcript::turns(labelled))
        }
        _ => TurnsValue::Other,
    }
}

/// `{"speaker": …, "text": …, "time": …}`, or `"坐席：…"`; `None` if it is neither.
fn turn_of(raw: &RawValue) -> Option<Labelled<'_>> {
    match raw.get().bytes().next() {
        Some(b'{') => serde_json::from_str::<OneTurn>(raw.get()).ok()?.0,
        _ => text_of(raw).map(transcript::labelled),
    }
}

fn text_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    let Text(text) = serde_json::from_str(raw.get()).ok()?;
    Some(text)
}

struct OneTurn<'a>(Option<Labelled<'a>>);

impl<'de> serde::Deserialize<'de> for OneTurn<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneTurnVisitor)
    }
}

struct OneTurnVisitor;

impl<'de> Visitor<'de> for OneTurnVisitor {
    type Value = OneTurn<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a turn")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut label, mut text, mut time) = (Cow::Borrowed(""), None, None);
        while let Some(Text(key)) = map.next_key()? {
            let is_speaker =
                SPEAKER_KEYS.contains(&&*key.trim().to_ascii_lowercase()) || json::is_speaker_key(&key);
            let field = Field::named(&key).or_else(|| json::is_words_key(&key).then_some(Field::Text));
            match (map.next_value()?, field) {
                (Scalar::Text(value), _) if is_speaker => label = value,
                (Scalar::Number(value), _) if is_speaker => label = Cow::Owned(value),
                (Scalar::Text(value), Some(Field::Text)) => text = Some(value),
                (Scalar::Text(value), Some(Field::Time)) => time = Time::parse(&value),
                (Scalar::Number(value), Some(Field::Time)) => time = Time::parse(&value),
                _ => {}
            }
        }
        Ok(OneTurn(text.map(|text| Labelled { label, text, time })))
    }
}

const SPEAKER_KEYS: &[&str] = &["发言人", "身份", "label", "from", "发送方"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Body, Channel, Message, Speaker};
    use crate::read::draft::Defaults;

    fn message(line: &str) -> Result<Message<'_>, Reason> {
        let defaults = Defaults {
            file: "f",
            number: 1,
            channel: None,
        };
        draft(line, &ColumnOverrides::default(), &mut KnownKeys::default())?.into_message(defaults)
    }

    #[test]
    fn plain_lines_are_read_as_the_parser_reads_them() {
        let read = |line, reads_plain: bool| {
            let (columns, keys) = (&ColumnOverrides::default(), &mut KnownKeys::default());
            let draft = match reads_plain {
                true => plain_draft(line, columns, keys)?,
                false => parsed_draft(line, columns, keys).ok()?,
            };
            let defaults = Defaults {
                file: "f",
                number: 1,
                channel: None,
            };
            Some(draft.into_message(defaults))
        };
        for line in [
            r#"{"text":"请还款"}"#,
            r#" { "text" : "请还款" , "id" : 7 } "#,
            r#"{"id":"a","text":"一","text":"二","内容":"三","extra":"x","n":5}"#,
            r#"{"id":"  ","text":"一","time":"2026-03-02 14:05","channel":"短信"}"#,
            r#"{"time":1772431500,"text":"一","agency":""}"#,
            r#"{"id":0,"text":""}"#,
        ] {
            let plain = read(line, true);
            assert!(plain.is_some(), "{line}");
            assert_eq!(plain, read(line, false), "{line}");
        }
        // Left to the parser, whatever it says to them.
        for line in [
            "",
            "{}",
            "[]",
            r#"{"text":"a\nb"}"#,
            "{\"text\":\"a\tb\"}",
            r#"{"text":"a"} x"#,
            r#"{"text":"a",}"#,
            r#"{"text":"a""id":1}"#,
            r#"{"text":"a","n":01}"#,
            r#"{"text":"a","n":1.5}"#,
            r#"{"text":"a","n":-1}"#,
            r#"{"text":"a","n":null}"#,
            r#"{"text":"a","n":{"b":1}}"#,
            r#"{"text":7}"#,
            r#"{"turns":"坐席：您好"}"#,
            r#"{"text":"a"#,
        ] {
            assert_eq!(read(line, true), None, "{line}");
        }
    }

    #[test]
    fn keys_in_chinese_and_english_give_one_message() {
        let english = message(
            r#"{"id":7,"channel":"sms","text":"请还款","time":"2026-03-02 14:05","sender":"1069","recipient_role":"guarantor","tier":"clean","evidence":[{"a":1}]}"#,
        )
        .unwrap();
        let chinese = message(
            r#"{"编号":7,"渠道":"短信","短信内容":"请还款","发送时间":1772431500,"发送号码":1069,"接收人身份":"担保人"}"#,
        )
        .unwrap();
        assert_eq!(english, chinese);
        assert_eq!(english.channel, Some(Channel::Sms));
        assert!(matches!(english.body, Body::Text(Cow::Borrowed("请还款"))));
    }

    #[test]
    fn what_became_of_a_call_is_read_in_every_form() {
        for (fields, is_connected, seconds, unread) in [
            (r#""connected":true,"duration":35"#, Some(true), Some(35), 0),
            (r#""connected":false,"duration":0"#, Some(false), Some(0), 0),
            (
                r#""是否接通":"未接通","通话时长":"1分20秒""#,
                Some(false),
                Some(80),
                0,
            ),
            (r#""call_result":1,"call_duration":80.0"#, Some(true), Some(80), 0),
            (r#""outcome":"客户投诉","seconds":-5"#, None, None, 2),
            (r#""outcome":null,"duration":"""#, None, None, 0),
            (r#""outcome":[true],"id":true"#, None, None, 0),
        ] {
            let line = format!(r#"{{"text":"您好",{fields}}}"#);
            let draft = draft(&line, &ColumnOverrides::default(), &mut KnownKeys::default()).unwrap();
            assert_eq!(draft.unread().fields().count(), unread, "{line}");
            let message = message(&line).unwrap();
            assert_eq!(
                (message.is_connected, message.seconds),
                (is_connected, seconds),
                "{line}"
            );
        }
    }

    #[test]
    fn the_surest_name_counts_wherever_it_stands() {
        for line in [
            r#"{"text":"甲文","content":"乙文"}"#,
            r#"{"content":"乙文","text":"甲文"}"#,
            r#"{"message":{"x":1},"text":"甲文"}"#,
        ] {
            assert_eq!(message(line).unwrap().stretch(None), "甲文", "{line}");
        }
    }

    #[test]
    fn ids_come_back_as_they_came() {
        for (id, shown) in [
            ("7", "7"),
            ("-1", "-1"),
            ("1.50", "1.50"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (r#""a\u4e2d""#, "a中"),
            (r#""""#, "f:1"),
            ("null", "f:1"),
            ("[1]", "f:1"),
        ] {
            let line = format!(r#"{{"id":{id},"text":"x"}}"#);
            assert_eq!(message(&line).unwrap().id.to_string(), shown, "{id}");
        }
    }

    #[test]
    fn turns_of_every_shape() {
        for line in [
            r#"{"turns":[{"speaker":"agent","text":"您好"},{"speaker":"customer","text":"谁"}]}"#,
            r#"{"对话":[{"角色":"坐席","内容":"您好"},{"角色":"客户","内容":"谁"}]}"#,
            r#"{"turns":["坐席：您好","客户：谁"]}"#,
            r#"{"turns":"坐席：您好\n客户：谁"}"#,
            r#"{"channel":"call","text":"坐席：您好\n客户：谁"}"#,
            r#"{"通话内容":"坐席：您好\n客户：谁"}"#,
        ] {
            let message = message(line).unwrap();
            let Body::Turns(turns) = &message.body else {
                panic!("no turns in {line}");
            };
            let shown: Vec<_> = turns.iter().map(|turn| (turn.speaker, &*turn.text)).collect();
            assert_eq!(
                shown,
                [(Speaker::Agent, "您好"), (Speaker::Customer, "谁")],
                "{line}"
            );
            assert_eq!(message.channel, Some(Channel::Call), "{line}");
        }
    }

    #[test]
    fn records_without_text_are_rejected_with_the_reason() {
        for (line, reason) in [
            (r#"{"id":1}"#, Reason::NoText),
            (r#"{"text":null}"#, Reason::NoText),
            (r#"{"text":5}"#, Reason::TextNotString),
            (r#"{"text":["x"]}"#, Reason::TextNotString),
            (r#"{"text":" \u3000"}"#, Reason::EmptyText),
            (r#"{"turns":[]}"#, Reason::EmptyText),
            (
                r#"{"turns":[{"speaker":"agent","text":"x"},{"speaker":"agent"}]}"#,
                Reason::BadTurn { turn: 1 },
            ),
            ("[]", Reason::NotAnObject),
            ("5", Reason::NotAnObject),
        ] {
            assert_eq!(message(line).unwrap_err(), reason, "{line}");
        }
        for line in [
            "{",
            "",
            r#"{"text":"\ud800"}"#,
            "{\"text\":\"a\0b\"}",
            r#"{"text":"x"} y"#,
            "{\"text\":\"x",
        ] {
            assert!(matches!(message(line), Err(Reason::Json { .. })), "{line}");
        }
        let nested = format!("{{\"text\":{}", "[".repeat(100_000));
        assert!(message(&nested).is_err());
    }

    #[test]
    fn contacts_without_words_are_messages() {
        let (call, visit) = (Some(Channel::Call), Some(Channel::Visit));
        for (fields, expected) in [
            (
                r#""channel":"call","time":"2026-03-02 14:05","outcome":"未接""#,
                Ok(call),
            ),
            (r#""text":"","time":"2026-03-02 14:05","duration":0"#, Ok(call)),
            (
                r#""text":null,"时间":"2026-03-02","通话时长":"00:03:20""#,
                Ok(call),
            ),
            (
                r#""channel":"电话","turns":[],"time":"2026-03-02 14:05","connected":false"#,
                Ok(call),
            ),
            (
                r#""turns":[{"speaker":"agent","text":" "}],"time":"2026-03-02 14:05","duration":0"#,
                Ok(call),
            ),
            (
                r#""channel":"预测式","time":"2026-03-02 14:05","是否接通":"否""#,
                Ok(Some(Channel::Other)),
            ),
            (
                r#""渠道":"外访","外访时间":"2026-03-02 14:05","text":" ""#,
                Ok(visit),
            ),
            (r#""channel":"visit","date":"2026-03-02""#, Ok(visit)),
            // When, or what became of it, isn't known.
            (
                r#""channel":"call","text":"","outcome":"未接""#,
                Err(Reason::EmptyText),
            ),
            (
                r#""channel":"call","text":"","time":"14:05","outcome":"未接""#,
                Err(Reason::EmptyText),
            ),
            (
                r#""channel":"call","text":"","time":"2026-03-02 14:05""#,
                Err(Reason::EmptyText),
            ),
            (
                r#""channel":"call","time":"2026-03-02 14:05","outcome":"客户挂断""#,
                Err(Reason::NoText),
            ),
            (r#""channel":"visit""#, Err(Reason::NoText)),
            // Others say nothing without words.
            (
                r#""channel":"短信","text":"","time":"2026-03-02 14:05","outcome":"成功""#,
                Err(Reason::EmptyText),
            ),
            (r#""time":"2026-03-02 14:05","turns":[]"#, Err(Reason::EmptyText)),
            (
                r#""text":5,"time":"2026-03-02 14:05","duration":0"#,
                Err(Reason::TextNotString),
            ),
        ] {
            let line = format!("{{\"id\":1,{fields}}}");
            let read = message(&line);
            let told = read.as_ref().map(|message| message.channel).map_err(Clone::clone);
            assert_eq!(told, expected, "{line}");
            assert!(
                read.is_err() || read.is_ok_and(|message| message.is_wordless()),
                "{line}"
            );
        }
    }

    #[test]
    fn hostile_but_whole_texts_are_kept() {
        let message = message(r#"{"text":"\u0000\u202e\u0007\ud83d\ude00\u200b"}"#).unwrap();
        assert_eq!(message.stretch(None), "\0\u{202e}\u{7}😀\u{200b}");
    }
}
