//! What each stage saw in one message, for `why`.
//!
//! In: notes of the stages while [`Linter::trace`](crate::Linter::trace) runs. Out: [`Trace`], plain data.
//! Spans are bytes of the source stretch, as in findings. It judges nothing: the verdict beside it does.

use serde::Serialize;

use crate::finding::{Disguise, Reason};
use crate::span::Span;

/// The notes of all stages, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Trace {
    /// Folds: the readings that differ from the source.
    pub readings: Vec<TracedReading>,
    /// Search: terms of rules and classes found, in order of place.
    pub hits: Vec<TracedHit>,
    /// Judges: what in the text or the record changes how it is read.
    pub signals: Vec<Signal>,
    /// In a call about a debt: what a collector is expected to say, and whether he did. No finding follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<TracedStatement>,
    /// The second opinion, if there is a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinion: Option<TracedOpinion>,
    /// Ids of rules whose obligatory classes were all present, so that their patterns were tried.
    pub gated: Vec<String>,
    /// Matches and what became of them, in order of place.
    pub matches: Vec<TracedMatch>,
}

/// What a message reads like to the second opinion, and so what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadsLike {
    /// Too short to tell: the rules alone decide.
    TooShort,
    /// Like those that offend: it proposes findings.
    Offending,
    /// Like neither: the rules decide.
    Undecided,
    /// Like ordinary ones but for a stretch: what rules match there stands.
    OrdinaryButForAStretch,
    /// Like ordinary ones: what rules match isn't counted.
    Ordinary,
}

/// What the linear model makes of the words, as logits: 0 is undecided, more speaks for an offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TracedOpinion {
    /// What follows from them.
    pub reads_like: ReadsLike,
    /// Of the whole message.
    pub whole: f32,
    /// Of its loudest stretch of sentences.
    pub loudest: Option<f32>,
    /// A message no louder than this is ordinary, unless a stretch of it is loud.
    pub ordinary_below: f32,
    /// A stretch louder than this is heard in any message.
    pub loud_above: f32,
    /// A message louder than this makes the model propose findings.
    pub likely_above: f32,
}

/// A way in which a stretch was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedReading {
    /// `plain`, `joined`, …
    pub name: String,
    /// Turn from 0; none for plain texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<usize>,
    /// What was searched.
    pub text: String,
}

/// A term found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedHit {
    /// The class or the rule that the term belongs to.
    pub of: String,
    /// Turn from 0; none for plain texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<usize>,
    /// Where in the source.
    pub span: Span,
    /// The term in its plain form.
    pub text: String,
    /// How the source hides it.
    pub disguises: Vec<Disguise>,
}

/// Something that changes how the message is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signal {
    /// The cue's name: the class or the field.
    pub cue: String,
    /// What it speaks for: a genre, an addressee, a state.
    pub effect: String,
    /// How strongly.
    pub weight: f64,
    /// The words or the value.
    pub text: String,
}

/// What a collector is expected to say in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// For whom he speaks.
    InstitutionNamed,
    /// That the call is recorded.
    RecordingTold,
}

/// A statement expected, and where it was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedStatement {
    /// Which.
    pub statement: Statement,
    /// The turn in which it was first said; none if it never was.
    pub turn: Option<usize>,
}

/// A match and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TracedMatch {
    /// The rule's id.
    pub rule: String,
    /// The pattern that was filled.
    pub pattern: String,
    /// Turn from 0; none for plain texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<usize>,
    /// Where in the source.
    pub span: Span,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is a finding.
    Upheld,
    /// Another match of the rule covers it.
    Covered,
    /// The message isn't what the rule asks for (`when`).
    Inapplicable,
    /// Judged innocent.
    Dismissed(Reason),
}
