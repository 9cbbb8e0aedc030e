//! What the case level found.
//!
//! In: findings of one debtor after the other. Out: [`CaseFindings`]: the worst of them, counts of all, and what could not
//! be checked. Plain data: names and keys are as they stand in the records, and whoever shows them masks them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::error::{Sentence, say};
use crate::lexicon::laws::Citation;
use crate::rule::{Bilingual, Category, Tier};
use crate::screen::case::checks::Check;
use crate::screen::case::contact::{ContactKind, Outcome, RecordRef};

/// How many of the worst findings are kept; counts cover all, and [`Cases::finish`](super::Cases::finish) hands out every
/// one.
pub const LISTED: usize = 1000;

/// A limit that the contacts with one debtor exceed.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFinding<'l> {
    /// The limit's id in `limits.toml`; of several that say the same, the first.
    pub limit: &'l str,
    /// What exceeding it is called.
    pub title: &'l Bilingual,
    /// What the limit means.
    pub note: Option<&'l Bilingual>,
    /// What exceeding it is.
    pub category: Category,
    /// How bad.
    pub tier: Tier,
    /// The debtor's key, unmasked.
    pub debtor: String,
    /// The first and the last day of the excess, where days are known.
    pub period: Option<(Date, Date)>,
    /// The day of the highest count, of a limit a day.
    pub worst_day: Option<Date>,
    /// The count against the limit: on the worst day, or of the whole period. Of hours and requests to stop, the contacts;
    /// of a share, hundredths.
    pub count: u64,
    /// The limit's figure; of tries before a third person is contacted, how many must come first.
    pub figure: u64,
    /// On how many days (of quiet hours, in how many nights) the limit is exceeded.
    pub days: u64,
    /// How many records are its evidence, those of all days together.
    pub records: u64,
    /// The first of them; of a limit a day, those of the worst day.
    pub evidence: Vec<Evidence>,
    /// The agencies of the listed evidence, as far as the records name them.
    pub agencies: Vec<String>,
    /// What may be cited: by the days of the contacts, the creditor's kind, the region. Empty for policy.
    pub basis: Vec<Citation<'l>>,
    /// Whether the limit is a default of this project and not law: whoever shows the finding says so.
    pub is_policy: bool,
    /// What the records can't show and what might lift the finding.
    pub caveats: Vec<Sentence>,
}

/// A record that shows a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stands.
    pub record: RecordRef,
    /// Its id.
    pub id: String,
}

/// How often a limit is exceeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitCount<'l> {
    /// The limit's id.
    pub limit: &'l str,
    /// What exceeding it is called.
    pub title: &'l Bilingual,
    /// What exceeding it weighs.
    pub tier: Tier,
    /// Debtors for whom it is.
    pub debtors: u64,
    /// Days, or nights, on which it is, of all debtors.
    pub days: u64,
    /// Records that show it.
    pub records: u64,
}

/// What the contacts of a dump show together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseFindings<'l> {
    /// The worst, worst first; at most [`LISTED`].
    pub findings: Vec<CaseFinding<'l>>,
    /// How many there are.
    pub found: u64,
    /// Counts of each limit that is exceeded, in the order of `limits.toml`.
    pub by_limit: Vec<LimitCount<'l>>,
    /// Debtors with contacts.
    pub debtors: u64,
    /// Days on which a debtor was contacted or tried, of all debtors.
    pub debtor_days: u64,
    /// Contacts and tries of collectors by kind, those that can't be assigned to a debtor left out.
    pub contacts_by_kind: BTreeMap<ContactKind, u64>,
    /// Contacts with third persons among them.
    pub third_person_contacts: u64,
    /// What is known of the records and what isn't.
    pub coverage: Coverage,
    /// What could not be checked, and how figures are to be read.
    pub notes: Vec<Sentence>,
}

/// How far the columns of the records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Contacts, inbound ones and those that can't be assigned included.
    pub records: u64,
    /// Records that are no contact: templates and articles.
    pub not_contacts: u64,
    /// Contacts that name neither a debtor nor anybody who may be one: they can't be assigned.
    pub unassigned: u64,
    /// Contacts that the other side began.
    pub inbound: u64,
    /// Contacts without a day: in no daily figure.
    pub without_date: u64,
    /// Contacts with a day and no hour: in no figure of hours.
    pub without_clock: u64,
    /// Contacts that don't say what the person at the other end is to the debt; taken for the debtor.
    pub without_role: u64,
    /// Contacts that don't say what the creditor is: rules of a sector are cited as rules that may apply.
    pub without_creditor_kind: u64,
    /// Contacts that don't name the person at the other end.
    pub without_person: u64,
    /// Calls that were not answered.
    pub unanswered_calls: u64,
    /// Answered calls of which nothing tells who spoke: in neither count of calls.
    pub connected_calls: u64,
    /// Calls of which nothing tells whether they were answered: in no count of calls.
    pub unknown_calls: u64,
    /// Contacts with third persons of which unknown calls leave open whether the debtor was tried before.
    pub tries_unknown: u64,
    /// Third persons' requests to stop that name nobody: nothing after them can be seen.
    pub nameless_refusals: u64,
    /// Contacts left out of a count because a debtor had too many numbers or recipients.
    pub uncounted: u64,
}

impl CaseFindings<'_> {
    /// The share of third persons among all contacts; none if there are none.
    pub fn third_person_share(&self) -> Option<f64> {
        let all: u64 = self.contacts_by_kind.values().sum();
        (all > 0).then(|| self.third_person_contacts as f64 / all as f64)
    }
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.not_contacts += other.not_contacts;
        self.unassigned += other.unassigned;
        self.inbound += other.inbound;
        self.without_date += other.without_date;
        self.without_clock += other.without_clock;
        self.without_role += other.without_role;
        self.without_creditor_kind += other.without_creditor_kind;
        self.without_person += other.without_person;
        self.unanswered_calls += other.unanswered_calls;
        self.connected_calls += other.connected_calls;
        self.unknown_calls += other.unknown_calls;
        self.tries_unknown += other.tries_unknown;
        self.nameless_refusals += other.nameless_refusals;
        self.uncounted += other.uncounted;
    }
}

impl Coverage {
    /// Counts what a contact leaves open.
    pub(super) fn meet(&mut self, contact: &super::Contact) {
        self.records += 1;
        if contact.is_inbound {
            self.inbound += 1;
            return;
        }
        let date = contact.time.and_then(|time| time.date);
        let clock = contact.time.and_then(|time| time.clock);
        self.without_date += u64::from(date.is_none());
        self.without_clock += u64::from(date.is_some() && clock.is_none());
        self.without_role += u64::from(matches!(contact.role, None | Some(crate::message::Role::Unknown)));
        self.without_creditor_kind += u64::from(contact.creditor_kind.is_none());
        self.without_person += u64::from(contact.person.is_none());
        match contact.kind {
            ContactKind::Call(Outcome::Unanswered) => self.unanswered_calls += 1,
            ContactKind::Call(Outcome::Connected) => self.connected_calls += 1,
            ContactKind::Call(Outcome::Unknown) => self.unknown_calls += 1,
            _ => {}
        }
    }
}

/// Findings as they come, the worst kept.
pub(super) struct Ranking<'l> {
    worst: Vec<CaseFinding<'l>>,
    pub(super) found: u64,
    /// By check.
    counts: Vec<LimitCount<'l>>,
}

impl<'l> Ranking<'l> {
    pub(super) fn new(checks: &[Check<'l>]) -> Self {
        let count = |check: &Check<'l>| LimitCount {
            limit: check.id,
            title: check.title,
            tier: check.tier,
            debtors: 0,
            days: 0,
            records: 0,
        };
        Self {
            worst: Vec::new(),
            found: 0,
            counts: checks.iter().map(count).collect(),
        }
    }

    /// Takes a finding of the check with this number.
    pub(super) fn add(&mut self, check: usize, finding: CaseFinding<'l>) {
        self.found += 1;
        let counts = &mut self.counts[check];
        counts.debtors += 1;
        counts.days += finding.days;
        counts.records += finding.records;
        self.worst.push(finding);
        if self.worst.len() >= 2 * LISTED {
            self.cut();
        }
    }

    /// The worst findings, worst first, and the counts of limits that are exceeded.
    pub(super) fn finish(mut self) -> (Vec<CaseFinding<'l>>, Vec<LimitCount<'l>>) {
        self.cut();
        self.counts.retain(|counts| counts.debtors > 0);
        (self.worst, self.counts)
    }

    fn cut(&mut self) {
        self.worst.sort_by(|one, other| rank(one).cmp(&rank(other)));
        self.worst.truncate(LISTED);
    }
}

/// Worse ones first: by tier, then law before policy, then by the number of records that show it. What follows only makes
/// the order the same in every run.
fn rank<'f>(finding: &'f CaseFinding) -> impl Ord + use<'f> {
    let CaseFinding {
        tier,
        is_policy,
        records,
        count,
        debtor,
        limit,
        ..
    } = finding;
    (
        Reverse(*tier),
        *is_policy,
        Reverse(*records),
        Reverse(*count),
        debtor.clone(),
        *limit,
    )
}

/// What the records can't show of a check.
pub(super) fn caveats(check: &Check) -> Vec<Sentence> {
    let mut caveats = Vec::new();
    if check.is_policy {
        caveats.push(say!(
            "限度是项目默认值，并非法律",
            "the limit is a default of this project, not law"
        ));
    }
    if check.unless_agreed {
        caveats.push(say!(
            "另有约定或者对方同意的除外；记录不能说明是否有约定",
            "agreement or consent lifts it; the records don't tell whether there is any"
        ));
    }
    if check.needs_history {
        caveats.push(say!(
            "记录开始之前的联系、预留号码是否失效，记录不能说明",
            "the records don't tell what was tried before they begin, nor whether the reserved number is invalid"
        ));
    }
    if check.on.is_some() {
        caveats.push(say!(
            "没有法定节假日历：周末按节假日、其余按工作日计，调休不计",
            "no calendar of statutory holidays: weekends count as holidays, other days as workdays, whatever was shifted"
        ));
    }
    caveats
}

/// What could not be checked, and how the figures are to be read.
pub(super) fn notes(coverage: &Coverage, has_regional_days: bool) -> Vec<Sentence> {
    let Coverage {
        unassigned,
        without_date,
        without_clock,
        without_role,
        without_creditor_kind,
        without_person,
        unanswered_calls,
        connected_calls,
        unknown_calls,
        tries_unknown,
        nameless_refusals,
        uncounted,
        ..
    } = *coverage;
    let tells_no_failure = coverage.records > 0 && unanswered_calls == 0;
    let told = [
        (
            unassigned > 0,
            say!(
                "{unassigned} 条联系没有写明债务人，也没有可作为债务人的接收人，无法归入任何债务人",
                "{unassigned} contacts name no debtor and nobody who may be one: they can't be assigned"
            ),
        ),
        (
            without_date > 0,
            say!(
                "{without_date} 条联系没有日期，不计入任何每日次数和时段",
                "{without_date} contacts have no date: they are in no count a day and no hours"
            ),
        ),
        (
            without_clock > 0,
            say!(
                "{without_clock} 条联系只有日期没有时刻，无法核对时段",
                "{without_clock} contacts have a date and no hour: hours can't be checked for them"
            ),
        ),
        (
            without_role > 0,
            say!(
                "{without_role} 条联系没有写明接收人身份，按债务人本人计",
                "{without_role} contacts don't say what the receiver is to the debt: taken for the debtor"
            ),
        ),
        (
            without_creditor_kind > 0,
            say!(
                "{without_creditor_kind} 条联系没有写明债权人类型，行业规定只在可能适用的意义上引用",
                "{without_creditor_kind} contacts don't say what the creditor is: rules of a sector are cited as rules that may apply"
            ),
        ),
        (
            without_person > 0,
            say!(
                "{without_person} 条联系没有接收人：同一号码的次数、对同一人的重复发送、第三人的拒绝无法核对",
                "{without_person} contacts name no receiver: tries of one number, repeated messages to one person and third persons' refusals can't be checked for them"
            ),
        ),
        (
            unknown_calls > 0,
            say!(
                "{unknown_calls} 通电话没有接通结果、时长和通话文本，不计入任何通话次数",
                "{unknown_calls} calls have no outcome, no length and no transcript: they are in no count of calls"
            ),
        ),
        (
            connected_calls > 0,
            say!(
                "{connected_calls} 通接通的电话看不出是谁在说话，既不计为有效通话也不计为告知式通话",
                "{connected_calls} answered calls don't tell who spoke: counted neither as conversations nor as notifying calls"
            ),
        ),
        (
            tells_no_failure,
            say!(
                "记录中没有未接通的电话：未接通次数无法核对，也无法核对联系第三人之前是否联系过债务人",
                "the records hold no unanswered call: tries can't be counted, nor can it be checked whether the debtor was tried before a third person"
            ),
        ),
        (
            tries_unknown > 0,
            say!(
                "{tries_unknown} 次与第三人的联系之前有结果不明的电话，无法判断是否先联系过债务人",
                "before {tries_unknown} contacts with third persons there are calls of unknown outcome: whether the debtor was tried first can't be told"
            ),
        ),
        (
            nameless_refusals > 0,
            say!(
                "{nameless_refusals} 名要求停止联系的第三人没有号码或姓名，无法核对此后是否仍被联系",
                "{nameless_refusals} third persons who asked to be left alone have neither number nor name: what came after can't be checked"
            ),
        ),
        (
            uncounted > 0,
            say!(
                "{uncounted} 条联系因同一债务人名下号码过多而未计入按号码的统计",
                "{uncounted} contacts are left out of counts by number or person because one debtor has too many of them"
            ),
        ),
        (
            has_regional_days,
            say!(
                "宁夏的时段：没有法定节假日历，周末按节假日、其余按工作日计，调休不计",
                "Ningxia's hours: no calendar of statutory holidays, so weekends count as holidays and other days as workdays, whatever was shifted"
            ),
        ),
        (
            coverage.records > 0,
            say!(
                "每条记录计为一次联系；时间均为北京时间（Asia/Shanghai）",
                "every record counts as one contact; all times are those of Asia/Shanghai"
            ),
        ),
    ];
    told.into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, note)| note)
        .collect()
}
