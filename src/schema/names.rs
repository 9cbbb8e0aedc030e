//! Names that stand in data, as schemas list them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::Lexicon;
use crate::lint::form;
use crate::rule::Category;

/// A rule, a category, `form`, `all`, or a glob of rules. A company's lexicon has rules of its own, so the list is what an
/// editor offers, not all that is taken.
pub(crate) struct RuleSelector;

impl JsonSchema for RuleSelector {
    fn schema_name() -> Cow<'static, str> {
        "RuleSelector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let groups = Category::ALL.map(Category::id).into_iter().chain(["form", "all"]);
        let rules = Lexicon::bundled().rules().iter().map(|rule| rule.id.as_str());
        let names: Vec<&str> = groups.chain(rules).chain(form::ids()).collect();
        json_schema!({
            "description": "A rule's id, a category, form, all, or a glob such as threat-*",
            "anyOf": [{ "enum": names }, { "type": "string" }],
        })
    }
}

/// A gateway of the bundled data.
pub(crate) struct GatewayName;

impl JsonSchema for GatewayName {
    fn schema_name() -> Cow<'static, str> {
        "GatewayName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = form::gateways().map(|(id, _)| id).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
