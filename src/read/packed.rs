//! Packed inputs: gzip, Zstandard and ZIP archives, one inside the other, and the foreign documents in them.
//!
//! In: a file. Out: what there is to read in it, each with the [`Layer`]s that lead there; and its bytes, unpacked while
//! they are read. Nothing is written to a disk, but for archives and documents inside other packed files: they are not
//! read from front to end, so they go to a temporary file without a name. What a file claims is not believed: how deep,
//! how many and how much is limited by what comes out of it. Kinds are told by the first bytes, not by names.

mod guard;
mod torn;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::decode::Encoding;
use crate::error::{Sentence, say, told};
use crate::read::foreign::{self, Foreign, Shared};
use crate::read::packed::guard::{Checked, Counted, Limited};

/// One step from a file to what is packed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Gzip,
    Zstandard,
    /// A member of a ZIP archive.
    Member(Member),
    /// A document that isn't text, or a part of it.
    Foreign(Foreign),
}

/// Where a member lies in its archive, and what must come out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    start: u64,
    length: u64,
    method: CompressionMethod,
    size: u64,
    checksum: u32,
}

/// Something in a packed file.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    /// The path inside the file, parts of archives joined by `/`; empty for a file that holds one thing.
    pub(crate) path: String,
    /// The part of a document: the sheet of a workbook.
    pub(crate) part: Option<String>,
    pub(crate) layers: Vec<Layer>,
    /// Bytes that will be taken of the file, or of the archive's member, to read it, where that is known.
    pub(crate) size: Option<u64>,
    pub(crate) spool: Spool,
}

/// The archives and documents inside other packed files that were unpacked last, the outermost first: those who read
/// one part after the other find them there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spool(Arc<Mutex<Vec<Unpacked>>>);

/// What these layers lead to, as a file.
#[derive(Debug)]
struct Unpacked {
    layers: Vec<Layer>,
    file: Shared,
}

/// Something that can be read.
pub(crate) struct Opened {
    pub(crate) source: Box<dyn Read + Send>,
    /// Bytes taken so far of what [`Packed::size`] counts.
    pub(crate) taken: Arc<AtomicU64>,
    /// Numbers whose last digits were lost before they came here.
    pub(crate) lossy: Arc<AtomicU64>,
}

impl Opened {
    /// Something of which nobody knows how long it is.
    pub(crate) fn unmeasured(source: impl Read + Send + 'static) -> Self {
        let (source, taken) = Counted::new(source);
        Self {
            source: Box::new(source),
            taken,
            lossy: Arc::default(),
        }
    }
}

/// What is wrong with a part of a packed file, by its path inside.
pub(crate) type Trouble = (String, io::Error);

/// Archives and compressed files inside each other, at most.
const MOST_LAYERS: usize = 6;

/// Members of all archives of one file, at most.
const MOST_MEMBERS: usize = 100_000;

/// Bytes of an archive inside another packed file, at most.
const MOST_INNER_BYTES: u64 = 16 << 30;

/// Bytes by which kinds are told; the longest signature is that of compound files.
const START_BYTES: usize = 8;

/// Finds what is packed in a file; a file that isn't packed holds itself. Members that can't be looked into are told in
/// `troubles`.
///
/// # Errors
/// If the file can't be opened or looked into.
pub(crate) fn look_into(file: &Path, troubles: &mut Vec<Trouble>) -> io::Result<Vec<Packed>> {
    let mut search = Search {
        file,
        found: Vec::new(),
        troubles,
    };
    search.look(Packed {
        path: String::new(),
        part: None,
        layers: Vec::new(),
        size: Some(std::fs::metadata(file)?.len()),
        spool: Spool::default(),
    })?;
    Ok(search.found)
}

struct Search<'s> {
    file: &'s Path,
    found: Vec<Packed>,
    troubles: &'s mut Vec<Trouble>,
}

impl Search<'_> {
    fn look(&mut self, packed: Packed) -> io::Result<()> {
        let mut start = [0; START_BYTES];
        let mut opened = open(self.file, &packed.layers, &packed.spool)?;
        let length = read_up_to(&mut opened.source, &mut start)?;
        match kind_of(&start[..length]) {
            Kind::Compressed(layer) => self.look(packed.below(layer)?),
            Kind::Archive => self.look_into_archive(packed),
            Kind::Foreign(kind) => self.take_foreign(packed, kind),
            Kind::Other => {
                self.found.push(packed);
                Ok(())
            }
        }
    }

    /// Takes the parts of a document.
    fn take_foreign(&mut self, packed: Packed, kind: foreign::Kind) -> io::Result<()> {
        let document = seekable(self.file, &packed.layers, &packed.spool)?;
        for (part, foreign, size) in foreign::parts(document, kind, packed.size)? {
            let below = packed.below(Layer::Foreign(foreign))?;
            self.found.push(Packed { part, size, ..below });
        }
        Ok(())
    }

    fn look_into_archive(&mut self, packed: Packed) -> io::Result<()> {
        let file = seekable(self.file, &packed.layers, &packed.spool)?;
        let mut archive = match archive_in(file.clone()) {
            Ok(archive) => archive,
            Err(error) => return self.look_into_torn(packed, &file, error),
        };
        if let Some(kind) = foreign::kind_of_archive(|name| archive.index_for_name(name).is_some()) {
            return match kind {
                Some(kind) => self.take_foreign(packed, kind),
                // A presentation, a program: one thing, not files. The reader will say what it is.
                None => {
                    self.found.push(packed);
                    Ok(())
                }
            };
        }
        if self.found.len() + archive.len() > MOST_MEMBERS {
            return Err(told(say!(
                "内含文件超过 {MOST_MEMBERS} 个；请先解压",
                "it holds more than {MOST_MEMBERS} files; unpack it first"
            )));
        }
        let mut members = Vec::new();
        for number in 0..archive.len() {
            let member = archive.by_index_raw(number).map_err(damaged)?;
            if !member.is_dir() {
                members.push((name_of(member.name_raw()), number));
            }
        }
        members.sort();
        for (name, number) in members {
            let path = joined(&packed.path, &name);
            let looked = self.look_at_member(&mut archive, number, &packed, &path);
            if let Err(error) = looked {
                self.troubles.push((path, error));
            }
        }
        Ok(())
    }

    /// Takes what is left of an archive without a list of members, and tells that it isn't all. A document is nothing
    /// without its end: a workbook's texts stand there.
    fn look_into_torn(&mut self, packed: Packed, file: &Shared, error: io::Error) -> io::Result<()> {
        let mut members = torn::members(file)?;
        members.sort_by(|one, other| one.name.cmp(&other.name));
        let has = |name: &str| members.iter().any(|member| member.name == name.as_bytes());
        if members.is_empty() || foreign::kind_of_archive(has).is_some() {
            return Err(error);
        }
        self.troubles.push((packed.path.clone(), torn_off()));
        for torn in members {
            let name = name_of(&torn.name);
            if name.ends_with('/') {
                continue;
            }
            let path = joined(&packed.path, &name);
            let looked = match torn.is_locked {
                true => Err(locked()),
                false => self.look_below(&packed, &path, torn.member),
            };
            if let Err(error) = looked {
                self.troubles.push((path, error));
            }
        }
        Ok(())
    }

    fn look_at_member(
        &mut self,
        archive: &mut ZipArchive<Shared>,
        number: usize,
        packed: &Packed,
        path: &str,
    ) -> io::Result<()> {
        let member = archive.by_index_raw(number).map_err(damaged)?;
        if member.encrypted() {
            return Err(locked());
        }
        let start = member.data_start();
        let layer = Member {
            start: start
                .ok_or_else(|| told(say!("找不到其内容的位置", "its place in the archive isn't known")))?,
            length: member.compressed_size(),
            method: member.compression(),
            size: member.size(),
            checksum: member.crc32(),
        };
        self.look_below(packed, path, layer)
    }

    fn look_below(&mut self, packed: &Packed, path: &str, member: Member) -> io::Result<()> {
        self.look(Packed {
            path: path.to_owned(),
            size: Some(member.length),
            ..packed.below(Layer::Member(member))?
        })
    }
}

impl Packed {
    /// One layer further in.
    fn below(&self, layer: Layer) -> io::Result<Self> {
        if self.layers.len() == MOST_LAYERS {
            return Err(told(say!(
                "压缩包套了超过 {MOST_LAYERS} 层；请先解压",
                "packed more than {MOST_LAYERS} times over; unpack it first"
            )));
        }
        let layers = self.layers.iter().copied().chain([layer]);
        Ok(Self {
            layers: layers.collect(),
            ..self.clone()
        })
    }
}

/// What the first bytes of something say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Compressed(Layer),
    /// A ZIP archive, or a document that is one inside.
    Archive,
    Foreign(foreign::Kind),
    Other,
}

fn kind_of(start: &[u8]) -> Kind {
    match start {
        [0x1f, 0x8b, ..] => Kind::Compressed(Layer::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Compressed(Layer::Zstandard),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Archive,
        _ => foreign::kind_of(start).map_or(Kind::Other, Kind::Foreign),
    }
}

/// Whether these first bytes are those of something packed, or of a document that isn't text.
pub(crate) fn is_packed(start: &[u8]) -> bool {
    kind_of(&start[..start.len().min(START_BYTES)]) != Kind::Other
}

/// A path inside a file, or inside an archive there.
pub(crate) fn joined(outer: &str, inner: &str) -> String {
    match outer.is_empty() || inner.is_empty() {
        true => format!("{outer}{inner}"),
        false => format!("{outer}/{inner}"),
    }
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
pub(crate) fn open(file: &Path, layers: &[Layer], spool: &Spool) -> io::Result<Opened> {
    let Some((last, outer)) = layers.split_last() else {
        return Ok(Opened::unmeasured(File::open(file)?));
    };
    match last {
        Layer::Member(member) => member.open(seekable(file, outer, spool)?),
        Layer::Foreign(foreign) => foreign.open(seekable(file, outer, spool)?),
        Layer::Gzip | Layer::Zstandard => {
            let packed = open(file, outer, spool)?;
            let (source, given) = Counted::new(packed.source);
            let source = BufReader::new(source);
            let source: Box<dyn Read + Send> = match last {
                Layer::Gzip => Box::new(Limited::new(MultiGzDecoder::new(source), given)),
                _ => Box::new(Limited::new(zstd::Decoder::with_buffer(source)?, given)),
            };
            Ok(Opened { source, ..packed })
        }
    }
}

/// The same as a file.
fn seekable(file: &Path, layers: &[Layer], spool: &Spool) -> io::Result<Shared> {
    if layers.is_empty() {
        return Ok(Shared::new(File::open(file)?));
    }
    if let Some(shared) = spool.find(layers) {
        return Ok(shared);
    }
    let mut inner = tempfile::tempfile()?;
    let mut source = open(file, layers, spool)?.source.take(MOST_INNER_BYTES + 1);
    if io::copy(&mut source, &mut inner)? > MOST_INNER_BYTES {
        return Err(told(say!(
            "内层压缩包超过 {MOST_INNER_BYTES} 字节；请先解压外层",
            "the archive inside is larger than {MOST_INNER_BYTES} bytes; unpack the outer one first"
        )));
    }
    let shared = Shared::new(inner);
    spool.keep(layers, shared.clone());
    Ok(shared)
}

impl Spool {
    fn find(&self, layers: &[Layer]) -> Option<Shared> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|unpacked| unpacked.layers == layers);
        found.map(|unpacked| unpacked.file.clone())
    }

    /// Keeps this one and those around it: at most one for each layer.
    fn keep(&self, layers: &[Layer], shared: Shared) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|unpacked| layers.starts_with(&unpacked.layers) && unpacked.layers != layers);
        kept.push(Unpacked {
            layers: layers.to_vec(),
            file: shared,
        });
    }
}

fn archive_in(file: Shared) -> io::Result<ZipArchive<Shared>> {
    ZipArchive::new(file).map_err(damaged)
}

pub(super) fn damaged(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        _ => told(say!(
            "ZIP 压缩包已损坏或不完整",
            "the ZIP archive is damaged or cut off"
        )),
    }
}

fn torn_off() -> io::Error {
    told(say!(
        "压缩包不完整，缺少文件目录；只读取了其中找得到的文件",
        "the archive is cut off and its list of files is missing; only the files that could be found in it are read"
    ))
}

fn locked() -> io::Error {
    told(say!(
        "有密码保护；请先用密码解压",
        "protected by a password; unpack it with the password first"
    ))
}

impl Member {
    fn open(&self, mut archive: Shared) -> io::Result<Opened> {
        archive.seek(SeekFrom::Start(self.start))?;
        let (packed, taken) = Counted::new(archive.take(self.length));
        let packed = BufReader::new(packed);
        let unpacked: Box<dyn Read + Send> = match self.method {
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
            CompressionMethod::Zstd => Box::new(zstd::Decoder::with_buffer(packed)?),
            other => return Err(told(unknown_method(other))),
        };
        let limited = Limited::new(unpacked, Arc::clone(&taken));
        Ok(Opened {
            source: Box::new(Checked::new(limited, self.size, self.checksum)),
            taken,
            lossy: Arc::default(),
        })
    }
}

fn unknown_method(method: CompressionMethod) -> Sentence {
    say!(
        "不支持其压缩方式 {method:?}；请先解压",
        "packed by a method that isn't read here ({method:?}); unpack it first"
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

#[cfg(test)]
mod tests;
