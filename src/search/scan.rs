//! The full scan of a stretch: all hits of terms in every reading, with spans and disguises.
//!
//! In: the text of a turn. Out: [`Hit`]s and readings, added to a [`Scan`]. One automaton over the plain reading, a
//! filter of syllables for what only sounds like a term, and the automaton again over restored readings, which are made
//! only where the source shows a sign of them. Which class is looked for is the caller's choice.

use smallvec::SmallVec;

use super::sights::Told;
use super::{Disguises, Hit, NO_TERM, Readings, Scan, Searcher, shapes};
use crate::finding::Disguise;
use crate::lexicon::Lexicon;
use crate::lexicon::pattern::ClassId;
use crate::normalize::{self, CharKind, Normalized, Restored, Signs};
use crate::span::{NormSpan, Span};

/// Stretches of the source skipped inside a term.
type Gaps = SmallVec<[Span; 4]>;

impl Searcher {
    pub(super) fn scan_stretch<'t>(
        &self,
        lexicon: &Lexicon,
        stretch: u32,
        source: &'t str,
        told: Option<&[Told]>,
        scan: &mut Scan<'t>,
    ) {
        let folds = &lexicon.folds;
        let (plain, signs) = normalize::plain(source, &folds.table);
        let has_form = match told {
            Some(told) => {
                self.take_told(lexicon, stretch, &plain, told, scan);
                false
            }
            None => self.scan_plain(lexicon, stretch, &plain, scan),
        };
        if signs.has(CharKind::Digit) {
            scan_shapes(lexicon, stretch, &plain, scan);
        }
        if scan.wants_sounds() {
            self.scan_sound(lexicon, stretch, source, &plain, signs, scan);
        }
        let restored = if scan.wants_restored() {
            normalize::restore(&plain, signs, has_form, &folds.table, &folds.restorations)
        } else {
            Vec::new()
        };
        for (reading, restored) in (1..).zip(&restored) {
            self.scan_restored(lexicon, stretch, source, reading, restored, scan);
        }
        scan.readings.push(Readings {
            source,
            plain,
            restored,
        });
    }

    /// The same as [`scan_plain`](Self::scan_plain) where a glimpse has told all hits: it has seen no form.
    fn take_told(&self, lexicon: &Lexicon, stretch: u32, plain: &Normalized, told: &[Told], scan: &mut Scan) {
        // A term is told for each of its classes, one after the other.
        let is_source = plain.offsets.is_identity();
        let mut last: Option<((u32, u32), Option<Hit>)> = None;
        for told in told {
            let key = (told.term, told.first);
            let hit = match last.filter(|(other, _)| *other == key) {
                Some((_, hit)) => hit,
                None => {
                    let norm_of = |byte: u32| match is_source {
                        true => byte as usize,
                        false => plain.offsets.to_norm(byte as usize),
                    };
                    let (start, last_character) = (norm_of(told.first), norm_of(told.last));
                    let length = plain.text[last_character..]
                        .chars()
                        .next()
                        .map_or(0, char::len_utf8);
                    let norm = NormSpan::new(start, last_character + length);
                    // What stands between its characters belongs to the restored readings, or to none.
                    let length = || lexicon.terms.text(told.term as usize).len();
                    (told.is_whole || norm.end - norm.start == length())
                        .then(|| plain_hit(stretch, plain, told.term, norm))
                        .flatten()
                }
            };
            last = Some((key, hit));
            if let Some(hit) = hit {
                scan.keep(told.class, hit);
            }
        }
    }

    /// Adds the hits of the plain reading; tells whether a form of a restored reading was seen.
    fn scan_plain(&self, lexicon: &Lexicon, stretch: u32, plain: &Normalized, scan: &mut Scan) -> bool {
        let mut has_form = false;
        for (term, norm) in self.terms_in(lexicon, &plain.text) {
            if term >= self.first_form {
                has_form = true;
                continue;
            }
            has_form |= self.is_form[term];
            if !scan.wants(lexicon.terms.classes(term)) {
                continue;
            }
            if let Some(hit) = plain_hit(stretch, plain, term as u32, norm) {
                self.add(lexicon, hit, scan);
            }
        }
        has_form
    }

    pub(super) fn scan_sound(
        &self,
        lexicon: &Lexicon,
        stretch: u32,
        source: &str,
        plain: &Normalized,
        signs: Signs,
        scan: &mut Scan,
    ) {
        let folds = &lexicon.folds;
        let mut units = std::mem::take(&mut scan.units);
        let mut sounds = std::mem::take(&mut scan.sounds);
        let has_letters = signs.has(CharKind::Letter);
        self.sound.find(
            &plain.text,
            has_letters,
            &folds.syllables,
            &folds.table,
            &mut units,
            &mut sounds,
        );
        for sound in &sounds {
            if !scan.wants(lexicon.terms.classes(sound.term)) {
                continue;
            }
            let gaps: Gaps = plain.offsets.gaps(sound.span).collect();
            let of_gaps = normalize::disguises_of_gaps(source, &gaps, &folds.table);
            let mut disguises: Disguises = plain.offsets.disguises(sound.span).chain(of_gaps).collect();
            if sound.substitutes > 0 {
                disguises.add(Disguise::Homophone);
            }
            if sound.has_pinyin {
                disguises.add(Disguise::Pinyin);
            }
            let characters = lexicon.terms.characters(sound.term);
            let hit = Hit {
                class: ClassId(0),
                term: sound.term as u32,
                stretch,
                span: plain.offsets.to_source(sound.span),
                reading: 0,
                norm: sound.span,
                disguises,
                is_strong: sound.is_strong(characters),
                is_by_sound: sound.unlisted > 0 || sound.substitutes > 0 && characters == 2,
            };
            self.add(lexicon, hit, scan);
        }
        scan.units = units;
        scan.sounds = sounds;
    }

    /// Adds the hits that the restored reading has and the plain one has not.
    fn scan_restored(
        &self,
        lexicon: &Lexicon,
        stretch: u32,
        source: &str,
        reading: u8,
        restored: &Restored,
        scan: &mut Scan,
    ) {
        for (term, norm) in self.terms_in(lexicon, &restored.text) {
            if term >= self.first_form
                || !scan.wants(lexicon.terms.classes(term))
                || !letters_stand_alone(&restored.text, norm)
            {
                continue;
            }
            let traces: Disguises = restored.offsets.disguises(norm).collect();
            let gaps: Gaps = restored.offsets.gaps(norm).collect();
            if traces.is_empty() && gaps.is_empty() {
                continue;
            }
            let span = restored.offsets.to_source(norm);
            let characters = lexicon.terms.characters(term);
            let of_gaps = normalize::disguises_of_gaps(source, &gaps, &lexicon.folds.table);
            let disguises = traces.union(of_gaps.collect());
            let hit = Hit {
                class: ClassId(0),
                term: term as u32,
                stretch,
                span,
                reading,
                norm,
                disguises,
                // One character put together from parts could be anything: it needs company.
                is_strong: (characters > 1 || traces.is_empty())
                    && normalize::is_supported(source, span, &gaps, characters),
                is_by_sound: false,
            };
            self.add(lexicon, hit, scan);
        }
    }

    fn add(&self, lexicon: &Lexicon, hit: Hit, scan: &mut Scan) {
        let needs_sound = hit.disguises.has(Disguise::Homophone) || hit.disguises.has(Disguise::Pinyin);
        for &class in lexicon.terms.classes(hit.term as usize) {
            if needs_sound && !lexicon.classes[class.0 as usize].has_sound {
                continue;
            }
            if scan.wants(&[class]) {
                scan.keep(class, hit);
            }
        }
    }
}

impl Scan<'_> {
    /// Adds a hit for one of its classes.
    fn keep(&mut self, class: ClassId, hit: Hit) {
        self.present.insert(class);
        self.hits.push(Hit { class, ..hit });
    }
}

/// A hit of the plain reading, but for its class.
fn plain_hit(stretch: u32, plain: &Normalized, term: u32, norm: NormSpan) -> Option<Hit> {
    if !letters_stand_alone(&plain.text, norm) {
        return None;
    }
    let mut disguises = Disguises::default();
    let span = plain.offsets.to_source(norm);
    if !plain.offsets.is_identity() {
        disguises = plain.offsets.disguises(norm).collect();
        if disguises.is_empty() && span.len() > norm.end - norm.start {
            disguises.add(Disguise::Invisible);
        }
    }
    Some(Hit {
        class: ClassId(0),
        term,
        stretch,
        span,
        reading: 0,
        norm,
        disguises,
        is_strong: true,
        is_by_sound: false,
    })
}

/// Adds the numbers whose shape is a class.
fn scan_shapes(lexicon: &Lexicon, stretch: u32, plain: &Normalized, scan: &mut Scan) {
    for (shape, norm) in shapes::find(&plain.text) {
        let class = lexicon.shapes[shape as usize];
        scan.present.insert(class);
        scan.hits.push(Hit {
            class,
            term: NO_TERM,
            stretch,
            span: plain.offsets.to_source(norm),
            reading: 0,
            norm,
            disguises: plain.offsets.disguises(norm).collect(),
            is_strong: true,
            is_by_sound: false,
        });
    }
}

/// Whether the letters or digits at the ends of a term aren't part of a longer word or number.
fn letters_stand_alone(text: &str, span: NormSpan) -> bool {
    let bytes = text.as_bytes();
    let glued = |left: u8, right: u8| {
        left.is_ascii_alphabetic() && right.is_ascii_alphabetic()
            || left.is_ascii_digit() && right.is_ascii_digit()
    };
    let is_glued_before = span.start > 0 && glued(bytes[span.start - 1], bytes[span.start]);
    let is_glued_after = span.end < bytes.len() && glued(bytes[span.end - 1], bytes[span.end]);
    !is_glued_before && !is_glued_after
}
