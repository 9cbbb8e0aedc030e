//! From a normalised reading back to the source, exactly.
//!
//! In: pieces in reading order. Out: [`OffsetMap`]. Sparse: a stretch copied unchanged is one piece
//! whatever its length, so an unchanged text has no piece at all. Forwards it maps only where characters begin that the
//! reading kept.

use crate::finding::Disguise;
use crate::span::{NormSpan, Span};

/// Maps every boundary of a reading onto a character boundary of the source, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetMap {
    /// Empty for the identity.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    norm: usize,
    source: usize,
    source_end: usize,
    is_copy: bool,
    disguise: Option<Disguise>,
}

impl OffsetMap {
    /// Whether the reading is the source.
    pub fn is_identity(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The source characters that made these characters of the reading. O(log pieces).
    pub fn to_source(&self, span: NormSpan) -> Span {
        if self.is_identity() {
            return Span::new(span.start, span.end);
        }
        let first = self.pieces[self.index_of(span.start)];
        let start = first.start_of(span.start);
        if span.start == span.end {
            return Span::new(start, start);
        }
        // The last byte covered decides, not the end: characters dropped after it belong to nobody.
        let last = self.pieces[self.index_of(span.end - 1)];
        let end = if last.is_copy {
            last.source + (span.end - last.norm)
        } else {
            last.source_end
        };
        Span::new(start, end)
    }

    /// Where a source character that the reading kept begins in it. O(log pieces).
    pub(crate) fn to_norm(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.source <= at);
        match next.checked_sub(1) {
            Some(index) if self.pieces[index].is_copy => {
                self.pieces[index].norm + (at - self.pieces[index].source)
            }
            Some(index) => self.pieces[index].norm,
            None => at,
        }
    }

    /// What was done to the characters of this part of the reading, as far as single pieces tell. O(log pieces).
    pub fn disguises(&self, span: NormSpan) -> impl Iterator<Item = Disguise> + '_ {
        self.pieces_of(span).iter().filter_map(|piece| piece.disguise)
    }

    /// What of the source was skipped inside this part of the reading. O(log pieces).
    pub fn gaps(&self, span: NormSpan) -> impl Iterator<Item = Span> + '_ {
        self.pieces_of(span).windows(2).filter_map(|pieces| {
            let (end, start) = (pieces[0].source_end, pieces[1].source);
            // Several pieces may come from one source character (⑩ is read as 10): no gap between those.
            (end < start).then(|| Span::new(end, start))
        })
    }

    fn pieces_of(&self, span: NormSpan) -> &[Piece] {
        if self.is_identity() || span.start == span.end {
            return &[];
        }
        &self.pieces[self.index_of(span.start)..=self.index_of(span.end - 1)]
    }

    fn index_of(&self, norm: usize) -> usize {
        self.pieces
            .partition_point(|piece| piece.norm <= norm)
            .saturating_sub(1)
    }
}

impl Piece {
    fn start_of(self, norm: usize) -> usize {
        if self.is_copy {
            self.source + (norm - self.norm)
        } else {
            self.source
        }
    }
}

/// Builds a reading and its map together.
#[derive(Debug, Default)]
pub(crate) struct ReadingBuilder {
    text: String,
    pieces: Vec<Piece>,
}

impl ReadingBuilder {
    /// Starts a reading of about this many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            pieces: Vec::new(),
        }
    }

    /// Takes source characters over unchanged.
    pub(crate) fn copy(&mut self, source: &str, span: Span) {
        self.push_copy(span.of(source), span, None);
    }

    /// Takes characters of another reading over that come, byte for byte, from this source span.
    pub(crate) fn push_copy(&mut self, text: &str, span: Span, disguise: Option<Disguise>) {
        if text.is_empty() {
            return;
        }
        let continues = self
            .pieces
            .last()
            .is_some_and(|last| last.is_copy && last.source_end == span.start && last.disguise == disguise);
        if continues {
            let last = self.pieces.len() - 1;
            self.pieces[last].source_end = span.end;
        } else {
            self.push_piece(span, true, disguise);
        }
        self.text.push_str(text);
    }

    /// Puts other characters in the place of source characters.
    pub(crate) fn replace(&mut self, text: &str, span: Span, disguise: Option<Disguise>) {
        if text.is_empty() {
            return;
        }
        self.push_piece(span, false, disguise);
        self.text.push_str(text);
    }

    /// The reading and its map.
    pub(crate) fn finish(self) -> (String, OffsetMap) {
        let pieces = self.pieces;
        (self.text, OffsetMap { pieces })
    }

    fn push_piece(&mut self, span: Span, is_copy: bool, disguise: Option<Disguise>) {
        self.pieces.push(Piece {
            norm: self.text.len(),
            source: span.start,
            source_end: span.end,
            is_copy,
            disguise,
        });
    }
}
