//! Readings → hits of terms, hits → matches of patterns.
//!
//! In: the text of every turn. Out: [`Scan`]: all hits of class terms with their source spans and disguises, and
//! the classes present. One automaton holds the terms of all rules and cues. Patterns are tried only when all
//! their obligatory classes are present ([`Searcher::gate`]). Stages are logical: a fast path may fuse folding
//! and searching over the source as long as it yields the same hits. It knows nothing of negation or speakers.

mod alphabet;
mod conditions;
mod gates;
mod glance;
pub(crate) mod patterns;
mod rough;
mod scan;
pub(crate) mod shapes;
mod sights;
mod sound;
mod tally;
#[cfg(test)]
mod tests;
mod wide;

use std::fmt;
use std::sync::OnceLock;

use daachorse::CharwiseDoubleArrayAhoCorasick;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::error::{Error, ErrorKind, Result, say};
use crate::finding::{Disguise, Place};
use crate::lexicon::Lexicon;
use crate::lexicon::class_set::{ClassSet, Mask, masks};
use crate::lexicon::cue::Effect;
use crate::lexicon::flat;
use crate::lexicon::pattern::{ClassId, Pattern, Step, Target};
use crate::linter::Work;
use crate::message::Message;
use crate::normalize::{self, Normalized, Restored};
use crate::opinion::{self, Listening, Model, Opinion, Stretch};
use crate::span::{NormSpan, Span};
use alphabet::TRANSPARENT;
use conditions::{Effects, Needed};
use gates::{Filled, Gates, frequency_of};
use glance::Glance;
pub(crate) use patterns::{Layout, PatternMatch};
use rough::{Outlines, Places};
use sights::{Sight, Sights, Told};
pub(crate) use sound::Syllables;
use sound::{SoundIndex, SoundMatch, Unit};
pub(crate) use tally::Row;
use tally::{Closer, Tally};

/// Finds the terms of a lexicon.
#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(crate) struct Searcher {
    /// Built at first need: few messages ask for it.
    #[serde(skip)]
    symbols: OnceLock<Automaton>,
    sound: SoundIndex,
    /// Terms that are written forms too.
    #[serde(with = "flat")]
    is_form: Vec<bool>,
    glance: Glance,
    /// Gates of the patterns of rules, and of those of cues and exclusions.
    rule_gates: Gates,
    other_gates: Gates,
    #[serde(skip)]
    outlines: Outlines,
    /// Classes that the judges look at besides the patterns.
    #[serde(with = "flat")]
    always_wanted: Vec<Mask>,
    /// The same as a set.
    #[serde(skip)]
    wanted_by_judges: ClassSet,
    /// Terms from this index on are forms of the restored readings, not of classes.
    first_form: usize,
    class_count: usize,
}

/// What the glance can't tell from a text: terms with symbols in them, and every written form that is no term.
type Automaton = CharwiseDoubleArrayAhoCorasick<u32>;

/// What a message may break, as far as a pass over its source tells.
#[derive(Debug)]
pub(crate) struct Glimpse {
    /// The patterns worth trying, in lexicon order.
    open: Vec<usize>,
    /// What the full scan has left to do; none for everything.
    rest: Option<Rest>,
}

/// What a glimpse leaves to the full scan: the classes of its patterns, as far as it hasn't found them.
#[derive(Debug)]
struct Rest {
    /// A term may only sound like one.
    sounds: bool,
    /// A restored reading may hold more than the plain one.
    restored: bool,
    /// The hits of the plain reading of the only stretch, if the glimpse tells them all.
    told: Option<Vec<Told>>,
}

/// What a full scan looks for.
#[derive(Debug, Clone, Copy)]
struct Wanted<'s> {
    classes: &'s ClassSet,
    sounds: bool,
    restored: bool,
}

/// Memory that one thread uses for message after message.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    tally: Tally,
    closer: Closer,
    sights: Sights,
    filled: Filled,
    places: Places,
    wanted: ClassSet,
    kept: Kept,
}

/// What one scan leaves to the next: its memory.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    hits: Vec<Hit>,
    present: ClassSet,
    units: Vec<Unit>,
    sounds: Vec<SoundMatch>,
}

/// A set of disguises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Disguises(u16);

/// One occurrence of a term, once for each class that holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) class: ClassId,
    /// Index of the term; [`NO_TERM`] for a shape of digits.
    pub(crate) term: u32,
    /// Index of the stretch: the turn of a call, 0 of a text.
    pub(crate) stretch: u32,
    pub(crate) span: Span,
    /// Which reading of the stretch it was found in, and where.
    pub(crate) reading: u8,
    pub(crate) norm: NormSpan,
    pub(crate) disguises: Disguises,
    /// Whether the reading is supported enough to stand alone.
    pub(crate) is_strong: bool,
    /// Whether characters of the same sound stand in it that no list of substitutes names.
    pub(crate) is_by_sound: bool,
}

/// A message has twenty hits that are wanted: as many as most have.
const USUAL_HITS: usize = 32;

/// Room for so many open patterns is made at once.
const USUAL_PATTERNS: usize = 64;

/// Room for the rules whose patterns are open is made on the stack.
const USUAL_RULES: usize = 16;

/// The term of hits that are no term of the lexicon.
pub(crate) const NO_TERM: u32 = u32::MAX;

/// The readings of a stretch, kept for segmentation and layout.
#[derive(Debug)]
pub(crate) struct Readings<'t> {
    pub(crate) source: &'t str,
    pub(crate) plain: Normalized<'t>,
    pub(crate) restored: Vec<Restored>,
}

/// Everything found in a message.
#[derive(Debug, Default)]
pub(crate) struct Scan<'t> {
    /// What is kept; none for everything.
    wanted: Option<Wanted<'t>>,
    pub(crate) readings: SmallVec<[Readings<'t>; 1]>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) present: ClassSet,
    units: Vec<Unit>,
    sounds: Vec<SoundMatch>,
}

impl Disguises {
    pub(crate) fn add(&mut self, disguise: Disguise) {
        self.0 |= 1 << disguise as u16;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, disguise: Disguise) -> bool {
        self.0 & (1 << disguise as u16) != 0
    }

    pub(crate) fn union(self, other: Disguises) -> Disguises {
        Disguises(self.0 | other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Disguise> {
        Disguise::ALL
            .into_iter()
            .filter(move |&disguise| self.has(disguise))
    }
}

impl Scratch {
    /// The tokens of the message that was heard last.
    pub(crate) fn row(&self) -> Row {
        self.tally.row()
    }

    /// Keeps the memory of a scan for the next.
    pub(crate) fn keep(&mut self, kept: Kept) {
        self.kept = kept;
    }
}

impl Hit {
    /// How much one must believe to read the words so: 0 for plain ones.
    fn doubtfulness(&self) -> u8 {
        u8::from(!self.is_strong) << 5 | u8::from(self.is_by_sound) << 4 | self.disguises.0.count_ones() as u8
    }
}

impl FromIterator<Disguise> for Disguises {
    fn from_iter<T: IntoIterator<Item = Disguise>>(disguises: T) -> Self {
        let mut set = Disguises::default();
        disguises.into_iter().for_each(|disguise| set.add(disguise));
        set
    }
}

impl Scan<'_> {
    /// Its memory, for the next.
    pub(crate) fn into_kept(self) -> Kept {
        Kept {
            hits: self.hits,
            present: self.present,
            units: self.units,
            sounds: self.sounds,
        }
    }

    /// Whether hits of any of these classes are kept.
    fn wants(&self, classes: &[ClassId]) -> bool {
        let is_wanted = |wanted: Wanted| classes.iter().any(|&class| wanted.classes.contains(class));
        self.wanted.is_none_or(is_wanted)
    }

    fn wants_sounds(&self) -> bool {
        self.wanted.is_none_or(|wanted| wanted.sounds)
    }

    fn wants_restored(&self) -> bool {
        self.wanted.is_none_or(|wanted| wanted.restored)
    }
}

impl Readings<'_> {
    /// The text of a reading by its number in a [`Hit`].
    pub(crate) fn text(&self, reading: u8) -> &str {
        match reading {
            0 => &self.plain.text,
            _ => &self.restored[reading as usize - 1].text,
        }
    }
}

impl fmt::Debug for Searcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Searcher")
            .field("class_count", &self.class_count)
            .finish_non_exhaustive()
    }
}

impl Searcher {
    /// Builds the automaton and the indexes.
    ///
    /// # Errors
    /// If the automaton can't be built.
    pub(crate) fn new(lexicon: &Lexicon) -> Result<Self> {
        let symbols = build_automaton(lexicon)?;
        let forms: FxHashSet<String> = lexicon.folds.restorations.forms().into_iter().collect();
        let terms = &lexicon.terms;
        let is_form = terms.texts().map(|text| forms.contains(text));
        let with_sound = terms.texts().enumerate();
        let with_sound = with_sound.filter(|(term, _)| terms.has_sound(*term));
        let sound = SoundIndex::new(with_sound, &lexicon.folds.syllables);
        let allowances: Vec<ClassId> = lexicon.allowances().collect();
        let always_wanted = masks([lexicon.you, lexicon.we].iter().chain(&allowances));
        let mut searcher = Self {
            symbols: symbols.into(),
            glance: Glance::default(),
            sound,
            is_form: is_form.collect(),
            rule_gates: Gates::default(),
            other_gates: Gates::default(),
            outlines: Outlines::new(&lexicon.patterns),
            wanted_by_judges: set_of(&always_wanted, lexicon.classes.len()),
            always_wanted,
            first_form: lexicon.terms.len(),
            class_count: lexicon.classes.len(),
        };
        searcher.glance = Glance::new(lexicon, &searcher.sound, &pair_frequency(lexicon));
        let frequencies = searcher.class_frequencies(lexicon);
        searcher.glance.mark_grave(&grave_classes(lexicon, &frequencies));
        let is_rule = |pattern: &Pattern| matches!(pattern.target, Target::Rule(_));
        searcher.rule_gates = Gates::new(lexicon, &frequencies, is_rule);
        searcher.other_gates = Gates::new(lexicon, &frequencies, |pattern| !is_rule(pattern));
        Ok(searcher)
    }

    /// Completes a searcher that was made ahead.
    pub(crate) fn complete(&mut self, lexicon: &Lexicon) {
        self.outlines = Outlines::new(&lexicon.patterns);
        self.wanted_by_judges = set_of(&self.always_wanted, self.class_count);
        self.glance.complete();
    }

    /// All terms in a plain or restored text with their places, in the order of their ends, the longest first, and
    /// written forms as terms from [`first_form`](Self::first_form) on.
    fn terms_in(&self, lexicon: &Lexicon, text: &str) -> Vec<(usize, NormSpan)> {
        let symbols = || build_automaton(lexicon).expect("it was built when the rest was made");
        let found = self.symbols.get_or_init(symbols).find_overlapping_iter(text);
        let place = |found: daachorse::Match<u32>| NormSpan::new(found.start(), found.end());
        let mut terms: Vec<(usize, NormSpan)> = found
            .map(|found| (found.value() as usize, place(found)))
            .collect();
        let has_symbols = !terms.is_empty();
        self.glance
            .terms_in(text, &lexicon.folds, &self.sound, |term, span| {
                terms.push((term as usize, span));
            });
        if has_symbols {
            terms.sort_by_key(|(_, span)| (span.end, span.start));
        }
        terms
    }

    /// Finds all terms in all stretches. O(characters + hits).
    pub(crate) fn scan<'t>(&self, lexicon: &Lexicon, stretches: impl Iterator<Item = &'t str>) -> Scan<'t> {
        self.scan_for(lexicon, None, None, stretches, Kept::default())
    }

    /// Finds what is wanted, or everything if nothing is said, but for the hits of the plain reading that are told.
    fn scan_for<'t>(
        &self,
        lexicon: &Lexicon,
        wanted: Option<Wanted<'t>>,
        told: Option<&[Told]>,
        stretches: impl Iterator<Item = &'t str>,
        kept: Kept,
    ) -> Scan<'t> {
        let Kept {
            mut hits,
            mut present,
            units,
            sounds,
        } = kept;
        hits.clear();
        present.reset(self.class_count);
        let mut scan = Scan {
            wanted,
            readings: SmallVec::new(),
            hits,
            present,
            units,
            sounds,
        };
        for (stretch, source) in stretches.enumerate() {
            self.scan_stretch(lexicon, stretch as u32, source, told, &mut scan);
        }
        scan
    }

    /// Finds what a glimpse left to look for; gives the patterns worth trying, too. Uses the memory of the scan before.
    pub(crate) fn scan_glimpsed<'t>(
        &self,
        lexicon: &Lexicon,
        glimpse: Glimpse,
        message: &'t Message,
        scratch: &'t mut Scratch,
    ) -> (Vec<usize>, Scan<'t>) {
        let stretches = message.stretches().map(|(_, _, text)| text);
        let Glimpse { open, rest } = glimpse;
        let scan = match rest {
            None => self.scan(lexicon, stretches),
            Some(rest) => {
                // Where all is told and nothing else is looked for, nobody asks.
                if rest.told.is_none() || rest.sounds || rest.restored {
                    self.want(&open, &mut scratch.wanted);
                }
                let wanted = Wanted {
                    classes: &scratch.wanted,
                    sounds: rest.sounds,
                    restored: rest.restored,
                };
                let kept = std::mem::take(&mut scratch.kept);
                self.scan_for(lexicon, Some(wanted), rest.told.as_deref(), stretches, kept)
            }
        };
        (open, scan)
    }

    /// In how many of the rules' own innocent examples each class stands: the lexicon's idea of ordinary text.
    fn class_frequencies(&self, lexicon: &Lexicon) -> Vec<u32> {
        let mut frequencies = vec![0; self.class_count];
        let misses = lexicon.rules.iter().flat_map(|rule| &rule.misses);
        for miss in misses {
            let scan = self.scan(lexicon, std::iter::once(miss.marked_text()));
            scan.present.for_each(|class| frequencies[class.0 as usize] += 1);
        }
        frequencies
    }

    /// The patterns whose obligatory classes are all present, in lexicon order; none if no rule's are, unless the
    /// context is needed.
    pub(crate) fn gate(&self, present: &ClassSet, needs_context: bool) -> Vec<usize> {
        let (mut open, mut filled) = (Vec::new(), Filled::default());
        self.rule_gates.open(present, &mut filled, &mut open);
        if needs_context || !open.is_empty() {
            self.other_gates.open(present, &mut filled, &mut open);
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// The same of those that belong to no rule: cues.
    pub(crate) fn gate_cues(&self, present: &ClassSet) -> Vec<usize> {
        let mut open = Vec::new();
        self.other_gates.open(present, &mut Filled::default(), &mut open);
        open.sort_unstable();
        open.dedup();
        open
    }

    /// The rules that these patterns can make matches of, as far as the message's fields and the open cues tell
    /// whether a rule's conditions can hold; with repeats, in lexicon order.
    pub(crate) fn open_rules<'a>(
        &'a self,
        lexicon: &'a Lexicon,
        open: &'a [usize],
        message: &'a Message,
    ) -> impl Iterator<Item = usize> + 'a {
        let target = |index: &usize| self.outlines.target(*index);
        let effects = Effects::of(open.iter().filter_map(|index| match target(index) {
            Target::Cue(cue) => Some(lexicon.cues[cue].effect),
            _ => None,
        }));
        open.iter().filter_map(move |index| match target(index) {
            Target::Rule(rule)
                if conditions::may_hold(&lexicon.rules[rule].when, message, effects, lexicon) =>
            {
                Some(rule)
            }
            _ => None,
        })
    }

    /// What the second opinion is of a message; none without a model. Adds the characters of the message to
    /// `characters`: whoever reads them all counts them for nothing.
    pub(crate) fn opine(
        &self,
        lexicon: &Lexicon,
        message: &Message,
        scratch: &mut Scratch,
        characters: &mut u64,
    ) -> Option<Opinion> {
        let count = |text: &str| text.chars().count() as u64;
        if lexicon.model.is_none() {
            *characters += message.stretches().map(|(_, _, text)| count(text)).sum::<u64>();
            return None;
        }
        let tally = &mut scratch.tally;
        let opinion = self.glance.opine(message, &lexicon.folds, &self.sound, tally);
        *characters += tally.characters() + opinion::unheard(message).map(count).sum::<u64>();
        Some(opinion)
    }

    /// The logits of a message and of its loudest stretch at a closer look. O(tokens).
    pub(crate) fn look_closer(&self, row: &Row, scratch: &mut Scratch) -> (f32, f32) {
        self.glance.look_closer(row, &mut scratch.closer)
    }

    /// The tokens of a message and what they add to the second opinion, with their places.
    pub(crate) fn listen(
        &self,
        lexicon: &Lexicon,
        model: &Model,
        message: &Message,
        listening: Listening,
    ) -> Vec<Stretch> {
        let listen = |(turn, source)| self.listen_to(lexicon, model, turn, source, listening);
        opinion::heard(message).map(listen).collect()
    }

    /// The same for what comes after a place in its stretch.
    pub(crate) fn listen_after(
        &self,
        lexicon: &Lexicon,
        model: &Model,
        message: &Message,
        place: Place,
    ) -> Stretch {
        let start = place.span.end;
        let rest = &message.stretch(place.turn)[start..];
        let mut stretch = self.listen_to(lexicon, model, place.turn, rest, Listening::InAll);
        for token in &mut stretch.tokens {
            token.span = Span::new(token.span.start + start, token.span.end + start);
        }
        stretch
    }

    fn listen_to(
        &self,
        lexicon: &Lexicon,
        model: &Model,
        turn: Option<usize>,
        source: &str,
        listening: Listening,
    ) -> Stretch {
        let (tokens, shares) = self
            .glance
            .listen(source, &lexicon.folds, &self.sound, model, listening);
        Stretch { turn, tokens, shares }
    }

    /// What a message may break; `None` if it can't hold a match. A superset of what the full scan finds, at a
    /// fraction of its cost: first the classes present, then whether their places fit. Only rules that are asked count;
    /// if none of them can have a match, `needs_context` tells whether the message is read all the same.
    pub(crate) fn glance(
        &self,
        lexicon: &Lexicon,
        message: &Message,
        is_asked: &dyn Fn(usize) -> bool,
        needs_context: bool,
        work: &mut Work,
        scratch: &mut Scratch,
    ) -> Option<Glimpse> {
        let Scratch {
            sights,
            filled,
            places,
            wanted,
            ..
        } = scratch;
        self.glance.begin(sights);
        let mut stretches = 0;
        for (_, _, source) in message.stretches() {
            stretches += 1;
            self.glance.see(source, &lexicon.folds, &self.sound, sights);
            work.filter_hits += sights.places.count();
        }
        work.anchors += sights.terms.len() as u64;
        if sights.has_form {
            return self.look_closely(lexicon, message, is_asked, needs_context);
        }
        if sights.has_letters {
            self.hear(lexicon, message, sights);
        }
        let mut open = Vec::with_capacity(USUAL_PATTERNS);
        self.rule_gates.open(&sights.present, filled, &mut open);
        open.retain(|&pattern| match self.outlines.target(pattern) {
            Target::Rule(rule) => is_asked(rule),
            _ => true,
        });
        // Places are those of one row; calls are few, and a pattern may stretch over their turns.
        let has_places = stretches == 1;
        if has_places && !open.is_empty() {
            places.file(sights, self.class_count);
            open.retain(|&index| places.may_fill(&self.outlines, index, sights));
        }
        let rules = open.len();
        if rules == 0 {
            if !needs_context {
                return None;
            }
            if has_places {
                places.file(sights, self.class_count);
            }
        }
        self.other_gates.open(&sights.present, filled, &mut open);
        if has_places {
            let mut index = 0;
            open.retain(|&pattern| {
                index += 1;
                index <= rules || places.may_fill(&self.outlines, pattern, sights)
            });
        }
        open.sort_unstable();
        open.dedup();
        let mut asked: SmallVec<[usize; USUAL_RULES]> = self.open_rules(lexicon, &open, message).collect();
        asked.dedup();
        if rules > 0 && asked.is_empty() && !needs_context {
            return None;
        }
        self.keep_needed(lexicon, &asked, &mut open);
        let is_exact = stretches == 1 && !sights.has_symbol && !sights.is_vague;
        let is_wanted =
            |wanted: &ClassSet, class| wanted.contains(class) || self.wanted_by_judges.contains(class);
        let told = is_exact.then(|| {
            self.want_present(&open, &sights.present, wanted);
            let is_told = |sight: Sight| {
                // What the row shows of a longer term may be one character, too: its sights hold the classes of both.
                let is_own = || lexicon.terms.classes(sight.term as usize).contains(&sight.class);
                let is_shared = sights.is_mixed && sight.end - sight.start == 1;
                is_wanted(wanted, sight.class) && (!is_shared || is_own())
            };
            sights.tell(is_told)
        });
        // What only sounds like a term was seen with its classes; where `wanted` isn't made, all may be wanted.
        let is_heard = |sight: &Sight| sight.term == NO_TERM && (!is_exact || is_wanted(wanted, sight.class));
        let rest = Rest {
            sounds: sights.has_letters || sights.has_sound && sights.terms.iter().any(is_heard),
            restored: sights.has_gap,
            told,
        };
        Some(Glimpse {
            open,
            rest: Some(rest),
        })
    }

    /// Whether a cue with such an effect may stand in a text, judged as [`glance`](Self::glance) judges it.
    pub(crate) fn may_have_cue(
        &self,
        lexicon: &Lexicon,
        text: &str,
        is_asked: impl Fn(Effect) -> bool,
        scratch: &mut Scratch,
    ) -> bool {
        let Scratch {
            sights,
            filled,
            places,
            ..
        } = scratch;
        self.glance.begin(sights);
        self.glance.see(text, &lexicon.folds, &self.sound, sights);
        if sights.has_form {
            return true;
        }
        if sights.has_letters {
            self.hear(lexicon, &Message::text(text), sights);
        }
        let mut open = Vec::with_capacity(USUAL_PATTERNS);
        self.other_gates.open(&sights.present, filled, &mut open);
        open.retain(
            |&pattern| matches!(self.outlines.target(pattern), Target::Cue(cue) if is_asked(lexicon.cues[cue].effect)),
        );
        if open.is_empty() {
            return false;
        }
        places.file(sights, self.class_count);
        open.iter()
            .any(|&index| places.may_fill(&self.outlines, index, sights))
    }

    /// Keeps, of open patterns, those of these rules and the cues that somebody asks for in judging their matches.
    fn keep_needed(&self, lexicon: &Lexicon, rules: &[usize], open: &mut Vec<usize>) {
        let needed = Needed::by(rules.iter().map(|&rule| &lexicon.rules[rule].when));
        open.retain(|&pattern| match self.outlines.target(pattern) {
            Target::Rule(rule) | Target::Unless(rule) => rules.binary_search(&rule).is_ok(),
            Target::Cue(cue) => needed.includes(lexicon.cues[cue].effect),
        });
    }

    /// How many terms are seen in a text.
    pub(crate) fn count_sights(&self, lexicon: &Lexicon, text: &str, scratch: &mut Scratch) -> usize {
        self.glance.begin(&mut scratch.sights);
        self.glance
            .see(text, &lexicon.folds, &self.sound, &mut scratch.sights);
        scratch.sights.terms.len()
    }

    /// The glimpse of a message with written forms of restored readings: made by the full scan.
    fn look_closely(
        &self,
        lexicon: &Lexicon,
        message: &Message,
        is_asked: &dyn Fn(usize) -> bool,
        needs_context: bool,
    ) -> Option<Glimpse> {
        let scan = self.scan(lexicon, message.stretches().map(|(_, _, text)| text));
        let open = self.gate(&scan.present, true);
        let has_rules = self.open_rules(lexicon, &open, message).any(is_asked);
        (has_rules || needs_context).then_some(Glimpse { open, rest: None })
    }

    /// Adds the classes of terms that may be spelled in letters.
    fn hear(&self, lexicon: &Lexicon, message: &Message, sights: &mut Sights) {
        let mut scan = Scan {
            present: ClassSet::new(self.class_count),
            ..Scan::default()
        };
        for (_, _, source) in message.stretches() {
            let (plain, signs) = normalize::plain(source, &lexicon.folds.table);
            self.scan_sound(lexicon, 0, source, &plain, signs, &mut scan);
        }
        scan.present.for_each(|class| sights.add_unplaced(class));
    }

    /// Wants the classes of these patterns and those that the judges look at, and nothing else.
    fn want(&self, open: &[usize], wanted: &mut ClassSet) {
        wanted.reset(self.class_count);
        wanted.insert_all(&self.always_wanted);
        for &pattern in open {
            wanted.insert_all(self.outlines.classes(pattern));
        }
    }

    /// The same as far as the classes are `present`, without those that the judges look at.
    fn want_present(&self, open: &[usize], present: &ClassSet, wanted: &mut ClassSet) {
        wanted.reset(self.class_count);
        for &pattern in open {
            wanted.insert_held(self.outlines.classes(pattern), present);
        }
    }
}

/// The set of these classes, of so many.
fn set_of(masks: &[Mask], classes: usize) -> ClassSet {
    let mut set = ClassSet::new(classes);
    set.insert_all(masks);
    set
}

fn build_automaton(lexicon: &Lexicon) -> Result<Automaton> {
    let table = &lexicon.folds.table;
    let is_symbol = |character: char| 1 << table.kind(character) as u32 & TRANSPARENT != 0;
    let known: FxHashSet<&str> = lexicon.terms.texts().collect();
    let terms = (0..).zip(lexicon.terms.texts());
    let terms = terms.filter(|(_, text)| text.chars().any(is_symbol));
    let mut forms = lexicon.folds.restorations.forms();
    forms.dedup();
    // The automaton takes each text once.
    let forms = forms.iter().filter(|form| !known.contains(form.as_str()));
    let forms = (lexicon.terms.len() as u32..).zip(forms);
    let terms = terms.map(|(term, text)| (text.to_owned(), term));
    let forms = forms.map(|(number, form)| (form.clone(), number));
    Automaton::with_values(terms.chain(forms)).map_err(|cause| {
        let reason = say!(
            "无法建立词语的自动机：{cause}",
            "cannot build the term automaton: {cause}"
        );
        Error::new(ErrorKind::Lexicon, reason)
    })
}

/// The classes of the rarest steps of the patterns of grave rules, by how often each class stands in ordinary text.
fn grave_classes(lexicon: &Lexicon, frequencies: &[u32]) -> ClassSet {
    let is_grave = |pattern: &&Pattern| match pattern.target {
        Target::Rule(rule) => lexicon.rules[rule].is_grave(),
        _ => false,
    };
    // The opinion looks at pairs of characters: what it cannot see comes last.
    let mut unseen = ClassSet::new(lexicon.classes.len());
    unseen.extend(lexicon.shapes.iter().copied());
    let terms = &lexicon.terms;
    let single = (0..terms.len()).filter(|&term| terms.characters(term) == 1);
    unseen.extend(single.flat_map(|term| terms.classes(term)).copied());
    let is_unseen = |step: &Step| step.classes.iter().any(|&class| unseen.contains(class));
    let mut classes = ClassSet::new(lexicon.classes.len());
    for pattern in lexicon.patterns.iter().filter(is_grave) {
        let obligatory = pattern.steps.iter().filter(|step| !step.is_optional);
        let rarest = obligatory.min_by_key(|step| (is_unseen(step), frequency_of(step, frequencies)));
        classes.extend(rarest.iter().flat_map(|step| &step.classes).copied());
    }
    classes
}

/// How often two characters stand side by side in the rules' own innocent examples.
fn pair_frequency(lexicon: &Lexicon) -> impl Fn(char, char) -> u32 {
    let mut pairs: FxHashMap<(char, char), u32> = FxHashMap::default();
    for miss in lexicon.rules.iter().flat_map(|rule| &rule.misses) {
        let plain = normalize::plain_term(miss.marked_text(), &lexicon.folds.table);
        let characters: Vec<char> = plain.chars().collect();
        for pair in characters.windows(2) {
            *pairs.entry((pair[0], pair[1])).or_default() += 1;
        }
    }
    move |first, second| pairs.get(&(first, second)).copied().unwrap_or(0)
}
