use super::*;
use crate::lexicon::pattern::{Pattern, Step};

/// A text that fills a pattern, with this term in this step and any term in the others.
fn filling(lexicon: &Lexicon, pattern: &Pattern, own: usize, term: &str) -> Option<String> {
    let any = |step: &Step| {
        let class = step.classes[0];
        let terms = &lexicon.terms;
        let found = (0..terms.len()).find(|&term| terms.classes(term).contains(&class));
        found.map(|term| terms.text(term))
    };
    let mut text = String::new();
    for (index, step) in pattern.steps.iter().enumerate() {
        // Apart, so that digits and letters don't run together.
        text.push('，');
        let word = if index == own { term } else { any(step)? };
        for _ in 0..step.at_least {
            text.push_str(word);
        }
    }
    Some(text)
}

/// Every term of every class is reached by every pattern that names the class: none is shadowed by its own
/// folds, by a gap of zero or by another step.
#[test]
fn every_term_is_reached_by_its_patterns() {
    let lexicon = Lexicon::bundled();
    let searcher = Searcher::new(lexicon).unwrap();
    let mut unreached = Vec::new();
    for pattern in &lexicon.patterns {
        for (own, step) in pattern.steps.iter().enumerate() {
            let terms = &lexicon.terms;
            let is_own = |term: &usize| {
                terms
                    .classes(*term)
                    .iter()
                    .any(|class| step.classes.contains(class))
            };
            for term in (0..terms.len()).filter(is_own).map(|term| terms.text(term)) {
                let Some(text) = filling(lexicon, pattern, own, term) else {
                    continue;
                };
                let scan = searcher.scan(lexicon, std::iter::once(text.as_str()));
                let is_hit = scan
                    .hits
                    .iter()
                    .any(|hit| lexicon.term_text(hit.term) == Some(term));
                let mut obligatory = pattern.steps.iter().filter(|step| !step.is_optional);
                let is_open =
                    obligatory.all(|step| step.classes.iter().any(|&class| scan.present.contains(class)));
                if !is_hit || !is_open {
                    unreached.push(format!("{term} in `{}`: {text}", pattern.text));
                }
            }
        }
    }
    assert!(
        unreached.is_empty(),
        "{} unreached:\n{}",
        unreached.len(),
        unreached.join("\n")
    );
}

#[test]
fn disguised_hits_carry_the_source_span_and_the_disguise() {
    let lexicon = Lexicon::bundled();
    let searcher = Searcher::new(lexicon).unwrap();
    for (source, evidence, expected) in [
        ("再不还钱打断你的腿", "打断", None),
        ("再不还钱打斷你的腿", "打斷", Some(Disguise::Traditional)),
        ("再不还钱打*断你的腿", "打*断", Some(Disguise::Symbols)),
        (
            "再不还钱打\u{200B}断你的腿",
            "打\u{200B}断",
            Some(Disguise::Invisible),
        ),
        ("再不还钱 打 断 你 的 腿", "打 断", Some(Disguise::Spaces)),
    ] {
        let scan = searcher.scan(lexicon, std::iter::once(source));
        let hit = scan
            .hits
            .iter()
            .find(|hit| lexicon.term_text(hit.term) == Some("打断"));
        let hit = hit.unwrap_or_else(|| panic!("no hit in {source}"));
        assert_eq!(hit.span.of(source), evidence);
        assert_eq!(hit.disguises.iter().next(), expected, "{source}");
    }
}

/// Of several readings of the same words the plainest fills a step: 老豆 with symbols in it is 老豆, not a homophone
/// of 老窦, which the rule may not be allowed to read.
#[test]
fn the_plainest_reading_comes_first() {
    let lexicon = Lexicon::bundled();
    let linter = crate::Linter::new(lexicon).unwrap();
    let verdict = linter.check_by_rules(&Message::text("你*老*豆*老*母*近*亲*结*婚"));
    let found: Vec<&str> = verdict.findings.iter().map(|finding| &*finding.text).collect();
    assert_eq!(found, ["你*老*豆*老*母*近*亲*结*婚"]);
}

/// The glance is only a short cut: with it and without it every message gets the same verdict.
#[test]
fn a_glance_changes_no_verdict() {
    let lexicon = Lexicon::bundled();
    let linter = crate::Linter::new(lexicon).unwrap();
    let mut scratch = Scratch::default();
    let examples = lexicon
        .rules
        .iter()
        .flat_map(|rule| rule.hits.iter().chain(&rule.misses))
        .map(Lexicon::example_message);
    let odd = [
        "@芊芊 欠我货款4600，大家留个心眼",
        "○珍女士，您为某企业社借款之保证人",
        "减 免 名 额 仅 剩 3个 ，今天不处理就作废",
        "每⑩秒拨一回，ｃａｏ ni 妈，(2026)粤0305执1234号",
    ];
    let disguised = |plain: Message<'static>| {
        let rewritten = [
            Disguise::Symbols,
            Disguise::Spaces,
            Disguise::Invisible,
            Disguise::Traditional,
            Disguise::FullWidth,
        ];
        let rewritten = rewritten.map(|disguise| lexicon.disguise(plain.stretch(None), disguise));
        let rewritten: Vec<Message> = rewritten
            .into_iter()
            .flatten()
            .map(|text| Message {
                body: crate::message::Body::Text(text.into()),
                ..plain.clone()
            })
            .collect();
        std::iter::once(plain).chain(rewritten)
    };
    for message in examples.chain(odd.map(Message::text)).flat_map(disguised) {
        let full = linter.trace(&message).0;
        let fast = linter.check_with(&message, &mut crate::linter::Work::default(), &mut scratch);
        assert_eq!(fast, full, "{message:?}");
    }
}

/// What one automaton of all terms finds: right by its making, and slow to build.
fn terms_by_automaton(lexicon: &Lexicon, texts: &[String]) -> Vec<Vec<(usize, NormSpan)>> {
    let terms: Vec<&str> = lexicon.terms.texts().collect();
    let mut forms = lexicon.folds.restorations.forms();
    forms.retain(|form| !terms.contains(&form.as_str()));
    forms.dedup();
    let all = terms.into_iter().chain(forms.iter().map(String::as_str));
    let automaton = Automaton::with_values(all.zip(0..)).unwrap();
    let found = |text: &String| {
        let found = automaton.find_overlapping_iter(text);
        let found = found.map(|found| (found.value() as usize, NormSpan::new(found.start(), found.end())));
        found.collect()
    };
    texts.iter().map(found).collect()
}

#[test]
fn terms_are_found_as_one_automaton_finds_them() {
    let lexicon = Lexicon::bundled();
    let searcher = lexicon.searcher.as_ref().unwrap();
    let table = &lexicon.folds.table;
    let examples = lexicon
        .rules
        .iter()
        .flat_map(|rule| rule.hits.iter().chain(&*rule.misses));
    let mut texts: Vec<String> = examples
        .map(|example| normalize::plain_term(example.marked_text(), table))
        .collect();
    // All terms beside and inside each other, and with what may stand between.
    let terms: Vec<&str> = lexicon.terms.texts().collect();
    for (index, term) in terms.iter().enumerate() {
        let other = terms[index * 7919 % terms.len()];
        let cut = other
            .char_indices()
            .nth(other.chars().count() / 2)
            .map_or(0, |(at, _)| at);
        texts.push(format!(
            "{term}{}{term}*{other} {}𠮷{term}。",
            &other[cut..],
            &other[..cut]
        ));
    }
    texts.extend(lexicon.folds.restorations.forms());
    for (text, expected) in texts.iter().zip(terms_by_automaton(lexicon, &texts)) {
        assert_eq!(searcher.terms_in(lexicon, text), expected, "{text}");
    }
}
