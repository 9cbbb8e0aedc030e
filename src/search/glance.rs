//! Which classes stand in a text, and roughly where: one pass over the source.
//!
//! In: the source of a turn. Out: [`Sights`]: the classes of all terms that stand in it in any reading, and where in
//! the row of folded characters. A superset of what the full scan finds, at a fraction of its cost: one table look-up
//! folds a character, everything that a restored reading would skip is skipped, and one cell is read for each pair
//! of neighbours; only a cell with terms is followed. Most messages end here: no text, no map and no hit is made for
//! them. It never decides a match.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::NO_TERM;
use super::alphabet::{Alphabet, Glyph, List, PairFacts, TRANSPARENT};
use super::shapes::{self, Shape};
use super::sights::{MOST_DIGITS, Number, Sights, VAGUE};
use super::sound::SoundIndex;
use super::tally::{Closer, Measure, Row, Scale, Tally};
use super::wide::{Wide, WideCodes};
use crate::lexicon::class_set::ClassSet;
use crate::lexicon::flat::{self, flat_struct};
use crate::lexicon::pattern::ClassId;
use crate::lexicon::{Folds, Lexicon};
use crate::message::Message;
use crate::normalize::{CharKind, Signs};
use crate::opinion::{self, Gram, Head, Listening, Model, Opinion, Shares, Token};
use crate::span::{NormSpan, Span};

/// Terms by the rarest pair of neighbours in them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) struct Glance {
    alphabet: Alphabet,
    /// What is filed under each pair with terms.
    #[serde(with = "flat")]
    pairs: Vec<Pair>,
    /// The terms of each pair, one list after the other.
    #[serde(with = "flat")]
    entries: Vec<Entry>,
    /// The characters of terms longer than most, one after the other.
    #[serde(with = "flat")]
    characters: Vec<u16>,
    /// The different lists of classes that terms have.
    #[serde(with = "flat")]
    lists: Vec<ClassId>,
    /// The classes of the terms that may be read by sound as far as they may, by term.
    #[serde(with = "flat")]
    heard: Vec<List>,
    /// Classes of the shapes, by shape.
    shapes: Vec<ClassId>,
    class_count: usize,
    measure: Measure,
    wide: Wide,
}

/// What is filed under a pair; four of them lie in a cache line.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    /// The term that the pair itself is, and its classes.
    term: u32,
    own: List,
    /// Longer terms filed under it, and written forms.
    first: u32,
    length: u16,
    /// A grave rule waits for the pair itself.
    is_grave: bool,
}

/// A term filed under a pair.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Its characters but for the pair, if there are no more than these; almost all terms have no more.
    others: [u16; FEW],
    /// Place of all of them in `characters`, if there are more.
    first: u32,
    length: u8,
    /// Characters before the pair.
    before: u8,
    is_form: bool,
    /// A grave rule waits for it.
    is_grave: bool,
    term: u32,
    classes: List,
}

/// Characters besides the pair that an entry keeps itself.
const FEW: usize = 2;

flat_struct!(Pair {
    term: u32,
    own: List,
    first: u32,
    length: u16,
    is_grave: bool,
});
flat_struct!(Entry {
    others: [u16; FEW],
    first: u32,
    length: u8,
    before: u8,
    is_form: bool,
    is_grave: bool,
    term: u32,
    classes: List,
});

impl Glance {
    /// Enters all terms and all written forms; `frequency` says how often a pair stands in ordinary text.
    pub(super) fn new(lexicon: &Lexicon, sound: &SoundIndex, frequency: &dyn Fn(char, char) -> u32) -> Self {
        let mut own = Self {
            alphabet: Alphabet::new(),
            // Number 0 is none.
            pairs: vec![Pair {
                term: NO_TERM,
                ..Pair::default()
            }],
            entries: Vec::new(),
            characters: Vec::new(),
            lists: Vec::new(),
            heard: Vec::new(),
            shapes: lexicon.shapes.clone(),
            class_count: lexicon.classes.len(),
            measure: Measure::default(),
            wide: Wide::default(),
        };
        let mut facts: BTreeMap<(u16, u16), PairFacts> = BTreeMap::new();
        let mut filed: BTreeMap<(u16, u16), Vec<Entry>> = BTreeMap::new();
        let mut lists: FxHashMap<Vec<ClassId>, List> = FxHashMap::default();
        let table = &lexicon.folds.table;
        let terms = lexicon.terms.texts().enumerate();
        let terms = terms.map(|(term, text)| {
            let classes = lexicon.terms.classes(term);
            (term as u32, text.to_owned(), classes, false)
        });
        let forms = lexicon.folds.restorations.forms();
        let forms = forms.into_iter().map(|form| (NO_TERM, form, &[][..], true));
        for (term, text, classes, is_form) in terms.chain(forms) {
            let kept = text
                .chars()
                .filter(|&character| 1 << table.kind(character) as u32 & TRANSPARENT == 0);
            let characters: Vec<char> = kept.collect();
            // The row shows only a part of it.
            let term = match characters.len() == text.chars().count() {
                true => term,
                false => VAGUE,
            };
            let mut codes: Vec<u16> = characters
                .iter()
                .map(|&character| own.alphabet.enter(character))
                .collect();
            if codes.is_empty() && !is_form {
                // Nothing but symbols: they are looked for one by one, out of the row.
                codes.extend(text.chars().next().map(|symbol| own.alphabet.enter(symbol)));
            }
            match codes[..] {
                // A picture: its glyph says so.
                [] => {}
                [code] => {
                    // Two terms may differ only in what the row leaves out.
                    let mut all = own.classes(own.alphabet.facts(code).classes).to_vec();
                    let is_first = all.is_empty();
                    all.extend(classes);
                    all.sort_unstable();
                    all.dedup();
                    let all = own.list(all, &mut lists);
                    let facts = own.alphabet.facts_mut(code);
                    facts.classes = all;
                    facts.is_form |= is_form;
                    facts.is_vague |= term == VAGUE;
                    if !is_form && (is_first || term != VAGUE) {
                        facts.term = term;
                    }
                }
                _ => {
                    let classes = own.list(classes.to_vec(), &mut lists);
                    let rarest = (1..codes.len())
                        .min_by_key(|&at| frequency(characters[at - 1], characters[at]))
                        .expect("two characters have a pair");
                    let pair = (codes[rarest - 1], codes[rarest]);
                    facts.entry(pair).or_default();
                    let mut others = [0; FEW];
                    let rest = codes[..rarest - 1].iter().chain(&codes[rarest + 1..]);
                    others
                        .iter_mut()
                        .zip(rest)
                        .for_each(|(other, code)| *other = *code);
                    filed.entry(pair).or_default().push(Entry {
                        others,
                        first: own.characters.len() as u32,
                        length: codes.len().min(usize::from(u8::MAX)) as u8,
                        before: (rarest - 1) as u8,
                        is_form,
                        is_grave: false,
                        term,
                        classes,
                    });
                    if codes.len() > 2 + FEW {
                        own.characters.extend(codes);
                    }
                }
            }
        }
        let may = |class: &&ClassId| lexicon.classes[class.0 as usize].has_sound;
        for term in 0..lexicon.terms.len() {
            let has_sound = lexicon.terms.has_sound(term);
            let classes = lexicon.terms.classes(term).iter();
            let classes = classes.filter(|class| has_sound && may(class));
            let list = own.list(classes.copied().collect(), &mut lists);
            own.heard.push(list);
        }
        for substitute in lexicon.folds.syllables.substitutes() {
            own.alphabet.enter(substitute);
        }
        own.file(filed, &mut facts);
        if let Some(model) = &lexicon.model {
            own.weigh(model, &mut facts);
        }
        own.alphabet.file(&facts);
        own.alphabet.draw(&lexicon.folds, sound);
        own.complete();
        own
    }

    /// The place of a list of classes; equal lists are kept once.
    fn list(&mut self, classes: Vec<ClassId>, known: &mut FxHashMap<Vec<ClassId>, List>) -> List {
        let next = List((self.lists.len() as u32) << 8 | classes.len() as u32 & 0xFF);
        *known.entry(classes).or_insert_with_key(|classes| {
            self.lists.extend(classes);
            next
        })
    }

    /// Fills the lists of terms.
    fn file(&mut self, filed: BTreeMap<(u16, u16), Vec<Entry>>, facts: &mut BTreeMap<(u16, u16), PairFacts>) {
        for (pair, mut entries) in filed {
            let list = u16::try_from(self.pairs.len());
            facts.entry(pair).or_default().terms = list.expect("fewer than 65,536 pairs have terms");
            let is_itself = |entry: &Entry| entry.length == 2 && !entry.is_form;
            let own = entries.iter().position(is_itself);
            let own = own.map(|at| entries.swap_remove(at));
            self.pairs.push(Pair {
                term: own.map_or(NO_TERM, |own| own.term),
                own: own.map_or(List::default(), |own| own.classes),
                is_grave: own.is_some_and(|own| own.is_grave),
                first: self.entries.len() as u32,
                length: u16::try_from(entries.len()).expect("no pair is in so many terms"),
            });
            self.entries.extend(entries);
        }
    }

    /// Notes the terms that grave rules wait for.
    pub(super) fn mark_grave(&mut self, grave: &ClassSet) {
        let is_grave = |list| {
            listed(&self.lists, list)
                .iter()
                .any(|&class| grave.contains(class))
        };
        for entry in &mut self.entries {
            entry.is_grave = is_grave(entry.classes);
        }
        for pair in &mut self.pairs {
            pair.is_grave = is_grave(pair.own);
        }
        let mut alphabet = std::mem::take(&mut self.alphabet);
        alphabet.mark_grave(|terms| self.has_grave(self.pairs[usize::from(terms)]));
        self.alphabet = alphabet;
    }

    /// Whether a grave rule waits for a term filed under a pair.
    fn has_grave(&self, pair: Pair) -> bool {
        pair.is_grave || self.entries_of(pair).iter().any(|entry| entry.is_grave)
    }

    /// Enters what the model says.
    fn weigh(&mut self, model: &Model, facts: &mut BTreeMap<(u16, u16), PairFacts>) {
        let scale = |head: usize| Scale {
            scale: model.scales[head],
            bias: model.biases[head],
        };
        let (any, closely) = (Head::Any.index(), Head::AnyClosely.index());
        self.measure = Measure {
            first: scale(any),
            close: scale(closely),
            of_break: self.alphabet.enter(opinion::BREAK),
            of_number: self.alphabet.enter(opinion::NUMBER),
            of_question: self.alphabet.enter(opinion::QUESTION),
            of_exclamation: self.alphabet.enter(opinion::EXCLAMATION),
            of_quote: self.alphabet.enter(opinion::QUOTE),
        };
        for (number, weighed) in (1..).zip(model.narrow()) {
            let (weight, close) = (weighed.weights[any], weighed.weights[closely]);
            match weighed.gram {
                Gram::One(character) => {
                    let code = self.alphabet.enter(character);
                    self.alphabet.set_weights(code, weight, close);
                    self.alphabet.facts_mut(code).gram = number;
                }
                Gram::Two(first, second) => {
                    let pair = (self.alphabet.enter(first), self.alphabet.enter(second));
                    let facts = facts.entry(pair).or_default();
                    (facts.weight, facts.close, facts.gram) = (weight, close, number);
                }
                Gram::Wide(..) => unreachable!("grams of the first hearing aren't wide"),
            }
        }
        let wide = model.wide().map(|(gram, weight)| {
            let codes = gram
                .characters()
                .map(|character| character.map_or(0, |own| self.alphabet.enter(own)));
            (codes, weight)
        });
        let wide: Vec<(WideCodes, i8)> = wide.collect();
        self.wide = Wide::new(&wide);
    }

    /// Fills what is made faster than read: what the opinion hears.
    pub(super) fn complete(&mut self) {
        self.alphabet.fill_heard(&self.measure);
    }

    /// What the second opinion is of a message. O(characters); nothing is kept.
    pub(super) fn opine(
        &self,
        message: &Message,
        folds: &Folds,
        sound: &SoundIndex,
        tally: &mut Tally,
    ) -> Opinion {
        tally.clear();
        let (measure, ears) = (&self.measure, self.alphabet.ears());
        for (_, source) in opinion::heard(message) {
            tally.begin_stretch(measure);
            let mut rest = tally.hear(source, measure, ears);
            while let Some(special) = rest.chars().next() {
                tally.count();
                self.hear_special(special, folds, sound, tally);
                rest = tally.hear(&rest[special.len_utf8()..], measure, ears);
            }
            tally.end_sentence();
        }
        tally.opinion(measure, ears, |codes, at| self.is_grave(codes, at))
    }

    /// Adds a character that is more than one token, or beyond the Basic Multilingual Plane.
    fn hear_special(&self, character: char, folds: &Folds, sound: &SoundIndex, tally: &mut Tally) {
        let (measure, alphabet) = (&self.measure, &self.alphabet);
        let mut add = |character: char, glyph: Glyph| {
            let Some((code, runs)) = measure.token(character, glyph) else {
                return;
            };
            tally.add(code, runs, measure);
            if glyph.is(CharKind::Sentence) {
                tally.end_sentence_once();
            }
        };
        let glyph = alphabet.glyph(character, folds, sound);
        if glyph.is(CharKind::Several) {
            let several = folds.table.several(character);
            several
                .chars()
                .for_each(|folded| add(folded, alphabet.glyph(folded, folds, sound)));
        } else {
            add(character, glyph);
        }
    }

    /// What the second opinion is of a message at a closer look: the logits of the whole and of its loudest stretch.
    /// O(tokens).
    pub(super) fn look_closer(&self, row: &Row, closer: &mut Closer) -> (f32, f32) {
        closer.look(row, &self.measure, &self.alphabet, &self.wide)
    }

    /// The tokens of a stretch, with their places and what each adds to all heads of the second opinion. O(characters).
    pub(super) fn listen(
        &self,
        source: &str,
        folds: &Folds,
        sound: &SoundIndex,
        model: &Model,
        listening: Listening,
    ) -> (Vec<Token>, Vec<Shares>) {
        let (tokens, codes) = self.tokens(source, folds, sound);
        let mut shares = vec![Shares::default(); codes.len()];
        if listening != Listening::Closely {
            self.weigh_all(&codes, model, &mut shares);
        }
        if listening != Listening::ByCategory {
            let mut closer = Closer::default();
            let closely = closer.share(&codes, &self.measure, &self.alphabet, &self.wide);
            for (share, &closely) in shares.iter_mut().zip(closely) {
                share.set(Head::AnyClosely, closely);
            }
        }
        (tokens, shares)
    }

    /// Adds the weights of the characters and pairs of a row. First the numbers of all that are known, without a branch, then
    /// their weights: so no look-up waits for the one before.
    fn weigh_all(&self, codes: &[u16], model: &Model, shares: &mut [Shares]) {
        let mut grams = vec![(0, 0); 2 * codes.len()];
        let (mut count, mut before) = (0, self.measure.of_break);
        for (at, &own) in codes.iter().enumerate() {
            for gram in [self.alphabet.facts(own).gram, self.alphabet.gram(before, own)] {
                grams[count] = (at, gram);
                count += usize::from(gram != 0);
            }
            before = own;
        }
        for &(at, gram) in &grams[..count] {
            shares[at].add(&model.weights(gram));
        }
    }

    /// The tokens of a stretch and their codes.
    fn tokens(&self, source: &str, folds: &Folds, sound: &SoundIndex) -> (Vec<Token>, Vec<u16>) {
        let mut tokens: Vec<Token> = Vec::with_capacity(source.len() / 2 + 1);
        let mut codes: Vec<u16> = Vec::with_capacity(source.len() / 2 + 1);
        let mut add = |character: char, glyph: Glyph, span: Span| {
            let Some((code, runs)) = self.measure.token(character, glyph) else {
                return;
            };
            let ends_sentence = glyph.is(CharKind::Sentence);
            if let Some(token) = tokens.last_mut()
                && runs
                && codes.last() == Some(&code)
            {
                token.span = token.span.cover(span);
                token.ends_sentence |= ends_sentence;
                return;
            }
            tokens.push(Token {
                character: self.alphabet.character(code),
                span,
                ends_sentence,
            });
            codes.push(code);
        };
        for (at, character) in source.char_indices() {
            let span = Span::new(at, at + character.len_utf8());
            let glyph = self.alphabet.glyph(character, folds, sound);
            if glyph.is(CharKind::Several) {
                let several = folds.table.several(character);
                several
                    .chars()
                    .for_each(|folded| add(folded, self.alphabet.glyph(folded, folds, sound), span));
            } else {
                add(character, glyph, span);
            }
        }
        (tokens, codes)
    }

    /// Whether a term that a grave rule waits for stands around the pair that ends at `at`.
    fn is_grave(&self, codes: &[u16], at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        let pair = self.pairs[usize::from(self.alphabet.terms(codes[before], codes[at]))];
        pair.is_grave || {
            let mut entries = self.entries_of(pair).iter();
            entries.any(|entry| entry.is_grave && self.start_of(entry, codes, at, |code| code).is_some())
        }
    }

    fn classes(&self, list: List) -> &[ClassId] {
        listed(&self.lists, list)
    }

    /// Forgets what was seen in the message before.
    pub(super) fn begin(&self, sights: &mut Sights) {
        sights.reset(self.class_count);
    }

    /// Adds what stands in a turn. O(characters + terms seen).
    pub(super) fn see(&self, source: &str, folds: &Folds, sound: &SoundIndex, sights: &mut Sights) {
        let mut row = std::mem::take(&mut sights.row);
        let signs = self.fold(source, folds, sound, &mut row, sights);
        let first_term = sights.terms.len();
        // First all places where something may stand, without a branch, so that their loads overlap; then those places.
        let mut places = std::mem::take(&mut sights.places);
        places.find(&row, &self.alphabet, sound);
        for &at in places.singles() {
            let (at, single) = (at as usize, self.alphabet.facts(row[at as usize].code()));
            sights.has_form |= single.is_form;
            sights.is_mixed |= single.is_vague;
            sights.is_vague |= single.is_vague && sights.touches_gap(at, at + 1);
            sights.add(single.term, self.classes(single.classes), at, at + 1);
        }
        for &(at, terms) in places.pairs() {
            self.look_up(terms, &row, at as usize, sights);
        }
        for &at in places.sounds() {
            let first = at as usize - 1;
            let character = |glyph: Glyph| self.alphabet.character(glyph.code());
            sound.hear(&row[first..], character, &folds.syllables, |term, length| {
                sights.has_sound = true;
                sights.add(NO_TERM, self.classes(self.heard[term]), first, first + length);
            });
        }
        sights.places = places;
        sights.has_letters |=
            signs & 1 << CharKind::Letter as u32 != 0 && folds.syllables.may_be_spelled(source, &folds.table);
        sights.row = row;
        sights.mind_gaps(first_term);
    }

    /// Makes the row of folded characters; numbers are seen on the way.
    fn fold(
        &self,
        source: &str,
        folds: &Folds,
        sound: &SoundIndex,
        row: &mut Vec<Glyph>,
        sights: &mut Sights,
    ) -> u32 {
        row.clear();
        row.reserve(source.len() / 2);
        sights.gaps.clear();
        sights.bytes.clear();
        let mut signs = 0;
        let mut number = Number::default();
        let mut before = ' ';
        for (byte, character) in source.char_indices() {
            let glyph = self.alphabet.glyph(character, folds, sound);
            signs |= 1 << glyph.kind_number();
            if glyph.is(CharKind::Digit) {
                number.push(folds.table.folded(character, &mut Signs::default()).0, before);
            } else if number.length > 0 && !glyph.is(CharKind::Invisible) {
                self.see_number(&number, character, row.len(), sights);
                number.length = 0;
            }
            before = character;
            if glyph.is_transparent() {
                // What is invisible is left out of the plain reading, too.
                if !glyph.is(CharKind::Invisible) {
                    sights.gaps.push(row.len() as u32);
                }
                sights.has_form |= glyph.may_begin_picture();
                for &class in self.classes(self.alphabet.facts(glyph.code()).classes) {
                    sights.add_unplaced(class);
                    sights.has_symbol = true;
                }
            } else if glyph.is(CharKind::Several) {
                let several = folds.table.several(character);
                // One character of the source, so no more than one between two steps: none, to be sure.
                row.extend(
                    several
                        .chars()
                        .map(|folded| self.alphabet.glyph(folded, folds, sound).as_other_word()),
                );
                sights.bytes.resize(row.len(), byte as u32);
                sights.is_vague = true;
            } else {
                row.push(glyph);
                sights.bytes.push(byte as u32);
            }
        }
        self.see_number(&number, ' ', row.len(), sights);
        signs
    }

    /// Adds the terms of a list whose rarest pair ends at `at`.
    fn look_up(&self, terms: u16, row: &[Glyph], at: usize, sights: &mut Sights) {
        let pair = self.pairs[usize::from(terms)];
        sights.is_vague |= pair.term == VAGUE && sights.touches_gap(at - 1, at + 1);
        sights.add(pair.term, self.classes(pair.own), at - 1, at + 1);
        for entry in self.entries_of(pair) {
            if let Some(start) = self.start_of(entry, row, at, Glyph::code) {
                sights.has_form |= entry.is_form;
                let end = start + usize::from(entry.length);
                sights.is_vague |= entry.term == VAGUE && sights.touches_gap(start, end);
                sights.add(entry.term, self.classes(entry.classes), start, end);
            }
        }
    }

    /// Calls `found` with every term of a plain or restored text that holds no symbol, and where it stands, in the order
    /// of their ends, the longest first. O(characters + terms).
    pub(super) fn terms_in(
        &self,
        text: &str,
        folds: &Folds,
        sound: &SoundIndex,
        mut found: impl FnMut(u32, NormSpan),
    ) {
        let starts = text.char_indices().map(|(at, _)| at);
        let starts: Vec<usize> = starts.chain([text.len()]).collect();
        let glyphs = text
            .chars()
            .map(|character| self.alphabet.glyph(character, folds, sound));
        let row: Vec<Glyph> = glyphs.collect();
        let mut terms: Vec<(usize, usize, u32)> = Vec::new();
        let mut add = |term: u32, start: usize, end: usize| {
            if term < VAGUE {
                terms.push((starts[end], starts[start], term));
            }
        };
        for (at, glyph) in row.iter().enumerate() {
            if glyph.is_single() {
                add(self.alphabet.facts(glyph.code()).term, at, at + 1);
            }
            let Some(before) = at.checked_sub(1) else { continue };
            let pair = self.pairs[usize::from(self.alphabet.terms(row[before].code(), glyph.code()))];
            add(pair.term, before, at + 1);
            for entry in self.entries_of(pair) {
                if let Some(start) = self.start_of(entry, &row, at, Glyph::code) {
                    add(entry.term, start, start + usize::from(entry.length));
                }
            }
        }
        terms.sort_unstable();
        for (end, start, term) in terms {
            found(term, NormSpan::new(start, end));
        }
    }

    fn entries_of(&self, pair: Pair) -> &[Entry] {
        &self.entries[pair.first as usize..pair.first as usize + usize::from(pair.length)]
    }

    /// Where a term begins in a row of codes, if it stands there with its pair ending at `at`.
    fn start_of<T: Copy>(
        &self,
        entry: &Entry,
        row: &[T],
        at: usize,
        code: impl Fn(T) -> u16,
    ) -> Option<usize> {
        let length = usize::from(entry.length);
        let before = usize::from(entry.before);
        let start = at.checked_sub(1 + before)?;
        let seen = row.get(start..start + length)?;
        let stands = if length <= 2 + FEW {
            let others = seen[..before].iter().chain(&seen[before + 2..]);
            others.zip(entry.others).all(|(&own, other)| code(own) == other)
        } else {
            let term = &self.characters[entry.first as usize..entry.first as usize + length];
            seen.iter().zip(term).all(|(&own, &other)| code(own) == other)
        };
        stands.then_some(start)
    }

    /// Adds the shape of a number that ends before `after`, where the row is `end` long.
    fn see_number(&self, number: &Number, after: char, end: usize, sights: &mut Sights) {
        let length = number.length;
        // A check character may follow, and a year in brackets may begin a case number: let the full scan look.
        if length == 17 && matches!(after, 'x' | 'X' | 'ｘ' | 'Ｘ') {
            sights.add_unplaced(self.shapes[Shape::IdNumber as usize]);
            sights.add_unplaced(self.shapes[Shape::BankCard as usize]);
            sights.add_unplaced(self.shapes[Shape::LongNumber as usize]);
        } else if let Some(shape) = shapes::shape_of(&number.digits[..length.min(MOST_DIGITS)]) {
            sights.add(NO_TERM, &[self.shapes[shape as usize]], end - length, end);
        } else if length == 4 && number.is_bracketed {
            sights.add_unplaced(self.shapes[Shape::CaseNumber as usize]);
        }
    }
}

/// The classes of a list.
fn listed(lists: &[ClassId], list: List) -> &[ClassId] {
    let first = (list.0 >> 8) as usize;
    &lists[first..first + (list.0 & 0xFF) as usize]
}
