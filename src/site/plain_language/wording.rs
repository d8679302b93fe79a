//! What the check knows of a language: abbreviations, forms of the passive, difficult words.
//!
//! The lists are data: those that ship are in `plain-language/`, and a portal adds difficult words of its
//! own in [`Wording::OWN_WORDS`].

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::site::config::{Config, VALUE_NAMES};
use crate::site::glossary::Glossary;
use crate::site::source::{Sources, text_of};
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping, Node};

/// Words that a portal writes in another way, or may write as they are.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// In lower case, without the point at the end: after them a point ends no sentence.
    pub(super) abbreviations: BTreeSet<String>,
    /// Absent where the language has no check on the passive.
    pub(super) passive: Option<PassiveForms>,
    /// By their first word.
    difficult: BTreeMap<String, Vec<DifficultWord>>,
    /// Long words that readers know, in lower case.
    known: BTreeSet<String>,
    /// Abbreviations in capitals that need no explanation: everybody knows them, or the portal explains them.
    known_capitals: BTreeSet<String>,
}

/// One difficult word, or several that belong together.
#[derive(Clone, Debug)]
pub(super) struct DifficultWord {
    /// The words, in lower case.
    pub(super) words: Vec<String>,
    /// What to write instead.
    pub(super) easier: String,
}

impl DifficultWord {
    /// Returns the words as they are written: an abbreviation with its last point, which is not known as part of it.
    pub(super) fn written(&self) -> String {
        let words = self.words.join(" ");
        match words.contains('.') {
            true => words + ".",
            false => words,
        }
    }
}

/// The words from which the passive is made.
#[derive(Clone, Debug, Default)]
pub(super) struct PassiveForms {
    /// They make a participle passive.
    pub(super) auxiliaries: BTreeSet<String>,
    /// They make of it another tense.
    pub(super) other_auxiliaries: BTreeSet<String>,
    /// They begin another clause.
    pub(super) conjunctions: BTreeSet<String>,
    /// They stand before a participle, written as one word with it.
    pub(super) separable: BTreeSet<String>,
    /// Participles that no rule makes.
    pub(super) strong: BTreeSet<String>,
    /// Ends of nouns that look like a participle.
    pub(super) noun_endings: BTreeSet<String>,
    /// Words that look like a participle.
    pub(super) not_participles: BTreeSet<String>,
}

impl Wording {
    /// The file in which a portal writes difficult words of its own: a list per language.
    pub const OWN_WORDS: &'static str = "content/difficult-words.yaml";

    /// Reads what ships for a language.
    pub fn shipped(language: Language) -> Wording {
        let (path, text) = match language {
            Language::Nl => (
                "plain-language/nl.yaml",
                include_str!("../../../plain-language/nl.yaml"),
            ),
            Language::En => (
                "plain-language/en.yaml",
                include_str!("../../../plain-language/en.yaml"),
            ),
        };
        // A test holds that there is nothing to tell.
        Wording::parse(&SourceText::new(path, text)).0
    }

    fn parse(source: &SourceText) -> (Wording, Vec<Diagnostic>) {
        let (node, mut diagnostics) = yaml::parse(source);
        let mut wording = Wording::default();
        if let Some(node) = node {
            let mut map = Mapping::read(&node, &mut diagnostics);
            wording.abbreviations = set(map.get("abbreviations"), &mut diagnostics);
            wording.passive = map
                .get("passive")
                .map(|node| passive_forms(node, &mut diagnostics));
            wording.known = set(map.get("known_words"), &mut diagnostics);
            wording.known_capitals = set(map.get("known_capitals"), &mut diagnostics);
            if let Some(list) = map.get("difficult_words") {
                wording.add_difficult(list, &mut diagnostics);
            }
            map.finish(&mut diagnostics);
        }
        (wording, diagnostics)
    }

    /// Adds the difficult words that a portal lists in [`Wording::OWN_WORDS`] for each language.
    pub fn add_own(
        wordings: &mut BTreeMap<Language, Wording>,
        source: &SourceText,
    ) -> Vec<Diagnostic> {
        let (node, mut diagnostics) = yaml::parse(source);
        if let Some(node) = node {
            let mut map = Mapping::read(&node, &mut diagnostics);
            for language in Language::ALL {
                let Some(list) = map.get(language.tag()) else {
                    continue;
                };
                // A portal may have words for a language in which it has no pages yet.
                let mut unused = Wording::default();
                let wording = wordings.get_mut(&language).unwrap_or(&mut unused);
                wording.add_difficult(list, &mut diagnostics);
            }
            map.finish(&mut diagnostics);
        }
        diagnostics
    }

    /// Lets a name or a term be as long as it is, and as difficult.
    pub fn allow(&mut self, term: &str) {
        let words = in_words(term);
        let same = words
            .first()
            .and_then(|first| self.difficult.get_mut(first));
        if let Some(same) = same {
            same.retain(|difficult| difficult.words != words);
        }
        self.known.extend(words);
        let capitals = term.split(|c: char| !c.is_alphanumeric());
        let capitals = capitals.filter(|word| !word.contains(char::is_lowercase));
        self.known_capitals.extend(capitals.map(str::to_owned));
    }

    /// Returns whether an abbreviation in capitals needs no explanation.
    pub(super) fn knows_capitals(&self, word: &str) -> bool {
        self.known_capitals.contains(word)
    }

    /// Returns whether readers know a word, whatever its length.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.known.contains(word)
    }

    /// Returns the difficult words that begin with a word, the longest first.
    pub(super) fn difficult(&self, first: &str) -> &[DifficultWord] {
        self.difficult.get(first).map_or(&[], Vec::as_slice)
    }

    fn add_difficult(&mut self, list: &Node, diagnostics: &mut Vec<Diagnostic>) {
        for node in list.list() {
            let mut map = Mapping::read(node, diagnostics);
            let words = map.require("word", diagnostics);
            let easier = map
                .require("easier", diagnostics)
                .and_then(|easier| easier.text(diagnostics));
            map.finish(diagnostics);
            let (Some(words), Some(easier)) = (words, easier) else {
                continue;
            };
            for word in words.texts(diagnostics) {
                self.add(&word, &easier);
            }
        }
    }

    fn add(&mut self, words: &str, easier: &str) {
        let words = in_words(words);
        let Some(first) = words.first() else {
            return;
        };
        let same = self.difficult.entry(first.clone()).or_default();
        same.push(DifficultWord {
            words,
            easier: easier.to_owned(),
        });
        same.sort_by_key(|known| std::cmp::Reverse(known.words.len()));
    }
}

/// Returns the words of a term as the check sees them in a text.
fn in_words(term: &str) -> Vec<String> {
    let lower = term.to_lowercase();
    let words = lower.split_whitespace();
    words
        .map(|word| word.trim_end_matches('.').to_owned())
        .collect()
}

/// Returns what is known of each language of a portal, with its own difficult words; its names and the terms
/// of its word list are no long words.
pub fn wordings(
    config: &Config,
    sources: &Sources,
    glossary: &Glossary,
) -> (BTreeMap<Language, Wording>, Vec<Diagnostic>) {
    let languages = config.languages.iter();
    let mut wordings: BTreeMap<Language, Wording> = languages
        .map(|language| (*language, Wording::shipped(*language)))
        .collect();
    let own = sources.files.get(Wording::OWN_WORDS);
    let diagnostics = match own.map(|bytes| text_of(Wording::OWN_WORDS, bytes)) {
        Some(Ok(source)) => Wording::add_own(&mut wordings, &source),
        Some(Err(problem)) => vec![problem],
        None => Vec::new(),
    };
    for (language, wording) in &mut wordings {
        for term in glossary.words(*language) {
            wording.allow(term);
        }
        let names = VALUE_NAMES.iter();
        for name in names.filter_map(|name| config.value(name, *language)) {
            wording.allow(&name);
        }
    }
    (wordings, diagnostics)
}

fn passive_forms(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> PassiveForms {
    let mut map = Mapping::read(node, diagnostics);
    let forms = PassiveForms {
        auxiliaries: set(map.get("auxiliaries"), diagnostics),
        other_auxiliaries: set(map.get("other_auxiliaries"), diagnostics),
        conjunctions: set(map.get("conjunctions"), diagnostics),
        separable: set(map.get("separable"), diagnostics),
        strong: set(map.get("strong"), diagnostics),
        noun_endings: set(map.get("noun_endings"), diagnostics),
        not_participles: set(map.get("not_participles"), diagnostics),
    };
    map.finish(diagnostics);
    forms
}

fn set(node: Option<&Node>, diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let texts = node.map(|node| node.texts(diagnostics));
    texts.unwrap_or_default().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_read() {
        for language in Language::ALL {
            let wording = Wording::shipped(language);
            assert!(!wording.abbreviations.is_empty());
            let (path, least) = match language {
                Language::Nl => ("plain-language/nl.yaml", 150),
                Language::En => ("plain-language/en.yaml", 20),
            };
            assert!(wording.difficult.len() >= least, "{path}");
            let text = std::fs::read_to_string(path).unwrap();
            let (_, problems) = Wording::parse(&SourceText::new(path, text));
            assert_eq!(problems, []);
        }
    }

    #[test]
    fn words_that_are_no_text_are_told() {
        let config = SourceText::new("site.yaml", "title: T\norganisation: O\n");
        let (config, _) = Config::parse(&config, &|_| None);
        let mut sources = Sources::default();
        let bytes: &[u8] = b"nl:\n  - { word: \xff }\n";
        let path = Wording::OWN_WORDS.to_owned();
        sources.files.insert(path, bytes.into());
        let (_, problems) = wordings(&config, &sources, &Glossary::default());
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.code, problem.place.as_ref().unwrap().line))
            .collect();
        assert_eq!(found, [("page-not-utf8", 2)]);
    }

    #[test]
    fn words_in_a_language_that_the_portal_does_not_speak_do_no_harm() {
        let source = SourceText::new(
            Wording::OWN_WORDS,
            "nl:\n  - { word: regie, easier: leiding }\nen:\n  - { word: liaise, easier: talk }\n  - { word: a }\n",
        );
        let mut wordings = BTreeMap::from([(Language::Nl, Wording::default())]);
        let problems = Wording::add_own(&mut wordings, &source);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["yaml-missing-key"]);
        let wording = &wordings[&Language::Nl];
        assert_eq!(wording.difficult("regie").len(), 1);
        assert_eq!(wording.difficult("liaise").len(), 0);
    }

    #[test]
    fn mistakes_in_words_of_a_portal_are_told() {
        let source = SourceText::new(
            Wording::OWN_WORDS,
            "nl:\n  - { word: regie, easyer: leiding }\nfr: []\n",
        );
        let mut wordings = BTreeMap::from([(Language::Nl, Wording::default())]);
        let problems = Wording::add_own(&mut wordings, &source);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            [
                "yaml-missing-key",
                "yaml-unknown-key-near",
                "yaml-unknown-key"
            ]
        );
    }
}
