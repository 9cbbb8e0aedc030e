//! Program text: string literals.
//!
//! In: a source in a [`Language`]. Out: its string literals with Han characters, each under the name that it is given to.
//! A query a language says what is a literal, what joins literals to one text, what a comment is; the rest is the same for
//! all: escapes are resolved, interpolations and joined variables are holes. Promise: what isn't valid in the language
//! doesn't stop it; no depth of nesting costs stack. It runs no program: what is put together by statements stays apart.

mod grammar;
mod joined;
mod keys;
mod literal;
mod markup;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Parser, Point, QueryCursor, Range, StreamingIterator, Tree};

use super::directives::{Mark, What};
use super::{Comment, Extracted, Language, Problem, html, names};
use crate::error::say;
use crate::lint::source::Source;
use crate::span::Span;
use grammar::{Grammar, Role};

/// The texts of a program.
pub(super) fn extract(source: &Source, language: Language) -> Extracted {
    let mut own = Extracted::default();
    walk(source.text(), None, language, &mut own);
    own.sort();
    own
}

/// The texts of a program that stands in a stretch of a source, or is all of it.
pub(super) fn walk(text: &str, within: Option<Span>, language: Language, own: &mut Extracted) {
    let grammar = grammar::of(language);
    let Some(tree) = parse(text, within, grammar) else {
        let at = within.map_or(0, |within| within.start);
        let reason = say!("无法分析这段程序", "this program text can't be parsed");
        return own.problems.push(Problem { at, reason });
    };
    let roles = roles(&tree, text, grammar);
    let program = Program {
        text,
        grammar,
        roles: &roles,
    };
    let mut pages = Vec::new();
    let mut done = FxHashSet::default();
    each_node(&tree, |step @ Step { node, .. }, above| {
        match roles.get(&node.id()) {
            Some(Role::Text | Role::Join | Role::Chain) if !done.contains(&node.id()) => {
                own.passages.extend(program.passage(step, above, &mut done));
            }
            Some(Role::Markup) if !done.contains(&node.id()) => {
                program.markup(node, &mut done, &mut own.passages);
            }
            Some(Role::Comment) => own.comments.push(comment(text, span_of(node))),
            Some(Role::Page) => pages.push(span_of(node)),
            _ => {}
        }
    });
    if !pages.is_empty() {
        html::walk(text, Span::new(0, text.len()), &code_between(text, &pages), own);
    }
}

fn parse(text: &str, within: Option<Span>, grammar: &Grammar) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language).ok()?;
    if let Some(within) = within {
        let range = Range {
            start_byte: within.start,
            end_byte: within.end,
            start_point: point(text, within.start),
            end_point: point(text, within.end),
        };
        parser.set_included_ranges(&[range]).ok()?;
    }
    parser.parse(text, None)
}

fn point(text: &str, at: usize) -> Point {
    let before = &text.as_bytes()[..at];
    let row = memchr::memchr_iter(b'\n', before).count();
    let column = at - memchr::memrchr(b'\n', before).map_or(0, |line_end| line_end + 1);
    Point { row, column }
}

/// What the query says of the nodes of a tree.
fn roles(tree: &Tree, text: &str, grammar: &Grammar) -> FxHashMap<usize, Role> {
    let mut roles = FxHashMap::default();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&grammar.query, tree.root_node(), text.as_bytes());
    while let Some(found) = matches.next() {
        for capture in found.captures {
            // Not by the query: patterns that wait for an operator behind thousands of nested operands take their square.
            let node = capture.node;
            let is_so = |role: &Role| match role {
                Role::Join => joined::is_join(node),
                Role::Chain => joined::is_chain(node, text),
                _ => true,
            };
            if let Some(role) = grammar.roles[capture.index as usize].filter(is_so) {
                let known = roles.entry(node.id()).or_insert(role);
                if role == Role::Skip {
                    *known = role;
                }
            }
        }
    }
    roles
}

/// A node and its number among those beside it: counting them for each would cost their square.
#[derive(Clone, Copy)]
struct Step<'t> {
    node: Node<'t>,
    /// Its number among the named nodes beside it.
    number: usize,
}

/// Each node in order with those above it. No recursion: a joined literal of a generated file is thousands deep.
fn each_node<'t>(tree: &'t Tree, mut visit: impl FnMut(Step<'t>, &[Step<'t>])) {
    let mut cursor = tree.walk();
    let mut above: Vec<Step> = Vec::new();
    let mut number = 0;
    loop {
        let step = Step {
            node: cursor.node(),
            number,
        };
        visit(step, &above);
        if cursor.goto_first_child() {
            above.push(step);
            number = 0;
            continue;
        }
        number += usize::from(step.node.is_named());
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            let Some(parent) = above.pop() else {
                return;
            };
            number = parent.number + usize::from(parent.node.is_named());
        }
    }
}

/// A program while its texts are taken out.
struct Program<'p> {
    text: &'p str,
    grammar: &'p Grammar,
    roles: &'p FxHashMap<usize, Role>,
}

impl Program<'_> {
    fn role(&self, node: Node) -> Option<Role> {
        self.roles.get(&node.id()).copied()
    }

    fn words(&self, node: Node) -> &str {
        span_of(node).of(self.text)
    }
}

fn span_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte().max(node.start_byte()))
}

fn comment(text: &str, whole: Span) -> Comment {
    let written = whole.of(text);
    let behind = ["/**", "/*", "//", "#"]
        .iter()
        .find_map(|sign| written.strip_prefix(sign));
    let behind = behind.unwrap_or(written);
    let words = behind
        .strip_suffix("*/")
        .unwrap_or(behind)
        .trim_end_matches(['\r', '\n']);
    let start = whole.start + (written.len() - behind.len());
    Comment {
        whole,
        words: Span::new(start, start + words.len()),
    }
}

/// The code between stretches of a page: what `<?=` prints is a hole.
fn code_between(text: &str, pages: &[Span]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut at = 0;
    let ends = pages.iter().map(|page| (page.start, page.end));
    for (start, end) in ends.chain(std::iter::once((text.len(), text.len()))) {
        if start > at {
            let span = Span::new(at, start);
            let what = match span.of(text).strip_prefix("<?=") {
                Some(printed) => What::Hole(names::last_of(printed)),
                None => What::Cut,
            };
            marks.push(Mark { span, what });
        }
        at = end;
    }
    marks
}

#[cfg(test)]
mod tests;
