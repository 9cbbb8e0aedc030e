//! Inputs → a sample of their records, judged on all threads.
//!
//! In: inputs, a [`Linter`], a [`Plan`]. Out: [`Drawn`]: the sample, and what of the inputs it doesn't stand for. Promise:
//! the same sample whatever the threads and the size of batches, in memory that doesn't grow with the inputs. It writes
//! nothing: what a run over a dump tells besides is [`screen`](crate::screen)'s.

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::error::Error;
use crate::finding::Verdict;
use crate::linter::{Linter, Work};
use crate::message::Message;
use crate::read::{Batch, Decision, Input, ReadOptions, Reader};
use crate::report::{Judged, Settings};
use crate::review::item::Origin;
use crate::review::sample::{Plan, Sample, Sampler};
use crate::screen::is_made_up;
use crate::search::Scratch;

/// How records are judged and what is drawn of them.
#[derive(Clone, Copy)]
pub struct Draw<'d> {
    /// Judges.
    pub linter: &'d Linter<'d>,
    /// The rules, and the language of what is shown.
    pub settings: Settings<'d>,
    /// What to draw.
    pub plan: Plan,
    /// Fills in what a record doesn't say.
    pub complete: &'d (dyn Fn(&mut Message) + Sync),
}

/// A sample and what it doesn't stand for.
#[derive(Debug)]
pub struct Drawn {
    /// The sample.
    pub sample: Sample,
    /// Records found in the inputs.
    pub read: u64,
    /// Records that couldn't be understood.
    pub rejected: u64,
    /// Blank records.
    pub skipped: u64,
    /// How each input was read.
    pub decisions: Vec<(String, Decision)>,
    /// Inputs that couldn't be opened or read to their end.
    pub failures: Vec<Error>,
    /// Numbers in workbooks whose last digits their program had lost.
    pub lossy_numbers: u64,
}

/// Judges all records of the inputs on the threads of `pool` and draws from them.
pub fn draw(inputs: &[Input], options: &ReadOptions, draw: Draw, pool: &ThreadPool) -> Drawn {
    let queue = Mutex::new(Queue {
        inputs: (0..).zip(inputs),
        open: None,
        read: 0,
        decisions: Vec::new(),
        failures: Vec::new(),
        lossy_numbers: 0,
    });
    let desks = pool.broadcast(|_| {
        let mut desk = Desk {
            sampler: Sampler::new(draw.plan, draw.settings),
            rejected: 0,
            skipped: 0,
            scratch: Scratch::default(),
        };
        let mut done = None;
        while let Some((number, input, batch)) = next_batch(&queue, options, done.take()) {
            desk.judge(&batch, number, input, draw);
            done = Some(batch);
        }
        desk
    });
    let mut whole = Sampler::new(draw.plan, draw.settings);
    let (mut rejected, mut skipped) = (0, 0);
    for desk in desks {
        whole.merge(desk.sampler);
        rejected += desk.rejected;
        skipped += desk.skipped;
    }
    let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    let names = queue.decisions.iter().map(|(name, _)| name.clone()).collect();
    Drawn {
        sample: whole.finish(names, draw.linter.lexicon.version()),
        read: queue.read,
        rejected,
        skipped,
        decisions: queue.decisions,
        failures: queue.failures,
        lossy_numbers: queue.lossy_numbers,
    }
}

/// What is still to be read.
struct Queue<'i> {
    inputs: std::iter::Zip<std::ops::RangeFrom<u32>, std::slice::Iter<'i, Input>>,
    open: Option<(u32, &'i Input, Reader)>,
    read: u64,
    decisions: Vec<(String, Decision)>,
    failures: Vec<Error>,
    lossy_numbers: u64,
}

/// The next batch with its input; takes the memory of the one that is done.
fn next_batch<'i>(
    queue: &Mutex<Queue<'i>>,
    options: &ReadOptions,
    done: Option<Batch>,
) -> Option<(u32, &'i Input, Batch)> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(batch), Some((.., reader))) = (done, &mut queue.open) {
        reader.recycle(batch);
    }
    queue.next(options)
}

impl<'i> Queue<'i> {
    fn next(&mut self, options: &ReadOptions) -> Option<(u32, &'i Input, Batch)> {
        loop {
            let Some((number, input, reader)) = &mut self.open else {
                self.open_next(options)?;
                continue;
            };
            match reader.next_batch() {
                Ok(Some(batch)) => {
                    self.read += batch.read();
                    return Some((*number, *input, batch));
                }
                ended => {
                    self.lossy_numbers += reader.lossy_numbers();
                    self.failures.extend(ended.err());
                    self.open = None;
                }
            }
        }
    }

    /// Opens the next input, if it can be opened; none at their end.
    fn open_next(&mut self, options: &ReadOptions) -> Option<()> {
        let (number, input) = self.inputs.next()?;
        match Reader::open(input, options) {
            Ok(reader) => {
                let decision = (input.name().to_owned(), reader.decision().clone());
                self.decisions.push(decision);
                self.open = Some((number, input, reader));
            }
            Err(error) => self.failures.push(error),
        }
        Some(())
    }
}

/// Where a thread judges batch after batch.
struct Desk<'d> {
    sampler: Sampler<'d>,
    rejected: u64,
    skipped: u64,
    scratch: Scratch,
}

impl Desk<'_> {
    fn judge(&mut self, batch: &Batch, number: u32, input: &Input, draw: Draw) {
        self.skipped += batch.skipped();
        for record in batch.records() {
            let Ok(mut record) = record else {
                self.rejected += 1;
                continue;
            };
            (draw.complete)(&mut record.message);
            let verdict: Verdict =
                draw.linter
                    .check_with(&record.message, &mut Work::default(), &mut self.scratch);
            let judged = Judged {
                message: &record.message,
                verdict: &verdict,
                has_own_id: !is_made_up(&record.message.id, input, record.number),
            };
            let origin = Origin {
                input: input.name(),
                number,
                record: record.number,
            };
            self.sampler.see(judged, origin);
        }
    }
}
