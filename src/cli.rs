//! The command line: arguments in, wiring, an exit code out.
//!
//! One file a command under `cli/`; each reads its arguments, calls the library and a writer of
//! [`report`](dunlint::report), and returns an [`Outcome`]. Nothing here judges, measures or formats a result.

mod check;
mod diff_rules;
mod eval;
mod explain;
mod help;
mod lint;
mod lsp;
mod reading;
mod review;
mod rules;
mod schema;
mod screen;
mod sniff;
mod test;
mod train;
mod verify;
mod why;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use dunlint::error::Sentence;
use dunlint::message::{Channel, CreditorKind, Message, Role, Time};
use dunlint::report::human::Terminal;
use dunlint::report::words::pick;
use dunlint::rule::{Category, Lang, Tier};
use dunlint::{Error, ErrorKind, Lexicon, Result};

/// Judges Chinese debt-collection text: how much harassment risk a message carries, in which words, against
/// which law, and what to write instead. Works offline.
#[derive(Debug, Parser)]
#[command(
    name = "dunlint",
    version,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Arguments {
    /// Language of help, reports and messages; by default that of the locale, and zh for machine formats
    #[arg(long, global = true, value_name = "LANG", display_order = 900)]
    lang: Option<Lang>,
    /// Print help
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort, display_order = 901)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, display_order = 902)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge messages given as arguments or on standard input
    Check(check::Arguments),
    /// Judge the templates in files and folders
    Lint(lint::Arguments),
    /// Serve an editor: findings, explanations and replacements while somebody writes
    Lsp(lsp::Arguments),
    /// Judge dumps: files, folders, standard input
    Screen(screen::Arguments),
    /// Check a case folder against its manifest
    Verify(verify::Arguments),
    /// Show how inputs would be read: format, encoding, columns, first records
    Sniff(sniff::Arguments),
    /// Tell how the verdict on a text came about, stage by stage
    Why(why::Arguments),
    /// Show a rule with its law, examples and lawful wording
    Explain(explain::Arguments),
    /// List the rules, or the clauses with the rules that cite them
    Rules(rules::Arguments),
    /// Measure verdicts against labelled messages
    Eval(eval::Arguments),
    /// Have people judge a random sample of a dump, and tell how right the rules are
    Review(review::Arguments),
    /// Check rules against their own examples, their data and clean texts
    Test(test::Arguments),
    /// Show the verdicts that another lexicon changes
    DiffRules(diff_rules::Arguments),
    /// Learn the second opinion's weights from labelled messages
    Train(train::Arguments),
    /// Print the JSON schema of configurations, input records or result records
    Schema(schema::Arguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man,
}

#[derive(Debug, clap::Args)]
struct CompletionsArguments {
    /// The shell
    shell: clap_complete::Shell,
}

/// How a command ended, short of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done, and nothing to object to.
    Done,
    /// Something is at or above `--fail-on`, below a floor, or not as its example says.
    Found,
    /// Nothing is, but something that should have been judged was not.
    Incomplete,
}

/// What commands share: language and streams.
struct Context {
    /// For people.
    lang: Lang,
    /// For machine formats: zh unless asked for otherwise, so that they don't depend on the locale.
    machine_lang: Lang,
    out: Box<dyn Write>,
    err: Box<dyn Write + Send>,
}

/// Which lexicon is used.
#[derive(Debug, clap::Args)]
struct LexiconArguments {
    /// Folder with an own lexicon, read over the bundled one
    #[arg(long, value_name = "DIR")]
    lexicons: Option<PathBuf>,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// If standard output is a terminal and NO_COLOR isn't set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What is known of a message besides its words.
#[derive(Debug, Clone, Default, clap::Args)]
struct FieldArguments {
    /// How the messages are sent
    #[arg(long, value_parser = known_value::<Channel>(&["sms", "im", "letter", "call", "visit", "template", "article", "other"]))]
    channel: Option<Channel>,
    /// Number, port or name that the messages come from
    #[arg(long)]
    sender: Option<String>,
    /// What the receiver is to the debt
    #[arg(long, value_name = "ROLE", value_parser = known_value::<Role>(&["debtor", "guarantor", "third_party", "unknown"]))]
    recipient_role: Option<Role>,
    /// What the creditor is; chooses the sector rules that are cited
    #[arg(long, value_name = "KIND", value_parser = known_value::<CreditorKind>(&["bank", "card", "consumer_finance", "micro_loan", "online_platform", "other"]))]
    creditor_kind: Option<CreditorKind>,
    /// When the messages were sent, such as "2026-03-02 14:05"
    #[arg(long, value_parser = time_value)]
    time: Option<Time>,
    /// Province, for regional rules
    #[arg(long)]
    region: Option<String>,
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    let asked = help::lang_asked(&given);
    let lang = asked.unwrap_or_else(|| help::lang_of_locale(|name| std::env::var(name).ok()));
    let mut command = help::translated(Arguments::command(), lang);
    let parsed = command
        .try_get_matches_from_mut(&given)
        .map_err(|error| match help::is_help(&error) {
            // Only now, because few ask for it: the same command line, with help that fits.
            true => {
                let mut wrapped =
                    help::wrapped(help::translated(Arguments::command(), lang), lang, columns());
                wrapped.try_get_matches_from_mut(&given).err().unwrap_or(error)
            }
            false => error,
        });
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return help::refuse(&error, &command, &given, lang),
    };
    let mut context = Context {
        lang,
        machine_lang: asked.unwrap_or_default(),
        out: Box::new(io::BufWriter::new(io::stdout())),
        err: Box::new(io::stderr()),
    };
    let outcome = run(arguments.command, command, &mut context);
    let outcome = outcome.and_then(|outcome| {
        context.out.flush().map_err(unwritten)?;
        Ok(outcome)
    });
    match outcome {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let label = pick(lang, "错误：", "error: ");
            // Nothing is left to do if even this can't be written.
            let _ = writeln!(context.err, "{label}{}", shown_error(&error, lang));
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, mut definition: clap::Command, context: &mut Context) -> Result<Outcome> {
    match command {
        Command::Check(arguments) => check::run(arguments, context),
        Command::Lint(arguments) => lint::run(arguments, context),
        Command::Lsp(arguments) => lsp::run(arguments, context),
        Command::Screen(arguments) => screen::run(arguments, context),
        Command::Verify(arguments) => verify::run(arguments, context),
        Command::Sniff(arguments) => sniff::run(arguments, context),
        Command::Why(arguments) => why::run(arguments, context),
        Command::Explain(arguments) => explain::run(arguments, context),
        Command::Rules(arguments) => rules::run(arguments, context),
        Command::Eval(arguments) => eval::run(arguments, context),
        Command::Review(arguments) => review::run(arguments, context),
        Command::Test(arguments) => test::run(arguments, context),
        Command::DiffRules(arguments) => diff_rules::run(arguments, context),
        Command::Train(arguments) => train::run(arguments, context),
        Command::Schema(arguments) => schema::run(&arguments, context),
        Command::Completions(arguments) => {
            // The generator panics where it can't write, so it writes to memory.
            let mut script = Vec::new();
            clap_complete::generate(arguments.shell, &mut definition, "dunlint", &mut script);
            context.out.write_all(&script).map_err(unwritten)?;
            Ok(Outcome::Done)
        }
        Command::Man => {
            clap_mangen::Man::new(definition)
                .render(&mut context.out)
                .map_err(unwritten)?;
            Ok(Outcome::Done)
        }
    }
}

/// Columns of standard output, as the environment or the terminal tells.
fn columns() -> usize {
    let told = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let width = told.or_else(|| {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0))
    });
    width.unwrap_or(80)
}

impl Outcome {
    /// What the program exits with.
    fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Found => 1,
            Outcome::Incomplete => 3,
        }
    }
}

impl Context {
    /// The sentence in the language for people.
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        pick(self.lang, zh, en)
    }

    /// What is known of standard output.
    fn terminal(&self, color: Color) -> Terminal {
        let is_terminal = io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Terminal {
            width: columns(),
            has_color: match color {
                Color::Auto => is_terminal && !no_color,
                Color::Always => true,
                Color::Never => false,
            },
        }
    }

    /// Says something to the person at the terminal that is no result.
    fn note(&mut self, text: &str) {
        // A closed stderr is no reason to stop.
        let _ = writeln!(self.err, "{}", visible_lines(text));
    }
}

impl LexiconArguments {
    /// The bundled lexicon, or the folder's over it.
    ///
    /// # Errors
    /// All problems of the folder at once.
    fn load(&self) -> Result<&'static Lexicon> {
        match &self.lexicons {
            None => Ok(Lexicon::bundled()),
            // Leaked on purpose: it lives as long as the process, like the bundled one.
            Some(folder) => Lexicon::layered_and_kept(folder).map(|lexicon| &*Box::leak(Box::new(lexicon))),
        }
    }
}

impl FieldArguments {
    /// Fills in what the message itself doesn't say.
    fn complete(&self, message: &mut Message) {
        message.channel = message.channel.or(self.channel);
        message.recipient_role = message.recipient_role.or(self.recipient_role);
        message.creditor_kind = message.creditor_kind.or(self.creditor_kind);
        message.time = message.time.or(self.time);
        if message.sender.is_none() {
            message.sender = self.sender.clone().map(Into::into);
        }
        if message.region.is_none() {
            message.region = self.region.clone().map(Into::into);
        }
    }
}

/// One of the ids that the type has in records.
fn known_value<T>(ids: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: serde::de::DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(ids).try_map(|id| serde_json::from_value(serde_json::Value::from(id)))
}

/// A tier that a message can be flagged with.
fn tier_value() -> impl TypedValueParser<Value = Tier> {
    known_value(&["notice", "warning", "severe"])
}

/// A category.
fn category_value() -> impl TypedValueParser<Value = Category> {
    PossibleValuesParser::new(Category::ALL.map(Category::id))
        .try_map(|id| serde_json::from_value::<Category>(serde_json::Value::from(id)))
}

/// Why a time or a date isn't taken; [`help`] has the Chinese.
const NO_TIME: &str = "not a time such as 2026-03-02 14:05 or 23:40";
const NO_DATE: &str = "not a date such as 2026-03-02";

fn time_value(text: &str) -> std::result::Result<Time, String> {
    Time::parse_of_record(text).ok_or_else(|| NO_TIME.to_owned())
}

fn date_value(text: &str) -> std::result::Result<jiff::civil::Date, String> {
    let date = Time::parse(text).and_then(|time| time.date);
    date.ok_or_else(|| NO_DATE.to_owned())
}

/// A failure to write results.
fn unwritten(error: io::Error) -> Error {
    let reason = Sentence {
        zh: "结果无法写出".to_owned(),
        en: "results could not be written".to_owned(),
    };
    Error::new(ErrorKind::Output, reason).because(error)
}

fn is_closed_pipe(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    let source = source.and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|source| source.kind() == io::ErrorKind::BrokenPipe)
}

/// A failure in the language for people, fit for a terminal.
fn shown_error(error: &Error, lang: Lang) -> String {
    visible_lines(&error.shown(lang))
}

/// A text for stderr, its lines kept: paths and ids are hostile too.
fn visible_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(dunlint::report::visible::visible).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn closed_pipes_are_told_from_full_disks() {
        assert!(is_closed_pipe(&unwritten(io::ErrorKind::BrokenPipe.into())));
        assert!(!is_closed_pipe(&unwritten(io::ErrorKind::StorageFull.into())));
    }
}
