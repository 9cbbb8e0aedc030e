//! The real binary: arguments, streams, exit codes, files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A lexicon of two rules whose words no other rule knows, so that these tests don't move with the real rules.
const RULES: &str = r#"
[[rule]]
id = "threat-melon"
category = "threat"
tier = "severe"
title = { zh = "锤瓜", en = "smashes melons" }
why = { zh = "使人害怕。", en = "Frightens." }
basis = ["psapl-threat"]
instead = { zh = "请您还款。", en = "Please pay." }
terms = "锤爆你的蓝西瓜"
hits = ["再不还钱⟦锤爆你的蓝西瓜⟧", "信不信⟦锤爆你的蓝西瓜⟧", "我来⟦锤爆你的蓝西瓜⟧"]
misses = ["蓝西瓜很甜", "锤子在桌上", "严禁说锤爆你的蓝西瓜等话"]

[[rule]]
id = "threat-pumpkin"
category = "threat"
tier = "notice"
title = { zh = "南瓜", en = "pumpkins" }
why = { zh = "含糊。", en = "Vague." }
basis = ["psapl-threat"]
instead = { zh = "请您还款。", en = "Please pay." }
terms = "紫南瓜自负"
hits = ["再不还款⟦紫南瓜自负⟧", "逾期不还，⟦紫南瓜自负⟧", "今天不处理⟦紫南瓜自负⟧"]
misses = ["紫南瓜很好", "后面自己负责", "自负盈亏"]
"#;

const SEVERE: &str = "再不还钱锤爆你的蓝西瓜";
const NOTICE: &str = "再不还款紫南瓜自负";

/// A folder with the lexicon and whatever a test writes.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("lexicon/rules")).unwrap();
        std::fs::write(folder.path().join("lexicon/rules/threat.toml"), RULES).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = dunlint(arguments);
        let takes_lexicon = !matches!(arguments[0], "test" | "completions" | "man");
        if takes_lexicon {
            command.arg("--lexicons").arg(self.path("lexicon"));
        }
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn run_on(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
        use std::io::Write;
        let mut command = self.command(arguments);
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn dunlint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dunlint"));
    command
        .args(arguments)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "zh_CN.UTF-8");
    command
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn records(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn check_exit_codes_follow_the_tier() {
    let place = Place::new();
    for (arguments, expected) in [
        (&["check", SEVERE][..], 1),
        (&["check", NOTICE], 0),
        (&["check", NOTICE, "--fail-on", "notice"], 1),
        (&["check", SEVERE, "--fail-on", "severe"], 1),
        (&["check", "请您还款"], 0),
        (&["check", NOTICE, SEVERE], 1),
        (&["check", ""], 3),
        (&["check", "", SEVERE], 1),
        (&["check", "x", "--fail-on", "clean"], 2),
        (&["check", "x", "--nope"], 2),
        (&["chek"], 2),
        (&["explain", "threat-nothing"], 2),
        (&["explain", "threat-melon"], 0),
        (&["rules"], 0),
        (&["why", "请您还款"], 0),
    ] {
        let output = place.run(arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn check_reads_one_message_or_records_from_stdin() {
    let place = Place::new();
    let text = format!("你好\n\n{SEVERE}\n");
    let output = place.run_on(&["check", "--format", "jsonl"], &text);
    let found = records(&output);
    assert_eq!(found.len(), 1, "one message, however many lines and paragraphs");
    let start = text.find("锤爆").unwrap();
    let findings = found[0]["findings"].as_array().unwrap();
    let span = &findings
        .iter()
        .find(|finding| finding["rule"] == "threat-melon")
        .unwrap()["span"];
    assert_eq!(span["start"], start);
    assert_eq!(span["char_start"], text[..start].chars().count());

    let lines = format!(
        "{}\nnot json\n{}\n",
        json!({"id": "a", "text": NOTICE, "time": "2025-03-02"}),
        json!({"id": 7, "turns": [{"speaker": "agent", "text": SEVERE}]})
    );
    let output = place.run_on(
        &["check", "--jsonl", "--format", "json", "--fail-on", "severe"],
        &lines,
    );
    assert_eq!(code(&output), 1, "1 beats 3");
    let found: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(found[0]["id"], "a");
    assert_eq!(
        found[0]["findings"][0]["basis"][0]["id"], "PSAPL2012",
        "the law of the message's day"
    );
    assert_eq!(
        (&found[1]["id"], &found[1]["findings"][0]["turn"]),
        (&json!(7), &json!(0))
    );
    let findings = found[1]["findings"].as_array().unwrap();
    let own = findings
        .iter()
        .find(|finding| finding["rule"] == "threat-melon")
        .unwrap();
    assert_eq!(own["basis"][0]["id"], "PSAPL2025");
    assert!(err(&output).contains("拒收 1 条"), "{}", err(&output));
    let output = place.run_on(&["check", "--jsonl"], "not json\n");
    assert_eq!(code(&output), 3);
}

#[test]
fn a_text_that_is_a_file_is_pointed_out() {
    let place = Place::new();
    place.write("a.txt", SEVERE);
    let output = place.run(&["check", "a.txt"]);
    assert_eq!(code(&output), 0);
    assert!(err(&output).contains("dunlint screen a.txt"));
}

#[test]
fn help_and_reports_follow_the_locale_and_machine_formats_do_not() {
    let place = Place::new();
    let english = |arguments: &[&str]| {
        out(&place
            .command(arguments)
            .env("LC_ALL", "en_US.UTF-8")
            .output()
            .unwrap())
    };
    assert!(english(&["check", SEVERE]).contains("law: breaches"));
    assert!(out(&place.run(&["check", SEVERE])).contains("依据：违反"));
    assert!(out(&place.run(&["check", SEVERE, "--lang", "en"])).contains("law: breaches"));
    let zh = out(&place.run(&["check", SEVERE, "--format", "jsonl"]));
    assert_eq!(zh, english(&["check", SEVERE, "--format", "jsonl"]));
    assert!(english(&["check", SEVERE, "--format", "jsonl", "--lang", "en"]).contains("Frightens."));
    assert!(out(&dunlint(&["screen", "--help"]).output().unwrap()).contains("用法："));
    let help = dunlint(&["screen", "--help", "--lang", "en"]).output().unwrap();
    assert!(out(&help).contains("Usage:") && code(&help) == 0);
}

#[test]
fn colors_are_for_those_who_want_them() {
    let place = Place::new();
    assert!(!out(&place.run(&["check", SEVERE])).contains('\u{1b}'));
    let always = place.run(&["check", SEVERE, "--color", "always"]);
    assert!(out(&always).contains("\u{1b}["));
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let place = Place::new();
    let text = format!("\u{1b}[2J\u{202e}{SEVERE}\u{7}\u{9b}31m");
    let output = place.run_on(&["check"], &text);
    assert!(
        !out(&output)
            .chars()
            .any(|one| one == '\u{202e}' || (one.is_control() && one != '\n'))
    );
    let long = format!("{}{SEVERE}", "长".repeat(400_000));
    assert_eq!(code(&place.run_on(&["check"], &long)), 1);
    let output = place.run_on(&["check", "--jsonl"], "{\"text\": \"\\ud800 x\\u0000\"}\n");
    assert!([0, 3].contains(&code(&output)), "{}", err(&output));
}

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
        (&["screen", "d.jsonl", "-o", "x.csv"][..], 2),
        (&["screen", "d.jsonl", "-o", "case/"], 2),
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
    let refusal = err(&place.run(&["screen", "d.jsonl", "-o", "x.csv"]));
    assert!(refusal.contains("JSONL"), "{refusal}");
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
fn a_bad_lexicon_stops_everything() {
    let place = Place::new();
    place.write("lexicon/rules/threat.toml", "[[rule]]\nid = 3\n");
    let output = place.run(&["check", "x"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("threat.toml"), "{}", err(&output));
}

/// A rule in a file that nothing reads would never warn anybody.
#[test]
fn what_no_lexicon_is_made_of_is_refused() {
    for (stranger, text) in [
        ("lexicon/rule/extra.toml", RULES),
        ("lexicon/rules/extra.yaml", "rule: 1"),
        ("lexicon/stuff.toml", ""),
        ("lexicon/terms/more.toml", ""),
        ("lexicon/folds/new.tsv", "a\tb"),
        ("lexicon/laws.toml", ""),
        ("lexicon/model.bin", "weights"),
    ] {
        let place = Place::new();
        place.write("lexicon/README.md", "ours");
        place.write("lexicon/terms/melons.txt", "锤扁你的蓝西瓜\n");
        place.write("lexicon/.gitignore", "x");
        assert_eq!(code(&place.run(&["check", SEVERE])), 1);
        place.write(stranger, text);
        let output = place.run(&["check", "x"]);
        let name = stranger.strip_prefix("lexicon/").unwrap();
        assert_eq!(code(&output), 2, "{stranger}");
        assert!(err(&output).contains(name), "{stranger}: {}", err(&output));
    }
}

/// A rule's long list of terms stands in a file of its own.
#[test]
fn lists_of_terms_are_read() {
    let place = Place::new();
    place.write("lexicon/terms/melons.txt", "# 瓜\n锤扁你的蓝西瓜\n");
    let rules = RULES.replace(
        "terms = \"锤爆你的蓝西瓜\"",
        "terms = \"锤爆你的蓝西瓜\"\nlists = [\"melons.txt\"]",
    );
    place.write("lexicon/rules/threat.toml", rules);
    assert_eq!(code(&place.run(&["check", "再不还钱锤扁你的蓝西瓜"])), 1);
}

#[test]
fn an_overlay_is_blamed_for_its_own_mistakes() {
    let place = Place::new();
    let overlay = "[regrade]\nthreat-pumpkin = \"clean\"\nthreat-turnip = \"notice\"\n";
    place.write("lexicon/overlay.toml", overlay);
    place.write(
        "lexicon/classes/a.toml",
        "[gourds]\ntitle = \"x\"\nterms = \"瓜\"\n",
    );
    place.write(
        "lexicon/classes/b.toml",
        "[gourds]\ntitle = \"y\"\nterms = \"果\"\n",
    );
    let output = place.run(&["check", "x"]);
    assert_eq!(code(&output), 2);
    let told = err(&output);
    for expected in ["overlay.toml:2", "overlay.toml:3", "b.toml:1"] {
        assert!(told.contains(expected), "no {expected} in {told}");
    }
}

/// A wording that a company calls innocent for all rules is innocent for the second opinion too.
#[test]
fn an_allowed_wording_is_not_proposed_either() {
    let place = Place::new();
    let text = "再不还钱就打断你的腿，让你全家没法过日子";
    assert_eq!(code(&place.run(&["check", text])), 1);
    place.write("lexicon/overlay.toml", format!("[allow]\n\"*\" = [\"{text}\"]\n"));
    let output = place.run(&["check", text]);
    assert_eq!(code(&output), 0, "{}", out(&output));
}

#[test]
fn a_disabled_rule_is_said_to_be_disabled() {
    let place = Place::new();
    place.write("lexicon/overlay.toml", "disable = [\"threat-maim\"]\n");
    let output = place.run(&["explain", "threat-maim", "--lang", "en"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("disabled"), "{}", err(&output));
}

#[test]
fn a_dash_is_stdin() {
    let place = Place::new();
    for command in ["check", "why"] {
        let mut child = place.command(&[command, "-"]);
        let mut child = child
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), SEVERE.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            out(&output).contains("threat-melon"),
            "{command}: {}",
            out(&output)
        );
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

/// Every clause that may be cited is shown with exactly the rules that cite it; a filtered view shows no clause as
/// uncovered only because its rules were filtered out.
#[test]
fn clauses_are_shown_with_their_rules() {
    let parsed = |arguments: &[&str]| -> Vec<Value> {
        let output = dunlint(arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let rules = parsed(&["rules", "--format", "json"]);
    let clauses = parsed(&["rules", "--by-clause", "--format", "json"]);
    let citing = |value: &Value| value["rules"].as_array().unwrap().len();
    let cited: usize = rules
        .iter()
        .map(|rule| rule["basis"].as_array().unwrap().len())
        .sum();
    assert_eq!(clauses.iter().map(citing).sum::<usize>(), cited);
    for clause in &clauses {
        for id in clause["rules"].as_array().unwrap() {
            let rule = rules.iter().find(|rule| rule["id"] == *id).unwrap();
            let basis = rule["basis"].as_array().unwrap();
            assert!(
                basis.iter().any(|cited| cited["id"] == clause["id"]),
                "{id}: {clause}"
            );
        }
    }
    let output = dunlint(&["rules", "--by-clause", "--category", "threat", "--lang", "en"])
        .output()
        .unwrap();
    let shown = out(&output);
    assert!(
        shown.contains("threat-maim") && !shown.contains("(no rule)"),
        "{shown}"
    );
}

#[test]
fn own_examples_are_tested() {
    let place = Place::new();
    let lexicon = place.path("lexicon");
    let arguments = ["test", lexicon.to_str().unwrap(), "--format", "json"];
    let output = place.run(&arguments);
    let audit: Value = serde_json::from_str(&out(&output)).unwrap();
    let own = |audit: &Value| -> Vec<Value> {
        let failures = audit["failures"].as_array().unwrap().iter();
        let own = failures.filter(|failure| {
            ["threat-melon", "threat-pumpkin"].contains(&failure["rule"].as_str().unwrap())
        });
        own.cloned().collect()
    };
    assert_eq!(own(&audit), Vec::<Value>::new());
    assert_eq!(
        audit["overlapping"],
        json!([]),
        "only what concerns the own rules is told"
    );

    place.write(
        "lexicon/rules/threat.toml",
        RULES.replace("蓝西瓜很甜", SEVERE).replace("我来⟦", "⟦我来"),
    );
    let output = place.run(&arguments);
    assert_eq!(code(&output), 1);
    let audit: Value = serde_json::from_str(&out(&output)).unwrap();
    let problems: Vec<Value> = own(&audit)
        .iter()
        .map(|failure| failure["problem"].clone())
        .collect();
    assert_eq!(problems, ["beside_marks", "noisy"]);
}

#[test]
fn eval_measures_and_guards_the_measured_half() {
    let place = Place::new();
    let labelled = [
        json!({"id": 1, "text": SEVERE, "tier": "severe", "labels": ["threat"], "genre": "collection",
               "evidence": [{"label": "threat", "quote": "锤爆你的蓝西瓜"}]}),
        json!({"id": 2, "text": "请您还款", "tier": "warning", "labels": ["insult"], "genre": "collection",
               "evidence": [{"label": "insult", "quote": "还款"}]}),
        json!({"id": 3, "text": "蓝西瓜很甜", "tier": "clean", "labels": [], "genre": "ordinary"}),
    ];
    let labelled: String = labelled.iter().map(|record| format!("{record}\n")).collect();
    place.write("learn/sms.jsonl", &labelled);
    place.write("measured/sms.jsonl", &labelled);
    let output = place.run(&["eval", "learn", "--format", "json", "--misses", "5"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let figures: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(figures["any_violation"]["messages"]["recall"], 0.5);
    assert_eq!(figures["headline"]["evidence_shown"]["value"], 0.5);
    assert_eq!(figures["misses"]["false_negatives"][0]["id"], "2");
    assert!(out(&place.run(&["eval", "learn", "--misses"])).contains("判得过轻"));

    assert_eq!(code(&place.run(&["eval", "measured"])), 0);
    for path in ["measured", "measured/sms.jsonl", "."] {
        let output = place.run(&["eval", path, "--misses"]);
        assert_eq!(code(&output), 2, "{path}");
        assert!(err(&output).contains("measured"));
    }
    place.write("floors.toml", "[at_least]\nmessages_f1 = 0.9\n");
    assert_eq!(code(&place.run(&["eval", "learn", "--floors", "floors.toml"])), 1);
    place.write("floors.toml", "[at_least]\nmessages_f1 = 0.6\n");
    assert_eq!(code(&place.run(&["eval", "learn", "--floors", "floors.toml"])), 0);
    place.write("learn/bad.jsonl", "{}\n");
    assert_eq!(code(&place.run(&["eval", "learn"])), 2);
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = dunlint(&["completions", shell]).output().unwrap();
        assert!(code(&output) == 0 && out(&output).contains("dunlint"), "{shell}");
    }
    let manual = dunlint(&["man", "--lang", "en"]).output().unwrap();
    assert!(out(&manual).contains(".TH"));
    assert!(Path::new(env!("CARGO_BIN_EXE_dunlint")).exists());
}

/// Words of Latin letters in a text for Chinese readers, but for names: what stands in backquotes, and `names`.
fn latin_words(text: &str, names: &[&str]) -> Vec<String> {
    let unquoted: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words = unquoted.split(|character: char| !character.is_ascii_alphabetic());
    words
        .filter(|word| word.len() > 1 && !names.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn errors_of_inputs_are_told_in_the_language_asked_for() {
    let place = Place::new();
    place.write("gbk.jsonl", b"\xc7\xeb\n");
    place.write("a.xlsx", b"PK\x03\x04");
    place.write("a.json", "[\n{\"text\":1}\n]");
    place.write("a.csv", "a,b\n1,2\n");
    place.write("b.csv", "编号,内容\n1,2\n");
    for (arguments, zh, en, names) in [
        (
            &["screen", "gone"][..],
            "gone：没有这个文件或文件夹",
            "gone: no such file or folder",
            &["gone"][..],
        ),
        (
            &["eval", "gone"],
            "gone：无法读取：没有这个文件或目录",
            "gone: could not be read: No such file",
            &["gone"],
        ),
        (
            &["eval", "gbk.jsonl"],
            "无法读取：不是 UTF-8 文本",
            "could not be read: stream",
            &["gbk", "jsonl", "UTF"],
        ),
        (
            &["screen", "a.xlsx"],
            "ZIP 压缩包或 Office 文件",
            "a ZIP archive",
            &["a", "xlsx", "ZIP", "Office", "CSV", "JSONL"],
        ),
        (
            &["screen", "a.json"],
            "这是 JSON 数组",
            "this is a JSON array",
            &[
                "json", "JSON", "jq", "dunlint", "screen", "input", "format", "jsonl",
            ],
        ),
        (
            &["screen", "a.csv"],
            "请指明是哪一列",
            "say which one is",
            &["csv", "column", "text"],
        ),
        (
            &["screen", "b.csv", "--column", "text=c"],
            "有这些列：编号、内容",
            "its columns are 编号, 内容",
            &["csv", "text"],
        ),
        (
            &["screen", "a.csv", "--column", "words=c"],
            "没有字段",
            "no field",
            &[
                "column",
                "words",
                "id",
                "text",
                "turns",
                "channel",
                "time",
                "sender",
                "agency",
                "creditor",
                "kind",
                "recipient",
                "role",
                "debtor",
                "region",
            ],
        ),
    ] {
        let output = place.run(&[arguments, &["--lang", "zh"]].concat());
        let told = err(&output);
        assert_eq!(code(&output), 2, "{arguments:?}: {told}");
        assert!(told.contains(zh), "{arguments:?}: {told}");
        assert_eq!(latin_words(&told, names), [""; 0], "{told}");
        let told = err(&place.run(&[arguments, &["--lang", "en"]].concat()));
        assert!(told.contains(en), "{arguments:?}: {told}");
    }
}

#[test]
fn problems_of_a_lexicon_are_told_in_the_language_asked_for() {
    let place = Place::new();
    let broken = r#"
[[rule]]
id = "melon"
category = "threat"
tier = "clean"
title = { zh = "瓜", en = "melons" }
why = { zh = "使人害怕。", en = "Frightens." }
basis = ["law-of-melons"]
lists = ["melons.txt"]
instead = { zh = "请您还款。", en = "Please pay." }
terms = "锤爆你的蓝西瓜 锤爆你的蓝西瓜"
patterns = ["( 甲", "甲 )", "day: 甲", "甲? 乙?", "..x 甲", "[甲|]", "<melons>", "甲 &", "甲{x}", "甲{0}", "甲(乙", "( ) 甲"]
when = { state = ["ripe"] }
hits = []
misses = []
"#;
    place.write("lexicon/rules/more.toml", format!("{RULES}{broken}"));
    place.write(
        "lexicon/cues/own.toml",
        "[[cue]]\nid = \"own\"\neffect = \"denial\"\n",
    );
    place.write("lexicon/folds/digits.tsv", "一\n");
    place.write(
        "lexicon/overlay.toml",
        "disable = [\"gourd\"]\nregrade = { threat-melon = \"clean\" }\n",
    );
    place.write("lexicon/stuff.toml", "");
    let output = place.run(&["check", "x", "--lang", "zh"]);
    let told = err(&output);
    assert_eq!(code(&output), 2, "{told}");
    let files = [
        "rules", "more", "cues", "own", "folds", "digits", "tsv", "overlay", "stuff", "toml", "txt", "terms",
        "classes",
    ];
    let ids = [
        "threat", "melon", "pumpkin", "melons", "law", "of", "ripe", "gourd", "rule", "TAB",
    ];
    let values = [
        "clean", "notice", "warning", "severe", "hits", "misses", "patterns", "lists",
    ];
    let states = [
        "not",
        "debtor",
        "stop",
        "requested",
        "distress",
        "collecting",
        "group",
        "callback",
        "asked",
    ];
    let names = [&files[..], &ids, &values, &states].concat();
    assert_eq!(latin_words(&told, &names), [""; 0], "{told}");
    assert!(told.contains("规则 threat-melon 定义了两次"), "{told}");
    let in_english = err(&place.run(&["check", "x", "--lang", "en"]));
    assert!(
        in_english.contains("rule threat-melon is defined twice"),
        "{in_english}"
    );
    let places = |told: &str, colon: &str| -> Vec<String> {
        let places = told
            .lines()
            .map(|line| line.split(colon).next().unwrap_or_default());
        places.skip(1).map(str::to_owned).collect()
    };
    assert_eq!(places(&told, "："), places(&in_english, ": "));
    assert!(told.lines().count() > 20, "{told}");

    place.write("lexicon/rules/more.toml", "[[rule]]\nid = 3\n");
    let told = err(&place.run(&["check", "x", "--lang", "zh"]));
    assert!(
        told.contains("rules/more.toml:2：此处写法有误：invalid type"),
        "{told}"
    );
}

#[test]
fn rejections_are_told_in_the_language_asked_for() {
    let place = Place::new();
    for (line, zh, en) in [
        (
            "{\"text\": \"请还款",
            "第 19 列，字符串没有写完",
            "EOF while parsing a string",
        ),
        ("not json", "此处应为 true、false 或 null", "expected ident"),
        ("{\"text\": \"请还款\",}", "末尾多了一个逗号", "trailing comma"),
        ("{\"text\": \"请\t还款\"}", "控制字符", "control character"),
        ("{\"text\": \"请还款\"} 好", "多余的字符", "trailing characters"),
        ("3", "不是 JSON 对象", "not a JSON object"),
        ("{\"id\": 1}", "没有正文", "no text"),
    ] {
        let output = place.run_on(&["check", "--jsonl", "--lang", "zh"], line);
        let told = err(&output);
        assert_eq!(code(&output), 3, "{told}");
        assert!(told.contains(zh), "{line}: {told}");
        assert_eq!(
            latin_words(&told, &["JSON", "true", "false", "null"]),
            [""; 0],
            "{told}"
        );
        let told = err(&place.run_on(&["check", "--jsonl", "--lang", "en"], line));
        assert!(told.contains(en), "{line}: {told}");
    }
}
