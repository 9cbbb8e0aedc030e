//! The grounds of findings as JSON.
//!
//! In: a rule and a message. Out: the `basis` of its result record. Which clauses are cited hangs on few things, so each
//! list is written once and kept. It knows no law: [`Settings::cite`] does.

use std::borrow::Cow;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Serialize;

use crate::lexicon::laws::{Citation, Verb};
use crate::message::{CreditorKind, Message};
use crate::report::Settings;

/// The grounds of every rule as JSON, written when first asked for: by rule, by the creditor's kind and by which clauses
/// are in force. A message that names its region is no part of it: few do.
#[derive(Debug)]
pub(super) struct Grounds {
    /// The days from which other clauses are in force.
    changes: Vec<Date>,
    written: Vec<OnceLock<String>>,
}

impl Grounds {
    /// Grounds of the settings' rules, none of them written yet.
    pub(super) fn new(settings: &Settings) -> Self {
        let changes = settings.laws.changes();
        let places = settings.rules.len() * CreditorKind::OR_NONE * (changes.len() + 1);
        let written = std::iter::repeat_with(OnceLock::new).take(places).collect();
        Self { changes, written }
    }

    /// The grounds of a rule for a message.
    pub(super) fn of<'a>(&'a self, rule: usize, message: &Message, settings: &Settings) -> Cow<'a, str> {
        let write = || {
            let citations = settings.cite(&settings.rules[rule], message).into_iter();
            let basis: Vec<BasisRecord> = citations.map(BasisRecord::from).collect();
            serde_json::to_string(&basis).expect("any text can be written as JSON")
        };
        if message.region.is_some() {
            return Cow::Owned(write());
        }
        let date = settings.date_of(message);
        let period = self.changes.partition_point(|change| *change <= date);
        let kind = message.creditor_kind.map_or(0, |kind| kind as usize + 1);
        let place = (rule * CreditorKind::OR_NONE + kind) * (self.changes.len() + 1) + period;
        Cow::Borrowed(self.written[place].get_or_init(write))
    }
}

#[derive(Debug, Serialize)]
struct BasisRecord<'a> {
    id: &'a str,
    clause: Option<&'a str>,
    verb: Verb,
}

impl<'l> From<Citation<'l>> for BasisRecord<'l> {
    fn from(citation: Citation<'l>) -> Self {
        Self {
            id: citation.id,
            clause: citation.clause,
            verb: citation.verb,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Time;
    use crate::rule::Lang;

    #[test]
    fn grounds_kept_are_the_grounds_of_the_day_and_the_creditor() {
        let lexicon = crate::Lexicon::bundled();
        let settings = Settings::new(lexicon, Lang::Zh);
        let grounds = Grounds::new(&settings);
        let before = grounds.changes.iter().filter_map(|day| day.yesterday().ok());
        let days: Vec<Date> = before.chain(grounds.changes.iter().copied()).collect();
        let kinds = [None, Some(CreditorKind::Bank), Some(CreditorKind::Other)];
        for (day, kind) in days.iter().flat_map(|day| kinds.map(|kind| (*day, kind))) {
            let message = Message {
                time: Some(Time {
                    date: Some(day),
                    clock: None,
                }),
                creditor_kind: kind,
                ..Message::text("")
            };
            for (index, rule) in lexicon.rules().iter().enumerate() {
                let citations = settings.cite(rule, &message).into_iter();
                let fresh: Vec<BasisRecord> = citations.map(BasisRecord::from).collect();
                let kept = grounds.of(index, &message, &settings);
                assert_eq!(kept, serde_json::to_string(&fresh).unwrap(), "{day} {}", rule.id);
            }
        }
    }
}
