//! A run of text that somebody reads in one go, with where each part of it is written.

use std::ops::Range;

/// Stands for something that counts as one word and is not judged: a value of a setting, a place to
/// fill in, code.
pub const STAND_IN: char = '\u{fffc}';

/// Stands for a line break that readers see.
pub const LINE_END: char = '\n';

/// What kind of text a passage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sentences.
    Prose,
    /// A heading, a cell of a table, a title: only its words count.
    Label,
}

/// One paragraph, item, heading or cell.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What kind of text it is.
    pub kind: Kind,
    text: String,
    pieces: Vec<Piece>,
    /// Where the text changes: emphasis or a link begins or ends. In order.
    changes: Vec<usize>,
}

/// A stretch of the passage, and where it is written. Where both have the same length, they are the same
/// text.
#[derive(Clone, Debug)]
struct Piece {
    text: Range<usize>,
    source: Range<usize>,
}

impl Passage {
    /// Starts a passage without text.
    pub fn new(kind: Kind) -> Passage {
        Passage {
            kind,
            text: String::new(),
            pieces: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Makes a passage of a text that is written as it is, from byte 0.
    pub fn plain(kind: Kind, text: &str) -> Passage {
        let mut passage = Passage::new(kind);
        passage.push(text, 0..text.len());
        passage
    }

    /// Adds text that is written at `source`; values in double brackets become one word.
    pub fn push(&mut self, text: &str, source: Range<usize>) {
        let verbatim = text.len() == source.len();
        let mut at = 0;
        while let Some((before, value)) = text.get(at..).and_then(value_in) {
            let value = at + value.start..at + value.end;
            self.add(before, within(&source, at..value.start, verbatim));
            let stand_in = STAND_IN.to_string();
            self.add(&stand_in, within(&source, value.clone(), verbatim));
            at = value.end;
        }
        let rest = text.get(at..).unwrap_or_default();
        self.add(rest, within(&source, at..text.len(), verbatim));
    }

    /// Adds something that counts as one word and is not judged.
    pub fn push_stand_in(&mut self, source: Range<usize>) {
        self.add(&STAND_IN.to_string(), source);
    }

    /// Adds a space, or an end of a line that readers see.
    pub fn push_break(&mut self, seen: bool, source: Range<usize>) {
        let space = if seen { LINE_END } else { ' ' };
        self.add(&space.to_string(), source);
    }

    /// Notes that emphasis or a link begins or ends here.
    pub fn push_change(&mut self) {
        self.changes.push(self.text.len());
    }

    fn add(&mut self, text: &str, source: Range<usize>) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece {
            text: start..self.text.len(),
            source,
        });
    }

    /// Returns the text, without markup.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether emphasis or a link begins or ends within a byte range of the text: what stands there is no
    /// phrase.
    pub(super) fn changes_within(&self, range: &Range<usize>) -> bool {
        let after = self.changes.partition_point(|at| *at <= range.start);
        self.changes.get(after).is_some_and(|at| *at < range.end)
    }

    /// Returns where a byte range of the text is written.
    pub fn source_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.source_at(range.start);
        let last = range.end.saturating_sub(1).max(range.start);
        start..self.source_at(last).max(start) + 1
    }

    fn source_at(&self, at: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.text.start <= at);
        let piece = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index));
        piece.map_or(0, |piece| {
            if piece.text.len() == piece.source.len() {
                piece.source.start + (at - piece.text.start)
            } else {
                piece.source.start
            }
        })
    }
}

/// Returns what stands before the first value in double brackets, and where that value stands.
fn value_in(text: &str) -> Option<(&str, Range<usize>)> {
    let start = text.find("[[")?;
    let length = text.get(start..)?.find("]]")? + "]]".len();
    Some((text.get(..start)?, start..start + length))
}

fn within(source: &Range<usize>, part: Range<usize>, verbatim: bool) -> Range<usize> {
    match verbatim {
        true => source.start + part.start..source.start + part.end,
        false => source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_leads_to_where_it_is_written() {
        let mut passage = Passage::new(Kind::Prose);
        passage.push("Bel ", 10..14);
        passage.push("nu", 16..18);
        passage.push(": [[emergency.internal]].", 20..45);
        assert_eq!(passage.text(), "Bel nu: \u{fffc}.");
        assert_eq!(passage.source_range(&(0..6)), 10..18);
        assert_eq!(passage.source_range(&(4..6)), 16..18);
        assert_eq!(passage.source_range(&(11..12)), 44..45);
    }
}
