//! `diff-rules`: the verdicts that another lexicon changes.

use super::*;

/// Two folders: in the second a rule is gone, one is graver.
fn two(place: &Place) {
    place.write("old/rules/threat.toml", RULES);
    place.write("new/rules/threat.toml", RULES);
    let overlay = "disable = [\"threat-melon\"]\n[regrade]\nthreat-pumpkin = \"severe\"\n";
    place.write("new/overlay.toml", overlay);
    let rows = [SEVERE, NOTICE, "请您依约还款", "严禁说锤扁你的蓝西瓜等话"];
    let rows = rows.iter().enumerate();
    let dump: String = rows
        .map(|(id, text)| format!("{{\"id\": {id}, \"text\": \"{text}\"}}\n"))
        .collect();
    place.write("dump.jsonl", dump + "not json\n\n");
}

#[test]
fn changed_verdicts_are_shown() {
    let place = Place::new();
    two(&place);
    let output = place.run(&["diff-rules", "old", "new", "dump.jsonl", "--format", "json"]);
    assert_eq!(code(&output), 1, "{}", err(&output));
    let report: Value = serde_json::from_str(&out(&output)).unwrap();
    let summary = &report["summary"];
    for (key, value) in [
        ("read", 6),
        ("judged", 4),
        ("rejected", 1),
        ("skipped", 1),
        ("changed", 2),
        ("graver", 1),
        ("milder", 1),
    ] {
        assert_eq!(summary[key], value, "{key} in {summary}");
    }
    assert_eq!(
        summary["tiers"],
        json!({"notice": {"severe": 1}, "severe": {"clean": 1}})
    );
    assert_eq!(
        summary["rules"],
        json!({
            "threat-melon": {"gone": 1, "new": 0, "regraded": 0},
            "threat-pumpkin": {"gone": 0, "new": 0, "regraded": 1},
        })
    );
    let changes = report["changes"].as_array().unwrap();
    let melon = changes.iter().find(|change| change["id"] == "0").unwrap();
    assert_eq!(melon["gone"][0]["text"], "锤扁你的蓝西瓜");
    let pumpkin = changes.iter().find(|change| change["id"] == "1").unwrap();
    assert_eq!(pumpkin["regraded"][0]["was_tier"], "notice");
    assert_eq!(pumpkin["regraded"][0]["tier"], "severe");
}

#[test]
fn every_form_shows_them() {
    let place = Place::new();
    two(&place);
    for (lang, format, expected) in [
        ("zh", "human", "严重 → 无异常"),
        ("en", "human", "- threat-melon"),
        ("zh", "markdown", "| `threat-melon` | 1 | 0 | 0 |"),
        ("en", "markdown", "## Verdicts that the rules change"),
    ] {
        let arguments = [
            "diff-rules",
            "old",
            "new",
            "dump.jsonl",
            "--format",
            format,
            "--lang",
            lang,
        ];
        let output = place.run(&arguments);
        assert_eq!(code(&output), 1);
        assert!(
            out(&output).contains(expected),
            "no {expected} in {}",
            out(&output)
        );
    }
    let output = place.run(&["diff-rules", "old", "new", "dump.jsonl", "--format", "jsonl"]);
    let lines = records(&output);
    let ids: Vec<&Value> = lines.iter().map(|line| &line["change"]["id"]).collect();
    assert_eq!(ids, [&json!("0"), &json!("1"), &Value::Null]);
    assert_eq!(lines[2]["summary"]["changed"], 2);
    let output = place.run(&[
        "diff-rules",
        "old",
        "new",
        "dump.jsonl",
        "--max",
        "1",
        "--lang",
        "en",
    ]);
    assert!(
        out(&output).contains("1 lesser changes aren't listed"),
        "{}",
        out(&output)
    );
}

#[test]
fn exit_codes_tell_what_came_of_it() {
    let place = Place::new();
    two(&place);
    place.write("broken/rules/threat.toml", "[[rule]]\nid = 3\n");
    place.write("empty.jsonl", "");
    for (arguments, expected) in [
        (["old", "old", "dump.jsonl"], 0),
        (["bundled", "bundled", "dump.jsonl"], 0),
        (["bundled", "old", "dump.jsonl"], 1),
        (["old", "missing", "dump.jsonl"], 2),
        (["old", "broken", "dump.jsonl"], 2),
        (["old", "old", "missing.jsonl"], 2),
        (["old", "old", "empty.jsonl"], 2),
    ] {
        let output = place.run(&[&["diff-rules"], &arguments[..]].concat());
        assert_eq!(code(&output), expected, "{arguments:?}: {}", err(&output));
    }
}

/// Templates are read as lint reads them: by their keys, with the places in the file.
#[test]
fn templates_are_compared_too() {
    let place = Place::new();
    two(&place);
    let code_file = format!("String text = \"{SEVERE}\";\n");
    place.write(
        "templates/nested.json",
        format!("{{\"a\": {{\"b\": \"{SEVERE}\"}}}}"),
    );
    let output = place.run(&[
        "diff-rules",
        "old",
        "new",
        "templates",
        "--templates",
        "--format",
        "json",
    ]);
    assert_eq!(code(&output), 1, "{}", err(&output));
    let report: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(report["summary"]["changed"], 1);
    assert!(
        report["changes"][0]["id"]
            .as_str()
            .unwrap()
            .contains("nested.json")
    );
    assert_eq!(report["changes"][0]["gone"][0]["rule"], "threat-melon");
    // What screen knows nothing of is left to lint, in folders as well; nothing in it is no reason to say that all was read.
    place.write("code/Sms.java", code_file);
    let output = place.run(&["diff-rules", "old", "new", "code"]);
    assert_ne!(code(&output), 0, "{}", out(&output));
}

#[test]
fn personal_data_is_masked() {
    let place = Place::new();
    two(&place);
    let text = format!("致电13800138000，{SEVERE}");
    place.write("one.jsonl", format!("{{\"id\": 1, \"text\": \"{text}\"}}\n"));
    let shown = |more: &[&str]| {
        let arguments = [&["diff-rules", "old", "new", "one.jsonl"], more].concat();
        out(&place.run(&arguments))
    };
    assert!(!shown(&[]).contains("13800138000"), "{}", shown(&[]));
    assert!(shown(&["--reveal"]).contains("13800138000"));
}
