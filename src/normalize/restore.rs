//! Readings that put back what a writer hid: symbols skipped, parts joined, pictures and initials read out.
//!
//! In: the plain reading and its signs. Out: at most two [`Restored`] readings: *joined* (a picture between
//! characters is skipped like any symbol) and *pictured* (a picture stands for its word). Promise: made only
//! where a sign asks; maps back exactly; skips by Unicode class, not by a list. It doesn't judge whether
//! the writer meant it: [`is_supported`] does, for one term found at a time.

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::fold::{CharKind, FoldTable, Signs};
use super::offset_map::ReadingBuilder;
use super::{Normalized, OffsetMap};
use crate::finding::Disguise;
use crate::lexicon::compiled::sorted;
use crate::rule::Reading;
use crate::span::{NormSpan, Span};

/// Written forms and what they stand for, from the fold lists.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Restorations {
    #[serde(serialize_with = "sorted")]
    by_first: FxHashMap<char, Vec<Restoration>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Restoration {
    form: Vec<char>,
    plain: String,
    disguise: Disguise,
}

/// A reading that needs support.
#[derive(Debug)]
pub(crate) struct Restored {
    /// Its characters.
    pub(crate) text: String,
    /// The way back.
    pub(crate) offsets: OffsetMap,
}

/// A character of the plain reading with its place in the source.
#[derive(Debug, Clone, Copy)]
struct Item {
    character: char,
    kind: CharKind,
    span: Span,
}

impl Restorations {
    /// Adds a form in the plain reading. Longer forms win over shorter ones at the same place.
    pub(crate) fn add(&mut self, form: &str, plain: &str, disguise: Disguise) {
        let form: Vec<char> = form.chars().collect();
        let Some(&first) = form.first() else { return };
        let same_first = self.by_first.entry(first).or_default();
        same_first.push(Restoration {
            form,
            plain: plain.to_owned(),
            disguise,
        });
        same_first.sort_by_key(|restoration| std::cmp::Reverse(restoration.form.len()));
    }

    /// Whether some form begins with this character.
    pub(crate) fn may_begin(&self, character: char) -> bool {
        self.by_first.contains_key(&character)
    }

    /// All written forms, sorted.
    pub(crate) fn forms(&self) -> Vec<String> {
        let all = self.by_first.values().flatten();
        let mut forms: Vec<String> = all.map(|restoration| restoration.form.iter().collect()).collect();
        forms.sort_unstable();
        forms
    }

    /// The longest form that stands at `at`. Letters and digits must stand alone to be a form.
    fn find(&self, items: &[Item], at: usize, with_pictures: bool) -> Option<&Restoration> {
        let candidates = self.by_first.get(&items[at].character)?;
        candidates.iter().find(|restoration| {
            let length = restoration.form.len();
            let is_there = items.len() - at >= length
                && restoration
                    .form
                    .iter()
                    .zip(&items[at..])
                    .all(|(form, item)| *form == item.character);
            is_there
                && (with_pictures || restoration.disguise != Disguise::Emoji)
                && stands_alone(items, at, length)
        })
    }
}

/// Whether letters stay apart from letters and digits from digits at both ends, and a number isn't an amount,
/// a date or the end of a card number.
fn stands_alone(items: &[Item], at: usize, length: usize) -> bool {
    let is_number = items[at..at + length]
        .iter()
        .all(|item| item.kind == CharKind::Digit);
    let neighbours = [
        at.checked_sub(1).and_then(|before| items.get(before)),
        items.get(at + length),
    ];
    let measures =
        |item: &&Item| "元块万千百年月日号点分%.,:-¥￥$第尾约共人个笔次天条".contains(item.character);
    if is_number && neighbours.into_iter().flatten().any(|item| measures(&item)) {
        return false;
    }
    let glues = |left: Item, right: Item| {
        left.kind == right.kind && matches!(left.kind, CharKind::Letter | CharKind::Digit)
    };
    let end = at + length;
    let is_glued_before = at > 0 && glues(items[at - 1], items[at]);
    let is_glued_after = end < items.len() && glues(items[end - 1], items[end]);
    !is_glued_before && !is_glued_after
}

/// The readings that the signs of `plain` ask for; `has_form` tells that some written form was seen in it.
pub(crate) fn restore(
    plain: &Normalized,
    signs: Signs,
    has_form: bool,
    table: &FoldTable,
    restorations: &Restorations,
) -> Vec<Restored> {
    let has_inserted = signs.has(CharKind::Symbol) || signs.has(CharKind::Space);
    if !(has_inserted || has_form) {
        return Vec::new();
    }
    let items = items_of(plain, table);
    let (pictured, has_pictures) = read(&items, restorations, true);
    let joined = if has_pictures {
        read(&items, restorations, false).0
    } else {
        None
    };
    joined.into_iter().chain(pictured).collect()
}

fn items_of(plain: &Normalized, table: &FoldTable) -> Vec<Item> {
    let characters = plain.text.char_indices();
    characters
        .map(|(at, character)| Item {
            character,
            kind: table.kind(character),
            span: plain
                .offsets
                .to_source(NormSpan::new(at, at + character.len_utf8())),
        })
        .collect()
}

/// One reading, `None` if nothing had to be restored; and whether a picture was read. Forms are looked for
/// after symbols were skipped, so that both may be mixed.
fn read(items: &[Item], restorations: &Restorations, with_pictures: bool) -> (Option<Restored>, bool) {
    let kept = without_inserted(items, restorations, with_pictures);
    let mut builder = ReadingBuilder::with_capacity(kept.len() * 3);
    let mut is_changed = kept.len() < items.len();
    let mut has_pictures = false;
    let mut at = 0;
    while at < kept.len() {
        let item = kept[at];
        if let Some(found) = restorations.find(&kept, at, with_pictures) {
            let last = kept[at + found.form.len() - 1];
            builder.replace(&found.plain, item.span.cover(last.span), Some(found.disguise));
            at += found.form.len();
            is_changed = true;
            has_pictures |= found.disguise == Disguise::Emoji;
        } else {
            item.take_over(&mut builder);
            at += 1;
        }
    }
    let restored = is_changed.then(|| {
        let (text, offsets) = builder.finish();
        Restored { text, offsets }
    });
    (restored, has_pictures)
}

/// The items without runs of symbols and spaces that stand between characters of one word or phrase.
fn without_inserted(items: &[Item], restorations: &Restorations, with_pictures: bool) -> Vec<Item> {
    let mut kept = Vec::with_capacity(items.len());
    let mut at = 0;
    while at < items.len() {
        let is_form = || restorations.find(items, at, with_pictures).is_some();
        if !is_insertable(items[at].kind) || is_form() {
            kept.push(items[at]);
            at += 1;
            continue;
        }
        // A run is decided as a whole, once: a text of nothing but symbols stays linear.
        let run = items[at..]
            .iter()
            .take_while(|item| is_insertable(item.kind))
            .count();
        let run = (1..run)
            .find(|&offset| restorations.find(items, at + offset, with_pictures).is_some())
            .unwrap_or(run);
        if !is_inserted(items, at, at + run) {
            kept.extend_from_slice(&items[at..at + run]);
        }
        at += run;
    }
    kept
}

fn is_insertable(kind: CharKind) -> bool {
    matches!(kind, CharKind::Symbol | CharKind::Space)
}

/// Whether the run `[start, end)` of symbols and spaces stands between two Han characters, or between
/// two single letters.
fn is_inserted(items: &[Item], start: usize, end: usize) -> bool {
    let (Some(before), Some(after)) = (start.checked_sub(1), items.get(end)) else {
        return false;
    };
    match (items[before].kind, after.kind) {
        (CharKind::Han, CharKind::Han) => true,
        (CharKind::Letter, CharKind::Letter) => {
            let is_letter = |item: Option<&Item>| item.is_some_and(|item| item.kind == CharKind::Letter);
            let further = before.checked_sub(1).and_then(|index| items.get(index));
            !is_letter(further) && !is_letter(items.get(end + 1))
        }
        _ => false,
    }
}

impl Item {
    fn take_over(&self, builder: &mut ReadingBuilder) {
        let mut bytes = [0; 4];
        let text = self.character.encode_utf8(&mut bytes);
        if text.len() == self.span.len() {
            builder.push_copy(text, self.span, None);
        } else {
            builder.replace(text, self.span, None);
        }
    }
}

/// Whether the gaps inside a term look like a disguise and not like ordinary spacing.
///
/// `gaps` are the skipped stretches of `source` inside `span`, `characters` the length of the term.
/// A symbol that no ordinary sentence puts there is enough; spaces and dashes, which ordinary writing puts
/// between words, must stand between all characters of a term of three or more, beside both or one of the characters
/// of a shorter one, or inside a term so long (four or more) that it is its own support.
pub(crate) fn is_supported(source: &str, span: Span, gaps: &[Span], characters: usize) -> bool {
    if gaps.is_empty() || characters >= 4 {
        return true;
    }
    let is_strong = |gap: &Span| {
        gap.of(source)
            .chars()
            .any(|character| !is_weak_separator(character))
    };
    if gaps.iter().any(is_strong) {
        return true;
    }
    if characters >= 3 {
        let words = span
            .of(source)
            .chars()
            .filter(|character| character.is_alphanumeric());
        return gaps.len() + 1 >= words.count();
    }
    let before = source[..span.start].chars().next_back();
    let after = source[span.end..].chars().next();
    let is_open = |neighbour: Option<char>| neighbour.is_none_or(|character| !character.is_alphanumeric());
    is_open(before) || is_open(after)
}

fn is_weak_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '/' | '-'
                | '.'
                | '·'
                | '|'
                | '+'
                | '…'
                | '—'
                | '–'
                | '~'
                | '～'
                | '('
                | ')'
                | '（'
                | '）'
                | '['
                | ']'
                | '"'
                | '\''
                | '“'
                | '”'
                | '‘'
                | '’'
                | '「'
                | '」'
                | '『'
                | '』'
                | '・'
                | '%'
                | '\\'
                | '<'
                | '>'
                | '='
                | '\u{200B}'
        )
}

/// The disguises that skipped stretches amount to.
pub(crate) fn disguises_of_gaps(
    source: &str,
    gaps: &[Span],
    table: &FoldTable,
) -> impl Iterator<Item = Disguise> {
    let characters = gaps.iter().flat_map(|gap| gap.of(source).chars());
    characters.map(|character| match table.kind(character) {
        CharKind::Space | CharKind::Sentence => Disguise::Spaces,
        CharKind::Invisible => Disguise::Invisible,
        _ => Disguise::Symbols,
    })
}

/// The reading that a rule must allow for a disguise to count.
pub(crate) fn reading_of(disguise: Disguise) -> Reading {
    match disguise {
        Disguise::Traditional | Disguise::FullWidth | Disguise::Invisible => Reading::Plain,
        Disguise::Spaces | Disguise::Symbols => Reading::Joined,
        Disguise::Homophone | Disguise::Pinyin | Disguise::Initials => Reading::Sound,
        Disguise::Split | Disguise::Lookalike => Reading::Shape,
        Disguise::Emoji | Disguise::Digits => Reading::Picture,
    }
}
