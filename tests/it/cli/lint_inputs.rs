//! What `lint` looks at: lists of files, standard input, what changed since a revision.

use super::lint_gate::{CLEAN, commit, found, git, lint, place, stdin, yaml};
use super::*;

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
        assert_eq!(super::lint_gate::findings(&output), findings, "{shown:?}");
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
    let config = "select = ['threat-melon']\n[kinds]\n\"*.msg\" = \"yaml\"\n[[overrides]]\npaths = [\"im/**\"]\nignore = [\"threat\"]\n";
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
        "k: >\n  您好\n  多余\n  锤扁你的蓝西瓜\nother: 好\n",
    );
    place.write("t/gone.yaml", "x: 您好\n");
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
    place.write("t/folded.yaml", "k: >\n  您好\n  锤扁你的蓝西瓜\nother: 好\n");
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
