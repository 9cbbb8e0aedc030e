//! `lint` as somebody who has just found it uses it: without and with a wrong configuration, on wrong paths, odd files.

use super::*;

fn lint(place: &Place, arguments: &[&str]) -> Output {
    let mut all = vec!["lint", "--output-format", "concise"];
    all.extend(arguments);
    place.run(&all)
}

#[test]
fn without_a_configuration_all_texts_of_a_folder_are_judged() {
    let place = Place::new();
    place.write("a.json", format!("{{\"t\": \"{SEVERE}\"}}"));
    place.write("sub/b.properties", format!("x = {NOTICE}\n"));
    place.write("code.rs", "fn main() {}");
    let run = lint(&place, &["--exclude-nothing"]);
    assert_eq!(code(&run), 2, "options that there aren't are told");
    let run = lint(&place, &["--select", "threat-melon,threat-pumpkin"]);
    assert_eq!(code(&run), 1, "{}", err(&run));
    let shown = out(&run);
    assert!(shown.contains("a.json:1:12: "), "{shown}");
    assert!(shown.contains("threat-melon"), "{shown}");
    assert!(shown.contains("sub/b.properties:1:"), "{shown}");
    assert_eq!(
        code(&lint(&place, &["sub", "--select", "threat-melon,threat-pumpkin"])),
        0,
        "a notice isn't a warning"
    );
    assert_eq!(
        code(&lint(
            &place,
            &[
                "sub",
                "--select",
                "threat-melon,threat-pumpkin",
                "--fail-on",
                "notice"
            ]
        )),
        1
    );
}

#[test]
fn a_configuration_holds_wherever_it_is_called_from() {
    let place = Place::new();
    place.write(
        "repo/dunlint.toml",
        "exclude = [\"old/**\"]\nselect = [\"threat-melon\"]\n[[overrides]]\npaths = [\"quiet/**\"]\nignore = [\"threat-melon\"]\n",
    );
    for name in ["old", "quiet", "loud"] {
        place.write(&format!("repo/{name}/a.json"), format!("{{\"t\": \"{SEVERE}\"}}"));
    }
    let absolute = place.path("repo");
    let config = place.path("repo/dunlint.toml");
    let ways: [&[&str]; 4] = [
        &["repo"],
        &["./loud/../repo/../repo"],
        &[absolute.to_str().unwrap()],
        &["--config", config.to_str().unwrap(), "repo"],
    ];
    std::fs::create_dir_all(place.path("loud")).unwrap();
    for way in ways {
        let run = lint(&place, way);
        assert_eq!(code(&run), 1, "{way:?}: {}", err(&run));
        let shown = out(&run);
        let named = |name: &str| shown.contains(&format!("{name}/a.json"));
        assert_eq!(
            (named("old"), named("quiet"), named("loud")),
            (false, false, true),
            "{way:?}: {shown}"
        );
    }
    for (folder, arguments) in [("repo", &["."][..]), ("repo/loud", &[".."]), ("repo", &[])] {
        let mut command = place.command(&["lint", "--output-format", "concise"]);
        let run = command
            .args(arguments)
            .current_dir(place.path(folder))
            .output()
            .unwrap();
        let shown = out(&run);
        assert!(
            shown.contains("loud/a.json") && !shown.contains("quiet/a.json"),
            "{folder}: {shown}"
        );
    }
}

#[test]
fn wrong_configurations_name_the_line_and_what_was_meant() {
    for (text, parts) in [
        ("\nselekt = [\"threat\"]\n", &["dunlint.toml", "2", "select"][..]),
        (
            "select = [\"threat-mellon\"]\n",
            &["threat-mellon", "threat-melon"],
        ),
        ("fail-on = \"grave\"\n", &["1", "grave"]),
        ("encoding = \"klingon\"\n", &["klingon", "gb18030"]),
        ("placeholders = [\"abc\"]\n", &["abc"]),
        ("[form]\ngateway = \"tencnt\"\n", &["tencnt", "tencent"]),
        ("exclude = [\"[\"]\n", &["["]),
        ("[variables]\nx = { kind = \"relativ\" }\n", &["relativ", "2"]),
        ("not toml", &["1"]),
    ] {
        let place = Place::new();
        place.write("dunlint.toml", text);
        place.write("a.txt", SEVERE);
        for lang in ["zh", "en"] {
            let run = lint(&place, &["--lang", lang]);
            assert_eq!(code(&run), 2, "{text}");
            assert_eq!(out(&run), "", "{text}");
            for part in parts {
                assert!(err(&run).contains(part), "{text} in {lang}: {}", err(&run));
            }
        }
    }
}

#[test]
fn nothing_to_judge_is_told() {
    let place = Place::new();
    place.write("repo/main.rs", "fn main() {}");
    let run = lint(&place, &["repo"]);
    assert_eq!(code(&run), 3);
    let run = lint(&place, &["nowhere"]);
    assert_eq!(code(&run), 2);
    assert!(err(&run).contains("nowhere"), "{}", err(&run));
    place.write("repo/a.txt", SEVERE);
    let run = lint(&place, &["nowhere", "repo"]);
    assert_eq!(code(&run), 1, "what there is is judged");
    assert!(err(&run).contains("nowhere"), "{}", err(&run));
}

#[test]
fn binary_files_are_no_candidates_and_other_encodings_are() {
    let place = Place::new();
    place.write("binary.txt", b"\x7fELF\0\0\0\x01\xff\xfe\xe4\xbd\xa0\0\0");
    let (gbk, _, _) = encoding_rs::GB18030.encode(SEVERE);
    place.write("gbk.txt", &gbk);
    let units = "\u{feff}".encode_utf16().chain(SEVERE.encode_utf16());
    place.write("utf16.txt", units.flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let run = lint(&place, &["--select", "threat-melon,threat-pumpkin"]);
    assert_eq!((code(&run), err(&run).as_str()), (1, ""));
    let shown = out(&run);
    assert!(
        shown.contains("gbk.txt:1:5") && shown.contains("utf16.txt:1:5"),
        "{shown}"
    );
    assert!(!shown.contains("binary.txt"), "{shown}");
    let run = lint(&place, &["binary.txt"]);
    assert_eq!(code(&run), 3, "nothing that is named can be judged");
    place.write("broken.txt", b"\xe4\xbd\xa0\xff\xff\xff\xe4\xbd");
    let run = lint(&place, &["broken.txt"]);
    assert_eq!(code(&run), 3);
    assert!(err(&run).contains("broken.txt"), "{}", err(&run));
}

#[test]
fn texts_that_hide_in_escapes_of_ascii_files_are_found() {
    let place = Place::new();
    let units: String = SEVERE
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let long: String = SEVERE
        .chars()
        .map(|character| format!("\\U{:08x}", u32::from(character)))
        .collect();
    let bytes: String = SEVERE.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let plain: String = SEVERE
        .encode_utf16()
        .map(|unit| format!("\\{unit:04x}"))
        .collect();
    let references: String = SEVERE
        .chars()
        .map(|character| format!("&#{};", u32::from(character)))
        .collect();
    for (name, text) in [
        ("a.json", format!("{{\"t\": \"{units}\"}}")),
        ("a.py", format!("t = '{long}'")),
        ("a.yaml", format!("t: \"{long}\"")),
        ("a.go", format!("package a\nvar t = \"{bytes}\"")),
        ("a.sql", format!("INSERT INTO t (c) VALUES (U&'{plain}');")),
        ("a.html", format!("<p>{references}</p>")),
    ] {
        assert!(text.is_ascii());
        place.write(name, text);
        let run = lint(&place, &[name, "--select", "threat-melon,threat-pumpkin"]);
        assert_eq!(code(&run), 1, "{name}: {}{}", out(&run), err(&run));
    }
}

#[test]
fn a_file_of_fifty_megabytes_is_judged_and_a_larger_one_is_told_of() {
    let place = Place::new();
    place.write("repo/large.txt", "a".repeat(50 << 20));
    place.write("repo/huge.txt", "您".repeat((65 << 20) / 3));
    let run = lint(&place, &["repo"]);
    assert_eq!(code(&run), 3, "{}", out(&run));
    assert!(
        err(&run).contains("huge.txt") && err(&run).contains("screen"),
        "{}",
        err(&run)
    );
    assert!(!err(&run).contains("large.txt"), "{}", err(&run));
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read_are_told_of_and_cost_no_others() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let locked = place.write("locked.txt", SEVERE);
    place.write("open.txt", NOTICE);
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        return; // The superuser reads anything.
    }
    let run = lint(&place, &["--select", "threat-melon,threat-pumpkin"]);
    assert_eq!(code(&run), 3);
    assert!(err(&run).contains("locked.txt"), "{}", err(&run));
    assert!(out(&run).contains("open.txt"), "{}", out(&run));
}
