//! All contacts with a debtor → what they show together: too many, too late, to the wrong person, after a request to stop.
//!
//! In: [`Contact`]s in any order, collected by [`Contacts`] batch by batch on the threads that judge. Out: [`CaseFindings`]
//! against the limits of the lexicon, each with its count, its law as of the day, the creditor and the region, and the
//! records that show it. Promise: the same findings whatever the order, the batches and the memory; a limit that is not in
//! force binds nobody, and what a column would have told and doesn't is a note, not a guess. Days and hours are those of
//! Asia/Shanghai, as [`Time`](crate::message::Time) has them.
//!
//! What is decided here, and why:
//!
//! - An unanswered call is none of the conversations, notices and contacts that are counted a day: the texts count what
//!   reached the debtor. Where the ringing disturbs (tries of a number, volume, hours, after a refusal) it is one.
//! - Conversations and notifying calls are counted for each creditor, all its agencies together, as the standard says; an
//!   unknown creditor is one of its own.
//! - A third person's refusal binds whoever collects for that creditor, for good (GB/T 45251, CBA 2026). A debtor's request
//!   doesn't: collecting a debt that is due is lawful. What comes after it is shown as a notice, and as policy. After a
//!   request of the same day whose hour is unknown nothing is known to come.
//! - That a third person was contacted before the debtor was out of reach is a notice: the tries may be older than the dump.
//! - A visit counts as one, whoever was met: the texts count visits, and registers of them seldom say more.
//! - A letter is delivered at an hour that nobody chooses, so it is in no figure of hours.
//! - Who is neither a third person nor a guarantor is taken for the debtor.
//!
//! Memory: 140 bytes a contact with ids, names and keys of usual length, so 420 MB for a million days of debtors with three
//! contacts each; but no more than a limit, 16 MiB unless told. Beyond it the rest waits, sorted, in a temporary file (370
//! MB for that million), and at the end 16 KiB for each run of it come back: measured with a million contacts, 15 MB in
//! all. Of the debtor at hand there is a bounded state, whatever the number of contacts. It reads no words: what a message
//! says was judged before.

mod checks;
mod contact;
mod findings;
mod history;
mod request;
mod rows;
#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::lexicon::Lexicon;
use crate::lexicon::laws::Laws;
use crate::screen::sorter::Sorter;

use checks::region_number;
pub use contact::{Contact, ContactKind, Outcome, RecordRef};
pub use findings::{CaseFinding, CaseFindings, Coverage, Evidence, LISTED, LimitCount};
use history::History;
pub use request::Requests;
use rows::Row;

/// Bytes of contacts that are kept in memory unless told otherwise: 120,000 of them. A run over a dump is to stay below 80
/// MB in all, and judging takes half of it.
pub const USUAL_MEMORY_BYTES: usize = 16 << 20;

/// The contacts of a batch.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Contacts {
    /// Rows as the sorter takes them.
    frames: Vec<u8>,
    coverage: Coverage,
}

/// Collects the contacts of a run and finds what they show together.
pub struct Cases<'l> {
    lexicon: &'l Lexicon,
    sorter: Sorter,
    coverage: Coverage,
}

impl Contacts {
    /// Adds what [`Contact::of`] made of a record; none is a record that nobody received.
    pub fn add(&mut self, contact: Option<&Contact>, laws: &Laws) {
        let Some(contact) = contact else {
            self.coverage.not_contacts += 1;
            return;
        };
        self.coverage.meet(contact);
        match contact.debtor {
            Some(debtor) => {
                let region = region_number(laws, contact.region);
                Row::new(contact, debtor, region).write(&mut self.frames);
            }
            None => self.coverage.unassigned += 1,
        }
    }
}

impl<'l> Cases<'l> {
    /// Cases by the limits and laws of a lexicon, with so many bytes of contacts in memory.
    pub fn new(lexicon: &'l Lexicon, memory_bytes: usize) -> Self {
        Self {
            lexicon,
            sorter: Sorter::new(memory_bytes),
            coverage: Coverage::default(),
        }
    }

    /// Takes the contacts of a batch; the order of batches doesn't matter.
    ///
    /// # Errors
    /// If there are too many for the memory and the temporary file can't be written.
    pub fn take(&mut self, contacts: Contacts) -> Result<()> {
        self.coverage += contacts.coverage;
        self.sorter.take(&contacts.frames)
    }

    /// What all contacts show; `each` is handed every finding, debtor by debtor in an order that is the same in every run,
    /// for whoever writes them all. O(contacts · log contacts).
    ///
    /// # Errors
    /// If the temporary file can't be read, or the first error of `each`.
    pub fn finish(self, mut each: impl FnMut(&CaseFinding<'l>) -> Result<()>) -> Result<CaseFindings<'l>> {
        let mut history = History::new(self.lexicon, self.coverage);
        let mut rows = self.sorter.into_rows()?;
        while let Some(bytes) = rows.next()? {
            history.meet(&Row::read(bytes)?, &mut each)?;
        }
        history.finish(&mut each)
    }
}
