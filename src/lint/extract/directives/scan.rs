//! Where the directives of a template are.
//!
//! In: a text, a [`Dialect`]. Out: [`Scan`]: marks in order, apart from each other, and the expressions that directives
//! assign. Promise: an end is looked for in a bounded stretch, so that no text takes longer than its length tells.

use super::{Dialect, Mark, What};
use crate::lint::extract::names::path_of;
use crate::lint::passage::has_han;
use crate::span::Span;

/// What stands in a template besides text.
#[derive(Debug, Default)]
pub(in super::super) struct Scan {
    pub(in super::super) marks: Vec<Mark>,
    pub(in super::super) assigned: Vec<Assigned>,
}

/// An expression that a directive assigns or fills in: its literals are texts.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Assigned {
    pub(in super::super) name: String,
    pub(in super::super) span: Span,
}

/// Bytes of the longest directive: an end that is farther away belongs to something else. It bounds the time for signs
/// that are never closed.
const LONGEST_DIRECTIVE: usize = 2 << 10;

/// Bytes of the longest comment, and of code between `<%` and `%>`.
const LONGEST_COMMENT: usize = 64 << 10;

/// A mark that begins here, by its length.
struct Found {
    length: usize,
    what: What,
    /// The name of what is assigned, and the expression, from the mark's start.
    assigned: Option<(String, std::ops::Range<usize>)>,
}

/// Finds the directives of a text.
pub(in super::super) fn scan(text: &str, dialect: Dialect) -> Scan {
    let mut own = Scan::default();
    let is_square = dialect == Dialect::FreeMarker && text.trim_start().starts_with("[#");
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let found = match (dialect, rest.as_bytes()[0]) {
            (Dialect::Velocity, b'#') => velocity_directive(rest, &mut blocks),
            (Dialect::Velocity, b'$') => velocity_reference(rest),
            (Dialect::FreeMarker | Dialect::Page, b'<') => {
                freemarker(rest, ('<', '>')).or_else(|| page_code(rest).filter(|_| dialect == Dialect::Page))
            }
            (Dialect::FreeMarker, b'[') => freemarker(rest, ('[', ']'))
                .filter(|_| is_square)
                .or_else(|| square_hole(rest)),
            (Dialect::Page, b'[') => inlined(rest),
            (Dialect::FreeMarker | Dialect::Page, b'$' | b'#') => braced(rest),
            (Dialect::Jinja | Dialect::Page, b'{') => curly(rest),
            (Dialect::Jinja, b'$') => braced(rest),
            _ => None,
        };
        let Some(Found {
            length,
            what,
            assigned,
        }) = found
        else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let span = Span::new(at, at + length);
        // What is filled in may be a literal: `{{ overdue ? '请还款' : '' }}`.
        if let What::Hole(name) = &what
            && has_han(span.of(text))
        {
            own.assigned.push(Assigned {
                name: name.clone(),
                span,
            });
        }
        let what = match what {
            What::Comment(words) => What::Comment(Span::new(at + words.start, at + words.end)),
            other => other,
        };
        if let Some((name, range)) = assigned {
            let span = Span::new(at + range.start, at + range.end);
            own.assigned.push(Assigned { name, span });
        }
        own.marks.push(Mark { span, what });
        at += length;
    }
    own
}

/// Something between two signs that are no part of strings in it; its whole length and what is inside.
fn enclosed<'t>(rest: &'t str, open: &str, close: &str) -> Option<(usize, &'t str)> {
    let inside = rest.strip_prefix(open)?;
    let length = end_outside_strings(inside, close)?;
    Some((open.len() + length + close.len(), &inside[..length]))
}

/// Where the closing sign stands outside strings and brackets; or the first one, if quotes don't match.
fn end_outside_strings(inside: &str, close: &str) -> Option<usize> {
    let bytes = &inside.as_bytes()[..inside.len().min(LONGEST_DIRECTIVE)];
    let close = close.as_bytes();
    let first = memchr::memmem::find(bytes, close)?;
    let mut quote = None;
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(sign) if byte == sign => quote = None,
            Some(_) => {}
            None if depth == 0 && bytes[at..].starts_with(close) => return Some(at),
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'(' | b'{' | b'[' => depth += 1,
                b')' | b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
        at += 1;
    }
    Some(first)
}

/// A comment between two signs.
fn comment(rest: &str, open: &str, close: &str) -> Option<Found> {
    let inside = rest.strip_prefix(open)?;
    let length = find_near(inside, close)?;
    Some(Found::new(
        open.len() + length + close.len(),
        What::Comment(Span::new(open.len(), open.len() + length)),
    ))
}

fn find_near(inside: &str, close: &str) -> Option<usize> {
    let near = &inside.as_bytes()[..inside.len().min(LONGEST_COMMENT)];
    memchr::memmem::find(near, close.as_bytes())
}

impl Found {
    fn new(length: usize, what: What) -> Self {
        Self {
            length,
            what,
            assigned: None,
        }
    }

    fn hole((length, inside): (usize, &str)) -> Self {
        Self::new(length, What::Hole(path_of(inside)))
    }
}

/// `<#if x>`, `</#if>`, `<@macro/>`, `<#-- -->`, and the same in square brackets.
fn freemarker(rest: &str, (open, close): (char, char)) -> Option<Found> {
    let (begin, end) = (format!("{open}#--"), format!("--{close}"));
    if rest.starts_with(&begin) {
        return comment(rest, &begin, &end);
    }
    let behind = rest.strip_prefix(open)?;
    let (is_end, name) = match behind.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, behind),
    };
    let is_call = name.starts_with('@');
    let name = name.strip_prefix(['#', '@'])?;
    let is_name = is_end || name.starts_with(|sign: char| sign.is_ascii_alphabetic());
    if !is_name {
        return None;
    }
    let start = rest.len() - name.len();
    let length = start + end_outside_strings(name, close.encode_utf8(&mut [0; 4]))? + close.len_utf8();
    let inside = &rest[start..length - close.len_utf8()];
    let (word, arguments) = split_word(inside);
    let named = || {
        arguments
            .split(|sign: char| sign.is_whitespace() || sign == '(' || sign == '=')
            .next()
    };
    let is_capture = matches!(word, "assign" | "local" | "global") && !arguments.contains('=');
    let what = match word {
        _ if is_call => What::Cut,
        "else" | "elseif" | "elseIf" | "case" | "default" => What::Branch,
        "macro" | "function" | "assign" | "local" | "global" if is_end => What::Part(None),
        "macro" | "function" => What::Part(named().map(str::to_owned)),
        "assign" | "local" | "global" if is_capture => What::Part(named().map(str::to_owned)),
        _ => What::Cut,
    };
    let mut found = Found::new(length, what);
    if matches!(word, "assign" | "local" | "global") && !is_end {
        found.assigned = assignment(rest, inside, arguments);
    }
    Some(found)
}

/// `name = expression` behind the word of a directive.
fn assignment(rest: &str, inside: &str, arguments: &str) -> Option<(String, std::ops::Range<usize>)> {
    let (name, expression) = arguments.split_once('=')?;
    let end = inside.as_ptr() as usize - rest.as_ptr() as usize + inside.len();
    let name = name
        .trim()
        .trim_start_matches(['$', '!'])
        .trim_matches(['{', '}']);
    Some((name.to_owned(), end - expression.len()..end))
}

fn split_word(inside: &str) -> (&str, &str) {
    let inside = inside.trim_start();
    let length = inside
        .find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
        .unwrap_or(inside.len());
    (&inside[..length], inside[length..].trim_start())
}

/// `[=name]` of FreeMarker.
fn square_hole(rest: &str) -> Option<Found> {
    enclosed(rest, "[=", "]").map(Found::hole)
}

/// `${x}`, `#{x}`.
fn braced(rest: &str) -> Option<Found> {
    let found = enclosed(rest, "${", "}").or_else(|| enclosed(rest, "#{", "}"));
    found
        .filter(|(_, inside)| !inside.trim().is_empty())
        .map(Found::hole)
}

/// `[[${x}]]`, `[(${x})]` of Thymeleaf.
fn inlined(rest: &str) -> Option<Found> {
    let is_expression = |found: &(usize, &str)| found.1.trim_start().starts_with(['$', '*', '#', '@']);
    let found = enclosed(rest, "[[", "]]").filter(is_expression);
    found
        .or_else(|| enclosed(rest, "[(", ")]").filter(is_expression))
        .map(Found::hole)
}

/// `<%= x %>`, `<% if %>`, `<%-- --%>`, `<?= $x ?>`, `<?php … ?>`.
fn page_code(rest: &str) -> Option<Found> {
    if rest.starts_with("<%--") {
        return comment(rest, "<%--", "--%>");
    }
    for (open, close) in [("<%=", "%>"), ("<%-", "%>"), ("<?=", "?>")] {
        if let Some(found) = enclosed(rest, open, close) {
            return Some(Found::hole(found));
        }
    }
    for (open, close) in [("<%", "%>"), ("<?php", "?>")] {
        if let Some(inside) = rest.strip_prefix(open) {
            let length = find_near(inside, close)?;
            let is_else = inside[..length].contains("else");
            let what = if is_else { What::Branch } else { What::Cut };
            return Some(Found::new(open.len() + length + close.len(), what));
        }
    }
    None
}

/// `{{ x }}`, `{% if %}`, `{# #}`, `{{#if}}`, `{{! }}`.
fn curly(rest: &str) -> Option<Found> {
    match rest.as_bytes().get(1)? {
        b'#' => comment(rest, "{#", "#}"),
        b'%' => statement(rest),
        b'{' if rest.starts_with("{{!--") => comment(rest, "{{!--", "--}}"),
        b'{' if rest.starts_with("{{!") => comment(rest, "{{!", "}}"),
        b'{' => {
            if let Some(found) = enclosed(rest, "{{{", "}}}") {
                return Some(Found::hole(found));
            }
            let (length, inside) = enclosed(rest, "{{", "}}")?;
            let word = inside.trim_matches(['~', ' ', '-', '\t', '\n', '\r']);
            let what = match word.chars().next() {
                Some('#' | '/' | '>' | '@') => What::Cut,
                Some('^') => What::Branch,
                _ if word == "else" || word.starts_with("else ") => What::Branch,
                _ if word.is_empty() => return None,
                _ => What::Hole(path_of(word)),
            };
            Some(Found::new(length, what))
        }
        _ => None,
    }
}

/// `{% … %}`.
fn statement(rest: &str) -> Option<Found> {
    let (length, inside) = enclosed(rest, "{%", "%}")?;
    let inside = inside.trim_matches(['-', '+', '~']);
    let (word, arguments) = split_word(inside);
    let named = || split_word(arguments).0.to_owned();
    if word == "comment" {
        let words = length;
        let behind = &rest[length..];
        let close = behind
            .find("{%")
            .filter(|at| split_word(behind[at + 2..].trim_start_matches('-')).0 == "endcomment")?;
        let (closing, _) = enclosed(&behind[close..], "{%", "%}")?;
        let what = What::Comment(Span::new(words, words + close));
        return Some(Found::new(length + close + closing, what));
    }
    let what = match word {
        "else" | "elif" | "elsif" | "elseif" | "empty" | "when" => What::Branch,
        "block" | "macro" | "capture" => What::Part(Some(named())),
        "set" if !arguments.contains('=') => What::Part(Some(named())),
        "endblock" | "endmacro" | "endset" | "endcapture" => What::Part(None),
        _ => What::Cut,
    };
    let mut found = Found::new(length, what);
    if matches!(word, "set" | "assign" | "with") {
        found.assigned = assignment(rest, inside, arguments);
    }
    Some(found)
}

/// What an `#end` closes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Part,
    Other,
}

/// `#if(…)`, `#set(…)`, `#else`, `#end`, `## …`, `#* *#`, `#[[ ]]#`.
fn velocity_directive(rest: &str, blocks: &mut Vec<Block>) -> Option<Found> {
    if rest.starts_with("#*") {
        return comment(rest, "#*", "*#");
    }
    if rest.starts_with("##") {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        return Some(Found::new(end, What::Comment(Span::new(2, end))));
    }
    if rest.starts_with("#[[") || rest.starts_with("]]#") {
        return Some(Found::new(3, What::Cut));
    }
    let behind = &rest[1..];
    let (word, name_length) = match behind.strip_prefix('{') {
        Some(inside) => {
            // The longest word that is written so is `elseif`.
            let length = inside.bytes().take(7).position(|byte| byte == b'}')?;
            (inside.get(..length)?, length + 2)
        }
        None => {
            let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '@');
            let length = behind.find(|sign| !is_sign(sign)).unwrap_or(behind.len());
            (&behind[..length], length)
        }
    };
    let plain = 1 + name_length;
    match word {
        "else" => return Some(Found::new(plain, What::Branch)),
        "end" => {
            let what = match blocks.pop() {
                Some(Block::Part) => What::Part(None),
                _ => What::Cut,
            };
            return Some(Found::new(plain, what));
        }
        "stop" | "break" => return Some(Found::new(plain, What::Cut)),
        _ => {}
    }
    if !word.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '@') {
        return None;
    }
    // Any word with arguments is a directive: macros have names of their own.
    let gap = rest[plain..].len() - rest[plain..].trim_start_matches([' ', '\t']).len();
    let (length, inside) = enclosed(&rest[plain + gap..], "(", ")")?;
    let mut found = Found::new(plain + gap + length, What::Cut);
    match word {
        "elseif" => found.what = What::Branch,
        "if" | "foreach" => blocks.push(Block::Other),
        "macro" | "define" => {
            blocks.push(Block::Part);
            let name = split_word(inside.trim_start().trim_start_matches(['$', '!'])).0;
            found.what = What::Part(Some(name.to_owned()));
        }
        "set" => found.assigned = assignment(rest, inside, inside),
        _ if word.starts_with('@') => blocks.push(Block::Other),
        _ => {}
    }
    Some(found)
}

/// `$name`, `$!name`, `${name}`, `$user.getName()`.
fn velocity_reference(rest: &str) -> Option<Found> {
    for open in ["$!{", "${"] {
        if let Some(found) = enclosed(rest, open, "}") {
            return Some(Found::hole(found));
        }
    }
    let behind = rest.strip_prefix("$!").or_else(|| rest.strip_prefix('$'))?;
    let start = rest.len() - behind.len();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
    let mut end = start;
    loop {
        let name = &rest[end..];
        if !name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_') {
            break;
        }
        end += name.find(|sign| !is_sign(sign)).unwrap_or(name.len());
        if let Some((length, _)) = enclosed(&rest[end..], "(", ")") {
            end += length;
        }
        let goes_on = rest[end..].strip_prefix('.');
        match goes_on.filter(|next| next.starts_with(|sign: char| sign.is_ascii_alphabetic())) {
            Some(_) => end += 1,
            None => break,
        }
    }
    (end > start).then(|| Found::new(end, What::Hole(path_of(&rest[start..end]))))
}
