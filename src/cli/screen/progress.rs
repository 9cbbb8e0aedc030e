//! How far a run is, on standard error.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use dunlint::rule::Lang;
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};

use super::super::Context;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum ProgressMode {
    /// A bar if somebody watches, otherwise nothing
    #[default]
    Auto,
    /// A line from time to time
    Plain,
    /// A JSON object a line
    Json,
    /// Nothing
    None,
}

/// Between two lines for people, and for programs.
const PLAIN_PAUSE: Duration = Duration::from_secs(10);
const JSON_PAUSE: Duration = Duration::from_secs(1);

/// Tells how far a run is.
pub(super) enum Progress {
    Hidden,
    Bar(ProgressBar),
    Lines(Lines),
}

pub(super) struct Lines {
    is_json: bool,
    lang: Lang,
    done: u64,
    total: Option<u64>,
    begun: Instant,
    told: Instant,
}

impl Progress {
    /// Progress over so many bytes, if they are known.
    pub(super) fn new(mode: ProgressMode, total: Option<u64>, context: &Context) -> Self {
        let now = Instant::now();
        let lines = |is_json| {
            Progress::Lines(Lines {
                is_json,
                lang: context.lang,
                done: 0,
                total,
                begun: now,
                told: now,
            })
        };
        match mode {
            ProgressMode::None => Progress::Hidden,
            ProgressMode::Plain => lines(false),
            ProgressMode::Json => lines(true),
            ProgressMode::Auto if io::stderr().is_terminal() => Progress::Bar(bar(total, context)),
            ProgressMode::Auto => Progress::Hidden,
        }
    }

    /// So many bytes more are done.
    pub(super) fn add(&mut self, bytes: u64) {
        match self {
            Progress::Hidden => {}
            Progress::Bar(bar) => bar.inc(bytes),
            Progress::Lines(lines) => lines.add(bytes),
        }
    }

    /// All is done.
    pub(super) fn finish(self) {
        match self {
            Progress::Hidden => {}
            Progress::Bar(bar) => bar.finish_and_clear(),
            Progress::Lines(lines) => lines.tell(),
        }
    }
}

fn bar(total: Option<u64>, context: &Context) -> ProgressBar {
    let (bar, template) = match total {
        Some(bytes) => (
            ProgressBar::new(bytes),
            context.pick(
                "{bar:30} {bytes}/{total_bytes} 每秒 {bytes_per_sec} 剩余 {eta}",
                "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
            ),
        ),
        None => (
            ProgressBar::new_spinner(),
            context.pick(
                "{spinner} {bytes} 每秒 {bytes_per_sec}",
                "{spinner} {bytes} {bytes_per_sec}",
            ),
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl Lines {
    fn add(&mut self, bytes: u64) {
        self.done += bytes;
        let pause = if self.is_json { JSON_PAUSE } else { PLAIN_PAUSE };
        if self.told.elapsed() >= pause {
            self.told = Instant::now();
            self.tell();
        }
    }

    fn tell(&self) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-9);
        let left = self
            .total
            .map(|total| total.saturating_sub(self.done) as f64 / rate.max(1.0));
        let line = match self.is_json {
            true => serde_json::json!({
                "event": "progress",
                "bytes": self.done,
                "total_bytes": self.total,
                "seconds": (seconds * 1000.0).round() / 1000.0,
                "bytes_per_second": rate.round(),
                "seconds_left": left.map(f64::round),
            })
            .to_string(),
            false => self.line(rate, left),
        };
        // Nobody listening is no reason to fail.
        let _ = writeln!(io::stderr(), "{line}");
    }

    fn line(&self, rate: f64, left: Option<f64>) -> String {
        let (done, rate) = (HumanBytes(self.done), HumanBytes(rate as u64));
        match (self.total.zip(left), self.lang) {
            (Some((total, left)), lang) => {
                let share = self.done as f64 * 100.0 / total.max(1) as f64;
                let (total, left) = (HumanBytes(total), HumanDuration(Duration::from_secs_f64(left)));
                match lang {
                    Lang::Zh => format!("{share:.0}%  {done}/{total}  每秒 {rate}  剩余 {left:#}"),
                    Lang::En => format!("{share:.0}%  {done}/{total}  {rate}/s  {left:#} left"),
                }
            }
            (None, Lang::Zh) => format!("{done}  每秒 {rate}"),
            (None, Lang::En) => format!("{done}  {rate}/s"),
        }
    }
}
