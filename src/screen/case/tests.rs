//! Invented histories against the bundled limits.

use jiff::civil::Date;

use super::*;
use crate::finding::Verdict;
use crate::lexicon::laws::Verb;
use crate::linter::Linter;
use crate::message::{Body, Channel, CreditorKind, Message, Role, Speaker, Time, Turn};
use crate::rule::{Category, Tier};

const CONVERSATION: ContactKind = ContactKind::Call(Outcome::Conversation);
const NOTIFYING: ContactKind = ContactKind::Call(Outcome::Notifying);
const UNANSWERED: ContactKind = ContactKind::Call(Outcome::Unanswered);
const SMS: ContactKind = ContactKind::Message;

/// A contact with debtor D1 of an online platform.
fn contact(kind: ContactKind, time: &'static str) -> Contact<'static> {
    Contact {
        record: RecordRef { input: 0, record: 0 },
        id: "".into(),
        time: Time::parse_of_record(time),
        kind,
        debtor: Some("D1"),
        person: Some("13800138000"),
        role: Some(Role::Debtor),
        collector: None,
        agency: Some("甲催收"),
        creditor: Some("乙平台"),
        creditor_kind: Some(CreditorKind::OnlinePlatform),
        region: None,
        is_offensive: false,
        asks_to_stop: false,
        is_inbound: false,
    }
}

/// Contacts of one kind at these times.
fn contacts(kind: ContactKind, times: &[&'static str]) -> Vec<Contact<'static>> {
    times.iter().map(|time| contact(kind, time)).collect()
}

/// So many at noon of a day, a second apart.
fn many(count: usize, kind: ContactKind, day: &str) -> Vec<Contact<'static>> {
    let mut made = vec![contact(kind, "2026-03-02 12:00"); count];
    for (second, contact) in made.iter_mut().enumerate() {
        let hour = 12 + second / 3600;
        let time = format!("{day} {hour}:{:02}:{:02}", second / 60 % 60, second % 60);
        contact.time = Time::parse(&time);
    }
    made
}

fn with(mut contacts: Vec<Contact<'static>>, change: impl Fn(&mut Contact)) -> Vec<Contact<'static>> {
    contacts.iter_mut().for_each(change);
    contacts
}

fn joined(parts: impl IntoIterator<Item = Vec<Contact<'static>>>) -> Vec<Contact<'static>> {
    parts.into_iter().flatten().collect()
}

fn to_third(contacts: Vec<Contact<'static>>) -> Vec<Contact<'static>> {
    with(contacts, |contact| {
        contact.role = Some(Role::ThirdParty);
        contact.person = Some("13900139000");
    })
}

fn of_bank(contacts: Vec<Contact<'static>>) -> Vec<Contact<'static>> {
    with(contacts, |contact| {
        contact.creditor_kind = Some(CreditorKind::Bank)
    })
}

/// Records numbered in the order of the list.
fn numbered(mut contacts: Vec<Contact<'static>>) -> Vec<Contact<'static>> {
    for (record, contact) in (1..).zip(&mut contacts) {
        contact.record.record = record;
        contact.id = format!("r{record}").into();
    }
    contacts
}

fn findings_of(contacts: &[Contact], memory_bytes: usize, batch: usize) -> CaseFindings<'static> {
    let lexicon = Lexicon::bundled();
    let mut cases = Cases::new(lexicon, memory_bytes);
    for contacts in contacts.chunks(batch) {
        let mut own = Contacts::default();
        for contact in contacts {
            own.add(Some(contact), lexicon.laws());
        }
        cases.take(own).unwrap();
    }
    cases.finish(|_| Ok(())).unwrap()
}

fn found(contacts: Vec<Contact<'static>>) -> CaseFindings<'static> {
    findings_of(&numbered(contacts), USUAL_MEMORY_BYTES, 7)
}

/// Which limits are exceeded, with the count and the days.
fn exceeded(contacts: Vec<Contact<'static>>) -> Vec<(&'static str, u64, u64)> {
    let findings = found(contacts).findings.into_iter();
    let mut told: Vec<_> = findings
        .map(|finding| (finding.limit, finding.count, finding.days))
        .collect();
    told.sort_unstable();
    told
}

#[test]
fn counts_a_day_against_their_limits() {
    const DAY: &str = "2026-03-02";
    let rows: Vec<(&str, Vec<Contact>, &[(&str, u64, u64)])> = vec![
        ("three conversations", many(3, CONVERSATION, DAY), &[]),
        ("four", many(4, CONVERSATION, DAY), &[("interactive-calls", 4, 1)]),
        (
            "the two counts of calls are apart",
            joined([many(3, CONVERSATION, DAY), many(3, NOTIFYING, DAY)]),
            &[],
        ),
        (
            "four notices",
            many(4, NOTIFYING, DAY),
            &[("notifying-calls", 4, 1)],
        ),
        (
            "midnight parts days",
            contacts(
                CONVERSATION,
                &[
                    "2026-03-02 21:57",
                    "2026-03-02 21:58",
                    "2026-03-02 21:59",
                    "2026-03-03 08:00",
                ],
            ),
            &[],
        ),
        (
            "two days, the worse one counts",
            joined([many(4, CONVERSATION, DAY), many(6, CONVERSATION, "2026-03-04")]),
            &[("interactive-calls", 6, 2)],
        ),
        (
            "creditors are counted apart",
            joined([
                many(2, CONVERSATION, DAY),
                with(many(2, CONVERSATION, DAY), |contact| {
                    contact.creditor = Some("丙平台")
                }),
            ]),
            &[],
        ),
        (
            "agencies of one creditor together",
            joined([
                many(2, CONVERSATION, DAY),
                with(many(2, CONVERSATION, DAY), |contact| {
                    contact.agency = Some("丁催收")
                }),
            ]),
            &[("interactive-calls", 4, 1)],
        ),
        (
            "calls of the debtor aren't the collector's",
            with(many(9, CONVERSATION, DAY), |contact| contact.is_inbound = true),
            &[],
        ),
        (
            "calls to a guarantor aren't to the debtor",
            with(many(9, CONVERSATION, DAY), |contact| {
                contact.role = Some(Role::Guarantor)
            }),
            &[],
        ),
        ("six tries of one number", of_bank(many(6, UNANSWERED, DAY)), &[]),
        (
            "seven",
            of_bank(many(7, UNANSWERED, DAY)),
            &[("unanswered-calls", 7, 1)],
        ),
        (
            "of two numbers",
            joined([
                of_bank(many(4, UNANSWERED, DAY)),
                with(of_bank(many(4, UNANSWERED, DAY)), |contact| {
                    contact.person = Some("13700137000")
                }),
            ]),
            &[],
        ),
        ("tries are a matter of banks", many(7, UNANSWERED, DAY), &[]),
        ("forty-nine messages", many(49, SMS, DAY), &[]),
        ("fifty", many(50, SMS, DAY), &[("bombing", 50, 1)]),
        (
            "two visits",
            many(2, ContactKind::Visit, DAY),
            &[("visits", 2, 1)],
        ),
        (
            "no date, no day",
            with(many(60, SMS, DAY), |contact| contact.time = None),
            &[],
        ),
    ];
    for (name, contacts, expected) in rows {
        assert_eq!(exceeded(contacts), expected, "{name}");
    }
}

#[test]
fn hours_and_nights() {
    let rows: Vec<(&str, Vec<Contact>, &[(&str, u64, u64)])> = vec![
        ("21:59", contacts(SMS, &["2026-03-02 21:59"]), &[]),
        (
            "22:00",
            contacts(SMS, &["2026-03-02 22:00"]),
            &[("quiet-hours", 1, 1)],
        ),
        (
            "07:59",
            contacts(SMS, &["2026-03-02 07:59"]),
            &[("quiet-hours", 1, 1)],
        ),
        ("08:00", contacts(SMS, &["2026-03-02 08:00"]), &[]),
        (
            "one night over midnight, and another",
            contacts(
                SMS,
                &[
                    "2026-03-02 23:59",
                    "2026-03-03 00:00",
                    "2026-03-03 07:00",
                    "2026-03-03 22:30",
                ],
            ),
            &[("quiet-hours", 4, 2)],
        ),
        (
            "third persons sleep, too",
            to_third(contacts(SMS, &["2026-03-02 23:00"])),
            &[("quiet-hours", 1, 1)],
        ),
        (
            "a letter",
            contacts(ContactKind::Letter, &["2026-03-02 23:00"]),
            &[],
        ),
        ("no hour", contacts(SMS, &["2026-03-02"]), &[]),
        ("no day", contacts(SMS, &["23:00"]), &[]),
        (
            "a message of the debtor's",
            with(contacts(SMS, &["2026-03-02 23:00"]), |contact| {
                contact.is_inbound = true
            }),
            &[],
        ),
    ];
    for (name, contacts, expected) in rows {
        assert_eq!(exceeded(contacts), expected, "{name}");
    }
}

#[test]
fn limits_bind_whom_where_and_when_their_clause_does() {
    let at = |time: &'static str, kind: Option<CreditorKind>, region: Option<&'static str>| {
        with(contacts(SMS, &[time]), |contact| {
            contact.creditor_kind = kind;
            contact.region = region;
        })
    };
    let platform = Some(CreditorKind::OnlinePlatform);
    let ningxia = Some("宁夏回族自治区银川市");
    let rows: Vec<(&str, Vec<Contact>, &[&str])> = vec![
        (
            "the day before the standard",
            at("2025-02-27 23:00", platform, None),
            &[],
        ),
        (
            "its first day",
            at("2025-02-28 23:00", platform, None),
            &["quiet-hours"],
        ),
        (
            "it doesn't bind card issuers",
            at("2025-06-02 23:00", Some(CreditorKind::Card), None),
            &[],
        ),
        (
            "the association's guide does",
            at("2026-01-30 23:00", Some(CreditorKind::Card), None),
            &["quiet-hours"],
        ),
        (
            "nor anybody else",
            at("2026-03-02 23:00", Some(CreditorKind::Other), None),
            &[],
        ),
        (
            "an unknown creditor may be bound",
            at("2026-03-02 23:00", None, None),
            &["quiet-hours"],
        ),
        (
            "Monday evening in Ningxia",
            at("2026-03-02 20:00", platform, ningxia),
            &["quiet-hours-ningxia-workday"],
        ),
        ("a minute earlier", at("2026-03-02 19:59", platform, ningxia), &[]),
        ("elsewhere", at("2026-03-02 20:00", platform, Some("甘肃")), &[]),
        (
            "before the notice",
            at("2025-04-23 20:00", platform, ningxia),
            &[],
        ),
        (
            "Sunday evening",
            at("2026-03-01 18:00", platform, ningxia),
            &["quiet-hours-ningxia-holiday"],
        ),
        (
            "Sunday morning",
            at("2026-03-01 08:59", platform, ningxia),
            &["quiet-hours-ningxia-holiday"],
        ),
    ];
    for (name, contacts, expected) in rows {
        let limits: Vec<&str> = found(contacts)
            .findings
            .iter()
            .map(|finding| finding.limit)
            .collect();
        assert_eq!(limits, expected, "{name}");
    }
    let ningxia = |count| {
        with(many(count, SMS, "2026-03-02"), |contact| {
            contact.region = Some("宁夏")
        })
    };
    assert_eq!(exceeded(ningxia(3)), []);
    assert_eq!(exceeded(ningxia(4)), [("contacts-ningxia", 4, 1)]);
    // The guide of 2024 had the count of notifying calls, and of them alone.
    let calls = |kind| many(4, kind, "2024-06-03");
    assert_eq!(exceeded(calls(NOTIFYING)), [("notifying-calls", 4, 1)]);
    assert_eq!(exceeded(calls(CONVERSATION)), []);
}

#[test]
fn a_finding_says_what_it_rests_on() {
    let night = found(of_bank(contacts(SMS, &["2025-03-03 23:00", "2026-03-02 23:00"])));
    let finding = &night.findings[0];
    assert_eq!(
        (finding.category, finding.tier),
        (Category::Harassment, Tier::Warning)
    );
    let basis: Vec<_> = finding
        .basis
        .iter()
        .map(|own| (own.id, own.clause, own.verb))
        .collect();
    // Neither number was read, so neither is printed.
    assert_eq!(
        basis,
        [
            ("GBT45251", None, Verb::DoesNotConform),
            ("CBA2026", None, Verb::DoesNotConform)
        ]
    );
    let caveats: Vec<&str> = finding.caveats.iter().map(|caveat| &*caveat.en).collect();
    assert_eq!(caveats.len(), 1);
    assert!(caveats[0].contains("agreement or consent"), "{caveats:?}");
    let day = |day: &str| day.parse::<Date>().unwrap();
    assert_eq!(finding.period, Some((day("2025-03-03"), day("2026-03-02"))));
    assert_eq!(finding.agencies, ["甲催收"]);
    let ids: Vec<&str> = finding.evidence.iter().map(|own| &*own.id).collect();
    assert_eq!(ids, ["r1", "r2"]);

    let bombed = found(many(120, SMS, "2026-03-02"));
    let finding = &bombed.findings[0];
    assert_eq!(
        (finding.limit, finding.tier, finding.is_policy),
        ("bombing", Tier::Notice, true)
    );
    assert!(finding.basis.is_empty() && finding.caveats[0].en.contains("not law"));
    assert_eq!(
        (finding.evidence.len(), finding.records, finding.count),
        (50, 120, 120)
    );
    assert_eq!(finding.worst_day, Some(day("2026-03-02")));

    let soft = found(of_bank(many(7, UNANSWERED, "2026-03-02")));
    assert_eq!(soft.findings[0].tier, Tier::Notice);
    let regional = found(with(many(4, SMS, "2026-03-02"), |contact| {
        contact.region = Some("宁夏")
    }));
    assert_eq!(regional.findings[0].tier, Tier::Notice);
}

#[test]
fn whoever_asked_to_be_left_alone() {
    let asking = |contacts| with(contacts, |contact: &mut Contact| contact.asks_to_stop = true);
    let call = |time: &'static str| contacts(CONVERSATION, &[time]);
    let third = |time: &'static str| to_third(call(time));
    const REFUSED: (&str, u64, u64) = ("third-person-refused", 1, 1);
    const SHARE: (&str, u64, u64) = ("third-person-share", 100, 2);
    let rows: Vec<(&str, Vec<Contact>, &[(&str, u64, u64)])> = vec![
        (
            "a third person, called again a year later",
            joined([asking(third("2025-03-02 10:00")), third("2026-03-02 10:00")]),
            &[REFUSED],
        ),
        (
            "the call itself is none after it",
            asking(third("2026-03-02 10:00")),
            &[],
        ),
        (
            "another person",
            joined([
                asking(third("2026-03-02 10:00")),
                with(third("2026-03-03 10:00"), |contact| {
                    contact.person = Some("13700137000")
                }),
            ]),
            &[],
        ),
        (
            "another creditor",
            joined([
                asking(third("2026-03-02 10:00")),
                with(third("2026-03-03 10:00"), |contact| {
                    contact.creditor = Some("丙平台")
                }),
            ]),
            &[],
        ),
        (
            "in writing, and called the same day",
            joined([
                with(asking(third("2026-03-02 10:00")), |contact| {
                    contact.is_inbound = true
                }),
                third("2026-03-02 10:01"),
            ]),
            &[REFUSED],
        ),
        (
            "the same day, hour unknown",
            joined([asking(third("2026-03-02 10:00")), third("2026-03-02")]),
            &[],
        ),
        (
            "the debtor: for review",
            joined([asking(call("2026-03-02 10:00")), call("2026-03-03 10:00")]),
            &[("debtor-asked-to-stop", 1, 1)],
        ),
        (
            "and the share, from four on",
            joined([
                third("2026-03-02 10:00"),
                third("2026-03-02 11:00"),
                third("2026-03-03 10:00"),
                third("2026-03-03 11:00"),
            ]),
            &[SHARE],
        ),
        (
            "half isn't over half",
            joined([
                third("2026-03-02 10:00"),
                third("2026-03-02 11:00"),
                call("2026-03-03 10:00"),
                call("2026-03-03 11:00"),
            ]),
            &[],
        ),
    ];
    for (name, contacts, expected) in rows {
        assert_eq!(exceeded(contacts), expected, "{name}");
    }
    let both = of_bank(joined([
        asking(third("2026-03-01 10:00")),
        third("2026-03-02 10:00"),
    ]));
    let both = found(both);
    let finding = &both.findings[0];
    assert_eq!(
        (finding.category, finding.tier),
        (Category::ThirdParty, Tier::Warning)
    );
    assert_eq!(finding.basis.len(), 2, "one finding, both instruments");
    let nameless = joined([asking(third("2026-03-01 10:00")), third("2026-03-02 10:00")]);
    let nameless = found(with(nameless, |contact| contact.person = None));
    assert_eq!((nameless.found, nameless.coverage.nameless_refusals), (0, 1));
}

#[test]
fn the_debtor_is_tried_before_a_third_person() {
    let failed = |times: &[&'static str]| of_bank(contacts(UNANSWERED, times));
    let third = |time: &'static str| of_bank(to_third(contacts(CONVERSATION, &[time])));
    let reached = |time: &'static str| of_bank(contacts(CONVERSATION, &[time]));
    let unknown = of_bank(contacts(
        ContactKind::Call(Outcome::Unknown),
        &["2026-03-01 09:00"],
    ));
    let rows: Vec<(&str, Vec<Contact>, bool)> = vec![
        (
            "three in a row, then the next day",
            joined([
                failed(&["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 11:00"]),
                third("2026-03-03 09:00"),
            ]),
            false,
        ),
        (
            "the same day",
            joined([
                failed(&["2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 11:00"]),
                third("2026-03-02 12:00"),
            ]),
            true,
        ),
        (
            "two",
            joined([
                failed(&["2026-03-02 09:00", "2026-03-02 10:00"]),
                third("2026-03-03 09:00"),
            ]),
            true,
        ),
        (
            "answered in between",
            joined([
                failed(&["2026-03-02 09:00", "2026-03-02 10:00"]),
                reached("2026-03-02 10:30"),
                failed(&["2026-03-02 11:00"]),
                third("2026-03-03 09:00"),
            ]),
            true,
        ),
        (
            "three days in a row",
            joined([
                failed(&["2026-03-01 09:00", "2026-03-02 09:00", "2026-03-03 09:00"]),
                third("2026-03-03 12:00"),
            ]),
            false,
        ),
        (
            "not in a row",
            joined([
                failed(&["2026-03-01 09:00", "2026-03-02 09:00", "2026-03-04 09:00"]),
                third("2026-03-04 12:00"),
            ]),
            true,
        ),
        (
            "nobody knows",
            joined([unknown, failed(&["2026-03-02 09:00"]), third("2026-03-03 12:00")]),
            false,
        ),
        (
            "a dump without failed calls tells nothing",
            third("2026-03-03 12:00"),
            false,
        ),
    ];
    for (name, contacts, is_found) in rows {
        let findings = found(contacts);
        let told = findings.findings.iter();
        let told: Vec<_> = told.map(|finding| (finding.limit, finding.tier)).collect();
        let expected: &[_] = match is_found {
            true => &[("third-person-after-failed-calls", Tier::Notice)],
            false => &[],
        };
        assert_eq!(told, expected, "{name}");
        let unknown = findings.coverage.tries_unknown;
        assert_eq!(unknown > 0, name == "nobody knows", "{name}");
    }
}

#[test]
fn repeated_offence_is_counted_by_person() {
    let offence = |count, person| {
        with(many(count, SMS, "2026-03-02"), |contact| {
            contact.is_offensive = true;
            contact.person = Some(person);
        })
    };
    assert_eq!(exceeded(joined([offence(2, "1"), offence(2, "2")])), []);
    let findings = found(joined([offence(2, "1"), offence(3, "2"), offence(4, "3")]));
    let finding = &findings.findings[0];
    let told = (
        finding.limit,
        finding.count,
        finding.records,
        finding.evidence.len(),
    );
    assert_eq!(told, ("repeated-messages", 4, 7, 4));
}

/// A dump of some debtors with something of everything.
fn dump() -> Vec<Contact<'static>> {
    const NAMES: [&str; 5] = ["D1", "D2", "张三", "D10", "13800138000"];
    let mut dump = joined([
        many(5, CONVERSATION, "2026-03-02"),
        to_third(many(60, SMS, "2026-03-03")),
        of_bank(many(8, UNANSWERED, "2026-03-04")),
        contacts(
            SMS,
            &["2026-03-04 23:00", "2026-03-05 00:10", "2026-03-06", "23:10"],
        ),
    ]);
    for (place, contact) in dump.iter_mut().enumerate() {
        contact.debtor = NAMES.get(place % 6).copied();
        contact.is_offensive = place % 4 == 0;
        contact.asks_to_stop = place % 17 == 0;
    }
    numbered(joined(std::iter::repeat_n(dump, 4)))
}

#[test]
fn order_batches_and_memory_change_nothing() {
    let dump = dump();
    let expected = findings_of(&dump, USUAL_MEMORY_BYTES, 1000);
    assert!(expected.found > 5 && expected.coverage.unassigned > 0 && expected.debtors == 5);
    let mut shuffled = dump.clone();
    // 101 and the number of contacts have no factor in common.
    let length = shuffled.len();
    for place in 0..length {
        shuffled.swap(place, place * 101 % length);
    }
    let reversed: Vec<Contact> = dump.iter().rev().cloned().collect();
    for (contacts, memory, batch) in [
        (&dump, 0, 1),
        (&dump, 1000, 13),
        (&reversed, USUAL_MEMORY_BYTES, 1),
        (&reversed, 5000, 1000),
        (&shuffled, 300, 50),
    ] {
        assert_eq!(findings_of(contacts, memory, batch), expected, "{memory} {batch}");
    }
}

#[test]
fn one_debtor_with_very_many_contacts_is_bounded() {
    let mut contacts = numbered(with(many(5000, UNANSWERED, "2026-03-02"), |contact| {
        contact.creditor_kind = Some(CreditorKind::Bank);
    }));
    let numbers: Vec<String> = (0..contacts.len()).map(|number| number.to_string()).collect();
    for (contact, number) in contacts.iter_mut().zip(&numbers) {
        contact.person = Some(number);
    }
    let findings = findings_of(&contacts, 10_000, 100);
    let told = (
        findings.found,
        findings.findings[0].limit,
        findings.findings[0].count,
    );
    assert_eq!(told, (1, "bombing", 5000));
    assert_eq!(findings.findings[0].evidence.len(), 50);
    assert_eq!(findings.coverage.uncounted, 4000);
    assert!(
        findings
            .notes
            .iter()
            .any(|note| note.en.contains("4000 contacts are left out"))
    );
}

#[test]
fn counts_of_the_whole_and_what_is_missing() {
    let nothing = Contact {
        debtor: None,
        ..contact(SMS, "2026-03-02 10:00")
    };
    let findings = found(vec![
        contact(SMS, "2026-03-02 10:00"),
        contact(SMS, "2026-03-02 11:00"),
        contact(SMS, "2026-03-02"),
        contact(CONVERSATION, "2026-03-03 10:00"),
        to_third(contacts(UNANSWERED, &["2026-03-03 11:00"])).remove(0),
        contact(SMS, "10:00"),
        nothing,
    ]);
    assert_eq!((findings.debtors, findings.debtor_days), (1, 2));
    let kinds: Vec<(ContactKind, u64)> = findings.contacts_by_kind.clone().into_iter().collect();
    assert_eq!(kinds, [(CONVERSATION, 1), (UNANSWERED, 1), (SMS, 4)]);
    assert_eq!(findings.third_person_share(), Some(1.0 / 6.0));
    let Coverage {
        records,
        unassigned,
        without_date,
        without_clock,
        ..
    } = findings.coverage;
    assert_eq!((records, unassigned, without_date, without_clock), (7, 1, 1, 1));
    let told = |part: &str| findings.notes.iter().any(|note| note.zh.contains(part));
    assert!(told("无法归入") && told("没有日期") && told("只有日期没有时刻"));
    assert!(!told("没有写明接收人身份") && !told("宁夏"));
    assert_eq!(found(Vec::new()), CaseFindings::default());
}

fn call(turns: &[(Speaker, &'static str)]) -> Message<'static> {
    let turn = |&(speaker, text): &(Speaker, &'static str)| Turn {
        speaker,
        text: text.into(),
        time: None,
    };
    Message {
        body: Body::Turns(turns.iter().map(turn).collect()),
        channel: Some(Channel::Call),
        ..Message::default()
    }
}

#[test]
fn records_become_contacts() {
    let linter = Linter::new(Lexicon::bundled()).unwrap();
    let requests = Requests::new(&linter).unwrap();
    let of = |message: &Message, facts: CallFacts| {
        let record = RecordRef { input: 2, record: 9 };
        let verdict = Verdict::default();
        let contact = Contact::of(message, &verdict, record, facts, &requests)?;
        Some((
            contact.kind,
            contact.role,
            contact.debtor.map(str::to_owned),
            contact.is_inbound,
        ))
    };
    let facts = |is_connected, seconds| CallFacts {
        is_connected,
        seconds,
    };
    let both = call(&[(Speaker::Agent, "您好"), (Speaker::Customer, "喂")]);
    let agent = call(&[(Speaker::Agent, "您的账单已到期"), (Speaker::Customer, " ")]);
    let unsaid = call(&[(Speaker::Unknown, "喂")]);
    let silent = Message {
        channel: Some(Channel::Call),
        ..Message::text("无人接听")
    };
    for (message, facts, outcome) in [
        (&both, facts(None, None), Outcome::Conversation),
        (&both, facts(Some(false), Some(60)), Outcome::Unanswered),
        (&both, facts(Some(true), Some(0)), Outcome::Conversation),
        (&agent, facts(None, None), Outcome::Notifying),
        (&agent, facts(None, Some(0)), Outcome::Unanswered),
        (&unsaid, facts(None, None), Outcome::Connected),
        (&silent, facts(None, Some(12)), Outcome::Connected),
        (&silent, facts(Some(false), None), Outcome::Unanswered),
        (&silent, facts(None, None), Outcome::Unknown),
    ] {
        let (kind, ..) = of(message, facts).unwrap();
        assert_eq!(kind, ContactKind::Call(outcome), "{facts:?}");
    }

    let sms = |change: &dyn Fn(&mut Message<'static>)| {
        let mut message = Message::text("请还款");
        message.channel = Some(Channel::Sms);
        change(&mut message);
        of(&message, CallFacts::default())
    };
    let (third, debtor) = (Some(Role::ThirdParty), Some(Role::Debtor));
    let own = |key: &str| Some(key.to_owned());
    assert_eq!(sms(&|_| {}), Some((SMS, None, None, false)));
    assert_eq!(
        sms(&|message| message.recipient = Some(" 138 ".into())),
        Some((SMS, None, own("138"), false))
    );
    assert_eq!(
        sms(&|message| {
            message.recipient = Some("138".into());
            message.recipient_role = third;
        }),
        Some((SMS, third, None, false)),
        "a third person is nobody's debtor"
    );
    assert_eq!(
        sms(&|message| {
            message.sender = Some("张三".into());
            message.debtor = Some("张三".into());
        }),
        Some((SMS, debtor, own("张三"), true))
    );
    assert_eq!(
        sms(&|message| {
            message.sender = Some("138".into());
            message.recipient = Some("甲催收".into());
            message.agency = Some("甲催收".into());
        }),
        Some((SMS, None, own("138"), true))
    );
    assert_eq!(sms(&|message| message.channel = Some(Channel::Template)), None);
    let answered = call(&[(Speaker::Agent, "请问张三在吗"), (Speaker::ThirdParty, "不在")]);
    assert_eq!(of(&answered, CallFacts::default()).unwrap().1, third);
}

#[test]
fn requests_to_stop_are_heard_from_the_other_side_only() {
    let linter = Linter::new(Lexicon::bundled()).unwrap();
    let requests = Requests::new(&linter).unwrap();
    for (words, asks) in [
        ("不要再打了", true),
        ("你们別再聯繫我", true),
        ("立即停止骚扰", true),
        ("我已委托律师处理，请勿再联系本人", true),
        ("我已经委托律师了，请直接与律师联系", true),
        ("请把我的号码删掉", true),
        ("好的，明天还", false),
        ("打了三次都没人接", false),
        ("请不要再提醒我密码了", false),
    ] {
        let answered = call(&[(Speaker::Agent, "您好"), (Speaker::Customer, words)]);
        assert_eq!(requests.asks_to_stop(&answered, false), asks, "{words}");
        let written = Message::text(words);
        assert_eq!(requests.asks_to_stop(&written, true), asks, "{words}");
        assert!(!requests.asks_to_stop(&written, false), "{words}");
        let collector = call(&[(Speaker::Agent, words), (Speaker::Customer, "嗯")]);
        assert!(!requests.asks_to_stop(&collector, false), "{words}");
    }
}
