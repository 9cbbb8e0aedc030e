//! A lint run → JUnit's XML.
//!
//! In: a report. Out: a suite a file, a case a text, complete. A case fails if its text makes the run fail, so that the
//! tests are red when the exit code is; milder findings are its output. What couldn't be read is an error. There are no
//! times in it. Characters that XML has no place for are written in their visible form.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Shown, explained};
use crate::lint::{Diagnostic, FileReport, LintReport};
use crate::report::visible::visible;
use crate::report::words::pick;

/// A case of a suite.
struct Case<'r> {
    name: String,
    result: Outcome,
    kind: &'r str,
    message: String,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Broken,
}

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: Vec<(String, Vec<Case>)> = report
        .files
        .iter()
        .map(|file| (file.path.clone(), cases(file, shown)))
        .filter(|(_, cases)| !cases.is_empty())
        .collect();
    let lang = shown.settings.lang;
    let unopened: Vec<Case> = shown
        .unopened
        .iter()
        .map(|error| broken("dunlint".to_owned(), &error.shown(lang)))
        .collect();
    if !unopened.is_empty() {
        suites.push(("dunlint".to_owned(), unopened));
    }
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut root = BytesStart::new("testsuites");
    root.push_attribute(("name", "dunlint"));
    push_counts(&mut root, suites.iter().flat_map(|(_, cases)| cases));
    writer.write_event(Event::Start(root))?;
    for (name, cases) in &suites {
        let mut suite = BytesStart::new("testsuite");
        suite.push_attribute(("name", &*visible(name)));
        push_counts(&mut suite, cases.iter());
        writer.write_event(Event::Start(suite))?;
        for case in cases {
            write_case(&mut writer, name, case)?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    writeln!(writer.get_mut())
}

fn cases<'r>(file: &'r FileReport, shown: &Shown) -> Vec<Case<'r>> {
    let lang = shown.settings.lang;
    let mut cases = Vec::new();
    for text in &file.texts {
        let findings: Vec<&Diagnostic> = text.findings.iter().chain(&text.form).collect();
        let is_failed = text.tier >= shown.fail_on || (shown.fails_on_form && !text.form.is_empty());
        cases.push(case(&text.id, findings, is_failed, shown));
    }
    if !file.notes.is_empty() {
        let name = pick(lang, "忽略注释", "suppressions");
        cases.push(case(
            name,
            file.notes.iter().collect(),
            shown.fails_on_form,
            shown,
        ));
    }
    for unread in &file.unread {
        let why = pick(lang, &unread.zh, &unread.en);
        let name = match unread.line {
            Some(line) => format!("{}:{line}", file.path),
            None => file.path.clone(),
        };
        cases.push(broken(name, why));
    }
    cases
}

fn case<'r>(name: &str, mut findings: Vec<&'r Diagnostic>, is_failed: bool, shown: &Shown) -> Case<'r> {
    let lang = shown.settings.lang;
    findings.sort_by_key(|found| std::cmp::Reverse(super::weight(found)));
    let texts = findings.iter().map(|found| {
        let place = &found.location;
        format!(
            "{}:{}:{}: {} {}\n{}",
            visible(&place.path),
            place.line,
            place.column,
            found.tier.title(lang),
            visible(&found.rule),
            explained(found, lang)
        )
    });
    let texts: Vec<String> = texts.collect();
    let worst = findings.first();
    Case {
        name: visible(name).into_owned(),
        result: if is_failed {
            Outcome::Failed
        } else {
            Outcome::Passed
        },
        kind: worst.map_or("", |found| &found.rule),
        message: worst.map_or_else(String::new, |found| super::sentence(found, lang)),
        text: texts.join("\n\n"),
    }
}

fn broken(name: String, why: &str) -> Case<'static> {
    let lines: Vec<_> = why.lines().map(visible).collect();
    Case {
        name: visible(&name).into_owned(),
        result: Outcome::Broken,
        kind: "unread",
        message: visible(why).into_owned(),
        text: lines.join("\n"),
    }
}

fn push_counts<'c, 'r: 'c>(element: &mut BytesStart, cases: impl Iterator<Item = &'c Case<'r>> + Clone) {
    let of = |result| cases.clone().filter(|case| case.result == result).count();
    let (failed, broken) = (of(Outcome::Failed), of(Outcome::Broken));
    element.push_attribute(("tests", &*cases.clone().count().to_string()));
    element.push_attribute(("failures", &*failed.to_string()));
    element.push_attribute(("errors", &*broken.to_string()));
}

fn write_case<W: Write>(writer: &mut Writer<W>, suite: &str, case: &Case) -> io::Result<()> {
    let mut element = BytesStart::new("testcase");
    element.push_attribute(("name", &*case.name));
    element.push_attribute(("classname", &*visible(suite)));
    if case.text.is_empty() {
        return writer.write_event(Event::Empty(element));
    }
    writer.write_event(Event::Start(element))?;
    let name = match case.result {
        Outcome::Passed => "system-out",
        Outcome::Failed => "failure",
        Outcome::Broken => "error",
    };
    let mut content = BytesStart::new(name);
    if case.result != Outcome::Passed {
        content.push_attribute(("message", &*case.message));
        content.push_attribute(("type", &*visible(case.kind)));
    }
    writer.write_event(Event::Start(content))?;
    writer.write_event(Event::Text(BytesText::new(&case.text)))?;
    writer.write_event(Event::End(BytesEnd::new(name)))?;
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}
