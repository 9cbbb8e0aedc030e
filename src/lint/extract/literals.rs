//! String literals in the expressions of templates: `th:text="'尊敬的' + ${name}"`, `{% set content = "…" %}`.
//!
//! In: an [`Expression`]. Out: its literals as passages; those that `+` joins are one, and what is joined to them is a
//! hole. It knows no grammar: quotes, backslashes and `+` are the same in all of these languages.

use super::directives::{Mark, What};
use super::flow::Escape;
use super::names::last_of;
use super::references;
use crate::lint::passage::{Escaped, Passage, PassageBuilder, has_han};
use crate::span::Span;

/// An expression in a source.
pub(super) struct Expression<'s> {
    /// The source.
    text: &'s str,
    /// Where the expression stands.
    span: Span,
    /// The same stretch, blanks in place of what isn't part of the expression.
    scanned: &'s str,
    /// What is filled in, in order.
    marks: &'s [Mark],
    /// Quotes of its language.
    quotes: &'static [char],
    escape: Escape,
}

impl<'s> Expression<'s> {
    /// The expression of a directive.
    pub(super) fn of_template(text: &'s str, span: Span) -> Self {
        Self {
            text,
            span,
            scanned: span.of(text),
            marks: &[],
            quotes: &['"', '\''],
            escape: backslash,
        }
    }

    /// A statement of SQL.
    pub(super) fn of_statement(text: &'s str, span: Span) -> Self {
        Self {
            quotes: &['\''],
            ..Self::of_template(text, span)
        }
    }

    /// The expression of an attribute: `scanned` is its stretch with blanks in place of `marks`.
    pub(super) fn of_attribute(text: &'s str, span: Span, scanned: &'s str, marks: &'s [Mark]) -> Self {
        Self {
            text,
            span,
            scanned,
            marks,
            quotes: &['"', '\'', '`', '|'],
            escape: backslash_or_reference,
        }
    }
}

/// The literals with Han characters, under this key.
pub(super) fn collect(expression: &Expression, key: &str, passages: &mut Vec<Passage>) {
    let literals = literals(expression);
    let start = expression.span.start;
    let between = |from: usize, to: usize| &expression.scanned[from - start..to - start];
    let mut next = 0;
    while next < literals.len() {
        let mut last = next;
        while last + 1 < literals.len() && is_joined(between(literals[last].end, literals[last + 1].start)) {
            last += 1;
        }
        let group = &literals[next..=last];
        let before = next.checked_sub(1).map_or(start, |before| literals[before].end);
        let after = literals
            .get(last + 1)
            .map_or(expression.span.end, |after| after.start);
        let mut builder = PassageBuilder::default();
        let mut frame = group[0].cover(group[group.len() - 1]);
        if let Some(operand) = operand_before(between(before, group[0].start)) {
            let span = Span::new(before + operand.start, before + operand.end);
            frame = frame.cover(span);
            push_operand(expression, span, &mut builder);
        }
        for (number, literal) in group.iter().enumerate() {
            if let Some(previous) = number.checked_sub(1) {
                push_operand(
                    expression,
                    Span::new(group[previous].end, literal.start),
                    &mut builder,
                );
            }
            push_literal(expression, *literal, &mut builder);
        }
        let end = group[group.len() - 1].end;
        if let Some(operand) = operand_after(between(end, after)) {
            let span = Span::new(end + operand.start, end + operand.end);
            frame = frame.cover(span);
            push_operand(expression, span, &mut builder);
        }
        let passage = builder.finish(key, frame);
        if has_han(&passage.text) {
            passages.push(passage);
        }
        next = last + 1;
    }
}

/// The literals with their quotes.
fn literals(expression: &Expression) -> Vec<Span> {
    let mut found = Vec::new();
    let scanned = expression.scanned;
    let mut open: Option<(char, usize)> = None;
    let mut signs = scanned.char_indices();
    while let Some((at, sign)) = signs.next() {
        match open {
            Some(_) if sign == '\\' => drop(signs.next()),
            Some((quote, start)) if sign == quote => {
                let base = expression.span.start;
                found.push(Span::new(base + start, base + at + sign.len_utf8()));
                open = None;
            }
            Some(_) => {}
            None if expression.quotes.contains(&sign) && !is_operator(scanned, at, sign) => {
                open = Some((sign, at));
            }
            None => {}
        }
    }
    found
}

/// `||`, and the `|` of a filter.
fn is_operator(scanned: &str, at: usize, sign: char) -> bool {
    let is_doubled = scanned[at + 1..].starts_with('|') || scanned[..at].ends_with('|');
    sign == '|' && (is_doubled || !scanned[at + 1..].contains('|'))
}

/// Whether what stands between two literals joins them.
fn is_joined(between: &str) -> bool {
    let between = between.trim();
    between.starts_with('+') && between.ends_with('+') && !between.contains(['?', ':', ','])
}

/// The operand in `operand +`.
fn operand_before(before: &str) -> Option<std::ops::Range<usize>> {
    let operands = before.trim_end().strip_suffix('+')?;
    let start = operands
        .rfind([',', '?', ':', '=', '(', '[', '{'])
        .map_or(0, |at| at + 1);
    Some(start..operands.len())
}

/// The operand in `+ operand`.
fn operand_after(after: &str) -> Option<std::ops::Range<usize>> {
    let operands = after.trim_start().strip_prefix('+')?;
    let start = after.len() - operands.len();
    let end = operands
        .find([',', '?', ':', ']', '}', ';'])
        .unwrap_or(operands.len());
    Some(start..start + end)
}

/// What is joined to literals, as a hole for each of its marks, or one for all of it.
fn push_operand(expression: &Expression, span: Span, builder: &mut PassageBuilder) {
    let text = span.of(expression.text);
    let trimmed = text.trim_matches(|sign: char| sign == '+' || sign.is_whitespace());
    if trimmed.is_empty() {
        return;
    }
    let start = span.start + (trimmed.as_ptr() as usize - text.as_ptr() as usize);
    let own = Span::new(start, start + trimmed.len());
    builder.push_hole(last_of(trimmed), expression.text, own);
}

fn push_literal(expression: &Expression, whole: Span, builder: &mut PassageBuilder) {
    let inside = Span::new(whole.start + 1, whole.end - 1);
    let mut at = inside.start;
    let first = expression
        .marks
        .partition_point(|mark| mark.span.end <= inside.start);
    let marks = expression.marks[first..].iter();
    for mark in marks.take_while(|mark| mark.span.end <= inside.end) {
        builder.push_escaped(expression.text, Span::new(at, mark.span.start), expression.escape);
        if let What::Hole(name) = &mark.what {
            builder.push_hole(name.clone(), expression.text, mark.span);
        }
        at = mark.span.end;
    }
    builder.push_escaped(expression.text, Span::new(at, inside.end), expression.escape);
}

/// What a backslash and `${…}` stand for.
fn backslash(rest: &str) -> Option<(Escaped, usize)> {
    if let Some(inside) = rest.strip_prefix("${") {
        let length = inside.find('}')?;
        return Some((
            Escaped::Hole(super::names::path_of(&inside[..length])),
            length + 3,
        ));
    }
    super::escapes::script(rest)
}

fn backslash_or_reference(rest: &str) -> Option<(Escaped, usize)> {
    backslash(rest).or_else(|| references::html(rest))
}
