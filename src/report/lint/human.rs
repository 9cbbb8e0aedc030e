//! A lint run → frames for a terminal.
//!
//! In: a report. Out: for each finding, by file and place, its rule, where it stands, the lines of the file with the
//! evidence underlined (`^`, words that complete it `-`), variable, disguise, law, lawful wording and how to let it pass;
//! then what couldn't be read and the counts. Promise: the file's own characters reach the terminal only in their
//! [visible](crate::report::visible) form; a long line is cut around the evidence. It decides nothing about colours.

use std::io::{self, Write};

use super::{Chosen, Counts, Shown, byte_of_column, facts, fixable, quoted, unread};
use crate::lint::diagnostic::{Location, Related};
use crate::lint::form::is_about_suppressions;
use crate::lint::{Diagnostic, LintReport};
use crate::report::human::write_fact;
use crate::report::visible::{Row, marks, visible, window};
use crate::report::words::{self, colon, pick};
use crate::rule::Confidence;
use crate::span::Span;

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let chosen = Chosen::of(report, shown);
    for found in &chosen.findings {
        Frame::new(found, shown).write(out)?;
        writeln!(out)?;
    }
    write_end(&chosen, report, shown, out)?;
    writeln!(out, "{}", Counts::of(report, shown).sentence(lang))?;
    match fixable(report) {
        Some(fixable) => writeln!(out, "{}", fixable.get(lang)),
        None => Ok(()),
    }
}

/// What wasn't read, and what isn't shown.
fn write_end(chosen: &Chosen, report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let unread = unread(report, shown);
    for not_read in &unread {
        let label = pick(lang, "未能读取", "unread");
        let why: Vec<_> = not_read.why.lines().map(visible).collect();
        let why = why.join("\n");
        let place = match not_read.path {
            Some(_) => format!("{}: ", not_read.place()),
            None => String::new(),
        };
        writeln!(out, "{place}{label}{}{why}", colon(lang))?;
    }
    if !unread.is_empty() {
        writeln!(out)?;
    }
    match chosen.limit() {
        Some(limit) => writeln!(out, "{}", limit.get(lang)),
        None => Ok(()),
    }
}

/// A finding laid out.
struct Frame<'f> {
    found: &'f Diagnostic,
    shown: &'f Shown<'f>,
    lines: Vec<ShownLine>,
    /// Columns of the largest line number.
    gutter: usize,
}

/// A line of the file with what stands under it.
struct ShownLine {
    number: usize,
    /// A tab is one blank here, so that bytes stay where they are.
    text: String,
    evidence: Option<Span>,
    related: Vec<Span>,
}

impl<'f> Frame<'f> {
    fn new(found: &'f Diagnostic, shown: &'f Shown<'f>) -> Self {
        let first = found.location.line;
        let lines: Vec<ShownLine> = found
            .excerpt
            .iter()
            .zip(first..)
            .map(|(text, number)| ShownLine {
                number,
                evidence: span_on(text, number, &found.location),
                related: found
                    .related
                    .iter()
                    .filter_map(|related| span_on(text, number, &related.location))
                    .collect(),
                text: text.replace('\t', " "),
            })
            .collect();
        let last = lines.last().map_or(first, |line| line.number);
        Self {
            found,
            shown,
            lines,
            gutter: last.to_string().len(),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (found, lang, terminal) = (self.found, self.shown.settings.lang, self.shown.terminal);
        let head = format!("{} {}", found.tier.title(lang), visible(&found.rule));
        let mut sureness = words::confidence(found.confidence, lang).to_owned();
        if found.confidence == Confidence::Low {
            sureness = terminal.dim(&sureness);
        }
        let head = terminal.paint(found.tier, &head);
        let title = visible(&found.title);
        let between = pick(lang, "，", ", ");
        if found.is_form() {
            writeln!(out, "{head}  {title}")?;
        } else {
            writeln!(out, "{head}  {title}{between}{sureness}")?;
        }
        let place = &found.location;
        let gutter = self.gutter;
        let key = match place.key_path.as_str() {
            "" => String::new(),
            key => format!("  {}", visible(key)),
        };
        let (path, line, column) = (visible(&place.path), place.line, place.column);
        writeln!(out, "{:gutter$} ┌ {path}:{line}:{column}{key}", "")?;
        self.write_lines(out)?;
        self.write_facts(out)
    }

    fn write_lines(&self, out: &mut dyn Write) -> io::Result<()> {
        let (gutter, terminal) = (self.gutter, self.shown.terminal);
        let width = terminal.frame_width().saturating_sub(gutter + 3);
        // The indentation that all lines share tells nothing, unless it is what the finding is about.
        let indents = self.lines.iter().map(ShownLine::indent);
        let indent = indents.min().unwrap_or_default();
        for line in &self.lines {
            let whole = Span::new(indent, line.text.len());
            let span = window(&line.text, whole, line.focus(width), width);
            let (before, after) = (span.start > whole.start, span.end < whole.end);
            let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
            writeln!(
                out,
                "{:>gutter$} │ {}{}{}",
                line.number,
                ellipsis(before),
                visible(span.of(&line.text)),
                ellipsis(after)
            )?;
            let row = Row {
                line: line.number,
                span,
                is_continued: false,
            };
            let evidence: Vec<Span> = line.evidence.into_iter().collect();
            let marks = marks(&line.text, row, &evidence, &line.related, '^', '-');
            if !marks.is_empty() {
                let marks = terminal.paint(self.found.tier, &marks);
                let gap = if before { " " } else { "" };
                writeln!(out, "{:gutter$} │ {gap}{marks}", "")?;
            }
        }
        let place = &self.found.location;
        let shown = place.line + self.lines.len();
        if !self.lines.is_empty() && place.end_line >= shown {
            writeln!(out, "{:gutter$} ┆", "")?;
        }
        Ok(())
    }

    fn write_facts(&self, out: &mut dyn Write) -> io::Result<()> {
        let (found, lang, terminal) = (self.found, self.shown.settings.lang, self.shown.terminal);
        let mut write = |label: &str, text: &str| write_fact(out, self.gutter, lang, terminal, label, text);
        // The message repeats the title before it says why.
        let why = found.message.strip_prefix(&found.title);
        let why = why.and_then(|rest| rest.strip_prefix(colon(lang)));
        match why {
            Some(why) => write(pick(lang, "危害", "why"), why)?,
            None if found.message != found.title => write(pick(lang, "问题", "problem"), &found.message)?,
            None => {}
        }
        if let Some(value) = &found.value {
            write(pick(lang, "变量", "variable"), value)?;
        }
        let elsewhere = found.related.iter().filter(|related| !self.is_shown(related));
        for related in elsewhere {
            let place = &related.location;
            let (line, column) = (place.line, place.column);
            let words = format!("{} {line}:{column}", quoted(&related.text));
            write(words::related_role(related.role, lang), &words)?;
        }
        for (label, text) in facts(found, lang) {
            write(label, &text)?;
        }
        if let Some(hint) = suppression(found, lang) {
            write(pick(lang, "忽略", "suppress"), &hint)?;
        }
        Ok(())
    }

    fn is_shown(&self, related: &Related) -> bool {
        let lines = self.lines.iter();
        let mut spans = lines.filter_map(|line| span_on(&line.text, line.number, &related.location));
        spans.next().is_some()
    }
}

impl ShownLine {
    /// Blanks at the beginning that nothing points at.
    fn indent(&self) -> usize {
        let blank = self.text.len() - self.text.trim_start().len();
        let marked = self.evidence.iter().chain(&self.related);
        let first = marked.map(|span| span.start).min();
        first.map_or(blank, |first| first.min(blank))
    }

    /// What has to be seen: the evidence with the other words, if that fits.
    fn focus(&self, width: usize) -> Span {
        let evidence = self.evidence.unwrap_or(Span::new(0, 0));
        let all = self
            .related
            .iter()
            .fold(evidence, |all, related| all.cover(*related));
        let columns = crate::report::visible::columns(all.of(&self.text));
        if columns + 2 <= width { all } else { evidence }
    }
}

/// The part of a place that stands on a line.
fn span_on(text: &str, number: usize, place: &Location) -> Option<Span> {
    if !(place.line..=place.end_line).contains(&number) {
        return None;
    }
    let start = match number == place.line {
        true => byte_of_column(text, place.column),
        false => 0,
    };
    let end = match number == place.end_line {
        true => byte_of_column(text, place.end_column),
        false => text.len(),
    };
    Some(Span::new(start, end.max(start)))
}

/// How somebody lets it pass who has a reason; what is wrong with suppressions can't be suppressed.
fn suppression(found: &Diagnostic, lang: crate::rule::Lang) -> Option<String> {
    let (rule, fingerprint) = (&found.rule, &found.fingerprint);
    if is_about_suppressions(rule) {
        return None;
    }
    let hint = crate::error::say!(
        "dunlint: allow({rule}) reason=…（指纹 {fingerprint}）",
        "dunlint: allow({rule}) reason=… (fingerprint {fingerprint})"
    );
    Some(hint.get(lang).to_owned())
}
