//! Markdown.
//!
//! In: a source. Out: its paragraphs, headings, items, cells and blocks of code, each a passage; marks of emphasis and
//! links in them are no text. Comments are those of HTML, which may stand anywhere; HTML in it is read as HTML. Front matter
//! isn't text. Promise: `pulldown-cmark` refuses nothing, nor does this.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::flow::{Flow, Spaces, plain};
use super::{Comment, Extracted, html};
use crate::lint::source::Source;
use crate::span::Span;

pub(super) fn extract(source: &Source) -> Extracted {
    let text = source.text();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader {
        text,
        flow: Flow::new(text, Spaces::Collapsed),
        is_in_front_matter: false,
        markup: None,
        own: Extracted::default(),
    };
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.take(event, Span::new(range.start, range.end));
    }
    reader.flush(Spaces::Collapsed);
    reader.own.sort();
    reader.own
}

struct Reader<'s> {
    text: &'s str,
    flow: Flow<'s>,
    is_in_front_matter: bool,
    /// A block of HTML, as far as it was read.
    markup: Option<Span>,
    own: Extracted,
}

impl Reader<'_> {
    fn take(&mut self, event: Event, span: Span) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => self.flush(Spaces::Kept),
            Event::End(TagEnd::CodeBlock) => self.flush(Spaces::Collapsed),
            Event::Start(Tag::MetadataBlock(_)) => self.is_in_front_matter = true,
            Event::End(TagEnd::MetadataBlock(_)) => self.is_in_front_matter = false,
            Event::End(TagEnd::HtmlBlock) => self.end_markup(),
            Event::Start(tag) if !is_inline(&tag) => self.flush(Spaces::Collapsed),
            Event::End(tag) if !is_inline_end(tag) => self.flush(Spaces::Collapsed),
            Event::Start(_) | Event::End(_) => {}
            Event::Text(_) if self.is_in_front_matter => {}
            Event::Text(words) => self.words(&words, span),
            Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                self.words_inside(&words, span);
            }
            Event::Html(_) => {
                self.markup = Some(self.markup.map_or(span, |markup| markup.cover(span)));
            }
            Event::InlineHtml(_) => self.inline_markup(span),
            Event::SoftBreak => self.flow.push_space(span),
            Event::HardBreak => self.flow.push_break(span),
            Event::Rule => self.flush(Spaces::Collapsed),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn words(&mut self, words: &str, span: Span) {
        match span.of(self.text) == words {
            true => self.flow.push(span, plain),
            // An entity, or a line break of two characters.
            false if words.trim().is_empty() => self.flow.push_space(span),
            false => self.flow.push_written(words, span),
        }
    }

    /// Words between signs: `` `code` ``.
    fn words_inside(&mut self, words: &str, span: Span) {
        match span.of(self.text).find(words) {
            Some(at) => {
                let start = span.start + at;
                self.flow.push(Span::new(start, start + words.len()), plain);
            }
            // Line breaks in it are blanks.
            None => self.flow.push_written(words, span),
        }
    }

    fn inline_markup(&mut self, span: Span) {
        let written = span.of(self.text);
        let tag = written.trim_start_matches(['<', '/']);
        if let Some(inside) = written
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"))
        {
            let words = Span::new(span.start + 4, span.start + 4 + inside.len());
            self.own.comments.push(Comment { whole: span, words });
        } else if tag.len() > 2 && tag[..2].eq_ignore_ascii_case("br") {
            self.flow.push_break(span);
        }
    }

    fn end_markup(&mut self) {
        if let Some(span) = self.markup.take() {
            html::walk(self.text, span, &[], &mut self.own);
        }
    }

    fn flush(&mut self, next: Spaces) {
        let flow = std::mem::replace(&mut self.flow, Flow::new(self.text, next));
        self.own.passages.extend(flow.finish(""));
    }
}

fn is_inline(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript
    ) || matches!(tag, Tag::Link { .. } | Tag::Image { .. })
}

fn is_inline_end(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript
    ) || matches!(tag, TagEnd::Link | TagEnd::Image)
}

#[cfg(test)]
mod tests;
