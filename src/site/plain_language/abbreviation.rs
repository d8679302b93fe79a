//! Abbreviations that a page never says in full. Who does not know one reads on without it.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use super::{Finding, Passage, Rule, Wording};

/// How many capitals an abbreviation has. One is a letter; more than six are a word that somebody shouts.
const LETTERS: RangeInclusive<usize> = 2..=6;

/// What follows an abbreviation that is explained in a sentence.
const EXPLAINING: [&str; 8] = [
    " (",
    ":",
    " staat voor ",
    " betekent",
    " is de afkorting ",
    " is kort voor ",
    " stands for ",
    " is short for ",
];

/// What stands before one that is.
const CALLED: [&str; 4] = ["(", " heet ", " heten ", " called "];

/// Finds in the text of a page, by the index of its passage, the first place of each abbreviation that the page
/// does not explain and readers may not know.
pub(super) fn unexplained(passages: &[Passage], wording: &Wording) -> Vec<(usize, Finding)> {
    let mut known = explained(passages);
    let mut found = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        let text = passage.text();
        // Capitals all along are a way to write, not abbreviations.
        if !text.contains(char::is_lowercase) {
            continue;
        }
        for range in capitals(text) {
            let word = text.get(range.clone()).unwrap_or_default();
            if wording.knows_capitals(word) || !known.insert(word.to_lowercase()) {
                continue;
            }
            let finding = Finding::new(Rule::Abbreviation, range).with("word", word);
            found.push((at, finding));
        }
    }
    found
}

/// Returns the abbreviations in a text. Words in capitals side by side are shouted.
fn capitals(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut after_capitals = false;
    let mut words = words(text).peekable();
    while let Some(range) = words.next() {
        let word = text.get(range.clone()).unwrap_or_default();
        let is_capitals = is_capitals(word);
        let next = words.peek().and_then(|next| text.get(next.clone()));
        let before_capitals = next.is_some_and(is_capitals_of_any_length);
        let before = text.get(..range.start).unwrap_or_default();
        let after = text.get(range.end..).unwrap_or_default();
        if is_capitals
            && !after_capitals
            && !before_capitals
            && !is_roman(word)
            && !is_in_name(before, after)
        {
            found.push(range);
        }
        after_capitals = is_capitals_of_any_length(word);
    }
    found
}

/// Returns the runs of letters and digits in a text.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(char::is_alphanumeric)?;
        let rest = text.get(start..)?;
        let length = rest.find(|c: char| !c.is_alphanumeric());
        at = start + length.unwrap_or(rest.len());
        Some(start..at)
    })
}

/// Returns whether a word stands in the name of a file or in an address: `README.md`.
fn is_in_name(before: &str, after: &str) -> bool {
    let start = before.rsplit(char::is_whitespace).next();
    if start.is_some_and(|start| start.contains(['_', '@']) || start.contains("//")) {
        return true;
    }
    let mut rest = after.chars();
    let mark = rest.next();
    matches!(mark, Some('.' | '_' | '/' | '@')) && rest.next().is_some_and(char::is_alphanumeric)
}

fn is_capitals(word: &str) -> bool {
    LETTERS.contains(&word.len()) && is_capitals_of_any_length(word)
}

fn is_capitals_of_any_length(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Returns whether a word is a number such as IV: chapters and kings have no more letters.
fn is_roman(word: &str) -> bool {
    word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// Returns, in lower case, the words that a page explains as abbreviations or writes as words too.
fn explained(passages: &[Passage]) -> HashSet<String> {
    let mut explained = HashSet::new();
    for text in passages.iter().map(Passage::text) {
        for range in words(text).filter(|range| LETTERS.contains(&range.len())) {
            let word = text.get(range.clone()).unwrap_or_default();
            let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase());
            if is_word || is_capitals(word) && is_explained_at(text, &range) {
                explained.insert(word.to_lowercase());
            }
        }
    }
    explained
}

/// Returns whether what an abbreviation stands for is beside it. A cell or a term that is nothing else has it so.
fn is_explained_at(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let is_alone = before.trim().is_empty() && after.trim().is_empty();
    let is_called = CALLED.iter().any(|words| before.ends_with(words));
    is_alone || is_called || EXPLAINING.iter().any(|words| after.starts_with(words))
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::language::Language;

    fn check(texts: &[&str], expected: &[&str]) {
        let passages = texts.iter().map(|text| Passage::plain(Kind::Prose, text));
        let passages: Vec<Passage> = passages.collect();
        let mut wording = Wording::shipped(Language::Nl);
        wording.allow("veiligheidscoördinator (VCO)");
        let found = unexplained(&passages, &wording);
        let found: Vec<_> = found
            .into_iter()
            .map(|(at, finding)| format!("{at} {}", texts[at].get(finding.range).unwrap()))
            .collect();
        assert_eq!(found, expected, "{texts:?}");
    }

    #[test]
    fn an_abbreviation_that_nobody_explains_is_told_once() {
        check(
            &["Meld het in de GIR.", "De GIR en de GIR-code."],
            &["0 GIR"],
        );
        check(&["Bel het RBT of de VVZ's."], &["0 RBT", "0 VVZ"]);
        check(&["Bel de KCC-balie."], &["0 KCC"]);
    }

    #[test]
    fn an_abbreviation_that_is_explained_stays_silent() {
        check(
            &[
                "De Gemeenschappelijke Incidentenregistratie (GIR).",
                "Meld het in de GIR.",
            ],
            &[],
        );
        check(
            &["Meld het in de GIR.", "De registratie (GIR, sinds 2014)."],
            &[],
        );
        check(&["De GIR (de registratie) is er."], &[]);
        check(&["GIR staat voor registratie."], &[]);
        check(&["Meld het in de GIR.", "GIR", "De registratie"], &[]);
        check(&["De VCO helpt."], &[]);
    }

    #[test]
    fn what_everybody_knows_or_is_no_abbreviation_stays_silent() {
        check(&["Pak de EHBO-doos en bel de NS, de BV of de ANWB."], &[]);
        check(&["Stuur een PDF of een SMS."], &[]);
        check(&["LET OP: bel de politie."], &[]);
        check(&["Doe dit NOOIT.", "Het kan nooit."], &[]);
        check(&["DIT IS EEN KOP"], &[]);
        check(&["Deel II, hoofdstuk XIV, een A4 en B1."], &[]);
        check(
            &["Lees README.md en [CODE_X]", "Zie https://voorbeeld.nl/GIR"],
            &[],
        );
        check(&["J.P. de Vries", "Een iPhone en een eHerkenning"], &[]);
        check(&[], &[]);
    }
}
