//! `dunlint.toml`: what a project says of its templates.
//!
//! In: one file, at the root of what is linted or named by `--config`. Out: [`Config`], validated, and for each path the
//! [`Profile`] that holds there. Promise: a key that nothing reads is an error with its line and the key that was
//! probably meant; rules that are named exist. There is no merging of several files and no global state. It walks no
//! folder.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::template::{Declaration, Declarations, Style};
use super::variables::VariableKind;
use crate::decode::Encoding;
use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::lexicon::Lexicon;
use crate::message::{Channel, CreditorKind, Role};
use crate::rule::{Category, Tier};
use crate::schema::{GatewayName, RuleSelector};

/// The name of the file.
pub const CONFIG: &str = "dunlint.toml";

/// What stands in the file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Rules to use: ids, categories, `form`, or globs such as `threat-*`. All if absent.
    #[schemars(with = "Option<Vec<RuleSelector>>")]
    pub select: Option<Vec<String>>,
    /// Rules not to use, in the same terms; it wins over `select`.
    #[schemars(with = "Vec<RuleSelector>")]
    pub ignore: Vec<String>,
    /// The tier from which a run fails: notice, warning or severe.
    #[schemars(with = "Option<TierName>")]
    pub fail_on: Option<Tier>,
    /// Whether findings of form make a run fail.
    pub fail_on_form: Option<bool>,
    /// A folder with an own lexicon, from the configuration's folder.
    pub lexicons: Option<PathBuf>,
    /// Globs of files that aren't looked at.
    pub exclude: Vec<String>,
    /// Kinds of files whose names don't tell: glob → kind, such as `"*.msg" = "text"`.
    pub kinds: IndexMap<String, super::extract::Kind>,
    /// Key paths of the texts in data files, such as `templates.*.content`; all if absent.
    pub keys: Option<Vec<String>>,
    /// Key paths that are left alone; it wins over `keys`.
    pub ignore_keys: Vec<String>,
    /// Encoding of files that don't tell, such as `gbk`.
    pub encoding: Option<String>,
    /// The file of known findings, from the configuration's folder.
    pub baseline: Option<PathBuf>,
    /// The file of suppressions for formats without comments, from the configuration's folder;
    /// `dunlint-suppressions.toml` if absent.
    pub suppressions: Option<PathBuf>,
    /// What the messages are.
    pub message: MessageFacts,
    /// How placeholders are written, around the name `x`: `"${x}"`, `"«x»"`. All known styles if absent.
    pub placeholders: Option<Vec<String>>,
    /// What variables carry, by name.
    pub variables: IndexMap<String, VariableDeclaration>,
    /// What messages have to look like.
    pub form: FormFacts,
    /// What differs for some paths; later ones win.
    pub overrides: Vec<Override>,
}

/// What is known of all messages of a project.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct MessageFacts {
    /// sms, im, letter, call, template, article or other.
    pub channel: Option<Channel>,
    /// bank, card, consumer_finance, micro_loan, online_platform or other.
    pub creditor_kind: Option<CreditorKind>,
    /// debtor, guarantor, third_party or unknown.
    pub recipient_role: Option<Role>,
    /// Province, for regional rules.
    pub region: Option<String>,
}

/// What a variable carries.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct VariableDeclaration {
    /// Its kind, such as name, sum or free-text.
    pub kind: Option<VariableKind>,
    /// Values that it may have; the template is judged with each.
    pub values: Vec<String>,
    /// Characters of its longest value.
    pub longest: Option<usize>,
}

/// What messages have to look like.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FormFacts {
    /// Names of the creditor, one of which a message has to give.
    pub creditors: Vec<String>,
    /// Numbers and addresses at which the creditor can be reached.
    pub contacts: Vec<String>,
    /// Registered signatures.
    pub signatures: Vec<String>,
    /// The gateway whose terms hold; `generic` if absent.
    #[schemars(with = "Option<GatewayName>")]
    pub gateway: Option<String>,
}

/// What differs for some paths.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Override {
    /// Globs of the paths, from the configuration's folder.
    pub paths: Vec<String>,
    /// In place of the general list.
    #[schemars(with = "Option<Vec<RuleSelector>>")]
    pub select: Option<Vec<String>>,
    /// Besides the general list.
    #[schemars(with = "Vec<RuleSelector>")]
    pub ignore: Vec<String>,
    /// In place of the general ones, where given.
    pub message: MessageFacts,
    /// In place of the general list.
    pub keys: Option<Vec<String>>,
    /// Besides the general list.
    pub ignore_keys: Vec<String>,
    /// In place of the general one.
    pub encoding: Option<String>,
    /// In place of the general list.
    pub placeholders: Option<Vec<String>>,
    /// In place of the general ones, name by name.
    pub variables: IndexMap<String, VariableDeclaration>,
    /// In place of the general ones, where given.
    pub form: FormFacts,
}

/// The tiers that a run can fail on, for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
enum TierName {
    Notice,
    Warning,
    Severe,
}

/// A configuration with the folder that its paths start from.
#[derive(Debug)]
pub struct Config {
    /// The folder.
    pub root: PathBuf,
    /// The same, from the root of the file system.
    absolute_root: PathBuf,
    /// What paths that aren't absolute start from.
    current: PathBuf,
    /// Where it was read from; none if there is no file.
    pub path: Option<PathBuf>,
    /// What stands in it.
    pub file: ConfigFile,
    excluded: GlobSet,
    kinds: Vec<(GlobMatcher, super::extract::Kind)>,
    overrides: Vec<GlobSet>,
}

/// What holds for a file.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Which rules are used.
    pub selection: Selection,
    /// What the messages are.
    pub message: MessageFacts,
    /// The keys of texts.
    pub keys: KeyPaths,
    /// The encoding, if it is said.
    pub encoding: Option<Encoding>,
    /// Placeholders and variables.
    pub declarations: Declarations,
    /// What messages have to look like.
    pub form: FormFacts,
}

/// Which rules are used, in the terms of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    select: Option<Vec<String>>,
    ignore: Vec<String>,
}

/// Which key paths hold texts.
#[derive(Debug, Clone, Default)]
pub struct KeyPaths {
    keys: Option<Vec<String>>,
    ignored: Vec<String>,
}

impl ConfigFile {
    /// Puts the terms of a command line over it: `select` in its place, the others besides.
    pub fn overlay(
        &mut self,
        select: &[String],
        ignore: &[String],
        fail_on: Option<Tier>,
        fails_on_form: bool,
    ) {
        if !select.is_empty() {
            self.select = Some(select.to_vec());
        }
        self.ignore.extend_from_slice(ignore);
        replace(&mut self.fail_on, &fail_on);
        if fails_on_form {
            self.fail_on_form = Some(true);
        }
    }

    /// The file that says the same, all keys with a value in it.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("all of it came from TOML")
    }
}

impl Config {
    /// The configuration for what is linted: `given`, or the nearest `dunlint.toml` of `start` and the folders above it up
    /// to the root of a repository; without one, defaults from `start`.
    ///
    /// # Errors
    /// All that is wrong with the file at once.
    pub fn find(
        given: Option<&Path>,
        start: &Path,
        lexicon: impl FnOnce(&Path, &ConfigFile) -> Result<&'static Lexicon>,
    ) -> Result<(Self, &'static Lexicon)> {
        let path = match given {
            Some(path) => Some(path.to_owned()),
            None => nearest(start),
        };
        let file = match &path {
            Some(path) => read(path)?,
            None => ConfigFile::default(),
        };
        let folder = path.as_deref().and_then(Path::parent).unwrap_or(start);
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let lexicon = lexicon(folder, &file)?;
        Ok((Self::new(file, folder.to_owned(), path, lexicon)?, lexicon))
    }

    /// Checks what stands in a file against the rules of the lexicon.
    ///
    /// # Errors
    /// All that is wrong at once: unknown rules with those that were probably meant, bad globs, styles without a name.
    pub fn new(file: ConfigFile, root: PathBuf, path: Option<PathBuf>, lexicon: &Lexicon) -> Result<Self> {
        let mut problems = Vec::new();
        let mut selectors: Vec<&String> = file.select.iter().flatten().chain(&file.ignore).collect();
        for part in &file.overrides {
            selectors.extend(part.select.iter().flatten().chain(&part.ignore));
        }
        for selector in selectors {
            problems.extend(unknown_selector(selector, lexicon));
        }
        let encodings = file.overrides.iter().filter_map(|part| part.encoding.as_ref());
        for name in file.encoding.iter().chain(encodings) {
            if Encoding::named(name).is_none() {
                problems.push(say!(
                    "未知的编码 {name}；可用 utf-8、gb18030、gbk、big5、utf-16le、utf-16be",
                    "unknown encoding {name}; there are utf-8, gb18030, gbk, big5, utf-16le, utf-16be"
                ));
            }
        }
        let styles = file
            .overrides
            .iter()
            .filter_map(|part| part.placeholders.as_ref());
        for example in file.placeholders.iter().chain(styles).flatten() {
            if Style::of_example(example).is_none() {
                problems.push(say!(
                    "占位符 {example} 应写成含变量名 x 的样子，如 \"${{x}}\"、\"«x»\"",
                    "placeholder {example} should be written around the name x, such as \"${{x}}\" or \"«x»\""
                ));
            }
        }
        let gateways = file
            .overrides
            .iter()
            .filter_map(|part| part.form.gateway.as_ref());
        for name in file.form.gateway.iter().chain(gateways) {
            problems.extend(unknown_gateway(name));
        }
        let mut globs = |patterns: &[String]| {
            globs(patterns).unwrap_or_else(|problem| {
                problems.push(problem);
                GlobSet::empty()
            })
        };
        let excluded = globs(&file.exclude);
        let overrides = file.overrides.iter().map(|part| globs(&part.paths)).collect();
        let mut kinds = Vec::new();
        for (pattern, kind) in &file.kinds {
            match glob(pattern) {
                Ok(matcher) => kinds.push((matcher.compile_matcher(), *kind)),
                Err(problem) => problems.push(problem),
            }
        }
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
        // Without a current folder nothing but absolute paths can be opened, and these need none.
        let current = std::env::current_dir().unwrap_or_default();
        let errors = problems
            .into_iter()
            .map(|problem| Error::new(ErrorKind::Usage, problem).in_file(&shown));
        match Error::all(errors.collect()) {
            Some(error) => Err(error),
            None => Ok(Self {
                absolute_root: plain(&current.join(&root)),
                current,
                root,
                path,
                file,
                excluded,
                kinds,
                overrides,
            }),
        }
    }

    /// A path of the configuration from its folder.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// The path as globs see it: from the configuration's folder where it stands in it, however either is written.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        let whole = plain(&self.current.join(path));
        let own = whole.strip_prefix(&self.absolute_root).map(Path::to_owned);
        own.unwrap_or_else(|_| plain(path))
    }

    /// The file of suppressions, which may not exist.
    pub fn sidecar(&self) -> PathBuf {
        let named = self.file.suppressions.as_deref();
        self.resolve(named.unwrap_or(Path::new(super::suppress::SIDECAR)))
    }

    /// Whether a file is this configuration or another's, its file of suppressions or its baseline.
    pub fn is_own(&self, path: &Path) -> bool {
        let is_it =
            |own: &Path| own.file_name() == path.file_name() && self.relative(own) == self.relative(path);
        let baseline = self.file.baseline.as_deref();
        path.file_name().is_some_and(|name| name == CONFIG)
            || self.path.as_deref().is_some_and(is_it)
            || is_it(&self.sidecar())
            || baseline.is_some_and(|baseline| is_it(&self.resolve(baseline)))
    }

    /// Whether a file isn't looked at.
    pub fn excludes(&self, path: &Path) -> bool {
        !self.excluded.is_empty() && self.excluded.is_match(&*self.relative(path))
    }

    /// The kind of a file: as the configuration says, or by its name.
    pub fn kind_of(&self, path: &Path) -> Option<super::extract::Kind> {
        let said = |relative: &Path| {
            let mut kinds = self.kinds.iter().rev();
            kinds
                .find(|(glob, _)| glob.is_match(relative))
                .map(|(_, kind)| *kind)
        };
        let is_said = !self.kinds.is_empty();
        is_said
            .then(|| self.relative(path))
            .and_then(|relative| said(&relative))
            .or_else(|| super::extract::Kind::of_path(path))
    }

    /// Which overrides hold for a path, by number: files with the same ones share a profile.
    pub fn overrides_of(&self, path: &Path) -> Vec<usize> {
        if self.overrides.is_empty() {
            return Vec::new();
        }
        let relative = self.relative(path);
        (0..self.overrides.len())
            .filter(|&number| self.overrides[number].is_match(&relative))
            .collect()
    }

    /// What holds where these overrides do.
    pub fn profile(&self, overrides: &[usize]) -> Profile {
        let file = &self.file;
        let mut selection = Selection {
            select: file.select.clone(),
            ignore: file.ignore.clone(),
        };
        let mut keys = KeyPaths {
            keys: file.keys.clone(),
            ignored: file.ignore_keys.clone(),
        };
        let mut message = file.message.clone();
        let mut encoding = file.encoding.clone();
        let mut styles = file.placeholders.clone();
        let mut variables = file.variables.clone();
        let mut form = file.form.clone();
        for part in overrides.iter().map(|&number| &file.overrides[number]) {
            replace(&mut selection.select, &part.select);
            selection.ignore.extend_from_slice(&part.ignore);
            replace(&mut keys.keys, &part.keys);
            keys.ignored.extend_from_slice(&part.ignore_keys);
            replace(&mut message.channel, &part.message.channel);
            replace(&mut message.creditor_kind, &part.message.creditor_kind);
            replace(&mut message.recipient_role, &part.message.recipient_role);
            replace(&mut message.region, &part.message.region);
            replace(&mut encoding, &part.encoding);
            replace(&mut styles, &part.placeholders);
            variables.extend(part.variables.clone());
            for (own, given) in [
                (&mut form.creditors, &part.form.creditors),
                (&mut form.contacts, &part.form.contacts),
                (&mut form.signatures, &part.form.signatures),
            ] {
                if !given.is_empty() {
                    own.clone_from(given);
                }
            }
            replace(&mut form.gateway, &part.form.gateway);
        }
        let declared = variables.into_iter().map(|(name, declared)| {
            let VariableDeclaration {
                kind,
                values,
                longest,
            } = declared;
            (
                name,
                Declaration {
                    kind,
                    values,
                    longest,
                },
            )
        });
        Profile {
            selection,
            message,
            keys,
            encoding: encoding.and_then(|name| Encoding::named(&name)),
            declarations: Declarations {
                styles: styles
                    .iter()
                    .flatten()
                    .filter_map(|example| Style::of_example(example))
                    .collect(),
                variables: declared.collect(),
            },
            form,
        }
    }
}

impl Selection {
    /// Which rules of a lexicon are used, in its order.
    pub fn of(&self, lexicon: &Lexicon) -> impl Iterator<Item = bool> {
        let rules = lexicon.rules().iter();
        rules.map(|rule| self.takes(&rule.id, rule.category.id()))
    }

    /// Whether a rule of this id in this group (a category or `form`) is used.
    pub fn takes(&self, id: &str, group: &str) -> bool {
        let is_named = |selectors: &[String]| selectors.iter().any(|selector| names(selector, id, group));
        self.select.as_deref().is_none_or(is_named) && !is_named(&self.ignore)
    }

    /// The same with the terms of a command line: `select` in place of the configuration's, `ignore` besides it.
    pub fn overlaid(mut self, select: &[String], ignore: &[String]) -> Self {
        if !select.is_empty() {
            self.select = Some(select.to_vec());
        }
        self.ignore.extend_from_slice(ignore);
        self
    }
}

impl KeyPaths {
    /// Whether the text under this key is judged. `*` stands for one part of a key path, `**` for any number; list indices
    /// are parts: `templates[2].content` is `templates.2.content`.
    pub fn take(&self, key: &str) -> bool {
        let is_named = |patterns: &Vec<String>| patterns.iter().any(|pattern| matches_key(pattern, key));
        self.keys.as_ref().is_none_or(is_named) && !is_named(&self.ignored)
    }
}

/// Whether a pattern names a key path.
pub(super) fn matches_key(pattern: &str, key: &str) -> bool {
    let parts = |path| -> Vec<&str> {
        let parts = str::split(path, ['.', '[', ']']);
        parts.filter(|part| !part.is_empty()).collect()
    };
    matches_path(&parts(pattern), &parts(key))
}

fn matches_path(pattern: &[&str], parts: &[&str]) -> bool {
    match (pattern, parts) {
        ([], []) => true,
        (["**", rest @ ..], _) => {
            matches_path(rest, parts) || (!parts.is_empty() && matches_path(pattern, &parts[1..]))
        }
        ([first, rest @ ..], [part, others @ ..]) => {
            (*first == "*" || first == part) && matches_path(rest, others)
        }
        _ => false,
    }
}

/// Whether a selector names a rule.
pub(super) fn names(selector: &str, id: &str, group: &str) -> bool {
    match selector.split_once('*') {
        Some((start, end)) => {
            id.len() >= start.len() + end.len() && id.starts_with(start) && id.ends_with(end)
        }
        None => selector == id || selector == group || selector == "all",
    }
}

pub(super) fn unknown_selector(selector: &str, lexicon: &Lexicon) -> Option<Sentence> {
    let form = super::form::ids();
    let rules = lexicon
        .rules()
        .iter()
        .map(|rule| (rule.id.as_str(), rule.category.id()));
    let known: Vec<(&str, &str)> = rules.chain(form.map(|id| (id, "form"))).collect();
    if selector == "all" || selector == "form" || known.iter().any(|(id, group)| names(selector, id, group)) {
        return None;
    }
    let categories = Category::ALL.map(Category::id);
    let candidates = known
        .iter()
        .map(|(id, _)| *id)
        .chain(categories)
        .chain(["form", "all"]);
    let meant = meant(selector, candidates);
    let hint = meant.map_or(say!("", ""), |meant| {
        say!("；是否想写 {meant}？", "; did you mean {meant}?")
    });
    let Sentence { zh, en } = hint;
    Some(Sentence {
        zh: format!("没有规则或类别 {selector}{zh}"),
        en: format!("there is no rule or category {selector}{en}"),
    })
}

fn unknown_gateway(name: &str) -> Option<Sentence> {
    let known: Vec<&str> = super::form::gateways().map(|(id, _)| id).collect();
    if known.contains(&name) {
        return None;
    }
    let (zh, en) = (known.join("、"), known.join(", "));
    Some(match meant(name, known.iter().copied()) {
        Some(meant) => say!(
            "没有网关 {name}；是否想写 {meant}？可用 {zh}",
            "there is no gateway {name}; did you mean {meant}? There are {en}"
        ),
        None => say!(
            "没有网关 {name}；可用 {zh}",
            "there is no gateway {name}; there are {en}"
        ),
    })
}

/// The candidate that was probably meant: as alike as seven letters of ten.
pub(super) fn meant<'c>(written: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    const ALIKE: f64 = 0.7;
    let scored = candidates.map(|candidate| (strsim::jaro_winkler(written, candidate), candidate));
    let best = scored
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, candidate)| candidate)
}

/// A path without `.` and `..`, by its words alone: links aren't followed, so that globs fit what a user writes.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut own = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                own.pop();
            }
            _ => own.push(part),
        }
    }
    own
}

fn replace<T: Clone>(own: &mut Option<T>, given: &Option<T>) {
    if given.is_some() {
        own.clone_from(given);
    }
}

pub(super) fn glob(pattern: &str) -> std::result::Result<Glob, Sentence> {
    // As in gitignore: without a slash it names files in any folder.
    let anchored = match pattern.trim_start_matches('/') {
        name if !pattern.contains('/') => format!("**/{name}"),
        path => path.to_owned(),
    };
    Glob::new(&anchored)
        .map_err(|error| say!("路径模式 {pattern} 无效：{error}", "bad glob {pattern}: {error}"))
}

fn globs(patterns: &[String]) -> std::result::Result<GlobSet, Sentence> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern)?);
    }
    set.build()
        .map_err(|error| say!("路径模式无效：{error}", "bad globs: {error}"))
}

/// The nearest configuration of a folder and those above it, up to the root of a repository.
pub(crate) fn nearest(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    for folder in start.ancestors() {
        let path = folder.join(CONFIG);
        if path.is_file() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn read(path: &Path) -> Result<ConfigFile> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::new(
            ErrorKind::Usage,
            say!("配置文件无法读取", "the configuration can't be read"),
        )
        .in_file(path)
        .because(error)
    })?;
    parse(&text, path)
}

/// What stands in a text that is, or is about to be, the file at this path.
pub(crate) fn parse(text: &str, path: &Path) -> Result<ConfigFile> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map(|span| text[..span.start].matches('\n').count() + 1);
        let problem = error.message();
        // serde lists what it expects; the one that was meant is easier to see.
        let unknown = problem
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split_once('`'));
        let hint = unknown.and_then(|(field, rest)| meant(field, rest.split('`').skip(1).step_by(2)));
        let reason = match hint {
            Some(hint) => say!(
                "配置有误：{problem}；是否想写 {hint}？",
                "bad configuration: {problem}; did you mean {hint}?"
            ),
            None => say!("配置有误：{problem}", "bad configuration: {problem}"),
        };
        let error = Error::new(ErrorKind::Usage, reason).in_file(path);
        match line {
            Some(line) => error.at_line(line),
            None => error,
        }
    })
}
