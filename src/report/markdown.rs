//! A survey → a summary of two pages for a ticket or a pull request.
//!
//! In: a [`Survey`]. Out: Markdown with figures, worst agencies, templates, contacts and messages, and what was read.
//! Promise: bounded; whatever comes from records and files stands in code spans, where it is no markup, no link, no mention
//! and no HTML. It doesn't list all: the page and the workbook do.

use std::io::{self, Write};

use crate::error::{Sentence, say};
use crate::report::survey::{Case, Survey};
use crate::report::visible::{shorten, visible};
use crate::report::words::{categories, list_separator, pick};
use crate::rule::{Lang, Tier};

/// Rows of each table.
const MOST_ROWS: usize = 10;

/// Lines about files.
const MOST_FILES: usize = 20;

/// Columns of a name, and of a text.
const NAME_WIDTH: usize = 48;
const TEXT_WIDTH: usize = 120;

/// Writes the summary of a survey, in its language.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(survey: &Survey, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page {
        survey,
        lang: survey.lang,
        out,
    };
    page.write_head()?;
    page.write_counts()?;
    page.write_agencies()?;
    page.write_templates()?;
    page.write_contacts()?;
    page.write_worst()?;
    page.write_ledger()?;
    page.write_limits()
}

struct Page<'p, W: ?Sized> {
    survey: &'p Survey,
    lang: Lang,
    out: &'p mut W,
}

impl<W: Write + ?Sized> Page<'_, W> {
    fn write_head(&mut self) -> io::Result<()> {
        let Survey {
            title,
            version,
            lexicon,
            tiers,
            joined,
            span,
            reference_date,
            ..
        } = self.survey;
        writeln!(self.out, "# {}\n", worded(title))?;
        if !self.survey.masked {
            let warning = pick(self.lang, "个人信息没有遮盖。", "Personal data is not masked.");
            writeln!(self.out, "**{warning}**\n")?;
        }
        let (flagged, severe, judged) = (tiers.flagged(), tiers.severe, tiers.all());
        let share = percent(flagged, judged);
        self.say(say!(
            "判定 {judged} 条消息，{flagged} 条（{share}）有发现，其中严重 {severe} 条。",
            "{judged} messages were judged; {flagged} ({share}) have findings, {severe} of them severe."
        ))?;
        if let Some(joined) = joined.filter(|joined| joined.findings() > 0) {
            let (found, severe) = (joined.findings(), joined.severe);
            self.say(say!(
                "另有 {found} 处发现要几条连续消息合起来才构成，其中严重 {severe} 处；不计入以上消息数。",
                "Besides, {found} findings take several messages in a row, {severe} of them severe; they are in no count of messages."
            ))?;
        }
        if let (Some(from), Some(to)) = (&span.from, &span.to) {
            let (from, to, zone) = (from.replace('T', " "), to.replace('T', " "), span.zone);
            self.say(say!(
                "发送时间 {from} 至 {to}（{zone}）。",
                "Sent from {from} to {to} ({zone})."
            ))?;
        }
        let lexicon = code(lexicon, 2 * NAME_WIDTH);
        self.say(say!(
            "dunlint {version}，词典 {lexicon}，没有日期的消息按 {reference_date} 的法律。",
            "dunlint {version}, lexicon {lexicon}, law of {reference_date} for messages without a date."
        ))?;
        writeln!(self.out)
    }

    fn write_counts(&mut self) -> io::Result<()> {
        let Survey {
            tiers,
            for_review,
            categories,
            rules,
            ..
        } = self.survey;
        let lang = self.lang;
        let all = tiers.all();
        self.head(&[
            ("级别", "Tier", false),
            ("消息", "Messages", true),
            ("比例", "Share", true),
        ])?;
        for tier in Tier::ALL.into_iter().rev() {
            let count = tiers.of(tier);
            self.row(&[
                tier.title(lang).to_owned(),
                count.to_string(),
                percent(count, all),
            ])?;
        }
        let review = pick(
            lang,
            "仅供复核（把握低，不计）",
            "for review only (low confidence, not counted)",
        );
        self.row(&[
            review.to_owned(),
            for_review.to_string(),
            percent(*for_review, all),
        ])?;
        writeln!(self.out)?;
        if tiers.flagged() == 0 {
            return Ok(());
        }
        self.head(&[("类别", "Category", false), ("消息", "Messages", true)])?;
        for category in categories.iter().filter(|category| category.messages > 0) {
            self.row(&[category.title.to_owned(), category.messages.to_string()])?;
        }
        writeln!(self.out)?;
        self.head(&[
            ("规则", "Rule", false),
            ("级别", "Tier", false),
            ("消息", "Messages", true),
        ])?;
        for rule in rules.iter().take(MOST_ROWS) {
            let name = format!("{} {}", code(&rule.id, NAME_WIDTH), worded(&rule.title));
            self.row(&[name, rule.tier.title(lang).to_owned(), rule.messages.to_string()])?;
        }
        self.more(rules.len() as u64, MOST_ROWS)
    }

    fn write_agencies(&mut self) -> io::Result<()> {
        let agencies = &self.survey.agencies;
        if agencies.is_empty() {
            return Ok(());
        }
        self.title(
            "机构（按 95% 区间下限排名）",
            "Agencies (by the lower end of the 95 % interval)",
        )?;
        self.head(&[
            ("机构", "Agency", false),
            ("消息", "Messages", true),
            ("有发现", "Flagged", true),
            ("严重", "Severe", true),
            ("比率", "Rate", true),
            ("95% 区间", "95 % interval", true),
        ])?;
        for agency in agencies.iter().take(MOST_ROWS) {
            let interval = format!("{}–{}", share(agency.low), share(agency.high));
            self.row(&[
                code(&agency.name, NAME_WIDTH),
                agency.messages.to_string(),
                agency.flagged.to_string(),
                agency.severe.to_string(),
                share(agency.rate),
                interval,
            ])?;
        }
        self.more(agencies.len() as u64 + self.survey.agencies_beyond, MOST_ROWS)
    }

    fn write_templates(&mut self) -> io::Result<()> {
        let Survey {
            templates,
            templates_exact,
            totals,
            ..
        } = self.survey;
        if templates.is_empty() {
            return Ok(());
        }
        self.title("有发现的模板", "Templates with findings")?;
        self.head(&[
            ("模板", "Template", false),
            ("级别", "Tier", false),
            ("消息", "Messages", true),
            ("有发现", "Flagged", true),
            ("机构", "Agencies", true),
            ("类别", "Categories", false),
            ("写法", "Wording", false),
        ])?;
        for template in templates.iter().take(MOST_ROWS) {
            let least = if *templates_exact { "" } else { "≥ " };
            self.row(&[
                code(&template.id, NAME_WIDTH),
                template.tier.title(self.lang).to_owned(),
                format!("{least}{}", template.messages),
                format!("{least}{}", template.flagged),
                template.agencies.to_string(),
                categories(&template.categories, self.lang),
                code(&template.skeleton, TEXT_WIDTH),
            ])?;
        }
        self.more(totals.flagged_templates, MOST_ROWS)
    }

    fn write_contacts(&mut self) -> io::Result<()> {
        let Some(contacts) = &self.survey.contacts else {
            return Ok(());
        };
        let lang = self.lang;
        self.title("联系次数与时段", "Contacts: how often and when")?;
        let days = contacts.debtor_days;
        self.say(say!(
            "检查了 {days} 个债务人·日。",
            "Debtor-days examined: {days}."
        ))?;
        if contacts.findings.is_empty() {
            self.say(say!("没有超出限度的联系。", "No contact was beyond a limit."))?;
            return writeln!(self.out);
        }
        writeln!(self.out)?;
        self.head(&[
            ("超出的限度", "Limit exceeded", false),
            ("级别", "Tier", false),
            ("债务人", "Debtor", false),
            ("日期", "Day", false),
            ("次数", "Count", true),
            ("限度", "Allowed", false),
            ("依据", "Basis", false),
        ])?;
        for finding in contacts.findings.iter().take(MOST_ROWS) {
            self.row(&[
                worded(&finding.title),
                finding.tier.title(lang).to_owned(),
                code(&finding.debtor, NAME_WIDTH),
                finding.day.map_or_else(String::new, |day| day.to_string()),
                finding.count.to_string(),
                worded(&finding.limit),
                worded(&shorten(&finding.basis, TEXT_WIDTH)),
            ])?;
        }
        self.more(self.survey.totals.contact_findings, MOST_ROWS)
    }

    fn write_worst(&mut self) -> io::Result<()> {
        let worst = &self.survey.worst;
        if worst.is_empty() {
            return Ok(());
        }
        let lang = self.lang;
        self.title("最严重的消息", "Worst messages")?;
        self.head(&[
            ("级别", "Tier", false),
            ("分数", "Score", true),
            ("编号", "Id", false),
            ("机构", "Agency", false),
            ("相同", "Same", true),
            ("规则", "Rules", false),
            ("文字", "Text", false),
        ])?;
        for case in worst.iter().take(MOST_ROWS) {
            let mut rules: Vec<&str> = Vec::new();
            for finding in &case.findings {
                if !rules.contains(&&*finding.rule) {
                    rules.push(&finding.rule);
                }
            }
            let agency = case.agency.as_deref().map(|agency| code(agency, NAME_WIDTH));
            self.row(&[
                case.tier.title(lang).to_owned(),
                case.score.to_string(),
                identity(case, lang),
                agency.unwrap_or_default(),
                case.same.to_string(),
                code(&rules.join(" "), TEXT_WIDTH),
                code(&on_one_line(&case.text), TEXT_WIDTH),
            ])?;
        }
        self.more(worst.len() as u64, MOST_ROWS)
    }

    fn write_ledger(&mut self) -> io::Result<()> {
        let Survey {
            balance,
            inputs,
            failures,
            ignored,
            rejections,
            ..
        } = self.survey;
        self.title("读了什么", "What was read")?;
        let (read, judged) = (balance.read, balance.judged);
        let (rejected, skipped) = (balance.rejected, balance.skipped);
        let sign = if balance.is_balanced() { '=' } else { '≠' };
        self.say(say!(
            "读取 {read} {sign} 判定 {judged} + 拒收 {rejected} + 跳过 {skipped}",
            "read {read} {sign} judged {judged} + rejected {rejected} + skipped {skipped}"
        ))?;
        writeln!(self.out)?;
        self.head(&[
            ("输入", "Input", false),
            ("格式", "Format", false),
            ("读取", "Read", true),
            ("判定", "Judged", true),
            ("拒收", "Rejected", true),
            ("跳过", "Skipped", true),
            ("说明", "Note", false),
        ])?;
        for input in inputs.iter().take(MOST_FILES) {
            self.row(&[
                code(&input.name, NAME_WIDTH),
                input.format.as_deref().map_or_else(String::new, worded),
                input.balance.read.to_string(),
                input.balance.judged.to_string(),
                input.balance.rejected.to_string(),
                input.balance.skipped.to_string(),
                input
                    .note
                    .as_deref()
                    .map_or_else(String::new, |note| code(note, TEXT_WIDTH)),
            ])?;
        }
        self.more(inputs.len() as u64, MOST_FILES)?;
        if !rejections.is_empty() {
            let told = rejections.iter().map(|rejected| {
                let reason = worded(&rejected.reason);
                format!("{reason} {}", rejected.records)
            });
            let told: Vec<String> = told.take(MOST_ROWS).collect();
            let told = told.join(list_separator(self.lang));
            self.say(say!("拒收原因：{told}", "Rejected because: {told}"))?;
            writeln!(self.out)?;
        }
        for (zh, en, lines) in [
            ("未能读完", "Not read to their end", failures),
            ("不在范围内", "Left out", ignored),
        ] {
            if lines.is_empty() {
                continue;
            }
            self.say(say!("{zh}：", "{en}:"))?;
            writeln!(self.out)?;
            for line in lines.iter().take(MOST_FILES) {
                writeln!(self.out, "- {}", code(line, TEXT_WIDTH))?;
            }
            self.more(lines.len() as u64, MOST_FILES)?;
        }
        Ok(())
    }

    fn write_limits(&mut self) -> io::Result<()> {
        self.title("局限", "Limits")?;
        for limit in &self.survey.limits {
            writeln!(self.out, "- {}", worded(limit))?;
        }
        Ok(())
    }

    fn say(&mut self, sentence: Sentence) -> io::Result<()> {
        writeln!(self.out, "{}", sentence.get(self.lang))
    }

    fn title(&mut self, zh: &str, en: &str) -> io::Result<()> {
        writeln!(self.out, "## {}\n", pick(self.lang, zh, en))
    }

    /// The head of a table; columns of numbers stand at the right.
    fn head(&mut self, columns: &[(&str, &str, bool)]) -> io::Result<()> {
        let titles = columns
            .iter()
            .map(|(zh, en, _)| pick(self.lang, zh, en).to_owned());
        let titles: Vec<String> = titles.collect();
        self.row(&titles)?;
        let rules = columns
            .iter()
            .map(|(_, _, is_number)| if *is_number { "--:" } else { "---" });
        let rules: Vec<String> = rules.map(str::to_owned).collect();
        self.row(&rules)
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        writeln!(self.out, "| {} |", cells.join(" | "))
    }

    /// Ends a table or a list, and tells how many rows it doesn't show.
    fn more(&mut self, all: u64, shown: usize) -> io::Result<()> {
        let more = all.saturating_sub(shown as u64);
        writeln!(self.out)?;
        if more > 0 {
            self.say(say!("另有 {more} 项。", "… and {more} more."))?;
            writeln!(self.out)?;
        }
        Ok(())
    }
}

/// The id of a case; of one that takes several messages the ids of all.
fn identity(case: &Case, lang: Lang) -> String {
    let parts = &case.parts;
    if parts.is_empty() {
        return code(&case.id, NAME_WIDTH);
    }
    let ids: Vec<&str> = parts.iter().map(|part| &*part.id).collect();
    let (ids, count) = (code(&ids.join("; "), TEXT_WIDTH), parts.len());
    let told = say!("（由 {count} 条消息合并）", " (joined from {count} messages)");
    format!("{ids}{}", told.get(lang))
}

/// Words of the program or its lexicon: every sign that Markdown might read is escaped.
fn worded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            // Mentions and references to issues are looked for in what an escape has become.
            '@' => shown.push('＠'),
            '#' => shown.push('＃'),
            // Addresses become links without any sign.
            '.' if shown.ends_with("www") => shown.push_str("&#46;"),
            '/' if shown.ends_with(':') => shown.push_str("&#47;"),
            '<' | '>' | '&' | '`' => shown.push_str(&format!("&#{};", u32::from(character))),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' | '{' | '}' => {
                shown.extend(['\\', character]);
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Words of a record or a file, on one line of a table: a code span, fenced by more backticks than it holds.
fn code(text: &str, width: usize) -> String {
    let text = shorten(text, width).replace('|', "\\|");
    if text.trim().is_empty() {
        return String::new();
    }
    let runs = text.split(|character| character != '`');
    let fence = "`".repeat(1 + runs.map(str::len).max().unwrap_or_default());
    let gap = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{gap}{text}{gap}{fence}")
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn percent(part: u64, all: u64) -> String {
    share(part as f64 / all.max(1) as f64)
}

fn share(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::survey::tests::{HOSTILE, hostile_survey, joined_survey, small_survey};

    fn written(survey: &Survey) -> String {
        let mut out = Vec::new();
        write(survey, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn code_spans_hold_whatever_they_are_given() {
        for (text, expected) in [
            ("甲公司", "`甲公司`"),
            ("a`b", "``a`b``"),
            ("``x``", "``` ``x`` ```"),
            ("a|b", "`a\\|b`"),
            ("a\nb\u{202e}", "`a‹U+000A›b‹U+202E›`"),
            ("  ", ""),
            ("一二三四五六七八九十", "`一二三四…`"),
        ] {
            assert_eq!(
                code(text, 10.max(if text.starts_with('一') { 0 } else { 40 })),
                expected
            );
        }
    }

    #[test]
    fn nothing_in_the_data_is_markup() {
        for lang in [Lang::Zh, Lang::En] {
            let text = written(&hostile_survey(lang));
            // What is left when code spans are taken away must hold nothing of it.
            let mut outside = String::new();
            for line in text.lines() {
                let mut rest = line;
                while let Some(open) = rest.find('`') {
                    let length = rest[open..].len() - rest[open..].trim_start_matches('`').len();
                    outside.push_str(&rest[..open]);
                    let inside = &rest[open + length..];
                    let fence = "`".repeat(length);
                    let close = inside.find(&fence).unwrap_or_else(|| panic!("no end: {line}"));
                    rest = &inside[close + length..];
                }
                outside.push_str(rest);
                outside.push('\n');
            }
            for sign in ["<", "://", "@user", "#1", " ["] {
                assert!(!outside.contains(sign), "{sign}: {outside}");
            }
            assert!(text.contains("alert(1)") && HOSTILE.contains("alert(1)"));
            let is_table = |line: &&str| line.starts_with('|');
            let columns = |line: &str| line.replace("\\|", "").matches('|').count();
            let mut last = 0;
            for line in text.lines() {
                match is_table(&line) {
                    true if last > 0 => assert_eq!(columns(line), last, "{line}"),
                    true => last = columns(line),
                    false => last = 0,
                }
            }
        }
    }

    #[test]
    fn two_pages_hold_the_figures() {
        let chinese = written(&small_survey(Lang::Zh));
        for line in [
            "# 催收文本筛查报告",
            "判定 8 条消息，4 条（50.00 %）有发现，其中严重 3 条。",
            "| 严重 | 3 | 37.50 % |",
            "| `甲公司` | 5 | 3 | 3 | 60.00 % | 23.07 %–88.24 % |",
            "读取 11 = 判定 8 + 拒收 2 + 跳过 1",
        ] {
            assert!(chinese.lines().any(|own| own == line), "{line}\n{chinese}");
        }
        let template = chinese.lines().find(|line| line.contains("`T00001`")).unwrap();
        assert!(
            template.starts_with("| `T00001` | 严重 | 2 | 2 | 1 |"),
            "{template}"
        );
        assert!(chinese.contains("| `c.xlsx` |  | 0 | 0 | 0 | 0 | `encrypted` |"));
        let english = written(&small_survey(Lang::En));
        assert!(english.contains("8 messages were judged; 4 (50.00 %) have findings, 3 of them severe."));
        assert!(english.lines().count() < 140);
    }

    #[test]
    fn what_several_messages_say_together_is_marked() {
        for (lang, lines) in [
            (
                Lang::Zh,
                [
                    "另有 2 处发现要几条连续消息合起来才构成，其中严重 2 处；不计入以上消息数。",
                    "`7; 9`（由 2 条消息合并）",
                ],
            ),
            (
                Lang::En,
                [
                    "Besides, 2 findings take several messages in a row, 2 of them severe",
                    "`7; 9` (joined from 2 messages)",
                ],
            ),
        ] {
            let text = written(&joined_survey(lang));
            for line in lines {
                assert!(text.contains(line), "{line}\n{text}");
            }
            assert!(text.contains("`再不还，打断 / 你的腿！`"));
            assert!(!written(&small_survey(lang)).contains(lines[0]));
        }
    }
}
