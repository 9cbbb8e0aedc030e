//! Lexicons and layers over them: what is loaded and what stops a run.

use super::*;

#[test]
fn a_bad_lexicon_stops_everything() {
    let place = Place::new();
    place.write("lexicon/rules/threat.toml", "[[rule]]\nid = 3\n");
    let output = place.run(&["check", "x"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("threat.toml"), "{}", err(&output));
}

/// A rule in a file that nothing reads would never warn anybody.
#[test]
fn what_no_lexicon_is_made_of_is_refused() {
    for (stranger, text) in [
        ("lexicon/rule/extra.toml", RULES),
        ("lexicon/rules/extra.yaml", "rule: 1"),
        ("lexicon/stuff.toml", ""),
        ("lexicon/terms/more.toml", ""),
        ("lexicon/folds/new.tsv", "a\tb"),
        ("lexicon/laws.toml", ""),
        ("lexicon/model.bin", "weights"),
    ] {
        let place = Place::new();
        place.write("lexicon/README.md", "ours");
        place.write("lexicon/terms/melons.txt", "锤扁你的蓝西瓜\n");
        place.write("lexicon/.gitignore", "x");
        assert_eq!(code(&place.run(&["check", SEVERE])), 1);
        place.write(stranger, text);
        let output = place.run(&["check", "x"]);
        let name = stranger.strip_prefix("lexicon/").unwrap();
        assert_eq!(code(&output), 2, "{stranger}");
        assert!(err(&output).contains(name), "{stranger}: {}", err(&output));
    }
}

/// A rule's long list of terms stands in a file of its own.
#[test]
fn lists_of_terms_are_read() {
    let place = Place::new();
    place.write("lexicon/terms/melons.txt", "# 瓜\n锤扁你的蓝西瓜\n");
    let rules = RULES.replace(
        "terms = \"锤扁你的蓝西瓜\"",
        "terms = \"锤扁你的蓝西瓜\"\nlists = [\"melons.txt\"]",
    );
    place.write("lexicon/rules/threat.toml", rules);
    assert_eq!(code(&place.run(&["check", "再不还钱锤扁你的蓝西瓜"])), 1);
}

#[test]
fn an_overlay_is_blamed_for_its_own_mistakes() {
    let place = Place::new();
    let overlay = "[regrade]\nthreat-pumpkin = \"clean\"\nthreat-turnip = \"notice\"\n";
    place.write("lexicon/overlay.toml", overlay);
    place.write(
        "lexicon/classes/a.toml",
        "[gourds]\ntitle = \"x\"\nterms = \"瓜\"\n",
    );
    place.write(
        "lexicon/classes/b.toml",
        "[gourds]\ntitle = \"y\"\nterms = \"果\"\n",
    );
    let output = place.run(&["check", "x"]);
    assert_eq!(code(&output), 2);
    let told = err(&output);
    for expected in ["overlay.toml:2", "overlay.toml:3", "b.toml:1"] {
        assert!(told.contains(expected), "no {expected} in {told}");
    }
}

/// A wording that a company calls innocent for all rules is innocent for the second opinion too.
#[test]
fn an_allowed_wording_is_not_proposed_either() {
    let place = Place::new();
    let text = "再不还钱就打断你的腿，让你全家没法过日子";
    assert_eq!(code(&place.run(&["check", text])), 1);
    place.write("lexicon/overlay.toml", format!("[allow]\n\"*\" = [\"{text}\"]\n"));
    let output = place.run(&["check", text]);
    assert_eq!(code(&output), 0, "{}", out(&output));
}

/// The very words that a rule shows, too; but not no words.
#[test]
fn the_words_shown_can_be_allowed() {
    let place = Place::new();
    let text = "月底不给钱，打断你的腿";
    assert!(out(&place.run(&["check", text])).contains("threat-maim"));
    place.write("lexicon/overlay.toml", "[allow]\n\"*\" = [\"打断你的腿\"]\n");
    let output = place.run(&["check", text]);
    assert!(!out(&output).contains("threat-maim"), "{}", out(&output));
    place.write("lexicon/overlay.toml", "[allow]\nthreat-maim = [\"\"]\n");
    let output = place.run(&["check", text]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("threat-maim"), "{}", err(&output));
}

#[test]
fn a_disabled_rule_is_said_to_be_disabled() {
    let place = Place::new();
    place.write("lexicon/overlay.toml", "disable = [\"threat-maim\"]\n");
    let output = place.run(&["explain", "threat-maim", "--lang", "en"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("disabled"), "{}", err(&output));
}

/// A folder is built once: the next run reads what the first one kept, and says the same.
#[test]
fn a_folder_is_built_once() {
    let place = Place::new();
    let run = || {
        let mut command = place.command(&["check", SEVERE]);
        command.env("DUNLINT_CACHE_DIR", place.path("cache"));
        command.output().unwrap()
    };
    let kept = || std::fs::read_dir(place.path("cache")).unwrap().count();
    let first = run();
    assert_eq!((code(&first), kept()), (1, 1));
    let second = run();
    assert_eq!((second.stdout, kept()), (first.stdout, 1));
    place.write("lexicon/overlay.toml", "disable = [\"threat-vague\"]\n");
    run();
    assert_eq!(kept(), 2);
}
