//! The colours of a poster, and whether text in them can be read.
//!
//! A poster cannot follow the custom properties of a style sheet, so its colours are values. Who made them and
//! who draws with them is not known here.

use std::fmt;

/// Least contrast of text with what is behind it: WCAG 2.2, success criterion 1.4.3.
pub const LEAST_CONTRAST: f64 = 4.5;

/// Least contrast of the edge of something that people use, or of a sign, with what is behind it: WCAG 2.2, success
/// criterion 1.4.11.
pub const LEAST_CONTRAST_OF_EDGES: f64 = 3.0;

/// An opaque colour in sRGB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Makes a colour of its red, green and blue, each from 0 to 255.
    pub fn new(channels: [u8; 3]) -> Colour {
        Colour(channels)
    }

    /// Returns what one sees where this colour covers another for a part, from 0 to 1.
    pub fn over(self, ground: Colour, part: f64) -> Colour {
        let mut mixed = ground.0;
        for (channel, own) in mixed.iter_mut().zip(self.0) {
            let value = f64::from(own) * part + f64::from(*channel) * (1.0 - part);
            *channel = value.round() as u8;
        }
        Colour(mixed)
    }

    /// Reads a colour as `#1c2a2f`.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|rest| rest.len() == 6)?;
        let channel = |from: usize| {
            let pair = digits.get(from..from + 2)?;
            let is_hex = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
        };
        Some(Colour([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// Returns the contrast with another colour, from 1 (none) to 21 (black on white), as WCAG 2.2 defines
    /// "contrast ratio".
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns the relative luminance, from 0 to 1, as WCAG 2.2 defines it for sRGB.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The colours of a poster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// The paper.
    pub background: Colour,
    /// Boxes on the paper.
    pub surface: Colour,
    /// Text on the paper and in boxes.
    pub text: Colour,
    /// Text that matters less.
    pub muted: Colour,
    /// Titles, lines that connect, and the ground of numbers and letters.
    pub accent: Colour,
    /// Numbers and letters.
    pub on_accent: Colour,
    /// Lines that only set apart.
    pub line: Colour,
    /// Ground of the head of a column that is fine.
    pub ok: Colour,
    /// Ground of the head of a column that asks for care.
    pub careful: Colour,
    /// Ground of the head of a column that is not allowed.
    pub no: Colour,
    /// Text in those heads.
    pub on_mark: Colour,
}

/// A colour with its name in a palette.
pub type Named = (&'static str, Colour);

impl Palette {
    /// Returns every colour of text with a colour that it stands on in a poster.
    pub fn pairs(&self) -> [(Named, Named); 10] {
        let background = ("background", self.background);
        let surface = ("surface", self.surface);
        let (text, muted) = (("text", self.text), ("muted", self.muted));
        let accent = ("accent", self.accent);
        let on_mark = ("on_mark", self.on_mark);
        [
            (text, background),
            (muted, background),
            (accent, background),
            (text, surface),
            (muted, surface),
            (accent, surface),
            (("on_accent", self.on_accent), accent),
            (on_mark, ("ok", self.ok)),
            (on_mark, ("careful", self.careful)),
            (on_mark, ("no", self.no)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in [
            "", "#", "#fff", "1c2a2f", "#1c2a2", "#1c2a2ff", "#1c2ag2", "#+1+2+3", "#é1234",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
        assert_eq!(Colour::parse("#1C2a2F").unwrap().to_string(), "#1c2a2f");
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let check = |one: &str, other: &str, expected: &str| {
            let (one, other) = (Colour::parse(one).unwrap(), Colour::parse(other).unwrap());
            assert_eq!(format!("{:.2}", one.contrast(other)), expected);
            assert_eq!(one.contrast(other), other.contrast(one));
        };
        check("#000000", "#ffffff", "21.00");
        check("#777777", "#ffffff", "4.48");
        check("#767676", "#ffffff", "4.54");
        check("#123456", "#123456", "1.00");
    }
}
