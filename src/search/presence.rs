//! Which classes a text holds, without saying where.
//!
//! In: the source of a turn. Out: the classes of all terms that stand in it, in any reading: a superset of what the
//! full scan finds, at a tenth of its cost. It folds the source into characters, skips everything that a
//! restored reading would skip, and tests one bit for each pair of neighbours; only a set bit is looked up.
//! Most messages end here: no text, no map and no hit is made for them. It never decides a match.

use super::sound::SoundIndex;
use crate::lexicon::pattern::ClassId;
use crate::lexicon::{Folds, Lexicon};
use crate::normalize::{CharKind, Signs};

/// Terms by the rarest pair of neighbours in them.
#[derive(Debug)]
pub(super) struct Presence {
    /// One bit for each hashed pair.
    filter: Vec<u64>,
    /// First entry of each bucket, and one past the last.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    /// The characters of all terms, one after the other.
    characters: Vec<u32>,
    /// Classes of all terms, one list after the other.
    classes: Vec<ClassId>,
    /// Place of the class list of terms of one character, plus one; 0 for none. By character.
    singles: Vec<u16>,
    single_lists: Vec<(u32, u32)>,
}

/// A term in a bucket.
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u32,
    length: u16,
    /// Characters before the pair.
    before: u16,
    classes: (u32, u32),
    is_form: bool,
}

/// What a pass found besides the classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// A written form of a restored reading.
    pub(super) has_form: bool,
    /// Letters, of which pinyin may be made.
    pub(super) has_letters: bool,
    /// Digits, which may have a shape.
    pub(super) has_digits: bool,
    /// A pair of syllables of a term read by sound.
    pub(super) has_sound: bool,
}

const FILTER_BITS: u32 = 18;
const BUCKET_BITS: u32 = 15;

fn hash(first: u32, second: u32) -> u32 {
    (first.wrapping_mul(0x9E37_79B1) ^ second.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D)
}

impl Presence {
    /// Enters all terms and all written forms; `frequency` says how often a pair stands in ordinary text.
    pub(super) fn new(lexicon: &Lexicon, frequency: &dyn Fn(u32, u32) -> u32) -> Self {
        let table = &lexicon.folds.table;
        let mut own = Self {
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            starts: Vec::new(),
            entries: Vec::new(),
            characters: Vec::new(),
            classes: Vec::new(),
            singles: vec![0; 0x1_0000],
            single_lists: Vec::new(),
        };
        let mut buckets: Vec<Vec<Entry>> = vec![Vec::new(); 1 << BUCKET_BITS];
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
                .filter(|&character| !is_transparent(table.kind(character)));
            let characters: Vec<u32> = kept.map(u32::from).collect();
            if characters.is_empty() {
                // A picture: folding sees it.
                continue;
            }
            own.enter(&characters, classes, is_form, frequency, &mut buckets);
        }
        for bucket in buckets {
            own.starts.push(own.entries.len() as u32);
            own.entries.extend(bucket);
        }
        own.starts.push(own.entries.len() as u32);
        own
    }

    fn enter(
        &mut self,
        characters: &[u32],
        classes: &[ClassId],
        is_form: bool,
        frequency: &dyn Fn(u32, u32) -> u32,
        buckets: &mut [Vec<Entry>],
    ) {
        let list = (self.classes.len() as u32, classes.len() as u32);
        self.classes.extend(classes);
        if let [single] = *characters {
            let Some(slot) = self.singles.get_mut(single as usize) else {
                return;
            };
            if is_form {
                // A single-character form is folded or pictured: ask the full scan.
                self.single_lists.push((u32::MAX, 0));
            } else {
                self.single_lists.push(list);
            }
            if *slot == 0 || is_form {
                *slot = self.single_lists.len() as u16;
            }
            return;
        }
        let rarest = (1..characters.len()).min_by_key(|&at| frequency(characters[at - 1], characters[at]));
        let at = rarest.expect("two characters have a pair");
        let hash = hash(characters[at - 1], characters[at]);
        let bit = hash >> (32 - FILTER_BITS);
        self.filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        buckets[(hash >> (32 - BUCKET_BITS)) as usize].push(Entry {
            first: self.characters.len() as u32,
            length: characters.len() as u16,
            before: (at - 1) as u16,
            classes: list,
            is_form,
        });
        self.characters.extend(characters);
    }

    /// Marks the classes of a text.
    pub(super) fn scan(
        &self,
        source: &str,
        folds: &Folds,
        sound: &SoundIndex,
        buffer: &mut Vec<u32>,
        mut mark: impl FnMut(&[ClassId]),
    ) -> Seen {
        let mut seen = Seen::default();
        buffer.clear();
        let (signs, has_picture) = fold_into(source, folds, buffer);
        seen.has_letters = signs.has(CharKind::Letter);
        seen.has_digits = signs.has(CharKind::Digit);
        seen.has_form = has_picture;
        let mut previous = 0;
        let mut previous_syllable = 0;
        for (at, &character) in buffer.iter().enumerate() {
            if let Some(&slot) = self.singles.get(character as usize)
                && slot != 0
            {
                let (first, length) = self.single_lists[slot as usize - 1];
                if first == u32::MAX {
                    seen.has_form = true;
                } else {
                    mark(&self.classes[first as usize..(first + length) as usize]);
                }
            }
            let hash = hash(previous, character);
            let bit = hash >> (32 - FILTER_BITS);
            if self.filter[(bit >> 6) as usize] & (1 << (bit & 63)) != 0 {
                let bucket = (hash >> (32 - BUCKET_BITS)) as usize;
                let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
                for entry in entries {
                    if self.stands(entry, buffer, at) {
                        seen.has_form |= entry.is_form;
                        let (first, length) = entry.classes;
                        mark(&self.classes[first as usize..(first + length) as usize]);
                    }
                }
            }
            previous = character;
            let syllable = sound.syllable(character);
            if syllable != 0 && previous_syllable != 0 && !seen.has_sound {
                let pair = (previous_syllable, syllable);
                seen.has_sound = sound.is_heard(&buffer[at - 1..], pair, &folds.syllables);
            }
            previous_syllable = syllable;
        }
        seen
    }

    /// Whether a term stands where its pair ends at `at`.
    fn stands(&self, entry: &Entry, buffer: &[u32], at: usize) -> bool {
        let term = &self.characters[entry.first as usize..entry.first as usize + usize::from(entry.length)];
        let Some(start) = at.checked_sub(1 + usize::from(entry.before)) else {
            return false;
        };
        buffer.get(start..start + term.len()) == Some(term)
    }
}

fn is_transparent(kind: CharKind) -> bool {
    matches!(kind, CharKind::Symbol | CharKind::Space | CharKind::Invisible)
}

/// The folded characters of a text without those that a restored reading may skip; and whether a picture that
/// stands for a word is among those.
fn fold_into(source: &str, folds: &Folds, buffer: &mut Vec<u32>) -> (Signs, bool) {
    let mut signs = Signs::default();
    let mut has_picture = false;
    for character in source.chars() {
        let (folded, kind) = folds.table.folded(character, &mut signs);
        match kind {
            CharKind::Symbol => has_picture |= folds.restorations.may_begin(character),
            CharKind::Space | CharKind::Invisible => {}
            CharKind::Several => buffer.extend(folds.table.several(character).chars().map(u32::from)),
            _ => buffer.push(u32::from(folded)),
        }
    }
    (signs, has_picture)
}
