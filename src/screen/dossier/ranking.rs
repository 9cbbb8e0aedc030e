//! The worst of a run, if only those are wanted.
//!
//! In: rows and joined findings in the order of the run. Out: so many of them, the worst first; of equal ones those that
//! come first. A message costs a few words of memory until the journal is read once more for it; a joined finding is in
//! no journal and kept as it is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::joined::JoinedRow;
use super::unreadable;
use crate::error::Result;
use crate::screen::journal::Journal;
use crate::screen::row::Row;

/// Score, input, record; which of the joined findings that begin there, 0: the message itself.
type Rank = (Reverse<u8>, u32, u64, usize);

pub(super) struct Ranking {
    most: usize,
    kept: BTreeMap<Rank, Option<JoinedRow>>,
    joined: usize,
}

/// One of the worst.
pub(super) enum Ranked {
    /// A message, with the number of its input.
    Message(u32, Box<Row>),
    Joined(Box<JoinedRow>),
}

impl Ranking {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            kept: BTreeMap::new(),
            joined: 0,
        }
    }

    pub(super) fn note(&mut self, input: u32, row: &Row) {
        self.keep((Reverse(row.score), input, row.record, 0), None);
    }

    pub(super) fn note_joined(&mut self, joined: JoinedRow) {
        self.joined += 1;
        let rank = (
            Reverse(joined.row.score),
            joined.input(),
            joined.row.record,
            self.joined,
        );
        self.keep(rank, Some(joined));
    }

    fn keep(&mut self, rank: Rank, joined: Option<JoinedRow>) {
        self.kept.insert(rank, joined);
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    /// Reads the journal once more for the messages.
    pub(super) fn finish(self, journal: &Journal) -> Result<impl Iterator<Item = Ranked>> {
        let mut messages: BTreeMap<Rank, Row> = BTreeMap::new();
        for chunk in journal.rows().map_err(unreadable)? {
            let chunk = chunk.map_err(unreadable)?;
            let rank = |row: &Row| (Reverse(row.score), chunk.input, row.record, 0);
            let ranked = chunk.rows.into_iter().map(|row| (rank(&row), row));
            messages.extend(ranked.filter(|(rank, _)| self.kept.contains_key(rank)));
        }
        let ranked = self
            .kept
            .into_iter()
            .filter_map(move |(rank, joined)| match joined {
                Some(joined) => Some(Ranked::Joined(Box::new(joined))),
                None => Some(Ranked::Message(rank.1, Box::new(messages.remove(&rank)?))),
            });
        Ok(ranked)
    }
}
