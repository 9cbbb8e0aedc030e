//! A first look at an input: how it is read, what its columns hold, its first records.
//!
//! In: an [`Input`] and the options that a run would have. Out: a [`Preview`]: the decision, *all* columns or keys with
//! example values, what is read as what and why, and the first records parsed as a run parses them. It reads no further
//! than it needs, and holds a table that has no column of texts, too: that is when one looks. It masks nothing and
//! shows nothing: that is for the report.

use crate::error::{Error, Result};
use crate::read::columns::{ColumnOverrides, Field};
use crate::read::{Batch, Column, Decision, Format, Input, ReadOptions, Reader, Record, Rejection, csv};

/// What a first look at an input has found.
#[derive(Debug)]
pub struct Preview {
    /// The input as the user named it, with the path inside if it is packed.
    pub input: String,
    /// How it is read.
    pub decision: Decision,
    /// Whether the first row of a table names its columns.
    pub has_header: bool,
    /// All columns of a table, all keys of the first JSON records, in their order.
    pub columns: Vec<SourceColumn>,
    /// Whether a run would read it: not a table without a column of texts.
    pub is_readable: bool,
    /// Why a run would read nothing or not all of it: no column of texts, an end that can't be read.
    pub trouble: Option<Error>,
    /// The names in each record that was looked at.
    names: Vec<Vec<String>>,
    batches: Vec<Batch>,
    most_records: usize,
}

/// A column of a table, or a key of JSON records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceColumn {
    /// Its number from 1, in JSON in the order in which keys were met.
    pub number: usize,
    /// Its header or key; `None` in a table without header.
    pub name: Option<String>,
    /// What it is read as, and why; `None` if it isn't read.
    pub read_as: Option<(Field, Choice)>,
    /// Its first values that differ, each with the number of its record among those looked at, from 0.
    pub examples: Vec<(usize, String)>,
}

/// Why a column is read as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The options say so.
    Given,
    /// Its name is one that is usual.
    Name,
    /// It looks like texts, and no other is named so.
    Guess,
}

/// Records whose values are looked at for examples, beyond those that are shown.
const SAMPLE_RECORDS: usize = 100;

/// Different values of a column that are kept.
const MOST_EXAMPLES: usize = 3;

/// Keys of JSON records that are told apart; hostile records have a key of their own each.
const MOST_KEYS: usize = 200;

/// Bytes read at a time: few records are wanted.
const BATCH_BYTES: usize = 64 << 10;

/// Looks at an input and its first `most_records` records, those that are rejected counted.
///
/// # Errors
/// If it can't be opened or isn't text. What is wrong with its columns or further on is told in the preview.
pub fn preview(input: &Input, options: &ReadOptions, most_records: usize) -> Result<Preview> {
    let options = ReadOptions {
        batch_bytes: BATCH_BYTES,
        ..options.clone()
    };
    let (mut reader, mut trouble) = Reader::open_anyway(input, &options)?;
    let is_readable = trouble.is_none();
    let mut batches = Vec::new();
    let mut count = 0;
    while count < most_records.max(SAMPLE_RECORDS) {
        match reader.next_batch() {
            Ok(Some(batch)) => {
                count += (batch.read() - batch.skipped()) as usize;
                batches.push(batch);
            }
            Ok(None) => break,
            Err(error) => {
                trouble.get_or_insert(error);
                break;
            }
        }
    }
    let decision = reader.decision().clone();
    let (columns, names) = match decision.format {
        Format::Csv | Format::Tsv => table_columns(&reader, &batches, &options.columns),
        Format::Jsonl | Format::Json => json_columns(&batches, &options.columns),
        Format::Text | Format::Transcript | Format::Subtitles => Default::default(),
    };
    Ok(Preview {
        input: input.shown(),
        has_header: !reader.header().is_empty(),
        decision,
        columns,
        is_readable,
        trouble,
        names,
        batches,
        most_records: if is_readable { most_records } else { 0 },
    })
}

impl Preview {
    /// The first records as a run would judge them, or why it wouldn't.
    pub fn records(&self) -> impl Iterator<Item = std::result::Result<Record<'_>, Rejection>> {
        self.batches
            .iter()
            .flat_map(Batch::records)
            .take(self.most_records)
    }

    /// What the name columns of the record say that an example is from.
    pub(crate) fn names(&self, record: usize) -> Vec<&str> {
        let names = self.names.get(record).map(Vec::as_slice).unwrap_or_default();
        names.iter().map(String::as_str).collect()
    }
}

/// Columns, and the names in each record.
type Columns = (Vec<SourceColumn>, Vec<Vec<String>>);

fn holds_names(field: Field) -> bool {
    matches!(field, Field::Recipient | Field::Debtor)
}

fn table_columns(reader: &Reader, batches: &[Batch], overrides: &ColumnOverrides) -> Columns {
    let (decision, header) = (reader.decision(), reader.header());
    let mut columns: Vec<SourceColumn> = Vec::new();
    for name in header {
        columns.push(SourceColumn::new(columns.len() + 1, Some(name.clone())));
    }
    let delimiter = decision
        .delimiter
        .and_then(|delimiter| u8::try_from(delimiter).ok());
    let is_name = |at: usize| {
        let mut read = decision.columns.iter();
        read.any(|column| column.number == at + 1 && holds_names(column.field))
    };
    let mut names = Vec::new();
    for (record, row) in raws(batches).enumerate() {
        names.push(Vec::new());
        for (at, value) in csv::fields(&row, delimiter.unwrap_or(b',')).enumerate() {
            if at == columns.len() {
                columns.push(SourceColumn::new(at + 1, None));
            }
            columns[at].add(record, &value);
            if is_name(at) {
                names[record].push(value.trim().to_owned());
            }
        }
    }
    for Column { field, number, .. } in &decision.columns {
        let Some(column) = columns.get_mut(number - 1) else {
            continue;
        };
        let is_given = overrides.name_of(*field).is_some();
        let choice = match (is_given, decision.is_text_guessed && *field == Field::Text) {
            (true, _) => Choice::Given,
            (false, true) => Choice::Guess,
            (false, false) => Choice::Name,
        };
        column.read_as.get_or_insert((*field, choice));
    }
    (columns, names)
}

fn json_columns(batches: &[Batch], overrides: &ColumnOverrides) -> Columns {
    let mut columns: Vec<SourceColumn> = Vec::new();
    let mut names = Vec::new();
    for (record, text) in raws(batches).enumerate() {
        names.push(Vec::new());
        let text = text.trim_start_matches('\u{feff}');
        let Ok(object) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) else {
            continue;
        };
        for (key, value) in object {
            let place = columns
                .iter()
                .position(|column| column.name.as_deref() == Some(&*key));
            let place = match place {
                Some(place) => place,
                None if columns.len() == MOST_KEYS => continue,
                None => {
                    columns.push(SourceColumn::new(columns.len() + 1, Some(key)));
                    columns.len() - 1
                }
            };
            let value = match value {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => text,
                value => value.to_string(),
            };
            columns[place].add(record, &value);
            let key = columns[place].name.as_deref().unwrap_or_default();
            if overrides
                .field_of(key)
                .is_some_and(|(field, _)| holds_names(field))
            {
                names[record].push(value.trim().to_owned());
            }
        }
    }
    // A record may have any of a field's names: each key that can be read is.
    for column in &mut columns {
        let known = overrides.field_of(column.name.as_deref().unwrap_or_default());
        column.read_as = known.map(|(field, _)| match overrides.name_of(field) {
            Some(_) => (field, Choice::Given),
            None => (field, Choice::Name),
        });
    }
    (columns, names)
}

impl SourceColumn {
    fn new(number: usize, name: Option<String>) -> Self {
        Self {
            number,
            name,
            read_as: None,
            examples: Vec::new(),
        }
    }

    fn add(&mut self, record: usize, value: &str) {
        let value = value.trim();
        let is_known = self.examples.iter().any(|(_, known)| known == value);
        if !value.is_empty() && !is_known && self.examples.len() < MOST_EXAMPLES {
            self.examples.push((record, value.to_owned()));
        }
    }
}

/// The texts of records, rejected ones as far as they can be decoded.
fn raws(batches: &[Batch]) -> impl Iterator<Item = String> {
    let of_batch = |batch| {
        let batch: &Batch = batch;
        batch.records().map(|record| match record {
            Ok(record) => record.raw.to_owned(),
            Err(rejection) => batch.shape.encoding.decode_lossily(&rejection.raw).into_owned(),
        })
    };
    batches.iter().flat_map(of_batch).take(SAMPLE_RECORDS)
}
