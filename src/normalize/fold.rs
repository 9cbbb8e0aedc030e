//! One table from a character to what it folds to and what kind of character that is.
//!
//! In: the fold lists of the lexicon. Out: [`FoldTable`], one lookup a character for the whole Basic
//! Multilingual Plane (256 KiB: a flat table beats two levels on common processors). Full-width clause
//! punctuation stays as it is: it is in no term, and folding it would rewrite almost every message.

use rustc_hash::FxHashMap;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

use serde::{Deserialize, Serialize};

use crate::finding::Disguise;
use crate::lexicon::compiled::sorted;
use crate::lexicon::flat::{Table, flat_struct};

/// What kind of character, after folding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CharKind {
    /// Han character.
    Han,
    /// ASCII letter.
    Letter,
    /// ASCII digit.
    Digit,
    /// Any other letter, number or mark.
    OtherWord,
    /// White space but line breaks.
    Space,
    /// Ends a clause.
    Clause,
    /// Ends a sentence; line breaks too.
    Sentence,
    /// Stands between words of one list: 、
    List,
    /// Brackets with a meaning of their own: 【】《》
    Frame,
    /// Everything that a writer can insert between characters without changing what is read.
    Symbol,
    /// Not seen at all.
    Invisible,
    /// Folds to several characters.
    Several,
}

/// The kinds met in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Signs(u16);

impl Signs {
    pub(crate) fn has(self, kind: CharKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    fn add(&mut self, entry: Entry) {
        self.0 |= 1 << entry.kind() as u32;
    }
}

/// Target character (bits 0–19), kind (20–23).
#[derive(Debug, Clone, Copy)]
struct Entry(u32);

flat_struct!(Entry(u32));

impl Entry {
    fn new(target: char, kind: CharKind) -> Self {
        Entry(target as u32 & 0xF_FFFF | (kind as u32) << 20)
    }

    fn kind(self) -> CharKind {
        KINDS[(self.0 >> 20 & 15) as usize]
    }

    fn target(self) -> u32 {
        self.0 & 0xF_FFFF
    }
}

const KINDS: [CharKind; 16] = {
    use CharKind::*;
    [
        Han, Letter, Digit, OtherWord, Space, Clause, Sentence, List, Frame, Symbol, Invisible, Several,
        Symbol, Symbol, Symbol, Symbol,
    ]
};

/// Character → folded character and kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct FoldTable {
    entries: Table<Entry>,
    #[serde(serialize_with = "sorted")]
    traditional: FxHashMap<char, char>,
}

/// What a character becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Stays.
    Same,
    /// Disappears.
    Dropped,
    /// Becomes one other character.
    One(char),
    /// Becomes several.
    Several(String),
}

impl FoldTable {
    /// Builds the table from "character → simplified or usual form".
    pub(crate) fn new(traditional: FxHashMap<char, char>) -> Self {
        let mut table = Self {
            entries: Table::default(),
            traditional,
        };
        let entries = (0..0x1_0000_u32).map(|code| match char::from_u32(code) {
            Some(character) => table.compute(character),
            None => Entry::new('\u{FFFD}', CharKind::Symbol),
        });
        table.entries = entries.collect();
        table
    }

    /// The kind of a character after folding.
    pub(crate) fn kind(&self, character: char) -> CharKind {
        self.entry(character).kind()
    }

    /// What a character becomes; its signs are added.
    #[inline]
    pub(crate) fn fold(&self, character: char, signs: &mut Signs) -> Fold {
        let entry = self.entry(character);
        signs.add(entry);
        if entry.target() == character as u32 & 0xF_FFFF {
            return match entry.kind() {
                CharKind::Invisible => Fold::Dropped,
                CharKind::Several => Fold::Several(self.fold_slowly(character)),
                _ => Fold::Same,
            };
        }
        char::from_u32(entry.target()).map_or(Fold::Same, Fold::One)
    }

    /// The folded character and its kind; its signs are added. Of kind `Several` the character itself.
    #[inline]
    pub(crate) fn folded(&self, character: char, signs: &mut Signs) -> (char, CharKind) {
        let entry = self.entry(character);
        signs.add(entry);
        (char::from_u32(entry.target()).unwrap_or(character), entry.kind())
    }

    /// What a character of kind `Several` folds to.
    pub(crate) fn several(&self, character: char) -> String {
        self.fold_slowly(character)
    }

    /// Whether a character is a traditional or variant form of another.
    pub(crate) fn is_traditional(&self, character: char) -> bool {
        self.traditional.contains_key(&character)
    }

    /// What a changed character says about the writer.
    pub(crate) fn disguise_of(&self, character: char) -> Option<Disguise> {
        match character {
            '\u{FF01}'..='\u{FF5E}' | '\u{3000}' => Some(Disguise::FullWidth),
            'A'..='Z' => None,
            _ if self.traditional.contains_key(&character) => Some(Disguise::Traditional),
            _ => Some(Disguise::Lookalike),
        }
    }

    fn entry(&self, character: char) -> Entry {
        match self.entries.get(character as usize) {
            Some(entry) => entry,
            None => self.compute(character),
        }
    }

    fn compute(&self, character: char) -> Entry {
        // Two thirds of the plane, of which only the list can say anything.
        let is_han = matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}');
        if is_han && !self.traditional.contains_key(&character) {
            return Entry::new(character, CharKind::Han);
        }
        if is_invisible(character) {
            return Entry::new(character, CharKind::Invisible);
        }
        let folded = self.fold_slowly(character);
        let mut characters = folded.chars();
        let (first, rest) = (characters.next(), characters.next());
        match (first, rest) {
            (Some(target), None) => Entry::new(target, kind_of(target)),
            (None, _) => Entry::new(character, CharKind::Invisible),
            (Some(_), Some(_)) => Entry::new(character, CharKind::Several),
        }
    }

    /// Compatibility form, lower case, usual form; the definition that the table caches.
    fn fold_slowly(&self, character: char) -> String {
        if keeps_its_width(character) {
            return character.to_string();
        }
        let usual = |character: char| *self.traditional.get(&character).unwrap_or(&character);
        let is_astral_plain = character > '\u{FFFF}' && !is_astral_compatible(character);
        if character.is_ascii() || is_astral_plain {
            return character.to_ascii_lowercase().to_string();
        }
        let compatible = usual(character).nfkc().flat_map(char::to_lowercase);
        compatible
            .map(usual)
            .filter(|&folded| !is_invisible(folded))
            .collect()
    }
}

/// Punctuation whose compatibility form would only cost work.
fn keeps_its_width(character: char) -> bool {
    matches!(
        character,
        '，' | '！' | '？' | '：' | '；' | '（' | '）' | '…' | '～' | '．'
    )
}

fn is_astral_compatible(character: char) -> bool {
    matches!(character, '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F2FF}' | '\u{2F800}'..='\u{2FA1F}')
}

fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\r' | '\t' => false,
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{034F}' | '\u{2800}' => true,
        '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}' | '\u{180B}'..='\u{180F}' => true,
        '\u{0300}'..='\u{036F}' | '\u{20D0}'..='\u{20FF}' => true,
        _ => matches!(
            get_general_category(character),
            GeneralCategory::Control | GeneralCategory::Format
        ),
    }
}

fn kind_of(character: char) -> CharKind {
    use GeneralCategory as G;
    match character {
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '〇' => CharKind::Han,
        '\u{20000}'..='\u{3FFFF}' => CharKind::Han,
        'a'..='z' | 'A'..='Z' => CharKind::Letter,
        '0'..='9' => CharKind::Digit,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '。' | '！' | '？' | '!' | '?' | '｡' => {
            CharKind::Sentence
        }
        '，' | ',' | '；' | ';' | '：' | ':' => CharKind::Clause,
        '、' => CharKind::List,
        '【' | '】' | '《' | '》' => CharKind::Frame,
        _ => match get_general_category(character) {
            G::SpaceSeparator | G::Control => CharKind::Space,
            G::UppercaseLetter | G::LowercaseLetter | G::TitlecaseLetter | G::OtherLetter => {
                CharKind::OtherWord
            }
            G::ModifierLetter | G::DecimalNumber | G::LetterNumber | G::OtherNumber => CharKind::OtherWord,
            _ => CharKind::Symbol,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FoldTable {
        FoldTable::new(FxHashMap::from_iter([('斷', '断'), ('媽', '妈')]))
    }

    #[test]
    fn folds_width_case_and_variants() {
        let table = table();
        let mut signs = Signs::default();
        let mut fold = |character| table.fold(character, &mut signs);
        assert_eq!(fold('Ａ'), Fold::One('a'));
        assert_eq!(fold('Q'), Fold::One('q'));
        assert_eq!(fold('斷'), Fold::One('断'));
        assert_eq!(fold('𝐬'), Fold::One('s'));
        assert_eq!(fold('①'), Fold::One('1'));
        assert_eq!(fold('㎏'), Fold::Several("kg".into()));
        assert_eq!(fold('\u{200B}'), Fold::Dropped);
        assert_eq!(fold('，'), Fold::Same);
        assert_eq!(fold('断'), Fold::Same);
        assert_eq!(fold('🔪'), Fold::Same);
        assert!(signs.has(CharKind::Han) && signs.has(CharKind::Symbol));
        assert!(!signs.has(CharKind::Space));
    }

    #[test]
    fn the_table_holds_what_the_definition_says() {
        let table = table();
        for character in (0..0x1_0000_u32).filter_map(char::from_u32) {
            let expected = match &*table.fold_slowly(character) {
                _ if is_invisible(character) => Fold::Dropped,
                "" => Fold::Dropped,
                folded if folded.chars().eq([character]) => Fold::Same,
                folded if folded.chars().count() == 1 => Fold::One(folded.chars().next().unwrap()),
                folded => Fold::Several(folded.to_owned()),
            };
            assert_eq!(
                table.fold(character, &mut Signs::default()),
                expected,
                "{character:?}"
            );
        }
    }

    #[test]
    fn every_fold_is_a_fixed_point() {
        let table = table();
        for character in (0..0x1_0000_u32).filter_map(char::from_u32) {
            let once = table.fold_slowly(character);
            let twice: String = once.chars().map(|folded| table.fold_slowly(folded)).collect();
            assert_eq!(once, twice, "{character:?}");
        }
    }
}
