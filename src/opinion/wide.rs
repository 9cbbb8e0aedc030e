//! The weights that the closer look reads.
//!
//! In: a [`Model`]. Out: [`CloseWeights`], which finds the weights of a gram with one look into memory. It takes five
//! milliseconds to file 170,000 grams, so the first few messages look into the file itself.

use super::model::{Gram, HEADS, Model, WrittenGrams};
use super::{Weights, WideGram};

/// The weights of all grams.
#[derive(Debug)]
pub(crate) struct CloseWeights {
    /// Of characters and pairs, by number; nothing for number 0.
    narrow: Vec<Weights>,
    wide: Wide,
}

/// Where to look weights up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Weighing<'a> {
    /// In the bytes of a model, by halving: 50 µs a message, and nothing to be made before.
    Written(WrittenGrams<'a>),
    Filed(&'a CloseWeights),
}

impl CloseWeights {
    /// Files the grams of a model.
    pub(crate) fn new(model: &Model) -> Self {
        Self {
            narrow: std::iter::once(Weights::default())
                .chain(model.narrow().map(|weighed| lanes(&weighed.weights)))
                .collect(),
            wide: Wide::new(model.wide().count(), model.wide()),
        }
    }
}

impl Weighing<'_> {
    /// The weights of a character or a pair by its number; nothing for number 0.
    #[inline]
    pub(crate) fn narrow(self, number: u32) -> Weights {
        match self {
            Weighing::Filed(filed) => filed.narrow[number as usize],
            Weighing::Written(written) => match number.checked_sub(1) {
                Some(place) => lanes(&written.weights_at(place as usize)),
                None => Weights::default(),
            },
        }
    }

    /// The weight of a wide gram; 0 of one that isn't known.
    #[inline]
    pub(crate) fn wide(self, gram: WideGram) -> i8 {
        match self {
            Weighing::Filed(filed) => filed.wide.weight(gram),
            Weighing::Written(written) => written.weight_of(gram),
        }
    }
}

/// The weights of all heads, and nothing in what is left of a vector register.
fn lanes(of_heads: &[i8; HEADS]) -> Weights {
    let mut weights = Weights::default();
    weights[..HEADS].copy_from_slice(of_heads);
    weights
}

/// Wide grams by their hash, in buckets: a look-up reads one bucket and takes no branch that depends on what stands there,
/// so the look-ups of neighbouring tokens overlap.
#[derive(Debug, Default)]
struct Wide {
    buckets: Vec<Bucket>,
    /// Bits of the hash that choose the bucket.
    bits: u32,
}

/// 24 bits of the hash and the weight in each slot; 0 is free, and what doesn't fit into a full bucket stands in the next.
/// Characters aren't kept: two grams of different characters are taken for one another once in a million look-ups, and
/// four bytes a slot keep the table in the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
struct Bucket([u32; SLOTS]);

/// Slots of a bucket: half a cache line.
const SLOTS: usize = 8;

/// Grams of a bucket on average, at most: one in twenty is full.
const USUAL: usize = SLOTS / 2;

impl Wide {
    /// Files the wide grams of a model.
    fn new(count: usize, grams: impl Iterator<Item = (Gram, i8)>) -> Self {
        let bits = count.div_ceil(USUAL).next_power_of_two().ilog2().max(1);
        let mut table = Self {
            buckets: vec![Bucket::default(); 1 << bits],
            bits,
        };
        for (gram, weight) in grams {
            let Gram::Wide(first, between, last) = gram else {
                unreachable!("a model's wide grams are wide");
            };
            let (mut at, mark) = table.place((first, between, last));
            let slot = loop {
                match table.buckets[at].0.iter().position(|&slot| slot == 0) {
                    Some(free) => break &mut table.buckets[at].0[free],
                    None => at = table.after(at),
                }
            };
            *slot = mark | u32::from(weight as u8);
        }
        table
    }

    /// The weight of a gram; 0 of one that isn't known.
    #[inline]
    fn weight(&self, gram: WideGram) -> i8 {
        let (mut at, mark) = self.place(gram);
        loop {
            let Bucket(slots) = &self.buckets[at];
            let found = slots.iter().fold(0, |found, &slot| {
                found | if slot & !0xFF == mark { slot } else { 0 }
            });
            // No grams but those of a full bucket may stand in the next.
            if found != 0 || slots[SLOTS - 1] == 0 {
                return found as u8 as i8;
            }
            at = self.after(at);
        }
    }

    fn after(&self, bucket: usize) -> usize {
        (bucket + 1) & (self.buckets.len() - 1)
    }

    /// The bucket where a gram is looked for first, and what marks it there: never 0.
    #[inline]
    fn place(&self, (first, between, last): WideGram) -> (usize, u32) {
        let key = u64::from(first) << 42 | between.map_or(0, u64::from) << 21 | u64::from(last);
        // Fibonacci hashing: the golden ratio spreads neighbours, best in the upper bits.
        let hash = (key ^ key >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mark = ((hash >> 8) as u32 | 1 << 8) & !0xFF;
        ((hash >> (u64::BITS - self.bits)) as usize, mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gram_is_found_and_no_other() {
        let characters = ['你', '家', '孩', '子', '放', '学', '，', '0'];
        let of = |number: usize| (characters[number / 8], characters[number % 8]);
        let gram = |(first, last): (char, char)| Gram::Wide(first, None, last);
        let wide = (0..63).map(|number| (gram(of(number)), number as i8));
        let table = Wide::new(63, wide);
        let weight = |(first, last): (char, char)| table.weight((first, None, last));
        for number in 0..63 {
            assert_eq!(weight(of(number)), number as i8);
        }
        assert_eq!(weight(of(63)), 0);
        assert_eq!(table.weight(('你', Some('家'), '孩')), 0);
        assert_eq!(weight(('你', '𠮷')), 0);
    }
}
