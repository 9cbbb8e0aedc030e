//! Verdicts → frames for a terminal.
//!
//! In: a [`Judged`] message. Out: its tier and score, then for each finding the rows that carry it with the
//! evidence underlined (`^`, words that complete it `-`), rule, disguise, law and lawful wording. Promise: the
//! message's own characters reach the terminal only in their [visible](crate::report::visible) form. It
//! doesn't decide whether colours are wanted.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::finding::{Dismissal, Finding, Place};
use crate::lexicon::laws::Citation;
use crate::message::{Message, Speaker};
use crate::report::json::shown_evidence;
use crate::report::mask::{masked, names_of, personal_spans};
use crate::report::visible::{Row, columns, marks, rows, visible, wrap};
use crate::report::words::{self, colon, pick};
use crate::report::{Judged, Settings};
use crate::rule::{Lang, Tier};
use crate::span::Span;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
    /// Whether colours are wanted.
    pub has_color: bool,
}

/// Frames wider than this are hard to read, narrower ones break every clause.
const WIDTHS: std::ops::RangeInclusive<usize> = 24..=160;

/// Writes the frames of a message; a clean one gets a line.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_frames(
    out: &mut impl Write,
    judged: Judged,
    settings: &Settings,
    terminal: Terminal,
) -> io::Result<()> {
    let Judged { message, verdict, .. } = judged;
    let lang = settings.lang;
    let head = format!("{} {}", verdict.tier.title(lang), verdict.score);
    let head = terminal.paint(verdict.tier, &head);
    let id = message.id.to_string();
    let about = if message.is_wordless() {
        pick(lang, "没有可判定的文字", "no words to judge").to_owned()
    } else if verdict.findings.is_empty() {
        pick(lang, "未发现问题", "nothing to object to").to_owned()
    } else {
        words::categories(&verdict.categories, lang)
    };
    let facts = [visible(&id).into_owned(), about];
    let facts: Vec<&str> = facts
        .iter()
        .map(String::as_str)
        .filter(|fact| !fact.is_empty())
        .collect();
    writeln!(out, "{head}  {}", facts.join("  "))?;
    if message.speakers_corrected {
        let note = pick(
            lang,
            "说话人标签与内容相反，已互换坐席与客户后判定",
            "the speakers' labels contradict their words: judged with agent and customer exchanged",
        );
        writeln!(out, "{}", terminal.dim(note))?;
    }
    let mut canvas = Canvas::new(message, settings, terminal);
    for finding in &verdict.findings {
        writeln!(out)?;
        canvas.write_finding(out, finding)?;
    }
    if settings.shows_dismissed && !verdict.dismissed.is_empty() {
        writeln!(out, "\n{}", pick(lang, "未采纳：", "dismissed:"))?;
        for dismissal in &verdict.dismissed {
            canvas.write_dismissal(out, dismissal)?;
        }
    }
    writeln!(out)
}

/// A ground as a sentence: 违反《…》第…条.
pub fn citation(citation: &Citation, lang: Lang) -> String {
    let gap = pick(lang, "", " ");
    let clause = citation
        .clause
        .map(|clause| format!("{gap}{clause}"))
        .unwrap_or_default();
    let (verb, title) = (words::verb(citation.verb, lang), citation.title.get(lang));
    let about = citation.about.get(lang);
    match lang {
        Lang::Zh => format!("{verb}{title}{clause}（{}；{about}）", citation.id),
        Lang::En => format!("{verb} {title}{clause} ({}; {about})", citation.id),
    }
}

impl Terminal {
    /// The text in the colour of a tier.
    pub fn paint(self, tier: Tier, text: &str) -> String {
        let code = match tier {
            Tier::Clean => "32",
            Tier::Notice => "36",
            Tier::Warning => "33",
            Tier::Severe => "1;31",
        };
        self.paint_with(code, text)
    }

    /// The text in a weaker colour.
    pub fn dim(self, text: &str) -> String {
        self.paint_with("2", text)
    }

    fn paint_with(self, code: &str, text: &str) -> String {
        if self.has_color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn frame_width(self) -> usize {
        self.width.clamp(*WIDTHS.start(), *WIDTHS.end())
    }
}

/// A message laid out in rows, a stretch at a time, when first asked for.
pub(crate) struct Canvas<'a> {
    message: &'a Message<'a>,
    settings: &'a Settings<'a>,
    terminal: Terminal,
    gutter: usize,
    stretches: HashMap<Option<usize>, (Vec<Row>, Vec<Span>)>,
}

impl<'a> Canvas<'a> {
    pub(crate) fn new(message: &'a Message<'a>, settings: &'a Settings<'a>, terminal: Terminal) -> Self {
        let lang = settings.lang;
        let labels = message.stretches().map(|(turn, speaker, text)| match turn {
            Some(turn) => columns(&turn_label(turn, speaker, lang)),
            None => text.split('\n').count().to_string().len(),
        });
        let gutter = labels.max().unwrap_or(1);
        Self {
            message,
            settings,
            terminal,
            gutter,
            stretches: HashMap::new(),
        }
    }

    fn write_finding(&mut self, out: &mut impl Write, finding: &Finding) -> io::Result<()> {
        let related: Vec<Place> = finding.related.iter().map(|related| related.place).collect();
        self.write_rows(out, finding.tier, &[finding.place], &related)?;
        let lang = self.settings.lang;
        let rule = &self.settings.rules[finding.rule];
        let tier = self.terminal.paint(finding.tier, finding.tier.title(lang));
        let mut sureness = words::confidence(finding.confidence, lang).to_owned();
        if !finding.is_counted() {
            sureness = self.terminal.dim(&sureness);
        }
        let between = pick(lang, "，", ", ");
        writeln!(
            out,
            "{:gutter$} = {tier} {}  {}{between}{sureness}",
            "",
            rule.id,
            rule.title.get(lang),
            gutter = self.gutter
        )?;
        self.write_fact(out, pick(lang, "危害", "why"), rule.why.get(lang))?;
        if !finding.disguises.is_empty() {
            let disguises = words::disguises(&finding.disguises, lang);
            self.write_fact(out, pick(lang, "伪装", "disguise"), &disguises)?;
        }
        let (_, plain) = shown_evidence(finding, self.message, self.settings);
        if let Some(plain) = plain {
            self.write_fact(out, pick(lang, "原形", "plain form"), &plain)?;
        }
        for ground in self.settings.cite(rule, self.message) {
            self.write_fact(out, pick(lang, "依据", "law"), &citation(&ground, lang))?;
        }
        self.write_fact(out, pick(lang, "改为", "instead"), rule.instead.get(lang))
    }

    fn write_dismissal(&mut self, out: &mut impl Write, dismissal: &Dismissal) -> io::Result<()> {
        let cue: Vec<Place> = dismissal.cue.into_iter().collect();
        self.write_rows(out, Tier::Clean, &[dismissal.place], &cue)?;
        let rule = &self.settings.rules[dismissal.rule];
        let reason = words::reason(dismissal.reason, self.settings.lang);
        self.write_fact(out, &rule.id, reason)
    }

    /// Writes a labelled sentence under the rows, wrapped and indented.
    pub(crate) fn write_fact(&self, out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
        let label = format!("{label}{}", colon(self.settings.lang));
        let indent = self.gutter + 3 + columns(&label);
        let width = self.terminal.frame_width().saturating_sub(indent).max(16);
        for (index, line) in wrap(text, width).iter().enumerate() {
            if index == 0 {
                writeln!(out, "{:gutter$} = {label}{line}", "", gutter = self.gutter)?;
            } else {
                writeln!(out, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }

    /// Writes the rows that carry these places, each with its line of marks.
    pub(crate) fn write_rows(
        &mut self,
        out: &mut impl Write,
        tier: Tier,
        primary: &[Place],
        related: &[Place],
    ) -> io::Result<()> {
        let mut turns: Vec<Option<usize>> = primary.iter().chain(related).map(|place| place.turn).collect();
        turns.sort_unstable();
        turns.dedup();
        for turn in turns {
            let in_turn = |places: &[Place]| -> Vec<Span> {
                let places = places.iter().filter(|place| place.turn == turn);
                places.map(|place| place.span).collect()
            };
            self.write_stretch(out, tier, turn, &in_turn(primary), &in_turn(related))?;
        }
        Ok(())
    }

    fn write_stretch(
        &mut self,
        out: &mut impl Write,
        tier: Tier,
        turn: Option<usize>,
        primary: &[Span],
        related: &[Span],
    ) -> io::Result<()> {
        let (message, settings, gutter) = (self.message, self.settings, self.gutter);
        let width = self.terminal.frame_width().saturating_sub(gutter + 3);
        let text = message.stretch(turn);
        let (rows, personal) = self.stretches.entry(turn).or_insert_with(|| {
            let names = names_of(message);
            let personal = if settings.masks {
                personal_spans(text, &names)
            } else {
                Vec::new()
            };
            (rows(text, width), personal)
        });
        let mut spans = primary.iter().chain(related).copied().collect::<Vec<Span>>();
        spans.sort_unstable();
        let mut shown: Vec<usize> = Vec::new();
        for span in spans {
            // Rows are in order and don't overlap: those that the span touches are neighbours.
            let first = rows.partition_point(|row| row.span.end <= span.start);
            let touched = rows[first..]
                .iter()
                .take_while(|row| row.span.start < span.end)
                .count();
            shown.extend(first..first + touched);
        }
        shown.sort_unstable();
        shown.dedup();
        let mut last = None;
        for index in shown {
            let row = rows[index];
            if last.is_some_and(|last| last + 1 < index) {
                writeln!(out, "{:gutter$} ┆", "")?;
            }
            let is_first = last.is_none() || !row.is_continued;
            last = Some(index);
            let label = match turn {
                Some(turn) if is_first => turn_label(turn, speaker_of(message, turn), settings.lang),
                None if is_first => row.line.to_string(),
                _ => String::new(),
            };
            let pad = gutter.saturating_sub(columns(&label));
            let words = masked(text, row.span, personal);
            writeln!(out, "{:pad$}{label} │ {}", "", visible(&words))?;
            let marks = marks(text, row, primary, related, '^', '-');
            if !marks.is_empty() {
                writeln!(out, "{:gutter$} │ {}", "", self.terminal.paint(tier, &marks))?;
            }
        }
        Ok(())
    }
}

fn turn_label(turn: usize, speaker: Speaker, lang: Lang) -> String {
    format!("{turn} {}", words::speaker(speaker, lang))
}

fn speaker_of(message: &Message, turn: usize) -> Speaker {
    match &message.body {
        crate::message::Body::Turns(turns) => turns.get(turn).map_or(Speaker::Unknown, |turn| turn.speaker),
        crate::message::Body::Text(_) => Speaker::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Disguise, Related, RelatedRole};
    use crate::message::{Body, Turn};
    use crate::report::json::tests::{judged_text, settings, small_lexicon};

    const PLAIN: Terminal = Terminal {
        width: 80,
        has_color: false,
    };

    fn frames(message: &Message, verdict: &crate::Verdict, lang: Lang, terminal: Terminal) -> String {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, lang);
        let judged = Judged {
            message,
            verdict,
            has_own_id: false,
        };
        let mut out = Vec::new();
        write_frames(&mut out, judged, &settings, terminal).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn evidence_is_underlined_with_law_and_wording() {
        let (text, mut verdict) = judged_text("你好\n再不还钱，⟦打 断 你的腿⟧！");
        let finding = &mut verdict.findings[0];
        finding.plain = Some("打断你的腿".to_owned());
        finding.disguises = vec![Disguise::Spaces];
        let condition = Place {
            turn: None,
            span: Span::new(7, 19),
        };
        finding.related.push(Related {
            place: condition,
            role: RelatedRole::Condition,
        });
        let shown = frames(&Message::text(text), &verdict, Lang::Zh, PLAIN);
        let expected = "\
严重 82  威胁恐吓

2 │ 再不还钱，打 断 你的腿！
  │ --------  ^^^^^^^^^^^^
  = 严重 threat-violence  以暴力相威胁，把握高
  = 危害：使人对人身安全产生恐惧。
  = 伪装：插入空格或换行
  = 原形：打断你的腿
  = 依据：违反《治安管理处罚法》（2025）第五十条第一款第（一）项（PSAPL2025；威
          胁人身安全）
  = 依据：不符合GB/T 45251（GBT45251；不得威胁）
  = 改为：请您尽快还款。

";
        assert_eq!(shown, expected);
        let english = frames(
            &Message::text("再不还钱"),
            &crate::Verdict::default(),
            Lang::En,
            PLAIN,
        );
        assert_eq!(english, "clean 0  nothing to object to\n\n");
    }

    #[test]
    fn escapes_of_the_message_never_reach_the_terminal() {
        let (text, verdict) = judged_text("⟦打断\u{1b}]0;x\u{7}\u{202e}你的腿⟧");
        let message = Message {
            id: crate::message::Id::Text("\u{1b}[2J".into()),
            ..Message::text(text)
        };
        let shown = frames(&message, &verdict, Lang::Zh, PLAIN);
        assert!(
            !shown
                .chars()
                .any(|one| (one.is_control() && one != '\n') || one == '\u{202e}')
        );
        assert!(shown.contains("打断‹U+001B›]0;x‹U+0007›‹U+202E›你的腿"));
        let colored = Terminal {
            has_color: true,
            ..PLAIN
        };
        assert!(frames(&message, &verdict, Lang::Zh, colored).contains("\u{1b}[1;31m"));
    }

    #[test]
    fn calls_show_turn_and_speaker() {
        let turn = |speaker, text: &'static str| Turn {
            speaker,
            text: text.into(),
            time: None,
        };
        let message = Message {
            body: Body::Turns(vec![
                turn(Speaker::Customer, "我不是她"),
                turn(Speaker::Agent, "打断你的腿"),
            ]),
            ..Message::default()
        };
        let (_, mut verdict) = judged_text("⟦打断你的腿⟧");
        verdict.findings[0].place.turn = Some(1);
        verdict.findings[0].related.push(Related {
            place: Place {
                turn: Some(0),
                span: Span::new(0, 12),
            },
            role: RelatedRole::Condition,
        });
        let shown = frames(&message, &verdict, Lang::Zh, PLAIN);
        assert!(
            shown
                .contains("0 客户 │ 我不是她\n       │ --------\n1 坐席 │ 打断你的腿\n       │ ^^^^^^^^^^\n"),
            "{shown}"
        );
    }

    #[test]
    fn long_texts_show_only_the_rows_that_matter() {
        let (text, verdict) = judged_text(&format!(
            "{}⟦打断你的腿⟧{}",
            "无关".repeat(100),
            "无关".repeat(100)
        ));
        let narrow = Terminal {
            width: 40,
            has_color: false,
        };
        let shown = frames(&Message::text(text), &verdict, Lang::Zh, narrow);
        assert!(
            shown.lines().filter(|line| line.contains('│')).count() <= 4,
            "{shown}"
        );
        let wrapped = shown.lines().filter(|line| !line.contains("threat-violence"));
        assert!(wrapped.into_iter().all(|line| columns(line) <= 40), "{shown}");
    }
}
