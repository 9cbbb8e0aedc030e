//! A pack on the bundled clean texts → how many each rule flags.
//!
//! In: the lexicon with the pack, the texts, [`Budgets`]. Out: [`Alarms`]: for each own rule its false alarms, with the words
//! of the worst; for the pack all texts in which an own rule finds something; and what the bundled rules flag with the pack
//! and without. That differs: beside a company's own rules the second opinion keeps no ordinary text from being searched,
//! and a pack may add terms to bundled classes. Findings of low confidence, which no verdict counts, aren't counted.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::clean::CleanTexts;
use super::places::{DataPlace, Places};
use crate::error::Result;
use crate::finding::{Finding, Verdict};
use crate::message::Message;
use crate::rule::Tier;
use crate::{Lexicon, Linter};

/// Shares of the clean texts that may be flagged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Budgets {
    /// By each own rule.
    pub rule: f64,
    /// By all of them together.
    pub pack: f64,
}

/// What was flagged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarms {
    /// How many clean texts there are.
    pub texts: usize,
    /// Tells the sample from others.
    pub sha256: String,
    /// What may be flagged.
    pub budgets: Budgets,
    /// Texts in which an own rule finds something.
    pub flagged: usize,
    /// Whether that is more than the pack's budget.
    pub is_over: bool,
    /// Texts that bundled rules flag, as notice or worse, without the pack.
    pub bundled_before: usize,
    /// The same with it.
    pub bundled_after: usize,
    /// The own rules, the most alarms first.
    pub rules: Vec<RuleAlarms>,
}

/// What a rule flagged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleAlarms {
    /// Its id.
    pub rule: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Option<DataPlace>,
    /// How many of the texts.
    pub flagged: usize,
    /// Whether that is more than a rule's budget.
    pub is_over: bool,
    /// The words found, the most frequent first, each with the number of texts.
    pub words: Vec<(String, usize)>,
    /// The texts with the highest scores.
    pub worst: Vec<Alarm>,
}

/// A clean text that a rule flagged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// Its id.
    pub id: String,
    /// What it was called.
    pub tier: Tier,
    /// The score.
    pub score: u8,
    /// The words found.
    pub words: String,
    /// The words with what stands beside them.
    pub excerpt: String,
}

/// How many texts and words are kept of each rule.
const MOST_WORST: usize = 5;
const MOST_WORDS: usize = 10;

/// Characters shown on both sides of the words.
const EXCERPT_CHARACTERS: usize = 12;

impl Alarms {
    /// Whether any budget is exceeded.
    pub fn is_over(&self) -> bool {
        self.is_over || self.rules.iter().any(|rule| rule.is_over)
    }
}

/// Judges the texts with the pack and without.
pub(super) fn count(
    lexicon: &Lexicon,
    linter: &Linter,
    places: &Places,
    texts: &CleanTexts,
    budgets: Budgets,
) -> Result<Alarms> {
    let messages = texts.messages();
    let verdicts: Vec<Verdict> = messages.par_iter().map(|message| linter.check(message)).collect();
    let is_own: Vec<bool> = lexicon
        .rules
        .iter()
        .map(|rule| places.rule(&rule.id).is_some_and(|written| written.is_own))
        .collect();
    let flags = |verdict: &Verdict, own: bool| {
        let mut findings = verdict.findings.iter();
        findings.any(|finding| finding.is_counted() && is_own[finding.rule] == own)
    };
    // Of the bundled lexicon all rules are inspected: there is nothing beside them.
    let bundled = Linter::new(Lexicon::bundled())?;
    let is_pack = is_own.contains(&false);
    let before = messages
        .par_iter()
        .filter(|message| is_pack && bundled.check(message).tier > Tier::Clean);
    let total = messages.len();
    let is_over = |flagged: usize, budget: f64| flagged as f64 > budget * total as f64;
    let flagged = verdicts.iter().filter(|verdict| flags(verdict, true)).count();
    let own = (0..lexicon.rules.len()).filter(|&rule| is_own[rule]);
    let mut rules: Vec<RuleAlarms> = own
        .map(|rule| {
            let id = &lexicon.rules[rule].id;
            let mut alarms = rule_alarms(rule, &messages, &verdicts);
            alarms.rule.clone_from(id);
            alarms.place = places.of_rule(id);
            alarms.is_over = is_over(alarms.flagged, budgets.rule);
            alarms
        })
        .collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.flagged));
    Ok(Alarms {
        texts: total,
        sha256: texts.sha256().to_owned(),
        budgets,
        flagged,
        is_over: is_over(flagged, budgets.pack),
        bundled_before: before.count(),
        bundled_after: verdicts.iter().filter(|verdict| flags(verdict, false)).count(),
        rules,
    })
}

/// What one rule flagged; its name and its budget are the caller's.
fn rule_alarms(rule: usize, messages: &[Message], verdicts: &[Verdict]) -> RuleAlarms {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    let mut worst = Vec::new();
    let mut flagged = 0;
    for (message, verdict) in messages.iter().zip(verdicts) {
        let mut own = verdict.findings.iter();
        let Some(finding) = own.find(|finding| finding.rule == rule && finding.is_counted()) else {
            continue;
        };
        flagged += 1;
        *words.entry(&finding.text).or_default() += 1;
        worst.push((verdict, message, finding));
    }
    worst.sort_by_key(|(verdict, ..)| std::cmp::Reverse(verdict.score));
    worst.truncate(MOST_WORST);
    let mut words: Vec<(String, usize)> = words
        .into_iter()
        .map(|(word, texts)| (word.to_owned(), texts))
        .collect();
    words.sort_by_key(|(_, texts)| std::cmp::Reverse(*texts));
    words.truncate(MOST_WORDS);
    let worst = worst.into_iter().map(|(verdict, message, finding)| Alarm {
        id: message.id.to_string(),
        tier: verdict.tier,
        score: verdict.score,
        words: finding.text.clone(),
        excerpt: excerpt(message, finding),
    });
    RuleAlarms {
        rule: String::new(),
        place: None,
        flagged,
        is_over: false,
        words,
        worst: worst.collect(),
    }
}

/// The words of a finding, marked, with what stands beside them.
fn excerpt(message: &Message, finding: &Finding) -> String {
    let text = message.stretch(finding.place.turn);
    let span = finding.place.span;
    let before = text[..span.start]
        .char_indices()
        .rev()
        .take(EXCERPT_CHARACTERS)
        .last();
    let start = before.map_or(span.start, |(at, _)| at);
    let after = text[span.end..].char_indices().nth(EXCERPT_CHARACTERS);
    let end = after.map_or(text.len(), |(at, _)| span.end + at);
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    format!(
        "{}{}⟦{}⟧{}{}",
        cut(start > 0),
        &text[start..span.start],
        span.of(text),
        &text[span.end..end],
        cut(end < text.len())
    )
}
