//! The case level of a run as its reports list it.
//!
//! In: [`CaseFindings`] and the limits they are about. Out: [`Contacts`]: the worst findings, counts of all in its notes,
//! and what the records can't show. Promise: bounded, and debtors masked if the settings mask.

use crate::error::say;
use crate::lexicon::Lexicon;
use crate::report::Settings;
use crate::report::human::citation;
use crate::report::mask::masked_party;
use crate::report::survey::{ContactFinding, Contacts, limit, name_of};
use crate::report::words::{colon, pick};
use crate::rule::Lang;
use crate::screen::case::{self, CaseFindings};

/// Findings that are listed.
const MOST_FINDINGS: usize = 200;

/// Ids of records that are listed of a finding.
const MOST_RECORDS: usize = 12;

/// What contacts show, the worst first.
pub(super) fn figures(cases: &CaseFindings, lexicon: &Lexicon, settings: &Settings) -> Contacts {
    let listed = &cases.findings[..cases.findings.len().min(MOST_FINDINGS)];
    Contacts {
        debtor_days: cases.debtor_days,
        findings: listed
            .iter()
            .map(|finding| told(finding, lexicon, settings))
            .collect(),
        notes: notes(cases, listed, settings.lang),
    }
}

fn told(finding: &case::CaseFinding, lexicon: &Lexicon, settings: &Settings) -> ContactFinding {
    let lang = settings.lang;
    let debtor = match settings.masks {
        true => masked_party(&finding.debtor),
        false => finding.debtor.as_str().into(),
    };
    let basis: Vec<String> = finding.basis.iter().map(|one| citation(one, lang)).collect();
    let records = finding.evidence.iter().take(MOST_RECORDS);
    let records: Vec<String> = records.map(|evidence| name_of(&evidence.id)).collect();
    ContactFinding {
        rule: finding.limit.to_owned(),
        title: finding.title.get(lang).to_owned(),
        debtor: name_of(&debtor),
        day: finding.worst_day.or(finding.period.map(|(first, _)| first)),
        count: finding.count,
        limit: limit::allowed(&lexicon.limits.limits, finding.limit, lang),
        basis: match finding.is_policy {
            true => pick(
                lang,
                "本项目默认值，并非法律",
                "a default of this project, not law",
            )
            .to_owned(),
            false => basis.join(pick(lang, "；", "; ")),
        },
        is_policy: finding.is_policy,
        tier: finding.tier,
        more_records: finding.records.saturating_sub(records.len() as u64),
        records,
    }
}

/// Counts of all findings, how they are to be read, and what might lift them.
fn notes(cases: &CaseFindings, listed: &[case::CaseFinding], lang: Lang) -> Vec<String> {
    let CaseFindings { found, debtors, .. } = *cases;
    let shown = listed.len();
    let mut notes = Vec::new();
    if found > 0 {
        let all = say!(
            "{debtors} 名债务人中共有 {found} 项超出限度，列出最严重的 {shown} 项",
            "{found} limits were exceeded among {debtors} debtors; the worst {shown} are listed"
        );
        notes.push(all.get(lang).to_owned());
    }
    for count in &cases.by_limit {
        let (debtors, days, records) = (count.debtors, count.days, count.records);
        let counted = say!(
            "{debtors} 名债务人，{days} 天，{records} 条记录",
            "debtors {debtors}, days {days}, records {records}"
        );
        notes.push(format!(
            "{}{}{}",
            count.title.get(lang),
            colon(lang),
            counted.get(lang)
        ));
    }
    if let Some(share) = cases.third_person_share() {
        let percent = share * 100.0;
        let told = say!(
            "与第三人的联系占全部联系的 {percent:.1} %",
            "{percent:.1} % of all contacts were with third persons"
        );
        notes.push(told.get(lang).to_owned());
    }
    notes.extend(cases.notes.iter().map(|note| note.get(lang).to_owned()));
    for finding in listed {
        for caveat in &finding.caveats {
            let caveat = format!("{}{}{}", finding.title.get(lang), colon(lang), caveat.get(lang));
            if !notes.contains(&caveat) {
                notes.push(caveat);
            }
        }
    }
    notes
}
