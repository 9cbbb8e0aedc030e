//! The characters that a lexicon knows, by code, and what stands for them and for pairs of them.
//!
//! In: the characters of terms, forms and of the second opinion's model. Out: for every character of a source a
//! [`Glyph`], for every code [`CharacterFacts`], for every pair of codes [`PairFacts`]. Search and opinion look up
//! the same cells, so what the opinion has just read is still at hand when the search begins.
//!
//! Pairs are kept by row displacement: the pairs of one first character keep their distances, and these rows lie over
//! each other where they have gaps. So a pair costs one load, and all pairs together fit into a second-level cache;
//! a hash table twice as large took the opinion 1.6 times as long.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::NO_TERM;
use super::sound::SoundIndex;
use super::tally::Measure;
use crate::lexicon::Folds;
use crate::lexicon::compiled::sorted;
use crate::lexicon::flat::{self, Table, flat_struct};
use crate::normalize::{CharKind, Signs};

/// A character as the passes see it: code among the lexicon's characters (bits 0–13, 0 for none), syllable (14–23),
/// kind (24–27), whether a picture may begin with it (28), and whether it alone is a term or a form (29).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph(u32);

/// A list of classes: place of the first (bits 8–31), number (0–7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct List(pub(super) u32);

/// What stands for a character alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct CharacterFacts {
    /// The term that it is, [`NO_TERM`] for none, and its classes.
    pub(super) term: u32,
    pub(super) classes: List,
    /// It is what the row shows of another term, too.
    pub(super) is_vague: bool,
    /// It is a written form of restored readings.
    pub(super) is_form: bool,
    /// The number of its gram in the second opinion's model, from 1 on; 0 for none.
    pub(super) gram: u32,
}

/// What stands for a pair of neighbours.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PairFacts {
    /// Its share in the second opinion.
    pub(super) weight: i8,
    /// The number of the list of terms filed under it, from 1 on; 0 for none.
    pub(super) terms: u16,
    /// The number of its gram in the second opinion's model, from 1 on; 0 for none.
    pub(super) gram: u32,
}

/// What the opinion reads of a pair, by its second character in the row of its first.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// 0 for none.
    first: u16,
    weight: i8,
    is_grave: bool,
}

/// What the search reads of a pair, by its second character in the row of its first: that first character (bits
/// 16–31, 0 for none) and the number of the list of terms filed under it (0–15).
#[derive(Debug, Clone, Copy, Default)]
struct TermCell(u32);

/// What the opinion reads of a character: where the row of its pairs begins (bits 8–31), its own share (0–7).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Voice(u32);

/// A character as the second opinion hears it: the code of its token (bits 0–13), whether a run of them is one token
/// (14), whether it is no token, more than one, or ends a sentence (15): then its glyph tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard(u16);

/// Codes, and what stands for them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) struct Alphabet {
    /// The characters of the Basic Multilingual Plane.
    glyphs: Table<Glyph>,
    /// Codes of folded characters: from 1 on.
    #[serde(serialize_with = "sorted")]
    codes: FxHashMap<char, u16>,
    /// The characters of the codes.
    #[serde(with = "flat")]
    coded: Vec<char>,
    #[serde(with = "flat")]
    facts: Vec<CharacterFacts>,
    #[serde(with = "flat")]
    voices: Vec<Voice>,
    /// How the second opinion hears the characters of the Basic Multilingual Plane.
    #[serde(skip)]
    heard: Vec<Heard>,
    cells: Table<Cell>,
    /// What the search reads of a pair, at the same places.
    terms: Table<TermCell>,
    /// The grams of the cells.
    grams: Table<u32>,
}

/// The tables of the second opinion. Their lengths are known, so that no look-up but the last asks for them.
#[derive(Clone, Copy)]
pub(super) struct Ears<'a> {
    heard: &'a [Heard; PLANE],
    voices: &'a [Voice; CODES],
    cells: &'a Table<Cell>,
}

/// Characters of the Basic Multilingual Plane.
const PLANE: usize = 1 << 16;

const CODE_BITS: u32 = 14;
/// Codes that there can be.
const CODES: usize = 1 << CODE_BITS;
const SYLLABLE_BITS: u32 = 10;

/// How far below the last row of its length a row looks for a gap: all the way down saves 2 % of the cells and takes
/// three times as long.
const LOOK_BACK: usize = 16_000;

const KIND_SHIFT: u32 = CODE_BITS + SYLLABLE_BITS;
const PICTURE: u32 = 1 << (KIND_SHIFT + 4);
const SINGLE: u32 = 1 << (KIND_SHIFT + 5);

pub(super) const TRANSPARENT: u32 =
    1 << CharKind::Symbol as u32 | 1 << CharKind::Space as u32 | 1 << CharKind::Invisible as u32;

const BREAKS: u32 =
    1 << CharKind::Clause as u32 | 1 << CharKind::Sentence as u32 | 1 << CharKind::List as u32;

impl Default for CharacterFacts {
    fn default() -> Self {
        Self {
            term: NO_TERM,
            classes: List::default(),
            is_vague: false,
            is_form: false,
            gram: 0,
        }
    }
}

flat_struct!(Glyph(u32));
flat_struct!(List(u32));
flat_struct!(TermCell(u32));
flat_struct!(Voice(u32));
flat_struct!(Cell {
    first: u16,
    weight: i8,
    is_grave: bool,
});
flat_struct!(CharacterFacts {
    term: u32,
    classes: List,
    is_vague: bool,
    is_form: bool,
    gram: u32,
});

impl Glyph {
    fn new(code: u16, syllable: u16, kind: CharKind, is_picture: bool, is_single: bool) -> Self {
        let picture = if is_picture { PICTURE } else { 0 };
        let single = if is_single { SINGLE } else { 0 };
        let kind = (kind as u32) << KIND_SHIFT;
        Glyph(u32::from(code) | u32::from(syllable) << CODE_BITS | kind | picture | single)
    }

    pub(super) fn code(self) -> u16 {
        (self.0 & ((1 << CODE_BITS) - 1)) as u16
    }

    pub(super) fn syllable(self) -> u16 {
        (self.0 >> CODE_BITS & ((1 << SYLLABLE_BITS) - 1)) as u16
    }

    pub(super) fn kind_number(self) -> u32 {
        self.0 >> KIND_SHIFT & 15
    }

    pub(super) fn is(self, kind: CharKind) -> bool {
        self.kind_number() == kind as u32
    }

    /// The same character, not counted between steps.
    pub(super) fn as_other_word(self) -> Self {
        Glyph(self.0 & !(15 << KIND_SHIFT) | (CharKind::OtherWord as u32) << KIND_SHIFT)
    }

    pub(super) fn is_break(self) -> bool {
        1 << self.kind_number() & BREAKS != 0
    }

    pub(super) fn is_transparent(self) -> bool {
        1 << self.kind_number() & TRANSPARENT != 0
    }

    /// Whether it alone is a term or a form.
    pub(super) fn is_single(self) -> bool {
        self.0 & SINGLE != 0
    }

    pub(super) fn may_begin_picture(self) -> bool {
        self.0 & PICTURE != 0
    }
}

impl Voice {
    fn row(self) -> usize {
        (self.0 >> 8) as usize
    }

    fn share(self) -> i8 {
        self.0 as u8 as i8
    }

    fn set_row(&mut self, row: usize) {
        assert!(row < 1 << 24, "all pairs fit into far fewer places");
        self.0 = (row as u32) << 8 | self.0 & 0xFF;
    }

    fn set_share(&mut self, share: i8) {
        self.0 = self.0 & !0xFF | u32::from(share as u8);
    }
}

impl Heard {
    const RUNS: u16 = 1 << CODE_BITS;
    const SPECIAL: u16 = 1 << (CODE_BITS + 1);

    fn new(character: char, glyph: Glyph, measure: &Measure) -> Self {
        if glyph.is(CharKind::Several) || glyph.is(CharKind::Sentence) {
            return Heard(Self::SPECIAL);
        }
        match measure.token(character, glyph) {
            Some((code, true)) => Heard(code | Self::RUNS),
            Some((code, false)) => Heard(code),
            None => Heard(Self::SPECIAL),
        }
    }

    #[inline]
    pub(super) fn code(self) -> u16 {
        self.0 & (Self::RUNS - 1)
    }

    #[inline]
    pub(super) fn runs(self) -> bool {
        self.0 & Self::RUNS != 0
    }

    #[inline]
    pub(super) fn is_special(self) -> bool {
        self.0 & Self::SPECIAL != 0
    }
}

impl Ears<'_> {
    /// How the second opinion hears a character.
    #[inline(always)]
    pub(super) fn hear(self, character: char) -> Heard {
        match u16::try_from(u32::from(character)) {
            Ok(code) => self.heard[usize::from(code)],
            Err(_) => Heard(Heard::SPECIAL),
        }
    }

    /// What the second opinion reads of a code.
    #[inline(always)]
    pub(super) fn voice(self, code: u16) -> Voice {
        self.voices[usize::from(code) % CODES]
    }

    /// The share of a character and of the pair that it ends, and whether that pair is a grave term's. No branch:
    /// half of all pairs have a cell, and nothing tells which.
    #[inline(always)]
    pub(super) fn share(self, before: (u16, Voice), own: (u16, Voice)) -> (i32, bool) {
        let cell = self.cells.at(before.1.row() + usize::from(own.0));
        let is_it = cell.first == before.0;
        let pair = i32::from(cell.weight) * i32::from(is_it);
        (i32::from(own.1.share()) + pair, cell.is_grave & is_it)
    }
}

/// The cells that are taken: one bit each, the free ones set.
#[derive(Default)]
struct Free(Vec<u64>);

impl Free {
    fn is_free(&self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_none_or(|bits| bits >> (place % 64) & 1 != 0)
    }

    /// 64 places from this one on.
    fn from(&self, place: usize) -> u64 {
        let word = |at: usize| self.0.get(at).copied().unwrap_or(u64::MAX);
        let (at, shift) = (place / 64, place % 64);
        match shift {
            0 => word(at),
            _ => word(at) >> shift | word(at + 1) << (64 - shift),
        }
    }

    fn take(&mut self, place: usize) {
        let words = self.0.len().max(place / 64 + 1);
        self.0.resize(words, u64::MAX);
        self.0[place / 64] &= !(1 << (place % 64));
    }

    /// The first start, not below this one, from which all of these distances are free.
    fn first_fit(&self, lowest: usize, distances: impl Iterator<Item = usize> + Clone) -> usize {
        let mut start = lowest;
        loop {
            let mut fits = u64::MAX;
            for distance in distances.clone() {
                fits &= self.from(start + distance);
                if fits == 0 {
                    break;
                }
            }
            if fits != 0 {
                return start + fits.trailing_zeros() as usize;
            }
            start += 64;
        }
    }
}

impl Alphabet {
    /// An alphabet without characters.
    pub(super) fn new() -> Self {
        Self {
            glyphs: Table::default(),
            codes: FxHashMap::default(),
            coded: vec!['\0'],
            facts: vec![CharacterFacts::default()],
            voices: vec![Voice::default()],
            heard: Vec::new(),
            cells: Table::default(),
            terms: Table::default(),
            grams: Table::default(),
        }
    }

    /// The code of a folded character; a new one gets the next.
    pub(super) fn enter(&mut self, character: char) -> u16 {
        let next = self.coded.len() as u16;
        let code = *self.codes.entry(character).or_insert(next);
        if code == next {
            self.coded.push(character);
            self.facts.push(CharacterFacts::default());
            self.voices.push(Voice::default());
        }
        code
    }

    /// Files what stands for pairs. Every character must have been entered.
    pub(super) fn file(&mut self, pairs: &BTreeMap<(u16, u16), PairFacts>) {
        let mut rows: Vec<(u16, Vec<(usize, PairFacts)>)> = Vec::new();
        for (&(first, second), &facts) in pairs {
            let entry = (usize::from(second), facts);
            match rows.last_mut() {
                Some((last, row)) if *last == first => row.push(entry),
                _ => rows.push((first, vec![entry])),
            }
        }
        // The fullest rows first: the short ones fill their gaps.
        rows.sort_by_key(|(first, row)| (usize::MAX - row.len(), *first));
        let (mut free, mut lowest, mut end) = (Free::default(), 0, 0);
        // Where the last row of the same length went: far below it hardly another one fits.
        let (mut length, mut last_fit) = (0, 0_usize);
        for (first, row) in &rows {
            let least = row[0].0;
            let distances = row.iter().map(|(second, _)| second - least);
            if row.len() != length {
                (length, last_fit) = (row.len(), 0);
            }
            let fit = free.first_fit(
                lowest.max(least).max(last_fit.saturating_sub(LOOK_BACK)),
                distances,
            );
            last_fit = fit;
            let start = fit - least;
            for (second, _) in row {
                free.take(start + second);
            }
            end = end.max(start + row[row.len() - 1].0 + 1);
            self.voices[usize::from(*first)].set_row(start);
            while !free.is_free(lowest) {
                lowest += 1;
            }
        }
        // Every character may follow every other: no place is beyond the end.
        let places = end + self.coded.len();
        let mut cells = vec![Cell::default(); places];
        let mut terms = vec![TermCell::default(); places];
        let mut grams = vec![0; places];
        for (first, row) in rows {
            for (second, facts) in row {
                let place = self.place(first, second as u16);
                cells[place] = Cell {
                    first,
                    weight: facts.weight,
                    is_grave: false,
                };
                terms[place] = TermCell(u32::from(first) << 16 | u32::from(facts.terms));
                grams[place] = facts.gram;
            }
        }
        self.cells = cells.into_iter().collect();
        self.terms = terms.into_iter().collect();
        self.grams = grams.into_iter().collect();
    }

    /// Notes the pairs whose list of terms is a grave one.
    pub(super) fn mark_grave(&mut self, is_grave: impl Fn(u16) -> bool) {
        let marked = self
            .cells
            .iter()
            .zip(self.terms.iter())
            .map(|(cell, terms)| Cell {
                is_grave: is_grave(terms.0 as u16),
                ..cell
            });
        self.cells = marked.collect();
    }

    /// Fills the table of characters, once all are entered.
    pub(super) fn draw(&mut self, folds: &Folds, sound: &SoundIndex) {
        let glyphs = (0..PLANE as u32).map(|code| match char::from_u32(code) {
            Some(character) => self.compute(character, folds, sound),
            None => Glyph::new(0, 0, CharKind::Symbol, false, false),
        });
        self.glyphs = glyphs.collect();
    }

    /// How the passes see a character.
    #[inline]
    pub(super) fn glyph(&self, character: char, folds: &Folds, sound: &SoundIndex) -> Glyph {
        match self.glyphs.get(character as usize) {
            Some(glyph) => glyph,
            None => self.compute(character, folds, sound),
        }
    }

    fn compute(&self, character: char, folds: &Folds, sound: &SoundIndex) -> Glyph {
        let (folded, kind) = folds.table.folded(character, &mut Signs::default());
        let code = self.codes.get(&folded).copied().unwrap_or(0);
        let is_picture = kind == CharKind::Symbol && folds.restorations.may_begin(character);
        let CharacterFacts { classes, is_form, .. } = *self.facts(code);
        let is_single = classes != List::default() || is_form;
        Glyph::new(
            code,
            sound.syllable(u32::from(folded)),
            kind,
            is_picture,
            is_single,
        )
    }

    /// The character of a code.
    pub(super) fn character(&self, code: u16) -> char {
        self.coded[usize::from(code)]
    }

    /// What stands for a code.
    #[inline]
    pub(super) fn facts(&self, code: u16) -> &CharacterFacts {
        &self.facts[usize::from(code)]
    }

    pub(super) fn facts_mut(&mut self, code: u16) -> &mut CharacterFacts {
        &mut self.facts[usize::from(code)]
    }

    /// Fills the table of what the second opinion hears, once the glyphs are drawn.
    pub(super) fn fill_heard(&mut self, measure: &Measure) {
        let heard = |(code, glyph): (u32, Glyph)| match char::from_u32(code) {
            Some(character) => Heard::new(character, glyph, measure),
            None => Heard(Heard::SPECIAL),
        };
        self.heard = (0..).zip(self.glyphs.iter()).map(heard).collect();
        self.voices.resize(CODES, Voice::default());
    }

    /// The tables that the second opinion reads; they must be filled.
    #[inline]
    pub(super) fn ears(&self) -> Ears<'_> {
        Ears {
            heard: self.heard.first_chunk().expect("the table is filled"),
            voices: self.voices.first_chunk().expect("the table is filled"),
            cells: &self.cells,
        }
    }

    /// The list of the terms filed under a pair; 0, or what doesn't fit into 16 bits, for none. So it takes no branch,
    /// which nothing could foresee: an `if` here took a fifth of the time of the whole pass.
    #[inline]
    pub(super) fn terms_or_none(&self, first: u16, second: u16) -> u32 {
        self.terms.at(self.place(first, second)).0 ^ u32::from(first) << 16
    }

    /// The list of the terms filed under a pair; 0 for none.
    pub(super) fn terms(&self, first: u16, second: u16) -> u16 {
        u16::try_from(self.terms_or_none(first, second)).unwrap_or(0)
    }

    /// The number of a pair's gram; 0 for none.
    #[inline]
    pub(super) fn gram(&self, first: u16, second: u16) -> u32 {
        let place = self.place(first, second);
        self.grams.at(place) * u32::from(self.cells.at(place).first == first)
    }

    #[inline]
    fn place(&self, first: u16, second: u16) -> usize {
        self.voices[usize::from(first)].row() + usize::from(second)
    }

    pub(super) fn set_weight(&mut self, code: u16, weight: i8) {
        self.voices[usize::from(code)].set_share(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_pair_apart() {
        let mut alphabet = Alphabet::new();
        let codes: Vec<u16> = ('一'..'丢').map(|character| alphabet.enter(character)).collect();
        let mut pairs = BTreeMap::new();
        for (&first, step) in codes.iter().zip(1..) {
            for &second in codes.iter().step_by(step) {
                let terms = first * 100 + second;
                pairs.insert(
                    (first, second),
                    PairFacts {
                        terms,
                        ..PairFacts::default()
                    },
                );
            }
        }
        alphabet.file(&pairs);
        for (&first, step) in codes.iter().zip(1..) {
            for (at, &second) in codes.iter().enumerate() {
                let terms = (first * 100 + second) * u16::from(at % step == 0);
                assert_eq!(alphabet.terms(first, second), terms);
            }
        }
        assert_eq!(alphabet.terms(0, codes[0]), 0);
    }
}
