//! A lint run → GitLab's code quality report.
//!
//! In: a report. Out: a JSON list of issues, complete. Promise: fingerprints are unique in the list, because GitLab shows
//! only the first of equal ones; the first keeps the finding's own. It can't tell what wasn't read; the exit code does.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Shown, in_order, sentence};
use crate::lint::{Diagnostic, LintReport};
use crate::rule::{Confidence, Tier};

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'r>,
}

#[derive(Serialize)]
struct Place<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let findings = report.files.iter().flat_map(in_order);
    let issues = findings.map(|found| {
        let count = seen.entry(&found.fingerprint).or_default();
        *count += 1;
        Issue {
            description: sentence(found, shown.settings.lang),
            check_name: &found.rule,
            fingerprint: match *count {
                1 => found.fingerprint.clone(),
                again => format!("{}-{again}", found.fingerprint),
            },
            severity: severity(found),
            location: Place {
                path: &found.location.path,
                lines: Lines {
                    begin: found.location.line,
                    end: found.location.end_line,
                },
            },
        }
    });
    let issues: Vec<Issue> = issues.collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

/// GitLab has five grades; `blocker` says that nothing works, which no text does.
fn severity(found: &Diagnostic) -> &'static str {
    match found.tier {
        _ if found.is_form() || found.confidence == Confidence::Low => "info",
        Tier::Severe => "critical",
        Tier::Warning => "major",
        Tier::Notice | Tier::Clean => "minor",
    }
}
