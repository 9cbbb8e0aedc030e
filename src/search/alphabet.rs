//! The characters that a lexicon knows, by code, and what stands for them and for pairs of them.
//!
//! In: the characters of terms, forms and of the second opinion's model. Out: for every character of a source a
//! [`Glyph`], for every code [`CharacterFacts`], for every pair of codes [`PairFacts`]. Search and opinion look up
//! the same cells, so what the opinion has just read is still at hand when the search begins.
//!
//! The opinion's pairs and the search's are kept apart ([`Rows`]): a table that fits into a second-level cache beside all
//! else is what makes the passes fast, and the search knows a quarter of the pairs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::NO_TERM;
use super::sound::SoundIndex;
use super::tally::Measure;
use crate::lexicon::Folds;
use crate::lexicon::compiled::sorted;
use crate::lexicon::flat::{self, Flat, Table, flat_struct};
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
    /// Its share in the second opinion, at the first hearing and at the closer look.
    pub(super) weight: i8,
    pub(super) close: i8,
    /// The number of the list of terms filed under it, from 1 on; 0 for none.
    pub(super) terms: u16,
    /// The number of its gram in the second opinion's model, from 1 on; 0 for none.
    pub(super) gram: u32,
}

/// What the opinion reads of a pair, by its second character in its row.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// That row (bits 0–13), whether it is none's (14), and whether the pair is a grave term's (15).
    row: u16,
    weight: i8,
    close: i8,
}

/// What the search reads of a pair, by its second character in its row: that row (bits 16–31) and the number of the list
/// of terms filed under the pair (0–15).
#[derive(Debug, Clone, Copy)]
struct TermCell(u32);

/// Places of pairs: rows that lie over each other where they have gaps (row displacement), so that a pair costs two loads
/// and hardly a gap stays empty.
///
/// A row holds pairs of many first characters, mixed by their second ones: the row and the second tell the first. The rows
/// of one first character each are so long that they leave two of three places free, and with a table three times as large
/// a run over clean messages took a quarter longer.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rows {
    /// Where each row begins; as many as a power of two, and no fewer than there are codes.
    #[serde(with = "flat")]
    starts: Vec<u32>,
    /// Places in all.
    places: u32,
}

/// A character as the second opinion hears it: the code of its token (bits 0–13), whether a run of them is one token
/// (14), whether it ends a sentence (15); or one of two other numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// What each character adds at the first hearing, and at the closer look.
    #[serde(with = "flat")]
    shares: Vec<i8>,
    #[serde(with = "flat")]
    closes: Vec<i8>,
    /// How the second opinion hears the characters of the Basic Multilingual Plane.
    #[serde(skip)]
    heard: Vec<Heard>,
    rows: Rows,
    cells: Table<Cell>,
    /// The grams of the cells.
    grams: Table<u32>,
    term_rows: Rows,
    terms: Table<TermCell>,
}

/// The tables of the second opinion. Their lengths are known, so that no look-up but the last asks for them.
#[derive(Clone, Copy)]
pub(super) struct Ears<'a> {
    heard: &'a [Heard; PLANE],
    shares: &'a [i8; CODES],
    closes: &'a [i8; CODES],
    starts: &'a [u32; CODES],
    cells: &'a [[u8; Cell::BYTES]],
}

/// Characters of the Basic Multilingual Plane.
const PLANE: usize = 1 << 16;

const CODE_BITS: u32 = 14;
/// Codes that there can be.
const CODES: usize = 1 << CODE_BITS;
const SYLLABLE_BITS: u32 = 10;

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
flat_struct!(Cell {
    row: u16,
    weight: i8,
    close: i8,
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

impl Heard {
    const RUNS: u16 = 1 << CODE_BITS;
    const ENDS: u16 = 1 << (CODE_BITS + 1);

    /// Passed over. What ends a sentence runs, so that no token has this number.
    pub(super) const NOTHING: Self = Heard(Self::ENDS);
    /// More than one token: its glyph tells.
    pub(super) const SEVERAL: Self = Heard(Self::ENDS + 1);

    fn new(character: char, glyph: Glyph, measure: &Measure) -> Self {
        if glyph.is(CharKind::Several) {
            return Self::SEVERAL;
        }
        match measure.token(character, glyph) {
            Some((code, true)) if glyph.is(CharKind::Sentence) => Heard(code | Self::RUNS | Self::ENDS),
            Some((code, true)) => Heard(code | Self::RUNS),
            Some((code, false)) => Heard(code),
            None => Self::NOTHING,
        }
    }

    #[inline(always)]
    pub(super) fn code(self) -> u16 {
        self.0 & (Self::RUNS - 1)
    }

    #[inline(always)]
    pub(super) fn runs(self) -> bool {
        self.0 & Self::RUNS != 0
    }

    /// Whether it is no token, or ends a sentence.
    #[inline(always)]
    pub(super) fn is_special(self) -> bool {
        self.0 & Self::ENDS != 0
    }
}

impl Cell {
    const NONE: u16 = 1 << CODE_BITS;
    const GRAVE: u16 = 1 << 15;

    /// Whether it is that of a pair in this row, and whether such a pair is a grave term's.
    #[inline(always)]
    fn belongs_to(self, row: u16) -> (bool, bool) {
        let difference = self.row ^ row;
        (difference & !Self::GRAVE == 0, difference == Self::GRAVE)
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self {
            row: Self::NONE,
            weight: 0,
            close: 0,
        }
    }
}

impl Default for TermCell {
    fn default() -> Self {
        Self(u32::from(Cell::NONE) << 16)
    }
}

impl Rows {
    /// Mixes the rows; odd, so that no two pairs of one first character are in the same.
    const MIX: u16 = 0x9E35;

    /// Finds a place for each of some pairs; `rows` is how many rows there are at least, `codes` how many codes.
    fn new(pairs: impl Iterator<Item = (u16, u16)>, rows: usize, codes: usize) -> Self {
        let mut own = Self {
            starts: vec![0; rows.max(codes).next_power_of_two()],
            places: 0,
        };
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); own.starts.len()];
        for (first, second) in pairs {
            rows[usize::from(own.row(first, second))].push(usize::from(second));
        }
        let mut rows: Vec<(usize, Vec<usize>)> = rows.into_iter().enumerate().collect();
        rows.retain(|(_, row)| !row.is_empty());
        // The fullest rows first: the short ones fill their gaps.
        rows.sort_by_key(|(number, row)| (Reverse(row.len()), *number));
        let (mut free, mut lowest, mut end) = (Free::default(), 0, 0);
        for (number, mut row) in rows {
            row.sort_unstable();
            let least = row[0];
            let distances = row.iter().map(|second| second - least);
            let start = free.first_fit(lowest.max(least), distances) - least;
            for second in &row {
                free.take(start + second);
            }
            end = end.max(start + row[row.len() - 1] + 1);
            own.starts[number] = start as u32;
            while !free.is_free(lowest) {
                lowest += 1;
            }
        }
        // Every character may follow every other: no place is beyond the end.
        own.places = (end + codes) as u32;
        own
    }

    #[inline(always)]
    fn row(&self, first: u16, second: u16) -> u16 {
        mixed(first, second) & (self.starts.len() - 1) as u16
    }

    /// The row of a pair, and its place.
    #[inline(always)]
    fn find(&self, first: u16, second: u16) -> (u16, usize) {
        let row = self.row(first, second);
        (row, self.starts[usize::from(row)] as usize + usize::from(second))
    }

    /// The first character of the pair of this row at this place, and the second.
    fn pair(&self, row: u16, place: usize) -> (u16, u16) {
        let second = (place - self.starts[usize::from(row)] as usize) as u16;
        let first = row.wrapping_sub(second.wrapping_mul(Self::MIX));
        (first & (self.starts.len() - 1) as u16, second)
    }
}

/// A number that tells, with the second character, the first one.
#[inline(always)]
fn mixed(first: u16, second: u16) -> u16 {
    first.wrapping_add(second.wrapping_mul(Rows::MIX))
}

impl Ears<'_> {
    /// How the second opinion hears a character of the Basic Multilingual Plane.
    #[inline(always)]
    pub(super) fn hear(self, character: u16) -> Heard {
        self.heard[usize::from(character)]
    }

    /// The share of a character and of the pair that it ends, and whether that pair is a grave term's. No branch:
    /// half of all pairs have a cell, and nothing tells which.
    #[inline(always)]
    pub(super) fn share(self, before: u16, own: u16) -> (i32, bool) {
        let (cell, (is_it, is_grave)) = self.pair(before, own);
        let pair = i32::from(cell.weight) * i32::from(is_it);
        (i32::from(self.shares[usize::from(own) % CODES]) + pair, is_grave)
    }

    /// What a character and the pair that it ends add at the closer look, and whether the pair is known.
    #[inline(always)]
    pub(super) fn close_share(self, before: u16, own: u16) -> (i32, bool) {
        let (cell, (is_it, _)) = self.pair(before, own);
        let pair = i32::from(cell.close) * i32::from(is_it);
        (i32::from(self.closes[usize::from(own) % CODES]) + pair, is_it)
    }

    /// The cell where a pair would stand, and what [`Cell::belongs_to`] says of it.
    #[inline(always)]
    fn pair(self, before: u16, own: u16) -> (Cell, (bool, bool)) {
        let row = mixed(before, own) % CODES as u16;
        let place = self.starts[usize::from(row)] as usize + usize::from(own);
        let cell = Cell::take(&self.cells[place]);
        (cell, cell.belongs_to(row))
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
            shares: vec![0],
            closes: vec![0],
            heard: Vec::new(),
            rows: Rows::default(),
            cells: Table::default(),
            grams: Table::default(),
            term_rows: Rows::default(),
            terms: Table::default(),
        }
    }

    /// The code of a folded character; a new one gets the next.
    pub(super) fn enter(&mut self, character: char) -> u16 {
        let next = self.coded.len() as u16;
        let code = *self.codes.entry(character).or_insert(next);
        if code == next {
            self.coded.push(character);
            self.facts.push(CharacterFacts::default());
            self.shares.push(0);
            self.closes.push(0);
        }
        code
    }

    /// Files what stands for pairs. Every character must have been entered.
    pub(super) fn file(&mut self, pairs: &BTreeMap<(u16, u16), PairFacts>) {
        let codes = self.coded.len();
        self.rows = Rows::new(pairs.keys().copied(), CODES, codes);
        let places = self.rows.places as usize;
        let (mut cells, mut grams) = (vec![Cell::default(); places], vec![0; places]);
        for (&(first, second), facts) in pairs {
            let (row, place) = self.rows.find(first, second);
            cells[place] = Cell {
                row,
                weight: facts.weight,
                close: facts.close,
            };
            grams[place] = facts.gram;
        }
        let with_terms = || pairs.iter().filter(|(_, facts)| facts.terms != 0);
        self.term_rows = Rows::new(with_terms().map(|(&pair, _)| pair), 0, codes);
        let mut terms = vec![TermCell::default(); self.term_rows.places as usize];
        for (&(first, second), facts) in with_terms() {
            let (row, place) = self.term_rows.find(first, second);
            terms[place] = TermCell(u32::from(row) << 16 | u32::from(facts.terms));
        }
        self.cells = cells.into_iter().collect();
        self.grams = grams.into_iter().collect();
        self.terms = terms.into_iter().collect();
    }

    /// Notes the pairs whose list of terms is a grave one.
    pub(super) fn mark_grave(&mut self, is_grave: impl Fn(u16) -> bool) {
        let mut cells: Vec<Cell> = self.cells.iter().collect();
        for (place, TermCell(cell)) in self.terms.iter().enumerate() {
            let (row, terms) = ((cell >> 16) as u16, cell as u16);
            if terms != 0 && is_grave(terms) {
                let (first, second) = self.term_rows.pair(row, place);
                let (_, place) = self.rows.find(first, second);
                cells[place].row |= Cell::GRAVE;
            }
        }
        self.cells = cells.into_iter().collect();
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
            None => Heard::NOTHING,
        };
        self.heard = (0..).zip(self.glyphs.iter()).map(heard).collect();
        self.shares.resize(CODES, 0);
        self.closes.resize(CODES, 0);
    }

    /// The tables that the second opinion reads; they must be filled.
    #[inline]
    pub(super) fn ears(&self) -> Ears<'_> {
        Ears {
            heard: self.heard.first_chunk().expect("the table is filled"),
            shares: self.shares.first_chunk().expect("the table is filled"),
            closes: self.closes.first_chunk().expect("the table is filled"),
            starts: self.rows.starts.first_chunk().expect("the table is filled"),
            cells: self.cells.rows(),
        }
    }

    /// The list of the terms filed under a pair; 0, or what doesn't fit into 16 bits, for none. So it takes no branch,
    /// which nothing could foresee: an `if` here took a fifth of the time of the whole pass.
    #[inline]
    pub(super) fn terms_or_none(&self, first: u16, second: u16) -> u32 {
        let (row, place) = self.term_rows.find(first, second);
        self.terms.at(place).0 ^ u32::from(row) << 16
    }

    /// The list of the terms filed under a pair; 0 for none.
    pub(super) fn terms(&self, first: u16, second: u16) -> u16 {
        u16::try_from(self.terms_or_none(first, second)).unwrap_or(0)
    }

    /// The number of a pair's gram; 0 for none.
    #[inline]
    pub(super) fn gram(&self, first: u16, second: u16) -> u32 {
        let (row, place) = self.rows.find(first, second);
        let (is_it, _) = self.cells.at(place).belongs_to(row);
        self.grams.at(place) * u32::from(is_it)
    }

    /// Notes what a character adds at the first hearing and at the closer look.
    pub(super) fn set_weights(&mut self, code: u16, first: i8, close: i8) {
        self.shares[usize::from(code)] = first;
        self.closes[usize::from(code)] = close;
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
