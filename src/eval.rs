//! Labelled messages + verdicts → figures.
//!
//! In: records of a labelled JSONL file and a function that judges them. Out: [`Figures`] with confidence
//! intervals, and the worst misjudged messages. Promise: the same records and verdicts give the same figures,
//! intervals included (the bootstrap is seeded). It opens no file and prints nothing.

pub mod figures;

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::finding::{Finding, Place, Verdict};
use crate::lexicon::Lexicon;
use crate::linter::Linter;
use crate::message::{Body, Channel, CreditorKind, Id, Message, Role, Speaker, Time, Turn};
use crate::rule::{Category, Tier};
use crate::span::Span;

pub use figures::{Figures, Headline, Interval};

/// A labelled record as it stands in a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    /// The record's id.
    pub id: serde_json::Value,
    /// How it travels.
    #[serde(default)]
    pub channel: Option<String>,
    /// The words, unless it is a call.
    #[serde(default)]
    pub text: Option<String>,
    /// The turns of a call.
    #[serde(default)]
    pub turns: Option<Vec<LabelledTurn>>,
    /// As in any record.
    #[serde(default)]
    pub time: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub sender: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub agency: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub creditor: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub creditor_kind: Option<CreditorKind>,
    /// As in any record.
    #[serde(default)]
    pub recipient: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub recipient_role: Option<Role>,
    /// As in any record.
    #[serde(default)]
    pub debtor: Option<String>,
    /// As in any record.
    #[serde(default)]
    pub region: Option<String>,
    /// The tier of the whole message.
    pub tier: Tier,
    /// What is wrong with it.
    pub labels: Vec<Category>,
    /// The words that show it.
    #[serde(default)]
    pub evidence: Vec<LabelledEvidence>,
    /// What kind of text it is.
    #[serde(default)]
    pub genre: Option<String>,
    /// Who speaks in it.
    #[serde(default)]
    pub voice: Option<String>,
    /// How its words are hidden.
    #[serde(default)]
    pub disguises: Vec<String>,
    /// The text without the disguise.
    #[serde(default)]
    pub plain: Option<String>,
    /// Whether it offends without any taboo word.
    #[serde(default)]
    pub veiled: bool,
}

/// A turn of a labelled call.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledTurn {
    /// Who speaks.
    #[serde(default)]
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
    /// When.
    #[serde(default)]
    pub time: Option<String>,
}

/// Words that show a label.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledEvidence {
    /// The label.
    pub label: Category,
    /// An exact part of the text, or of the turn's.
    pub quote: String,
    /// Turn from 0, in calls.
    #[serde(default)]
    pub turn: Option<usize>,
}

/// Weights of the second opinion learned from these records and from the rules' examples, as the bytes of
/// `lexicons/model.bin`. Cost: some ten seconds for 10,000 messages. The same texts give the same bytes.
pub fn train(records: &[Labelled], lexicon: &Lexicon) -> Vec<u8> {
    crate::opinion::train::train(records, lexicon).to_bytes()
}

/// Records that stand together are left out together: neighbours were written by one hand.
const NEIGHBOURS: usize = 20;

/// What becomes of records that the second opinion hasn't learned from: for each of `folds` parts its weights are learned
/// anew from the other parts and from the rules' examples. A `folder` is laid over the bundled lexicon. Cost: `folds`
/// times that of [`train`].
///
/// # Errors
/// All problems of the folder at once, or if an automaton can't be built.
pub fn cross_validate(records: &[Labelled], folds: usize, folder: Option<&Path>) -> Result<Vec<Outcome>> {
    let fold_of = |index: usize| index / NEIGHBOURS % folds;
    let mut lexicon = Lexicon::built(folder)?;
    let mut outcomes: Vec<Option<Outcome>> = records.iter().map(|_| None).collect();
    for fold in 0..folds {
        let others = records
            .iter()
            .enumerate()
            .filter(|(index, _)| fold_of(*index) != fold);
        let others: Vec<Labelled> = others.map(|(_, record)| record.clone()).collect();
        lexicon.model = Some(crate::opinion::train::train(&others, Lexicon::bundled()));
        let linter = Linter::new(&lexicon)?;
        let own = outcomes.par_iter_mut().zip(records).enumerate();
        own.filter(|(index, _)| fold_of(*index) == fold)
            .for_each(|(_, (outcome, record))| {
                *outcome = Some(record.measure(|message| linter.check(message)));
            });
    }
    Ok(outcomes.into_iter().flatten().collect())
}

/// Whether the lexicon's weights were learned from these records and the lexicon's present examples; nothing if it
/// has no weights.
pub fn is_trained_on(records: &[Labelled], lexicon: &Lexicon) -> Option<bool> {
    let model = lexicon.model.as_ref()?;
    Some(model.learned_from == crate::opinion::train::digest(records, lexicon))
}

/// What became of one labelled record: all that the figures need.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The record's id.
    pub id: String,
    /// Whether it is a call.
    pub is_call: bool,
    /// Its genre, if it is labelled.
    pub genre: Option<String>,
    /// The labelled tier and the verdict's.
    pub tiers: (Tier, Tier),
    /// The labelled categories and the verdict's.
    pub categories: (BTreeSet<Category>, BTreeSet<Category>),
    /// The verdict's score.
    pub score: u8,
    /// Labelled quotes, and how many of them were shown.
    pub quotes: (usize, usize),
    /// Whether it offends without any taboo word.
    pub is_veiled: bool,
    /// The disguises, if it is disguised and an offence.
    pub disguises: Vec<String>,
    /// Whether its plain form is found; none if there is none.
    pub is_plain_found: Option<bool>,
    /// Labelled evidence and the words shown, for the list of misses.
    pub evidence: (Vec<String>, Vec<String>),
}

/// How a message was misjudged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// Graver than labelled, or with a category that isn't labelled.
    Over,
    /// Milder than labelled, or without a labelled category.
    Under,
}

impl Labelled {
    /// Reads the records of a labelled JSONL text; empty lines are skipped.
    ///
    /// # Errors
    /// All lines that aren't labelled records, and quotes that aren't in the text, at once.
    pub fn parse(jsonl: &str) -> Result<Vec<Labelled>> {
        let mut records = Vec::new();
        let mut problems = Vec::new();
        for (index, line) in jsonl.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let parsed = serde_json::from_str::<Labelled>(line)
                .map_err(|error| say!("不是标注记录：{error}", "{error}"));
            match parsed.and_then(|record| record.validated()) {
                Ok(record) => records.push(record),
                Err(reason) => problems.push(Error::new(ErrorKind::Input, reason).at_line(index + 1)),
            }
        }
        match Error::all(problems) {
            Some(error) => Err(error),
            None => Ok(records),
        }
    }

    /// The message that it labels.
    pub fn message(&self) -> Message<'_> {
        let body = match (&self.turns, &self.text) {
            (Some(turns), _) => Body::Turns(turns.iter().map(|turn| turn.as_turn(&turn.text)).collect()),
            (None, text) => Body::Text(text.as_deref().unwrap_or_default().into()),
        };
        self.message_with(body)
    }

    /// The same message without its disguise, if it is disguised and the plain form is known.
    pub fn plain_message(&self) -> Option<Message<'_>> {
        let plain = self.plain.as_deref()?;
        let Some(turns) = &self.turns else {
            return Some(self.message_with(Body::Text(plain.into())));
        };
        // Of a call the plain form is given as one line a turn, with or without speakers.
        let lines: Vec<&str> = plain.lines().filter(|line| !line.trim().is_empty()).collect();
        if lines.len() != turns.len() {
            return None;
        }
        let turns = turns.iter().zip(lines);
        let turns = turns.map(|(turn, line)| turn.as_turn(without_speaker(line, &turn.text)));
        Some(self.message_with(Body::Turns(turns.collect())))
    }

    /// What became of it; `check` judges its message and, if it is a disguised offence, the plain one.
    pub fn measure(&self, check: impl Fn(&Message) -> Verdict) -> Outcome {
        let message = self.message();
        let verdict = check(&message);
        let is_disguised_offence = !self.disguises.is_empty() && self.tier > Tier::Clean;
        let plain = self.plain_message().filter(|_| is_disguised_offence);
        let shown = self
            .evidence
            .iter()
            .filter(|evidence| evidence.is_shown(&message, &verdict.findings));
        let words = |finding: &Finding| finding.text.clone();
        Outcome {
            id: match &self.id {
                serde_json::Value::String(id) => id.clone(),
                id => id.to_string(),
            },
            is_call: self.turns.is_some(),
            genre: self.genre.clone(),
            tiers: (self.tier, verdict.tier),
            categories: (
                self.labels.iter().copied().collect(),
                verdict.categories.iter().copied().collect(),
            ),
            score: verdict.score,
            quotes: (self.evidence.len(), shown.count()),
            is_veiled: self.veiled,
            disguises: if is_disguised_offence {
                self.disguises.clone()
            } else {
                Vec::new()
            },
            is_plain_found: plain.map(|plain| check(&plain).tier > Tier::Clean),
            evidence: (
                self.evidence
                    .iter()
                    .map(|evidence| evidence.quote.clone())
                    .collect(),
                verdict.findings.iter().map(words).collect(),
            ),
        }
    }

    fn message_with<'a>(&'a self, body: Body<'a>) -> Message<'a> {
        let text = |field: &'a Option<String>| field.as_deref().map(Into::into);
        let mut message = Message {
            id: match &self.id {
                serde_json::Value::Number(number) => Id::Number(number.clone()),
                serde_json::Value::String(id) => Id::Text(id.as_str().into()),
                other => Id::Text(other.to_string().into()),
            },
            channel: self.channel.as_deref().map(|channel| {
                serde_json::from_value(serde_json::Value::from(channel)).unwrap_or(Channel::Other)
            }),
            body,
            time: self.time.as_deref().and_then(Time::parse_of_record),
            sender: text(&self.sender),
            agency: text(&self.agency),
            creditor: text(&self.creditor),
            creditor_kind: self.creditor_kind,
            recipient: text(&self.recipient),
            recipient_role: self.recipient_role,
            debtor: text(&self.debtor),
            region: text(&self.region),
            is_connected: None,
            seconds: None,
            speakers_corrected: false,
        };
        message.correct_speakers();
        message
    }

    fn validated(self) -> std::result::Result<Self, Sentence> {
        let id = &self.id;
        if self.text.is_none() && self.turns.is_none() {
            return Err(say!(
                "记录 {id} 既没有 text 也没有 turns；请写上其中一个",
                "record {id} has neither text nor turns"
            ));
        }
        if (self.tier == Tier::Clean) != self.labels.is_empty() {
            return Err(say!(
                "记录 {id} 的 labels 与等级不符：clean 的记录不写 labels，其余的必须写",
                "record {id} must have labels if and only if it isn't clean"
            ));
        }
        let message = self.message();
        let stray = self.evidence.iter().find(|evidence| {
            !message.stretch(evidence.turn).contains(&evidence.quote) || evidence.quote.is_empty()
        });
        match stray {
            Some(LabelledEvidence { quote, .. }) => Err(say!(
                "记录 {id}：正文里没有所引的 {quote:?}；请照原文摘录",
                "record {id}: the quote {quote:?} is not in the text"
            )),
            None => Ok(self),
        }
    }
}

impl Outcome {
    /// Whether the verdict differs from the label, and in which direction it weighs more.
    pub fn miss(&self) -> Option<Miss> {
        let (expected, got) = &self.categories;
        match self.tiers.1.cmp(&self.tiers.0) {
            std::cmp::Ordering::Greater => Some(Miss::Over),
            std::cmp::Ordering::Less => Some(Miss::Under),
            std::cmp::Ordering::Equal if expected.difference(got).next().is_some() => Some(Miss::Under),
            std::cmp::Ordering::Equal if expected != got => Some(Miss::Over),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The worst misses of a kind, gravest error first: a wrong "any violation", then the distance of the
    /// tiers, then the number of wrong categories.
    pub fn worst(outcomes: &[Outcome], kind: Miss, count: usize) -> Vec<&Outcome> {
        let mut worst: Vec<&Outcome> = outcomes
            .iter()
            .filter(|outcome| outcome.miss() == Some(kind))
            .collect();
        worst.sort_by_key(|outcome| {
            let (expected, got) = outcome.tiers;
            let is_wrong_altogether = (expected == Tier::Clean) != (got == Tier::Clean);
            let categories = outcome
                .categories
                .0
                .symmetric_difference(&outcome.categories.1)
                .count();
            let score = match kind {
                Miss::Over => outcome.score,
                Miss::Under => 100 - outcome.score.min(100),
            };
            std::cmp::Reverse((
                is_wrong_altogether,
                (expected as u8).abs_diff(got as u8),
                categories,
                score,
            ))
        });
        worst.truncate(count);
        worst
    }
}

impl LabelledTurn {
    fn as_turn<'a>(&self, text: &'a str) -> Turn<'a> {
        Turn {
            speaker: self.speaker,
            text: text.into(),
            time: self.time.as_deref().and_then(Time::parse),
        }
    }
}

impl LabelledEvidence {
    /// Whether a counted finding of the label shows the quote: its own words, or related ones, overlap it and
    /// are at most twice as long.
    fn is_shown(&self, message: &Message, findings: &[Finding]) -> bool {
        let text = message.stretch(self.turn);
        let limit = 2 * self.quote.chars().count();
        let quotes: Vec<Span> = occurrences(text, &self.quote).collect();
        let shows = |place: Place| {
            place.turn == self.turn
                && quotes.iter().any(|quote| quote.overlaps(place.span))
                && text
                    .get(place.span.start..place.span.end)
                    .is_some_and(|words| words.chars().count() <= limit)
        };
        let counted = findings.iter().filter(|finding| finding.is_counted());
        counted
            .filter(|finding| finding.category == self.label)
            .any(|finding| {
                let related = finding.related.iter().map(|related| related.place);
                std::iter::once(finding.place).chain(related).any(shows)
            })
    }
}

fn occurrences<'t>(text: &'t str, quote: &'t str) -> impl Iterator<Item = Span> {
    text.match_indices(quote)
        .map(|(at, _)| Span::new(at, at + quote.len()))
}

/// A line without the `坐席：` that its turn doesn't have.
fn without_speaker<'l>(line: &'l str, turn: &str) -> &'l str {
    match line.split_once(['：', ':']) {
        Some((speaker, words)) if speaker.chars().count() <= 4 && !turn.starts_with(speaker) => {
            words.trim_start()
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Confidence;

    const RECORDS: &str = r#"
{"id": "m1", "channel": "sms", "text": "再不还钱打断你的腿", "tier": "severe", "labels": ["threat"], "evidence": [{"label": "threat", "quote": "打断你的腿"}], "genre": "collection"}
{"id": 2, "channel": "call", "turns": [{"speaker": "agent", "text": "打断你的腿"}, {"speaker": "customer", "text": "你好"}], "tier": "severe", "labels": ["threat"], "evidence": [{"label": "threat", "quote": "打断你的腿", "turn": 0}]}
{"id": "m3", "text": "打 断你的腿", "tier": "severe", "labels": ["threat"], "evidence": [{"label": "threat", "quote": "打 断你的腿"}], "disguises": ["spaces"], "plain": "打断你的腿"}
{"id": "m4", "text": "打断你的话", "tier": "clean", "labels": [], "genre": "ordinary"}
"#;

    /// Finds the literal words as `category`, with so many characters of context on the left.
    fn finder(words: &'static str, context: usize) -> impl Fn(&Message) -> Verdict {
        move |message| {
            let mut verdict = Verdict::default();
            for (turn, _, text) in message.stretches() {
                for at in occurrences(text, words) {
                    let before: Vec<(usize, char)> =
                        text[..at.start].char_indices().rev().take(context).collect();
                    let start = before.last().map_or(at.start, |(start, _)| *start);
                    verdict.findings.push(Finding {
                        rule: 0,
                        category: Category::Threat,
                        tier: Tier::Severe,
                        confidence: Confidence::High,
                        place: Place {
                            turn,
                            span: Span::new(start, at.end),
                        },
                        text: words.to_owned(),
                        plain: None,
                        disguises: Vec::new(),
                        related: Vec::new(),
                    });
                    verdict.tier = Tier::Severe;
                    verdict.score = 82;
                    verdict.categories = vec![Category::Threat];
                }
            }
            verdict
        }
    }

    #[test]
    fn outcomes_say_what_was_found_and_shown() {
        let records = Labelled::parse(RECORDS).unwrap();
        let outcomes: Vec<Outcome> = records
            .iter()
            .map(|record| record.measure(finder("打断你的腿", 0)))
            .collect();
        assert_eq!(outcomes[0].quotes, (1, 1));
        assert!(outcomes[1].is_call && outcomes[1].miss().is_none());
        assert_eq!(outcomes[1].quotes, (1, 1), "the quote's turn counts");
        assert_eq!(
            (outcomes[2].tiers.1, outcomes[2].is_plain_found),
            (Tier::Clean, Some(true))
        );
        assert_eq!(outcomes[2].miss(), Some(Miss::Under));
        assert_eq!(outcomes[3].miss(), None);
        let worst = Outcome::worst(&outcomes, Miss::Under, 5);
        assert_eq!(worst.len(), 1);
        assert_eq!(worst[0].id, "m3");
    }

    #[test]
    fn evidence_more_than_twice_as_long_is_missed() {
        let labels = r#"{"id": 1, "text": "如果你今天之内再不还钱打断腿", "tier": "severe", "labels": ["threat"], "evidence": [{"label": "threat", "quote": "打断腿"}]}"#;
        let record = &Labelled::parse(labels).unwrap()[0];
        assert_eq!(record.measure(finder("打断腿", 3)).quotes, (1, 1));
        assert_eq!(record.measure(finder("打断腿", 4)).quotes, (1, 0));
    }

    #[test]
    fn bad_labels_are_refused_with_their_lines() {
        let bad = "{\"id\": 1, \"text\": \"a\", \"tier\": \"clean\", \"labels\": [\"threat\"]}\n\n\
                   {\"id\": 2, \"text\": \"a\", \"tier\": \"severe\", \"labels\": [\"threat\"], \"evidence\": [{\"label\": \"threat\", \"quote\": \"b\"}]}\nno";
        let error = Labelled::parse(bad).unwrap_err();
        let lines: Vec<_> = error.each().map(|error| error.place().line).collect();
        assert_eq!(lines, [Some(1), Some(3), Some(4)]);
    }

    #[test]
    fn plain_form_of_a_call_is_a_line_a_turn() {
        assert_eq!(without_speaker("坐席：你好", "您好"), "你好");
        assert_eq!(without_speaker("时间：下午", "时间：下舞"), "时间：下午");
    }
}
