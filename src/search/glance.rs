//! Which classes stand in a text, and roughly where: one pass over the source.
//!
//! In: the source of a turn. Out: [`Sights`]: the classes of all terms that stand in it in any reading, and where in
//! the row of folded characters. A superset of what the full scan finds, at a tenth of its cost: one table look-up
//! folds a character, everything that a restored reading would skip is skipped, and one bit is tested for each
//! pair of neighbours; only a set bit is looked up. Most messages end here: no text, no map and no hit is made for
//! them. It never decides a match.

use std::collections::HashMap;

use super::class_set::ClassSet;
use super::shapes::{self, Shape};
use super::sound::SoundIndex;
use super::weights::{BEGINS_PAIR, ENDS_PAIR, Tally, Weights};
use crate::lexicon::pattern::ClassId;
use crate::lexicon::{Folds, Lexicon};
use crate::message::Message;
use crate::normalize::{CharKind, Signs};
use crate::opinion::{self, Head, Model, Opinion};
use crate::pair_table::{PairTable, hash};

/// Terms by the rarest pair of neighbours in them.
#[derive(Debug)]
pub(super) struct Glance {
    /// The characters of the Basic Multilingual Plane.
    glyphs: Vec<Glyph>,
    /// Codes of folded characters that stand in terms or for others of the same sound: from 1 on.
    codes: HashMap<char, u16>,
    /// The characters of the codes.
    coded: Vec<char>,
    /// What stands for a character alone, by its code.
    singles: Vec<Single>,
    /// One bit for each hashed pair.
    filter: Vec<u64>,
    pairs: PairTable<Pair>,
    /// The terms of each pair, one list after the other.
    entries: Vec<Entry>,
    /// The characters of all terms, one after the other.
    characters: Vec<u16>,
    /// The different lists of classes that terms have.
    lists: Vec<ClassId>,
    /// The classes of the terms that may be read by sound as far as they may, by term.
    heard: HashMap<u32, Vec<ClassId>>,
    /// Classes of the shapes, by shape.
    shapes: Vec<ClassId>,
    class_count: usize,
    weights: Weights,
}

/// A character as the pass sees it: code among the lexicon's characters (bits 0–13, 0 for none), syllable (14–23),
/// kind (24–27), and whether a picture may begin with it (28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph(u32);

/// A list of classes: place of the first (bits 8–31), number (0–7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct List(u32);

/// A term of one character, or a written form.
#[derive(Debug, Clone, Copy, Default)]
struct Single {
    classes: List,
    is_form: bool,
}

/// What is filed under a pair.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    /// The classes of the pair itself, if it is a term.
    own: List,
    /// Longer terms filed under it, and written forms.
    first: u32,
    length: u32,
}

/// A term filed under a pair.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Place in `characters`.
    first: u32,
    length: u8,
    /// Characters before the pair.
    before: u8,
    is_form: bool,
    classes: List,
}

/// A term seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) class: ClassId,
    /// Its characters in the row.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What was seen in a message; kept from message to message for its memory.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    /// The folded characters of the last turn, without those that a restored reading may skip.
    pub(super) row: Vec<Glyph>,
    pub(super) terms: Vec<Sight>,
    pub(super) present: ClassSet,
    /// Present classes of which some place isn't known.
    pub(super) unplaced: ClassSet,
    /// A written form of a restored reading was seen.
    pub(super) has_form: bool,
    /// A run of letters that may be pinyin was seen.
    pub(super) has_letters: bool,
}

const CODE_BITS: u32 = 14;
const SYLLABLE_BITS: u32 = 10;
const KIND_SHIFT: u32 = CODE_BITS + SYLLABLE_BITS;
const PICTURE: u32 = 1 << (KIND_SHIFT + 4);
const FILTER_BITS: u32 = 18;

/// The digits of the longest number with a shape of its own, and one more.
const MOST_DIGITS: usize = 20;

impl Glyph {
    fn new(code: u16, syllable: u16, kind: CharKind, is_picture: bool) -> Self {
        let picture = if is_picture { PICTURE } else { 0 };
        Glyph(u32::from(code) | u32::from(syllable) << CODE_BITS | (kind as u32) << KIND_SHIFT | picture)
    }

    pub(super) fn code(self) -> u16 {
        (self.0 & ((1 << CODE_BITS) - 1)) as u16
    }

    pub(super) fn syllable(self) -> u16 {
        (self.0 >> CODE_BITS & ((1 << SYLLABLE_BITS) - 1)) as u16
    }

    fn kind_number(self) -> u32 {
        self.0 >> KIND_SHIFT & 15
    }

    pub(super) fn is(self, kind: CharKind) -> bool {
        self.kind_number() == kind as u32
    }

    /// Whether it surely counts as a character between two steps of a pattern.
    pub(super) fn is_word(self) -> bool {
        self.kind_number() <= CharKind::Digit as u32
    }

    /// The same character, not counted between steps.
    fn as_other_word(self) -> Self {
        Glyph(self.0 & !(15 << KIND_SHIFT) | (CharKind::OtherWord as u32) << KIND_SHIFT)
    }

    pub(super) fn is_break(self) -> bool {
        1 << self.kind_number() & BREAKS != 0
    }

    fn is_transparent(self) -> bool {
        1 << self.kind_number() & TRANSPARENT != 0
    }
}

const TRANSPARENT: u32 =
    1 << CharKind::Symbol as u32 | 1 << CharKind::Space as u32 | 1 << CharKind::Invisible as u32;

const BREAKS: u32 =
    1 << CharKind::Clause as u32 | 1 << CharKind::Sentence as u32 | 1 << CharKind::List as u32;

impl Sights {
    fn reset(&mut self, classes: usize) {
        self.terms.clear();
        self.present.reset(classes);
        self.unplaced.reset(classes);
        (self.has_form, self.has_letters) = (false, false);
    }

    /// Adds a class whose place isn't known.
    pub(super) fn add_unplaced(&mut self, class: ClassId) {
        self.present.insert(class);
        self.unplaced.insert(class);
    }

    #[inline]
    fn add(&mut self, classes: &[ClassId], start: usize, end: usize) {
        for &class in classes {
            self.present.insert(class);
            self.terms.push(Sight {
                class,
                start: start as u32,
                end: end as u32,
            });
        }
    }
}

fn heard(lexicon: &Lexicon) -> HashMap<u32, Vec<ClassId>> {
    let terms = (0..).zip(&lexicon.terms).filter(|(_, term)| term.has_sound);
    let may = |class: &&ClassId| lexicon.classes[class.0 as usize].has_sound;
    terms
        .map(|(index, term)| (index, term.classes.iter().filter(may).copied().collect()))
        .collect()
}

impl Glance {
    /// Enters all terms and all written forms; `frequency` says how often a pair stands in ordinary text.
    pub(super) fn new(
        lexicon: &Lexicon,
        sound: &SoundIndex,
        grave: &ClassSet,
        frequency: &dyn Fn(char, char) -> u32,
    ) -> Self {
        let mut own = Self {
            glyphs: Vec::with_capacity(0x1_0000),
            codes: HashMap::new(),
            coded: vec!['\0'],
            singles: vec![Single::default()],
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            pairs: PairTable::default(),
            entries: Vec::new(),
            characters: Vec::new(),
            lists: Vec::new(),
            heard: heard(lexicon),
            shapes: lexicon.shapes.clone(),
            class_count: lexicon.classes.len(),
            weights: Weights::default(),
        };
        let mut grave_pairs: Vec<(char, char)> = Vec::new();
        let mut filed: HashMap<u32, Vec<Entry>> = HashMap::new();
        let mut lists: HashMap<Vec<ClassId>, List> = HashMap::new();
        let table = &lexicon.folds.table;
        let terms = lexicon
            .terms
            .iter()
            .map(|term| (term.text.clone(), &term.classes[..], false));
        let forms = lexicon
            .folds
            .restorations
            .forms()
            .map(|form| (form, &[][..], true));
        for (text, classes, is_form) in terms.chain(forms) {
            let kept = text
                .chars()
                .filter(|&character| 1 << table.kind(character) as u32 & TRANSPARENT == 0);
            let characters: Vec<char> = kept.collect();
            let mut codes: Vec<u16> = characters.iter().map(|&character| own.enter(character)).collect();
            if codes.is_empty() && !is_form {
                // Nothing but symbols: they are looked for one by one, out of the row.
                codes.extend(text.chars().next().map(|symbol| own.enter(symbol)));
            }
            match codes[..] {
                // A picture: its glyph says so.
                [] => {}
                [code] => {
                    own.singles[code as usize].is_form |= is_form;
                    // Two terms may differ only in what the row leaves out.
                    let mut all = own.classes(own.singles[code as usize].classes).to_vec();
                    all.extend(classes);
                    all.sort_unstable();
                    all.dedup();
                    own.singles[code as usize].classes = own.list(all, &mut lists);
                }
                _ => {
                    let is_grave = classes.iter().any(|&class| grave.contains(class));
                    let classes = own.list(classes.to_vec(), &mut lists);
                    let rarest = (1..codes.len())
                        .min_by_key(|&at| frequency(characters[at - 1], characters[at]))
                        .expect("two characters have a pair");
                    if is_grave {
                        grave_pairs.push((characters[rarest - 1], characters[rarest]));
                    }
                    filed
                        .entry(key(codes[rarest - 1], codes[rarest]))
                        .or_default()
                        .push(Entry {
                            first: own.characters.len() as u32,
                            length: codes.len().min(usize::from(u8::MAX)) as u8,
                            before: (rarest - 1) as u8,
                            is_form,
                            classes,
                        });
                    own.characters.extend(codes);
                }
            }
        }
        for substitute in lexicon.folds.syllables.substitutes() {
            own.enter(substitute);
        }
        own.file(filed);
        if let Some(model) = &lexicon.model {
            own.weigh(model, &grave_pairs);
        }
        own.draw(&lexicon.folds, sound);
        own
    }

    /// The place of a list of classes; equal lists are kept once.
    fn list(&mut self, classes: Vec<ClassId>, known: &mut HashMap<Vec<ClassId>, List>) -> List {
        let next = List((self.lists.len() as u32) << 8 | classes.len() as u32 & 0xFF);
        *known.entry(classes).or_insert_with_key(|classes| {
            self.lists.extend(classes);
            next
        })
    }

    /// The code of a character of a term.
    fn enter(&mut self, character: char) -> u16 {
        let next = self.singles.len() as u16;
        let code = *self.codes.entry(character).or_insert(next);
        if code == next {
            self.singles.push(Single::default());
            self.coded.push(character);
        }
        code
    }

    /// Fills the filter and the table of pairs.
    fn file(&mut self, filed: HashMap<u32, Vec<Entry>>) {
        let mut filed: Vec<(u32, Vec<Entry>)> = filed.into_iter().collect();
        filed.sort_unstable_by_key(|(key, _)| *key);
        self.pairs = PairTable::with_room(filed.len());
        for (key, mut entries) in filed {
            let bit = hash(key) >> (32 - FILTER_BITS);
            self.filter[(bit >> 6) as usize] |= 1 << (bit & 63);
            let is_itself = |entry: &Entry| entry.length == 2 && !entry.is_form;
            let own = entries.iter().position(is_itself);
            let own = own.map_or(List::default(), |at| entries.swap_remove(at).classes);
            *self.pairs.entry(key) = Pair {
                own,
                first: self.entries.len() as u32,
                length: entries.len() as u32,
            };
            self.entries.extend(entries);
        }
    }

    /// Fills the table of weights.
    fn weigh(&mut self, model: &Model, grave: &[(char, char)]) {
        let any = Head::Any.index();
        let coded: Vec<(u16, u16, i8)> = model
            .grams
            .iter()
            .map(|gram| {
                let second = if gram.second == '\0' {
                    0
                } else {
                    self.enter(gram.second)
                };
                (self.enter(gram.first), second, gram.weights[any])
            })
            .collect();
        let mut weights = Weights {
            scale: model.scales[any],
            bias: model.biases[any],
            of_break: self.enter(opinion::BREAK),
            of_number: self.enter(opinion::NUMBER),
            singles: vec![(0, 0); self.coded.len()],
            pairs: PairTable::with_room(coded.len() + grave.len()),
        };
        for (first, second, weight) in coded.into_iter().filter(|(.., weight)| *weight != 0) {
            if second == 0 {
                weights.singles[usize::from(first)].0 = weight;
                continue;
            }
            weights.singles[usize::from(first)].1 |= BEGINS_PAIR;
            weights.singles[usize::from(second)].1 |= ENDS_PAIR;
            weights.pairs.entry(key(first, second)).weight = weight;
        }
        for &(first, second) in grave {
            let (first, second) = (self.codes[&first], self.codes[&second]);
            weights.singles[usize::from(first)].1 |= BEGINS_PAIR;
            weights.singles[usize::from(second)].1 |= ENDS_PAIR;
            weights.pairs.entry(key(first, second)).is_grave = true;
        }
        self.weights = weights;
    }

    /// What the second opinion is of a message. One pass over the source, O(characters); nothing is kept.
    pub(super) fn opine(&self, message: &Message, folds: &Folds, sound: &SoundIndex) -> Opinion {
        let mut tally = Tally::new(&self.weights);
        for (_, source) in opinion::heard(message) {
            tally.break_off();
            for character in source.chars() {
                let glyph = match self.glyphs.get(character as usize) {
                    Some(glyph) => *glyph,
                    None => self.compute(character, folds, sound),
                };
                if glyph.is(CharKind::Several) {
                    let several = folds.table.several(character);
                    for folded in several.chars() {
                        tally.add(self.compute(folded, folds, sound));
                    }
                } else if !glyph.is_transparent() {
                    tally.add(glyph);
                }
            }
            tally.end_stretch();
        }
        tally.opinion()
    }

    /// Fills the table of characters.
    fn draw(&mut self, folds: &Folds, sound: &SoundIndex) {
        for code in 0..0x1_0000_u32 {
            let glyph = char::from_u32(code).map_or(Glyph::new(0, 0, CharKind::Symbol, false), |character| {
                self.compute(character, folds, sound)
            });
            self.glyphs.push(glyph);
        }
    }

    fn compute(&self, character: char, folds: &Folds, sound: &SoundIndex) -> Glyph {
        let (folded, kind) = folds.table.folded(character, &mut Signs::default());
        let code = self.codes.get(&folded).copied().unwrap_or(0);
        let is_picture = kind == CharKind::Symbol && folds.restorations.may_begin(character);
        Glyph::new(code, sound.syllable(u32::from(folded)), kind, is_picture)
    }

    fn classes(&self, list: List) -> &[ClassId] {
        let first = (list.0 >> 8) as usize;
        &self.lists[first..first + (list.0 & 0xFF) as usize]
    }

    /// Forgets what was seen in the message before.
    pub(super) fn begin(&self, sights: &mut Sights) {
        sights.reset(self.class_count);
    }

    /// Adds what stands in a turn. O(characters + terms seen).
    pub(super) fn see(&self, source: &str, folds: &Folds, sound: &SoundIndex, sights: &mut Sights) {
        let mut row = std::mem::take(&mut sights.row);
        let signs = self.fold(source, folds, sound, &mut row, sights);
        let mut previous = Glyph(0);
        for (at, &glyph) in row.iter().enumerate() {
            let code = glyph.code();
            if code != 0 {
                let single = self.singles[code as usize];
                if single.classes != List::default() {
                    sights.add(self.classes(single.classes), at, at + 1);
                }
                sights.has_form |= single.is_form;
                let key = key(previous.code(), code);
                let bit = hash(key) >> (32 - FILTER_BITS);
                if previous.code() != 0 && self.filter[(bit >> 6) as usize] & (1 << (bit & 63)) != 0 {
                    self.look_up(key, &row, at, sights);
                }
            }
            let pair = (previous.syllable(), glyph.syllable());
            if pair.0 != 0 && pair.1 != 0 {
                let character = |glyph: Glyph| self.coded[usize::from(glyph.code())];
                sound.hear(
                    &row[at - 1..],
                    pair,
                    character,
                    &folds.syllables,
                    |term, length| {
                        sights.add(&self.heard[&(term as u32)], at - 1, at - 1 + length);
                    },
                );
            }
            previous = glyph;
        }
        sights.has_letters |=
            signs & 1 << CharKind::Letter as u32 != 0 && folds.syllables.may_be_spelled(source, &folds.table);
        sights.row = row;
    }

    /// Makes the row of folded characters; numbers are seen on the way.
    fn fold(
        &self,
        source: &str,
        folds: &Folds,
        sound: &SoundIndex,
        row: &mut Vec<Glyph>,
        sights: &mut Sights,
    ) -> u32 {
        row.clear();
        row.reserve(source.len() / 2);
        let mut signs = 0;
        let mut number = Number::default();
        let mut before = ' ';
        for character in source.chars() {
            let glyph = match self.glyphs.get(character as usize) {
                Some(glyph) => *glyph,
                None => self.compute(character, folds, sound),
            };
            signs |= 1 << glyph.kind_number();
            if glyph.is(CharKind::Digit) {
                number.push(folds.table.folded(character, &mut Signs::default()).0, before);
            } else if number.length > 0 && !glyph.is(CharKind::Invisible) {
                self.see_number(&number, character, row.len(), sights);
                number.length = 0;
            }
            before = character;
            if glyph.is_transparent() {
                sights.has_form |= glyph.0 & PICTURE != 0;
                for &class in self.classes(self.singles[usize::from(glyph.code())].classes) {
                    sights.add_unplaced(class);
                }
            } else if glyph.is(CharKind::Several) {
                let several = folds.table.several(character);
                // One character of the source, so no more than one between two steps: none, to be sure.
                row.extend(
                    several
                        .chars()
                        .map(|folded| self.compute(folded, folds, sound).as_other_word()),
                );
            } else {
                row.push(glyph);
            }
        }
        self.see_number(&number, ' ', row.len(), sights);
        signs
    }

    /// Adds the terms whose rarest pair ends at `at`.
    fn look_up(&self, key: u32, row: &[Glyph], at: usize, sights: &mut Sights) {
        let Some(pair) = self.pairs.get(key) else { return };
        sights.add(self.classes(pair.own), at - 1, at + 1);
        for entry in &self.entries[pair.first as usize..(pair.first + pair.length) as usize] {
            let length = usize::from(entry.length);
            let Some(start) = at.checked_sub(1 + usize::from(entry.before)) else {
                continue;
            };
            let Some(seen) = row.get(start..start + length) else {
                continue;
            };
            let term = &self.characters[entry.first as usize..entry.first as usize + length];
            if seen.iter().zip(term).all(|(glyph, &code)| glyph.code() == code) {
                sights.has_form |= entry.is_form;
                sights.add(self.classes(entry.classes), start, start + length);
            }
        }
    }

    /// Adds the shape of a number that ends before `after`, where the row is `end` long.
    fn see_number(&self, number: &Number, after: char, end: usize, sights: &mut Sights) {
        let length = number.length;
        // A check character may follow, and a year in brackets may begin a case number: let the full scan look.
        if length == 17 && matches!(after, 'x' | 'X' | 'ｘ' | 'Ｘ') {
            sights.add_unplaced(self.shapes[Shape::IdNumber as usize]);
            sights.add_unplaced(self.shapes[Shape::BankCard as usize]);
            sights.add_unplaced(self.shapes[Shape::LongNumber as usize]);
        } else if let Some(shape) = shapes::shape_of(&number.digits[..length.min(MOST_DIGITS)]) {
            sights.add(&[self.shapes[shape as usize]], end - length, end);
        } else if length == 4 && number.is_bracketed {
            sights.add_unplaced(self.shapes[Shape::CaseNumber as usize]);
        }
    }
}

/// Digits that stand together.
#[derive(Default)]
struct Number {
    digits: [u8; MOST_DIGITS],
    length: usize,
    /// An opening bracket stands before them.
    is_bracketed: bool,
}

impl Number {
    fn push(&mut self, digit: char, before: char) {
        if self.length == 0 {
            self.is_bracketed = matches!(before, '(' | '（' | '[' | '〔');
        }
        if let Some(place) = self.digits.get_mut(self.length) {
            *place = digit as u8;
        }
        self.length += 1;
    }
}

pub(super) fn key(first: u16, second: u16) -> u32 {
    u32::from(first) << CODE_BITS | u32::from(second)
}
