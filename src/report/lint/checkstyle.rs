//! A lint run → checkstyle's XML.
//!
//! In: a report. Out: an element a file that has findings, complete; what couldn't be read is an `exception`. Columns
//! count characters. Characters that XML has no place for are written in their visible form. There is no law in it: the
//! format has one attribute for words.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Level, Shown, in_order, sentence};
use crate::lint::LintReport;
use crate::report::visible::visible;
use crate::report::words::pick;

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let lang = shown.settings.lang;
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut root = BytesStart::new("checkstyle");
    // The format's version; readers look at nothing else of it.
    root.push_attribute(("version", "10.0"));
    writer.write_event(Event::Start(root))?;
    for error in shown.unopened {
        write_exception(&mut writer, &error.shown(lang))?;
    }
    for file in &report.files {
        let findings = in_order(file);
        if findings.is_empty() && file.unread.is_empty() {
            continue;
        }
        let mut element = BytesStart::new("file");
        element.push_attribute(("name", &*visible(&file.path)));
        writer.write_event(Event::Start(element))?;
        for found in findings {
            let mut error = BytesStart::new("error");
            error.push_attribute(("line", &*found.location.line.to_string()));
            error.push_attribute(("column", &*found.location.column.to_string()));
            let severity = match Level::of(found) {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "info",
            };
            error.push_attribute(("severity", severity));
            error.push_attribute(("message", &*sentence(found, lang)));
            error.push_attribute(("source", &*visible(&format!("dunlint.{}", found.rule))));
            writer.write_event(Event::Empty(error))?;
        }
        for unread in &file.unread {
            let why = pick(lang, &unread.zh, &unread.en);
            let line = unread.line.map(|line| format!("{line}: ")).unwrap_or_default();
            write_exception(&mut writer, &format!("{line}{why}"))?;
        }
        writer.write_event(Event::End(BytesEnd::new("file")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("checkstyle")))?;
    writeln!(writer.get_mut())
}

fn write_exception<W: Write>(writer: &mut Writer<W>, why: &str) -> io::Result<()> {
    let lines: Vec<_> = why.lines().map(visible).collect();
    writer.write_event(Event::Start(BytesStart::new("exception")))?;
    writer.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    writer.write_event(Event::End(BytesEnd::new("exception")))
}
