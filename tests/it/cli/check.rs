//! `check`: exit codes, standard input, terminals.

use super::*;

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
    let start = text.find("锤扁").unwrap();
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

#[test]
fn no_polite_words_hide_a_threat_or_the_hour() {
    let place = Place::new();
    let tier = |arguments: &[&str]| records(&place.run(arguments))[0]["tier"].clone();
    let padding = "尊敬的客户您好，感谢您一直以来的支持与配合，如有疑问请致电客服热线，祝您生活愉快。";
    let padded = format!("{padding}今晚再不还就打死你。{padding}");
    for text in [
        "李先生您好，不然打断您的腿",
        "你再躲我就放火烧了你家房子",
        &padded,
    ] {
        assert_eq!(tier(&["check", "--format", "jsonl", text]), "severe", "{text}");
    }
    let due = "您好，您的账单已逾期，请还款。感谢您一直以来的支持与配合，祝您生活愉快。";
    let sent = |time: &str| tier(&["check", "--format", "jsonl", "--time", time, due]);
    assert_eq!(sent("2026-03-02 23:30"), "warning");
    assert_eq!(sent("2026-03-02 14:30"), "clean");
}

#[test]
fn exchanged_speakers_are_corrected_and_it_is_said() {
    let place = Place::new();
    let call = "客户：您好，我是鑫诚公司的催收专员\n坐席：我没钱，你们公司别打了\n客户：不还钱打断你的腿";
    let output = place.run(&["check", "--format", "jsonl", call]);
    assert_eq!(code(&output), 1);
    let record = &records(&output)[0];
    assert_eq!(
        (&record["tier"], &record["speakers_corrected"]),
        (&"severe".into(), &true.into())
    );
    assert_eq!(record["findings"][0]["turn"], 2);
    assert!(out(&place.run(&["check", "--lang", "en", call])).contains("agent and customer exchanged"));
    let right = call
        .replace("客户", "甲")
        .replace("坐席", "客户")
        .replace('甲', "坐席");
    let record = &records(&place.run(&["check", "--format", "jsonl", &right]))[0];
    assert_eq!(
        (&record["tier"], record.get("speakers_corrected")),
        (&"severe".into(), None)
    );
}

#[test]
fn nothing_to_judge_is_said() {
    let place = Place::new();
    for command in ["check", "why"] {
        let output = place.run(&[command, ""]);
        assert_eq!(code(&output), 3, "{command}");
        assert!(err(&output).contains("没有可判定的文字"), "{}", err(&output));
    }
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
fn why_tells_what_a_collector_left_unsaid_in_a_call() {
    let place = Place::new();
    let call = |opening: &str| {
        let call = format!(
            "坐席：您好，{opening}\n客户：什么事？\n坐席：您有一笔借款逾期5天，请问哪天能还？\n客户：下周。"
        );
        out(&place.run(&["--lang", "en", "why", &call]))
    };
    let story = call("我是安心消费金融的，本次通话有录音。");
    assert!(story.contains("for whom he speaks: #0"), "{story}");
    assert!(story.contains("that the call is recorded: #0"), "{story}");
    let story = call("请问是李先生吗？");
    assert!(story.contains("for whom he speaks: not said"), "{story}");
    assert!(story.contains("that the call is recorded: not said"), "{story}");
    let text = out(&place.run(&["--lang", "en", "why", "您有一笔借款逾期5天，请尽快还款。"]));
    assert!(!text.contains("expected:"), "{text}");
}
