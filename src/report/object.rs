//! JSON objects, written name by name.
//!
//! In: names that need no escape, and values. Out: their JSON, at the end of a row of bytes. serde_json writes the values; it
//! would look through every name for something to escape, and the names of a result record's many small objects took
//! longer than all the rest of it.

use serde::Serialize;

/// An object that is being written.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    /// Begins an object at the end of `out`.
    pub(super) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Writes a name; its value must be written behind it.
    pub(super) fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// Adds a value.
    pub(super) fn value(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        serde_json::to_writer(self.name(name), value).expect("memory takes all bytes, and text can be JSON");
    }

    /// Adds a number.
    pub(super) fn number(&mut self, name: &'static str, number: usize) {
        let mut digits = itoa::Buffer::new();
        self.name(name)
            .extend_from_slice(digits.format(number).as_bytes());
    }

    /// Adds a value, if there is one.
    pub(super) fn optional(&mut self, name: &'static str, value: Option<&(impl Serialize + ?Sized)>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    /// Adds a word of ours, in which nothing needs an escape.
    pub(super) fn word(&mut self, name: &'static str, word: &'static str) {
        write_word(self.name(name), word);
    }

    /// Adds what is JSON already.
    pub(super) fn json(&mut self, name: &'static str, json: &str) {
        self.name(name).extend_from_slice(json.as_bytes());
    }

    /// Adds a list; `write` writes each of its items.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) {
        let out = self.name(name);
        out.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(out, item);
        }
        out.push(b']');
    }

    /// Ends it.
    pub(super) fn close(self) {
        self.out.push(b'}');
    }
}

/// Writes a word of ours, in which nothing needs an escape.
pub(super) fn write_word(out: &mut Vec<u8>, word: &'static str) {
    debug_assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    out.push(b'"');
    out.extend_from_slice(word.as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_what_serde_json_would_write() {
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        object.value("id", "引\"号\n");
        object.optional("turn", Some(&7));
        object.optional("plain", None::<&str>);
        object.word("tier", "severe");
        object.json("basis", r#"[{"id":"X"}]"#);
        object.list("none", [0_u8; 0], |_, _| unreachable!());
        object.list("spans", [1, 2], |out, start| {
            let mut span = Object::open(out);
            span.number("start", start);
            span.close();
        });
        object.close();
        let expected = serde_json::json!({
            "id": "引\"号\n", "turn": 7, "tier": "severe", "basis": [{"id": "X"}], "none": [],
            "spans": [{"start": 1}, {"start": 2}],
        });
        assert_eq!(String::from_utf8(out).unwrap(), expected.to_string());
    }
}
