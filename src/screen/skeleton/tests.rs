use proptest::prelude::*;

use super::*;
use crate::finding::Verdict;
use crate::message::{Body, Turn};
use crate::rule::Tier;

/// The skeleton's wording with its slots in brackets, titled in Chinese.
fn shown(skeleton: &Skeleton) -> String {
    let mut shown = String::new();
    let mut copied = 0;
    for slot in skeleton.slots() {
        shown += &skeleton.wording()[copied..slot.at];
        shown += &format!("⟨{}⟩", slot.kind.title(Lang::Zh));
        copied = slot.at;
    }
    shown + &skeleton.wording()[copied..]
}

fn skeleton_of(message: &Message) -> (Option<Key>, Skeleton) {
    let mut skeleton = Skeleton::default();
    let key = skeleton.take(message, Lexicon::bundled());
    (key, skeleton)
}

fn key(text: &str) -> Key {
    skeleton_of(&Message::text(text)).0.expect("it has words")
}

#[test]
fn what_varies_becomes_a_slot() {
    for (text, expected) in [
        (
            "【禾木银行】张伟先生，您尾号1234的信用卡本期账单1,234.56元，最后还款日3月5日，请按时还款。",
            "⟨签名⟩⟨姓名⟩，您尾号⟨号码⟩的信用卡本期账单⟨金额⟩元，最后还款日⟨日期⟩，请按时还款。",
        ),
        ("王**，您的案件已进入程序", "⟨姓名⟩，您的案件已进入程序"),
        ("李某再不还钱我们上门", "⟨姓名⟩再不还钱我们上门"),
        ("尊敬的欧阳娜女士：您的借款已逾期", "尊敬的⟨姓名⟩：您的借款已逾期"),
        ("请转告王小明，他欠我们3万5千元", "请转告⟨姓名⟩，他欠我们⟨金额⟩元"),
        ("和王先生谈过还款计划", "和⟨姓名⟩谈过还款计划"),
        (
            "您好，李雷，您欠款人民币三千五百元",
            "您好，⟨姓名⟩，您欠款人民币⟨金额⟩元",
        ),
        (
            "请于2026-03-05 10:30前登录 http://t.cn/AbC?x=1 还款",
            "请于⟨日期⟩ ⟨时间⟩前登录 ⟨链接⟩ 还款",
        ),
        ("请点击dwz.cn/a1B2，或拨打95588", "请点击⟨链接⟩，或拨打⟨号码⟩"),
        (
            "联系经办人手机13800138000或010-62345678",
            "联系经办人手机⟨电话⟩或⟨电话⟩",
        ),
        ("身份证11010519491231002X号名下", "身份证⟨证件号⟩号名下"),
        ("卡号4111 1111 1111 1111的余额不足", "卡号⟨卡号⟩的余额不足"),
        ("卡号6222****1234的余额不足", "卡号⟨号码⟩的余额不足"),
        ("二〇二六年三月五日下午3点半开庭", "⟨日期⟩下午⟨时间⟩开庭"),
        ("工号A1024为您服务，回复TD退订", "工号⟨号码⟩为您服务，回复TD退订"),
        (
            "1.尽快还款2.保持电话畅通，服务时间9:00-18:00",
            "⟨号码⟩.尽快还款⟨号码⟩.保持电话畅通，服务时间⟨时间⟩-⟨时间⟩",
        ),
        (
            "依据第50条，24小时内处理，详询12378",
            "依据第⟨号码⟩条，⟨号码⟩小时内处理，详询⟨号码⟩",
        ),
        ("案件13800138000 3月5日前处理", "案件⟨电话⟩ ⟨日期⟩前处理"),
    ] {
        let (_, skeleton) = skeleton_of(&Message::text(text));
        assert_eq!(shown(&skeleton), expected, "{text}");
    }
}

#[test]
fn words_that_look_like_slots_stay() {
    for text in [
        "尊敬的客户，您的账单已出，请按时还款",
        "一起协商，万一有困难请来电",
        "我们一块去公司找你谈谈",
        "高度重视您的诉求，时间紧迫",
        "回复TD退订，请下载APP查看",
        "请保持联系方式畅通",
        "尊敬的关怀客户，余额：请查看",
        "我已向您太太说明",
    ] {
        let (_, skeleton) = skeleton_of(&Message::text(text));
        assert_eq!(shown(&skeleton), text);
    }
}

#[test]
fn values_are_those_of_the_message() {
    let text = "【甲金融】张伟先生，您欠款１２３４.56元，手机138 0013 8000";
    let (_, skeleton) = skeleton_of(&Message::text(text));
    let values: Vec<(SlotKind, &str)> = skeleton
        .slots()
        .iter()
        .map(|slot| (slot.kind, skeleton.value(slot)))
        .collect();
    assert_eq!(
        values,
        [
            (SlotKind::Signature, "【甲金融】"),
            (SlotKind::Name, "张伟先生"),
            (SlotKind::Amount, "1234.56"),
            (SlotKind::Phone, "13800138000"),
        ]
    );
    assert_eq!(skeleton.slots()[2].span.of(text), "１２３４.56");
}

#[test]
fn fills_of_a_template_have_one_key() {
    let same = [
        "【甲金融】张伟先生，您欠款1,234.56元，请于3月5日前还款，详见http://t.cn/a1",
        "【乙消金】李某，您欠款800元，请于2026年12月30日前还款，详见dwz.cn/xyz",
        "【甲金融】欧阳娜女士，您欠款3.5万元，请于12月1日前还款，详见https://a.b.cn/q?x=2&y=3",
        "【甲金融】王**，您欠款￥99.00元，请于1月1日前还款，详见http://t.cn/a1",
        // Traditional, full width, spaces, inserted and invisible characters, other punctuation.
        "【甲金融】張偉先生,您欠款１２３４元，請於３月５日前還款，詳見http://t.cn/a1",
        "【甲金融】张*伟*先*生，您 欠 款 1000 元，请*于3月5日前还\u{200B}款！详见 t.cn/a1 ❤",
    ];
    for text in same {
        assert_eq!(key(text), key(same[0]), "{text}");
    }
    for other in [
        "【甲金融】张伟先生，您欠款1,234.56元，请于3月5日前清偿，详见http://t.cn/a1",
        "【甲金融】您欠款1,234.56元，请于3月5日前还款，详见http://t.cn/a1",
        "【甲金融】张伟先生，您欠款1,234.56元，请于3月5日前还款",
    ] {
        assert_ne!(key(other), key(same[0]), "{other}");
    }
}

#[test]
fn names_of_the_record_are_slots_wherever_they_stand() {
    let message = |debtor: &'static str, agency: &'static str, text: &'static str| Message {
        debtor: Some(debtor.into()),
        agency: Some(agency.into()),
        ..Message::text(text)
    };
    let one = message(
        "尼格买提",
        "云杉资产",
        "我们云杉资产找尼格买提谈一谈，让尼 格 买 提先生回电",
    );
    let two = message("王五", "北渡贷后管理", "我们北渡贷后管理找王五谈一谈，让王五回电");
    let (first, skeleton) = skeleton_of(&one);
    assert_eq!(shown(&skeleton), "我们⟨机构⟩找⟨姓名⟩谈一谈，让⟨姓名⟩回电");
    assert_eq!(first, skeleton_of(&two).0);
    // A number in the column is no name, a single character neither.
    let (_, skeleton) = skeleton_of(&message("钱", "甲", "快还钱吧，甲方催了"));
    assert!(skeleton.slots().is_empty());
}

#[test]
fn a_call_has_the_skeleton_of_its_agent() {
    let call = |turns: &[(Speaker, &'static str)]| {
        let turn = |&(speaker, text): &(Speaker, &'static str)| Turn {
            speaker,
            text: text.into(),
            time: None,
        };
        Message {
            body: Body::Turns(turns.iter().map(turn).collect()),
            ..Message::default()
        }
    };
    let one = call(&[
        (Speaker::Agent, "张伟先生您好"),
        (Speaker::Customer, "我没钱"),
        (Speaker::Agent, "您的欠款3000元请尽快处理"),
    ]);
    let two = call(&[
        (Speaker::Agent, "李雷先生您好"),
        (Speaker::Customer, "谁啊，打错了"),
        (Speaker::Agent, "您的欠款98元请尽快处理"),
    ]);
    let (first, skeleton) = skeleton_of(&one);
    assert_eq!(shown(&skeleton), "⟨姓名⟩您好\n您的欠款⟨金额⟩元请尽快处理");
    assert_eq!(skeleton.slots()[1].turn, Some(2));
    assert_eq!(first, skeleton_of(&two).0);
    assert_eq!(
        skeleton_of(&call(&[(Speaker::Customer, "别再打电话给我了")])).0,
        None
    );
}

#[test]
fn little_and_far_too_much_have_no_skeleton() {
    for text in ["", "好的", "收到！", "12345", "【甲】123元"] {
        assert_eq!(skeleton_of(&Message::text(text)).0, None, "{text}");
    }
    assert_eq!(skeleton_of(&Message::text("字".repeat(20_000))).0, None);
}

#[test]
fn the_key_is_the_same_on_every_machine() {
    // Written results are compared with those of other runs: a changed key is a breaking change.
    assert_eq!(key("请于3月5日前还款"), Key(12_804_666_897_046_849_640));
}

#[test]
fn a_stored_wording_reads_as_its_message() {
    let texts = [
        "【甲金融】张伟先生，您欠款1,234.56元，請於3月5日前還款 ㎏ ①",
        "3月5日前还款，详见t.cn/a",
        "还款日是3月5日",
    ];
    for text in texts {
        let (key, skeleton) = skeleton_of(&Message::text(text));
        let marks = skeleton.slots().iter().map(|slot| (slot.at, slot.kind));
        let plain = plain_of(skeleton.wording(), marks, &Lexicon::bundled().folds.table);
        assert_eq!(Some(key_of(&plain)), key, "{text}");
    }
}

/// Text of the kinds that matter to slots.
fn message_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[还款逾期账户请于前联系张王李欧阳先生女士您好敬的尊一二三千万元年月日号点时块钱]{1,6}",
        2 => "[0-9]{1,20}",
        1 => "[a-zA-Z0-9./:@?=*]{1,12}",
        1 => "[Ａ-Ｚ０-９，。！？：；【】（）]{1,3}",
        1 => "[ *#@/\\-,.\u{200B}\u{FEFF}\u{00AD}￥¥]{1,3}",
        1 => "[🔪①㎏㏠ﬁ𝐬⼀½⑫㍙]{1,2}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn slots_lie_in_order_on_character_boundaries(text in message_text(), debtor in "[张王李欧阳伟]{0,3}") {
        let message = Message { debtor: Some(debtor.into()), ..Message::text(&*text) };
        let (key, skeleton) = skeleton_of(&message);
        prop_assert_eq!(key, skeleton_of(&message).0);
        if key.is_none() && skeleton.wording().is_empty() {
            return Ok(());
        }
        let mut rebuilt = String::new();
        let (mut copied, mut last) = (0, 0);
        for slot in skeleton.slots() {
            prop_assert!(slot.span.start >= last && !slot.span.is_empty(), "{:?}", slot);
            prop_assert!(text.is_char_boundary(slot.span.start) && text.is_char_boundary(slot.span.end));
            prop_assert!(!skeleton.value(slot).is_empty());
            rebuilt += &skeleton.wording()[copied..slot.at];
            rebuilt += slot.span.of(&text);
            (copied, last) = (slot.at, slot.span.end);
        }
        rebuilt += &skeleton.wording()[copied..];
        prop_assert_eq!(rebuilt, text, "wording and slots are the whole text");
    }
}

#[test]
fn no_text_takes_more_than_its_length() {
    // Each would show a way of looking at the rest again for each character.
    for piece in [
        "1 ", "a.", "张", "【", "1月", "一", "1*", "张*", "a1.", "9,999", "您好", "http://",
    ] {
        let text = piece.repeat(MAX_BYTES / piece.len());
        let start = std::time::Instant::now();
        skeleton_of(&Message::text(&*text));
        // 16,000 to 48,000 characters: squares of that are minutes.
        assert!(
            start.elapsed().as_millis() < 500,
            "{piece}: {:?}",
            start.elapsed()
        );
    }
}

/// The messages as a batch whose first record has this number.
pub(super) fn sheet_of<'t>(first: u64, messages: impl Iterator<Item = (Message<'t>, Tier)>) -> Sheet {
    let (mut sheet, mut skeleton) = (Sheet::default(), Skeleton::default());
    for (number, (message, tier)) in (first..).zip(messages) {
        let key = skeleton.take(&message, Lexicon::bundled());
        let verdict = Verdict {
            tier,
            ..Verdict::default()
        };
        sheet.add(&skeleton, key, number, message.agency.as_deref(), &verdict);
    }
    sheet
}

/// `cargo test --lib -- --ignored --nocapture skeletons_a_second`
#[test]
#[ignore = "a measurement"]
fn skeletons_a_second() {
    let mut texts: Vec<String> = Vec::new();
    for genre in ["sms", "im", "template", "letter"] {
        let path = format!("{}/corpus/learn/{genre}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            texts.extend(record["text"].as_str().map(str::to_owned));
        }
    }
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    let lexicon = Lexicon::bundled();
    let mut skeleton = Skeleton::default();
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let slots: usize = texts
            .iter()
            .map(|text| {
                skeleton.take(&Message::text(&**text), lexicon);
                skeleton.slots().len()
            })
            .sum();
        let nanoseconds = start.elapsed().as_nanos() as f64;
        eprintln!(
            "{} texts, {characters} characters, {slots} slots: {:.1} ns a character, {:.2} million texts a minute",
            texts.len(),
            nanoseconds / characters as f64,
            texts.len() as f64 * 60e3 / nanoseconds
        );
    }
}
