//! `lint` in hooks and services: lists of files, standard input, `--since`, the baseline, the cache.

use super::*;

/// A folder whose configuration leaves form alone.
fn place() -> Place {
    let place = Place::new();
    place.write("dunlint.toml", "ignore = [\"form\"]\nexclude = [\"t/old/**\"]\n");
    place
}

fn lint(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&[&["lint", "--output-format", "concise"], arguments].concat());
    command.env_remove("CI").env_remove("GIT_DIR");
    command
}

/// The exit code, and `path:line rule` of each finding.
fn found(command: &mut Command) -> (i32, Vec<String>) {
    let output = command.output().unwrap();
    (code(&output), findings(&output))
}

fn findings(output: &Output) -> Vec<String> {
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
fn stdin(place: &Place, command: &mut Command, bytes: impl AsRef<[u8]>) {
    let path = place.write("stdin", bytes);
    command.stdin(std::fs::File::open(path).unwrap());
}

fn git(folder: &Path, arguments: &[&str]) {
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

fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
}

/// YAML with these texts, a line each.
fn yaml(texts: &[&str]) -> String {
    let lines = texts.iter().enumerate();
    lines.map(|(key, text)| format!("k{key}: {text}\n")).collect()
}

const CLEAN: &str = "请您依约还款";

#[test]
fn lists_of_files_are_read_as_hooks_write_them() {
    let place = place();
    place.write("t/a.yaml", yaml(&[SEVERE]));
    place.write("t/b c.yaml", yaml(&[CLEAN]));
    place.write("t/picture.png", b"\x89PNG");
    place.write("t/old/a.yaml", yaml(&[SEVERE]));
    let severe = ["t/a.yaml:1 threat-melon"];
    for (list, expected, findings) in [
        (&b""[..], 0, &[][..]),
        (b"\n", 0, &[]),
        (b"t/a.yaml\nt/b c.yaml\r\n", 1, &severe),
        (b"t/b c.yaml\0t/a.yaml\0", 1, &severe),
        (b"t/picture.png\nt/old/a.yaml\n", 0, &[]),
        (b"t/gone.yaml\n", 3, &[]),
        (b"t/gone.yaml\nt/b c.yaml\n", 3, &[]),
        (b"t/gone.yaml\nt/a.yaml\n", 1, &severe),
    ] {
        let mut command = lint(&place, &["--files-from", "-"]);
        stdin(&place, &mut command, list);
        let shown = String::from_utf8_lossy(list);
        let output = command.output().unwrap();
        assert_eq!(code(&output), expected, "{shown:?}: {}", err(&output));
        assert_eq!(self::findings(&output), findings, "{shown:?}");
        assert_eq!(
            err(&output).contains("t/gone.yaml"),
            shown.contains("gone"),
            "{shown:?}"
        );
    }
    place.write("list", "t/a.yaml\n");
    assert_eq!(found(&mut lint(&place, &["--files-from", "list"])).0, 1);
    for (arguments, told) in [
        (&["--files-from", "nowhere"][..], "路径清单无法读取"),
        (&["--files-from", "list", "t"], "不能与"),
        (&["--files-from", "list", "--stdin-filename", "a.txt"], "不能与"),
        (&["--files-from", "list", "--update-baseline"], "不能与"),
    ] {
        let output = lint(&place, arguments).output().unwrap();
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(err(&output).contains(told), "{arguments:?}: {}", err(&output));
    }
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let place = place();
    let name = std::ffi::OsStr::from_bytes(b"\xc4\xa3\\\xb0\xe5 \".yaml");
    std::fs::create_dir(place.path("t")).unwrap();
    let path = place.path("t").join(name);
    std::fs::write(&path, yaml(&[CLEAN])).unwrap();
    git(place.0.path(), &["init", "--quiet"]);
    commit(place.0.path());
    std::fs::write(&path, yaml(&[CLEAN, SEVERE])).unwrap();
    let (code, lines) = found(&mut lint(&place, &["--since", "HEAD", "t"]));
    assert_eq!((code, lines.len()), (1, 1));
    assert!(lines[0].ends_with(".yaml:2 threat-melon"), "{lines:?}");
    let mut command = lint(&place, &["--files-from", "-"]);
    stdin(&place, &mut command, b"t/\xc4\xa3\\\xb0\xe5 \".yaml\n");
    assert_eq!(found(&mut command).0, 1);
}

#[test]
fn standard_input_is_judged_as_the_file_that_is_named() {
    let place = place();
    let config = "ignore = [\"form\"]\n[kinds]\n\"*.msg\" = \"yaml\"\n[[overrides]]\npaths = [\"im/**\"]\nignore = [\"threat\"]\n";
    place.write("dunlint.toml", config);
    let text = yaml(&[CLEAN, SEVERE]);
    let (gbk, ..) = encoding_rs::GBK.encode(&text);
    let severe = |path: &str| vec![format!("{path}:2 threat-melon")];
    for (name, bytes, expected, findings) in [
        ("t/a.yaml", text.as_bytes(), 1, severe("t/a.yaml")),
        ("./t/a.msg", text.as_bytes(), 1, severe("t/a.msg")),
        ("a.yaml", &gbk, 1, severe("a.yaml")),
        ("im/a.yaml", text.as_bytes(), 0, vec![]),
        ("a.png", text.as_bytes(), 3, vec![]),
        ("a.yaml", b"", 0, vec![]),
        ("a.txt", b"\xff\xff\xd2\xbb", 3, vec![]),
    ] {
        for dash in [&[][..], &["-"]] {
            let mut command = lint(&place, &[&["--stdin-filename", name], dash].concat());
            stdin(&place, &mut command, bytes);
            assert_eq!(found(&mut command), (expected, findings.clone()), "{name}");
        }
    }
    for (arguments, told) in [
        (&["-"][..], "--stdin-filename"),
        (&["--stdin-filename", "a.txt", "t"], "不能再给出路径"),
        (&["--stdin-filename", "a.txt", "--since", "HEAD"], "不能与"),
    ] {
        let output = lint(&place, arguments).output().unwrap();
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(err(&output).contains(told), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn since_leaves_the_texts_that_changed() {
    let place = place();
    let top = place.0.path();
    place.write("t/a.yaml", yaml(&[SEVERE, CLEAN, SEVERE, CLEAN]));
    place.write("t/same.yaml", yaml(&[SEVERE]));
    place.write("t/renamed.yaml", yaml(&[SEVERE, CLEAN, CLEAN, CLEAN]));
    place.write(
        "t/folded.yaml",
        "k: >\n  您好\n  多余\n  锤爆你的蓝西瓜\nother: 好\n",
    );
    place.write("t/gone.yaml", yaml(&[SEVERE, NOTICE]));
    place.write("t/crlf.yaml", yaml(&[SEVERE, CLEAN]).replace('\n', "\r\n"));
    place.write(".gitignore", "stdin\n");
    git(top, &["init", "--quiet"]);
    commit(top);
    let nothing = lint(&place, &["--since", "HEAD"]).output().unwrap();
    assert_eq!(code(&nothing), 0, "{}", err(&nothing));
    assert!(err(&nothing).contains("自 HEAD 以来没有"), "{}", err(&nothing));

    // A text above moves the others; the last one is new.
    place.write(
        "t/a.yaml",
        yaml(&[CLEAN, SEVERE, CLEAN, SEVERE, CLEAN, SEVERE])
            .replace("k0: ", "new: ")
            .replace("k1", "k0")
            .replace("k2", "k1")
            .replace("k3", "k2")
            .replace("k4", "k3"),
    );
    git(top, &["mv", "t/renamed.yaml", "t/there.yaml"]);
    // The text lost a line.
    place.write("t/folded.yaml", "k: >\n  您好\n  锤爆你的蓝西瓜\nother: 好\n");
    std::fs::remove_file(place.path("t/gone.yaml")).unwrap();
    place.write(
        "t/crlf.yaml",
        (yaml(&[SEVERE, CLEAN]) + "n: " + NOTICE + "\n").replace('\n', "\r\n"),
    );
    place.write("t/模板 新.yaml", yaml(&[SEVERE]));
    place.write("t/deep/new.yaml", yaml(&[SEVERE]));
    let expected = [
        "t/a.yaml:6 threat-melon",
        "t/crlf.yaml:3 threat-pumpkin",
        "t/deep/new.yaml:1 threat-melon",
        "t/folded.yaml:3 threat-melon",
        "t/模板 新.yaml:1 threat-melon",
    ];
    assert_eq!(
        found(&mut lint(&place, &["--since", "HEAD"])),
        (1, expected.map(str::to_owned).to_vec())
    );
    // What is staged counts like what isn't, and names of odd branches do.
    git(top, &["add", "--all"]);
    git(top, &["branch", "分支"]);
    let staged = found(&mut lint(&place, &["--since", "分支"]));
    assert_eq!(staged, (1, expected.map(str::to_owned).to_vec()));
    // Paths narrow further; a list does, too.
    let narrow = found(&mut lint(
        &place,
        &["--since", "HEAD", "t/same.yaml", "t/crlf.yaml"],
    ));
    assert_eq!(narrow, (0, vec![expected[1].to_owned()]));
    let mut command = lint(&place, &["--since", "HEAD", "--files-from", "-"]);
    stdin(&place, &mut command, "t/same.yaml\nt/a.yaml\n");
    assert_eq!(found(&mut command), (1, vec![expected[0].to_owned()]));
    // From a folder inside, and through a link.
    let mut inside = lint(&place, &["--since", "HEAD", "deep", "a.yaml"]);
    inside.current_dir(place.path("t"));
    let (_, lines) = found(&mut inside);
    assert_eq!(lines, ["a.yaml:6 threat-melon", "deep/new.yaml:1 threat-melon"]);
    let files = lint(
        &place,
        &["--since", "HEAD", "--show-files", "t/a.yaml", "t/same.yaml"],
    )
    .output()
    .unwrap();
    assert_eq!(out(&files), "t/a.yaml\tyaml\n");
}

#[test]
fn since_compares_with_where_the_branch_left() {
    let place = place();
    let top = place.0.path();
    git(top, &["init", "--quiet", "--initial-branch", "main"]);
    place.write("t/a.yaml", yaml(&[SEVERE, CLEAN]));
    place.write("t/b.yaml", yaml(&[SEVERE]));
    commit(top);
    git(top, &["checkout", "--quiet", "-b", "own"]);
    place.write("t/own.yaml", yaml(&[NOTICE]));
    commit(top);
    git(top, &["checkout", "--quiet", "main"]);
    place.write("t/a.yaml", yaml(&[CLEAN, CLEAN]));
    commit(top);
    git(top, &["checkout", "--quiet", "own"]);
    let expected = vec!["t/own.yaml:1 threat-pumpkin".to_owned()];
    assert_eq!(found(&mut lint(&place, &["--since", "main"])), (0, expected));

    // A clone without the history.
    let shallow = tempfile::tempdir().unwrap();
    let url = format!("file://{}", top.display());
    git(
        shallow.path(),
        &["clone", "--quiet", "--depth", "1", "--branch", "own", &url, "c"],
    );
    let clone = shallow.path().join("c");
    let told = |folder: &Path, revision: &str| {
        let mut command = lint(&place, &["--since", revision, "."]);
        let output = command.current_dir(folder).output().unwrap();
        assert_eq!(code(&output), 2, "{revision}");
        err(&output)
    };
    assert!(told(&clone, "HEAD~1").contains("fetch-depth: 0"));
    git(
        &clone,
        &[
            "fetch",
            "--quiet",
            "--depth",
            "1",
            "origin",
            "main:refs/remotes/origin/main",
        ],
    );
    assert!(told(&clone, "origin/main").contains("找不到与 origin/main 的分叉点"));
    assert!(told(&clone, "main").contains("origin/main？"));
    assert!(told(top, "mian").contains("没有版本 mian"));
    assert!(told(top, "").contains("需要一个版本"));
    assert!(told(shallow.path(), "main").contains("不在 git 仓库里"));
    let output = lint(&place, &["--since", "main"])
        .env("PATH", "")
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("需要 git 程序"), "{}", err(&output));
}

#[test]
fn since_takes_as_changed_what_git_has_no_lines_of() {
    let place = place();
    let (top, elsewhere) = (place.0.path(), tempfile::tempdir().unwrap());
    std::fs::write(elsewhere.path().join("sub.yaml"), yaml(&[SEVERE])).unwrap();
    git(elsewhere.path(), &["init", "--quiet"]);
    commit(elsewhere.path());
    git(top, &["init", "--quiet"]);
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    place.write("t/wide.yaml", utf16(&yaml(&[SEVERE, CLEAN])));
    place.write("t/returns.yaml", yaml(&[SEVERE, CLEAN]).replace('\n', "\r"));
    place.write(".gitignore", "t/ignored/\n");
    place.write("t/ignored/a.yaml", yaml(&[SEVERE]));
    git(
        top,
        &[
            "submodule",
            "--quiet",
            "add",
            &elsewhere.path().to_string_lossy(),
            "t/sub",
        ],
    );
    commit(top);
    assert_eq!(found(&mut lint(&place, &["--since", "HEAD", "t"])).0, 0);
    place.write("t/wide.yaml", utf16(&yaml(&[SEVERE, NOTICE])));
    place.write("t/returns.yaml", yaml(&[SEVERE, NOTICE]).replace('\n', "\r"));
    place.write("t/sub/sub.yaml", yaml(&[SEVERE, CLEAN]));
    std::fs::write(elsewhere.path().join("out.yaml"), yaml(&[SEVERE])).unwrap();
    let outside = elsewhere.path().join("out.yaml");
    let outside = outside.to_str().unwrap();
    let expected = [
        &format!("{outside}:1 threat-melon"),
        "t/ignored/a.yaml:1 threat-melon",
        "t/returns.yaml:1 threat-melon",
        "t/returns.yaml:2 threat-pumpkin",
        "t/sub/sub.yaml:1 threat-melon",
        "t/wide.yaml:1 threat-melon",
        "t/wide.yaml:2 threat-pumpkin",
    ];
    let (_, lines) = found(&mut lint(
        &place,
        &["--since", "HEAD", "t", "t/ignored/a.yaml", outside],
    ));
    assert_eq!(lines, expected);
}

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
    let human = place.run(&["lint", "--baseline", "known.toml", "t"]);
    assert!(out(&human).contains("基线内 2"), "{}", out(&human));

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
        let output = place.run(&[&["lint", "--output-format", "jsonl", "t"], arguments].concat());
        serde_json::from_str::<Value>(&out(&output)).unwrap()
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
    assert_eq!(
        found(&mut lint(&place, &["t"]).env("X", "")).0,
        2,
        "there is none yet"
    );
    let output = lint(&place, &["t", "--update-baseline"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = place.read("ci/known.toml");
    assert!(text.contains("path = \"../t/a.txt\", rule = \"form-"), "{text}");
    assert_eq!(found(&mut lint(&place, &["t"])), (0, vec![]));
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
        let own = ["lint", "t", "--output-format", "json"];
        let mut command = place.command(&[&own, arguments].concat());
        let output = command
            .env("DUNLINT_CACHE_DIR", place.path("cache"))
            .output()
            .unwrap();
        (code(&output), out(&output))
    };
    let cold = run(&["--no-cache"]);
    assert_eq!(kept(&place), []);
    assert_eq!(run(&[]), cold);
    let first = kept(&place);
    assert!(!first.is_empty());
    assert_eq!(run(&[]), cold);
    assert_eq!(kept(&place), first, "nothing was new");
    assert_eq!(run(&["--cache-dir", "cache"]), cold);
    assert_eq!(kept(&place), first);

    // Whatever differs is judged anew.
    let english = run(&["--lang", "en"]);
    assert!(english.1.contains("Frightens."), "{}", english.1);
    place.write("dunlint.toml", "ignore = [\"threat\"]\n");
    let (exit, calm) = run(&[]);
    assert_eq!(exit, 3);
    assert!(!calm.contains("threat-melon"));
    place.write("dunlint.toml", "ignore = [\"form\"]\nexclude = [\"t/old/**\"]\n");
    place.write(
        "lexicon/rules/threat.toml",
        RULES.replace("\"severe\"", "\"warning\""),
    );
    let milder = run(&[]);
    assert!(milder.1.contains("\"warning\"") && !milder.1.contains("\"severe\""));
    place.write("lexicon/rules/threat.toml", RULES);
    assert_eq!(run(&[]), cold);

    // Damage costs time alone.
    for (path, bytes) in kept(&place) {
        let half = &bytes[..bytes.len() / 2];
        std::fs::write(path, half).unwrap();
    }
    assert_eq!(run(&[]), cold);
    for (path, mut bytes) in kept(&place) {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }
    assert_eq!(run(&[]), cold);
    // So does a place where nothing can be kept.
    place.write("file", "");
    assert_eq!(run(&["--cache-dir", "file"]), cold);
    let output = place.run(&["lint", "t", "--cache-dir", "cache", "--no-cache"]);
    assert_eq!(code(&output), 2);
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
    let unfinished = |path: &Path| !path.extension().is_some_and(|name| name == "entries");
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
