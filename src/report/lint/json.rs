//! A lint run → result records, one a text.
//!
//! In: a report. Out: the records of schema 1, as [`report::json`](crate::report::json) writes them, with the places in
//! the file behind: `location`, `value`, `fix`. Findings about a file's suppressions stand in a record of the file. Limits
//! don't hold here: a record is complete or left out. What couldn't be read has no record; the exit code tells of it.

use std::io::{self, Write};

use rayon::prelude::*;

use super::Shown;
use crate::lint::diagnostic::{Basis, Fix, Location, Related};
use crate::lint::{Diagnostic, FileReport, LintReport, Suppressed, TextReport};
use crate::report::json::SCHEMA;
use crate::report::object::{Object, write_word};
use crate::rule::Tier;

pub(super) fn write_lines(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    each(report, shown, |record| {
        out.write_all(record)?;
        out.write_all(b"\n")
    })
}

pub(super) fn write_list(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut opening: &[u8] = b"[\n";
    each(report, shown, |record| {
        out.write_all(opening)?;
        opening = b",\n";
        out.write_all(record)
    })?;
    let closing: &[u8] = match opening {
        b"[\n" => b"[]\n",
        _ => b"\n]\n",
    };
    out.write_all(closing)
}

/// Files whose records are made at a time, on all cores, and then written in order.
const FILES_AT_A_TIME: usize = 1024;

fn each(report: &LintReport, shown: &Shown, mut see: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    for files in report.files.chunks(FILES_AT_A_TIME) {
        let records: Vec<Vec<Vec<u8>>> = files
            .par_iter()
            .with_min_len(FILES_AT_A_TIME / 32)
            .map(|file| records(file, shown.only_findings).collect())
            .collect();
        for record in records.iter().flatten() {
            see(record)?;
        }
    }
    Ok(())
}

/// The records of a file's texts, and of itself.
fn records(file: &FileReport, only_findings: bool) -> impl Iterator<Item = Vec<u8>> {
    let is_clean = |text: &TextReport| text.findings.is_empty() && text.form.is_empty();
    let texts = file
        .texts
        .iter()
        .filter(move |text| !(only_findings && is_clean(text)));
    let of_texts = texts.map(|text| {
        let mut record = Vec::new();
        append_text(&mut record, file, text);
        record
    });
    let notes = (!file.notes.is_empty()).then(|| {
        let mut record = Vec::new();
        append_notes(&mut record, file);
        record
    });
    of_texts.chain(notes)
}

fn append_text(out: &mut Vec<u8>, file: &FileReport, text: &TextReport) {
    let mut record = Object::open(out);
    record.value("schema", &SCHEMA);
    record.value("id", &text.id);
    record.word("tier", text.tier.id());
    record.value("score", &text.score);
    record.list("categories", &text.categories, |out, category| {
        write_word(out, category.id());
    });
    record.list("findings", &text.findings, append_diagnostic);
    record.list("form", &text.form, append_diagnostic);
    record.value("masked", &false);
    let mut place = Object::open(record.name("location"));
    place.value("path", &file.path);
    place.value("key_path", &text.key_path);
    place.number("line", text.line);
    place.close();
    if !text.suppressed.is_empty() {
        record.list("suppressed", &text.suppressed, |out, suppressed| {
            append_suppressed(out, suppressed);
        });
    }
    record.close();
}

/// The record of a file itself.
fn append_notes(out: &mut Vec<u8>, file: &FileReport) {
    let mut record = Object::open(out);
    record.value("schema", &SCHEMA);
    record.value("id", &file.path);
    record.word("tier", Tier::Clean.id());
    record.value("score", &0);
    record.list("categories", [(); 0], |_, ()| {});
    record.list("findings", [(); 0], |_, ()| {});
    record.list("form", &file.notes, append_diagnostic);
    record.value("masked", &false);
    let mut place = Object::open(record.name("location"));
    place.value("path", &file.path);
    place.close();
    record.close();
}

fn append_suppressed(out: &mut Vec<u8>, suppressed: &Suppressed) {
    let mut record = Object::open(out);
    append_facts(&mut record, &suppressed.diagnostic);
    record.value("reason", &suppressed.reason);
    record.value("by", &suppressed.by);
    record.close();
}

/// The record of a finding.
pub(super) fn append_diagnostic(out: &mut Vec<u8>, found: &Diagnostic) {
    let mut record = Object::open(out);
    append_facts(&mut record, found);
    record.close();
}

fn append_facts(record: &mut Object, found: &Diagnostic) {
    record.value("rule", &found.rule);
    if let Some(category) = found.category {
        record.word("category", category.id());
    }
    record.word("tier", found.tier.id());
    record.value("confidence", &found.confidence);
    append_span(record.name("span"), &found.location);
    record.value("text", &found.text);
    record.optional("plain", found.plain.as_ref());
    record.list("disguises", &found.disguises, |out, disguise| {
        write_word(out, disguise.id());
    });
    record.list("related", &found.related, append_related);
    record.value("message", &found.message);
    record.list("basis", &found.basis, append_basis);
    record.value("instead", &found.instead);
    record.value("fingerprint", &found.fingerprint);
    append_location(record.name("location"), &found.location);
    record.optional("value", found.value.as_ref());
    if let Some(Fix {
        byte_start,
        byte_end,
        replacement,
        ..
    }) = &found.fix
    {
        let mut fix = Object::open(record.name("fix"));
        fix.number("byte_start", *byte_start);
        fix.number("byte_end", *byte_end);
        fix.value("replacement", replacement);
        fix.close();
    }
}

fn append_related(out: &mut Vec<u8>, related: &Related) {
    let mut record = Object::open(out);
    append_span(record.name("span"), &related.location);
    record.value("role", &related.role);
    append_location(record.name("location"), &related.location);
    record.close();
}

fn append_basis(out: &mut Vec<u8>, basis: &Basis) {
    let mut record = Object::open(out);
    record.value("id", &basis.id);
    record.value("clause", &basis.clause);
    record.value("verb", &basis.verb);
    record.close();
}

fn append_span(out: &mut Vec<u8>, location: &Location) {
    let mut span = Object::open(out);
    span.number("start", location.span.0);
    span.number("end", location.span.1);
    span.number("char_start", location.char_span.0);
    span.number("char_end", location.char_span.1);
    span.close();
}

fn append_location(out: &mut Vec<u8>, location: &Location) {
    let mut record = Object::open(out);
    record.value("path", &location.path);
    record.value("key_path", &location.key_path);
    record.number("line", location.line);
    record.number("column", location.column);
    record.number("column_utf16", location.column_utf16);
    record.number("byte_start", location.byte_start);
    record.number("byte_end", location.byte_end);
    record.close();
}
