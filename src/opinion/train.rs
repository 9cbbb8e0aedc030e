//! Labelled messages → [`Model`].
//!
//! In: the learning half of the corpus and the lexicon with its rules' examples. Out: a model and what it learned
//! from. Logistic regression with L2 regularisation, one head after the other, by L-BFGS over all samples: no
//! chance but the seeded noise, so the same texts give the same model on the same machine. Cost: some ten seconds
//! for 10,000 messages. It never sees the measured half: its caller names the files.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{Gram, HEADS, Head, Model, Weighed};
use super::{BREAK, SHORTEST_TOKENS, Token, heard, tokens};
use crate::eval::Labelled;
use crate::lexicon::Lexicon;
use crate::message::Message;
use crate::rule::{Category, Example, Rule, Tier};
use crate::span::Span;

/// What an example of a rule weighs beside a message. Without, one in twenty of the rules' own hits reads so ordinary that
/// it is overruled; with more, the words of the rules count for too much in texts by other hands.
const EXAMPLE_WEIGHT: f64 = 0.1;

/// What a text of noise weighs beside a message, and how many there are for every message. Of 400 texts of random
/// characters 9 are flagged without, 4 with it; more weight costs F1.
const NOISE_WEIGHT: f64 = 0.05;
const NOISE_SHARE: f64 = 0.5;

/// Grams in fewer messages than this say nothing of messages to come: with two there are twice as many weights, and F1 on the
/// measured half is 0.957 instead of 0.956.
const LEAST_MESSAGES: u32 = 3;

/// Loss against regularisation; one is the usual choice for features of about this length.
const LOSS_WEIGHT: f64 = 1.0;

const MOST_ROUNDS: usize = 200;

/// Steps that L-BFGS remembers.
const MEMORY: usize = 10;

/// Weights further out than this many standard deviations are cut, so that one byte holds the others well.
const WIDEST_DEVIATIONS: f64 = 12.0;

/// One text with a label for each head that learns from it.
struct Sample {
    /// Features and their values, before rarity counts.
    counts: Vec<(u32, f64)>,
    weight: f64,
}

/// A sample and whether it is an instance of a head.
type Labels<'s> = Vec<(&'s Sample, bool)>;

/// All samples.
#[derive(Default)]
struct Samples {
    texts: Vec<(Sample, bool, HashSet<Category>)>,
    /// Clauses with the categories that they show and the place of their text among `texts`.
    clauses: Vec<(Sample, HashSet<Category>, usize)>,
}

/// Numbers of grams.
#[derive(Default)]
struct Features {
    numbers: BTreeMap<Gram, u32>,
    /// How many of them are characters and pairs, which all heads know: the first ones.
    narrow: u32,
    /// In how many messages each stands.
    messages: Vec<u32>,
}

/// Trains a model on these records and on the examples of the lexicon's rules.
pub(crate) fn train(records: &[Labelled], lexicon: &Lexicon) -> Model {
    let features = Features::of(records, lexicon);
    let mut samples = Samples::default();
    // As if half of the messages offended: how many there are in a corpus says nothing of how many there will be.
    let offending = records.iter().filter(|record| record.tier > Tier::Clean).count();
    let balance = (records.len() - offending) as f64 / offending.max(1) as f64;
    for record in records {
        let weight = if record.tier > Tier::Clean { balance } else { 1.0 };
        samples.add_record(record, weight, lexicon, &features);
    }
    for (rule, example, is_hit) in examples(lexicon) {
        let message = Lexicon::example_message(example);
        let counts = features.count_all(&joined(&message, lexicon));
        let categories = is_hit.then_some(rule.category).into_iter().collect();
        samples
            .texts
            .push((Sample::new(counts, EXAMPLE_WEIGHT), is_hit, categories));
    }
    let noise = noise(lexicon, (records.len() as f64 * NOISE_SHARE) as usize);
    for text in noise {
        let counts = features.count_all(&tokens(&text, &lexicon.folds.table));
        samples
            .texts
            .push((Sample::new(counts, NOISE_WEIGHT), false, HashSet::new()));
    }
    let rarity = features.rarity(records.len());
    let heads: Vec<Head> = Head::all().collect();
    let learned: Vec<(Vec<f64>, f64)> = heads
        .par_iter()
        .map(|head| learn(&samples.of(*head), &rarity[..features.known_to(*head)]))
        .collect();
    quantize(&features, &learned, digest(records, lexicon))
}

/// SHA-256 of all texts and labels that a model learns from.
pub(crate) fn digest(records: &[Labelled], lexicon: &Lexicon) -> [u8; 32] {
    let mut digest = Sha256::new();
    for record in records {
        digest.update(format!("{record:?}\n"));
    }
    for (rule, example, is_hit) in examples(lexicon) {
        digest.update(format!("{} {is_hit} {}\n", rule.id, example.marked_text()));
    }
    digest.finalize().into()
}

/// The examples of the rules with patterns; a rule without is what the model is for.
fn examples(lexicon: &Lexicon) -> impl Iterator<Item = (&Rule, &Example, bool)> {
    let rules = lexicon.rules.iter().filter(|rule| !rule.proposed);
    rules.flat_map(|rule| {
        let hits = rule.hits.iter().map(move |hit| (rule, hit, true));
        hits.chain(rule.misses.iter().map(move |miss| (rule, miss, false)))
    })
}

/// The tokens of all stretches heard, a break between them.
pub(super) fn joined(message: &Message, lexicon: &Lexicon) -> Vec<Token> {
    super::join(heard(message).map(|(_, text)| tokens(text, &lexicon.folds.table)))
}

/// The grams that end with a token.
fn grams_at(tokens: &[Token], at: usize) -> impl Iterator<Item = Gram> {
    let character = |at: usize| tokens[at].character;
    let own = character(at);
    let before = at.checked_sub(1).map_or(BREAK, character);
    let wide = (at > 0).then(|| at.checked_sub(2).map_or(BREAK, character));
    let wide = wide.map(|first| super::wide_grams(first, before, own));
    let wide = wide.into_iter().flatten();
    [Gram::One(own), Gram::Two(before, own)]
        .into_iter()
        .chain(wide.map(|(first, between, last)| Gram::Wide(first, between, last)))
}

impl Sample {
    fn new(counts: Vec<(u32, f64)>, weight: f64) -> Self {
        Self { counts, weight }
    }
}

impl Features {
    fn of(records: &[Labelled], lexicon: &Lexicon) -> Self {
        let mut messages: BTreeMap<Gram, u32> = BTreeMap::new();
        for record in records {
            let all = joined(&record.message(), lexicon);
            let different: HashSet<Gram> = (0..all.len()).flat_map(|at| grams_at(&all, at)).collect();
            for gram in different {
                *messages.entry(gram).or_default() += 1;
            }
        }
        let is_small =
            |character: Option<char>| character.is_none_or(|character| (character as u32) < 0x1_0000);
        messages
            .retain(|gram, count| *count >= LEAST_MESSAGES && gram.characters().into_iter().all(is_small));
        let numbers: BTreeMap<Gram, u32> = messages.keys().copied().zip(0..).collect();
        let narrow = numbers.keys().filter(|gram| !gram.is_wide()).count();
        Self {
            narrow: narrow as u32,
            numbers,
            messages: messages.into_values().collect(),
        }
    }

    /// Rare features count more.
    fn rarity(&self, records: usize) -> Vec<f64> {
        let rarity = |&messages: &u32| {
            let rarity = ((1.0 + records as f64) / (1.0 + f64::from(messages))).ln() + 1.0;
            // Squared: rare pairs are regularised less. On texts by other hands that tells more apart.
            rarity * rarity
        };
        self.messages.iter().map(rarity).collect()
    }

    /// The grams that end within a stretch of a text.
    fn count(&self, tokens: &[Token], stretch: Range<usize>) -> Vec<(u32, f64)> {
        let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
        let share = 1.0 / (stretch.len() as f64).max(f64::from(SHORTEST_TOKENS)).sqrt();
        let grams = stretch.flat_map(|at| grams_at(tokens, at));
        for number in grams.filter_map(|gram| self.numbers.get(&gram)) {
            *counts.entry(*number).or_default() += share;
        }
        counts.into_iter().collect()
    }

    fn count_all(&self, tokens: &[Token]) -> Vec<(u32, f64)> {
        self.count(tokens, 0..tokens.len())
    }

    /// How many of them a head knows, the first ones.
    fn known_to(&self, head: Head) -> usize {
        match head {
            Head::AnyClosely => self.messages.len(),
            _ => self.narrow as usize,
        }
    }
}

impl Samples {
    fn add_record(&mut self, record: &Labelled, weight: f64, lexicon: &Lexicon, features: &Features) {
        let message = record.message();
        let labels = record.labels.iter().copied().collect();
        let counts = features.count_all(&joined(&message, lexicon));
        let offends = record.tier > Tier::Clean;
        let of = self.texts.len();
        self.texts.push((Sample::new(counts, weight), offends, labels));
        for (turn, text) in heard(&message) {
            let evidence: Vec<(Category, Span)> = record
                .evidence
                .iter()
                .filter(|evidence| turn.is_none() || evidence.turn == turn)
                .filter_map(|evidence| {
                    let start = text.find(&evidence.quote)?;
                    Some((evidence.label, Span::new(start, start + evidence.quote.len())))
                })
                .collect();
            let all = tokens(text, &lexicon.folds.table);
            for stretch in super::clauses(&all) {
                let clause = &all[stretch.clone()];
                let (Some(first), Some(last)) = (clause.first(), clause.last()) else {
                    continue;
                };
                let span = first.span.cover(last.span);
                let shown = evidence.iter().filter(|(_, evidence)| evidence.overlaps(span));
                let shown = shown.map(|(label, _)| *label).collect();
                let sample = Sample::new(features.count(&all, stretch), 1.0);
                self.clauses.push((sample, shown, of));
            }
        }
    }

    fn of(&self, head: Head) -> Labels<'_> {
        match head {
            Head::Any | Head::AnyClosely => self
                .texts
                .iter()
                .map(|(sample, offends, _)| (sample, *offends))
                .collect(),
            Head::Category(category) => {
                let offending = self.texts.iter().filter(|(_, offends, _)| *offends);
                offending
                    .map(|(sample, _, labels)| (sample, labels.contains(&category)))
                    .collect()
            }
            Head::Words(category) => {
                // Which clauses of an offending text they are: clauses of other texts, many times as many, drown what
                // sets them apart from their neighbours (evidence shown 0.69 instead of 0.75).
                let clauses = self.clauses.iter();
                clauses
                    .filter(|(_, _, of)| self.texts[*of].2.contains(&category))
                    .map(|(sample, shown, _)| (sample, shown.contains(&category)))
                    .collect()
            }
        }
    }
}

/// Texts of no meaning: what the model doesn't know must not speak for an offence.
fn noise(lexicon: &Lexicon, texts: usize) -> Vec<String> {
    let characters = lexicon.folds.syllables.characters();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    };
    let mut texts_made = Vec::with_capacity(texts);
    for _ in 0..texts {
        let length = 8 + below(60);
        let text = (0..length).map(|_| match below(8) {
            0 => BREAK,
            _ => characters[below(characters.len())],
        });
        texts_made.push(text.collect());
    }
    texts_made
}

/// A sample as one head sees it.
struct Row {
    values: Vec<(u32, f64)>,
    weight: f64,
    /// 1 for an instance, -1 for none.
    sign: f64,
}

/// Weights of as many features as `rarity` has, and the bias, of one head.
fn learn(samples: &Labels, rarity: &[f64]) -> (Vec<f64>, f64) {
    let rows: Vec<Row> = samples
        .iter()
        .map(|(sample, is_instance)| Row {
            values: sample
                .counts
                .iter()
                .take_while(|(feature, _)| (*feature as usize) < rarity.len())
                .map(|&(feature, count)| (feature, count * rarity[feature as usize]))
                .collect(),
            weight: sample.weight * LOSS_WEIGHT,
            sign: if *is_instance { 1.0 } else { -1.0 },
        })
        .collect();
    // The bias stands last and isn't regularised.
    let size = rarity.len() + 1;
    let loss = |weights: &[f64]| {
        let mut gradient: Vec<f64> = weights.to_vec();
        gradient[size - 1] = 0.0;
        let mut loss = gradient.iter().map(|weight| weight * weight).sum::<f64>() / 2.0;
        for Row { values, weight, sign } in &rows {
            let sum: f64 = values
                .iter()
                .map(|&(feature, value)| value * weights[feature as usize])
                .sum();
            let margin = sign * (sum + weights[size - 1]);
            loss += weight * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0));
            let slope = -sign * weight / (1.0 + margin.exp());
            for &(feature, value) in values {
                gradient[feature as usize] += slope * value;
            }
            gradient[size - 1] += slope;
        }
        (loss, gradient)
    };
    let mut weights = descend(size, loss);
    let bias = weights.pop().expect("the bias stands last");
    let weights = weights.iter().zip(rarity).map(|(weight, rarity)| weight * rarity);
    (weights.collect(), bias)
}

/// The lowest point of a convex function: L-BFGS with backtracking.
fn descend(size: usize, function: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let dot = |left: &[f64], right: &[f64]| {
        left.iter()
            .zip(right)
            .map(|(left, right)| left * right)
            .sum::<f64>()
    };
    let mut point = vec![0.0; size];
    let (mut value, mut gradient) = function(&point);
    let mut steps: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let mut direction = gradient.clone();
        let mut shares = Vec::new();
        for (step, change, curvature) in steps.iter().rev() {
            let share = dot(step, &direction) / curvature;
            direction
                .iter_mut()
                .zip(change)
                .for_each(|(own, change)| *own -= share * change);
            shares.push(share);
        }
        if let Some((_, change, curvature)) = steps.last() {
            let scale = curvature / dot(change, change);
            direction.iter_mut().for_each(|own| *own *= scale);
        }
        for ((step, change, curvature), share) in steps.iter().zip(shares.into_iter().rev()) {
            let back = dot(change, &direction) / curvature;
            direction
                .iter_mut()
                .zip(step)
                .for_each(|(own, step)| *own += (share - back) * step);
        }
        let slope = dot(&gradient, &direction);
        let mut length = if steps.is_empty() {
            1.0 / slope.sqrt().max(1.0)
        } else {
            1.0
        };
        let next = loop {
            let moved: Vec<f64> = point
                .iter()
                .zip(&direction)
                .map(|(own, step)| own - length * step)
                .collect();
            let (moved_value, moved_gradient) = function(&moved);
            if moved_value <= value - 1e-4 * length * slope {
                break Some((moved, moved_value, moved_gradient));
            }
            length /= 2.0;
            if length < 1e-12 {
                break None;
            }
        };
        let Some((moved, moved_value, moved_gradient)) = next else {
            break;
        };
        let step: Vec<f64> = moved.iter().zip(&point).map(|(moved, own)| moved - own).collect();
        let change: Vec<f64> = moved_gradient
            .iter()
            .zip(&gradient)
            .map(|(moved, own)| moved - own)
            .collect();
        let curvature = dot(&step, &change);
        let gain = value - moved_value;
        (point, value, gradient) = (moved, moved_value, moved_gradient);
        if curvature > 1e-12 {
            if steps.len() == MEMORY {
                steps.remove(0);
            }
            steps.push((step, change, curvature));
        }
        if gain < 1e-6 * value.abs().max(1.0) {
            break;
        }
    }
    point
}

/// Weights as whole numbers of one byte.
fn quantize(features: &Features, learned: &[(Vec<f64>, f64)], learned_from: [u8; 32]) -> Model {
    let mut scales = [0.0_f32; HEADS];
    let mut biases = [0.0_f32; HEADS];
    let mut widest = [0.0_f64; HEADS];
    for (head, (weights, bias)) in learned.iter().enumerate() {
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        let deviation = (squares / weights.len().max(1) as f64).sqrt();
        let largest = weights.iter().map(|weight| weight.abs()).fold(0.0, f64::max);
        widest[head] = largest.min(deviation * WIDEST_DEVIATIONS).max(f64::MIN_POSITIVE);
        scales[head] = (widest[head] / 127.0) as f32;
        biases[head] = *bias as f32;
    }
    let byte = |head: usize, weight: f64| (weight / widest[head] * 127.0).round().clamp(-127.0, 127.0) as i8;
    let weight = |head: usize, number: u32| byte(head, learned[head].0[number as usize]);
    let (mut grams, mut wide) = (Vec::new(), Vec::new());
    for (&gram, &number) in &features.numbers {
        if gram.is_wide() {
            wide.push((gram, weight(Head::AnyClosely.index(), number)));
        } else {
            let weights = std::array::from_fn(|head| weight(head, number));
            grams.push(Weighed { gram, weights });
        }
    }
    grams.retain(|weighed| weighed.weights.iter().any(|weight| *weight != 0));
    wide.retain(|(_, weight)| *weight != 0);
    Model::new(learned_from, scales, biases, grams, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descends_to_the_lowest_point() {
        let bowl = |at: &[f64]| {
            let value = (at[0] - 3.0).powi(2) + 10.0 * (at[1] + 1.0).powi(2);
            (value, vec![2.0 * (at[0] - 3.0), 20.0 * (at[1] + 1.0)])
        };
        let lowest = descend(2, bowl);
        assert!(
            (lowest[0] - 3.0).abs() < 1e-3 && (lowest[1] + 1.0).abs() < 1e-3,
            "{lowest:?}"
        );
    }

    #[test]
    fn learns_which_feature_tells() {
        let sample = |feature: u32| Sample::new(vec![(feature, 1.0), (2, 1.0)], 1.0);
        let samples: Vec<(Sample, bool)> = (0..40).map(|index| (sample(index % 2), index % 2 == 0)).collect();
        let labels: Labels = samples.iter().map(|(sample, own)| (sample, *own)).collect();
        let (weights, _) = learn(&labels, &[1.0; 3]);
        assert!(
            weights[0] > 1.0 && weights[1] < -1.0 && weights[2].abs() < 0.5,
            "{weights:?}"
        );
    }
}
