//! A trace → the story of a verdict.
//!
//! In: a [`Judged`] message with its [`Trace`]. Out: the stages in their order, for a person or as JSON, and
//! for a message without findings the stage at which the last candidate fell. It runs no stage again.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Place;
use crate::report::human::{Canvas, Terminal, write_frames};
use crate::report::json::Recorder;
use crate::report::visible::visible;
use crate::report::words::{self, colon, pick};
use crate::report::{Judged, Settings};
use crate::rule::{Lang, Tier};
use crate::span::Span;
use crate::trace::{Outcome, ReadsLike, Statement, Trace};

/// Writes the trace and the verdict as one JSON object.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_json(
    out: &mut impl Write,
    judged: Judged,
    trace: &Trace,
    settings: &Settings,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Why<'a> {
        verdict: serde_json::Value,
        trace: &'a Trace,
    }
    let mut record = Vec::new();
    Recorder::new(*settings).append(&mut record, judged);
    let why = Why {
        // Read again, so that it is laid out like the rest.
        verdict: serde_json::from_slice(&record)?,
        trace,
    };
    serde_json::to_writer_pretty(&mut *out, &why)?;
    writeln!(out)
}

/// Writes the trace stage by stage, then the frames of the verdict.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_story(
    out: &mut impl Write,
    judged: Judged,
    trace: &Trace,
    settings: &Settings,
    terminal: Terminal,
) -> io::Result<()> {
    let lang = settings.lang;
    let heading = |out: &mut dyn Write, number: u8, zh: &str, en: &str, count: usize| {
        let name = pick(lang, zh, en);
        if count == 0 {
            let none = pick(lang, "无", "none");
            writeln!(out, "{number}. {name}{}{}", colon(lang), terminal.dim(none))
        } else {
            writeln!(out, "{number}. {name}")
        }
    };
    heading(
        out,
        1,
        "读法（与原文不同的）",
        "readings that differ from the source",
        trace.readings.len(),
    )?;
    for reading in &trace.readings {
        let turn = reading.turn.map(|turn| format!(" #{turn}")).unwrap_or_default();
        writeln!(
            out,
            "   {}{turn}{}{}",
            reading.name,
            colon(lang),
            visible(&reading.text)
        )?;
    }
    heading(out, 2, "命中的词", "terms found", trace.hits.len())?;
    for hit in &trace.hits {
        let source = source_words(judged, hit.turn, hit.span);
        let mut line = format!("   {}  {}", hit.of, visible(source));
        if source != hit.text {
            line.push_str(&format!(" → {}", visible(&hit.text)));
        }
        if !hit.disguises.is_empty() {
            line.push_str(&format!("  [{}]", words::disguises(&hit.disguises, lang)));
        }
        writeln!(out, "{line}{}", terminal.dim(&place_of(hit.turn, hit.span)))?;
    }
    heading(out, 3, "语境信号", "signals of context", trace.signals.len())?;
    for signal in &trace.signals {
        let (cue, effect, text) = (&*signal.cue, &*signal.effect, visible(&signal.text));
        // The sums are no cue's.
        let (cue, effect) = match (cue, effect) {
            ("voice", "mention") => (
                pick(lang, "合计", "all together"),
                pick(lang, "转述口吻", "mention"),
            ),
            ("voice", "collector") => (
                pick(lang, "合计", "all together"),
                pick(lang, "催收口吻", "collector"),
            ),
            other => other,
        };
        writeln!(out, "   {cue} → {effect} ({:+.1})  {text}", signal.weight)?;
    }
    for statement in &trace.statements {
        let told = match statement.turn {
            Some(turn) => format!("#{turn}"),
            None => pick(lang, "未说", "not said").to_owned(),
        };
        let name = statement_name(statement.statement, lang);
        writeln!(out, "   {name}{}{told}", colon(lang))?;
    }
    heading(
        out,
        4,
        "必要词类齐备的规则",
        "rules whose obligatory classes are present",
        trace.gated.len(),
    )?;
    for rule in &trace.gated {
        writeln!(out, "   {rule}")?;
    }
    heading(
        out,
        5,
        "匹配与判断",
        "matches and what became of them",
        trace.matches.len(),
    )?;
    let mut canvas = Canvas::new(judged.message, settings, terminal);
    for found in &trace.matches {
        let outcome = match found.outcome {
            Outcome::Upheld => pick(lang, "成立", "upheld").to_owned(),
            Outcome::Covered => pick(
                lang,
                "已被同一规则的另一匹配覆盖",
                "covered by another match of the rule",
            )
            .to_owned(),
            Outcome::Inapplicable => pick(
                lang,
                "不符合规则的适用条件",
                "the rule doesn't apply to this message",
            )
            .to_owned(),
            Outcome::Dismissed(reason) => {
                format!(
                    "{}{}{}",
                    pick(lang, "不采纳", "dismissed"),
                    colon(lang),
                    words::reason(reason, lang)
                )
            }
        };
        let source = source_words(judged, found.turn, found.span);
        writeln!(out, "   {}  {}  {outcome}", found.rule, visible(source))?;
    }
    for dismissal in &judged.verdict.dismissed {
        let cue: Vec<Place> = dismissal.cue.into_iter().collect();
        if !cue.is_empty() {
            canvas.write_rows(out, Tier::Clean, &[dismissal.place], &cue)?;
            let rule = &settings.rules[dismissal.rule].id;
            canvas.write_fact(out, rule, words::reason(dismissal.reason, lang))?;
        }
    }
    writeln!(
        out,
        "6. {}{}{}",
        pick(lang, "第二意见", "second opinion"),
        colon(lang),
        opinion_sentence(trace, settings)
    )?;
    writeln!(
        out,
        "7. {}{}{}",
        pick(lang, "评分", "score"),
        colon(lang),
        score_sentence(judged, settings)
    )?;
    writeln!(out)?;
    write_frames(out, judged, settings, terminal)
}

fn opinion_sentence(trace: &Trace, settings: &Settings) -> String {
    let lang = settings.lang;
    let Some(opinion) = trace.opinion else {
        return pick(lang, "无", "none").to_owned();
    };
    let reads_like = match opinion.reads_like {
        ReadsLike::TooShort => pick(lang, "太短，只看规则", "too short to tell: the rules decide"),
        ReadsLike::Offending => pick(lang, "读来近似违规消息", "reads like messages that offend"),
        ReadsLike::Undecided => pick(lang, "不能确定，以规则为准", "undecided: the rules decide"),
        ReadsLike::OrdinaryButForAStretch => pick(
            lang,
            "整体读来正常，其中一段例外",
            "reads like ordinary messages but for one stretch",
        ),
        ReadsLike::Ordinary => pick(
            lang,
            "读来与正常消息无异，除直白的暴力威胁外，规则的匹配不计入",
            "reads like ordinary messages: what rules match isn't counted, but for plain threats of violence",
        ),
    };
    let values = pick(lang, "整体", "whole");
    let loudest = pick(lang, "最突出的一段", "loudest stretch");
    let of_stretch = opinion.loudest.map(|logit| format!(", {loudest} {logit:+.1}"));
    format!(
        "{reads_like} ({values} {:+.1}{})",
        opinion.whole,
        of_stretch.unwrap_or_default()
    )
}

fn score_sentence(judged: Judged, settings: &Settings) -> String {
    let lang = settings.lang;
    let verdict = judged.verdict;
    let (counted, review): (Vec<_>, Vec<_>) =
        verdict.findings.iter().partition(|finding| finding.is_counted());
    let gravest = counted.iter().max_by_key(|finding| finding.tier);
    let gravest = gravest.map_or("–", |finding| settings.rules[finding.rule].id.as_str());
    let (tier, score) = (verdict.tier.title(lang), verdict.score);
    let (counted, review) = (counted.len(), review.len());
    match lang {
        Lang::Zh => {
            format!("{tier} {score}；计分 {counted} 处，最重的是 {gravest}；仅供复核 {review} 处")
        }
        Lang::En => {
            format!("{tier} {score}; {counted} counted, the gravest is {gravest}; {review} for review only")
        }
    }
}

/// What a collector is expected to say, for a person.
fn statement_name(statement: Statement, lang: Lang) -> &'static str {
    match statement {
        Statement::InstitutionNamed => pick(lang, "应说明的机构", "expected: for whom he speaks"),
        Statement::RecordingTold => pick(lang, "应告知的录音", "expected: that the call is recorded"),
    }
}

fn source_words<'a>(judged: Judged<'a>, turn: Option<usize>, span: Span) -> &'a str {
    judged
        .message
        .stretch(turn)
        .get(span.start..span.end)
        .unwrap_or_default()
}

fn place_of(turn: Option<usize>, span: Span) -> String {
    let turn = turn.map(|turn| format!("#{turn} ")).unwrap_or_default();
    format!("  {turn}{}..{}", span.start, span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;
    use crate::finding::Reason;
    use crate::report::json::tests::{judged_text, settings, small_lexicon};
    use crate::trace::{Signal, TracedHit, TracedMatch, TracedReading};

    #[test]
    fn a_dismissed_match_tells_its_stage() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::En);
        let (text, _) = judged_text("严禁⟦打 断你的腿⟧");
        let span = Span::new(6, text.len());
        let trace = Trace {
            opinion: None,
            statements: Vec::new(),
            readings: vec![TracedReading {
                name: "joined".to_owned(),
                turn: None,
                text: "严禁打断你的腿".to_owned(),
            }],
            hits: vec![TracedHit {
                of: "threat-violence".to_owned(),
                turn: None,
                span,
                text: "打断你的腿".to_owned(),
                disguises: vec![crate::finding::Disguise::Spaces],
            }],
            signals: vec![Signal {
                cue: "prohibition".to_owned(),
                effect: "prohibited".to_owned(),
                weight: -1.0,
                text: "严禁\u{1b}".to_owned(),
            }],
            gated: vec!["threat-violence".to_owned()],
            matches: vec![TracedMatch {
                pattern: "打断".to_owned(),
                rule: "threat-violence".to_owned(),
                turn: None,
                span,
                outcome: Outcome::Dismissed(Reason::Prohibited),
            }],
        };
        let message = Message::text(text);
        let verdict = crate::Verdict::default();
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: false,
        };
        let terminal = Terminal {
            width: 80,
            has_color: false,
        };
        let mut out = Vec::new();
        write_story(&mut out, judged, &trace, &settings, terminal).unwrap();
        let story = String::from_utf8(out).unwrap();
        assert!(
            story.contains("   threat-violence  打 断你的腿 → 打断你的腿  [spaces inserted]  6..22\n"),
            "{story}"
        );
        assert!(
            story.contains("prohibition → prohibited (-1.0)  严禁‹U+001B›"),
            "{story}"
        );
        assert!(story.contains("dismissed: forbidden by the text"), "{story}");
        let mut out = Vec::new();
        write_json(&mut out, judged, &trace, &settings).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["trace"]["matches"][0]["outcome"]["dismissed"], "prohibited");
        assert_eq!(json["verdict"]["tier"], "clean");
    }
}
