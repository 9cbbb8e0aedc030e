//! The bundled example, and what runs `lint` elsewhere: hook, action, component.

use std::path::Path;

use dunlint::lint::extract::Kind;
use regex::Regex;

use super::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn the_example_has_the_findings_that_it_is_there_to_show() {
    let run = Command::new(env!("CARGO_BIN_EXE_dunlint"))
        .args([
            "lint",
            "--output-format",
            "jsonl",
            "--only-findings",
            "examples/templates",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    let mut found = Vec::new();
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let findings = record["findings"].as_array().unwrap().iter();
        for finding in findings.chain(record["form"].as_array().unwrap()) {
            let place = &finding["location"];
            let path = place["path"].as_str().unwrap();
            let key = place["key_path"].as_str().unwrap();
            found.push(format!("{path}#{key} {}", finding["rule"].as_str().unwrap()));
        }
    }
    found.dedup();
    let draft = "examples/templates/sms/overdue.yaml#draft";
    let is_of_draft = |found: &&String| found.starts_with(draft);
    let (in_draft, others): (Vec<&String>, Vec<&String>) = found.iter().partition(is_of_draft);
    for rule in [
        "third-party-announce-relatives",
        "third-party-announce-employer",
        "threat-vague",
    ] {
        assert!(
            in_draft.contains(&&format!("{draft} {rule}")),
            "{rule}: {in_draft:?}"
        );
    }
    assert_eq!(
        others,
        [
            "examples/templates/app/messages.properties#bill.overdue form-signature-missing",
            "examples/templates/sms/overdue.yaml#second form-more-parts",
        ]
    );
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn what_runs_lint_elsewhere_uses_options_that_there_are() {
    let help = Command::new(env!("CARGO_BIN_EXE_dunlint"))
        .args(["lint", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let option = Regex::new(r"--[a-z][a-z-]+").unwrap();
    for file in [".pre-commit-hooks.yaml", "action.yml", "templates/dunlint.yml"] {
        let text = read(file);
        let used = text.lines().filter(|line| !line.contains("cargo install"));
        let used: Vec<&str> = used
            .flat_map(|line| option.find_iter(line))
            .map(|found| found.as_str())
            .collect();
        assert!(!used.is_empty(), "{file}");
        for name in used {
            assert!(help.contains(name), "{file}: {name}");
        }
    }
}

#[test]
fn the_hook_is_given_just_the_files_that_are_read() {
    let hook = read(".pre-commit-hooks.yaml");
    let pattern = hook
        .lines()
        .find_map(|line| line.trim().strip_prefix("files: '"))
        .unwrap();
    let pattern = Regex::new(pattern.trim_end_matches('\'')).unwrap();
    let extensions = "txt text tpl tmpl template md markdown mdx csv tsv json jsonc json5 jsonl ndjson yaml yml toml \
                      properties po pot xml xlf xliff resx plist html htm xhtml vue ftl ftlh ftlx j2 jinja jinja2 twig hbs \
                      mustache liquid vm vtl sql java kt kts py pyi js mjs cjs jsx ts mts cts tsx go php \
                      rs c h png jpg zip lock sh xlsx docx";
    for extension in extensions.split(' ') {
        let name = format!("templates.{extension}");
        let is_read = Kind::of_path(Path::new(&name)).is_some();
        assert_eq!(pattern.is_match(&name), is_read, "{name}");
    }
}
