//! The shape of an input record, for its schema.
//!
//! Readers take more than it says: names of keys and values in Chinese, and keys that they don't know. This is the form
//! in which every program can write records.

use schemars::JsonSchema;

use crate::message::{Channel, CreditorKind, Role, Speaker};
use crate::rule::{Category, Tier};

/// A message, a letter, a template, an article, or a call: one a line of JSONL. Other keys are passed over.
#[derive(JsonSchema)]
#[schemars(extend("anyOf" = [
    { "required": ["text"] },
    { "required": ["turns"] },
    { "required": ["time", "outcome"] },
    { "required": ["time", "duration"] },
    { "required": ["time", "channel"], "properties": { "channel": { "const": "visit" } } },
]))]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct InputRecord {
    /// Identifies the record in results; file and number by default.
    id: Option<RecordId>,
    /// How it was sent: a hint, never an amnesty.
    channel: Option<Channel>,
    /// The words.
    text: Option<String>,
    /// The words of a call, in turns.
    turns: Option<Vec<InputTurn>>,
    /// When it was sent: RFC 3339 or a usual Chinese form; Asia/Shanghai where no zone is given.
    time: Option<String>,
    /// Number, port or name that it came from.
    sender: Option<String>,
    /// Who received it.
    recipient: Option<String>,
    /// What the receiver is to the debt.
    recipient_role: Option<Role>,
    /// The collecting agency.
    agency: Option<String>,
    /// The creditor.
    creditor: Option<String>,
    /// What the creditor is; chooses the sector rules that are cited.
    creditor_kind: Option<CreditorKind>,
    /// Who owes.
    debtor: Option<String>,
    /// Province, for regional rules.
    region: Option<String>,
    /// What became of a call, such as 接通 or no answer.
    outcome: Option<WordOrTruth>,
    /// How long a call lasted: seconds, or a text such as 1分20秒.
    duration: Option<WordOrNumber>,
    /// In labelled records: the right tier.
    tier: Option<Tier>,
    /// In labelled records: the right categories.
    labels: Option<Vec<Category>>,
    /// In labelled records: the words that show them.
    evidence: Option<Vec<InputEvidence>>,
}

/// A stretch of a call by one speaker.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct InputTurn {
    /// Who speaks.
    speaker: Option<Speaker>,
    /// What is said.
    text: String,
    /// When.
    time: Option<String>,
}

/// Words that show a label.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct InputEvidence {
    /// The label.
    label: Category,
    /// An exact part of the text, or of the turn's.
    quote: String,
    /// The turn, from 0, in calls.
    turn: Option<usize>,
}

/// An id, given back as it came.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) enum RecordId {
    Text(String),
    Number(f64),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum WordOrTruth {
    Word(String),
    Truth(bool),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum WordOrNumber {
    Word(String),
    Number(f64),
}
