//! What failed, where, and what to do.
//!
//! One opaque [`Error`] for the crate, with a [`ErrorKind`] to match on and the place of the offending
//! datum. It carries no colours and no message text of a judged record: logs may print it.

use std::fmt;
use std::path::PathBuf;

/// What kind of thing failed. More kinds may come.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A lexicon file is wrong; nothing was judged.
    Lexicon,
    /// An input could not be opened or read.
    Input,
    /// A record could not be understood; the run goes on without it.
    Record,
    /// A command was called in a way that can't work.
    Usage,
    /// Results could not be written.
    Output,
}

/// Where the offending datum stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// File or `-`.
    pub file: Option<PathBuf>,
    /// Line from 1, in data files of the lexicon.
    pub line: Option<usize>,
    /// Record number from 1, in inputs.
    pub record: Option<u64>,
    /// Byte position in the file, from 0.
    pub byte: Option<u64>,
}

/// A failure with its place and, where there is one, its cause.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    reason: String,
    // Boxed: an error travels through every `Result`.
    place: Box<Place>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    others: Vec<Error>,
}

/// The crate's result type.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure of this kind with a sentence that says what is wrong and what to do.
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            place: Box::default(),
            source: None,
            others: Vec::new(),
        }
    }

    /// The same failure in this file.
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.place.file = Some(file.into());
        self
    }

    /// The same failure on this line (from 1).
    pub fn at_line(mut self, line: usize) -> Self {
        self.place.line = Some(line);
        self
    }

    /// The same failure at this record (from 1) and byte (from 0).
    pub fn at_record(mut self, record: u64, byte: u64) -> Self {
        self.place.record = Some(record);
        self.place.byte = Some(byte);
        self
    }

    /// The same failure with its cause.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Joins several failures into one that shows all of them; `None` if there are none.
    pub fn all(mut errors: Vec<Error>) -> Option<Error> {
        if errors.is_empty() {
            return None;
        }
        let mut first = errors.remove(0);
        first.others.append(&mut errors);
        Some(first)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The sentence without place and cause.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// This failure and those joined with it.
    pub fn each(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(self.others.iter())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(out, "{}", file.display())?;
        }
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        if let Some(record) = self.record {
            write!(out, ", record {record}")?;
        }
        if let Some(byte) = self.byte {
            write!(out, ", byte {byte}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.each().enumerate() {
            if position > 0 {
                writeln!(out)?;
            }
            if *error.place != Place::default() {
                write!(out, "{}: ", error.place)?;
            }
            write!(out, "{}", error.reason)?;
            if let Some(source) = &error.source {
                write!(out, ": {source}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
