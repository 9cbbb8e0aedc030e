//! Files with templates → the texts whose verdict differs.
//!
//! In: the files that a lint run looks at, and its configuration. Out: changes and a tally, as of dumps. Files are linted
//! some at a time, by both linters, so that memory is bounded by these. Findings of form rest on no lexicon and aren't
//! compared.

use super::{Change, Comparison, Difference, Found, See, Tally};
use crate::error::Result;
use crate::lint::{Candidate, Config, Diagnostic, FileReport, LintOptions, TextReport, lint};
use crate::report::Settings;
use crate::report::mask::masked_text;
use crate::rule::Lang;

/// Files that are linted at a time.
const FILES: usize = 64;

impl Comparison<'_> {
    /// Compares what the linters say of the texts in files; what couldn't be read is told to `unread`, with the file.
    ///
    /// # Errors
    /// The first of `see`.
    pub fn templates(
        &self,
        candidates: &[Candidate],
        config: &Config,
        lang: Lang,
        tally: &mut Tally,
        see: See,
        unread: &mut dyn FnMut(&str, &str),
    ) -> Result<()> {
        for files in candidates.chunks(FILES) {
            let reports = |linter: &crate::Linter| {
                let options = LintOptions {
                    settings: Settings::new(linter.lexicon, lang),
                    select: &[],
                    ignore: &[],
                };
                self.pool.install(|| lint(files, config, linter, options, None))
            };
            for (old, new) in reports(self.old).iter().zip(&reports(self.new)) {
                self.file(old, new, tally, see)?;
                for problem in &old.unread {
                    tally.unread += 1;
                    let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
                    let reason = crate::report::words::pick(lang, &problem.zh, &problem.en);
                    unread(&format!("{}{line}", old.path), reason);
                }
            }
        }
        Ok(())
    }

    /// What is a text rests on the file and the configuration alone: both reports have the same ones.
    fn file(&self, old: &FileReport, new: &FileReport, tally: &mut Tally, see: See) -> Result<()> {
        for (old, new) in old.texts.iter().zip(&new.texts) {
            tally.read += 1;
            tally.judged += 1;
            if let Some(change) = self.text(old, new) {
                tally.add(&change);
                see(change)?;
            }
        }
        Ok(())
    }

    fn text(&self, old: &TextReport, new: &TextReport) -> Option<Change> {
        let difference = Difference::of(self.all_keyed(old), self.all_keyed(new));
        if difference.is_nothing() && old.tier == new.tier {
            return None;
        }
        let mut shown = old.findings.iter().chain(&new.findings);
        let first = shown.find_map(|found| found.excerpt.first());
        Some(Change {
            id: new.id.clone(),
            before: old.tier,
            after: new.tier,
            scores: (old.score, new.score),
            excerpt: first
                .map(|line| self.excerpt(line.trim(), &[]))
                .unwrap_or_default(),
            gone: difference.gone,
            new: difference.new,
            regraded: difference.regraded,
        })
    }

    fn all_keyed<'t>(&self, text: &'t TextReport) -> Vec<(Key<'t>, Found)> {
        let keyed = |found: &'t Diagnostic| {
            let words = match self.masks {
                true => masked_text(&found.text, &[]).into_owned(),
                false => found.text.clone(),
            };
            let key = (
                found.rule.as_str(),
                found.location.byte_start,
                found.location.byte_end,
                found.value.as_deref(),
            );
            let found = Found {
                rule: found.rule.clone(),
                category: found.category,
                tier: found.tier,
                confidence: found.confidence,
                text: words,
            };
            (key, found)
        };
        text.findings.iter().map(keyed).collect()
    }
}

/// What makes a finding the same: rule, bytes of the file, value of a variable.
type Key<'t> = (&'t str, usize, usize, Option<&'t str>);
