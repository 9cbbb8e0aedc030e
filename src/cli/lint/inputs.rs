//! What `lint` looks at: paths, a list of them, or standard input; narrowed to what changed.

use std::io::Read;
use std::path::{Path, PathBuf};

use dunlint::lint::config::Config;
use dunlint::lint::list::paths_of;
use dunlint::lint::since::Since;
use dunlint::lint::{
    Cache, Candidate, FileReport, Ignored, LintOptions, LintReport, MOST_BYTES, WhyIgnored, lint,
    lint_stream, walk, walk_list,
};
use dunlint::report::words::pick;
use dunlint::{Error, ErrorKind, Linter, Result};

use super::super::Context;
use super::folder_of;
use super::outputs::is_same;

/// Where texts come from besides paths.
#[derive(Debug, clap::Args)]
pub(super) struct InputArguments {
    /// File with the paths to look at, a line each or closed by NUL; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "stdin_filename"])]
    files_from: Option<PathBuf>,
    /// Judge standard input as if it stood in this file
    #[arg(long, value_name = "PATH", conflicts_with = "since")]
    stdin_filename: Option<PathBuf>,
    /// Judge only texts on lines that changed since this git revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,
}

/// What is named on the command line.
#[derive(Debug)]
pub(super) enum Named {
    /// Files and folders.
    Paths(Vec<PathBuf>),
    /// Files that another program lists.
    List(Vec<PathBuf>),
    /// Standard input, judged as if it stood in this file.
    Stream(PathBuf),
}

/// The files of a run.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) candidates: Vec<Candidate>,
    pub(super) ignored: Vec<Ignored>,
    /// Paths that couldn't be looked at.
    pub(super) errors: Vec<Error>,
    since: Option<Since>,
    is_stream: bool,
    /// Whether it may be that there is nothing to look at: an empty list, no changes.
    may_be_empty: bool,
}

impl InputArguments {
    /// What is named, the list read.
    ///
    /// # Errors
    /// The list can't be read, or standard input is meant and nobody says what it is.
    pub(super) fn named(&self, paths: &[PathBuf], context: &Context) -> Result<Named> {
        let is_stream = |path: &PathBuf| path.as_os_str() == "-";
        let refuse = |zh: &str, en: &str| Err(Error::said(ErrorKind::Usage, context.pick(zh, en)));
        match (&self.files_from, &self.stdin_filename) {
            (Some(file), _) => Ok(Named::List(read_list(file, context)?)),
            (None, Some(path)) if paths.iter().all(is_stream) => Ok(Named::Stream(path.clone())),
            (None, Some(_)) => refuse(
                "有 --stdin-filename 时只判定标准输入，不能再给出路径",
                "with --stdin-filename standard input alone is judged: no paths beside it",
            ),
            (None, None) if paths.iter().any(is_stream) => refuse(
                "判定标准输入需要 --stdin-filename 路径，以知道它是什么文件；名为 - 的文件请写成 ./-",
                "to judge standard input say what file it is: --stdin-filename PATH; a file named - is ./-",
            ),
            (None, None) if paths.is_empty() => Ok(Named::Paths(vec![".".into()])),
            (None, None) => Ok(Named::Paths(paths.to_vec())),
        }
    }

    /// Finds the files.
    ///
    /// # Errors
    /// No path exists, or git can't tell what changed.
    pub(super) fn find(&self, named: &Named, config: &Config) -> Result<Inputs> {
        let (candidates, ignored, errors) = match named {
            Named::Paths(paths) => walk(paths, config)?,
            Named::List(paths) => walk_list(paths, config),
            Named::Stream(path) => match config.kind_of(path) {
                Some(kind) => (vec![Candidate::new(path, kind)], Vec::new(), Vec::new()),
                None => {
                    let why = WhyIgnored::Kind;
                    let path = path.clone();
                    (Vec::new(), vec![Ignored { path, why }], Vec::new())
                }
            },
        };
        let since = match &self.since {
            Some(revision) => Some(Since::new(revision, &named.start())?),
            None => None,
        };
        Ok(Inputs {
            candidates,
            ignored,
            errors,
            may_be_empty: since.is_some() || matches!(named, Named::List(_)),
            since,
            is_stream: matches!(named, Named::Stream(_)),
        })
    }

    /// Says that nothing changed, if that is why there is nothing to look at.
    pub(super) fn note_unchanged(&self, inputs: &Inputs, context: &mut Context) {
        if let (Some(revision), true) = (&self.since, inputs.candidates.is_empty()) {
            let (zh, en) = (
                format!("自 {revision} 以来没有模板文件改动"),
                format!("no file with templates changed since {revision}"),
            );
            context.note(pick(context.lang, &zh, &en));
        }
    }

    /// The folders that are looked at as a whole.
    pub(super) fn whole_folders(&self, named: &Named) -> Vec<PathBuf> {
        match self.is_narrow() {
            true => Vec::new(),
            false => named
                .paths()
                .iter()
                .filter(|path| path.is_dir())
                .cloned()
                .collect(),
        }
    }

    /// Whether it leaves out files that the paths hold.
    pub(super) fn is_narrow(&self) -> bool {
        self.files_from.is_some() || self.stdin_filename.is_some() || self.since.is_some()
    }
}

impl Named {
    /// The folder from which the configuration is looked for.
    pub(super) fn start(&self) -> PathBuf {
        match self {
            Named::Paths(paths) => folder_of(&paths[0]),
            Named::List(_) => PathBuf::from("."),
            Named::Stream(path) => folder_of(path),
        }
    }

    /// The paths that are looked at.
    pub(super) fn paths(&self) -> &[PathBuf] {
        match self {
            Named::Paths(paths) | Named::List(paths) => paths,
            Named::Stream(path) => std::slice::from_ref(path),
        }
    }
}

impl Inputs {
    /// Leaves out a file that is no template, whatever its name says.
    pub(super) fn leave_out(&mut self, file: &Path) {
        // Links are followed at a price: few files have the same name.
        self.candidates.retain(|candidate| {
            candidate.path.file_name() != file.file_name() || !is_same(&candidate.path, file)
        });
    }

    /// Leaves the files that changed, if changes are asked for.
    pub(super) fn narrow(&mut self) {
        if let Some(since) = &mut self.since {
            since.narrow(&mut self.candidates);
        }
    }

    /// Judges the files.
    ///
    /// # Errors
    /// Standard input can't be read.
    pub(super) fn lint(
        &self,
        config: &Config,
        linter: &Linter,
        options: LintOptions,
        cache: Option<&Cache>,
        context: &Context,
    ) -> Result<Vec<FileReport>> {
        match &self.candidates[..] {
            [candidate] if self.is_stream => {
                let bytes = read_stream(context)?;
                Ok(vec![lint_stream(&bytes, candidate, config, linter, options)])
            }
            candidates => Ok(lint(candidates, config, linter, options, cache)),
        }
    }

    /// Leaves what stands on changed lines, if changes are asked for.
    pub(super) fn keep_changed(&self, files: &mut Vec<FileReport>) {
        if let Some(since) = &self.since {
            since.keep(files);
        }
    }

    /// Whether something that should have been looked at wasn't, or there was nothing.
    pub(super) fn is_incomplete(&self, report: &LintReport) -> bool {
        !self.errors.is_empty() || (report.files.is_empty() && !self.may_be_empty)
    }
}

fn read_list(file: &Path, context: &Context) -> Result<Vec<PathBuf>> {
    let bytes = match file.as_os_str() == "-" {
        true => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        false => std::fs::read(file),
    };
    let bytes = bytes.map_err(|error| {
        let reason = context.pick("路径清单无法读取", "the list of paths can't be read");
        Error::said(ErrorKind::Usage, reason).in_file(file).because(error)
    })?;
    Ok(paths_of(&bytes))
}

fn read_stream(context: &Context) -> Result<Vec<u8>> {
    let refuse = |reason: &str| Error::said(ErrorKind::Input, reason).in_file("-");
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| refuse(context.pick("无法读取", "can't be read")).because(error))?;
    match bytes.len() as u64 > MOST_BYTES {
        false => Ok(bytes),
        true => Err(refuse(context.pick(
            "标准输入太大；这样大的输入请用 dunlint screen",
            "standard input is too large; inputs of this size are for dunlint screen",
        ))),
    }
}
