//! Judgements → what may become examples of rules and labelled messages.
//!
//! In: workbooks of one sample. Out: the text of `misses.toml` (false hits, by rule, in the form of a rule's `misses`) and
//! labelled records as JSONL: real hits, and messages in which something was missed. Promise: personal data is masked,
//! whatever reviewers saw; the TOML and each line of JSON can be parsed. They are candidates: a mask changes what a rule
//! finds, and only a person can tell whether a text says enough by itself. Nothing is written into a lexicon.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::message::Time;
use crate::read::transcript;
use crate::report::visible::visible;
use crate::report::words::pick;
use crate::review::figures::{Consensus, categories_of, consensus};
use crate::review::filled::{Filled, Judgement};
use crate::review::item::{Item, MARKS, unmarked};
use crate::review::sample::Sample;
use crate::rule::{Category, Lang, Tier};

/// Texts for whoever writes rules and corpora.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// False hits by rule, as TOML.
    pub misses: String,
    /// Real hits as labelled records, a line each.
    pub hits: String,
    /// Clean messages in which something was missed, as labelled records whose evidence and perhaps tier is to be given.
    pub missed: String,
    /// How many texts each of the three holds.
    pub counts: [usize; 3],
}

/// Names of the files, in the same order.
pub const FILES: [&str; 3] = ["misses.toml", "hits.jsonl", "missed.jsonl"];

impl Candidates {
    /// What these workbooks give; none if there is no workbook.
    pub fn of(filled: &[Filled], lang: Lang) -> Option<Self> {
        let sample = &filled.first()?.sample;
        let (misses, false_hits) = misses(sample, filled, lang);
        let (hits, real) = hits(sample, filled);
        let (missed, overlooked) = missed(sample, filled);
        Some(Self {
            misses,
            hits,
            missed,
            counts: [false_hits, real, overlooked],
        })
    }

    /// The files' names and texts.
    pub fn files(&self) -> [(&'static str, &str); 3] {
        let [misses, hits, missed] = FILES;
        [(misses, &self.misses), (hits, &self.hits), (missed, &self.missed)]
    }
}

fn misses(sample: &Sample, filled: &[Filled], lang: Lang) -> (String, usize) {
    let id = sample.fingerprint();
    let mut out = match lang {
        Lang::Zh => format!(
            "# 样本 {id} 中被审阅人判为误报的命中，供改规则的人逐条看过后选用：\n\
             # 个人信息已遮盖，遮盖可能使规则不再命中；能说明问题的，写成虚构的例句再放进规则的 misses。\n"
        ),
        Lang::En => format!(
            "# Hits of sample {id} that reviewers call false, to be read one by one by whoever changes the rules:\n\
             # personal data is masked, which may keep a rule from finding them; what teaches something goes into the\n\
             # rule's misses as an invented sentence.\n"
        ),
    };
    let mut by_rule: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for item in decided(sample, filled, Judgement::Wrong) {
        if let Some(hit) = &item.hit {
            by_rule.entry(&hit.rule).or_default().push(item);
        }
    }
    let mut count = 0;
    for (rule, items) in by_rule {
        out.push_str(&format!("\n[[rule]]\nid = {}\nmisses = [\n", toml_text(rule)));
        let mut written: Vec<String> = Vec::new();
        for item in items {
            let example = example(item);
            if written.contains(&example) {
                continue;
            }
            if item.is_cut {
                out.push_str(pick(lang, "  # 长文的一部分\n", "  # a part of a long text\n"));
            }
            for row in filled.iter().filter_map(|filled| filled.rows.get(&item.number)) {
                if !row.comment.is_empty() {
                    out.push_str(&format!("  # {}\n", visible(&row.comment)));
                }
            }
            out.push_str(&format!("  {example},\n"));
            written.push(example);
        }
        count += written.len();
        out.push_str("]\n");
    }
    (out, count)
}

/// Items of which all reviewers who can tell say this.
fn decided<'s>(
    sample: &'s Sample,
    filled: &[Filled],
    judgement: Judgement,
) -> impl Iterator<Item = &'s Item> {
    let is_decided = move |item: &&Item| consensus(filled, item.number) == Consensus::Decided(judgement);
    let items: Vec<&Item> = sample.items.iter().filter(is_decided).collect();
    items.into_iter()
}

/// An example as rule files have them: a text, or a table with what the record says besides.
fn example(item: &Item) -> String {
    let mut fields = vec![("text", unmarked(&item.masked))];
    fields.extend(item.channel.map(|channel| ("channel", id_of(&channel))));
    fields.extend(item.recipient_role.map(|role| ("recipient_role", id_of(&role))));
    fields.extend(item.creditor_kind.map(|kind| ("creditor_kind", id_of(&kind))));
    fields.extend(item.sender.clone().map(|sender| ("sender", sender)));
    fields.extend(item.time.map(|time| ("time", time_text(time))));
    match &fields[..] {
        [(_, text)] => toml_text(text),
        fields => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name} = {}", toml_text(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// A basic string: JSON's escapes are TOML's too, but for the one character that JSON lets stand.
fn toml_text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn id_of(value: &impl serde::Serialize) -> String {
    let id = serde_json::to_value(value).ok();
    id.and_then(|id| id.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A time as records tell it.
fn time_text(time: Time) -> String {
    match (time.date, time.clock) {
        (Some(date), Some(clock)) => format!("{date} {clock}"),
        (Some(date), None) => date.to_string(),
        (None, Some(clock)) => clock.to_string(),
        (None, None) => String::new(),
    }
}

/// Real hits: a record a message, whichever rules were reviewed of it.
fn hits(sample: &Sample, filled: &[Filled]) -> (String, usize) {
    let mut messages: BTreeMap<(&str, u64), Vec<&Item>> = BTreeMap::new();
    for item in decided(sample, filled, Judgement::Right).filter(|item| item.hit.is_some()) {
        messages.entry((&item.input, item.record)).or_default().push(item);
    }
    let count = messages.len();
    let records = messages.into_values().map(|items| {
        let hits = || items.iter().filter_map(|item| item.hit.as_ref());
        let mut labels: Vec<Category> = hits().map(|hit| hit.category).collect();
        labels.sort_unstable();
        labels.dedup();
        let evidence = items.iter().flat_map(|item| {
            let label = item.hit.as_ref().map(|hit| hit.category);
            label.into_iter().flat_map(|label| evidence(item, label))
        });
        let rules: Vec<&str> = hits().map(|hit| hit.rule.as_str()).collect();
        let tier = hits().map(|hit| hit.tier).max();
        labelled(
            items[0],
            tier,
            &labels,
            evidence.collect(),
            json!({"rules": rules}),
        )
    });
    (lines(records), count)
}

/// Clean messages in which something was missed.
fn missed(sample: &Sample, filled: &[Filled]) -> (String, usize) {
    let items: Vec<&Item> = decided(sample, filled, Judgement::Wrong)
        .filter(|item| item.hit.is_none())
        .collect();
    let records = items.iter().map(|item| {
        let rows = || filled.iter().filter_map(|filled| filled.rows.get(&item.number));
        let tier = rows().filter_map(|row| row.tier).max();
        let comments: Vec<&str> = rows().map(|row| row.comment.as_str()).collect();
        let comments: Vec<&str> = comments
            .into_iter()
            .filter(|comment| !comment.is_empty())
            .collect();
        labelled(
            item,
            tier,
            &categories_of(filled, item),
            Vec::new(),
            json!({"comments": comments}),
        )
    });
    (lines(records), items.len())
}

/// A labelled record as `eval` reads them, and where it comes from; without a tier `eval` asks for one.
fn labelled(
    item: &Item,
    tier: Option<Tier>,
    labels: &[Category],
    evidence: Vec<Value>,
    review: Value,
) -> Value {
    let mut record = Map::new();
    record.insert("id".to_owned(), json!(item.id));
    record.insert("channel".to_owned(), json!(item.channel));
    let text = unmarked(&item.masked);
    match transcript::parse(&text).filter(|_| item.is_call) {
        Some(turns) => {
            let turns = turns.iter();
            let turns = turns.map(|turn| json!({"speaker": turn.speaker, "text": turn.text}));
            record.insert("turns".to_owned(), turns.collect());
        }
        None => {
            record.insert("text".to_owned(), text.into());
        }
    }
    if let Some(time) = item.time {
        record.insert("time".to_owned(), time_text(time).into());
    }
    for (name, value) in [
        ("sender", json!(item.sender)),
        ("recipient_role", json!(item.recipient_role)),
        ("creditor_kind", json!(item.creditor_kind)),
        ("tier", json!(tier)),
    ] {
        if !value.is_null() {
            record.insert(name.to_owned(), value);
        }
    }
    record.insert("labels".to_owned(), json!(labels));
    record.insert("evidence".to_owned(), evidence.into());
    let mut review = review;
    review["input"] = json!(item.input);
    review["record"] = json!(item.record);
    review["is_cut"] = json!(item.is_cut);
    record.insert("review".to_owned(), review);
    Value::Object(record)
}

/// The words between the marks, with their turns.
fn evidence(item: &Item, label: Category) -> Vec<Value> {
    let mut all = Vec::new();
    match transcript::parse(&item.masked).filter(|_| item.is_call) {
        Some(turns) => {
            for (number, turn) in turns.iter().enumerate() {
                let quotes = quotes(&turn.text);
                all.extend(quotes.map(|quote| json!({"label": label, "quote": quote, "turn": number})));
            }
        }
        None => all.extend(quotes(&item.masked).map(|quote| json!({"label": label, "quote": quote}))),
    }
    all
}

fn quotes(text: &str) -> impl Iterator<Item = &str> {
    let [open, close] = MARKS;
    text.split(open)
        .skip(1)
        .filter_map(move |rest| rest.split_once(close).map(|(quote, _)| quote))
}

fn lines(records: impl Iterator<Item = Value>) -> String {
    records.map(|record| format!("{record}\n")).collect()
}
