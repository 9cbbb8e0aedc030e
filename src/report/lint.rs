//! A lint run → what people and programs read.
//!
//! In: a [`LintReport`], and [`Shown`]: language, terminal, limits, what the gate decided. Out: one of the [`Format`]s, a
//! module each. Promise: the same report gives the same bytes, without times and machine paths; words of files can't act
//! on a terminal, a page, a spreadsheet or a runner; what a limit leaves out is stated. Formats for programs that can't
//! state it are always complete. It judges nothing, gates nothing and opens no file.

mod checkstyle;
mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod statistics;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::error::{Error, Sentence, say};
use crate::finding::Disguise;
use crate::lint::diagnostic::Basis;
use crate::lint::{Diagnostic, FileReport, LintReport};
use crate::report::Settings;
use crate::report::human::Terminal;
use crate::report::visible::{shorten, visible};
use crate::report::words::{self, colon, pick};
use crate::rule::{Confidence, Lang, Tier};
pub use statistics::write as write_statistics;

/// What a run's output looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Frames with the evidence underlined.
    Human,
    /// A line a finding.
    Concise,
    /// Result records in a list.
    Json,
    /// Result records, one a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML: a suite a file, a case a text.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// The Diagnostic Format of reviewdog.
    Rdjson,
    /// A summary for a page.
    Markdown,
}

/// What the writers need besides the report.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'s> {
    /// Rules, laws and the language; the report's own words are in it already.
    pub settings: Settings<'s>,
    /// What is known of where frames are read.
    pub terminal: Terminal,
    /// The findings that are shown at most, the worst.
    pub most_findings: Option<usize>,
    /// Whether result records of clean texts are left out.
    pub only_findings: bool,
    /// The tier from which the run fails.
    pub fail_on: Tier,
    /// Whether findings of form make it fail.
    pub fails_on_form: bool,
    /// Findings that the baseline knows, which are in the report no more.
    pub baselined: usize,
    /// What the program exits with.
    pub exit_code: u8,
    /// Paths that couldn't be looked at.
    pub unopened: &'s [Error],
}

/// Writes a report in a format.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(format: Format, report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, shown, out),
        Format::Concise => concise::write(report, shown, out),
        Format::Json => json::write_list(report, shown, out),
        Format::Jsonl => json::write_lines(report, shown, out),
        Format::Sarif => sarif::write(report, shown, out),
        Format::Github => github::write(report, shown, out),
        Format::Gitlab => gitlab::write(report, shown, out),
        Format::Junit => junit::write(report, shown, out),
        Format::Checkstyle => checkstyle::write(report, shown, out),
        Format::Rdjson => rdjson::write(report, shown, out),
        Format::Markdown => markdown::write(report, shown, out),
    }
}

impl Format {
    /// Whether it is written for the eyes at a terminal, in their language; others are read by programs and on pages.
    pub fn is_for_people(self) -> bool {
        matches!(self, Format::Human | Format::Concise)
    }

    /// Whether `--max-findings` limits it: the others can't say that something is missing, and never leave anything out.
    pub fn is_limited(self) -> bool {
        matches!(
            self,
            Format::Human | Format::Concise | Format::Sarif | Format::Github | Format::Markdown
        )
    }
}

/// How grave a finding is for programs that know three grades. SARIF, GitHub, checkstyle and reviewdog call them so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    /// By tier; what doesn't count for the tier of a text is a note.
    fn of(found: &Diagnostic) -> Self {
        match found.is_form() || found.confidence == Confidence::Low {
            true => Level::Note,
            false => Level::of_tier(found.tier),
        }
    }

    fn of_tier(tier: Tier) -> Self {
        match tier {
            Tier::Severe => Level::Error,
            Tier::Warning => Level::Warning,
            Tier::Notice | Tier::Clean => Level::Note,
        }
    }
}

/// The findings that are shown.
struct Chosen<'r> {
    /// By file and place.
    findings: Vec<&'r Diagnostic>,
    /// How many aren't shown.
    left_out: usize,
}

impl<'r> Chosen<'r> {
    fn of(report: &'r LintReport, shown: &Shown) -> Self {
        let mut findings: Vec<_> = report.files.iter().flat_map(in_order).collect();
        let most = shown.most_findings.unwrap_or(usize::MAX);
        let left_out = findings.len().saturating_sub(most);
        if left_out > 0 {
            let mut worst: Vec<usize> = (0..findings.len()).collect();
            worst.sort_by_key(|&index| Reverse(weight(findings[index])));
            worst.truncate(most);
            worst.sort_unstable();
            findings = worst.into_iter().map(|index| findings[index]).collect();
        }
        Self { findings, left_out }
    }

    /// The same, the worst first.
    fn worst_first(mut self) -> Self {
        self.findings.sort_by_key(|found| Reverse(weight(found)));
        self
    }

    /// That something isn't shown.
    fn limit(&self) -> Option<Sentence> {
        let (shown, left_out) = (self.findings.len(), self.left_out);
        (left_out > 0).then(|| {
            say!(
                "只列最严重的 {shown} 处，另有 {left_out} 处未列（--max-findings）",
                "only the worst {shown} are shown, {left_out} more are not (--max-findings)"
            )
        })
    }
}

/// A file's findings by place.
fn in_order(file: &FileReport) -> Vec<&Diagnostic> {
    let mut findings: Vec<_> = file.diagnostics().collect();
    findings.sort_by(|one, other| {
        let key = |found: &&Diagnostic| (found.location.byte_start, found.location.byte_end);
        key(one).cmp(&key(other)).then_with(|| one.rule.cmp(&other.rule))
    });
    findings
}

fn weight(found: &Diagnostic) -> (Level, Tier, Confidence, bool) {
    (Level::of(found), found.tier, found.confidence, !found.is_form())
}

/// What a run gave, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    files: usize,
    texts: usize,
    severe: usize,
    warning: usize,
    notice: usize,
    /// Findings of low confidence, which count for no tier.
    for_review: usize,
    form: usize,
    suppressed: usize,
    baselined: usize,
    ignored: usize,
    unread: usize,
}

impl Counts {
    fn of(report: &LintReport, shown: &Shown) -> Self {
        let mut counts = Self {
            files: report.files.len(),
            texts: report.texts().count(),
            suppressed: report.texts().map(|text| text.suppressed.len()).sum(),
            baselined: shown.baselined,
            ignored: report.ignored.len(),
            unread: report.unread().count() + shown.unopened.len(),
            ..Self::default()
        };
        for found in report.diagnostics() {
            let count = match found.tier {
                _ if found.is_form() => &mut counts.form,
                _ if found.confidence == Confidence::Low => &mut counts.for_review,
                Tier::Severe => &mut counts.severe,
                Tier::Warning => &mut counts.warning,
                Tier::Notice | Tier::Clean => &mut counts.notice,
            };
            *count += 1;
        }
        counts
    }

    fn findings(&self) -> usize {
        self.severe + self.warning + self.notice + self.for_review + self.form
    }

    /// All of them as a sentence; what there is none of is named only where its absence says something.
    fn sentence(&self, lang: Lang) -> String {
        let Self {
            files,
            texts,
            severe,
            warning,
            notice,
            for_review,
            form,
            suppressed,
            baselined,
            ignored,
            unread,
        } = *self;
        let looked = say!(
            "查看 {files} 个文件，判定 {texts} 条文字：严重 {severe}，警告 {warning}，提示 {notice}",
            "{files} files looked at, {texts} texts judged: {severe} severe, {warning} warning, {notice} notice"
        );
        let rest = [
            (for_review, "供复核", "for review"),
            (form, "格式", "of form"),
            (suppressed, "已忽略", "suppressed"),
            (baselined, "基线内", "in the baseline"),
            (ignored, "未查看的文件", "files ignored"),
            (unread, "未能读取", "unread"),
        ];
        let mut sentence = looked.get(lang).to_owned();
        for (count, zh, en) in rest.into_iter().filter(|(count, ..)| *count > 0) {
            sentence.push_str(&match lang {
                Lang::Zh => format!("，{zh} {count}"),
                Lang::En => format!(", {count} {en}"),
            });
        }
        sentence
    }
}

/// How many findings `--fix` puts right, if there are any.
fn fixable(report: &LintReport) -> Option<Sentence> {
    let count = report.diagnostics().filter(|found| found.fix.is_some()).count();
    (count > 0).then(|| {
        say!(
            "其中 {count} 处可用 --fix 自动改正（--diff 先看改动）",
            "{count} can be fixed with --fix (--diff shows how)"
        )
    })
}

/// Columns of the evidence in a sentence.
const EVIDENCE_COLUMNS: usize = 60;

/// The words as they may be quoted on one line.
pub(crate) fn quoted(words: &str) -> String {
    format!("“{}”", shorten(words, EVIDENCE_COLUMNS))
}

/// A finding in one line: its words, what is wrong with them.
fn sentence(found: &Diagnostic, lang: Lang) -> String {
    let mut sentence = String::new();
    if !found.text.is_empty() {
        sentence.push_str(&quoted(&found.text));
        sentence.push(' ');
    }
    sentence.push_str(&visible(&found.message));
    if let Some(value) = &found.value {
        let value = visible(value);
        sentence.push_str(&match lang {
            Lang::Zh => format!("（{value}）"),
            Lang::En => format!(" ({value})"),
        });
    }
    sentence
}

/// A finding in lines: its sentence, then its facts.
fn explained(found: &Diagnostic, lang: Lang) -> String {
    let mut lines = vec![sentence(found, lang)];
    for (label, text) in facts(found, lang) {
        lines.push(format!("{label}{}{}", colon(lang), visible(&text)));
    }
    lines.join("\n")
}

/// What there is to say of a finding besides its message, with labels.
fn facts(found: &Diagnostic, lang: Lang) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let disguises: &[Disguise] = &found.disguises;
    if !disguises.is_empty() {
        facts.push((pick(lang, "伪装", "disguise"), words::disguises(disguises, lang)));
    }
    if let Some(plain) = &found.plain {
        facts.push((pick(lang, "原形", "plain form"), plain.clone()));
    }
    let grounds = found.basis.iter();
    facts.extend(grounds.map(|basis| (pick(lang, "依据", "law"), ground(basis, lang))));
    if !found.instead.is_empty() {
        facts.push((pick(lang, "改为", "instead"), found.instead.clone()));
    }
    if let Some(fix) = &found.fix {
        let label = pick(lang, "可自动改为", "--fix writes");
        let words = match fix.text == found.text {
            true => fix.words.clone(),
            false => format!("“{}” → “{}”", fix.text, fix.words),
        };
        facts.push((label, words));
    }
    facts
}

/// A ground as a sentence.
pub(crate) fn ground(basis: &Basis, lang: Lang) -> String {
    let verb = words::verb(basis.verb, lang);
    let clause = basis.clause.as_deref().unwrap_or_default();
    let gap = if clause.is_empty() { "" } else { " " };
    let (title, id) = (&basis.title, &basis.id);
    match lang {
        Lang::Zh => format!("{verb}{title}{clause}（{id}）"),
        Lang::En => format!("{verb} {title}{gap}{clause} ({id})"),
    }
}

/// Something that couldn't be read.
struct NotRead<'r> {
    /// The file, unless it couldn't even be looked at: then `why` names it.
    path: Option<&'r str>,
    line: Option<usize>,
    why: String,
}

fn unread<'r>(report: &'r LintReport, shown: &Shown) -> Vec<NotRead<'r>> {
    let lang = shown.settings.lang;
    let in_files = report.unread().map(|(path, unread)| NotRead {
        path: Some(path),
        line: unread.line,
        why: pick(lang, &unread.zh, &unread.en).to_owned(),
    });
    let unopened = shown.unopened.iter().map(|error| NotRead {
        path: None,
        line: None,
        why: error.shown(lang),
    });
    in_files.chain(unopened).collect()
}

impl NotRead<'_> {
    /// The file and the line, as they may be shown.
    fn place(&self) -> String {
        let path = visible(self.path.unwrap_or_default());
        match self.line {
            Some(line) => format!("{path}:{line}"),
            None => path.into_owned(),
        }
    }
}

/// The byte of a line at a column (from 1).
fn byte_of_column(line: &str, column: usize) -> usize {
    let mut characters = line.char_indices();
    characters
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(at, _)| at)
}
