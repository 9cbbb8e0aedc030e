//! Skeletons counted over a whole dump, in bounded memory.
//!
//! In: [`Sighting`]s in input order, from one thread. Out: [`Found`]. Promise: the same sightings give the same result;
//! exact up to [`MAX_SKELETONS`] distinct skeletons of together [`MAX_TEXT_BYTES`]. When one of the two is reached, half
//! of them make room: those with few messages go, clean ones before grave ones, late ones before early ones. What
//! comes after that carries the error bound *true count ≤ count + error*, and the result says that it isn't exact. A
//! skeleton seen once costs its text and 200 bytes; values are counted from the second message on. Full tables take 65 MB:
//! 26 of texts, 12 of values, the rest of rows, spare room and agencies (exact up to [`MAX_AGENCIES_OF_ONE`] a skeleton).
//! It judges nothing.

use std::cmp::Reverse;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::sheet::{Categories, Mark, value_ranges};
use super::values::Values;
use super::{Found, Key, Sheet, Sighting, cut};
use crate::lexicon::Lexicon;
use crate::rule::Tier;
use crate::screen::case::RecordRef;

/// Distinct skeletons that are counted exactly.
pub(crate) const MAX_SKELETONS: usize = 100_000;

/// Bytes of their texts, and of the values as first seen: 80,000 to 100,000 skeletons of usual length, 70 characters.
pub(super) const MAX_TEXT_BYTES: usize = 26 << 20;

/// Bytes of all counted values. When they are taken, every slot keeps half as many values.
pub(super) const MAX_VALUE_BYTES: usize = 12 << 20;

/// Values counted in a slot: as long as no more come, the counts are exact.
pub(super) const MAX_VALUES: usize = 32;

/// Slots whose values are counted. Long letters have more; what matters stands at the beginning.
pub(super) const MAX_SLOTS: usize = 12;

/// Agencies told apart in a dump; further ones are one agency more, whose name isn't known.
const MAX_AGENCIES: usize = 10_000;

/// Agencies of a skeleton that are counted exactly.
pub(super) const MAX_AGENCIES_OF_ONE: usize = 64;

/// Rules of a skeleton that are listed.
const MAX_RULES: usize = 32;

/// Bytes of a wording that are kept, of which near skeletons are told and which is shown.
const MAX_WORDING_BYTES: usize = 6_000;

/// How many skeletons are kept; smaller in tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) skeletons: usize,
    pub(super) text_bytes: usize,
    pub(super) value_bytes: usize,
}

/// What is known of a skeleton.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) tiers: [u64; Tier::ALL.len()],
    /// Messages that may have come before it was kept.
    pub(super) error: u64,
    pub(super) first: RecordRef,
    pub(super) categories: Categories,
    pub(super) agencies: SmallVec<[u16; 4]>,
    /// Whether there may be more agencies than are listed.
    pub(super) has_more_agencies: bool,
    pub(super) rules: SmallVec<[u16; 4]>,
    /// The wording, and the values of the first message.
    text: Box<str>,
    wording_end: u32,
    pub(super) marks: Box<[Mark]>,
    /// Of each slot, from the second message on.
    values: Option<Vec<Values>>,
}

/// Counts skeletons.
#[derive(Debug)]
pub struct Templates {
    bounds: Bounds,
    pub(super) entries: IndexMap<Key, Entry, FxBuildHasher>,
    pub(super) agencies: IndexSet<String, FxBuildHasher>,
    text_bytes: usize,
    value_bytes: usize,
    /// Values that each slot may keep.
    pub(super) value_limit: usize,
    pub(super) messages: u64,
    pub(super) without: u64,
    /// Messages of skeletons that aren't kept.
    pub(super) lost: u64,
    /// A skeleton that isn't kept came at most so often.
    pub(super) floor: u64,
}

impl Default for Templates {
    fn default() -> Self {
        Self::within(Bounds {
            skeletons: MAX_SKELETONS,
            text_bytes: MAX_TEXT_BYTES,
            value_bytes: MAX_VALUE_BYTES,
        })
    }
}

impl Templates {
    pub(super) fn within(bounds: Bounds) -> Self {
        Self {
            bounds,
            entries: IndexMap::default(),
            agencies: IndexSet::default(),
            text_bytes: 0,
            value_bytes: 0,
            value_limit: MAX_VALUES,
            messages: 0,
            without: 0,
            lost: 0,
            floor: 0,
        }
    }

    /// Counts the messages of a batch of this input (from 0); batches come in input order.
    pub fn add_sheet(&mut self, sheet: &Sheet, input: u32) {
        self.without += sheet.without();
        for sighting in sheet.sightings() {
            self.add(sighting, input);
        }
    }

    /// Counts a message. O(slots); every 50,000 new skeletons beyond the bound O(skeletons · log skeletons).
    pub fn add(&mut self, sighting: Sighting, input: u32) {
        self.messages += 1;
        let agency = sighting.agency.map(|agency| self.agency_number(agency));
        if let Some(entry) = self.entries.get_mut(&sighting.key) {
            entry.note(&sighting, agency);
            let (taken, given) = entry.count_values(&sighting, self.value_limit);
            self.value_bytes = self.value_bytes + taken - given;
            self.text_bytes -= entry.take_plainer_wording(&sighting);
            if self.value_bytes > self.bounds.value_bytes {
                self.halve_values();
            }
            return;
        }
        let entry = Entry::new(&sighting, input, agency, self.floor);
        self.text_bytes += entry.text_bytes();
        self.entries.insert(sighting.key, entry);
        if self.entries.len() > self.bounds.skeletons || self.text_bytes > self.bounds.text_bytes {
            self.make_room();
        }
    }

    /// Joins near skeletons and ranks what came at least twice: see [`Found`]. Two to four seconds and 60 MB more for
    /// 100,000 skeletons.
    pub fn finish(self, lexicon: &Lexicon) -> Found {
        Found::of(self, lexicon)
    }

    /// Whether all counts are exact so far.
    pub fn is_exact(&self) -> bool {
        self.floor == 0
    }

    fn agency_number(&mut self, agency: &str) -> u16 {
        let number = match self.agencies.get_index_of(agency) {
            Some(number) => number,
            None if self.agencies.len() < MAX_AGENCIES => self.agencies.insert_full(agency.to_owned()).0,
            None => MAX_AGENCIES,
        };
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// Drops the half that matters least.
    fn make_room(&mut self) {
        let mut ranks: Vec<(Reverse<u64>, usize)> = self
            .entries
            .values()
            .enumerate()
            .map(|(number, entry)| (Reverse(entry.weight()), number))
            .collect();
        ranks.sort_unstable();
        let (mut count, mut bytes) = (0, 0);
        let mut is_kept = vec![false; ranks.len()];
        for (_, number) in ranks {
            bytes += self.entries[number].text_bytes();
            if count == self.bounds.skeletons / 2 || bytes > self.bounds.text_bytes / 2 {
                break;
            }
            is_kept[number] = true;
            count += 1;
        }
        let (mut number, mut floor, mut lost) = (0, self.floor, 0);
        self.entries.retain(|_, entry| {
            number += 1;
            if !is_kept[number - 1] {
                floor = floor.max(entry.seen() + entry.error);
                lost += entry.seen();
            }
            is_kept[number - 1]
        });
        (self.floor, self.lost) = (floor, self.lost + lost);
        self.text_bytes = self.entries.values().map(Entry::text_bytes).sum();
        self.value_bytes = self.entries.values().map(Entry::value_bytes).sum();
    }

    /// Halves the number of values that each slot keeps.
    fn halve_values(&mut self) {
        self.value_limit /= 2;
        for values in self
            .entries
            .values_mut()
            .filter_map(|entry| entry.values.as_mut())
        {
            for values in values {
                self.value_bytes -= values.trim(self.value_limit);
            }
        }
    }

    /// Bytes of texts and values kept, and the number of skeletons.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize, usize) {
        (self.entries.len(), self.text_bytes, self.value_bytes)
    }
}

/// The slots that stand in so many bytes of a wording.
fn marks_within(marks: &[Mark], bytes: usize) -> &[Mark] {
    &marks[..marks.partition_point(|mark| mark.at as usize <= bytes)]
}

impl Entry {
    fn new(sighting: &Sighting, input: u32, agency: Option<u16>, error: u64) -> Self {
        let wording = sighting.wording;
        let wording = cut(wording, MAX_WORDING_BYTES);
        let marks = marks_within(sighting.marks, wording.len());
        let counted = marks.iter().take(MAX_SLOTS).next_back();
        let values = &sighting.values[..counted.map_or(0, |mark| mark.value_end as usize)];
        let mut entry = Self {
            tiers: [0; Tier::ALL.len()],
            error,
            first: RecordRef {
                input,
                record: sighting.record,
            },
            categories: Categories::default(),
            agencies: SmallVec::new(),
            has_more_agencies: error > 0,
            rules: SmallVec::new(),
            text: [wording, values].concat().into(),
            wording_end: wording.len() as u32,
            marks: marks.into(),
            values: None,
        };
        entry.note(sighting, agency);
        entry
    }

    /// Everything but the values.
    fn note(&mut self, sighting: &Sighting, agency: Option<u16>) {
        self.tiers[sighting.tier as usize] += 1;
        self.categories.0 |= sighting.categories.0;
        if let Some(agency) = agency {
            self.note_agency(agency);
        }
        for rule in sighting.rules {
            if !self.rules.contains(rule) && self.rules.len() < MAX_RULES {
                self.rules.push(*rule);
            }
        }
    }

    fn note_agency(&mut self, agency: u16) {
        if self.agencies.contains(&agency) {
            return;
        }
        match self.agencies.len() < MAX_AGENCIES_OF_ONE {
            true => self.agencies.push(agency),
            false => self.has_more_agencies = true,
        }
    }

    fn count_values(&mut self, sighting: &Sighting, limit: usize) -> (usize, usize) {
        let (mut taken, mut given) = (0, 0);
        if self.values.is_none() {
            let values = self.first_values(limit);
            taken += values.iter().map(Values::bytes).sum::<usize>();
            self.values = Some(values);
        }
        let values = self.values.iter_mut().flatten();
        for (values, (kind, range)) in values.zip(value_ranges(sighting.marks)) {
            let bytes = values.add(&sighting.values[range], kind, limit);
            taken += bytes.0;
            given += bytes.1;
        }
        (taken, given)
    }

    /// Takes over a shorter wording: of the messages that read the same it has the fewest inserted characters. Gives the
    /// bytes that this gives back. The first message's values are counted by now.
    fn take_plainer_wording(&mut self, sighting: &Sighting) -> usize {
        let wording = sighting.wording;
        // Bytes first: it is mostly the same length, and a comma of half width alone makes nothing plainer.
        let is_shorter = wording.len() < self.wording_end as usize
            && wording.chars().count() < self.wording().chars().count();
        if !is_shorter {
            return 0;
        }
        let before = self.text_bytes();
        let marks = marks_within(sighting.marks, wording.len());
        // As many slots as before, if the text repeats; a cut wording may have lost some.
        if marks.len() == self.marks.len() {
            self.marks = marks.into();
            self.text = wording.into();
            self.wording_end = wording.len() as u32;
        }
        before - self.text_bytes()
    }

    /// The values of the first message, counted.
    fn first_values(&self, limit: usize) -> Vec<Values> {
        let text = &self.text[self.wording_end as usize..];
        let counted = value_ranges(&self.marks).take(MAX_SLOTS).map(|(kind, range)| {
            let mut values = Values {
                floor: self.error,
                ..Values::default()
            };
            values.add(&text[range], kind, limit);
            values
        });
        counted.collect()
    }

    pub(super) fn wording(&self) -> &str {
        &self.text[..self.wording_end as usize]
    }

    /// The values of each slot, counted.
    pub(super) fn take_values(&mut self, limit: usize) -> Vec<Values> {
        self.values.take().unwrap_or_else(|| self.first_values(limit))
    }

    /// Messages seen.
    pub(super) fn seen(&self) -> u64 {
        self.tiers.iter().sum()
    }

    pub(super) fn tier(&self) -> Tier {
        let seen = |tier: &Tier| self.tiers[*tier as usize] > 0;
        Tier::ALL.into_iter().rev().find(seen).unwrap_or_default()
    }

    /// How much it matters that this one is kept: its messages, a severe one as much as eight clean ones.
    fn weight(&self) -> u64 {
        self.seen() << self.tier() as u32
    }

    fn text_bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.marks)
    }

    fn value_bytes(&self) -> usize {
        self.values.iter().flatten().map(Values::bytes).sum()
    }
}
