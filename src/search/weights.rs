//! The second opinion's weights, looked up by the codes of characters.
//!
//! In: the glyphs of a message, one by one. Out: its [`Opinion`]. Sums of whole numbers, so that the share of any
//! stretch of sentences is a difference; nothing is kept but the beginnings of sentences not yet heard.

use super::glance::{Glyph, key};
use crate::normalize::CharKind;
use crate::opinion::{self, Opinion};
use crate::pair_table::PairTable;

/// The character begins, or ends, a pair with a weight.
pub(super) const BEGINS_PAIR: u8 = 1;
pub(super) const ENDS_PAIR: u8 = 2;

/// What the second opinion's model says of the whole message, by code.
#[derive(Debug, Default)]
pub(super) struct Weights {
    pub(super) scale: f32,
    pub(super) bias: f32,
    pub(super) of_break: u16,
    pub(super) of_number: u16,
    /// Weight of the character, and whether it begins or ends a pair with a weight.
    pub(super) singles: Vec<(i8, u8)>,
    pub(super) pairs: PairTable<PairWeight>,
}

/// What a pair says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PairWeight {
    pub(super) weight: i8,
    /// It is of a term that a grave rule waits for.
    pub(super) is_grave: bool,
}

/// The weights of a message so far.
pub(super) struct Tally<'w> {
    weights: &'w Weights,
    previous: u16,
    can_follow: bool,
    is_grave: bool,
    sum: i32,
    tokens: u32,
    /// Sum and tokens at the beginnings of sentences not yet heard by themselves, in order.
    sentences: Vec<(i32, u32)>,
    loudest: f32,
}

impl<'w> Tally<'w> {
    pub(super) fn new(weights: &'w Weights) -> Self {
        Self {
            weights,
            previous: weights.of_break,
            can_follow: true,
            is_grave: false,
            sum: 0,
            tokens: 0,
            sentences: Vec::new(),
            loudest: f32::MIN,
        }
    }

    /// A break before the next stretch, unless there is one.
    pub(super) fn break_off(&mut self) {
        if self.tokens > 0 && self.previous != self.weights.of_break {
            self.push(self.weights.of_break);
        }
        self.sentences.clear();
        self.sentences.push((self.sum, self.tokens));
    }

    #[inline]
    pub(super) fn add(&mut self, glyph: Glyph) {
        if glyph.is_break() {
            if self.previous != self.weights.of_break {
                self.push(self.weights.of_break);
            }
            if glyph.is(CharKind::Sentence) {
                self.end_sentence();
            }
        } else if !glyph.is(CharKind::Digit) {
            self.push(glyph.code());
        } else if self.previous != self.weights.of_number {
            self.push(self.weights.of_number);
        }
    }

    #[inline]
    fn push(&mut self, code: u16) {
        self.tokens += 1;
        if let Some(&(single, begins)) = self.weights.singles.get(usize::from(code)) {
            self.sum += i32::from(single);
            if self.can_follow && begins & ENDS_PAIR != 0 {
                let pair = self.weights.pairs.get(key(self.previous, code));
                let PairWeight { weight, is_grave } = pair.unwrap_or_default();
                self.sum += i32::from(weight);
                self.is_grave |= is_grave;
            }
            self.can_follow = begins & BEGINS_PAIR != 0;
        } else {
            self.can_follow = false;
        }
        self.previous = code;
    }

    /// Hears the sentences that are long enough by now, and begins another.
    fn end_sentence(&mut self) {
        let is_long = |&(_, start): &(i32, u32)| self.tokens - start >= opinion::STRETCH_TOKENS;
        let long = self
            .sentences
            .iter()
            .take_while(|sentence| is_long(sentence))
            .count();
        for index in 0..long {
            self.hear(self.sentences[index]);
        }
        self.sentences.drain(..long);
        if self.sentences.last() != Some(&(self.sum, self.tokens)) {
            self.sentences.push((self.sum, self.tokens));
        }
    }

    pub(super) fn end_stretch(&mut self) {
        for index in 0..self.sentences.len() {
            if self.sentences[index].1 < self.tokens {
                self.hear(self.sentences[index]);
            }
        }
        self.sentences.clear();
    }

    fn hear(&mut self, (sum, tokens): (i32, u32)) {
        self.loudest = self
            .loudest
            .max(self.weights.logit(self.sum - sum, self.tokens - tokens));
    }

    pub(super) fn opinion(&self) -> Opinion {
        Opinion {
            tokens: self.tokens,
            is_grave: self.is_grave,
            whole: self.weights.logit(self.sum, self.tokens),
            loudest: self.loudest,
        }
    }
}

impl Weights {
    fn logit(&self, sum: i32, tokens: u32) -> f32 {
        opinion::logit(self.bias, self.scale, sum, tokens)
    }
}
