//! Evidence is hostile input: no panic, no endless work, the same verdict whatever the threads and chunks.

use dunlint::message::{Body, Speaker, Turn};
use dunlint::{Lexicon, Linter, Message};
use proptest::prelude::*;

fn linter() -> &'static Linter<'static> {
    static LINTER: std::sync::LazyLock<Linter> =
        std::sync::LazyLock::new(|| Linter::new(Lexicon::bundled()).unwrap());
    &LINTER
}

#[test]
fn a_linter_is_shared_by_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(linter());
}

#[test]
fn long_and_odd_texts_end_soon() {
    let million = 1_000_000;
    let texts = [
        "你".repeat(million / 3),
        "*".repeat(million),
        "你家".repeat(million / 6),
        "打断你的腿".repeat(million / 15),
        "caonima".repeat(million / 7),
        "，。".repeat(million / 6),
        "🔪".repeat(million / 4),
        "1".repeat(million),
        "“".repeat(million / 3),
        "打 断 ".repeat(million / 8),
        "\u{0}\u{202E}\u{200B}\u{FEFF}".repeat(1000),
        "a".repeat(million),
        String::new(),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let verdict = linter().check(&Message::text(text.as_str()));
        let seconds = start.elapsed().as_secs();
        let shown: String = text.chars().take(4).collect();
        assert!(seconds < 60, "{shown}: {seconds} s");
        for finding in &verdict.findings {
            assert_eq!(finding.text, finding.place.span.of(&text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics_and_spans_are_of_the_source(
        text in "(再不还钱|打断你的腿|你妈|cnm|傻.逼|[ *，。！?\n]|[a-z0-9]{1,3}|\\PC|\u{200B}|法院|他说“|”|不会|严禁|🔪|每⑩秒|㎏|⑾拨|骂⑩遍){0,14}"
    ) {
        let message = Message::text(text.as_str());
        let verdict = linter().check(&message);
        for finding in &verdict.findings {
            prop_assert_eq!(&finding.text, finding.place.span.of(&text));
        }
        let (traced, _) = linter().trace(&message);
        prop_assert_eq!(traced, verdict);
    }

    #[test]
    fn no_call_panics(turns in prop::collection::vec(("(喂|你好|我不是他|再不还钱|打断你的腿|找你妈|别再打了|，){0,6}", 0..4_u8), 0..8)) {
        let speakers = [Speaker::Agent, Speaker::Customer, Speaker::ThirdParty, Speaker::Unknown];
        let turn = |(text, speaker): &(String, u8)| Turn {
            speaker: speakers[*speaker as usize],
            text: text.clone().into(),
            time: None,
        };
        let message = Message { body: Body::Turns(turns.iter().map(turn).collect()), ..Message::default() };
        let verdict = linter().check(&message);
        for finding in &verdict.findings {
            let turn = finding.place.turn.unwrap();
            prop_assert!(!matches!(speakers[turns[turn].1 as usize], Speaker::Customer | Speaker::ThirdParty));
        }
    }
}
