//! `lint --fix` and `lint --diff`.

use std::process::Command;

use super::*;

const WRONG: &str = "【安信银行】您的欠款逾期不还，一切后果自负！";
const RIGHT: &str = "【安信银行】您的欠款逾期不还，可能依法承担违约责任！";

/// Runs `lint` with the bundled lexicon.
fn lint(place: &Place, arguments: &[&str]) -> Output {
    let mut command = dunlint(&["lint"]);
    command.args(arguments).current_dir(place.path("t"));
    command.output().unwrap()
}

fn place() -> Place {
    let place = Place::new();
    place.write("t/a.json", format!("{{\"x\": \"{WRONG}\"}}\n"));
    place.write("t/b.txt", "【安信银行】您好，请按时还款，客服95000。\r\n");
    place
}

#[test]
fn lawful_wording_is_written_and_a_second_run_does_nothing() {
    let place = place();
    let shown = lint(&place, &["."]);
    assert!(
        out(&shown).contains("可自动改为：“一切后果自负” → “可能依法承担违约责任”"),
        "{}",
        out(&shown)
    );
    assert!(
        out(&shown).contains("其中 1 处可用 --fix 自动改正"),
        "{}",
        out(&shown)
    );
    let fixed = lint(&place, &["--fix", "--output-format", "jsonl", "."]);
    assert_eq!(code(&fixed), 0);
    assert!(
        err(&fixed).contains("已在 1 个文件中改正 1 处"),
        "{}",
        err(&fixed)
    );
    assert_eq!(place.read("t/a.json"), format!("{{\"x\": \"{RIGHT}\"}}\n"));
    let record = &records(&fixed)[0];
    assert_eq!(record["tier"], "clean", "what remains is shown");
    let again = lint(&place, &["--fix", "."]);
    assert!(err(&again).contains("改正 0 处"), "{}", err(&again));
    assert_eq!(
        place.read("t/b.txt"),
        "【安信银行】您好，请按时还款，客服95000。\r\n"
    );
}

#[test]
fn diffs_are_shown_and_apply() {
    let place = place();
    place.write(
        "t/c.txt",
        format!("\u{feff}{WRONG}\r\n【安信银行】您好，请按时还款。\r\n"),
    );
    place.write("t/子 夹/d.txt", WRONG);
    let before = place.read("t/c.txt");
    let diff = lint(&place, &["--diff", "."]);
    assert_eq!(code(&diff), 1);
    assert_eq!(place.read("t/c.txt"), before, "nothing is written");
    assert!(
        err(&diff).contains("--fix 会在 3 个文件中改正 3 处"),
        "{}",
        err(&diff)
    );
    place.write("fix.diff", &diff.stdout);
    let apply = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "../fix.diff"])
        .current_dir(place.path("t"))
        .env("GIT_CEILING_DIRECTORIES", place.path(""))
        .output()
        .unwrap();
    assert!(apply.status.success(), "{}\n{}", err(&apply), out(&diff));
    assert_eq!(place.read("t/a.json"), format!("{{\"x\": \"{RIGHT}\"}}\n"));
    assert_eq!(place.read("t/c.txt"), before.replace(WRONG, RIGHT));
    assert_eq!(place.read("t/子 夹/d.txt"), RIGHT);
    let nothing = lint(&place, &["--diff", "."]);
    assert_eq!((code(&nothing), out(&nothing).as_str()), (0, ""));
}

#[test]
fn a_diff_says_that_it_is_decoded() {
    let place = place();
    let bytes = encoding_rs::GB18030.encode(WRONG).0.into_owned();
    place.write("t/g.txt", &bytes);
    let diff = lint(&place, &["--diff", "g.txt"]);
    let first = out(&diff);
    assert!(
        first.starts_with("--- a/g.txt\t(GB18030, shown as UTF-8)\n"),
        "{first}"
    );
    assert_eq!(code(&lint(&place, &["--fix", "g.txt"])), 0);
    let fixed = std::fs::read(place.path("t/g.txt")).unwrap();
    assert_eq!(fixed, encoding_rs::GB18030.encode(RIGHT).0.into_owned());
}

#[test]
fn a_diff_is_all_that_is_printed() {
    let place = place();
    for arguments in [
        ["--diff", "--fix"].as_slice(),
        &["--diff", "--output-format", "json"],
        &["--diff", "--statistics"],
    ] {
        let refused = lint(&place, arguments);
        assert_eq!(code(&refused), 2, "{arguments:?}");
        assert!(err(&refused).contains("不能与"), "{}", err(&refused));
    }
}

#[cfg(unix)]
#[test]
fn modes_and_links_stay_and_read_only_files_are_told_of() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    let place = place();
    let mode = |name: &str| std::fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    let set = |name: &str, mode| {
        std::fs::set_permissions(place.path(name), Permissions::from_mode(mode)).unwrap();
    };
    place.write("t/locked.txt", WRONG);
    set("t/locked.txt", 0o444);
    set("t/a.json", 0o640);
    place.write("elsewhere/real.txt", WRONG);
    std::os::unix::fs::symlink(place.path("elsewhere/real.txt"), place.path("t/link.txt")).unwrap();
    let fixed = lint(&place, &["--fix", "."]);
    assert_eq!(code(&fixed), 3);
    assert!(
        err(&fixed).contains("locked.txt") && err(&fixed).contains("chmod u+w"),
        "{}",
        err(&fixed)
    );
    assert_eq!(place.read("t/locked.txt"), WRONG);
    assert_eq!(
        place.read("t/a.json"),
        format!("{{\"x\": \"{RIGHT}\"}}\n"),
        "others are fixed"
    );
    assert_eq!((mode("t/a.json"), mode("t/locked.txt")), (0o640, 0o444));
    assert_eq!(
        place.read("elsewhere/real.txt"),
        WRONG,
        "folders are walked without links"
    );
    lint(&place, &["--fix", "link.txt"]);
    assert_eq!(
        place.read("elsewhere/real.txt"),
        RIGHT,
        "a link that is named is followed"
    );
    assert!(place.path("t/link.txt").is_symlink());
    let left: Vec<_> = std::fs::read_dir(place.path("t")).unwrap().collect();
    assert_eq!(left.len(), 4, "nothing is left behind: {left:?}");
}

#[test]
fn programs_get_places_of_fixes() {
    let place = place();
    let sarif: Value =
        serde_json::from_str(&out(&lint(&place, &["--output-format", "sarif", "a.json"]))).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let fix = results.iter().find_map(|result| result["fixes"].get(0)).unwrap();
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "可能依法承担违约责任");
    let column = format!("{{\"x\": \"{}", &WRONG[..WRONG.find("一切").unwrap()])
        .chars()
        .count()
        + 1;
    assert_eq!(replacement["deletedRegion"]["startColumn"], column);
    assert_eq!(replacement["deletedRegion"]["endColumn"], column + 6);
    let rdjson: Value =
        serde_json::from_str(&out(&lint(&place, &["--output-format", "rdjson", "a.json"]))).unwrap();
    let found = rdjson["diagnostics"].as_array().unwrap();
    let suggestion = found
        .iter()
        .find_map(|found| found["suggestions"].get(0))
        .unwrap();
    assert_eq!(suggestion["text"], "可能依法承担违约责任");
    let byte = "{\"x\": \"".len() + WRONG.find("一切").unwrap() + 1;
    assert_eq!(suggestion["range"]["start"]["column"], byte);
    assert_eq!(suggestion["range"]["end"]["column"], byte + "一切后果自负".len());
}
