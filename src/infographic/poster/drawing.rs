//! Writing SVG: shapes and lines of text, with presentation attributes only, so that a strict
//! Content-Security-Policy has nothing against it.

use std::fmt::Write;

use super::setting::Font;
use crate::palette::Colour;

/// The fonts of a poster: what every office computer has, all with the widths of `setting`.
const FAMILY: &str = "Arial, 'Liberation Sans', Helvetica, sans-serif";

/// Where a line of text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle, in points from the top left corner of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn middle(self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// Elements of SVG, in the order in which they cover each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawing {
    svg: String,
}

impl Drawing {
    pub(super) fn into_svg(self) -> String {
        self.svg
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.svg.write_fmt(element);
        self.svg.push('\n');
    }

    /// Fills a rectangle with round corners.
    pub(super) fn rectangle(&mut self, area: Area, radius: f64, fill: Colour) {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{radius}" fill="{fill}"/>"#
        ));
    }

    /// Draws the edge of a rectangle with round corners.
    pub(super) fn frame(&mut self, area: Area, radius: f64, stroke: Colour) {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{radius}" fill="none" stroke="{stroke}" stroke-width="1"/>"#
        ));
    }

    pub(super) fn circle(&mut self, (x, y): (f64, f64), radius: f64, fill: Colour) {
        self.push(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" fill="{fill}"/>"#
        ));
    }

    /// Draws a line through points, with rounded joints.
    pub(super) fn line(&mut self, points: &[(f64, f64)], stroke: Colour, width: f64) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let points = points.join(" ");
        self.push(format_args!(
            r#"<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>"#
        ));
    }

    /// Draws a line through points with an arrow head at its end.
    pub(super) fn arrow(&mut self, points: &[(f64, f64)], stroke: Colour) {
        const WIDTH: f64 = 2.5;
        const HEAD: f64 = 6.0;
        self.line(points, stroke, WIDTH);
        if let [.., (from_x, from_y), (x, y)] = points {
            let (dx, dy) = ((x - from_x).signum(), (y - from_y).signum());
            let head = match (x - from_x).abs() > (y - from_y).abs() {
                true => [
                    (x - dx * HEAD, y - HEAD),
                    (*x, *y),
                    (x - dx * HEAD, y + HEAD),
                ],
                false => [
                    (x - HEAD, y - dy * HEAD),
                    (*x, *y),
                    (x + HEAD, y - dy * HEAD),
                ],
            };
            self.line(&head, stroke, WIDTH);
        }
    }

    /// Writes lines of text below each other. `x` is where they are held, `y` the top of the first; returns the
    /// bottom of the last.
    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        font: Font,
        fill: Colour,
        lines: &[String],
    ) -> f64 {
        if lines.is_empty() {
            return y;
        }
        let weight = if font.bold {
            r#" font-weight="700""#
        } else {
            ""
        };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let step = font.line_height();
        // Letters with stems reach 0.72 above the base line; what is over stands above and below alike.
        let first = y + (step + font.size * 0.72) / 2.0;
        let size = short(font.size);
        let mut spans = String::new();
        for (number, line) in lines.iter().enumerate() {
            // Whoever copies or searches the text has a space at the end of a line.
            if number > 0 {
                spans.push(' ');
            }
            let base = first + step * number as f64;
            let _ = write!(
                spans,
                r#"<tspan x="{x:.1}" y="{base:.1}">{}</tspan>"#,
                escape(line)
            );
        }
        self.push(format_args!(
            r#"<text font-size="{size}"{weight}{anchor} fill="{fill}">{spans}</text>"#
        ));
        y + step * lines.len() as f64
    }
}

/// Writes a number with at most one digit behind the point.
fn short(number: f64) -> String {
    let number = format!("{number:.1}");
    number.strip_suffix(".0").unwrap_or(&number).to_owned()
}

/// The element around a drawing.
pub(super) struct Sheet<'a> {
    /// Width and height of the drawing in points.
    pub(super) points: (f64, f64),
    /// Width and height of the paper in millimetres.
    pub(super) millimetres: (u32, u32),
    /// BCP 47 tag.
    pub(super) language: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

/// Puts a drawing on a sheet of paper.
pub(super) fn svg(sheet: &Sheet<'_>, drawing: &str) -> String {
    let (width, height) = sheet.points;
    let (width_mm, height_mm) = sheet.millimetres;
    let language = sheet.language;
    let title = escape(sheet.title);
    let description = escape(sheet.description);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" lang="{language}" xml:lang="{language}" width="{width_mm}mm" height="{height_mm}mm" viewBox="0 0 {width} {height}" font-family="{FAMILY}">
<title id="title">{title}</title>
<desc id="desc">{description}</desc>
{drawing}</svg>
"#
    )
}

/// Makes a text safe in XML, where some characters may not stand at all.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_take_is_left_out() {
        assert_eq!(
            escape("a<b>&\u{1}\n\u{ffff}é"),
            "a&lt;b&gt;&amp;\u{fffd} \u{fffd}é"
        );
    }
}
