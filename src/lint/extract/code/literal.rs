//! One string literal → words, escapes, holes.
//!
//! In: the node of a literal. Out: its text in a [`PassageBuilder`]. What the grammar has in a literal besides words and
//! escapes is filled in: a hole. Lines of a literal that goes over several lose the indent that they share, as text blocks
//! and heredocs do in their languages.

use tree_sitter::Node;

use super::joined::Arguments;
use super::{Program, span_of};
use crate::lint::extract::flow::{Escape, plain};
use crate::lint::extract::names::last_of;
use crate::lint::extract::references;
use crate::lint::passage::{Escaped, PassageBuilder};
use crate::span::Span;

/// Nodes in literals that are words, escapes and signs.
const WORDS: &[&str] = &[
    "string_start",
    "string_end",
    "string_content",
    "string_fragment",
    "multiline_string_fragment",
    "escape_sequence",
    "escape_interpolation",
    "interpreted_string_literal_content",
    "raw_string_literal_content",
    "html_character_reference",
    "nowdoc_string",
    "heredoc_start",
    "heredoc_end",
];

impl Program<'_> {
    /// The text of a literal; in an attribute of markup its escapes are references.
    pub(super) fn push_literal(
        &self,
        literal: Node,
        is_attribute: bool,
        arguments: &Arguments,
        builder: &mut PassageBuilder,
    ) {
        let Some((body, content)) = self.content(literal) else {
            return;
        };
        let escape: Escape = match is_attribute {
            true => references::html,
            false => self.escape_of(literal),
        };
        let is_braced = self.words(literal).starts_with(['f', 'F']) && literal.kind() == "string";
        let behind = &self.text[literal.end_byte()..];
        let lines = Lines::of(content.of(self.text), behind.starts_with(".trimMargin()"));
        let content = lines.trim(self.text, content);
        let words = |builder: &mut PassageBuilder, span: Span| {
            for line in lines.split(self.text, span, content.start) {
                builder.push_escaped(self.text, line, |rest| {
                    let doubled = is_braced && (rest.starts_with("{{") || rest.starts_with("}}"));
                    match rest.chars().next()? {
                        brace if doubled => Some((Escaped::Character(brace), 2)),
                        '%' | '{' => arguments.conversion(rest),
                        _ => escape(rest),
                    }
                });
            }
        };
        let mut at = content.start;
        let mut cursor = body.walk();
        for child in body.named_children(&mut cursor) {
            let span = self.with_braces(span_of(child));
            if WORDS.contains(&child.kind()) || span.start < at || span.end > content.end || span.is_empty() {
                continue;
            }
            words(builder, Span::new(at, span.start));
            let expression = child.child_by_field_name("expression").unwrap_or(child);
            builder.push_hole(last_of(self.words(expression)), self.text, span);
            at = span.end;
        }
        words(builder, Span::new(at, content.end.max(at)));
    }

    /// The node that has the parts of a literal, and the stretch between its signs.
    fn content<'t>(&self, literal: Node<'t>) -> Option<(Node<'t>, Span)> {
        if matches!(literal.kind(), "heredoc" | "nowdoc") {
            let body = literal.child_by_field_name("value")?;
            return Some((body, span_of(body)));
        }
        let first = literal.child(0)?;
        let last = literal.child(u32::try_from(literal.child_count()).ok()?.checked_sub(1)?)?;
        let (start, end) = (first.end_byte(), last.start_byte());
        let span = (start <= end).then(|| Span::new(start, end))?;
        // Not on the inside of a character, where the grammar recovered from a fault.
        self.text.get(span.start..span.end)?;
        Some((literal, span))
    }

    fn escape_of(&self, literal: Node) -> Escape {
        let prefix = literal.child(0).map_or("", |first| self.words(first));
        match literal.kind() {
            "raw_string_literal" | "multiline_string_literal" | "nowdoc" => plain,
            "string" if prefix.contains(['r', 'R']) => plain,
            "string" => self.grammar.single.unwrap_or(self.grammar.escape),
            _ => self.grammar.escape,
        }
    }

    /// An interpolation with the braces around it, which PHP's grammar has beside it.
    fn with_braces(&self, span: Span) -> Span {
        let is_braced = self.text[..span.start].ends_with('{') && self.text[span.end..].starts_with('}');
        match is_braced {
            true => Span::new(span.start - 1, span.end + 1),
            false => span,
        }
    }
}

/// The lines of a literal.
struct Lines {
    is_several: bool,
    /// Bytes of white space that all but the first begin with.
    indent: usize,
    /// Whether they begin with a `|` that is no text.
    has_margin: bool,
}

impl Lines {
    fn of(content: &str, has_margin: bool) -> Self {
        let is_several = content.contains('\n');
        let following = content.split('\n').skip(1);
        let indents = following
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - unindented(line).len());
        Self {
            is_several,
            indent: indents.min().unwrap_or(0),
            has_margin,
        }
    }

    /// The content without blank lines at its ends.
    fn trim(&self, text: &str, content: Span) -> Span {
        if !self.is_several {
            return content;
        }
        let words = content.of(text);
        let before = &words[..words.len() - words.trim_start().len()];
        let start = match before.rfind('\n') {
            Some(line_end) => line_end + 1 + self.skipped(&words[line_end + 1..]),
            None => 0,
        };
        let kept = words.trim_end();
        let end = match words[kept.len()..].contains('\n') {
            true => kept.len().max(start),
            false => words.len(),
        };
        Span::new(content.start + start, content.start + end)
    }

    /// The stretches of a span without the indent; `start` is where the content begins.
    fn split(&self, text: &str, span: Span, start: usize) -> impl Iterator<Item = Span> {
        let mut at = span.start;
        std::iter::from_fn(move || {
            if at >= span.end {
                return None;
            }
            let is_line_start = at > start && text[..at].ends_with('\n');
            let rest = &text[at..span.end];
            let skipped = if is_line_start { self.skipped(rest) } else { 0 };
            let end = rest.find('\n').map_or(span.end, |line_end| at + line_end + 1);
            let line = Span::new((at + skipped).min(end), end);
            at = end;
            Some(line)
        })
    }

    /// Bytes at the start of a line that are no text.
    fn skipped(&self, line: &str) -> usize {
        let blank = line.len() - unindented(line).len();
        match self.has_margin && line[blank..].starts_with('|') {
            true => blank + 1,
            false => blank.min(self.indent),
        }
    }
}

fn unindented(line: &str) -> &str {
    line.trim_start_matches([' ', '\t'])
}
