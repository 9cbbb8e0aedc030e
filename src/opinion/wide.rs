//! The weights of wide grams, for the closer look.
//!
//! In: a [`Model`]. Out: [`Wide`], which finds the weights of a gram in one step. Filled in one pass when the first
//! message asks, a millisecond for 100,000 grams: most short runs never do.

use super::model::{Gram, Model};

/// Wide grams by their hash.
#[derive(Debug, Default)]
pub(crate) struct Wide {
    /// Where the grams of each bucket begin, and the end of the last.
    starts: Vec<u32>,
    /// Keys in order of bucket.
    keys: Vec<u64>,
    /// Weights in the same order.
    weights: Vec<i8>,
}

/// Buckets are told apart by so many bits: about one gram in each.
const BUCKET_BITS: u32 = 17;

impl Wide {
    /// Files the wide grams of a model.
    pub(crate) fn new(model: &Model) -> Self {
        let wide = || {
            let grams = model.wide.iter();
            grams.filter_map(|&(gram, weight)| Some((key(gram)?, weight)))
        };
        let mut starts = vec![0_u32; (1 << BUCKET_BITS) + 1];
        for (key, _) in wide() {
            starts[bucket(key) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let count = starts.last().map_or(0, |&count| count as usize);
        let (mut keys, mut weights) = (vec![0; count], vec![0; count]);
        let mut next = starts.clone();
        for (key, weight) in wide() {
            let place = &mut next[bucket(key)];
            keys[*place as usize] = key;
            weights[*place as usize] = weight;
            *place += 1;
        }
        Self {
            starts,
            keys,
            weights,
        }
    }

    /// The weight of a gram; 0 of one that isn't known.
    pub(crate) fn weight(&self, gram: Gram) -> i8 {
        let Some(key) = key(gram) else { return 0 };
        let bucket = bucket(key);
        let places = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
        let found = self.keys[places.clone()].iter().position(|&own| own == key);
        found.map_or(0, |found| self.weights[places.start + found])
    }
}

/// The characters of a wide gram in one number; none outside the Basic Multilingual Plane are in a model.
fn key(gram: Gram) -> Option<u64> {
    let Gram::Wide(first, between, last) = gram else {
        return None;
    };
    let code = |character: char| u16::try_from(u32::from(character)).ok().map(u64::from);
    let between = between.map_or(Some(0), code)?;
    Some(code(first)? << 32 | between << 16 | code(last)?)
}

fn bucket(key: u64) -> usize {
    // Fibonacci hashing: the golden ratio spreads neighbours.
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BUCKET_BITS)) as usize
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
        assert_eq!(table.weight(Gram::One('家')), 0);
    }
}
