//! The Dutch passive: a form of *worden* with a participle in one clause.
//!
//! It is found without a dictionary of verbs, so it stays silent where it is not sure: a participle that
//! stands nearer to a form of *hebben* or *zijn* belongs to that one.

use std::collections::BTreeSet;
use std::ops::Range;

use super::wording::PassiveForms;
use super::words::Word;

/// Consonants after which a weak participle ends in -t, as in *gewerkt*; after others it ends in -d.
const BEFORE_T: [char; 8] = ['k', 'f', 's', 'c', 'h', 'p', 'x', 't'];

/// First parts of verbs whose participle has no *ge-*.
const INSEPARABLE: [&str; 9] = [
    "be", "ver", "ont", "her", "er", "mis", "over", "onder", "door",
];

/// Fewest letters of a participle without its first part and its end: shorter ones are other words.
const SHORTEST_STEM: usize = 3;

/// Returns where a sentence is passive: its form of *worden*, up to the participle or from it.
pub(super) fn passive(text: &str, words: &[Word], forms: &PassiveForms) -> Option<Range<usize>> {
    clauses(text, words, forms)
        .into_iter()
        .find_map(|clause| passive_clause(clause, forms))
}

fn passive_clause(clause: &[Word], forms: &PassiveForms) -> Option<Range<usize>> {
    let at_of = |set: &BTreeSet<String>| -> Vec<usize> {
        let words = clause.iter().enumerate();
        let found = words.filter(|(_, word)| set.contains(&word.lower));
        found.map(|(at, _)| at).collect()
    };
    let (own, other) = (at_of(&forms.auxiliaries), at_of(&forms.other_auxiliaries));
    let participles = clause.iter().enumerate();
    let participles = participles.filter(|(_, word)| is_participle(&word.lower, forms));
    for (at, participle) in participles {
        let nearest = |places: &[usize]| places.iter().copied().min_by_key(|p| p.abs_diff(at));
        let auxiliary = nearest(&own)?;
        let is_nearer = |other: usize| other.abs_diff(at) < auxiliary.abs_diff(at);
        if nearest(&other).is_some_and(is_nearer) {
            continue;
        }
        let auxiliary = clause.get(auxiliary)?;
        let start = auxiliary.range.start.min(participle.range.start);
        return Some(start..auxiliary.range.end.max(participle.range.end));
    }
    None
}

/// Splits a sentence where its marks and its conjunctions begin another clause.
fn clauses<'a>(text: &str, words: &'a [Word], forms: &PassiveForms) -> Vec<&'a [Word]> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, pair) in words.windows(2).enumerate() {
        let [word, next] = pair else {
            continue;
        };
        let between = text
            .get(word.range.end..next.range.start)
            .unwrap_or_default();
        let is_mark = between.contains(|c: char| !c.is_whitespace());
        if is_mark || forms.conjunctions.contains(&next.lower) {
            found.extend(words.get(start..=at));
            start = at + 1;
        }
    }
    found.extend(words.get(start..));
    found
}

fn is_participle(word: &str, forms: &PassiveForms) -> bool {
    if forms.not_participles.contains(word) {
        return false;
    }
    let bare = without_separable(word, forms);
    if forms.strong.contains(bare) || forms.strong.contains(word) {
        return true;
    }
    let mut endings = forms.noun_endings.iter();
    let is_noun = endings.any(|ending| word.ends_with(ending.as_str()));
    !is_noun && (is_weak_with_ge(bare, forms) || is_weak_without_ge(bare))
}

/// Takes *voor* off *voorgeschreven*.
fn without_separable<'a>(word: &'a str, forms: &PassiveForms) -> &'a str {
    let mut parts = forms.separable.iter();
    parts
        .find_map(|part| {
            let rest = word.strip_prefix(part.as_str())?;
            (rest.starts_with("ge") || forms.strong.contains(rest)).then_some(rest)
        })
        .unwrap_or(word)
}

fn is_weak_with_ge(word: &str, forms: &PassiveForms) -> bool {
    !forms.not_participles.contains(word) && word.strip_prefix("ge").is_some_and(ends_weakly)
}

fn is_weak_without_ge(word: &str) -> bool {
    INSEPARABLE
        .iter()
        .any(|part| word.strip_prefix(part).is_some_and(ends_weakly))
}

/// Returns whether a stem with its end is that of a weak participle: -d, or -t after a voiceless consonant.
fn ends_weakly(stem: &str) -> bool {
    if stem.chars().count() <= SHORTEST_STEM {
        return false;
    }
    match stem.strip_suffix('t') {
        Some(stem) => stem.ends_with(BEFORE_T),
        None => stem.ends_with('d'),
    }
}
