//! A run over dumps: inputs → verdicts of all their records, in input order.
//!
//! In: opened readers, one after the other. Out: for each batch the bytes of its result records and of its
//! rejected ones, handed to the caller in input order, and a [`Screened`] report. Batches are judged on all
//! threads; at most a few wait for the writer, so that memory doesn't grow with the input. Promise: the same
//! bytes whatever the threads and the size of batches. It opens no output and knows no wall clock.

pub mod case;
pub(crate) mod journal;
pub mod row;
pub mod skeleton;

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::error::Error;
use crate::finding::Verdict;
use crate::linter::{Glimpsed, Heard, Linter, Overheard, Sifted};
use crate::message::{Id, Message};
use crate::read::{Batch, Decision, Input, ReadOptions, Reader, Record};
use crate::report::json::{Recorder, write_rejection};
use crate::report::summary::Summary;
use crate::report::{Judged, Settings, words};
use crate::rule::Tier;
use crate::search::Scratch;

/// How a run judges and what it writes.
#[derive(Clone, Copy)]
pub struct Run<'r> {
    /// Judges.
    pub linter: &'r Linter<'r>,
    /// Makes the result records, if anybody wants them; a summary needs none.
    pub recorder: Option<&'r Recorder<'r>>,
    /// How the summary looks.
    pub summary: Settings<'r>,
    /// Whether records of clean messages are left out.
    pub only_findings: bool,
    /// Fills in what a record doesn't say.
    pub complete: &'r (dyn Fn(&mut Message) + Sync),
}

/// What a batch became.
#[derive(Debug, Default)]
pub struct Output {
    /// Result records, a line each.
    pub records: Vec<u8>,
    /// Rejected records, a line each.
    pub rejects: Vec<u8>,
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

/// Judges all records of the inputs on the threads of `pool`; `write` gets the output of each batch in order.
///
/// # Errors
/// The first error of `write`; what was written before stays. Inputs that fail don't end the run.
pub fn screen(
    inputs: &[Input],
    options: &ReadOptions,
    run: Run,
    pool: &ThreadPool,
    write: impl FnMut(&Output) -> io::Result<()> + Send,
) -> io::Result<Screened> {
    let threads = pool.current_num_threads();
    let (order, ordered) = sync_channel::<Receiver<Output>>(2 * threads + 1);
    let (spare, spares) = channel();
    let queue = Mutex::new(Queue {
        inputs: inputs.iter(),
        open: None,
        order,
        spares,
        screened: Screened::default(),
    });
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || collect(ordered, write, spare));
        // Every thread reads what it judges: so it is still at hand there. Reading takes a twentieth of the time.
        pool.broadcast(|_| {
            let (mut desk, mut done) = (Desk::default(), None);
            while let Some(job) = next_job(&queue, options, done.take()) {
                let mut output = desk.judge(&job.batch, job.input, job.records, run);
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
struct Queue<'i> {
    inputs: std::slice::Iter<'i, Input>,
    open: Option<(&'i Input, Reader)>,
    order: SyncSender<Receiver<Output>>,
    /// Memory of result records that are written.
    spares: Receiver<Vec<u8>>,
    screened: Screened,
}

/// A batch to judge, and where its output goes.
struct Job<'i> {
    batch: Batch,
    input: &'i Input,
    /// Bytes of the input that were taken for it.
    taken: u64,
    output: SyncSender<Output>,
    /// Memory for its result records.
    records: Vec<u8>,
}

/// The next batch; takes the memory of the one that is done.
fn next_job<'i>(queue: &Mutex<Queue<'i>>, options: &ReadOptions, done: Option<Batch>) -> Option<Job<'i>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(batch), Some((_, reader))) = (done, &mut queue.open) {
        reader.recycle(batch);
    }
    queue.next(options)
}

impl<'i> Queue<'i> {
    /// The next batch of the inputs; none at their end, or if the writer is gone.
    fn next(&mut self, options: &ReadOptions) -> Option<Job<'i>> {
        loop {
            let Some((input, reader)) = &mut self.open else {
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
                        batch,
                        input,
                        taken: reader.take_progress(),
                        output,
                        records: self.spares.try_recv().unwrap_or_default(),
                    });
                }
                Ok(None) => {
                    self.screened.lossy_numbers += reader.lossy_numbers();
                    self.open = None;
                }
                Err(error) => {
                    self.screened.lossy_numbers += reader.lossy_numbers();
                    self.screened.failures.push(error);
                    self.open = None;
                }
            }
        }
    }

    /// Opens the next input, if it can be opened; none at their end.
    fn open_next(&mut self, options: &ReadOptions) -> Option<()> {
        let input = self.inputs.next()?;
        match Reader::open(input, options) {
            Ok(reader) => {
                let decision = (input.name().to_owned(), reader.decision().clone());
                self.screened.decisions.push(decision);
                self.open = Some((input, reader));
            }
            Err(error) => self.screened.failures.push(error),
        }
        Some(())
    }
}

/// Writes what the batches became, in their order, and sums it up; gives the memory of the result records back.
fn collect(
    ordered: Receiver<Receiver<Output>>,
    mut write: impl FnMut(&Output) -> io::Result<()>,
    spare: Sender<Vec<u8>>,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
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

/// A record that the first look left in doubt.
struct Doubtful<'b> {
    record: Record<'b>,
    first: Option<Overheard>,
    /// Bytes of result records before its own.
    at: usize,
}

/// Where a thread judges batch after batch; kept from batch to batch for its memory.
#[derive(Default)]
struct Desk {
    scratch: Scratch,
    doubtful: Vec<Doubtful<'static>>,
    verdicts: Vec<Verdict>,
    /// Result records of those that were not in doubt.
    sifted: Vec<u8>,
}

impl Desk {
    /// Judges a batch: each part of the check with all records that the part before has left, then what is written.
    fn judge(&mut self, batch: &Batch, input: &Input, mut records: Vec<u8>, run: Run) -> Output {
        let Self { scratch, sifted, .. } = self;
        let mut output = Output::default();
        let summary = &mut output.summary;
        summary.skipped = batch.skipped();
        sifted.clear();
        let mut doubtful: Vec<Doubtful> = std::mem::take(&mut self.doubtful);
        for record in batch.records() {
            let mut record = match record {
                Ok(record) => record,
                Err(rejection) => {
                    write_rejection(&mut output.rejects, &rejection).expect("memory takes all bytes");
                    summary.reject(|| words::rejection(&rejection, run.summary.lang));
                    continue;
                }
            };
            summary.note(record.unread);
            (run.complete)(&mut record.message);
            summary.meet(&record.message);
            match run.linter.sift(&record.message, &mut summary.work, scratch) {
                Sifted::Ordinary => run.finish(&record, &Verdict::default(), input, summary, sifted),
                Sifted::Doubtful(first) => doubtful.push(Doubtful {
                    record,
                    first,
                    at: sifted.len(),
                }),
            }
        }
        let work = &mut summary.work;
        let hear = |doubtful: &mut Doubtful| {
            let message = &doubtful.record.message;
            run.linter.hear(message, doubtful.first.take(), work, scratch)
        };
        let heard: Vec<Option<Heard>> = doubtful.iter_mut().map(hear).collect();
        let heard = doubtful.iter().zip(heard);
        let glimpses = heard.map(|(doubtful, heard)| {
            let message = &doubtful.record.message;
            run.linter.glimpse(message, heard?, work, scratch)
        });
        let glimpses: Vec<Option<Glimpsed>> = glimpses.collect();
        let check = |(doubtful, glimpse): (&Doubtful, Option<Glimpsed>)| match glimpse {
            Some(glimpse) => {
                let message = &doubtful.record.message;
                run.linter.check_glimpsed(message, glimpse, work, scratch)
            }
            None => Verdict::default(),
        };
        self.verdicts.extend(doubtful.iter().zip(glimpses).map(check));
        // The records of the two halves, put together in the order of their messages.
        records.clear();
        let mut copied = 0;
        for (doubtful, verdict) in doubtful.iter().zip(self.verdicts.drain(..)) {
            records.extend_from_slice(&sifted[copied..doubtful.at]);
            copied = doubtful.at;
            run.finish(&doubtful.record, &verdict, input, summary, &mut records);
        }
        records.extend_from_slice(&sifted[copied..]);
        self.doubtful = emptied(doubtful);
        output.records = records;
        output
    }
}

/// The memory of a list for one of the same kind, of which only the lifetime differs.
fn emptied<'b>(mut list: Vec<Doubtful<'_>>) -> Vec<Doubtful<'b>> {
    list.clear();
    // Collecting into the same memory is what `Vec` does with items of the same size.
    list.into_iter().map(|_| unreachable!("it is empty")).collect()
}

impl Run<'_> {
    /// Counts the verdict of a record and writes what is wanted of it.
    fn finish(
        &self,
        record: &Record,
        verdict: &Verdict,
        input: &Input,
        summary: &mut Summary,
        records: &mut Vec<u8>,
    ) {
        let judged = Judged {
            message: &record.message,
            verdict,
            has_own_id: !verdict.findings.is_empty() && !is_made_up(&record.message.id, input, record.number),
        };
        summary.add(judged, &self.summary);
        let is_left_out = self.only_findings && verdict.tier == Tier::Clean && verdict.findings.is_empty();
        if let Some(recorder) = self.recorder.filter(|_| !is_left_out) {
            recorder.append(records, judged);
            records.push(b'\n');
        }
    }
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
    fn an_emptied_list_keeps_its_memory() {
        let list: Vec<Doubtful<'static>> = Vec::with_capacity(100);
        assert_eq!(emptied(list).capacity(), 100);
    }

    #[test]
    fn made_up_ids_are_known() {
        let input = Input::file("/dumps/a.jsonl");
        assert!(is_made_up(&Id::Text("a.jsonl:3".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("a.jsonl:4".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("3".into()), &input, 3));
        assert!(!is_made_up(&Id::Number(3.into()), &input, 3));
    }
}
