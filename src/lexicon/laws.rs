//! What a rule may cite.
//!
//! In: `laws.toml`. Out: [`Laws`], which chooses the version of a clause that was in force on the
//! message's date and binds the creditor. A clause number is printed only if it was read in the text of
//! the law or quoted in agreement by several (codes T and Q); it never guesses one.

use std::collections::HashSet;
use std::sync::OnceLock;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Sentence, say};
use crate::message::CreditorKind;
use crate::rule::Bilingual;

/// All instruments and clauses.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Laws {
    /// The date by which a message without one is judged; never the clock.
    pub reference_date: Date,
    /// Instruments, in order of rank.
    #[serde(rename = "instrument")]
    pub instruments: Vec<Instrument>,
    /// Clauses, in the order of the instruments.
    #[serde(rename = "clause")]
    pub clauses: Vec<Clause>,
    /// Made when first asked for.
    #[serde(skip)]
    by_key: OnceLock<FxHashMap<String, Vec<(usize, usize)>>>,
}

/// A law, regulation, standard or guide.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Short id, as printed in results.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// How a finding stands to it.
    pub verb: Verb,
    /// First day in force, where known.
    pub from: Option<Date>,
    /// Last day in force.
    pub until: Option<Date>,
    /// The creditors that it binds; empty: everybody.
    #[serde(default)]
    pub creditors: Vec<CreditorKind>,
    /// The provinces that it is in force in; empty: everywhere.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// A place in an instrument under a key that rules cite. Clauses of one key replace each other in time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// What rules write in `basis`.
    pub key: String,
    /// The instrument's id.
    pub instrument: String,
    /// The number as printed, if there is one.
    pub number: Option<String>,
    /// How sure the number is.
    pub confidence: CitationConfidence,
    /// What it forbids, paraphrased.
    pub about: Bilingual,
    /// A verb softer than the instrument's own.
    pub verb: Option<Verb>,
    /// Of a clause that no rule of wording cites: what would show a breach.
    #[serde(default)]
    pub shown_by: Option<ShownBy>,
}

/// What shows the breach of a clause that the wording of a message doesn't show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownBy {
    /// The record: who sent it to whom, by what right, what was filed.
    Record,
    /// Several messages together.
    Case,
    /// Facts outside all messages.
    Facts,
    /// The form of a template.
    Form,
    /// Nothing: it is background for the rules.
    Background,
}

/// How a finding stands to a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Verb {
    /// Breaches: laws, regulations, departmental rules.
    #[serde(rename = "违反")]
    Breaches,
    /// Does not conform to: recommended standards, self-regulation.
    #[serde(rename = "不符合")]
    DoesNotConform,
    /// May engage: needs facts that no text shows.
    #[serde(rename = "可能涉及")]
    MayEngage,
}

/// How well a clause number was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CitationConfidence {
    /// The clause itself was read.
    T,
    /// Quoted in agreement by two or more independent pages.
    Q,
    /// One secondary source.
    S,
    /// Not verified.
    U,
}

/// A ground of a finding, ready to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation<'l> {
    /// The instrument.
    pub id: &'l str,
    /// Its title.
    pub title: &'l Bilingual,
    /// The clause number, if it may be printed.
    pub clause: Option<&'l str>,
    /// How the finding stands to it.
    pub verb: Verb,
    /// What the clause forbids.
    pub about: &'l Bilingual,
}

impl Laws {
    /// The clauses of these keys that were in force on `date` and bind a creditor of this `kind`; with an unknown creditor sector rules come after universal law, as rules that may apply.
    pub fn cite<'l>(
        &'l self,
        keys: &'l [String],
        date: Date,
        kind: Option<CreditorKind>,
        region: Option<&str>,
    ) -> Vec<Citation<'l>> {
        let mut citations: Vec<(bool, Citation)> = Vec::new();
        for key in keys {
            for &(clause, instrument) in self.versions(key) {
                let (clause, instrument) = (&self.clauses[clause], &self.instruments[instrument]);
                if instrument.binds(date, kind, region) {
                    let is_sectoral = !instrument.creditors.is_empty();
                    let mut citation = clause.citation(instrument);
                    // Nobody has said that the creditor is of the sector: the rule may apply.
                    if is_sectoral && kind.is_none() && citation.verb == Verb::Breaches {
                        citation.verb = Verb::MayEngage;
                    }
                    citations.push((is_sectoral, citation));
                }
            }
        }
        // Stable: universal law first where the creditor is unknown, the sector's own rule first where it is known.
        citations.sort_by_key(|(is_sectoral, _)| *is_sectoral == kind.is_none());
        citations.into_iter().map(|(_, citation)| citation).collect()
    }

    /// The places of the clauses of a key, each with its instrument's: rules cite for every finding.
    fn versions(&self, key: &str) -> &[(usize, usize)] {
        let by_key = self.by_key.get_or_init(|| {
            let mut by_key: FxHashMap<String, Vec<(usize, usize)>> = FxHashMap::default();
            for (place, clause) in self.clauses.iter().enumerate() {
                let is_its = |instrument: &Instrument| instrument.id == clause.instrument;
                if let Some(instrument) = self.instruments.iter().position(is_its) {
                    let versions = by_key.entry(clause.key.clone()).or_default();
                    versions.push((place, instrument));
                }
            }
            by_key
        });
        by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The days from which other clauses are in force than the day before, in order.
    pub(crate) fn changes(&self) -> Vec<Date> {
        let after = |until: Date| until.tomorrow().ok();
        let days = self.instruments.iter().flat_map(|instrument| {
            let ends = instrument.until.and_then(after);
            instrument.from.into_iter().chain(ends)
        });
        let mut days: Vec<Date> = days.collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The instrument with this id.
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        self.instruments.iter().find(|instrument| instrument.id == id)
    }

    /// Keys that no clause has, ids that no instrument has, numbers that may not be printed as certain.
    pub(crate) fn problems(&self) -> Vec<Error> {
        let mut ids = HashSet::new();
        let repeated = self
            .instruments
            .iter()
            .filter(|instrument| !ids.insert(&instrument.id));
        let problem = |reason: Sentence| Error::new(ErrorKind::Lexicon, reason).in_file("laws.toml");
        let mut problems: Vec<Error> = repeated
            .map(|Instrument { id, .. }| {
                problem(say!(
                    "法规 {id} 列了两次；请删去一处",
                    "instrument {id} is listed twice"
                ))
            })
            .collect();
        for clause in &self.clauses {
            if !ids.contains(&clause.instrument) {
                let Clause { key, instrument, .. } = clause;
                problems.push(problem(say!(
                    "条文 {key} 所属的法规 {instrument} 没有列出；请补上或改正",
                    "clause {key} names the unknown instrument {instrument}"
                )));
            }
        }
        problems
    }
}

impl Instrument {
    fn binds(&self, date: Date, kind: Option<CreditorKind>, region: Option<&str>) -> bool {
        let is_in_force =
            self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until);
        let is_bound = self.creditors.is_empty() || kind.is_none_or(|kind| self.creditors.contains(&kind));
        let is_here = self.regions.is_empty()
            || region.is_some_and(|region| self.regions.iter().any(|own| region.contains(own.as_str())));
        is_in_force && is_bound && is_here
    }
}

impl Clause {
    /// The number, if it may be printed.
    pub fn printable_number(&self) -> Option<&str> {
        match self.confidence {
            CitationConfidence::T | CitationConfidence::Q => self.number.as_deref(),
            CitationConfidence::S | CitationConfidence::U => None,
        }
    }

    fn citation<'l>(&'l self, instrument: &'l Instrument) -> Citation<'l> {
        Citation {
            id: &instrument.id,
            title: &instrument.title,
            clause: self.printable_number(),
            verb: self.verb.unwrap_or(instrument.verb),
            about: &self.about,
        }
    }
}

impl Verb {
    /// The word in results, in Chinese whatever the language: other programs read it.
    pub fn id(self) -> &'static str {
        match self {
            Verb::Breaches => "违反",
            Verb::DoesNotConform => "不符合",
            Verb::MayEngage => "可能涉及",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::Lexicon;

    fn cite(key: &str, date: Date, kind: Option<CreditorKind>) -> Vec<(String, Option<String>, Verb)> {
        let keys = [key.to_owned()];
        let citations = Lexicon::bundled().laws().cite(&keys, date, kind, None);
        citations
            .into_iter()
            .map(|citation| {
                (
                    citation.id.to_owned(),
                    citation.clause.map(str::to_owned),
                    citation.verb,
                )
            })
            .collect()
    }

    #[test]
    fn the_version_in_force_on_the_day_is_cited() {
        let old = cite("psapl-threat", date(2025, 12, 31), None);
        let new = cite("psapl-threat", date(2026, 1, 1), None);
        let row = |id: &str, clause: &str| vec![(id.to_owned(), Some(clause.to_owned()), Verb::Breaches)];
        assert_eq!(old, row("PSAPL2012", "第四十二条第（一）项"));
        assert_eq!(new, row("PSAPL2025", "第五十条第一款第（一）项"));
    }

    #[test]
    fn sector_rules_bind_their_sector_and_may_engage_the_unknown() {
        let day = date(2026, 6, 1);
        let verbs = |kind| {
            cite("cc2011-means", day, kind)
                .into_iter()
                .map(|(_, _, verb)| verb)
                .collect::<Vec<_>>()
        };
        assert_eq!(verbs(Some(CreditorKind::Card)), [Verb::Breaches]);
        assert_eq!(verbs(None), [Verb::MayEngage]);
        assert_eq!(verbs(Some(CreditorKind::MicroLoan)), []);
    }

    #[test]
    fn unsure_numbers_are_never_printed() {
        for clause in &Lexicon::bundled().laws().clauses {
            let is_sure = matches!(clause.confidence, CitationConfidence::T | CitationConfidence::Q);
            assert!(is_sure || clause.printable_number().is_none(), "{}", clause.key);
        }
    }
}
