//! Parquet and Arrow files → CSV with their columns' names as header.
//!
//! In: a file of columns. Out: its rows, a batch at a time. Lists and structures come as JSON, so that the turns of a
//! call can stand in a column; texts that the file calls bytes are decoded as UTF-8 or GB18030; times come without a
//! zone if they have none. Decimal and whole numbers keep all digits.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::decode::Encoding;
use crate::error::{say, told};
use crate::read::foreign::{Columnar, Shared};

/// Rows made into text at a time.
const BATCH_ROWS: usize = 1024;

/// Writes all rows.
///
/// # Errors
/// If the file is damaged; the rows before the damage are written.
pub(super) fn write_rows(file: Shared, kind: Columnar, out: &mut dyn Write) -> io::Result<()> {
    match kind {
        Columnar::Parquet => {
            let facts = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).map_err(damaged)?;
            write_groups(&file, &facts, out)
        }
        Columnar::ArrowFile => {
            let batches = FileReader::try_new(BufReader::new(file), None).map_err(damaged)?;
            write_batches(&batches.schema(), batches, out)
        }
        Columnar::ArrowStream => {
            let batches = StreamReader::try_new(BufReader::new(file), None).map_err(damaged)?;
            write_batches(&batches.schema(), batches, out)
        }
    }
}

/// Writes the rows of all groups of a Parquet file; damage in one takes none of the others along.
fn write_groups(file: &Shared, facts: &ArrowReaderMetadata, out: &mut dyn Write) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(facts.schema().fields().iter().map(|field| field.name()))?;
    let groups = facts.metadata().num_row_groups();
    let (mut unread, mut problem) = (0, None);
    for group in 0..groups {
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), facts.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build();
        let batches = match reader {
            Ok(batches) => batches,
            Err(error) => {
                unread += 1;
                problem.get_or_insert(error.to_string());
                continue;
            }
        };
        for batch in batches {
            match batch {
                Ok(batch) => write_batch(&batch, &mut out)?,
                Err(error) => {
                    unread += 1;
                    problem.get_or_insert(error.to_string());
                    break;
                }
            }
        }
    }
    out.flush()?;
    problem.map_or(Ok(()), |problem| {
        Err(told(say!(
            "文件已损坏：{groups} 个行组中有 {unread} 个未能读完，其余均已读取（{problem}）",
            "the file is damaged: {unread} of its {groups} groups of rows can't be read to their end, the others are read ({problem})"
        )))
    })
}

fn write_batches(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(schema.fields().iter().map(|field| field.name()))?;
    for batch in batches {
        write_batch(&batch.map_err(damaged)?, &mut out)?;
    }
    out.flush()
}

fn write_batch(batch: &RecordBatch, out: &mut csv::Writer<&mut dyn Write>) -> io::Result<()> {
    let options = FormatOptions::new()
        .with_datetime_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%:z"));
    let columns: Result<Vec<Cells>, ArrowError> = batch
        .columns()
        .iter()
        .map(|column| Cells::of(column, &options))
        .collect();
    let columns = columns.map_err(damaged)?;
    let mut cell = String::new();
    for row in 0..batch.num_rows() {
        for column in &columns {
            cell.clear();
            column.append(row, &mut cell).map_err(damaged)?;
            out.write_field(&cell)?;
        }
        out.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// The values of a column as text.
enum Cells<'a> {
    Scalars(ArrayFormatter<'a>),
    Bytes(&'a dyn Array),
    /// JSON, made ahead.
    Nested(Vec<String>),
}

impl<'a> Cells<'a> {
    fn of(column: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Self, ArrowError> {
        Ok(match column.data_type() {
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Cells::Bytes(column),
            data_type if data_type.is_nested() => Cells::Nested(json(column)?),
            _ => Cells::Scalars(ArrayFormatter::try_new(column, options)?),
        })
    }

    fn append(&self, row: usize, cell: &mut String) -> Result<(), ArrowError> {
        match self {
            Cells::Scalars(values) => values.value(row).write(cell)?,
            Cells::Bytes(values) => cell.push_str(&decoded(bytes_at(*values, row))),
            Cells::Nested(values) => cell.push_str(&values[row]),
        }
        Ok(())
    }
}

fn bytes_at(values: &dyn Array, row: usize) -> &[u8] {
    if values.is_null(row) {
        return &[];
    }
    match values.data_type() {
        DataType::Binary => values.as_binary::<i32>().value(row),
        DataType::LargeBinary => values.as_binary::<i64>().value(row),
        _ => values.as_binary_view().value(row),
    }
}

fn decoded(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => Encoding::Gb18030.decode_lossily(bytes),
    }
}

/// The values of a nested column, each as JSON; a null is empty.
fn json(column: &ArrayRef) -> Result<Vec<String>, ArrowError> {
    let field = arrow_schema::Field::new("v", column.data_type().clone(), true);
    let rows = StructArray::new(vec![field].into(), vec![column.clone()], None);
    let mut lines = arrow_json::LineDelimitedWriter::new(Vec::new());
    lines.write(&RecordBatch::from(rows))?;
    lines.finish()?;
    let lines = String::from_utf8_lossy(&lines.into_inner()).into_owned();
    let value = |line: &str| {
        let value = line
            .strip_prefix("{\"v\":")
            .and_then(|rest| rest.strip_suffix('}'));
        value.unwrap_or_default().to_owned()
    };
    Ok(lines.lines().map(value).collect())
}

impl Length for Shared {
    fn len(&self) -> u64 {
        // A file that doesn't tell its length can't be read either: that is where it is told.
        self.length().unwrap_or_default()
    }
}

impl ChunkReader for Shared {
    type T = BufReader<Shared>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut reader = self.clone();
        reader.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let mut bytes = Vec::new();
        let mut reader = self.clone();
        reader.seek(SeekFrom::Start(start))?;
        // Not as much memory as the file claims at once: only as much as it has.
        reader.take(length as u64).read_to_end(&mut bytes)?;
        match bytes.len() == length {
            true => Ok(bytes.into()),
            false => Err(ParquetError::EOF(format!("{length} bytes at {start}"))),
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    let problem = error.to_string();
    told(say!(
        "文件已损坏或用了不支持的写法，此处之后无法读取（{problem}）",
        "the file is damaged, or written in a way that isn't read here, and can't be read beyond this ({problem})"
    ))
}
