//! A record of the sample as reviewers see it.
//!
//! In: a judged record, and the rule whose finding is to be reviewed, if any. Out: an [`Item`]: the words with the
//! evidence marked `⟦…⟧`, and what is known of the record. Promise: personal data is masked unless reviewers are to see
//! it, and always in [`Item::masked`], from which candidates are made. It judges nothing.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::message::{Body, Channel, CreditorKind, Message, Role, Time, is_blank};
use crate::report::json::fingerprints;
use crate::report::mask::{masked, masked_party, names_of, personal_spans};
use crate::report::words::speaker;
use crate::report::{Judged, Settings};
use crate::rule::{Category, Confidence, Lang, Tier};
use crate::span::Span;

/// What marks evidence; 【】 is a signature in this field.
pub(crate) const MARKS: [char; 2] = ['⟦', '⟧'];

/// Characters of a text that are shown. A cell takes 32,767 UTF-16 units, and the sample's design holds the text once
/// more with its line breaks escaped; nearly all calls have fewer.
const MOST_SHOWN_CHARACTERS: usize = 10_000;

/// Characters before the first evidence of a longer text that are shown.
const SHOWN_BEFORE_EVIDENCE: usize = 3_000;

/// A record to be reviewed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number in the sample, from 1.
    pub number: u32,
    /// The number of its stratum in the sample's list.
    pub stratum: usize,
    /// The name of its input.
    pub input: String,
    /// Its number in its input, from 1.
    pub record: u64,
    /// Its id, made up if it had none.
    pub id: String,
    /// How it was sent.
    pub channel: Option<Channel>,
    /// The collecting agency.
    pub agency: Option<String>,
    /// When it was sent.
    pub time: Option<Time>,
    /// What the recipient is to the debt.
    pub recipient_role: Option<Role>,
    /// What the creditor is.
    pub creditor_kind: Option<CreditorKind>,
    /// From where, masked.
    pub sender: Option<String>,
    /// Whether it is a call: then its text is a line for each turn.
    pub is_call: bool,
    /// Whether the text is only a part of it.
    pub is_cut: bool,
    /// The text with its evidence marked, personal data masked.
    pub masked: String,
    /// The same with personal data, if reviewers are to see it.
    pub revealed: Option<String>,
    /// The finding to be reviewed; none for a clean message.
    pub hit: Option<Hit>,
}

/// What a rule has found in a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The rule's id.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// The tier of the gravest of its findings in the message.
    pub tier: Tier,
    /// How sure it is of them.
    pub confidence: Confidence,
    /// The fingerprint of the first of them.
    pub fingerprint: String,
    /// The words of all of them as they may be shown.
    pub evidence: Vec<String>,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'i> {
    pub(crate) input: &'i str,
    pub(crate) number: u32,
    pub(crate) record: u64,
}

impl Item {
    /// The item of a record; with a rule, of what that rule has found in it.
    pub(crate) fn of(
        judged: Judged,
        origin: Origin,
        rule: Option<usize>,
        reveals: bool,
        settings: &Settings,
    ) -> Self {
        let message = judged.message;
        let findings = judged.verdict.findings.iter();
        let findings: Vec<&Finding> = findings
            .filter(|finding| finding.is_counted() && Some(finding.rule) == rule)
            .collect();
        let lang = settings.lang;
        let (text, is_cut) = shown(message, &findings, true, lang);
        let plain = |value: &Option<std::borrow::Cow<str>>| {
            let value = value.as_deref().filter(|value| !is_blank(value));
            value.map(str::to_owned)
        };
        Self {
            number: 0,
            stratum: 0,
            input: origin.input.to_owned(),
            record: origin.record,
            id: message.id.to_string(),
            channel: message.channel,
            agency: plain(&message.agency),
            time: message.time,
            recipient_role: message.recipient_role,
            creditor_kind: message.creditor_kind,
            sender: plain(&message.sender).map(|sender| masked_party(&sender).into_owned()),
            is_call: matches!(message.body, Body::Turns(_)),
            is_cut,
            masked: text,
            revealed: reveals.then(|| shown(message, &findings, false, lang).0),
            hit: rule.map(|rule| Hit::of(judged, rule, &findings, reveals, settings)),
        }
    }

    /// The text as reviewers see it.
    pub fn shown(&self) -> &str {
        self.revealed.as_deref().unwrap_or(&self.masked)
    }
}

impl Hit {
    fn of(judged: Judged, rule: usize, findings: &[&Finding], reveals: bool, settings: &Settings) -> Self {
        let all = judged.verdict.findings.iter();
        let mut prints = all.zip(fingerprints(judged, settings));
        let own = prints.find(|(finding, _)| finding.is_counted() && finding.rule == rule);
        let message = judged.message;
        let mut evidence: Vec<String> = Vec::new();
        for finding in findings {
            let text = message.stretch(finding.place.turn);
            let personal = personal_of(text, message, !reveals);
            let words = masked(text, finding.place.span, &personal).into_owned();
            if !evidence.contains(&words) {
                evidence.push(words);
            }
        }
        let gravest = findings.iter().max_by_key(|finding| finding.tier);
        Self {
            rule: settings.rules[rule].id.clone(),
            category: settings.rules[rule].category,
            tier: gravest.map_or(settings.rules[rule].tier, |finding| finding.tier),
            confidence: gravest.map_or(Confidence::High, |finding| finding.confidence),
            fingerprint: own.map(|(_, print)| print).unwrap_or_default(),
            evidence,
        }
    }
}

fn personal_of(text: &str, message: &Message, masks: bool) -> Vec<Span> {
    match masks {
        true => personal_spans(text, &names_of(message)),
        false => Vec::new(),
    }
}

/// The text of a message, or its turns a line each, with the findings marked; and whether it is only a part.
fn shown(message: &Message, findings: &[&Finding], masks: bool, lang: Lang) -> (String, bool) {
    let mut shown = String::new();
    for (turn, who, text) in message.stretches() {
        if turn.is_some() {
            if !shown.is_empty() {
                shown.push('\n');
            }
            // In Chinese whatever the workbook's language: so the reader of transcripts knows the line again.
            shown.push_str(speaker(who, Lang::Zh));
            shown.push('：');
        }
        let own = findings.iter().filter(|finding| finding.place.turn == turn);
        let evidence = joined(own.map(|finding| finding.place.span).collect());
        let start = shown.len();
        push_marked(&mut shown, text, &evidence, &personal_of(text, message, masks));
        if turn.is_some() && shown[start..].contains(['\n', '\r']) {
            // A line a turn.
            let line = shown[start..].replace(['\n', '\r'], " ");
            shown.truncate(start);
            shown.push_str(&line);
        }
    }
    cut(shown, lang)
}

/// Overlapping spans made one, in order.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.overlaps(span) => *last = last.cover(span),
            _ => joined.push(span),
        }
    }
    joined
}

fn push_marked(shown: &mut String, text: &str, evidence: &[Span], personal: &[Span]) {
    let mut done = 0;
    for span in evidence {
        shown.push_str(&masked(text, Span::new(done, span.start), personal));
        shown.push(MARKS[0]);
        shown.push_str(&masked(text, *span, personal));
        shown.push(MARKS[1]);
        done = span.end;
    }
    shown.push_str(&masked(text, Span::new(done, text.len()), personal));
}

/// As much of a text as is shown: what stands around its first evidence.
fn cut(text: String, lang: Lang) -> (String, bool) {
    let length = text.chars().count();
    if length <= MOST_SHOWN_CHARACTERS {
        return (text, false);
    }
    let evidence = text.chars().position(|one| one == MARKS[0]).unwrap_or(0);
    let last_start = length - MOST_SHOWN_CHARACTERS;
    let start = evidence.saturating_sub(SHOWN_BEFORE_EVIDENCE).min(last_start);
    let part: String = text.chars().skip(start).take(MOST_SHOWN_CHARACTERS).collect();
    let left_out = crate::report::words::pick(lang, "（略）", " (left out) ");
    let before = if start > 0 { left_out } else { "" };
    let after = if start < last_start { left_out } else { "" };
    (format!("{before}{part}{after}"), true)
}

/// A text without the marks of evidence.
pub(crate) fn unmarked(text: &str) -> String {
    text.chars().filter(|one| !MARKS.contains(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Place, Verdict};
    use crate::message::{Speaker, Turn};
    use crate::report::json::tests::small_lexicon;

    fn finding(text: &str, words: &str, turn: Option<usize>) -> Finding {
        let start = text.find(words).unwrap();
        Finding {
            rule: 0,
            category: Category::Threat,
            tier: Tier::Severe,
            confidence: Confidence::High,
            place: Place {
                turn,
                span: Span::new(start, start + words.len()),
            },
            text: words.to_owned(),
            plain: None,
            disguises: Vec::new(),
            related: Vec::new(),
        }
    }

    fn item(message: &Message, findings: Vec<Finding>, reveals: bool) -> Item {
        let (rules, laws) = small_lexicon();
        let settings = Settings {
            rules: &rules,
            laws: &laws,
            lang: Lang::Zh,
            date: None,
            shows_dismissed: false,
            masks: true,
        };
        let verdict = Verdict {
            findings,
            ..Verdict::default()
        };
        let judged = Judged {
            message,
            verdict: &verdict,
            has_own_id: false,
        };
        let origin = Origin {
            input: "a.csv",
            number: 0,
            record: 3,
        };
        Item::of(judged, origin, Some(0), reveals, &settings)
    }

    #[test]
    fn evidence_is_marked_and_personal_data_masked() {
        let text = "张伟明先生，打断你的腿，打断腿，电13800138000";
        let findings = || {
            vec![
                finding(text, "打断你的腿", None),
                finding(text, "你的腿，打断腿", None),
                finding(text, "电13800138000", None),
            ]
        };
        let message = Message {
            agency: Some(" ".into()),
            ..Message::text(text)
        };
        let masked = item(&message, findings(), false);
        let expected = "张＊＊先生，⟦打断你的腿，打断腿⟧，⟦电138****8000⟧";
        assert_eq!((masked.shown(), masked.is_cut), (expected, false));
        assert_eq!(masked.agency, None);
        let hit = masked.hit.as_ref().unwrap();
        assert_eq!(hit.evidence, ["打断你的腿", "你的腿，打断腿", "电138****8000"]);
        assert_eq!(hit.fingerprint.len(), 16);
        let revealed = item(&message, findings(), true);
        assert!(revealed.shown().contains("张伟明先生") && revealed.shown().contains("⟦电13800138000⟧"));
        assert_eq!(revealed.masked, expected, "candidates never show it");
    }

    #[test]
    fn calls_are_a_line_a_turn() {
        let turn = |speaker, text: &'static str| Turn {
            speaker,
            text: text.into(),
            time: None,
        };
        let message = Message {
            body: Body::Turns(vec![
                turn(Speaker::Customer, "打断你的腿"),
                turn(Speaker::Agent, "我\n打断你的腿"),
            ]),
            ..Message::default()
        };
        let found = finding("我\n打断你的腿", "打断你的腿", Some(1));
        assert_eq!(
            item(&message, vec![found], false).masked,
            "客户：打断你的腿\n坐席：我 ⟦打断你的腿⟧"
        );
    }

    #[test]
    fn long_texts_are_cut_around_the_evidence() {
        let text = format!("{}打断你的腿{}", "前".repeat(9_000), "后".repeat(9_000));
        let shown = item(
            &Message::text(&*text),
            vec![finding(&text, "打断你的腿", None)],
            false,
        );
        assert!(shown.is_cut && shown.masked.contains("⟦打断你的腿⟧"));
        assert!(shown.masked.starts_with("（略）前") && shown.masked.ends_with("后（略）"));
        assert!(shown.masked.chars().count() <= MOST_SHOWN_CHARACTERS + 8);
        assert_eq!(unmarked("我⟦打⟧你"), "我打你");
    }
}
