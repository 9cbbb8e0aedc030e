//! What a run found, in one data structure that all its reports are made of.
//!
//! In: judged rows in input order ([`Surveyor`]), what is known of the run ([`RunFacts`]), its templates and cases. Out:
//! [`Survey`], plain data; as JSON it is exactly what the page reads (`page/README.md`). Promise: bounded memory whatever the
//! number of rows, the same survey of the same rows, and no personal data unmasked if the settings mask. It judges
//! nothing, and what it shows of a message is what the message's row says.

mod agencies;
mod contacts;
mod inputs;
mod limit;
mod prose;
mod surveyor;
mod templates;
#[cfg(test)]
pub(crate) mod tests;
mod times;
mod worst;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::lexicon::Lexicon;
use crate::rule::{Category, Confidence, Lang, Tier};
use crate::screen::join::JoinSummary;

pub use inputs::{Balance, InputFacts};
pub use surveyor::Surveyor;

/// The version of the data's shape.
const SCHEMA: u8 = 1;

/// Characters of a name or an id that are kept: longer ones are no names, and a column of them would fill the memory.
const MOST_NAME_CHARACTERS: usize = 200;

/// Characters of a line about a file.
const MOST_LINE_CHARACTERS: usize = 600;

/// Files that failed or were left out that are listed; the last line then tells how many more there are.
const MOST_FILES: usize = 500;

/// What is known of a run beside its rows.
#[derive(Debug, Clone)]
pub struct RunFacts<'l> {
    /// The heading; none: the usual one.
    pub title: Option<String>,
    /// What the run judged by.
    pub lexicon: &'l Lexicon,
    /// Whether clean messages were left out of the result files.
    pub only_findings: bool,
    /// The inputs in their order, those too that couldn't be opened or found.
    pub inputs: Vec<InputFacts>,
    /// Inputs that couldn't be opened or read to their end, with what was wrong.
    pub failures: Vec<String>,
    /// Files that are no candidates.
    pub ignored: Vec<String>,
    /// Rejected records by the [name](crate::read::Reason::name) of the reason.
    pub rejections: Vec<(String, u64)>,
    /// Contacts without words among the judged.
    pub wordless: u64,
    /// Answered calls among these.
    pub unheard: u64,
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Survey {
    /// The version of this shape.
    pub schema: u8,
    /// The language of its texts.
    #[serde(serialize_with = "write_lang")]
    pub lang: Lang,
    /// The heading.
    pub title: String,
    /// The program's version.
    pub version: String,
    /// The lexicon's version: a hash.
    pub lexicon: String,
    /// The date by which messages without one were judged.
    pub reference_date: Date,
    /// Whether personal data is hidden.
    pub masked: bool,
    /// Whether clean messages were left out of the result files.
    pub only_findings: bool,
    /// What became of all records.
    pub balance: Balance,
    /// The same for each input.
    pub inputs: Vec<InputFacts>,
    /// Inputs with what was wrong.
    pub failures: Vec<String>,
    /// Files that are no candidates.
    pub ignored: Vec<String>,
    /// Rejected records by reason.
    pub rejections: Vec<Rejected>,
    /// From when to when.
    pub span: Period,
    /// Messages by tier.
    pub tiers: TierCounts,
    /// Messages whose only findings have low confidence.
    pub for_review: u64,
    /// What only several messages say together, in no other count; none: not examined.
    pub joined: Option<JoinedCounts>,
    /// Messages by day.
    pub days: Vec<Day>,
    /// Messages by weekday and hour, those with messages.
    pub hours: Vec<Hour>,
    /// When nobody may collect.
    pub quiet: Option<Quiet>,
    /// Messages by category, all of them.
    pub categories: Vec<CategoryCount>,
    /// Messages by rule, the most frequent first.
    pub rules: Vec<RuleCount>,
    /// Findings by disguise, the most frequent first.
    pub disguises: Vec<DisguiseCount>,
    /// Agencies, worst first.
    pub agencies: Vec<Agency>,
    /// Agencies that are not listed.
    pub agencies_beyond: u64,
    /// Templates with findings, worst first.
    pub templates: Vec<TemplateFigures>,
    /// Whether their counts are exact.
    pub templates_exact: bool,
    /// Distinct wordings that can be counted exactly.
    pub templates_limit: u64,
    /// What contacts show together; none: not examined.
    pub contacts: Option<Contacts>,
    /// The worst messages, worst first.
    pub worst: Vec<Case>,
    /// Clauses that findings rest on, the most frequent first.
    pub laws: Vec<Law>,
    /// How messages are judged and figures made.
    pub method: Vec<String>,
    /// What the figures don't tell.
    pub limits: Vec<String>,
    /// How many there are of what is listed in part.
    #[serde(skip)]
    pub totals: Totals,
}

/// How many there are of what is listed in part. No part of the page's data: there the texts say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Templates found.
    pub templates: u64,
    /// Those with findings among them.
    pub flagged_templates: u64,
    /// Findings of the case level.
    pub contact_findings: u64,
}

/// Records that were rejected for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The reason, in words.
    pub reason: String,
    /// How many.
    pub records: u64,
}

/// From when to when messages were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first moment, `2026-03-01T00:00`; none if no message has a day.
    pub from: Option<String>,
    /// The last.
    pub to: Option<String>,
    /// Messages without a day.
    pub without_time: u64,
    /// The zone of all times.
    pub zone: &'static str,
}

/// Messages by tier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TierCounts {
    /// Nothing to object to.
    pub clean: u64,
    /// To be reworded.
    pub notice: u64,
    /// Breaks a rule.
    pub warning: u64,
    /// Grave.
    pub severe: u64,
}

/// Findings of messages in a row that none of them shows by itself. They are no messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct JoinedCounts {
    /// Rows of messages that were judged together.
    pub groups: u64,
    /// Findings to be reworded.
    pub notice: u64,
    /// Those that break a rule.
    pub warning: u64,
    /// Grave ones.
    pub severe: u64,
}

/// The messages of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Its messages.
    #[serde(flatten)]
    pub tiers: TierCounts,
}

/// The messages of an hour of a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// Monday is 1.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// Messages.
    pub messages: u64,
    /// Those with counted findings among them.
    pub flagged: u64,
}

/// Hours in which nobody may collect, over midnight if the end is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quiet {
    /// First hour.
    pub from: i8,
    /// Hour after the last.
    pub to: i8,
}

/// Messages with findings of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryCount {
    /// The category.
    pub id: Category,
    /// Its name.
    pub title: &'static str,
    /// Messages.
    pub messages: u64,
}

/// Messages with findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its category.
    pub category: Category,
    /// What it weighs.
    pub tier: Tier,
    /// Messages.
    pub messages: u64,
}

/// Findings whose words were disguised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisguiseCount {
    /// The disguise's id.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Findings.
    pub findings: u64,
}

/// An agency's messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agency {
    /// Its name.
    pub name: String,
    /// Messages.
    pub messages: u64,
    /// Those with counted findings.
    pub flagged: u64,
    /// The severe ones.
    pub severe: u64,
    /// The share of flagged ones.
    pub rate: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A template with findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateFigures {
    /// Its id.
    pub id: String,
    /// Its wording, slots in ⟨ ⟩.
    pub skeleton: String,
    /// Messages.
    pub messages: u64,
    /// Of these, messages with findings that count: the record of a message may break a rule that its words don't.
    pub flagged: u64,
    /// How many agencies use it.
    pub agencies: u64,
    /// The gravest tier of its messages.
    pub tier: Tier,
    /// Categories of its findings.
    pub categories: Vec<Category>,
    /// Rules of its findings.
    pub rules: Vec<String>,
    /// What fills its slots.
    pub slots: Vec<SlotFigures>,
}

/// A slot of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotFigures {
    /// What kind of value.
    pub kind: &'static str,
    /// Distinct values that were counted.
    pub distinct: u64,
    /// The most frequent ones with their messages.
    pub values: Vec<(String, u64)>,
}

/// What contacts show together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contacts {
    /// Days on which a debtor was contacted, of all debtors.
    pub debtor_days: u64,
    /// Limits exceeded, worst first.
    pub findings: Vec<ContactFinding>,
    /// How the figures are to be read.
    pub notes: Vec<String>,
}

/// A limit that the contacts with a debtor exceed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactFinding {
    /// The limit's id.
    pub rule: String,
    /// What exceeding it is called.
    pub title: String,
    /// Whose debt.
    pub debtor: String,
    /// The worst day, or the first.
    pub day: Option<Date>,
    /// The count against the limit.
    pub count: u64,
    /// The limit in words.
    pub limit: String,
    /// What it rests on.
    pub basis: String,
    /// Whether it is a default of this project and not law.
    pub is_policy: bool,
    /// How bad.
    pub tier: Tier,
    /// Ids of the first records that show it.
    pub records: Vec<String>,
    /// How many more do.
    pub more_records: u64,
}

/// One of the worst messages, or what several in a row say together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The record's id.
    pub id: String,
    /// Its input.
    pub input: String,
    /// Its number there.
    pub record: u64,
    /// The turn shown, of a call.
    pub turn: Option<usize>,
    /// The message's tier.
    pub tier: Tier,
    /// Its score.
    pub score: u8,
    /// Who sent it.
    pub agency: Option<String>,
    /// When, as far as known.
    pub time: Option<String>,
    /// Its template.
    pub template: Option<String>,
    /// Messages that read the same, this one included; of several messages, groups of them.
    pub same: u64,
    /// The words around the gravest finding; of several messages all their texts.
    pub text: String,
    /// Where its findings stand in them.
    pub spans: Vec<CaseSpan>,
    /// The messages that it takes, in the order of their words: two at least, or none if it is a message by itself. The
    /// first of them is what the case tells as its id, its input, its record and its time.
    pub parts: Vec<CasePart>,
    /// The findings.
    pub findings: Vec<CaseFinding>,
}

/// Words of a finding, in characters of the case's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CaseSpan {
    /// First character.
    pub start: usize,
    /// Character after the last.
    pub end: usize,
    /// The finding's category.
    pub category: Category,
    /// Its tier.
    pub tier: Tier,
    /// Its place among the case's findings.
    pub finding: usize,
}

/// A message of a case that takes several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CasePart {
    /// The record's id.
    pub id: String,
    /// Its input.
    pub input: String,
    /// Its number there.
    pub record: u64,
    /// When it was sent.
    pub time: Option<String>,
    /// Where it begins in the case's text, in characters.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
}

/// A finding of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFinding {
    /// The rule's id.
    pub rule: String,
    /// Its name.
    pub title: String,
    /// Its category.
    pub category: Category,
    /// What it weighs.
    pub tier: Tier,
    /// How sure.
    pub confidence: Confidence,
    /// The harm.
    pub message: Option<String>,
    /// What it rests on, a sentence each.
    pub basis: Vec<String>,
    /// Lawful wording.
    pub instead: Option<String>,
}

/// A clause that findings rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Law {
    /// The instrument's title.
    pub title: String,
    /// The clause, where its number may be printed.
    pub clause: Option<String>,
    /// How findings stand to it.
    pub verb: String,
    /// The rules of these findings.
    pub rules: Vec<String>,
    /// Findings.
    pub findings: u64,
}

impl JoinedCounts {
    fn of(summary: &JoinSummary) -> Self {
        let of = |tier: Tier| summary.tiers[tier as usize];
        Self {
            groups: summary.runs,
            notice: of(Tier::Notice),
            warning: of(Tier::Warning),
            severe: of(Tier::Severe),
        }
    }

    /// Findings of a tier.
    pub fn of_tier(self, tier: Tier) -> u64 {
        match tier {
            Tier::Clean => 0,
            Tier::Notice => self.notice,
            Tier::Warning => self.warning,
            Tier::Severe => self.severe,
        }
    }

    /// Findings of all tiers.
    pub fn findings(self) -> u64 {
        self.notice + self.warning + self.severe
    }
}

impl TierCounts {
    /// Messages of a tier.
    pub fn of(self, tier: Tier) -> u64 {
        match tier {
            Tier::Clean => self.clean,
            Tier::Notice => self.notice,
            Tier::Warning => self.warning,
            Tier::Severe => self.severe,
        }
    }

    /// Messages of all tiers.
    pub fn all(self) -> u64 {
        self.clean + self.flagged()
    }

    /// Messages with counted findings.
    pub fn flagged(self) -> u64 {
        self.notice + self.warning + self.severe
    }

    /// Counts a message.
    fn add(&mut self, tier: Tier) {
        *match tier {
            Tier::Clean => &mut self.clean,
            Tier::Notice => &mut self.notice,
            Tier::Warning => &mut self.warning,
            Tier::Severe => &mut self.severe,
        } += 1;
    }
}

impl Quiet {
    /// The general quiet hours of a lexicon; none if they aren't whole hours.
    fn of(lexicon: &Lexicon) -> Option<Self> {
        let mut limits = lexicon.limits.limits.iter();
        let limit = limits.find(|limit| limit.id == "quiet-hours")?;
        let whole = |hour: &Option<String>| {
            let clock: jiff::civil::Time = hour.as_deref()?.parse().ok()?;
            (clock.minute() == 0).then(|| clock.hour())
        };
        Some(Self {
            from: whole(&limit.quiet_from)?,
            to: whole(&limit.quiet_to)?,
        })
    }
}

/// A name or an id on one line, of one that is too long the beginning. A line break in it is a slip of the record, and no
/// search field takes one.
fn name_of(name: &str) -> String {
    cut(name, MOST_NAME_CHARACTERS).replace(['\n', '\r', '\t'], " ")
}

/// As many characters of a text, with an ellipsis where something is left out.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn write_lang<S: Serializer>(lang: &Lang, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    })
}
