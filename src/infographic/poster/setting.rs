//! Setting text in lines: how wide it is, and where a line ends.
//!
//! A build cannot ask a browser, so widths come from a table. Invariant: with a font of the family on a poster, a
//! line is never wider on paper than it was taken to be here.

/// Advance widths of Liberation Sans 2, in thousandths of the font size; those of Arial and Helvetica are the same.
const REGULAR: [(u16, &str); 27] = [
    (191, "'"),
    (222, "ijl‘’"),
    (260, "|¦"),
    (278, " !,./:;I[\\]ft\u{a0}·ÌÍÎÏìíîï"),
    (333, "()-`r¡¨²³´¸¹“”„"),
    (334, "{}"),
    (355, "\"•"),
    (370, "ªº"),
    (389, "*"),
    (400, "°"),
    (469, "^"),
    (500, "Jcksvxyzçýÿ"),
    (537, "¶"),
    (552, "±÷¯"),
    (
        556,
        "#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþ–€",
    ),
    (576, "µ"),
    (584, "+<=>~¬×"),
    (611, "FTZ¿ßø"),
    (667, "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞ"),
    (722, "CDHNRUwÇÐÑÙÚÛÜ"),
    (737, "©®"),
    (778, "GOQÒÓÔÕÖØ"),
    (834, "Mm¼½¾"),
    (889, "%æ"),
    (944, "W"),
    (1000, "Æ—…→"),
    (1015, "@"),
];

/// The same of Liberation Sans 2 Bold.
const BOLD: [(u16, &str); 22] = [
    (238, "'"),
    (278, " ,./I\\ijl\u{a0}·ÌÍÎÏìíîï‘’"),
    (280, "|¦"),
    (333, "!()-:;[]`ft¡¨²³´¸¹"),
    (350, "•"),
    (370, "ªº"),
    (400, "*r{}°"),
    (474, "\""),
    (500, "z“”„"),
    (552, "±÷¯"),
    (556, "#$0123456789J_aceksvxy¢£¤¥§«¶»àáâãäåçèéêëýÿ–€"),
    (576, "µ"),
    (584, "+<=>^~¬×"),
    (611, "?FLTZbdghnopqu¿ßðñòóôõöøùúûüþ"),
    (667, "EPSVXYÈÉÊËÝÞ"),
    (722, "&ABCDHKNRUÀÁÂÃÄÅÇÐÑÙÚÛÜ"),
    (737, "©®"),
    (778, "GOQwÒÓÔÕÖØ"),
    (834, "M¼½¾"),
    (889, "%mæ"),
    (944, "W"),
    (1000, "Æ—…→@"),
];

/// Width of a character that is in no table: that of the widest Latin letters. Only texts of a theme come here with
/// one, because [`unknown_character`] finds those of an editor.
const UNKNOWN: u16 = 1000;

/// What is added to every width: another font of the family, and the rounding of printers, may be a little wider.
const MARGIN: f64 = 1.08;

/// Size in points from which letters are a heading, whose lines stand closer together.
const HEADING_SIZE: f64 = 22.0;

/// Returns the first character of a text whose width is in no table. Space is none: lines end there.
pub(super) fn unknown_character(text: &str) -> Option<char> {
    let is_in =
        |table: &[(u16, &str)], character| table.iter().any(|(_, row)| row.contains(character));
    text.chars().find(|character| {
        let is_known = is_in(&REGULAR, *character) && is_in(&BOLD, *character);
        !is_known && !character.is_whitespace()
    })
}

/// Size and weight of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    /// Size in points.
    pub(super) size: f64,
    pub(super) bold: bool,
}

impl Font {
    pub(super) fn regular(size: f64) -> Font {
        Font { size, bold: false }
    }

    pub(super) fn bold(size: f64) -> Font {
        Font { size, bold: true }
    }

    /// Returns the distance from one line to the next in points.
    pub(super) fn line_height(self) -> f64 {
        match self.size < HEADING_SIZE {
            true => self.size * 1.3,
            false => self.size * 1.14,
        }
    }

    /// Returns the width of a text in points, with the margin.
    pub(super) fn width(self, text: &str) -> f64 {
        let table: &[(u16, &str)] = match self.bold {
            true => &BOLD,
            false => &REGULAR,
        };
        let of_character = |character: char| {
            let row = table.iter().find(|(_, row)| row.contains(character));
            f64::from(row.map_or(UNKNOWN, |(width, _)| *width))
        };
        text.chars().map(of_character).sum::<f64>() / 1000.0 * self.size * MARGIN
    }

    /// Breaks a text into lines of at most this width; nothing where a single word is wider.
    pub(super) fn lines(self, text: &str, width: f64) -> Option<Vec<String>> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            if self.width(word) > width {
                return None;
            }
            let longer = match line.is_empty() {
                true => word.to_owned(),
                false => format!("{line} {word}"),
            };
            if self.width(&longer) > width {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = longer;
            }
        }
        lines.push(line);
        Some(lines)
    }

    /// Breaks a text into as few lines as [`Font::lines`] does, each about as long.
    pub(super) fn balanced(self, text: &str, width: f64) -> Option<Vec<String>> {
        /// How much narrower each attempt is, in points.
        const STEP: f64 = 6.0;
        let mut best = self.lines(text, width)?;
        let mut narrower = width - STEP;
        // One line has nothing to balance with; one without words would fit in any width, so nothing would end this.
        while best.len() > 1
            && let Some(lines) = self.lines(text, narrower)
            && lines.len() <= best.len()
        {
            best = lines;
            narrower -= STEP;
        }
        Some(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_has_one_width() {
        for table in [&REGULAR[..], &BOLD[..]] {
            let all: String = table.iter().map(|(_, row)| *row).collect();
            let mut characters: Vec<char> = all.chars().collect();
            characters.sort_unstable();
            characters.dedup();
            assert_eq!(characters.len(), all.chars().count());
            assert!((' '..='~').all(|character| characters.contains(&character)));
            assert!(
                ('¡'..='ÿ')
                    .all(|character| character == '\u{ad}' || characters.contains(&character))
            );
        }
    }

    #[test]
    fn a_line_ends_where_the_next_word_would_be_too_wide() {
        let check = |text: &str, width: f64, expected: Option<&[&str]>| {
            let lines = Font::regular(10.0).lines(text, width);
            let expected =
                expected.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
            assert_eq!(lines, expected, "{text}");
        };
        check("onmogelijklangwoord", 20.0, None);
        check("a onmogelijklangwoord", 20.0, None);
        check("", 20.0, Some(&[""]));
        check("een twee  drie", 60.0, Some(&["een twee", "drie"]));
        check("een twee drie", 100.0, Some(&["een twee drie"]));
    }

    #[test]
    fn lines_can_be_made_about_as_long() {
        let font = Font::regular(10.0);
        let text = "een twee drie vier vijf zes";
        assert_eq!(
            font.lines(text, 115.0).unwrap(),
            ["een twee drie vier vijf", "zes"]
        );
        assert_eq!(
            font.balanced(text, 115.0).unwrap(),
            ["een twee drie", "vier vijf zes"]
        );
        assert_eq!(font.balanced("zes", 115.0).unwrap(), ["zes"]);
        assert_eq!(font.balanced(text, 5.0), None);
        for nothing in ["", " ", "\u{a0}"] {
            assert_eq!(font.balanced(nothing, 115.0).unwrap(), [""]);
        }
    }

    #[test]
    fn a_character_that_is_in_no_table_is_found() {
        let check = |text: &str, expected: Option<char>| {
            assert_eq!(unknown_character(text), expected, "{text}");
        };
        check("Goed \u{1f600}", Some('\u{1f600}'));
        check("مرحبا", Some('م'));
        check("Łukasz ✓", Some('Ł'));
        check("e\u{301}en", Some('\u{301}'));
        check("één", None);
        check("Bel 112 – “nu” → €5\u{a0}\n…", None);
        check("", None);
    }
}
