use proptest::prelude::*;

use super::*;
use crate::lexicon::Lexicon;
use crate::span::{NormSpan, Span};

/// Text of the kinds that matter: Han of both scripts, letters, digits, full-width, symbols, invisible, emoji.
fn message_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[打断你的腿还钱催收法院媽斷債電話]{1,6}",
        1 => "[a-zA-Z0-9]{1,5}",
        1 => "[Ａ-Ｚ０-９，。！？：；]{1,3}",
        1 => "[ *#@/\\-\u{200B}\u{FEFF}\u{00AD}]{1,3}",
        1 => "[🔪🏠💀①㎏ﬁ𝐬⼀の伱]{1,2}",
        1 => "\\PC{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Every character boundary of a reading maps in order onto a character boundary of the source.
fn check_map(source: &str, text: &str, offsets: &OffsetMap) {
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut last = 0;
    for (index, &start) in boundaries.iter().enumerate() {
        let end = boundaries.get(index + 1).copied().unwrap_or(text.len());
        let Span { start: from, end: to } = offsets.to_source(NormSpan::new(start, end));
        assert!(
            source.is_char_boundary(from) && source.is_char_boundary(to),
            "{source:?} {text:?}"
        );
        assert!(
            from < to,
            "a character of a reading comes from somewhere: {source:?} {text:?}"
        );
        assert!(from >= last, "in order: {source:?} {text:?}");
        last = from;
    }
    let whole = offsets.to_source(NormSpan::new(0, text.len()));
    assert!(whole.end <= source.len());
}

proptest! {
    #[test]
    fn readings_map_back_exactly(source in message_text()) {
        let folds = &Lexicon::bundled().folds;
        let (normalized, signs) = plain(&source, &folds.table);
        check_map(&source, &normalized.text, &normalized.offsets);
        for restored in restore(&normalized, signs, true, &folds.table, &folds.restorations) {
            check_map(&source, &restored.text, &restored.offsets);
        }
    }

    #[test]
    fn plain_is_idempotent(source in message_text()) {
        let table = &Lexicon::bundled().folds.table;
        let once = plain_term(&source, table);
        prop_assert_eq!(plain_term(&once, table), once);
    }

    #[test]
    fn an_unchanged_text_is_borrowed(source in "[还款日期账单金额，。]{0,40}") {
        let (normalized, _) = plain(&source, &Lexicon::bundled().folds.table);
        prop_assert!(matches!(normalized.text, std::borrow::Cow::Borrowed(_)));
        prop_assert!(normalized.offsets.is_identity());
    }
}

/// The readings of a text besides its plain one.
fn restored_texts(source: &str) -> Vec<String> {
    let folds = &Lexicon::bundled().folds;
    let (normalized, signs) = plain(source, &folds.table);
    let readings = restore(&normalized, signs, true, &folds.table, &folds.restorations);
    readings.into_iter().map(|restored| restored.text).collect()
}

#[test]
fn plain_folds_what_only_looks_different() {
    let table = &Lexicon::bundled().folds.table;
    for (source, expected) in [
        ("再不還錢打斷你的腿", "再不还钱打断你的腿"),
        ("ＮＭＳＬ", "nmsl"),
        ("打\u{200B}断\u{FEFF}你", "打断你"),
        ("⼤⾏", "大行"),
        ("还款，谢谢！", "还款，谢谢！"),
    ] {
        assert_eq!(plain_term(source, table), expected);
    }
}

#[test]
fn joined_skips_symbols_and_respects_clause_punctuation() {
    assert_eq!(restored_texts("打*断 你❤的-腿"), ["打断你的腿"]);
    assert_eq!(restored_texts("还款，谢谢"), Vec::<String>::new());
    assert_eq!(restored_texts("打，断"), Vec::<String>::new());
    assert_eq!(restored_texts("n m s l"), ["你妈死了"]);
    assert_eq!(restored_texts("hello world"), Vec::<String>::new());
}

#[test]
fn numbers_that_measure_are_no_words() {
    assert!(restored_texts("欠款748元").is_empty());
    assert!(
        restored_texts("尾号748")
            .iter()
            .all(|text| !text.contains("去死"))
    );
}

#[test]
fn gaps_need_support() {
    let supported = |source: &str, term: &str| {
        let joined: String = source
            .chars()
            .filter(|character| character.is_alphanumeric())
            .collect();
        assert!(joined.contains(term), "the test's own term");
        let start = source.find(term.chars().next().unwrap()).unwrap();
        let last = term.chars().last().unwrap();
        let end = source.rfind(last).unwrap() + last.len_utf8();
        let span = Span::new(start, end);
        let gaps: Vec<Span> = span
            .of(source)
            .char_indices()
            .filter(|(_, character)| !character.is_alphanumeric())
            .map(|(at, gap)| Span::new(start + at, start + at + gap.len_utf8()))
            .collect();
        is_supported(source, span, &gaps, term.chars().count())
    };
    assert!(supported("你这傻*逼东西", "傻逼"));
    assert!(supported("傻 逼", "傻逼"));
    assert!(!supported("说他傻 逼他走", "傻逼"));
    assert!(!supported("严打/断卡行动", "打断"));
    assert!(supported("死 全 家", "死全家"));
    assert!(!supported("要死 全家都知道", "死全家"));
}
