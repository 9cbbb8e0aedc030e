//! What kind of file a path names.
//!
//! In: a path, or a kind's name in a configuration. Out: [`Kind`]. All kinds stand in one table, with their names and the
//! endings of their files.

use std::borrow::Cow;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// Jinja, Twig, Django, in text or HTML.
    Jinja,
    /// Handlebars and Mustache, in text or HTML.
    Handlebars,
    /// Liquid, in text or HTML.
    Liquid,
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

/// Every kind with its name in configurations and the endings of its files.
const KINDS: [(Kind, &str, &[&str]); 25] = [
    (Kind::Text, "text", &["txt", "text", "tpl", "tmpl", "template"]),
    (Kind::Markdown, "markdown", &["md", "markdown", "mdx"]),
    (Kind::Csv, "csv", &["csv", "tsv"]),
    (Kind::Json, "json", &["json", "jsonc", "json5"]),
    (Kind::JsonLines, "jsonl", &["jsonl", "ndjson"]),
    (Kind::Yaml, "yaml", &["yaml", "yml"]),
    (Kind::Toml, "toml", &["toml"]),
    (Kind::Properties, "properties", &["properties"]),
    (Kind::Po, "po", &["po", "pot"]),
    (Kind::Xml, "xml", &["xml", "xlf", "xliff", "resx", "plist"]),
    (Kind::Html, "html", &["html", "htm", "xhtml", "vue"]),
    (Kind::FreeMarker, "freemarker", &["ftl", "ftlh", "ftlx"]),
    (Kind::Jinja, "jinja", &["j2", "jinja", "jinja2", "twig"]),
    (Kind::Handlebars, "handlebars", &["hbs", "handlebars", "mustache"]),
    (Kind::Liquid, "liquid", &["liquid"]),
    (Kind::Velocity, "velocity", &["vm", "vtl"]),
    (Kind::Sql, "sql", &["sql"]),
    (Kind::Code(Language::Java), "java", &["java"]),
    (Kind::Code(Language::Kotlin), "kotlin", &["kt", "kts"]),
    (Kind::Code(Language::Python), "python", &["py", "pyi"]),
    (
        Kind::Code(Language::JavaScript),
        "javascript",
        &["js", "mjs", "cjs", "jsx"],
    ),
    (
        Kind::Code(Language::TypeScript),
        "typescript",
        &["ts", "mts", "cts"],
    ),
    (Kind::Code(Language::Tsx), "tsx", &["tsx"]),
    (Kind::Code(Language::Go), "go", &["go"]),
    (Kind::Code(Language::Php), "php", &["php"]),
];

/// The names alone, for what says that there is no other.
const NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut number = 0;
    while number < KINDS.len() {
        names[number] = KINDS[number].1;
        number += 1;
    }
    names
};

impl Kind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    /// The name in configurations and lists.
    pub fn name(self) -> &'static str {
        let own = KINDS.iter().find(|(kind, ..)| *kind == self);
        own.map_or("", |(_, name, _)| name)
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        let own = KINDS.iter().find(|(_, own, _)| *own == name);
        own.map(|(kind, ..)| *kind)
    }

    /// The kind of a file by its name; `None` for names that no extractor reads. `.html.j2` is Jinja.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let own = KINDS
            .iter()
            .find(|(_, _, endings)| endings.contains(&extension.as_str()));
        own.map(|(kind, ..)| *kind)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::of_name(&name).ok_or_else(|| serde::de::Error::unknown_variant(&name, &NAMES))
    }
}

impl JsonSchema for Kind {
    fn schema_name() -> Cow<'static, str> {
        "Kind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": NAMES, "description": "What kind of file it is." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_there_once_with_names_and_endings_of_its_own() {
        let mut endings: Vec<&str> = Vec::new();
        for (kind, name, own) in KINDS {
            assert_eq!(Kind::of_name(name), Some(kind));
            assert_eq!(kind.name(), name);
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&text).unwrap(), kind);
            assert!(!own.is_empty() && !own.iter().any(|ending| endings.contains(ending)));
            for ending in own {
                let path = format!("a.b.{}", ending.to_ascii_uppercase());
                assert_eq!(Kind::of_path(Path::new(&path)), Some(kind));
            }
            endings.extend(own);
        }
        let wrong = serde_json::from_str::<Kind>("\"jinja3\"").unwrap_err();
        assert!(wrong.to_string().contains("`handlebars`"), "{wrong}");
        assert_eq!(Kind::of_path(Path::new("a.exe")), None);
    }
}
