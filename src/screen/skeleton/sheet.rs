//! The skeletons of a batch, to be counted where batches come in order.
//!
//! In: skeletons with the verdicts of their messages. Out: [`Sighting`]s in the same order. Promise: memory in
//! proportion to the batch, kept for the next one by [`Sheet::clear`]. It counts nothing.

use std::ops::Range;

use super::{Key, Skeleton, SlotKind};
use crate::finding::Verdict;
use crate::message::is_blank;
use crate::rule::{Category, Tier};

/// Skeletons of the messages of a batch.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Sheet {
    texts: String,
    marks: Vec<Mark>,
    rules: Vec<u16>,
    rows: Vec<Row>,
    /// Messages that have no skeleton.
    without: u64,
}

/// A slot: the byte of the wording before which it stands, its kind, and where its value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Mark {
    pub(super) at: u32,
    pub(super) value_end: u32,
    pub(super) kind: SlotKind,
}

/// Where a message's parts end in the buffers.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Row {
    key: Key,
    record: u64,
    tier: Tier,
    categories: Categories,
    wording_end: usize,
    values_end: usize,
    agency_end: usize,
    marks_end: usize,
    rules_end: usize,
}

/// A set of categories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Categories(pub(super) u8);

/// A message's skeleton and what was found in the message.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'s> {
    /// Its skeleton.
    pub key: Key,
    /// The message's tier.
    pub tier: Tier,
    /// Who sent it, if the record says so.
    pub agency: Option<&'s str>,
    /// The record's number in its input.
    pub record: u64,
    pub(super) wording: &'s str,
    pub(super) values: &'s str,
    pub(super) marks: &'s [Mark],
    pub(super) rules: &'s [u16],
    pub(super) categories: Categories,
}

impl Categories {
    pub(super) fn of(categories: &[Category]) -> Self {
        Self(
            categories
                .iter()
                .fold(0, |set, &category| set | 1 << category as u8),
        )
    }

    pub(super) fn list(self) -> Vec<Category> {
        let is_in = |category: &Category| self.0 & 1 << *category as u8 != 0;
        Category::ALL.into_iter().filter(is_in).collect()
    }
}

impl Sheet {
    /// Adds a message: its skeleton as [`Skeleton::take`] left it, the key that it gave, the number of its record.
    pub fn add(
        &mut self,
        skeleton: &Skeleton,
        key: Option<Key>,
        record: u64,
        agency: Option<&str>,
        verdict: &Verdict,
    ) {
        let Some(key) = key else {
            self.without += 1;
            return;
        };
        self.texts.push_str(skeleton.wording());
        let wording_end = self.texts.len();
        // A skeleton's texts are shorter than 4 GiB: take() refuses longer messages.
        let marks = skeleton.slots.iter().map(|slot| Mark {
            at: slot.at as u32,
            value_end: slot.value.end as u32,
            kind: slot.kind,
        });
        self.marks.extend(marks);
        self.texts.push_str(&skeleton.values);
        let values_end = self.texts.len();
        self.texts
            .push_str(agency.filter(|agency| !is_blank(agency)).unwrap_or_default());
        let counted = verdict.findings.iter().filter(|finding| finding.is_counted());
        self.rules
            .extend(counted.filter_map(|finding| u16::try_from(finding.rule).ok()));
        self.rows.push(Row {
            key,
            record,
            tier: verdict.tier,
            categories: Categories::of(&verdict.categories),
            wording_end,
            values_end,
            agency_end: self.texts.len(),
            marks_end: self.marks.len(),
            rules_end: self.rules.len(),
        });
    }

    /// Messages without a skeleton.
    pub fn without(&self) -> u64 {
        self.without
    }

    /// The messages with one, in order.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting<'_>> {
        let mut text = 0;
        let mut mark = 0;
        let mut rule = 0;
        self.rows.iter().map(move |row| {
            let agency = &self.texts[row.values_end..row.agency_end];
            let sighting = Sighting {
                key: row.key,
                tier: row.tier,
                agency: (!agency.is_empty()).then_some(agency),
                record: row.record,
                wording: &self.texts[text..row.wording_end],
                values: &self.texts[row.wording_end..row.values_end],
                marks: &self.marks[mark..row.marks_end],
                rules: &self.rules[rule..row.rules_end],
                categories: row.categories,
            };
            (text, mark, rule) = (row.agency_end, row.marks_end, row.rules_end);
            sighting
        })
    }

    /// Forgets the messages and keeps the memory.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.marks.clear();
        self.rules.clear();
        self.rows.clear();
        self.without = 0;
    }
}

/// Where the values of these slots stand in their text.
pub(super) fn value_ranges(marks: &[Mark]) -> impl Iterator<Item = (SlotKind, Range<usize>)> {
    let mut start = 0;
    marks.iter().map(move |mark| {
        let range = start..mark.value_end as usize;
        start = range.end;
        (mark.kind, range)
    })
}
