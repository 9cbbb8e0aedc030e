//! What failed, where, and what to do.
//!
//! One opaque [`Error`] for the crate, with a [`ErrorKind`] to match on and the place of the offending
//! datum. In: a [`Sentence`] in both languages of the program, a place, a cause. Out: a text in the reader's language
//! ([`Error::shown`]), in English for logs. It carries no colours and no message text of a judged record: logs may
//! print it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::rule::Lang;

/// What kind of thing failed. More kinds may come.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A lexicon file is wrong; nothing was judged.
    Lexicon,
    /// An input could not be opened or read.
    Input,
    /// A record could not be understood; the run goes on without it.
    Record,
    /// A command was called in a way that can't work.
    Usage,
    /// Results could not be written.
    Output,
}

/// Where the offending datum stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// File or `-`.
    pub file: Option<PathBuf>,
    /// Line from 1, in data files of the lexicon.
    pub line: Option<usize>,
    /// Record number from 1, in inputs.
    pub record: Option<u64>,
    /// Byte position in the file, from 0.
    pub byte: Option<u64>,
}

/// What is wrong and what to do, in both languages of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A [`Sentence`] of two formats, Chinese first; values are named in them.
macro_rules! say {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::error::Sentence {
            zh: format!($zh),
            en: format!($en),
        }
    };
}
pub(crate) use say;

/// A failure with its place and, where there is one, its cause.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    reason: Sentence,
    // Boxed: an error travels through every `Result`.
    place: Box<Place>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    others: Vec<Error>,
}

/// The crate's result type.
pub type Result<T> = std::result::Result<T, Error>;

impl Sentence {
    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl Error {
    /// A failure of this kind with a sentence that says what is wrong and what to do.
    pub fn new(kind: ErrorKind, reason: impl Into<Sentence>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            place: Box::default(),
            source: None,
            others: Vec::new(),
        }
    }

    /// The same for whoever knows the reader and has chosen the language already: the text stands for both.
    pub fn said(kind: ErrorKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(
            kind,
            Sentence {
                zh: text.clone(),
                en: text,
            },
        )
    }

    /// The same failure in this file.
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.place.file = Some(file.into());
        self
    }

    /// The same failure on this line (from 1).
    pub fn at_line(mut self, line: usize) -> Self {
        self.place.line = Some(line);
        self
    }

    /// The same failure at this record (from 1) and byte (from 0).
    pub fn at_record(mut self, record: u64, byte: u64) -> Self {
        self.place.record = Some(record);
        self.place.byte = Some(byte);
        self
    }

    /// The same failure with its cause.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Joins several failures into one that shows all of them; `None` if there are none.
    pub fn all(mut errors: Vec<Error>) -> Option<Error> {
        if errors.is_empty() {
            return None;
        }
        let mut first = errors.remove(0);
        first.others.append(&mut errors);
        Some(first)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The sentence without place and cause.
    pub fn reason(&self) -> &Sentence {
        &self.reason
    }

    /// This failure and those joined with it.
    pub fn each(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(self.others.iter())
    }

    /// This failure and those joined with it, apart.
    pub fn into_each(mut self) -> Vec<Error> {
        let mut others = std::mem::take(&mut self.others);
        others.insert(0, self);
        others
    }

    /// The failure and those joined with it for a reader of this language, one a line: place, sentence, cause. What
    /// parsers of other crates say stays as they say it.
    pub fn shown(&self, lang: Lang) -> String {
        let lines: Vec<String> = self.each().map(|error| error.shown_alone(lang)).collect();
        lines.join("\n")
    }

    fn shown_alone(&self, lang: Lang) -> String {
        let mut parts = Vec::new();
        if *self.place != Place::default() {
            parts.push(self.place.shown(lang));
        }
        parts.push(self.reason.get(lang).to_owned());
        parts.extend(self.source.as_deref().map(|source| cause(source, lang)));
        parts.join(colon(lang))
    }
}

impl Place {
    fn shown(&self, lang: Lang) -> String {
        let mut shown = String::new();
        if let Some(file) = &self.file {
            shown += &file.display().to_string();
        }
        if let Some(line) = self.line {
            shown += &format!(":{line}");
        }
        if let Some(record) = self.record {
            shown += say!("，第 {record} 条", ", record {record}").get(lang);
        }
        if let Some(byte) = self.byte {
            shown += say!("，第 {byte} 字节", ", byte {byte}").get(lang);
        }
        shown
    }
}

/// What stands between place, sentence and cause.
fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

/// A cause for the reader: what the operating system says is translated, other causes stay as they are.
fn cause(source: &(dyn std::error::Error + 'static), lang: Lang) -> String {
    let io = source.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    if let Some(Told(sentence)) = io.and_then(|inner| inner.downcast_ref()) {
        return sentence.get(lang).to_owned();
    }
    let known = match lang {
        Lang::En => None,
        Lang::Zh => source
            .downcast_ref::<io::Error>()
            .and_then(system_cause)
            .map(str::to_owned)
            .or_else(|| source.downcast_ref::<ignore::Error>().and_then(walk_cause)),
    };
    known.unwrap_or_else(|| source.to_string())
}

/// Why reading failed, in both languages, where only an [`io::Error`] gets through.
#[derive(Debug)]
struct Told(Sentence);

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.en)
    }
}

impl std::error::Error for Told {}

/// An error of reading that says so in both languages.
pub(crate) fn told(sentence: Sentence) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Told(sentence))
}

/// What the operating system, or the standard library, says most often, in Chinese.
fn system_cause(error: &io::Error) -> Option<&'static str> {
    // An error made by a program has a text of its own that says more than its kind.
    if error.get_ref().is_some() {
        return None;
    }
    match error.kind() {
        io::ErrorKind::NotFound => Some("没有这个文件或目录"),
        io::ErrorKind::PermissionDenied => Some("没有权限"),
        io::ErrorKind::StorageFull => Some("磁盘已满"),
        io::ErrorKind::FileTooLarge => Some("文件超过大小上限"),
        io::ErrorKind::QuotaExceeded => Some("超出磁盘配额"),
        io::ErrorKind::IsADirectory => Some("这是一个目录"),
        io::ErrorKind::NotADirectory => Some("路径中有一段不是目录"),
        io::ErrorKind::ReadOnlyFilesystem => Some("文件系统只读"),
        // The standard library's word for text that isn't UTF-8; the system has no such code.
        io::ErrorKind::InvalidData if error.raw_os_error().is_none() => Some("不是 UTF-8 文本"),
        _ => None,
    }
}

/// Which path below a folder the system refused, and why, in Chinese.
fn walk_cause(error: &ignore::Error) -> Option<String> {
    match error {
        ignore::Error::Io(error) => system_cause(error).map(str::to_owned),
        ignore::Error::WithDepth { err, .. } => walk_cause(err),
        ignore::Error::WithPath { path, err } => Some(format!("{}：{}", path.display(), walk_cause(err)?)),
        _ => None,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown(Lang::En))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown(Lang::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(cause: io::Error) -> Error {
        Error::new(ErrorKind::Input, say!("无法读取", "can't be read"))
            .in_file("a.csv")
            .at_record(3, 41)
            .because(cause)
    }

    #[test]
    fn failures_are_shown_in_both_languages() {
        let id = "threat-melon";
        let reason = say!("规则 {id} 定义了两次", "rule {id} is defined twice");
        let twice = Error::new(ErrorKind::Lexicon, reason)
            .in_file("rules/a.toml")
            .at_line(7);
        let said = Error::said(ErrorKind::Usage, "不行");
        let system = failure(io::ErrorKind::PermissionDenied.into());
        let all = Error::all(vec![twice, system, said]).unwrap();
        assert_eq!(
            all.shown(Lang::Zh),
            "rules/a.toml:7：规则 threat-melon 定义了两次\na.csv，第 3 条，第 41 字节：无法读取：没有权限\n不行"
        );
        assert_eq!(
            all.shown(Lang::En),
            "rules/a.toml:7: rule threat-melon is defined twice\n\
             a.csv, record 3, byte 41: can't be read: permission denied\n不行"
        );
        assert_eq!(all.to_string(), all.shown(Lang::En), "logs are in English");
    }

    #[test]
    fn what_the_system_says_is_translated_and_nothing_else() {
        let not_utf8 = std::io::read_to_string(&b"\xff"[..]).unwrap_err();
        for (cause, expected) in [
            (io::Error::from_raw_os_error(2), "没有这个文件或目录"),
            (io::ErrorKind::StorageFull.into(), "磁盘已满"),
            (io::ErrorKind::IsADirectory.into(), "这是一个目录"),
            (not_utf8, "不是 UTF-8 文本"),
            (io::Error::new(io::ErrorKind::NotFound, "gone"), "gone"),
            (io::ErrorKind::TimedOut.into(), "timed out"),
        ] {
            let shown = failure(cause).shown(Lang::Zh);
            assert_eq!(shown, format!("a.csv，第 3 条，第 41 字节：无法读取：{expected}"));
        }
        let refused = ignore::Error::WithPath {
            path: "in/b".into(),
            err: Box::new(ignore::Error::Io(io::Error::from_raw_os_error(2))),
        };
        let entered =
            Error::new(ErrorKind::Input, say!("无法进入", "can't be entered")).because(refused.clone());
        assert_eq!(entered.shown(Lang::Zh), "无法进入：in/b：没有这个文件或目录");
        assert_eq!(entered.to_string(), format!("can't be entered: {refused}"));
    }
}
