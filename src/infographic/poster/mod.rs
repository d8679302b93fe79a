//! A poster: an infographic as SVG on a sheet of paper.
//!
//! The text is the largest that fits, in sizes from [`SIZES`]; where even the smallest does not, there is no poster
//! but a [`Refused`] that says which line to make shorter. So it is with characters whose width nobody knows here.
//! A3 is the same drawing, larger. Invariant: no text of an editor leaves its box or the paper.

mod drawing;
mod layouts;
mod setting;
mod stack;

use super::{Infographic, Kind, Line};
use crate::message::Catalogue;
use crate::palette::Palette;
use crate::source_text::Place;
use drawing::{Anchor, Area, Drawing, Sheet};
use setting::Font;

/// Sizes of the text on A4 in points, the first that fits is taken. Below the last it cannot be read at arm's length.
const SIZES: [f64; 9] = [17.0, 16.0, 15.0, 14.0, 13.0, 12.5, 12.0, 11.5, 11.0];

/// Sizes of a title on one line of A4 in points.
const ONE_LINE_SIZES: [f64; 4] = [38.0, 36.0, 34.0, 32.0];

/// Sizes of a title on two lines. More lines would take the room of what is below.
const TWO_LINE_SIZES: [f64; 4] = [34.0, 30.0, 27.0, 24.0];

/// Size of the description on A4 in points.
const DESCRIPTION_SIZE: f64 = 14.0;

/// Most lines of a description, for the same reason.
const MOST_DESCRIPTION_LINES: usize = 4;

/// Sizes of the foot on A4 in points; the address must be readable, not large.
const FOOT_SIZES: [f64; 4] = [12.0, 11.0, 10.0, 9.0];

/// Size of the foot where the organisation stands above the address.
const STACKED_FOOT_SIZE: f64 = 10.0;

/// Most lines of the organisation in the foot, for the same reason as the version.
const MOST_NAME_LINES: usize = 2;

/// Most lines of the version in the foot, which takes its room from the infographic.
const MOST_VERSION_LINES: usize = 2;

/// Empty edge of the paper in points: 15 mm, which every printer leaves free at most.
const MARGIN: f64 = 42.5;

/// Short and long side of A4 in points of 1/72 inch: 210 and 297 mm.
const A4: (f64, f64) = (595.0, 842.0);

/// A size of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 210 by 297 mm.
    A4,
    /// 297 by 420 mm.
    A3,
}

impl Paper {
    /// Every size of paper.
    pub const ALL: [Paper; 2] = [Paper::A4, Paper::A3];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Paper::A4 => "A4",
            Paper::A3 => "A3",
        }
    }

    /// Returns its short and long side in millimetres (ISO 216).
    fn millimetres(self) -> (u32, u32) {
        match self {
            Paper::A4 => (210, 297),
            Paper::A3 => (297, 420),
        }
    }
}

/// What stands on a poster besides its infographic.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// BCP 47 tag of its texts.
    pub language: &'a str,
    /// The texts of the theme.
    pub words: &'a Catalogue,
    /// Whose poster it is.
    pub organisation: &'a str,
    /// Where to read more, short enough to type.
    pub address: &'a str,
    /// Version and date of the page, in words.
    pub version: String,
}

/// A line that cannot stand on a poster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong with it.
    pub why: Why,
    /// The line.
    pub text: String,
    /// Where it stands; that of the id, where it is a text around the infographic.
    pub place: Place,
}

/// Why a line cannot stand on a poster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has no room, even in the smallest size.
    NoRoom,
    /// It has no words.
    NoWords,
    /// It has a character whose width is not known, such as an emoji or a letter of another alphabet.
    Character(char),
}

/// A text has no room on a poster, even in the smallest size.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Overflow(Line);

impl Overflow {
    fn of(line: &Line) -> Overflow {
        Overflow(line.clone())
    }
}

impl From<Overflow> for Refused {
    fn from(Overflow(line): Overflow) -> Refused {
        Refused {
            why: Why::NoRoom,
            text: line.text,
            place: line.place,
        }
    }
}

/// A poster, for any size of paper.
#[derive(Clone, Debug)]
pub struct Poster<'a> {
    language: &'a str,
    title: String,
    description: String,
    landscape: bool,
    drawing: String,
}

impl Poster<'_> {
    /// Returns the poster as SVG for a size of paper.
    pub fn svg(&self, paper: Paper) -> String {
        let (short, long) = paper.millimetres();
        let sheet = Sheet {
            points: turned(A4, self.landscape),
            millimetres: turned((short, long), self.landscape),
            language: self.language,
            title: &self.title,
            description: &self.description,
        };
        drawing::svg(&sheet, &self.drawing)
    }
}

/// Makes the poster of an infographic whose lines are plain text.
///
/// # Errors
///
/// Every line without words or with a character that is not known; else a line that has no room, even in the
/// smallest size.
pub fn poster<'a>(
    infographic: &Infographic,
    palette: &Palette,
    frame: &Frame<'a>,
) -> Result<Poster<'a>, Vec<Refused>> {
    let refused = refused_lines(infographic, frame);
    if !refused.is_empty() {
        return Err(refused);
    }
    set(infographic, palette, frame).map_err(|overflow| vec![overflow.into()])
}

/// Returns the lines that no size of text helps.
fn refused_lines(infographic: &Infographic, frame: &Frame<'_>) -> Vec<Refused> {
    let around = [frame.organisation, frame.address, &frame.version];
    let around = around.map(|text| around_line(infographic, text));
    let lines = infographic.lines().map(|line| (line, true));
    let lines = lines.chain(around.iter().map(|line| (line, false)));
    let refused = |(line, needs_words): (&Line, bool)| {
        let why = match setting::unknown_character(&line.text) {
            Some(character) => Why::Character(character),
            None if needs_words && line.text.trim().is_empty() => Why::NoWords,
            None => return None,
        };
        Some(Refused {
            why,
            text: line.text.clone(),
            place: line.place.clone(),
        })
    };
    lines.filter_map(refused).collect()
}

/// Returns a text that stands around an infographic as a line, with the place of the infographic.
fn around_line(infographic: &Infographic, text: &str) -> Line {
    Line {
        text: text.to_owned(),
        place: infographic.id.place.clone(),
    }
}

/// Sets an infographic on a sheet.
fn set<'a>(
    infographic: &Infographic,
    palette: &Palette,
    frame: &Frame<'a>,
) -> Result<Poster<'a>, Overflow> {
    // Columns need width; everything else is read from top to bottom.
    let landscape = infographic.kind == Kind::Comparison && infographic.items.len() > 2;
    let (width, height) = turned(A4, landscape);
    let paper = Area {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let inside = Area {
        x: MARGIN,
        y: MARGIN,
        width: width - 2.0 * MARGIN,
        height: height - 2.0 * MARGIN,
    };
    let mut drawing = Drawing::default();
    drawing.rectangle(paper, 0.0, palette.background);
    let top = head(infographic, palette, inside, &mut drawing)?;
    let bottom = foot(infographic, palette, frame, inside, &mut drawing)?;
    let body = Area {
        y: top,
        height: bottom - top,
        ..inside
    };
    let mut drawn = Err(Overflow::of(&infographic.title));
    for size in SIZES {
        drawn = layouts::draw(infographic, palette, frame, body, size);
        if drawn.is_ok() {
            break;
        }
    }
    Ok(Poster {
        language: frame.language,
        title: infographic.title.text.clone(),
        description: infographic.description.text.clone(),
        landscape,
        drawing: drawing.into_svg() + &drawn?,
    })
}

/// Turns a short and a long side into width and height.
fn turned<T>((short, long): (T, T), landscape: bool) -> (T, T) {
    match landscape {
        true => (long, short),
        false => (short, long),
    }
}

/// Writes the title and the description; returns where what follows may begin.
fn head(
    infographic: &Infographic,
    palette: &Palette,
    inside: Area,
    drawing: &mut Drawing,
) -> Result<f64, Overflow> {
    let title = &infographic.title;
    let in_lines = |most: usize, sizes: &[f64]| {
        sizes.iter().find_map(|size| {
            let font = Font::bold(*size);
            let lines = font.balanced(&title.text, inside.width)?;
            (lines.len() <= most).then_some((font, lines))
        })
    };
    let set = in_lines(1, &ONE_LINE_SIZES).or_else(|| in_lines(2, &TWO_LINE_SIZES));
    let (font, lines) = set.ok_or_else(|| Overflow::of(title))?;
    let bar = Area {
        height: 5.0,
        width: 64.0,
        ..inside
    };
    drawing.rectangle(bar, 2.5, palette.accent);
    let at = (inside.x, bar.bottom() + 10.0);
    let y = drawing.text(at, Anchor::Start, font, palette.accent, &lines);
    let description = &infographic.description;
    let font = Font::regular(DESCRIPTION_SIZE);
    let lines = font
        .balanced(&description.text, inside.width)
        .filter(|lines| lines.len() <= MOST_DESCRIPTION_LINES)
        .ok_or_else(|| Overflow::of(description))?;
    let at = (inside.x, y + 4.0);
    let y = drawing.text(at, Anchor::Start, font, palette.muted, &lines);
    Ok(y + 22.0)
}

/// Writes whose poster it is, where to read more and how old it is; returns where what is above must end.
fn foot(
    infographic: &Infographic,
    palette: &Palette,
    frame: &Frame<'_>,
    inside: Area,
    drawing: &mut Drawing,
) -> Result<f64, Overflow> {
    const SMALL: f64 = 10.0;
    const BETWEEN: f64 = 24.0;
    let width = |size: f64| {
        Font::bold(size).width(frame.organisation) + Font::bold(size).width(frame.address)
    };
    let too_long = || {
        let both = format!("{} {}", frame.organisation, frame.address);
        Overflow(around_line(infographic, &both))
    };
    let beside = FOOT_SIZES
        .into_iter()
        .find(|size| width(*size) + BETWEEN <= inside.width);
    let font = Font::bold(beside.unwrap_or(STACKED_FOOT_SIZE));
    let whose = match beside {
        Some(_) => Some(vec![frame.organisation.to_owned()]),
        // A long name stands above the address.
        None => font.lines(frame.organisation, inside.width),
    };
    let whose = whose.filter(|lines| lines.len() <= MOST_NAME_LINES);
    let whose = whose.ok_or_else(too_long)?;
    if font.width(frame.address) > inside.width {
        return Err(too_long());
    }
    let small = Font::regular(SMALL);
    let mut last: Vec<String> = Vec::new();
    if let Some(source) = &infographic.source {
        let lines = small.lines(&source.text, inside.width);
        last.extend(lines.ok_or_else(|| Overflow::of(source))?);
    }
    if !frame.version.is_empty() {
        let lines = small.lines(&frame.version, inside.width);
        let lines = lines.filter(|lines| lines.len() <= MOST_VERSION_LINES);
        last.extend(lines.ok_or_else(|| Overflow(around_line(infographic, &frame.version)))?);
    }
    let address_lines = usize::from(beside.is_none());
    let height = font.line_height() * (whose.len() + address_lines) as f64
        + small.line_height() * last.len() as f64;
    let top = inside.bottom() - height;
    let rule = top - 8.0;
    drawing.line(
        &[(inside.x, rule), (inside.right(), rule)],
        palette.line,
        1.0,
    );
    let at = (inside.x, top);
    let mut y = drawing.text(at, Anchor::Start, font, palette.text, &whose);
    let address = [frame.address.to_owned()];
    match beside {
        Some(_) => {
            let at = (inside.right(), top);
            drawing.text(at, Anchor::End, font, palette.accent, &address);
        }
        None => y = drawing.text((inside.x, y), Anchor::Start, font, palette.accent, &address),
    }
    drawing.text((inside.x, y), Anchor::Start, small, palette.muted, &last);
    Ok(rule - 18.0)
}
