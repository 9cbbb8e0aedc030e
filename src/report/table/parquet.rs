//! A table → Parquet, compressed with Zstandard.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::report::table::{Cell, Kind, Table, TableWriter, failed};

/// Rows given to the writer at a time.
const BATCH_ROWS: usize = 4096;

/// Rows that stand together in the file; what a reader skips or takes as one, and what has to be held until it is full.
const GROUP_ROWS: usize = 64 << 10;

pub(super) struct Writer {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    columns: Vec<Values>,
    rows: usize,
}

enum Values {
    Texts(StringBuilder),
    Wholes(Int64Builder),
}

impl Writer {
    pub(super) fn create(path: &Path, tables: Vec<Table>) -> io::Result<Self> {
        // One table is all that a Parquet file holds.
        let columns = tables
            .into_iter()
            .next()
            .map(|table| table.columns)
            .unwrap_or_default();
        let field = |(name, kind): (&String, Kind)| match kind {
            Kind::Text => Field::new(name, DataType::Utf8, true),
            Kind::Whole => Field::new(name, DataType::Int64, true),
        };
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| field((&column.name, column.kind)))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by(format!("dunlint {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = ArrowWriter::try_new(File::create(path)?, schema.clone(), Some(properties));
        Ok(Self {
            writer: writer.map_err(failed)?,
            schema,
            columns: columns
                .iter()
                .map(|column| match column.kind {
                    Kind::Text => Values::Texts(StringBuilder::new()),
                    Kind::Whole => Values::Wholes(Int64Builder::new()),
                })
                .collect(),
            rows: 0,
        })
    }

    fn write_batch(&mut self) -> io::Result<()> {
        let columns = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Values::Texts(values) => Arc::new(values.finish()),
                Values::Wholes(values) => Arc::new(values.finish()),
            }
        });
        let batch = RecordBatch::try_new(self.schema.clone(), columns.collect()).map_err(failed)?;
        self.rows = 0;
        self.writer.write(&batch).map_err(failed)
    }
}

impl TableWriter for Writer {
    fn write_row(&mut self, _: usize, cells: &[Cell]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Values::Texts(values), Cell::Text(text)) => values.append_value(text),
                (Values::Texts(values), Cell::Whole(number)) => values.append_value(number.to_string()),
                (Values::Texts(values), Cell::Empty) => values.append_null(),
                (Values::Wholes(values), Cell::Whole(number)) => values.append_value(*number),
                (Values::Wholes(values), Cell::Empty | Cell::Text(_)) => values.append_null(),
            }
        }
        self.rows += 1;
        match self.rows {
            BATCH_ROWS => self.write_batch(),
            _ => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows > 0 {
            self.write_batch()?;
        }
        let file = self.writer.into_inner().map_err(failed)?;
        file.sync_all()
    }
}
