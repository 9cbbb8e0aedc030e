//! What is drawn, whatever the order, the threads and the parts.

use super::*;
use crate::finding::{Finding, Place, Verdict};
use crate::message::Message;
use crate::report::json::tests::small_lexicon;
use crate::rule::{Confidence, Lang};
use crate::span::Span;

fn plan(per_rule: usize, clean: usize) -> Plan {
    Plan {
        per_rule,
        clean,
        seed: 7,
        reveals: false,
    }
}

/// A record: its number, its agency, the rules that found something in it.
type Seen = (u64, String, Vec<(usize, Confidence)>);

fn finding(rule: usize, confidence: Confidence) -> Finding {
    Finding {
        rule,
        category: Category::Threat,
        tier: Tier::Severe,
        confidence,
        place: Place {
            turn: None,
            span: Span::new(0, 3),
        },
        text: "打".to_owned(),
        plain: None,
        disguises: Vec::new(),
        related: Vec::new(),
    }
}

fn see(sampler: &mut Sampler, (record, agency, rules): &Seen) {
    let message = Message {
        agency: Some(agency.as_str().into()),
        channel: (record % 10 == 0).then_some(Channel::Im),
        ..Message::text(format!("打{record}"))
    };
    let findings: Vec<Finding> = rules
        .iter()
        .map(|(rule, confidence)| finding(*rule, *confidence))
        .collect();
    let is_clean = findings.iter().all(|finding| !finding.is_counted());
    let verdict = Verdict {
        tier: if is_clean { Tier::Clean } else { Tier::Severe },
        findings,
        ..Verdict::default()
    };
    let judged = Judged {
        message: &message,
        verdict: &verdict,
        has_own_id: false,
    };
    let origin = Origin {
        input: "a.csv",
        number: 0,
        record: *record,
    };
    sampler.see(judged, origin);
}

/// The sample of these parts, each seen by a sampler of its own.
fn sample(plan: Plan, parts: &[Vec<&Seen>]) -> Sample {
    let (rules, laws) = small_lexicon();
    let settings = Settings {
        rules: &rules,
        laws: &laws,
        lang: Lang::Zh,
        date: None,
        shows_dismissed: false,
        masks: true,
    };
    let mut whole = Sampler::new(plan, settings);
    for part in parts {
        let mut own = Sampler::new(plan, settings);
        for seen in part {
            see(&mut own, seen);
        }
        whole.merge(own);
    }
    whole.finish(vec!["a.csv".to_owned()], "lexicon")
}

/// 3,000 records of 150 agencies, of very unequal size.
fn records() -> Vec<Seen> {
    let record = |number: u64| {
        let agency = if number.is_multiple_of(3) {
            "大".to_owned()
        } else {
            format!("机构{}", number % 149)
        };
        let rules = match number % 50 {
            0 => vec![
                (0, Confidence::High),
                (0, Confidence::High),
                (1, Confidence::Medium),
            ],
            1 => vec![(0, Confidence::High)],
            2 => vec![(1, Confidence::Low)],
            _ => Vec::new(),
        };
        (number, agency, rules)
    };
    (1..=3000).map(record).collect()
}

#[test]
fn the_sample_is_the_same_however_the_records_come() {
    let records = records();
    let whole = sample(plan(20, 200), &[records.iter().collect()]);
    let reversed = sample(plan(20, 200), &[records.iter().rev().collect()]);
    let shared_out: Vec<Vec<&Seen>> = (0..7)
        .map(|thread| records.iter().skip(thread).step_by(7).collect())
        .collect();
    assert_eq!(reversed, whole);
    assert_eq!(sample(plan(20, 200), &shared_out), whole);
    let other_seed = Plan {
        seed: 8,
        ..plan(20, 200)
    };
    assert_ne!(sample(other_seed, &shared_out).items, whole.items);
}

#[test]
fn strata_hold_what_they_say() {
    let records = records();
    let sample = sample(plan(20, 200), &[records.iter().collect()]);
    let (hits, clean) = sample.split();
    assert_eq!((hits.len(), clean.len(), sample.judged), (40, 200, 3000));
    let rules: Vec<(&str, u64, u64)> = sample
        .strata
        .iter()
        .filter_map(|stratum| match &stratum.of {
            StratumOf::Rule { rule, .. } => Some((rule.as_str(), stratum.population, stratum.drawn)),
            StratumOf::Clean { .. } => None,
        })
        .collect();
    // A message counts once for a rule, and a finding of low confidence not at all.
    assert_eq!(
        rules,
        [("insult-profanity", 60, 20), ("threat-violence", 120, 20)]
    );
    let clean_strata = || {
        sample
            .strata
            .iter()
            .filter(|stratum| matches!(stratum.of, StratumOf::Clean { .. }))
    };
    let population: u64 = clean_strata().map(|stratum| stratum.population).sum();
    assert_eq!(population, 3000 - 120);
    assert!(clean_strata().count() <= 2 * (MOST_AGENCIES + 1), "bounded");
    let least = FEWEST_PER_STRATUM.min(200 / clean_strata().count()) as u64;
    for stratum in clean_strata() {
        assert!(stratum.drawn >= least.min(stratum.population), "{stratum:?}");
    }
    for (at, item) in (1..).zip(&sample.items) {
        assert_eq!(item.number, at);
        let own = &sample.stratum(item).of;
        let belongs = match &item.hit {
            Some(hit) => matches!(own, StratumOf::Rule { rule, .. } if *rule == hit.rule),
            None => own.is_of(item) || own.is_of_others(item),
        };
        assert!(belongs, "{item:?} in {own:?}");
    }
    let drawn = |at: usize| sample.items.iter().filter(|item| item.stratum == at).count() as u64;
    assert!(
        sample
            .strata
            .iter()
            .enumerate()
            .all(|(at, stratum)| drawn(at) == stratum.drawn)
    );
}

#[test]
fn few_records_are_all_drawn() {
    let records = records();
    let few: Vec<&Seen> = records.iter().take(30).collect();
    let all = sample(plan(20, 200), &[few]);
    assert_eq!(all.items.len(), 29 + 1);
    assert!(
        all.strata
            .iter()
            .all(|stratum| stratum.drawn == stratum.population)
    );
    let none = sample(plan(0, 0), &[records.iter().collect()]);
    assert!(none.items.is_empty() && none.strata.iter().all(|stratum| stratum.population > 0));
}
