//! Watches over what is unpacked.
//!
//! In: packed bytes and what comes out of them. Out: the same, until more comes out than a dump can hold, or something
//! else than was promised; and how much was taken. It believes nothing that a file says of itself.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{say, told};

/// How many times its packed size something may unpack to; the most repetitive dumps reach 50, a bomb 1,000.
pub(super) const MOST_RATIO: u64 = 250;

/// Bytes that may come out whatever their ratio.
pub(super) const FREE_BYTES: u64 = 64 << 20;

/// Counts the packed bytes that were taken.
pub(super) struct Counted<R> {
    source: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(source: R) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        let own = Self {
            source,
            taken: Arc::clone(&taken),
        };
        (own, taken)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Ends with an error where far more comes out than went in.
pub(super) struct Limited<R> {
    source: R,
    taken: Arc<AtomicU64>,
    given: u64,
}

impl<R: Read> Limited<R> {
    pub(super) fn new(source: R, taken: Arc<AtomicU64>) -> Self {
        Self {
            source,
            taken,
            given: 0,
        }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.given += read as u64;
        let taken = self.taken.load(Ordering::Relaxed);
        if self.given > FREE_BYTES && self.given / MOST_RATIO > taken {
            return Err(told(say!(
                "解压后超过原来的 {MOST_RATIO} 倍，疑为压缩炸弹；若属实，请先解压",
                "it unpacks to more than {MOST_RATIO} times its size, as a bomb does; if it is meant, unpack it first"
            )));
        }
        Ok(read)
    }
}

/// Ends with an error where what came out isn't what the archive promised.
pub(super) struct Checked<R> {
    source: R,
    size: u64,
    checksum: u32,
    read: u64,
    hasher: crc32fast::Hasher,
}

impl<R> Checked<R> {
    pub(super) fn new(source: R, size: u64, checksum: u32) -> Self {
        Self {
            source,
            size,
            checksum,
            read: 0,
            hasher: crc32fast::Hasher::new(),
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.read += read as u64;
        let is_end = read == 0 && !buffer.is_empty();
        let is_whole = self.read == self.size && self.hasher.clone().finalize() == self.checksum;
        if self.read > self.size || is_end && !is_whole {
            return Err(told(say!(
                "与压缩包所记的长度或校验和不符；压缩包已损坏",
                "not of the length or checksum that the archive tells: the archive is damaged"
            )));
        }
        Ok(read)
    }
}
