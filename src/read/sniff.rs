//! How to read an input: encoding, format, unit, columns, decided once on its first bytes.
//!
//! In: the sample, the input's name, the user's options, which always win. Out: the [`Decision`], and what
//! the reader needs to carry it out. It guesses with replacement characters in place of bad bytes, which no record
//! ever gets.

use crate::decode::{self, Encoding};
use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::read::batch::Layout;
use crate::read::csv::{self, Table};
use crate::read::cut::{Boundary, Cutter, Kind, Line, Step, classify_call_line};
use crate::read::json::{self, Arrangement};
use crate::read::{Decision, Format, Input, ReadOptions, Unit, subtitles, text, transcript};

/// What is needed to read an input.
pub(crate) struct Sniffed {
    pub decision: Decision,
    pub boundary: Boundary,
    pub layout: Layout,
    /// Bytes at the start that belong to no record: the byte-order mark, the header.
    pub skipped: usize,
    /// The names of all columns of a table that names them, read or not.
    pub header: Vec<String>,
    /// Why nothing can be read of a table all the same: it has no column of texts, or not those that were asked for.
    pub trouble: Option<Error>,
}

/// Decides how to read an input that begins with `sample`.
///
/// # Errors
/// If it isn't text; the reason says what to do. What is wrong with a table's columns is told as its trouble.
pub(crate) fn decide(input: &Input, sample: &[u8], is_whole: bool, options: &ReadOptions) -> Result<Sniffed> {
    let document = input.foreign();
    let known = document.map(|document| document.reads_as());
    if let Some(reason) = other_kind(sample).filter(|_| known.is_none()) {
        return Err(Error::new(ErrorKind::Input, reason));
    }
    let (encoding, mark) = match (known, options.encoding) {
        (Some((.., encoding)), _) => (encoding, 0),
        (None, Some(encoding)) => (encoding, decode::mark_bytes(encoding, sample)),
        (None, None) => decode::detect(sample, is_whole),
    };
    let content = &sample[mark..];
    let text = decode::with_line_feeds(encoding.decode_lossily(content));
    let format = match (known, options.format) {
        (Some((format, ..)), _) | (None, Some(format)) => format,
        (None, None) => sniff_format(input, content, &text, encoding, is_whole, options),
    };
    let mut sniffed = Sniffed {
        decision: Decision {
            document: document.map(|document| document.name().to_owned()),
            encoding,
            is_encoding_doubtful: known.is_none()
                && options.encoding.is_none()
                && mark == 0
                && encoding == Encoding::Gb18030
                && decode::reads_unlike_gb18030(content),
            format,
            unit: None,
            delimiter: None,
            columns: Vec::new(),
            is_text_guessed: false,
        },
        boundary: Boundary::Line,
        layout: Layout::Text,
        skipped: mark,
        header: Vec::new(),
        trouble: None,
    };
    match format {
        Format::Jsonl => sniffed.layout = Layout::Object(options.columns.clone()),
        Format::Json => match json::arrangement(content, encoding) {
            Some(Arrangement::Elements(start)) => {
                sniffed.skipped += start;
                sniffed.boundary = Boundary::Element;
                sniffed.layout = Layout::Element(options.columns.clone());
            }
            Some(Arrangement::Whole) | None => {
                sniffed.boundary = Boundary::File;
                sniffed.layout = Layout::Document(options.columns.clone());
            }
        },
        Format::Subtitles => {
            sniffed.boundary = Boundary::File;
            sniffed.layout = Layout::Subtitles;
        }
        Format::Csv | Format::Tsv => {
            let delimiter = match format {
                Format::Tsv => b'\t',
                _ if known.is_some() => b',',
                _ => options.delimiter.unwrap_or_else(|| {
                    csv::sniff_delimiter(|delimiter| texts(rows(content, encoding, delimiter))).0
                }),
            };
            let rows = rows(content, encoding, delimiter);
            let ends: Vec<usize> = rows.iter().map(|(_, end)| *end).collect();
            let rows: Vec<&str> = rows.iter().map(|(row, _)| &**row).collect();
            // Titles and notes may stand above the header.
            let titles = csv::title_rows(&rows, delimiter, &options.columns);
            let (mut table, trouble) =
                Table::decide(&rows[titles..], delimiter, &options.columns, options.channel);
            // The cells of a document were told apart by more than a sign, and are quoted as they have to be.
            if known.is_some() {
                (table.is_strict, table.width) = (false, 1);
            }
            sniffed.trouble = trouble;
            if table.has_header {
                let names = csv::fields(rows[titles], delimiter);
                sniffed.header = names.map(|name| name.trim().to_owned()).collect();
            }
            let above = titles + usize::from(table.has_header);
            sniffed.skipped += above.checked_sub(1).map_or(0, |last| ends[last]);
            sniffed.decision.delimiter = Some(char::from(delimiter));
            sniffed.decision.columns = table.columns.clone();
            sniffed.decision.is_text_guessed = table.is_guessed;
            sniffed.boundary = Boundary::Row {
                delimiter,
                width: table.width,
            };
            sniffed.layout = Layout::Row(table);
        }
        Format::Text => {
            let known = known.and_then(|(_, unit, _)| unit);
            let unit = options
                .unit
                .or(known)
                .unwrap_or_else(|| text::sniff_unit(&text, is_whole));
            sniffed.decision.unit = Some(unit);
            sniffed.boundary = match unit {
                Unit::Line => Boundary::Line,
                Unit::Paragraph => Boundary::Paragraph,
                Unit::File => Boundary::File,
            };
        }
        Format::Transcript => {
            sniffed.boundary = Boundary::Call {
                blank_separates: blank_separates_calls(&text),
            };
            sniffed.layout = Layout::Call;
        }
    }
    Ok(sniffed)
}

/// Kinds of file that are asked for by mistake, with what to do instead.
fn other_kind(sample: &[u8]) -> Option<Sentence> {
    let text = ("请先提取其中的文字", "extract its text first");
    let unpack = ("请先解压", "unpack it first");
    let (kind, (zh, en)) = match sample {
        [b'P', b'K', 3, 4, ..] => (
            say!("Office 等文档", "a document of an office program or another"),
            text,
        ),
        [b'%', b'P', b'D', b'F', ..] => (say!("PDF 文件", "PDF"), text),
        [b'R', b'a', b'r', b'!', ..] => (say!("RAR 压缩包", "a RAR archive"), unpack),
        [b'7', b'z', 0xbc, 0xaf, ..] => (say!("7z 压缩包", "a 7z archive"), unpack),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => (say!("xz 压缩文件", "xz"), unpack),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => (say!("bzip2 压缩文件", "bzip2"), unpack),
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => (
            say!("SQLite 数据库", "an SQLite database"),
            ("请先导出为 CSV", "export it as CSV first"),
        ),
        _ => return None,
    };
    let (zh_kind, en_kind) = (kind.zh, kind.en);
    Some(say!(
        "这是{zh_kind}，不是文本；{zh}",
        "this is {en_kind}, not text; {en}"
    ))
}

fn sniff_format(
    input: &Input,
    content: &[u8],
    text: &str,
    encoding: Encoding,
    is_whole: bool,
    options: &ReadOptions,
) -> Format {
    match input.extension() {
        Some("jsonl" | "ndjson" | "json") => return sniff_json(content, text, encoding, is_whole),
        Some("csv") => return Format::Csv,
        Some("tsv" | "tab") => return Format::Tsv,
        _ if options.unit.is_some() => return Format::Text,
        _ => {}
    }
    match text.trim_start().chars().next() {
        Some('{') => {
            let format = sniff_json(content, text, encoding, is_whole);
            let is_variable = format == Format::Jsonl && !begins_with_object(text, is_whole);
            if !is_variable {
                return format;
            }
        }
        Some('[') if sniff_json(content, text, encoding, is_whole) == Format::Json => return Format::Json,
        _ if subtitles::is_subtitles(text) => return Format::Subtitles,
        _ => {}
    }
    let (tagged, lines) = transcript::count_tags(text);
    if tagged >= 2 && tagged * 2 >= lines {
        return Format::Transcript;
    }
    let (delimiter, is_table) = csv::sniff_delimiter(|delimiter| texts(rows(content, encoding, delimiter)));
    match (is_table, delimiter) {
        (true, b'\t') => Format::Tsv,
        (true, _) => Format::Csv,
        (false, _) => Format::Text,
    }
}

/// One object a line, or JSON of another arrangement; what is neither is for the reader of lines to reject.
fn sniff_json(content: &[u8], text: &str, encoding: Encoding, is_whole: bool) -> Format {
    if begins_with_object(text, is_whole) {
        let is_only_line = text.trim().lines().nth(1).is_none();
        // One line may be one record or hold them all.
        let holds_records = is_only_line
            && matches!(
                json::arrangement(content, encoding),
                Some(Arrangement::Elements(_))
            );
        return if holds_records {
            Format::Json
        } else {
            Format::Jsonl
        };
    }
    match json::arrangement(content, encoding) {
        Some(_) => Format::Json,
        None => Format::Jsonl,
    }
}

/// Whether the first line is an object, or as much of one as the sample holds.
fn begins_with_object(text: &str, is_whole: bool) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("");
    let is_cut_off = !is_whole && lines.next().is_none();
    let is_object = first.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    is_object && (is_cut_off || serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok())
}

fn texts(rows: Vec<(String, usize)>) -> Vec<String> {
    rows.into_iter().map(|(row, _)| row).collect()
}

/// The first rows of the sample, each with where it ends with its line break.
fn rows(content: &[u8], encoding: Encoding, delimiter: u8) -> Vec<(String, usize)> {
    // How wide rows are isn't known yet: every return that stands alone ends one.
    let mut cutter = Cutter::new(Boundary::Row { delimiter, width: 1 }, encoding);
    let mut rows = Vec::new();
    let mut at = 0;
    // The last row may be cut off by the sample's end: it shows less, but nothing false.
    while let Step::Cut(piece, next) = cutter.step(content, at, true) {
        if let Some(piece) = piece.filter(|piece| piece.kind != Kind::Blank) {
            let row = encoding.decode_lossily(&content[piece.start..piece.end]);
            rows.push((row.into_owned(), next));
        }
        at = next;
        if rows.len() >= csv::SAMPLE_ROWS {
            break;
        }
    }
    rows
}

/// Whether blank lines stand between calls rather than between turns: there are no headings or separators for
/// that, and most stretches between blank lines hold several speakers.
fn blank_separates_calls(text: &str) -> bool {
    let kinds = || text.lines().map(classify_call_line);
    if kinds().any(|kind| matches!(kind, Line::Heading | Line::Separator)) {
        return false;
    }
    let mut stretches = vec![0_usize];
    for line in text.lines() {
        match stretches.last_mut() {
            Some(tags) if !line.trim().is_empty() => *tags += transcript::count_tags(line).0,
            Some(0) => {}
            _ => stretches.push(0),
        }
    }
    stretches.retain(|&tags| tags > 0);
    let several = stretches.iter().filter(|&&tags| tags >= 2).count();
    several * 2 > stretches.len()
}
