//! `dunlint diff-rules`: the verdicts that another lexicon changes.

use std::path::{Path, PathBuf};

use dunlint::compare::{Change, Comparison, Tally};
use dunlint::lint::{Candidate, Config, walk};
use dunlint::message::Message;
use dunlint::read::{Input, Inputs, expand};
use dunlint::report::changes::{self, Worst};
use dunlint::report::visible::visible;
use dunlint::report::words::colon;
use dunlint::{Error, ErrorKind, Lexicon, Linter, Result};

use super::reading::{ReadingArguments, note_ignored};
use super::{Context, LexiconArguments, Outcome, shown_error, unwritten};

/// What `diff-rules` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Lexicon before: a company's folder, a whole lexicon, or `bundled`
    old: PathBuf,
    /// Lexicon after: the same
    new: PathBuf,
    /// What is judged by both: dumps as screen reads them, files with templates as lint reads them, folders
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Read all files as lint does, those too that screen could read
    #[arg(long)]
    templates: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Show so many changes, the worst first; by default 20, of json 1000, of jsonl all in input order
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    max: Option<u32>,
    /// Don't mask telephone, identity and card numbers and names
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    reading: ReadingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Jsonl,
    Markdown,
}

/// The name of the lexicon in the program.
const BUNDLED: &str = "bundled";

/// Changes that are shown unless told otherwise: what a person reads, and what a program gets at once.
const SHOWN: u32 = 20;
const SHOWN_JSON: u32 = 1_000;

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let old = load(&arguments.old, context)?;
    let new = load(&arguments.new, context)?;
    let (old_linter, new_linter) = (Linter::new(old)?, Linter::new(new)?);
    let (config, _) = Config::find(None, &super::lint::folder_of(&arguments.files[0]), |_, _| Ok(new))?;
    let found = Found::of(&arguments, &config, context)?;
    let pool = arguments.reading.pool(context)?;
    let comparison = Comparison {
        old: &old_linter,
        new: &new_linter,
        masks: !arguments.reveal,
        pool: &pool,
    };
    let streams = arguments.format == Format::Jsonl && arguments.max.is_none();
    let most = arguments.max.unwrap_or(match arguments.format {
        Format::Json => SHOWN_JSON,
        _ => SHOWN,
    });
    let mut worst = Worst::new(most as usize);
    let mut tally = Tally::default();
    let mut unread = found.errors;
    {
        let out = &mut context.out;
        let mut see = |change: Change| match streams {
            true => changes::write_line(&change, out).map_err(unwritten),
            false => {
                worst.add(change);
                Ok(())
            }
        };
        let complete = |message: &mut Message| arguments.reading.fields.complete(message);
        let options = arguments.reading.options()?;
        let failures = comparison.dumps(&found.inputs, &options, &complete, &mut tally, &mut see)?;
        unread.extend(failures.iter().map(|error| shown_error(error, context.lang)));
        let mut note = |place: &str, reason: &str| {
            unread.push(format!("{}{}{reason}", visible(place), colon(context.lang)));
        };
        comparison.templates(
            &found.candidates,
            &config,
            context.lang,
            &mut tally,
            &mut see,
            &mut note,
        )?;
    }
    let shown = worst.finish();
    let lang = match arguments.format {
        Format::Human => context.lang,
        _ => context.machine_lang,
    };
    let out = &mut context.out;
    match arguments.format {
        Format::Human => changes::write_human(&shown, &tally, lang, out),
        Format::Markdown => changes::write_markdown(&shown, &tally, lang, out),
        Format::Json => changes::write_json(&shown, &tally, out),
        Format::Jsonl => shown
            .iter()
            .try_for_each(|change| changes::write_line(change, out))
            .and_then(|()| changes::write_last_line(&tally, out)),
    }
    .map_err(unwritten)?;
    for problem in &unread {
        context.note(problem);
    }
    // Whoever is told that nothing changes must be able to rely on it: then all was compared.
    match (tally.changed, tally.judged, unread.len()) {
        (1.., _, _) => Ok(Outcome::Found),
        (0, 1.., 0) => Ok(Outcome::Done),
        (0, 0, 0) => {
            let reason = context.pick("没有可供比较的消息", "there is no message to compare");
            Err(Error::said(ErrorKind::Input, reason))
        }
        _ => {
            let reason = context.pick(
                "有内容无法读取，不能断定没有变化",
                "not everything could be read, so that nothing changes can't be told",
            );
            Err(Error::said(ErrorKind::Input, reason))
        }
    }
}

/// The lexicon of this name or folder. One with laws and limits of its own is a whole one; others lie over the bundled one.
fn load(name: &Path, context: &mut Context) -> Result<&'static Lexicon> {
    if name.as_os_str() == BUNDLED {
        return Ok(Lexicon::bundled());
    }
    let is_whole = ["laws.toml", "limits.toml"]
        .iter()
        .all(|file| name.join(file).is_file());
    let lexicon = match is_whole {
        // Leaked on purpose: it lives as long as the process, like the bundled one.
        true => Lexicon::read(name).map(|lexicon| &*Box::leak(Box::new(lexicon))),
        false => LexiconArguments {
            lexicons: Some(name.to_owned()),
        }
        .load(),
    };
    if lexicon.is_err() {
        // Errors name files inside the folder, and there are two folders.
        let (folder, colon) = (name.display(), colon(context.lang));
        context.note(&format!("{}{colon}", visible(&folder.to_string())));
    }
    lexicon
}

/// What there is to judge.
struct Found {
    inputs: Vec<Input>,
    candidates: Vec<Candidate>,
    /// In words.
    errors: Vec<String>,
}

impl Found {
    /// Dumps are what `screen` reads; what it doesn't know and `lint` does are templates.
    fn of(arguments: &Arguments, config: &Config, context: &mut Context) -> Result<Self> {
        let is_template = |path: &PathBuf| {
            let is_known = || path.is_file() && config.kind_of(path).is_some() && !config.excludes(path);
            arguments.templates || !Input::file(path).is_candidate() && is_known()
        };
        let files = arguments.files.iter().cloned();
        let (mut templates, dumps): (Vec<PathBuf>, Vec<PathBuf>) = files.partition(is_template);
        let Inputs {
            inputs,
            ignored,
            errors,
        } = expand(&dumps, arguments.reading.read.encoding);
        let (more, ignored): (Vec<PathBuf>, Vec<PathBuf>) = ignored.into_iter().partition(is_template);
        templates.extend(more);
        note_ignored(&ignored, context);
        let shown = |error: &Error| shown_error(error, context.lang);
        let mut errors: Vec<String> = errors.iter().map(shown).collect();
        let candidates = match walk(&templates, config) {
            Ok((candidates, _, unfound)) => {
                errors.extend(unfound.iter().map(shown));
                candidates
            }
            Err(error) => {
                errors.push(shown(&error));
                Vec::new()
            }
        };
        Ok(Self {
            inputs,
            candidates,
            errors,
        })
    }
}
