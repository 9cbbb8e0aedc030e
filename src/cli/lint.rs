//! `dunlint lint`: templates in a repository, for people and CI.

mod fix;
mod outputs;

use std::path::{Path, PathBuf};

use dunlint::lint::config::Config;
use dunlint::lint::{Judges, LintOptions, LintReport, lint, walk};
use dunlint::report::Settings;
use dunlint::report::lint::Shown;
use dunlint::rule::Tier;
use dunlint::{Linter, Result};

use super::{Color, Context, LexiconArguments, Outcome, shown_error, tier_value};
use fix::FixArguments;
pub(super) use outputs::NO_FORMAT;
use outputs::{OutputArguments, show_config, show_files};

/// What `lint` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and folders; the current folder if there are none
    path: Vec<PathBuf>,
    /// Configuration file; by default the nearest dunlint.toml above
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use these rules only: ids, categories, form, globs
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,
    /// Don't use these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Exit with 1 if a text reaches this tier; by default as configured, else warning
    #[arg(long, value_name = "TIER", value_parser = tier_value())]
    fail_on: Option<Tier>,
    /// Exit with 1 for findings of form, too
    #[arg(long)]
    fail_on_form: bool,
    /// Day by whose law texts are judged; by default the lexicon's reference date
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    #[command(flatten)]
    fix: FixArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let paths = match arguments.path.is_empty() {
        true => vec![PathBuf::from(".")],
        false => arguments.path.clone(),
    };
    arguments.output.validate(&arguments.path, context)?;
    let start = folder_of(&paths[0]);
    let (mut config, lexicon) = Config::find(arguments.config.as_deref(), &start, |folder, file| {
        let own = file.lexicons.as_ref().map(|lexicons| folder.join(lexicons));
        let lexicons = arguments.lexicon.lexicons.clone().or(own);
        LexiconArguments { lexicons }.load()
    })?;
    if arguments.output.show_config {
        config.file.overlay(
            &arguments.select,
            &arguments.ignore,
            arguments.fail_on,
            arguments.fail_on_form,
        );
        show_config(&config, lexicon, context)?;
        return Ok(Outcome::Done);
    }
    let (mut candidates, ignored, errors) = walk(&paths, &config)?;
    arguments.output.leave_out(&mut candidates);
    if arguments.output.show_files {
        for error in &errors {
            let text = shown_error(error, context.lang);
            context.note(&text);
        }
        show_files(&candidates, &ignored, context)?;
        return Ok(Outcome::Done);
    }
    let linter = Linter::new(lexicon)?;
    let settings = Settings {
        date: arguments.date,
        ..Settings::new(lexicon, arguments.output.lang(context))
    };
    let options = LintOptions {
        settings,
        select: &arguments.select,
        ignore: &arguments.ignore,
    };
    let mut report = LintReport {
        files: lint(&candidates, &config, &linter, options),
        ignored,
    };
    let judges = Judges::new(&config, &linter, options);
    let mut fixer = arguments.fix.fixer(&candidates, &errors);
    if let Some(outcome) = fixer.run(&mut report, &judges, context)? {
        return Ok(outcome);
    }
    let fail_on = arguments.fail_on.or(config.file.fail_on).unwrap_or(Tier::Warning);
    let fails_on_form = arguments.fail_on_form || config.file.fail_on_form.unwrap_or(false);
    let has_form = || report.diagnostics().any(dunlint::lint::Diagnostic::is_form);
    let outcome = match () {
        () if report.texts().any(|text| text.tier >= fail_on) => Outcome::Found,
        () if fails_on_form && has_form() => Outcome::Found,
        () if fixer.has_failed()
            || !errors.is_empty()
            || report.unread().next().is_some()
            || candidates.is_empty() =>
        {
            Outcome::Incomplete
        }
        () => Outcome::Done,
    };
    let facts = Shown {
        settings,
        terminal: context.terminal(Color::Never),
        most_findings: None,
        only_findings: false,
        fail_on,
        fails_on_form,
        baselined: 0,
        exit_code: outcome.code(),
        unopened: &errors,
    };
    arguments.output.write(&report, facts, context)?;
    Ok(outcome)
}

/// The folder of a path, for the configuration.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.to_owned(),
        false => path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned(),
    }
}
