//! The index that the script of the search page loads: every page and form of a language as text, and how the
//! words in it hang together.
//!
//! It is a JavaScript module that exports data, because the Content-Security-Policy lets a page load scripts
//! of its own portal and nothing else. Words whose only term is themselves are left out, so the script needs no
//! stemmer and the file stays small.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;
use serde::Serialize;

use super::plain_text::Section;
use super::synonyms::Groups;
use super::words::{Vocabulary, as_written, plain_letters, words};
use super::{Body, forms};
use crate::form::{Definition, Field};
use crate::language::Language;
use crate::site::front_matter::{Audience, Kind};
use crate::site::pages::Page;
use crate::site::render::{Input, breadcrumbs, follow_link, form_href};

/// How much a page counts, in percent. Most people who search were just confronted with something: what to
/// do comes before what is behind it.
const USUAL: u32 = 100;
const TO_REPORT: u32 = 200;
const HOW_TO_ACT: u32 = 125;
const GUIDANCE: u32 = 110;
const FOR_SPECIALISTS: u32 = 60;

/// What the script gets.
#[derive(Debug, Serialize)]
pub(super) struct Index<'a> {
    pages: Vec<Entry<'a>>,
    /// Latin letters in lower case with what they are without accent or ligature.
    letters: BTreeMap<char, String>,
    /// Words with their terms, apart by a space: the stem, then those of the parts of a compound.
    words: BTreeMap<String, String>,
    /// Groups of terms that mean the same.
    synonyms: Vec<Vec<String>>,
    /// Words that say nothing of what somebody looks for.
    stop_words: BTreeSet<String>,
}

/// A page or form that can be found.
#[derive(Debug, Serialize)]
pub(super) struct Entry<'a> {
    href: String,
    title: String,
    /// The sections in which it stands, from the top: `Protocol › Telefoon`.
    trail: String,
    summary: String,
    keywords: Vec<String>,
    /// In percent.
    weight: u32,
    sections: Vec<SectionEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct SectionEntry<'a> {
    id: &'a str,
    heading: &'a str,
    text: &'a str,
}

impl<'a> Index<'a> {
    /// Makes the index of a language.
    pub(super) fn new(
        input: &Input<'_>,
        language: Language,
        bodies: &[&Body<'a>],
        groups: &Groups,
    ) -> Index<'a> {
        let stop_words: BTreeSet<String> = words(
            &input
                .theme
                .messages(language)
                .text("search.stop_words", &[]),
        )
        .collect();
        let mut pages: Vec<Entry<'_>> = bodies.iter().map(|body| of_page(input, body)).collect();
        pages.extend(forms(input, language).map(|form| of_form(input, form, language)));
        pages.extend(follow(input, language));
        let mut known = distinct_words(&pages);
        known.extend(groups.iter().flatten().cloned());
        let vocabulary = Vocabulary::new(language, known, stop_words.clone());
        // Of the words that no page has, the script must know that they are words.
        let named: BTreeSet<&String> = groups.iter().flatten().collect();
        Index {
            words: vocabulary
                .words()
                .map(|word| (word.to_owned(), vocabulary.terms(word).join(" ")))
                .filter(|(word, terms)| word != terms || named.contains(word))
                .collect(),
            synonyms: groups
                .iter()
                .map(|group| stems(&vocabulary, group))
                .collect(),
            pages,
            letters: plain_letters(),
            stop_words,
        }
    }

    /// Returns the index as a JavaScript module.
    ///
    /// # Errors
    ///
    /// Plain data always becomes JSON; were it not to, the reason comes back.
    pub(super) fn module(&self) -> Result<String, serde_json::Error> {
        Ok(format!(
            "export default {};\n",
            serde_json::to_string(self)?
        ))
    }
}

/// Returns every word of the pages once. What is written alike is looked at once: that is most of a portal.
fn distinct_words(pages: &[Entry<'_>]) -> BTreeSet<String> {
    let written = pages.par_iter().fold(HashSet::new, |mut written, page| {
        written.extend(page.texts().flat_map(as_written));
        written
    });
    let written = written.reduce(HashSet::new, |one, other| {
        let (mut more, less) = match one.len() < other.len() {
            true => (other, one),
            false => (one, other),
        };
        more.extend(less);
        more
    });
    written.into_iter().flat_map(words).collect()
}

fn stems(vocabulary: &Vocabulary, group: &[String]) -> Vec<String> {
    let stems: BTreeSet<String> = group.iter().map(|word| vocabulary.stem(word)).collect();
    stems.into_iter().collect()
}

impl Entry<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let sections = self.sections.iter();
        let sections = sections.flat_map(|section| [section.heading, section.text]);
        let keywords = self.keywords.iter().map(String::as_str);
        [self.title.as_str(), &self.summary]
            .into_iter()
            .chain(keywords)
            .chain(sections)
    }
}

fn of_page<'a>(input: &Input<'_>, body: &Body<'a>) -> Entry<'a> {
    let page = body.page;
    let way = breadcrumbs(input, page);
    // Between the home page and the page itself.
    let above = way.get(1..way.len().saturating_sub(1)).unwrap_or_default();
    let above: Vec<&str> = above.iter().map(|link| link.label.as_str()).collect();
    Entry {
        href: page.href.clone(),
        title: page.title.clone(),
        trail: above.join(" › "),
        summary: page.summary.clone().unwrap_or_default(),
        keywords: page.front_matter.keywords.clone(),
        weight: weight(page),
        sections: body.sections.iter().map(section).collect(),
    }
}

fn section(section: &Section) -> SectionEntry<'_> {
    SectionEntry {
        id: section.id.as_deref().unwrap_or_default(),
        heading: &section.heading,
        text: &section.text,
    }
}

fn weight(page: &Page) -> u32 {
    let audience = &page.front_matter.audience;
    let for_many = [Audience::Employee, Audience::Manager, Audience::Visitor];
    if !audience.is_empty() && !audience.iter().any(|who| for_many.contains(who)) {
        return FOR_SPECIALISTS;
    }
    match page.kind {
        Kind::Protocol => HOW_TO_ACT,
        Kind::Norm | Kind::Checklist | Kind::Guide | Kind::Directory => GUIDANCE,
        Kind::Home
        | Kind::Section
        | Kind::Page
        | Kind::Glossary
        | Kind::Path
        | Kind::Privacy
        | Kind::Accessibility => USUAL,
    }
}

/// Makes the entry of a form. In the form behind the Melden button, what somebody can say that happened leads
/// there: those options count as search words.
fn of_form(input: &Input<'_>, form: &Definition, language: Language) -> Entry<'static> {
    let messages = input.theme.messages(language);
    let mut keywords = Vec::new();
    if form.makes_cases() {
        keywords.push(form.address.clone());
        keywords.extend(form.fields().flat_map(|field| options(field, language)));
    }
    Entry {
        href: form_href(input, Definition::path, form, language),
        title: form.title.get(language).to_owned(),
        trail: messages.text("search.form", &[]),
        summary: form
            .intro
            .as_ref()
            .map(|intro| {
                intro
                    .get(language)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .unwrap_or_default(),
        keywords,
        weight: if form.makes_cases() { TO_REPORT } else { USUAL },
        sections: Vec::new(),
    }
}

/// Returns the words of the options that say what happened: of what must be answered and may be counted.
fn options(field: &Field, language: Language) -> Vec<String> {
    let options = field
        .options
        .iter()
        .filter(|_| field.required && field.counted);
    options
        .flat_map(|option| {
            let hint = option.hint.as_ref().map(|hint| hint.get(language));
            [Some(option.label.get(language)), hint]
        })
        .flatten()
        .flat_map(words)
        .collect()
}

/// Makes the entry of My report, where a reporter follows what was sent.
fn follow(input: &Input<'_>, language: Language) -> Option<Entry<'static>> {
    let link = follow_link(input, language)?;
    let messages = input.theme.messages(language);
    Some(Entry {
        href: link.href,
        title: link.label,
        trail: messages.text("search.form", &[]),
        summary: messages.text("search.follow", &[]),
        keywords: Vec::new(),
        weight: USUAL,
        sections: Vec::new(),
    })
}
