//! Terms by their sound: homophones and pinyin.
//!
//! In: the plain reading of a turn. Out: [`SoundMatch`]es whose syllables are a term's although the characters
//! are not. Sound needs no sign in the source (草泥马 is plain Han), so every text is passed through a filter
//! of syllable pairs: one bit tested a character, and only a set bit costs a look-up. It doesn't decide
//! whether a surface is an ordinary word: segmentation does.

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::alphabet::Glyph;
use crate::lexicon::compiled::sorted;
use crate::lexicon::flat::{self, flat_struct};
use crate::normalize::{CharKind, FoldTable, Signs};
use crate::pair_table::{self, PairTable, key_of};
use crate::span::NormSpan;

/// Characters and letters to syllables without tone, and the substitutes that writers are known to use.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Syllables {
    /// Syllable of the characters from U+4E00 on; 0 for none.
    #[serde(with = "flat")]
    by_character: Vec<u16>,
    #[serde(serialize_with = "sorted")]
    by_letters: FxHashMap<String, u16>,
    /// Plain characters with their substitutes.
    listed: Vec<(char, char)>,
    /// The same, looked up.
    known: PairTable<()>,
}

/// A term found by sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SoundMatch {
    /// Index of the term.
    pub(crate) term: usize,
    /// Where in the plain reading.
    pub(crate) span: NormSpan,
    /// Letters stand in it.
    pub(crate) has_pinyin: bool,
    /// How many characters are substitutes.
    pub(crate) substitutes: usize,
    /// How many of them no list names.
    pub(crate) unlisted: usize,
}

/// One syllable of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// 0 for whatever ends a term.
    syllable: u16,
    /// The character, or NUL for letters.
    character: char,
    span: NormSpan,
}

/// A term in a bucket.
#[derive(Debug, Clone, Copy)]
struct SoundTerm {
    /// Its first two syllables.
    pair: u32,
    /// Its third syllable; 0 for none. Seven of eight terms that begin with a pair end here.
    third: u16,
    term: u32,
    /// Place of its syllables and characters.
    first: u32,
    length: u8,
}

flat_struct!(SoundTerm {
    pair: u32,
    third: u16,
    term: u32,
    first: u32,
    length: u8,
});

impl SoundMatch {
    /// Whether it needs no other cue, for a term of so many characters. Two characters of which one is
    /// replaced are too often another word (收件人 holds 件人, which sounds like 贱人).
    pub(crate) fn is_strong(&self, characters: usize) -> bool {
        match characters {
            0..=2 => self.has_pinyin || self.substitutes == characters && self.unlisted == 0,
            3 => self.unlisted == 0,
            _ => true,
        }
    }
}

/// All terms that may be read by sound, by their first pair of syllables.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SoundIndex {
    /// Copied from the lexicon: one load less on the way of every character.
    #[serde(with = "flat")]
    by_character: Vec<u16>,
    #[serde(with = "flat")]
    filter: Vec<u64>,
    /// First term of each bucket of hashed pairs, and one past the last.
    #[serde(with = "flat")]
    starts: Vec<u32>,
    #[serde(with = "flat")]
    terms: Vec<SoundTerm>,
    /// Syllables and characters of all terms, one after the other.
    #[serde(with = "flat")]
    syllables: Vec<u16>,
    #[serde(with = "flat")]
    characters: Vec<char>,
}

const FIRST_HAN: u32 = 0x4E00;
const LAST_HAN: u32 = 0x9FFF;
const FILTER_BITS: u32 = 18;
const BUCKET_BITS: u32 = 13;
const LONGEST_SYLLABLE: usize = 6;
/// Letters that two syllables need at least to be taken for pinyin: shorter ones are anybody's initials.
const SHORTEST_PINYIN: usize = 4;

impl Syllables {
    /// From rows "syllable, characters" and rows "plain character, substitutes".
    pub(crate) fn new(syllables: &[(String, String)], homophones: &[(String, String)]) -> Self {
        let mut own = Self {
            by_character: vec![0; (LAST_HAN - FIRST_HAN + 1) as usize],
            ..Self::default()
        };
        for (number, (letters, characters)) in (1..).zip(syllables) {
            own.by_letters.insert(letters.clone(), number);
            for character in characters.chars() {
                if let Some(index) = index_of(character) {
                    own.by_character[index] = number;
                }
            }
        }
        for (plain, substitutes) in homophones {
            let plain = plain.chars().next().unwrap_or_default();
            own.listed
                .extend(substitutes.chars().map(|substitute| (plain, substitute)));
        }
        own.listed.sort_unstable();
        own.listed.dedup();
        own.known = PairTable::with_room(own.listed.len());
        for key in own
            .listed
            .iter()
            .filter_map(|&(plain, substitute)| key_of(plain, substitute))
        {
            own.known.entry(key);
        }
        own
    }

    fn of(&self, character: char) -> u16 {
        index_of(character).map_or(0, |index| self.by_character[index])
    }

    /// The characters that have a syllable, in the order of their codes.
    pub(crate) fn characters(&self) -> Vec<char> {
        let spoken = (FIRST_HAN..)
            .zip(&self.by_character)
            .filter(|(_, syllable)| **syllable != 0);
        spoken.filter_map(|(code, _)| char::from_u32(code)).collect()
    }

    /// Every character that somebody is known to write for another.
    pub(crate) fn substitutes(&self) -> impl Iterator<Item = char> {
        self.listed.iter().map(|&(_, substitute)| substitute)
    }

    /// Whether some run of letters in a text can be pinyin.
    pub(super) fn may_be_spelled(&self, source: &str, table: &FoldTable) -> bool {
        let folded = source
            .chars()
            .map(|character| table.folded(character, &mut Signs::default()))
            .filter(|(_, kind)| *kind != CharKind::Invisible);
        let mut run = String::new();
        for (character, kind) in folded.chain([(' ', CharKind::Space)]) {
            if kind == CharKind::Several {
                return true;
            }
            if kind == CharKind::Letter {
                run.push(character);
                continue;
            }
            if !run.is_empty() && run.len() <= LONGEST_PINYIN && self.split(&run).is_some() {
                return true;
            }
            run.clear();
        }
        false
    }

    fn is_listed(&self, plain: char, substitute: char) -> bool {
        key_of(plain, substitute)
            .and_then(|key| self.known.get(key))
            .is_some()
    }

    /// Splits letters into syllables, longest first with backtracking; `None` if they are no pinyin.
    fn split<'t>(&self, letters: &'t str) -> Option<Vec<&'t str>> {
        if letters.is_empty() {
            return Some(Vec::new());
        }
        let longest = letters.len().min(LONGEST_SYLLABLE);
        (1..=longest).rev().find_map(|length| {
            let (first, rest) = letters.split_at(length);
            self.by_letters.get(first)?;
            let mut syllables = self.split(rest)?;
            syllables.insert(0, first);
            Some(syllables)
        })
    }
}

fn index_of(character: char) -> Option<usize> {
    let code = character as u32;
    (FIRST_HAN..=LAST_HAN)
        .contains(&code)
        .then(|| (code - FIRST_HAN) as usize)
}

/// Two syllables in one number.
fn joined(first: u16, second: u16) -> u32 {
    u32::from(first) << 16 | u32::from(second)
}

fn hash(first: u16, second: u16) -> u32 {
    pair_table::hash(joined(first, second))
}

fn filter_bit(first: u16, second: u16) -> (usize, u64) {
    let bit = hash(first, second) >> (32 - FILTER_BITS);
    ((bit >> 6) as usize, 1 << (bit & 63))
}

impl SoundIndex {
    /// The syllable of a folded character; 0 for none.
    #[inline]
    pub(super) fn syllable(&self, character: u32) -> u16 {
        let index = character.wrapping_sub(FIRST_HAN) as usize;
        self.by_character.get(index).copied().unwrap_or(0)
    }

    /// Calls `hear` with each term that stands by sound, and not letter by letter, at the beginning of these
    /// folded characters, and its length; `character` tells which one a glyph is, NUL if it stands in no term and
    /// no list of substitutes.
    pub(super) fn hear(
        &self,
        row: &[Glyph],
        character: impl Fn(Glyph) -> char,
        syllables: &Syllables,
        mut hear: impl FnMut(usize, usize),
    ) {
        let pair = (row[0].syllable(), row[1].syllable());
        let third = row.get(2).map_or(0, |glyph| glyph.syllable());
        for term in self.beginning(pair, third) {
            if self.is_heard(*term, row, &character, syllables) {
                hear(term.term as usize, usize::from(term.length));
            }
        }
    }

    /// Whether some term may begin with these syllables: one bit tells, and only a set bit costs a look-up.
    #[inline]
    pub(super) fn may_hear(&self, first: u16, second: u16) -> bool {
        let (word, bit) = filter_bit(first, second);
        self.filter[word] & bit != 0
    }

    fn is_heard(
        &self,
        term: SoundTerm,
        row: &[Glyph],
        character: impl Fn(Glyph) -> char,
        syllables: &Syllables,
    ) -> bool {
        let Some(row) = row.get(..usize::from(term.length)) else {
            return false;
        };
        let (own_syllables, own_characters) = self.spelling(term);
        let mut substitutes = 0;
        let mut unlisted = 0;
        for ((&glyph, &own), &syllable) in row.iter().zip(own_characters).zip(own_syllables) {
            if glyph.syllable() != syllable {
                return false;
            }
            let character = character(glyph);
            if character != own {
                substitutes += 1;
                unlisted += usize::from(!syllables.is_listed(own, character));
            }
        }
        substitutes > 0 && is_near(unlisted, row.len())
    }

    fn spelling(&self, term: SoundTerm) -> (&[u16], &[char]) {
        let range = term.first as usize..term.first as usize + usize::from(term.length);
        (&self.syllables[range.clone()], &self.characters[range])
    }

    /// The terms that begin with two syllables and may go on with a third.
    fn beginning(&self, pair: (u16, u16), third: u16) -> impl Iterator<Item = &SoundTerm> {
        let bucket = (hash(pair.0, pair.1) >> (32 - BUCKET_BITS)) as usize;
        let terms = &self.terms[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let pair = joined(pair.0, pair.1);
        // One branch, not three that nothing foresees.
        let may_stand =
            move |term: &&SoundTerm| (term.pair == pair) & ((term.third == third) | (term.third == 0));
        terms.iter().filter(may_stand)
    }

    /// Enters terms of Han characters, each with its index.
    pub(crate) fn new<'t>(terms: impl Iterator<Item = (usize, &'t str)>, syllables: &Syllables) -> Self {
        let mut index = Self {
            by_character: syllables.by_character.clone(),
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            starts: Vec::new(),
            terms: Vec::new(),
            syllables: Vec::new(),
            characters: Vec::new(),
        };
        let mut buckets: Vec<Vec<SoundTerm>> = Vec::new();
        buckets.resize_with(1 << BUCKET_BITS, Vec::new);
        for (term, text) in terms {
            let characters: Vec<char> = text.chars().collect();
            let of: Vec<u16> = characters
                .iter()
                .map(|&character| syllables.of(character))
                .collect();
            let (2.., Ok(length)) = (of.len(), u8::try_from(of.len())) else {
                continue;
            };
            if of.contains(&0) {
                continue;
            }
            let (word, bit) = filter_bit(of[0], of[1]);
            index.filter[word] |= bit;
            let bucket = hash(of[0], of[1]) >> (32 - BUCKET_BITS);
            buckets[bucket as usize].push(SoundTerm {
                pair: joined(of[0], of[1]),
                third: of.get(2).copied().unwrap_or(0),
                term: term as u32,
                first: index.syllables.len() as u32,
                length,
            });
            index.syllables.extend(of);
            index.characters.extend(characters);
        }
        for bucket in buckets {
            index.starts.push(index.terms.len() as u32);
            index.terms.extend(bucket);
        }
        index.starts.push(index.terms.len() as u32);
        index
    }

    /// Finds terms by sound in a plain reading. O(characters + set bits × terms of a pair).
    pub(crate) fn find(
        &self,
        text: &str,
        has_letters: bool,
        syllables: &Syllables,
        table: &FoldTable,
        units: &mut Vec<Unit>,
        found: &mut Vec<SoundMatch>,
    ) {
        units.clear();
        found.clear();
        collect_units(text, has_letters, syllables, table, units);
        for at in 1..units.len() {
            let pair = (units[at - 1].syllable, units[at].syllable);
            let (word, bit) = filter_bit(pair.0, pair.1);
            if self.filter[word] & bit == 0 {
                continue;
            }
            let third = units.get(at + 1).map_or(0, |unit| unit.syllable);
            let terms = self.beginning(pair, third);
            found.extend(terms.filter_map(|&term| self.compare(term, &units[at - 1..], syllables)));
        }
    }

    fn compare(&self, term: SoundTerm, units: &[Unit], syllables: &Syllables) -> Option<SoundMatch> {
        let length = usize::from(term.length);
        let units = units.get(..length)?;
        let (own_syllables, own_characters) = self.spelling(term);
        let sounds_alike = units
            .iter()
            .zip(own_syllables)
            .all(|(unit, own)| unit.syllable == *own);
        if !sounds_alike {
            return None;
        }
        let mut unlisted = 0;
        let mut substitutes = 0;
        let mut pinyin_letters = 0;
        for (unit, &own) in units.iter().zip(own_characters) {
            if unit.character == '\0' {
                pinyin_letters += unit.span.end - unit.span.start;
            } else if unit.character != own {
                substitutes += 1;
                unlisted += usize::from(!syllables.is_listed(own, unit.character));
            }
        }
        let is_spelled = units.iter().all(|unit| unit.character == '\0');
        let is_long = !is_spelled || pinyin_letters >= SHORTEST_PINYIN.max(length * 2);
        let has_pinyin = pinyin_letters > 0;
        ((substitutes > 0 || has_pinyin) && is_near(unlisted, length) && is_long).then(|| SoundMatch {
            term: term.term as usize,
            span: NormSpan::new(units[0].span.start, units[length - 1].span.end),
            substitutes,
            has_pinyin,
            unlisted,
        })
    }
}

/// Whether so few substitutes are unlisted that a term of this length is still heard: two or three in a short term
/// are another word, not a disguise.
fn is_near(unlisted: usize, length: usize) -> bool {
    unlisted == 0 || length >= 3 && unlisted * 2 <= length
}

fn collect_units(
    text: &str,
    has_letters: bool,
    syllables: &Syllables,
    table: &FoldTable,
    units: &mut Vec<Unit>,
) {
    let mut skip_to = 0;
    for (at, character) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        let end = at + character.len_utf8();
        let syllable = syllables.of(character);
        if syllable != 0 {
            units.push(Unit {
                syllable,
                character,
                span: NormSpan::new(at, end),
            });
            continue;
        }
        match table.kind(character) {
            CharKind::Symbol | CharKind::Space | CharKind::Invisible => {}
            CharKind::Letter if has_letters => {
                let rest = &text[at..];
                let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                skip_to = at + length;
                push_letters(&rest[..length], at, syllables, units);
            }
            _ => units.push(Unit {
                syllable: 0,
                character,
                span: NormSpan::new(at, end),
            }),
        }
    }
}

/// The longest run of letters that can be pinyin of a term, in bytes.
const LONGEST_PINYIN: usize = 40;

fn push_letters(letters: &str, at: usize, syllables: &Syllables, units: &mut Vec<Unit>) {
    let split = if letters.len() <= LONGEST_PINYIN {
        syllables.split(letters)
    } else {
        None
    };
    let Some(split) = split else {
        units.push(Unit {
            syllable: 0,
            character: 'x',
            span: NormSpan::new(at, at + letters.len()),
        });
        return;
    };
    let mut start = at;
    for letters in split {
        let end = start + letters.len();
        units.push(Unit {
            syllable: syllables.by_letters[letters],
            character: '\0',
            span: NormSpan::new(start, end),
        });
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Vec<(usize, String, usize)> {
        let row = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        let syllables = Syllables::new(
            &[
                row("cao", "操草曹"),
                row("ni", "你泥尼"),
                row("ma", "妈马玛"),
                row("lai", "来莱"),
            ],
            &[row("妈", "马"), row("操", "草")],
        );
        let table = FoldTable::new(FxHashMap::default());
        let index = SoundIndex::new([(7, "操你妈")].into_iter(), &syllables);
        let (mut units, mut found) = (Vec::new(), Vec::new());
        index.find(text, true, &syllables, &table, &mut units, &mut found);
        found
            .iter()
            .map(|found| (found.term, found.span.of(text).to_owned(), found.unlisted))
            .collect()
    }

    #[test]
    fn hears_homophones_pinyin_and_mixtures() {
        assert_eq!(find("快还，草泥马"), [(7, "草泥马".into(), 1)]);
        assert_eq!(find("caonima来"), [(7, "caonima".into(), 0)]);
        assert_eq!(find("cao ni ma"), [(7, "cao ni ma".into(), 0)]);
        assert_eq!(find("操n你ma"), []);
        assert_eq!(find("操ni妈"), [(7, "操ni妈".into(), 0)]);
    }

    #[test]
    fn leaves_the_plain_form_and_other_words() {
        assert_eq!(find("操你妈"), []);
        assert_eq!(find("曹尼玛"), []);
        assert_eq!(find("操，你妈"), []);
    }
}
