//! Values by pairs of small numbers: what is looked up at every character.
//!
//! In: keys that aren't 0, each a pair packed into 32 bits. Out: their values. Open addressing in one flat row, at
//! most half full; faster than a general map, and no more than that. Nothing is ever removed.

use serde::{Deserialize, Serialize};

/// A row of slots, at least half of them empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PairTable<V> {
    /// Key, 0 for an empty slot, and value.
    slots: Vec<(u32, V)>,
}

const FEWEST_SLOTS: usize = 64;

/// Two characters of the Basic Multilingual Plane in one number; none for others.
pub(crate) fn key_of(first: char, second: char) -> Option<u32> {
    let small = |character: char| u16::try_from(u32::from(character)).ok();
    Some(u32::from(small(first)?) << 16 | u32::from(small(second)?))
}

/// A well-mixed number from a pair; the upper bits are the best.
#[inline]
pub(crate) fn hash(pair: u32) -> u32 {
    pair.wrapping_mul(0x9E37_79B1)
}

impl<V: Copy + Default> PairTable<V> {
    /// An empty table with room for so many pairs.
    pub(crate) fn with_room(pairs: usize) -> Self {
        let slots = (pairs * 2).next_power_of_two().max(FEWEST_SLOTS);
        Self {
            slots: vec![(0, V::default()); slots],
        }
    }

    /// The value of a pair.
    #[inline]
    pub(crate) fn get(&self, key: u32) -> Option<V> {
        let (own, value) = self.slots[self.slot(key)];
        (own == key && key != 0).then_some(value)
    }

    /// The place of a pair's value; a new pair has the default.
    pub(crate) fn entry(&mut self, key: u32) -> &mut V {
        let slot = self.slot(key);
        self.slots[slot].0 = key;
        &mut self.slots[slot].1
    }

    /// Where a pair stands, or the empty slot where it would.
    #[inline]
    fn slot(&self, key: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (hash(key) >> 8) as usize & mask;
        while self.slots[slot].0 != key && self.slots[slot].0 != 0 {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

impl<V: Copy + Default> Default for PairTable<V> {
    fn default() -> Self {
        Self::with_room(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_pair_apart() {
        let keys = || (1..2000_u32).map(|number| (number << 14) | (number % 7));
        let mut table = PairTable::with_room(2000);
        for key in keys() {
            *table.entry(key) += key;
        }
        assert!(keys().all(|key| table.get(key) == Some(key)));
        assert_eq!((table.get(5), table.get(0)), (None, None));
    }
}
