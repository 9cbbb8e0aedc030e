//! What the presence pass has seen of a message.
//!
//! In: what [`Glance`](super::glance::Glance) sees in each turn. Out: [`Sights`], the terms with their places in the row
//! of folded characters, and what the full scan has to look for besides. It knows no term itself.

use super::alphabet::{Alphabet, Glyph};
use super::sound::SoundIndex;
use super::{NO_TERM, USUAL_HITS};
use crate::lexicon::class_set::ClassSet;
use crate::lexicon::pattern::ClassId;
use crate::normalize::CharKind;

/// A term of which the row shows only a part.
pub(super) const VAGUE: u32 = NO_TERM - 1;

/// A term seen, once for each of its classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) class: ClassId,
    /// [`NO_TERM`] for a number and for words that only sound like one, [`VAGUE`] for a part of a term.
    pub(super) term: u32,
    /// Its characters in the row.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A sight of very characters by itself: without the row, which holds the next message when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) class: ClassId,
    pub(super) term: u32,
    /// Where its first and its last character begin in the source, in bytes.
    pub(super) first: u32,
    pub(super) last: u32,
    /// Nothing was skipped between its characters.
    pub(super) is_whole: bool,
}

impl Sight {
    /// A term of these very characters.
    pub(super) fn is_exact(self) -> bool {
        self.term < VAGUE
    }
}

/// What was seen in a message; kept from message to message for its memory.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    /// The folded characters of the last turn, without those that a restored reading may skip.
    pub(super) row: Vec<Glyph>,
    /// Where each of them begins in the source.
    pub(super) bytes: Vec<u32>,
    pub(super) terms: Vec<Sight>,
    pub(super) present: ClassSet,
    /// Present classes of which some place isn't known.
    pub(super) unplaced: ClassSet,
    pub(super) has_unplaced: bool,
    /// A written form of a restored reading was seen.
    pub(super) has_form: bool,
    /// A term that only sounds like one was seen.
    pub(super) has_sound: bool,
    /// Something that a restored reading skips stands inside a term seen.
    pub(super) has_gap: bool,
    /// A term was seen of which the row doesn't tell where it stands, or a character that is read as several.
    pub(super) is_vague: bool,
    /// A character was seen that is a term and also what the row shows of a longer one.
    pub(super) is_mixed: bool,
    /// Something that the row leaves out is a term.
    pub(super) has_symbol: bool,
    /// Places of the row of the last turn where something may stand.
    pub(super) places: Found,
    /// Places of the row of the last turn before which something was skipped.
    pub(super) gaps: Vec<u32>,
    /// Those of them that a restored reading closes.
    closed: Vec<u32>,
    /// A run of letters that may be pinyin was seen.
    pub(super) has_letters: bool,
}

impl Sights {
    pub(super) fn reset(&mut self, classes: usize) {
        self.terms.clear();
        self.present.reset(classes);
        self.unplaced.reset(classes);
        (self.has_form, self.has_letters, self.has_unplaced) = (false, false, false);
        (self.has_sound, self.has_gap) = (false, false);
        (self.is_vague, self.is_mixed, self.has_symbol) = (false, false, false);
    }

    /// The sights of very characters that somebody asks for, in order.
    pub(super) fn tell(&self, is_asked: impl Fn(Sight) -> bool) -> Vec<Told> {
        let asked = self
            .terms
            .iter()
            .filter(|sight| sight.is_exact() && is_asked(**sight));
        let asked = asked.map(|sight| Told {
            class: sight.class,
            term: sight.term,
            first: self.bytes[sight.start as usize],
            last: self.bytes[sight.end as usize - 1],
            is_whole: !holds_gap(&self.gaps, sight),
        });
        let mut told = Vec::with_capacity(USUAL_HITS);
        told.extend(asked);
        told
    }

    /// Whether something was skipped inside this part of the row or at one of its ends.
    pub(super) fn touches_gap(&self, start: usize, end: usize) -> bool {
        let next = self.gaps.partition_point(|&gap| (gap as usize) < start);
        self.gaps.get(next).is_some_and(|&gap| gap as usize <= end)
    }

    /// Looks whether a gap that a restored reading closes stands inside one of the terms from this one on: between two
    /// Han characters or two letters.
    pub(super) fn mind_gaps(&mut self, first_term: usize) {
        let Self {
            gaps,
            closed,
            row,
            terms,
            ..
        } = self;
        closed.clear();
        closed.extend(gaps.iter().filter(|&&gap| {
            let neighbours = (gap as usize)
                .checked_sub(1)
                .and_then(|before| row.get(before..before + 2));
            neighbours.is_some_and(|beside| {
                let both = |kind| beside.iter().all(|glyph| glyph.is(kind));
                both(CharKind::Han) || both(CharKind::Letter)
            })
        }));
        let has_gap = |sight: &Sight| sight.term != NO_TERM && holds_gap(closed, sight);
        self.has_gap |= !closed.is_empty() && terms[first_term..].iter().any(has_gap);
    }

    /// Adds a class whose place isn't known.
    pub(super) fn add_unplaced(&mut self, class: ClassId) {
        self.present.insert(class);
        self.unplaced.insert(class);
        self.has_unplaced = true;
    }

    #[inline]
    pub(super) fn add(&mut self, term: u32, classes: &[ClassId], start: usize, end: usize) {
        for &class in classes {
            self.present.insert(class);
        }
        self.terms.extend(classes.iter().map(|&class| Sight {
            class,
            term,
            start: start as u32,
            end: end as u32,
        }));
    }
}

/// Whether one of these gaps lies between the characters of a sight.
fn holds_gap(gaps: &[u32], sight: &Sight) -> bool {
    let next = gaps.partition_point(|&gap| gap <= sight.start);
    gaps.get(next).is_some_and(|&gap| gap < sight.end)
}

/// The places of a row where something may stand. The buffers are longer than what they hold.
#[derive(Debug, Default)]
pub(super) struct Found {
    singles: Vec<u32>,
    pairs: Vec<(u32, u16)>,
    sounds: Vec<u32>,
    counts: [usize; 3],
}

impl Found {
    /// Finds the characters that are terms or forms, the pairs under which terms are filed, and the pairs of syllables
    /// that begin a term. Every place is written, and kept by counting on: nothing tells what comes next.
    pub(super) fn find(&mut self, row: &[Glyph], alphabet: &Alphabet, sound: &SoundIndex) {
        if self.singles.len() < row.len() {
            self.singles.resize(row.len(), 0);
            self.pairs.resize(row.len(), (0, 0));
            self.sounds.resize(row.len(), 0);
        }
        let [mut singles, mut pairs, mut sounds] = [0; 3];
        let (mut previous, mut spoken) = (0, 0);
        for (at, &glyph) in (0..).zip(row) {
            let (code, syllable) = (glyph.code(), glyph.syllable());
            self.singles[singles] = at;
            singles += usize::from(glyph.is_single());
            let terms = alphabet.terms_or_none(previous, code);
            self.pairs[pairs] = (at, terms as u16);
            pairs += usize::from(terms.wrapping_sub(1) < u32::from(u16::MAX));
            self.sounds[sounds] = at;
            sounds += usize::from((spoken != 0) & (syllable != 0) & sound.may_hear(spoken, syllable));
            (previous, spoken) = (code, syllable);
        }
        self.counts = [singles, pairs, sounds];
    }

    /// How many places there are.
    pub(super) fn count(&self) -> u64 {
        self.counts.iter().map(|&count| count as u64).sum()
    }

    pub(super) fn singles(&self) -> &[u32] {
        &self.singles[..self.counts[0]]
    }

    pub(super) fn pairs(&self) -> &[(u32, u16)] {
        &self.pairs[..self.counts[1]]
    }

    pub(super) fn sounds(&self) -> &[u32] {
        &self.sounds[..self.counts[2]]
    }
}

/// The digits of the longest number with a shape of its own, and one more.
pub(super) const MOST_DIGITS: usize = 20;

/// Digits that stand together.
#[derive(Default)]
pub(super) struct Number {
    pub(super) digits: [u8; MOST_DIGITS],
    pub(super) length: usize,
    /// An opening bracket stands before them.
    pub(super) is_bracketed: bool,
}

impl Number {
    pub(super) fn push(&mut self, digit: char, before: char) {
        if self.length == 0 {
            self.is_bracketed = matches!(before, '(' | '（' | '[' | '〔');
        }
        if let Some(place) = self.digits.get_mut(self.length) {
            *place = digit as u8;
        }
        self.length += 1;
    }
}
