//! The journal of a run: what is judged, batch by batch, safe against being killed at any moment.
//!
//! In: [`Entry`]s in input order. Out: the same, read back as often as needed; and, of a run that ended before its time,
//! all entries that were written whole. Each is a frame with its length and checksum, so a torn one at the end is known
//! and cut off. What the run was asked for stands at the beginning: a journal of another run is never gone on with.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

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
    pub(crate) rows: Vec<Row>,
    pub(crate) contacts: Contacts,
    pub(crate) pieces: Pieces,
    pub(crate) sheet: Sheet,
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

/// Bytes of a frame beside its content: length and checksum.
const HEAD_BYTES: usize = 8;

/// Longest frame: a batch of records, each with its result, compressed.
const MOST_FRAME_BYTES: usize = 1 << 30;

/// Zstandard's fastest level.
const LEVEL: i32 = 1;

/// An entry as it stands in the file: compressed, with its head.
pub(crate) fn frame(entry: &impl Serialize) -> io::Result<Vec<u8>> {
    let plain = postcard::to_allocvec(entry).map_err(io::Error::other)?;
    let mut framed = vec![0; HEAD_BYTES];
    zstd::stream::copy_encode(&plain[..], &mut framed, LEVEL)?;
    let content = &framed[HEAD_BYTES..];
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    let checksum = crc32fast::hash(content);
    framed[..4].copy_from_slice(&length.to_le_bytes());
    framed[4..HEAD_BYTES].copy_from_slice(&checksum.to_le_bytes());
    Ok(framed)
}

/// The next entry and its length; `None` at the end, and where the rest isn't a whole frame.
fn read_frame<T: DeserializeOwned>(source: &mut impl Read) -> io::Result<Option<(T, u64)>> {
    let mut head = [0; HEAD_BYTES];
    match source.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (length, checksum) = (number(0) as usize, number(4));
    if length > MOST_FRAME_BYTES {
        return Ok(None);
    }
    let mut content = Vec::new();
    source.take(length as u64).read_to_end(&mut content)?;
    if content.len() < length || crc32fast::hash(&content) != checksum {
        return Ok(None);
    }
    let plain = zstd::decode_all(&content[..])?;
    let entry = postcard::from_bytes(&plain).map_err(io::Error::other)?;
    Ok(Some((entry, (HEAD_BYTES + length) as u64)))
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
            Ok(file) => Ok(read_frame(&mut BufReader::new(file))?.map(|(request, _)| request)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on with a journal: cuts off a torn entry and tells where the run stands. O(bytes of the journal).
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn resume<T: DeserializeOwned>(path: &Path) -> io::Result<(Self, Progress)> {
        let mut source = BufReader::new(File::open(path)?);
        let mut end = read_frame::<T>(&mut source)?.map_or(0, |(_, length)| length);
        let mut progress = Progress::default();
        while let Some((entry, length)) = read_frame::<Entry>(&mut source)? {
            end += length;
            match entry {
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
    pub(crate) fn entries(&self) -> io::Result<Entries> {
        let mut source = BufReader::new(File::open(&self.path)?);
        // What was asked for is no entry.
        let mut head = [0; HEAD_BYTES];
        source.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        io::copy(&mut source.by_ref().take(u64::from(length)), &mut io::sink())?;
        Ok(Entries(source))
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

/// Reads a journal's entries.
pub(crate) struct Entries(BufReader<File>);

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        read_frame(&mut self.0)
            .map(|found| found.map(|(entry, _)| entry))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u64) -> Entry {
        Entry::Judged(Box::new(Chunk {
            read: number,
            rejects: vec![7; 1000],
            ..Chunk::default()
        }))
    }

    #[test]
    fn whatever_is_cut_off_the_whole_entries_before_it_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(&path, &"asked").unwrap();
        let length = || std::fs::metadata(&path).unwrap().len();
        let mut ends = vec![length()];
        for number in 1..=5 {
            journal.append(&frame(&chunk(number)).unwrap()).unwrap();
            ends.push(length());
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in (ends[0]..=ends[5]).step_by(3) {
            std::fs::write(&path, &whole[..cut as usize]).unwrap();
            let (mut journal, _) = Journal::resume::<String>(&path).unwrap();
            let kept = ends.iter().filter(|&&end| end <= cut).count() as u64 - 1;
            journal.append(&frame(&chunk(kept + 1)).unwrap()).unwrap();
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
        let (journal, _) = Journal::resume::<String>(&path).unwrap();
        assert_eq!(journal.entries().unwrap().count(), 2);
        let request = || Journal::request::<String>(&path).unwrap();
        assert_eq!(request().as_deref(), Some("asked"));
        std::fs::write(&path, &whole[..5]).unwrap();
        assert_eq!(request(), None);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(request(), None);
    }
}
