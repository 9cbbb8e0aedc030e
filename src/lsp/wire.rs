//! Bytes of a client ↔ messages.
//!
//! In: the stream that a client writes. Out: [`Queue`], from which the server takes message by message, and [`Outlet`],
//! through which it answers. A thread reads, so that a client is never kept from writing and a request can be cancelled
//! while an earlier one is worked on. Promise: what isn't a message is told of and passed over; half a surrogate pair, as
//! editors send it when a character is cut in two, is one replacement character, which has the same columns. It understands
//! no method.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::Value;

/// Bytes of the longest message that is read: the largest document with all its characters escaped has fewer.
const MOST_MESSAGE_BYTES: usize = 512 << 20;

/// What the client sent.
#[derive(Debug)]
enum Incoming {
    Message(Message),
    /// The payload is no message.
    Garbled,
}

/// What there is to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// A message came.
    Message(Message),
    /// Something came that is no message.
    Garbled,
    /// Nothing came until then.
    Due,
    /// The client is gone.
    Closed,
}

/// The messages of a client, in order.
#[derive(Debug)]
pub(super) struct Queue {
    stream: Receiver<Incoming>,
    waiting: VecDeque<Incoming>,
}

impl Queue {
    /// Reads on a thread of its own until the stream ends or has no more frames.
    pub(super) fn of(mut input: impl BufRead + Send + 'static) -> Self {
        let (sender, stream) = channel();
        std::thread::spawn(move || {
            // An error ends the stream as its end does: there is nobody left to tell.
            while let Ok(Some(incoming)) = read(&mut input) {
                if sender.send(incoming).is_err() {
                    break;
                }
            }
        });
        Self {
            stream,
            waiting: VecDeque::new(),
        }
    }

    /// The next message; waits for it until `due`, or as long as it takes.
    pub(super) fn next(&mut self, due: Option<Instant>) -> Next {
        self.fetch();
        if let Some(incoming) = self.waiting.pop_front() {
            return incoming.into();
        }
        let received = match due {
            None => self.stream.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => {
                let left = due.saturating_duration_since(Instant::now());
                self.stream.recv_timeout(left)
            }
        };
        match received {
            Ok(incoming) => incoming.into(),
            Err(RecvTimeoutError::Timeout) => Next::Due,
            Err(RecvTimeoutError::Disconnected) => Next::Closed,
        }
    }

    /// Whether the client has cancelled a request that it sent earlier.
    pub(super) fn cancels(&mut self, id: &RequestId) -> bool {
        self.fetch();
        let id = serde_json::to_value(id).unwrap_or_default();
        self.waiting.iter().any(|incoming| match incoming {
            Incoming::Message(Message::Notification(notification)) => {
                notification.method == "$/cancelRequest" && notification.params.get("id") == Some(&id)
            }
            _ => false,
        })
    }

    /// Takes in what has come.
    fn fetch(&mut self) {
        self.waiting.extend(self.stream.try_iter());
    }
}

impl From<Incoming> for Next {
    fn from(incoming: Incoming) -> Self {
        match incoming {
            Incoming::Message(message) => Next::Message(message),
            Incoming::Garbled => Next::Garbled,
        }
    }
}

/// The next frame; none at the end of the stream.
fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = read_length(input)? else {
        return Ok(None);
    };
    let mut payload = vec![0; length];
    input.read_exact(&mut payload)?;
    let message = serde_json::from_slice(&payload).ok();
    let message = message.or_else(|| serde_json::from_slice(&without_lone_surrogates(payload)).ok());
    Ok(Some(message.map_or(Incoming::Garbled, Incoming::Message)))
}

/// Reads the head of a frame: the bytes of its payload.
fn read_length(input: &mut impl BufRead) -> io::Result<Option<usize>> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        match (line.is_empty(), length) {
            (true, Some(length)) if length <= MOST_MESSAGE_BYTES => return Ok(Some(length)),
            (true, _) => return Err(invalid()),
            (false, _) => {}
        }
        let (name, value) = line.split_once(':').ok_or_else(invalid)?;
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse().map_err(|_| invalid())?);
        }
    }
}

/// The payload with `\ufffd` for every `\ud800`…`\udfff` that is half of a pair.
fn without_lone_surrogates(mut payload: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &payload[at..]) {
        at += found;
        let unit = surrogate_at(&payload, at);
        let next = surrogate_at(&payload, at + ESCAPE);
        match (unit, next) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 2 * ESCAPE,
            (Some(_), _) => {
                payload[at + 2..at + ESCAPE].copy_from_slice(b"fffd");
                at += ESCAPE;
            }
            // An escaped backslash hides no escape.
            (None, _) => at = (at + 2).min(payload.len()),
        }
    }
    payload
}

/// Bytes of `\uXXXX`.
const ESCAPE: usize = 6;

/// The half of a surrogate pair that is escaped here.
fn surrogate_at(payload: &[u8], at: usize) -> Option<u32> {
    let digits = payload.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    let unit = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xD800..=0xDFFF).contains(&unit).then_some(unit)
}

/// Where the server writes.
pub(super) struct Outlet<'o> {
    out: &'o mut dyn Write,
    requests: i32,
}

impl<'o> Outlet<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, requests: 0 }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, response: Response) -> io::Result<()> {
        self.send(response.into())
    }

    /// Tells the client something.
    pub(super) fn notify(&mut self, method: &str, params: Value) -> io::Result<()> {
        let notification = Notification {
            method: method.to_owned(),
            params,
        };
        self.send(notification.into())
    }

    /// Asks the client for something whose answer doesn't matter.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.requests += 1;
        let request = Request {
            id: self.requests.into(),
            method: method.to_owned(),
            params,
        };
        self.send(request.into())
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        message.write(&mut self.out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn framed(payloads: &[&str]) -> Cursor<Vec<u8>> {
        let frames = payloads
            .iter()
            .map(|payload| format!("Content-Length: {}\r\n\r\n{payload}", payload.len()));
        Cursor::new(frames.collect::<String>().into_bytes())
    }

    fn take(queue: &mut Queue) -> String {
        match queue.next(Some(Instant::now() + Duration::from_secs(5))) {
            Next::Message(message) => serde_json::to_string(&message).unwrap(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let mut queue = Queue::of(framed(&["{not json", r#"{"method":"exit"}"#]));
        assert_eq!(take(&mut queue), "Garbled");
        assert_eq!(take(&mut queue), r#"{"method":"exit"}"#);
        assert_eq!(take(&mut queue), "Closed");
    }

    #[test]
    fn frames_are_taken_with_any_usual_head() {
        for (head, is_read) in [
            ("Content-Length: 17\r\n\r\n", true),
            ("content-length:17\r\n\r\n", true),
            (
                "Content-Type: x; charset=utf-8\r\nContent-Length: 17\r\n\r\n",
                true,
            ),
            ("Content-Length: 17\n\n", true),
            ("Content-Length: 99999999999\r\n\r\n", false),
            ("Content-Length: -1\r\n\r\n", false),
            ("Content-Type: x\r\n\r\n", false),
            ("nonsense\r\n\r\n", false),
        ] {
            let mut queue = Queue::of(Cursor::new(format!("{head}{{\"method\":\"exit\"}}").into_bytes()));
            let expected = if is_read { r#"{"method":"exit"}"# } else { "Closed" };
            assert_eq!(take(&mut queue), expected, "{head:?}");
        }
    }

    #[test]
    fn half_a_pair_is_one_replacement_character() {
        for (escaped, plain) in [
            (r"\ud83d", "\u{FFFD}"),
            (r"\ud83d\ude00", "😀"),
            (r"\ude00\ud83d\ude00\ud83d", "\u{FFFD}😀\u{FFFD}"),
            (r"\\ud83d\ud83d", "\\ud83d\u{FFFD}"),
            (r"\ud83dx\n", "\u{FFFD}x\n"),
            (r"\uD83D\u4e00", "\u{FFFD}一"),
        ] {
            let mut queue = Queue::of(framed(&[&format!(r#"{{"method":"m","params":"{escaped}"}}"#)]));
            let Next::Message(Message::Notification(notification)) = queue.next(None) else {
                panic!("{escaped}");
            };
            assert_eq!(notification.params, json!(plain), "{escaped}");
        }
    }

    #[test]
    fn cancellations_are_seen_before_their_turn() {
        let cancel = |id: &str| format!(r#"{{"method":"$/cancelRequest","params":{{"id":{id}}}}}"#);
        let mut queue = Queue::of(framed(&[r#"{"method":"m"}"#, &cancel("7"), &cancel("\"7\"")]));
        // The thread may still be reading.
        while queue.waiting.len() < 3 {
            queue.fetch();
        }
        assert!(queue.cancels(&7.into()) && queue.cancels(&"7".to_owned().into()));
        assert!(!queue.cancels(&8.into()));
        assert_eq!(take(&mut queue), r#"{"method":"m"}"#);
    }
}
