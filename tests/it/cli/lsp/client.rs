//! A small editor: speaks the protocol, keeps what the server says unasked.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::Place;

/// Line and column of both ends.
pub(super) type Range = ((u64, u64), (u64, u64));

/// How long a slow machine may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    requests: u64,
    /// What the server can do.
    pub(super) offer: Value,
    /// What it said that nobody has looked at.
    heard: Vec<Value>,
    /// The methods of all that it said.
    methods: Vec<String>,
}

impl Client {
    pub(super) fn spawn(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place
            .command(&[&["lsp"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            output,
            requests: 0,
            offer: Value::Null,
            heard: Vec::new(),
            methods: Vec::new(),
        }
    }

    /// A server for a client with these capabilities.
    pub(super) fn start(place: &Place, capabilities: &Value) -> Self {
        let root = uri_of(&place.path(""));
        let folders = json!([{ "uri": root.trim_end_matches('/'), "name": "x" }]);
        Self::start_with(
            place,
            &[],
            &json!({ "capabilities": capabilities, "locale": "zh-cn", "workspaceFolders": folders }),
        )
    }

    pub(super) fn start_with(place: &Place, arguments: &[&str], parameters: &Value) -> Self {
        let mut client = Self::spawn(place, arguments);
        client.initialize(parameters);
        client
    }

    pub(super) fn initialize(&mut self, parameters: &Value) {
        self.offer = self.ask("initialize", parameters)["capabilities"].clone();
        self.notify("initialized", &json!({}));
    }

    pub(super) fn write(&mut self, payload: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{payload}", payload.len()).unwrap();
        input.flush().unwrap();
    }

    pub(super) fn notify(&mut self, method: &str, params: &Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Sends a request, and gives its number.
    pub(super) fn send(&mut self, method: &str, params: &Value) -> u64 {
        self.requests += 1;
        let id = self.requests;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        id
    }

    /// The answer to a request.
    pub(super) fn response(&mut self, id: u64) -> Value {
        self.wait(|message| message.get("method").is_none() && message["id"] == id)
    }

    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    pub(super) fn error_of(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        let response = self.response(id);
        assert!(response.get("result").is_none(), "{method}: {response}");
        response["error"].clone()
    }

    pub(super) fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    pub(super) fn change(&mut self, uri: &str, version: u64, changes: &Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify(
            "textDocument/didChange",
            &json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    /// The diagnostics that were sent for a version of a document.
    pub(super) fn published(&mut self, uri: &str, version: u64) -> Vec<Value> {
        let message =
            self.wait(|message| is_published(message, uri) && message["params"]["version"] == version);
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The diagnostics that were sent next for a document, or for a file that isn't open.
    pub(super) fn published_at_all(&mut self, uri: &str) -> Vec<Value> {
        let message = self.wait(|message| is_published(message, uri));
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    pub(super) fn actions(&mut self, uri: &str, at: Range, only: &[&str]) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if !only.is_empty() {
            context["only"] = json!(only);
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": range(at), "context": context });
        self.ask("textDocument/codeAction", &params)
            .as_array()
            .unwrap()
            .clone()
    }

    /// What the server asked.
    pub(super) fn asked(&mut self, method: &str) -> Value {
        self.wait(|message| message["method"] == method && message.get("id").is_some())
    }

    /// Messages that were said so far by this method.
    pub(super) fn said(&mut self, method: &str) -> Vec<String> {
        let own = self.heard.iter().filter(|message| message["method"] == method);
        own.map(|message| text_of(&message["params"]["message"]))
            .collect()
    }

    /// The first messages that are said by this method.
    pub(super) fn said_until(&mut self, method: &str, count: usize) -> Vec<String> {
        let messages = (0..count).map(|_| self.wait(|message| message["method"] == method));
        messages
            .map(|message| text_of(&message["params"]["message"]))
            .collect()
    }

    /// How many messages of this method were said at all.
    pub(super) fn said_methods(&self, method: &str) -> usize {
        self.methods.iter().filter(|own| *own == method).count()
    }

    /// Drops what nobody has looked at.
    pub(super) fn forget(&mut self) {
        self.heard.clear();
    }

    /// Shuts down as one should.
    pub(super) fn finish(&mut self, code: i32) {
        self.ask("shutdown", &Value::Null);
        self.leave(code);
    }

    pub(super) fn leave(&mut self, code: i32) {
        self.notify("exit", &Value::Null);
        self.end(code);
    }

    pub(super) fn hang_up(&mut self, code: i32) {
        self.input = None;
        self.end(code);
    }

    fn end(&mut self, code: i32) {
        while let Ok(message) = self.output.recv_timeout(PATIENCE) {
            self.hear(message);
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(index) = self.heard.iter().position(&is_it) {
                return self.heard.remove(index);
            }
            let message = self
                .output
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("{error}; heard {:#?}", self.heard));
            self.hear(message);
        }
    }

    fn hear(&mut self, message: Value) {
        self.methods.extend(message["method"].as_str().map(str::to_owned));
        self.heard.push(message);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // After a failed test it may still be there.
        let _ = self.child.kill();
    }
}

fn is_published(message: &Value, uri: &str) -> bool {
    message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut payload = vec![0; length.expect("nothing but frames is written")];
    input.read_exact(&mut payload).unwrap();
    let message: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(message["jsonrpc"], "2.0");
    Some(message)
}

/// As Visual Studio Code writes addresses.
pub(super) fn uri_of(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.to_str().unwrap().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

pub(super) fn range((start, end): Range) -> Value {
    let position = |(line, character): (u64, u64)| json!({ "line": line, "character": character });
    json!({ "start": position(start), "end": position(end) })
}

pub(super) fn range_of(holder: &Value) -> Range {
    let position = |end: &str| {
        let position = &holder["range"][end];
        (
            position["line"].as_u64().unwrap(),
            position["character"].as_u64().unwrap(),
        )
    };
    (position("start"), position("end"))
}

pub(super) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Columns that a text has in this encoding.
pub(super) fn units(text: &str, encoding: &str) -> u64 {
    let count = match encoding {
        "utf-8" => text.len(),
        "utf-16" => text.encode_utf16().count(),
        _ => text.chars().count(),
    };
    count as u64
}

/// A text with the edits of an action, in UTF-16.
pub(super) fn edited(text: &str, action: &Value) -> String {
    let edit = &action["edit"];
    let edits = match edit.get("changes") {
        Some(changes) => changes.as_object().unwrap().values().next().unwrap(),
        None => &edit["documentChanges"][0]["edits"],
    };
    let at = |(line, character): (u64, u64)| {
        let before: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
        let mut units = 0;
        let rest = &text[before..];
        let own = rest.char_indices().find(|(_, own)| {
            let is_there = units >= character;
            units += own.len_utf16() as u64;
            is_there
        });
        before + own.map_or(rest.len(), |(at, _)| at)
    };
    let mut edits: Vec<_> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let (start, end) = range_of(edit);
            (at(start), at(end), text_of(&edit["newText"]))
        })
        .collect();
    edits.sort();
    let mut edited = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        edited.replace_range(start..end, &new);
    }
    edited
}
