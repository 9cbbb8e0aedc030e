//! `dunlint schema`: the JSON schemas of configurations and records.

use std::io::Write;

use dunlint::Result;
use dunlint::schema::{SchemaOf, schema};

use super::{Context, Outcome, unwritten};

/// What `schema` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What the schema is of
    of: SchemaOf,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Result<Outcome> {
    writeln!(context.out, "{:#}", schema(arguments.of)).map_err(unwritten)?;
    Ok(Outcome::Done)
}
