//! HTML, and with it Thymeleaf, Vue, Angular and what else is written into pages.
//!
//! In: a source, or a stretch of one whose directives are known. Out: its texts as a reader sees them: what stands in one
//! block, inline elements and line breaks in it, is one passage; attributes that hold text are passages; scripts are
//! program text. `html5gum` finds the tags, in the text with blanks in place of directives. Promise: any bytes are a page,
//! as in a browser; nothing is ever refused. It builds no tree: an element's id is known for the keys of its texts, no
//! more.

mod attributes;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::directives::{self, Dialect, Mark};
use super::flow::{Flow, Spaces};
use super::{Comment, Extracted, Language, code, references};
use crate::lint::passage::has_han;
use crate::lint::source::Source;
use crate::span::Span;
use attributes::Attribute;

/// Elements in a line of text; all others end it.
const INLINE: &[&[u8]] = &[
    b"a",
    b"abbr",
    b"acronym",
    b"b",
    b"bdi",
    b"bdo",
    b"big",
    b"cite",
    b"code",
    b"data",
    b"del",
    b"dfn",
    b"em",
    b"font",
    b"i",
    b"ins",
    b"kbd",
    b"label",
    b"mark",
    b"nobr",
    b"q",
    b"ruby",
    b"rb",
    b"rt",
    b"rp",
    b"s",
    b"samp",
    b"small",
    b"span",
    b"strike",
    b"strong",
    b"sub",
    b"sup",
    b"text",
    b"time",
    b"tt",
    b"u",
    b"var",
    b"wbr",
    b"th:block",
    b"img",
    b"ng-container",
];

/// Elements without an end.
const VOID: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source",
    b"track", b"wbr",
];

/// Open elements that are looked through for the one that an end tag closes; broken pages leave thousands open.
const MOST_LOOKED_THROUGH: usize = 64;

/// The texts of a page.
pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let marks = directives::scan(text, Dialect::Page);
    let mut own = Extracted::default();
    walk(text, Span::new(0, text.len()), &marks.marks, &mut own);
    for directives::Assigned { name, span } in marks.assigned {
        let expression = super::literals::Expression::of_template(text, span);
        super::literals::collect(&expression, &name, &mut own.passages);
    }
    own.sort();
    own
}

/// The texts of a stretch of a source, whose directives are marked.
pub(super) fn walk(text: &str, within: Span, marks: &[Mark], own: &mut Extracted) {
    let masked = mask(text, within, marks);
    let mut walker = Walker {
        text,
        within,
        masked: &masked,
        marks,
        flow: Flow::new(text, Spaces::Collapsed),
        open: Vec::new(),
        raw: None,
        own,
    };
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(masked.as_str(), emitter) {
        let Ok(token) = token;
        walker.take(token);
    }
    walker.flush();
    let in_stretch = |comment: &Comment| within.contains(comment.whole);
    own.comments
        .extend(directives::comments(marks).filter(in_stretch));
}

/// The stretch with blanks in place of directives, and of CR, which the tokenizer would take out.
fn mask(text: &str, within: Span, marks: &[Mark]) -> String {
    let mut masked = String::with_capacity(within.len());
    let mut at = within.start;
    let mut push = |words: &str| {
        let start = masked.len();
        masked.push_str(words);
        if memchr::memchr(b'\r', words.as_bytes()).is_some() {
            let blanked = masked[start..].replace('\r', " ");
            masked.replace_range(start.., &blanked);
        }
    };
    for mark in marks.iter().filter(|mark| mark.span.overlaps(within)) {
        push(&text[at..mark.span.start.max(at)]);
        at = at.max(mark.span.start);
        let end = mark.span.end.min(within.end);
        push(&" ".repeat(end.saturating_sub(at)));
        at = at.max(end);
    }
    push(&text[at..within.end]);
    masked
}

/// What an element holds that isn't text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw {
    Script(Language),
    /// A template in a script element.
    Page,
    Nothing,
}

struct Walker<'s, 'o> {
    text: &'s str,
    within: Span,
    masked: &'s str,
    marks: &'s [Mark],
    flow: Flow<'s>,
    /// Open elements with their ids.
    open: Vec<(Vec<u8>, Option<String>)>,
    raw: Option<Raw>,
    own: &'o mut Extracted,
}

impl Walker<'_, '_> {
    fn take(&mut self, token: Token<usize>) {
        match token {
            Token::StartTag(tag) => {
                let span = self.span(tag.span);
                let is_void = VOID.contains(&&**tag.name);
                let attributes = Attribute::all(&tag, self.masked, self.within.start);
                let id = attributes.iter().find(|attribute| attribute.name == "id");
                let id = id
                    .map(|id| id.value.of(self.text).to_owned())
                    .filter(|id| !id.is_empty());
                self.begin(&tag.name, span);
                if !is_void && !tag.self_closing {
                    self.raw = raw_of(&tag.name, &attributes, self.text);
                    self.open.push((tag.name.to_vec(), id.clone()));
                }
                let key = id.unwrap_or_else(|| self.key().to_owned());
                for attribute in attributes {
                    self.attribute(&attribute, &key);
                }
            }
            Token::EndTag(tag) => {
                let span = self.span(tag.span);
                self.begin(&tag.name, span);
                self.raw = None;
                let last = self.open.iter().rev().take(MOST_LOOKED_THROUGH);
                if let Some(above) = last.map(|(name, _)| name).position(|name| **name == **tag.name) {
                    self.open.truncate(self.open.len() - above - 1);
                }
            }
            Token::String(string) => {
                let span = self.span(string.span);
                match self.raw {
                    None => self.flow.push_marked(span, self.marks, references::html),
                    Some(raw) => self.raw_text(raw, span),
                }
            }
            Token::Comment(comment) => {
                let whole = self.span(comment.span);
                let written = whole.of(self.text);
                let behind = written.strip_prefix("<!--").unwrap_or(written);
                let words = behind.strip_suffix("-->").unwrap_or(behind);
                if behind.len() < written.len() {
                    let start = whole.start + (written.len() - behind.len());
                    let words = Span::new(start, start + words.len());
                    self.own.comments.push(Comment { whole, words });
                }
            }
            Token::Doctype(_) => self.flush(),
            Token::Error(_) => {}
        }
    }

    /// A tag in a text, or between two.
    fn begin(&mut self, name: &[u8], span: Span) {
        match name {
            b"br" => self.flow.push_break(span),
            name if INLINE.contains(&name) => {}
            _ => self.flush(),
        }
    }

    fn flush(&mut self) {
        let flow = std::mem::replace(&mut self.flow, Flow::new(self.text, Spaces::Collapsed));
        let passage = flow.finish(self.key());
        self.own.passages.extend(passage);
    }

    /// The id of the innermost element that has one.
    fn key(&self) -> &str {
        let ids = self.open.iter().rev().take(MOST_LOOKED_THROUGH);
        ids.filter_map(|(_, id)| id.as_deref()).next().unwrap_or_default()
    }

    fn raw_text(&mut self, raw: Raw, span: Span) {
        if !has_han(span.of(self.text)) && !span.of(self.text).contains("\\u") {
            return;
        }
        match raw {
            Raw::Script(language) => code::walk(self.text, Some(span), language, self.own),
            Raw::Page => walk(self.text, span, self.marks, self.own),
            Raw::Nothing => {}
        }
    }

    fn attribute(&mut self, attribute: &Attribute, key: &str) {
        let name = &attribute.name;
        let scanned =
            &self.masked[attribute.value.start - self.within.start..attribute.value.end - self.within.start];
        attribute.texts(
            self.text,
            scanned,
            self.marks,
            &format!("{key}@{name}"),
            &mut self.own.passages,
        );
    }

    fn span(&self, span: html5gum::Span<usize>) -> Span {
        let end = span.end.min(self.masked.len());
        Span::new(self.within.start + span.start.min(end), self.within.start + end)
    }
}

/// What stands in an element that isn't text.
fn raw_of(name: &[u8], attributes: &[Attribute], text: &str) -> Option<Raw> {
    let value = |name: &str| {
        let found = attributes.iter().find(|attribute| attribute.name == name);
        found.map(|attribute| attribute.value.of(text).to_ascii_lowercase())
    };
    match name {
        b"style" => Some(Raw::Nothing),
        b"script" => Some(match (value("type").as_deref(), value("lang").as_deref()) {
            (_, Some("ts")) => Raw::Script(Language::TypeScript),
            (_, Some("tsx" | "jsx")) => Raw::Script(Language::Tsx),
            (None | Some("" | "module" | "text/javascript" | "application/javascript"), _) => {
                Raw::Script(Language::JavaScript)
            }
            (Some(kind), _) if kind.contains("template") || kind.contains("html") => Raw::Page,
            _ => Raw::Nothing,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
