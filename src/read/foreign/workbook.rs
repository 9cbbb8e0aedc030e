//! Workbooks of Excel (XLSX, XLSB, XLS) and OpenDocument → CSV, a sheet at a time.
//!
//! In: a workbook. Out: the names of its sheets, hidden ones included; the rows of one. XLSX is read cell by cell, so
//! that a sheet of a million rows takes no more memory than its shared strings, which are bounded; the other kinds are
//! read whole. Numbers
//! come without the decimals that Excel adds, dates as `2026-03-02 14:05:00`; whole numbers with more digits than a
//! float holds are marked: Excel has lost their end before we see them.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{
    Data, Dimensions, ExcelDateTime, Reader, SheetType, Sheets, Xlsx, open_workbook_auto_from_rs,
};
use zip::ZipArchive;

use crate::error::{Sentence, say, told};
use crate::read::foreign::{Shared, Sheet};
use crate::read::packed;

/// Follows a number whose last digits were lost.
pub(crate) const PRECISION_LOST: &str = "（精度丢失）";

/// Whole numbers from here on have more digits than Excel keeps: fifteen.
const FIRST_LOSSY: f64 = 1e15;

/// How many times its packed size a workbook may unpack to, and bytes that it may whatever the ratio. Its parts are
/// unpacked by a library that asks nobody; a sheet of equal cells reaches 100.
const MOST_RATIO: u64 = 500;
const FREE_BYTES: u64 = 256 << 20;

/// Bytes that the texts of a workbook may unpack to: they are held in memory while its sheets are read, in about as many
/// bytes. A sheet has 1,048,576 rows at most; with a text of 70 Chinese characters and four short values in each, all of
/// them different, they take 370 MiB.
const MOST_TEXT_BYTES: u64 = 512 << 20;

/// More texts than can be there aren't made room for: each takes at least the five bytes of `<si/>`.
const MOST_TEXTS: u64 = MOST_TEXT_BYTES / 5;

/// At most so many times its size something unpacks to that is packed as ZIP archives usually are: what is smaller than
/// the bound by that much needn't be unpacked to know it.
const MOST_DEFLATE_RATIO: u64 = 1032;

/// Bytes of a workbook's texts in which their number stands.
const HEAD_BYTES: u64 = 4096;

/// A sheet as the workbook lists it.
pub(super) struct Listed {
    pub(super) number: usize,
    pub(super) name: String,
    /// Rows, as far as the workbook tells before they are read; else 1.
    pub(super) rows: u64,
}

/// What is told of a sheet while it is read.
pub(super) struct Tally {
    /// How many of its share of the file's bytes are done.
    pub(super) done: Arc<AtomicU64>,
    /// Numbers whose last digits were lost.
    pub(super) lost: Arc<AtomicU64>,
}

/// The sheets that hold cells.
///
/// # Errors
/// If the workbook can't be understood, or unpacks to far more than its size or than memory is to hold.
pub(super) fn sheets(file: Shared) -> io::Result<Vec<Listed>> {
    refuse_bombs(&file)?;
    let mut workbook = open(file)?;
    let sheets = workbook.sheets_metadata().iter().enumerate();
    let holding_cells = sheets.filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet);
    let named: Vec<(usize, String)> = holding_cells
        .map(|(number, sheet)| (number, sheet.name.clone()))
        .collect();
    let listed = named.into_iter().map(|(number, name)| {
        let rows = match &mut workbook {
            // What is wrong with a sheet is told when it is read.
            Sheets::Xlsx(workbook) => workbook
                .worksheet_cells_reader(&name)
                .map_or(1, |cells| rows_of(cells.dimensions())),
            _ => 1,
        };
        Listed { number, name, rows }
    });
    Ok(listed.collect())
}

/// Rows of a sheet as it claims.
fn rows_of(dimensions: Dimensions) -> u64 {
    u64::from(dimensions.end.0.saturating_sub(dimensions.start.0)) + 1
}

/// Writes the rows of a sheet as CSV, and into the tally how far it is and which numbers are marked.
///
/// # Errors
/// If the sheet is damaged; what stands before the damage is written.
pub(super) fn write_sheet(file: Shared, sheet: Sheet, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let mut workbook = open(file)?;
    let names = workbook.sheet_names();
    let name = names.get(sheet.number).cloned().unwrap_or_default();
    let mut rows = Rows {
        out: csv::WriterBuilder::new().flexible(true).from_writer(out),
        row: Vec::new(),
        tally,
        bytes: sheet.bytes,
        written: 0,
        expected: 1,
    };
    match &mut workbook {
        Sheets::Xlsx(workbook) => {
            let written = write_cells(workbook, &name, &mut rows);
            return rows.out.flush().and(written);
        }
        other => {
            let range = other.worksheet_range(&name).map_err(damaged)?;
            rows.expected = range.height() as u64;
            for row in range.rows() {
                for (column, value) in row.iter().enumerate() {
                    rows.set(column, value.clone());
                }
                rows.end_row()?;
            }
        }
    }
    tally.done.store(sheet.bytes, Ordering::Relaxed);
    rows.out.flush()
}

fn write_cells(workbook: &mut Xlsx<Shared>, name: &str, rows: &mut Rows) -> io::Result<()> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(damaged)?;
    rows.expected = rows_of(cells.dimensions());
    let mut current = None;
    let mut end = Ok(());
    loop {
        let cell = match cells.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            // The row before the damage may be whole, and its cells are.
            Err(error) => {
                end = Err(damaged(error));
                break;
            }
        };
        let (row, column) = cell.get_position();
        if current.is_some_and(|current| current != row) {
            rows.end_row()?;
        }
        current = Some(row);
        rows.set(column as usize, cell.get_value().clone().into());
    }
    if current.is_some() {
        rows.end_row()?;
    }
    end
}

struct Rows<'w> {
    out: csv::Writer<&'w mut dyn Write>,
    row: Vec<String>,
    tally: &'w Tally,
    /// The sheet's share of the file.
    bytes: u64,
    written: u64,
    /// Rows that the sheet claims to have.
    expected: u64,
}

impl Rows<'_> {
    fn set(&mut self, column: usize, value: Data) {
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        self.row[column] = match value {
            Data::Float(number) => self.number(number),
            Data::Int(number) => number.to_string(),
            Data::String(text) => text,
            Data::Bool(is_true) => is_true.to_string(),
            Data::DateTime(time) => moment(&time),
            Data::DateTimeIso(text) | Data::DurationIso(text) => text,
            // What a formula failed to make is no value.
            Data::Error(_) | Data::Empty => String::new(),
        };
    }

    fn number(&self, number: f64) -> String {
        let is_whole = number.fract() == 0.0;
        if is_whole && number.abs() >= FIRST_LOSSY {
            self.tally.lost.fetch_add(1, Ordering::Relaxed);
            return format!("{number}{PRECISION_LOST}");
        }
        number.to_string()
    }

    fn end_row(&mut self) -> io::Result<()> {
        // A row of no fields can't be written; one empty field is a blank line.
        if self.row.is_empty() {
            self.row.push(String::new());
        }
        self.out.write_record(&self.row)?;
        self.row.clear();
        self.written += 1;
        // A sheet that claims one row, or none, doesn't know: it is done when it is done.
        if self.written < self.expected {
            let done = u128::from(self.bytes) * u128::from(self.written) / u128::from(self.expected);
            let done = u64::try_from(done).unwrap_or(self.bytes);
            self.tally.done.store(done, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn moment(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        // Hours may be more than a day has.
        let seconds = (time.as_f64() * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let is_clock = time.as_f64() < 1.0;
    match is_clock {
        true => format!("{hour:02}:{minute:02}:{second:02}"),
        false => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn open(file: Shared) -> io::Result<Sheets<Shared>> {
    open_workbook_auto_from_rs(file).map_err(|error| match error {
        calamine::Error::Io(error) => error,
        _ => told(unreadable()),
    })
}

/// Refuses what claims to unpack to more than a workbook does, and texts of which more comes out than memory is to hold,
/// whatever they claim. Kinds that aren't archives unpack to nothing.
fn refuse_bombs(file: &Shared) -> io::Result<()> {
    let Ok(mut archive) = ZipArchive::new(file.clone()) else {
        return Ok(());
    };
    let mut unpacked: u64 = 0;
    let mut texts = Vec::new();
    for number in 0..archive.len() {
        let part = archive.by_index_raw(number).map_err(packed::damaged)?;
        unpacked = unpacked.saturating_add(part.size());
        if holds_texts(&String::from_utf8_lossy(part.name_raw())) {
            texts.push(number);
        }
    }
    if unpacked > FREE_BYTES && unpacked / MOST_RATIO > file.length()? {
        return Err(told(say!(
            "解压后超过原来的 {MOST_RATIO} 倍，疑为压缩炸弹",
            "it unpacks to more than {MOST_RATIO} times its size, as a bomb does"
        )));
    }
    for number in texts {
        // A locked part, or one packed in an unknown way, is for the reader of workbooks to refuse.
        if let Ok(part) = archive.by_index(number) {
            let most = part.compressed_size().saturating_mul(MOST_DEFLATE_RATIO);
            refuse_too_many_texts(part, most)?;
        }
    }
    Ok(())
}

/// Whether a part is held in memory as a whole: the shared strings of Excel, the one table of OpenDocument.
fn holds_texts(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    name.starts_with("sharedstrings.") || name == "content.xml"
}

/// Refuses texts that are more than memory is to hold, or that claim to be; they unpack to `most` bytes or fewer.
fn refuse_too_many_texts(mut texts: impl Read, most: u64) -> io::Result<()> {
    let mut head = Vec::new();
    // What is damaged is for the reader of workbooks to tell.
    let mut taken = match texts.by_ref().take(HEAD_BYTES).read_to_end(&mut head) {
        Ok(taken) => taken as u64,
        Err(_) => return Ok(()),
    };
    if most > MOST_TEXT_BYTES {
        let rest = (MOST_TEXT_BYTES + 1).saturating_sub(taken);
        taken += io::copy(&mut texts.take(rest), &mut io::sink()).unwrap_or_default();
    }
    if taken > MOST_TEXT_BYTES || claimed_texts(&head) > MOST_TEXTS {
        let mebibytes = MOST_TEXT_BYTES >> 20;
        return Err(told(say!(
            "工作簿的文字解压后超过 {mebibytes} MiB，而读取时须全部放在内存里；请拆成几个工作簿，或另存为 CSV",
            "the texts of the workbook unpack to more than {mebibytes} MiB, and they have to be held in memory to read it; split it into several workbooks, or save it as CSV"
        )));
    }
    Ok(())
}

/// How many different texts their beginning claims; room is made for so many before one is read.
fn claimed_texts(head: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(head);
    let claim = head.split_once("uniqueCount").map_or("", |(_, claim)| claim);
    let digits = claim.trim_start_matches(|sign: char| !sign.is_ascii_digit() && sign != '>');
    let end = digits
        .find(|sign: char| !sign.is_ascii_digit())
        .unwrap_or(digits.len());
    match digits[..end].parse() {
        Ok(count) => count,
        Err(_) if end > 0 => u64::MAX,
        Err(_) => 0,
    }
}

fn unreadable() -> Sentence {
    say!(
        "不是能读取的工作簿（可能已损坏、有密码，或是旧版 Word 等其他文件）；请另存为不加密的 XLSX 或 CSV",
        "not a workbook that can be read (damaged, locked, or another kind such as an old Word file); save it as XLSX without a password, or as CSV"
    )
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    let problem = error.to_string();
    told(say!(
        "工作表已损坏，此处之后无法读取（{problem}）",
        "the sheet is damaged and can't be read beyond this ({problem})"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_beyond_the_bound_are_refused_whatever_they_claim() {
        let claim = |count: &str| format!("<?xml version=\"1.0\"?><sst uniqueCount=\"{count}\"><si>");
        for (head, length, most, is_refused) in [
            (claim("3"), 0, 2000, false),
            (claim("99999999"), 0, 2000, false),
            (claim("200000000"), 0, 2000, true),
            (claim("99999999999999999999999"), 0, 2000, true),
            ("<sst uniqueCount=\"\"><si>7".to_owned(), 0, 2000, false),
            (claim("3"), MOST_TEXT_BYTES / 8, u64::MAX, false),
            (claim("3"), MOST_TEXT_BYTES, u64::MAX, true),
            (String::new(), 0, u64::MAX, false),
        ] {
            let texts = head.as_bytes().chain(io::repeat(b'x').take(length));
            let refused = refuse_too_many_texts(texts, most);
            assert_eq!(refused.is_err(), is_refused, "{head} {length}");
        }
        for (name, expected) in [
            ("xl/sharedStrings.xml", true),
            ("xl\\SharedStrings.bin", true),
            ("content.xml", true),
            ("xl/worksheets/sheet1.xml", false),
        ] {
            assert_eq!(holds_texts(name), expected, "{name}");
        }
    }

    #[test]
    fn rows_tell_how_far_a_sheet_is() {
        let mut tally = Tally {
            done: Arc::default(),
            lost: Arc::default(),
        };
        for (expected, written, done) in [(4, 1, 250), (4, 3, 750), (4, 9, 750), (1, 5, 0)] {
            tally.done = Arc::default();
            let mut out = Vec::new();
            let out: &mut dyn Write = &mut out;
            let mut rows = Rows {
                out: csv::WriterBuilder::new().from_writer(out),
                row: Vec::new(),
                tally: &tally,
                bytes: 1000,
                written: 0,
                expected,
            };
            for _ in 0..written {
                rows.end_row().unwrap();
            }
            drop(rows);
            assert_eq!(tally.done.load(Ordering::Relaxed), done, "{expected} {written}");
        }
    }
}
