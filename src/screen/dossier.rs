//! The journal of a run → its results: the tables, the reports, the manifest.
//!
//! In: a [`Journal`] in which everything is judged. Out: one table, or a folder with everything that belongs to a case.
//! The journal is read twice: once to count, to find templates and contacts (`count`); once to write what each message
//! became. Of a batch of the second reading rows are made on all threads of the pool, and every file is written by a thread
//! of its own (`sinks`). A file gets its name when it is whole, the manifest last: whoever finds one finds all that it
//! names. Promise: the same journal gives the same bytes, whatever the threads.

mod count;
mod joined;
mod portion;
mod ranking;
mod sinks;

use std::io;
use std::path::{Path, PathBuf};

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::error::{Error, ErrorKind, Result, say};
use crate::linter::Linter;
use crate::read::{Counts, Decision, Input};
use crate::report::json::Recorder;
use crate::report::summary::Summary;
use crate::report::survey::{InputFacts, RunFacts, Survey, Surveyor};
use crate::report::table::TableFormat;
use crate::report::{Settings, html, markdown, survey_workbook};
use crate::screen::case::{CaseFindings, Cases};
use crate::screen::filter::Filter;
use crate::screen::join::{JoinSummary, Joins};
use crate::screen::journal::{Journal, Rows};
use crate::screen::manifest::{InputLedger, MANIFEST, Manifest};
use crate::screen::request::{FileDigest, Request, digest};
use crate::screen::row::{Row, RowFinding};
use crate::screen::skeleton::{Found, Key};
use crate::screen::tables::{self, Placed, Which};

use count::Count;
use joined::JoinedRow;
use portion::{Part, Portion};
use ranking::{Ranked, Ranking};
use sinks::{Sinks, unwritable, write_whole};

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
    /// Only so many of them and of joined findings, the worst first; absent: all, in input order.
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
    /// What is wrong with inputs that were named and not found.
    pub unfound: &'m [Error],
    /// Works on the rows.
    pub pool: &'m ThreadPool,
}

/// The reports of a folder.
const REPORT_PAGE: &str = "report.html";
const REPORT_WORKBOOK: &str = "report.xlsx";
const REPORT_SUMMARY: &str = "summary.md";

/// Worst messages that reports show unless told otherwise, and at most.
const SHOWN_WORST: usize = 100;
const MOST_SHOWN_WORST: usize = 1_000;

/// Rows that one thread packs at a time: so few that a batch of usual size keeps all threads busy.
const ROWS_OF_PART: usize = 256;

/// Rows of tables that are handed to their writers at a time where they don't come in batches.
const ROWS_OF_PORTION: usize = 1_000;

/// Makes the results of a journal.
///
/// # Errors
/// If the journal can't be read or a file can't be written, with its path; the journal stays as it is.
pub fn assemble<'l>(journal: &Journal, plan: &Plan, material: Material<'_, 'l>) -> Result<Dossier<'l>> {
    let put_together = || {
        // Whatever goes wrong, the threads of the files have ended when this returns.
        std::thread::scope(|scope| {
            let Count {
                mut dossier,
                kept,
                cases,
                joins,
                opened,
            } = Count::of(journal, plan, material).map_err(unreadable)?;
            let mut sinks = Sinks::create(scope, plan, &kept)?;
            if let Some(cases) = cases {
                dossier.cases = Some(write_contacts(cases, &material.settings, &mut sinks)?);
            }
            let mut clerk = Clerk {
                plan,
                material,
                kept: &kept,
                templates: dossier.templates.as_ref(),
                surveyor: plan.folder().map(|_| {
                    let top = plan.top.unwrap_or(SHOWN_WORST).min(MOST_SHOWN_WORST);
                    Surveyor::new(material.people, top)
                }),
                ranking: plan.top.map(Ranking::new),
            };
            for chunk in journal.rows().map_err(unreadable)? {
                let portion = clerk.portion(chunk.map_err(unreadable)?);
                sinks.write(portion)?;
            }
            if let Some(joins) = joins {
                dossier.joined = clerk.write_joined(joins, &mut sinks)?;
            }
            clerk.write_ranked(journal, &mut sinks)?;
            let surveyor = clerk.surveyor.take();
            sinks.close()?;
            let mut reports = Vec::new();
            if let (Some(folder), Some(surveyor)) = (plan.folder(), surveyor) {
                let facts = dossier.facts(plan, material, &opened);
                let survey = surveyor.finish(
                    facts,
                    dossier.templates.as_ref(),
                    dossier.cases.as_ref(),
                    plan.is_whole().then_some(&dossier.joined),
                );
                reports = write_reports(folder, &survey)?;
            }
            dossier.files = sinks.finish()?;
            dossier.files.extend(reports);
            if let Some(folder) = plan.folder() {
                let manifest = manifest(&dossier, material)?;
                let path = folder.join(MANIFEST);
                write_whole(&path, |out| out.write_all(&manifest.to_json()))?;
                dossier.files.push(path);
            }
            Ok(dossier)
        })
    };
    material.pool.install(put_together)
}

fn write_contacts<'l>(cases: Cases<'l>, settings: &Settings, sinks: &mut Sinks) -> Result<CaseFindings<'l>> {
    let mut part = Part::default();
    let found = cases.finish(|finding| {
        part.rows
            .push(Which::Contacts, &tables::contact_cells(finding, settings));
        part.flush(ROWS_OF_PORTION, sinks)
    })?;
    part.flush(1, sinks)?;
    Ok(found)
}

fn write_reports(folder: &Path, survey: &Survey) -> Result<Vec<PathBuf>> {
    let paths = [REPORT_PAGE, REPORT_WORKBOOK, REPORT_SUMMARY].map(|name| folder.join(name));
    let [page, workbook, summary] = &paths;
    write_whole(page, |out| html::write(survey, out))?;
    write_whole(workbook, |out| survey_workbook::write(survey, out))?;
    write_whole(summary, |out| markdown::write(survey, out))?;
    Ok(paths.to_vec())
}

/// Makes rows of tables and figures of what was judged.
struct Clerk<'c, 'l> {
    plan: &'c Plan,
    material: Material<'c, 'l>,
    /// The columns of the source.
    kept: &'c [String],
    templates: Option<&'c Found>,
    surveyor: Option<Surveyor<'l>>,
    /// If only the worst are wanted.
    ranking: Option<Ranking>,
}

impl Clerk<'_, '_> {
    /// The rows of a batch, and its figures. What it found is read once for both.
    fn portion(&mut self, chunk: Rows) -> Portion {
        let rows = &chunk.rows;
        let findings = rows.par_iter().with_min_len(ROWS_OF_PART).map(Row::findings);
        let findings: Vec<Vec<RowFinding>> = findings.collect();
        let Self {
            plan,
            kept,
            templates,
            surveyor,
            ranking,
            ..
        } = self;
        let (plan, kept, templates) = (*plan, *kept, *templates);
        let input = self.material.inputs[chunk.input as usize].name();
        let pack = |(rows, findings): (&[Row], &[Vec<RowFinding>])| {
            let mut part = Part::default();
            for (row, findings) in rows
                .iter()
                .zip(findings)
                .filter(|(row, own)| plan.takes(row, own))
            {
                part.push(Placed::of(input, row, templates), findings, kept, plan.jsonl);
            }
            part
        };
        let packed = || match ranking {
            None => {
                let parts = rows.par_chunks(ROWS_OF_PART);
                parts.zip(findings.par_chunks(ROWS_OF_PART)).map(pack).collect()
            }
            Some(ranking) => {
                let wanted = rows
                    .iter()
                    .zip(&findings)
                    .filter(|(row, own)| plan.takes(row, own));
                wanted.for_each(|(row, _)| ranking.note(chunk.input, row));
                Vec::new()
            }
        };
        let survey = || {
            let Some(surveyor) = surveyor else { return };
            for (row, findings) in rows.iter().zip(&findings) {
                surveyor.add(input, row, findings, Placed::of(input, row, templates).template);
            }
        };
        let (parts, ()) = rayon::join(packed, survey);
        Portion {
            parts,
            rejects: chunk.rejects,
        }
    }

    fn write_joined(&mut self, joins: Joins, sinks: &mut Sinks) -> Result<JoinSummary> {
        let Material { inputs, settings, .. } = self.material;
        let recorder = Recorder::new(settings);
        let mut part = Part::default();
        let name = |input: u32| inputs[input as usize].name();
        let summary = joins.finish(|finding| {
            let joined = JoinedRow::new(finding, &recorder, &settings);
            let findings = joined.row.findings();
            if let Some(surveyor) = &mut self.surveyor {
                surveyor.add_joined(name, &joined.row, &findings, &joined.finding);
            }
            if !self.plan.takes(&joined.row, &findings) {
                return Ok(());
            }
            drop(findings);
            match &mut self.ranking {
                Some(ranking) => ranking.note_joined(joined),
                None => joined.write(name(joined.input()), &mut part.rows),
            }
            part.flush(ROWS_OF_PORTION, sinks)
        })?;
        part.flush(1, sinks)?;
        Ok(summary)
    }

    /// Writes the worst, if only those are wanted.
    fn write_ranked(&mut self, journal: &Journal, sinks: &mut Sinks) -> Result<()> {
        let Some(ranking) = self.ranking.take() else {
            return Ok(());
        };
        let name = |input: u32| self.material.inputs[input as usize].name();
        let mut part = Part::default();
        for ranked in ranking.finish(journal)? {
            match ranked {
                Ranked::Message(input, row) => {
                    let placed = Placed::of(name(input), &row, self.templates);
                    part.push(placed, &row.findings(), self.kept, self.plan.jsonl);
                }
                Ranked::Joined(joined) => joined.write(name(joined.input()), &mut part.rows),
            }
            part.flush(ROWS_OF_PORTION, sinks)?;
        }
        part.flush(1, sinks)
    }
}

impl Part {
    /// Adds a message and its findings.
    fn push(&mut self, placed: Placed, findings: &[RowFinding], kept: &[String], has_results: bool) {
        self.rows
            .push(Which::Results, &tables::result_cells(placed, findings, kept));
        for finding in findings {
            self.rows
                .push(Which::Findings, &tables::finding_cells(placed, finding));
        }
        let result = &placed.row.result;
        if has_results && !result.is_empty() {
            self.results.extend_from_slice(result.as_bytes());
            self.results.push(b'\n');
        }
    }

    /// Hands its rows over if there are so many.
    fn flush(&mut self, fewest: usize, sinks: &mut Sinks) -> Result<()> {
        match self.rows.len() >= fewest {
            true => sinks.write(std::mem::take(self)),
            false => Ok(()),
        }
    }
}

impl Dossier<'_> {
    /// What a survey tells of the run beside its rows.
    fn facts<'l>(
        &self,
        plan: &Plan,
        material: Material<'_, 'l>,
        opened: &[Option<Decision>],
    ) -> RunFacts<'l> {
        let lang = material.people.lang;
        let met = material.inputs.iter().zip(opened).zip(&self.inputs);
        let met = met.map(|((input, decision), ledger)| {
            // The size of a sheet is a share of its workbook's, for progress.
            let document = decision
                .as_ref()
                .and_then(|decision| decision.document.as_deref());
            let size = input.size().filter(|_| document != Some("xlsx"));
            let facts = InputFacts::new(input.name(), decision.as_ref(), size, ledger.counts, lang);
            facts.failed(ledger.failure.as_deref(), lang)
        });
        let unfound = || material.unfound.iter().map(|error| (error, error.shown(lang)));
        let missing = unfound().filter_map(|(error, told)| {
            let name = error.place().file.as_ref()?.display().to_string();
            let facts = InputFacts::new(&name, None, None, Counts::default(), lang);
            Some(facts.failed(Some(&told), lang))
        });
        let failures = self.inputs.iter().filter_map(|input| input.failure.clone());
        let reasons = self.summary.reasons();
        RunFacts {
            title: None,
            lexicon: material.linter.lexicon,
            only_findings: plan.only_findings,
            inputs: met.chain(missing).collect(),
            failures: unfound().map(|(_, told)| told).chain(failures).collect(),
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
    fn takes(&self, row: &Row, findings: &[RowFinding]) -> bool {
        let is_clean = row.tier == crate::rule::Tier::Clean && row.result.is_empty();
        !(self.only_findings && is_clean) && self.filter.takes(row, findings)
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

impl<'r> Placed<'r> {
    fn of(input: &'r str, row: &'r Row, templates: Option<&Found>) -> Self {
        Self {
            input,
            row,
            template: row.skeleton.and_then(|key| templates?.template_of(Key(key))),
        }
    }
}

fn manifest(dossier: &Dossier, material: Material) -> Result<Manifest> {
    let Material {
        request, settings, ..
    } = material;
    let digests = dossier.files.par_iter().map(|path| output_digest(path));
    let outputs: Result<Vec<FileDigest>> = digests.collect();
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

fn unreadable(error: io::Error) -> Error {
    let reason = say!(
        "运行日志无法读取；请不加 --resume 重新运行",
        "the journal of the run can't be read; run again without --resume"
    );
    Error::new(ErrorKind::Input, reason).because(error)
}
