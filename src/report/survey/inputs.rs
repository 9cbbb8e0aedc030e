//! The inputs of a run as its reports list them.
//!
//! In: an input, how it was read, what became of its records, what went wrong. Out: [`InputFacts`]. Promise: an input that
//! couldn't be opened is one as well, with why.

use serde::Serialize;

use crate::read::{Counts, Decision};
use crate::report::survey::{MOST_LINE_CHARACTERS, cut, name_of};
use crate::report::words::pick;
use crate::rule::Lang;

/// An input and what became of its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFacts {
    /// Its name.
    pub name: String,
    /// How its records are written; none if it couldn't be opened.
    pub format: Option<String>,
    /// How its characters are written, if it is text.
    pub encoding: Option<String>,
    /// Its size, if known.
    pub bytes: Option<u64>,
    /// Its records.
    #[serde(flatten)]
    pub balance: Balance,
    /// What a reader should know of how it was read, and why it wasn't.
    pub note: Option<String>,
}

/// What became of records: *read = judged + rejected + skipped*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Found.
    pub read: u64,
    /// Judged.
    pub judged: u64,
    /// Not understood.
    pub rejected: u64,
    /// Left out on purpose.
    pub skipped: u64,
}

impl InputFacts {
    /// An input as it was read, with what is doubtful about that; without a decision one that couldn't be opened.
    pub fn new(
        name: &str,
        decision: Option<&Decision>,
        bytes: Option<u64>,
        counts: Counts,
        lang: Lang,
    ) -> Self {
        let own = Self {
            name: name_of(name),
            format: None,
            encoding: None,
            bytes,
            balance: counts.into(),
            note: None,
        };
        let Some(decision) = decision else { return own };
        let doubts = [
            (
                decision.is_encoding_doubtful,
                pick(
                    lang,
                    "编码存疑，读出来不像中文",
                    "probably another encoding: it doesn't read like Chinese",
                ),
            ),
            (
                decision.is_text_guessed,
                pick(lang, "正文列按内容推断", "the column of texts is a guess"),
            ),
        ];
        let document = decision.document.clone();
        let read = Self {
            encoding: document.is_none().then(|| decision.encoding.name().to_owned()),
            format: Some(document.unwrap_or_else(|| decision.format.name().to_owned())),
            ..own
        };
        let told = doubts.into_iter().filter(|(is_so, _)| *is_so);
        told.fold(read, |own, (_, doubt)| own.noted(doubt, lang))
    }

    /// The same with why it couldn't be opened or read to its end, if it couldn't.
    pub fn failed(self, failure: Option<&str>, lang: Lang) -> Self {
        match failure {
            Some(failure) => self.noted(&cut(failure, MOST_LINE_CHARACTERS), lang),
            None => self,
        }
    }

    fn noted(self, more: &str, lang: Lang) -> Self {
        let note = match self.note {
            Some(note) => format!("{note}{}{more}", pick(lang, "；", "; ")),
            None => more.to_owned(),
        };
        Self {
            note: Some(note),
            ..self
        }
    }
}

impl From<Counts> for Balance {
    fn from(counts: Counts) -> Self {
        let Counts {
            read,
            judged,
            rejected,
            skipped,
        } = counts;
        Self {
            read,
            judged,
            rejected,
            skipped,
        }
    }
}

impl Balance {
    /// Whether no record got lost.
    pub fn is_balanced(self) -> bool {
        self.read == self.judged + self.rejected + self.skipped
    }
}
