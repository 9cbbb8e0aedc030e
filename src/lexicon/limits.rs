//! Hours and counts with their source.
//!
//! In: `limits.toml`. Out: [`Limits`], checked: each names its hours or its count, and a clause that exists. Judges of
//! single messages ask only for the quiet hours; counts are for whoever sees all contacts with a debtor.

use jiff::civil::Time as Clock;
use serde::{Deserialize, Serialize};

use super::laws::Laws;
use crate::error::{Sentence, say};

/// All limits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub(crate) struct Limits {
    pub(crate) limits: Vec<Limit>,
    /// From when to when nobody may collect: asked for message after message.
    quiet_hours: Option<(Clock, Clock)>,
}

/// The limits as their file lists them.
#[derive(Serialize, Deserialize)]
struct Listed {
    limit: Vec<Limit>,
}

/// One limit as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limit {
    pub(crate) id: String,
    pub(crate) quiet_from: Option<String>,
    pub(crate) quiet_to: Option<String>,
    pub(crate) count: Option<f64>,
    pub(crate) clause: Option<String>,
}

/// The limit that holds for all collection wherever nothing narrower does.
const QUIET_HOURS: &str = "quiet-hours";

impl From<Listed> for Limits {
    fn from(listed: Listed) -> Self {
        Self {
            quiet_hours: quiet_hours(&listed.limit),
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
        let Some((from, to)) = self.quiet_hours else {
            return false;
        };
        match from <= to {
            true => (from..to).contains(&clock),
            false => clock >= from || clock < to,
        }
    }
}

fn quiet_hours(limits: &[Limit]) -> Option<(Clock, Clock)> {
    let limit = limits.iter().find(|limit| limit.id == QUIET_HOURS)?;
    let hour = |hour: &Option<String>| hour.as_ref()?.parse().ok();
    Some((hour(&limit.quiet_from)?, hour(&limit.quiet_to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_reach_over_midnight() {
        let limits = |from: &str, to: &str| {
            let text =
                format!("[[limit]]\nid = \"quiet-hours\"\nquiet_from = \"{from}\"\nquiet_to = \"{to}\"");
            toml::from_str::<Limits>(&text).unwrap()
        };
        let at = |hour, minute| jiff::civil::time(hour, minute, 0, 0);
        let night = limits("22:00", "08:00");
        assert!(night.is_quiet(at(22, 0)) && night.is_quiet(at(7, 59)) && night.is_quiet(at(0, 0)));
        assert!(!night.is_quiet(at(8, 0)) && !night.is_quiet(at(21, 59)));
        let noon = limits("12:00", "14:00");
        assert!(noon.is_quiet(at(13, 0)) && !noon.is_quiet(at(14, 0)) && !noon.is_quiet(at(23, 0)));
    }
}
