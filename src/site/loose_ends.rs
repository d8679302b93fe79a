//! What hangs loose in a portal: pages and forms that nobody comes to, files that nothing shows, folders with nothing
//! in them.
//!
//! It follows the links of the pages as they were made, from the home page on, so that it needs to know nothing of
//! menus, lists, paths and blocks. Invariant: everything here is an advice, and what may be of use stays silent: a file
//! that a page which is not shown yet names, what a message leads to, an earlier version.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::addresses;
use super::calendar::{self, Destination};
use super::files::hashed_name;
use super::links::percent_decoded;
use super::pages::{Page, Site, folders_from};
use super::plain_language::Wording;
use super::render::{Input, output_path};
use super::search;
use crate::diagnostic::Diagnostic;
use crate::form::Definition;
use crate::output::Output;
use crate::source_text::SourceText;

/// The files beside the pages that the program reads, and that no page shows.
const DATA: [&str; 5] = [
    addresses::PATH,
    calendar::MESSAGES,
    calendar::EVENTS,
    Wording::OWN_WORDS,
    search::SYNONYMS,
];

/// Returns what hangs loose in a portal that was made: `outputs` are all of its files. The forms that ship are no
/// loose ends; those of a portal's own (`own_forms`) can be.
pub(super) fn advice<'a>(
    input: &Input<'a>,
    site: &'a Site,
    outputs: impl Iterator<Item = &'a Output>,
    own_forms: bool,
) -> Vec<Diagnostic> {
    let outputs: BTreeMap<&str, &Output> = outputs
        .map(|output| (output.path.as_str(), output))
        .collect();
    let reached = Reached::from_home(input, site, &outputs);
    let mut found = orphans(site, &reached);
    if own_forms {
        found.extend(forms(input, &reached));
    }
    found.extend(unused_files(input, &outputs));
    let folders = input.sources.empty_folders.iter();
    found.extend(folders.map(|folder| Diagnostic::advice("folder-empty").in_file(folder)));
    found
}

/// Where readers come who start at the home page.
#[derive(Default)]
struct Reached<'a> {
    /// The addresses of pages.
    pages: HashSet<&'a str>,
    /// All other addresses of the portal that the pages lead to.
    others: HashSet<&'a str>,
}

impl<'a> Reached<'a> {
    fn from_home(
        input: &Input<'a>,
        site: &'a Site,
        outputs: &BTreeMap<&str, &'a Output>,
    ) -> Reached<'a> {
        let mut reached = Reached::default();
        let mut next: VecDeque<&Page> = VecDeque::new();
        let languages = input.config.languages.iter();
        next.extend(languages.filter_map(|language| site.index_of("", *language)));
        next.extend(input.calendar.destinations().filter_map(|destination| {
            let Destination::Page(path, _) = destination else {
                return None;
            };
            site.by_source(&format!("content/{path}"))
        }));
        while let Some(page) = next.pop_front() {
            if !reached.pages.insert(&page.href) {
                continue;
            }
            let path = output_path(input.config, &page.href);
            let html = outputs.get(path.as_str());
            let html = html.and_then(|output| std::str::from_utf8(&output.bytes).ok());
            for href in links(html.unwrap_or_default()) {
                match page_at(site, href) {
                    Some(page) => next.push_back(page),
                    None => {
                        reached.others.insert(href);
                    }
                }
            }
        }
        reached
    }
}

/// Returns the addresses of the portal itself that a page leads to.
fn links(html: &str) -> impl Iterator<Item = &str> {
    let links = html.split("href=\"").skip(1);
    links.filter_map(|rest| {
        let end = rest.find(['"', '#', '?'])?;
        rest.get(..end).filter(|href| href.starts_with('/'))
    })
}

/// Finds the page that an address leads to, also where that is an old or a short one.
fn page_at<'a>(site: &'a Site, href: &str) -> Option<&'a Page> {
    let by_alias = || {
        site.pages
            .get(*site.aliases().get(href)?)
            .map(|page| &**page)
    };
    site.by_href(href)
        .or_else(|| site.by_short_href(href))
        .or_else(by_alias)
}

/// Tells the pages that nobody comes to. Of a folder that nobody comes to, the page of the folder says it all.
fn orphans(site: &Site, reached: &Reached<'_>) -> Vec<Diagnostic> {
    let is_orphan = |page: &Page| {
        !page.is_earlier_version() && !page.is_made() && !reached.pages.contains(page.href.as_str())
    };
    let pages = site.pages().filter(|page| is_orphan(page));
    let pages = pages.filter(|page| {
        let mut above =
            folders_from(&page.folder).filter_map(|folder| site.index_of(folder, page.language));
        !above.any(|index| index.href != page.href && is_orphan(index))
    });
    pages
        .map(|page| Diagnostic::advice("page-orphan").at(page.source.start()))
        .collect()
}

/// Tells the forms that no page leads to. The one behind the Melden button is on every page.
fn forms(input: &Input<'_>, reached: &Reached<'_>) -> Vec<Diagnostic> {
    let config = input.config;
    let led_to: BTreeSet<&str> = input
        .calendar
        .destinations()
        .filter_map(|destination| match destination {
            Destination::Form(id, _) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let is_reached = |form: &Definition| {
        let mut languages = config.languages.iter();
        led_to.contains(form.id.as_str())
            || languages.any(|language| {
                let path = form.path(*language, config.default_language());
                let href = format!("{}/{path}", config.base_path());
                reached.others.contains(href.as_str())
            })
    };
    let orphans = input.forms.iter().filter(|form| !is_reached(form));
    orphans
        .map(|form| {
            let path = format!("forms/{}.yaml", form.id);
            Diagnostic::advice("form-orphan")
                .with("form", &form.id)
                .in_file(path)
        })
        .collect()
}

/// Tells the files beside the pages that are no part of the portal, and that no page names.
fn unused_files(input: &Input<'_>, outputs: &BTreeMap<&str, &Output>) -> Vec<Diagnostic> {
    let files = input.sources.files.iter();
    let unused: Vec<&str> = files
        .filter(|(path, _)| !DATA.contains(&path.as_str()))
        .filter(|(path, bytes)| !outputs.contains_key(hashed_name(path, bytes).as_str()))
        .map(|(path, _)| path.as_str())
        .collect();
    if unused.is_empty() {
        return Vec::new();
    }
    let named = named_files(input);
    let unused = unused.into_iter().filter(|path| {
        let last_word = path.rsplit(is_end).next().unwrap_or(path);
        !named.contains(last_word)
    });
    unused
        .map(|path| Diagnostic::advice("file-unused").in_file(path))
        .collect()
}

/// Returns every word in the texts of all pages that may be the name of a file: a page that is not shown yet may need
/// it, and the words of a video are read and not linked to.
fn named_files<'a>(input: &Input<'a>) -> HashSet<Cow<'a, str>> {
    let texts = input.sources.pages.iter().map(SourceText::text);
    texts
        .flat_map(|text| text.split(is_end))
        .filter(|word| word.contains('.'))
        .map(last_word)
        .collect()
}

/// Returns the last word of a name as it is on disk, where it is written as in an address: `mijn%20foto.jpg`.
fn last_word(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let name = percent_decoded(name);
    Cow::Owned(name.rsplit(is_end).next().unwrap_or_default().to_owned())
}

/// Returns whether a sign ends a word that may be the name of a file.
fn is_end(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '/' | '(' | ')' | '<' | '>' | '"' | '\'' | '[' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_also_where_it_is_written_as_in_an_address() {
        assert_eq!(last_word("foto.jpg"), "foto.jpg");
        assert_eq!(last_word("d%C3%A9tail.jpg"), "détail.jpg");
        assert_eq!(last_word("mijn%20foto.jpg"), "foto.jpg");
        assert_eq!(last_word("100%.jpg"), "100%.jpg");
    }

    #[test]
    fn the_links_of_a_page_are_those_of_the_portal() {
        let html = "<a href=\"/a/\">a</a><a class=\"b\" href=\"/b/?x=1#y\">b</a><a href=\"#c\">c</a>\
            <a href=\"https://example.org/\">d</a><a href=\"/torn";
        let found: Vec<&str> = links(html).collect();
        assert_eq!(found, ["/a/", "/b/"]);
    }
}
