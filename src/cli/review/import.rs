//! `dunlint review import`: workbooks that were filled in → figures, and candidates for examples.

mod show;

use std::path::{Path, PathBuf};

use dunlint::Result;
use dunlint::review::candidates::Candidates;
use dunlint::review::{Figures, filled};

use crate::cli::{Context, Outcome, unwritten};

/// What `review import` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Workbooks that were filled in, one a reviewer, all of one sample
    #[arg(required = true, value_name = "FILLED")]
    workbook: Vec<PathBuf>,
    /// Folder for misses.toml (false hits), hits.jsonl and missed.jsonl; without it only the figures are printed
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Exit with 1 if the precision over all is below this, such as 0.95
    #[arg(long, value_name = "P", value_parser = share_value)]
    fail_under_precision: Option<f64>,
}

/// Why a share isn't taken; [`help`](crate::cli::help) has the Chinese.
pub(in crate::cli) const NO_SHARE: &str = "not a share from 0 to 1";

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let filled = filled::read_all(&arguments.workbook)?;
    let figures = Figures::of(&filled).expect("at least one workbook is required");
    for (filled, path) in filled.iter().zip(&arguments.workbook) {
        for problem in &filled.problems {
            let (file, lang) = (path.display(), context.lang);
            let colon = dunlint::report::words::colon(lang);
            context.note(&format!("{file}{colon}{}", problem.sentence().get(lang)));
        }
    }
    let written = match &arguments.output {
        Some(folder) => {
            let lang = match arguments.json {
                true => context.machine_lang,
                false => context.lang,
            };
            let candidates = Candidates::of(&filled, lang).expect("at least one workbook is required");
            write(&candidates, folder)?;
            Some((folder.as_path(), candidates.counts))
        }
        None => None,
    };
    match arguments.json {
        true => serde_json::to_writer_pretty(&mut context.out, &figures)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(context.out)),
        false => show::write(&figures, written, context),
    }
    .map_err(unwritten)?;
    let is_below = arguments
        .fail_under_precision
        .is_some_and(|floor| figures.is_below(floor));
    if let Some(floor) = arguments.fail_under_precision.filter(|_| is_below) {
        context.note(&match context.lang {
            dunlint::rule::Lang::Zh => format!("总体精确率低于 {floor}，或没有可计的判断"),
            dunlint::rule::Lang::En => {
                format!("the precision over all is below {floor}, or nothing was judged")
            }
        });
    }
    Ok(match is_below {
        true => Outcome::Found,
        false => Outcome::Done,
    })
}

fn write(candidates: &Candidates, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| unwritten(error).in_file(folder))?;
    for (name, text) in candidates.files() {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| unwritten(error).in_file(path))?;
    }
    Ok(())
}

fn share_value(text: &str) -> std::result::Result<f64, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| NO_SHARE.to_owned())
}
