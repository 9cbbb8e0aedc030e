//! What is judged in a file: a text with the way back to where it is written.
//!
//! In: stretches of a [`Source`](super::source::Source), put together by an extractor: words as they stand, escapes,
//! values that a program fills in. Out: [`Passage`]. Promise: pieces cover the whole text of a passage in order, and
//! every span of it leads to the stretch of the source that wrote it. It judges nothing.

use crate::span::Span;

/// A text in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it stands by name, as `templates[2].content` or `sms.overdue`; empty where formats have no names.
    pub key: String,
    /// The id that the record itself carries, in tables and lists of records.
    pub id: Option<String>,
    /// The text, escapes resolved. What a program fills in stands as it is written in the source.
    pub text: String,
    /// Stretches of `text` that the format says are filled in, in order.
    pub holes: Vec<Hole>,
    /// How the text is written, in order, without gaps in `text`.
    pieces: Vec<Piece>,
    /// The whole stretch of the source that holds it, with its quotes or tags.
    pub frame: Span,
}

/// A stretch that a program fills in, known by the format: an interpolation, a joined variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Bytes of the passage's text.
    pub span: Span,
    /// What it is called: the expression or its last name.
    pub name: String,
}

/// How a stretch of a passage is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the passage's text.
    pub text: Span,
    /// Bytes of the source's text.
    pub source: Span,
    /// Whether the source has the same characters; else the piece is one whole: an escape, a folded line break.
    pub is_verbatim: bool,
}

/// Puts a passage together.
#[derive(Debug, Default)]
pub struct PassageBuilder {
    text: String,
    holes: Vec<Hole>,
    pieces: Vec<Piece>,
}

impl PassageBuilder {
    /// Words as they stand in the source.
    pub fn push_verbatim(&mut self, source_text: &str, source: Span) {
        if source.is_empty() {
            return;
        }
        let text = self.append(source.of(source_text));
        match self.pieces.last_mut() {
            Some(last) if last.is_verbatim && last.source.end == source.start => {
                last.text.end = text.end;
                last.source.end = source.end;
            }
            _ => self.pieces.push(Piece {
                text,
                source,
                is_verbatim: true,
            }),
        }
    }

    /// Characters that the source writes otherwise: an escape, a folded line break. Nothing may be written as
    /// something: a line break between two joined literals.
    pub fn push_written(&mut self, written: &str, source: Span) {
        if written.is_empty() {
            return;
        }
        let text = self.append(written);
        self.pieces.push(Piece {
            text,
            source,
            is_verbatim: false,
        });
    }

    /// What a program fills in; it stands in the text as it is written in the source.
    pub fn push_hole(&mut self, name: impl Into<String>, source_text: &str, source: Span) {
        let start = self.text.len();
        self.push_verbatim(source_text, source);
        self.holes.push(Hole {
            span: Span::new(start, self.text.len()),
            name: name.into(),
        });
    }

    /// A stretch with escapes: `escape` gets what begins at each place and tells what is written there and in how many
    /// bytes; `None` for a character that stands for itself.
    pub fn push_escaped(
        &mut self,
        source_text: &str,
        source: Span,
        escape: impl Fn(&str) -> Option<(Escaped, usize)>,
    ) {
        let (mut plain, mut at) = (source.start, source.start);
        while at < source.end {
            let rest = &source_text[at..source.end];
            match escape(rest) {
                Some((written, length)) => {
                    self.push_verbatim(source_text, Span::new(plain, at));
                    let whole = Span::new(at, at + length);
                    match written {
                        Escaped::Nothing => {}
                        Escaped::Character(character) => {
                            self.push_written(character.encode_utf8(&mut [0; 4]), whole);
                        }
                        Escaped::Hole(name) => self.push_hole(name, source_text, whole),
                    }
                    at += length;
                    plain = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        self.push_verbatim(source_text, Span::new(plain, source.end));
    }

    /// Whether nothing was pushed yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The last character so far.
    pub fn last(&self) -> Option<char> {
        self.text.chars().next_back()
    }

    /// The passage, found under this key in this stretch of the source.
    pub fn finish(self, key: impl Into<String>, frame: Span) -> Passage {
        Passage {
            key: key.into(),
            id: None,
            text: self.text,
            holes: self.holes,
            pieces: self.pieces,
            frame,
        }
    }

    fn append(&mut self, words: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(words);
        Span::new(start, self.text.len())
    }
}

/// What an escape stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Escaped {
    /// Nothing: a line that goes on.
    Nothing,
    /// A character.
    Character(char),
    /// What a program fills in, with its name.
    Hole(String),
}

impl Passage {
    /// A passage that stands in the source as it is.
    pub fn verbatim(key: impl Into<String>, source_text: &str, span: Span) -> Self {
        let mut builder = PassageBuilder::default();
        builder.push_verbatim(source_text, span);
        builder.finish(key, span)
    }

    /// The stretch of the source that writes a span of the text; what only half covers an escape has it wholly.
    /// O(log pieces).
    pub fn source_span(&self, span: Span) -> Span {
        let start = self.source_start(span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        let last = &self.pieces[self.piece_of(span.end - 1)];
        let end = match last.is_verbatim {
            true => last.source.start + (span.end - last.text.start),
            false => last.source.end,
        };
        Span::new(start, end.max(start))
    }

    fn source_start(&self, at: usize) -> usize {
        let Some(piece) = self.pieces.get(self.piece_of(at)) else {
            return self.frame.start;
        };
        match piece.is_verbatim {
            true => piece.source.start + (at - piece.text.start).min(piece.source.len()),
            false => piece.source.start,
        }
    }

    fn piece_of(&self, at: usize) -> usize {
        let following = self.pieces.partition_point(|piece| piece.text.start <= at);
        following.saturating_sub(1)
    }

    /// How a span of the text is written, if its pieces stand in one stretch of the source with nothing between them, and
    /// none is written in part: then the stretch can be written otherwise, and no other words are touched.
    pub fn stretch(&self, span: Span) -> Option<Vec<Piece>> {
        let first = self.piece_of(span.start);
        let pieces = self.pieces.get(first..)?;
        let pieces = pieces.iter().take_while(|piece| piece.text.start < span.end);
        let pieces: Option<Vec<Piece>> = pieces.map(|piece| piece.within(span)).collect();
        let pieces = pieces.filter(|pieces| !span.is_empty() && !pieces.is_empty())?;
        let mut pairs = pieces.windows(2);
        let is_one = pairs.all(|pair| pair[0].source.end == pair[1].source.start);
        is_one.then_some(pieces)
    }

    /// Whether a span of the text is written in one stretch with the same characters, so that a replacement of the
    /// words replaces those bytes and nothing else.
    pub fn is_verbatim(&self, span: Span) -> bool {
        let piece = self.pieces.get(self.piece_of(span.start));
        piece.is_some_and(|piece| piece.is_verbatim && piece.text.contains(span))
    }
}

impl Piece {
    /// The part of it that writes a span; `None` where that would cut a whole.
    fn within(&self, span: Span) -> Option<Self> {
        if span.contains(self.text) {
            return Some(*self);
        }
        let text = Span::new(self.text.start.max(span.start), self.text.end.min(span.end));
        let source = |at: usize| self.source.start + (at - self.text.start);
        self.is_verbatim.then(|| Self {
            text,
            source: Span::new(source(text.start), source(text.end)),
            is_verbatim: true,
        })
    }
}

/// Whether a text has Han characters: the only texts that are judged.
pub fn has_han(text: &str) -> bool {
    text.chars().any(is_han)
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backslash(rest: &str) -> Option<(Escaped, usize)> {
        match rest.as_bytes() {
            [b'\\', b'n', ..] => Some((Escaped::Character('\n'), 2)),
            [b'\\', b'\n', ..] => Some((Escaped::Nothing, 2)),
            [b'$', b'x', ..] => Some((Escaped::Hole("x".to_owned()), 2)),
            _ => None,
        }
    }

    #[test]
    fn spans_lead_back_through_escapes() {
        let source = "k: \"一\\n二\\\n三$x四\"";
        let mut builder = PassageBuilder::default();
        builder.push_escaped(source, Span::new(4, source.len() - 1), backslash);
        let passage = builder.finish("k", Span::new(3, source.len()));
        assert_eq!(passage.text, "一\n二三$x四");
        assert_eq!(passage.holes.len(), 1);
        for (words, written) in [
            ("一", "一"),
            ("\n", "\\n"),
            ("一\n二", "一\\n二"),
            ("二三", "二\\\n三"),
            ("三$x四", "三$x四"),
            ("四", "四"),
        ] {
            let start = passage.text.find(words).unwrap();
            let span = passage.source_span(Span::new(start, start + words.len()));
            assert_eq!(span.of(source), written, "{words:?}");
        }
        assert_eq!(passage.holes[0].span.of(&passage.text), "$x");
        let first = Span::new(0, "一".len());
        assert!(passage.is_verbatim(first));
        assert!(!passage.is_verbatim(Span::new(0, "一\n".len())));
    }

    #[test]
    fn joined_literals_are_one_text() {
        let source = r#""一" + name + "二""#;
        let mut builder = PassageBuilder::default();
        builder.push_verbatim(source, Span::new(1, 4));
        builder.push_hole("name", source, Span::new(8, 12));
        builder.push_verbatim(source, Span::new(16, 19));
        let passage = builder.finish("", Span::new(0, source.len()));
        assert_eq!(passage.text, "一name二");
        let all = passage.source_span(Span::new(0, passage.text.len()));
        assert_eq!(all.of(source), r#"一" + name + "二"#);
    }

    #[test]
    fn only_han_text_is_judged() {
        for (text, expected) in [("overdue", false), ("逾期", true), ("𠮷", true), ("、。", false)] {
            assert_eq!(has_han(text), expected, "{text}");
        }
    }
}
