//! A lint run → counts by rule.
//!
//! In: a report. Out: a row a rule, the most frequent first: how many findings, their share, the rule, one place as an
//! example; the same of what was suppressed; then the counts of the run. It shows no words of files but paths.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use super::{Counts, Shown, in_order};
use crate::lint::{Diagnostic, LintReport};
use crate::report::visible::{columns, visible};
use crate::report::words::pick;

/// Writes the counts of a report by rule.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    write_rows(report.files.iter().flat_map(in_order), out)?;
    let mut suppressed = report.texts().flat_map(|text| &text.suppressed).peekable();
    if suppressed.peek().is_some() {
        writeln!(out, "{}", pick(lang, "已忽略", "suppressed"))?;
        write_rows(suppressed.map(|suppressed| &suppressed.diagnostic), out)?;
    }
    writeln!(out, "{}", Counts::of(report, shown).sentence(lang))
}

fn write_rows<'r>(findings: impl Iterator<Item = &'r Diagnostic>, out: &mut dyn Write) -> io::Result<()> {
    let mut by_rule: HashMap<&str, (usize, &Diagnostic)> = HashMap::new();
    let mut all = 0_usize;
    for found in findings {
        all += 1;
        // The example is the first by path and place.
        by_rule.entry(&found.rule).or_insert((0, found)).0 += 1;
    }
    let mut rows: Vec<(usize, &Diagnostic)> = by_rule.into_values().collect();
    rows.sort_by_key(|(count, example)| (Reverse(*count), example.rule.clone()));
    let digits = rows.first().map_or(1, |(count, _)| count.to_string().len());
    let widest = rows.iter().map(|(_, example)| columns(&example.rule)).max();
    for (count, example) in rows {
        let share = 100.0 * count as f64 / all as f64;
        let pad = widest.unwrap_or_default() - columns(&example.rule);
        let place = &example.location;
        writeln!(
            out,
            "{count:>digits$}  {share:>5.1} %  {}{:pad$}  {}  {}:{}:{}",
            visible(&example.rule),
            "",
            visible(&example.title),
            visible(&place.path),
            place.line,
            place.column
        )?;
    }
    Ok(())
}
