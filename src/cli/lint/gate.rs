//! What `lint` lets pass: the baseline, the exit code.

use std::path::PathBuf;

use dunlint::lint::LintReport;
use dunlint::lint::baseline::{Baseline, Scope};
use dunlint::lint::config::Config;
use dunlint::report::words::pick;
use dunlint::rule::Tier;
use dunlint::{Error, ErrorKind, Result};

use super::super::{Context, Outcome};
use super::inputs::{Inputs, Named};

/// Which findings are known.
#[derive(Debug, clap::Args)]
pub(super) struct BaselineArguments {
    /// File of known findings, which are left out; by default as configured
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now into the baseline: it is known from then on
    #[arg(long, conflicts_with_all = ["files_from", "stdin_filename", "since", "select", "ignore"])]
    update_baseline: bool,
}

/// What a run looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked<'l> {
    pub(super) named: &'l Named,
    pub(super) inputs: &'l Inputs,
    /// Whether anything was left out: files, lines or rules.
    pub(super) is_narrow: bool,
}

impl BaselineArguments {
    /// The baseline in force.
    ///
    /// # Errors
    /// It can't be read, or one is to be written and nobody says where.
    pub(super) fn read(&self, config: &Config, context: &Context) -> Result<Option<Baseline>> {
        let configured = config.file.baseline.as_ref().map(|path| config.resolve(path));
        match self.baseline.clone().or(configured) {
            Some(path) if self.update_baseline && !path.exists() => Ok(Some(Baseline::empty(&path))),
            Some(path) => Baseline::read(&path).map(Some),
            None if self.update_baseline => Err(Error::said(
                ErrorKind::Usage,
                context.pick(
                    "--update-baseline 要写哪个文件？请用 --baseline 文件 指明，或在配置中写 baseline",
                    "--update-baseline: which file? Name it with --baseline FILE, or as baseline in the configuration",
                ),
            )),
            None => Ok(None),
        }
    }

    /// Takes what is known out of the report and tells how much that is; brings the file up to date where that is asked for,
    /// or where it got shorter and nobody but the user is concerned.
    ///
    /// # Errors
    /// The file can't be written.
    pub(super) fn apply(
        &self,
        baseline: &Baseline,
        report: &mut LintReport,
        looked: Looked,
        context: &mut Context,
    ) -> Result<usize> {
        let unread: Vec<PathBuf> = report.unread().map(|(path, _)| path.into()).collect();
        let scope = Scope::new(looked.named.paths(), &unread);
        let comparison = baseline.subtract(&mut report.files, self.update_baseline);
        let known = comparison.known;
        let path = baseline.path().display();
        if self.update_baseline {
            if let Some(error) = looked.inputs.errors.first() {
                let reason = context.pick(
                    "基线未写，因为有路径无法查看",
                    "baseline not written: a path can't be looked at",
                );
                let why = error.shown(context.lang);
                return Err(Error::said(ErrorKind::Usage, format!("{reason}\n{why}")));
            }
            let updated = baseline.updated(comparison, &scope);
            updated.write()?;
            let count = updated.count();
            let (zh, en) = (
                format!("基线已写入 {path}：{count} 处"),
                format!("baseline written to {path}: {count} findings"),
            );
            context.note(pick(context.lang, &zh, &en));
            return Ok(known);
        }
        if looked.is_narrow || !looked.inputs.errors.is_empty() {
            return Ok(known);
        }
        let Some((shrunk, gone)) = baseline.shrunk(comparison, &scope) else {
            return Ok(known);
        };
        let (zh, en) = match is_ci() {
            true => (
                format!("基线 {path} 中有 {gone} 处已不再出现；请在本地运行 dunlint lint 并提交改动"),
                format!(
                    "{gone} findings of the baseline {path} are gone; run dunlint lint locally and commit the file"
                ),
            ),
            false => {
                shrunk.write()?;
                (
                    format!("基线 {path} 中有 {gone} 处已不再出现，已从文件中删去"),
                    format!("{gone} findings of the baseline {path} are gone and were taken out of the file"),
                )
            }
        };
        context.note(pick(context.lang, &zh, &en));
        Ok(known)
    }
}

/// Whether a service runs the program: nobody would commit what it writes.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// How a run ends; `is_incomplete` if something that should have been looked at or written wasn't.
pub(super) fn outcome(
    report: &LintReport,
    is_incomplete: bool,
    fail_on: Tier,
    fails_on_form: bool,
) -> Outcome {
    let has_form = || report.diagnostics().any(dunlint::lint::Diagnostic::is_form);
    match () {
        () if report.texts().any(|text| text.tier >= fail_on) => Outcome::Found,
        () if fails_on_form && has_form() => Outcome::Found,
        () if is_incomplete || report.unread().next().is_some() => Outcome::Incomplete,
        () => Outcome::Done,
    }
}
