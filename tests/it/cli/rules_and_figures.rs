//! `rules`, `test`, `eval`, completions and the man page.

use super::*;

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
        // Either rules cite it, or it says what else would show a breach; what form shows, rules of form cite.
        let is_shown_elsewhere = clause["shown_by"].is_string() && clause["shown_by"] != "form";
        assert_eq!(citing(clause) == 0, is_shown_elsewhere, "{clause}");
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
               "evidence": [{"label": "threat", "quote": "锤扁你的蓝西瓜"}]}),
        json!({"id": 2, "text": "请您还款", "tier": "warning", "labels": ["insult"], "genre": "collection",
               "evidence": [{"label": "insult", "quote": "还款"}]}),
        json!({"id": 3, "text": "蓝西瓜很甜", "tier": "clean", "labels": [], "genre": "ordinary"}),
    ];
    let labelled: String = labelled.iter().map(|record| format!("{record}\n")).collect();
    place.write("learn/sms.jsonl", &labelled);
    place.write("measured/sms.jsonl", &labelled);
    let output = place.run(&["eval", "learn", "--format", "json", "--misses=5"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let figures: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(figures["any_violation"]["messages"]["recall"], 0.5);
    assert_eq!(figures["headline"]["evidence_shown"]["value"], 0.5);
    assert_eq!(figures["misses"]["false_negatives"][0]["id"], "2");
    assert!(out(&place.run(&["eval", "learn", "--misses"])).contains("判得过轻"));
    let folds = place.run(&["eval", "learn", "--folds", "2", "--format", "json"]);
    assert_eq!(code(&folds), 0, "{}", err(&folds));
    let held_out: Value = serde_json::from_str(&out(&folds)).unwrap();
    assert_eq!(held_out["messages"], figures["messages"]);
    assert_eq!(code(&place.run(&["eval", "measured", "--folds", "2"])), 2);

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
    // A kind of disguise that wasn't measured doesn't hold its floor either.
    place.write("floors.toml", "[disguises]\nemoji = 0.5\n");
    let output = place.run(&["eval", "learn", "--floors", "floors.toml"]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("disguises.emoji"), "{}", out(&output));
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
