//! The worst of a run: messages, and what several in a row say together.
//!
//! In: flagged rows in input order, then joined findings. Out: [`Case`]s, worst first; those that read the same are one.
//! Promise: as many as asked for, in memory in proportion; the order is one of contents, so that what is left out doesn't
//! hang on when it came. A case shows the words that its row shows, never more; of several messages those of each that has
//! a share in the finding.

use std::cmp::{Ordering, Reverse};

use crate::report::Settings;
use crate::report::human::citation;
use crate::report::survey::surveyor::RuleNumbers;
use crate::report::survey::{Case, CaseFinding, CasePart, CaseSpan, name_of, times};
use crate::rule::{Confidence, Rule};
use crate::screen::join::JoinedFinding;
use crate::screen::row::{Row, RowFinding, Shown};
use crate::screen::skeleton::TemplateId;

/// Findings of a message that are shown; a text of 2,000 characters hardly holds more that say something of their own.
pub(super) const MOST_FINDINGS: usize = 50;

/// What stands between the messages of a joined finding.
const SEAM: &str = " / ";

#[derive(Debug)]
pub(super) struct Worst {
    top: usize,
    /// In the order of [`Listed::order`].
    listed: Vec<Listed>,
}

/// A case, and whether its text goes on.
#[derive(Debug)]
struct Listed {
    case: Case,
    is_cut: bool,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) input: &'a str,
    pub(super) template: Option<TemplateId>,
}

impl Worst {
    pub(super) fn new(top: usize) -> Self {
        Self {
            top,
            listed: Vec::new(),
        }
    }

    /// Takes a flagged row with its findings, if it is one of the worst.
    pub(super) fn add(
        &mut self,
        row: &Row,
        findings: &[RowFinding],
        origin: Origin,
        settings: &Settings,
        numbers: &RuleNumbers,
    ) {
        let Some(shown) = &row.shown else { return };
        if !self.has_room_for(row.score, &shown.text) {
            return;
        }
        self.place(Listed {
            case: case_of(row, shown, findings, origin, settings, numbers),
            is_cut: shown.is_cut,
        });
    }

    /// Takes a joined finding with its row, if it is one of the worst.
    pub(super) fn add_joined<'n>(
        &mut self,
        row: &Row,
        findings: &[RowFinding],
        joined: &JoinedFinding,
        name: impl Fn(u32) -> &'n str,
        settings: &Settings,
        numbers: &RuleNumbers,
    ) {
        let told = Told::of(joined, name);
        if !self.has_room_for(row.score, &told.text) {
            return;
        }
        let told_findings = findings.iter().map(|finding| {
            let rule = numbers.get(&finding.rule).map(|number| &settings.rules[number]);
            self::told(finding, rule, row, settings)
        });
        let findings: Vec<CaseFinding> = told_findings.collect();
        let first = &told.parts[0];
        self.place(Listed {
            case: Case {
                id: first.id.clone(),
                input: first.input.clone(),
                record: first.record,
                turn: None,
                tier: row.tier,
                score: row.score,
                agency: row.agency.as_deref().map(name_of),
                time: first.time.clone(),
                template: None,
                same: 1,
                spans: told.spans,
                text: told.text,
                findings,
                parts: told.parts,
            },
            is_cut: false,
        });
    }

    /// Whether one of this score and text may be among the worst: most come no further than this.
    fn has_room_for(&self, score: u8, text: &str) -> bool {
        let is_before = |Listed { case: last, .. }: &Listed| {
            score > last.score || score == last.score && text <= last.text.as_str()
        };
        self.listed.len() < self.top || self.listed.last().is_some_and(is_before)
    }

    fn place(&mut self, listed: Listed) {
        match self.listed.binary_search_by(|own| own.order(&listed)) {
            Ok(at) => self.listed[at].case.same += 1,
            Err(at) if at < self.top => {
                self.listed.insert(at, listed);
                self.listed.truncate(self.top);
            }
            Err(_) => {}
        }
    }

    /// By score, among equals those that came most often first.
    pub(super) fn finish(mut self) -> Vec<Case> {
        self.listed
            .sort_by_key(|Listed { case, .. }| Reverse((case.score, case.same)));
        let cases = self.listed.into_iter().map(|Listed { mut case, is_cut }| {
            if is_cut {
                case.text.push('…');
            }
            case
        });
        cases.collect()
    }
}

impl Listed {
    /// The worst first; among equals by what they say.
    fn order(&self, other: &Listed) -> Ordering {
        let (one, two) = (&self.case, &other.case);
        let rules = |case: &Case| -> Vec<(String, Confidence)> {
            let findings = case.findings.iter();
            findings
                .map(|finding| (finding.rule.clone(), finding.confidence))
                .collect()
        };
        let ends = |case: &Case| -> Vec<usize> { case.parts.iter().map(|part| part.end).collect() };
        let by_score = two.score.cmp(&one.score);
        by_score
            .then_with(|| one.text.cmp(&two.text))
            .then_with(|| self.is_cut.cmp(&other.is_cut))
            .then_with(|| one.spans.cmp(&two.spans))
            .then_with(|| ends(one).cmp(&ends(two)))
            .then_with(|| rules(one).cmp(&rules(two)))
    }
}

fn case_of(
    row: &Row,
    shown: &Shown,
    findings: &[RowFinding],
    origin: Origin,
    settings: &Settings,
    numbers: &RuleNumbers,
) -> Case {
    let mut kept: Vec<&RowFinding> = findings.iter().collect();
    if kept.len() > MOST_FINDINGS {
        // Stable, and back in the order of their places afterwards: readers go through the text.
        let mut ranked: Vec<usize> = (0..kept.len()).collect();
        ranked.sort_by_key(|&at| Reverse((kept[at].is_counted(), kept[at].tier)));
        ranked.truncate(MOST_FINDINGS);
        ranked.sort_unstable();
        kept = ranked.into_iter().map(|at| kept[at]).collect();
    }
    let characters = shown.text.chars().count();
    let spans = (0..).zip(&kept).filter(|(_, finding)| finding.turn == shown.turn);
    let spans = spans.map(|(number, finding)| CaseSpan {
        start: finding.span.char_start,
        end: finding.span.char_end.min(characters),
        category: finding.category,
        tier: finding.tier,
        finding: number,
    });
    let told = kept.iter().map(|finding| {
        let rule = numbers.get(&finding.rule).map(|number| &settings.rules[number]);
        told(finding, rule, row, settings)
    });
    Case {
        id: name_of(&row.id),
        input: name_of(origin.input),
        record: row.record,
        turn: shown.turn,
        tier: row.tier,
        score: row.score,
        agency: row.agency.as_deref().map(name_of),
        time: row.time.and_then(times::shown),
        template: origin.template.map(|template| template.to_string()),
        same: 1,
        text: shown.text.clone(),
        spans: spans.filter(|span| span.start < span.end).collect(),
        parts: Vec::new(),
        findings: told.collect(),
    }
}

/// The texts of the messages of a joined finding in one, with its words and where each message stands.
struct Told {
    text: String,
    spans: Vec<CaseSpan>,
    parts: Vec<CasePart>,
}

impl Told {
    fn of<'n>(joined: &JoinedFinding, name: impl Fn(u32) -> &'n str) -> Self {
        let mut own = Self {
            text: String::new(),
            spans: Vec::new(),
            parts: Vec::new(),
        };
        let mut at = 0;
        for record in &joined.records {
            if !own.parts.is_empty() {
                own.text.push_str(SEAM);
                at += SEAM.chars().count();
            }
            let start = at;
            own.text.push_str(&record.text);
            at += record.text.chars().count();
            let (first, after) = record.characters;
            own.spans.push(CaseSpan {
                start: start + first,
                end: start + after,
                category: joined.finding().category,
                tier: joined.finding().tier,
                finding: 0,
            });
            own.parts.push(CasePart {
                id: name_of(&record.id),
                input: name_of(name(record.record.input)),
                record: record.record.record,
                time: times::shown_to_the_second(record.time),
                start,
                end: at,
            });
        }
        own
    }
}

/// A finding in sentences. Its clauses are looked up as for its result record: by the day, the creditor and the region.
fn told(finding: &RowFinding, rule: Option<&Rule>, row: &Row, settings: &Settings) -> CaseFinding {
    let lang = settings.lang;
    let date = row.time.and_then(|time| time.date).or(settings.date);
    let date = date.unwrap_or(settings.laws.reference_date);
    let citations = rule.map(|rule| {
        let region = row.region.as_deref();
        settings.laws.cite(&rule.basis, date, row.creditor_kind, region)
    });
    let citations = citations.unwrap_or_default();
    CaseFinding {
        rule: finding.rule.as_ref().to_owned(),
        title: rule
            .map_or(&*finding.rule, |rule| rule.title.get(lang))
            .to_owned(),
        category: finding.category,
        tier: finding.tier,
        confidence: finding.confidence,
        message: rule.map(|rule| rule.why.get(lang).to_owned()),
        basis: citations.iter().map(|one| citation(one, lang)).collect(),
        instead: rule.map(|rule| rule.instead.get(lang).to_owned()),
    }
}
