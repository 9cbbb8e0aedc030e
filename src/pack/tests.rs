use super::*;

const CLASSES: &str = r#"[gourds]
title = "瓜"
terms = """
蓝西瓜 # 瓜
大蓝西瓜
瓜
"""

[hollow]
title = "空"
terms = ""

[idle]
title = "闲"
terms = "闲置的瓜果"
"#;

/// A rule with what makes it what it is.
fn rule(id: &str, tier: &str, body: &str) -> String {
    format!(
        r#"
[[rule]]
id = "{id}"
category = "threat"
tier = "{tier}"
title = {{ zh = "瓜", en = "gourds" }}
why = {{ zh = "使人害怕。", en = "Frightens." }}
basis = ["psapl-threat"]
instead = {{ zh = "请您还款。", en = "Please pay." }}
hits = ["再不还钱就来", "一", "二"]
misses = ["三", "四", "五"]
{body}
"#
    )
}

fn rules() -> String {
    [
        rule("threat-gourd", "severe", "patterns = [\"<gourds>\", \"<hollow>\", \"<hollow>? 踢飞蓝冬瓜藤\"]"),
        rule(
            "threat-allowed",
            "severe",
            "terms = \"砸烂蓝冬苗 砸烂紫冬苗\"\npatterns = [\"踩扁紫冬苗\"]\nallow = \"砸烂蓝冬苗 踩扁紫冬苗\"",
        ),
        rule(
            "threat-melon",
            "notice",
            "terms = \"\"\"\n锤爆你的蓝西瓜\n\"\"\"\npatterns = [\"[捏碎|捏爆] ..4 蓝西瓜\", \"捏碎 ..4 绿豆苗\"]",
        ),
        // Graver than what would shadow it, and of conditions of its own.
        rule("threat-night", "severe", "terms = \"夜里锤爆蓝冬苗\"\nwhen = { night = true }"),
        rule("threat-noon", "severe", "terms = \"正午夜里锤爆蓝冬苗\""),
    ]
    .concat()
}

#[test]
fn flaws_are_found_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let rules = rules();
    write("classes/gourds.toml", CLASSES);
    write("rules/gourds.toml", &rules);
    write("overlay.toml", "disable = [\"threat-vague\"]\n");
    let lexicon = Lexicon::layered(folder.path()).unwrap();
    // The rules disabled are none of the own ones.
    assert_eq!(lexicon.rules()[lexicon.first_own_rule].id, "threat-gourd");
    let linter = Linter::new(&lexicon).unwrap();
    let files = Files::read(folder.path()).unwrap();
    let places = Places::new(&Files::bundled(), Some((folder.path(), &files)));
    let remarks = terms::remarks(&lexicon, &linter, &places, &CleanTexts::bundled());

    use RemarkKind::*;
    // kind, owner, words, cause, other rule, file, what stands on the line
    let expected = [
        (
            ShadowedTerm,
            "<gourds>",
            "蓝西瓜",
            "瓜",
            None,
            "classes",
            "蓝西瓜 # 瓜",
        ),
        (
            ShadowedTerm,
            "<gourds>",
            "大蓝西瓜",
            "瓜",
            None,
            "classes",
            "大蓝西瓜",
        ),
        (ShortTerm, "<gourds>", "瓜", "瓜", None, "classes", "瓜"),
        (UnusedClass, "<idle>", "", "", None, "classes", "[idle]"),
        (
            EmptyStep,
            "threat-gourd",
            "<hollow>",
            "<hollow>",
            None,
            "rules",
            "patterns = [\"<gourds>\"",
        ),
        (
            AllowedAway,
            "threat-allowed",
            "砸烂蓝冬苗",
            "砸烂蓝冬苗",
            None,
            "rules",
            "terms = \"砸烂",
        ),
        (
            AllowedAway,
            "threat-allowed",
            "踩扁紫冬苗",
            "踩扁紫冬苗",
            None,
            "rules",
            "patterns = [\"踩扁",
        ),
        (
            ShadowedTerm,
            "threat-melon",
            "锤爆你的蓝西瓜",
            "瓜",
            Some("threat-gourd"),
            "rules",
            "锤爆你的蓝西瓜",
        ),
        (
            ShadowedPattern,
            "threat-melon",
            "[捏碎|捏爆] ..4 蓝西瓜",
            "瓜",
            Some("threat-gourd"),
            "rules",
            "patterns = [\"[捏碎",
        ),
    ];
    for (kind, owner, words, cause, other, part, line) in expected {
        let text = if part == "rules" { &rules } else { CLASSES };
        let found = remarks
            .iter()
            .find(|remark| remark.kind == kind && remark.owner == owner && remark.words == words);
        let found = found.unwrap_or_else(|| panic!("no {kind:?} of {words} in {remarks:#?}"));
        assert_eq!(
            (found.cause.as_str(), found.other.as_deref()),
            (cause, other),
            "{words}"
        );
        let stands = text.lines().nth(found.place.line - 1).unwrap();
        assert!(stands.starts_with(line), "{words}: {stands}");
        assert!(
            found.place.file.ends_with(&format!("{part}/gourds.toml")),
            "{found:?}"
        );
        assert_eq!(found.texts.is_some(), kind == ShortTerm);
    }
    assert_eq!(remarks.len(), expected.len(), "{remarks:#?}");

    let line = |place: Option<DataPlace>| place.map(|place| place.line);
    let at = |needle: &str| {
        rules
            .lines()
            .position(|line| line.contains(needle))
            .map(|line| line + 1)
    };
    assert_eq!(line(places.of_rule("threat-melon")), at("threat-melon"));
    assert_eq!(
        line(places.of_example("threat-gourd", "再不还钱就来")),
        at("再不还钱就来")
    );
    assert_eq!(
        line(places.of_example("threat-gourd", "写法不同")),
        at("threat-gourd")
    );
    let bundled = places.of_rule("threat-maim").unwrap();
    assert_eq!(bundled.file, "lexicons/rules/threat.toml");
}
