//! Judgements → figures.
//!
//! In: workbooks of one sample, one a reviewer. Out: [`Figures`]: precision by rule and over all, the share missed among
//! clean messages, agreement of reviewers, intervals. Promise: plain numbers, the same for the same judgements; a share of
//! nothing is none. Rows that nobody filled in, that reviewers couldn't tell or judged differently are counted and are in
//! no share. The figures are about texts of this kind, so no interval is narrowed because the inputs were finite.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::eval::Interval;
use crate::interval::wilson;
use crate::message::Channel;
use crate::review::filled::{Filled, Judgement, Kind};
use crate::review::item::Item;
use crate::review::sample::{AgencyGroup, Sample, StratumOf};
use crate::rule::Category;

/// Observations at the share of all that each stratum's share is drawn towards, for the variance only: of five rows
/// without a fault nobody concludes that there is none.
const PRIOR_OBSERVATIONS: f64 = 2.0;

/// What judgements say of a sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// What was judged.
    pub sample: Origin,
    /// The workbooks.
    pub files: Vec<File>,
    /// Of pairs of a message and a rule that found something in it: the share that is real, weighted by rule.
    pub precision: Estimate,
    /// The same by rule, in the order of their ids.
    pub rules: Vec<RuleFigures>,
    /// Of clean messages: the share in which something was missed, weighted by stratum.
    pub missed: Estimate,
    /// Clean messages there are, and how many of them that share makes.
    pub clean_messages: u64,
    /// That share in messages.
    pub missed_messages: Interval,
    /// The same by channel and agency.
    pub clean: Vec<CleanFigures>,
    /// What was missed, by category as reviewers named it.
    pub missed_categories: BTreeMap<&'static str, u64>,
    /// Each two reviewers, by sheet.
    pub agreement: Vec<Agreement>,
}

/// Where a sample comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Identifies it.
    pub id: String,
    /// The program's version.
    pub version: String,
    /// The lexicon's hash.
    pub lexicon: String,
    /// What it was drawn with.
    pub seed: u64,
    /// The inputs' names.
    pub inputs: Vec<String>,
    /// Messages judged in them.
    pub judged: u64,
}

/// What a workbook holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// As the user named it.
    pub file: String,
    /// Who filled it in.
    pub reviewers: Vec<String>,
    /// Rows with a judgement.
    pub filled: u64,
    /// Rows without one, or with one that wasn't understood.
    pub unfilled: u64,
    /// What wasn't understood.
    pub problems: Vec<crate::review::filled::Problem>,
}

/// A share with its 95 % interval, estimated from strata.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The share and its interval (Wilson's, with the effective number of observations).
    #[serde(flatten)]
    pub interval: Interval,
    /// Rows with a judgement that decides.
    pub decided: u64,
    /// As how many rows of a simple random sample they are worth.
    pub effective: Option<f64>,
    /// Share of the population in strata of which at least one row is decided: of the rest nothing is known.
    pub covered: Option<f64>,
}

/// What reviewers say of a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleFigures {
    /// Its id.
    pub rule: String,
    /// Its titles, Chinese and English.
    #[serde(skip)]
    pub title: (String, String),
    /// Its category.
    pub category: Category,
    /// Messages that it found something in.
    pub population: u64,
    /// Of these in the sample.
    pub drawn: u64,
    /// Found rightly.
    pub real: u64,
    /// Found wrongly.
    #[serde(rename = "false")]
    pub false_hits: u64,
    /// Nobody could tell.
    pub unclear: u64,
    /// Reviewers differ.
    pub disputed: u64,
    /// Nobody judged it.
    pub unfilled: u64,
    /// Real among real and false.
    pub precision: Interval,
}

/// What reviewers say of a group of clean messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CleanFigures {
    /// What they have in common.
    #[serde(skip)]
    pub of: StratumOf,
    /// How they were sent.
    pub channel: Option<Channel>,
    /// By whom; none if the records don't say.
    pub agency: Option<String>,
    /// Whether these are all agencies without a group of their own.
    pub is_of_other_agencies: bool,
    /// How many there are.
    pub population: u64,
    /// Of these in the sample.
    pub drawn: u64,
    /// Nothing is wrong with them.
    pub fine: u64,
    /// Something was missed.
    pub missed: u64,
    /// Nobody could tell.
    pub unclear: u64,
    /// Reviewers differ.
    pub disputed: u64,
    /// Nobody judged it.
    pub unfilled: u64,
    /// Missed among fine and missed.
    pub missed_share: Interval,
}

/// How far two reviewers agree on the rows that both judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// The first one's file.
    pub first: String,
    /// The second one's.
    pub second: String,
    /// Of which sheet.
    pub sheet: Kind,
    /// Rows that both judged.
    pub both: u64,
    /// Of these with the same judgement.
    pub same: u64,
    /// Share of the same.
    pub share: Option<f64>,
    /// Cohen's kappa over the three judgements; none if chance alone would make them agree.
    pub kappa: Option<f64>,
    /// The rows where they differ.
    pub differences: Vec<Difference>,
}

/// A row that two reviewers judge differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its number in the sample.
    pub number: u32,
    /// The message's id.
    pub id: String,
    /// The rule, of a finding.
    pub rule: Option<String>,
    /// The first one's judgement.
    pub first: Judgement,
    /// The second one's.
    pub second: Judgement,
}

/// What all reviewers together say of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consensus {
    /// All who could tell say so.
    Decided(Judgement),
    /// Nobody could tell.
    Unclear,
    /// They differ.
    Disputed,
    /// Nobody judged it.
    Unfilled,
}

/// Items of a stratum by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    right: u64,
    wrong: u64,
    unclear: u64,
    disputed: u64,
    unfilled: u64,
}

/// What is known of a stratum: its size, rows decided, and those of them that count.
#[derive(Debug, Clone, Copy)]
struct Share {
    population: u64,
    of: u64,
    count: u64,
}

impl Figures {
    /// The figures of workbooks of one sample; none if there is no workbook. O(items × workbooks²).
    pub fn of(filled: &[Filled]) -> Option<Self> {
        let sample = &filled.first()?.sample;
        let mut tallies = vec![Tally::default(); sample.strata.len()];
        for item in &sample.items {
            tallies[item.stratum].count(consensus(filled, item.number));
        }
        let (mut rules, mut clean) = (Vec::new(), Vec::new());
        let (mut real, mut missed) = (Vec::new(), Vec::new());
        for (stratum, tally) in sample.strata.iter().zip(tallies) {
            let share = |count| Share {
                population: stratum.population,
                of: tally.right + tally.wrong,
                count,
            };
            match &stratum.of {
                StratumOf::Rule {
                    rule,
                    category,
                    title,
                    ..
                } => {
                    real.push(share(tally.right));
                    rules.push(RuleFigures {
                        rule: rule.clone(),
                        title: title.clone(),
                        category: *category,
                        population: stratum.population,
                        drawn: stratum.drawn,
                        real: tally.right,
                        false_hits: tally.wrong,
                        unclear: tally.unclear,
                        disputed: tally.disputed,
                        unfilled: tally.unfilled,
                        precision: share(tally.right).interval(),
                    });
                }
                of @ StratumOf::Clean { channel, agency } => {
                    missed.push(share(tally.wrong));
                    clean.push(CleanFigures {
                        of: of.clone(),
                        channel: *channel,
                        agency: match agency {
                            AgencyGroup::Named(name) => Some(name.clone()),
                            AgencyGroup::None | AgencyGroup::Others => None,
                        },
                        is_of_other_agencies: *agency == AgencyGroup::Others,
                        population: stratum.population,
                        drawn: stratum.drawn,
                        fine: tally.right,
                        missed: tally.wrong,
                        unclear: tally.unclear,
                        disputed: tally.disputed,
                        unfilled: tally.unfilled,
                        missed_share: share(tally.wrong).interval(),
                    });
                }
            }
        }
        let clean_messages = missed.iter().map(|share| share.population).sum();
        let missed = estimate(&missed);
        // What wasn't covered is left out: nobody looked at it.
        let population = clean_messages as f64 * missed.covered.unwrap_or(0.0);
        Some(Self {
            sample: Origin::of(sample),
            files: filled.iter().map(File::of).collect(),
            precision: estimate(&real),
            rules,
            clean_messages,
            missed_messages: Interval {
                value: missed.interval.value.map(|share| share * population),
                low: missed.interval.low.map(|share| share * population),
                high: missed.interval.high.map(|share| share * population),
            },
            missed,
            clean,
            missed_categories: missed_categories(sample, filled),
            agreement: agreement(sample, filled),
        })
    }

    /// Whether the precision over all is below this; nothing judged is.
    pub fn is_below(&self, floor: f64) -> bool {
        self.precision
            .interval
            .value
            .is_none_or(|precision| precision < floor)
    }
}

impl Origin {
    fn of(sample: &Sample) -> Self {
        Self {
            id: sample.fingerprint(),
            version: sample.version.clone(),
            lexicon: sample.lexicon.clone(),
            seed: sample.plan.seed,
            inputs: sample.inputs.clone(),
            judged: sample.judged,
        }
    }
}

impl File {
    fn of(filled: &Filled) -> Self {
        let count = filled.rows.len() as u64;
        Self {
            file: filled.file.clone(),
            reviewers: filled.reviewers(),
            filled: count,
            unfilled: filled.sample.items.len() as u64 - count,
            problems: filled.problems.clone(),
        }
    }
}

impl Tally {
    fn count(&mut self, consensus: Consensus) {
        let count = match consensus {
            Consensus::Decided(Judgement::Right) => &mut self.right,
            Consensus::Decided(Judgement::Wrong) => &mut self.wrong,
            Consensus::Decided(Judgement::Unclear) | Consensus::Unclear => &mut self.unclear,
            Consensus::Disputed => &mut self.disputed,
            Consensus::Unfilled => &mut self.unfilled,
        };
        *count += 1;
    }
}

/// What all reviewers together say of an item. Whoever can't tell leaves it to those who can.
pub(crate) fn consensus(filled: &[Filled], number: u32) -> Consensus {
    let given = filled.iter().filter_map(|filled| filled.rows.get(&number));
    let mut consensus = Consensus::Unfilled;
    for row in given {
        consensus = match (consensus, row.judgement) {
            (Consensus::Unfilled, Judgement::Unclear) => Consensus::Unclear,
            (known, Judgement::Unclear) => known,
            (Consensus::Unfilled | Consensus::Unclear, judgement) => Consensus::Decided(judgement),
            (Consensus::Decided(known), judgement) if known == judgement => Consensus::Decided(known),
            (Consensus::Decided(_) | Consensus::Disputed, _) => Consensus::Disputed,
        };
    }
    consensus
}

impl Share {
    fn interval(self) -> Interval {
        if self.of == 0 {
            return Interval {
                value: None,
                low: None,
                high: None,
            };
        }
        let share = self.count as f64 / self.of as f64;
        with_interval(share, self.of as f64)
    }
}

/// A share among so many observations, with its interval.
fn with_interval(share: f64, observations: f64) -> Interval {
    let (low, high) = wilson(share, observations);
    Interval {
        value: Some(share),
        low: Some(low),
        high: Some(high),
    }
}

/// The share of the population, each stratum weighted by its size.
fn estimate(strata: &[Share]) -> Estimate {
    let population: u64 = strata.iter().map(|stratum| stratum.population).sum();
    let known = || strata.iter().filter(|stratum| stratum.of > 0);
    let covered: u64 = known().map(|stratum| stratum.population).sum();
    let decided: u64 = known().map(|stratum| stratum.of).sum();
    if decided == 0 || covered == 0 {
        return Estimate {
            interval: Interval {
                value: None,
                low: None,
                high: None,
            },
            decided,
            effective: None,
            covered: (population > 0).then_some(0.0),
        };
    }
    let count: u64 = known().map(|stratum| stratum.count).sum();
    let of_all = (count as f64 + 1.0) / (decided as f64 + 2.0);
    let (mut share, mut drawn_in, mut variance) = (0.0, 0.0, 0.0);
    for stratum in known() {
        let weight = stratum.population as f64 / covered as f64;
        let (of, count) = (stratum.of as f64, stratum.count as f64);
        let own = (count + PRIOR_OBSERVATIONS * of_all) / (of + PRIOR_OBSERVATIONS);
        share += weight * count / of;
        drawn_in += weight * own;
        variance += weight * weight * own * (1.0 - own) / of;
    }
    // As many observations of a simple random sample as have this variance.
    let effective = drawn_in * (1.0 - drawn_in) / variance;
    Estimate {
        interval: with_interval(share.clamp(0.0, 1.0), effective),
        decided,
        effective: Some(effective),
        covered: Some(covered as f64 / population as f64),
    }
}

fn missed_categories(sample: &Sample, filled: &[Filled]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    let (_, clean) = sample.split();
    for item in clean {
        if consensus(filled, item.number) != Consensus::Decided(Judgement::Wrong) {
            continue;
        }
        for category in categories_of(filled, item) {
            *counts.entry(category.id()).or_default() += 1;
        }
    }
    counts
}

/// The categories that any reviewer names of an item.
pub(crate) fn categories_of(filled: &[Filled], item: &Item) -> Vec<Category> {
    let rows = filled.iter().filter_map(|filled| filled.rows.get(&item.number));
    let missed = rows.filter(|row| row.judgement == Judgement::Wrong);
    let mut categories: Vec<Category> = missed.flat_map(|row| row.categories.iter().copied()).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

fn agreement(sample: &Sample, filled: &[Filled]) -> Vec<Agreement> {
    let (hits, clean) = sample.split();
    let mut all = Vec::new();
    for (at, first) in filled.iter().enumerate() {
        for second in &filled[at + 1..] {
            for (sheet, items) in Kind::ALL.into_iter().zip([hits, clean]) {
                all.push(Agreement::of(first, second, sheet, items));
            }
        }
    }
    all
}

impl Agreement {
    fn of(first: &Filled, second: &Filled, sheet: Kind, items: &[Item]) -> Self {
        // By the first one's judgement, then the second one's.
        let mut table = [[0_u64; Judgement::ALL.len()]; Judgement::ALL.len()];
        let mut differences = Vec::new();
        for item in items {
            let judgement = |filled: &Filled| filled.rows.get(&item.number).map(|row| row.judgement);
            let (Some(one), Some(other)) = (judgement(first), judgement(second)) else {
                continue;
            };
            table[one as usize][other as usize] += 1;
            if one != other {
                differences.push(Difference {
                    number: item.number,
                    id: item.id.clone(),
                    rule: item.hit.as_ref().map(|hit| hit.rule.clone()),
                    first: one,
                    second: other,
                });
            }
        }
        let both: u64 = table.iter().flatten().sum();
        let same: u64 = (0..table.len()).map(|at| table[at][at]).sum();
        Self {
            first: first.file.clone(),
            second: second.file.clone(),
            sheet,
            both,
            same,
            share: (both > 0).then(|| same as f64 / both as f64),
            kappa: kappa(&table),
            differences,
        }
    }
}

/// Cohen's kappa: how much more than by chance.
fn kappa(table: &[[u64; Judgement::ALL.len()]; Judgement::ALL.len()]) -> Option<f64> {
    let all = table.iter().flatten().sum::<u64>() as f64;
    let same = (0..table.len()).map(|at| table[at][at]).sum::<u64>() as f64 / all;
    let by_chance: f64 = (0..table.len())
        .map(|at| {
            let first: u64 = table[at].iter().sum();
            let second: u64 = table.iter().map(|row| row[at]).sum();
            first as f64 / all * (second as f64 / all)
        })
        .sum();
    (all > 0.0 && by_chance < 1.0).then(|| (same - by_chance) / (1.0 - by_chance))
}

#[cfg(test)]
mod tests;
