//! Whether the other side asks to be left alone.
//!
//! In: the cues of the lexicon that set the state `stop_requested`; messages. Out: yes or no. It hears the turns of whoever
//! answered a call and what comes from the other side; the collector's own words never ask. Whom the request binds is not
//! its business.

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

use crate::error::{Error, ErrorKind, Result, say};
use crate::judge::context::Context;
use crate::lexicon::cue::{Effect, State};
use crate::lexicon::pattern::Target;
use crate::linter::Linter;
use crate::message::{Body, Message, Speaker, Turn};
use crate::normalize;
use crate::search::Layout;
use crate::search::patterns::Matcher;

/// Hears requests to stop; built once, shared by all threads.
pub struct Requests<'l> {
    linter: &'l Linter<'l>,
    /// The patterns of the cues.
    patterns: Vec<usize>,
    /// Terms of which one stands in every match: most messages hold none and are read no further. None if the lexicon
    /// has no such cue.
    anchors: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

impl<'l> Requests<'l> {
    /// What hears the requests that a linter's lexicon knows.
    ///
    /// # Errors
    /// If the automaton of their terms can't be built.
    pub fn new(linter: &'l Linter<'l>) -> Result<Self> {
        let lexicon = linter.lexicon;
        let asks = |target: Target| match target {
            Target::Cue(cue) => lexicon.cues[cue].effect == Effect::State(State::StopRequested),
            _ => false,
        };
        let numbered = lexicon.patterns.iter().enumerate();
        let patterns: Vec<usize> = numbered
            .filter(|(_, pattern)| asks(pattern.target))
            .map(|(index, _)| index)
            .collect();
        let is_anchor = |term: &usize| {
            patterns.iter().any(|&index| {
                let pattern = &lexicon.patterns[index];
                let anchors = &pattern.steps[pattern.anchor].classes;
                let classes = lexicon.terms.classes(*term);
                classes.iter().any(|class| anchors.contains(class))
            })
        };
        let anchors = (0..lexicon.terms.len()).filter(is_anchor);
        let mut anchors: Vec<&str> = anchors.map(|term| lexicon.terms.text(term)).collect();
        anchors.sort_unstable();
        anchors.dedup();
        let anchors = match anchors.is_empty() {
            true => None,
            false => Some(
                CharwiseDoubleArrayAhoCorasickBuilder::new()
                    .build(anchors)
                    .map_err(|error| {
                        let reason = say!(
                            "无法为请求停止联系的词语建立索引",
                            "no automaton of the words that ask to stop can be built"
                        );
                        Error::new(ErrorKind::Lexicon, reason).because(error.to_string())
                    })?,
            ),
        };
        Ok(Self {
            linter,
            patterns,
            anchors,
        })
    }

    /// Whether the other side asks to be left alone: in a call whoever answered it, in an inbound message its writer.
    pub fn asks_to_stop(&self, message: &Message, is_inbound: bool) -> bool {
        match &message.body {
            Body::Turns(turns) => {
                let mut others = turns.iter().filter(|turn| turn.speaker != Speaker::Agent);
                others.any(|turn| self.has_anchor(&turn.text)) && self.hears(message)
            }
            // Only in a transcript do the cues tell who speaks.
            Body::Text(text) if is_inbound && self.has_anchor(text) => self.hears(&Message {
                body: Body::Turns(vec![Turn {
                    speaker: Speaker::Customer,
                    text: (&**text).into(),
                    time: None,
                }]),
                ..Message::default()
            }),
            Body::Text(_) => false,
        }
    }

    fn has_anchor(&self, text: &str) -> bool {
        self.anchors.as_ref().is_some_and(|anchors| {
            let (plain, _) = normalize::plain(text, &self.linter.lexicon.folds.table);
            anchors.find_overlapping_iter(&*plain.text).next().is_some()
        })
    }

    /// The same at full length: patterns, whole words, speakers.
    fn hears(&self, message: &Message) -> bool {
        let Linter {
            lexicon, searcher, ..
        } = self.linter;
        let scan = searcher.scan(lexicon, message.stretches().map(|(_, _, text)| text));
        let readings = scan.readings.iter();
        let layouts: Vec<Layout> = readings
            .map(|reading| Layout::new(reading.source, lexicon))
            .collect();
        let matcher = Matcher::new(lexicon, &scan, &layouts);
        let context = Context::new(message, lexicon, &scan, &layouts, &matcher, &self.patterns);
        !context.cues.is_empty()
    }
}
