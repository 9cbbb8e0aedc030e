//! A lint run → SARIF 2.1.0.
//!
//! In: a report. Out: one run: the rules that occur, with help; results with regions in units of UTF-16, fingerprints,
//! what was suppressed and why, safe replacements; the files they stand in; how the run ended, with a notification for
//! what couldn't be read and for a limit. Promise: valid against the schema, every `ruleId` declared. There are no
//! addresses: the program works offline, and so does its help.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Chosen, Level, Shown, explained, ground, unread};
use crate::lint::diagnostic::Location;
use crate::lint::suppress::SuppressedBy;
use crate::lint::{Diagnostic, LintReport, Suppressed, form};
use crate::report::markdown::worded;
use crate::report::words::{colon, list_separator, pick, related_role};
use crate::rule::Lang;

/// Where the schema is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The name of our fingerprints among those of others.
const FINGERPRINT: &str = "dunlint/v1";

pub(super) fn write(report: &LintReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let chosen = Chosen::of(report, shown);
    let mut run = Run {
        lang: shown.settings.lang,
        rules: Vec::new(),
        rule_numbers: HashMap::new(),
        artifacts: Vec::new(),
        artifact_numbers: HashMap::new(),
    };
    let mut results: Vec<Value> = chosen
        .findings
        .iter()
        .map(|found| run.result(found, None))
        .collect();
    let suppressed = report.texts().flat_map(|text| &text.suppressed);
    results.extend(suppressed.map(|suppressed| run.result(&suppressed.diagnostic, Some(suppressed))));
    let notifications = run.notifications(&chosen, report, shown);
    let rules: Vec<Value> = run.rules.iter().map(|found| descriptor(found, shown)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dunlint",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": pick(run.lang, "zh-CN", "en"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": report.unread().next().is_none() && shown.unopened.is_empty(),
                "exitCode": shown.exit_code,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "utf16CodeUnits",
            "artifacts": run.artifacts.iter().map(|path| json!({ "location": place_of(path) })).collect::<Vec<_>>(),
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// What results refer to by number.
struct Run<'r> {
    lang: Lang,
    /// The first finding of each rule.
    rules: Vec<&'r Diagnostic>,
    rule_numbers: HashMap<&'r str, usize>,
    artifacts: Vec<&'r str>,
    artifact_numbers: HashMap<&'r str, usize>,
}

impl<'r> Run<'r> {
    fn result(&mut self, found: &'r Diagnostic, suppressed: Option<&Suppressed>) -> Value {
        let rules = &mut self.rules;
        let rule = *self.rule_numbers.entry(&found.rule).or_insert_with(|| {
            rules.push(found);
            rules.len() - 1
        });
        let mut result = json!({
            "ruleId": found.rule,
            "ruleIndex": rule,
            "level": level(Level::of(found)),
            "message": { "text": explained(found, self.lang) },
            "locations": [self.location(&found.location)],
            "partialFingerprints": { FINGERPRINT: found.fingerprint },
        });
        let related: Vec<Value> = found
            .related
            .iter()
            .zip(1..)
            .map(|(related, id)| {
                let mut location = self.location(&related.location);
                let role = related_role(related.role, self.lang);
                location["id"] = json!(id);
                location["message"] =
                    json!({ "text": format!("{role}{}{}", colon(self.lang), super::quoted(&related.text)) });
                location
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        if let Some(Suppressed { reason, by, .. }) = suppressed {
            let kind = match by {
                SuppressedBy::Comment => "inSource",
                SuppressedBy::Sidecar => "external",
            };
            result["suppressions"] = json!([{ "kind": kind, "justification": reason }]);
        }
        result["properties"] = self.properties(found);
        if let Some(fix) = self.fix(found) {
            result["fixes"] = json!([fix]);
        }
        result
    }

    fn location(&mut self, place: &'r Location) -> Value {
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": self.artifact(&place.path),
                "region": region(place),
            },
        });
        if !place.key_path.is_empty() {
            location["logicalLocations"] = json!([{ "fullyQualifiedName": place.key_path }]);
        }
        location
    }

    fn artifact(&mut self, path: &'r str) -> Value {
        let artifacts = &mut self.artifacts;
        let index = *self.artifact_numbers.entry(path).or_insert_with(|| {
            artifacts.push(path);
            artifacts.len() - 1
        });
        let mut place = place_of(path);
        place["index"] = json!(index);
        place
    }

    /// What the format has no place for. Bytes are no part of a region: it is one of characters or one of bytes.
    fn properties(&self, found: &Diagnostic) -> Value {
        let mut properties = Map::new();
        properties.insert("tier".to_owned(), json!(found.tier.id()));
        properties.insert("confidence".to_owned(), json!(found.confidence.id()));
        properties.insert("evidence".to_owned(), json!(found.text));
        properties.insert("byteStart".to_owned(), json!(found.location.byte_start));
        properties.insert("byteEnd".to_owned(), json!(found.location.byte_end));
        if let Some(value) = &found.value {
            properties.insert("value".to_owned(), json!(value));
        }
        Value::Object(properties)
    }

    /// A replacement.
    fn fix(&mut self, found: &'r Diagnostic) -> Option<Value> {
        let fix = found.fix.as_ref()?;
        Some(json!({
            "description": { "text": found.instead },
            "artifactChanges": [{
                "artifactLocation": self.artifact(&found.location.path),
                "replacements": [{
                    "deletedRegion": {
                        "startLine": fix.line,
                        "startColumn": fix.column_utf16,
                        "endLine": fix.end_line,
                        "endColumn": fix.end_column_utf16,
                    },
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        }))
    }

    fn notifications(&mut self, chosen: &Chosen, report: &'r LintReport, shown: &Shown) -> Vec<Value> {
        let mut notifications = Vec::new();
        for not_read in unread(report, shown) {
            let label = pick(self.lang, "未能读取", "unread");
            let mut notification = json!({
                "level": "error",
                "message": { "text": format!("{label}{}{}", colon(self.lang), not_read.why) },
            });
            if let Some(path) = not_read.path {
                let mut physical = json!({ "artifactLocation": self.artifact(path) });
                if let Some(line) = not_read.line {
                    physical["region"] = json!({ "startLine": line });
                }
                notification["locations"] = json!([{ "physicalLocation": physical }]);
            }
            notifications.push(notification);
        }
        if let Some(limit) = chosen.limit() {
            notifications.push(json!({
                "level": "note",
                "message": { "text": limit.get(self.lang) },
            }));
        }
        notifications
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// The end is the column behind the last.
fn region(place: &Location) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column_utf16,
        "endLine": place.end_line,
        "endColumn": place.end_column_utf16,
    })
}

/// A rule as it is described where results are read: from the lexicon, or as its first finding tells.
fn descriptor(found: &Diagnostic, shown: &Shown) -> Value {
    let lang = shown.settings.lang;
    let rule = shown.settings.rules.iter().find(|rule| rule.id == found.rule);
    let described = rule.map(|rule| (&rule.title, &rule.why, &rule.instead));
    let described =
        described.or_else(|| form::rule(&found.rule).map(|rule| (&rule.title, &rule.why, &rule.instead)));
    let (title, why, instead) = match described {
        Some((title, why, instead)) => (title.get(lang), why.get(lang), instead.get(lang)),
        None => (&*found.title, &*found.message, &*found.instead),
    };
    let grounds: Vec<String> = found.basis.iter().map(|basis| ground(basis, lang)).collect();
    let facts = [
        (pick(lang, "危害", "Why"), why.to_owned()),
        (pick(lang, "依据", "Law"), grounds.join(list_separator(lang))),
        (pick(lang, "改为", "Instead"), instead.to_owned()),
    ];
    let facts = facts.iter().filter(|(_, text)| !text.is_empty());
    let plain: Vec<String> = facts
        .clone()
        .map(|(label, text)| format!("{label}{}{text}", colon(lang)))
        .collect();
    let marked = facts.map(|(label, text)| format!("**{label}**\n\n{}", worded(text)));
    let marked: Vec<String> = marked.collect();
    let usual = rule.map_or(Level::of(found), |rule| Level::of_tier(rule.tier));
    json!({
        "id": found.rule,
        "shortDescription": { "text": title },
        "fullDescription": { "text": why },
        "help": { "text": plain.join("\n"), "markdown": marked.join("\n\n") },
        "defaultConfiguration": { "level": level(usual) },
        "properties": { "tags": [found.group()] },
    })
}

/// A path as a reference: relative ones from the root of the sources.
fn place_of(path: &str) -> Value {
    let mut reference = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                reference.push(char::from(byte));
            }
            _ => reference.push_str(&format!("%{byte:02X}")),
        }
    }
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{reference}") }),
        false => json!({ "uri": reference, "uriBaseId": "%SRCROOT%" }),
    }
}
