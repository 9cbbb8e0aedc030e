//! The exact work that messages take: counters that don't depend on the machine.

use dunlint::linter::Work;
use dunlint::{Lexicon, Linter, Message};

#[path = "../../benches/dump.rs"]
#[allow(dead_code)]
pub(crate) mod dump;

fn work_of(texts: &[&str]) -> Work {
    let linter = Linter::new(Lexicon::bundled()).unwrap();
    let mut work = Work::default();
    for text in texts {
        linter.check_counting(&Message::text(*text), &mut work);
    }
    work
}

#[test]
fn ordinary_messages_take_nothing_but_a_look() {
    let work = work_of(&[
        "【云杉银行】您尾号1234的账户7月8日入账500.00元，余额823.15元。",
        "妈，我到大学城了，晚上回家吃饭，别等我。",
        "周六上午九点开家长会，请家长们准时到校。",
    ]);
    let expected = Work {
        messages: 3,
        characters: 80,
        ..Work::default()
    };
    assert_eq!(work, expected);
}

#[test]
fn a_threat_is_a_candidate_and_only_its_blocks_are_cut() {
    let work = work_of(&[
        "你个草泥马，今天再不还钱，我就打断你的腿。",
        "晚上一起吃饭吧，老地方见，别迟到了。",
    ]);
    assert_eq!((work.messages, work.characters, work.candidates), (2, 39, 1));
    assert_eq!((work.in_doubt, work.filter_hits, work.anchors), (1, 42, 123));
    assert_eq!(
        (work.blocks_cut, work.characters_cut, work.dictionary_loads),
        (1, 5, 0)
    );
}

/// What a collector's own dump costs: of its lawful messages few may be searched.
#[test]
fn few_messages_of_a_dump_are_candidates() {
    let linter = Linter::new(Lexicon::bundled()).unwrap();
    for (mixture, most) in [(dump::Mixture::Collector, 0.12), (dump::Mixture::Carrier, 0.08)] {
        let mut work = Work::default();
        for text in dump::texts(7, mixture).take(4000) {
            linter.check_counting(&Message::text(text), &mut work);
        }
        let share = work.candidates as f64 / work.messages as f64;
        assert!(share <= most, "{mixture:?}: {share}");
    }
}
