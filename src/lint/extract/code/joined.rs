//! Literals that are joined, and what is filled into them.
//!
//! In: the outermost node of a text: a literal, a `+`, a chain of `append`. Out: its passage. Operands that are no literals
//! are holes, called by their last name; so are the conversions of `String.format("…%s…", name)` and its kin.

use std::cell::Cell;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::grammar::Role;
use super::{Program, Step, span_of};
use crate::lint::extract::names::last_of;
use crate::lint::passage::{Escaped, Passage, PassageBuilder, has_han};
use crate::span::Span;

/// What is filled into a literal by a call: the names of the arguments in order.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    names: Vec<String>,
    next: Cell<usize>,
}

/// A part of a joined text.
enum Part<'t> {
    Literal(Node<'t>),
    Other(Node<'t>),
}

impl<'p> Program<'p> {
    /// The passage of a node that no other joins; `done` learns which nodes are in it.
    pub(super) fn passage<'t>(
        &self,
        step: Step<'t>,
        above: &[Step<'t>],
        done: &mut FxHashSet<usize>,
    ) -> Option<Passage> {
        let node = step.node;
        let parts = self.parts(node, done);
        let is_foreign = |part: &Part| match part {
            Part::Literal(literal) => !self.words(*literal).is_ascii() || self.words(*literal).contains('\\'),
            Part::Other(_) => false,
        };
        if !parts.iter().any(is_foreign) {
            return None;
        }
        let arguments = self.arguments(node, above);
        let in_markup = above
            .last()
            .is_some_and(|step| step.node.kind() == "jsx_attribute");
        let mut builder = PassageBuilder::default();
        let mut frame: Option<Span> = None;
        for part in parts {
            let (Part::Literal(own) | Part::Other(own)) = part;
            let span = span_of(own);
            frame = Some(frame.map_or(span, |frame| frame.cover(span)));
            match part {
                Part::Literal(literal) => self.push_literal(literal, in_markup, &arguments, &mut builder),
                Part::Other(_) if span.is_empty() => {}
                Part::Other(_) => builder.push_hole(last_of(span.of(self.text)), self.text, span),
            }
        }
        let mut passage = builder.finish("", frame?);
        if !has_han(&without_holes(&passage)) {
            return None;
        }
        passage.key = self.key(step, above);
        Some(passage)
    }

    /// The operands in order.
    fn parts<'t>(&self, node: Node<'t>, done: &mut FxHashSet<usize>) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match self.role(node) {
                Some(Role::Text) => {
                    done.insert(node.id());
                    parts.push(Part::Literal(node));
                }
                Some(Role::Join) => {
                    done.insert(node.id());
                    let first = waiting.len();
                    waiting.extend(named_children(node).filter(|child| !child.is_extra()));
                    waiting[first..].reverse();
                }
                Some(Role::Chain) => {
                    done.insert(node.id());
                    let (base, added) = chain_of(node);
                    waiting.extend(added.into_iter().rev());
                    match base {
                        Some(base) if self.role(base).is_some() => waiting.push(base),
                        // What a builder is made with comes first; the builder itself is no part.
                        Some(base) if base.kind() == "object_creation_expression" => {
                            let arguments = base.child_by_field_name("arguments");
                            let first = arguments.and_then(|arguments| arguments.named_child(0));
                            waiting.extend(first.filter(|first| self.role(*first).is_some()));
                        }
                        _ => {}
                    }
                }
                _ => match parenthesized(node).filter(|inner| self.role(*inner).is_some()) {
                    Some(inner) => waiting.push(inner),
                    None => parts.push(Part::Other(node)),
                },
            }
        }
        parts
    }

    /// What the call around a text, or on it, or `%`, fills into it.
    fn arguments(&self, node: Node, above: &[Step]) -> Arguments {
        // Most literals have nothing to fill in; a list of thousands isn't looked through for each.
        let names = match self.words(node).contains(['%', '{']) {
            true => self.argument_nodes(node, above),
            false => Vec::new(),
        };
        Arguments {
            names: names.into_iter().map(|node| last_of(self.words(node))).collect(),
            next: Cell::new(0),
        }
    }

    fn argument_nodes<'t>(&self, node: Node<'t>, above: &[Step<'t>]) -> Vec<Node<'t>> {
        let mut steps = above.iter().rev();
        let Some(parent) = steps.next().map(|step| step.node) else {
            return Vec::new();
        };
        match parent.kind() {
            // "…%s" % name, "…%s" % (name, sum)
            "binary_operator" => {
                let is_format = parent
                    .child_by_field_name("operator")
                    .is_some_and(|sign| sign.kind() == "%");
                let right = parent
                    .child_by_field_name("right")
                    .filter(|right| is_format && *right != node);
                match right {
                    Some(right) if right.kind() == "tuple" => named_children(right).collect(),
                    Some(right) if right.kind() == "parenthesized_expression" => {
                        named_children(right).collect()
                    }
                    Some(right) => vec![right],
                    None => Vec::new(),
                }
            }
            // "…".formatted(name), "…".format(name)
            "method_invocation" if parent.child_by_field_name("object") == Some(node) => parent
                .child_by_field_name("arguments")
                .map(positional)
                .unwrap_or_default(),
            "attribute" | "navigation_expression" | "member_expression" => {
                let call = steps
                    .next()
                    .map(|step| step.node)
                    .filter(|call| call.kind().starts_with("call"));
                let arguments = call.and_then(arguments_of);
                arguments.map(positional).unwrap_or_default()
            }
            // String.format("…", name)
            "argument_list" | "arguments" | "value_argument" | "argument" => {
                let list = match parent.kind() {
                    "value_argument" | "argument" => steps.next().map(|step| step.node),
                    _ => Some(parent),
                };
                let own_end = node.end_byte();
                let all = list.map(positional).unwrap_or_default();
                all.into_iter()
                    .filter(|argument| argument.start_byte() >= own_end)
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Arguments {
    /// A conversion that begins here: `%s`, `%1$s`, `{}`, `{0}`.
    pub(super) fn conversion(&self, rest: &str) -> Option<(Escaped, usize)> {
        if self.names.is_empty() {
            return None;
        }
        let (number, length) = match rest.as_bytes().first()? {
            b'%' if rest.starts_with("%%") => return Some((Escaped::Character('%'), 2)),
            b'%' => percent(&rest[1..])?,
            b'{' => {
                let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
                let end = rest.as_bytes().get(1 + digits)?;
                let is_closed = *end == b'}' || (matches!(end, b':' | b',') && rest[1..].contains('}'));
                let length = rest.find('}').filter(|_| is_closed)? + 1;
                (rest[1..1 + digits].parse().ok(), length)
            }
            _ => return None,
        };
        let number = number.unwrap_or_else(|| self.next.replace(self.next.get() + 1));
        let name = self.names.get(number).cloned().unwrap_or_default();
        Some((Escaped::Hole(name), length))
    }
}

/// The number from 0, if it is given, and the whole length of what stands behind `%`.
fn percent(behind: &str) -> Option<(Option<usize>, usize)> {
    let is_flag = |sign: char| sign.is_ascii_digit() || matches!(sign, '$' | '.' | '-' | '+' | ',');
    let flags = behind.find(|sign| !is_flag(sign))?;
    let letter = behind[flags..].chars().next()?;
    let goes_on = behind[flags + letter.len_utf8()..].starts_with(|next: char| next.is_ascii_alphanumeric());
    if !matches!(letter, 's' | 'd' | 'f' | 'S' | 'u' | 'v' | 'i' | 'r') || goes_on {
        return None;
    }
    let number = behind[..flags]
        .split_once('$')
        .and_then(|(number, _)| number.parse::<usize>().ok());
    Some((number.and_then(|number| number.checked_sub(1)), flags + 2))
}

/// The text without what is filled in: a hole with a Chinese name makes no text.
fn without_holes(passage: &Passage) -> String {
    let mut words = String::new();
    let mut at = 0;
    for hole in &passage.holes {
        words.push_str(&passage.text[at..hole.span.start.max(at)]);
        at = hole.span.end;
    }
    words.push_str(&passage.text[at..]);
    words
}

/// Whether two operands make one text: `+`, in PHP `.`; literals beside each other have no operator.
pub(super) fn is_join(node: Node) -> bool {
    let operator = node.child_by_field_name("operator");
    operator.is_none_or(|operator| matches!(operator.kind(), "+" | "."))
}

/// Whether a call adds its arguments to what it is called on.
pub(super) fn is_chain(call: Node, text: &str) -> bool {
    let name = call.child_by_field_name("name").or_else(|| {
        let function = call
            .named_child(0)
            .filter(|function| function.kind() == "navigation_expression")?;
        function.named_child(1)
    });
    name.is_some_and(|name| span_of(name).of(text) == "append")
}

/// What a chained call is called on, and what it adds.
fn chain_of(call: Node) -> (Option<Node>, Vec<Node>) {
    let base = match call.child_by_field_name("object") {
        Some(object) => Some(object),
        None => call.named_child(0).and_then(|function| function.named_child(0)),
    };
    (base, arguments_of(call).map(positional).unwrap_or_default())
}

/// The list of a call's arguments.
fn arguments_of(call: Node) -> Option<Node> {
    let is_list = |child: &Node| matches!(child.kind(), "value_arguments" | "argument_list" | "arguments");
    call.child_by_field_name("arguments")
        .or_else(|| named_children(call).find(is_list))
}

/// The arguments without a name, as expressions.
fn positional(list: Node) -> Vec<Node> {
    let is_named = |child: &Node| child.kind() == "keyword_argument" || child.is_extra();
    let expressions = named_children(list).filter(|child| !is_named(child));
    let expressions = expressions.map(|child| match child.kind() {
        "value_argument" | "argument" => child.named_child(0).unwrap_or(child),
        _ => child,
    });
    expressions.collect()
}

fn parenthesized(node: Node) -> Option<Node> {
    let is_parenthesized = node.kind() == "parenthesized_expression" && node.named_child_count() == 1;
    is_parenthesized.then(|| node.named_child(0)).flatten()
}

/// The named nodes in a node. O(1) each, where `named_child` counts from the first.
pub(super) fn named_children(node: Node) -> impl Iterator<Item = Node> {
    let mut cursor = node.walk();
    let children: Vec<Node> = node.named_children(&mut cursor).collect();
    children.into_iter()
}
