//! A git revision → the lines of files that changed since.
//!
//! In: the name of a revision, a folder in a repository. Out: [`Since`]: which files have changed lines, and which lines. The
//! `git` program is asked, so that its rules hold for renames, attributes and ignored files. Compared is what lies in the folder
//! now with the point where the branch left the revision, so that what others did there meanwhile counts for nothing.
//! Promise: where git can't tell lines (new files, binary ones, other repositories inside), the whole file counts as changed:
//! nothing is passed over because it wasn't understood. It reads no file's text and knows no finding.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustc_hash::FxHashMap;

use super::list::path_of_bytes;
use super::{Candidate, FileReport};
use crate::error::{Error, ErrorKind, Result, Sentence, say};

/// What changed since a revision.
#[derive(Debug)]
pub struct Since {
    /// The repository's folder, without links.
    top: PathBuf,
    /// Files with changes, from the repository's folder.
    changed: FxHashMap<PathBuf, Changed>,
    /// Folders and files that git doesn't know, from the repository's folder.
    unknown: Vec<PathBuf>,
    /// The lines of files that a run looks at, by the path that reports show.
    looked_at: FxHashMap<String, Changed>,
}

/// What of a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Changed {
    Whole,
    Lines(Vec<Hunk>),
}

/// Lines that are new, or, if there are none, the line behind which some are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hunk {
    first: usize,
    count: usize,
}

impl Since {
    /// What changed in the repository around this folder.
    ///
    /// # Errors
    /// There is no git, no repository, no such revision; each with what to do.
    pub fn new(revision: &str, folder: &Path) -> Result<Self> {
        let top = git(folder, &["rev-parse", "--show-toplevel"])?;
        let top = path_of_bytes(top.trim_ascii_end());
        let base = base_of(revision, &top)?;
        let changed = changed(&top, &base)?;
        let unknown = git(
            &top,
            &[
                "ls-files",
                "--others",
                "--directory",
                "--no-empty-directory",
                "-z",
            ],
        )?;
        let unknown = unknown.split(|&byte| byte == 0).filter(|path| !path.is_empty());
        Ok(Self {
            unknown: unknown.map(path_of_bytes).collect(),
            top: std::fs::canonicalize(&top).unwrap_or(top),
            changed,
            looked_at: FxHashMap::default(),
        })
    }

    /// Leaves those files that have changes.
    pub fn narrow(&mut self, candidates: &mut Vec<Candidate>) {
        // Files share folders, and links are followed at a price.
        let mut folders = FxHashMap::default();
        candidates.retain(|candidate| {
            let changed = self.of_file(&candidate.path, &mut folders);
            let is_changed = changed.is_some();
            if let Some(changed) = changed {
                self.looked_at.insert(candidate.shown.clone(), changed);
            }
            is_changed
        });
    }

    /// Leaves those texts of the files that stand on changed lines, and what is said of changed lines. What couldn't be
    /// read stays: a change elsewhere in the file may be why.
    pub fn keep(&self, files: &mut Vec<FileReport>) {
        let mut folders = FxHashMap::default();
        files.retain_mut(|file| {
            let known = self.looked_at.get(&file.path).cloned();
            // A file that only notes are about was no candidate.
            let changed = known.or_else(|| self.of_file(Path::new(&file.path), &mut folders));
            match changed {
                None => false,
                Some(Changed::Whole) => true,
                Some(Changed::Lines(hunks)) => {
                    let is_changed =
                        |first: usize, last: usize| hunks.iter().any(|hunk| hunk.touches(first, last));
                    file.texts.retain(|text| is_changed(text.line, text.end_line));
                    file.notes
                        .retain(|note| is_changed(note.location.line, note.location.end_line));
                    true
                }
            }
        });
    }

    fn of_file(&self, path: &Path, folders: &mut FxHashMap<PathBuf, PathBuf>) -> Option<Changed> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let real = match folders.get(folder) {
            Some(real) => real,
            None => {
                let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
                folders.entry(folder.to_owned()).or_insert(real)
            }
        };
        let real = real.join(path.file_name()?);
        let Ok(inside) = real.strip_prefix(&self.top) else {
            return Some(Changed::Whole);
        };
        let is_unknown = || self.unknown.iter().any(|unknown| inside.starts_with(unknown));
        // A change of a submodule is told of its folder.
        let is_in_changed = || {
            let mut above = inside.ancestors().skip(1);
            above.any(|folder| self.changed.contains_key(folder))
        };
        match self.changed.get(inside) {
            Some(Changed::Lines(_)) if has_lone_returns(path) => Some(Changed::Whole),
            Some(changed) => Some(changed.clone()),
            None => (is_unknown() || is_in_changed()).then_some(Changed::Whole),
        }
    }
}

impl Hunk {
    /// Whether these lines are among them, or lost something between them.
    fn touches(self, first: usize, last: usize) -> bool {
        match self.count {
            0 => first <= self.first && self.first < last,
            count => first < self.first + count && self.first <= last,
        }
    }
}

/// Whether a file ends lines with CR alone, which git doesn't count as lines.
fn has_lone_returns(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| {
        memchr::memchr_iter(b'\r', &bytes).any(|at| bytes.get(at + 1).is_some_and(|&next| next != b'\n'))
    })
}

/// The commit to compare with: where the branch left the revision.
fn base_of(revision: &str, top: &Path) -> Result<String> {
    let refuse = |reason: Sentence| Err(Error::new(ErrorKind::Usage, reason));
    let commit = |name: &str| {
        let name = format!("{name}^{{commit}}");
        git(top, &["rev-parse", "--verify", "--quiet", &name]).ok()
    };
    let is_shallow = || {
        let told = git(top, &["rev-parse", "--is-shallow-repository"]);
        told.is_ok_and(|told| told.trim_ascii() == b"true")
    };
    if revision.is_empty() || revision.starts_with('-') {
        return refuse(say!(
            "--since 需要一个版本，如 main、origin/main 或提交号，而不是“{revision}”",
            "--since takes a revision such as main, origin/main or a commit, not \"{revision}\""
        ));
    }
    let Some(found) = commit(revision) else {
        return refuse(match (is_shallow(), commit(&format!("origin/{revision}"))) {
            (_, Some(_)) => say!(
                "--since：没有版本 {revision}；是否想写 origin/{revision}？",
                "--since: there is no revision {revision}; did you mean origin/{revision}?"
            ),
            (true, None) => say!(
                "--since：这个浅克隆里没有版本 {revision}；请取回历史：git fetch --unshallow，或在 GitHub Actions 的 checkout 中写 fetch-depth: 0，在 GitLab 中设 GIT_DEPTH: 0",
                "--since: this shallow clone doesn't hold revision {revision}; fetch the history: git fetch --unshallow, or fetch-depth: 0 for checkout in GitHub Actions, GIT_DEPTH: 0 in GitLab"
            ),
            (false, None) => say!(
                "--since：没有版本 {revision}；git branch --all 列出各分支，git fetch 取回别处的版本",
                "--since: there is no revision {revision}; git branch --all lists branches, git fetch gets what others have"
            ),
        });
    };
    let found = String::from_utf8_lossy(found.trim_ascii()).into_owned();
    match git(top, &["merge-base", &found, "HEAD"]) {
        Ok(base) => Ok(String::from_utf8_lossy(base.trim_ascii()).into_owned()),
        Err(_) if is_shallow() => refuse(say!(
            "--since：这个浅克隆的历史太短，找不到与 {revision} 的分叉点；请取回历史：git fetch --unshallow，或 fetch-depth: 0（GitHub Actions）、GIT_DEPTH: 0（GitLab）",
            "--since: the history of this shallow clone is too short to find where the branch left {revision}; fetch it: git fetch --unshallow, or fetch-depth: 0 (GitHub Actions), GIT_DEPTH: 0 (GitLab)"
        )),
        // Histories without a common root can be compared all the same.
        Err(_) => Ok(found),
    }
}

/// Files with changes against a commit, from the repository's folder.
fn changed(top: &Path, base: &str) -> Result<FxHashMap<PathBuf, Changed>> {
    // Whatever the user's configuration says of how differences look.
    const DIFF: &[&str] = &[
        "-c",
        "core.quotePath=false",
        "diff",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-relative",
        "--find-renames",
        "--submodule=short",
        "--ignore-submodules=none",
    ];
    const PATCH: &[&str] = &[
        "--unified=0",
        "--inter-hunk-context=0",
        "--src-prefix=a/",
        "--dst-prefix=b/",
    ];
    let list = git(top, &[DIFF, &["--numstat", "-z", base, "--"]].concat())?;
    let patch = git(top, &[DIFF, PATCH, &[base, "--"]].concat())?;
    let mut hunks = hunks_of_patch(&patch);
    let files = listed_changes(&list).filter_map(|(path, lines)| {
        let path = path_of_bytes(path);
        // A repository inside: what changed in it isn't told.
        let is_folder = || top.join(&path).is_dir();
        let changed = match (lines, hunks.remove(&path)) {
            (LinesChanged::None, _) if !is_folder() => return None,
            (LinesChanged::Some, Some(hunks)) if !is_folder() => Changed::Lines(hunks),
            _ => Changed::Whole,
        };
        Some((path, changed))
    });
    Ok(files.collect())
}

/// What `--numstat` says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinesChanged {
    /// Only its name or its mode changed.
    None,
    Some,
    /// It is binary.
    Uncounted,
}

/// The files of `--numstat -z`.
fn listed_changes(list: &[u8]) -> impl Iterator<Item = (&[u8], LinesChanged)> {
    let mut fields = list.split(|&byte| byte == 0);
    std::iter::from_fn(move || {
        let field = fields.next().filter(|field| !field.is_empty())?;
        let mut parts = field.splitn(3, |&byte| byte == b'\t');
        let lines = match (parts.next()?, parts.next()?) {
            (b"0", b"0") => LinesChanged::None,
            (b"-", _) => LinesChanged::Uncounted,
            _ => LinesChanged::Some,
        };
        match parts.next()? {
            // A rename: the old name, then the new one.
            b"" => Some((fields.nth(1)?, lines)),
            path => Some((path, lines)),
        }
    })
}

/// The changed lines of each file in a patch without context.
fn hunks_of_patch(patch: &[u8]) -> FxHashMap<PathBuf, Vec<Hunk>> {
    let mut files: FxHashMap<PathBuf, Vec<Hunk>> = FxHashMap::default();
    let mut path = None;
    let mut lines = patch.split(|&byte| byte == b'\n');
    while let Some(line) = lines.next() {
        if line.starts_with(b"diff --git ") {
            path = None;
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            path = path_of_header(name);
        } else if let Some((old, new)) = hunk_of(line) {
            if let Some(path) = &path {
                files.entry(path.clone()).or_default().push(new);
            }
            // What the file says may look like a header.
            let mut left = old.count + new.count;
            while left > 0 {
                match lines.next() {
                    Some([b'\\', ..]) => {}
                    Some(_) => left -= 1,
                    None => break,
                }
            }
        }
    }
    files
}

/// The path behind `+++`: quoted as in C if it holds odd characters, closed by a tab if it holds blanks.
fn path_of_header(name: &[u8]) -> Option<PathBuf> {
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let plain = match name {
        [b'"', quoted @ .., b'"'] => unquoted(quoted),
        _ => name.to_owned(),
    };
    Some(path_of_bytes(plain.strip_prefix(b"b/")?))
}

fn unquoted(quoted: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((&first, mut after)) = rest.split_first() {
        let byte = match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', end @ ..]) => {
                after = end;
                (a - b'0') << 6 | (b - b'0') << 3 | (c - b'0')
            }
            (b'\\', [letter, end @ ..]) => {
                after = end;
                match letter {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    &other => other,
                }
            }
            _ => first,
        };
        plain.push(byte);
        rest = after;
    }
    plain
}

/// Old and new lines of `@@ -1,2 +3,4 @@`.
fn hunk_of(line: &[u8]) -> Option<(Hunk, Hunk)> {
    let line = std::str::from_utf8(line.strip_prefix(b"@@ -")?.split(|&byte| byte == b'@').next()?).ok()?;
    let (old, new) = line.trim_end().split_once(" +")?;
    let hunk = |text: &str| {
        let (first, count) = text.split_once(',').unwrap_or((text, "1"));
        Some(Hunk {
            first: first.parse().ok()?,
            count: count.parse().ok()?,
        })
    };
    Some((hunk(old)?, hunk(new)?))
}

/// What git writes.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // Its messages are looked into, and a look must not disturb who works beside.
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output();
    let output = output.map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => say!(
                "--since 需要 git 程序；请安装 git，或去掉 --since",
                "--since needs the git program; install git, or leave --since out"
            ),
            _ => say!("--since：无法运行 git", "--since: git can't be run"),
        };
        Error::new(ErrorKind::Usage, reason).because(error)
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let folder = folder.display();
    let reason = match told.contains("not a git repository") {
        true => say!(
            "--since：{folder} 不在 git 仓库里；请在仓库中运行，或去掉 --since",
            "--since: {folder} is in no git repository; run it in one, or leave --since out"
        ),
        false => say!("--since：git 说：{told}", "--since: git says: {told}"),
    };
    Err(Error::new(ErrorKind::Usage, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_touch_what_is_new_and_what_lost_something() {
        let hunk = |first, count| Hunk { first, count };
        for (hunk, lines, expected) in [
            (hunk(3, 1), (3, 3), true),
            (hunk(3, 1), (1, 2), false),
            (hunk(3, 1), (4, 9), false),
            (hunk(3, 2), (4, 4), true),
            (hunk(3, 2), (1, 9), true),
            (hunk(3, 2), (5, 5), false),
            // Lines between 3 and 4 are gone.
            (hunk(3, 0), (3, 4), true),
            (hunk(3, 0), (3, 3), false),
            (hunk(3, 0), (4, 5), false),
            (hunk(0, 0), (1, 1), false),
        ] {
            assert_eq!(hunk.touches(lines.0, lines.1), expected, "{hunk:?} {lines:?}");
        }
    }

    #[test]
    fn patches_are_read_whatever_the_files_say() {
        let patch = "diff --git a/a b.txt b/a b.txt\n--- a/a b.txt\t\n+++ b/a b.txt\t\n@@ -2,2 +2,3 @@ 节\n-x\n--- a/q\n+x\n+++ b/q\n+@@ -1 +1 @@\n\
                     \\ No newline at end of file\n@@ -9 +9,0 @@\n-y\n\
                     diff --git \"a/\\\"\\\\\\t\\350.txt\" \"b/\\\"\\\\\\t\\350.txt\"\n--- /dev/null\n+++ \"b/\\\"\\\\\\t\\303\\251.txt\"\n@@ -0,0 +1 @@\n+z\n\
                     diff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-z\n";
        let mut files: Vec<_> = hunks_of_patch(patch.as_bytes()).into_iter().collect();
        files.sort();
        let hunk = |first, count| Hunk { first, count };
        assert_eq!(
            files,
            [
                (PathBuf::from("\"\\\té.txt"), vec![hunk(1, 1)]),
                (PathBuf::from("a b.txt"), vec![hunk(2, 3), hunk(9, 0)]),
            ]
        );
    }

    #[test]
    fn lists_tell_renames_and_binary_files() {
        let list = b"1\t2\ta b\0-\t-\tb\x003\t0\t\0old\0new\x000\t0\t\0moved\0there\x000\t0\tmode\x001\t0\t\xd2\xbb\0";
        let listed: Vec<_> = listed_changes(list).collect();
        let expected: [(&[u8], LinesChanged); 6] = [
            (b"a b", LinesChanged::Some),
            (b"b", LinesChanged::Uncounted),
            (b"new", LinesChanged::Some),
            (b"there", LinesChanged::None),
            (b"mode", LinesChanged::None),
            (b"\xd2\xbb", LinesChanged::Some),
        ];
        assert_eq!(listed, expected);
    }
}
