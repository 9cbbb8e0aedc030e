//! The files that a lexicon is made of.
//!
//! In: the bundled files, or a folder. Out: [`Files`], paths with their text, in a fixed order. The list of
//! bundled files stands here and nowhere else; a test compares it with the folder.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result, say};

/// Texts of a lexicon by path inside its folder (`rules/threat.toml`), sorted by path.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) files: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The second opinion's weights, if there are any.
    pub(crate) model: Option<Cow<'static, [u8]>>,
    /// Paths of other files: no part of any lexicon.
    others: Vec<String>,
}

/// The bundled weights.
pub(super) const BUNDLED_MODEL: &[u8] = include_bytes!("../../lexicons/model.bin");

/// Where the weights stand in a folder.
pub(crate) const MODEL: &str = "model.bin";

/// Where what was made of the bundled files stands among them.
const COMPILED: &str = "compiled.bin";

/// Where the texts stand on which companies' rules are tried.
pub(crate) const CLEAN: &str = "clean.jsonl.zst";

macro_rules! bundled {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../lexicons/", $path)))),*]
    };
}

const BUNDLED: &[(&str, &str)] = bundled![
    "classes/impersonation.toml",
    "classes/insult.toml",
    "classes/money.toml",
    "classes/people.toml",
    "classes/places.toml",
    "classes/privacy.toml",
    "classes/speech.toml",
    "classes/threat.toml",
    "cues/addressee.toml",
    "cues/bystander.toml",
    "cues/clause.toml",
    "cues/dialogue.toml",
    "cues/genre.toml",
    "folds/digits.tsv",
    "folds/emoji.tsv",
    "folds/homophones.tsv",
    "folds/initials.tsv",
    "folds/lookalikes.tsv",
    "folds/splits.tsv",
    "folds/syllables.tsv",
    "folds/traditional.tsv",
    "laws.toml",
    "limits.toml",
    "rules/deception.toml",
    "rules/harassment.toml",
    "rules/impersonation.toml",
    "rules/insult.toml",
    "rules/privacy.toml",
    "rules/third_party.toml",
    "rules/threat.toml",
    "rules/wording.toml",
];

impl Files {
    /// The files in the binary.
    pub(crate) fn bundled() -> Self {
        let files = BUNDLED.iter();
        Self {
            files: files
                .map(|(path, text)| (Cow::Borrowed(*path), Cow::Borrowed(*text)))
                .collect(),
            model: Some(Cow::Borrowed(BUNDLED_MODEL)),
            others: Vec::new(),
        }
    }

    /// All `.toml`, `.tsv` and `.txt` files of a folder and its subfolders, and the weights.
    ///
    /// # Errors
    /// If the folder or a file can't be read, or a file isn't UTF-8.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let (mut files, mut others) = (Vec::new(), Vec::new());
        let failed = |path: &Path, cause: std::io::Error| {
            let reason = say!(
                "词库的这一部分无法读取；请指定一个结构与 lexicons/ 相同的文件夹",
                "cannot read this part of the lexicon; name a folder made like lexicons/"
            );
            Error::new(ErrorKind::Lexicon, reason)
                .in_file(path)
                .because(cause)
        };
        let mut folders = vec![folder.to_owned()];
        while let Some(current) = folders.pop() {
            let entries = std::fs::read_dir(&current).map_err(|cause| failed(&current, cause))?;
            for entry in entries {
                let path = entry.map_err(|cause| failed(&current, cause))?.path();
                let extension = path.extension().and_then(|extension| extension.to_str());
                let inside = path.strip_prefix(folder).unwrap_or(&path);
                let name = inside.to_string_lossy().replace('\\', "/");
                if path.is_dir() {
                    folders.push(path);
                } else if matches!(extension, Some("toml" | "tsv" | "txt")) {
                    let text = std::fs::read_to_string(&path).map_err(|cause| failed(&path, cause))?;
                    files.push((Cow::Owned(name), Cow::Owned(text)));
                } else if name != MODEL {
                    others.push(name);
                }
            }
        }
        files.sort();
        let model = folder.join(MODEL);
        let model = match model.is_file() {
            true => Some(
                std::fs::read(&model)
                    .map_err(|cause| failed(&model, cause))?
                    .into(),
            ),
            false => None,
        };
        others.sort();
        Ok(Self { files, model, others })
    }

    /// Paths of the files that nothing reads; a layer over another lexicon brings no laws, limits and weights.
    /// Read-me files, licences and what begins with a dot may stand anywhere.
    pub(super) fn strangers(&self, is_layer: bool) -> Vec<String> {
        let is_read = |path: &str| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            match folder {
                "rules" | "classes" | "cues" => name.ends_with(".toml"),
                "terms" => name.ends_with(".txt"),
                // What the lint run knows of variables and form; no part of the engine.
                "lint" => !is_layer,
                "folds" => BUNDLED.iter().any(|(bundled, _)| *bundled == path),
                "" => name == "overlay.toml" || !is_layer && matches!(name, "laws.toml" | "limits.toml"),
                _ => false,
            }
        };
        let is_note = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
            let hidden = path.split('/').any(|part| part.starts_with('.'));
            hidden
                || ["readme", "license", "licence", "changelog"]
                    .iter()
                    .any(|note| name.starts_with(note))
        };
        let read = self
            .files
            .iter()
            .map(|(path, _)| &**path)
            .filter(|path| !is_read(path));
        let others = self.others.iter().map(|path| &**path);
        let others = others.filter(|path| is_layer || ![COMPILED, CLEAN].contains(path));
        let weights = self.model.iter().filter(|_| is_layer).map(|_| MODEL);
        let strangers = read.chain(others).chain(weights).filter(|path| !is_note(path));
        strangers.map(str::to_owned).collect()
    }

    /// The files under a subfolder, or the one with this path.
    pub(crate) fn under<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
        let files = self
            .files
            .iter()
            .filter(move |(path, _)| path.starts_with(prefix));
        files.map(|(path, text)| (&**path, &**text))
    }
}

/// Line (from 1) of a byte position.
pub(crate) fn line_at(text: &str, byte: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..byte.min(text.len())]).count() + 1
}

/// Line (from 1) of the first place where these words stand.
pub(crate) fn line_of(text: &str, needle: &str) -> Option<usize> {
    let at = memchr::memmem::find(text.as_bytes(), needle.as_bytes())?;
    Some(line_at(text, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicons");
        let on_disk = Files::read(&folder).unwrap();
        let listed: Vec<_> = BUNDLED.iter().map(|(path, _)| *path).collect();
        let found = on_disk.files.iter().map(|(path, _)| &**path);
        let found: Vec<_> = found.filter(|path| !path.starts_with("lint/")).collect();
        assert_eq!(listed, found);
    }
}
