//! Which configuration holds for a document.
//!
//! In: paths of documents. Out: [`Project`]s: the nearest `dunlint.toml` with the linter of its lexicon, read once and
//! again when the file changes. Promise: a configuration that is wrong, or becomes so, is told of as [`Fault`]s at their
//! lines, and the last good one (or none) goes on holding. It shows nothing and watches nothing: every call looks at the
//! file's time and size.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::FxHashMap;

use super::Options;
use crate::error::{Error, Result};
use crate::lexicon::Lexicon;
use crate::lint::config::{CONFIG, Config, ConfigFile, nearest, parse};
use crate::lint::form::Checker;
use crate::linter::Linter;
use crate::report::words::colon;
use crate::rule::Lang;

/// What documents are judged by.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) config: Config,
    pub(super) lexicon: &'static Lexicon,
    pub(super) linter: Arc<Linter<'static>>,
    pub(super) form: Arc<Checker>,
}

/// Something wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line from 0.
    pub(super) line: usize,
    pub(super) message: String,
}

/// All projects that documents have asked for.
#[derive(Debug)]
pub(super) struct Projects {
    /// The configuration that holds for all documents, if one was named.
    pub(super) given: Option<PathBuf>,
    /// The lexicon that is used whatever configurations say.
    lexicons: Option<PathBuf>,
    lang: Lang,
    known: FxHashMap<PathBuf, Known>,
    plain: Option<Arc<Project>>,
    loaded: Vec<Loaded>,
    /// Configurations that were read since somebody asked.
    news: Vec<PathBuf>,
}

/// A configuration that was read.
#[derive(Debug, Default)]
struct Known {
    stamp: Option<Stamp>,
    good: Option<Arc<Project>>,
    faults: Vec<Fault>,
}

/// What changes with a file.
type Stamp = (Option<SystemTime>, u64);

/// A lexicon with its linter; it lives as long as the process, and is read again only if it has changed.
#[derive(Debug)]
struct Loaded {
    folder: Option<PathBuf>,
    lexicon: &'static Lexicon,
    linter: Arc<Linter<'static>>,
    form: Arc<Checker>,
}

impl Projects {
    pub(super) fn new(options: &Options, lang: Lang) -> Self {
        Self {
            given: options.config.clone(),
            lexicons: options.lexicons.clone(),
            lang,
            known: FxHashMap::default(),
            plain: None,
            loaded: Vec::new(),
            news: Vec::new(),
        }
    }

    /// What holds for a document: in this folder, or in none.
    ///
    /// # Errors
    /// If there is no configuration to fall back on and the lexicon can't be used.
    pub(super) fn of(&mut self, folder: Option<&Path>) -> Result<Arc<Project>> {
        let path = self.given.clone().or_else(|| folder.and_then(nearest));
        let good = path.and_then(|path| self.read(&path));
        match good {
            Some(project) => Ok(project),
            None => self.plain(),
        }
    }

    /// Whether a file is a configuration.
    pub(super) fn is_config(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == CONFIG) || self.given.as_deref() == Some(path)
    }

    /// What is wrong with a text that is to be the configuration at this path.
    pub(super) fn faults(&mut self, path: &Path, text: &str) -> Vec<Fault> {
        let checked = parse(text, path).and_then(|file| {
            let root = folder_of(path);
            let lexicon = self.lexicon(&root, &file)?;
            Config::new(file, root, Some(path.to_owned()), lexicon)
        });
        let error = checked.err();
        error.map_or_else(Vec::new, |error| faults_of(&error, path, text, self.lang))
    }

    /// What is wrong with a configuration as it was last read.
    pub(super) fn known_faults(&self, path: &Path) -> &[Fault] {
        self.known.get(path).map_or(&[], |known| &known.faults)
    }

    /// Forgets when files were read: something has changed that their times don't tell.
    pub(super) fn doubt(&mut self) {
        for known in self.known.values_mut() {
            known.stamp = None;
        }
    }

    /// The configurations that were read since the last call.
    pub(super) fn take_news(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.news)
    }

    /// The project of a configuration; the last good one if it is wrong now.
    fn read(&mut self, path: &Path) -> Option<Arc<Project>> {
        let stamp = stamp(path);
        if let Some(known) = self.known.get(path)
            && known.stamp.is_some()
            && known.stamp == stamp
        {
            return known.good.clone();
        }
        let project = self.load(path);
        self.news.push(path.to_owned());
        let lang = self.lang;
        let known = self.known.entry(path.to_owned()).or_default();
        known.stamp = stamp;
        match project {
            Ok(project) => {
                known.faults.clear();
                known.good = Some(Arc::new(project));
            }
            Err(error) => {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                known.faults = faults_of(&error, path, &text, lang);
            }
        }
        known.good.clone()
    }

    fn load(&mut self, path: &Path) -> Result<Project> {
        let (config, lexicon) = Config::find(Some(path), path, |folder, file| self.lexicon(folder, file))?;
        Ok(self.project(config, lexicon))
    }

    /// What holds without a configuration.
    fn plain(&mut self) -> Result<Arc<Project>> {
        if let Some(plain) = &self.plain {
            return Ok(plain.clone());
        }
        let file = ConfigFile::default();
        let lexicon = self.lexicon(Path::new("."), &file)?;
        let config = Config::new(file, PathBuf::from("."), None, lexicon)?;
        let plain = Arc::new(self.project(config, lexicon));
        self.plain = Some(plain.clone());
        Ok(plain)
    }

    fn project(&self, config: Config, lexicon: &'static Lexicon) -> Project {
        let mut loaded = self.loaded.iter();
        let own = loaded.find(|loaded| std::ptr::eq(loaded.lexicon, lexicon));
        let Loaded { linter, form, .. } = own.expect("a lexicon is loaded with its linter");
        Project {
            config,
            lexicon,
            linter: Arc::clone(linter),
            form: Arc::clone(form),
        }
    }

    /// The lexicon that a configuration names.
    fn lexicon(&mut self, root: &Path, file: &ConfigFile) -> Result<&'static Lexicon> {
        let own = file.lexicons.as_ref().map(|lexicons| root.join(lexicons));
        let folder = self.lexicons.clone().or(own);
        let Some(folder) = folder else {
            if let Some(loaded) = self.loaded.iter().find(|loaded| loaded.folder.is_none()) {
                return Ok(loaded.lexicon);
            }
            return self.keep(None, Lexicon::bundled());
        };
        let lexicon = Lexicon::layered_and_kept(&folder)?;
        let is_same = |loaded: &&Loaded| {
            loaded.folder.as_ref() == Some(&folder) && loaded.lexicon.version() == lexicon.version()
        };
        if let Some(loaded) = self.loaded.iter().find(is_same) {
            return Ok(loaded.lexicon);
        }
        // Leaked on purpose, as in every other command; only one that has changed is another.
        self.keep(Some(folder), Box::leak(Box::new(lexicon)))
    }

    fn keep(&mut self, folder: Option<PathBuf>, lexicon: &'static Lexicon) -> Result<&'static Lexicon> {
        let linter = Arc::new(Linter::new(lexicon)?);
        self.loaded.push(Loaded {
            folder,
            lexicon,
            linter,
            form: Checker::new(lexicon).into(),
        });
        Ok(lexicon)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.modified().ok(), facts.len()))
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new(".")).to_owned()
}

fn faults_of(error: &Error, path: &Path, text: &str, lang: Lang) -> Vec<Fault> {
    let faults = error.each().map(|own| {
        let place = own.place();
        let mut message = own.reason().get(lang).to_owned();
        if let Some(cause) = std::error::Error::source(own) {
            message = format!("{message}{}{cause}", colon(lang));
        }
        let line = match &place.file {
            Some(file) if file != path => {
                let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
                message = format!("{}{line}{}{message}", file.display(), colon(lang));
                line_of_key(text, "lexicons")
            }
            _ => match place.line {
                Some(line) => line - 1,
                None => line_of_value(text, &own.reason().zh),
            },
        };
        Fault { line, message }
    });
    faults.collect()
}

fn line_of_key(text: &str, key: &str) -> usize {
    let mut lines = text.lines();
    let is_it = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    lines.position(is_it).unwrap_or_default()
}

/// The line of the string that a sentence is about: the longest that stands behind its first blank, where the Chinese of
/// all problems of values has it.
fn line_of_value(text: &str, sentence: &str) -> usize {
    let Some((_, rest)) = sentence.split_once(' ') else {
        return 0;
    };
    let strings = text.lines().enumerate().flat_map(|(number, line)| {
        let quoted = line.split(['"', '\'']).skip(1).step_by(2);
        quoted.map(move |string| (number, string))
    });
    let named = strings.filter(|(_, string)| !string.is_empty() && rest.starts_with(string));
    let longest = named.max_by_key(|(number, string)| (string.len(), std::cmp::Reverse(*number)));
    longest.map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn projects() -> Projects {
        Projects::new(&Options::default(), Lang::Zh)
    }

    #[test]
    fn faults_are_shown_at_their_lines() {
        let path = Path::new("/project/dunlint.toml");
        for (text, line, part) in [
            ("\nselct = []\n", 1, "select"),
            ("a = \n", 0, ""),
            (
                "ignore = [\"threat-*\"]\nselect = [\n  \"threat-violense\",\n]\n",
                2,
                "threat-violense",
            ),
            ("# x\nencoding = \"klingon\"\n", 1, "klingon"),
            ("\n\nplaceholders = ['{y}']\n", 2, "{y}"),
            ("fail-on = \"severe\"\n[form]\ngateway = \"alyun\"\n", 2, "alyun"),
            ("exclude = [\"a\", \"a{\"]\n", 0, "a{"),
            ("\n[kinds]\n\"b[\" = \"text\"\n", 2, "b["),
            ("\nlexicons = \"gone\"\n", 1, "gone"),
            (
                "[[overrides]]\npaths = ['x']\nselect = ['form', 'frm']\n",
                2,
                "frm",
            ),
        ] {
            let faults = projects().faults(path, text);
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert_eq!(faults[0].line, line, "{text}: {faults:?}");
            assert!(faults[0].message.contains(part), "{text}: {faults:?}");
        }
        assert_eq!(projects().faults(path, "select = ['threat-*']\n"), []);
    }

    #[test]
    fn a_configuration_that_becomes_wrong_leaves_the_last_good_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CONFIG);
        let mut projects = projects();
        let plain = projects.of(Some(folder.path())).unwrap();
        assert!(plain.config.path.is_none());
        std::fs::write(&path, "exclude = ['a']\n").unwrap();
        let good = projects.of(Some(folder.path())).unwrap();
        assert_eq!(good.config.path.as_deref(), Some(&*path));
        assert_eq!(projects.take_news(), std::slice::from_ref(&path));
        let again = projects.of(Some(folder.path())).unwrap();
        assert!(Arc::ptr_eq(&good, &again) && projects.take_news().is_empty());
        std::fs::write(&path, "exclud = ['a', 'b']\n").unwrap();
        let kept = projects.of(Some(folder.path())).unwrap();
        assert!(Arc::ptr_eq(&good, &kept));
        assert_eq!(projects.known_faults(&path).len(), 1);
        std::fs::write(&path, "exclude = ['c']\nfail-on = 'severe'\n").unwrap();
        let new = projects.of(Some(folder.path())).unwrap();
        assert_eq!(new.config.file.exclude, ["c"]);
        assert!(projects.known_faults(&path).is_empty());
        assert!(Arc::ptr_eq(&good.linter, &new.linter));
    }
}
