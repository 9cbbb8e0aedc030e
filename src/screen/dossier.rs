//! The journal of a run → its results: the tables, the reports, the manifest.
//!
//! In: a [`Journal`] in which everything is judged. Out: one table, or a folder with everything that belongs to a case.
//! The journal is read twice: once to count, to find templates and contacts; once to write what each message became. A
//! file gets its name when it is whole, the manifest last: whoever finds one finds all that it names. Promise: the same
//! journal gives the same bytes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use crate::error::{Error, ErrorKind, Result, say};
use crate::linter::Linter;
use crate::read::{Counts, Decision, Input};
use crate::report::json::Recorder;
use crate::report::summary::Summary;
use crate::report::table::{Cell, Table, TableFormat, TableWriter};
use crate::report::{Judged, Settings, words};
use crate::screen::case::{CaseFindings, Cases, USUAL_MEMORY_BYTES};
use crate::screen::filter::Filter;
use crate::screen::join::{self, JoinSummary, JoinedFinding, Joins};
use crate::screen::journal::{Chunk, Closed, Entry, Journal};
use crate::screen::manifest::{InputLedger, MANIFEST, Manifest};
use crate::screen::request::{FileDigest, Request, digest};
use crate::screen::row::Row;
use crate::screen::skeleton::{Found, Key, Templates};
use crate::screen::tables::{self, Placed};

/// The log of a run, which is not the same from run to run and no part of the manifest.
pub const RUN_LOG: &str = "run.log";

/// What is to be made of a journal.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where it goes.
    pub place: Place,
    /// The tables wanted.
    pub tables: Vec<TableFormat>,
    /// Whether result records are wanted as JSONL.
    pub jsonl: bool,
    /// Whether the columns of the source are in the table of results.
    pub keeps_columns: bool,
    /// Whether clean messages are left out.
    pub only_findings: bool,
    /// Which messages are in the tables.
    pub filter: Filter,
    /// Only so many of them, the worst first; absent: all, in input order.
    pub top: Option<usize>,
}

/// Where results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A table in a file.
    File(PathBuf),
    /// All of a case in a folder.
    Folder(PathBuf),
}

impl Default for Place {
    fn default() -> Self {
        Place::Folder(PathBuf::new())
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Dossier<'l> {
    /// Records found in the inputs.
    pub read: u64,
    /// What became of them.
    pub summary: Summary,
    /// How each input that could be opened was read.
    pub decisions: Vec<(String, Decision)>,
    /// The same of each input.
    pub inputs: Vec<InputLedger>,
    /// Numbers in workbooks whose last digits their program had lost.
    pub lossy_numbers: u64,
    /// The templates found, if they were asked for.
    pub templates: Option<Found>,
    /// What contacts show together, if they were asked for.
    pub cases: Option<CaseFindings<'l>>,
    /// What messages in a row say together, if all of a case was asked for.
    pub joined: JoinSummary,
    /// The files written.
    pub files: Vec<PathBuf>,
}

/// Columns of the source that are kept; a dump with more names them anew in every record.
const MOST_KEPT_COLUMNS: usize = 500;

/// Makes the results of a journal.
///
/// # Errors
/// If the journal can't be read or a file can't be written, with its path; the journal stays as it is.
pub fn assemble<'l>(
    journal: &Journal,
    request: &Request,
    inputs: &[Input],
    plan: &Plan,
    linter: &'l Linter<'l>,
    settings: &Settings<'l>,
) -> Result<Dossier<'l>> {
    let count = Count::of(journal, inputs, plan, linter, settings).map_err(unreadable)?;
    let Count {
        mut dossier,
        kept,
        cases,
        joins,
    } = count;
    let mut sinks = Sinks::create(plan, &kept)?;
    if let Some(cases) = cases {
        dossier.cases = Some(cases.finish(|finding| {
            let cells = tables::contact_cells(finding, settings);
            sinks.write(Which::Contacts, &cells)
        })?);
    }
    let templates = dossier.templates.as_ref();
    let write = |input: &str, row: &Row, sinks: &mut Sinks| write_row(input, row, templates, &kept, sinks);
    match plan.top {
        None => {
            for chunk in chunks(journal) {
                let chunk = chunk.map_err(unreadable)?;
                let input = inputs[chunk.input as usize].name();
                for row in chunk.rows.iter().filter(|row| plan.takes(row)) {
                    write(input, row, &mut sinks)?;
                }
                sinks.write_rejects(&chunk.rejects)?;
            }
        }
        Some(top) => {
            for (input, row) in worst(journal, plan, top, &mut sinks)? {
                write(inputs[input as usize].name(), &row, &mut sinks)?;
            }
        }
    }
    if let Some(joins) = joins {
        let recorder = Recorder::new(*settings);
        dossier.joined = joins.finish(|finding| {
            let input = inputs[finding.records[0].record.input as usize].name();
            let row = joined_row(finding, &recorder, settings);
            // The worst messages are wanted, and a finding of several is in none of them.
            match plan.top.is_none() && plan.takes(&row) {
                true => write_joined(input, &row, finding, &mut sinks),
                false => Ok(()),
            }
        })?;
    }
    dossier.files = sinks.finish()?;
    if let Place::Folder(folder) = &plan.place {
        let manifest = manifest(request, &dossier, settings)?;
        let path = folder.join(MANIFEST);
        write_whole(&path, &manifest.to_json())?;
        dossier.files.push(path);
    }
    Ok(dossier)
}

impl Plan {
    fn takes(&self, row: &Row) -> bool {
        let is_clean = row.tier == crate::rule::Tier::Clean && row.result.is_empty();
        !(self.only_findings && is_clean) && self.filter.takes(row)
    }

    /// Whether all of a case is wanted.
    pub fn is_whole(&self) -> bool {
        matches!(self.place, Place::Folder(_)) || self.tables.iter().any(|format| format.holds_several())
    }
}

/// What the first reading of a journal gives.
struct Count<'l> {
    dossier: Dossier<'l>,
    kept: Vec<String>,
    cases: Option<Cases<'l>>,
    joins: Option<Joins<'l>>,
}

impl<'l> Count<'l> {
    fn of(
        journal: &Journal,
        inputs: &[Input],
        plan: &Plan,
        linter: &'l Linter<'l>,
        settings: &Settings,
    ) -> io::Result<Self> {
        let lexicon = linter.lexicon;
        let mut ledger: Vec<InputLedger> = inputs.iter().map(|input| ledger_of(input.name())).collect();
        let mut own = Self {
            dossier: Dossier {
                read: 0,
                summary: Summary::listing(plan.top),
                decisions: Vec::new(),
                inputs: Vec::new(),
                lossy_numbers: 0,
                templates: None,
                cases: None,
                joined: JoinSummary::default(),
                files: Vec::new(),
            },
            kept: Vec::new(),
            cases: plan.is_whole().then(|| Cases::new(lexicon, USUAL_MEMORY_BYTES)),
            joins: plan
                .is_whole()
                .then(|| Joins::new(linter, settings.masks, join::USUAL_MEMORY_BYTES)),
        };
        let mut templates = Templates::default();
        let mut names: IndexSet<String> = IndexSet::new();
        let dossier = &mut own.dossier;
        for entry in journal.entries()? {
            match entry? {
                Entry::Opened { input, decision } => {
                    let input = &mut ledger[input as usize];
                    input.read_as = Some(words::read_as(&decision, settings.lang));
                    dossier.decisions.push((input.name.clone(), *decision));
                }
                Entry::Judged(chunk) => {
                    let counts = Counts {
                        read: chunk.read,
                        judged: chunk.summary.judged,
                        rejected: chunk.summary.rejected,
                        skipped: chunk.summary.skipped,
                    };
                    ledger[chunk.input as usize].counts += counts;
                    dossier.read += chunk.read;
                    templates.add_sheet(&chunk.sheet, chunk.input);
                    for (name, _) in chunk.rows.iter().flat_map(|row| &row.kept) {
                        if names.len() < MOST_KEPT_COLUMNS && !names.contains(name) {
                            names.insert(name.clone());
                        }
                    }
                    if let Some(cases) = &mut own.cases {
                        cases.take(chunk.contacts).map_err(io::Error::other)?;
                    }
                    if let Some(joins) = &mut own.joins {
                        joins.take(chunk.pieces).map_err(io::Error::other)?;
                    }
                    dossier.summary.merge(chunk.summary);
                }
                Entry::Closed(Closed {
                    input,
                    failure,
                    lossy_numbers,
                }) => {
                    ledger[input as usize].failure = failure;
                    dossier.lossy_numbers += lossy_numbers;
                }
            }
        }
        dossier.inputs = ledger;
        dossier.templates = plan.is_whole().then(|| templates.finish(lexicon));
        own.kept = names.into_iter().collect();
        Ok(own)
    }
}

fn ledger_of(name: &str) -> InputLedger {
    InputLedger {
        name: name.to_owned(),
        read_as: None,
        counts: Counts::default(),
        failure: None,
    }
}

fn chunks(journal: &Journal) -> impl Iterator<Item = io::Result<Chunk>> {
    let entries = journal.entries().map_err(Some);
    let (entries, error) = match entries {
        Ok(entries) => (Some(entries), None),
        Err(error) => (None, error),
    };
    let judged = entries.into_iter().flatten().filter_map(|entry| match entry {
        Ok(Entry::Judged(chunk)) => Some(Ok(*chunk)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    error.map(Err).into_iter().chain(judged)
}

/// The worst rows, the worst first; of equal ones those that come first.
fn worst(journal: &Journal, plan: &Plan, top: usize, sinks: &mut Sinks) -> Result<Vec<(u32, Row)>> {
    let mut kept: BTreeSet<(std::cmp::Reverse<u8>, u32, u64)> = BTreeSet::new();
    for chunk in chunks(journal) {
        let chunk = chunk.map_err(unreadable)?;
        for row in chunk.rows.iter().filter(|row| plan.takes(row)) {
            kept.insert((std::cmp::Reverse(row.score), chunk.input, row.record));
            if kept.len() > top {
                kept.pop_last();
            }
        }
        sinks.write_rejects(&chunk.rejects)?;
    }
    let mut rows = Vec::with_capacity(kept.len());
    for chunk in chunks(journal) {
        let chunk = chunk.map_err(unreadable)?;
        let is_kept = |row: &Row| kept.contains(&(std::cmp::Reverse(row.score), chunk.input, row.record));
        rows.extend(
            chunk
                .rows
                .into_iter()
                .filter(is_kept)
                .map(|row| (chunk.input, row)),
        );
    }
    rows.sort_by_key(|(input, row)| (std::cmp::Reverse(row.score), *input, row.record));
    Ok(rows)
}

fn write_row(
    input: &str,
    row: &Row,
    templates: Option<&Found>,
    kept: &[String],
    sinks: &mut Sinks,
) -> Result<()> {
    let template = row.skeleton.and_then(|key| templates?.template_of(Key(key)));
    let placed = Placed { input, row, template };
    let findings = row.findings();
    sinks.write(Which::Results, &tables::result_cells(placed, &findings, kept))?;
    for finding in &findings {
        sinks.write(Which::Findings, &tables::finding_cells(placed, finding))?;
    }
    sinks.write_result(&row.result)
}

/// The row of the first record of a joined finding, with this finding alone.
fn joined_row(finding: &JoinedFinding, recorder: &Recorder, settings: &Settings) -> Row {
    let judged = Judged {
        message: &finding.message,
        verdict: &finding.verdict,
        // Its key are the ids of all its records.
        has_own_id: true,
    };
    let mut result = Vec::new();
    recorder.append(&mut result, judged);
    let result = String::from_utf8(result).expect("the recorder writes JSON");
    let first = &finding.records[0];
    let row = Row::of(judged, first.record.record, result, Vec::new(), settings);
    Row {
        id: first.id.clone(),
        ..row
    }
}

fn write_joined(input: &str, row: &Row, joined: &JoinedFinding, sinks: &mut Sinks) -> Result<()> {
    let placed = Placed {
        input,
        row,
        template: None,
    };
    for finding in row.findings() {
        let finding = tables::joined_finding(finding, joined);
        sinks.write(Which::Findings, &tables::joined_cells(placed, &finding, joined))?;
    }
    Ok(())
}

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Results,
    Findings,
    Contacts,
}

/// The files that are being written.
struct Sinks {
    tables: Vec<Sink>,
    jsonl: Option<Lines>,
    rejects: Option<Lines>,
}

struct Sink {
    writer: Box<dyn TableWriter>,
    tables: Vec<Which>,
    files: Files,
}

struct Lines {
    out: io::BufWriter<std::fs::File>,
    files: Files,
}

/// A file, and what it is called until it is whole.
#[derive(Debug, Clone)]
struct Files {
    partial: PathBuf,
    path: PathBuf,
}

impl Files {
    fn new(path: PathBuf) -> Self {
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        Self {
            partial: partial.into(),
            path,
        }
    }

    fn finish(&self) -> io::Result<()> {
        std::fs::rename(&self.partial, &self.path)
    }

    fn failed(&self, error: io::Error) -> Error {
        unwritable(&self.path, error)
    }
}

impl Sinks {
    fn create(plan: &Plan, kept: &[String]) -> Result<Self> {
        let mut own = Self {
            tables: Vec::new(),
            jsonl: None,
            rejects: None,
        };
        let all = [Which::Results, Which::Findings, Which::Contacts];
        match &plan.place {
            Place::File(path) => {
                for format in &plan.tables {
                    let tables = if format.holds_several() {
                        &all[..]
                    } else {
                        &all[..1]
                    };
                    own.add_table(path.clone(), *format, tables, kept)?;
                }
                own.rejects = Some(Lines::create(super::rejects_path(path))?);
            }
            Place::Folder(folder) => {
                for format in &plan.tables {
                    let file = |name: &str| folder.join(name).with_extension(format.extension());
                    if format.holds_several() {
                        own.add_table(file("results"), *format, &all, kept)?;
                        continue;
                    }
                    for which in all {
                        own.add_table(file(which.table(kept).name), *format, &[which], kept)?;
                    }
                }
                if plan.jsonl {
                    own.jsonl = Some(Lines::create(folder.join("results.jsonl"))?);
                }
                own.rejects = Some(Lines::create(folder.join("rejects.jsonl"))?);
            }
        }
        Ok(own)
    }

    fn add_table(
        &mut self,
        path: PathBuf,
        format: TableFormat,
        tables: &[Which],
        kept: &[String],
    ) -> Result<()> {
        let files = Files::new(path);
        let columns: Vec<Table> = tables.iter().map(|which| which.table(kept)).collect();
        let writer = format
            .create(&files.partial, columns)
            .map_err(|error| files.failed(error))?;
        self.tables.push(Sink {
            writer,
            tables: tables.to_vec(),
            files,
        });
        Ok(())
    }

    fn write(&mut self, which: Which, cells: &[Cell]) -> Result<()> {
        for sink in &mut self.tables {
            if let Some(number) = sink.tables.iter().position(|table| *table == which) {
                let written = sink.writer.write_row(number, cells);
                written.map_err(|error| sink.files.failed(error))?;
            }
        }
        Ok(())
    }

    fn write_result(&mut self, result: &str) -> Result<()> {
        match &mut self.jsonl {
            Some(lines) if !result.is_empty() => lines.write(&[result.as_bytes(), b"\n"]),
            _ => Ok(()),
        }
    }

    fn write_rejects(&mut self, rejects: &[u8]) -> Result<()> {
        match &mut self.rejects {
            Some(lines) => lines.write(&[rejects]),
            None => Ok(()),
        }
    }

    /// Closes all files and gives them their names.
    fn finish(self) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for sink in self.tables {
            let closed = sink.writer.finish().and_then(|()| sink.files.finish());
            closed.map_err(|error| sink.files.failed(error))?;
            paths.push(sink.files.path);
        }
        for lines in [self.jsonl, self.rejects].into_iter().flatten() {
            paths.push(lines.finish()?);
        }
        Ok(paths)
    }
}

impl Lines {
    fn create(path: PathBuf) -> Result<Self> {
        let files = Files::new(path);
        let file = std::fs::File::create(&files.partial).map_err(|error| files.failed(error))?;
        Ok(Self {
            out: io::BufWriter::new(file),
            files,
        })
    }

    fn write(&mut self, parts: &[&[u8]]) -> Result<()> {
        let mut written = Ok(());
        for part in parts {
            written = written.and_then(|()| self.out.write_all(part));
        }
        written.map_err(|error| self.files.failed(error))
    }

    fn finish(self) -> Result<PathBuf> {
        let files = self.files;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all())
            .and_then(|()| files.finish())
            .map_err(|error| files.failed(error))?;
        Ok(files.path)
    }
}

impl Which {
    fn table(self, kept: &[String]) -> Table {
        match self {
            Which::Results => tables::results(kept),
            Which::Findings => tables::findings(),
            Which::Contacts => tables::contacts(),
        }
    }
}

fn manifest(request: &Request, dossier: &Dossier, settings: &Settings) -> Result<Manifest> {
    let outputs: Result<Vec<FileDigest>> = dossier.files.iter().map(|path| output_digest(path)).collect();
    let mut outputs = outputs?;
    outputs.sort_by(|one, other| one.path.cmp(&other.path));
    let summary = &dossier.summary;
    Ok(Manifest {
        schema: 1,
        request: request.clone(),
        reference_date: settings.date.unwrap_or(settings.laws.reference_date).to_string(),
        is_revealed: !settings.masks,
        ledger: Counts {
            read: dossier.read,
            judged: summary.judged,
            rejected: summary.rejected,
            skipped: summary.skipped,
        },
        inputs: dossier.inputs.clone(),
        outputs,
    })
}

fn output_digest(path: &Path) -> Result<FileDigest> {
    let (bytes, sha256) = digest(path).map_err(|error| unwritable(path, error))?;
    let name = path.file_name().unwrap_or_default();
    Ok(FileDigest {
        path: name.to_string_lossy().into_owned(),
        bytes: Some(bytes),
        sha256: Some(sha256),
    })
}

/// Writes a file that has its name only when it is whole.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut lines = Lines::create(path.to_owned())?;
    lines.write(&[bytes])?;
    lines.finish().map(|_| ())
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let reason = say!(
        "无法写入；已判定的部分已保留，腾出空间或改正路径后加 --resume 继续",
        "can't be written; what is judged so far is kept: free space or mend the path and go on with --resume"
    );
    Error::new(ErrorKind::Output, reason).in_file(path).because(error)
}

fn unreadable(error: io::Error) -> Error {
    let reason = say!(
        "运行日志无法读取；请不加 --resume 重新运行",
        "the journal of the run can't be read; run again without --resume"
    );
    Error::new(ErrorKind::Input, reason).because(error)
}
