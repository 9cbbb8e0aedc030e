//! Invented bubbles and parts: what joins, what doesn't, and that nothing else makes a difference.

use std::sync::LazyLock;

use super::*;
use crate::lexicon::Lexicon;
use crate::message::{Channel, Id, Time};

static LINTER: LazyLock<Linter<'static>> = LazyLock::new(|| Linter::new(Lexicon::bundled()).unwrap());

/// Channel, sender (who writes to 王某, unless it is him), time, text.
type Sent = (Option<Channel>, &'static str, &'static str, &'static str);

/// What it is, the messages, rule and records of each finding.
type Case = (
    &'static str,
    &'static [Sent],
    &'static [(&'static str, &'static str)],
);

const IM: Option<Channel> = Some(Channel::Im);
const SMS: Option<Channel> = Some(Channel::Sms);

/// The messages with their records, numbered from 1.
fn messages(sent: &[Sent]) -> Vec<(Message<'static>, RecordRef)> {
    let message = |(number, &(channel, sender, time, text)): (u64, &Sent)| {
        let is_debtor = sender == "王某";
        let message = Message {
            id: Id::Text(format!("m{number}").into()),
            channel,
            sender: Some(sender.into()),
            recipient: Some(if is_debtor { "催收甲" } else { "王某" }.into()),
            time: Time::parse(&format!("2026-03-02 {time}")),
            ..Message::text(text)
        };
        let record = RecordRef {
            input: 0,
            record: number,
        };
        (message, record)
    };
    (1..).zip(sent).map(message).collect()
}

/// What is found, with batches of so many messages and so much memory.
fn found_in(
    messages: &[(Message, RecordRef)],
    batch: usize,
    memory_bytes: usize,
) -> (Vec<JoinedFinding>, JoinSummary) {
    let mut joins = Joins::new(&LINTER, true, memory_bytes);
    for batch in messages.chunks(batch) {
        let mut pieces = Pieces::default();
        for (message, record) in batch {
            pieces.add(message, &LINTER.check(message), *record);
        }
        joins.take(pieces).unwrap();
    }
    let mut found = Vec::new();
    let each = |finding: JoinedFinding| {
        found.push(finding);
        Ok(())
    };
    let summary = joins.finish(each).unwrap();
    (found, summary)
}

/// Rule and ids of the records of each finding.
fn found(sent: &[Sent]) -> Vec<(String, String)> {
    let (found, summary) = found_in(&messages(sent), 100, USUAL_MEMORY_BYTES);
    assert_eq!(summary.findings(), found.len() as u64);
    let told = |finding: &JoinedFinding| {
        let ids: Vec<&str> = finding.records.iter().map(|record| &*record.id).collect();
        let rule = &Lexicon::bundled().rules()[finding.finding().rule];
        (rule.id.clone(), ids.join(" "))
    };
    found.iter().map(told).collect()
}

#[test]
fn what_joins_and_what_does_not() {
    let cases: &[Case] = &[
        (
            "a threat over three bubbles",
            &[
                (IM, "甲", "10:00:00", "我要打"),
                (IM, "甲", "10:00:20", "断"),
                (IM, "甲", "10:01:40", "你的腿"),
            ],
            &[("threat-maim", "m1 m2 m3")],
        ),
        (
            "parts in bubbles that are complete",
            &[
                (IM, "甲", "10:00:00", "你女儿在实验小学？"),
                (IM, "甲", "10:00:20", "二年级对吧。"),
                (IM, "甲", "10:01:40", "放学路上车多，小心点"),
            ],
            &[("threat-veiled-child", "m1 m2 m3")],
        ),
        (
            "over the window",
            &[
                (IM, "甲", "10:00:00", "我要打"),
                (IM, "甲", "10:00:20", "断"),
                (IM, "甲", "10:02:21", "你的腿"),
            ],
            &[],
        ),
        (
            "another sender",
            &[
                (IM, "甲", "10:00:00", "我要打断"),
                (IM, "乙", "10:00:20", "你的腿"),
            ],
            &[],
        ),
        (
            "an answer in between",
            &[
                (IM, "甲", "10:00:00", "我要打断"),
                (IM, "王某", "10:00:10", "你说什么"),
                (IM, "甲", "10:00:20", "你的腿"),
            ],
            &[("threat-maim", "m1 m3")],
        ),
        (
            "a retry in between",
            &[
                (IM, "甲", "10:00:00", "我要打断"),
                (IM, "甲", "10:00:10", "我要打断"),
                (IM, "甲", "10:00:20", "你的腿"),
            ],
            &[("threat-maim", "m1 m3")],
        ),
        (
            "shown by one of them alone",
            &[
                (IM, "甲", "10:00:00", "再不还"),
                (IM, "甲", "10:00:10", "打断你的腿"),
            ],
            &[],
        ),
        (
            "a bubble that ends a sentence ends its words",
            &[
                (IM, "甲", "10:00:00", "我要打断。"),
                (IM, "甲", "10:00:10", "你的腿"),
            ],
            &[],
        ),
        (
            "innocent neighbours",
            &[
                (IM, "甲", "10:00:00", "做完体操"),
                (IM, "甲", "10:00:10", "你好"),
                (IM, "甲", "10:00:20", "下班一起打球"),
                (IM, "甲", "10:00:30", "断网了"),
                (IM, "甲", "10:00:40", "你的腿好了吗"),
            ],
            &[],
        ),
        (
            "one character of a longer bubble",
            &[
                (IM, "甲", "10:00:00", "债主三更敲门，灯，灭了"),
                (IM, "甲", "10:00:10", "你好，首付凑齐了，我爸卖了牛"),
            ],
            &[],
        ),
        (
            "numbered parts in any order",
            &[
                (SMS, "1069", "10:00:02", "(2/3)断你"),
                (SMS, "1069", "10:00:00", "(3/3)的腿"),
                (SMS, "1069", "10:00:01", "(1/3)再不还钱就打"),
            ],
            &[("threat-maim", "m3 m1 m2")],
        ),
        (
            "an SMS that breaks off",
            &[
                (SMS, "1069", "10:00:00", "再不还钱就打断"),
                (SMS, "1069", "10:00:05", "你的腿"),
            ],
            &[("threat-maim", "m1 m2")],
        ),
        (
            "an SMS that breaks off, and one much later",
            &[
                (SMS, "1069", "10:00:00", "再不还钱就打断"),
                (SMS, "1069", "10:00:31", "你的腿"),
            ],
            &[],
        ),
        (
            "a whole SMS, and one with a signature",
            &[
                (SMS, "1069", "10:00:00", "再不还钱就打断。"),
                (SMS, "1069", "10:00:05", "你的腿"),
                (SMS, "1069", "10:00:06", "再不还钱我就打断"),
                (SMS, "1069", "10:00:07", "【某某】你的腿"),
            ],
            &[],
        ),
        (
            "times in minutes: the order of records",
            &[
                (IM, "甲", "10:00", "我要打"),
                (IM, "甲", "10:00", "断"),
                (IM, "甲", "10:02", "你的腿"),
            ],
            &[("threat-maim", "m1 m2 m3")],
        ),
        (
            "times in minutes, too far apart",
            &[(IM, "甲", "10:00", "我要打断"), (IM, "甲", "10:03", "你的腿")],
            &[],
        ),
        (
            "instant messages to a name, the channel unknown",
            &[
                (None, "甲", "10:00:00", "我要打断"),
                (None, "甲", "10:01:00", "你的腿"),
            ],
            &[("threat-maim", "m1 m2")],
        ),
        (
            "letters are whole",
            &[
                (Some(Channel::Letter), "甲", "10:00:00", "我要打断"),
                (Some(Channel::Letter), "甲", "10:00:10", "你的腿"),
            ],
            &[],
        ),
    ];
    for (name, sent, expected) in cases {
        let found = found(sent);
        let found: Vec<(&str, &str)> = found.iter().map(|(rule, ids)| (&**rule, &**ids)).collect();
        assert_eq!(found, *expected, "{name}");
    }
}

#[test]
fn what_a_finding_tells_of_its_records() {
    let messages = messages(&[
        (SMS, "1069", "10:00:00", "(1/2)再不还钱找13800138000，打断"),
        (SMS, "1069", "10:00:01", "(2/2)你的腿"),
    ]);
    let (found, summary) = found_in(&messages, 1, USUAL_MEMORY_BYTES);
    let [finding] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(finding.text(), "打断 / 你的腿");
    for (record, (message, reference)) in finding.records.iter().zip(&messages) {
        let text = message.stretch(None);
        assert_eq!(record.record, *reference);
        assert_eq!(record.span.of(text), record.words);
        let (start, end) = record.characters;
        let shown: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(shown, record.words);
    }
    assert_eq!(finding.message.id.to_string(), "m1+m2");
    assert_eq!(
        summary.line(Lang::Zh).as_deref(),
        Some("连续消息合并判定：1 组，发现 1 处（严重 1）")
    );
    assert_eq!(JoinSummary::default().line(Lang::Zh), None);
}

#[test]
fn a_long_run_slides_and_tells_nothing_twice() {
    let minutes: Vec<String> = (0..60).map(|number| format!("10:{number:02}:00")).collect();
    let texts = [
        "在吗",
        "看到了吗",
        "怎么说",
        "我要打断",
        "你的腿",
        "回一下",
        "人呢",
    ];
    for before in 0..30 {
        let mut sent: Vec<Message> = Vec::new();
        for (number, time) in minutes.iter().enumerate() {
            let text = match number.checked_sub(before).and_then(|at| texts.get(at)) {
                Some(text) => (*text).to_owned(),
                None => format!("第{number}句"),
            };
            sent.push(Message {
                id: Id::Text(number.to_string().into()),
                channel: IM,
                sender: Some("甲".into()),
                recipient: Some("王某".into()),
                time: Time::parse(&format!("2026-03-02 {time}")),
                ..Message::text(text)
            });
        }
        let numbered = (1..).map(|record| RecordRef { input: 0, record });
        let sent: Vec<(Message, RecordRef)> = sent.into_iter().zip(numbered).collect();
        let (found, summary) = found_in(&sent, 7, USUAL_MEMORY_BYTES);
        assert_eq!(found.len(), 1, "{before}: {found:?}");
        assert_eq!(summary.runs, 1);
    }
}

/// One that is longer than what is judged at once goes on where it was cut, whatever the threads.
#[test]
fn a_run_longer_than_a_batch_is_one_run() {
    let cut = batch::MOST_PIECES;
    let start = Time::parse("2026-03-02 00:00:00").unwrap();
    let message = |number: usize| {
        let text = match number + 2 {
            at if at == cut => "我要打".to_owned(),
            at if at == cut + 1 => "断".to_owned(),
            at if at == cut + 2 => "你的腿".to_owned(),
            _ => format!("好的{number}"),
        };
        let moment = start.date.unwrap().to_datetime(start.clock.unwrap());
        let moment = moment + jiff::SignedDuration::from_secs(10 * number as i64);
        Message {
            id: Id::Text(number.to_string().into()),
            channel: IM,
            sender: Some("催收甲".into()),
            recipient: Some("王某".into()),
            time: Time::parse(&moment.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            ..Message::text(text)
        }
    };
    let messages = (0..cut + 20).map(|number| {
        let record = RecordRef {
            input: 0,
            record: number as u64,
        };
        (message(number), record)
    });
    let messages: Vec<_> = messages.collect();
    let found = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| found_in(&messages, 1_000, USUAL_MEMORY_BYTES))
    };
    let (one, summary) = found(1);
    assert_eq!(summary.runs, 1);
    let records = |finding: &JoinedFinding| -> Vec<u64> {
        finding
            .records
            .iter()
            .map(|record| record.record.record)
            .collect()
    };
    let first = cut as u64 - 2;
    assert_eq!(
        one.iter().map(records).collect::<Vec<_>>(),
        [[first, first + 1, first + 2]]
    );
    assert!(found(3) == (one, summary));
}

#[test]
fn texts_of_records_are_whole_and_masked() {
    let sent = messages(&[
        (SMS, "甲", "10:00:00", "(1/2)回电13800138000，我要打断你"),
        (SMS, "甲", "10:00:02", "(2/2)的腿，打1390013"),
    ]);
    let (found, _) = found_in(&sent, 10, USUAL_MEMORY_BYTES);
    let [finding] = &found[..] else {
        panic!("{found:?}")
    };
    let shown: Vec<(&str, &str)> = finding
        .records
        .iter()
        .map(|record| {
            let (first, after) = record.characters;
            let skipped = record
                .text
                .char_indices()
                .map(|(at, _)| at)
                .chain([record.text.len()]);
            let bytes: Vec<usize> = skipped.collect();
            (&*record.text, &record.text[bytes[first]..bytes[after]])
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("(1/2)回电138****8000，我要打断你", "打断你"),
            ("(2/2)的腿，打1390013", "的腿")
        ]
    );
}

#[test]
fn batches_order_and_memory_change_nothing() {
    let senders: Vec<String> = (0..40).map(|number| format!("催收{number}")).collect();
    let mut all = Vec::new();
    for (number, sender) in senders.iter().enumerate() {
        for (place, text) in ["我要打", "断", "你的腿", "你妈", "死了"].into_iter().enumerate() {
            let message = Message {
                id: Id::Text(format!("{number}-{place}").into()),
                channel: IM,
                sender: Some(sender.as_str().into()),
                recipient: Some("王某".into()),
                time: Time::parse(&format!("2026-03-02 {}:{place:02}", 8 + number % 5)),
                ..Message::text(text)
            };
            let record = RecordRef {
                input: (number % 2) as u32,
                record: (number * 5 + place) as u64,
            };
            all.push((message, record));
        }
    }
    let expected = found_in(&all, 1000, USUAL_MEMORY_BYTES);
    assert!(expected.0.len() >= 40, "{}", expected.0.len());
    let mut mixed = all.clone();
    // 101 and the number of messages have no factor in common.
    for place in 0..mixed.len() {
        let other = place * 101 % all.len();
        mixed.swap(place, other);
    }
    for (messages, batch, memory_bytes) in [
        (&all, 1, 0),
        (&all, 7, 2000),
        (&mixed, 13, 500),
        (&mixed, 500, 1 << 20),
    ] {
        assert!(
            found_in(messages, batch, memory_bytes) == expected,
            "{batch} {memory_bytes}"
        );
    }
}
