//! `dunlint lsp`: the language server for editors.

use std::io::BufReader;
use std::path::PathBuf;

use dunlint::Result;
use dunlint::lsp::{Ending, Options, serve};

use super::{Context, LexiconArguments, Outcome, help, unwritten};

/// What `lsp` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Configuration file for all documents; by default the nearest dunlint.toml above each
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Day by whose law texts are judged and on which suppressions expire; by default the lexicon's reference date, for suppressions today
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    /// Speak over standard input and output; there is no other way, so it may be left out
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// Runs the command: until the client leaves; 1 if it does so without having asked to shut down.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    // A wrong folder is told of here, where somebody sets the server up.
    arguments.lexicon.load()?;
    say_no_words_when_panicking();
    let given: Vec<_> = std::env::args_os().collect();
    let options = Options {
        lang: context.lang,
        is_lang_asked: help::lang_asked(&given).is_some(),
        config: arguments.config,
        lexicons: arguments.lexicon.lexicons,
        date: arguments.date,
    };
    let input = BufReader::new(std::io::stdin());
    let ending = serve(input, &mut context.out, options).map_err(unwritten)?;
    Ok(match ending {
        Ending::Orderly => Outcome::Done,
        Ending::Abrupt => Outcome::Found,
    })
}

/// A panic ends the judging of one document only; what it says may hold words of the document.
fn say_no_words_when_panicking() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("dunlint lsp: panic at {place}");
    }));
}
