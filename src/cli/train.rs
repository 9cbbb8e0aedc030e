//! `dunlint train`: the second opinion's weights, from labelled messages.

use std::io::Write;
use std::path::PathBuf;

use dunlint::Result;
use dunlint::eval::train;
use dunlint::rule::Lang;

use super::eval::{labelled, refuse_measured};
use super::{Context, LexiconArguments, Outcome, unwritten};

/// What `train` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Labelled JSONL files, or folders with them; folders named measured are refused
    #[arg(required = true)]
    labelled: Vec<PathBuf>,
    /// File for the weights
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let (files, records) = labelled(&arguments.labelled, context)?;
    refuse_measured(&files, context)?;
    let weights = train(&records, arguments.lexicon.load()?);
    std::fs::write(&arguments.output, &weights)
        .map_err(|cause| unwritten(cause).in_file(&arguments.output))?;
    let (messages, bytes) = (records.len(), weights.len());
    let line = match context.lang {
        Lang::Zh => format!("由 {messages} 条消息学得权重，{bytes} 字节"),
        Lang::En => format!("weights learned from {messages} messages, {bytes} bytes"),
    };
    writeln!(context.out, "{line}").map_err(unwritten)?;
    Ok(Outcome::Done)
}
