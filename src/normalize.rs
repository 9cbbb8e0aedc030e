//! Text → readings of it, each with an exact map back to the source.
//!
//! In: the decoded text of a turn. Out: [`Normalized`] readings. *Plain* (width, compatibility forms, case,
//! simplified and usual forms, invisible characters) is always made; the *restored* readings (symbols
//! skipped, split characters, look-alikes, pictures, initials put back) only where the source shows a sign
//! of them. Promise: idempotent; every boundary maps back, in order, onto a character boundary of the
//! source. It doesn't decide what a reading means, and never joins text across clause punctuation.

mod fold;
mod offset_map;
mod restore;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(crate) use fold::{CharKind, FoldTable, Signs};
pub use offset_map::OffsetMap;
pub(crate) use restore::{Restorations, Restored, disguises_of_gaps, is_supported, reading_of, restore};

use crate::span::Span;
use fold::Fold;
use offset_map::ReadingBuilder;

/// A reading of a text and the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalized<'a> {
    /// The characters to search.
    pub text: Cow<'a, str>,
    /// From bytes of `text` to bytes of the source.
    pub offsets: OffsetMap,
}

/// The plain reading and the signs of disguise met on the way. One pass, O(bytes); borrows an unchanged text.
pub(crate) fn plain<'a>(source: &'a str, table: &FoldTable) -> (Normalized<'a>, Signs) {
    let mut signs = Signs::default();
    let mut builder: Option<ReadingBuilder> = None;
    // Start of the stretch seen but not yet taken over.
    let mut pending = 0;
    for (at, character) in source.char_indices() {
        let fold = table.fold(character, &mut signs);
        if fold == Fold::Same {
            continue;
        }
        let builder = builder.get_or_insert_with(|| ReadingBuilder::with_capacity(source.len()));
        builder.copy(source, Span::new(pending, at));
        pending = at + character.len_utf8();
        let span = Span::new(at, pending);
        match fold {
            Fold::Same | Fold::Dropped => {}
            Fold::One(folded) => {
                let disguise = table.disguise_of(character);
                builder.replace(folded.encode_utf8(&mut [0; 4]), span, disguise);
            }
            Fold::Several(folded) => builder.replace(&folded, span, table.disguise_of(character)),
        }
    }
    let normalized = match builder {
        None => Normalized {
            text: Cow::Borrowed(source),
            offsets: OffsetMap::default(),
        },
        Some(mut builder) => {
            builder.copy(source, Span::new(pending, source.len()));
            let (text, offsets) = builder.finish();
            Normalized {
                text: Cow::Owned(text),
                offsets,
            }
        }
    };
    (normalized, signs)
}

/// The plain form of a term or cue of the lexicon.
pub(crate) fn plain_term(term: &str, table: &FoldTable) -> String {
    plain(term, table).0.text.into_owned()
}
