//! JSON that isn't one object a line: arrays of records, records wrapped in an object, and what speech recognition writes.
//!
//! In: the sample of an input; later the text of one record. Out: where its records are ([`Arrangement`]); the
//! [`Draft`] of a record that had a file to itself. Keys of speech recognition are known by what programs in use call
//! them, at any depth. Where elements end is the cutter's business, what one says is [`jsonl`]'s.

use std::borrow::Cow;

use serde_json::Value;

use crate::decode::Encoding;
use crate::message::Turn;
use crate::read::columns::{ColumnOverrides, Field, KnownKeys};
use crate::read::draft::Draft;
use crate::read::transcript::{self, Labelled};
use crate::read::{Reason, jsonl};

/// Where the records of a JSON file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// In an array that begins after so many bytes.
    Elements(usize),
    /// All of it is one.
    Whole,
}

/// Nesting that is followed; nothing in use is deeper.
const MOST_DEPTH: usize = 32;

/// Where the records of a file that begins so are; `None` if it isn't such JSON.
pub(crate) fn arrangement(content: &[u8], encoding: Encoding) -> Option<Arrangement> {
    let mut at = 0;
    let mut depth = 0;
    let mut key = String::new();
    let mut string = None;
    while at < content.len() {
        let (ascii, width) = encoding.unit(&content[at..]);
        let next = at + width;
        match (string, ascii) {
            (Some(start), Some(b'"')) => {
                key = encoding.decode_lossily(&content[start..at]).into_owned();
                string = None;
            }
            (Some(_), Some(b'\\')) => {
                at = next + content.get(next..).map_or(0, |rest| encoding.unit(rest).1);
                continue;
            }
            (Some(_), _) => {}
            (None, Some(b'"')) if depth == 0 => return None,
            (None, Some(b'"')) => string = Some(next),
            (None, Some(b'{')) => {
                let rest = encoding.decode_lossily(&content[next..content.len().min(next + 64)]);
                if !rest.trim_start().starts_with(['"', '}']) && !rest.trim().is_empty() {
                    // {姓名}您好: a variable of a template.
                    return None;
                }
                depth += 1;
            }
            (None, Some(b'}')) if depth <= 1 => return (depth == 1).then_some(Arrangement::Whole),
            (None, Some(b'}')) => depth -= 1,
            (None, Some(b'[')) => {
                let is_call = is_turns_key(&key) || begins_with_stretch(&content[next..], encoding);
                let rest = encoding.decode_lossily(&content[next..content.len().min(next + 64)]);
                let first = rest.trim_start().chars().next();
                match first {
                    _ if is_call => return Some(Arrangement::Whole),
                    Some('{' | '[' | ']') => return Some(Arrangement::Elements(next)),
                    Some('"') if depth == 0 => return Some(Arrangement::Elements(next)),
                    None if depth == 0 => return Some(Arrangement::Elements(next)),
                    // A list of numbers or words about the records.
                    _ if depth == 0 => return None,
                    _ => {}
                }
            }
            (None, Some(b' ' | b'\t' | b'\r' | b'\n')) => {}
            (None, _) if depth == 0 => return None,
            _ => {}
        }
        at = next;
    }
    (depth > 0).then_some(Arrangement::Whole)
}

/// Whether an array's first element is a stretch of speech rather than a record: who and when, but no id.
fn begins_with_stretch(content: &[u8], encoding: Encoding) -> bool {
    const BYTES: usize = 4096;
    let text = encoding.decode_lossily(&content[..content.len().min(BYTES)]);
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    matches!(values.next(), Some(Ok(element)) if is_stretch(&element))
}

/// Reads a record that had a file to itself: a call as speech recognition writes it, else an object as in JSONL.
///
/// # Errors
/// As [`jsonl::draft`].
pub(crate) fn draft<'a>(
    text: &'a str,
    columns: &ColumnOverrides,
    keys: &mut KnownKeys,
) -> Result<Draft<'a>, Reason> {
    let Ok(value) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else {
        // It says what is wrong with it.
        return jsonl::draft(text, columns, keys);
    };
    let plain = jsonl::draft(text, columns, keys);
    if plain.as_ref().is_ok_and(|draft| draft.has_words()) {
        return plain;
    }
    let Some(turns) = recognised(&value, MOST_DEPTH) else {
        return plain;
    };
    let mut draft = plain.unwrap_or_default();
    draft.turns = Some(turns);
    Ok(draft)
}

/// One element of an array: an object, or a text by itself.
///
/// # Errors
/// As [`jsonl::draft`].
pub(crate) fn element<'a>(
    text: &'a str,
    columns: &ColumnOverrides,
    keys: &mut KnownKeys,
) -> Result<Draft<'a>, Reason> {
    match text
        .starts_with('"')
        .then(|| serde_json::from_str::<String>(text))
    {
        Some(Ok(text)) => Ok(Draft::of_words(Cow::Owned(text))),
        _ => jsonl::draft(text, columns, keys),
    }
}

/// The members of an object as text; those of anything else are the whole of it.
pub(crate) fn members(text: &str) -> Vec<(String, String)> {
    let shown = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(members)) => members
            .into_iter()
            .map(|(name, value)| (name, shown(value)))
            .collect(),
        Ok(value) => vec![("text".to_owned(), shown(value))],
        Err(_) => vec![("text".to_owned(), text.to_owned())],
    }
}

/// The turns in the first list of stretches, wherever it is.
fn recognised(value: &Value, depth: usize) -> Option<Vec<Turn<'static>>> {
    let inner = |value| recognised(value, depth.checked_sub(1)?);
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(is_stretch) => {
            let labelled: Vec<Labelled> = items.iter().filter_map(stretch).collect();
            (!labelled.is_empty()).then(|| transcript::turns(labelled))
        }
        Value::Array(items) => items.iter().find_map(inner),
        Value::Object(members) => members.values().find_map(inner),
        // Some services give JSON as a text inside JSON.
        Value::String(text) if text.starts_with(['[', '{']) => {
            let value: Value = serde_json::from_str(text).ok()?;
            recognised(&value, depth.checked_sub(1)?)
        }
        _ => None,
    }
}

/// What programs call the words, the speaker, and the beginning of a stretch. Compared without case and `_`.
const WORDS: &[&str] = &[
    "text",
    "finalsentence",
    "onebest",
    "sentence",
    "transcript",
    "content",
    "words",
    "文本",
    "内容",
];
const SPEAKER: &[&str] = &[
    "speaker",
    "speakerid",
    "spk",
    "spkid",
    "channel",
    "channelid",
    "role",
    "rolename",
    "speakerlabel",
    "说话人",
    "角色",
];
const BEGINNING: &[&str] = &[
    "start",
    "starttime",
    "begintime",
    "begin",
    "startms",
    "bg",
    "offset",
    "timestamp",
    "开始时间",
];
/// Keys of lists of stretches, beside those of [`Field::Turns`].
const STRETCHES: &[&str] = &[
    "segments",
    "sentences",
    "sentenceinfo",
    "resultdetail",
    "sentencelist",
    "lattice",
];

pub(crate) fn is_turns_key(key: &str) -> bool {
    Field::named(key) == Some(Field::Turns) || STRETCHES.contains(&&*plain_key(key))
}

pub(crate) fn is_speaker_key(key: &str) -> bool {
    SPEAKER.contains(&&*plain_key(key))
}

pub(crate) fn is_words_key(key: &str) -> bool {
    WORDS.contains(&&*plain_key(key))
}

fn plain_key(key: &str) -> String {
    let letters = key.chars().filter(|letter| !matches!(letter, '_' | '-' | ' '));
    letters.collect::<String>().to_ascii_lowercase()
}

/// Looks under these names in an object and, as some services nest them, one object further in.
fn member<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let object = value.as_object()?;
    let own = object
        .iter()
        .find(|(key, value)| names.contains(&&*plain_key(key)) && (value.is_string() || value.is_number()));
    let inner = || {
        object
            .values()
            .filter(|value| value.is_object())
            .find_map(|value| member(value, names))
    };
    own.map(|(_, value)| value).or_else(inner)
}

fn is_stretch(value: &Value) -> bool {
    let is_record = value.as_object().is_some_and(|object| {
        object.keys().any(|key| {
            matches!(
                Field::named(key),
                Some(Field::Recipient | Field::Sender | Field::Debtor)
            )
        })
    });
    let is_placed = || member(value, SPEAKER).is_some() || member(value, BEGINNING).is_some();
    !is_record && member(value, WORDS).is_some_and(Value::is_string) && is_placed()
}

fn stretch(value: &Value) -> Option<Labelled<'static>> {
    let text = member(value, WORDS)?.as_str()?.to_owned();
    let label = match member(value, SPEAKER) {
        Some(Value::String(label)) => label.clone(),
        Some(Value::Number(label)) => label.to_string(),
        _ => {
            let labelled = transcript::labelled(Cow::Owned(text));
            return Some(labelled);
        }
    };
    Some(Labelled {
        label: Cow::Owned(label),
        text: Cow::Owned(text),
        time: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Speaker;

    #[test]
    fn records_are_found_in_json_of_every_shape() {
        let cases = [
            ("[{\"id\":1}]", Some(Arrangement::Elements(1))),
            (" \n[\n {\"id\":1}", Some(Arrangement::Elements(3))),
            ("[\"请还款\"]", Some(Arrangement::Elements(1))),
            ("[]", Some(Arrangement::Elements(1))),
            ("[1,2]", None),
            ("{\"RECORDS\":[\n{\"id\":1}]}", Some(Arrangement::Elements(12))),
            (
                "{\"n\":2,\"ok\":[1],\"data\":{\"list\":[{\"a\":\"]\"}]}}",
                Some(Arrangement::Elements(32)),
            ),
            (
                "{\"id\":1,\n\"turns\":[{\"speaker\":\"a\",\"text\":\"b\"}]}",
                Some(Arrangement::Whole),
            ),
            ("{\"id\":1,\n\"text\":\"x\"}", Some(Arrangement::Whole)),
            (
                "{\"result\":[{\"spk\":0,\"text\":\"喂\",\"start\":0}]}",
                Some(Arrangement::Whole),
            ),
            ("[{\"speaker\":\"1\",\"text\":\"喂\"}]", Some(Arrangement::Whole)),
            (
                "[{\"role\":\"debtor\",\"手机号\":\"1\",\"text\":\"喂\"}]",
                Some(Arrangement::Elements(1)),
            ),
            ("{姓名}您好", None),
            ("请还款", None),
            ("", None),
        ];
        for (content, expected) in cases {
            assert_eq!(
                arrangement(content.as_bytes(), Encoding::Utf8),
                expected,
                "{content}"
            );
        }
        let wide: Vec<u8> = "[{\"a\":1}]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            arrangement(&wide, Encoding::Utf16Le),
            Some(Arrangement::Elements(2))
        );
    }

    #[test]
    fn calls_of_usual_services_are_understood() {
        for text in [
            r#"{"Sentences":[{"Text":"您好，这里是还款服务中心","ChannelId":0,"BeginTime":10},{"Text":"谁","ChannelId":1,"BeginTime":900}]}"#,
            r#"{"text":null,"segments":[{"start":0.0,"end":1.1,"text":"您好，这里是还款服务中心","speaker":"坐席"},{"start":1.2,"end":2,"text":"谁","speaker":"客户"}]}"#,
            r#"{"Data":{"ResultDetail":[{"FinalSentence":"您好，这里是还款服务中心","SpeakerId":0,"StartMs":0},{"FinalSentence":"谁","SpeakerId":1,"StartMs":5}]}}"#,
            r#"{"ok":0,"data":"[{\"bg\":\"0\",\"onebest\":\"您好，这里是还款服务中心\",\"speaker\":\"1\"},{\"bg\":\"5\",\"onebest\":\"谁\",\"speaker\":\"2\"}]"}"#,
            r#"{"segments":[{"start_time":1,"result":{"text":"您好，这里是还款服务中心","analysis_info":{"role":"AGENT"}}},{"start_time":5,"result":{"text":"谁","analysis_info":{"role":"USER"}}}]}"#,
            r#"[{"spk":0,"sentence":"您好，这里是还款服务中心","start":0},{"spk":1,"sentence":"谁","start":9}]"#,
        ] {
            let draft = draft(text, &ColumnOverrides::default(), &mut KnownKeys::default()).unwrap();
            let turns = draft.turns.unwrap_or_default();
            let shown: Vec<_> = turns.iter().map(|turn| (turn.speaker, &*turn.text)).collect();
            assert_eq!(
                shown,
                [
                    (Speaker::Agent, "您好，这里是还款服务中心"),
                    (Speaker::Customer, "谁")
                ],
                "{text}"
            );
        }
    }
}
