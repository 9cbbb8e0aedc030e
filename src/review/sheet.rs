//! What the workbook of a sample looks like, for whoever writes and whoever reads it.
//!
//! In: columns, judgements and sheets as values. Out: their words in both languages. Promise: every word that is written
//! is understood when it comes back, in whichever language the reader of the workbook works. It opens no file.

use serde::{Deserialize, Serialize};

use crate::message::Channel;
use crate::report::words::pick;
use crate::review::sample::{AgencyGroup, StratumOf};
use crate::rule::{Category, Lang, Tier};

/// The hidden sheet that says what was drawn from what.
pub(crate) const DESIGN: &str = "design";

/// What stands in the first cell of that sheet; the number changes with its form.
pub(crate) const DESIGN_MARK: &str = "dunlint review 1";

/// Characters of the design in a cell; Excel takes 32,767 UTF-16 units, and no character has more than two.
pub(crate) const DESIGN_CHARACTERS: usize = 16_000;

/// Rows of a sheet among which the header is looked for: people put titles above tables.
pub(crate) const HEADER_ROWS: usize = 10;

/// The two sheets that are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Findings: is there what the rule says?
    Hits,
    /// Clean messages: was something overlooked?
    Clean,
}

/// What a reviewer says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The finding is real; the clean message is clean.
    Right,
    /// The finding is false; something was missed.
    Wrong,
    /// The reviewer can't tell.
    Unclear,
}

/// A column of the sheets that are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Number,
    Id,
    Channel,
    Agency,
    Rule,
    Title,
    Evidence,
    Text,
    Judgement,
    Category,
    Tier,
    Comment,
    Reviewer,
}

impl Kind {
    /// Both, in the order of the sheets.
    pub(crate) const ALL: [Kind; 2] = [Kind::Hits, Kind::Clean];

    /// The sheet's name.
    pub fn sheet(self, lang: Lang) -> &'static str {
        match self {
            Kind::Hits => pick(lang, "审阅命中", "review"),
            Kind::Clean => pick(lang, "审阅未命中", "review clean"),
        }
    }

    /// Its columns, in their order.
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Kind::Hits => &[
                Field::Number,
                Field::Id,
                Field::Channel,
                Field::Agency,
                Field::Rule,
                Field::Title,
                Field::Evidence,
                Field::Text,
                Field::Judgement,
                Field::Comment,
                Field::Reviewer,
            ],
            Kind::Clean => &[
                Field::Number,
                Field::Id,
                Field::Channel,
                Field::Agency,
                Field::Text,
                Field::Judgement,
                Field::Category,
                Field::Tier,
                Field::Comment,
                Field::Reviewer,
            ],
        }
    }
}

/// The name of the sheet that says what to do.
pub(crate) fn guide_sheet(lang: Lang) -> &'static str {
    pick(lang, "说明", "guide")
}

impl Judgement {
    /// All, in the order of the drop-down.
    pub const ALL: [Judgement; 3] = [Judgement::Right, Judgement::Wrong, Judgement::Unclear];

    /// What the drop-down calls it.
    pub fn word(self, kind: Kind, lang: Lang) -> &'static str {
        match (self, kind) {
            (Judgement::Right, Kind::Hits) => pick(lang, "属实", "real"),
            // Not "false": spreadsheet programs make a truth value of it, which their drop-down then refuses.
            (Judgement::Wrong, Kind::Hits) => pick(lang, "误报", "false hit"),
            (Judgement::Right, Kind::Clean) => pick(lang, "无问题", "fine"),
            (Judgement::Wrong, Kind::Clean) => pick(lang, "漏报", "missed"),
            (Judgement::Unclear, _) => pick(lang, "不确定", "unclear"),
        }
    }

    /// The judgement that a word of the drop-down means on this sheet.
    pub(crate) fn named(word: &str, kind: Kind) -> Option<Self> {
        let word = word.trim();
        if kind == Kind::Hits && word.eq_ignore_ascii_case("false") {
            return Some(Judgement::Wrong);
        }
        let is_it = |one: &Judgement| {
            let mut words = [Lang::Zh, Lang::En].map(|lang| one.word(kind, lang)).into_iter();
            words.any(|own| own.eq_ignore_ascii_case(word))
        };
        Self::ALL.into_iter().find(is_it)
    }
}

impl Field {
    const ALL: [Field; 13] = [
        Field::Number,
        Field::Id,
        Field::Channel,
        Field::Agency,
        Field::Rule,
        Field::Title,
        Field::Evidence,
        Field::Text,
        Field::Judgement,
        Field::Category,
        Field::Tier,
        Field::Comment,
        Field::Reviewer,
    ];

    pub(crate) fn header(self, lang: Lang) -> &'static str {
        match self {
            Field::Number => pick(lang, "序号", "no"),
            Field::Id => pick(lang, "消息编号", "id"),
            Field::Channel => pick(lang, "渠道", "channel"),
            Field::Agency => pick(lang, "机构", "agency"),
            Field::Rule => pick(lang, "规则", "rule"),
            Field::Title => pick(lang, "规则名称", "title"),
            Field::Evidence => pick(lang, "证据", "evidence"),
            Field::Text => pick(lang, "原文", "text"),
            Field::Judgement => pick(lang, "判断", "judgement"),
            Field::Category => pick(lang, "漏报的类别", "missed category"),
            Field::Tier => pick(lang, "漏报的级别", "missed tier"),
            Field::Comment => pick(lang, "备注", "comment"),
            Field::Reviewer => pick(lang, "审阅人", "reviewer"),
        }
    }

    /// The column with this header, in either language.
    pub(crate) fn named(header: &str) -> Option<Self> {
        let header = header.trim();
        let is_it = |field: &Field| {
            let mut names = [Lang::Zh, Lang::En].map(|lang| field.header(lang)).into_iter();
            names.any(|name| name.eq_ignore_ascii_case(header))
        };
        Self::ALL.into_iter().find(is_it)
    }

    /// Characters that it is wide.
    pub(crate) fn width(self) -> f64 {
        match self {
            Field::Number => 7.0,
            Field::Channel | Field::Tier | Field::Reviewer => 11.0,
            Field::Judgement => 12.0,
            Field::Id | Field::Agency | Field::Category => 16.0,
            Field::Rule | Field::Title => 22.0,
            Field::Evidence | Field::Comment => 28.0,
            Field::Text => 80.0,
        }
    }

    /// Whether reviewers write into it.
    pub(crate) fn is_filled_in(self) -> bool {
        matches!(
            self,
            Field::Judgement | Field::Category | Field::Tier | Field::Comment | Field::Reviewer
        )
    }
}

/// The category that a word means: its id or its title.
pub(crate) fn category_named(word: &str) -> Option<Category> {
    let is_it = |category: &Category| {
        let mut names = [category.id(), category.title(Lang::Zh), category.title(Lang::En)].into_iter();
        names.any(|name| name.eq_ignore_ascii_case(word.trim()))
    };
    Category::ALL.into_iter().find(is_it)
}

/// The tier that a word means: its id or its name.
pub(crate) fn tier_named(word: &str) -> Option<Tier> {
    let is_it = |tier: &Tier| {
        [tier.id(), tier.title(Lang::Zh)]
            .into_iter()
            .any(|name| name.eq_ignore_ascii_case(word.trim()))
    };
    Tier::ALL
        .into_iter()
        .filter(|tier| *tier > Tier::Clean)
        .find(is_it)
}

/// How a message was sent, for people.
pub(crate) fn channel_title(channel: Channel, lang: Lang) -> &'static str {
    match channel {
        Channel::Sms => pick(lang, "短信", "sms"),
        Channel::Im => pick(lang, "即时消息", "im"),
        Channel::Letter => pick(lang, "信函", "letter"),
        Channel::Call => pick(lang, "通话", "call"),
        Channel::Visit => pick(lang, "外访", "visit"),
        Channel::Template => pick(lang, "模板", "template"),
        Channel::Article => pick(lang, "文章", "article"),
        Channel::Other => pick(lang, "其他", "other"),
    }
}

/// The name of a channel, also if there is none.
pub(crate) fn channel_name(channel: Option<Channel>, lang: Lang) -> &'static str {
    match channel {
        Some(channel) => channel_title(channel, lang),
        None => pick(lang, "（未记录渠道）", "(no channel given)"),
    }
}

/// The name of a group of agencies.
pub(crate) fn agency_title(agency: &AgencyGroup, lang: Lang) -> &str {
    match agency {
        AgencyGroup::None => pick(lang, "（未记录机构）", "(no agency given)"),
        AgencyGroup::Named(name) => name,
        AgencyGroup::Others => pick(lang, "（其余机构）", "(all other agencies)"),
    }
}

impl StratumOf {
    /// What its records have in common, for people.
    pub fn title(&self, lang: Lang) -> String {
        match self {
            StratumOf::Rule { rule, title, .. } => format!("{rule}  {}", pick(lang, &title.0, &title.1)),
            StratumOf::Clean { channel, agency } => {
                format!("{}  {}", channel_name(*channel, lang), agency_title(agency, lang))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            for kind in Kind::ALL {
                for judgement in Judgement::ALL {
                    let word = format!(" {} ", judgement.word(kind, lang));
                    assert_eq!(Judgement::named(&word, kind), Some(judgement), "{word}");
                }
                for field in kind.fields() {
                    assert_eq!(Field::named(field.header(lang)), Some(*field));
                }
            }
            for category in Category::ALL {
                assert_eq!(category_named(category.title(lang)), Some(category));
            }
            for tier in &Tier::ALL[1..] {
                assert_eq!(tier_named(tier.title(lang)), Some(*tier));
            }
        }
        assert_eq!(Judgement::named("Real", Kind::Hits), Some(Judgement::Right));
        assert_eq!(Judgement::named("FALSE", Kind::Hits), Some(Judgement::Wrong));
        assert_eq!(
            Judgement::named("属实", Kind::Clean),
            None,
            "a word of the other sheet"
        );
        assert_eq!(tier_named("clean"), None);
    }
}
