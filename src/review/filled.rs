//! Workbooks that were filled in → judgements.
//!
//! In: an XLSX file that [`workbook`](super::workbook) wrote and people, with whatever spreadsheet program, changed. Out:
//! [`Filled`]: the sample that it was written from, the judgements by the rows' numbers, and what wasn't understood, with
//! sheet and row. Promise: texts and design come from the hidden sheet and are checked by their hash, so that nobody's
//! edits change what was judged; sorted, filtered and moved rows and columns are read all the same. It weighs nothing.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Range, Reader, open_workbook_auto};
use serde::Serialize;
use zip::ZipArchive;

use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::report::visible::{shorten, visible};
use crate::review::sample::Sample;
use crate::review::sheet::{DESIGN, DESIGN_MARK, Field, HEADER_ROWS, category_named, tier_named};
pub use crate::review::sheet::{Judgement, Kind};
use crate::rule::{Category, Lang, Tier};

/// A workbook that was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The file as the user named it.
    pub file: String,
    /// What it was written from.
    pub sample: Sample,
    /// What was filled in, by the items' numbers.
    pub rows: BTreeMap<u32, Row>,
    /// What wasn't understood; those rows count as not filled in.
    pub problems: Vec<Problem>,
}

/// What a reviewer says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whether the program was right.
    pub judgement: Judgement,
    /// What was missed.
    pub categories: Vec<Category>,
    /// How bad it is.
    pub tier: Option<Tier>,
    /// What else was written.
    pub comment: String,
    /// Who.
    pub reviewer: String,
}

/// A cell that wasn't understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The sheet's name.
    pub sheet: String,
    /// The row's number as spreadsheet programs show it.
    pub row: usize,
    /// What is wrong with it.
    #[serde(flatten)]
    pub what: Fault,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", content = "value", rename_all = "snake_case")]
pub enum Fault {
    /// The judgement is no word of the list.
    Judgement(String),
    /// The category is none; the judgement counts.
    Category(String),
    /// The tier is none; the judgement counts.
    Tier(String),
    /// No item of this sheet has this number.
    Number(String),
    /// An earlier row has this number and a judgement, which counts.
    Repeated(String),
}

/// Columns of a value that is repeated in a message.
const LONGEST_VALUE: usize = 24;

/// Bytes that a workbook may unpack to. A sample of ten thousand long texts takes a fifth; the library that unpacks asks
/// nobody.
const MOST_UNPACKED_BYTES: u64 = 1 << 30;

impl Filled {
    /// Reads a workbook.
    ///
    /// # Errors
    /// If it can't be read, isn't a workbook of a sample, or lacks a sheet or a column.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |reason: Sentence| Error::new(ErrorKind::Input, reason).in_file(path);
        refuse_bombs(path)?;
        let mut workbook = open_workbook_auto(path).map_err(|error| {
            let reason = say!(
                "不是能读取的工作簿；请另存为不加密的 XLSX",
                "not a workbook that can be read; save it as XLSX without a password"
            );
            let error = match error {
                calamine::Error::Io(error) => return failed(reason).because(error),
                other => other,
            };
            failed(reason).because(error)
        })?;
        let names = workbook.sheet_names();
        let design = names
            .contains(&DESIGN.to_owned())
            .then(|| workbook.worksheet_range(DESIGN));
        let sample = match design {
            Some(Ok(range)) => sample_of(&range).map_err(failed)?,
            _ => return Err(failed(no_sample())),
        };
        let mut filled = Self {
            file: path.display().to_string(),
            sample,
            rows: BTreeMap::new(),
            problems: Vec::new(),
        };
        for kind in Kind::ALL {
            let own = [Lang::Zh, Lang::En].map(|lang| kind.sheet(lang));
            let Some(name) = names.iter().find(|name| own.contains(&name.as_str())) else {
                let [zh, en] = own;
                return Err(failed(say!(
                    "缺少工作表“{zh}”；请用保留了全部工作表的文件",
                    "there is no sheet “{en}”; use a copy that still has all sheets"
                )));
            };
            let range = workbook.worksheet_range(name).map_err(|error| {
                failed(say!("工作表“{name}”无法读取", "the sheet “{name}” can't be read")).because(error)
            })?;
            filled.read_sheet(kind, name, &range).map_err(failed)?;
        }
        filled
            .problems
            .sort_by(|one, other| (&one.sheet, one.row).cmp(&(&other.sheet, other.row)));
        Ok(filled)
    }

    fn read_sheet(
        &mut self,
        kind: Kind,
        name: &str,
        range: &Range<Data>,
    ) -> std::result::Result<(), Sentence> {
        let first = range.start().map_or(0, |(row, _)| row as usize);
        let (header, columns) = header(name, range)?;
        let (hits, clean) = self.sample.split();
        let items = match kind {
            Kind::Hits => hits,
            Kind::Clean => clean,
        };
        let numbers = items.first().zip(items.last());
        let numbers = numbers.map(|(first, last)| first.number..=last.number);
        for (at, cells) in range.rows().enumerate().skip(header + 1) {
            let cell = |field: Field| {
                let cell = columns
                    .get(&(field as usize))
                    .and_then(|column| cells.get(*column));
                cell.map(text).unwrap_or_default()
            };
            let mut fault = |what: fn(String) -> Fault, value: &str| {
                self.problems.push(Problem {
                    sheet: name.to_owned(),
                    row: first + at + 1,
                    what: what(shorten(&visible(value), LONGEST_VALUE)),
                });
            };
            let judged = cell(Field::Judgement);
            if judged.trim().is_empty() {
                continue;
            }
            let shown = cell(Field::Number);
            let number = shown.trim().parse().ok();
            let number = number.filter(|number| numbers.as_ref().is_some_and(|own| own.contains(number)));
            let Some(number) = number else {
                fault(Fault::Number, &shown);
                continue;
            };
            let Some(judgement) = Judgement::named(&judged, kind) else {
                fault(Fault::Judgement, &judged);
                continue;
            };
            if self.rows.contains_key(&number) {
                fault(Fault::Repeated, &shown);
                continue;
            }
            let mut categories = Vec::new();
            let named = cell(Field::Category);
            let words = named.split(['、', ',', '，', ';', '；', '/']);
            for word in words.filter(|word| !word.trim().is_empty()) {
                match category_named(word) {
                    Some(category) => categories.push(category),
                    None => fault(Fault::Category, word),
                }
            }
            categories.sort_unstable();
            categories.dedup();
            let named = cell(Field::Tier);
            let tier = tier_named(&named);
            if tier.is_none() && !named.trim().is_empty() {
                fault(Fault::Tier, &named);
            }
            let row = Row {
                judgement,
                categories,
                tier,
                comment: cell(Field::Comment).trim().to_owned(),
                reviewer: cell(Field::Reviewer).trim().to_owned(),
            };
            self.rows.insert(number, row);
        }
        Ok(())
    }

    /// Who filled it in: the names in its rows, or the file's.
    pub fn reviewers(&self) -> Vec<String> {
        let named = self.rows.values().map(|row| &row.reviewer);
        let mut names: Vec<String> = named.filter(|name| !name.is_empty()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            let file = Path::new(&self.file).file_name();
            names.extend(file.map(|name| name.to_string_lossy().into_owned()));
        }
        names
    }
}

impl Problem {
    /// The problem in a sentence with its place.
    pub fn sentence(&self) -> Sentence {
        let Self { sheet, row, what } = self;
        let said = match what {
            Fault::Judgement(value) => say!(
                "看不懂的判断“{value}”，按未填计；请从下拉列表中选",
                "“{value}” is no judgement and counts as not filled in; choose from the list"
            ),
            Fault::Category(value) => say!(
                "没有类别“{value}”；请从下拉列表中选",
                "“{value}” is no category; choose from the list"
            ),
            Fault::Tier(value) => say!(
                "没有级别“{value}”；请从下拉列表中选",
                "“{value}” is no tier; choose from the list"
            ),
            Fault::Number(value) => say!(
                "本表没有序号“{value}”，按未填计；请恢复原来的序号",
                "no row of this sheet has the number “{value}”; it counts as not filled in; give it its number back"
            ),
            Fault::Repeated(value) => say!(
                "序号“{value}”出现两次，只计前一行；请删去一行",
                "number “{value}” stands there twice, and the first counts; delete one of the rows"
            ),
        };
        let (zh, en) = (&said.zh, &said.en);
        say!(
            "工作表“{sheet}”第 {row} 行：{zh}",
            "sheet “{sheet}”, row {row}: {en}"
        )
    }
}

/// Judgements of one sample.
///
/// # Errors
/// If a workbook can't be read, or is of another sample than the first.
pub fn read_all(paths: &[impl AsRef<Path>]) -> Result<Vec<Filled>> {
    let mut all: Vec<Filled> = Vec::new();
    for path in paths {
        let filled = Filled::read(path.as_ref())?;
        if let Some(first) = all.first().filter(|first| first.sample != filled.sample) {
            let (file, own, others) = (
                &first.file,
                first.sample.fingerprint(),
                filled.sample.fingerprint(),
            );
            let reason = say!(
                "它的样本是 {others}，而 {file} 的是 {own}；请把不同样本的文件分开汇总",
                "it is of sample {others}, but {file} of {own}; import files of different samples one by one"
            );
            return Err(Error::new(ErrorKind::Usage, reason).in_file(path.as_ref()));
        }
        all.push(filled);
    }
    Ok(all)
}

fn no_sample() -> Sentence {
    say!(
        "不是 dunlint review export 写出的工作簿，或其中隐藏的工作表 {DESIGN} 已被删除",
        "not a workbook that dunlint review export wrote, or its hidden sheet {DESIGN} was deleted"
    )
}

/// The sample that the hidden sheet tells of.
fn sample_of(range: &Range<Data>) -> std::result::Result<Sample, Sentence> {
    let cell = |row, column| range.get_value((row, column)).map(text).unwrap_or_default();
    let mark = cell(0, 0);
    if mark != DESIGN_MARK {
        let is_of_other_version = mark.starts_with("dunlint review ");
        return Err(match is_of_other_version {
            true => say!(
                "由另一版本的 dunlint 写出，格式不同；请用写出它的版本汇总",
                "written by another version of dunlint in another form; import it with that version"
            ),
            false => no_sample(),
        });
    }
    let mut json = String::new();
    for row in 1.. {
        let part = cell(row, 0);
        if part.is_empty() {
            break;
        }
        let inner = part.strip_prefix('<').and_then(|part| part.strip_suffix('>'));
        json.push_str(inner.ok_or_else(changed)?);
    }
    let sample: Sample = serde_json::from_str(&json).map_err(|_| changed())?;
    let is_whole = sample.fingerprint() == cell(0, 1)
        && sample.items.iter().all(|item| item.stratum < sample.strata.len());
    if is_whole { Ok(sample) } else { Err(changed()) }
}

fn changed() -> Sentence {
    say!(
        "隐藏的工作表 {DESIGN} 被改动过，无法得知抽样的依据；请把判断抄到原来的文件里",
        "the hidden sheet {DESIGN} was changed, so that nobody can tell what was drawn; copy the judgements into the original file"
    )
}

/// Row of the header in the range, and the columns by their fields.
fn header(name: &str, range: &Range<Data>) -> std::result::Result<(usize, BTreeMap<usize, usize>), Sentence> {
    for (at, cells) in range.rows().enumerate().take(HEADER_ROWS) {
        let mut columns = BTreeMap::new();
        for (column, cell) in cells.iter().enumerate() {
            if let Some(field) = Field::named(&text(cell)) {
                columns.entry(field as usize).or_insert(column);
            }
        }
        let has = |field: Field| columns.contains_key(&(field as usize));
        if has(Field::Number) && has(Field::Judgement) {
            return Ok((at, columns));
        }
    }
    let [zh, en] =
        [Lang::Zh, Lang::En].map(|lang| [Field::Number, Field::Judgement].map(|field| field.header(lang)));
    let ([zh_number, zh_judgement], [en_number, en_judgement]) = (zh, en);
    Err(say!(
        "工作表“{name}”没有标题为“{zh_number}”和“{zh_judgement}”的列；请恢复标题行",
        "the sheet “{name}” has no columns “{en_number}” and “{en_judgement}”; give it its header back"
    ))
}

fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) => text.clone(),
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

/// Refuses what would unpack to more than memory should hold. What isn't an archive unpacks to nothing.
fn refuse_bombs(path: &Path) -> Result<()> {
    let failed = |reason| Error::new(ErrorKind::Input, reason).in_file(path);
    let file = std::fs::File::open(path)
        .map_err(|error| failed(say!("无法打开", "can't be opened")).because(error))?;
    let Ok(mut archive) = ZipArchive::new(std::io::BufReader::new(file)) else {
        return Ok(());
    };
    let mut unpacked: u64 = 0;
    for number in 0..archive.len() {
        let size = archive.by_index_raw(number).map_or(0, |part| part.size());
        unpacked = unpacked.saturating_add(size);
    }
    if unpacked > MOST_UNPACKED_BYTES {
        return Err(failed(say!(
            "解压后过大，疑为压缩炸弹",
            "it unpacks to too much, as a bomb does"
        )));
    }
    Ok(())
}
