//! Portions → the files of a run's tables, each written by a thread of its own.
//!
//! In: [`Portion`]s in the order of the run. Out: files that get their names when they are whole. Promise: a few portions
//! wait for the slowest file, no more, so that memory doesn't grow with the run; what goes wrong on a thread is told by the
//! next call; a file that isn't finished keeps its `.partial` name. It decides nothing about what is in a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::portion::Portion;
use super::{Place, Plan};
use crate::error::{Error, ErrorKind, Result, say};
use crate::report::table::{Table, TableFormat, TableWriter};
use crate::screen::rejects_path;
use crate::screen::tables::Which;

/// Portions that wait for each file. One would do if all were of one size; a megabyte each is little.
const PORTIONS_AHEAD: usize = 2;

/// The files that are being written.
pub(super) struct Sinks<'scope> {
    sinks: Vec<Sink<'scope>>,
}

/// A file that a thread writes.
struct Sink<'scope> {
    orders: SyncSender<Order>,
    /// Gone once its end was looked at.
    thread: Option<ScopedJoinHandle<'scope, Result<()>>>,
    path: PathBuf,
}

/// What a thread is told. Without a last [`Order::Finish`] the run came to nothing.
enum Order {
    Write(Arc<Portion>),
    Finish,
}

/// What stands in a file.
enum Content {
    Tables {
        writer: Box<dyn TableWriter>,
        tables: Vec<Which>,
    },
    Results(BufWriter<File>),
    Rejects(BufWriter<File>),
}

/// A file's name, and what it is called until it is whole.
#[derive(Debug, Clone)]
struct Files {
    partial: PathBuf,
    path: PathBuf,
}

impl<'scope> Sinks<'scope> {
    /// Begins the files of a plan, whose tables have these columns of the source.
    pub(super) fn create(scope: &'scope Scope<'scope, '_>, plan: &Plan, kept: &[String]) -> Result<Self> {
        let mut own = Self { sinks: Vec::new() };
        match &plan.place {
            Place::File(path) => {
                for format in &plan.tables {
                    let tables = if format.holds_several() {
                        &Which::ALL[..]
                    } else {
                        &Which::ALL[..1]
                    };
                    own.add_tables(scope, path.clone(), *format, tables, kept)?;
                }
                own.add_lines(scope, rejects_path(path), Content::Rejects)?;
            }
            Place::Folder(folder) => {
                for format in &plan.tables {
                    let file = |name: &str| folder.join(name).with_extension(format.extension());
                    if format.holds_several() {
                        own.add_tables(scope, file("results"), *format, &Which::ALL, kept)?;
                        continue;
                    }
                    for which in Which::ALL {
                        own.add_tables(scope, file(which.table(kept).name), *format, &[which], kept)?;
                    }
                }
                if plan.jsonl {
                    own.add_lines(scope, folder.join("results.jsonl"), Content::Results)?;
                }
                own.add_lines(scope, folder.join("rejects.jsonl"), Content::Rejects)?;
            }
        }
        Ok(own)
    }

    /// Hands a portion to all files.
    ///
    /// # Errors
    /// What went wrong with a file since the last call.
    pub(super) fn write(&mut self, portion: impl Into<Portion>) -> Result<()> {
        let portion = Arc::new(portion.into());
        for sink in &mut self.sinks {
            sink.order(Order::Write(portion.clone()))?;
        }
        Ok(())
    }

    /// Lets the threads close their files and give them their names; they go on meanwhile.
    ///
    /// # Errors
    /// What went wrong with a file since the last call.
    pub(super) fn close(&mut self) -> Result<()> {
        self.sinks
            .iter_mut()
            .try_for_each(|sink| sink.order(Order::Finish))
    }

    /// Waits until all files are closed.
    ///
    /// # Errors
    /// The first of what went wrong with them.
    pub(super) fn finish(self) -> Result<Vec<PathBuf>> {
        let ended = self.sinks.into_iter().map(|mut sink| {
            sink.end()?;
            Ok(sink.path)
        });
        ended.collect()
    }

    fn add_tables(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        path: PathBuf,
        format: TableFormat,
        tables: &[Which],
        kept: &[String],
    ) -> Result<()> {
        let files = Files::new(path);
        let columns: Vec<Table> = tables.iter().map(|which| which.table(kept)).collect();
        let writer = format
            .create(&files.partial, columns)
            .map_err(|error| files.failed(error))?;
        let tables = tables.to_vec();
        self.add(scope, files, Content::Tables { writer, tables })
    }

    fn add_lines(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        path: PathBuf,
        content: fn(BufWriter<File>) -> Content,
    ) -> Result<()> {
        let files = Files::new(path);
        let out = files.create()?;
        self.add(scope, files, content(out))
    }

    fn add(&mut self, scope: &'scope Scope<'scope, '_>, files: Files, content: Content) -> Result<()> {
        let (orders, given) = sync_channel(PORTIONS_AHEAD);
        let path = files.path.clone();
        let named = files.clone();
        let thread = std::thread::Builder::new()
            .spawn_scoped(scope, move || {
                obey(content, &given, &named).map_err(|error| named.failed(error))
            })
            .map_err(|error| files.failed(error))?;
        self.sinks.push(Sink {
            orders,
            thread: Some(thread),
            path,
        });
        Ok(())
    }
}

impl Sink<'_> {
    fn order(&mut self, order: Order) -> Result<()> {
        match self.orders.send(order) {
            Ok(()) => Ok(()),
            // Nobody listens: the thread ended before its time, and tells why.
            Err(_) => self.end(),
        }
    }

    fn end(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Writes what is handed over, until the end.
fn obey(mut content: Content, orders: &Receiver<Order>, files: &Files) -> io::Result<()> {
    for order in orders {
        match order {
            Order::Write(portion) => content.write(&portion)?,
            Order::Finish => {
                content.finish()?;
                return files.rename();
            }
        }
    }
    Ok(())
}

impl Content {
    fn write(&mut self, portion: &Portion) -> io::Result<()> {
        let mut parts = portion.parts.iter();
        match self {
            Content::Tables { writer, tables } => {
                parts.try_for_each(|part| part.rows.write(tables, &mut **writer))
            }
            Content::Results(out) => parts.try_for_each(|part| out.write_all(&part.results)),
            Content::Rejects(out) => out.write_all(&portion.rejects),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Content::Tables { writer, .. } => writer.finish(),
            Content::Results(out) | Content::Rejects(out) => sync(out),
        }
    }
}

/// Writes a file that has its name only when it is whole.
///
/// # Errors
/// If it can't be written.
pub(super) fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let files = Files::new(path.to_owned());
    let mut out = files.create()?;
    write(&mut out)
        .and_then(|()| sync(out))
        .and_then(|()| files.rename())
        .map_err(|error| files.failed(error))
}

/// An error of writing a file, with what to do.
pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    let reason = say!(
        "无法写入；已判定的部分已保留，腾出空间或改正路径后加 --resume 继续",
        "can't be written; what is judged so far is kept: free space or mend the path and go on with --resume"
    );
    Error::new(ErrorKind::Output, reason).in_file(path).because(error)
}

impl Files {
    fn new(path: PathBuf) -> Self {
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        Self {
            partial: partial.into(),
            path,
        }
    }

    fn create(&self) -> Result<BufWriter<File>> {
        let file = File::create(&self.partial).map_err(|error| self.failed(error))?;
        Ok(BufWriter::new(file))
    }

    fn rename(&self) -> io::Result<()> {
        std::fs::rename(&self.partial, &self.path)
    }

    fn failed(&self, error: io::Error) -> Error {
        unwritable(&self.path, error)
    }
}

fn sync(out: BufWriter<File>) -> io::Result<()> {
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Cell;
    use crate::screen::dossier::portion::Part;

    /// A disk that is full after some rows.
    struct Full(usize);

    impl TableWriter for Full {
        fn write_row(&mut self, _: usize, _: &[Cell]) -> io::Result<()> {
            match self.0.checked_sub(1) {
                Some(left) => {
                    self.0 = left;
                    Ok(())
                }
                None => Err(io::ErrorKind::StorageFull.into()),
            }
        }

        fn finish(self: Box<Self>) -> io::Result<()> {
            self.0
                .checked_sub(1)
                .map(|_| ())
                .ok_or_else(|| io::ErrorKind::StorageFull.into())
        }
    }

    fn portion() -> Portion {
        let mut part = Part::default();
        part.rows.push(Which::Results, &["甲".into()]);
        part.results.extend(b"{}\n");
        part.into()
    }

    /// Full after so many rows of ten: what is told, and the files with their names.
    fn run(rows: usize) -> (Result<()>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let told = std::thread::scope(|scope| {
            let mut sinks = Sinks { sinks: Vec::new() };
            let writer = Box::new(Full(rows));
            let tables = vec![Which::Results];
            sinks.add(
                scope,
                Files::new(path("t.csv")),
                Content::Tables { writer, tables },
            )?;
            sinks.add_lines(scope, path("results.jsonl"), Content::Results)?;
            (0..10).try_for_each(|_| sinks.write(portion()))?;
            sinks.close()?;
            sinks.finish().map(|_| ())
        });
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        (told, names)
    }

    #[test]
    fn what_goes_wrong_on_a_thread_is_told_and_nothing_half_done_gets_its_name() {
        // At once, in the midst, with the last row; when it is closed all is handed over, and other files may be whole.
        for rows in [0, 5, 9, 10] {
            let (told, names) = run(rows);
            let told = told.unwrap_err();
            assert!(told.place().file.as_ref().unwrap().ends_with("t.csv"), "{told}");
            assert!(told.to_string().contains("--resume"), "{told}");
            assert!(!names.iter().any(|name| name == "t.csv"), "{rows}: {names:?}");
        }
    }
}
