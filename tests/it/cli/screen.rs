//! `screen`: records, summaries, rejects, what it refuses.

use super::*;

/// 300 records, every tenth severe, every fifteenth a notice, with a bad and a blank line.
fn dump() -> String {
    let mut dump = String::new();
    for number in 0..300 {
        let text = match number {
            n if n % 10 == 0 => format!("{SEVERE}，请打13800138000，第{n}次"),
            n if n % 15 == 0 => NOTICE.to_owned(),
            n => format!("请您还款，第{n}次"),
        };
        dump.push_str(&json!({"id": number, "text": text, "agency": "甲公司"}).to_string());
        dump.push('\n');
        if number == 150 {
            dump.push_str("{\"id\": \n\n");
        }
    }
    dump
}

#[test]
fn screen_writes_records_in_order_and_balances() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    let output = place.run(&["screen", "d.jsonl", "-o", "-", "--format", "jsonl"]);
    assert_eq!(code(&output), 3, "a rejected record: {}", err(&output));
    let found = records(&output);
    let ids: Vec<u64> = found
        .iter()
        .map(|record| record["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (0..300).collect::<Vec<u64>>());
    assert_eq!(found[10]["tier"], "severe");
    assert_eq!(found[15]["tier"], "notice");
    assert!(
        err(&output).contains("读取 302 = 判定 300 + 拒收 1 + 跳过 1"),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("请打138****8000") && !err(&output).contains("13800138000"));

    for arguments in [
        ["--threads", "1"],
        ["--threads", "3"],
        ["--chunk-size", "1"],
        ["--chunk-size", "700"],
    ] {
        let mut all = vec!["screen", "d.jsonl", "-o", "-"];
        all.extend(arguments);
        let other = place.run(&all);
        assert!(other.stdout == output.stdout, "{arguments:?}");
        let summary = |output: &Output| err(output).split("用时").next().unwrap().to_owned();
        assert_eq!(summary(&other), summary(&output), "{arguments:?}");
    }
    let some = records(&place.run(&["screen", "d.jsonl", "-o", "-", "--only-findings"]));
    assert_eq!(some.len(), 40);
}

#[test]
fn the_main_job_of_the_readme_runs_on_a_fresh_clone() {
    let place = Place::new();
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/learn");
    let results = place.path("out/results.jsonl");
    let output = dunlint(&["screen", corpus, "-o", results.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    let written = std::fs::read_to_string(&results).unwrap();
    assert!(written.lines().count() > 1000);
    assert!(
        out(&output).contains(&written.lines().count().to_string()),
        "the summary balances"
    );
}

#[test]
fn screen_summarises_and_keeps_rejects() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    let output = place.run(&["screen", "d.jsonl", "-o", "r.jsonl", "--stats"]);
    assert_eq!(code(&output), 3);
    let shown = out(&output);
    for part in [
        "最严重的消息",
        "甲公司",
        "threat-melon",
        "d.jsonl：UTF-8、JSONL",
        "第 152 条",
        "= 判定 300 +",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert_eq!(place.read("r.jsonl").lines().count(), 300);
    let rejects = place.read("r.rejects.jsonl");
    let reject: Value = serde_json::from_str(rejects.trim()).unwrap();
    assert_eq!(reject["record"], 152);
    assert_eq!(reject["raw"], "{\"id\": ");
    assert_eq!(reject["byte"], dump().find("{\"id\": \n").unwrap());
    assert!(err(&output).contains("messages 300"), "{}", err(&output));

    place.write("d.jsonl", json!({"text": SEVERE}).to_string());
    let output = place.run(&["screen", "d.jsonl", "-o", "r.jsonl", "--fail-on", "severe"]);
    assert_eq!(code(&output), 1);
    assert!(
        !place.path("r.rejects.jsonl").exists(),
        "the rejects of another run"
    );
    let output = place.run(&["screen", "d.jsonl"]);
    assert_eq!(code(&output), 0, "--fail-on is off unless given");
}

#[test]
fn values_that_nobody_understands_are_told() {
    let place = Place::new();
    let dump = format!(
        "{{\"text\":\"{SEVERE}\",\"time\":\"明天\",\"channel\":\"飞鸽\"}}\n{{\"text\":\"您好\",\"time\":\"昨天\"}}\n\
         {{\"text\":\"您好\",\"time\":\"2026-03-02\",\"channel\":\"短信\"}}\n"
    );
    place.write("dump.jsonl", &dump);
    let output = place.run(&["screen", "dump.jsonl", "--lang", "zh"]);
    let shown = out(&output);
    let told = shown.split("未能识别的字段值").nth(1).unwrap_or_default();
    let counts: Vec<Vec<&str>> = told
        .lines()
        .skip(1)
        .take(2)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        (counts[0][..2].to_vec(), counts[1][..2].to_vec()),
        (vec!["time", "2"], vec!["channel", "1"]),
        "{shown}"
    );
    let output = place.run_on(&["check", "--jsonl", "--lang", "en"], &dump);
    assert!(
        err(&output).contains("record 1: time was not understood"),
        "{}",
        err(&output)
    );
    assert!(!err(&output).contains("record 3"), "{}", err(&output));
}

#[test]
fn a_doubtful_encoding_is_told_and_another_can_be_named() {
    let place = Place::new();
    // 林小姐您好，這裡是貸款公司，您的帳單已經逾期多日，請盡快還款，否則我們會打電話給您的家人和公司同事。
    let big5 =
        b"\xaaL\xa4p\xa9j\xb1z\xa6n\xa1A\xb3o\xb8\xcc\xacO\xb6U\xb4\xda\xa4\xbd\xa5q\xa1A\xb1z\xaa\xba\xb1\
        b\xb3\xe6\xa4w\xb8g\xb9O\xb4\xc1\xa6h\xa4\xe9\xa1A\xbd\xd0\xba\xc9\xa7\xd6\xc1\xd9\xb4\xda\xa1A\
        \xa7_\xabh\xa7\xda\xad\xcc\xb7|\xa5\xb4\xb9q\xb8\xdc\xb5\xb9\xb1z\xaa\xba\xaea\xa4H\xa9M\xa4\xbd\
        \xa5q\xa6P\xa8\xc6\xa1C\n";
    place.write("hong-kong.txt", big5);
    let shown = out(&place.run(&["screen", "hong-kong.txt", "--lang", "zh"]));
    assert!(shown.contains("编码存疑"), "{shown}");
    let shown = out(&place.run(&["screen", "hong-kong.txt", "--encoding", "big5", "--lang", "zh"]));
    assert!(shown.contains("Big5") && !shown.contains("编码存疑"), "{shown}");
}

#[test]
fn screen_masks_unless_told_to_reveal() {
    let place = Place::new();
    place.write(
        "lexicon/rules/threat.toml",
        RULES.replace("紫南瓜自负", "紫南瓜自负 打13800138000锤瓜"),
    );
    place.write(
        "d.jsonl",
        json!({"id": 1, "text": "我打13800138000锤瓜"}).to_string(),
    );
    let masked = records(&place.run(&["screen", "d.jsonl", "-o", "-"]));
    let shown = records(&place.run(&["screen", "d.jsonl", "-o", "-", "--reveal"]));
    let (masked_finding, shown_finding) = (&masked[0]["findings"][0], &shown[0]["findings"][0]);
    assert_eq!(masked_finding["text"], "打138****8000锤瓜");
    assert_eq!(
        (&masked[0]["masked"], &shown[0]["masked"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(masked_finding["span"], shown_finding["span"]);
    assert_eq!(masked_finding["fingerprint"], shown_finding["fingerprint"]);
    assert_eq!(shown_finding["text"], "打13800138000锤瓜");
}

#[test]
fn screen_refuses_what_it_cannot_do() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    for (arguments, expected) in [
        (&["screen", "d.jsonl", "-o", "x.docx"][..], 2),
        (&["screen", "d.jsonl", "-o", "x.csv", "--format", "csv,xlsx"], 2),
        (&["screen", "d.jsonl", "-o", "-", "--format", "xlsx"], 2),
        (&["screen", "d.jsonl", "-o", "d.jsonl"], 2),
        (&["screen", "missing.jsonl"], 2),
        (&["screen", "d.jsonl", "--column", "nonsense"], 2),
        (&["screen", "d.jsonl", "missing.jsonl"], 3),
        (&["screen"], 2),
    ] {
        let output = place.run(arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", err(&output));
    }
    let refusal = err(&place.run(&["screen", "d.jsonl", "-o", "x.docx"]));
    assert!(refusal.contains("jsonl|csv"), "{refusal}");
    assert_eq!(place.read("d.jsonl"), dump(), "the input is untouched");
    place.write("empty/readme.bin", "x");
    assert_eq!(code(&place.run(&["screen", "empty"])), 3, "nothing to judge");
}

#[test]
fn ids_that_the_reader_makes_up_are_no_keys() {
    let place = Place::new();
    let record = json!({"text": SEVERE}).to_string();
    place.write("a.jsonl", &record);
    place.write("b.jsonl", format!("{}\n{record}\n", json!({"text": "请您还款"})));
    let prints = |name: &str| {
        let found = records(&place.run(&["screen", name, "-o", "-", "--only-findings"]));
        (
            found[0]["id"].clone(),
            found[0]["findings"][0]["fingerprint"].clone(),
        )
    };
    let (a, b) = (prints("a.jsonl"), prints("b.jsonl"));
    assert_eq!((a.0, b.0), (json!("a.jsonl:1"), json!("b.jsonl:2")));
    assert_eq!(a.1, b.1, "the content is the key, not the place");
}

#[test]
fn a_closed_pipe_is_success() {
    let place = Place::new();
    place.write("d.jsonl", dump().repeat(40));
    for arguments in [
        &["screen", "d.jsonl", "-o", "-"][..],
        &["screen", "d.jsonl"],
        &["rules", "--by-clause"],
    ] {
        let mut command = place.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn files_of_a_folder_that_are_not_read_are_told() {
    let place = Place::new();
    place.write("dump/a.txt", "你好");
    place.write("dump/page.html", SEVERE);
    let output = place.run(&["screen", "dump", "--lang", "en"]);
    assert_eq!(code(&output), 0);
    assert!(err(&output).contains("page.html"), "{}", err(&output));
}

#[test]
fn a_table_is_judged_as_the_same_records_of_jsonl() {
    let place = Place::new();
    let texts = [
        SEVERE,
        "您好，请\"今天\"还款",
        "第一行\n打断你的腿",
        "晚上一起吃饭吧",
    ];
    let lines = texts.iter().enumerate().map(|(id, text)| {
        serde_json::json!({"id": id.to_string(), "text": text, "agency": "远帆"}).to_string() + "\n"
    });
    place.write("a.jsonl", lines.collect::<String>());
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["编号", "短信内容", "机构"]).unwrap();
    for (id, text) in texts.iter().enumerate() {
        table.write_record([&id.to_string(), *text, "远帆"]).unwrap();
    }
    place.write("a.csv", table.into_inner().unwrap());
    let judged = |file: &str| place.run(&["screen", file, "-o", "-"]).stdout;
    assert!(!judged("a.jsonl").is_empty());
    assert_eq!(judged("a.csv"), judged("a.jsonl"));
}

/// What an agency hands over: a folder of archives, some of it compressed, some broken.
#[test]
fn packed_dumps_are_read_where_they_lie() {
    use std::io::Write;
    let row = |id: &str| format!("{{\"id\": \"{id}\", \"text\": \"{SEVERE}\"}}\n");
    let gzip = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let archive = |members: &[(&str, &[u8])]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            archive
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let place = Place::new();
    place.write("dumps/a.csv.gz", gzip(&format!("编号,短信内容\n1,{SEVERE}\n")));
    let inner = archive(&[("三月/c.jsonl", row("c").as_bytes())]);
    let plain = row("b");
    let members: &[(&str, &[u8])] = &[
        ("b.jsonl", plain.as_bytes()),
        ("inner.zip", &inner),
        ("scan.png", b"\x89PNG"),
    ];
    place.write("dumps/b.zip", archive(members));
    place.write(
        "dumps/d.jsonl.zst",
        zstd::encode_all(row("d").as_bytes(), 0).unwrap(),
    );
    let output = place.run(&["screen", "dumps", "-o", "-"]);
    let found = records(&output);
    let ids: Vec<&str> = found
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1", "b", "c", "d"], "{}", err(&output));
    assert_eq!(code(&output), 0);
    for shown in ["b.zip/inner.zip/三月/c.jsonl", "a.csv.gz", "scan.png"] {
        assert!(err(&output).contains(shown), "{}", err(&output));
    }

    // Cut in the middle: the rows before the cut are judged, and the file is told of.
    let many: String = (0..20_000)
        .map(|number| row(&format!("{number}-{}", number * 7919 % 10_007)))
        .collect();
    let whole = gzip(&many);
    place.write("cut.jsonl.gz", &whole[..whole.len() / 2]);
    let output = place.run(&["screen", "cut.jsonl.gz", "-o", "-"]);
    let judged = records(&output).len();
    assert!((5_000..20_000).contains(&judged), "{judged}");
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("cut.jsonl.gz"), "{}", err(&output));
}
