//! Archives without their list of members → the members.
//!
//! In: a ZIP archive that was cut off, or whose end was overwritten: the list stands there. Out: what the heads before
//! the members themselves say, up to the first place where none stands. A member that was packed without its length being
//! known is followed by it, and is looked for there; one that is cut off goes to the end of the file. It doesn't look into members,
//! and takes back no deletion: what is behind damage that hides a head is lost.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;
use zip::CompressionMethod;

use crate::read::foreign::Shared;
use crate::read::packed::{MOST_MEMBERS, Member, read_up_to};

/// A member, and what its head says of it.
pub(super) struct TornMember {
    /// Its name as it is written.
    pub(super) name: Vec<u8>,
    pub(super) member: Member,
    pub(super) is_locked: bool,
}

const HEAD: &[u8] = b"PK\x03\x04";
const HEAD_BYTES: usize = 30;

/// Stands between a member and its checksum and lengths, where these weren't known before.
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// A descriptor of an archive with long members.
const LONG_DESCRIPTOR_BYTES: usize = 24;

/// Flags of a head.
const IS_LOCKED: u16 = 1;
const HAS_DESCRIPTOR: u16 = 8;

/// What a length is in a head if it takes eight bytes and stands in a field of its own, and the kind of that field.
const LONG: u64 = u32::MAX as u64;
const LONG_LENGTHS: u16 = 1;

/// Bytes looked through at a time.
const PIECE_BYTES: usize = 1 << 20;

/// The members, in the order of the file. O(bytes of the file).
///
/// # Errors
/// If the file can't be read.
pub(super) fn members(file: &Shared) -> io::Result<Vec<TornMember>> {
    let end = file.clone().seek(SeekFrom::End(0))?;
    let mut found = Vec::new();
    let mut at = 0;
    while at < end && found.len() < MOST_MEMBERS {
        let Some((member, next)) = member_at(file, at, end)? else {
            break;
        };
        found.push(member);
        at = next;
    }
    Ok(found)
}

/// The member whose head stands here, in a file of this length, and where the next one may stand.
fn member_at(file: &Shared, at: u64, end: u64) -> io::Result<Option<(TornMember, u64)>> {
    let head = bytes_at(file, at, HEAD_BYTES)?;
    if head.len() < HEAD_BYTES || !head.starts_with(HEAD) {
        return Ok(None);
    }
    let (name_bytes, extra_bytes) = (short(&head, 26), short(&head, 28));
    let names_at = at + HEAD_BYTES as u64;
    let rest = bytes_at(file, names_at, usize::from(name_bytes) + usize::from(extra_bytes))?;
    let Some((name, extra)) = rest.split_at_checked(usize::from(name_bytes)) else {
        return Ok(None);
    };
    let flags = short(&head, 6);
    let start = names_at + rest.len() as u64;
    let (mut length, mut size) = (long(&head, 18), long(&head, 22));
    if length == LONG || size == LONG {
        // The unpacked length stands first.
        let lengths = extra_field(extra, LONG_LENGTHS);
        let value = |at: usize| lengths.and_then(|field| Some(very_long(field.get(at..at + 8)?)));
        (size, length) = (value(0).unwrap_or(size), value(8).unwrap_or(length));
    }
    let mut member = Member {
        start,
        length,
        // Its constants have no name for the methods that aren't read.
        #[allow(deprecated)]
        method: CompressionMethod::from_u16(short(&head, 8)),
        size,
        checksum: long(&head, 14) as u32,
    };
    let mut next = start.saturating_add(length);
    if flags & HAS_DESCRIPTOR != 0 && length == 0 {
        match descriptor(file, start)? {
            Some(found) => {
                (member.length, member.size, member.checksum) = (found.length, found.size, found.checksum);
                next = found.next;
            }
            // Cut off: whatever comes out of it, it isn't all.
            None => (member.size, next) = (u64::MAX, end.saturating_add(1)),
        }
    }
    if next > end {
        member.length = end.saturating_sub(start);
    }
    let torn = TornMember {
        name: name.to_owned(),
        member,
        is_locked: flags & IS_LOCKED != 0,
    };
    Ok(Some((torn, next)))
}

/// What stands behind a member.
struct Descriptor {
    length: u64,
    size: u64,
    checksum: u32,
    next: u64,
}

/// The descriptor of the member that begins here: the first that tells the length which it ends.
fn descriptor(file: &Shared, start: u64) -> io::Result<Option<Descriptor>> {
    let mut at = start;
    loop {
        let piece = bytes_at(file, at, PIECE_BYTES + LONG_DESCRIPTOR_BYTES)?;
        for place in memmem::find_iter(&piece, DESCRIPTOR) {
            let length = at + place as u64 - start;
            if let Some(found) = descriptor_at(&piece[place..], length, at + place as u64) {
                return Ok(Some(found));
            }
        }
        if piece.len() < PIECE_BYTES + LONG_DESCRIPTOR_BYTES {
            return Ok(None);
        }
        at += PIECE_BYTES as u64;
    }
}

fn descriptor_at(bytes: &[u8], length: u64, at: u64) -> Option<Descriptor> {
    let checksum = long(bytes.get(..8)?, 4) as u32;
    let described = |size: u64, bytes: u64| Descriptor {
        length,
        size,
        checksum,
        next: at + bytes,
    };
    let is_long = |field: &[u8]| very_long(field) == length;
    if bytes.get(8..16).is_some_and(is_long) {
        return Some(described(very_long(bytes.get(16..24)?), 24));
    }
    let short = bytes.get(..16)?;
    (long(short, 8) == length).then(|| described(long(short, 12), 16))
}

/// The content of an extra field of this kind.
fn extra_field(mut extra: &[u8], kind: u16) -> Option<&[u8]> {
    loop {
        let (head, rest) = extra.split_at_checked(4)?;
        let (content, others) = rest.split_at_checked(usize::from(short(head, 2)))?;
        if short(head, 0) == kind {
            return Some(content);
        }
        extra = others;
    }
}

/// As many bytes as there are from here, up to a number.
fn bytes_at(file: &Shared, at: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut file = file.clone();
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; most];
    let length = read_up_to(&mut file as &mut dyn Read, &mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(short(bytes, at)) | u64::from(short(bytes, at + 2)) << 16
}

fn very_long(bytes: &[u8]) -> u64 {
    long(bytes, 0) | long(bytes, 4) << 32
}
