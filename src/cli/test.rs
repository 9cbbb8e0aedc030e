//! `dunlint test`: a pack of rules against its own examples, its own data and clean texts.

use std::io::{self, Write};
use std::path::PathBuf;

use dunlint::pack::{Budgets, inspect};
use dunlint::report::pack;
use dunlint::{Linter, Result};

use super::{Context, LexiconArguments, Outcome, unwritten};

/// What `test` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of an own lexicon, tested over the bundled one; without it the bundled one is tested
    dir: Option<PathBuf>,
    /// Share of the bundled clean texts that each own rule may flag, such as 0.5%
    #[arg(long, value_name = "SHARE", default_value = "0.5%", value_parser = percent_value)]
    budget: f64,
    /// Share of the bundled clean texts that all own rules together may flag
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = percent_value)]
    pack_budget: f64,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Why a budget isn't taken; [`help`](super::help) has the Chinese.
pub(super) const NO_PERCENT: &str = "not a share such as 0.5% or 0.005";

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = LexiconArguments {
        lexicons: arguments.dir.clone(),
    };
    let lexicon = lexicon.load()?;
    let budgets = Budgets {
        rule: arguments.budget,
        pack: arguments.pack_budget,
    };
    let linter = Linter::new(lexicon)?;
    let inspection = inspect(arguments.dir.as_deref(), lexicon, &linter, budgets)?;
    match arguments.format {
        Format::Human => pack::write(&inspection, context.lang, &mut context.out),
        Format::Json => serde_json::to_writer_pretty(&mut context.out, &inspection)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(context.out)),
    }
    .map_err(unwritten)?;
    Ok(match inspection.passes() {
        true => Outcome::Done,
        false => Outcome::Found,
    })
}

fn percent_value(text: &str) -> std::result::Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().ok().map(|number| number / unit);
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| NO_PERCENT.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_shares_and_percents() {
        for (text, share) in [
            ("0.5%", Some(0.005)),
            ("0.005", Some(0.005)),
            ("0", Some(0.0)),
            ("100%", Some(1.0)),
            ("2", None),
            ("101%", None),
            ("-1%", None),
            ("NaN", None),
            ("x", None),
        ] {
            assert_eq!(percent_value(text).ok(), share, "{text}");
        }
    }
}
