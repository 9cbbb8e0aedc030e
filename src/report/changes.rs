//! What two lexicons say differently → a report for people, for programs, for a pull request.
//!
//! In: [`Change`]s one after the other, and their [`Tally`]. Out: the worst changes with the findings gone and new, the
//! counts by rule and tier, how much was compared. Promise: bounded, and whatever is left out is counted; words of messages
//! can do nothing to a terminal, and are no markup in Markdown. It compares nothing.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::compare::{Change, Found, Regraded, Tally};
use crate::report::visible::{columns, shorten, visible};
use crate::report::words::{colon, confidence, list_separator, pick};
use crate::rule::{Confidence, Lang, Tier};

/// The changes that matter most, of however many.
#[derive(Debug)]
pub struct Worst {
    most: usize,
    seen: u64,
    kept: Vec<(u64, Change)>,
}

/// The version of the JSON forms.
const SCHEMA: u32 = 1;

/// Columns of a message, and of the words of a finding.
const TEXT_WIDTH: usize = 100;
const WORDS_WIDTH: usize = 60;

/// Columns of a rule's id in the table of rules: the longest have 40.
const RULE_WIDTH: usize = 42;

impl Worst {
    /// Keeps so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            seen: 0,
            kept: Vec::new(),
        }
    }

    /// Takes a change into account.
    pub fn add(&mut self, change: Change) {
        self.kept.push((self.seen, change));
        self.seen += 1;
        // Sorted only now and then: each change is moved a few times, however many there are.
        if self.kept.len() >= 2 * self.most.max(64) {
            self.settle();
        }
    }

    /// The changes kept, the weightiest first; among equals the first seen.
    pub fn finish(mut self) -> Vec<Change> {
        self.settle();
        self.kept.into_iter().map(|(_, change)| change).collect()
    }

    fn settle(&mut self) {
        self.kept
            .sort_by_key(|(order, change)| (std::cmp::Reverse(change.weight()), *order));
        self.kept.truncate(self.most);
    }
}

/// Writes a report for a terminal.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_human(
    shown: &[Change],
    tally: &Tally,
    lang: Lang,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    for change in shown {
        let tiers = tiers_of(change, lang);
        writeln!(out, "{}  {tiers}", visible(&change.id))?;
        for line in lines_of(change, lang) {
            writeln!(out, "  {line}")?;
        }
        if !change.excerpt.is_empty() {
            writeln!(out, "    {}", shorten(&change.excerpt, TEXT_WIDTH))?;
        }
    }
    if let Some(rest) = rest(shown, tally, lang) {
        writeln!(out, "{rest}")?;
    }
    if !tally.rules.is_empty() {
        let (gone, new, regraded) = heads(lang);
        let head = pick(lang, "规则", "rule");
        writeln!(out, "\n{}{gone:>8}{new:>8}{regraded:>8}", padded(head))?;
        for (rule, counts) in &tally.rules {
            let (gone, new, regraded) = (counts.gone, counts.new, counts.regraded);
            writeln!(out, "{}{gone:>8}{new:>8}{regraded:>8}", padded(rule))?;
        }
    }
    if !tally.tiers.is_empty() {
        writeln!(out, "\n{}", tier_moves(tally, lang))?;
    }
    if tally.changed > 0 {
        writeln!(out)?;
    }
    writeln!(out, "{}", counts(tally, lang))
}

/// Writes one JSON object with the worst changes and the counts.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_json(shown: &[Change], tally: &Tally, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let report = json!({
        "schema": SCHEMA,
        "summary": tally,
        "shown": shown.len(),
        "changes": shown.iter().map(change_value).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// Writes a change as a line.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_line(change: &Change, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let line = json!({ "schema": SCHEMA, "change": change_value(change) });
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

/// Writes the counts as the last line.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_last_line(tally: &Tally, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let line = json!({ "schema": SCHEMA, "summary": tally });
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

/// Writes a page for a pull request.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_markdown(
    shown: &[Change],
    tally: &Tally,
    lang: Lang,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let title = pick(lang, "规则改动引起的判定变化", "Verdicts that the rules change");
    writeln!(out, "## {title}\n\n{}", counts(tally, lang))?;
    if !tally.tiers.is_empty() {
        writeln!(out, "\n{}", tier_moves(tally, lang))?;
    }
    if !tally.rules.is_empty() {
        let (gone, new, regraded) = heads(lang);
        let rule = pick(lang, "规则", "rule");
        writeln!(
            out,
            "\n| {rule} | {gone} | {new} | {regraded} |\n|---|--:|--:|--:|"
        )?;
        for (rule, counts) in &tally.rules {
            let (gone, new, regraded) = (counts.gone, counts.new, counts.regraded);
            writeln!(out, "| {} | {gone} | {new} | {regraded} |", code(rule))?;
        }
    }
    if shown.is_empty() {
        return Ok(());
    }
    let (id, tier, findings, text) = match lang {
        Lang::Zh => ("编号", "级别", "发现", "内容"),
        Lang::En => ("id", "tier", "findings", "text"),
    };
    writeln!(
        out,
        "\n| {id} | {tier} | {findings} | {text} |\n|---|---|---|---|"
    )?;
    for change in shown {
        let lines: Vec<String> = lines_of(change, lang).iter().map(|line| code(line)).collect();
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            code(&change.id),
            tiers_of(change, lang),
            lines.join("<br>"),
            code(&shorten(&change.excerpt, TEXT_WIDTH))
        )?;
    }
    match rest(shown, tally, lang) {
        Some(rest) => writeln!(out, "\n{rest}"),
        None => Ok(()),
    }
}

fn change_value(change: &Change) -> Value {
    serde_json::to_value(change).expect("plain data has a JSON form")
}

fn tiers_of(change: &Change, lang: Lang) -> String {
    let (before, after) = (change.before.title(lang), change.after.title(lang));
    let (old, new) = change.scores;
    match (change.before == change.after, lang) {
        (true, Lang::Zh) => format!("{before}（{old} → {new} 分）"),
        (true, Lang::En) => format!("{before} (score {old} → {new})"),
        (false, Lang::Zh) => format!("{before} → {after}（{old} → {new} 分）"),
        (false, Lang::En) => format!("{before} → {after} (score {old} → {new})"),
    }
}

/// A line for each finding that differs.
fn lines_of(change: &Change, lang: Lang) -> Vec<String> {
    let gone = change.gone.iter().map(|found| ('-', found, None));
    let new = change.new.iter().map(|found| ('+', found, None));
    let regraded = change.regraded.iter();
    let regraded = regraded.map(|regraded| ('~', &regraded.now, Some(regraded)));
    let lines = gone.chain(new).chain(regraded).map(|(sign, found, regraded)| {
        let words = shorten(&found.text, WORDS_WIDTH);
        format!(
            "{sign} {}  {}  {words}",
            visible(&found.rule),
            grade(found, regraded, lang)
        )
    });
    lines.collect()
}

/// What a finding weighs, and weighed.
fn grade(now: &Found, regraded: Option<&Regraded>, lang: Lang) -> String {
    let title = |tier: Tier, sure: Confidence| match sure {
        Confidence::High => tier.title(lang).to_owned(),
        _ => format!(
            "{}{}{}",
            tier.title(lang),
            list_separator(lang),
            confidence(sure, lang)
        ),
    };
    let after = title(now.tier, now.confidence);
    match regraded {
        Some(was) => format!("{} → {after}", title(was.was_tier, was.was_confidence)),
        None => after,
    }
}

fn heads(lang: Lang) -> (&'static str, &'static str, &'static str) {
    match lang {
        Lang::Zh => ("减少", "新增", "改级"),
        Lang::En => ("gone", "new", "regraded"),
    }
}

/// What isn't listed.
fn rest(shown: &[Change], tally: &Tally, lang: Lang) -> Option<String> {
    let rest = tally.changed.saturating_sub(shown.len() as u64);
    (rest > 0).then(|| match lang {
        Lang::Zh => format!("另有 {rest} 条较轻的变化未列出；--max 可列出更多"),
        Lang::En => format!("{rest} lesser changes aren't listed; --max lists more"),
    })
}

fn tier_moves(tally: &Tally, lang: Lang) -> String {
    let mut moves = Vec::new();
    for (before, to) in &tally.tiers {
        for (after, count) in to {
            moves.push(format!("{} → {} {count}", before.title(lang), after.title(lang)));
        }
    }
    let label = pick(lang, "级别变化", "tiers");
    format!("{label}{}{}", colon(lang), moves.join(list_separator(lang)))
}

fn counts(tally: &Tally, lang: Lang) -> String {
    let Tally {
        read,
        judged,
        rejected,
        skipped,
        unread,
        changed,
        graver,
        milder,
        ..
    } = tally;
    let mut text = match lang {
        Lang::Zh => format!(
            "{judged} 条中判定不同的有 {changed} 条，加重 {graver} 条，减轻 {milder} 条。读取 {read} = 判定 {judged} + 拒收 {rejected} + 跳过 {skipped}"
        ),
        Lang::En => format!(
            "{changed} of {judged} verdicts differ, {graver} graver, {milder} milder. read {read} = judged {judged} + rejected {rejected} + skipped {skipped}"
        ),
    };
    if *unread > 0 {
        let told = match lang {
            Lang::Zh => write!(text, "；另有 {unread} 处无法读取"),
            Lang::En => write!(text, "; {unread} files or parts of them couldn't be read"),
        };
        told.expect("a string takes all text");
    }
    text
}

/// A text as a code span of a table: no markup, no mention, no HTML.
fn code(text: &str) -> String {
    let text = visible(text).replace('`', "ˋ").replace('|', "\\|");
    match text.trim().is_empty() {
        true => String::new(),
        false => format!("`{text}`"),
    }
}

fn padded(text: &str) -> String {
    let shown = visible(text);
    let room = RULE_WIDTH.saturating_sub(columns(&shown));
    format!("{shown}{}", " ".repeat(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: &str, after: Tier, score: u8) -> Change {
        let found = Found {
            rule: "threat-maim".to_owned(),
            category: None,
            tier: after,
            confidence: Confidence::High,
            text: "打`断|你".to_owned(),
        };
        Change {
            id: id.to_owned(),
            before: Tier::Clean,
            after,
            scores: (0, score),
            gone: Vec::new(),
            new: vec![found],
            regraded: Vec::new(),
            excerpt: "<b>再不还钱\u{202e}".to_owned(),
        }
    }

    #[test]
    fn the_weightiest_are_kept_in_order() {
        let mut worst = Worst::new(3);
        for number in 0..1_000 {
            let tier = if number % 300 == 7 {
                Tier::Severe
            } else {
                Tier::Notice
            };
            worst.add(change(&number.to_string(), tier, 30));
        }
        let kept: Vec<String> = worst.finish().into_iter().map(|change| change.id).collect();
        assert_eq!(kept, ["7", "307", "607"]);
        assert!(Worst::new(0).finish().is_empty());
    }

    #[test]
    fn words_of_messages_are_no_markup() {
        let shown = [change("a|b", Tier::Severe, 80)];
        let tally = Tally {
            read: 3,
            judged: 3,
            changed: 2,
            ..Tally::default()
        };
        for lang in [Lang::Zh, Lang::En] {
            let (mut page, mut terminal) = (Vec::new(), Vec::new());
            write_markdown(&shown, &tally, lang, &mut page).unwrap();
            write_human(&shown, &tally, lang, &mut terminal).unwrap();
            let page = String::from_utf8(page).unwrap();
            let terminal = String::from_utf8(terminal).unwrap();
            assert!(
                page.contains("`a\\|b`") && page.contains("`<b>再不还钱‹U+202E›`"),
                "{page}"
            );
            assert!(page.contains("打ˋ断\\|你"), "{page}");
            assert!(!terminal.contains('\u{202e}'), "{terminal}");
            let rest = pick(lang, "另有 1 条", "1 lesser");
            assert!(page.contains(rest) && terminal.contains(rest), "{terminal}");
        }
    }
}
