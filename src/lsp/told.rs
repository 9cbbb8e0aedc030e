//! What a server says unasked: diagnostics, what is wrong with configurations, what it passed over.

use std::io;
use std::path::Path;

use lsp_types::MessageType;
use serde_json::{Value, json};

use super::projects::Fault;
use super::text::Text;
use super::{Phase, Server, shown, uri};
use crate::error::Sentence;
use crate::lint::config::CONFIG;
use crate::lint::suppress::SIDECAR;
use crate::report::words::{colon, pick};

impl Server<'_> {
    /// Asks to be told when configurations change.
    pub(super) fn watch(&mut self) -> io::Result<()> {
        if let Some(complaint) = self.client.complaint() {
            self.log(MessageType::WARNING, &complaint)?;
        }
        if !self.client.watches {
            return Ok(());
        }
        let files = [CONFIG, SIDECAR].map(|name| json!({ "globPattern": format!("**/{name}") }));
        let registration = json!({
            "id": "configurations",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": files },
        });
        self.out.ask(
            "client/registerCapability",
            json!({ "registrations": [registration] }),
        )
    }

    /// Tells of configurations that were read: what is wrong with them, in them, and once in words.
    pub(super) fn tell_news(&mut self) -> io::Result<()> {
        for path in self.projects.take_news() {
            let faults = self.projects.known_faults(&path).to_vec();
            self.tell_faults(&path, &faults)?;
            let is_open = self
                .documents
                .values()
                .any(|document| document.path.as_deref() == Some(&*path));
            if self.client.pulls || is_open {
                continue;
            }
            let marks = self.marks_of_config(&path);
            self.publish(&uri::uri_of(&path), None, marks)?;
        }
        Ok(())
    }

    pub(super) fn tell_faults(&mut self, path: &Path, faults: &[Fault]) -> io::Result<()> {
        let lines = faults.iter().map(|fault| {
            let line = fault.line + 1;
            format!("{}:{line}{}{}", path.display(), colon(self.lang), fault.message)
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let told = self.told.insert(path.to_owned(), text.clone());
        if text.is_empty() || told.as_ref() == Some(&text) {
            return Ok(());
        }
        let goes_on = pick(
            self.lang,
            "此前的配置继续有效",
            "the configuration before it goes on holding",
        );
        let message = format!("{text}\n{goes_on}");
        self.out.notify(
            "window/showMessage",
            json!({ "type": MessageType::ERROR, "message": message }),
        )
    }

    /// What is wrong with a configuration as it was last read.
    pub(super) fn marks_of_config(&self, path: &Path) -> Vec<Value> {
        let faults = self.projects.known_faults(path);
        if faults.is_empty() {
            return Vec::new();
        }
        let text = std::fs::read_to_string(path).unwrap_or_default();
        shown::fault_marks(faults, &Text::new(text, self.client.encoding))
    }

    pub(super) fn publish(&mut self, uri: &str, version: Option<i64>, marks: Vec<Value>) -> io::Result<()> {
        let mut params = json!({ "uri": uri, "diagnostics": marks });
        if let Some(version) = version {
            params["version"] = json!(version);
        }
        self.out.notify("textDocument/publishDiagnostics", params)
    }

    pub(super) fn log(&mut self, kind: MessageType, sentence: &Sentence) -> io::Result<()> {
        // Before the client is known there is nobody to read it.
        if self.phase == Phase::New {
            return Ok(());
        }
        let params = json!({ "type": kind, "message": sentence.get(self.lang) });
        self.out.notify("window/logMessage", params)
    }
}
