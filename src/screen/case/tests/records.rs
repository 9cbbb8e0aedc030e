//! Records as contacts, and what is heard in them.

use super::*;
use crate::finding::Verdict;
use crate::linter::Linter;
use crate::message::{Body, Channel, Message, Speaker, Turn};

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
    let of = |message: &Message| {
        let record = RecordRef { input: 2, record: 9 };
        let verdict = Verdict::default();
        let contact = Contact::of(message, &verdict, record, &requests)?;
        Some((
            contact.kind,
            contact.role,
            contact.debtor.map(str::to_owned),
            contact.is_inbound,
        ))
    };
    let both = call(&[(Speaker::Agent, "您好"), (Speaker::Customer, "喂")]);
    let agent = call(&[(Speaker::Agent, "您的账单已到期"), (Speaker::Customer, " ")]);
    let unsaid = call(&[(Speaker::Unknown, "喂")]);
    let silent = Message {
        channel: Some(Channel::Call),
        ..Message::text("无人接听")
    };
    let wordless = call(&[]);
    for (message, facts, outcome) in [
        (&both, (None, None), Outcome::Conversation),
        (&both, (Some(false), Some(60)), Outcome::Unanswered),
        (&both, (Some(true), Some(0)), Outcome::Conversation),
        (&agent, (None, None), Outcome::Notifying),
        (&agent, (None, Some(0)), Outcome::Unanswered),
        (&unsaid, (None, None), Outcome::Connected),
        (&silent, (None, Some(12)), Outcome::Connected),
        (&silent, (Some(false), None), Outcome::Unanswered),
        (&silent, (None, None), Outcome::Unknown),
        (&wordless, (None, Some(0)), Outcome::Unanswered),
        (&wordless, (None, Some(12)), Outcome::Connected),
    ] {
        let (is_connected, seconds) = facts;
        let message = Message {
            is_connected,
            seconds,
            ..message.clone()
        };
        let (kind, ..) = of(&message).unwrap();
        assert_eq!(kind, ContactKind::Call(outcome), "{facts:?}");
    }

    let sms = |change: &dyn Fn(&mut Message<'static>)| {
        let mut message = Message::text("请还款");
        message.channel = Some(Channel::Sms);
        change(&mut message);
        of(&message)
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
    for words in ["", "见到本人，承诺周五还款"] {
        let visit = Message {
            channel: Some(Channel::Visit),
            ..Message::text(words)
        };
        assert_eq!(of(&visit).unwrap().0, ContactKind::Visit, "{words}");
    }
    let answered = call(&[(Speaker::Agent, "请问张三在吗"), (Speaker::ThirdParty, "不在")]);
    assert_eq!(of(&answered).unwrap().1, third);
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
