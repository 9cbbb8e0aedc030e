//! The values of a slot, counted in little memory.
//!
//! In: values in the order of their messages. Out: the most frequent ones with their counts. Promise: a count is never
//! above the true one, and what it may lack is said: exact as long as no more values came than are kept, after that a
//! newcomer takes the place of the least frequent one and carries that one's count as its error (the "space saving" of
//! Metwally, Agrawal and El Abbadi, 2005). It masks nothing.

use super::{SlotKind, cut};

/// Bytes of a value that are kept: a link with its parameters.
const MAX_VALUE_BYTES: usize = 200;

/// Bytes that a value takes besides its text: the row, the allocation.
const VALUE_OVERHEAD_BYTES: usize = size_of::<Counted>() + 16;

/// A value and how often it came.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) value: Box<str>,
    pub(super) kind: SlotKind,
    pub(super) seen: u64,
    /// How often it may have come before it was kept.
    pub(super) error: u64,
}

/// The most frequent values of a slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) list: Vec<Counted>,
    /// A value that isn't kept came at most so often.
    pub(super) floor: u64,
}

impl Counted {
    fn most(&self) -> u64 {
        self.seen + self.error
    }

    fn bytes(&self) -> usize {
        self.value.len() + VALUE_OVERHEAD_BYTES
    }
}

impl Values {
    /// Counts a value among at most `limit`; gives the bytes that this takes and the bytes that it gives back.
    pub(super) fn add(&mut self, value: &str, kind: SlotKind, limit: usize) -> (usize, usize) {
        let value = cut(value, MAX_VALUE_BYTES);
        if let Some(known) = self.list.iter_mut().find(|known| *known.value == *value) {
            known.seen += 1;
            known.kind = known.kind.or(kind);
            return (0, 0);
        }
        let mut counted = Counted {
            value: value.into(),
            kind,
            seen: 1,
            error: self.floor,
        };
        if self.list.len() < limit {
            let taken = counted.bytes();
            self.list.push(counted);
            return (taken, 0);
        }
        let Some(least) = self.list.iter_mut().min_by_key(|known| known.most()) else {
            self.floor += 1;
            return (0, 0);
        };
        self.floor = self.floor.max(least.most());
        counted.error = self.floor;
        let bytes = (counted.bytes(), least.bytes());
        *least = counted;
        bytes
    }

    /// Keeps the `limit` most frequent ones; gives the bytes that this gives back.
    pub(super) fn trim(&mut self, limit: usize) -> usize {
        if self.list.len() <= limit {
            return 0;
        }
        // Stable: among equals the first stays.
        self.list.sort_by_key(|known| std::cmp::Reverse(known.seen));
        let dropped = self.list.split_off(limit);
        let most = dropped.iter().map(Counted::most).max().unwrap_or(0);
        self.floor = self.floor.max(most);
        self.list.shrink_to_fit();
        dropped.iter().map(Counted::bytes).sum()
    }

    /// Adds the values of the same slot in a near skeleton.
    pub(super) fn merge(&mut self, other: Values, limit: usize) {
        for own in &mut self.list {
            if !other.list.iter().any(|theirs| theirs.value == own.value) {
                own.error += other.floor;
            }
        }
        let own_floor = self.floor;
        for mut theirs in other.list {
            match self.list.iter_mut().find(|own| own.value == theirs.value) {
                Some(own) => {
                    own.seen += theirs.seen;
                    own.error += theirs.error;
                    own.kind = own.kind.or(theirs.kind);
                }
                None => {
                    theirs.error += own_floor;
                    self.list.push(theirs);
                }
            }
        }
        self.floor += other.floor;
        self.trim(limit);
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.list.iter().map(Counted::bytes).sum()
    }
}
