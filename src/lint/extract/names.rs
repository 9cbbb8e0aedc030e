//! What a variable is called that an expression fills in.
//!
//! In: the text of an expression, of a template or of a program. Out: the name that tells what it carries. Promise: one
//! pass, whatever the text; no name is an empty string. It doesn't parse expressions: a name that is a bit off only costs
//! the kind of a variable.

/// Functions and methods that change how a value is written, not what it is.
const CONVERSIONS: &[&str] = &[
    "toString",
    "valueOf",
    "String",
    "str",
    "format",
    "trim",
    "strip",
    "toFixed",
    "setScale",
    "toPlainString",
    "Sprint",
    "Sprintf",
    "strconv",
    "Itoa",
    "FormatInt",
    "FormatFloat",
    "number_format",
    "round",
    "toLocaleString",
    "strftime",
    "toUpperCase",
    "toLowerCase",
    "upper",
    "lower",
    "orElse",
    "orEmpty",
    "intValue",
    "doubleValue",
    "int",
    "float",
    "Integer",
    "Long",
    "Double",
    "BigDecimal",
    "Objects",
    "Optional",
    "get",
    "getOrDefault",
    "getString",
    "Number",
    "parseInt",
    "parseFloat",
    "fmt",
    "Math",
    "abs",
    "sprintf",
    "encodeURIComponent",
    "htmlspecialchars",
    "escape",
    "e",
    "this",
    "self",
    "new",
    "null",
    "nil",
    "None",
    "true",
    "false",
    "if",
    "else",
    "or",
    "and",
    "not",
    "await",
    "undefined",
    "StringUtils",
    "defaultString",
];

/// Conversions behind whose arguments nothing tells a name any more.
const LAST_CONVERSIONS: &[&str] = &[
    "toFixed",
    "setScale",
    "toString",
    "strftime",
    "toLocaleString",
    "orElse",
];

/// The path that an expression of a template is about: `user.name` of `user.name!"客户"`, `amount` of
/// `numbers.formatDecimal(amount, 1, 2)` and of `amount | round(2)`.
pub(super) fn path_of(expression: &str) -> String {
    let mut best = String::new();
    let mut rest = expression;
    loop {
        rest = rest.trim_start_matches(|sign: char| !is_path_sign(sign) && !matches!(sign, '"' | '\'' | ')'));
        let (path, behind) = leading_path(rest);
        if path.is_empty() {
            return best;
        }
        best = path;
        match behind.trim_start().strip_prefix('(') {
            Some(arguments) => rest = arguments,
            None => return best,
        }
    }
}

fn leading_path(text: &str) -> (String, &str) {
    let mut path = String::new();
    let mut rest = text;
    loop {
        let end = rest
            .find(|sign: char| !is_path_sign(sign) && sign != '.')
            .unwrap_or(rest.len());
        path.push_str(&rest[..end]);
        rest = &rest[end..];
        let Some((index, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            break;
        };
        let is_quoted = index.len() > 2 && index.starts_with(['"', '\'']);
        if path.is_empty() || index.contains('[') {
            break;
        }
        if is_quoted {
            path.push('.');
            path.push_str(index.trim_matches(['"', '\'']));
        }
        rest = behind;
    }
    (path.trim_matches('.').to_owned(), rest)
}

/// The last name of an expression of a program: `amount` of `String.valueOf(order.amount)` and of
/// `row["amount"].toFixed(2)`.
pub(super) fn last_of(expression: &str) -> String {
    let mut name = "";
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let before = &expression[..expression.len() - rest.len()];
        let length = match first {
            '"' | '\'' | '`' => {
                let inside = &rest[first.len_utf8()..];
                let length = inside.find(first).unwrap_or(inside.len());
                let is_key = before.trim_end().ends_with('[')
                    || before.ends_with("get(")
                    || before.ends_with("getString(");
                let word = &inside[..length];
                if is_key && !word.is_empty() && word.chars().all(|sign| is_name_sign(sign) || sign == '.') {
                    name = word;
                }
                (length + 2 * first.len_utf8()).min(rest.len())
            }
            first if is_name_sign(first) => {
                let length = rest.find(|sign| !is_name_sign(sign)).unwrap_or(rest.len());
                let word = rest[..length].trim_matches('$');
                let is_method = before.ends_with('.') || before.ends_with("->");
                if is_method && !name.is_empty() && LAST_CONVERSIONS.contains(&word) {
                    break;
                }
                if !first.is_ascii_digit() && !word.is_empty() && !CONVERSIONS.contains(&word) {
                    name = word;
                }
                length
            }
            other => other.len_utf8(),
        };
        rest = &rest[length..];
    }
    name.to_owned()
}

/// The `$` in front of a name is a sign of templates.
fn is_path_sign(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

fn is_name_sign(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_templates_are_called_by_their_path() {
        for (expression, expected) in [
            ("user.name!\"客户\"", "user.name"),
            ("(user.name)!'客户'", "user.name"),
            (" amount?string('0.00') ", "amount"),
            ("amount | round(2)", "amount"),
            ("#numbers.formatDecimal(amount, 1, 2)", "amount"),
            ("user.getName()", "user.getName"),
            ("msg('key')", "msg"),
            ("row['金额']", "row.金额"),
            ("items[0].name", "items.name"),
            ("姓名", "姓名"),
            ("${user.name}", "user.name"),
            ("", ""),
            ("\"客户\"", ""),
        ] {
            assert_eq!(path_of(expression), expected, "{expression}");
        }
        assert_eq!(path_of(&"a(".repeat(100_000)), "a", "no recursion");
    }

    #[test]
    fn expressions_of_programs_are_called_by_their_last_name() {
        for (expression, expected) in [
            ("name", "name"),
            ("order.amount", "amount"),
            ("String.valueOf(order.amount)", "amount"),
            ("row[\"amount\"].toFixed(2)", "amount"),
            ("map.get(\"days\")", "days"),
            ("amount.setScale(2, RoundingMode.HALF_UP)", "amount"),
            ("sdf.format(dueDate)", "dueDate"),
            ("$user->name", "name"),
            ("name ?? \"客户\"", "name"),
            ("${name}", "name"),
            ("12", ""),
            ("\"没完", ""),
        ] {
            assert_eq!(last_of(expression), expected, "{expression}");
        }
    }
}
