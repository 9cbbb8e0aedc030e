//! `dunlint rules`: the list of rules, or of clauses with their rules.

use std::io::Write;

use dunlint::Result;
use dunlint::lint::form;
use dunlint::report::{Settings, reference};
use dunlint::rule::{Category, Rule, Tier};
use serde_json::Value;

use super::{Color, Context, LexiconArguments, Outcome, category_value, tier_value, unwritten};

/// What `rules` is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only rules of this category
    #[arg(long, value_parser = category_value())]
    category: Option<Category>,
    /// Only rules of this tier
    #[arg(long, value_parser = tier_value())]
    tier: Option<Tier>,
    /// List the clauses with the rules that cite them, clauses without a rule too
    #[arg(long)]
    by_clause: bool,
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
    Markdown,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, context: &mut Context) -> Result<Outcome> {
    let lexicon = arguments.lexicon.load()?;
    let lang = match arguments.format {
        Format::Human => context.lang,
        Format::Json | Format::Markdown => context.machine_lang,
    };
    let settings = Settings::new(lexicon, lang);
    let is_asked = |rule: &&Rule| {
        arguments
            .category
            .is_none_or(|category| rule.category == category)
            && arguments.tier.is_none_or(|tier| rule.tier == tier)
    };
    let rules: Vec<&Rule> = lexicon.rules().iter().filter(is_asked).collect();
    // Of some rules, only the clauses that they are about: the others would look like clauses without a rule.
    let is_filtered = arguments.category.is_some() || arguments.tier.is_some();
    let form = match is_filtered {
        // They have neither category nor tier.
        true => &[],
        false => form::rules(),
    };
    let width = context.terminal(Color::Never).width;
    let out = &mut context.out;
    match (arguments.format, arguments.by_clause) {
        (Format::Human, false) => reference::write_list(out, &rules, form, lang),
        (Format::Human, true) => reference::write_clauses(out, &rules, form, &settings, is_filtered, width),
        (Format::Markdown, false) => reference::write_markdown(out, &rules, form, &settings),
        (Format::Markdown, true) => {
            reference::write_clauses_markdown(out, &rules, form, &settings, is_filtered)
        }
        (Format::Json, true) => writeln!(out, "{:#}", reference::clauses_json(&rules, form, &settings)),
        (Format::Json, false) => {
            let rules = rules.iter().map(|rule| reference::rule_json(rule, &settings));
            let form = form.iter().map(|rule| reference::form_rule_json(rule, &settings));
            let rules = rules.chain(form);
            writeln!(out, "{:#}", Value::Array(rules.collect()))
        }
    }
    .map_err(unwritten)?;
    Ok(Outcome::Done)
}
