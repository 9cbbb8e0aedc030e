use calamine::{Data, Reader as _, Xlsx, open_workbook};

use super::*;

const HOSTILE: [&str; 6] = [
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "-1+1",
    "a\"b,\n下一行",
    "\0\u{202e}😀",
    "  =1",
];

/// All that stands in a file, a line a row, the header first.
fn read_back(format: TableFormat, path: &Path) -> Vec<String> {
    match format {
        TableFormat::Csv => {
            let bytes = std::fs::read(path).unwrap();
            let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
            let mut rows = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text);
            rows.records()
                .map(|row| row.unwrap().iter().collect::<Vec<_>>().join("|"))
                .collect()
        }
        TableFormat::Xlsx => {
            let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
            assert_eq!(workbook.sheet_names(), ["results", "findings"]);
            let range = workbook.worksheet_range("results").unwrap();
            let cell = |cell: &Data| match cell {
                Data::Empty => String::new(),
                cell => cell.to_string(),
            };
            range
                .rows()
                .map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|"))
                .collect()
        }
        TableFormat::Sqlite => {
            let database = rusqlite::Connection::open(path).unwrap();
            let mut query = database
                .prepare("SELECT id, n FROM results ORDER BY rowid")
                .unwrap();
            let rows = query.query_map([], |row| {
                let (id, number): (Option<String>, Option<i64>) = (row.get(0)?, row.get(1)?);
                let number = number.map(|number| number.to_string()).unwrap_or_default();
                Ok(format!("{}|{number}", id.unwrap_or_default()))
            });
            let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
            rows.insert(0, "id|n".to_owned());
            let indexes: i64 = database
                .query_row(
                    "SELECT count(*) FROM sqlite_master WHERE type = 'index'",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(indexes, 2);
            rows
        }
        TableFormat::Parquet => {
            use arrow_array::cast::AsArray;
            use arrow_array::types::Int64Type;
            let file = std::fs::File::open(path).unwrap();
            let batches =
                ::parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 1024).unwrap();
            let mut rows = vec!["id|n".to_owned()];
            for batch in batches.map(Result::unwrap) {
                let (ids, numbers) = (
                    batch.column(0).as_string::<i32>(),
                    batch.column(1).as_primitive::<Int64Type>(),
                );
                let row = |(id, number): (Option<&str>, Option<i64>)| {
                    let number = number.map(|number| number.to_string()).unwrap_or_default();
                    format!("{}|{number}", id.unwrap_or_default())
                };
                rows.extend(ids.iter().zip(numbers).map(row));
            }
            rows
        }
    }
}

fn write(format: TableFormat, path: &Path) {
    let columns = || vec![Column::text("id").key(), Column::whole("n")];
    let mut tables = vec![Table {
        name: "results",
        columns: columns(),
    }];
    if format.holds_several() {
        tables.push(Table {
            name: "findings",
            columns: columns(),
        });
    }
    let mut writer = format.create(path, tables).unwrap();
    for (number, text) in (0..).zip(HOSTILE) {
        writer.write_row(0, &[text.into(), Cell::Whole(number)]).unwrap();
        if format.holds_several() {
            writer.write_row(1, &["x".into(), Cell::Empty]).unwrap();
        }
    }
    writer.write_row(0, &[Cell::Empty, Cell::Empty]).unwrap();
    writer
        .write_row(0, &["123456789012345678901".into(), Cell::Whole(7)])
        .unwrap();
    writer.finish().unwrap();
}

#[test]
fn tables_are_read_back_as_they_were_and_nothing_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    for format in TableFormat::ALL {
        let path = folder.path().join("t").with_extension(format.extension());
        write(format, &path);
        let rows = read_back(format, &path);
        assert_eq!(rows[0], "id|n");
        assert_eq!(rows.len(), HOSTILE.len() + 3);
        for (number, (row, text)) in rows[1..].iter().zip(HOSTILE).enumerate() {
            let text = match format {
                TableFormat::Csv => super::csv::safe(text).into_owned(),
                _ => text.to_owned(),
            };
            assert_eq!(*row, format!("{text}|{number}"), "{format:?}");
        }
        assert_eq!(rows[rows.len() - 2], "|");
        assert_eq!(rows[rows.len() - 1], "123456789012345678901|7");
        let first = std::fs::read(&path).unwrap();
        write(format, &path);
        assert!(
            first == std::fs::read(&path).unwrap(),
            "{format:?} differs from run to run"
        );
        let nowhere = folder.path().join("none/t");
        assert!(format.create(&nowhere, Vec::new()).is_err());
    }
    let csv = std::fs::read_to_string(folder.path().join("t.csv")).unwrap();
    assert!(
        csv.contains("'=cmd") && csv.contains("'@SUM") && csv.contains("'  =1"),
        "{csv}"
    );
}
