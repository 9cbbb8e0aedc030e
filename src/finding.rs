//! What flows out of the judges: findings, dismissals, verdicts.
//!
//! Plain data. A writer shows it and enriches nothing: rule, category, tier, span, words, reason and cues
//! are all there; titles and laws are looked up in the [`Lexicon`](crate::Lexicon) by rule id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{Category, Confidence, Tier};
use crate::span::Span;

/// How a writer hid the words of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disguise {
    /// Traditional or variant characters inside simplified text.
    Traditional,
    /// Full-width or other compatibility forms.
    FullWidth,
    /// Spaces or line breaks inserted.
    Spaces,
    /// Symbols or emoji inserted.
    Symbols,
    /// Invisible characters inserted.
    Invisible,
    /// Characters of the same sound.
    Homophone,
    /// Romanised.
    Pinyin,
    /// First letters.
    Initials,
    /// Characters written as their parts.
    Split,
    /// Pictures in place of words.
    Emoji,
    /// Digits in place of words.
    Digits,
    /// Letters or characters of the same shape.
    Lookalike,
}

/// Words in a stretch of a message: turn (none for plain texts) and span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Turn from 0; none for plain texts.
    pub turn: Option<usize>,
    /// Bytes of the turn's text.
    pub span: Span,
}

/// What other words are to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelatedRole {
    /// They make the rule applicable.
    Condition,
    /// They are one of the composed parts.
    Part,
    /// They changed how the words are read.
    Cue,
}

/// Other words that make a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What they are to the finding.
    pub role: RelatedRole,
}

/// A match upheld.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Index of the rule in the lexicon.
    pub rule: usize,
    /// The rule's category.
    pub category: Category,
    /// What it weighs.
    pub tier: Tier,
    /// How sure.
    pub confidence: Confidence,
    /// The words that carry it.
    pub place: Place,
    /// The words as they stand in the source.
    pub text: String,
    /// Their plain form, if it differs.
    pub plain: Option<String>,
    /// What was done to hide them, without repeats, in declaration order.
    pub disguises: Vec<Disguise>,
    /// The other words, in order of place.
    pub related: Vec<Related>,
}

impl Finding {
    /// Whether it counts: those of low confidence are shown for review.
    pub fn is_counted(&self) -> bool {
        self.confidence > Confidence::Low
    }
}

/// Why a match is innocent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It cuts through words.
    WordBoundary,
    /// A longer innocent wording covers it.
    Allowed,
    /// The rule's own exclusion is there.
    Excluded,
    /// A disguised reading without enough support.
    WeakReading,
    /// Not the collector's words.
    Speaker,
    /// Denied: "不会…", "没有…".
    Denied,
    /// Forbidden: "严禁…", "不得…".
    Prohibited,
    /// Quoted.
    Quoted,
    /// Reported by somebody who suffered or saw it.
    Reported,
    /// Asked by somebody who fears it.
    Asked,
    /// The text is of a genre that mentions and doesn't use.
    Genre,
    /// The sender is a genuine official number.
    OfficialSender,
    /// A company's allow-list names it.
    Configured,
}

/// A match judged innocent, with its reason and the cue that caused it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dismissal {
    /// Index of the rule in the lexicon.
    pub rule: usize,
    /// The words of the match.
    pub place: Place,
    /// Why.
    pub reason: Reason,
    /// The words that caused the decision, if words did.
    pub cue: Option<Place>,
}

/// The result for one message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// The message's tier.
    pub tier: Tier,
    /// 0 to 100, inside the tier's band.
    pub score: u8,
    /// Categories of the counted findings, in the order of [`Category::ALL`].
    pub categories: Vec<Category>,
    /// Upheld matches, in order of place, then rule.
    pub findings: Vec<Finding>,
    /// Matches judged innocent, in order of place, then rule.
    pub dismissed: Vec<Dismissal>,
}

/// The verdict of a message in which nothing was found.
pub(crate) static EMPTY: Verdict = Verdict {
    tier: Tier::Clean,
    score: 0,
    categories: Vec::new(),
    findings: Vec::new(),
    dismissed: Vec::new(),
};

impl Disguise {
    /// All disguises, in the order of reports.
    pub const ALL: [Disguise; 12] = [
        Disguise::Traditional,
        Disguise::FullWidth,
        Disguise::Spaces,
        Disguise::Symbols,
        Disguise::Invisible,
        Disguise::Homophone,
        Disguise::Pinyin,
        Disguise::Initials,
        Disguise::Split,
        Disguise::Emoji,
        Disguise::Digits,
        Disguise::Lookalike,
    ];

    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Disguise::Traditional => "traditional",
            Disguise::FullWidth => "full_width",
            Disguise::Spaces => "spaces",
            Disguise::Symbols => "symbols",
            Disguise::Invisible => "invisible",
            Disguise::Homophone => "homophone",
            Disguise::Pinyin => "pinyin",
            Disguise::Initials => "initials",
            Disguise::Split => "split",
            Disguise::Emoji => "emoji",
            Disguise::Digits => "digits",
            Disguise::Lookalike => "lookalike",
        }
    }
}
