//! A batch → what is written of it.
//!
//! In: a batch of records. Out: an [`Output`]: result records, or an entry of the journal with the rows, contacts and
//! skeletons of the batch; rejected records; counts. Each part of the check is done with all records that the part before
//! has left, because that is quicker than record by record; the output is in the order of the records all the same.

use crate::finding::{EMPTY, Verdict};
use crate::lexicon::Lexicon;
use crate::linter::{Glimpsed, Heard, Overheard, Sifted};
use crate::read::{Batch, Input, Position, Record};
use crate::report::json::{Recorder, write_rejection};
use crate::report::summary::{Summary, WorstKnown};
use crate::report::{Judged, words};
use crate::rule::{Lang, Tier};
use crate::screen::case::{Contact, Contacts, RecordRef, Requests};
use crate::screen::join::Pieces;
use crate::screen::journal::{self, Chunk, Entry, Rows};
use crate::screen::row::Row;
use crate::screen::skeleton::{Sheet, Skeleton};
use crate::screen::{Output, Product, Run, is_made_up};
use crate::search::Scratch;

/// Makes the entries of a journal.
#[derive(Clone, Copy)]
pub struct Scribe<'r> {
    /// Makes the result records of the rows.
    pub recorder: &'r Recorder<'r>,
    /// What a run's lexicon is.
    pub lexicon: &'r Lexicon,
    /// The language of what is said of inputs.
    pub lang: Lang,
    /// Whether result records of clean messages are wanted.
    pub clean_results: bool,
    /// Whether the columns of the source are wanted.
    pub kept_columns: bool,
    /// Hears who asks to be left alone, if contacts and templates are wanted.
    pub requests: Option<&'r Requests<'r>>,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchPlace<'i> {
    /// Number of the input, from 0.
    pub(super) number: u32,
    pub(super) input: &'i Input,
    /// Where the next batch begins.
    pub(super) after: Position,
}

/// A record that the first look left in doubt.
struct Doubtful<'b> {
    record: Record<'b>,
    first: Option<Overheard>,
    /// Bytes of result records before its own.
    at: usize,
}

/// Where a thread judges batch after batch; kept from batch to batch for its memory.
#[derive(Default)]
pub(super) struct Desk {
    scratch: Scratch,
    doubtful: Vec<Doubtful<'static>>,
    verdicts: Vec<Verdict>,
    /// Result records of those that were not in doubt.
    sifted: Vec<u8>,
    skeleton: Skeleton,
    /// Of the batches before.
    worst: WorstKnown,
}

impl Desk {
    /// Judges a batch; `records` is memory for its result records.
    pub(super) fn judge(&mut self, batch: &Batch, place: BatchPlace, records: Vec<u8>, run: Run) -> Output {
        let mut summary = Summary::listing_beyond(run.top, &self.worst);
        summary.skipped = batch.skipped();
        let mut rejects = Vec::new();
        self.sifted.clear();
        let mut doubtful: Vec<Doubtful> = std::mem::take(&mut self.doubtful);
        // A journal has rows of them, too.
        let mut ordinary: Vec<Record> = Vec::new();
        for record in batch.records() {
            let mut record = match record {
                Ok(record) => record,
                Err(rejection) => {
                    write_rejection(&mut rejects, &rejection).expect("memory takes all bytes");
                    let shown = || words::rejection(&rejection, run.summary.lang);
                    summary.reject(rejection.reason.name(), shown);
                    continue;
                }
            };
            summary.note(record.unread);
            (run.complete)(&mut record.message);
            summary.meet(&record.message);
            match run
                .linter
                .sift(&record.message, &mut summary.work, &mut self.scratch)
            {
                Sifted::Ordinary => {
                    let judged = run.judged(&record, &EMPTY, place.input);
                    summary.add(judged, &run.summary);
                    match run.product {
                        Product::Journal(_) => ordinary.push(record),
                        Product::Summary => {}
                        Product::Records(recorder) => run.append(recorder, judged, &mut self.sifted),
                    }
                }
                Sifted::Doubtful(first) => doubtful.push(Doubtful {
                    record,
                    first,
                    at: self.sifted.len(),
                }),
            }
        }
        self.judge_doubtful(&mut doubtful, run, &mut summary);
        for (doubtful, verdict) in doubtful.iter().zip(&self.verdicts) {
            summary.add(run.judged(&doubtful.record, verdict, place.input), &run.summary);
        }
        self.worst.learn(&summary);
        let mut output = Output::default();
        match run.product {
            Product::Summary => output.summary = summary,
            Product::Records(recorder) => {
                output.records = self.put_together(&doubtful, place.input, records, recorder, run);
                output.rejects = rejects;
                output.summary = summary;
            }
            Product::Journal(scribe) => {
                let (chunk, rows) = self.chunk(batch, &doubtful, &ordinary, place, scribe, run);
                let chunk = Chunk {
                    input: place.number,
                    after: place.after,
                    read: batch.read(),
                    summary,
                    ..chunk
                };
                let rows = Rows {
                    input: place.number,
                    rows,
                    rejects,
                };
                let entry = Entry::Judged(Box::new(chunk));
                output.frame = journal::rows_frame(&rows).expect("memory takes all bytes");
                output
                    .frame
                    .extend(journal::frame(&entry).expect("memory takes all bytes"));
            }
        }
        self.verdicts.clear();
        self.doubtful = emptied(doubtful);
        output
    }

    /// Leaves the verdicts in their order.
    fn judge_doubtful(&mut self, doubtful: &mut [Doubtful], run: Run, summary: &mut Summary) {
        let (scratch, work) = (&mut self.scratch, &mut summary.work);
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
    }

    /// The result records of the two halves, in the order of their messages.
    fn put_together(
        &self,
        doubtful: &[Doubtful],
        input: &Input,
        mut records: Vec<u8>,
        recorder: &Recorder,
        run: Run,
    ) -> Vec<u8> {
        records.clear();
        let mut copied = 0;
        for (doubtful, verdict) in doubtful.iter().zip(&self.verdicts) {
            records.extend_from_slice(&self.sifted[copied..doubtful.at]);
            copied = doubtful.at;
            run.append(
                recorder,
                run.judged(&doubtful.record, verdict, input),
                &mut records,
            );
        }
        records.extend_from_slice(&self.sifted[copied..]);
        records
    }

    /// The rows, contacts and skeletons of a batch.
    fn chunk(
        &mut self,
        batch: &Batch,
        doubtful: &[Doubtful],
        ordinary: &[Record],
        place: BatchPlace,
        scribe: Scribe,
        run: Run,
    ) -> (Chunk, Vec<Row>) {
        let mut judged: Vec<(&Record, &Verdict)> = ordinary.iter().map(|record| (record, &EMPTY)).collect();
        judged.extend(
            doubtful
                .iter()
                .map(|doubtful| &doubtful.record)
                .zip(&self.verdicts),
        );
        judged.sort_unstable_by_key(|(record, _)| record.number);
        let mut rows = Vec::with_capacity(judged.len());
        let (mut contacts, mut sheet) = (Contacts::default(), Sheet::default());
        let mut pieces = Pieces::default();
        for (record, verdict) in judged {
            let message = &record.message;
            let judged = run.judged(record, verdict, place.input);
            let mut result = Vec::new();
            if scribe.clean_results || !verdict.findings.is_empty() {
                scribe.recorder.append(&mut result, judged);
            }
            let result = String::from_utf8(result).expect("the recorder writes JSON");
            let kept = match scribe.kept_columns {
                true => batch.columns(record.raw),
                false => Vec::new(),
            };
            let mut row = Row::of(judged, record.number, result, kept, &run.summary);
            if let Some(requests) = scribe.requests {
                let key = self.skeleton.take(message, scribe.lexicon);
                row.skeleton = key.map(|key| key.0);
                sheet.add(
                    &self.skeleton,
                    key,
                    record.number,
                    message.agency.as_deref(),
                    verdict,
                );
                let reference = RecordRef {
                    input: place.number,
                    record: record.number,
                };
                let contact = Contact::of(message, verdict, reference, requests);
                contacts.add(contact.as_ref(), run.summary.laws);
                pieces.add(message, verdict, reference);
            }
            rows.push(row);
        }
        let mut kept: Vec<String> = Vec::new();
        for (name, _) in rows.iter().flat_map(|row| &row.kept) {
            if !kept.contains(name) {
                kept.push(name.clone());
            }
        }
        let chunk = Chunk {
            contacts,
            pieces,
            sheet,
            kept,
            ..Chunk::default()
        };
        (chunk, rows)
    }
}

impl Run<'_> {
    fn judged<'a>(&self, record: &'a Record, verdict: &'a Verdict, input: &Input) -> Judged<'a> {
        Judged {
            message: &record.message,
            verdict,
            has_own_id: !verdict.findings.is_empty() && !is_made_up(&record.message.id, input, record.number),
        }
    }

    fn append(&self, recorder: &Recorder, judged: Judged, records: &mut Vec<u8>) {
        let is_clean = judged.verdict.tier == Tier::Clean && judged.verdict.findings.is_empty();
        if !(self.only_findings && is_clean) {
            recorder.append(records, judged);
            records.push(b'\n');
        }
    }
}

/// The memory of a list for one of the same kind, of which only the lifetime differs.
fn emptied<'b>(mut list: Vec<Doubtful<'_>>) -> Vec<Doubtful<'b>> {
    list.clear();
    // Collecting into the same memory is what `Vec` does with items of the same size.
    list.into_iter().map(|_| unreachable!("it is empty")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_list_keeps_its_memory() {
        let list: Vec<Doubtful<'static>> = Vec::with_capacity(100);
        assert_eq!(emptied(list).capacity(), 100);
    }
}
