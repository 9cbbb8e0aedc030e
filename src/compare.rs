//! Two lexicons → the messages whose verdict differs.
//!
//! In: two linters, dumps or files with templates. Out: a [`Change`] for each message whose tier or findings differ, in input
//! order, and a [`Tally`] of all. A finding is the same if its rule and its words are: a rule of another tier or confidence
//! is told as regraded. Promise: streams; memory is bounded by a batch, whatever the input; the same changes whatever the
//! threads. It says what differs, not which of the two is right, and writes nothing.

mod templates;

use std::collections::BTreeMap;

use rayon::ThreadPool;
use rayon::prelude::*;
use serde::Serialize;

use crate::Linter;
use crate::error::{Error, Result};
use crate::finding::{Finding, Place, Verdict};
use crate::linter::Work;
use crate::message::Message;
use crate::read::{Batch, Input, ReadOptions, Reader};
use crate::report::mask::{masked, masked_text, names_of, personal_spans};
use crate::rule::{Category, Confidence, Tier};
use crate::search::Scratch;

/// Compares what two linters say.
#[derive(Clone, Copy)]
pub struct Comparison<'c> {
    /// The linter before.
    pub old: &'c Linter<'c>,
    /// The linter after.
    pub new: &'c Linter<'c>,
    /// Whether personal data in shown words is masked.
    pub masks: bool,
    /// The threads that judge.
    pub pool: &'c ThreadPool,
}

/// A message whose verdict differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its tier before.
    pub before: Tier,
    /// Its tier after.
    pub after: Tier,
    /// Its scores, before and after.
    pub scores: (u8, u8),
    /// Findings that are no longer there.
    pub gone: Vec<Found>,
    /// Findings that weren't there.
    pub new: Vec<Found>,
    /// Findings of another tier or confidence.
    pub regraded: Vec<Regraded>,
    /// The beginning of its words, for people.
    #[serde(skip)]
    pub excerpt: String,
}

/// A finding, as far as a comparison shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// Its category.
    pub category: Option<Category>,
    /// What the finding weighs.
    pub tier: Tier,
    /// How sure.
    pub confidence: Confidence,
    /// The words.
    pub text: String,
}

/// A finding that weighs something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Regraded {
    /// The finding as it is now.
    #[serde(flatten)]
    pub now: Found,
    /// What it weighed.
    pub was_tier: Tier,
    /// How sure it was.
    pub was_confidence: Confidence,
}

/// What was compared, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Records found in the inputs, and texts of files with templates.
    pub read: u64,
    /// Of these, judged twice.
    pub judged: u64,
    /// Records that couldn't be understood.
    pub rejected: u64,
    /// Blank records.
    pub skipped: u64,
    /// Files, and stretches of them, that couldn't be read.
    pub unread: u64,
    /// Messages whose verdict differs.
    pub changed: u64,
    /// Of these, those of a graver and those of a milder tier.
    pub graver: u64,
    /// See `graver`.
    pub milder: u64,
    /// Messages by tier before and after, for the tiers that differ.
    pub tiers: BTreeMap<Tier, BTreeMap<Tier, u64>>,
    /// Findings by rule.
    pub rules: BTreeMap<String, RuleTally>,
}

/// What a rule finds otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RuleTally {
    /// Findings that are no longer there.
    pub gone: u64,
    /// Findings that weren't there.
    pub new: u64,
    /// Findings of another tier or confidence.
    pub regraded: u64,
}

/// Gets the changes one after the other.
pub type See<'s> = &'s mut dyn FnMut(Change) -> Result<()>;

/// Characters of a message that are shown.
const EXCERPT_CHARACTERS: usize = 120;

impl Comparison<'_> {
    /// Compares what the linters say of the records of dumps; `complete` fills in what a record doesn't say. The inputs that
    /// couldn't be opened or read to their end are in the second place.
    ///
    /// # Errors
    /// The first of `see`.
    pub fn dumps(
        &self,
        inputs: &[Input],
        options: &ReadOptions,
        complete: &(dyn Fn(&mut Message) + Sync),
        tally: &mut Tally,
        see: See,
    ) -> Result<Vec<Error>> {
        let mut failures = Vec::new();
        for input in inputs {
            let mut reader = match Reader::open(input, options) {
                Ok(reader) => reader,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            loop {
                match reader.next_batch() {
                    Ok(Some(batch)) => {
                        self.batch(&batch, complete, tally, see)?;
                        reader.recycle(batch);
                    }
                    Ok(None) => break,
                    Err(error) => {
                        failures.push(error);
                        break;
                    }
                }
            }
        }
        Ok(failures)
    }

    fn batch(
        &self,
        batch: &Batch,
        complete: &(dyn Fn(&mut Message) + Sync),
        tally: &mut Tally,
        see: See,
    ) -> Result<()> {
        tally.read += batch.read();
        tally.skipped += batch.skipped();
        let mut messages = Vec::new();
        for record in batch.records() {
            match record {
                Ok(record) => messages.push(record.message),
                Err(_) => tally.rejected += 1,
            }
        }
        tally.judged += messages.len() as u64;
        let compare = |scratches: &mut (Scratch, Scratch), mut message: Message| {
            complete(&mut message);
            let (work, (one, other)) = (&mut Work::default(), scratches);
            let old = self.old.check_with(&message, work, one);
            let new = self.new.check_with(&message, work, other);
            self.change(&message, &old, &new)
        };
        let changes: Vec<Option<Change>> = self.pool.install(|| {
            messages
                .into_par_iter()
                .map_init(Default::default, compare)
                .collect()
        });
        for change in changes.into_iter().flatten() {
            tally.add(&change);
            see(change)?;
        }
        Ok(())
    }

    /// What differs in the verdicts on a message; none if nothing does.
    pub fn change(&self, message: &Message, old: &Verdict, new: &Verdict) -> Option<Change> {
        let before = old
            .findings
            .iter()
            .map(|finding| self.keyed(self.old, finding, message));
        let after = new
            .findings
            .iter()
            .map(|finding| self.keyed(self.new, finding, message));
        let difference = Difference::of(before.collect(), after.collect());
        if difference.is_nothing() && old.tier == new.tier {
            return None;
        }
        let words: Vec<&str> = message.stretches().map(|(_, _, text)| text).collect();
        Some(Change {
            id: message.id.to_string(),
            before: old.tier,
            after: new.tier,
            scores: (old.score, new.score),
            gone: difference.gone,
            new: difference.new,
            regraded: difference.regraded,
            excerpt: self.excerpt(&words.join(" / "), &names_of(message)),
        })
    }

    fn keyed(&self, linter: &Linter, finding: &Finding, message: &Message) -> ((String, Place), Found) {
        let rule = linter.lexicon.rules()[finding.rule].id.clone();
        let text = match self.masks {
            true => {
                let source = message.stretch(finding.place.turn);
                let spans = personal_spans(source, &names_of(message));
                masked(source, finding.place.span, &spans).into_owned()
            }
            false => finding.text.clone(),
        };
        let found = Found {
            rule: rule.clone(),
            category: Some(finding.category),
            tier: finding.tier,
            confidence: finding.confidence,
            text,
        };
        ((rule, finding.place), found)
    }

    /// The beginning of a text, as it may be shown.
    fn excerpt(&self, text: &str, names: &[&str]) -> String {
        let cut = text.char_indices().nth(EXCERPT_CHARACTERS);
        let beginning = cut.map_or(text, |(end, _)| &text[..end]);
        // A number is known by all of its digits: it is hidden before the text is cut.
        let shown = match self.masks {
            true => masked_text(text, names)
                .chars()
                .take(EXCERPT_CHARACTERS)
                .collect(),
            false => beginning.to_owned(),
        };
        if cut.is_some() { shown + "…" } else { shown }
    }
}

/// What differs between two lists of findings, each with what makes it the same.
struct Difference {
    gone: Vec<Found>,
    new: Vec<Found>,
    regraded: Vec<Regraded>,
}

impl Difference {
    fn of<K: PartialEq>(before: Vec<(K, Found)>, mut after: Vec<(K, Found)>) -> Self {
        let (mut gone, mut regraded) = (Vec::new(), Vec::new());
        for (key, was) in before {
            let Some(at) = after.iter().position(|(other, _)| *other == key) else {
                gone.push(was);
                continue;
            };
            let (_, now) = after.remove(at);
            if (now.tier, now.confidence) != (was.tier, was.confidence) {
                regraded.push(Regraded {
                    now,
                    was_tier: was.tier,
                    was_confidence: was.confidence,
                });
            }
        }
        Self {
            gone,
            new: after.into_iter().map(|(_, found)| found).collect(),
            regraded,
        }
    }

    fn is_nothing(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty() && self.regraded.is_empty()
    }
}

impl Tally {
    fn add(&mut self, change: &Change) {
        self.changed += 1;
        self.graver += u64::from(change.after > change.before);
        self.milder += u64::from(change.after < change.before);
        if change.after != change.before {
            *self
                .tiers
                .entry(change.before)
                .or_default()
                .entry(change.after)
                .or_default() += 1;
        }
        for found in &change.gone {
            self.rules.entry(found.rule.clone()).or_default().gone += 1;
        }
        for found in &change.new {
            self.rules.entry(found.rule.clone()).or_default().new += 1;
        }
        for regraded in &change.regraded {
            self.rules.entry(regraded.now.rule.clone()).or_default().regraded += 1;
        }
    }

    /// Whether every record is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.read == self.judged + self.rejected + self.skipped
    }
}

impl Change {
    /// How much it matters: the gravest tier that either lexicon gives, then how far the tiers and the scores lie apart.
    pub fn weight(&self) -> (Tier, u8, u8) {
        let steps = (self.before as u8).abs_diff(self.after as u8);
        let (old, new) = self.scores;
        (self.before.max(self.after), steps, old.abs_diff(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &str, tier: Tier) -> Found {
        Found {
            rule: rule.to_owned(),
            category: None,
            tier,
            confidence: Confidence::High,
            text: rule.to_owned(),
        }
    }

    #[test]
    fn findings_are_matched_by_rule_and_place() {
        let at = |place: usize, rule: &'static str, tier| ((rule, place), found(rule, tier));
        let (notice, severe) = (Tier::Notice, Tier::Severe);
        // before, after → gone, new, regraded
        for (before, after, expected) in [
            (vec![], vec![], (0, 0, 0)),
            (vec![at(0, "a", notice)], vec![at(0, "a", notice)], (0, 0, 0)),
            (vec![at(0, "a", notice)], vec![at(3, "a", notice)], (1, 1, 0)),
            (vec![at(0, "a", notice)], vec![at(0, "b", notice)], (1, 1, 0)),
            (vec![at(0, "a", notice)], vec![at(0, "a", severe)], (0, 0, 1)),
            (
                vec![at(0, "a", notice), at(3, "b", notice)],
                vec![at(3, "b", notice)],
                (1, 0, 0),
            ),
        ] {
            let Difference { gone, new, regraded } = Difference::of(before, after);
            assert_eq!(
                (gone.len(), new.len(), regraded.len()),
                expected,
                "{gone:?} {new:?}"
            );
        }
    }

    #[test]
    fn worse_changes_weigh_more() {
        let change = |before, after, scores| Change {
            id: String::new(),
            before,
            after,
            scores,
            gone: Vec::new(),
            new: Vec::new(),
            regraded: Vec::new(),
            excerpt: String::new(),
        };
        let order = [
            change(Tier::Notice, Tier::Notice, (30, 30)),
            change(Tier::Notice, Tier::Clean, (30, 0)),
            change(Tier::Warning, Tier::Notice, (60, 30)),
            change(Tier::Severe, Tier::Severe, (80, 90)),
            change(Tier::Clean, Tier::Severe, (0, 80)),
        ];
        assert!(order.is_sorted_by_key(Change::weight));
        let mut tally = Tally::default();
        order.iter().for_each(|change| tally.add(change));
        assert_eq!((tally.changed, tally.graver, tally.milder), (5, 1, 2));
        assert_eq!(tally.tiers[&Tier::Clean][&Tier::Severe], 1);
    }
}
