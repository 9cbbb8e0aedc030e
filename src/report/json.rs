//! Verdicts → result records, one JSON object a message.
//!
//! In: a [`Judged`] message. Out: the record of schema 1, keys always in the same order. Spans are given in
//! bytes and in characters of the decoded text (of the turn's text in a call) as it came, masked or not. It
//! writes no line break and no list around the records: that is the format's business.

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::finding::{Dismissal, Finding, Place, Verdict};
use crate::hex::hex;
use crate::message::Message;
use crate::read::Rejection;
use crate::report::grounds::Grounds;
use crate::report::mask::{masked, masked_text, names_of, personal_spans, without_digits};
use crate::report::object::{Object, write_word};
use crate::report::words::colon;
use crate::report::{Judged, Settings};
use crate::rule::{Lang, Rule};
use crate::span::Span;

/// The version of the record's shape.
pub const SCHEMA: u8 = 1;

/// Makes the records of one run.
#[derive(Debug)]
pub struct Recorder<'l> {
    settings: Settings<'l>,
    /// What every finding of a rule says, by rule, as JSON already: half of a record's bytes.
    wordings: Vec<Wording>,
    grounds: Grounds,
    /// What stands behind the id of nine records of ten.
    clean: Vec<u8>,
}

#[derive(Debug)]
struct Wording {
    id: String,
    message: String,
    instead: String,
}

impl<'l> Recorder<'l> {
    /// Writes down what doesn't change from record to record. O(rules).
    pub fn new(settings: Settings<'l>) -> Self {
        let json = |text: &str| serde_json::to_string(text).expect("any text can be written as JSON");
        let wording = |rule: &Rule| Wording {
            id: json(&rule.id),
            message: json(&rule_message(rule, settings.lang)),
            instead: json(rule.instead.get(settings.lang)),
        };
        let wordings = settings.rules.iter().map(wording).collect();
        let mut own = Self {
            grounds: Grounds::new(&settings),
            settings,
            wordings,
            clean: Vec::new(),
        };
        own.clean = own.clean();
        own
    }

    fn clean(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let judged = Judged {
            // One without words would be marked.
            message: &Message::text("还款"),
            verdict: &Verdict::default(),
            has_own_id: false,
        };
        let mut record = Object::open(&mut out);
        self.append_verdict(&mut record, judged);
        record.close();
        // As it goes on behind another value.
        out[0] = b',';
        out
    }

    /// Writes the record of a message.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write(&self, out: &mut impl Write, judged: Judged) -> io::Result<()> {
        let mut record = Vec::new();
        self.append(&mut record, judged);
        out.write_all(&record)
    }
}

/// Writes a rejected record as a line of JSON: where it stands, why it was rejected, its raw bytes (as text if they
/// are UTF-8, else in hexadecimal). Nothing in it is masked: it has to be the record as it stands in the file.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_rejection(out: &mut impl Write, rejection: &Rejection) -> io::Result<()> {
    #[derive(Serialize)]
    struct RejectionRecord<'a> {
        file: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        member: Option<&'a str>,
        record: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        byte: Option<u64>,
        reason: &'static str,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        raw: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        raw_base64: Option<String>,
    }
    let raw = std::str::from_utf8(&rejection.raw).ok();
    let record = RejectionRecord {
        file: &rejection.file,
        member: rejection.member.as_deref(),
        record: rejection.record,
        byte: rejection.byte,
        reason: rejection.reason.name(),
        detail: rejection.reason.to_string(),
        raw,
        raw_base64: raw.is_none().then(|| BASE64_STANDARD.encode(&rejection.raw)),
    };
    serde_json::to_writer(&mut *out, &record)?;
    out.write_all(b"\n")
}

impl Recorder<'_> {
    /// Writes the record of a message at the end of `out`.
    pub(crate) fn append(&self, out: &mut Vec<u8>, judged: Judged) {
        let mut record = Object::open(out);
        record.value("schema", &SCHEMA);
        record.value("id", &judged.message.id);
        let has_mark = judged.message.speakers_corrected || judged.message.is_wordless();
        if *judged.verdict == Verdict::default() && !has_mark {
            out.extend_from_slice(&self.clean);
            return;
        }
        self.append_verdict(&mut record, judged);
        record.close();
    }

    fn append_verdict(&self, record: &mut Object, judged: Judged) {
        let Judged { message, verdict, .. } = judged;
        let settings = &self.settings;
        let mut stretches = Stretches::new(message, settings.masks);
        let mut is_masked = false;
        record.word("tier", verdict.tier.id());
        record.value("score", &verdict.score);
        record.list("categories", &verdict.categories, |out, category| {
            write_word(out, category.id());
        });
        let findings = verdict.findings.iter().zip(fingerprints(judged, settings));
        record.list("findings", findings, |out, (finding, fingerprint)| {
            is_masked |= self.append_finding(out, finding, &fingerprint, message, &mut stretches);
        });
        if settings.shows_dismissed {
            record.list("dismissed", &verdict.dismissed, |out, dismissal| {
                append_dismissal(out, dismissal, settings, &mut stretches);
            });
        }
        record.value("masked", &is_masked);
        if message.speakers_corrected {
            record.value("speakers_corrected", &true);
        }
        // Clean, because there was nothing to look at.
        if message.is_wordless() {
            record.value("without_words", &true);
        }
    }

    /// Tells whether something of it was masked.
    fn append_finding(
        &self,
        out: &mut Vec<u8>,
        finding: &Finding,
        fingerprint: &str,
        message: &Message,
        stretches: &mut Stretches,
    ) -> bool {
        let wording = &self.wordings[finding.rule];
        let (text, plain) = stretches.evidence(finding);
        let mut record = Object::open(out);
        record.json("rule", &wording.id);
        record.word("category", finding.category.id());
        record.word("tier", finding.tier.id());
        record.value("confidence", &finding.confidence);
        record.optional("turn", finding.place.turn.as_ref());
        stretches.append_span(record.name("span"), finding.place);
        record.value("text", &*text);
        record.optional("plain", plain.as_deref());
        record.list("disguises", &finding.disguises, |out, disguise| {
            write_word(out, disguise.id());
        });
        record.list("related", &finding.related, |out, related| {
            let mut record = Object::open(out);
            record.optional("turn", related.place.turn.as_ref());
            stretches.append_span(record.name("span"), related.place);
            record.value("role", &related.role);
            record.close();
        });
        record.json("message", &wording.message);
        record.json("basis", &self.grounds.of(finding.rule, message, &self.settings));
        record.json("instead", &wording.instead);
        record.value("fingerprint", fingerprint);
        record.close();
        text != finding.text.as_str() || plain.as_deref() != finding.plain.as_deref()
    }
}

fn append_dismissal(
    out: &mut Vec<u8>,
    dismissal: &Dismissal,
    settings: &Settings,
    stretches: &mut Stretches,
) {
    let mut record = Object::open(out);
    record.value("rule", &settings.rules[dismissal.rule].id);
    record.optional("turn", dismissal.place.turn.as_ref());
    stretches.append_span(record.name("span"), dismissal.place);
    record.value("reason", &dismissal.reason);
    if let Some(cue) = dismissal.cue {
        let mut record = Object::open(record.name("cue"));
        record.optional("turn", cue.turn.as_ref());
        stretches.append_span(record.name("span"), cue);
        record.close();
    }
    record.close();
}

/// Identifies the findings of a message across runs, in their order: rule, plain evidence, and the record's
/// own id or the hash of its words. The same words found twice are told apart by their ordinal, never by
/// their position.
pub fn fingerprints(judged: Judged, settings: &Settings) -> Vec<String> {
    let findings = &judged.verdict.findings;
    if findings.is_empty() {
        return Vec::new();
    }
    let key = message_key(judged);
    let fingerprint = |(index, finding): (usize, &Finding)| {
        let plain = plain_evidence(finding);
        let is_same = |other: &&Finding| other.rule == finding.rule && plain_evidence(other) == plain;
        let ordinal = findings[..index].iter().filter(is_same).count() as u32;
        let mut hash = Sha256::new();
        for part in [settings.rules[finding.rule].id.as_str(), plain, &key] {
            hash.update(part);
            hash.update([0]);
        }
        if ordinal > 0 {
            hash.update(ordinal.to_le_bytes());
        }
        hex(&hash.finalize()[..8])
    };
    findings.iter().enumerate().map(fingerprint).collect()
}

/// What a finding says to a person.
pub fn finding_message(finding: &Finding, settings: &Settings) -> String {
    rule_message(&settings.rules[finding.rule], settings.lang)
}

fn rule_message(rule: &Rule, lang: Lang) -> String {
    format!("{}{}{}", rule.title.get(lang), colon(lang), rule.why.get(lang))
}

/// The evidence of a finding and its plain form as they may be shown: masked if the settings say so.
pub fn shown_evidence<'a>(
    finding: &'a Finding,
    message: &'a Message,
    settings: &Settings,
) -> (Cow<'a, str>, Option<Cow<'a, str>>) {
    Stretches::new(message, settings.masks).evidence(finding)
}

fn plain_evidence(finding: &Finding) -> &str {
    finding.plain.as_deref().unwrap_or(&finding.text)
}

fn message_key(judged: Judged) -> String {
    if judged.has_own_id {
        return format!("id {}", judged.message.id);
    }
    let mut hash = Sha256::new();
    for (_, _, text) in judged.message.stretches() {
        hash.update(text);
        hash.update([0]);
    }
    format!("content {}", hex(&hash.finalize()))
}

/// What is known of the stretches of one message that findings stand in, worked out when first asked for.
struct Stretches<'a> {
    message: &'a Message<'a>,
    masks: bool,
    /// By turn; findings stand in the order of their places, so the last is asked for most.
    known: SmallVec<[(Option<usize>, Stretch<'a>); 1]>,
}

struct Stretch<'a> {
    text: &'a str,
    /// Characters before each block of bytes, so that a lookup reads one block only.
    blocks: SmallVec<[usize; 4]>,
    personal: Vec<Span>,
}

const BLOCK_BYTES: usize = 1024;

impl<'a> Stretches<'a> {
    fn new(message: &'a Message<'a>, masks: bool) -> Self {
        Self {
            message,
            masks,
            known: SmallVec::new(),
        }
    }

    fn at(&mut self, turn: Option<usize>) -> &Stretch<'a> {
        let known = self.known.iter().rposition(|(known, _)| *known == turn);
        let index = known.unwrap_or_else(|| {
            let stretch = Stretch::new(self.message.stretch(turn), self.message, self.masks);
            self.known.push((turn, stretch));
            self.known.len() - 1
        });
        &self.known[index].1
    }

    /// Writes a span in bytes and in characters.
    fn append_span(&mut self, out: &mut Vec<u8>, place: Place) {
        let Span { start, end } = place.span;
        let (char_start, char_end) = self.characters_before(place);
        let mut span = Object::open(out);
        span.number("start", start);
        span.number("end", end);
        span.number("char_start", char_start);
        span.number("char_end", char_end);
        span.close();
    }

    /// Characters before both ends of a place.
    fn characters_before(&mut self, place: Place) -> (usize, usize) {
        let stretch = self.at(place.turn);
        let Span { start, end } = place.span;
        (stretch.characters_before(start), stretch.characters_before(end))
    }

    fn evidence<'f>(&mut self, finding: &'f Finding) -> (Cow<'f, str>, Option<Cow<'f, str>>)
    where
        'a: 'f,
    {
        let plain = finding.plain.as_deref();
        if !self.masks {
            return (Cow::Borrowed(&finding.text), plain.map(Cow::Borrowed));
        }
        let stretch = self.at(finding.place.turn);
        let text = masked(stretch.text, finding.place.span, &stretch.personal);
        let is_masked = matches!(text, Cow::Owned(_));
        let plain = plain.map(|plain| {
            let hidden = masked_text(plain, &names_of(self.message));
            match is_masked {
                // The plain form may show less of a number than its mask needs to be recognised.
                true => Cow::Owned(without_digits(&hidden)),
                false => hidden,
            }
        });
        (text, plain)
    }
}

impl<'a> Stretch<'a> {
    fn new(text: &'a str, message: &Message, masks: bool) -> Self {
        let mut before = 0;
        let mut blocks = SmallVec::new();
        for block in text.as_bytes().chunks(BLOCK_BYTES) {
            blocks.push(before);
            before += count_characters(block);
        }
        blocks.push(before);
        Self {
            text,
            blocks,
            personal: match masks {
                true => personal_spans(text, &names_of(message)),
                false => Vec::new(),
            },
        }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let block = (byte / BLOCK_BYTES).min(self.blocks.len() - 1);
        self.blocks[block] + count_characters(&self.text.as_bytes()[block * BLOCK_BYTES..byte])
    }
}

fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| !matches!(byte, 0x80..=0xBF)).count()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lexicon::Laws;
    use crate::message::Id;
    use crate::rule::{Category, Confidence, Tier};

    /// Two rules and two laws, independent of the bundled lexicon.
    pub(crate) fn small_lexicon() -> (Vec<Rule>, Laws) {
        #[derive(serde::Deserialize)]
        struct Rules {
            rule: Vec<Rule>,
        }
        let rules: Rules = toml::from_str(
            r#"
[[rule]]
id = "threat-violence"
category = "threat"
tier = "severe"
title = { zh = "以暴力相威胁", en = "Threatens violence" }
why = { zh = "使人对人身安全产生恐惧。", en = "Makes people fear for their safety." }
basis = ["threat", "standard"]
instead = { zh = "请您尽快还款。", en = "Please pay soon." }
terms = "打断你的腿"
hits = ["再不还钱⟦打断你的腿⟧"]
misses = ["打断你的话"]
[[rule]]
id = "insult-profanity"
category = "insult"
tier = "warning"
title = { zh = "辱骂", en = "Swears" }
why = { zh = "贬损人格。", en = "Demeans a person." }
basis = ["insult"]
instead = { zh = "请您理解。", en = "Please understand." }
hits = []
misses = []
"#,
        )
        .unwrap();
        let laws = toml::from_str(
            r#"
reference_date = "2026-06-30"
[[instrument]]
id = "PSAPL2012"
title = { zh = "《治安管理处罚法》（2012）", en = "Public Security Law (2012)" }
verb = "违反"
until = "2025-12-31"
[[instrument]]
id = "PSAPL2025"
title = { zh = "《治安管理处罚法》（2025）", en = "Public Security Law (2025)" }
verb = "违反"
from = "2026-01-01"
[[instrument]]
id = "GBT45251"
title = { zh = "GB/T 45251", en = "GB/T 45251" }
verb = "不符合"
[[clause]]
key = "threat"
instrument = "PSAPL2012"
number = "第四十二条"
confidence = "T"
about = { zh = "威胁人身安全", en = "threats to safety" }
[[clause]]
key = "threat"
instrument = "PSAPL2025"
number = "第五十条第一款第（一）项"
confidence = "T"
about = { zh = "威胁人身安全", en = "threats to safety" }
[[clause]]
key = "standard"
instrument = "GBT45251"
number = "5.3"
confidence = "S"
about = { zh = "不得威胁", en = "no threats" }
"#,
        )
        .unwrap();
        (rules.rule, laws)
    }

    /// Settings over these.
    pub(crate) fn settings<'l>(rules: &'l [Rule], laws: &'l Laws, lang: Lang) -> Settings<'l> {
        Settings {
            rules,
            laws,
            lang,
            date: None,
            shows_dismissed: false,
            masks: false,
        }
    }

    /// A verdict of one severe finding on `⟦…⟧` of a marked text.
    pub(crate) fn judged_text(marked: &str) -> (String, crate::Verdict) {
        let start = marked.find('⟦').unwrap();
        let text = marked.replace(['⟦', '⟧'], "");
        let end = marked.find('⟧').unwrap() - '⟦'.len_utf8();
        let finding = Finding {
            rule: 0,
            category: Category::Threat,
            tier: Tier::Severe,
            confidence: Confidence::High,
            place: Place {
                turn: None,
                span: Span::new(start, end),
            },
            text: text[start..end].to_owned(),
            plain: None,
            disguises: Vec::new(),
            related: Vec::new(),
        };
        let verdict = crate::Verdict {
            tier: Tier::Severe,
            score: 82,
            categories: vec![Category::Threat],
            findings: vec![finding],
            dismissed: Vec::new(),
        };
        (text, verdict)
    }

    fn written(judged: Judged, settings: &Settings) -> serde_json::Value {
        let mut out = Vec::new();
        Recorder::new(*settings).write(&mut out, judged).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn record_has_the_contracts_keys_in_order() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::Zh);
        let (text, verdict) = judged_text("再不还钱⟦打断你的腿⟧");
        let message = Message::text(text);
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: false,
        };
        let record = written(judged, &settings);
        let keys = |value: &serde_json::Value| -> Vec<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        let expected = [
            "schema",
            "id",
            "tier",
            "score",
            "categories",
            "findings",
            "masked",
        ];
        assert_eq!(keys(&record), expected);
        let finding = &record["findings"][0];
        let expected = [
            "rule",
            "category",
            "tier",
            "confidence",
            "span",
            "text",
            "disguises",
            "related",
            "message",
            "basis",
            "instead",
            "fingerprint",
        ];
        assert_eq!(keys(finding), expected);
        assert_eq!(
            finding["span"],
            serde_json::json!({"start": 12, "end": 27, "char_start": 4, "char_end": 9})
        );
        assert_eq!(
            finding["basis"],
            serde_json::json!([
                {"id": "PSAPL2025", "clause": "第五十条第一款第（一）项", "verb": "违反"},
                {"id": "GBT45251", "clause": null, "verb": "不符合"}
            ])
        );
        assert_eq!(finding["message"], "以暴力相威胁：使人对人身安全产生恐惧。");
    }

    #[test]
    fn the_law_follows_the_date() {
        let (rules, laws) = small_lexicon();
        let mut settings = settings(&rules, &laws, Lang::Zh);
        let (text, verdict) = judged_text("⟦打断你的腿⟧");
        let mut message = Message::text(text);
        settings.date = Some(jiff::civil::date(2025, 5, 1));
        assert_eq!(settings.cite(&rules[0], &message)[0].id, "PSAPL2012");
        message.time = crate::message::Time::parse("2026-01-01");
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: true,
        };
        assert_eq!(
            written(judged, &settings)["findings"][0]["basis"][0]["id"],
            "PSAPL2025"
        );
    }

    #[test]
    fn fingerprints_rest_on_rule_words_and_key() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::Zh);
        let print = |marked: &str, id: &'static str, has_own_id: bool| {
            let (text, mut verdict) = judged_text(marked);
            let twin = verdict.findings[0].clone();
            verdict.findings.push(twin);
            let message = Message {
                id: Id::Text(id.into()),
                ..Message::text(text)
            };
            let judged = Judged {
                message: &message,
                verdict: &verdict,
                has_own_id,
            };
            fingerprints(judged, &settings)
        };
        let first = print("再不还钱⟦打断你的腿⟧", "1", true);
        assert_eq!(first[0].len(), 16);
        assert_ne!(first[0], first[1], "the same words twice");
        assert_eq!(
            first,
            print("别的话⟦打断你的腿⟧", "1", true),
            "its own id is the key"
        );
        assert_ne!(first, print("再不还钱⟦打断你的腿⟧", "2", true));
        assert_eq!(
            print("再不还钱⟦打断你的腿⟧", "1", false),
            print("再不还钱⟦打断你的腿⟧", "2", false)
        );
        assert_ne!(
            print("再不还钱⟦打断你的腿⟧", "1", false),
            print("别的话⟦打断你的腿⟧", "1", false)
        );
    }

    #[test]
    fn masks_words_but_not_spans() {
        let (rules, laws) = small_lexicon();
        let mut settings = settings(&rules, &laws, Lang::Zh);
        settings.masks = true;
        let (text, mut verdict) = judged_text("我会⟦打13800138000找你妈⟧");
        verdict.findings[0].plain = Some("打13800138000找你妈".to_owned());
        let message = Message::text(text);
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: false,
        };
        let record = written(judged, &settings);
        assert_eq!(record["masked"], true);
        assert_eq!(record["findings"][0]["text"], "打138****8000找你妈");
        assert_eq!(record["findings"][0]["plain"], "打***********找你妈");
        assert_eq!(record["findings"][0]["span"]["char_end"], 17);
    }

    #[test]
    fn character_positions_far_into_a_text() {
        let text = format!("{}打", "文a".repeat(3000));
        let message = Message::text(text.as_str());
        let mut stretches = Stretches::new(&message, false);
        let place = Place {
            turn: None,
            span: Span::new(text.len() - 3, text.len()),
        };
        assert_eq!(stretches.characters_before(place), (6000, 6001));
    }
}
