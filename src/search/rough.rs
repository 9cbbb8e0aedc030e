//! Whether the steps of a pattern can follow each other where their terms were seen.
//!
//! In: [`Sights`] of a text and the [`Outlines`] of patterns. Out: no, if the full search is bound to find nothing: a step is missing,
//! too far away, in the wrong order or behind the end of the sentence. Wrong only in saying yes. Cheap: it looks at
//! nothing but the row of folded characters.

use super::alphabet::Glyph;
use super::sights::{Sight, Sights};
use crate::lexicon::class_set::{Mask, masks};
use crate::lexicon::pattern::{ClassId, DEFAULT_GAP, Pattern, Target, Window};
use crate::normalize::CharKind;

/// What of all patterns is looked at for one message after the other, in a few flat rows.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    patterns: Vec<Outline>,
    /// First step of each group, and one past its last.
    groups: Vec<(u32, u32)>,
    steps: Vec<OutlinedStep>,
    masks: Vec<Mask>,
}

#[derive(Debug, Clone, Copy)]
struct Outline {
    /// Its first group, and one past its last.
    groups: (u32, u32),
    /// First mask of its classes, one past those of its steps, and one past those of the classes that it forbids.
    masks: (u32, u32, u32),
    target: Target,
    window: Window,
    /// One step, so that there is nothing to follow.
    is_single: bool,
}

#[derive(Debug, Clone, Copy)]
struct OutlinedStep {
    /// First mask of its classes, and one past its last.
    masks: (u32, u32),
    max_gap: u32,
    at_least: u32,
    is_optional: bool,
}

impl Outlines {
    /// Draws the outlines of all patterns.
    pub(super) fn new(patterns: &[Pattern]) -> Self {
        let mut own = Self::default();
        for pattern in patterns {
            let (first, group) = (own.masks.len() as u32, own.groups.len() as u32);
            let step = own.steps.len() as u32;
            for step in &pattern.steps {
                let start = own.masks.len() as u32;
                own.masks.extend(&step.masks);
                own.steps.push(OutlinedStep {
                    masks: (start, own.masks.len() as u32),
                    max_gap: step.max_gap.min(u32::MAX as usize / 16) as u32,
                    at_least: step.at_least as u32,
                    is_optional: step.is_optional,
                });
            }
            let of_steps = own.masks.len() as u32;
            own.masks.extend(masks(&pattern.forbidden));
            let groups = pattern.groups.iter();
            own.groups
                .extend(groups.map(|group| (step + group.start as u32, step + group.end as u32)));
            own.patterns.push(Outline {
                groups: (group, own.groups.len() as u32),
                masks: (first, of_steps, own.masks.len() as u32),
                target: pattern.target,
                window: pattern.window,
                is_single: matches!(&pattern.steps[..], [step] if step.at_least == 1),
            });
        }
        own
    }

    /// What a pattern is for. It is asked of every pattern that opens, and whole patterns lie far apart.
    pub(super) fn target(&self, pattern: usize) -> Target {
        self.patterns[pattern].target
    }

    /// The classes of a pattern's steps and those that it forbids.
    pub(super) fn classes(&self, pattern: usize) -> &[Mask] {
        let (first, _, end) = self.patterns[pattern].masks;
        &self.masks[first as usize..end as usize]
    }
}

/// The sights of a text by their class, and what stands between two places of its row.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Last sight of each class, plus one; 0 for none.
    last: Vec<u32>,
    /// The classes that have one: there are thousands of classes, and a message shows a hundred.
    filed: Vec<ClassId>,
    /// The sight of the same class before each sight, plus one.
    before: Vec<u32>,
    /// What stands before each place of the row.
    passed: Vec<Passed>,
    reached: Vec<Reached>,
    next: Vec<Reached>,
}

/// How many words (bits 0–31), ends of clauses (32–47) and of sentences (48–63) there are up to a place. The difference
/// of two of them holds the differences of all three.
#[derive(Debug, Clone, Copy, Default)]
struct Passed(u64);

impl Passed {
    const WORD: u64 = 1;
    const CLAUSE: u64 = 1 << 32;
    const SENTENCE: u64 = 1 << 48;

    /// What stands between another place and this one, which comes later.
    fn since(self, other: Passed) -> (u32, u16, u16) {
        let passed = self.0 - other.0;
        (passed as u32, (passed >> 32) as u16, (passed >> 48) as u16)
    }
}

/// More sights than this are not looked at one by one: the text is long, and the full search bounds its own work.
const MOST_SIGHTS: usize = 4096;

/// Nor are those of a longer row, of which [`Passed`] could not count the clauses.
const LONGEST_ROW: usize = u16::MAX as usize;

/// A place where a filling of the steps so far can end.
#[derive(Debug, Clone, Copy)]
struct Reached {
    end: u32,
    /// What optional steps left out hand on.
    slack: u32,
}

impl Places {
    /// Files the sights. O(sights), but for the first time.
    pub(super) fn file(&mut self, sights: &Sights, classes: usize) {
        for class in self.filed.drain(..) {
            self.last[class.0 as usize] = 0;
        }
        self.last.resize(classes, 0);
        self.before.clear();
        if is_long(sights) {
            return;
        }
        self.pass(&sights.row);
        for (number, sight) in (1..).zip(&sights.terms) {
            let last = &mut self.last[sight.class.0 as usize];
            if *last == 0 {
                self.filed.push(sight.class);
            }
            self.before.push(*last);
            *last = number;
        }
    }

    fn pass(&mut self, row: &[Glyph]) {
        self.passed.clear();
        self.passed.reserve(row.len() + 1);
        let mut passed = 0;
        self.passed.push(Passed(passed));
        for (at, glyph) in row.iter().enumerate() {
            passed += match glyph.is(CharKind::Clause) && in_number(row, at) {
                true => 0,
                false => STEPS[glyph.kind_number() as usize],
            };
            self.passed.push(Passed(passed));
        }
    }

    fn of<'s>(&'s self, class: ClassId, sights: &'s Sights) -> impl Iterator<Item = &'s Sight> {
        let mut next = self.last[class.0 as usize];
        std::iter::from_fn(move || {
            let index = next.checked_sub(1)? as usize;
            next = self.before[index];
            Some(&sights.terms[index])
        })
    }

    /// Whether a pattern all of whose obligatory steps have a class present may be found. O(places of its steps,
    /// squared at worst).
    pub(super) fn may_fill(&mut self, outlines: &Outlines, pattern: usize, sights: &Sights) -> bool {
        let outline = outlines.patterns[pattern];
        if outline.is_single || is_long(sights) {
            return true;
        }
        let (first, of_steps, _) = outline.masks;
        let classes = &outlines.masks[first as usize..of_steps as usize];
        if sights.has_unplaced && sights.unplaced.meets(classes) {
            return true;
        }
        let groups = outline.groups.0 as usize..outline.groups.1 as usize;
        groups.into_iter().all(|group| {
            let (start, end) = outlines.groups[group];
            let steps = &outlines.steps[start as usize..end as usize];
            self.may_fill_group(outlines, steps, outline.window, sights)
        })
    }

    fn may_fill_group(
        &mut self,
        outlines: &Outlines,
        steps: &[OutlinedStep],
        window: Window,
        sights: &Sights,
    ) -> bool {
        // What is left out at the end changes nothing.
        let Some(last) = steps.iter().rposition(|step| !step.is_optional) else {
            return true;
        };
        let (mut reached, mut next) = (std::mem::take(&mut self.reached), std::mem::take(&mut self.next));
        reached.clear();
        let mut may_begin = true;
        let mut is_filled = false;
        'steps: for (index, step) in steps[..=last].iter().enumerate() {
            let classes = &outlines.masks[step.masks.0 as usize..step.masks.1 as usize];
            let mut max_gap = step.max_gap;
            for time in 1..=step.at_least {
                let may_stand = |sight: &&Sight| {
                    let follows = |reached: &Reached| {
                        self.follows(reached.end, sight.start, reached.slack + max_gap, window)
                    };
                    may_begin || reached.iter().any(follows)
                };
                if index == last && time == step.at_least {
                    // One place is enough.
                    let stands = |class| self.of(class, sights).any(|sight| may_stand(&sight));
                    is_filled = sights.present.any_of(classes, stands);
                    break 'steps;
                }
                next.clear();
                sights.present.for_each_of(classes, |class| {
                    for sight in self.of(class, sights).filter(may_stand) {
                        next.push(Reached {
                            end: sight.end,
                            slack: 0,
                        });
                    }
                });
                if step.is_optional {
                    next.extend(reached.iter().map(|reached| Reached {
                        end: reached.end,
                        slack: reached.slack + max_gap,
                    }));
                } else {
                    may_begin = false;
                }
                std::mem::swap(&mut reached, &mut next);
                if reached.is_empty() && !may_begin {
                    break 'steps;
                }
                max_gap = DEFAULT_GAP as u32;
            }
        }
        (self.reached, self.next) = (reached, next);
        is_filled
    }

    /// Whether what begins at `start` may follow what ends at `end`: in the window and no more than `gap` words on.
    fn follows(&self, end: u32, start: u32, gap: u32, window: Window) -> bool {
        if start < end {
            return false;
        }
        let (words, clauses, sentences) = self.passed[start as usize].since(self.passed[end as usize]);
        words <= gap
            && match window {
                Window::Clause => clauses == 0,
                Window::Sentence => sentences == 0,
                Window::Turn | Window::Message => true,
            }
    }
}

fn is_long(sights: &Sights) -> bool {
    sights.terms.len() > MOST_SIGHTS || sights.row.len() > LONGEST_ROW
}

/// What a character of each kind adds to [`Passed`]: what surely counts between two steps of a pattern.
const STEPS: [u64; 16] = {
    let mut steps = [0; 16];
    let mut kind = 0;
    while kind <= CharKind::Digit as usize {
        steps[kind] = Passed::WORD;
        kind += 1;
    }
    steps[CharKind::Clause as usize] = Passed::CLAUSE;
    steps[CharKind::Sentence as usize] = Passed::CLAUSE + Passed::SENTENCE;
    steps
};

/// Whether a point or comma may stand in a number.
fn in_number(row: &[Glyph], at: usize) -> bool {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| row.get(at))
            .is_some_and(|glyph| glyph.is(CharKind::Digit))
    };
    is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))
}
