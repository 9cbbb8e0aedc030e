//! Invented histories against the bundled limits: counts, hours, and where limits bind.

mod people;
mod records;
mod whole;

use jiff::civil::Date;

use super::*;
use crate::lexicon::laws::Verb;
use crate::message::{CreditorKind, Role, Time};
use crate::rule::{Category, Tier};

const CONVERSATION: ContactKind = ContactKind::Call(Outcome::Conversation);
const NOTIFYING: ContactKind = ContactKind::Call(Outcome::Notifying);
const UNANSWERED: ContactKind = ContactKind::Call(Outcome::Unanswered);
const SMS: ContactKind = ContactKind::Message;

/// A limit that is exceeded: its id, the count and the days.
type Exceeded = (&'static str, u64, u64);

/// Cases of a table: what it is about, the contacts, what they exceed.
type Histories = Vec<(&'static str, Vec<Contact<'static>>, &'static [Exceeded])>;

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

/// What contacts exceed, by id.
fn exceeded(contacts: Vec<Contact<'static>>) -> Vec<Exceeded> {
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
    let rows: Histories = vec![
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
    let rows: Histories = vec![
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
