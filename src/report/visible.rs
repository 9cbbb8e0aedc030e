//! Hostile text → text that a terminal can show.
//!
//! In: any text. Out: the same with control, bidi, invisible and unassigned characters spelled as `‹U+202E›`,
//! and rows of a given display width. Promise: nothing that it returns can move a cursor, change a colour or
//! reorder what stands beside it. It doesn't shorten text.

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::span::Span;

/// The text on one line, with every character that could act on a terminal spelled out. Borrows harmless text.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_spelled_out) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_visible(character, &mut shown);
    }
    Cow::Owned(shown)
}

/// Columns that the visible form of a text takes.
pub fn columns(text: &str) -> usize {
    visible(text).width()
}

/// A stretch of text that fits a row of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Line of the text, from 1.
    pub line: usize,
    /// The source bytes on this row, without the line break.
    pub span: Span,
    /// Whether it continues the line of the row before.
    pub is_continued: bool,
}

/// Cuts a text into rows of at most `width` columns. O(bytes); keep the result for all findings of a text.
pub fn rows(text: &str, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let end = start + line.strip_suffix('\r').unwrap_or(line).len();
        let mut row = Row {
            line: index + 1,
            span: Span::new(start, start),
            is_continued: false,
        };
        let mut used = 0;
        for (at, character) in text[start..end].char_indices() {
            let wide = character_columns(character);
            if used + wide > width && used > 0 {
                rows.push(row);
                row.span = Span::new(start + at, start + at);
                row.is_continued = true;
                used = 0;
            }
            used += wide;
            row.span.end = start + at + character.len_utf8();
        }
        rows.push(row);
        start += line.len() + 1;
    }
    rows
}

/// A line of marks under a row: `main` under the characters of the first span, `other` under those of the rest.
pub fn marks(text: &str, row: Row, primary: &[Span], related: &[Span], main: char, other: char) -> String {
    let mut marks = String::new();
    let covers = |spans: &[Span], at: usize| spans.iter().any(|span| span.start <= at && at < span.end);
    for (at, character) in row.span.of(text).char_indices() {
        let at = row.span.start + at;
        let mark = if covers(primary, at) {
            main
        } else if covers(related, at) {
            other
        } else {
            ' '
        };
        marks.extend(std::iter::repeat_n(mark, character_columns(character)));
    }
    marks.truncate(marks.trim_end().len());
    marks
}

/// The part of a stretch of a line to show in `width` columns, ellipses included: all of it if it fits, else what stands
/// around `focus`, whose beginning is always there.
pub(crate) fn window(line: &str, whole: Span, focus: Span, width: usize) -> Span {
    let needed: usize = whole.of(line).chars().map(character_columns).sum();
    if needed <= width {
        return whole;
    }
    // An ellipsis on either side.
    let mut room = width.saturating_sub(2).max(1);
    let start = focus.start.clamp(whole.start, whole.end);
    let mut shown = Span::new(start, start);
    grow_right(line, &mut shown, focus.end.clamp(start, whole.end), &mut room);
    // A third of what is left shows what came before.
    let mut before = room / 3;
    room -= before;
    grow_left(line, &mut shown, whole.start, &mut before);
    room += before;
    grow_right(line, &mut shown, whole.end, &mut room);
    grow_left(line, &mut shown, whole.start, &mut room);
    shown
}

fn grow_right(line: &str, shown: &mut Span, end: usize, room: &mut usize) {
    for character in line[shown.end..end].chars() {
        let wide = character_columns(character);
        // A character wider than the row still gets one.
        if wide > *room && !shown.is_empty() {
            break;
        }
        *room = room.saturating_sub(wide);
        shown.end += character.len_utf8();
    }
}

fn grow_left(line: &str, shown: &mut Span, start: usize, room: &mut usize) {
    for character in line[start..shown.start].chars().rev() {
        let wide = character_columns(character);
        if wide > *room {
            break;
        }
        *room -= wide;
        shown.start -= character.len_utf8();
    }
}

/// Wraps prose to `width` columns; breaks after a space where there is one, between Han characters otherwise.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let text = visible(text);
    let mut lines = Vec::new();
    let mut rest: &str = &text;
    while rest.width() > width {
        let mut used = 0;
        let mut fits = 0;
        for (at, character) in rest.char_indices() {
            used += character.width().unwrap_or(0);
            if used > width && fits > 0 {
                break;
            }
            fits = at + character.len_utf8();
        }
        let cut = before_word(rest, fits);
        if cut >= rest.len() {
            break;
        }
        let cut = before_word(rest, before_closing(rest, cut));
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// The break moved back by a character or two, so that no line begins with closing punctuation.
fn before_closing(text: &str, cut: usize) -> usize {
    let mut at = cut;
    for _ in 0..2 {
        let is_closing = text[at..].starts_with(|next: char| "，。；：！？、）》」』】”’)".contains(next));
        match text[..at].char_indices().next_back() {
            Some((before, _)) if is_closing && before > 0 => at = before,
            _ => return at,
        }
    }
    at
}

/// The beginning of the word that a break would cut, if it isn't the first of the line.
fn before_word(text: &str, cut: usize) -> usize {
    let is_part = |character: char| character.is_ascii_graphic();
    let (line, rest) = text.split_at(cut);
    let word = line.trim_end_matches(is_part);
    match rest.starts_with(is_part) && !word.is_empty() {
        true => word.len(),
        false => cut,
    }
}

/// Cuts a text to at most `width` columns, with an ellipsis where something is left out.
pub fn shorten(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|character| {
        used += character.width().unwrap_or(0);
        used <= width
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept
}

fn push_visible(character: char, shown: &mut String) {
    if is_spelled_out(character) {
        shown.push_str(&format!("‹U+{:04X}›", u32::from(character)));
    } else {
        shown.push(character);
    }
}

fn character_columns(character: char) -> usize {
    if is_spelled_out(character) {
        // ‹U+ and › around at least four digits.
        4 + format!("{:04X}", u32::from(character)).len()
    } else {
        character.width().unwrap_or(0)
    }
}

fn is_spelled_out(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    // The common case first: the table below is slower.
    if matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{3001}'..='\u{3029}') {
        return false;
    }
    let is_blank_letter = matches!(
        character,
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}' | '\u{FFA0}'
            | '\u{180B}'..='\u{180F}' | '\u{E0100}'..='\u{E01EF}'
    );
    is_blank_letter
        || matches!(
            get_general_category(character),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::PrivateUse
                | GeneralCategory::Surrogate
                | GeneralCategory::Unassigned
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_the_terminal() {
        let hostile = "a\u{1b}[31m\u{202e}文\u{200b}\u{9b}\u{7}\u{2028}\u{e0041}";
        let shown = visible(hostile);
        assert_eq!(
            shown,
            "a‹U+001B›[31m‹U+202E›文‹U+200B›‹U+009B›‹U+0007›‹U+2028›‹U+E0041›"
        );
        assert!(matches!(visible("再不还钱，“后果”自负😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn marks_stand_under_wide_and_spelled_out_characters() {
        let text = "你a\u{200b}腿";
        let row = rows(text, 80)[0];
        let at = text.find('\u{200b}').unwrap();
        let marks = marks(
            text,
            row,
            &[Span::new(at, at + 3)],
            &[Span::new(at + 3, text.len())],
            '^',
            '-',
        );
        assert_eq!(marks, "   ^^^^^^^^--");
    }

    #[test]
    fn rows_cover_the_text_and_fit() {
        let text = "再不还钱\r\n打断你的腿ab\n";
        let rows = rows(text, 6);
        let shown: Vec<(usize, &str, bool)> = rows
            .iter()
            .map(|row| (row.line, row.span.of(text), row.is_continued))
            .collect();
        assert_eq!(
            shown,
            [
                (1, "再不还", false),
                (1, "钱", true),
                (2, "打断你", false),
                (2, "的腿ab", true),
                (3, "", false)
            ]
        );
        assert_eq!(
            super::rows("宽", 1).len(),
            1,
            "a character wider than the row still gets one"
        );
    }

    #[test]
    fn windows_show_what_stands_around() {
        let line = "一二三四五六七八九十";
        for (focus, width, expected) in [
            ("五六", 20, line),
            ("五六", 10, "五六七八"),
            ("五", 11, "四五六七"),
            ("一", 10, "一二三四"),
            ("十", 10, "七八九十"),
            ("三四五六七八", 10, "三四五六"),
            ("九", 1, "九"),
        ] {
            let start = line.find(focus).unwrap();
            let focus = Span::new(start, start + focus.len());
            let shown = window(line, Span::new(0, line.len()), focus, width);
            assert_eq!(shown.of(line), expected, "{focus:?} {width}");
        }
        let tail = window(line, Span::new(6, line.len()), Span::new(9, 12), 20);
        assert_eq!(tail.start, 6, "what is cut off before isn't shown");
    }

    #[test]
    fn prose_wraps_between_words() {
        assert_eq!(wrap("please call the debtor", 11), ["please call", "the debtor"]);
        assert_eq!(wrap("请依约还款", 4), ["请依", "约还", "款"]);
        assert_eq!(wrap("请依约还款。谢谢", 10), ["请依约还", "款。谢谢"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("threat-a、threat-b、c", 18), ["threat-a、", "threat-b、c"]);
        assert_eq!(shorten("请依约还款", 6), "请依…");
    }
}
