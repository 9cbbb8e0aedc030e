//! `dunlint explain`: a rule in full.

use std::io::Write;

use dunlint::lint::form;
use dunlint::report::{Settings, reference};
use dunlint::{Error, ErrorKind, Lexicon, Result};

use super::{Context, LexiconArguments, Outcome, unwritten};

/// What `explain` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The rule's id; without one all rules are listed
    rule: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    lexicon: LexiconArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = arguments.lexicon.load()?;
    let Some(id) = &arguments.rule else {
        let rules: Vec<_> = lexicon.rules().iter().collect();
        match arguments.format {
            Format::Human => reference::write_list(&mut context.out, &rules, form::rules(), context.lang),
            Format::Json => {
                let settings = Settings::new(lexicon, context.machine_lang);
                let form = form::rules().iter();
                let rules = rules
                    .iter()
                    .map(|rule| reference::rule_json(rule, &settings))
                    .chain(form.map(|rule| reference::form_rule_json(rule, &settings)))
                    .collect();
                writeln!(context.out, "{:#}", serde_json::Value::Array(rules))
            }
        }
        .map_err(unwritten)?;
        return Ok(Outcome::Done);
    };
    if let Some(rule) = form::rule(id) {
        let lang = match arguments.format {
            Format::Human => context.lang,
            Format::Json => context.machine_lang,
        };
        let settings = Settings::new(lexicon, lang);
        match arguments.format {
            Format::Human => reference::write_form_rule(&mut context.out, rule, &settings),
            Format::Json => writeln!(context.out, "{:#}", reference::form_rule_json(rule, &settings)),
        }
        .map_err(unwritten)?;
        return Ok(Outcome::Done);
    }
    let Some(rule) = lexicon.rule(id) else {
        let is_switched_off = Lexicon::bundled().rule(id).is_some();
        let reason = match nearest(id, lexicon) {
            _ if is_switched_off => format!(
                "{} {id}{}",
                context.pick("规则", "rule"),
                context.pick(
                    " 已由 --lexicons 的 overlay.toml 停用",
                    " is disabled by overlay.toml of --lexicons"
                )
            ),
            Some(near) => format!(
                "{} {id}{} {near}",
                context.pick("没有规则", "no rule"),
                context.pick("；是否指", "; did you mean")
            ),
            None => format!("{} {id}", context.pick("没有规则", "no rule")),
        };
        return Err(Error::said(ErrorKind::Usage, reason));
    };
    match arguments.format {
        Format::Human => reference::write_rule(&mut context.out, rule, &Settings::new(lexicon, context.lang)),
        Format::Json => {
            let rule = reference::rule_json(rule, &Settings::new(lexicon, context.machine_lang));
            writeln!(context.out, "{rule:#}")
        }
    }
    .map_err(unwritten)?;
    Ok(Outcome::Done)
}

/// The rule whose id shares the most pairs of letters with a mistyped one.
fn nearest<'l>(id: &str, lexicon: &'l Lexicon) -> Option<&'l str> {
    let ids = lexicon.rules().iter().map(|rule| rule.id.as_str());
    let ids = ids.chain(form::ids().map(|id| -> &'l str { id }));
    let (likeness, near) = ids
        .map(|own| (likeness(id, own), own))
        .max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness > 0.4).then_some(near)
}

fn likeness(one: &str, other: &str) -> f64 {
    let (one, other): (Vec<_>, Vec<_>) = (
        one.as_bytes().windows(2).collect(),
        other.as_bytes().windows(2).collect(),
    );
    let common = one.iter().filter(|pair| other.contains(pair)).count();
    2.0 * common as f64 / (one.len() + other.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_orders_typing_mistakes() {
        assert!(likeness("threat-violense", "threat-violence") > 0.8);
        assert!(likeness("violence", "threat-violence") > likeness("violence", "insult-profanity"));
        assert_eq!(likeness("", ""), 0.0);
    }
}
