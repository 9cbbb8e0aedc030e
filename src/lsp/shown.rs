//! Findings → what an editor shows: marks in the text, and a page at the pointer.
//!
//! In: [`Judged`] documents. Out: diagnostics of the protocol, with ranges in the encoding agreed upon, and hover pages in
//! Markdown or plain text. Promise: words of files are escaped in Markdown. It judges nothing and offers no edit.

use lsp_types::{DiagnosticSeverity, Range};
use serde_json::{Value, json};

use super::client::Client;
use super::document::{Document, Judged, Notice};
use super::projects::{Fault, Project};
use super::text::Text;
use crate::lint::{Diagnostic, form};
use crate::report::lint::{ground, quoted};
use crate::report::markdown::{code, worded};
use crate::report::words::{self, colon, pick};
use crate::rule::{Confidence, Lang, Tier};

/// What the client shows as the origin.
const SOURCE: &str = "dunlint";

/// All marks of a document.
pub(super) fn diagnostics(
    uri: &str,
    document: &Document,
    judged: &Judged,
    client: &Client,
    lang: Lang,
) -> Vec<Value> {
    let notices = judged
        .notices
        .iter()
        .map(|notice| notice_mark(notice, &document.text));
    let found = judged.report.diagnostics();
    let marks = found.map(|found| mark(uri, found, &document.text, client, lang));
    notices.chain(marks).collect()
}

/// The mark of a finding.
pub(super) fn mark(uri: &str, found: &Diagnostic, text: &Text, client: &Client, lang: Lang) -> Value {
    let mut mark = json!({
        "range": range(found, text),
        "severity": severity(found),
        "code": found.rule,
        "source": SOURCE,
        "message": message(found, lang),
        "data": { "fingerprint": found.fingerprint },
    });
    if client.has_related && !found.related.is_empty() {
        let related = found.related.iter().map(|related| {
            let place = &related.location;
            let role = words::related_role(related.role, lang);
            json!({
                "location": { "uri": uri, "range": text.range(place.byte_start..place.byte_end) },
                "message": format!("{role}{}{}", colon(lang), quoted(&related.text)),
            })
        });
        mark["relatedInformation"] = related.collect();
    }
    mark
}

/// Marks of a configuration.
pub(super) fn fault_marks(faults: &[Fault], text: &Text) -> Vec<Value> {
    let notices = faults.iter().cloned().map(Notice::from);
    notices.map(|notice| notice_mark(&notice, text)).collect()
}

fn notice_mark(notice: &Notice, text: &Text) -> Value {
    let line = text.line(notice.line).unwrap_or(0..0);
    // The words of the line without its indentation.
    let indent = text.as_str()[line.clone()].len() - text.as_str()[line.clone()].trim_start().len();
    json!({
        "range": text.range(line.start + indent..line.end),
        "severity": notice.severity,
        "source": SOURCE,
        "message": notice.message,
    })
}

impl From<Fault> for Notice {
    fn from(fault: Fault) -> Self {
        Notice {
            line: fault.line,
            severity: DiagnosticSeverity::ERROR,
            message: fault.message,
        }
    }
}

/// Where the words of a finding stand.
pub(super) fn range(found: &Diagnostic, text: &Text) -> Range {
    text.range(found.location.byte_start..found.location.byte_end)
}

/// By tier; what counts for no tier is milder than any.
fn severity(found: &Diagnostic) -> DiagnosticSeverity {
    match (found.tier, found.confidence) {
        (_, Confidence::Low) if !found.is_form() => DiagnosticSeverity::HINT,
        _ if found.is_form() => DiagnosticSeverity::INFORMATION,
        (Tier::Severe, _) => DiagnosticSeverity::ERROR,
        (Tier::Warning, _) => DiagnosticSeverity::WARNING,
        (Tier::Notice | Tier::Clean, _) => DiagnosticSeverity::INFORMATION,
    }
}

/// What is wrong, in a line: why stands on the page.
fn message(found: &Diagnostic, lang: Lang) -> String {
    let mut message = found.title.clone();
    if let Some(own) = own_detail(found, lang) {
        message = format!("{message}{}{own}", colon(lang));
    }
    let facts = found.value.clone().into_iter();
    let disguises = (!found.disguises.is_empty()).then(|| words::disguises(&found.disguises, lang));
    for fact in facts.chain(disguises) {
        message.push_str(&match lang {
            Lang::Zh => format!("（{fact}）"),
            Lang::En => format!(" ({fact})"),
        });
    }
    message
}

/// What the message of a finding says of its own words, behind what its rule says of all.
fn own_detail(found: &Diagnostic, lang: Lang) -> Option<String> {
    let behind_title = found
        .message
        .strip_prefix(&found.title)?
        .strip_prefix(colon(lang))?;
    let why = &form::rule(&found.rule)?.why;
    let detail = behind_title.strip_prefix(why.get(lang))?.trim();
    (!detail.is_empty()).then(|| detail.to_owned())
}

/// The page of some findings.
pub(super) fn page(found: &[&Diagnostic], project: &Project, client: &Client, lang: Lang) -> Option<Value> {
    if found.is_empty() {
        return None;
    }
    let pages = found.iter().map(|found| Page::of(found, project, lang));
    let (kind, between) = match client.has_markdown {
        true => ("markdown", "\n\n---\n\n"),
        false => ("plaintext", "\n\n"),
    };
    let pages: Vec<String> = pages
        .map(|page| {
            if client.has_markdown {
                page.markdown(lang)
            } else {
                page.plain(lang)
            }
        })
        .collect();
    Some(json!({ "kind": kind, "value": pages.join(between) }))
}

/// What there is to read of a finding.
struct Page<'f> {
    found: &'f Diagnostic,
    why: String,
    facts: Vec<(&'static str, String)>,
}

impl<'f> Page<'f> {
    fn of(found: &'f Diagnostic, project: &Project, lang: Lang) -> Self {
        let behind_title = found.message.strip_prefix(&found.title);
        let why = behind_title.and_then(|rest| rest.strip_prefix(colon(lang)));
        let mut facts = Vec::new();
        if let Some(value) = &found.value {
            facts.push((pick(lang, "变量", "Variable"), value.clone()));
        }
        if !found.disguises.is_empty() {
            let disguises = words::disguises(&found.disguises, lang);
            facts.push((pick(lang, "伪装", "Disguise"), disguises));
        }
        if let Some(plain) = &found.plain {
            facts.push((pick(lang, "原形", "Plain form"), plain.clone()));
        }
        let grounds = found.basis.iter();
        facts.extend(grounds.map(|basis| (pick(lang, "依据", "Law"), ground(basis, lang))));
        if !found.instead.is_empty() {
            facts.push((pick(lang, "改为", "Instead"), found.instead.clone()));
        }
        let (hit, miss) = examples(&found.rule, project);
        let labels = [
            pick(lang, "违规例句", "Example"),
            pick(lang, "不违规例句", "Not an example"),
        ];
        for (label, example) in labels.into_iter().zip([hit, miss]) {
            facts.extend(example.map(|example| (label, example)));
        }
        Self {
            found,
            why: why.unwrap_or(&found.message).to_owned(),
            facts,
        }
    }

    /// Rule, tier, how sure.
    fn grade(&self, lang: Lang) -> String {
        let found = self.found;
        match found.is_form() {
            true => pick(lang, "格式", "form").to_owned(),
            false => {
                let (tier, sureness) = (found.tier.title(lang), words::confidence(found.confidence, lang));
                format!("{tier}{}{sureness}", pick(lang, "，", ", "))
            }
        }
    }

    fn markdown(&self, lang: Lang) -> String {
        let (title, grade) = (worded(&self.found.title), worded(&self.grade(lang)));
        let mut page = format!("**{title}** {} {grade}", code(&self.found.rule, usize::MAX));
        if self.why != self.found.title {
            page.push_str(&format!("\n\n{}", worded(&self.why)));
        }
        for (number, (label, text)) in self.facts.iter().enumerate() {
            let gap = if number == 0 { "\n\n" } else { "\n" };
            page.push_str(&format!("{gap}- {label}{}{}", colon(lang), worded(text)));
        }
        page
    }

    fn plain(&self, lang: Lang) -> String {
        let mut lines = vec![format!(
            "{}  {}  {}",
            self.found.title,
            self.found.rule,
            self.grade(lang)
        )];
        if self.why != self.found.title {
            lines.push(self.why.clone());
        }
        for (label, text) in &self.facts {
            lines.push(format!("{label}{}{text}", colon(lang)));
        }
        lines.join("\n")
    }
}

/// What a rule finds and what it leaves alone, an example each.
fn examples(rule: &str, project: &Project) -> (Option<String>, Option<String>) {
    let (hit, miss) = match (project.lexicon.rule(rule), form::rule(rule)) {
        (Some(rule), _) => (
            rule.hits.first().map(|example| example.marked_text()),
            rule.misses.first().map(|example| example.marked_text()),
        ),
        (None, Some(rule)) => (
            rule.hits.first().map(|example| example.marked_text()),
            rule.misses.first().map(|example| example.marked_text()),
        ),
        (None, None) => (None, None),
    };
    let shown = |example: &str| example.replace('⟦', "“").replace('⟧', "”");
    (hit.map(shown), miss.map(shown))
}
