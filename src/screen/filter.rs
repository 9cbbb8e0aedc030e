//! Which messages are wanted: `tier>=warning`, `agency=甲公司,乙公司`, `score>=80`.
//!
//! In: conditions as the user wrote them. Out: [`Filter`], which says of a [`Row`] whether it is wanted: all conditions
//! must hold. Texts are compared as they stand, without case. It changes what is shown and never what is judged or counted.

use std::str::FromStr;

use crate::error::{Error, ErrorKind, Sentence, say};
use crate::rule::{Category, Tier};
use crate::screen::row::{Row, RowFinding};

/// Conditions that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter(Vec<Condition>);

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    test: Test,
    relation: Relation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Tier(Tier),
    Score(u8),
    Text(Subject, Vec<String>),
}

/// What is compared as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Category,
    Rule,
    Agency,
    Creditor,
    Region,
    Channel,
    Sender,
    Id,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
    AtLeast,
    AtMost,
}

const SUBJECTS: [(&str, Subject); 8] = [
    ("category", Subject::Category),
    ("rule", Subject::Rule),
    ("agency", Subject::Agency),
    ("creditor", Subject::Creditor),
    ("region", Subject::Region),
    ("channel", Subject::Channel),
    ("sender", Subject::Sender),
    ("id", Subject::Id),
];

impl Filter {
    /// A filter of these conditions.
    pub fn new(conditions: Vec<Condition>) -> Self {
        Self(conditions)
    }

    /// Whether a row with these findings is wanted.
    pub fn takes(&self, row: &Row, findings: &[RowFinding]) -> bool {
        self.0.iter().all(|condition| condition.holds(row, findings))
    }
}

impl Condition {
    fn holds(&self, row: &Row, findings: &[RowFinding]) -> bool {
        match &self.test {
            Test::Tier(tier) => self.relation.holds(row.tier, *tier),
            Test::Score(score) => self.relation.holds(row.score, *score),
            Test::Text(subject, wanted) => {
                let is_wanted = |value: &str| wanted.iter().any(|wanted| *wanted == value.to_lowercase());
                let is_any = match subject {
                    Subject::Category => row.categories.iter().any(|category| is_wanted(category.id())),
                    Subject::Rule => findings
                        .iter()
                        .any(|finding| finding.is_counted() && is_wanted(&finding.rule)),
                    Subject::Agency => row.agency.as_deref().is_some_and(is_wanted),
                    Subject::Creditor => row.creditor.as_deref().is_some_and(is_wanted),
                    Subject::Region => row.region.as_deref().is_some_and(is_wanted),
                    Subject::Channel => row.channel.is_some_and(|channel| is_wanted(channel.id())),
                    Subject::Sender => row.sender.as_deref().is_some_and(is_wanted),
                    Subject::Id => is_wanted(&row.id),
                };
                is_any == (self.relation == Relation::Equal)
            }
        }
    }
}

impl Relation {
    fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Relation::Equal => left == right,
            Relation::Unequal => left != right,
            Relation::AtLeast => left >= right,
            Relation::AtMost => left <= right,
        }
    }
}

impl FromStr for Condition {
    type Err = Error;

    /// Reads `field>=value`, `field<=value`, `field!=value`, or `field=value`, where texts may be several, with commas
    /// between.
    ///
    /// # Errors
    /// If it is none of these, or the value isn't one of the field's; the reason says what is.
    fn from_str(text: &str) -> Result<Self, Error> {
        let signs = [
            (">=", Relation::AtLeast),
            ("<=", Relation::AtMost),
            ("!=", Relation::Unequal),
            ("=", Relation::Equal),
        ];
        let split = signs.into_iter().find_map(|(sign, relation)| {
            let (field, value) = text.split_once(sign)?;
            Some((field.trim().to_lowercase(), relation, value.trim()))
        });
        let Some((field, relation, value)) = split else {
            return Err(Error::new(ErrorKind::Usage, usage()));
        };
        let test = match &*field {
            "tier" => Tier::ALL
                .into_iter()
                .find(|tier| tier.id() == value)
                .map(Test::Tier),
            "score" => value.parse().ok().map(Test::Score),
            _ => {
                let subject = SUBJECTS.into_iter().find(|(name, _)| *name == field);
                let values = value.split([',', '，']).map(|value| value.trim().to_lowercase());
                let values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
                let is_known = |value: &String| Category::ALL.iter().any(|category| category.id() == value);
                subject
                    .map(|(_, subject)| subject)
                    .filter(|_| matches!(relation, Relation::Equal | Relation::Unequal) && !values.is_empty())
                    .filter(|subject| *subject != Subject::Category || values.iter().all(is_known))
                    .map(|subject| Test::Text(subject, values))
            }
        };
        test.map(|test| Self { test, relation })
            .ok_or_else(|| Error::new(ErrorKind::Usage, usage()))
    }
}

/// How conditions are written.
pub fn usage() -> Sentence {
    let tiers = Tier::ALL.map(Tier::id).join("|");
    let names = SUBJECTS.map(|(name, _)| name).join("|");
    say!(
        "请写作 tier>=({tiers})、score>=0..100，或 ({names})=值[,值…]（也可用 !=）",
        "write tier>=({tiers}), score>=0..100, or ({names})=VALUE[,VALUE…] (or !=)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::EMPTY;
    use crate::lexicon::Lexicon;
    use crate::message::{Channel, Message};
    use crate::report::{Judged, Settings};
    use crate::rule::Lang;

    #[test]
    fn conditions_hold_or_not() {
        let settings = Settings::new(Lexicon::bundled(), Lang::Zh);
        let message = Message {
            agency: Some("甲公司".into()),
            channel: Some(Channel::Sms),
            ..Message::text("您好")
        };
        let judged = Judged {
            message: &message,
            verdict: &EMPTY,
            has_own_id: false,
        };
        let result = "{\"findings\":[]}".to_owned();
        let mut row = Row::of(judged, 1, result, Vec::new(), &settings);
        (row.tier, row.score) = (Tier::Warning, 60);
        row.categories = vec![Category::Threat];
        for (condition, expected) in [
            ("tier>=warning", true),
            ("tier=severe", false),
            ("tier != severe", true),
            ("tier<=notice", false),
            ("score>=60", true),
            ("score<=59", false),
            ("agency=甲公司", true),
            ("agency=乙公司，甲公司", true),
            ("agency!=甲公司", false),
            ("creditor!=甲", true),
            ("category=threat,insult", true),
            ("category!=threat", false),
            ("channel=SMS", true),
            ("rule=threat-violence", false),
        ] {
            let filter = Filter::new(vec![condition.parse().unwrap()]);
            assert_eq!(filter.takes(&row, &row.findings()), expected, "{condition}");
        }
        for wrong in [
            "",
            "tier",
            "tier>=bad",
            "score>=300",
            "agency=",
            "agency>=a",
            "weather=fine",
            "category=thread",
        ] {
            assert!(wrong.parse::<Condition>().is_err(), "{wrong}");
        }
    }
}
