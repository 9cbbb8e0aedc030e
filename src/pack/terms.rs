//! Terms, patterns and classes of a pack → remarks on what can never match, what another finds already, what is too short.
//!
//! In: the lexicon with the pack and the [`Places`] of its data. Out: [`Remark`]s, in the order of the files. Promise: what is
//! called dead or shadowed is so in every text, not only in the examples; where that can't be told from the data alone, it
//! says nothing. Only terms that make a match by themselves are looked at one by one: a step of a longer pattern may need a
//! term that holds another, because its neighbours touch it, and a short one, because they say what it means.

use rustc_hash::{FxHashMap, FxHashSet};

use super::clean::CleanTexts;
use super::places::{At, Entry, Places};
use super::{Remark, RemarkKind};
use crate::lexicon::pattern::{ClassId, Pattern, Target};
use crate::linter::Work;
use crate::normalize::plain_term;
use crate::rule::{Category, Rule};
use crate::segment::Blocks;
use crate::span::NormSpan;
use crate::{Lexicon, Linter};

/// What there is to say of the own data.
pub(super) fn remarks(
    lexicon: &Lexicon,
    linter: &Linter,
    places: &Places,
    texts: &CleanTexts,
) -> Vec<Remark> {
    let data = Data::new(lexicon, linter);
    let mut remarks = Remarks {
        places,
        found: Vec::new(),
    };
    for index in 0..lexicon.rules.len() {
        data.look_at_rule(index, places, &mut remarks);
    }
    for class in places.classes.iter().filter(|class| class.is_own) {
        let owner = &class.name;
        if lexicon.unused_classes.contains(owner) {
            remarks.add(RemarkKind::UnusedClass, class.at, owner, "", "");
        } else if let Some(&id) = data.class_by_name.get(owner.as_str()) {
            data.look_at_terms(owner, id, None, &class.terms, &mut remarks);
        }
    }
    count_short_terms(&mut remarks.found, lexicon, texts);
    let mut found = remarks.found;
    found.sort_by(|one, other| {
        (&one.place, one.kind, &one.words).cmp(&(&other.place, other.kind, &other.words))
    });
    found.dedup();
    found
}

/// The lexicon, looked at from its terms.
struct Data<'d> {
    lexicon: &'d Lexicon,
    linter: &'d Linter<'d>,
    class_by_name: FxHashMap<&'d str, ClassId>,
    term_by_text: FxHashMap<&'d str, usize>,
    /// By class.
    terms: Vec<Vec<usize>>,
    /// Terms that make a match by themselves: term → those that they are of.
    alone: FxHashMap<&'d str, Vec<Alone>>,
    /// Classes of which each term makes a match by itself wherever the class is used.
    alone_classes: FxHashSet<ClassId>,
    /// Of these, the classes that some pattern takes without looking at word boundaries.
    loose_classes: FxHashSet<ClassId>,
    /// Rules with exclusions.
    excluding: FxHashSet<usize>,
    /// Rule → wordings that are innocent there.
    allowed: FxHashMap<usize, FxHashSet<&'d str>>,
}

/// A rule that finds a term by itself.
#[derive(Debug, Clone, Copy)]
struct Alone {
    rule: usize,
    at_words: bool,
}

/// A term with what must hold where it is found.
#[derive(Clone, Copy)]
struct Term<'t> {
    text: &'t str,
    at_words: bool,
}

struct Remarks<'r> {
    places: &'r Places,
    found: Vec<Remark>,
}

impl<'d> Data<'d> {
    fn new(lexicon: &'d Lexicon, linter: &'d Linter<'d>) -> Self {
        let names = (0..).map(ClassId).zip(&lexicon.classes);
        let mut data = Self {
            lexicon,
            linter,
            class_by_name: names.map(|(id, class)| (class.name.as_str(), id)).collect(),
            term_by_text: (0..)
                .zip(lexicon.terms.texts())
                .map(|(index, text)| (text, index))
                .collect(),
            terms: vec![Vec::new(); lexicon.classes.len()],
            alone: FxHashMap::default(),
            alone_classes: FxHashSet::default(),
            loose_classes: FxHashSet::default(),
            excluding: FxHashSet::default(),
            allowed: FxHashMap::default(),
        };
        for term in 0..lexicon.terms.len() {
            for class in lexicon.terms.classes(term) {
                data.terms[class.0 as usize].push(term);
                if let Some(rule) = lexicon.classes[class.0 as usize].allows {
                    data.allowed
                        .entry(rule)
                        .or_default()
                        .insert(lexicon.terms.text(term));
                }
            }
        }
        let mut otherwise = FxHashSet::default();
        for pattern in &lexicon.patterns {
            let classes = pattern.steps.iter().flat_map(|step| &step.classes);
            let Target::Rule(rule) = pattern.target else {
                if let Target::Unless(rule) = pattern.target {
                    data.excluding.insert(rule);
                }
                otherwise.extend(classes.chain(&pattern.forbidden).copied());
                continue;
            };
            if !is_single(pattern) {
                otherwise.extend(classes.chain(&pattern.forbidden).copied());
                continue;
            }
            let step = &pattern.steps[0];
            for &class in &step.classes {
                data.alone_classes.insert(class);
                let at_words = step.at_words || lexicon.classes[class.0 as usize].at_words;
                if !at_words {
                    data.loose_classes.insert(class);
                }
                for &term in &data.terms[class.0 as usize] {
                    let alone = data.alone.entry(lexicon.terms.text(term)).or_default();
                    alone.push(Alone { rule, at_words });
                }
            }
        }
        data.alone_classes.retain(|class| !otherwise.contains(class));
        data
    }

    fn look_at_rule(&self, index: usize, places: &Places, remarks: &mut Remarks) {
        let lexicon = self.lexicon;
        let rule = &lexicon.rules[index];
        let Some(written) = places.rule(&rule.id).filter(|written| written.is_own) else {
            return;
        };
        let own_class = self.class_by_name.get(format!("rule:{}", rule.id).as_str());
        for term in &written.terms {
            self.look_whether_allowed(index, &self.plain(&term.text), term, remarks);
        }
        if let Some(&class) = own_class {
            self.look_at_terms(&rule.id, class, Some(index), &written.terms, remarks);
        }
        for entry in &written.patterns {
            let mut patterns = lexicon.patterns.iter();
            let pattern =
                patterns.find(|pattern| pattern.target == Target::Rule(index) && pattern.text == entry.text);
            if let Some(pattern) = pattern {
                self.look_at_pattern(index, pattern, entry, remarks);
            }
        }
    }

    fn look_at_pattern(&self, index: usize, pattern: &Pattern, entry: &Entry, remarks: &mut Remarks) {
        let lexicon = self.lexicon;
        let id = &lexicon.rules[index].id;
        let obligatory = || pattern.steps.iter().filter(|step| !step.is_optional);
        let is_empty = |class: &ClassId| {
            lexicon.classes[class.0 as usize].term_count == 0 && !lexicon.shapes.contains(class)
        };
        if let Some(step) = obligatory().find(|step| step.classes.iter().all(is_empty)) {
            let names = step.classes.iter();
            let names: Vec<&str> = names
                .map(|class| &*lexicon.classes[class.0 as usize].name)
                .collect();
            remarks.add(RemarkKind::EmptyStep, entry.at, id, &entry.text, &names.join("|"));
            return;
        }
        if is_single(pattern) {
            let mut terms = pattern.steps[0]
                .classes
                .iter()
                .flat_map(|class| self.terms_of(*class));
            let allowed = self.allowed.get(&index);
            if allowed.is_some_and(|allowed| terms.all(|term| allowed.contains(term))) {
                remarks.add(RemarkKind::AllowedAway, entry.at, id, &entry.text, &entry.text);
                return;
            }
            if let [class] = pattern.steps[0].classes[..]
                && !lexicon.classes[class.0 as usize].name.starts_with('<')
            {
                // One literal: it is a term that is written as a pattern.
                let literal = lexicon.classes[class.0 as usize].name.clone();
                let term = Entry {
                    text: literal,
                    at: entry.at,
                };
                self.look_at_terms(id, class, Some(index), std::slice::from_ref(&term), remarks);
                return;
            }
        }
        let same = lexicon.patterns.iter().find_map(|other| match other.target {
            Target::Rule(rule) if rule != index && other.text == pattern.text => {
                (self.is_as_wide(rule, index) && self.comes_first(rule, index)).then_some((rule, &other.text))
            }
            _ => None,
        });
        if let Some((rule, text)) = same {
            let remark = remarks.add(RemarkKind::ShadowedPattern, entry.at, id, &entry.text, text);
            remark.other = Some(lexicon.rules[rule].id.clone());
            return;
        }
        for step in obligatory() {
            let mut common: Option<Vec<(usize, String)>> = None;
            for &class in &step.classes {
                let at_words = step.at_words || lexicon.classes[class.0 as usize].at_words;
                for text in self.terms_of(class) {
                    let found = self.shadowers(Term { text, at_words }, index);
                    let kept = match common.take() {
                        None => found,
                        Some(mut kept) => {
                            kept.retain(|(rule, _)| found.iter().any(|(other, _)| other == rule));
                            kept
                        }
                    };
                    if kept.is_empty() {
                        common = Some(kept);
                        break;
                    }
                    common = Some(kept);
                }
                if common.as_ref().is_some_and(Vec::is_empty) {
                    break;
                }
            }
            // Digits of a shape are no terms; a class of them keeps a step from being shadowed.
            let has_shape = step.classes.iter().any(|class| lexicon.shapes.contains(class));
            if let Some((rule, shorter)) = common
                .unwrap_or_default()
                .into_iter()
                .next()
                .filter(|_| !has_shape)
            {
                let remark = remarks.add(RemarkKind::ShadowedPattern, entry.at, id, &entry.text, &shorter);
                remark.other = Some(lexicon.rules[rule].id.clone());
                return;
            }
        }
    }

    fn look_whether_allowed(&self, rule: usize, plain: &str, term: &Entry, remarks: &mut Remarks) {
        let allowed = self.allowed.get(&rule);
        if allowed.is_some_and(|allowed| allowed.contains(plain)) {
            let id = &self.lexicon.rules[rule].id;
            remarks.add(RemarkKind::AllowedAway, term.at, id, &term.text, plain);
        }
    }

    /// Looks at the terms of a class, which are written in these places; `rule` is theirs, if they are one rule's.
    fn look_at_terms(
        &self,
        owner: &str,
        class: ClassId,
        rule: Option<usize>,
        entries: &[Entry],
        remarks: &mut Remarks,
    ) {
        if !self.alone_classes.contains(&class) {
            return;
        }
        let at_words =
            self.lexicon.classes[class.0 as usize].at_words || !self.loose_classes.contains(&class);
        for entry in entries {
            let plain = self.plain(&entry.text);
            let term = Term {
                text: &plain,
                at_words,
            };
            if let Some(shorter) = self.shorter_in_class(term, class) {
                remarks.add(RemarkKind::ShadowedTerm, entry.at, owner, &entry.text, shorter);
            } else if let Some((other, shorter)) =
                rule.and_then(|rule| self.shadowers(term, rule).into_iter().next())
            {
                let remark = remarks.add(RemarkKind::ShadowedTerm, entry.at, owner, &entry.text, &shorter);
                remark.other = Some(self.lexicon.rules[other].id.clone());
            }
            let characters = plain.chars().count();
            if characters == 1 || characters == 2 && !at_words {
                remarks.add(RemarkKind::ShortTerm, entry.at, owner, &entry.text, &plain);
            }
        }
    }

    /// A shorter term of the class that stands in this one.
    fn shorter_in_class(&self, term: Term, class: ClassId) -> Option<&'d str> {
        parts(term.text).find_map(|span| {
            let part = span.of(term.text);
            let (&text, &index) = self.term_by_text.get_key_value(part)?;
            let is_shorter = part.len() < term.text.len();
            let is_of_class = || self.lexicon.terms.classes(index).contains(&class);
            let is_found = || !term.at_words || self.is_at_words(term.text, span);
            (is_shorter && is_of_class() && is_found()).then_some(text)
        })
    }

    /// The rules that find a term of this rule always and as gravely, with what they find in it.
    fn shadowers(&self, term: Term, rule: usize) -> Vec<(usize, String)> {
        let mut found: Vec<(usize, String)> = Vec::new();
        for span in parts(term.text) {
            let part = span.of(term.text);
            for alone in self.alone.get(part).into_iter().flatten() {
                let other = alone.rule;
                let is_whole = part.len() == term.text.len();
                let is_found = || match (alone.at_words, is_whole) {
                    (false, _) => true,
                    (true, true) => term.at_words,
                    (true, false) => self.is_at_words(term.text, span),
                };
                let is_shadow = other != rule
                    && !found.iter().any(|(known, _)| *known == other)
                    && self.is_as_wide(other, rule)
                    && (!is_whole || self.comes_first(other, rule))
                    && !self.may_be_allowed(other, part)
                    && is_found();
                if is_shadow {
                    found.push((other, part.to_owned()));
                }
            }
        }
        found
    }

    /// Whether whatever holds for a match of `rule` lets one of `other` stand, too, and as gravely.
    fn is_as_wide(&self, other: usize, rule: usize) -> bool {
        let (wide, narrow): (&Rule, &Rule) = (&self.lexicon.rules[other], &self.lexicon.rules[rule]);
        let is_same: fn(Category, Category) -> bool = |one, other| one == other;
        is_same(wide.category, narrow.category)
            && wide.tier >= narrow.tier
            && wide.confidence >= narrow.confidence
            && (wide.when == Default::default() || wide.when == narrow.when)
            && narrow
                .readings
                .iter()
                .all(|reading| wide.readings.contains(reading))
            && narrow.ignores.iter().all(|judge| wide.ignores.contains(judge))
            && !self.excluding.contains(&other)
    }

    /// Of two rules that find the same one is to go: the milder, else the later.
    fn comes_first(&self, other: usize, rule: usize) -> bool {
        self.lexicon.rules[other].tier > self.lexicon.rules[rule].tier || other < rule
    }

    fn may_be_allowed(&self, rule: usize, part: &str) -> bool {
        let allowed = self.allowed.get(&rule).into_iter().flatten();
        allowed.into_iter().any(|wording| wording.contains(part))
    }

    fn is_at_words(&self, text: &str, span: NormSpan) -> bool {
        let (mut blocks, mut work) = (Blocks::default(), Work::default());
        self.linter
            .segmenter
            .is_whole_words(text, span, (0, 0), &mut blocks, &mut work)
    }

    fn terms_of(&self, class: ClassId) -> impl Iterator<Item = &'d str> {
        let terms = self.terms[class.0 as usize].iter();
        terms.map(|&term| self.lexicon.terms.text(term))
    }

    fn plain(&self, term: &str) -> String {
        plain_term(term, &self.lexicon.folds.table)
    }
}

impl Remarks<'_> {
    fn add(&mut self, kind: RemarkKind, at: At, owner: &str, words: &str, cause: &str) -> &mut Remark {
        self.found.push(Remark {
            kind,
            is_failure: kind.is_failure(),
            place: self.places.place(at),
            owner: owner.to_owned(),
            words: words.to_owned(),
            cause: cause.to_owned(),
            other: None,
            texts: None,
        });
        self.found.last_mut().expect("one was just added")
    }
}

/// Whether one step is all that a pattern asks for.
fn is_single(pattern: &Pattern) -> bool {
    pattern.steps.len() == 1 && pattern.steps[0].at_least == 1 && pattern.forbidden.is_empty()
}

/// The stretches of a text, the shortest first: terms have a few characters.
fn parts(text: &str) -> impl Iterator<Item = NormSpan> {
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    ends.push(text.len());
    let characters = ends.len() - 1;
    (1..=characters).flat_map(move |length| {
        let spans = (0..=characters - length).map(|start| NormSpan::new(ends[start], ends[start + length]));
        spans.collect::<Vec<_>>()
    })
}

/// Counts the clean texts with each short term; those that stand in none are no trouble.
fn count_short_terms(remarks: &mut Vec<Remark>, lexicon: &Lexicon, texts: &CleanTexts) {
    let is_short = |remark: &Remark| remark.kind == RemarkKind::ShortTerm;
    if !remarks.iter().any(is_short) {
        return;
    }
    let messages = texts.messages();
    let plain: Vec<String> = messages
        .iter()
        .map(|message| {
            let stretches = message.stretches();
            let plain = stretches.map(|(_, _, text)| plain_term(text, &lexicon.folds.table));
            plain.collect::<Vec<_>>().join("\n")
        })
        .collect();
    for remark in remarks.iter_mut().filter(|remark| is_short(remark)) {
        let texts = plain.iter().filter(|text| text.contains(&remark.cause));
        remark.texts = Some(texts.count());
    }
    remarks.retain(|remark| remark.texts != Some(0));
}
