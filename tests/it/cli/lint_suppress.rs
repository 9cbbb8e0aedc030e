//! `lint` with suppressions: comments, the file beside the configuration, what is wrong with them.

use super::*;

/// A text with a finding of one rule and no other. The bundled lexicon is enough, and starts sooner.
const THREAT: &str = "再不还钱打断你的腿";

const ALLOW: &str = "dunlint: allow(threat-maim) reason=培训材料";

fn run_in(place: &Place, folder: &str, arguments: &[&str]) -> Output {
    dunlint(arguments)
        .current_dir(place.path(folder))
        .output()
        .unwrap()
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    run_in(place, "", arguments)
}

/// A folder with a template in YAML behind this comment.
fn template(comment: &str) -> Place {
    let place = Place::new();
    place.write("t/a.yaml", format!("# {comment}\na: {THREAT}\n"));
    place
}

/// The rules of findings, of suppressed ones, and of the notes, from the records of a run.
fn rules(output: &Output) -> (Vec<String>, Vec<String>, Vec<Value>) {
    let (mut found, mut suppressed, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let ids = |list: &Value| -> Vec<String> {
        let list = list.as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|own| own["rule"].as_str().unwrap().to_owned())
            .collect()
    };
    for record in records(output) {
        found.extend(ids(&record["findings"]));
        suppressed.extend(ids(&record["suppressed"]));
        let form = record["form"].as_array().cloned().unwrap_or_default();
        notes.extend(
            form.into_iter()
                .filter(|own| own["rule"].as_str().unwrap().starts_with("suppression-")),
        );
    }
    (found, suppressed, notes)
}

fn lint(place: &Place, arguments: &[&str]) -> Output {
    run(
        place,
        &[
            &["lint", "--output-format", "jsonl", "--date", "2026-03-02"],
            arguments,
        ]
        .concat(),
    )
}

#[test]
fn a_comment_suppresses_until_its_last_day() {
    for (comment, code_expected, left, note) in [
        (ALLOW.to_owned(), 0, 0, None),
        (format!("{ALLOW} until=2026-03-02"), 0, 0, None),
        (
            format!("{ALLOW} until=2026-03-01"),
            1,
            1,
            Some("suppression-expired"),
        ),
        (
            "dunlint: allow(threat-maim)".to_owned(),
            1,
            1,
            Some("suppression-malformed"),
        ),
        (
            "dunlint: allow(threat-mame) reason=培训".to_owned(),
            1,
            1,
            Some("suppression-malformed"),
        ),
        ("dunlint:ignore".to_owned(), 1, 1, Some("suppression-malformed")),
        (
            "dunlint: allow(insult-profanity) reason=培训".to_owned(),
            1,
            1,
            Some("suppression-unused"),
        ),
    ] {
        let output = lint(&template(&comment), &["t"]);
        let (found, suppressed, notes) = rules(&output);
        assert_eq!(code(&output), code_expected, "{comment}: {}", err(&output));
        assert_eq!(
            (found.len(), suppressed.len()),
            (left, 1 - left),
            "{comment}: {}",
            out(&output)
        );
        let ids: Vec<&str> = notes.iter().map(|own| own["rule"].as_str().unwrap()).collect();
        assert_eq!(ids, note.into_iter().collect::<Vec<_>>(), "{comment}");
        for note in notes {
            assert_eq!(
                (&note["location"]["line"], &note["tier"]),
                (&json!(1), &json!("notice")),
                "{comment}"
            );
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_what_was_meant() {
    let place = template("dunlint: allow(threat-mame) reason=培训");
    let output = run(&place, &["lint", "t", "--output-format", "concise"]);
    assert!(
        out(&output).contains("是否想写 threat-maim？"),
        "{}",
        out(&output)
    );
    let output = run(&place, &["--lang", "en", "lint", "t"]);
    assert!(
        out(&output).contains("did you mean threat-maim?"),
        "{}",
        out(&output)
    );
    // What people are told to write is what suppresses.
    assert!(
        out(&output).contains("dunlint: allow(threat-maim) reason=…"),
        "{}",
        out(&output)
    );
}

#[test]
fn findings_about_suppressions_gate_as_those_of_form() {
    let place = Place::new();
    place.write("t/a.yaml", format!("# {ALLOW}\na: 您好\n"));
    for (arguments, expected) in [
        (&["t"][..], 0),
        (&["t", "--fail-on-form"], 1),
        (&["t", "--fail-on-form", "--ignore", "suppression-unused"], 0),
        (&["t", "--fail-on-form", "--select", "suppression-*"], 0),
        (&["t", "--fail-on-form", "--select", "threat,suppression-*"], 1),
    ] {
        let output = lint(&place, arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", out(&output));
    }
}

#[test]
fn suppressed_findings_are_counted_and_kept_in_records() {
    let place = template(ALLOW);
    place.write("t/b.json", format!("{{\"b\": \"{THREAT}\"}}"));
    place.write(
        "t/dunlint-suppressions.toml",
        "[[suppress]]\npath = \"b.json\"\nrules = [\"threat\"]\nreason = \"样例\"\n",
    );
    let output = run(&place, &["lint", "t"]);
    assert_eq!(code(&output), 0, "{}", out(&output));
    assert!(out(&output).contains("已忽略 2"), "{}", out(&output));
    let output = run(&place, &["lint", "t", "--statistics"]);
    assert!(
        out(&output).contains("已忽略\n2  100.0 %  threat-maim"),
        "{}",
        out(&output)
    );
    let output = run(&place, &["lint", "t", "--output-format", "sarif"]);
    let log: Value = serde_json::from_str(&out(&output)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<&Value> = results
        .iter()
        .map(|result| &result["suppressions"][0]["kind"])
        .collect();
    assert_eq!(kinds, ["inSource", "external"]);
    let records = records(&lint(&place, &["t"]));
    assert_eq!(records.len(), 2);
    for (record, (reason, by)) in records.iter().zip([("培训材料", "comment"), ("样例", "sidecar")]) {
        assert_eq!((&record["tier"], &record["score"]), (&json!("clean"), &json!(0)));
        let own = &record["suppressed"][0];
        assert_eq!((&own["reason"], &own["by"]), (&json!(reason), &json!(by)));
        assert_eq!(own["fingerprint"].as_str().unwrap().len(), 16);
    }
}

/// A configuration that names a file of suppressions, templates in two folders.
fn with_sidecar(entries: &str) -> Place {
    let place = Place::new();
    place.write(
        "dunlint.toml",
        "suppressions = \"known/allow.toml\"\nexclude = [\"lexicon/**\"]\n",
    );
    place.write("known/allow.toml", entries);
    place.write(
        "t/a.json",
        format!("{{\"list\": [{{\"c\": \"{THREAT}\"}}], \"d\": \"{THREAT}\"}}"),
    );
    place.write("u/a.json", format!("{{\"d\": \"{THREAT}\"}}"));
    place
}

#[test]
fn entries_name_files_and_key_paths() {
    let place = with_sidecar(
        "[[suppress]]\npath = \"t/*.json\"\nkey = \"list.*.c\"\nrules = [\"threat-maim\"]\nreason = \"样例\"\n",
    );
    for folder in [".", "t"] {
        let output = lint(&place, &[folder]);
        let (found, suppressed, notes) = rules(&output);
        let others = if folder == "." { 2 } else { 1 };
        assert_eq!(
            (found.len(), suppressed.len()),
            (others, 1),
            "{folder}: {}",
            out(&output)
        );
        assert!(notes.is_empty(), "{notes:?}");
    }
    // From a folder of it, too.
    let output = run_in(&place, "t", &["lint", "--output-format", "jsonl", "."]);
    assert_eq!(rules(&output).1.len(), 1, "{} {}", out(&output), err(&output));
    let output = run(&place, &["lint", ".", "--show-files"]);
    for own in ["dunlint.toml", "known/allow.toml"] {
        assert!(
            out(&output).contains(&format!("{own}\t不查看：dunlint 自己的文件")),
            "{}",
            out(&output)
        );
    }
}

#[test]
fn entries_are_unused_only_where_all_their_files_were_looked_at() {
    let entries = "[[suppress]]\npath = \"u/*.json\"\nrules = [\"insult-profanity\"]\nreason = \"样例\"\nuntil = 2030-01-01\n";
    let place = with_sidecar(entries);
    for (paths, expected) in [
        (&["."][..], 1),
        (&["u"], 1),
        (&["t"], 0),
        (&["t/a.json"], 0),
        (&["u/a.json"], 0),
        (&["t", "u"], 1),
    ] {
        let (_, _, notes) = rules(&lint(&place, paths));
        assert_eq!(notes.len(), expected, "{paths:?} {notes:?}");
        for note in notes {
            assert_eq!(note["rule"], "suppression-unused");
            let place = &note["location"];
            assert_eq!(
                (&place["path"], &place["line"]),
                (&json!("known/allow.toml"), &json!(1))
            );
        }
    }
}

#[test]
fn a_file_of_suppressions_that_is_not_understood_stops_the_run() {
    let place = with_sidecar("[[suppress]]\npaths = \"t\"\nreason = \"样例\"\n\n[[supress]]\n");
    let output = lint(&place, &["."]);
    assert_eq!(code(&output), 2, "{}", out(&output));
    for expected in [
        "known/allow.toml:2：没有键 paths；是否想写 path？",
        "known/allow.toml:1：缺少 path 或 fingerprint",
        "known/allow.toml:5：没有键 supress；是否想写 suppress？",
    ] {
        assert!(err(&output).contains(expected), "{}", err(&output));
    }
    place.write("dunlint.toml", "suppressions = \"nowhere.toml\"\n");
    let output = lint(&place, &["."]);
    assert_eq!(code(&output), 2);
    assert!(
        err(&output).contains("nowhere.toml：忽略清单无法读取"),
        "{}",
        err(&output)
    );
}

#[test]
fn rules_about_suppressions_are_known_where_rules_are() {
    for id in [
        "suppression-unused",
        "suppression-expired",
        "suppression-malformed",
    ] {
        let output = dunlint(&["explain", id]).output().unwrap();
        assert!(
            code(&output) == 0 && out(&output).contains(id),
            "{}",
            err(&output)
        );
        let output = dunlint(&["rules"]).output().unwrap();
        assert!(out(&output).contains(id));
    }
    let place = template("dunlint: allow(threat-maim)");
    place.write("dunlint.toml", "ignore = [\"suppression-malformd\"]\n");
    let output = lint(&place, &["t"]);
    assert_eq!(code(&output), 2);
    assert!(
        err(&output).contains("是否想写 suppression-malformed？"),
        "{}",
        err(&output)
    );
    place.write("dunlint.toml", "ignore = [\"suppression-malformed\"]\n");
    let (found, _, notes) = rules(&lint(&place, &["t"]));
    assert_eq!((found.len(), notes.len()), (1, 0));
    place.write("dunlint.toml", "");
    let output = run(&place, &["lint", "t", "--output-format", "sarif"]);
    let log: Value = serde_json::from_str(&out(&output)).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let own = rules
        .iter()
        .find(|rule| rule["id"] == "suppression-malformed")
        .unwrap();
    assert_eq!(own["shortDescription"]["text"], "忽略写得不对");
}
