//! Replacements of words with their one lawful form.
//!
//! In: the texts of a file with what was found in them, `lexicons/lint/fixes.toml`. Out: a [`Fix`] for the findings whose
//! words have one lawful form, and files with these written in. Promise: a fix is offered only if the text with it, judged
//! again with all values of its variables, is rid of the finding and has none that it didn't have, of form neither; and if
//! the file with it, read again, holds exactly the new text and all others as they were. Facts and variables are never
//! touched. It writes no file.

mod data;
#[cfg(test)]
mod tests;
mod writing;

use super::diagnostic::{Diagnostic, Fix};
use super::extract::{Extracted, Kind, extract};
use super::passage::{Hole, Passage};
use super::source::Source;
use super::template::{Declarations, Template};
use super::{Candidate, FileReport, Judges, TextReport};
use crate::decode::Encoding;
use crate::error::{Error, ErrorKind, Result};
use crate::rule::Tier;
use crate::span::Span;
use data::Entry;

/// Rounds of fixing a file at most: each fixes one finding of every text.
const MOST_ROUNDS: usize = 16;

/// What a text is judged to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Appraisal {
    pub(super) tier: Tier,
    /// The rules that find something, once for each finding; of form too.
    pub(super) rules: Vec<String>,
    /// Messages that an SMS gateway makes of it.
    pub(super) parts: usize,
}

/// What offering a fix needs of the run.
pub(super) struct Offer<'o> {
    pub(super) source: &'o Source,
    pub(super) kind: Kind,
    pub(super) declarations: &'o Declarations,
    /// Judges a text with these holes.
    pub(super) appraise: &'o dyn Fn(&str, &[Hole]) -> Appraisal,
}

/// A passage with other words.
struct Draft {
    /// The words that stand there, in the passage.
    span: Span,
    /// What is to stand there.
    words: &'static str,
    text: String,
    holes: Vec<Hole>,
}

impl Offer<'_> {
    /// Gives the findings of a file their fixes. `passages` are those of `texts`. One judgement for each finding with an
    /// entry, and one more extraction of a file with fixes.
    pub(super) fn give(&self, passages: &[&Passage], texts: &mut [TextReport]) {
        for (passage, text) in passages.iter().zip(&mut *texts) {
            self.give_text(passage, text);
        }
        self.withdraw(passages, texts);
    }

    fn give_text(&self, passage: &Passage, text: &mut TextReport) {
        let mut now = None;
        for index in 0..text.findings.len() {
            let found = &text.findings[index];
            if !data::has_entry(&found.rule) || !data::speaks_of_debt(&passage.text) {
                continue;
            }
            let template = Template::parse(&passage.text, &passage.holes, self.declarations);
            let now = now.get_or_insert_with(|| (self.appraise)(&passage.text, &passage.holes));
            text.findings[index].fix = self.fix(found, passage, &template, now);
        }
    }

    /// The first replacement that holds.
    fn fix(
        &self,
        found: &Diagnostic,
        passage: &Passage,
        template: &Template,
        now: &Appraisal,
    ) -> Option<Fix> {
        let evidence = Span::new(found.location.span.0, found.location.span.1);
        data::entries_of(&found.rule).find_map(|entry| {
            let span = place(entry, template, evidence)?;
            let draft = Draft::new(passage, span, &entry.write);
            let (own, replacement) = writing::written(passage, span, self.source.text(), draft.words)?;
            self.source.encoding().encode(&replacement)?;
            let then = (self.appraise)(&draft.text, &draft.holes);
            then.is_better_than(now, &found.rule)
                .then(|| self.fix_at(own, replacement, &draft, passage))
        })
    }

    fn fix_at(&self, own: Span, replacement: String, draft: &Draft, passage: &Passage) -> Fix {
        let bytes = self.source.file_range(own);
        let (start, end) = (self.source.position(own.start), self.source.position(own.end));
        Fix {
            byte_start: bytes.start,
            byte_end: bytes.end,
            replacement,
            span: (draft.span.start, draft.span.end),
            text: draft.span.of(&passage.text).to_owned(),
            words: draft.words.to_owned(),
            line: start.line,
            column: start.column,
            column_utf16: start.column_utf16,
            end_line: end.line,
            end_column: end.column,
            end_column_utf16: end.column_utf16,
        }
    }

    /// Takes back the fixes with which the file isn't read as it should be. All texts' first fixes are tried in the file
    /// together, then their second ones; one by one only where that fails.
    fn withdraw(&self, passages: &[&Passage], texts: &mut [TextReport]) {
        let most = texts.iter().map(|text| fixes(text).count()).max().unwrap_or(0);
        if most == 0 {
            return;
        }
        let before = extract(self.source, self.kind);
        for number in 0..most {
            let nth = |text: &TextReport| fixes(text).nth(number).map(|(index, _)| index);
            let tried: Vec<(usize, usize)> = texts
                .iter()
                .enumerate()
                .filter_map(|(text, report)| Some((text, nth(report)?)))
                .collect();
            if self.holds(&tried, &before, passages, texts) {
                continue;
            }
            for one in tried {
                if !self.holds(&[one], &before, passages, texts) {
                    // Kept as an empty replacement until all rounds have counted it.
                    if let Some(fix) = &mut texts[one.0].findings[one.1].fix {
                        fix.replacement.clear();
                    }
                }
            }
        }
        for found in texts.iter_mut().flat_map(|text| &mut text.findings) {
            found.fix.take_if(|fix| fix.replacement.is_empty());
        }
    }

    /// Whether the file with these fixes (text and finding by number) is read as it should be.
    fn holds(
        &self,
        tried: &[(usize, usize)],
        before: &Extracted,
        passages: &[&Passage],
        texts: &[TextReport],
    ) -> bool {
        let mut edits: Vec<(Span, &str)> = Vec::new();
        let mut expected: Vec<String> = before
            .passages
            .iter()
            .map(|passage| passage.text.clone())
            .collect();
        for &(text, finding) in tried {
            let Some(fix) = &texts[text].findings[finding].fix else {
                return false;
            };
            let span = Span::new(fix.span.0, fix.span.1);
            edits.push((passages[text].source_span(span), &fix.replacement));
            let is_own = |passage: &Passage| {
                passage.frame == passages[text].frame && passage.text == passages[text].text
            };
            let own = before.passages.iter().position(is_own);
            let Some(own) = own else { return false };
            expected[own].replace_range(fix.span.0..fix.span.1, &fix.words);
        }
        let Some(edited) = edited(self.source.text(), edits) else {
            return false;
        };
        let after = extract(&Source::of_text(edited), self.kind);
        let is_same = |(passage, text): (&Passage, &String)| passage.text == *text;
        let keys = |passages: &[Passage]| -> Vec<_> {
            let names = passages.iter();
            names
                .map(|passage| (passage.key.clone(), passage.id.clone()))
                .collect()
        };
        after.problems.len() == before.problems.len()
            && keys(&after.passages) == keys(&before.passages)
            && after.passages.iter().zip(&expected).all(is_same)
    }
}

impl Draft {
    fn new(passage: &Passage, span: Span, words: &'static str) -> Self {
        let mut text = passage.text.clone();
        text.replace_range(span.start..span.end, words);
        let moved = |at: usize| match at < span.end {
            true => at,
            false => at - span.len() + words.len(),
        };
        let holes = passage.holes.iter().map(|hole| Hole {
            span: Span::new(moved(hole.span.start), moved(hole.span.end)),
            name: hole.name.clone(),
        });
        Self {
            span,
            words,
            text,
            holes: holes.collect(),
        }
    }
}

impl Appraisal {
    /// Whether a text is this in place of that: rid of a finding of the rule, and nothing new.
    fn is_better_than(&self, before: &Self, rule: &str) -> bool {
        let count = |appraisal: &Self, rule: &str| appraisal.rules.iter().filter(|own| *own == rule).count();
        // What a text lacks it lacked before: it is looked for only in texts that read like a reminder.
        let is_lack = |rule: &str| rule.ends_with("-missing") || rule == "form-letter-elements";
        let has_nothing_new = self
            .rules
            .iter()
            .all(|own| is_lack(own) || count(self, own) <= count(before, own));
        let is_too_long = self.rules.iter().any(|own| own == "form-too-long");
        self.tier <= before.tier
            && count(self, rule) < count(before, rule)
            && has_nothing_new
            && !(is_too_long && self.parts > before.parts)
    }
}

/// Where an entry's words stand: in the evidence or its clause, apart from variables.
fn place(entry: &'static Entry, template: &Template, evidence: Span) -> Option<Span> {
    let text = template.text;
    let around = clause(text, evidence);
    let is_filled_in = |span: Span| {
        let mut variables = template.variables.iter();
        variables.any(|variable| variable.span.overlaps(span))
    };
    let mut places = entry.places(text);
    places.find(|span| span.overlaps(around) && !is_filled_in(*span))
}

/// The clauses that a span touches, without their end.
fn clause(text: &str, span: Span) -> Span {
    let start = text[..span.start]
        .rfind(data::ends_clause)
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[span.end..]
        .find(data::ends_clause)
        .map_or(text.len(), |at| span.end + at);
    Span::new(start, end)
}

/// The fixes of a text with the number of their finding.
fn fixes(text: &TextReport) -> impl Iterator<Item = (usize, &Fix)> {
    let findings = text.findings.iter().enumerate();
    findings.filter_map(|(index, found)| Some((index, found.fix.as_ref()?)))
}

/// A text with other words in these places; `None` if two of them touch the same.
fn edited(text: &str, mut edits: Vec<(Span, &str)>) -> Option<String> {
    edits.sort_by_key(|(span, _)| *span);
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for (span, words) in edits {
        edited.push_str(text.get(at..span.start)?);
        edited.push_str(words);
        at = span.end;
    }
    edited.push_str(text.get(at..)?);
    Some(edited)
}

/// A file with everything written in that could be.
#[derive(Debug)]
pub struct Fixed {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What remains in it.
    pub report: FileReport,
    /// Fixes written in.
    pub count: usize,
}

/// Writes the fixes of a report into the bytes of its file: of each text one, then the file is judged again, until nothing is
/// left to fix. `judge` gives the report of these bytes as the run would show it, so that what is suppressed isn't
/// fixed. Bytes apart from fixes stay as they are.
pub fn fix_bytes(
    bytes: Vec<u8>,
    report: FileReport,
    encoding: Encoding,
    judge: impl Fn(&[u8]) -> FileReport,
) -> Fixed {
    let mut fixed = Fixed {
        bytes,
        report,
        count: 0,
    };
    for _ in 0..MOST_ROUNDS {
        let mut firsts: Vec<&Fix> = fixed.report.texts.iter().filter_map(first_fix).collect();
        firsts.sort_by_key(|fix| (fix.byte_start, fix.byte_end));
        let mut end = 0;
        firsts.retain(|fix| {
            let is_apart = fix.byte_start >= end;
            end = end.max(fix.byte_end);
            is_apart
        });
        // All together, or as many as hold by themselves.
        let all = attempt(&fixed, &firsts, encoding, &judge);
        let next = all.or_else(|| {
            let mut singles = firsts.iter();
            singles.find_map(|fix| attempt(&fixed, &[*fix], encoding, &judge))
        });
        match next {
            Some(next) => fixed = next,
            None => break,
        }
    }
    fixed
}

/// The first fix of a text.
fn first_fix(text: &TextReport) -> Option<&Fix> {
    fixes(text).map(|(_, fix)| fix).next()
}

/// The file with these fixes, unless there are none or it is worse for them.
fn attempt(
    before: &Fixed,
    fixes: &[&Fix],
    encoding: Encoding,
    judge: impl Fn(&[u8]) -> FileReport,
) -> Option<Fixed> {
    if fixes.is_empty() {
        return None;
    }
    let bytes = with_fixes(&before.bytes, fixes, encoding)?;
    let report = judge(&bytes);
    let is_no_worse = |(new, old): (&TextReport, &TextReport)| {
        new.key_path == old.key_path && new.tier <= old.tier && new.findings.len() <= old.findings.len()
    };
    let (new, old) = (&report.texts, &before.report.texts);
    let holds = new.len() == old.len()
        && report.unread.len() == before.report.unread.len()
        && new.iter().zip(old).all(is_no_worse);
    holds.then(|| Fixed {
        bytes,
        report,
        count: before.count + fixes.len(),
    })
}

/// The bytes with fixes that stand apart, in order of place; `None` where the encoding lacks a character.
fn with_fixes(bytes: &[u8], fixes: &[&Fix], encoding: Encoding) -> Option<Vec<u8>> {
    let mut fixed = bytes.to_vec();
    for fix in fixes.iter().rev() {
        let written = encoding.encode(&fix.replacement)?;
        fixed.get(fix.byte_start..fix.byte_end)?;
        fixed.splice(fix.byte_start..fix.byte_end, written);
    }
    Some(fixed)
}

/// A file that was fixed, before it is written.
#[derive(Debug)]
pub struct FixedFile {
    /// Its bytes as they are.
    pub before: Vec<u8>,
    /// How its characters are written.
    pub encoding: Encoding,
    /// Its bytes with the fixes, and what remains.
    pub fixed: Fixed,
}

/// Reads a file again and fixes what can be fixed in it, as [`fix_bytes`] does. It isn't written.
///
/// # Errors
/// A file that can't be read any more.
pub fn fix_file(
    candidate: &Candidate,
    judges: &Judges,
    judge: impl Fn(&[u8]) -> FileReport,
) -> Result<FixedFile> {
    let failed = |sentence| Error::new(ErrorKind::Input, sentence).in_file(&candidate.path);
    let before = super::read(&candidate.path).map_err(failed)?;
    let source = judges.source(candidate, &before).map_err(failed)?;
    let encoding = source.encoding();
    let report = judge(&before);
    let fixed = fix_bytes(before.clone(), report, encoding, judge);
    Ok(FixedFile {
        before,
        encoding,
        fixed,
    })
}
