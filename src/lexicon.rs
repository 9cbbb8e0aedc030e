//! Everything under `lexicons/`, bundled or read from a folder.

pub mod laws;

use std::path::Path;
use std::sync::LazyLock;

use crate::error::Result;
use crate::message::Message;
use crate::rule::Rule;
pub use laws::Laws;

/// Rules, classes, cues, folds and laws, validated.
#[derive(Debug)]
pub struct Lexicon {
    rules: Vec<Rule>,
    laws: Laws,
    version: String,
}

impl Lexicon {
    /// The bundled lexicon.
    pub fn bundled() -> &'static Lexicon {
        static BUNDLED: LazyLock<Lexicon> = LazyLock::new(|| unimplemented!());
        &BUNDLED
    }

    /// The bundled lexicon with a company's folder laid over it.
    ///
    /// # Errors
    /// All problems of the folder at once, each with file and line.
    pub fn layered(_folder: &Path) -> Result<Lexicon> {
        unimplemented!()
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

    /// A hash of all sources: the same lexicon, the same version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The text with its plain characters rewritten in this disguise; `None` if the folds have nothing to rewrite.
    pub fn disguise(&self, _text: &str, _disguise: crate::finding::Disguise) -> Option<String> {
        None
    }

    /// The message that an example of a rule describes, marks removed.
    pub fn example_message<'e>(_example: &'e crate::rule::Example) -> Message<'e> {
        unimplemented!()
    }
}
