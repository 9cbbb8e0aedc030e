//! Running text of markup, put together from stretches between tags.
//!
//! In: words, references, breaks and holes of a source in their order. Out: a [`Passage`]. White space is laid out as a
//! reader sees it: at the ends it is nothing; where it is collapsed a run of it is one space, and nothing where a line is
//! broken between two characters that aren't ASCII. Promise: every character leads back to where it is written.

use super::directives::{Mark, What};
use crate::lint::passage::{Escaped, Passage, PassageBuilder, has_han};
use crate::span::Span;

/// What a run of white space is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spaces {
    /// One space at most.
    Collapsed,
    /// What it is written as.
    Kept,
}

/// How a stretch writes characters otherwise.
pub(super) type Escape = fn(&str) -> Option<(Escaped, usize)>;

/// A text that grows.
#[derive(Debug)]
pub(super) struct Flow<'s> {
    source: &'s str,
    spaces: Spaces,
    builder: PassageBuilder,
    /// White space that is written once something follows.
    gap: Vec<Span>,
    /// The character before the gap.
    last: Option<char>,
    /// From the first to the last character.
    frame: Option<Span>,
}

impl<'s> Flow<'s> {
    pub(super) fn new(source: &'s str, spaces: Spaces) -> Self {
        Self {
            source,
            spaces,
            builder: PassageBuilder::default(),
            gap: Vec::new(),
            last: None,
            frame: None,
        }
    }

    /// Whether only white space was pushed yet.
    pub(super) fn is_blank(&self) -> bool {
        self.frame.is_none()
    }

    /// Words with their escapes.
    pub(super) fn push(&mut self, span: Span, escape: Escape) {
        let mut at = span.start;
        while at < span.end {
            let rest = &self.source[at..span.end];
            let spaces = rest.len() - rest.trim_start_matches(is_space).len();
            if spaces > 0 {
                self.push_space(Span::new(at, at + spaces));
                at += spaces;
                continue;
            }
            // Up to the next white space, in one stretch.
            let length = rest.find(is_space).unwrap_or(rest.len());
            let words = Span::new(at, at + length);
            let first = match escape(&rest[..length]) {
                Some((Escaped::Character(character), _)) => Some(character),
                _ => rest.chars().next(),
            };
            self.fill_gap(first, words);
            self.builder.push_escaped(self.source, words, escape);
            self.last = self.builder.last();
            at += length;
        }
    }

    /// Words in which a template has its marks.
    pub(super) fn push_marked(&mut self, span: Span, marks: &[Mark], escape: Escape) {
        let mut at = span.start;
        let first = marks.partition_point(|mark| mark.span.end <= span.start);
        for mark in marks[first..]
            .iter()
            .take_while(|mark| mark.span.start < span.end)
        {
            let own = Span::new(mark.span.start.max(at), mark.span.end.clamp(at, span.end));
            self.push(Span::new(at, own.start), escape);
            match &mark.what {
                What::Hole(name) => self.push_hole(name.clone(), own),
                What::Branch => self.push_written(" ", own),
                What::Cut | What::Comment(_) | What::Part(_) => {}
            }
            at = own.end;
        }
        self.push(Span::new(at, span.end), escape);
    }

    /// Characters that are written otherwise.
    pub(super) fn push_written(&mut self, written: &str, span: Span) {
        self.fill_gap(written.chars().next(), span);
        self.builder.push_written(written, span);
        self.last = written.chars().next_back();
    }

    /// What a program fills in.
    pub(super) fn push_hole(&mut self, name: String, span: Span) {
        self.fill_gap(Some('x'), span);
        self.builder.push_hole(name, self.source, span);
        self.last = Some('x');
    }

    /// The end of a line. Nothing at the beginning of a text.
    pub(super) fn push_break(&mut self, span: Span) {
        self.gap.clear();
        if !self.is_blank() {
            self.builder.push_written("\n", span);
            self.last = None;
        }
    }

    /// White space that the markup stands for.
    pub(super) fn push_space(&mut self, span: Span) {
        if !self.is_blank() && !span.is_empty() {
            self.gap.push(span);
        }
    }

    /// The passage, if it has Han characters.
    pub(super) fn finish(self, key: impl Into<String>) -> Option<Passage> {
        let frame = self.frame?;
        let passage = self.builder.finish(key, frame);
        has_han(&passage.text).then_some(passage)
    }

    fn fill_gap(&mut self, next: Option<char>, following: Span) {
        let gap = std::mem::take(&mut self.gap);
        if let (Some(first), Some(last)) = (gap.first(), gap.last()) {
            let whole = Span::new(first.start, last.end.max(first.start));
            let has_break = gap.iter().any(|span| span.of(self.source).contains(['\n', '\r']));
            let is_wide = |character: Option<char>| character.is_some_and(|character| !character.is_ascii());
            match self.spaces {
                Spaces::Kept => {
                    for span in gap {
                        self.builder.push_verbatim(self.source, span);
                    }
                }
                // After a break that was written, or between wide characters.
                Spaces::Collapsed if self.last.is_none() => {}
                Spaces::Collapsed if has_break && is_wide(self.last) && is_wide(next) => {}
                Spaces::Collapsed if gap.len() == 1 && whole.of(self.source) == " " => {
                    self.builder.push_verbatim(self.source, whole);
                }
                Spaces::Collapsed => self.builder.push_written(" ", whole),
            }
        }
        self.frame = Some(match self.frame {
            Some(frame) => frame.cover(following),
            None => following,
        });
    }
}

/// A stretch without escapes.
pub(super) fn plain(_rest: &str) -> Option<(Escaped, usize)> {
    None
}

fn is_space(character: char) -> bool {
    character.is_ascii_whitespace()
}
