//! `dunlint review`: a sample of a dump for people to judge, and what they say.

mod export;
mod import;

use clap::Subcommand;
use dunlint::Result;

use super::{Context, Outcome};
pub(super) use import::NO_SHARE;

/// What `review` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a random sample of hits and clean messages as a workbook to fill in
    Export(Box<export::Arguments>),
    /// Read workbooks that were filled in: precision of the rules, share missed, agreement
    Import(import::Arguments),
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    match arguments.command {
        Command::Export(arguments) => export::run(*arguments, context),
        Command::Import(arguments) => import::run(arguments, context),
    }
}
