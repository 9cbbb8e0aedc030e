//! The fast path beside the plain one: [`Linter::check`] leaves out, message by message, what can't change the verdict;
//! [`Linter::trace`] folds everything, searches all readings for all terms and tries every pattern. Their verdicts are
//! the same to the byte.

use dunlint::{Lexicon, Linter, Message};
use proptest::prelude::*;

use crate::work::dump;

fn linter() -> Linter<'static> {
    Linter::new(Lexicon::bundled()).unwrap()
}

#[track_caller]
fn agree(linter: &Linter, text: &str) {
    let message = Message::text(text);
    assert_eq!(linter.check(&message), linter.trace(&message).0, "{text}");
}

/// `ORACLE_MESSAGES` says how many; `check.sh full` asks for a million.
#[test]
fn generated_messages_get_the_same_verdict_on_both_paths() {
    let asked = std::env::var("ORACLE_MESSAGES")
        .ok()
        .and_then(|count| count.parse().ok());
    let count = asked.unwrap_or(6_000);
    let linter = linter();
    for (mixture, count) in [
        (dump::Mixture::Carrier, count * 5 / 6),
        (dump::Mixture::Collector, count / 6),
    ] {
        for text in dump::texts(11, mixture).take(count) {
            agree(&linter, &text);
        }
    }
}

#[test]
fn labelled_messages_get_the_same_verdict_on_both_paths() {
    let linter = linter();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/learn");
    let mut judged = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let input = dunlint::read::Input::file(&path);
        let mut reader = dunlint::read::Reader::open(&input, &Default::default()).unwrap();
        while let Some(batch) = reader.next_batch().unwrap() {
            for record in batch.records().flatten() {
                let message = &record.message;
                assert_eq!(linter.check(message), linter.trace(message).0, "{}", record.raw);
                judged += 1;
            }
        }
    }
    assert!(judged > 20_000, "{judged}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_gets_the_same_verdict_on_both_paths(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(PIECES).prop_map(str::to_owned),
                prop::sample::select(PIECES).prop_map(|piece| piece.chars().rev().collect()),
                "\\PC{0,6}",
                any::<Vec<char>>().prop_map(|characters| characters.into_iter().take(4).collect()),
                "[ *._\u{200B}\u{FE0F}️⃣🔪💀a-zA-Z0-9０-９Ａ-Ｚ①㈠㍿ﷺ]{1,4}",
            ],
            1..24,
        )
    ) {
        agree(&linter(), &pieces.concat());
    }
}

/// Words of threats, plain, disguised and innocent, to be put beside each other in every way.
const PIECES: &[&str] = &[
    "打断",
    "你的腿",
    "再不还钱",
    "全家",
    "老赖",
    "去你单位",
    "爆通讯录",
    "法院",
    "起诉",
    "立案",
    "公安",
    "我们不会",
    "但是",
    "严禁",
    "催收员",
    "您好",
    "今天",
    "之前",
    "还款",
    "，",
    "。",
    "！",
    "？",
    "“",
    "”",
    "shabi",
    "sha bi",
    "nmsl",
    "傻*逼",
    "氵去院",
    "車子",
    "臺灣",
    "草泥马",
    "孩子学校",
    "放学",
    "13800138000",
    "440106199001011234",
    "身份证",
    "P到",
    "裸照",
    "【银行】",
    "回T退订",
    "客户：",
    "坐席：",
    "\n",
    "　",
];
