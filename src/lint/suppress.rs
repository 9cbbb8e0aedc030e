//! Findings that somebody decided to leave, with a reason and for a time.
//!
//! In: judged files with the [`Directive`]s of their comments, the file beside the configuration (`sidecar`), a day. Out:
//! the same files; what is suppressed stands in [`TextReport::suppressed`] and counts no more, and what is wrong with
//! the suppressions themselves is a finding of the file that holds them: `suppression-unused`, `suppression-expired`,
//! `suppression-malformed`. Promise: only comments of a file's own format and the file beside the configuration
//! suppress, never the words of a text; what is expired or malformed suppresses nothing; fingerprints don't change. It
//! reads no clock: the day is given, so that the same day gives the same report.
//!
//! In a comment, at the beginning of a line of it:
//!
//! ```text
//! dunlint: allow(threat-maim, insult, form-*) reason=模板仅用于培训 until=2027-03-31
//! dunlint: allow-file(form) reason="训练语料，不发送"
//! dunlint: 允许（threat-maim） 理由=模板仅用于培训 至=2027-03-31
//! dunlint: 本文件允许（form） 理由=训练语料，不发送
//! ```
//!
//! - The list holds rules, categories, `form` and globs, as `select` of the configuration does.
//! - A reason is obligatory. It ends before the next option or with the line; one with `=` in it stands in quotation
//!   marks.
//! - `until` is the last day on which it holds.
//! - `allow` covers the texts that begin or end on the comment's line or that the comment stands in; a comment without a
//!   text on its line covers the next text of the file, and others that begin on that text's line. Several comments in
//!   front of a text all cover it.
//! - `allow-file` stands in front of the first text and covers all.

mod comments;
mod grammar;
mod notes;
mod sidecar;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config::{Config, Selection, names};
use super::diagnostic::{Diagnostic, Location};
use super::{FileReport, LintOptions, Suppressed, TextReport, form};
use crate::error::Result;
use crate::lexicon::Lexicon;
pub(super) use comments::directives;
pub use comments::{comment_for, insertion};
use notes::{Note, note};
pub use sidecar::SIDECAR;
use sidecar::{Entry, Sidecar};

/// What in a comment of a file asks for a suppression. Whether it is still in force is decided later: it is kept with the
/// judged file, whatever the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Directive {
    own: Suppression,
    scope: Scope,
}

/// What a comment covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Scope {
    /// All texts of the file.
    File,
    /// These, by number in its report.
    Texts(Range<usize>),
}

/// What is allowed, why and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Suppression {
    /// The whole of it.
    place: Words,
    /// The line that it stands on, to be shown.
    line: String,
    /// Rules as selectors.
    rules: Vec<Words>,
    reason: String,
    /// The last day.
    until: Option<Date>,
    /// What is wrong with it; then it suppresses nothing.
    faults: Vec<Fault>,
}

/// Words of a file with their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Words {
    text: String,
    location: Location,
}

/// What is wrong with a suppression, in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fault {
    place: Words,
    zh: String,
    en: String,
}

/// Where a suppression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressedBy {
    /// In a comment of the file.
    Comment,
    /// In the file beside the configuration.
    Sidecar,
}

/// The suppressions of a run: applied to what was judged.
#[derive(Debug)]
pub struct Suppressions<'s> {
    config: &'s Config,
    lexicon: &'s Lexicon,
    options: LintOptions<'s>,
    day: Date,
    sidecar: Option<Sidecar>,
}

/// A suppression in force, with what it covers and which of its rules had something to suppress.
struct Active<'a> {
    own: &'a Suppression,
    by: SuppressedBy,
    covers: Covers<'a>,
    used: Vec<bool>,
}

enum Covers<'a> {
    Scope(&'a Scope),
    Entry(&'a Entry),
}

/// The suppressions of a file, the nearest first: what is allowed for a text isn't allowed by a line for its file as well.
struct ByText<'a> {
    /// Those of texts, then those of the file, then those of the sidecar.
    all: Vec<Active<'a>>,
    /// The first text of each of those of texts, in order.
    starts: Vec<usize>,
    /// Behind the last text of each of those and of the earlier ones.
    reach: Vec<usize>,
}

/// What a run showed of an entry of the sidecar.
#[derive(Debug, Clone, Default)]
struct Seen {
    used: Vec<bool>,
    /// Whether a file was looked at that it names.
    has_file: bool,
    /// Whether one of them couldn't be read to its end.
    is_unread: bool,
}

/// The day in China: end dates pass at the same moment for everybody. The only clock of a lint run.
pub fn today() -> Date {
    jiff::tz::Offset::constant(8)
        .to_datetime(jiff::Timestamp::now())
        .date()
}

impl<'s> Suppressions<'s> {
    /// The suppressions of a project on a day: with the file that the configuration names, or
    /// `dunlint-suppressions.toml` beside it.
    ///
    /// # Errors
    /// All that isn't understood in that file at once; and if the file that is named can't be read.
    pub fn find(
        config: &'s Config,
        lexicon: &'s Lexicon,
        options: LintOptions<'s>,
        day: Date,
    ) -> Result<Self> {
        Ok(Self {
            config,
            lexicon,
            options,
            day,
            sidecar: Sidecar::find(config, lexicon)?,
        })
    }

    /// Applies them to a file. What is wrong with entries of the sidecar isn't told: one file doesn't show it.
    pub fn apply(&self, report: &mut FileReport) {
        self.apply_to(report, &mut self.nothing_seen());
    }

    /// Applies them to the files of a run, and tells what is wrong with the sidecar in a report of that file. `folders` were
    /// looked at as a whole: an entry that covers files outside them may be used there, and isn't called unused.
    pub fn apply_all(&self, files: &mut Vec<FileReport>, folders: &[PathBuf]) {
        let mut seen = self.nothing_seen();
        for report in &mut *files {
            self.apply_to(report, &mut seen);
        }
        let Some(sidecar) = &self.sidecar else {
            return;
        };
        let selection = self.selection(&[]);
        let mut found = Vec::new();
        for (entry, seen) in sidecar.entries.iter().zip(seen) {
            let is_whole = sidecar.is_whole(entry, folders, seen.has_file);
            if !entry.own.faults.is_empty() {
                found.extend(entry.own.malformed());
            } else if entry.own.is_expired(self.day) {
                found.extend((seen.has_file || is_whole).then(|| entry.own.expired()));
            } else if is_whole && !seen.is_unread {
                found.extend(self.unused(&entry.own, &seen.used, &selection));
            }
        }
        let notes = self.diagnostics(found, &selection);
        if notes.is_empty() {
            return;
        }
        match files.binary_search_by(|file| file.path.cmp(&sidecar.shown)) {
            Ok(known) => files[known].notes.extend(notes),
            Err(at) => files.insert(
                at,
                FileReport {
                    path: sidecar.shown.clone(),
                    notes,
                    ..FileReport::default()
                },
            ),
        }
    }

    fn nothing_seen(&self) -> Vec<Seen> {
        let entries = self.sidecar.iter().flat_map(|sidecar| &sidecar.entries);
        let nothing = entries.map(|entry| Seen {
            used: vec![false; entry.own.rules.len()],
            ..Seen::default()
        });
        nothing.collect()
    }

    fn apply_to(&self, report: &mut FileReport, seen: &mut [Seen]) {
        let directives = std::mem::take(&mut report.directives);
        if directives.is_empty() && self.sidecar.is_none() {
            return;
        }
        let entries = self.sidecar.iter().flat_map(|sidecar| &sidecar.entries);
        let path = self.config.relative(Path::new(&report.path));
        let entries: Vec<(usize, &Entry)> = entries
            .enumerate()
            .filter(|(_, entry)| entry.names_file(&path))
            .collect();
        if directives.is_empty() && entries.is_empty() {
            return;
        }
        let mut active = ByText::new(&directives, entries.iter().map(|(_, entry)| *entry));
        for (number, text) in report.texts.iter_mut().enumerate() {
            active.suppress(text, number, self.day);
        }
        let mut active = active.all;
        let beside = active.split_off(directives.len());
        for ((number, _), active) in entries.iter().zip(beside) {
            let seen = &mut seen[*number];
            seen.has_file = true;
            seen.is_unread |= !report.unread.is_empty();
            for (known, used) in seen.used.iter_mut().zip(active.used) {
                *known |= used;
            }
        }
        let overrides = self.config.overrides_of(Path::new(&report.path));
        let selection = self.selection(&overrides);
        let mut found = Vec::new();
        for active in active {
            if !active.own.faults.is_empty() {
                found.extend(active.own.malformed());
            } else if active.own.is_expired(self.day) {
                found.push(active.own.expired());
            } else if report.unread.is_empty() {
                // What couldn't be read may hold what it is for.
                found.extend(self.unused(active.own, &active.used, &selection));
            }
        }
        report.notes.extend(self.diagnostics(found, &selection));
    }

    /// Which rules a run uses where these overrides hold.
    fn selection(&self, overrides: &[usize]) -> Selection {
        let LintOptions { select, ignore, .. } = self.options;
        self.config.profile(overrides).selection.overlaid(select, ignore)
    }

    /// That rules of a suppression had nothing to suppress. Of a rule that the run doesn't use nobody can say so.
    fn unused<'n>(&self, own: &'n Suppression, used: &[bool], selection: &Selection) -> Option<Note<'n>> {
        let rules = own.rules.iter().zip(used);
        let unused = rules.filter(|(rule, is_used)| !**is_used && self.is_in_use(&rule.text, selection));
        let unused: Vec<&Words> = unused.map(|(rule, _)| rule).collect();
        (!unused.is_empty()).then(|| own.unused(&unused))
    }

    fn is_in_use(&self, selector: &str, selection: &Selection) -> bool {
        let rules = self.lexicon.rules().iter();
        let rules = rules.map(|rule| (rule.id.as_str(), rule.category.id()));
        let form = form::ids().filter(|id| !form::is_about_suppressions(id));
        let mut named = rules
            .chain(form.map(|id| (id, "form")))
            .filter(|(id, group)| names(selector, id, group));
        named.all(|(id, group)| selection.takes(id, group))
    }

    fn diagnostics(&self, found: Vec<Note>, selection: &Selection) -> Vec<Diagnostic> {
        let taken = found
            .into_iter()
            .filter(|note| selection.takes(note.rule, "form"));
        let mut notes: Vec<Diagnostic> = Vec::new();
        for found in taken {
            let diagnostic = note(&found, &notes, self.options.settings.lang);
            notes.push(diagnostic);
        }
        notes
    }
}

impl<'a> ByText<'a> {
    fn new(directives: &'a [Directive], entries: impl Iterator<Item = &'a Entry>) -> Self {
        let active = |directive: &'a Directive| {
            let covers = Covers::Scope(&directive.scope);
            Active::new(&directive.own, SuppressedBy::Comment, covers)
        };
        let mut of_texts: Vec<(&Range<usize>, &Directive)> = directives
            .iter()
            .filter_map(|directive| Some((directive.scope.texts()?, directive)))
            .collect();
        of_texts.sort_by_key(|(texts, _)| texts.start);
        let reach = of_texts.iter().scan(0, |furthest, (texts, _)| {
            *furthest = texts.end.max(*furthest);
            Some(*furthest)
        });
        let (starts, reach) = (
            of_texts.iter().map(|(texts, _)| texts.start).collect(),
            reach.collect(),
        );
        let of_files = directives
            .iter()
            .filter(|directive| directive.scope == Scope::File);
        let of_texts = of_texts.into_iter().map(|(_, directive)| active(directive));
        let beside =
            entries.map(|entry| Active::new(&entry.own, SuppressedBy::Sidecar, Covers::Entry(entry)));
        Self {
            all: of_texts.chain(of_files.map(active)).chain(beside).collect(),
            starts,
            reach,
        }
    }

    /// Takes out of a text what is suppressed; the rest makes its tier and score.
    fn suppress(&mut self, text: &mut TextReport, number: usize, day: Date) {
        if text.findings.is_empty() && text.form.is_empty() {
            return;
        }
        let first = self.reach.partition_point(|&end| end <= number);
        let behind = self.starts.partition_point(|&start| start <= number);
        let general = self.starts.len();
        let (of_texts, others) = self.all.split_at_mut(general);
        let near = &mut of_texts[first..behind.max(first)];
        let (id, key) = (&text.id, &text.key_path);
        let mut suppressed = Vec::new();
        let mut leave = |found: &mut Vec<Diagnostic>| {
            found.retain(|diagnostic| {
                let by = near
                    .iter_mut()
                    .chain(&mut *others)
                    .filter(|active| {
                        active.own.is_in_force(day) && active.covers(number, id, key, diagnostic)
                    })
                    .find_map(|active| active.take(diagnostic));
                let is_kept = by.is_none();
                suppressed.extend(by);
                is_kept
            });
        };
        let before = text.findings.len();
        leave(&mut text.findings);
        leave(&mut text.form);
        if text.findings.len() < before {
            text.rescore();
        }
        text.suppressed.append(&mut suppressed);
    }
}

impl Scope {
    fn texts(&self) -> Option<&Range<usize>> {
        match self {
            Scope::File => None,
            Scope::Texts(numbers) => Some(numbers),
        }
    }
}

impl<'a> Active<'a> {
    fn new(own: &'a Suppression, by: SuppressedBy, covers: Covers<'a>) -> Self {
        Self {
            own,
            by,
            covers,
            used: vec![false; own.rules.len()],
        }
    }

    fn covers(&self, number: usize, id: &str, key: &str, found: &Diagnostic) -> bool {
        match &self.covers {
            Covers::Scope(Scope::File) => true,
            Covers::Scope(Scope::Texts(numbers)) => numbers.contains(&number),
            Covers::Entry(entry) => entry.covers(id, key, &found.fingerprint),
        }
    }

    /// The finding as a suppressed one, if its rule is allowed.
    fn take(&mut self, found: &Diagnostic) -> Option<Suppressed> {
        let mut rules = self.own.rules.iter();
        let rule = rules.position(|rule| names(&rule.text, &found.rule, found.group()))?;
        self.used[rule] = true;
        Some(Suppressed {
            diagnostic: found.clone(),
            reason: self.own.reason.clone(),
            by: self.by,
        })
    }
}

impl Suppression {
    fn is_expired(&self, day: Date) -> bool {
        self.until.is_some_and(|until| day > until)
    }

    fn is_in_force(&self, day: Date) -> bool {
        self.faults.is_empty() && !self.is_expired(day)
    }
}
