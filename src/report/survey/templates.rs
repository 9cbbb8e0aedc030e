//! The templates of a run as its reports list them.
//!
//! In: [`Found`]. Out: [`TemplateFigures`] of the worst with findings. Promise: bounded, and no value of a personal kind
//! unmasked if the settings mask. Lawful templates are counted, not listed: there is nothing to do about them.

use std::cmp::Reverse;

use crate::report::Settings;
use crate::report::mask::{masked_text, without_digits};
use crate::report::survey::{SlotFigures, TemplateFigures, Totals, cut};
use crate::rule::Tier;
use crate::screen::skeleton::{Found, RankedSlot, RankedValue, SlotKind, Template};

/// Templates that are listed: more than anybody goes through.
pub(super) const MOST_TEMPLATES: usize = 200;

/// Characters of a wording that are shown: as of a message.
const MOST_CHARACTERS: usize = 2_000;

/// Slots of a template that are listed, and values of a slot.
const MOST_SLOTS: usize = 12;
const MOST_VALUES: usize = 8;

/// Characters of a value that are shown.
const MOST_VALUE_CHARACTERS: usize = 60;

/// The worst templates with findings, in the order of their rank.
pub(super) fn listed(found: &Found, settings: &Settings) -> Vec<TemplateFigures> {
    let flagged = found
        .templates
        .iter()
        .filter(|template| template.tier > Tier::Clean);
    flagged
        .take(MOST_TEMPLATES)
        .map(|template| figures(template, settings))
        .collect()
}

/// Counts all templates.
pub(super) fn count(found: &Found, totals: &mut Totals) {
    let flagged = found
        .templates
        .iter()
        .filter(|template| template.tier > Tier::Clean);
    totals.templates = found.templates.len() as u64;
    totals.flagged_templates = flagged.count() as u64;
}

fn figures(template: &Template, settings: &Settings) -> TemplateFigures {
    let text = template.text(settings.lang);
    let text = match settings.masks {
        true => masked_text(&text, &[]).into_owned(),
        false => text,
    };
    let rules = template.rules.iter().filter_map(|&rule| settings.rules.get(rule));
    TemplateFigures {
        id: template.id.to_string(),
        skeleton: cut(&text, MOST_CHARACTERS),
        messages: template.messages,
        flagged: template.tiers[1..].iter().sum(),
        agencies: template.agencies.len() as u64,
        tier: template.tier,
        categories: template.categories.clone(),
        rules: rules.map(|rule| rule.id.clone()).collect(),
        slots: template
            .slots
            .iter()
            .take(MOST_SLOTS)
            .map(|slot| slot_figures(slot, settings))
            .collect(),
    }
}

fn slot_figures(slot: &RankedSlot, settings: &Settings) -> SlotFigures {
    // Values that look the same when masked are one.
    let mut values: Vec<(String, u64)> = Vec::new();
    for value in &slot.values {
        let shown = cut(&shown(value, settings.masks), MOST_VALUE_CHARACTERS);
        match values.iter_mut().find(|(same, _)| *same == shown) {
            Some((_, messages)) => *messages += value.messages,
            None => values.push((shown, value.messages)),
        }
    }
    values.sort_by_key(|(_, messages)| Reverse(*messages));
    values.truncate(MOST_VALUES);
    SlotFigures {
        kind: slot.kind.title(settings.lang),
        distinct: slot.values.len() as u64,
        values,
    }
}

/// A value as it may be shown.
fn shown(value: &RankedValue, masks: bool) -> String {
    let RankedValue { value, kind, .. } = value;
    if !masks {
        return value.clone();
    }
    let masked = masked_text(value, &[value]).into_owned();
    if masked != *value || !kind.is_personal() {
        return masked;
    }
    match kind {
        // A name that isn't written in Han characters only.
        SlotKind::Name => value
            .chars()
            .take(1)
            .chain(value.chars().skip(1).map(|_| '＊'))
            .collect(),
        SlotKind::IdNumber | SlotKind::BankCard => without_digits(value),
        // A hotline identifies nobody.
        _ => masked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_personal_kinds_are_masked() {
        for (kind, value, expected) in [
            (SlotKind::Name, "张伟", "张＊"),
            (SlotKind::Name, "张伟先生", "张＊＊＊"),
            (SlotKind::Name, "迪丽·热巴", "迪＊＊＊＊"),
            (SlotKind::Name, "john", "j＊＊＊"),
            (SlotKind::Phone, "13800138000", "138****8000"),
            (SlotKind::Phone, "4008001234", "4008001234"),
            (SlotKind::IdNumber, "110105194912310021", "110***********0021"),
            (SlotKind::BankCard, "12345678", "********"),
            (SlotKind::Number, "13800138000", "138****8000"),
            (SlotKind::Amount, "5000.00", "5000.00"),
            (SlotKind::Signature, "【甲公司】", "【甲公司】"),
        ] {
            let ranked = RankedValue {
                value: value.to_owned(),
                kind,
                messages: 1,
                error: 0,
            };
            assert_eq!(shown(&ranked, true), expected);
            assert_eq!(shown(&ranked, false), value);
        }
    }
}
