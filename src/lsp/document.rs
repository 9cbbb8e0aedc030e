//! An open document and what was found in it.
//!
//! In: a text that an editor holds. Out: [`Judged`]: the report of its findings, or what kept it from being judged.
//! Promise: a document that wasn't judged says so; a panic ends the judging of its document only. It sends nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_types::DiagnosticSeverity;

use super::projects::Project;
use super::text::Text;
use crate::error::say;
use crate::lint::extract::{Kind, Language};
use crate::lint::suppress::{self, Suppressions};
use crate::lint::{Candidate, Diagnostic, FileReport, LintOptions, MOST_BYTES, TextMemo, lint_open};
use crate::report::Settings;
use crate::report::words::{colon, pick};
use crate::rule::Lang;

/// How long an editor has to be quiet before a document is judged.
const QUIET: Duration = Duration::from_millis(40);

/// How long a document waits at most while somebody types on.
const MOST_WAIT: Duration = Duration::from_millis(250);

/// A document that the client has open.
#[derive(Debug)]
pub(super) struct Document {
    /// Where it is; none for one that was never saved.
    pub(super) path: Option<PathBuf>,
    /// What the client calls its language.
    pub(super) language: String,
    /// Counts its changes.
    pub(super) version: i64,
    pub(super) text: Text,
    /// What was found; none if it has changed since.
    pub(super) judged: Option<Judged>,
    /// When the first change was made that isn't judged yet.
    changed: Option<Instant>,
    /// When it is to be judged unasked.
    pub(super) due: Option<Instant>,
    /// What its texts are under this project.
    memo: TextMemo,
    memo_of: Option<Arc<Project>>,
}

/// What judging a document gave.
#[derive(Debug)]
pub(super) struct Judged {
    /// Differs for every judgement of a server.
    pub(super) number: u64,
    pub(super) project: Arc<Project>,
    /// What it was read as; none if it wasn't.
    pub(super) kind: Option<Kind>,
    pub(super) report: FileReport,
    /// What there is to say besides findings.
    pub(super) notices: Vec<Notice>,
}

/// Something to say of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// Line from 0.
    pub(super) line: usize,
    pub(super) severity: DiagnosticSeverity,
    pub(super) message: String,
}

impl Document {
    pub(super) fn new(path: Option<PathBuf>, language: String, version: i64, text: Text) -> Self {
        Self {
            path,
            language,
            version,
            text,
            judged: None,
            changed: None,
            due: None,
            memo: TextMemo::default(),
            memo_of: None,
        }
    }

    /// Notes that the text is another: it is judged when the editor is quiet.
    pub(super) fn change(&mut self, version: i64, is_pushed: bool) {
        let now = Instant::now();
        let first = *self.changed.get_or_insert(now);
        self.version = version;
        self.judged = None;
        self.due = is_pushed.then(|| (now + QUIET).min(first + MOST_WAIT));
    }

    /// Notes what was found.
    pub(super) fn keep(&mut self, judged: Judged) {
        self.judged = Some(judged);
        self.changed = None;
    }
}

/// What a document is read as: as its path says, else as the client calls its language.
pub(super) fn kind_of(document: &Document, project: &Project) -> Option<Kind> {
    let path = document.path.as_deref();
    if path.is_some_and(|path| project.config.excludes(path)) {
        return None;
    }
    let by_path = path.and_then(|path| project.config.kind_of(path));
    by_path.or_else(|| kind_of_language(&document.language))
}

/// The kind of an editor's language. Names are those of Visual Studio Code and its extensions, which other editors use, too.
fn kind_of_language(language: &str) -> Option<Kind> {
    Some(match language {
        "plaintext" | "text" => Kind::Text,
        "markdown" | "mdx" => Kind::Markdown,
        "csv" | "tsv" => Kind::Csv,
        "json" | "jsonc" | "json5" => Kind::Json,
        "jsonl" | "jsonlines" | "ndjson" => Kind::JsonLines,
        "yaml" | "dockercompose" | "yml" => Kind::Yaml,
        "toml" => Kind::Toml,
        "properties" | "java-properties" | "jproperties" => Kind::Properties,
        "po" | "gettext" => Kind::Po,
        "xml" | "xliff" => Kind::Xml,
        "html" | "vue" | "vue-html" => Kind::Html,
        "freemarker" | "ftl" => Kind::FreeMarker,
        "jinja" | "jinja-html" | "jinja2" | "twig" | "django-html" | "htmldjango" => Kind::Jinja,
        "handlebars" | "mustache" => Kind::Handlebars,
        "liquid" => Kind::Liquid,
        "velocity" | "vm" | "vtl" => Kind::Velocity,
        "sql" | "mysql" | "pgsql" | "plsql" => Kind::Sql,
        "java" => Kind::Code(Language::Java),
        "kotlin" => Kind::Code(Language::Kotlin),
        "python" => Kind::Code(Language::Python),
        "javascript" | "javascriptreact" => Kind::Code(Language::JavaScript),
        "typescript" => Kind::Code(Language::TypeScript),
        "typescriptreact" => Kind::Code(Language::Tsx),
        "go" => Kind::Code(Language::Go),
        "php" => Kind::Code(Language::Php),
        _ => return None,
    })
}

/// Judges a document, and applies its suppressions: what was found, and what there is to say besides. `shown` is its name
/// in findings.
pub(super) fn judge(
    document: &mut Document,
    shown: &str,
    kind: Kind,
    project: &Arc<Project>,
    settings: Settings,
) -> (FileReport, Vec<Notice>) {
    let text = document.text.as_str();
    if text.len() as u64 > MOST_BYTES {
        return (FileReport::default(), vec![too_large(text.len(), settings.lang)]);
    }
    if document
        .memo_of
        .as_ref()
        .is_none_or(|own| !Arc::ptr_eq(own, project))
    {
        document.memo = TextMemo::default();
        document.memo_of = Some(Arc::clone(project));
    }
    let candidate = Candidate {
        path: document.path.clone().unwrap_or_else(|| shown.into()),
        shown: shown.to_owned(),
        kind,
    };
    let (text, memo) = (text.to_owned(), &mut document.memo);
    let Some(judged) = guarded(|| judge_text(&candidate, text, project, settings, memo)) else {
        return (FileReport::default(), vec![failed(settings.lang)]);
    };
    judged
}

fn judge_text(
    candidate: &Candidate,
    text: String,
    project: &Project,
    settings: Settings,
    memo: &mut TextMemo,
) -> (FileReport, Vec<Notice>) {
    let (config, lang) = (&project.config, settings.lang);
    let options = LintOptions {
        settings,
        select: &[],
        ignore: &[],
    };
    let mut report = lint_open(
        candidate,
        text,
        config,
        (&project.linter, &project.form),
        options,
        memo,
    );
    let mut notices = unread_notices(&report, lang);
    let day = settings.date.unwrap_or_else(suppress::today);
    match Suppressions::find(config, project.lexicon, options, day) {
        Ok(suppressions) => suppressions.apply(&mut report),
        Err(error) => notices.push(Notice {
            line: 0,
            severity: DiagnosticSeverity::WARNING,
            message: error.shown(lang),
        }),
    }
    (report, notices)
}

/// What couldn't be read in a document; what nobody has looked at is not clean.
fn unread_notices(report: &FileReport, lang: Lang) -> Vec<Notice> {
    let notices = report.unread.iter().map(|unread| Notice {
        line: unread.line.map_or(0, |line| line - 1),
        severity: DiagnosticSeverity::INFORMATION,
        message: format!(
            "{}{}{}",
            pick(lang, "未能读取", "unread"),
            colon(lang),
            pick(lang, &unread.zh, &unread.en)
        ),
    });
    notices.collect()
}

fn too_large(bytes: usize, lang: Lang) -> Notice {
    let (size, most) = (bytes >> 20, MOST_BYTES >> 20);
    let sentence = say!(
        "未能判定：文件有 {size} MB，超过 {most} MB；这样大的文件请用 dunlint screen",
        "not judged: the file has {size} MB, more than {most} MB; files of this size are for dunlint screen"
    );
    Notice {
        line: 0,
        severity: DiagnosticSeverity::WARNING,
        message: sentence.get(lang).to_owned(),
    }
}

fn failed(lang: Lang) -> Notice {
    let message = pick(
        lang,
        "未能判定：程序内部出错，请把文件和版本号告诉我们",
        "not judged: an internal error; please report the file with the version of dunlint",
    );
    Notice {
        line: 0,
        severity: DiagnosticSeverity::ERROR,
        message: message.to_owned(),
    }
}

/// What a function gives; none if it panics.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    // What it was about to change is thrown away with it.
    catch_unwind(AssertUnwindSafe(work)).ok()
}

impl Judged {
    /// The findings that touch a stretch of bytes, the shortest first.
    pub(super) fn at(&self, start: usize, end: usize) -> Vec<&Diagnostic> {
        let touches =
            |found: &&Diagnostic| found.location.byte_start <= end && start <= found.location.byte_end;
        let mut found: Vec<&Diagnostic> = self.report.diagnostics().filter(touches).collect();
        found.sort_by_key(|found| found.location.byte_end - found.location.byte_start);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::Options;
    use crate::lsp::projects::Projects;
    use crate::lsp::text::PositionEncoding;

    #[test]
    fn typing_on_does_not_put_judging_off_forever() {
        let text = Text::default();
        let mut document = Document::new(None, "plaintext".to_owned(), 1, text);
        document.change(2, true);
        let first = document.due.unwrap();
        document.changed = Some(Instant::now() - MOST_WAIT);
        document.change(3, true);
        assert!(document.due.unwrap() <= Instant::now() && document.version == 3);
        assert!(first > document.due.unwrap());
        document.change(4, false);
        assert_eq!(document.due, None);
    }

    #[test]
    fn documents_that_are_dumps_are_refused_in_words() {
        let project = Projects::new(&Options::default(), Lang::Zh).of(None).unwrap();
        let settings = Settings::new(project.lexicon, Lang::En);
        let text = Text::new("a".repeat(MOST_BYTES as usize + 1), PositionEncoding::Utf8);
        let mut document = Document::new(None, "plaintext".to_owned(), 1, text);
        let (report, notices) = judge(&mut document, "a.txt", Kind::Text, &project, settings);
        assert_eq!(report, FileReport::default());
        assert!(notices[0].message.contains("64 MB"), "{notices:?}");
    }

    #[test]
    fn what_is_remembered_is_what_would_be_found() {
        let project = Projects::new(&Options::default(), Lang::Zh).of(None).unwrap();
        let settings = Settings::new(project.lexicon, Lang::Zh);
        let new = |text: &str| Text::new(text.to_owned(), PositionEncoding::Utf16);
        let mut document = Document::new(None, "yaml".to_owned(), 1, Text::default());
        for text in [
            "a: 再不还钱打断你的腿\nb: 再不还钱打断你的腿\n",
            "c: ${你}这个老赖\na: 再不还钱打断你的腿\n",
            "# 一\nc: ${你}这个老赖\na: 您好\nb: 再不还钱打断你的腿\n",
        ] {
            document.text = new(text);
            let again = judge(&mut document, "a.yaml", Kind::Yaml, &project, settings);
            let mut fresh = Document::new(None, "yaml".to_owned(), 1, new(text));
            assert_eq!(
                again,
                judge(&mut fresh, "a.yaml", Kind::Yaml, &project, settings),
                "{text}"
            );
            assert!(again.0.diagnostics().next().is_some());
        }
    }

    #[test]
    fn a_panic_is_kept_in() {
        assert_eq!(guarded(|| 3), Some(3));
        assert_eq!(guarded(|| -> u8 { panic!("of one document") }), None);
    }

    #[test]
    fn every_kind_has_a_language() {
        for kind in Kind::all() {
            let name = match kind {
                Kind::Text => "plaintext",
                Kind::Code(Language::Tsx) => "typescriptreact",
                _ => kind.name(),
            };
            assert_eq!(kind_of_language(name), Some(kind));
        }
        assert_eq!(kind_of_language("rust"), None);
    }
}
