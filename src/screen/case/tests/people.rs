//! Third persons, requests to stop, repeated offence.

use super::*;

#[test]
fn whoever_asked_to_be_left_alone() {
    let asking = |contacts| with(contacts, |contact: &mut Contact| contact.asks_to_stop = true);
    let call = |time: &'static str| contacts(CONVERSATION, &[time]);
    let third = |time: &'static str| to_third(call(time));
    const REFUSED: Exceeded = ("third-person-refused", 1, 1);
    const SHARE: Exceeded = ("third-person-share", 100, 2);
    let rows: Histories = vec![
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
