//! All formats, encodings and batch sizes against each other.

use proptest::prelude::*;

use super::*;
use crate::decode::encode;
use crate::message::{Body, Speaker};

/// Everything that came out of an input: `id|words` for messages, `number@byte reason` for the rest.
#[derive(Debug, PartialEq, Default)]
struct Seen {
    shown: Vec<String>,
    counts: Counts,
    rejected: Vec<Rejection>,
}

fn read_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<(Seen, Decision), crate::Error> {
    let mut reader = Reader::new(name, std::io::Cursor::new(bytes.to_vec()), options)?;
    let mut seen = Seen::default();
    while let Some(batch) = reader.next_batch()? {
        let mut counts = Counts {
            read: batch.read(),
            skipped: batch.skipped(),
            ..Counts::default()
        };
        for record in batch.records() {
            match record {
                Ok(record) => {
                    counts.judged += 1;
                    seen.shown.push(shown(&record));
                }
                Err(rejection) => {
                    counts.rejected += 1;
                    let Rejection {
                        record, byte, reason, ..
                    } = &rejection;
                    seen.shown
                        .push(format!("{record}@{} {}", byte.unwrap(), reason.name()));
                    seen.rejected.push(rejection);
                }
            }
        }
        assert!(counts.is_balanced(), "{counts:?}");
        seen.counts += counts;
        // Every other one, so that both kinds of memory are read into.
        if batch.first % 2 == 0 {
            reader.recycle(batch);
        }
    }
    Ok((seen, reader.decision().clone()))
}

fn shown(record: &Record<'_>) -> String {
    let words = match &record.message.body {
        Body::Text(text) => text.to_string(),
        Body::Turns(turns) => {
            let turns = turns.iter().map(|turn| {
                let speaker = match turn.speaker {
                    Speaker::Agent => "坐席",
                    Speaker::Customer => "客户",
                    Speaker::ThirdParty => "第三人",
                    Speaker::Unknown => "？",
                };
                format!("{speaker}：{}", turn.text)
            });
            turns.collect::<Vec<_>>().join("/")
        }
    };
    format!("{}|{words}", record.message.id)
}

fn read(name: &str, bytes: &[u8]) -> (Seen, Decision) {
    read_with(name, bytes, &ReadOptions::default()).unwrap()
}

fn seen(name: &str, text: &str) -> Vec<String> {
    read(name, text.as_bytes()).0.shown
}

const TEXTS: [&str; 4] = [
    "東|先生您好，请还款\\谢谢",
    "淺,乗,亅：再不还钱,\"后果自负\"",
    "𠮷😀 nmsl",
    "您的账单已逾期，请于今日处理您的欠款",
];

/// The same messages, with ids 1 to 4, in each format.
fn dumps() -> Vec<(&'static str, String)> {
    let mut jsonl = String::new();
    let mut csv = String::from("编号,备注,短信内容\n");
    let mut tsv = String::from("id\ttext\n");
    let mut piped = String::from("id|text\r\n");
    for (at, text) in TEXTS.iter().enumerate() {
        let id = at + 1;
        let quoted = text.replace('"', "\"\"");
        jsonl += &format!(
            "{}\n",
            serde_json::json!({"编号": id.to_string(), "x": {"text": 1}, "内容": text})
        );
        csv += &format!("{id},無,\"{quoted}\"\n");
        tsv += &format!("{id}\t\"{quoted}\"\n");
        piped += &format!("{id}|\"{quoted}\"\r\n");
    }
    vec![
        ("a.jsonl", jsonl),
        ("a.csv", csv),
        ("a.tsv", tsv),
        ("b.csv", piped),
    ]
}

#[test]
fn one_set_of_messages_out_of_all_formats_and_encodings() {
    let expected: Vec<_> = TEXTS
        .iter()
        .enumerate()
        .map(|(at, text)| format!("{}|{text}", at + 1))
        .collect();
    for (name, dump) in dumps() {
        for (encoding, mark) in [
            (Encoding::Utf8, &b""[..]),
            (Encoding::Utf8, b"\xef\xbb\xbf"),
            (Encoding::Gb18030, b""),
            (Encoding::Utf16Le, b"\xff\xfe"),
            (Encoding::Utf16Be, b"\xfe\xff"),
        ] {
            let bytes = [mark, &encode(encoding, &dump)].concat();
            let (seen, decision) = read(name, &bytes);
            assert_eq!(seen.shown, expected, "{name} {encoding:?}");
            assert_eq!(decision.encoding, encoding, "{name}");
        }
    }
}

#[test]
fn plain_text_gives_the_same_words() {
    let text = TEXTS.join("\n");
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let (seen, decision) = read("a.txt", &encode(encoding, &text));
        let expected: Vec<_> = TEXTS
            .iter()
            .enumerate()
            .map(|(at, text)| format!("a.txt:{}|{text}", at + 1))
            .collect();
        assert_eq!(seen.shown, expected);
        assert_eq!(decision.unit, Some(Unit::Line));
    }
}

#[test]
fn batches_of_any_size_hold_the_same_records() {
    let long = "长".repeat(50_000);
    let mut inputs = dumps();
    inputs.push(("a.txt", format!("一\n\n{long}\r\n 　 \n三")));
    inputs.push((
        "d.csv",
        [
            "id,text\r",
            &"1,一\r2,\"二\r二\"\r\n3,三\r\r\n4,四\r四\n5,\"五\r6,六\r7,七\n".repeat(40),
        ]
        .concat(),
    ));
    inputs.push((
        "d.txt",
        "【某】一\r【某】二\r\n【某】三\r\r\n【某】四\r\r".repeat(40),
    ));
    inputs.push(("b.txt", "【某】一\n二\n\n\n【某】三\n四\n \n【某】五".to_owned()));
    inputs.push((
        "c.txt",
        "通话编号：1\n坐席：您好\n\n客户：谁\n----\n\n通话编号：2\n坐席：您好\n客户：你\n".repeat(200),
    ));
    inputs.push((
        "c.csv",
        format!("id,text\n1,\"{long}\n第二行\"\n\n2,\"坏\n3,好\n4,\"一\"\"二\"\n,\n5,\"未完\n6,x\n"),
    ));
    for (name, text) in inputs {
        for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Utf16Le] {
            let mark = if encoding == Encoding::Utf16Le {
                &b"\xff\xfe"[..]
            } else {
                b""
            };
            let bytes = [mark, &encode(encoding, &text)].concat();
            for max_record_bytes in [MAX_RECORD_BYTES, 40_000, 7] {
                let with = |batch_bytes| {
                    let options = ReadOptions {
                        batch_bytes,
                        max_record_bytes,
                        ..ReadOptions::default()
                    };
                    read_with(name, &bytes, &options).unwrap()
                };
                let expected = with(1 << 20);
                for batch_bytes in [1, 100, 5_000, 1 << 16] {
                    assert_eq!(
                        with(batch_bytes),
                        expected,
                        "{name} {encoding:?} {batch_bytes} {max_record_bytes}"
                    );
                }
            }
        }
    }
}

#[test]
fn blank_records_are_skipped_and_counted() {
    for (name, text, skipped) in [
        ("a.jsonl", "{\"text\":\"一\"}\n\n  \r\n{\"text\":\"二\"}\n", 2),
        ("a.csv", "id,text\n1,一\n\n,\n\"\",\"\"\n2,二", 3),
        ("a.txt", "你一\n\u{3000}\n你二\n\n", 2),
    ] {
        let (seen, _) = read(name, text.as_bytes());
        assert_eq!(
            (seen.counts.judged, seen.counts.skipped, seen.counts.rejected),
            (2, skipped, 0),
            "{name}"
        );
    }
    for name in ["a.jsonl", "a.csv", "a.txt", "-"] {
        assert_eq!(read(name, b"").0.counts, Counts::default());
    }
}

/// Each rejection is at the bytes that it shows.
fn assert_places(bytes: &[u8], seen: &Seen) {
    for rejection in &seen.rejected {
        let start = usize::try_from(rejection.byte.unwrap()).unwrap();
        assert_eq!(
            &bytes[start..start + rejection.raw.len()],
            rejection.raw,
            "{rejection:?}"
        );
    }
}

#[test]
fn rejections_name_the_exact_place() {
    let jsonl = b"{\"text\":\"\xe6\x82\xa8\"}\n{\"text\":\"\xff\"}\n\n{\"text\":1}\r\n{\"text\":\"\\ud800\"}\nx\n{\"text\":\"\xe6\x82\xa8\"}";
    let (seen, _) = read("a.jsonl", jsonl);
    assert_eq!(
        seen.shown,
        [
            "a.jsonl:1|您",
            "2@15 undecodable",
            "4@29 text-not-string",
            "5@41 json",
            "6@59 json",
            "a.jsonl:7|您"
        ]
    );
    let wrong = Reason::Undecodable {
        encoding: Encoding::Utf8,
        byte: 24,
    };
    assert_eq!(seen.rejected[0].reason, wrong);
    assert_eq!(jsonl[24], 0xff);
    assert_places(jsonl, &seen);

    let gb = [
        &encode(Encoding::Gb18030, "您好一\n您好二")[..],
        b"\xff\n",
        &encode(Encoding::Gb18030, "您好三\n"),
    ]
    .concat();
    let (seen, _) = read("a.txt", &gb);
    assert_eq!(
        seen.shown,
        ["a.txt:1|您好一", "2@7 undecodable", "a.txt:3|您好三"]
    );
    assert_places(&gb, &seen);

    let mut wide = [&b"\xff\xfe"[..], &encode(Encoding::Utf16Le, "您一\n您二\n您三\n")].concat();
    wide[8..10].copy_from_slice(&[0, 0xd8]);
    let (seen, _) = read("a.txt", &wide);
    assert_eq!(seen.shown, ["a.txt:1|您一", "2@8 undecodable", "a.txt:3|您三"]);
    assert_places(&wide, &seen);
}

#[test]
fn one_broken_record_does_not_turn_a_dump_into_nonsense() {
    let bytes = [
        "请还款一\n".as_bytes(),
        b"\xd6\xd0\xff\n",
        "请还款三\n".as_bytes(),
    ]
    .concat();
    let (seen, decision) = read("a.txt", &bytes);
    assert_eq!(decision.encoding, Encoding::Utf8);
    assert_eq!(
        seen.shown,
        ["a.txt:1|请还款一", "2@13 undecodable", "a.txt:3|请还款三"]
    );
}

#[test]
fn the_encoding_is_frozen_and_can_be_told() {
    let mut bytes = "请还款\n".repeat(10_000).into_bytes();
    bytes.extend(encode(Encoding::Gb18030, "请还款\n"));
    let (seen, _) = read("a.txt", &bytes);
    assert_eq!((seen.counts.judged, seen.counts.rejected), (10_000, 1));
    let options = ReadOptions {
        encoding: Some(Encoding::Gb18030),
        ..ReadOptions::default()
    };
    let (seen, decision) = read_with("a.txt", &encode(Encoding::Gb18030, "联通"), &options).unwrap();
    assert_eq!(
        (&*seen.shown[0], decision.encoding),
        ("a.txt:1|联通", Encoding::Gb18030)
    );
}

#[test]
fn an_unterminated_quote_costs_one_line() {
    for (text, expected) in [
        (
            "id,text\n1,\"你好\n2,\"再见\"\n3,好",
            &["1@8 unterminated-quote", "2|再见", "3|好"][..],
        ),
        (
            "id,text\n1,\"你好\n2,再见\n3,好\n",
            &["1@8 unterminated-quote", "2|再见", "3|好"],
        ),
        ("id,text\n1,一\n2,\"你好", &["1|一", "2@14 unterminated-quote"]),
        ("id,text\n1,\"一\n二\"\n2,\"三\"x", &["1|一\n二", "2|三x"]),
        ("id,text\n1,他说\"好\n2,二", &["1|他说\"好", "2|二"]),
        ("id,text\n1,\"他说\"好\"\n2,二", &["1|他说好\"", "2|二"]),
        ("id,text\r\n1,\"一\"\r\n2,二\r\n", &["1|一", "2|二"]),
    ] {
        let (seen, _) = read("a.csv", text.as_bytes());
        assert_eq!(seen.shown, expected, "{text}");
        assert_places(text.as_bytes(), &seen);
    }
    // Without a header, and in the first row: it isn't taken for one, and not lost.
    let (seen, _) = read(
        "a.csv",
        "1,\"您好尊敬的客户\n2,\"您好请还款\"\n3,请尽快处理\n".as_bytes(),
    );
    assert_eq!(
        seen.shown,
        [
            "1@0 unterminated-quote",
            "a.csv:2|您好请还款",
            "a.csv:3|请尽快处理"
        ]
    );
    let open = format!("id,text\n1,\"{}", "你好,好\n".repeat(5_000));
    let options = ReadOptions {
        max_record_bytes: 10_000,
        ..ReadOptions::default()
    };
    let (seen, _) = read_with("a.csv", open.as_bytes(), &options).unwrap();
    assert_eq!(seen.shown[..2], ["1@8 unterminated-quote", "你好|好"]);
    assert_eq!(seen.counts.read, 5_000);
}

#[test]
fn rows_end_at_every_kind_of_line_end() {
    for (name, text, expected) in [
        (
            "a.csv",
            "id,text\r1,一\r2,二\r\n3,三\r\r\n4,四\n5,五\r",
            &["1|一", "2|二", "3|三", "4|四", "5|五"][..],
        ),
        // What stands behind the return has too few fields for a row.
        (
            "a.csv",
            "id,text\n1,一\r一\n2,\"二\r二\"\r3,三",
            &["1|一\r一", "2|二\r二", "3|三"],
        ),
        (
            "a.csv",
            "id,text\r1,\"一\r2,二\r3,三\r",
            &["1@8 unterminated-quote", "2|二", "3|三"],
        ),
        (
            "a.jsonl",
            "{\"id\":1,\"text\":\"一\"}\r{\"id\":2\r{\"id\":3,\"text\":\"三\"}",
            &["1|一", "2@22 json", "3|三"],
        ),
        (
            "a.txt",
            "【某】一\r【某】二\r\n【某】三",
            &["a.txt:1|【某】一", "a.txt:2|【某】二", "a.txt:3|【某】三"],
        ),
        ("a.txt", "坐席：您好\r客户：谁", &["a.txt:1|坐席：您好/客户：谁"]),
    ] {
        let (seen, _) = read(name, text.as_bytes());
        assert_eq!(seen.shown, expected, "{text:?}");
        assert_places(text.as_bytes(), &seen);
    }
}

#[test]
fn a_row_with_words_beyond_the_last_column_is_rejected() {
    let csv = "id,text\n1,你好,打断你的腿\n2,二,, \n3\n4,\"四,四\"\n";
    assert_eq!(
        seen("a.csv", csv),
        ["1@8 too-many-fields", "2|二", "3@42 no-text", "4|四,四"]
    );
    // Without a header nobody says how wide a row is.
    let csv = "1,您好请还款您好请还款\n2,您好请还款您好请还款,x\n";
    assert_eq!(read("a.csv", csv.as_bytes()).0.counts.judged, 2);
}

#[test]
fn a_quote_that_is_closed_far_below_swallows_no_rows() {
    let rows: String = (2..9).map(|id| format!("{id},第{id}条,x\n")).collect();
    let csv = format!("id,text,备注\n1,\"断,x\n{rows}9,完\",x\n");
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let seen = read("a.csv", &encode(encoding, &csv)).0;
        assert!(seen.shown[0].ends_with("unterminated-quote"), "{:?}", seen.shown);
        assert_eq!(
            seen.shown[1..8],
            (2..9).map(|id| format!("{id}|第{id}条")).collect::<Vec<_>>()
        );
        assert_eq!(seen.shown[8], "9|完\"");
    }
    let csv = "id,text,备注\n1,\"一\n二,\n三,四,五\n六\",x\n";
    assert_eq!(seen("a.csv", csv), ["1|一\n二,\n三,四,五\n六"]);
}

#[test]
fn other_encodings_are_not_judged_as_rare_characters() {
    let gb = encode(Encoding::Gb18030, "编号,内容\n1,请您今天还款\n");
    let utf8 = "2,再不还钱后果自负哦哦\n".as_bytes();
    let (seen, decision) = read("a.csv", &[&gb, utf8, &gb[10..]].concat());
    assert_eq!(decision.encoding, Encoding::Gb18030);
    assert_eq!(seen.counts.rejected, 1, "{:?}", seen.shown);
    assert_eq!(seen.rejected[0].reason.name(), "undecodable");
    let options = ReadOptions {
        encoding: Some(Encoding::Gb18030),
        ..ReadOptions::default()
    };
    let (seen, _) = read_with("a.txt", "请您今天还款\nok\n".as_bytes(), &options).unwrap();
    assert_eq!(seen.shown, ["1@0 undecodable", "a.txt:2|ok"]);
}

#[test]
fn long_records_are_read_up_to_the_limit_and_then_rejected() {
    let long = "骂".repeat(400_000);
    let jsonl = format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n");
    let (seen, _) = read("a.jsonl", jsonl.as_bytes());
    assert_eq!(
        seen.shown,
        [format!("a.jsonl:1|{long}"), "a.jsonl:2|b".to_owned()]
    );
    let options = ReadOptions {
        max_record_bytes: 100_000,
        ..ReadOptions::default()
    };
    let (seen, _) = read_with("a.jsonl", jsonl.as_bytes(), &options).unwrap();
    assert_eq!(seen.shown, ["1@0 too-long", "a.jsonl:2|b"]);
    assert_eq!(seen.rejected[0].reason, Reason::TooLong { bytes: 1_200_012 });
    assert_places(jsonl.as_bytes(), &seen);
    let options = ReadOptions {
        unit: Some(Unit::File),
        ..options
    };
    let (seen, _) = read_with("a.txt", jsonl.as_bytes(), &options).unwrap();
    assert_eq!(seen.shown, ["1@0 too-long"]);
}

#[test]
fn transcripts_are_cut_into_calls() {
    let expected = ["坐席：您好/客户：谁", "坐席：您好/客户：你"];
    for (text, ids) in [
        (
            "坐席：您好\n客户：谁\n\n坐席：您好\n客户：你\n",
            ["a.txt:1", "a.txt:2"],
        ),
        (
            "坐席：您好\n\n客户：谁\n=====\n坐席：您好\n\n客户：你\n",
            ["a.txt:1", "a.txt:2"],
        ),
        (
            "通话编号：C1\n通话时间：2026-03-02\n\n坐席：您好\n客户：谁\n\n通话编号：C2\n坐席：您好\n客户：你",
            ["C1", "C2"],
        ),
        (
            "===== 通话 1 =====\n坐席：您好\n客户：谁\n===== 通话 2 =====\n坐席：您好\n客户：你",
            ["a.txt:1", "a.txt:2"],
        ),
    ] {
        let (seen, decision) = read("a.txt", text.as_bytes());
        assert_eq!(decision.format, Format::Transcript, "{text}");
        let expected = [0, 1].map(|at| format!("{}|{}", ids[at], expected[at]));
        assert_eq!(seen.shown, expected, "{text}");
        assert_eq!(seen.counts.skipped, 0);
    }
    assert_eq!(
        seen("a.txt", "坐席：您好\n\n客户：谁\n\n坐席：再见\n"),
        ["a.txt:1|坐席：您好/客户：谁/坐席：再见"]
    );
}

#[test]
fn units_of_plain_text_can_be_told() {
    let text = "【某】一\n二\n\n\n三\n";
    for (unit, expected) in [
        (Unit::Line, &["a.txt:1|【某】一", "a.txt:2|二", "a.txt:5|三"][..]),
        (Unit::Paragraph, &["a.txt:1|【某】一\n二", "a.txt:2|三"]),
        (Unit::File, &["a.txt:1|【某】一\n二\n\n\n三"]),
    ] {
        let options = ReadOptions {
            unit: Some(unit),
            ..ReadOptions::default()
        };
        assert_eq!(
            read_with("a.txt", text.as_bytes(), &options).unwrap().0.shown,
            expected
        );
    }
}

#[test]
fn formats_are_known_by_content_too() {
    for (name, text, format) in [
        ("-", "{\"text\":\"x\"}\n", Format::Jsonl),
        ("a.log", "编号\t内容\n1\t您好\n", Format::Tsv),
        ("-", "id,text\n1,您好\n", Format::Csv),
        ("-", "坐席：您好\n客户：谁\n", Format::Transcript),
        ("a.txt", "您好,请还款\n您好,谢谢\n", Format::Text),
        ("a.txt", "{变量}您好\n", Format::Text),
        ("a.JSON", "{\"text\":\"x\"}", Format::Jsonl),
        ("-", "[{\"text\":\"x\"}]", Format::Json),
        ("-", "{\n\"text\":\"x\"\n}", Format::Json),
        ("-", "{\"RECORDS\":[{\"text\":\"x\"}]}", Format::Json),
        ("-", "【某银行】请还款\n[微笑]您好\n", Format::Text),
        (
            "-",
            "1\n00:00:01,000 --> 00:00:02,000\n坐席：您好\n",
            Format::Subtitles,
        ),
    ] {
        assert_eq!(read(name, text.as_bytes()).1.format, format, "{text}");
    }
}

#[test]
fn cells_may_hold_transcripts_and_columns_give_context() {
    let csv = "编号,渠道,关系,通话时间,通话内容\n7,电话,父亲,2026-03-02 14:05,\"坐席：您好\n客户：谁\"\n";
    let mut reader = Reader::new("a.csv", csv.as_bytes(), &ReadOptions::default()).unwrap();
    let batch = reader.next_batch().unwrap().unwrap();
    let record = batch.records().next().unwrap().unwrap();
    assert_eq!(shown(&record), "7|坐席：您好/客户：谁");
    assert_eq!(record.message.channel, Some(Channel::Call));
    assert_eq!(
        record.message.recipient_role,
        Some(crate::message::Role::ThirdParty)
    );
    assert!(record.message.time.is_some());
    assert_eq!(record.byte, csv.find('7').unwrap() as u64);
    assert!(record.raw.starts_with("7,电话"));
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    for (name, bytes, advice) in [
        ("a.pdf", &b"%PDF-1.7"[..], "extract its text"),
        ("a.csv", b"a,b\n1,2\n", "--column text=2"),
    ] {
        let error = Reader::new(name, bytes, &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains(advice), "{error}");
        assert!(error.to_string().starts_with(name), "{error}");
    }
    let missing = Reader::open(&Input::file("/nowhere/a.csv"), &ReadOptions::default()).unwrap_err();
    assert!(missing.to_string().starts_with("/nowhere/a.csv: "), "{missing}");
}

/// Gives some bytes, and then fails.
struct Failing(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(std::io::Error::other("gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_source_that_fails_gives_what_it_gave_and_then_an_error() {
    let source = Failing(std::io::Cursor::new("您好\n".repeat(20_000).into_bytes()));
    let mut reader = Reader::new("a.txt", source, &ReadOptions::default()).unwrap();
    assert_eq!(reader.next_batch().unwrap().unwrap().read(), 20_000);
    let error = reader.next_batch().unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
    assert!(reader.next_batch().unwrap().is_none());
}

#[test]
fn what_the_csv_crate_writes_is_read_back() {
    proptest!(|(rows in prop::collection::vec(("[a-z]{1,3}", "[a您,\"\n\r|;\t 好]{1,12}x"), 1..8))| {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["id", "text"]).unwrap();
        for (id, text) in &rows {
            writer.write_record([id, text]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let expected: Vec<_> = rows.iter().map(|(id, text)| format!("{id}|{text}")).collect();
        prop_assert_eq!(read("a.csv", &bytes).0.shown, expected);
    });
}

const FORMATS: [Option<Format>; 6] = [
    None,
    Some(Format::Jsonl),
    Some(Format::Csv),
    Some(Format::Tsv),
    Some(Format::Text),
    Some(Format::Transcript),
];

proptest! {
    #[test]
    fn any_bytes_balance_and_never_panic(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            "[\\PC\n\"\\\\,|{}:\\[\\]坐席客户：您款一、]{0,200}".prop_map(String::into_bytes),
            "(\\{\"(text|turns|id)\":(\"[您\\\\u0d8]{0,9}\"|[0-9.e]{1,4}|\\[\\]|null)\\}\n?){0,9}".prop_map(String::into_bytes),
            "((坐席|客户|A|说话人1|\\[00:01\\])[：:]?[您好：\" ]{0,5}\n{1,2}){0,9}".prop_map(String::into_bytes),
            "([\"您,a\t|]{0,9}\r?\n){0,9}".prop_map(|text| encode(Encoding::Gb18030, &text)),
            "([\"您,a]{0,9}(\r|\r\r|\r?\n)){0,9}".prop_map(String::into_bytes),
        ],
        mark in prop::sample::select(vec![&b""[..], b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]),
        format in prop::sample::select(&FORMATS[..]),
        max_record_bytes in prop_oneof![Just(MAX_RECORD_BYTES), 1_usize..50],
    ) {
        let bytes = [mark, &bytes].concat();
        let with = |batch_bytes| {
            let mut columns = ColumnOverrides::default();
            if format == Some(Format::Csv) {
                columns.add("text=1").unwrap();
            }
            let options = ReadOptions { format, columns, batch_bytes, max_record_bytes, ..ReadOptions::default() };
            read_with("-", &bytes, &options)
        };
        match (with(1), with(1 << 20)) {
            (Ok(small), Ok(large)) => {
                prop_assert_eq!(&small, &large);
                assert_places(&bytes, &small.0);
            }
            (Err(_), Err(_)) => {}
            (small, large) => prop_assert!(false, "{:?} {:?}", small.is_ok(), large.is_ok()),
        }
    }
}

#[test]
fn arrays_are_read_element_by_element_and_broken_ones_take_no_other_along() {
    let json = "{\"code\":0,\"data\":[\n{\"id\":1,\"text\":\"甲]}\\\"\"},\n{\"id\":2,\"text\":\"断\n{\"id\":3,\"text\":\"丙\"},\n\
                {\"id\":4,\"text\":\"丁\",\n{\"id\":5,\"text\":\"戊\",\"x\":[{\"y\":[1]}]} , \"己\",7,{\"id\":8\n],\"total\":8}";
    let at = |words: &str| json.find(words).unwrap();
    let expected = [
        "1|甲]}\"".to_owned(),
        format!("2@{} json", at("{\"id\":2")),
        "3|丙".to_owned(),
        format!("4@{} json", at("{\"id\":4")),
        "5|戊".to_owned(),
        "a.json:6|己".to_owned(),
        format!("7@{} not-an-object", at("7,")),
        format!("8@{} json", at("{\"id\":8")),
    ];
    for batch_bytes in [1, 7, 1 << 20] {
        let options = ReadOptions {
            batch_bytes,
            ..ReadOptions::default()
        };
        let (seen, decision) = read_with("a.json", json.as_bytes(), &options).unwrap();
        assert_eq!(decision.format, Format::Json);
        assert_eq!(seen.shown, expected, "{batch_bytes}");
    }
    let after = read("a.json", b"[{\"text\":\"x\"}] [{\"text\":\"y\"}]").0.shown;
    assert_eq!(after, ["a.json:1|x", "2@14 not-an-object"]);
}

#[test]
fn titles_above_a_header_are_passed_over() {
    let csv = "三月催收短信,,\n制表：某部,,\n\n编号,短信内容,时间\n7,请还款,2026-03-02\n";
    assert_eq!(read("a.csv", csv.as_bytes()).0.shown, ["7|请还款"]);
    let csv = "1,您好请尽快还款谢谢,\n7,请还款到我行账户谢谢,2026-03-02\n8,谢谢您的支持与配合,2026-03-02\n";
    assert_eq!(read("a.csv", csv.as_bytes()).0.shown.len(), 3);
}

#[test]
fn reading_goes_on_where_another_reader_has_been() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..200)
        .map(|id| format!("{{\"id\":{id},\"text\":\"第{id}条\"}}\n"))
        .collect();
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    let packed = zstd::encode_all(lines.as_bytes(), 0).unwrap();
    for (name, bytes) in [
        ("a.jsonl", lines.as_bytes()),
        ("a.json", array.as_bytes()),
        ("a.jsonl.zst", &packed),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let input = expand(&[path], None).inputs.remove(0);
        let options = ReadOptions {
            batch_bytes: 500,
            ..ReadOptions::default()
        };
        let mut reader = Reader::open(&input, &options).unwrap();
        let mut places = vec![reader.position()];
        let mut batches: Vec<Vec<String>> = Vec::new();
        while let Some(batch) = reader.next_batch().unwrap() {
            batches.push(batch.records().map(|record| shown(&record.unwrap())).collect());
            places.push(reader.position());
        }
        assert!(batches.len() > 5, "{name}");
        for (number, place) in places.into_iter().enumerate() {
            let mut reader = Reader::open_at(&input, &options, place).unwrap();
            let mut rest = Vec::new();
            while let Some(batch) = reader.next_batch().unwrap() {
                rest.extend(batch.records().map(|record| shown(&record.unwrap())));
            }
            assert_eq!(rest, batches[number..].concat(), "{name}, batch {number}");
        }
    }
}
