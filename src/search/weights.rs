//! The second opinion's weights, looked up by the codes of characters.
//!
//! In: the glyphs of a message, one by one. Out: its [`Opinion`]. Sums of whole numbers, so that the share of any
//! stretch of sentences is a difference; nothing is kept but the beginnings of sentences not yet heard.

use super::glance::{Glyph, hash, key};
use crate::normalize::CharKind;
use crate::opinion::{self, Opinion};

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
    /// Open addressing: pair, weight; [`GRAVE`] is added to the weight of a pair that no opinion overrules.
    pub(super) pairs: Vec<(u32, i32)>,
}

/// Marks a pair of a term that a grave rule waits for.
pub(super) const GRAVE: i32 = 1 << 16;

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
                let weight = self.weights.of_pair(key(self.previous, code));
                self.is_grave |= weight >= GRAVE / 2;
                self.sum += if weight >= GRAVE / 2 {
                    weight - GRAVE
                } else {
                    weight
                };
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
    #[inline]
    fn of_pair(&self, key: u32) -> i32 {
        let mask = self.pairs.len() - 1;
        let mut slot = hash(key) as usize >> 8 & mask;
        loop {
            let (own, weight) = self.pairs[slot];
            if own == key {
                return weight;
            }
            if own == 0 {
                return 0;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn logit(&self, sum: i32, tokens: u32) -> f32 {
        self.bias + sum as f32 * self.scale / (tokens.max(opinion::SHORTEST_TOKENS) as f32).sqrt()
    }
}
