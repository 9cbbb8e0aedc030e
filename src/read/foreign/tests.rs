use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StructBuilder};
use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::message::Body;
use crate::read::{Input, ReadOptions, Reader, expand};

/// `input: id text` of each record, `input: reason` of each rejected one and of inputs that fail.
fn shown(paths: &[PathBuf]) -> Vec<String> {
    let found = expand(paths, None);
    let mut shown: Vec<String> = found
        .errors
        .iter()
        .map(|error| format!("error {error}"))
        .collect();
    for input in &found.inputs {
        if let Err(error) = show(input, &mut shown) {
            shown.push(format!("{}: {error}", input.name()));
        }
    }
    shown
}

fn show(input: &Input, shown: &mut Vec<String>) -> crate::Result<()> {
    let mut reader = Reader::open(input, &ReadOptions::default())?;
    while let Some(batch) = reader.next_batch()? {
        for record in batch.records() {
            shown.push(match record {
                Ok(record) => {
                    let words = match &record.message.body {
                        Body::Text(text) => text.to_string(),
                        Body::Turns(turns) => {
                            let turns = turns
                                .iter()
                                .map(|turn| format!("{:?} {}", turn.speaker, turn.text));
                            turns.collect::<Vec<_>>().join("|")
                        }
                    };
                    let time = record.message.time.map(|time| format!(" {:?}", time.date));
                    format!("{}: {words}{}", record.message.id, time.unwrap_or_default())
                }
                Err(rejection) => format!(
                    "{}:{} {}",
                    input.name(),
                    rejection.record,
                    rejection.reason.name()
                ),
            });
        }
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("三月").unwrap();
    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-03-02 14:05:00").unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.write(0, 0, "催收短信明细").unwrap();
    for (column, name) in ["编号", "短信内容", "发送时间", "手机号"].iter().enumerate() {
        sheet.write(2, column as u16, *name).unwrap();
    }
    sheet.write(3, 0, 7.0).unwrap();
    sheet.write(3, 1, "请\"还款\"\n谢谢").unwrap();
    sheet.write_datetime_with_format(3, 2, date, &format).unwrap();
    sheet.write(4, 0, 6_222_021_234_567_890_000.0).unwrap();
    sheet.write(4, 1, "您好").unwrap();
    sheet.write(6, 0, 9.0).unwrap();
    let hidden = workbook.add_worksheet().set_name("旧").unwrap();
    hidden.write(0, 0, "内容").unwrap();
    hidden.write(1, 0, "好").unwrap();
    hidden.set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn workbooks_are_read_sheet_by_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("x/表.xlsx", SimpleFileOptions::default())
        .unwrap();
    archive.write_all(&workbook()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    let expected = [
        "7: 请\"还款\"\n谢谢 Some(2026-03-02)",
        "6222021234567890000（精度丢失）: 您好",
        "NAME/三月:3 no-text",
        "NAME/旧:1: 好",
    ];
    for (name, bytes) in [("表.xlsx", workbook()), ("a.zip", archive)] {
        let path = write(folder.path(), name, &bytes);
        let shown = shown(std::slice::from_ref(&path));
        let name = if name == "a.zip" { "a.zip/x/表.xlsx" } else { name };
        let expected: Vec<String> = expected.iter().map(|line| line.replace("NAME", name)).collect();
        assert_eq!(shown, expected);
        let cut = write(folder.path(), "cut.xlsx", &bytes[..bytes.len() / 2]);
        assert!(self::shown(&[cut])[0].starts_with("error"));
    }
}

fn batch() -> RecordBatch {
    let turn = vec![
        Arc::new(Field::new("speaker", DataType::Utf8, true)),
        Arc::new(Field::new("text", DataType::Utf8, true)),
    ];
    let builders = vec![
        Box::new(StringBuilder::new()) as Box<dyn arrow_array::builder::ArrayBuilder>,
        Box::new(StringBuilder::new()),
    ];
    let mut turns = ListBuilder::new(StructBuilder::new(turn, builders));
    turns.append_null();
    for (speaker, text) in [("agent", "您好"), ("customer", "谁")] {
        let stretch = turns.values();
        stretch
            .field_builder::<StringBuilder>(0)
            .unwrap()
            .append_value(speaker);
        stretch
            .field_builder::<StringBuilder>(1)
            .unwrap()
            .append_value(text);
        stretch.append(true);
    }
    turns.append(true);
    turns.append_null();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![i64::MAX, 2, 3]))),
        (
            "text",
            Arc::new(StringArray::from(vec![Some("请\"还款\"，\n谢谢"), None, None])),
        ),
        (
            "发送时间",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(1_772_431_500_000),
                None,
                None,
            ])),
        ),
        ("turns", Arc::new(turns.finish())),
        (
            "备注",
            Arc::new(BinaryArray::from(vec![&b"\xb4\xdf\xca\xd5"[..], b"", b""])),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

#[test]
fn columns_are_read_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let batch = batch();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    let parquet = parquet.into_inner().unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    let file = file.into_inner().unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    let stream = stream.into_inner().unwrap();
    for (name, bytes) in [("a.parquet", parquet), ("a.arrow", file), ("a.arrows", stream)] {
        let path = write(folder.path(), name, &bytes);
        let expected = [
            format!("{}: 请\"还款\"，\n谢谢 Some(2026-03-02)", i64::MAX),
            "2: Agent 您好|Customer 谁".to_owned(),
            format!("{name}:3 empty-text"),
        ];
        assert_eq!(shown(&[path]), expected, "{name}");
        for cut in [bytes.len() / 3, bytes.len() - 9] {
            let mut damaged = bytes[..cut].to_vec();
            let shown = shown(&[write(folder.path(), name, &damaged)]);
            assert!(shown.len() <= 4, "{shown:?}");
            for at in (8..damaged.len()).step_by(7) {
                damaged[at] ^= 0x55;
            }
            // Whatever it says to noise, it says something and ends.
            self::shown(&[write(folder.path(), name, &damaged)]);
        }
    }
}

#[test]
fn letters_are_read_as_one_message() {
    let folder = tempfile::tempdir().unwrap();
    let document = "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" xmlns:mc=\"mc\"><w:body>\
        <w:p><w:r><w:t>催</w:t></w:r><w:r><w:t xml:space=\"preserve\">收 &amp; 函&#x3002;</w:t></w:r></w:p>\
        <w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>请</w:t><w:tab/><w:t>还款</w:t></w:r></w:ins></w:p>\
        <mc:AlternateContent><mc:Choice><w:p><w:r><w:t>一</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>一</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>\
        </w:body></w:document>";
    let letter = |document: &str| {
        let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in [
            ("[Content_Types].xml", "<Types/>"),
            ("word/document.xml", document),
        ] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let path = write(folder.path(), "函.docx", &letter(document));
    assert_eq!(shown(&[path]), ["函.docx:1: 催收 & 函。\n请\t还款\n一"]);
    let path = write(
        folder.path(),
        "坏.docx",
        &letter(&document[..document.len() - 160]),
    );
    let shown = shown(&[path]);
    assert!(shown[0].starts_with("坏.docx:1: 催收"), "{shown:?}");
}

#[test]
fn other_documents_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("[Content_Types].xml", SimpleFileOptions::default())
        .unwrap();
    let slides = archive.finish().unwrap().into_inner();
    for (name, bytes, told) in [
        ("a.pptx", &slides[..], "office program"),
        (
            "a.doc",
            &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0],
            "old Word file",
        ),
        ("a.xz", &[0xfd, b'7', b'z', b'X', b'Z', 0, 0], "unpack"),
    ] {
        let shown = shown(&[write(folder.path(), name, bytes)]);
        assert!(shown[0].contains(told), "{shown:?}");
    }
}
