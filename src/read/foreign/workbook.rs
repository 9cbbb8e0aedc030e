//! Workbooks of Excel (XLSX, XLSB, XLS) and OpenDocument → CSV, a sheet at a time.
//!
//! In: a workbook. Out: the names of its sheets, hidden ones included; the rows of one. XLSX is read cell by cell, so
//! that a sheet of a million rows takes no more memory than its shared strings; the other kinds are read whole. Numbers
//! come without the decimals that Excel adds, dates as `2026-03-02 14:05:00`; whole numbers with more digits than a
//! float holds are marked: Excel has lost their end before we see them.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{Data, ExcelDateTime, Reader, Sheet, SheetType, Sheets, Xlsx, open_workbook_auto_from_rs};
use zip::ZipArchive;

use crate::error::{Sentence, say, told};
use crate::read::foreign::Shared;
use crate::read::packed;

/// Follows a number whose last digits were lost.
pub(crate) const PRECISION_LOST: &str = "（精度丢失）";

/// Whole numbers from here on have more digits than Excel keeps: fifteen.
const FIRST_LOSSY: f64 = 1e15;

/// How many times its packed size a workbook may unpack to, and bytes that it may whatever the ratio. Its parts are
/// unpacked by a library that asks nobody; a sheet of equal cells reaches 100.
const MOST_RATIO: u64 = 500;
const FREE_BYTES: u64 = 256 << 20;

/// The sheets that hold cells: number and name.
///
/// # Errors
/// If the workbook can't be understood, or unpacks to far more than its size.
pub(super) fn sheets(file: Shared) -> io::Result<Vec<(usize, String)>> {
    refuse_bombs(&file)?;
    let workbook = open(file)?;
    let sheets = workbook.sheets_metadata().iter().enumerate();
    let holds_cells = |(_, sheet): &(usize, &Sheet)| sheet.typ == SheetType::WorkSheet;
    Ok(sheets
        .filter(holds_cells)
        .map(|(number, sheet)| (number, sheet.name.clone()))
        .collect())
}

/// Writes the rows of a sheet as CSV; adds to `lost` the numbers that are marked.
///
/// # Errors
/// If the sheet is damaged; what stands before the damage is written.
pub(super) fn write_sheet(
    file: Shared,
    number: usize,
    out: &mut dyn Write,
    lost: &AtomicU64,
) -> io::Result<()> {
    let mut workbook = open(file)?;
    let name = workbook.sheet_names().get(number).cloned().unwrap_or_default();
    let mut rows = Rows {
        out: csv::WriterBuilder::new().flexible(true).from_writer(out),
        row: Vec::new(),
        lost,
    };
    match &mut workbook {
        Sheets::Xlsx(workbook) => {
            let written = write_cells(workbook, &name, &mut rows);
            return rows.out.flush().and(written);
        }
        other => {
            let range = other.worksheet_range(&name).map_err(damaged)?;
            for row in range.rows() {
                for (column, value) in row.iter().enumerate() {
                    rows.set(column, value.clone());
                }
                rows.end_row()?;
            }
        }
    }
    rows.out.flush()
}

fn write_cells(workbook: &mut Xlsx<Shared>, name: &str, rows: &mut Rows) -> io::Result<()> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(damaged)?;
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
    lost: &'w AtomicU64,
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
            self.lost.fetch_add(1, Ordering::Relaxed);
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

/// Refuses what claims to unpack to more than a workbook does. Kinds that aren't archives unpack to nothing.
fn refuse_bombs(file: &Shared) -> io::Result<()> {
    let Ok(mut archive) = ZipArchive::new(file.clone()) else {
        return Ok(());
    };
    let mut unpacked: u64 = 0;
    for number in 0..archive.len() {
        let part = archive.by_index_raw(number).map_err(packed::damaged)?;
        unpacked = unpacked.saturating_add(part.size());
    }
    if unpacked > FREE_BYTES && unpacked / MOST_RATIO > file.length()? {
        return Err(told(say!(
            "解压后超过原来的 {MOST_RATIO} 倍，疑为压缩炸弹",
            "it unpacks to more than {MOST_RATIO} times its size, as a bomb does"
        )));
    }
    Ok(())
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
