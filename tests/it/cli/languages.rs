//! Chinese and English: help, reports, errors.

use super::*;

#[test]
fn help_and_reports_follow_the_locale_and_machine_formats_do_not() {
    let place = Place::new();
    let english = |arguments: &[&str]| {
        out(&place
            .command(arguments)
            .env("LC_ALL", "en_US.UTF-8")
            .output()
            .unwrap())
    };
    assert!(english(&["check", SEVERE]).contains("law: breaches"));
    assert!(out(&place.run(&["check", SEVERE])).contains("依据：违反"));
    assert!(out(&place.run(&["check", SEVERE, "--lang", "en"])).contains("law: breaches"));
    let zh = out(&place.run(&["check", SEVERE, "--format", "jsonl"]));
    assert_eq!(zh, english(&["check", SEVERE, "--format", "jsonl"]));
    assert!(english(&["check", SEVERE, "--format", "jsonl", "--lang", "en"]).contains("Frightens."));
    assert!(out(&dunlint(&["screen", "--help"]).output().unwrap()).contains("用法："));
    let help = dunlint(&["screen", "--help", "--lang", "en"]).output().unwrap();
    assert!(out(&help).contains("Usage:") && code(&help) == 0);
}

/// Words of Latin letters in a text for Chinese readers, but for names: what stands in backquotes, and `names`.
fn latin_words(text: &str, names: &[&str]) -> Vec<String> {
    let unquoted: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words = unquoted.split(|character: char| !character.is_ascii_alphabetic());
    words
        .filter(|word| word.len() > 1 && !names.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn errors_of_inputs_are_told_in_the_language_asked_for() {
    let place = Place::new();
    place.write("gbk.jsonl", b"\xc7\xeb\n");
    place.write("a.xlsx", b"PK\x03\x04");
    place.write("a.pdf", "%PDF-1.7");
    place.write("a.csv", "a,b\n1,2\n");
    place.write("b.csv", "编号,内容\n1,2\n");
    for (arguments, zh, en, names) in [
        (
            &["screen", "gone"][..],
            "gone：没有这个文件或文件夹",
            "gone: no such file or folder",
            &["gone"][..],
        ),
        (
            &["eval", "gone"],
            "gone：无法读取：没有这个文件或目录",
            "gone: could not be read: No such file",
            &["gone"],
        ),
        (
            &["eval", "gbk.jsonl"],
            "无法读取：不是 UTF-8 文本",
            "could not be read: stream",
            &["gbk", "jsonl", "UTF"],
        ),
        (
            &["screen", "a.xlsx"],
            "ZIP 压缩包已损坏",
            "the ZIP archive is damaged",
            &["a", "xlsx", "ZIP"],
        ),
        (
            &["screen", "a.pdf"],
            "这是PDF 文件",
            "this is PDF",
            &["a", "pdf", "PDF"],
        ),
        (
            &["screen", "a.csv"],
            "请指明是哪一列",
            "say which one is",
            &["csv", "column", "text", "channel", "visit"],
        ),
        (
            &["screen", "b.csv", "--column", "text=c"],
            "有这些列：编号、内容",
            "its columns are 编号, 内容",
            &["csv", "text"],
        ),
        (
            &["screen", "a.csv", "--column", "words=c"],
            "没有字段",
            "no field",
            &[
                "column",
                "words",
                "id",
                "text",
                "turns",
                "channel",
                "time",
                "sender",
                "agency",
                "creditor",
                "kind",
                "recipient",
                "role",
                "debtor",
                "region",
                "outcome",
                "duration",
            ],
        ),
    ] {
        let output = place.run(&[arguments, &["--lang", "zh"]].concat());
        let told = err(&output);
        assert_eq!(code(&output), 2, "{arguments:?}: {told}");
        assert!(told.contains(zh), "{arguments:?}: {told}");
        assert_eq!(latin_words(&told, names), [""; 0], "{told}");
        let told = err(&place.run(&[arguments, &["--lang", "en"]].concat()));
        assert!(told.contains(en), "{arguments:?}: {told}");
    }
}

#[test]
fn problems_of_a_lexicon_are_told_in_the_language_asked_for() {
    let place = Place::new();
    let broken = r#"
[[rule]]
id = "melon"
category = "threat"
tier = "clean"
title = { zh = "瓜", en = "melons" }
why = { zh = "使人害怕。", en = "Frightens." }
basis = ["law-of-melons"]
lists = ["melons.txt"]
instead = { zh = "请您还款。", en = "Please pay." }
terms = "锤扁你的蓝西瓜 锤扁你的蓝西瓜"
patterns = ["( 甲", "甲 )", "day: 甲", "甲? 乙?", "..x 甲", "[甲|]", "<melons>", "甲 &", "甲{x}", "甲{0}", "甲(乙", "( ) 甲"]
when = { state = ["ripe"] }
hits = []
misses = []
"#;
    place.write("lexicon/rules/more.toml", format!("{RULES}{broken}"));
    place.write(
        "lexicon/cues/own.toml",
        "[[cue]]\nid = \"own\"\neffect = \"denial\"\n",
    );
    place.write("lexicon/folds/digits.tsv", "一\n");
    place.write(
        "lexicon/overlay.toml",
        "disable = [\"gourd\"]\nregrade = { threat-melon = \"clean\" }\n",
    );
    place.write("lexicon/stuff.toml", "");
    let output = place.run(&["check", "x", "--lang", "zh"]);
    let told = err(&output);
    assert_eq!(code(&output), 2, "{told}");
    let files = [
        "rules", "more", "cues", "own", "folds", "digits", "tsv", "overlay", "stuff", "toml", "txt", "terms",
        "classes",
    ];
    let ids = [
        "threat", "melon", "pumpkin", "melons", "law", "of", "ripe", "gourd", "rule", "TAB",
    ];
    let values = [
        "clean", "notice", "warning", "severe", "hits", "misses", "patterns", "lists",
    ];
    let states = [
        "not",
        "debtor",
        "stop",
        "requested",
        "distress",
        "collecting",
        "group",
        "callback",
        "asked",
        "institution",
        "named",
        "recording",
        "told",
    ];
    let names = [&files[..], &ids, &values, &states].concat();
    assert_eq!(latin_words(&told, &names), [""; 0], "{told}");
    assert!(told.contains("规则 threat-melon 定义了两次"), "{told}");
    let in_english = err(&place.run(&["check", "x", "--lang", "en"]));
    assert!(
        in_english.contains("rule threat-melon is defined twice"),
        "{in_english}"
    );
    let places = |told: &str, colon: &str| -> Vec<String> {
        let places = told
            .lines()
            .map(|line| line.split(colon).next().unwrap_or_default());
        places.skip(1).map(str::to_owned).collect()
    };
    assert_eq!(places(&told, "："), places(&in_english, ": "));
    assert!(told.lines().count() > 20, "{told}");

    place.write("lexicon/rules/more.toml", "[[rule]]\nid = 3\n");
    let told = err(&place.run(&["check", "x", "--lang", "zh"]));
    assert!(
        told.contains("rules/more.toml:2：此处写法有误：invalid type"),
        "{told}"
    );
}

#[test]
fn rejections_are_told_in_the_language_asked_for() {
    let place = Place::new();
    for (line, zh, en) in [
        (
            "{\"text\": \"请还款",
            "第 19 列，字符串没有写完",
            "EOF while parsing a string",
        ),
        ("not json", "此处应为 true、false 或 null", "expected ident"),
        ("{\"text\": \"请还款\",}", "末尾多了一个逗号", "trailing comma"),
        ("{\"text\": \"请\t还款\"}", "控制字符", "control character"),
        ("{\"text\": \"请还款\"} 好", "多余的字符", "trailing characters"),
        ("3", "不是 JSON 对象", "not a JSON object"),
        ("{\"id\": 1}", "没有正文", "no text"),
    ] {
        let output = place.run_on(&["check", "--jsonl", "--lang", "zh"], line);
        let told = err(&output);
        assert_eq!(code(&output), 3, "{told}");
        assert!(told.contains(zh), "{line}: {told}");
        assert_eq!(
            latin_words(&told, &["JSON", "true", "false", "null"]),
            [""; 0],
            "{told}"
        );
        let told = err(&place.run_on(&["check", "--jsonl", "--lang", "en"], line));
        assert!(told.contains(en), "{line}: {told}");
    }
}
