//! Words that change how a match is read, and words that tell what a text is.
//!
//! In: `[[cue]]` tables of the files under `lexicons/cues`. Out: [`Cue`]. A cue says nothing by itself; the
//! judges weigh it.

use serde::{Deserialize, Serialize};

use crate::message::Role;

/// A cue as written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cue {
    /// Kebab-case.
    pub(crate) id: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// How much it says, for effects that are summed.
    #[serde(default = "Cue::default_weight")]
    pub(crate) weight: f32,
    /// On which side of a match it works.
    #[serde(default)]
    pub(crate) side: Side,
    /// How far it works.
    #[serde(default)]
    pub(crate) reach: Reach,
    /// Whose words it must be among, in a transcript.
    #[serde(default)]
    pub(crate) said_by: SaidBy,
    /// Characters right before which it is part of another word.
    #[serde(default)]
    pub(crate) not_before: String,
    /// Characters right after which it is part of another word.
    #[serde(default)]
    pub(crate) not_after: String,
    /// Patterns, in the language of rules.
    #[serde(default)]
    pub(crate) patterns: Vec<String>,
    /// Literal terms that are each a cue.
    #[serde(default)]
    pub(crate) terms: String,
}

/// What a cue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Effect {
    /// 不会…, 没有…
    Denial,
    /// 严禁…, 不得…
    Prohibition,
    /// Somebody tells what others said or did.
    Report,
    /// The writer is the one who suffers it: 我的通讯录, 骚扰我.
    Victim,
    /// The words ask.
    Question,
    /// Ends the scope of denial, prohibition and report: 但是, 否则.
    Turn,
    /// A condition of paying that makes a denial a lever: 只要…就不会….
    Condition,
    /// Speaks for a genre that mentions.
    Genre(Genre),
    /// Speaks for a collector talking to a debtor.
    Collector,
    /// Speaks for an addressee.
    Addressee(Role),
    /// Sets a state of the dialogue or message.
    State(State),
}

/// Kinds of text that mention and don't use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Genre {
    Article,
    Policy,
    Training,
    Complaint,
    News,
    Official,
    FraudWarning,
    LegalAdvice,
    Fiction,
    Ordinary,
}

/// What a dialogue or the words have established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum State {
    /// The answerer isn't the debtor.
    NotDebtor,
    /// Asked to stop calling or not to call here.
    StopRequested,
    /// Speaks of dying.
    Distress,
    /// A collector presents himself or the institution.
    Collecting,
    /// Written into a group.
    Group,
    /// Asked to be called at that time.
    CallbackAsked,
    /// The collector has said for whom he speaks.
    InstitutionNamed,
    /// The collector has said that the call is recorded.
    RecordingTold,
}

/// Where a cue works, seen from the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// On matches after it.
    #[default]
    After,
    /// On matches before it.
    Before,
    /// On both sides.
    Both,
}

/// How far a cue works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reach {
    /// Within its clause.
    #[default]
    Clause,
    /// Within its sentence.
    Sentence,
    /// Within its paragraph.
    Paragraph,
    /// Only if it overlaps the match or touches it.
    Overlap,
}

/// Whose words a cue must be among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SaidBy {
    /// Anybody's.
    #[default]
    Anybody,
    /// Whoever answered the call.
    Answerer,
    /// The collector.
    Collector,
}

impl Cue {
    fn default_weight() -> f32 {
        1.0
    }
}

impl Genre {
    pub(crate) const ALL: [(Genre, &'static str); 10] = [
        (Genre::Article, "article"),
        (Genre::Policy, "policy"),
        (Genre::Training, "training"),
        (Genre::Complaint, "complaint"),
        (Genre::News, "news"),
        (Genre::Official, "official"),
        (Genre::FraudWarning, "fraud_warning"),
        (Genre::LegalAdvice, "legal_advice"),
        (Genre::Fiction, "fiction"),
        (Genre::Ordinary, "ordinary"),
    ];
}

impl State {
    pub(crate) const ALL: [(State, &'static str); 8] = [
        (State::NotDebtor, "not_debtor"),
        (State::StopRequested, "stop_requested"),
        (State::Distress, "distress"),
        (State::Collecting, "collecting"),
        (State::Group, "group"),
        (State::CallbackAsked, "callback_asked"),
        (State::InstitutionNamed, "institution_named"),
        (State::RecordingTold, "recording_told"),
    ];

    pub(crate) fn named(name: &str) -> Option<State> {
        let found = Self::ALL.iter().find(|(_, own)| *own == name);
        found.map(|(state, _)| *state)
    }
}

impl std::fmt::Display for Effect {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Effect::Denial => out.write_str("denial"),
            Effect::Prohibition => out.write_str("prohibition"),
            Effect::Report => out.write_str("report"),
            Effect::Victim => out.write_str("victim"),
            Effect::Question => out.write_str("question"),
            Effect::Turn => out.write_str("turn"),
            Effect::Condition => out.write_str("condition"),
            Effect::Collector => out.write_str("collector"),
            Effect::Genre(genre) => write!(out, "genre:{}", Genre::ALL[*genre as usize].1),
            Effect::State(state) => write!(out, "state:{}", State::ALL[*state as usize].1),
            Effect::Addressee(Role::Guarantor) => out.write_str("addressee:guarantor"),
            Effect::Addressee(Role::ThirdParty) => out.write_str("addressee:third_party"),
            Effect::Addressee(_) => out.write_str("addressee:debtor"),
        }
    }
}

impl From<Effect> for String {
    fn from(effect: Effect) -> Self {
        effect.to_string()
    }
}

impl TryFrom<String> for Effect {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unknown = || format!("unknown effect `{text}`");
        let effect = match text.split_once(':') {
            None => match text.as_str() {
                "denial" => Effect::Denial,
                "prohibition" => Effect::Prohibition,
                "report" => Effect::Report,
                "victim" => Effect::Victim,
                "question" => Effect::Question,
                "turn" => Effect::Turn,
                "condition" => Effect::Condition,
                "collector" => Effect::Collector,
                _ => return Err(unknown()),
            },
            Some(("genre", name)) => {
                let found = Genre::ALL.iter().find(|(_, own)| *own == name);
                Effect::Genre(found.ok_or_else(unknown)?.0)
            }
            Some(("state", name)) => Effect::State(State::named(name).ok_or_else(unknown)?),
            Some(("addressee", "debtor")) => Effect::Addressee(Role::Debtor),
            Some(("addressee", "guarantor")) => Effect::Addressee(Role::Guarantor),
            Some(("addressee", "third_party")) => Effect::Addressee(Role::ThirdParty),
            Some(_) => return Err(unknown()),
        };
        Ok(effect)
    }
}
