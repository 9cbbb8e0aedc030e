//! Whether the steps of a pattern can follow each other where their terms were seen.
//!
//! In: [`Sights`] of a text and a pattern. Out: no, if the full search is bound to find nothing: a step is missing,
//! too far away, in the wrong order or behind the end of the sentence. Wrong only in saying yes. Cheap: it looks at
//! nothing but the row of folded characters.

use super::glance::{Glyph, Sight, Sights};
use crate::lexicon::pattern::{ClassId, DEFAULT_GAP, Pattern, Step, Window};
use crate::normalize::CharKind;

/// The sights of a text by their class.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Last sight of each class, plus one; 0 for none.
    last: Vec<u32>,
    /// The sight of the same class before each sight, plus one.
    before: Vec<u32>,
}

/// More sights than this are not looked at one by one: the text is long, and the full search bounds its own work.
const MOST_SIGHTS: usize = 4096;

/// A place where a filling of the steps so far can end.
#[derive(Debug, Clone, Copy)]
struct Reached {
    end: u32,
    /// What optional steps left out hand on.
    slack: usize,
}

impl Places {
    /// Files the sights. O(sights + classes).
    pub(super) fn file(&mut self, sights: &Sights, classes: usize) {
        self.last.clear();
        self.last.resize(classes, 0);
        self.before.clear();
        if sights.terms.len() > MOST_SIGHTS {
            return;
        }
        for (number, sight) in (1..).zip(&sights.terms) {
            let last = &mut self.last[sight.class.0 as usize];
            self.before.push(*last);
            *last = number;
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

    /// Whether the pattern may be found. O(places of its steps, squared at worst).
    pub(super) fn may_fill(&self, pattern: &Pattern, sights: &Sights) -> bool {
        let is_unplaced = |step: &Step| step.classes.iter().any(|&class| sights.unplaced.contains(class));
        if sights.terms.len() > MOST_SIGHTS || pattern.steps.iter().any(is_unplaced) {
            return true;
        }
        pattern
            .groups
            .iter()
            .all(|group| self.may_fill_group(&pattern.steps[group.clone()], pattern.window, sights))
    }

    fn may_fill_group(&self, steps: &[Step], window: Window, sights: &Sights) -> bool {
        let mut reached: Vec<Reached> = Vec::new();
        let mut may_begin = true;
        let repeated = steps.iter().flat_map(|step| {
            std::iter::once((step, step.max_gap)).chain((1..step.at_least).map(move |_| (step, DEFAULT_GAP)))
        });
        for (step, max_gap) in repeated {
            let mut next: Vec<Reached> = Vec::new();
            for sight in step.classes.iter().flat_map(|&class| self.of(class, sights)) {
                let follows = |reached: &Reached| {
                    let gap = reached.slack + max_gap;
                    follows(&sights.row, reached.end, sight.start, gap, window)
                };
                if may_begin || reached.iter().any(follows) {
                    next.push(Reached {
                        end: sight.end,
                        slack: 0,
                    });
                }
            }
            if step.is_optional {
                next.extend(reached.iter().map(|reached| Reached {
                    end: reached.end,
                    slack: reached.slack + max_gap,
                }));
            } else {
                may_begin = false;
            }
            reached = next;
            if reached.is_empty() && !may_begin {
                return false;
            }
        }
        true
    }
}

/// Whether what begins at `start` may follow what ends at `end`: in the window and no more than `gap` characters on.
fn follows(row: &[Glyph], end: u32, start: u32, gap: usize, window: Window) -> bool {
    let Some(between) = row.get(end as usize..start as usize) else {
        return false;
    };
    let mut words = 0;
    for (at, glyph) in between.iter().enumerate() {
        if glyph.is_word() {
            words += 1;
            if words > gap {
                return false;
            }
            continue;
        }
        let at = end as usize + at;
        let ends = match window {
            Window::Clause => {
                glyph.is(CharKind::Sentence) || glyph.is(CharKind::Clause) && !in_number(row, at)
            }
            Window::Sentence => glyph.is(CharKind::Sentence),
            Window::Turn | Window::Message => false,
        };
        if ends {
            return false;
        }
    }
    true
}

/// Whether a point or comma may stand in a number.
fn in_number(row: &[Glyph], at: usize) -> bool {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| row.get(at))
            .is_some_and(|glyph| glyph.is(CharKind::Digit))
    };
    is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))
}
