//! A finding in a file: plain data that every writer of a lint run shows and none enriches.
//!
//! In: findings of the linter and of form, each in a passage. Out: [`Diagnostic`], complete: where it stands in the
//! file's own bytes, in lines and columns, its words, law and wording in the language of the run, the lines to show.
//! It is kept in the cache as it is.

use serde::{Deserialize, Serialize};

use crate::finding::{Disguise, Place, RelatedRole};
use crate::lexicon::laws::{Citation, Verb};
use crate::rule::{Category, Confidence, Lang, Tier};
use crate::score::Weighed;
use crate::span::Span;

/// Something to object to in a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The rule's id.
    pub rule: String,
    /// The rule's category; none for findings of form, which are no part of tier, score and categories.
    pub category: Option<Category>,
    /// What it weighs; of form always a notice.
    pub tier: Tier,
    /// How sure.
    pub confidence: Confidence,
    /// The rule's short name.
    pub title: String,
    /// What is wrong.
    pub message: String,
    /// What may be cited.
    pub basis: Vec<Basis>,
    /// Lawful wording, or what to do.
    pub instead: String,
    /// Where the words stand.
    pub location: Location,
    /// The words as they stand in the passage, escapes resolved.
    pub text: String,
    /// Their plain form or what the variables in them carry, if that differs.
    pub plain: Option<String>,
    /// What was done to hide them.
    pub disguises: Vec<Disguise>,
    /// The other words that make the finding.
    pub related: Vec<Related>,
    /// The value of a variable that makes the finding, as `relation = 您父亲`; none if it is there with the first
    /// values.
    pub value: Option<String>,
    /// Identifies it across runs, wherever it moves in the file.
    pub fingerprint: String,
    /// A replacement that is safe.
    pub fix: Option<Fix>,
    /// The lines of the file that the words stand on, the first few.
    pub excerpt: Vec<String>,
}

/// Other words of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// Where they stand.
    pub location: Location,
    /// The words.
    pub text: String,
    /// What they are to it.
    pub role: RelatedRole,
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// The instrument's id.
    pub id: String,
    /// The clause, if it may be printed.
    pub clause: Option<String>,
    /// How the finding stands to it.
    pub verb: Verb,
    /// The instrument's title in the run's language.
    pub title: String,
}

/// A stretch of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file, with `/`, from the folder that the run looked at.
    pub path: String,
    /// The name of the text in it; empty where the format has none.
    pub key_path: String,
    /// Line from 1.
    pub line: usize,
    /// Character from 1.
    pub column: usize,
    /// Unit of UTF-16 from 1.
    pub column_utf16: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The character behind the last.
    pub end_column: usize,
    /// The unit of UTF-16 behind the last.
    pub end_column_utf16: usize,
    /// First byte of the file.
    pub byte_start: usize,
    /// The byte behind the last.
    pub byte_end: usize,
    /// Span of the passage's text in bytes: as in any result record.
    pub span: (usize, usize),
    /// The same in characters.
    pub char_span: (usize, usize),
}

/// A replacement of bytes of the file that the linter has judged again and found clean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// First byte of the file.
    pub byte_start: usize,
    /// The byte behind the last.
    pub byte_end: usize,
    /// What to write, in characters of the file; its encoding is the file's.
    pub replacement: String,
    /// The words that go, as a span of the passage's text in bytes.
    pub span: (usize, usize),
    /// The words that go, escapes resolved.
    pub text: String,
    /// The words that come, escapes resolved.
    pub words: String,
    /// Line from 1 of the first byte.
    pub line: usize,
    /// Character from 1.
    pub column: usize,
    /// Unit of UTF-16 from 1.
    pub column_utf16: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The character behind the last.
    pub end_column: usize,
    /// The unit of UTF-16 behind the last.
    pub end_column_utf16: usize,
}

impl Diagnostic {
    /// Whether it is one of form.
    pub fn is_form(&self) -> bool {
        self.category.is_none()
    }

    /// What of it counts for the score of its text; nothing of findings of form.
    pub(super) fn weighed(&self) -> Option<Weighed> {
        let (start, end) = self.location.span;
        Some(Weighed {
            category: self.category?,
            tier: self.tier,
            confidence: self.confidence,
            place: Place {
                turn: None,
                span: Span::new(start, end),
            },
        })
    }

    /// The id of its category, or `form`.
    pub fn group(&self) -> &'static str {
        self.category.map_or("form", Category::id)
    }
}

impl Basis {
    /// The citation with its title in this language.
    pub(crate) fn of(citation: Citation, lang: Lang) -> Self {
        Self {
            id: citation.id.to_owned(),
            clause: citation.clause.map(str::to_owned),
            verb: citation.verb,
            title: citation.title.get(lang).to_owned(),
        }
    }
}
