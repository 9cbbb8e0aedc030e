//! A lint run → a summary for a page, such as `$GITHUB_STEP_SUMMARY`.
//!
//! In: a report. Out: Markdown: the counts, the worst findings in a table, what couldn't be read. Promise: bounded, and what
//! it leaves out is stated; whatever comes from files stands in code spans, where it is no markup, no link, no mention and
//! no HTML. It shows no law: a page has room for one line a finding.

use std::io::{self, Write};

use super::{Chosen, Counts, Shown, unread};
use crate::error::say;
use crate::lint::LintReport;
use crate::report::markdown::{code, worded};
use crate::report::words::pick;
use crate::rule::Lang;

/// Rows of the table: a page of a step holds 1 MiB, and nobody reads more.
const MOST_ROWS: usize = 100;

/// Files that couldn't be read.
const MOST_UNREAD: usize = 20;

/// Columns of a path, and of words.
const PATH_COLUMNS: usize = 96;
const WORDS_COLUMNS: usize = 48;

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let counts = Counts::of(report, shown);
    writeln!(out, "## dunlint\n\n{}\n", worded(&counts.sentence(lang)))?;
    let chosen = Chosen::of(report, shown).worst_first();
    if counts.findings() > 0 {
        write_table(&chosen, lang, out)?;
        let left_out = chosen.findings.len().saturating_sub(MOST_ROWS) + chosen.left_out;
        if left_out > 0 {
            let more = say!(
                "只列最严重的，另有 {left_out} 处未列。",
                "Only the worst are shown; {left_out} more are not."
            );
            writeln!(out, "{}\n", more.get(lang))?;
        }
    }
    let unread = unread(report, shown);
    if unread.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}\n", pick(lang, "### 未能读取", "### Unread"))?;
    for not_read in unread.iter().take(MOST_UNREAD) {
        let why = &not_read.why;
        match not_read.path {
            Some(_) => writeln!(out, "- {} {}", code(&not_read.place(), PATH_COLUMNS), worded(why))?,
            // A path that doesn't exist is part of why.
            None => writeln!(out, "- {}", code(why, 2 * PATH_COLUMNS))?,
        }
    }
    let more = unread.len().saturating_sub(MOST_UNREAD);
    if more > 0 {
        let more = say!("另有 {more} 项。", "… and {more} more.");
        writeln!(out, "\n{}", more.get(lang))?;
    }
    writeln!(out)
}

fn write_table(chosen: &Chosen, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let titles = match lang {
        Lang::Zh => "| 级别 | 规则 | 位置 | 文字 | 问题 |",
        Lang::En => "| Tier | Rule | Place | Words | Problem |",
    };
    writeln!(out, "{titles}\n| --- | --- | --- | --- | --- |")?;
    for found in chosen.findings.iter().take(MOST_ROWS) {
        let place = &found.location;
        let place = format!("{}:{}:{}", place.path, place.line, place.column);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            found.tier.title(lang),
            code(&found.rule, WORDS_COLUMNS),
            code(&place, PATH_COLUMNS),
            code(&found.text, WORDS_COLUMNS),
            worded(&found.message)
        )?;
    }
    writeln!(out)
}
