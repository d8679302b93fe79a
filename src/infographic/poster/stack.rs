//! Texts below each other, set to a width.

use super::Overflow;
use super::drawing::{Anchor, Drawing};
use super::setting::Font;
use crate::infographic::{Item, Line};
use crate::message::Catalogue;
use crate::palette::{Colour, Palette};

/// Room for the sign before a point, as a part of the font size.
const INDENT: f64 = 1.0;

/// Text of one kind in a stack; sizes are parts of the font size.
struct Look {
    size: f64,
    bold: bool,
    /// Room above it.
    above: f64,
    fill: fn(&Palette) -> Colour,
    /// Whether a sign stands before it.
    is_point: bool,
}

const TITLE: Look = Look {
    size: 1.12,
    bold: true,
    above: 0.0,
    fill: |palette| palette.accent,
    is_point: false,
};
const HEADING: Look = Look { size: 1.0, ..TITLE };
const TEXT: Look = Look {
    size: 1.0,
    bold: false,
    above: 0.2,
    fill: |palette| palette.text,
    is_point: false,
};
const POINT: Look = Look {
    above: 0.35,
    is_point: true,
    ..TEXT
};
const WHO: Look = Look {
    fill: |palette| palette.muted,
    above: 0.25,
    ..TEXT
};
const SERVES: Look = Look {
    bold: true,
    above: 0.5,
    ..WHO
};

struct Paragraph {
    lines: Vec<String>,
    font: Font,
    above: f64,
    fill: Colour,
    is_point: bool,
}

/// Paragraphs that fit in a width.
pub(super) struct Stack<'a> {
    paragraphs: Vec<Paragraph>,
    width: f64,
    size: f64,
    palette: &'a Palette,
    /// The line to make shorter where the whole does not fit.
    longest: &'a Line,
}

/// What all stacks of a poster share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style<'a> {
    /// Font size in points.
    pub(super) size: f64,
    pub(super) palette: &'a Palette,
    pub(super) words: &'a Catalogue,
}

impl<'a> Style<'a> {
    /// Sets an item: title, text, points, who, and what it is for.
    pub(super) fn item(self, item: &'a Item, width: f64) -> Result<Stack<'a>, Overflow> {
        let mut stack = self.empty(item.longest(), width);
        stack.line(&item.title, &TITLE)?;
        if let Some(text) = &item.text {
            stack.line(text, &TEXT)?;
        }
        for point in &item.points {
            stack.line(point, &POINT)?;
        }
        if let Some(who) = &item.who {
            let text = self.words.text("infographic.who.is", &[("who", &who.text)]);
            stack.add(who, &text, &WHO)?;
        }
        if let Some(serves) = item.serves {
            let text = self.words.text(serves.key(), &[]);
            stack.add(&item.title, &text, &SERVES)?;
        }
        Ok(stack)
    }

    /// Sets a line of text.
    pub(super) fn text(self, line: &'a Line, width: f64) -> Result<Stack<'a>, Overflow> {
        let mut stack = self.empty(line, width);
        stack.line(line, &TEXT)?;
        Ok(stack)
    }

    /// Sets a heading from the texts of the theme, with a line of text below it.
    pub(super) fn headed(
        self,
        heading: &str,
        line: &'a Line,
        width: f64,
    ) -> Result<Stack<'a>, Overflow> {
        let mut stack = self.empty(line, width);
        stack.add(line, &self.words.text(heading, &[]), &HEADING)?;
        stack.line(line, &TEXT)?;
        Ok(stack)
    }

    /// Sets a heading from the texts of the theme, with points below it; nothing where there are no points.
    pub(super) fn points(
        self,
        heading: &str,
        points: &'a [Line],
        width: f64,
    ) -> Result<Option<Stack<'a>>, Overflow> {
        let Some(first) = points.first() else {
            return Ok(None);
        };
        let mut stack = self.empty(first, width);
        stack.add(first, &self.words.text(heading, &[]), &HEADING)?;
        for point in points {
            stack.line(point, &POINT)?;
        }
        Ok(Some(stack))
    }

    fn empty(self, longest: &'a Line, width: f64) -> Stack<'a> {
        Stack {
            paragraphs: Vec::new(),
            width,
            size: self.size,
            palette: self.palette,
            longest,
        }
    }
}

impl Stack<'_> {
    fn line(&mut self, line: &Line, look: &Look) -> Result<(), Overflow> {
        self.add(line, &line.text, look)
    }

    /// Adds a text; `line` is what to make shorter where a word of it is too wide.
    fn add(&mut self, line: &Line, text: &str, look: &Look) -> Result<(), Overflow> {
        let font = Font {
            size: look.size * self.size,
            bold: look.bold,
        };
        let indent = if look.is_point {
            INDENT * self.size
        } else {
            0.0
        };
        let lines = font.lines(text, self.width - indent);
        self.paragraphs.push(Paragraph {
            lines: lines.ok_or_else(|| Overflow::of(line))?,
            font,
            above: look.above * self.size,
            fill: (look.fill)(self.palette),
            is_point: look.is_point,
        });
        Ok(())
    }

    pub(super) fn height(&self) -> f64 {
        let of_paragraph = |paragraph: &Paragraph| {
            paragraph.above + paragraph.font.line_height() * paragraph.lines.len() as f64
        };
        self.paragraphs.iter().map(of_paragraph).sum()
    }

    /// Says that there is no room for it.
    pub(super) fn overflow(&self) -> Overflow {
        Overflow::of(self.longest)
    }

    pub(super) fn draw(&self, drawing: &mut Drawing, (x, y): (f64, f64)) {
        let mut y = y;
        for paragraph in &self.paragraphs {
            let Paragraph {
                font, fill, lines, ..
            } = paragraph;
            y += paragraph.above;
            let mut left = x;
            if paragraph.is_point {
                let sign = (x + font.size * 0.3, y + font.line_height() / 2.0);
                drawing.circle(sign, font.size * 0.16, self.palette.accent);
                left += INDENT * font.size;
            }
            y = drawing.text((left, y), Anchor::Start, *font, *fill, lines);
        }
    }
}
