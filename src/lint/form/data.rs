//! Rules of form, gateways' terms and words, as data.
//!
//! In: `lexicons/lint/form.toml`. Out: [`FormRule`]s, [`Gateway`]s and the terms of each [`Word`], checked: a rule that the
//! program doesn't know, a gateway without terms or a key that nothing reads is found by a test, not by a user. It judges
//! nothing.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::lint::variables::terms;
use crate::message::{Channel, CreditorKind, Message};
use crate::report::words::colon;
use crate::rule::{Bilingual, Confidence, Lang};

/// A rule of form, or about a file's suppressions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormRule {
    /// Kebab-case; begins with `form` or `suppression`.
    pub id: String,
    /// A short name.
    pub title: Bilingual,
    /// Why it matters, and whether law asks for it.
    pub why: Bilingual,
    /// What to do.
    pub instead: Bilingual,
    /// Keys of `laws.toml`, first choice first; empty where custom or a gateway's terms ask for it.
    pub basis: Vec<String>,
    /// Low for what is to know rather than to change.
    #[serde(default)]
    pub confidence: Confidence,
    /// What it must find.
    pub hits: Vec<FormExample>,
    /// What it must leave alone although it looks alike.
    pub misses: Vec<FormExample>,
}

/// A text with what a project says of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum FormExample {
    /// A text of which nothing is said.
    Text(String),
    /// A text with facts.
    Record(FormRecord),
}

/// A text with facts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormRecord {
    /// The words; `⟦` and `⟧` mark the expected evidence.
    pub text: String,
    /// As in a record.
    pub channel: Option<Channel>,
    /// As in a record.
    pub creditor_kind: Option<CreditorKind>,
    /// As in a configuration.
    pub gateway: Option<String>,
    /// As in a configuration.
    pub creditors: Vec<String>,
    /// As in a configuration.
    pub contacts: Vec<String>,
    /// As in a configuration.
    pub signatures: Vec<String>,
}

/// What a gateway takes: terms of its contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// What people call it.
    pub title: Bilingual,
    /// Characters of the longest message with signature and values, if its pages say so.
    pub most: Option<usize>,
    /// Characters of the shortest and the longest signature, without 【】.
    pub signature: (usize, usize),
    /// Whether it puts the signature in front, so that templates have none.
    #[serde(default)]
    pub signs: bool,
    /// Signs that it refuses.
    #[serde(deserialize_with = "terms")]
    forbidden: Vec<String>,
}

/// What words are in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    Debt,
    Due,
    Pay,
    Urge,
    You,
    Settled,
    Supposed,
    Interface,
    OtherVoice,
    Spoken,
    Chat,
    Letter,
    Neutral,
    Institution,
    Own,
    Brand,
    Title,
    Surname,
    Firm,
    Contact,
    Reach,
    NumberOf,
    Offer,
    Sell,
    Help,
    OptOut,
    LetterHolder,
    LetterBalance,
    LetterReason,
    LetterGround,
    LetterRights,
    LetterCheck,
    LetterPay,
    LetterObject,
}

/// The gateway of projects that name none.
pub const USUAL_GATEWAY: &str = "generic";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    #[serde(rename = "rule")]
    rules: Vec<FormRule>,
    #[serde(rename = "suppression")]
    suppressions: Vec<FormRule>,
    gateway: IndexMap<String, Gateway>,
    words: IndexMap<Word, String>,
}

static DATA: LazyLock<FormFile> = LazyLock::new(|| {
    let mut file: FormFile = toml::from_str(include_str!("../../../lexicons/lint/form.toml"))
        .expect("the bundled rules of form are read by a test");
    // Whoever lists, explains or selects rules of form does so with those about suppressions.
    file.rules.append(&mut file.suppressions);
    file
});

/// All rules of form, in the order of their file; those about suppressions at the end.
pub fn rules() -> &'static [FormRule] {
    &DATA.rules
}

/// The rule of form with this id.
pub fn rule(id: &str) -> Option<&'static FormRule> {
    rules().iter().find(|rule| rule.id == id)
}

/// Whether a rule is about suppressions: not found in a text, nor suppressed itself.
pub fn is_about_suppressions(id: &str) -> bool {
    id.starts_with("suppression-")
}

/// All gateways, in the order of their ids.
pub fn gateways() -> impl Iterator<Item = (&'static str, &'static Gateway)> {
    DATA.gateway.iter().map(|(id, gateway)| (id.as_str(), gateway))
}

/// The gateway of this id, or the generic one if none is named.
pub fn gateway(id: Option<&str>) -> &'static Gateway {
    // A configuration that names another is refused when it is read.
    let named = id.and_then(|id| DATA.gateway.get(id));
    named.unwrap_or_else(|| &DATA.gateway[USUAL_GATEWAY])
}

/// What stands under each word: terms, `<class>`, `-term`.
pub(super) fn words() -> impl Iterator<Item = (Word, &'static str)> {
    DATA.words.iter().map(|(word, terms)| (*word, terms.as_str()))
}

impl FormRule {
    /// What is wrong, in full: title, why, and what of these very words is to say.
    pub fn said(&self, detail: Option<&str>, lang: Lang) -> String {
        let said = format!("{}{}{}", self.title.get(lang), colon(lang), self.why.get(lang));
        match (detail, lang) {
            (None, _) => said,
            (Some(detail), Lang::Zh) => format!("{said}本条：{detail}。"),
            (Some(detail), Lang::En) => format!("{said} Here: {detail}."),
        }
    }
}

impl Gateway {
    /// Signs that it refuses.
    pub fn forbidden(&self) -> impl Iterator<Item = &str> {
        self.forbidden.iter().map(String::as_str)
    }
}

impl FormExample {
    /// The words with their marks.
    pub fn marked_text(&self) -> &str {
        match self {
            FormExample::Text(text) => text,
            FormExample::Record(record) => &record.text,
        }
    }

    /// The message that it describes, marks removed, and what the project says of it.
    pub fn message(&self) -> (Message<'static>, FormRecord) {
        let record = match self {
            FormExample::Text(text) => FormRecord {
                text: text.clone(),
                ..FormRecord::default()
            },
            FormExample::Record(record) => record.clone(),
        };
        let text: String = record
            .text
            .chars()
            .filter(|character| !matches!(character, '⟦' | '⟧'))
            .collect();
        let message = Message {
            channel: record.channel,
            creditor_kind: record.creditor_kind,
            ..Message::text(text)
        };
        (message, record)
    }
}
