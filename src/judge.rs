//! Match + context → finding or dismissal.
//!
//! In: the message, the scan and the open patterns. Out: findings, and dismissals with their reason and cue.
//! Judges run in a written order, cheapest and surest first; each is a plain function. They never change a
//! message's score: that is `score`'s business.

mod clause;
pub(crate) mod context;
mod notes;

use std::cell::RefCell;

use smallvec::SmallVec;

use crate::finding::{Disguise, Dismissal, Finding, Place, Reason, Related, RelatedRole};
use crate::lexicon::Folds;
use crate::lexicon::cue::{Effect, State};
use crate::lexicon::pattern::{Target, Window};
use crate::linter::Work;
use crate::message::{Role, Speaker};
use crate::normalize;
use crate::rule::{Category, Confidence, Judge, Rule};
use crate::search::patterns::Matcher;
use crate::search::{Disguises, Hit, NO_TERM, PatternMatch};
use crate::segment::{Blocks, Segmenter};
use crate::span::Span;
use context::{Context, CueFound, MENTION_THRESHOLD, Voice};

/// How much more mention it takes where the words speak to the reader, and again where "we" speak to "you".
const DIRECTNESS_WEIGHT: f32 = 1.5;

/// Weaker mention, still stronger than the collector's voice, leaves a match for review.
const DOUBT_THRESHOLD: f32 = 1.0;

/// How much more mention it takes against what the second opinion proposes.
const PROPOSED_MARGIN: f32 = 2.0;

/// Service numbers of courts and police. A message that really comes from one pretends nothing.
const OFFICIAL_SENDERS: [&str; 3] = ["12368", "110", "96110"];

/// A match and what became of it.
pub(crate) struct Judged {
    pub(crate) rule: usize,
    pub(crate) found: PatternMatch,
    pub(crate) outcome: Outcome,
}

/// The cues that make a rule applicable: one or two.
pub(crate) type Conditions = SmallVec<[CueFound; 1]>;

/// How words are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearing<C> {
    /// The writer's own.
    Use,
    /// Perhaps only mentioned: for review.
    Doubt,
    /// Mentioned, with what tells.
    Mention(C),
}

/// A match that stands.
#[derive(Clone, Copy)]
struct Upheld<'j> {
    rule: usize,
    found: &'j PatternMatch,
    confidence: Confidence,
    conditions: &'j [CueFound],
}

/// What became of a match.
pub(crate) enum Outcome {
    /// Nothing to say: the rule doesn't apply here.
    NotApplicable,
    Dismissed(Reason, Option<CueFound>),
    Upheld(Confidence, Conditions),
}

/// Judges every match of every rule.
pub(crate) struct Judges<'m, 't> {
    context: Context<'m, 't>,
    matcher: Matcher<'m, 't>,
    segmenter: &'m Segmenter,
    /// Hits of allow-lists.
    allowances: SmallVec<[usize; 4]>,
    /// Whether a stretch is traditional writing, by stretch: counted once, when a finding first asks.
    traditional: RefCell<SmallVec<[Option<bool>; 8]>>,
    /// Exclusions found, by rule: looked for once, when a match first asks.
    exclusions: RefCell<Vec<(usize, Vec<PatternMatch>)>>,
}

impl<'m, 't> Judges<'m, 't> {
    /// Judges for one message.
    pub(crate) fn new(context: Context<'m, 't>, matcher: Matcher<'m, 't>, segmenter: &'m Segmenter) -> Self {
        let classes = &context.lexicon.classes;
        let hits = context.scan.hits.iter().enumerate();
        let allowances = hits.filter(|(_, hit)| classes[hit.class.0 as usize].allows.is_some());
        let allowances = allowances.map(|(index, _)| index).collect();
        Self {
            context,
            matcher,
            segmenter,
            allowances,
            traditional: RefCell::default(),
            exclusions: RefCell::default(),
        }
    }

    /// What becomes of every match of a rule; `open` are the patterns worth trying.
    pub(crate) fn judge(
        &self,
        matches: Vec<(usize, PatternMatch)>,
        open: &[usize],
        work: &mut Work,
    ) -> Vec<Judged> {
        let mut blocks = Blocks::default();
        let judged = matches.into_iter().map(|(rule, found)| {
            let entry = &self.context.lexicon.rules[rule];
            let outcome = self.judge_match(rule, entry, &found, open, &mut blocks, work);
            Judged { rule, found, outcome }
        });
        judged.collect()
    }

    /// Findings and dismissals without repeats, in order of place, then rule.
    pub(crate) fn settle(&self, judged: &[Judged]) -> (Vec<Finding>, Vec<Dismissal>) {
        let context = &self.context;
        let mut upheld = Vec::with_capacity(judged.len());
        let mut dismissed = Vec::new();
        for Judged { rule, found, outcome } in judged {
            match outcome {
                Outcome::NotApplicable => {}
                Outcome::Dismissed(reason, cue) => dismissed.push(Dismissal {
                    rule: *rule,
                    place: context.place(found.stretch, found.span),
                    reason: *reason,
                    cue: cue.map(|cue| context.place(cue.stretch, cue.span)),
                }),
                Outcome::Upheld(confidence, conditions) => upheld.push(Upheld {
                    rule: *rule,
                    found,
                    confidence: *confidence,
                    conditions,
                }),
            }
        }
        let upheld = without_repeats(upheld);
        let mut findings: Vec<Finding> = upheld.into_iter().map(|upheld| self.finding(upheld)).collect();
        findings.sort_by_key(|finding| (finding.place, finding.rule));
        dismissed.retain(|dismissal| {
            !findings
                .iter()
                .any(|finding| finding.rule == dismissal.rule && finding.place == dismissal.place)
        });
        dismissed.sort_by_key(|dismissal| (dismissal.place, dismissal.rule));
        dismissed.dedup_by_key(|dismissal| (dismissal.place, dismissal.rule));
        (findings, dismissed)
    }

    /// The judges in their order.
    fn judge_match(
        &self,
        rule_index: usize,
        rule: &Rule,
        found: &PatternMatch,
        open: &[usize],
        blocks: &mut Blocks,
        work: &mut Work,
    ) -> Outcome {
        let context = &self.context;
        let Some(conditions) = self.conditions(rule, found.stretch) else {
            return Outcome::NotApplicable;
        };
        let dismissed = |reason| Outcome::Dismissed(reason, None);
        if context.speaker(found.stretch) == Speaker::Customer
            || context.speaker(found.stretch) == Speaker::ThirdParty
        {
            return dismissed(Reason::Speaker);
        }
        if !self.is_readable(rule, found) {
            return dismissed(Reason::WeakReading);
        }
        if self.is_allowed(rule_index, found) {
            return dismissed(Reason::Allowed);
        }
        if self.is_official_sender(rule) {
            return dismissed(Reason::OfficialSender);
        }
        let (voice, strongest) = context.voice(found.stretch, found.span, &[]);
        if let Some((reason, cue)) = clause::judge(context, found, voice, &rule.ignores) {
            return Outcome::Dismissed(reason, cue);
        }
        let hearing = match rule.ignores.contains(&Judge::Genre) {
            true => Hearing::Use,
            false => self.hear_voice(voice, found.stretch, found.span),
        };
        if hearing == Hearing::Mention(()) {
            return Outcome::Dismissed(Reason::Genre, strongest);
        }
        if self.is_excluded(rule_index, found, open) {
            return dismissed(Reason::Excluded);
        }
        // Last, because it is the dearest: the dictionary is loaded here, if at all.
        if let Some(reason) = self.cuts_words(found, blocks, work) {
            return dismissed(reason);
        }
        let mut confidence = rule.confidence;
        if hearing == Hearing::Doubt {
            confidence = Confidence::Low;
        }
        if context.speaker(found.stretch) == Speaker::Unknown {
            confidence = confidence.min(Confidence::Medium);
        }
        Outcome::Upheld(confidence, conditions)
    }

    /// Whether words that the second opinion proposes are the writer's own or only mentioned, with the words that
    /// tell. The model has read the words of the genre too, so it takes more of them than against a match.
    pub(crate) fn hear_proposed(&self, place: Place) -> Hearing<Option<Place>> {
        let stretch = place.turn.unwrap_or(0) as u32;
        let (mut voice, strongest) = self.context.voice(stretch, place.span, &[]);
        voice.mention -= PROPOSED_MARGIN;
        match self.hear_voice(voice, stretch, place.span) {
            Hearing::Use => Hearing::Use,
            Hearing::Doubt => Hearing::Doubt,
            Hearing::Mention(()) => {
                Hearing::Mention(strongest.map(|cue| self.context.place(cue.stretch, cue.span)))
            }
        }
    }

    /// The words that end what a denial or a ban says, outside customers' turns: 我们不会…，但是….
    pub(crate) fn turns(&self) -> SmallVec<[Place; 2]> {
        let context = &self.context;
        let ends_denial = |turn: &&CueFound| {
            let is_denial = |cue: &CueFound| {
                matches!(cue.effect, Effect::Denial | Effect::Prohibition)
                    && cue.stretch == turn.stretch
                    && cue.span.end <= turn.span.start
            };
            context.cues.iter().any(is_denial)
        };
        let turns = context.with_effect(Effect::Turn).filter(ends_denial);
        turns.map(|turn| context.place(turn.stretch, turn.span)).collect()
    }

    /// Whether words that the second opinion proposes hold a wording that is innocent for its rule.
    pub(crate) fn allows_proposed(&self, rule: usize, place: Place) -> bool {
        let scan = self.context.scan;
        let classes = &self.context.lexicon.classes;
        let hits = self.allowances.iter().map(|&index| &scan.hits[index]);
        let mut allowed = hits.filter(|hit| classes[hit.class.0 as usize].allows == Some(rule));
        allowed.any(|hit| hit.stretch == place.turn.unwrap_or(0) as u32 && hit.span.overlaps(place.span))
    }

    fn hear_voice(&self, voice: Voice, stretch: u32, span: Span) -> Hearing<()> {
        if voice.mention <= voice.collector || self.context.is_call() {
            return Hearing::Use;
        }
        let directness = f32::from(self.context.directness(stretch, span));
        if voice.mention >= MENTION_THRESHOLD + directness * DIRECTNESS_WEIGHT {
            Hearing::Mention(())
        } else if directness < 2.0 && voice.mention >= DOUBT_THRESHOLD + directness {
            Hearing::Doubt
        } else {
            Hearing::Use
        }
    }

    /// The cues that make a rule applicable at a stretch; `None` if it isn't.
    fn conditions(&self, rule: &Rule, stretch: u32) -> Option<Conditions> {
        let (message, when) = (self.context.message, &rule.when);
        let mut cues = Conditions::new();
        if !when.channel.is_empty()
            && !message
                .channel
                .is_some_and(|channel| when.channel.contains(&channel))
        {
            return None;
        }
        if message
            .channel
            .is_some_and(|channel| when.not_channel.contains(&channel))
        {
            return None;
        }
        if when.night && !self.context.lexicon.is_sent_in_quiet_hours(message) {
            return None;
        }
        if !when.addressee.is_empty() {
            let (role, cue) = self.context.addressee(stretch);
            let wants_debtor = when.addressee.contains(&Role::Debtor);
            let holds = role.map_or(wants_debtor, |role| when.addressee.contains(&role));
            if !holds {
                return None;
            }
            cues.extend(cue);
        }
        for name in &when.state {
            let state = State::named(name)?;
            match self.context.state(state, stretch) {
                Some(cue) => cues.push(cue),
                None if state == State::NotDebtor && self.context.is_third_person_marked(stretch) => {}
                None => return None,
            }
        }
        Some(cues)
    }

    /// Whether the rule allows the readings in which its parts were found, and they are supported.
    fn is_readable(&self, rule: &Rule, found: &PatternMatch) -> bool {
        let hits = || found.parts.iter().map(|&(_, hit)| &self.context.scan.hits[hit]);
        let is_plain = |hit: &Hit| hit.disguises.iter().all(reading_is_plain);
        let is_allowed = hits().all(|hit| {
            let mut readings = hit.disguises.iter().map(normalize::reading_of);
            readings.all(|reading| reading == crate::rule::Reading::Plain || rule.readings.contains(&reading))
        });
        let weak = hits().filter(|hit| !hit.is_strong).count();
        // Words so long that they can't be put together by chance show that somebody took words apart.
        let lexicon = self.context.lexicon;
        let is_long =
            |hit: &Hit| hit.term != NO_TERM && lexicon.terms.characters(hit.term as usize) >= LONG_TERM;
        let supports =
            |hit: &Hit| hit.is_strong && (is_long(hit) || is_plain(hit) && self.says_something(hit));
        is_allowed && (weak == 0 || hits().any(supports))
    }

    /// Whether a hit is of a class that ordinary text isn't full of.
    fn says_something(&self, hit: &Hit) -> bool {
        !self.context.lexicon.classes[hit.class.0 as usize].is_common
    }

    /// Whether a longer innocent wording covers a part of the match and not the whole.
    fn is_allowed(&self, rule: usize, found: &PatternMatch) -> bool {
        let scan = self.context.scan;
        let lexicon = self.context.lexicon;
        let hits = self.allowances.iter().map(|&index| &scan.hits[index]);
        let mut allowances = hits.filter(|hit| {
            hit.stretch == found.stretch && lexicon.classes[hit.class.0 as usize].allows == Some(rule)
        });
        allowances.any(|allowed| {
            // A company allows the very words that it was shown.
            if allowed.span.contains(found.span) {
                return true;
            }
            let covers = |&(_, hit): &(usize, usize)| {
                let span = scan.hits[hit].span;
                allowed.span.contains(span) && allowed.span.len() > span.len()
            };
            // The longest cover wins: a term longer than the innocent wording stands.
            found.parts.iter().any(covers)
                && !found.parts.iter().any(|&(_, hit)| {
                    let span = scan.hits[hit].span;
                    span.contains(allowed.span) && span.len() > allowed.span.len()
                })
        })
    }

    /// Whether a rule's own exclusion stands near enough to a match: in its sentence and within reach, or
    /// wherever the exclusion's own window allows (`turn:`, `message:`).
    fn is_excluded(&self, rule: usize, found: &PatternMatch, open: &[usize]) -> bool {
        let context = &self.context;
        let length = context.source(found.stretch).len();
        let layout = &context.layouts[found.stretch as usize];
        let sentence = layout.window(Window::Sentence, found.span.start, length);
        let patterns = &context.lexicon.patterns;
        let mut known = self.exclusions.borrow_mut();
        let index = known.iter().position(|(other, _)| *other == rule);
        let index = index.unwrap_or_else(|| {
            let own = open
                .iter()
                .filter(|&&index| patterns[index].target == Target::Unless(rule));
            let mut found = Vec::new();
            own.for_each(|&index| self.matcher.find(index, |exclusion| found.push(exclusion)));
            known.push((rule, found));
            known.len() - 1
        });
        known[index]
            .1
            .iter()
            .any(|exclusion| match patterns[exclusion.pattern].window {
                Window::Message => true,
                Window::Turn => exclusion.stretch == found.stretch,
                Window::Clause | Window::Sentence => {
                    exclusion.stretch == found.stretch
                        && sentence.overlaps(exclusion.span)
                        && distance_bytes(exclusion.span, found.span) <= EXCLUSION_REACH_BYTES
                }
            })
    }

    fn is_official_sender(&self, rule: &Rule) -> bool {
        let sender = self.context.message.sender.as_deref();
        rule.category == Category::Impersonation
            && sender.is_some_and(|sender| OFFICIAL_SENDERS.contains(&sender.trim()))
    }

    /// Whether a part that must be whole words isn't, or a part found by sound is an ordinary word.
    fn cuts_words(&self, found: &PatternMatch, blocks: &mut Blocks, work: &mut Work) -> Option<Reason> {
        let lexicon = self.context.lexicon;
        let steps = &lexicon.patterns[found.pattern].steps;
        for &(step, index) in &found.parts {
            let hit = &self.context.scan.hits[index];
            let readings = &self.context.scan.readings[hit.stretch as usize];
            let text = readings.text(hit.reading);
            let place = (hit.stretch, hit.reading);
            let must = steps[step].at_words || lexicon.classes[hit.class.0 as usize].at_words;
            if must && !self.segmenter.is_whole_words(text, hit.norm, place, blocks, work) {
                return Some(Reason::WordBoundary);
            }
            if hit.is_by_sound {
                let tokens = self.segmenter.tokens_over(text, hit.norm, place, blocks, work);
                let term = lexicon.term_text(hit.term).unwrap_or_default();
                let is_ordinary = |token: &crate::span::NormSpan| {
                    let word = token.of(text);
                    word.chars().count() >= 2 && !term.contains(word)
                };
                if tokens.iter().any(is_ordinary) {
                    return Some(Reason::WeakReading);
                }
            }
        }
        None
    }

    fn finding(&self, upheld: Upheld) -> Finding {
        let Upheld {
            rule: rule_index,
            found,
            confidence,
            conditions,
        } = upheld;
        let context = &self.context;
        let rule = &context.lexicon.rules[rule_index];
        let source = context.source(found.stretch);
        let hits = || found.parts.iter().map(|&(_, hit)| &context.scan.hits[hit]);
        let is_inside = |hit: &&Hit| hit.stretch == found.stretch && found.span.contains(hit.span);
        let inside = hits().filter(is_inside);
        let disguises = inside
            .clone()
            .fold(Disguises::default(), |all, hit| all.union(hit.disguises));
        let text = found.span.of(source).to_owned();
        let plain = if disguises.is_empty() {
            normalize::plain(&text, &context.lexicon.folds.table).0.text
        } else {
            self.plain_of(source, found.span, inside).into()
        };
        let plain = (plain != text).then(|| plain.into_owned());
        let parts = hits().filter(|hit| !is_inside(hit));
        let mut related: Vec<Related> = parts
            .map(|hit| Related {
                place: context.place(hit.stretch, hit.span),
                role: RelatedRole::Part,
            })
            .chain(conditions.iter().map(|cue| Related {
                place: context.place(cue.stretch, cue.span),
                role: RelatedRole::Condition,
            }))
            .collect();
        related.sort_unstable();
        related.dedup();
        let is_traditional = self.is_traditional(found.stretch);
        Finding {
            rule: rule_index,
            category: rule.category,
            tier: rule.tier,
            confidence,
            place: context.place(found.stretch, found.span),
            plain,
            text,
            disguises: disguises
                .iter()
                .filter(|&disguise| !(is_traditional && disguise == Disguise::Traditional))
                .collect(),
            related,
        }
    }

    fn is_traditional(&self, stretch: u32) -> bool {
        let mut known = self.traditional.borrow_mut();
        let (context, index) = (&self.context, stretch as usize);
        if known.len() <= index {
            known.resize(index + 1, None);
        }
        *known[index].get_or_insert_with(|| {
            // What is read as it stands holds no traditional form.
            !context.scan.readings[index].plain.offsets.is_identity()
                && is_wholly_traditional(context.source(stretch), &context.lexicon.folds)
        })
    }

    /// The plain form of a span: disguised hits replaced by their terms, the rest by its plain reading.
    fn plain_of<'h>(&self, source: &str, span: Span, hits: impl Iterator<Item = &'h Hit>) -> String {
        let table = &self.context.lexicon.folds.table;
        let mut plain = String::new();
        let mut at = span.start;
        for hit in hits {
            if hit.span.start < at {
                continue;
            }
            plain.push_str(&normalize::plain_term(&source[at..hit.span.start], table));
            match self.context.lexicon.term_text(hit.term) {
                Some(term) => plain.push_str(term),
                None => plain.push_str(hit.span.of(source)),
            }
            at = hit.span.end;
        }
        plain.push_str(&normalize::plain_term(&source[at..span.end], table));
        plain
    }
}

/// How far from a match, in bytes, an exclusion works: about forty characters. A transcript without any
/// punctuation is one sentence, and not every word of it excuses another.
const EXCLUSION_REACH_BYTES: usize = 120;

/// Characters of a term that nobody puts together by chance.
const LONG_TERM: usize = 4;

fn distance_bytes(left: Span, right: Span) -> usize {
    left.start
        .saturating_sub(right.end)
        .max(right.start.saturating_sub(left.end))
}

fn reading_is_plain(disguise: Disguise) -> bool {
    normalize::reading_of(disguise) == crate::rule::Reading::Plain
}

/// Keeps, of matches of one rule on overlapping words, the surest, then the longest.
fn without_repeats(mut upheld: Vec<Upheld>) -> Vec<Upheld> {
    upheld.sort_by_key(|upheld| {
        let PatternMatch { stretch, span, .. } = *upheld.found;
        (
            upheld.rule,
            std::cmp::Reverse((upheld.confidence, span.len())),
            stretch,
            span,
        )
    });
    let mut kept: Vec<Upheld> = Vec::with_capacity(upheld.len());
    for upheld in upheld {
        let others = kept.iter().rev().take_while(|other| other.rule == upheld.rule);
        let overlaps = |other: &Upheld| {
            other.found.stretch == upheld.found.stretch && other.found.span.overlaps(upheld.found.span)
        };
        if !others.into_iter().any(overlaps) {
            kept.push(upheld);
        }
    }
    kept
}

/// The share of characters that have another traditional form and stand in it, from which a text is traditional
/// writing and not simplified text with some characters swapped.
const TRADITIONAL_SHARE: f64 = 0.6;

fn is_wholly_traditional(source: &str, folds: &Folds) -> bool {
    let traditional = source
        .chars()
        .filter(|&character| folds.table.is_traditional(character))
        .count();
    // Few texts have any, and only they are worth the second count.
    traditional > 0 && {
        let has_traditional = |character: &char| folds.to_traditional.contains_key(character);
        let simplified = source.chars().filter(has_traditional).count();
        traditional as f64 >= TRADITIONAL_SHARE * (traditional + simplified) as f64
    }
}
