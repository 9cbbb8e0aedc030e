//! Rules and laws → the rule reference.
//!
//! In: the rules and laws of a lexicon. Out: one rule in full, the list of rules, the table of clauses with the
//! rules that cite them; for people, as JSON, as Markdown (docs/rules.md). All from the same records, so that
//! they can't disagree. It shows every clause that a rule may cite, whatever its date; a finding cites those in force.

mod form;

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::lexicon::Laws;
use crate::lexicon::laws::{Clause, Instrument, ShownBy};
use crate::lint::form::FormRule;
use crate::report::Settings;
use crate::report::visible::{columns, wrap};
use crate::report::words::{self, colon, pick};
use crate::rule::{Category, Lang, Rule, Tier};
pub use form::{form_rule_json, write_form_rule};

/// Writes a rule in full for a person.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_rule(out: &mut impl Write, rule: &Rule, settings: &Settings) -> io::Result<()> {
    let lang = settings.lang;
    let label = |zh, en| format!("{}{}", pick(lang, zh, en), colon(lang));
    writeln!(out, "{}  {}", rule.id, rule.title.get(lang))?;
    writeln!(
        out,
        "{}{} ({})  {}{} ({})  {}",
        label("类别", "category"),
        rule.category.title(lang),
        rule.category.id(),
        label("级别", "tier"),
        rule.tier.title(lang),
        rule.tier.id(),
        words::confidence(rule.confidence, lang),
    )?;
    writeln!(
        out,
        "\n{}\n  {}",
        label("危害", "why it is bad"),
        rule.why.get(lang)
    )?;
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
    let readings: Vec<&str> = rule
        .readings
        .iter()
        .map(|&one| words::reading(one, lang))
        .collect();
    if !readings.is_empty() {
        let readings = readings.join(words::list_separator(lang));
        writeln!(
            out,
            "\n{}{readings}",
            label("除原形外的读法", "readings besides the plain one")
        )?;
    }
    writeln!(out, "\n{}", label("应当发现", "finds"))?;
    for example in &rule.hits {
        writeln!(out, "  {}", example.marked_text().replace('\n', " / "))?;
    }
    writeln!(out, "\n{}", label("应当放过", "leaves alone"))?;
    for example in &rule.misses {
        writeln!(out, "  {}", example.marked_text().replace('\n', " / "))?;
    }
    Ok(())
}

/// A rule as JSON, texts in the settings' language.
pub fn rule_json(rule: &Rule, settings: &Settings) -> Value {
    let lang = settings.lang;
    let grounds =
        grounds(&rule.basis, settings.laws).map(|(instrument, clause)| clause_json(instrument, clause, lang));
    let texts = |examples: &[crate::rule::Example]| -> Vec<String> {
        examples
            .iter()
            .map(|example| example.marked_text().to_owned())
            .collect()
    };
    json!({
        "id": rule.id,
        "category": rule.category,
        "tier": rule.tier,
        "confidence": rule.confidence,
        "title": rule.title.get(lang),
        "why": rule.why.get(lang),
        "basis": grounds.collect::<Vec<Value>>(),
        "instead": rule.instead.get(lang),
        "readings": rule.readings,
        "hits": texts(&rule.hits),
        "misses": texts(&rule.misses),
    })
}

/// Writes the list of rules for a person: id, tier, title, under their categories; those of form at the end.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_list(out: &mut impl Write, rules: &[&Rule], form: &[FormRule], lang: Lang) -> io::Result<()> {
    let ids = rules.iter().map(|rule| rule.id.len());
    let width = ids
        .chain(form.iter().map(|rule| rule.id.len()))
        .max()
        .unwrap_or(0);
    for category in Category::ALL {
        let own: Vec<_> = rules.iter().filter(|rule| rule.category == category).collect();
        if own.is_empty() {
            continue;
        }
        writeln!(out, "{} ({}) {}", category.title(lang), category.id(), own.len())?;
        for rule in own {
            writeln!(
                out,
                "  {:width$}  {}  {}",
                rule.id,
                padded_tier(rule.tier, lang),
                rule.title.get(lang)
            )?;
        }
    }
    form::write_form_list(out, form, width, lang)?;
    let count = rules.len() + form.len();
    match lang {
        Lang::Zh => writeln!(out, "共 {count} 条规则"),
        Lang::En => writeln!(out, "{count} rules"),
    }
}

/// Writes the rule reference as Markdown: docs/rules.md.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_markdown(
    out: &mut impl Write,
    rules: &[&Rule],
    form: &[FormRule],
    settings: &Settings,
) -> io::Result<()> {
    let lang = settings.lang;
    writeln!(out, "# {}\n", pick(lang, "规则", "Rules"))?;
    let note = pick(
        lang,
        "由 `dunlint rules --format markdown` 按 lexicons/rules 和 lexicons/lint/form.toml 生成，请勿手工修改。",
        "Generated from lexicons/rules and lexicons/lint/form.toml by `dunlint rules --format markdown`; don't edit.",
    );
    writeln!(out, "{note}")?;
    for category in Category::ALL {
        let own: Vec<_> = rules.iter().filter(|rule| rule.category == category).collect();
        if !own.is_empty() {
            writeln!(out, "\n## {} `{}`", category.title(lang), category.id())?;
        }
        for rule in own {
            writeln!(out, "\n### {}\n", rule.id)?;
            let sureness = words::confidence(rule.confidence, lang);
            writeln!(
                out,
                "{} · {} · {sureness}\n",
                rule.title.get(lang),
                rule.tier.title(lang)
            )?;
            writeln!(
                out,
                "**{}** {}\n",
                pick(lang, "危害", "Why it is bad"),
                rule.why.get(lang)
            )?;
            writeln!(out, "**{}**\n", pick(lang, "依据", "Law"))?;
            for line in law_lines(&rule.basis, settings) {
                writeln!(out, "- {}", markdown(&line))?;
            }
            for (name, examples) in [
                (pick(lang, "应当发现", "Finds"), &rule.hits),
                (pick(lang, "应当放过", "Leaves alone"), &rule.misses),
            ] {
                writeln!(out, "\n**{name}**\n")?;
                for example in examples {
                    let text = example.marked_text().replace('\n', " / ");
                    writeln!(out, "- {}", markdown(&text))?;
                }
            }
            writeln!(
                out,
                "\n**{}** {}",
                pick(lang, "改为", "Use instead"),
                rule.instead.get(lang)
            )?;
        }
    }
    form::write_form_markdown(out, form, settings)
}

/// Writes each clause with the rules that cite it, clauses without a rule too, for a person; wrapped to `width` columns.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_clauses(
    out: &mut impl Write,
    rules: &[&Rule],
    form: &[FormRule],
    settings: &Settings,
    only_covered: bool,
    width: usize,
) -> io::Result<()> {
    let lang = settings.lang;
    let width = width.clamp(40, 160);
    let (mut covered, mut all) = (0, 0);
    for instrument in &settings.laws.instruments {
        let clauses = shown_clauses(instrument, rules, form, settings, only_covered);
        if only_covered && clauses.is_empty() {
            continue;
        }
        let (id, title) = (&instrument.id, instrument.title.get(lang));
        write_wrapped(
            out,
            &format!("{id}  {title}{}", in_force(instrument, lang)),
            "",
            width,
        )?;
        for (clause, citing) in clauses {
            all += 1;
            covered += usize::from(!citing.is_empty());
            let number = clause.printable_number().unwrap_or("–");
            write_wrapped(out, &format!("{number}  {}", clause.about.get(lang)), "  ", width)?;
            let citing = rules_or_why(&citing, clause, lang);
            write_wrapped(out, &citing, "    ", width)?;
        }
    }
    match lang {
        Lang::Zh => writeln!(out, "{all} 条款中 {covered} 条有规则"),
        Lang::En => writeln!(out, "{covered} of {all} clauses have a rule"),
    }
}

/// The rules that cite a clause, or why none does.
fn rules_or_why(citing: &[impl AsRef<str>], clause: &Clause, lang: Lang) -> String {
    if !citing.is_empty() {
        let citing: Vec<&str> = citing.iter().map(AsRef::as_ref).collect();
        return citing.join(words::list_separator(lang));
    }
    let (zh, en) = match clause.shown_by {
        Some(ShownBy::Record) => (
            "没有规则：措辞看不出，要看由谁发给谁、有无同意和留存的记录",
            "no rule: not the wording but the record shows it: who sent it to whom, consent, files",
        ),
        Some(ShownBy::Case) => (
            "没有规则：要看同一案件的多条消息",
            "no rule: only several messages of a case show it",
        ),
        Some(ShownBy::Facts) => (
            "没有规则：取决于消息之外的事实（情节、数量、后果、意图）",
            "no rule: it takes facts outside the messages (circumstances, counts, consequences, intent)",
        ),
        Some(ShownBy::Form) => (
            "没有规则：属于模板的要素和格式",
            "no rule: a matter of a template's elements and form",
        ),
        Some(ShownBy::Background) => (
            "没有规则：供其他规则对照的背景（法院职权、法律允许的做法）",
            "no rule: background for the rules (what courts do, what the law permits)",
        ),
        None => ("没有规则", "no rule"),
    };
    match lang {
        Lang::Zh => format!("（{zh}）"),
        Lang::En => format!("({en})"),
    }
}

/// Writes a paragraph, every line of it behind `indent`.
fn write_wrapped(out: &mut impl Write, text: &str, indent: &str, width: usize) -> io::Result<()> {
    for line in wrap(text, width - columns(indent)) {
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}

/// The clauses with their rules as Markdown.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_clauses_markdown(
    out: &mut impl Write,
    rules: &[&Rule],
    form: &[FormRule],
    settings: &Settings,
    only_covered: bool,
) -> io::Result<()> {
    let lang = settings.lang;
    writeln!(out, "# {}", pick(lang, "条款与规则", "Clauses and rules"))?;
    for instrument in &settings.laws.instruments {
        let clauses = shown_clauses(instrument, rules, form, settings, only_covered);
        if only_covered && clauses.is_empty() {
            continue;
        }
        let title = markdown(instrument.title.get(lang));
        writeln!(
            out,
            "\n## {} {title}{}\n",
            instrument.id,
            in_force(instrument, lang)
        )?;
        for (clause, citing) in clauses {
            let citing: Vec<String> = citing.iter().map(|id| format!("`{id}`")).collect();
            let citing = rules_or_why(&citing, clause, lang);
            let number = clause.printable_number().unwrap_or("–");
            writeln!(
                out,
                "- {number} {}{}{citing}",
                markdown(clause.about.get(lang)),
                colon(lang)
            )?;
        }
    }
    Ok(())
}

/// The clauses with their rules as JSON.
pub fn clauses_json(rules: &[&Rule], form: &[FormRule], settings: &Settings) -> Value {
    let instruments = settings.laws.instruments.iter();
    let clauses = instruments.flat_map(|instrument| {
        clauses_of(instrument, settings.laws).map(move |clause| {
            let mut value = clause_json(instrument, clause, settings.lang);
            value["rules"] = json!(citing(clause, rules, form));
            value["shown_by"] = json!(clause.shown_by);
            value
        })
    });
    Value::Array(clauses.collect())
}

/// What a rule cites, a line a clause; or that no law stands behind it.
fn law_lines(basis: &[String], settings: &Settings) -> Vec<String> {
    let lang = settings.lang;
    let clauses = grounds(basis, settings.laws);
    let mut lines: Vec<String> = clauses
        .map(|(instrument, clause)| ground_sentence(instrument, clause, lang))
        .collect();
    if lines.is_empty() {
        let none = pick(
            lang,
            "没有法律条款：属于行业惯例、网关的合同条款或者技术限制",
            "no law: custom, terms of gateways' contracts or technical limits",
        );
        lines.push(none.to_owned());
    }
    lines
}

/// The clauses under the keys that a rule may cite with their instruments, in the rule's order.
fn grounds<'l>(basis: &'l [String], laws: &'l Laws) -> impl Iterator<Item = (&'l Instrument, &'l Clause)> {
    let clauses = basis
        .iter()
        .flat_map(|key| laws.clauses.iter().filter(move |clause| clause.key == *key));
    clauses.filter_map(|clause| Some((laws.instrument(&clause.instrument)?, clause)))
}

fn clauses_of<'l>(instrument: &'l Instrument, laws: &'l Laws) -> impl Iterator<Item = &'l Clause> {
    laws.clauses
        .iter()
        .filter(|clause| clause.instrument == instrument.id)
}

/// The clauses of an instrument with the rules that cite them; only those that some rule cites, if asked for.
fn shown_clauses<'l>(
    instrument: &'l Instrument,
    rules: &[&'l Rule],
    form: &'l [FormRule],
    settings: &Settings<'l>,
    only_covered: bool,
) -> Vec<(&'l Clause, Vec<&'l str>)> {
    let clauses = clauses_of(instrument, settings.laws).map(|clause| (clause, citing(clause, rules, form)));
    clauses
        .filter(|(_, citing)| !only_covered || !citing.is_empty())
        .collect()
}

fn citing<'r>(clause: &Clause, rules: &[&'r Rule], form: &'r [FormRule]) -> Vec<&'r str> {
    let rules = rules.iter().map(|rule| (&rule.id, &rule.basis));
    let rules = rules.chain(form.iter().map(|rule| (&rule.id, &rule.basis)));
    let citing = rules.filter(|(_, basis)| basis.contains(&clause.key));
    citing.map(|(id, _)| id.as_str()).collect()
}

fn clause_json(instrument: &Instrument, clause: &Clause, lang: Lang) -> Value {
    json!({
        "id": instrument.id,
        "title": instrument.title.get(lang),
        "clause": clause.printable_number(),
        "verb": clause.verb.unwrap_or(instrument.verb),
        "about": clause.about.get(lang),
        "from": instrument.from,
        "until": instrument.until,
        "creditors": instrument.creditors,
        "regions": instrument.regions,
    })
}

fn ground_sentence(instrument: &Instrument, clause: &Clause, lang: Lang) -> String {
    let verb = words::verb(clause.verb.unwrap_or(instrument.verb), lang);
    let gap = pick(lang, "", " ");
    let number = clause
        .printable_number()
        .map(|number| format!("{gap}{number}"))
        .unwrap_or_default();
    let title = instrument.title.get(lang);
    let about = clause.about.get(lang);
    format!(
        "{verb}{gap}{title}{number}{}{}{about}",
        in_force(instrument, lang),
        colon(lang)
    )
}

fn in_force(instrument: &Instrument, lang: Lang) -> String {
    match (instrument.from, instrument.until, lang) {
        (None, None, _) => String::new(),
        (Some(from), None, Lang::Zh) => format!("（{from} 起）"),
        (None, Some(until), Lang::Zh) => format!("（至 {until}）"),
        (Some(from), Some(until), Lang::Zh) => format!("（{from} 至 {until}）"),
        (Some(from), None, Lang::En) => format!(" (from {from})"),
        (None, Some(until), Lang::En) => format!(" (until {until})"),
        (Some(from), Some(until), Lang::En) => format!(" ({from} to {until})"),
    }
}

fn padded_tier(tier: Tier, lang: Lang) -> String {
    match lang {
        // All titles of findings' tiers are two characters wide in Chinese.
        Lang::Zh => tier.title(lang).to_owned(),
        Lang::En => format!("{:7}", tier.title(lang)),
    }
}

/// Escapes what Markdown would read as markup.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '$'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::{settings, small_lexicon};

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_rule_shows_law_examples_and_wording() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::Zh);
        let shown = written(|out| write_rule(out, &rules[0], &settings));
        for part in [
            "threat-violence  以暴力相威胁",
            "违反《治安管理处罚法》（2025）第五十条第一款第（一）项（2026-01-01 起）：威胁人身安全",
            "不符合GB/T 45251：不得威胁",
            "再不还钱⟦打断你的腿⟧",
            "打断你的话",
            "请您尽快还款。",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert_eq!(rule_json(&rules[0], &settings)["basis"][2]["clause"], Value::Null);
    }

    #[test]
    fn clauses_without_a_rule_are_shown() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::En);
        let insults: Vec<&Rule> = rules.iter().skip(1).collect();
        let shown = written(|out| write_clauses(out, &insults, &[], &settings, false, 80));
        let narrow = written(|out| write_clauses(out, &insults, &[], &settings, false, 40));
        assert!(narrow.lines().all(|line| columns(line) <= 40), "{narrow}");
        assert!(shown.contains("0 of 3 clauses have a rule"), "{shown}");
        assert_eq!(shown.matches("(no rule)").count(), 3);
        let all: Vec<&Rule> = rules.iter().collect();
        assert_eq!(
            clauses_json(&all, &[], &settings)[0]["rules"],
            json!(["threat-violence"])
        );
    }

    #[test]
    fn markdown_has_a_heading_for_every_rule() {
        let (rules, laws) = small_lexicon();
        let settings = settings(&rules, &laws, Lang::En);
        let all: Vec<&Rule> = rules.iter().collect();
        let shown = written(|out| write_markdown(out, &all, &[], &settings));
        assert_eq!(shown.matches("\n### ").count(), rules.len());
        assert_eq!(markdown("*a*_b_<c>"), "\\*a\\*\\_b\\_\\<c\\>");
        let list = written(|out| write_list(out, &all, &[], Lang::Zh));
        assert!(list.ends_with("共 2 条规则\n"), "{list}");
    }

    #[test]
    fn rules_of_form_have_a_section_and_count_among_clauses() {
        let lexicon = crate::Lexicon::bundled();
        let form = crate::lint::form::rules();
        let settings = Settings::new(lexicon, Lang::Zh);
        let all: Vec<&Rule> = lexicon.rules().iter().collect();
        let document = written(|out| write_markdown(out, &all, form, &settings));
        assert_eq!(document.matches("\n### ").count(), all.len() + form.len());
        let list = written(|out| write_list(out, &all, form, Lang::Zh));
        assert!(list.contains(&format!("形式 (form) {}\n", form.len())), "{list}");
        let clauses = written(|out| write_clauses(out, &all, form, &settings, false, 120));
        assert!(!clauses.contains("属于模板的要素和格式"), "{clauses}");
        for rule in form {
            let shown = written(|out| write_form_rule(out, rule, &settings));
            assert!(
                shown.contains(&rule.id) && shown.contains(&rule.instead.zh),
                "{shown}"
            );
            let says_no_law = shown.contains("没有法律条款");
            assert_eq!(says_no_law, rule.basis.is_empty(), "{shown}");
            assert_eq!(form_rule_json(rule, &settings)["category"], "form");
        }
    }
}
