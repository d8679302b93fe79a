//! The whole portal for people without a script: every title, search word and term from A to Z, and the pages as
//! a tree.

use std::collections::BTreeMap;

use super::{Body, follow_link, form_href, forms};
use crate::language::Language;
use crate::site::front_matter::Kind;
use crate::site::pages::Page;
use crate::site::render::{Input, link_to};
use crate::site::slug::slug;
use crate::theme::view::Link;
use crate::theme::view::search::{EntryView, LetterView, TreeView};

/// What stands in the place of a letter for what begins with a digit.
const DIGITS: &str = "0–9";

/// Lists every title, search word and term of the word list by its letter.
pub(super) fn letters(
    input: &Input<'_>,
    language: Language,
    bodies: &[&Body<'_>],
) -> Vec<LetterView> {
    // By what is sorted on, which keeps "Één" with the E; and the term in lower case, which keeps two of them
    // apart. A title goes before a search word: "Doxing" and "doxing" are one entry.
    let mut entries: BTreeMap<(String, String), EntryView> = BTreeMap::new();
    let mut add = |term: &str, link: Link| {
        let key = (slug(term), term.to_lowercase());
        let entry = entries.entry(key).or_insert_with(|| EntryView {
            term: term.to_owned(),
            pages: Vec::new(),
        });
        if !entry.pages.contains(&link) {
            entry.pages.push(link);
        }
    };
    for body in bodies {
        add(&body.page.title, link_to(body.page));
    }
    for link in form_links(input, language) {
        add(&link.label.clone(), link);
    }
    for (term, link) in terms(input, language, bodies) {
        add(&term, link);
    }
    for body in bodies {
        for keyword in &body.page.front_matter.keywords {
            add(keyword, link_to(body.page));
        }
    }
    let mut letters: Vec<LetterView> = Vec::new();
    for ((key, _), entry) in entries {
        let letter = letter(&key);
        match letters.last_mut().filter(|last| last.letter == letter) {
            Some(last) => last.entries.push(entry),
            None => letters.push(LetterView {
                // No heading of a page has two hyphens in its id.
                id: format!("letter--{}", slug(&letter)),
                letter,
                entries: vec![entry],
            }),
        }
    }
    letters
}

/// Returns the terms of the word list, each with where it is explained.
fn terms(input: &Input<'_>, language: Language, bodies: &[&Body<'_>]) -> Vec<(String, Link)> {
    let mut pages = bodies.iter().map(|body| body.page);
    let Some(page) = pages.find(|page| page.kind == Kind::Glossary) else {
        return Vec::new();
    };
    let terms = input.glossary.anchors(language);
    terms
        .map(|(term, anchor)| {
            let href = format!("{}#{anchor}", page.href);
            let label = page.title.clone();
            (term, Link { label, href })
        })
        .collect()
}

fn letter(key: &str) -> String {
    match key.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => first.to_ascii_uppercase().to_string(),
        _ => DIGITS.to_owned(),
    }
}

/// Returns the forms of a language and My report, as links.
pub(super) fn form_links(input: &Input<'_>, language: Language) -> Vec<Link> {
    forms(input, language)
        .map(|form| Link {
            label: form.title.get(language).to_owned(),
            href: form_href(input, form, language),
        })
        .chain(follow_link(input, language))
        .collect()
}

/// Returns every page of a language under the page of its section; the home page comes first, and has
/// nothing below it.
pub(super) fn tree(input: &Input<'_>, language: Language) -> Vec<TreeView> {
    let home = input.site.index_of("", language).map(|home| TreeView {
        page: link_to(home),
        children: Vec::new(),
    });
    home.into_iter().chain(below(input, "", language)).collect()
}

fn below(input: &Input<'_>, folder: &str, language: Language) -> Vec<TreeView> {
    let children = input.site.children(folder, language);
    children
        .filter(|page| !page.is_index || page.folder != folder)
        .filter(|page| !page.is_earlier_version())
        .map(|page| branch(input, page))
        .collect()
}

fn branch(input: &Input<'_>, page: &Page) -> TreeView {
    TreeView {
        page: link_to(page),
        children: match page.is_index {
            true => below(input, &page.folder, page.language),
            false => Vec::new(),
        },
    }
}
