//! YAML.
//!
//! In: documents, one after another. Out: their scalars with Han text, under their key paths, and the comments between
//! scalars. Values and where they begin are the library's; `yaml/scalar.rs` leads folds, escapes and indents back. What
//! stands before a fault is read. An alias is no second text, a key is none. It resolves no tags and merges nothing.

mod places;
mod scalar;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::nest::{MOST_DEPTH, Nest};
use super::{Comment, Extracted, Problem, checked};
use crate::error::{Sentence, say};
use crate::lint::source::Source;
use crate::span::Span;
use places::{Pads, Places};

/// Bytes that are read again at most, once for each bracket that the parser refuses for its place: as many as the largest
/// file has.
const MOST_REREAD_BYTES: u64 = crate::lint::MOST_BYTES;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let mut pads = Pads::default();
    let mut reread = 0;
    loop {
        let (own, refused) = read(text, &pads);
        reread += text.len() as u64;
        match refused {
            Some(place) if reread <= MOST_REREAD_BYTES => pads.add(place),
            _ => return own,
        }
    }
}

/// Reads a text; tells the place of the bracket that ends the reading too early, if one does.
fn read(text: &str, pads: &Pads) -> (Extracted, Option<usize>) {
    let padded = pads.pad(text);
    let mut walk = Walk {
        text,
        places: Places::of(&padded, pads),
        nest: Nest::default(),
        frames: Vec::new(),
        seen: 0,
        own: Extracted::default(),
    };
    let mut parser = Parser::new_from_str(&padded);
    let mut end = text.len();
    let mut refused = None;
    while let Some(event) = parser.next_event() {
        let fault = match event {
            Ok(_) if walk.nest.depth() > MOST_DEPTH => Some((walk.seen, say!("嵌套太深", "nested too deep"))),
            Ok((event, span)) => {
                walk.event(&event, span);
                None
            }
            Err(error) => {
                let info = error.info();
                let at = walk.places.byte(error.marker());
                let is_bracket = text[at..].starts_with([']', '}']);
                refused = (info == "invalid indentation" && is_bracket).then_some(at);
                Some((at, say!("不是有效的 YAML：{info}", "not valid YAML: {info}")))
            }
        };
        if let Some((at, reason)) = fault {
            end = at;
            walk.own.problems.push(problem(text, at, reason));
            break;
        }
    }
    // Behind a fault nobody knows what a # is.
    walk.pass_gap(end);
    let mut own = walk.own;
    own.passages = walk.nest.finish();
    (own, refused)
}

/// A fault that shows at the end of the text is on its last line.
fn problem(text: &str, at: usize, reason: Sentence) -> Problem {
    let last = text.trim_end().len();
    Problem {
        at: at.min(last),
        reason,
    }
}

/// A walk through the events.
struct Walk<'t> {
    text: &'t str,
    places: Places<'t>,
    nest: Nest,
    /// The open lists and tables.
    frames: Vec<Frame>,
    /// Up to where comments were looked for.
    seen: usize,
    own: Extracted,
}

/// A list or table that is open.
struct Frame {
    /// Whether a key comes next; never in lists.
    is_key_next: bool,
    is_table: bool,
    /// Whether it is a key itself, or in one: no text then.
    is_in_key: bool,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event, span: saphyr_parser::Span) {
        match event {
            Event::SequenceStart(..) => self.open(false),
            Event::MappingStart(..) => self.open(true),
            Event::SequenceEnd | Event::MappingEnd => {
                let is_in_key = self.frames.pop().is_some_and(|frame| frame.is_in_key);
                if !is_in_key {
                    self.nest.close();
                }
            }
            Event::Alias(_) => match self.begin() {
                Meaning::Key => self.nest.name("*"),
                Meaning::Value => self.nest.skip(),
                Meaning::Nothing => {}
            },
            Event::Scalar(value, style, anchor, tag) => {
                let has_properties = *anchor > 0 || tag.is_some();
                self.scalar(value, *style, span, has_properties);
            }
            _ => {}
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: saphyr_parser::Span, has_properties: bool) {
        let mut start = self.places.byte(&span.start);
        let mut header = self.pass_gap(start);
        let mut indent = span.start.col();
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if has_properties {
            // The parser counts them with the scalar.
            start = self.pass_properties();
            if is_block {
                header = Some(start);
                (start, indent) = scalar::block_start(self.text, start, value);
                self.pass_gap(start);
            }
        }
        let end = self.places.byte(&span.end).max(start);
        let written = Span::new(start, end);
        let scalar = match style {
            ScalarStyle::Plain => scalar::plain(self.text, written),
            ScalarStyle::SingleQuoted => scalar::quoted(self.text, written, '\''),
            ScalarStyle::DoubleQuoted => scalar::quoted(self.text, written, '"'),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let block = scalar::Block {
                    indent,
                    is_folded: style == ScalarStyle::Folded,
                    header: header.unwrap_or(start),
                };
                block.read(self.text, written, value)
            }
        };
        self.seen = self.seen.max(scalar.end);
        match self.begin() {
            Meaning::Key => self.nest.name(value),
            Meaning::Value => self.nest.leaf(value, || {
                let frame = scalar.frame;
                checked(scalar.builder.finish("", frame), value, frame)
            }),
            Meaning::Nothing => {}
        }
    }

    /// Passes tags and anchors, and what separates them from their scalar, which begins where this tells.
    fn pass_properties(&mut self) -> usize {
        let mut at = self.seen;
        loop {
            let rest = &self.text[at..];
            let length = match rest.chars().next() {
                Some('&' | '!') => rest.find(char::is_whitespace).unwrap_or(rest.len()),
                Some('#') => rest.find(['\n', '\r']).unwrap_or(rest.len()),
                Some(sign) if sign.is_ascii_whitespace() => 1,
                _ => break,
            };
            at += length;
        }
        self.pass_gap(at);
        at
    }

    fn open(&mut self, is_table: bool) {
        let meaning = self.begin();
        let is_in_key = match meaning {
            Meaning::Value => {
                match is_table {
                    true => self.nest.open_table(),
                    false => self.nest.open_list(),
                }
                false
            }
            Meaning::Key => {
                self.nest.name("?");
                true
            }
            Meaning::Nothing => true,
        };
        self.frames.push(Frame {
            is_key_next: is_table,
            is_table,
            is_in_key,
        });
    }

    /// What begins here.
    fn begin(&mut self) -> Meaning {
        let Some(frame) = self.frames.last_mut() else {
            return Meaning::Value;
        };
        let is_key = frame.is_key_next;
        frame.is_key_next = frame.is_table && !is_key;
        match (frame.is_in_key, is_key) {
            (true, _) => Meaning::Nothing,
            (false, true) => Meaning::Key,
            (false, false) => Meaning::Value,
        }
    }

    /// Finds the comments from what was seen up to `end`, where no scalar stands, and where the sign of a block begins
    /// there, if one does.
    fn pass_gap(&mut self, end: usize) -> Option<usize> {
        let mut header = None;
        let mut at = self.seen;
        while at < end {
            let rest = &self.text[at..];
            let sign = rest.chars().next()?;
            let is_apart = self.text[..at].ends_with([' ', '\t', '\n', '\r']) || at == 0;
            match sign {
                '#' if is_apart => {
                    let comment = Span::new(at, at + rest.find(['\n', '\r']).unwrap_or(rest.len()));
                    self.own.comments.push(Comment {
                        whole: comment,
                        words: Span::new(at + 1, comment.end),
                    });
                    at = comment.end;
                }
                '|' | '>' if is_apart => {
                    header = Some(at);
                    at += 1;
                }
                _ => at += sign.len_utf8(),
            }
        }
        self.seen = at.max(self.seen);
        header
    }
}

/// What a node is to the one around it.
enum Meaning {
    Key,
    Value,
    /// A part of a key.
    Nothing,
}
