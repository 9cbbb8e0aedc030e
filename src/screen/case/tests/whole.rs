//! Dumps: order, memory, bounds, what is missing.

use super::*;

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
