//! `dunlint why`: the trace of a verdict.

use dunlint::report::{Judged, Settings, why, words};
use dunlint::{Linter, Result};

use super::check::{each_record, note_nothing};
use super::{Color, Context, FieldArguments, LexiconArguments, Outcome, unwritten};

/// What `why` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The text to explain; standard input if there is none
    text: Option<String>,
    #[command(flatten)]
    fields: FieldArguments,
    /// Day by whose law a message without a time is judged; by default the lexicon's reference date
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// When colours are used
    #[arg(long, value_enum, default_value = "auto")]
    color: Color,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = arguments.lexicon.load()?;
    let linter = Linter::new(lexicon)?;
    let lang = match arguments.format {
        Format::Human => context.lang,
        Format::Json => context.machine_lang,
    };
    let settings = Settings {
        date: arguments.date,
        shows_dismissed: true,
        ..Settings::new(lexicon, lang)
    };
    let terminal = context.terminal(arguments.color);
    let texts: Vec<String> = arguments.text.into_iter().collect();
    let (mut outcome, mut is_nothing) = (Outcome::Incomplete, true);
    each_record(&texts, false, &arguments.fields, |record, has_own_id| {
        is_nothing = false;
        let record = match record {
            Ok(record) => record,
            Err(rejection) => {
                context.note(&words::rejection(&rejection, context.lang));
                return Ok(());
            }
        };
        outcome = Outcome::Done;
        let (verdict, trace) = linter.trace(&record.message);
        let judged = Judged {
            message: &record.message,
            verdict: &verdict,
            has_own_id,
        };
        match arguments.format {
            Format::Human => why::write_story(&mut context.out, judged, &trace, &settings, terminal),
            Format::Json => why::write_json(&mut context.out, judged, &trace, &settings),
        }
        .map_err(unwritten)
    })?;
    if is_nothing {
        note_nothing(context);
    }
    Ok(outcome)
}
