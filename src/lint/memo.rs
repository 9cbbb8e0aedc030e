//! What the texts of a document were judged to be, kept from one keystroke to the next.
//!
//! In: texts as templates. Out: what was found in the same words the last time. While somebody types all texts but one are
//! as they were, and judging is what costs. Promise: a memo belongs to one document and one configuration; it holds what
//! the last judgement asked for and nothing older. It knows no places: those are found anew.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::passage::Hole;

/// Judgements of the texts of one document.
#[derive(Debug)]
pub struct Memo<T> {
    /// Of the last judgement of the document.
    before: FxHashMap<String, Arc<T>>,
    /// Of the one that is being made.
    now: Mutex<FxHashMap<String, Arc<T>>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self {
            before: FxHashMap::default(),
            now: Mutex::default(),
        }
    }
}

impl<T> Memo<T> {
    /// Begins the next judgement of the document.
    pub(super) fn turn(&mut self) {
        let now = self.now.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.before = std::mem::take(now);
    }

    /// What is known of a text with these holes; else what `judge` finds.
    pub(super) fn get(&self, text: &str, holes: &[Hole], judge: impl FnOnce() -> T) -> Arc<T> {
        let key = key(text, holes);
        let known = self.lock().get(&key).or_else(|| self.before.get(&key)).cloned();
        let judged = known.unwrap_or_else(|| Arc::new(judge()));
        self.lock().insert(key, Arc::clone(&judged));
        judged
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<String, Arc<T>>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text, and its holes by place and name: the same words may be filled in here and not there.
fn key(text: &str, holes: &[Hole]) -> String {
    let mut key = text.to_owned();
    for Hole { span, name } in holes {
        key.push_str(&format!("\0{} {} {name}", span.start, span.end));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    #[test]
    fn texts_are_judged_again_only_if_they_were_not_there_the_last_time() {
        let hole = |name: &str| Hole {
            span: Span::new(0, 1),
            name: name.to_owned(),
        };
        let mut memo = Memo::default();
        let mut judged = 0;
        for (turn, asked) in [
            (vec![("a", vec![]), ("a", vec![]), ("b", vec![])], 2),
            (vec![("b", vec![]), ("c", vec![])], 1),
            (vec![("a", vec![]), ("b", vec![])], 1),
            (
                vec![("a", vec![hole("x")]), ("a", vec![hole("y")]), ("a", vec![])],
                2,
            ),
        ] {
            memo.turn();
            let before = judged;
            for (text, holes) in &turn {
                let found = memo.get(text, holes, || {
                    judged += 1;
                    (*text).to_owned()
                });
                assert_eq!(*found, *text);
            }
            assert_eq!(judged - before, asked, "{turn:?}");
        }
    }
}
