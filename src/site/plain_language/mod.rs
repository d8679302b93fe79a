//! The language check: what makes a text hard to read, as advice.
//!
//! Pure functions from a [`Passage`] to what to look at, with places. They measure what can be measured
//! (length, the passive, words that have an easier one) and never say at which level a text is: there is no
//! open list of words at level B1. Invariant: an advice stops no build, and a rule that is switched off for a
//! page says nothing about it.

mod abbreviation;
mod page;
mod passage;
mod passive;
#[cfg(test)]
mod tests;
mod wording;
mod words;

use std::ops::Range;

pub use page::{of_line, of_page};
pub use passage::{Kind, Passage};
pub use wording::{Wording, wordings};

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::yaml::{Mapping, Node};
use words::Word;

/// Most words of a sentence that Dutch readers follow without reading it twice; what Dutch plain-language
/// guides advise.
const LONGEST_SENTENCE_NL: usize = 20;

/// The same in English, as the style guide of GOV.UK says.
const LONGEST_SENTENCE_EN: usize = 25;

/// Most sentences of a paragraph: more are a wall on a phone.
const LONGEST_PARAGRAPH: usize = 5;

/// Most letters of a Dutch word. Dutch writes compounds as one word, so that long words are ordinary; beyond
/// this they take more than one look.
const LONGEST_WORD: usize = 20;

/// What is looked at. Editors name the rules in the front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Sentences with many words.
    LongSentence,
    /// Paragraphs with many sentences.
    LongParagraph,
    /// Words with many letters.
    LongWord,
    /// Sentences that do not say who does it.
    Passive,
    /// Words that have an easier one.
    DifficultWord,
    /// Abbreviations that the page never says in full.
    Abbreviation,
}

impl Rule {
    const ALL: [Rule; 6] = [
        Rule::LongSentence,
        Rule::LongParagraph,
        Rule::LongWord,
        Rule::Passive,
        Rule::DifficultWord,
        Rule::Abbreviation,
    ];

    fn code(self) -> &'static str {
        match self {
            Rule::LongSentence => "language-long-sentence",
            Rule::LongParagraph => "language-long-paragraph",
            Rule::LongWord => "language-long-word",
            Rule::Passive => "language-passive",
            Rule::DifficultWord => "language-difficult-word",
            Rule::Abbreviation => "language-abbreviation",
        }
    }
}

/// Rules that say nothing on a page, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipping {
    /// What is not looked at.
    pub rules: Vec<Rule>,
    /// Why, for whoever looks again.
    pub reason: String,
}

impl Rule {
    /// Returns the name that editors write.
    pub fn name(self) -> &'static str {
        self.code().trim_start_matches("language-")
    }
}

impl Skipping {
    /// What editors may write in a list of rules; `all` is every one.
    pub(super) const NAMES: [(&'static str, &'static [Rule]); 7] = [
        ("all", &Rule::ALL),
        ("long-sentence", &[Rule::LongSentence]),
        ("long-paragraph", &[Rule::LongParagraph]),
        ("long-word", &[Rule::LongWord]),
        ("passive", &[Rule::Passive]),
        ("difficult-word", &[Rule::DifficultWord]),
        ("abbreviation", &[Rule::Abbreviation]),
    ];

    /// Reads `{ skip: [passive], reason: "…" }`; both must be there.
    pub fn read(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Skipping> {
        let mut map = Mapping::read(node, diagnostics);
        let skip = map.require("skip", diagnostics);
        let reason = map.require("reason", diagnostics);
        map.finish(diagnostics);
        let names = skip?.list().into_iter();
        let rules = names.filter_map(|name| name.one_of(&Skipping::NAMES, diagnostics));
        let rules: Vec<Rule> = rules.flatten().copied().collect();
        let reason = reason?.text(diagnostics)?;
        Some(Skipping { rules, reason })
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Why.
    pub rule: Rule,
    /// Where in the text of the passage.
    pub range: Range<usize>,
    arguments: Vec<(&'static str, String)>,
}

impl Finding {
    fn new(rule: Rule, range: Range<usize>) -> Finding {
        Finding {
            rule,
            range,
            arguments: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Finding {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Returns what to tell the editor, without a place.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::advice(self.rule.code());
        let arguments = self.arguments.iter();
        arguments.fold(diagnostic, |told, (name, value)| told.with(name, value))
    }
}

/// Checks one passage in a language.
pub fn check(passage: &Passage, language: Language, wording: &Wording) -> Vec<Finding> {
    let text = passage.text();
    let mut found = Vec::new();
    let sentences = words::sentences(text, wording);
    let in_words: Vec<Vec<Word>> = sentences
        .iter()
        .map(|sentence| words::words(text, sentence))
        .collect();
    if passage.kind == Kind::Prose {
        for (sentence, words) in sentences.iter().zip(&in_words) {
            found.extend(long_sentence(sentence, words, language));
        }
        found.extend(long_paragraph(text, &sentences));
        let passive = wording.passive.as_ref().and_then(|forms| {
            let mut sentences = in_words.iter();
            sentences.find_map(|words| passive::passive(text, words, forms))
        });
        found.extend(passive.map(|range| {
            let words = text.get(range.clone()).unwrap_or_default().to_owned();
            Finding::new(Rule::Passive, range).with("words", words)
        }));
    }
    for words in &in_words {
        found.extend(difficult_words(passage, words, wording));
        if language == Language::Nl {
            found.extend(long_words(text, words, wording));
        }
    }
    found.sort_by_key(|finding| (finding.range.start, finding.rule));
    found
}

fn long_sentence(sentence: &Range<usize>, words: &[Word], language: Language) -> Option<Finding> {
    let most = match language {
        Language::Nl => LONGEST_SENTENCE_NL,
        Language::En => LONGEST_SENTENCE_EN,
    };
    (words.len() > most).then(|| {
        Finding::new(Rule::LongSentence, sentence.clone())
            .with("count", words.len())
            .with("most", most)
    })
}

/// What somebody says within a sentence counts with that sentence.
fn long_paragraph(text: &str, sentences: &[Range<usize>]) -> Option<Finding> {
    let first = sentences.first()?;
    let last = sentences.last()?;
    let count = words::count_unquoted(text, sentences);
    (count > LONGEST_PARAGRAPH).then(|| {
        Finding::new(Rule::LongParagraph, first.start..last.end)
            .with("count", count)
            .with("most", LONGEST_PARAGRAPH)
    })
}

fn difficult_words(passage: &Passage, words: &[Word], wording: &Wording) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at..).unwrap_or_default();
        let mut known = wording.difficult(&word.lower).iter();
        let difficult = known.find_map(|difficult| {
            let said = rest.get(..difficult.words.len())?;
            let mut pairs = difficult.words.iter().zip(said);
            let range = word.range.start..said.last()?.range.end;
            let is_said = pairs.all(|(known, word)| *known == word.lower);
            (is_said && !passage.changes_within(&range)).then_some((difficult, range))
        });
        let Some((difficult, range)) = difficult else {
            at += 1;
            continue;
        };
        found.push(
            Finding::new(Rule::DifficultWord, range)
                .with("word", difficult.written())
                .with("easier", &difficult.easier),
        );
        at += difficult.words.len();
    }
    found
}

/// Returns the words that are too long. Hyphens and slashes part a word for readers; addresses are no words.
fn long_words(text: &str, words: &[Word], wording: &Wording) -> Vec<Finding> {
    let mut found = Vec::new();
    for word in words {
        if wording.knows(&word.lower) || word.lower.contains(['@', ':', '.', '_']) {
            continue;
        }
        let written = text.get(word.range.clone()).unwrap_or_default();
        let longest = written
            .split(|c: char| !c.is_alphabetic())
            .max_by_key(|part| part.chars().count())
            .unwrap_or_default();
        let letters = longest.chars().count();
        if letters > LONGEST_WORD && !wording.knows(&longest.to_lowercase()) {
            found.push(
                Finding::new(Rule::LongWord, word.range.clone())
                    .with("word", longest)
                    .with("count", letters),
            );
        }
    }
    found
}
