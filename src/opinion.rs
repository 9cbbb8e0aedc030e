//! A second opinion: how much a text reads like those that reviewers objected to.
//!
//! In: the folded characters of a message and a [`Model`]. Out: [`Opinion`], logits for the whole message and for
//! its loudest stretch, and on request [`CloseOpinion`]: categories and the words that carry them. It sees what no
//! pattern says in so many words, and it knows nothing of law, speakers or addressees. So it never stands alone
//! over a rule's finding: it lowers findings in texts that read like ordinary ones, and proposes findings of its own
//! under rules that say so. Nothing here depends on anything but the text.

pub(crate) mod model;
pub(crate) mod train;

use crate::message::{Message, Speaker};
use crate::normalize::{CharKind, FoldTable, Signs};
use crate::finding::Place;
use crate::rule::Category;
use crate::span::Span;
use crate::trace::TracedOpinion;
pub(crate) use model::{Head, Model};

/// A message below this logit reads like an ordinary one: findings in it are for review.
const ORDINARY: f32 = -0.5;

/// A stretch of an ordinary message above this logit is heard all the same: a threat at the end of a long policy.
const LOUD: f32 = 1.5;

/// A message above this logit reads like an offending one in the categories that it reads like.
const LIKELY: f32 = 0.6;

/// Above this one it does so whether or not a category stands out.
const SURE: f32 = 1.0;

/// Tokens that a stretch heard by itself has at least.
pub(crate) const STRETCH_TOKENS: u32 = 40;

/// Shorter texts count as this long, in tokens: two words say little.
pub(crate) const SHORTEST_TOKENS: u32 = 4;

/// Proposed evidence is at most this long, in tokens.
const LONGEST_WORDS: usize = 18;

/// What stands for clause punctuation, and before the first word.
pub(crate) const BREAK: char = '，';

/// What stands for a number.
pub(crate) const NUMBER: char = '0';

/// Logits of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Opinion {
    pub(crate) whole: f32,
    /// Of its loudest stretch of sentences.
    pub(crate) loudest: f32,
}

/// A character as the model reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) character: char,
    pub(crate) span: Span,
    pub(crate) ends_sentence: bool,
}

impl Opinion {
    /// Nothing could be found that counts.
    pub(crate) fn is_ordinary(self) -> bool {
        self.whole <= ORDINARY && self.loudest <= LOUD
    }
}

impl Opinion {
    /// For whoever asks why.
    pub(crate) fn traced(self) -> TracedOpinion {
        TracedOpinion {
            whole: self.whole,
            loudest: self.loudest,
            ordinary_below: ORDINARY,
            loud_above: LOUD,
            likely_above: LIKELY,
        }
    }
}

/// The tokens of a text: folded characters; runs of digits and of clause punctuation are one each; what a restored
/// reading may skip is skipped.
pub(crate) fn tokens(source: &str, table: &FoldTable) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (at, character) in source.char_indices() {
        let span = Span::new(at, at + character.len_utf8());
        let (folded, kind) = table.folded(character, &mut Signs::default());
        if kind == CharKind::Several {
            for folded in table.several(character).chars() {
                push(&mut tokens, folded, table.kind(folded), span);
            }
        } else {
            push(&mut tokens, folded, kind, span);
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, folded: char, kind: CharKind, span: Span) {
    let character = match kind {
        CharKind::Symbol | CharKind::Space | CharKind::Invisible => return,
        CharKind::Clause | CharKind::Sentence | CharKind::List => BREAK,
        CharKind::Digit => NUMBER,
        _ => folded,
    };
    let ends_sentence = kind == CharKind::Sentence;
    match tokens.last_mut() {
        Some(last) if last.character == character && matches!(character, BREAK | NUMBER) => {
            last.span = last.span.cover(span);
            last.ends_sentence |= ends_sentence;
        }
        _ => tokens.push(Token {
            character,
            span,
            ends_sentence,
        }),
    }
}

/// The tokens of stretches as one row, a break between them.
pub(crate) fn join(stretches: impl Iterator<Item = Vec<Token>>) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    for tokens in stretches {
        if let Some(last) = all.last()
            && last.character != BREAK
        {
            all.push(Token {
                character: BREAK,
                span: Span::new(last.span.end, last.span.end),
                ends_sentence: true,
            });
        }
        let skipped = usize::from(!all.is_empty() && tokens.first().is_some_and(|token| token.character == BREAK));
        all.extend(tokens.into_iter().skip(skipped));
    }
    all
}

/// The stretches of a message whose words may be the collector's.
pub(crate) fn heard<'m>(message: &'m Message) -> impl Iterator<Item = (Option<usize>, &'m str)> {
    message
        .stretches()
        .filter(|(_, speaker, _)| *speaker != Speaker::Customer)
        .map(|(turn, _, text)| (turn, text))
}

/// A closer look at a message, for one that isn't ordinary.
pub(crate) struct CloseOpinion<'m> {
    model: &'m Model,
    opinion: Opinion,
    /// Tokens of the stretches heard, with their turns.
    stretches: Vec<(Option<usize>, Vec<Token>)>,
}

impl<'m> CloseOpinion<'m> {
    /// Reads the message again, with places.
    pub(crate) fn new(model: &'m Model, message: &Message, opinion: Opinion, table: &FoldTable) -> Self {
        let stretches = heard(message).map(|(turn, text)| (turn, tokens(text, table)));
        Self {
            model,
            opinion,
            stretches: stretches.collect(),
        }
    }

    /// Whether a finding there is for review only, because it stands in what reads like ordinary text.
    pub(crate) fn doubts(&self, place: Place) -> bool {
        self.opinion.whole <= ORDINARY && self.loudness(place) <= LOUD
    }

    /// The logit of the loudest stretch of sentences around a place.
    fn loudness(&self, place: Place) -> f32 {
        let Some((_, tokens)) = self.stretches.iter().find(|(turn, _)| *turn == place.turn) else {
            return f32::MIN;
        };
        let covers = |range: &(usize, usize)| {
            tokens[range.0].span.start <= place.span.start && place.span.start < tokens[range.1 - 1].span.end
        };
        windows(tokens)
            .filter(covers)
            .map(|(start, end)| self.logit(Head::Any, &tokens[start..end]))
            .fold(f32::MIN, f32::max)
    }

    fn logit(&self, head: Head, tokens: &[Token]) -> f32 {
        let head = head.index();
        let mut sum = 0;
        let mut previous = BREAK;
        for token in tokens {
            sum += self.weight(head, token.character, '\0') + self.weight(head, previous, token.character);
            previous = token.character;
        }
        let length = (tokens.len() as f32).max(SHORTEST_TOKENS as f32);
        self.model.biases[head] + sum as f32 * self.model.scales[head] / length.sqrt()
    }

    fn weight(&self, head: usize, first: char, second: char) -> i32 {
        self.model.weights(first, second).map_or(0, |weights| i32::from(weights[head]))
    }

    /// The categories that the message reads like, with the words that do, surest first.
    pub(crate) fn proposals(&self) -> Vec<(Category, Place)> {
        if self.opinion.whole <= LIKELY {
            return Vec::new();
        }
        let all = join(self.stretches.iter().map(|(_, tokens)| tokens.clone()));
        let mut categories: Vec<(f32, Category)> = Category::ALL
            .into_iter()
            .map(|category| (self.logit(Head::Category(category), &all), category))
            .collect();
        categories.sort_by(|left, right| right.0.total_cmp(&left.0));
        let is_sure = self.opinion.whole > SURE;
        let likely = categories.iter().enumerate();
        let likely = likely.filter(|(rank, (logit, _))| *logit > 0.0 || is_sure && *rank == 0);
        likely
            .filter_map(|(_, (_, category))| Some((*category, self.words(*category)?)))
            .collect()
    }

    /// The clause, or the part of a long one, that reads most like the category.
    fn words(&self, category: Category) -> Option<Place> {
        let head = Head::Words(category);
        let mut best: Option<(f32, Place)> = None;
        for (turn, tokens) in &self.stretches {
            for clause in tokens.split(|token| token.character == BREAK) {
                let parts = clause.len().saturating_sub(LONGEST_WORDS) + 1;
                for part in 0..parts {
                    let words = &clause[part..clause.len().min(part + LONGEST_WORDS)];
                    let (Some(first), Some(last)) = (words.first(), words.last()) else {
                        continue;
                    };
                    let logit = self.logit(head, words);
                    if words.len() > 1 && best.is_none_or(|(other, _)| logit > other) {
                        let span = first.span.cover(last.span);
                        best = Some((logit, Place { turn: *turn, span }));
                    }
                }
            }
        }
        best.map(|(_, place)| place)
    }
}

/// Stretches of whole sentences that are long enough to be heard by themselves, as ranges of tokens: from every
/// sentence on until they are, or the text ends.
fn windows(tokens: &[Token]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut ends: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.ends_sentence {
            ends.push(at + 1);
        }
    }
    if ends.last() != Some(&tokens.len()) && !tokens.is_empty() {
        ends.push(tokens.len());
    }
    let starts = std::iter::once(0).chain(ends.clone());
    starts.take(ends.len()).enumerate().map(move |(index, start)| {
        let long = ends[index..].iter().find(|&&end| end - start >= STRETCH_TOKENS as usize);
        (start, *long.unwrap_or(&ends[ends.len() - 1]))
    })
}
