//! Documents that must agree with the program, with each other and with the tree.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The lines inside ```sh and ```rust fences.
fn fenced(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_inside = !is_inside;
        } else if is_inside {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn both_readmes_have_the_same_commands() {
    assert_eq!(fenced(&read("README.md")), fenced(&read("README.zh-CN.md")));
}

#[test]
fn ci_calls_the_test_command_of_the_readme() {
    assert!(read("README.md").contains("\n./check.sh\n"));
    assert!(read(".ci/run").lines().any(|line| line == "./check.sh"));
}

#[test]
fn paths_in_the_guides_exist() {
    for guide in [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        "lexicons/README.md",
        "corpus/README.md",
    ] {
        let text = read(guide);
        let named = text.split('`').skip(1).step_by(2).filter(|name| {
            ["src/", "lexicons/", "corpus/", "tests/", "benches/", "docs/"]
                .iter()
                .any(|root| name.starts_with(root))
        });
        for name in named.filter(|name| !name.contains([' ', '<', '*'])) {
            assert!(
                root().join(name).exists(),
                "{guide} names {name}, which doesn't exist"
            );
        }
        let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in linked.filter(|link| !link.starts_with("http")) {
            let base = root().join(guide);
            assert!(
                base.parent().unwrap().join(link).exists(),
                "{guide} links to {link}, which doesn't exist"
            );
        }
    }
}

#[test]
fn the_rule_reference_is_generated() {
    let output = Command::new(env!("CARGO_BIN_EXE_dunlint"))
        .args(["--lang", "zh", "rules", "--format", "markdown"])
        .output()
        .unwrap();
    assert!(output.status.success());
    super::compare_generated(
        &root().join("docs/rules.md"),
        &String::from_utf8(output.stdout).unwrap(),
    );
}

/// What the README promises of single sentences.
#[test]
fn the_sentences_of_the_readme_are_judged_as_it_says() {
    let linter = dunlint::Linter::new(dunlint::Lexicon::bundled()).unwrap();
    let readme = read("README.md");
    let sentences = [
        ("草泥马", true),
        ("nmsl", true),
        ("体操你好", false),
        ("打死结", false),
        ("严禁辱骂、恐吓债务人", false),
        ("催收说要爆我通讯录怎么办", false),
        ("我们不会联系您的家人", false),
        ("可能依法提起诉讼", false),
        ("今天就冻结你全部账户", true),
        ("你女儿在实验小学二年级吧，放学路上车多", true),
        ("再不还钱打断你的腿", true),
    ];
    for (sentence, is_found) in sentences {
        assert!(readme.contains(sentence), "the README no longer has {sentence}");
        let tier = linter.check(&dunlint::Message::text(sentence)).tier;
        assert_eq!(tier > dunlint::rule::Tier::Clean, is_found, "{sentence}");
    }
}
