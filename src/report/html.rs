//! A survey → one HTML file that needs nothing else.
//!
//! In: a [`Survey`]. Out: the page under `page/` with its style, scripts and data filled in. Promise: the data is JSON in
//! which no character can end the element that it stands in; what was filled in is never searched for markers; and a browser
//! runs only the scripts and takes only the style that are filled in here, by their hashes. How the page looks and what it
//! says around the data is its own business.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use sha2::{Digest as _, Sha256};

use crate::report::survey::Survey;
use crate::report::visible::visible;
use crate::report::words::pick;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Apache ECharts as it is: 1.1 MB of the binary, read from disk only when a page is written. Compressed it would be 0.3
/// MB, and the tree would hold it twice, or a build script.
const CHARTS: &str = include_str!("page/echarts.min.js");

/// What is filled in at a place of the page.
#[derive(Debug, Clone, Copy)]
enum Part {
    Lang,
    Policy,
    Title,
    Style,
    Data,
    Charts,
    Script,
}

/// The places of the page, each there once.
const MARKERS: [(&str, Part); 7] = [
    ("LANG", Part::Lang),
    ("POLICY", Part::Policy),
    ("TITLE", Part::Title),
    ("/*STYLE*/", Part::Style),
    ("/*DATA*/", Part::Data),
    ("/*CHARTS*/", Part::Charts),
    ("/*SCRIPT*/", Part::Script),
];

/// Writes the page of a survey, in its language.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(survey: &Survey, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((at, marker, part)) = next_place(rest) {
        out.write_all(&rest.as_bytes()[..at])?;
        match part {
            Part::Lang => out.write_all(pick(survey.lang, "zh-CN", "en").as_bytes())?,
            Part::Policy => out.write_all(policy().as_bytes())?,
            Part::Title => write_escaped(&survey.title, out)?,
            Part::Style => out.write_all(STYLE.as_bytes())?,
            Part::Data => survey.serialize(&mut Serializer::with_formatter(&mut *out, InScript))?,
            Part::Charts => out.write_all(CHARTS.as_bytes())?,
            Part::Script => out.write_all(SCRIPT.as_bytes())?,
        }
        rest = &rest[at + marker.len()..];
    }
    out.write_all(rest.as_bytes())
}

/// What a browser may take: nothing but the scripts and the style of the page, as they are.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(Sha256::digest(text)));
    let (charts, script, style) = (hash(CHARTS), hash(SCRIPT), hash(STYLE));
    format!(
        "default-src 'none'; script-src {charts} {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// The first place in what is left of the page.
fn next_place(rest: &str) -> Option<(usize, &'static str, Part)> {
    let found = MARKERS
        .iter()
        .filter_map(|(marker, part)| Some((rest.find(marker)?, *marker, *part)));
    found.min_by_key(|(at, _, _)| *at)
}

/// Writes a text that stands in an element.
fn write_escaped(text: &str, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    for character in visible(text).chars() {
        match character {
            '&' | '<' | '>' | '"' | '\'' => write!(out, "&#{};", u32::from(character))?,
            _ => write!(out, "{character}")?,
        }
    }
    Ok(())
}

/// JSON that can stand in a script element: no tag, comment or entity begins in it, and old engines see no line end in a
/// string.
struct InScript;

impl Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let is_unsafe = |one: char| matches!(one, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        let mut copied = 0;
        for (at, found) in fragment.match_indices(is_unsafe) {
            out.write_all(&fragment.as_bytes()[copied..at])?;
            for character in found.chars() {
                write!(out, "\\u{:04x}", u32::from(character))?;
            }
            copied = at + found.len();
        }
        out.write_all(&fragment.as_bytes()[copied..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::survey::tests::{HOSTILE, hostile_survey, small_survey};
    use crate::rule::Lang;

    fn written(survey: &Survey) -> String {
        let mut out = Vec::new();
        write(survey, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_marker_stands_in_the_page_once_and_no_part_ends_its_element() {
        for (marker, _) in MARKERS {
            assert_eq!(PAGE.matches(marker).count(), 1, "{marker}");
        }
        for script in [CHARTS, SCRIPT] {
            let script = script.to_ascii_lowercase();
            assert!(!script.contains("</script") && !script.contains("<!--"));
        }
        assert!(!STYLE.to_ascii_lowercase().contains("</style"));
    }

    #[test]
    fn the_page_holds_the_survey_and_nothing_acts() {
        for lang in [Lang::Zh, Lang::En] {
            let survey = hostile_survey(lang);
            let page = written(&survey);
            let begin = "<script type=\"application/json\" id=\"data\">";
            let start = page.find(begin).unwrap() + begin.len();
            let end = start + page[start..].find("</script>").unwrap();
            let json = &page[start..end];
            assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
            let read: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(read, serde_json::to_value(&survey).unwrap(), "nothing is lost");
            assert_eq!(read["title"], HOSTILE);
            assert!(page.contains("<title>&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;"));
            assert_eq!(page.matches("</script>").count(), 3);
            assert_eq!(page.len(), written(&survey).len());
        }
    }

    #[test]
    fn only_what_the_page_brings_may_act() {
        let page = written(&small_survey(Lang::Zh));
        let begin = "http-equiv=\"Content-Security-Policy\" content=\"";
        let start = page.find(begin).unwrap() + begin.len();
        let policy = &page[start..start + page[start..].find('"').unwrap()];
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
        // As a browser takes it: all between the tags. A carriage return would be another character there.
        let mut inside: Vec<&str> = Vec::new();
        for (open, close) in [("<script>", "</script>"), ("<style>", "</style>")] {
            let elements = page.split(open).skip(1);
            inside.extend(elements.map(|rest| rest.split(close).next().unwrap()));
        }
        assert_eq!(inside.len(), 3);
        for text in inside {
            assert!(!text.contains('\r'));
            let hash = BASE64.encode(Sha256::digest(text));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
        }
    }

    #[test]
    fn the_page_is_in_the_language_of_the_survey() {
        for (lang, tag) in [
            (Lang::Zh, "<html lang=\"zh-CN\">"),
            (Lang::En, "<html lang=\"en\">"),
        ] {
            assert!(written(&small_survey(lang)).contains(tag));
        }
    }
}
