//! Packed inputs: gzip, Zstandard and ZIP archives, one inside the other.
//!
//! In: a file. Out: what there is to read in it, each with the [`Layer`]s that lead there; and its bytes, unpacked while
//! they are read. Nothing is written to a disk, but for archives inside other packed files: they are searched from their
//! end, so they go to a temporary file that nobody else sees. What a file claims is not believed: how deep, how many
//! and how much is limited by what comes out of it. Kinds are told by the first bytes, not by names.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::decode::Encoding;
use crate::error::{Sentence, say, told};
use crate::read::inputs::extension;

/// One step from a file to what is packed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Gzip,
    Zstandard,
    /// A member of a ZIP archive, by its number from 0.
    Member(usize),
}

/// Something in a packed file.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The path inside the file, parts of archives joined by `/`; empty for a file that holds one thing.
    pub(crate) path: String,
    pub(crate) layers: Vec<Layer>,
    /// Bytes unpacked, where the file tells.
    pub(crate) size: Option<u64>,
}

/// What is wrong with a part of a packed file, by its path inside.
pub(crate) type Trouble = (String, io::Error);

/// Endings of documents that are ZIP archives inside: they are read as what they are, or not at all.
const DOCUMENTS: &[&str] = &[
    "docx", "xlsx", "xlsm", "xlsb", "pptx", "odt", "ods", "odp", "epub", "jar", "apk",
];

/// Archives and compressed files inside each other, at most.
const MOST_LAYERS: usize = 6;

/// Members of all archives of one file, at most.
const MOST_MEMBERS: usize = 100_000;

/// How many times its packed size something may unpack to; the most repetitive dumps reach 50, a bomb 1,000.
const MOST_RATIO: u64 = 250;

/// Bytes that may come out whatever their ratio.
const FREE_BYTES: u64 = 64 << 20;

/// Bytes of an archive inside another packed file, at most.
const MOST_INNER_BYTES: u64 = 16 << 30;

/// Finds what is packed in a file; a file that isn't packed holds itself. Members that can't be looked into are told in
/// `troubles`.
///
/// # Errors
/// If the file can't be opened or looked into.
pub(crate) fn look_into(file: &Path, troubles: &mut Vec<Trouble>) -> io::Result<Vec<Packed>> {
    let mut found = Vec::new();
    let top = Packed {
        path: String::new(),
        layers: Vec::new(),
        size: None,
    };
    look(file, top, &mut found, troubles)?;
    Ok(found)
}

fn look(file: &Path, packed: Packed, found: &mut Vec<Packed>, troubles: &mut Vec<Trouble>) -> io::Result<()> {
    let Packed { path, layers, size } = packed;
    let mut start = [0; 4];
    let length = read_up_to(&mut open(file, &layers)?, &mut start)?;
    let layer = match kind_of(&start[..length]) {
        Kind::Compressed(layer) => layer,
        Kind::Archive => return look_into_archive(file, Packed { path, layers, size }, found, troubles),
        Kind::Other => {
            found.push(Packed { path, layers, size });
            return Ok(());
        }
    };
    let packed = Packed {
        path,
        layers: below(&layers, layer)?,
        size: None,
    };
    look(file, packed, found, troubles)
}

/// What the first bytes of something say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Compressed(Layer),
    Archive,
    Other,
}

fn kind_of(start: &[u8]) -> Kind {
    match start {
        [0x1f, 0x8b, ..] => Kind::Compressed(Layer::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd] => Kind::Compressed(Layer::Zstandard),
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => Kind::Archive,
        _ => Kind::Other,
    }
}

fn look_into_archive(
    file: &Path,
    packed: Packed,
    found: &mut Vec<Packed>,
    troubles: &mut Vec<Trouble>,
) -> io::Result<()> {
    let name = match packed.path.is_empty() {
        true => file,
        false => Path::new(&packed.path),
    };
    if extension(name).is_some_and(|ending| DOCUMENTS.contains(&&*ending)) {
        found.push(packed);
        return Ok(());
    }
    let mut archive = archive_in(seekable(file, &packed.layers)?)?;
    let is_document = |name: &[u8]| name == b"[Content_Types].xml" || name == b"mimetype";
    if archive.file_names_raw().any(is_document) {
        // Word, Excel and their like: one document, not files.
        found.push(packed);
        return Ok(());
    }
    if found.len() + archive.len() > MOST_MEMBERS {
        return Err(told(say!(
            "内含文件超过 {MOST_MEMBERS} 个；请先解压",
            "it holds more than {MOST_MEMBERS} files; unpack it first"
        )));
    }
    let mut members = Vec::new();
    for number in 0..archive.len() {
        let member = archive.by_index_raw(number).map_err(damaged)?;
        if !member.is_dir() {
            let name = name_of(member.name_raw());
            members.push((name, number, member.size(), member.encrypted()));
        }
    }
    members.sort();
    for (name, number, size, is_encrypted) in members {
        let path = joined(&packed.path, &name);
        let looked = match is_encrypted {
            true => Err(told(encrypted())),
            false => below(&packed.layers, Layer::Member(number)).and_then(|layers| {
                let member = Packed {
                    path: path.clone(),
                    layers,
                    size: Some(size),
                };
                // Most members are no archives, and this one is open: opening it anew for each would read its list, and unpack
                // those around it, as often as it has members.
                match is_plain(&mut archive, number) {
                    true => found.push(member),
                    false => look(file, member, found, troubles)?,
                }
                Ok(())
            }),
        };
        if let Err(error) = looked {
            troubles.push((path, error));
        }
    }
    Ok(())
}

/// Whether a member surely is neither compressed by itself nor an archive.
fn is_plain(archive: &mut ZipArchive<File>, number: usize) -> bool {
    let mut start = [0; 4];
    let member = archive.by_index(number);
    let length = member.map(|mut member| read_up_to(&mut member, &mut start));
    matches!(length, Ok(Ok(length)) if kind_of(&start[..length]) == Kind::Other)
}

/// A path inside a file, or inside an archive there.
pub(crate) fn joined(outer: &str, inner: &str) -> String {
    match outer.is_empty() || inner.is_empty() {
        true => format!("{outer}{inner}"),
        false => format!("{outer}/{inner}"),
    }
}

/// One layer further in.
fn below(layers: &[Layer], layer: Layer) -> io::Result<Vec<Layer>> {
    if layers.len() == MOST_LAYERS {
        return Err(told(say!(
            "压缩包套了超过 {MOST_LAYERS} 层；请先解压",
            "packed more than {MOST_LAYERS} times over; unpack it first"
        )));
    }
    Ok(layers.iter().copied().chain([layer]).collect())
}

/// Names in archives made in China are often in GB18030 and don't say so.
fn name_of(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => Encoding::Gb18030.decode_lossily(raw).into_owned(),
    };
    name.replace('\\', "/")
}

/// Opens what these layers lead to.
///
/// # Errors
/// If the file can't be opened, or a layer isn't what it was.
pub(crate) fn open(file: &Path, layers: &[Layer]) -> io::Result<Box<dyn Read + Send>> {
    let Some((last, outer)) = layers.split_last() else {
        return Ok(Box::new(File::open(file)?));
    };
    if let Layer::Member(number) = last {
        return open_member(seekable(file, outer)?, *number);
    }
    let (packed, taken) = Counted::new(open(file, outer)?);
    let packed = BufReader::new(packed);
    Ok(match last {
        Layer::Gzip => Box::new(Limited::new(MultiGzDecoder::new(packed), taken)),
        _ => Box::new(Limited::new(zstd::Decoder::with_buffer(packed)?, taken)),
    })
}

/// The same as a file.
fn seekable(file: &Path, layers: &[Layer]) -> io::Result<File> {
    if layers.is_empty() {
        return File::open(file);
    }
    let mut inner = tempfile::tempfile()?;
    let copied = io::copy(&mut open(file, layers)?.take(MOST_INNER_BYTES + 1), &mut inner)?;
    if copied > MOST_INNER_BYTES {
        return Err(told(say!(
            "内层压缩包超过 {MOST_INNER_BYTES} 字节；请先解压外层",
            "the archive inside is larger than {MOST_INNER_BYTES} bytes; unpack the outer one first"
        )));
    }
    inner.seek(SeekFrom::Start(0))?;
    Ok(inner)
}

fn archive_in(file: File) -> io::Result<ZipArchive<File>> {
    ZipArchive::new(file).map_err(damaged)
}

fn damaged(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        _ => told(say!(
            "ZIP 压缩包已损坏或不完整",
            "the ZIP archive is damaged or cut off"
        )),
    }
}

fn open_member(file: File, number: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut archive = archive_in(file)?;
    let member = archive.by_index_raw(number).map_err(damaged)?;
    let (start, length) = (member.data_start(), member.compressed_size());
    let (method, size, checksum) = (member.compression(), member.size(), member.crc32());
    let is_encrypted = member.encrypted();
    drop(member);
    if is_encrypted {
        return Err(told(encrypted()));
    }
    let mut file = archive.into_inner();
    let start =
        start.ok_or_else(|| told(say!("找不到其内容的位置", "its place in the archive isn't known")))?;
    file.seek(SeekFrom::Start(start))?;
    let (packed, taken) = Counted::new(file.take(length));
    let packed = BufReader::new(packed);
    let unpacked: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(packed),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
        CompressionMethod::Zstd => Box::new(zstd::Decoder::with_buffer(packed)?),
        other => {
            return Err(told(say!(
                "不支持其压缩方式 {other:?}；请先解压",
                "packed by a method that isn't read here ({other:?}); unpack it first"
            )));
        }
    };
    Ok(Box::new(Checked {
        source: Limited::new(unpacked, taken),
        size,
        checksum,
        read: 0,
        hasher: crc32fast::Hasher::new(),
    }))
}

fn encrypted() -> Sentence {
    say!(
        "有密码保护；请先用密码解压",
        "protected by a password; unpack it with the password first"
    )
}

/// Fills as much of a buffer as there is. What comes before damage is read all the same.
fn read_up_to(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if filled == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(filled)
}

/// Counts the packed bytes that were taken.
struct Counted<R> {
    source: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    fn new(source: R) -> (Self, Arc<AtomicU64>) {
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
struct Limited<R> {
    source: R,
    taken: Arc<AtomicU64>,
    given: u64,
}

impl<R: Read> Limited<R> {
    fn new(source: R, taken: Arc<AtomicU64>) -> Self {
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
struct Checked<R> {
    source: R,
    size: u64,
    checksum: u32,
    read: u64,
    hasher: crc32fast::Hasher,
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::PathBuf;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

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

    /// `path: text` of all that is found, and the paths of troubles.
    fn found(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, bytes);
        let mut troubles = Vec::new();
        let parts = look_into(&path, &mut troubles).unwrap();
        let shown = parts.iter().map(|part| {
            let mut text = String::new();
            let read = open(&path, &part.layers).unwrap().read_to_string(&mut text);
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
        assert!(look_into(&cut, &mut Vec::new()).is_err());
        let packed = gzip(b"a");
        let (texts, _) = found(&packed[..packed.len() - 2]);
        assert!(texts[0].len() > ": a".len(), "{texts:?}");
    }

    #[test]
    fn bombs_end() {
        let zeros = vec![0; FREE_BYTES as usize + (8 << 20)];
        for packed in [gzip(&zeros), zstd::encode_all(&zeros[..], 3).unwrap()] {
            let folder = tempfile::tempdir().unwrap();
            let path = file(&folder, &packed);
            let parts = look_into(&path, &mut Vec::new()).unwrap();
            let mut source = open(&path, &parts[0].layers).unwrap();
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
}
