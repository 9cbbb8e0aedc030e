//! A run over files with templates: what is in them, judged, with places in the files.
//!
//! In: paths, a [`Config`], a [`Linter`]. Out: [`LintReport`]: for each file its texts with their findings as plain
//! [`Diagnostic`]s, and what couldn't be read. Files are walked as git sees them and judged on all cores; the report is
//! in the order of their paths whatever the threads. Promise: a file is looked at, ignored for a reason that
//! `--show-files` tells, or told of as unread. It writes nothing: [`report::lint`](crate::report) does.

pub mod baseline;
pub mod cache;
pub mod config;
pub mod diagnostic;
pub mod extract;
pub mod fix;
pub mod form;
mod judge;
pub mod list;
mod memo;
pub mod passage;
pub mod since;
pub mod source;
pub mod suppress;
pub mod template;
pub mod variables;
mod walk;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::decode::{Encoding, detect, reads_unlike_gb18030};
use crate::error::{Sentence, say};
use crate::linter::Linter;
use crate::report::Settings;
use crate::rule::{Category, Tier};
use crate::score::score_of;
pub use cache::Cache;
pub use config::{Config, Profile, Selection};
pub use diagnostic::Diagnostic;
use judge::{Judge, Told};
use memo::Memo;
use source::Source;
use suppress::{Directive, SuppressedBy};
pub use walk::{Candidate, Ignored, WhyIgnored, walk, walk_list};

/// What a run over files gave.
#[derive(Debug, Default)]
pub struct LintReport {
    /// The files that were looked at, by path.
    pub files: Vec<FileReport>,
    /// Files that are no candidates.
    pub ignored: Vec<Ignored>,
}

/// What a file gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// The file, with `/`, from the folder that the run looked at.
    pub path: String,
    /// Its texts, in order.
    pub texts: Vec<TextReport>,
    /// What in it couldn't be read.
    pub unread: Vec<Unread>,
    /// Findings about the file's suppressions.
    pub notes: Vec<Diagnostic>,
    /// Whether it is no text at all: then it is no candidate, whatever its name says.
    pub is_binary: bool,
    /// What its comments ask for, until [`Suppressions`](suppress::Suppressions) are applied.
    pub directives: Vec<Directive>,
}

/// What a text of a file gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TextReport {
    /// Its id: the record's own, or the file with the key path or the ordinal.
    pub id: String,
    /// Its name in the file; empty where the format has none.
    pub key_path: String,
    /// The line where it begins.
    pub line: usize,
    /// The line where it ends.
    pub end_line: usize,
    /// Its tier.
    pub tier: Tier,
    /// Its score.
    pub score: u8,
    /// Categories of its counted findings.
    pub categories: Vec<Category>,
    /// What the linter finds, in order of place.
    pub findings: Vec<Diagnostic>,
    /// What is wrong with its form.
    pub form: Vec<Diagnostic>,
    /// What somebody decided to leave, with the reason.
    pub suppressed: Vec<Suppressed>,
}

/// A finding that somebody decided to leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub by: SuppressedBy,
}

/// A file or a stretch of it that couldn't be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The line, if it is one stretch.
    pub line: Option<usize>,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// How files are linted.
#[derive(Debug, Clone, Copy)]
pub struct LintOptions<'l> {
    /// Languages, laws, dates.
    pub settings: Settings<'l>,
    /// The terms of the command line, over the configuration's.
    pub select: &'l [String],
    /// The same.
    pub ignore: &'l [String],
}

/// Bytes of the largest file that is read whole; more is a dump, which `screen` reads.
pub const MOST_BYTES: u64 = 64 << 20;

/// Lints these files; what is in the cache isn't judged again. What their comments ask for is in the reports,
/// [applied](suppress::Suppressions) by the caller: it takes a day, and what is judged doesn't depend on one.
pub fn lint(
    candidates: &[Candidate],
    config: &Config,
    linter: &Linter,
    options: LintOptions,
    cache: Option<&Cache>,
) -> Vec<FileReport> {
    let judges = Judges::new(config, linter, options);
    candidates
        .par_iter()
        .map(|candidate| match read(&candidate.path) {
            Ok(bytes) => lint_bytes(&bytes, candidate, &judges, cache),
            Err(sentence) => FileReport::unread(candidate, sentence),
        })
        .collect()
}

/// Lints bytes as if they stood in this file.
pub fn lint_stream(
    bytes: &[u8],
    candidate: &Candidate,
    config: &Config,
    linter: &Linter,
    options: LintOptions,
) -> FileReport {
    lint_bytes(bytes, candidate, &Judges::new(config, linter, options), None)
}

/// Lints a text that an editor holds as if it stood in this file; suppressions aren't applied yet.
pub fn lint_text(
    path: &Path,
    shown: &str,
    text: String,
    config: &Config,
    linter: &Linter,
    options: LintOptions,
) -> Option<FileReport> {
    let candidate = Candidate {
        path: path.to_owned(),
        shown: shown.to_owned(),
        kind: config.kind_of(path)?,
    };
    let judge = Judges::new(config, linter, options).of(path);
    Some(judge.file(&Source::of_text(text), candidate.kind, &candidate.shown))
}

/// The same for a document that is judged again and again while somebody writes: of texts that are as they were, `memo`
/// knows what they are. A memo is for one document and one configuration.
pub fn lint_open(
    candidate: &Candidate,
    text: String,
    config: &Config,
    (linter, form): (&Linter, &Arc<form::Checker>),
    options: LintOptions,
    memo: &mut TextMemo,
) -> FileReport {
    memo.turn();
    let overrides = config.overrides_of(&candidate.path);
    let mut judge = Judge::new(config.profile(&overrides), linter, Arc::clone(form), options);
    judge.memo = Some(memo);
    judge.file(&Source::of_text(text), candidate.kind, &candidate.shown)
}

/// What is known of the texts of an open document.
pub type TextMemo = Memo<Told>;

/// A judge, and the overrides that hold for its files.
type Made<'j, 'l> = (Vec<usize>, Arc<Judge<'j, 'l>>);

/// A judge for each set of overrides that some file has.
pub struct Judges<'j, 'l> {
    config: &'j Config,
    linter: &'j Linter<'l>,
    options: LintOptions<'j>,
    form: Arc<form::Checker>,
    made: Mutex<Vec<Made<'j, 'l>>>,
}

impl<'j, 'l> Judges<'j, 'l> {
    /// Judges for the files that this configuration is about.
    pub fn new(config: &'j Config, linter: &'j Linter<'l>, options: LintOptions<'j>) -> Self {
        Self {
            config,
            linter,
            options,
            form: form::Checker::new(linter.lexicon).into(),
            made: Mutex::default(),
        }
    }

    fn of(&self, path: &Path) -> Arc<Judge<'j, 'l>> {
        let overrides = self.config.overrides_of(path);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, judge)) = made.iter().find(|(known, _)| *known == overrides) {
            return judge.clone();
        }
        let profile = self.config.profile(&overrides);
        let form = Arc::clone(&self.form);
        let judge = Arc::new(Judge::new(profile, self.linter, form, self.options));
        made.push((overrides, judge.clone()));
        judge
    }

    /// The report of a file that holds these bytes.
    pub fn bytes(&self, candidate: &Candidate, bytes: &[u8]) -> FileReport {
        lint_bytes(bytes, candidate, self, None)
    }

    /// The text of these bytes in the encoding of the file.
    fn source(&self, candidate: &Candidate, bytes: &[u8]) -> std::result::Result<Source, Sentence> {
        let encoding = self.of(&candidate.path).profile.encoding;
        Source::decode(bytes, encoding).map_err(|wrong| {
            let at = wrong.at;
            say!(
                "第 {at} 字节起不是文字；请在配置中用 encoding 指明编码",
                "not text from byte {at} on; name the encoding in the configuration (encoding)"
            )
        })
    }
}

fn lint_bytes(bytes: &[u8], candidate: &Candidate, judges: &Judges, cache: Option<&Cache>) -> FileReport {
    let judge = judges.of(&candidate.path);
    let encoding = judge.profile.encoding;
    if encoding.is_none() && is_binary(bytes) {
        return FileReport {
            is_binary: true,
            ..FileReport::of(candidate)
        };
    }
    if !may_concern_us(bytes, encoding) {
        return FileReport::of(candidate);
    }
    if encoding.is_none() && is_doubtful(bytes) {
        return FileReport::unread(
            candidate,
            say!(
                "读起来不像这种编码的中文；请在配置中用 encoding 指明编码，如 big5",
                "doesn't read like Chinese in its encoding; name the encoding in the configuration (encoding), such as big5"
            ),
        );
    }
    let judged = || match judges.source(candidate, bytes) {
        Ok(source) => judge.file(&source, candidate.kind, &candidate.shown),
        Err(sentence) => FileReport::unread(candidate, sentence),
    };
    let Some(cache) = cache else {
        return judged();
    };
    let key = judge.surroundings.key(&candidate.shown, candidate.kind, bytes);
    cache.get(key).unwrap_or_else(|| {
        let judged = judged();
        cache.put(key, &judged);
        judged
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Sentence> {
    let failed = |error: std::io::Error| say!("无法读取：{error}", "can't be read: {error}");
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > MOST_BYTES {
        let (size, most) = (size >> 20, MOST_BYTES >> 20);
        return Err(say!(
            "文件有 {size} MB，超过 {most} MB；这样大的文件请用 dunlint screen",
            "the file has {size} MB, more than {most} MB; files of this size are for dunlint screen"
        ));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Whether a file that would be taken for GB18030 is text in something else, as Big5.
fn is_doubtful(bytes: &[u8]) -> bool {
    detect(bytes, true).0 == Encoding::Gb18030 && reads_unlike_gb18030(bytes)
}

/// Bytes at the beginning of a file that tell whether it is binary: as git looks at.
const BINARY_SAMPLE: usize = 8_000;

/// Whether a file whose encoding nobody says is no text: NUL is a character of no text but UTF-16's.
fn is_binary(bytes: &[u8]) -> bool {
    let (encoding, _) = detect(&bytes[..bytes.len().min(4)], false);
    let is_utf16 = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
    !is_utf16 && memchr::memchr(0, &bytes[..bytes.len().min(BINARY_SAMPLE)]).is_some()
}

/// Whether there may be Han characters in a file, written as they are or as escapes, or a comment that is for us; most
/// files of a repository end here, unparsed.
fn may_concern_us(bytes: &[u8], encoding: Option<Encoding>) -> bool {
    // In UTF-16 all bytes of Han characters may be those of ASCII.
    let is_utf16 = matches!(encoding, Some(Encoding::Utf16Le | Encoding::Utf16Be));
    let is_for_us = || memchr::memmem::find(bytes, b"dunlint").is_some();
    is_utf16 || !bytes.is_ascii() || has_escapes(bytes) || is_for_us()
}

/// Whether characters may be written by numbers: `\u`, `\U`, `\x` and `\344` of programs, `&#` of markup, `U&'\4f60'` of SQL.
fn has_escapes(bytes: &[u8]) -> bool {
    let mut signs = memchr::memchr2_iter(b'\\', b'&', bytes);
    signs.any(|at| match (bytes[at], bytes.get(at + 1)) {
        (b'\\', Some(b'u' | b'U' | b'x' | b'0'..=b'7')) | (b'&', Some(b'#')) => true,
        (b'&', Some(b'\'')) => at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'u'),
        _ => false,
    })
}

impl Unread {
    fn new(line: Option<usize>, Sentence { zh, en }: Sentence) -> Self {
        Self { line, zh, en }
    }
}

impl FileReport {
    fn of(candidate: &Candidate) -> Self {
        Self {
            path: candidate.shown.clone(),
            ..Self::default()
        }
    }

    fn unread(candidate: &Candidate, sentence: Sentence) -> Self {
        Self {
            unread: vec![Unread::new(None, sentence)],
            ..Self::of(candidate)
        }
    }

    /// All findings of the file, in order of place.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let texts = self.texts.iter();
        texts
            .flat_map(|text| text.findings.iter().chain(&text.form))
            .chain(&self.notes)
    }

    /// The gravest tier of its texts.
    pub fn tier(&self) -> Tier {
        self.texts.iter().map(|text| text.tier).max().unwrap_or_default()
    }
}

impl TextReport {
    /// Recomputes tier, score and categories from the findings that are in it: what was taken out, because somebody
    /// suppressed it or a baseline knows it, counts no more. With all of them in it changes nothing.
    pub fn rescore(&mut self) {
        let weighed = self.findings.iter().filter_map(Diagnostic::weighed);
        (self.tier, self.score, self.categories) = score_of(weighed);
    }
}

impl LintReport {
    /// The report of these files; those that turned out to be binary are among the ignored ones.
    pub fn new(files: Vec<FileReport>, mut ignored: Vec<Ignored>) -> Self {
        let (binary, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.is_binary);
        ignored.extend(binary.into_iter().map(|file| Ignored {
            path: file.path.into(),
            why: WhyIgnored::Binary,
        }));
        Self { files, ignored }
    }

    /// Texts judged.
    pub fn texts(&self) -> impl Iterator<Item = &TextReport> {
        self.files.iter().flat_map(|file| &file.texts)
    }

    /// All findings, by file and place.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(FileReport::diagnostics)
    }

    /// What couldn't be read, with its file.
    pub fn unread(&self) -> impl Iterator<Item = (&str, &Unread)> {
        self.files
            .iter()
            .flat_map(|file| file.unread.iter().map(|unread| (file.path.as_str(), unread)))
    }
}

/// A path as reports show it: with `/` on every system.
pub(crate) fn shown_path(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(".").unwrap_or(path).to_owned();
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        separator => text.replace(separator, "/"),
    }
}
