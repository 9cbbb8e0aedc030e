//! Rules → whether their own examples hold.
//!
//! In: a lexicon and its linter. Out: an [`Audit`]: hits that are silent (*missing*), misses that are found
//! (*noisy*), evidence beside the marks, hits lost in a disguise that the rule's readings allow, and rules that
//! are dead, shadowed or overlapping. It asks only for the rule's own finding; the message's tier is eval's.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use crate::finding::{Disguise, Finding, Place, Verdict};
use crate::message::{Body, Message};
use crate::pack::DataPlace;
use crate::rule::{Example, Reading, Rule};
use crate::span::Span;
use crate::{Lexicon, Linter};

/// What all examples showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Audit {
    /// Checks that held: hits, misses, hits in disguise.
    pub passed: usize,
    /// Those that didn't, in the order of the rules.
    pub failures: Vec<Failure>,
    /// Ids of rules that find none of their own hits.
    pub dead: Vec<String>,
    /// Rules all of whose hits another rule of the category finds at least as gravely, with that rule.
    pub shadowed: Vec<(String, String)>,
    /// Pairs of rules that find overlapping words in most of their hits.
    pub overlapping: Vec<(String, String)>,
}

/// A check that didn't hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// The rule's id.
    pub rule: String,
    /// What is wrong.
    pub problem: Problem,
    /// The example, as it was judged.
    pub text: String,
    /// The words found, if any were.
    pub found: Option<String>,
    /// The example as it stands in the rule, marks and all.
    #[serde(skip)]
    pub example: String,
    /// The file with it and the line, where whoever looks knows the files.
    #[serde(flatten)]
    pub place: Option<DataPlace>,
}

/// What is wrong with an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A hit that isn't found.
    Missing,
    /// A miss that is found.
    Noisy,
    /// A hit found on other words than the marked ones.
    BesideMarks,
    /// A hit that this disguise hides.
    Hidden(Disguise),
    /// A disguised hit whose evidence doesn't cover the disguised characters.
    BesideDisguise(Disguise),
}

/// Runs all examples of a lexicon, on all cores. Cost: one check an example and a disguise of it.
pub fn audit(lexicon: &Lexicon, linter: &Linter) -> Audit {
    let rules = lexicon.rules();
    let checks: Vec<RuleChecks> = (0..rules.len())
        .into_par_iter()
        .map(|index| check_rule(index, lexicon, linter))
        .collect();
    // With a company's rules, how the bundled ones meet each other is not its business.
    let first = lexicon.first_own_rule;
    let concerns = |one: usize, other: usize| first == rules.len() || one >= first || other >= first;
    let mut audit = Audit::default();
    // Pairs, the earlier rule first → hits of either on which both find the same words.
    let mut meetings: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut found = Vec::with_capacity(rules.len());
    for (index, checks) in checks.into_iter().enumerate() {
        let rule = &rules[index];
        if checks.found == 0 && !rule.hits.is_empty() {
            audit.dead.push(rule.id.clone());
        }
        let shadow = checks
            .covered_by
            .iter()
            .find(|(_, covered)| **covered == rule.hits.len());
        if let Some((&other, _)) = shadow
            && concerns(index, other)
        {
            audit.shadowed.push((rule.id.clone(), rules[other].id.clone()));
        }
        for (other, hits) in checks.overlapping {
            *meetings.entry((index.min(other), index.max(other))).or_default() += hits;
        }
        found.push(checks.found);
        audit.passed += checks.passed;
        audit.failures.extend(checks.failures);
    }
    let pairs = meetings
        .into_iter()
        .filter(|&((one, other), met)| 2 * met > found[one] + found[other])
        .filter(|&((one, other), _)| concerns(one, other));
    audit.overlapping = pairs
        .map(|((one, other), _)| (rules[one].id.clone(), rules[other].id.clone()))
        .collect();
    audit
}

/// The place that an example's marks enclose in its message; none if it has no marks.
pub fn marked_place(example: &Example, message: &Message) -> Option<Place> {
    let marked = example.marked_text();
    let start = marked.find('⟦')?;
    let end = marked.find('⟧')? - '⟦'.len_utf8();
    if matches!(message.body, Body::Text(_)) {
        return Some(Place {
            turn: None,
            span: Span::new(start, end),
        });
    }
    // In a call the marks stand on the line of a turn, after its speaker: the turn is the end of the line.
    let text = marked.replace(['⟦', '⟧'], "");
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = &text[line_start..line_end];
    let earlier = text[..line_start]
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    let turns: Vec<(Option<usize>, &str)> = message
        .stretches()
        .map(|(turn, _, words)| (turn, words))
        .collect();
    let nth = turns.get(earlier).into_iter();
    let (turn, words) = nth
        .chain(&turns)
        .find(|(_, words)| line.trim_end().ends_with(words))?;
    let words_start = line_start + line.trim_end().len() - words.len();
    Some(Place {
        turn: *turn,
        span: Span::new(start.checked_sub(words_start)?, end.checked_sub(words_start)?),
    })
}

#[derive(Default)]
struct RuleChecks {
    passed: usize,
    failures: Vec<Failure>,
    /// Own hits found.
    found: usize,
    /// Rules of the category that find a hit at least as gravely → how many hits.
    covered_by: BTreeMap<usize, usize>,
    /// Rules that find words overlapping this rule's → in how many hits.
    overlapping: BTreeMap<usize, usize>,
}

fn check_rule(index: usize, lexicon: &Lexicon, linter: &Linter) -> RuleChecks {
    let rule = &lexicon.rules()[index];
    let mut checks = RuleChecks::default();
    for example in &rule.hits {
        let message = Lexicon::example_message(example);
        let verdict = check(rule, &message, linter);
        let own = own_findings(&verdict.findings, index);
        let place = marked_place(example, &message);
        let finding = own
            .iter()
            .find(|finding| Some(finding.place) == place)
            .or(own.first());
        let Some(finding) = finding else {
            checks.fail(rule, example, Problem::Missing, example.marked_text(), None);
            continue;
        };
        checks.found += 1;
        if place.is_some_and(|place| place != finding.place) {
            checks.fail(
                rule,
                example,
                Problem::BesideMarks,
                example.marked_text(),
                Some(&finding.text),
            );
        } else {
            checks.passed += 1;
        }
        let (mut covering, mut meeting) = (BTreeSet::new(), BTreeSet::new());
        for other in verdict.findings.iter().filter(|other| other.rule != index) {
            let is_overlapping =
                other.place.turn == finding.place.turn && other.place.span.overlaps(finding.place.span);
            if is_overlapping {
                meeting.insert(other.rule);
            }
            if is_overlapping && other.category == finding.category && other.tier >= finding.tier {
                covering.insert(other.rule);
            }
        }
        for other in covering {
            *checks.covered_by.entry(other).or_default() += 1;
        }
        for other in meeting {
            *checks.overlapping.entry(other).or_default() += 1;
        }
        for disguise in disguises_of(&rule.readings) {
            check_disguised(
                index,
                disguise,
                finding,
                (example, &message),
                lexicon,
                linter,
                &mut checks,
            );
        }
    }
    for example in &rule.misses {
        let message = Lexicon::example_message(example);
        let verdict = check(rule, &message, linter);
        match own_findings(&verdict.findings, index).first() {
            Some(finding) => {
                let text = example.marked_text();
                checks.fail(rule, example, Problem::Noisy, text, Some(&finding.text));
            }
            None => checks.passed += 1,
        }
    }
    checks
}

/// The rules alone for a rule with patterns, the second opinion alone for one without: its examples show what it
/// finds, whatever else does.
fn check(rule: &Rule, message: &Message, linter: &Linter) -> Verdict {
    match rule.proposed {
        true => linter.check_by_model(message),
        false => linter.check_by_rules(message),
    }
}

fn check_disguised(
    index: usize,
    disguise: Disguise,
    finding: &Finding,
    (example, message): (&Example, &Message),
    lexicon: &Lexicon,
    linter: &Linter,
    checks: &mut RuleChecks,
) {
    let words = &finding.text;
    let source = message.stretch(finding.place.turn);
    // Where spaces stand for commas, nothing tells those put into words from the others.
    if disguise == Disguise::Spaces && source.contains(' ') {
        return;
    }
    let Some(disguised) = lexicon.disguise(words, disguise) else {
        return;
    };
    let Span { start, end } = finding.place.span;
    let text = format!("{}{disguised}{}", &source[..start], &source[end..]);
    let span = Span::new(start, start + disguised.len());
    let mut rewritten = message.clone();
    match (&mut rewritten.body, finding.place.turn) {
        (Body::Turns(turns), Some(turn)) => turns[turn].text = text.clone().into(),
        (body, _) => *body = Body::Text(text.clone().into()),
    }
    let rule = &lexicon.rules()[index];
    let verdict = check(rule, &rewritten, linter);
    let own = own_findings(&verdict.findings, index);
    let near = own
        .iter()
        .find(|own| own.place.turn == finding.place.turn && own.place.span.overlaps(span));
    match near {
        Some(found) if found.place.span.contains(span) => checks.passed += 1,
        Some(found) => {
            let problem = Problem::BesideDisguise(disguise);
            checks.fail(rule, example, problem, &text, Some(&found.text));
        }
        None => checks.fail(rule, example, Problem::Hidden(disguise), &text, None),
    }
}

/// The disguises that a rule with these readings must see through.
fn disguises_of(readings: &[Reading]) -> Vec<Disguise> {
    let mut disguises = vec![Disguise::Traditional, Disguise::FullWidth, Disguise::Invisible];
    for reading in readings {
        match reading {
            Reading::Joined => disguises.extend([Disguise::Spaces, Disguise::Symbols]),
            Reading::Sound => disguises.extend([Disguise::Homophone, Disguise::Pinyin, Disguise::Initials]),
            Reading::Shape => disguises.extend([Disguise::Split, Disguise::Lookalike]),
            Reading::Picture => disguises.extend([Disguise::Emoji, Disguise::Digits]),
            Reading::Plain => {}
        }
    }
    disguises
}

fn own_findings(findings: &[Finding], rule: usize) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.rule == rule).collect()
}

impl RuleChecks {
    fn fail(&mut self, rule: &Rule, example: &Example, problem: Problem, text: &str, found: Option<&str>) {
        self.failures.push(Failure {
            rule: rule.id.clone(),
            problem,
            text: text.to_owned(),
            found: found.map(str::to_owned),
            example: example.marked_text().to_owned(),
            place: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Speaker, Turn};

    #[test]
    fn marks_in_texts_and_calls() {
        let example = Example::Text("再不还钱⟦打断你的腿⟧".to_owned());
        let message = Message::text("再不还钱打断你的腿");
        let place = marked_place(&example, &message).unwrap();
        assert_eq!(place.span.of("再不还钱打断你的腿"), "打断你的腿");
        let example = Example::Text("客户：你好\n坐席：我⟦打断你的腿⟧啊".to_owned());
        let turn = |speaker, text: &'static str| Turn {
            speaker,
            text: text.into(),
            time: None,
        };
        let call = Message {
            body: Body::Turns(vec![
                turn(Speaker::Customer, "你好"),
                turn(Speaker::Agent, "我打断你的腿啊"),
            ]),
            ..Message::default()
        };
        let place = marked_place(&example, &call).unwrap();
        assert_eq!(place.turn, Some(1));
        assert_eq!(place.span.of("我打断你的腿啊"), "打断你的腿");
        assert_eq!(marked_place(&Example::Text("你好".to_owned()), &message), None);
    }

    #[test]
    fn disguises_are_those_of_the_readings() {
        assert!(disguises_of(&[Reading::Joined]).contains(&Disguise::Symbols));
        assert!(!disguises_of(&[]).contains(&Disguise::Spaces));
    }
}
