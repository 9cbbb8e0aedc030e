//! Which patterns are worth trying.
//!
//! In: the classes present in a message. Out: the patterns whose obligatory steps can all be filled. Each pattern
//! waits at its rarest class and then asks for the next rarest, so that ordinary words of the trade (还款, 今天, 你)
//! open nothing. It looks at no place and no order.

use super::class_set::ClassSet;
use crate::lexicon::Lexicon;
use crate::lexicon::pattern::{ClassId, Pattern, Step};

/// Patterns by the class at which they wait.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// First gate of each class, and one past the last of all.
    starts: Vec<u32>,
    gates: Vec<Gate>,
    /// The classes asked for, gate by gate: alternatives of a step, then the next step.
    asked: Vec<ClassId>,
    /// The classes at which some pattern waits.
    waited_for: ClassSet,
}

/// One pattern at one class.
#[derive(Debug, Clone, Copy)]
struct Gate {
    pattern: u32,
    /// Lengths and places of at most this many further steps in `asked`; longer patterns are checked whole later.
    steps: [(u32, u16); MOST_STEPS],
}

/// Further steps that a gate asks for. More are rare, and a gate may be wrong in letting through.
const MOST_STEPS: usize = 3;

impl Gates {
    /// Builds the gates of some patterns from how often each class stands in ordinary text.
    pub(super) fn new(lexicon: &Lexicon, frequencies: &[u32], is_own: impl Fn(&Pattern) -> bool) -> Self {
        let mut waiting: Vec<(ClassId, u32, Vec<&Step>)> = Vec::new();
        for (index, pattern) in (0..)
            .zip(&lexicon.patterns)
            .filter(|(_, pattern)| is_own(pattern))
        {
            let mut steps = obligatory(pattern);
            steps.sort_by_key(|step| {
                step.classes
                    .iter()
                    .map(|class| frequencies[class.0 as usize])
                    .sum::<u32>()
            });
            let rest = steps.split_off(1);
            waiting.extend(steps[0].classes.iter().map(|&class| (class, index, rest.clone())));
        }
        waiting.sort_by_key(|(class, pattern, _)| (*class, *pattern));
        let mut gates = Self {
            waited_for: ClassSet::new(lexicon.classes.len()),
            ..Self::default()
        };
        gates.waited_for.extend(waiting.iter().map(|(class, ..)| *class));
        let mut next = waiting.into_iter().peekable();
        for class in (0..lexicon.classes.len()).map(|class| ClassId(class as u16)) {
            gates.starts.push(gates.gates.len() as u32);
            while let Some((_, pattern, rest)) = next.next_if(|(own, ..)| *own == class) {
                gates.push(pattern, &rest);
            }
        }
        gates.starts.push(gates.gates.len() as u32);
        gates
    }

    fn push(&mut self, pattern: u32, rest: &[&Step]) {
        let mut steps = [(0, 0); MOST_STEPS];
        for (place, step) in steps.iter_mut().zip(rest) {
            *place = (self.asked.len() as u32, step.classes.len() as u16);
            self.asked.extend(&step.classes);
        }
        self.gates.push(Gate { pattern, steps });
    }

    /// Adds the patterns all of whose obligatory steps have a class present, some of them twice.
    pub(super) fn open(&self, present: &ClassSet, open: &mut Vec<usize>) {
        present.for_each_in(&self.waited_for, |class| {
            let class = class.0 as usize;
            let gates = &self.gates[self.starts[class] as usize..self.starts[class + 1] as usize];
            let is_filled = |&(start, length): &(u32, u16)| {
                let classes = &self.asked[start as usize..start as usize + usize::from(length)];
                length == 0 || classes.iter().any(|&class| present.contains(class))
            };
            let filled = gates.iter().filter(|gate| gate.steps.iter().all(is_filled));
            open.extend(filled.map(|gate| gate.pattern as usize));
        });
    }
}

fn obligatory(pattern: &Pattern) -> Vec<&Step> {
    pattern.steps.iter().filter(|step| !step.is_optional).collect()
}
