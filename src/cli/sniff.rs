//! `dunlint sniff`: how inputs would be read, before they are.

use std::path::{Path, PathBuf};

use dunlint::message::Channel;
use dunlint::read::{Input, Inputs, Preview, Profile, expand, preview};
use dunlint::report::preview::View;
use dunlint::rule::Lang;
use dunlint::{Error, ErrorKind, Result};

use super::reading::ReadArguments;
use super::{Color, Context, Outcome, known_value, shown_error, unwritten};

/// What `sniff` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files (packed ones too), folders, or - for standard input
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// Number of records shown of each input
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(0..=1000))]
    records: u16,
    /// Print a JSON object for each input
    #[arg(long)]
    json: bool,
    /// Write how the input is read to a mapping profile, for the next input of its kind
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadArguments,
    /// How messages are sent whose record doesn't say it
    #[arg(long, value_parser = known_value::<Channel>(&["sms", "im", "letter", "call", "visit", "template", "article", "other"]))]
    channel: Option<Channel>,
    /// Don't mask telephone, identity and card numbers and names
    #[arg(long)]
    reveal: bool,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let options = arguments.reading.options(arguments.channel)?;
    let found = expand(&arguments.input, options.encoding);
    if let Some(file) = &arguments.save {
        refuse_overwriting(file, &found.inputs, context)?;
    }
    let view = View {
        lang: if arguments.json {
            context.machine_lang
        } else {
            context.lang
        },
        width: context.terminal(Color::Never).width,
        masks: !arguments.reveal,
    };
    for error in &found.errors {
        tell_failure(error, &arguments, view, context)?;
    }
    note_ignored(&found, context);
    let mut troubles = found.errors.len();
    let mut profiles: Vec<(String, Profile)> = Vec::new();
    let mut is_first = true;
    for input in &found.inputs {
        match preview(input, &options, usize::from(arguments.records)) {
            Ok(preview) => {
                if !std::mem::take(&mut is_first) && !arguments.json {
                    context.out.write_all(b"\n").map_err(unwritten)?;
                }
                show(&preview, &arguments, view, context)?;
                troubles += usize::from(preview.trouble.is_some());
                if preview.is_readable {
                    profiles.push((preview.input.clone(), Profile::of(&preview.decision, &options)));
                }
            }
            Err(error) => {
                troubles += 1;
                tell_failure(&error, &arguments, view, context)?;
            }
        }
    }
    if profiles.is_empty() && troubles > 0 {
        // What is known of them is shown all the same.
        context.out.flush().map_err(unwritten)?;
        let reason = context.pick("没有一个输入能够读取", "no input could be read");
        return Err(Error::said(ErrorKind::Input, reason));
    }
    if let Some(file) = &arguments.save {
        save(file, &profiles, context)?;
    }
    Ok(match (troubles, profiles.len()) {
        (0, 1..) => Outcome::Done,
        _ => Outcome::Incomplete,
    })
}

fn show(preview: &Preview, arguments: &Arguments, view: View, context: &mut Context) -> Result<()> {
    match arguments.json {
        true => writeln!(context.out, "{}", view.json(preview)),
        false => view.write(preview, &mut context.out),
    }
    .map_err(unwritten)
}

/// Tells of an input that can't be opened: people on standard error, programs where they read the rest, too.
fn tell_failure(error: &Error, arguments: &Arguments, view: View, context: &mut Context) -> Result<()> {
    context.note(&shown_error(error, context.lang));
    match arguments.json {
        true => writeln!(context.out, "{}", view.failure_json(error)).map_err(unwritten),
        false => Ok(()),
    }
}

fn note_ignored(found: &Inputs, context: &mut Context) {
    let count = found.ignored.len();
    if count > 0 {
        context.note(&match context.lang {
            Lang::Zh => format!("提示：文件夹和压缩包中有 {count} 个文件不在可读之列，未看；要看请直接写出文件路径"),
            Lang::En => format!("note: {count} files in folders and archives are of no readable kind and were not looked at; name a file to have it looked at"),
        });
    }
}

/// Writes the one way in which all inputs are read.
fn save(file: &Path, profiles: &[(String, Profile)], context: &mut Context) -> Result<()> {
    let Some((first, profile)) = profiles.first() else {
        return Ok(());
    };
    let other = profiles.iter().find(|(_, other)| other != profile);
    if let Some((other, _)) = other {
        let reason = match context.lang {
            Lang::Zh => format!("{first} 与 {other} 的读法不同，而一份映射配置只说一种；请只给其中一个输入"),
            Lang::En => format!(
                "{first} and {other} are read differently, and a profile says one way; name one of them only"
            ),
        };
        return Err(Error::said(ErrorKind::Usage, reason).in_file(file));
    }
    // An empty folder name is the current one.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(file, profile.to_toml(context.lang)))
        .map_err(|error| unwritten(error).in_file(file))?;
    let shown = file.display();
    context.note(&match context.lang {
        Lang::Zh => format!("映射配置已写入 {shown}；下次用 --profile {shown} 读取同类数据"),
        Lang::En => format!(
            "mapping profile written to {shown}; read the next dump of this kind with --profile {shown}"
        ),
    });
    Ok(())
}

/// A profile is never written over what it describes.
fn refuse_overwriting(file: &Path, inputs: &[Input], context: &Context) -> Result<()> {
    let Ok(written) = file.canonicalize() else {
        return Ok(());
    };
    let is_input =
        |input: &Input| input.path().and_then(|path| path.canonicalize().ok()).as_ref() == Some(&written);
    if !inputs.iter().any(is_input) {
        return Ok(());
    }
    let reason = context.pick(
        "它同时是输入，写入会毁掉它",
        "it is an input too and would be overwritten",
    );
    Err(Error::said(ErrorKind::Usage, reason).in_file(file))
}
