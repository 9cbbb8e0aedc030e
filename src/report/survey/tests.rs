//! A small invented run whose figures are counted by hand.

use super::*;
use crate::Verdict;
use crate::finding::Disguise;
use crate::message::{CreditorKind, Id, Message, Role, Time};
use crate::read::Counts;
use crate::report::json::Recorder;
use crate::report::json::tests::{judged_text, settings, small_lexicon};
use crate::report::{Judged, Settings};
use crate::screen::case::{
    Cases, Contact, ContactKind, Contacts as CaseContacts, RecordRef, USUAL_MEMORY_BYTES,
};
use crate::screen::join::{JoinSummary, JoinedFinding, JoinedRecord};
use crate::screen::row::Row;
use crate::screen::skeleton::{Key, Sheet, Skeleton, Templates};

/// Everything that a format might read as more than text.
pub(crate) const HOSTILE: &str = "</script><img src=x onerror=alert(1)><!-- [x](http://e.vil) @user #1 `a``b` | \u{202e}\u{2028}\0\r\n=1+1";

/// A message of the run: id, agency, time, marked text (unmarked: clean), what its finding is.
type Invented = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
    fn(&mut Verdict),
);

const NIGHT: &str = "张伟先生，再不还钱⟦打断你的腿⟧";

/// Five messages of the first input, three of the second.
const RUN: [(&str, &[Invented]); 2] = [
    (
        "a.jsonl",
        &[
            (
                "00000000001234567890123",
                Some("甲公司"),
                "2026-03-02 22:10",
                NIGHT,
                |_| {},
            ),
            ("2", Some("甲公司"), "2026-03-02 23:00", NIGHT, |_| {}),
            (
                "3",
                Some("甲公司"),
                "2026-03-03 09:00",
                "小心⟦打·断你的腿⟧，回电13800138000",
                |verdict| {
                    verdict.findings[0].disguises = vec![Disguise::Symbols, Disguise::Homophone];
                },
            ),
            ("4", Some("甲公司"), "2026-03-03", "请按时还款", |_| {}),
            (
                "5",
                Some("甲公司"),
                "",
                "也许⟦打断你的腿⟧",
                |verdict| {
                    verdict.findings[0].confidence = Confidence::Low;
                    (verdict.tier, verdict.score, verdict.categories) = (Tier::Clean, 7, Vec::new());
                },
            ),
        ],
    ),
    (
        "b.csv",
        &[
            (
                "6",
                Some("乙公司"),
                "2026-03-04 10:00",
                "你这个⟦混蛋⟧",
                |verdict| {
                    let finding = &mut verdict.findings[0];
                    (finding.rule, finding.category, finding.tier) = (1, Category::Insult, Tier::Warning);
                    (verdict.tier, verdict.score, verdict.categories) =
                        (Tier::Warning, 57, vec![Category::Insult]);
                },
            ),
            ("7", None, "23:40", "谢谢", |_| {}),
            ("8", Some("乙公司"), "2026-03-08 08:00", "请按时还款", |_| {}),
        ],
    ),
];

fn judged((id, agency, time, marked, change): Invented) -> (Message<'static>, Verdict) {
    let (text, verdict) = match marked.contains('⟦') {
        true => {
            let (text, mut verdict) = judged_text(marked);
            change(&mut verdict);
            (text, verdict)
        }
        false => (marked.to_owned(), Verdict::default()),
    };
    let message = Message {
        id: Id::Text(id.into()),
        agency: agency.map(Into::into),
        time: Time::parse_of_record(time),
        ..Message::text(text)
    };
    (message, verdict)
}

fn row(message: &Message, verdict: &Verdict, record: u64, settings: &Settings) -> Row {
    let judged = Judged {
        message,
        verdict,
        has_own_id: true,
    };
    let mut result = Vec::new();
    Recorder::new(*settings).append(&mut result, judged);
    let result = String::from_utf8(result).unwrap();
    Row::of(judged, record, result, Vec::new(), settings)
}

/// A contact at night with the debtor of the first two messages.
fn contact<'m>(id: &'m str, message: &Message) -> Contact<'m> {
    Contact {
        record: RecordRef { input: 0, record: 1 },
        id: id.into(),
        time: message.time,
        kind: ContactKind::Message,
        debtor: Some("张伟"),
        person: Some("13800138000"),
        role: Some(Role::Debtor),
        agency: Some("甲公司"),
        creditor: Some("乙平台"),
        creditor_kind: Some(CreditorKind::OnlinePlatform),
        region: None,
        is_offensive: true,
        asks_to_stop: false,
        is_inbound: false,
    }
}

fn counts(read: u64, judged: u64, rejected: u64, skipped: u64) -> Counts {
    Counts {
        read,
        judged,
        rejected,
        skipped,
    }
}

fn facts() -> RunFacts<'static> {
    let input = |name: &str, format: &str, counts: Counts| InputFacts {
        name: name.to_owned(),
        format: Some(format.to_owned()),
        encoding: Some("UTF-8".to_owned()),
        bytes: Some(1000),
        balance: counts.into(),
        note: None,
    };
    let failed = InputFacts::new("c.xlsx", None, Some(7), Counts::default(), Lang::En);
    RunFacts {
        title: None,
        lexicon: Lexicon::bundled(),
        only_findings: false,
        inputs: vec![
            input("a.jsonl", "jsonl", counts(6, 5, 1, 0)),
            input("b.csv", "csv", counts(5, 3, 1, 1)),
            failed.failed(Some("encrypted"), Lang::En),
        ],
        failures: vec!["c.xlsx: encrypted".to_owned()],
        ignored: vec!["photo.jpg".to_owned()],
        rejections: vec![("no-text".to_owned(), 1), ("undecodable".to_owned(), 1)],
        wordless: 0,
        unheard: 0,
    }
}

/// The survey of [`RUN`], masked.
pub(crate) fn small_survey(lang: Lang) -> Survey {
    survey_of(lang, None)
}

/// The same, with what two messages of its second input say together, twice.
pub(crate) fn joined_survey(lang: Lang) -> Survey {
    survey_of(lang, Some([joined(7), joined(8)]))
}

/// A threat of two messages, the first of them with this number.
fn joined(number: u64) -> JoinedFinding {
    let (text, verdict) = judged_text("再不还，⟦打断 你的腿⟧");
    let record = |more: u64, text: &str, characters: (usize, usize)| JoinedRecord {
        record: RecordRef {
            input: 1,
            record: number + more,
        },
        id: (number + more).to_string(),
        time: Time::parse("2026-03-05 10:00:00").unwrap(),
        text: text.to_owned(),
        words: text.chars().take(characters.1).skip(characters.0).collect(),
        span: crate::span::Span::new(0, 0),
        characters,
    };
    JoinedFinding {
        message: Message {
            id: Id::Text("7+8".into()),
            agency: Some("乙公司".into()),
            ..Message::text(text)
        },
        verdict,
        records: vec![record(0, "再不还，打断", (4, 6)), record(2, "你的腿！", (0, 3))],
    }
}

fn survey_of(lang: Lang, together: Option<[JoinedFinding; 2]>) -> Survey {
    let (rules, laws) = small_lexicon();
    let mut settings = settings(&rules, &laws, lang);
    settings.masks = true;
    let lexicon = Lexicon::bundled();
    let (mut templates, mut cases) = (Templates::default(), Cases::new(lexicon, USUAL_MEMORY_BYTES));
    let (mut skeleton, mut contacts) = (Skeleton::default(), CaseContacts::default());
    let mut rows = Vec::new();
    for (input, (name, messages)) in (0..).zip(RUN) {
        let mut sheet = Sheet::default();
        for (record, &invented) in (1..).zip(messages) {
            let (message, verdict) = judged(invented);
            let key = skeleton.take(&message, lexicon);
            sheet.add(&skeleton, key, record, message.agency.as_deref(), &verdict);
            if invented.3 == NIGHT {
                contacts.add(Some(&contact(invented.0, &message)), &laws);
            }
            let mut row = row(&message, &verdict, record, &settings);
            row.skeleton = key.map(|Key(key)| key);
            rows.push((name, row));
        }
        templates.add_sheet(&sheet, input);
    }
    cases.take(contacts).unwrap();
    let (found, cases) = (templates.finish(lexicon), cases.finish(|_| Ok(())).unwrap());
    let mut surveyor = Surveyor::new(settings, 10);
    for (name, row) in &rows {
        let template = row.skeleton.and_then(|key| found.template_of(Key(key)));
        surveyor.add(name, row, &row.findings(), template);
    }
    let summary = together.as_ref().map(|all| JoinSummary {
        runs: 5,
        tiers: [0, 0, 0, all.len() as u64],
        ..JoinSummary::default()
    });
    for finding in together.iter().flatten() {
        let row = row(&finding.message, &finding.verdict, 1, &settings);
        let name = |input: u32| RUN[input as usize].0;
        surveyor.add_joined(name, &row, &row.findings(), finding);
    }
    surveyor.finish(facts(), Some(&found), Some(&cases), summary.as_ref())
}

/// The same with hostile text wherever a record, a file or a lexicon can put it.
pub(crate) fn hostile_survey(lang: Lang) -> Survey {
    let mut survey = small_survey(lang);
    let hostile = || HOSTILE.to_owned();
    survey.title = hostile();
    for input in &mut survey.inputs {
        input.name = "=cmd|' /C calc'!A0".to_owned();
        input.note = Some(hostile());
    }
    survey.failures.push(hostile());
    survey.ignored.push(hostile());
    survey.rejections[0].reason = hostile();
    survey.rules[0].title = hostile();
    survey.agencies[0].name = name_of(HOSTILE);
    survey.laws[0].title = hostile();
    survey.limits.push(hostile());
    for template in &mut survey.templates {
        template.skeleton = hostile();
        template.slots[0].values[0].0 = hostile();
    }
    let contacts = survey.contacts.as_mut().unwrap();
    contacts.notes.push(hostile());
    for finding in &mut contacts.findings {
        (finding.debtor, finding.records, finding.basis) = (hostile(), vec![hostile()], hostile());
        finding.title = hostile();
    }
    for case in &mut survey.worst {
        (case.id, case.input, case.text) = (hostile(), hostile(), hostile());
        case.agency = Some(name_of(HOSTILE));
        case.spans.truncate(1);
        (case.spans[0].start, case.spans[0].end) = (3, 12);
        case.findings[0].title = hostile();
        case.findings[0].basis = vec![hostile()];
    }
    survey
}

#[test]
fn figures_are_those_counted_by_hand() {
    let survey = small_survey(Lang::Zh);
    let tiers = |clean, notice, warning, severe| TierCounts {
        clean,
        notice,
        warning,
        severe,
    };
    assert_eq!(survey.tiers, tiers(4, 0, 1, 3));
    assert_eq!(
        (survey.for_review, survey.balance),
        (1, counts(11, 8, 2, 1).into())
    );
    assert!(survey.balance.is_balanced());
    let days: Vec<_> = survey.days.iter().map(|day| (day.day.day(), day.tiers)).collect();
    assert_eq!(
        days,
        [
            (2, tiers(0, 0, 0, 2)),
            (3, tiers(1, 0, 0, 1)),
            (4, tiers(0, 0, 1, 0)),
            (8, tiers(1, 0, 0, 0))
        ]
    );
    let hours = survey
        .hours
        .iter()
        .map(|hour| (hour.weekday, hour.hour, hour.messages, hour.flagged));
    assert_eq!(
        hours.collect::<Vec<_>>(),
        [
            (1, 22, 1, 1),
            (1, 23, 1, 1),
            (2, 9, 1, 1),
            (3, 10, 1, 1),
            (7, 8, 1, 0)
        ]
    );
    assert_eq!(survey.span.without_time, 2);
    assert_eq!(survey.span.from.as_deref(), Some("2026-03-02T22:10"));
    assert_eq!(survey.quiet, Some(Quiet { from: 22, to: 8 }));
    let met = survey.categories.iter().filter(|one| one.messages > 0);
    assert_eq!(
        met.map(|one| (one.id.id(), one.messages)).collect::<Vec<_>>(),
        [("threat", 3), ("insult", 1)]
    );
    assert_eq!(survey.categories.len(), Category::ALL.len());
    let rules = survey.rules.iter().map(|rule| (&*rule.id, rule.messages));
    assert_eq!(
        rules.collect::<Vec<_>>(),
        [("threat-violence", 3), ("insult-profanity", 1)]
    );
    let disguises = survey.disguises.iter().map(|one| (one.id, one.findings));
    assert_eq!(disguises.collect::<Vec<_>>(), [("symbols", 1), ("homophone", 1)]);
    let agencies = survey
        .agencies
        .iter()
        .map(|one| (&*one.name, one.messages, one.flagged, one.severe, one.rate));
    assert_eq!(
        agencies.collect::<Vec<_>>(),
        [("甲公司", 5, 3, 3, 0.6), ("乙公司", 2, 1, 0, 0.5)]
    );
    let laws = survey
        .laws
        .iter()
        .map(|law| (&*law.title, law.clause.as_deref(), &*law.verb, law.findings));
    assert_eq!(
        laws.collect::<Vec<_>>(),
        [
            ("GB/T 45251", None, "不符合", 3),
            (
                "《治安管理处罚法》（2025）",
                Some("第五十条第一款第（一）项"),
                "违反",
                3
            )
        ]
    );
    assert_eq!(survey.rejections[0].reason, "不是所用编码的文字");
}

#[test]
fn the_worst_come_first_and_those_that_read_the_same_are_one() {
    let survey = small_survey(Lang::Zh);
    let worst: Vec<_> = survey
        .worst
        .iter()
        .map(|case| (&*case.id, case.same, case.score))
        .collect();
    assert_eq!(
        worst,
        [("00000000001234567890123", 2, 82), ("3", 1, 82), ("6", 1, 57)]
    );
    let [first, second, _] = &survey.worst[..] else {
        panic!()
    };
    assert_eq!(first.text, "张＊先生，再不还钱打断你的腿");
    assert_eq!(
        (first.template.as_deref(), second.template.as_deref()),
        (Some("T00001"), None)
    );
    assert_eq!(
        (&*first.input, first.record, first.time.as_deref()),
        ("a.jsonl", 1, Some("2026-03-02T22:10"))
    );
    let span = first.spans[0];
    let words: String = first.text.chars().take(span.end).skip(span.start).collect();
    assert_eq!((words.as_str(), span.finding), ("打断你的腿", 0));
    assert_eq!(
        first.findings[0].basis,
        [
            "违反《治安管理处罚法》（2025）第五十条第一款第（一）项（PSAPL2025；威胁人身安全）",
            "不符合GB/T 45251（GBT45251；不得威胁）"
        ]
    );
    assert_eq!(second.text, "小心打·断你的腿，回电138****8000");
}

#[test]
fn what_several_messages_say_together_is_among_the_worst_and_in_no_count() {
    let (alone, together) = (small_survey(Lang::Zh), joined_survey(Lang::Zh));
    let joined = JoinedCounts {
        groups: 5,
        severe: 2,
        ..JoinedCounts::default()
    };
    assert_eq!((alone.joined, together.joined), (None, Some(joined)));
    assert_eq!(together.method.len(), alone.method.len() + 1);
    let shared = |survey: &Survey| Survey {
        joined: None,
        worst: Vec::new(),
        method: Vec::new(),
        ..survey.clone()
    };
    assert_eq!(shared(&alone), shared(&together));
    let [case] = &together
        .worst
        .iter()
        .filter(|case| !case.parts.is_empty())
        .collect::<Vec<_>>()[..]
    else {
        panic!("{:?}", together.worst)
    };
    let others: Vec<Case> = together
        .worst
        .iter()
        .filter(|case| case.parts.is_empty())
        .cloned()
        .collect();
    assert_eq!(others, alone.worst);
    // By their score and how often they come, as messages are.
    let order: Vec<(u8, u64)> = together
        .worst
        .iter()
        .map(|case| (case.score, case.same))
        .collect();
    assert_eq!(order, [(82, 2), (82, 2), (82, 1), (57, 1)]);
    assert_eq!((&*case.id, &*case.input, case.record), ("7", "b.csv", 7));
    assert_eq!((case.same, &*case.text), (2, "再不还，打断 / 你的腿！"));
    let characters: Vec<char> = case.text.chars().collect();
    let words = |start: usize, end: usize| characters[start..end].iter().collect::<String>();
    let evidence: Vec<String> = case
        .spans
        .iter()
        .map(|span| words(span.start, span.end))
        .collect();
    assert_eq!(evidence, ["打断", "你的腿"]);
    let parts: Vec<(&str, u64, String)> = case
        .parts
        .iter()
        .map(|part| (&*part.id, part.record, words(part.start, part.end)))
        .collect();
    assert_eq!(
        parts,
        [
            ("7", 7, "再不还，打断".to_owned()),
            ("9", 9, "你的腿！".to_owned())
        ]
    );
    assert_eq!(case.findings.len(), 1);
    assert!(!case.findings[0].basis.is_empty());
}

#[test]
fn inputs_that_could_not_be_opened_are_listed_with_what_is_wrong() {
    let survey = small_survey(Lang::Zh);
    let input = survey.inputs.last().unwrap();
    assert_eq!(
        (&*input.name, &input.format, input.bytes),
        ("c.xlsx", &None, Some(7))
    );
    assert_eq!(input.note.as_deref(), Some("encrypted"));
    assert_eq!(input.balance, Balance::default());
    let noted = input
        .clone()
        .failed(Some("again"), Lang::Zh)
        .failed(None, Lang::Zh);
    assert_eq!(noted.note.as_deref(), Some("encrypted；again"));
}

#[test]
fn templates_and_contacts_are_told_and_masked() {
    let survey = small_survey(Lang::Zh);
    let [template] = &survey.templates[..] else {
        panic!("{:?}", survey.templates)
    };
    assert_eq!(
        (&*template.id, template.messages, template.agencies),
        ("T00001", 2, 1)
    );
    assert_eq!(template.skeleton, "⟨姓名⟩，再不还钱打断你的腿");
    assert_eq!(template.slots[0].values, [("张＊＊＊".to_owned(), 2)]);
    assert_eq!(
        (template.rules.as_slice(), survey.templates_exact),
        (&["threat-violence".to_owned()][..], true)
    );
    // 请按时还款 is lawful, and a template all the same.
    assert_eq!((survey.totals.templates, survey.totals.flagged_templates), (2, 1));
    let contacts = survey.contacts.unwrap();
    let [finding] = &contacts.findings[..] else {
        panic!("{:?}", contacts.findings)
    };
    assert_eq!(
        (contacts.debtor_days, &*finding.rule, finding.count),
        (1, "quiet-hours", 2)
    );
    assert_eq!((&*finding.debtor, &*finding.limit), ("张＊", "22:00–08:00 之外"));
    assert_eq!(finding.day, Some(jiff::civil::date(2026, 3, 2)));
    assert_eq!(
        (finding.records.len(), finding.more_records, finding.is_policy),
        (2, 0, false)
    );
    assert!(finding.basis.contains("GB"), "{}", finding.basis);
    assert!(
        contacts.notes[0].contains("1 名债务人中共有 1 项"),
        "{:?}",
        contacts.notes
    );
}

#[test]
fn sums_agree() {
    for lang in [Lang::Zh, Lang::En] {
        let survey = small_survey(lang);
        let sum = |count: fn(&Balance) -> u64| {
            survey
                .inputs
                .iter()
                .map(|input| count(&input.balance))
                .sum::<u64>()
        };
        assert_eq!(survey.tiers.all(), survey.balance.judged);
        assert_eq!(sum(|balance| balance.judged), survey.balance.judged);
        assert_eq!(sum(|balance| balance.read), survey.balance.read);
        let days: u64 = survey.days.iter().map(|day| day.tiers.all()).sum();
        assert_eq!(days + survey.span.without_time, survey.balance.judged);
        assert_eq!(survey, small_survey(lang), "the same run, the same survey");
    }
}

#[test]
fn a_row_that_got_lost_shows() {
    let (rules, laws) = small_lexicon();
    let surveyor = Surveyor::new(settings(&rules, &laws, Lang::En), 10);
    let survey = surveyor.finish(facts(), None, None, None);
    assert!(!survey.balance.is_balanced(), "no row of eight was handed in");
    assert_eq!(survey.contacts, None);
    for told in ["Templates were not looked for.", "Personal data is not masked"] {
        assert!(survey.limits.iter().any(|limit| limit.contains(told)), "{told}");
    }
}

/// As many rows as one likes: the same are listed, whatever the order in which they came.
#[test]
fn what_is_listed_hangs_on_contents_alone() {
    let (rules, laws) = small_lexicon();
    let settings = settings(&rules, &laws, Lang::Zh);
    let rows: Vec<Row> = (0..60)
        .map(|number: u64| {
            let (text, mut verdict) = judged_text(&format!("{}号⟦打断你的腿⟧", number % 20));
            verdict.score = 75 + (number % 20 * 7 % 25) as u8;
            row(&Message::text(text), &verdict, number, &settings)
        })
        .collect();
    let listed = |rows: &mut dyn Iterator<Item = &Row>| {
        let mut surveyor = Surveyor::new(settings, 5);
        rows.for_each(|row| surveyor.add("a", row, &row.findings(), None));
        let worst = surveyor.finish(facts(), None, None, None).worst.into_iter();
        worst
            .map(|case| (case.score, case.text, case.same))
            .collect::<Vec<_>>()
    };
    let forward = listed(&mut rows.iter());
    assert_eq!(forward, listed(&mut rows.iter().rev()));
    assert_eq!(forward.len(), 5);
    assert!(forward.iter().all(|(_, _, same)| *same == 3), "{forward:?}");
}

#[test]
fn long_texts_and_many_findings_are_bounded() {
    let (rules, laws) = small_lexicon();
    let settings = settings(&rules, &laws, Lang::Zh);
    let (text, mut verdict) = judged_text(&format!("⟦打断你的腿⟧{}", "，好".repeat(2_000)));
    let finding = verdict.findings[0].clone();
    verdict.findings = vec![finding; 80];
    verdict.findings[79].place.span = crate::span::Span::new(9_000, 9_003);
    let message = Message {
        id: Id::Text("号".repeat(5_000).into()),
        ..Message::text(text)
    };
    let mut surveyor = Surveyor::new(settings, 5);
    let row = row(&message, &verdict, 1, &settings);
    surveyor.add("a", &row, &row.findings(), None);
    let survey = surveyor.finish(facts(), None, None, None);
    let [case] = &survey.worst[..] else { panic!() };
    assert_eq!(
        (case.text.chars().count(), case.id.chars().count()),
        (2_001, MOST_NAME_CHARACTERS + 1)
    );
    assert!(case.text.ends_with('…'));
    assert_eq!(case.findings.len(), worst::MOST_FINDINGS);
    assert!(case.spans.iter().all(|span| span.end <= 2_000));
}

#[test]
fn the_page_finds_its_fields() {
    let survey = serde_json::to_value(joined_survey(Lang::En)).unwrap();
    let sample: serde_json::Value = serde_json::from_str(include_str!("../page/sample-en.json")).unwrap();
    let keys = |value: &serde_json::Value| -> std::collections::BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&survey), keys(&sample));
    for list in [
        "inputs",
        "rejections",
        "days",
        "hours",
        "categories",
        "rules",
        "disguises",
        "agencies",
        "templates",
        "worst",
        "laws",
    ] {
        assert_eq!(keys(&survey[list][0]), keys(&sample[list][0]), "{list}");
    }
    for path in [
        "/span",
        "/tiers",
        "/balance",
        "/joined",
        "/quiet",
        "/contacts",
        "/contacts/findings/0",
        "/worst/0/findings/0",
        "/templates/0/slots/0",
    ] {
        assert_eq!(
            keys(survey.pointer(path).unwrap()),
            keys(sample.pointer(path).unwrap()),
            "{path}"
        );
    }
    let part = |value: &serde_json::Value| {
        let worst = value["worst"].as_array().unwrap();
        let parts = worst.iter().find_map(|case| case["parts"].get(0));
        keys(parts.expect("one takes several messages"))
    };
    assert_eq!(part(&survey), part(&sample));
}
