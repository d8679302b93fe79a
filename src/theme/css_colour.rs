//! Colours as they are written in a style sheet.

use crate::palette::Colour;

/// A colour, and how much of it covers what is behind it, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CssColour {
    pub(super) colour: Colour,
    pub(super) alpha: f64,
}

/// Reads a colour in hexadecimal, `rgb()`, `hsl()`, or as one of three words. Other notations, such as `oklch()`, are
/// not known here.
pub(super) fn parse(text: &str) -> Option<CssColour> {
    let text = text.trim().to_ascii_lowercase();
    let opaque = |colour| CssColour { colour, alpha: 1.0 };
    match text.as_str() {
        "black" => return Some(opaque(Colour::new([0; 3]))),
        "white" => return Some(opaque(Colour::new([255; 3]))),
        "transparent" => {
            let colour = Colour::new([0; 3]);
            return Some(CssColour { colour, alpha: 0.0 });
        }
        _ => {}
    }
    if let Some(digits) = text.strip_prefix('#') {
        return hexadecimal(digits);
    }
    let (function, rest) = text.split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    let separators = |c: char| c.is_whitespace() || matches!(c, ',' | '/');
    let parts: Vec<&str> = arguments
        .split(separators)
        .filter(|part| !part.is_empty())
        .collect();
    let (channels, alpha) = match parts.as_slice() {
        [one, two, three] => ([*one, *two, *three], "1"),
        [one, two, three, alpha] => ([*one, *two, *three], *alpha),
        _ => return None,
    };
    let colour = match function {
        "rgb" | "rgba" => rgb(channels)?,
        "hsl" | "hsla" => hsl(channels)?,
        _ => return None,
    };
    let alpha = number(alpha, 1.0)?.clamp(0.0, 1.0);
    Some(CssColour { colour, alpha })
}

fn hexadecimal(digits: &str) -> Option<CssColour> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let doubled: String = digits.chars().flat_map(|digit| [digit, digit]).collect();
    let digits = match digits.len() {
        3 | 4 => doubled.as_str(),
        6 | 8 => digits,
        _ => return None,
    };
    let (colour, alpha) = digits.split_at_checked(6)?;
    let colour = Colour::parse(&format!("#{colour}"))?;
    let alpha = match alpha {
        "" => 1.0,
        alpha => f64::from(u8::from_str_radix(alpha, 16).ok()?) / 255.0,
    };
    Some(CssColour { colour, alpha })
}

fn rgb(channels: [&str; 3]) -> Option<Colour> {
    let mut bytes = [0; 3];
    for (byte, channel) in bytes.iter_mut().zip(channels) {
        *byte = to_byte(number(channel, 255.0)? / 255.0);
    }
    Some(Colour::new(bytes))
}

/// Converts as CSS Color 4, 7.1, does.
fn hsl([hue, saturation, lightness]: [&str; 3]) -> Option<Colour> {
    let hue: f64 = hue.trim_end_matches("deg").parse().ok()?;
    let saturation = number(saturation, 1.0)?.clamp(0.0, 1.0);
    let lightness = number(lightness, 1.0)?.clamp(0.0, 1.0);
    let reach = saturation * lightness.min(1.0 - lightness);
    let channel = |n: f64| {
        let k = (n + hue.rem_euclid(360.0) / 30.0).rem_euclid(12.0);
        to_byte(lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))
    };
    Some(Colour::new([channel(0.0), channel(8.0), channel(4.0)]))
}

/// Reads a number; a percentage is that part of `whole`.
fn number(text: &str, whole: f64) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(part) => part.parse::<f64>().ok().map(|part| part / 100.0 * whole),
        None => text.parse().ok(),
    }
    .filter(|number| number.is_finite())
}

fn to_byte(part: f64) -> u8 {
    (part.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_browsers_read_them() {
        let check = |text: &str, expected: &str| {
            let shown = parse(text).map(|css| format!("{} {:.2}", css.colour, css.alpha));
            assert_eq!(shown.unwrap_or_default(), expected, "{text}");
        };
        check("#1C2a2f", "#1c2a2f 1.00");
        check("#fff", "#ffffff 1.00");
        check("#0008", "#000000 0.53");
        check("#11223380", "#112233 0.50");
        check("white", "#ffffff 1.00");
        check("transparent", "#000000 0.00");
        check("rgb(255, 0, 51)", "#ff0033 1.00");
        check("rgb(100% 0% 20% / 50%)", "#ff0033 0.50");
        check("rgba(0,0,0,.5)", "#000000 0.50");
        check("hsl(120, 100%, 25%)", "#008000 1.00");
        check("hsl(240deg 100% 50% / 0.5)", "#0000ff 0.50");
        check("hsl(-120 100% 50%)", "#0000ff 1.00");
        for unknown in [
            "",
            "#",
            "#12345",
            "#ggg",
            "#é12",
            "rgb(1, 2)",
            "rgb(a, b, c)",
            "rgb(nan 0 0)",
            "red",
            "oklch(1 0 0)",
            "rgb(",
        ] {
            check(unknown, "");
        }
    }
}
