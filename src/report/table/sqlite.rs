//! Tables → an SQLite database, with indexes on what is asked for often.

use std::io;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::report::table::{Cell, Kind, Table, TableWriter, failed};

pub(super) struct Writer {
    database: Connection,
    tables: Vec<Table>,
    inserts: Vec<String>,
}

impl Writer {
    pub(super) fn create(path: &Path, tables: Vec<Table>) -> io::Result<Self> {
        // What stood there would stay in.
        std::fs::File::create(path)?;
        let database = Connection::open(path).map_err(failed)?;
        // The file is no database before it is whole, so nothing needs to be undone.
        database
            .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
            .map_err(failed)?;
        let mut inserts = Vec::new();
        for table in &tables {
            let column = |column: &super::Column| {
                let kind = match column.kind {
                    Kind::Text => "TEXT",
                    Kind::Whole => "INTEGER",
                };
                format!("{} {kind}", quoted(&column.name))
            };
            let columns: Vec<String> = table.columns.iter().map(column).collect();
            let name = quoted(table.name);
            let create = format!("CREATE TABLE {name} ({})", columns.join(", "));
            database.execute(&create, []).map_err(failed)?;
            let places = vec!["?"; columns.len()].join(", ");
            inserts.push(format!("INSERT INTO {name} VALUES ({places})"));
        }
        Ok(Self {
            database,
            tables,
            inserts,
        })
    }
}

impl TableWriter for Writer {
    fn write_row(&mut self, table: usize, cells: &[Cell]) -> io::Result<()> {
        let mut insert = self
            .database
            .prepare_cached(&self.inserts[table])
            .map_err(failed)?;
        insert.execute(params_from_iter(cells)).map_err(failed)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        for table in &self.tables {
            for column in table.columns.iter().filter(|column| column.is_key) {
                let index = quoted(&format!("{}_{}", table.name, column.name));
                let (table, column) = (quoted(table.name), quoted(&column.name));
                let create = format!("CREATE INDEX {index} ON {table} ({column})");
                self.database.execute(&create, []).map_err(failed)?;
            }
        }
        self.database.execute_batch("COMMIT").map_err(failed)?;
        self.database.close().map_err(|(_, error)| failed(error))
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Empty => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Whole(number) => ToSqlOutput::Owned(Value::Integer(*number)),
        })
    }
}

/// A name as SQL takes it, whatever its characters.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}
