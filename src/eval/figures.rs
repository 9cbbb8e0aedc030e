//! Outcomes → figures, intervals, floors.
//!
//! In: [`Outcome`]s. Out: [`Figures`], plain numbers that serialise to the JSON of `eval`. A share of nothing
//! is none, never 0 or 1. It knows no thresholds but those of the floors file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, say};
use crate::eval::Outcome;
use crate::rule::{Category, Tier};

/// How often a bootstrap draws.
const DRAWS: usize = 1000;

/// Found, wrongly found, missed; and what follows from them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Score {
    /// Labelled and found.
    pub true_positives: u64,
    /// Found and not labelled.
    pub false_positives: u64,
    /// Labelled and not found.
    pub false_negatives: u64,
    /// Share of the found that is labelled.
    pub precision: Option<f64>,
    /// Share of the labelled that is found.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The quotient; none of nothing.
    pub share: Option<f64>,
}

/// The figures that the project is held to. Names are those of the floors file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Headline {
    /// Any violation or none, messages.
    MessagesF1,
    /// Any violation or none, calls.
    CallsF1,
    /// Categories, all together.
    CategoriesF1,
    /// Tier as labelled.
    TierExact,
    /// Tier as labelled or one step beside it.
    TierWithinOne,
    /// Clean texts of other genres than collection, flagged at notice or above.
    HardCleanFlagged,
    /// Clean texts of all genres, flagged at warning or above.
    CleanWarned,
    /// Disguised offences found, of those found in plain form.
    DisguisedFound,
    /// Labelled quotes shown.
    EvidenceShown,
}

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// On all records.
    pub value: Option<f64>,
    /// 2.5th percentile of the draws.
    pub low: Option<f64>,
    /// 97.5th percentile of the draws.
    pub high: Option<f64>,
}

/// All figures of a set of outcomes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Records that aren't calls.
    pub messages: u64,
    /// Calls.
    pub calls: u64,
    /// The figures that the project is held to.
    pub headline: BTreeMap<Headline, Interval>,
    /// Any violation or none: messages, calls.
    pub any_violation: BTreeMap<&'static str, Score>,
    /// By category, and `micro` for all together.
    pub categories: BTreeMap<&'static str, Score>,
    /// Labelled tier → verdict's tier → records, in order of the tiers.
    pub tiers: [[u64; 4]; 4],
    /// Clean texts by genre: flagged at notice or above, at warning or above.
    pub clean: BTreeMap<String, CleanFlagged>,
    /// Offences without a taboo word that were found.
    pub veiled: Share,
    /// By disguise: found, of those found in plain form.
    pub disguises: BTreeMap<String, Share>,
    /// Labelled quotes shown.
    pub evidence: Share,
}

/// How many clean texts of a genre were flagged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct CleanFlagged {
    /// At notice or above.
    pub notice: Share,
    /// At warning or above.
    pub warning: Share,
}

/// Bounds of the headline figures and of the disguises; `floors.toml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// Figures that must not be below.
    #[serde(default)]
    pub at_least: BTreeMap<Headline, f64>,
    /// Figures that must not be above.
    #[serde(default)]
    pub at_most: BTreeMap<Headline, f64>,
    /// By disguise: shares found, of those found in plain form, that must not be below.
    #[serde(default)]
    pub disguises: BTreeMap<String, f64>,
}

/// A figure on the wrong side of its bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Its name in the floors file; `disguises.…` for a disguise.
    pub figure: String,
    /// What it is; none if there was nothing to measure.
    pub value: Option<f64>,
    /// What it must be at least, or at most.
    pub bound: f64,
    /// Whether the bound is a ceiling.
    pub is_ceiling: bool,
}

impl Headline {
    /// All of them, in the order of reports.
    pub const ALL: [Headline; 9] = [
        Headline::MessagesF1,
        Headline::CallsF1,
        Headline::CategoriesF1,
        Headline::TierExact,
        Headline::TierWithinOne,
        Headline::HardCleanFlagged,
        Headline::CleanWarned,
        Headline::DisguisedFound,
        Headline::EvidenceShown,
    ];

    /// The name in JSON and in the floors file.
    pub fn id(self) -> &'static str {
        match self {
            Headline::MessagesF1 => "messages_f1",
            Headline::CallsF1 => "calls_f1",
            Headline::CategoriesF1 => "categories_f1",
            Headline::TierExact => "tier_exact",
            Headline::TierWithinOne => "tier_within_one",
            Headline::HardCleanFlagged => "hard_clean_flagged",
            Headline::CleanWarned => "clean_warned",
            Headline::DisguisedFound => "disguised_found",
            Headline::EvidenceShown => "evidence_shown",
        }
    }
}

impl Figures {
    /// The figures of these outcomes. O(draws × outcomes).
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut figures = Self {
            messages: outcomes.iter().filter(|outcome| !outcome.is_call).count() as u64,
            calls: outcomes.iter().filter(|outcome| outcome.is_call).count() as u64,
            headline: intervals(outcomes),
            any_violation: BTreeMap::new(),
            categories: BTreeMap::new(),
            tiers: [[0; 4]; 4],
            clean: BTreeMap::new(),
            veiled: Share::default(),
            disguises: BTreeMap::new(),
            evidence: Share::default(),
        };
        let mut scores: BTreeMap<Category, Score> = Category::ALL
            .into_iter()
            .map(|category| (category, Score::default()))
            .collect();
        let mut any = [Score::default(); 2];
        for outcome in outcomes {
            let (expected, got) = outcome.tiers;
            figures.tiers[expected as usize][got as usize] += 1;
            any[usize::from(outcome.is_call)].count(expected > Tier::Clean, got > Tier::Clean);
            for (category, score) in &mut scores {
                score.count(
                    outcome.categories.0.contains(category),
                    outcome.categories.1.contains(category),
                );
            }
            if expected == Tier::Clean {
                let genre = outcome.genre.clone().unwrap_or_else(|| "–".to_owned());
                let flagged = figures.clean.entry(genre).or_default();
                flagged.notice.add(got >= Tier::Notice);
                flagged.warning.add(got >= Tier::Warning);
            } else if outcome.is_veiled {
                figures.veiled.add(got > Tier::Clean);
            }
            if outcome.is_plain_found == Some(true) {
                for disguise in &outcome.disguises {
                    let share = figures.disguises.entry(disguise.clone()).or_default();
                    share.add(got > Tier::Clean);
                }
            }
            figures.evidence.of += outcome.quotes.0 as u64;
            figures.evidence.count += outcome.quotes.1 as u64;
        }
        let micro = scores
            .values()
            .fold(Score::default(), |sum, score| sum.plus(*score));
        figures.categories = scores
            .iter()
            .map(|(category, score)| (category.id(), score.finished()))
            .collect();
        figures.categories.insert("micro", micro.finished());
        figures.any_violation =
            BTreeMap::from([("messages", any[0].finished()), ("calls", any[1].finished())]);
        figures.finish_shares();
        figures
    }

    /// The figures that break the floors, in the floors' order; a bound on what couldn't be measured is broken.
    pub fn breaches(&self, floors: &Floors) -> Vec<Breach> {
        let check = |figure: String, value: Option<f64>, bound: f64, is_ceiling: bool| {
            let holds = value.is_some_and(|value| {
                if is_ceiling {
                    value <= bound
                } else {
                    value >= bound
                }
            });
            (!holds).then_some(Breach {
                figure,
                value,
                bound,
                is_ceiling,
            })
        };
        let headline = |(figure, &bound): (&Headline, &f64), is_ceiling| {
            let value = self.headline.get(figure).and_then(|interval| interval.value);
            check(figure.id().to_owned(), value, bound, is_ceiling)
        };
        let at_least = floors.at_least.iter().filter_map(|floor| headline(floor, false));
        let at_most = floors
            .at_most
            .iter()
            .filter_map(|ceiling| headline(ceiling, true));
        let disguises = floors.disguises.iter().filter_map(|(disguise, &floor)| {
            let value = self.disguises.get(disguise).and_then(|share| share.share);
            check(format!("disguises.{disguise}"), value, floor, false)
        });
        at_least.chain(at_most).chain(disguises).collect()
    }

    fn finish_shares(&mut self) {
        let clean = self
            .clean
            .values_mut()
            .flat_map(|clean| [&mut clean.notice, &mut clean.warning]);
        let shares = clean.chain(self.disguises.values_mut());
        for share in shares.chain([&mut self.veiled, &mut self.evidence]) {
            share.share = ratio(share.count, share.of);
        }
    }
}

impl Floors {
    /// Reads a floors file.
    ///
    /// # Errors
    /// If it isn't TOML of tables `at_least`, `at_most` (known figures) and `disguises`.
    pub fn parse(text: &str) -> Result<Self> {
        let reason = say!("不是有效的指标下限文件", "not a floors file");
        toml::from_str(text).map_err(|error| Error::new(ErrorKind::Usage, reason).because(error))
    }
}

impl Score {
    fn count(&mut self, is_labelled: bool, is_found: bool) {
        match (is_labelled, is_found) {
            (true, true) => self.true_positives += 1,
            (false, true) => self.false_positives += 1,
            (true, false) => self.false_negatives += 1,
            (false, false) => {}
        }
    }

    fn plus(mut self, other: Score) -> Score {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
        self
    }

    fn finished(mut self) -> Score {
        let found = self.true_positives + self.false_positives;
        let labelled = self.true_positives + self.false_negatives;
        self.precision = ratio(self.true_positives, found);
        self.recall = ratio(self.true_positives, labelled);
        self.f1 = ratio(2 * self.true_positives, found + labelled);
        self
    }
}

impl Share {
    fn add(&mut self, is_counted: bool) {
        self.of += 1;
        self.count += u64::from(is_counted);
    }
}

fn ratio(count: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| count as f64 / of as f64)
}

/// Numerator and denominator of each headline figure that one outcome adds: all of them are such quotients
/// (F1 is 2·tp over found + labelled), so that a draw is a sum.
fn parts(outcome: &Outcome) -> [(u32, u32); Headline::ALL.len()] {
    let (expected, got) = outcome.tiers;
    let (labelled, found) = (expected > Tier::Clean, got > Tier::Clean);
    let f1 = (
        2 * u32::from(labelled && found),
        u32::from(labelled) + u32::from(found),
    );
    let (own, others) = (&outcome.categories.0, &outcome.categories.1);
    let common = own.intersection(others).count() as u32;
    let is_hard = outcome
        .genre
        .as_deref()
        .is_some_and(|genre| genre != "collection");
    let distance = (expected as u8).abs_diff(got as u8);
    let only_if = |is_asked: bool, part: (u32, u32)| if is_asked { part } else { (0, 0) };
    Headline::ALL.map(|figure| match figure {
        Headline::MessagesF1 => only_if(!outcome.is_call, f1),
        Headline::CallsF1 => only_if(outcome.is_call, f1),
        Headline::CategoriesF1 => (2 * common, (own.len() + others.len()) as u32),
        Headline::TierExact => (u32::from(distance == 0), 1),
        Headline::TierWithinOne => (u32::from(distance <= 1), 1),
        Headline::HardCleanFlagged => only_if(!labelled && is_hard, (u32::from(found), 1)),
        Headline::CleanWarned => only_if(!labelled, (u32::from(got >= Tier::Warning), 1)),
        Headline::DisguisedFound => only_if(outcome.is_plain_found == Some(true), (u32::from(found), 1)),
        Headline::EvidenceShown => (outcome.quotes.1 as u32, outcome.quotes.0 as u32),
    })
}

fn intervals(outcomes: &[Outcome]) -> BTreeMap<Headline, Interval> {
    let parts: Vec<_> = outcomes.iter().map(parts).collect();
    let quotients = |draw: &mut dyn Iterator<Item = usize>| {
        let mut sums = [(0u64, 0u64); Headline::ALL.len()];
        for index in draw {
            for (sum, part) in sums.iter_mut().zip(&parts[index]) {
                sum.0 += u64::from(part.0);
                sum.1 += u64::from(part.1);
            }
        }
        sums.map(|(count, of)| ratio(count, of))
    };
    let values = quotients(&mut (0..parts.len()));
    let mut draws: [Vec<f64>; Headline::ALL.len()] = std::array::from_fn(|_| Vec::with_capacity(DRAWS));
    let mut random = SplitMix(2026);
    for _ in 0..DRAWS {
        let mut draw = (0..parts.len()).map(|_| random.below(parts.len()));
        for (values, value) in draws.iter_mut().zip(quotients(&mut draw)) {
            values.extend(value);
        }
    }
    let intervals = Headline::ALL
        .into_iter()
        .zip(values)
        .zip(&mut draws)
        .map(|((figure, value), draws)| {
            draws.sort_by(f64::total_cmp);
            let at = |share: f64| {
                draws
                    .get((share * draws.len().saturating_sub(1) as f64).round() as usize)
                    .copied()
            };
            let interval = Interval {
                value,
                low: at(0.025),
                high: at(0.975),
            };
            (figure, interval)
        });
    intervals.collect()
}

/// A small seeded generator (SplitMix64): figures must not depend on a crate's version.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(is_call: bool, tiers: (Tier, Tier), labelled: &[Category], found: &[Category]) -> Outcome {
        Outcome {
            id: String::new(),
            is_call,
            genre: Some(
                if tiers.0 == Tier::Clean {
                    "article"
                } else {
                    "collection"
                }
                .to_owned(),
            ),
            tiers,
            categories: (
                labelled.iter().copied().collect(),
                found.iter().copied().collect(),
            ),
            score: 0,
            quotes: (labelled.len(), labelled.len().min(found.len())),
            is_veiled: false,
            disguises: Vec::new(),
            is_plain_found: None,
            evidence: (Vec::new(), Vec::new()),
        }
    }

    fn sample() -> Vec<Outcome> {
        use Category::{Insult, Threat};
        let mut outcomes = vec![
            outcome(false, (Tier::Severe, Tier::Severe), &[Threat], &[Threat]),
            outcome(false, (Tier::Warning, Tier::Clean), &[Insult], &[]),
            outcome(false, (Tier::Clean, Tier::Notice), &[], &[Threat]),
            outcome(false, (Tier::Clean, Tier::Clean), &[], &[]),
            outcome(true, (Tier::Warning, Tier::Notice), &[Threat, Insult], &[Threat]),
        ];
        outcomes[0].disguises = vec!["spaces".to_owned()];
        outcomes[0].is_plain_found = Some(true);
        outcomes[1].disguises = vec!["spaces".to_owned()];
        outcomes[1].is_plain_found = Some(false);
        outcomes
    }

    #[test]
    fn figures_by_hand() {
        let figures = Figures::of(&sample());
        let value = |figure| figures.headline[&figure].value;
        assert_eq!(figures.any_violation["messages"].f1, Some(0.5));
        assert_eq!(value(Headline::MessagesF1), Some(0.5));
        assert_eq!(value(Headline::CallsF1), Some(1.0));
        assert_eq!(figures.categories["micro"].precision, Some(2.0 / 3.0));
        assert_eq!(figures.categories["micro"].recall, Some(0.5));
        assert_eq!(value(Headline::CategoriesF1), figures.categories["micro"].f1);
        assert_eq!(figures.categories["privacy"].f1, None, "a share of nothing");
        assert_eq!(value(Headline::TierExact), Some(0.4));
        assert_eq!(value(Headline::TierWithinOne), Some(0.8));
        assert_eq!(value(Headline::HardCleanFlagged), Some(0.5));
        assert_eq!(value(Headline::CleanWarned), Some(0.0));
        assert_eq!(
            value(Headline::DisguisedFound),
            Some(1.0),
            "of those found in plain form"
        );
        assert_eq!(value(Headline::EvidenceShown), Some(0.5));
        assert_eq!(figures.tiers[2], [1, 1, 0, 0]);
        assert_eq!(figures.clean["article"].notice.share, Some(0.5));
        assert_eq!(figures.disguises["spaces"].of, 1);
    }

    #[test]
    fn intervals_are_repeatable_and_hold_the_value() {
        let outcomes: Vec<Outcome> = std::iter::repeat_n(sample(), 20).flatten().collect();
        let figures = Figures::of(&outcomes);
        assert_eq!(figures, Figures::of(&outcomes));
        for interval in figures.headline.values() {
            let (low, value, high) = (
                interval.low.unwrap(),
                interval.value.unwrap(),
                interval.high.unwrap(),
            );
            assert!(low <= value && value <= high && high - low < 0.5, "{interval:?}");
        }
        assert_eq!(Figures::of(&[]).headline[&Headline::CallsF1].low, None);
    }

    #[test]
    fn floors_are_bounds_on_headline_figures() {
        let floors = Floors::parse(
            "[at_least]\nmessages_f1 = 0.4\ncalls_f1 = 1.0\n[at_most]\nhard_clean_flagged = 0.4",
        )
        .unwrap();
        let breaches = Figures::of(&sample()).breaches(&floors);
        assert_eq!(breaches.len(), 1);
        assert!(breaches[0].is_ceiling && breaches[0].figure == Headline::HardCleanFlagged.id());
        assert!(
            !Figures::of(&[]).breaches(&floors).is_empty(),
            "nothing measured holds no floor"
        );
        assert!(Floors::parse("[at_least]\nmesages_f1 = 0.4").is_err());
    }

    #[test]
    fn ids_are_those_of_the_file() {
        for figure in Headline::ALL {
            assert_eq!(serde_json::to_value(figure).unwrap(), figure.id());
        }
    }
}
