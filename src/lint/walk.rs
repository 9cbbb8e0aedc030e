//! Paths → the files to look at.
//!
//! In: files and folders, a [`Config`]. Out: [`Candidate`]s in the order of their paths, and what was left alone with the
//! reason. Folders are walked as git sees them: what it ignores, and hidden files, are no candidates; a file that is named
//! is looked at whatever its folder's rules say. It opens no file.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::config::Config;
use super::extract::Kind;
use super::shown_path;
use crate::error::{Error, ErrorKind, Result, say};

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub path: PathBuf,
    /// The path as reports show it.
    pub shown: String,
    /// What it is.
    pub kind: Kind,
}

/// A file that is no candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The file.
    pub path: PathBuf,
    /// Why it is left alone.
    pub why: WhyIgnored,
}

/// Why a file is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyIgnored {
    /// No extractor reads files of this name.
    Kind,
    /// The configuration excludes it.
    Excluded,
    /// It is a configuration, a file of suppressions or a baseline: what they quote is no template.
    Own,
    /// It is no text, whatever its name says.
    Binary,
}

/// Finds the files under these paths.
///
/// # Errors
/// The paths that don't exist, all at once, unless some do: then they are in the second list.
pub fn walk(paths: &[PathBuf], config: &Config) -> Result<(Vec<Candidate>, Vec<Ignored>, Vec<Error>)> {
    let (mut candidates, mut ignored, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        match std::fs::metadata(path) {
            Ok(facts) if facts.is_file() => match (config.is_own(path), config.kind_of(path)) {
                (false, Some(kind)) => candidates.push(Candidate::new(path, kind)),
                (is_own, _) => ignored.push(Ignored {
                    path: path.clone(),
                    why: if is_own { WhyIgnored::Own } else { WhyIgnored::Kind },
                }),
            },
            Ok(_) => walk_folder(path, config, &mut candidates, &mut ignored, &mut errors),
            Err(error) => {
                let reason = say!("找不到或无法打开", "not found or can't be opened");
                errors.push(Error::new(ErrorKind::Input, reason).in_file(path).because(error));
            }
        }
    }
    candidates.sort_by(|one, other| one.shown.cmp(&other.shown));
    candidates.dedup_by(|one, other| one.path == other.path);
    ignored.sort_by(|one, other| one.path.cmp(&other.path));
    if errors.len() == paths.len() && !paths.is_empty() {
        return Err(Error::all(errors).expect("there is one for each path"));
    }
    Ok((candidates, ignored, errors))
}

/// Finds the files of a list that another program made: those that the configuration excludes are left alone, as when their
/// folder is walked. Paths that don't exist are in the last list, with whatever was found beside them.
pub fn walk_list(paths: &[PathBuf], config: &Config) -> (Vec<Candidate>, Vec<Ignored>, Vec<Error>) {
    let (excluded, taken): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| config.excludes(path));
    let (candidates, mut ignored, errors) = match walk(&taken, config) {
        Ok(found) => found,
        // None of them is there: of a list that is no mistake of whoever runs the program.
        Err(error) => (Vec::new(), Vec::new(), error.into_each()),
    };
    let excluded = excluded.into_iter().map(|path| Ignored {
        path,
        why: WhyIgnored::Excluded,
    });
    ignored.extend(excluded);
    ignored.sort_by(|one, other| one.path.cmp(&other.path));
    (candidates, ignored, errors)
}

fn walk_folder(
    folder: &Path,
    config: &Config,
    candidates: &mut Vec<Candidate>,
    ignored: &mut Vec<Ignored>,
    errors: &mut Vec<Error>,
) {
    // What git ignores is ignored in an unpacked archive, too.
    let walker = WalkBuilder::new(folder)
        .require_git(false)
        .threads(rayon::current_num_threads())
        .build_parallel();
    let (sender, found) = std::sync::mpsc::channel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            // The other end stays as long as anybody walks.
            let _ = seen(entry, config).map(|seen| sender.send(seen));
            WalkState::Continue
        })
    });
    drop(sender);
    let first = errors.len();
    for seen in found {
        match seen {
            Seen::Candidate(own) => candidates.push(own),
            Seen::Ignored(own) => ignored.push(own),
            Seen::Unseen(own) => errors.push(own),
        }
    }
    // Whoever came first: the same folder gives the same list.
    errors[first..].sort_by_cached_key(ToString::to_string);
}

/// What a walk meets.
enum Seen {
    Candidate(Candidate),
    Ignored(Ignored),
    Unseen(Error),
}

/// What an entry of a folder is; none if it is no file.
fn seen(entry: std::result::Result<DirEntry, ignore::Error>, config: &Config) -> Option<Seen> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let reason = say!("无法读取", "can't be read");
            return Some(Seen::Unseen(Error::new(ErrorKind::Input, reason).because(error)));
        }
    };
    if !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return None;
    }
    let path = entry.into_path();
    let why = match (config.excludes(&path), config.kind_of(&path)) {
        _ if config.is_own(&path) => WhyIgnored::Own,
        (true, _) => WhyIgnored::Excluded,
        (false, None) => WhyIgnored::Kind,
        (false, Some(kind)) => return Some(Seen::Candidate(Candidate::new(&path, kind))),
    };
    Some(Seen::Ignored(Ignored { path, why }))
}

impl Candidate {
    /// A file of this kind.
    pub fn new(path: &Path, kind: Kind) -> Self {
        Self {
            shown: shown_path(path),
            path: path.to_owned(),
            kind,
        }
    }
}
