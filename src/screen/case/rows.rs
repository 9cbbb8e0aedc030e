//! Contacts as they are kept until the end.
//!
//! In: contacts, on the threads that judge. Out: frames for the [`sorter`](crate::screen::sorter), by debtor and time, and
//! rows read back from it. It knows nothing of what is counted.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::message::{CreditorKind, Role};
use crate::screen::case::contact::{Contact, ContactKind, RecordRef};
use crate::screen::sorter::{Key, clock_of, date_of, name_hash, read_row, write_frame};

/// A contact as it is kept: what the limits ask for, and no words. Names that are only compared are hashes; 0 is no name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Row<'a> {
    #[serde(skip)]
    pub(super) debtor: &'a str,
    /// The day as a number that reads like it: 20260302.
    #[serde(skip)]
    pub(super) day: Option<u32>,
    /// Seconds since midnight.
    #[serde(skip)]
    pub(super) second: Option<u32>,
    #[serde(skip)]
    pub(super) record: RecordRef,
    pub(super) id: &'a str,
    pub(super) kind: ContactKind,
    pub(super) role: Option<Role>,
    pub(super) person: u64,
    pub(super) creditor: u64,
    pub(super) creditor_kind: Option<CreditorKind>,
    /// Which region of the laws; 0 is any other.
    pub(super) region: u8,
    pub(super) agency: &'a str,
    pub(super) is_offensive: bool,
    pub(super) asks_to_stop: bool,
    pub(super) is_inbound: bool,
}

impl<'a> Row<'a> {
    /// The row of a contact with this debtor, in this region of the laws.
    pub(super) fn new(contact: &'a Contact, debtor: &'a str, region: u8) -> Self {
        let key = Key::new(debtor, contact.time, contact.record);
        Self {
            debtor,
            day: key.day,
            second: key.second,
            record: contact.record,
            id: &contact.id,
            kind: contact.kind,
            role: contact.role,
            person: name_hash(contact.person),
            creditor: name_hash(contact.creditor),
            creditor_kind: contact.creditor_kind,
            region,
            agency: contact.agency.unwrap_or_default(),
            is_offensive: contact.is_offensive,
            asks_to_stop: contact.asks_to_stop,
            is_inbound: contact.is_inbound,
        }
    }

    /// The day.
    pub(super) fn date(&self) -> Option<jiff::civil::Date> {
        self.day.and_then(date_of)
    }

    /// The time of day.
    pub(super) fn clock(&self) -> Option<jiff::civil::Time> {
        self.second.and_then(clock_of)
    }

    /// Adds its frame to others.
    pub(super) fn write(&self, frames: &mut Vec<u8>) {
        let key = Key {
            name: self.debtor,
            day: self.day,
            second: self.second,
            record: self.record,
        };
        write_frame(frames, key, self);
    }

    /// The row of these bytes.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let (key, row): (Key, Self) = read_row(bytes)?;
        Ok(Self {
            debtor: key.name,
            day: key.day,
            second: key.second,
            record: key.record,
            ..row
        })
    }
}
