//! Rows → the tables of results.
//!
//! In: [`Row`]s with the templates they belong to, findings of the case level. Out: cells for the writers of
//! [`table`](crate::report::table): `results` has a row a message, `findings` one a finding, `contacts` one a finding of
//! the case level. Their names and columns are part of what other programs rely on; new ones are added at the end.

use std::borrow::Cow;

use crate::lexicon::laws::Citation;
use crate::report::mask::masked_party;
use crate::report::table::{Cell, Column, Table};
use crate::report::{Settings, words};
use crate::screen::case::CaseFinding;
use crate::screen::join::JoinedFinding;
use crate::screen::row::{Row, RowFinding, RowSpan};
use crate::screen::skeleton::TemplateId;

/// Between the values of a cell that holds several.
const SEPARATOR: &str = "; ";

/// What a column of the source is called in the results.
const SOURCE: &str = "source:";

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Results,
    Findings,
    Contacts,
}

impl Which {
    pub(super) const ALL: [Which; 3] = [Which::Results, Which::Findings, Which::Contacts];

    /// Its columns, with these of the source.
    pub(super) fn table(self, kept: &[String]) -> Table {
        match self {
            Which::Results => results(kept),
            Which::Findings => findings(),
            Which::Contacts => contacts(),
        }
    }
}

/// A row with what is known of it only when all rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'r> {
    pub(super) input: &'r str,
    pub(super) row: &'r Row,
    pub(super) template: Option<TemplateId>,
}

/// The table of messages, with these columns of the source.
fn results(kept: &[String]) -> Table {
    let mut columns = vec![
        Column::text("input"),
        Column::whole("record"),
        Column::text("id").key(),
        Column::text("tier").key(),
        Column::whole("score").key(),
        Column::text("categories"),
        Column::text("rules"),
        Column::text("evidence"),
        Column::whole("findings"),
        Column::text("template_id").key(),
        Column::text("channel"),
        Column::text("time").key(),
        Column::text("sender"),
        Column::text("recipient"),
        Column::text("recipient_role"),
        Column::text("debtor").key(),
        Column::text("agency").key(),
        Column::text("creditor"),
        Column::text("creditor_kind"),
        Column::text("region"),
    ];
    columns.extend(kept.iter().map(|name| Column::text(format!("{SOURCE}{name}"))));
    Table {
        name: "results",
        columns,
    }
}

/// The cells of a message.
pub(super) fn result_cells<'r>(
    placed: Placed<'r>,
    findings: &'r [RowFinding<'r>],
    kept: &[String],
) -> Vec<Cell<'r>> {
    let Placed { input, row, template } = placed;
    let counted = || findings.iter().filter(|finding| finding.is_counted());
    let mut rules: Vec<&str> = counted().map(|finding| &*finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let evidence: Vec<&str> = counted().map(|finding| &*finding.text).collect();
    let categories: Vec<&str> = row.categories.iter().map(|category| category.id()).collect();
    let text = |value: &'r Option<String>| Cell::maybe(value.as_deref());
    let mut cells = vec![
        input.into(),
        Cell::count(row.record),
        row.id.as_str().into(),
        row.tier.id().into(),
        Cell::Whole(i64::from(row.score)),
        listed(&categories),
        listed(&rules),
        listed(&evidence),
        Cell::count(findings.len()),
        Cell::maybe(template.map(|template| template.to_string())),
        Cell::maybe(row.channel.map(|channel| channel.id())),
        Cell::maybe(row.time.map(|time| time.to_string())),
        text(&row.sender),
        text(&row.recipient),
        Cell::maybe(row.recipient_role.map(|role| role.id())),
        text(&row.debtor),
        text(&row.agency),
        text(&row.creditor),
        Cell::maybe(row.creditor_kind.map(|kind| kind.id())),
        text(&row.region),
    ];
    for name in kept {
        let value = row.kept.iter().find(|(kept, _)| kept == name);
        cells.push(Cell::maybe(value.map(|(_, value)| value.as_str())));
    }
    cells
}

/// The table of findings.
fn findings() -> Table {
    Table {
        name: "findings",
        columns: vec![
            Column::text("input"),
            Column::whole("record"),
            Column::text("id").key(),
            Column::text("rule").key(),
            Column::text("category"),
            Column::text("tier").key(),
            Column::text("confidence"),
            Column::whole("turn"),
            Column::whole("start"),
            Column::whole("end"),
            Column::whole("char_start"),
            Column::whole("char_end"),
            Column::text("text"),
            Column::text("plain"),
            Column::text("disguises"),
            Column::text("basis"),
            Column::text("message"),
            Column::text("instead"),
            Column::text("fingerprint").key(),
            Column::text("template_id"),
            Column::text("agency"),
            // Empty unless several records hold the words.
            Column::text("joined_records"),
        ],
    }
}

/// The cells of a finding of a message.
pub(super) fn finding_cells<'r>(placed: Placed<'r>, finding: &'r RowFinding<'r>) -> Vec<Cell<'r>> {
    let Placed { input, row, template } = placed;
    let disguises: Vec<&str> = finding.disguises.iter().map(|disguise| &**disguise).collect();
    let basis = finding.basis.iter().map(|basis| {
        let clause = basis.clause.as_deref().unwrap_or_default();
        format!("{} {} {clause}", basis.verb, basis.id)
            .trim_end()
            .to_owned()
    });
    let basis: Vec<String> = basis.collect();
    let span = finding.span;
    vec![
        input.into(),
        Cell::count(row.record),
        row.id.as_str().into(),
        (&*finding.rule).into(),
        finding.category.id().into(),
        finding.tier.id().into(),
        finding.confidence.id().into(),
        finding.turn.map_or(Cell::Empty, Cell::count),
        Cell::count(span.start),
        Cell::count(span.end),
        Cell::count(span.char_start),
        Cell::count(span.char_end),
        (&*finding.text).into(),
        Cell::maybe(finding.plain.as_deref()),
        listed(&disguises),
        Cell::maybe((!basis.is_empty()).then(|| basis.join(SEPARATOR))),
        (&*finding.message).into(),
        (&*finding.instead).into(),
        (&*finding.fingerprint).into(),
        Cell::maybe(template.map(|template| template.to_string())),
        Cell::maybe(row.agency.as_deref()),
        Cell::Empty,
    ]
}

/// A finding of a joined text as its records tell it: the words of all of them, the place of those of the first.
pub(super) fn joined_finding<'r>(finding: RowFinding<'r>, joined: &JoinedFinding) -> RowFinding<'r> {
    let first = &joined.records[0];
    RowFinding {
        text: joined.text().into(),
        span: RowSpan {
            start: first.span.start,
            end: first.span.end,
            char_start: first.characters.0,
            char_end: first.characters.1,
        },
        ..finding
    }
}

/// The cells of such a finding.
pub(super) fn joined_cells<'r>(
    placed: Placed<'r>,
    finding: &'r RowFinding<'r>,
    joined: &JoinedFinding,
) -> Vec<Cell<'r>> {
    let ids: Vec<&str> = joined.records.iter().map(|record| &*record.id).collect();
    let mut cells = finding_cells(placed, finding);
    cells.pop();
    cells.push(listed(&ids));
    cells
}

/// The table of findings about contacts.
fn contacts() -> Table {
    Table {
        name: "contacts",
        columns: vec![
            Column::text("limit").key(),
            Column::text("title"),
            Column::text("category"),
            Column::text("tier").key(),
            Column::text("debtor").key(),
            Column::text("first_day"),
            Column::text("last_day"),
            Column::text("worst_day"),
            Column::whole("count"),
            Column::whole("figure"),
            Column::whole("days"),
            Column::text("basis"),
            Column::text("is_policy"),
            Column::text("agencies"),
            Column::whole("records"),
            Column::text("evidence"),
            Column::text("caveats"),
        ],
    }
}

/// The cells of a finding about contacts.
pub(super) fn contact_cells<'r>(finding: &'r CaseFinding, settings: &Settings) -> Vec<Cell<'r>> {
    let lang = settings.lang;
    let basis: Vec<String> = finding
        .basis
        .iter()
        .map(|citation| cited(citation, settings))
        .collect();
    let agencies: Vec<&str> = finding.agencies.iter().map(String::as_str).collect();
    let evidence: Vec<&str> = finding
        .evidence
        .iter()
        .map(|evidence| evidence.id.as_str())
        .collect();
    let caveats: Vec<&str> = finding.caveats.iter().map(|caveat| caveat.get(lang)).collect();
    let debtor = match settings.masks {
        true => masked_party(&finding.debtor),
        false => Cow::Borrowed(finding.debtor.as_str()),
    };
    let day = |day: Option<jiff::civil::Date>| Cell::maybe(day.map(|day| day.to_string()));
    vec![
        finding.limit.into(),
        Cell::Text(finding.title.get(lang).to_owned().into()),
        finding.category.id().into(),
        finding.tier.id().into(),
        Cell::Text(debtor),
        day(finding.period.map(|(first, _)| first)),
        day(finding.period.map(|(_, last)| last)),
        day(finding.worst_day),
        Cell::count(finding.count),
        Cell::count(finding.figure),
        Cell::count(finding.days),
        Cell::maybe((!basis.is_empty()).then(|| basis.join(SEPARATOR))),
        finding.is_policy.to_string().into(),
        listed(&agencies),
        Cell::count(finding.records),
        listed(&evidence),
        Cell::maybe((!caveats.is_empty()).then(|| caveats.join(SEPARATOR))),
    ]
}

fn cited(citation: &Citation, settings: &Settings) -> String {
    let verb = words::verb(citation.verb, settings.lang);
    let clause = citation.clause.unwrap_or_default();
    format!("{verb} {} {clause}", citation.id).trim_end().to_owned()
}

fn listed<'r>(values: &[&str]) -> Cell<'r> {
    match values.is_empty() {
        true => Cell::Empty,
        false => values.join(SEPARATOR).into(),
    }
}
