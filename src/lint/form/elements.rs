//! Who writes and where to reach them; what a card issuer's letter has to say.
//!
//! In: a [`Reading`] of a message that collects, what its project says. Out: findings on the whole text. A creditor's name is
//! anything that may be one: an institution in the words, in the signature or filled in; the doubt is the writer's. It
//! doesn't know whether names and numbers are true.

use std::sync::LazyLock;

use regex::Regex;

use super::data::Word;
use super::reading::{Medium, Reading};
use super::{FormFinding, sms};
use crate::lint::config::FormFacts;
use crate::lint::variables::VariableKind;
use crate::message::{CreditorKind, Message, Role};
use crate::span::Span;

pub(super) fn check(reading: &Reading, message: &Message, facts: &FormFacts, found: &mut Vec<FormFinding>) {
    let whole = Span::new(0, reading.template.text.len());
    // Instant messages follow each other, and what was said in the first needn't be said again. To third persons less is more.
    let may_lack = matches!(reading.medium, Medium::Sms | Medium::Letter | Medium::Call)
        && message.recipient_role != Some(Role::ThirdParty);
    if may_lack && !names_creditor(reading, facts) {
        found.push(missing(
            "form-creditor-missing",
            whole,
            &facts.creditors,
            "没有出现项目写明的债权人",
            "none of the project's creditors is in it",
        ));
    }
    if may_lack && reading.medium != Medium::Call && !gives_contact(reading, facts) {
        found.push(missing(
            "form-contact-missing",
            whole,
            &facts.contacts,
            "没有出现项目写明的联系方式",
            "none of the project's contacts is in it",
        ));
    }
    if reading.medium == Medium::Letter && is_of_card_issuer(reading, message) {
        check_letter(reading, whole, found);
    }
}

/// What is missing, with what would do where the project says it.
fn missing(rule: &'static str, whole: Span, known: &[String], zh: &str, en: &str) -> FormFinding {
    let finding = FormFinding::new(rule, whole);
    match known.is_empty() {
        true => finding,
        false => finding.with(
            format!("{zh}（{}）", known.join("、")),
            format!("{en} ({})", known.join(", ")),
        ),
    }
}

fn has_kind(reading: &Reading, kinds: &[VariableKind]) -> bool {
    let mut variables = reading.template.variables.iter();
    variables.any(|variable| variable.kind.is_some_and(|kind| kinds.contains(&kind)))
}

fn says_one_of(reading: &Reading, names: &[String]) -> bool {
    let mut names = names
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty());
    names.any(|name| reading.text().contains(name))
}

fn names_creditor(reading: &Reading, facts: &FormFacts) -> bool {
    if reading.has_unknown_variable() || has_kind(reading, &[VariableKind::Institution]) {
        return true;
    }
    if !facts.creditors.is_empty() {
        return says_one_of(reading, &facts.creditors);
    }
    let signs = reading
        .signature
        .is_some_and(|signature| sms::names_institution(reading, signature));
    let mut institutions = reading.places(Word::Institution);
    signs || reading.has(Word::Brand) || institutions.any(|place| is_name(reading, place))
}

/// Whether a word for an institution ends the name of one: 安信银行, but neither 我行 nor 我公司, and no 银行卡.
fn is_name(reading: &Reading, place: Span) -> bool {
    let text = reading.text();
    let is_letter = |character: char| character.is_alphanumeric();
    let before = text[..place.start].chars().next_back();
    if !before.is_some_and(is_letter) || text[place.end..].starts_with(['卡', '账', '流', '转', '代']) {
        return false;
    }
    let is_own = |own: Span| own.end == place.start;
    !reading.places(Word::Own).any(is_own)
}

/// Numbers as they are written: with area, with gaps, short ones of services.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9０-９][0-9０-９ \-—*转]{3,}[0-9０-９]")
        .expect("the pattern is written by hand and tested")
});

/// Numbers that can only be telephones.
static TELEPHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[48]00[ \-]?[0-9]{3,4}[ \-]?[0-9]{3,4}|1[3-9][0-9]{9}|0[0-9]{2,3}[ \-][0-9]{7,8}|9[56][0-9]{3,6})$")
        .expect("the pattern is written by hand and tested")
});

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    // Letters and boundaries are ASCII's: t.cn还款 has one, and beside Han characters Unicode's take many times as long.
    Regex::new(
        r"(?i-u)https?://|www\.|[a-z0-9\-]+\.(?:com|cn|net|top|cc|vip|org|ltd|me|co|im|link)\b|@[a-z0-9\-]+\.",
    )
    .expect("the pattern is written by hand and tested")
});

fn gives_contact(reading: &Reading, facts: &FormFacts) -> bool {
    use VariableKind::{Phone, Url};
    if reading.has_unknown_variable() || has_kind(reading, &[Phone, Url]) {
        return true;
    }
    if !facts.contacts.is_empty() {
        return says_one_of(reading, &facts.contacts);
    }
    let is_telephone = |number: regex::Match| {
        let place = Span::new(number.start(), number.end());
        match reading.has_before(Word::NumberOf, place) {
            true => reading.has_before(Word::Reach, place) && TELEPHONE.is_match(number.as_str()),
            false => TELEPHONE.is_match(number.as_str()) || reading.has_before(Word::Reach, place),
        }
    };
    reading.has(Word::Contact)
        || ADDRESS.is_match(reading.text())
        || NUMBER.find_iter(reading.text()).any(is_telephone)
}

fn is_of_card_issuer(reading: &Reading, message: &Message) -> bool {
    match message.creditor_kind {
        Some(kind) => kind == CreditorKind::Card,
        None => ["信用卡", "持卡人", "贷记卡"]
            .iter()
            .any(|word| reading.text().contains(word)),
    }
}

fn check_letter(reading: &Reading, whole: Span, found: &mut Vec<FormFinding>) {
    use VariableKind::{Name, Sum};
    if reading.has_unknown_variable() {
        return;
    }
    let is_filled_in = |kind: VariableKind| has_kind(reading, &[kind]);
    let elements = [
        (
            is_filled_in(Name) || reading.has(Word::LetterHolder),
            "持卡人姓名",
            "the holder's name",
        ),
        (
            is_filled_in(Sum) || reading.has(Word::LetterBalance),
            "欠款余额",
            "the balance",
        ),
        (reading.has(Word::LetterReason), "催收事由", "the reason"),
        (reading.has(Word::LetterGround), "依据", "its legal basis"),
        (reading.has(Word::LetterRights), "权利和义务", "rights and duties"),
        (
            reading.has(Word::LetterCheck),
            "查询账户的途径",
            "how to check the account",
        ),
        (reading.has(Word::LetterPay), "还款途径", "how to pay"),
        (reading.has(Word::LetterObject), "提出异议的途径", "how to object"),
    ];
    let lacking: Vec<(&str, &str)> = elements
        .iter()
        .filter(|(is_there, ..)| !is_there)
        .map(|(_, zh, en)| (*zh, *en))
        .collect();
    if lacking.is_empty() {
        return;
    }
    let (zh, en): (Vec<&str>, Vec<&str>) = lacking.into_iter().unzip();
    found.push(FormFinding::new("form-letter-elements", whole).with(
        format!("缺少{}", zh.join("、")),
        format!("lacks {}", en.join(", ")),
    ));
}
