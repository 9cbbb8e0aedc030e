//! Plain text: what is one message in it.
//!
//! In: the sample of a file. Out: whether a line, a paragraph or the file is one message. It only guesses:
//! `--unit` decides, and the guess is reported. A letter or an article cut into lines would be judged without
//! its context, and a list of messages taken for one would be counted once, so marks of either are weighed.

use std::sync::LazyLock;

use regex::Regex;

use crate::read::Unit;

/// The unit of a text that begins with `sample`. What doesn't fit into the sample is never one message.
pub(crate) fn sniff_unit(sample: &str, is_whole: bool) -> Unit {
    let lines: Vec<&str> = sample
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() < 2 {
        return Unit::Line;
    }
    let blocks = blocks(sample);
    let share = |count: usize, all: usize| count * 100 / all.max(1);
    let count = |is: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();

    // A list of messages: each begins with a signature, or ends with one.
    let signed = |text: &str| text.starts_with('【') || text.ends_with('】');
    let signed_lines = count(&signed);
    let signed_blocks = blocks.iter().filter(|block| signed(block.trim())).count();
    let long_blocks = blocks
        .iter()
        .filter(|block| block.lines().nth(1).is_some())
        .count();
    let has_blocks = blocks.len() > 1 && long_blocks * 2 >= blocks.len();
    if signed_lines >= 2 && has_blocks && share(signed_blocks, blocks.len()) >= 50 {
        return Unit::Paragraph;
    }
    if signed_lines >= 2 && share(signed_lines, lines.len()) >= 40 {
        return Unit::Line;
    }
    if is_whole && (is_letter(&lines) || is_article(&lines)) {
        return Unit::File;
    }
    if has_blocks { Unit::Paragraph } else { Unit::Line }
}

/// Stretches between blank lines.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        let is_open = blocks.last().is_some_and(|block| !block.is_empty());
        match (line.trim().is_empty(), blocks.last_mut()) {
            (true, _) if is_open => blocks.push(String::new()),
            (false, Some(block)) => {
                block.push_str(line);
                block.push('\n');
            }
            _ => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// A title or an address at the top, and a close or a date at the bottom, or both of the first.
fn is_letter(lines: &[&str]) -> bool {
    let top = &lines[..lines.len().min(4)];
    let bottom = &lines[lines.len().saturating_sub(4)..];
    let has_title = top
        .iter()
        .any(|line| line.chars().count() <= 20 && LETTER_TITLE.is_match(line));
    let has_address = top
        .iter()
        .any(|line| line.chars().count() <= 30 && LETTER_ADDRESS.is_match(line));
    let addresses = lines.iter().filter(|line| LETTER_ADDRESS.is_match(line)).count();
    let has_close = bottom.iter().any(|line| LETTER_CLOSE.is_match(line));
    addresses <= 1 && ((has_title && has_address) || (has_close && (has_title || has_address)))
}

static LETTER_TITLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(函|通知书|通知書|告知书|告知書|通知|公告|声明|聲明|启事|承诺书|信)$"));
static LETTER_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(尊敬的|敬爱的|致[:：]|致 |亲爱的|敬启者)|(先生|女士|先生/女士|小姐|客户|用户|债务人)[：:]$")
});
static LETTER_CLOSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(此致|敬礼|敬禮|特此|顺祝|順祝|祝好|落款|签章|盖章)|^[0-9〇零一二三四五六七八九十]{4}年.{1,3}月.{1,3}日$|(有限公司|律师事务所|银行|中心)$",
    )
});

/// Headings with numbers; or a title above long lines; and hardly a line that speaks to anybody.
fn is_article(lines: &[&str]) -> bool {
    let share = |is: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is(line)).count() * 100 / lines.len();
    let spoken = share(&|line: &str| line.contains(['您', '你', '妳', '咱']));
    let headings = lines
        .iter()
        .filter(|line| line.chars().count() <= 40 && HEADING.is_match(line))
        .count();
    let has_sections = headings >= 2;
    let characters: usize = lines.iter().map(|line| line.chars().count()).sum();
    let is_long_winded = characters / lines.len() >= 35;
    let ends_open =
        |line: &str| !line.ends_with(['。', '！', '？', '!', '?', '；', ';', '…', '”', '.', '】', '，']);
    let has_title = lines[0].chars().count() <= 40 && ends_open(lines[0]);
    (has_sections && spoken < 60) || (spoken < 30 && is_long_winded && (has_title || lines.len() < 60))
}

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(#{1,6} |[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十0-9]{1,3}[条條章节節]|[0-9]{1,2}(\.[0-9]{1,2})*[、.．\s])",
    )
});

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a bundled pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_usual_files() {
        let article = "网贷催收的应对方法\n\n小编导语\n\n随着互联网金融的快速发展，催收问题日益突出，借款人需要了解自己的权利。\n\n一、什么是催收\n\n催收是指放款机构要求还款的行为。\n\n二、如何应对\n\n保留证据，依法投诉。";
        let letter = "催款函\n张三先生：\n您在我行的借款已逾期。\n请尽快还款。\n某某银行\n2026年3月2日";
        let messages = "【某某金融】您的借款已逾期，请尽快还款。\n【某某金融】您好，请于今日还款。\n";
        let unsigned = "你再不还钱就等着\n明天去你家\n接电话\n";
        let spaced = "您的账单逾期\n\n请你还钱\n\n别再躲着我们了你\n";
        let paragraphs =
            "【某某】您好：\n您的账单已逾期。\n\n【某某】您好：\n请尽快还款。\n\n【某某】您好：\n谢谢。";
        let plain_paragraphs = "王先生你好\n你的账单逾期了\n\n李女士你好\n你的账单也逾期了\n";
        for (text, is_whole, unit) in [
            (article, true, Unit::File),
            (article, false, Unit::Line),
            (letter, true, Unit::File),
            (messages, true, Unit::Line),
            (unsigned, true, Unit::Line),
            (spaced, true, Unit::Line),
            (paragraphs, true, Unit::Paragraph),
            (plain_paragraphs, true, Unit::Paragraph),
            ("只有一行", true, Unit::Line),
            ("", true, Unit::Line),
        ] {
            assert_eq!(sniff_unit(text, is_whole), unit, "{text}");
        }
    }
}
