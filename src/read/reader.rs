//! An input, cut into batches.
//!
//! In: bytes, as they come. Out: [`Batch`]es that end where a record ends. Cheap, because it is the one part of a
//! run that a single thread does: it finds record ends and parses nothing. No more is held than a batch and
//! one record.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::decode::SAMPLE_BYTES;
use crate::error::{Error, ErrorKind, Result, say};
use crate::read::batch::Shape;
use crate::read::cut::{Boundary, Cutter, Kind, Piece, Step};
use crate::read::packed::Opened;
use crate::read::{Batch, Decision, Input, ReadOptions, sniff};

/// Reads one input.
pub struct Reader {
    shape: Arc<Shape>,
    decision: Decision,
    header: Vec<String>,
    boundary: Boundary,
    cutter: Cutter,
    source: Box<dyn Read + Send>,
    /// Bytes taken of the file, and how many of them were told.
    taken: Arc<AtomicU64>,
    told: u64,
    lossy: Arc<AtomicU64>,
    /// Bytes read and not yet given out.
    pending: Vec<u8>,
    /// Position of the first of them in the file.
    origin: u64,
    /// Number of the next record.
    next: u64,
    /// Whether the source is at its end.
    is_whole: bool,
    /// Why the source can't be read further, until it was told.
    failure: Option<Error>,
    batch_bytes: usize,
    max_record_bytes: usize,
    /// Memory of batches that are done with.
    spare: Vec<(Vec<u8>, Vec<Piece>)>,
}

/// A place between two batches of an input, where reading can go on another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Default)]
pub struct Position {
    byte: u64,
    /// Number of the next record.
    record: u64,
    is_closed: bool,
}

/// How much of a record that is too long is kept as evidence.
const KEPT_BYTES: usize = 64 * 1024;

/// Memory larger than this many batches is given back: it held a record that few others are as long as.
const MOST_SPARE_BATCHES: usize = 4;

impl Reader {
    /// Opens an input and decides on a sample of [`SAMPLE_BYTES`] how to read it.
    ///
    /// # Errors
    /// If it can't be opened, isn't text, or is a table without a column of texts.
    pub fn open(input: &Input, options: &ReadOptions) -> Result<Self> {
        readable(Self::open_anyway(input, options)?)
    }

    /// Opens an input to be looked at: also a table whose columns can't be read, with the reason why.
    ///
    /// # Errors
    /// If it can't be opened or isn't text.
    pub(crate) fn open_anyway(input: &Input, options: &ReadOptions) -> Result<(Self, Option<Error>)> {
        let opened = input.open().map_err(|error| {
            Error::new(ErrorKind::Input, say!("无法打开", "can't be opened"))
                .in_file(input.shown())
                .because(error)
        })?;
        Self::build(input, opened, options)
    }

    /// Reads bytes from anywhere, under the name of a file: its ending helps to know the format.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn new(name: &str, source: impl Read + Send + 'static, options: &ReadOptions) -> Result<Self> {
        readable(Self::build(
            &Input::unopened(name),
            Opened::unmeasured(source),
            options,
        )?)
    }

    /// Opens an input at a place where another reader of it, with the same options, has been.
    ///
    /// # Errors
    /// As [`Reader::open`], or if the input ends before.
    pub fn open_at(input: &Input, options: &ReadOptions, place: Position) -> Result<Self> {
        let mut reader = Self::open(input, options)?;
        // What is packed can't be entered in the middle; and passing over bytes takes a fiftieth of judging them.
        while reader.origin + (reader.pending.len() as u64) < place.byte && !reader.is_whole {
            reader.origin += reader.pending.len() as u64;
            reader.pending.clear();
            let mut bytes = std::mem::take(&mut reader.pending);
            reader.fill(&mut bytes);
            reader.pending = bytes;
        }
        let passed = place.byte.checked_sub(reader.origin).map(|bytes| bytes as usize);
        match passed.filter(|&bytes| bytes <= reader.pending.len()) {
            Some(bytes) => drop(reader.pending.drain(..bytes)),
            None => {
                let reason = say!("比上次读时短，无法续读", "shorter than when it was read before");
                return Err(Error::new(ErrorKind::Input, reason).in_file(input.shown()));
            }
        }
        reader.origin = place.byte;
        reader.next = place.record;
        reader.cutter.set_closed(place.is_closed);
        Ok(reader)
    }

    fn build(input: &Input, opened: Opened, options: &ReadOptions) -> Result<(Self, Option<Error>)> {
        let file = input.shown();
        let mut reader = Source {
            source: opened.source,
            is_whole: false,
        };
        let mut sample = Vec::new();
        let mut failure = None;
        while sample.len() < SAMPLE_BYTES && !reader.is_whole {
            let wanted = SAMPLE_BYTES - sample.len();
            if let Err(error) = reader.fill(&mut sample, wanted) {
                let error = unreadable(&file, sample.len() as u64, error);
                if sample.is_empty() {
                    return Err(error);
                }
                // What came before is good.
                failure = Some(error);
                reader.is_whole = true;
            }
        }
        let sniffed =
            sniff::decide(input, &sample, reader.is_whole, options).map_err(|error| error.in_file(&file))?;
        sample.drain(..sniffed.skipped);
        let encoding = sniffed.decision.encoding;
        let trouble = sniffed.trouble.map(|error| error.in_file(&file));
        let reader = Self {
            shape: Arc::new(Shape {
                name: input.name().to_owned(),
                file: input.file_shown().into(),
                member: input.member().map(Arc::from),
                has_bytes: input.foreign().is_none(),
                encoding,
                channel: options.channel,
                layout: sniffed.layout,
            }),
            cutter: Cutter::new(sniffed.boundary, encoding),
            boundary: sniffed.boundary,
            decision: sniffed.decision,
            header: sniffed.header,
            source: reader.source,
            taken: opened.taken,
            told: 0,
            lossy: opened.lossy,
            pending: sample,
            origin: sniffed.skipped as u64,
            next: 1,
            is_whole: reader.is_whole,
            failure,
            batch_bytes: options.batch_bytes.max(1),
            max_record_bytes: options.max_record_bytes.max(encoding.ascii_width()),
            spare: Vec::new(),
        };
        Ok((reader, trouble))
    }

    /// How the input is read.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The names of all columns of a table that names them, read or not.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Where the next batch begins.
    pub fn position(&self) -> Position {
        Position {
            byte: self.origin,
            record: self.next,
            is_closed: self.cutter.is_closed(),
        }
    }

    /// Bytes taken of the file since this was asked the last time: of a packed one fewer than were read.
    pub fn take_progress(&mut self) -> u64 {
        let taken = self.taken.load(Ordering::Relaxed);
        taken - std::mem::replace(&mut self.told, taken)
    }

    /// Numbers of a workbook met so far whose last digits its program had lost.
    pub fn lossy_numbers(&self) -> u64 {
        self.lossy.load(Ordering::Relaxed)
    }

    /// The next records; `None` at the end.
    ///
    /// # Errors
    /// If the input can't be read further; all records up to there were given out before. Then it is at its end.
    pub fn next_batch(&mut self) -> Result<Option<Batch>> {
        // What came before it is given out first.
        if self.pending.is_empty()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        let (mut bytes, mut pieces) = self.spare.pop().unwrap_or_default();
        bytes.append(&mut self.pending);
        // Everything before it is cut.
        let mut at = 0;
        // Where the batch's bytes end, and how many bytes were dropped after them.
        let mut dropped = 0;
        let mut end = None;
        while end.is_none() && (at < self.batch_bytes || pieces.is_empty()) {
            // One byte more than allowed is enough to know, however much was read already.
            let limit = at.saturating_add(self.max_record_bytes).saturating_add(1);
            let (view, view_is_whole) = match bytes.get(..limit) {
                Some(view) => (view, false),
                None => (&bytes[..], self.is_whole),
            };
            let is_full = view.len() == limit;
            match self.cutter.step(view, at, view_is_whole) {
                Step::Cut(piece, next) => {
                    let piece = piece.map(|piece| Piece {
                        kind: match self.is_cut_off(&piece, &bytes) {
                            true => Kind::CutOff,
                            false => piece.kind,
                        },
                        ..piece
                    });
                    pieces.extend(piece);
                    at = next;
                }
                Step::NeedMore if is_full => match self.cutter.give_up(at) {
                    Some((piece, next)) => {
                        pieces.push(piece);
                        at = next;
                    }
                    None => {
                        let (length, next) = self.drop_long(&mut bytes, at);
                        let kept = at + KEPT_BYTES.min(self.max_record_bytes);
                        pieces.push(Piece {
                            start: at,
                            end: kept,
                            kind: Kind::TooLong(length),
                        });
                        end = Some(kept);
                        dropped = at as u64 + length - next as u64;
                        at = next;
                    }
                },
                Step::NeedMore if self.is_whole => break,
                Step::NeedMore if !pieces.is_empty() && bytes.len() >= self.batch_bytes => break,
                Step::NeedMore => self.fill(&mut bytes),
            }
        }
        let first = self.next;
        let origin = self.origin;
        self.pending.extend_from_slice(&bytes[at..]);
        bytes.truncate(end.unwrap_or(at));
        self.origin += at as u64 + dropped;
        self.next += pieces.len() as u64;
        if pieces.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        Ok(Some(Batch {
            shape: Arc::clone(&self.shape),
            first,
            origin,
            bytes,
            pieces,
            decoded: OnceLock::new(),
        }))
    }

    /// Takes the memory of a batch that is done with, for a later one: it takes longer to get fresh memory than to read
    /// something into it.
    pub fn recycle(&mut self, batch: Batch) {
        let Batch {
            mut bytes,
            mut pieces,
            ..
        } = batch;
        if bytes.capacity() <= self.batch_bytes.saturating_mul(MOST_SPARE_BATCHES) {
            bytes.clear();
            pieces.clear();
            self.spare.push((bytes, pieces));
        }
    }

    /// Whether a record is the last of what could be read, and stops there rather than at a line's end. An element of
    /// JSON shows that by itself; a file that is one message is worth judging as far as it goes.
    fn is_cut_off(&self, piece: &Piece, bytes: &[u8]) -> bool {
        let has_lines = !matches!(self.boundary, Boundary::Element | Boundary::File);
        self.failure.is_some() && has_lines && piece.kind == Kind::Whole && piece.end == bytes.len()
    }

    /// Drops the rest of the record at `at`: up to the next line break after what is allowed, and of a file
    /// that is one message, all of it. Its length with that line break, and where `bytes` goes on.
    fn drop_long(&mut self, bytes: &mut Vec<u8>, at: usize) -> (u64, usize) {
        let width = self.decision.encoding.ascii_width();
        let search = at + self.max_record_bytes - self.max_record_bytes % width;
        let mut dropped = 0;
        loop {
            let line_break = match self.boundary {
                Boundary::File => None,
                _ => {
                    let encoding = self.decision.encoding;
                    encoding.find_line_break(bytes, search, self.is_whole)
                }
            };
            if let Some((_, next)) = line_break {
                return ((next - at) as u64 + dropped, next);
            }
            if self.is_whole {
                return ((bytes.len() - at) as u64 + dropped, bytes.len());
            }
            let end = self.decision.encoding.undecided_from(bytes, search);
            bytes.drain(search..end);
            dropped += (end - search) as u64;
            self.fill(bytes);
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>) {
        let wanted = self.batch_bytes.clamp(4 << 10, 1 << 20);
        let mut source = Source {
            source: &mut *self.source,
            is_whole: false,
        };
        if let Err(error) = source.fill(bytes, wanted) {
            let at = self.origin + bytes.len() as u64;
            self.failure = Some(unreadable(&self.shape.shown(), at, error));
            source.is_whole = true;
        }
        self.is_whole = source.is_whole;
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = out.debug_struct("Reader");
        shown
            .field("decision", &self.decision)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

fn readable((reader, trouble): (Reader, Option<Error>)) -> Result<Reader> {
    trouble.map_or(Ok(reader), Err)
}

struct Source<R> {
    source: R,
    is_whole: bool,
}

impl<R: Read> Source<R> {
    /// Appends `wanted` bytes, or fewer if the source ends before or fails; what came before a failure is kept.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        // Room first: what is read goes there without being filled with zeros before.
        bytes.reserve(wanted);
        let read = self.source.by_ref().take(wanted as u64).read_to_end(bytes)?;
        self.is_whole = read < wanted;
        Ok(())
    }
}

fn unreadable(file: &str, byte: u64, error: io::Error) -> Error {
    let reason = say!("从第 {byte} 字节起无法读取", "can't be read after byte {byte}");
    Error::new(ErrorKind::Input, reason).in_file(file).because(error)
}
