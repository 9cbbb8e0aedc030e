//! Figures against those computed by hand.

use super::*;
use crate::review::filled::Row;
use crate::review::sample::{Plan, Stratum};

fn near(value: Option<f64>, expected: f64) -> bool {
    value.is_some_and(|value| (value - expected).abs() < 5e-4)
}

fn share(population: u64, of: u64, count: u64) -> Share {
    Share {
        population,
        of,
        count,
    }
}

#[test]
fn intervals_are_wilsons() {
    for (of, count, low, high) in [
        // Newcombe 1998, table I, method 3.
        (263, 81, 0.2553, 0.3662),
        (148, 15, 0.0624, 0.1605),
        (20, 0, 0.0, 0.1611),
        (29, 1, 0.0061, 0.1718),
        (5, 5, 0.5655, 1.0),
    ] {
        let Interval {
            value,
            low: own_low,
            high: own_high,
        } = share(1000, of, count).interval();
        assert!(near(value, count as f64 / of as f64));
        assert!(
            near(own_low, low) && near(own_high, high),
            "{own_low:?} {own_high:?}"
        );
    }
    assert_eq!(share(1000, 0, 0).interval().value, None);
}

#[test]
fn estimates_are_weighted_by_strata() {
    // 0.75 × 0.9 + 0.25 × 0.5, not 14 of 20.
    let both = estimate(&[share(300, 10, 9), share(100, 10, 5)]);
    assert!(near(both.interval.value, 0.8));
    assert!((both.effective.unwrap() - 20.954).abs() < 1e-3, "{both:?}");
    assert!(
        near(both.interval.low, 0.5894) && near(both.interval.high, 0.9177),
        "{both:?}"
    );
    assert_eq!((both.decided, both.covered), (20, Some(1.0)));
    // Drawn in proportion, strata are worth as much as one sample.
    let even = estimate(&[share(500, 50, 0), share(500, 50, 0)]);
    assert!((even.effective.unwrap() - 100.0).abs() < 1e-6);
    assert!(near(even.interval.high, 0.0370), "{even:?}");
    // Of what nobody judged nothing is known.
    let half = estimate(&[share(300, 10, 9), share(100, 0, 0)]);
    assert!(near(half.interval.value, 0.9) && near(half.covered, 0.75));
    let nothing = estimate(&[share(300, 0, 0)]);
    assert_eq!((nothing.interval.value, nothing.covered), (None, Some(0.0)));
    assert_eq!(estimate(&[]).covered, None);
}

#[test]
fn kappa_is_cohens() {
    // 35 of 50 agree, chance alone makes half of them.
    assert!(near(kappa(&[[20, 5, 0], [10, 15, 0], [0, 0, 0]]), 0.4));
    assert!(near(kappa(&[[3, 0, 0], [0, 2, 0], [0, 0, 1]]), 1.0));
    assert_eq!(kappa(&[[9, 0, 0], [0; 3], [0; 3]]), None);
    assert_eq!(kappa(&[[0; 3]; 3]), None);
}

/// A sample of one rule with four hits of forty and two clean messages of a hundred.
fn sample() -> Sample {
    let item = |number: u32| -> Item {
        let hit = serde_json::json!({"rule": "threat-melon", "category": "threat", "tier": "severe",
            "confidence": "high", "fingerprint": "", "evidence": ["打"]});
        let item = serde_json::json!({"number": number, "stratum": u32::from(number > 4), "input": "a.csv",
            "record": number, "id": format!("{number}"), "is_call": false, "is_cut": false, "masked": "⟦打⟧",
            "hit": if number > 4 { serde_json::Value::Null } else { hit }});
        serde_json::from_value(item).unwrap()
    };
    let stratum = |of, population, drawn| Stratum {
        of,
        population,
        drawn,
    };
    let text = || ("瓜".to_owned(), "melon".to_owned());
    let rule = StratumOf::Rule {
        rule: "threat-melon".to_owned(),
        category: Category::Threat,
        title: text(),
        why: text(),
    };
    let clean = StratumOf::Clean {
        channel: None,
        agency: AgencyGroup::None,
    };
    Sample {
        plan: Plan {
            per_rule: 4,
            clean: 2,
            seed: 1,
            reveals: false,
        },
        version: String::new(),
        lexicon: String::new(),
        inputs: Vec::new(),
        judged: 140,
        strata: vec![stratum(rule, 40, 4), stratum(clean, 100, 2)],
        items: (1..=6).map(item).collect(),
    }
}

fn filled(file: &str, judgements: &[(u32, Judgement)]) -> Filled {
    let row = |judgement| Row {
        judgement,
        categories: vec![Category::Insult],
        tier: None,
        comment: String::new(),
        reviewer: String::new(),
    };
    Filled {
        file: file.to_owned(),
        sample: sample(),
        rows: judgements
            .iter()
            .map(|(number, judgement)| (*number, row(*judgement)))
            .collect(),
        problems: Vec::new(),
    }
}

#[test]
fn reviewers_who_differ_decide_nothing() {
    use Judgement::{Right, Unclear, Wrong};
    let both = [
        filled(
            "a.xlsx",
            &[(1, Right), (2, Right), (3, Unclear), (4, Wrong), (5, Wrong)],
        ),
        filled("b.xlsx", &[(1, Right), (2, Wrong), (3, Wrong), (5, Wrong)]),
    ];
    let figures = Figures::of(&both).unwrap();
    let rule = &figures.rules[0];
    // Whoever can't tell leaves it to who can.
    assert_eq!(
        (
            rule.real,
            rule.false_hits,
            rule.unclear,
            rule.disputed,
            rule.unfilled
        ),
        (1, 2, 0, 1, 0)
    );
    let clean = &figures.clean[0];
    assert_eq!((clean.fine, clean.missed, clean.unfilled), (0, 1, 1));
    assert_eq!(figures.missed_categories, BTreeMap::from([("insult", 1)]));
    assert!(near(figures.missed_messages.value, 100.0));
    assert!(figures.is_below(0.5) && !figures.is_below(0.33));
    let agreement = &figures.agreement[0];
    assert_eq!((agreement.both, agreement.same), (3, 1));
    let numbers: Vec<u32> = agreement
        .differences
        .iter()
        .map(|difference| difference.number)
        .collect();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(figures.files[1].unfilled, 2);
    let nobody = Figures::of(&[filled("a.xlsx", &[])]).unwrap();
    assert!(nobody.is_below(0.0) && nobody.rules[0].unfilled == 4);
}
