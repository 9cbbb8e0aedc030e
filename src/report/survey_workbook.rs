//! A survey → a workbook, a sheet for each of its lists.
//!
//! In: a [`Survey`]. Out: an Excel file. Promise: the same survey gives the same bytes; every text is written as text, so
//! that no cell is a formula or a link and no id loses digits; each sheet has its header on show and filters. It draws
//! nothing: the page does.

mod counts;

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::report::survey::{Contacts, Survey};
use crate::report::words::{categories, confidence, pick};
use crate::rule::{Lang, Tier};

/// Characters of a cell: in the widest case two UTF-16 units each, and Excel takes 32,767.
const MOST_CHARACTERS: usize = 16_000;

/// A column: its title in both languages, how many characters wide it is.
type Column = (&'static str, &'static str, f64);

/// A value of a cell.
enum Value<'v> {
    None,
    Text(&'v str),
    Own(String),
    Whole(u64),
    Share(f64),
}
use Value::{Own, Share, Text, Whole};

/// Writes the workbook of a survey, in its language.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(survey: &Survey, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let bytes = workbook(survey).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn workbook(survey: &Survey) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same survey gives the same bytes: the day on which the file is made is no part of it.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(fitting(&survey.title))
            .set_creation_datetime(&epoch),
    );
    let mut book = Book {
        workbook,
        lang: survey.lang,
        header: Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top),
        share: Format::new().set_num_format("0.00%"),
        whole: Format::new().set_num_format("#,##0"),
        prose: Format::new().set_text_wrap().set_align(FormatAlign::Top),
    };
    book.add_overview(survey)?;
    book.add_messages(survey)?;
    book.add_counts(survey)?;
    book.add_templates(survey)?;
    book.add_contacts(survey.contacts.as_ref())?;
    book.add_inputs(survey)?;
    book.add_notes(survey)?;
    book.workbook.save_to_buffer()
}

struct Book {
    workbook: Workbook,
    lang: Lang,
    header: Format,
    share: Format,
    whole: Format,
    prose: Format,
}

impl Book {
    /// What the run was and what it found in all.
    fn add_overview(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let yes = |is_so: bool| {
            Text(pick(
                lang,
                if is_so { "是" } else { "否" },
                if is_so { "yes" } else { "no" },
            ))
        };
        let all = survey.tiers.all();
        let mut rows = vec![
            [label(lang, "标题", "title"), Text(&survey.title), Value::None],
            [
                label(lang, "程序版本", "program"),
                Text(&survey.version),
                Value::None,
            ],
            [label(lang, "词典", "lexicon"), Text(&survey.lexicon), Value::None],
            [
                label(
                    lang,
                    "没有日期的消息按此日的法律",
                    "law of this day for messages without one",
                ),
                Own(survey.reference_date.to_string()),
                Value::None,
            ],
            [
                label(lang, "个人信息已遮盖", "personal data masked"),
                yes(survey.masked),
                Value::None,
            ],
            [
                label(
                    lang,
                    "结果文件不含无异常的消息",
                    "result files without clean messages",
                ),
                yes(survey.only_findings),
                Value::None,
            ],
            [
                label(lang, "最早", "first"),
                maybe(survey.span.from.as_deref()),
                Value::None,
            ],
            [
                label(lang, "最晚", "last"),
                maybe(survey.span.to.as_deref()),
                Value::None,
            ],
            [label(lang, "时区", "zone"), Text(survey.span.zone), Value::None],
            [
                label(lang, "没有日期的消息", "messages without a day"),
                Whole(survey.span.without_time),
                Value::None,
            ],
            [
                label(lang, "读取", "read"),
                Whole(survey.balance.read),
                Value::None,
            ],
            [
                label(lang, "判定", "judged"),
                Whole(survey.balance.judged),
                Value::None,
            ],
            [
                label(lang, "拒收", "rejected"),
                Whole(survey.balance.rejected),
                Value::None,
            ],
            [
                label(lang, "跳过", "skipped"),
                Whole(survey.balance.skipped),
                Value::None,
            ],
        ];
        for tier in Tier::ALL.into_iter().rev() {
            let count = survey.tiers.of(tier);
            rows.push([Text(tier.title(lang)), Whole(count), Share(part(count, all))]);
        }
        rows.push([
            label(lang, "仅供复核（把握低）", "for review only (low confidence)"),
            Whole(survey.for_review),
            Share(part(survey.for_review, all)),
        ]);
        if let Some(joined) = survey.joined {
            rows.push([
                label(
                    lang,
                    "合并判定的连续消息（组）",
                    "messages in a row judged together (groups)",
                ),
                Whole(joined.groups),
                Value::None,
            ]);
            let found = pick(
                lang,
                "合并才构成的发现（不计入消息）：",
                "findings that take several messages (no messages): ",
            );
            for tier in [Tier::Severe, Tier::Warning, Tier::Notice] {
                let name = format!("{found}{}", tier.title(lang));
                rows.push([Own(name), Whole(joined.of_tier(tier)), Value::None]);
            }
        }
        let columns = [
            ("项目", "Item", 40.0),
            ("值", "Value", 40.0),
            ("比例", "Share", 10.0),
        ];
        self.add_sheet(("概况", "Overview"), &columns, rows)
    }

    /// The worst messages, and their findings.
    fn add_messages(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let columns = [
            ("编号", "Id", 22.0),
            ("输入", "Input", 20.0),
            ("记录", "Record", 9.0),
            ("轮次", "Turn", 7.0),
            ("级别", "Tier", 9.0),
            ("分数", "Score", 7.0),
            ("机构", "Agency", 24.0),
            ("时间", "Time", 17.0),
            ("模板", "Template", 10.0),
            ("相同的消息", "Same", 10.0),
            ("规则", "Rules", 30.0),
            ("文字", "Text", 70.0),
            ("由这些消息合并", "Joined from", 24.0),
        ];
        let rows = survey.worst.iter().map(|case| {
            let mut rules: Vec<&str> = case.findings.iter().map(|finding| &*finding.rule).collect();
            rules.dedup();
            [
                Text(&case.id),
                Text(&case.input),
                Whole(case.record),
                case.turn.map_or(Value::None, |turn| Whole(turn as u64)),
                Text(case.tier.title(lang)),
                Whole(case.score.into()),
                maybe(case.agency.as_deref()),
                maybe(case.time.as_deref()),
                maybe(case.template.as_deref()),
                Whole(case.same),
                Own(rules.join(" ")),
                Text(&case.text),
                match case.parts.is_empty() {
                    true => Value::None,
                    false => Own(case
                        .parts
                        .iter()
                        .map(|part| &*part.id)
                        .collect::<Vec<_>>()
                        .join("\n")),
                },
            ]
        });
        self.add_sheet(("最严重的消息", "Worst messages"), &columns, rows)?;
        let columns = [
            ("编号", "Id", 22.0),
            ("规则", "Rule", 28.0),
            ("名称", "Title", 28.0),
            ("类别", "Category", 12.0),
            ("级别", "Tier", 9.0),
            ("把握", "Confidence", 18.0),
            ("证据", "Evidence", 40.0),
            ("危害", "Why", 40.0),
            ("依据", "Basis", 60.0),
            ("改为", "Instead", 50.0),
        ];
        let findings = survey.worst.iter().flat_map(|case| {
            let numbered = (0..).zip(&case.findings);
            numbered.map(move |(number, finding)| (case, number, finding))
        });
        let rows = findings.map(|(case, number, finding)| {
            let spans = case.spans.iter().filter(|span| span.finding == number);
            // Several only where several messages hold them.
            let words = spans.map(|span| case.text.chars().take(span.end).skip(span.start).collect());
            let words: Vec<String> = words.collect();
            [
                Text(&case.id),
                Text(&finding.rule),
                Text(&finding.title),
                Text(finding.category.title(lang)),
                Text(finding.tier.title(lang)),
                Text(confidence(finding.confidence, lang)),
                match words.is_empty() {
                    true => Value::None,
                    false => Own(words.join(" / ")),
                },
                maybe(finding.message.as_deref()),
                Own(finding.basis.join("\n")),
                maybe(finding.instead.as_deref()),
            ]
        });
        self.add_sheet(("发现", "Findings"), &columns, rows)
    }

    /// Templates, and what fills their slots.
    fn add_templates(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let columns = [
            ("模板", "Template", 10.0),
            ("级别", "Tier", 9.0),
            ("消息", "Messages", 12.0),
            ("有发现", "Flagged", 12.0),
            ("机构", "Agencies", 10.0),
            ("类别", "Categories", 24.0),
            ("规则", "Rules", 40.0),
            ("写法", "Wording", 80.0),
        ];
        let rows = survey.templates.iter().map(|template| {
            [
                Text(&template.id),
                Text(template.tier.title(lang)),
                Whole(template.messages),
                Whole(template.flagged),
                Whole(template.agencies),
                Own(categories(&template.categories, lang)),
                Own(template.rules.join(" ")),
                Text(&template.skeleton),
            ]
        });
        self.add_sheet(("模板", "Templates"), &columns, rows)?;
        let columns = [
            ("模板", "Template", 10.0),
            ("变量序号", "Slot", 10.0),
            ("种类", "Kind", 14.0),
            ("不同的值", "Distinct", 10.0),
            ("值", "Value", 40.0),
            ("消息", "Messages", 12.0),
        ];
        let slots = survey.templates.iter().flat_map(|template| {
            let numbered = (1..).zip(&template.slots);
            numbered.flat_map(move |(number, slot)| {
                let values = slot.values.iter();
                values.map(move |(value, messages)| {
                    [
                        Text(&template.id),
                        Whole(number),
                        Text(slot.kind),
                        Whole(slot.distinct),
                        Text(value),
                        Whole(*messages),
                    ]
                })
            })
        });
        self.add_sheet(("模板变量", "Template values"), &columns, slots)
    }

    /// Limits that contacts exceed; without a case level an empty sheet would say that nothing was found.
    fn add_contacts(&mut self, contacts: Option<&Contacts>) -> Result<(), XlsxError> {
        let Some(contacts) = contacts else { return Ok(()) };
        let lang = self.lang;
        let columns = [
            ("限度编号", "Limit id", 26.0),
            ("超出的限度", "Limit exceeded", 36.0),
            ("级别", "Tier", 9.0),
            ("债务人", "Debtor", 22.0),
            ("日期", "Day", 12.0),
            ("次数", "Count", 9.0),
            ("限度", "Allowed", 28.0),
            ("项目默认值", "Project default", 10.0),
            ("依据", "Basis", 60.0),
            ("记录", "Records", 50.0),
            ("另有记录", "More records", 10.0),
        ];
        let rows = contacts.findings.iter().map(|finding| {
            [
                Text(&finding.rule),
                Text(&finding.title),
                Text(finding.tier.title(lang)),
                Text(&finding.debtor),
                finding.day.map_or(Value::None, |day| Own(day.to_string())),
                Whole(finding.count),
                Text(&finding.limit),
                match finding.is_policy {
                    true => label(lang, "是", "yes"),
                    false => label(lang, "否", "no"),
                },
                Text(&finding.basis),
                Own(finding.records.join("\n")),
                Whole(finding.more_records),
            ]
        });
        self.add_sheet(("联系", "Contacts"), &columns, rows)
    }

    /// What was read, what wasn't.
    fn add_inputs(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let columns = [
            ("输入", "Input", 40.0),
            ("格式", "Format", 12.0),
            ("编码", "Encoding", 12.0),
            ("字节", "Bytes", 14.0),
            ("读取", "Read", 12.0),
            ("判定", "Judged", 12.0),
            ("拒收", "Rejected", 12.0),
            ("跳过", "Skipped", 12.0),
            ("说明", "Note", 60.0),
        ];
        let rows = survey.inputs.iter().map(|input| {
            [
                Text(&input.name),
                maybe(input.format.as_deref()),
                maybe(input.encoding.as_deref()),
                input.bytes.map_or(Value::None, Whole),
                Whole(input.balance.read),
                Whole(input.balance.judged),
                Whole(input.balance.rejected),
                Whole(input.balance.skipped),
                maybe(input.note.as_deref()),
            ]
        });
        self.add_sheet(("输入", "Inputs"), &columns, rows)?;
        let columns = [
            ("事项", "What", 24.0),
            ("内容", "Which", 80.0),
            ("记录", "Records", 12.0),
        ];
        let mut rows = Vec::new();
        for rejected in &survey.rejections {
            rows.push([
                label(lang, "拒收", "rejected"),
                Text(&rejected.reason),
                Whole(rejected.records),
            ]);
        }
        for line in &survey.failures {
            rows.push([
                label(lang, "未能读完", "not read to its end"),
                Text(line),
                Value::None,
            ]);
        }
        for line in &survey.ignored {
            rows.push([label(lang, "不在范围内", "left out"), Text(line), Value::None]);
        }
        self.add_sheet(("未读取", "Not read"), &columns, rows)
    }

    /// How the figures are to be read.
    fn add_notes(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let columns = [("部分", "Part", 14.0), ("说明", "Note", 120.0)];
        let contacts = survey.contacts.iter().flat_map(|contacts| &contacts.notes);
        let parts = [
            ("方法", "method", survey.method.iter().collect::<Vec<_>>()),
            ("局限", "limits", survey.limits.iter().collect()),
            ("联系", "contacts", contacts.collect()),
        ];
        let rows = parts.iter().flat_map(|(zh, en, notes)| {
            let note = move |note: &&'_ String| [label(lang, zh, en), Own((*note).clone())];
            notes.iter().map(note)
        });
        self.add_sheet(("说明", "Notes"), &columns, rows)
    }

    /// A sheet with its title in the language, a header that stays on show, and filters.
    fn add_sheet<'v, const N: usize>(
        &mut self,
        title: (&str, &str),
        columns: &[Column; N],
        rows: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> Result<(), XlsxError> {
        let Self {
            workbook,
            lang,
            header,
            ..
        } = self;
        let sheet = workbook.add_worksheet();
        sheet.set_name(pick(*lang, title.0, title.1))?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0)?;
        for (at, (zh, en, width)) in (0..).zip(columns) {
            sheet.set_column_width(at, *width)?;
            sheet.write_string_with_format(0, at, pick(*lang, zh, en), header)?;
        }
        let mut last = 0;
        for (row, values) in (1..).zip(rows) {
            for (at, value) in (0..).zip(&values) {
                write_value(sheet, (row, at), value, [&self.share, &self.whole, &self.prose])?;
            }
            last = row;
        }
        if let Some(columns) = u16::try_from(N).ok().and_then(|count| count.checked_sub(1)) {
            sheet.autofilter(0, 0, last, columns)?;
        }
        Ok(())
    }
}

fn write_value(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    value: &Value,
    [share, whole, prose]: [&Format; 3],
) -> Result<(), XlsxError> {
    match value {
        Value::None => return Ok(()),
        Text(text) => sheet.write_string_with_format(row, at, fitting(text), prose)?,
        Own(text) => sheet.write_string_with_format(row, at, fitting(text), prose)?,
        // A float holds these exactly.
        Whole(number) => sheet.write_number_with_format(row, at, *number as f64, whole)?,
        Share(number) => sheet.write_number_with_format(row, at, *number, share)?,
    };
    Ok(())
}

fn label(lang: Lang, zh: &'static str, en: &'static str) -> Value<'static> {
    Text(pick(lang, zh, en))
}

fn maybe(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::None, Text)
}

fn part(part: u64, all: u64) -> f64 {
    part as f64 / all.max(1) as f64
}

/// As much of a text as a cell holds.
fn fitting(text: &str) -> &str {
    let end = text.char_indices().nth(MOST_CHARACTERS);
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests;
