//! Limits of contacts in words.
//!
//! In: a limit of `limits.toml`. Out: what it allows, in a few words: 每日 3 次. It says nothing of where it binds.

use crate::error::{Sentence, say};
use crate::lexicon::limits::{Bound, Days, Limit, Measure, Per, Window};
use crate::rule::Lang;

/// What the limit with this id allows; nothing if there is none.
pub(super) fn allowed(limits: &[Limit], id: &str, lang: Lang) -> String {
    let limit = limits.iter().find(|limit| limit.id == id);
    let sentence = limit.and_then(|limit| sentence(limit, limits));
    sentence.map_or_else(String::new, |sentence| sentence.get(lang).to_owned())
}

fn sentence(limit: &Limit, limits: &[Limit]) -> Option<Sentence> {
    let count = limit.count.unwrap_or_default();
    Some(match limit.measure()? {
        Measure::InHours => hours(limit)?,
        Measure::FailedCallInARow => {
            // The texts name two ways to the same; either will do.
            let is_other = |other: &&Limit| other.measure() == Some(Measure::DayOutOfReachInARow);
            let days = limits.iter().find(is_other).and_then(|other| other.count);
            match days {
                Some(days) => say!(
                    "须先连续 {count} 次未接通，或者连续 {days} 日联系不上",
                    "only after {count} unanswered calls in a row, or {days} days out of reach"
                ),
                None => say!(
                    "须先连续 {count} 次未接通",
                    "only after {count} unanswered calls in a row"
                ),
            }
        }
        Measure::DayOutOfReachInARow => {
            say!(
                "须先连续 {count} 日联系不上",
                "only after {count} days out of reach"
            )
        }
        Measure::ContactAfterRefusal | Measure::ContactAfterRequest => {
            say!("要求停止后不再联系", "none after the request to stop")
        }
        Measure::ThirdPersonPercent => {
            let among = limit.among.unwrap_or_default();
            say!(
                "至多 {count} %（联系不少于 {among} 次时）",
                "at most {count} % (of {among} contacts or more)"
            )
        }
        Measure::EffectiveCall
        | Measure::ConnectedNotifyingCall
        | Measure::UnansweredCall
        | Measure::Contact
        | Measure::Attempt
        | Measure::OffensiveMessage
        | Measure::Visit => times(limit, count),
    })
}

/// 工作日 20:00–08:00 之外.
fn hours(limit: &Limit) -> Option<Sentence> {
    let (from, to) = (limit.quiet_from.as_deref()?, limit.quiet_to.as_deref()?);
    let (zh, en) = match limit.on {
        None => ("", ""),
        Some(Days::Workday) => ("工作日 ", " on workdays"),
        Some(Days::Holiday) => ("节假日 ", " on holidays"),
    };
    Some(say!("{zh}{from}–{to} 之外", "outside {from}–{to}{en}"))
}

/// 同一号码每日 6 次.
fn times(limit: &Limit, count: f64) -> Sentence {
    let whom = match limit.per {
        Some(Per::Number) => ("同一号码", " for one number"),
        Some(Per::Recipient) => ("对同一人", " to one person"),
        Some(Per::Debtor) | None => ("", ""),
    };
    let window = match limit.window {
        Some(Window::Day) => ("每日", " a day"),
        _ => ("", ""),
    };
    let bound = match limit.bound {
        Bound::Max => ("", ""),
        Bound::Min => ("少于", "fewer than "),
        Bound::MoreThan => ("至多", "at most "),
    };
    let gap = if whom.0.is_empty() && window.0.is_empty() && bound.0.is_empty() {
        ""
    } else {
        " "
    };
    let ((whom, to), (window, a_day), (less, fewer)) = (whom, window, bound);
    say!("{whom}{window}{less}{gap}{count} 次", "{fewer}{count}{a_day}{to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_in_words() {
        let limits = &crate::Lexicon::bundled().limits.limits;
        for (id, zh, en) in [
            ("interactive-calls", "每日 3 次", "3 a day"),
            ("quiet-hours", "22:00–08:00 之外", "outside 22:00–08:00"),
            (
                "quiet-hours-ningxia-workday",
                "工作日 20:00–08:00 之外",
                "outside 20:00–08:00 on workdays",
            ),
            ("unanswered-calls", "同一号码每日 6 次", "6 a day for one number"),
            ("bombing", "每日少于 50 次", "fewer than 50 a day"),
            (
                "repeated-messages",
                "对同一人少于 3 次",
                "fewer than 3 to one person",
            ),
            (
                "third-person-refused",
                "要求停止后不再联系",
                "none after the request to stop",
            ),
            (
                "third-person-share",
                "至多 50 %（联系不少于 4 次时）",
                "at most 50 % (of 4 contacts or more)",
            ),
            (
                "third-person-after-failed-calls",
                "须先连续 3 次未接通，或者连续 3 日联系不上",
                "only after 3 unanswered calls in a row, or 3 days out of reach",
            ),
            ("melon", "", ""),
        ] {
            assert_eq!(allowed(limits, id, Lang::Zh), zh);
            assert_eq!(allowed(limits, id, Lang::En), en);
        }
        let checked = limits.iter().filter(|limit| limit.category.is_some());
        for limit in checked {
            assert_ne!(allowed(limits, &limit.id, Lang::En), "", "{}", limit.id);
        }
    }
}
