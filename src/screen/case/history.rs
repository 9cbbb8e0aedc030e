//! The contacts of one debtor after the other, in order of time → findings.
//!
//! In: rows, sorted. Out: for each debtor one finding a limit that is exceeded. It looks at each row once and keeps of a
//! debtor only counts, a bounded list of evidence, and who asked to be left alone.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::error::Result;
use crate::lexicon::Lexicon;
use crate::lexicon::laws::Citation;
use crate::lexicon::limits::{Measure, Per};
use crate::message::Role;
use crate::screen::case::checks::{Check, Checks};
use crate::screen::case::contact::{ContactKind, Outcome};
use crate::screen::case::findings::{CaseFinding, CaseFindings, Coverage, Evidence, Ranking, caveats, notes};
use crate::screen::case::rows::Row;

/// How many records are listed as the evidence of a finding; the number of all is told.
const MOST_EVIDENCE: usize = 50;

/// How many numbers, recipients or creditors are told apart of one debtor in one count: beyond that they go uncounted, and
/// a note says so. With full lists of evidence 10 MB.
const MOST_KEYS: usize = 1000;

/// Where every finding goes.
type Each<'e, 'l> = &'e mut dyn FnMut(&CaseFinding<'l>) -> Result<()>;

/// What is known of the debtors so far, and of the one at hand.
pub(super) struct History<'l> {
    checks: Checks<'l>,
    /// What must come before a third person is contacted.
    needed: Needed,
    ranking: Ranking<'l>,
    coverage: Coverage,
    debtors: u64,
    debtor_days: u64,
    contacts_by_kind: BTreeMap<ContactKind, u64>,
    third_person_contacts: u64,
    has_regional_days: bool,
    debtor: Option<Debtor>,
    /// By check: counts of the day, or of all time, by what they are counted for.
    tallies: Vec<FxHashMap<u64, Tally>>,
    /// By check: what days before have shown.
    excesses: Vec<Option<Excess>>,
}

/// The debtor at hand.
struct Debtor {
    key: String,
    day: Option<Date>,
    last_contact_day: Option<Date>,
    contacts: u64,
    third_persons: u64,
    reach: Reach,
    /// When third persons asked to be left alone, by person and creditor.
    refusals: FxHashMap<(u64, u64), Moment>,
    /// When the debtor did, by creditor.
    requests: FxHashMap<u64, Moment>,
}

/// A day and, if it is known, the second of it.
#[derive(Clone, Copy)]
struct Moment {
    day: u32,
    second: Option<u32>,
}

/// Whether the debtor can be reached.
#[derive(Default)]
struct Reach {
    failed_in_a_row: u64,
    /// The day of the last failed call that was needed.
    enough_since: Option<Date>,
    days_in_a_row: u64,
    last_failed_day: Option<Date>,
    /// Whether there were calls of unknown outcome since.
    is_unsure: bool,
}

/// How many failed calls, or days of them, must come before a third person is contacted.
#[derive(Clone, Copy)]
struct Needed {
    calls: u64,
    days: u64,
    /// Whether the records tell of failed calls at all.
    is_told: bool,
}

/// A contact in the light of those before it.
struct Seen<'r> {
    row: &'r Row<'r>,
    date: Option<Date>,
    is_after_refusal: bool,
    is_after_request: bool,
    lacks_tries: bool,
}

/// What one count has seen.
#[derive(Default)]
struct Tally {
    count: u64,
    days: u64,
    first: Option<Date>,
    last: Option<Date>,
    evidence: Vec<Rc<Shown>>,
    /// Under which grounds.
    grounds: SmallVec<[usize; 2]>,
}

/// A record as it is listed.
struct Shown {
    evidence: Evidence,
    agency: String,
}

/// Days on which a limit a day is exceeded.
#[derive(Default)]
struct Excess {
    days: u64,
    records: u64,
    period: Option<(Date, Date)>,
    worst: Tally,
    grounds: SmallVec<[usize; 2]>,
}

impl<'l> History<'l> {
    pub(super) fn new(lexicon: &'l Lexicon, coverage: Coverage) -> Self {
        let checks = Checks::new(lexicon);
        let count = checks.checks.len();
        let figure = |measure: Measure| {
            let own = checks.checks.iter().find(|check| check.measure == measure);
            own.map_or(u64::MAX, |check| check.figure)
        };
        Self {
            needed: Needed {
                calls: figure(Measure::FailedCallInARow),
                days: figure(Measure::DayOutOfReachInARow),
                is_told: coverage.unanswered_calls > 0,
            },
            ranking: Ranking::new(&checks.checks),
            checks,
            coverage,
            debtors: 0,
            debtor_days: 0,
            contacts_by_kind: BTreeMap::new(),
            third_person_contacts: 0,
            has_regional_days: false,
            debtor: None,
            tallies: std::iter::repeat_with(FxHashMap::default).take(count).collect(),
            excesses: std::iter::repeat_with(|| None).take(count).collect(),
        }
    }

    /// Takes the next row.
    pub(super) fn meet(&mut self, row: &Row, each: Each<'_, 'l>) -> Result<()> {
        if self.debtor.as_ref().is_none_or(|debtor| debtor.key != row.debtor) {
            self.close_debtor(each)?;
            self.debtor = Some(Debtor::new(row.debtor));
        }
        let date = row.date();
        let debtor = self.debtor.as_mut().expect("it was set above");
        if debtor.day != date {
            debtor.day = date;
            self.close_day();
        }
        let debtor = self.debtor.as_mut().expect("it was set above");
        let is_third = row.role == Some(Role::ThirdParty);
        if !row.is_inbound {
            *self.contacts_by_kind.entry(row.kind).or_default() += 1;
            self.third_person_contacts += u64::from(is_third);
            debtor.contacts += 1;
            debtor.third_persons += u64::from(is_third);
            if date.is_some() && debtor.last_contact_day != date {
                debtor.last_contact_day = date;
                self.debtor_days += 1;
            }
            let seen = debtor.see(row, date, self.needed, &mut self.coverage);
            self.count(&seen);
        }
        let debtor = self.debtor.as_mut().expect("it was set above");
        debtor.remember(row, date, self.needed, &mut self.coverage);
        Ok(())
    }

    /// The findings of all debtors.
    pub(super) fn finish(mut self, each: Each<'_, 'l>) -> Result<CaseFindings<'l>> {
        self.close_debtor(each)?;
        let found = self.ranking.found;
        let (findings, by_limit) = self.ranking.finish();
        Ok(CaseFindings {
            findings,
            found,
            by_limit,
            debtors: self.debtors,
            debtor_days: self.debtor_days,
            contacts_by_kind: self.contacts_by_kind,
            third_person_contacts: self.third_person_contacts,
            notes: notes(&self.coverage, self.has_regional_days),
            coverage: self.coverage,
        })
    }

    /// Counts a contact against all limits that bind it.
    fn count(&mut self, seen: &Seen) {
        let row = seen.row;
        let grounds = self.checks.grounds(row);
        let mut shown: Option<Rc<Shown>> = None;
        for (number, check) in self.checks.checks.iter().enumerate() {
            if self.checks.cited(grounds, number).is_none() {
                continue;
            }
            self.has_regional_days |= check.on.is_some();
            if !seen.counts(check) {
                continue;
            }
            let Some(key) = key_of(check, row) else { continue };
            let tallies = &mut self.tallies[number];
            let has_room = tallies.len() < MOST_KEYS;
            let tally = match tallies.entry(key) {
                Entry::Occupied(own) => own.into_mut(),
                Entry::Vacant(new) if has_room => new.insert(Tally::default()),
                Entry::Vacant(_) => {
                    self.coverage.uncounted += 1;
                    continue;
                }
            };
            let shown = shown.get_or_insert_with(|| Rc::new(Shown::of(row)));
            tally.add(seen.day_of(check), grounds, shown);
        }
    }

    /// Sees which limits a day exceed on the day that ends.
    fn close_day(&mut self) {
        for ((check, tallies), excess) in self
            .checks
            .checks
            .iter()
            .zip(&mut self.tallies)
            .zip(&mut self.excesses)
            .filter(|((check, tallies), _)| check.is_daily && !tallies.is_empty())
        {
            for (is_first, tally) in exceeding(check, tallies) {
                let excess = excess.get_or_insert_default();
                excess.days += u64::from(is_first);
                excess.add(tally);
            }
        }
    }

    /// Hands out the findings of the debtor at hand.
    fn close_debtor(&mut self, each: Each<'_, 'l>) -> Result<()> {
        self.close_day();
        let Some(debtor) = self.debtor.take() else {
            return Ok(());
        };
        self.debtors += u64::from(debtor.contacts > 0);
        for number in 0..self.checks.checks.len() {
            let check = &self.checks.checks[number];
            let mut excess = self.excesses[number].take();
            if !check.is_daily {
                for (is_first, tally) in exceeding(check, &mut self.tallies[number]) {
                    let excess = excess.get_or_insert_default();
                    // Days of several persons can't be added: the same day may be among them.
                    excess.days = if is_first { tally.days } else { excess.days };
                    excess.add(tally);
                }
            }
            let Some(excess) = excess else { continue };
            let mut finding = self.finding(number, &debtor.key, excess);
            if check.measure == Measure::ThirdPersonPercent {
                let percent = (debtor.third_persons * 100).div_ceil(debtor.contacts.max(1));
                if debtor.contacts < check.among || !check.is_exceeded(percent) {
                    continue;
                }
                finding.count = percent;
            }
            each(&finding)?;
            self.ranking.add(number, finding);
        }
        Ok(())
    }

    fn finding(&self, number: usize, debtor: &str, excess: Excess) -> CaseFinding<'l> {
        let check = &self.checks.checks[number];
        let mut basis: Vec<Citation> = Vec::new();
        for &grounds in &excess.grounds {
            for citation in self.checks.cited(grounds, number).unwrap_or_default() {
                if !basis.contains(citation) {
                    basis.push(*citation);
                }
            }
        }
        let mut agencies: Vec<String> = Vec::new();
        for shown in &excess.worst.evidence {
            if !shown.agency.is_empty() && !agencies.contains(&shown.agency) {
                agencies.push(shown.agency.clone());
            }
        }
        let evidence = excess.worst.evidence.iter();
        CaseFinding {
            limit: check.id,
            title: check.title,
            note: check.note,
            category: check.category,
            tier: check.tier,
            debtor: debtor.to_owned(),
            period: excess.period,
            worst_day: excess.worst.first.filter(|_| check.is_daily),
            count: excess.worst.count,
            figure: check.figure,
            days: excess.days,
            records: excess.records,
            evidence: evidence.map(|shown| shown.evidence.clone()).collect(),
            agencies,
            basis,
            is_policy: check.is_policy,
            caveats: caveats(check),
        }
    }
}

/// The counts that exceed a limit, the highest first, and whether each is the first. Empties the counts.
fn exceeding(
    check: &Check,
    tallies: &mut FxHashMap<u64, Tally>,
) -> impl Iterator<Item = (bool, Tally)> + use<> {
    let is_share = check.measure == Measure::ThirdPersonPercent;
    let all = tallies.drain();
    let mut over: Vec<(u64, Tally)> = all
        .filter(|(_, tally)| is_share || check.is_exceeded(tally.count))
        .collect();
    over.sort_by_key(|(key, tally)| (std::cmp::Reverse(tally.count), *key));
    let numbered = over.into_iter().enumerate();
    numbered.map(|(place, (_, tally))| (place == 0, tally))
}

/// What a contact is counted for: none if the record doesn't name it.
fn key_of(check: &Check, row: &Row) -> Option<u64> {
    let is_by_creditor = matches!(
        check.measure,
        Measure::EffectiveCall | Measure::ConnectedNotifyingCall | Measure::Contact | Measure::Visit
    );
    match check.per {
        Per::Debtor if is_by_creditor => Some(row.creditor),
        Per::Debtor => Some(0),
        Per::Number | Per::Recipient => Some(row.person).filter(|person| *person != 0),
    }
}

impl Seen<'_> {
    /// Whether a check counts it.
    fn counts(&self, check: &Check) -> bool {
        let Row { role, kind, .. } = *self.row;
        let with_debtor = !matches!(role, Some(Role::ThirdParty | Role::Guarantor));
        // What has no date is on no day.
        if check.is_daily && self.date.is_none() {
            return false;
        }
        match check.measure {
            Measure::InHours => self.is_in_hours(check),
            Measure::EffectiveCall => with_debtor && kind == ContactKind::Call(Outcome::Conversation),
            Measure::ConnectedNotifyingCall => with_debtor && kind == ContactKind::Call(Outcome::Notifying),
            Measure::UnansweredCall => kind == ContactKind::Call(Outcome::Unanswered),
            Measure::Contact => {
                let may_miss = |outcome: Outcome| matches!(outcome, Outcome::Unanswered | Outcome::Unknown);
                with_debtor && !matches!(kind, ContactKind::Call(outcome) if may_miss(outcome))
            }
            Measure::Attempt => true,
            Measure::OffensiveMessage => self.row.is_offensive,
            Measure::Visit => with_debtor && kind == ContactKind::Visit,
            Measure::ContactAfterRefusal => self.is_after_refusal,
            Measure::ContactAfterRequest => self.is_after_request,
            Measure::FailedCallInARow => self.lacks_tries,
            // The other way to the same: asked for together with the calls.
            Measure::DayOutOfReachInARow => false,
            Measure::ThirdPersonPercent => role == Some(Role::ThirdParty),
        }
    }

    fn is_in_hours(&self, check: &Check) -> bool {
        let (Some(date), Some(clock), Some(hours)) = (self.date, self.row.clock(), check.hours) else {
            return false;
        };
        self.row.kind != ContactKind::Letter && check.is_for(date) && hours.hold(clock)
    }

    /// The day that it counts for: of hours over midnight, the evening that the night began with.
    fn day_of(&self, check: &Check) -> Option<Date> {
        let is_morning = check.hours.is_some_and(|hours| {
            hours.reach_over_midnight() && self.row.clock().is_some_and(|clock| clock < hours.to)
        });
        match is_morning {
            true => self.date.and_then(|date| date.yesterday().ok()),
            false => self.date,
        }
    }
}

impl Debtor {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            day: None,
            last_contact_day: None,
            contacts: 0,
            third_persons: 0,
            reach: Reach::default(),
            refusals: FxHashMap::default(),
            requests: FxHashMap::default(),
        }
    }

    /// A contact in the light of those before it.
    fn see<'r>(
        &self,
        row: &'r Row<'r>,
        date: Option<Date>,
        needed: Needed,
        coverage: &mut Coverage,
    ) -> Seen<'r> {
        let is_third = row.role == Some(Role::ThirdParty);
        let is_after = |asked: Option<&Moment>| asked.is_some_and(|asked| asked.is_before(row));
        let is_with_debtor = !is_third && row.role != Some(Role::Guarantor);
        let lacks_tries =
            is_third && needed.is_told && date.is_some_and(|date| !self.reach.is_out(date, needed));
        coverage.tries_unknown += u64::from(lacks_tries && self.reach.is_unsure);
        Seen {
            row,
            date,
            is_after_refusal: is_third && is_after(self.refusals.get(&(row.person, row.creditor))),
            is_after_request: is_with_debtor && is_after(self.requests.get(&row.creditor)),
            lacks_tries: lacks_tries && !self.reach.is_unsure,
        }
    }

    /// Keeps what later contacts are seen in the light of.
    fn remember(&mut self, row: &Row, date: Option<Date>, needed: Needed, coverage: &mut Coverage) {
        let is_third = row.role == Some(Role::ThirdParty);
        let is_guarantor = row.role == Some(Role::Guarantor);
        if !is_third && !is_guarantor {
            self.reach.meet(row, date, needed);
        }
        // Without a day nothing is known to come after it.
        let Some(day) = row.day.filter(|_| row.asks_to_stop && !is_guarantor) else {
            return;
        };
        let moment = Moment {
            day,
            second: row.second,
        };
        if is_third && row.person == 0 {
            coverage.nameless_refusals += 1;
        } else if is_third && self.refusals.len() < MOST_KEYS {
            self.refusals.entry((row.person, row.creditor)).or_insert(moment);
        } else if !is_third && self.requests.len() < MOST_KEYS {
            self.requests.entry(row.creditor).or_insert(moment);
        }
    }
}

impl Moment {
    /// Whether it is surely before a contact.
    fn is_before(&self, row: &Row) -> bool {
        let later_that_day = || {
            self.second
                .zip(row.second)
                .is_some_and(|(own, other)| own < other)
        };
        row.day
            .is_some_and(|day| self.day < day || self.day == day && later_that_day())
    }
}

impl Reach {
    /// Takes a contact with the debtor.
    fn meet(&mut self, row: &Row, date: Option<Date>, needed: Needed) {
        match (row.is_inbound, row.kind, date) {
            (true, ..)
            | (_, ContactKind::Call(Outcome::Conversation | Outcome::Notifying | Outcome::Connected), _) => {
                *self = Self::default();
            }
            (_, ContactKind::Call(Outcome::Unknown), _) => self.is_unsure = true,
            (_, ContactKind::Call(Outcome::Unanswered), Some(date)) => {
                self.failed_in_a_row += 1;
                if self.failed_in_a_row == needed.calls {
                    self.enough_since = Some(date);
                }
                let is_same_day = self.last_failed_day == Some(date);
                let is_next_day =
                    self.last_failed_day.is_some() && self.last_failed_day == date.yesterday().ok();
                self.days_in_a_row = match (is_same_day, is_next_day) {
                    (true, _) => self.days_in_a_row,
                    (_, true) => self.days_in_a_row + 1,
                    _ => 1,
                };
                self.last_failed_day = Some(date);
            }
            _ => {}
        }
    }

    /// Whether a third person may be contacted on a day: from the day after the last call needed, or once the days are
    /// full. Both hold until the debtor is reached.
    fn is_out(&self, date: Date, needed: Needed) -> bool {
        self.enough_since.is_some_and(|day| day < date) || self.days_in_a_row >= needed.days
    }
}

impl Tally {
    fn add(&mut self, day: Option<Date>, grounds: usize, shown: &Rc<Shown>) {
        self.count += 1;
        if day.is_some() && self.last != day {
            self.days += 1;
            self.first = self.first.or(day);
            self.last = day;
        }
        if self.evidence.len() < MOST_EVIDENCE {
            self.evidence.push(Rc::clone(shown));
        }
        if !self.grounds.contains(&grounds) {
            self.grounds.push(grounds);
        }
    }
}

impl Shown {
    fn of(row: &Row) -> Self {
        Self {
            evidence: Evidence {
                record: row.record,
                id: row.id.to_owned(),
            },
            agency: row.agency.to_owned(),
        }
    }
}

impl Excess {
    /// Adds a count that is too high.
    fn add(&mut self, tally: Tally) {
        self.records += tally.count;
        if let Some((first, last)) = tally.first.zip(tally.last) {
            let (from, to) = self.period.unwrap_or((first, last));
            self.period = Some((from.min(first), to.max(last)));
        }
        for &grounds in &tally.grounds {
            if !self.grounds.contains(&grounds) {
                self.grounds.push(grounds);
            }
        }
        // Of equal counts the first stays.
        if tally.count > self.worst.count {
            self.worst = tally;
        }
    }
}
