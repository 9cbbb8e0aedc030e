//! Which skeletons are near each other.
//!
//! In: the plain readings of skeletons, those that matter most first. Out: for each its leader, of which it is a variant.
//! Two are near if their sets of shingles (3 characters running) have a Jaccard index of at least [`NEAR`], or if they are
//! short and differ in one word only, between a common beginning and a common end. Candidates come from MinHash
//! signatures in bands, and from the ends of short ones; every candidate is compared exactly. Promise: the same input
//! gives the same groups; O(skeletons · (shingles · [`HASHES`] + [`BANDS`] · [`ROOM`] · shingles)) at most, and 500 bytes a
//! leader. Only leaders are compared, so that a chain of small steps doesn't join what has nothing in common. A pair at
//! the threshold is missed in 1 of 130 cases, one at 0.7 in 1 of 5,000; more if [`ROOM`] leaders before it share each band.

use super::fold_product;

/// Characters of a shingle.
const SHINGLE: usize = 3;

/// Jaccard index from which two skeletons are one template. All invented variants of 35 to 50 characters (a word or two
/// exchanged, a disguise, a clause more) are above it; different templates of one trade are below 0.2. Of 26,720 messages
/// of the learning corpus, all written one by one, 13 are joined to another, and these do say the same.
pub(super) const NEAR: f64 = 0.6;

/// Bands of a signature: two skeletons meet if one band is equal.
const BANDS: usize = 20;

/// Hashes of a band.
const ROWS: usize = 3;

const HASHES: usize = BANDS * ROWS;

/// Leaders that one value of a band leads to: what bounds the comparisons.
const ROOM: usize = 8;

/// Characters of a skeleton that counts as short: one word less breaks more than its share of shingles.
const SHORT: usize = 40;

/// Characters that two short skeletons have in common at their beginning and end together: at least so many, ...
const LEAST_COMMON: usize = 10;

/// ... at least this part of the longer one, ...
const COMMON_PART: f64 = 0.7;

/// ... and so many at one of the two, by which they are found.
const COMMON_END: usize = 5;

/// Keys by which a skeleton is found.
const KEYS: usize = BANDS + 2;

/// Characters of a skeleton that are compared: the first ones.
const MAX_CHARACTERS: usize = 1_500;

/// The shingles of a skeleton, as sorted hashes, and the plain reading of a short one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shingles {
    hashes: Box<[u32]>,
    short: Box<[u32]>,
}

/// What a skeleton is near to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nearness {
    /// The skeleton that it is a variant of; itself if it leads.
    pub(super) leader: usize,
    /// The nearest leader of the other class, if it leads.
    pub(super) other: Option<usize>,
}

impl Shingles {
    pub(super) fn of(plain: &[u32]) -> Self {
        let short = if plain.len() <= SHORT {
            plain.into()
        } else {
            Box::default()
        };
        let plain = &plain[..plain.len().min(MAX_CHARACTERS)];
        let mut hashes: Vec<u32> = plain.windows(SHINGLE).map(hash_of).collect();
        if hashes.is_empty() {
            hashes.push(hash_of(plain));
        }
        hashes.sort_unstable();
        hashes.dedup();
        Self {
            hashes: hashes.into(),
            short,
        }
    }

    /// Common shingles by all shingles. O(shingles).
    pub(super) fn jaccard(&self, other: &Self) -> f64 {
        let (mut left, mut right) = (self.hashes.iter().peekable(), other.hashes.iter().peekable());
        let mut common = 0_usize;
        while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
            let order = one.cmp(two);
            common += usize::from(order.is_eq());
            if order.is_le() {
                left.next();
            }
            if order.is_ge() {
                right.next();
            }
        }
        common as f64 / (self.hashes.len() + other.hashes.len() - common) as f64
    }

    /// How near the two are, from [`NEAR`] to 1; `None` if they aren't.
    pub(super) fn nearness(&self, other: &Self) -> Option<f64> {
        let jaccard = if self.may_be_near(other) {
            self.jaccard(other)
        } else {
            0.0
        };
        let common = self.common_part(other);
        let most = jaccard.max(common);
        (jaccard >= NEAR || common >= COMMON_PART).then_some(most)
    }

    /// The part of two short skeletons that is their common beginning and end; 0 if it is too little.
    fn common_part(&self, other: &Self) -> f64 {
        let (one, two) = (&self.short, &other.short);
        let shorter = one.len().min(two.len());
        let same = |(one, two): &(&u32, &u32)| one == two;
        let start = one.iter().zip(two.iter()).take_while(same).count();
        let end = one.iter().rev().zip(two.iter().rev()).take_while(same).count();
        let common = (start + end).min(shorter);
        match common >= LEAST_COMMON && start.max(end) >= COMMON_END {
            true => common as f64 / one.len().max(two.len()) as f64,
            false => 0.0,
        }
    }

    /// What those near to it have one of in common: a hash a band, and of short ones the beginning and the end.
    fn keys(&self) -> [Option<u64>; KEYS] {
        let mut keys = [None; KEYS];
        let signature = self.signature();
        let rows = signature.chunks_exact(ROWS);
        let ends = [
            self.short.get(..COMMON_END),
            self.short.get(self.short.len().saturating_sub(COMMON_END)..),
        ];
        let ends = ends
            .into_iter()
            .map(|end| end.filter(|end| end.len() == COMMON_END));
        for ((key, values), number) in keys.iter_mut().zip(rows.map(Some).chain(ends)).zip(0_u64..) {
            *key = values.map(|values| hash_all(values, number));
        }
        keys
    }

    /// Whether their sizes alone leave it open that the two are near.
    fn may_be_near(&self, other: &Self) -> bool {
        let (one, two) = (self.hashes.len() as f64, other.hashes.len() as f64);
        one.min(two) >= NEAR * one.max(two)
    }

    /// For each hash function the least hash of a shingle, a band after the other.
    fn signature(&self) -> [u32; HASHES] {
        let mut least = [u32::MAX; HASHES];
        for &shingle in &self.hashes {
            for (least, (factor, addend)) in least.iter_mut().zip(FUNCTIONS) {
                let hash = u64::from(shingle).wrapping_mul(factor).wrapping_add(addend);
                *least = (*least).min((hash >> 32) as u32);
            }
        }
        least
    }
}

/// Finds the leaders. Skeletons of different classes are never variants of each other. The first of a group leads it.
pub(super) fn group(skeletons: impl ExactSizeIterator<Item = (Shingles, bool)>) -> Vec<Nearness> {
    let mut found = Vec::with_capacity(skeletons.len());
    let mut leaders: Vec<(usize, Shingles, bool)> = Vec::new();
    let mut index = Index::for_leaders(skeletons.len());
    let mut candidates: Vec<u32> = Vec::new();
    for (number, (shingles, class)) in skeletons.enumerate() {
        let keys = shingles.keys();
        candidates.clear();
        for key in keys.into_iter().flatten() {
            candidates.extend(index.leaders_at(key));
        }
        candidates.sort_unstable();
        candidates.dedup();
        // The nearest leader of each class; the first of equally near ones.
        let mut best: [Option<(f64, usize)>; 2] = [None; 2];
        for &candidate in &candidates {
            let (leader, theirs, their_class) = &leaders[candidate as usize];
            let best = &mut best[usize::from(*their_class != class)];
            if let Some(nearness) = shingles.nearness(theirs)
                && best.is_none_or(|(most, _)| nearness > most)
            {
                *best = Some((nearness, *leader));
            }
        }
        let [same, other] = best.map(|best| best.map(|(_, leader)| leader));
        found.push(Nearness {
            leader: same.unwrap_or(number),
            other: other.filter(|_| same.is_none()),
        });
        if same.is_none() {
            index.add(leaders.len() as u32, keys);
            leaders.push((number, shingles, class));
        }
    }
    found
}

/// Leaders by their keys: a chain of at most [`ROOM`] for each slot of one table. Keys that share a slot cost comparisons
/// and change nothing else. A map of lists would take six times the memory.
struct Index {
    /// The first link of a slot's chain, from 1; 0 for none.
    heads: Vec<u32>,
    /// The leader of each link and the next link.
    links: Vec<(u32, u32)>,
}

impl Index {
    fn for_leaders(most: usize) -> Self {
        Self {
            heads: vec![0; (2 * BANDS * most).next_power_of_two()],
            links: Vec::new(),
        }
    }

    fn leaders_at(&self, key: u64) -> impl Iterator<Item = u32> {
        let mut link = self.heads[self.slot_of(key)];
        std::iter::from_fn(move || {
            let (leader, next) = *self.links.get((link as usize).checked_sub(1)?)?;
            link = next;
            Some(leader)
        })
    }

    /// Adds a leader; where there is no room, the leaders before it stay: they have more messages.
    fn add(&mut self, leader: u32, keys: [Option<u64>; KEYS]) {
        for key in keys.into_iter().flatten() {
            if self.leaders_at(key).count() < ROOM {
                let slot = self.slot_of(key);
                self.links.push((leader, self.heads[slot]));
                // 22 links for each of 100,000 leaders.
                self.heads[slot] = self.links.len() as u32;
            }
        }
    }

    fn slot_of(&self, key: u64) -> usize {
        (key & (self.heads.len() as u64 - 1)) as usize
    }
}

const MIX: u64 = 0xA409_3822_299F_31D0;
const MIX_FACTOR: u64 = 0x082E_FA98_EC4E_6C89;

/// Factors and addends of the hash functions: the numbers of SplitMix64, odd factors.
const FUNCTIONS: [(u64, u64); HASHES] = {
    let mut functions = [(0, 0); HASHES];
    let mut state = 0_u64;
    let mut at = 0;
    while at < HASHES {
        let (factor, addend);
        (factor, state) = next_random(state);
        (addend, state) = next_random(state);
        functions[at] = (factor | 1, addend);
        at += 1;
    }
    functions
};

const fn next_random(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut value = state;
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (value ^ (value >> 31), state)
}

fn hash_of(shingle: &[u32]) -> u32 {
    (hash_all(shingle, 0) >> 32) as u32
}

fn hash_all(values: &[u32], seed: u64) -> u64 {
    let mix = |hash, &one: &u32| fold_product(hash ^ u64::from(one), MIX_FACTOR);
    values.iter().fold(MIX ^ seed, mix)
}
