//! A run over dumps: inputs → verdicts of all their records, in input order.
//!
//! In: opened readers, one after the other. Out: for each batch the bytes of its result records and of its
//! rejected ones, handed to the caller in input order, and a [`Screened`] report. Batches are judged on all
//! threads; at most a few wait for the writer, so that memory doesn't grow with the input. Promise: the same
//! bytes whatever the threads and the size of batches. It opens no output and knows no wall clock.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::error::Error;
use crate::finding::Verdict;
use crate::linter::{Linter, Sifted};
use crate::message::{Id, Message};
use crate::opinion::Opinion;
use crate::read::{Batch, Decision, Input, ReadOptions, Reader, Record};
use crate::report::json::{Recorder, write_rejection};
use crate::report::summary::Summary;
use crate::report::{Judged, Settings, words};
use crate::rule::Tier;
use crate::search::{Glimpse, Scratch};

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
    /// Bytes of the input that it covers.
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
    let queue = Mutex::new(Queue {
        inputs: inputs.iter(),
        open: None,
        order,
        screened: Screened::default(),
    });
    let summary = std::thread::scope(|scope| {
        let writer = scope.spawn(move || collect(ordered, write));
        // Every thread reads what it judges: so it is still at hand there. Reading takes a twentieth of the time.
        pool.broadcast(|_| {
            while let Some(job) = next_job(&queue, options) {
                // The writer is gone if it failed; then nobody needs the output.
                let _ = job.output.send(judge(&job.batch, job.input, run));
            }
        });
        let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(queue.order);
        let summary = writer
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok::<Screened, io::Error>(Screened {
            summary,
            ..queue.screened
        })
    })?;
    Ok(summary)
}

/// What is still to be read, and the order in which batches were.
struct Queue<'i> {
    inputs: std::slice::Iter<'i, Input>,
    open: Option<(&'i Input, Reader)>,
    order: SyncSender<Receiver<Output>>,
    screened: Screened,
}

/// A batch to judge, and where its output goes.
struct Job<'i> {
    batch: Batch,
    input: &'i Input,
    output: SyncSender<Output>,
}

fn next_job<'i>(queue: &Mutex<Queue<'i>>, options: &ReadOptions) -> Option<Job<'i>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next(options)
}

impl<'i> Queue<'i> {
    /// The next batch of the inputs; none at their end, or if the writer is gone.
    fn next(&mut self, options: &ReadOptions) -> Option<Job<'i>> {
        loop {
            let (input, mut reader) = match self.open.take() {
                Some(open) => open,
                None => {
                    let input = self.inputs.next()?;
                    match Reader::open(input, options) {
                        Ok(reader) => {
                            let decision = (input.name().to_owned(), reader.decision().clone());
                            self.screened.decisions.push(decision);
                            (input, reader)
                        }
                        Err(error) => {
                            self.screened.failures.push(error);
                            continue;
                        }
                    }
                }
            };
            match reader.next_batch() {
                Ok(Some(batch)) => {
                    self.open = Some((input, reader));
                    self.screened.read += batch.read();
                    let (output, judged) = sync_channel(1);
                    // Blocks while many outputs wait for the writer: that is what bounds the memory.
                    self.order.send(judged).ok()?;
                    return Some(Job { batch, input, output });
                }
                Ok(None) => {}
                Err(error) => self.screened.failures.push(error),
            }
        }
    }
}

/// Writes what the batches became, in their order, and sums it up.
fn collect(
    ordered: Receiver<Receiver<Output>>,
    mut write: impl FnMut(&Output) -> io::Result<()>,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    for judged in ordered {
        // A batch whose thread panicked sends nothing; the panic itself ends the run when the scope is left.
        let Ok(output) = judged.recv() else { continue };
        write(&output)?;
        summary.merge(output.summary);
    }
    Ok(summary)
}

/// Room that the result records of a batch get at once, by the findings in them.
const USUAL_FINDING_BYTES: usize = 1024;

/// A record that the first look left in doubt.
struct Doubtful<'b> {
    record: Record<'b>,
    opinion: Option<Opinion>,
    /// Bytes of result records before its own.
    at: usize,
}

/// Judges a batch: each part of the check with all records that the part before has left, then what is written.
fn judge(batch: &Batch, input: &Input, run: Run) -> Output {
    let mut output = Output {
        input_bytes: batch.bytes(),
        ..Output::default()
    };
    let mut scratch = Scratch::default();
    let summary = &mut output.summary;
    summary.skipped = batch.skipped();
    let mut doubtful: Vec<Doubtful> = Vec::new();
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
        match run.linter.sift(&record.message, &mut summary.work, &mut scratch) {
            Sifted::Ordinary => run.finish(&record, &Verdict::default(), input, summary, &mut output.records),
            Sifted::Doubtful(opinion) => doubtful.push(Doubtful {
                record,
                opinion,
                at: output.records.len(),
            }),
        }
    }
    let glance = |doubtful: &Doubtful| {
        run.linter
            .glimpse(&doubtful.record.message, doubtful.opinion, &mut scratch)
    };
    let glimpses: Vec<Option<Glimpse>> = doubtful.iter().map(glance).collect();
    let check = |(doubtful, glimpse): (&Doubtful, Option<Glimpse>)| match glimpse {
        Some(glimpse) => run.linter.check_glimpsed(
            &doubtful.record.message,
            doubtful.opinion,
            glimpse,
            &mut summary.work,
            &mut scratch,
        ),
        None => Verdict::default(),
    };
    let verdicts: Vec<Verdict> = doubtful.iter().zip(glimpses).map(check).collect();
    // The records of the two halves, put together in the order of their messages.
    let sifted = std::mem::take(&mut output.records);
    if run.recorder.is_some() {
        let findings: usize = verdicts.iter().map(|verdict| verdict.findings.len()).sum();
        let bytes = sifted.len() + findings * USUAL_FINDING_BYTES;
        output.records.reserve(bytes);
    }
    let mut copied = 0;
    for (doubtful, verdict) in doubtful.iter().zip(&verdicts) {
        output.records.extend_from_slice(&sifted[copied..doubtful.at]);
        copied = doubtful.at;
        run.finish(&doubtful.record, verdict, input, summary, &mut output.records);
    }
    output.records.extend_from_slice(&sifted[copied..]);
    output
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
    fn made_up_ids_are_known() {
        let input = Input::file("/dumps/a.jsonl");
        assert!(is_made_up(&Id::Text("a.jsonl:3".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("a.jsonl:4".into()), &input, 3));
        assert!(!is_made_up(&Id::Text("3".into()), &input, 3));
        assert!(!is_made_up(&Id::Number(3.into()), &input, 3));
    }
}
