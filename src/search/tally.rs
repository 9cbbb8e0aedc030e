//! The second opinion of a whole message: tokens → [`Opinion`].
//!
//! In: the stretches of a message as rows of token codes. Out: the logits of the whole and of its loudest stretch.
//! Shares are whole numbers, so that the share of any stretch of sentences is a difference of two sums. One pass over
//! the source makes the tokens, and a second one without a branch sums them up.

use super::alphabet::{Alphabet, Glyph};
use crate::normalize::CharKind;
use crate::opinion::{self, Opinion};

/// What turns a sum of shares into a logit, and the codes of what stands for breaks and numbers.
#[derive(Debug, Default)]
pub(super) struct Measure {
    pub(super) scale: f32,
    pub(super) bias: f32,
    pub(super) of_break: u16,
    pub(super) of_number: u16,
}

/// The tokens of a message so far; kept from message to message for its memory.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    codes: Vec<u16>,
    /// Where sentences begin and, last of a stretch, where it ends.
    sentences: Vec<u32>,
    /// Where the sentences of each stretch begin in `sentences`.
    stretches: Vec<u32>,
    /// Sum of the shares before each sentence.
    sums: Vec<i32>,
    /// Where pairs end that may belong to a term that a grave rule waits for.
    grave: Vec<u32>,
}

impl Tally {
    /// Forgets the message before.
    pub(super) fn clear(&mut self) {
        self.codes.clear();
        self.sentences.clear();
        self.stretches.clear();
    }

    /// Begins a stretch: there is a break before it unless the one before ends with one.
    pub(super) fn begin_stretch(&mut self, measure: &Measure) {
        if self.codes.last().is_some_and(|&last| last != measure.of_break) {
            self.codes.push(measure.of_break);
        }
        self.stretches.push(self.sentences.len() as u32);
        self.sentences.push(self.codes.len() as u32);
    }

    /// Adds a character; runs of breaks and of digits are one token each.
    #[inline(always)]
    pub(super) fn add(&mut self, glyph: Glyph, measure: &Measure) {
        let is_break = glyph.is_break();
        let code = if is_break {
            measure.of_break
        } else if glyph.is(CharKind::Digit) {
            measure.of_number
        } else {
            self.codes.push(glyph.code());
            return;
        };
        // Before the first word there is a break already.
        let last = self.codes.last().copied().unwrap_or(measure.of_break);
        if last != code {
            self.codes.push(code);
        }
        if is_break && glyph.is(CharKind::Sentence) {
            let at = self.codes.len() as u32;
            if self.sentences.last() != Some(&at) {
                self.sentences.push(at);
            }
        }
    }

    /// Ends a stretch.
    pub(super) fn end_stretch(&mut self) {
        self.sentences.push(self.codes.len() as u32);
    }

    /// What these tokens say; `is_grave` tells whether a grave term stands around the token at this place. O(tokens +
    /// sentences).
    pub(super) fn opinion(
        &mut self,
        measure: &Measure,
        alphabet: &Alphabet,
        is_grave: impl Fn(&[u16], usize) -> bool,
    ) -> Opinion {
        self.sums.clear();
        self.grave.clear();
        let (mut sum, mut previous, mut at) = (0, measure.of_break, 0);
        for &end in &self.sentences {
            for (place, &code) in (at as u32..).zip(&self.codes[at..end as usize]) {
                let (share, may_be_grave) = alphabet.share(previous, code);
                sum += share;
                if may_be_grave {
                    self.grave.push(place);
                }
                previous = code;
            }
            at = end as usize;
            self.sums.push(sum);
        }
        let tokens = self.codes.len() as u32;
        Opinion {
            tokens,
            is_grave: self
                .grave
                .iter()
                .any(|&place| is_grave(&self.codes, place as usize)),
            whole: opinion::logit(measure.bias, measure.scale, sum, tokens),
            loudest: self.loudest(measure),
        }
    }

    /// The logit of the loudest stretch: from each sentence on as many as are long enough, or all that are left.
    fn loudest(&self, measure: &Measure) -> f32 {
        let mut loudest = f32::MIN;
        let ends = self
            .stretches
            .iter()
            .skip(1)
            .copied()
            .chain([self.sentences.len() as u32]);
        for (&start, end) in self.stretches.iter().zip(ends) {
            let range = start as usize..end as usize;
            let (places, sums) = (&self.sentences[range.clone()], &self.sums[range]);
            let mut last = 0;
            for first in 0..places.len() - 1 {
                let is_long = |last: usize| places[last] - places[first] >= opinion::STRETCH_TOKENS;
                while last + 1 < places.len() && !is_long(last) {
                    last += 1;
                }
                let (tokens, sum) = (places[last] - places[first], sums[last] - sums[first]);
                if tokens > 0 {
                    loudest = loudest.max(opinion::logit(measure.bias, measure.scale, sum, tokens));
                }
            }
        }
        loudest
    }
}
