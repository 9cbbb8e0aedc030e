//! The file of suppressions for formats without comments.
//!
//! In: the file that `suppressions` of the configuration names, or [`SIDECAR`] beside it. Out: [`Entry`]s:
//!
//! ```toml
//! [[suppress]]
//! path = "templates/*.json"         # a glob from the configuration's folder
//! key = "templates.*.content"       # key paths, as in the configuration
//! id = "m1"                         # the record's own id
//! fingerprint = "0123456789abcdef"  # one finding
//! rules = ["threat-maim", "form"]   # as in a comment
//! reason = "培训材料，不发送"
//! until = 2027-03-31                # the last day
//! ```
//!
//! What is given all has to fit; `path` or `fingerprint` is. Promise: a file that isn't understood ends the run, all its
//! faults told at once with their lines; an entry without a reason or with an unknown rule is malformed as a comment
//! would be. It looks at no finding.

use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::comments::unknown_rule;
use super::grammar::why_no_reason;
use super::{Fault, Suppression, Words};
use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::lexicon::Lexicon;
use crate::lint::config::{Config, glob, matches_key, meant};
use crate::lint::shown_path;
use crate::lint::source::Source;
use crate::message::Time;
use crate::span::Span;

/// The file beside a configuration that names none.
pub const SIDECAR: &str = "dunlint-suppressions.toml";

/// The list in it.
const LIST: &str = "suppress";

const KEYS: [&str; 7] = ["path", "key", "id", "fingerprint", "rules", "reason", "until"];

/// The file.
#[derive(Debug)]
pub(super) struct Sidecar {
    pub(super) shown: String,
    pub(super) entries: Vec<Entry>,
    /// The folder that its globs start from.
    root: PathBuf,
}

/// A suppression of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) own: Suppression,
    files: Option<Files>,
    key: Option<String>,
    id: Option<String>,
    fingerprint: Option<String>,
}

#[derive(Debug)]
struct Files {
    glob: GlobMatcher,
    /// The folder that all of them stand in, or the one file.
    within: PathBuf,
    is_one: bool,
}

impl Sidecar {
    pub(super) fn find(config: &Config, lexicon: &Lexicon) -> Result<Option<Self>> {
        let path = config.sidecar();
        if config.file.suppressions.is_none() && !path.is_file() {
            return Ok(None);
        }
        let failed = |error: std::io::Error| {
            let reason = say!("忽略清单无法读取", "the file of suppressions can't be read");
            Error::new(ErrorKind::Usage, reason).in_file(&path).because(error)
        };
        let bytes = std::fs::read(&path).map_err(failed)?;
        let source = Source::decode(&bytes, None).map_err(|wrong| {
            let at = wrong.at;
            let reason = say!("第 {at} 字节起不是文字", "not text from byte {at} on");
            Error::new(ErrorKind::Usage, reason).in_file(&path)
        })?;
        let shown = shown_path(&from_here(&path));
        let mut reader = Reader {
            source: &source,
            shown: &shown,
            lexicon,
            problems: Vec::new(),
        };
        let entries = reader.entries();
        let problems = reader.problems;
        let errors = problems.into_iter().map(|(at, sentence)| {
            Error::new(ErrorKind::Usage, sentence)
                .in_file(&path)
                .at_line(source.line(at))
        });
        match Error::all(errors.collect()) {
            Some(error) => Err(error),
            None => Ok(Some(Self {
                shown,
                entries,
                root: config.root.clone(),
            })),
        }
    }

    /// Whether a run that looked at these folders as a whole saw all files that an entry can be for.
    pub(super) fn is_whole(&self, entry: &Entry, folders: &[PathBuf], has_file: bool) -> bool {
        let (within, is_one) = match &entry.files {
            Some(files) => (files.within.as_path(), files.is_one),
            None => (Path::new(""), false),
        };
        let whole = |path: &Path| std::path::absolute(path).ok();
        let within = whole(&self.root.join(within));
        let mut folders = folders.iter().filter_map(|folder| whole(folder));
        (is_one && has_file) || within.is_some_and(|within| folders.any(|folder| within.starts_with(folder)))
    }
}

/// A path from the current folder, if it stands in it.
fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let within = here.and_then(|here| Some(path.strip_prefix(here).ok()?.to_owned()));
    within.unwrap_or_else(|| path.to_owned())
}

impl Entry {
    /// Whether it may be for this file, as globs see it.
    pub(super) fn names_file(&self, path: &Path) -> bool {
        self.files.as_ref().is_none_or(|files| files.glob.is_match(path))
    }

    /// Whether it is for this finding, in a file that it names.
    pub(super) fn covers(&self, id: &str, key: &str, fingerprint: &str) -> bool {
        self.id.as_deref().is_none_or(|own| own == id)
            && self.key.as_deref().is_none_or(|own| matches_key(own, key))
            && self.fingerprint.as_deref().is_none_or(|own| own == fingerprint)
    }
}

impl Files {
    fn new(pattern: &str) -> std::result::Result<Self, Sentence> {
        let is_named = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
        let parts = || pattern.split('/').filter(|part| !part.is_empty());
        // Without a slash it names files in any folder.
        let is_anchored = pattern.contains('/');
        let within = parts().take_while(|part| is_anchored && is_named(part)).collect();
        Ok(Self {
            glob: glob(pattern)?.compile_matcher(),
            within,
            is_one: is_anchored && parts().all(|part| is_named(&part)),
        })
    }
}

/// The file while it is read.
struct Reader<'r> {
    source: &'r Source,
    shown: &'r str,
    lexicon: &'r Lexicon,
    /// What isn't understood, by byte of the text.
    problems: Vec<(usize, Sentence)>,
}

impl<'r> Reader<'r> {
    fn entries(&mut self) -> Vec<Entry> {
        let text: &'r str = self.source.text();
        let (table, faults) = DeTable::parse_recoverable(text);
        for fault in faults {
            let (at, message) = (fault.span().map_or(0, |span| span.start), fault.message());
            let sentence = say!("不是有效的 TOML：{message}", "not valid TOML: {message}");
            self.problems.push((at, sentence));
        }
        let mut entries = Vec::new();
        for (name, value) in table.get_ref() {
            if name.get_ref() != LIST {
                self.unknown_key(name.span().start, name.get_ref(), &[LIST]);
                continue;
            }
            let Some(list) = value.get_ref().as_array() else {
                self.problem(value, "应写成 [[suppress]]", "write it as [[suppress]]");
                continue;
            };
            for item in list {
                match item.get_ref() {
                    DeValue::Table(table) => entries.extend(self.entry(entries.len(), item, table)),
                    _ => self.problem(item, "应写成 [[suppress]]", "write it as [[suppress]]"),
                }
            }
        }
        entries
    }

    fn entry(&mut self, number: usize, item: &Spanned<DeValue>, table: &DeTable) -> Option<Entry> {
        for name in table.keys() {
            if !KEYS.contains(&&**name.get_ref()) {
                self.unknown_key(name.span().start, name.get_ref(), &KEYS);
            }
        }
        let place = self.words(number, self.header(item));
        let pattern = self.text(table, "path");
        let files = pattern.map(|(at, pattern)| (at, Files::new(pattern)));
        let files = match files {
            Some((_, Ok(files))) => Some(files),
            Some((at, Err(sentence))) => {
                self.problems.push((at, sentence));
                None
            }
            None => None,
        };
        let own = |found: Option<(usize, &str)>| found.map(|(_, text)| text.to_owned());
        let fingerprint = own(self.text(table, "fingerprint"));
        if fingerprint.is_none() && !table.contains_key("path") {
            let at = self.header(item).start;
            let sentence = say!("缺少 path 或 fingerprint", "path or fingerprint is missing");
            self.problems.push((at, sentence));
        }
        let reason = own(self.text(table, "reason")).unwrap_or_default();
        let rules = self.rules(number, table);
        let mut faults: Vec<Fault> = rules
            .iter()
            .filter_map(|rule| unknown_rule(rule, self.lexicon))
            .collect();
        if rules.is_empty() {
            let said = say!(
                "没有写明规则；请写 rules = [\"threat-maim\"]",
                "no rules are named; write rules = [\"threat-maim\"]"
            );
            faults.push(Fault::new(place.clone(), said));
        }
        faults.extend(why_no_reason(&reason).map(|said| Fault::new(place.clone(), said)));
        let until = self.until(table);
        let line = self.source.line_span(place.location.line);
        Some(Entry {
            files,
            key: own(self.text(table, "key")),
            id: own(self.text(table, "id")),
            fingerprint,
            own: Suppression {
                line: line.map_or("", |line| line.of(self.source.text())).to_owned(),
                place,
                rules,
                reason,
                until,
                faults,
            },
        })
    }

    fn rules(&mut self, number: usize, table: &DeTable) -> Vec<Words> {
        let Some(value) = table.get("rules") else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.problem(
                value,
                "rules 应是字符串的列表",
                "rules has to be a list of strings",
            );
            return Vec::new();
        };
        let mut rules = Vec::new();
        for item in list {
            match item.get_ref().as_str() {
                Some(rule) => rules.push(Words {
                    text: rule.to_owned(),
                    ..self.words(number, Span::new(item.span().start, item.span().end))
                }),
                None => self.problem(
                    item,
                    "rules 应是字符串的列表",
                    "rules has to be a list of strings",
                ),
            }
        }
        rules
    }

    fn until(&mut self, table: &DeTable) -> Option<Date> {
        let value = table.get("until")?;
        let written = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let date = Time::parse(&written).and_then(|time| time.date);
        if date.is_none() {
            self.problem(
                value,
                "until 应是 2027-03-31 这样的日期",
                "until has to be a date such as 2027-03-31",
            );
        }
        date
    }

    /// A string with its place.
    fn text<'t>(&mut self, table: &'t DeTable, key: &str) -> Option<(usize, &'t str)> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            let sentence = say!("{key} 应是字符串", "{key} has to be a string");
            self.problems.push((value.span().start, sentence));
        }
        Some((value.span().start, text?))
    }

    /// `[[suppress]]`, or the entry's first line where it is written otherwise.
    fn header(&self, item: &Spanned<DeValue>) -> Span {
        let (start, end) = (item.span().start, item.span().end);
        let line = self.source.line_span(self.source.line(start));
        Span::new(start, line.map_or(end, |line| end.min(line.end)))
    }

    fn words(&self, number: usize, span: Span) -> Words {
        Words::new(self.source, self.shown, &format!("{LIST}[{number}]"), span)
    }

    fn unknown_key(&mut self, at: usize, name: &str, known: &[&str]) {
        let (zh, en) = (known.join("、"), known.join(", "));
        let sentence = match meant(name, known.iter().copied()) {
            Some(meant) => say!(
                "没有键 {name}；是否想写 {meant}？",
                "there is no key {name}; did you mean {meant}?"
            ),
            None => say!(
                "没有键 {name}；可用 {zh}",
                "there is no key {name}; there are {en}"
            ),
        };
        self.problems.push((at, sentence));
    }

    fn problem(&mut self, value: &Spanned<DeValue>, zh: &str, en: &str) {
        self.problems.push((value.span().start, say!("{zh}", "{en}")));
    }
}
