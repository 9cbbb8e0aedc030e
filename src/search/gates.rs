//! Which patterns are worth trying.
//!
//! In: the classes present in a message. Out: the patterns whose obligatory steps can all be filled. Each pattern
//! waits at its rarest class and then asks for the next rarest, so that ordinary words of the trade (还款, 今天, 你)
//! open nothing. Many patterns share a step, so whether one is filled is worked out once a message, when first asked.
//! It looks at no place and no order.

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use crate::lexicon::Lexicon;
use crate::lexicon::class_set::{ClassSet, Mask};
use crate::lexicon::flat::{self, flat_struct};
use crate::lexicon::pattern::{ClassId, Pattern, Step};

/// Patterns by the class at which they wait.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Gates {
    /// First gate of each class, and one past the last of all.
    #[serde(with = "flat")]
    starts: Vec<u32>,
    #[serde(with = "flat")]
    gates: Vec<Gate>,
    /// The different steps asked for: first of their masks in `asked`, and how many.
    steps: Vec<(u32, u16)>,
    #[serde(with = "flat")]
    asked: Vec<Mask>,
    /// The classes at which some pattern waits.
    waited_for: ClassSet,
}

/// One pattern at one class; eight of them lie in a cache line.
#[derive(Debug, Clone, Copy)]
struct Gate {
    pattern: u16,
    /// At most this many further steps; [`NO_STEP`] for none. Longer patterns are checked whole later.
    steps: [u16; MOST_STEPS],
}

/// Which steps are filled, as far as was asked; kept from message to message for its memory.
#[derive(Debug, Default)]
pub(crate) struct Filled(Vec<Option<bool>>);

/// Further steps that a gate asks for. More are rare, and a gate may be wrong in letting through.
const MOST_STEPS: usize = 3;

const NO_STEP: u16 = u16::MAX;

/// How often a step is filled in ordinary text, from how often each class stands there.
pub(super) fn frequency_of(step: &Step, frequencies: &[u32]) -> u32 {
    let classes = step.classes.iter();
    classes.map(|class| frequencies[class.0 as usize]).sum()
}

flat_struct!(Gate {
    pattern: u16,
    steps: [u16; MOST_STEPS],
});

impl Gates {
    /// Builds the gates of some patterns from how often each class stands in ordinary text.
    pub(super) fn new(lexicon: &Lexicon, frequencies: &[u32], is_own: impl Fn(&Pattern) -> bool) -> Self {
        let mut own = Self {
            waited_for: ClassSet::new(lexicon.classes.len()),
            ..Self::default()
        };
        let mut numbers: FxHashMap<&[ClassId], u16> = FxHashMap::default();
        let mut waiting: Vec<Vec<Gate>> = vec![Vec::new(); lexicon.classes.len()];
        for (pattern, entry) in (0..)
            .zip(&lexicon.patterns)
            .filter(|(_, pattern)| is_own(pattern))
        {
            let mut steps: Vec<&Step> = entry.steps.iter().filter(|step| !step.is_optional).collect();
            steps.sort_by_key(|step| frequency_of(step, frequencies));
            let mut gate = Gate {
                pattern,
                steps: [NO_STEP; MOST_STEPS],
            };
            for (place, step) in gate.steps.iter_mut().zip(&steps[1..]) {
                *place = *numbers.entry(&step.classes).or_insert_with(|| {
                    own.steps.push((own.asked.len() as u32, step.masks.len() as u16));
                    own.asked.extend(&step.masks);
                    (own.steps.len() - 1) as u16
                });
            }
            for class in &steps[0].classes {
                own.waited_for.insert(*class);
                waiting[class.0 as usize].push(gate);
            }
        }
        for gates in waiting {
            own.starts.push(own.gates.len() as u32);
            own.gates.extend(gates);
        }
        own.starts.push(own.gates.len() as u32);
        own
    }

    /// Adds the patterns all of whose obligatory steps have a class present, some of them twice.
    pub(super) fn open(&self, present: &ClassSet, filled: &mut Filled, open: &mut Vec<usize>) {
        let filled = &mut filled.0;
        filled.clear();
        filled.resize(self.steps.len(), None);
        let mut is_filled = |step: u16| {
            let step = usize::from(step);
            *filled[step].get_or_insert_with(|| {
                let (start, length) = self.steps[step];
                present.meets(&self.asked[start as usize..start as usize + usize::from(length)])
            })
        };
        present.for_each_in(&self.waited_for, |class| {
            let class = class.0 as usize;
            for gate in &self.gates[self.starts[class] as usize..self.starts[class + 1] as usize] {
                let mut steps = gate.steps.iter().take_while(|step| **step != NO_STEP);
                if steps.all(|&step| is_filled(step)) {
                    open.push(usize::from(gate.pattern));
                }
            }
        });
    }
}
