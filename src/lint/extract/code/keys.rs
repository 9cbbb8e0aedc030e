//! What a literal is called.
//!
//! In: the nodes above a literal. Out: the path of names that it is given to, from the outermost: `templates.overdue`,
//! `OVERDUE_SMS`, `SMS[1]`. Names that aren't plain end the path; a literal that is only returned or passed has none.

use tree_sitter::Node;

use super::joined::named_children;
use super::{Program, Step, span_of};

/// Nodes that give a name, the field with the name, and whether the path ends there.
const NAMING: &[(&str, &str, bool)] = &[
    ("variable_declarator", "name", true),
    ("field_definition", "property", true),
    ("public_field_definition", "name", true),
    ("assignment_expression", "left", true),
    ("augmented_assignment_expression", "left", true),
    ("assignment", "left", true),
    ("augmented_assignment", "left", true),
    ("const_spec", "name", true),
    ("var_spec", "name", true),
    ("short_var_declaration", "left", true),
    ("assignment_statement", "left", true),
    ("property_element", "name", true),
    ("enum_constant", "name", true),
    ("enum_case", "name", true),
    ("enum_assignment", "name", true),
    ("annotation", "name", true),
    ("default_parameter", "name", true),
    ("typed_default_parameter", "name", true),
    ("jsx_attribute", "", false),
    ("pair", "key", false),
    ("keyed_element", "key", false),
    ("element_value_pair", "key", false),
    ("keyword_argument", "name", false),
    ("argument", "name", false),
    // Without fields: the first named node tells.
    ("array_element_initializer", "", false),
    ("const_element", "", true),
    ("enum_entry", "", true),
    ("property_declaration", "", true),
    ("infix_expression", "", false),
    ("value_argument", "", false),
    ("constructor_invocation", "", true),
];

/// Lists whose elements are numbered.
const LISTS: &[&str] = &[
    "array",
    "list",
    "array_initializer",
    "element_value_array_initializer",
    "collection_literal",
];

/// Nodes beyond which nothing names a literal.
const ENDS: &[&str] = &[
    "block",
    "statement_block",
    "function_body",
    "class_body",
    "lambda_expression",
    "lambda_literal",
    "lambda",
    "arrow_function",
    "function_expression",
    "function_declaration",
    "method_declaration",
    "method_definition",
    "anonymous_function",
    "func_literal",
    "function_definition",
    "compound_statement",
    "declaration_list",
    "program",
    "source_file",
    "module",
    "jsx_element",
    "return_statement",
    "template_substitution",
    "interpolation",
    "string_interpolation",
];

/// Functions whose arguments are names and values in turn.
const PAIRED: &[&str] = &[
    "put",
    "putIfAbsent",
    "set",
    "setProperty",
    "of",
    "define",
    "append",
    "add",
    "entry",
];

/// Steps that are looked up; what stands deeper is computed by something.
const MOST_STEPS: usize = 24;

impl Program<'_> {
    /// The name of a text, or nothing.
    pub(super) fn key(&self, step: Step, above: &[Step]) -> String {
        let mut names: Vec<String> = Vec::new();
        let mut below = step;
        for parent in above.iter().rev().take(MOST_STEPS) {
            let kind = parent.node.kind();
            if ENDS.contains(&kind) {
                break;
            }
            if LISTS.contains(&kind) || is_bare_element(parent.node, below.node) {
                names.push(format!("[{}]", below.number));
            }
            if let Some((name, is_last)) = self.name_in(parent.node, below.node) {
                match name {
                    Some(name) => names.push(name),
                    None => break,
                }
                if is_last {
                    break;
                }
            }
            below = *parent;
        }
        let mut key = String::new();
        for name in names.iter().rev() {
            if !key.is_empty() && !name.starts_with('[') {
                key.push('.');
            }
            key.push_str(name);
        }
        match key.starts_with('[') {
            true => String::new(),
            false => key,
        }
    }

    /// The name that a node gives to what is below it: outer `None` if it gives none, inner if that isn't plain.
    fn name_in(&self, parent: Node, below: Node) -> Option<(Option<String>, bool)> {
        if matches!(parent.kind(), "argument_list" | "arguments") {
            return self.name_before(parent, below).map(|name| (Some(name), true));
        }
        let (_, field, is_last) = NAMING.iter().find(|(kind, ..)| *kind == parent.kind())?;
        let name = match *field {
            "" => self.first_name(parent, below)?,
            field => parent.child_by_field_name(field)?,
        };
        if name.end_byte() > below.start_byte() {
            return None;
        }
        Some((plain_name(span_of(name).of(self.text)), *is_last))
    }

    /// The first node in one without fields, if it is a name.
    fn first_name<'t>(&self, parent: Node<'t>, below: Node) -> Option<Node<'t>> {
        let mut before = named_children(parent).filter(|child| child.end_byte() <= below.start_byte());
        match parent.kind() {
            "property_declaration" => {
                let declared = before.find(|child| child.kind() == "variable_declaration")?;
                named_children(declared).find(|child| child.kind() == "identifier")
            }
            "enum_entry" => before.find(|child| child.kind() == "identifier"),
            "infix_expression" => {
                let (first, word) = (before.next()?, before.next()?);
                (self.words(word) == "to").then_some(first)
            }
            _ => before.next(),
        }
    }

    /// The argument in front of a value: `put("overdue", "…")`.
    fn name_before(&self, list: Node, below: Node) -> Option<String> {
        let call = self.text[..list.start_byte()].trim_end();
        let is_sign = |sign: char| sign.is_alphanumeric() || sign == '_';
        let function = &call[call.trim_end_matches(is_sign).len()..];
        if !PAIRED.contains(&function) {
            return None;
        }
        let before = named_children(list).take_while(|child| *child != below).last()?;
        let words = self.words(before);
        plain_name(words).filter(|_| words.starts_with(['"', '\'']))
    }
}

/// Whether a node is an element without a key, in what may be a list or a map: in Go and PHP they are written alike.
fn is_bare_element(parent: Node, below: Node) -> bool {
    match parent.kind() {
        "literal_value" => below.kind() == "literal_element",
        "array_creation_expression" => below.named_child_count() == 1,
        _ => false,
    }
}

/// A name as it stands in paths, if it is one: `this.overdue` is `overdue`.
fn plain_name(written: &str) -> Option<String> {
    let name = written.trim().trim_matches(['"', '\'', '`', '$', '@']);
    let name = name.replace("->", ".").replace("::", ".");
    let name = ["this.", "self."]
        .iter()
        .find_map(|owner| name.strip_prefix(owner))
        .unwrap_or(&name);
    let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '.' | '-' | '$');
    let is_plain = !name.is_empty() && name.chars().all(is_sign);
    is_plain.then(|| name.to_owned())
}
