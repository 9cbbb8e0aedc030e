//! The linear model: weights of characters, of pairs and, for the closer look, of what stretches over three characters.
//!
//! In: the bytes of `lexicons/model.bin`, or what [`train`](super::train) made. Out: [`Model`]. A text's logit for a
//! head is the head's bias plus the weights of its grams divided by the root of its length, so that the share of any
//! stretch is a sum. Weights are whole numbers of one byte; reading and writing are exact.
//!
//! The first hearing of every message knows characters and pairs only, since they are met in the one pass over its
//! text. Nine of ten messages end there; the others are heard again with wide grams. On texts by authors unseen that
//! flags a fifth fewer clean ones at the same share found (0.0465 instead of 0.0611 where 85 % are found).

use crate::error::{Error, ErrorKind, Result, say};
use crate::rule::Category;

/// What a logit speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// The whole text offends, at the first hearing.
    Any,
    /// The whole text offends, at the closer look.
    AnyClosely,
    /// A text that offends does so in this category.
    Category(Category),
    /// These words, a clause, are what offends in this category.
    Words(Category),
}

/// How many heads there are.
pub(crate) const HEADS: usize = 2 + 2 * Category::ALL.len();

/// What a weight belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Gram {
    One(char),
    Two(char, char),
    /// Three in a row, or two with any character (`None`) between them.
    Wide(char, Option<char>, char),
}

/// A character or a pair with its weights, by head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    pub(crate) gram: Gram,
    pub(crate) weights: [i8; HEADS],
}

/// Weights, scales and biases.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    /// SHA-256 of the texts and labels that it learned from.
    pub(crate) learned_from: [u8; 32],
    /// What a weight of one is worth, by head.
    pub(crate) scales: [f32; HEADS],
    pub(crate) biases: [f32; HEADS],
    grams: Source,
}

/// The grams of a model.
#[derive(Debug, Clone, PartialEq)]
struct Grams {
    /// Sorted; none is wide.
    narrow: Vec<Weighed>,
    /// Wide grams, sorted, with their weight for [`Head::AnyClosely`]. The other heads tell no more apart by them.
    wide: Vec<(Gram, i8)>,
}

/// Where the grams are.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    Read(Grams),
    /// In a file that was checked before: whoever has made tables of them needs them no more.
    PutOff(WrittenGrams<'static>),
}

/// Grams as they are written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct WrittenGrams<'b> {
    narrow: &'b [u8],
    wide: &'b [u8],
}

const MAGIC: &[u8; 8] = b"dunlint2";
/// Bytes of the characters of a gram: three, two each.
const CHARACTER_BYTES: usize = 6;
const GRAM_BYTES: usize = CHARACTER_BYTES + HEADS;
const WIDE_BYTES: usize = CHARACTER_BYTES + 1;

impl Head {
    /// All heads, in the order of the weights.
    pub(crate) fn all() -> impl Iterator<Item = Head> {
        let categories = Category::ALL.into_iter().map(Head::Category);
        let words = Category::ALL.into_iter().map(Head::Words);
        [Head::Any, Head::AnyClosely]
            .into_iter()
            .chain(categories)
            .chain(words)
    }

    /// Its place among the weights.
    pub(crate) fn index(self) -> usize {
        match self {
            Head::Any => 0,
            Head::AnyClosely => 1,
            Head::Category(category) => 2 + category as usize,
            Head::Words(category) => 2 + Category::ALL.len() + category as usize,
        }
    }
}

/// What stands in the file where a gram has no character.
const NONE: char = '\0';

impl Gram {
    /// The gram that was written as these bytes, if it was one.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut characters = [None; 3];
        for (character, bytes) in characters.iter_mut().zip(bytes.chunks_exact(2)) {
            let code = u32::from(u16::from_le_bytes([bytes[0], bytes[1]]));
            *character = Some(char::from_u32(code)?).filter(|character| *character != NONE);
        }
        match characters {
            [Some(one), None, None] => Some(Gram::One(one)),
            [Some(first), Some(second), None] => Some(Gram::Two(first, second)),
            [Some(first), between, Some(last)] => Some(Gram::Wide(first, between, last)),
            _ => None,
        }
    }

    fn write(self, bytes: &mut Vec<u8>) {
        for character in self.characters() {
            bytes.extend((character.unwrap_or(NONE) as u16).to_le_bytes());
        }
    }

    /// Whether it stretches over three characters.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Gram::Wide(..))
    }

    /// Its characters in order.
    pub(crate) fn characters(self) -> [Option<char>; 3] {
        match self {
            Gram::One(one) => [Some(one), None, None],
            Gram::Two(first, second) => [Some(first), Some(second), None],
            Gram::Wide(first, between, last) => [Some(first), between, Some(last)],
        }
    }
}

impl Model {
    /// Puts a model together; characters outside the Basic Multilingual Plane can't be in it.
    pub(crate) fn new(
        learned_from: [u8; 32],
        scales: [f32; HEADS],
        biases: [f32; HEADS],
        mut grams: Vec<Weighed>,
        mut wide: Vec<(Gram, i8)>,
    ) -> Self {
        grams.sort_by_key(|weighed| weighed.gram);
        wide.sort_unstable();
        Self {
            learned_from,
            scales,
            biases,
            grams: Source::Read(Grams { narrow: grams, wide }),
        }
    }

    /// The characters and pairs, sorted; read anew each time if that was put off.
    pub(crate) fn narrow(&self) -> Box<dyn Iterator<Item = Weighed> + '_> {
        match &self.grams {
            Source::Read(grams) => Box::new(grams.narrow.iter().copied()),
            Source::PutOff(written) => Box::new(written.narrow().flatten()),
        }
    }

    /// The wide grams, sorted, with their weights; read anew each time if that was put off.
    pub(crate) fn wide(&self) -> Box<dyn Iterator<Item = (Gram, i8)> + '_> {
        match &self.grams {
            Source::Read(grams) => Box::new(grams.wide.iter().copied()),
            Source::PutOff(written) => Box::new(written.wide().flatten()),
        }
    }

    /// The weights of the character or pair with this number, counted from 1 in the order of [`narrow`](Self::narrow);
    /// nothing for number 0.
    #[inline]
    pub(crate) fn weights(&self, number: u32) -> [i8; HEADS] {
        match (number.checked_sub(1), &self.grams) {
            (None, _) => [0; HEADS],
            (Some(place), Source::Read(grams)) => grams.narrow[place as usize].weights,
            (Some(place), Source::PutOff(written)) => written.weights_at(place as usize),
        }
    }

    /// Reads all of a model but its grams, which takes no time.
    ///
    /// # Errors
    /// If these bytes don't begin like a model of this version.
    pub(crate) fn put_off(bytes: &'static [u8]) -> Result<Self> {
        let (head, rest) = Self::read_head(bytes).ok_or_else(broken)?;
        let written = WrittenGrams::split(rest).ok_or_else(broken)?;
        Ok(Self {
            grams: Source::PutOff(written),
            ..head
        })
    }

    /// Reads a model.
    ///
    /// # Errors
    /// If these bytes are no model of this version.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let (head, rest) = Self::read_head(bytes).ok_or_else(broken)?;
        let written = WrittenGrams::split(rest).ok_or_else(broken)?;
        let narrow: Option<Vec<Weighed>> = written.narrow().collect();
        let wide: Option<Vec<(Gram, i8)>> = written.wide().collect();
        Ok(Self::new(
            head.learned_from,
            head.scales,
            head.biases,
            narrow.ok_or_else(broken)?,
            wide.ok_or_else(broken)?,
        ))
    }

    /// The part of a model's bytes that tells it from all other models.
    pub(crate) fn head(bytes: &[u8]) -> &[u8] {
        &bytes[..bytes.len().min(MAGIC.len() + 32 + HEADS * 8)]
    }

    /// A model without grams, and the bytes of its grams.
    fn read_head(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (learned_from, rest) = rest.split_first_chunk::<32>()?;
        let (numbers, rest) = rest.split_at_checked(HEADS * 8)?;
        let mut numbers = numbers
            .chunks_exact(4)
            .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        let mut next = || std::array::from_fn(|_| numbers.next().unwrap_or_default());
        let (scales, biases) = (next(), next());
        let head = Self::new(*learned_from, scales, biases, Vec::new(), Vec::new());
        Some((head, rest))
    }

    /// Writes a model.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.learned_from);
        for number in self.scales.iter().chain(&self.biases) {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend((self.narrow().count() as u32).to_le_bytes());
        for Weighed { gram, weights } in self.narrow() {
            gram.write(&mut bytes);
            bytes.extend(weights.map(|weight| weight as u8));
        }
        for (gram, weight) in self.wide() {
            gram.write(&mut bytes);
            bytes.push(weight as u8);
        }
        bytes
    }
}

impl<'b> WrittenGrams<'b> {
    /// Finds both parts in the bytes after a model's head.
    fn split(bytes: &'b [u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first_chunk::<4>()?;
        let length = (u32::from_le_bytes(*count) as usize).checked_mul(GRAM_BYTES)?;
        let (narrow, wide) = rest.split_at_checked(length)?;
        wide.len()
            .is_multiple_of(WIDE_BYTES)
            .then_some(Self { narrow, wide })
    }

    /// The weights of the character or pair at a place.
    fn weights_at(self, place: usize) -> [i8; HEADS] {
        let weights = self.narrow[place * GRAM_BYTES + CHARACTER_BYTES..].first_chunk::<HEADS>();
        weights
            .expect("grams are written whole")
            .map(|weight| weight as i8)
    }

    /// The characters and pairs; `None` for bytes that are none.
    fn narrow(self) -> impl Iterator<Item = Option<Weighed>> + 'b {
        self.narrow.chunks_exact(GRAM_BYTES).map(|bytes| {
            let (characters, weights) = bytes.split_at(CHARACTER_BYTES);
            Some(Weighed {
                gram: Gram::parse(characters).filter(|gram| !gram.is_wide())?,
                weights: std::array::from_fn(|head| weights[head] as i8),
            })
        })
    }

    /// The wide grams; `None` for bytes that are none.
    fn wide(self) -> impl Iterator<Item = Option<(Gram, i8)>> + 'b {
        self.wide.chunks_exact(WIDE_BYTES).map(|bytes| {
            let gram = Gram::parse(&bytes[..CHARACTER_BYTES]).filter(|gram| gram.is_wide())?;
            Some((gram, bytes[CHARACTER_BYTES] as i8))
        })
    }
}

fn broken() -> Error {
    let reason = say!(
        "不是这个版本的权重文件；请用 `dunlint train` 重新生成",
        "not a model of this version; make it anew with `dunlint train`"
    );
    Error::new(ErrorKind::Lexicon, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_as_it_was_written() {
        let weighed = |gram, weight| Weighed {
            gram,
            weights: [weight; HEADS],
        };
        let grams = vec![
            weighed(Gram::Two('断', '腿'), 127),
            weighed(Gram::One('断'), -128),
            weighed(Gram::Two('，', '你'), 3),
        ];
        let wide = vec![
            (Gram::Wide('打', Some('断'), '腿'), -1),
            (Gram::Wide('断', None, '腿'), 9),
        ];
        let model = Model::new([7; 32], [0.25; HEADS], [-1.5; HEADS], grams, wide);
        assert_eq!(Model::parse(&model.to_bytes()).unwrap(), model);
        let bytes: &'static [u8] = model.to_bytes().leak();
        let put_off = Model::put_off(bytes).unwrap();
        assert!(put_off.narrow().eq(model.narrow()) && put_off.wide().eq(model.wide()));
        for model in [&model, &put_off] {
            assert_eq!([0, 2, 3].map(|number| model.weights(number)[0]), [0, 127, 3]);
        }
        assert!(model.narrow().is_sorted_by_key(|weighed| weighed.gram) && model.wide().is_sorted());
        let mut cut = model.to_bytes();
        cut.pop();
        assert!(Model::parse(&cut).is_err());
    }

    #[test]
    fn other_bytes_are_no_model() {
        for bytes in [
            &b""[..],
            b"dunlint2",
            b"dunlint1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(Model::parse(bytes).is_err());
        }
        assert!(Head::all().enumerate().all(|(index, head)| head.index() == index));
    }
}
