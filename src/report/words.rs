//! Names of enum values for people, in both languages.
//!
//! In: a value and a language. Out: the word shown. Machine formats use the ids of the types, never these.

use crate::finding::{Disguise, Reason, RelatedRole};
use crate::lexicon::laws::Verb;
use crate::message::Speaker;
use crate::read::{Column, Decision, Field, Format, Reason as RejectionReason, Rejection, Unit};
use crate::rule::{Category, Confidence, Lang, Reading};

/// The text of the language asked for.
pub fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What stands between the items of a list.
pub fn list_separator(lang: Lang) -> &'static str {
    pick(lang, "、", ", ")
}

/// What stands between a label and what it introduces.
pub fn colon(lang: Lang) -> &'static str {
    pick(lang, "：", ": ")
}

/// Category names, joined.
pub fn categories(categories: &[Category], lang: Lang) -> String {
    let titles: Vec<&str> = categories.iter().map(|category| category.title(lang)).collect();
    titles.join(list_separator(lang))
}

/// How sure the judges are.
pub fn confidence(confidence: Confidence, lang: Lang) -> &'static str {
    match confidence {
        Confidence::Low => pick(lang, "把握低，仅供复核", "low confidence, for review only"),
        Confidence::Medium => pick(lang, "把握中", "medium confidence"),
        Confidence::High => pick(lang, "把握高", "high confidence"),
    }
}

/// How words were hidden.
pub fn disguise(disguise: Disguise, lang: Lang) -> &'static str {
    match disguise {
        Disguise::Traditional => pick(lang, "繁体或异体字", "traditional or variant characters"),
        Disguise::FullWidth => pick(lang, "全角或兼容字符", "full-width or compatibility forms"),
        Disguise::Spaces => pick(lang, "插入空格或换行", "spaces inserted"),
        Disguise::Symbols => pick(lang, "插入符号", "symbols inserted"),
        Disguise::Invisible => pick(lang, "插入不可见字符", "invisible characters inserted"),
        Disguise::Homophone => pick(lang, "同音字", "homophones"),
        Disguise::Pinyin => pick(lang, "拼音", "pinyin"),
        Disguise::Initials => pick(lang, "拼音首字母", "initials"),
        Disguise::Split => pick(lang, "拆字", "split characters"),
        Disguise::Emoji => pick(lang, "表情代字", "emoji for words"),
        Disguise::Digits => pick(lang, "数字代字", "digits for words"),
        Disguise::Lookalike => pick(lang, "形近字符", "look-alikes"),
    }
}

/// Disguise names, joined.
pub fn disguises(disguises: &[Disguise], lang: Lang) -> String {
    let names: Vec<&str> = disguises.iter().map(|&one| disguise(one, lang)).collect();
    names.join(list_separator(lang))
}

/// That a contact has no words.
pub(crate) fn wordless(lang: Lang) -> &'static str {
    pick(
        lang,
        "没有文字的联系，只计入联系次数与时段",
        "a contact without words: counted among contacts only",
    )
}

/// Why a match is innocent.
pub fn reason(reason: Reason, lang: Lang) -> &'static str {
    match reason {
        Reason::WordBoundary => pick(lang, "切断了词语", "cuts through words"),
        Reason::Allowed => pick(lang, "属于更长的正当表述", "part of a longer innocent wording"),
        Reason::Excluded => pick(lang, "规则自身排除", "excluded by the rule itself"),
        Reason::WeakReading => pick(
            lang,
            "伪装读法依据不足",
            "a disguised reading without enough support",
        ),
        Reason::Speaker => pick(lang, "不是催收员说的", "not the collector's words"),
        Reason::Denied => pick(lang, "被否定", "denied"),
        Reason::Prohibited => pick(lang, "被禁止", "forbidden by the text"),
        Reason::Quoted => pick(lang, "属于引述", "quoted"),
        Reason::Reported => pick(
            lang,
            "属于转述或投诉",
            "reported by somebody who suffered or saw it",
        ),
        Reason::Asked => pick(lang, "属于询问", "asked"),
        Reason::Genre => pick(lang, "文本体裁只是提及", "the text is of a genre that mentions"),
        Reason::OfficialSender => pick(lang, "发送方是真实的官方号码", "a genuine official sender"),
        Reason::Configured => pick(lang, "本单位放行", "allowed by your own lexicon"),
    }
}

/// The id of a reason in records.
pub fn reason_id(reason: Reason) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// What other words are to a finding.
pub fn related_role(role: RelatedRole, lang: Lang) -> &'static str {
    match role {
        RelatedRole::Condition => pick(lang, "前提", "condition"),
        RelatedRole::Part => pick(lang, "组成部分", "part"),
        RelatedRole::Cue => pick(lang, "语境词", "cue"),
    }
}

/// Who speaks.
pub fn speaker(speaker: Speaker, lang: Lang) -> &'static str {
    match speaker {
        Speaker::Agent => pick(lang, "坐席", "agent"),
        Speaker::Customer => pick(lang, "客户", "customer"),
        Speaker::ThirdParty => pick(lang, "第三人", "third party"),
        Speaker::Unknown => pick(lang, "未知", "unknown"),
    }
}

/// How a finding stands to a clause.
pub fn verb(verb: Verb, lang: Lang) -> &'static str {
    match (verb, lang) {
        (_, Lang::Zh) => verb.id(),
        (Verb::Breaches, Lang::En) => "breaches",
        (Verb::DoesNotConform, Lang::En) => "does not conform to",
        (Verb::MayEngage, Lang::En) => "may engage",
    }
}

/// A way to read the source.
pub fn reading(reading: Reading, lang: Lang) -> &'static str {
    match reading {
        Reading::Plain => pick(lang, "原形", "plain"),
        Reading::Joined => pick(lang, "去除插入符号", "joined"),
        Reading::Sound => pick(lang, "读音", "sound"),
        Reading::Shape => pick(lang, "字形", "shape"),
        Reading::Picture => pick(lang, "表情与数字", "picture"),
    }
}

/// Where a record was rejected and why, without its words.
pub fn rejection(rejection: &Rejection, lang: Lang) -> String {
    let Rejection {
        file,
        member,
        record,
        byte,
        reason,
        ..
    } = rejection;
    let mut place = file.to_string();
    if let Some(member) = member {
        place.push('/');
        place.push_str(member);
    }
    match lang {
        Lang::Zh => {
            place.push_str(&format!("，第 {record} 条"));
            if let Some(byte) = byte {
                place.push_str(&format!("，第 {byte} 字节"));
            }
            format!("{place}：{}", why_rejected(reason, lang))
        }
        Lang::En => {
            place.push_str(&format!(", record {record}"));
            if let Some(byte) = byte {
                place.push_str(&format!(", byte {byte}"));
            }
            format!("{place}: {}", why_rejected(reason, lang))
        }
    }
}

/// Why a record was rejected.
pub(crate) fn why_rejected(reason: &RejectionReason, lang: Lang) -> String {
    match lang {
        Lang::Zh => rejection_reason(reason),
        Lang::En => reason.to_string(),
    }
}

/// How an input was read, in one line.
pub fn decision(name: &str, decision: &Decision, lang: Lang) -> String {
    format!("{name}{}{}", colon(lang), read_as(decision, lang))
}

/// The same without the input's name.
pub fn read_as(decision: &Decision, lang: Lang) -> String {
    let mut facts = match &decision.document {
        Some(document) => vec![document.to_uppercase()],
        None => vec![decision.encoding.name().to_owned()],
    };
    if decision.is_encoding_doubtful {
        facts.push(doubtful_encoding(lang).to_owned());
    }
    if decision.document.is_none() || decision.format == Format::Text {
        facts.push(format(decision.format, lang).to_owned());
    }
    if let Some(one) = decision.unit {
        facts.push(unit(one, lang).to_owned());
    }
    if let Some(delimiter) = decision
        .delimiter
        .filter(|_| decision.format == Format::Csv && decision.document.is_none())
    {
        facts.push(format!("{} {delimiter:?}", pick(lang, "分隔符", "separated by")));
    }
    for column in &decision.columns {
        let header = column
            .header
            .as_deref()
            .map(|header| format!(" {header}"))
            .unwrap_or_default();
        facts.push(format!("{}=#{}{header}", column.field.name(), column.number));
    }
    if lacks_texts(decision) {
        facts.push(no_texts(lang).to_owned());
    }
    if decision.is_text_guessed {
        let guess = pick(
            lang,
            "正文列按内容推断，可用 --column 指定",
            "the column of texts is a guess; --column names it",
        );
        facts.push(guess.to_owned());
    }
    facts.join(list_separator(lang))
}

/// Whether no column of a table holds words: it is read all the same if it tells of calls or visits.
pub(crate) fn lacks_texts(decision: &Decision) -> bool {
    let holds_words = |column: &Column| matches!(column.field, Field::Text | Field::Turns);
    !decision.columns.is_empty() && !decision.columns.iter().any(holds_words)
}

/// That a table has no column of words.
pub(crate) fn no_texts(lang: Lang) -> &'static str {
    pick(
        lang,
        "没有正文列，只读作联系记录",
        "no column of texts: read as records of contacts",
    )
}

/// That the encoding of an input is a guess that doesn't convince.
pub(crate) fn doubtful_encoding(lang: Lang) -> &'static str {
    pick(
        lang,
        "编码存疑，读出来不像中文，请用 --encoding 指定（如 big5、utf-16le）",
        "probably another encoding: it doesn't read like Chinese; --encoding names it, as big5 or utf-16le",
    )
}

/// How records are written.
pub(crate) fn format(format: Format, lang: Lang) -> &'static str {
    match format {
        Format::Jsonl => "JSONL",
        Format::Json => "JSON",
        Format::Csv => "CSV",
        Format::Tsv => "TSV",
        Format::Text => pick(lang, "纯文本", "plain text"),
        Format::Transcript => pick(lang, "通话文本", "transcripts"),
        Format::Subtitles => pick(lang, "通话字幕", "subtitles of a call"),
    }
}

/// What is one message.
pub(crate) fn unit(unit: Unit, lang: Lang) -> &'static str {
    match unit {
        Unit::Line => pick(lang, "每行一条", "a message a line"),
        Unit::Paragraph => pick(lang, "每段一条", "a message a paragraph"),
        Unit::File => pick(lang, "整个文件一条", "the whole file is one message"),
    }
}

/// The Chinese of a reason's English `Display`.
fn rejection_reason(reason: &RejectionReason) -> String {
    match reason {
        RejectionReason::Undecodable { encoding, byte } => {
            format!("第 {byte} 字节不是 {}", encoding.name())
        }
        RejectionReason::TooLong { bytes } => format!("记录长 {bytes} 字节，超过上限"),
        RejectionReason::UnterminatedQuote => "引号没有闭合".to_owned(),
        RejectionReason::TooManyFields { columns } => format!("字段多于表格的 {columns} 列"),
        RejectionReason::CutOff => "文件读到此处中断，记录不完整".to_owned(),
        RejectionReason::Json { problem, column } => {
            format!("不是 JSON：第 {column} 列，{}", json_problem(problem))
        }
        RejectionReason::NotAnObject => "不是 JSON 对象".to_owned(),
        RejectionReason::NoText => "没有正文".to_owned(),
        RejectionReason::TextNotString => "正文不是字符串".to_owned(),
        RejectionReason::EmptyText => "正文为空".to_owned(),
        RejectionReason::BadTurn { turn } => format!("第 {turn} 轮没有内容"),
    }
}

/// The Chinese of what the JSON parser says, or its own words where there is none.
fn json_problem(problem: &str) -> &str {
    let known = JSON_PROBLEMS
        .iter()
        .find(|(english, _)| problem.starts_with(english));
    known.map_or(problem, |(_, chinese)| chinese)
}

/// How what the JSON parser says begins, and the same in Chinese.
const JSON_PROBLEMS: &[(&str, &str)] = &[
    ("EOF while parsing a list", "列表没有写完"),
    ("EOF while parsing an object", "对象没有写完"),
    ("EOF while parsing a string", "字符串没有写完"),
    ("EOF while parsing a value", "缺少值"),
    ("expected `:`", "此处应为 `:`"),
    ("expected `,` or `]`", "此处应为 `,` 或 `]`"),
    ("expected `,` or `}`", "此处应为 `,` 或 `}`"),
    ("expected `\"`", "此处应为 `\"`"),
    ("expected ident", "此处应为 true、false 或 null"),
    ("expected value", "此处应为一个值"),
    ("invalid escape", "转义写法有误"),
    ("invalid number", "数字写法有误"),
    ("number out of range", "数字超出范围"),
    ("invalid unicode code point", "转义所指的字符不存在"),
    ("control character", "字符串中有控制字符，应写成转义"),
    ("key must be a string", "键必须是加双引号的字符串"),
    ("lone leading surrogate in hex escape", "\\u 转义只有代理对的一半"),
    ("unexpected end of hex escape", "\\u 转义没有写完"),
    ("trailing comma", "末尾多了一个逗号"),
    ("trailing characters", "对象之后还有多余的字符"),
    ("recursion limit exceeded", "嵌套层次过多"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What the parser says of broken lines today, so that its next version can't bring English back unseen.
    #[test]
    fn what_the_json_parser_says_is_translated() {
        let nested = "[".repeat(200);
        for line in [
            "[1",
            "{",
            "{\"a",
            "{\"a\":",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\":1 2}",
            "{1:2}",
            "{\"a\":tru}",
            "not json",
            "[\"\\x\"]",
            "[1.]",
            "[1e999]",
            "[\"\\udc00\"]",
            "[\"\t\"]",
            "[\"\\ud800x\"]",
            "[\"\\ud800\\u0041\"]",
            "[\"\\u12\"]",
            "[1,]",
            "{\"a\":1,}",
            "{} {}",
            &nested,
        ] {
            let error = serde_json::from_str::<serde_json::Value>(line).unwrap_err();
            let said = error.to_string();
            let shown = json_problem(&said);
            assert_ne!(shown, said, "{line}");
        }
        assert_eq!(json_problem("something new"), "something new");
    }
}
