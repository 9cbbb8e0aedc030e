//! The JSON schemas of what users write and programs read.
//!
//! In: the types of the configuration, and the shapes of input and result records. Out: schemas of draft 2020-12, the same
//! bytes every time. Promise: names that the program knows a list of are enumerated from the very types that it reads;
//! a key that it refuses, the schema refuses. It validates nothing.

mod names;
mod record;
mod result;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::lint::config::ConfigFile;
pub(crate) use names::{GatewayName, RuleSelector};

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchemaOf {
    /// dunlint.toml.
    Config,
    /// A record of the input, labelled or not.
    Record,
    /// A record of the results of check, screen and lint.
    Result,
}

/// The schema.
pub fn schema(of: SchemaOf) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let (schema, title) = match of {
        SchemaOf::Config => (generator.into_root_schema_for::<ConfigFile>(), "dunlint.toml"),
        SchemaOf::Record => (
            generator.into_root_schema_for::<record::InputRecord>(),
            "dunlint input record",
        ),
        SchemaOf::Result => (
            generator.into_root_schema_for::<result::ResultRecord>(),
            "dunlint result record",
        ),
    };
    let mut schema = schema.to_value();
    simplify(&mut schema);
    schema["title"] = title.into();
    schema
}

/// Takes out what says nothing: null, which no key of a file can be unless it is said to, and empty defaults; and makes
/// names with descriptions a plain enumeration, which every editor completes.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Array(values) => values.iter_mut().for_each(simplify),
        Value::Object(object) => {
            object.values_mut().for_each(simplify);
            if object.get("default").is_some_and(is_empty) {
                object.remove("default");
            }
            without_null(object);
            enumerate(object);
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(object) => object.values().all(is_empty),
        _ => false,
    }
}

/// An optional value is one that may be left out. What may really be null says so by an `enum` of null.
fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&"null".into()));
        if let [Value::Object(one)] = choices.as_mut_slice() {
            let one = std::mem::take(one);
            object.remove("anyOf");
            object.extend(one);
        }
    }
}

/// `oneOf` of constants as `enum`, what they mean in the description.
fn enumerate(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else {
        return;
    };
    let mut names = Vec::new();
    let mut meanings = Vec::new();
    for choice in choices {
        let listed = choice.get("enum").and_then(Value::as_array).cloned();
        let Some(own) = listed.or_else(|| Some(vec![choice.get("const")?.clone()])) else {
            return;
        };
        if let (Some(Value::String(name)), Some(Value::String(meaning))) =
            (own.first(), choice.get("description"))
        {
            meanings.push(format!("{name}: {meaning}"));
        }
        names.extend(own);
    }
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), names.into());
    let own = object
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let lines: Vec<String> = std::iter::once(own.to_owned()).chain(meanings).collect();
    let description = lines.join("\n").trim().to_owned();
    if !description.is_empty() {
        object.insert("description".to_owned(), description.into());
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use serde_json::json;

    use super::*;

    #[test]
    fn optional_is_left_out_and_names_are_enumerated() {
        for (given, expected) in [
            (
                json!({ "type": ["string", "null"], "default": null }),
                json!({ "type": "string" }),
            ),
            (
                json!({ "description": "d", "anyOf": [{ "$ref": "#/x" }, { "type": "null" }] }),
                json!({ "description": "d", "$ref": "#/x" }),
            ),
            (
                json!({ "description": "d", "oneOf": [
                    { "type": "string", "const": "a", "description": "A." },
                    { "type": "string", "enum": ["b", "c"] },
                ] }),
                json!({ "description": "d\na: A.", "type": "string", "enum": ["a", "b", "c"] }),
            ),
            (json!({ "default": { "x": [], "y": null } }), json!({})),
            (json!({ "default": true }), json!({ "default": true })),
        ] {
            let mut schema = given;
            simplify(&mut schema);
            assert_eq!(schema, expected);
        }
    }

    #[test]
    fn schemas_are_the_same_every_time() {
        for of in SchemaOf::value_variants() {
            let one = schema(*of).to_string();
            assert_eq!(one, schema(*of).to_string());
            assert!(
                one.contains("https://json-schema.org/draft/2020-12/schema"),
                "{of:?}"
            );
            assert!(!one.contains("\"null\"") || *of == SchemaOf::Result, "{of:?}");
        }
    }
}
