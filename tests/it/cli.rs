//! The real binary: arguments, streams, exit codes, files.

mod check;
mod diff_rules;
mod dossier;
mod languages;
mod lexicons;
mod lint;
mod lint_examples;
mod lint_fix;
mod lint_gate;
mod lint_inputs;
mod lint_suppress;
mod lsp;
mod review;
mod rules_and_figures;
mod schema;
mod screen;
mod sniff;
mod test;

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
terms = "锤扁你的蓝西瓜"
hits = ["再不还钱⟦锤扁你的蓝西瓜⟧", "信不信⟦锤扁你的蓝西瓜⟧", "我来⟦锤扁你的蓝西瓜⟧"]
misses = ["蓝西瓜很甜", "锤子在桌上", "严禁说锤扁你的蓝西瓜等话"]

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

const SEVERE: &str = "再不还钱锤扁你的蓝西瓜";
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
        let takes_lexicon = !matches!(
            arguments[0],
            "sniff" | "test" | "diff-rules" | "completions" | "man"
        );
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
        .env("DUNLINT_CACHE_DIR", "")
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
