use std::collections::HashSet;

use quick_xml::events::Event;
use serde_json::Value;

use super::*;
use crate::finding::RelatedRole;
use crate::lexicon::laws::Verb;
use crate::lint::config::ConfigFile;
use crate::lint::diagnostic::{Fix, Location, Related};
use crate::lint::suppress::SuppressedBy;
use crate::lint::{Config, Ignored, LintOptions, Suppressed, TextReport, Unread, WhyIgnored, lint_text};
use crate::rule::Category;
use crate::{Lexicon, Linter};

/// A path and words as an attacker would choose them.
const HOSTILE_PATH: &str = "::error, 模板/<b>`a|b` %0A.json";
const HOSTILE: &str = "<script>\"=cmd|'/c'\u{1b}[2J\n::error::x ##[error]y\u{202e}滚]]>";

fn report() -> LintReport {
    let first = Location {
        end_column: 15,
        end_column_utf16: 16,
        byte_end: 58,
        ..location("a.json", "templates[0].content", 2, 10, 11)
    };
    let violence = Diagnostic {
        excerpt: vec!["\t\t\"😀再不还钱，打断你的腿！\",".to_owned()],
        related: vec![
            Related {
                location: Location {
                    end_column: 9,
                    ..location("a.json", "templates[0].content", 2, 5, 6)
                },
                text: "再不还钱".to_owned(),
                role: RelatedRole::Condition,
            },
            Related {
                location: location("a.json", "templates[0].content", 1, 3, 3),
                text: "欠款".to_owned(),
                role: RelatedRole::Cue,
            },
        ],
        basis: vec![Basis {
            id: "PSAPL2025".to_owned(),
            clause: Some("第五十条".to_owned()),
            verb: Verb::Breaches,
            title: "《治安管理处罚法》".to_owned(),
        }],
        value: Some("relation = 您父亲".to_owned()),
        fix: Some(Fix {
            byte_start: first.byte_start,
            byte_end: 58,
            replacement: "请尽快还款".to_owned(),
            span: first.span,
            text: "打断你的腿".to_owned(),
            words: "请尽快还款".to_owned(),
            line: first.line,
            column: first.column,
            column_utf16: first.column_utf16,
            end_line: first.end_line,
            end_column: first.end_column,
            end_column_utf16: first.end_column_utf16,
        }),
        ..diagnostic(
            "threat-violence",
            Category::Threat,
            Tier::Severe,
            first,
            "打断你的腿",
        )
    };
    let profanity = Diagnostic {
        excerpt: vec![format!("{}{HOSTILE}{}", "前".repeat(100), "后".repeat(100)).replace('\n', " ")],
        disguises: vec![Disguise::Homophone],
        plain: Some("滚".to_owned()),
        confidence: Confidence::Medium,
        ..diagnostic(
            "insult-profanity",
            Category::Insult,
            Tier::Warning,
            Location {
                byte_start: 400,
                byte_end: 406,
                ..location(HOSTILE_PATH, "", 7, 101, 101)
            },
            HOSTILE,
        )
    };
    let doubtful = Diagnostic {
        confidence: Confidence::Low,
        location: location(HOSTILE_PATH, "", 3, 1, 1),
        ..profanity.clone()
    };
    let form = Diagnostic {
        category: None,
        title: "没有退订方式".to_owned(),
        message: "没有退订方式".to_owned(),
        ..diagnostic(
            "form-opt-out",
            Category::Threat,
            Tier::Notice,
            location(HOSTILE_PATH, "", 3, 1, 1),
            "",
        )
    };
    let note = Diagnostic {
        rule: "suppression-unused".to_owned(),
        location: Location {
            byte_start: 900,
            byte_end: 906,
            ..location("a.json", "", 9, 1, 1)
        },
        ..form.clone()
    };
    let suppressed = Suppressed {
        diagnostic: Diagnostic {
            location: location("a.json", "templates[1].content", 5, 1, 1),
            fingerprint: "suppressed".to_owned(),
            ..profanity.clone()
        },
        reason: "引用投诉原文".to_owned(),
        by: SuppressedBy::Comment,
    };
    let text = |id: &str, line| TextReport {
        id: id.to_owned(),
        line,
        ..TextReport::default()
    };
    LintReport {
        files: vec![
            FileReport {
                path: "a.json".to_owned(),
                texts: vec![
                    TextReport {
                        key_path: "templates[0].content".to_owned(),
                        tier: Tier::Severe,
                        score: 82,
                        categories: vec![Category::Threat],
                        findings: vec![violence],
                        ..text("a.json#templates[0].content", 2)
                    },
                    TextReport {
                        suppressed: vec![suppressed],
                        ..text("a.json#templates[1].content", 5)
                    },
                ],
                notes: vec![note],
                ..FileReport::default()
            },
            FileReport {
                path: HOSTILE_PATH.to_owned(),
                texts: vec![TextReport {
                    tier: Tier::Warning,
                    score: 60,
                    categories: vec![Category::Insult],
                    findings: vec![profanity, doubtful],
                    form: vec![form],
                    ..text(HOSTILE, 3)
                }],
                unread: vec![Unread {
                    line: Some(9),
                    zh: "引号没有闭合\u{1b}[31m".to_owned(),
                    en: "an open quote\u{1b}[31m".to_owned(),
                }],
                ..FileReport::default()
            },
            FileReport {
                path: "clean.txt".to_owned(),
                texts: vec![text("clean.txt:1", 1)],
                ..FileReport::default()
            },
        ],
        ignored: vec![Ignored {
            path: "logo.png".into(),
            why: WhyIgnored::Kind,
        }],
    }
}

fn diagnostic(rule: &str, category: Category, tier: Tier, location: Location, words: &str) -> Diagnostic {
    Diagnostic {
        rule: rule.to_owned(),
        category: Some(category),
        tier,
        confidence: Confidence::High,
        title: "标题".to_owned(),
        message: "标题：危害*@all*".to_owned(),
        basis: Vec::new(),
        instead: "请您尽快还款。".to_owned(),
        location,
        text: words.to_owned(),
        plain: None,
        disguises: Vec::new(),
        related: Vec::new(),
        value: None,
        fingerprint: format!("{rule}-0001"),
        fix: None,
        excerpt: Vec::new(),
    }
}

/// Two characters wide.
fn location(path: &str, key_path: &str, line: usize, column: usize, column_utf16: usize) -> Location {
    Location {
        path: path.to_owned(),
        key_path: key_path.to_owned(),
        line,
        column,
        column_utf16,
        end_line: line,
        end_column: column + 2,
        end_column_utf16: column_utf16 + 2,
        byte_start: 43,
        byte_end: 49,
        span: (16, 31),
        char_span: (6, 11),
    }
}

fn shown(lang: Lang) -> Shown<'static> {
    Shown {
        settings: Settings::new(Lexicon::bundled(), lang),
        terminal: Terminal {
            width: 80,
            has_color: false,
        },
        most_findings: None,
        only_findings: false,
        fail_on: Tier::Warning,
        fails_on_form: false,
        baselined: 2,
        exit_code: 1,
        unopened: &[],
    }
}

fn written(format: Format, report: &LintReport, shown: &Shown) -> String {
    let mut out = Vec::new();
    write(format, report, shown, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of(format: Format) -> String {
    written(format, &report(), &shown(Lang::Zh))
}

fn json_of(format: Format) -> Value {
    serde_json::from_str(&of(format)).unwrap()
}

/// What acts on a terminal: escapes, and what reorders.
fn acts(text: &str) -> bool {
    text.chars()
        .any(|one| (one.is_control() && one != '\n') || one == '\u{202e}')
}

const FORMATS: [Format; 11] = [
    Format::Human,
    Format::Concise,
    Format::Json,
    Format::Jsonl,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
    Format::Checkstyle,
    Format::Rdjson,
    Format::Markdown,
];

#[test]
fn frames_underline_the_evidence_and_say_what_to_do() {
    let all = of(Format::Human);
    let first = "\
严重 threat-violence  标题，把握高
  ┌ a.json:2:10  templates[0].content
2 │ \"😀再不还钱，打断你的腿！\",
  │    --------  ^^^^^^^^^^
  = 危害：危害*@all*
  = 变量：relation = 您父亲
  = 语境词：“欠款” 1:3
  = 依据：违反《治安管理处罚法》第五十条（PSAPL2025）
  = 改为：请您尽快还款。
  = 可自动改为：请尽快还款
  = 忽略：dunlint: allow(threat-violence) reason=…（指纹 threat-violence-0001）

";
    assert!(all.starts_with(first), "{all}");
    let last = "\n查看 3 个文件，判定 4 条文字：严重 1，警告 1，提示 0，供复核 1，格式 2，已忽略 1，基线内 2，未查看的文件 1，未能读取 1\n其中 1 处可用 --fix 自动改正（--diff 先看改动）\n";
    assert!(all.ends_with(last), "{all}");
    assert!(
        all.contains(".json:9: 未能读取：引号没有闭合‹U+001B›[31m\n"),
        "{all}"
    );
    let long = all
        .lines()
        .filter(|line| !line.starts_with("查看") && !line.contains('┌'));
    for line in long {
        assert!(crate::report::visible::columns(line) <= 80, "{line}");
    }
    let cut = all.lines().find(|line| line.starts_with("7 │")).unwrap();
    assert!(
        cut.starts_with("7 │ …前") && cut.contains("<script>") && cut.ends_with('…'),
        "{cut}"
    );
}

#[test]
fn lines_are_one_a_finding() {
    let expected = format!(
        "\
a.json:2:10: 严重 threat-violence 标题：危害*@all*
a.json:9:1: 提示 suppression-unused 没有退订方式
{HOSTILE_PATH}:3:1: 提示 form-opt-out 没有退订方式
{HOSTILE_PATH}:3:1: 警告 insult-profanity 标题：危害*@all*
{HOSTILE_PATH}:7:101: 警告 insult-profanity 标题：危害*@all*
其中 1 处可用 --fix 自动改正（--diff 先看改动）
"
    );
    let concise = of(Format::Concise);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&concise), sorted(&expected));
}

#[test]
fn nothing_of_a_file_acts_on_what_shows_it() {
    for format in FORMATS {
        for lang in [Lang::Zh, Lang::En] {
            let mut text = written(format, &report(), &shown(lang));
            if matches!(format, Format::Json | Format::Jsonl | Format::Sarif) {
                // Bidirectional marks are kept as they are in data; JSON itself escapes controls.
                text = text.replace('\u{202e}', "");
            }
            assert!(!acts(&text), "{format:?}: {text:?}");
        }
    }
}

#[test]
fn limits_keep_the_worst_and_are_stated() {
    let report = report();
    for format in FORMATS {
        let limited = Shown {
            most_findings: Some(1),
            ..shown(Lang::Zh)
        };
        let all = written(format, &report, &shown(Lang::Zh));
        let some = written(format, &report, &limited);
        if format.is_limited() {
            assert!(some.contains("threat-violence"), "{format:?}");
            assert!(some.contains("另有 4 处未列"), "{format:?}: {some}");
        } else {
            assert_eq!(all, some, "{format:?}");
        }
    }
}

#[test]
fn records_are_complete_and_findings_may_be_all_there_is() {
    let lines = of(Format::Jsonl);
    let records: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let list = json_of(Format::Json);
    assert_eq!(list.as_array().unwrap(), &records);
    let ids: Vec<&str> = records
        .iter()
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    let expected = [
        "a.json#templates[0].content",
        "a.json#templates[1].content",
        "a.json",
        HOSTILE,
        "clean.txt:1",
    ];
    assert_eq!(ids, expected);
    let found = &records[0]["findings"][0];
    let place = serde_json::json!({
        "path": "a.json", "key_path": "templates[0].content", "line": 2, "column": 10, "column_utf16": 11,
        "byte_start": 43, "byte_end": 58,
    });
    assert_eq!(found["location"], place);
    assert_eq!(found["value"], "relation = 您父亲");
    assert_eq!(found["fix"]["replacement"], "请尽快还款");
    assert_eq!(records[1]["suppressed"][0]["reason"], "引用投诉原文");
    assert_eq!(records[3]["form"][0]["rule"], "form-opt-out");
    assert!(records[3]["form"][0].get("category").is_none());
    let only = Shown {
        only_findings: true,
        ..shown(Lang::Zh)
    };
    assert_eq!(written(Format::Jsonl, &report(), &only).lines().count(), 3);
    assert_eq!(written(Format::Json, &LintReport::default(), &only), "[]\n");
}

/// The records of lint and of check are of one shape: what both have is the same, in the same order.
#[test]
fn records_are_those_of_check_with_places() {
    use crate::message::{Id, Message};
    use crate::report::Judged;
    use crate::report::json::Recorder;
    let lexicon = Lexicon::bundled();
    let linter = Linter::new(lexicon).unwrap();
    let settings = Settings::new(lexicon, Lang::Zh);
    let text = "再不还钱，打 断 你的腿！滚，傻逼";
    let options = LintOptions {
        settings,
        select: &[],
        ignore: &[],
    };
    let config = Config::new(ConfigFile::default(), ".".into(), None, lexicon).unwrap();
    let file = lint_text(
        "a.txt".as_ref(),
        "a.txt",
        text.to_owned(),
        &config,
        &linter,
        options,
    )
    .unwrap();
    let report = LintReport {
        files: vec![file],
        ignored: Vec::new(),
    };
    let linted: Value = serde_json::from_str(&written(Format::Jsonl, &report, &shown(Lang::Zh))).unwrap();
    let message = Message {
        id: Id::Text(report.files[0].texts[0].id.clone().into()),
        ..Message::text(text)
    };
    let verdict = linter.check(&message);
    assert!(!verdict.findings.is_empty());
    let mut checked = Vec::new();
    let judged = Judged {
        message: &message,
        verdict: &verdict,
        has_own_id: true,
    };
    Recorder::new(settings).write(&mut checked, judged).unwrap();
    let checked: Value = serde_json::from_slice(&checked).unwrap();
    // What lint adds stands behind or in `form`; a fingerprint rests on the place by name.
    let mut common = linted.clone();
    for key in ["form", "location"] {
        common.as_object_mut().unwrap().shift_remove(key).unwrap();
    }
    for (found, own) in common["findings"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(checked["findings"].as_array().unwrap())
    {
        let found = found.as_object_mut().unwrap();
        found.shift_remove("location").unwrap();
        found["fingerprint"] = own["fingerprint"].clone();
        for related in found["related"].as_array_mut().unwrap() {
            related.as_object_mut().unwrap().shift_remove("location").unwrap();
        }
    }
    assert_eq!(common.to_string(), checked.to_string());
}

#[test]
fn sarif_is_valid_and_complete() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/schemas/sarif-2.1.0.json");
    // A bracket too many in a pattern of it stands for itself in JavaScript, and is an error elsewhere.
    let schema = std::fs::read_to_string(path)
        .unwrap()
        .replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut log = json_of(Format::Sarif);
    let problems: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 6, "five findings and a suppressed one");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let index = usize::try_from(artifact["index"].as_u64().unwrap()).unwrap();
        assert_eq!(run["artifacts"][index]["location"]["uri"], artifact["uri"]);
    }
    let levels: Vec<&str> = results
        .iter()
        .map(|result| result["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == "error").count(), 1);
    let first = &results[0];
    // The emoji is two units.
    let region = serde_json::json!({ "startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 16 });
    assert_eq!(first["locations"][0]["physicalLocation"]["region"], region);
    assert_eq!(
        first["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"],
        region
    );
    assert_eq!(first["partialFingerprints"]["dunlint/v1"], "threat-violence-0001");
    assert_eq!(first["relatedLocations"].as_array().unwrap().len(), 2);
    let suppressed = &results[5]["suppressions"][0];
    assert_eq!(suppressed["justification"], "引用投诉原文");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 1);
    assert_eq!(
        invocation["toolExecutionNotifications"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        run["artifacts"][1]["location"]["uri"],
        "%3A%3Aerror%2C%20%E6%A8%A1%E6%9D%BF/%3Cb%3E%60a%7Cb%60%20%250A.json"
    );
    // The validator does see what is wrong.
    log["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(!validator.is_valid(&log));
}

#[test]
fn annotations_are_commands_and_nothing_else_is() {
    let shown_all = of(Format::Github);
    let commands: Vec<&str> = shown_all.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(
        commands[0],
        "::warning file=%3A%3Aerror%2C 模板/<b>`a|b` %250A.json,line=9,title=dunlint：未能读取::引号没有闭合‹U+001B›[31m"
    );
    assert_eq!(
        commands[1],
        "::error file=a.json,line=2,endLine=2,col=10,endColumn=15,title=threat-violence 标题::\
         “打断你的腿” 标题：危害*@all*（relation = 您父亲）%0A依据：违反《治安管理处罚法》第五十条（PSAPL2025）\
         %0A改为：请您尽快还款。%0A可自动改为：请尽快还款"
    );
    assert_eq!(commands.len(), 6);
    let mut many = report();
    let again = many.files[1].clone();
    many.files.extend(std::iter::repeat_n(again, 12));
    let shown_many = written(Format::Github, &many, &shown(Lang::Zh));
    for level in ["error", "warning", "notice"] {
        let start = format!("::{level} ");
        let count = shown_many.lines().filter(|line| line.starts_with(&start)).count();
        assert!(count <= 10, "{count} {level}");
    }
    assert!(shown_many.contains("GitHub 每步每级只显示 10 条标注"));
    let plain = shown_many
        .lines()
        .filter(|line| line.contains("insult-profanity 标题：危害"));
    for line in plain.filter(|line| !line.contains("title=")) {
        assert!(line.starts_with("./::error"), "{line}");
    }
}

#[test]
fn a_line_begins_no_command() {
    let mut report = report();
    report.files[0].path = "x".to_owned();
    for file in &mut report.files {
        for text in &mut file.texts {
            for found in &mut text.findings {
                "##[error]x".clone_into(&mut found.location.path);
            }
        }
    }
    report.files = std::iter::repeat_n(report.files[1].clone(), 20).collect();
    let text = written(Format::Github, &report, &shown(Lang::Zh));
    let plain: Vec<&str> = text.lines().filter(|line| !line.starts_with("::")).collect();
    assert!(
        plain.len() > 20 && plain.iter().all(|line| !line.contains("##[")),
        "{plain:#?}"
    );
}

#[test]
fn gitlab_issues_have_all_they_need_and_fingerprints_of_their_own() {
    // Written from "Implement a custom tool" of GitLab's documentation of Code Quality.
    let schema = serde_json::json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "minLength": 1 },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": { "type": "string", "pattern": "^(?!\\./)" },
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": { "begin": { "type": "integer", "minimum": 1 } },
                        },
                    },
                },
            },
        },
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let issues = json_of(Format::Gitlab);
    validator.validate(&issues).unwrap();
    let issues = issues.as_array().unwrap();
    let prints: HashSet<&str> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), issues.len());
    assert!(prints.contains("insult-profanity-0001") && prints.contains("insult-profanity-0001-2"));
    let severities: Vec<&str> = issues
        .iter()
        .map(|issue| issue["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities[..2], ["critical", "info"]);
}

/// Its name and its attributes.
type Element = (String, Vec<(String, String)>);

/// The elements of a document with their attributes, in order, and all its words.
fn elements(xml: &str) -> (Vec<Element>, String) {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut elements, mut words) = (Vec::new(), String::new());
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                depth += 1;
                elements.push(named(&element));
            }
            Event::Empty(element) => elements.push(named(&element)),
            Event::End(_) => depth -= 1,
            Event::Text(text) => words.push_str(&text),
            // An escape of the text between.
            Event::GeneralRef(name) => words.push_str(&format!("&{};", &*name)),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (elements, words)
}

fn named(element: &quick_xml::events::BytesStart) -> (String, Vec<(String, String)>) {
    let attributes = element.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let value = quick_xml::escape::unescape(&attribute.value)
            .unwrap()
            .into_owned();
        (attribute.key.as_ref().to_owned(), value)
    });
    let attributes = attributes.collect();
    (element.name().as_ref().to_owned(), attributes)
}

fn value<'a>(element: &'a (String, Vec<(String, String)>), name: &str) -> &'a str {
    let attribute = element.1.iter().find(|(own, _)| own == name);
    attribute.map_or("", |(_, value)| value)
}

#[test]
fn junit_is_red_where_the_run_is() {
    let (all, words) = elements(&of(Format::Junit));
    // As the schema of Jenkins has them: which elements stand in which, with which attributes.
    let allowed = [
        ("testsuites", &["name", "tests", "failures", "errors"][..]),
        ("testsuite", &["name", "tests", "failures", "errors"]),
        ("testcase", &["name", "classname"]),
        ("failure", &["message", "type"]),
        ("error", &["message", "type"]),
        ("system-out", &[]),
    ];
    for (name, attributes) in &all {
        let (_, known) = allowed.iter().find(|(known, _)| known == name).unwrap();
        let own: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(&own, known, "{name}");
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "testcase",
        "testcase",
        "system-out",
        "testsuite",
        "testcase",
        "failure",
        "testcase",
        "error",
        "testsuite",
        "testcase",
    ];
    assert_eq!(names, expected);
    let counts = |index: usize| ["tests", "failures", "errors"].map(|name| value(&all[index], name));
    assert_eq!(counts(0), ["6", "2", "1"]);
    assert_eq!(counts(1), ["3", "1", "0"]);
    assert_eq!(value(&all[7], "name"), HOSTILE_PATH);
    assert!(words.contains("&lt;script&gt;") && !words.contains("<script>"));
    let lenient = Shown {
        fail_on: Tier::Severe,
        fails_on_form: true,
        ..shown(Lang::Zh)
    };
    let (all, _) = elements(&written(Format::Junit, &report(), &lenient));
    assert_eq!(
        value(&all[0], "failures"),
        "3",
        "the severe one, the note, the form"
    );
}

#[test]
fn checkstyle_has_the_elements_of_its_schema() {
    let (all, words) = elements(&of(Format::Checkstyle));
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "checkstyle",
        "file",
        "error",
        "error",
        "file",
        "error",
        "error",
        "error",
        "exception",
    ];
    assert_eq!(names, expected);
    let found = &all[2];
    let own: Vec<&str> = found.1.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(own, ["line", "column", "severity", "message", "source"]);
    assert_eq!(
        ["line", "column", "severity", "source"].map(|name| value(found, name)),
        ["2", "10", "error", "dunlint.threat-violence"]
    );
    assert_eq!(value(&all[4], "name"), HOSTILE_PATH);
    assert!(words.contains("9: 引号没有闭合‹U+001B›[31m"));
    for found in all.iter().filter(|(name, _)| name == "error") {
        assert!(["error", "warning", "info"].contains(&value(found, "severity")));
    }
}

#[test]
fn rdjson_counts_bytes() {
    let result = json_of(Format::Rdjson);
    let first = &result["diagnostics"][0];
    // Two tabs, a quote, an emoji of four bytes, five characters of three.
    let range =
        serde_json::json!({ "start": { "line": 2, "column": 23 }, "end": { "line": 2, "column": 38 } });
    assert_eq!(first["location"]["range"], range);
    assert_eq!(
        first["suggestions"][0],
        serde_json::json!({ "range": range, "text": "请尽快还款" })
    );
    assert_eq!(first["code"]["value"], "threat-violence");
    let severities: Vec<&str> = result["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities[0], "ERROR");
    assert!(
        severities
            .iter()
            .all(|severity| ["ERROR", "WARNING", "INFO"].contains(severity))
    );
}

#[test]
fn pages_hold_no_markup_of_files() {
    let page = of(Format::Markdown);
    let mut outside = String::new();
    for line in page.lines() {
        let mut rest = line;
        while let Some(open) = rest.find('`') {
            outside.push_str(&rest[..open]);
            let fence = rest[open..].len() - rest[open..].trim_start_matches('`').len();
            let inner = &rest[open + fence..];
            let close = inner.find(&"`".repeat(fence)).unwrap();
            rest = &inner[close + fence..];
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    for sign in ["<", "@all", "script", "error,", "*@"] {
        assert!(!outside.contains(sign), "{sign}: {outside}");
    }
    let row = page
        .lines()
        .find(|line| line.contains("threat-violence"))
        .unwrap();
    assert_eq!(
        row,
        "| 严重 | `threat-violence` | `a.json:2:10` | `打断你的腿` | 标题：危害\\*＠all\\* |"
    );
    assert_eq!(page.lines().filter(|line| line.starts_with("| ")).count(), 2 + 5);
}

#[test]
fn statistics_count_by_rule() {
    let mut out = Vec::new();
    write_statistics(&report(), &shown(Lang::Zh), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("2   40.0 %  insult-profanity    标题  ::error"),
        "{text}"
    );
    assert_eq!(
        lines[1],
        format!("1   20.0 %  form-opt-out        没有退订方式  {HOSTILE_PATH}:3:1")
    );
    assert_eq!(lines[3], "1   20.0 %  threat-violence     标题  a.json:2:10");
    assert_eq!(lines[4], "已忽略");
    assert!(
        lines[5].starts_with("1  100.0 %  insult-profanity  标题  a.json:5:1"),
        "{text}"
    );
    assert_eq!(lines.len(), 7);
}

#[test]
fn paths_that_cannot_be_opened_are_told_in_every_format_that_can() {
    use crate::ErrorKind;
    let unopened = [Error::said(ErrorKind::Input, "gone").in_file("no\u{1b}where")];
    let shown = Shown {
        unopened: &unopened,
        ..shown(Lang::Zh)
    };
    for format in [
        Format::Human,
        Format::Sarif,
        Format::Github,
        Format::Junit,
        Format::Checkstyle,
        Format::Markdown,
    ] {
        let text = written(format, &LintReport::default(), &shown);
        assert!(text.contains("gone") && !acts(&text), "{format:?}: {text}");
    }
}
