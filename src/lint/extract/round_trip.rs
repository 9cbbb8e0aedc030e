//! What the tests of extractors share: passages as a person writes them down, and the way back to the file.

use super::{Extracted, Kind, extract};
use crate::decode::{Encoding, encode};
use crate::lint::source::Source;
use crate::span::Span;

/// The passages as `key: text`, holes as `⟦name⟧`; each is led back to the source first.
pub(super) fn shown(text: &str, kind: Kind) -> Vec<String> {
    let source = Source::of_text(text.to_owned());
    let extracted = extract(&source, kind);
    check(&source, &extracted);
    for line_end in ["\r\n", "\n"] {
        let other = text.replace("\r\n", "\n").replace('\n', line_end);
        for encoding in [Encoding::Utf8, Encoding::Gb18030, Encoding::Utf16Le] {
            check_encoded(&other, encoding, kind);
        }
    }
    shown_of(&extracted)
}

fn shown_of(extracted: &Extracted) -> Vec<String> {
    let passages = extracted.passages.iter();
    let shown = passages.map(|passage| {
        let mut text = String::new();
        let mut at = 0;
        for hole in &passage.holes {
            text += &format!("{}⟦{}⟧", &passage.text[at..hole.span.start], hole.name);
            at = hole.span.end;
        }
        format!("{}: {}{}", passage.key, text, &passage.text[at..])
    });
    shown.collect()
}

/// The comments' words.
pub(super) fn comments(text: &str, kind: Kind) -> Vec<String> {
    let source = Source::of_text(text.to_owned());
    let comments = extract(&source, kind).comments;
    comments
        .iter()
        .map(|comment| {
            assert!(comment.whole.contains(comment.words), "{comment:?}");
            comment.words.of(text).trim().to_owned()
        })
        .collect()
}

/// What a character of the only passage with it is written as.
pub(super) fn written(text: &str, kind: Kind, words: &str) -> String {
    let source = Source::of_text(text.to_owned());
    let extracted = extract(&source, kind);
    let passage = extracted
        .passages
        .iter()
        .find(|passage| passage.text.contains(words));
    let passage = passage.unwrap_or_else(|| panic!("{words} in {:?}", shown_of(&extracted)));
    let start = passage.text.find(words).unwrap();
    passage
        .source_span(Span::new(start, start + words.len()))
        .of(text)
        .to_owned()
}

/// Every word leads to a stretch of the source: the same characters where it is verbatim; in order everywhere.
pub(super) fn check(source: &Source, extracted: &Extracted) {
    let mut before = 0;
    for passage in &extracted.passages {
        assert!(passage.frame.start >= before, "in order");
        before = passage.frame.start;
        let mut last = 0;
        for (start, character) in passage.text.char_indices() {
            let span = Span::new(start, start + character.len_utf8());
            let own = passage.source_span(span);
            let written = &source.text()[own.start..own.end];
            assert!(own.start >= last, "{} goes back at {start}", passage.text);
            last = own.start;
            if passage.is_verbatim(span) {
                assert_eq!(written, span.of(&passage.text));
            }
            source.position(own.start);
        }
        for hole in &passage.holes {
            assert!(hole.span.end <= passage.text.len());
            assert_eq!(
                passage.source_span(hole.span).of(source.text()),
                hole.span.of(&passage.text)
            );
        }
    }
    for comment in &extracted.comments {
        assert!(comment.whole.contains(comment.words));
    }
    for problem in &extracted.problems {
        source.position(problem.at);
    }
}

fn check_encoded(text: &str, encoding: Encoding, kind: Kind) {
    let bytes = encode(encoding, text);
    let source = Source::decode(&bytes, Some(encoding)).unwrap();
    assert_eq!(source.text(), text);
    let extracted = extract(&source, kind);
    check(&source, &extracted);
    for passage in &extracted.passages {
        let whole = passage.source_span(Span::new(0, passage.text.len()));
        let range = source.file_range(whole);
        assert_eq!(encoding.decode(&bytes[range]).unwrap(), whole.of(text));
    }
}

/// One line of a table: a text and its passages.
pub(super) fn assert_table(kind: Kind, table: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let found = shown(text, kind);
        if found != *expected {
            wrong.push(format!("{text}\n   is {found:#?}\n   not {expected:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

mod bytes {
    use proptest::prelude::*;

    use super::*;
    use crate::lint::extract::Language;

    const KINDS: &[Kind] = &[
        Kind::Markdown,
        Kind::Xml,
        Kind::Html,
        Kind::FreeMarker,
        Kind::Jinja,
        Kind::Handlebars,
        Kind::Liquid,
        Kind::Velocity,
        Kind::Code(Language::Java),
        Kind::Code(Language::Kotlin),
        Kind::Code(Language::Python),
        Kind::Code(Language::JavaScript),
        Kind::Code(Language::TypeScript),
        Kind::Code(Language::Tsx),
        Kind::Code(Language::Go),
        Kind::Code(Language::Php),
    ];

    /// Pieces that formats are made of, so that random texts get inside their parsers.
    const PIECES: &[&str] = &[
        "您",
        "𠮷",
        "😀",
        " ",
        "\n",
        "\r\n",
        "\t",
        "x",
        "1",
        "\"",
        "'",
        "`",
        "\\",
        "\\u4F60",
        "\\n",
        "<p>",
        "</p>",
        "<br>",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&#x4F60;",
        "&amp;",
        "&",
        "<a title=\"",
        "<script>",
        "</script>",
        "<?php ",
        "?>",
        "<?= $x",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "${",
        "#{",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        "<#if x>",
        "</#if>",
        "<#--",
        "#if(",
        "#end",
        "##",
        "#*",
        "*#",
        "$!",
        "$x.y(",
        "#set($a = '",
        "+",
        ".",
        "=",
        "\"\"\"",
        "f\"",
        "r'",
        "<<<EOT\n",
        "EOT\n",
        "//",
        "/*",
        "*/",
        "#",
        "String.format(",
        "%s",
        "%1$s",
        "const a = ",
        "def f():",
        "---\n",
        "```",
        "**",
        "> ",
        "- ",
        "| a |\n|-|\n",
        "[x](",
        "%",
        "{0}",
        ",",
        ";",
        "class A { String s = ",
        "<target>",
        "<source>",
        "<x id=\"",
        "<string name=\"a\">",
        "<resources>",
        "\0",
        "\u{feff}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_an_extractor_panic(
            pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40),
        ) {
            let source = Source::of_text(pieces.concat());
            for kind in KINDS {
                check(&source, &extract(&source, *kind));
            }
        }

        #[test]
        fn no_bytes_make_an_extractor_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(source) = Source::decode(&bytes, None) {
                for kind in KINDS {
                    check(&source, &extract(&source, *kind));
                }
            }
        }
    }

    /// A text of a kind that grows with a number.
    type Growing = (Kind, fn(usize) -> String);

    #[test]
    fn deep_and_long_files_take_no_stack_and_no_square_of_time() {
        let growing: &[Growing] = &[
            (Kind::Xml, |n| "<a>".repeat(n) + "您"),
            (Kind::Html, |n| "<div>".repeat(n) + "您"),
            (Kind::Html, |n| "<div>".repeat(n) + &"您</p>".repeat(n)),
            (Kind::Html, |n| "{{".repeat(n) + "您"),
            (Kind::FreeMarker, |n| "${a'".repeat(n) + "您"),
            (Kind::FreeMarker, |n| "<#--".repeat(n) + "您"),
            (Kind::Velocity, |n| "#if($a".repeat(n) + "您"),
            (Kind::Jinja, |n| "{% set a = '".repeat(n) + "您"),
            (Kind::Markdown, |n| "> ".repeat(n / 10) + "您"),
            (Kind::Code(Language::Java), |n| {
                format!("class A {{ String s = {}\"您\"; }}", "\"您\" + ".repeat(n))
            }),
            (Kind::Code(Language::Java), |n| {
                format!(
                    "class A {{ Object s = asList({}\"您%s\"); }}",
                    "\"您\",".repeat(n)
                )
            }),
            (Kind::Code(Language::Java), |n| {
                format!("class A {{ Object s = sb{}; }}", ".append(\"您\")".repeat(n))
            }),
            // Recovery from brackets that are never closed takes the grammar their square: no deeper than people nest.
            (Kind::Code(Language::Python), |n| {
                format!("a = {}'您'", "[".repeat(n / 20))
            }),
            (Kind::Code(Language::JavaScript), |n| {
                format!("a = [{}]", "'您',".repeat(n))
            }),
            (Kind::Code(Language::Tsx), |n| {
                format!("a = {}您", "<b>".repeat(n / 10))
            }),
        ];
        for (kind, text) in growing {
            let time = |n: usize| {
                let source = Source::of_text(text(n));
                let started = std::time::Instant::now();
                extract(&source, *kind);
                started.elapsed().as_secs_f64()
            };
            // Four times the text: four times the time, where its square would be sixteen times; a second for the noise.
            let (small, large) = (time(5_000), time(20_000));
            let sample: String = text(1).chars().take(12).collect();
            assert!(
                large <= 10.0 * small + 1.0,
                "{kind:?} {sample}: {small} s, {large} s"
            );
        }
    }
}
