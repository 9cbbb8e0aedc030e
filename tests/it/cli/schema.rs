//! `dunlint schema`: what users write and the program writes, against the schemas that it prints.

use jsonschema::Validator;

use super::*;

fn schema(of: &str) -> Value {
    let output = dunlint(&["schema", of]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn validator(of: &str) -> Validator {
    let schema = schema(of);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    let problems = validator.iter_errors(value);
    problems
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_schema_of_configurations_is_current() {
    let output = dunlint(&["schema", "config"]).output().unwrap();
    crate::compare_generated(&root().join("docs/dunlint.schema.json"), &out(&output));
}

#[test]
fn configurations_are_taken_by_schema_and_program_alike() {
    let validator = validator("config");
    let place = Place::new();
    place.write("a.txt", "您好");
    for (text, is_good) in [
        ("", true),
        (
            "select = ['threat', 'form', 'threat-*']\nignore = ['all']\nfail-on = 'severe'\nfail-on-form = true\n",
            true,
        ),
        (
            "exclude = ['x/**']\nkeys = ['a.*.b']\nignore-keys = ['c']\nencoding = 'gbk'\n",
            true,
        ),
        ("[kinds]\n'*.msg' = 'text'\n'*.x' = 'freemarker'\n", true),
        (
            "[message]\nchannel = 'sms'\ncreditor-kind = 'micro_loan'\nrecipient-role = 'third_party'\nregion = '浙江'\n",
            true,
        ),
        (
            "placeholders = ['«x»']\n[variables.rel]\nkind = 'id-number'\nvalues = ['甲']\nlongest = 4\n",
            true,
        ),
        (
            "[form]\ncreditors = ['甲']\ncontacts = ['95500']\nsignatures = ['甲']\ngateway = 'generic'\n",
            true,
        ),
        (
            "[[overrides]]\npaths = ['im/**']\nselect = ['insult']\nmessage = { channel = 'im' }\n",
            true,
        ),
        ("selct = []\n", false),
        ("select = 'threat'\n", false),
        ("fail-on = 'clean'\n", false),
        ("fail-on = 'grave'\n", false),
        ("[kinds]\n'*.msg' = 'txt'\n", false),
        ("[message]\nchannel = 'fax'\n", false),
        ("[message]\nsender = 'x'\n", false),
        ("[variables.rel]\nkind = 'kin'\n", false),
        ("[variables.rel]\nlongest = -1\n", false),
        ("[form]\ngateway = 'alyun'\n", false),
        ("[[overrides]]\npath = ['im/**']\n", false),
        ("[[overrides]]\nfail-on = 'severe'\n", false),
    ] {
        let value: Value = toml::from_str(text).unwrap();
        let found = problems(&validator, &value);
        assert_eq!(found.is_empty(), is_good, "{text}: {found:?}");
        place.write("dunlint.toml", text);
        let ran = place.run(&["lint", "a.txt"]);
        let is_taken = code(&ran) != 2;
        // Tiers of which a run can fail at all are a matter of the schema alone.
        assert!(
            is_taken == is_good || text.contains("'clean'"),
            "{text}: {}",
            err(&ran)
        );
    }
    for (path, names) in [
        ("/$defs/Channel/enum", &["sms", "visit"][..]),
        ("/$defs/Kind/enum", &["jsonl", "php"]),
        ("/$defs/VariableKind/enum", &["free-text", "last-digits"]),
        ("/$defs/TierName/enum", &["notice", "severe"]),
        ("/$defs/GatewayName/enum", &["generic"]),
        ("/$defs/RuleSelector/anyOf/0/enum", &["threat", "form", "all"]),
    ] {
        let schema = schema("config");
        let listed = schema.pointer(path).unwrap_or_else(|| panic!("{path}"));
        for name in names {
            assert!(
                listed.as_array().unwrap().contains(&json!(name)),
                "{path}: {listed}"
            );
        }
    }
}

#[test]
fn records_are_as_their_schema_says() {
    let validator = validator("record");
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("corpus/learn")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate().step_by(7) {
            let record: Value = serde_json::from_str(line).unwrap();
            let found = problems(&validator, &record);
            assert!(found.is_empty(), "{}:{}: {found:?}", path.display(), number + 1);
            seen += 1;
        }
    }
    assert!(seen > 1000, "{seen}");
    for (record, is_good) in [
        (json!({ "text": "您好" }), true),
        (json!({ "id": 7, "text": "您好", "own": [1] }), true),
        (json!({ "turns": [{ "text": "喂" }] }), true),
        (json!({ "time": "2026-03-02 14:05", "outcome": false }), true),
        (json!({ "time": "2026-03-02", "channel": "visit" }), true),
        (json!({ "time": "2026-03-02", "channel": "sms" }), false),
        (json!({}), false),
        (json!({ "text": 3 }), false),
        (json!({ "text": "x", "channel": "fax" }), false),
        (json!({ "text": "x", "recipient_role": "friend" }), false),
        (json!({ "text": "x", "tier": "grave" }), false),
        (json!({ "text": "x", "labels": ["violence"] }), false),
        (json!({ "turns": [{ "speaker": "robot", "text": "喂" }] }), false),
        (json!({ "turns": [{ "speaker": "agent" }] }), false),
        (json!([]), false),
    ] {
        let found = problems(&validator, &record);
        assert_eq!(found.is_empty(), is_good, "{record}: {found:?}");
    }
}

#[test]
fn results_of_all_commands_are_as_their_schema_says() {
    let validator = validator("result");
    let place = Place::new();
    let learn = |name: &str| root().join("corpus/learn").join(name);
    for (file, from) in [("sms.jsonl", "sms.jsonl"), ("calls.jsonl", "transcript.jsonl")] {
        let text = std::fs::read_to_string(learn(from)).unwrap();
        let lines: Vec<&str> = text.lines().step_by(40).collect();
        place.write(
            file,
            lines.join("\n") + "\n{\"time\":\"2026-03-02 10:00\",\"outcome\":\"未接\"}\n",
        );
    }
    place.write(
        "a.yaml",
        "a: 【某某银行】您的贷款已逾期，请还款。${备注}\nb: 再不还钱锤扁你的蓝西瓜\nc: 再不还款，您${关系}自负\n# dunlint: allow(all) reason=培训材料\nd: 【某某银行】再不还钱锤扁你的蓝西瓜\n",
    );
    place.write(
        "dunlint.toml",
        "lexicons = 'lexicon'\n[variables.'关系']\nvalues = ['甲', '紫南瓜']\n",
    );
    let mut parts = std::collections::BTreeSet::new();
    let dunlint_in = |arguments: &[&str]| dunlint(arguments).current_dir(place.path("")).output().unwrap();
    let all = [
        records(&place.run(&["check", SEVERE, "您好", "--format", "jsonl", "--dismissed"])),
        records(&dunlint_in(&[
            "check",
            "谁也不会打断你的腿，但是你再不还钱就去你单位闹",
            "打斷你的腿 13800138000",
            "--format",
            "jsonl",
            "--dismissed",
        ])),
        records(&dunlint_in(&["screen", "sms.jsonl", "calls.jsonl", "-o", "-"])),
        records(&dunlint_in(&["lint", "a.yaml", "--output-format", "jsonl"])),
    ];
    for record in all.iter().flatten() {
        let found = problems(&validator, record);
        assert!(found.is_empty(), "{record}: {found:?}");
        parts.extend(record.as_object().unwrap().keys().cloned());
        for list in ["findings", "form", "dismissed", "suppressed"] {
            let own = record[list].as_array().into_iter().flatten();
            parts.extend(
                own.flat_map(|own| own.as_object().unwrap().keys().map(|key| format!("{list}.{key}"))),
            );
        }
    }
    let list: Value =
        serde_json::from_slice(&dunlint_in(&["lint", "a.yaml", "--output-format", "json"]).stdout).unwrap();
    for record in list.as_array().unwrap() {
        assert_eq!(problems(&validator, record), [""; 0]);
    }
    // What the samples had to show for the test to say something.
    for part in [
        "form",
        "dismissed",
        "location",
        "without_words",
        "findings.plain",
        "findings.turn",
        "findings.location",
        "findings.value",
        "form.location",
        "dismissed.cue",
        "suppressed.category",
        "suppressed.by",
    ] {
        assert!(parts.contains(part), "{part} in {parts:?}");
    }
    let good = &all[0][0];
    for (path, wrong) in [
        ("/schema", json!(2)),
        ("/tier", json!("grave")),
        ("/score", json!(101)),
        ("/findings/0/category", json!("violence")),
        ("/findings/0/confidence", json!("sure")),
        ("/findings/0/span", json!({ "start": 0, "end": 3 })),
        ("/findings/0/basis/0/verb", json!("违背")),
    ] {
        let mut record = good.clone();
        *record.pointer_mut(path).unwrap() = wrong;
        assert_ne!(problems(&validator, &record), [""; 0], "{path}");
    }
    let mut record = good.clone();
    record["extra"] = json!(1);
    assert_ne!(problems(&validator, &record), [""; 0]);
}
