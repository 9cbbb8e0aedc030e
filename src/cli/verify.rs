//! `dunlint verify`: whether a case folder is as it was written.

use std::path::PathBuf;

use dunlint::Result;
use dunlint::report::visible::visible;
use dunlint::report::words::colon;
use dunlint::screen::manifest::verify;

use super::{Context, Outcome, unwritten};

/// What `verify` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder that screen -o has written
    folder: PathBuf,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let verified = verify(&arguments.folder)?;
    let lang = context.lang;
    let lines = verified.problems.iter().map(|problem| ("✗", problem));
    let notes = verified.notes.iter().map(|note| ("·", note));
    let mut shown = String::new();
    for (sign, sentence) in lines.chain(notes) {
        shown += &format!("{sign} {}\n", visible(sentence.get(lang)));
    }
    let facts = [
        (context.pick("完好的文件", "files intact"), verified.intact),
        (
            context.pick("核对无误的输入", "inputs as they were read"),
            verified.inputs_intact,
        ),
        (context.pick("问题", "problems"), verified.problems.len()),
    ];
    for (name, count) in facts {
        shown += &format!("{name}{}{count}\n", colon(lang));
    }
    context.out.write_all(shown.as_bytes()).map_err(unwritten)?;
    Ok(match verified.problems.is_empty() {
        true => Outcome::Done,
        false => Outcome::Found,
    })
}
