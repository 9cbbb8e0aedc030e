//! The stages one at a time, for benches and for whoever wants to see where time goes.
//!
//! In: a linter and a text. Out: how much a stage made of it. [`Linter::check`](crate::Linter::check) is the
//! pipeline; this module adds nothing to it.

use crate::lexicon::Lexicon;
use crate::linter::{Linter, Sifted, Work};
use crate::message::Message;
use crate::normalize;
use crate::search::Scratch;
use crate::span::NormSpan;

impl Linter<'_> {
    /// Bytes of the plain reading.
    pub fn stage_normalize(&self, text: &str) -> usize {
        normalize::plain(text, &self.lexicon.folds.table).0.text.len()
    }

    /// 1 if the message may hold a match of a rule.
    pub fn stage_glance(&self, text: &str) -> usize {
        usize::from(
            self.searcher
                .glance(
                    self.lexicon,
                    &Message::text(text),
                    &|_| true,
                    false,
                    &mut Work::default(),
                    &mut Default::default(),
                )
                .is_some(),
        )
    }

    /// Terms seen in these texts, folded and searched in one pass.
    pub fn stage_sights<'t>(&self, texts: impl Iterator<Item = &'t str>) -> usize {
        let mut scratch = Scratch::default();
        texts
            .map(|text| self.searcher.count_sights(self.lexicon, text, &mut scratch))
            .sum()
    }

    /// Texts that the first hearing leaves in doubt.
    pub fn stage_hearing<'t>(&self, texts: impl Iterator<Item = &'t str>) -> usize {
        let (mut scratch, mut work) = (Scratch::default(), Work::default());
        let is_doubtful = |text: &&str| {
            matches!(
                self.sift(&Message::text(*text), &mut work, &mut scratch),
                Sifted::Doubtful(_)
            )
        };
        texts.filter(is_doubtful).count()
    }

    /// Hits of terms in all readings.
    pub fn stage_search(&self, text: &str) -> usize {
        self.searcher.scan(self.lexicon, std::iter::once(text)).hits.len()
    }

    /// Patterns whose obligatory classes are all present.
    pub fn stage_gate(&self, text: &str) -> usize {
        let scan = self.searcher.scan(self.lexicon, std::iter::once(text));
        self.searcher.gate(&scan.present, false).len()
    }

    /// Tokens of the block around a byte of a text without disguise.
    pub fn stage_segment(&self, text: &str, span: std::ops::Range<usize>) -> usize {
        let span = NormSpan::new(span.start, span.end);
        let (mut blocks, mut work) = (Default::default(), Work::default());
        self.segmenter
            .tokens_over(text, span, (0, 0), &mut blocks, &mut work)
            .len()
    }
}

impl Lexicon {
    /// All terms in their plain form: what any search for them has to know.
    pub fn stage_terms(&self) -> impl Iterator<Item = &str> {
        self.terms.texts()
    }
}
