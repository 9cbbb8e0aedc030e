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

fn packer() -> zstd::bulk::Compressor<'static> {
    zstd::bulk::Compressor::new(PACKING_LEVEL).unwrap()
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
        bytes: Bytes::New(vec![7; length]),
    };
    let mut shard = Shard::default();
    shard.entries.insert(key(0, 1), entry(60, 10));
    shard.entries.insert(key(0, 2), entry(100 - MOST_DAYS, 10));
    shard.entries.insert(key(0, 3), entry(100 - MOST_DAYS - 1, 10));
    let left = |shard: &Shard| {
        let read = Shard::of_bytes(&shard.to_bytes(100, &mut packer()).unwrap()).unwrap();
        let mut keys: Vec<u8> = read.entries.keys().map(|key| key.0[1]).collect();
        keys.sort();
        keys
    };
    assert_eq!(left(&shard), [2]);
    shard.entries.insert(key(0, 4), entry(99, MOST_SHARD_BYTES / 2));
    shard.entries.insert(key(0, 5), entry(100, MOST_SHARD_BYTES / 2));
    shard.entries.insert(key(0, 6), entry(98, MOST_SHARD_BYTES / 2));
    assert_eq!(left(&shard), [2, 5], "4 would be over the size by its head");
    // What was read is written again as it was.
    let bytes = shard.to_bytes(100, &mut packer()).unwrap();
    assert_eq!(
        Shard::of_bytes(&bytes)
            .unwrap()
            .to_bytes(100, &mut packer())
            .unwrap(),
        bytes
    );
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
