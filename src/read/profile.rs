//! How an input was read, kept for the next one of its kind: a mapping profile, as TOML.
//!
//! In: a [`Decision`] and the [`ReadOptions`] that led to it; later the file. Out: the profile's text; later what it
//! says, filled into options. Promise: an input is read by its own profile as it was read without, and a profile that
//! can't be understood is an error with file and line, never half a profile. It doesn't open inputs, and doesn't know
//! whether one has the columns that it names: the readers say so.
//!
//! What counts, the strongest first: what the options say already (the user's flags), the profile, the input itself. A
//! unit in the options is a way to cut plain text, so it beats a profile's table, too.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::decode::Encoding;
use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::message::Channel;
use crate::read::columns::{ColumnOverrides, Field};
use crate::read::{Decision, Format, ReadOptions, Unit};
use crate::rule::Lang;

/// How inputs of a kind are read. What is absent is decided for each input by its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// How records are written.
    pub format: Option<Format>,
    /// How characters are written.
    pub encoding: Option<Encoding>,
    /// What separates the fields of [`Format::Csv`]: an ASCII sign.
    pub delimiter: Option<u8>,
    /// What is one message in plain text.
    pub unit: Option<Unit>,
    /// The channel of messages whose record names none.
    pub channel: Option<Channel>,
    /// Under which header, key or number each field stands.
    pub columns: ColumnOverrides,
}

impl Profile {
    /// What was decided for an input, with what the options said.
    ///
    /// Of a table all columns that are read are kept, by name where the table has names, else by number. Records of JSON
    /// may have other keys each, so only those are kept that the options name. Of a document (a workbook, a Parquet file)
    /// neither format nor encoding is kept: it tells them itself, and the same table as CSV may be written otherwise.
    pub fn of(decision: &Decision, options: &ReadOptions) -> Self {
        let is_text = decision.document.is_none();
        let name_of = |field: Field| {
            let Some(column) = decision.columns.iter().find(|column| column.field == field) else {
                let given = options.columns.name_of(field);
                return given.filter(|_| decision.columns.is_empty()).map(str::to_owned);
            };
            let header = column.header.clone().filter(|header| !header.is_empty());
            Some(header.unwrap_or_else(|| column.number.to_string()))
        };
        let mut columns = ColumnOverrides::default();
        for field in Field::all() {
            if let Some(name) = name_of(field) {
                columns.add_missing(field, name);
            }
        }
        Self {
            format: Some(decision.format).filter(|_| is_text),
            encoding: Some(decision.encoding).filter(|_| is_text),
            delimiter: decision
                .delimiter
                .filter(|_| is_text && decision.format == Format::Csv)
                .and_then(|delimiter| u8::try_from(delimiter).ok()),
            unit: decision.unit.filter(|_| is_text),
            channel: options.channel,
            columns,
        }
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// If the file can't be read, isn't TOML, or says something that isn't understood: all problems at once.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let reason = say!("映射配置无法读取", "the mapping profile could not be read");
            Error::new(ErrorKind::Usage, reason).in_file(path).because(error)
        })?;
        Self::parse(&text, path)
    }

    /// Reads the text of the profile in this file.
    ///
    /// # Errors
    /// As [`Profile::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let mut parser = Parser {
            text,
            path,
            problems: Vec::new(),
        };
        let profile = match DeTable::parse(text) {
            Ok(table) => parser.profile(table.get_ref()),
            Err(error) => {
                let message = error.message();
                let at = error.span().map_or(0, |span| span.start);
                parser.problem(at, say!("此处写法有误：{message}", "{message}"));
                Self::default()
            }
        };
        parser.problems.sort_by_key(|problem| problem.place().line);
        Error::all(parser.problems).map_or(Ok(profile), Err)
    }

    /// Fills into the options what they leave open: what they say already counts for more than the profile.
    pub fn apply(&self, options: &mut ReadOptions) {
        if options.format.is_none() {
            let is_cut_as_text = options.unit.is_some();
            options.format = self
                .format
                .filter(|&format| !is_cut_as_text || format == Format::Text);
        }
        options.encoding = options.encoding.or(self.encoding);
        options.delimiter = options.delimiter.or(self.delimiter);
        options.unit = options.unit.or(self.unit);
        options.channel = options.channel.or(self.channel);
        for (field, name) in self.columns.iter() {
            options.columns.add_missing(field, name);
        }
    }

    /// The profile as it is written to a file, with a note on top that says what it is.
    pub fn to_toml(&self, lang: Lang) -> String {
        let note = say!(
            "dunlint 映射配置：规定这一类数据如何读取；没有写的由程序按内容判断，命令行参数优先。",
            "dunlint mapping profile: how inputs of this kind are read; what isn't said is decided by their content, and flags count for more."
        );
        let mut text = format!("# {}\n", note.get(lang));
        let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        if let Some(format) = self.format {
            line("format", quoted(format.name()));
        }
        if let Some(encoding) = self.encoding {
            line("encoding", quoted(&encoding.name().to_ascii_lowercase()));
        }
        if let Some(delimiter) = self.delimiter {
            line("delimiter", quoted(&char::from(delimiter).to_string()));
        }
        if let Some(unit) = self.unit {
            line("unit", quoted(unit.name()));
        }
        if let Some(channel) = self.channel {
            line("channel", quoted(channel.id()));
        }
        if self.columns.iter().next().is_some() {
            let note = say!(
                "字段 = 表头、键名，或从 1 数起的列号",
                "field = header, key, or number of the column from 1"
            );
            text.push_str(&format!("\n# {}\n[columns]\n", note.get(lang)));
            for (field, name) in self.columns.iter() {
                let value = match name.parse::<u32>() {
                    Ok(number) if number.to_string() == name => name.to_owned(),
                    _ => quoted(name),
                };
                text.push_str(&format!("{} = {value}\n", field.name()));
            }
        }
        text
    }
}

/// A text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

const ENCODINGS: [Encoding; 5] = [
    Encoding::Utf8,
    Encoding::Gb18030,
    Encoding::Big5,
    Encoding::Utf16Le,
    Encoding::Utf16Be,
];

const KEYS: [&str; 6] = ["format", "encoding", "delimiter", "unit", "channel", "columns"];

/// A profile being read, and what is wrong with it so far.
struct Parser<'p> {
    text: &'p str,
    path: &'p Path,
    problems: Vec<Error>,
}

impl Parser<'_> {
    fn profile(&mut self, table: &DeTable) -> Profile {
        let mut profile = Profile::default();
        for (key, value) in table.iter() {
            let name: &str = key.get_ref();
            match name {
                "format" => {
                    let names = Format::ALL.map(Format::name).map(str::to_owned);
                    profile.format = self.one_of(name, value, &names, Format::named);
                }
                "encoding" => {
                    let names = ENCODINGS.map(|encoding| encoding.name().to_ascii_lowercase());
                    profile.encoding = self.one_of(name, value, &names, Encoding::named);
                }
                "unit" => {
                    let names = [Unit::Line, Unit::Paragraph, Unit::File].map(|unit| unit.name().to_owned());
                    profile.unit = self.one_of(name, value, &names, Unit::named);
                }
                "channel" => {
                    let names = Channel::ALL.map(|channel| channel.id().to_owned());
                    let named = |id: &str| Channel::ALL.into_iter().find(|channel| channel.id() == id);
                    profile.channel = self.one_of(name, value, &names, named);
                }
                "delimiter" => profile.delimiter = self.delimiter(value),
                "columns" => self.columns(value, &mut profile.columns),
                _ => self.unknown(key.span().start, name, &KEYS),
            }
        }
        if let (Some(_), true) = (table.get("delimiter"), profile.format != Some(Format::Csv)) {
            let at = table.get("delimiter").map_or(0, |value| value.span().start);
            self.problem(
                at,
                say!(
                    "delimiter 只用于 format = \"csv\"",
                    "a delimiter goes with format = \"csv\" only"
                ),
            );
        }
        profile
    }

    fn one_of<T>(
        &mut self,
        key: &str,
        value: &Spanned<DeValue>,
        names: &[String],
        named: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = value.get_ref().as_str().and_then(named);
        if found.is_none() {
            let (listed, joined) = (names.join("、"), names.join(", "));
            self.problem(
                value.span().start,
                say!("{key} 可以是：{listed}", "{key} is one of {joined}"),
            );
        }
        found
    }

    fn delimiter(&mut self, value: &Spanned<DeValue>) -> Option<u8> {
        let found = value.get_ref().as_str().and_then(|text| match *text.as_bytes() {
            [sign] if sign.is_ascii() && !sign.is_ascii_alphanumeric() && !b"\"\r\n".contains(&sign) => {
                Some(sign)
            }
            _ => None,
        });
        if found.is_none() {
            self.problem(
                value.span().start,
                say!(
                    "delimiter 是一个 ASCII 符号，如 \",\"、\"|\"；不能是字母、数字、引号或换行",
                    "a delimiter is one ASCII sign such as \",\" or \"|\"; no letter, digit, quote or line break"
                ),
            );
        }
        found
    }

    fn columns(&mut self, value: &Spanned<DeValue>, columns: &mut ColumnOverrides) {
        let Some(table) = value.get_ref().as_table() else {
            let reason = say!("columns 应为一节 [columns]", "columns is a section: [columns]");
            return self.problem(value.span().start, reason);
        };
        let fields: Vec<&str> = Field::all().map(Field::name).collect();
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !fields.contains(&name) {
                self.unknown(key.span().start, name, &fields);
            }
        }
        // In the order of fields whatever that of the file, so that equal profiles are equal.
        for field in Field::all() {
            let name = field.name();
            let Some(value) = table.get(name) else {
                continue;
            };
            let number = value.get_ref().as_integer().map(|number| number.as_str());
            let number = number.filter(|number| number.parse::<u32>().is_ok_and(|number| number > 0));
            let text = value.get_ref().as_str().map(str::trim);
            match number.or(text.filter(|text| !text.is_empty())) {
                Some(column) => columns.add_missing(field, column),
                None => self.problem(
                    value.span().start,
                    say!(
                        "{name} 应为表头、键名，或从 1 数起的列号",
                        "{name} is a header, a key, or the number of a column from 1"
                    ),
                ),
            }
        }
    }

    fn unknown(&mut self, at: usize, name: &str, known: &[&str]) {
        let (listed, joined) = (known.join("、"), known.join(", "));
        let reason = match nearest(name, known) {
            Some(meant) => say!(
                "没有 {name:?}；是否指 {meant}？",
                "no {name:?}; did you mean {meant}?"
            ),
            None => say!("没有 {name:?}；可用的有 {listed}", "no {name:?}; one of {joined}"),
        };
        self.problem(at, reason);
    }

    fn problem(&mut self, at: usize, reason: Sentence) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let error = Error::new(ErrorKind::Usage, reason);
        self.problems.push(error.in_file(self.path).at_line(line));
    }
}

/// The known name that was most likely meant: at most two letters away, and less than half of it. Letters that changed
/// places count as one.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let sorted = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    let letters = sorted(name);
    let distances = known.iter().map(|&known| match sorted(known) == letters {
        true => (1, known),
        false => (edits(name, known), known),
    });
    let (distance, meant) = distances.min()?;
    (distance <= 2 && distance * 2 < meant.len()).then_some(meant)
}

/// Letters to put in, leave out or exchange.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, &own) in other.iter().enumerate() {
            let exchanged = corner + usize::from(letter != own);
            corner = row[place + 1];
            row[place + 1] = exchanged.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Column;

    fn parse(text: &str) -> Result<Profile> {
        Profile::parse(text, Path::new("p.toml"))
    }

    #[test]
    fn profiles_come_back_as_they_were_written() {
        let column = |field, number, header: Option<&str>| Column {
            field,
            number,
            header: header.map(str::to_owned),
        };
        let decision = Decision {
            document: None,
            encoding: Encoding::Gb18030,
            is_encoding_doubtful: false,
            format: Format::Csv,
            unit: None,
            delimiter: Some(';'),
            columns: vec![
                column(Field::Id, 1, Some("编号")),
                column(Field::Text, 2, Some("内\"容\\\n\u{1b}[31m")),
                column(Field::Time, 3, Some("")),
                column(Field::Sender, 4, None),
            ],
            is_text_guessed: true,
        };
        let options = ReadOptions {
            channel: Some(Channel::Sms),
            ..ReadOptions::default()
        };
        let profile = Profile::of(&decision, &options);
        assert_eq!(
            profile.columns.name_of(Field::Time),
            Some("3"),
            "a blank header is no name"
        );
        for lang in [Lang::Zh, Lang::En] {
            let text = profile.to_toml(lang);
            assert!(text.starts_with("# dunlint "), "{text}");
            assert_eq!(parse(&text).unwrap(), profile, "{text}");
        }
        let workbook = Decision {
            document: Some("xlsx".to_owned()),
            ..decision.clone()
        };
        let of_workbook = Profile::of(&workbook, &options);
        assert_eq!(
            (of_workbook.format, of_workbook.encoding, of_workbook.delimiter),
            (None, None, None)
        );
        assert_eq!(of_workbook.columns, profile.columns);
        assert_eq!(parse("").unwrap(), Profile::default());
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, expected) in [
            (
                "fromat = \"csv\"",
                "p.toml:1: no \"fromat\"; did you mean format?",
            ),
            ("\nmapping = 3", "p.toml:2: no \"mapping\"; one of format,"),
            (
                "[columns]\ntext = 2\ntiem = 3",
                "p.toml:3: no \"tiem\"; did you mean time?",
            ),
            // Keys of other letters have to be quoted in TOML: its parser says so.
            ("[columns]\n内容 = 3", "p.toml:2: "),
            ("[columns]\ntext = 0", "p.toml:2: text is a header"),
            ("[columns]\ntext = \" \"", "p.toml:2: text is a header"),
            ("columns = 3", "p.toml:1: columns is a section"),
            ("format = \"cvs\"", "p.toml:1: format is one of jsonl, json"),
            ("encoding = 8", "p.toml:1: encoding is one of utf-8, gb18030"),
            ("channel = \"pigeon\"", "p.toml:1: channel is one of sms"),
            ("unit = \"word\"", "p.toml:1: unit is one of line"),
            (
                "format = \"csv\"\ndelimiter = \"ab\"",
                "p.toml:2: a delimiter is one ASCII sign",
            ),
            (
                "format = \"csv\"\ndelimiter = \"\\\"\"",
                "p.toml:2: a delimiter is one ASCII sign",
            ),
            ("delimiter = \";\"", "p.toml:1: a delimiter goes with"),
            ("format = ", "p.toml:1: "),
        ] {
            let error = parse(text).unwrap_err();
            let told = error.to_string();
            assert!(told.starts_with(expected), "{text}: {told}");
            assert!(error.shown(Lang::Zh).starts_with("p.toml:"), "{text}");
        }
        let two = parse("a1 = 1\nb1 = 2").unwrap_err();
        assert_eq!(two.each().count(), 2);
    }

    #[test]
    fn what_the_options_say_counts_for_more() {
        let profile = parse(
            "format = \"csv\"\nencoding = \"gbk\"\ndelimiter = \"|\"\nchannel = \"sms\"\n[columns]\ntext = \"备注\"\nid = 1\n",
        )
        .unwrap();
        let mut options = ReadOptions::default();
        profile.apply(&mut options);
        assert_eq!(options.format, Some(Format::Csv));
        assert_eq!(options.encoding, Some(Encoding::Gb18030));
        assert_eq!(options.delimiter, Some(b'|'));
        assert_eq!(options.channel, Some(Channel::Sms));
        assert_eq!(options.columns.name_of(Field::Text), Some("备注"));
        assert_eq!(options.columns.name_of(Field::Id), Some("1"));

        let mut options = ReadOptions {
            encoding: Some(Encoding::Utf8),
            unit: Some(Unit::Line),
            channel: Some(Channel::Call),
            ..ReadOptions::default()
        };
        options.columns.add("text=正文").unwrap();
        profile.apply(&mut options);
        assert_eq!(options.format, None, "what is cut into lines is no table");
        assert_eq!(options.encoding, Some(Encoding::Utf8));
        assert_eq!(options.channel, Some(Channel::Call));
        assert_eq!(options.columns.name_of(Field::Text), Some("正文"));
        assert_eq!(options.columns.name_of(Field::Id), Some("1"));
    }
}
