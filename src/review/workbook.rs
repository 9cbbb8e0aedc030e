//! A sample → a workbook to fill in.
//!
//! In: a [`Sample`] and a reviewer's name. Out: an XLSX file: a guide, the findings and the clean messages with drop-downs,
//! and a hidden sheet with the sample's design, from which its judgements are read back. Promise: the same sample gives
//! the same bytes; no cell is ever a formula or a link, whatever its words.

mod guide;

use std::io;
use std::path::Path;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Workbook, Worksheet,
};

use crate::report::visible::columns;
use crate::report::words::{list_separator, pick};
use crate::review::item::Item;
use crate::review::sample::{Sample, StratumOf};
use crate::review::sheet::{DESIGN, DESIGN_CHARACTERS, DESIGN_MARK, Field, Judgement, Kind, channel_title};
use crate::rule::{Category, Lang, Tier};

/// Characters of any cell but the text's; UTF-16 units of a cell are 32,767.
const MOST_CELL_CHARACTERS: usize = 8_000;

/// Points of a line in the font that workbooks have, and of the highest row that Excel shows.
const LINE_POINTS: f64 = 15.0;
const MOST_ROW_POINTS: f64 = 409.0;

/// Pale yellow: the cells that reviewers write into.
const TO_FILL_IN: Color = Color::RGB(0x00FF_F8DC);

/// Writes the workbook of a sample; a reviewer's name is filled in already.
///
/// # Errors
/// If the file can't be written.
pub fn write(sample: &Sample, reviewer: Option<&str>, lang: Lang, path: &Path) -> io::Result<()> {
    let mut workbook = Workbook::new();
    // The same sample gives the same bytes: the day on which the file is made is no part of it.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
    guide::write(sample, workbook.add_worksheet(), lang)?;
    let (hits, clean) = sample.split();
    for (kind, items) in Kind::ALL.into_iter().zip([hits, clean]) {
        let page = workbook.add_worksheet();
        write_items(sample, kind, items, reviewer, page, lang)?;
    }
    write_design(sample, workbook.add_worksheet())?;
    let file = std::fs::File::create(path)?;
    workbook.save_to_writer(&file).map_err(failed)?;
    file.sync_all()
}

fn write_items(
    sample: &Sample,
    kind: Kind,
    items: &[Item],
    reviewer: Option<&str>,
    page: &mut Worksheet,
    lang: Lang,
) -> io::Result<()> {
    let cell = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Hair);
    let to_fill_in = cell.clone().set_background_color(TO_FILL_IN);
    let header = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    page.set_name(kind.sheet(lang)).map_err(failed)?;
    page.set_freeze_panes(1, 1).map_err(failed)?;
    page.set_landscape();
    let last_row = u32::try_from(items.len()).map_err(failed)?;
    for (row, item) in (1..).zip(items) {
        let texts = kind.fields().iter();
        let texts = texts.map(|field| (value(*field, item, sample, reviewer, lang), field.width()));
        page.set_row_height(row, height(texts)).map_err(failed)?;
    }
    for (at, &field) in (0..).zip(kind.fields()) {
        page.set_column_width(at, field.width()).map_err(failed)?;
        page.write_string_with_format(0, at, field.header(lang), &header)
            .map_err(failed)?;
        if let Some(choice) = choice(field, kind, lang)?.filter(|_| !items.is_empty()) {
            page.add_data_validation(1, at, last_row, at, &choice)
                .map_err(failed)?;
        }
        for (row, item) in (1..).zip(items) {
            let format = if field.is_filled_in() { &to_fill_in } else { &cell };
            match (field, value(field, item, sample, reviewer, lang)) {
                (Field::Number, _) => page.write_number_with_format(row, at, item.number, format),
                (_, value) if value.is_empty() => page.write_blank(row, at, format),
                (Field::Text, value) => page.write_string_with_format(row, at, value, format),
                (_, value) => page.write_string_with_format(row, at, shortened(&value), format),
            }
            .map_err(failed)?;
        }
    }
    let last_column = u16::try_from(kind.fields().len() - 1).map_err(failed)?;
    page.autofilter(0, 0, last_row, last_column).map_err(failed)?;
    Ok(())
}

/// Points that a row of texts in columns of these widths is high. Excel finds out by itself when it opens the file, other
/// programs show the first line of each cell only.
fn height(texts: impl Iterator<Item = (String, f64)>) -> f64 {
    let lines_of = |text: &str, width: f64| -> f64 {
        let lines = text
            .lines()
            .map(|line| (columns(line) as f64 / (0.9 * width)).ceil().max(1.0));
        lines.sum()
    };
    let lines = texts
        .map(|(text, width)| lines_of(&text, width))
        .fold(1.0, f64::max);
    (lines * LINE_POINTS).min(MOST_ROW_POINTS)
}

/// What stands in a cell before it is filled in.
fn value(field: Field, item: &Item, sample: &Sample, reviewer: Option<&str>, lang: Lang) -> String {
    let hit = item.hit.as_ref();
    match field {
        Field::Id => item.id.clone(),
        Field::Channel => item
            .channel
            .map_or(String::new(), |channel| channel_title(channel, lang).to_owned()),
        Field::Agency => item.agency.clone().unwrap_or_default(),
        Field::Rule => hit.map_or(String::new(), |hit| hit.rule.clone()),
        Field::Title => match &sample.stratum(item).of {
            StratumOf::Rule { title, .. } => pick(lang, &title.0, &title.1).to_owned(),
            StratumOf::Clean { .. } => String::new(),
        },
        Field::Evidence => hit.map_or(String::new(), |hit| hit.evidence.join(list_separator(lang))),
        Field::Text => item.shown().to_owned(),
        Field::Reviewer => reviewer.unwrap_or_default().to_owned(),
        Field::Number | Field::Judgement | Field::Category | Field::Tier | Field::Comment => String::new(),
    }
}

/// The drop-down of a column, if it has one.
fn choice(field: Field, kind: Kind, lang: Lang) -> io::Result<Option<DataValidation>> {
    let (words, style, told): (Vec<&str>, _, _) = match field {
        Field::Judgement => (
            Judgement::ALL.iter().map(|one| one.word(kind, lang)).collect(),
            DataValidationErrorStyle::Stop,
            pick(lang, "请从下拉列表中选择", "please choose from the list"),
        ),
        // Several are fine: whoever types them is asked once.
        Field::Category => (
            Category::ALL.iter().map(|one| one.title(lang)).collect(),
            DataValidationErrorStyle::Warning,
            pick(
                lang,
                "请从下拉列表中选择；有几类的，用顿号隔开",
                "please choose from the list; separate several by commas",
            ),
        ),
        Field::Tier => (
            Tier::ALL[1..].iter().map(|one| one.title(lang)).collect(),
            DataValidationErrorStyle::Stop,
            pick(lang, "请从下拉列表中选择", "please choose from the list"),
        ),
        _ => return Ok(None),
    };
    let choice = DataValidation::new()
        .allow_list_strings(&words)
        .and_then(|choice| choice.set_error_message(told))
        .map_err(failed)?;
    Ok(Some(choice.set_error_style(style)))
}

/// The design as JSON, in as many cells as it takes, below a mark that says what it is.
fn write_design(sample: &Sample, page: &mut Worksheet) -> io::Result<()> {
    page.set_name(DESIGN).map_err(failed)?;
    page.set_hidden(true);
    page.write_string(0, 0, DESIGN_MARK).map_err(failed)?;
    page.write_string(0, 1, sample.fingerprint()).map_err(failed)?;
    let json = serde_json::to_string(sample)?;
    let json: Vec<char> = json.chars().collect();
    for (row, part) in (1..).zip(json.chunks(DESIGN_CHARACTERS)) {
        // Between marks: programs drop white space at the ends of cells.
        let part: String = part.iter().collect();
        page.write_string(row, 0, format!("<{part}>")).map_err(failed)?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CELL_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// An error of another crate as one of writing.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}
