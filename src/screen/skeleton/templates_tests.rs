use super::templates::Bounds;
use super::tests::sheet_of;
use super::*;
use crate::rule::Tier;
use crate::screen::case::RecordRef;

fn text(text: &str, tier: Tier) -> (Message<'static>, Tier) {
    (Message::text(text.to_owned()), tier)
}

fn found<'t>(messages: impl Iterator<Item = (Message<'t>, Tier)>) -> Found {
    let mut templates = Templates::default();
    templates.add_sheet(&sheet_of(1, messages), 0);
    templates.finish(Lexicon::bundled())
}

/// A sentence that shares nothing with those of other numbers.
fn one_off(number: usize) -> String {
    let places = 1..=12_u64;
    let codes =
        places.map(|place| fold_product(number as u64 + 1, 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(place)));
    codes
        .filter_map(|code| char::from_u32(0x5000 + (code % 0x4000) as u32))
        .collect()
}

#[test]
fn templates_are_ranked_and_counted() {
    let agencies = ["甲公司", "乙公司", "丙公司"];
    let threat = |number: usize| {
        let mut message = Message::text(format!(
            "【甲】张伟先生，再不还{number}元就打断你的腿，别以为找不到你"
        ));
        message.agency = Some(agencies[number % 3].into());
        (
            message,
            if number.is_multiple_of(4) {
                Tier::Warning
            } else {
                Tier::Severe
            },
        )
    };
    let lawful = |number: usize| {
        text(
            &format!("您尾号{number}的账单已出，请按时还款，感谢您的使用"),
            Tier::Clean,
        )
    };
    let messages = (0..40).flat_map(|number| [lawful(number), lawful(number % 2), threat(number)]);
    let found = found(messages.chain([text("就这一次，没有第二个人这样说", Tier::Severe)]));
    assert_eq!(
        (found.templates.len(), found.skeletons, found.messages),
        (2, 3, 121)
    );
    assert!(found.is_exact());
    let [worst, other] = &found.templates[..] else {
        panic!()
    };
    assert_eq!(worst.id.to_string(), "T00001");
    assert_eq!(
        worst.text(Lang::Zh),
        "⟨签名⟩⟨姓名⟩，再不还⟨金额⟩元就打断你的腿，别以为找不到你"
    );
    assert!(worst.text(Lang::En).starts_with("⟨signature⟩⟨name⟩，"));
    assert_eq!(
        (worst.messages, worst.error, worst.tiers),
        (40, 0, [0, 0, 10, 30])
    );
    assert_eq!(worst.agencies, agencies);
    assert!(!worst.has_more_agencies);
    assert_eq!(worst.first, RecordRef { input: 0, record: 3 });
    let name = &worst.slots[1];
    assert!(name.kind.is_personal() && name.floor == 0);
    assert_eq!(
        (&*name.values[0].value, name.values[0].messages),
        ("张伟先生", 40)
    );
    // Forty sums are more than are kept: the slot says so.
    assert!(worst.slots[2].floor > 0 && worst.slots[2].values.len() == 32);
    assert_eq!((other.tier, other.messages), (Tier::Clean, 80));
    let values = &other.slots[0].values;
    assert_eq!(
        (&*values[0].value, values[0].messages + values[0].error >= 21),
        ("0", true)
    );
    assert_eq!(
        found.template_of(key("【乙】李雷先生，再不还9元就打断你的腿，别以为找不到你")),
        Some(worst.id)
    );
    assert_eq!(found.template_of(key("就这一次，没有第二个人这样说")), None);
}

fn key(text: &str) -> Key {
    Skeleton::default()
        .take(&Message::text(text), Lexicon::bundled())
        .unwrap()
}

/// Invented templates of one trade, which share its phrases.
const TEMPLATES: [&str; 12] = [
    "您的借款已严重逾期，我司将依法向法院提起诉讼，请您尽快还清欠款，避免承担更多费用，详询客服。",
    "您尾号1234的信用卡本期账单800元，最后还款日3月5日，请按时还款，如已还款请忽略本短信。",
    "请转告你儿子王小明，让他马上把欠我们的钱还了，否则我们就到他单位去找他领导谈一谈。",
    "今天下午之前不处理，我们的外访人员就到你家门口，让左邻右舍都看看欠钱不还的人长什么样。",
    "受禾木银行委托，就您名下逾期欠款与您协商还款方案，请于工作时间来电，我们为您申请减免。",
    "您的分期付款已入账，感谢您的使用，如对账单有异议可拨打客服热线或到就近网点咨询。",
    "你以为换个号码就找不到你了？你的通讯录我们都有，一个一个打过去，看你以后怎么做人。",
    "本案已移交法务部，工作人员将于近日上门送达材料，请保持电话畅通，不要再逃避责任。",
    "提醒您应还款日为3月5日，请注意账户余额，我司不会以任何理由要求您向私人账户转账。",
    "您的延期申请已通过，新的还款日为3月5日，请知悉，如需调整还款计划请提前三天联系我们。",
    "作为保证人，请您关注并协助借款人履行还款义务，如有疑问可联系贷款经办支行核实情况。",
    "再给你最后一次机会，今晚八点前到账，不然你女儿的学校我们也知道在哪里，自己看着办。",
];

#[test]
fn variants_of_a_template_join_it_and_others_stay_apart() {
    let variant = |template: &str, from: &str, to: &str| {
        assert!(template.contains(from), "{template} {from}");
        template.replace(from, to)
    };
    let [a, b, c, d, e, ..] = TEMPLATES;
    let variants = [
        variant(a, "严重逾期", "逾期多日"),
        variant(a, "尽快还清欠款", "尽快还清"),
        variant(a, "，详询客服", "，详询客服，或登录官网查询"),
        variant(b, "请按时还款", "请您及时还款"),
        variant(c, "马上", "赶紧"),
        variant(c, "还了", "huan了"),
        variant(c, "王小明", "阿不都"),
        variant(c, "单位", "dan位"),
        variant(d, "今天下午之前", "明天中午之前"),
        variant(d, "欠钱不还", "欠债不还"),
        variant(e, "禾木银行", "云杉消费金融"),
        variant(e, "为您", "替您"),
        // Short ones with another place.
        "你女儿在东湖二年级吧，放学路上车多".to_owned(),
        "你女儿在第二实验小学二年级吧，放学路上车多".to_owned(),
    ];
    let all = TEMPLATES
        .iter()
        .map(|template| (*template).to_owned())
        .chain(variants.iter().cloned());
    let found = found(all.map(|one| text(&one, Tier::Clean)));
    let mut ids: Vec<_> = TEMPLATES.iter().map(|one| found.template_of(key(one))).collect();
    ids.push(found.template_of(key(&variants[12])));
    for (variant, expected) in variants.iter().zip([0, 0, 0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 12, 12]) {
        assert_eq!(found.template_of(key(variant)), ids[expected], "{variant}");
        assert!(ids[expected].is_some());
    }
    assert_eq!(found.templates.len(), 6, "templates without variants came once");
    assert_eq!(found.templates[0].variants, 5);
}

#[test]
fn the_threshold_lies_between_variants_and_templates() {
    let shingles = |text: &str| {
        let mut skeleton = Skeleton::default();
        skeleton.take(&Message::text(text), Lexicon::bundled());
        near::Shingles::of(&skeleton.plain)
    };
    for (index, one) in TEMPLATES.iter().enumerate() {
        for two in &TEMPLATES[..index] {
            let jaccard = shingles(one).jaccard(&shingles(two));
            assert!(jaccard < near::NEAR / 3.0, "{jaccard}\n{one}\n{two}");
        }
    }
    // Two characters exchanged at every place of every template.
    let (mut near, mut all) = (0, 0);
    for template in TEMPLATES {
        let characters: Vec<char> = template.chars().collect();
        for at in 0..characters.len() - 1 {
            let mut changed = characters.clone();
            (changed[at], changed[at + 1]) = ('甴', '曱');
            let changed: String = changed.into_iter().collect();
            near += usize::from(shingles(&changed).jaccard(&shingles(template)) >= near::NEAR);
            all += 1;
        }
    }
    assert_eq!(near, all);
}

#[test]
fn short_texts_that_say_something_else_stay_apart() {
    for (one, two) in [
        ("你的电话打不通了", "你的快递打不通了"),
        ("请问您是张女士的家人吗", "请问您什么时候还款呢"),
        ("我们会在今天下午联系您的家人", "我们会在今天下午给您打电话"),
    ] {
        let found = found([one, two].into_iter().map(|one| text(one, Tier::Clean)));
        assert!(found.templates.is_empty(), "{one} {two}");
    }
}

#[test]
fn the_plainest_wording_is_shown() {
    let texts = [
        "请*转*告*张三，他 欠 钱 不 还",
        "请转告李四，他欠钱不还",
        "请转告王五，他欠钱不还！",
    ];
    let found = found(texts.into_iter().map(|one| text(one, Tier::Notice)));
    assert_eq!(found.templates[0].text(Lang::Zh), "请转告⟨姓名⟩，他欠钱不还");
    assert_eq!(found.templates[0].slots[0].values.len(), 3);
}

#[test]
fn clean_and_grave_templates_point_at_each_other() {
    let lawful = "您尾号1234的信用卡账单已逾期，请尽快还款，以免影响您的个人征信记录，详询客服。";
    let grave = lawful.replace("。", "，不然叫人上门。");
    let messages = [
        (lawful, Tier::Clean),
        (lawful, Tier::Clean),
        (&*grave, Tier::Severe),
        (&*grave, Tier::Severe),
    ];
    let found = found(messages.into_iter().map(|(one, tier)| text(one, tier)));
    let [first, second] = &found.templates[..] else {
        panic!("{found:?}")
    };
    assert_eq!((first.tier, second.tier), (Tier::Severe, Tier::Clean));
    assert_eq!(
        (first.resembles, second.resembles),
        (Some(second.id), Some(first.id))
    );
}

#[test]
fn beyond_the_bound_the_heavy_ones_stay_and_the_rest_is_said_to_be_missing() {
    let bounds = Bounds {
        skeletons: 200,
        text_bytes: 1 << 20,
        value_bytes: 1 << 20,
    };
    let heavy = "今天不还三千块钱我们就到你单位去闹";
    let grave = "再不还钱打断你的腿，你等着";
    let messages = (0..6000).flat_map(|number| {
        let mut three = vec![text(&one_off(number), Tier::Clean)];
        if number % 10 == 0 {
            three.push(text(heavy, Tier::Clean));
        }
        // Rare, but severe.
        if number % 90 == 0 {
            three.push(text(grave, Tier::Severe));
        }
        three
    });
    let mut templates = Templates::within(bounds);
    assert!(templates.is_exact());
    templates.add_sheet(&sheet_of(1, messages), 0);
    assert!(!templates.is_exact());
    let found = templates.finish(Lexicon::bundled());
    assert!(
        !found.is_exact() && found.floor < 6667 / 100 && found.lost > 5000,
        "{} {}",
        found.floor,
        found.lost
    );
    assert!(found.skeletons <= 200);
    let count = |text: &str| {
        let id = found.template_of(key(text)).unwrap();
        let template = found.templates.iter().find(|template| template.id == id).unwrap();
        (template.messages, template.error)
    };
    // Both came before the first were dropped.
    assert_eq!((count(heavy), count(grave)), ((600, 0), (67, 0)));
    for template in &found.templates {
        assert!(
            template.messages > 1 && template.error <= found.floor,
            "{template:?}"
        );
    }
}

#[test]
fn who_comes_late_carries_the_error() {
    let bounds = Bounds {
        skeletons: 100,
        text_bytes: 1 << 20,
        value_bytes: 1 << 20,
    };
    let late = "这句话后来才有人天天说起";
    let messages = (0..1000).map(|number| text(&one_off(number), Tier::Clean));
    let messages = messages.chain((0..50).map(|_| text(late, Tier::Clean)));
    let mut templates = Templates::within(bounds);
    templates.add_sheet(&sheet_of(1, messages), 0);
    let found = templates.finish(Lexicon::bundled());
    let template = &found.templates[0];
    assert_eq!(template.messages, 50);
    assert!(template.error > 0 && template.error == found.floor && template.has_more_agencies);
}

#[test]
fn values_stay_within_their_bound() {
    let bounds = Bounds {
        skeletons: 1000,
        text_bytes: 1 << 20,
        value_bytes: 4 << 10,
    };
    let words = [
        "账单已出请查收",
        "还款日快要到了",
        "您的额度已提升",
        "客服将与您联系",
    ];
    let messages = (0..2000).map(|number| text(&format!("{}编号{number}", words[number % 4]), Tier::Clean));
    let mut templates = Templates::within(bounds);
    templates.add_sheet(&sheet_of(1, messages), 0);
    let (_, _, value_bytes) = templates.size();
    assert!(value_bytes <= 4 << 10, "{value_bytes}");
    let found = templates.finish(Lexicon::bundled());
    assert_eq!(found.templates.len(), 4);
    for template in &found.templates {
        assert_eq!(template.messages, 500);
        assert!(template.slots[0].floor > 0 && template.slots[0].values.len() < 32);
    }
}

#[test]
fn a_value_that_fills_half_of_a_slot_is_found_among_thousands() {
    let mut values = values::Values::default();
    for number in 0..10_000 {
        values.add(&number.to_string(), SlotKind::Number, 32);
        values.add("66", SlotKind::Amount, 32);
    }
    let most = values.list.iter().max_by_key(|counted| counted.seen).unwrap();
    assert_eq!((&*most.value, most.kind), ("66", SlotKind::Number));
    assert!(most.seen <= 10_001 && most.seen + most.error >= 10_001);
    assert!(values.floor <= 20_000 / 32 + 1, "{}", values.floor);
}

#[test]
fn sheets_make_no_difference() {
    let messages: Vec<_> = (0..3000)
        .map(|number| match number % 3 {
            0 => text(&one_off(number), Tier::Clean),
            1 => text(TEMPLATES[number % 12], Tier::Notice),
            _ => text(&TEMPLATES[number % 12].replace("请", "麻烦"), Tier::Clean),
        })
        .collect();
    let bounds = Bounds {
        skeletons: 300,
        text_bytes: 1 << 20,
        value_bytes: 1 << 20,
    };
    let in_sheets_of = |size: usize| {
        let mut templates = Templates::within(bounds);
        for (number, part) in messages.chunks(size).enumerate() {
            let first = (number * size) as u64 + 1;
            templates.add_sheet(&sheet_of(first, part.iter().cloned()), 0);
        }
        templates.finish(Lexicon::bundled())
    };
    let whole = in_sheets_of(3000);
    assert!(whole.templates.len() > 5 && !whole.is_exact());
    for size in [1, 7, 999, 3000] {
        assert_eq!(in_sheets_of(size), whole, "{size}");
    }
}

#[test]
fn a_million_skeletons_that_come_once_take_no_more_than_the_bound() {
    let mut templates = Templates::default();
    let mut largest = (0, 0, 0);
    // Keys and wordings without the cost of a million skeletons.
    for number in 0..1_000_000_u64 {
        let wording = format!(
            "没有人再说过的第{number}句话，和别的一样长，长到一条短信通常的样子，七十个字上下，也就差不多了吧"
        );
        templates.add(
            Sighting {
                key: Key(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
                tier: Tier::Clean,
                agency: None,
                record: number,
                wording: &wording,
                values: "",
                marks: &[],
                rules: &[],
                categories: sheet::Categories::default(),
            },
            0,
        );
        if number % 10_000 == 0 {
            let (skeletons, texts, values) = templates.size();
            largest = (
                largest.0.max(skeletons),
                largest.1.max(texts),
                largest.2.max(values),
            );
        }
    }
    assert!(
        largest.0 <= templates::MAX_SKELETONS && largest.1 <= templates::MAX_TEXT_BYTES,
        "{largest:?}"
    );
    assert_eq!(largest.2, 0, "values of what comes once aren't counted");
    assert!(templates.floor < 1_000_000 / 50_000 + 2);
    assert_eq!(templates.messages, 1_000_000);
    let kept: u64 = templates.entries.values().map(templates::Entry::seen).sum();
    assert_eq!(kept + templates.lost, 1_000_000);
}

/// `cargo test --lib -- --ignored --nocapture a_full_table`
#[test]
#[ignore = "a measurement"]
fn a_full_table_is_joined_in_seconds() {
    for (name, kind) in [
        ("apart", 0_usize),
        ("all variants of one", 1),
        ("a tail to one of 12", 2),
    ] {
        let mut skeleton = Skeleton::default();
        let (mut sheet, mut templates) = (Sheet::default(), Templates::default());
        for number in 0..templates::MAX_SKELETONS {
            let text = match kind {
                0 => format!(
                    "{}{}{}{}",
                    one_off(number),
                    one_off(number + 1),
                    one_off(number + 2),
                    one_off(number + 3)
                ),
                1 => TEMPLATES[2].replace("单位", &one_off(number)[..6]),
                _ => format!(
                    "{}{}{}",
                    TEMPLATES[number % 12],
                    one_off(number),
                    one_off(number + 7)
                ),
            };
            let key = skeleton.take(&Message::text(&*text), Lexicon::bundled());
            sheet.add(&skeleton, key, 1, None, &Default::default());
        }
        let start = std::time::Instant::now();
        templates.add_sheet(&sheet, 0);
        let added = start.elapsed();
        let size = templates.size();
        let found = templates.finish(Lexicon::bundled());
        eprintln!(
            "{name}: {size:?}, added in {added:?}, joined in {:?}, {} templates, entry {} bytes",
            start.elapsed() - added,
            found.templates.len(),
            size_of::<templates::Entry>(),
        );
    }
}
