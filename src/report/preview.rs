//! A first look at an input → text for a terminal, or JSON.
//!
//! In: a [`Preview`] and how it is shown. Out: format, encoding, delimiter, all columns with what each is read as and
//! example values, the first records or why they are rejected, what was not understood. Promise: lines fit the width, and
//! nothing in them acts on the terminal; personal data is masked if the view says so, and values of columns that nobody
//! reads are masked as names are, since they may be. It doesn't read on and decides nothing.
//!
//! The JSON is an object an input:
//!
//! ```text
//! {"schema": 1, "input": "a.csv", "document": null or "xlsx" …, "format": "csv", "encoding": "GB18030",
//!  "encoding_doubtful": false, "delimiter": "," or null, "unit": "line" or null, "header": true,
//!  "columns": [{"number": 1, "name": "编号" or null, "field": "id" or null, "choice": "given" "name" "guess" or null,
//!    "examples": ["7", …]}, …],
//!  "records": [{"record": 1, "id": …, "time": …, "channel": …, "sender": …, "recipient": …, "agency": …, "connected": …,
//!      "seconds": …, "turns": 8 or null, "without_words": false, "text": "how it begins", "unread": ["time", …]},
//!    {"record": 2, "byte": 70, "rejected": "no-text", "reason": "…"}, …],
//!  "error": null or "…", "masked": true}
//! ```
//!
//! Of an input that can't be opened: `{"schema": 1, "input": "a.csv" or null, "error": "…"}`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::error::Error;
use crate::message::{Body, Message, Time};
use crate::read::{Choice, Field, Format, Preview, Record, Rejection, SourceColumn};
use crate::report::mask::{masked_party, masked_text, names_of};
use crate::report::visible::{columns, shorten, wrap};
use crate::report::words::{self, colon, list_separator, pick};
use crate::rule::Lang;

/// How previews are shown.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The language of labels and reasons.
    pub lang: Lang,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether personal data is masked.
    pub masks: bool,
}

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// Characters of a text that are shown in JSON.
const OPENING_CHARACTERS: usize = 200;

/// Turns of a call that are shown on a terminal.
const SHOWN_TURNS: usize = 2;

/// Narrower terminals are written to as if they had so many columns.
const LEAST_WIDTH: usize = 60;

/// Which part of the width the name of a source column may take.
const NAME_PART: usize = 4;

impl View {
    /// Writes what was found of an input.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write(&self, preview: &Preview, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let lang = self.lang;
        for line in wrap(&preview.input, self.width()) {
            writeln!(out, "{line}")?;
        }
        for (label, value) in self.facts(preview) {
            self.write_labelled(label, &value, out)?;
        }
        if !preview.columns.is_empty() {
            let title = match preview.decision.format {
                Format::Csv | Format::Tsv => pick(lang, "列", "columns"),
                _ => pick(lang, "键", "keys"),
            };
            writeln!(out, "  {title}")?;
            self.write_columns(preview, out)?;
        }
        let mut unread: BTreeMap<Field, u64> = BTreeMap::new();
        if preview.is_readable {
            self.write_records(preview, &mut unread, out)?;
        }
        if !unread.is_empty() {
            let counts = unread
                .iter()
                .map(|(field, count)| format!("{} {count}", field.name()));
            let counts: Vec<String> = counts.collect();
            let label = pick(lang, "未能识别的值", "values not understood");
            self.write_labelled(label, &counts.join(list_separator(lang)), out)?;
        }
        if let Some(trouble) = &preview.trouble {
            let label = pick(lang, "问题", "problem");
            self.write_labelled(label, trouble.reason().get(lang), out)?;
        }
        Ok(())
    }

    /// The same for programs.
    pub fn json(&self, preview: &Preview) -> Value {
        let decision = &preview.decision;
        let columns = preview.columns.iter().map(|column| {
            json!({
                "number": column.number,
                "name": column.name,
                "field": column.read_as.map(|(field, _)| field.name()),
                "choice": column.read_as.map(|(_, choice)| choice_id(choice)),
                "examples": self.examples(preview, column),
            })
        });
        let records = preview.records().map(|record| match record {
            Ok(record) => self.record_json(&record),
            Err(Rejection {
                record, byte, reason, ..
            }) => json!({
                "record": record,
                "byte": byte,
                "rejected": reason.name(),
                "reason": words::why_rejected(&reason, self.lang),
            }),
        });
        json!({
            "schema": SCHEMA,
            "input": preview.input,
            "document": decision.document,
            "format": decision.format.name(),
            "encoding": decision.encoding.name(),
            "encoding_doubtful": decision.is_encoding_doubtful,
            "delimiter": decision.delimiter,
            "unit": decision.unit.map(|unit| unit.name()),
            "header": preview.has_header,
            "columns": columns.collect::<Vec<_>>(),
            "records": records.collect::<Vec<_>>(),
            "error": preview.trouble.as_ref().map(|trouble| trouble.shown(self.lang)),
            "masked": self.masks,
        })
    }

    /// An input that can't be opened, for programs.
    pub fn failure_json(&self, error: &Error) -> Value {
        let file = error.place().file.as_ref();
        json!({
            "schema": SCHEMA,
            "input": file.map(|file| file.to_string_lossy()),
            "error": error.shown(self.lang),
        })
    }

    fn width(&self) -> usize {
        self.width.max(LEAST_WIDTH)
    }

    fn facts(&self, preview: &Preview) -> Vec<(&'static str, String)> {
        let (lang, decision) = (self.lang, &preview.decision);
        let is_table = matches!(decision.format, Format::Csv | Format::Tsv);
        let mut facts = Vec::new();
        match &decision.document {
            Some(document) => facts.push((pick(lang, "文档", "document"), document.to_uppercase())),
            None => {
                let mut encoding = decision.encoding.name().to_owned();
                if decision.is_encoding_doubtful {
                    encoding = format!(
                        "{encoding}{}{}",
                        list_separator(lang),
                        words::doubtful_encoding(lang)
                    );
                }
                facts.push((
                    pick(lang, "格式", "format"),
                    words::format(decision.format, lang).to_owned(),
                ));
                facts.push((pick(lang, "编码", "encoding"), encoding));
            }
        }
        if let Some(delimiter) = decision.delimiter.filter(|_| decision.document.is_none()) {
            facts.push((pick(lang, "分隔符", "delimiter"), format!("{delimiter:?}")));
        }
        if let Some(unit) = decision.unit {
            facts.push((pick(lang, "单位", "unit"), words::unit(unit, lang).to_owned()));
        }
        if is_table {
            let header = match preview.has_header {
                true => pick(lang, "有", "yes"),
                false => pick(lang, "无，列以列号指称", "none; columns go by their numbers"),
            };
            facts.push((pick(lang, "表头", "header"), header.to_owned()));
        }
        if preview.is_readable && words::lacks_texts(decision) {
            facts.push((pick(lang, "提示", "note"), words::no_texts(lang).to_owned()));
        }
        if decision.is_text_guessed {
            let guess = pick(
                lang,
                "正文列按内容推断，可用 --column 指定",
                "the column of texts is a guess; --column names it",
            );
            facts.push((pick(lang, "提示", "note"), guess.to_owned()));
        }
        facts
    }

    /// `  label  value`, further lines under the value.
    fn write_labelled(&self, label: &str, value: &str, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let indent = columns(label) + "    ".len();
        let indent = indent.max(self.label_columns());
        for (at, line) in wrap(value, self.width() - indent).iter().enumerate() {
            match at {
                0 => {
                    let gap = indent - columns(label) - 2;
                    writeln!(out, "  {label}{:gap$}{line}", "")?;
                }
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }

    /// Where values begin beside the usual labels.
    fn label_columns(&self) -> usize {
        match self.lang {
            Lang::Zh => "  ".len() + 6 + "  ".len(),
            Lang::En => "  ".len() + "delimiter".len() + "  ".len(),
        }
    }

    fn write_columns(&self, preview: &Preview, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let lang = self.lang;
        let rows: Vec<[String; 5]> = preview
            .columns
            .iter()
            .map(|column| {
                let (field, choice) = match column.read_as {
                    Some((field, choice)) => (field.name(), self.choice(choice)),
                    None => (pick(lang, "不读", "not read"), ""),
                };
                let name = column.name.as_deref().unwrap_or("–");
                [
                    column.number.to_string(),
                    shorten(name, self.width() / NAME_PART),
                    field.to_owned(),
                    choice.to_owned(),
                    self.examples(preview, column).join(list_separator(lang)),
                ]
            })
            .collect();
        let widest = |cell: usize| rows.iter().map(|row| columns(&row[cell])).max().unwrap_or(0);
        let widths = [widest(0), widest(1), widest(2), widest(3)];
        for row in &rows {
            let mut line = " ".repeat(4);
            for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
                let gap = " ".repeat(width - columns(cell));
                // Numbers to the right, words to the left.
                line = match at {
                    0 => format!("{line}{gap}{cell}  "),
                    _ => format!("{line}{cell}{gap}  "),
                };
            }
            let room = self.width().saturating_sub(columns(&line));
            if room > 1 {
                line += &shorten(&row[4], room);
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn choice(&self, choice: Choice) -> &'static str {
        match choice {
            Choice::Given => pick(self.lang, "指定", "given"),
            Choice::Name => pick(self.lang, "按名称", "by name"),
            Choice::Guess => pick(self.lang, "推断", "guess"),
        }
    }

    /// Values of a column, fit to be shown to this view's readers.
    fn examples(&self, preview: &Preview, column: &SourceColumn) -> Vec<String> {
        let field = column.read_as.map(|(field, _)| field);
        let examples = column.examples.iter().map(|(record, value)| {
            let shown = match field {
                _ if !self.masks => Cow::Borrowed(&**value),
                // Nobody knows what a column holds that isn't read: names as well.
                None | Some(Field::Sender | Field::Recipient | Field::Debtor) => {
                    let party = masked_party(value);
                    Cow::Owned(masked_text(&party, &preview.names(*record)).into_owned())
                }
                Some(_) => masked_text(value, &preview.names(*record)),
            };
            opening(&shown)
        });
        examples.collect()
    }

    fn write_records(
        &self,
        preview: &Preview,
        unread: &mut BTreeMap<Field, u64>,
        out: &mut (impl Write + ?Sized),
    ) -> io::Result<()> {
        let lang = self.lang;
        let mut is_first = true;
        for record in preview.records() {
            if std::mem::take(&mut is_first) {
                writeln!(out, "  {}", pick(lang, "前几条", "first records"))?;
            }
            let (number, lines) = match &record {
                Ok(record) => {
                    for field in record.unread.fields() {
                        *unread.entry(field).or_default() += 1;
                    }
                    (record.number, self.record_lines(record))
                }
                Err(rejection) => {
                    let reason = words::why_rejected(&rejection.reason, lang);
                    let rejected = pick(lang, "拒收", "rejected");
                    let line = format!("{rejected}{}{reason}", colon(lang));
                    (rejection.record, wrap(&line, self.record_width()))
                }
            };
            for (at, line) in lines.iter().enumerate() {
                match at {
                    0 => writeln!(out, "{number:>6}  {line}")?,
                    _ => writeln!(out, "        {line}")?,
                }
            }
        }
        if is_first {
            writeln!(out, "  {}", pick(lang, "没有记录", "no records"))?;
        }
        Ok(())
    }

    fn record_width(&self) -> usize {
        self.width() - 8
    }

    fn record_lines(&self, record: &Record) -> Vec<String> {
        let (lang, message) = (self.lang, &record.message);
        let mut facts = vec![format!("id {}", self.words(&message.id.to_string(), message))];
        facts.extend(message.time.map(shown_time));
        facts.extend(message.channel.map(|channel| channel.id().to_owned()));
        let (sender, recipient) = (self.party(&message.sender), self.party(&message.recipient));
        match (sender, recipient) {
            (None, None) => {}
            (sender, None) => facts.push(format!("{} →", sender.unwrap_or_default())),
            (sender, Some(recipient)) => {
                let route = format!("{} → {recipient}", sender.unwrap_or_default());
                facts.push(route.trim_start().to_owned());
            }
        }
        facts.extend(
            message
                .agency
                .as_deref()
                .map(|agency| self.words(agency, message)),
        );
        facts.extend(message.is_connected.map(|is_connected| {
            let word = match is_connected {
                true => pick(lang, "已接通", "answered"),
                false => pick(lang, "未接通", "not answered"),
            };
            word.to_owned()
        }));
        facts.extend(message.seconds.map(|seconds| match lang {
            Lang::Zh => format!("{seconds} 秒"),
            Lang::En => format!("{seconds} s"),
        }));
        let mut lines = wrap(&facts.join(" · "), self.record_width());
        if message.is_wordless() {
            lines.push(words::wordless(lang).to_owned());
            return lines;
        }
        let words = self.spoken(message);
        lines.extend(
            words
                .iter()
                .take(SHOWN_TURNS)
                .map(|words| shorten(words, self.record_width())),
        );
        if words.len() > SHOWN_TURNS {
            let count = words.len();
            lines.push(match lang {
                Lang::Zh => format!("…（共 {count} 轮）"),
                Lang::En => format!("… ({count} turns)"),
            });
        }
        lines
    }

    fn record_json(&self, record: &Record) -> Value {
        let message = &record.message;
        let turns = match &message.body {
            Body::Turns(turns) => Some(turns.len()),
            Body::Text(_) => None,
        };
        let unread: Vec<&str> = record.unread.fields().map(Field::name).collect();
        json!({
            "record": record.number,
            "id": self.words(&message.id.to_string(), message),
            "time": message.time.map(shown_time),
            "channel": message.channel,
            "sender": self.party(&message.sender),
            "recipient": self.party(&message.recipient),
            "agency": message.agency.as_deref().map(|agency| self.words(agency, message)),
            "connected": message.is_connected,
            "seconds": message.seconds,
            "turns": turns,
            "without_words": message.is_wordless(),
            "text": opening(&self.spoken(message).join("\n")),
            "unread": unread,
        })
    }

    /// The text, or each turn with its speaker.
    fn spoken(&self, message: &Message) -> Vec<String> {
        let stretches = message.stretches().map(|(turn, speaker, text)| {
            let text = self.words(text, message);
            match turn {
                None => text,
                Some(_) => format!("{}{}{text}", words::speaker(speaker, self.lang), colon(self.lang)),
            }
        });
        stretches.collect()
    }

    fn words(&self, text: &str, message: &Message) -> String {
        match self.masks {
            true => masked_text(text, &names_of(message)).into_owned(),
            false => text.to_owned(),
        }
    }

    fn party(&self, value: &Option<Cow<'_, str>>) -> Option<String> {
        let value = value.as_deref()?;
        Some(match self.masks {
            true => masked_party(value).into_owned(),
            false => value.to_owned(),
        })
    }
}

fn choice_id(choice: Choice) -> &'static str {
    match choice {
        Choice::Given => "given",
        Choice::Name => "name",
        Choice::Guess => "guess",
    }
}

fn shown_time(time: Time) -> String {
    let date = time.date.map(|date| date.to_string());
    let clock = time.clock.map(|clock| clock.to_string());
    let parts: Vec<String> = date.into_iter().chain(clock).collect();
    parts.join(" ")
}

/// The beginning of a text that is masked already: cut before, a number would no longer be known for one.
fn opening(text: &str) -> String {
    match text.char_indices().nth(OPENING_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Input, ReadOptions, preview};

    fn shown(name: &str, content: &str, view: View) -> (String, Value) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let preview = preview(&Input::file(&path), &ReadOptions::default(), 10).unwrap();
        let mut out = Vec::new();
        view.write(&preview, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), view.json(&preview))
    }

    #[test]
    fn lines_fit_and_act_on_nothing() {
        let hostile = "\u{1b}]0;x\u{7}\u{202e}张伟明".repeat(20);
        let (header, hostile) = (&hostile[..20], &hostile);
        let table = format!("编号,短信内容,备{header}注\n7,{hostile}请还款,{hostile}\n8,,x\n");
        for width in [0, 60, 80, 120] {
            for lang in [Lang::Zh, Lang::En] {
                let view = View {
                    lang,
                    width,
                    masks: true,
                };
                let (text, json) = shown("a.csv", &table, view);
                // The name of the folder is as long as it is.
                for line in text.lines().filter(|line| !line.contains("a.csv")) {
                    assert!(columns(line) <= width.max(LEAST_WIDTH), "{line}");
                }
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
                assert_eq!(json["records"][1]["rejected"], "empty-text");
            }
        }
    }

    #[test]
    fn names_and_numbers_are_masked_wherever_they_stand() {
        let table = "编号,内容,手机号,债务人,联系人姓名,通话时长\n\
                     13800138000,张伟明请还款 13800138000,13900139000,张伟明,李雷雷,明天\n\
                     8,请张伟明速还,13900139000,张伟明,李雷雷,7\n";
        let view = |masks| View {
            lang: Lang::Zh,
            width: 80,
            masks,
        };
        let (text, json) = shown("a.csv", table, view(true));
        for secret in ["伟明", "雷雷", "13800138000", "13900139000"] {
            assert!(!text.contains(secret), "{secret} in {text}");
            assert!(!json.to_string().contains(secret), "{secret} in {json}");
            let (text, json) = shown("a.csv", table, view(false));
            assert!(
                text.contains(secret) && json.to_string().contains(secret),
                "{text}"
            );
        }
        assert_eq!(json["columns"][4]["field"], Value::Null);
        assert_eq!(json["columns"][2]["field"], "recipient");
        assert_eq!(json["records"][0]["unread"], json!(["duration"]));
        assert!(text.contains("未能识别的值  duration 1"), "{text}");
    }
}
