//! The sheets of counts.
//!
//! In: a [`Survey`]. Out: a sheet each of agencies, categories, rules, disguises, law, days and hours. Shares are of all
//! messages that were judged.

use rust_xlsxwriter::XlsxError;

use super::Value::{Own, Share, Text, Whole};
use super::{Book, maybe, part};
use crate::report::survey::{Survey, TierCounts};

impl Book {
    /// Messages by agency, category, rule, disguise, law, day and hour.
    pub(super) fn add_counts(&mut self, survey: &Survey) -> Result<(), XlsxError> {
        let lang = self.lang;
        let all = survey.tiers.all();
        let columns = [
            ("机构", "Agency", 40.0),
            ("消息", "Messages", 12.0),
            ("有发现", "Flagged", 12.0),
            ("严重", "Severe", 12.0),
            ("比率", "Rate", 10.0),
            ("区间下限", "Low", 10.0),
            ("区间上限", "High", 10.0),
        ];
        let rows = survey.agencies.iter().map(|agency| {
            [
                Text(&agency.name),
                Whole(agency.messages),
                Whole(agency.flagged),
                Whole(agency.severe),
                Share(agency.rate),
                Share(agency.low),
                Share(agency.high),
            ]
        });
        self.add_sheet(("机构", "Agencies"), &columns, rows)?;
        let columns = [
            ("类别", "Category", 18.0),
            ("名称", "Title", 30.0),
            ("消息", "Messages", 12.0),
            ("比例", "Share", 10.0),
        ];
        let rows = survey.categories.iter().map(|category| {
            let share = Share(part(category.messages, all));
            [
                Text(category.id.id()),
                Text(category.title),
                Whole(category.messages),
                share,
            ]
        });
        self.add_sheet(("类别", "Categories"), &columns, rows)?;
        let columns = [
            ("规则", "Rule", 32.0),
            ("名称", "Title", 40.0),
            ("类别", "Category", 14.0),
            ("级别", "Tier", 9.0),
            ("消息", "Messages", 12.0),
            ("比例", "Share", 10.0),
        ];
        let rows = survey.rules.iter().map(|rule| {
            [
                Text(&rule.id),
                Text(&rule.title),
                Text(rule.category.title(lang)),
                Text(rule.tier.title(lang)),
                Whole(rule.messages),
                Share(part(rule.messages, all)),
            ]
        });
        self.add_sheet(("规则", "Rules"), &columns, rows)?;
        let columns = [
            ("伪装", "Disguise", 18.0),
            ("名称", "Title", 34.0),
            ("发现", "Findings", 12.0),
        ];
        let rows = survey.disguises.iter();
        let rows = rows.map(|one| [Text(one.id), Text(one.title), Whole(one.findings)]);
        self.add_sheet(("伪装", "Disguises"), &columns, rows)?;
        let columns = [
            ("关系", "Verb", 14.0),
            ("法规", "Instrument", 60.0),
            ("条款", "Clause", 28.0),
            ("发现", "Findings", 12.0),
            ("规则", "Rules", 60.0),
        ];
        let rows = survey.laws.iter().map(|law| {
            [
                Text(&law.verb),
                Text(&law.title),
                maybe(law.clause.as_deref()),
                Whole(law.findings),
                Own(law.rules.join(" ")),
            ]
        });
        self.add_sheet(("法规", "Law"), &columns, rows)?;
        let columns = [
            ("日期", "Day", 12.0),
            ("消息", "Messages", 12.0),
            ("严重", "Severe", 10.0),
            ("警告", "Warning", 10.0),
            ("提示", "Notice", 10.0),
            ("无异常", "Clean", 10.0),
            ("比率", "Rate", 10.0),
        ];
        let rows = survey.days.iter().map(|day| {
            let TierCounts {
                clean,
                notice,
                warning,
                severe,
            } = day.tiers;
            let all = day.tiers.all();
            let rate = Share(part(day.tiers.flagged(), all));
            let counts = [all, severe, warning, notice, clean].map(Whole);
            let [all, severe, warning, notice, clean] = counts;
            [
                Own(day.day.to_string()),
                all,
                severe,
                warning,
                notice,
                clean,
                rate,
            ]
        });
        self.add_sheet(("日期", "Days"), &columns, rows)?;
        let columns = [
            ("星期（一为 1）", "Weekday (Monday is 1)", 12.0),
            ("时", "Hour", 8.0),
            ("消息", "Messages", 12.0),
            ("有发现", "Flagged", 12.0),
            ("比率", "Rate", 10.0),
        ];
        let rows = survey.hours.iter().map(|hour| {
            [
                Whole(hour.weekday.into()),
                Whole(hour.hour.into()),
                Whole(hour.messages),
                Whole(hour.flagged),
                Share(part(hour.flagged, hour.messages)),
            ]
        });
        self.add_sheet(("时段", "Hours"), &columns, rows)
    }
}
