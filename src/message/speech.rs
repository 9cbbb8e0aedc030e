//! Who speaks like a collector: ways of speaking, whatever the label says.
//!
//! In: the words of a turn. Out: [`Speech`]: how much they sound like the caller's, and whether they present an
//! institution. For labels that name nobody, and for labels that name the wrong one. Cost: one pass over the words.

use std::sync::LazyLock;

use regex::RegexSet;

/// How a turn sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Speech {
    /// Above zero like the collector's, below like the words of the one who is called.
    pub(crate) weight: i32,
    /// It says on whose behalf it calls, or for whom it asks.
    pub(crate) presents: bool,
}

/// A way of speaking, what it weighs, and whether it presents the caller.
type Way = (&'static str, i32, bool);

const WAYS_OF_SPEAKING: [Way; 9] = [
    // Introduces an institution.
    (
        r"(这里|這裡|这边|這邊|我们|我們|我)(是|这边是).{0,16}(公司|银行|銀行|金融|中心|平台|客服|法务|法務|贷|貸|律师|律師|专员|專員|催收|资管|机构|部门)",
        3,
        true,
    ),
    (r"工号|工號|(受|接受).{0,10}委托|来电录音|通话.{0,4}录音", 3, true),
    // Speaks of the other's debt.
    (
        r"(您|你)(名下|在|的|这笔|那笔|有一?笔|尾号).{0,16}(账单|帳單|欠款|借款|贷款|貸款|逾期|信用卡|分期|账户|帳戶|本息|债务|債務)",
        3,
        false,
    ),
    (
        r"(已经|已經|已)?逾期.{0,6}(天|期|个月|個月|了)|结清|結清|还款(计划|方案)|入账|入帳|减免政策|最低还款",
        1,
        false,
    ),
    // Asks for payment.
    (
        r"(什么时候|什麼時候|几点|今天|明天|尽快|儘快|马上|立刻|下午|之前|必须|务必|请(您|你)).{0,10}(还|還|处理|處理|缴|转|付)",
        2,
        false,
    ),
    (r"(请问|請問)(您|你)?是.{0,8}(先生|女士|小姐|本人|吗|嗎)", 2, true),
    // Is being asked.
    (
        r"(我).{0,4}(没钱|沒錢|没有钱|失业|工资|暂时|实在|手头|已经还|还不上|不还|没借|不认识)",
        -3,
        false,
    ),
    (
        r"(你|您)(是谁|是誰|哪里|哪裡|哪位|是哪|打错|们(公司|平台|银行))|(谁|誰|哪位|哪里)[啊呀?？]",
        -2,
        false,
    ),
    (
        r"(能不能|可不可以|可以).{0,6}(宽限|缓|分期|减免|少还|晚|延)",
        -2,
        false,
    ),
];

static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = WAYS_OF_SPEAKING.iter().map(|(pattern, ..)| pattern);
    RegexSet::new(patterns).expect("bundled patterns")
});

impl Speech {
    /// How these words sound.
    pub(crate) fn of(text: &str) -> Self {
        let ways = PATTERNS.matches(text);
        let ways = ways.iter().map(|way| WAYS_OF_SPEAKING[way]);
        Self::together(ways.map(|(_, weight, presents)| Self { weight, presents }))
    }

    /// Several turns of one speaker together.
    pub(crate) fn of_all<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        Self::together(texts.map(Self::of))
    }

    fn together(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::default(), |all, own| Self {
            weight: all.weight + own.weight,
            presents: all.presents | own.presents,
        })
    }
}
