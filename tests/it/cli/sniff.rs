//! `sniff`: what it shows of each kind of input, profiles, what it refuses.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::*;

const TABLE: &str = "编号,短信内容,发送时间,手机号,备注,是否接通,通话时长\n\
                     7,\"张先生，请还款\",2026-03-02 14:05,13800138000,王小二,已接通,1分20秒\n\
                     8,,,13900139000,,未接通,0\n\
                     9,您好,明天,13900139000,,客户挂断,35\n";

fn in_gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("三月").unwrap();
    sheet.write(0, 0, "催收短信明细").unwrap();
    for (column, name) in ["编号", "短信内容", "手机号"].iter().enumerate() {
        sheet.write(2, column as u16, *name).unwrap();
    }
    sheet.write(3, 0, 7.0).unwrap();
    sheet.write(3, 1, "请还款").unwrap();
    sheet.write(3, 2, "13800138000").unwrap();
    workbook.save_to_buffer().unwrap()
}

fn parquet() -> Vec<u8> {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![7, 8]))),
        ("content", Arc::new(StringArray::from(vec!["请还款", "您好"]))),
        ("duration", Arc::new(Int64Array::from(vec![80, 0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// `field=number` of all columns, those that aren't read as `-`.
fn mapping(input: &Value) -> String {
    let columns = input["columns"].as_array().unwrap().iter();
    let columns = columns.map(|column| {
        let field = column["field"].as_str().unwrap_or("-");
        format!("{field}={}", column["number"])
    });
    columns.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_of_input_is_understood() {
    let place = Place::new();
    let lines = "{\"id\":1,\"text\":\"请还款\",\"connected\":true,\"x\":{\"a\":1}}\n{\"id\":2\n";
    for (name, bytes, facts, columns, count) in [
        (
            "a.csv",
            in_gb18030(TABLE),
            json!({"format": "csv", "encoding": "GB18030", "delimiter": ",", "header": true, "document": null}),
            "id=1 text=2 time=3 recipient=4 -=5 outcome=6 duration=7",
            3,
        ),
        (
            "b.jsonl",
            lines.into(),
            json!({"format": "jsonl", "encoding": "UTF-8", "delimiter": null, "unit": null}),
            "id=1 text=2 outcome=3 -=4",
            2,
        ),
        (
            "c.xlsx",
            workbook(),
            json!({"document": "xlsx", "header": true}),
            "id=1 text=2 recipient=3",
            1,
        ),
        (
            "d.parquet",
            parquet(),
            json!({"document": "parquet", "header": true}),
            "id=1 text=2 duration=3",
            2,
        ),
        (
            "e.zip",
            archive(&[("x/e.csv", TABLE.replace(',', ";").as_bytes())]),
            json!({"format": "csv", "delimiter": ";"}),
            "id=1 text=2 time=3 recipient=4 -=5 outcome=6 duration=7",
            3,
        ),
        (
            "f.txt",
            "请还款\n您好\n谢谢\n".into(),
            json!({"format": "text", "unit": "line", "header": false}),
            "",
            3,
        ),
    ] {
        place.write(name, &bytes);
        let output = place.run(&["sniff", name, "--json"]);
        assert_eq!(code(&output), 0, "{name}: {}", err(&output));
        let input = &records(&output)[0];
        assert!(input["input"].as_str().unwrap().starts_with(name), "{input}");
        for (key, value) in facts.as_object().unwrap() {
            assert_eq!(&input[key], value, "{name}: {key}");
        }
        assert_eq!(mapping(input), columns, "{name}");
        assert_eq!(input["records"].as_array().unwrap().len(), count, "{name}");
        for lang in ["zh", "en"] {
            let shown = out(&place.run(&["sniff", name, "--lang", lang]));
            let long = shown
                .lines()
                .find(|line| dunlint::report::visible::columns(line) > 80);
            assert_eq!(long, None, "{name}");
        }
        if name != "e.zip" {
            let piped = records(&place.run_on(&["sniff", "-", "--json"], &bytes));
            assert_eq!(mapping(&piped[0]), columns, "{name}");
            assert_eq!(piped[0]["records"].as_array().unwrap().len(), count, "{name}");
        }
    }
}

#[test]
fn records_are_parsed_masked_or_rejected_with_the_reason() {
    let place = Place::new();
    place.write("a.csv", in_gb18030(TABLE));
    let shown = out(&place.run(&["sniff", "a.csv"]));
    for part in [
        "GB18030",
        "138****8000",
        "王＊＊",
        "拒收：正文为空",
        "2026-03-02 14:05:00",
        "已接通",
        "80 秒",
        "不读",
        "未能识别的值  time 1、outcome 1",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(
        !shown.contains("13800138000") && !shown.contains("王小二"),
        "{shown}"
    );
    let shown = out(&place.run(&["sniff", "a.csv", "--reveal", "--lang", "en"]));
    for part in [
        "13800138000",
        "王小二",
        "rejected: its text is empty",
        "answered",
        "not read",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let input = &records(&place.run(&["sniff", "a.csv", "--json", "--records", "2"]))[0];
    assert_eq!(input["records"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&input["records"][0]["connected"], &input["records"][0]["seconds"]),
        (&json!(true), &json!(80))
    );
    assert_eq!(input["records"][1]["rejected"], "empty-text");
    assert!(!input.to_string().contains("王小二"));
    let input = &records(&place.run(&["sniff", "a.csv", "--json", "--column", "text=备注"]))[0];
    assert_eq!(
        mapping(input),
        "id=1 -=2 time=3 recipient=4 text=5 outcome=6 duration=7"
    );
    assert_eq!(input["columns"][4]["choice"], "given");
}

#[test]
fn a_profile_reads_the_next_dump_as_this_one_was_read() {
    let place = Place::new();
    let of = |arguments: &[&str]| {
        let output = place.run(&[&["sniff", "--json"], arguments].concat());
        let mut input = records(&output).remove(0);
        // How a column came to be read differs, and where the input lies.
        input["input"].take();
        for column in input["columns"].as_array_mut().into_iter().flatten() {
            column["choice"].take();
        }
        input
    };
    let bare: String = (0..5)
        .map(|number| format!("{number}|x|请您今天尽快还款谢谢{number}\n"))
        .collect();
    for (name, bytes) in [
        ("a.csv", in_gb18030(TABLE)),
        (
            "b.jsonl",
            "{\"id\":1,\"text\":\"请还款\"}\n{\"id\":2,\"content\":\"您好\"}\n".into(),
        ),
        ("c.xlsx", workbook()),
        ("d.parquet", parquet()),
        ("e.txt", "一段话\n还是它\n\n第二段\n又一行\n".into()),
        ("f.csv", bare.into()),
        ("g.txt", "坐席：您好\n客户：谁\n坐席：还钱\n".into()),
    ] {
        place.write(name, bytes);
        let plain = of(&[name, "--channel", "sms"]);
        let saved = place.run(&["sniff", name, "--channel", "sms", "--save", "profiles/p.toml"]);
        assert_eq!(code(&saved), 0, "{name}: {}", err(&saved));
        assert!(place.read("profiles/p.toml").starts_with("# dunlint 映射配置"));
        assert_eq!(of(&[name, "--profile", "profiles/p.toml"]), plain, "{name}");
    }

    // Columns that only the user knows, of a file whose header nobody understands.
    place.write("own.csv", "甲,乙,丙\n1,2,3\n");
    let saved = place.run(&["sniff", "own.csv", "--column", "text=乙", "--save", "own.toml"]);
    assert_eq!(code(&saved), 0, "{}", err(&saved));
    assert!(place.read("own.toml").contains("text = \"乙\""));
    let input = of(&["own.csv", "--profile", "own.toml"]);
    assert_eq!(input["records"][0]["text"], "2");
    let input = of(&["own.csv", "--profile", "own.toml", "--column", "text=丙"]);
    assert_eq!(input["records"][0]["text"], "3", "a flag counts for more");
    // Next month's table has lost the column.
    place.write("next.csv", "甲,丙\n1,3\n");
    let output = place.run(&["sniff", "next.csv", "--profile", "own.toml"]);
    assert_eq!(code(&output), 2);
    assert!(
        out(&output).contains("text 所指的列 \"乙\" 不存在"),
        "{}",
        out(&output)
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let place = Place::new();
    place.write("a.csv", in_gb18030(TABLE));
    place.write("no.csv", "编号,备注\n1,2\n");
    place.write("b.jsonl", "{\"text\":\"请还款\"}\n");
    place.write("p.toml", "fromat = \"csv\"\n");
    for (arguments, expected, zh, en) in [
        (&["gone"][..], 2, "没有这个文件或文件夹", "no such file or folder"),
        (
            &["gone", "a.csv"],
            3,
            "没有这个文件或文件夹",
            "no such file or folder",
        ),
        (&["no.csv"], 2, "请指明是哪一列", "say which one is"),
        (&["no.csv", "a.csv"], 3, "请指明是哪一列", "say which one is"),
        (
            &["a.csv", "--profile", "p.toml"],
            2,
            "p.toml:1：没有 \"fromat\"；是否指 format？",
            "p.toml:1: no \"fromat\"",
        ),
        (
            &["a.csv", "--profile", "q.toml"],
            2,
            "映射配置无法读取：没有这个文件或目录",
            "could not be read",
        ),
        (
            &["a.csv", "--save", "a.csv"],
            2,
            "它同时是输入",
            "would be overwritten",
        ),
        (
            &["a.csv", "b.jsonl", "--save", "q.toml"],
            2,
            "读法不同",
            "are read differently",
        ),
        (
            &["a.csv", "--encoding", "ebcdic"],
            2,
            "不接受 ebcdic",
            "invalid value 'ebcdic'",
        ),
    ] {
        for (lang, told) in [("zh", zh), ("en", en)] {
            let output = place.run(&[&["sniff", "--lang", lang], arguments].concat());
            let shown = out(&output) + &err(&output);
            assert_eq!(code(&output), expected, "{arguments:?}: {shown}");
            // Lines are broken to fit.
            let joined = |text: &str| text.split_whitespace().collect::<String>();
            assert!(joined(&shown).contains(&joined(told)), "{arguments:?}: {shown}");
        }
    }
    assert!(!place.path("q.toml").exists());
    // The columns of a table without texts are shown: that is how one finds the right one.
    let input = &records(&place.run(&["sniff", "no.csv", "--json"]))[0];
    assert_eq!(mapping(input), "id=1 -=2");
    assert_eq!(input["columns"][1]["name"], "备注");
    assert!(input["error"].as_str().unwrap().contains("--column text=2"));
    let gone = &records(&place.run(&["sniff", "gone", "--json"]))[0];
    assert_eq!(gone["input"], "gone");
}

#[test]
fn hostile_cells_act_on_nothing() {
    let place = Place::new();
    let hostile = "\u{1b}[31m\u{202e}=cmd|' /C calc'!A0\u{9b}";
    place.write(
        "a.csv",
        format!("编号,短信内容,{hostile}\n{hostile},{hostile}请还款,{hostile}\n"),
    );
    let output = place.run(&["sniff", "a.csv", "--reveal"]);
    assert_eq!(code(&output), 0);
    assert!(
        !out(&output).contains(['\u{1b}', '\u{202e}', '\u{9b}']),
        "{}",
        out(&output)
    );
    let saved = place.run(&[
        "sniff",
        "a.csv",
        "--column",
        &format!("region={hostile}"),
        "--save",
        "p.toml",
    ]);
    assert_eq!(code(&saved), 0, "{}", err(&saved));
    assert!(!place.read("p.toml").contains(['\u{1b}', '\u{9b}']));
    let input = &records(&place.run(&["sniff", "a.csv", "--json", "--profile", "p.toml"]))[0];
    assert_eq!(mapping(input), "id=1 text=2 region=3");
}
