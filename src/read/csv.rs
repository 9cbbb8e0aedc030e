//! Tables: CSV, TSV, and whatever else separates fields with a sign.
//!
//! In: rows. Out: once, on the sample, a [`Table`] (delimiter, header, which column holds what); then a
//! [`Draft`] for each row, which borrows every field that holds no doubled quote. Fields are split here rather than by the
//! csv crate because a row is one stretch of a batch and nearly always needs no copy; what that crate writes,
//! this reads back. Where a row ends is the cutter's business.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Sentence, say};
use crate::message::Channel;
use crate::read::columns::{self, ColumnOverrides, Field};
use crate::read::draft::Draft;
use crate::read::{Column, Reason, jsonl};

/// How to read the rows of one file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// What the columns hold, in their order.
    pub columns: Vec<Column>,
    /// The names of all columns, where the table has a header.
    pub names: Vec<String>,
    /// Whether the text's column was chosen by its looks.
    pub is_guessed: bool,
    /// How many fields a row has: as many as the header, or as most rows.
    pub width: usize,
    /// Whether a row with words beyond its last column is refused: a delimiter in its text has cut that in two, or another
    /// row hangs on it.
    pub is_strict: bool,
}

/// Delimiters tried, in this order where they do equally well.
pub(crate) const DELIMITERS: [u8; 4] = *b",\t;|";

/// How many rows of the sample are looked at.
pub(crate) const SAMPLE_ROWS: usize = 200;

impl Table {
    /// Reads the sample's rows: what the columns hold, and what is wrong if no column holds text or an override names a
    /// column that isn't there; the reason says what to do. A table of calls or visits needs no column of texts;
    /// `channel` is that of rows that name none.
    pub(crate) fn decide(
        rows: &[&str],
        delimiter: u8,
        overrides: &ColumnOverrides,
        channel: Option<Channel>,
    ) -> (Self, Option<Error>) {
        let rows: Vec<Vec<Cow<'_, str>>> = rows.iter().map(|row| fields(row, delimiter).collect()).collect();
        let Some(first) = rows.first() else {
            let table = Self {
                delimiter,
                has_header: false,
                columns: Vec::new(),
                names: Vec::new(),
                is_guessed: false,
                width: 1,
                is_strict: false,
            };
            return (table, None);
        };
        let mut trouble = None;
        let has_header = is_header(&rows, overrides);
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut best: Vec<(Field, usize, usize)> = Vec::new();
        let mut take = |field: Field, column: usize, rank: usize| match best
            .iter_mut()
            .find(|(known, ..)| *known == field)
        {
            Some((_, at, known_rank)) if rank < *known_rank => (*at, *known_rank) = (column, rank),
            Some(_) => {}
            None => best.push((field, column, rank)),
        };
        if has_header {
            for (column, name) in first.iter().enumerate() {
                if let Some((field, rank)) = overrides.field_of(name) {
                    take(field, column, rank);
                }
            }
        }
        for (field, name) in overrides.iter() {
            let is_named = has_header && first.iter().any(|header| header.trim() == name);
            match name.parse::<usize>() {
                _ if is_named => {}
                Ok(number) if (1..=width).contains(&number) => take(field, number - 1, 0),
                _ => {
                    trouble.get_or_insert_with(|| missing(field, name, has_header.then_some(first), width));
                }
            }
        }
        let mut is_guessed = false;
        if !best
            .iter()
            .any(|(field, ..)| matches!(field, Field::Text | Field::Turns))
        {
            let by_ending = first
                .iter()
                .position(|name| has_header && columns::ends_like_text(name));
            let body = &rows[usize::from(has_header)..];
            let tells_contacts = tells_contacts(&best, body, channel);
            // Of a table that makes sense without texts no column is taken for them that is something else by its name:
            // the agency has the longest values there.
            let is_free =
                |column: &usize| !tells_contacts || best.iter().all(|(_, known, _)| known != column);
            match by_ending.or_else(|| most_like_text(body).filter(is_free)) {
                None if tells_contacts => {}
                Some(column) => {
                    is_guessed = true;
                    best.retain(|(_, at, _)| *at != column);
                    best.push((Field::Text, column, 0));
                }
                None => {
                    trouble.get_or_insert_with(|| missing_text(width));
                }
            }
        }
        let mut columns: Vec<Column> = best
            .into_iter()
            .map(|(field, at, _)| Column {
                field,
                number: at + 1,
                header: first
                    .get(at)
                    .filter(|_| has_header)
                    .map(|name| name.trim().to_owned()),
            })
            .collect();
        columns.sort_by_key(|column| (column.number, column.field));
        let names = first.iter().filter(|_| has_header);
        let table = Self {
            delimiter,
            has_header,
            names: names.map(|name| name.trim().to_owned()).collect(),
            is_guessed,
            width: match has_header {
                // A column may be named by its number that has no name.
                true => columns.last().map_or(0, |column| column.number).max(first.len()),
                false => usual_width(&rows),
            },
            is_strict: has_header,
            columns,
        };
        (table, trouble)
    }

    /// All fields of a row with the names of their columns; columns without one are called by their number.
    pub(crate) fn named_fields(&self, row: &str) -> Vec<(String, String)> {
        let named = fields(row, self.delimiter).enumerate().map(|(at, value)| {
            let name = self.names.get(at).filter(|name| !name.is_empty());
            let name = name.cloned().unwrap_or_else(|| format!("column {}", at + 1));
            (name, value.into_owned())
        });
        named.collect()
    }

    /// Reads a row.
    ///
    /// # Errors
    /// If its column of turns holds JSON that isn't turns, or it has more fields than the header.
    pub(crate) fn draft<'a>(&self, row: &'a str) -> Result<Draft<'a>, Reason> {
        let mut draft = Draft::default();
        let mut wanted = self.columns.iter().peekable();
        for (at, value) in fields(row, self.delimiter).enumerate() {
            if self.is_strict && at >= self.width && !value.trim().is_empty() {
                return Err(Reason::TooManyFields { columns: self.width });
            }
            while let Some(column) = wanted.next_if(|column| column.number == at + 1) {
                match column.field {
                    Field::Turns => jsonl::set_turns(&mut draft, &value)?,
                    field => draft.set(field, value.clone()),
                }
            }
            if wanted.peek().is_none() && !self.is_strict {
                break;
            }
        }
        Ok(draft)
    }
}

/// How many fields most rows have.
fn usual_width(rows: &[Vec<Cow<'_, str>>]) -> usize {
    let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
    widths.sort_unstable();
    widths[widths.len() / 2]
}

/// The delimiter under which the rows look most like a table, and whether they do.
pub(crate) fn sniff_delimiter(rows_under: impl Fn(u8) -> Vec<String>) -> (u8, bool) {
    let quality = |delimiter: u8| {
        let rows = rows_under(delimiter);
        let widths: Vec<usize> = rows.iter().map(|row| fields(row, delimiter).count()).collect();
        let first = widths.first().copied().unwrap_or(0);
        if first < 2 {
            return (0, 0);
        }
        let header = rows.first().map_or(0, |row| {
            let named = fields(row, delimiter).filter(|name| Field::named(name).is_some());
            named.count()
        });
        let alike = widths.iter().filter(|&&width| width == first).count();
        (header, alike * 100 / widths.len())
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let quality = quality(delimiter);
        if quality > best.1 {
            best = (delimiter, quality);
        }
    }
    (best.0, best.1.0 >= 2 && best.1.1 >= 60)
}

/// How many rows stand above the header: titles, dates, notes, each of one or two cells above wider rows.
pub(crate) fn title_rows(rows: &[&str], delimiter: u8, overrides: &ColumnOverrides) -> usize {
    let filled = |row: &&str| {
        fields(row, delimiter)
            .filter(|cell| !cell.trim().is_empty())
            .count()
    };
    let names = |row: &&str| {
        let named = fields(row, delimiter).filter(|name| overrides.field_of(name).is_some());
        named.count()
    };
    let top = &rows[..rows.len().min(MOST_TITLE_ROWS + 1)];
    let header = top.iter().position(|row| filled(row) >= 3 && names(row) >= 2);
    let is_title = |row: &&str| filled(row) <= 2 && names(row) < 2;
    header
        .filter(|&header| top[..header].iter().all(is_title))
        .unwrap_or(0)
}

/// Rows above a header that are looked through.
const MOST_TITLE_ROWS: usize = 10;

/// Whether the first row names columns: a name that we know, which doesn't come again below, and no field that
/// is long or a number.
fn is_header(rows: &[Vec<Cow<'_, str>>], overrides: &ColumnOverrides) -> bool {
    let first = &rows[0];
    let recurs = |column: usize, name: &str| {
        rows[1..]
            .iter()
            .any(|row| row.get(column).is_some_and(|value| value.trim() == name.trim()))
    };
    let mut cells = first.iter().enumerate();
    let is_known = cells.any(|(column, name)| {
        let is_named = overrides.field_of(name).is_some() || columns::ends_like_text(name);
        is_named && !recurs(column, name)
    });
    let is_data = |name: &Cow<'_, str>| {
        let name = name.trim();
        name.chars().count() > MAX_HEADER_CHARACTERS
            || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
            || name.contains(['。', '！', '，'])
    };
    let is_short_above_text = !is_known && overrides.iter().next().is_none() && {
        // Headers that nobody knows: short words above columns of which one is text.
        let longest = most_like_text(&rows[1..]);
        rows.len() > 2
            && longest.is_some_and(|column| {
                let is_short =
                    |row: &Vec<Cow<'_, str>>| row.get(column).is_none_or(|cell| cell.chars().count() <= 8);
                is_short(first) && !rows[1..].iter().any(is_short)
            })
    };
    (is_known || is_short_above_text) && !first.iter().any(is_data)
}

const MAX_HEADER_CHARACTERS: usize = 30;

/// Whether columns, each with its field and its place, tell of calls or visits though no words come with them: when, and
/// of calls what became of them or how long they lasted.
fn tells_contacts(
    columns: &[(Field, usize, usize)],
    rows: &[Vec<Cow<'_, str>>],
    channel: Option<Channel>,
) -> bool {
    let place = |field: Field| columns.iter().find(|(known, ..)| *known == field);
    let holds_visits = |&(_, column, _): &(Field, usize, usize)| {
        let mut cells = rows.iter().filter_map(|row| row.get(column));
        cells.any(|cell| Channel::named(cell) == Some(Channel::Visit))
    };
    place(Field::Time).is_some()
        && (place(Field::Outcome).is_some()
            || place(Field::Duration).is_some()
            || channel == Some(Channel::Visit)
            || place(Field::Channel).is_some_and(holds_visits))
}

/// The column with clearly the most Han characters a row; the only column, if there is one.
fn most_like_text(rows: &[Vec<Cow<'_, str>>]) -> Option<usize> {
    let width = rows.iter().map(Vec::len).max()?;
    if width == 1 {
        return Some(0);
    }
    let han = |text: &str| {
        text.chars()
            .filter(|character| ('\u{3400}'..='\u{9fff}').contains(character))
            .count()
    };
    let mut sums: Vec<(usize, usize)> = (0..width)
        .map(|column| {
            (
                rows.iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| han(cell))
                    .sum(),
                column,
            )
        })
        .collect();
    sums.sort_unstable_by(|left, right| right.cmp(left));
    let (most, column) = sums[0];
    (most >= 5 * rows.len() && most * 2 >= sums[1].0 * 3).then_some(column)
}

fn missing(field: Field, name: &str, header: Option<&Vec<Cow<'_, str>>>, width: usize) -> Error {
    let field = field.name();
    let Sentence { zh, en } = match header {
        Some(header) => {
            let (listed, joined) = (header.join("、"), header.join(", "));
            say!("有这些列：{listed}", "its columns are {joined}")
        }
        None => say!(
            "共 {width} 列，没有表头：请给出列号，例如 --column {field}=1",
            "it has {width} columns and no header: give a number, as in --column {field}=1"
        ),
    };
    let reason = say!(
        "{field} 所指的列 {name:?} 不存在；{zh}",
        "no column {name:?} for {field}; {en}"
    );
    Error::new(ErrorKind::Input, reason)
}

fn missing_text(width: usize) -> Error {
    let reason = say!(
        "{width} 列中没有一列的名称或内容像消息正文；请指明是哪一列，例如 --column text=2。没有正文的通话记录须有时间和接通结果或时长两列，外访记录须有时间列并写明 --channel visit",
        "none of its {width} columns is named or looks like message text; say which one is, as in --column text=2. Calls without words need columns of time and of outcome or duration, visits one of time and --channel visit"
    );
    Error::new(ErrorKind::Input, reason)
}

/// The fields of a row. A quote opens a field only at its start, two quotes inside are one, and what follows
/// the closing quote belongs to the field.
pub(crate) fn fields(row: &str, delimiter: u8) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(row);
    std::iter::from_fn(move || {
        let text = rest?;
        let (field, after) = match text.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted, delimiter),
            None => {
                let end = memchr::memchr(delimiter, text.as_bytes());
                let (field, after) = split_at_delimiter(text, end);
                (Cow::Borrowed(field), after)
            }
        };
        rest = after;
        Some(field)
    })
}

fn quoted_field(text: &str, delimiter: u8) -> (Cow<'_, str>, Option<&str>) {
    let mut field = Cow::Borrowed("");
    let mut from = 0;
    loop {
        let Some(quote) = memchr::memchr(b'"', &text.as_bytes()[from..]).map(|at| from + at) else {
            // The cutter lets no open quote through.
            append(&mut field, &text[from..]);
            return (field, None);
        };
        let is_doubled = text.as_bytes().get(quote + 1) == Some(&b'"');
        append(&mut field, &text[from..quote + usize::from(is_doubled)]);
        if is_doubled {
            from = quote + 2;
            continue;
        }
        let tail = &text[quote + 1..];
        let end = memchr::memchr(delimiter, tail.as_bytes());
        let (stray, after) = split_at_delimiter(tail, end);
        append(&mut field, stray);
        return (field, after);
    }
}

fn append<'a>(field: &mut Cow<'a, str>, text: &'a str) {
    match field {
        _ if text.is_empty() => {}
        Cow::Borrowed("") => *field = Cow::Borrowed(text),
        _ => field.to_mut().push_str(text),
    }
}

fn split_at_delimiter(text: &str, at: Option<usize>) -> (&str, Option<&str>) {
    match at {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(row: &str) -> Vec<String> {
        fields(row, b',').map(Cow::into_owned).collect()
    }

    #[test]
    fn fields_of_every_shape() {
        for (row, expected) in [
            ("a,b", vec!["a", "b"]),
            ("", vec![""]),
            (",", vec!["", ""]),
            (r#""a,b",c"#, vec!["a,b", "c"]),
            (r#""a""b","""""#, vec!["a\"b", "\""]),
            (r#"a"b,c"#, vec!["a\"b", "c"]),
            (r#""a"b,c"#, vec!["ab", "c"]),
            ("\"一\n二\",c", vec!["一\n二", "c"]),
        ] {
            assert_eq!(split(row), expected, "{row}");
        }
        assert!(matches!(
            fields("\"请还款\",b", b',').next(),
            Some(Cow::Borrowed("请还款"))
        ));
    }

    fn decide(rows: &[&str], overrides: &[&str]) -> Result<Table, Error> {
        let mut columns = ColumnOverrides::default();
        for assignment in overrides {
            columns.add(assignment)?;
        }
        match Table::decide(rows, b',', &columns, None) {
            (_, Some(trouble)) => Err(trouble),
            (table, None) => Ok(table),
        }
    }

    /// `field=number` for each column.
    fn shown(table: &Table) -> String {
        let columns = table
            .columns
            .iter()
            .map(|column| format!("{}={}", column.field.name(), column.number));
        let columns: Vec<_> = columns.collect();
        format!(
            "{}{}{}",
            columns.join(" "),
            if table.has_header { " header" } else { "" },
            if table.is_guessed { " guessed" } else { "" }
        )
    }

    #[test]
    fn columns_are_found_by_name_then_by_looks() {
        let long = "1,短信,尊敬的客户您的账单已经逾期请尽快还款";
        let other = "2,短信,请于今日十八点前处理您的欠款谢谢";
        for (rows, overrides, expected) in [
            (
                &["编号,发送时间,短信内容", long][..],
                &[][..],
                "id=1 time=2 text=3 header",
            ),
            (&["content,text", "a,b"], &[], "text=2 header"),
            (&["案件,备注,三月发送内容", long], &[], "text=3 header guessed"),
            (&[long, other], &[], "text=3 guessed"),
            (&["甲,乙,丙", long, other], &[], "text=3 header guessed"),
            (&["请还款", "请尽快还款"], &[], "text=1 guessed"),
            (&[long, other], &["text=3", "id=1"], "id=1 text=3"),
            (&["编号,备注,内容", long], &["text=备注"], "id=1 text=2 header"),
            (&[], &[], ""),
        ] {
            assert_eq!(
                shown(&decide(rows, overrides).unwrap()),
                expected,
                "{rows:?} {overrides:?}"
            );
        }
    }

    #[test]
    fn tables_of_calls_and_visits_need_no_texts() {
        let visit = Some(Channel::Visit);
        for (rows, channel, expected) in [
            (
                &[
                    "编号,呼叫时间,被叫,机构,是否接通,通话时长",
                    "1,2026-03-02 10:00,138,甲催收有限责任公司,否,0",
                ][..],
                None,
                Some("id=1 time=2 recipient=3 agency=4 outcome=5 duration=6 header"),
            ),
            (
                &[
                    "时间,时长,备忘",
                    "2026-03-02 10:00,35,客户承诺本周五之前还清全部欠款",
                ],
                None,
                Some("time=1 duration=2 text=3 header guessed"),
            ),
            (
                &["时间,渠道,债务人", "2026-03-02 10:00,外访,张三"],
                None,
                Some("time=1 channel=2 debtor=3 header"),
            ),
            (
                &["外访时间,债务人", "2026-03-02 10:00,张三"],
                visit,
                Some("time=1 debtor=2 header"),
            ),
            (&["外访时间,债务人", "2026-03-02 10:00,张三"], None, None),
            (&["时间,渠道,债务人", "2026-03-02 10:00,短信,张三"], None, None),
            (&["编号,是否接通,通话时长", "1,否,0"], None, None),
        ] {
            let (table, trouble) = Table::decide(rows, b',', &ColumnOverrides::default(), channel);
            assert_eq!(trouble.is_none(), expected.is_some(), "{rows:?}");
            if let Some(expected) = expected {
                assert_eq!(shown(&table), expected, "{rows:?}");
            }
        }
    }

    #[test]
    fn without_a_text_column_the_error_says_what_to_do() {
        for (rows, overrides) in [
            (&["a,b", "1,2"][..], &[][..]),
            (&["编号,内容", "1,x"], &["text=正文"]),
            (&["1,x", "2,y"], &["text=3"]),
        ] {
            let error = decide(rows, overrides).unwrap_err().to_string();
            assert!(
                error.contains("--column text=") || error.contains("编号, 内容"),
                "{error}"
            );
        }
    }
}
