//! What `lint` lets pass, and how it ends: the baseline, the cache, exit codes.

use super::*;

/// What is found are the two rules of the lexicon.
const CONFIG: &str = "select = ['threat-melon', 'threat-pumpkin']\nexclude = ['t/old/**']\n";

/// The user's cache in these tests: their lexicon is built once for all.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// A folder with its configuration.
pub(super) fn place() -> Place {
    let place = Place::new();
    place.write("dunlint.toml", CONFIG);
    place
}

pub(super) fn lint(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&[&["lint", "--output-format", "concise"], arguments].concat());
    command.env_remove("CI").env_remove("GIT_DIR");
    command.env("DUNLINT_CACHE_DIR", CACHE);
    command
}

/// The exit code, and `path:line rule` of each finding.
pub(super) fn found(command: &mut Command) -> (i32, Vec<String>) {
    let output = command.output().unwrap();
    (code(&output), findings(&output))
}

pub(super) fn findings(output: &Output) -> Vec<String> {
    let out = out(output);
    let lines = out.lines().map(|line| {
        let (place, rest) = line.split_once(": ").unwrap();
        let place = place.rsplit_once(':').unwrap().0;
        let rule = rest.split(' ').nth(1).unwrap();
        format!("{place} {rule}")
    });
    lines.collect()
}

/// Standard input, through a file: a program that doesn't read it must not break a pipe.
pub(super) fn stdin(place: &Place, command: &mut Command, bytes: impl AsRef<[u8]>) {
    let path = place.write("stdin", bytes);
    command.stdin(std::fs::File::open(path).unwrap());
}

pub(super) fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", err(&output));
}

pub(super) fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
}

/// YAML with these texts, a line each.
pub(super) fn yaml(texts: &[&str]) -> String {
    let lines = texts.iter().enumerate();
    lines.map(|(key, text)| format!("k{key}: {text}\n")).collect()
}

pub(super) const CLEAN: &str = "请您依约还款";

#[test]
fn a_baseline_lets_known_findings_pass() {
    let place = place();
    place.write("t/a.yaml", yaml(&[SEVERE, CLEAN]));
    place.write("t/b.yaml", yaml(&[SEVERE]).replace("k0", "other"));
    let known = &["--baseline", "known.toml", "t"][..];
    let output = lint(&place, known).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--update-baseline"), "{}", err(&output));
    let update = &["--update-baseline", "--baseline", "known.toml", "t"][..];
    let output = lint(&place, update).output().unwrap();
    assert_eq!(
        (code(&output), out(&output)),
        (0, String::new()),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("known.toml：2 处"), "{}", err(&output));
    let text = place.read("known.toml");
    assert_eq!(text.matches("\n  { path = \"t/").count(), 2, "{text}");
    assert_eq!(found(&mut lint(&place, known)), (0, vec![]));
    // Again, the same bytes; and the summary says so.
    lint(&place, update).output().unwrap();
    assert_eq!(place.read("known.toml"), text);
    let human = lint(
        &place,
        &["--output-format", "human=h.txt", "--baseline", "known.toml", "t"],
    );
    found(&mut { human });
    assert!(
        place.read("h.txt").contains("基线内 2"),
        "{}",
        place.read("h.txt")
    );

    // Lines and files move; a copy and a new finding are new.
    place.write(
        "t/a.yaml",
        "# 说明\n\n".to_owned() + &yaml(&[SEVERE, CLEAN]) + "k9: " + NOTICE + "\n",
    );
    std::fs::rename(place.path("t/b.yaml"), place.path("t/c.yaml")).unwrap();
    assert_eq!(
        found(&mut lint(&place, known)),
        (0, vec!["t/a.yaml:5 threat-pumpkin".to_owned()])
    );
    place.write("t/0.yaml", yaml(&[SEVERE]));
    let (exit, lines) = found(&mut lint(&place, known));
    assert_eq!(
        (exit, &lines[..]),
        (
            1,
            &[
                "t/0.yaml:1 threat-melon".to_owned(),
                "t/a.yaml:5 threat-pumpkin".to_owned()
            ][..]
        )
    );
    assert_eq!(place.read("known.toml"), text, "it never grows by itself");
}

#[test]
fn a_text_has_the_tier_of_what_remains() {
    let place = place();
    place.write("t/a.txt", SEVERE);
    let known = &["--baseline", "known.toml", "t"][..];
    found(&mut lint(&place, &[known, &["--update-baseline"]].concat()));
    let records = |arguments: &[&str]| {
        found(&mut lint(
            &place,
            &[&["--output-format", "jsonl=r.jsonl", "t"], arguments].concat(),
        ));
        serde_json::from_str::<Value>(&place.read("r.jsonl")).unwrap()
    };
    let whole = records(&[]);
    assert_eq!(
        (&whole["tier"], &whole["categories"]),
        (&json!("severe"), &json!(["threat"]))
    );
    let rest = records(&["--baseline", "known.toml"]);
    assert_eq!(
        (
            &rest["tier"],
            &rest["score"],
            &rest["categories"],
            &rest["findings"]
        ),
        (&json!("clean"), &json!(0), &json!([]), &json!([]))
    );
}

#[test]
fn a_baseline_covers_form_too() {
    let place = place();
    place.write(
        "dunlint.toml",
        "baseline = \"ci/known.toml\"\nfail-on-form = true\n[message]\nchannel = \"sms\"\n",
    );
    std::fs::create_dir(place.path("ci")).unwrap();
    place.write("t/a.txt", "您的借款已逾期，请尽快还款。");
    assert_eq!(found(&mut lint(&place, &["t"])).0, 2, "there is none yet");
    let output = lint(&place, &["t", "--update-baseline"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = place.read("ci/known.toml");
    assert!(text.contains("path = \"../t/a.txt\", rule = \"form-"), "{text}");
    assert_eq!(found(&mut lint(&place, &["t"])), (0, vec![]));
    // It is no template itself.
    let files = lint(&place, &["--show-files", "ci", "t"]).output().unwrap();
    assert_eq!(
        out(&files),
        "t/a.txt\ttext\nci/known.toml\t不查看：dunlint 自己的文件\n"
    );
    // From another folder the paths are the same.
    let mut inside = lint(&place, &["--update-baseline"]);
    assert_eq!(found(inside.current_dir(place.path("t"))).0, 0);
    assert_eq!(place.read("ci/known.toml"), text);
}

#[test]
fn a_baseline_shrinks_by_itself_but_not_in_a_service() {
    let place = place();
    place.write("t/a.yaml", yaml(&[SEVERE, NOTICE]));
    place.write("u/b.yaml", yaml(&[NOTICE]));
    git(place.0.path(), &["init", "--quiet"]);
    commit(place.0.path());
    let known = ["--baseline", "known.toml"];
    found(&mut lint(
        &place,
        &[&known[..], &["--update-baseline", "t", "u"]].concat(),
    ));
    let before = place.read("known.toml");
    place.write("t/a.yaml", yaml(&[SEVERE]));
    let left_alone: [&[&str]; 5] = [
        &["t"],
        &["--since", "HEAD"],
        &["--select", "threat-melon", "t", "u"],
        &["t", "u", "nowhere"],
        &["--stdin-filename", "t/a.yaml"],
    ];
    for arguments in left_alone {
        lint(&place, &[&known[..], arguments].concat()).output().unwrap();
        assert_eq!(place.read("known.toml"), before, "{arguments:?}");
    }
    let all = [&known[..], &["t", "u"]].concat();
    let output = lint(&place, &all).env("CI", "true").output().unwrap();
    assert!(
        err(&output).contains("有 1 处已不再出现；请在本地运行"),
        "{}",
        err(&output)
    );
    assert_eq!((code(&output), place.read("known.toml")), (0, before.clone()));
    let output = lint(&place, &all).output().unwrap();
    assert!(
        err(&output).contains("有 1 处已不再出现，已从文件中删去"),
        "{}",
        err(&output)
    );
    let after = place.read("known.toml");
    let gone: Vec<&str> = before.lines().filter(|line| !after.contains(line)).collect();
    assert_eq!(gone.len(), 1, "{after}");
    assert!(
        gone[0].contains("threat-pumpkin") && gone[0].contains("t/a.yaml"),
        "{gone:?}"
    );
    let output = lint(&place, &all).output().unwrap();
    assert_eq!((code(&output), err(&output)), (0, String::new()));
}

#[test]
fn two_equal_findings_are_two() {
    let place = place();
    for name in ["a", "b"] {
        place.write(&format!("t/{name}.yaml"), yaml(&[SEVERE]));
    }
    let known = ["--baseline", "known.toml", "t"];
    found(&mut lint(&place, &[&known[..], &["--update-baseline"]].concat()));
    assert_eq!(found(&mut lint(&place, &known)), (0, vec![]));
    place.write("t/c.yaml", yaml(&[SEVERE]));
    assert_eq!(
        found(&mut lint(&place, &known)),
        (1, vec!["t/c.yaml:1 threat-melon".to_owned()])
    );
}

#[test]
fn a_bad_baseline_is_told_with_its_line() {
    let place = place();
    place.write("t/a.yaml", yaml(&[SEVERE]));
    place.write("known.toml", "version = 1\nfindings = [\n<<<<<<< HEAD\n]\n");
    let output = lint(&place, &["--baseline", "known.toml", "t"]).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("known.toml:3："), "{}", err(&output));
    let output = lint(&place, &["--update-baseline", "t"]).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--baseline 文件"), "{}", err(&output));
}

/// Files of the cache, with their bytes.
fn kept(place: &Place) -> Vec<(PathBuf, Vec<u8>)> {
    let mut folders = vec![place.path("cache")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|name| name == "entries") => {
                    files.push((path.clone(), std::fs::read(path).unwrap()));
                }
                false => {}
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_comes_from_the_cache_is_what_was_judged() {
    let place = place();
    for number in 0..40 {
        let texts = [SEVERE, "${name}，再不还款紫南瓜自负", CLEAN];
        place.write(&format!("t/{number}.yaml"), yaml(&texts[number % 3..]));
    }
    place.write("t/broken.json", "[\"请您还款\", ");
    place.write("t/bad.txt", b"\xff\xff\xd2\xbb");
    let run = |arguments: &[&str]| {
        let own = ["t", "--output-format", "json=r.json"];
        let (exit, lines) = found(&mut lint(&place, &[&own, arguments].concat()));
        (exit, lines, place.read("r.json"))
    };
    let kept_in = &["--cache-dir", "cache"][..];
    let again = || run(kept_in);
    let cold = run(&["--no-cache"]);
    assert_eq!(kept(&place), []);
    assert_eq!(again(), cold);
    let first = kept(&place);
    assert!(!first.is_empty());
    assert_eq!(again(), cold);
    assert_eq!(kept(&place), first, "nothing was new");
    assert_eq!(run(&[]), cold);
    assert!(Path::new(CACHE).join("lint").is_dir(), "the user's cache");

    // Whatever differs is judged anew.
    let english = run(&["--cache-dir", "cache", "--lang", "en"]);
    assert!(english.2.contains("Frightens."), "{}", english.2);
    place.write("dunlint.toml", "select = ['insult']\n");
    let (exit, calm, _) = again();
    assert_eq!((exit, &calm[..]), (3, &[][..]));
    place.write("dunlint.toml", CONFIG);
    place.write(
        "lexicon/rules/threat.toml",
        RULES.replace("\"severe\"", "\"warning\""),
    );
    let milder = again().2;
    assert!(milder.contains("\"warning\"") && !milder.contains("\"severe\""));
    place.write("lexicon/rules/threat.toml", RULES);
    assert_eq!(again(), cold);

    // Damage costs time alone.
    for (path, bytes) in kept(&place) {
        let half = &bytes[..bytes.len() / 2];
        std::fs::write(path, half).unwrap();
    }
    assert_eq!(again(), cold);
    for (path, mut bytes) in kept(&place) {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }
    assert_eq!(again(), cold);
    // So does a place where nothing can be kept.
    place.write("file", "");
    assert_eq!(run(&["--cache-dir", "file"]), cold);
    assert_eq!(run(&["--cache-dir", "cache", "--no-cache"]).0, 2);
}

#[test]
fn runs_beside_each_other_share_a_cache() {
    let place = place();
    for number in 0..60 {
        place.write(&format!("t/{number}.yaml"), yaml(&[SEVERE, CLEAN]));
    }
    let start = || {
        let mut command = lint(&place, &["t", "--cache-dir", "cache"]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let alone = out(&lint(&place, &["t", "--no-cache"]).output().unwrap());
    for _ in 0..3 {
        let runs: Vec<_> = (0..4).map(|_| start()).collect();
        for run in runs {
            assert_eq!(out(&run.wait_with_output().unwrap()), alone);
        }
    }
    let unfinished = |path: &Path| path.extension().is_none_or(|name| name != "entries");
    assert!(kept(&place).iter().all(|(path, _)| !unfinished(path)));
}

#[test]
fn exit_codes_tell_nothing_found_from_nothing_to_look_at() {
    let place = place();
    std::fs::create_dir(place.path("empty")).unwrap();
    place.write("t/a.yaml", yaml(&[NOTICE]));
    place.write("t/b.yaml", yaml(&[SEVERE]));
    for (arguments, expected) in [
        (&["empty"][..], 3),
        (&["nowhere"], 2),
        (&["t/a.yaml"], 0),
        (&["t/a.yaml", "nowhere"], 3),
        (&["t", "nowhere"], 1),
        (&["t/a.yaml", "--fail-on", "notice"], 1),
        (&["t/b.yaml", "--fail-on", "severe"], 1),
    ] {
        assert_eq!(found(&mut lint(&place, arguments)).0, expected, "{arguments:?}");
    }
}
