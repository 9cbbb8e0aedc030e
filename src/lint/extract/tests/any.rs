//! What holds of any file.

use proptest::prelude::*;

use super::*;

const DATA: [Kind; 9] = [
    Kind::Text,
    Kind::Csv,
    Kind::Json,
    Kind::JsonLines,
    Kind::Yaml,
    Kind::Toml,
    Kind::Properties,
    Kind::Po,
    Kind::Sql,
];

/// What can be asked of any file.
fn check_any(text: String, kind: Kind) {
    let source = Source::of_text(text);
    let Extracted {
        passages,
        comments,
        problems,
    } = extract(&source, kind);
    for passage in &passages {
        assert!(passage.frame.end <= source.text().len());
        for (start, character) in passage.text.char_indices() {
            let own = passage.source_span(Span::new(start, start + character.len_utf8()));
            // On boundaries of characters, or this panics.
            own.of(source.text());
        }
    }
    assert!(
        passages.is_sorted_by_key(|passage| passage.frame.start),
        "{kind:?}"
    );
    assert!(comments.is_sorted_by_key(|comment| comment.whole), "{kind:?}");
    for comment in &comments {
        comment.words.of(source.text());
    }
    for problem in &problems {
        source.position(problem.at);
    }
}

#[test]
fn nothing_nests_too_deep() {
    let deep = 100_000;
    for (kind, text) in [
        (Kind::Json, "[".repeat(deep) + "\"一\""),
        (Kind::Json, "{\"一\":".repeat(deep)),
        (Kind::JsonLines, "[".repeat(deep)),
        (Kind::Yaml, "[".repeat(deep) + "一"),
        (Kind::Yaml, "- ".repeat(deep) + "一"),
        (Kind::Yaml, "? ".repeat(deep) + "一"),
        (Kind::Toml, "a = ".to_owned() + &"[".repeat(deep) + "'一'"),
        (Kind::Toml, format!("[a{}]\nb = '一'\n", ".a".repeat(deep))),
        (Kind::Sql, "SELECT ".to_owned() + &"(".repeat(deep) + "'一'"),
    ] {
        check_any(text, kind);
    }
}

#[test]
fn a_block_of_yaml_may_hold_what_its_parser_stops_at() {
    for text in ["|\r\"\"\"\0", "a: |\n  一\0二\n  三\n", "a: >-\n  一\n  二\0"] {
        check_any(text.to_owned(), Kind::Yaml);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = Source::decode(&bytes, None) {
            for kind in DATA {
                check_any(source.text().to_owned(), kind);
            }
        }
    }

    /// Signs of all formats between words: faults of every kind.
    #[test]
    fn no_signs_panic(text in "([\\[\\]{}:,\"'#\\\\|>&*?!%@`=;$()-]|[\\n\\r\\t .]|\\\\u[0-9a-f]{3,4}|\\\\\\n|\"\"\"|'''|--|/\\*|\\*/|//|msgid|msgstr|INSERT INTO|VALUES|E'|U&'|[一𠮷a0é\u{0}\u{feff}]){0,60}") {
        for kind in DATA {
            check_any(text.clone(), kind);
        }
    }

    /// What an editor writes is read back, and leads back.
    #[test]
    fn values_come_back(value in "[一二𠮷😀 \"'\\\\#\n\t:,a-]{0,20}一") {
        let json = serde_json::to_string(&value).unwrap();
        let quoted = value.replace('"', "\"\"");
        for (kind, file) in [
            (Kind::Json, format!("{{\"k\": {json}}}")),
            (Kind::Yaml, format!("k: {json}\n")),
            (Kind::Toml, toml_text(&value)),
            (Kind::Csv, format!("编号,内容\n1,\"{quoted}\"\n")),
        ] {
            let source = Source::of_text(file);
            let extracted = extract(&source, kind);
            let texts: Vec<_> = extracted.passages.iter().map(|passage| &passage.text).collect();
            prop_assert_eq!(texts, [&value], "{}", source.text());
            check_characters(&extracted.passages[0], source.text());
        }
    }

    /// Blocks and folds of YAML are never only led back as a whole.
    #[test]
    fn folds_lead_back(lines in proptest::collection::vec("( {0,2}[一二a]{1,3}( [一#]){0,1})?", 1..8), sign in "[|>][-+]?") {
        let body: String = lines.iter().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect();
        let source = Source::of_text(format!("k: {sign}\n{body}n: 末\n"));
        let extracted = extract(&source, Kind::Yaml);
        for passage in &extracted.passages {
            check_characters(passage, source.text());
        }
        let plain: String = lines.iter().map(|line| format!("  {}\n", line.trim().replace('#', "一"))).collect();
        for (open, close) in [("", ""), ("'", "'"), ("\"", "\"")] {
            let source = Source::of_text(format!("k: {open}一\n{plain}  二{close}\nn: 末\n"));
            let extracted = extract(&source, Kind::Yaml);
            prop_assert_eq!(extracted.passages.len(), 2, "{}", source.text());
            for passage in &extracted.passages {
                check_characters(passage, source.text());
            }
        }
    }
}

fn toml_text(value: &str) -> String {
    let table = ::toml::Table::from_iter([("k".to_owned(), ::toml::Value::from(value))]);
    ::toml::to_string(&table).unwrap()
}
