//! A run over dumps: inputs → verdicts of all their records, in input order.
//!
//! In: opened readers, one after the other. Out: for each batch the bytes of its result records and of its
//! rejected ones, handed to the caller in input order, and a [`Screened`] report. Batches are judged on all
//! threads; at most a few wait for the writer, so that memory doesn't grow with the input. Promise: the same
//! bytes whatever the threads and the size of batches. It opens no output and knows no wall clock. What is made of a
//! batch is the business of `desk`, how a run outlives its end that of [`journal`].

pub mod case;
mod desk;
pub mod dossier;
pub mod filter;
pub mod join;
pub mod journal;
pub mod manifest;
pub mod request;
pub mod row;
pub mod skeleton;
mod sorter;
mod tables;

pub use desk::Scribe;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::error::Error;
use crate::linter::Linter;
use crate::message::{Id, Message};
use crate::read::{Batch, Decision, Input, Position, ReadOptions, Reader};
use crate::report::Settings;
use crate::report::json::Recorder;
use crate::report::summary::Summary;
use crate::rule::Lang;
use crate::screen::desk::{BatchPlace, Desk};
use crate::screen::journal::{Closed, Entry, Progress};

/// How a run judges and what it makes of it.
#[derive(Clone, Copy)]
pub struct Run<'r> {
    /// Judges.
    pub linter: &'r Linter<'r>,
    /// What is made of verdicts, besides the summary.
    pub product: Product<'r>,
    /// How the summary looks.
    pub summary: Settings<'r>,
    /// How many of the worst messages it lists; absent: as many as a person reads.
    pub top: Option<usize>,
    /// Whether records of clean messages are left out.
    pub only_findings: bool,
    /// Fills in what a record doesn't say.
    pub complete: &'r (dyn Fn(&mut Message) + Sync),
}

/// What a run makes of verdicts, besides the summary.
#[derive(Clone, Copy)]
pub enum Product<'r> {
    /// Nothing.
    Summary,
    /// Result records.
    Records(&'r Recorder<'r>),
    /// Entries of a journal, from which everything else can be made.
    Journal(Scribe<'r>),
}

/// What a batch became.
#[derive(Debug, Default)]
pub struct Output {
    /// Result records, a line each.
    pub records: Vec<u8>,
    /// Rejected records, a line each.
    pub rejects: Vec<u8>,
    /// A frame of the journal.
    pub frame: Vec<u8>,
    /// Bytes of the input that were taken for it: of a packed one fewer than it covers.
    pub input_bytes: u64,
    summary: Summary,
}

/// What a run has done.
#[derive(Debug, Default)]
pub struct Screened {
    /// Records found in the inputs.
    pub read: u64,
    /// What became of them.
    pub summary: Summary,
    /// How each input was read.
    pub decisions: Vec<(String, Decision)>,
    /// Inputs that couldn't be opened or read to their end.
    pub failures: Vec<Error>,
    /// Numbers in workbooks whose last digits their program had lost.
    pub lossy_numbers: u64,
}

/// Judges all records of the inputs, from where an earlier run has stopped, on the threads of `pool`; `write` gets the
/// output of each batch in order.
///
/// # Errors
/// The first error of `write`; what was written before stays. Inputs that fail don't end the run.
pub fn screen(
    inputs: &[Input],
    options: &ReadOptions,
    run: Run,
    from: Progress,
    pool: &ThreadPool,
    write: impl FnMut(&Output) -> io::Result<()> + Send,
) -> io::Result<Screened> {
    let threads = pool.current_num_threads();
    let (order, ordered) = sync_channel::<Receiver<Output>>(2 * threads + 1);
    let (spare, spares) = channel();
    let queue = Mutex::new(Queue {
        inputs: (0..).zip(inputs).skip(from.closed as usize),
        within: from.within,
        open: None,
        order,
        journal_lang: match run.product {
            Product::Journal(scribe) => Some(scribe.lang),
            Product::Summary | Product::Records(_) => None,
        },
        spares,
        screened: Screened::default(),
    });
    std::thread::scope(|scope| {
        let summary = Summary::listing(run.top);
        let writer = scope.spawn(move || collect(ordered, summary, write, spare));
        // Every thread reads what it judges: so it is still at hand there. Reading takes a twentieth of the time.
        pool.broadcast(|_| {
            let (mut desk, mut done) = (Desk::default(), None);
            while let Some(job) = next_job(&queue, options, done.take()) {
                let mut output = desk.judge(&job.batch, job.place, job.records, run);
                output.input_bytes = job.taken;
                // The writer is gone if it failed; then nobody needs the output.
                let _ = job.output.send(output);
                done = Some(job.batch);
            }
        });
        let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(queue.order);
        let summary = writer
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(Screened {
            summary,
            ..queue.screened
        })
    })
}

/// What is still to be read, and the order in which batches were.
struct Queue<'i, I> {
    inputs: I,
    /// Where the next input goes on.
    within: Option<Position>,
    open: Option<(u32, &'i Input, Reader)>,
    order: SyncSender<Receiver<Output>>,
    /// The language of a journal, if there is one.
    journal_lang: Option<Lang>,
    /// Memory of result records that are written.
    spares: Receiver<Vec<u8>>,
    screened: Screened,
}

/// A batch to judge, and where its output goes.
struct Job<'i> {
    batch: Batch,
    place: BatchPlace<'i>,
    /// Bytes of the input that were taken for it.
    taken: u64,
    output: SyncSender<Output>,
    /// Memory for its result records.
    records: Vec<u8>,
}

/// The next batch; takes the memory of the one that is done.
fn next_job<'i>(
    queue: &Mutex<Queue<'i, impl Iterator<Item = (u32, &'i Input)>>>,
    options: &ReadOptions,
    done: Option<Batch>,
) -> Option<Job<'i>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(batch), Some((.., reader))) = (done, &mut queue.open) {
        reader.recycle(batch);
    }
    queue.next(options)
}

impl<'i, I: Iterator<Item = (u32, &'i Input)>> Queue<'i, I> {
    /// The next batch; none at the end of the inputs, or if the writer is gone.
    fn next(&mut self, options: &ReadOptions) -> Option<Job<'i>> {
        loop {
            let Some((number, input, reader)) = &mut self.open else {
                self.open_next(options)?;
                continue;
            };
            match reader.next_batch() {
                Ok(Some(batch)) => {
                    self.screened.read += batch.read();
                    let (output, judged) = sync_channel(1);
                    // Blocks while many outputs wait for the writer: that is what bounds the memory.
                    self.order.send(judged).ok()?;
                    return Some(Job {
                        place: BatchPlace {
                            number: *number,
                            input,
                            after: reader.position(),
                        },
                        taken: reader.take_progress(),
                        batch,
                        output,
                        records: self.spares.try_recv().unwrap_or_default(),
                    });
                }
                Ok(None) => self.close(None)?,
                Err(error) => self.close(Some(error))?,
            }
        }
    }

    /// Opens the next input, if it can be opened; none at their end.
    fn open_next(&mut self, options: &ReadOptions) -> Option<()> {
        let (number, input) = self.inputs.next()?;
        let within = self.within.take();
        let opened = match within {
            Some(place) if place != Position::default() => Reader::open_at(input, options, place),
            _ => Reader::open(input, options),
        };
        match opened {
            Ok(reader) => {
                let decision = reader.decision().clone();
                // An input that is gone on with is in the journal already.
                if within.is_none() {
                    self.tell(|| Entry::Opened {
                        input: number,
                        decision: Box::new(decision.clone()),
                    })?;
                }
                self.screened.decisions.push((input.name().to_owned(), decision));
                self.open = Some((number, input, reader));
                Some(())
            }
            Err(error) => self.note_closed(number, 0, Some(error)),
        }
    }

    /// Closes the open input, which is at its end or can't be read further.
    fn close(&mut self, failure: Option<Error>) -> Option<()> {
        let (number, _, reader) = self.open.take()?;
        self.note_closed(number, reader.lossy_numbers(), failure)
    }

    fn note_closed(&mut self, input: u32, lossy_numbers: u64, failure: Option<Error>) -> Option<()> {
        let shown = |error: &Error, lang| error.shown(lang);
        let failed = failure.as_ref().zip(self.journal_lang);
        let failed = failed.map(|(error, lang)| shown(error, lang));
        self.screened.lossy_numbers += lossy_numbers;
        self.screened.failures.extend(failure);
        self.tell(|| {
            Entry::Closed(Closed {
                input,
                failure: failed,
                lossy_numbers,
            })
        })
    }

    /// Puts what happened into the journal, if there is one, behind the batches before it.
    fn tell(&self, entry: impl FnOnce() -> Entry) -> Option<()> {
        if self.journal_lang.is_none() {
            return Some(());
        }
        let (sender, told) = sync_channel(1);
        let frame = journal::frame(&entry()).expect("memory takes all bytes");
        sender
            .send(Output {
                frame,
                ..Output::default()
            })
            .ok()?;
        self.order.send(told).ok()
    }
}

/// Writes what the batches became, in their order, and sums it up; gives the memory of the result records back.
fn collect(
    ordered: Receiver<Receiver<Output>>,
    mut summary: Summary,
    mut write: impl FnMut(&Output) -> io::Result<()>,
    spare: Sender<Vec<u8>>,
) -> io::Result<Summary> {
    for judged in ordered {
        // A batch whose thread panicked sends nothing; the panic itself ends the run when the scope is left.
        let Ok(output) = judged.recv() else { continue };
        write(&output)?;
        summary.merge(output.summary);
        if output.records.capacity() <= MOST_SPARE_BYTES {
            // At the end nobody takes it.
            let _ = spare.send(output.records);
        }
    }
    Ok(summary)
}

/// Memory of result records beyond this is given back.
const MOST_SPARE_BYTES: usize = 16 << 20;

/// Where rejected records of results in this file go: `FILE.rejects.jsonl` beside `FILE.jsonl`.
pub fn rejects_path(output: &Path) -> PathBuf {
    output.with_extension("rejects.jsonl")
}

/// Whether this is the id that the reader gives to records without one.
pub fn is_made_up(id: &Id, input: &Input, number: u64) -> bool {
    let Id::Text(id) = id else { return false };
    let place = id
        .strip_prefix(input.name())
        .and_then(|rest| rest.strip_prefix(':'));
    place.is_some_and(|place| place == number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_ids_are_known() {
        let input = Input::file("/dumps/a.jsonl");
        assert!(is_made_up(&Id::Text("a.jsonl:3".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("a.jsonl:4".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("3".into()), &input, 3));
        assert!(!is_made_up(&Id::Number(3.into()), &input, 3));
    }
}
