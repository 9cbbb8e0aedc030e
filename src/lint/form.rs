//! What a message has to have besides its tone: who writes, where to reach them, a signature, a length, what its variables
//! may carry.
//!
//! In: `lexicons/lint/form.toml`, a [`Template`] and what its project says. Out: [`FormFinding`]s, a list of their own: never
//! part of tier, score or categories. Law is printed only where it is verified; custom and gateways' terms say so. Promise:
//! only messages that collect have findings, and a variable of which nothing is known makes none. It judges no tone.

mod data;
mod elements;
mod holes;
mod reading;
mod sms;
#[cfg(test)]
mod tests;

use super::config::FormFacts;
use super::template::{Rendering, Template};
use crate::lexicon::Lexicon;
use crate::linter::Linter;
use crate::message::Message;
use crate::rule::Bilingual;
use crate::span::Span;
pub use data::{
    FormExample, FormRecord, FormRule, Gateway, USUAL_GATEWAY, gateway, gateways, is_about_suppressions,
    rule, rules,
};
use reading::{Finder, Reading};
pub(super) use sms::parts;

/// Something about a message's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFinding {
    /// The rule's id.
    pub rule: &'static str,
    /// The words that show it, in the template's text; the whole text for what is missing.
    pub span: Span,
    /// What is wrong with these words, in Chinese and English, where the rule's own message doesn't say it all.
    pub detail: Option<Bilingual>,
}

/// Looks at the form of templates; built once for a lexicon.
pub struct Checker {
    finder: Finder,
}

/// The ids of all rules of form.
pub fn ids() -> impl Iterator<Item = &'static str> {
    rules().iter().map(|rule| rule.id.as_str())
}

impl Checker {
    /// A checker with the classes of a lexicon. O(terms of the lexicon).
    pub fn new(lexicon: &Lexicon) -> Self {
        Self {
            finder: Finder::new(lexicon),
        }
    }

    /// The findings of form of a template, in order of place: what a rendering, its first, shows. O(characters), and one
    /// check of the linter's cues for what may be a collection message.
    pub fn check(
        &self,
        linter: &Linter,
        template: &Template,
        rendering: &Rendering,
        message: &Message,
        facts: &FormFacts,
    ) -> Vec<FormFinding> {
        let lexicon = linter.lexicon;
        let reading = Reading::new(template, rendering, &self.finder, lexicon, message.channel);
        if !reading.collects(message) {
            return Vec::new();
        }
        let mut found = Vec::new();
        elements::check(&reading, message, facts, &mut found);
        sms::check(&reading, facts, &mut found);
        holes::check(&reading, &mut found);
        // Last, because it costs most, and most messages have nothing that it could take back.
        if found.is_empty() || reading.is_mention(linter, message) {
            return Vec::new();
        }
        let order = |id: &str| ids().position(|own| own == id);
        found.sort_by_key(|finding| (finding.span, order(finding.rule)));
        found
    }
}

impl FormFinding {
    fn new(rule: &'static str, span: Span) -> Self {
        Self {
            rule,
            span,
            detail: None,
        }
    }

    fn with(self, zh: String, en: String) -> Self {
        Self {
            detail: Some(Bilingual { zh, en }),
            ..self
        }
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Checker").finish_non_exhaustive()
    }
}
