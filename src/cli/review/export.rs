//! `dunlint review export`: inputs → a workbook to fill in, one for each reviewer.

use std::io;
use std::path::{Path, PathBuf};

use dunlint::message::Message;
use dunlint::report::Settings;
use dunlint::report::visible::{columns, visible};
use dunlint::report::words;
use dunlint::review::draw::Draw;
use dunlint::review::{Drawn, Filled, Plan, draw, workbook};
use dunlint::rule::Lang;
use dunlint::{Error, ErrorKind, Linter, Result};

use crate::cli::reading::{ReadingArguments, note_lossy_numbers, refuse_overwriting};
use crate::cli::{Context, LexiconArguments, Outcome, shown_error, unwritten};

/// What `review export` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files (packed ones too), folders, or - for standard input
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// The workbook to write, ending in .xlsx; with several reviewers each gets one, named after it and them
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How many messages are drawn of each rule
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u16).range(0..=2000))]
    per_rule: u16,
    /// How many messages are drawn in which nothing was found
    #[arg(long, value_name = "N", default_value = "200", value_parser = clap::value_parser!(u16).range(0..=20_000))]
    clean: u16,
    /// Another number draws another sample
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Name of a reviewer, filled in already; may be repeated
    #[arg(long, value_name = "NAME")]
    reviewer: Vec<String>,
    /// Don't mask telephone, identity and card numbers and names
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    reading: ReadingArguments,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let outputs = outputs(&arguments, context)?;
    let options = arguments.reading.options()?;
    let found = arguments.reading.find(&arguments.input, context);
    for (path, _) in &outputs {
        refuse_overwriting(path, &found.inputs, context)?;
        refuse_losing_judgements(path, context)?;
    }
    let lexicon = arguments.lexicon.load()?;
    let linter = Linter::new(lexicon)?;
    let pool = arguments.reading.pool(context)?;
    let drawn = draw(
        &found.inputs,
        &options,
        Draw {
            linter: &linter,
            settings: Settings::new(lexicon, context.lang),
            plan: Plan {
                per_rule: arguments.per_rule.into(),
                clean: arguments.clean.into(),
                seed: arguments.seed,
                reveals: arguments.reveal,
            },
            complete: &|message: &mut Message| arguments.reading.fields.complete(message),
        },
        &pool,
    );
    for error in &drawn.failures {
        context.note(&shown_error(error, context.lang));
    }
    note_lossy_numbers(drawn.lossy_numbers, context);
    if drawn.sample.items.is_empty() {
        let reason = context.pick(
            "没有可抽取的消息：输入中没有判定过的消息，或 --per-rule 和 --clean 都是 0",
            "there is no message to draw: nothing was judged, or --per-rule and --clean are 0",
        );
        return Err(Error::said(ErrorKind::Input, reason));
    }
    for (path, reviewer) in &outputs {
        write(&drawn, path, reviewer.as_deref(), context)?;
    }
    tell(&drawn, &outputs, context).map_err(unwritten)?;
    let unjudged = drawn.rejected + (drawn.failures.len() + found.errors.len()) as u64;
    Ok(match unjudged {
        0 => Outcome::Done,
        _ => Outcome::Incomplete,
    })
}

/// The workbooks to write, each with its reviewer.
fn outputs(arguments: &Arguments, context: &Context) -> Result<Vec<(PathBuf, Option<String>)>> {
    let output = &arguments.output;
    let is_workbook = output
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    if !is_workbook || output.is_dir() {
        let reason = context.pick(
            "-o 要写成以 .xlsx 结尾的文件，如 -o review.xlsx",
            "-o takes a file that ends in .xlsx, as -o review.xlsx",
        );
        return Err(Error::said(ErrorKind::Usage, reason).in_file(output));
    }
    let outputs = match &arguments.reviewer[..] {
        [] => vec![(output.clone(), None)],
        [name] => vec![(output.clone(), Some(name.clone()))],
        names => {
            let own = |name: &String| (own_path(output, name), Some(name.clone()));
            names.iter().map(own).collect()
        }
    };
    let mut paths: Vec<&PathBuf> = outputs.iter().map(|(path, _)| path).collect();
    paths.sort_unstable();
    if paths.windows(2).any(|two| two[0] == two[1]) {
        let reason = context.pick(
            "两位审阅人的文件会重名，请让 --reviewer 各不相同",
            "two reviewers would get one file; give each --reviewer another name",
        );
        return Err(Error::said(ErrorKind::Usage, reason));
    }
    Ok(outputs)
}

/// Hours of somebody's work aren't written over.
fn refuse_losing_judgements(path: &Path, context: &Context) -> Result<()> {
    let is_filled_in = path.exists() && Filled::read(path).is_ok_and(|filled| !filled.rows.is_empty());
    if is_filled_in {
        let reason = context.pick(
            "其中已有审阅人的判断，不会覆盖；请换一个文件名",
            "somebody has filled it in already, so it isn't written over; name another file",
        );
        return Err(Error::said(ErrorKind::Usage, reason).in_file(path));
    }
    Ok(())
}

/// `review-NAME.xlsx` beside `review.xlsx`.
fn own_path(output: &Path, name: &str) -> PathBuf {
    let stem = output.file_stem().map(|stem| stem.to_string_lossy());
    // What no file system takes, and what would lead elsewhere.
    let harmless = |one: char| {
        if one.is_control() || "/\\:*?\"<>|.".contains(one) {
            '_'
        } else {
            one
        }
    };
    let name: String = name.trim().chars().map(harmless).collect();
    output.with_file_name(format!("{}-{name}.xlsx", stem.unwrap_or_default()))
}

fn write(drawn: &Drawn, path: &Path, reviewer: Option<&str>, context: &Context) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| workbook::write(&drawn.sample, reviewer, context.lang, path))
        .map_err(|error| unwritten(error).in_file(path))
}

fn tell(drawn: &Drawn, outputs: &[(PathBuf, Option<String>)], context: &mut Context) -> io::Result<()> {
    let lang = context.lang;
    let sample = &drawn.sample;
    let (hits, clean) = sample.split();
    let rules = hits.iter().map(|item| item.stratum);
    let rules = rules.collect::<std::collections::BTreeSet<_>>().len();
    let (hits, clean, judged) = (hits.len(), clean.len(), sample.judged);
    let (seed, id) = (sample.plan.seed, sample.fingerprint());
    let Drawn {
        read,
        rejected,
        skipped,
        ..
    } = drawn;
    writeln!(
        context.out,
        "{}",
        match lang {
            Lang::Zh => format!("抽取 {rules} 条规则的命中 {hits} 行、未命中的消息 {clean} 行"),
            Lang::En => format!("drawn: {hits} hits of {rules} rules, {clean} messages without findings"),
        }
    )?;
    writeln!(
        context.out,
        "{}",
        match lang {
            Lang::Zh => format!("样本编号 {id}，随机种子 {seed}"),
            Lang::En => format!("sample {id}, seed {seed}"),
        }
    )?;
    for (path, _) in outputs {
        let path = path.display().to_string();
        writeln!(context.out, "  {}", visible(&path))?;
    }
    writeln!(
        context.out,
        "\n{}",
        context.pick("读取方式", "how the inputs were read")
    )?;
    for (name, decision) in &drawn.decisions {
        writeln!(
            context.out,
            "  {}",
            visible(&words::decision(name, decision, lang))
        )?;
    }
    writeln!(
        context.out,
        "\n{}",
        match lang {
            Lang::Zh => format!("读取 {read} = 判定 {judged} + 拒收 {rejected} + 跳过 {skipped}"),
            Lang::En => format!("read {read} = judged {judged} + rejected {rejected} + skipped {skipped}"),
        }
    )?;
    let next = match lang {
        Lang::Zh => "填好后：dunlint review import",
        Lang::En => "when they are filled in: dunlint review import",
    };
    let files: Vec<String> = outputs
        .iter()
        .map(|(path, _)| quoted(&path.display().to_string()))
        .collect();
    let next = format!("{next} {} -o out/review", files.join(" "));
    // A command that is cut in two can't be copied.
    let indent = if columns(&next) > 80 { "\n  " } else { "" };
    let next = next.replacen("dunlint", &format!("{indent}dunlint"), 1);
    writeln!(context.out, "{next}")
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let path = visible(path);
    match path.contains([
        ' ', '\'', '"', '$', '`', '\\', '&', ';', '(', ')', '*', '?', '|', '<', '>',
    ]) {
        true => format!("'{}'", path.replace('\'', "'\\''")),
        false => path.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviewers_names_lead_nowhere() {
        for (name, expected) in [
            ("李雷", "out/review-李雷.xlsx"),
            (" a/../b ", "out/review-a____b.xlsx"),
            ("c:\\d", "out/review-c__d.xlsx"),
        ] {
            assert_eq!(own_path(Path::new("out/review.xlsx"), name), Path::new(expected));
        }
        assert_eq!(quoted("a b.xlsx"), "'a b.xlsx'");
    }
}
