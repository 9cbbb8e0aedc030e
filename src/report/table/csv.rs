//! A table → CSV for Excel: UTF-8 with a mark, and no cell that a spreadsheet would take for a formula.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::report::table::{Cell, Table, TableWriter, failed};

/// What a spreadsheet takes for the beginning of a formula, or strips to get at one.
const FORMULA_SIGNS: [char; 9] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '＠'];

pub(super) struct Writer(csv::Writer<BufWriter<File>>);

impl Writer {
    pub(super) fn create(path: &Path, tables: Vec<Table>) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all("\u{feff}".as_bytes())?;
        let mut rows = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        // One table is all that a CSV file holds.
        let columns = tables.iter().take(1).flat_map(|table| &table.columns);
        rows.write_record(columns.map(|column| safe(&column.name).into_owned()))?;
        Ok(Self(rows))
    }
}

impl TableWriter for Writer {
    fn write_row(&mut self, _: usize, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Empty => self.0.write_field("")?,
                Cell::Text(text) => self.0.write_field(&*safe(text))?,
                Cell::Whole(number) => self.0.write_field(number.to_string())?,
            }
        }
        self.0.write_record(None::<&[u8]>).map_err(failed)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let file = self.0.into_inner().map_err(|error| error.into_error())?;
        file.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}

/// A leading apostrophe makes a text of what would be a formula. NULs end a cell in some programs.
pub(super) fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    let is_formula = text.trim_start_matches(' ').starts_with(FORMULA_SIGNS);
    let text: std::borrow::Cow<str> = match text.contains('\0') {
        true => text.replace('\0', "\u{fffd}").into(),
        false => text.into(),
    };
    match is_formula {
        true => format!("'{text}").into(),
        false => text,
    }
}
