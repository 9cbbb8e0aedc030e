//! `dunlint lint`: templates in a repository, for people and CI.

mod cache;
mod fix;
mod gate;
mod inputs;
mod outputs;

use std::path::{Path, PathBuf};

use dunlint::lint::config::Config;
use dunlint::lint::suppress::{self, Suppressions};
use dunlint::lint::{Judges, LintOptions, LintReport};
use dunlint::report::Settings;
use dunlint::report::lint::Shown;
use dunlint::rule::Tier;
use dunlint::{Linter, Result};

use super::{Color, Context, LexiconArguments, Outcome, shown_error, tier_value};
use cache::CacheArguments;
use fix::FixArguments;
use gate::{BaselineArguments, Looked, outcome};
use inputs::InputArguments;
pub(super) use outputs::NO_FORMAT;
use outputs::{OutputArguments, show_config, show_files};

/// What `lint` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and folders; the current folder if there are none
    path: Vec<PathBuf>,
    #[command(flatten)]
    input: InputArguments,
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
    /// Day by whose law texts are judged and on which suppressions expire; by default the lexicon's reference date, for suppressions today
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    #[command(flatten)]
    baseline: BaselineArguments,
    #[command(flatten)]
    cache: CacheArguments,
    #[command(flatten)]
    fix: FixArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let named = arguments.input.named(&arguments.path, context)?;
    arguments.output.validate(&arguments.path, context)?;
    let start = named.start();
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
    let baseline = arguments.baseline.read(&config, context)?;
    let mut inputs = arguments.input.find(&named, &config)?;
    arguments.output.leave_out(&mut inputs.candidates);
    if let Some(baseline) = &baseline {
        inputs.leave_out(baseline.path());
    }
    inputs.narrow();
    if arguments.output.show_files {
        for error in &inputs.errors {
            let text = shown_error(error, context.lang);
            context.note(&text);
        }
        show_files(&inputs.candidates, &inputs.ignored, context)?;
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
    let day = arguments.date.unwrap_or_else(suppress::today);
    let suppressions = Suppressions::find(&config, lexicon, options, day)?;
    let folders = arguments.input.whole_folders(&named);
    arguments.input.note_unchanged(&inputs, context);
    let cache = arguments.cache.open();
    let files = inputs.lint(&config, &linter, options, cache.as_ref(), context)?;
    if let Some(cache) = cache {
        cache.save();
    }
    let mut report = LintReport::new(files, std::mem::take(&mut inputs.ignored));
    let mut fixer = arguments.fix.fixer(&inputs.candidates, &inputs.errors);
    if arguments.fix.is_wanted() {
        let mut left = report.files.clone();
        suppressions.apply_all(&mut left, &folders);
        inputs.keep_changed(&mut left);
        if let Some(baseline) = &baseline {
            baseline.subtract(&mut left, false);
        }
        let judges = Judges::new(&config, &linter, options);
        if let Some(outcome) = fixer.run(&left, &mut report, &judges, context)? {
            return Ok(outcome);
        }
    }
    suppressions.apply_all(&mut report.files, &folders);
    inputs.keep_changed(&mut report.files);
    let looked = Looked {
        named: &named,
        inputs: &inputs,
        is_narrow: arguments.input.is_narrow()
            || !arguments.select.is_empty()
            || !arguments.ignore.is_empty(),
    };
    let baselined = match &baseline {
        Some(baseline) => arguments.baseline.apply(baseline, &mut report, looked, context)?,
        None => 0,
    };
    let fail_on = arguments.fail_on.or(config.file.fail_on).unwrap_or(Tier::Warning);
    let fails_on_form = arguments.fail_on_form || config.file.fail_on_form.unwrap_or(false);
    let is_incomplete = fixer.has_failed() || inputs.is_incomplete(&report);
    let outcome = outcome(&report, is_incomplete, fail_on, fails_on_form);
    let facts = Shown {
        settings,
        terminal: context.terminal(Color::Never),
        most_findings: None,
        only_findings: false,
        fail_on,
        fails_on_form,
        baselined,
        exit_code: outcome.code(),
        unopened: &inputs.errors,
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
