//! `test`: a company's pack, its data and its false alarms.

use super::*;

/// A rule that finds a word of every collection message.
const LOUD: &str = r#"
[[rule]]
id = "threat-loud"
category = "threat"
tier = "notice"
title = { zh = "还款", en = "paying" }
why = { zh = "太宽。", en = "Too wide." }
basis = ["psapl-threat"]
instead = { zh = "请您还款。", en = "Please pay." }
terms = "还款"
allow = "锤扁你的绿西瓜"
hits = ["请尽快⟦还款⟧", "今天⟦还款⟧", "您可以⟦还款⟧了"]
misses = ["你好", "再见", "谢谢"]
"#;

fn test(place: &Place, more: &[&str]) -> Output {
    let lexicon = place.path("lexicon");
    let arguments = [&["test", lexicon.to_str().unwrap()], more].concat();
    place.run(&arguments)
}

#[test]
fn false_alarms_have_a_budget() {
    let place = Place::new();
    place.write("lexicon/rules/loud.toml", LOUD);
    let output = test(&place, &["--format", "json"]);
    assert_eq!(code(&output), 1);
    let inspection: Value = serde_json::from_str(&out(&output)).unwrap();
    let clean = &inspection["clean"];
    let texts = clean["texts"].as_u64().unwrap();
    assert!(texts >= 3_000, "{texts} clean texts");
    let loudest = &clean["rules"][0];
    assert_eq!(loudest["rule"], "threat-loud");
    assert_eq!(loudest["is_over"], true);
    assert_eq!(loudest["words"][0][0], "还款");
    assert!(
        loudest["worst"][0]["excerpt"]
            .as_str()
            .unwrap()
            .contains("⟦还款⟧")
    );
    assert!(loudest["file"].as_str().unwrap().ends_with("loud.toml"));
    assert_eq!(loudest["line"], 3);
    let rules: Vec<&str> = clean["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules.len(), 3, "the own rules alone: {rules:?}");
    assert_eq!(clean["rules"][2]["flagged"], 0);
    assert_eq!(clean["flagged"], loudest["flagged"]);
    assert_eq!(clean["is_over"], true);

    for (lang, over, quiet) in [
        ("zh", "超过上限 0.50%", "没有误报"),
        ("en", "more than 0.50%", "flag none of"),
    ] {
        let told = out(&test(&place, &["--lang", lang]));
        assert!(told.contains("loud.toml:3: threat-loud"), "{told}");
        assert!(told.contains(over) && told.contains(quiet), "{told}");
    }
    let told = out(&test(&place, &["--budget", "100%", "--pack-budget", "1"]));
    assert!(!told.contains("超过上限"), "{told}");
}

/// What is wrong is told with the file and the line where it stands.
#[test]
fn dead_data_fails_a_pack() {
    let place = Place::new();
    let rules = RULES.replace(
        "terms = \"紫南瓜自负\"",
        "terms = \"紫南瓜自负\"\nallow = \"紫南瓜自负\"",
    );
    place.write("lexicon/rules/threat.toml", &rules);
    let output = test(&place, &["--lang", "en"]);
    assert_eq!(code(&output), 1);
    let line = |needle: &str| rules.lines().position(|line| line.contains(needle)).unwrap() + 1;
    let told = out(&output);
    for expected in [
        format!(
            "threat.toml:{}: threat-pumpkin  紫南瓜自负 never matches",
            line("terms = \"紫南瓜")
        ),
        format!(
            "threat.toml:{}: threat-pumpkin  missing  再不还款⟦紫",
            line("再不还款⟦紫")
        ),
        format!(
            "threat.toml:{}: threat-pumpkin  finds none",
            line("id = \"threat-pumpkin")
        ),
    ] {
        assert!(told.contains(&expected), "no {expected} in {told}");
    }
}

#[test]
fn budgets_are_shares() {
    let place = Place::new();
    for budget in ["2", "x", "-1%"] {
        let output = test(&place, &[&format!("--budget={budget}")]);
        assert_eq!(code(&output), 2, "{budget}");
        assert!(err(&output).contains("0.5%"), "{}", err(&output));
    }
}
