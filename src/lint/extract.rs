//! A file → the texts in it, each with the way back to where it is written.
//!
//! In: a [`Source`] and its [`Kind`], known by the path. Out: [`Extracted`]: the passages with Han characters, in the
//! order of the file, the comments in which a finding may be suppressed, and what couldn't be read. One module a family
//! of formats; each leaves parsing to a library that keeps positions and only resolves escapes. Promise: no panic on any
//! bytes; a file that its parser refuses is told of in `problems`, and what stands before the fault is judged where the
//! parser allows it. It judges nothing and opens nothing.

mod code;
mod delimited;
mod directives;
mod escapes;
mod flow;
mod html;
mod json;
mod kind;
mod literals;
mod markdown;
mod names;
mod nest;
mod po;
mod properties;
mod references;
mod sql;
mod text;
mod toml;
mod xml;
mod yaml;

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;

use directives::Dialect;
pub use kind::{Kind, Language};

use super::passage::{Passage, PassageBuilder};
use super::source::Source;
use crate::error::Sentence;
use crate::span::Span;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Extracted {
    /// The texts with Han characters, in order.
    pub passages: Vec<Passage>,
    /// The comments of the format, in order.
    pub comments: Vec<Comment>,
    /// What couldn't be read.
    pub problems: Vec<Problem>,
}

impl Extracted {
    /// In the order of the file, each once.
    fn sort(&mut self) {
        self.passages.sort_by_key(|passage| passage.frame);
        self.comments.sort_by_key(|comment| comment.whole);
        self.comments.dedup();
    }
}

/// A comment in the format's own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its signs, in the source's text.
    pub whole: Span,
    /// Its words without the signs.
    pub words: Span,
}

/// A stretch that couldn't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the source's text.
    pub at: usize,
    /// What is wrong.
    pub reason: Sentence,
}

/// The texts of a file. O(bytes).
pub fn extract(source: &Source, kind: Kind) -> Extracted {
    match kind {
        Kind::Text => text::extract(source),
        Kind::Csv => delimited::extract(source),
        Kind::Json => json::extract(source),
        Kind::JsonLines => json::extract_lines(source),
        Kind::Yaml => yaml::extract(source),
        Kind::Toml => toml::extract(source),
        Kind::Properties => properties::extract(source),
        Kind::Po => po::extract(source),
        Kind::Sql => sql::extract(source),
        Kind::Markdown => markdown::extract(source),
        Kind::Xml => xml::extract(source),
        Kind::Html => html::extract(source),
        Kind::FreeMarker => directives::extract(source, Dialect::FreeMarker),
        Kind::Jinja | Kind::Handlebars | Kind::Liquid => directives::extract(source, Dialect::Jinja),
        Kind::Velocity => directives::extract(source, Dialect::Velocity),
        Kind::Code(language) => code::extract(source, language),
    }
}

/// The passage, if its text is the value that the format's library reads; else the value as one whole: coarse, but never a
/// wrong place.
fn checked(passage: Passage, value: &str, frame: Span) -> Passage {
    if passage.text == value {
        return passage;
    }
    let mut builder = PassageBuilder::default();
    builder.push_written(value, frame);
    builder.finish(passage.key, frame)
}
