//! Rows → the figures of a survey.
//!
//! In: judged [`Row`]s in input order with their findings, then what several messages say together; from one thread. Out: a
//! [`Survey`]. Promise: a row is looked at once. What counts is what counts in the summary: findings of high and medium
//! confidence. A joined finding may be among the worst and is in no count of messages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::finding::Disguise;
use crate::lexicon::laws::Verb;
use crate::report::Settings;
use crate::report::survey::agencies::Agencies;
use crate::report::survey::times::Times;
use crate::report::survey::worst::{Origin, Worst};
use crate::report::survey::{
    Balance, CategoryCount, DisguiseCount, JoinedCounts, Law, MOST_FILES, MOST_LINE_CHARACTERS, Quiet,
    Rejected, RuleCount, RunFacts, SCHEMA, Survey, TierCounts, Totals, contacts, cut, name_of, prose,
    templates,
};
use crate::report::words::{self, pick};
use crate::rule::{Category, Lang, Rule, Tier};
use crate::screen::case::CaseFindings;
use crate::screen::join::{JoinSummary, JoinedFinding};
use crate::screen::row::{Row, RowBasis, RowFinding};
use crate::screen::skeleton::MAX_SKELETONS;
use crate::screen::skeleton::{Found, TemplateId};

/// Makes the survey of a run.
#[derive(Debug)]
pub struct Surveyor<'l> {
    settings: Settings<'l>,
    numbers: RuleNumbers<'l>,
    tiers: TierCounts,
    for_review: u64,
    times: Times,
    /// Messages, in the order of [`Category::ALL`].
    categories: [u64; Category::ALL.len()],
    /// Messages, by rule.
    rules: Vec<u64>,
    /// Findings, in the order of [`Disguise::ALL`].
    disguises: [u64; Disguise::ALL.len()],
    laws: BTreeMap<Ground, Cited>,
    agencies: Agencies,
    worst: Worst,
    top: usize,
}

/// The numbers of rules by their ids.
#[derive(Debug)]
pub(super) struct RuleNumbers<'l>(FxHashMap<&'l str, usize>);

/// A clause and how findings stand to it: as a result record writes it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ground {
    instrument: String,
    clause: Option<String>,
    verb: String,
}

#[derive(Debug, Default)]
struct Cited {
    rules: BTreeSet<usize>,
    findings: u64,
}

/// What a survey may know beside its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k, 'l> {
    pub(super) run: &'k RunFacts<'l>,
    pub(super) templates: Option<&'k Found>,
    pub(super) cases: Option<&'k CaseFindings<'l>>,
    pub(super) joined: Option<&'k JoinSummary>,
}

/// What its sentences tell of the figures beside the settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beyond {
    /// Most cases that are listed.
    pub(super) top: usize,
    /// Messages with a day and no hour.
    pub(super) without_hour: u64,
    /// Messages of days that are not listed.
    pub(super) of_days: u64,
    /// Messages of agencies that are not listed.
    pub(super) of_agencies: u64,
}

impl<'l> Surveyor<'l> {
    /// A survey with so many of the worst messages, in the language and with the masking of the settings.
    pub fn new(settings: Settings<'l>, top: usize) -> Self {
        Self {
            settings,
            numbers: RuleNumbers::of(settings.rules),
            tiers: TierCounts::default(),
            for_review: 0,
            times: Times::default(),
            categories: [0; Category::ALL.len()],
            rules: vec![0; settings.rules.len()],
            disguises: [0; Disguise::ALL.len()],
            laws: BTreeMap::new(),
            agencies: Agencies::default(),
            worst: Worst::new(top),
            top,
        }
    }

    /// Counts a judged row of the input with this name and these findings; rows come in input order.
    pub fn add(
        &mut self,
        input_name: &str,
        row: &Row,
        findings: &[RowFinding],
        template: Option<TemplateId>,
    ) {
        self.tiers.add(row.tier);
        self.times.add(row.time, row.tier);
        // An agency's rate would fall with every call that nobody answers.
        if !row.is_wordless {
            self.agencies.add(row.agency.as_deref(), row.tier);
        }
        // No finding, no score: nine rows of ten need no more.
        if row.score == 0 {
            return;
        }
        for category in &row.categories {
            self.categories[*category as usize] += 1;
        }
        if !findings.iter().any(RowFinding::is_counted) {
            self.for_review += u64::from(!findings.is_empty());
            return;
        }
        let counted = || findings.iter().filter(|finding| finding.is_counted());
        let rules: BTreeSet<usize> = counted()
            .filter_map(|finding| self.numbers.get(&finding.rule))
            .collect();
        for rule in rules {
            self.rules[rule] += 1;
        }
        for finding in counted() {
            for disguise in &finding.disguises {
                let number = Disguise::ALL.iter().position(|one| one.id() == *disguise);
                if let Some(count) = number.and_then(|number| self.disguises.get_mut(number)) {
                    *count += 1;
                }
            }
            for basis in &finding.basis {
                let cited = self.laws.entry(Ground::of(basis)).or_default();
                cited.findings += 1;
                cited.rules.extend(self.numbers.get(&finding.rule));
            }
        }
        if row.tier > Tier::Clean {
            let origin = Origin {
                input: input_name,
                template,
            };
            self.worst
                .add(row, findings, origin, &self.settings, &self.numbers);
        }
    }

    /// Takes what several messages say together, with its row and its finding there; `name` tells the names of inputs.
    pub fn add_joined<'n>(
        &mut self,
        name: impl Fn(u32) -> &'n str,
        row: &Row,
        findings: &[RowFinding],
        joined: &JoinedFinding,
    ) {
        self.worst
            .add_joined(row, findings, joined, name, &self.settings, &self.numbers);
    }

    /// The survey of all rows, with what is known of the run beside them.
    pub fn finish(
        self,
        run: RunFacts<'l>,
        templates: Option<&Found>,
        cases: Option<&CaseFindings<'l>>,
        joined: Option<&JoinSummary>,
    ) -> Survey {
        let settings = self.settings;
        let lang = settings.lang;
        let mut totals = Totals::default();
        if let Some(found) = templates {
            templates::count(found, &mut totals);
        }
        totals.contact_findings = cases.map_or(0, |cases| cases.found);
        let mut balance = Balance {
            // As counted here, so that a row that got lost shows.
            judged: self.tiers.all(),
            ..Balance::default()
        };
        for input in &run.inputs {
            balance.read += input.balance.read;
            balance.rejected += input.balance.rejected;
            balance.skipped += input.balance.skipped;
        }
        let beyond = Beyond {
            top: self.top,
            without_hour: self.times.without_hour,
            of_days: self.times.beyond,
            of_agencies: self.agencies.messages_beyond,
        };
        let known = Known {
            run: &run,
            templates,
            cases,
            joined,
        };
        let method = prose::method(known, beyond, &settings);
        let limits = prose::limits(known, beyond, balance, &settings);
        let title = pick(lang, "催收文本筛查报告", "Screening of debt-collection texts");
        Survey {
            schema: SCHEMA,
            lang,
            title: run.title.as_deref().map_or_else(|| title.to_owned(), name_of),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lexicon: run.lexicon.version().to_owned(),
            reference_date: settings.date.unwrap_or(settings.laws.reference_date),
            masked: settings.masks,
            only_findings: run.only_findings,
            balance,
            failures: lines(run.failures, lang),
            ignored: lines(run.ignored, lang),
            rejections: rejected(run.rejections, lang),
            span: self.times.period(),
            tiers: self.tiers,
            for_review: self.for_review,
            joined: joined.map(JoinedCounts::of),
            days: self.times.days(),
            hours: self.times.hours(),
            quiet: Quiet::of(run.lexicon),
            categories: categories(&self.categories, lang),
            rules: rules(&self.rules, &settings),
            disguises: disguises(&self.disguises, lang),
            agencies_beyond: self.agencies.beyond(),
            agencies: self.agencies.ranked(),
            templates: templates.map_or_else(Vec::new, |found| templates::listed(found, &settings)),
            templates_exact: templates.is_none_or(Found::is_exact),
            templates_limit: MAX_SKELETONS as u64,
            contacts: cases.map(|cases| contacts::figures(cases, run.lexicon, &settings)),
            worst: self.worst.finish(),
            laws: laws(self.laws, &settings),
            method,
            limits,
            totals,
            inputs: run.inputs,
        }
    }
}

impl<'l> RuleNumbers<'l> {
    fn of(rules: &'l [Rule]) -> Self {
        Self(
            (0..)
                .zip(rules)
                .map(|(number, rule)| (rule.id.as_str(), number))
                .collect(),
        )
    }

    /// The number of the rule with this id.
    pub(super) fn get(&self, id: &str) -> Option<usize> {
        self.0.get(id).copied()
    }
}

impl Ground {
    fn of(basis: &RowBasis) -> Self {
        Self {
            instrument: basis.id.as_ref().to_owned(),
            clause: basis.clause.as_deref().map(str::to_owned),
            verb: basis.verb.as_ref().to_owned(),
        }
    }
}

fn categories(counts: &[u64], lang: Lang) -> Vec<CategoryCount> {
    let categories = Category::ALL.into_iter().zip(counts);
    categories
        .map(|(id, &messages)| CategoryCount {
            id,
            title: id.title(lang),
            messages,
        })
        .collect()
}

fn rules(counts: &[u64], settings: &Settings) -> Vec<RuleCount> {
    let met = settings
        .rules
        .iter()
        .zip(counts)
        .filter(|(_, messages)| **messages > 0);
    let mut met: Vec<RuleCount> = met
        .map(|(rule, &messages)| RuleCount {
            id: rule.id.clone(),
            title: rule.title.get(settings.lang).to_owned(),
            category: rule.category,
            tier: rule.tier,
            messages,
        })
        .collect();
    // Stable: equal ones in the order of the lexicon.
    met.sort_by_key(|rule| Reverse(rule.messages));
    met
}

fn disguises(counts: &[u64], lang: Lang) -> Vec<DisguiseCount> {
    let met = Disguise::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, findings)| **findings > 0);
    let mut met: Vec<DisguiseCount> = met
        .map(|(one, &findings)| DisguiseCount {
            id: one.id(),
            title: words::disguise(one, lang),
            findings,
        })
        .collect();
    met.sort_by_key(|one| Reverse(one.findings));
    met
}

fn laws(cited: BTreeMap<Ground, Cited>, settings: &Settings) -> Vec<Law> {
    let lang = settings.lang;
    let mut laws: Vec<Law> = cited
        .into_iter()
        .map(|(ground, cited)| {
            let instrument = settings.laws.instrument(&ground.instrument);
            let verbs = [Verb::Breaches, Verb::DoesNotConform, Verb::MayEngage];
            let verb = verbs.into_iter().find(|verb| verb.id() == ground.verb);
            Law {
                title: instrument.map_or(ground.instrument, |one| one.title.get(lang).to_owned()),
                clause: ground.clause,
                verb: verb.map_or(ground.verb, |verb| words::verb(verb, lang).to_owned()),
                rules: cited
                    .rules
                    .iter()
                    .map(|&rule| settings.rules[rule].id.clone())
                    .collect(),
                findings: cited.findings,
            }
        })
        .collect();
    laws.sort_by_key(|law| Reverse(law.findings));
    laws
}

/// Rejected records by reason, the most frequent first.
fn rejected(rejections: Vec<(String, u64)>, lang: Lang) -> Vec<Rejected> {
    let mut rejected: Vec<Rejected> = rejections
        .into_iter()
        .map(|(reason, records)| Rejected {
            reason: rejection_title(&reason, lang).map_or(reason, str::to_owned),
            records,
        })
        .collect();
    rejected.sort_by(|one, other| {
        let by_count = other.records.cmp(&one.records);
        by_count.then_with(|| one.reason.cmp(&other.reason))
    });
    rejected
}

/// A reason of rejections in words, by its name.
fn rejection_title(reason: &str, lang: Lang) -> Option<&'static str> {
    Some(match reason {
        "undecodable" => pick(lang, "不是所用编码的文字", "not text in the file's encoding"),
        "too-long" => pick(lang, "超过长度上限", "longer than allowed"),
        "unterminated-quote" => pick(lang, "引号没有闭合", "a quote that is never closed"),
        "too-many-fields" => pick(lang, "字段多于列数", "more fields than columns"),
        "cut-off" => pick(lang, "文件中断，记录不完整", "cut off with its file"),
        "json" => pick(lang, "不是 JSON", "not JSON"),
        "not-an-object" => pick(lang, "不是 JSON 对象", "not a JSON object"),
        "no-text" => pick(lang, "没有正文", "no text"),
        "text-not-string" => pick(lang, "正文不是字符串", "the text is no string"),
        "empty-text" => pick(lang, "正文为空", "the text is empty"),
        "bad-turn" => pick(lang, "通话中有一轮没有内容", "a turn without text"),
        _ => return None,
    })
}

/// Lines about files, not more than anybody reads.
fn lines(all: Vec<String>, lang: Lang) -> Vec<String> {
    let more = all.len().saturating_sub(MOST_FILES);
    let mut lines: Vec<String> = all
        .iter()
        .take(MOST_FILES)
        .map(|line| cut(line, MOST_LINE_CHARACTERS))
        .collect();
    if more > 0 {
        lines.push(pick(lang, "……另有 N 个", "… and N more").replace('N', &more.to_string()));
    }
    lines
}
