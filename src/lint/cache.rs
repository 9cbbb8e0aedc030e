//! What was judged before, in the user's cache.
//!
//! In: the bytes of a file and all that its report depends on. Out: the report, if these very bytes were judged before by this
//! program with this lexicon under this profile: found by a hash of all of it, so it is never out of date, whatever machine
//! wrote it. Entries lie in a fixed number of files, of which a run reads those that it needs and writes those that
//! changed, whole or not at all: runs beside each other lose at most each other's entries. Promise: whatever is wrong with
//! the cache costs time and nothing else. It judges nothing and looks at no file's age.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::config::Profile;
use super::extract::Kind;
use crate::hex::hex;
use crate::lexicon::Lexicon;
use crate::report::Settings;

/// The data of lint besides the lexicon's own files: a test compares the names with the folder.
const DATA: &[(&str, &str)] = &[
    ("fixes.toml", include_str!("../../lexicons/lint/fixes.toml")),
    ("form.toml", include_str!("../../lexicons/lint/form.toml")),
    (
        "variables.toml",
        include_str!("../../lexicons/lint/variables.toml"),
    ),
];

/// Files that entries are spread over: a run over one file reads one of them, and one over many writes all.
const SHARDS: usize = 64;

/// Bytes of entries that such a file holds at most, before they are packed to a tenth or less.
const MOST_SHARD_BYTES: usize = 8 << 20;

/// Reports say the same again and again: the fastest level packs them well.
const PACKING_LEVEL: i32 = 1;

/// Entries that nobody asked for in so many days go.
const MOST_DAYS: u32 = 30;

/// A file isn't written for younger marks of use alone.
const MARKED_DAYS: u32 = 7;

/// Programs whose entries are kept: the latest ones.
const MOST_PROGRAMS: usize = 3;

/// Reports of files by what they depend on.
#[derive(Debug)]
pub struct Cache {
    /// Where the entries of this program are.
    folder: PathBuf,
    /// Days since 1970.
    today: u32,
    shards: Vec<OnceLock<Mutex<Shard>>>,
}

/// What an entry is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 16]);

/// What is the same for all files of a profile.
#[derive(Debug, Clone)]
pub(super) struct Surroundings(Sha256);

#[derive(Debug, Default)]
struct Shard {
    /// What was in the file, unpacked.
    read: Arc<Vec<u8>>,
    entries: FxHashMap<Key, Entry>,
    is_changed: bool,
}

#[derive(Debug, Clone)]
struct Entry {
    /// When it was asked for last.
    day: u32,
    bytes: Bytes,
}

#[derive(Debug, Clone)]
enum Bytes {
    /// In what was read: most entries are never looked at, and none is copied.
    Read(Range<usize>),
    New(Vec<u8>),
}

impl Cache {
    /// The cache in this folder, or where the user keeps caches: `dunlint` there, or what `DUNLINT_CACHE_DIR` names. None if
    /// no place is known or nothing is to be kept.
    pub fn new(folder: Option<&Path>) -> Option<Self> {
        let folder = folder.map(Path::to_owned).or_else(crate::lexicon::cache_folder)?;
        let program = fingerprint(&program()?);
        let now = std::time::SystemTime::now();
        let age = now.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self {
            folder: folder.join("lint").join(program),
            today: (age.as_secs() / (24 * 60 * 60)) as u32,
            shards: (0..SHARDS).map(|_| OnceLock::new()).collect(),
        })
    }

    /// What was kept under a key.
    pub(super) fn get<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        let (read, bytes) = {
            let mut shard = self.shard(key);
            let read = shard.read.clone();
            let entry = shard.entries.get_mut(&key)?;
            let is_marked = entry.day + MARKED_DAYS > self.today;
            entry.day = self.today;
            let bytes = entry.bytes.clone();
            shard.is_changed |= !is_marked;
            (read, bytes)
        };
        postcard::from_bytes(bytes.of(&read)).ok()
    }

    /// Keeps something under a key.
    pub(super) fn put(&self, key: Key, value: &impl Serialize) {
        let Ok(bytes) = postcard::to_allocvec(value) else {
            return;
        };
        if bytes.len() + HEAD_BYTES > MOST_SHARD_BYTES {
            return;
        }
        let mut shard = self.shard(key);
        let entry = Entry {
            day: self.today,
            bytes: Bytes::New(bytes),
        };
        shard.entries.insert(key, entry);
        shard.is_changed = true;
    }

    /// Writes what is new, and lets go what is old. Without the cache the next run takes as long as this one: no reason to
    /// complain.
    pub fn save(self) {
        let shards = (0..).zip(self.shards);
        let changed: Vec<(usize, Shard)> = shards
            .filter_map(|(number, shard)| {
                let shard = shard.into_inner()?;
                let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
                shard.is_changed.then_some((number, shard))
            })
            .collect();
        if changed.is_empty() || make_folder(&self.folder).is_err() {
            return;
        }
        // A packer takes a megabyte of fresh memory: one for all files of a thread, not one for each.
        let packer = || zstd::bulk::Compressor::new(PACKING_LEVEL);
        changed
            .into_par_iter()
            .with_min_len(SHARDS / 8)
            .for_each_init(packer, |packer, (number, shard)| {
                let packed = packer
                    .as_mut()
                    .ok()
                    .and_then(|packer| shard.to_bytes(self.today, packer));
                if let Some(bytes) = packed {
                    let _ = write_whole(&self.folder, &shard_name(number), &bytes);
                }
            });
    }

    fn shard(&self, key: Key) -> std::sync::MutexGuard<'_, Shard> {
        let number = usize::from(key.0[0]) % SHARDS;
        let shard = self.shards[number].get_or_init(|| {
            let bytes = fs::read(self.folder.join(shard_name(number)));
            let shard = bytes.ok().and_then(|bytes| Shard::of_bytes(&bytes));
            Mutex::new(shard.unwrap_or_default())
        });
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shard_name(number: usize) -> String {
    format!("{number:02x}.entries")
}

/// Tells this program from others: its version, its length, since builds of one version may differ, and of a build for
/// developers its age, too. None if the program can't be looked at.
fn program() -> Option<String> {
    let facts = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let made = match cfg!(debug_assertions) {
        true => format!("{:?}", facts.modified().ok()?),
        false => String::new(),
    };
    Some(format!("{} {} {made}", env!("CARGO_PKG_VERSION"), facts.len()))
}

/// Tells a program with its data from others; the lexicon is a matter of each key.
fn fingerprint(program: &str) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, program.as_bytes());
    for (_, text) in DATA {
        add(&mut hash, text.as_bytes());
    }
    hex(&hash.finalize()[..8])
}

/// Adds a part such that no two lists of parts are alike.
fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

impl Surroundings {
    /// All that reports depend on besides the file: the lexicon, the whole profile with the terms of the command line laid
    /// over it, and what chooses words and laws.
    pub(super) fn new(lexicon: &Lexicon, profile: &Profile, settings: Settings) -> Self {
        let mut hash = Sha256::new();
        add(&mut hash, lexicon.version().as_bytes());
        // What derives `Debug` shows every field: nothing that is added to a profile can be forgotten here.
        add(&mut hash, format!("{profile:?}").as_bytes());
        let Settings {
            // Both are the lexicon's.
            rules: _,
            laws: _,
            lang,
            date,
            shows_dismissed,
            masks,
        } = settings;
        add(
            &mut hash,
            format!("{lang:?} {date:?} {shows_dismissed} {masks}").as_bytes(),
        );
        Self(hash)
    }

    /// The key of a file. O(bytes).
    pub(super) fn key(&self, path: &str, kind: Kind, bytes: &[u8]) -> Key {
        let mut hash = self.0.clone();
        for part in [path.as_bytes(), kind.name().as_bytes(), bytes] {
            add(&mut hash, part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Key(key)
    }
}

impl Bytes {
    fn of<'b>(&'b self, read: &'b [u8]) -> &'b [u8] {
        match self {
            Bytes::Read(range) => &read[range.clone()],
            Bytes::New(bytes) => bytes,
        }
    }
}

impl Shard {
    /// Reads a sum, then, packed, for each entry key, day, length and bytes; nothing if any of it isn't as it was written.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (sum, packed) = bytes.split_first_chunk::<8>()?;
        if *sum != sum_of(packed) {
            return None;
        }
        let read = zstd::bulk::decompress(packed, MOST_SHARD_BYTES).ok()?;
        let mut entries = FxHashMap::default();
        let mut rest = &read[..];
        while !rest.is_empty() {
            let (key, after) = rest.split_first_chunk::<16>()?;
            let (day, after) = after.split_first_chunk::<4>()?;
            let (length, after) = after.split_first_chunk::<4>()?;
            let (own, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            let end = read.len() - after.len();
            let entry = Entry {
                day: u32::from_le_bytes(*day),
                bytes: Bytes::Read(end - own.len()..end),
            };
            entries.insert(Key(*key), entry);
            rest = after;
        }
        Some(Self {
            read: read.into(),
            entries,
            is_changed: false,
        })
    }

    /// The bytes of the entries that stay: those that were asked for lately, the latest first, as many as there is room for.
    fn to_bytes(&self, today: u32, packer: &mut zstd::bulk::Compressor) -> Option<Vec<u8>> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.retain(|(_, entry)| entry.day + MOST_DAYS >= today);
        entries.sort_by_key(|(key, entry)| (std::cmp::Reverse(entry.day), key.0));
        let mut bytes = Vec::new();
        for (key, entry) in entries {
            let own = entry.bytes.of(&self.read);
            if bytes.len() + HEAD_BYTES + own.len() > MOST_SHARD_BYTES {
                continue;
            }
            bytes.extend(key.0);
            bytes.extend(entry.day.to_le_bytes());
            bytes.extend((own.len() as u32).to_le_bytes());
            bytes.extend(own);
        }
        let packed = packer.compress(&bytes).ok()?;
        Some([&sum_of(&packed)[..], &packed].concat())
    }
}

/// Bytes in front of an entry: key, day, length.
const HEAD_BYTES: usize = 16 + 4 + 4;

/// Tells bytes from others that a broken disk or an interrupted copy left.
fn sum_of(bytes: &[u8]) -> [u8; 8] {
    let mut hasher = FxHasher::default();
    bytes.hash(&mut hasher);
    hasher.finish().to_le_bytes()
}

/// Makes the folder of a program, and takes those of programs that weren't used for longest away.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let Some(all) = folder.parent() else {
        return Ok(());
    };
    // In a repository it is nothing to commit.
    fs::write(all.join(".gitignore"), "*\n")?;
    let mut programs: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(all)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let facts = entry.metadata().ok()?;
            facts.is_dir().then_some((facts.modified().ok()?, entry.path()))
        })
        .collect();
    programs.sort_by(|one, other| other.cmp(one));
    for (_, program) in programs.into_iter().skip(MOST_PROGRAMS) {
        fs::remove_dir_all(program)?;
    }
    Ok(())
}

/// Puts a file into place at once; nobody else may read what templates say.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    unfinished.write_all(bytes)?;
    unfinished.persist(folder.join(name))?;
    Ok(())
}

#[cfg(test)]
mod tests;
