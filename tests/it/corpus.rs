//! The corpus: its form, and the figures of the rules on it as a reviewed snapshot with floors.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use dunlint::eval::Labelled;
use dunlint::rule::Tier;

const FILES: [&str; 6] = ["sms", "im", "letter", "template", "transcript", "article"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn half(name: &str) -> Vec<Labelled> {
    let files = FILES
        .iter()
        .map(|file| root().join("corpus").join(name).join(format!("{file}.jsonl")));
    files
        .flat_map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            Labelled::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

/// `dunlint train corpus/learn -o lexicons/model.bin` was run after the last change of what it learns from.
#[test]
fn the_second_opinion_is_current() {
    let folder = root().join("corpus/learn");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let records: Vec<Labelled> = files
        .iter()
        .flat_map(|path| Labelled::parse(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect();
    let is_current = dunlint::eval::is_trained_on(&records, dunlint::Lexicon::bundled());
    assert_eq!(is_current, Some(true), "train anew: see CONTRIBUTING.md");
}

#[test]
fn records_are_well_formed_and_unique() {
    let mut ids = HashSet::new();
    let mut texts = HashSet::new();
    for record in half("learn").into_iter().chain(half("measured")) {
        let id = record.message().id.to_string();
        assert!(ids.insert(id.clone()), "{id} stands twice");
        let message = record.message();
        let whole: String = message
            .stretches()
            .map(|(_, _, text)| text)
            .collect::<Vec<_>>()
            .join("\n");
        assert!(texts.insert(whole), "{id} repeats a text");
        assert_eq!(
            record.tier == Tier::Clean,
            record.labels.is_empty(),
            "{id}: clean means no labels"
        );
        assert!(
            record.genre.is_some() && record.voice.is_some(),
            "{id} has no genre or voice"
        );
        for label in &record.labels {
            assert!(
                record.evidence.iter().any(|evidence| evidence.label == *label),
                "{id}: no evidence of {label:?}"
            );
        }
        for evidence in &record.evidence {
            assert!(
                message.stretch(evidence.turn).contains(&evidence.quote),
                "{id}: {} isn't there",
                evidence.quote
            );
        }
        assert!(
            record.disguises.is_empty() || record.plain.is_some(),
            "{id} is disguised and has no plain form"
        );
    }
}

#[test]
fn the_corpus_has_its_size_and_mixture() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for record in half("learn").into_iter().chain(half("measured")) {
        let mut count = |key: &str| *counts.entry(key.to_owned()).or_default() += 1;
        count(
            if record.message().channel == Some(dunlint::message::Channel::Call) {
                "calls"
            } else {
                "messages"
            },
        );
        count(record.tier.id());
        record.labels.iter().for_each(|label| count(label.id()));
        record.disguises.iter().for_each(|disguise| count(disguise));
        if record.veiled {
            count("veiled");
        }
    }
    for (key, least) in [
        ("messages", 1700),
        ("calls", 140),
        ("clean", 900),
        ("veiled", 500),
    ] {
        assert!(counts[key] >= least, "{key}: {}", counts[key]);
    }
    for disguise in [
        "full_width",
        "spaces",
        "symbols",
        "invisible",
        "homophone",
        "pinyin",
        "initials",
        "split",
        "emoji",
        "digits",
        "lookalike",
    ] {
        assert!(counts[disguise] >= 10, "{disguise}: {}", counts[disguise]);
    }
}

/// `UPDATE=1` writes the figures; otherwise they must be those that were reviewed.
#[test]
fn figures_are_the_reviewed_ones_and_hold_the_floors() {
    let mut text = String::from(
        "Figures of the rules on the corpus, written by `UPDATE=1 cargo test --test it figures`; read the difference in review.\n",
    );
    for name in ["learn", "measured"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dunlint"));
        command
            .current_dir(root())
            .args(["--lang", "en", "eval"])
            .arg(format!("corpus/{name}"));
        if name == "measured" {
            command.args(["--floors", "corpus/floors.toml"]);
        }
        let output = command.output().unwrap();
        let figures = String::from_utf8(output.stdout).unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success(),
            "a floor doesn't hold:\n{figures}{complaint}"
        );
        text.push_str(&format!("\n== {name}\n\n{figures}"));
    }
    super::compare_generated(&root().join("corpus/figures.txt"), &text);
}
