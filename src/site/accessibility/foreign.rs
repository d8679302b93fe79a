//! Text in another language than that of its page, which nothing marks: WCAG 2.2, success criterion 3.1.2. A screen
//! reader then reads it with the wrong sounds.
//!
//! What language a text is in shows in its function words. They are in every sentence and in no name, so a run of
//! them, with next to none of the page's own, leaves no doubt; where there is some, nothing is told. Invariant: names,
//! titles, quotations and single terms stay silent.

use std::ops::{Range, RangeInclusive};

use super::{Block, BlockKind, Finding, Parts};
use crate::diagnostic::Diagnostic;
use crate::language::Language;

/// Fewest different function words of another language before a text is in that language.
const FEWEST_WORDS: usize = 3;

/// A text is in another language where that has so many function words for each of the page's own: a name may have one.
const PER_OWN_WORD: usize = 6;

/// Own function words after which nothing else can be found: most text is left after a line.
const ENOUGH_OWN_WORDS: usize = 3;

/// Of the words that no function has, the part from which a text with capitals is a title: two of three.
const PART_OF_TITLE: (usize, usize) = (2, 3);

/// Years in which what somebody refers to appeared.
const YEARS: RangeInclusive<u32> = 1900..=2099;

/// What may open or close a quotation.
const QUOTES: [char; 7] = [
    '"', '\'', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{201e}',
];

/// Longest function word, in bytes.
const LONGEST_WORD: usize = 8;

/// Finds text in another language, paragraph by paragraph.
pub(super) fn unmarked(parts: &Parts, language: Language) -> Vec<Finding> {
    let mut set_apart = parts.set_apart.iter().peekable();
    let mut found = Vec::new();
    for block in &parts.blocks {
        while set_apart
            .next_if(|span| span.end <= block.text.start)
            .is_some()
        {}
        if block.is_marked || block.text.len() < FEWEST_WORDS {
            continue;
        }
        let spans = set_apart.clone();
        let spans = spans.take_while(|span| span.start < block.text.end);
        if let Some(other) = other_language(parts, block, spans, language) {
            let diagnostic = Diagnostic::warning("language-unmarked")
                .with("language", other.tag())
                .with("name", other.own_name());
            found.push((diagnostic, block.source.clone()));
        }
    }
    found
}

/// Returns the language that a block is in, where it is not that of its page.
fn other_language<'s>(
    parts: &Parts,
    block: &Block,
    spans: impl Iterator<Item = &'s Range<usize>>,
    language: Language,
) -> Option<Language> {
    let mut spans = spans.peekable();
    let text = parts.text_of(block);
    let (mut said, mut apart) = (Words::default(), Words::default());
    let mut quotes = 0usize;
    for (at, word) in pieces(text) {
        if !word.starts_with(char::is_alphanumeric) {
            match quotation(text, at, word) {
                Some(Quotation::Opens) => quotes += 1,
                Some(Quotation::Closes) => quotes = quotes.saturating_sub(1),
                None => {}
            }
            continue;
        }
        let at = block.text.start + at;
        while spans.next_if(|span| span.end <= at).is_some() {}
        let is_apart = quotes > 0 || spans.peek().is_some_and(|span| span.contains(&at));
        let words = if is_apart { &mut apart } else { &mut said };
        words.add(word, language);
        if said.own >= ENOUGH_OWN_WORDS {
            return None;
        }
    }
    if block.kind == BlockKind::Other && (said.count == 0 || is_reference(text)) {
        return None;
    }
    // In emphasis, in a link and between quotation marks stand names and titles, unless there is nothing else.
    let words = if said.count > 0 { said } else { apart };
    words.are_other().then_some(other(language))
}

/// Returns whether a text in a list or a table is no sentence, or has the year of a book in it.
fn is_reference(text: &str) -> bool {
    let is_year = |word: &str| word.parse().is_ok_and(|year| YEARS.contains(&year));
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    !text.trim_end().ends_with(['.', '!', '?']) || words.any(is_year)
}

/// What a quotation mark does.
enum Quotation {
    Opens,
    Closes,
}

/// Returns what the quotation mark does that stands at `at`. One between letters is an apostrophe, and so is one in
/// front of a word that is no straight one, as in ’s avonds.
fn quotation(text: &str, at: usize, mark: &str) -> Option<Quotation> {
    let before = text.get(..at)?.chars().next_back();
    let after = text.get(at + mark.len()..)?.chars().next();
    let is_after_word = before.is_some_and(char::is_alphanumeric);
    let is_before_word = after.is_some_and(char::is_alphanumeric);
    match mark {
        "\u{201c}" | "\u{201e}" => Some(Quotation::Opens),
        "\u{201d}" => Some(Quotation::Closes),
        "\u{2018}" | "\"" | "'" if is_before_word && !is_after_word => Some(Quotation::Opens),
        "\u{2019}" | "\"" | "'" if !is_before_word => Some(Quotation::Closes),
        _ => None,
    }
}

fn other(language: Language) -> Language {
    match language {
        Language::Nl => Language::En,
        Language::En => Language::Nl,
    }
}

/// What the words of a text tell of its language.
#[derive(Default)]
struct Words {
    count: usize,
    own: usize,
    other: usize,
    /// Which function words of the other language were seen, by their number, as bits.
    seen: u128,
    /// Words without a function, and how many of them have a capital.
    plain: usize,
    capitals: usize,
}

impl Words {
    fn add(&mut self, word: &str, language: Language) {
        self.count += 1;
        match number_of(word) {
            Some((of, _)) if of == language => self.own += 1,
            Some((_, number)) => {
                self.other += 1;
                self.seen |= 1 << number;
            }
            None => {
                self.plain += 1;
                self.capitals += usize::from(word.starts_with(char::is_uppercase));
            }
        }
    }

    fn are_other(&self) -> bool {
        let (part, whole) = PART_OF_TITLE;
        let is_title = self.plain > 1 && self.capitals * whole >= self.plain * part;
        self.seen.count_ones() as usize >= FEWEST_WORDS
            && self.own * PER_OWN_WORD <= self.other
            && !is_title
    }
}

/// Returns the words and the quotation marks of a text, each with where it starts.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '-' | '_');
        let start = rest.find(|c: char| c.is_alphanumeric() || QUOTES.contains(&c))?;
        let piece = rest.get(start..)?;
        let first = piece.chars().next()?;
        let length = match first.is_alphanumeric() {
            true => {
                let end = piece.find(|c: char| !is_word(c)).unwrap_or(piece.len());
                let word = piece.get(..end)?;
                // An apostrophe at the end of a word may close a quotation.
                word.trim_end_matches(QUOTES).len()
            }
            false => first.len_utf8(),
        };
        let from = at + start;
        at = from + length;
        Some((from, text.get(from..at)?))
    })
}

/// Returns which function word a word is: its language, and its number in that language. A word in capitals only is
/// an abbreviation: IT is none of them.
fn number_of(word: &str) -> Option<(Language, u32)> {
    let mut lower = [0u8; LONGEST_WORD];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    if lower.get(1..)?.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).ok()?;
    number_in(&DUTCH, lower)
        .map(|number| (Language::Nl, number))
        .or_else(|| number_in(&ENGLISH, lower).map(|number| (Language::En, number)))
}

fn number_in(words: &[&str], word: &str) -> Option<u32> {
    let at = words.binary_search(&word).ok()?;
    u32::try_from(at).ok()
}

/// Function words of Dutch, in order of the alphabet. Those that English has too are left out, such as in, is, of,
/// was, over, men and die.
const DUTCH: [&str; 86] = [
    "aan", "alle", "als", "altijd", "bij", "dan", "dat", "de", "deze", "dit", "doen", "doet",
    "dus", "een", "eerst", "elke", "en", "er", "geen", "haar", "heb", "hebben", "heeft", "het",
    "hij", "hoe", "hun", "iemand", "iets", "ik", "je", "jij", "jouw", "jullie", "kan", "kun",
    "kunnen", "kunt", "maar", "mag", "met", "mij", "mijn", "moet", "moeten", "naar", "niet",
    "niets", "nog", "nooit", "nu", "omdat", "onder", "ons", "onze", "ook", "op", "te", "tegen",
    "tot", "tussen", "uit", "uw", "van", "vanaf", "veel", "voor", "vraag", "waar", "wanneer",
    "wat", "wel", "welke", "weten", "wie", "wij", "worden", "wordt", "zal", "zelf", "zich", "zij",
    "zijn", "zo", "zonder", "zou",
];

/// Function words of English, in order of the alphabet, without those that Dutch has too.
const ENGLISH: [&str; 80] = [
    "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "before", "between", "but", "by", "can", "could", "did", "do", "does", "down", "for",
    "from", "get", "has", "have", "he", "him", "his", "how", "if", "into", "it", "its", "know",
    "may", "must", "my", "need", "never", "no", "not", "on", "or", "other", "our", "out", "please",
    "she", "should", "some", "than", "that", "the", "their", "them", "then", "there", "they",
    "this", "those", "through", "to", "until", "up", "us", "what", "when", "where", "which", "who",
    "why", "will", "with", "without", "would", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_words_can_be_searched_and_counted() {
        for words in [DUTCH.as_slice(), ENGLISH.as_slice()] {
            assert!(words.is_sorted());
            assert!(words.len() <= u128::BITS as usize);
            assert!(words.iter().all(|word| word.len() <= LONGEST_WORD));
        }
        assert!(DUTCH.iter().all(|word| !ENGLISH.contains(word)));
    }
}
