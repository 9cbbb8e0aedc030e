//! Judged records → a stratified sample.
//!
//! In: judged records, in any order and on any number of threads. Out: a [`Sample`]: of every rule so many of the
//! messages that it has found something in, and so many clean messages, from every channel and agency some; with the
//! population of every stratum. Promise: the same records, seed and numbers give the same sample; memory grows with the
//! numbers asked for, not with the records. Within a stratum every record is as likely as any other.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::message::{Channel, is_blank};
use crate::report::{Judged, Settings};
use crate::review::item::{Item, Origin};
use crate::review::reservoir::{Rank, Reservoir, key};
use crate::rule::{Category, Tier};

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Messages of each rule.
    pub per_rule: usize,
    /// Clean messages.
    pub clean: usize,
    /// Another seed draws another sample.
    pub seed: u64,
    /// Whether reviewers see personal data.
    pub reveals: bool,
}

/// A sample, and what it was drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What was to be drawn.
    pub plan: Plan,
    /// The program's version.
    pub version: String,
    /// The lexicon's hash.
    pub lexicon: String,
    /// The inputs' names.
    pub inputs: Vec<String>,
    /// Records judged.
    pub judged: u64,
    /// What it was drawn from: rules by id, then clean messages by channel and agency.
    pub strata: Vec<Stratum>,
    /// What was drawn, by stratum; within one in random order, so that whoever reviews only the first has a random part.
    pub items: Vec<Item>,
}

/// A part of the records of which a part was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// What its records have in common.
    pub of: StratumOf,
    /// How many there are.
    pub population: u64,
    /// How many were drawn.
    pub drawn: u64,
}

/// What the records of a stratum have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StratumOf {
    /// The rule has found something that counts.
    Rule {
        /// Its id.
        rule: String,
        /// Its category.
        category: Category,
        /// Its titles, Chinese and English.
        title: (String, String),
        /// The harm that it names, in both languages.
        why: (String, String),
    },
    /// Nothing that counts was found.
    Clean {
        /// How they were sent.
        channel: Option<Channel>,
        /// By which agency.
        agency: AgencyGroup,
    },
}

/// Which agencies' messages a stratum holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyGroup {
    /// Of records that name none.
    None,
    /// This one's.
    Named(String),
    /// Those of all that have no stratum of their own.
    Others,
}

/// Agencies that have strata of their own. Those are chosen by a hash of their names if there are more, so that neither a
/// column of names fills the memory nor the order of records matters.
const MOST_AGENCIES: usize = 40;

/// Clean messages that each stratum gets before the rest goes to all in proportion. Fewer say nothing of it alone.
const FEWEST_PER_STRATUM: usize = 5;

/// Draws from the records that it is shown.
#[derive(Debug)]
pub(crate) struct Sampler<'s> {
    plan: Plan,
    settings: Settings<'s>,
    judged: u64,
    rules: BTreeMap<usize, Drawing>,
    /// Those of the lowest ranks among all clean messages.
    clean: Reservoir<Item>,
    /// By the hash of the name, so that the last is the one to give up. Two names with one hash of 64 bits would share a
    /// stratum.
    agencies: BTreeMap<u64, (String, ByChannel)>,
    hashes: FxHashMap<String, u64>,
    nobody: ByChannel,
    others: ByChannel,
    keys: Keys,
}

/// Clean messages of an agency by [`slot`] of their channel.
type ByChannel = [Option<Drawing>; CHANNELS.len()];

#[derive(Debug)]
struct Drawing {
    population: u64,
    drawn: Reservoir<Item>,
}

/// Keys of ranks, by input and rule: made once for each.
#[derive(Debug, Default)]
struct Keys {
    input: Option<u32>,
    clean: u64,
    rules: FxHashMap<usize, u64>,
}

/// All that a channel can be, in the order of reports.
const CHANNELS: [Option<Channel>; 9] = [
    None,
    Some(Channel::Sms),
    Some(Channel::Im),
    Some(Channel::Letter),
    Some(Channel::Call),
    Some(Channel::Visit),
    Some(Channel::Template),
    Some(Channel::Article),
    Some(Channel::Other),
];

impl Sample {
    /// Identifies it: the same sample, the same fingerprint.
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).expect("plain data can be written as JSON");
        hex(&Sha256::digest(json)[..8])
    }

    /// The stratum of an item.
    pub fn stratum(&self, item: &Item) -> &Stratum {
        &self.strata[item.stratum]
    }

    /// Items of findings, and clean ones.
    pub fn split(&self) -> (&[Item], &[Item]) {
        let first_clean = self.items.iter().position(|item| item.hit.is_none());
        self.items.split_at(first_clean.unwrap_or(self.items.len()))
    }
}

impl Drawing {
    fn new(room: usize) -> Self {
        Self {
            population: 0,
            drawn: Reservoir::new(room),
        }
    }

    fn offer(&mut self, rank: Rank, item: impl FnOnce() -> Item) {
        self.population += 1;
        self.drawn.offer(rank, item);
    }

    fn merge(&mut self, other: Self) {
        self.population += other.population;
        self.drawn.merge(other.drawn);
    }
}

impl<'s> Sampler<'s> {
    pub(crate) fn new(plan: Plan, settings: Settings<'s>) -> Self {
        Self {
            plan,
            settings,
            judged: 0,
            rules: BTreeMap::new(),
            clean: Reservoir::new(plan.clean),
            agencies: BTreeMap::new(),
            hashes: FxHashMap::default(),
            nobody: Default::default(),
            others: Default::default(),
            keys: Keys::default(),
        }
    }

    /// Shows it a judged record.
    pub(crate) fn see(&mut self, judged: Judged, origin: Origin) {
        self.judged += 1;
        if self.keys.input != Some(origin.number) {
            self.keys = Keys {
                input: Some(origin.number),
                clean: key(self.plan.seed, &[origin.input]),
                rules: FxHashMap::default(),
            };
        }
        match judged.verdict.tier {
            // Nothing was missed where nothing is said, and a reviewer has nothing to read.
            Tier::Clean if judged.message.is_wordless() => {}
            Tier::Clean => self.see_clean(judged, origin),
            _ => self.see_hits(judged, origin),
        }
    }

    fn see_hits(&mut self, judged: Judged, origin: Origin) {
        let (plan, settings) = (self.plan, &self.settings);
        let counted = judged
            .verdict
            .findings
            .iter()
            .filter(|finding| finding.is_counted());
        let mut rules: Vec<usize> = counted.map(|finding| finding.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            // Each rule draws for itself: else one message would be drawn for all that is found in it, and the strata
            // would err together.
            let key = *self
                .keys
                .rules
                .entry(rule)
                .or_insert_with(|| key(plan.seed, &[origin.input, &settings.rules[rule].id]));
            let rank = Rank::of(key, origin.number, origin.record);
            let own = self
                .rules
                .entry(rule)
                .or_insert_with(|| Drawing::new(plan.per_rule));
            own.offer(rank, || {
                Item::of(judged, origin, Some(rule), plan.reveals, settings)
            });
        }
    }

    fn see_clean(&mut self, judged: Judged, origin: Origin) {
        let rank = Rank::of(self.keys.clean, origin.number, origin.record);
        let (plan, settings) = (self.plan, self.settings);
        let item = || Item::of(judged, origin, None, plan.reveals, &settings);
        let room = plan.clean.min(FEWEST_PER_STRATUM);
        let message = judged.message;
        let slot = slot(message.channel);
        let agency = message.agency.as_deref().filter(|agency| !is_blank(agency));
        let own = match agency {
            None => &mut self.nobody,
            Some(agency) => self.of_agency(agency),
        };
        own[slot]
            .get_or_insert_with(|| Drawing::new(room))
            .offer(rank, item);
        self.clean.offer(rank, item);
    }

    /// Where an agency's messages are drawn from.
    fn of_agency(&mut self, agency: &str) -> &mut ByChannel {
        let known = self.hashes.get(agency).copied();
        let hash = known.unwrap_or_else(|| key(self.plan.seed, &["agency", agency]));
        if known.is_none() {
            let is_full = self.agencies.len() >= MOST_AGENCIES;
            let last = self.agencies.last_key_value().map(|(last, _)| *last);
            if is_full && last.is_some_and(|last| hash > last) {
                return &mut self.others;
            }
            self.hashes.insert(agency.to_owned(), hash);
            let own = || (agency.to_owned(), Default::default());
            self.agencies.entry(hash).or_insert_with(own);
            self.give_up_agencies();
        }
        let own = self.agencies.get_mut(&hash);
        &mut own.expect("it is known, or lower than one that was given up").1
    }

    /// Puts together the agencies that are too many: what is kept of each is what would be kept of all together.
    fn give_up_agencies(&mut self) {
        while self.agencies.len() > MOST_AGENCIES {
            let Some((_, (name, drawings))) = self.agencies.pop_last() else {
                return;
            };
            self.hashes.remove(&name);
            merge_channels(&mut self.others, drawings);
        }
    }

    /// Takes over what another has seen of the same inputs.
    pub(crate) fn merge(&mut self, other: Self) {
        self.judged += other.judged;
        for (rule, drawing) in other.rules {
            match self.rules.entry(rule) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(drawing);
                }
                std::collections::btree_map::Entry::Occupied(mut own) => own.get_mut().merge(drawing),
            }
        }
        self.clean.merge(other.clean);
        for (hash, (name, drawings)) in other.agencies {
            self.hashes.insert(name.clone(), hash);
            let own = self.agencies.entry(hash);
            merge_channels(&mut own.or_insert_with(|| (name, Default::default())).1, drawings);
        }
        merge_channels(&mut self.nobody, other.nobody);
        merge_channels(&mut self.others, other.others);
        self.give_up_agencies();
    }

    /// The sample of all that was seen.
    pub(crate) fn finish(self, inputs: Vec<String>, lexicon: &str) -> Sample {
        let mut sample = Sample {
            plan: self.plan,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lexicon: lexicon.to_owned(),
            inputs,
            judged: self.judged,
            strata: Vec::new(),
            items: Vec::new(),
        };
        let mut rules: Vec<_> = self.rules.into_iter().collect();
        rules.sort_by(|(one, _), (other, _)| {
            let id = |rule: &usize| &self.settings.rules[*rule].id;
            id(one).cmp(id(other))
        });
        for (rule, drawing) in rules {
            let rule = &self.settings.rules[rule];
            let of = StratumOf::Rule {
                rule: rule.id.clone(),
                category: rule.category,
                title: (rule.title.zh.clone(), rule.title.en.clone()),
                why: (rule.why.zh.clone(), rule.why.en.clone()),
            };
            let items = drawing.drawn.into_ranked().map(|(_, item)| item);
            sample.add(of, drawing.population, items.collect());
        }
        let mut clean: Vec<(StratumOf, Drawing)> = Vec::new();
        let groups = self
            .agencies
            .into_iter()
            .map(|(_, (name, drawings))| (AgencyGroup::Named(name), drawings));
        let groups = groups
            .chain([(AgencyGroup::None, self.nobody)])
            .chain([(AgencyGroup::Others, self.others)]);
        for (agency, drawings) in groups {
            for (channel, drawing) in CHANNELS.into_iter().zip(drawings) {
                let agency = agency.clone();
                clean.extend(drawing.map(|drawing| (StratumOf::Clean { channel, agency }, drawing)));
            }
        }
        let place = |of: &StratumOf| match of {
            StratumOf::Clean { channel, agency } => (slot(*channel), agency.clone()),
            StratumOf::Rule { .. } => (0, AgencyGroup::None),
        };
        clean.sort_by_key(|(of, _)| place(of));
        sample.add_clean(clean, self.clean);
        for (number, item) in (1..).zip(&mut sample.items) {
            item.number = number;
        }
        sample
    }
}

impl Sample {
    fn add(&mut self, of: StratumOf, population: u64, items: Vec<Item>) {
        let stratum = self.strata.len();
        self.strata.push(Stratum {
            of,
            population,
            drawn: items.len() as u64,
        });
        let own = |item| Item { stratum, ..item };
        self.items.extend(items.into_iter().map(own));
    }

    /// First the lowest few of each stratum, then the lowest of all until there are enough. How many a stratum gets hangs
    /// on its ranks as numbers, which of its records get them on their order alone: within it each is as likely.
    fn add_clean(&mut self, strata: Vec<(StratumOf, Drawing)>, all: Reservoir<Item>) {
        let least = FEWEST_PER_STRATUM.min(self.plan.clean / strata.len().max(1));
        let mut drawn: Vec<BTreeMap<Rank, Item>> = Vec::new();
        let mut seen: FxHashSet<Rank> = FxHashSet::default();
        let mut facts = Vec::new();
        for (of, drawing) in strata {
            let lowest: BTreeMap<Rank, Item> = drawing.drawn.into_ranked().take(least).collect();
            seen.extend(lowest.keys());
            drawn.push(lowest);
            facts.push((of, drawing.population));
        }
        let mut room = self.plan.clean - seen.len();
        for (rank, item) in all.into_ranked() {
            if room == 0 {
                break;
            }
            if seen.contains(&rank) {
                continue;
            }
            let own = facts.iter().position(|(of, _)| of.is_of(&item));
            let others = || facts.iter().position(|(of, _)| of.is_of_others(&item));
            let own = own
                .or_else(others)
                .expect("each clean record is counted in a stratum");
            drawn[own].insert(rank, item);
            room -= 1;
        }
        for ((of, population), items) in facts.into_iter().zip(drawn) {
            self.add(of, population, items.into_values().collect());
        }
    }
}

impl StratumOf {
    /// Whether it is the stratum of this clean item's own agency.
    fn is_of(&self, item: &Item) -> bool {
        let agency = match &item.agency {
            Some(agency) => AgencyGroup::Named(agency.clone()),
            None => AgencyGroup::None,
        };
        matches!(self, StratumOf::Clean { channel, agency: own } if *channel == item.channel && *own == agency)
    }

    fn is_of_others(&self, item: &Item) -> bool {
        matches!(self, StratumOf::Clean { channel, agency: AgencyGroup::Others } if *channel == item.channel)
    }
}

fn slot(channel: Option<Channel>) -> usize {
    let own = CHANNELS.iter().position(|known| *known == channel);
    own.expect("the list holds all channels")
}

fn merge_channels(own: &mut ByChannel, others: ByChannel) {
    for (own, other) in own.iter_mut().zip(others) {
        match (own.as_mut(), other) {
            (Some(own), Some(other)) => own.merge(other),
            (None, Some(other)) => *own = Some(other),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests;
