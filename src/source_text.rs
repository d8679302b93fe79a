//! The text of one input file, with its path and its lines.
//!
//! Diagnostics count lines and columns from 1; columns count characters, as editors do.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The text of an input file, cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceText {
    path: Arc<str>,
    text: Arc<str>,
    /// Where each line starts, found when the first place is asked for.
    line_starts: Arc<OnceLock<Vec<usize>>>,
    /// The file whose lines these are, where the text is cut out of one.
    origin: Option<Arc<Origin>>,
}

/// Where lines stood that were cut out of a file.
#[derive(Debug)]
struct Origin {
    source: SourceText,
    /// Where each line starts in the file.
    line_starts: Vec<usize>,
}

/// A stretch of a source file, as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path of the file relative to the root of the portal, with forward slashes.
    pub path: Arc<str>,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// How many characters of the line are meant; at least 1.
    pub width: usize,
    /// The whole line, without its line break.
    pub line_text: String,
}

impl Place {
    /// Returns what stands there, as far as it is in the line.
    pub fn text(&self) -> &str {
        let byte = |characters: usize| {
            let mut all = self.line_text.char_indices();
            all.nth(characters)
                .map_or(self.line_text.len(), |(at, _)| at)
        };
        let start = self.column.saturating_sub(1);
        let range = byte(start)..byte(start.saturating_add(self.width));
        self.line_text.get(range).unwrap_or_default()
    }

    /// Returns whether another place is this one, or a part of it.
    pub fn holds(&self, other: &Place) -> bool {
        let end = |place: &Place| place.column + place.width;
        (&self.path, self.line) == (&other.path, other.line)
            && self.column <= other.column
            && end(other) <= end(self)
    }
}

impl SourceText {
    /// Makes a source text from a path relative to the root and the text of the file.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceText {
        SourceText {
            path: path.into(),
            text: text.into(),
            line_starts: Arc::default(),
            origin: None,
        }
    }

    /// Makes the text of lines that stand in this one behind a margin, such as those of a quotation. Places in it
    /// are those in this text, where the lines start at `line_starts`.
    pub fn without_margin(&self, lines: String, line_starts: Vec<usize>) -> SourceText {
        let origin = Origin {
            source: self.clone(),
            line_starts,
        };
        SourceText {
            origin: Some(Arc::new(origin)),
            ..SourceText::new(self.path.clone(), lines)
        }
    }

    /// Decodes the bytes of a file. A byte order mark at the start is dropped.
    ///
    /// # Errors
    ///
    /// Returns the place of the first byte that is not UTF-8.
    pub fn decode(path: impl Into<Arc<str>>, bytes: &[u8]) -> Result<SourceText, Place> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(SourceText::new(path, text)),
            Err(error) => {
                let good = error.valid_up_to();
                let shown = SourceText::new(path, String::from_utf8_lossy(bytes));
                // The good part is unchanged by the lossy decoding, so its length is the offset.
                Err(shown.place(good..good + 1))
            }
        }
    }

    /// Returns the path relative to the root of the portal.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns where a byte range of the text is. A range that reaches past its line is cut there;
    /// a range outside the text or between bytes of one character is moved to the nearest character.
    pub fn place(&self, range: Range<usize>) -> Place {
        let text: &str = &self.text;
        let start = text.floor_char_boundary(range.start.min(text.len()));
        let line_starts = self.line_starts();
        let line = line_starts.partition_point(|line_start| *line_start <= start);
        let line_start = line
            .checked_sub(1)
            .and_then(|at| line_starts.get(at))
            .copied()
            .unwrap_or_default();
        let line_end = text
            .get(start..)
            .and_then(|rest| rest.find('\n'))
            .map_or(text.len(), |at| start + at);
        let line_text = text.get(line_start..line_end).unwrap_or_default();
        let line_text = line_text.strip_suffix('\r').unwrap_or(line_text);
        let end = text.floor_char_boundary(range.end.clamp(start, line_end));
        if let Some(origin) = &self.origin {
            let known = origin.line_starts.get(line.saturating_sub(1));
            let known = known.or(origin.line_starts.last());
            let from = known.copied().unwrap_or_default() + (start - line_start);
            return origin.source.place(from..from + (end - start));
        }
        Place {
            path: self.path.clone(),
            line,
            column: text
                .get(line_start..start)
                .unwrap_or_default()
                .chars()
                .count()
                + 1,
            width: text
                .get(start..end)
                .unwrap_or_default()
                .chars()
                .count()
                .max(1),
            line_text: line_text.to_owned(),
        }
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// Returns the place that stands for the whole file: its first line.
    pub fn start(&self) -> Place {
        self.place(0..0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, range: Range<usize>, line: usize, column: usize, width: usize) {
        let place = SourceText::new("a.md", text).place(range);
        assert_eq!(
            (place.line, place.column, place.width),
            (line, column, width)
        );
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        check("abc", 0..1, 1, 1, 1);
        check("één\ntwee", 7..9, 2, 2, 2);
        check("a\r\nb", 3..4, 2, 1, 1);
    }

    #[test]
    fn a_place_holds_its_parts() {
        let source = SourceText::new("a.md", "een twee\ndrie");
        let holds = |range, other| source.place(range).holds(&source.place(other));
        assert!(holds(4..8, 4..8) && holds(4..8, 5..6));
        assert!(!holds(4..8, 3..8) && !holds(4..7, 4..8) && !holds(0..4, 9..13));
    }

    #[test]
    fn a_place_has_the_text_that_stands_there() {
        let source = SourceText::new("a.md", "a\néén twéé\nb");
        let text = |range| source.place(range).text().to_owned();
        assert_eq!(text(2..7), "één");
        assert_eq!(text(8..14), "twéé");
        assert_eq!(text(8..15), "twéé");
        let mut place = source.place(8..14);
        (place.column, place.width) = (99, usize::MAX);
        assert_eq!(place.text(), "");
    }

    #[test]
    fn a_place_outside_the_text_is_its_end() {
        check("abc", 90..99, 1, 4, 1);
        check("", 0..0, 1, 1, 1);
        check("é", 1..2, 1, 1, 1);
    }

    #[test]
    fn a_range_over_several_lines_is_cut_at_its_first() {
        check("abc\ndef", 1..7, 1, 2, 2);
    }

    #[test]
    fn lines_without_their_margin_have_the_places_of_the_file() {
        let file = SourceText::new("a.md", "é\n> een: 1\n>\n>   twéé: 2\n");
        let cut = file.without_margin("een: 1\n\n  twéé: 2\n".to_owned(), vec![5, 13, 16]);
        let check = |found: &str, line: usize, column: usize| {
            let start = cut.text().find(found).unwrap();
            let place = cut.place(start..start + found.len());
            let width = found.chars().count();
            assert_eq!(
                (place.line, place.column, place.width),
                (line, column, width)
            );
            assert_eq!(
                Some(place.line_text.as_str()),
                file.text().lines().nth(line - 1)
            );
        };
        check("een", 2, 3);
        check("twéé", 4, 5);
        check("2", 4, 11);
        let end = cut.place(cut.text().len()..cut.text().len());
        assert_eq!(end.line, 4);
    }

    #[test]
    fn wrong_utf8_is_told_with_its_place() {
        let place = SourceText::decode("a.md", b"goed\nfout: \xff\xfe!\n").unwrap_err();
        assert_eq!((place.line, place.column), (2, 7));
    }
}
