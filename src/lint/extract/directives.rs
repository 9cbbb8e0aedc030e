//! Text templates: FreeMarker, Jinja and its kin, Velocity; in plain text or in HTML.
//!
//! In: a source and the language of its directives. Out: the texts between the directives. Directives come out first
//! ([`scan`]): they end no sentence, so that `<#if vip>尊敬的</#if>客户` is read as its reader gets it; what a directive
//! fills in is a hole; literals that a directive assigns are texts of their own. Then, where there are tags, the rest is
//! HTML. Promise: a directive that isn't closed is text. It runs no template: both branches of a condition are read, one
//! behind the other.

mod scan;

use super::flow::{Flow, Spaces, plain};
use super::{Comment, Extracted, html, literals};
use crate::lint::source::Source;
use crate::span::Span;
pub(super) use scan::{Assigned, Scan, scan};

/// A language of directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// What may stand in a page: Vue, Angular, Thymeleaf, Django, FreeMarker, JSP, ERB, PHP; never Velocity, whose signs
    /// are words of pages.
    Page,
    FreeMarker,
    Jinja,
    Velocity,
}

/// A stretch that isn't text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) what: What,
}

/// What a stretch that isn't text does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing that is seen.
    Cut,
    /// It parts two branches, whose words never follow each other.
    Branch,
    /// A value is filled in, by its name.
    Hole(String),
    /// A comment; its words.
    Comment(Span),
    /// A part with a name begins, or ends: a macro, a block.
    Part(Option<String>),
}

/// The texts of a template.
pub(super) fn extract(source: &Source, dialect: Dialect) -> Extracted {
    let text = source.text();
    let Scan { mut marks, assigned } = scan(text, dialect);
    let mut own = Extracted::default();
    for Assigned { name, span } in assigned {
        literals::collect(
            &literals::Expression::of_template(text, span),
            &name,
            &mut own.passages,
        );
    }
    match has_tags(text) {
        true => html::walk(text, Span::new(0, text.len()), &marks, &mut own),
        false => {
            own.comments = comments(&marks).collect();
            widen_to_lines(text, &mut marks);
            plain_texts(text, &marks, &mut own);
        }
    }
    own.sort();
    own
}

/// The comments among the marks.
pub(super) fn comments(marks: &[Mark]) -> impl Iterator<Item = Comment> {
    marks.iter().filter_map(|mark| match mark.what {
        What::Comment(words) => Some(Comment {
            whole: mark.span,
            words,
        }),
        _ => None,
    })
}

/// Whether a text is written with tags; `<姓名>` and `a < b` are none.
fn has_tags(text: &str) -> bool {
    let mut places = memchr::memchr_iter(b'<', text.as_bytes());
    places.any(|at| match &text.as_bytes()[at + 1..] {
        [b'/', letter, ..] => letter.is_ascii_alphabetic(),
        [b'!', b'-' | b'D' | b'd', ..] => true,
        [b'b' | b'B' | b'h' | b'H', b'r' | b'R', b'>' | b' ' | b'/', ..] => true,
        _ => false,
    })
}

/// A directive that has a line for itself takes its line break with it, as its language does.
fn widen_to_lines(text: &str, marks: &mut [Mark]) {
    let is_blank = |text: &str| text.chars().all(|sign| matches!(sign, ' ' | '\t'));
    let is_seen = |mark: &Mark| matches!(mark.what, What::Hole(_));
    let mut first = 0;
    while first < marks.len() {
        let mut last = first;
        while last + 1 < marks.len()
            && !is_seen(&marks[last + 1])
            && is_blank(&text[marks[last].span.end..marks[last + 1].span.start])
        {
            last += 1;
        }
        let (start, end) = (marks[first].span.start, marks[last].span.end);
        let floor = first.checked_sub(1).map_or(0, |before| marks[before].span.end);
        let line_start = text[floor..start].rfind(['\n', '\r']).map(|at| floor + at + 1);
        let line_start = line_start.or((floor == 0).then_some(0)).or_else(|| {
            // The mark before took the line break with it.
            text[..floor].ends_with(['\n', '\r']).then_some(floor)
        });
        let rest = &text[end..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let behind = &rest[blank..];
        let break_length = match behind.as_bytes() {
            [b'\r', b'\n', ..] => Some(2),
            [b'\n' | b'\r', ..] => Some(1),
            [] => Some(0),
            _ => None,
        };
        if let (Some(line_start), Some(length), false) = (line_start, break_length, is_seen(&marks[first]))
            && is_blank(&text[line_start..start])
        {
            marks[first].span.start = line_start;
            for number in first..last {
                marks[number].span.end = marks[number + 1].span.start;
            }
            marks[last].span.end = end + blank + length;
        }
        first = last + 1;
    }
}

/// A template without tags is one text, but for its named parts.
fn plain_texts(text: &str, marks: &[Mark], own: &mut Extracted) {
    let mut keys = vec![String::new()];
    let mut at = 0;
    let mut flow = Flow::new(text, Spaces::Kept);
    let parts = marks.iter().filter_map(|mark| match &mark.what {
        What::Part(name) => Some((mark.span, name)),
        _ => None,
    });
    for (span, name) in parts {
        flow.push_marked(Span::new(at, span.start), marks, plain);
        let finished = std::mem::replace(&mut flow, Flow::new(text, Spaces::Kept));
        let key = keys.last().map(String::as_str).unwrap_or_default();
        own.passages.extend(finished.finish(key));
        match name {
            Some(name) => keys.push(name.clone()),
            None if keys.len() > 1 => drop(keys.pop()),
            None => {}
        }
        at = span.end;
    }
    flow.push_marked(Span::new(at, text.len()), marks, plain);
    own.passages.extend(flow.finish(keys.pop().unwrap_or_default()));
}

#[cfg(test)]
mod tests;
