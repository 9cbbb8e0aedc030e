//! Places in the text that the parser gets → places in the file's text.
//!
//! In: what the parser counts, in characters of its own text. Out: bytes. The two texts differ only in [`Pads`]. It parses
//! nothing.

use std::borrow::Cow;

use saphyr_parser::Marker;

/// Spaces that are put in front of brackets for the parser: it wants a closing bracket further in than the key of its
/// list, as the standard does, but no other parser and hardly a writer.
#[derive(Default)]
pub(super) struct Pads {
    /// Where in the text, in order.
    places: Vec<usize>,
}

/// More than the columns of nearly all keys; further in, a second one is put.
const PAD: &str = "                                                                ";

impl Pads {
    pub(super) fn add(&mut self, place: usize) {
        let at = self.places.partition_point(|&known| known <= place);
        self.places.insert(at, place);
    }

    pub(super) fn pad<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.places.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut padded = String::with_capacity(text.len() + self.places.len() * PAD.len());
        let mut at = 0;
        for &place in &self.places {
            padded.push_str(&text[at..place]);
            padded.push_str(PAD);
            at = place;
        }
        padded.push_str(&text[at..]);
        Cow::Owned(padded)
    }

    /// The place of the text that is this one of the padded text.
    fn unpadded(&self, padded: usize) -> usize {
        let mut place = padded;
        for &pad in &self.places {
            if place <= pad {
                break;
            }
            place = place.saturating_sub(PAD.len()).max(pad);
        }
        place
    }
}

/// The bytes of places that the library counts in characters.
pub(super) struct Places<'t> {
    padded: &'t str,
    pads: &'t Pads,
    /// Where every so many characters begin.
    marks: Vec<usize>,
}

/// Characters between two marks.
const STRIDE: usize = 64;

impl<'t> Places<'t> {
    pub(super) fn of(padded: &'t str, pads: &'t Pads) -> Self {
        let marks = padded.char_indices().step_by(STRIDE);
        Self {
            padded,
            pads,
            marks: marks.map(|(at, _)| at).collect(),
        }
    }

    /// The byte of the text.
    pub(super) fn byte(&self, marker: &Marker) -> usize {
        let index = marker.index();
        let mark = self.marks.get(index / STRIDE);
        let padded = mark.and_then(|&mark| {
            let mut characters = self.padded[mark..].char_indices();
            characters.nth(index % STRIDE).map(|(at, _)| mark + at)
        });
        self.pads.unpadded(padded.unwrap_or(self.padded.len()))
    }
}
