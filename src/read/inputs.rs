//! What to read: files, folders, stdin, and what is packed in them.
//!
//! In: the paths that the user named. Out: [`Input`]s in an order that depends on nothing but the names.
//! Folders are walked as git sees them, archives are looked into; what isn't a candidate there is *ignored*, which is less
//! than skipped: nobody asked for it. It opens nothing but to see what kind of file it is.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use tempfile::TempPath;

use crate::decode::{self, Encoding};
use crate::error::{Error, ErrorKind, say};
use crate::read::foreign::Foreign;
use crate::read::packed::{self, Layer, Opened, Packed, Spool};

/// A file, a part of one, or stdin.
#[derive(Debug, Clone)]
pub struct Input {
    name: String,
    /// The ending of its name, in small letters; of a packed file that of what is packed.
    extension: Option<String>,
    path: Option<PathBuf>,
    /// What leads from the file to the bytes to be read, and the path there.
    layers: Vec<Layer>,
    inside: String,
    /// Bytes to be taken of the file for it, where that is known before.
    size: Option<u64>,
    spool: Spool,
    /// Where stdin went that is not read from front to end.
    spooled_stdin: Option<Arc<TempPath>>,
}

/// What became of the paths that the user named.
#[derive(Debug, Default)]
pub struct Inputs {
    /// To be read.
    pub inputs: Vec<Input>,
    /// In the folders, but of other kinds.
    pub ignored: Vec<PathBuf>,
    /// Paths that lead nowhere, folders that can't be entered, files of the kinds to be read that hold no text.
    pub errors: Vec<Error>,
}

/// Endings of files that are read when met in a folder; a file named by the user is read whatever its name.
const CANDIDATES: &[&str] = &[
    "jsonl", "ndjson", "json", "csv", "tsv", "tab", "txt", "text", "log", "md", "markdown", "srt", "vtt",
    "xlsx", "xlsm", "xlsb", "xls", "ods", "parquet", "arrow", "arrows", "feather", "ipc", "docx",
];

/// Endings of packed files; before them the ending of what is packed may stand.
const PACKED: &[&str] = &["gz", "zst", "zip"];

/// How many bytes of a file in a folder are looked at to see whether it is binary.
const BINARY_SAMPLE_BYTES: u64 = 8 * 1024;

impl Input {
    /// This file. In ids it is called by its name without folders.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| path.to_string_lossy().into_owned());
        Self {
            size: std::fs::metadata(&path)
                .ok()
                .filter(std::fs::Metadata::is_file)
                .map(|file| file.len()),
            path: Some(path),
            ..Self::unopened(&name)
        }
    }

    /// Standard input, called `-`.
    pub fn stdin() -> Self {
        Self::unopened("-")
    }

    /// Something that is already open.
    pub(crate) fn unopened(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            extension: unpacked_extension(Path::new(name)),
            path: None,
            layers: Vec::new(),
            inside: String::new(),
            size: None,
            spool: Spool::default(),
            spooled_stdin: None,
        }
    }

    /// A part of this file.
    fn part(&self, packed: Packed) -> Self {
        let file = packed::joined(&self.name, &packed.path);
        let part = packed.part.unwrap_or_default();
        Self {
            name: packed::joined(&file, &part),
            extension: unpacked_extension(Path::new(&file)),
            layers: packed.layers,
            inside: packed::joined(&packed.path, &part),
            size: packed.size,
            spool: packed.spool,
            ..self.clone()
        }
    }

    /// Opens it, unpacking what is packed.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        match &self.path {
            Some(path) => packed::open(path, &self.layers, &self.spool),
            None => Ok(Opened::unmeasured(io::stdin())),
        }
    }

    /// How many bytes of the file, or of the archive it is in, will be taken to read it, if that is known before.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Its name in the ids of messages: the file's name; below a folder that was named, the path from there; of what is
    /// packed, with the path inside; or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its path; none for stdin.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref().filter(|_| self.spooled_stdin.is_none())
    }

    /// Its path as the user gave it, or its name.
    pub(crate) fn shown(&self) -> String {
        match self.path() {
            Some(path) if self.inside.is_empty() => path.display().to_string(),
            Some(path) => path.join(&self.inside).display().to_string(),
            None => self.name.clone(),
        }
    }

    /// The file that it is in, as the user gave it.
    pub(crate) fn file_shown(&self) -> String {
        self.path()
            .map_or_else(|| self.stdin_name(), |path| path.display().to_string())
    }

    /// Stdin may be an archive: then the name is longer than the file's.
    fn stdin_name(&self) -> String {
        match self.inside.is_empty() {
            true => self.name.clone(),
            false => "-".to_owned(),
        }
    }

    /// The path inside the file, if it is packed.
    pub(crate) fn member(&self) -> Option<&str> {
        Some(&*self.inside).filter(|inside| !inside.is_empty())
    }

    /// The ending of its name, in small letters; of a packed file that of what is packed.
    pub(crate) fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The document that it is, or is a part of, where its bytes aren't those of the file.
    pub(crate) fn foreign(&self) -> Option<Foreign> {
        match self.layers.last() {
            Some(Layer::Foreign(foreign)) => Some(*foreign),
            _ => None,
        }
    }

    /// Whether it is read when met in a folder or an archive.
    pub fn is_candidate(&self) -> bool {
        match self.extension() {
            Some(ending) => CANDIDATES.contains(&ending),
            None => is_packed(Path::new(&self.name)),
        }
    }
}

fn unpacked_extension(name: &Path) -> Option<String> {
    match is_packed(name) {
        true => extension(Path::new(name.file_stem()?)),
        false => extension(name),
    }
}

/// The inputs that these paths name: `-` is stdin, a folder stands for the candidates in it, by name, and a pattern such
/// as `dumps/*.csv` for what matches it, unless there is a file of that very name. A file that is named twice is read
/// once. Only in an `encoding` of the user's is a file with NUL bytes text.
pub fn expand(paths: &[PathBuf], encoding: Option<Encoding>) -> Inputs {
    let mut found = Inputs::default();
    let mut seen = HashSet::new();
    let mut is_new = |path: &Path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
    for path in paths {
        if path.as_os_str() == "-" {
            if is_new(path) {
                found.add_stdin();
            }
        } else if path.exists() {
            found.add_path(path, encoding, &mut is_new);
        } else {
            let matched = matches(path);
            for path in &matched {
                found.add_path(path, encoding, &mut is_new);
            }
            if matched.is_empty() {
                let reason = say!(
                    "没有这个文件或文件夹；请检查路径，标准输入写作 -",
                    "no such file or folder; check the path, or write - for stdin"
                );
                let error = Error::new(ErrorKind::Input, reason);
                found.errors.push(error.in_file(path));
            }
        }
    }
    found
}

/// What matches a pattern of paths, in the order of names; nothing for what is no pattern. Shells leave patterns alone
/// that are quoted, and some leave all of them.
fn matches(pattern: &Path) -> Vec<PathBuf> {
    let pattern = pattern.to_str().filter(|text| text.contains(['*', '?', '[']));
    let paths = pattern.and_then(|pattern| glob::glob(pattern).ok());
    paths.into_iter().flatten().flatten().collect()
}

impl Inputs {
    fn add_path(&mut self, path: &Path, encoding: Option<Encoding>, is_new: &mut impl FnMut(&Path) -> bool) {
        if path.is_dir() {
            walk(path, encoding, self, is_new);
        } else if is_new(path) {
            self.add(Input::file(path));
        }
    }

    /// Adds stdin: as it comes where it is text, by way of a temporary file where that is packed.
    fn add_stdin(&mut self) {
        let mut stdin = io::stdin().lock();
        // What is only looked at stays there for the reader; so does the error.
        let is_packed = stdin.fill_buf().is_ok_and(packed::is_packed);
        if !is_packed {
            self.inputs.push(Input::stdin());
            return;
        }
        match spool(&mut stdin) {
            Ok(path) => self.add(Input {
                path: Some(path.to_path_buf()),
                spooled_stdin: Some(Arc::new(path)),
                ..Input::stdin()
            }),
            Err(error) => {
                let reason = say!(
                    "标准输入是压缩或二进制数据，无法写入临时文件",
                    "stdin is packed, and can't be written to a temporary file"
                );
                let error = Error::new(ErrorKind::Input, reason).because(error);
                self.errors.push(error.in_file("-"));
            }
        }
    }

    /// Adds a file, or what is packed in it.
    fn add(&mut self, input: Input) {
        let Some(path) = input.path.clone().filter(|path| path.is_file()) else {
            // A pipe can be read once only.
            self.inputs.push(input);
            return;
        };
        let shown = PathBuf::from(input.shown());
        let mut troubles = Vec::new();
        let parts = match packed::look_into(&path, &mut troubles) {
            Ok(parts) => parts,
            Err(error) => {
                let reason = say!("无法打开", "can't be opened");
                let error = Error::new(ErrorKind::Input, reason).because(error);
                self.errors.push(error.in_file(shown));
                return;
            }
        };
        for part in parts {
            // What the user named is read whatever its name.
            let is_named = part.path.is_empty();
            let part = input.part(part);
            match is_named || part.is_candidate() {
                true => self.inputs.push(part),
                false => self.ignored.push(shown.join(&part.inside)),
            }
        }
        for (inside, error) in troubles {
            let reason = say!("无法解压", "can't be unpacked");
            let error = Error::new(ErrorKind::Input, reason).because(error);
            self.errors.push(error.in_file(match inside.is_empty() {
                true => shown.clone(),
                false => shown.join(inside),
            }));
        }
    }
}

/// Writes what can't be read from front to end to a temporary file.
fn spool(source: &mut impl Read) -> io::Result<TempPath> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(source, &mut file)?;
    Ok(file.into_temp_path())
}

fn walk(
    folder: &Path,
    encoding: Option<Encoding>,
    found: &mut Inputs,
    is_new: &mut impl FnMut(&Path) -> bool,
) {
    let may_hold_nul = encoding.is_some_and(|encoding| encoding.ascii_width() > 1);
    let walk = WalkBuilder::new(folder).sort_by_file_name(Ord::cmp).build();
    for entry in walk {
        let path = match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => entry.into_path(),
            Ok(_) => continue,
            Err(error) => {
                let reason = say!("无法进入", "can't be entered");
                let error = Error::new(ErrorKind::Input, reason).because(error);
                found.errors.push(error.in_file(folder));
                continue;
            }
        };
        let below = path.strip_prefix(folder).unwrap_or(&path);
        let parts = below.components();
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
        let input = Input {
            name: parts.join("/"),
            ..Input::file(&path)
        };
        if !input.is_candidate() && extension(&path).as_deref() != Some("zip") {
            found.ignored.push(path);
        } else if !may_hold_nul && is_binary(&path) {
            let reason = say!(
                "像是二进制文件，未读；若是不带 BOM 的 UTF-16，请用 --encoding utf-16le 或 utf-16be",
                "looks binary and was not read; if it is UTF-16 without a mark, say --encoding utf-16le or utf-16be"
            );
            found
                .errors
                .push(Error::new(ErrorKind::Input, reason).in_file(&path));
        } else if is_new(&path) {
            found.add(input);
        }
    }
}

/// The ending of a name, in small letters.
pub(super) fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_string_lossy().to_ascii_lowercase())
}

fn is_packed(path: &Path) -> bool {
    extension(path).is_some_and(|ending| PACKED.contains(&&*ending))
}

/// Whether the start of a file that is neither packed nor marked as UTF-16 holds NULs, and more of them, or more bytes that
/// are nothing, than a text that was damaged. One that can't be opened isn't: the reader will say why.
fn is_binary(path: &Path) -> bool {
    let mut sample = Vec::new();
    let Ok(file) = File::open(path) else {
        return false;
    };
    if file.take(BINARY_SAMPLE_BYTES).read_to_end(&mut sample).is_err() {
        return false;
    }
    let is_marked = sample.starts_with(&[0xff, 0xfe]) || sample.starts_with(&[0xfe, 0xff]);
    !is_marked && !packed::is_packed(&sample) && sample.contains(&0) && !is_damaged_text(&sample)
}

/// UTF-16 without a mark has a NUL in every digit and line break, other kinds have bytes that are no text.
fn is_damaged_text(sample: &[u8]) -> bool {
    let nuls = memchr::memchr_iter(0, sample).count();
    let (encoding, mark) = decode::detect(sample, false);
    let text = encoding.decode_lossily(&sample[mark..]);
    let (mut wrong, mut all) = (0_usize, 0_usize);
    for character in text.chars() {
        all += 1;
        wrong += usize::from(character == '\u{fffd}');
    }
    nuls * FEWEST_BYTES_A_NUL <= sample.len()
        && wrong * FEWEST_BYTES_A_NUL <= all
        && !(encoding == Encoding::Gb18030 && decode::reads_unlike_gb18030(sample))
}

/// Bytes to a NUL, and characters to what is none, in damaged text at least.
const FEWEST_BYTES_A_NUL: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_other_kinds_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write("b.csv", b"x");
        write("a/2.jsonl", b"{}");
        write("a/10.TXT", b"x");
        write("a/wide.txt", b"\xff\xfea\0");
        write("c.txt", b"x\0y");
        write("d.png", b"x");
        write(
            "e.csv",
            "编号,内容\n1,请还款\0谢谢\n2,谢谢您的配合与支持\n".as_bytes(),
        );
        let missing = folder.path().join("missing");
        let paths = [
            folder.path().to_owned(),
            missing.clone(),
            "-".into(),
            folder.path().join("b.csv"),
            folder.path().join("d.png"),
        ];
        let found = expand(&paths, None);
        let names: Vec<_> = found.inputs.iter().map(Input::name).collect();
        assert_eq!(
            names,
            [
                "a/10.TXT",
                "a/2.jsonl",
                "a/wide.txt",
                "b.csv",
                "e.csv",
                "-",
                "d.png"
            ]
        );
        let ignored: Vec<_> = found
            .ignored
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(ignored, ["d.png"]);
        let unread: Vec<_> = found
            .errors
            .iter()
            .map(|error| error.place().file.clone())
            .collect();
        assert_eq!(unread, [Some(folder.path().join("c.txt")), Some(missing)]);
        assert_eq!(expand(&paths, Some(Encoding::Utf16Le)).errors.len(), 1);
    }
}
