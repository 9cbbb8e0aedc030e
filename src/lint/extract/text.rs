//! Plain text: each message as `screen` cuts it, a line, a paragraph or the file.

use super::Extracted;
use crate::lint::passage::{Passage, has_han};
use crate::lint::source::Source;
use crate::read;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let units = read::units(text).into_iter();
    let spans = units.map(|unit| Span::new(unit.start, unit.end));
    Extracted {
        passages: spans
            .filter(|span| has_han(span.of(text)))
            .map(|span| Passage::verbatim("", text, span))
            .collect(),
        ..Extracted::default()
    }
}
