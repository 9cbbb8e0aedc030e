use super::*;
use crate::lint::TextReport;
use crate::rule::{Category, Confidence, Tier};

fn finding(rule: &str, fingerprint: &str) -> Diagnostic {
    Diagnostic {
        rule: rule.to_owned(),
        category: Some(Category::Threat),
        tier: Tier::Severe,
        confidence: Confidence::High,
        fingerprint: fingerprint.to_owned(),
        ..Diagnostic::default()
    }
}

/// Files with one text each, with these findings.
fn files(files: &[(&str, &[&str])]) -> Vec<FileReport> {
    let text = |prints: &[&str]| TextReport {
        tier: Tier::Severe,
        findings: prints.iter().map(|print| finding("threat-x", print)).collect(),
        ..TextReport::default()
    };
    let report = |(path, prints): &(&str, &[&str])| FileReport {
        path: (*path).to_owned(),
        texts: vec![text(prints)],
        ..FileReport::default()
    };
    files.iter().map(report).collect()
}

fn left(files: &[FileReport]) -> Vec<(&str, &str)> {
    let found = files.iter().flat_map(|file| {
        file.diagnostics()
            .map(|found| (file.path.as_str(), found.fingerprint.as_str()))
    });
    found.collect()
}

fn known(found: &[(&str, &[&str])]) -> Baseline {
    let baseline = Baseline::empty(Path::new("b.toml"));
    let comparison = baseline.subtract(&mut files(found), true);
    baseline.updated(comparison, &Scope::new(&[PathBuf::from(".")], &[]))
}

#[test]
fn an_entry_covers_as_many_findings_as_it_counts_those_of_its_file_first() {
    let baseline = known(&[("a", &["1", "2"]), ("b", &["1"])]);
    assert_eq!(baseline.count(), 3);
    for (found, expected) in [
        (&[("a", &["1", "2"][..]), ("b", &["1"])][..], &[][..]),
        // Both files were renamed.
        (&[("c", &["2", "1"]), ("d", &["1"])], &[]),
        // A copy is new, whichever file comes first.
        (&[("A", &["2"]), ("a", &["2"])], &[("A", "2")]),
        (&[("a", &["1", "1", "1"])], &[("a", "1")]),
        (&[("a", &["3"])], &[("a", "3")]),
    ] {
        let mut files = files(found);
        baseline.subtract(&mut files, false);
        assert_eq!(left(&files), expected, "{found:?}");
    }
}

#[test]
fn what_remains_makes_the_tier() {
    let baseline = known(&[("a", &["1"])]);
    let mut files = files(&[("a", &["1"]), ("b", &["2"])]);
    let comparison = baseline.subtract(&mut files, false);
    assert_eq!(comparison.known, 1);
    assert_eq!((files[0].tier(), files[1].tier()), (Tier::Clean, Tier::Severe));
}

#[test]
fn it_shrinks_after_a_look_at_all_of_it_and_never_grows() {
    let baseline = known(&[("x/a", &["1", "2"]), ("y/b", &["3"])]);
    let look_but = |unread: &[PathBuf], paths: &[&str], found: &[(&str, &[&str])]| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let comparison = baseline.subtract(&mut files(found), false);
        baseline.shrunk(comparison, &Scope::new(&paths, unread))
    };
    let look = |paths: &[&str], found: &[(&str, &[&str])]| look_but(&[], paths, found);
    let all: &[(&str, &[&str])] = &[("x/a", &["1", "2"]), ("y/b", &["3", "4"])];
    assert_eq!(look(&["."], all), None);
    let less: &[(&str, &[&str])] = &[("x/moved", &["1"]), ("y/b", &["3", "4"])];
    let expected = (known(&[("x/moved", &["1"]), ("y/b", &["3"])]), 1);
    assert_eq!(look(&["x", "./y/../y"], less), Some(expected));
    assert_eq!(look(&["x"], &less[..1]), None);
    assert_eq!(look_but(&["x/a".into()], &["."], less), None);
}

#[test]
fn an_update_leaves_what_it_did_not_look_at() {
    let baseline = known(&[("x/a", &["1"]), ("y/b", &["3"])]);
    let comparison = baseline.subtract(&mut files(&[("x/a", &["2"])]), true);
    let updated = baseline.updated(comparison, &Scope::new(&["x".into()], &[]));
    assert_eq!(updated, known(&[("x/a", &["2"]), ("y/b", &["3"])]));
}

#[test]
fn files_are_read_as_they_are_written_and_faults_have_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.toml");
    let inside = folder.path().join("a \"b\".txt");
    let inside = inside.to_str().unwrap();
    let baseline = Baseline::empty(&path);
    let comparison = baseline.subtract(&mut files(&[(inside, &["1", "1", "2"])]), true);
    let baseline = baseline.updated(comparison, &Scope::new(&[], &[]));
    baseline.write().unwrap();
    assert_eq!(Baseline::read(&path).unwrap(), baseline);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().skip(4).collect();
    assert_eq!(
        lines,
        [
            "  { path = 'a \"b\".txt', rule = \"threat-x\", fingerprint = \"1\", count = 2 },",
            "  { path = 'a \"b\".txt', rule = \"threat-x\", fingerprint = \"2\" },",
            "]"
        ]
    );
    for (from, to, line) in [
        ("  { path", "<<<<<<< HEAD\n  { path", Some(5)),
        ("count = 2", "cuont = 2", Some(5)),
        ("version = 1", "version = 2", None),
        ("]\n", "", Some(6)),
    ] {
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let error = Baseline::read(&path).unwrap_err();
        assert_eq!(error.place().line, line, "{to}: {error}");
    }
    // Both sides of a merge added the same line.
    let twice = text.replacen(lines[1], &format!("{}\n{}", lines[1], lines[1]), 1);
    std::fs::write(&path, twice).unwrap();
    assert_eq!(Baseline::read(&path).unwrap(), baseline);
}

#[test]
fn paths_are_written_from_the_folder_of_the_file() {
    let folder = absolute(Path::new("ci"));
    for (path, expected) in [
        ("ci/a.txt", "a.txt"),
        ("./x/../b.txt", "../b.txt"),
        ("b/c.txt", "../b/c.txt"),
    ] {
        assert_eq!(relative(&folder, Path::new(path)), expected);
    }
}
