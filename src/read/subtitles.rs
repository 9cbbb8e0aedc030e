//! Subtitles of recorded calls: SRT and WebVTT.
//!
//! In: the text of a file. Out: its cues as the turns of one call. Speakers stand before the words (`坐席：…`) or in
//! WebVTT's voice tags; a cue without a speaker goes on with the turn before. Times of cues count from the call's
//! beginning, which says nothing of the hour, so they are left out.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::decode;
use crate::message::Turn;
use crate::read::transcript::{self, Labelled};

/// `00:01:02,500 --> 00:01:04,000`, WebVTT without hours and with settings behind.
static TIMING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
        .expect("it is a pattern")
});

/// WebVTT's `<v 坐席>` at the start of a cue, and other tags anywhere.
static VOICE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^<v(?:\.[^ >]*)?\s+([^>]+)>").expect("it is a pattern"));
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"</?(?:v|c|i|b|u|ruby|rt|lang|font|\d)[^<>]{0,80}>").expect("it is a pattern")
});

/// Whether a text is subtitles, by its first lines.
pub(crate) fn is_subtitles(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    first.trim_start_matches('\u{feff}').starts_with("WEBVTT")
        || TIMING.is_match(first)
        || (first.bytes().all(|byte| byte.is_ascii_digit()) && TIMING.is_match(second))
}

/// The turns of the call.
pub(crate) fn turns(text: &str) -> Vec<Turn<'static>> {
    let mut stretches: Vec<Labelled<'static>> = Vec::new();
    let mut is_cue = false;
    let text = decode::with_line_feeds(text.into());
    for line in text.lines() {
        let line = line.trim();
        if TIMING.is_match(line) {
            is_cue = true;
        } else if line.is_empty() {
            is_cue = false;
        } else if is_cue {
            // Numbers and names of cues, notes and styles stand before a timing, so not here.
            add(&mut stretches, line);
        }
    }
    transcript::turns(stretches)
}

fn add(stretches: &mut Vec<Labelled<'static>>, line: &str) {
    let voice = VOICE.captures(line).map(|found| found[1].trim().to_owned());
    let words = TAG.replace_all(line, "").into_owned();
    let stretch = match voice {
        Some(label) => Labelled {
            label: Cow::Owned(label),
            text: Cow::Owned(words),
            time: None,
        },
        None => transcript::labelled(Cow::Owned(words)),
    };
    match stretches.last_mut() {
        Some(last) if stretch.label.is_empty() || stretch.label == last.label => {
            let text = last.text.to_mut();
            text.push('\n');
            text.push_str(&stretch.text);
        }
        _ => stretches.push(stretch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Speaker;

    #[test]
    fn cues_are_turns() {
        let srt = "1\r\n00:00:00,000 --> 00:00:02,000\r\n坐席：您好\r\n请还款\r\n\r\n2\r\n00:00:02,500 --> 00:00:03,000\r\n客户：谁\r\n";
        let vtt = "WEBVTT\n\nNOTE 坐席：不是话\n\nSTYLE\n::cue{}\n\n一\n00:00.000 --> 00:02.000 align:start\n<v 坐席><c.red>您好</c>\n请还款\n\n00:02.500 --> 00:03.000\n<v 客户>谁</v>\n";
        for text in [srt, vtt] {
            assert!(is_subtitles(text));
            let turns = turns(text);
            let shown: Vec<_> = turns.iter().map(|turn| (turn.speaker, &*turn.text)).collect();
            assert_eq!(
                shown,
                [(Speaker::Agent, "您好\n请还款"), (Speaker::Customer, "谁")],
                "{text}"
            );
        }
        for text in ["", "1\n请还款", "2026-03-02 10:00 --> 到期", "12\n34"] {
            assert!(!is_subtitles(text), "{text}");
        }
    }
}
