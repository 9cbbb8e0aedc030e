//! The rules' own proof: every example, in every disguise that a program can make, and no dead data.

use dunlint::examples::audit;
use dunlint::finding::Disguise;
use dunlint::rule::{Reading, Tier};
use dunlint::{Lexicon, Linter};

#[test]
fn every_example_holds() {
    let lexicon = Lexicon::bundled();
    let linter = Linter::new(lexicon).unwrap();
    let audit = audit(lexicon, &linter);
    assert!(
        audit.failures.is_empty(),
        "{} of {}:\n{:#?}",
        audit.failures.len(),
        audit.passed,
        audit.failures
    );
    assert!(audit.dead.is_empty(), "{:?}", audit.dead);
}

#[test]
fn there_are_rules_for_everything() {
    let lexicon = Lexicon::bundled();
    assert!(lexicon.rules().len() >= 70, "{} rules", lexicon.rules().len());
    for category in dunlint::rule::Category::ALL {
        assert!(
            lexicon.rules().iter().any(|rule| rule.category == category),
            "{}",
            category.id()
        );
    }
}

#[test]
fn no_class_is_dead() {
    assert_eq!(Lexicon::bundled().unused_classes(), &[] as &[String]);
}

/// A hit keeps its tier in the disguises that its rule's readings allow, as far as a program can make them.
#[test]
fn disguised_hits_keep_their_verdict() {
    let lexicon = Lexicon::bundled();
    let linter = Linter::new(lexicon).unwrap();
    let disguises = [
        (Disguise::Traditional, Reading::Plain),
        (Disguise::FullWidth, Reading::Plain),
        (Disguise::Invisible, Reading::Plain),
        (Disguise::Symbols, Reading::Joined),
        (Disguise::Spaces, Reading::Joined),
    ];
    let (mut kept, mut tried) = (0, 0);
    let mut lost = Vec::new();
    for rule in lexicon.rules() {
        for (disguise, reading) in disguises {
            if reading != Reading::Plain && !rule.readings.contains(&reading) {
                continue;
            }
            for hit in rule
                .hits
                .iter()
                .filter(|hit| matches!(hit, dunlint::rule::Example::Text(_)))
            {
                let message = Lexicon::example_message(hit);
                let Some(disguised) = lexicon.disguise(message.stretch(None), disguise) else {
                    continue;
                };
                tried += 1;
                if linter.check(&dunlint::Message::text(disguised.as_str())).tier > Tier::Clean {
                    kept += 1;
                } else {
                    lost.push(format!("{} {}: {disguised}", rule.id, disguise.id()));
                }
            }
        }
    }
    assert!(tried > 1000, "{tried} disguised hits");
    // Joining characters over every gap can build a word across two others; those few are dismissed at word boundaries.
    assert!(
        kept * 100 >= tried * 97,
        "{kept} of {tried}:\n{}",
        lost.join("\n")
    );
}
