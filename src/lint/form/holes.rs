//! What the variables of a collection template may carry: anything, other people, whole identity numbers, personal data in
//! links.
//!
//! In: a [`Reading`] of a message that collects. Out: findings on placeholders. A variable of which nothing is known is
//! none: nobody can say that it does harm. What its values say is judged with the template, by the rules of tone.

use std::sync::LazyLock;

use regex::Regex;

use super::FormFinding;
use super::reading::Reading;
use crate::lint::template::Variable;
use crate::lint::variables::VariableKind;
use crate::span::Span;

/// The start of a link in a template.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)https?://|www\.|[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|cn|net|top|cc|vip|org|ltd|me|co|im|link)(?:/|\?)")
        .expect("the pattern is written by hand and tested")
});

pub(super) fn check(reading: &Reading, found: &mut Vec<FormFinding>) {
    use VariableKind::{FreeText, IdNumber, Relative};
    let template = reading.template;
    if template.variables.is_empty() {
        return;
    }
    let links = links(template.text, &template.variables);
    for variable in &template.variables {
        let link = links
            .iter()
            .find(|link| link.contains(variable.span) && link.start < variable.span.start);
        let rule = match (link, variable.kind) {
            (Some(link), kind) => {
                let carried = kind
                    .filter(|_| !variable.name.is_empty())
                    .or_else(|| parameter_kind(&template.text[link.start..variable.span.start]));
                carried
                    .filter(|&kind| is_personal(kind))
                    .map(|_| "form-variable-in-link")
            }
            (None, Some(FreeText)) => Some("form-variable-free-text"),
            (None, Some(Relative)) => Some("form-variable-relative"),
            (None, Some(IdNumber)) => Some("form-variable-id-number"),
            (None, _) => None,
        };
        if let Some(rule) = rule {
            let name = variable.span.of(template.text);
            found.push(
                FormFinding::new(rule, variable.span)
                    .with(format!("变量 {name}"), format!("variable {name}")),
            );
        }
    }
}

/// Whether what a variable carries says who somebody is, or may say anything.
fn is_personal(kind: VariableKind) -> bool {
    use VariableKind::{Address, Employer, FreeText, IdNumber, Name, Phone, Relative};
    matches!(
        kind,
        Name | Phone | IdNumber | Relative | Address | Employer | FreeText
    )
}

/// What the parameter in front of a value says that it is: `?mobile=`.
fn parameter_kind(before: &str) -> Option<VariableKind> {
    let name = before.strip_suffix('=')?;
    let start = name.rfind(['?', '&', '/', '#']).map_or(0, |at| at + 1);
    VariableKind::of_name(&name[start..])
}

/// The links of a template with the variables in them: characters of links and placeholders that touch.
fn links(text: &str, variables: &[Variable]) -> Vec<Span> {
    let mut links: Vec<Span> = Vec::new();
    for start in LINK.find_iter(text) {
        let is_known = links.last().is_some_and(|known| known.end > start.start());
        let is_name = variables
            .iter()
            .any(|variable| variable.span.overlaps(Span::new(start.start(), start.end())));
        if is_known || is_name {
            continue;
        }
        let mut end = start.end();
        while end < text.len() {
            let variable = variables.iter().find(|variable| variable.span.start == end);
            match (variable, text[end..].chars().next()) {
                (Some(variable), _) => end = variable.span.end,
                (None, Some(next)) if is_of_link(next) => end += next.len_utf8(),
                _ => break,
            }
        }
        links.push(Span::new(start.start(), end));
    }
    links
}

fn is_of_link(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+;=%".contains(character)
}
