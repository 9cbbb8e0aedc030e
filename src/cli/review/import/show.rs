//! The figures of a review for people: rows of at most 80 columns.
//!
//! In: [`Figures`] and what was written. Out: text on standard output. It computes nothing.

use std::io;
use std::path::Path;

use dunlint::eval::Interval;
use dunlint::report::visible::{columns, shorten, visible};
use dunlint::review::Figures;
use dunlint::review::candidates::FILES;
use dunlint::review::figures::{Agreement, Estimate};
use dunlint::review::filled::Kind;
use dunlint::rule::{Category, Lang};

use crate::cli::Context;

/// Columns of a row's name: of the longest id of a rule.
const NAME: usize = 32;

/// Columns of a share with its interval: `0.900 [0.699, 0.972]`.
const SHARE: usize = 20;

/// Columns of a count and what stands before it.
const COUNT: usize = 6;

/// Columns of a line.
const LINE: usize = 80;

/// Differences that are listed for each two reviewers; `--json` has all.
const MOST_DIFFERENCES: usize = 50;

/// Writes the figures; `written` is the folder of candidates and how many each file has.
pub(super) fn write(
    figures: &Figures,
    written: Option<(&Path, [usize; 3])>,
    context: &mut Context,
) -> io::Result<()> {
    write_sample(figures, context)?;
    if !figures.rules.is_empty() {
        write_precision(figures, context)?;
    }
    if !figures.clean.is_empty() {
        write_missed(figures, context)?;
    }
    for agreement in figures.agreement.iter().filter(|agreement| agreement.both > 0) {
        write_agreement(agreement, context)?;
    }
    if let Some((folder, counts)) = written {
        section(
            context,
            "候选例句（须由人逐条看过再用）",
            "candidates (to be read by a person first)",
        )?;
        for (name, count) in FILES.into_iter().zip(counts) {
            let path = folder.join(name).display().to_string();
            let count = match context.lang {
                Lang::Zh => format!("{count} 条"),
                Lang::En => format!("{count} texts"),
            };
            writeln!(context.out, "  {}  {count}", visible(&path))?;
        }
    }
    Ok(())
}

fn write_sample(figures: &Figures, context: &mut Context) -> io::Result<()> {
    let sample = &figures.sample;
    let (id, seed, judged) = (&sample.id, sample.seed, sample.judged);
    let (version, lexicon) = (&sample.version, shorten(&sample.lexicon, 16));
    let line = match context.lang {
        Lang::Zh => {
            format!("样本 {id}，种子 {seed}，抽自 {judged} 条消息\ndunlint {version}，词库 {lexicon}")
        }
        Lang::En => format!(
            "sample {id}, seed {seed}, drawn from {judged} messages\ndunlint {version}, lexicon {lexicon}"
        ),
    };
    writeln!(context.out, "{line}")?;
    section(context, "文件", "files")?;
    for file in &figures.files {
        writeln!(context.out, "  {}", visible(&file.file))?;
        let reviewers = file
            .reviewers
            .join(dunlint::report::words::list_separator(context.lang));
        let reviewers = shorten(&visible(&reviewers), 40);
        let (filled, unfilled, problems) = (file.filled, file.unfilled, file.problems.len());
        let line = match context.lang {
            Lang::Zh => format!("{reviewers}：已填 {filled} 行，未填 {unfilled} 行，{problems} 处看不懂"),
            Lang::En => format!("{reviewers}: {filled} filled in, {unfilled} not, {problems} not understood"),
        };
        writeln!(context.out, "    {line}")?;
    }
    Ok(())
}

fn write_precision(figures: &Figures, context: &mut Context) -> io::Result<()> {
    section(
        context,
        "精确率：命中中属实的比例（95% 区间）",
        "precision: share of hits that are real (95 % interval)",
    )?;
    let names = match context.lang {
        Lang::Zh => ["属实", "误报", "存疑", "分歧"],
        Lang::En => ["real", "false", "open", "split"],
    };
    header(context, names)?;
    let mut totals = [0; 4];
    let mut rules: Vec<_> = figures.rules.iter().collect();
    // The worst first: that is where work is.
    rules.sort_by(|one, other| {
        let precision = |interval: &Interval| interval.value.unwrap_or(2.0);
        precision(&one.precision).total_cmp(&precision(&other.precision))
    });
    for rule in rules {
        let counts = [rule.real, rule.false_hits, rule.unclear, rule.disputed];
        row(context, &rule.rule, rule.precision, counts)?;
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
    }
    let name = context
        .pick("全部（按命中数加权）", "all, weighted by hits")
        .to_owned();
    row(context, &name, figures.precision.interval, totals)?;
    write_basis(figures.precision, "命中", "hits", context)
}

fn write_missed(figures: &Figures, context: &mut Context) -> io::Result<()> {
    section(
        context,
        "漏报率：未命中的消息中有问题的比例（95% 区间）",
        "missed: share of messages without findings that offend (95 % interval)",
    )?;
    let names = match context.lang {
        Lang::Zh => ["漏报", "正常", "存疑", "分歧"],
        Lang::En => ["missed", "fine", "open", "split"],
    };
    header(context, names)?;
    let mut totals = [0; 4];
    for group in &figures.clean {
        let counts = [group.missed, group.fine, group.unclear, group.disputed];
        row(context, &group.of.title(context.lang), group.missed_share, counts)?;
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
    }
    let name = context
        .pick("全部（按消息数加权）", "all, weighted by messages")
        .to_owned();
    row(context, &name, figures.missed.interval, totals)?;
    write_basis(
        figures.missed,
        "未命中的消息",
        "messages without findings",
        context,
    )?;
    let Interval { value, low, high } = figures.missed_messages;
    if let (Some(value), Some(low), Some(high)) = (value, low, high) {
        let all = figures.clean_messages;
        let line = match context.lang {
            Lang::Zh => format!("未命中的 {all} 条消息中，估计漏报 {value:.0} 条（{low:.0} 至 {high:.0}）"),
            Lang::En => format!(
                "of {all} messages without findings about {value:.0} were missed ({low:.0} to {high:.0})"
            ),
        };
        writeln!(context.out, "  {line}")?;
    }
    for category in Category::ALL {
        if let Some(count) = figures.missed_categories.get(category.id()) {
            let name = padded(category.title(context.lang), NAME);
            writeln!(context.out, "  {name}{count:>COUNT$}")?;
        }
    }
    Ok(())
}

/// On how much an estimate rests.
fn write_basis(estimate: Estimate, zh: &str, en: &str, context: &mut Context) -> io::Result<()> {
    let decided = estimate.decided;
    let effective = estimate.effective.unwrap_or(0.0);
    let covered = 100.0 * estimate.covered.unwrap_or(0.0);
    let lines = match context.lang {
        Lang::Zh => vec![format!(
            "依据 {decided} 行判断，相当于简单随机抽样 {effective:.0} 行；覆盖 {covered:.0}% 的{zh}"
        )],
        Lang::En => vec![
            format!("rests on {decided} rows, worth {effective:.0} of a simple random sample;"),
            format!("covers {covered:.0} % of the {en}"),
        ],
    };
    for line in lines {
        writeln!(context.out, "  {line}")?;
    }
    Ok(())
}

fn write_agreement(agreement: &Agreement, context: &mut Context) -> io::Result<()> {
    let lang = context.lang;
    let sheet = agreement.sheet.sheet(lang);
    let title = match lang {
        Lang::Zh => format!("两人是否一致：{sheet}"),
        Lang::En => format!("agreement: {sheet}"),
    };
    writeln!(context.out, "\n{title}")?;
    for (letter, file) in [("A", &agreement.first), ("B", &agreement.second)] {
        writeln!(context.out, "  {letter}  {}", visible(file))?;
    }
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
    let (share, kappa) = (number(agreement.share), number(agreement.kappa));
    let (same, both) = (agreement.same, agreement.both);
    let line = match lang {
        Lang::Zh => format!("一致 {share}（{same}/{both}），Cohen κ {kappa}"),
        Lang::En => format!("same {share} ({same}/{both}), Cohen's kappa {kappa}"),
    };
    writeln!(context.out, "  {line}")?;
    for difference in agreement.differences.iter().take(MOST_DIFFERENCES) {
        let kind = agreement.sheet;
        let word = |judgement: dunlint::review::Judgement| judgement.word(kind, lang);
        let (first, second) = (word(difference.first), word(difference.second));
        let what = match kind {
            Kind::Hits => difference.rule.as_deref().unwrap_or_default(),
            Kind::Clean => &difference.id,
        };
        let what = padded(&shorten(&visible(what), NAME), NAME);
        let number = difference.number;
        writeln!(context.out, "  {number:>5}  {what}  A {first}  B {second}")?;
    }
    let more = agreement.differences.len().saturating_sub(MOST_DIFFERENCES);
    if more > 0 {
        let line = match lang {
            Lang::Zh => format!("另有 {more} 行，见 --json"),
            Lang::En => format!("and {more} more; --json has all"),
        };
        writeln!(context.out, "  {line}")?;
    }
    Ok(())
}

fn section(context: &mut Context, zh: &str, en: &str) -> io::Result<()> {
    let title = context.pick(zh, en).to_owned();
    writeln!(context.out, "\n{title}")
}

fn header(context: &mut Context, names: [&str; 4]) -> io::Result<()> {
    let names = names.map(|name| format!("{:pad$}{name}", "", pad = COUNT.saturating_sub(columns(name))));
    writeln!(
        context.out,
        "  {:width$}{}",
        "",
        names.concat(),
        width = NAME + 1 + SHARE
    )
}

fn row(context: &mut Context, name: &str, share: Interval, counts: [u64; 4]) -> io::Result<()> {
    let name = padded(&shorten(&visible(name), NAME), NAME);
    let share = match share {
        Interval {
            value: Some(value),
            low: Some(low),
            high: Some(high),
        } => format!("{value:.3} [{low:.3}, {high:.3}]"),
        _ => "–".to_owned(),
    };
    let counts = counts.map(|count| format!("{count:>COUNT$}")).concat();
    let line = format!("  {name} {}{counts}", padded(&share, SHARE));
    debug_assert!(columns(&line) <= LINE, "{line}");
    writeln!(context.out, "{line}")
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{:pad$}", "", pad = width.saturating_sub(columns(text)))
}
