//! What a variable of a template may carry.
//!
//! In: `lexicons/lint/variables.toml`, a project's own declarations, the name of a variable and the words around it. Out: its
//! [`VariableKind`] and the values that a template is judged with. Data decides: kinds, names and samples stand in the
//! file, this module only matches. It finds no placeholders: [`template`](super::template) does.

use std::sync::{LazyLock, PoisonError, RwLock};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::Bilingual;

/// What a variable carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VariableKind {
    /// The debtor's name.
    Name,
    /// 先生, 女士.
    Honorific,
    /// Who handles the case at the creditor or the agency.
    Staff,
    /// Who writes or lends.
    Institution,
    /// A court or an arbitration body.
    Court,
    /// Money.
    Sum,
    /// Days, as of an arrear.
    Days,
    /// Instalments and other counts.
    Count,
    /// A date.
    Date,
    /// An hour.
    Time,
    /// The last digits of a card.
    LastDigits,
    /// Numbers of contracts, cases, orders.
    Code,
    /// A number to call.
    Phone,
    /// A link.
    Url,
    /// Where somebody lives.
    Address,
    /// Where somebody works or learns.
    Employer,
    /// A whole identity card or bank card number.
    IdNumber,
    /// Somebody who isn't the debtor.
    Relative,
    /// Anything that somebody writes.
    FreeText,
}

/// What is known of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindData {
    /// What people call it.
    pub title: Bilingual,
    #[serde(deserialize_with = "terms")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    leads: Vec<String>,
    #[serde(default)]
    turns: Vec<Turn>,
    #[serde(default, deserialize_with = "terms")]
    before: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    after: Vec<String>,
    /// Values to judge with.
    pub samples: Vec<String>,
    /// Characters of the longest usual value.
    pub longest: usize,
}

/// Words at a variable that make its name mean something else: 尾号{卡号} isn't a whole number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    into: VariableKind,
    #[serde(deserialize_with = "terms")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    before: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    after: Vec<String>,
}

/// What stands in a template for a variable of which nothing is known.
pub const UNKNOWN_SAMPLE: &str = "某";

/// Characters of the longest usual value of such a variable: those of a name or a sum.
pub const UNKNOWN_LONGEST: usize = 10;

/// Terms written in one text, apart by white space.
pub(super) fn terms<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

static KINDS: LazyLock<IndexMap<VariableKind, KindData>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../lexicons/lint/variables.toml"))
        .expect("the bundled kinds are read by a test")
});

/// What names told.
static TOLD: LazyLock<RwLock<FxHashMap<Box<str>, Option<VariableKind>>>> = LazyLock::new(RwLock::default);

/// Names that are remembered, so that a hostile repository takes no memory by them.
const MOST_TOLD: usize = 10_000;

impl VariableKind {
    /// What is known of the kind.
    pub fn data(self) -> &'static KindData {
        &KINDS[&self]
    }

    /// The id in the configuration.
    pub fn id(self) -> &'static str {
        match self {
            VariableKind::Name => "name",
            VariableKind::Honorific => "honorific",
            VariableKind::Staff => "staff",
            VariableKind::Institution => "institution",
            VariableKind::Court => "court",
            VariableKind::Sum => "sum",
            VariableKind::Days => "days",
            VariableKind::Count => "count",
            VariableKind::Date => "date",
            VariableKind::Time => "time",
            VariableKind::LastDigits => "last-digits",
            VariableKind::Code => "code",
            VariableKind::Phone => "phone",
            VariableKind::Url => "url",
            VariableKind::Address => "address",
            VariableKind::Employer => "employer",
            VariableKind::IdNumber => "id-number",
            VariableKind::Relative => "relative",
            VariableKind::FreeText => "free-text",
        }
    }

    /// The kind of a variable by its name and the words around it; the name comes first.
    pub fn of_variable(name: &str, before: &str, after: &str) -> Option<Self> {
        let Some(kind) = Self::of_name(name) else {
            return Self::of_surroundings(before, after);
        };
        let name = Name::new(name);
        let leads = kind.data().leads.iter().any(|term| name.find(term).is_some());
        let turn = kind.data().turns.iter().filter(|_| !leads).find(|turn| {
            let is_named = turn.names.iter().any(|term| name.ends_with(term));
            let is_there = turn.before.iter().any(|term| stands_close(before, term))
                || turn.after.iter().any(|term| after.starts_with(term.as_str()));
            is_named && is_there
        });
        Some(turn.map_or(kind, |turn| turn.into))
    }

    /// The kind that a name tells. A repository uses few names for many variables, so what a name told is remembered.
    pub fn of_name(name: &str) -> Option<Self> {
        let known = TOLD
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .copied();
        if let Some(kind) = known {
            return kind;
        }
        let kind = Self::read_name(name);
        let mut told = TOLD.write().unwrap_or_else(PoisonError::into_inner);
        if told.len() < MOST_TOLD {
            told.insert(name.into(), kind);
        }
        kind
    }

    /// The kind that a name tells. Terms that lead decide; else the term that ends the name, as the last word of 联系人电话 and
    /// userId says what it is; of several the longest.
    fn read_name(name: &str) -> Option<Self> {
        let name = Name::new(name);
        let mut best: Option<((bool, bool, usize, usize), Self)> = None;
        for (&kind, data) in KINDS.iter() {
            let leading = data.leads.iter().map(|term| (true, term));
            for (leads, term) in leading.chain(data.names.iter().map(|term| (false, term))) {
                let Some(end) = name.find(term) else { continue };
                let is_last = end == name.end_of(term);
                // 客户 in front of another word says whose it is.
                if kind == VariableKind::Name && !is_last {
                    continue;
                }
                // Behind another word free text is how the value is written: amountText.
                let ends = is_last && kind != VariableKind::FreeText;
                let key = (leads, ends, term.len(), end);
                if best.is_none_or(|(known, _)| key > known) {
                    best = Some((key, kind));
                }
            }
        }
        best.map(|(_, kind)| kind)
    }

    /// The kind of a name that ends as names do: 联系人姓名, but neither 联系人首轮短信, which is a heading in brackets, nor a
    /// clause that ends in 期.
    pub fn of_name_end(name: &str) -> Option<Self> {
        let kind = Self::of_name(name)?;
        let name = Name::new(name);
        let mut terms = KINDS
            .values()
            .flat_map(|data| data.names.iter().chain(&data.leads));
        let is_end = |term: &String| {
            let is_single = !term.is_ascii() && term.chars().nth(1).is_none();
            name.ends_with(term) && (!is_single || name.han == *term)
        };
        terms.any(is_end).then_some(kind)
    }

    /// The kind that the words around a variable tell.
    pub fn of_surroundings(before: &str, after: &str) -> Option<Self> {
        let length = |terms: &[String], is_there: &dyn Fn(&str) -> bool| {
            let lengths = terms.iter().filter(|term| is_there(term)).map(String::len);
            lengths.max().unwrap_or(0)
        };
        let told = KINDS.iter().map(|(&kind, data)| {
            let told = length(&data.before, &|term| before.ends_with(term));
            (told + length(&data.after, &|term| after.starts_with(term)), kind)
        });
        let told = told.filter(|&(length, _)| length > 0);
        // Of equal ones the first by id.
        told.rev().max_by_key(|&(length, _)| length).map(|(_, kind)| kind)
    }
}

/// Characters in front of a variable in which a word still speaks of it.
const CLOSE: usize = 8;

/// Whether a term stands shortly before the end of a text, in the same clause.
fn stands_close(before: &str, term: &str) -> bool {
    let length = CLOSE + term.chars().count();
    let start = before
        .char_indices()
        .rev()
        .take(length)
        .last()
        .map_or(0, |(at, _)| at);
    let clause = before[start..]
        .rfind(['，', '。', '；', ',', '\n'])
        .map_or(start, |at| start + at);
    before[clause..].contains(term)
}

/// A variable's name, taken apart.
struct Name {
    /// Without what is no word behind it, as (元), numbers and 名称.
    han: String,
    /// The Latin words in lower case: `overdueDays`, `overdue_days` and `OVERDUE-DAYS` have the same.
    words: Vec<String>,
}

/// Ends of Chinese names that say only that it is a name.
const HAN_TAILS: [&str; 4] = ["名称", "全称", "简称", "字段"];

/// Last words of Latin names that say how a value is written.
const LATIN_TAILS: [&str; 8] = ["str", "string", "txt", "value", "val", "fmt", "format", "cn"];

impl Name {
    fn new(name: &str) -> Self {
        let trimmed = name.trim_end_matches(|last: char| !last.is_alphabetic());
        let tail = HAN_TAILS.iter().find_map(|tail| trimmed.strip_suffix(tail));
        let han = tail.filter(|rest| !rest.is_empty()).unwrap_or(trimmed);
        let mut words = words_of(name);
        while words.len() > 1
            && words
                .last()
                .is_some_and(|last| LATIN_TAILS.contains(&last.as_str()))
        {
            words.pop();
        }
        Self {
            han: han.to_owned(),
            words,
        }
    }

    /// Behind which byte or word the last place of a term ends.
    fn find(&self, term: &str) -> Option<usize> {
        if term.is_ascii() {
            return place_of_words(&self.words, term);
        }
        // A single character is a word of its own only as the last.
        let is_single = term.chars().nth(1).is_none();
        let at = match is_single {
            true => self.han.ends_with(term).then(|| self.han.len() - term.len()),
            false => self.han.rfind(term),
        };
        at.map(|at| at + term.len())
    }

    /// Where a term ends that ends the name.
    fn end_of(&self, term: &str) -> usize {
        match term.is_ascii() {
            true => self.words.len(),
            false => self.han.len(),
        }
    }

    fn ends_with(&self, term: &str) -> bool {
        self.find(term).is_some_and(|end| end == self.end_of(term))
    }
}

fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was = ' ';
    for character in name.chars() {
        let is_start = !was.is_ascii_alphanumeric()
            || (was.is_ascii_lowercase() && character.is_ascii_uppercase())
            || (was.is_ascii_digit() && character.is_ascii_alphabetic());
        if character.is_ascii_alphanumeric() {
            if is_start {
                words.push(String::new());
            }
            let word = words.last_mut().expect("the first letter starts a word");
            word.push(character.to_ascii_lowercase());
        }
        was = character;
    }
    words
}

/// Behind which word of a name the words of a term end, if they stand there in a row or run together; numbers behind
/// them tell apart variables of one kind. It allocates nothing: it is asked for every term.
fn place_of_words(words: &[String], term: &str) -> Option<usize> {
    let without_number = |word: &str| word.trim_end_matches(|last: char| last.is_ascii_digit()).len();
    let is_word = |word: &String, part: &str| word == part || word[..without_number(word)] == *part;
    let is_joined = |word: &String| {
        let letters = || term.bytes().filter(|&letter| letter != b'_');
        word.bytes().eq(letters()) || word[..without_number(word)].bytes().eq(letters())
    };
    let count = term.split('_').count();
    let mut windows = words.windows(count);
    let at = windows.rposition(|window| {
        window
            .iter()
            .zip(term.split('_'))
            .all(|(word, part)| is_word(word, part))
    });
    let apart = at.map(|at| at + count);
    apart.or_else(|| words.iter().rposition(is_joined).map(|at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_data_under_its_id() {
        for (kind, data) in KINDS.iter() {
            let read: VariableKind = serde_json::from_value(kind.id().into()).unwrap();
            assert_eq!(read, *kind);
            assert!(!data.samples.is_empty() && data.longest > 0, "{}", kind.id());
        }
        assert_eq!(KINDS.len(), 19);
    }

    #[test]
    fn names_tell_kinds() {
        use VariableKind::*;
        for (name, expected) in [
            ("客户姓名", Some(Name)),
            ("customerName", Some(Name)),
            ("user.name", Some(Name)),
            ("CUST_NAME", Some(Name)),
            ("逾期金额", Some(Sum)),
            ("overdueAmount", Some(Sum)),
            ("overdue_days", Some(Days)),
            ("逾期天数", Some(Days)),
            ("最后还款日", Some(Date)),
            ("联系人姓名", Some(Relative)),
            ("emergencyContact", Some(Relative)),
            ("紧急联系人电话", Some(Relative)),
            ("客服电话", Some(Phone)),
            ("身份证号", Some(IdNumber)),
            ("卡号后四位", Some(LastDigits)),
            ("cardNo", Some(IdNumber)),
            ("还款链接", Some(Url)),
            ("备注", Some(FreeText)),
            ("custom_content", Some(FreeText)),
            ("companyName", Some(Institution)),
            ("0", None),
            ("x", None),
            ("微笑", None),
        ] {
            assert_eq!(VariableKind::of_name(name), expected, "{name}");
        }
    }

    /// Names as back offices write them: Chinese, pinyin and its initials, English in all cases.
    #[test]
    fn names_of_back_offices_are_typed() {
        use VariableKind::*;
        let mut wrong = Vec::new();
        let mut count = 0;
        for (expected, names) in [
            (
                Some(Name),
                "姓名 客户姓名 借款人姓名 持卡人姓名 债务人姓名 用户姓名 客户名称 用户昵称 会员名 被催收人 姓氏 客户称呼 担保人姓名 保证人姓名 共同借款人姓名 name userName user_name customerName CUST_NAME custName clientName realName nickname fullName borrowerName debtor_name cardholderName guarantorName user.name custInfo.custName xm khxm jkrxm xingming",
            ),
            (Some(Honorific), "尊称 性别称呼 先生/女士 gender mrMs"),
            (
                Some(Staff),
                "经办人 客户经理 催收员姓名 专员姓名 律师姓名 agentName staff_name collectorName jbr",
            ),
            (
                Some(Institution),
                "机构名称 公司名称 平台名 银行名称 银行简称 签名 品牌名 商户名称 债权人 债权人名称 委托机构 资方名称 产品名称 支行名称 律师事务所 companyName bankName bank_name platformName signName brand appName creditorName merchantName productName orgName agency yhmc jgmc gsmc ptmc cpmc",
            ),
            (Some(Court), "法院名称 人民法院 courtName"),
            (
                Some(Sum),
                "金额 欠款金额 逾期金额 应还金额 待还金额 本期应还 剩余本金 罚息 违约金 逾期利息 账单金额 最低还款额 应还总额 账户余额 减免金额 amount totalAmount overdueAmount overdue_amt repayAmt billAmount principal penaltyAmt minPayment debtAmt dueAmount outstandingBalance amountStr amount1 je yqje yhje hkje zdhk bj",
            ),
            (
                Some(Days),
                "逾期天数 天数 账龄 overdueDays overdue_days OVERDUE-DAYS dpd yqts ts",
            ),
            (
                Some(Count),
                "期数 逾期期数 当前期数 逾期笔数 通知次数 periodNo termNum installment_count qs",
            ),
            (
                Some(Date),
                "还款日期 还款日 到期日 账单日 最后还款日 截止日期 应还日期 扣款日期 账单月份 年月日 dueDate due_date repayDate billDate deadline expireDate payDateStr rq hkrq dqrq",
            ),
            (Some(Time), "截止时间 还款时间 时段 deadlineTime sendTime 小时"),
            (
                Some(LastDigits),
                "尾号 卡尾号 卡号后四位 银行卡尾号 身份证后四位 合同尾号 手机尾号 last4 lastFour cardTail cardTailNo tailNumber cardLast4 wh",
            ),
            (
                Some(Code),
                "合同编号 合同号 借据号 订单编号 案件编号 工号 验证码 流水号 还款账号 收款账户 对公账号 contractNo loan_no orderId caseNo userId customerId staffNo bizNo verifyCode repayAccount hth gh yzm",
            ),
            (
                Some(Phone),
                "电话 客服电话 联系电话 服务热线 手机号 手机号码 客户手机号 座机号码 公司电话 官方客服 phone phoneNumber mobile userMobile servicePhone hotline contactPhone serviceTel callBackNumber kfdh lxdh sjh",
            ),
            (
                Some(Url),
                "链接 还款链接 短链接 网址 二维码 url repayUrl shortUrl payLink h5Url link lj",
            ),
            (
                Some(Address),
                "地址 家庭住址 户籍地址 居住地址 所在城市 homeAddress addr city hjdz",
            ),
            (
                Some(Employer),
                "单位名称 工作单位 就职单位 学校 employerName workUnit schoolName gzdw dwmc",
            ),
            (
                Some(IdNumber),
                "身份证号 身份证号码 身份证 证件号码 银行卡号 信用卡号 卡号 idCard idCardNo id_no certNo cardNo card_number bankCardNo accountNo sfzh zjhm yhkh",
            ),
            (
                Some(Relative),
                "联系人姓名 联系人1 紧急联系人 紧急联系人姓名 紧急联系人电话 亲属姓名 家属称谓 父亲姓名 母亲电话 配偶姓名 与本人关系 emergencyContact emergencyContactName emergency_contact_phone relativeName fatherName motherName spouse_name parentPhone relation contactName jjlxr lxr",
            ),
            (
                Some(FreeText),
                "备注 自定义内容 短信内容 催收话术 附言 内容 content smsContent remark remarks customContent messageBody caseNote userRemark bz nr",
            ),
            (None, "0 x 微笑 a1 折扣 利率 rate status 结果 param1"),
        ] {
            for name in names.split(' ') {
                count += 1;
                let kind = VariableKind::of_name(name);
                if kind != expected {
                    wrong.push(format!("{name}: {kind:?}, not {expected:?}"));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {count}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn headings_in_brackets_tell_no_kind() {
        for (name, expected) in [
            ("联系人姓名", Some(VariableKind::Relative)),
            ("家属称谓", Some(VariableKind::Relative)),
            ("联系人首轮短信", None),
            ("家属安抚版", None),
            ("客户关怀", None),
            ("金额", Some(VariableKind::Sum)),
        ] {
            assert_eq!(VariableKind::of_name_end(name), expected, "{name}");
        }
    }

    #[test]
    fn words_around_a_name_may_turn_its_kind() {
        use VariableKind::*;
        for (before, name, after, expected) in [
            ("您尾号", "卡号", "的信用卡", Some(LastDigits)),
            ("您尾号为", "cardNo", "的", Some(LastDigits)),
            ("您的信用卡", "卡号", "已逾期", Some(IdNumber)),
            ("请转入我行账户", "账号", "。", Some(Code)),
            ("，账号", "账号", "已冻结", Some(IdNumber)),
            ("如有疑问请联系", "联系人", "，电话", Some(Staff)),
            ("请联系您的家人，或者", "联系人", "。", Some(Relative)),
            ("将通知", "联系人", "。", Some(Relative)),
            ("请联系", "紧急联系人", "。", Some(Relative)),
            ("欠款", "0", "元", Some(Sum)),
        ] {
            let kind = VariableKind::of_variable(name, before, after);
            assert_eq!(kind, expected, "{before}{{{name}}}{after}");
        }
    }

    #[test]
    fn surroundings_tell_kinds_where_names_do_not() {
        use VariableKind::*;
        for (before, after, expected) in [
            ("尊敬的", "先生", Some(Name)),
            ("您已逾期", "天", Some(Days)),
            ("欠款", "元", Some(Sum)),
            ("尾号", "的账单", Some(LastDigits)),
            ("请致电", "。", Some(Phone)),
            ("请在", "前还款", Some(Date)),
            ("请点击", "", Some(Url)),
            ("其中", "与", None),
        ] {
            assert_eq!(
                VariableKind::of_surroundings(before, after),
                expected,
                "{before}_{after}"
            );
        }
    }
}
