//! Gettext catalogues.
//!
//! In: entries of `msgctxt`, `msgid`, `msgid_plural` and `msgstr`, each a string or several in a row. Out: the translations with
//! Han text, or else the originals, under context and `msgid`; the comments, in which `#~` (entries that aren't used any more)
//! aren't counted. A line that is none of these is told of, and reading goes on behind it. It counts no plurals.

use super::escapes::{NOTHING, Table, hex};
use super::nest::push_name;
use super::{Comment, Extracted, Problem};
use crate::error::say;
use crate::lint::passage::{Escaped, Passage, PassageBuilder, has_han};
use crate::lint::source::Source;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let mut own = Extracted::default();
    let mut entry = Entry::default();
    for number in 1..=source.line_count() {
        let line = source.line_span(number).expect("a line of the source");
        let words = line.of(text).trim();
        let start = line.start + line.of(text).len() - line.of(text).trim_start().len();
        let span = Span::new(start, start + words.len());
        if words.is_empty() || words.starts_with('#') {
            std::mem::take(&mut entry).finish(text, &mut own.passages);
            if words.starts_with('#') && !words.starts_with("#~") {
                own.comments.push(Comment {
                    whole: span,
                    words: Span::new(span.start + 1, span.end),
                });
            }
            continue;
        }
        let (field, quoted) = match words.find('"') {
            Some(quote) => (words[..quote].trim_end(), Span::new(span.start + quote, span.end)),
            None => ("", span),
        };
        let inside = inside(text, quoted);
        match (inside, entry.field(field)) {
            (Some(inside), Some(Begins::New)) => {
                std::mem::take(&mut entry).finish(text, &mut own.passages);
                entry.begin(field, inside);
            }
            (Some(inside), Some(Begins::Further)) => entry.begin(field, inside),
            (Some(inside), Some(Begins::Nothing)) => entry.go_on(inside),
            _ => own.problems.push(Problem {
                at: span.start,
                reason: say!(
                    "不是 PO 文件的行：应是 msgctxt、msgid、msgstr 或引号中的文字",
                    "not a line of a PO file: msgctxt, msgid, msgstr or words in quotes are expected"
                ),
            }),
        }
    }
    entry.finish(text, &mut own.passages);
    own
}

/// What stands between the quotes of a span; `None` if it isn't exactly one string.
fn inside(text: &str, quoted: Span) -> Option<Span> {
    let words = quoted.of(text).strip_prefix('"')?;
    let start = quoted.start + 1;
    let mut at = 0;
    loop {
        let rest = &words[at..];
        match escape(rest) {
            Some((_, length)) => at += length,
            None if rest.starts_with('"') => break,
            None => at += rest.chars().next()?.len_utf8(),
        }
    }
    (at + 1 == words.len()).then(|| Span::new(start, start + at))
}

/// What a line of an entry begins.
enum Begins {
    /// An entry.
    New,
    /// A string of the same entry.
    Further,
    /// Nothing: its string goes on.
    Nothing,
}

/// An entry as far as it was read.
#[derive(Default)]
struct Entry {
    /// Its strings with their fields, each of one line or several.
    strings: Vec<(String, Vec<Span>)>,
}

impl Entry {
    fn field(&self, field: &str) -> Option<Begins> {
        let has = |start: &str| self.strings.iter().any(|(field, _)| field.starts_with(start));
        let is_numbered = |rest: &str| {
            let number = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            rest.is_empty() || number.is_some_and(|number| number.parse::<u32>().is_ok())
        };
        match field {
            "" => (!self.strings.is_empty()).then_some(Begins::Nothing),
            "msgctxt" => Some(Begins::New),
            "msgid" if has("msgid") || has("msgstr") => Some(Begins::New),
            "msgid" | "msgid_plural" => Some(Begins::Further),
            _ => is_numbered(field.strip_prefix("msgstr")?).then_some(Begins::Further),
        }
    }

    fn begin(&mut self, field: &str, inside: Span) {
        self.strings.push((field.to_owned(), vec![inside]));
    }

    fn go_on(&mut self, inside: Span) {
        if let Some((_, lines)) = self.strings.last_mut() {
            lines.push(inside);
        }
    }

    fn finish(self, text: &str, passages: &mut Vec<Passage>) {
        let read = |field: &str| {
            let mut strings = self.strings.iter();
            let found = strings.find(|(known, _)| known == field);
            found.map(|(_, lines)| join(text, lines).text)
        };
        let (context, id) = (read("msgctxt"), read("msgid").unwrap_or_default());
        // The header of the catalogue.
        if context.is_none() && id.is_empty() {
            return;
        }
        let of_field = |start: &str| {
            let of_field = self.strings.iter().filter(|(field, _)| field.starts_with(start));
            let texts = of_field.map(|(field, lines)| (field.as_str(), join(text, lines)));
            let texts = texts.filter(|(_, passage)| has_han(&passage.text));
            texts.collect::<Vec<_>>()
        };
        let mut texts = of_field("msgstr");
        let is_translated = !texts.is_empty();
        if !is_translated {
            texts = of_field("msgid");
        }
        for (field, mut passage) in texts {
            if let Some(context) = &context {
                push_id(&mut passage.key, context);
            }
            // An original that is judged isn't its own name.
            if is_translated {
                push_id(&mut passage.key, &id);
                passage.key.push_str(field.trim_start_matches("msgstr"));
            }
            passages.push(passage);
        }
    }
}

/// Names that programs make (`sms.overdue`) are paths already; sentences are one name.
fn push_id(key: &mut String, id: &str) {
    let is_path =
        !id.is_empty() && id.split('.').all(|part| !part.is_empty()) && !id.contains(char::is_whitespace);
    match is_path {
        true => id.split('.').for_each(|part| push_name(key, part)),
        false => push_name(key, id),
    }
}

/// The string of these lines.
fn join(text: &str, lines: &[Span]) -> Passage {
    let mut builder = PassageBuilder::default();
    for line in lines {
        builder.push_escaped(text, *line, escape);
    }
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    builder.finish("", Span::new(first.start - 1, last.end + 1))
}

/// The escapes of C.
fn escape(rest: &str) -> Option<(Escaped, usize)> {
    const TABLE: Table = Table {
        is_lenient: true,
        letters: &[
            ('n', '\n'),
            ('t', '\t'),
            ('r', '\r'),
            ('a', '\u{7}'),
            ('b', '\u{8}'),
            ('f', '\u{c}'),
            ('v', '\u{b}'),
        ],
        ..NOTHING
    };
    let behind = rest.strip_prefix('\\')?;
    match behind.chars().next()? {
        'x' => match hex(&behind[1..], 2) {
            Some(byte) => Some((Escaped::Character(of_byte(byte)), 4)),
            None => Some((Escaped::Character('x'), 2)),
        },
        '0'..='7' => {
            let digits = behind
                .bytes()
                .take(3)
                .take_while(|digit| matches!(digit, b'0'..=b'7'));
            let digits = digits.count();
            let byte = u32::from_str_radix(&behind[..digits], 8).unwrap_or(0);
            Some((Escaped::Character(of_byte(byte)), 1 + digits))
        }
        _ => TABLE.resolve(rest),
    }
}

/// Bytes of longer characters can't be told one by one; nobody writes them so.
fn of_byte(byte: u32) -> char {
    match byte {
        0..0x80 => char::from_u32(byte).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}
