//! Where a lexicon's data stands in its files.
//!
//! In: the bundled files, and those of a pack. Out: [`Places`]: rules, classes, terms and patterns, each with file and line.
//! The lexicon itself keeps no lines: judging needs none. It reads only what the lexicon was already made of, so nothing in
//! it can be wrong any more.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::lexicon::source::{Files, line_at, line_of};

/// A line of a file of a lexicon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DataPlace {
    /// The file: of a pack in the folder as it was named, of the bundled rules under `lexicons/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulePlace {
    /// Its id.
    pub rule: String,
    /// Where its id is written.
    #[serde(flatten)]
    pub place: DataPlace,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Places {
    files: Vec<SourceFile>,
    /// In the order of the files.
    rules: Vec<RuleData>,
    /// The same.
    pub(super) classes: Vec<ClassData>,
    rule_by_id: FxHashMap<String, usize>,
}

#[derive(Debug)]
struct SourceFile {
    shown: String,
    text: String,
}

/// A rule as it is written.
#[derive(Debug)]
pub(super) struct RuleData {
    /// Whether it is one of those that are inspected.
    pub(super) is_own: bool,
    at: At,
    /// From its id to that of the next rule, in bytes.
    range: Range<usize>,
    pub(super) terms: Vec<Entry>,
    pub(super) patterns: Vec<Entry>,
}

/// A class, or what a pack adds to one.
#[derive(Debug)]
pub(super) struct ClassData {
    /// As the lexicon calls it: `<name>`.
    pub(super) name: String,
    pub(super) is_own: bool,
    pub(super) at: At,
    pub(super) terms: Vec<Entry>,
}

/// A term or a pattern.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) at: At,
}

/// A file by number, and a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    file: usize,
    line: usize,
}

#[derive(Deserialize)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
struct WrittenRule {
    id: Spanned<String>,
    #[serde(default)]
    terms: Option<Spanned<String>>,
    #[serde(default)]
    lists: Vec<String>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
struct WrittenClass {
    terms: Spanned<String>,
}

impl Places {
    /// Reads the files; with a pack, its data is what is inspected.
    pub(super) fn new(bundled: &Files, pack: Option<(&Path, &Files)>) -> Self {
        let mut places = Self::default();
        places.read(bundled, pack.is_none(), &|path| format!("lexicons/{path}"));
        if let Some((folder, files)) = pack {
            places.read(files, true, &|path| folder.join(path).display().to_string());
        }
        places
    }

    /// The place for people.
    pub(super) fn place(&self, At { file, line }: At) -> DataPlace {
        DataPlace {
            file: self.files[file].shown.clone(),
            line,
        }
    }

    /// Where a rule's id is written.
    pub(super) fn of_rule(&self, id: &str) -> Option<DataPlace> {
        let rule = &self.rules[*self.rule_by_id.get(id)?];
        Some(self.place(rule.at))
    }

    /// Where an example of a rule begins; where that can't be told, because it is written with escapes, the rule.
    pub(super) fn of_example(&self, id: &str, example: &str) -> Option<DataPlace> {
        let rule = &self.rules[*self.rule_by_id.get(id)?];
        let text = &self.files[rule.at.file].text;
        let first = example.lines().find(|line| !line.trim().is_empty())?;
        let found = text[rule.range.clone()].find(first);
        let line = found.map_or(rule.at.line, |at| line_at(text, rule.range.start + at));
        Some(self.place(At { line, ..rule.at }))
    }

    /// The rule with this id, as it is written.
    pub(super) fn rule(&self, id: &str) -> Option<&RuleData> {
        self.rule_by_id.get(id).map(|&index| &self.rules[index])
    }

    fn read(&mut self, files: &Files, is_own: bool, shown: &dyn Fn(&str) -> String) {
        let lists: BTreeMap<&str, &str> = files.under("terms/").collect();
        for (path, text) in files.under("rules/") {
            let Ok(written) = toml::from_str::<RuleFile>(text) else {
                continue;
            };
            let file = self.add_file(shown(path), text);
            let starts: Vec<usize> = written.rule.iter().map(|rule| rule.id.span().start).collect();
            for (index, rule) in written.rule.into_iter().enumerate() {
                let end = starts.get(index + 1).copied().unwrap_or(text.len());
                let range = starts[index]..end.max(starts[index]);
                let mut terms = rule.terms.map_or(Vec::new(), |terms| entries(&terms, text, file));
                for list in rule.lists {
                    if let Some((path, words)) = lists.get_key_value(format!("terms/{list}").as_str()) {
                        let file = self.add_file(shown(path), words);
                        terms.extend(words_of(words, words, 0, file));
                    }
                }
                let patterns = rule.patterns.iter().map(|pattern| Entry {
                    text: pattern.get_ref().clone(),
                    at: At {
                        file,
                        line: line_at(text, pattern.span().start),
                    },
                });
                self.rule_by_id.insert(rule.id.into_inner(), self.rules.len());
                self.rules.push(RuleData {
                    is_own,
                    at: At {
                        file,
                        line: line_at(text, starts[index]),
                    },
                    range,
                    terms,
                    patterns: patterns.collect(),
                });
            }
        }
        for (path, text) in files.under("classes/") {
            let Ok(written) = toml::from_str::<BTreeMap<String, WrittenClass>>(text) else {
                continue;
            };
            let file = self.add_file(shown(path), text);
            let mut classes: Vec<(String, WrittenClass)> = written.into_iter().collect();
            classes.sort_by_key(|(_, class)| class.terms.span().start);
            for (name, class) in classes {
                let head = line_of(text, &format!("[{name}]"));
                let line = head.unwrap_or_else(|| line_at(text, class.terms.span().start));
                self.classes.push(ClassData {
                    name: format!("<{name}>"),
                    is_own,
                    at: At { file, line },
                    terms: entries(&class.terms, text, file),
                });
            }
        }
    }

    fn add_file(&mut self, shown: String, text: &str) -> usize {
        self.files.push(SourceFile {
            shown,
            text: text.to_owned(),
        });
        self.files.len() - 1
    }
}

/// The terms of a string of a file.
fn entries(terms: &Spanned<String>, text: &str, file: usize) -> Vec<Entry> {
    let span = terms.span();
    words_of(terms.get_ref(), &text[..span.end], span.start, file)
}

/// The words of a value, each on the line where it is met in `text` from `start` on; a word that is written with escapes
/// is given the line of the word before it.
fn words_of(value: &str, text: &str, start: usize, file: usize) -> Vec<Entry> {
    let lines = value.lines().map(|line| line.split('#').next().unwrap_or(""));
    let (mut at, mut line) = (start, line_at(text, start));
    let words = lines.flat_map(str::split_whitespace).map(|word| {
        if let Some(found) = find_word(&text[at..], word) {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[at..at + found]).count();
            at += found + word.len();
        }
        Entry {
            text: word.replace('_', " "),
            at: At { file, line },
        }
    });
    words.collect()
}

/// Where a word stands by itself, outside comments.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let ends =
        |one: Option<char>| one.is_none_or(|one| one.is_whitespace() || matches!(one, '"' | '\'' | '#'));
    text.match_indices(word).map(|(at, _)| at).find(|&at| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        ends(before.chars().next_back()) && ends(after.chars().next()) && !before[line..].contains('#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_are_written() {
        let text = "# 打人\n[a]\nterms = \"\"\"\n打人 # 打死\n  打人的\n打死 再_来\n\"\"\"\n";
        let table: BTreeMap<String, WrittenClass> = toml::from_str(text).unwrap();
        let words = entries(&table["a"].terms, text, 0);
        let found: Vec<(&str, usize)> = words.iter().map(|word| (&*word.text, word.at.line)).collect();
        // `再_来` is looked for as it is written.
        assert_eq!(found, [("打人", 4), ("打人的", 5), ("打死", 6), ("再 来", 6)]);
    }
}
