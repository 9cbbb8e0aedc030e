//! Words with one lawful form, as data.
//!
//! In: `lexicons/lint/fixes.toml`. Out: [`Entry`]s by rule, and where the words of one stand in a text. A test reads the file
//! and runs every example. It judges nothing.

use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::Deserialize;

use crate::span::Span;

/// Words with one lawful form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The rules that object to them.
    pub(super) rules: Vec<String>,
    /// Their written forms.
    find: String,
    /// How they stand in their clause.
    at: Bounds,
    /// What the sentence says in front of them.
    after: Option<String>,
    /// What it doesn't say in front of them.
    unless: Option<String>,
    /// The lawful form.
    pub(super) write: String,
    /// Whole messages, before and after.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests run them"))]
    pub(super) examples: Vec<(String, String)>,
    /// Messages that look alike and stay as they are.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests run them"))]
    pub(super) misses: Vec<String>,
    #[serde(skip)]
    compiled: OnceLock<Compiled>,
}

/// How words stand in their clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Bounds {
    /// They are all of it.
    Clause,
    /// They end it.
    End,
    /// Anywhere.
    Anywhere,
}

#[derive(Debug)]
struct Compiled {
    find: Regex,
    after: Option<Regex>,
    unless: Option<Regex>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FixFile {
    /// What a message speaks of that collects a debt.
    debt: String,
    #[serde(rename = "fix")]
    entries: Vec<Entry>,
}

static DATA: LazyLock<FixFile> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../lexicons/lint/fixes.toml"))
        .expect("the bundled fixes are read by a test")
});

static DEBT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&DATA.debt).expect("a test compiles the bundled fixes"));

/// All entries in the order of the file.
pub(super) fn entries() -> &'static [Entry] {
    &DATA.entries
}

/// Whether a text speaks of a debt: elsewhere the same words mean something else.
pub(super) fn speaks_of_debt(text: &str) -> bool {
    DEBT.is_match(text)
}

/// The entries for a rule, the first choice first.
pub(super) fn entries_of(rule: &str) -> impl Iterator<Item = &'static Entry> {
    let is_meant = move |entry: &&Entry| entry.rules.iter().any(|own| own == rule);
    entries().iter().filter(is_meant)
}

/// Whether a rule has an entry at all.
pub(super) fn has_entry(rule: &str) -> bool {
    entries_of(rule).next().is_some()
}

impl Entry {
    /// Where its words stand in a text, in order. O(characters).
    pub(super) fn places<'t>(&'static self, text: &'t str) -> impl Iterator<Item = Span> + use<'t> {
        let compiled = self.compiled();
        let places = compiled.find.find_iter(text);
        places
            .map(|place| Span::new(place.start(), place.end()))
            .filter(move |span| self.at.hold(text, *span))
            .filter(move |span| {
                let before = &text[sentence_start(text, span.start)..span.start];
                let says = |words: &Option<Regex>| words.as_ref().map(|words| words.is_match(before));
                says(&compiled.after) != Some(false) && says(&compiled.unless) != Some(true)
            })
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let regex = |words: &str| Regex::new(words).expect("a test compiles the bundled fixes");
            Compiled {
                find: regex(&self.find),
                after: self.after.as_deref().map(regex),
                unless: self.unless.as_deref().map(regex),
            }
        })
    }
}

impl Bounds {
    fn hold(self, text: &str, span: Span) -> bool {
        let starts = || {
            let before = text[..span.start].chars().next_back();
            before.is_none_or(ends_clause)
        };
        let ends = || text[span.end..].chars().next().is_none_or(ends_clause);
        match self {
            Bounds::Clause => starts() && ends(),
            Bounds::End => ends(),
            Bounds::Anywhere => true,
        }
    }
}

/// Whether a clause ends at a character or begins behind it.
pub(super) fn ends_clause(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(
            sign,
            '，' | ','
                | '。'
                | '.'
                | '！'
                | '!'
                | '？'
                | '?'
                | '；'
                | ';'
                | '：'
                | ':'
                | '…'
                | '】'
                | '【'
                | '“'
                | '”'
                | '"'
                | '（'
                | '）'
                | '('
                | ')'
                | '~'
        )
}

/// Where the sentence of a place begins.
fn sentence_start(text: &str, at: usize) -> usize {
    let end = text[..at].rfind(['。', '！', '!', '？', '?', '；', ';', '\n', '】']);
    end.map_or(0, |end| {
        end + text[end..].chars().next().map_or(1, char::len_utf8)
    })
}
