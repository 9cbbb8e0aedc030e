//! Findings → tier, score and categories of a message.
//!
//! In: upheld findings. Out: the three figures of a [`Verdict`](crate::Verdict). Pure; the gravest finding is
//! the floor, more findings can only raise it. It drops no finding: those of low confidence are shown, not
//! counted.

use crate::finding::{Finding, Place};
use crate::rule::{Category, Confidence, Tier};

/// Points of a tier's band that further findings can fill.
const BAND: f64 = 24.0;

/// Notices of rules, in at least two categories, that make a warning. What the second opinion proposes asks for a look,
/// however often.
const NOTICES_TO_WARN: usize = 3;

/// Categories with warnings that make a message severe.
const WARNED_CATEGORIES_TO_SEVERE: usize = 5;

/// What of a finding counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weighed {
    pub(crate) category: Category,
    pub(crate) tier: Tier,
    pub(crate) confidence: Confidence,
    pub(crate) place: Place,
}

/// The message's tier, score and categories.
pub(crate) fn score(findings: &[Finding]) -> (Tier, u8, Vec<Category>) {
    score_of(findings.iter().map(|finding| Weighed {
        category: finding.category,
        tier: finding.tier,
        confidence: finding.confidence,
        place: finding.place,
    }))
}

/// The same of findings in any form, in their order.
///
/// Score: `base + round(24 × (1 − 0.5^(0.5 + e)))` with base 0, 25, 50 or 75 by tier; e adds, for every
/// further counted finding, 1 if it has the message's tier, ½ one tier below, ¼ two below, halved at medium
/// confidence. A message with nothing but findings of low confidence: base 0, e = their number ÷ 2, minus the 0.5.
pub(crate) fn score_of(findings: impl Iterator<Item = Weighed>) -> (Tier, u8, Vec<Category>) {
    let findings: Vec<Weighed> = findings.collect();
    let counted = counted(&findings);
    if counted.is_empty() {
        let extra = findings.len() as f64 / 2.0;
        return (Tier::Clean, points(Tier::Clean, extra), Vec::new());
    }
    let tier = tier_of(&counted);
    let mut gravest = 0;
    for (index, finding) in counted.iter().enumerate() {
        let key = |finding: &Weighed| (finding.tier, finding.confidence);
        if key(finding) > key(&counted[gravest]) {
            gravest = index;
        }
    }
    let others = counted.iter().enumerate().filter(|(index, _)| *index != gravest);
    let extra: f64 = others.map(|(_, finding)| weight(tier, finding)).sum();
    let has = |category: &Category| counted.iter().any(|finding| finding.category == *category);
    let categories = Category::ALL.into_iter().filter(has).collect();
    (tier, points(tier, 0.5 + extra), categories)
}

/// Findings of high and medium confidence; those on overlapping words in one category once, the gravest.
fn counted(findings: &[Weighed]) -> Vec<Weighed> {
    let is_counted = |finding: &&Weighed| finding.confidence > Confidence::Low;
    let mut sorted: Vec<Weighed> = findings.iter().filter(is_counted).copied().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse((finding.tier, finding.confidence)));
    let mut counted: Vec<Weighed> = Vec::new();
    for finding in sorted {
        let is_same = |other: &Weighed| {
            other.category == finding.category
                && other.place.turn == finding.place.turn
                && other.place.span.overlaps(finding.place.span)
        };
        if !counted.iter().any(is_same) {
            counted.push(finding);
        }
    }
    counted
}

fn tier_of(counted: &[Weighed]) -> Tier {
    let gravest = counted
        .iter()
        .map(|finding| finding.tier)
        .max()
        .unwrap_or_default();
    let categories_at = |tier: Tier, least: Confidence| {
        let at = counted
            .iter()
            .filter(|finding| finding.tier == tier && finding.confidence >= least);
        let mut categories: Vec<Category> = at.map(|finding| finding.category).collect();
        let count = categories.len();
        categories.sort_unstable();
        categories.dedup();
        (count, categories.len())
    };
    match gravest {
        Tier::Notice => {
            let (notices, categories) = categories_at(Tier::Notice, Confidence::High);
            if notices >= NOTICES_TO_WARN && categories >= 2 {
                Tier::Warning
            } else {
                Tier::Notice
            }
        }
        Tier::Warning => {
            let (_, categories) = categories_at(Tier::Warning, Confidence::Medium);
            if categories >= WARNED_CATEGORIES_TO_SEVERE {
                Tier::Severe
            } else {
                Tier::Warning
            }
        }
        other => other,
    }
}

fn weight(tier: Tier, finding: &Weighed) -> f64 {
    let below = tier as i32 - finding.tier as i32;
    let full = 0.5_f64.powi(below.max(0));
    if finding.confidence == Confidence::Medium {
        full / 2.0
    } else {
        full
    }
}

fn points(tier: Tier, extra: f64) -> u8 {
    let base = 25 * tier as u8;
    base + (BAND * (1.0 - 0.5_f64.powf(extra))).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;
    use crate::span::Span;

    fn finding(category: Category, tier: Tier, confidence: Confidence, start: usize) -> Finding {
        Finding {
            rule: 0,
            category,
            tier,
            confidence,
            place: Place {
                turn: None,
                span: Span::new(start, start + 6),
            },
            text: String::new(),
            plain: None,
            disguises: Vec::new(),
            related: Vec::new(),
        }
    }

    use Category::{Deception, Harassment, Insult, Privacy, ThirdParty, Threat};
    use Confidence::{High, Low, Medium};
    use Tier::{Clean, Notice, Severe, Warning};

    #[test]
    fn nothing_and_low_confidence_stay_clean() {
        assert_eq!(score(&[]), (Clean, 0, vec![]));
        let low = finding(Threat, Severe, Low, 0);
        assert_eq!(score(std::slice::from_ref(&low)), (Clean, 7, vec![]));
        let many: Vec<Finding> = (0..50).map(|at| finding(Threat, Severe, Low, at * 10)).collect();
        assert_eq!(score(&many), (Clean, 24, vec![]));
    }

    #[test]
    fn the_gravest_is_the_floor_and_the_band_holds() {
        for (tier, one) in [(Notice, 32), (Warning, 57), (Severe, 82)] {
            let first = finding(Insult, tier, High, 0);
            assert_eq!(score(std::slice::from_ref(&first)), (tier, one, vec![Insult]));
            let many: Vec<Finding> = (0..40).map(|at| finding(Insult, tier, High, at * 10)).collect();
            let (full_tier, points, _) = score(&many);
            assert_eq!((full_tier, points), (tier, 25 * tier as u8 + 24));
        }
    }

    #[test]
    fn overlapping_words_in_one_category_count_once() {
        let both = [
            finding(Threat, Warning, High, 0),
            finding(Threat, Severe, High, 3),
        ];
        assert_eq!(score(&both), (Severe, 82, vec![Threat]));
        let apart = [
            finding(Threat, Warning, High, 0),
            finding(Threat, Severe, High, 6),
        ];
        assert_eq!(score(&apart).1, 87);
        let other = [
            finding(Insult, Warning, High, 0),
            finding(Threat, Severe, High, 3),
        ];
        assert_eq!(score(&other), (Severe, 87, vec![Threat, Insult]));
    }

    #[test]
    fn many_mild_findings_raise_the_tier() {
        let notice = |category, at| finding(category, Notice, High, at);
        let same = [notice(Threat, 0), notice(Threat, 10), notice(Threat, 20)];
        assert_eq!(score(&same).0, Notice);
        let mixed = [notice(Threat, 0), notice(Insult, 10), notice(Threat, 20)];
        assert_eq!(score(&mixed).0, Warning);
        let warnings = [Threat, Insult, Privacy, ThirdParty, Deception]
            .map(|category| finding(category, Warning, Medium, 0));
        assert_eq!(score(&warnings).0, Severe);
        assert_eq!(score(&warnings[1..]).0, Warning);
        let _ = Harassment;
    }

    #[test]
    fn medium_confidence_adds_half() {
        let with = |confidence| {
            [
                finding(Threat, Warning, High, 0),
                finding(Insult, Warning, confidence, 0),
            ]
        };
        assert!(score(&with(High)).1 > score(&with(Medium)).1);
        assert!(score(&with(Medium)).1 > score(&with(Low)).1);
    }
}
