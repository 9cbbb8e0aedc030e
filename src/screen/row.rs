//! What tables, counts and reports need of a judged record.
//!
//! In: a record and its verdict. Out: a [`Row`], plain data that can be put away and taken out again. Personal data is
//! masked here if the settings say so, so that nothing further on has to think of it. A row carries its result record as
//! it is written to JSONL: whoever wants more of a finding reads it there ([`Row::findings`]), so that no two outputs
//! can tell different things.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::finding::Verdict;
use crate::message::{Channel, CreditorKind, Message, Role, Time};
use crate::report::mask::{masked_party, masked_text, names_of};
use crate::report::{Judged, Settings};
use crate::rule::{Category, Confidence, Tier};

/// A judged record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in its input, from 1.
    pub record: u64,
    /// Its id, made up if it had none.
    pub id: String,
    /// The message's tier.
    pub tier: Tier,
    /// 0 to 100.
    pub score: u8,
    /// Categories of the counted findings.
    pub categories: Vec<Category>,
    /// Whether it is a contact without words.
    pub is_wordless: bool,
    /// How it was sent.
    pub channel: Option<Channel>,
    /// When.
    pub time: Option<Time>,
    /// From where.
    pub sender: Option<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// What the recipient is to the debt.
    pub recipient_role: Option<Role>,
    /// Who owes.
    pub debtor: Option<String>,
    /// The collecting agency.
    pub agency: Option<String>,
    /// The creditor.
    pub creditor: Option<String>,
    /// What the creditor is.
    pub creditor_kind: Option<CreditorKind>,
    /// Province.
    pub region: Option<String>,
    /// The key of its skeleton.
    pub skeleton: Option<u64>,
    /// Its result record as JSON, without a line break; empty for a clean message if nobody wants those.
    pub result: String,
    /// The words around the gravest finding; none for a clean message.
    pub shown: Option<Shown>,
    /// The columns of the source, if they are to be kept.
    pub kept: Vec<(String, String)>,
}

/// Words of a message as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The turn that they are, of a call.
    pub turn: Option<usize>,
    /// The words; of a long text the beginning.
    pub text: String,
    /// Whether there is more.
    pub is_cut: bool,
}

/// A finding as its result record tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct RowFinding<'a> {
    /// The rule's id.
    #[serde(borrow)]
    pub rule: Cow<'a, str>,
    /// Its category.
    pub category: Category,
    /// What it weighs.
    pub tier: Tier,
    /// How sure.
    pub confidence: Confidence,
    /// The turn, of a call.
    pub turn: Option<usize>,
    /// The words.
    pub span: RowSpan,
    /// The words as they may be shown.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    /// Their plain form, if it differs.
    #[serde(borrow)]
    pub plain: Option<Cow<'a, str>>,
    /// What was done to hide them.
    #[serde(borrow)]
    pub disguises: Vec<Cow<'a, str>>,
    /// What it says to a person.
    #[serde(borrow)]
    pub message: Cow<'a, str>,
    /// What it rests on.
    #[serde(borrow)]
    pub basis: Vec<RowBasis<'a>>,
    /// Lawful wording.
    #[serde(borrow)]
    pub instead: Cow<'a, str>,
    /// Its identity across runs.
    #[serde(borrow)]
    pub fingerprint: Cow<'a, str>,
}

/// A span in bytes and characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RowSpan {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// First character.
    pub char_start: usize,
    /// Character after the last.
    pub char_end: usize,
}

/// A clause that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct RowBasis<'a> {
    /// The instrument's id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The clause, where its number may be printed.
    #[serde(borrow)]
    pub clause: Option<Cow<'a, str>>,
    /// How the finding stands to it.
    #[serde(borrow)]
    pub verb: Cow<'a, str>,
}

/// Characters of a message's words that are kept for reports; nearly all letters in use have fewer.
const MOST_SHOWN_CHARACTERS: usize = 2_000;

impl Row {
    /// The row of a judged record; `result` is its result record, `kept` its columns.
    pub(crate) fn of(
        judged: Judged,
        record: u64,
        result: String,
        kept: Vec<(String, String)>,
        settings: &Settings,
    ) -> Self {
        let Judged { message, verdict, .. } = judged;
        let party = |value: &Option<Cow<str>>| {
            let value = value.as_deref()?;
            Some(match settings.masks {
                true => masked_party(value).into_owned(),
                false => value.to_owned(),
            })
        };
        let plain = |value: &Option<Cow<str>>| value.as_deref().map(str::to_owned);
        let mask = |value: String| match settings.masks {
            true => masked_text(&value, &names_of(message)).into_owned(),
            false => value,
        };
        Self {
            record,
            id: message.id.to_string(),
            tier: verdict.tier,
            score: verdict.score,
            categories: verdict.categories.clone(),
            is_wordless: message.is_wordless(),
            channel: message.channel,
            time: message.time,
            sender: party(&message.sender),
            recipient: party(&message.recipient),
            recipient_role: message.recipient_role,
            debtor: party(&message.debtor),
            agency: plain(&message.agency),
            creditor: plain(&message.creditor),
            creditor_kind: message.creditor_kind,
            region: plain(&message.region),
            skeleton: None,
            result,
            shown: (verdict.tier > Tier::Clean).then(|| Shown::of(message, verdict, settings)),
            kept: kept
                .into_iter()
                .map(|(name, value)| (name, mask(value)))
                .collect(),
        }
    }

    /// The findings that its result record tells of, read anew each time.
    pub fn findings(&self) -> Vec<RowFinding<'_>> {
        #[derive(Deserialize)]
        struct Result<'a> {
            #[serde(borrow)]
            findings: Vec<RowFinding<'a>>,
        }
        // No finding, no score: nineteen rows of twenty need no reading.
        if self.score == 0 || self.result.is_empty() {
            return Vec::new();
        }
        let result: Result = serde_json::from_str(&self.result).expect("the recorder writes JSON");
        result.findings
    }
}

impl Shown {
    fn of(message: &Message, verdict: &Verdict, settings: &Settings) -> Self {
        let counted = verdict.findings.iter().filter(|finding| finding.is_counted());
        let gravest = counted.min_by_key(|finding| std::cmp::Reverse(finding.tier));
        let turn = gravest.and_then(|finding| finding.place.turn);
        let text = message.stretch(turn);
        let is_cut = text.chars().nth(MOST_SHOWN_CHARACTERS).is_some();
        let text = match settings.masks {
            true => masked_text(text, &names_of(message)),
            false => text.into(),
        };
        Self {
            turn,
            text: match is_cut {
                true => text.chars().take(MOST_SHOWN_CHARACTERS).collect(),
                false => text.into_owned(),
            },
            is_cut,
        }
    }
}

impl RowFinding<'_> {
    /// Whether it counts: those of low confidence are shown for review.
    pub fn is_counted(&self) -> bool {
        self.confidence > Confidence::Low
    }
}
