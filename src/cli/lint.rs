//! `dunlint lint`: templates in a repository, for people and CI.

use std::io::Write;
use std::path::{Path, PathBuf};

use dunlint::lint::config::Config;
use dunlint::lint::{LintOptions, LintReport, lint, walk};
use dunlint::report::Settings;
use dunlint::rule::Tier;
use dunlint::{Linter, Result};

use super::{Context, LexiconArguments, Outcome, shown_error, tier_value, unwritten};

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
    lexicon: LexiconArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let paths = match arguments.path.is_empty() {
        true => vec![PathBuf::from(".")],
        false => arguments.path.clone(),
    };
    let start = folder_of(&paths[0]);
    let (config, lexicon) = Config::find(arguments.config.as_deref(), &start, |folder, file| {
        let own = file.lexicons.as_ref().map(|lexicons| folder.join(lexicons));
        let lexicons = arguments.lexicon.lexicons.clone().or(own);
        LexiconArguments { lexicons }.load()
    })?;
    let linter = Linter::new(lexicon)?;
    let settings = Settings {
        date: arguments.date,
        ..Settings::new(lexicon, context.lang)
    };
    let (candidates, ignored, errors) = walk(&paths, &config)?;
    for error in &errors {
        let text = shown_error(error, context.lang);
        context.note(&text);
    }
    let options = LintOptions {
        settings,
        select: &arguments.select,
        ignore: &arguments.ignore,
    };
    let report = LintReport {
        files: lint(&candidates, &config, &linter, options),
        ignored,
    };
    for found in report.diagnostics() {
        let place = &found.location;
        writeln!(
            context.out,
            "{}:{}:{}: {} {} {}",
            place.path,
            place.line,
            place.column,
            found.tier.title(context.lang),
            found.rule,
            found.message
        )
        .map_err(unwritten)?;
    }
    let fail_on = arguments.fail_on.or(config.file.fail_on).unwrap_or(Tier::Warning);
    let fails_on_form = arguments.fail_on_form || config.file.fail_on_form.unwrap_or(false);
    let has_form = || report.diagnostics().any(dunlint::lint::Diagnostic::is_form);
    Ok(match () {
        () if report.texts().any(|text| text.tier >= fail_on) => Outcome::Found,
        () if fails_on_form && has_form() => Outcome::Found,
        () if !errors.is_empty() || report.unread().next().is_some() || candidates.is_empty() => {
            Outcome::Incomplete
        }
        () => Outcome::Done,
    })
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
