//! A file's texts → its report.
//!
//! In: a [`Source`], its [`Kind`], a [`Profile`]. Out: a [`FileReport`]. Each passage is a template: it is judged with every
//! value that its variables may have, and what is found is led back through the values, the escapes and the encoding to
//! the bytes of the file. A finding that several values make is there once. The linter judges; this module places.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::cache::Surroundings;
use super::config::Profile;
use super::diagnostic::{Basis, Diagnostic, Location, Related};
use super::extract::{Extracted, Kind, extract};
use super::fix::{Appraisal, Offer};
use super::form::{self, FormFinding};
use super::memo::Memo;
use super::passage::{Hole, Passage};
use super::source::Source;
use super::suppress::directives;
use super::template::{Rendering, Template};
use super::{FileReport, LintOptions, TextReport, Unread};
use crate::finding::{Finding, Place, Verdict};
use crate::hex::hex;
use crate::linter::Linter;
use crate::message::{Id, Message};
use crate::report::json::{finding_message, fingerprints};
use crate::report::{Judged, Settings};
use crate::rule::Tier;
use crate::score::score;
use crate::span::Span;

/// Lines of a file that a finding shows at most.
const MOST_EXCERPT_LINES: usize = 4;

/// Judges the files for which one profile holds.
pub(super) struct Judge<'j, 'l> {
    pub(super) profile: Profile,
    /// What keys of the cache begin with.
    pub(super) surroundings: Surroundings,
    /// Which rules are used, by index in the lexicon.
    rules: Vec<bool>,
    /// Whether any rule of form is used.
    has_form: bool,
    linter: &'j Linter<'l>,
    form: Arc<form::Checker>,
    settings: Settings<'j>,
    /// What is known of the texts, if a document is judged again and again.
    pub(super) memo: Option<&'j Memo<Told>>,
}

/// What was found in a text, in its own spans.
#[derive(Debug)]
pub struct Told {
    placed: Vec<Placed>,
    form: Vec<FormFinding>,
    /// Units of UTF-16 of the text with the longest values.
    longest_utf16: usize,
}

/// A finding with the value of a variable that makes it.
#[derive(Debug, Clone)]
struct Placed {
    finding: Finding,
    value: Option<String>,
}

impl<'j, 'l> Judge<'j, 'l> {
    pub(super) fn new(
        mut profile: Profile,
        linter: &'j Linter<'l>,
        form: Arc<form::Checker>,
        options: LintOptions<'j>,
    ) -> Self {
        profile.selection = profile.selection.overlaid(options.select, options.ignore);
        Self {
            rules: profile.selection.of(linter.lexicon).collect(),
            has_form: form::ids().any(|id| profile.selection.takes(id, "form")),
            surroundings: Surroundings::new(linter.lexicon, &profile, options.settings),
            profile,
            linter,
            form,
            settings: options.settings,
            memo: None,
        }
    }

    /// The report of a file.
    pub(super) fn file(&self, source: &Source, kind: Kind, path: &str) -> FileReport {
        let extracted = extract(source, kind);
        let directives = directives(source, path, &extracted, &self.profile.keys, self.linter.lexicon);
        let Extracted {
            passages, problems, ..
        } = extracted;
        let mut seen: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        let taken: Vec<&Passage> = passages
            .iter()
            .filter(|passage| self.profile.keys.take(&passage.key))
            .collect();
        let texts = taken.iter().map(|passage| {
            let same = seen.entry((&passage.key, &passage.text)).or_default();
            let ordinal = *same;
            *same += 1;
            self.text(source, path, passage, ordinal)
        });
        let mut texts: Vec<TextReport> = texts.collect();
        self.offer_fixes(source, kind, &taken, &mut texts);
        let unread = problems
            .into_iter()
            .map(|problem| Unread::new(Some(source.line(problem.at)), problem.reason));
        FileReport {
            path: path.to_owned(),
            texts,
            unread: unread.collect(),
            directives,
            ..FileReport::default()
        }
    }

    fn text(&self, source: &Source, path: &str, passage: &Passage, ordinal: usize) -> TextReport {
        let told = self.told(&passage.text, &passage.holes);
        let mut message = self.message(&passage.text);
        let (values, findings): (Vec<_>, Vec<_>) = told
            .placed
            .iter()
            .cloned()
            .map(|placed| (placed.value, placed.finding))
            .unzip();
        let (tier, score, categories) = score(&findings);
        let verdict = Verdict {
            tier,
            score,
            categories,
            findings,
            dismissed: Vec::new(),
        };
        let form = &told.form;
        // Only fingerprints ask for it, and most texts have none.
        if !verdict.findings.is_empty() || !form.is_empty() {
            message.id = Id::Text(message_key(passage, ordinal).into());
        }
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: true,
        };
        let placer = Placer {
            source,
            path,
            passage,
        };
        let fingerprints = fingerprints(judged, &self.settings);
        let diagnostics =
            verdict
                .findings
                .iter()
                .zip(values)
                .zip(fingerprints)
                .map(|((finding, value), fingerprint)| {
                    self.diagnostic(finding, value, fingerprint, &message, &placer)
                });
        let findings = diagnostics.collect();
        let form = self.form_diagnostics(form, &message, &placer);
        let line = source.line(passage.frame.start);
        let last = passage.frame.end.saturating_sub(1).max(passage.frame.start);
        TextReport {
            id: match (&passage.id, passage.key.is_empty()) {
                (Some(id), _) => id.clone(),
                (None, false) => format!("{path}#{}", passage.key),
                (None, true) => format!("{path}:{line}"),
            },
            key_path: passage.key.clone(),
            line,
            end_line: source.line(last),
            tier,
            score,
            categories: verdict.categories,
            findings,
            form,
            suppressed: Vec::new(),
        }
    }

    /// Gives the findings their fixes.
    fn offer_fixes(&self, source: &Source, kind: Kind, passages: &[&Passage], texts: &mut [TextReport]) {
        let appraise = |text: &str, holes: &[Hole]| self.appraise(text, holes);
        let offer = Offer {
            source,
            kind,
            declarations: &self.profile.declarations,
            appraise: &appraise,
        };
        offer.give(passages, texts);
    }

    /// What a text would be judged to be.
    fn appraise(&self, text: &str, holes: &[Hole]) -> Appraisal {
        let told = self.told(text, holes);
        let findings = told.placed.iter().map(|placed| placed.finding.clone());
        let findings: Vec<Finding> = findings.collect();
        let rules = findings
            .iter()
            .map(|finding| self.settings.rules[finding.rule].id.clone());
        Appraisal {
            tier: score(&findings).0,
            rules: rules
                .chain(told.form.iter().map(|found| found.rule.to_owned()))
                .collect(),
            parts: form::parts(told.longest_utf16),
        }
    }

    /// What is found in a text, now or the last time.
    fn told(&self, text: &str, holes: &[Hole]) -> Arc<Told> {
        let tell = || {
            let template = Template::parse(text, holes, &self.profile.declarations);
            let first = template.first();
            Told {
                form: self.form_of(&template, &first),
                placed: self.judge(&template, first),
                longest_utf16: template.longest_utf16(),
            }
        };
        match self.memo {
            Some(memo) => memo.get(text, holes, tell),
            None => Arc::new(tell()),
        }
    }

    /// What is wrong with the form of a template.
    fn form_of(&self, template: &Template, first: &Rendering) -> Vec<FormFinding> {
        if !self.has_form {
            return Vec::new();
        }
        let message = self.message(template.text);
        let mut form = self
            .form
            .check(self.linter, template, first, &message, &self.profile.form);
        form.retain(|found| self.profile.selection.takes(found.rule, "form"));
        form
    }

    /// A message of these words, with what the project says of all.
    fn message<'t>(&self, text: &'t str) -> Message<'t> {
        let facts = &self.profile.message;
        Message {
            channel: facts.channel,
            creditor_kind: facts.creditor_kind,
            recipient_role: facts.recipient_role,
            region: facts.region.clone().map(Into::into),
            ..Message::text(text)
        }
    }

    /// What any rendering of a template shows, in the template's own spans; of the same finding the gravest.
    fn judge(&self, template: &Template, first: Rendering) -> Vec<Placed> {
        let mut all: Vec<Placed> = Vec::new();
        for rendering in std::iter::once(first).chain(template.others()) {
            let value = rendering.choice.map(|(variable, value)| {
                let variable = &template.variables[variable];
                format!("{} = {}", variable.name, variable.values[value])
            });
            for finding in self.linter.check(&self.message(rendering.text())).findings {
                if !self.rules[finding.rule] {
                    continue;
                }
                let finding = lead_back(finding, &rendering, template.text);
                let known = all.iter_mut().find(|known| {
                    known.finding.rule == finding.rule
                        && known.finding.place.span.overlaps(finding.place.span)
                });
                match known {
                    Some(known) => {
                        let weight = |finding: &Finding| (finding.tier, finding.confidence);
                        if weight(&known.finding) < weight(&finding) {
                            *known = Placed {
                                finding,
                                value: value.clone(),
                            };
                        }
                    }
                    None => all.push(Placed {
                        finding,
                        value: value.clone(),
                    }),
                }
            }
        }
        all.sort_by_key(|placed| (placed.finding.place, placed.finding.rule));
        all
    }

    fn diagnostic(
        &self,
        finding: &Finding,
        value: Option<String>,
        fingerprint: String,
        message: &Message,
        placer: &Placer,
    ) -> Diagnostic {
        let rule = &self.settings.rules[finding.rule];
        let lang = self.settings.lang;
        let related = finding.related.iter().map(|related| Related {
            location: placer.location(related.place.span),
            text: related.place.span.of(&placer.passage.text).to_owned(),
            role: related.role,
        });
        Diagnostic {
            rule: rule.id.clone(),
            category: Some(finding.category),
            tier: finding.tier,
            confidence: finding.confidence,
            title: rule.title.get(lang).to_owned(),
            message: finding_message(finding, &self.settings),
            basis: self
                .settings
                .cite(rule, message)
                .into_iter()
                .map(|citation| Basis::of(citation, lang))
                .collect(),
            instead: rule.instead.get(lang).to_owned(),
            location: placer.location(finding.place.span),
            text: finding.text.clone(),
            plain: finding.plain.clone(),
            disguises: finding.disguises.clone(),
            related: related.collect(),
            value,
            fingerprint,
            fix: None,
            excerpt: placer.excerpt(finding.place.span),
        }
    }

    fn form_diagnostics(&self, found: &[FormFinding], message: &Message, placer: &Placer) -> Vec<Diagnostic> {
        let text = |found: &FormFinding| found.span.of(&placer.passage.text);
        let diagnostics = found.iter().enumerate().map(|(index, own)| {
            let is_same = |other: &&FormFinding| other.rule == own.rule && text(other) == text(own);
            let ordinal = found[..index].iter().filter(is_same).count();
            self.form_diagnostic(own, ordinal, message, placer)
        });
        diagnostics.collect()
    }

    /// A finding of form; `ordinal` counts the earlier ones of the same rule on the same words.
    fn form_diagnostic(
        &self,
        found: &FormFinding,
        ordinal: usize,
        message: &Message,
        placer: &Placer,
    ) -> Diagnostic {
        let rule = form::rule(found.rule).expect("findings of form are of its rules: a test compares them");
        let (laws, lang) = (self.settings.laws, self.settings.lang);
        let date = self.settings.date.unwrap_or(laws.reference_date);
        let basis = laws.cite(
            &rule.basis,
            date,
            message.creditor_kind,
            message.region.as_deref(),
        );
        let detail = found.detail.as_ref().map(|detail| detail.get(lang));
        let text = found.span.of(&placer.passage.text);
        Diagnostic {
            rule: rule.id.clone(),
            category: None,
            tier: Tier::Notice,
            confidence: rule.confidence,
            title: rule.title.get(lang).to_owned(),
            message: rule.said(detail, lang),
            basis: basis
                .into_iter()
                .map(|citation| Basis::of(citation, lang))
                .collect(),
            instead: rule.instead.get(lang).to_owned(),
            location: placer.location(found.span),
            text: text.to_owned(),
            plain: None,
            disguises: Vec::new(),
            related: Vec::new(),
            value: None,
            fingerprint: form_fingerprint(&rule.id, text, &message.id.to_string(), ordinal),
            fix: None,
            excerpt: placer.excerpt(found.span),
        }
    }
}

/// Identifies a finding of form as findings of tone are: rule, words, the message's key, and which of several it is.
fn form_fingerprint(rule: &str, text: &str, key: &str, ordinal: usize) -> String {
    let mut hash = Sha256::new();
    for part in [rule, text, "id", key] {
        hash.update(part);
        hash.update([0]);
    }
    if ordinal > 0 {
        hash.update((ordinal as u32).to_le_bytes());
    }
    hex(&hash.finalize()[..8])
}

/// A finding of a rendering as one of its template: places, words; what the variables in it carry is its plain form.
fn lead_back(finding: Finding, rendering: &Rendering, template: &str) -> Finding {
    let place = |place: Place| Place {
        turn: None,
        span: rendering.template_span(place.span),
    };
    let own = place(finding.place);
    let text = own.span.of(template).to_owned();
    let plain = finding
        .plain
        .or_else(|| (text != finding.text).then(|| finding.text.clone()));
    Finding {
        place: own,
        text,
        plain,
        related: finding
            .related
            .iter()
            .map(|related| crate::finding::Related {
                place: place(related.place),
                role: related.role,
            })
            .collect(),
        ..finding
    }
}

/// What a fingerprint rests on: the record's own id; else words, name and ordinal, never a line.
fn message_key(passage: &Passage, ordinal: usize) -> String {
    match &passage.id {
        Some(id) => id.clone(),
        None => {
            let mut hash = Sha256::new();
            hash.update(&passage.key);
            hash.update([0]);
            hash.update(&passage.text);
            format!("{} {} {ordinal}", hex(&hash.finalize()[..16]), passage.key)
        }
    }
}

/// Where things of a passage stand in its file.
struct Placer<'p> {
    source: &'p Source,
    path: &'p str,
    passage: &'p Passage,
}

impl Placer<'_> {
    fn location(&self, span: Span) -> Location {
        let own = self.passage.source_span(span);
        let (start, end) = (self.source.position(own.start), self.source.position(own.end));
        let bytes = self.source.file_range(own);
        let characters = |bytes: usize| self.passage.text[..bytes].chars().count();
        Location {
            path: self.path.to_owned(),
            key_path: self.passage.key.clone(),
            line: start.line,
            column: start.column,
            column_utf16: start.column_utf16,
            end_line: end.line,
            end_column: end.column,
            end_column_utf16: end.column_utf16,
            byte_start: bytes.start,
            byte_end: bytes.end,
            span: (span.start, span.end),
            char_span: (characters(span.start), characters(span.end)),
        }
    }

    /// The lines that a span stands on, the first few.
    fn excerpt(&self, span: Span) -> Vec<String> {
        let own = self.passage.source_span(span);
        let (first, last) = (self.source.line(own.start), self.source.line(own.end));
        let lines = (first..=last)
            .take(MOST_EXCERPT_LINES)
            .filter_map(|line| self.source.line_span(line));
        lines.map(|line| line.of(self.source.text()).to_owned()).collect()
    }
}
