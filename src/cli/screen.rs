//! `dunlint screen`: dumps.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use dunlint::decode::Encoding;
use dunlint::message::Message;
use dunlint::read::{ColumnOverrides, Format as InputFormat, Input, ReadOptions, Unit, expand};
use dunlint::report::human::Terminal;
use dunlint::report::json::Recorder;
use dunlint::report::visible::visible;
use dunlint::report::{Settings, words};
use dunlint::rule::{Lang, Tier};
use dunlint::screen::{Output, Run, Screened, screen};
use dunlint::{Error, ErrorKind, Linter, Result};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Color, Context, FieldArguments, LexiconArguments, Outcome, shown_error, tier_value, unwritten};

/// What `screen` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files (packed ones too), folders, or - for standard input
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// Where results go: - for standard output, or a .jsonl file; without it a ranked summary on standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Form of the results
    #[arg(long, requires = "output", value_enum)]
    format: Option<ResultFormat>,
    /// Number of threads; by default one a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// How many bytes are read at a time; by default as many as suit the input, 4 MiB at most
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    chunk_size: Option<u32>,
    /// Exit with 1 if a message reaches this tier; off unless given
    #[arg(long, value_name = "TIER", value_parser = tier_value())]
    fail_on: Option<Tier>,
    /// Leave clean messages out of the results
    #[arg(long)]
    only_findings: bool,
    /// Show dismissed matches too, with their reasons
    #[arg(long)]
    dismissed: bool,
    /// Print exact counters of the work on standard error
    #[arg(long)]
    stats: bool,
    /// What is one message in plain text; by default known from the content
    #[arg(long, value_parser = ["line", "paragraph", "file"])]
    unit: Option<String>,
    /// Encoding of the inputs, such as utf-8 or gb18030; by default known from the content
    #[arg(long, value_parser = encoding_value)]
    encoding: Option<Encoding>,
    /// Format of the inputs; by default known from name and content
    #[arg(long, value_name = "FORMAT", value_parser = InputFormat::ALL.map(InputFormat::name))]
    input_format: Option<String>,
    /// Which column or key holds what, such as text=body; may be repeated
    #[arg(long, value_name = "FIELD=NAME")]
    column: Vec<String>,
    /// Don't mask telephone, identity and card numbers and names
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    fields: FieldArguments,
    /// Day by whose law a message without a time is judged; by default the lexicon's reference date
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    /// When colours are used
    #[arg(long, value_enum, default_value = "auto")]
    color: Color,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// What result records look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ResultFormat {
    Jsonl,
}

/// Where result records go.
enum Target {
    /// Nowhere: only the summary is wanted.
    Nowhere,
    Stdout,
    File(PathBuf),
}

/// Bytes read at a time of a large input. A million rows take 78 MB of memory on two threads instead of 95 with 4 MiB, in
/// the same time within what the machine's noise lets one see.
const MOST_CHUNK_BYTES: u64 = 512 << 10;

/// The same of a small one, so that all threads have something to do.
const FEWEST_CHUNK_BYTES: u64 = 64 << 10;

/// Batches that each thread gets at least, if the input is large enough, so that none has to wait for another at the end.
const BATCHES_PER_THREAD: u64 = 8;

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let target = Target::of(&arguments, context)?;
    let mut options = read_options(&arguments)?;
    let found = expand(&arguments.input, arguments.encoding);
    let size = size_of(&found.inputs);
    let lexicon = arguments.lexicon.load()?;
    let linter = Linter::new(lexicon)?;
    for error in &found.errors {
        context.note(&shown_error(error, context.lang));
    }
    note_ignored(&found.ignored, context);
    refuse_overwriting(&target, &found.inputs, context)?;
    let threads = usize::from(arguments.threads.unwrap_or(0));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| {
            Error::said(
                ErrorKind::Usage,
                context.pick("无法启动线程", "threads could not be started"),
            )
            .because(error)
        })?;
    options.batch_bytes = match arguments.chunk_size {
        Some(bytes) => bytes as usize,
        None => chunk_bytes(size, pool.current_num_threads()),
    };
    let settings = Settings {
        date: arguments.date,
        shows_dismissed: arguments.dismissed,
        masks: !arguments.reveal,
        ..Settings::new(lexicon, context.machine_lang)
    };
    let summary = Settings {
        lang: context.lang,
        ..settings
    };
    let recorder = Recorder::new(settings);
    let run = Run {
        linter: &linter,
        recorder: (!matches!(target, Target::Nowhere)).then_some(&recorder),
        summary,
        only_findings: arguments.only_findings,
        complete: &|message: &mut Message| arguments.fields.complete(message),
    };
    let started = Instant::now();
    let progress = progress(&found.inputs, context);
    let mut files = Files::create(&target)?;
    let screened = screen(&found.inputs, &options, run, &pool, |output| {
        progress.inc(output.input_bytes);
        files.write(output)
    });
    progress.finish_and_clear();
    let screened = screened
        .and_then(|screened| files.finish().map(|()| screened))
        .map_err(unwritten)?;
    for error in &screened.failures {
        context.note(&shown_error(error, context.lang));
    }
    note_lossy_numbers(screened.lossy_numbers, context);
    let is_nothing_open = screened.decisions.is_empty() && !arguments.input.is_empty();
    if is_nothing_open && found.errors.len() + screened.failures.len() > 0 {
        let reason = context.pick("没有一个输入能够打开", "no input could be opened");
        return Err(Error::said(ErrorKind::Input, reason));
    }
    let terminal = match target {
        Target::Stdout => Terminal {
            has_color: matches!(arguments.color, Color::Always),
            ..context.terminal(arguments.color)
        },
        Target::Nowhere | Target::File(_) => context.terminal(arguments.color),
    };
    write_summary(&screened, &summary, terminal, &target, context)?;
    if arguments.stats {
        screened
            .summary
            .write_work(&mut context.err, context.lang)
            .map_err(unwritten)?;
    }
    // Wall-clock times stay out of results and summary, which must not differ from run to run.
    let seconds = started.elapsed().as_secs_f64();
    context.note(&format!(
        "{}{}{seconds:.2} s",
        context.pick("用时", "took"),
        words::colon(context.lang)
    ));
    outcome(&screened, found.errors.len(), &arguments, context)
}

/// Files of a named folder that aren't read are told: what nobody looked at must not pass for clean.
fn note_ignored(ignored: &[PathBuf], context: &mut Context) {
    if ignored.is_empty() {
        return;
    }
    let shown = ignored.iter().take(MOST_IGNORED_SHOWN);
    let shown: Vec<String> = shown
        .map(|path| visible(&path.display().to_string()).to_string())
        .collect();
    let more = if ignored.len() > MOST_IGNORED_SHOWN {
        " …"
    } else {
        ""
    };
    let (count, shown) = (ignored.len(), shown.join(words::list_separator(context.lang)));
    context.note(&match context.lang {
        Lang::Zh => format!("提示：文件夹和压缩包中有 {count} 个文件未读（扩展名不在可读之列，或为二进制）：{shown}{more}；要读取请直接写出文件路径（压缩包内的请先解压）"),
        Lang::En => format!("note: {count} files in folders and archives were not read (not of a readable kind, or binary): {shown}{more}; name a file to have it read (unpack it first if it is in an archive)"),
    });
}

/// Numbers that a spreadsheet program has cut can't be told from each other any more.
fn note_lossy_numbers(count: u64, context: &mut Context) {
    if count > 0 {
        context.note(&match context.lang {
            Lang::Zh => format!("提示：工作簿中有 {count} 个超过 15 位的数字以浮点数保存，末位已丢失，结果中标为“（精度丢失）”；请从源系统以文本格式重新导出"),
            Lang::En => format!("note: {count} numbers of more than 15 digits are stored as floats in the workbook; their last digits are lost, and they are marked （精度丢失）; export them again as text"),
        });
    }
}

/// How many unread files are named.
const MOST_IGNORED_SHOWN: usize = 5;

/// The exit code, once everything is written.
fn outcome(screened: &Screened, unfound: usize, arguments: &Arguments, context: &Context) -> Result<Outcome> {
    let summary = &screened.summary;
    if !summary.balances(screened.read) {
        let reason = context.pick(
            "账目不平，本次结果不可用",
            "the balance doesn't add up; don't use these results",
        );
        return Err(Error::said(ErrorKind::Output, reason));
    }
    let flagged = arguments.fail_on.map_or(0, |tier| summary.at_least(tier));
    let unjudged = summary.rejected + (screened.failures.len() + unfound) as u64;
    Ok(match (flagged, unjudged, summary.judged) {
        (1.., _, _) => Outcome::Found,
        (0, 0, 1..) => Outcome::Done,
        _ => Outcome::Incomplete,
    })
}

fn write_summary(
    screened: &Screened,
    settings: &Settings,
    terminal: Terminal,
    target: &Target,
    context: &mut Context,
) -> Result<()> {
    let lang = settings.lang;
    let decisions: Vec<String> = screened
        .decisions
        .iter()
        .map(|(name, decision)| words::decision(name, decision, lang))
        .collect();
    let mut shown = Vec::new();
    let balance = screened.summary.balance(screened.read, lang);
    screened
        .summary
        .write(&mut shown, &decisions, settings, terminal)
        .and_then(|()| writeln!(shown, "\n{balance}"))
        .map_err(unwritten)?;
    match target {
        Target::Stdout => {
            // Nobody listening to stderr is no reason to fail.
            let _ = context.err.write_all(&shown);
            Ok(())
        }
        Target::Nowhere | Target::File(_) => context
            .out
            .write_all(&shown)
            .and_then(|()| context.out.flush())
            .map_err(unwritten),
    }
}

impl Target {
    /// What `-o` names.
    ///
    /// # Errors
    /// If it is neither `-` nor a JSONL file.
    fn of(arguments: &Arguments, context: &Context) -> Result<Self> {
        let lang = context.lang;
        let unknown = |what: &str| {
            let reason = match lang {
                Lang::Zh => {
                    format!("不支持 {what}：结果格式是 JSONL，请写 -o - 或 -o 文件.jsonl")
                }
                Lang::En => format!(
                    "{what} is not supported: the format of results is JSONL; write -o - or -o FILE.jsonl"
                ),
            };
            Error::said(ErrorKind::Usage, reason)
        };
        // The only one; whoever adds another is told here.
        let (None | Some(ResultFormat::Jsonl)) = arguments.format;
        let Some(output) = &arguments.output else {
            return Ok(Target::Nowhere);
        };
        let shown = output.display().to_string();
        let ending = output
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            _ if shown == "-" => Ok(Target::Stdout),
            _ if shown.ends_with('/') || output.is_dir() => Err(unknown(&format!("-o {shown}"))),
            Some("jsonl") => Ok(Target::File(output.clone())),
            _ => Err(unknown(&format!("-o {shown}"))),
        }
    }
}

fn read_options(arguments: &Arguments) -> Result<ReadOptions> {
    let mut columns = ColumnOverrides::default();
    for column in &arguments.column {
        columns.add(column)?;
    }
    Ok(ReadOptions {
        format: arguments.input_format.as_deref().and_then(InputFormat::named),
        unit: arguments.unit.as_deref().and_then(Unit::named),
        encoding: arguments.encoding,
        columns,
        channel: arguments.fields.channel,
        ..ReadOptions::default()
    })
}

fn encoding_value(name: &str) -> std::result::Result<Encoding, String> {
    Encoding::named(name).ok_or_else(|| "utf-8, gb18030, big5, utf-16le, utf-16be".to_owned())
}

/// Results are never written over what is being read.
fn refuse_overwriting(target: &Target, inputs: &[Input], context: &Context) -> Result<()> {
    let Target::File(output) = target else {
        return Ok(());
    };
    for written in [output.clone(), rejects_path(output)] {
        let Ok(written) = written.canonicalize() else {
            continue;
        };
        let is_input =
            |input: &Input| input.path().and_then(|path| path.canonicalize().ok()).as_ref() == Some(&written);
        if inputs.iter().any(is_input) {
            let reason = context.pick(
                "它同时是输入，写入会毁掉它",
                "it is an input too and would be overwritten",
            );
            return Err(Error::said(ErrorKind::Usage, reason).in_file(written));
        }
    }
    Ok(())
}

/// `FILE.rejects.jsonl` beside `FILE.jsonl`.
fn rejects_path(output: &Path) -> PathBuf {
    output.with_extension("rejects.jsonl")
}

/// The open outputs of a run.
struct Files {
    records: Option<Box<dyn Write + Send>>,
    rejects: Option<PathBuf>,
    open_rejects: Option<BufWriter<File>>,
}

impl Files {
    fn create(target: &Target) -> Result<Self> {
        let mut files = Self {
            records: None,
            rejects: None,
            open_rejects: None,
        };
        match target {
            Target::Nowhere => {}
            Target::Stdout => files.records = Some(Box::new(BufWriter::new(io::stdout()))),
            Target::File(path) => {
                // The folder of the results may not be there yet, as on a fresh clone.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let created = folder
                    .map_or(Ok(()), std::fs::create_dir_all)
                    .and_then(|()| File::create(path));
                let created = created.map_err(|error| unwritten(error).in_file(path))?;
                files.records = Some(Box::new(BufWriter::new(created)));
                files.rejects = Some(rejects_path(path));
            }
        }
        Ok(files)
    }

    fn write(&mut self, output: &Output) -> io::Result<()> {
        if let Some(records) = &mut self.records {
            records.write_all(&output.records)?;
        }
        if let Some(path) = self.rejects.as_ref().filter(|_| !output.rejects.is_empty()) {
            let rejects = match &mut self.open_rejects {
                Some(rejects) => rejects,
                closed @ None => closed.insert(BufWriter::new(File::create(path)?)),
            };
            rejects.write_all(&output.rejects)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(records) = &mut self.records {
            records.flush()?;
        }
        match (&mut self.open_rejects, &self.rejects) {
            (Some(rejects), _) => rejects.flush(),
            // Rejects of an earlier run would be taken for this one's.
            (None, Some(path)) if path.exists() => std::fs::remove_file(path),
            (None, _) => Ok(()),
        }
    }
}

/// Bytes to read at a time of inputs of so many bytes, if they tell.
fn chunk_bytes(size: Option<u64>, threads: usize) -> usize {
    let share = size.map_or(MOST_CHUNK_BYTES, |bytes| {
        bytes / (BATCHES_PER_THREAD * threads as u64)
    });
    share.clamp(FEWEST_CHUNK_BYTES, MOST_CHUNK_BYTES) as usize
}

/// Bytes of all inputs; none if one of them doesn't tell, as a pipe.
fn size_of(inputs: &[Input]) -> Option<u64> {
    inputs.iter().map(Input::size).sum()
}

/// A bar over the bytes of the inputs if somebody watches, otherwise nothing.
fn progress(inputs: &[Input], context: &Context) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = match size_of(inputs) {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::new_spinner(),
    };
    let template = context.pick(
        "{bar:30} {bytes}/{total_bytes} 每秒 {bytes_per_sec} 剩余 {eta}",
        "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
    );
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_stand_beside_the_results() {
        assert_eq!(
            rejects_path(Path::new("out/a.jsonl")),
            Path::new("out/a.rejects.jsonl")
        );
    }
}
