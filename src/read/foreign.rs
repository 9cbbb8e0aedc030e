//! Documents that aren't text → text that the readers know.
//!
//! In: a workbook, a Parquet or Arrow file, a Word document. Out: its tables as CSV with a header where the file has one,
//! its words as plain text, always in UTF-8, made by a thread of its own while they are read, so that memory doesn't grow
//! with the file where the format allows it. What is damaged ends with an error after all that came before. It doesn't
//! look for columns or messages: that is the readers' business.

mod columnar;
mod word;
mod workbook;

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::decode::Encoding;
use crate::error::{say, told};
use crate::read::packed::Opened;
use crate::read::{Format, Unit};

/// What kind of document a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Workbook,
    Word,
    Columnar(Columnar),
}

/// How a file of columns is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columnar {
    Parquet,
    ArrowFile,
    ArrowStream,
}

/// A document, or the part of one, that can be read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    Sheet(Sheet),
    Word,
    Columnar(Columnar),
}

/// A sheet of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// From 0.
    number: usize,
    /// Its share of the file's bytes, by its rows: what progress counts; 0 if the file's size isn't known.
    bytes: u64,
}

/// A part of a document: its name if it has one, how it is read, and its share of the document's bytes where these are
/// known.
pub(crate) type Part = (Option<String>, Foreign, Option<u64>);

/// What the first bytes of a file say it is, where they aren't those of a ZIP archive.
pub(crate) fn kind_of(start: &[u8]) -> Option<Kind> {
    match start {
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some(Kind::Workbook),
        [b'P', b'A', b'R', b'1', ..] => Some(Kind::Columnar(Columnar::Parquet)),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Kind::Columnar(Columnar::ArrowFile)),
        // A stream begins with the length of its schema.
        [0xff, 0xff, 0xff, 0xff, _, _, 0, 0, ..] => Some(Kind::Columnar(Columnar::ArrowStream)),
        _ => None,
    }
}

/// What a ZIP archive with these members is, if it is a document: `Some(None)` for one that isn't read.
pub(crate) fn kind_of_archive(has: impl Fn(&str) -> bool) -> Option<Option<Kind>> {
    if has("xl/workbook.xml") || has("xl/workbook.bin") {
        Some(Some(Kind::Workbook))
    } else if has("word/document.xml") {
        Some(Some(Kind::Word))
    } else if has("mimetype") && has("content.xml") {
        // OpenDocument: texts and presentations are refused by the reader of workbooks.
        Some(Some(Kind::Workbook))
    } else if has("[Content_Types].xml") || has("mimetype") || has("META-INF/MANIFEST.MF") {
        Some(None)
    } else {
        None
    }
}

/// The parts of a document of so many bytes.
///
/// # Errors
/// If it can't be understood.
pub(crate) fn parts(file: Shared, kind: Kind, size: Option<u64>) -> io::Result<Vec<Part>> {
    Ok(match kind {
        Kind::Workbook => {
            let sheets = workbook::sheets(file)?;
            let all: u64 = sheets.iter().map(|sheet| sheet.rows).sum();
            let share = |rows: u64| {
                let share = u128::from(size?) * u128::from(rows) / u128::from(all.max(1));
                u64::try_from(share).ok()
            };
            let part = |sheet: workbook::Listed| {
                let bytes = share(sheet.rows);
                let own = Sheet {
                    number: sheet.number,
                    bytes: bytes.unwrap_or_default(),
                };
                (Some(sheet.name), Foreign::Sheet(own), bytes)
            };
            sheets.into_iter().map(part).collect()
        }
        Kind::Word => vec![(None, Foreign::Word, size)],
        Kind::Columnar(kind) => vec![(None, Foreign::Columnar(kind), size)],
    })
}

impl Foreign {
    /// What its text is to be read as.
    pub(crate) fn reads_as(self) -> (Format, Option<Unit>, Encoding) {
        match self {
            Foreign::Sheet(_) | Foreign::Columnar(_) => (Format::Csv, None, Encoding::Utf8),
            Foreign::Word => (Format::Text, Some(Unit::File), Encoding::Utf8),
        }
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Foreign::Sheet(_) => "xlsx",
            Foreign::Word => "docx",
            Foreign::Columnar(Columnar::Parquet) => "parquet",
            Foreign::Columnar(Columnar::ArrowFile | Columnar::ArrowStream) => "arrow",
        }
    }

    /// Opens it in this file.
    ///
    /// # Errors
    /// If no thread can be started. What is wrong with the document comes with its text.
    pub(crate) fn open(self, file: Shared) -> io::Result<Opened> {
        // Of a sheet the rows tell how far it is: the file is read here and there, its shared strings for every sheet.
        let taken = match self {
            Foreign::Sheet(_) => Arc::default(),
            Foreign::Word | Foreign::Columnar(_) => Arc::clone(&file.taken),
        };
        let tally = workbook::Tally {
            done: Arc::clone(&taken),
            lost: Arc::default(),
        };
        let lossy = Arc::clone(&tally.lost);
        let source = text_of(move |out| match self {
            Foreign::Sheet(sheet) => workbook::write_sheet(file, sheet, out, &tally),
            Foreign::Word => word::write_text(file, out),
            Foreign::Columnar(kind) => columnar::write_rows(file, kind, out),
        })?;
        Ok(Opened {
            source: Box::new(source),
            taken,
            lossy,
        })
    }
}

/// A file that several read, each from a place of its own.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    file: Arc<File>,
    at: u64,
    /// Bytes read by all of them.
    taken: Arc<AtomicU64>,
}

impl Shared {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file: Arc::new(file),
            at: 0,
            taken: Arc::default(),
        }
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at += read as u64;
        self.taken
            .fetch_add(read as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length()?.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Bytes that wait for the reader, in pieces of [`PIECE_BYTES`].
const WAITING_PIECES: usize = 4;
const PIECE_BYTES: usize = 256 << 10;

/// What `write` writes, while it writes it.
fn text_of(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
) -> io::Result<impl Read + Send> {
    let (pieces, received) = sync_channel(WAITING_PIECES);
    let writer = std::thread::Builder::new().spawn(move || {
        let mut out = BufWriter::with_capacity(PIECE_BYTES, Pieces(pieces));
        let written = write(&mut out);
        // What was written before an error is good.
        out.flush().and(written)
    })?;
    Ok(Text {
        received,
        piece: io::Cursor::new(Vec::new()),
        writer: Some(writer),
    })
}

struct Pieces(SyncSender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nobody reads any more: then nothing needs to be written.
        let sent = self.0.send(bytes.to_vec());
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Text {
    received: Receiver<Vec<u8>>,
    piece: io::Cursor<Vec<u8>>,
    /// Until its result was told.
    writer: Option<JoinHandle<io::Result<()>>>,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if let Ok(piece) = self.received.recv() {
                self.piece = io::Cursor::new(piece);
                continue;
            }
            // Readers of other crates may panic on what is damaged.
            let written = self.writer.take().map(JoinHandle::join);
            return match written {
                None | Some(Ok(Ok(()))) => Ok(0),
                Some(Ok(Err(error))) => Err(error),
                Some(Err(_)) => Err(damaged()),
            };
        }
    }
}

fn damaged() -> io::Error {
    told(say!(
        "文件已损坏，此处之后无法读取",
        "the file is damaged and can't be read beyond this"
    ))
}

#[cfg(test)]
mod tests;
