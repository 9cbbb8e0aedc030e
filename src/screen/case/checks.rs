//! Limits → what is checked, and where it binds.
//!
//! In: the lexicon's limits and laws. Out: [`Checks`]: limits that say the same are one check with all their clauses, and
//! of each it is known what may be cited for a contact of a day, a creditor and a region. Promise: a limit whose clause
//! is not in force there binds nobody; what it doesn't know it doesn't cite.

use jiff::civil::{Date, Weekday};
use rustc_hash::FxHashMap;

use crate::lexicon::Lexicon;
use crate::lexicon::laws::{Citation, Laws};
use crate::lexicon::limits::{Bound, Days, Hours, Limit, Measure, Per, Window};
use crate::message::CreditorKind;
use crate::rule::{Bilingual, Category, Tier};
use crate::screen::case::rows::Row;

/// All that is checked.
pub(super) struct Checks<'l> {
    pub(super) checks: Vec<Check<'l>>,
    laws: &'l Laws,
    /// The days from which other clauses are in force.
    changes: Vec<Date>,
    /// The regions that have laws of their own.
    regions: Vec<&'l str>,
    /// What binds where, looked up once.
    grounds: Vec<Grounds<'l>>,
    known: FxHashMap<Setting, usize>,
    last: Option<(Setting, usize)>,
}

/// One figure against which contacts are counted.
#[derive(Debug)]
pub(super) struct Check<'l> {
    pub(super) id: &'l str,
    pub(super) title: &'l Bilingual,
    pub(super) note: Option<&'l Bilingual>,
    pub(super) category: Category,
    pub(super) tier: Tier,
    pub(super) measure: Measure,
    pub(super) hours: Option<Hours>,
    pub(super) on: Option<Days>,
    /// Contacts allowed, or needed, or too many: as `bound` says.
    pub(super) figure: u64,
    pub(super) bound: Bound,
    pub(super) is_daily: bool,
    pub(super) per: Per,
    pub(super) among: u64,
    pub(super) unless_agreed: bool,
    pub(super) needs_history: bool,
    pub(super) is_policy: bool,
    /// The keys of its clauses, a limit's each.
    clauses: Vec<&'l [String]>,
}

/// What may be cited for each check; none where it binds nobody.
pub(super) type Grounds<'l> = Vec<Option<Vec<Citation<'l>>>>;

/// What decides which clauses bind: period between changes of the law, creditor, region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Setting {
    period: usize,
    creditor_kind: Option<CreditorKind>,
    region: u8,
}

impl<'l> Checks<'l> {
    /// What the limits of a lexicon ask for.
    pub(super) fn new(lexicon: &'l Lexicon) -> Self {
        let mut checks: Vec<Check> = Vec::new();
        for check in lexicon.limits.limits.iter().filter_map(Check::of) {
            match checks.iter_mut().find(|other| other.says_the_same(&check)) {
                Some(same) => same.clauses.extend(check.clauses),
                None => checks.push(check),
            }
        }
        let laws = lexicon.laws();
        Self {
            checks,
            laws,
            changes: laws.changes(),
            regions: regions(laws),
            grounds: Vec::new(),
            known: FxHashMap::default(),
            last: None,
        }
    }

    /// The number of what may be cited for a contact, check by check; asked for with [`cited`](Self::cited).
    pub(super) fn grounds(&mut self, row: &Row) -> usize {
        let date = row.date().unwrap_or(self.laws.reference_date);
        let setting = Setting {
            period: self.changes.partition_point(|change| *change <= date),
            creditor_kind: row.creditor_kind,
            region: row.region,
        };
        if let Some((last, grounds)) = self.last
            && last == setting
        {
            return grounds;
        }
        let (laws, checks, regions) = (self.laws, &self.checks, &self.regions);
        let all = &mut self.grounds;
        let number = *self.known.entry(setting).or_insert_with(|| {
            let region = usize::from(row.region).checked_sub(1).map(|index| regions[index]);
            let of = |check: &Check<'l>| {
                let keys = check.clauses.iter();
                let citations = keys.flat_map(|keys| laws.cite(keys, date, row.creditor_kind, region));
                let citations: Vec<Citation> = citations.collect();
                (check.is_policy || !citations.is_empty()).then_some(citations)
            };
            all.push(checks.iter().map(of).collect());
            all.len() - 1
        });
        self.last = Some((setting, number));
        number
    }

    /// What may be cited for a check under these grounds; none where it binds nobody.
    pub(super) fn cited(&self, grounds: usize, check: usize) -> Option<&[Citation<'l>]> {
        self.grounds[grounds][check].as_deref()
    }
}

/// The number of a region that has laws of its own, from 1; 0 of any other.
pub(super) fn region_number(laws: &Laws, region: Option<&str>) -> u8 {
    let Some(region) = region else { return 0 };
    let regions = regions(laws);
    let found = regions.iter().position(|own| region.contains(own));
    found
        .and_then(|index| u8::try_from(index + 1).ok())
        .unwrap_or_default()
}

/// The regions that have laws of their own, in the order of their laws.
fn regions(laws: &Laws) -> Vec<&str> {
    let mut regions: Vec<&str> = Vec::new();
    for region in laws.instruments.iter().flat_map(|instrument| &instrument.regions) {
        if !regions.contains(&&**region) {
            regions.push(region);
        }
    }
    regions
}

impl<'l> Check<'l> {
    /// The check of a limit; none if the case level doesn't check it.
    fn of(limit: &'l Limit) -> Option<Self> {
        Some(Self {
            id: &limit.id,
            title: limit.title.as_ref()?,
            note: limit.note.as_ref(),
            category: limit.category?,
            tier: limit.tier(),
            measure: limit.measure()?,
            hours: limit.hours(),
            on: limit.on,
            figure: limit.count.unwrap_or_default().max(0.0) as u64,
            bound: limit.bound,
            is_daily: limit.window == Some(Window::Day),
            per: limit.per.unwrap_or(Per::Debtor),
            among: limit.among.unwrap_or_default(),
            unless_agreed: limit.unless_agreed,
            needs_history: limit.needs_history,
            is_policy: limit.policy,
            clauses: vec![limit.clause.as_slice()],
        })
    }

    /// Whether another limit has the same figures, so that what exceeds one exceeds both.
    fn says_the_same(&self, other: &Self) -> bool {
        let figures = |check: &Self| {
            let Check {
                measure,
                hours,
                on,
                figure,
                bound,
                is_daily,
                per,
                among,
                ..
            } = *check;
            (measure, hours, on, figure, bound, is_daily, per, among)
        };
        let standing = |check: &Self| {
            (
                check.category,
                check.tier,
                check.unless_agreed,
                check.needs_history,
                check.is_policy,
            )
        };
        figures(self) == figures(other) && standing(self) == standing(other)
    }

    /// Whether so many are too many.
    pub(super) fn is_exceeded(&self, count: u64) -> bool {
        match self.bound {
            // The figure is of what must come before each of them.
            _ if self.measure == Measure::FailedCallInARow => count > 0,
            Bound::Max | Bound::MoreThan => count > self.figure,
            Bound::Min => count >= self.figure,
        }
    }

    /// Whether it is about this day. No calendar of holidays is bundled: weekends are taken for holidays, all other days for
    /// workdays, and the notes of a run say so.
    pub(super) fn is_for(&self, date: Date) -> bool {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self.on {
            None => true,
            Some(Days::Workday) => !is_weekend,
            Some(Days::Holiday) => is_weekend,
        }
    }
}
