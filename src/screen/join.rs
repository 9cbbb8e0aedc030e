//! Messages of one sender to one recipient that follow each other → what they say together.
//!
//! In: messages short enough to be a part of one, collected by [`Pieces`] batch by batch on the threads that judge, each
//! with what was found in it by itself. Out: [`JoinedFinding`]s: words that are an offence only because one message goes on
//! where another ends, with all the records that hold them. Promise: the same findings whatever the order, the batches and
//! the memory; nothing that a message shows by itself is told again. It changes no verdict of a message.
//!
//! What is decided here, and why:
//!
//! - Bubbles of an instant messenger belong together if [`BUBBLE_GAP_SECONDS`] lie between them at most; SMS only if the
//!   one before is cut: numbered (1/3), as long as a part of a long SMS, or open at its end. Numbered ones are read in the
//!   order of their numbers.
//! - Where a bubble ends a sentence a line break stands in the joined text, over which no word reaches; else a space,
//!   which is to the linter what a writer may insert into a word. Parts of a long SMS are cut anywhere and join without
//!   one. Of 45,000 rows of two to six clean instant messages of the learning half, put together at random, 10 gave a
//!   finding (0.02 %); of those of six, the worst, 7 of 15,000 (0.05 %).
//! - Answers in between belong to another sender and don't part bubbles: a threat doesn't end because somebody says 嗯.
//! - A message repeated word for word, a retry, counts once. What a debtor sends is nobody's collecting.
//! - A finding counts if it counts in a message, if two messages at least hold its words or parts, and if none of these
//!   shows it, or as grave a one of its category on the same words, by itself. Of several of one category on the same
//!   words the gravest is told.
//!
//! The words of pieces stand in the journal unmasked until the run is over, because a mask would hide what is judged.
//! Memory: 8 MiB unless told otherwise, the rest in a temporary file; of the run at hand there is a bounded number.

mod batch;
mod piece;
mod run;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::finding::{Finding, Verdict};
use crate::linter::{Linter, Work};
use crate::message::{Message, Time};
use crate::report::words::pick;
use crate::rule::{Lang, Tier};
use crate::screen::case::RecordRef;
use crate::screen::sorter::Sorter;
use crate::search::Scratch;
use crate::span::Span;

use batch::Batch;
use piece::Piece;
use run::Joined;

/// Bytes of pieces that are kept in memory unless told otherwise: some 40,000 of them. Contacts take 16 MiB beside it.
pub const USUAL_MEMORY_BYTES: usize = 8 << 20;

/// How long a bubble may wait for the next, in seconds. A choice: a bubble of twenty characters takes less than a minute to
/// type, and the time is told in minutes often enough.
pub const BUBBLE_GAP_SECONDS: i64 = 120;

/// How long a part of an SMS may wait for the next, in seconds. A choice: a gateway hands all parts over at once, and
/// networks deliver them within seconds.
pub const PART_GAP_SECONDS: i64 = 30;

/// The pieces of a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pieces {
    /// Rows as the sorter takes them.
    frames: Vec<u8>,
    count: u64,
}

impl Pieces {
    /// Adds a judged message, if it may be a part of something.
    pub fn add(&mut self, message: &Message, verdict: &Verdict, record: RecordRef) {
        if Piece::write(message, verdict, record, &mut self.frames) {
            self.count += 1;
        }
    }
}

/// Collects the pieces of a run and judges those that belong together.
pub struct Joins<'j> {
    linter: &'j Linter<'j>,
    masks: bool,
    sorter: Sorter,
    summary: JoinSummary,
}

/// Words that are an offence only together.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedFinding {
    /// The messages as one: what the law is chosen by, the joined text, and the ids of all records as its id.
    pub message: Message<'static>,
    /// Its verdict, with this finding alone.
    pub verdict: Verdict,
    /// The records that hold its words, in the order of their words: two at least.
    pub records: Vec<JoinedRecord>,
}

/// What a record has to do with a [`JoinedFinding`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedRecord {
    /// Where it stands.
    pub record: RecordRef,
    /// Its id, made up if it had none.
    pub id: String,
    /// When it was sent.
    pub time: Time,
    /// Its whole text as it may be shown: a piece is short.
    pub text: String,
    /// Its words as they may be shown.
    pub words: String,
    /// Where in its text they stand.
    pub span: Span,
    /// The same in characters.
    pub characters: (usize, usize),
}

/// What joining came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JoinSummary {
    /// Messages that might have been a part.
    pub pieces: u64,
    /// Rows of them that were judged together.
    pub runs: u64,
    /// Findings by tier.
    pub tiers: [u64; 4],
}

impl JoinedFinding {
    /// The finding; its place is in the joined text.
    pub fn finding(&self) -> &Finding {
        &self.verdict.findings[0]
    }

    /// The words of all records, in order.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.records.iter().map(|record| &*record.words).collect();
        words.join(" / ")
    }
}

impl JoinSummary {
    /// How many findings there are.
    pub fn findings(&self) -> u64 {
        self.tiers.iter().sum()
    }

    /// How many have this tier or a graver one.
    pub fn at_least(&self, tier: Tier) -> u64 {
        self.tiers[tier as usize..].iter().sum()
    }

    /// The summary in one line; none if there was nothing to join.
    pub fn line(&self, lang: Lang) -> Option<String> {
        if self.runs == 0 {
            return None;
        }
        let Self { runs, .. } = self;
        let found = self.findings();
        let told = match lang {
            Lang::Zh => format!("连续消息合并判定：{runs} 组，发现 {found} 处"),
            Lang::En => format!("messages in a row judged together: {runs} groups, {found} findings"),
        };
        let tiers = Tier::ALL.into_iter().rev();
        let counts = tiers.map(|tier| (tier.title(lang), self.tiers[tier as usize]));
        let counts: Vec<String> = counts
            .filter(|(_, count)| *count > 0)
            .map(|(title, count)| format!("{title} {count}"))
            .collect();
        Some(match counts.is_empty() {
            true => told,
            false => {
                let counts = counts.join(pick(lang, "，", ", "));
                match lang {
                    Lang::Zh => format!("{told}（{counts}）"),
                    Lang::En => format!("{told} ({counts})"),
                }
            }
        })
    }
}

impl<'j> Joins<'j> {
    /// Joins judged by this linter, with so many bytes of pieces in memory; `masks` says whether personal data in the words
    /// of records is hidden.
    pub fn new(linter: &'j Linter<'j>, masks: bool, memory_bytes: usize) -> Self {
        Self {
            linter,
            masks,
            sorter: Sorter::new(memory_bytes),
            summary: JoinSummary::default(),
        }
    }

    /// Takes the pieces of a batch; the order of batches doesn't matter.
    ///
    /// # Errors
    /// If there are too many for the memory and the temporary file can't be written.
    pub fn take(&mut self, pieces: Pieces) -> Result<()> {
        self.summary.pieces += pieces.count;
        self.sorter.take(&pieces.frames)
    }

    /// Judges what belongs together, a batch of runs at a time on all threads of the pool that this is called in; `each` is
    /// handed every finding, in an order that is the same in every run. O(pieces · log pieces), and four checks of each that
    /// has neighbours.
    ///
    /// # Errors
    /// If the temporary file can't be read, or the first error of `each`.
    pub fn finish(self, mut each: impl FnMut(JoinedFinding) -> Result<()>) -> Result<JoinSummary> {
        let (linter, masks) = (self.linter, self.masks);
        let mut rows = self.sorter.into_rows()?;
        let mut summary = self.summary;
        let mut batch = Batch::default();
        let mut settle = |batch: &mut Batch| -> Result<()> {
            for judged in batch.judge(linter, masks) {
                summary.runs += judged.runs;
                for finding in judged.findings {
                    summary.tiers[finding.finding().tier as usize] += 1;
                    each(finding)?;
                }
            }
            Ok(())
        };
        while let Some(bytes) = rows.next()? {
            batch.push(Piece::read(bytes)?);
            if batch.is_full() {
                settle(&mut batch)?;
            }
        }
        batch.end();
        settle(&mut batch)?;
        Ok(summary)
    }
}

/// Judges joined texts, one after the other.
struct Ear<'j> {
    linter: &'j Linter<'j>,
    work: Work,
    scratch: Scratch,
}

impl<'j> Ear<'j> {
    fn new(linter: &'j Linter<'j>) -> Self {
        Self {
            linter,
            work: Work::default(),
            scratch: Scratch::default(),
        }
    }

    /// The verdict for a joined text. What the second opinion proposes in it stands only if it hears the same offence in
    /// the pieces line by line: bubbles without a full stop between them are no sentences that it was taught.
    fn hear(&mut self, joined: &Joined, apart: impl FnOnce() -> Option<Joined>) -> Verdict {
        let lexicon = self.linter.lexicon;
        let is_proposed = |finding: &Finding| lexicon.proposals.contains(&Some(finding.rule));
        let mut verdict = self.check(joined);
        if verdict.findings.iter().any(is_proposed)
            && let Some(apart) = apart()
        {
            let heard = self.check(&apart).categories;
            verdict
                .findings
                .retain(|finding| !is_proposed(finding) || heard.contains(&finding.category));
        }
        verdict
    }

    fn check(&mut self, joined: &Joined) -> Verdict {
        self.linter
            .check_with(&joined.message, &mut self.work, &mut self.scratch)
    }
}
