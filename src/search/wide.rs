//! The weights of what stretches over three characters, for the closer look.
//!
//! In: the wide grams of a model, as codes of the alphabet. Out: [`Wide`], which adds their weights to the shares of a
//! row of tokens. Most grams of a text are not in the model, so a filter of bits comes first; it fits into
//! the second-level cache, and a pass over it takes no branch that depends on a token. Only what passes looks into
//! the table.

use serde::{Deserialize, Serialize};

use crate::lexicon::flat::{Table, flat_struct};

/// Two characters' codes and the one between them; 0 for any.
pub(super) type WideCodes = [u16; 3];

/// Wide grams by their hash.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) struct Wide {
    /// One bit of a gram's hash.
    filter: Table<u64>,
    buckets: Table<Bucket>,
}

/// 24 bits of the hash and the weight in each slot; 0 is free, and what doesn't fit into a full bucket stands in the next.
/// Codes aren't kept: two different grams are taken for one another once in a million look-ups, and four bytes a slot keep
/// the table small.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket([u32; SLOTS]);

flat_struct!(Bucket([u32; SLOTS]));

/// Slots of a bucket: half a cache line.
const SLOTS: usize = 8;

/// Grams of a bucket on average, at most: one in four is full.
const USUAL: usize = 6;

/// Bits of the filter for each gram, at least: one in ten unknown grams passes it.
const FILTER_BITS: usize = 8;

/// Grams of a row that the filter let pass, each with the place of its last token; kept for its memory.
#[derive(Debug, Default)]
pub(super) struct Passed(Vec<(u64, u32)>);

impl Wide {
    /// Files grams, each with its weight.
    pub(super) fn new(grams: &[(WideCodes, i8)]) -> Self {
        let room = |each: usize| grams.len().div_ceil(each).next_power_of_two();
        let mut filter = vec![0_u64; (grams.len() * FILTER_BITS).next_power_of_two().div_ceil(64)];
        let mut buckets = vec![Bucket::default(); room(USUAL)];
        for &(gram, weight) in grams {
            let hash = hash(gram);
            let (word, bit) = filter_bit(hash, filter.len());
            filter[word] |= bit;
            let (mut at, mark) = place(hash, buckets.len());
            let slot = loop {
                match buckets[at].0.iter().position(|&slot| slot == 0) {
                    Some(free) => break &mut buckets[at].0[free],
                    None => at = (at + 1) & (buckets.len() - 1),
                }
            };
            *slot = mark | u32::from(weight as u8);
        }
        Self {
            filter: filter.into_iter().collect(),
            buckets: buckets.into_iter().collect(),
        }
    }

    /// Adds to each share of a row of tokens what the grams that end there say. `known` tells of each token whether the pair
    /// that it ends is known: three in a row are known only if both of their pairs are. O(tokens).
    pub(super) fn add(
        &self,
        codes: &[u16],
        first: u16,
        known: &[bool],
        shares: &mut [i32],
        passed: &mut Passed,
    ) {
        let passed = &mut passed.0;
        if passed.len() < codes.len() * 2 {
            passed.resize(codes.len() * 2, (0, 0));
        }
        let filter = self.filter.rows::<8>();
        let mut count = 0;
        let mut ask = |gram: WideCodes, may_be_known: bool, at: u32| {
            let hash = hash(gram);
            let (word, bit) = filter_bit(hash, filter.len());
            passed[count] = (hash, at);
            count += usize::from((u64::from_le_bytes(filter[word]) & bit != 0) & may_be_known);
        };
        let mut first = first;
        for ((at, pair), known) in (1..).zip(codes.windows(2)).zip(known.windows(2)) {
            ask([first, pair[0], pair[1]], known[0] & known[1], at);
            ask([first, 0, pair[1]], true, at);
            first = pair[0];
        }
        for &(hash, at) in &passed[..count] {
            shares[at as usize] += i32::from(self.weight(hash));
        }
    }

    /// The weight of the gram with this hash; 0 of one that isn't known.
    #[inline]
    fn weight(&self, hash: u64) -> i8 {
        let count = self.buckets.len();
        let (mut at, mark) = place(hash, count);
        loop {
            let Bucket(slots) = self.buckets.at(at);
            let found = slots.iter().fold(0, |found, &slot| {
                found | if slot & !0xFF == mark { slot } else { 0 }
            });
            // No grams but those of a full bucket may stand in the next.
            if found != 0 || slots[SLOTS - 1] == 0 {
                return found as u8 as i8;
            }
            at = (at + 1) & (count - 1);
        }
    }
}

/// All of its bits depend on all codes.
#[inline]
fn hash([first, between, last]: WideCodes) -> u64 {
    let key = u64::from(first) << 32 | u64::from(between) << 16 | u64::from(last);
    // Fibonacci hashing: the golden ratio spreads neighbours, best into the upper bits.
    let hash = (key ^ key >> 23).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ hash >> 32
}

/// The word of a filter of so many, a power of two, and the bit in it.
#[inline]
fn filter_bit(hash: u64, words: usize) -> (usize, u64) {
    ((hash >> 40) as usize & (words - 1), 1 << (hash >> 58))
}

/// The bucket of so many, a power of two, where a gram is looked for first, and what marks it there: never 0.
#[inline]
fn place(hash: u64, buckets: usize) -> (usize, u32) {
    let mark = (hash as u32 | 1 << 8) & !0xFF;
    ((hash >> 32) as usize & (buckets - 1), mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gram_is_found_and_no_other() {
        let gram = |number: u16| [number / 8 + 1, number % 3, number % 8 + 1];
        let grams: Vec<(WideCodes, i8)> = (0..63).map(|number| (gram(number), number as i8)).collect();
        let table = Wide::new(&grams);
        for &(gram, weight) in &grams {
            assert_eq!(table.weight(hash(gram)), weight);
        }
        assert_eq!(table.weight(hash([9, 0, 9])), 0);
    }

    #[test]
    fn shares_are_those_of_the_grams_that_end_there() {
        let table = Wide::new(&[([1, 0, 3], 5), ([1, 2, 3], 7), ([9, 0, 2], 11)]);
        let sum = |known: [bool; 3]| {
            let mut shares = [100; 3];
            table.add(&[1, 2, 3], 9, &known, &mut shares, &mut Passed::default());
            shares
        };
        assert_eq!(sum([true; 3]), [100, 111, 112]);
        // A pair that nobody knows stands in no three.
        assert_eq!(sum([true, false, true]), [100, 111, 105]);
    }
}
