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

use std::path::Path;

use directives::Dialect;

use super::passage::{Passage, PassageBuilder};
use super::source::Source;
use crate::error::Sentence;
use crate::span::Span;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// Values with commas (and other delimiters: sniffed).
    Csv,
    /// JSON, with comments and trailing commas allowed.
    Json,
    /// A JSON value a line.
    JsonLines,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// Java's properties.
    Properties,
    /// Gettext catalogues.
    Po,
    /// XML: XLIFF, Android and iOS resources, MyBatis mappers.
    Xml,
    /// HTML, and with it Thymeleaf, Vue and Angular.
    Html,
    /// FreeMarker, in text or HTML.
    FreeMarker,
    /// Jinja, Twig, Django, Handlebars, in text or HTML.
    Jinja,
    /// Velocity, in text or HTML.
    Velocity,
    /// SQL statements.
    Sql,
    /// Program text.
    Code(Language),
}

/// A programming language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// Python.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Go.
    Go,
    /// PHP.
    Php,
}

/// The kinds as a configuration names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are called as the kinds")]
pub enum KindName {
    Text,
    Markdown,
    Csv,
    Json,
    Jsonl,
    Yaml,
    Toml,
    Properties,
    Po,
    Xml,
    Html,
    Freemarker,
    Jinja,
    Velocity,
    Sql,
    Java,
    Kotlin,
    Python,
    Javascript,
    Typescript,
    Tsx,
    Go,
    Php,
}

impl KindName {
    /// The kind of this name.
    pub fn kind(self) -> Kind {
        match self {
            KindName::Text => Kind::Text,
            KindName::Markdown => Kind::Markdown,
            KindName::Csv => Kind::Csv,
            KindName::Json => Kind::Json,
            KindName::Jsonl => Kind::JsonLines,
            KindName::Yaml => Kind::Yaml,
            KindName::Toml => Kind::Toml,
            KindName::Properties => Kind::Properties,
            KindName::Po => Kind::Po,
            KindName::Xml => Kind::Xml,
            KindName::Html => Kind::Html,
            KindName::Freemarker => Kind::FreeMarker,
            KindName::Jinja => Kind::Jinja,
            KindName::Velocity => Kind::Velocity,
            KindName::Sql => Kind::Sql,
            KindName::Java => Kind::Code(Language::Java),
            KindName::Kotlin => Kind::Code(Language::Kotlin),
            KindName::Python => Kind::Code(Language::Python),
            KindName::Javascript => Kind::Code(Language::JavaScript),
            KindName::Typescript => Kind::Code(Language::TypeScript),
            KindName::Tsx => Kind::Code(Language::Tsx),
            KindName::Go => Kind::Code(Language::Go),
            KindName::Php => Kind::Code(Language::Php),
        }
    }
}

impl Kind {
    /// The name in configurations and lists.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Markdown => "markdown",
            Kind::Csv => "csv",
            Kind::Json => "json",
            Kind::JsonLines => "jsonl",
            Kind::Yaml => "yaml",
            Kind::Toml => "toml",
            Kind::Properties => "properties",
            Kind::Po => "po",
            Kind::Xml => "xml",
            Kind::Html => "html",
            Kind::FreeMarker => "freemarker",
            Kind::Jinja => "jinja",
            Kind::Velocity => "velocity",
            Kind::Sql => "sql",
            Kind::Code(Language::Java) => "java",
            Kind::Code(Language::Kotlin) => "kotlin",
            Kind::Code(Language::Python) => "python",
            Kind::Code(Language::JavaScript) => "javascript",
            Kind::Code(Language::TypeScript) => "typescript",
            Kind::Code(Language::Tsx) => "tsx",
            Kind::Code(Language::Go) => "go",
            Kind::Code(Language::Php) => "php",
        }
    }
}

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

impl Kind {
    /// The kind of a file by its name; `None` for names that no extractor reads. `.html.j2` is Jinja.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "txt" | "text" | "tpl" | "tmpl" | "template" => Kind::Text,
            "md" | "markdown" | "mdx" => Kind::Markdown,
            "csv" | "tsv" => Kind::Csv,
            "json" | "jsonc" | "json5" => Kind::Json,
            "jsonl" | "ndjson" => Kind::JsonLines,
            "yaml" | "yml" => Kind::Yaml,
            "toml" => Kind::Toml,
            "properties" => Kind::Properties,
            "po" | "pot" => Kind::Po,
            "xml" | "xlf" | "xliff" | "resx" | "plist" => Kind::Xml,
            "html" | "htm" | "xhtml" | "vue" => Kind::Html,
            "ftl" | "ftlh" | "ftlx" => Kind::FreeMarker,
            "j2" | "jinja" | "jinja2" | "twig" | "hbs" | "mustache" | "liquid" => Kind::Jinja,
            "vm" | "vtl" => Kind::Velocity,
            "sql" => Kind::Sql,
            "java" => Kind::Code(Language::Java),
            "kt" | "kts" => Kind::Code(Language::Kotlin),
            "py" | "pyi" => Kind::Code(Language::Python),
            "js" | "mjs" | "cjs" | "jsx" => Kind::Code(Language::JavaScript),
            "ts" | "mts" | "cts" => Kind::Code(Language::TypeScript),
            "tsx" => Kind::Code(Language::Tsx),
            "go" => Kind::Code(Language::Go),
            "php" => Kind::Code(Language::Php),
            _ => return None,
        })
    }
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
        Kind::Jinja => directives::extract(source, Dialect::Jinja),
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
