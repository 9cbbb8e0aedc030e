//! The pipeline, written out.

use crate::error::Result;
use crate::finding::Verdict;
use crate::lexicon::Lexicon;
use crate::message::Message;

/// Judges messages; built once, shared by all threads.
#[derive(Debug)]
pub struct Linter {}

/// Exact work counters of one or many checks (summed with `+=`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Messages judged.
    pub messages: u64,
    /// Characters read.
    pub characters: u64,
    /// Messages in which all obligatory classes of some rule were present.
    pub candidates: u64,
    /// Blocks that jieba cut.
    pub blocks_cut: u64,
    /// Characters in these blocks.
    pub characters_cut: u64,
    /// Dictionaries loaded.
    pub dictionary_loads: u64,
}

impl std::ops::AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        self.messages += other.messages;
        self.characters += other.characters;
        self.candidates += other.candidates;
        self.blocks_cut += other.blocks_cut;
        self.characters_cut += other.characters_cut;
        self.dictionary_loads += other.dictionary_loads;
    }
}

impl Linter {
    /// Builds the automata of a lexicon.
    ///
    /// # Errors
    /// If an automaton cannot be built.
    pub fn new(_lexicon: &Lexicon) -> Result<Self> {
        Ok(Self {})
    }

    /// The verdict for a message.
    pub fn check(&self, message: &Message) -> Verdict {
        self.check_counting(message, &mut Work::default())
    }

    /// The verdict, and what each stage saw.
    pub fn trace(&self, message: &Message) -> (Verdict, crate::trace::Trace) {
        (self.check(message), crate::trace::Trace::default())
    }

    /// The verdict, and the work that it took added to `work`.
    pub fn check_counting(&self, _message: &Message, _work: &mut Work) -> Verdict {
        Verdict::default()
    }
}
