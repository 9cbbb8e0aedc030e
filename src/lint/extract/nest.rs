//! Key paths and records of nested data.
//!
//! In: lists, tables, names and values as a parser meets them. Out: passages under their key paths (`templates[2].content`),
//! each with the id of the record that it stands in, if that has one: a table that is an element of a list and has a
//! value under a name for ids. Paths don't grow without bound, whatever the data. It reads no format.

use crate::lint::passage::{Passage, has_han};
use crate::read::ColumnOverrides;

/// Bytes of the longest key path, and a name more; deeper names become `…`. Real paths are a tenth as long.
const MOST_KEY_BYTES: usize = 1024;

/// Tables and lists in each other at most; the JSON parser has the same limit.
pub(super) const MOST_DEPTH: usize = 512;

/// A walk through nested data.
#[derive(Debug, Default)]
pub(super) struct Nest {
    /// The path of the value that is met next.
    key: String,
    frames: Vec<Frame>,
    passages: Vec<Passage>,
    /// Whether the outermost table is a record, as in lists of lines.
    is_root_record: bool,
}

/// A list or a table that is open.
#[derive(Debug)]
struct Frame {
    /// Bytes of its own path.
    base: usize,
    /// The number of the next element; none in tables.
    next: Option<usize>,
    /// How many passages stand before it.
    first: usize,
    is_record: bool,
    /// The value that identifies it, and how sure its name is: less is surer.
    id: Option<(usize, String)>,
    /// How surely the name that was met last is that of an id.
    id_rank: Option<usize>,
}

impl Nest {
    /// A walk through what is one record as a whole.
    pub(super) fn of_record() -> Self {
        Self {
            is_root_record: true,
            ..Self::default()
        }
    }

    /// Lists and tables that are open.
    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// A list begins.
    pub(super) fn open_list(&mut self) {
        self.open(Some(0));
    }

    /// A table begins.
    pub(super) fn open_table(&mut self) {
        self.open(None);
    }

    /// The list or table that was opened last ends.
    pub(super) fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.key.truncate(frame.base);
        if let (true, Some((_, id))) = (frame.is_record, frame.id) {
            for passage in &mut self.passages[frame.first..] {
                passage.id.get_or_insert_with(|| id.clone());
            }
        }
    }

    /// In a table: the value that comes next is called so.
    pub(super) fn name(&mut self, name: &str) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let field = ColumnOverrides::default().field_of(name);
        let rank = field.filter(|(field, _)| *field == crate::read::Field::Id);
        frame.id_rank = rank.map(|(_, rank)| rank);
        self.key.truncate(frame.base);
        push_name(&mut self.key, name);
    }

    /// A value that holds no others, with how it is written; only Han text is kept.
    pub(super) fn leaf(&mut self, value: &str, passage: impl FnOnce() -> Passage) {
        self.begin();
        if let Some(frame) = self.frames.last_mut()
            && let Some(rank) = frame.id_rank
            && !value.is_empty()
            && frame.id.as_ref().is_none_or(|(known, _)| rank < *known)
        {
            frame.id = Some((rank, value.to_owned()));
        }
        if has_han(value) {
            let mut passage = passage();
            passage.key.clone_from(&self.key);
            self.passages.push(passage);
        }
    }

    /// A value that is no text: a truth, a reference to another value.
    pub(super) fn skip(&mut self) {
        self.begin();
    }

    /// The passages; what is still open ends here.
    pub(super) fn finish(mut self) -> Vec<Passage> {
        while !self.frames.is_empty() {
            self.close();
        }
        self.passages
    }

    /// A value begins: elements of a list are numbered.
    fn begin(&mut self) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return self.is_root_record;
        };
        let Some(next) = &mut frame.next else { return false };
        self.key.truncate(frame.base);
        let number = *next;
        *next += 1;
        push_part(&mut self.key, &format!("[{number}]"));
        true
    }

    fn open(&mut self, next: Option<usize>) {
        let is_element = self.begin();
        self.frames.push(Frame {
            base: self.key.len(),
            first: self.passages.len(),
            is_record: is_element && next.is_none(),
            next,
            id: None,
            id_rank: None,
        });
    }
}

/// Adds a name to a key path: behind a dot, or as `["a.b"]` if it isn't told from a path otherwise.
pub(super) fn push_name(key: &mut String, name: &str) {
    let is_plain = !name.is_empty()
        && !name.contains(|sign: char| matches!(sign, '.' | '[' | ']' | '"' | '\\') || sign.is_control());
    if !is_plain {
        let quoted = serde_json::to_string(name).expect("a string can be written as JSON");
        return push_part(key, &format!("[{quoted}]"));
    }
    if !key.is_empty() {
        push_part(key, ".");
    }
    push_part(key, name);
}

fn push_part(key: &mut String, part: &str) {
    match key.len() + part.len() <= MOST_KEY_BYTES {
        true => key.push_str(part),
        false if key.ends_with('…') => {}
        false => key.push('…'),
    }
}
