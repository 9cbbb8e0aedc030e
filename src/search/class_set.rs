//! Sets of classes: one bit a class.

use crate::lexicon::pattern::ClassId;

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

    /// Calls `visit` for each class, in order.
    pub(crate) fn for_each(&self, visit: impl FnMut(ClassId)) {
        self.for_each_in(self, visit);
    }

    /// Calls `visit` for each class that is also in `mask`, in order.
    #[inline]
    pub(crate) fn for_each_in(&self, mask: &ClassSet, mut visit: impl FnMut(ClassId)) {
        for (word, (&own, &mask)) in (0..).zip(self.0.iter().zip(&mask.0)) {
            let mut bits = own & mask;
            while bits != 0 {
                visit(ClassId(word * 64 + bits.trailing_zeros() as u16));
                bits &= bits - 1;
            }
        }
    }
}

impl Extend<ClassId> for ClassSet {
    fn extend<T: IntoIterator<Item = ClassId>>(&mut self, classes: T) {
        classes.into_iter().for_each(|class| self.insert(class));
    }
}
