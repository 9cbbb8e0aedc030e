//! The journal of a run: what is judged, batch by batch, safe against being killed at any moment.
//!
//! In: entries in input order. Out: the same, read back as often as needed; and, of a run that ended before its time,
//! all entries that were written whole. Each is a frame with its length and checksum, so a torn one at the end is known
//! and cut off. What the run was asked for stands at the beginning: a journal of another run is never gone on with.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::read::{Decision, Position};
use crate::report::summary::Summary;
use crate::screen::case::Contacts;
use crate::screen::join::Pieces;
use crate::screen::row::Row;
use crate::screen::skeleton::Sheet;

/// What happened next.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// An input was opened.
    Opened { input: u32, decision: Box<Decision> },
    /// A batch of it was judged.
    Judged(Box<Chunk>),
    /// It is at its end, or can't be opened or read further.
    Closed(Closed),
}

/// A batch that was judged.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chunk {
    pub(crate) input: u32,
    /// Where the next batch begins.
    pub(crate) after: Position,
    /// Records found in it.
    pub(crate) read: u64,
    pub(crate) summary: Summary,
    pub(crate) contacts: Contacts,
    pub(crate) pieces: Pieces,
    pub(crate) sheet: Sheet,
    /// Names of the columns of the source that its rows keep.
    pub(crate) kept: Vec<String>,
}

/// The rows of a batch, and what else is only written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub(crate) input: u32,
    pub(crate) rows: Vec<Row>,
    /// Rejected records, a JSON line each.
    pub(crate) rejects: Vec<u8>,
}

/// An input that is done with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Closed {
    pub(crate) input: u32,
    /// Why it couldn't be opened or read to its end, in the run's language.
    pub(crate) failure: Option<String>,
    pub(crate) lossy_numbers: u64,
}

/// Where a run stands: what a resumed one goes on from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Inputs that are done with.
    pub closed: u32,
    /// Where the next one goes on, if it was opened.
    pub within: Option<Position>,
}

/// What stands before a frame's content.
#[derive(Debug, Clone, Copy)]
struct Head {
    length: usize,
    checksum: u32,
    kind: u8,
}

/// Kinds of frames. The rows of a batch have one of their own, before its entry, so that whoever counts needn't read them.
const ENTRY: u8 = 0;
const ROWS: u8 = 1;

const HEAD_BYTES: usize = 9;

/// Longest frame: a batch of records, each with its result, compressed.
const MOST_FRAME_BYTES: usize = 1 << 30;

/// Zstandard's fastest level.
const LEVEL: i32 = 1;

/// An entry as it stands in the file: compressed, with its head.
pub(crate) fn frame(entry: &impl Serialize) -> io::Result<Vec<u8>> {
    frame_of(ENTRY, entry)
}

/// The rows of the batch whose entry follows.
pub(crate) fn rows_frame(rows: &Rows) -> io::Result<Vec<u8>> {
    frame_of(ROWS, rows)
}

fn frame_of(kind: u8, content: &impl Serialize) -> io::Result<Vec<u8>> {
    let plain = postcard::to_allocvec(content).map_err(io::Error::other)?;
    let mut framed = vec![0; HEAD_BYTES];
    zstd::stream::copy_encode(&plain[..], &mut framed, LEVEL)?;
    let content = &framed[HEAD_BYTES..];
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    let checksum = crc32fast::hash(content);
    framed[..4].copy_from_slice(&length.to_le_bytes());
    framed[4..8].copy_from_slice(&checksum.to_le_bytes());
    framed[8] = kind;
    Ok(framed)
}

impl Head {
    /// The next head; `None` at the end, and where the rest is no frame.
    fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD_BYTES];
        match source.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let head = Self {
            length: number(0) as usize,
            checksum: number(4),
            kind: head[8],
        };
        Ok(Some(head).filter(|head| head.length <= MOST_FRAME_BYTES))
    }

    /// The frame's content, compressed; `None` if it isn't whole.
    fn content(self, source: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
        let mut content = Vec::new();
        source.take(self.length as u64).read_to_end(&mut content)?;
        let is_whole = content.len() == self.length && crc32fast::hash(&content) == self.checksum;
        Ok(is_whole.then_some(content))
    }
}

fn unpacked<T: DeserializeOwned>(content: &[u8]) -> io::Result<T> {
    let plain = zstd::decode_all(content)?;
    postcard::from_bytes(&plain).map_err(io::Error::other)
}

/// A journal that is being written.
pub struct Journal {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Journal {
    /// Begins a journal of a run that was asked for this; another one there is lost.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn create(path: &Path, request: &impl Serialize) -> io::Result<Self> {
        let mut own = Self {
            path: path.to_owned(),
            file: BufWriter::new(File::create(path)?),
        };
        own.append(&frame(request)?)?;
        Ok(own)
    }

    /// What the run of a journal was asked for; `None` if there is none, or it was killed before it could say.
    ///
    /// # Errors
    /// If the file can't be read, or the request is of another kind.
    pub fn request<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
        match File::open(path) {
            Ok(file) => {
                let mut source = BufReader::new(file);
                let head = Head::read(&mut source)?;
                let content = head.map(|head| head.content(&mut source)).transpose()?.flatten();
                content.map(|content| unpacked(&content)).transpose()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on with a journal: cuts off a torn entry and tells where the run stands. O(bytes of the journal).
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn resume(path: &Path) -> io::Result<(Self, Progress)> {
        let mut source = BufReader::new(File::open(path)?);
        let mut progress = Progress::default();
        let (mut at, mut end) = (0, 0);
        while let Some(head) = Head::read(&mut source)? {
            let Some(content) = head.content(&mut source)? else {
                break;
            };
            let is_request = at == 0;
            at += (HEAD_BYTES + head.length) as u64;
            if head.kind == ROWS {
                // They are worth something only with the entry behind them.
                continue;
            }
            end = at;
            if is_request {
                continue;
            }
            match unpacked(&content)? {
                Entry::Opened { .. } => progress.within = Some(Position::default()),
                Entry::Judged(chunk) => progress.within = Some(chunk.after),
                Entry::Closed(closed) => {
                    progress = Progress {
                        closed: closed.input + 1,
                        within: None,
                    };
                }
            }
        }
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        let own = Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        };
        Ok((own, progress))
    }

    /// Adds a frame. It is with the system when this returns, so that whoever kills the program doesn't lose it.
    ///
    /// # Errors
    /// If the file can't be written; nothing before it is lost.
    pub fn append(&mut self, frame: &[u8]) -> io::Result<()> {
        self.file.write_all(frame)?;
        self.file.flush()
    }

    /// The entries, from the beginning.
    pub(crate) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>>> {
        Frames::new(&self.path, ENTRY)?.ahead()
    }

    /// The rows of the batches, from the beginning.
    pub(crate) fn rows(&self) -> io::Result<impl Iterator<Item = io::Result<Rows>>> {
        Frames::new(&self.path, ROWS)?.ahead()
    }

    /// Removes it: all that it says is in the results.
    ///
    /// # Errors
    /// If the file can't be removed.
    pub fn remove(self) -> io::Result<()> {
        drop(self.file);
        std::fs::remove_file(self.path)
    }
}

/// Reads the frames of one kind.
struct Frames<T> {
    source: BufReader<File>,
    kind: u8,
    content: PhantomData<T>,
}

impl<T> Frames<T> {
    fn new(path: &Path, kind: u8) -> io::Result<Self> {
        let mut own = Self {
            source: BufReader::new(File::open(path)?),
            kind,
            content: PhantomData,
        };
        // What was asked for is no entry.
        if let Some(head) = Head::read(&mut own.source)? {
            own.skip(head)?;
        }
        Ok(own)
    }

    fn skip(&mut self, head: Head) -> io::Result<()> {
        self.source.seek_relative(head.length as i64)
    }

    fn next_content(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(head) = Head::read(&mut self.source)? {
            if head.kind == self.kind {
                return head.content(&mut self.source);
            }
            self.skip(head)?;
        }
        Ok(None)
    }
}

/// Frames that are unpacked before they are asked for.
const FRAMES_AHEAD: usize = 2;

impl<T: DeserializeOwned + Send + 'static> Frames<T> {
    /// The same, unpacked by a thread of its own while the last ones are worked on: that is half of the work.
    fn ahead(self) -> io::Result<impl Iterator<Item = io::Result<T>>> {
        let (sender, unpacked) = sync_channel(FRAMES_AHEAD);
        // Ends when the frames do, or nobody wants more.
        std::thread::Builder::new().spawn(move || {
            for frame in self {
                if sender.send(frame).is_err() {
                    break;
                }
            }
        })?;
        Ok(unpacked.into_iter())
    }
}

impl<T: DeserializeOwned> Iterator for Frames<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let content = self.next_content().transpose()?;
        Some(content.and_then(|content| unpacked(&content)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u64) -> Entry {
        Entry::Judged(Box::new(Chunk {
            read: number,
            kept: vec!["列".repeat(50); 20],
            ..Chunk::default()
        }))
    }

    fn batch(number: u64) -> Vec<u8> {
        let rows = Rows {
            input: number as u32,
            rejects: vec![7; 100],
            ..Rows::default()
        };
        [rows_frame(&rows).unwrap(), frame(&chunk(number)).unwrap()].concat()
    }

    #[test]
    fn whatever_is_cut_off_the_whole_entries_before_it_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(&path, &"asked").unwrap();
        let length = || std::fs::metadata(&path).unwrap().len();
        let mut ends = vec![length()];
        for number in 1..=5 {
            journal.append(&batch(number)).unwrap();
            ends.push(length());
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in (ends[0]..=ends[5]).step_by(3) {
            std::fs::write(&path, &whole[..cut as usize]).unwrap();
            let (mut journal, _) = Journal::resume(&path).unwrap();
            let kept = ends.iter().filter(|&&end| end <= cut).count() as u64 - 1;
            journal.append(&batch(kept + 1)).unwrap();
            let rows: Vec<u32> = journal.rows().unwrap().map(|rows| rows.unwrap().input).collect();
            assert_eq!(rows, (1..=kept as u32 + 1).collect::<Vec<_>>(), "cut at {cut}");
            let read = journal.entries().unwrap().map(|entry| match entry.unwrap() {
                Entry::Judged(chunk) => chunk.read,
                other => panic!("{other:?}"),
            });
            let expected: Vec<u64> = (1..=kept + 1).collect();
            assert_eq!(read.collect::<Vec<_>>(), expected, "cut at {cut}");
        }
        let mut damaged = whole.clone();
        damaged[ends[2] as usize + 20] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        let (journal, _) = Journal::resume(&path).unwrap();
        assert_eq!(journal.entries().unwrap().count(), 2);
        let request = || Journal::request::<String>(&path).unwrap();
        assert_eq!(request().as_deref(), Some("asked"));
        std::fs::write(&path, &whole[..5]).unwrap();
        assert_eq!(request(), None);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(request(), None);
    }
}
