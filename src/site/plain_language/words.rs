//! Text in sentences, and sentences in words.

use std::ops::Range;

use super::passage::{LINE_END, STAND_IN};
use super::wording::Wording;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// The word in lower case, without the punctuation around it.
    pub(super) lower: String,
}

/// Marks that open what is between quotes or brackets.
const OPENERS: [char; 7] = ['"', '\'', '“', '‘', '„', '(', '['];

/// Marks that close it; a straight quote does both.
const CLOSERS: [char; 6] = ['"', '\'', '”', '’', ')', ']'];

/// Words that begin a sentence without a capital: ’s Avonds.
const SHORTENED: [&str; 3] = ["s ", "t ", "n "];

/// Most characters of a remark between brackets that belongs to the sentence before it: longer ones are
/// sentences themselves.
const LONGEST_REMARK: usize = 80;

/// Returns the words in a range of a text.
pub(super) fn words(text: &str, range: &Range<usize>) -> Vec<Word> {
    let mut found = Vec::new();
    let part = text.get(range.clone()).unwrap_or_default();
    let mut at = range.start;
    for piece in part.split_inclusive(char::is_whitespace) {
        let is_edge = |character: char| !character.is_alphanumeric() && character != STAND_IN;
        let from_start = piece.trim_start_matches(is_edge);
        let start = at + piece.len() - from_start.len();
        let bare = from_start.trim_end_matches(is_edge);
        if !bare.is_empty() {
            found.push(Word {
                range: start..start + bare.len(),
                lower: bare.to_lowercase(),
            });
        }
        at += piece.len();
    }
    found
}

/// Returns the sentences of a text.
pub(super) fn sentences(text: &str, wording: &Wording) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // Where the marks end that stand in a row.
    let mut closed = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        // Closing quotes and more marks after the one that ended the sentence belong to it.
        if at < start {
            continue;
        }
        let rest = text.get(end..).unwrap_or_default();
        if closed < end {
            closed = text.len() - rest.trim_start_matches(is_closing).len();
        }
        let ends_at = match character {
            LINE_END => Some(closed),
            '!' | '?' | '…' => sentence_end(text, closed),
            '.' => sentence_end(text, closed).filter(|_| point_ends(text, start, at, wording)),
            ':' if begins_quotation(rest) => Some(end),
            _ => None,
        };
        if let Some(end) = ends_at {
            push(text, start..end, &mut found);
            start = end;
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

/// Returns where a sentence ends of which the marks end at a place: there, or after a remark between brackets
/// that belongs to it.
fn sentence_end(text: &str, closed: usize) -> Option<usize> {
    let after = text.get(closed..).unwrap_or_default();
    if begins_sentence(after) {
        return Some(closed);
    }
    let remark = after.trim_start().strip_prefix('(')?;
    let mut characters = remark.char_indices().take(LONGEST_REMARK);
    let (end, _) = characters.find(|(_, character)| *character == ')')?;
    let after = remark.get(end + 1..)?;
    begins_sentence(after).then_some(text.len() - after.len())
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = text.get(range.clone()).unwrap_or_default();
    let bare = part.trim();
    let start = range.start + part.len() - part.trim_start().len();
    if bare.chars().any(|c| c.is_alphanumeric() || c == STAND_IN) {
        found.push(start..start + bare.len());
    }
}

/// Returns how many sentences nobody says: they do not stand between double quotes, nor begin with one.
pub(super) fn count_unquoted(text: &str, sentences: &[Range<usize>]) -> usize {
    let is_quote = |c: &char| matches!(c, '"' | '“' | '”' | '„');
    let (mut at, mut quotes, mut count) = (0, 0, 0);
    for sentence in sentences {
        let before = text.get(at..sentence.start).unwrap_or_default();
        quotes += before.chars().filter(is_quote).count();
        at = sentence.start;
        let own = text.get(sentence.clone()).unwrap_or_default();
        let is_said = quotes % 2 == 1 || own.chars().next().is_some_and(|c| is_quote(&c));
        count += usize::from(!is_said);
    }
    count
}

fn is_closing(character: char) -> bool {
    CLOSERS.contains(&character) || matches!(character, '.' | '!' | '?')
}

/// Returns whether what comes after a mark can be the beginning of a sentence: white space, and then no
/// small letter.
fn begins_sentence(after: &str) -> bool {
    let next = after.trim_start();
    if next.is_empty() {
        return true;
    }
    if next.len() == after.len() {
        return false;
    }
    let next = next.trim_start_matches(|c| OPENERS.contains(&c) || c == '’');
    let is_shortened = SHORTENED.iter().any(|word| next.starts_with(word));
    is_shortened || !next.starts_with(char::is_lowercase)
}

/// Returns whether what comes after a colon is what somebody says.
fn begins_quotation(after: &str) -> bool {
    let next = after.trim_start();
    next.len() < after.len() && next.starts_with(['"', '“', '„', '‘'])
}

/// Returns whether a point ends a sentence, and not an abbreviation or an initial.
fn point_ends(text: &str, start: usize, at: usize, wording: &Wording) -> bool {
    let before = text.get(start..at).unwrap_or_default();
    let last = before
        .rsplit(|c: char| c.is_whitespace() || OPENERS.contains(&c))
        .next()
        .unwrap_or_default();
    let word = last.to_lowercase();
    let is_initial = last.chars().count() == 1 && last.starts_with(char::is_uppercase);
    !is_initial && !wording.abbreviations.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::language::Language;

    fn check(text: &str, expected: &[&str]) {
        let wording = Wording::shipped(Language::Nl);
        let found = sentences(text, &wording);
        let found: Vec<&str> = found
            .into_iter()
            .map(|range| text.get(range).unwrap())
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_sentence_ends_at_its_mark() {
        check(
            "Boos mag. Bedreigen niet!",
            &["Boos mag.", "Bedreigen niet!"],
        );
        check("Bel je? Doe het nu", &["Bel je?", "Doe het nu"]);
        check("Wacht... Dan bel je.", &["Wacht...", "Dan bel je."]);
        check("Wacht… Dan bel je.", &["Wacht…", "Dan bel je."]);
        check("Regel een\nRegel twee", &["Regel een", "Regel twee"]);
        check(
            "Ga weg. 's Avonds bel je.",
            &["Ga weg.", "'s Avonds bel je."],
        );
        check(
            "Ga weg. ’s Avonds bel je.",
            &["Ga weg.", "’s Avonds bel je."],
        );
        check("Bel. 112 is gratis.", &["Bel.", "112 is gratis."]);
        check("", &[]);
        check(" . ", &[]);
    }

    #[test]
    fn a_point_in_an_abbreviation_or_a_number_ends_nothing() {
        check(
            "Het is 8.30 uur, d.w.z. vroeg.",
            &["Het is 8.30 uur, d.w.z. vroeg."],
        );
        check("Zie art. 5 en nr. 1.000.", &["Zie art. 5 en nr. 1.000."]);
        check("Bel dhr. A. de Vries.", &["Bel dhr. A. de Vries."]);
        check(
            "Neem iets mee, bijv. Fruit.",
            &["Neem iets mee, bijv. Fruit."],
        );
        check("Schelden enz. mag niet.", &["Schelden enz. mag niet."]);
        check(
            "Schelden enz. Dat mag niet.",
            &["Schelden enz.", "Dat mag niet."],
        );
        check(
            "Kijk op www.voorbeeld.nl of bel.",
            &["Kijk op www.voorbeeld.nl of bel."],
        );
    }

    #[test]
    fn a_remark_between_brackets_belongs_to_the_sentence_before_it() {
        check(
            "Look at Who calls? (in Dutch) Did you call?",
            &["Look at Who calls? (in Dutch)", "Did you call?"],
        );
        check(
            "\"With a number.\" (\"onder nummer\") Only then.",
            &["\"With a number.\" (\"onder nummer\")", "Only then."],
        );
        check(
            "Kijk bij Wie belt? (in het Engels)",
            &["Kijk bij Wie belt? (in het Engels)"],
        );
        check(
            "Lees Wie belt? (in het Engels) en bel.",
            &["Lees Wie belt? (in het Engels) en bel."],
        );
        check(
            "Bel bijv. (als het kan) Jan.",
            &["Bel bijv. (als het kan) Jan."],
        );
        check("Bel nu! (als het kan", &["Bel nu! (als het kan"]);
        check(
            "Bel. (Dat kan altijd.) Dag.",
            &["Bel.", "(Dat kan altijd.)", "Dag."],
        );
    }

    #[test]
    fn what_somebody_says_has_sentences_of_its_own() {
        check(
            "Zeg: \"Goed dat je het zegt. Ik blijf.\" En blijf.",
            &[
                "Zeg:",
                "\"Goed dat je het zegt.",
                "Ik blijf.\"",
                "En blijf.",
            ],
        );
        check("\"Gaat het?\" vroeg zij.", &["\"Gaat het?\" vroeg zij."]);
        check(
            "Zij riep \"weg!\" en liep.",
            &["Zij riep \"weg!\" en liep."],
        );
        check("Neem mee: pen en papier.", &["Neem mee: pen en papier."]);
    }

    #[test]
    fn words_are_what_stands_between_white_space() {
        let text = "(Bel \u{fffc}, of mail – mailen/appen) 1.000 m.b.t. 's avonds";
        let found = words(text, &(0..text.len()));
        let found: Vec<&str> = found.iter().map(|word| word.lower.as_str()).collect();
        let expected = [
            "bel",
            "\u{fffc}",
            "of",
            "mail",
            "mailen/appen",
            "1.000",
            "m.b.t",
            "s",
            "avonds",
        ];
        assert_eq!(found, expected);
    }
}
