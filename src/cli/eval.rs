//! `dunlint eval`: verdicts against labels.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dunlint::error::Sentence;
use dunlint::eval::figures::{Breach, Score, Share};
use dunlint::eval::{
    Figures, Headline, Interval, Labelled, Miss, Outcome as Measured, cross_validate, figures::Floors,
};
use dunlint::report::visible::{columns, visible};
use dunlint::report::words::categories;
use dunlint::rule::{Category, Lang, Tier};
use dunlint::{Error, ErrorKind, Linter, Result};
use rayon::prelude::*;
use serde_json::json;

use super::{Context, LexiconArguments, Outcome, unwritten};

/// What `eval` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Labelled JSONL files, or folders with them
    #[arg(required = true)]
    labelled: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// File of bounds (TOML) for the headline figures; exit 1 if one is broken
    #[arg(long, value_name = "FILE")]
    floors: Option<PathBuf>,
    /// List the worst misjudged messages; refused for folders named measured
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20")]
    misses: Option<usize>,
    /// Measure in N parts, each with weights of the second opinion learned from the others; refused for folders named
    /// measured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: Option<u8>,
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
    let floors = arguments
        .floors
        .as_deref()
        .map(|path| Floors::parse(&read(path)?))
        .transpose()?;
    let (files, records) = labelled(&arguments.labelled, context)?;
    if arguments.misses.is_some() || arguments.folds.is_some() {
        refuse_measured(&files, context)?;
    }
    let outcomes: Vec<Measured> = match arguments.folds {
        Some(folds) => cross_validate(&records, folds.into(), arguments.lexicon.lexicons.as_deref())?,
        None => {
            let linter = Linter::new(arguments.lexicon.load()?)?;
            let records = records.par_iter();
            records
                .map(|record| record.measure(|message| linter.check(message)))
                .collect()
        }
    };
    let figures = Figures::of(&outcomes);
    let breaches = floors.map(|floors| figures.breaches(&floors)).unwrap_or_default();
    match arguments.format {
        Format::Human => write_human(&figures, &breaches, &outcomes, arguments.misses, context),
        Format::Json => write_json(&figures, &breaches, &outcomes, arguments.misses, context),
    }
    .map_err(unwritten)?;
    Ok(match breaches.is_empty() {
        true => Outcome::Done,
        false => Outcome::Found,
    })
}

/// The labelled records of files and folders, and the files.
pub(super) fn labelled(paths: &[PathBuf], context: &Context) -> Result<(Vec<PathBuf>, Vec<Labelled>)> {
    let files = labelled_files(paths)?;
    let mut records = Vec::new();
    for file in &files {
        records.extend(Labelled::parse(&read(file)?).map_err(|error| in_file(&error, file))?);
    }
    if records.is_empty() {
        let reason = context.pick("没有可供衡量的记录", "there is no labelled record to measure");
        return Err(Error::said(ErrorKind::Input, reason));
    }
    Ok((files, records))
}

/// The files named, and the JSONL files of the folders named, in the order of their paths.
fn labelled_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in ignore::WalkBuilder::new(path).standard_filters(false).build() {
            let entry = entry.map_err(|error| unreadable(path).because(error))?;
            if entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                found.push(entry.into_path());
            }
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

/// Whoever writes rules reads the misses; the measured half is only worth something while nobody does.
pub(super) fn refuse_measured(files: &[PathBuf], context: &Context) -> Result<()> {
    let is_measured = |file: &&PathBuf| {
        let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        [file, &real]
            .into_iter()
            .any(|path| path.components().any(|part| part.as_os_str() == "measured"))
    };
    let Some(file) = files.iter().find(is_measured) else {
        return Ok(());
    };
    let reason = context.pick(
        "measured 目录只用于衡量：其中判错的消息不列出，也不用于学习，否则规则和权重会照着它们来；请使用学习用的文件",
        "folders named measured are for measuring only: their misses aren't listed and nothing learns from them, or rules and weights would be made to fit them; name files for learning",
    );
    Err(Error::said(ErrorKind::Usage, reason).in_file(file))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path).because(error))
}

fn unreadable(path: &Path) -> Error {
    let reason = Sentence {
        zh: "无法读取".to_owned(),
        en: "could not be read".to_owned(),
    };
    Error::new(ErrorKind::Input, reason).in_file(path)
}

/// The same problems, each with the file.
fn in_file(error: &Error, file: &Path) -> Error {
    let problems = error.each().map(|problem| {
        let line = problem.place().line.unwrap_or(0);
        Error::new(problem.kind(), problem.reason().clone())
            .in_file(file)
            .at_line(line)
    });
    Error::all(problems.collect()).unwrap_or_else(|| unreadable(file))
}

fn write_json(
    figures: &Figures,
    breaches: &[Breach],
    outcomes: &[Measured],
    misses: Option<usize>,
    context: &mut Context,
) -> io::Result<()> {
    let mut value = serde_json::to_value(figures)?;
    value["breaches"] = breaches
        .iter()
        .map(|breach| {
            let bound = if breach.is_ceiling { "at_most" } else { "at_least" };
            json!({"figure": breach.figure, "value": breach.value, bound: breach.bound})
        })
        .collect();
    if let Some(count) = misses {
        let list = |kind| -> serde_json::Value {
            let worst = Measured::worst(outcomes, kind, count);
            let worst = worst.iter().map(|outcome| {
                json!({
                    "id": outcome.id,
                    "expected": {"tier": outcome.tiers.0, "labels": outcome.categories.0, "evidence": outcome.evidence.0},
                    "got": {"tier": outcome.tiers.1, "score": outcome.score, "categories": outcome.categories.1, "evidence": outcome.evidence.1},
                })
            });
            worst.collect()
        };
        value["misses"] = json!({"false_positives": list(Miss::Over), "false_negatives": list(Miss::Under)});
    }
    writeln!(context.out, "{value:#}")
}

fn write_human(
    figures: &Figures,
    breaches: &[Breach],
    outcomes: &[Measured],
    misses: Option<usize>,
    context: &mut Context,
) -> io::Result<()> {
    let lang = context.lang;
    let (messages, calls) = (figures.messages, figures.calls);
    match lang {
        Lang::Zh => writeln!(context.out, "消息 {messages} 条，通话 {calls} 通")?,
        Lang::En => writeln!(context.out, "{messages} messages, {calls} calls")?,
    }
    section(
        context,
        "主要指标（95% 区间）",
        "headline figures (95 % interval)",
    )?;
    for figure in Headline::ALL {
        let Interval { value, low, high } = figures.headline[&figure];
        let name = figure_name(figure, lang);
        let (value, low, high) = (number(value), number(low), number(high));
        row(context, name, &format!("{value}  [{low}, {high}]"))?;
    }
    section(
        context,
        "是否违规（+ 找到，! 误报，- 漏报）",
        "any violation or none (+ found, ! wrong, - missed)",
    )?;
    for (id, zh, en) in [("messages", "消息", "messages"), ("calls", "通话", "calls")] {
        let name = context.pick(zh, en);
        row(context, name, &score_line(&figures.any_violation[id], lang))?;
    }
    section(context, "类别", "categories")?;
    for category in Category::ALL {
        row(
            context,
            category.title(lang),
            &score_line(&figures.categories[category.id()], lang),
        )?;
    }
    let micro = context.pick("合计（微平均）", "all together (micro)");
    row(context, micro, &score_line(&figures.categories["micro"], lang))?;
    section(
        context,
        "级别（行为标注，列为判定）",
        "tiers (rows as labelled, columns as judged)",
    )?;
    let heads: Vec<String> = Tier::ALL.iter().map(|tier| padded(tier.title(lang), 8)).collect();
    row(context, "", &heads.concat())?;
    for (tier, counts) in Tier::ALL.iter().zip(figures.tiers) {
        let counts: Vec<String> = counts.iter().map(|count| format!("{count:>8}")).collect();
        row(context, tier.title(lang), &counts.concat())?;
    }
    section(
        context,
        "被误报的正当文本（提示以上、警告以上）",
        "clean texts flagged (at notice, at warning)",
    )?;
    for (genre, flagged) in &figures.clean {
        row(
            context,
            genre,
            &format!("{}   {}", share(flagged.notice), share(flagged.warning)),
        )?;
    }
    section(
        context,
        "伪装后仍被发现（占原形能发现的）",
        "found in disguise (of those found in plain form)",
    )?;
    for (disguise, found) in &figures.disguises {
        row(context, disguise, &share(*found))?;
    }
    writeln!(context.out)?;
    let veiled = context.pick("不含敏感词的违规被发现", "offences without a taboo word found");
    row(context, veiled, &share(figures.veiled))?;
    let evidence = context.pick("标注的证据被指出", "labelled evidence shown");
    row(context, evidence, &share(figures.evidence))?;
    if let Some(count) = misses {
        section(context, "判得过重", "judged too gravely")?;
        write_misses(&Measured::worst(outcomes, Miss::Over, count), context)?;
        section(context, "判得过轻", "judged too mildly")?;
        write_misses(&Measured::worst(outcomes, Miss::Under, count), context)?;
    }
    if !breaches.is_empty() {
        section(context, "未达到的下限", "floors broken")?;
    }
    for breach in breaches {
        let sign = if breach.is_ceiling { "≤" } else { "≥" };
        let line = format!("{} ({sign} {:.3})", number(breach.value), breach.bound);
        row(context, &breach.figure, &line)?;
    }
    Ok(())
}

fn write_misses(worst: &[&Measured], context: &mut Context) -> io::Result<()> {
    let lang = context.lang;
    let side = |tier: Tier, labels: &std::collections::BTreeSet<Category>, evidence: &[String]| {
        let labels: Vec<Category> = labels.iter().copied().collect();
        let evidence: Vec<String> = evidence
            .iter()
            .map(|words| format!("“{}”", visible(words)))
            .collect();
        format!(
            "{} {} {}",
            tier.title(lang),
            categories(&labels, lang),
            evidence.join(" ")
        )
    };
    for outcome in worst {
        writeln!(context.out, "  {}", visible(&outcome.id))?;
        let expected = side(outcome.tiers.0, &outcome.categories.0, &outcome.evidence.0);
        let got = side(outcome.tiers.1, &outcome.categories.1, &outcome.evidence.1);
        writeln!(context.out, "    {} {expected}", context.pick("标注", "expected"))?;
        writeln!(context.out, "    {} {got}", context.pick("判定", "got"))?;
    }
    Ok(())
}

fn section(context: &mut Context, zh: &str, en: &str) -> io::Result<()> {
    let title = context.pick(zh, en).to_owned();
    writeln!(context.out, "\n{title}")
}

fn row(context: &mut Context, name: &str, values: &str) -> io::Result<()> {
    let name = visible(name);
    let pad = 38usize.saturating_sub(columns(&name));
    writeln!(context.out, "  {name}{:pad$}{values}", "")
}

fn padded(text: &str, width: usize) -> String {
    format!("{:pad$}{text}", "", pad = width.saturating_sub(columns(text)))
}

fn score_line(score: &Score, lang: Lang) -> String {
    let names = match lang {
        Lang::Zh => ["精确率", "召回率"],
        Lang::En => ["precision", "recall"],
    };
    let (precision, recall, f1) = (number(score.precision), number(score.recall), number(score.f1));
    let Score {
        true_positives,
        false_positives,
        false_negatives,
        ..
    } = score;
    format!(
        "F1 {f1}  {} {precision}  {} {recall}  (+{true_positives} !{false_positives} -{false_negatives})",
        names[0], names[1]
    )
}

fn share(share: Share) -> String {
    format!("{}  ({}/{})", number(share.share), share.count, share.of)
}

fn number(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.3}"))
}

fn figure_name(figure: Headline, lang: Lang) -> &'static str {
    let (zh, en) = match figure {
        Headline::MessagesF1 => ("是否违规 F1，消息", "any violation, F1, messages"),
        Headline::CallsF1 => ("是否违规 F1，通话", "any violation, F1, calls"),
        Headline::CategoriesF1 => ("类别微平均 F1", "categories, micro F1"),
        Headline::TierExact => ("级别一致", "tier exact"),
        Headline::TierWithinOne => ("级别相差不超过一级", "tier within one step"),
        Headline::HardCleanFlagged => ("易误报的正当文本被提示", "hard clean texts flagged"),
        Headline::CleanWarned => ("正当文本被警告", "clean texts at warning or above"),
        Headline::DisguisedFound => ("伪装后仍被发现", "disguised found, of plain found"),
        Headline::EvidenceShown => ("证据被指出", "evidence shown"),
    };
    dunlint::report::words::pick(lang, zh, en)
}
