//! How often judging asks for memory: a guard of the fast path that depends on no clock.

#![allow(clippy::unwrap_used)]

use dunlint::{Lexicon, Linter, Message};

#[path = "../benches/dump.rs"]
#[allow(dead_code)]
mod dump;

/// Allocations a message, on average over generated messages, once everything is warm.
fn allocations(mixture: dump::Mixture, is_wanted: impl Fn(&Linter, &Message) -> bool) -> f64 {
    let linter = Linter::new(Lexicon::bundled()).unwrap();
    let texts: Vec<String> = dump::texts(3, mixture).take(4_000).collect();
    let messages = texts.iter().map(|text| Message::text(text.as_str()));
    let messages: Vec<Message> = messages.filter(|message| is_wanted(&linter, message)).collect();
    let counted = allocation_counter::measure(|| {
        for message in &messages {
            std::hint::black_box(linter.check(message));
        }
    });
    counted.count_total as f64 / messages.len() as f64
}

fn is_clean(linter: &Linter, message: &Message) -> bool {
    linter.check(message).findings.is_empty()
}

#[test]
fn a_clean_message_takes_few_allocations() {
    for mixture in [dump::Mixture::Carrier, dump::Mixture::Collector] {
        let count = allocations(mixture, is_clean);
        assert!(count <= 7.0, "{mixture:?}: {count}");
    }
}

#[test]
fn a_message_with_findings_takes_a_bounded_number() {
    let count = allocations(dump::Mixture::Carrier, |linter, message| {
        !is_clean(linter, message)
    });
    assert!(count <= 120.0, "{count}");
}
