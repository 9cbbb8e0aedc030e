//! The linear model: weights of characters and pairs of characters.
//!
//! In: the bytes of `lexicons/model.bin`, or what [`train`](super::train) made. Out: [`Model`]. A text's logit for a
//! head is the head's bias plus the weights of its characters and pairs of neighbours divided by the root of its
//! length, so that the share of any stretch is a sum. Weights are whole numbers of one byte; reading and writing
//! are exact.

use crate::error::{Error, ErrorKind, Result, say};
use crate::rule::Category;

/// What a logit speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// The whole text offends.
    Any,
    /// A text that offends does so in this category.
    Category(Category),
    /// These words, a clause, are what offends in this category.
    Words(Category),
}

/// How many heads there are.
pub(crate) const HEADS: usize = 1 + 2 * Category::ALL.len();

/// Weights of a character (`second` is NUL) or of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gram {
    pub(crate) first: char,
    pub(crate) second: char,
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
    /// Sorted.
    pub(crate) grams: Vec<Gram>,
}

const MAGIC: &[u8; 8] = b"dunlint1";
const GRAM_BYTES: usize = 4 + HEADS;

impl Head {
    /// All heads, in the order of the weights.
    pub(crate) fn all() -> impl Iterator<Item = Head> {
        let categories = Category::ALL.into_iter().map(Head::Category);
        let words = Category::ALL.into_iter().map(Head::Words);
        std::iter::once(Head::Any).chain(categories).chain(words)
    }

    /// Its place among the weights.
    pub(crate) fn index(self) -> usize {
        match self {
            Head::Any => 0,
            Head::Category(category) => 1 + category as usize,
            Head::Words(category) => 1 + Category::ALL.len() + category as usize,
        }
    }
}

impl Model {
    /// Puts a model together; characters outside the Basic Multilingual Plane can't be in it.
    pub(crate) fn new(
        learned_from: [u8; 32],
        scales: [f32; HEADS],
        biases: [f32; HEADS],
        mut grams: Vec<Gram>,
    ) -> Self {
        grams.sort_by_key(|gram| (gram.first, gram.second));
        Self {
            learned_from,
            scales,
            biases,
            grams,
        }
    }

    /// Reads a model.
    ///
    /// # Errors
    /// If these bytes are no model of this version.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let broken = || {
            let reason = say!(
                "不是这个版本的权重文件；请用 `dunlint train` 重新生成",
                "not a model of this version; make it anew with `dunlint train`"
            );
            Error::new(ErrorKind::Lexicon, reason)
        };
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(broken)?;
        let (learned_from, rest) = rest.split_first_chunk::<32>().ok_or_else(broken)?;
        let (numbers, grams) = rest.split_at_checked(HEADS * 8).ok_or_else(broken)?;
        let mut numbers = numbers
            .chunks_exact(4)
            .map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        let mut next = || std::array::from_fn(|_| numbers.next().unwrap_or_default());
        let (scales, biases) = (next(), next());
        if grams.len() % GRAM_BYTES != 0 {
            return Err(broken());
        }
        let character = |low: u8, high: u8| char::from_u32(u32::from(u16::from_le_bytes([low, high])));
        let gram = |bytes: &[u8]| {
            Some(Gram {
                first: character(bytes[0], bytes[1])?,
                second: character(bytes[2], bytes[3])?,
                weights: std::array::from_fn(|head| bytes[4 + head] as i8),
            })
        };
        let grams: Option<Vec<Gram>> = grams.chunks_exact(GRAM_BYTES).map(gram).collect();
        Ok(Self::new(
            *learned_from,
            scales,
            biases,
            grams.ok_or_else(broken)?,
        ))
    }

    /// Writes a model.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.learned_from);
        for number in self.scales.iter().chain(&self.biases) {
            bytes.extend(number.to_le_bytes());
        }
        for gram in &self.grams {
            for character in [gram.first, gram.second] {
                bytes.extend((character as u16).to_le_bytes());
            }
            bytes.extend(gram.weights.map(|weight| weight as u8));
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_as_it_was_written() {
        let gram = |first, second, weight| Gram {
            first,
            second,
            weights: [weight; HEADS],
        };
        let grams = vec![gram('断', '腿', 127), gram('断', '\0', -128), gram('，', '你', 3)];
        let model = Model::new([7; 32], [0.25; HEADS], [-1.5; HEADS], grams);
        assert_eq!(Model::parse(&model.to_bytes()).unwrap(), model);
        let pairs = model.grams.iter().map(|gram| (gram.first, gram.second));
        assert!(pairs.eq([('断', '\0'), ('断', '腿'), ('，', '你')]));
    }

    #[test]
    fn other_bytes_are_no_model() {
        for bytes in [
            &b""[..],
            b"dunlint1",
            b"dunlint0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(Model::parse(bytes).is_err());
        }
        assert!(Head::all().enumerate().all(|(index, head)| head.index() == index));
    }
}
