//! Runs whose results are tables: judged into a journal, put together when all is judged.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use dunlint::message::Message;
use dunlint::report::json::Recorder;
use dunlint::screen::case::Requests;
use dunlint::screen::dossier::{Material, Place, Plan, RUN_LOG, assemble};
use dunlint::screen::filter::Filter;
use dunlint::screen::journal::{Journal, Progress as Stand};
use dunlint::screen::request::Request;
use dunlint::screen::{Product, Scribe, screen};
use dunlint::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::super::{Context, unwritten};
use super::progress::Progress;
use super::target::Target;
use super::{Done, Job};

/// Runs the job, with its journal in this file.
pub(super) fn run(job: &Job, path: &Path, context: &mut Context) -> Result<Done> {
    let begun = Timestamp::now();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(|error| unwritten(error).in_file(path))?;
    let request = Request::new(&job.found.inputs, job.lexicon.version(), options_of(job, context))?;
    let (mut journal, stand) = open(job, path, &request, context)?;
    let plan = plan(job);
    let requests = plan.is_whole().then(|| Requests::new(job.linter)).transpose()?;
    let recorder = Recorder::new(job.settings);
    let scribe = Scribe {
        recorder: &recorder,
        lexicon: job.lexicon,
        lang: job.settings.lang,
        clean_results: plan.jsonl && !plan.only_findings,
        kept_columns: plan.keeps_columns,
        requests: requests.as_ref(),
    };
    let complete = |message: &mut Message| job.arguments.reading.fields.complete(message);
    let run = job.run(Product::Journal(scribe), &complete, context);
    let mut progress = Progress::new(job.arguments.progress, job.size, context);
    let screened = screen(&job.found.inputs, job.options, run, stand, job.pool, |output| {
        progress.add(output.input_bytes);
        journal.append(&output.frame)
    });
    progress.finish();
    screened.map_err(|error| interrupted(path, error, context))?;
    let ignored: Vec<String> = job
        .found
        .ignored
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let material = Material {
        request: &request,
        inputs: &job.found.inputs,
        linter: job.linter,
        settings: job.settings,
        people: job.shown(context),
        ignored: &ignored,
        unfound: &job.found.errors,
        pool: job.pool,
    };
    let dossier = assemble(&journal, &plan, material)?;
    if let Target::Folder(folder) = job.target {
        log(folder, begun, stand, job).map_err(|error| unwritten(error).in_file(folder.join(RUN_LOG)))?;
    }
    journal.remove().map_err(|error| unwritten(error).in_file(path))?;
    let joined = dossier.joined;
    let written = dossier.files.iter().map(|file| {
        let label = context.pick("已写出 ", "wrote ");
        format!("{label}{}", file.display())
    });
    let failures = dossier.inputs.iter().filter_map(|input| input.failure.clone());
    Ok(Done {
        read: dossier.read,
        failures: failures.collect(),
        lossy_numbers: dossier.lossy_numbers,
        written: joined.line(context.lang).into_iter().chain(written).collect(),
        joined,
        decisions: dossier.decisions,
        summary: dossier.summary,
    })
}

fn plan(job: &Job) -> Plan {
    let arguments = job.arguments;
    let (place, (tables, jsonl)) = match job.target {
        Target::Table(file, format) => (Place::File(file.clone()), (vec![*format], false)),
        Target::Folder(folder) => (
            Place::Folder(folder.clone()),
            Target::folder_formats(&arguments.format),
        ),
        Target::Nowhere | Target::Stdout | Target::File(_) => unreachable!("these have no journal"),
    };
    Plan {
        place,
        tables,
        jsonl,
        keeps_columns: arguments.keep,
        only_findings: arguments.only_findings,
        filter: Filter::new(arguments.condition.clone()),
        top: arguments.top.map(|top| top as usize),
    }
}

/// The journal to write to, and what is judged in it.
fn open(job: &Job, path: &Path, request: &Request, context: &mut Context) -> Result<(Journal, Stand)> {
    let unusable = |error| unwritten(error).in_file(path);
    if job.arguments.resume && !request.is_repeatable() {
        let reason = context.pick(
            "标准输入和管道只能读一次，无法 --resume；请先存为文件",
            "stdin and pipes can be read only once, so --resume can't go on with them; save them to a file first",
        );
        return Err(Error::said(ErrorKind::Usage, reason));
    }
    let earlier = Journal::request::<Request>(path);
    match (job.arguments.resume, earlier) {
        (true, Ok(Some(earlier))) => {
            let differences = earlier.differences(request);
            if !differences.is_empty() {
                let differences = differences.join(", ");
                let reason = match context.lang {
                    dunlint::rule::Lang::Zh => format!(
                        "未完成的那次运行与本次不同（{differences}），不能接着做；请按原样重跑，或去掉 --resume 从头开始"
                    ),
                    dunlint::rule::Lang::En => format!(
                        "the unfinished run was asked for something else ({differences}), so it can't be gone on with; repeat it as it was, or begin anew without --resume"
                    ),
                };
                return Err(Error::said(ErrorKind::Usage, reason).in_file(path));
            }
            let (journal, stand) = Journal::resume(path).map_err(unusable)?;
            context.note(context.pick("接着上次继续", "going on where the last run ended"));
            return Ok((journal, stand));
        }
        (true, Ok(None)) => context.note(context.pick(
            "提示：没有未完成的运行，从头开始",
            "note: there is no unfinished run; beginning anew",
        )),
        (true, Err(error)) => return Err(unusable(error)),
        (false, Ok(Some(_)) | Err(_)) => context.note(context.pick(
            "提示：有一次未完成的运行，已丢弃；要接着做请加 --resume",
            "note: an unfinished run was found and is dropped; --resume would go on with it",
        )),
        (false, Ok(None)) => {}
    }
    let journal = Journal::create(path, request).map_err(unusable)?;
    Ok((journal, Stand::default()))
}

/// The options that change results, each as it would be written.
fn options_of(job: &Job, context: &Context) -> Vec<String> {
    let arguments = job.arguments;
    let mut options = vec![
        format!("--lang={}", job.settings.lang.id()),
        format!("shown-in={}", context.lang.id()),
    ];
    let mut flag = |name: &str, is_given: bool| {
        if is_given {
            options.push(format!("--{name}"));
        }
    };
    flag("only-findings", arguments.only_findings);
    flag("dismissed", arguments.dismissed);
    flag("reveal", arguments.reveal);
    flag("keep", arguments.keep);
    let mut value = |name: &str, value: Option<String>| {
        options.extend(value.map(|value| format!("--{name}={value}")));
    };
    value("unit", arguments.reading.read.unit.clone());
    value(
        "encoding",
        arguments
            .reading
            .read
            .encoding
            .map(|encoding| encoding.name().to_owned()),
    );
    value("input-format", arguments.reading.read.input_format.clone());
    value("date", arguments.date.map(|date| date.to_string()));
    value("top", arguments.top.map(|top| top.to_string()));
    for column in &arguments.reading.read.column {
        value("column", Some(column.clone()));
    }
    for format in &arguments.format {
        value("format", Some(format!("{format:?}").to_lowercase()));
    }
    for condition in &arguments.condition {
        value("where", Some(format!("{condition:?}")));
    }
    let fields = &arguments.reading.fields;
    value("channel", fields.channel.map(|channel| channel.id().to_owned()));
    value("sender", fields.sender.clone());
    value(
        "recipient-role",
        fields.recipient_role.map(|role| role.id().to_owned()),
    );
    value(
        "creditor-kind",
        fields.creditor_kind.map(|kind| kind.id().to_owned()),
    );
    value("time", fields.time.map(|time| time.to_string()));
    value("region", fields.region.clone());
    options
}

/// Notes when a run was, which is no part of its results.
fn log(folder: &Path, begun: Timestamp, stand: Stand, job: &Job) -> std::io::Result<()> {
    let ended = Timestamp::now();
    let line = serde_json::json!({
        "begun": begun.to_string(),
        "ended": ended.to_string(),
        "seconds": ended.duration_since(begun).as_secs_f64(),
        "threads": job.pool.current_num_threads(),
        "resumed": stand != Stand::default(),
    });
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(RUN_LOG))?;
    writeln!(file, "{line}")
}

fn interrupted(path: &Path, error: std::io::Error, context: &Context) -> Error {
    let reason = context.pick(
        "无法写入；已判定的部分已保留，腾出空间后加 --resume 继续",
        "can't be written; what is judged so far is kept: free space and go on with --resume",
    );
    Error::said(ErrorKind::Output, reason)
        .in_file(path)
        .because(error)
}
