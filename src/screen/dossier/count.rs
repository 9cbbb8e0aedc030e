//! The first reading of a journal: what has to be known before anything can be written.
//!
//! In: the entries of a journal, without its rows. Out: counts and ledger, templates, and what contacts and messages in a
//! row are found from. It writes nothing.

use std::io;

use indexmap::IndexSet;

use super::{Dossier, Material, Plan};
use crate::read::{Counts, Decision};
use crate::report::summary::Summary;
use crate::report::words;
use crate::screen::case::{Cases, USUAL_MEMORY_BYTES};
use crate::screen::join::{self, JoinSummary, Joins};
use crate::screen::journal::{Closed, Entry, Journal};
use crate::screen::manifest::InputLedger;
use crate::screen::skeleton::Templates;

/// Columns of the source that are kept; a dump with more names them anew in every record.
const MOST_KEPT_COLUMNS: usize = 500;

/// What the first reading of a journal gives.
pub(super) struct Count<'l> {
    pub(super) dossier: Dossier<'l>,
    /// Columns of the source in the order in which they were met.
    pub(super) kept: Vec<String>,
    pub(super) cases: Option<Cases<'l>>,
    pub(super) joins: Option<Joins<'l>>,
    /// How each input was read; none of one that couldn't be opened.
    pub(super) opened: Vec<Option<Decision>>,
}

impl<'l> Count<'l> {
    pub(super) fn of(journal: &Journal, plan: &Plan, material: Material<'_, 'l>) -> io::Result<Self> {
        let Material {
            inputs,
            linter,
            settings,
            ..
        } = material;
        let lexicon = linter.lexicon;
        let mut ledger: Vec<InputLedger> = inputs.iter().map(|input| ledger_of(input.name())).collect();
        let mut own = Self {
            dossier: Dossier {
                read: 0,
                summary: Summary::listing(plan.top),
                decisions: Vec::new(),
                inputs: Vec::new(),
                lossy_numbers: 0,
                templates: None,
                cases: None,
                joined: JoinSummary::default(),
                files: Vec::new(),
            },
            kept: Vec::new(),
            cases: plan.is_whole().then(|| Cases::new(lexicon, USUAL_MEMORY_BYTES)),
            joins: plan
                .is_whole()
                .then(|| Joins::new(linter, settings.masks, join::USUAL_MEMORY_BYTES)),
            opened: vec![None; inputs.len()],
        };
        let mut templates = Templates::default();
        let mut names: IndexSet<String> = IndexSet::new();
        let dossier = &mut own.dossier;
        for entry in journal.entries()? {
            match entry? {
                Entry::Opened { input, decision } => {
                    let ledger = &mut ledger[input as usize];
                    ledger.read_as = Some(words::read_as(&decision, settings.lang));
                    dossier.decisions.push((ledger.name.clone(), (*decision).clone()));
                    own.opened[input as usize] = Some(*decision);
                }
                Entry::Judged(chunk) => {
                    let counts = Counts {
                        read: chunk.read,
                        judged: chunk.summary.judged,
                        rejected: chunk.summary.rejected,
                        skipped: chunk.summary.skipped,
                    };
                    ledger[chunk.input as usize].counts += counts;
                    dossier.read += chunk.read;
                    templates.add_sheet(&chunk.sheet, chunk.input);
                    let free = MOST_KEPT_COLUMNS.saturating_sub(names.len());
                    let new = chunk.kept.into_iter().filter(|name| !names.contains(name));
                    let new: Vec<String> = new.take(free).collect();
                    names.extend(new);
                    if let Some(cases) = &mut own.cases {
                        cases.take(chunk.contacts).map_err(io::Error::other)?;
                    }
                    if let Some(joins) = &mut own.joins {
                        joins.take(chunk.pieces).map_err(io::Error::other)?;
                    }
                    dossier.summary.merge(chunk.summary);
                }
                Entry::Closed(Closed {
                    input,
                    failure,
                    lossy_numbers,
                }) => {
                    ledger[input as usize].failure = failure;
                    dossier.lossy_numbers += lossy_numbers;
                }
            }
        }
        dossier.inputs = ledger;
        dossier.templates = plan.is_whole().then(|| templates.finish(lexicon));
        own.kept = names.into_iter().collect();
        Ok(own)
    }
}

fn ledger_of(name: &str) -> InputLedger {
    InputLedger {
        name: name.to_owned(),
        read_as: None,
        counts: Counts::default(),
        failure: None,
    }
}
