//! A lint run → a line a finding: `path:line:column: tier rule message`.
//!
//! In: a report. Out: lines by file and place, as editors and `grep` read them; last lines tell of a limit and of
//! what can be fixed. It shows no
//! evidence, no law and no counts.

use std::io::{self, Write};

use super::{Chosen, Shown, fixable};
use crate::lint::{Diagnostic, LintReport};
use crate::report::visible::visible;
use crate::rule::Lang;

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let chosen = Chosen::of(report, shown);
    for found in &chosen.findings {
        writeln!(out, "{}", line(found, lang))?;
    }
    for said in [chosen.limit(), fixable(report)].into_iter().flatten() {
        writeln!(out, "{}", said.get(lang))?;
    }
    Ok(())
}

/// A finding on one line.
pub(super) fn line(found: &Diagnostic, lang: Lang) -> String {
    let place = &found.location;
    format!(
        "{}:{}:{}: {} {} {}",
        visible(&place.path),
        place.line,
        place.column,
        found.tier.title(lang),
        visible(&found.rule),
        visible(&found.message)
    )
}
