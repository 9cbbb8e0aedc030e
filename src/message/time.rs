//! Moments in the forms that records and transcripts write them.
//!
//! In: the text of a time. Out: [`Time`] on the clock of Asia/Shanghai, or none: it never guesses a day.

/// A moment on the clock of Asia/Shanghai; one of its parts may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Time {
    /// The day, if it was given.
    pub date: Option<jiff::civil::Date>,
    /// The time of day, if it was given.
    pub clock: Option<jiff::civil::Time>,
}

impl std::fmt::Display for Time {
    /// As in RFC 3339 without a zone; of a part that is unknown nothing.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.date, self.clock) {
            (Some(date), Some(clock)) => write!(out, "{date}T{clock}"),
            (Some(date), None) => write!(out, "{date}"),
            (None, Some(clock)) => write!(out, "{clock}"),
            (None, None) => Ok(()),
        }
    }
}

impl Time {
    /// Reads RFC 3339 and the usual Chinese forms: `2026-03-02 14:05`, `2026/3/2`, `2026年3月2日 下午2时05分`,
    /// `20260302140500`, Unix seconds or milliseconds. Without a zone: Asia/Shanghai. `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        // Most times of a dump have nothing to trim.
        if let Some(time) = Self::parse_plain(text.as_bytes()) {
            return Some(time);
        }
        let text = text.trim();
        if let Some(time) = Self::parse_plain(text.as_bytes()) {
            return Some(time);
        }
        // Most times have no zone, and a parser that fails costs as much as one that doesn't.
        let after_date = text.as_bytes().get(8..).unwrap_or_default();
        if after_date.iter().any(|byte| b"Zz+-".contains(byte))
            && let Ok(timestamp) = text.parse::<jiff::Timestamp>()
        {
            return Some(Self::from_timestamp(timestamp));
        }
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match (is_digits, text.len()) {
            (true, 10) => return Self::from_unix(text.parse().ok()?, 1),
            (true, 13) => return Self::from_unix(text.parse().ok()?, 1000),
            _ => {}
        }
        let numbers = if is_digits && matches!(text.len(), 8 | 12 | 14) {
            let starts = [0, 4, 6, 8, 10, 12].into_iter().zip([4, 6, 8, 10, 12, 14]);
            let mut numbers = Numbers::default();
            for (start, end) in starts.take_while(|(_, end)| *end <= text.len()) {
                numbers.push(text[start..end].parse().ok()?);
            }
            numbers
        } else {
            numbers_in(text)?
        };
        let numbers = &numbers.all[..numbers.count];
        let date = jiff::civil::Date::new(
            *numbers.first()?,
            i8::try_from(*numbers.get(1)?).ok()?,
            i8::try_from(*numbers.get(2)?).ok()?,
        )
        .ok()?;
        let clock = match numbers.get(3) {
            None => None,
            Some(&hour) => {
                let has_words = text
                    .bytes()
                    .any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
                let is_afternoon = has_words && AFTERNOON.iter().any(|word| text.contains(word));
                let hour = if is_afternoon && hour < 12 {
                    hour + 12
                } else {
                    hour
                };
                let minute = numbers.get(4).copied().unwrap_or(0);
                let second = numbers.get(5).copied().unwrap_or(0);
                let part = |number: i16| i8::try_from(number).ok();
                Some(jiff::civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?)
            }
        };
        Some(Self {
            date: Some(date),
            clock,
        })
    }

    /// The same, and `23:40` for a time of day on a day unknown: what a record says of its own time. In a transcript it
    /// would be the seconds since the call began.
    pub fn parse_of_record(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let parts: Option<Vec<i8>> = text.trim().split([':', '：']).map(two_digits).collect();
            let (hour, minute, second) = match parts?[..] {
                [hour, minute] => (hour, minute, 0),
                [hour, minute, second] => (hour, minute, second),
                _ => return None,
            };
            let clock = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
            Some(Self {
                date: None,
                clock: Some(clock),
            })
        })
    }

    /// The form that most dumps have, `2026-03-02 14:05` with or without seconds; everything else is another's.
    fn parse_plain(text: &[u8]) -> Option<Self> {
        let is_form = match text.len() {
            16 => true,
            19 => text[16] == b':',
            _ => false,
        };
        if !is_form || text[4] != b'-' || text[7] != b'-' || text[10] != b' ' || text[13] != b':' {
            return None;
        }
        let two = |at: usize| {
            let is_number = text[at].is_ascii_digit() && text[at + 1].is_ascii_digit();
            is_number.then(|| (text[at] - b'0') as i8 * 10 + (text[at + 1] - b'0') as i8)
        };
        let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
        let second = if text.len() == 19 { two(17)? } else { 0 };
        let date = jiff::civil::Date::new(year, two(5)?, two(8)?).ok()?;
        let clock = jiff::civil::Time::new(two(11)?, two(14)?, second, 0).ok()?;
        (year >= FIRST_YEAR).then_some(Self {
            date: Some(date),
            clock: Some(clock),
        })
    }

    fn from_unix(count: i64, per_second: i64) -> Option<Self> {
        let timestamp = jiff::Timestamp::from_second(count / per_second).ok()?;
        Some(Self::from_timestamp(timestamp))
    }

    fn from_timestamp(timestamp: jiff::Timestamp) -> Self {
        // China has kept one zone without summer time since 1991, so a fixed offset needs no zone database.
        let local = jiff::tz::offset(8).to_datetime(timestamp);
        Self {
            date: Some(local.date()),
            clock: Some(local.time()),
        }
    }
}

/// One or two digits.
fn two_digits(text: &str) -> Option<i8> {
    let is_number = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// No message is older.
const FIRST_YEAR: i16 = 1990;

/// Words for the hours after noon.
const AFTERNOON: [&str; 4] = ["下午", "晚上", "PM", "pm"];

/// Year, month, day, hour, minute, second, as far as they are told.
#[derive(Debug, Default)]
struct Numbers {
    all: [i16; 6],
    count: usize,
}

impl Numbers {
    fn push(&mut self, number: i16) {
        if let Some(place) = self.all.get_mut(self.count) {
            *place = number;
            self.count += 1;
        }
    }
}

/// The first six runs of digits; `None` if fewer than three or too large.
fn numbers_in(text: &str) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    let mut run: Option<i16> = None;
    for byte in text.bytes().chain([b' ']) {
        if byte.is_ascii_digit() {
            let digit = i16::from(byte - b'0');
            run = Some(run.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
        } else if let Some(number) = run.take() {
            numbers.push(number);
            if numbers.count == numbers.all.len() {
                break;
            }
        }
    }
    (numbers.count >= 3 && numbers.all[0] >= FIRST_YEAR).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_usual_form() {
        let expected = Time {
            date: Some(jiff::civil::date(2026, 3, 2)),
            clock: Some(jiff::civil::time(14, 5, 0, 0)),
        };
        for text in [
            "2026-03-02 14:05",
            "2026-03-02 14:05:00",
            "2026/3/2 14:05:00",
            "2026年3月2日 下午2时05分",
            "20260302140500",
            "2026-03-02T14:05:00+08:00",
            "2026-03-02T06:05:00Z",
            "1772431500",
            "1772431500000",
        ] {
            assert_eq!(Time::parse(text), Some(expected), "{text}");
        }
        assert_eq!(Time::parse("2026-03-02").unwrap().clock, None);
        for text in [
            "",
            "明天",
            "12:30",
            "2026-13-40",
            "2026-13-40 14:05",
            "1026-03-02 14:05",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_record_may_tell_the_time_of_day_alone() {
        for (text, hour, minute) in [("23:40", 23, 40), (" 7：05 ", 7, 5), ("00:10:30", 0, 10)] {
            let time = Time::parse_of_record(text).unwrap();
            let clock = time.clock.unwrap();
            assert_eq!(
                (time.date, clock.hour(), clock.minute()),
                (None, hour, minute),
                "{text}"
            );
        }
        assert_eq!(
            Time::parse_of_record("2026-03-02 14:05"),
            Time::parse("2026-03-02 14:05")
        );
        for text in ["", "25:00", "23:4x", "123:40", "23:40:10:05", "23", "晚上"] {
            assert_eq!(Time::parse_of_record(text), None, "{text}");
        }
    }
}
