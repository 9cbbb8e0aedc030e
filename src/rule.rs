//! The unit reported and documented.
//!
//! In: one `[[rule]]` table of a file under `lexicons/rules`. Out: [`Rule`], plain data that every report,
//! `explain`, `docs/rules.md` and the judges read. How its patterns are found is
//! the search stage's business.

use std::ops::Deref;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lexicon::flat;
use crate::message::{Body, Channel, CreditorKind, Message, Role};

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 威胁恐吓
    Threat,
    /// 侮辱谩骂
    Insult,
    /// 泄露隐私
    Privacy,
    /// 骚扰第三人
    ThirdParty,
    /// 冒充公权力
    Impersonation,
    /// 虚假误导
    Deception,
    /// 频繁骚扰
    Harassment,
}

/// How bad: the severity of a finding and the tier of a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Nothing to object to.
    #[default]
    Clean,
    /// A reviewer would ask to reword it.
    Notice,
    /// Breaks a rule.
    Warning,
    /// Grave.
    Severe,
}

/// How sure the judges are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// For review: shown, not counted.
    Low,
    /// Counted, with half the weight in the score.
    Medium,
    /// Counted.
    #[default]
    High,
}

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The language of help, reports and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The name in `--lang`.
    pub fn id(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }
}

/// A way to read the source besides the plain one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Width, compatibility forms, case, traditional and variant forms, invisible characters.
    Plain,
    /// Symbols, spaces and emoji between characters skipped.
    Joined,
    /// Homophones, pinyin, initials.
    Sound,
    /// Split characters, look-alikes.
    Shape,
    /// Emoji and digits for words.
    Picture,
}

/// What a rule reports, why, on what ground, and its proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Kebab-case; begins with the category and names the conduct.
    pub id: String,
    /// What is wrong.
    pub category: Category,
    /// How bad it is.
    pub tier: Tier,
    /// How sure a match of this rule is before the judges look at it.
    #[serde(default)]
    pub confidence: Confidence,
    /// A short name.
    pub title: Bilingual,
    /// The harm.
    pub why: Bilingual,
    /// Keys of `laws.toml`, first choice first.
    pub basis: Vec<String>,
    /// Lawful wording to use in its place.
    pub instead: Bilingual,
    /// Readings allowed besides the plain one.
    #[serde(default = "Rule::default_readings")]
    pub readings: Vec<Reading>,
    /// Literal terms that each make a match.
    #[serde(default)]
    pub terms: String,
    /// Files under `terms/` with more of them.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Patterns over term classes (grammar in `lexicons/README.md`).
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Whether its findings are proposed by the second opinion; then it has no terms and no patterns.
    #[serde(default)]
    pub proposed: bool,
    /// Patterns; a match with one of them in its sentence falls.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Longer wordings in which a match is innocent.
    #[serde(default)]
    pub allow: String,
    /// What must be known of the message before the rule applies.
    #[serde(default)]
    pub when: When,
    /// Judges that this rule is exempt from.
    #[serde(default)]
    pub ignores: Vec<Judge>,
    /// What it must find.
    pub hits: Examples,
    /// What it must leave alone although it looks alike.
    pub misses: Examples,
}

/// Conditions on the message; empty lists ask nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// One of these addressees, by field or by the words.
    #[serde(default)]
    pub addressee: Vec<Role>,
    /// One of these channels.
    #[serde(default)]
    pub channel: Vec<Channel>,
    /// None of these channels.
    #[serde(default)]
    pub not_channel: Vec<Channel>,
    /// All of these states of the dialogue or the message.
    #[serde(default)]
    pub state: Vec<String>,
    /// Sent in the quiet hours of `limits.toml`.
    #[serde(default)]
    pub night: bool,
}

/// A judge that a rule can be exempt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// Denial: the words themselves say 不 or 没有.
    Denial,
    /// Question: the words themselves ask.
    Question,
    /// Genre: the rule looks for what no other genre says.
    Genre,
    /// Report: the words themselves report.
    Report,
    /// Prohibition: the words themselves forbid.
    Prohibition,
    /// The second opinion: the words say enough by themselves.
    Opinion,
}

/// A list of examples. There are thousands, and judging needs none: of a lexicon made ahead they are read when first
/// asked for.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    unread: Box<[u8]>,
    read: OnceLock<Vec<Example>>,
}

/// A text with the context that it needs, as text or as table.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, remote = "Self")]
pub enum Example {
    /// A text without context.
    Text(String),
    /// A text with fields of a record.
    Record(ExampleRecord),
}

/// An example with fields. Of a call, `text` is the transcript in lines `坐席：…`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleRecord {
    /// The words; `⟦` and `⟧` mark the expected evidence.
    pub text: String,
    /// As in a record.
    pub channel: Option<Channel>,
    /// As in a record.
    pub recipient_role: Option<Role>,
    /// As in a record.
    pub creditor_kind: Option<CreditorKind>,
    /// As in a record.
    pub sender: Option<String>,
    /// As in a record.
    pub time: Option<String>,
}

impl Deref for Examples {
    type Target = [Example];

    fn deref(&self) -> &[Example] {
        let read = || postcard::from_bytes(&self.unread).expect("examples as they were written");
        self.read.get_or_init(read)
    }
}

impl<'e> IntoIterator for &'e Examples {
    type Item = &'e Example;
    type IntoIter = std::slice::Iter<'e, Example>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Examples {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_allocvec(&**self).map_err(serde::ser::Error::custom)?;
        flat::serialize(&bytes, serializer)
    }
}

impl<'de> Deserialize<'de> for Examples {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let read = Vec::deserialize(deserializer)?;
            return Ok(Self {
                unread: Box::default(),
                read: read.into(),
            });
        }
        Ok(Self {
            unread: flat::deserialize(deserializer)?.into(),
            read: OnceLock::new(),
        })
    }
}

/// People write a text or a table; what was made ahead says which of them comes.
impl Serialize for Example {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told: Result<&String, &ExampleRecord> = match self {
            Example::Text(text) => Ok(text),
            Example::Record(record) => Err(record),
        };
        told.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Example {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Self::deserialize(deserializer);
        }
        let told: Result<String, ExampleRecord> = Deserialize::deserialize(deserializer)?;
        Ok(told.map_or_else(Example::Record, Example::Text))
    }
}

impl Rule {
    /// Whether a match says enough by itself: no second opinion overrules it.
    pub(crate) fn is_grave(&self) -> bool {
        self.ignores.contains(&Judge::Opinion)
    }

    /// Whether what it finds rests on the record: when it was sent, or to whom. No tone of the words changes that. Who
    /// answers a call is another matter: the record knows only whose number it was.
    pub(crate) fn rests_on_record(&self, message: &Message) -> bool {
        let is_of_role = |role: Role| role != Role::Debtor && self.when.addressee.contains(&role);
        let is_call = matches!(message.body, Body::Turns(_));
        self.when.night || !is_call && message.recipient_role.is_some_and(is_of_role)
    }

    fn default_readings() -> Vec<Reading> {
        vec![Reading::Joined, Reading::Sound, Reading::Shape, Reading::Picture]
    }
}

impl Bilingual {
    /// The text in this language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl Category {
    /// All categories, in the order of reports.
    pub const ALL: [Category; 7] = [
        Category::Threat,
        Category::Insult,
        Category::Privacy,
        Category::ThirdParty,
        Category::Impersonation,
        Category::Deception,
        Category::Harassment,
    ];

    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Category::Threat => "threat",
            Category::Insult => "insult",
            Category::Privacy => "privacy",
            Category::ThirdParty => "third_party",
            Category::Impersonation => "impersonation",
            Category::Deception => "deception",
            Category::Harassment => "harassment",
        }
    }

    /// The name in this language.
    pub fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Category::Threat, Lang::Zh) => "威胁恐吓",
            (Category::Insult, Lang::Zh) => "侮辱谩骂",
            (Category::Privacy, Lang::Zh) => "泄露隐私",
            (Category::ThirdParty, Lang::Zh) => "骚扰第三人",
            (Category::Impersonation, Lang::Zh) => "冒充公权力",
            (Category::Deception, Lang::Zh) => "虚假误导",
            (Category::Harassment, Lang::Zh) => "频繁骚扰",
            (Category::Threat, Lang::En) => "threat",
            (Category::Insult, Lang::En) => "insult",
            (Category::Privacy, Lang::En) => "disclosure",
            (Category::ThirdParty, Lang::En) => "pressure on third persons",
            (Category::Impersonation, Lang::En) => "pretended authority",
            (Category::Deception, Lang::En) => "deception",
            (Category::Harassment, Lang::En) => "harassment",
        }
    }
}

impl Confidence {
    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl Tier {
    /// All tiers, mildest first.
    pub const ALL: [Tier; 4] = [Tier::Clean, Tier::Notice, Tier::Warning, Tier::Severe];

    /// The id in records.
    pub fn id(self) -> &'static str {
        match self {
            Tier::Clean => "clean",
            Tier::Notice => "notice",
            Tier::Warning => "warning",
            Tier::Severe => "severe",
        }
    }

    /// The name in this language.
    pub fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Tier::Clean, Lang::Zh) => "无异常",
            (Tier::Notice, Lang::Zh) => "提示",
            (Tier::Warning, Lang::Zh) => "警告",
            (Tier::Severe, Lang::Zh) => "严重",
            (_, Lang::En) => self.id(),
        }
    }
}

impl Example {
    /// The text with its marks.
    pub fn marked_text(&self) -> &str {
        match self {
            Example::Text(text) => text,
            Example::Record(record) => &record.text,
        }
    }
}
