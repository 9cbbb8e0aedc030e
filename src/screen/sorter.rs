//! Rows with a name and a time → the same, name by name and in order of time.
//!
//! In: frames, as [`write_frame`] makes them of a [`Key`] and whatever stands behind it, a batch at a time. Out: [`Rows`],
//! one after the other. In memory up to a limit; beyond it, sorted runs in one temporary file that the system deletes
//! with the program, merged at the end with a small buffer each. Promise: the same order whatever the batches and the
//! limit. It knows nothing of what stands behind a key.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use jiff::civil::{Date, Time as Clock};
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, say};
use crate::message::Time;
use crate::screen::case::RecordRef;

/// What a row is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    /// The day as a number that reads like it: 20260302.
    pub(super) day: Option<u32>,
    /// Seconds since midnight.
    pub(super) second: Option<u32>,
    pub(super) record: RecordRef,
}

/// The same at fixed places before the rest of each row: reading whole rows to compare them took three quarters of the
/// time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order<'a> {
    /// Of the name: a quick first order. Names of one hash are told apart by themselves.
    hash: u64,
    name: &'a [u8],
    /// 0 if unknown.
    day: u32,
    /// From 1; 0 if unknown.
    second: u32,
    record: RecordRef,
}

/// Sorts rows.
#[derive(Debug)]
pub(super) struct Sorter {
    /// Frames, one after the other: length, then bytes of a row.
    arena: Vec<u8>,
    /// Of each frame the row's hash and where it begins.
    index: Vec<(u64, u32)>,
    limit_bytes: usize,
    spilled: Option<Spilled>,
}

/// Sorted runs of frames in a temporary file.
#[derive(Debug)]
struct Spilled {
    file: File,
    /// Where each run begins and ends.
    runs: Vec<(u64, u64)>,
    length: u64,
}

/// Rows in their order.
pub(super) enum Rows {
    /// All in memory.
    Kept {
        arena: Vec<u8>,
        index: std::vec::IntoIter<(u64, u32)>,
    },
    /// Runs of a file.
    Merged {
        file: File,
        heads: BinaryHeap<Head>,
        /// Whether the first head was handed out.
        is_used: bool,
    },
}

/// The next row of a run, and the rest of it.
pub(super) struct Head {
    row: Vec<u8>,
    run: Run,
}

/// What is left of a run.
struct Run {
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
}

/// Bytes of the length before each row.
const LENGTH_BYTES: usize = size_of::<u32>();

/// Bytes of a key without the name.
const KEY_BYTES: usize = 2 * size_of::<u64>() + 3 * size_of::<u32>();

/// Bytes of an entry of the index.
const ENTRY_BYTES: usize = size_of::<(u64, u32)>();

/// A run is read so many bytes at a time: eight hundred runs, a hundred million contacts, take 13 MB.
const BUFFER_BYTES: usize = 16 << 10;

/// Adds the frame of a row to others.
pub(super) fn write_frame(frames: &mut Vec<u8>, key: Key, rest: &impl Serialize) {
    let start = frames.len();
    frames.extend([0; LENGTH_BYTES]);
    frames.extend(name_hash(Some(key.name)).to_le_bytes());
    frames.extend(key.day.unwrap_or_default().to_le_bytes());
    frames.extend(key.second.map_or(0, |second| second + 1).to_le_bytes());
    frames.extend(key.record.input.to_le_bytes());
    frames.extend(key.record.record.to_le_bytes());
    let written = postcard::to_extend(&(key.name, rest), std::mem::take(frames));
    *frames = written.expect("memory takes all bytes");
    let length = frames.len() - start - LENGTH_BYTES;
    let length = u32::try_from(length).expect("a record has less than 4 GB");
    frames[start..start + LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
}

/// The key of a row's bytes and what stands behind it.
///
/// # Errors
/// If they are no row.
pub(super) fn read_row<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(Key<'a>, T)> {
    let broken = || unreadable(io::ErrorKind::InvalidData.into());
    let order = Order::read(bytes).ok_or_else(broken)?;
    let (name, rest): (&str, T) = postcard::from_bytes(&bytes[KEY_BYTES..]).map_err(|_| broken())?;
    let key = Key {
        name,
        day: Some(order.day).filter(|day| *day > 0),
        second: order.second.checked_sub(1),
        record: order.record,
    };
    Ok((key, rest))
}

impl<'a> Key<'a> {
    /// The key of a record of this name.
    pub(super) fn new(name: &'a str, time: Option<Time>, record: RecordRef) -> Self {
        let day = time.and_then(|time| time.date);
        let clock = time.and_then(|time| time.clock);
        let part = |number: i8| u32::from(number.unsigned_abs());
        Self {
            name,
            day: day.map(|day| {
                u32::from(day.year().unsigned_abs()) * 10_000 + part(day.month()) * 100 + part(day.day())
            }),
            second: clock
                .map(|clock| part(clock.hour()) * 3600 + part(clock.minute()) * 60 + part(clock.second())),
            record,
        }
    }
}

/// The day of such a number.
pub(super) fn date_of(day: u32) -> Option<Date> {
    let part = |number: u32| i8::try_from(number % 100).ok();
    Date::new(i16::try_from(day / 10_000).ok()?, part(day / 100)?, part(day)?).ok()
}

/// The time of day so many seconds after midnight.
pub(super) fn clock_of(second: u32) -> Option<Clock> {
    let part = |number: u32| i8::try_from(number).ok();
    Clock::new(
        part(second / 3600)?,
        part(second / 60 % 60)?,
        part(second % 60)?,
        0,
    )
    .ok()
}

impl<'a> Order<'a> {
    /// The order of a row's bytes; none if they are no row.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (hash, rest) = bytes.split_first_chunk()?;
        let (day, rest) = rest.split_first_chunk()?;
        let (second, rest) = rest.split_first_chunk()?;
        let (input, rest) = rest.split_first_chunk()?;
        let (record, rest) = rest.split_first_chunk()?;
        Some(Self {
            hash: u64::from_le_bytes(*hash),
            name: postcard::take_from_bytes(rest).ok()?.0,
            day: u32::from_le_bytes(*day),
            second: u32::from_le_bytes(*second),
            record: RecordRef {
                input: u32::from_le_bytes(*input),
                record: u64::from_le_bytes(*record),
            },
        })
    }
}

/// A number for a name; 0 for none. Stable from run to run: rows are sorted by it.
pub(super) fn name_hash(name: Option<&str>) -> u64 {
    let Some(name) = name else { return 0 };
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    hasher.finish().max(1)
}

impl Sorter {
    /// A sorter that holds so many bytes of rows in memory.
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            arena: Vec::new(),
            index: Vec::new(),
            // The index counts in 32 bits.
            limit_bytes: limit_bytes.min(u32::MAX as usize),
            spilled: None,
        }
    }

    /// Takes frames.
    ///
    /// # Errors
    /// If the temporary file can't be written.
    pub(super) fn take(&mut self, frames: &[u8]) -> Result<()> {
        let mut at = 0;
        while at < frames.len() {
            let end = at + LENGTH_BYTES + length_at(frames, at);
            let frame = &frames[at..end];
            let bytes = self.arena.len() + frame.len() + (self.index.len() + 1) * ENTRY_BYTES;
            if bytes > self.limit_bytes && !self.index.is_empty() {
                self.spill()?;
            }
            let key = Order::read(&frame[LENGTH_BYTES..]).expect("frames are written by write_frame");
            self.index.push((key.hash, self.arena.len() as u32));
            self.arena.extend_from_slice(frame);
            at = end;
        }
        Ok(())
    }

    /// All rows in their order.
    ///
    /// # Errors
    /// If the temporary file can't be written or read.
    pub(super) fn into_rows(mut self) -> Result<Rows> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let Some(Spilled { mut file, runs, .. }) = self.spilled else {
            self.sort();
            return Ok(Rows::Kept {
                arena: self.arena,
                index: self.index.into_iter(),
            });
        };
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (at, end) in runs {
            let mut run = Run {
                at,
                end,
                buffer: Vec::new(),
                used: 0,
            };
            let mut row = Vec::new();
            if run.next(&mut file, &mut row)? {
                heads.push(Head { row, run });
            }
        }
        Ok(Rows::Merged {
            file,
            heads,
            is_used: false,
        })
    }

    fn sort(&mut self) {
        let key = |at: u32| Order::read(row_at(&self.arena, at));
        self.index.sort_unstable_by(|one, other| {
            let by_hash = one.0.cmp(&other.0);
            by_hash.then_with(|| key(one.1).cmp(&key(other.1)))
        });
    }

    fn spill(&mut self) -> Result<()> {
        self.sort();
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled {
                file: tempfile::tempfile().map_err(unwritable)?,
                runs: Vec::new(),
                length: 0,
            }),
        };
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, &spilled.file);
        let start = spilled.length;
        for &(_, at) in &self.index {
            let row = row_at(&self.arena, at);
            let frame = &self.arena[at as usize..at as usize + LENGTH_BYTES + row.len()];
            out.write_all(frame).map_err(unwritable)?;
            spilled.length += frame.len() as u64;
        }
        out.flush().map_err(unwritable)?;
        drop(out);
        spilled.runs.push((start, spilled.length));
        self.arena.clear();
        self.index.clear();
        Ok(())
    }
}

impl Rows {
    /// The bytes of the next row; none at the end.
    ///
    /// # Errors
    /// If the temporary file can't be read.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>> {
        match self {
            Rows::Kept { arena, index } => Ok(index.next().map(|(_, at)| row_at(arena, at))),
            Rows::Merged { file, heads, is_used } => {
                if std::mem::replace(is_used, true)
                    && let Some(mut head) = heads.peek_mut()
                {
                    let Head { row, run } = &mut *head;
                    if !run.next(file, row)? {
                        PeekMut::pop(head);
                    }
                }
                Ok(heads.peek().map(|head| &*head.row))
            }
        }
    }
}

impl Run {
    /// Reads the next row into `row`; false at the end.
    fn next(&mut self, file: &mut File, row: &mut Vec<u8>) -> Result<bool> {
        let mut length = [0; LENGTH_BYTES];
        if self.used == self.buffer.len() && self.at == self.end {
            return Ok(false);
        }
        self.fill(file, &mut length)?;
        row.resize(u32::from_le_bytes(length) as usize, 0);
        self.fill(file, row)?;
        Ok(true)
    }

    /// Fills `out` with what comes next. The file is shared by all runs, so each seeks before it reads.
    fn fill(&mut self, file: &mut File, mut out: &mut [u8]) -> Result<()> {
        while !out.is_empty() {
            if self.used == self.buffer.len() {
                let left = self.end - self.at;
                let count = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
                if count == 0 {
                    return Err(unreadable(io::ErrorKind::UnexpectedEof.into()));
                }
                self.buffer.resize(count, 0);
                self.used = 0;
                file.seek(SeekFrom::Start(self.at)).map_err(unreadable)?;
                file.read_exact(&mut self.buffer).map_err(unreadable)?;
                self.at += count as u64;
            }
            let count = out.len().min(self.buffer.len() - self.used);
            out[..count].copy_from_slice(&self.buffer[self.used..self.used + count]);
            self.used += count;
            out = &mut out[count..];
        }
        Ok(())
    }
}

/// The least row is the greatest head: a heap gives its greatest first. Bytes that are no row come first, and are an
/// error for whoever reads them.
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        Order::read(&other.row).cmp(&Order::read(&self.row))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

fn length_at(frames: &[u8], at: usize) -> usize {
    let length = frames[at..at + LENGTH_BYTES].try_into();
    u32::from_le_bytes(length.expect("a slice of four bytes")) as usize
}

fn row_at(frames: &[u8], at: u32) -> &[u8] {
    let start = at as usize + LENGTH_BYTES;
    &frames[start..start + length_at(frames, at as usize)]
}

fn unwritable(cause: io::Error) -> Error {
    let reason = say!(
        "临时文件无法写入；请检查临时目录（TMPDIR）的空间和权限",
        "the temporary file can't be written; check room and rights in the temporary folder (TMPDIR)"
    );
    Error::new(ErrorKind::Output, reason).because(cause)
}

fn unreadable(cause: io::Error) -> Error {
    let reason = say!("临时文件无法读回", "the temporary file can't be read back");
    Error::new(ErrorKind::Output, reason).because(cause)
}
