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
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

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
    ("form.toml", include_str!("../../lexicons/lint/form.toml")),
    (
        "variables.toml",
        include_str!("../../lexicons/lint/variables.toml"),
    ),
];

/// Files that entries are spread over.
const SHARDS: usize = 64;

/// Bytes of entries that such a file holds at most; 128 MB in all.
const MOST_SHARD_BYTES: usize = 2 << 20;

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
    entries: FxHashMap<Key, Entry>,
    is_changed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// When it was asked for last.
    day: u32,
    bytes: Vec<u8>,
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
        let bytes = {
            let mut shard = self.shard(key);
            let entry = shard.entries.get_mut(&key)?;
            let is_marked = entry.day + MARKED_DAYS > self.today;
            if !is_marked {
                entry.day = self.today;
            }
            let bytes = entry.bytes.clone();
            shard.is_changed |= !is_marked;
            bytes
        };
        postcard::from_bytes(&bytes).ok()
    }

    /// Keeps something under a key.
    pub(super) fn put(&self, key: Key, value: &impl Serialize) {
        let Ok(bytes) = postcard::to_allocvec(value) else {
            return;
        };
        if bytes.len() > MOST_SHARD_BYTES {
            return;
        }
        let mut shard = self.shard(key);
        let day = self.today;
        shard.entries.insert(key, Entry { day, bytes });
        shard.is_changed = true;
    }

    /// Writes what is new, and lets go what is old. Without the cache the next run takes as long as this one: no reason to
    /// complain.
    pub fn save(self) {
        let shards = (0..).zip(self.shards);
        let mut changed = shards
            .filter_map(|(number, shard)| {
                let shard = shard.into_inner()?;
                let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
                shard.is_changed.then_some((number, shard))
            })
            .peekable();
        if changed.peek().is_none() || make_folder(&self.folder).is_err() {
            return;
        }
        for (number, shard) in changed {
            let bytes = shard.to_bytes(self.today);
            if write_whole(&self.folder, &shard_name(number), &bytes).is_err() {
                return;
            }
        }
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
    format!("{number:02}.entries")
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

impl Shard {
    /// Reads a sum, then for each entry key, day, length and bytes; nothing if any of it isn't as it was written.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (sum, mut rest) = bytes.split_first_chunk::<8>()?;
        if *sum != sum_of(rest) {
            return None;
        }
        let mut entries = FxHashMap::default();
        while !rest.is_empty() {
            let (key, after) = rest.split_first_chunk::<16>()?;
            let (day, after) = after.split_first_chunk::<4>()?;
            let (length, after) = after.split_first_chunk::<4>()?;
            let (bytes, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            let entry = Entry {
                day: u32::from_le_bytes(*day),
                bytes: bytes.to_owned(),
            };
            entries.insert(Key(*key), entry);
            rest = after;
        }
        Some(Self {
            entries,
            is_changed: false,
        })
    }

    /// The bytes of the entries that stay: those that were asked for lately, the latest first, as many as there is room for.
    fn to_bytes(&self, today: u32) -> Vec<u8> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.retain(|(_, entry)| entry.day + MOST_DAYS >= today);
        entries.sort_by_key(|(key, entry)| (std::cmp::Reverse(entry.day), key.0));
        let mut bytes = vec![0; 8];
        for (key, entry) in entries {
            if bytes.len() + entry.bytes.len() > MOST_SHARD_BYTES + 8 {
                continue;
            }
            bytes.extend(key.0);
            bytes.extend(entry.day.to_le_bytes());
            bytes.extend((entry.bytes.len() as u32).to_le_bytes());
            bytes.extend(&entry.bytes);
        }
        let sum = sum_of(&bytes[8..]);
        bytes[..8].copy_from_slice(&sum);
        bytes
    }
}

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
mod tests {
    use super::*;
    use crate::lint::{Config, FileReport};
    use crate::rule::Lang;

    fn cache(folder: &Path) -> Cache {
        Cache::new(Some(folder)).unwrap()
    }

    fn key(first: u8, second: u8) -> Key {
        let mut key = [0; 16];
        (key[0], key[1]) = (first, second);
        Key(key)
    }

    fn report(path: &str) -> FileReport {
        FileReport {
            path: path.to_owned(),
            ..FileReport::default()
        }
    }

    fn shards(folder: &Path) -> Vec<PathBuf> {
        let own = cache(folder).folder;
        let Ok(files) = fs::read_dir(own) else {
            return Vec::new();
        };
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    #[test]
    fn the_data_are_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicons/lint");
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        let listed: Vec<_> = DATA.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, listed);
    }

    #[test]
    fn what_was_put_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let first = cache(folder.path());
        assert_eq!(first.get::<FileReport>(key(1, 0)), None);
        first.put(key(1, 0), &report("a"));
        first.put(key(2, 0), &report("b"));
        assert_eq!(first.get::<FileReport>(key(1, 0)), Some(report("a")));
        first.save();
        let next = cache(folder.path());
        assert_eq!(next.get::<FileReport>(key(1, 0)), Some(report("a")));
        assert_eq!(next.get::<FileReport>(key(1, 1)), None);
        assert_eq!(next.get::<FileReport>(key(2, 0)), Some(report("b")));
        assert_eq!(shards(folder.path()).len(), 2, "and nothing unfinished");
        let other = Cache {
            folder: folder.path().join("lint/other"),
            ..cache(folder.path())
        };
        assert_eq!(other.get::<FileReport>(key(1, 0)), None, "another program");
    }

    #[test]
    fn nothing_is_written_where_nothing_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let cached = cache(folder.path());
        assert_eq!(cached.get::<FileReport>(key(1, 0)), None);
        cached.save();
        assert!(!folder.path().join("lint").exists());
        let cached = cache(folder.path());
        cached.put(key(1, 0), &report("a"));
        cached.save();
        let [shard] = &shards(folder.path())[..] else {
            panic!("one");
        };
        let old = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::File::options().write(true).open(shard).unwrap();
        file.set_modified(old).unwrap();
        let cached = cache(folder.path());
        assert!(cached.get::<FileReport>(key(1, 0)).is_some());
        cached.save();
        assert_eq!(fs::metadata(shard).unwrap().modified().unwrap(), old);
    }

    #[test]
    fn damage_is_as_good_as_absence_and_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let cached = cache(folder.path());
        cached.put(key(1, 0), &report("a"));
        cached.save();
        let shard = shards(folder.path()).remove(0);
        let whole = fs::read(&shard).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for broken in [&[][..], &whole[..7], &whole[..whole.len() - 1], &flipped] {
            fs::write(&shard, broken).unwrap();
            let cached = cache(folder.path());
            assert_eq!(cached.get::<FileReport>(key(1, 0)), None);
            cached.put(key(1, 0), &report("a"));
            cached.save();
            assert_eq!(fs::read(&shard).unwrap(), whole);
        }
    }

    #[test]
    fn what_nobody_asks_for_goes_and_the_size_is_bounded() {
        let entry = |day, length| Entry {
            day,
            bytes: vec![7; length],
        };
        let mut shard = Shard::default();
        shard.entries.insert(key(0, 1), entry(60, 10));
        shard.entries.insert(key(0, 2), entry(100 - MOST_DAYS, 10));
        shard.entries.insert(key(0, 3), entry(100 - MOST_DAYS - 1, 10));
        let left = |shard: &Shard| {
            let read = Shard::of_bytes(&shard.to_bytes(100)).unwrap();
            let mut keys: Vec<u8> = read.entries.keys().map(|key| key.0[1]).collect();
            keys.sort();
            keys
        };
        assert_eq!(left(&shard), [2]);
        shard.entries.insert(key(0, 4), entry(99, MOST_SHARD_BYTES / 2));
        shard.entries.insert(key(0, 5), entry(100, MOST_SHARD_BYTES / 2));
        shard.entries.insert(key(0, 6), entry(98, MOST_SHARD_BYTES / 2));
        assert_eq!(left(&shard), [2, 5], "4 would be over the size by its head");
    }

    #[test]
    fn folders_of_programs_that_are_gone_go() {
        let folder = tempfile::tempdir().unwrap();
        let all = folder.path().join("lint");
        for number in 0..MOST_PROGRAMS + 2 {
            make_folder(&all.join(number.to_string())).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let mut left: Vec<_> = fs::read_dir(&all)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, [".gitignore", "2", "3", "4"]);
    }

    #[test]
    fn everything_that_a_report_depends_on_is_in_its_key() {
        let lexicon = Lexicon::bundled();
        let config = |text: &str| {
            let file = toml::from_str(text).unwrap();
            Config::new(file, ".".into(), None, lexicon).unwrap()
        };
        let settings = Settings::new(lexicon, Lang::Zh);
        let key = |profile: &str, settings, path, kind, bytes| {
            Surroundings::new(lexicon, &config(profile).profile(&[]), settings).key(path, kind, bytes)
        };
        let usual = || key("", settings, "a", Kind::Text, b"x");
        let english = Settings::new(lexicon, Lang::En);
        let dated = Settings {
            date: Some(jiff::civil::date(2026, 3, 2)),
            ..settings
        };
        let others = [
            key("", settings, "a", Kind::Text, b"y"),
            key("", settings, "b", Kind::Text, b"x"),
            key("", settings, "a", Kind::Markdown, b"x"),
            key("", english, "a", Kind::Text, b"x"),
            key("", dated, "a", Kind::Text, b"x"),
            key("select = ['threat']", settings, "a", Kind::Text, b"x"),
            key("ignore = ['threat']", settings, "a", Kind::Text, b"x"),
            key("keys = ['a.*']", settings, "a", Kind::Text, b"x"),
            key("encoding = 'gbk'", settings, "a", Kind::Text, b"x"),
            key("placeholders = ['«x»']", settings, "a", Kind::Text, b"x"),
            key("message = { channel = 'sms' }", settings, "a", Kind::Text, b"x"),
            key("form = { creditors = ['甲'] }", settings, "a", Kind::Text, b"x"),
            key(
                "variables = { a = { longest = 3 } }",
                settings,
                "a",
                Kind::Text,
                b"x",
            ),
        ];
        assert_eq!(usual(), usual());
        let mut all = others.to_vec();
        all.push(usual());
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_ne!(fingerprint("1"), fingerprint("2"));
    }
}
