//! The shape of a result record, for its schema: what `check`, `screen` and `lint` write, the parts that only one of them
//! writes optional.

use schemars::JsonSchema;

use super::record::RecordId;
use crate::finding::{Disguise, Reason, RelatedRole};
use crate::lexicon::laws::Verb;
use crate::lint::suppress::SuppressedBy;
use crate::rule::{Category, Confidence, Tier};

/// What was found in a message.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct ResultRecord {
    /// The version of this shape.
    #[schemars(extend("const" = 1))]
    schema: u8,
    /// The record's own id; else file and number, or file and key path.
    id: RecordId,
    /// The message's tier.
    tier: Tier,
    /// 0 to 100, in the band of the tier.
    #[schemars(range(max = 100))]
    score: u8,
    /// Categories of the findings that count.
    #[schemars(extend("uniqueItems" = true))]
    categories: Vec<Category>,
    /// What was found, in order of place.
    findings: Vec<Finding>,
    /// What is wrong with the form of a template; no part of tier, score and categories. Of lint.
    form: Option<Vec<FormFinding>>,
    /// Matches that were judged innocent, where they were asked for.
    dismissed: Option<Vec<Dismissed>>,
    /// Whether personal data in shown words was masked; spans always refer to the source.
    masked: bool,
    /// Whether the speakers of a call were labelled the wrong way round.
    speakers_corrected: Option<bool>,
    /// Whether the record has no words.
    without_words: Option<bool>,
    /// Where a text stands. Of lint.
    location: Option<TextLocation>,
    /// What somebody decided to leave. Of lint.
    suppressed: Option<Vec<SuppressedFinding>>,
}

/// Something that was found.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Finding {
    /// The rule's id.
    rule: String,
    /// The rule's category.
    category: Category,
    /// What it weighs.
    tier: Tier,
    /// How sure; findings of low confidence are for review and don't count.
    confidence: Confidence,
    /// The turn of a call, from 0.
    turn: Option<usize>,
    /// The words in the text, or in the turn's.
    span: Span,
    /// The words as they stand.
    text: String,
    /// Their plain form, if it differs.
    plain: Option<String>,
    /// How they were hidden.
    disguises: Vec<Disguise>,
    /// The other words that make the finding.
    related: Vec<Related>,
    /// What is wrong.
    message: String,
    /// The clauses.
    basis: Vec<Basis>,
    /// Lawful wording.
    instead: String,
    /// Identifies the finding across runs.
    fingerprint: String,
    /// Where it stands in its file. Of lint.
    location: Option<Location>,
    /// The value of a variable that makes the finding. Of lint.
    value: Option<String>,
    /// A replacement that is safe. Of lint.
    fix: Option<Fix>,
}

/// Something about the form of a template.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct FormFinding {
    /// The rule's id.
    rule: String,
    /// What it weighs: always a notice.
    tier: Tier,
    /// How sure.
    confidence: Confidence,
    /// The words in the text; all of it for what is missing.
    span: Span,
    /// The words as they stand.
    text: String,
    /// Always empty.
    disguises: Vec<Disguise>,
    /// Always empty.
    related: Vec<Related>,
    /// What is wrong.
    message: String,
    /// The clauses.
    basis: Vec<Basis>,
    /// What to do.
    instead: String,
    /// Identifies the finding across runs.
    fingerprint: String,
    /// Where it stands in its file.
    location: Location,
    /// A replacement that is safe.
    fix: Option<Fix>,
}

/// A finding that somebody decided to leave; what it would be otherwise, and why and where it is left.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct SuppressedFinding {
    /// The rule's id.
    rule: String,
    /// The rule's category; none of those of form.
    category: Option<Category>,
    /// What it would weigh.
    tier: Tier,
    /// How sure.
    confidence: Confidence,
    /// The words in the text.
    span: Span,
    /// The words as they stand.
    text: String,
    /// Their plain form, if it differs.
    plain: Option<String>,
    /// How they were hidden.
    disguises: Vec<Disguise>,
    /// The other words that make the finding.
    related: Vec<Related>,
    /// What is wrong.
    message: String,
    /// The clauses.
    basis: Vec<Basis>,
    /// Lawful wording.
    instead: String,
    /// Identifies the finding across runs.
    fingerprint: String,
    /// Where it stands in its file.
    location: Location,
    /// The value of a variable that makes the finding.
    value: Option<String>,
    /// A replacement that is safe.
    fix: Option<Fix>,
    /// Why it is left.
    reason: String,
    /// Where that is said: in a comment of the file, or in the file beside the configuration (sidecar).
    by: SuppressedBy,
}

/// A half-open stretch of a text.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Span {
    /// First byte of UTF-8.
    start: usize,
    /// The byte behind the last.
    end: usize,
    /// First character.
    char_start: usize,
    /// The character behind the last.
    char_end: usize,
}

/// Other words of a finding.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Related {
    /// The turn of a call, from 0.
    turn: Option<usize>,
    /// The words.
    span: Span,
    /// What they are to the finding.
    role: RelatedRole,
    /// Where they stand in the file. Of lint.
    location: Option<Location>,
}

/// A clause.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Basis {
    /// The instrument's id.
    id: String,
    /// The clause; null if it may not be printed.
    #[schemars(required, schema_with = "text_or_null")]
    clause: Option<String>,
    /// How the finding stands to it.
    verb: Verb,
}

fn text_or_null(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    // Not a list of types: those lose their null, which for every other key says that it may be left out.
    schemars::json_schema!({ "anyOf": [{ "type": "string" }, { "const": null }] })
}

/// A match that was judged innocent.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Dismissed {
    /// The rule's id.
    rule: String,
    /// The turn of a call, from 0.
    turn: Option<usize>,
    /// The words.
    span: Span,
    /// Why.
    reason: Reason,
    /// The words that decided it.
    cue: Option<Cue>,
}

/// Words that decided how others are read.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Cue {
    /// The turn of a call, from 0.
    turn: Option<usize>,
    /// The words.
    span: Span,
}

/// Where a text stands; of a record about a file itself the path only.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct TextLocation {
    /// The file.
    path: String,
    /// The text's name in it.
    key_path: Option<String>,
    /// Line from 1.
    line: Option<usize>,
}

/// A stretch of a file, in the file's own bytes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Location {
    /// The file.
    path: String,
    /// The text's name in it.
    key_path: String,
    /// Line from 1.
    line: usize,
    /// Character from 1.
    column: usize,
    /// Unit of UTF-16 from 1.
    column_utf16: usize,
    /// First byte.
    byte_start: usize,
    /// The byte behind the last.
    byte_end: usize,
}

/// A replacement that was judged again.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct Fix {
    /// First byte of the file.
    byte_start: usize,
    /// The byte behind the last.
    byte_end: usize,
    /// What to write.
    replacement: String,
}
