//! A random choice of a stream, known before its end is.
//!
//! In: things with their [`Rank`]s, in any order. Out: those of the lowest ranks, at most so many. Promise: the same
//! ranks give the same choice in whatever order and through however many reservoirs, merged, they came. It draws no
//! random numbers: a rank is a hash of where a thing stands.

use std::collections::BinaryHeap;

use sha2::{Digest, Sha256};

/// Where a thing stands in a random order of all: a hash, and its place for the one case in 2^64 that two are equal,
/// or that two inputs have one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rank {
    pub(crate) hash: u64,
    pub(crate) input: u32,
    pub(crate) record: u64,
}

/// Keeps those of the lowest ranks.
#[derive(Debug, Clone)]
pub(crate) struct Reservoir<T> {
    room: usize,
    kept: BinaryHeap<Kept<T>>,
}

#[derive(Debug, Clone)]
struct Kept<T> {
    rank: Rank,
    thing: T,
}

impl Rank {
    /// The rank of a record within what `key` is the key of.
    pub(crate) fn of(key: u64, input: u32, record: u64) -> Self {
        Self {
            hash: mixed(key ^ mixed(record)),
            input,
            record,
        }
    }
}

/// A key for ranks: differs with each of the parts.
pub(crate) fn key(seed: u64, parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    let first = hash.first_chunk().expect("a digest has 32 bytes");
    u64::from_le_bytes(*first)
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring numbers become unlike ones. SHA-256 of every
/// record would cost as much as judging it.
pub(crate) fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

impl<T> Reservoir<T> {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room,
            kept: BinaryHeap::new(),
        }
    }

    /// Whether a thing of this rank would be kept so far: most of a long stream needn't be made at all.
    pub(crate) fn admits(&self, rank: Rank) -> bool {
        self.kept.len() < self.room || self.kept.peek().is_some_and(|highest| rank < highest.rank)
    }

    pub(crate) fn offer(&mut self, rank: Rank, thing: impl FnOnce() -> T) {
        if !self.admits(rank) {
            return;
        }
        if self.kept.len() == self.room {
            self.kept.pop();
        }
        self.kept.push(Kept { rank, thing: thing() });
    }

    /// Takes over what another has kept of another part of the stream.
    pub(crate) fn merge(&mut self, other: Self) {
        for Kept { rank, thing } in other.kept {
            self.offer(rank, || thing);
        }
    }

    /// What is kept, lowest ranks first.
    pub(crate) fn into_ranked(self) -> impl Iterator<Item = (Rank, T)> {
        let sorted = self.kept.into_sorted_vec();
        sorted.into_iter().map(|kept| (kept.rank, kept.thing))
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Kept<T> {}

impl<T> PartialOrd for Kept<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Kept<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(reservoir: Reservoir<u64>) -> Vec<u64> {
        reservoir.into_ranked().map(|(_, thing)| thing).collect()
    }

    #[test]
    fn the_choice_is_the_same_whatever_the_order_and_the_parts() {
        let key = key(1, &["a.csv"]);
        let fill = |records: &mut dyn Iterator<Item = u64>| {
            let mut reservoir = Reservoir::new(10);
            for record in records {
                reservoir.offer(Rank::of(key, 0, record), || record);
            }
            reservoir
        };
        let whole = kept(fill(&mut (1..=1000)));
        assert_eq!(whole.len(), 10);
        assert_eq!(kept(fill(&mut (1..=1000).rev())), whole);
        let mut parts = fill(&mut (1..=333));
        parts.merge(fill(&mut (700..=1000)));
        parts.merge(fill(&mut (334..=699)));
        assert_eq!(kept(parts), whole);
        assert_eq!(kept(fill(&mut (1..=4))).len(), 4);
        assert_eq!(kept(Reservoir::new(0)), [0; 0]);
    }

    /// A choice that favours some records would bias all that is estimated from it.
    #[test]
    fn every_record_is_as_likely() {
        let mut early = 0;
        for seed in 0..200 {
            let key = key(seed, &["a.csv"]);
            let mut reservoir = Reservoir::new(10);
            for record in 1..=100 {
                reservoir.offer(Rank::of(key, 0, record), || record);
            }
            early += kept(reservoir).into_iter().filter(|record| *record <= 50).count();
        }
        // 2,000 draws, half of them expected; 6 standard deviations are 134.
        assert!((866..=1134).contains(&early), "{early}");
    }
}
