//! The texts of one item below each other, set to a width.

use super::drawing::{Anchor, Drawing};
use super::setting::{Font, LINE_HEIGHT};
use super::{Frame, Overflow};
use crate::infographic::{Infographic, Item, Kind, Line};
use crate::palette::{Colour, Palette};

/// Room for the sign before a point, as a part of the font size.
const INDENT: f64 = 1.0;

struct Paragraph {
    lines: Vec<String>,
    font: Font,
    fill: Colour,
    /// Room above it.
    above: f64,
    /// Whether a sign stands before it.
    is_point: bool,
}

/// Paragraphs that fit in a width.
pub(super) struct Stack<'a> {
    paragraphs: Vec<Paragraph>,
    width: f64,
    fill_of_signs: Colour,
    /// The line to make shorter where the whole does not fit.
    longest: &'a Line,
}

impl<'a> Stack<'a> {
    /// Sets the texts of an item: title, text, points, what happens, who, and what it is for.
    pub(super) fn of_item(
        infographic: &Infographic,
        item: &'a Item,
        width: f64,
        size: f64,
        palette: &Palette,
        frame: &Frame<'_>,
    ) -> Result<Stack<'a>, Overflow> {
        let mut stack = Stack::empty(width, palette, item.longest());
        if infographic.kind != Kind::Comparison {
            stack.add(
                &item.title,
                &item.title.text,
                Font::bold(size * 1.12),
                palette.accent,
                0.0,
            )?;
        }
        if let Some(text) = &item.text {
            stack.add(
                text,
                &text.text,
                Font::regular(size),
                palette.text,
                size * 0.2,
            )?;
        }
        for point in &item.points {
            stack.point(point, size, palette)?;
        }
        if let Some(reaction) = &item.reaction {
            let label = frame.words.text("infographic.reaction", &[]);
            stack.add(
                reaction,
                &label,
                Font::bold(size),
                palette.accent,
                size * 0.9,
            )?;
            stack.add(
                reaction,
                &reaction.text,
                Font::regular(size),
                palette.text,
                0.0,
            )?;
        }
        if let Some(who) = &item.who {
            let text = frame
                .words
                .text("infographic.who.is", &[("who", &who.text)]);
            stack.add(who, &text, Font::regular(size), palette.muted, size * 0.25)?;
        }
        if let Some(serves) = item.serves {
            let text = frame.words.text(serves.key(), &[]);
            stack.add(
                &item.title,
                &text,
                Font::bold(size * 0.92),
                palette.muted,
                size * 0.5,
            )?;
        }
        Ok(stack)
    }

    /// Sets a heading with points below it.
    pub(super) fn of_points(
        heading: &str,
        points: &'a [Line],
        width: f64,
        size: f64,
        palette: &Palette,
    ) -> Result<Option<Stack<'a>>, Overflow> {
        let Some(first) = points.first() else {
            return Ok(None);
        };
        let mut stack = Stack::empty(width, palette, first);
        stack.add(first, heading, Font::bold(size), palette.accent, 0.0)?;
        for point in points {
            stack.point(point, size, palette)?;
        }
        Ok(Some(stack))
    }

    fn empty(width: f64, palette: &Palette, longest: &'a Line) -> Stack<'a> {
        Stack {
            paragraphs: Vec::new(),
            width,
            fill_of_signs: palette.accent,
            longest,
        }
    }

    fn add(
        &mut self,
        line: &Line,
        text: &str,
        font: Font,
        fill: Colour,
        above: f64,
    ) -> Result<(), Overflow> {
        let lines = font
            .lines(text, self.width)
            .ok_or_else(|| Overflow::of(line))?;
        self.paragraphs.push(Paragraph {
            lines,
            font,
            fill,
            above,
            is_point: false,
        });
        Ok(())
    }

    fn point(&mut self, point: &Line, size: f64, palette: &Palette) -> Result<(), Overflow> {
        let font = Font::regular(size);
        let lines = font.lines(&point.text, self.width - INDENT * size);
        self.paragraphs.push(Paragraph {
            lines: lines.ok_or_else(|| Overflow::of(point))?,
            font,
            fill: palette.text,
            above: size * 0.35,
            is_point: true,
        });
        Ok(())
    }

    pub(super) fn height(&self) -> f64 {
        let of_paragraph = |paragraph: &Paragraph| {
            paragraph.above + paragraph.font.size * LINE_HEIGHT * paragraph.lines.len() as f64
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
            y += paragraph.above;
            let Paragraph {
                font, fill, lines, ..
            } = paragraph;
            let mut left = x;
            if paragraph.is_point {
                let middle = y + font.size * LINE_HEIGHT / 2.0;
                drawing.circle(
                    (x + font.size * 0.3, middle),
                    font.size * 0.16,
                    self.fill_of_signs,
                );
                left += INDENT * font.size;
            }
            y = drawing.text((left, y), Anchor::Start, *font, *fill, lines);
        }
    }
}
