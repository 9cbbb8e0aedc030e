//! Sets of classes: one bit a class.

use crate::lexicon::pattern::ClassId;

/// Classes of a list that stand in one word of a [`ClassSet`]. The classes of a step were named one after the other,
/// so a list of them is one or two of these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mask {
    word: u32,
    bits: u64,
}

/// The masks of some classes.
pub(super) fn masks<'c>(classes: impl IntoIterator<Item = &'c ClassId>) -> Vec<Mask> {
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

/// A set of classes of one lexicon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClassSet(Vec<u64>);

impl ClassSet {
    /// The empty set for a lexicon of so many classes.
    pub(crate) fn new(classes: usize) -> Self {
        Self(vec![0; classes.div_ceil(64)])
    }

    /// Empties it and makes room for so many classes.
    pub(crate) fn reset(&mut self, classes: usize) {
        self.0.clear();
        self.0.resize(classes.div_ceil(64), 0);
    }

    #[inline]
    pub(crate) fn insert(&mut self, class: ClassId) {
        self.0[class.0 as usize / 64] |= 1 << (class.0 % 64);
    }

    #[inline]
    pub(crate) fn contains(&self, class: ClassId) -> bool {
        self.0[class.0 as usize / 64] & (1 << (class.0 % 64)) != 0
    }

    /// Whether it holds one of these classes.
    #[inline]
    pub(super) fn meets(&self, masks: &[Mask]) -> bool {
        masks
            .iter()
            .any(|mask| self.0[mask.word as usize] & mask.bits != 0)
    }

    /// Adds all of these classes.
    #[inline]
    pub(super) fn insert_all(&mut self, masks: &[Mask]) {
        for mask in masks {
            self.0[mask.word as usize] |= mask.bits;
        }
    }

    /// Calls `visit` for each of these classes that it holds.
    #[inline]
    pub(super) fn for_each_of(&self, masks: &[Mask], mut visit: impl FnMut(ClassId)) {
        for mask in masks {
            visit_bits(
                mask.word as u16,
                self.0[mask.word as usize] & mask.bits,
                &mut visit,
            );
        }
    }

    /// Calls `visit` for each class, in order.
    pub(crate) fn for_each(&self, visit: impl FnMut(ClassId)) {
        self.for_each_in(self, visit);
    }

    /// Calls `visit` for each class that is also in `mask`, in order.
    #[inline]
    pub(crate) fn for_each_in(&self, mask: &ClassSet, mut visit: impl FnMut(ClassId)) {
        for (word, (&own, &mask)) in (0..).zip(self.0.iter().zip(&mask.0)) {
            visit_bits(word, own & mask, &mut visit);
        }
    }
}

#[inline]
fn visit_bits(word: u16, mut bits: u64, visit: &mut impl FnMut(ClassId)) {
    while bits != 0 {
        visit(ClassId(word * 64 + bits.trailing_zeros() as u16));
        bits &= bits - 1;
    }
}

impl Extend<ClassId> for ClassSet {
    fn extend<T: IntoIterator<Item = ClassId>>(&mut self, classes: T) {
        classes.into_iter().for_each(|class| self.insert(class));
    }
}
