//! The weights of wide grams, for the closer look.
//!
//! In: a [`Model`]. Out: [`Wide`], which finds the weight of a gram with one look into memory. Filled in one pass when the
//! first message asks, a few milliseconds for 170,000 grams: most short runs never do.

use super::model::{Gram, Model};

/// Wide grams by their hash: open addressing, linear probing.
#[derive(Debug, Default)]
pub(crate) struct Wide {
    /// 24 bits of the hash and the weight; 0 is free. Characters aren't kept: two grams of different characters are taken for
    /// one another once in ten million look-ups, and four bytes a slot keep the table in the cache.
    slots: Vec<u32>,
    /// Bits of the hash that choose the slot.
    bits: u32,
}

/// Slots for every gram at the least: the next one asked for that isn't there finds a free slot at once.
const ROOM: usize = 2;

impl Wide {
    /// Files the wide grams of a model.
    pub(crate) fn new(model: &Model) -> Self {
        let bits = (model.wide.len() * ROOM).next_power_of_two().ilog2().max(1);
        let mut table = Self {
            slots: vec![0; 1 << bits],
            bits,
        };
        for &(gram, weight) in &model.wide {
            let (mut at, mark) = table.place(gram);
            while table.slots[at] != 0 {
                at = (at + 1) & (table.slots.len() - 1);
            }
            table.slots[at] = mark | u32::from(weight as u8);
        }
        table
    }

    /// The weight of a gram; 0 of one that isn't known.
    #[inline]
    pub(crate) fn weight(&self, gram: Gram) -> i8 {
        let (mut at, mark) = self.place(gram);
        loop {
            match self.slots[at] {
                0 => return 0,
                slot if slot & !0xFF == mark => return slot as u8 as i8,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The slot where a gram is looked for first, and what marks it there: never 0.
    #[inline]
    fn place(&self, gram: Gram) -> (usize, u32) {
        let [first, between, last] = gram.characters().map(|character| character.map_or(0, u64::from));
        let key = first << 42 | between << 21 | last;
        // Fibonacci hashing: the golden ratio spreads neighbours, best in the upper bits.
        let hash = (key ^ key >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mark = ((hash >> 8) as u32 | 1 << 8) & !0xFF;
        ((hash >> (u64::BITS - self.bits)) as usize, mark)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::HEADS;
    use super::*;

    #[test]
    fn every_gram_is_found_and_no_other() {
        let characters = ['你', '家', '孩', '子', '放', '学', '，', '0'];
        let wide = |first: usize, last: usize| Gram::Wide(characters[first], None, characters[last]);
        let of = |number: usize| wide(number / 8, number % 8);
        let wide = (0..63).map(|number| (of(number), number as i8)).collect();
        let table = Wide::new(&Model::new([0; 32], [1.0; HEADS], [0.0; HEADS], Vec::new(), wide));
        for number in 0..63 {
            assert_eq!(table.weight(of(number)), number as i8);
        }
        assert_eq!(table.weight(of(63)), 0);
        assert_eq!(table.weight(Gram::Wide('你', Some('家'), '孩')), 0);
        assert_eq!(table.weight(Gram::Wide('你', None, '𠮷')), 0);
    }
}
