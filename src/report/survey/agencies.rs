//! Messages by agency, with how sure their rates are.
//!
//! In: names with the tiers of their messages. Out: [`Agency`]s, worst first. Promise: bounded memory; what comes beyond
//! the bound is counted and told. It compares nobody who has too few messages for it: such agencies come last.

use std::cmp::Reverse;
use std::hash::{Hash, Hasher};

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet, FxHasher};

use crate::interval::wilson;
use crate::message::is_blank;
use crate::report::survey::{Agency, TierCounts, name_of};
use crate::rule::Tier;

/// Agencies that are counted, as in the summary: a column of names can't fill the memory.
const MAX_AGENCIES: usize = 10_000;

/// Further ones that are told apart, to say how many there are.
const MAX_BEYOND: usize = 100_000;

/// Messages below which a rate says too little to be ranked; the page has the same figure.
const FEWEST_RANKED: u64 = 30;

#[derive(Debug, Default)]
pub(super) struct Agencies {
    /// In the order of their first message.
    known: IndexMap<String, TierCounts, FxBuildHasher>,
    beyond: FxHashSet<u64>,
    /// Messages of agencies that are not listed.
    pub(super) messages_beyond: u64,
}

impl Agencies {
    pub(super) fn add(&mut self, agency: Option<&str>, tier: Tier) {
        let Some(agency) = agency.filter(|agency| !is_blank(agency)) else {
            return;
        };
        if let Some(counts) = self.known.get_mut(agency) {
            return counts.add(tier);
        }
        let name = name_of(agency);
        if self.known.len() < MAX_AGENCIES || self.known.contains_key(&name) {
            return self.known.entry(name).or_default().add(tier);
        }
        self.messages_beyond += 1;
        if self.beyond.len() < MAX_BEYOND {
            let mut hasher = FxHasher::default();
            name.hash(&mut hasher);
            self.beyond.insert(hasher.finish());
        }
    }

    /// Agencies that are not listed; not more than can be told apart.
    pub(super) fn beyond(&self) -> u64 {
        self.beyond.len() as u64
    }

    /// By the lower end of the interval, those with too few messages last.
    pub(super) fn ranked(self) -> Vec<Agency> {
        let known = self.known.into_iter();
        let mut ranked: Vec<Agency> = known.map(|(name, tiers)| figures(name, tiers)).collect();
        ranked.sort_by(|one, other| {
            let is_few = |agency: &Agency| agency.messages < FEWEST_RANKED;
            let by_size = is_few(one).cmp(&is_few(other));
            by_size
                .then_with(|| other.low.total_cmp(&one.low))
                .then_with(|| {
                    let rest = |agency: &Agency| Reverse((agency.severe, agency.flagged, agency.messages));
                    rest(one).cmp(&rest(other))
                })
                .then_with(|| one.name.cmp(&other.name))
        });
        ranked
    }
}

fn figures(name: String, tiers: TierCounts) -> Agency {
    let (messages, flagged) = (tiers.all(), tiers.flagged());
    let (low, high) = interval(flagged, messages);
    Agency {
        name,
        messages,
        flagged,
        severe: tiers.severe,
        rate: rounded(flagged as f64 / messages as f64),
        low,
        high,
    }
}

/// The ends of the interval of the share that is flagged.
fn interval(flagged: u64, messages: u64) -> (f64, f64) {
    let (low, high) = wilson(flagged as f64 / messages as f64, messages as f64);
    (rounded(low), rounded(high))
}

/// Six places are more than any report shows.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures are those of R's `binom::binom.wilson`.
    #[test]
    fn intervals_are_wilsons() {
        for (flagged, messages, low, high) in [
            (1, 24, 0.007393, 0.202418),
            (611, 3457, 0.164388, 0.189815),
            (0, 14, 0.0, 0.215311),
            (5, 5, 0.565518, 1.0),
        ] {
            let (own_low, own_high) = interval(flagged, messages);
            assert!(
                (own_low - low).abs() < 2e-6 && (own_high - high).abs() < 2e-6,
                "{flagged} of {messages}: {own_low} {own_high}"
            );
        }
    }

    #[test]
    fn few_messages_are_no_rank() {
        let mut agencies = Agencies::default();
        let mut add = |name: &str, clean: usize, severe: usize| {
            for number in 0..clean + severe {
                agencies.add(
                    Some(name),
                    if number < clean { Tier::Clean } else { Tier::Severe },
                );
            }
        };
        add("few", 0, 29);
        add("good", 100, 0);
        add("bad", 90, 10);
        add("", 0, 5);
        let ranked = agencies.ranked();
        let names: Vec<&str> = ranked.iter().map(|agency| &*agency.name).collect();
        assert_eq!(names, ["bad", "good", "few"]);
        assert_eq!(
            (ranked[0].messages, ranked[0].flagged, ranked[0].rate),
            (100, 10, 0.1)
        );
    }

    #[test]
    fn agencies_beyond_the_bound_are_told() {
        let mut agencies = Agencies::default();
        for number in 0..MAX_AGENCIES + 7 {
            for _ in 0..2 {
                agencies.add(Some(&format!("{number}号公司")), Tier::Notice);
            }
        }
        assert_eq!((agencies.beyond(), agencies.messages_beyond), (7, 14));
        assert_eq!(agencies.ranked().len(), MAX_AGENCIES);
    }
}
