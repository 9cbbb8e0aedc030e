//! Which key or column holds what: one table of Chinese and English names for all formats.
//!
//! In: keys of a JSON object, headers of a table, the user's overrides. Out: [`Field`]s. It doesn't look at
//! values, and it never fails: an unknown name is nobody's.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::{Error, ErrorKind, Result, Sentence, say};

/// What a column or key can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Field {
    /// The words.
    Text,
    /// The turns of a call, as a JSON array.
    Turns,
    /// The record's own identifier.
    Id,
    /// When it was sent.
    Time,
    /// Where it came from.
    Sender,
    /// Who received it.
    Recipient,
    /// The collecting agency.
    Agency,
    /// The creditor.
    Creditor,
    /// What the creditor is.
    CreditorKind,
    /// How it was sent.
    Channel,
    /// What the receiver is to the debt.
    RecipientRole,
    /// Who owes.
    Debtor,
    /// Province.
    Region,
    /// What became of a call: whether it was answered.
    Outcome,
    /// How long a call lasted.
    Duration,
}

/// The names of each field, the surest first: if a record has several of them, the first that stands here counts.
/// They are compared without case, spaces, `_`, `-`, and anything in brackets.
const NAMES: &[(Field, &str, &[&str])] = &[
    (
        Field::Text,
        "text",
        &[
            "text",
            "短信内容",
            "消息内容",
            "催收内容",
            "话术内容",
            "发送内容",
            "函件内容",
            "外访内容",
            "外访记录",
            "上门记录",
            "走访记录",
            "信函内容",
            "通话内容",
            "录音文本",
            "转写文本",
            "转写内容",
            "通话文本",
            "对话内容",
            "沟通内容",
            "聊天内容",
            "模板内容",
            "正文",
            "内容",
            "文本",
            "话术",
            "短信",
            "短信正文",
            "消息正文",
            "原文",
            "消息",
            "簡訊內容",
            "內容",
            "content",
            "body",
            "message",
            "msg",
            "sms",
            "smscontent",
            "messagetext",
            "messagecontent",
            "transcript",
            "script",
            "template",
        ],
    ),
    (
        Field::Turns,
        "turns",
        &[
            "turns",
            "对话",
            "轮次",
            "通话轮次",
            "dialogue",
            "dialog",
            "utterances",
            "conversation",
            "segments",
            "sentences",
            "sentenceinfo",
            "resultdetail",
        ],
    ),
    (
        Field::Id,
        "id",
        &[
            "id",
            "编号",
            "序号",
            "流水号",
            "工单号",
            "消息编号",
            "消息id",
            "短信编号",
            "短信id",
            "通话编号",
            "通话id",
            "录音编号",
            "会话编号",
            "会话id",
            "记录编号",
            "记录号",
            "案件编号",
            "messageid",
            "msgid",
            "callid",
            "recordid",
            "uuid",
            "no",
            "key",
        ],
    ),
    (
        Field::Time,
        "time",
        &[
            "time",
            "时间",
            "发送时间",
            "通话时间",
            "提交时间",
            "催收时间",
            "呼叫时间",
            "通话开始时间",
            "开始时间",
            "拨打时间",
            "外访时间",
            "上门时间",
            "走访时间",
            "外访日期",
            "上门日期",
            "发送日期",
            "日期",
            "创建时间",
            "sentat",
            "sendtime",
            "senttime",
            "timestamp",
            "datetime",
            "date",
            "calltime",
            "starttime",
            "createdat",
            "visittime",
            "visitdate",
            "visitedat",
        ],
    ),
    (
        Field::Sender,
        "sender",
        &[
            "sender",
            "发送方",
            "发送号码",
            "发送人",
            "发件人",
            "主叫",
            "主叫号码",
            "发送端口",
            "端口号",
            "from",
            "caller",
            "callernumber",
        ],
    ),
    (
        Field::Recipient,
        "recipient",
        &[
            "recipient",
            "接收方",
            "接收号码",
            "接收人",
            "收件人",
            "被叫",
            "被叫号码",
            "手机号",
            "手机号码",
            "电话号码",
            "联系电话",
            "to",
            "receiver",
            "callee",
            "phone",
            "phonenumber",
            "mobile",
        ],
    ),
    (
        Field::Agency,
        "agency",
        &[
            "agency",
            "机构",
            "催收机构",
            "委外机构",
            "催收公司",
            "委外公司",
            "机构名称",
            "供应商",
            "collector",
            "vendor",
        ],
    ),
    (
        Field::Creditor,
        "creditor",
        &[
            "creditor",
            "债权人",
            "债权方",
            "银行",
            "放款方",
            "放款机构",
            "贷款机构",
            "委托方",
            "出借人",
            "资方",
            "lender",
            "bank",
        ],
    ),
    (
        Field::CreditorKind,
        "creditor_kind",
        &[
            "creditorkind",
            "债权人类型",
            "机构类型",
            "放款方类型",
            "债权方类型",
            "creditortype",
        ],
    ),
    (
        Field::Channel,
        "channel",
        &[
            "channel",
            "渠道",
            "通道",
            "催收方式",
            "发送渠道",
            "触达方式",
            "作业方式",
            "消息类型",
            "类型",
            "channeltype",
            "type",
        ],
    ),
    (
        Field::RecipientRole,
        "recipient_role",
        &[
            "recipientrole",
            "接收人身份",
            "接收人角色",
            "接收人类型",
            "收件人身份",
            "收件人角色",
            "收件人关系",
            "接收人关系",
            "与债务人关系",
            "与借款人关系",
            "与客户关系",
            "联系人关系",
            "关系",
            "身份",
            "role",
            "relation",
            "relationship",
        ],
    ),
    (
        Field::Debtor,
        "debtor",
        &[
            "debtor",
            "债务人",
            "借款人",
            "客户姓名",
            "借款人姓名",
            "债务人姓名",
            "欠款人",
            "持卡人",
            "客户",
            "姓名",
            "borrower",
        ],
    ),
    (
        Field::Region,
        "region",
        &["region", "地区", "省份", "省", "所在地", "归属地", "province"],
    ),
    (
        Field::Outcome,
        "outcome",
        &[
            "outcome",
            "是否接通",
            "接通状态",
            "接通情况",
            "是否接听",
            "接听状态",
            "是否应答",
            "通话结果",
            "通话状态",
            "呼叫结果",
            "呼叫状态",
            "外呼结果",
            "外呼状态",
            "拨打结果",
            "拨打状态",
            "拨打情况",
            "calloutcome",
            "callresult",
            "callstatus",
            "calldisposition",
            "disposition",
            "dialresult",
            "dialstatus",
            "connected",
            "isconnected",
            "answered",
            "isanswered",
        ],
    ),
    (
        Field::Duration,
        "duration",
        &[
            "duration",
            "通话时长",
            "时长",
            "通话秒数",
            "时长秒",
            "通话时长秒",
            "通话长度",
            "录音时长",
            "接通时长",
            "計費時長",
            "计费时长",
            "callduration",
            "callseconds",
            "calllength",
            "durationseconds",
            "durationsec",
            "durations",
            "talktime",
            "talkseconds",
            "billsec",
            "seconds",
        ],
    ),
];

/// What the name of a duration says where its values aren't seconds: `时长（分钟）`, `duration (ms)`. Read as seconds they
/// would be wrong by a factor that nobody sees.
const OTHER_UNITS: &[&str] = &[
    "分钟",
    "分鐘",
    "毫秒",
    "小时",
    "小時",
    "(分)",
    "（分）",
    "min",
    "ms",
    "milli",
    "hour",
];

/// A name that ends so holds the text, if no other column does (`3月催收短信内容`).
const TEXT_ENDINGS: &[&str] = &["内容", "正文", "文本", "原文", "话术"];

static BY_NAME: LazyLock<HashMap<&'static str, (Field, usize)>> = LazyLock::new(|| {
    let rows = NAMES.iter().flat_map(|(field, _, names)| {
        names
            .iter()
            .enumerate()
            .map(|(rank, &name)| (name, (*field, rank)))
    });
    rows.collect()
});

impl Field {
    /// How many there are.
    pub(crate) const COUNT: usize = NAMES.len();

    /// All fields, in their order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(field, ..)| *field)
    }

    /// The name of the field in records and in `--column`.
    pub fn name(self) -> &'static str {
        let row = NAMES.iter().find(|(field, ..)| *field == self);
        row.map(|(_, name, _)| *name)
            .expect("every field has a row in the table")
    }

    /// The field that this key or header names in Chinese or English.
    pub fn named(name: &str) -> Option<Self> {
        ranked(name).map(|(field, _)| field)
    }
}

/// The user's own names of columns and keys, which beat the table: `text=短信正文`, `time=3`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnOverrides(Vec<(Field, String)>);

impl ColumnOverrides {
    /// Adds `field=name`, where the name is a key, a header, or in tables a column number from 1.
    ///
    /// # Errors
    /// If there is no `=`, no such field, or no name.
    pub fn add(&mut self, assignment: &str) -> Result<()> {
        let usage = |reason: Sentence| Err(Error::new(ErrorKind::Usage, reason));
        let Some((field, name)) = assignment.split_once('=') else {
            return usage(say!(
                "--column {assignment}：请写作 字段=列名，例如 text=短信正文",
                "--column {assignment}: write FIELD=NAME, as in text=短信正文"
            ));
        };
        let Some(field) = Field::named(field) else {
            let known: Vec<_> = NAMES.iter().map(|(_, name, _)| *name).collect();
            let (listed, joined) = (known.join("、"), known.join(", "));
            return usage(say!(
                "--column {assignment}：没有字段 {field:?}；可用的有 {listed}",
                "--column {assignment}: no field {field:?}; one of {joined}"
            ));
        };
        let name = name.trim();
        if name.is_empty() {
            return usage(say!(
                "--column {assignment}：= 后面要写列名或列号",
                "--column {assignment}: a column's name or number must follow the ="
            ));
        }
        self.0.retain(|(known, _)| *known != field);
        self.0.push((field, name.to_owned()));
        Ok(())
    }

    /// Gives a field this name, key or number, unless it has one.
    pub fn add_missing(&mut self, field: Field, name: impl Into<String>) {
        if self.name_of(field).is_none() {
            self.0.push((field, name.into()));
        }
    }

    /// The name given for a field.
    pub fn name_of(&self, field: Field) -> Option<&str> {
        let mut overrides = self.0.iter();
        overrides
            .find(|(known, _)| *known == field)
            .map(|(_, name)| &**name)
    }

    /// Each field with its name.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, name)| (*field, &**name))
    }

    /// What a key or header holds, and how sure that is: less is surer. A field with a name of its own is
    /// looked for under that name only.
    pub(crate) fn field_of(&self, name: &str) -> Option<(Field, usize)> {
        if let Some((field, _)) = self.0.iter().find(|(_, own)| own == name.trim()) {
            return Some((*field, 0));
        }
        ranked(name).filter(|(field, _)| self.name_of(*field).is_none())
    }
}

/// The keys of the records before: those of a file are the same a million times, in the same order.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys {
    keys: Vec<(String, Option<(Field, usize)>)>,
    /// Place of the key that is expected next.
    next: usize,
}

/// More keys than this aren't remembered.
const MOST_KEYS: usize = 64;

impl KnownKeys {
    /// A record begins.
    pub(crate) fn begin(&mut self) {
        self.next = 0;
    }

    /// What a key holds, as [`ColumnOverrides::field_of`] says.
    pub(crate) fn field_of(&mut self, name: &str, overrides: &ColumnOverrides) -> Option<(Field, usize)> {
        let is_it = |place: &usize| self.keys.get(*place).is_some_and(|(key, _)| key == name);
        let place = Some(self.next)
            .filter(is_it)
            .or_else(|| (0..self.keys.len()).find(is_it));
        if let Some(place) = place {
            self.next = place + 1;
            return self.keys[place].1;
        }
        let field = overrides.field_of(name);
        if self.keys.len() < MOST_KEYS {
            self.next = self.keys.len() + 1;
            self.keys.push((name.to_owned(), field));
        }
        field
    }
}

/// Whether a header that the table doesn't know ends as the names of texts do.
pub(crate) fn ends_like_text(header: &str) -> bool {
    let header = folded(header);
    TEXT_ENDINGS.iter().any(|ending| header.ends_with(ending))
}

fn ranked(name: &str) -> Option<(Field, usize)> {
    if let Some(&found) = BY_NAME.get(name) {
        return Some(found);
    }
    // Most keys of most records are met here a million times: fold only what may change.
    let is_plain =
        |character: char| character.is_ascii_lowercase() || ('\u{4e00}'..='\u{9fff}').contains(&character);
    if name.chars().all(is_plain) || name.len() > MAX_NAME_BYTES {
        return None;
    }
    let found = BY_NAME.get(&*folded(name)).copied();
    found.filter(|(field, _)| *field != Field::Duration || !has_other_unit(name))
}

fn has_other_unit(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OTHER_UNITS.iter().any(|unit| name.contains(unit))
}

/// Longer keys aren't looked at.
const MAX_NAME_BYTES: usize = 200;

/// Small letters, without marks, spaces, joining signs, and what stands in brackets.
fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut depth = 0_usize;
    for character in name.chars() {
        match character {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '_' | '-' | '*' | ':' | '：' | '\u{feff}' => {}
            _ if character.is_whitespace() => {}
            _ => folded.push(character.to_ascii_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_folded_and_has_one_meaning() {
        let mut seen = HashMap::new();
        for (field, name, names) in NAMES {
            assert_eq!(Field::named(name), Some(*field));
            for name in *names {
                assert_eq!(folded(name), *name);
                assert_eq!(seen.insert(name, field), None, "{name}");
            }
        }
    }

    #[test]
    fn headers_as_people_write_them() {
        for (header, field) in [
            ("Sent_At", Some(Field::Time)),
            (" 短信内容 ", Some(Field::Text)),
            ("\u{feff}编号", Some(Field::Id)),
            ("短信内容（必填）", Some(Field::Text)),
            ("接收人 身份", Some(Field::RecipientRole)),
            ("是否接通", Some(Field::Outcome)),
            ("Call_Result", Some(Field::Outcome)),
            ("通话时长（秒）", Some(Field::Duration)),
            ("Call Duration (s)", Some(Field::Duration)),
            ("通话时长（分钟）", None),
            ("通话时长(分)", None),
            ("duration (ms)", None),
            ("外访时间", Some(Field::Time)),
            ("Visit Date", Some(Field::Time)),
            ("外访记录", Some(Field::Text)),
            ("作业方式", Some(Field::Channel)),
            ("备注", None),
            ("", None),
        ] {
            assert_eq!(Field::named(header), field, "{header}");
        }
    }

    #[test]
    fn keys_seen_before_mean_what_they_meant() {
        let overrides = ColumnOverrides::default();
        let mut keys = KnownKeys::default();
        for names in [
            ["id", "Text", "备注"],
            ["id", "Text", "备注"],
            ["备注", "id", "Text"],
        ] {
            keys.begin();
            for name in names {
                assert_eq!(
                    keys.field_of(name, &overrides),
                    overrides.field_of(name),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn overrides_beat_the_table() {
        let mut overrides = ColumnOverrides::default();
        overrides.add("text=备注").unwrap();
        assert_eq!(overrides.field_of("备注"), Some((Field::Text, 0)));
        assert_eq!(overrides.field_of("内容"), None);
        assert_eq!(overrides.field_of("编号").unwrap().0, Field::Id);
        for wrong in ["text", "词=备注", "text="] {
            assert!(overrides.add(wrong).is_err(), "{wrong}");
        }
    }
}
