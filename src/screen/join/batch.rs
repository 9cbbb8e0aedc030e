//! Pieces in order → runs of them, judged many at a time.
//!
//! In: pieces, sorted. Out: what each run came to, in the order of the runs. Runs know nothing of each other, so they are
//! judged on all threads; one that is longer than a batch goes on in the next. Promise: at most [`MOST_PIECES`] pieces are
//! held, and the same findings in the same order whatever the batches and threads. What belongs together is decided by
//! [`Run`].

use std::sync::Arc;

use rayon::prelude::*;

use crate::linter::Linter;
use crate::screen::join::piece::Piece;
use crate::screen::join::run::{Run, Seams, WINDOWS};
use crate::screen::join::{Ear, JoinedFinding};

/// Pieces that are held until they are judged: some 2 MB, and work for a few milliseconds.
pub(super) const MOST_PIECES: usize = 4096;

/// Runs, the last of which may go on.
#[derive(Debug, Default)]
pub(super) struct Batch {
    runs: Vec<Stretch>,
    /// Pieces in them.
    count: usize,
    /// The last run as it is without being judged: what tells whether the next piece belongs to it.
    last: Run,
}

/// The pieces of a run, or of a part of it.
#[derive(Debug, Default)]
struct Stretch {
    /// What came before.
    run: Run,
    pieces: Vec<Arc<Piece>>,
    is_at_end: bool,
}

/// What runs came to.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<JoinedFinding>,
    /// Runs of several pieces that began.
    pub(super) runs: u64,
}

impl Batch {
    /// Adds the next piece.
    pub(super) fn push(&mut self, piece: Piece) {
        let piece = Arc::new(piece);
        if !self.last.goes_on_with(&piece) {
            self.end();
            self.runs.push(Stretch::default());
        }
        self.last.push(piece.clone());
        if let Some(stretch) = self.runs.last_mut() {
            stretch.pieces.push(piece);
            self.count += 1;
        }
    }

    /// Ends the last run.
    pub(super) fn end(&mut self) {
        self.last = Run::default();
        if let Some(stretch) = self.runs.last_mut() {
            stretch.is_at_end = true;
            // Most have no neighbours, and need no judging.
            if stretch.pieces.len() == 1 && stretch.run.is_empty() {
                self.runs.pop();
                self.count -= 1;
            }
        }
    }

    /// Whether it has to be judged before more is added.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST_PIECES
    }

    /// Judges all that is in it; of a run that may go on the end stays.
    pub(super) fn judge(&mut self, linter: &Linter, masks: bool) -> Vec<Judged> {
        self.count = 0;
        let mut runs = std::mem::take(&mut self.runs);
        let judged = runs
            .par_iter_mut()
            .map_init(|| Ear::new(linter), |ear, stretch| stretch.judge(ear, masks))
            .collect();
        let open = runs.pop().filter(|stretch| !stretch.is_at_end);
        self.runs.extend(open);
        judged
    }
}

impl Stretch {
    fn judge(&mut self, ear: &mut Ear, masks: bool) -> Judged {
        let mut judged = Judged::default();
        let run = &mut self.run;
        for piece in self.pieces.drain(..) {
            if !run.push(piece) {
                continue;
            }
            judged.runs += u64::from(run.is_pair());
            for count in WINDOWS {
                if let Some(joined) = run.join(count, Seams::AsWritten) {
                    let apart = || run.join(count, Seams::LineBreaks);
                    let verdict = ear.hear(&joined, apart);
                    run.note(&joined, verdict, masks);
                }
            }
            judged.findings.extend(run.settled(false));
        }
        if self.is_at_end {
            judged.findings.extend(run.settled(true));
        }
        judged
    }
}
