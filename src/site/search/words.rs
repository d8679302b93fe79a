//! Words and what they have in common: stems, and the parts of Dutch compounds.
//!
//! A *word* is a run of letters and digits in lower case, its Latin letters without accents; a *term* is what
//! words are found by. Invariant: the script of the search page cuts texts into the same words, so what is found
//! by a term here is found by it there. `tests/browser/search_words.json` holds both to it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use pagefind_stem::{Algorithm, Stemmer};

use crate::language::Language;

/// Shortest word: single letters are remains of abbreviations.
const SHORTEST_WORD: usize = 2;

/// Longest word: twice the longest in Dutch dictionaries. What is longer is no word, and would be cut into
/// parts at each of its letters.
const LONGEST_WORD: usize = 64;

/// Where the Latin letters stand that are more than a letter of ASCII: é, ß, œ, ĳ, ș, ệ, ﬁ.
const LATIN: [RangeInclusive<char>; 3] = [
    '\u{df}'..='\u{24f}',
    '\u{1e00}'..='\u{1eff}',
    '\u{fb00}'..='\u{fb06}',
];

/// Shortest word that is looked at as a compound: two parts.
const SHORTEST_COMPOUND: usize = 2 * SHORTEST_PART;

/// Shortest part of a compound. Three letters are found in everything: "kan", "ver", "den".
const SHORTEST_PART: usize = 4;

/// Shortest part where the other part is unknown: "nazorg" says enough to see "nazorg-gesprekken".
const SHORTEST_ALONE: usize = 5;

/// What may stand between the parts of a compound: gespreks-verslag, incidenten-registratie.
const LINKS: [&str; 2] = ["s", "en"];

/// Endings of Dutch verbs and plurals that Snowball leaves where it cannot be sure: bedreigt, bedreigd,
/// risico's. Another word of the portal without it makes it sure.
const ENDINGS: [&str; 4] = ["dt", "t", "d", "s"];

/// Shortest stem that may be left without such an ending: melden becomes "mel".
const SHORTEST_STEM: usize = 3;

/// Returns the words of a text, in order.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    as_written(text)
        .map(fold)
        .filter(|word| (SHORTEST_WORD..=LONGEST_WORD).contains(&word.chars().count()))
}

/// Returns what may be words of a text, as they are written.
pub(super) fn as_written(text: &str) -> impl Iterator<Item = &str> {
    let written = text.split(|c: char| !(c.is_alphanumeric() || is_joint(c)));
    written.filter(|word| !word.is_empty())
}

/// Returns whether a character joins letters to one word without being part of it: foto's is "fotos". Accents
/// that are characters of their own are such too.
fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}')
}

fn fold(written: &str) -> String {
    let lower = written.to_lowercase();
    let letters = lower.chars().filter(|c| !is_joint(*c));
    letters.fold(String::with_capacity(lower.len()), |mut word, letter| {
        match plain_letter(letter) {
            Some(plain) => word.push_str(&plain),
            None => word.push(letter),
        }
        word
    })
}

/// Returns what every Latin letter in lower case is without its accent or ligature: "é" is "e", "œ" is "oe".
pub(super) fn plain_letters() -> BTreeMap<char, String> {
    let letters = LATIN.into_iter().flatten();
    letters
        .filter(|letter| !letter.is_uppercase())
        .filter_map(|letter| Some((letter, plain_letter(letter)?)))
        .collect()
}

fn plain_letter(letter: char) -> Option<String> {
    if !letter.is_alphabetic() || !LATIN.iter().any(|range| range.contains(&letter)) {
        return None;
    }
    let plain = deunicode::deunicode_char(letter)?.to_ascii_lowercase();
    let is_word = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_alphanumeric());
    is_word.then_some(plain)
}

/// The words of a portal in one language, against which compounds are split.
pub(super) struct Vocabulary {
    stemmer: Stemmer,
    is_dutch: bool,
    words: BTreeSet<String>,
    stems: BTreeSet<String>,
    stop_words: BTreeSet<String>,
}

impl Vocabulary {
    /// Makes a vocabulary. Stop words are in no compound: "onderzoeken" is not "onder" and "zoeken".
    pub(super) fn new(
        language: Language,
        words: BTreeSet<String>,
        stop_words: BTreeSet<String>,
    ) -> Vocabulary {
        let algorithm = match language {
            Language::Nl => Algorithm::Dutch,
            Language::En => Algorithm::English,
        };
        let stemmer = Stemmer::create(algorithm);
        let telling = words.difference(&stop_words);
        Vocabulary {
            stems: telling
                .map(|word| stemmer.stem(word).into_owned())
                .collect(),
            stemmer,
            is_dutch: language == Language::Nl,
            words,
            stop_words,
        }
    }

    /// Returns all words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Returns the stem of a word.
    pub(super) fn stem(&self, word: &str) -> String {
        let mut stem = self.stemmer.stem(word).into_owned();
        while self.is_dutch && !self.is_stop_word(word) {
            let mut shorter = ENDINGS
                .iter()
                .filter_map(|ending| stem.strip_suffix(ending));
            match shorter.find(|stem| stem.len() >= SHORTEST_STEM && self.stems.contains(*stem)) {
                Some(shorter) => stem = shorter.to_owned(),
                None => break,
            }
        }
        stem
    }

    /// Returns the terms of a word: its stem, then those of its parts where it is a compound.
    pub(super) fn terms(&self, word: &str) -> Vec<String> {
        let mut terms = vec![self.stem(word)];
        // English writes its compounds apart.
        if self.is_dutch {
            for part in self.parts(word) {
                let stem = self.stem(part);
                if !terms.contains(&stem) {
                    terms.push(stem);
                }
            }
        }
        terms
    }

    /// Returns the parts of a compound; none where the word is not one. Two words that the portal knows go
    /// before one that it knows beside something else.
    fn parts<'a>(&self, word: &'a str) -> Vec<&'a str> {
        if word.len() < SHORTEST_COMPOUND || self.stop_words.contains(word) {
            return Vec::new();
        }
        let splits = || {
            (SHORTEST_PART..=word.len() - SHORTEST_PART)
                .filter_map(|at| word.split_at_checked(at))
                .filter(|(left, right)| !self.is_stop_word(left) && !self.is_stop_word(right))
        };
        let both = splits().filter_map(|(left, right)| {
            let left = self.without_link(left)?;
            self.knows_form(right).then_some((left, right))
        });
        // The more even split is the more likely one: incidenten-registratie.
        let both = both.max_by_key(|(left, right)| left.len().min(right.len()));
        let one = || {
            splits()
                .filter_map(|(left, right)| {
                    let known = self.without_link(left);
                    let is_left = known.is_some_and(|left| left.len() >= SHORTEST_ALONE);
                    let is_right =
                        left.len().min(right.len()) >= SHORTEST_ALONE && self.knows_form(right);
                    (is_left || is_right).then_some((known.unwrap_or(left), right))
                })
                .max_by_key(|(left, _)| left.len())
        };
        let Some((left, right)) = both.or_else(one) else {
            return Vec::new();
        };
        let mut parts = vec![left, right];
        // Each part can be a compound itself: publieks-zaken-medewerker.
        parts.extend(self.parts(left));
        parts.extend(self.parts(right));
        parts
    }

    fn is_stop_word(&self, part: &str) -> bool {
        self.stop_words.contains(part)
    }

    /// Returns whether a word stands somewhere in the portal.
    fn knows(&self, part: &str) -> bool {
        part.len() >= SHORTEST_PART && self.words.contains(part) && !self.is_stop_word(part)
    }

    /// Returns whether a word, or another form of it, stands somewhere in the portal: a compound is inflected
    /// at its end.
    fn knows_form(&self, part: &str) -> bool {
        let is_form = || part.len() >= SHORTEST_ALONE && self.stems.contains(&self.stem(part));
        self.knows(part) || is_form()
    }

    /// Returns the first part of a compound without the letters that link it to the next.
    fn without_link<'a>(&self, part: &'a str) -> Option<&'a str> {
        let shorter = LINKS.iter().filter_map(|link| part.strip_suffix(link));
        let mut forms = [part].into_iter().chain(shorter);
        forms.find(|part| self.knows(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six sentences about this subject, and what other Dutch search engines do not find in them.
    const SENTENCES: [&str; 6] = [
        "Het agressieprotocol staat op het intranet; oudere protocollen vervallen.",
        "De coördinator voert nazorggesprekken na elk incident.",
        "De incidentenregistratie gaat niet in registratiesystemen van anderen.",
        "Een baliemedewerker werd uitgescholden.",
        "Let op veiligheidsrisico's bij een huisbezoek.",
        "De leidinggevende heeft gebeld; hij belde meteen.",
    ];

    /// Words that stand in `content/synonyms.yaml`, as in the portal.
    const KNOWN: &str =
        "gesprek medewerker registratie risico nazorg balie agressie protocol incident";

    fn vocabulary(texts: &[&str]) -> Vocabulary {
        let known = texts.iter().flat_map(|text| words(text)).collect();
        let stop_words = words("het de een op na niet in van bij voor onder over").collect();
        Vocabulary::new(Language::Nl, known, stop_words)
    }

    #[test]
    fn words_are_cut_from_texts() {
        let cases = include_str!("../../../tests/browser/search_words.json");
        let cases: Vec<(String, Vec<String>)> = serde_json::from_str(cases).unwrap();
        for (text, expected) in cases {
            assert_eq!(words(&text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_too_long_is_no_word() {
        let check = |letters: usize, expected: usize| {
            assert_eq!(words(&"é".repeat(letters)).count(), expected, "{letters}");
        };
        check(400_000, 0);
        check(65, 0);
        check(64, 1);
        check(2, 1);
        check(1, 0);
    }

    #[test]
    fn other_forms_of_a_word_have_its_stem() {
        let vocabulary = vocabulary(&["bedreigen melden risico post kant"]);
        let check = |one: &str, other: &str| {
            assert_eq!(
                vocabulary.stem(one),
                vocabulary.stem(other),
                "{one}, {other}"
            );
        };
        check("bellen", "gebeld");
        check("belde", "gebeld");
        check("bedreigd", "bedreigen");
        check("bedreigt", "bedreigen");
        check("meldingen", "melding");
        check("meldt", "melden");
        check("gemeld", "melden");
        check("risicos", "risico");
        check("brieven", "brief");
        check("protocollen", "protocol");
    }

    #[test]
    fn what_others_miss_is_found() {
        let mut texts = SENTENCES.to_vec();
        texts.push(KNOWN);
        let vocabulary = vocabulary(&texts);
        let check = |query: &str, found: &[&str]| {
            let wanted = vocabulary.stem(query);
            for word in found {
                let terms = vocabulary.terms(word);
                assert!(terms.contains(&wanted), "{query}: {word} is {terms:?}");
            }
        };
        check("protocol", &["agressieprotocol", "protocollen"]);
        check("gesprek", &["nazorggesprekken"]);
        check(
            "registratie",
            &["incidentenregistratie", "registratiesystemen"],
        );
        check("medewerker", &["baliemedewerker"]);
        check("risico", &["veiligheidsrisicos"]);
        check("nazorg", &["nazorggesprekken"]);
        check("incident", &["incident", "incidentenregistratie"]);
        check("bellen", &["gebeld", "belde"]);
    }

    #[test]
    fn compounds_are_split_where_a_part_is_known() {
        let vocabulary = vocabulary(&[KNOWN, "meldingen teamleider zaken zoeken nemen"]);
        let check = |word: &str, expected: &[&str]| {
            assert_eq!(vocabulary.parts(word), expected, "{word}");
        };
        check("agressieprotocol", &["agressie", "protocol"]);
        check("registratieprotocol", &["registratie", "protocol"]);
        check("gespreksprotocol", &["gesprek", "protocol"]);
        check("nazorggesprekken", &["nazorg", "gesprekken"]);
        check("incidentenregister", &["incident", "register"]);
        check(
            "zakenmedewerkerprotocol",
            &["zakenmedewerker", "protocol", "zaken", "medewerker"],
        );
        // No part is known, or what is left over is too short to be a word.
        check("voorbeeldstad", &[]);
        check("protocollen", &[]);
        check("onderzoeken", &[]);
        check("meenemen", &[]);
        check("balie", &[]);
    }

    #[test]
    fn english_words_are_not_split() {
        let known = words("help desk threat protocol").collect();
        let vocabulary = Vocabulary::new(Language::En, known, BTreeSet::new());
        assert_eq!(vocabulary.terms("threatprotocol"), ["threatprotocol"]);
        assert_eq!(vocabulary.terms("threatened"), ["threaten"]);
    }
}
