//! One record → one contact.
//!
//! In: a message and its verdict. Out: [`Contact`], borrowed from the message. It takes
//! the record at its word: who is at the other end, and whether a call was answered, is what the columns and the labels
//! of the transcript say.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::finding::Verdict;
use crate::message::{Body, Channel, CreditorKind, Id, Message, Role, Speaker, Time, is_blank};
use crate::rule::{Category, Tier};
use crate::screen::case::request::Requests;

/// Where a record stands: what evidence refers to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordRef {
    /// Number of the input, from 0, in the order of the run.
    pub input: u32,
    /// Number of the record in it, from 1.
    pub record: u64,
}

/// How somebody was contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// By phone.
    Call(Outcome),
    /// By SMS or instant message.
    Message,
    /// By letter or e-mail.
    Letter,
    /// In person, whoever was met.
    Visit,
    /// In another way, or none that the record tells.
    Other,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Both sides spoke: what the standard calls an effective interactive call.
    Conversation,
    /// Answered, and only the collector or a machine spoke.
    Notifying,
    /// Answered; nothing tells who spoke.
    Connected,
    /// Not answered.
    Unanswered,
    /// Nothing tells whether it was answered.
    Unknown,
}

/// One contact of a collector with somebody about a debt, or of that person with the collector.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact<'a> {
    /// Where its record stands.
    pub record: RecordRef,
    /// The id of its record.
    pub id: Cow<'a, str>,
    /// When; the day or the hour may be unknown.
    pub time: Option<Time>,
    /// How.
    pub kind: ContactKind,
    /// Whose debt it is about: the key of the case. Without one it can't be assigned.
    pub debtor: Option<&'a str>,
    /// Who is at the other end: the number or name of the recipient; of an inbound message, of the sender.
    pub person: Option<&'a str>,
    /// What that person is to the debt.
    pub role: Option<Role>,
    /// The collecting agency.
    pub agency: Option<&'a str>,
    /// The creditor; limits of calls hold for each creditor with all its agencies.
    pub creditor: Option<&'a str>,
    /// What the creditor is.
    pub creditor_kind: Option<CreditorKind>,
    /// Province.
    pub region: Option<&'a str>,
    /// Whether its words were judged insulting, threatening or harassing, at warning or above.
    pub is_offensive: bool,
    /// Whether the person at the other end asks to be left alone.
    pub asks_to_stop: bool,
    /// Whether that person contacted the collector: no contact of the collector's, but it may hold the request to stop.
    pub is_inbound: bool,
}

impl<'a> Contact<'a> {
    /// The contact that a record is; none if it is a template or an article, which nobody received.
    ///
    /// A message is inbound if its sender is its debtor or its recipient is its agency. Without a debtor column the
    /// person at the other end is the debtor, unless it is a third person. The outcome column beats the length of a
    /// call, and both beat the transcript on whether it was answered; who spoke is told by the labels of the turns.
    pub fn of(
        message: &'a Message<'a>,
        verdict: &Verdict,
        record: RecordRef,
        requests: &Requests,
    ) -> Option<Self> {
        let kind = kind_of(message)?;
        let debtor = given(&message.debtor);
        let (sender, recipient) = (given(&message.sender), given(&message.recipient));
        let is_same = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
        let is_inbound = is_same(sender, debtor) || is_same(recipient, given(&message.agency));
        let person = if is_inbound { sender } else { recipient };
        let role = match message.recipient_role {
            None | Some(Role::Unknown) if is_answered_by_third_persons(message) => Some(Role::ThirdParty),
            // What a column says of the recipient isn't said of the sender.
            _ if is_same(sender, debtor) => Some(Role::Debtor),
            role => role,
        };
        Some(Self {
            record,
            id: match &message.id {
                Id::Text(id) => Cow::Borrowed(&**id),
                Id::Number(number) => Cow::Owned(number.to_string()),
            },
            time: message.time,
            kind,
            debtor: debtor.or(person.filter(|_| role != Some(Role::ThirdParty))),
            person,
            role,
            agency: given(&message.agency),
            creditor: given(&message.creditor),
            creditor_kind: message.creditor_kind,
            region: given(&message.region),
            is_offensive: !is_inbound && is_offensive(verdict),
            asks_to_stop: requests.asks_to_stop(message, is_inbound),
            is_inbound,
        })
    }
}

/// How the message travelled; none if it travelled to nobody.
fn kind_of(message: &Message) -> Option<ContactKind> {
    let is_call =
        matches!(message.body, Body::Turns(_)) || message.is_connected.is_some() || message.seconds.is_some();
    Some(match message.channel {
        Some(Channel::Template | Channel::Article) => return None,
        Some(Channel::Call) => ContactKind::Call(outcome(message)),
        Some(Channel::Visit) => ContactKind::Visit,
        Some(Channel::Letter) => ContactKind::Letter,
        // An instant message may hold many turns: a chat.
        Some(Channel::Sms | Channel::Im) => ContactKind::Message,
        Some(Channel::Other) | None if is_call => ContactKind::Call(outcome(message)),
        Some(Channel::Other) | None => ContactKind::Other,
    })
}

fn outcome(message: &Message) -> Outcome {
    let speaks = |is_meant: fn(Speaker) -> bool| {
        let mut turns = message.stretches().filter(|(turn, _, _)| turn.is_some());
        turns.any(|(_, speaker, words)| is_meant(speaker) && !is_blank(words))
    };
    let agent_speaks = speaks(|speaker| speaker == Speaker::Agent);
    let other_speaks = speaks(|speaker| matches!(speaker, Speaker::Customer | Speaker::ThirdParty));
    let unknown_speaks = speaks(|speaker| speaker == Speaker::Unknown);
    match message.is_answered() {
        Some(false) => Outcome::Unanswered,
        // Beside the collector's turns those of an unknown speaker are the other side's.
        _ if other_speaks || agent_speaks && unknown_speaks => Outcome::Conversation,
        _ if agent_speaks => Outcome::Notifying,
        Some(true) => Outcome::Connected,
        // Somebody spoke, so somebody answered.
        None if unknown_speaks => Outcome::Connected,
        None => Outcome::Unknown,
    }
}

/// Whether nobody but third persons answers a call, as far as its labels tell.
fn is_answered_by_third_persons(message: &Message) -> bool {
    let Body::Turns(turns) = &message.body else {
        return false;
    };
    let has = |speaker: Speaker| turns.iter().any(|turn| turn.speaker == speaker);
    has(Speaker::ThirdParty) && !has(Speaker::Customer)
}

fn is_offensive(verdict: &Verdict) -> bool {
    verdict.findings.iter().any(|finding| {
        finding.is_counted()
            && finding.tier >= Tier::Warning
            && matches!(
                finding.category,
                Category::Insult | Category::Threat | Category::Harassment
            )
    })
}

/// A value without the white space around it; a blank one is none.
fn given<'a>(value: &'a Option<Cow<'_, str>>) -> Option<&'a str> {
    let value = value.as_deref()?.trim();
    (!value.is_empty()).then_some(value)
}
