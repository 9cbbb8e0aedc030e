//! From named values to a [`Message`], the same for all formats.
//!
//! In: values as the formats found them. Out: the message, or the [`Reason`] why there is none. It decides
//! whether a text is a transcript, whether a record without words is a contact all the same, and gives an id to what
//! has none; it doesn't judge.

use std::borrow::Cow;

use crate::message::{Body, Channel, CreditorKind, Id, Message, Role, Time, Turn, call, is_blank};
use crate::read::Reason;
use crate::read::columns::Field;
use crate::read::transcript;

/// The values of a record.
#[derive(Debug, Default)]
pub(crate) struct Draft<'a> {
    pub text: Option<Cow<'a, str>>,
    pub turns: Option<Vec<Turn<'a>>>,
    message: Message<'a>,
    has_id: bool,
    channel: Option<Channel>,
    unread: Unread,
}

/// The fields of a record whose values were not understood; they count as not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread(u16);

impl Unread {
    /// The fields, in their order.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        let is_in = move |field: &Field| self.0 & 1 << *field as u16 != 0;
        Field::all().filter(is_in)
    }

    fn add(&mut self, field: Field) {
        self.0 |= 1 << field as u16;
    }
}

/// What a message is given where its record is silent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults<'d> {
    pub file: &'d str,
    pub number: u64,
    pub channel: Option<Channel>,
}

impl<'a> Draft<'a> {
    /// A draft of nothing but words of its own.
    pub(crate) fn of_words(text: Cow<'a, str>) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    /// A draft of nothing but the turns of a call.
    pub(crate) fn of_turns(turns: Vec<Turn<'a>>) -> Self {
        Self {
            turns: Some(turns),
            channel: Some(Channel::Call),
            ..Self::default()
        }
    }

    /// Whether it has something to judge.
    pub(crate) fn has_words(&self) -> bool {
        let has_turns = self.turns.as_ref().is_some_and(|turns| !turns.is_empty());
        has_turns || self.text.as_ref().is_some_and(|text| !is_blank(text))
    }

    /// One call of a file of transcripts.
    pub(crate) fn call(text: &'a str) -> Self {
        let call = transcript::call(text);
        let mut draft = Self::of_turns(call.turns);
        for (field, value) in call.fields {
            draft.set(field, Cow::Borrowed(value));
        }
        draft
    }

    /// Takes a value; a blank one is none.
    pub(crate) fn set(&mut self, field: Field, value: Cow<'a, str>) {
        if field == Field::Text {
            self.text = Some(value);
            return;
        }
        if is_blank(&value) {
            return;
        }
        let message = &mut self.message;
        let mut is_understood = true;
        match field {
            Field::Text | Field::Turns => {}
            Field::Id => self.set_id(Id::Text(value)),
            Field::Time => {
                message.time = Time::parse_of_record(&value);
                is_understood = message.time.is_some();
            }
            Field::Sender => message.sender = Some(value),
            Field::Recipient => message.recipient = Some(value),
            Field::Agency => message.agency = Some(value),
            Field::Creditor => message.creditor = Some(value),
            Field::CreditorKind => {
                message.creditor_kind = CreditorKind::named(&value);
                is_understood = message.creditor_kind.is_some();
            }
            Field::Channel => {
                let channel = Channel::named(&value);
                self.channel = Some(channel.unwrap_or(Channel::Other));
                is_understood = channel.is_some();
            }
            Field::RecipientRole => {
                message.recipient_role = Role::named(&value);
                is_understood = message.recipient_role.is_some();
            }
            Field::Debtor => message.debtor = Some(value),
            Field::Region => message.region = Some(value),
            Field::Outcome => {
                message.is_connected = call::is_connected(&value);
                is_understood = message.is_connected.is_some();
            }
            Field::Duration => {
                message.seconds = call::seconds(&value);
                is_understood = message.seconds.is_some();
            }
        }
        if !is_understood {
            self.unread.add(field);
        }
    }

    /// Takes the record's own id.
    pub(crate) fn set_id(&mut self, id: Id<'a>) {
        self.message.id = id;
        self.has_id = true;
    }

    /// The fields whose values were not understood.
    pub(crate) fn unread(&self) -> Unread {
        self.unread
    }

    /// The message: with its words, or without any if the record is a contact all the same.
    ///
    /// # Errors
    /// If there is no text in it, and it doesn't say that somebody was called or visited.
    pub(crate) fn into_message(self, defaults: Defaults<'_>) -> Result<Message<'a>, Reason> {
        let mut message = self.message;
        if !self.has_id {
            message.id = Id::Text(format!("{}:{}", defaults.file, defaults.number).into());
        }
        message.channel = self.channel.or(defaults.channel);
        let has_place_for_words = self.turns.is_some() || self.text.is_some();
        message.body = match (self.turns, self.text) {
            (Some(turns), _) if !turns.is_empty() => Body::Turns(turns),
            (_, Some(text)) => body_of(text, message.channel),
            _ => Body::default(),
        };
        if message.is_wordless() {
            if !is_contact(&message) {
                return Err(match has_place_for_words {
                    true => Reason::EmptyText,
                    false => Reason::NoText,
                });
            }
            message.body = Body::default();
            message.channel = message.channel.or(Some(Channel::Call));
        } else if let Body::Turns(_) = message.body {
            message.channel = message.channel.or(Some(Channel::Call));
            message.correct_speakers();
        }
        Ok(message)
    }
}

/// Whether a record without words says that somebody was called or visited: on which day, and of a call whether it was
/// answered or how long it lasted. A call of which it says neither may be one whose transcript is missing, and a record
/// without a day can be counted nowhere. Registers of visits have no column for what became of them: there the channel
/// says it. Of other channels there is nothing to count without words.
fn is_contact(message: &Message) -> bool {
    let is_dated = message.time.is_some_and(|time| time.date.is_some());
    let is_one = match message.channel {
        Some(Channel::Visit) => true,
        // The columns of outcome and duration are those of calls, whatever name the channel has.
        Some(Channel::Call | Channel::Other) | None => message.is_answered().is_some(),
        _ => false,
    };
    is_dated && is_one
}

/// A text cell may hold a transcript: surely so in a call, and elsewhere if it looks like nothing else.
fn body_of<'a>(text: Cow<'a, str>, channel: Option<Channel>) -> Body<'a> {
    let may_be_transcript = match channel {
        Some(Channel::Call) => true,
        Some(Channel::Article | Channel::Letter) => false,
        _ => transcript::is_transcript(&text),
    };
    if !may_be_transcript {
        return Body::Text(text);
    }
    let turns = match &text {
        Cow::Borrowed(text) => transcript::parse(text),
        Cow::Owned(text) => {
            transcript::parse(text).map(|turns| turns.into_iter().map(Turn::into_owned).collect())
        }
    };
    turns.map_or(Body::Text(text), Body::Turns)
}
