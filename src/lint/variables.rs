//! What a variable of a template may carry.
//!
//! In: `lexicons/lint/variables.toml`, a project's own declarations, the name of a variable and the words around it. Out: its
//! [`VariableKind`] and the values that a template is judged with. Data decides: kinds, names and samples stand in the
//! file, this module only matches. It finds no placeholders: [`template`](super::template) does.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::rule::Bilingual;

/// What a variable carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableKind {
    /// The debtor's name.
    Name,
    /// 先生, 女士.
    Honorific,
    /// Who writes or lends.
    Institution,
    /// Money.
    Sum,
    /// Days, as of an arrear.
    Days,
    /// Instalments and other counts.
    Count,
    /// A date.
    Date,
    /// An hour.
    Time,
    /// The last digits of a card.
    LastDigits,
    /// Numbers of contracts, cases, orders.
    Code,
    /// A number to call.
    Phone,
    /// A link.
    Url,
    /// Where somebody lives.
    Address,
    /// Where somebody works or learns.
    Employer,
    /// A whole identity card or bank card number.
    IdNumber,
    /// Somebody who isn't the debtor.
    Relative,
    /// Anything that somebody writes.
    FreeText,
}

/// What is known of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindData {
    /// What people call it.
    pub title: Bilingual,
    #[serde(deserialize_with = "terms")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    before: Vec<String>,
    #[serde(default, deserialize_with = "terms")]
    after: Vec<String>,
    /// Values to judge with.
    pub samples: Vec<String>,
    /// Characters of the longest usual value.
    pub longest: usize,
}

/// What stands in a template for a variable of which nothing is known.
pub const UNKNOWN_SAMPLE: &str = "某";

/// Characters of the longest usual value of such a variable: those of a name or a sum.
pub const UNKNOWN_LONGEST: usize = 10;

fn terms<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}

static KINDS: LazyLock<IndexMap<VariableKind, KindData>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../lexicons/lint/variables.toml"))
        .expect("the bundled kinds are read by a test")
});

impl VariableKind {
    /// What is known of the kind.
    pub fn data(self) -> &'static KindData {
        &KINDS[&self]
    }

    /// The id in the configuration.
    pub fn id(self) -> &'static str {
        match self {
            VariableKind::Name => "name",
            VariableKind::Honorific => "honorific",
            VariableKind::Institution => "institution",
            VariableKind::Sum => "sum",
            VariableKind::Days => "days",
            VariableKind::Count => "count",
            VariableKind::Date => "date",
            VariableKind::Time => "time",
            VariableKind::LastDigits => "last-digits",
            VariableKind::Code => "code",
            VariableKind::Phone => "phone",
            VariableKind::Url => "url",
            VariableKind::Address => "address",
            VariableKind::Employer => "employer",
            VariableKind::IdNumber => "id-number",
            VariableKind::Relative => "relative",
            VariableKind::FreeText => "free-text",
        }
    }

    /// The kind that a name tells: the longest term in it decides, of equally long ones the later in the name, as
    /// the last word of 联系人电话 and contact_phone says what it is.
    pub fn of_name(name: &str) -> Option<Self> {
        let words = words_of(name);
        let mut best: Option<((usize, usize), Self)> = None;
        for (&kind, data) in KINDS.iter() {
            for term in &data.names {
                let found = match term.is_ascii() {
                    true => place_of_words(&words, term).map(|place| (place, term.len())),
                    // Han terms tell more in a character than Latin ones.
                    false => name.rfind(term.as_str()).map(|at| (at + term.len(), term.len())),
                };
                let Some((place, length)) = found else { continue };
                let is_better = best.is_none_or(|(known, _)| (length, place) > known);
                if is_better {
                    best = Some(((length, place), kind));
                }
            }
        }
        best.map(|(_, kind)| kind)
    }

    /// The kind that the words around a variable tell.
    pub fn of_surroundings(before: &str, after: &str) -> Option<Self> {
        let length = |terms: &[String], is_there: &dyn Fn(&str) -> bool| {
            let lengths = terms.iter().filter(|term| is_there(term)).map(String::len);
            lengths.max().unwrap_or(0)
        };
        let told = KINDS.iter().map(|(&kind, data)| {
            let told = length(&data.before, &|term| before.ends_with(term));
            (told + length(&data.after, &|term| after.starts_with(term)), kind)
        });
        let told = told.filter(|&(length, _)| length > 0);
        // Of equal ones the first in the file.
        told.rev().max_by_key(|&(length, _)| length).map(|(_, kind)| kind)
    }
}

/// The Latin words of a name, in lower case: `overdueDays`, `overdue_days` and `OVERDUE-DAYS` have the same.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was = ' ';
    for character in name.chars() {
        let is_start = !was.is_ascii_alphanumeric()
            || (was.is_ascii_lowercase() && character.is_ascii_uppercase())
            || (was.is_ascii_digit() && character.is_ascii_alphabetic());
        if character.is_ascii_alphanumeric() {
            if is_start {
                words.push(String::new());
            }
            let word = words.last_mut().expect("the first letter starts a word");
            word.push(character.to_ascii_lowercase());
        }
        was = character;
    }
    words
}

/// Behind which word of a name the words of a term end, if they stand there in a row.
fn place_of_words(words: &[String], term: &str) -> Option<usize> {
    let term: Vec<&str> = term.split('_').collect();
    let mut windows = words.windows(term.len());
    let at = windows.rposition(|window| window.iter().zip(&term).all(|(word, part)| word == part));
    // `customername`, run together.
    let joined = || (words.len() == 1 && words[0] == term.concat()).then_some(0);
    at.or_else(joined).map(|at| at + term.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_data_under_its_id() {
        for (kind, data) in KINDS.iter() {
            let read: VariableKind = serde_json::from_value(kind.id().into()).unwrap();
            assert_eq!(read, *kind);
            assert!(!data.samples.is_empty() && data.longest > 0, "{}", kind.id());
        }
        assert_eq!(KINDS.len(), 17);
    }

    #[test]
    fn names_tell_kinds() {
        use VariableKind::*;
        for (name, expected) in [
            ("客户姓名", Some(Name)),
            ("customerName", Some(Name)),
            ("user.name", Some(Name)),
            ("CUST_NAME", Some(Name)),
            ("逾期金额", Some(Sum)),
            ("overdueAmount", Some(Sum)),
            ("overdue_days", Some(Days)),
            ("逾期天数", Some(Days)),
            ("最后还款日", Some(Date)),
            ("联系人姓名", Some(Relative)),
            ("emergencyContact", Some(Relative)),
            ("紧急联系人电话", Some(Relative)),
            ("客服电话", Some(Phone)),
            ("身份证号", Some(IdNumber)),
            ("卡号后四位", Some(LastDigits)),
            ("cardNo", Some(IdNumber)),
            ("还款链接", Some(Url)),
            ("备注", Some(FreeText)),
            ("custom_content", Some(FreeText)),
            ("companyName", Some(Institution)),
            ("0", None),
            ("x", None),
            ("微笑", None),
        ] {
            assert_eq!(VariableKind::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn surroundings_tell_kinds_where_names_do_not() {
        use VariableKind::*;
        for (before, after, expected) in [
            ("尊敬的", "先生", Some(Name)),
            ("您已逾期", "天", Some(Days)),
            ("欠款", "元", Some(Sum)),
            ("尾号", "的账单", Some(LastDigits)),
            ("请致电", "。", Some(Phone)),
            ("请在", "前还款", Some(Date)),
            ("请点击", "", Some(Url)),
            ("其中", "与", None),
        ] {
            assert_eq!(
                VariableKind::of_surroundings(before, after),
                expected,
                "{before}_{after}"
            );
        }
    }
}
