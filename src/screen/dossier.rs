//! The journal of a run → its results: the tables, the reports, the manifest.
//!
//! In: a [`Journal`] in which everything is judged. Out: one table, or a folder with everything that belongs to a case.
//! The journal is read twice: once to count, to find templates and contacts; once to write what each message became. A
//! file gets its name when it is whole, the manifest last: whoever finds one finds all that it names. Promise: the same
//! journal gives the same bytes.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use crate::error::{Error, ErrorKind, Result, say};
use crate::linter::Linter;
use crate::read::{Counts, Decision, Input};
use crate::report::json::Recorder;
use crate::report::summary::Summary;
use crate::report::survey::{InputFacts, RunFacts, Survey, Surveyor};
use crate::report::table::{Cell, Table, TableFormat, TableWriter};
use crate::report::{Judged, Settings, html, markdown, survey_workbook, words};
use crate::screen::case::{CaseFindings, Cases, USUAL_MEMORY_BYTES};
use crate::screen::filter::Filter;
use crate::screen::join::{self, JoinSummary, JoinedFinding, Joins};
use crate::screen::journal::{Closed, Entry, Journal};
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

/// What results are made of beside the journal.
#[derive(Debug, Clone, Copy)]
pub struct Material<'m, 'l> {
    /// What the run was asked for.
    pub request: &'m Request,
    /// Its inputs.
    pub inputs: &'m [Input],
    /// What judged it.
    pub linter: &'l Linter<'l>,
    /// What tables look like.
    pub settings: Settings<'l>,
    /// What reports for people look like.
    pub people: Settings<'l>,
    /// Files that were met and are no candidates.
    pub ignored: &'m [String],
    /// Inputs that were named and not found, with what is wrong.
    pub unfound: &'m [String],
}

/// The reports of a folder.
const REPORT_PAGE: &str = "report.html";
const REPORT_WORKBOOK: &str = "report.xlsx";
const REPORT_SUMMARY: &str = "summary.md";

/// Worst messages that reports show unless told otherwise, and at most.
const SHOWN_WORST: usize = 100;
const MOST_SHOWN_WORST: usize = 1_000;

/// Makes the results of a journal.
///
/// # Errors
/// If the journal can't be read or a file can't be written, with its path; the journal stays as it is.
pub fn assemble<'l>(journal: &Journal, plan: &Plan, material: Material<'_, 'l>) -> Result<Dossier<'l>> {
    let Material { inputs, settings, .. } = material;
    let count = Count::of(journal, plan, material).map_err(unreadable)?;
    let Count {
        mut dossier,
        kept,
        cases,
        joins,
    } = count;
    let mut sinks = Sinks::create(plan, &kept)?;
    if let Some(cases) = cases {
        dossier.cases = Some(cases.finish(|finding| {
            let cells = tables::contact_cells(finding, &settings);
            sinks.write(Which::Contacts, &cells)
        })?);
    }
    let mut surveyor = plan.folder().map(|_| {
        let top = plan.top.unwrap_or(SHOWN_WORST).min(MOST_SHOWN_WORST);
        Surveyor::new(material.people, top)
    });
    let mut ranking = plan.top.map(Ranking::new);
    let templates = dossier.templates.as_ref();
    for chunk in journal.rows().map_err(unreadable)? {
        let chunk = chunk.map_err(unreadable)?;
        let input = inputs[chunk.input as usize].name();
        for row in &chunk.rows {
            let placed = Placed::of(input, row, templates);
            if let Some(surveyor) = &mut surveyor {
                surveyor.add(input, row, placed.template);
            }
            match &mut ranking {
                _ if !plan.takes(row) => {}
                None => write_row(placed, &kept, &mut sinks)?,
                Some(ranking) => ranking.note(chunk.input, row),
            }
        }
        sinks.write_rejects(&chunk.rejects)?;
    }
    if let Some(ranking) = ranking {
        for (input, row) in ranking.rows(journal)? {
            let input = inputs[input as usize].name();
            write_row(Placed::of(input, &row, templates), &kept, &mut sinks)?;
        }
    }
    if let Some(joins) = joins {
        let recorder = Recorder::new(settings);
        dossier.joined = joins.finish(|finding| {
            let input = inputs[finding.records[0].record.input as usize].name();
            let row = joined_row(finding, &recorder, &settings);
            // The worst messages are wanted, and a finding of several is in none of them.
            match plan.top.is_none() && plan.takes(&row) {
                true => write_joined(input, &row, finding, &mut sinks),
                false => Ok(()),
            }
        })?;
    }
    dossier.files = sinks.finish()?;
    if let (Some(folder), Some(surveyor)) = (plan.folder(), surveyor) {
        let facts = dossier.facts(plan, material);
        let survey = surveyor.finish(facts, dossier.templates.as_ref(), dossier.cases.as_ref());
        dossier.files.extend(write_reports(folder, &survey)?);
        let manifest = manifest(&dossier, material)?;
        let path = folder.join(MANIFEST);
        write_whole(&path, |out| out.write_all(&manifest.to_json()))?;
        dossier.files.push(path);
    }
    Ok(dossier)
}

fn write_reports(folder: &Path, survey: &Survey) -> Result<Vec<PathBuf>> {
    let paths = [REPORT_PAGE, REPORT_WORKBOOK, REPORT_SUMMARY].map(|name| folder.join(name));
    let [page, workbook, summary] = &paths;
    write_whole(page, |out| html::write(survey, out))?;
    write_whole(workbook, |out| survey_workbook::write(survey, out))?;
    write_whole(summary, |out| markdown::write(survey, out))?;
    Ok(paths.to_vec())
}

impl Dossier<'_> {
    /// What a survey tells of the run beside its rows.
    fn facts<'l>(&self, plan: &Plan, material: Material<'_, 'l>) -> RunFacts<'l> {
        let decisions = self.decisions.iter();
        let ledgers = || self.inputs.iter().zip(material.inputs);
        let inputs = decisions.filter_map(|(name, decision)| {
            let (ledger, input) = ledgers().find(|(ledger, _)| ledger.name == *name)?;
            let lang = material.people.lang;
            // The size of a sheet is a share of its workbook's, for progress.
            let is_sheet = decision.document.as_deref() == Some("xlsx");
            let size = input.size().filter(|_| !is_sheet);
            Some(InputFacts::new(name, decision, size, ledger.counts, lang))
        });
        let failures = self.inputs.iter().filter_map(|input| input.failure.clone());
        let reasons = self.summary.reasons();
        RunFacts {
            title: None,
            lexicon: material.linter.lexicon,
            only_findings: plan.only_findings,
            inputs: inputs.collect(),
            failures: material.unfound.iter().cloned().chain(failures).collect(),
            ignored: material.ignored.to_vec(),
            rejections: reasons
                .map(|(reason, count)| (reason.to_owned(), count))
                .collect(),
            wordless: self.summary.wordless(),
            unheard: self.summary.unheard(),
        }
    }
}

impl Plan {
    fn takes(&self, row: &Row) -> bool {
        let is_clean = row.tier == crate::rule::Tier::Clean && row.result.is_empty();
        !(self.only_findings && is_clean) && self.filter.takes(row)
    }

    fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder),
            Place::File(_) => None,
        }
    }

    /// Whether all of a case is wanted.
    pub fn is_whole(&self) -> bool {
        self.folder().is_some() || self.tables.iter().any(|format| format.holds_several())
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
    fn of(journal: &Journal, plan: &Plan, material: Material<'_, 'l>) -> io::Result<Self> {
        let Material {
            inputs,
            linter,
            settings,
            ..
        } = material;
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
                    let free = MOST_KEPT_COLUMNS.saturating_sub(names.len());
                    let new = chunk.kept.into_iter().filter(|name| !names.contains(name));
                    let new: Vec<String> = new.take(free).collect();
                    names.extend(new);
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

/// The worst rows, the worst first; of equal ones those that come first.
struct Ranking {
    most: usize,
    kept: BTreeSet<(Reverse<u8>, u32, u64)>,
}

impl Ranking {
    fn new(most: usize) -> Self {
        Self {
            most,
            kept: BTreeSet::new(),
        }
    }

    fn note(&mut self, input: u32, row: &Row) {
        self.kept.insert((Reverse(row.score), input, row.record));
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    /// Reads the journal once more for them.
    fn rows(self, journal: &Journal) -> Result<Vec<(u32, Row)>> {
        let mut rows = Vec::with_capacity(self.kept.len());
        for chunk in journal.rows().map_err(unreadable)? {
            let chunk = chunk.map_err(unreadable)?;
            let is_kept = |row: &Row| self.kept.contains(&(Reverse(row.score), chunk.input, row.record));
            let kept = chunk.rows.into_iter().filter(is_kept);
            rows.extend(kept.map(|row| (chunk.input, row)));
        }
        rows.sort_by_key(|(input, row)| (Reverse(row.score), *input, row.record));
        Ok(rows)
    }
}

impl<'r> Placed<'r> {
    fn of(input: &'r str, row: &'r Row, templates: Option<&Found>) -> Self {
        Self {
            input,
            row,
            template: row.skeleton.and_then(|key| templates?.template_of(Key(key))),
        }
    }
}

fn write_row(placed: Placed, kept: &[String], sinks: &mut Sinks) -> Result<()> {
    let findings = placed.row.findings();
    sinks.write(Which::Results, &tables::result_cells(placed, &findings, kept))?;
    for finding in &findings {
        sinks.write(Which::Findings, &tables::finding_cells(placed, finding))?;
    }
    sinks.write_result(&placed.row.result)
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

fn manifest(dossier: &Dossier, material: Material) -> Result<Manifest> {
    let Material {
        request, settings, ..
    } = material;
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
fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut lines = Lines::create(path.to_owned())?;
    write(&mut lines.out).map_err(|error| lines.files.failed(error))?;
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
