//! `screen -o FOLDER/` and tables: the same whatever the format, the threads and the accidents; ledger, manifest, `verify`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, RecordBatch, StringArray};

use super::*;
use crate::work::dump;

/// Every file of a folder but the log, which has times of day in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    entries
        .filter(|path| name(path) != "run.log")
        .map(|path| (name(&path), std::fs::read(&path).unwrap()))
        .collect()
}

fn assert_same(one: &Path, other: &Path, what: &str) {
    let (one, other) = (files(one), files(other));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>(),
        "{what}"
    );
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{name} differs: {what}");
    }
}

/// `id, time, sender, recipient, agency, text` of some messages.
fn rows() -> Vec<[String; 6]> {
    let text = |number: usize| match number {
        n if n % 10 == 0 => format!("{SEVERE}，请打13800138000，第{n}次"),
        n if n % 15 == 0 => NOTICE.to_owned(),
        n if n % 7 == 0 => format!("请您\"还款\"，\n第{n}次"),
        n => format!("请您还款，第{n}次"),
    };
    let row = |number: usize| {
        [
            format!("m{number}"),
            format!("2026-03-{:02} {:02}:30", 1 + number % 28, 9 + number % 12),
            "10690001".to_owned(),
            format!("138{:08}", number % 40),
            format!("{}公司", ["甲", "乙", "丙"][number % 3]),
            text(number),
        ]
    };
    (0..300).map(row).collect()
}

const HEADER: [&str; 6] = ["编号", "时间", "发送号码", "接收号码", "机构", "短信内容"];

/// The rows in each format.
fn dumps(place: &Place) -> Vec<PathBuf> {
    let rows = rows();
    let jsonl: String = rows
        .iter()
        .map(|row| {
            let object: serde_json::Map<_, _> = HEADER
                .iter()
                .map(|name| name.to_string())
                .zip(row.iter().map(|cell| json!(cell)))
                .collect();
            format!("{}\n", Value::Object(object))
        })
        .collect();
    let array = format!("[\n{}\n]", jsonl.trim_end().replace('\n', ",\n"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADER).unwrap();
    for row in &rows {
        csv.write_record(row).unwrap();
    }
    let csv = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let (gb18030, _, _) = encoding_rs::GB18030.encode(&csv);
    let columns = HEADER.iter().enumerate().map(|(at, name)| {
        let values = StringArray::from_iter_values(rows.iter().map(|row| &row[at]));
        (*name, Arc::new(values) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, name) in (0..).zip(HEADER) {
        sheet.write(0, at, name).unwrap();
        for (number, row) in (1..).zip(&rows) {
            sheet.write(number, at, &row[usize::from(at)]).unwrap();
        }
    }
    vec![
        place.write("a.jsonl", &jsonl),
        place.write("a.json", array),
        place.write("a.csv", &csv),
        place.write("b.csv", gb18030),
        place.write("a.parquet", parquet.into_inner().unwrap()),
        place.write("a.xlsx", workbook.save_to_buffer().unwrap()),
        place.write("a.jsonl.zst", zstd::encode_all(jsonl.as_bytes(), 0).unwrap()),
    ]
}

#[test]
fn every_format_gives_the_same_results() {
    let place = Place::new();
    let mut first = None;
    for path in dumps(&place) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let folder = format!("out-{name}/");
        let output = place.run(&["screen", &name, "-o", &folder, "--format", "jsonl"]);
        assert_eq!(code(&output), 0, "{name}: {}", err(&output));
        assert!(out(&output).contains("读取 300 = 判定 300"), "{}", out(&output));
        let results = place.read(&format!("{folder}results.jsonl"));
        assert_eq!(results.lines().count(), 300);
        assert_eq!(*first.get_or_insert_with(|| results.clone()), results, "{name}");
    }
}

#[test]
fn threads_and_batches_make_no_difference_to_a_folder() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(900));
    let all = ["--format", "jsonl,csv,xlsx,sqlite", "--keep"];
    for (number, how) in [
        &["--threads", "1"][..],
        &["--threads", "2", "--chunk-size", "1000"],
        &["--threads", "7", "--chunk-size", "77"],
    ]
    .iter()
    .enumerate()
    {
        let folder = format!("o{number}/");
        let arguments = [&["screen", "d.jsonl", "-o", &folder], &all[..], how].concat();
        let output = place.run(&arguments);
        assert_eq!(code(&output), 3, "{}", err(&output));
        assert_same(
            &place.path("o0"),
            &place.path(&format!("o{number}")),
            &format!("{how:?}"),
        );
    }
    let names: Vec<String> = files(&place.path("o0")).into_keys().collect();
    for name in [
        "findings.csv",
        "manifest.json",
        "rejects.jsonl",
        "results.parquet",
        "results.sqlite",
        "results.xlsx",
    ] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    assert_eq!(place.read("o0/rejects.jsonl").lines().count(), 1);
}

/// Generated messages with one broken line.
fn jsonl_dump(rows: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    dump::write(&mut bytes, rows, 5, dump::Layout::Jsonl, dump::Mixture::Collector).unwrap();
    bytes.extend_from_slice(b"{\"id\": \n");
    bytes
}

/// `KILLS` says how often; `check.sh full` asks for twenty.
#[test]
fn a_run_that_is_killed_is_gone_on_with_as_if_nothing_had_happened() {
    let asked = std::env::var("KILLS").ok().and_then(|count| count.parse().ok());
    let kills: u64 = asked.unwrap_or(4);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a.jsonl"), jsonl_dump(4_000)).unwrap();
    let packed = zstd::encode_all(&jsonl_dump(2_000)[..], 0).unwrap();
    std::fs::write(path("b.jsonl.zst"), packed).unwrap();
    let start = |output: &str, flags: &[&str]| {
        let inputs = [
            "screen",
            "a.jsonl",
            "b.jsonl.zst",
            "-o",
            output,
            "--chunk-size",
            "20000",
        ];
        let mut command = dunlint(&inputs);
        command
            .args(["--format", "jsonl,csv"])
            .args(flags)
            .current_dir(folder.path());
        command
    };
    let whole = start("whole/", &[]).output().unwrap();
    assert_eq!(code(&whole), 3, "{}", err(&whole));
    let mut resumed = 0;
    for kill in 0..kills {
        // Spread over the run, and not the same moments in every test of this machine.
        let moment = Duration::from_millis(60 + kill * 7919 % 1_300);
        let mut child = start("torn/", &["--resume"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        resumed += usize::from(path("torn/.journal").exists());
    }
    assert!(resumed > 0, "no run was killed while it had a journal");
    let last = start("torn/", &["--resume"]).output().unwrap();
    assert_eq!(code(&last), 3, "{}", err(&last));
    assert_same(&path("whole"), &path("torn"), "after kills");
    assert!(!path("torn/.journal").exists());
}

#[test]
fn a_run_is_gone_on_with_only_as_it_was_asked_for() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(50));
    let run = |arguments: &[&str]| place.run(&[&["screen", "d.jsonl", "-o", "o/"], arguments].concat());
    assert_eq!(code(&run(&[])), 3);
    let output = run(&["--resume"]);
    assert!(err(&output).contains("从头开始"), "{}", err(&output));
    // A journal that stops after what was asked for.
    let journal = dunlint::screen::journal::Journal::create;
    let request = dunlint::screen::request::Request {
        version: "0".to_owned(),
        lexicon: String::new(),
        files: Vec::new(),
        inputs: Vec::new(),
        options: Vec::new(),
    };
    drop(journal(&place.path("o/.journal"), &request).unwrap());
    let output = run(&["--resume"]);
    assert_eq!(code(&output), 2);
    assert!(
        err(&output).contains("version, lexicon, files, options"),
        "{}",
        err(&output)
    );
    let output = run(&[]);
    assert!(err(&output).contains("已丢弃"), "{}", err(&output));
    let output = place.run_on(&["screen", "-", "-o", "p/", "--resume"], "{\"text\":\"x\"}\n");
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("只能读一次"), "{}", err(&output));
    let output = place.run_on(&["screen", "-", "-o", "p/"], "{\"text\":\"x\"}\n");
    assert_eq!(code(&output), 0, "{}", err(&output));
}

#[test]
fn a_folder_is_verified_against_its_manifest() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(60));
    assert_eq!(code(&place.run(&["screen", "d.jsonl", "-o", "o/"])), 3);
    let verify = || {
        let mut command = dunlint(&["verify", "o", "--lang", "en"]);
        command.current_dir(place.0.path()).output().unwrap()
    };
    let intact = verify();
    assert_eq!(code(&intact), 0, "{}", out(&intact));
    assert!(
        out(&intact).contains("inputs as they were read: 1"),
        "{}",
        out(&intact)
    );
    let manifest: Value = serde_json::from_str(&place.read("o/manifest.json")).unwrap();
    assert_eq!(
        manifest["ledger"],
        json!({"read": 61, "judged": 60, "rejected": 1, "skipped": 0})
    );
    let mut rejects = place.read("o/rejects.jsonl");
    rejects.push(' ');
    place.write("o/rejects.jsonl", rejects);
    place.write("o/more.txt", "x");
    place.write("d.jsonl", "{}");
    let changed = verify();
    assert_eq!(code(&changed), 1);
    for told in [
        "rejects.jsonl: was changed",
        "more.txt: not in the manifest",
        "input d.jsonl: was changed",
    ] {
        assert!(out(&changed).contains(told), "{told}: {}", out(&changed));
    }
    std::fs::remove_file(place.path("o/results.parquet")).unwrap();
    assert!(out(&verify()).contains("results.parquet: can't be read"));
    let nothing = dunlint(&["verify", "/nowhere"]).output().unwrap();
    assert_eq!(code(&nothing), 2);
}

#[test]
fn tables_hold_what_is_asked_for() {
    let place = Place::new();
    dumps(&place);
    let rows = |arguments: &[&str]| {
        let output = place.run(&[&["screen", "a.csv"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", err(&output));
        let text = place.read("t.csv");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        (header, rows)
    };
    let (header, all) = rows(&["-o", "t.csv"]);
    assert_eq!(all.len(), 300);
    let column = |name: &str| header.iter().position(|known| known == name).unwrap();
    assert!(
        all[10][column("evidence")].ends_with("锤扁你的蓝西瓜"),
        "{:?}",
        all[10]
    );
    assert_eq!(&all[10][column("recipient")], "138****0010");
    assert_eq!(&all[10][column("time")], "2026-03-11T19:30:00");
    let (_, severe) = rows(&[
        "-o",
        "t.csv",
        "--where",
        "tier>=warning",
        "--where",
        "agency=甲公司",
    ]);
    assert_eq!(severe.len(), 10);
    let (_, top) = rows(&["-o", "t.csv", "--top", "5"]);
    let scores: Vec<&str> = top.iter().map(|row| &row[column("score")]).collect();
    assert_eq!(scores.len(), 5);
    assert!(
        scores.is_sorted_by(|one, other| one >= other) && scores[0] > "75",
        "{scores:?}"
    );
    let (header, kept) = rows(&["-o", "t.csv", "--keep", "--only-findings"]);
    assert!(kept.len() < 60 && kept.len() >= 40);
    let source = header.iter().position(|name| name == "source:短信内容").unwrap();
    assert!(kept[0][source].contains("138****8000") && !place.read("t.csv").contains("13800138000"));
    let output = place.run(&["screen", "a.csv", "-o", "t.csv", "--where", "tier>=bad"]);
    assert_eq!(code(&output), 2);
    let output = place.run(&["screen", "a.csv", "-o", "a.csv"]);
    assert_eq!(code(&output), 2, "{}", err(&output));
}

#[test]
fn what_cannot_be_written_is_told_and_what_is_judged_is_kept() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(40));
    // A folder stands where a table has to go.
    place.write("o/results.parquet.partial/x", "x");
    let output = place.run(&["screen", "d.jsonl", "-o", "o/"]);
    assert_eq!(code(&output), 2);
    assert!(
        err(&output).contains("results.parquet") && err(&output).contains("--resume"),
        "{}",
        err(&output)
    );
    assert!(place.path("o/.journal").exists());
    std::fs::remove_dir_all(place.path("o/results.parquet.partial")).unwrap();
    let output = place.run(&["screen", "d.jsonl", "-o", "o/", "--resume"]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(err(&output).contains("接着上次继续"), "{}", err(&output));
    place.write("file", "x");
    let output = place.run(&["screen", "d.jsonl", "-o", "file/o.csv"]);
    assert_eq!(code(&output), 2);
}

/// Runs with files that can't grow beyond so many bytes, as on a disk that is full.
#[cfg(unix)]
fn run_limited(place: &Place, most_bytes: u64, arguments: &[&str]) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", most_bytes / 512);
    let plain = place.command(arguments);
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .arg(plain.get_program())
        .args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(place.0.path()).stdin(Stdio::null());
    command.output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    fn arguments<'a>(output: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let run = [
            "screen",
            "d.jsonl",
            "-o",
            output,
            "--format",
            "jsonl,csv",
            "--chunk-size",
            "20000",
        ];
        [&run, more].concat()
    }
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(2_000));
    assert_eq!(code(&place.run(&arguments("whole/", &[]))), 3);
    // The journal is packed, so there is room for it where there is none for the records.
    let records = std::fs::metadata(place.path("whole/results.jsonl"))
        .unwrap()
        .len();
    for (phase, most_bytes, failing) in [
        ("journal", 12 << 10, ".journal"),
        ("tables", records - 1024, "results."),
    ] {
        let output = format!("{phase}/");
        let full = run_limited(&place, most_bytes, &arguments(&output, &[]));
        let told = err(&full);
        assert_eq!(code(&full), 2, "{phase}: {told}");
        let is_told = told.contains(&format!("{phase}/{failing}")) && told.contains("--resume");
        assert!(is_told && told.contains("文件超过大小上限"), "{phase}: {told}");
        assert!(!told.contains("panicked"), "{told}");
        let journal = std::fs::metadata(place.path(&format!("{phase}/.journal")))
            .unwrap()
            .len();
        assert!(
            journal > 1_000 && journal <= most_bytes,
            "{phase}: {journal} bytes"
        );
        assert!(!place.path(&format!("{phase}/manifest.json")).exists());
        let resumed = place.run(&arguments(&output, &["--resume"]));
        assert_eq!(code(&resumed), 3, "{phase}: {}", err(&resumed));
        assert!(
            err(&resumed).contains("接着上次继续"),
            "{phase}: {}",
            err(&resumed)
        );
        assert_same(&place.path("whole"), &place.path(phase), phase);
    }
    let full = run_limited(&place, 4096, &["screen", "d.jsonl", "-o", "o.jsonl"]);
    assert_eq!(code(&full), 2);
    let told = err(&full);
    assert!(
        told.contains("o.jsonl") && told.contains("文件超过大小上限"),
        "{told}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_that_is_full_is_told() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(200));
    for arguments in [&["screen", "d.jsonl", "-o", "-"][..], &["screen", "d.jsonl"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = place.command(arguments).stdout(full).output().unwrap();
        let told = err(&output);
        assert_eq!(code(&output), 2, "{told}");
        assert!(
            told.contains("结果无法写出：磁盘已满") && !told.contains("panicked"),
            "{told}"
        );
    }
}

#[test]
fn progress_is_told_as_asked() {
    let place = Place::new();
    place.write("d.jsonl", jsonl_dump(40));
    let output = place.run(&["screen", "d.jsonl", "--progress", "json"]);
    let line = err(&output)
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap()
        .to_owned();
    let progress: Value = serde_json::from_str(&line).unwrap();
    let bytes = std::fs::metadata(place.path("d.jsonl")).unwrap().len();
    assert_eq!(
        (progress["bytes"].as_u64(), progress["total_bytes"].as_u64()),
        (Some(bytes), Some(bytes))
    );
    let plain = place.run(&["screen", "d.jsonl", "--progress", "plain"]);
    assert!(err(&plain).contains("100%"), "{}", err(&plain));
    let none = place.run(&["screen", "d.jsonl", "--progress", "none"]);
    assert!(!err(&none).contains('%'));
}

#[test]
fn what_bubbles_say_together_is_one_finding_of_several_records() {
    let place = Place::new();
    let bubbles = [
        ("a", "13900000001", "10:00:00", "我要打"),
        ("b", "13900000002", "10:00:05", "请您今天还款"),
        ("c", "13900000001", "10:00:20", "断"),
        ("d", "13900000001", "10:00:50", "你的腿"),
        ("e", "13900000003", "10:00:50", SEVERE),
    ];
    let record = |(id, recipient, time, text): &(&str, &str, &str, &str)| {
        let time = format!("2026-03-02 {time}");
        let record = json!({"id": id, "channel": "im", "sender": "催收甲", "recipient": recipient, "time": time,
            "text": text});
        format!("{record}\n")
    };
    place.write("d.jsonl", bubbles.iter().map(record).collect::<String>());
    for (folder, batch) in [("o", "1000000"), ("p", "1")] {
        let output = format!("{folder}/");
        let output = place.run(&[
            "screen",
            "d.jsonl",
            "-o",
            &output,
            "--format",
            "csv",
            "--chunk-size",
            batch,
        ]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        let told = "连续消息合并判定：1 组，发现 1 处（严重 1）";
        assert!(out(&output).contains(told), "{}", out(&output));
    }
    assert_same(&place.path("o"), &place.path("p"), "batches");
    let text = place.read("o/findings.csv");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|known| known == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let (joined, single) = rows.split_last().unwrap();
    assert!(single.iter().all(|row| row[column("joined_records")].is_empty()));
    for (name, value) in [
        ("record", "1"),
        ("id", "a"),
        ("rule", "threat-maim"),
        ("tier", "severe"),
        ("text", "打 / 断 / 你的腿"),
        ("char_start", "2"),
        ("joined_records", "a; c; d"),
    ] {
        assert_eq!(&joined[column(name)], value, "{name}");
    }
    assert!(!joined[column("basis")].is_empty() && !joined[column("fingerprint")].is_empty());
    let output = place.run(&[
        "screen",
        "d.jsonl",
        "-o",
        "q/",
        "--format",
        "csv",
        "--where",
        "rule=threat-kill",
    ]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(place.read("q/findings.csv").lines().count(), 1);
}

/// `编号, 渠道, 时间, 债务人, 号码, 身份, 机构, 是否接通, 时长, 内容`: what a call centre's records look like.
fn calls() -> Vec<[String; 10]> {
    let row = |number: usize, channel: &str, time: &str, outcome: &str, seconds: &str, text: &str| {
        let person = if number == 9 { "父亲" } else { "本人" };
        let cells = [
            channel,
            time,
            "张三",
            "13800138000",
            person,
            "甲公司",
            outcome,
            seconds,
            text,
        ];
        let mut cells = cells.map(str::to_owned).to_vec();
        cells.insert(0, number.to_string());
        <[String; 10]>::try_from(cells).unwrap()
    };
    let mut rows: Vec<_> = (1..=7)
        .map(|number| {
            row(
                number,
                "电话",
                &format!("2026-03-02 1{number}:00"),
                "未接通",
                "0",
                "",
            )
        })
        .collect();
    rows.push(row(8, "电话", "2026-03-03 23:30", "已接通", "65", ""));
    rows.push(row(9, "电话", "2026-03-03 10:00", "否", "", ""));
    rows.push(row(10, "外访", "2026-03-04 10:00", "", "", ""));
    rows.push(row(11, "上门", "2026-03-04 15:00", "", "", ""));
    rows.push(row(12, "短信", "2026-03-04 16:00", "", "", "请您还款"));
    // No contacts: it isn't known when, or what became of it; and an SMS without words.
    rows.push(row(13, "电话", "", "未接通", "0", ""));
    rows.push(row(14, "电话", "2026-03-04 16:00", "", "", ""));
    rows.push(row(15, "短信", "2026-03-04 16:00", "", "", ""));
    rows
}

#[test]
fn contacts_without_words_are_judged_and_counted_in_every_format() {
    let place = Place::new();
    let header = [
        "编号",
        "渠道",
        "时间",
        "债务人",
        "被叫号码",
        "身份",
        "机构",
        "是否接通",
        "通话时长",
        "内容",
    ];
    let rows = calls();
    let jsonl: String = rows
        .iter()
        .map(|row| {
            let cells = header
                .iter()
                .map(|name| name.to_string())
                .zip(row.iter().map(|cell| json!(cell)));
            format!("{}\n", Value::Object(cells.collect()))
        })
        .collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    csv.write_record(header).unwrap();
    for (at, name) in (0..).zip(header) {
        sheet.write(0, at, name).unwrap();
    }
    for (number, row) in (1..).zip(&rows) {
        csv.write_record(row).unwrap();
        for (at, cell) in (0..).zip(row) {
            sheet.write(number, at, cell).unwrap();
        }
    }
    let columns = header.iter().enumerate().map(|(at, name)| {
        let values = StringArray::from_iter_values(rows.iter().map(|row| &row[at]));
        (*name, Arc::new(values) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    place.write("a.jsonl", &jsonl);
    place.write("a.csv", csv.into_inner().unwrap());
    place.write("a.xlsx", workbook.save_to_buffer().unwrap());
    place.write("a.parquet", parquet.into_inner().unwrap());
    for name in ["a.jsonl", "a.csv", "a.xlsx", "a.parquet"] {
        let folder = format!("out-{name}/");
        let output = place.run(&["screen", name, "-o", &folder, "--format", "jsonl,csv"]);
        assert_eq!(code(&output), 3, "three are rejected: {}", err(&output));
        let shown = out(&output);
        for part in [
            "读取 15 = 判定 12 + 拒收 3 + 跳过 0",
            "没有文字的联系（未接电话、外访等）",
            "其中已接通的电话",
        ] {
            assert!(shown.contains(part), "{name}: {part} in {shown}");
        }
        let results = place.read(&format!("{folder}results.jsonl"));
        let results: Vec<Value> = results
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let marked = results.iter().filter(|result| result["without_words"] == true);
        assert_eq!(marked.count(), 11, "{name}");
        assert!(results.iter().all(|result| result["tier"] == "clean"));
        assert_eq!(results[11].get("without_words"), None, "an SMS has words");
        let contacts = place.read(&format!("{folder}contacts.csv"));
        for limit in ["quiet-hours", "visits", "third-person-after-failed-calls"] {
            let is_found = contacts.contains(limit);
            // Seven tries the day before are enough to ask somebody else.
            assert_eq!(
                is_found,
                limit != "third-person-after-failed-calls",
                "{name}: {limit} in {contacts}"
            );
        }
        let summary = place.read(&format!("{folder}report.html"));
        assert!(summary.contains("11 条没有文字"), "{name}");
    }
    let input = &records(&place.run(&["sniff", "a.csv", "--json", "--records", "20"]))[0];
    assert_eq!(input["records"][0]["without_words"], true);
    assert_eq!(input["records"][9]["channel"], "visit");
    assert_eq!(input["records"][11]["without_words"], false);
    assert_eq!(input["records"][13]["rejected"], "empty-text");
    let shown = out(&place.run(&["sniff", "a.csv"]));
    assert!(shown.contains("没有文字的联系"), "{shown}");
}

#[test]
fn a_table_of_calls_needs_no_column_of_texts() {
    let place = Place::new();
    let header = "呼叫时间,被叫号码,机构,是否接通,通话时长";
    let rows: String = (0..8)
        .map(|minute| format!("2026-03-02 23:0{minute},13800138000,甲催收有限责任公司,否,0\n"))
        .collect();
    place.write("a.csv", format!("{header}\n{rows}"));
    place.write(
        "v.csv",
        "外访时间,债务人\n2026-03-02 10:00,张三\n2026-03-02 11:00,张三\n",
    );
    let output = place.run(&["screen", "a.csv", "-o", "o/", "--format", "csv"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains("读取 8 = 判定 8"), "{}", out(&output));
    assert!(out(&output).contains("没有正文列"), "{}", out(&output));
    assert!(place.read("o/contacts.csv").contains("quiet-hours"));
    let shown = out(&place.run(&["sniff", "a.csv"]));
    assert!(
        shown.contains("没有正文列") && shown.contains("未接通"),
        "{shown}"
    );
    assert_eq!(
        code(&place.run(&["screen", "v.csv", "-o", "n/"])),
        2,
        "visits of which nothing says so"
    );
    let output = place.run(&[
        "screen",
        "v.csv",
        "--channel",
        "visit",
        "-o",
        "p/",
        "--format",
        "csv",
    ]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(place.read("p/contacts.csv").contains("visits"));
}

/// The data of a page.
fn page_data(page: &str) -> Value {
    let begin = "<script type=\"application/json\" id=\"data\">";
    let rest = page.split(begin).nth(1).unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

/// Bubbles of which only several together are an offence, then a message that is none.
fn bubbles(place: &Place) {
    let record = |(id, recipient, time, text): (&str, &str, &str, &str)| {
        let time = format!("2026-03-02 {time}");
        let record = json!({"id": id, "channel": "im", "sender": "催收甲", "recipient": recipient, "time": time,
            "text": text});
        format!("{record}\n")
    };
    let all = [
        ("a", "13900000001", "10:00:00", "我要打"),
        ("c", "13900000001", "10:00:20", "断"),
        ("d", "13900000001", "10:00:50", "你的腿"),
        ("e", "13900000002", "11:00:00", "请您今天还款"),
    ];
    place.write("d.jsonl", all.map(record).concat());
}

#[test]
fn what_bubbles_say_together_is_in_the_reports_and_in_no_count_of_messages() {
    let place = Place::new();
    bubbles(&place);
    let output = place.run(&["screen", "d.jsonl", "-o", "o/"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let data = page_data(&place.read("o/report.html"));
    assert_eq!(
        data["tiers"],
        json!({"clean": 4, "notice": 0, "warning": 0, "severe": 0})
    );
    assert_eq!(
        data["joined"],
        json!({"groups": 1, "notice": 0, "warning": 0, "severe": 1})
    );
    assert_eq!(data["rules"], json!([]));
    let [case] = &data["worst"].as_array().unwrap()[..] else {
        panic!("{}", data["worst"])
    };
    assert_eq!(case["text"], "我要打 / 断 / 你的腿");
    let told = |key: &str| -> Vec<&Value> {
        case["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| &part[key])
            .collect()
    };
    assert_eq!(told("id"), ["a", "c", "d"]);
    assert_eq!(told("record"), [&json!(1), &json!(2), &json!(3)]);
    assert_eq!(told("start"), [&json!(0), &json!(6), &json!(10)]);
    let spans = case["spans"].as_array().unwrap().iter();
    let spans: Vec<(u64, u64)> = spans
        .map(|span| (span["start"].as_u64().unwrap(), span["end"].as_u64().unwrap()))
        .collect();
    assert_eq!(spans, [(2, 3), (6, 7), (10, 13)]);
    assert!(
        place
            .read("o/summary.md")
            .contains("`a; c; d`（由 3 条消息合并）")
    );
}

#[test]
fn what_bubbles_say_together_decides_the_exit_code() {
    let place = Place::new();
    bubbles(&place);
    for (output, tier, expected) in [
        ("o/", "severe", 1),
        ("o.xlsx", "warning", 1),
        // Nothing is judged together for these.
        ("o.csv", "notice", 0),
        ("o.jsonl", "notice", 0),
    ] {
        let run = place.run(&["screen", "d.jsonl", "-o", output, "--fail-on", tier]);
        assert_eq!(code(&run), expected, "{output}: {}", err(&run));
    }
}

#[test]
fn what_bubbles_say_together_is_ranked_with_messages() {
    let place = Place::new();
    bubbles(&place);
    let mut records = place.read("d.jsonl");
    records.push_str(&format!("{}\n", json!({"id": "n", "text": NOTICE})));
    place.write("d.jsonl", records);
    for (top, expected) in [("1", &["a"][..]), ("2", &["a", "n"])] {
        let output = place.run(&["screen", "d.jsonl", "-o", "o/", "--format", "csv", "--top", top]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        let text = place.read("o/findings.csv");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let id = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "id")
            .unwrap();
        let mut ids: Vec<String> = reader.records().map(|row| row.unwrap()[id].to_owned()).collect();
        ids.dedup();
        assert_eq!(ids, expected, "--top {top}");
        let worst = page_data(&place.read("o/report.html"))["worst"].clone();
        let listed: Vec<&Value> = worst.as_array().unwrap().iter().map(|case| &case["id"]).collect();
        assert_eq!(listed, expected, "--top {top}");
    }
}

#[test]
fn inputs_that_could_not_be_opened_are_in_the_reports() {
    let place = Place::new();
    bubbles(&place);
    place.write("bad.xlsx", b"PK\x03\x04 no workbook");
    let output = place.run(&["screen", "d.jsonl", "bad.xlsx", "nowhere.csv", "-o", "o/"]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    let data = page_data(&place.read("o/report.html"));
    let inputs = data["inputs"].as_array().unwrap();
    let names: Vec<&Value> = inputs.iter().map(|input| &input["name"]).collect();
    assert_eq!(names, ["d.jsonl", "bad.xlsx", "nowhere.csv"]);
    assert_eq!(
        (&inputs[0]["format"], &inputs[0]["note"]),
        (&json!("jsonl"), &Value::Null)
    );
    for input in &inputs[1..] {
        assert_eq!((&input["format"], &input["read"]), (&Value::Null, &json!(0)));
        assert!(
            input["note"].as_str().is_some_and(|note| !note.is_empty()),
            "{input}"
        );
    }
    let summary = place.read("o/summary.md");
    assert!(
        summary.lines().any(|line| line.starts_with("| `nowhere.csv` |")),
        "{summary}"
    );
}
