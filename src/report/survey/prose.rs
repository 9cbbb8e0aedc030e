//! What a reader of the figures should know, in sentences.
//!
//! In: what is known of the run. Out: how messages are judged and figures made ([`method`]), and what they don't tell
//! ([`limits`]). Promise: only what is so of this run; nothing that sells.

use crate::error::{Sentence, say};
use crate::report::Settings;
use crate::report::survey::surveyor::{Beyond, Known};
use crate::report::survey::templates::MOST_TEMPLATES;
use crate::report::survey::times::MAX_DAYS;
use crate::report::survey::worst::MOST_FINDINGS;
use crate::report::survey::{Balance, Totals, templates};
use crate::screen::join::JoinSummary;
use crate::screen::skeleton::Found;
use crate::screen::skeleton::MAX_SKELETONS;

/// How messages are judged and figures made.
pub(super) fn method(known: Known, beyond: Beyond, settings: &Settings) -> Vec<String> {
    let top = beyond.top;
    let date = settings.date.unwrap_or(settings.laws.reference_date);
    let mut told = vec![
        say!(
            "每条消息分几步判断：读出文字；还原繁体、同音字、拼音、拆字、插入符号等伪装写法；查找规则的词语和句式；剔除切断词语的匹配；再看语境——是否被否定、被禁止、属于引述或转述、由谁说、对谁说；最后定级。出现某个词本身不算发现，也不按词的多少计分。",
            "A message is judged in several steps: its text is read; disguises such as traditional characters, homophones, pinyin, split characters and inserted symbols are undone; the terms and patterns of the rules are looked for; what cuts through words is dropped; then the context is weighed: whether it is denied, forbidden, quoted or reported, who says it and to whom; last comes the tier. That a word occurs is no finding, and no words are counted."
        ),
        say!(
            "级别：“提示”是审核人会要求改写的，“警告”是违反规则的，“严重”是情节严重的。消息取其最严重一项发现的级别；多项较轻的发现可以合成高一级。分数只在级别之内排先后。",
            "Tiers: a notice is what a reviewer would ask to reword, a warning breaks a rule, severe is grave. A message has the tier of its gravest finding; several milder ones may add up to the next. The score only orders messages within a tier."
        ),
        say!(
            "把握低的发现只供复核：列出，但不计入级别、类别、规则和比率。",
            "Findings of low confidence are for review: shown, and in no tier, category, rule or rate."
        ),
        say!(
            "比率是有发现（提示及以上）的消息占全部消息的比例，区间为 95% 威尔逊区间。机构按区间下限排名，消息不足 30 条的不排名。",
            "A rate is the share of messages with findings (notice or above); intervals are 95 % Wilson intervals. Agencies are ranked by the lower end; those with fewer than 30 messages are not ranked."
        ),
        say!(
            "最严重的消息至多列出 {top} 条，读来相同的合为一条；所列文字是最严重一项发现所在的一段，至多 2,000 字、{MOST_FINDINGS} 项发现。这是挑选，不是抽样：不能由此推算比例。",
            "At most {top} of the worst messages are listed, those that read the same as one; shown is the stretch with the gravest finding, at most 2,000 characters and {MOST_FINDINGS} findings. They are a selection and no sample: no share can be told from them."
        ),
        say!(
            "法条按消息的日期、债权人类型和地区选取当时有效的版本；消息没有日期的，按 {date}。未经核实的条号不显示。",
            "Laws are those in force on the message's date, for its kind of creditor and its region; for messages without a date, on {date}. Clause numbers that aren't verified are not shown."
        ),
    ];
    told.extend(known.templates.map(of_templates));
    if known.cases.is_some() {
        told.push(say!(
            "联系次数与时段按债务人汇总全部记录后核对，与单条消息的用语无关；限度的出处和不能核对之处见该节说明。",
            "How often and when debtors were contacted is checked over all records of a debtor, whatever the words; where the limits come from and what could not be checked stands in that section."
        ));
    }
    if let Some(JoinSummary { runs, .. }) = known.joined {
        told.push(say!(
            "同一发送方发给同一接收方、紧接着的消息（两分钟内的聊天气泡、长短信的各段）另外合并判断，共 {runs} 组。只有几条合起来才构成的发现，单独计数，列入最严重的消息时标明由几条合并；它不改变任何一条消息的级别，也不计入消息数、比率、类别、规则和法规的数字。",
            "Messages of one sender to one recipient that follow each other (bubbles within two minutes, parts of a long SMS) are judged together, too: {runs} groups. What only several of them say is counted by itself and marked as joined among the worst; it changes no message's tier and is in no count of messages, no rate, and no figure of categories, rules or laws."
        ));
    }
    told.push(say!(
        "同样的输入、词典和选项，得到同样的结论，与机器和时刻无关。",
        "The same inputs, lexicons and options give the same results, on any machine and at any hour."
    ));
    shown(told, settings)
}

/// What the figures don't tell.
pub(super) fn limits(known: Known, beyond: Beyond, balance: Balance, settings: &Settings) -> Vec<String> {
    let Known {
        run,
        templates,
        cases,
        ..
    } = known;
    let mut told = vec![
        say!(
            "每项发现都是供人核查的线索，不是认定，更不是处罚决定；是否违法须由有权机关结合证据认定。没有发现也不等于合法。",
            "A finding is a lead for a person to follow and no decision; whether a law is broken is for the competent authority to say, on the evidence. Nor does no finding mean lawful."
        ),
        say!(
            "只看文字：图片、录音、附件和链接所指的内容没有看；发送人的身份、所说的事实是否属实没有核实。通话只看转写，转写有误时判断也会有误。",
            "Only text was looked at: no pictures, recordings, attachments, nor what links lead to; neither who the sender is nor whether statements are true was verified. Of calls only the transcript is known, and its mistakes are mistakes here."
        ),
    ];
    let Balance {
        rejected, skipped, ..
    } = balance;
    let (failed, ignored) = (run.failures.len(), run.ignored.len());
    if rejected + skipped + (failed + ignored) as u64 > 0 {
        told.push(say!(
            "没有看到的：{rejected} 条记录拒收，{skipped} 条跳过，{failed} 个文件未能读完，{ignored} 个文件不在范围内。其中有什么，本报告不知道。",
            "Not looked at: {rejected} records rejected, {skipped} skipped, {failed} files not read to their end, {ignored} files left out. What they hold this report doesn't know."
        ));
    }
    let (wordless, unheard) = (run.wordless, run.unheard);
    if wordless > 0 {
        told.push(say!(
            "判定的记录中有 {wordless} 条没有文字，只说明有过一次联系（未接电话、外访等）：其中没有可判定的内容，故为无问题，计入联系的次数与时段，也计入按级别和时间的条数，不计入机构的消息数和比率。其中 {unheard} 通电话已接通，说了什么不在数据中。",
            "Of the records judged {wordless} have no words and only tell that there was a contact (an unanswered call, a visit): there is nothing in them to find, so they are clean; they count among contacts and in the figures by tier and time, not among the messages of agencies and their rates. {unheard} of them are answered calls, and what was said in these isn't in the data."
        ));
    }
    told.push(match settings.masks {
        true => say!(
            "个人信息已遮盖：电话、证件号、银行卡号、姓名栏和称谓前的姓名。住址和未能识别的姓名仍可能出现，传阅时请注意。",
            "Personal data is masked: phone, ID and card numbers, names in name columns and before titles. Addresses and names that were not recognized may still be there: mind that when passing this on."
        ),
        false => say!(
            "个人信息没有遮盖：本报告应按个人信息保管。",
            "Personal data is not masked: this report has to be kept as such."
        ),
    });
    told.extend(templates.filter(|found| !found.is_exact()).map(|found| {
        let Found { floor, lost, .. } = *found;
        say!(
            "不同写法多于 {MAX_SKELETONS} 种，模板的次数是下限：没有保留的写法各至多 {floor} 条，共 {lost} 条消息。",
            "There were more than {MAX_SKELETONS} different wordings, so counts of templates are lower bounds: a wording that wasn't kept has at most {floor} messages, all of them together {lost}."
        )
    }));
    if templates.is_none() {
        told.push(say!("没有查找模板。", "Templates were not looked for."));
    }
    if cases.is_none() {
        told.push(say!(
            "没有核对联系的次数与时段。",
            "How often and when debtors were contacted was not checked."
        ));
    }
    let Beyond {
        without_hour,
        of_days,
        of_agencies,
        ..
    } = beyond;
    if without_hour > 0 {
        told.push(say!(
            "{without_hour} 条消息只有日期没有时刻，不在时段分布之内。",
            "{without_hour} messages have a day and no hour: they are not in the figures of hours."
        ));
    }
    if of_days > 0 {
        told.push(say!(
            "日期多于 {MAX_DAYS} 个，其余日期的 {of_days} 条消息不在逐日分布之内；请核对时间一栏。",
            "There are more than {MAX_DAYS} different days; {of_days} messages of further days are not in the figures by day. The column of times should be looked at."
        ));
    }
    if of_agencies > 0 {
        told.push(say!(
            "机构过多，其余机构的 {of_agencies} 条消息没有按机构列出；请核对机构一栏。",
            "There are too many agencies; {of_agencies} messages of further ones are not listed by agency. The column of agencies should be looked at."
        ));
    }
    shown(told, settings)
}

fn of_templates(found: &Found) -> Sentence {
    let mut totals = Totals::default();
    templates::count(found, &mut totals);
    let Totals {
        templates: all,
        flagged_templates: flagged,
        ..
    } = totals;
    let listed = flagged.min(MOST_TEMPLATES as u64);
    say!(
        "模板是除姓名、金额、日期、号码等变量外写法相同或相近、至少两条消息使用的文字。共 {all} 个，其中 {flagged} 个有发现，列出最严重的 {listed} 个。模板的级别取其消息中最严重的。",
        "A template is a wording that at least two messages have, but for names, sums, dates and numbers; near variants are one. There are {all}, {flagged} of them with findings; the worst {listed} are listed. A template has the gravest tier of its messages."
    )
}

fn shown(told: Vec<Sentence>, settings: &Settings) -> Vec<String> {
    told.iter()
        .map(|sentence| sentence.get(settings.lang).to_owned())
        .collect()
}
