//! The text of a page as passages for the language check: prose and labels, without markup.
//!
//! What is not the editor's own running text stays out: code, quotations, alternative texts, addresses, what is marked
//! as another language.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::Spanned;
use super::marked_language;
use super::writer::end_of;
use crate::site::plain_language::{Kind, Passage};
use crate::source_text::SourceText;

/// What a line right above a table begins with when it is its caption.
pub(super) const CAPTIONS: [&str; 2] = ["Tabel:", "Table:"];

pub(super) struct Reader<'a> {
    source: &'a SourceText,
    passages: Vec<Passage>,
    open: Option<Passage>,
    /// Whether the title of a callout is being read, which ends with its line.
    in_callout_title: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a SourceText) -> Reader<'a> {
        Reader {
            source,
            passages: Vec::new(),
            open: None,
            in_callout_title: false,
        }
    }

    pub(super) fn read(mut self, events: &[Spanned<'_>]) -> Vec<Passage> {
        let mut at = 0;
        while let Some((event, range)) = events.get(at) {
            at = self.event(event, range, events, at);
        }
        self.close();
        self.passages
    }

    /// Takes an event and returns where to go on.
    fn event(
        &mut self,
        event: &Event<'_>,
        range: &Range<usize>,
        events: &[Spanned<'_>],
        at: usize,
    ) -> usize {
        match event {
            Event::Start(tag) => return self.start(tag, range, events, at),
            Event::End(tag) if is_span(*tag) => self.change(),
            Event::End(_) => self.close(),
            Event::Text(_) => self.text(range),
            Event::Code(_) => self.stand_in(range),
            Event::SoftBreak | Event::HardBreak => self.line_end(event, range),
            _ => {}
        }
        at + 1
    }

    fn start(
        &mut self,
        tag: &Tag<'_>,
        range: &Range<usize>,
        events: &[Spanned<'_>],
        at: usize,
    ) -> usize {
        let after = end_of(events, at) + 1;
        match tag {
            Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            } => {
                self.stand_in(range);
                return after;
            }
            Tag::Link { dest_url, .. } if marked_language::of_link(dest_url).is_some() => {
                self.stand_in(range);
                return after;
            }
            Tag::Image { .. } => return after,
            tag if is_span(tag.to_end()) => {
                self.change();
                return at + 1;
            }
            _ => self.close(),
        }
        match tag {
            Tag::CodeBlock(_) | Tag::HtmlBlock => return after,
            Tag::BlockQuote(_) if self.is_in_other_language(events, at) => return after,
            Tag::BlockQuote(_) => match self.is_callout(events, at) {
                true => self.in_callout_title = true,
                false => return after,
            },
            Tag::Heading { .. } | Tag::TableCell | Tag::DefinitionListTitle => {
                self.open = Some(Passage::new(Kind::Label));
            }
            Tag::Paragraph => self.open = Some(Passage::new(self.kind_of_paragraph(range))),
            Tag::Item | Tag::DefinitionListDefinition => {
                self.open = Some(Passage::new(Kind::Prose));
            }
            _ => {}
        }
        at + 1
    }

    fn written(&self, range: &Range<usize>) -> &'a str {
        self.source.text().get(range.clone()).unwrap_or_default()
    }

    fn is_callout(&self, events: &[Spanned<'_>], at: usize) -> bool {
        let first = events.get(at + 2);
        first.is_some_and(|(_, range)| self.written(range).starts_with("[!"))
    }

    fn is_in_other_language(&self, events: &[Spanned<'_>], at: usize) -> bool {
        let first = events.get(at + 2);
        first.is_some_and(|(_, range)| marked_language::of_quotation(self.written(range)).is_some())
    }

    fn kind_of_paragraph(&self, range: &Range<usize>) -> Kind {
        let written = self.written(range);
        let is_caption = CAPTIONS.iter().any(|word| written.starts_with(word));
        match self.in_callout_title || is_caption {
            true => Kind::Label,
            false => Kind::Prose,
        }
    }

    fn text(&mut self, range: &Range<usize>) {
        let mut range = range.clone();
        let written = self.written(&range);
        if self.in_callout_title
            && written.starts_with("[!")
            && let Some(end) = written.find(']')
        {
            range.start += end + 1;
        }
        let written = self.written(&range);
        if let Some(open) = &mut self.open {
            open.push(written, range);
        }
    }

    fn stand_in(&mut self, range: &Range<usize>) {
        if let Some(open) = &mut self.open {
            open.push_stand_in(range.clone());
        }
    }

    fn change(&mut self) {
        if let Some(open) = &mut self.open {
            open.push_change();
        }
    }

    fn line_end(&mut self, event: &Event<'_>, range: &Range<usize>) {
        if self.in_callout_title {
            self.close();
            self.open = Some(Passage::new(Kind::Prose));
        } else if let Some(open) = &mut self.open {
            open.push_break(*event == Event::HardBreak, range.clone());
        }
    }

    fn close(&mut self) {
        if let Some(passage) = self.open.take() {
            self.in_callout_title = false;
            if !passage.text().trim().is_empty() {
                self.passages.push(passage);
            }
        }
    }
}

/// Returns whether a tag stands within a line of text.
fn is_span(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Superscript
            | TagEnd::Subscript
    )
}
