//! The fold lists of a lexicon.
//!
//! In: the `.tsv` files under `folds/`. Out: [`Folds`]; what can't be read is reported with file and line.

use rustc_hash::FxHashMap;

use super::Folds;
use super::source::Files;
use crate::error::{Error, ErrorKind, say};
use crate::finding::Disguise;
use crate::normalize::{FoldTable, Restorations, plain_term};
use crate::search::Syllables;

/// Reads the lists of all layers, each adding to those before.
pub(super) fn load(layers: &[&Files], problems: &mut Vec<Error>) -> Folds {
    let mut rows = |name: &str| -> Vec<(String, String)> {
        let path = format!("folds/{name}.tsv");
        let mut rows = Vec::new();
        for (file, text) in layers.iter().flat_map(|files| files.under(&path)) {
            for (index, line) in text.lines().enumerate() {
                if line.trim().is_empty() || line.starts_with('#') {
                    continue;
                }
                match line.split_once('\t') {
                    Some((form, plain)) if !form.is_empty() && !plain.is_empty() && !plain.contains('\t') => {
                        rows.push((form.to_owned(), plain.to_owned()));
                    }
                    _ => {
                        let reason = say!(
                            "折叠表每行写作：变体<TAB>原形",
                            "a fold is written form<TAB>plain"
                        );
                        problems.push(
                            Error::new(ErrorKind::Lexicon, reason)
                                .in_file(file)
                                .at_line(index + 1),
                        );
                    }
                }
            }
        }
        rows
    };
    let first = |text: &str| text.chars().next();
    let pairs = |rows: &[(String, String)]| -> FxHashMap<char, char> {
        let pairs = rows
            .iter()
            .filter_map(|(form, plain)| Some((first(form)?, first(plain)?)));
        pairs.collect()
    };
    let traditional = pairs(&rows("traditional"));
    let lists = [
        ("splits", Disguise::Split),
        ("lookalikes", Disguise::Lookalike),
        ("emoji", Disguise::Emoji),
        ("digits", Disguise::Digits),
        ("initials", Disguise::Initials),
    ]
    .map(|(name, disguise)| (rows(name), disguise));
    let to_traditional = traditional.iter().map(|(&form, &plain)| (plain, form));
    // The smallest form, so that the map doesn't depend on the order of a hash map.
    let mut reverse: FxHashMap<char, char> = FxHashMap::default();
    for (plain, form) in to_traditional {
        let kept = reverse.entry(plain).or_insert(form);
        *kept = form.min(*kept);
    }
    let table = FoldTable::new(traditional);
    let mut restorations = Restorations::default();
    for (rows, disguise) in &lists {
        for (form, plain) in rows {
            restorations.add(&plain_term(form, &table), &plain_term(plain, &table), *disguise);
        }
    }
    let syllables = Syllables::new(&rows("syllables"), &rows("homophones"));
    Folds {
        table,
        restorations,
        syllables,
        to_traditional: reverse,
    }
}
