//! Sets of classes: one bit a class.

use serde::{Deserialize, Serialize};

use super::flat::{self, flat_struct};
use super::pattern::ClassId;

/// Classes of a list that stand in one word of a [`ClassSet`]. The classes of a step were named one after the other,
/// so a list of them is one or two of these.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mask {
    word: u32,
    bits: u64,
}

flat_struct!(Mask { word: u32, bits: u64 });

/// The masks of some classes.
pub(crate) fn masks<'c>(classes: impl IntoIterator<Item = &'c ClassId>) -> Vec<Mask> {
    let mut masks: Vec<Mask> = Vec::new();
    for class in classes {
        let (word, bit) = (u32::from(class.0 / 64), 1 << (class.0 % 64));
        match masks.iter_mut().find(|mask| mask.word == word) {
            Some(mask) => mask.bits |= bit,
            None => masks.push(Mask { word, bits: bit }),
        }
    }
    masks
}

/// A set of classes of one lexicon. A message shows a hundred of thousands, so a second row tells which words of the
/// first hold anything: going through all words took longer than what was done with the classes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClassSet {
    #[serde(with = "flat")]
    words: Vec<u64>,
    /// One bit a word.
    filled: Vec<u64>,
}

/// More filled words than this are cleared all together: that takes as long as to clear so many one by one.
const MOST_CLEARED: u32 = 16;

impl ClassSet {
    /// The empty set for a lexicon of so many classes.
    pub(crate) fn new(classes: usize) -> Self {
        let mut set = Self::default();
        set.reset(classes);
        set
    }

    /// Empties it and makes room for so many classes.
    pub(crate) fn reset(&mut self, classes: usize) {
        let words = classes.div_ceil(64);
        if self.words.len() != words {
            self.words = vec![0; words];
        } else if self.filled.iter().map(|bits| bits.count_ones()).sum::<u32>() > MOST_CLEARED {
            self.words.fill(0);
        } else {
            for_each_bit(0, &self.filled, |word| self.words[word] = 0);
        }
        self.filled.clear();
        self.filled.resize(words.div_ceil(64), 0);
    }

    #[inline]
    pub(crate) fn insert(&mut self, class: ClassId) {
        self.insert_bits(usize::from(class.0 / 64), 1 << (class.0 % 64));
    }

    #[inline]
    fn insert_bits(&mut self, word: usize, bits: u64) {
        self.words[word] |= bits;
        self.filled[word / 64] |= 1 << (word % 64);
    }

    #[inline]
    pub(crate) fn contains(&self, class: ClassId) -> bool {
        self.words[class.0 as usize / 64] & (1 << (class.0 % 64)) != 0
    }

    /// Whether it holds one of these classes.
    #[inline]
    pub(crate) fn meets(&self, masks: &[Mask]) -> bool {
        masks
            .iter()
            .any(|mask| self.words[mask.word as usize] & mask.bits != 0)
    }

    /// Adds all of these classes.
    #[inline]
    pub(crate) fn insert_all(&mut self, masks: &[Mask]) {
        for mask in masks {
            self.insert_bits(mask.word as usize, mask.bits);
        }
    }

    /// Adds those of these classes that another set holds, too. No branch: nothing foresees which it holds.
    #[inline]
    pub(crate) fn insert_held(&mut self, masks: &[Mask], other: &ClassSet) {
        for mask in masks {
            let word = mask.word as usize;
            let held = other.words[word] & mask.bits;
            self.words[word] |= held;
            self.filled[word / 64] |= u64::from(held != 0) << (word % 64);
        }
    }

    /// Calls `visit` for each of these classes that it holds.
    #[inline]
    pub(crate) fn for_each_of(&self, masks: &[Mask], mut visit: impl FnMut(ClassId)) {
        for mask in masks {
            let held = self.words[mask.word as usize] & mask.bits;
            for_each_bit(mask.word as usize, &[held], |class| visit(ClassId(class as u16)));
        }
    }

    /// Whether it holds one of these classes of which that is true; asks no more after the first.
    #[inline]
    pub(crate) fn any_of(&self, masks: &[Mask], mut is_true: impl FnMut(ClassId) -> bool) -> bool {
        masks.iter().any(|mask| {
            let mut held = self.words[mask.word as usize] & mask.bits;
            while held != 0 {
                if is_true(ClassId((mask.word * 64 + held.trailing_zeros()) as u16)) {
                    return true;
                }
                held &= held - 1;
            }
            false
        })
    }

    /// Calls `visit` for each class, in order.
    pub(crate) fn for_each(&self, visit: impl FnMut(ClassId)) {
        self.for_each_in(self, visit);
    }

    /// Calls `visit` for each class that is also in `mask`, in order.
    #[inline]
    pub(crate) fn for_each_in(&self, mask: &ClassSet, mut visit: impl FnMut(ClassId)) {
        for_each_bit(0, &self.filled, |word| {
            let held = self.words[word] & mask.words[word];
            for_each_bit(word, &[held], |class| visit(ClassId(class as u16)));
        });
    }
}

/// Calls `visit` for the number of each bit of these words, the first of which is number `first`.
#[inline]
fn for_each_bit(first: usize, words: &[u64], mut visit: impl FnMut(usize)) {
    for (word, &bits) in (first..).zip(words) {
        let mut bits = bits;
        while bits != 0 {
            visit(word * 64 + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
}

impl Extend<ClassId> for ClassSet {
    fn extend<T: IntoIterator<Item = ClassId>>(&mut self, classes: T) {
        classes.into_iter().for_each(|class| self.insert(class));
    }
}
