//! Everything under `lexicons/`, bundled in the binary or layered with a company's folder.
//!
//! In: rule, class, cue, fold and law files. Out: [`Lexicon`], validated: every class that a pattern names
//! exists, every term survives its own folds, every citation can be resolved. All problems are reported at
//! once, each with file and line. It searches nothing: [`Linter`](crate::Linter) builds the automata.

mod build;
mod cache;
pub(crate) mod class_set;
pub(crate) mod compiled;
pub(crate) mod cue;
pub(crate) mod flat;
mod folds;
pub mod laws;
pub(crate) mod limits;
mod overlay;
pub(crate) mod pattern;
pub(crate) mod source;
mod terms;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::finding::Disguise;
use crate::message::{Body, Channel, Message, Time};
use crate::normalize::{FoldTable, Restorations};
use crate::opinion::Model;
use crate::read::transcript;
use crate::rule::{Category, Example, Rule};
use crate::search::{Searcher, Syllables};
pub(crate) use cache::folder as cache_folder;
use compiled::sorted;
pub use laws::Laws;
use limits::Limits;
use pattern::{ClassId, Pattern};
use source::Files;
use terms::Terms;

/// Rules, classes, cues, folds and laws, validated.
#[derive(Debug)]
pub struct Lexicon {
    pub(crate) rules: Vec<Rule>,
    pub(crate) laws: Laws,
    pub(crate) limits: Limits,
    pub(crate) version: String,
    pub(crate) classes: Vec<Class>,
    pub(crate) terms: Terms,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) cues: Vec<cue::Cue>,
    pub(crate) folds: Folds,
    /// Words that a company adds to jieba's dictionary.
    pub(crate) words: Vec<String>,
    pub(crate) unused_classes: Vec<String>,
    /// The class of words for the reader.
    pub(crate) you: ClassId,
    /// The class of words for the writer.
    pub(crate) we: ClassId,
    /// The classes of digit shapes, by `Shape`.
    pub(crate) shapes: Vec<ClassId>,
    /// The second opinion, if there is one.
    pub(crate) model: Option<Model>,
    /// The rules under which it proposes findings, by category.
    pub(crate) proposals: [Option<usize>; Category::ALL.len()],
    /// Rules from this index on are a company's own: no second opinion is asked about them.
    pub(crate) first_own_rule: usize,
    /// What finds its terms, if that was made ahead.
    pub(crate) searcher: Option<Arc<Searcher>>,
}

/// Terms that mean alike.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Class {
    /// Its name; of anonymous classes the literal or `rule:<id>`.
    pub(crate) name: String,
    /// Whether its terms stand in ordinary text so often that they say little.
    pub(crate) is_common: bool,
    /// Whether its terms must begin and end at word boundaries.
    pub(crate) at_words: bool,
    /// Whether its terms may be read by sound.
    pub(crate) has_sound: bool,
    /// The rule that the class makes innocent, if it is an allow-list.
    pub(crate) allows: Option<usize>,
    /// How many terms it holds.
    pub(crate) term_count: usize,
}

/// Everything that turns source characters into plain ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct Folds {
    pub(crate) table: FoldTable,
    pub(crate) restorations: Restorations,
    pub(crate) syllables: Syllables,
    /// Simplified → traditional, for rewriting examples.
    #[serde(serialize_with = "sorted")]
    pub(crate) to_traditional: FxHashMap<char, char>,
}

impl Lexicon {
    /// The bundled lexicon.
    pub fn bundled() -> &'static Lexicon {
        static BUNDLED: LazyLock<Lexicon> = LazyLock::new(|| {
            let files = Files::bundled();
            // Lexicons that were changed since are right, only slower: a test says that they must be compiled again.
            let compiled = compiled::read(&files);
            compiled.unwrap_or_else(|| {
                build::build(&files, None).expect("the bundled lexicon loads: a test loads it")
            })
        });
        &BUNDLED
    }

    /// The bundled lexicon with a company's folder laid over it: files of the same kinds add rules, classes
    /// and cues; `overlay.toml` disables, re-grades and allows.
    ///
    /// # Errors
    /// All problems of the folder at once, each with file and line.
    pub fn layered(folder: &Path) -> Result<Lexicon> {
        Self::built(Some(folder))
    }

    /// The same, read back from the user's cache if it was built before: 0.03 s instead of 0.2 to 0.3. The cache is `dunlint` in the
    /// user's folder of caches, or what `DUNLINT_CACHE_DIR` names; if that is empty, nothing is kept. What was read back
    /// stays in memory as long as the program runs.
    ///
    /// # Errors
    /// All problems of the folder at once, each with file and line.
    pub fn layered_and_kept(folder: &Path) -> Result<Lexicon> {
        match cache::folder() {
            Some(cache) => cache::layered(&Files::read(folder)?, &cache),
            None => Self::layered(folder),
        }
    }

    /// The bundled lexicon with a folder laid over it, if there is one; nothing of it is made ahead.
    ///
    /// # Errors
    /// All problems of the folder at once.
    pub(crate) fn built(folder: Option<&Path>) -> Result<Lexicon> {
        let folder = folder.map(Files::read).transpose()?;
        build::build(&Files::bundled(), folder.as_ref())
    }

    /// A lexicon that is wholly in a folder made like `lexicons/`, with nothing bundled.
    ///
    /// # Errors
    /// All problems of the folder at once, each with file and line.
    pub fn read(folder: &Path) -> Result<Lexicon> {
        build::build(&Files::read(folder)?, None)
    }

    /// Classes that no rule and no cue uses, by name: dead data.
    pub fn unused_classes(&self) -> &[String] {
        &self.unused_classes
    }

    /// All rules; a finding's `rule` is an index here.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// What rules may cite.
    pub fn laws(&self) -> &Laws {
        &self.laws
    }

    /// The classes of allow-lists.
    pub(crate) fn allowances(&self) -> impl Iterator<Item = ClassId> {
        let classes = (0..).zip(&self.classes);
        classes
            .filter(|(_, class)| class.allows.is_some())
            .map(|(index, _)| ClassId(index))
    }

    /// Whether a message was sent when nobody may collect; no if its hour isn't known.
    pub(crate) fn is_sent_in_quiet_hours(&self, message: &Message) -> bool {
        let clock = message.time.and_then(|Time { clock, .. }| clock);
        clock.is_some_and(|clock| self.limits.is_quiet(clock))
    }

    /// The plain form of a hit's term; none for a shape of digits.
    pub(crate) fn term_text(&self, term: u32) -> Option<&str> {
        let term = term as usize;
        (term < self.terms.len()).then(|| self.terms.text(term))
    }

    /// A hash of all sources: the same lexicon, the same version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The message that an example of a rule describes, marks removed.
    pub fn example_message(example: &Example) -> Message<'static> {
        let text: String = example
            .marked_text()
            .chars()
            .filter(|character| !matches!(character, '⟦' | '⟧'))
            .collect();
        let Example::Record(record) = example else {
            return Message::text(text);
        };
        let turns = match record.channel {
            Some(Channel::Call) => transcript::parse(&text),
            _ => None,
        };
        let own = |turn: crate::message::Turn| crate::message::Turn {
            text: turn.text.into_owned().into(),
            ..turn
        };
        let body = match turns {
            Some(turns) => Body::Turns(turns.into_iter().map(own).collect()),
            None => Body::Text(text.into()),
        };
        Message {
            body,
            channel: record.channel,
            recipient_role: record.recipient_role,
            creditor_kind: record.creditor_kind,
            sender: record.sender.clone().map(Into::into),
            time: record.time.as_deref().and_then(Time::parse_of_record),
            ..Message::default()
        }
    }

    /// The text rewritten with a disguise that a program can make; `None` if it changes nothing or needs a
    /// writer's wit. For tests of rules.
    pub fn disguise(&self, text: &str, disguise: Disguise) -> Option<String> {
        let is_han = |character: char| ('\u{4E00}'..='\u{9FFF}').contains(&character);
        let insert = |between: char| {
            let mut out = String::new();
            let mut was_han = false;
            for character in text.chars() {
                if was_han && is_han(character) {
                    out.push(between);
                }
                was_han = is_han(character);
                out.push(character);
            }
            out
        };
        let each = |fold: &dyn Fn(char) -> char| text.chars().map(fold).collect::<String>();
        let rewritten = match disguise {
            Disguise::Traditional => {
                each(&|character| *self.folds.to_traditional.get(&character).unwrap_or(&character))
            }
            Disguise::FullWidth => each(&|character| match character {
                '0'..='9' | 'a'..='z' | 'A'..='Z' => {
                    char::from_u32(character as u32 + 0xFEE0).unwrap_or(character)
                }
                _ => character,
            }),
            // Two characters with a space between are two words in ordinary writing: nothing can tell.
            Disguise::Spaces if text.chars().count() < 3 => return None,
            Disguise::Spaces => insert(' '),
            Disguise::Symbols => insert('*'),
            Disguise::Invisible => insert('\u{200B}'),
            _ => return None,
        };
        (rewritten != text).then_some(rewritten)
    }
}
