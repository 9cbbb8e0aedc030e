use std::io::Write;
use std::path::PathBuf;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::read::packed::guard::FREE_BYTES;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("packed");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn open(path: &Path, part: &Packed) -> io::Result<Box<dyn Read + Send>> {
    super::open(path, &part.layers, &part.spool).map(|opened| opened.source)
}

/// `path: text` of all that is found, and the paths of troubles.
fn found(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, bytes);
    let mut troubles = Vec::new();
    let parts = look_into(&path, &mut troubles).unwrap();
    let shown = parts.iter().map(|part| {
        let mut text = String::new();
        let read = open(&path, part).unwrap().read_to_string(&mut text);
        format!(
            "{}: {}",
            part.path,
            read.map_or_else(|error| error.to_string(), |_| text)
        )
    });
    (
        shown.collect(),
        troubles.into_iter().map(|(path, _)| path).collect(),
    )
}

#[test]
fn what_is_packed_is_found_however_deep() {
    let zstandard = zstd::encode_all(&b"c"[..], 0).unwrap();
    for method in [
        CompressionMethod::Stored,
        CompressionMethod::Deflated,
        CompressionMethod::Zstd,
    ] {
        let inner = archive(&[("b.csv", b"b"), ("x/c.zst", &zstandard)], method);
        let outer = archive(
            &[("folder/", b""), ("z.zip", &inner), ("a.gz", &gzip(b"a"))],
            method,
        );
        assert_eq!(found(&outer).0, ["a.gz: a", "z.zip/b.csv: b", "z.zip/x/c.zst: c"]);
        assert_eq!(found(&gzip(&outer)).0.len(), 3);
    }
    assert_eq!(found(&gzip(b"a")).0, [": a"]);
    let twice = [gzip(b"a"), gzip(b"b")].concat();
    assert_eq!(found(&twice).0, [": ab"]);
    assert_eq!(found(b"a").0, [": a"]);
    assert_eq!(found(b"").0, [": "]);
    let document = archive(
        &[("[Content_Types].xml", b""), ("a.txt", b"a")],
        CompressionMethod::Stored,
    );
    assert_eq!(found(&document).0.len(), 1);
}

#[test]
fn names_from_china_are_read() {
    assert_eq!(name_of("甲\\乙.csv".as_bytes()), "甲/乙.csv");
    assert_eq!(name_of(b"\xb4\xdf\xca\xd5.csv"), "催收.csv");
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let whole = archive(&[("a", b"1111"), ("b", b"2222")], CompressionMethod::Stored);
    let at = whole.windows(4).position(|bytes| bytes == b"1111").unwrap();
    let mut damaged = whole.clone();
    damaged[at] = b'x';
    let (texts, _) = found(&damaged);
    assert!(texts[0].contains("damaged") && texts[1] == "b: 2222", "{texts:?}");
    // Cut off: the list of members, at the end, is gone.
    let folder = tempfile::tempdir().unwrap();
    let cut = file(&folder, &whole[..whole.len() - 30]);
    let mut troubles = Vec::new();
    assert_eq!(look_into(&cut, &mut troubles).unwrap().len(), 2);
    assert_eq!(troubles.len(), 1);
    let packed = gzip(b"a");
    let (texts, _) = found(&packed[..packed.len() - 2]);
    assert!(texts[0].len() > ": a".len(), "{texts:?}");
}

/// Writes only forwards, as to a pipe: what a member's length is stands behind it.
struct Pipe(Vec<u8>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn members_of_a_cut_archive_are_found_wherever_it_is_cut() {
    let members = [
        ("a.csv", "甲PK\x07\x08乙".repeat(9)),
        ("b.csv", "乙".repeat(500)),
        ("c.csv", "丙".to_owned()),
    ];
    for method in [
        CompressionMethod::Stored,
        CompressionMethod::Deflated,
        CompressionMethod::Zstd,
    ] {
        let borrowed = members.each_ref().map(|(name, text)| (*name, text.as_bytes()));
        let mut piped = ZipWriter::new_stream(Pipe(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in borrowed {
            piped.start_file(name, options).unwrap();
            piped.write_all(bytes).unwrap();
        }
        let piped = piped.finish().unwrap().into_inner().0;
        for whole in [archive(&borrowed, method), piped] {
            let all = found(&whole).0;
            let list = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
            let ends: Vec<usize> = whole[..list]
                .windows(4)
                .enumerate()
                .filter(|(_, bytes)| bytes == b"PK\x03\x04")
                .map(|(at, _)| at)
                .skip(1)
                .chain([list])
                .collect();
            let folder = tempfile::tempdir().unwrap();
            for cut in ends[0]..whole.len() - 1 {
                let path = file(&folder, &whole[..cut]);
                let mut troubles = Vec::new();
                let parts = look_into(&path, &mut troubles).unwrap();
                assert!(!troubles.is_empty(), "{method:?} {cut}");
                let expected = ends.iter().filter(|&&end| end <= cut).count();
                for (part, expected) in parts.iter().zip(&all[..expected]) {
                    let mut text = String::new();
                    open(&path, part).unwrap().read_to_string(&mut text).unwrap();
                    assert_eq!(format!("{}: {text}", part.path), *expected, "{method:?} {cut}");
                }
                assert!(parts.len() >= expected, "{method:?} {cut}");
            }
        }
    }
}

#[test]
fn bombs_end() {
    let zeros = vec![0; FREE_BYTES as usize + (8 << 20)];
    for packed in [gzip(&zeros), zstd::encode_all(&zeros[..], 3).unwrap()] {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, &packed);
        let parts = look_into(&path, &mut Vec::new()).unwrap();
        let mut source = open(&path, &parts[0]).unwrap();
        let error = io::copy(&mut source, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("bomb"), "{error}");
    }
    let mut packed = b"a".to_vec();
    for _ in 0..=MOST_LAYERS {
        packed = gzip(&packed);
    }
    let folder = tempfile::tempdir().unwrap();
    let error = look_into(&file(&folder, &packed), &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("times over"), "{error}");
}

#[test]
fn what_is_locked_is_told() {
    let mut locked = archive(&[("a.csv", b"aaaa")], CompressionMethod::Stored);
    // The flag in the list of members: 8 bytes after its signature.
    let list = locked
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    locked[list + 8] |= 1;
    assert_eq!(found(&locked), (vec![], vec!["a.csv".to_owned()]));
}
