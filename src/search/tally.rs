//! The second opinion of a whole message: tokens → [`Opinion`].
//!
//! In: the stretches of a message as rows of token codes. Out: the logits of the whole and of its loudest stretch.
//! Shares are whole numbers, so that the share of any stretch of sentences is a difference of two sums. One pass over
//! the source makes codes of its characters, one over the codes weighs them, both with no branch that depends on a
//! character but the rare ones: what each keeps at hand fits into the registers, what both together do doesn't. A
//! closer look goes over the codes that are left behind ([`Row`]), and reads the source no more.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::alphabet::{Alphabet, Ears, Glyph, Heard};
use super::wide::{Passed, Wide};
use crate::normalize::CharKind;
use crate::opinion::{self, Opinion};

/// What turns a sum of shares into a logit.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Scale {
    pub(super) scale: f32,
    pub(super) bias: f32,
}

/// What turns shares into logits, and the codes of what stands for breaks, numbers and marks.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Measure {
    /// Of the first hearing, and of the closer look.
    pub(super) first: Scale,
    pub(super) close: Scale,
    pub(super) of_break: u16,
    pub(super) of_number: u16,
    pub(super) of_question: u16,
    pub(super) of_exclamation: u16,
    pub(super) of_quote: u16,
}

impl Scale {
    /// The logit of so many tokens whose shares sum up to this.
    fn logit(self, sum: i32, tokens: u32) -> f32 {
        opinion::logit(self.bias, self.scale, sum, tokens)
    }
}

impl Measure {
    /// The code of the token that a character is, and whether a run of such characters is one token; none if it is
    /// passed over.
    pub(super) fn token(&self, character: char, glyph: Glyph) -> Option<(u16, bool)> {
        match opinion::mark(character) {
            Some(opinion::QUESTION) => Some((self.of_question, true)),
            Some(opinion::EXCLAMATION) => Some((self.of_exclamation, true)),
            Some(_) => Some((self.of_quote, true)),
            None if glyph.is_transparent() => None,
            None if glyph.is_break() => Some((self.of_break, true)),
            None if glyph.is(CharKind::Digit) => Some((self.of_number, true)),
            None => Some((glyph.code(), false)),
        }
    }
}

/// The tokens of a message so far; kept from message to message for its memory.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Longer than the tokens are many.
    codes: Vec<u16>,
    tokens: usize,
    /// Characters of the source so far.
    characters: u64,
    /// Where sentences begin and, last of a stretch, where it ends.
    sentences: Vec<u32>,
    /// Where the sentences of each stretch begin in `sentences`.
    stretches: Vec<u32>,
    /// Sum of the shares before each sentence, once they are weighed.
    sums: Vec<i32>,
    /// Where pairs end that may belong to a term that a grave rule waits for.
    grave: Vec<u32>,
}

/// The tokens of a message: what the first hearing leaves to a closer look.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    codes: Box<[u16]>,
    /// Where sentences begin and, last of a stretch, where it ends.
    sentences: SmallVec<[u32; 8]>,
    /// Where the sentences of each stretch begin in `sentences`.
    stretches: SmallVec<[u32; 1]>,
}

/// Memory of one closer look after the other.
#[derive(Debug, Default)]
pub(super) struct Closer {
    shares: Vec<i32>,
    known: Vec<bool>,
    passed: Passed,
    sums: Vec<i32>,
}

impl Tally {
    /// The tokens of the message.
    pub(super) fn row(&self) -> Row {
        Row {
            codes: self.codes[..self.tokens].into(),
            sentences: SmallVec::from_slice(&self.sentences),
            stretches: SmallVec::from_slice(&self.stretches),
        }
    }

    /// Forgets the message before.
    pub(super) fn clear(&mut self) {
        (self.tokens, self.characters) = (0, 0);
        self.sentences.clear();
        self.stretches.clear();
    }

    /// Begins a stretch: there is a break before it unless the one before ends with one.
    pub(super) fn begin_stretch(&mut self, measure: &Measure) {
        self.add(measure.of_break, true, measure);
        self.stretches.push(self.sentences.len() as u32);
        self.end_sentence();
    }

    /// Adds the tokens of a text up to the first character that is more than one token or beyond the Basic Multilingual Plane;
    /// gives what begins with it.
    ///
    /// The text is decoded by hand, and the table of its characters has as many items as there are characters: a loop that
    /// every message passes. Apart from its callers, so that all that it needs stays in registers.
    #[inline(never)]
    pub(super) fn hear<'s>(&mut self, text: &'s str, measure: &Measure, ears: Ears) -> &'s str {
        let (mut tokens, mut count) = (self.tokens, self.characters);
        let most = tokens + text.len();
        if self.codes.len() < most {
            self.codes.resize(most, 0);
        }
        let mut before = self.last(measure);
        let codes = &mut self.codes[..most];
        let mut rest = text.as_bytes();
        loop {
            let (character, after) = match rest {
                [first @ 0xE0..=0xEF, second, third, after @ ..] => {
                    let upper = (u16::from(*first) << 12).wrapping_add(u16::from(*second) << 6);
                    let all = upper.wrapping_add(u16::from(*third));
                    (all.wrapping_sub(MARKS_OF_THREE), after)
                }
                [first @ ..=0x7F, after @ ..] => (u16::from(*first), after),
                [first @ ..=0xDF, second, after @ ..] => {
                    let all = (u16::from(*first) << 6).wrapping_add(u16::from(*second));
                    (all.wrapping_sub(MARKS_OF_TWO), after)
                }
                _ => break,
            };
            let heard = ears.hear(character);
            if heard.is_special() {
                if heard == Heard::SEVERAL {
                    break;
                }
                if heard == Heard::NOTHING {
                    (rest, count) = (after, count + 1);
                    continue;
                }
            }
            (rest, count) = (after, count + 1);
            let own = heard.code();
            // A break or digit after its like is the same token.
            let is_new = !(heard.runs() & (own == before));
            codes[tokens] = own;
            tokens += usize::from(is_new);
            before = own;
            if heard.is_special() {
                end_once(&mut self.sentences, tokens as u32);
            }
        }
        (self.tokens, self.characters) = (tokens, count);
        &text[text.len() - rest.len()..]
    }

    /// Adds one token; one that `runs` and follows its like is the same token.
    pub(super) fn add(&mut self, code: u16, runs: bool, measure: &Measure) {
        if runs && code == self.last(measure) {
            return;
        }
        if self.tokens == self.codes.len() {
            self.codes.push(code);
        }
        self.codes[self.tokens] = code;
        self.tokens += 1;
    }

    /// Counts a character that was not heard by [`hear`](Self::hear).
    pub(super) fn count(&mut self) {
        self.characters += 1;
    }

    /// Characters of the message that were heard.
    pub(super) fn characters(&self) -> u64 {
        self.characters
    }

    /// The last token; before the first word there is a break.
    fn last(&self, measure: &Measure) -> u16 {
        let last = self.tokens.checked_sub(1);
        last.map_or(measure.of_break, |last| self.codes[last])
    }

    /// A sentence or a stretch ends here.
    pub(super) fn end_sentence(&mut self) {
        self.sentences.push(self.tokens as u32);
    }

    /// The same, unless one has just ended.
    pub(super) fn end_sentence_once(&mut self) {
        end_once(&mut self.sentences, self.tokens as u32);
    }

    /// What these tokens say; `is_grave` tells whether a grave term stands around the token at this place. O(tokens +
    /// sentences).
    pub(super) fn opinion(
        &mut self,
        measure: &Measure,
        ears: Ears,
        is_grave: impl Fn(&[u16], usize) -> bool,
    ) -> Opinion {
        let tokens = self.tokens as u32;
        let sum = self.weigh(measure, ears);
        let codes = &self.codes[..self.tokens];
        Opinion {
            tokens,
            is_grave: self.grave.iter().any(|&place| is_grave(codes, place as usize)),
            whole: measure.first.logit(sum, tokens),
            loudest: loudest(measure.first, &self.stretches, &self.sentences, &self.sums),
        }
    }

    /// Sums up the shares, sentence by sentence; gives their sum.
    fn weigh(&mut self, measure: &Measure, ears: Ears) -> i32 {
        self.sums.clear();
        self.grave.clear();
        let (mut sum, mut weighed) = (0, 0);
        let mut before = measure.of_break;
        for &end in &self.sentences {
            let end = end as usize;
            for (place, &own) in (weighed as u32..).zip(&self.codes[weighed..end]) {
                let (share, may_be_grave) = ears.share(before, own);
                sum += share;
                if may_be_grave {
                    self.grave.push(place);
                }
                before = own;
            }
            weighed = end;
            self.sums.push(sum);
        }
        sum
    }
}

impl Closer {
    /// What these tokens say at a closer look: the logits of the whole and of the loudest stretch. O(tokens).
    pub(super) fn look(
        &mut self,
        row: &Row,
        measure: &Measure,
        alphabet: &Alphabet,
        wide: &Wide,
    ) -> (f32, f32) {
        self.share(&row.codes, measure, alphabet, wide);
        self.sums.clear();
        let (mut sum, mut heard) = (0, 0);
        for &place in &row.sentences {
            sum += self.shares[heard..place as usize].iter().sum::<i32>();
            heard = place as usize;
            self.sums.push(sum);
        }
        let whole = measure.close.logit(sum, row.codes.len() as u32);
        (
            whole,
            loudest(measure.close, &row.stretches, &row.sentences, &self.sums),
        )
    }

    /// What each of these tokens adds at the closer look.
    pub(super) fn share(
        &mut self,
        codes: &[u16],
        measure: &Measure,
        alphabet: &Alphabet,
        wide: &Wide,
    ) -> &[i32] {
        self.shares.resize(codes.len(), 0);
        self.known.resize(codes.len(), false);
        let ears = alphabet.ears();
        let before = std::iter::once(&measure.of_break).chain(codes);
        let pairs = before.zip(codes);
        let own = self.shares.iter_mut().zip(&mut self.known);
        for ((share, is_known), (&before, &own)) in own.zip(pairs) {
            (*share, *is_known) = ears.close_share(before, own);
        }
        wide.add(
            codes,
            measure.of_break,
            &self.known,
            &mut self.shares,
            &mut self.passed,
        );
        &self.shares
    }
}

/// Ends a sentence after so many tokens, unless one has just ended.
#[inline(always)]
fn end_once(sentences: &mut Vec<u32>, tokens: u32) {
    if sentences.last() != Some(&tokens) {
        sentences.push(tokens);
    }
}

/// What the marks of UTF-8 add up to where the bytes of a character of three, or of two, are put together with them.
const MARKS_OF_THREE: u16 = (0x80 << 6) + 0x80;
const MARKS_OF_TWO: u16 = (0xC0 << 6) + 0x80;

/// The logit of the loudest stretch: from each sentence on as many as are long enough, or all that are left. In: where
/// the sentences of each stretch begin among all; the tokens and the sum of shares before each sentence.
fn loudest(scale: Scale, stretches: &[u32], sentences: &[u32], sums: &[i32]) -> f32 {
    let mut loudest = f32::MIN;
    let ends = stretches.iter().skip(1).copied();
    let ends = ends.chain([sentences.len() as u32]);
    for (&start, end) in stretches.iter().zip(ends) {
        let range = start as usize..end as usize;
        let (places, sums) = (&sentences[range.clone()], &sums[range]);
        let mut last = 0;
        for first in 0..places.len() - 1 {
            let is_long = |last: usize| places[last] - places[first] >= opinion::STRETCH_TOKENS;
            while last + 1 < places.len() && !is_long(last) {
                last += 1;
            }
            let (tokens, sum) = (places[last] - places[first], sums[last] - sums[first]);
            if tokens > 0 {
                loudest = loudest.max(scale.logit(sum, tokens));
            }
        }
    }
    loudest
}
