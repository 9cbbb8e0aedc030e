//! XML: resources, XLIFF, MyBatis mappers, configuration.
//!
//! In: a source. Out: the text of elements and attributes, each under the path of element names down to it, with the name
//! that an element gives itself: `resources.string[sms_overdue]`. Elements inside a text, as `<b>` and `<xliff:g>`, end
//! nothing. Of a translation the target counts; the source if there is none. Promise: `quick-xml` reads positions; what a
//! document declares (entities) is never expanded, and depth costs no stack. What stands before a fault is read.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::flow::{Flow, Spaces, plain};
use super::literals::{self, Expression};
use super::{Comment, Extracted, Problem, html, references};
use crate::error::say;
use crate::lint::passage::{Escaped, has_han};
use crate::lint::source::Source;
use crate::span::Span;

/// Attributes by which an element is known, the best first.
const NAMES: &[&str] = &["name", "id", "key", "code", "resname"];

/// Elements in resources and translations that never stand for a text of their own, even where one begins with them.
const INLINE: &[&str] = &[
    "b",
    "i",
    "u",
    "em",
    "strong",
    "big",
    "small",
    "font",
    "a",
    "span",
    "br",
    "sub",
    "sup",
    "strike",
    "g",
    "x",
    "ph",
    "pc",
    "bx",
    "ex",
    "bpt",
    "ept",
    "it",
    "mrk",
    "xliff:g",
    "annotation",
];

/// Elements of MyBatis in a statement.
const DYNAMIC: &[&str] = &[
    "if",
    "where",
    "set",
    "trim",
    "foreach",
    "choose",
    "when",
    "otherwise",
    "bind",
    "include",
];

/// Elements for a value that is filled in.
const PLACEHOLDERS: &[&str] = &["x", "ph", "bx", "ex", "bpt", "ept", "it", "xliff:g"];

/// Elements deeper than this add nothing to the path.
const DEEPEST_PATH: usize = 32;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut walker = Walker::new(text);
    loop {
        let start = position(reader.buffer_position(), text);
        let event = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => event,
            Err(error) => {
                let at = position(reader.error_position(), text);
                walker.problem(at, &error.to_string());
                break;
            }
        };
        let end = position(reader.buffer_position(), text);
        walker.take(event, Span::new(start.min(end), end));
    }
    walker.finish()
}

/// A position of the reader as a byte of the text.
fn position(at: u64, text: &str) -> usize {
    let at = usize::try_from(at).map_or(text.len(), |at| at.min(text.len()));
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// An element that is open.
struct Element {
    name: String,
    /// Bytes of the path above it.
    above: usize,
    is_inline: bool,
    /// Passages that were there before it.
    passages: usize,
}

struct Walker<'s> {
    text: &'s str,
    flow: Flow<'s>,
    path: String,
    open: Vec<Element>,
    /// What fills the innermost placeholder, and its depth.
    placeholder: Option<(String, usize)>,
    /// The last `<key>` of a property list.
    list_key: String,
    root: String,
    own: Extracted,
}

impl<'s> Walker<'s> {
    fn new(text: &'s str) -> Self {
        Self {
            text,
            flow: Flow::new(text, Spaces::Kept),
            path: String::new(),
            open: Vec::new(),
            placeholder: None,
            list_key: String::new(),
            root: String::new(),
            own: Extracted::default(),
        }
    }

    fn take(&mut self, event: Event, span: Span) {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::Empty(tag) => {
                self.start(&tag, span);
                self.end(span);
            }
            Event::End(_) => self.end(span),
            Event::Text(_) => match &self.placeholder {
                Some((name, _)) => self.flow.push_hole(name.clone(), span),
                None if self.is_mapper() => self.statement(span),
                None => {
                    let escape = if self.is_android() { android } else { plain };
                    if self.root == "plist" && self.open.last().is_some_and(|element| element.name == "key") {
                        span.of(self.text).trim().clone_into(&mut self.list_key);
                    }
                    self.flow.push(span, escape);
                }
            },
            Event::CData(_) => self.character_data(span),
            Event::GeneralRef(_) => match references::xml(span.of(self.text)) {
                Some((Escaped::Character(character), _)) => {
                    self.flow.push_written(character.encode_utf8(&mut [0; 4]), span);
                }
                _ => self.flow.push(span, plain),
            },
            Event::Comment(_) => {
                let words = inside(span, "<!--", "-->");
                self.own.comments.push(Comment { whole: span, words });
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
    }

    fn start(&mut self, tag: &BytesStart, span: Span) {
        let name = String::from_utf8_lossy(tag.name().into_inner().as_ref()).into_owned();
        if self.open.is_empty() {
            self.root.clone_from(&name);
        }
        let attributes = self.attributes(tag);
        let is_inline = !self.flow.is_blank() || (self.open.len() >= 2 && self.is_inline_name(&name));
        if !is_inline {
            self.flush();
        }
        let above = self.path.len();
        if !is_inline && self.open.len() < DEEPEST_PATH {
            self.push_path(&name, &attributes);
        }
        if PLACEHOLDERS.contains(&name.as_str()) && is_inline && self.placeholder.is_none() {
            let called = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted);
            let called = ["equiv-text", "equiv", "disp", "id"]
                .iter()
                .find_map(|name| called(name));
            let called = called.map_or("", |(_, value)| value.of(self.text));
            let called = super::names::path_of(called);
            match tag_is_empty(span, self.text) {
                true => self.flow.push_hole(called, span),
                false => self.placeholder = Some((called, self.open.len())),
            }
        }
        self.open.push(Element {
            name,
            above,
            is_inline,
            passages: self.own.passages.len(),
        });
        for (name, value) in attributes {
            let is_placeholder = self.placeholder.is_some() || name == "equiv-text";
            if has_han(value.of(self.text)) && !is_placeholder || value.of(self.text).contains("&#") {
                let mut flow = Flow::new(self.text, Spaces::Kept);
                flow.push(value, references::xml);
                self.own
                    .passages
                    .extend(flow.finish(format!("{}@{name}", self.path)));
            }
        }
    }

    fn end(&mut self, span: Span) {
        let Some(element) = self.open.last() else {
            return;
        };
        if self
            .placeholder
            .as_ref()
            .is_some_and(|(_, depth)| *depth + 1 >= self.open.len())
        {
            self.placeholder = None;
        }
        if element.is_inline {
            if element.name == "br" {
                self.flow.push_break(span);
            }
            self.open.pop();
            return;
        }
        self.flush();
        let Some(element) = self.open.pop() else {
            return;
        };
        self.path.truncate(element.above);
        if self.root == "xliff" && matches!(element.name.as_str(), "trans-unit" | "segment") {
            self.keep_targets(element.passages);
        }
    }

    /// Of a translation the target, if it has text.
    fn keep_targets(&mut self, from: usize) {
        let ends = |key: &str, name: &str| key.rsplit('.').next() == Some(name);
        let has_target = self.own.passages[from..]
            .iter()
            .any(|passage| ends(&passage.key, "target"));
        if has_target {
            let unit = self.own.passages.split_off(from);
            let kept = unit.into_iter().filter(|passage| !ends(&passage.key, "source"));
            self.own.passages.extend(kept);
        }
    }

    fn push_path(&mut self, name: &str, attributes: &[(String, Span)]) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        let known = |wanted: &&str| {
            let found = attributes
                .iter()
                .find(|(name, value)| name == wanted && !value.is_empty());
            found.map(|(_, value)| value.of(self.text))
        };
        let id = match self.root == "plist" && name != "key" && !self.list_key.is_empty() {
            true => Some(std::mem::take(&mut self.list_key)),
            false => NAMES.iter().find_map(known).map(str::to_owned),
        };
        if let Some(id) = id {
            self.path.push_str(&format!("[{id}]"));
        }
    }

    /// The attributes with the places of their values.
    fn attributes(&self, tag: &BytesStart) -> Vec<(String, Span)> {
        let base = self.text.as_ptr() as usize;
        let mut attributes = tag.attributes();
        let attributes = attributes.with_checks(false).filter_map(Result::ok);
        let placed = attributes.filter_map(|attribute| {
            // The reader borrows values from the text; one that it doesn't has no place.
            let start = (attribute.value.as_ptr() as usize).checked_sub(base)?;
            let end = start + attribute.value.len();
            self.text.get(start..end)?;
            let name = String::from_utf8_lossy(attribute.key.into_inner().as_ref()).into_owned();
            Some((name, Span::new(start, end)))
        });
        placed.collect()
    }

    fn character_data(&mut self, span: Span) {
        let words = inside(span, "<![CDATA[", "]]>");
        if self.is_mapper() {
            return self.statement(words);
        }
        let is_page = ["</", "<br", "<p>", "/>"]
            .iter()
            .any(|sign| words.of(self.text).contains(sign));
        if !is_page {
            return self.flow.push(words, plain);
        }
        let known = self.own.passages.len();
        html::walk(self.text, words, &[], &mut self.own);
        for passage in &mut self.own.passages[known..] {
            if passage.key.is_empty() {
                passage.key.clone_from(&self.path);
            }
        }
    }

    /// Of SQL the literals are texts.
    fn statement(&mut self, span: Span) {
        let expression = Expression::of_statement(self.text, span);
        literals::collect(&expression, &self.path, &mut self.own.passages);
    }

    fn is_inline_name(&self, name: &str) -> bool {
        match self.root.as_str() {
            "resources" | "xliff" => INLINE.contains(&name),
            "mapper" => DYNAMIC.contains(&name),
            _ => false,
        }
    }

    fn is_mapper(&self) -> bool {
        self.root == "mapper"
    }

    fn is_android(&self) -> bool {
        self.root == "resources"
    }

    fn flush(&mut self) {
        let spaces = if self.is_android() {
            Spaces::Collapsed
        } else {
            Spaces::Kept
        };
        let flow = std::mem::replace(&mut self.flow, Flow::new(self.text, spaces));
        let is_key = self.root == "plist" && self.open.last().is_some_and(|element| element.name == "key");
        if !is_key {
            self.own.passages.extend(flow.finish(self.path.as_str()));
        }
    }

    fn problem(&mut self, at: usize, error: &str) {
        self.own.problems.push(Problem {
            at,
            reason: say!("不是有效的 XML：{error}", "not valid XML: {error}"),
        });
    }

    fn finish(mut self) -> Extracted {
        self.flush();
        if let (Some(element), true) = (self.open.last(), self.own.problems.is_empty()) {
            let name = &element.name;
            let reason = say!("元素 <{name}> 没有结束", "the element <{name}> isn't closed");
            let at = self.text.len();
            self.own.problems.push(Problem { at, reason });
        }
        self.own.sort();
        self.own
    }
}

fn tag_is_empty(span: Span, text: &str) -> bool {
    span.of(text).ends_with("/>")
}

/// A span without the signs around it.
fn inside(span: Span, open: &str, close: &str) -> Span {
    let start = (span.start + open.len()).min(span.end);
    let end = span.end.saturating_sub(close.len()).max(start);
    Span::new(start, end)
}

/// What a backslash stands for in Android's strings, where quotes only keep blanks.
fn android(rest: &str) -> Option<(Escaped, usize)> {
    if rest.starts_with('"') {
        return Some((Escaped::Nothing, 1));
    }
    super::escapes::android(rest)
}

#[cfg(test)]
mod tests;
