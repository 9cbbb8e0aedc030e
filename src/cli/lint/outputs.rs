//! What `lint` writes, and where: `--output-format`, its limits, `--statistics`, `--show-files`, `--show-config`.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dunlint::lint::config::Config;
use dunlint::lint::{Candidate, Ignored, LintReport, WhyIgnored};
use dunlint::report::human::Terminal;
use dunlint::report::lint::{Format, Shown, write, write_statistics};
use dunlint::report::visible::visible;
use dunlint::report::words::pick;
use dunlint::rule::Lang;
use dunlint::{Error, ErrorKind, Lexicon, Result};

use super::super::{Color, Context, shown_error, unwritten};

/// What is written.
#[derive(Debug, clap::Args)]
pub(super) struct OutputArguments {
    /// Form of the output, or FORMAT=FILE, repeatable: human, concise, json, jsonl, sarif, github, gitlab, junit, checkstyle, rdjson, markdown
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = output_value, default_value = "human")]
    output_format: Vec<Output>,
    /// Show the N worst findings only; json, jsonl, gitlab, junit, checkstyle and rdjson can't say so and hold all
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,
    /// Leave texts without findings out of json and jsonl
    #[arg(long)]
    only_findings: bool,
    /// Count findings by rule in place of showing each (human, concise)
    #[arg(long)]
    statistics: bool,
    /// List the files that would be looked at, and those that wouldn't with the reason; judge nothing
    #[arg(long)]
    pub(super) show_files: bool,
    /// Print the configuration in force; judge nothing
    #[arg(long)]
    pub(super) show_config: bool,
    /// When colours are used
    #[arg(long, value_enum, default_value = "auto")]
    color: Color,
}

/// A format with the file that it goes to; standard output if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Output {
    format: Format,
    file: Option<PathBuf>,
}

/// Why a value of `--output-format` isn't taken; [`help`](crate::cli) has the Chinese.
pub(in crate::cli) const NO_FORMAT: &str = "not a format or FORMAT=FILE";

/// Columns of frames that go to a file: as most people's terminals.
const FILE_COLUMNS: usize = 80;

fn output_value(text: &str) -> std::result::Result<Output, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(file)),
        None => (text, None),
    };
    let format = Format::from_str(name, false).map_err(|_| NO_FORMAT.to_owned())?;
    match file {
        Some("") => Err(NO_FORMAT.to_owned()),
        Some("-") | None => Ok(Output { format, file: None }),
        Some(file) => Ok(Output {
            format,
            file: Some(file.into()),
        }),
    }
}

impl OutputArguments {
    /// Refuses options that would have no effect, and what would be written into each other.
    ///
    /// # Errors
    /// The first of them.
    pub(super) fn validate(&self, paths: &[PathBuf], context: &Context) -> Result<()> {
        let has =
            |is_meant: fn(Format) -> bool| self.output_format.iter().any(|output| is_meant(output.format));
        let refuse = |zh: &str, en: &str| Err(Error::said(ErrorKind::Usage, context.pick(zh, en)));
        if self.on_stdout().count() > 1 {
            return refuse(
                "标准输出上只能有一种格式，其余请写成 格式=文件",
                "only one format can be on standard output; give the others as FORMAT=FILE",
            );
        }
        if self.statistics && !has(Format::is_for_people) {
            return refuse(
                "--statistics 用于 human 和 concise",
                "--statistics is for human and concise",
            );
        }
        if self.max_findings.is_some() && !has(Format::is_limited) {
            return refuse(
                "--max-findings 对所选格式不起作用：它们总是完整的",
                "--max-findings has no effect on these formats: they are always complete",
            );
        }
        if self.only_findings && !has(|format| matches!(format, Format::Json | Format::Jsonl)) {
            return refuse(
                "--only-findings 用于 json 和 jsonl",
                "--only-findings is for json and jsonl",
            );
        }
        for (number, file) in self.files().enumerate() {
            if self.files().take(number).any(|other| other == file) {
                let reason = context.pick("有两种格式要写入它", "two formats would be written to it");
                return Err(Error::said(ErrorKind::Usage, reason).in_file(file));
            }
            if paths.iter().any(|path| is_same(path, file)) {
                let reason = context.pick(
                    "它同时是输入，写入会毁掉它",
                    "it is an input too and would be overwritten",
                );
                return Err(Error::said(ErrorKind::Usage, reason).in_file(file));
            }
        }
        Ok(())
    }

    /// The language of the run. Findings have their words once, so a run has one: that of the terminal if only people read
    /// it, else that of programs.
    pub(super) fn lang(&self, context: &Context) -> Lang {
        let mut formats = self.output_format.iter();
        match formats.all(|output| output.format.is_for_people()) {
            true => context.lang,
            false => context.machine_lang,
        }
    }

    /// Takes the run's own outputs out of the files that a folder holds: yesterday's report is no template.
    pub(super) fn leave_out(&self, candidates: &mut Vec<Candidate>) {
        let is_own = |candidate: &Candidate| self.files().any(|file| is_same(&candidate.path, file));
        candidates.retain(|candidate| !is_own(candidate));
    }

    /// Writes a report in all formats asked for. `facts` holds what the gate decided; limits and terminal are set here.
    ///
    /// # Errors
    /// The first file that can't be written.
    pub(super) fn write(&self, report: &LintReport, facts: Shown, context: &mut Context) -> Result<()> {
        let shown = Shown {
            most_findings: self.max_findings,
            only_findings: self.only_findings,
            ..facts
        };
        for Output { format, file } in &self.output_format {
            let terminal = match file {
                None => context.terminal(self.color),
                Some(_) => Terminal {
                    width: FILE_COLUMNS,
                    has_color: false,
                },
            };
            let shown = Shown { terminal, ..shown };
            let write = |out: &mut dyn Write| match self.statistics && format.is_for_people() {
                true => write_statistics(report, &shown, out),
                false => write(*format, report, &shown, out),
            };
            match file {
                None => write(&mut context.out).map_err(unwritten)?,
                Some(file) => write_file(file, write).map_err(|error| unwritten(error).in_file(file))?,
            }
        }
        self.note_unread(report, &shown, context);
        Ok(())
    }

    /// Tells on standard error what wasn't read, unless frames on standard output do.
    fn note_unread(&self, report: &LintReport, shown: &Shown, context: &mut Context) {
        if !self.statistics && self.on_stdout().any(|format| format == Format::Human) {
            return;
        }
        note_unread(report, shown.unopened, context);
    }

    fn on_stdout(&self) -> impl Iterator<Item = Format> {
        let outputs = self.output_format.iter().filter(|output| output.file.is_none());
        outputs.map(|output| output.format)
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.output_format
            .iter()
            .filter_map(|output| output.file.as_ref())
    }
}

/// Tells on standard error what wasn't read.
pub(super) fn note_unread(report: &LintReport, unopened: &[Error], context: &mut Context) {
    for error in unopened {
        let text = shown_error(error, context.lang);
        context.note(&text);
    }
    for (path, unread) in report.unread() {
        let line = unread.line.map(|line| format!(":{line}")).unwrap_or_default();
        let why = pick(context.lang, &unread.zh, &unread.en);
        let label = context.pick("未能读取：", "unread: ");
        context.note(&format!("{path}{line}: {label}{why}"));
    }
}

/// Lists the files that are candidates with their kinds, then those that aren't with the reason.
///
/// # Errors
/// If standard output can't be written.
pub(super) fn show_files(candidates: &[Candidate], ignored: &[Ignored], context: &mut Context) -> Result<()> {
    let lang = context.lang;
    let mut write = |path: &str, what: &str| writeln!(context.out, "{}\t{what}", visible(path));
    for candidate in candidates {
        write(&candidate.shown, candidate.kind.name()).map_err(unwritten)?;
    }
    for file in ignored {
        let why = match file.why {
            WhyIgnored::Kind => pick(
                lang,
                "不查看：没有读取这种文件的方法",
                "ignored: no such kind is read",
            ),
            WhyIgnored::Excluded => pick(
                lang,
                "不查看：配置中 exclude 排除",
                "ignored: excluded by the configuration",
            ),
            WhyIgnored::Own => pick(
                lang,
                "不查看：dunlint 自己的文件",
                "ignored: a file of dunlint itself",
            ),
            WhyIgnored::Binary => pick(lang, "不查看：不是文字", "ignored: no text"),
        };
        let path = file.path.strip_prefix(".").unwrap_or(&file.path);
        write(&path.to_string_lossy(), why).map_err(unwritten)?;
    }
    Ok(())
}

/// Prints the configuration in force, the terms of the command line in it, as a file that could stand in its place; what
/// it comes to stands in comments.
///
/// # Errors
/// If standard output can't be written.
pub(super) fn show_config(config: &Config, lexicon: &Lexicon, context: &mut Context) -> Result<()> {
    let profile = config.profile(&[]);
    let rules = lexicon.rules().iter().zip(profile.selection.of(lexicon));
    let unused: Vec<&str> = rules
        .filter(|(_, is_used)| !is_used)
        .map(|(rule, _)| rule.id.as_str())
        .collect();
    let all = lexicon.rules().len();
    let used = all - unused.len();
    let from = match &config.path {
        Some(path) => path.display().to_string(),
        None => context
            .pick("没有配置文件，均为默认值", "no configuration file: defaults")
            .to_owned(),
    };
    let mut counts = match context.lang {
        Lang::Zh => format!("使用 {all} 条规则中的 {used} 条"),
        Lang::En => format!("{used} of {all} rules used"),
    };
    if !unused.is_empty() {
        counts += context.pick("；不用：", "; not used: ");
        counts += &unused.join(", ");
    }
    let (from, counts) = (visible(&from), visible(&counts));
    write!(context.out, "# {from}\n# {counts}\n\n{}", config.file.to_toml()).map_err(unwritten)
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    write(&mut out)?;
    out.flush()
}

/// Whether two paths lead to one file.
pub(super) fn is_same(path: &Path, other: &Path) -> bool {
    match (path.canonicalize(), other.canonicalize()) {
        (Ok(path), Ok(other)) => path == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_a_format_and_perhaps_a_file() {
        let output = |format, file: Option<&str>| {
            Ok(Output {
                format,
                file: file.map(Into::into),
            })
        };
        for (text, expected) in [
            ("human", output(Format::Human, None)),
            ("sarif=report.sarif", output(Format::Sarif, Some("report.sarif"))),
            ("json=a=b.json", output(Format::Json, Some("a=b.json"))),
            ("jsonl=-", output(Format::Jsonl, None)),
            ("sarif=", Err(NO_FORMAT.to_owned())),
            ("pdf", Err(NO_FORMAT.to_owned())),
            ("=x", Err(NO_FORMAT.to_owned())),
        ] {
            assert_eq!(output_value(text), expected, "{text}");
        }
    }

    #[test]
    fn the_configuration_shown_says_what_was_said() {
        use dunlint::lint::config::ConfigFile;
        let text = r#"
select = ["threat-*", "form"]
fail-on = "severe"
lexicons = "own"
keys = ["templates.*.content"]
placeholders = ["«x»"]
[kinds]
"*.msg" = "text"
[message]
channel = "sms"
creditor-kind = "micro_loan"
[variables.rel]
kind = "relative"
values = ["您父亲"]
[form]
creditors = ["甲公司"]
[[overrides]]
paths = ["im/**"]
message = { channel = "im" }
"#;
        let mut file: ConfigFile = toml::from_str(text).unwrap();
        file.overlay(&[], &["form".to_owned()], None, true);
        let shown = file.to_toml();
        let again: ConfigFile = toml::from_str(&shown).unwrap();
        assert_eq!(again.to_toml(), shown);
        for line in [
            "fail-on = \"severe\"",
            "fail-on-form = true",
            "ignore = [\"form\"]",
            "\"*.msg\" = \"text\"",
            "creditor-kind = \"micro_loan\"",
            "kind = \"relative\"",
            "channel = \"im\"",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
}
