//! JSON, with the comments and trailing commas that editors allow.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::{Comment, Extracted, Problem};
use crate::error::say;
use crate::lint::passage::{Escaped, Passage, PassageBuilder, has_han};
use crate::lint::source::Source;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let collected = CollectOptions {
        comments: CommentCollectionStrategy::Separate,
        tokens: false,
    };
    let parsed = match parse_to_ast(text, &collected, &ParseOptions::default()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let kind = error.kind().to_string();
            return Extracted {
                problems: vec![Problem {
                    at: error.range().start,
                    reason: say!("不是有效的 JSON：{kind}", "not valid JSON: {kind}"),
                }],
                ..Extracted::default()
            };
        }
    };
    let mut own = Extracted::default();
    if let Some(value) = &parsed.value {
        collect(text, value, &mut String::new(), &mut own.passages);
    }
    let comments = parsed.comments.iter().flat_map(|comments| comments.values());
    for comment in comments.flat_map(|comments| comments.iter()) {
        let whole = Span::new(comment.range().start, comment.range().end);
        let start = whole.start + 2;
        own.comments.push(Comment {
            whole,
            words: Span::new(start, start + comment.text().len()),
        });
    }
    own.comments.sort_by_key(|comment| comment.whole);
    own.comments.dedup();
    own
}

fn collect(text: &str, value: &Value, key: &mut String, passages: &mut Vec<Passage>) {
    let length = key.len();
    match value {
        Value::StringLit(literal) if has_han(&literal.value) => {
            let frame = Span::new(literal.start(), literal.end());
            let mut builder = PassageBuilder::default();
            builder.push_escaped(text, Span::new(frame.start + 1, frame.end - 1), escape);
            passages.push(builder.finish(key.clone(), frame));
        }
        Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                key.push_str(&format!("[{index}]"));
                collect(text, element, key, passages);
                key.truncate(length);
            }
        }
        Value::Object(object) => {
            for property in &object.properties {
                let name = match &property.name {
                    ObjectPropName::String(name) => name.value.as_ref(),
                    ObjectPropName::Word(name) => name.value,
                };
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(name);
                collect(text, &property.value, key, passages);
                key.truncate(length);
            }
        }
        _ => {}
    }
}

/// What a backslash of JSON stands for.
fn escape(rest: &str) -> Option<(Escaped, usize)> {
    let letter = rest.strip_prefix('\\')?.chars().next()?;
    let character = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => return unicode(rest),
        other => other,
    };
    Some((Escaped::Character(character), 1 + letter.len_utf8()))
}

fn unicode(rest: &str) -> Option<(Escaped, usize)> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let first = unit(rest)?;
    let second = rest.get(6..).and_then(unit);
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match char::from_u32(first.into()) {
        Some(character) => Some((Escaped::Character(character), 6)),
        None => Some(pair.map_or((Escaped::Character('\u{FFFD}'), 6), |pair| {
            (Escaped::Character(pair), 12)
        })),
    }
}
