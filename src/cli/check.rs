//! `dunlint check`: messages given as arguments or on standard input.

use std::io::{Cursor, Write};
use std::path::Path;

use dunlint::message::Id;
use dunlint::read::{Format as InputFormat, Input, ReadOptions, Reader, Record, Rejection, Unit};
use dunlint::report::json::Recorder;
use dunlint::report::{Judged, Settings, human, words};
use dunlint::rule::{Lang, Tier};
use dunlint::screen::is_made_up;
use dunlint::{Linter, Result};

use super::{Color, Context, FieldArguments, LexiconArguments, Outcome, tier_value, unwritten};

/// What `check` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The messages, one an argument; standard input if there are none
    text: Vec<String>,
    /// Standard input holds JSONL records, one a line
    #[arg(long, conflicts_with = "text")]
    jsonl: bool,
    #[command(flatten)]
    fields: FieldArguments,
    /// Day by whose law a message without a time is judged; by default the lexicon's reference date
    #[arg(long, value_parser = super::date_value)]
    date: Option<jiff::civil::Date>,
    /// Exit with 1 if a message reaches this tier
    #[arg(long, value_name = "TIER", value_parser = tier_value(), default_value = "warning")]
    fail_on: Tier,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Show dismissed matches too, with their reasons
    #[arg(long)]
    dismissed: bool,
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
    Jsonl,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = arguments.lexicon.load()?;
    let linter = Linter::new(lexicon)?;
    point_out_files(&arguments.text, context);
    let lang = match arguments.format {
        Format::Human => context.lang,
        Format::Json | Format::Jsonl => context.machine_lang,
    };
    let settings = Settings {
        date: arguments.date,
        shows_dismissed: arguments.dismissed,
        ..Settings::new(lexicon, lang)
    };
    let recorder = Recorder::new(settings);
    let terminal = context.terminal(arguments.color);
    let (mut judged, mut flagged, mut rejected) = (0u64, 0u64, 0u64);
    each_record(
        &arguments.text,
        arguments.jsonl,
        &arguments.fields,
        |record, has_own_id| {
            let record = match record {
                Ok(record) => record,
                Err(rejection) => {
                    rejected += 1;
                    context.note(&words::rejection(&rejection, context.lang));
                    return Ok(());
                }
            };
            for field in record.unread.fields() {
                let (number, field) = (record.number, field.name());
                let note = match context.lang {
                    Lang::Zh => format!("第 {number} 条的 {field} 未能识别，按未填处理"),
                    Lang::En => {
                        format!("record {number}: {field} was not understood and counts as not given")
                    }
                };
                context.note(&note);
            }
            let verdict = linter.check(&record.message);
            let result = Judged {
                message: &record.message,
                verdict: &verdict,
                has_own_id,
            };
            let is_first = judged == 0;
            judged += 1;
            flagged += u64::from(verdict.tier >= arguments.fail_on);
            let out = &mut context.out;
            match arguments.format {
                Format::Human => human::write_frames(out, result, &settings, terminal),
                Format::Jsonl => recorder.write(out, result).and_then(|()| writeln!(out)),
                Format::Json => {
                    let opening = if is_first { "[\n" } else { ",\n" };
                    write!(out, "{opening}").and_then(|()| recorder.write(out, result))
                }
            }
            .map_err(unwritten)
        },
    )?;
    if arguments.format == Format::Json {
        let closing = if judged == 0 { "[]" } else { "\n]" };
        writeln!(context.out, "{closing}").map_err(unwritten)?;
    }
    if judged + rejected == 0 {
        note_nothing(context);
    } else if judged != 1 || rejected > 0 {
        let tier = arguments.fail_on.title(context.lang);
        let counts = match context.lang {
            Lang::Zh => {
                format!("判定 {judged} 条，其中达到“{tier}” {flagged} 条；拒收 {rejected} 条")
            }
            Lang::En => format!("{judged} judged, {flagged} of them at {tier} or above; {rejected} rejected"),
        };
        context.note(&counts);
    }
    Ok(match (flagged, rejected, judged) {
        (1.., _, _) => Outcome::Found,
        (0, 0, 1..) => Outcome::Done,
        _ => Outcome::Incomplete,
    })
}

/// Reads the texts, a message each, or standard input if there are none: one message, or JSONL records. `see` is
/// told whether the record carried an id.
pub(super) fn each_record(
    texts: &[String],
    is_jsonl: bool,
    fields: &FieldArguments,
    mut see: impl FnMut(std::result::Result<Record, Rejection>, bool) -> Result<()>,
) -> Result<()> {
    let options = ReadOptions {
        format: Some(if is_jsonl {
            InputFormat::Jsonl
        } else {
            InputFormat::Text
        }),
        unit: (!is_jsonl).then_some(Unit::File),
        channel: fields.channel,
        ..ReadOptions::default()
    };
    let stdin = Input::stdin();
    let readers: Vec<Reader> = if texts.is_empty() || texts == ["-"] {
        vec![Reader::open(&stdin, &options)?]
    } else {
        let options = ReadOptions {
            encoding: Some(dunlint::decode::Encoding::Utf8),
            ..options
        };
        let readers = texts
            .iter()
            .map(|text| Reader::new("-", Cursor::new(text.clone().into_bytes()), &options));
        readers.collect::<Result<_>>()?
    };
    for (index, mut reader) in readers.into_iter().enumerate() {
        while let Some(batch) = reader.next_batch()? {
            for record in batch.records() {
                let mut has_own_id = false;
                let record = record.map(|mut record| {
                    has_own_id = !is_made_up(&record.message.id, &stdin, record.number);
                    if !has_own_id && !is_jsonl {
                        record.message.id = Id::Number((index + 1).into());
                    }
                    fields.complete(&mut record.message);
                    record
                });
                see(record, has_own_id)?;
            }
        }
    }
    Ok(())
}

/// Says that there was nothing to judge.
pub(super) fn note_nothing(context: &mut Context) {
    let note = context.pick(
        "没有可判定的文字：输入是空的",
        "nothing to judge: the input is empty",
    );
    context.note(note);
}

/// A path where a text is expected is judged as the text that it is; but it is probably a mistake.
fn point_out_files(texts: &[String], context: &mut Context) {
    for text in texts {
        let is_path = text.len() < 4096 && Path::new(text).exists();
        if is_path {
            let note = match context.lang {
                Lang::Zh => format!(
                    "提示：{text} 是一个文件或文件夹；这里判定的是这几个字本身。要判定其内容请用：dunlint screen {text}"
                ),
                Lang::En => format!(
                    "note: {text} is a file or folder; its name was judged. To judge what is in it: dunlint screen {text}"
                ),
            };
            context.note(&note);
        }
    }
}
