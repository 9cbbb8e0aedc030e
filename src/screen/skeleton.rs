//! A message → its skeleton: the wording, with what varies from fill to fill replaced by typed slots.
//!
//! In: a message, the fold table of a lexicon. Out: a [`Key`], the same for all messages that are one template with
//! other names, sums, dates, links and numbers; the wording as it stands in the source, and the slots with their values.
//! [`Sheet`] carries the skeletons of a batch, [`Templates`] counts them, [`Found`] ranks them. Promise: one pass over
//! the text, O(characters), no memory but the buffers of [`Skeleton`]; the key depends on the text, the record's names
//! and the folds of the lexicon, not on platform or run; slots lie in order on character boundaries of the source.
//!
//! Width, case, traditional forms, spaces, punctuation, symbols and invisible characters make no difference to the key.
//! **Every** number is a slot, also one that belongs to the wording (12378, 第50条, 24小时, 1.): a skeleton is compared
//! and never judged, and to tell the two apart would need a second message. So are the signature in 【】 at either end
//! of a text, the names in the record's own fields, and what stands where names stand (尊敬的…, …先生, at the start).
//! Of calls the agent's turns are taken as one text: that is what a robot or a script repeats. Near skeletons are not
//! its business: places and other free words that vary are left to [`Templates::finish`].

mod found;
mod names;
mod near;
mod numbers;
mod sheet;
mod templates;
#[cfg(test)]
mod templates_tests;
#[cfg(test)]
mod tests;
mod values;

use std::ops::Range;

use crate::lexicon::Lexicon;
use crate::message::{Message, Speaker};
use crate::normalize::{CharKind, FoldTable, Signs};
use crate::rule::Lang;
use crate::span::Span;

pub use found::{Found, RankedSlot, RankedValue, Template, TemplateId};
pub use sheet::{Sheet, Sighting};
pub(crate) use templates::MAX_SKELETONS;
pub use templates::Templates;

/// Texts longer than this, in bytes, have no skeleton: books and articles aren't filled in, and memory stays bounded.
const MAX_BYTES: usize = 48 << 10;

/// Characters of wording besides slots that a skeleton needs: below it (好的, 收到, 在吗) everybody says the same.
const LEAST_WORDING: usize = 4;

/// Longest signature in 【】, in characters.
const LONGEST_SIGNATURE: usize = 20;

/// Shortest name of an agency or creditor that is looked for in a text, in characters: shorter ones are words.
const SHORTEST_PARTY: usize = 3;

/// Marks of slots in a plain reading lie above all characters.
const FIRST_MARK: u32 = 0x11_0000;

/// Identifies a skeleton: a hash of its plain wording. Among 30 million skeletons two share one with a chance of 1 in 40,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Key(pub u64);

/// What kind of value fills a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum SlotKind {
    /// 金额
    Amount,
    /// 姓名, a title after it included
    Name,
    /// 日期
    Date,
    /// 时间
    Time,
    /// 链接
    Link,
    /// 电话
    Phone,
    /// 证件号
    IdNumber,
    /// 银行卡号
    BankCard,
    /// Any other number, code or sequence of both; also of a slot whose values are of several kinds.
    Number,
    /// 签名, in 【】 at either end of a text
    Signature,
    /// 机构, as the record's own fields name agency or creditor
    Party,
}

impl SlotKind {
    /// The kind for a reader of this language.
    pub fn title(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            SlotKind::Amount => ("金额", "amount"),
            SlotKind::Name => ("姓名", "name"),
            SlotKind::Date => ("日期", "date"),
            SlotKind::Time => ("时间", "time"),
            SlotKind::Link => ("链接", "link"),
            SlotKind::Phone => ("电话", "phone"),
            SlotKind::IdNumber => ("证件号", "ID number"),
            SlotKind::BankCard => ("卡号", "card number"),
            SlotKind::Number => ("号码", "number"),
            SlotKind::Signature => ("签名", "signature"),
            SlotKind::Party => ("机构", "institution"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Whether its values are personal data, to be masked where they are shown.
    pub fn is_personal(self) -> bool {
        matches!(
            self,
            SlotKind::Name | SlotKind::Phone | SlotKind::IdNumber | SlotKind::BankCard
        )
    }

    /// The kind of a slot that is filled with values of this kind and of another.
    fn or(self, other: SlotKind) -> SlotKind {
        if self == other { self } else { SlotKind::Number }
    }

    /// How the plain reading marks it. All kinds of numbers share a mark: the same slot holds a mobile in one message
    /// and a hotline in the next.
    fn mark(self) -> u32 {
        FIRST_MARK
            + match self {
                SlotKind::Name => 1,
                SlotKind::Link => 2,
                SlotKind::Signature | SlotKind::Party => 3,
                _ => 0,
            }
    }
}

/// A slot of a skeleton and what stands there in the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What kind of value it is.
    pub kind: SlotKind,
    /// The turn it stands in; none for plain texts.
    pub turn: Option<usize>,
    /// Where, in the text of the turn.
    pub span: Span,
    /// Byte of the wording before which it stands.
    at: usize,
    /// The value in the buffer of values.
    value: Range<usize>,
}

/// A character of the text, folded; invisible ones are left out.
#[derive(Debug, Clone, Copy)]
struct Unit {
    character: char,
    kind: CharKind,
    /// Bytes of the character in the source.
    width: u8,
    /// Where it begins in the source.
    at: u32,
}

impl Unit {
    fn end(&self) -> usize {
        self.at as usize + usize::from(self.width)
    }

    /// Whether a reader skips it: what is inserted between characters, and spaces.
    fn is_filler(&self) -> bool {
        matches!(self.kind, CharKind::Symbol | CharKind::Space)
    }
}

/// The skeleton of a message, and the memory for that of the next.
#[derive(Debug, Default)]
pub struct Skeleton {
    wording: String,
    slots: Vec<Slot>,
    values: String,
    /// Characters that are compared, and marks of slots.
    plain: Vec<u32>,
    units: Vec<Unit>,
    /// Names in the record's fields, folded, and their kinds.
    own_names: Vec<(SlotKind, Range<usize>)>,
    own_characters: Vec<char>,
}

impl Skeleton {
    /// Takes the skeleton of a message in place of the last one; `None` if it has none: too few words, too long, or a
    /// call in which no agent speaks. One pass, O(characters).
    pub fn take(&mut self, message: &Message, lexicon: &Lexicon) -> Option<Key> {
        self.clear();
        let bytes: usize = message.stretches().map(|(_, _, text)| text.len()).sum();
        if bytes > MAX_BYTES {
            return None;
        }
        let table = &lexicon.folds.table;
        self.learn_names(message, table);
        for (turn, speaker, text) in message.stretches() {
            if speaker == Speaker::Agent {
                if !self.wording.is_empty() {
                    self.wording.push('\n');
                }
                self.take_stretch(turn, text, table);
            }
        }
        let words = self.plain.iter().filter(|&&one| one < FIRST_MARK).count();
        (words >= LEAST_WORDING).then(|| key_of(&self.plain))
    }

    /// The source without what fills the slots; the agent's turns of a call, a line each.
    pub fn wording(&self) -> &str {
        &self.wording
    }

    /// The slots in order of place.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// What fills a slot: its characters folded, without spaces.
    pub fn value(&self, slot: &Slot) -> &str {
        &self.values[slot.value.clone()]
    }

    fn clear(&mut self) {
        self.wording.clear();
        self.slots.clear();
        self.values.clear();
        self.plain.clear();
        self.own_names.clear();
        self.own_characters.clear();
    }

    /// Folds the names in the record's fields, so that they can be found in its text.
    fn learn_names(&mut self, message: &Message, table: &FoldTable) {
        let fields = [
            (SlotKind::Name, &message.debtor),
            (SlotKind::Name, &message.recipient),
            (SlotKind::Party, &message.agency),
            (SlotKind::Party, &message.creditor),
        ];
        for (kind, field) in fields {
            let Some(field) = field.as_deref() else { continue };
            let start = self.own_characters.len();
            let folded = field.chars().map(|one| table.folded(one, &mut Signs::default()));
            let words = folded.filter(|(_, kind)| is_word(*kind));
            self.own_characters
                .extend(words.map(|(one, _)| one).take(2 * LONGEST_SIGNATURE));
            let name = start..self.own_characters.len();
            let is_name = match kind {
                SlotKind::Name => names::may_be_name(&self.own_characters[name.clone()]),
                _ => name.len() >= SHORTEST_PARTY,
            };
            match is_name {
                true => self.own_names.push((kind, name)),
                false => self.own_characters.truncate(start),
            }
        }
    }

    fn take_stretch(&mut self, turn: Option<usize>, text: &str, table: &FoldTable) {
        let mut units = std::mem::take(&mut self.units);
        read_units(text, table, &mut units);
        let mut copied = 0;
        let mut at = 0;
        // Up to here no link begins, so that a long run of letters and points is looked through once.
        let mut linkless = 0;
        while at < units.len() {
            let found = self.slot_at(&units, at, &mut linkless);
            let Some((kind, end)) = found else {
                if is_word(units[at].kind) {
                    self.plain.push(units[at].character as u32);
                }
                at += 1;
                continue;
            };
            let span = Span::new(units[at].at as usize, units[end - 1].end());
            // Several units of one character share its bytes.
            if span.start >= copied {
                self.wording.push_str(&text[copied..span.start]);
                let start = self.values.len();
                let shown = units[at..end].iter().filter(|unit| unit.kind != CharKind::Space);
                self.values.extend(shown.map(|unit| unit.character));
                self.slots.push(Slot {
                    kind,
                    turn,
                    span,
                    at: self.wording.len(),
                    value: start..self.values.len(),
                });
                copied = span.end;
            }
            self.plain.push(kind.mark());
            at = end;
        }
        self.wording.push_str(&text[copied..]);
        self.units = units;
    }

    /// The slot that begins at this unit, and the unit after it.
    fn slot_at(&self, units: &[Unit], at: usize, linkless: &mut usize) -> Option<(SlotKind, usize)> {
        let unit = units[at];
        match unit.kind {
            CharKind::Digit | CharKind::Letter => {
                if let Some((kind, name)) = self.own_name_at(units, at) {
                    return Some((kind, name));
                }
                if at >= *linkless {
                    let (end, is_link) = numbers::link(units, at);
                    if is_link {
                        return Some((SlotKind::Link, end));
                    }
                    *linkless = end;
                }
                let is_inside_word = at > 0 && units[at - 1].kind == CharKind::Letter;
                match unit.kind {
                    CharKind::Letter if is_inside_word => None,
                    _ => numbers::number(units, at),
                }
            }
            CharKind::Han => self.own_name_at(units, at).or_else(|| {
                let signs = names::signs_of(unit.character);
                if signs.is_plain() {
                    return None;
                }
                let number = signs
                    .is_numeral()
                    .then(|| numbers::han_number(units, at))
                    .flatten();
                let name = || names::name(units, at).map(|end| (SlotKind::Name, end));
                number.or_else(name)
            }),
            CharKind::Frame if unit.character == '【' => {
                signature(units, at).map(|end| (SlotKind::Signature, end))
            }
            _ => None,
        }
    }

    fn own_name_at(&self, units: &[Unit], at: usize) -> Option<(SlotKind, usize)> {
        let first = units[at].character;
        let mut own = self.own_names.iter();
        own.find_map(|(kind, name)| {
            let name = &self.own_characters[name.clone()];
            let end = (name[0] == first)
                .then(|| names::own(units, at, name))
                .flatten()?;
            match kind {
                SlotKind::Name => Some((SlotKind::Name, names::title_after(units, end).unwrap_or(end))),
                _ => Some((*kind, end)),
            }
        })
    }
}

/// Whether a character of this kind is part of the words that are compared.
fn is_word(kind: CharKind) -> bool {
    matches!(
        kind,
        CharKind::Han | CharKind::Letter | CharKind::Digit | CharKind::OtherWord
    )
}

fn read_units(text: &str, table: &FoldTable, units: &mut Vec<Unit>) {
    units.clear();
    let mut signs = Signs::default();
    for (at, source) in text.char_indices() {
        let (character, kind) = table.folded(source, &mut signs);
        let unit = |character, kind| Unit {
            character,
            kind,
            width: source.len_utf8() as u8,
            at: at as u32,
        };
        match kind {
            CharKind::Invisible => {}
            CharKind::Several => {
                let folded = table.several(source);
                units.extend(folded.chars().map(|one| unit(one, table.kind(one))));
            }
            _ => units.push(unit(character, kind)),
        }
    }
}

/// The end of a signature that begins here, at either end of the text.
fn signature(units: &[Unit], open: usize) -> Option<usize> {
    let inside = units[open + 1..].iter().take(LONGEST_SIGNATURE + 1);
    let length = inside.take_while(|unit| unit.kind != CharKind::Frame).count();
    let close = open + 1 + length;
    let is_closed = units.get(close).is_some_and(|unit| unit.character == '】');
    let is_blank = |units: &[Unit]| !units.iter().any(|unit| is_word(unit.kind));
    let is_at_an_end = |end: usize| is_blank(&units[..open]) || is_blank(&units[end..]);
    // An end is near or it is none: no long way for each bracket.
    let is_near = open <= LONGEST_SIGNATURE || units.len() - close <= LONGEST_SIGNATURE;
    (is_closed && length > 0 && is_near && is_at_an_end(close + 1)).then_some(close + 1)
}

/// The plain reading of a wording with slots before these bytes.
fn plain_of(wording: &str, marks: impl Iterator<Item = (usize, SlotKind)>, table: &FoldTable) -> Vec<u32> {
    let mut marks = marks.peekable();
    let mut plain = Vec::with_capacity(wording.len() / 3);
    let mut signs = Signs::default();
    for (at, source) in wording.char_indices() {
        while let Some((_, kind)) = marks.next_if(|(mark, _)| *mark <= at) {
            plain.push(kind.mark());
        }
        match table.folded(source, &mut signs) {
            (_, CharKind::Several) => {
                let folded = table.several(source);
                let words = folded.chars().filter(|&one| is_word(table.kind(one)));
                plain.extend(words.map(u32::from));
            }
            (character, kind) if is_word(kind) => plain.push(character as u32),
            _ => {}
        }
    }
    plain.extend(marks.map(|(_, kind)| kind.mark()));
    plain
}

/// A hash of 64 bits with good mixing and no dependence on the width of the machine's words.
fn key_of(plain: &[u32]) -> Key {
    // Fraction bits of π, as good as any without a pattern.
    const SEED: u64 = 0x243F_6A88_85A3_08D3;
    const FACTOR: u64 = 0x1319_8A2E_0370_7345;
    let mut hash = SEED;
    for &one in plain {
        hash = fold_product(hash ^ u64::from(one), FACTOR);
    }
    Key(fold_product(hash ^ plain.len() as u64, SEED))
}

/// The beginning of a text, not longer than so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The two halves of a product of 128 bits, one over the other.
fn fold_product(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product >> 64) as u64 ^ product as u64
}
