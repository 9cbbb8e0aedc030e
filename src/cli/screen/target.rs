//! What `-o` and `--format` name.

use std::path::{Path, PathBuf};

use dunlint::read::Input;
use dunlint::report::table::TableFormat;
use dunlint::rule::Lang;
use dunlint::screen::dossier::RUN_LOG;
use dunlint::screen::manifest::MANIFEST;
use dunlint::screen::rejects_path;
use dunlint::{Error, ErrorKind, Result};

use super::super::Context;
use super::super::reading::refuse_overwriting;
use super::Arguments;

/// What results look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ResultFormat {
    Jsonl,
    Csv,
    Parquet,
    Xlsx,
    Sqlite,
}

/// Where results go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nowhere: only the summary is wanted.
    Nowhere,
    /// Result records on standard output.
    Stdout,
    /// Result records in a file.
    File(PathBuf),
    /// A table in a file.
    Table(PathBuf, TableFormat),
    /// All of a case in a folder.
    Folder(PathBuf),
}

impl ResultFormat {
    fn table(self) -> Option<TableFormat> {
        match self {
            ResultFormat::Jsonl => None,
            ResultFormat::Csv => Some(TableFormat::Csv),
            ResultFormat::Parquet => Some(TableFormat::Parquet),
            ResultFormat::Xlsx => Some(TableFormat::Xlsx),
            ResultFormat::Sqlite => Some(TableFormat::Sqlite),
        }
    }
}

impl Target {
    /// What `-o` names: by its ending, unless `--format` says what a file is to be.
    ///
    /// # Errors
    /// If that is nothing that can be written.
    pub(super) fn of(arguments: &Arguments, context: &Context) -> Result<Self> {
        let Some(output) = &arguments.output else {
            return Ok(Target::Nowhere);
        };
        let shown = output.display().to_string();
        let ending = output.extension();
        let ending = ending.map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if shown != "-" && (shown.ends_with(['/', std::path::MAIN_SEPARATOR]) || output.is_dir()) {
            return Ok(Target::Folder(output.clone()));
        }
        let by_ending = || match ending.as_deref() {
            _ if shown == "-" => Some(ResultFormat::Jsonl),
            Some("jsonl" | "ndjson") => Some(ResultFormat::Jsonl),
            Some(ending) => TableFormat::with_extension(ending).map(|format| match format {
                TableFormat::Csv => ResultFormat::Csv,
                TableFormat::Parquet => ResultFormat::Parquet,
                TableFormat::Xlsx => ResultFormat::Xlsx,
                TableFormat::Sqlite => ResultFormat::Sqlite,
            }),
            None => None,
        };
        let format = match arguments.format[..] {
            [] => by_ending(),
            [format] => Some(format),
            _ => return Err(several_formats(context.lang)),
        };
        match (format, shown.as_str()) {
            (None, _) => Err(unknown(&shown, context.lang)),
            (Some(ResultFormat::Jsonl), "-") => Ok(Target::Stdout),
            (Some(_), "-") => Err(table_on_stdout(context.lang)),
            (Some(format), _) => Ok(match format.table() {
                None => Target::File(output.clone()),
                Some(format) => Target::Table(output.clone(), format),
            }),
        }
    }

    /// The tables of a folder: Parquet, and what else is asked for. Whether result records are, too.
    pub(super) fn folder_formats(formats: &[ResultFormat]) -> (Vec<TableFormat>, bool) {
        let mut tables = vec![TableFormat::Parquet];
        tables.extend(formats.iter().filter_map(|format| format.table()));
        tables.sort();
        tables.dedup();
        (tables, formats.contains(&ResultFormat::Jsonl))
    }

    /// Where the journal of a run with this target is.
    pub(super) fn journal(&self) -> Option<PathBuf> {
        match self {
            Target::Folder(folder) => Some(folder.join(".journal")),
            Target::Table(file, _) => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                Some(file.with_file_name(format!(".{name}.journal")))
            }
            Target::Nowhere | Target::Stdout | Target::File(_) => None,
        }
    }

    /// Results are never written over what is being read.
    ///
    /// # Errors
    /// If an input would be.
    pub(super) fn refuse_overwriting(&self, inputs: &[Input], context: &Context) -> Result<()> {
        match self {
            Target::Nowhere | Target::Stdout => Ok(()),
            Target::File(output) | Target::Table(output, _) => {
                refuse_overwriting(output, inputs, context)?;
                refuse_overwriting(&rejects_path(output), inputs, context)
            }
            Target::Folder(folder) => {
                let folder = folder.canonicalize().ok();
                for input in inputs.iter().filter_map(Input::path) {
                    let path = input.canonicalize().unwrap_or_default();
                    let is_in_folder = folder.is_some() && path.parent() == folder.as_deref();
                    if is_in_folder && is_ours(&path) {
                        refuse_overwriting(input, inputs, context)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Whether a file in a case folder has a name that we write.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_table = ["results", "findings", "contacts", "rejects", "report", "summary"].contains(&&*stem);
    is_table || name == MANIFEST || name == RUN_LOG
}

fn unknown(what: &str, lang: Lang) -> Error {
    let reason = match lang {
        Lang::Zh => {
            format!("-o {what}：请写 -（标准输出）、文件.jsonl|csv|parquet|xlsx|sqlite，或以 / 结尾的文件夹")
        }
        Lang::En => format!(
            "-o {what}: write - for standard output, FILE.jsonl|csv|parquet|xlsx|sqlite, or a folder that ends with /"
        ),
    };
    Error::said(ErrorKind::Usage, reason)
}

fn several_formats(lang: Lang) -> Error {
    let reason = match lang {
        Lang::Zh => "一个文件只能有一种 --format；要几种请把 -o 写成文件夹（以 / 结尾）",
        Lang::En => "a file has one --format; for several let -o name a folder (with / at its end)",
    };
    Error::said(ErrorKind::Usage, reason)
}

fn table_on_stdout(lang: Lang) -> Error {
    let reason = match lang {
        Lang::Zh => "标准输出只写 JSONL；表格请写到文件，例如 -o 结果.csv",
        Lang::En => "standard output takes JSONL only; write tables to a file, as in -o results.csv",
    };
    Error::said(ErrorKind::Usage, reason)
}
