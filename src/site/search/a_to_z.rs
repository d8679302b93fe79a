//! The whole portal for people without a script: every title and search word from A to Z, and the pages as a
//! tree.

use std::collections::BTreeMap;

use super::{Body, forms};
use crate::form::Definition;
use crate::language::Language;
use crate::site::pages::Page;
use crate::site::render::{Input, follow_link, form_href, link_to};
use crate::site::slug::slug;
use crate::theme::view::Link;
use crate::theme::view::search::{EntryView, LetterView, TreeView};

/// What stands in the place of a letter for what begins with a digit.
const DIGITS: &str = "0–9";

/// Lists every title and search word by its letter.
pub(super) fn letters(
    input: &Input<'_>,
    language: Language,
    bodies: &[&Body<'_>],
) -> Vec<LetterView> {
    // By what is sorted on, which keeps "Één" with the E; and the term, which keeps two of them apart.
    let mut entries: BTreeMap<(String, String), Vec<Link>> = BTreeMap::new();
    let mut add = |term: &str, link: Link| {
        let pages = entries.entry((slug(term), term.to_owned())).or_default();
        if !pages.contains(&link) {
            pages.push(link);
        }
    };
    for body in bodies {
        let link = link_to(body.page);
        add(&body.page.title, link.clone());
        for keyword in &body.page.front_matter.keywords {
            add(keyword, link.clone());
        }
    }
    for link in form_links(input, language) {
        add(&link.label.clone(), link);
    }
    let mut letters: Vec<LetterView> = Vec::new();
    for ((key, term), pages) in entries {
        let letter = letter(&key);
        let entry = EntryView { term, pages };
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
            href: form_href(input, Definition::path, form, language),
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
