//! How inputs are read: the arguments that all commands over dumps share, and what is told of the reading.
//!
//! In: flags and paths. Out: [`ReadOptions`], a pool of threads, what there is to read; notes about what wasn't read, so
//! that nothing that nobody looked at passes for clean. It reads no record.

use std::path::{Path, PathBuf};

use dunlint::decode::Encoding;
use dunlint::message::Channel;
use dunlint::read::{ColumnOverrides, Format, Input, Inputs, Profile, ReadOptions, Unit, expand};
use dunlint::report::visible::visible;
use dunlint::report::words;
use dunlint::rule::Lang;
use dunlint::{Error, ErrorKind, Result};
use rayon::ThreadPool;

use super::{Context, FieldArguments, shown_error};

/// How to read, where the input shouldn't decide.
#[derive(Debug, clap::Args)]
pub(super) struct ReadArguments {
    /// What is one message in plain text; by default known from the content
    #[arg(long, value_parser = ["line", "paragraph", "file"])]
    pub(super) unit: Option<String>,
    /// Encoding of the inputs, such as utf-8 or gb18030; by default known from the content
    #[arg(long, value_parser = encoding_value)]
    pub(super) encoding: Option<Encoding>,
    /// Format of the inputs; by default known from name and content
    #[arg(long, value_name = "FORMAT", value_parser = Format::ALL.map(Format::name))]
    pub(super) input_format: Option<String>,
    /// Which column or key holds what, such as text=body; may be repeated
    #[arg(long, value_name = "FIELD=NAME")]
    pub(super) column: Vec<String>,
    /// Mapping profile that `sniff --save` wrote; what other arguments say counts for more
    #[arg(long, value_name = "FILE")]
    pub(super) profile: Option<PathBuf>,
}

/// How inputs are read and judged.
#[derive(Debug, clap::Args)]
pub(super) struct ReadingArguments {
    /// Number of threads; by default one a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) read: ReadArguments,
    #[command(flatten)]
    pub(super) fields: FieldArguments,
}

/// How many unread files are named.
const MOST_IGNORED_SHOWN: usize = 5;

impl ReadArguments {
    /// What the arguments say, and what they leave open as the profile says it.
    ///
    /// # Errors
    /// If a column is named in a way that can't be understood, or the profile can't be read.
    pub(super) fn options(&self, channel: Option<Channel>) -> Result<ReadOptions> {
        let mut columns = ColumnOverrides::default();
        for column in &self.column {
            columns.add(column)?;
        }
        let mut options = ReadOptions {
            format: self.input_format.as_deref().and_then(Format::named),
            unit: self.unit.as_deref().and_then(Unit::named),
            encoding: self.encoding,
            columns,
            channel,
            ..ReadOptions::default()
        };
        if let Some(path) = &self.profile {
            Profile::load(path)?.apply(&mut options);
        }
        Ok(options)
    }
}

impl ReadingArguments {
    /// The options that they make.
    ///
    /// # Errors
    /// As [`ReadArguments::options`].
    pub(super) fn options(&self) -> Result<ReadOptions> {
        self.read.options(self.fields.channel)
    }

    /// The threads that judge.
    ///
    /// # Errors
    /// If they can't be started.
    pub(super) fn pool(&self, context: &Context) -> Result<ThreadPool> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|error| {
            let reason = context.pick("无法启动线程", "threads could not be started");
            Error::said(ErrorKind::Usage, reason).because(error)
        })
    }

    /// What there is to read at these paths; what isn't read is told.
    pub(super) fn find(&self, paths: &[PathBuf], context: &mut Context) -> Inputs {
        let found = expand(paths, self.read.encoding);
        for error in &found.errors {
            context.note(&shown_error(error, context.lang));
        }
        note_ignored(&found.ignored, context);
        found
    }
}

/// Refuses a file that is being read to be written.
///
/// # Errors
/// If `written` is one of the inputs.
pub(super) fn refuse_overwriting(written: &Path, inputs: &[Input], context: &Context) -> Result<()> {
    let Ok(real) = written.canonicalize() else {
        return Ok(());
    };
    let is_input =
        |input: &Input| input.path().and_then(|path| path.canonicalize().ok()).as_ref() == Some(&real);
    if inputs.iter().any(is_input) {
        let reason = context.pick(
            "它同时是输入，写入会毁掉它",
            "it is an input too and would be overwritten",
        );
        return Err(Error::said(ErrorKind::Usage, reason).in_file(written));
    }
    Ok(())
}

/// Tells of numbers that a spreadsheet program has cut: they can't be told from each other any more.
pub(super) fn note_lossy_numbers(count: u64, context: &mut Context) {
    if count > 0 {
        context.note(&match context.lang {
            Lang::Zh => format!("提示：工作簿中有 {count} 个超过 15 位的数字以浮点数保存，末位已丢失，结果中标为“（精度丢失）”；请从源系统以文本格式重新导出"),
            Lang::En => format!("note: {count} numbers of more than 15 digits are stored as floats in the workbook; their last digits are lost, and they are marked （精度丢失）; export them again as text"),
        });
    }
}

/// Files of a named folder that aren't read.
pub(super) fn note_ignored(ignored: &[PathBuf], context: &mut Context) {
    if ignored.is_empty() {
        return;
    }
    let shown = ignored.iter().take(MOST_IGNORED_SHOWN);
    let shown: Vec<String> = shown
        .map(|path| visible(&path.display().to_string()).to_string())
        .collect();
    let more = if ignored.len() > MOST_IGNORED_SHOWN {
        " …"
    } else {
        ""
    };
    let (count, shown) = (ignored.len(), shown.join(words::list_separator(context.lang)));
    context.note(&match context.lang {
        Lang::Zh => format!("提示：文件夹和压缩包中有 {count} 个文件未读（扩展名不在可读之列，或为二进制）：{shown}{more}；要读取请直接写出文件路径（压缩包内的请先解压）"),
        Lang::En => format!("note: {count} files in folders and archives were not read (not of a readable kind, or binary): {shown}{more}; name a file to have it read (unpack it first if it is in an archive)"),
    });
}

fn encoding_value(name: &str) -> std::result::Result<Encoding, String> {
    Encoding::named(name).ok_or_else(|| "utf-8, gb18030, big5, utf-16le, utf-16be".to_owned())
}
