//! Tables of a run → files that spreadsheets, databases and notebooks read.
//!
//! In: rows of [`Cell`]s, table by table. Out: CSV, Parquet, a workbook, an SQLite database. Promise: the same rows give
//! the same bytes; no row is held longer than its format asks for; no cell is ever a formula, a link or markup, whatever
//! its words. It knows nothing of messages: what stands in the columns is the caller's business.

mod csv;
mod parquet;
mod sqlite;
mod workbook;

use std::borrow::Cow;
use std::io;
use std::path::Path;

/// What a table of results can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Columns, compressed.
    Parquet,
    /// Text with a mark that makes Excel read it as UTF-8.
    Csv,
    /// A workbook.
    Xlsx,
    /// A database.
    Sqlite,
}

/// One table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, as in `results`.
    pub name: &'static str,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique in its table.
    pub name: String,
    /// What its cells hold.
    pub kind: Kind,
    /// Whether a database is asked for it often.
    pub is_key: bool,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; identifiers too, so that no program takes them for numbers.
    Text,
    /// Whole numbers.
    Whole,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// None.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
}

/// Writes the tables of one file, on whatever thread.
pub trait TableWriter: Send {
    /// Adds a row to the table of this number; it has as many cells as that table has columns.
    ///
    /// # Errors
    /// If the file can't be written.
    fn write_row(&mut self, table: usize, cells: &[Cell]) -> io::Result<()>;

    /// Writes what is still to be written and closes the file.
    ///
    /// # Errors
    /// If the file can't be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl TableFormat {
    /// All of them.
    pub const ALL: [TableFormat; 4] = [
        TableFormat::Parquet,
        TableFormat::Csv,
        TableFormat::Xlsx,
        TableFormat::Sqlite,
    ];

    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            TableFormat::Parquet => "parquet",
            TableFormat::Csv => "csv",
            TableFormat::Xlsx => "xlsx",
            TableFormat::Sqlite => "sqlite",
        }
    }

    /// The format with this ending.
    pub fn with_extension(ending: &str) -> Option<Self> {
        let known = |format: &Self| format.extension() == ending;
        Self::ALL
            .into_iter()
            .find(known)
            .or_else(|| matches!(ending, "db" | "sqlite3").then_some(TableFormat::Sqlite))
    }

    /// Whether one file holds several tables.
    pub fn holds_several(self) -> bool {
        matches!(self, TableFormat::Xlsx | TableFormat::Sqlite)
    }

    /// Begins a file with these tables: one of them, unless the format holds several.
    ///
    /// # Errors
    /// If the file can't be created.
    pub fn create(self, path: &Path, tables: Vec<Table>) -> io::Result<Box<dyn TableWriter>> {
        Ok(match self {
            TableFormat::Parquet => Box::new(parquet::Writer::create(path, tables)?),
            TableFormat::Csv => Box::new(csv::Writer::create(path, tables)?),
            TableFormat::Xlsx => Box::new(workbook::Writer::create(path, tables)?),
            TableFormat::Sqlite => Box::new(sqlite::Writer::create(path, tables)?),
        })
    }
}

impl Column {
    /// A column of texts.
    pub fn text(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: Kind::Text,
            is_key: false,
        }
    }

    /// A column of whole numbers.
    pub fn whole(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::Whole,
            ..Self::text(name)
        }
    }

    /// The same, asked for often.
    pub fn key(self) -> Self {
        Self { is_key: true, ..self }
    }
}

impl<'a> Cell<'a> {
    /// A text; none is an empty cell.
    pub fn maybe(text: Option<impl Into<Cow<'a, str>>>) -> Self {
        text.map_or(Cell::Empty, |text| Cell::Text(text.into()))
    }

    /// A count.
    pub fn count(number: impl TryInto<i64>) -> Self {
        Cell::Whole(number.try_into().unwrap_or(i64::MAX))
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Cell<'a> {
    fn from(text: T) -> Self {
        Cell::Text(text.into())
    }
}

/// An error of another crate as one of writing.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests;
