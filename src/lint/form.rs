//! What a message has to have besides its tone: who writes, where to reach them, a signature, a length, what its variables
//! may carry.
//!
//! In: `lexicons/lint/form.toml`, a [`Template`] and what its project says. Out: [`FormFinding`]s, a list of their own: never
//! part of tier, score or categories. Law is printed only where it is verified; custom and gateways' terms say so.

use super::config::FormFacts;
use super::template::Template;
use crate::lexicon::Lexicon;
use crate::message::{Channel, Message};
use crate::span::Span;

/// Something about a message's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFinding {
    /// The rule's id.
    pub rule: &'static str,
    /// The words that show it, in the template's text; the whole text for what is missing.
    pub span: Span,
    /// What is wrong with these words, in Chinese and English, where the rule's own message doesn't say it all.
    pub detail: Option<crate::rule::Bilingual>,
}

/// The ids of all rules of form.
pub fn ids() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}

/// The findings of form of a template.
pub fn check(
    _template: &Template,
    _message: &Message,
    _facts: &FormFacts,
    _channel: Option<Channel>,
    _lexicon: &Lexicon,
) -> Vec<FormFinding> {
    Vec::new()
}
