//! Messages and verdicts → bytes.
//!
//! In: [`Judged`] messages, in order. Out: result records, frames for a terminal, a ranked summary, the rule
//! reference, traces. Promise: the same input gives the same bytes. It shows a rule's title, basis and lawful
//! wording, runs no rule and changes no verdict; it never opens a file.

pub mod changes;
mod grounds;
pub mod html;
pub mod human;
pub mod json;
pub mod lint;
pub mod markdown;
pub mod mask;
mod object;
pub mod pack;
pub mod preview;
pub mod reference;
pub mod summary;
pub mod survey;
pub mod survey_workbook;
pub mod table;
pub mod visible;
pub mod why;
pub mod words;

use jiff::civil::Date;

use crate::finding::Verdict;
use crate::lexicon::laws::Citation;
use crate::lexicon::{Laws, Lexicon};
use crate::message::Message;
use crate::rule::{Lang, Rule};

/// What every writer needs besides messages and verdicts.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'l> {
    /// The rules that findings point into.
    pub rules: &'l [Rule],
    /// What the rules cite.
    pub laws: &'l Laws,
    /// The language of titles, reasons and wordings.
    pub lang: Lang,
    /// The date by which laws are chosen for messages without one; absent: the laws' reference date.
    pub date: Option<Date>,
    /// Whether dismissed matches are shown.
    pub shows_dismissed: bool,
    /// Whether personal data in shown words is masked.
    pub masks: bool,
}

/// A message with its verdict, ready to be written.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The message.
    pub message: &'a Message<'a>,
    /// Its verdict.
    pub verdict: &'a Verdict,
    /// Whether the record carried an id; a made-up one is no key that a fingerprint can rest on.
    pub has_own_id: bool,
}

impl<'l> Settings<'l> {
    /// Settings that show findings only, unmasked, by the laws' reference date.
    pub fn new(lexicon: &'l Lexicon, lang: Lang) -> Self {
        Self {
            rules: lexicon.rules(),
            laws: lexicon.laws(),
            lang,
            date: None,
            shows_dismissed: false,
            masks: false,
        }
    }

    /// The grounds of a rule for this message: by its own date, else the given one, else the reference date;
    /// by its creditor's kind and region.
    pub fn cite(&self, rule: &'l Rule, message: &Message) -> Vec<Citation<'l>> {
        self.laws.cite(
            &rule.basis,
            self.date_of(message),
            message.creditor_kind,
            message.region.as_deref(),
        )
    }

    /// The day by whose law a message is judged.
    fn date_of(&self, message: &Message) -> Date {
        let own = message.time.and_then(|time| time.date);
        own.or(self.date).unwrap_or(self.laws.reference_date)
    }
}
