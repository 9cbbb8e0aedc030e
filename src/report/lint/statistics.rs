//! A lint run → counts by rule.
//!
//! In: a report. Out: a row a rule, the most frequent first: how many findings, their share, the rule, one place as an
//! example; then the counts of the run. It shows no words of files but paths.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use super::{Counts, Shown, in_order};
use crate::lint::{Diagnostic, LintReport};
use crate::report::visible::{columns, visible};

/// Writes the counts of a report by rule.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut by_rule: HashMap<&str, (usize, &Diagnostic)> = HashMap::new();
    let mut all = 0_usize;
    for found in report.files.iter().flat_map(in_order) {
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
    writeln!(out, "{}", Counts::of(report, shown).sentence(shown.settings.lang))
}
