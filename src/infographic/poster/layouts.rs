//! Where the items of each kind stand on a poster.

use super::drawing::{Anchor, Area, Drawing};
use super::setting::Font;
use super::stack::{Stack, Style};
use super::{Frame, Overflow};
use crate::infographic::{Infographic, Item, Kind, Line, Mark};
use crate::palette::{Colour, Palette};

/// Round corners of boxes.
const RADIUS: f64 = 8.0;

/// Room between the side of a box and its text, as a part of the font size.
const PADDING: f64 = 0.8;

/// The same above and below the text; [`spread`] adds what the paper has room for.
const LEAST_ABOVE: f64 = 0.6;

/// Most room that a box or a gap gets beyond what it needs; what is left over stays white.
const MOST_SLACK: f64 = 26.0;

/// Draws the items of an infographic in an area with text of a size.
pub(super) fn draw(
    infographic: &Infographic,
    palette: &Palette,
    frame: &Frame<'_>,
    area: Area,
    size: f64,
) -> Result<String, Overflow> {
    let mut layout = Layout {
        infographic,
        palette,
        frame,
        size,
        padding: size * PADDING,
        drawing: Drawing::default(),
    };
    match infographic.kind {
        Kind::Steps => layout.steps(area)?,
        Kind::Timeline => layout.timeline(area)?,
        Kind::Comparison => layout.comparison(area)?,
        Kind::Ladder => layout.ladder(area)?,
        Kind::Cycle => layout.cycle(area)?,
        Kind::Roles | Kind::Factors => layout.grid(area)?,
    }
    Ok(layout.drawing.into_svg())
}

struct Layout<'a> {
    infographic: &'a Infographic,
    palette: &'a Palette,
    frame: &'a Frame<'a>,
    size: f64,
    padding: f64,
    drawing: Drawing,
}

/// Rows below each other: the top and height of each.
struct Rows {
    rows: Vec<(f64, f64)>,
    bottom: f64,
}

/// Spreads rows over an area, with at least `gap` between them; without a gap they touch. Nothing where they do not
/// fit.
fn spread(area: Area, heights: &[f64], gap: f64) -> Option<Rows> {
    let gaps = heights.len().saturating_sub(1) as f64;
    let needed: f64 = heights.iter().sum::<f64>() + gap * gaps;
    let left = area.height - needed;
    if left < 0.0 {
        return None;
    }
    let loose = if gap > 0.0 { gaps } else { 0.0 };
    let slack = (left / (heights.len() as f64 + loose)).min(MOST_SLACK);
    let gap = if gap > 0.0 { gap + slack } else { 0.0 };
    let mut y = area.y;
    let mut rows = Vec::new();
    for height in heights {
        rows.push((y, height + slack));
        y += height + slack + gap;
    }
    Some(Rows {
        rows,
        bottom: y - gap,
    })
}

/// Returns the height of each row of columns: that of its tallest text.
fn row_heights(columns: &[Vec<Option<Stack<'_>>>]) -> Vec<f64> {
    let count = columns.iter().map(Vec::len).max().unwrap_or_default();
    let height = |stack: &Option<Stack<'_>>| stack.as_ref().map_or(0.0, Stack::height);
    (0..count)
        .map(|row| {
            let stacks = columns.iter().filter_map(|column| column.get(row));
            stacks.map(height).fold(0.0, f64::max)
        })
        .collect()
}

/// Returns the overflow of the tallest stack, which takes the room.
fn tallest<'a>(stacks: impl Iterator<Item = &'a Stack<'a>>, line: &Line) -> Overflow {
    let tallest = stacks.max_by(|a, b| a.height().total_cmp(&b.height()));
    tallest.map_or_else(|| Overflow::of(line), Stack::overflow)
}

impl<'a> Layout<'a> {
    fn style(&self) -> Style<'a> {
        Style {
            size: self.size,
            palette: self.palette,
            words: self.frame.words,
        }
    }

    fn stacks(&self, width: impl Fn(usize) -> f64) -> Result<Vec<Stack<'a>>, Overflow> {
        let items = self.infographic.items.iter().enumerate();
        items
            .map(|(at, item)| self.style().item(item, width(at)))
            .collect()
    }

    /// Returns the heights of boxes around texts.
    fn boxes(&self, stacks: &[Stack<'_>]) -> Vec<f64> {
        stacks
            .iter()
            .map(|stack| stack.height() + 2.0 * LEAST_ABOVE * self.size)
            .collect()
    }

    fn too_tall(&self, stacks: &[Stack<'_>]) -> Overflow {
        tallest(stacks.iter(), &self.infographic.title)
    }

    /// Draws a text in the middle of the height of a box, at `x`.
    fn centred(&mut self, stack: &Stack<'_>, x: f64, (y, height): (f64, f64)) {
        let top = y + (height - stack.height()) / 2.0;
        stack.draw(&mut self.drawing, (x, top));
    }

    /// Draws a number, or one or two letters, on a round ground.
    fn disc(&mut self, middle: (f64, f64), text: &str) {
        // Two of the widest letters stay inside with their corners too.
        let part = if text.chars().count() > 1 { 0.85 } else { 1.15 };
        let font = Font::bold(self.size * part);
        self.drawing
            .circle(middle, self.disc_radius(), self.palette.accent);
        self.sign(middle, font, self.palette.on_accent, text);
    }

    fn disc_radius(&self) -> f64 {
        self.size * 1.15
    }

    fn sign(&mut self, (x, y): (f64, f64), font: Font, fill: Colour, text: &str) {
        let top = y - font.line_height() / 2.0;
        let line = [text.to_owned()];
        self.drawing
            .text((x, top), Anchor::Middle, font, fill, &line);
    }

    /// Steps: cards below each other with an arrow to the next.
    fn steps(&mut self, area: Area) -> Result<(), Overflow> {
        /// Least room for an arrow.
        const ARROW: f64 = 16.0;
        let radius = self.disc_radius();
        let text_x = area.x + self.padding * 2.0 + radius * 2.0;
        let width = area.right() - self.padding - text_x;
        let stacks = self.stacks(|_| width)?;
        let rows = spread(area, &self.boxes(&stacks), ARROW)
            .ok_or_else(|| self.too_tall(&stacks))?
            .rows;
        let middle_x = area.x + self.padding + radius;
        let mut last: Option<f64> = None;
        for (at, (stack, (y, height))) in stacks.iter().zip(rows).enumerate() {
            if let Some(from) = last {
                let arrow = [(middle_x, from + 3.0), (middle_x, y - 4.0)];
                self.drawing.arrow(&arrow, self.palette.accent);
            }
            let card = Area { y, height, ..area };
            self.drawing.rectangle(card, RADIUS, self.palette.surface);
            let marker = self.infographic.marker(at).unwrap_or_default();
            self.disc((middle_x, y + height / 2.0), &marker);
            self.centred(stack, text_x, (y, height));
            last = Some(y + height);
        }
        Ok(())
    }

    /// A line with dots: when on the left, what on the right.
    fn timeline(&mut self, area: Area) -> Result<(), Overflow> {
        /// Part of the width that is for the time.
        const TIMES: f64 = 0.26;
        let times = area.width * TIMES;
        let line_x = area.x + times + 18.0;
        let text_x = line_x + 24.0;
        let stacks = self.stacks(|_| area.right() - text_x)?;
        let font = Font::bold(self.size * 1.05);
        let mut labels = Vec::new();
        for item in &self.infographic.items {
            let label = item.label.as_ref().unwrap_or(&item.title);
            let lines = font.lines(&label.text, times);
            labels.push(lines.ok_or_else(|| Overflow::of(label))?);
        }
        let step = font.line_height();
        let heights: Vec<f64> = stacks
            .iter()
            .zip(&labels)
            .map(|(stack, label)| stack.height().max(step * label.len() as f64))
            .collect();
        let rows = spread(area, &heights, self.size * 0.9)
            .ok_or_else(|| self.too_tall(&stacks))?
            .rows;
        let dot = |y: f64| y + step / 2.0;
        if let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) {
            let line = [(line_x, dot(*first)), (line_x, dot(*last))];
            self.drawing.line(&line, self.palette.accent, 2.5);
        }
        for ((stack, label), (y, _)) in stacks.iter().zip(&labels).zip(rows) {
            let at = (area.x + times, y);
            self.drawing
                .text(at, Anchor::End, font, self.palette.text, label);
            let middle = (line_x, dot(y));
            self.drawing.circle(middle, 7.0, self.palette.accent);
            self.drawing.circle(middle, 3.5, self.palette.background);
            stack.draw(&mut self.drawing, (text_x, y));
        }
        Ok(())
    }

    /// Columns side by side, each with a head. What stands at one place in each column stands at one height, with a
    /// line below it; what happens then is at the bottom.
    fn comparison(&mut self, area: Area) -> Result<(), Overflow> {
        const GAP: f64 = 16.0;
        let count = self.infographic.items.len() as f64;
        let width = (area.width - GAP * (count - 1.0)) / count;
        let inner = width - 2.0 * self.padding;
        let columns = self.columns(inner)?;
        let heights = row_heights(&columns);
        let head = self.column_heads(inner)?;
        let below = Area {
            y: area.y + head + self.padding,
            height: area.height - head - 2.0 * self.padding,
            ..area
        };
        let rows = spread(below, &heights, self.size * 0.5).ok_or_else(|| {
            let stacks = columns.iter().flatten().flatten();
            tallest(stacks, &self.infographic.title)
        })?;
        let height = rows.bottom + self.padding - area.y;
        for (at, (item, stacks)) in self.infographic.items.iter().zip(&columns).enumerate() {
            let column = Area {
                x: area.x + (width + GAP) * at as f64,
                width,
                height,
                ..area
            };
            self.drawing.rectangle(column, RADIUS, self.palette.surface);
            let head = Area {
                height: head,
                ..column
            };
            self.column_head(item, head)?;
            let (left, right) = (column.x + self.padding, column.right() - self.padding);
            let mut above: Option<f64> = None;
            for (stack, (y, height)) in stacks.iter().zip(&rows.rows) {
                let Some(stack) = stack else { continue };
                if let Some(above) = above {
                    let between = (above + y) / 2.0;
                    let line = [(left, between), (right, between)];
                    self.drawing.line(&line, self.palette.line, 1.0);
                }
                stack.draw(&mut self.drawing, (left, *y));
                above = Some(y + height);
            }
        }
        Ok(())
    }

    /// Sets the points of each column with what happens then below them, as many for each.
    fn columns(&self, width: f64) -> Result<Vec<Vec<Option<Stack<'a>>>>, Overflow> {
        let items = &self.infographic.items;
        let most = items.iter().map(|item| item.points.len()).max();
        let set = |item: &'a Item| {
            let mut rows = Vec::new();
            for point in &item.points {
                rows.push(Some(self.style().text(point, width)?));
            }
            rows.resize_with(most.unwrap_or_default(), || None);
            if let Some(reaction) = &item.reaction {
                let heading = "infographic.reaction";
                rows.push(Some(self.style().headed(heading, reaction, width)?));
            }
            Ok(rows)
        };
        items.iter().map(set).collect()
    }

    fn column_font(&self) -> Font {
        Font::bold(self.size * 1.25)
    }

    /// Width of the sign in the head of a column with its room.
    fn sign_width(&self, item: &Item) -> f64 {
        match item.mark {
            Some(_) => self.size * 2.2,
            None => 0.0,
        }
    }

    fn column_heads(&self, width: f64) -> Result<f64, Overflow> {
        let font = self.column_font();
        let mut most = 1;
        for item in &self.infographic.items {
            let lines = font.lines(&item.title.text, width - self.sign_width(item));
            most = lines
                .ok_or_else(|| Overflow::of(&item.title))?
                .len()
                .max(most);
        }
        Ok(font.line_height() * most as f64 + 1.6 * self.padding)
    }

    fn column_head(&mut self, item: &Item, head: Area) -> Result<(), Overflow> {
        let palette = self.palette;
        let (fill, text) = match item.mark {
            Some(Mark::Ok) => (palette.ok, palette.on_mark),
            Some(Mark::Careful) => (palette.careful, palette.on_mark),
            Some(Mark::No) => (palette.no, palette.on_mark),
            None => (palette.accent, palette.on_accent),
        };
        self.drawing.rectangle(head, RADIUS, fill);
        // The lower corners of the head are square: below it the column goes on.
        let square = Area {
            y: head.bottom() - RADIUS,
            height: RADIUS,
            ..head
        };
        self.drawing.rectangle(square, 0.0, fill);
        let sign = self.sign_width(item);
        if let Some(mark) = item.mark {
            let (_, y) = head.middle();
            self.mark(mark, (head.x + self.padding + self.size * 0.7, y), fill);
        }
        let font = self.column_font();
        let lines = font
            .lines(&item.title.text, head.width - 2.0 * self.padding - sign)
            .ok_or_else(|| Overflow::of(&item.title))?;
        let tall = font.line_height() * lines.len() as f64;
        let at = (
            head.x + self.padding + sign,
            head.y + (head.height - tall) / 2.0,
        );
        self.drawing.text(at, Anchor::Start, font, text, &lines);
        Ok(())
    }

    /// Draws the sign of a mark, each of another shape: a tick, an exclamation mark, a cross.
    fn mark(&mut self, mark: Mark, (x, y): (f64, f64), fill: Colour) {
        let radius = self.size * 0.85;
        let part = radius * 0.45;
        self.drawing.circle((x, y), radius, self.palette.on_mark);
        match mark {
            Mark::Ok => {
                let tick = [
                    (x - part, y),
                    (x - part * 0.2, y + part * 0.8),
                    (x + part, y - part * 0.8),
                ];
                self.drawing.line(&tick, fill, 2.5);
            }
            Mark::Careful => {
                self.drawing
                    .line(&[(x, y - part * 1.2), (x, y + part * 0.3)], fill, 2.8);
                self.drawing.circle((x, y + part * 1.15), 1.6, fill);
            }
            Mark::No => {
                let part = part * 0.85;
                for side in [-1.0, 1.0] {
                    let line = [(x - part, y - part * side), (x + part, y + part * side)];
                    self.drawing.line(&line, fill, 2.5);
                }
            }
        }
    }

    /// Stairs: the first rung at the bottom, each further one set in and above the one before.
    fn ladder(&mut self, area: Area) -> Result<(), Overflow> {
        const SET_IN: f64 = 24.0;
        let beside = self.beside(area)?;
        let area = Area {
            height: area.height - beside.as_ref().map_or(0.0, |(_, height)| height + 20.0),
            ..area
        };
        let radius = self.disc_radius();
        let left = |at: usize| area.x + SET_IN * at as f64;
        let text_x = |at: usize| left(at) + 2.0 * self.padding + 2.0 * radius;
        let mut stacks = self.stacks(|at| area.right() - self.padding - text_x(at))?;
        let text_lefts: Vec<f64> = (0..stacks.len()).map(text_x).collect();
        // From the top of the paper to its bottom is from the last rung to the first.
        stacks.reverse();
        let rows = spread(area, &self.boxes(&stacks), 0.0).ok_or_else(|| self.too_tall(&stacks))?;
        let highest = stacks.len().saturating_sub(1);
        for (row, (stack, (y, height))) in stacks.iter().zip(&rows.rows).enumerate() {
            let at = highest - row;
            let tread = Area {
                x: left(at),
                y: *y,
                width: area.right() - left(at),
                height: *height,
            };
            self.drawing.rectangle(tread, 0.0, self.palette.surface);
            let edge = [
                (tread.x, tread.bottom()),
                (tread.x, tread.y),
                (tread.right(), tread.y),
            ];
            self.drawing.line(&edge, self.palette.accent, 2.5);
            let marker = self.infographic.marker(at).unwrap_or_default();
            let middle = (tread.x + self.padding + radius, y + height / 2.0);
            self.disc(middle, &marker);
            let x = text_lefts.get(at).copied().unwrap_or(tread.x);
            self.centred(stack, x, (*y, *height));
        }
        let ground = [(area.x, rows.bottom), (area.right(), rows.bottom)];
        self.drawing.line(&ground, self.palette.accent, 2.5);
        if let Some((stack, height)) = beside {
            let panel = Area {
                y: rows.bottom + 20.0,
                height,
                ..area
            };
            self.drawing.frame(panel, RADIUS, self.palette.accent);
            let at = (panel.x + self.padding, panel.y + self.padding);
            stack.draw(&mut self.drawing, at);
        }
        Ok(())
    }

    /// Sets what holds at every rung; returns it with the height of the box around it.
    fn beside(&self, area: Area) -> Result<Option<(Stack<'a>, f64)>, Overflow> {
        let width = area.width - 2.0 * self.padding;
        let beside = &self.infographic.beside;
        let stack = self.style().points("infographic.beside", beside, width)?;
        Ok(stack.map(|stack| {
            let height = stack.height() + 2.0 * self.padding;
            (stack, height)
        }))
    }

    /// A ring of boxes that is read clockwise from the top, with the way back in words below it.
    fn cycle(&mut self, area: Area) -> Result<(), Overflow> {
        const BETWEEN: f64 = 56.0;
        const DOWN: f64 = 44.0;
        let again = self.frame.words.text("infographic.again", &[]);
        let again_font = Font::bold(self.size * 1.05);
        let again_height = again_font.line_height() + 16.0;
        let width = (area.width - BETWEEN) / 2.0;
        let radius = self.disc_radius();
        let stacks = self.stacks(|_| width - 2.0 * self.padding)?;
        let places = ring(stacks.len());
        let count = places.iter().map(|(row, _)| row + 1).max().unwrap_or(1);
        let mut heights = vec![0.0_f64; count];
        for (height, (row, _)) in self.boxes(&stacks).into_iter().zip(&places) {
            if let Some(of_row) = heights.get_mut(*row) {
                // The disc hangs over the upper edge.
                *of_row = of_row.max(height + radius);
            }
        }
        let rows = spread(
            Area {
                y: area.y + radius,
                height: area.height - again_height - radius,
                ..area
            },
            &heights,
            DOWN,
        )
        .ok_or_else(|| self.too_tall(&stacks))?;
        let boxes: Vec<Area> = places
            .iter()
            .map(|(row, side)| {
                let (y, height) = rows.rows.get(*row).copied().unwrap_or((area.y, 0.0));
                let x = match side {
                    Side::Left => area.x,
                    Side::Right => area.right() - width,
                    Side::Middle => area.x + (area.width - width) / 2.0,
                };
                Area {
                    x,
                    y,
                    width,
                    height,
                }
            })
            .collect();
        for (from, to) in boxes.iter().zip(boxes.iter().cycle().skip(1)) {
            self.ring_arrow(*from, *to);
        }
        for (at, (stack, card)) in stacks.iter().zip(&boxes).enumerate() {
            self.drawing.rectangle(*card, RADIUS, self.palette.surface);
            let marker = self.infographic.marker(at).unwrap_or_default();
            self.disc((card.x + self.padding + radius, card.y), &marker);
            let top = (
                card.x + self.padding,
                card.y + radius + LEAST_ABOVE * self.size,
            );
            stack.draw(&mut self.drawing, top);
        }
        let middle = (
            area.x + area.width / 2.0,
            rows.bottom + 16.0 + again_font.size * 0.65,
        );
        self.sign(middle, again_font, self.palette.accent, &again);
        Ok(())
    }

    /// Draws the arrow from one box of a ring to the next: straight where they are in line, else round a corner.
    fn ring_arrow(&mut self, from: Area, to: Area) {
        const AIR: f64 = 4.0;
        let ((from_x, from_y), (to_x, to_y)) = (from.middle(), to.middle());
        let (goes_right, goes_down) = (to_x > from_x, to_y > from_y);
        let (start_x, end_x) = match goes_right {
            true => (from.right() + AIR, to.x - AIR),
            false => (from.x - AIR, to.right() + AIR),
        };
        let (start_y, end_y) = match goes_down {
            true => (from.bottom() + AIR, to.y - AIR),
            false => (from.y - AIR, to.bottom() + AIR),
        };
        let is_row = (from_y - to_y).abs() < 1.0;
        let is_column = (from_x - to_x).abs() < 1.0;
        let points = match (is_row, is_column) {
            (true, _) => vec![(start_x, from_y), (end_x, from_y)],
            (_, true) => vec![(from_x, start_y), (from_x, end_y)],
            // Clockwise, a box in the middle is left and entered sideways.
            _ if goes_right == goes_down => {
                vec![(start_x, from_y), (to_x, from_y), (to_x, end_y)]
            }
            _ => vec![(from_x, start_y), (from_x, to_y), (end_x, to_y)],
        };
        self.drawing.arrow(&points, self.palette.accent);
    }

    /// Boxes in two columns; those of factors have their letter beside the text.
    fn grid(&mut self, area: Area) -> Result<(), Overflow> {
        const GAP: f64 = 16.0;
        /// Height of the line along the top of a box.
        const EDGE: f64 = 4.0;
        let width = (area.width - GAP) / 2.0;
        let has_letters = self.infographic.kind == Kind::Factors;
        let radius = self.disc_radius();
        let text_left = match has_letters {
            true => 1.8 * self.padding + 2.0 * radius,
            false => self.padding,
        };
        let stacks = self.stacks(|_| width - text_left - self.padding)?;
        let boxes = self.boxes(&stacks);
        let heights: Vec<f64> = boxes
            .chunks(2)
            .map(|row| row.iter().copied().fold(EDGE, f64::max) + EDGE)
            .collect();
        let rows = spread(area, &heights, GAP * 0.7)
            .ok_or_else(|| self.too_tall(&stacks))?
            .rows;
        for (at, stack) in stacks.iter().enumerate() {
            let (y, height) = rows.get(at / 2).copied().unwrap_or((area.y, 0.0));
            let card = Area {
                x: area.x + (width + GAP) * (at % 2) as f64,
                y,
                width,
                height,
            };
            self.drawing.rectangle(card, RADIUS, self.palette.surface);
            let edge = Area {
                height: EDGE,
                ..card
            };
            self.drawing.rectangle(edge, 2.0, self.palette.accent);
            if let Some(letter) = self.infographic.marker(at) {
                let x = card.x + self.padding + radius;
                self.disc((x, y + 2.0 * EDGE + radius), &letter);
            }
            let at = (card.x + text_left, y + EDGE + LEAST_ABOVE * self.size);
            stack.draw(&mut self.drawing, at);
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Middle,
    Right,
}

/// Returns the row and side of each place of a ring, clockwise from the top: the first in the middle, the others down
/// the right side and up the left, with one in the middle below where their number is even.
fn ring(count: usize) -> Vec<(usize, Side)> {
    let pairs = count.saturating_sub(1) / 2;
    let mut places = vec![(0, Side::Middle)];
    places.extend((1..=pairs).map(|row| (row, Side::Right)));
    if count.is_multiple_of(2) {
        places.push((pairs + 1, Side::Middle));
    }
    places.extend((1..=pairs).rev().map(|row| (row, Side::Left)));
    places
}
