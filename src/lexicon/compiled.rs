//! Lexicons made ahead: most of what loading them takes, done before.
//!
//! In: the files of a lexicon. Out: bytes, and back: the [`Lexicon`] and what finds its terms. They hold nothing that
//! isn't made of the files by the same code that builds every lexicon, and the fingerprint of what they were made of;
//! beside anything else they are as good as absent. Loading takes a thirtieth of the time of building. The bundled lexicon
//! is `lexicons/compiled.bin`; companies' lexicons are in the user's [cache](super::cache).

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use serde::{Serialize, Serializer};

use super::Lexicon;
use super::build::{Made, Written, make};
use super::source::{BUNDLED_MODEL, Files};
use crate::error::Result;
use crate::opinion::Model;
use crate::search::Searcher;

const COMPILED: &[u8] = include_bytes!("../../lexicons/compiled.bin");

/// The bundled lexicon as it was made ahead; none if its files were changed since.
pub(super) fn read(files: &Files) -> Option<Lexicon> {
    from_bytes(COMPILED, fingerprint(files))
}

/// The lexicon of these bytes; none if they are of something else, or no lexicon.
pub(super) fn from_bytes(bytes: &'static [u8], fingerprint: u64) -> Option<Lexicon> {
    let (made_of, rest) = postcard::take_from_bytes::<u64>(bytes).ok()?;
    if made_of != fingerprint {
        return None;
    }
    let (mut written, rest) = postcard::take_from_bytes::<Written>(rest).ok()?;
    let (made, rest) = postcard::take_from_bytes::<Made>(rest).ok()?;
    let mut searcher = postcard::from_bytes::<Searcher>(rest).ok()?;
    written.model = Some(Model::put_off(BUNDLED_MODEL).ok()?);
    let mut lexicon = Lexicon::of(written, made);
    searcher.complete(&lexicon);
    lexicon.searcher = Some(searcher.into());
    Some(lexicon)
}

/// A lexicon of these files and the bundled weights, and its bytes.
///
/// # Errors
/// All problems of the files.
pub(super) fn compile(base: &Files, layer: Option<&Files>, fingerprint: u64) -> Result<(Lexicon, Vec<u8>)> {
    let (written, made) = make(base, layer)?;
    let mut bytes = to_bytes(&fingerprint);
    bytes.extend(to_bytes(&written));
    bytes.extend(to_bytes(&made));
    let mut lexicon = Lexicon::of(written, made);
    let searcher = Searcher::new(&lexicon)?;
    bytes.extend(to_bytes(&searcher));
    lexicon.searcher = Some(searcher.into());
    Ok((lexicon, bytes))
}

/// Tells this program's bundled lexicon from that of any other version, and its way of writing lexicons, too.
pub(super) fn of_program() -> u64 {
    let mut hasher = FxHasher::default();
    (env!("CARGO_PKG_VERSION"), COMPILED).hash(&mut hasher);
    hasher.finish()
}

/// Tells these files from others: not against malice, as their version does, but at every start.
fn fingerprint(files: &Files) -> u64 {
    let mut hasher = FxHasher::default();
    for (path, text) in files.under("") {
        path.hash(&mut hasher);
        text.hash(&mut hasher);
    }
    Model::head(files.model.as_deref().unwrap_or_default()).hash(&mut hasher);
    hasher.finish()
}

fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("memory takes all bytes")
}

/// Writes a map in the order of its keys, so that equal maps are equal bytes.
pub(crate) fn sorted<K, V, H, S>(
    map: &HashMap<K, V, H>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error>
where
    K: Ord + Serialize,
    V: Serialize,
    S: Serializer,
{
    map.iter().collect::<BTreeMap<&K, &V>>().serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_of_the_bundled_files_and_no_others() {
        let files = Files::bundled();
        let (_, made) = compile(&files, None, fingerprint(&files)).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/lexicons/compiled.bin");
            std::fs::write(path, &made).unwrap();
            return;
        }
        assert!(
            made == COMPILED,
            "lexicons/compiled.bin is of other files: run UPDATE=1 cargo test --lib compiled"
        );
        let mut files = files;
        assert!(read(&files).is_some());
        files.files[0].1.to_mut().push('\n');
        assert!(read(&files).is_none(), "files of another version");
    }
}
