//! The unit judged and what is known about it.
//!
//! In: fields of a record, as the readers found them. Out: [`Message`], borrowed from the record where
//! possible. Nothing here looks into the text: who is addressed *by the words* is the judges' business.

pub(crate) mod call;
pub(crate) mod speech;
mod time;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use speech::Speech;
pub use time::Time;

/// One SMS, IM message, letter, template, article or call transcript; or a contact of which there are no words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message<'a> {
    /// Identifies the message in results.
    pub id: Id<'a>,
    /// How it was sent, if the record says so. A hint, never an amnesty.
    pub channel: Option<Channel>,
    /// The words; empty in a contact without any.
    pub body: Body<'a>,
    /// When it was sent.
    pub time: Option<Time>,
    /// The number, port or name that it came from.
    pub sender: Option<Cow<'a, str>>,
    /// The collecting agency.
    pub agency: Option<Cow<'a, str>>,
    /// The creditor.
    pub creditor: Option<Cow<'a, str>>,
    /// What the creditor is; chooses the sector rules that may be cited.
    pub creditor_kind: Option<CreditorKind>,
    /// Who received it.
    pub recipient: Option<Cow<'a, str>>,
    /// What the receiver is to the debt.
    pub recipient_role: Option<Role>,
    /// Who owes.
    pub debtor: Option<Cow<'a, str>>,
    /// Province, for regional rules.
    pub region: Option<Cow<'a, str>>,
    /// Whether the call was answered, if the record says so.
    pub is_connected: Option<bool>,
    /// How long the call lasted, in seconds, if the record says so.
    pub seconds: Option<u64>,
    /// Whether [`correct_speakers`](Self::correct_speakers) found the labels of the call exchanged.
    pub speakers_corrected: bool,
}

/// How much more like a collector the one labelled as customer must sound than the one labelled as agent. Of 490 labelled
/// calls three are corrected, all three labelled the wrong way round.
const LEAST_SWAP: i32 = 3;

/// A record's own identifier, text or number, given back as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Id<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A JSON number.
    Number(serde_json::Number),
}

impl Default for Id<'_> {
    fn default() -> Self {
        Id::Text(Cow::Borrowed(""))
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Id::Text(text) => out.write_str(text),
            Id::Number(number) => write!(out, "{number}"),
        }
    }
}

/// The words of a message: one text, or the turns of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Body<'a> {
    /// Everything but calls.
    Text(Cow<'a, str>),
    /// A transcript; turns count from 0.
    Turns(Vec<Turn<'a>>),
}

impl Default for Body<'_> {
    fn default() -> Self {
        Body::Text(Cow::Borrowed(""))
    }
}

/// A stretch of a transcript by one speaker.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn<'a> {
    /// Who speaks, as the record says.
    pub speaker: Speaker,
    /// What is said.
    pub text: Cow<'a, str>,
    /// When, if the record says so.
    pub time: Option<Time>,
}

impl Turn<'_> {
    /// The same with words of its own.
    pub(crate) fn into_owned(self) -> Turn<'static> {
        Turn {
            speaker: self.speaker,
            text: Cow::Owned(self.text.into_owned()),
            time: self.time,
        }
    }
}

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The collector.
    Agent,
    /// Whom the call system takes for the debtor.
    Customer,
    /// Somebody else on the line.
    ThirdParty,
    /// Not known.
    #[default]
    Unknown,
}

/// What a receiver is to the debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owes the money.
    Debtor,
    /// Answers for it: guarantor or joint borrower.
    Guarantor,
    /// Owes nothing.
    ThirdParty,
    /// The record says that it doesn't know.
    Unknown,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Short message.
    Sms,
    /// Instant message, group chat included.
    Im,
    /// Letter or e-mail.
    Letter,
    /// A call: its transcript, or that there was one.
    Call,
    /// A text before it is sent, with variables.
    Template,
    /// A text for the public.
    Article,
    /// Any other word that a record used.
    Other,
    // Last, because compiled lexicons hold channels by their places; `ALL` has the order of reports.
    /// Somebody comes in person.
    Visit,
}

/// What the creditor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditorKind {
    /// Bank, for loans other than cards.
    Bank,
    /// Card issuer.
    Card,
    /// Licensed consumer-finance company.
    ConsumerFinance,
    /// Small-loan company.
    MicroLoan,
    /// Online platform that arranges loans of others.
    OnlinePlatform,
    /// Anybody else.
    Other,
}

/// What records call the speakers. Also the labels that begin a transcript's lines.
pub(crate) const SPEAKER_NAMES: &[(Speaker, &[&str])] = &[
    (
        Speaker::Agent,
        &[
            "agent",
            "坐席",
            "座席",
            "客服",
            "客服代表",
            "客服专员",
            "客服人员",
            "催收员",
            "催收",
            "催收专员",
            "催收人员",
            "催收方",
            "催收坐席",
            "专员",
            "经办",
            "经办人",
            "话务员",
            "业务员",
            "委外催收员",
            "法务",
            "法务专员",
            "机器人",
            "collector",
            "staff",
            "operator",
            "service",
            "bot",
            "robot",
        ],
    ),
    (
        Speaker::Customer,
        &[
            "customer",
            "客户",
            "借款人",
            "用户",
            "债务人",
            "欠款人",
            "持卡人",
            "本人",
            "客戶",
            "debtor",
            "borrower",
            "client",
            "user",
        ],
    ),
    (
        Speaker::ThirdParty,
        &[
            "third_party",
            "第三人",
            "第三方",
            "接听人",
            "联系人",
            "紧急联系人",
            "家属",
            "亲属",
            "家人",
            "父亲",
            "母亲",
            "妻子",
            "丈夫",
            "配偶",
            "同事",
            "朋友",
            "亲友",
            "其他人",
            "接電話人",
            "third",
            "contact",
            "relative",
        ],
    ),
    (Speaker::Unknown, &["unknown", "未知", "不详", "不明"]),
];

const CHANNEL_NAMES: &[(Channel, &[&str])] = &[
    // Before the others: a 短信模板 is a template.
    (Channel::Template, &["template", "模板", "话术", "脚本", "script"]),
    (
        Channel::Sms,
        &["sms", "短信", "短消息", "彩信", "mms", "textmessage", "text"],
    ),
    (
        Channel::Im,
        &[
            "im",
            "微信",
            "企微",
            "钉钉",
            "即时消息",
            "即时通讯",
            "聊天",
            "群聊",
            "私信",
            "站内信",
            "wechat",
            "qq",
            "chat",
            "whatsapp",
            "dingtalk",
        ],
    ),
    (
        Channel::Letter,
        &[
            "letter",
            "函件",
            "信函",
            "信件",
            "律师函",
            "催收函",
            "催款函",
            "告知函",
            "邮件",
            "邮寄",
            "email",
            "mail",
        ],
    ),
    // Before the call: a 外访录音 records a visit.
    (
        Channel::Visit,
        &[
            "visit",
            "外访",
            "上门",
            "走访",
            "面访",
            "家访",
            "实地催收",
            "上門",
            "fieldvisit",
            "homevisit",
            "field",
            "inperson",
        ],
    ),
    (
        Channel::Call,
        &[
            "call",
            "电话",
            "通话",
            "录音",
            "语音",
            "外呼",
            "电催",
            "phone",
            "voice",
            "transcript",
        ],
    ),
    (
        Channel::Article,
        &[
            "article",
            "文章",
            "新闻",
            "网页",
            "公众号",
            "帖子",
            "news",
            "post",
        ],
    ),
    (Channel::Other, &["other", "其他", "其它"]),
];

const ROLE_NAMES: &[(Role, &[&str])] = &[
    (
        Role::Guarantor,
        &[
            "guarantor",
            "担保人",
            "保证人",
            "共同借款人",
            "共借人",
            "共同还款人",
            "连带责任人",
            "coborrower",
        ],
    ),
    // Before the debtor: 非本人 holds 本人.
    (
        Role::ThirdParty,
        &[
            "third_party",
            "非本人",
            "第三人",
            "第三方",
            "联系人",
            "家属",
            "亲属",
            "家人",
            "父亲",
            "母亲",
            "父母",
            "父子",
            "母子",
            "配偶",
            "妻子",
            "丈夫",
            "夫妻",
            "儿子",
            "女儿",
            "子女",
            "兄弟",
            "姐妹",
            "亲戚",
            "朋友",
            "同事",
            "同学",
            "邻居",
            "单位",
            "公司",
            "领导",
            "村委",
            "居委",
            "third",
            "contact",
            "relative",
            "family",
            "friend",
            "colleague",
            "employer",
        ],
    ),
    (
        Role::Debtor,
        &[
            "debtor",
            "债务人",
            "借款人",
            "本人",
            "客户",
            "持卡人",
            "欠款人",
            "主贷人",
            "用户",
            "borrower",
            "self",
            "customer",
        ],
    ),
    (Role::Unknown, &["unknown", "未知", "不详", "不明"]),
];

const CREDITOR_KIND_NAMES: &[(CreditorKind, &[&str])] = &[
    // Before the bank: a 银行信用卡中心 issues cards.
    (CreditorKind::Card, &["card", "信用卡", "发卡", "creditcard"]),
    (
        CreditorKind::ConsumerFinance,
        &["consumer_finance", "消费金融", "消金"],
    ),
    (
        CreditorKind::MicroLoan,
        &["micro_loan", "小贷", "小额贷款", "小额信贷", "microcredit"],
    ),
    (
        CreditorKind::OnlinePlatform,
        &[
            "online_platform",
            "网贷",
            "互联网平台",
            "网络平台",
            "助贷",
            "平台",
            "p2p",
            "platform",
        ],
    ),
    (CreditorKind::Bank, &["bank", "银行", "农信社", "信用社"]),
    (CreditorKind::Other, &["other", "其他", "其它"]),
];

impl Speaker {
    /// The speaker that a record calls by this Chinese or English name, a number after it aside (`坐席01`).
    pub fn named(name: &str) -> Option<Self> {
        let name = folded(name);
        let unnumbered = name.trim_end_matches(|c: char| c.is_ascii_digit() || "()（）".contains(c));
        exactly_named(SPEAKER_NAMES, &name).or_else(|| exactly_named(SPEAKER_NAMES, unnumbered))
    }
}

impl Channel {
    /// All of them, in the order of reports.
    pub const ALL: [Channel; 8] = [
        Channel::Sms,
        Channel::Im,
        Channel::Letter,
        Channel::Call,
        Channel::Visit,
        Channel::Template,
        Channel::Article,
        Channel::Other,
    ];

    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Channel::Sms => "sms",
            Channel::Im => "im",
            Channel::Letter => "letter",
            Channel::Call => "call",
            Channel::Visit => "visit",
            Channel::Template => "template",
            Channel::Article => "article",
            Channel::Other => "other",
        }
    }

    /// The channel that a record calls by this Chinese or English name: `短信`, `sms`, `催收短信`.
    pub fn named(name: &str) -> Option<Self> {
        named(CHANNEL_NAMES, name)
    }
}

impl Role {
    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Role::Debtor => "debtor",
            Role::Guarantor => "guarantor",
            Role::ThirdParty => "third_party",
            Role::Unknown => "unknown",
        }
    }

    /// The role that a record calls by this Chinese or English name: `担保人`, `third_party`, `父亲`.
    pub fn named(name: &str) -> Option<Self> {
        named(ROLE_NAMES, name)
    }
}

impl CreditorKind {
    /// How many kinds there are, an unknown one counted.
    pub(crate) const OR_NONE: usize = CreditorKind::Other as usize + 2;

    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            CreditorKind::Bank => "bank",
            CreditorKind::Card => "card",
            CreditorKind::ConsumerFinance => "consumer_finance",
            CreditorKind::MicroLoan => "micro_loan",
            CreditorKind::OnlinePlatform => "online_platform",
            CreditorKind::Other => "other",
        }
    }

    /// The kind that a record calls by this Chinese or English name: `消费金融公司`, `bank`.
    pub fn named(name: &str) -> Option<Self> {
        named(CREDITOR_KIND_NAMES, name)
    }
}

/// The value with exactly this name; else the first whose Han name is part of it.
fn named<T: Copy>(table: &[(T, &[&str])], name: &str) -> Option<T> {
    let is_it = |names: &[&str]| names.contains(&name);
    if let Some((value, _)) = table.iter().find(|(_, names)| is_it(names)) {
        return Some(*value);
    }
    let name = folded(name);
    exactly_named(table, &name).or_else(|| {
        let has_part = |names: &[&str]| names.iter().any(|part| !part.is_ascii() && name.contains(part));
        table
            .iter()
            .find(|(_, names)| has_part(names))
            .map(|&(value, _)| value)
    })
}

fn exactly_named<T: Copy>(table: &[(T, &[&str])], name: &str) -> Option<T> {
    let has_name = |names: &[&str]| names.iter().any(|known| folded_eq(known, name));
    table
        .iter()
        .find(|(_, names)| has_name(names))
        .map(|&(value, _)| value)
}

/// Small letters, without the signs that join words.
fn folded(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

fn folded_eq(known: &str, folded: &str) -> bool {
    known.bytes().filter(|&byte| byte != b'_').eq(folded.bytes())
}

impl<'a> Message<'a> {
    /// A message of nothing but text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            body: Body::Text(text.into()),
            ..Self::default()
        }
    }

    /// The stretches to be judged: turn number (none for plain texts), speaker, words.
    pub fn stretches(&self) -> impl Iterator<Item = (Option<usize>, Speaker, &str)> {
        let (text, turns) = match &self.body {
            Body::Text(text) => (Some((None, Speaker::Agent, &**text)), &[][..]),
            Body::Turns(turns) => (None, &turns[..]),
        };
        let turns = turns.iter().enumerate();
        text.into_iter()
            .chain(turns.map(|(at, turn)| (Some(at), turn.speaker, &*turn.text)))
    }

    /// Whether there is nothing in it to judge: a call that nobody answered, a visit, a call without a transcript.
    pub fn is_wordless(&self) -> bool {
        self.stretches().all(|(_, _, words)| is_blank(words))
    }

    /// Whether the call was answered: the outcome of the record counts for more than the length of the call.
    pub fn is_answered(&self) -> Option<bool> {
        self.is_connected.or(self.seconds.map(|seconds| seconds > 0))
    }

    /// Exchanges agent and customer in a call whose labels are the wrong way round: the customer calls on behalf of an
    /// institution or asks for somebody, the agent does neither, and what they say of debts agrees with it. Tells whether
    /// it did. The readers call it; a library user who builds messages may. O(characters), for calls only.
    pub fn correct_speakers(&mut self) -> bool {
        let Body::Turns(turns) = &mut self.body else {
            return false;
        };
        let speech_of = |speaker: Speaker| {
            let own = turns.iter().filter(|turn| turn.speaker == speaker);
            Speech::of_all(own.map(|turn| &*turn.text))
        };
        if !turns.iter().any(|turn| turn.speaker == Speaker::Agent) {
            return false;
        }
        let customer = speech_of(Speaker::Customer);
        if !customer.presents || customer.weight < LEAST_SWAP {
            return false;
        }
        let agent = speech_of(Speaker::Agent);
        if agent.presents || customer.weight - agent.weight < LEAST_SWAP {
            return false;
        }
        for turn in turns {
            turn.speaker = match turn.speaker {
                Speaker::Agent => Speaker::Customer,
                Speaker::Customer => Speaker::Agent,
                other => other,
            };
        }
        self.speakers_corrected = true;
        true
    }

    /// The words of a stretch: the turn's, or the text if `turn` is none.
    pub fn stretch(&self, turn: Option<usize>) -> &str {
        match (&self.body, turn) {
            (Body::Turns(turns), Some(turn)) => turns.get(turn).map_or("", |turn| &*turn.text),
            (Body::Text(text), _) => text,
            (Body::Turns(_), None) => "",
        }
    }
}

/// Whether there is nothing in a value but white space: mostly told by its first byte, that of a Han character or of
/// a visible one of ASCII.
#[inline]
pub(crate) fn is_blank(value: &str) -> bool {
    !matches!(value.as_bytes().first(), Some(b'!'..=b'~' | 0xE4..=0xE9))
        && value.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(turns: &[(Speaker, &'static str)]) -> Message<'static> {
        let turn = |&(speaker, text): &(Speaker, &'static str)| Turn {
            speaker,
            text: text.into(),
            time: None,
        };
        Message {
            body: Body::Turns(turns.iter().map(turn).collect()),
            ..Message::default()
        }
    }

    #[test]
    fn exchanged_labels_are_corrected_and_others_left_alone() {
        let turns = [
            (Speaker::Customer, "您好，我是桐木消金的客服，工号三零一"),
            (Speaker::Agent, "我现在没钱，你们公司别打了"),
            (Speaker::ThirdParty, "谁啊"),
        ];
        let mut swapped = call(&turns);
        assert!(swapped.correct_speakers() && swapped.speakers_corrected);
        let speakers: Vec<Speaker> = swapped.stretches().map(|(_, speaker, _)| speaker).collect();
        assert_eq!(speakers, [Speaker::Agent, Speaker::Customer, Speaker::ThirdParty]);
        // Corrected once, it is right.
        assert!(!swapped.correct_speakers());
        // An agent who doesn't say who calls and a customer who speaks of payment are no proof.
        let mut rude = call(&[
            (Speaker::Agent, "喂，四千块，想好没有？"),
            (
                Speaker::Customer,
                "真没有，明天还一部分，之前逾期两天也是因为修车",
            ),
        ]);
        assert!(!rude.correct_speakers() && !rude.speakers_corrected);
        let mut text = Message::text("客户：我是银行的客服");
        assert!(!text.correct_speakers());
    }

    #[test]
    fn names_in_chinese_and_english() {
        for (name, channel) in [
            ("SMS", Channel::Sms),
            ("短信", Channel::Sms),
            ("催收短信", Channel::Sms),
            ("短信模板", Channel::Template),
            ("企业微信", Channel::Im),
            ("律师函", Channel::Letter),
            ("e-mail", Channel::Letter),
            ("电话", Channel::Call),
            ("外访", Channel::Visit),
            ("上门催收", Channel::Visit),
            ("走访", Channel::Visit),
            ("外访录音", Channel::Visit),
            ("Field", Channel::Visit),
            ("field_visit", Channel::Visit),
            ("上门送达律师函", Channel::Letter),
        ] {
            assert_eq!(Channel::named(name), Some(channel), "{name}");
        }
        for (name, role) in [
            ("本人", Role::Debtor),
            ("非本人", Role::ThirdParty),
            ("Third Party", Role::ThirdParty),
            ("共同借款人", Role::Guarantor),
            ("借款人父亲", Role::ThirdParty),
        ] {
            assert_eq!(Role::named(name), Some(role), "{name}");
        }
        for (name, kind) in [
            ("某某银行信用卡中心", CreditorKind::Card),
            ("银行", CreditorKind::Bank),
            ("消费金融公司", CreditorKind::ConsumerFinance),
            ("micro_loan", CreditorKind::MicroLoan),
        ] {
            assert_eq!(CreditorKind::named(name), Some(kind), "{name}");
        }
        for (name, speaker) in [
            ("坐席01", Speaker::Agent),
            ("Agent", Speaker::Agent),
            ("客户", Speaker::Customer),
            ("third_party", Speaker::ThirdParty),
            ("接听人", Speaker::ThirdParty),
        ] {
            assert_eq!(Speaker::named(name), Some(speaker), "{name}");
        }
        assert_eq!(Channel::named("飞鸽"), None);
        assert_eq!(Speaker::named("A"), None);
    }
}
