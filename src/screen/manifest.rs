//! The manifest of a case folder: what went in, what came out, and how.
//!
//! In: a [`Request`], the ledger, the files written. Out: `manifest.json`, the same bytes for the same run; and of a
//! folder with one, whether it is intact ([`verify`]). No time of day is in it: the run log has those.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::read::Counts;
use crate::screen::request::{FileDigest, Request, digest};

/// The name of the file.
pub const MANIFEST: &str = "manifest.json";

/// What is in `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this shape.
    pub schema: u8,
    /// What the run was asked for.
    pub request: Request,
    /// The day by whose law messages without a time are judged.
    pub reference_date: String,
    /// Whether personal data is shown.
    pub is_revealed: bool,
    /// What became of the records: read = judged + rejected + skipped.
    pub ledger: Counts,
    /// The same of each input, in the order of the run.
    pub inputs: Vec<InputLedger>,
    /// The files of the folder but for this one, by name.
    pub outputs: Vec<FileDigest>,
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputLedger {
    /// Its name.
    pub name: String,
    /// How it was read, in words; none if it could not be opened.
    pub read_as: Option<String>,
    /// What became of its records.
    pub counts: Counts,
    /// Why it could not be opened or read to its end.
    pub failure: Option<String>,
}

/// What is wrong with a folder, and what could not be checked.
#[derive(Debug, Default)]
pub struct Verified {
    /// Files of the folder that are as they were written.
    pub intact: usize,
    /// Inputs that are as they were read.
    pub inputs_intact: usize,
    /// What is wrong.
    pub problems: Vec<Sentence>,
    /// What could not be checked.
    pub notes: Vec<Sentence>,
}

impl Manifest {
    /// The manifest as it stands in the file.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("names and numbers are JSON");
        json.push(b'\n');
        json
    }
}

/// Checks a case folder against its manifest: every file by its hash, the ledger by its sums, and the inputs where they
/// are found under the paths that they were given by. O(bytes).
///
/// # Errors
/// If there is no manifest that can be read.
pub fn verify(folder: &Path) -> Result<Verified> {
    let path = folder.join(MANIFEST);
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
        let reason = say!(
            "没有可用的清单；请指定 screen -o 写出的文件夹",
            "no manifest that can be used; name a folder that screen -o has written"
        );
        Error::new(ErrorKind::Input, reason)
            .in_file(path.clone())
            .because(error)
    };
    let json = std::fs::read(&path).map_err(|error| unusable(error.into()))?;
    let manifest: Manifest = serde_json::from_slice(&json).map_err(|error| unusable(error.into()))?;
    let mut verified = Verified::default();
    let problems = &mut verified.problems;
    for output in &manifest.outputs {
        // A name is a name: a manifest made up by somebody doesn't lead anywhere else.
        let is_name = Path::new(&output.path).file_name() == Some(output.path.as_ref());
        let name = &output.path;
        match digest(&folder.join(name)).map(|(bytes, sha256)| (Some(bytes), Some(sha256))) {
            _ if !is_name => problems.push(say!("{name}：不是文件名", "{name}: no name of a file")),
            Ok((bytes, sha256)) if bytes == output.bytes && sha256 == output.sha256 => verified.intact += 1,
            Ok(_) => problems.push(say!("{name}：内容已被改动", "{name}: was changed")),
            Err(error) => problems.push(say!(
                "{name}：无法读取（{error}）",
                "{name}: can't be read ({error})"
            )),
        }
    }
    let unknown = unknown_files(folder, &manifest).map_err(|error| unusable(error.into()))?;
    for name in unknown {
        verified
            .notes
            .push(say!("{name}：不在清单之中", "{name}: not in the manifest"));
    }
    for file in &manifest.request.files {
        let name = &file.path;
        match (&file.sha256, digest(Path::new(name))) {
            (None, _) => verified.notes.push(say!(
                "{name}：无法重读，未核对",
                "{name}: can't be read again, not checked"
            )),
            (Some(sha256), Ok((_, found))) if found == *sha256 => verified.inputs_intact += 1,
            (Some(_), Ok(_)) => problems.push(say!("输入 {name}：内容已被改动", "input {name}: was changed")),
            (Some(_), Err(_)) => verified.notes.push(say!(
                "输入 {name}：在此路径下没有找到，未核对",
                "input {name}: not found under this path, not checked"
            )),
        }
    }
    let mut sum = Counts::default();
    for input in &manifest.inputs {
        sum += input.counts;
    }
    if sum != manifest.ledger || !manifest.ledger.is_balanced() {
        problems.push(say!("账目不平", "the ledger doesn't add up"));
    }
    Ok(verified)
}

fn unknown_files(folder: &Path, manifest: &Manifest) -> io::Result<Vec<String>> {
    let mut unknown = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_known = name == MANIFEST || manifest.outputs.iter().any(|output| output.path == name);
        if !is_known && name != super::dossier::RUN_LOG {
            unknown.push(name);
        }
    }
    unknown.sort();
    Ok(unknown)
}
