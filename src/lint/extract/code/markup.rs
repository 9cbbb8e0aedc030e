//! Text between tags in program text: JSX.
//!
//! In: the node of an element. Out: its texts, as of HTML: elements in a line belong to the text around them, others end
//! it. Expressions are holes.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::joined::named_children;
use super::{Program, span_of};
use crate::lint::extract::flow::{Flow, Spaces};
use crate::lint::extract::names::last_of;
use crate::lint::extract::references;
use crate::lint::passage::Passage;

/// Elements in a line of text.
const INLINE: &[&str] = &[
    "a", "b", "i", "em", "strong", "span", "small", "u", "font", "mark", "Text", "Trans", "", "sub", "sup",
];

/// Inline elements in each other; deeper ones are texts of their own.
const DEEPEST: usize = 32;

impl Program<'_> {
    /// The texts of an element; `done` learns which elements are in them.
    pub(super) fn markup(&self, element: Node, done: &mut FxHashSet<usize>, passages: &mut Vec<Passage>) {
        let mut flow = Flow::new(self.text, Spaces::Collapsed);
        self.fill(element, &mut flow, 0, done, passages);
        passages.extend(flow.finish(""));
    }

    fn fill<'s>(
        &'s self,
        element: Node,
        flow: &mut Flow<'s>,
        depth: usize,
        done: &mut FxHashSet<usize>,
        passages: &mut Vec<Passage>,
    ) {
        done.insert(element.id());
        for child in named_children(element) {
            let span = span_of(child);
            match child.kind() {
                "jsx_text" | "html_character_reference" => flow.push(span, references::html),
                "jsx_expression" => self.expression(child, flow),
                "jsx_element" if depth < DEEPEST && self.is_inline(child) => {
                    self.fill(child, flow, depth + 1, done, passages);
                }
                "jsx_self_closing_element" if self.words(child).starts_with("<br") => flow.push_break(span),
                "jsx_element" | "jsx_self_closing_element" => {
                    let ended = std::mem::replace(flow, Flow::new(self.text, Spaces::Collapsed));
                    passages.extend(ended.finish(""));
                }
                _ => {}
            }
        }
    }

    /// `{name}` is filled in; `{" "}` is a blank; `{/* … */}` is nothing.
    fn expression<'s>(&'s self, node: Node, flow: &mut Flow<'s>) {
        let Some(inner) = named_children(node).next() else {
            return;
        };
        let words = self.words(inner);
        if inner.kind() == "comment" {
            return;
        }
        if inner.kind() == "string" && words.trim_matches(['"', '\'', ' ']).is_empty() {
            return flow.push_written(" ", span_of(node));
        }
        flow.push_hole(last_of(words), span_of(node));
    }

    fn is_inline(&self, element: Node) -> bool {
        let tag = element.child_by_field_name("open_tag");
        let name = tag.and_then(|tag| tag.child_by_field_name("name"));
        INLINE.contains(&name.map_or("", |name| self.words(name)))
    }
}
