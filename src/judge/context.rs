//! What a message is, who speaks, who is addressed, what has been established.
//!
//! In: the message, its hits and the cue patterns found. Out: [`Context`]. It gathers and weighs; it judges
//! no match.

use smallvec::SmallVec;

use crate::finding::Place;
use crate::lexicon::Lexicon;
use crate::lexicon::cue::{Cue, Effect, Genre, SaidBy, State};
use crate::lexicon::pattern::{ClassId, Target, Window};
use crate::message::{Body, Channel, Message, Role, Speaker};
use crate::normalize::{FoldTable, Signs};
use crate::search::patterns::Matcher;
use crate::search::{Layout, Scan};
use crate::span::Span;

/// A cue found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CueFound {
    /// Index of the cue in the lexicon.
    pub(crate) cue: usize,
    /// The cue's: all judges ask for it, and entries of the lexicon lie far apart.
    pub(crate) effect: Effect,
    pub(crate) stretch: u32,
    pub(crate) span: Span,
}

/// Everything about a message that judges ask.
pub(crate) struct Context<'m, 't> {
    pub(crate) message: &'m Message<'m>,
    pub(crate) lexicon: &'m Lexicon,
    pub(crate) scan: &'m Scan<'t>,
    pub(crate) layouts: &'m [Layout],
    /// Cues in order of place.
    pub(crate) cues: SmallVec<[CueFound; 8]>,
    speakers: SmallVec<[Speaker; 8]>,
    /// Where words for the reader and for the writer begin, in order.
    you: Places,
    we: Places,
    /// Characters of the whole message.
    length: usize,
}

/// Stretches, and where something begins in them.
type Places = SmallVec<[(u32, usize); 4]>;

/// How much of a text speaks for mention and how much for a collector's own words.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Voice {
    pub(crate) mention: f32,
    pub(crate) collector: f32,
}

/// Mention this strong, and stronger than the collector's voice, takes a match for a mention.
pub(super) const MENTION_THRESHOLD: f32 = 2.0;

/// The weight of other paragraphs for a match.
const ELSEWHERE: f32 = 0.6;

/// A text this long (characters) without a word to a debtor is rather about collection than part of it.
const LONG_TEXT: usize = 250;

impl Voice {
    /// Whether a text that nobody is spoken to in is about collection and not part of it.
    pub(crate) fn is_mention(self) -> bool {
        self.mention >= MENTION_THRESHOLD && self.mention > self.collector
    }
}

impl<'m, 't> Context<'m, 't> {
    /// Finds all cues among the open patterns.
    pub(crate) fn new(
        message: &'m Message<'m>,
        lexicon: &'m Lexicon,
        scan: &'m Scan<'t>,
        layouts: &'m [Layout],
        matcher: &Matcher<'m, 't>,
        open: &[usize],
    ) -> Self {
        let speakers: SmallVec<[Speaker; 8]> = message.stretches().map(|(_, speaker, _)| speaker).collect();
        let mut cues = SmallVec::new();
        for &index in open {
            let Target::Cue(cue) = lexicon.patterns[index].target else {
                continue;
            };
            matcher.find(index, |found| {
                let is_plain = found.parts.iter().all(|&(_, hit)| scan.hits[hit].is_strong)
                    && stands_free(
                        &lexicon.folds.table,
                        &lexicon.cues[cue],
                        scan.readings[found.stretch as usize].source,
                        found.span,
                    );
                let speaker = speakers[found.stretch as usize];
                if is_plain && said_by(&lexicon.cues[cue], speaker) {
                    cues.push(CueFound {
                        cue,
                        effect: lexicon.cues[cue].effect,
                        stretch: found.stretch,
                        span: found.span,
                    });
                }
            });
        }
        let places = |class: ClassId| {
            let hits = scan.hits.iter().filter(|hit| hit.class == class);
            let mut places: Places = hits.map(|hit| (hit.stretch, hit.span.start)).collect();
            places.sort_unstable();
            places
        };
        cues.sort_by_key(|found: &CueFound| (found.stretch, found.span, found.cue));
        cues.dedup();
        let length = message.stretches().map(|(_, _, text)| text.chars().count()).sum();
        Self {
            message,
            lexicon,
            scan,
            layouts,
            cues,
            speakers,
            you: places(lexicon.you),
            we: places(lexicon.we),
            length,
        }
    }

    /// The cue's entry in the lexicon.
    pub(crate) fn entry(&self, found: &CueFound) -> &'m Cue {
        &self.lexicon.cues[found.cue]
    }

    /// Cues with an effect.
    pub(crate) fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &CueFound> {
        self.cues.iter().filter(move |found| found.effect == effect)
    }

    /// Whether the message is a transcript.
    pub(crate) fn is_call(&self) -> bool {
        matches!(self.message.body, Body::Turns(_))
    }

    /// Who speaks in a stretch.
    pub(crate) fn speaker(&self, stretch: u32) -> Speaker {
        self.speakers[stretch as usize]
    }

    /// The place of a span in the message.
    pub(crate) fn place(&self, stretch: u32, span: Span) -> Place {
        let turn = self.is_call().then_some(stretch as usize);
        Place { turn, span }
    }

    /// The source text of a stretch.
    pub(crate) fn source(&self, stretch: u32) -> &'t str {
        self.scan.readings[stretch as usize].source
    }

    /// What speaks for mention and what for a collector at a place: its own paragraph in full, the others in
    /// part. In a transcript the collector's turns are the collector's words by definition.
    ///
    /// Cues inside `quotations` don't make a collector, and words of the match itself name no genre.
    pub(crate) fn voice(&self, stretch: u32, span: Span, quotations: &[Span]) -> (Voice, Option<CueFound>) {
        let length = self.source(stretch).len();
        let paragraph = self.layouts[stretch as usize].paragraph(span.start, length);
        let mut heard: SmallVec<[Heard; 8]> = SmallVec::new();
        let mut strongest: Option<(f32, CueFound)> = None;
        for found in &self.cues {
            if !matches!(found.effect, Effect::Genre(_) | Effect::Collector) {
                continue;
            }
            let is_here = found.stretch == stretch && paragraph.overlaps(found.span);
            let weight = self.entry(found).weight * if is_here { 1.0 } else { ELSEWHERE };
            let is_quoted =
                || found.stretch == stretch && quotations.iter().any(|quote| quote.contains(found.span));
            match found.effect {
                Effect::Genre(_) if found.stretch == stretch && found.span.overlaps(span) => continue,
                Effect::Genre(_) if strongest.is_none_or(|(other, _)| weight > other) => {
                    strongest = Some((weight, *found));
                }
                Effect::Collector if is_quoted() => continue,
                _ => {}
            }
            match heard.iter_mut().find(|heard| heard.cue == found.cue) {
                Some(heard) => heard.again(weight),
                None => heard.push(Heard {
                    cue: found.cue,
                    effect: found.effect,
                    loudest: weight,
                    times: 1,
                }),
            }
        }
        let mut voice = Voice::default();
        let mut genres = [0.0_f32; Genre::ALL.len()];
        for heard in &heard {
            match heard.effect {
                Effect::Genre(genre) => genres[genre as usize] += heard.sum(),
                _ => voice.collector += heard.sum(),
            }
        }
        // The best genre counts in full, what speaks for others in half: a press report is news and law.
        let best = genres.iter().copied().fold(0.0, f32::max);
        voice.mention = best + (genres.iter().sum::<f32>() - best) / 2.0;
        if self.message.channel == Some(Channel::Article) {
            voice.mention += 1.0;
        }
        if self.length >= LONG_TEXT && voice.collector == 0.0 && !self.is_call() {
            voice.mention += 0.5;
        }
        (voice, strongest.map(|(_, found)| found))
    }

    /// The voice of a text as a whole, without any match in it.
    pub(crate) fn whole_voice(&self) -> Voice {
        let nowhere = Span::new(0, 0);
        self.voice(0, nowhere, &[]).0
    }

    /// Whether the clauses of a match speak to somebody: 2 if we speak to you, 1 if it is only "you", else 0.
    pub(crate) fn directness(&self, stretch: u32, span: Span) -> u8 {
        let length = self.source(stretch).len();
        let layout = &self.layouts[stretch as usize];
        let first = layout.window(Window::Clause, span.start, length);
        let last = layout.window(Window::Clause, span.end.saturating_sub(1).max(span.start), length);
        let clauses = first.cover(last);
        let has = |places: &[(u32, usize)]| {
            let next = places.partition_point(|&place| place < (stretch, clauses.start));
            places
                .get(next)
                .is_some_and(|&(own, start)| own == stretch && start < clauses.end)
        };
        match (has(&self.you), has(&self.we)) {
            (true, true) => 2,
            (true, false) => 1,
            _ => 0,
        }
    }

    /// Whether a condition on the addressee holds at a stretch, and the words that say so.
    pub(crate) fn addressee(&self, stretch: u32) -> (Option<Role>, Option<CueFound>) {
        match self.message.recipient_role {
            Some(role) if role != Role::Unknown => return (Some(role), None),
            _ => {}
        }
        let mut sums = [0.0_f32; 3];
        let mut strongest: Option<(f32, CueFound)> = None;
        for found in self.cues.iter().filter(|found| found.stretch <= stretch) {
            let role = match found.effect {
                Effect::Addressee(role) => role,
                Effect::State(State::NotDebtor) if found.stretch < stretch => Role::ThirdParty,
                _ => continue,
            };
            let own = self.entry(found).weight;
            sums[role_index(role)] += own;
            if strongest.is_none_or(|(weight, _)| own > weight) {
                strongest = Some((own, *found));
            }
        }
        let marked = self.speakers[..=stretch as usize].contains(&Speaker::ThirdParty);
        sums[2] += f32::from(u8::from(marked)) * 2.0;
        let (index, best) =
            sums.iter().enumerate().fold(
                (0, 0.0),
                |best, (index, &sum)| {
                    if sum > best.1 { (index, sum) } else { best }
                },
            );
        let role = [Role::Debtor, Role::Guarantor, Role::ThirdParty][index];
        ((best >= 1.0).then_some(role), strongest.map(|(_, found)| found))
    }

    /// Whether somebody marked as a third person has answered before a stretch.
    pub(crate) fn is_third_person_marked(&self, stretch: u32) -> bool {
        self.speakers[..stretch as usize].contains(&Speaker::ThirdParty)
    }

    /// The words that set a state before a stretch (within it, for texts).
    pub(crate) fn state(&self, state: State, stretch: u32) -> Option<CueFound> {
        let includes_own = !self.is_call() || state == State::Collecting;
        let is_before =
            |found: &&CueFound| found.stretch < stretch || includes_own && found.stretch == stretch;
        self.with_effect(Effect::State(state)).find(is_before).copied()
    }
}

/// A cue heard once or more.
struct Heard {
    cue: usize,
    effect: Effect,
    loudest: f32,
    times: i32,
}

impl Heard {
    fn again(&mut self, weight: f32) {
        self.loudest = self.loudest.max(weight);
        self.times += 1;
    }

    /// Each repetition adds half of what the one before it added: never more than twice the loudest.
    fn sum(&self) -> f32 {
        self.loudest * (2.0 - 0.5_f32.powi(self.times - 1))
    }
}

fn role_index(role: Role) -> usize {
    match role {
        Role::Debtor | Role::Unknown => 0,
        Role::Guarantor => 1,
        Role::ThirdParty => 2,
    }
}

/// Whether no character beside a cue makes it a part of another word: 不得 in 舍不得, 您说 in 跟您说.
fn stands_free(table: &FoldTable, cue: &Cue, source: &str, span: Span) -> bool {
    let before = source[..span.start].chars().next_back();
    let after = source[span.end..].chars().next();
    let is_barred = |bars: &str, neighbour: Option<char>| {
        neighbour.is_some_and(|own| bars.contains(table.folded(own, &mut Signs::default()).0))
    };
    !is_barred(&cue.not_after, before) && !is_barred(&cue.not_before, after)
}

/// Whether a cue counts among the words of this speaker. Texts have one writer, who may be either.
fn said_by(cue: &Cue, speaker: Speaker) -> bool {
    match cue.said_by {
        SaidBy::Anybody => true,
        SaidBy::Answerer => speaker != Speaker::Agent,
        SaidBy::Collector => matches!(speaker, Speaker::Agent | Speaker::Unknown),
    }
}
