//! The parts of a page that the rules of accessibility look at, collected in one walk over its events.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::marked_language;
use super::writer::TERM_SCHEME;
use super::{Spanned, is_decorative};
use crate::site::accessibility::{Block, BlockKind, Image, Link, Parts, Table};

/// Stands in a text for what is no text of the page: code, a picture, a word in another language.
const STAND_IN: char = '\u{fffc}';

/// Returns the parts of a page.
pub(super) fn parts(events: &[Spanned<'_>]) -> Parts {
    let mut collector = Collector::default();
    for (at, (event, range)) in events.iter().enumerate() {
        collector.event(event, range, events.get(at + 1..).unwrap_or_default());
    }
    collector.close();
    collector.parts
}

#[derive(Default)]
struct Collector {
    parts: Parts,
    open: Option<Block>,
    /// How many blocks stand around what is read.
    depth: usize,
    /// Depth of the quotation that is marked as text in another language.
    marked_from: Option<usize>,
    /// How many emphases and links stand around what is read, and where in the text the outermost starts.
    apart: usize,
    apart_from: usize,
    /// How many bold spans stand around what is read.
    bold: usize,
    /// Whether something in the open block is not bold.
    has_light: bool,
    /// Whether a picture is read, whose words are no text of the block.
    in_image: bool,
    /// Whether a link is read that the rules look at.
    in_link: bool,
    /// Whether words are read that are marked as text in another language.
    in_marked: bool,
    /// Whether a table is read, and whether its first row is.
    in_table: bool,
    in_head: bool,
    /// Whether something was read in the open cell.
    cell_has_text: bool,
}

impl Collector {
    fn event(&mut self, event: &Event<'_>, range: &Range<usize>, after: &[Spanned<'_>]) {
        match event {
            Event::Start(tag) => self.start(tag, range, after),
            Event::End(tag) => self.end(*tag, range),
            Event::Text(text) => self.text(text),
            Event::Code(text) => self.code(text),
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>, after: &[Spanned<'_>]) {
        match tag {
            Tag::Emphasis | Tag::Strikethrough => self.set_apart(),
            Tag::Strong => {
                self.set_apart();
                self.bold += 1;
            }
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => {
                self.set_apart();
                self.link(*link_type, dest_url, range);
            }
            Tag::Image {
                dest_url, title, ..
            } => self.image(dest_url, title, range),
            Tag::Heading { .. } => self.open(BlockKind::Heading, range),
            Tag::Paragraph if self.depth == 0 => self.open(BlockKind::Paragraph, range),
            Tag::Paragraph | Tag::Item | Tag::DefinitionListDefinition => {
                self.open(BlockKind::Other, range);
            }
            Tag::TableCell | Tag::DefinitionListTitle => {
                self.open(BlockKind::Other, range);
                self.cell_has_text = false;
            }
            Tag::Table(_) => {
                self.close();
                self.in_table = true;
            }
            Tag::TableHead => {
                self.in_head = true;
                self.parts.tables.push(Table {
                    headers: Vec::new(),
                    has_text: false,
                    source: range.clone(),
                });
            }
            Tag::BlockQuote(_) => {
                self.close();
                let is_marked = matches!(after, [(Event::Start(Tag::Paragraph), _), (Event::Text(text), _), ..]
                    if marked_language::of_quotation(text).is_some());
                if is_marked && self.marked_from.is_none() {
                    self.marked_from = Some(self.depth);
                }
            }
            _ => self.close(),
        }
        if !is_span(tag) {
            self.depth += 1;
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strikethrough => return self.end_apart(),
            TagEnd::Strong => {
                self.bold = self.bold.saturating_sub(1);
                return self.end_apart();
            }
            TagEnd::Link => {
                (self.in_link, self.in_marked) = (false, false);
                return self.end_apart();
            }
            TagEnd::Image => {
                self.in_image = false;
                return;
            }
            TagEnd::TableCell => self.end_cell(range),
            TagEnd::TableHead => self.in_head = false,
            TagEnd::Table => self.in_table = false,
            _ => {}
        }
        self.close();
        self.depth = self.depth.saturating_sub(1);
        if self.marked_from == Some(self.depth) {
            self.marked_from = None;
        }
    }

    fn end_cell(&mut self, range: &Range<usize>) {
        let Some(table) = self.parts.tables.last_mut() else {
            return;
        };
        match self.in_head {
            true => table.headers.push((self.cell_has_text, range.clone())),
            false => table.has_text |= self.cell_has_text,
        }
    }

    fn link(&mut self, link_type: LinkType, destination: &str, range: &Range<usize>) {
        self.in_marked = marked_language::of_link(destination).is_some();
        self.in_link = !self.in_marked
            && !destination.starts_with(TERM_SCHEME)
            && link_type != LinkType::Email;
        if self.in_link {
            self.parts.links.push(Link {
                text: String::new(),
                destination: destination.to_owned(),
                in_table: self.in_table,
                source: range.clone(),
            });
        }
    }

    fn image(&mut self, destination: &str, title: &str, range: &Range<usize>) {
        self.in_image = true;
        self.cell_has_text = true;
        // A picture is not bold.
        self.has_light = true;
        self.parts.images.push(Image {
            alternative: String::new(),
            destination: destination.to_owned(),
            is_decorative: is_decorative(title),
            block: self.parts.blocks.len(),
            source: range.clone(),
        });
    }

    fn text(&mut self, text: &str) {
        self.push(text);
        if !text.trim().is_empty() {
            self.cell_has_text = true;
            self.has_light |= self.bold == 0;
        }
    }

    fn code(&mut self, text: &str) {
        match self.in_image {
            true => self.push(text),
            false => self.push(&STAND_IN.to_string()),
        }
        (self.cell_has_text, self.has_light) = (true, true);
    }

    fn push(&mut self, text: &str) {
        if self.in_link
            && let Some(link) = self.parts.links.last_mut()
        {
            link.text.push_str(text);
        }
        if self.in_image {
            if let Some(image) = self.parts.images.last_mut() {
                image.alternative.push_str(text);
            }
        } else if self.open.is_some() && !self.in_marked {
            self.parts.text.push_str(text);
        }
    }

    fn set_apart(&mut self) {
        if self.apart == 0 {
            self.apart_from = self.parts.text.len();
        }
        self.apart += 1;
    }

    fn end_apart(&mut self) {
        self.apart = self.apart.saturating_sub(1);
        let span = self.apart_from..self.parts.text.len();
        if self.apart == 0 && !span.is_empty() {
            self.parts.set_apart.push(span);
        }
    }

    fn open(&mut self, kind: BlockKind, source: &Range<usize>) {
        self.close();
        let start = self.parts.text.len();
        self.has_light = false;
        self.open = Some(Block {
            kind,
            text: start..start,
            source: source.clone(),
            is_bold: false,
            is_marked: self.marked_from.is_some(),
        });
    }

    fn close(&mut self) {
        let Some(mut block) = self.open.take() else {
            return;
        };
        block.text.end = self.parts.text.len();
        let has_image = self.parts.images.last().map(|image| image.block);
        let is_empty = self.parts.text_of(&block).trim().is_empty();
        // A picture alone in a paragraph has its place among the blocks.
        if is_empty && has_image != Some(self.parts.blocks.len()) {
            return;
        }
        block.is_bold = !is_empty && !self.has_light;
        self.parts.blocks.push(block);
    }
}

/// Returns whether a tag stands within a line of text.
fn is_span(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}
