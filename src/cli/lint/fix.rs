//! What `lint` writes into the files that it judged: `--fix`, and `--diff`, which only shows it.
//!
//! In: a report with fixes. Out: files with the lawful wording in them, each replaced as a whole or not at all, its mode kept,
//! and the report of what remains; or a unified diff. What the report doesn't hold isn't fixed: suppressed findings and
//! those of a baseline. It decides no fix.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use dunlint::decode::Encoding;
use dunlint::error::Sentence;
use dunlint::lint::fix::{FixedFile, fix_file};
use dunlint::lint::{Candidate, FileReport, Judges, LintReport};
use dunlint::report::visible::visible;
use dunlint::{Error, ErrorKind, Result};
use rayon::prelude::*;
use similar::TextDiff;

use super::super::{Context, Outcome, shown_error, unwritten};
use super::outputs::note_unread;

/// What is done about findings with a fix.
#[derive(Debug, clap::Args)]
pub(super) struct FixArguments {
    /// Write the lawful wording into files where there is but one, judged again first
    #[arg(long, conflicts_with = "stdin_filename")]
    fix: bool,
    /// Show what --fix would change, write nothing; exit with 1 if there is something
    #[arg(long, conflicts_with_all = ["fix", "stdin_filename", "output_format", "statistics", "max_findings", "only_findings"])]
    diff: bool,
}

/// Fixes the files of a run.
pub(super) struct Fixer<'f> {
    arguments: &'f FixArguments,
    candidates: &'f [Candidate],
    /// Paths that couldn't be looked at.
    unopened: &'f [Error],
    has_failed: bool,
}

impl FixArguments {
    /// Whether anything is done.
    pub(super) fn is_wanted(&self) -> bool {
        self.fix || self.diff
    }

    /// What fixes these files.
    pub(super) fn fixer<'f>(&'f self, candidates: &'f [Candidate], unopened: &'f [Error]) -> Fixer<'f> {
        Fixer {
            arguments: self,
            candidates,
            unopened,
            has_failed: false,
        }
    }
}

impl<'f> Fixer<'f> {
    /// Does what is asked for about the findings that are left for a run, those that nobody suppressed and no baseline knows;
    /// afterwards the report has the files as they were judged again. `Some` if that was all that is asked for.
    ///
    /// # Errors
    /// If standard output can't be written. Files that can't are told of, and the others written.
    pub(super) fn run(
        &mut self,
        left: &[FileReport],
        report: &mut LintReport,
        judges: &Judges,
        context: &mut Context,
    ) -> Result<Option<Outcome>> {
        let fixed = self.fixed_files(left, judges);
        match self.arguments.diff {
            true => self.show(fixed, report, context).map(Some),
            false => {
                self.write(fixed, report, judges, context);
                Ok(None)
            }
        }
    }

    /// Whether a file couldn't be written.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// The files with fixes.
    fn fixed_files(&self, left: &[FileReport], judges: &Judges) -> Vec<(&'f Candidate, Result<FixedFile>)> {
        let candidates = self.candidates;
        let with_fixes: Vec<(&FileReport, HashSet<Fixable>)> = left
            .iter()
            .map(|file| (file, fixable(file).collect::<HashSet<_>>()))
            .filter(|(_, fixable)| !fixable.is_empty())
            .collect();
        let files = with_fixes.into_par_iter().filter_map(|(file, wanted)| {
            let candidate = candidates.iter().find(|candidate| candidate.shown == file.path)?;
            let judge = |bytes: &[u8]| {
                let mut report = judges.bytes(candidate, bytes);
                leave(&mut report, &wanted);
                report
            };
            Some((candidate, fix_file(candidate, judges, judge)))
        });
        files.collect()
    }

    fn write(
        &mut self,
        files: Vec<(&Candidate, Result<FixedFile>)>,
        report: &mut LintReport,
        judges: &Judges,
        context: &mut Context,
    ) {
        let (mut fixes, mut written) = (0, 0);
        for (candidate, file) in files {
            let done = file.and_then(|file| {
                if file.fixed.count > 0 {
                    replace(&candidate.path, &file.before, &file.fixed.bytes)?;
                }
                Ok(file.fixed)
            });
            match done {
                Ok(fixed) => {
                    fixes += fixed.count;
                    written += usize::from(fixed.count > 0);
                    let own = report.files.iter_mut().find(|file| file.path == candidate.shown);
                    if let Some(own) = own {
                        *own = judges.bytes(candidate, &fixed.bytes);
                    }
                }
                Err(error) => {
                    self.has_failed = true;
                    context.note(&shown_error(&error, context.lang));
                }
            }
        }
        let said = Sentence {
            zh: format!("已在 {written} 个文件中改正 {fixes} 处"),
            en: format!("{fixes} fixed in {written} files"),
        };
        context.note(said.get(context.lang));
    }

    fn show(
        &mut self,
        files: Vec<(&Candidate, Result<FixedFile>)>,
        report: &LintReport,
        context: &mut Context,
    ) -> Result<Outcome> {
        let (mut fixes, mut changed) = (0, 0);
        for (candidate, file) in files {
            match file {
                Ok(file) if file.fixed.count > 0 => {
                    fixes += file.fixed.count;
                    changed += 1;
                    write_diff(&candidate.shown, &file, &mut context.out).map_err(unwritten)?;
                }
                Ok(_) => {}
                Err(error) => {
                    self.has_failed = true;
                    context.note(&shown_error(&error, context.lang));
                }
            }
        }
        note_unread(report, self.unopened, context);
        let said = Sentence {
            zh: format!("--fix 会在 {changed} 个文件中改正 {fixes} 处"),
            en: format!("--fix would fix {fixes} in {changed} files"),
        };
        context.note(said.get(context.lang));
        let is_incomplete = self.has_failed
            || !self.unopened.is_empty()
            || report.unread().next().is_some()
            || self.candidates.is_empty();
        Ok(match (fixes > 0, is_incomplete) {
            (true, _) => Outcome::Found,
            (false, true) => Outcome::Incomplete,
            (false, false) => Outcome::Done,
        })
    }
}

/// What a finding goes by that is to be fixed, while other words of its text change: rule, text, words.
type Fixable = (String, String, String);

fn fixable(file: &FileReport) -> impl Iterator<Item = Fixable> + '_ {
    file.texts.iter().flat_map(|text| {
        let findings = text.findings.iter().filter(|found| found.fix.is_some());
        findings.map(|found| (found.rule.clone(), text.id.clone(), found.text.clone()))
    })
}

/// Takes the fixes of all other findings out of a report.
fn leave(report: &mut FileReport, wanted: &HashSet<Fixable>) {
    for text in &mut report.texts {
        for found in &mut text.findings {
            let own = (found.rule.clone(), text.id.clone(), found.text.clone());
            found.fix.take_if(|_| !wanted.contains(&own));
        }
    }
}

/// Puts other bytes in the place of a file's, all of them or none: through a file beside it that takes its name. A link stays
/// one, and what it leads to is replaced.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    let failed = |zh: &str, en: &str| {
        let reason = Sentence {
            zh: zh.to_owned(),
            en: en.to_owned(),
        };
        Error::new(ErrorKind::Output, reason).in_file(path)
    };
    let unwritable = |error: io::Error| {
        let reason = failed(
            "未改正：无法写入；请检查文件夹的权限和磁盘空间",
            "not fixed: can't be written; check the folder's permissions and the disk's space",
        );
        reason.because(error)
    };
    let path = fs::canonicalize(path).map_err(unwritable)?;
    let permissions = fs::metadata(&path).map_err(unwritable)?.permissions();
    if permissions.readonly() {
        return Err(failed(
            "未改正：文件是只读的；请先允许写入（如 chmod u+w）",
            "not fixed: the file is read-only; make it writable first (chmod u+w)",
        ));
    }
    if fs::read(&path).map_err(unwritable)? != before {
        return Err(failed(
            "未改正：判定期间文件已被改动；请再运行一次",
            "not fixed: the file was changed while it was judged; run again",
        ));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(after).map_err(unwritable)?;
    file.as_file().set_permissions(permissions).map_err(unwritable)?;
    file.persist(&path).map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// The lines that fixes change, as `git apply` and `patch -p1` read them. Files that aren't UTF-8 are shown as text, and
/// the header says so.
fn write_diff(path: &str, file: &FixedFile, out: &mut dyn Write) -> io::Result<()> {
    // With its mark, so that the first line is the file's.
    let text = |bytes: &[u8]| match file.encoding {
        Encoding::Utf8 => Some(String::from_utf8_lossy(bytes).into_owned()),
        encoding => encoding.decode(bytes).ok().map(|text| text.into_owned()),
    };
    let (Some(before), Some(after)) = (text(&file.before), text(&file.fixed.bytes)) else {
        return Ok(());
    };
    let lines = |text: &str| -> Vec<String> { text.split_inclusive('\n').map(str::to_owned).collect() };
    let (before, after) = (lines(&before), lines(&after));
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&before, &after);
    let note = match file.encoding {
        Encoding::Utf8 => String::new(),
        encoding => format!("\t({}, shown as UTF-8)", encoding.name()),
    };
    let name = |side: &str| format!("{}{note}", named(side, path));
    let shown = diff
        .unified_diff()
        .context_radius(3)
        .header(&name("a"), &name("b"))
        .to_string();
    match io::stdout().is_terminal() {
        false => out.write_all(shown.as_bytes()),
        true => {
            let mut lines = shown.lines();
            lines.try_for_each(|line| writeln!(out, "{}", visible(line)))
        }
    }
}

/// A path behind its side, as git writes it: quoted if it holds what would end the line or the name.
fn named(side: &str, path: &str) -> String {
    let path = format!("{side}/{}", path.trim_start_matches('/'));
    let is_plain = !path
        .chars()
        .any(|sign| sign.is_control() || matches!(sign, '"' | '\\'));
    if is_plain {
        return path;
    }
    let mut quoted = String::from("\"");
    for sign in path.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if sign.is_control() => {
                for byte in sign.to_string().bytes() {
                    quoted += &format!("\\{byte:03o}");
                }
            }
            sign => quoted.push(sign),
        }
    }
    quoted + "\""
}
