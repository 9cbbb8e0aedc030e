//! `dunlint lint`: templates in a repository, for people and CI.

mod cache;
mod fix;
mod gate;
mod inputs;
mod outputs;

use std::path::{Path, PathBuf};

use dunlint::lint::baseline::Baseline;
use dunlint::lint::config::Config;
use dunlint::lint::suppress::{self, Suppressions};
use dunlint::lint::{FileReport, Judges, LintOptions, LintReport};
use dunlint::report::Settings;
use dunlint::report::lint::Shown;
use dunlint::rule::Tier;
use dunlint::{Lexicon, Linter, Result};

use super::{Color, Context, LexiconArguments, Outcome, shown_error, tier_value};
use cache::CacheArguments;
use fix::FixArguments;
use gate::{BaselineArguments, Looked, outcome};
use inputs::{InputArguments, Inputs, Named};
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

/// What a run is about.
struct Run<'r> {
    arguments: &'r Arguments,
    config: &'r Config,
    lexicon: &'static Lexicon,
    baseline: Option<Baseline>,
    named: &'r Named,
    inputs: Inputs,
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
    let run = Run {
        arguments: &arguments,
        config: &config,
        lexicon,
        baseline,
        named: &named,
        inputs,
    };
    run.lint(context)
}

impl Run<'_> {
    /// Judges the files, leaves out what somebody let pass, fixes where that is asked for, and tells.
    fn lint(mut self, context: &mut Context) -> Result<Outcome> {
        let arguments = self.arguments;
        let linter = Linter::new(self.lexicon)?;
        let settings = Settings {
            date: arguments.date,
            ..Settings::new(self.lexicon, arguments.output.lang(context))
        };
        let options = LintOptions {
            settings,
            select: &arguments.select,
            ignore: &arguments.ignore,
        };
        let day = arguments.date.unwrap_or_else(suppress::today);
        let suppressions = Suppressions::find(self.config, self.lexicon, options, day)?;
        arguments.input.note_unchanged(&self.inputs, context);
        let mut report = self.judge(&linter, options, context)?;
        let folders = arguments.input.whole_folders(self.named);
        let leave_suppressed = |files: &mut Vec<FileReport>| {
            suppressions.apply_all(files, &folders);
            self.inputs.keep_changed(files);
        };
        let mut fixer = arguments.fix.fixer(&self.inputs.candidates, &self.inputs.errors);
        if arguments.fix.is_wanted() {
            let mut left = report.files.clone();
            leave_suppressed(&mut left);
            if let Some(baseline) = &self.baseline {
                baseline.subtract(&mut left, false);
            }
            let judges = Judges::new(self.config, &linter, options);
            if let Some(outcome) = fixer.run(&left, &mut report, &judges, context)? {
                return Ok(outcome);
            }
        }
        leave_suppressed(&mut report.files);
        let baselined = self.leave_known(&mut report, context)?;
        let is_incomplete = fixer.has_failed() || self.inputs.is_incomplete(&report);
        self.tell(&report, settings, baselined, is_incomplete, context)
    }

    /// What the files are, as they stand.
    fn judge(&mut self, linter: &Linter, options: LintOptions, context: &Context) -> Result<LintReport> {
        let cache = self.arguments.cache.open();
        let files = self
            .inputs
            .lint(self.config, linter, options, cache.as_ref(), context)?;
        if let Some(cache) = cache {
            cache.save();
        }
        Ok(LintReport::new(files, std::mem::take(&mut self.inputs.ignored)))
    }

    /// Takes out what the baseline knows, and tells how much that is.
    fn leave_known(&self, report: &mut LintReport, context: &mut Context) -> Result<usize> {
        let arguments = self.arguments;
        let looked = Looked {
            named: self.named,
            inputs: &self.inputs,
            is_narrow: arguments.input.is_narrow()
                || !arguments.select.is_empty()
                || !arguments.ignore.is_empty(),
        };
        match &self.baseline {
            Some(baseline) => arguments.baseline.apply(baseline, report, looked, context),
            None => Ok(0),
        }
    }

    /// Writes what is asked for, and says how the run ended.
    fn tell(
        &self,
        report: &LintReport,
        settings: Settings,
        baselined: usize,
        is_incomplete: bool,
        context: &mut Context,
    ) -> Result<Outcome> {
        let (arguments, file) = (self.arguments, &self.config.file);
        let fail_on = arguments.fail_on.or(file.fail_on).unwrap_or(Tier::Warning);
        let fails_on_form = arguments.fail_on_form || file.fail_on_form.unwrap_or(false);
        let outcome = outcome(report, is_incomplete, fail_on, fails_on_form);
        let facts = Shown {
            settings,
            terminal: context.terminal(Color::Never),
            most_findings: None,
            only_findings: false,
            fail_on,
            fails_on_form,
            baselined,
            exit_code: outcome.code(),
            unopened: &self.inputs.errors,
        };
        arguments.output.write(report, facts, context)?;
        Ok(outcome)
    }
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
