//! A company's pack of rules → what is wrong with it.
//!
//! In: the folder of a pack (or none: the bundled rules), its lexicon and linter, budgets of false alarms. Out: an
//! [`Inspection`]: the rules' own examples ([`examples`](crate::examples)), remarks on data that is dead, shadowed or too
//! short, each with file and line, and how many of the bundled clean texts each rule flags. Promise: works offline, and the
//! same pack gives the same inspection. It judges nobody's messages and changes no file.

mod alarms;
mod clean;
mod places;
mod terms;

use std::path::Path;

use serde::Serialize;

pub use alarms::{Alarm, Alarms, Budgets, RuleAlarms};
pub use clean::CleanTexts;
use places::Places;
pub use places::{DataPlace, RulePlace};

use crate::error::Result;
use crate::examples::{Audit, audit};
use crate::lexicon::source::Files;
use crate::{Lexicon, Linter};

/// What all checks of a pack showed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The rules' own examples.
    #[serde(flatten)]
    pub audit: Audit,
    /// Where the rules stand that the audit names, by id.
    pub places: Vec<RulePlace>,
    /// What is wrong with the pack's terms, patterns and classes, in the order of its files.
    pub remarks: Vec<Remark>,
    /// The pack on texts that nobody objects to.
    pub clean: Alarms,
}

/// Something to say of a pack's data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// What.
    pub kind: RemarkKind,
    /// Whether the pack can't stay so.
    pub is_failure: bool,
    /// Where the data stands.
    #[serde(flatten)]
    pub place: DataPlace,
    /// The rule or `<class>` that it belongs to.
    pub owner: String,
    /// The term or pattern; of an unused class nothing.
    pub words: String,
    /// What makes it so: the other term, the empty class, the allowed wording.
    pub cause: String,
    /// The rule that finds the same, if it is another one.
    pub other: Option<String>,
    /// In how many of the clean texts it stands, if that was asked.
    pub texts: Option<usize>,
}

/// What is to be said of a term, pattern or class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemarkKind {
    /// A pattern that never matches: a step that it can't do without has no terms.
    EmptyStep,
    /// A term or pattern that never matches: the rule's allow-list covers it.
    AllowedAway,
    /// A class that no pattern uses.
    UnusedClass,
    /// A term that holds a shorter one, which finds all that it finds.
    ShadowedTerm,
    /// A pattern all of whose matches another rule finds as gravely.
    ShadowedPattern,
    /// A term of one or two characters that also stands in innocent texts.
    ShortTerm,
}

impl RemarkKind {
    /// Whether a pack with it fails: what can never match warns nobody.
    fn is_failure(self) -> bool {
        matches!(self, RemarkKind::EmptyStep | RemarkKind::AllowedAway)
    }
}

impl Inspection {
    /// Whether the pack can be used as it is: all examples hold, nothing is dead, no budget is exceeded.
    pub fn passes(&self) -> bool {
        let audit = &self.audit;
        audit.failures.is_empty()
            && audit.dead.is_empty()
            && !self.remarks.iter().any(|remark| remark.is_failure)
            && !self.clean.is_over()
    }

    /// Where a rule stands.
    pub fn place(&self, rule: &str) -> Option<&DataPlace> {
        let place = self.places.iter().find(|place| place.rule == rule);
        place.map(|place| &place.place)
    }
}

/// Inspects the pack in `folder`, of which `lexicon` was made; without one the bundled rules. Cost: one check an example and
/// a disguise of it, two for each of the clean texts.
///
/// # Errors
/// If the folder can't be read any more.
pub fn inspect(
    folder: Option<&Path>,
    lexicon: &Lexicon,
    linter: &Linter,
    budgets: Budgets,
) -> Result<Inspection> {
    let layer = folder.map(Files::read).transpose()?;
    let places = Places::new(&Files::bundled(), folder.zip(layer.as_ref()));
    let texts = CleanTexts::bundled();
    let mut audit = audit(lexicon, linter);
    for failure in &mut audit.failures {
        failure.place = places.of_example(&failure.rule, &failure.example);
    }
    let named = audit
        .dead
        .iter()
        .chain(audit.shadowed.iter().flat_map(|(one, other)| [one, other]))
        .chain(audit.overlapping.iter().flat_map(|(one, other)| [one, other]));
    let mut named: Vec<&String> = named.collect();
    named.sort_unstable();
    named.dedup();
    let rule_places = named.into_iter().filter_map(|id| {
        let place = places.of_rule(id)?;
        Some(RulePlace {
            rule: id.clone(),
            place,
        })
    });
    Ok(Inspection {
        places: rule_places.collect(),
        remarks: terms::remarks(lexicon, linter, &places, &texts),
        clean: alarms::count(lexicon, linter, &places, &texts, budgets)?,
        audit,
    })
}

#[cfg(test)]
mod tests;
