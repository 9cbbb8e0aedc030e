//! Comments of a file → its directives, and back.
//!
//! In: what an extractor found in a file: comments and texts. Out: a [`Directive`] for each line of a comment that asks for
//! something, with the texts that it covers; the comment that an editor writes. Promise: only what the extractor calls a
//! comment is looked at. It applies nothing.

use std::ops::Range;

use super::grammar::{self, Written};
use super::{Directive, Fault, Scope, Suppression, Words};
use crate::error::{Sentence, say};
use crate::lexicon::Lexicon;
use crate::lint::config::{KeyPaths, unknown_selector};
use crate::lint::diagnostic::Location;
use crate::lint::extract::{Comment, Extracted, Kind, Language, extract};
use crate::lint::form;
use crate::lint::passage::Passage;
use crate::lint::source::Source;
use crate::span::Span;

/// The directives of a file; texts are counted as its report counts them: those that `keys` takes.
pub(in crate::lint) fn directives(
    source: &Source,
    path: &str,
    extracted: &Extracted,
    keys: &KeyPaths,
    lexicon: &Lexicon,
) -> Vec<Directive> {
    let reader = Reader {
        source,
        path,
        lexicon,
    };
    let passages = &extracted.passages;
    let mut texts = None;
    let mut directives = Vec::new();
    for comment in &extracted.comments {
        for (line, written) in lines_of(source.text(), comment) {
            let texts = texts.get_or_insert_with(|| Texts::new(source, passages, keys));
            directives.push(reader.directive(comment, line, written, texts));
        }
    }
    directives
}

/// The lines of a comment that ask for something.
fn lines_of<'t>(text: &'t str, comment: &Comment) -> impl Iterator<Item = (Span, Written)> + 't {
    let mut at = comment.words.start;
    let lines = comment.words.of(text).split_inclusive(['\n', '\r']);
    lines.filter_map(move |line| {
        let span = Span::new(at, at + line.len());
        at = span.end;
        Some((span, grammar::read(line)?))
    })
}

/// Where the texts of a file stand.
struct Texts {
    all: Vec<Text>,
    /// The last line of each and of those in front of it.
    reach: Vec<usize>,
    /// Those in front that are judged, of each, and of the end.
    judged: Vec<usize>,
}

struct Text {
    frame: Span,
    first_line: usize,
    last_line: usize,
}

impl Texts {
    fn new(source: &Source, passages: &[Passage], keys: &KeyPaths) -> Self {
        let (mut all, mut reach, mut judged) = (Vec::new(), Vec::new(), vec![0]);
        let (mut furthest, mut count) = (0, 0);
        for Passage { key, frame, .. } in passages {
            // A block of YAML ends behind its line break.
            let length = frame.of(source.text()).trim_end().len();
            let text = Text {
                frame: *frame,
                first_line: source.line(frame.start),
                last_line: source.line(frame.start + length),
            };
            furthest = furthest.max(text.last_line);
            count += usize::from(keys.take(key));
            all.push(text);
            reach.push(furthest);
            judged.push(count);
        }
        Self { all, reach, judged }
    }

    /// The texts that a comment covers, by number among those judged: those on its lines or around it, else the next
    /// with those that begin on its line. O(log texts), and the texts on its lines.
    fn covered(&self, source: &Source, comment: Span) -> Range<usize> {
        let lines = [source.line(comment.start), source.line(comment.end)];
        let is_beside = |&number: &usize| {
            let text = &self.all[number];
            text.frame.contains(comment)
                || lines.contains(&text.first_line)
                || lines.contains(&text.last_line)
        };
        let first = self.reach.partition_point(|&line| line < lines[0]);
        let behind = self.all.partition_point(|text| text.first_line <= lines[1]);
        let mut beside = (first..behind).filter(is_beside);
        let covered = match (beside.next(), beside.next_back()) {
            (Some(first), last) => first..last.unwrap_or(first) + 1,
            (None, _) => {
                let next = self.all.partition_point(|text| text.frame.start < comment.end);
                let line = self.all.get(next).map_or(0, |text| text.first_line);
                next..self.all.partition_point(|text| text.first_line <= line).max(next)
            }
        };
        self.judged[covered.start]..self.judged[covered.end]
    }
}

struct Reader<'r> {
    source: &'r Source,
    path: &'r str,
    lexicon: &'r Lexicon,
}

impl Reader<'_> {
    fn directive(&self, comment: &Comment, line: Span, written: Written, texts: &Texts) -> Directive {
        let words = |span: Span| self.words(Span::new(line.start + span.start, line.start + span.end));
        let mut faults: Vec<Fault> = written
            .faults
            .into_iter()
            .map(|(span, said)| Fault::new(words(span), said))
            .collect();
        let rules: Vec<Words> = written.rules.into_iter().map(words).collect();
        faults.extend(rules.iter().filter_map(|rule| unknown_rule(rule, self.lexicon)));
        let place = words(written.span);
        let first = texts.all.first();
        let scope = match written.is_for_file {
            true => Scope::File,
            false => Scope::Texts(texts.covered(self.source, comment.whole)),
        };
        if written.is_for_file && first.is_some_and(|first| first.frame.start < comment.whole.start) {
            let said = say!(
                "allow-file 要写在文件的第一条文字之前",
                "allow-file has to stand in front of the first text of the file"
            );
            faults.push(Fault::new(place.clone(), said));
        }
        let number = self.source.line(line.start);
        let shown = self
            .source
            .line_span(number)
            .map(|line| line.of(self.source.text()));
        Directive {
            own: Suppression {
                place,
                line: shown.unwrap_or_default().to_owned(),
                rules,
                reason: written.reason,
                until: written.until,
                faults,
            },
            scope,
        }
    }

    fn words(&self, span: Span) -> Words {
        Words::new(self.source, self.path, "", span)
    }
}

impl Words {
    /// The words of a span; spans count from the line's beginning, as there is no text that they belong to.
    pub(super) fn new(source: &Source, path: &str, key_path: &str, span: Span) -> Self {
        let (start, end) = (source.position(span.start), source.position(span.end));
        let bytes = source.file_range(span);
        let line = source.line_span(start.line).map_or(0, |line| line.start);
        let characters = |at: usize| source.text()[line..at].chars().count();
        Self {
            text: span.of(source.text()).to_owned(),
            location: Location {
                path: path.to_owned(),
                key_path: key_path.to_owned(),
                line: start.line,
                column: start.column,
                column_utf16: start.column_utf16,
                end_line: end.line,
                end_column: end.column,
                end_column_utf16: end.column_utf16,
                byte_start: bytes.start,
                byte_end: bytes.end,
                span: (span.start - line, span.end - line),
                char_span: (characters(span.start), characters(span.end)),
            },
        }
    }
}

impl Fault {
    pub(super) fn new(place: Words, Sentence { zh, en }: Sentence) -> Self {
        Self { place, zh, en }
    }
}

/// That a selector names no rule, or one that can't be suppressed.
pub(super) fn unknown_rule(rule: &Words, lexicon: &Lexicon) -> Option<Fault> {
    let id = &rule.text;
    if form::is_about_suppressions(id) {
        let said = say!(
            "{id} 不能这样忽略；请改正它所指的注释，或在配置的 ignore 中写明",
            "{id} can't be suppressed; mend the comment that it is about, or name it in ignore of the configuration"
        );
        return Some(Fault::new(rule.clone(), said));
    }
    unknown_selector(id, lexicon).map(|said| Fault::new(rule.clone(), said))
}

/// The line that suppresses a rule in a format, to be written in front of the line on which a text begins; without
/// indentation and line break. `None` for formats without comments.
pub fn comment_for(kind: Kind, rule: &str, reason: &str) -> Option<String> {
    let reason: String = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_plain =
        !reason.contains(['=', '＝']) && !reason.starts_with(['"', '\'', '“', '‘', '「', '『', '＂']);
    let reason = match is_plain {
        true => reason,
        // Neither mark may stand in it.
        false => format!("“{}”", reason.replace('“', "「").replace('”', "」")),
    };
    let words = format!("dunlint: allow({rule}) reason={reason}");
    let around = |open: &str, close: &str, inside: &str| {
        // What would end the comment too early.
        let words = words.replace(
            inside,
            &inside.chars().map(String::from).collect::<Vec<_>>().join(" "),
        );
        Some(format!("{open} {words} {close}"))
    };
    match kind {
        Kind::Text | Kind::Csv | Kind::Json | Kind::JsonLines => None,
        Kind::Markdown | Kind::Xml | Kind::Html => around("<!--", "-->", "--"),
        Kind::FreeMarker => around("<#--", "-->", "--"),
        Kind::Jinja => around("{#", "#}", "#}"),
        Kind::Handlebars => around("{{!--", "--}}", "}}"),
        Kind::Liquid => around("{% comment %}", "{% endcomment %}", "{%"),
        Kind::Velocity => Some(format!("## {words}")),
        Kind::Sql => Some(format!("-- {words}")),
        Kind::Yaml | Kind::Toml | Kind::Properties | Kind::Po | Kind::Code(Language::Python) => {
            Some(format!("# {words}"))
        }
        Kind::Code(_) => Some(format!("// {words}")),
    }
}

/// Lines in front of a text that are tried for a comment: names of an entry, attributes of a tag.
const MOST_LINES_ABOVE: usize = 20;

/// What suppresses a rule for the text that holds a byte of the text of a file: where to insert which line, with the
/// indentation and the line break of the line behind it. The nearest place in front of the text at which the file still has
/// the same texts, and the comment is for this one: some formats have places where no comment can be. `None` if there is
/// none. O(bytes), a few times.
pub fn insertion(
    source: &Source,
    kind: Kind,
    at: usize,
    rule: &str,
    reason: &str,
) -> Option<(usize, String)> {
    let comment = comment_for(kind, rule, reason)?;
    let text = source.text();
    let before = extract(source, kind).passages;
    let number = before.iter().rposition(|passage| passage.frame.start <= at)?;
    let first = source.line(before[number].frame.start);
    let is_same = |one: &Passage, other: &Passage| (&one.key, &one.text) == (&other.key, &other.text);
    let lines = (first.saturating_sub(MOST_LINES_ABOVE).max(1)..=first).rev();
    lines.filter_map(|line| source.line_span(line)).find_map(|line| {
        let words = line.of(text);
        let indent = &words[..words.len() - words.trim_start().len()];
        let line_end = if text[line.end..].starts_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let inserted = format!("{indent}{comment}{line_end}");
        let with = Source::of_text([&text[..line.start], &inserted, &text[line.start..]].concat());
        let after = extract(&with, kind);
        let has_same = after.passages.len() == before.len()
            && after
                .passages
                .iter()
                .zip(&before)
                .all(|(one, other)| is_same(one, other));
        let own = Span::new(line.start, line.start + inserted.len());
        let mut comments = after
            .comments
            .iter()
            .filter(|comment| own.contains(comment.whole));
        let covers = |comment: &Comment| {
            let texts = Texts::new(&with, &after.passages, &KeyPaths::default());
            lines_of(with.text(), comment).next().is_some()
                && texts.covered(&with, comment.whole).contains(&number)
        };
        (has_same && comments.any(covers)).then_some((line.start, inserted))
    })
}
