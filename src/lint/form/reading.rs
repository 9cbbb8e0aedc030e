//! A template as it is sent → what its words are, and whether it collects.
//!
//! In: a rendering, the engine's classes and the words of `form.toml`. Out: [`Reading`]: which words stand where, the
//! signature at either end, the medium, [`Reading::collects`]. Promise: a text of another kind (a button, a receipt, a policy,
//! a borrower's question) collects nothing, and no rule of form asks it for anything. It has no findings.

use std::collections::BTreeMap;

use daachorse::CharwiseDoubleArrayAhoCorasick;
use rustc_hash::FxHashSet;

use super::data::{self, Word};
use crate::lexicon::Lexicon;
use crate::lint::passage::has_han;
use crate::lint::template::{Rendering, Template, Variable};
use crate::linter::Linter;
use crate::message::{Channel, Message};
use crate::normalize;
use crate::span::{NormSpan, Span};

/// Finds the words of form in a text, all in one pass.
pub(super) struct Finder {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    /// The words that each term of the automaton is.
    words: Vec<Vec<Word>>,
}

/// What stands in a message.
pub(super) struct Reading<'r> {
    pub(super) template: &'r Template<'r>,
    pub(super) rendering: &'r Rendering,
    /// Words in order of place, in the text of the rendering.
    found: Vec<(Word, Span)>,
    /// Which words there are at all, a bit each.
    present: u64,
    /// What stands in 【】 at either end, with the signs.
    pub(super) signature: Option<Span>,
    pub(super) medium: Medium,
}

/// How a message reaches its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    Sms,
    Im,
    Letter,
    Call,
    /// Nothing tells.
    Unknown,
}

/// Han characters of the shortest message: 请您尽快还款 and an addressee; a shorter text is a button or a heading.
const SHORTEST: usize = 10;

/// Units of UTF-16 of the longest text that reads like a short message without a signature: three parts.
const LONGEST_SMS: usize = 3 * 67;

/// Characters between two words that belong together.
const NEAR: usize = 16;

impl Finder {
    /// Puts the words together with the classes of a lexicon. O(terms of the lexicon).
    pub(super) fn new(lexicon: &Lexicon) -> Self {
        let plain = |term: &str| normalize::plain_term(&term.replace('_', " "), &lexicon.folds.table);
        let mut terms = Terms::default();
        let mut of_classes: Vec<Vec<Word>> = vec![Vec::new(); lexicon.classes.len()];
        for (word, text) in data::words() {
            for term in text.split_whitespace() {
                if let Some(dropped) = term.strip_prefix('-') {
                    terms.dropped.insert((word, plain(dropped)));
                } else if !term.starts_with('<') {
                    terms.add(word, &plain(term));
                } else if let Some(class) = lexicon.classes.iter().position(|class| class.name == term) {
                    of_classes[class].push(word);
                }
            }
        }
        for term in 0..lexicon.terms.len() {
            for class in lexicon.terms.classes(term) {
                for &word in &of_classes[usize::from(class.0)] {
                    terms.add(word, lexicon.terms.text(term));
                }
            }
        }
        terms.finder()
    }

    /// The words of a text, in order of place. O(characters + words).
    pub(super) fn find(&self, text: &str, lexicon: &Lexicon) -> Vec<(Word, Span)> {
        let (plain, _) = normalize::plain(text, &lexicon.folds.table);
        let mut found = Vec::new();
        for hit in self.automaton.find_overlapping_iter(&*plain.text) {
            let span = plain.offsets.to_source(NormSpan::new(hit.start(), hit.end()));
            found.extend(self.words[hit.value() as usize].iter().map(|word| (*word, span)));
        }
        found.sort_unstable_by_key(|(word, span)| (span.start, span.end, *word));
        found
    }
}

/// Terms with the words that each is, while they are put together.
#[derive(Default)]
struct Terms {
    words: BTreeMap<String, Vec<Word>>,
    /// Terms of classes that aren't the word.
    dropped: FxHashSet<(Word, String)>,
}

impl Terms {
    fn add(&mut self, word: Word, term: &str) {
        if term.is_empty() {
            return;
        }
        let words = self.words.entry(term.to_owned()).or_default();
        if !words.contains(&word) {
            words.push(word);
        }
    }

    fn finder(mut self) -> Finder {
        for (word, term) in self.dropped {
            if let Some(words) = self.words.get_mut(&term) {
                words.retain(|own| *own != word);
            }
        }
        self.words.retain(|_, words| !words.is_empty());
        let numbered = self.words.keys().zip(0_u32..);
        let automaton = CharwiseDoubleArrayAhoCorasick::with_values(numbered);
        Finder {
            automaton: automaton.expect("terms are few, not empty and each there once"),
            words: self.words.into_values().collect(),
        }
    }
}

impl<'r> Reading<'r> {
    pub(super) fn new(
        template: &'r Template<'r>,
        rendering: &'r Rendering,
        finder: &Finder,
        lexicon: &Lexicon,
        channel: Option<Channel>,
    ) -> Self {
        let text = rendering.text();
        let found = finder.find(text, lexicon);
        let mut reading = Self {
            template,
            rendering,
            present: found.iter().fold(0, |present, (word, _)| present | bit(*word)),
            found,
            signature: signature(text),
            medium: Medium::Unknown,
        };
        reading.medium = reading.medium_of(channel);
        reading
    }

    /// The text as it is sent.
    pub(super) fn text(&self) -> &'r str {
        self.rendering.text()
    }

    /// The text without its signature.
    pub(super) fn body(&self) -> Span {
        let text = self.text();
        match self.signature {
            Some(signature) if text[..signature.start].trim().is_empty() => {
                Span::new(signature.end, text.len())
            }
            Some(signature) => Span::new(0, signature.start),
            None => Span::new(0, text.len()),
        }
    }

    /// Where a word stands.
    pub(super) fn places(&self, word: Word) -> impl Iterator<Item = Span> + '_ {
        let found = self.found.iter();
        found.filter(move |(own, _)| *own == word).map(|(_, span)| *span)
    }

    pub(super) fn has(&self, word: Word) -> bool {
        self.present & bit(word) != 0
    }

    /// Whether a word stands in a stretch.
    pub(super) fn has_in(&self, word: Word, stretch: Span) -> bool {
        self.has(word) && self.places(word).any(|place| stretch.contains(place))
    }

    /// Whether a word stands near a place, before or behind it, in the same sentence.
    pub(super) fn has_near(&self, word: Word, place: Span) -> bool {
        self.has_in(word, self.around(place, NEAR, NEAR))
    }

    /// Whether a word ends shortly before a place, in the same sentence.
    pub(super) fn has_before(&self, word: Word, place: Span) -> bool {
        let around = self.around(place, NEAR, 0);
        self.has_in(word, Span::new(around.start, place.start))
    }

    /// A place with so many characters before and behind it, not beyond its sentence.
    fn around(&self, place: Span, before: usize, behind: usize) -> Span {
        let text = self.text();
        let is_end = |character: &char| matches!(character, '。' | '！' | '!' | '\n' | '；');
        let back = text[..place.start].chars().rev().take(before);
        let back: usize = back
            .take_while(|character| !is_end(character))
            .map(char::len_utf8)
            .sum();
        let on = text[place.end..].chars().take(behind);
        let on: usize = on
            .take_while(|character| !is_end(character))
            .map(char::len_utf8)
            .sum();
        Span::new(place.start - back, place.end + on)
    }

    /// The stretch of the template that writes a stretch of the text.
    pub(super) fn template_span(&self, span: Span) -> Span {
        self.rendering.template_span(span)
    }

    /// The variables in a stretch of the text.
    pub(super) fn variables_in(&self, span: Span) -> impl Iterator<Item = &'r Variable> {
        let span = self.template_span(span);
        let variables = self.template.variables.iter();
        variables.filter(move |variable| span.overlaps(variable.span))
    }

    /// Whether something is filled in of which nothing is known: it may be what is missed.
    pub(super) fn has_unknown_variable(&self) -> bool {
        let mut variables = self.template.variables.iter();
        variables.any(|variable| variable.kind.is_none())
    }

    /// Whether it is a message that collects: words of debt, an addressee, a demand or an arrear, in a whole sentence. Whether
    /// it only speaks of one, [`is_mention`](Self::is_mention) knows, at a higher cost.
    pub(super) fn collects(&self, message: &Message) -> bool {
        if message.channel == Some(Channel::Article) || !self.has(Word::Debt) {
            return false;
        }
        let text = self.text();
        let han = self.body().of(text).chars();
        let han = han
            .filter(|&character| has_han(character.encode_utf8(&mut [0; 4])))
            .count();
        let is_sentence =
            han >= SHORTEST && text.contains(['，', '。', '！', '；', '：', ',', '.', '!', '、']);
        let is_interface = self.has(Word::Interface) && self.signature.is_none();
        if !is_sentence || is_interface || (self.has(Word::OtherVoice) && self.signature.is_none()) {
            return false;
        }
        if !self.has(Word::You) && !self.names_addressee() && self.signature.is_none() {
            return false;
        }
        let is_urged = self
            .places(Word::Pay)
            .any(|place| self.has_near(Word::Urge, place));
        (self.has(Word::Due) || is_urged) && !self.is_settled()
    }

    /// Whether it is about collection and not part of it, by the linter's cues: a pass over the text, of a few
    /// texts one as large as a check.
    pub(super) fn is_mention(&self, linter: &Linter, message: &Message) -> bool {
        let sent = Message {
            channel: message.channel,
            ..Message::text(self.text())
        };
        linter.is_mention(&sent)
    }

    fn names_addressee(&self) -> bool {
        use crate::lint::variables::VariableKind::{Honorific, Name, Relative};
        let mut variables = self.template.variables.iter();
        variables.any(|variable| matches!(variable.kind, Some(Name | Honorific | Relative)))
    }

    /// Whether it says that the money has come, and neither supposes it nor asks for money.
    fn is_settled(&self) -> bool {
        let is_supposed = |place: Span| self.has_before(Word::Supposed, place);
        let is_urged = |place: Span| self.has_before(Word::Urge, place);
        self.places(Word::Settled).any(|place| !is_supposed(place)) && !self.places(Word::Pay).any(is_urged)
    }

    fn medium_of(&self, channel: Option<Channel>) -> Medium {
        match channel {
            Some(Channel::Sms) => Medium::Sms,
            Some(Channel::Im) => Medium::Im,
            Some(Channel::Letter) => Medium::Letter,
            Some(Channel::Call) => Medium::Call,
            Some(Channel::Article | Channel::Visit | Channel::Other) => Medium::Unknown,
            Some(Channel::Template) | None => self.guessed_medium(),
        }
    }

    fn guessed_medium(&self) -> Medium {
        let text = self.text();
        if self.signature.is_some() {
            return Medium::Sms;
        }
        let is_short = text.encode_utf16().count() <= LONGEST_SMS && !text.trim().contains('\n');
        let has_tone = self.has(Word::Spoken) || self.has(Word::Chat) || text.contains(['？', '?']);
        match () {
            () if self.has(Word::Letter) => Medium::Letter,
            () if is_short && !has_tone && text.contains(['您', '贵']) => Medium::Sms,
            () => Medium::Unknown,
        }
    }
}

/// The bit of a word among those that are present: there are fewer than 64.
fn bit(word: Word) -> u64 {
    1 << word as u32
}

/// What stands in 【】 at the start of a text, or else at its end.
fn signature(text: &str) -> Option<Span> {
    let start = text.len() - text.trim_start().len();
    if text[start..].starts_with('【') {
        let length = text[start..].find('】')?;
        return Some(Span::new(start, start + length + '】'.len_utf8()));
    }
    let trimmed = text.trim_end();
    let start = trimmed.ends_with('】').then(|| trimmed.rfind('【')).flatten()?;
    Some(Span::new(start, trimmed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_stand_at_either_end() {
        for (text, expected) in [
            ("【安信银行】您好", Some("【安信银行】")),
            (" 【安信银行】您好", Some("【安信银行】")),
            ("您好【安信银行】", Some("【安信银行】")),
            ("您好【安信银行】\n", Some("【安信银行】")),
            ("【安信银行】您好【安信】", Some("【安信银行】")),
            ("您【好】吗", None),
            ("【没有完", None),
            ("", None),
        ] {
            let found = signature(text).map(|span| span.of(text));
            assert_eq!(found, expected, "{text}");
        }
    }
}
