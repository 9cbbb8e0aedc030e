//! `dunlint screen`: dumps.
//!
//! Result records go out as they come ([`stream`]); tables and case folders are made of a journal ([`journal`]), which
//! outlives the run if that is ended before its time.

mod journal;
mod progress;
mod stream;
mod target;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use dunlint::message::Message;
use dunlint::read::{Decision, Input, Inputs, ReadOptions};
use dunlint::report::human::Terminal;
use dunlint::report::json::Recorder;
use dunlint::report::summary::Summary;
use dunlint::report::visible::visible;
use dunlint::report::{Settings, words};
use dunlint::rule::Tier;
use dunlint::screen::filter::Condition;
use dunlint::screen::join::JoinSummary;
use dunlint::screen::journal::Progress as Stand;
use dunlint::screen::{Product, Run, screen};
use dunlint::{Error, ErrorKind, Lexicon, Linter, Result};
use rayon::ThreadPool;

use progress::{Progress, ProgressMode};
use stream::Files;
use target::{ResultFormat, Target};

use super::reading::{ReadingArguments, note_lossy_numbers};
use super::{Color, Context, LexiconArguments, Outcome, tier_value, unwritten};

/// What `screen` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files (packed ones too), folders, patterns such as 'dumps/*.csv', or - for standard input
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// Where results go: - for standard output, a .jsonl, .csv, .parquet, .xlsx or .sqlite file, or a folder/ for all of a case;
    /// without it a ranked summary on standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Form of the results; in a folder what else is wanted beside Parquet, with commas between
    #[arg(long, requires = "output", value_enum, value_delimiter = ',')]
    format: Vec<ResultFormat>,
    /// Keep the columns of the inputs in the table of results
    #[arg(long, requires = "output")]
    keep: bool,
    /// Only messages of which this holds are in the tables, such as tier>=warning or agency=NAME; may be repeated
    #[arg(long = "where", value_name = "CONDITION", value_parser = condition_value)]
    condition: Vec<Condition>,
    /// List so many of the worst, joined findings among the messages; the tables hold only these, the worst first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    top: Option<u32>,
    /// Go on with a run that was ended before its time
    #[arg(long, requires = "output")]
    resume: bool,
    /// How progress is shown on standard error
    #[arg(long, value_enum, default_value = "auto", value_name = "WAY")]
    progress: ProgressMode,
    /// How many bytes are read at a time; by default as many as suit the input, 4 MiB at most
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    chunk_size: Option<u32>,
    /// Exit with 1 if a message or a joined finding reaches this tier; off unless given
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
    /// Don't mask telephone, identity and card numbers and names
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Day by whose law a message without a time is judged; by default the lexicon's reference date
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    /// When colours are used
    #[arg(long, value_enum, default_value = "auto")]
    color: Color,
    #[command(flatten)]
    lexicon: LexiconArguments,
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
    let mut options = arguments.reading.options()?;
    let found = arguments.reading.find(&arguments.input, context);
    let size = size_of(&found.inputs);
    let lexicon = arguments.lexicon.load()?;
    let linter = Linter::new(lexicon)?;
    target.refuse_overwriting(&found.inputs, context)?;
    let pool = arguments.reading.pool(context)?;
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
    let job = Job {
        arguments: &arguments,
        target: &target,
        found: &found,
        size,
        options: &options,
        lexicon,
        linter: &linter,
        settings,
        pool: &pool,
    };
    let started = Instant::now();
    let done = match target.journal() {
        Some(path) => journal::run(&job, &path, context)?,
        None => job.stream(context)?,
    };
    for failure in &done.failures {
        context.note(failure);
    }
    note_lossy_numbers(done.lossy_numbers, context);
    let is_nothing_open = done.decisions.is_empty() && !arguments.input.is_empty();
    if is_nothing_open && found.errors.len() + done.failures.len() > 0 {
        let reason = context.pick("没有一个输入能够打开", "no input could be opened");
        return Err(Error::said(ErrorKind::Input, reason));
    }
    let terminal = match target {
        Target::Stdout => Terminal {
            has_color: matches!(arguments.color, Color::Always),
            ..context.terminal(arguments.color)
        },
        _ => context.terminal(arguments.color),
    };
    write_summary(&done, &job.shown(context), terminal, &target, context)?;
    if arguments.stats {
        done.summary
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
    outcome(&done, found.errors.len(), &arguments, context)
}

/// All that a run needs.
struct Job<'j> {
    arguments: &'j Arguments,
    target: &'j Target,
    found: &'j Inputs,
    /// Bytes of all inputs, if they are known.
    size: Option<u64>,
    options: &'j ReadOptions,
    lexicon: &'static Lexicon,
    linter: &'j Linter<'j>,
    /// What result records and tables look like.
    settings: Settings<'j>,
    pool: &'j ThreadPool,
}

/// What a run came to.
struct Done {
    read: u64,
    summary: Summary,
    /// What messages in a row say together, where that was looked for.
    joined: JoinSummary,
    decisions: Vec<(String, Decision)>,
    /// In words.
    failures: Vec<String>,
    lossy_numbers: u64,
    /// Lines about what was written.
    written: Vec<String>,
}

impl<'j> Job<'j> {
    /// What the summary looks like.
    fn shown(&self, context: &Context) -> Settings<'j> {
        Settings {
            lang: context.lang,
            ..self.settings
        }
    }

    fn run<'r>(
        &'r self,
        product: Product<'r>,
        complete: &'r (dyn Fn(&mut Message) + Sync),
        context: &Context,
    ) -> Run<'r> {
        Run {
            linter: self.linter,
            product,
            summary: self.shown(context),
            top: self.arguments.top.map(|top| top as usize),
            only_findings: self.arguments.only_findings,
            complete,
        }
    }

    /// Writes result records as they come.
    fn stream(&self, context: &mut Context) -> Result<Done> {
        if self.arguments.resume {
            let reason = context.pick(
                "--resume 只适用于表格和文件夹；JSONL 边判边写，请重新运行",
                "--resume is for tables and folders; JSONL is written as it comes: run again",
            );
            return Err(Error::said(ErrorKind::Usage, reason));
        }
        let recorder = Recorder::new(self.settings);
        let product = match self.target {
            Target::Nowhere => Product::Summary,
            _ => Product::Records(&recorder),
        };
        let complete = |message: &mut Message| self.arguments.reading.fields.complete(message);
        let run = self.run(product, &complete, context);
        let mut progress = Progress::new(self.arguments.progress, self.size, context);
        let mut files = Files::create(self.target)?;
        let screened = screen(
            &self.found.inputs,
            self.options,
            run,
            Stand::default(),
            self.pool,
            |output| {
                progress.add(output.input_bytes);
                files.write(output)
            },
        );
        progress.finish();
        let screened = screened
            .and_then(|screened| files.finish().map(|()| screened))
            .map_err(|error| match self.target {
                Target::File(path) => unwritten(error).in_file(path),
                _ => unwritten(error),
            })?;
        let failures = screened.failures.iter();
        Ok(Done {
            read: screened.read,
            summary: screened.summary,
            joined: JoinSummary::default(),
            decisions: screened.decisions,
            failures: failures.map(|error| error.shown(context.lang)).collect(),
            lossy_numbers: screened.lossy_numbers,
            written: Vec::new(),
        })
    }
}

/// The exit code, once everything is written.
fn outcome(screened: &Done, unfound: usize, arguments: &Arguments, context: &Context) -> Result<Outcome> {
    let summary = &screened.summary;
    if !summary.balances(screened.read) {
        let reason = context.pick(
            "账目不平，本次结果不可用",
            "the balance doesn't add up; don't use these results",
        );
        return Err(Error::said(ErrorKind::Output, reason));
    }
    let flagged = |tier| summary.at_least(tier) + screened.joined.at_least(tier);
    let flagged = arguments.fail_on.map_or(0, flagged);
    let unjudged = summary.rejected + (screened.failures.len() + unfound) as u64;
    Ok(match (flagged, unjudged, summary.judged) {
        (1.., _, _) => Outcome::Found,
        (0, 0, 1..) => Outcome::Done,
        _ => Outcome::Incomplete,
    })
}

fn write_summary(
    screened: &Done,
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
        .and_then(|()| {
            screened
                .written
                .iter()
                .try_for_each(|line| writeln!(shown, "{}", visible(line)))
        })
        .map_err(unwritten)?;
    match target {
        Target::Stdout => {
            // Nobody listening to stderr is no reason to fail.
            let _ = context.err.write_all(&shown);
            Ok(())
        }
        _ => context
            .out
            .write_all(&shown)
            .and_then(|()| context.out.flush())
            .map_err(unwritten),
    }
}

fn condition_value(text: &str) -> std::result::Result<Condition, String> {
    // The Chinese of it is added where the error is shown.
    text.parse().map_err(|error: Error| error.reason().en.clone())
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
    let mut sizes = inputs.iter().map(Input::size);
    // An archive may claim anything of its members.
    sizes.try_fold(0, |sum: u64, size| Some(sum.saturating_add(size?)))
}
