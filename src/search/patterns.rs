//! Hits → matches of patterns.
//!
//! In: the hits of a message and the patterns whose obligatory classes are all present. Out: [`PatternMatch`]es,
//! the nearest filling of every pattern from every place where it can begin. Distances are counted in letters,
//! digits and Han characters of the source, so inserted symbols don't lengthen them. Promise: bounded work
//! whatever the text; a match never leaves its window.

use std::cmp::Reverse;
use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use crate::lexicon::Lexicon;
use crate::lexicon::pattern::{ClassId, DEFAULT_GAP, Pattern, Step, Target, Window};
use crate::normalize::CharKind;
use crate::search::{Hit, Scan, USUAL_HITS};
use crate::span::Span;

/// Where clauses, sentences and paragraphs of a stretch end, in bytes of the source.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    clauses: SmallVec<[usize; 8]>,
    sentences: SmallVec<[usize; 4]>,
    paragraphs: SmallVec<[usize; 2]>,
    /// Quotation marks, and where they stand.
    quotation_marks: Vec<(usize, char)>,
    /// Letters, digits and Han characters before each byte where a character begins, and in all: distances are asked for
    /// over and over.
    words: Vec<u32>,
}

/// A pattern found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PatternMatch {
    pub(crate) pattern: usize,
    /// Index of the stretch that holds the evidence.
    pub(crate) stretch: u32,
    /// The evidence.
    pub(crate) span: Span,
    /// The steps filled and the indexes of the hits that fill them, in order of place.
    pub(crate) parts: Parts,
}

/// Steps filled, each with the index of its hit.
type Parts = SmallVec<[(usize, usize); 4]>;

/// Indexes of hits that may fill a step.
type Candidates = SmallVec<[usize; 8]>;

/// Most patterns are filled once or twice, if at all.
type Fillings = SmallVec<[Parts; 2]>;

/// Evidence longer than this many characters is cut down to its rarest part; the rest becomes related.
const LONGEST_EVIDENCE: usize = 24;

/// Fillings of one pattern in one message; a text that has more repeats itself.
const MOST_FILLINGS: usize = 500;

/// Fillings of one group that are joined with other groups, for the same reason.
const MOST_JOINED: usize = 40;

/// Fillings tried from one beginning; enough for every pattern of the lexicon on ordinary text.
const MOST_TRIES: usize = 400;

/// Characters around a match in which a forbidden class counts.
const FORBIDDEN_REACH: usize = 24;

/// A run this short between soft breaks is a disguised word, not a clause.
const SHORTEST_SOFT_CLAUSE: usize = 3;

impl Layout {
    /// Finds the boundaries. One pass.
    pub(crate) fn new(source: &str, lexicon: &Lexicon) -> Self {
        let table = &lexicon.folds.table;
        let mut layout = Self {
            words: vec![0; source.len() + 1],
            ..Self::default()
        };
        let mut words = 0;
        let mut previous = ' ';
        // Characters since the last break, and since the last separator of any kind.
        let (mut run, mut segment) = (0, 0);
        // A soft break after enough characters, and whether it is a symbol; it counts if enough follow.
        let mut soft: Option<(usize, bool)> = None;
        let bytes = source.as_bytes();
        for (at, character) in source.char_indices() {
            let end = at + character.len_utf8();
            layout.words[at] = words;
            words += u32::from(is_word(character));
            let kind = table.kind(character);
            let is_in_number = previous.is_ascii_digit() && bytes.get(end).is_some_and(u8::is_ascii_digit);
            if kind == CharKind::Symbol && is_quotation_mark(character) {
                layout.quotation_marks.push((at, character));
            }
            match kind {
                CharKind::Sentence => {
                    if character == '\n' {
                        layout.paragraphs.push(end);
                    }
                    layout.sentences.push(end);
                    layout.clauses.push(end);
                    (run, segment, soft) = (0, 0, None);
                }
                CharKind::Clause if !is_in_number => {
                    layout.clauses.push(end);
                    (run, segment, soft) = (0, 0, None);
                }
                // A symbol inserted into a word, as the one before may have been: the run goes on.
                CharKind::Symbol if !is_in_number && segment < SHORTEST_SOFT_CLAUSE => {
                    soft = soft.filter(|(_, is_symbol)| segment == 0 || !is_symbol);
                    segment = 0;
                }
                CharKind::Space | CharKind::Symbol if !is_in_number => {
                    soft = match run {
                        0 => soft,
                        1..SHORTEST_SOFT_CLAUSE => None,
                        _ => Some((end, kind == CharKind::Symbol)),
                    };
                    (run, segment) = (0, 0);
                }
                CharKind::Invisible => {}
                _ => {
                    run += 1;
                    segment += 1;
                    let follows = |(_, is_symbol): &(usize, bool)| {
                        let length = if *is_symbol { segment } else { run };
                        length == SHORTEST_SOFT_CLAUSE
                    };
                    if let Some((end, _)) = soft.take_if(|soft| follows(soft)) {
                        layout.clauses.push(end);
                    }
                }
            }
            previous = character;
        }
        layout.words[source.len()] = words;
        layout
    }

    /// Letters, digits and Han characters between two bytes where characters begin.
    pub(crate) fn words_between(&self, start: usize, end: usize) -> usize {
        (self.words[end] - self.words[start]) as usize
    }

    /// The window of this kind around a place, in a stretch of `length` bytes.
    pub(crate) fn window(&self, window: Window, at: usize, length: usize) -> Span {
        let ends: &[usize] = match window {
            Window::Clause => &self.clauses,
            Window::Sentence => &self.sentences,
            Window::Turn | Window::Message => return Span::new(0, length),
        };
        around(ends, at, length)
    }

    /// Quotation marks, and where they stand, in order.
    pub(crate) fn quotation_marks(&self) -> &[(usize, char)] {
        &self.quotation_marks
    }

    /// The paragraph around a place.
    pub(crate) fn paragraph(&self, at: usize, length: usize) -> Span {
        around(&self.paragraphs, at, length)
    }
}

/// Opening quotation marks, each with its closing one.
pub(crate) const QUOTATION_MARKS: [(char, char); 4] = [('“', '”'), ('「', '」'), ('『', '』'), ('‘', '’')];

fn is_quotation_mark(character: char) -> bool {
    QUOTATION_MARKS
        .iter()
        .any(|&(open, close)| character == open || character == close)
}

fn around(ends: &[usize], at: usize, length: usize) -> Span {
    let next = ends.partition_point(|&end| end <= at);
    let start = next.checked_sub(1).map_or(0, |index| ends[index]);
    Span::new(start, ends.get(next).copied().unwrap_or(length))
}

/// Hits by class, and all that matching needs to know of a message.
pub(crate) struct Matcher<'m, 't> {
    pub(crate) lexicon: &'m Lexicon,
    pub(crate) scan: &'m Scan<'t>,
    pub(crate) layouts: &'m [Layout],
    /// Indexes of hits, sorted by class, then stretch, then place.
    by_class: Vec<usize>,
    /// Where the hits of each class begin in it, by class.
    starts: Vec<(ClassId, u32)>,
}

impl<'m, 't> Matcher<'m, 't> {
    /// Sorts the hits. O(hits · log hits).
    pub(crate) fn new(lexicon: &'m Lexicon, scan: &'m Scan<'t>, layouts: &'m [Layout]) -> Self {
        // One number orders them: class, stretch, first byte, longest first; of the same words the reading that needs
        // least belief first.
        let order = |hit: &Hit| {
            let (start, end) = (hit.span.start as u32, hit.span.end as u32);
            u128::from(hit.class.0) << 112
                | u128::from(hit.stretch) << 80
                | u128::from(start) << 48
                | u128::from(!end) << 16
                | u128::from(hit.doubtfulness())
        };
        let hits = scan.hits.iter().enumerate();
        // The index last: hits that are equal in all else stay in their order.
        let mut ordered: SmallVec<[(u128, usize); USUAL_HITS]> =
            hits.map(|(index, hit)| (order(hit), index)).collect();
        ordered.sort_unstable();
        let by_class: Vec<usize> = ordered.into_iter().map(|(_, index)| index).collect();
        let mut starts: Vec<(ClassId, u32)> = Vec::with_capacity(by_class.len());
        for (place, &index) in (0..).zip(&by_class) {
            let class = scan.hits[index].class;
            if starts.last().is_none_or(|(last, _)| *last != class) {
                starts.push((class, place));
            }
        }
        Self {
            lexicon,
            scan,
            layouts,
            by_class,
            starts,
        }
    }

    /// All matches of the open patterns of these rules, each with its rule; rules are in order.
    pub(crate) fn find_rules(&self, open: &[usize], rules: &[usize]) -> Vec<(usize, PatternMatch)> {
        let mut matches = Vec::with_capacity(rules.len());
        for &index in open {
            if let Target::Rule(rule) = self.lexicon.patterns[index].target
                && rules.binary_search(&rule).is_ok()
            {
                self.find(index, |found| matches.push((rule, found)));
            }
        }
        matches
    }

    /// Calls `keep` with all matches of a pattern that don't overlap each other's evidence.
    pub(crate) fn find(&self, index: usize, mut keep: impl FnMut(PatternMatch)) {
        let pattern = &self.lexicon.patterns[index];
        let mut kept: SmallVec<[(u32, Span); 8]> = SmallVec::new();
        let anchor = pattern
            .groups
            .iter()
            .find(|group| group.contains(&pattern.anchor));
        let anchor = anchor.expect("every step is in a group").clone();
        let most = if pattern.groups.len() > 1 {
            MOST_JOINED
        } else {
            MOST_FILLINGS
        };
        for first in self.fillings(pattern, &anchor, None).into_iter().take(most) {
            let Some(parts) = self.gather(pattern, &anchor, first) else {
                continue;
            };
            if self.is_forbidden(pattern, &parts) {
                continue;
            }
            let (stretch, span) = self.evidence(pattern, &parts);
            let repeats = |other: &(u32, Span)| other.0 == stretch && other.1.overlaps(span);
            if !kept.iter().rev().take(8).any(repeats) {
                kept.push((stretch, span));
                keep(PatternMatch {
                    pattern: index,
                    stretch,
                    span,
                    parts,
                });
            }
        }
    }

    /// The nearest filling of a group of steps from every place where it can begin, in order of place; only
    /// those within a stretch and span, if one is given.
    fn fillings(&self, pattern: &Pattern, group: &Range<usize>, within: Option<(u32, Span)>) -> Fillings {
        let steps = &pattern.steps;
        let obligatory = group
            .clone()
            .find(|&step| !steps[step].is_optional)
            .unwrap_or(group.start);
        let mut fillings = Fillings::new();
        let mut ends = Candidates::new();
        // Optional first steps may be left out: begin at each of them and at the first obligatory one.
        for (step, entry) in steps.iter().enumerate().take(obligatory + 1).skip(group.start) {
            for start in self.hits_of_step(entry, within) {
                if fillings.len() == MOST_FILLINGS {
                    return fillings;
                }
                let mut filled: Parts = smallvec![(step, start)];
                if self.fill_step(pattern, group.end, step, entry.at_least - 1, &mut filled, &mut 0) {
                    let end = filled[filled.len() - 1].1;
                    let is_new = !ends.contains(&end);
                    if is_new {
                        ends.push(end);
                    }
                    if is_new || step == group.start {
                        fillings.push(filled);
                    }
                }
            }
        }
        fillings
    }

    fn hit(&self, index: usize) -> &Hit {
        &self.scan.hits[index]
    }

    /// Puts hits of a step's classes, each class's in order, into one order of place: the longest first of those that
    /// begin at the same place.
    fn put_in_order(&self, step: &Step, hits: &mut Candidates) {
        if step.classes.len() > 1 && hits.len() > 1 {
            hits.sort_by_key(|&index| {
                let Hit { stretch, span, .. } = *self.hit(index);
                (stretch, span.start, Reverse(span.end))
            });
        }
    }

    /// The hits of a class in order of place.
    fn hits_of(&self, class: ClassId) -> &[usize] {
        let Ok(at) = self.starts.binary_search_by_key(&class, |(class, _)| *class) else {
            return &[];
        };
        let start = self.starts[at].1 as usize;
        match self.starts.get(at + 1) {
            Some(&(_, end)) => &self.by_class[start..end as usize],
            None => &self.by_class[start..],
        }
    }

    /// Hits that can fill a step, in order of place; only those in a span of a stretch, if one is given.
    fn hits_of_step(&self, step: &Step, within: Option<(u32, Span)>) -> Candidates {
        let is_within = |index: &usize| {
            let hit = self.hit(*index);
            within.is_none_or(|(stretch, span)| hit.stretch == stretch && span.contains(hit.span))
        };
        let mut hits = Candidates::new();
        self.scan.present.for_each_of(&step.masks, |class| {
            hits.extend_from_slice(self.hits_of(class));
        });
        if within.is_some() {
            hits.retain(|index| is_within(index));
        }
        self.put_in_order(step, &mut hits);
        hits
    }

    /// Hits of a class in a stretch from a byte on, in order of place.
    #[inline]
    fn hits_from(&self, class: ClassId, stretch: u32, byte: usize) -> &[usize] {
        let hits = self.hits_of(class);
        let start = hits.partition_point(|&index| {
            let hit = self.hit(index);
            (hit.stretch, hit.span.start) < (stretch, byte)
        });
        &hits[start..]
    }

    /// Continues after `step`, which needs `repeats` more occurrences, up to the `end` of its group.
    fn fill_step(
        &self,
        pattern: &Pattern,
        end: usize,
        step: usize,
        repeats: usize,
        filled: &mut Parts,
        tries: &mut usize,
    ) -> bool {
        let (next, max_gap, repeats) = if repeats > 0 {
            (step, DEFAULT_GAP, repeats - 1)
        } else if step + 1 < end {
            let next = &pattern.steps[step + 1];
            (step + 1, next.max_gap, next.at_least - 1)
        } else {
            return true;
        };
        let last = filled.last().expect("the first step is filled").1;
        for candidate in self.followers(pattern, next, max_gap, last) {
            *tries += 1;
            if *tries > MOST_TRIES {
                return false;
            }
            filled.push((next, candidate));
            if self.fill_step(pattern, end, next, repeats, filled, tries) {
                return true;
            }
            filled.pop();
        }
        // An optional step left out hands its own distance on.
        pattern.steps[next].is_optional && self.skip_step(pattern, end, next, max_gap, filled, tries)
    }

    fn skip_step(
        &self,
        pattern: &Pattern,
        end: usize,
        skipped: usize,
        gap: usize,
        filled: &mut Parts,
        tries: &mut usize,
    ) -> bool {
        if skipped + 1 == end {
            return true;
        }
        let next = &pattern.steps[skipped + 1];
        let last = filled.last().expect("the first step is filled").1;
        for candidate in self.followers(pattern, skipped + 1, gap + next.max_gap, last) {
            *tries += 1;
            if *tries > MOST_TRIES {
                return false;
            }
            filled.push((skipped + 1, candidate));
            if self.fill_step(pattern, end, skipped + 1, next.at_least - 1, filled, tries) {
                return true;
            }
            filled.pop();
        }
        next.is_optional && self.skip_step(pattern, end, skipped + 1, gap + next.max_gap, filled, tries)
    }

    /// Hits that may fill a step after another hit: in the same window, near enough, nearest first.
    fn followers(&self, pattern: &Pattern, step: usize, max_gap: usize, last: usize) -> Candidates {
        let last = self.hit(last);
        let step = &pattern.steps[step];
        let mut found = Candidates::new();
        if !self.scan.present.meets(&step.masks) {
            return found;
        }
        let limit = self.window_end(pattern.window, last);
        self.scan.present.for_each_of(&step.masks, |class| {
            for &index in self.hits_from(class, last.stretch, last.span.end) {
                let hit = self.hit(index);
                if hit.stretch > last.stretch {
                    // Only steps that may stand far apart may stand in two turns.
                    if pattern.window == Window::Message && max_gap >= DEFAULT_GAP {
                        found.push(index);
                    }
                    break;
                }
                if hit.span.start >= limit || self.gap(last, hit) > max_gap {
                    break;
                }
                found.push(index);
            }
        });
        self.put_in_order(step, &mut found);
        found
    }

    fn window_end(&self, window: Window, hit: &Hit) -> usize {
        let stretch = hit.stretch as usize;
        let length = self.scan.readings[stretch].source.len();
        let end = hit.span.end.saturating_sub(1).max(hit.span.start);
        self.layouts[stretch].window(window, end, length).end
    }

    /// Letters, digits and Han characters between two hits of a stretch.
    fn gap(&self, left: &Hit, right: &Hit) -> usize {
        self.layouts[left.stretch as usize].words_between(left.span.end, right.span.start)
    }

    /// Adds to the filling of the anchor's group, for each other group, the filling nearest to it in the window.
    fn gather(&self, pattern: &Pattern, anchor: &Range<usize>, first: Parts) -> Option<Parts> {
        if pattern.groups.len() == 1 {
            return Some(first);
        }
        let center = *self.hit(first[0].1);
        let length = self.scan.readings[center.stretch as usize].source.len();
        let window = self.layouts[center.stretch as usize].window(pattern.window, center.span.start, length);
        let mut gathered = first;
        for group in pattern.groups.iter().filter(|group| *group != anchor) {
            let mut candidates = self.fillings(pattern, group, Some((center.stretch, window)));
            candidates.sort_by_key(|parts| self.hit(parts[0].1).span.start.abs_diff(center.span.start));
            let is_free = |parts: &Parts| {
                parts.iter().all(|&(_, own)| {
                    let span = self.hit(own).span;
                    !gathered
                        .iter()
                        .any(|&(_, other)| self.hit(other).span.overlaps(span))
                })
            };
            let nearest = candidates.into_iter().find(is_free)?;
            gathered.extend(nearest);
        }
        gathered.sort_by_key(|&(_, index)| self.hit(index).span.start);
        Some(gathered)
    }

    fn is_forbidden(&self, pattern: &Pattern, filled: &[(usize, usize)]) -> bool {
        if !pattern
            .forbidden
            .iter()
            .any(|&class| self.scan.present.contains(class))
        {
            return false;
        }
        let (first, last) = (self.hit(filled[0].1), self.hit(filled[filled.len() - 1].1));
        let stretch = first.stretch as usize;
        let source = self.scan.readings[stretch].source;
        let window = self.layouts[stretch].window(pattern.window, first.span.start, source.len());
        let end = if first.stretch == last.stretch {
            last.span.end
        } else {
            first.span.end
        };
        let near = Span::new(
            back(source, first.span.start, FORBIDDEN_REACH).max(window.start.min(first.span.start)),
            forward(source, end, FORBIDDEN_REACH).min(window.end.max(end)),
        );
        pattern.forbidden.iter().any(|&class| {
            let hits = self
                .hits_from(class, first.stretch, near.start)
                .iter()
                .map(|&index| self.hit(index));
            hits.take_while(|hit| hit.stretch == first.stretch && hit.span.start < near.end)
                .any(|hit| near.contains(hit.span))
        })
    }

    /// The stretch and span of the evidence steps; the rarest step's alone where they are far apart.
    fn evidence(&self, pattern: &Pattern, filled: &[(usize, usize)]) -> (u32, Span) {
        let parts = filled.iter().filter(|(step, _)| pattern.primary.contains(step));
        let parts: SmallVec<[&Hit; 4]> = parts.map(|&(_, index)| self.hit(index)).collect();
        let anchor = filled.iter().find(|(step, _)| *step == pattern.anchor);
        let fallback = self.hit(anchor.unwrap_or(&filled[0]).1);
        let Some(first) = parts.first().copied() else {
            return (fallback.stretch, fallback.span);
        };
        let is_together = parts.iter().all(|part| part.stretch == first.stretch);
        let cover = parts.iter().fold(first.span, |cover, part| {
            if part.stretch == first.stretch {
                cover.cover(part.span)
            } else {
                cover
            }
        });
        let layout = &self.layouts[first.stretch as usize];
        if is_together && layout.words_between(cover.start, cover.end) <= LONGEST_EVIDENCE {
            return (first.stretch, cover);
        }
        let rarest = parts.iter().copied().find(|part| part.class == fallback.class);
        let kept = rarest.unwrap_or(first);
        (kept.stretch, kept.span)
    }
}

/// Whether a character counts between two hits; what texts are full of without a search through the tables of Unicode.
#[inline]
fn is_word(character: char) -> bool {
    match character {
        '\u{4E00}'..='\u{9FFF}' => true,
        '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => false,
        '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{1F300}'..='\u{1FAFF}' => false,
        _ => character.is_alphanumeric(),
    }
}

/// The byte before which so many letters, digits and Han characters stand up to another byte.
fn back(text: &str, byte: usize, characters: usize) -> usize {
    let words = text[..byte].char_indices().rev();
    let words = words.filter(|&(_, character)| is_word(character));
    words.take(characters).last().map_or(byte, |(at, _)| at)
}

/// The byte up to which no more letters, digits and Han characters stand from another byte on.
fn forward(text: &str, byte: usize, characters: usize) -> usize {
    let words = text[byte..].char_indices();
    let mut words = words.filter(|&(_, character)| is_word(character));
    words.nth(characters).map_or(text.len(), |(at, _)| byte + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_between_hits_is_what_unicode_says() {
        for character in '\0'..=char::MAX {
            assert_eq!(is_word(character), character.is_alphanumeric(), "{character:?}");
        }
    }

    #[test]
    fn separators_end_clauses_and_disguises_do_not() {
        let lexicon = Lexicon::bundled();
        for (source, clauses) in [
            ("今晚还钱 不然走着瞧", "今晚还钱 |不然走着瞧"),
            ("今晚还钱~不然走着瞧", "今晚还钱~|不然走着瞧"),
            ("打 断 你 的 腿", "打 断 你 的 腿"),
            ("再躲着我把你*全*家*都*埋*了", "再躲着我把你*全*家*都*埋*了"),
            ("联*系*到*你*老*婆了 今晚还钱", "联*系*到*你*老*婆了 |今晚还钱"),
            ("欠款1 234.56元，今天还", "欠款1 234.56元，|今天还"),
        ] {
            let layout = Layout::new(source, lexicon);
            let mut marked = source.to_owned();
            for &end in layout.clauses.iter().rev().filter(|&&end| end < source.len()) {
                marked.insert(end, '|');
            }
            assert_eq!(marked, clauses);
        }
    }
}
