//! All terms of a lexicon, one after the other in a few rows.
//!
//! In: [`Term`]s as they are found in the files. Out: [`Terms`], by index. There are tens of thousands, and most messages
//! ask for none: as objects of their own they took a quarter of the start-up.

use serde::{Deserialize, Serialize};

use super::flat;
use super::pattern::ClassId;

/// A literal string in its plain form, with all classes that hold it.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) classes: Vec<ClassId>,
    /// Whether it may be read by sound.
    pub(crate) has_sound: bool,
}

/// The terms of a lexicon.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Terms {
    texts: String,
    #[serde(with = "flat")]
    classes: Vec<ClassId>,
    #[serde(with = "flat")]
    rows: Vec<Row>,
}

/// Where a term's part of the rows ends; it begins where the one before ends.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    text: u32,
    classes: u32,
    characters: u16,
    has_sound: bool,
}

flat::flat_struct!(Row {
    text: u32,
    classes: u32,
    characters: u16,
    has_sound: bool,
});

impl Terms {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The plain form of a term.
    pub(crate) fn text(&self, term: usize) -> &str {
        &self.texts[self.before(term).text as usize..self.rows[term].text as usize]
    }

    /// Its characters.
    pub(crate) fn characters(&self, term: usize) -> usize {
        usize::from(self.rows[term].characters)
    }

    /// The classes that hold it.
    #[inline]
    pub(crate) fn classes(&self, term: usize) -> &[ClassId] {
        &self.classes[self.before(term).classes as usize..self.rows[term].classes as usize]
    }

    /// Whether it may be read by sound.
    pub(crate) fn has_sound(&self, term: usize) -> bool {
        self.rows[term].has_sound
    }

    /// All texts, in order.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|term| self.text(term))
    }

    #[inline]
    fn before(&self, term: usize) -> Row {
        term.checked_sub(1).map_or(Row::default(), |last| self.rows[last])
    }
}

impl FromIterator<Term> for Terms {
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> Self {
        let mut own = Self::default();
        for term in terms {
            own.texts.push_str(&term.text);
            own.classes.extend(term.classes);
            own.rows.push(Row {
                text: own.texts.len() as u32,
                classes: own.classes.len() as u32,
                characters: term.text.chars().count().min(usize::from(u16::MAX)) as u16,
                has_sound: term.has_sound,
            });
        }
        own
    }
}
