//! What a run is asked for: the files by their hashes, the lexicon, the options.
//!
//! In: inputs and options. Out: a [`Request`], equal for two runs if and only if they must give the same results. A run
//! is gone on with under the same request only, and its manifest repeats it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result, say};
use crate::hex::hex;
use crate::read::Input;

/// What a run is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The program's version.
    pub version: String,
    /// The hash of the lexicon.
    pub lexicon: String,
    /// The files.
    pub files: Vec<FileDigest>,
    /// The names of the inputs in them, in the order of the run.
    pub inputs: Vec<String>,
    /// The options that change results, each as it would be written.
    pub options: Vec<String>,
}

/// A file and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDigest {
    /// Its path as it was given; `-` for stdin.
    pub path: String,
    /// Its length in bytes; none for what can be read once only.
    pub bytes: Option<u64>,
    /// Its SHA-256 in hexadecimal; none for what can be read once only.
    pub sha256: Option<String>,
}

impl Request {
    /// Reads all files once. O(bytes), on all threads.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn new(inputs: &[Input], lexicon: &str, options: Vec<String>) -> Result<Self> {
        let mut paths: Vec<Option<&Path>> = Vec::new();
        for input in inputs {
            // Parts of one file follow each other.
            if paths.last() != Some(&input.path()) {
                paths.push(input.path());
            }
        }
        let files: Result<Vec<FileDigest>> = paths.par_iter().map(|path| digest_of(*path)).collect();
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lexicon: lexicon.to_owned(),
            files: files?,
            inputs: inputs.iter().map(|input| input.name().to_owned()).collect(),
            options,
        })
    }

    /// Whether all files can be read again.
    pub fn is_repeatable(&self) -> bool {
        self.files.iter().all(|file| file.sha256.is_some())
    }

    /// What differs from another request, in words; nothing if they are equal.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("version", self.version == other.version),
            ("lexicon", self.lexicon == other.lexicon),
            ("files", self.files == other.files && self.inputs == other.inputs),
            ("options", self.options == other.options),
        ];
        let differing = parts.into_iter().filter(|(_, is_equal)| !is_equal);
        differing.map(|(part, _)| part).collect()
    }
}

fn digest_of(path: Option<&Path>) -> Result<FileDigest> {
    let Some(path) = path else {
        return Ok(FileDigest {
            path: "-".to_owned(),
            bytes: None,
            sha256: None,
        });
    };
    if !path.is_file() {
        return Ok(FileDigest {
            path: path.display().to_string(),
            bytes: None,
            sha256: None,
        });
    }
    let (bytes, sha256) = digest(path).map_err(|error| {
        Error::new(ErrorKind::Input, say!("无法读取", "can't be read"))
            .in_file(PathBuf::from(path))
            .because(error)
    })?;
    Ok(FileDigest {
        path: path.display().to_string(),
        bytes: Some(bytes),
        sha256: Some(sha256),
    })
}

/// Length and SHA-256 of a file.
pub(super) fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        length += read as u64;
    }
    Ok((length, hex(&hash.finalize())))
}
