//! The open documents of a server: they come, change, are judged when the editor is quiet or something is asked, and go.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::document::{Document, Judged, Notice, judge, kind_of};
use super::params::{Change, Changed, Named, Opened};
use super::projects::folder_of;
use super::text::Text;
use super::{Server, shown, uri};
use crate::lint::{FileReport, shown_path};
use crate::report::Settings;

impl Server<'_> {
    pub(super) fn open(
        &mut self,
        Opened {
            text_document: opened,
        }: Opened,
    ) {
        let text = Text::new(opened.text, self.client.encoding);
        let path = uri::path_of(&opened.uri);
        let mut document = Document::new(path, opened.language_id, opened.version, text);
        if !self.client.pulls {
            document.due = Some(Instant::now());
        }
        self.documents.insert(opened.uri, document);
    }

    /// Whether the document was there to be changed.
    pub(super) fn change(&mut self, changed: Changed) -> bool {
        let Named { uri, version } = changed.text_document;
        let Some(document) = self.documents.get_mut(&uri) else {
            return false;
        };
        for Change { range, text } in changed.content_changes {
            match range {
                Some(range) => document.text.replace(range, &text),
                None => document.text = Text::new(text, self.client.encoding),
            }
        }
        document.change(version.unwrap_or(document.version), !self.client.pulls);
        true
    }

    pub(super) fn save(&mut self, uri: &str) -> io::Result<()> {
        let path = uri::path_of(uri);
        match path.is_some_and(|path| self.projects.is_config(&path)) {
            true => self.judge_all_again(),
            false => Ok(()),
        }
    }

    pub(super) fn close(&mut self, uri: &str) -> io::Result<()> {
        let document = self.documents.shift_remove(uri);
        if self.client.pulls {
            return Ok(());
        }
        // What is wrong with a configuration is so whether it is open or not.
        let path = document.and_then(|document| document.path);
        let marks = path.map_or_else(Vec::new, |path| self.marks_of_config(&path));
        self.publish(uri, None, marks)
    }

    /// A configuration has changed, or may have.
    pub(super) fn judge_all_again(&mut self) -> io::Result<()> {
        self.projects.doubt();
        for document in self.documents.values_mut() {
            document.judged = None;
        }
        if self.client.pulls {
            return match self.client.refreshes {
                true => self.out.ask("workspace/diagnostic/refresh", Value::Null),
                false => Ok(()),
            };
        }
        let now = Instant::now();
        for document in self.documents.values_mut() {
            document.due = Some(now);
        }
        Ok(())
    }

    /// Judges what the editor has been quiet about, and tells.
    pub(super) fn publish_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let due = self
            .documents
            .iter_mut()
            .filter(|(_, document)| document.due.is_some_and(|due| due <= now));
        let uris: Vec<String> = due
            .map(|(uri, document)| {
                document.due = None;
                uri.clone()
            })
            .collect();
        for uri in uris {
            self.refresh(&uri);
            let Some((document, judged)) = self.seen(&uri) else {
                continue;
            };
            let marks = shown::diagnostics(&uri, document, judged, &self.client, self.lang);
            let version = document.version;
            self.publish(&uri, Some(version), marks)?;
        }
        self.tell_news()
    }

    /// A document with what was found in it when it was last judged.
    pub(super) fn seen(&self, uri: &str) -> Option<(&Document, &Judged)> {
        let document = self.documents.get(uri)?;
        Some((document, document.judged.as_ref()?))
    }

    /// Judges a document, unless neither it nor its configuration has changed since.
    pub(super) fn refresh(&mut self, uri: &str) {
        let Some(document) = self.documents.get_mut(uri) else {
            return;
        };
        let folder = match &document.path {
            Some(path) => Some(folder_of(path)),
            None => self.client.folders.first().cloned(),
        };
        // Only a lexicon that is named for all can be wrong without a configuration to fall back on, and the command has
        // refused that.
        let Ok(project) = self.projects.of(folder.as_deref()) else {
            return;
        };
        let is_current = |judged: &Judged| Arc::ptr_eq(&judged.project, &project);
        if document.judged.as_ref().is_some_and(is_current) {
            return;
        }
        let is_config = |path: &PathBuf| self.projects.is_config(path);
        let (kind, (report, notices)) = match document.path.clone().filter(is_config) {
            Some(path) => {
                let faults = self.projects.faults(&path, document.text.as_str());
                let notices = faults.into_iter().map(Notice::from).collect();
                (None, (FileReport::default(), notices))
            }
            None => match kind_of(document, &project) {
                None => (None, Default::default()),
                Some(kind) => {
                    let settings = Settings {
                        date: self.options.date,
                        ..Settings::new(project.lexicon, self.lang)
                    };
                    let shown = shown_name(uri, document);
                    (Some(kind), judge(document, &shown, kind, &project, settings))
                }
            },
        };
        self.judgements += 1;
        document.keep(Judged {
            number: self.judgements,
            project,
            kind,
            report,
            notices,
        });
    }
}

/// A document's name in findings: its whole path, which suppressions beside the configuration go by.
fn shown_name(uri: &str, document: &Document) -> String {
    match &document.path {
        Some(path) => shown_path(path),
        None => uri.to_owned(),
    }
}
