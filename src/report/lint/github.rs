//! A lint run → annotations of GitHub Actions.
//!
//! In: a report. Out: workflow commands on standard output, the worst first, because a runner shows ten of a level a step
//! and drops the rest: those stand below as plain lines, counted. Promise: words of files can't begin a command: lines
//! begin with ours, and both spellings of a command are broken up. It writes no summary: that is [`super::markdown`].

use std::io::{self, Write};

use super::concise::line;
use super::{Chosen, Counts, Level, Shown, explained, unread};
use crate::error::say;
use crate::lint::{Diagnostic, LintReport};
use crate::report::visible::visible;
use crate::report::words::{colon, pick};

/// Annotations of each level that a runner takes from a step ("Limitations" of problem matchers in actions/toolkit).
const MOST_OF_A_LEVEL: usize = 10;

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let chosen = Chosen::of(report, shown).worst_first();
    // What wasn't read comes first: that nothing was found there says nothing.
    let mut written = [0; 3];
    let mut rest = Vec::new();
    for not_read in unread(report, shown) {
        let title = pick(lang, "未能读取", "unread");
        let count = &mut written[Level::Warning as usize];
        *count += 1;
        if *count > MOST_OF_A_LEVEL {
            let (place, why) = (not_read.place(), visible(&not_read.why));
            rest.push(format!("{place}: {title}{}{why}", colon(lang)));
            continue;
        }
        let mut properties = Vec::new();
        properties.extend(not_read.path.map(|path| ("file", visible(path).into_owned())));
        properties.extend(not_read.line.map(|line| ("line", line.to_string())));
        properties.push(("title", format!("dunlint{}{title}", colon(lang))));
        let why: Vec<_> = not_read.why.lines().map(visible).collect();
        writeln!(out, "{}", command(Level::Warning, &properties, &why.join("\n")))?;
    }
    for found in &chosen.findings {
        let level = Level::of(found);
        let count = &mut written[level as usize];
        *count += 1;
        match *count <= MOST_OF_A_LEVEL {
            true => writeln!(out, "{}", annotation(found, shown))?,
            false => rest.push(line(found, lang)),
        }
    }
    if !rest.is_empty() {
        let (count, most) = (rest.len(), MOST_OF_A_LEVEL);
        let limit = say!(
            "GitHub 每步每级只显示 {most} 条标注，其余 {count} 条列在日志中：",
            "GitHub shows {most} annotations of a level a step; the other {count} are in the log only:"
        );
        writeln!(out, "{}", limit.get(lang))?;
    }
    for line in rest {
        writeln!(out, "{}", plain(&line))?;
    }
    if let Some(limit) = chosen.limit() {
        writeln!(out, "{}", limit.get(lang))?;
    }
    writeln!(out, "{}", Counts::of(report, shown).sentence(lang))
}

fn annotation(found: &Diagnostic, shown: &Shown) -> String {
    let place = &found.location;
    let mut properties = vec![
        ("file", visible(&place.path).into_owned()),
        ("line", place.line.to_string()),
        ("endLine", place.end_line.to_string()),
    ];
    // Columns of several lines are refused.
    if place.line == place.end_line {
        properties.push(("col", place.column.to_string()));
        properties.push(("endColumn", place.end_column.to_string()));
    }
    properties.push(("title", format!("{} {}", found.rule, found.title)));
    command(
        Level::of(found),
        &properties,
        &explained(found, shown.settings.lang),
    )
}

fn command(level: Level, properties: &[(&str, String)], message: &str) -> String {
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", of_property(value)))
        .collect();
    format!("::{name} {}::{}", properties.join(","), of_message(message))
}

/// As the runner's toolkit escapes the words of a command.
fn of_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn of_property(text: &str) -> String {
    of_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that is no command: `::` begins one at the beginning of a line, `##[` anywhere.
fn plain(line: &str) -> String {
    let line = line.replace("##[", "# #[");
    match line.trim_start().starts_with("::") {
        true => format!("./{}", line.trim_start()),
        false => line,
    }
}
