//! Result records as they come: to standard output or a JSONL file, with the rejected ones beside it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use dunlint::Result;
use dunlint::screen::{Output, rejects_path};

use super::super::unwritten;
use super::target::Target;

/// The open outputs of a run.
pub(super) struct Files {
    records: Option<Box<dyn Write + Send>>,
    rejects: Option<PathBuf>,
    open_rejects: Option<BufWriter<File>>,
}

impl Files {
    pub(super) fn create(target: &Target) -> Result<Self> {
        let mut files = Self {
            records: None,
            rejects: None,
            open_rejects: None,
        };
        match target {
            Target::Nowhere | Target::Table(..) | Target::Folder(_) => {}
            Target::Stdout => files.records = Some(Box::new(BufWriter::new(io::stdout()))),
            Target::File(path) => {
                // The folder of the results may not be there yet, as on a fresh clone.
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let created = folder
                    .map_or(Ok(()), std::fs::create_dir_all)
                    .and_then(|()| File::create(path));
                let created = created.map_err(|error| unwritten(error).in_file(path))?;
                files.records = Some(Box::new(BufWriter::new(created)));
                files.rejects = Some(rejects_path(path));
            }
        }
        Ok(files)
    }

    pub(super) fn write(&mut self, output: &Output) -> io::Result<()> {
        if let Some(records) = &mut self.records {
            records.write_all(&output.records)?;
        }
        if let Some(path) = self.rejects.as_ref().filter(|_| !output.rejects.is_empty()) {
            let rejects = match &mut self.open_rejects {
                Some(rejects) => rejects,
                closed @ None => closed.insert(BufWriter::new(File::create(path)?)),
            };
            rejects.write_all(&output.rejects)?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        if let Some(records) = &mut self.records {
            records.flush()?;
        }
        match (&mut self.open_rejects, &self.rejects) {
            (Some(rejects), _) => rejects.flush(),
            // Rejects of an earlier run would be taken for this one's.
            (None, Some(path)) if path.exists() => std::fs::remove_file(path),
            (None, _) => Ok(()),
        }
    }
}
