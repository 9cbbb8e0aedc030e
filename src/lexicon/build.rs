//! Files → [`Lexicon`].
//!
//! In: the bundled files and perhaps a company's. Out: a lexicon, or all problems at once with file and
//! line. Data is checked here and nowhere later: what loads can be searched.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cue::{Cue, State};
use super::laws::Laws;
use super::limits::Limits;
use super::pattern::{ClassId, Intern, Pattern, Target};
use super::source::{Files, line_at, line_of};
use super::terms::{Term, Terms};
use super::{Class, Folds, Lexicon, folds};
use crate::error::{Error, ErrorKind, Result, Sentence, say};
use crate::hex::hex;
use crate::normalize::plain_term;
use crate::opinion::Model;
use crate::rule::{Category, Reading, Rule, Tier};
use crate::search::shapes::Shape;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueFile {
    #[serde(default)]
    cue: Vec<Cue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassEntry {
    /// What unites the terms, for people.
    #[serde(rename = "title")]
    _title: String,
    terms: String,
    #[serde(default)]
    common: bool,
    #[serde(default)]
    at_words: bool,
    #[serde(default)]
    sound: bool,
}

/// What a lexicon's files say themselves.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Written {
    rules: Vec<Rule>,
    cues: Vec<Cue>,
    laws: Laws,
    limits: Limits,
    #[serde(skip)]
    pub(super) model: Option<Model>,
    proposals: [Option<usize>; Category::ALL.len()],
    words: Vec<String>,
    first_own_rule: usize,
    version: String,
}

/// What is made of them: the greater part of the work of loading.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) struct Made {
    folds: Folds,
    classes: Vec<Class>,
    terms: Terms,
    patterns: Vec<Pattern>,
    unused_classes: Vec<String>,
    you: ClassId,
    we: ClassId,
    shapes: Vec<ClassId>,
}

/// Builds and checks a lexicon; files of `layer` add to those of `base`.
pub(super) fn build(base: &Files, layer: Option<&Files>) -> Result<Lexicon> {
    let (written, made) = make(base, layer)?;
    Ok(Lexicon::of(written, made))
}

/// The two halves of [`build`].
pub(super) fn make(base: &Files, layer: Option<&Files>) -> Result<(Written, Made)> {
    let mut problems = Vec::new();
    let layers: Vec<&Files> = std::iter::once(base).chain(layer).collect();
    let made = Made::of_folds(folds::load(&layers, &mut problems));
    let mut builder = Builder::new(layers, problems, made);
    builder.made.shapes = builder.add_shapes();
    builder.load_classes();
    builder.look_for_strangers();
    let overlay = builder.load_overlay();
    let mut rules = builder.load_rules();
    let cues: Vec<(String, Cue)> = builder.load_cues();
    let laws = builder.load_laws();
    let limits = builder.load_limits(laws.as_ref());
    builder.apply(&overlay, &mut rules);
    for (index, (file, rule)) in rules.iter().enumerate() {
        builder.compile_rule(index, file, rule, &laws);
    }
    for (index, (file, cue)) in cues.iter().enumerate() {
        builder.compile_cue(index, file, cue);
    }
    builder.compile_allowances(&overlay, &rules);
    builder.made.you = builder.needed_class("you");
    builder.made.we = builder.needed_class("we");
    builder.made.unused_classes = builder.unused_classes();
    let version = version_of(base, layer);
    builder.finish(rules, cues, laws, limits, overlay.words, version)
}

impl Lexicon {
    pub(super) fn of(written: Written, made: Made) -> Self {
        Self {
            rules: written.rules,
            laws: written.laws,
            limits: written.limits,
            version: written.version,
            classes: made.classes,
            terms: made.terms,
            patterns: made.patterns,
            cues: written.cues,
            folds: made.folds,
            words: written.words,
            unused_classes: made.unused_classes,
            you: made.you,
            we: made.we,
            shapes: made.shapes,
            model: written.model,
            proposals: written.proposals,
            first_own_rule: written.first_own_rule,
            searcher: None,
        }
    }
}

impl Made {
    fn of_folds(folds: Folds) -> Self {
        Self {
            folds,
            classes: Vec::new(),
            terms: Terms::default(),
            patterns: Vec::new(),
            unused_classes: Vec::new(),
            you: ClassId(0),
            we: ClassId(0),
            shapes: Vec::new(),
        }
    }
}

pub(super) struct Builder<'f> {
    pub(super) layers: Vec<&'f Files>,
    problems: Vec<Error>,
    made: Made,
    class_by_name: FxHashMap<String, ClassId>,
    /// Named classes that some pattern uses.
    used: FxHashSet<ClassId>,
    terms: Vec<Term>,
    term_by_text: FxHashMap<String, usize>,
    pub(super) first_own_rule: usize,
}

impl Intern for Builder<'_> {
    fn class(&mut self, name: &str) -> Option<ClassId> {
        let found = self.class_by_name.get(&format!("<{name}>")).copied();
        self.used.extend(found);
        found
    }

    fn literal(&mut self, text: &str) -> ClassId {
        if let Some(&class) = self.class_by_name.get(text) {
            return class;
        }
        let characters = text.chars().count();
        let class = self.add_class(Class {
            name: text.to_owned(),
            is_common: characters == 1,
            at_words: false,
            has_sound: characters >= 3,
            allows: None,
            term_count: 0,
        });
        self.add_term(class, text);
        class
    }

    fn commonness(&self, class: ClassId) -> u32 {
        let class = &self.made.classes[class.0 as usize];
        let size = u32::try_from(class.term_count).unwrap_or(u32::MAX).min(1000);
        size + if class.is_common { 1_000_000 } else { 0 }
    }
}

impl<'f> Builder<'f> {
    fn new(layers: Vec<&'f Files>, problems: Vec<Error>, made: Made) -> Self {
        Self {
            layers,
            problems,
            made,
            class_by_name: FxHashMap::default(),
            used: FxHashSet::default(),
            terms: Vec::new(),
            term_by_text: FxHashMap::default(),
            first_own_rule: 0,
        }
    }

    /// What the files say and what was made of them, or all problems.
    fn finish(
        mut self,
        rules: Vec<(String, Rule)>,
        cues: Vec<(String, Cue)>,
        laws: Option<Laws>,
        limits: Limits,
        words: Vec<String>,
        version: String,
    ) -> Result<(Written, Made)> {
        let proposals = self.proposals(&rules);
        let model = self.load_model();
        if let Some(error) = Error::all(self.problems) {
            return Err(error);
        }
        let written = Written {
            rules: rules.into_iter().map(|(_, rule)| rule).collect(),
            cues: cues.into_iter().map(|(_, cue)| cue).collect(),
            laws: laws.expect("a missing laws file is among the problems"),
            limits,
            model,
            proposals,
            words,
            first_own_rule: self.first_own_rule,
            version,
        };
        let terms = self.terms.into_iter().collect();
        Ok((written, Made { terms, ..self.made }))
    }

    pub(super) fn files(&self, prefix: &'static str) -> Vec<(&'f str, &'f str)> {
        let layered = self.layered(prefix).into_iter();
        layered.map(|(_, file, text)| (file, text)).collect()
    }

    /// The same, each with the number of its layer.
    fn layered(&self, prefix: &'static str) -> Vec<(usize, &'f str, &'f str)> {
        let layers = self.layers.iter().copied().enumerate();
        let files = layers.flat_map(|(layer, files)| {
            let files = files.under(prefix);
            files.map(move |(file, text)| (layer, file, text))
        });
        files.collect()
    }

    pub(super) fn problem(&mut self, file: &str, line: Option<usize>, reason: Sentence) {
        let error = Error::new(ErrorKind::Lexicon, reason).in_file(file);
        self.problems.push(match line {
            Some(line) => error.at_line(line),
            None => error,
        });
    }

    /// Parses a file; a syntax error becomes a problem with its line.
    pub(super) fn parse<T: for<'de> Deserialize<'de>>(&mut self, file: &str, text: &str) -> Option<T> {
        match toml::from_str(text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let line = error.span().map(|span| line_at(text, span.start));
                let message = error.message();
                self.problem(file, line, say!("此处写法有误：{message}", "{message}"));
                None
            }
        }
    }

    /// Digits of a known shape are classes without terms.
    fn add_shapes(&mut self) -> Vec<ClassId> {
        let shapes = Shape::ALL.iter().map(|(_, name)| {
            let class = self.add_class(Class {
                name: (*name).to_owned(),
                is_common: false,
                at_words: false,
                has_sound: false,
                allows: None,
                term_count: 0,
            });
            self.used.insert(class);
            class
        });
        shapes.collect()
    }

    fn load_classes(&mut self) {
        let mut defined: FxHashMap<(usize, String), &str> = FxHashMap::default();
        for (layer, file, text) in self.layered("classes/") {
            let Some(entries) = self.parse::<toml::Table>(file, text) else {
                continue;
            };
            for (name, value) in entries {
                let line = || line_of(text, &format!("[{name}]"));
                let entry: ClassEntry = match value.try_into() {
                    Ok(entry) => entry,
                    Err(error) => {
                        let message = error.message();
                        let reason = say!("词类 {name} 写法有误：{message}", "class {name}: {message}");
                        self.problem(file, line(), reason);
                        continue;
                    }
                };
                let key = format!("<{name}>");
                if let Some(other) = defined.insert((layer, name.clone()), file) {
                    let reason = say!(
                        "词类 {name} 在 {other} 中也有，其中一个会并入另一个而丢失；请改名",
                        "class {name} stands in {other} too; one of them would be lost in the other"
                    );
                    self.problem(file, line(), reason);
                }
                let class = match self.class_by_name.get(&key) {
                    // A later layer adds terms to a class of an earlier one.
                    Some(&class) => class,
                    None => self.add_class(Class {
                        name: key,
                        is_common: entry.common,
                        at_words: entry.at_words,
                        has_sound: entry.sound,
                        allows: None,
                        term_count: 0,
                    }),
                };
                self.add_terms(class, file, text, &entry.terms);
            }
        }
    }

    fn load_rules(&mut self) -> Vec<(String, Rule)> {
        let mut rules: Vec<(String, Rule)> = Vec::new();
        for (layer, file, text) in self.layered("rules/") {
            let Some(parsed) = self.parse::<RuleFile>(file, text) else {
                continue;
            };
            for rule in parsed.rule {
                if rules.iter().any(|(_, other)| other.id == rule.id) {
                    let id = &rule.id;
                    let reason = say!(
                        "规则 {id} 定义了两次；请给其中一条换个编号",
                        "rule {id} is defined twice"
                    );
                    self.problem(file, line_of(text, id), reason);
                }
                rules.push((file.to_owned(), rule));
                if layer == 0 {
                    self.first_own_rule = rules.len();
                }
            }
        }
        rules
    }

    fn load_cues(&mut self) -> Vec<(String, Cue)> {
        let mut cues = Vec::new();
        for (file, text) in self.files("cues/") {
            let Some(parsed) = self.parse::<CueFile>(file, text) else {
                continue;
            };
            cues.extend(parsed.cue.into_iter().map(|cue| (file.to_owned(), cue)));
        }
        cues
    }

    fn load_laws(&mut self) -> Option<Laws> {
        let Some(&(file, text)) = self.files("laws.toml").first() else {
            self.problem("laws.toml", None, missing());
            return None;
        };
        let laws: Laws = self.parse(file, text)?;
        self.problems.extend(laws.problems());
        Some(laws)
    }

    fn load_limits(&mut self, laws: Option<&Laws>) -> Limits {
        let Some(&(file, text)) = self.files("limits.toml").first() else {
            self.problem("limits.toml", None, missing());
            return Limits::default();
        };
        let Some(limits) = self.parse::<Limits>(file, text) else {
            return Limits::default();
        };
        for (id, reason) in laws.map(|laws| limits.problems(laws)).unwrap_or_default() {
            self.problem(file, line_of(text, &id), reason);
        }
        limits
    }

    fn compile_rule(&mut self, index: usize, file: &str, rule: &Rule, laws: &Option<Laws>) {
        let text = self.text_of(file);
        let id = &rule.id;
        let line = line_of(text, id);
        let beginning = rule.category.id().replace('_', "-");
        if !id.starts_with(&beginning) {
            let reason = say!(
                "规则 {id} 的编号要以类别开头，即 {beginning}-…",
                "rule {id}: an id begins with its category"
            );
            self.problem(file, line, reason);
        }
        if rule.tier == Tier::Clean {
            let reason = say!(
                "规则 {id} 的等级不能是 clean：命中规则总有问题；请写 notice、warning 或 severe",
                "rule {id}: a rule finds something, so it isn't clean"
            );
            self.problem(file, line, reason);
        }
        if rule.hits.len() < 3 || rule.misses.len() < 3 {
            let reason = say!(
                "规则 {id} 至少要有三个 hits 和三个 misses",
                "rule {id} needs three hits and three misses"
            );
            self.problem(file, line, reason);
        }
        for state in &rule.when.state {
            if State::named(state).is_none() {
                let known = State::ALL.map(|(_, name)| name).join("、");
                let reason = say!(
                    "规则 {id}：没有 {state} 这个状态；可写 {known}",
                    "rule {id}: no state {state}"
                );
                self.problem(file, line, reason);
            }
        }
        if let Some(laws) = laws {
            let unknown = rule
                .basis
                .iter()
                .filter(|key| !laws.clauses.iter().any(|clause| clause.key == **key));
            for key in unknown {
                let reason = say!(
                    "规则 {id} 引用的条文 {key} 不存在；用 `dunlint rules --by-clause` 可列出全部条文",
                    "rule {id} cites the unknown clause {key}"
                );
                self.problem(file, line, reason);
            }
        }
        let lists: Vec<(String, String)> = self.lists_of(rule, file, line);
        if !rule.terms.trim().is_empty() || !lists.is_empty() {
            let class = self.add_class(Class {
                name: format!("rule:{}", rule.id),
                is_common: false,
                at_words: true,
                has_sound: rule.readings.contains(&Reading::Sound),
                allows: None,
                term_count: 0,
            });
            self.add_terms(class, file, text, &rule.terms);
            for (list, terms) in &lists {
                self.add_terms(class, list, terms, terms);
            }
            self.class_by_name.insert(format!("<rule:{}>", rule.id), class);
            self.add_pattern(file, id, &format!("<rule:{}>", rule.id), Target::Rule(index));
        } else if rule.patterns.is_empty() && !rule.proposed {
            let reason = say!(
                "规则 {id} 既没有 terms 也没有 patterns；请写上其中一个",
                "rule {id} has neither terms nor patterns"
            );
            self.problem(file, line, reason);
        }
        for pattern in &rule.patterns {
            self.add_pattern(file, id, pattern, Target::Rule(index));
        }
        for pattern in &rule.unless {
            self.add_pattern(file, id, pattern, Target::Unless(index));
        }
        self.add_allowance(index, &rule.id, file, &rule.allow);
    }

    fn compile_cue(&mut self, index: usize, file: &str, cue: &Cue) {
        let text = self.text_of(file);
        if !cue.terms.trim().is_empty() {
            let class = self.add_class(Class {
                name: format!("cue:{}", cue.id),
                is_common: true,
                at_words: false,
                has_sound: false,
                allows: None,
                term_count: 0,
            });
            self.add_terms(class, file, text, &cue.terms);
            self.class_by_name.insert(format!("<cue:{}>", cue.id), class);
            self.add_pattern(file, &cue.id, &format!("<cue:{}>", cue.id), Target::Cue(index));
        } else if cue.patterns.is_empty() {
            let id = &cue.id;
            let reason = say!(
                "线索 {id} 既没有 terms 也没有 patterns；请写上其中一个",
                "cue {id} has neither terms nor patterns"
            );
            self.problem(file, line_of(text, &cue.id), reason);
        }
        for pattern in &cue.patterns {
            self.add_pattern(file, &cue.id, pattern, Target::Cue(index));
        }
    }

    /// A class that the judges ask for by name.
    fn needed_class(&mut self, name: &str) -> ClassId {
        self.class(name).unwrap_or_else(|| {
            let reason = say!(
                "缺少词类 [{name}]，判断时要用；请补上",
                "the class [{name}] is missing; the judges need it"
            );
            self.problem("classes", None, reason);
            ClassId(0)
        })
    }

    /// Named classes that no rule or cue uses.
    fn unused_classes(&self) -> Vec<String> {
        let classes = self.made.classes.iter().enumerate();
        let unused = classes.filter(|(index, class)| {
            class.name.starts_with('<')
                && !class.name.contains(':')
                && !self.used.contains(&ClassId(*index as u16))
        });
        unused.map(|(_, class)| class.name.clone()).collect()
    }

    fn lists_of(&mut self, rule: &Rule, file: &str, line: Option<usize>) -> Vec<(String, String)> {
        let mut lists = Vec::new();
        for list in &rule.lists {
            let found = self
                .files("terms/")
                .into_iter()
                .find(|(path, _)| path.strip_prefix("terms/") == Some(list));
            match found {
                Some((path, text)) => lists.push((path.to_owned(), text.to_owned())),
                None => {
                    let id = &rule.id;
                    let reason = say!(
                        "规则 {id} 所用的词表 terms/{list} 不存在；请补上文件或改正名称",
                        "rule {id} names the missing list terms/{list}"
                    );
                    self.problem(file, line, reason);
                }
            }
        }
        lists
    }

    pub(super) fn text_of(&self, file: &str) -> &'f str {
        let mut found = self.layers.iter().rev().flat_map(|files| files.under(""));
        found.find(|(path, _)| *path == file).map_or("", |(_, text)| text)
    }

    /// Adds a pattern of the rule or cue with this id; only a problem asks for its line.
    fn add_pattern(&mut self, file: &str, id: &str, text: &str, target: Target) {
        match Pattern::parse(text, target, self) {
            Ok(pattern) => self.made.patterns.push(pattern),
            Err(Sentence { zh, en }) => {
                let whole = self.text_of(file);
                let line = line_of(whole, text).or_else(|| line_of(whole, id));
                self.problem(file, line, say!("句式 `{text}`：{zh}", "pattern `{text}`: {en}"));
            }
        }
    }

    pub(super) fn add_class(&mut self, class: Class) -> ClassId {
        let id = ClassId(u16::try_from(self.made.classes.len()).expect("fewer than 65,536 classes"));
        self.class_by_name.entry(class.name.clone()).or_insert(id);
        self.made.classes.push(class);
        id
    }

    /// Adds the terms of a text: separated by white space, `#` begins a comment, `_` stands for a space.
    /// A term that another table gave to the class already is no problem; one written twice here is.
    pub(super) fn add_terms(&mut self, class: ClassId, file: &str, whole: &str, terms: &str) {
        let mut own = FxHashSet::default();
        let lines = terms.lines().map(|line| line.split('#').next().unwrap_or(""));
        for term in lines.flat_map(str::split_whitespace) {
            let term = term.replace('_', " ");
            let reason = match self.add_term(class, &term) {
                Some(index) if own.insert(index) => continue,
                Some(_) => {
                    let name = &self.made.classes[class.0 as usize].name;
                    say!(
                        "{name} 中的词语 {term} 写了两次；请删去一处",
                        "{name} holds the term {term} twice"
                    )
                }
                None => say!(
                    "词语 {term} 折叠后什么也不剩；请删去",
                    "the term {term} folds to nothing"
                ),
            };
            self.problem(file, line_of(whole, &term), reason);
        }
    }

    /// Gives a term to a class; the term's index, or `None` if it folds to nothing.
    fn add_term(&mut self, class: ClassId, term: &str) -> Option<usize> {
        let text = plain_term(term, &self.made.folds.table);
        if text.trim().is_empty() {
            return None;
        }
        let characters = text.chars().count();
        let has_sound = self.made.classes[class.0 as usize].has_sound && characters >= 2;
        let next = self.terms.len();
        let index = *self.term_by_text.entry(text.clone()).or_insert(next);
        if index == next {
            self.terms.push(Term {
                text,
                classes: Vec::new(),
                has_sound: false,
            });
        }
        let known = &mut self.terms[index];
        known.has_sound |= has_sound;
        if !known.classes.contains(&class) {
            known.classes.push(class);
            self.made.classes[class.0 as usize].term_count += 1;
        }
        Some(index)
    }
}

impl Builder<'_> {
    /// The rules under which the second opinion proposes findings: at most one a category.
    fn proposals(&mut self, rules: &[(String, Rule)]) -> [Option<usize>; Category::ALL.len()] {
        let mut proposals = [None; Category::ALL.len()];
        for (index, (file, rule)) in rules.iter().enumerate().filter(|(_, (_, rule))| rule.proposed) {
            let has_more =
                !rule.patterns.is_empty() || !rule.terms.trim().is_empty() || !rule.lists.is_empty();
            let place = &mut proposals[rule.category as usize];
            if has_more || place.is_some() {
                let id = &rule.id;
                let reason = say!(
                    "规则 {id}：标有 proposed 的规则不写 terms、lists 和 patterns，每个类别最多一条",
                    "rule {id}: a proposed rule has no terms and no patterns, and a category has one at most"
                );
                let line = line_of(self.text_of(file), id);
                self.problem(file, line, reason);
            }
            *place = Some(index);
        }
        proposals
    }

    fn load_model(&mut self) -> Option<Model> {
        let bytes = self.layers[0].model.as_deref()?;
        let model = Model::parse(bytes);
        model
            .map_err(|error| self.problems.push(error.in_file(super::source::MODEL)))
            .ok()
    }
}

/// Of a file that a lexicon can't do without.
fn missing() -> Sentence {
    say!("缺少这个文件；请补上", "the file is missing")
}

pub(super) fn version_of(base: &Files, layer: Option<&Files>) -> String {
    let mut hash = Sha256::new();
    for (path, text) in std::iter::once(base)
        .chain(layer)
        .flat_map(|files| files.under(""))
    {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    // What it learned from and the scales of its weights: nobody has other weights with the same of all these.
    hash.update(Model::head(base.model.as_deref().unwrap_or_default()));
    hex(&hash.finalize()[..8])
}
