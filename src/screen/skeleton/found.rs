//! Templates of a dump, ranked.
//!
//! In: counted skeletons. Out: [`Found`]: near skeletons joined, groups of at least two messages ranked worst first, and
//! the template of each key for whoever goes through the messages again. Promise: the same counts give the same ids. A
//! clean skeleton and one with findings are never one template, however near (the lawful wording of a million messages
//! doesn't become severe by a sentence that ten had added): they point at each other. It masks nothing.

use std::cmp::Reverse;
use std::fmt;

use rustc_hash::FxHashMap;

use super::near::{Nearness, Shingles, group};
use super::templates::{Entry, Templates};
use super::values::Values;
use super::{Key, SlotKind, plain_of};
use crate::lexicon::Lexicon;
use crate::rule::{Category, Lang, Tier};
use crate::screen::case::RecordRef;

/// A template's number, from 1, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub u32);

impl fmt::Display for TemplateId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "T{:05}", self.0)
    }
}

/// The templates of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Worst first: by gravest tier, messages of that tier, messages, first record.
    pub templates: Vec<Template>,
    /// Messages with a skeleton.
    pub messages: u64,
    /// Messages without one.
    pub without: u64,
    /// Distinct skeletons kept, those seen once included.
    pub skeletons: usize,
    /// Messages of skeletons that were dropped to bound the memory; 0 if all is exact.
    pub lost: u64,
    /// A skeleton that isn't kept came at most so often; 0 if all is exact.
    pub floor: u64,
    ids: FxHashMap<Key, TemplateId>,
}

/// A skeleton, its near variants with it, that at least two messages have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// By rank.
    pub id: TemplateId,
    /// Messages seen.
    pub messages: u64,
    /// So many more may have come while the skeleton wasn't kept; 0 if the count is exact.
    pub error: u64,
    /// Messages by tier, in the order of [`Tier::ALL`].
    pub tiers: [u64; Tier::ALL.len()],
    /// The gravest tier.
    pub tier: Tier,
    /// Categories of counted findings, in the order of [`Category::ALL`].
    pub categories: Vec<Category>,
    /// Indices of the rules of counted findings, in order.
    pub rules: Vec<usize>,
    /// Names of the agencies, in the order of their first message in the dump.
    pub agencies: Vec<String>,
    /// Whether there may be more agencies than are listed.
    pub has_more_agencies: bool,
    /// The first record.
    pub first: RecordRef,
    /// Skeletons that are one template.
    pub variants: usize,
    /// The nearest template of the other class: clean, if this one has findings.
    pub resembles: Option<TemplateId>,
    /// The slots of the most frequent skeleton.
    pub slots: Vec<RankedSlot>,
    wording: String,
}

/// A slot and what fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedSlot {
    /// What kind of value; [`SlotKind::Number`] if several.
    pub kind: SlotKind,
    /// The most frequent values first.
    pub values: Vec<RankedValue>,
    /// A value that isn't listed came at most so often; 0 if all are listed and all counts are exact.
    pub floor: u64,
    /// Byte of the wording before which it stands.
    at: usize,
}

/// A value of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedValue {
    /// The value, not masked.
    pub value: String,
    /// What kind it is: tells whether it is personal.
    pub kind: SlotKind,
    /// Messages seen with it.
    pub messages: u64,
    /// So many more may have had it.
    pub error: u64,
}

impl Found {
    /// The template of a message with this key; `None` if it is the only one of its kind, or its skeleton wasn't kept.
    pub fn template_of(&self, key: Key) -> Option<TemplateId> {
        self.ids.get(&key).copied()
    }

    /// Whether nothing had to be dropped.
    pub fn is_exact(&self) -> bool {
        self.floor == 0
    }

    pub(super) fn of(mut templates: Templates, lexicon: &Lexicon) -> Self {
        let skeletons = templates.entries.len();
        // The most frequent ones lead; of equally frequent ones the first.
        templates.entries.sort_by(|_, one, _, two| {
            let rank = |entry: &Entry| (Reverse(entry.seen()), entry.first);
            rank(one).cmp(&rank(two))
        });
        let table = &lexicon.folds.table;
        let nearness = group(templates.entries.values().map(|entry| {
            let marks = entry.marks.iter().map(|mark| (mark.at as usize, mark.kind));
            let plain = plain_of(entry.wording(), marks, table);
            (Shingles::of(&plain), entry.tier() > Tier::Clean)
        }));
        let mut groups: Vec<Option<Group>> = Vec::with_capacity(skeletons);
        let mut keys = Vec::with_capacity(skeletons);
        for ((key, entry), Nearness { leader, .. }) in templates.entries.into_iter().zip(&nearness) {
            keys.push(key);
            match groups.get_mut(*leader) {
                Some(Some(group)) => {
                    group.join(entry, templates.value_limit);
                    groups.push(None);
                }
                _ => groups.push(Some(Group::new(entry, templates.value_limit))),
            }
        }
        let mut ranked: Vec<usize> = (0..groups.len())
            .filter(|&leader| {
                groups[leader]
                    .as_ref()
                    .is_some_and(|group| group.entry.seen() > 1)
            })
            .collect();
        ranked.sort_by_key(|&leader| groups[leader].as_ref().map(Group::rank));
        let ids: FxHashMap<usize, TemplateId> = (1..)
            .zip(&ranked)
            .map(|(number, &leader)| (leader, TemplateId(number)))
            .collect();
        let mut resembling: FxHashMap<usize, usize> = FxHashMap::default();
        for (leader, Nearness { other, .. }) in nearness.iter().enumerate() {
            // A group of one message is no template to point at.
            if let Some(other) = other.filter(|other| ids.contains_key(other) && ids.contains_key(&leader)) {
                resembling.entry(leader).or_insert(other);
                resembling.entry(other).or_insert(leader);
            }
        }
        let agencies: Vec<String> = templates.agencies.into_iter().collect();
        let made = ranked.iter().filter_map(|&leader| {
            let resembles = resembling.get(&leader).map(|other| ids[other]);
            Some(
                groups[leader]
                    .take()?
                    .into_template(ids[&leader], resembles, &agencies),
            )
        });
        let made = made.collect();
        let leader_of = |number: usize| ids.get(&nearness[number].leader).copied();
        let ids_of_keys = keys.iter().enumerate();
        Self {
            templates: made,
            messages: templates.messages,
            without: templates.without,
            skeletons,
            lost: templates.lost,
            floor: templates.floor,
            ids: ids_of_keys
                .filter_map(|(number, &key)| Some((key, leader_of(number)?)))
                .collect(),
        }
    }
}

impl Template {
    /// The wording with its slots, titled in a language: `⟨姓名⟩，您欠款⟨金额⟩元`. Not masked: names that were not
    /// recognised may be part of it.
    pub fn text(&self, lang: Lang) -> String {
        let mut shown = String::with_capacity(self.wording.len() + 16 * self.slots.len());
        let mut copied = 0;
        for slot in &self.slots {
            shown.push_str(&self.wording[copied..slot.at]);
            shown.push('⟨');
            shown.push_str(slot.kind.title(lang));
            shown.push('⟩');
            copied = slot.at;
        }
        shown.push_str(&self.wording[copied..]);
        shown
    }
}

/// Skeletons that are one template, counted together in the entry of the first.
struct Group {
    entry: Entry,
    values: Vec<Values>,
    variants: usize,
}

impl Group {
    fn new(mut entry: Entry, limit: usize) -> Self {
        Self {
            values: entry.take_values(limit),
            entry,
            variants: 1,
        }
    }

    fn join(&mut self, mut other: Entry, limit: usize) {
        let entry = &mut self.entry;
        let has_same_slots = entry.marks.iter().map(|mark| mark.kind.mark());
        // Values are comparable only slot by slot.
        if has_same_slots.eq(other.marks.iter().map(|mark| mark.kind.mark())) {
            for (own, theirs) in self.values.iter_mut().zip(other.take_values(limit)) {
                own.merge(theirs, limit);
            }
        }
        for (own, theirs) in entry.tiers.iter_mut().zip(other.tiers) {
            *own += theirs;
        }
        entry.error += other.error;
        entry.first = entry.first.min(other.first);
        entry.categories.0 |= other.categories.0;
        entry.has_more_agencies |= other.has_more_agencies;
        for agency in other.agencies {
            if !entry.agencies.contains(&agency) {
                entry.agencies.push(agency);
            }
        }
        for rule in other.rules {
            if !entry.rules.contains(&rule) {
                entry.rules.push(rule);
            }
        }
        self.variants += 1;
    }

    fn rank(&self) -> (Reverse<Tier>, Reverse<u64>, Reverse<u64>, RecordRef) {
        let tier = self.entry.tier();
        let of_tier = self.entry.tiers[tier as usize];
        (
            Reverse(tier),
            Reverse(of_tier),
            Reverse(self.entry.seen()),
            self.entry.first,
        )
    }

    fn into_template(self, id: TemplateId, resembles: Option<TemplateId>, agencies: &[String]) -> Template {
        let Self {
            entry,
            values,
            variants,
        } = self;
        let mut numbers = entry.agencies.to_vec();
        numbers.sort_unstable();
        let mut rules: Vec<usize> = entry.rules.iter().map(|&rule| usize::from(rule)).collect();
        rules.sort_unstable();
        let mut values = values.into_iter();
        let slots = entry.marks.iter().map(|mark| {
            let values = values.next().unwrap_or_default();
            RankedSlot::of(mark.kind, mark.at as usize, values)
        });
        Template {
            id,
            messages: entry.seen(),
            error: entry.error,
            tiers: entry.tiers,
            tier: entry.tier(),
            categories: entry.categories.list(),
            rules,
            // Agencies beyond the bound of the dump have no name here.
            has_more_agencies: entry.has_more_agencies
                || numbers.iter().any(|&one| usize::from(one) >= agencies.len()),
            agencies: numbers
                .iter()
                .filter_map(|&one| agencies.get(usize::from(one)).cloned())
                .collect(),
            first: entry.first,
            variants,
            resembles,
            slots: slots.collect(),
            wording: entry.wording().to_owned(),
        }
    }
}

impl RankedSlot {
    fn of(kind: SlotKind, at: usize, values: Values) -> Self {
        let mut list = values.list;
        list.sort_by(|one, two| {
            let by_count = two.seen.cmp(&one.seen);
            by_count.then_with(|| one.value.cmp(&two.value))
        });
        Self {
            kind: list.iter().fold(kind, |kind, value| kind.or(value.kind)),
            floor: values.floor,
            at,
            values: list
                .into_iter()
                .map(|counted| RankedValue {
                    value: counted.value.into(),
                    kind: counted.kind,
                    messages: counted.seen,
                    error: counted.error,
                })
                .collect(),
        }
    }
}
