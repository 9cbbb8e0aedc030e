//! A lint run → the Diagnostic Format of reviewdog.
//!
//! In: a report. Out: one `DiagnosticResult`, complete. Columns count bytes of UTF-8 on their line, as the format asks
//! for. A replacement is suggested where it stands on lines that its finding shows: others have no columns in bytes. It can't
//! tell what wasn't read; the exit code does.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Level, Shown, byte_of_column, explained, in_order};
use crate::lint::{Diagnostic, LintReport};

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.files.iter().flat_map(in_order);
    let diagnostics: Vec<Value> = findings.map(|found| diagnostic(found, shown)).collect();
    let result = json!({
        "source": { "name": "dunlint" },
        "diagnostics": diagnostics,
    });
    serde_json::to_writer_pretty(&mut *out, &result)?;
    writeln!(out)
}

fn diagnostic(found: &Diagnostic, shown: &Shown) -> Value {
    let range = range(found);
    let mut diagnostic = json!({
        "message": explained(found, shown.settings.lang),
        "location": { "path": found.location.path, "range": range },
        "severity": match Level::of(found) {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        "code": { "value": found.rule },
    });
    if let Some(suggestion) = suggestion(found) {
        diagnostic["suggestions"] = json!([suggestion]);
    }
    diagnostic
}

fn suggestion(found: &Diagnostic) -> Option<Value> {
    let fix = found.fix.as_ref()?;
    let byte = |line: usize, column: usize| {
        let number = line.checked_sub(found.location.line)?;
        Some(byte_of_column(found.excerpt.get(number)?, column) + 1)
    };
    let (start, end) = (byte(fix.line, fix.column)?, byte(fix.end_line, fix.end_column)?);
    Some(json!({
        "range": {
            "start": { "line": fix.line, "column": start },
            "end": { "line": fix.end_line, "column": end },
        },
        "text": fix.replacement,
    }))
}

/// The end is exclusive. A finding longer than its excerpt ends where that does.
fn range(found: &Diagnostic) -> Value {
    let place = &found.location;
    let excerpt = &found.excerpt;
    let (Some(first), Some(last)) = (excerpt.first(), excerpt.last()) else {
        return json!({ "start": { "line": place.line }, "end": { "line": place.end_line } });
    };
    let start = byte_of_column(first, place.column) + 1;
    let last_line = place.line + excerpt.len() - 1;
    let end = match last_line == place.end_line {
        true => byte_of_column(last, place.end_column) + 1,
        false => last.len() + 1,
    };
    json!({
        "start": { "line": place.line, "column": start },
        "end": { "line": last_line, "column": end },
    })
}
