//! Findings that a project knows and lets pass for now.
//!
//! In: a file of known findings by fingerprint, the reports of a run. Out: reports without what is known, and what of the file
//! wasn't found any more. An entry covers as many findings as it counts, those in its own file first, so that a copy of a
//! known text is new; a text that moved, with its file or in it, stays known. Promise: the file only grows when somebody asks
//! for it, and its bytes depend on the findings alone: sorted, one finding a line, so that branches merge. It decides no
//! exit code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::config::plain;
use super::{Diagnostic, FileReport};
use crate::error::{Error, ErrorKind, Result, say};
use crate::lexicon::source::line_at;

/// The findings that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// The file.
    path: PathBuf,
    /// What stands in it.
    entries: Entries,
}

/// How often a finding is known.
type Entries = BTreeMap<Key, usize>;

/// A finding as people look for it: by file, then by rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// From the folder of the baseline, with `/`.
    path: String,
    rule: String,
    fingerprint: String,
}

/// A run beside a baseline.
#[derive(Debug)]
pub struct Comparison {
    /// Findings that are known.
    pub known: usize,
    matched: Entries,
    /// What is known and wasn't found.
    missing: Entries,
    /// What was found and isn't known.
    new: Entries,
}

/// Which files a run looked at.
#[derive(Debug)]
pub struct Scope {
    /// Absolute; files, and folders with all in them.
    paths: Vec<PathBuf>,
    /// Absolute; files among them that weren't wholly read, of which nothing missing is gone.
    unread: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u64,
    findings: Vec<WrittenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    path: String,
    rule: String,
    fingerprint: String,
    #[serde(default = "one")]
    count: usize,
}

fn one() -> usize {
    1
}

/// What the file says of itself; both languages, so that its bytes don't depend on who writes it.
const HEAD: &str = "\
# dunlint：已知而暂不处理的问题。由 dunlint lint --update-baseline 写出；问题解决后对应的行会被删去。
# dunlint: findings that are known and let pass for now. Written by dunlint lint --update-baseline; lines go as findings do.
";

const VERSION: u64 = 1;

impl Baseline {
    /// A baseline that knows nothing yet.
    pub fn empty(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            entries: Entries::new(),
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// There is none, or it isn't what [`Baseline::write`] writes: with the line.
    pub fn read(path: &Path) -> Result<Self> {
        let fail = |reason| Error::new(ErrorKind::Usage, reason).in_file(path);
        let text = std::fs::read_to_string(path).map_err(|error| {
            let reason = match error.kind() {
                std::io::ErrorKind::NotFound => say!(
                    "没有这个基线文件；用 --update-baseline 生成",
                    "there is no such baseline; --update-baseline makes it"
                ),
                _ => say!("基线文件无法读取", "the baseline can't be read"),
            };
            fail(reason).because(error)
        })?;
        if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<<")) {
            let reason = say!(
                "基线文件有合并冲突；保留两边的行，删去标记",
                "a merge conflict in the baseline; keep the lines of both sides and take the marks out"
            );
            return Err(fail(reason).at_line(line + 1));
        }
        let written: Written = toml::from_str(&text).map_err(|error| {
            let problem = error.message();
            let reason = say!(
                "基线文件有误：{problem}；请改正，或删去该文件再用 --update-baseline 生成",
                "bad baseline: {problem}; mend it, or delete it and make it anew with --update-baseline"
            );
            let line = error.span().map(|span| line_at(&text, span.start));
            match line {
                Some(line) => fail(reason).at_line(line),
                None => fail(reason),
            }
        })?;
        if written.version != VERSION {
            let version = written.version;
            return Err(fail(say!(
                "基线文件的版本 {version} 不是这个 dunlint 所写；请用 --update-baseline 重新生成",
                "version {version} of baselines is not what this dunlint writes; make it anew with --update-baseline"
            )));
        }
        let mut entries = Entries::new();
        for entry in written.findings {
            let key = Key {
                path: entry.path,
                rule: entry.rule,
                fingerprint: entry.fingerprint,
            };
            // Two branches may have added the same line: a finding is there once all the same.
            let count = entries.entry(key).or_default();
            *count = entry.count.max(*count);
        }
        Ok(Self {
            path: path.to_owned(),
            entries,
        })
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what is known out of reports; with `takes_all` everything, to be known from now on. Tier, score and categories
    /// of texts are those of what remains. O(findings).
    pub fn subtract(&self, files: &mut [FileReport], takes_all: bool) -> Comparison {
        let mut left: FxHashMap<&str, Vec<(&Key, usize)>> = FxHashMap::default();
        for (key, &count) in &self.entries {
            left.entry(&key.fingerprint).or_default().push((key, count));
        }
        let mut matched = Entries::new();
        let folder = self.folder();
        let keys: Vec<Key> = files
            .iter()
            .flat_map(|file| {
                let path = relative(&folder, Path::new(&file.path));
                let found = file.diagnostics();
                found.map(move |found| Key {
                    path: path.clone(),
                    rule: found.rule.clone(),
                    fingerprint: found.fingerprint.clone(),
                })
            })
            .collect();
        let mut is_known = vec![false; keys.len()];
        for own_file_only in [true, false] {
            for (key, is_known) in keys.iter().zip(&mut is_known).filter(|(_, known)| !**known) {
                let entries = left.get_mut(key.fingerprint.as_str()).into_iter().flatten();
                let mut fitting =
                    entries.filter(|(entry, count)| *count > 0 && (!own_file_only || entry.path == key.path));
                if let Some((_, count)) = fitting.next() {
                    *count -= 1;
                    *is_known = true;
                    *matched.entry(key.clone()).or_default() += 1;
                }
            }
        }
        let mut new = Entries::new();
        for (key, is_known) in keys.into_iter().zip(&mut is_known).filter(|(_, known)| !**known) {
            *new.entry(key).or_default() += 1;
            *is_known = takes_all;
        }
        let missing = left.into_values().flatten().filter(|(_, count)| *count > 0);
        let missing = missing.map(|(key, count)| (key.clone(), count)).collect();
        take_out(files, &is_known);
        Comparison {
            known: is_known.into_iter().filter(|known| *known).count(),
            matched,
            missing,
            new,
        }
    }

    /// The baseline that knows what a run found, and of files that it didn't look at what is known already.
    pub fn updated(&self, comparison: Comparison, scope: &Scope) -> Self {
        let Comparison {
            mut matched,
            missing,
            new,
            ..
        } = comparison;
        let folder = self.folder();
        let elsewhere = missing
            .into_iter()
            .filter(|(key, _)| !scope.has(&folder.join(&key.path)));
        for (key, count) in new.into_iter().chain(elsewhere) {
            *matched.entry(key).or_default() += count;
        }
        Self {
            path: self.path.clone(),
            entries: matched,
        }
    }

    /// The baseline without what a run didn't find, and how much that is; none if nothing is gone, or if the run didn't look
    /// at all files that the baseline names: what is missing may be in the others.
    pub fn shrunk(&self, comparison: Comparison, scope: &Scope) -> Option<(Self, usize)> {
        let folder = self.folder();
        let is_whole = || {
            let mut entries = self.entries.keys();
            entries.all(|key| scope.has(&folder.join(&key.path)))
        };
        let gone: usize = comparison.missing.values().sum();
        (gone > 0 && is_whole()).then(|| {
            let shrunk = Self {
                path: self.path.clone(),
                entries: comparison.matched,
            };
            (shrunk, gone)
        })
    }

    /// Findings that it knows.
    pub fn count(&self) -> usize {
        self.entries.values().sum()
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self) -> Result<()> {
        let failed = |error: std::io::Error| {
            let reason = say!("基线文件无法写出", "the baseline can't be written");
            Error::new(ErrorKind::Output, reason)
                .in_file(&self.path)
                .because(error)
        };
        let unfinished = self.path.with_extension(format!("{}.part", std::process::id()));
        std::fs::write(&unfinished, self.to_toml()).map_err(failed)?;
        std::fs::rename(&unfinished, &self.path).map_err(|error| {
            // It is of no use to anybody.
            let _ = std::fs::remove_file(&unfinished);
            failed(error)
        })
    }

    fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut text = format!("{HEAD}version = {VERSION}\nfindings = [\n");
        for (key, count) in &self.entries {
            text += &format!(
                "  {{ path = {}, rule = {}, fingerprint = {}",
                quoted(&key.path),
                quoted(&key.rule),
                quoted(&key.fingerprint)
            );
            if *count > 1 {
                text += &format!(", count = {count}");
            }
            text += " },\n";
        }
        text + "]\n"
    }

    fn folder(&self) -> PathBuf {
        absolute(&self.path)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default()
    }
}

impl Scope {
    /// Of these files and folders, but for those files that weren't wholly read.
    pub fn new(paths: &[PathBuf], unread: &[PathBuf]) -> Self {
        let absolute = |paths: &[PathBuf]| paths.iter().map(|path| absolute(path)).collect();
        Self {
            paths: absolute(paths),
            unread: absolute(unread),
        }
    }

    fn has(&self, path: &Path) -> bool {
        let path = absolute(path);
        let is_looked_at = self.paths.iter().any(|looked_at| path.starts_with(looked_at));
        is_looked_at && !self.unread.contains(&path)
    }
}

/// Takes out the diagnostics that are known, in the order of [`FileReport::diagnostics`].
fn take_out(files: &mut [FileReport], is_known: &[bool]) {
    let mut is_known = is_known.iter().copied();
    let mut take_out = |found: &mut Vec<Diagnostic>| {
        let before = found.len();
        found.retain(|_| !is_known.next().unwrap_or_default());
        found.len() < before
    };
    for file in files {
        for text in &mut file.texts {
            if take_out(&mut text.findings) {
                text.rescore();
            }
            take_out(&mut text.form);
        }
        take_out(&mut file.notes);
    }
}

/// A path without `.` and `..`, from the root; links aren't followed, so that files that are gone have one, too.
fn absolute(path: &Path) -> PathBuf {
    plain(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// A path as it is written from a folder, with `/`.
fn relative(folder: &Path, path: &Path) -> String {
    let path = absolute(path);
    let common = folder
        .components()
        .zip(path.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = folder.components().skip(common).map(|_| "..".into());
    let down = path
        .components()
        .skip(common)
        .map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
