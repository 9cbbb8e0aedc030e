//! What a company's folder changes: rules switched off and re-graded, wordings that are innocent there.
//!
//! In: `overlay.toml` of a layer, and the names of all files of it. Out: the rules as the company wants them, and what
//! is wrong with its folder: a file that no part of a lexicon is made of would be a rule that never warns.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Class;
use super::build::Builder;
use super::source::line_of;
use crate::error::{Sentence, say};
use crate::rule::{Rule, Tier};

/// What a company's folder changes without adding rules.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Overlay {
    /// Rules that it doesn't use.
    disable: Vec<String>,
    /// Rule id → tier.
    regrade: BTreeMap<String, Tier>,
    /// Rule id, or `*` for all → wordings that are innocent here.
    allow: BTreeMap<String, Vec<String>>,
    /// Words for jieba's dictionary.
    pub(super) words: Vec<String>,
}

/// The file that holds it.
const FILE: &str = "overlay.toml";

impl Builder<'_> {
    /// Reports the files of a layer that nothing reads.
    pub(super) fn look_for_strangers(&mut self) {
        let layers = self.layers.clone();
        for (number, layer) in layers.into_iter().enumerate() {
            for path in layer.strangers(number > 0) {
                self.problem(&path, None, stranger());
            }
        }
    }

    pub(super) fn load_overlay(&mut self) -> Overlay {
        let mut overlay = Overlay::default();
        for (file, text) in self.files(FILE) {
            overlay = self.parse(file, text).unwrap_or_default();
        }
        overlay
    }

    /// Switches off and re-grades rules.
    pub(super) fn apply(&mut self, overlay: &Overlay, rules: &mut Vec<(String, Rule)>) {
        let named = overlay.disable.iter().chain(overlay.regrade.keys());
        let mut unknown: Vec<&String> = named
            .chain(overlay.allow.keys())
            .filter(|id| *id != "*" && !rules.iter().any(|(_, rule)| rule.id == **id))
            .collect();
        unknown.sort();
        unknown.dedup();
        for id in unknown {
            let reason = say!(
                "没有规则 {id}；用 `dunlint rules` 可列出全部规则",
                "no rule {id}; `dunlint rules` lists them"
            );
            self.overlay_problem(id, reason);
        }
        let is_blank = |wording: &String| wording.trim().is_empty();
        for (id, _) in overlay
            .allow
            .iter()
            .filter(|(_, wordings)| wordings.iter().any(is_blank))
        {
            let reason = say!(
                "{id} 的 `allow` 里有空白的说法；请写出字词或删去",
                "a wording allowed for {id} is blank: write it or take it away"
            );
            self.overlay_problem(id, reason);
        }
        for (id, _) in overlay.regrade.iter().filter(|(_, tier)| **tier == Tier::Clean) {
            let reason = say!(
                "规则 {id} 不能改级为 clean；要停用它，请写进 `disable`",
                "rule {id} can't be re-graded to clean: name it under `disable` to switch it off"
            );
            self.overlay_problem(id, reason);
        }
        let is_disabled = |(_, rule): &(String, Rule)| overlay.disable.contains(&rule.id);
        let bundled = rules.iter().take(self.first_own_rule);
        self.first_own_rule -= bundled.filter(|rule| is_disabled(rule)).count();
        rules.retain(|rule| !is_disabled(rule));
        for (_, rule) in rules {
            if let Some(&tier) = overlay.regrade.get(&rule.id).filter(|tier| **tier != Tier::Clean) {
                rule.tier = tier;
            }
        }
    }

    fn overlay_problem(&mut self, id: &str, reason: Sentence) {
        let text = self.files(FILE).first().map(|(_, text)| *text);
        let line = text.and_then(|text| line_of(text, id));
        self.problem(FILE, line, reason);
    }

    pub(super) fn compile_allowances(&mut self, overlay: &Overlay, rules: &[(String, Rule)]) {
        for (index, (_, rule)) in rules.iter().enumerate() {
            for id in [rule.id.as_str(), "*"] {
                let wordings = overlay.allow.get(id).map(|wordings| wordings.join("\n"));
                self.add_allowance(index, &rule.id, FILE, &wordings.unwrap_or_default());
            }
        }
    }

    pub(super) fn add_allowance(&mut self, rule: usize, id: &str, file: &str, wordings: &str) {
        if wordings.trim().is_empty() {
            return;
        }
        let class = self.add_class(Class {
            name: format!("allow:{id}"),
            is_common: true,
            at_words: false,
            has_sound: false,
            allows: Some(rule),
            term_count: 0,
        });
        let text = self.text_of(file);
        self.add_terms(class, file, text, wordings);
    }
}

/// Why a file is refused.
fn stranger() -> Sentence {
    say!(
        "这个文件不会被读取：本单位的文件夹只放 rules、classes、cues 下的 .toml 文件，terms 下的 .txt 词表，folds 下与自带文件\
         同名的折叠表，以及 overlay.toml；请移到该在的位置或删去",
        "nothing reads this file: a company's folder holds .toml files in rules, classes and cues, .txt lists in terms, \
         the bundled lists by their names in folds, and overlay.toml"
    )
}
