//! What the rules look at: the parts of a page as plain data, with where each is written.

use std::ops::Range;

/// The parts of a page, in order.
#[derive(Debug, Default)]
pub struct Parts {
    /// Paragraphs, headings, items and cells.
    pub blocks: Vec<Block>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Links, but for the terms of the word list.
    pub links: Vec<Link>,
    /// Tables.
    pub tables: Vec<Table>,
    /// The text of all blocks, without markup.
    pub text: String,
    /// What in `text` stands in emphasis or in a link, as byte ranges.
    pub set_apart: Vec<Range<usize>>,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading.
    Heading,
    /// A paragraph that stands in nothing else.
    Paragraph,
    /// Text in something else: an item of a list, a cell, a paragraph in a callout.
    Other,
}

/// A run of text that somebody reads in one go.
#[derive(Debug)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text, as a byte range of [`Parts::text`].
    pub text: Range<usize>,
    /// Where it is written.
    pub source: Range<usize>,
    /// Whether all of its text is bold, and there is some.
    pub is_bold: bool,
    /// Whether it stands in what is marked as text in another language.
    pub is_marked: bool,
}

/// A picture.
#[derive(Debug)]
pub struct Image {
    /// What stands for it where it is not seen.
    pub alternative: String,
    /// Its file, as it is written.
    pub destination: String,
    /// Whether it says nothing, and so needs no words.
    pub is_decorative: bool,
    /// Index of the block in which it stands.
    pub block: usize,
    /// Where it is written.
    pub source: Range<usize>,
}

/// A link.
#[derive(Debug)]
pub struct Link {
    /// What readers see, or hear where it is a picture.
    pub text: String,
    /// Where it leads, as it is written.
    pub destination: String,
    /// Whether it stands in a table, whose headers and other cells say more of it.
    pub in_table: bool,
    /// Where it is written.
    pub source: Range<usize>,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// The cells of its first row: whether each has something in it, and where it is written.
    pub headers: Vec<(bool, Range<usize>)>,
    /// Whether something stands in another cell: a table without is a form on paper.
    pub has_text: bool,
    /// Where its first row is written.
    pub source: Range<usize>,
}

impl Parts {
    /// Returns the text of a block.
    pub fn text_of(&self, block: &Block) -> &str {
        self.text.get(block.text.clone()).unwrap_or_default()
    }
}
