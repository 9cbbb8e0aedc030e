//! Tables → a workbook: a sheet each, and further ones where Excel's rows end.

use std::io;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::report::table::{Cell, Kind, Table, TableWriter, failed};

/// Rows of a sheet, the header included.
const MOST_ROWS: u32 = 1_048_576;

/// Characters (UTF-16 units) of a cell.
const MOST_UNITS: usize = 32_767;

/// Characters that columns of texts and of numbers are wide.
const TEXT_WIDTH: f64 = 18.0;
const NUMBER_WIDTH: f64 = 10.0;

pub(super) struct Writer {
    workbook: Workbook,
    path: PathBuf,
    sheets: Vec<Sheet>,
    header: Format,
}

/// The sheet that a table is being written to.
struct Sheet {
    table: Table,
    /// Its number among all sheets.
    number: usize,
    /// How many the table has.
    count: usize,
    /// The next row.
    row: u32,
}

impl Writer {
    pub(super) fn create(path: &Path, tables: Vec<Table>) -> io::Result<Self> {
        // Nothing would tell before the end that the file can't be written.
        std::fs::File::create(path)?;
        let mut workbook = Workbook::new();
        // The same tables give the same bytes: the day on which the file is made is no part of it.
        let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
        let mut own = Self {
            workbook,
            path: path.to_owned(),
            sheets: Vec::new(),
            header: Format::new().set_bold(),
        };
        for table in tables {
            own.sheets.push(Sheet {
                table,
                number: 0,
                count: 0,
                row: MOST_ROWS,
            });
            own.begin_sheet(own.sheets.len() - 1)?;
        }
        Ok(own)
    }

    fn begin_sheet(&mut self, table: usize) -> io::Result<()> {
        let number = self.workbook.worksheets().len();
        let sheet = &mut self.sheets[table];
        sheet.number = number;
        sheet.count += 1;
        sheet.row = 1;
        let name = match sheet.count {
            1 => sheet.table.name.to_owned(),
            count => format!("{} {count}", sheet.table.name),
        };
        let page = self
            .workbook
            .add_worksheet_with_constant_memory()
            .map_err(failed)?;
        page.set_name(name).map_err(failed)?;
        page.set_freeze_panes(1, 0).map_err(failed)?;
        for (at, column) in (0..).zip(&sheet.table.columns) {
            let width = match column.kind {
                Kind::Text => TEXT_WIDTH,
                Kind::Whole => NUMBER_WIDTH,
            };
            page.set_column_width(at, width).map_err(failed)?;
            page.write_string_with_format(0, at, &column.name, &self.header)
                .map_err(failed)?;
        }
        Ok(())
    }

    fn page(&mut self, table: usize) -> io::Result<(&mut Worksheet, &mut Sheet)> {
        let sheet = &mut self.sheets[table];
        let page = self.workbook.worksheet_from_index(sheet.number).map_err(failed)?;
        Ok((page, sheet))
    }

    fn add_filter(&mut self, table: usize) -> io::Result<()> {
        let (page, sheet) = self.page(table)?;
        let Some(last) = sheet.table.columns.len().checked_sub(1) else {
            return Ok(());
        };
        let last = u16::try_from(last).unwrap_or(u16::MAX);
        page.autofilter(0, 0, sheet.row - 1, last).map_err(failed)?;
        Ok(())
    }
}

impl TableWriter for Writer {
    fn write_row(&mut self, table: usize, cells: &[Cell]) -> io::Result<()> {
        if self.sheets[table].row == MOST_ROWS {
            self.add_filter(table)?;
            self.begin_sheet(table)?;
        }
        let (page, sheet) = self.page(table)?;
        for (at, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Text(text) => page.write_string(sheet.row, at, fitting(text)),
                // A float holds these exactly.
                Cell::Whole(number) => page.write_number(sheet.row, at, *number as f64),
            }
            .map_err(failed)?;
        }
        sheet.row += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        for table in 0..self.sheets.len() {
            self.add_filter(table)?;
        }
        let file = std::fs::File::create(&self.path)?;
        self.workbook.save_to_writer(&file).map_err(failed)?;
        file.sync_all()
    }
}

/// As much of a text as a cell holds.
fn fitting(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MOST_UNITS || text.encode_utf16().count() <= MOST_UNITS {
        return text.into();
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units >= MOST_UNITS
    });
    format!("{}…", &text[..end.map_or(text.len(), |(at, _)| at)]).into()
}
