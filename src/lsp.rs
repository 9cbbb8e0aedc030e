//! The language server: findings in an editor while somebody writes.
//!
//! In: the messages of a client on a stream. Out: diagnostics of its open documents, pages at the pointer, code actions,
//! as the Language Server Protocol says. Documents are judged as `lint` judges files, by the `dunlint.toml` nearest to
//! them; edits wait until the editor is quiet for a moment, requests don't. Promise: nothing but the protocol is written; a
//! document that can't be judged, a wrong configuration, a message that is none end nothing and are told of; no message
//! text is ever logged. It reads no file but configurations and lexicons, and writes none.

mod actions;
mod client;
mod document;
mod held;
mod params;
mod projects;
mod shown;
mod text;
mod told;
mod uri;
mod wire;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use indexmap::IndexMap;
use jiff::civil::Date;
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::MessageType;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::error::say;
use crate::rule::Lang;
use actions::Offer;
use client::Client;
use document::{Document, guarded};
use params::{AtDocument, AtPosition, AtRange, Refusal, understood};
use projects::Projects;
use wire::{Next, Outlet, Queue};

/// How a server is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The language of people, if the client names none.
    pub lang: Lang,
    /// Whether that language was asked for: then it wins over the client's.
    pub is_lang_asked: bool,
    /// The configuration of all documents; by default that nearest to each.
    pub config: Option<PathBuf>,
    /// The lexicon of all documents; by default as configurations say.
    pub lexicons: Option<PathBuf>,
    /// The day by whose law documents are judged.
    pub date: Option<Date>,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As the client said beforehand.
    Orderly,
    /// Without being told to shut down.
    Abrupt,
}

/// Serves one client until it leaves.
///
/// # Errors
/// If `output` can't be written.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: &mut dyn Write,
    options: Options,
) -> io::Result<Ending> {
    let mut queue = Queue::of(input);
    let mut server = Server::new(output, options);
    loop {
        match queue.next(server.due()) {
            Next::Message(Message::Request(request)) => {
                let response = server.respond(request, &mut queue);
                server.out.answer(response)?;
                server.tell_news()?;
            }
            Next::Message(Message::Notification(notification)) if notification.method == "exit" => break,
            Next::Message(Message::Notification(notification)) => server.notice(notification)?,
            // Nothing that was asked has an answer that matters.
            Next::Message(Message::Response(_)) => {}
            Next::Garbled => server.log(
                MessageType::WARNING,
                &say!(
                    "收到一条无法读懂的消息，已略过",
                    "a message that can't be read was passed over"
                ),
            )?,
            Next::Due => server.publish_due()?,
            Next::Closed => break,
        }
    }
    Ok(match server.phase {
        Phase::Ended => Ending::Orderly,
        Phase::New | Phase::Serving => Ending::Abrupt,
    })
}

/// How far a client has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Serving,
    Ended,
}

struct Server<'o> {
    phase: Phase,
    out: Outlet<'o>,
    options: Options,
    lang: Lang,
    client: Client,
    /// By the address that the client gave.
    documents: IndexMap<String, Document>,
    projects: Projects,
    /// What was last said of a configuration, so that it is said once.
    told: FxHashMap<PathBuf, String>,
    /// Judgements made.
    judgements: u64,
}

impl<'o> Server<'o> {
    fn new(output: &'o mut dyn Write, options: Options) -> Self {
        Self {
            phase: Phase::New,
            out: Outlet::new(output),
            lang: options.lang,
            client: Client::default(),
            documents: IndexMap::new(),
            projects: Projects::new(&options, options.lang),
            told: FxHashMap::default(),
            judgements: 0,
            options,
        }
    }

    /// When the next document is to be judged.
    fn due(&self) -> Option<Instant> {
        self.documents.values().filter_map(|document| document.due).min()
    }

    /// The answer to a request.
    fn respond(&mut self, Request { id, method, params }: Request, queue: &mut Queue) -> Response {
        let answered = match self.phase {
            _ if queue.cancels(&id) => Err(Refusal::new(ErrorCode::RequestCanceled, "cancelled")),
            Phase::New if method != "initialize" => Err(Refusal::new(
                ErrorCode::ServerNotInitialized,
                "not initialized yet",
            )),
            Phase::Ended => Err(Refusal::new(ErrorCode::InvalidRequest, "shut down already")),
            _ => guarded(|| self.answer(&method, params))
                .unwrap_or_else(|| Err(Refusal::new(ErrorCode::InternalError, "internal error"))),
        };
        match answered {
            Ok(result) => Response::new_ok(id, result),
            Err(Refusal { code, message }) => Response::new_err(id, code as i32, message),
        }
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        match method {
            "initialize" if self.phase == Phase::New => Ok(self.initialize(&params)),
            "initialize" => Err(Refusal::new(ErrorCode::InvalidRequest, "initialized already")),
            "shutdown" => {
                self.phase = Phase::Ended;
                Ok(Value::Null)
            }
            "textDocument/diagnostic" => Ok(self.diagnostics_asked(&understood(params)?)),
            "textDocument/hover" => Ok(self.hover(&understood(params)?)),
            "textDocument/codeAction" => Ok(self.code_actions(&understood(params)?)),
            _ => Err(Refusal::new(
                ErrorCode::MethodNotFound,
                &format!("no method {method}"),
            )),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.client = Client::of(params);
        if let (Some(lang), false) = (self.client.lang, self.options.is_lang_asked) {
            self.lang = lang;
        }
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let named = self
            .client
            .config
            .as_ref()
            .map(|config| match self.client.folders.first() {
                Some(folder) => folder.join(config),
                None => config.clone(),
            });
        self.projects = Projects::new(&self.options, self.lang);
        self.projects.given = self.options.config.as_ref().map(absolute).or(named);
        self.phase = Phase::Serving;
        self.client.offer()
    }

    /// Takes notice of something; tells if it can't.
    fn notice(&mut self, Notification { method, params }: Notification) -> io::Result<()> {
        if self.phase != Phase::Serving {
            return Ok(());
        }
        let heeded = self.heed(&method, params);
        if heeded.unwrap_or(Ok(false))? {
            return Ok(());
        }
        self.log(
            MessageType::WARNING,
            &say!(
                "无法处理 {method}：参数不对或文件没有打开",
                "{method} passed over: wrong parameters, or no such open document"
            ),
        )
    }

    /// Whether there was something to be done and it is done.
    fn heed(&mut self, method: &str, params: Value) -> Result<io::Result<bool>, Refusal> {
        let done = match method {
            "initialized" => self.watch(),
            "textDocument/didOpen" => {
                self.open(understood(params)?);
                Ok(())
            }
            "textDocument/didChange" => return Ok(Ok(self.change(understood(params)?))),
            "textDocument/didSave" => {
                let AtDocument { text_document, .. } = understood(params)?;
                self.save(&text_document.uri)
            }
            "textDocument/didClose" => {
                let AtDocument { text_document, .. } = understood(params)?;
                self.close(&text_document.uri)
            }
            "workspace/didChangeWatchedFiles" => self.judge_all_again(),
            "workspace/didChangeWorkspaceFolders" => {
                self.client
                    .change_folders(params.get("event").unwrap_or(&Value::Null));
                Ok(())
            }
            // Others are for servers that do more.
            _ => Ok(()),
        };
        Ok(done.map(|()| true))
    }

    fn diagnostics_asked(&mut self, asked: &AtDocument) -> Value {
        let uri = &asked.text_document.uri;
        self.refresh(uri);
        let Some((document, judged)) = self.seen(uri) else {
            return json!({ "kind": "full", "items": [] });
        };
        let number = judged.number.to_string();
        if asked.previous_result_id.as_ref() == Some(&number) {
            return json!({ "kind": "unchanged", "resultId": number });
        }
        let marks = shown::diagnostics(uri, document, judged, &self.client, self.lang);
        json!({ "kind": "full", "resultId": number, "items": marks })
    }

    fn hover(&mut self, asked: &AtPosition) -> Value {
        self.refresh(&asked.text_document.uri);
        let Some((document, judged)) = self.seen(&asked.text_document.uri) else {
            return Value::Null;
        };
        let at = document.text.byte(asked.position);
        let found = judged.at(at, at);
        let range = found.first().map(|found| shown::range(found, &document.text));
        match shown::page(&found, &judged.project, &self.client, self.lang) {
            Some(contents) => json!({ "contents": contents, "range": range }),
            None => Value::Null,
        }
    }

    fn code_actions(&mut self, asked: &AtRange) -> Value {
        let uri = &asked.text_document.uri;
        self.refresh(uri);
        let Some((document, judged)) = self.seen(uri) else {
            return json!([]);
        };
        let offer = Offer {
            uri,
            document,
            judged,
            client: &self.client,
            lang: self.lang,
        };
        offer.actions(asked.range, asked.context.only.as_deref()).into()
    }
}
