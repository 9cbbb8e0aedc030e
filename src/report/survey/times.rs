//! Messages by day and by hour of the week.
//!
//! In: the times of messages with their tiers. Out: [`Period`], [`Day`]s and [`Hour`]s. Promise: bounded memory; what can't
//! be put on a day, or into an hour, is counted as such. It doesn't look at zones: [`Time`] has one.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time as Clock};

use crate::message::Time;
use crate::report::survey::{Day, Hour, Period, TierCounts};
use crate::rule::Tier;

/// Days that are counted: ten years. Only wrong times are spread wider.
pub(super) const MAX_DAYS: usize = 3_660;

/// The zone of all times, see [`Time`].
const ZONE: &str = "Asia/Shanghai";

#[derive(Debug, Default)]
pub(super) struct Times {
    days: BTreeMap<Date, TierCounts>,
    /// By weekday from Monday, then hour.
    hours: [[TierCounts; 24]; 7],
    range: Option<(DateTime, DateTime)>,
    without_day: u64,
    /// Messages with a day and no hour.
    pub(super) without_hour: u64,
    /// Messages of days beyond the bound.
    pub(super) beyond: u64,
}

impl Times {
    pub(super) fn add(&mut self, time: Option<Time>, tier: Tier) {
        let Some((date, clock)) = time.and_then(|time| Some((time.date?, time.clock))) else {
            self.without_day += 1;
            return;
        };
        let moment = date.to_datetime(clock.unwrap_or(Clock::midnight()));
        let (first, last) = self.range.unwrap_or((moment, moment));
        self.range = Some((first.min(moment), last.max(moment)));
        let has_room = self.days.len() < MAX_DAYS;
        match self.days.get_mut(&date) {
            Some(counts) => counts.add(tier),
            None if has_room => self.days.entry(date).or_default().add(tier),
            None => self.beyond += 1,
        }
        let Some(clock) = clock else {
            self.without_hour += 1;
            return;
        };
        let weekday = date.weekday().to_monday_zero_offset();
        let hours = usize::try_from(weekday)
            .ok()
            .and_then(|weekday| self.hours.get_mut(weekday));
        let hour = usize::try_from(clock.hour()).ok();
        if let Some(counts) = hours.zip(hour).and_then(|(hours, hour)| hours.get_mut(hour)) {
            counts.add(tier);
        }
    }

    pub(super) fn period(&self) -> Period {
        let shown =
            |moment: DateTime| format!("{}T{:02}:{:02}", moment.date(), moment.hour(), moment.minute());
        Period {
            from: self.range.map(|(first, _)| shown(first)),
            to: self.range.map(|(_, last)| shown(last)),
            without_time: self.without_day,
            zone: ZONE,
        }
    }

    pub(super) fn days(&self) -> Vec<Day> {
        let day = |(day, tiers): (&Date, &TierCounts)| Day {
            day: *day,
            tiers: *tiers,
        };
        self.days.iter().map(day).collect()
    }

    /// The hours with messages.
    pub(super) fn hours(&self) -> Vec<Hour> {
        let mut hours = Vec::new();
        for (weekday, counts) in (1..).zip(&self.hours) {
            let met = (0..).zip(counts).filter(|(_, counts)| counts.all() > 0);
            hours.extend(met.map(|(hour, counts)| Hour {
                weekday,
                hour,
                messages: counts.all(),
                flagged: counts.flagged(),
            }));
        }
        hours
    }
}

/// A time as a report shows it, as far as it is known; a time of day alone says too little.
pub(super) fn shown(time: Time) -> Option<String> {
    let date = time.date?;
    Some(match time.clock {
        Some(clock) => format!("{date}T{:02}:{:02}", clock.hour(), clock.minute()),
        None => date.to_string(),
    })
}

/// The same to the second, where it is known: of messages in a row minutes tell too little.
pub(super) fn shown_to_the_second(time: Time) -> Option<String> {
    let seconds = time.clock.map(|clock| clock.second()).unwrap_or_default();
    let minutes = shown(time)?;
    Some(match seconds {
        // Most often it is told in minutes only.
        0 => minutes,
        _ => format!("{minutes}:{seconds:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_far_as_they_are_known() {
        for (told, minutes, seconds) in [
            ("2026-03-02 10:00:20", "2026-03-02T10:00", "2026-03-02T10:00:20"),
            ("2026-03-02 10:05", "2026-03-02T10:05", "2026-03-02T10:05"),
            ("2026-03-02", "2026-03-02", "2026-03-02"),
        ] {
            let time = Time::parse_of_record(told).unwrap();
            assert_eq!(shown(time).as_deref(), Some(minutes), "{told}");
            assert_eq!(shown_to_the_second(time).as_deref(), Some(seconds), "{told}");
        }
    }

    #[test]
    fn what_has_no_day_or_hour_is_counted_as_such() {
        let mut times = Times::default();
        for (time, tier) in [
            ("2026-03-02 22:10", Tier::Severe),
            ("2026-03-02 22:59", Tier::Clean),
            ("2026-03-08 00:00", Tier::Notice),
            ("2026-03-01", Tier::Clean),
            ("23:40", Tier::Clean),
            ("", Tier::Warning),
        ] {
            times.add(Time::parse_of_record(time), tier);
        }
        let period = times.period();
        assert_eq!(period.from.as_deref(), Some("2026-03-01T00:00"));
        assert_eq!(period.to.as_deref(), Some("2026-03-08T00:00"));
        assert_eq!((period.without_time, times.without_hour, times.beyond), (2, 1, 0));
        let days: Vec<(String, u64, u64)> = times
            .days()
            .iter()
            .map(|day| (day.day.to_string(), day.tiers.all(), day.tiers.flagged()))
            .collect();
        let day = |day: &str, all, flagged| (day.to_owned(), all, flagged);
        assert_eq!(
            days,
            [
                day("2026-03-01", 1, 0),
                day("2026-03-02", 2, 1),
                day("2026-03-08", 1, 1)
            ]
        );
        let hours: Vec<_> = times
            .hours()
            .iter()
            .map(|hour| (hour.weekday, hour.hour, hour.messages, hour.flagged))
            .collect();
        assert_eq!(hours, [(1, 22, 2, 1), (7, 0, 1, 1)], "Monday and Sunday");
    }

    #[test]
    fn days_beyond_the_bound_are_counted() {
        let mut times = Times::default();
        let mut day = jiff::civil::date(1990, 1, 1);
        for _ in 0..MAX_DAYS + 3 {
            let time = Time {
                date: Some(day),
                clock: None,
            };
            times.add(Some(time), Tier::Clean);
            day = day.tomorrow().unwrap();
        }
        assert_eq!((times.days().len(), times.beyond), (MAX_DAYS, 3));
    }
}
