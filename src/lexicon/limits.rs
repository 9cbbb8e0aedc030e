//! Hours and counts with their source.
//!
//! In: `limits.toml`. Out: [`Limits`], checked: each names its hours or its count, and a clause that exists; those that
//! the case level checks have a title, a category and something that it can count. Judges of single messages ask only for
//! the quiet hours; counts are for whoever sees all contacts with a debtor ([`case`](crate::screen::case)).

use jiff::civil::Time as Clock;
use serde::{Deserialize, Serialize};

use super::laws::{CitationConfidence, Laws};
use crate::error::{Sentence, say};
use crate::rule::{Bilingual, Category, Tier};

/// All limits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub(crate) struct Limits {
    pub(crate) limits: Vec<Limit>,
    /// From when to when nobody may collect: asked for message after message.
    quiet_hours: Option<Hours>,
}

/// From when to when, over midnight if the end is the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    from: Clock,
    pub(crate) to: Clock,
}

/// The limits as their file lists them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    limit: Vec<Limit>,
}

/// One limit as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub(crate) id: String,
    /// Of a limit that the case level checks: what exceeding it is called.
    pub(crate) title: Option<Bilingual>,
    /// Of a limit that the case level checks: what exceeding it is.
    pub(crate) category: Option<Category>,
    pub(crate) quiet_from: Option<String>,
    pub(crate) quiet_to: Option<String>,
    /// On which days the hours are quiet; none: on all.
    pub(crate) on: Option<Days>,
    /// What is counted: a [`Measure`] if the case level checks it, else a word for readers.
    pub(crate) of: Option<String>,
    pub(crate) count: Option<f64>,
    #[serde(default)]
    pub(crate) bound: Bound,
    /// None: once and for all.
    pub(crate) window: Option<Window>,
    pub(crate) per: Option<Per>,
    /// Of a share: the fewest contacts that it may be a share of.
    pub(crate) among: Option<u64>,
    /// Whether an agreement or consent on record lifts it.
    #[serde(default)]
    pub(crate) unless_agreed: bool,
    /// Whether what happened before the records begin may lift it.
    #[serde(default)]
    pub(crate) needs_history: bool,
    /// Whether it is only a "should preferably not".
    #[serde(default)]
    pub(crate) soft: bool,
    /// Whether it is a default of this project and not law.
    #[serde(default)]
    pub(crate) policy: bool,
    /// Whether it is how a network works, neither law nor policy.
    #[serde(default)]
    pub(crate) technical: bool,
    pub(crate) clause: Option<String>,
    /// How well the figure is attested.
    pub(crate) confidence: CitationConfidence,
    pub(crate) note: Option<Bilingual>,
}

/// How a count is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    /// So many are allowed.
    #[default]
    Max,
    /// From so many on.
    Min,
    /// From one more on.
    MoreThan,
}

/// Which days hours are meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Days {
    Workday,
    Holiday,
}

/// Within what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Window {
    Day,
    Visit,
    Message,
    Part,
}

/// For each of what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Per {
    Debtor,
    Number,
    Recipient,
}

/// What the case level can count. Contacts are the collector's; what the other side begins is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    /// Contacts in the hours of the limit.
    InHours,
    /// Calls to the debtor in which both sides spoke.
    EffectiveCall,
    /// Answered calls to the debtor in which only the collector, or a machine, spoke.
    ConnectedNotifyingCall,
    /// Calls that nobody answered.
    UnansweredCall,
    /// Contacts that reach the debtor: answered calls, messages, letters, visits.
    Contact,
    /// Contacts and tries about the debtor, whoever received them.
    Attempt,
    /// Messages and calls judged insulting, threatening or harassing at warning or above.
    OffensiveMessage,
    /// Visits to the debtor.
    Visit,
    /// Contacts with a third person who had asked to be left alone.
    ContactAfterRefusal,
    /// Contacts with a debtor who had asked to be left alone.
    ContactAfterRequest,
    /// Unanswered calls to the debtor, one after the other, that must come before a third person is contacted.
    FailedCallInARow,
    /// Days, one after the other, on which the debtor was tried in vain: the other way to the same.
    DayOutOfReachInARow,
    /// Contacts with third persons among all about the debtor, in hundredths.
    ThirdPersonPercent,
}

/// What `of` says of a limit that the case level checks.
const MEASURES: [(Measure, &str); 12] = [
    (Measure::EffectiveCall, "effective_call"),
    (Measure::ConnectedNotifyingCall, "connected_notifying_call"),
    (Measure::UnansweredCall, "unanswered_call"),
    (Measure::Contact, "contact"),
    (Measure::Attempt, "attempt"),
    (Measure::OffensiveMessage, "offensive_message"),
    (Measure::Visit, "visit"),
    (Measure::ContactAfterRefusal, "contact_after_refusal"),
    (Measure::ContactAfterRequest, "contact_after_request"),
    (Measure::FailedCallInARow, "failed_call_in_a_row"),
    (Measure::DayOutOfReachInARow, "day_out_of_reach_in_a_row"),
    (Measure::ThirdPersonPercent, "third_person_percent"),
];

/// The limit that holds for all collection wherever nothing narrower does.
const QUIET_HOURS: &str = "quiet-hours";

impl From<Listed> for Limits {
    fn from(listed: Listed) -> Self {
        let general = listed.limit.iter().find(|limit| limit.id == QUIET_HOURS);
        Self {
            quiet_hours: general.and_then(Limit::hours),
            limits: listed.limit,
        }
    }
}

impl From<Limits> for Listed {
    fn from(limits: Limits) -> Self {
        Self { limit: limits.limits }
    }
}

impl Limits {
    /// What is wrong with them, with the ids of the limits.
    pub(crate) fn problems(&self, laws: &Laws) -> Vec<(String, Sentence)> {
        let mut problems = Vec::new();
        for limit in &self.limits {
            let id = &limit.id;
            let mut problem = |Sentence { zh, en }: Sentence| {
                problems.push((id.clone(), say!("限度 {id}：{zh}", "limit {id}: {en}")));
            };
            let hours = [&limit.quiet_from, &limit.quiet_to];
            if hours.iter().any(|hour| hour.is_some()) == limit.count.is_some() {
                problem(say!(
                    "须写 quiet_from 和 quiet_to，或者写 count，不能都写或都不写",
                    "needs either quiet_from and quiet_to or a count"
                ));
            }
            for hour in hours.into_iter().flatten() {
                if hour.parse::<Clock>().is_err() {
                    problem(say!(
                        "`{hour}` 不是时刻；请写作 22:00",
                        "`{hour}` is no hour; write 22:00"
                    ));
                }
            }
            if limit.category.is_some() != limit.title.is_some() {
                problem(say!(
                    "title 和 category 须同时写出",
                    "needs both a title and a category, or neither"
                ));
            }
            if limit.category.is_some() && limit.measure().is_none() {
                problem(say!(
                    "有 category 的限度须写明可以统计的 of；请参看文件开头的说明",
                    "a limit with a category needs an `of` that can be counted; the head of the file lists them"
                ));
            }
            if limit.policy && limit.clause.is_some() {
                problem(say!(
                    "policy 并非法律，不能引用条文；请删去 clause",
                    "a policy is no law and cites no clause"
                ));
            }
            if limit.category.is_some() && !limit.policy && limit.clause.is_none() {
                problem(say!(
                    "须写 clause；若是项目默认值，请写 policy = true",
                    "needs a clause, or policy = true if it is a default of this project"
                ));
            }
            if let Some(key) = &limit.clause
                && !laws.clauses.iter().any(|clause| clause.key == *key)
            {
                problem(say!(
                    "引用的条文 {key} 不存在；请改为 laws.toml 中的条文",
                    "cites the unknown clause {key}"
                ));
            }
        }
        if self.quiet_hours.is_none() {
            problems.push((
                QUIET_HOURS.to_owned(),
                say!(
                    "缺少限度 {QUIET_HOURS} 及其时段；请补上",
                    "no limit {QUIET_HOURS} with its hours"
                ),
            ));
        }
        problems
    }

    /// Whether it is too late, or too early, to collect.
    pub(crate) fn is_quiet(&self, clock: Clock) -> bool {
        self.quiet_hours.is_some_and(|hours| hours.hold(clock))
    }
}

impl Limit {
    /// The hours, if it has any.
    pub(crate) fn hours(&self) -> Option<Hours> {
        let hour = |hour: &Option<String>| hour.as_ref()?.parse().ok();
        Some(Hours {
            from: hour(&self.quiet_from)?,
            to: hour(&self.quiet_to)?,
        })
    }

    /// What the case level counts against it; none if that can't be counted.
    pub(crate) fn measure(&self) -> Option<Measure> {
        if self.quiet_from.is_some() {
            return Some(Measure::InHours);
        }
        let of = self.of.as_deref()?;
        let found = MEASURES.iter().find(|(_, name)| *name == of);
        found.map(|(measure, _)| *measure)
    }

    /// What exceeding it weighs: a warning if it is law, several sources agree on the figure, and the records alone show
    /// the excess. What should only preferably not be, what is policy, what one source says and what an earlier record may
    /// lift is a notice. That an agreement may lift it changes nothing: a message at night is a warning, too.
    pub(crate) fn tier(&self) -> Tier {
        let is_sure = matches!(self.confidence, CitationConfidence::T | CitationConfidence::Q);
        match is_sure && !self.soft && !self.policy && !self.needs_history {
            true => Tier::Warning,
            false => Tier::Notice,
        }
    }
}

impl Hours {
    /// Whether a time of day is in them; their end isn't.
    pub(crate) fn hold(self, clock: Clock) -> bool {
        let Self { from, to } = self;
        match from <= to {
            true => (from..to).contains(&clock),
            false => clock >= from || clock < to,
        }
    }

    /// Whether they reach over midnight.
    pub(crate) fn reach_over_midnight(self) -> bool {
        self.from > self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_reach_over_midnight() {
        let limits = |from: &str, to: &str| {
            let text = format!(
                "[[limit]]\nid = \"quiet-hours\"\nquiet_from = \"{from}\"\nquiet_to = \"{to}\"\nconfidence = \"Q\""
            );
            toml::from_str::<Limits>(&text).unwrap()
        };
        let at = |hour, minute| jiff::civil::time(hour, minute, 0, 0);
        let night = limits("22:00", "08:00");
        assert!(night.is_quiet(at(22, 0)) && night.is_quiet(at(7, 59)) && night.is_quiet(at(0, 0)));
        assert!(!night.is_quiet(at(8, 0)) && !night.is_quiet(at(21, 59)));
        let noon = limits("12:00", "14:00");
        assert!(noon.is_quiet(at(13, 0)) && !noon.is_quiet(at(14, 0)) && !noon.is_quiet(at(23, 0)));
    }

    #[test]
    fn what_the_case_level_cannot_check_is_a_problem() {
        let laws = crate::Lexicon::bundled().laws();
        let good = "title = { zh = \"超\", en = \"over\" }\ncategory = \"harassment\"\nof = \"contact\"\n\
                    count = 3\nconfidence = \"Q\"\nclause = \"nx2025-frequency\"";
        for (from, to, says) in [
            ("count = 3", "count = 3", ""),
            ("of = \"contact\"", "of = \"melon\"", "can be counted"),
            ("category = \"harassment\"\n", "", "both a title and a category"),
            (
                "clause = \"nx2025-frequency\"",
                "clause = \"nx1925\"",
                "unknown clause nx1925",
            ),
            ("clause = \"nx2025-frequency\"", "", "needs a clause"),
            ("count = 3", "count = 3\npolicy = true", "cites no clause"),
        ] {
            let text = format!("[[limit]]\nid = \"a\"\n{}", good.replace(from, to));
            let limits = toml::from_str::<Limits>(&text).unwrap();
            let problems = limits.problems(laws);
            let told = problems.iter().filter(|(id, _)| id == "a");
            let told: Vec<&str> = told.map(|(_, sentence)| &*sentence.en).collect();
            assert_eq!(told.is_empty(), says.is_empty(), "{told:?}");
            assert!(told.iter().all(|problem| problem.contains(says)), "{told:?}");
        }
    }

    #[test]
    fn only_law_that_several_attest_and_records_show_is_a_warning() {
        let limits = &crate::Lexicon::bundled().limits.limits;
        let checked = limits.iter().filter(|limit| limit.category.is_some());
        let warnings = checked.filter(|limit| limit.tier() == Tier::Warning);
        let ids: Vec<&str> = warnings.map(|limit| &*limit.id).collect();
        assert_eq!(
            ids,
            [
                "quiet-hours",
                "quiet-hours-cba",
                "interactive-calls",
                "notifying-calls",
                "third-person-refused",
                "third-person-refused-cba",
            ]
        );
    }
}
