//! Rules of form → the rule reference.
//!
//! In: rules of form and the laws of a lexicon. Out: one in full, the section of the list, for people, as JSON, as Markdown. They
//! have no tier of their own and say so; where no law asks for what they ask, that stands in the place of the law.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{clause_json, grounds, law_lines, markdown};
use crate::lint::form::{FormExample, FormRule};
use crate::report::Settings;
use crate::report::words::{self, colon, pick};
use crate::rule::Lang;

/// What rules of form are, in one line.
fn of_form(lang: Lang) -> &'static str {
    pick(
        lang,
        "形式要求，单列，不计入级别、分数和类别",
        "form: a list of its own, no part of tier, score and categories",
    )
}

/// Writes a rule of form in full for a person.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_form_rule(out: &mut impl Write, rule: &FormRule, settings: &Settings) -> io::Result<()> {
    let lang = settings.lang;
    let label = |zh, en| format!("{}{}", pick(lang, zh, en), colon(lang));
    writeln!(out, "{}  {}", rule.id, rule.title.get(lang))?;
    writeln!(
        out,
        "{}{}  {}",
        label("类别", "category"),
        of_form(lang),
        words::confidence(rule.confidence, lang)
    )?;
    writeln!(out, "\n{}\n  {}", label("缘由", "why"), rule.why.get(lang))?;
    writeln!(out, "\n{}", label("依据", "law"))?;
    for line in law_lines(&rule.basis, settings) {
        writeln!(out, "  {line}")?;
    }
    writeln!(
        out,
        "\n{}\n  {}",
        label("改为", "use instead"),
        rule.instead.get(lang)
    )?;
    for (title, examples) in [
        (label("应当发现", "finds"), &rule.hits),
        (label("应当放过", "leaves alone"), &rule.misses),
    ] {
        if examples.is_empty() {
            continue;
        }
        writeln!(out, "\n{title}")?;
        for example in examples {
            writeln!(out, "  {}", shown(example))?;
        }
    }
    Ok(())
}

/// A rule of form as JSON, texts in the settings' language.
pub fn form_rule_json(rule: &FormRule, settings: &Settings) -> Value {
    let lang = settings.lang;
    let basis =
        grounds(&rule.basis, settings.laws).map(|(instrument, clause)| clause_json(instrument, clause, lang));
    let texts = |examples: &[FormExample]| examples.iter().map(shown).collect::<Vec<String>>();
    json!({
        "id": rule.id,
        "category": "form",
        "tier": "notice",
        "confidence": rule.confidence,
        "title": rule.title.get(lang),
        "why": rule.why.get(lang),
        "basis": basis.collect::<Vec<Value>>(),
        "instead": rule.instead.get(lang),
        "hits": texts(&rule.hits),
        "misses": texts(&rule.misses),
    })
}

/// Writes the section of the list: id and title.
pub(super) fn write_form_list(
    out: &mut impl Write,
    rules: &[FormRule],
    width: usize,
    lang: Lang,
) -> io::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} (form) {}", pick(lang, "形式", "Form"), rules.len())?;
    for rule in rules {
        writeln!(out, "  {:width$}  {}", rule.id, rule.title.get(lang))?;
    }
    Ok(())
}

/// Writes the section of docs/rules.md.
pub(super) fn write_form_markdown(
    out: &mut impl Write,
    rules: &[FormRule],
    settings: &Settings,
) -> io::Result<()> {
    let lang = settings.lang;
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {} `form`\n", pick(lang, "形式", "Form"))?;
    writeln!(out, "{}", of_form(lang))?;
    for rule in rules {
        writeln!(out, "\n### {}\n", rule.id)?;
        let sureness = words::confidence(rule.confidence, lang);
        writeln!(out, "{} · {sureness}\n", rule.title.get(lang))?;
        writeln!(out, "**{}** {}\n", pick(lang, "缘由", "Why"), rule.why.get(lang))?;
        writeln!(out, "**{}**\n", pick(lang, "依据", "Law"))?;
        for line in law_lines(&rule.basis, settings) {
            writeln!(out, "- {}", markdown(&line))?;
        }
        for (name, examples) in [
            (pick(lang, "应当发现", "Finds"), &rule.hits),
            (pick(lang, "应当放过", "Leaves alone"), &rule.misses),
        ] {
            if examples.is_empty() {
                continue;
            }
            writeln!(out, "\n**{name}**\n")?;
            for example in examples {
                writeln!(out, "- {}", markdown(&shown(example)))?;
            }
        }
        writeln!(
            out,
            "\n**{}** {}",
            pick(lang, "改为", "Use instead"),
            rule.instead.get(lang)
        )?;
    }
    Ok(())
}

/// An example on one line, with what the project says of it; invisible characters by number.
fn shown(example: &FormExample) -> String {
    let text = example
        .marked_text()
        .replace('\n', " / ")
        .replace('\u{200B}', "U+200B");
    let (message, record) = example.message();
    let facts = [
        message.channel.map(|channel| ("channel", id_of(channel))),
        message.creditor_kind.map(|kind| ("creditor-kind", id_of(kind))),
        record.gateway.map(|gateway| ("gateway", gateway)),
        listed("creditors", &record.creditors),
        listed("contacts", &record.contacts),
        listed("signatures", &record.signatures),
    ];
    let facts: Vec<String> = facts
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    match facts.is_empty() {
        true => text,
        false => format!("{text} ({})", facts.join(", ")),
    }
}

fn listed(name: &'static str, values: &[String]) -> Option<(&'static str, String)> {
    (!values.is_empty()).then(|| (name, values.join(" ")))
}

/// A value as records and configurations write it.
fn id_of(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(id)) => id,
        _ => String::new(),
    }
}
