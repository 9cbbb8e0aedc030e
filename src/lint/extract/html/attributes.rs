//! Attributes of HTML that hold texts.
//!
//! In: a start tag, as it stands in the page. Out: the texts of its attributes. A value is a text, or an expression with
//! literals where a framework says so by the attribute's name: `th:text`, `:title`, `v-text`, `onclick`.

use html5gum::StartTag;

use crate::lint::extract::directives::Mark;
use crate::lint::extract::flow::{Flow, Spaces};
use crate::lint::extract::literals::{self, Expression};
use crate::lint::extract::references;
use crate::lint::passage::{Passage, has_han};
use crate::span::Span;

/// Attributes that nobody reads.
const UNREAD: &[&str] = &[
    "class", "style", "id", "href", "src", "name", "for", "key", "ref", "slot", "rel", "action", "xmlns",
];

/// An attribute with a value.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    /// Its value without quotes, in the source.
    pub(super) value: Span,
}

impl Attribute {
    /// The attributes of a tag, in order; `base` is where the masked stretch begins in the source.
    pub(super) fn all(tag: &StartTag<usize>, masked: &str, base: usize) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::with_capacity(tag.attributes.len());
        for (name, value) in &tag.attributes {
            let end = tag.span.end.min(masked.len());
            let start = (value.span.start + name.len()).min(end);
            let Some(rest) = masked.get(start..end) else {
                continue;
            };
            let Some(value) = value_of(rest) else {
                continue;
            };
            let name = String::from_utf8_lossy(name).into_owned();
            let value = Span::new(base + start + value.start, base + start + value.end);
            all.push(Self { name, value });
        }
        all.sort_by_key(|attribute| attribute.value);
        all
    }

    /// Its texts.
    pub(super) fn texts(
        &self,
        text: &str,
        scanned: &str,
        marks: &[Mark],
        key: &str,
        passages: &mut Vec<Passage>,
    ) {
        let written = self.value.of(text);
        let may_hold_text = has_han(written) || written.contains('&');
        if UNREAD.contains(&self.name.as_str()) || !may_hold_text {
            return;
        }
        if self.is_expression() {
            let expression = Expression::of_attribute(text, self.value, scanned, marks);
            return literals::collect(&expression, key, passages);
        }
        let mut flow = Flow::new(text, Spaces::Kept);
        flow.push_marked(self.value, marks, references::html);
        passages.extend(flow.finish(key));
    }

    fn is_expression(&self) -> bool {
        let starts = [
            "th:", "data-th-", ":", "v-", "@", "[", "(", "*", "on", "ng-", "x-",
        ];
        starts.iter().any(|start| self.name.starts_with(start))
    }
}

/// The value in what stands behind an attribute's name.
fn value_of(rest: &str) -> Option<std::ops::Range<usize>> {
    let behind = rest.trim_start().strip_prefix('=')?.trim_start();
    let start = rest.len() - behind.len();
    let (start, length) = match behind.chars().next()? {
        quote @ ('"' | '\'') => (start + 1, behind[1..].find(quote)?),
        _ => {
            let is_end = |sign: char| sign.is_ascii_whitespace() || sign == '>';
            (start, behind.find(is_end).unwrap_or(behind.len()))
        }
    };
    Some(start..start + length)
}
