//! Word documents → plain text.
//!
//! In: a DOCX. Out: its paragraphs, a line each, those of tables cell by cell. Deleted passages of tracked changes are
//! left out, inserted ones are in: what the reader of the letter gets. Headers, footers and comments aren't part of the
//! letter's words.

use std::io::{self, BufReader, Read, Write};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::error::{say, told};
use crate::read::foreign::Shared;
use crate::read::packed;

/// Bytes of a document's words, markup included, at most: a letter of a thousand pages has 20 MB.
const MOST_BYTES: u64 = 256 << 20;

/// Writes the words of a document.
///
/// # Errors
/// If it is damaged; what stands before the damage is written.
pub(super) fn write_text(file: Shared, out: &mut dyn Write) -> io::Result<()> {
    let mut archive = ZipArchive::new(file).map_err(packed::damaged)?;
    let document = archive.by_name("word/document.xml").map_err(packed::damaged)?;
    let mut xml = Reader::from_reader(BufReader::new(document.take(MOST_BYTES)));
    let mut buffer = Vec::new();
    let mut is_text = false;
    // Depth in what stands there a second time, for programs that don't know the first form.
    let mut fallbacks = 0_usize;
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => is_text = true,
                "Fallback" => fallbacks += 1,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => is_text = false,
                "Fallback" => fallbacks = fallbacks.saturating_sub(1),
                "p" if fallbacks == 0 => out.write_all(b"\n")?,
                _ => {}
            },
            Event::Empty(tag) if fallbacks == 0 => match tag.local_name().as_ref() {
                "tab" => out.write_all(b"\t")?,
                "br" | "cr" | "p" => out.write_all(b"\n")?,
                _ => {}
            },
            Event::Text(text) if is_text && fallbacks == 0 => {
                out.write_all(text.xml10_content().as_bytes())?;
            }
            Event::CData(text) if is_text && fallbacks == 0 => {
                out.write_all(text.xml10_content().as_bytes())?;
            }
            Event::GeneralRef(entity) if is_text && fallbacks == 0 => {
                write_entity(&entity, out)?;
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The character that `&amp;` or `&#x4e2d;` stands for; an unknown one stays as it is written.
fn write_entity(entity: &quick_xml::events::BytesRef, out: &mut dyn Write) -> io::Result<()> {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return write!(out, "{character}");
    }
    let name: &str = entity;
    match quick_xml::escape::resolve_predefined_entity(name) {
        Some(text) => out.write_all(text.as_bytes()),
        None => write!(out, "&{name};"),
    }
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    let problem = error.to_string();
    told(say!(
        "文档已损坏，此处之后无法读取（{problem}）",
        "the document is damaged and can't be read beyond this ({problem})"
    ))
}
