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
use crate::read::{Decision, Format, Input, ReadOptions, Unit, text, transcript};

/// What is needed to read an input.
pub(crate) struct Sniffed {
    pub decision: Decision,
    pub boundary: Boundary,
    pub layout: Layout,
    /// Bytes at the start that belong to no record: the byte-order mark, the header.
    pub skipped: usize,
}

/// Decides how to read an input that begins with `sample`.
///
/// # Errors
/// If it isn't text, or a table without a column of texts; the reason says what to do.
pub(crate) fn decide(input: &Input, sample: &[u8], is_whole: bool, options: &ReadOptions) -> Result<Sniffed> {
    if let Some(reason) = other_kind(sample) {
        return Err(Error::new(ErrorKind::Input, reason));
    }
    let (encoding, mark) = match options.encoding {
        Some(encoding) => (encoding, decode::mark_bytes(encoding, sample)),
        None => decode::detect(sample, is_whole),
    };
    let content = &sample[mark..];
    let text = encoding.decode_lossily(content);
    let format = match options.format {
        Some(format) => format,
        None => sniff_format(input, content, &text, encoding, is_whole, options),
    };
    let mut sniffed = Sniffed {
        decision: Decision {
            encoding,
            is_encoding_doubtful: options.encoding.is_none()
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
    };
    match format {
        Format::Jsonl => {
            refuse_other_json(&text, is_whole)?;
            sniffed.layout = Layout::Object(options.columns.clone());
        }
        Format::Csv | Format::Tsv => {
            let delimiter = match format {
                Format::Tsv => b'\t',
                _ => csv::sniff_delimiter(|delimiter| rows(content, encoding, delimiter).0).0,
            };
            let (rows, first_end) = rows(content, encoding, delimiter);
            let rows: Vec<&str> = rows.iter().map(|row| &**row).collect();
            let table = Table::decide(&rows, delimiter, &options.columns)?;
            if table.has_header {
                sniffed.skipped += first_end;
            }
            sniffed.decision.delimiter = Some(char::from(delimiter));
            sniffed.decision.columns = table.columns.clone();
            sniffed.decision.is_text_guessed = table.is_guessed;
            sniffed.boundary = Boundary::Row { delimiter };
            sniffed.layout = Layout::Row(table);
        }
        Format::Text => {
            let unit = options.unit.unwrap_or_else(|| text::sniff_unit(&text, is_whole));
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
    let office = ("请先另存为 CSV 或 JSONL", "save it as CSV or JSONL first");
    let pdf = ("请先提取其中的文字", "extract its text first");
    let gzip = (
        "请先解压，例如 gzip -dc 文件 | dunlint screen -",
        "unpack it first, as in gzip -dc FILE | dunlint screen -",
    );
    let (kind, (zh, en)) = match sample {
        [b'P', b'K', 3, 4, ..] => (
            say!("ZIP 压缩包或 Office 文件", "a ZIP archive or an Office file"),
            office,
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => (say!("旧版 Office 文件", "an old Office file"), office),
        [b'P', b'A', b'R', b'1', ..] => (say!("Parquet 文件", "Parquet"), office),
        [b'%', b'P', b'D', b'F', ..] => (say!("PDF 文件", "PDF"), pdf),
        [0x1f, 0x8b, ..] => (say!("gzip 压缩文件", "gzip"), gzip),
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
    match input.extension().as_deref() {
        Some("jsonl" | "ndjson" | "json") => return Format::Jsonl,
        Some("csv") => return Format::Csv,
        Some("tsv" | "tab") => return Format::Tsv,
        _ if options.unit.is_some() => return Format::Text,
        _ => {}
    }
    let first_line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if first_line.trim_start().starts_with('{') {
        let is_object = serde_json::from_str::<serde::de::IgnoredAny>(first_line).is_ok();
        let is_cut_off = !is_whole && text.lines().count() == 1;
        if is_object || is_cut_off {
            return Format::Jsonl;
        }
    }
    let (tagged, lines) = transcript::count_tags(text);
    if tagged >= 2 && tagged * 2 >= lines {
        return Format::Transcript;
    }
    let (delimiter, is_table) = csv::sniff_delimiter(|delimiter| rows(content, encoding, delimiter).0);
    match (is_table, delimiter) {
        (true, b'\t') => Format::Tsv,
        (true, _) => Format::Csv,
        (false, _) => Format::Text,
    }
}

/// The first rows of the sample, and where the first of them ends with its line break.
fn rows(content: &[u8], encoding: Encoding, delimiter: u8) -> (Vec<String>, usize) {
    let mut cutter = Cutter::new(Boundary::Row { delimiter }, encoding);
    let mut rows = Vec::new();
    let (mut at, mut first_end) = (0, 0);
    // The last row may be cut off by the sample's end: it shows less, but nothing false.
    while let Step::Cut(piece, next) = cutter.step(content, at, true) {
        if let Some(piece) = piece.filter(|piece| piece.kind != Kind::Blank) {
            rows.push(
                encoding
                    .decode_lossily(&content[piece.start..piece.end])
                    .into_owned(),
            );
            if rows.len() == 1 {
                first_end = next;
            }
        }
        at = next;
        if rows.len() >= csv::SAMPLE_ROWS {
            break;
        }
    }
    (rows, first_end)
}

/// JSON that isn't one object a line would be rejected line by line: say at once what to do.
fn refuse_other_json(text: &str, is_whole: bool) -> Result<()> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("").trim();
    let is_only_line = lines.next().is_none();
    let is_value = || serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
    let is_array = first.starts_with('[')
        && ((is_only_line && (!is_whole || is_value())) || (!is_only_line && !is_value()));
    let is_spread_out = first == "{" && !is_only_line;
    let reason = if is_array {
        say!(
            "这是 JSON 数组；请改为每行一个对象，例如 jq -c '.[]' 文件 | dunlint screen --input-format jsonl -",
            "this is a JSON array; write one object a line, as in jq -c '.[]' FILE | dunlint screen --input-format jsonl -"
        )
    } else if is_spread_out {
        say!(
            "这是分成多行的 JSON；请改为每行一个对象，例如 jq -c . 文件 | dunlint screen --input-format jsonl -",
            "this is JSON spread over several lines; write one object a line, as in jq -c . FILE | dunlint screen --input-format jsonl -"
        )
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Input, reason))
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
