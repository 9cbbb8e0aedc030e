//! Findings → edits that an editor offers.
//!
//! In: a [`Judged`] document and a range. Out: code actions: the safe replacement of a finding, all of them, a comment
//! that suppresses it. Promise: only replacements that the linter has judged again are offered as such; a comment is
//! offered only where it is a comment and changes no text. It changes nothing itself.

use std::ops::Range;

use lsp_types::Range as LineRange;
use serde_json::{Value, json};

use super::client::{Client, FIX_ALL, QUICK_FIX};
use super::document::{Document, Judged};
use super::shown::mark;
use crate::lint::diagnostic::Fix;
use crate::lint::source::Source;
use crate::lint::suppress::insertion;
use crate::lint::{Diagnostic, form};
use crate::report::visible::shorten;
use crate::report::words::{colon, pick};
use crate::rule::Lang;

/// A document as actions are offered for it.
pub(super) struct Offer<'o> {
    pub(super) uri: &'o str,
    pub(super) document: &'o Document,
    pub(super) judged: &'o Judged,
    pub(super) client: &'o Client,
    pub(super) lang: Lang,
}

/// A replacement of bytes of a document.
struct Edit {
    bytes: Range<usize>,
    text: String,
}

/// Columns of a replacement in the title of its action.
const TITLE_COLUMNS: usize = 60;

impl Offer<'_> {
    /// The actions of a range; `only` names the kinds that are asked for.
    pub(super) fn actions(&self, range: LineRange, only: Option<&[String]>) -> Vec<Value> {
        let is_asked = |kind: &str| only.is_none_or(|only| only.iter().any(|asked| covers(asked, kind)));
        let mut actions = Vec::new();
        if is_asked(QUICK_FIX) {
            let bytes = self.document.text.bytes(range);
            let found = self.judged.at(bytes.start, bytes.end);
            actions.extend(found.iter().filter_map(|found| self.replacement(found)));
            actions.extend(found.iter().filter_map(|found| self.suppression(found)));
        }
        if is_asked(FIX_ALL) {
            actions.extend(self.all_replacements());
        }
        actions
    }

    fn replacement(&self, found: &Diagnostic) -> Option<Value> {
        let fix = found.fix.as_ref()?;
        let lang = self.lang;
        let words = shorten(&fix.replacement, TITLE_COLUMNS);
        let title = format!("{}{}{words}", pick(lang, "改为", "Replace with"), colon(lang));
        let mut action = self.action(&title, QUICK_FIX, Some(found), &[edit_of(fix)]);
        action["isPreferred"] = json!(true);
        Some(action)
    }

    /// All replacements that don't meet.
    fn all_replacements(&self) -> Option<Value> {
        let mut fixes: Vec<&Fix> = self
            .judged
            .report
            .diagnostics()
            .filter_map(|found| found.fix.as_ref())
            .collect();
        fixes.sort_by_key(|fix| (fix.byte_start, fix.byte_end));
        let mut edits: Vec<Edit> = Vec::new();
        for fix in fixes {
            if edits.last().is_none_or(|last| last.bytes.end <= fix.byte_start) {
                edits.push(edit_of(fix));
            }
        }
        let title = pick(
            self.lang,
            "dunlint：全部自动修改",
            "dunlint: fix all that is safe",
        );
        (!edits.is_empty()).then(|| self.action(title, FIX_ALL, None, &edits))
    }

    /// A comment in front of the text. Its reason has to be written by a person: until then it suppresses nothing.
    fn suppression(&self, found: &Diagnostic) -> Option<Value> {
        if form::is_about_suppressions(&found.rule) {
            return None;
        }
        let lang = self.lang;
        let reason = pick(lang, "写明理由", "say why");
        let source = Source::of_text(self.document.text.as_str().to_owned());
        let at = found.location.byte_start;
        let (at, text) = insertion(&source, self.judged.kind?, at, &found.rule, reason)?;
        let edit = Edit { bytes: at..at, text };
        let title = match lang {
            Lang::Zh => format!("忽略 {} 并写明理由", found.rule),
            Lang::En => format!("Suppress {} and say why", found.rule),
        };
        Some(match self.client.has_snippets {
            false => self.action(&title, QUICK_FIX, Some(found), &[edit]),
            true => self.snippet(&title, found, &edit, reason),
        })
    }

    fn action(&self, title: &str, kind: &str, found: Option<&Diagnostic>, edits: &[Edit]) -> Value {
        let edits = edits.iter().map(|edit| {
            let range = self.document.text.range(edit.bytes.clone());
            json!({ "range": range, "newText": edit.text })
        });
        self.action_of(title, kind, found, edits.collect())
    }

    /// An edit after which the editor selects the reason.
    fn snippet(&self, title: &str, found: &Diagnostic, edit: &Edit, reason: &str) -> Value {
        let (before, after) = edit.text.rsplit_once(reason).unwrap_or((&edit.text, ""));
        let snippet = format!("{}${{1:{reason}}}{}", in_snippet(before), in_snippet(after));
        let range = self.document.text.range(edit.bytes.clone());
        let edit = json!({ "range": range, "snippet": { "kind": "snippet", "value": snippet } });
        self.action_of(title, QUICK_FIX, Some(found), vec![edit])
    }

    fn action_of(&self, title: &str, kind: &str, found: Option<&Diagnostic>, edits: Vec<Value>) -> Value {
        let (uri, client) = (self.uri, self.client);
        let edit = match client.has_versioned_edits {
            true => json!({
                "documentChanges": [{
                    "textDocument": { "uri": uri, "version": self.document.version },
                    "edits": edits,
                }],
            }),
            false => json!({ "changes": { uri: edits } }),
        };
        let mut action = json!({ "title": title, "kind": kind, "edit": edit });
        if let Some(found) = found {
            action["diagnostics"] = json!([mark(uri, found, &self.document.text, client, self.lang)]);
        }
        action
    }
}

/// Whether a kind of actions that is asked for covers another: `source` covers `source.fixAll`.
fn covers(asked: &str, kind: &str) -> bool {
    let rest = kind.strip_prefix(asked);
    rest.is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

fn edit_of(fix: &Fix) -> Edit {
    Edit {
        bytes: fix.byte_start..fix.byte_end,
        text: fix.replacement.clone(),
    }
}

/// A text that stands for itself in a snippet.
fn in_snippet(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::*;
    use crate::lint::extract::Kind;
    use crate::lsp::Options;
    use crate::lsp::document::judge;
    use crate::lsp::projects::Projects;
    use crate::lsp::text::{PositionEncoding, Text};
    use crate::report::Settings;

    #[test]
    fn kinds_of_actions_cover_those_below_them() {
        for (asked, kind, is_covered) in [
            ("", QUICK_FIX, true),
            ("quickfix", QUICK_FIX, true),
            ("source", FIX_ALL, true),
            ("source.fixAll", FIX_ALL, true),
            ("source.fixAll.dunlint", FIX_ALL, true),
            ("source.fixAll.other", FIX_ALL, false),
            ("source.fix", FIX_ALL, false),
            ("refactor", QUICK_FIX, false),
        ] {
            assert_eq!(covers(asked, kind), is_covered, "{asked} {kind}");
        }
    }

    /// A document in which findings have these replacements: words → what is written for them.
    fn with_offer(text: &str, fixes: &[(&str, &str)], then: impl FnOnce(&Offer)) {
        let project = Projects::new(&Options::default(), Lang::Zh).of(None).unwrap();
        let settings = Settings::new(project.lexicon, Lang::Zh);
        let own = Text::new(text.to_owned(), PositionEncoding::Utf16);
        let mut document = Document::new(None, "yaml".to_owned(), 3, own);
        let (mut report, _) = judge(&mut document, "a.yaml", Kind::Yaml, &project, settings);
        let mut found = report.texts.iter_mut().flat_map(|text| &mut text.findings);
        for (words, replacement) in fixes {
            let at = text.find(words).unwrap();
            found.next().expect("a finding for each").fix = Some(Fix {
                byte_start: at,
                byte_end: at + words.len(),
                replacement: (*replacement).to_owned(),
                ..Fix::default()
            });
        }
        let judged = Judged {
            number: 1,
            project,
            kind: Some(Kind::Yaml),
            report,
            notices: Vec::new(),
        };
        then(&Offer {
            uri: "file:///a.yaml",
            document: &document,
            judged: &judged,
            client: &Client::default(),
            lang: Lang::Zh,
        });
    }

    fn edited(text: &str, action: &Value) -> String {
        let mut own = Text::new(text.to_owned(), PositionEncoding::Utf16);
        let edits = action["edit"]["changes"]["file:///a.yaml"].as_array().unwrap();
        for edit in edits.iter().rev() {
            let range = serde_json::from_value(edit["range"].clone()).unwrap();
            own.replace(range, edit["newText"].as_str().unwrap());
        }
        own.as_str().to_owned()
    }

    #[test]
    fn replacements_are_offered_where_they_are_safe_and_no_others() {
        let text = "a: 😀再不还钱打断你的腿\nb: 你这个老赖\nc: 打断你的腿\n";
        let whole = LineRange::new(Position::new(0, 0), Position::new(9, 0));
        with_offer(text, &[], |offer| {
            let actions = offer.actions(whole, None);
            assert!(!actions.is_empty());
            assert!(actions.iter().all(|action| action.get("isPreferred").is_none()));
            assert!(actions.iter().all(|action| action["kind"] == QUICK_FIX));
        });
        with_offer(
            text,
            &[("打断你的腿", "请您联系我们"), ("老赖", "客户")],
            |offer| {
                let first = LineRange::new(Position::new(0, 10), Position::new(0, 10));
                let actions = offer.actions(first, Some(&["quickfix".to_owned()]));
                let fix = actions
                    .iter()
                    .find(|action| action["isPreferred"] == true)
                    .unwrap();
                assert_eq!(fix["title"], "改为：请您联系我们");
                assert_eq!(edited(text, fix), text.replacen("打断你的腿", "请您联系我们", 1));
                let all = offer.actions(first, Some(&["source.fixAll".to_owned()]));
                assert_eq!(all.len(), 1);
                let expected = text
                    .replacen("打断你的腿", "请您联系我们", 1)
                    .replace("老赖", "客户");
                assert_eq!(edited(text, &all[0]), expected);
            },
        );
    }

    #[test]
    fn snippets_hold_signs_as_they_are() {
        assert_eq!(in_snippet(r"# ${x} \n"), r"# \${x\} \\n");
    }
}
