//! What is wrong with suppressions → findings of their file.
//!
//! In: a [`Suppression`] and what a run showed of it. Out: [`Diagnostic`]s of the group `form` at the very words. Titles and
//! advice are data, in `lexicons/lint/form.toml`. Promise: the same comment has the same fingerprint wherever it moves in
//! its file. It decides nothing.

use sha2::{Digest, Sha256};

use super::{Suppression, Words};
use crate::error::{Sentence, say};
use crate::hex::hex;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::form;
use crate::rule::{Lang, Tier};

/// Something that is wrong with a suppression.
pub(super) struct Note<'n> {
    pub(super) rule: &'static str,
    place: &'n Words,
    line: &'n str,
    /// Entries of the sidecar all begin alike.
    reason: &'n str,
    detail: Sentence,
}

impl Suppression {
    /// Everything that is wrong with how it is written.
    pub(super) fn malformed(&self) -> impl Iterator<Item = Note<'_>> {
        self.faults.iter().map(|fault| {
            let (zh, en) = (fault.zh.clone(), fault.en.clone());
            let detail = Sentence { zh, en };
            self.note("suppression-malformed", &fault.place, detail)
        })
    }

    /// That its last day is over.
    pub(super) fn expired(&self) -> Note<'_> {
        let until = self.until.map(|until| until.to_string()).unwrap_or_default();
        let detail = say!("有效期至 {until}", "it held until {until}");
        self.note("suppression-expired", &self.place, detail)
    }

    /// That these of its rules found nothing to suppress.
    pub(super) fn unused<'n>(&'n self, rules: &[&'n Words]) -> Note<'n> {
        let named: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
        let (zh, en) = (named.join("、"), named.join(", "));
        let place = match rules {
            [one] if self.rules.len() > 1 => one,
            _ => &self.place,
        };
        let detail = say!("没有 {zh} 的问题", "nothing is found for {en}");
        self.note("suppression-unused", place, detail)
    }

    fn note<'n>(&'n self, rule: &'static str, place: &'n Words, detail: Sentence) -> Note<'n> {
        Note {
            rule,
            place,
            line: &self.line,
            reason: &self.reason,
            detail,
        }
    }
}

/// The finding; `before` are the file's earlier ones.
pub(super) fn note(found: &Note, before: &[Diagnostic], lang: Lang) -> Diagnostic {
    let rule = form::rule(found.rule).expect("its rules are among those of form: a test compares them");
    let Words { text, location } = found.place;
    let same = before
        .iter()
        .filter(|other| other.rule == found.rule && other.text == *text);
    let mut hash = Sha256::new();
    for part in [
        found.rule,
        text,
        "suppression",
        found.reason,
        &same.count().to_string(),
    ] {
        hash.update(part);
        hash.update([0]);
    }
    Diagnostic {
        rule: rule.id.clone(),
        category: None,
        tier: Tier::Notice,
        confidence: rule.confidence,
        title: rule.title.get(lang).to_owned(),
        message: rule.said(Some(found.detail.get(lang)), lang),
        basis: Vec::new(),
        instead: rule.instead.get(lang).to_owned(),
        location: location.clone(),
        text: text.clone(),
        plain: None,
        disguises: Vec::new(),
        related: Vec::new(),
        value: None,
        fingerprint: hex(&hash.finalize()[..8]),
        fix: None,
        excerpt: vec![found.line.to_owned()],
    }
}
