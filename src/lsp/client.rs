//! What a client can do and wants.
//!
//! In: the parameters of `initialize`. Out: [`Client`], and what the server offers it. Only what is asked for is read, from
//! the JSON itself: a client that says more, or says something else oddly, is served all the same. It sends nothing.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::text::PositionEncoding;
use super::uri::path_of;
use crate::error::{Sentence, say};
use crate::rule::Lang;

/// The kind of the action that applies all safe replacements of a document.
pub(super) const FIX_ALL: &str = "source.fixAll.dunlint";

/// The kind of actions at a finding.
pub(super) const QUICK_FIX: &str = "quickfix";

/// What is known of a client.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// How it counts columns.
    pub(super) encoding: PositionEncoding,
    /// Whether it asks for diagnostics; then none are sent unasked.
    pub(super) pulls: bool,
    /// Whether it can be told to ask again.
    pub(super) refreshes: bool,
    /// Whether it shows Markdown at the pointer.
    pub(super) has_markdown: bool,
    /// Whether it shows other places of a diagnostic.
    pub(super) has_related: bool,
    /// Whether its edits name the version that they are for.
    pub(super) has_versioned_edits: bool,
    /// Whether an edit may leave a word to be typed over.
    pub(super) has_snippets: bool,
    /// Whether it can be asked to watch files.
    pub(super) watches: bool,
    /// The language that it asks for.
    pub(super) lang: Option<Lang>,
    /// The configuration that it names.
    pub(super) config: Option<PathBuf>,
    /// The folders that it has open.
    pub(super) folders: Vec<PathBuf>,
    /// Options that nothing reads.
    pub(super) unknown_options: Vec<String>,
}

impl Client {
    pub(super) fn of(parameters: &Value) -> Self {
        let at = |path: &str| parameters.pointer(path);
        let can = |path: &str| at(&format!("/capabilities/{path}")).and_then(Value::as_bool) == Some(true);
        let names = |path: &str| at(path).and_then(Value::as_array).into_iter().flatten();
        let encodings = names("/capabilities/general/positionEncodings");
        let encoding = encodings
            .filter_map(Value::as_str)
            .find_map(PositionEncoding::named);
        let mut forms = names("/capabilities/textDocument/hover/contentFormat");
        let option = |name: &str| at(&format!("/initializationOptions/{name}")).and_then(Value::as_str);
        let named = option("lang").or_else(|| at("/locale").and_then(Value::as_str));
        let options = at("/initializationOptions").and_then(Value::as_object);
        let options = options.into_iter().flat_map(|options| options.keys());
        let folders = names("/workspaceFolders").filter_map(folder_of);
        let mut folders: Vec<PathBuf> = folders.collect();
        if folders.is_empty() {
            folders.extend(at("/rootUri").and_then(Value::as_str).and_then(path_of));
        }
        Self {
            encoding: encoding.unwrap_or_default(),
            pulls: at("/capabilities/textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes: can("workspace/diagnostics/refreshSupport"),
            has_markdown: forms.any(|form| form == "markdown"),
            has_related: can("textDocument/publishDiagnostics/relatedInformation")
                || can("textDocument/diagnostic/relatedInformation"),
            has_versioned_edits: can("workspace/workspaceEdit/documentChanges"),
            has_snippets: can("workspace/workspaceEdit/snippetEditSupport")
                && can("workspace/workspaceEdit/documentChanges"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            lang: named.map(lang_named),
            config: option("config").map(PathBuf::from),
            folders,
            unknown_options: options
                .filter(|name| !OPTIONS.contains(&name.as_str()))
                .cloned()
                .collect(),
        }
    }

    /// What the server can do for it.
    pub(super) fn offer(&self) -> Value {
        let mut capabilities = json!({
            "positionEncoding": self.encoding.name(),
            "textDocumentSync": { "openClose": true, "change": INCREMENTAL, "save": { "includeText": false } },
            "hoverProvider": true,
            "codeActionProvider": { "codeActionKinds": [QUICK_FIX, FIX_ALL] },
            "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
        });
        if self.pulls {
            capabilities["diagnosticProvider"] = json!({
                "identifier": "dunlint",
                "interFileDependencies": false,
                "workspaceDiagnostics": false,
            });
        }
        json!({
            "capabilities": capabilities,
            "serverInfo": { "name": "dunlint", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// What to say of options that nothing reads.
    pub(super) fn complaint(&self) -> Option<Sentence> {
        let (unknown, known) = (self.unknown_options.join(", "), OPTIONS.join(", "));
        (!unknown.is_empty()).then(|| {
            say!(
                "initializationOptions 中没有选项 {unknown}；可用 {known}",
                "initializationOptions have no option {unknown}; there are {known}"
            )
        })
    }

    /// Takes up folders that were opened and closed.
    pub(super) fn change_folders(&mut self, event: &Value) {
        let list = |name: &str| event.get(name).and_then(Value::as_array).into_iter().flatten();
        let removed: Vec<PathBuf> = list("removed").filter_map(folder_of).collect();
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(list("added").filter_map(folder_of));
    }
}

/// What `initializationOptions` may hold.
const OPTIONS: [&str; 2] = ["lang", "config"];

/// Changes are sent as stretches that are replaced.
const INCREMENTAL: u8 = 2;

fn folder_of(folder: &Value) -> Option<PathBuf> {
    folder.get("uri").and_then(Value::as_str).and_then(path_of)
}

/// Chinese for `zh`, `zh-cn`, `zh_TW`; else English.
fn lang_named(name: &str) -> Lang {
    let language = name.split(['-', '_']).next().unwrap_or_default();
    match language.eq_ignore_ascii_case("zh") {
        true => Lang::Zh,
        false => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_can_take() {
        let client = Client::of(&json!({
            "locale": "en-us",
            "initializationOptions": { "lang": "zh-CN", "tier": 3 },
            "workspaceFolders": [{ "uri": "file:///a%20b", "name": "x" }, { "uri": "untitled:x" }],
            "capabilities": {
                "general": { "positionEncodings": ["utf-7", "utf-32", "utf-16"] },
                "textDocument": {
                    "hover": { "contentFormat": ["plaintext", "markdown"] },
                    "diagnostic": {},
                },
                "workspace": { "workspaceEdit": { "documentChanges": true } },
            },
        }));
        assert_eq!(client.encoding, PositionEncoding::Utf32);
        assert_eq!(client.lang, Some(Lang::Zh));
        assert!(client.pulls && client.has_markdown && client.has_versioned_edits);
        assert!(!client.watches && !client.has_snippets && !client.has_related);
        assert_eq!(client.unknown_options, ["tier"]);
        assert_eq!(client.folders, [PathBuf::from("/a b")]);
        let offer = client.offer();
        assert_eq!(offer["capabilities"]["positionEncoding"], "utf-32");
        assert!(offer["capabilities"]["diagnosticProvider"].is_object());
    }

    #[test]
    fn clients_that_say_nothing_are_served() {
        for parameters in [
            Value::Null,
            json!({}),
            json!({ "capabilities": 3, "workspaceFolders": null }),
        ] {
            let client = Client::of(&parameters);
            assert_eq!((client.encoding, client.lang), (PositionEncoding::Utf16, None));
            assert!(client.offer()["capabilities"].get("diagnosticProvider").is_none());
        }
        let locale = |name: &str| Client::of(&json!({ "locale": name })).lang;
        assert_eq!(locale("zh-cn"), Some(Lang::Zh));
        assert_eq!(locale("de"), Some(Lang::En));
    }

    #[test]
    fn folders_come_and_go() {
        let mut client = Client::of(&json!({ "rootUri": "file:///one" }));
        client.change_folders(&json!({
            "added": [{ "uri": "file:///two", "name": "two" }],
            "removed": [{ "uri": "file:///one", "name": "one" }],
        }));
        assert_eq!(client.folders, [PathBuf::from("/two")]);
    }
}
