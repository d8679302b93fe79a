//! What editors see after a build: the pages with where they come from, and what is wrong.
//!
//! A build with errors leaves the pages of the last good one in place.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Writer;
use crate::diagnostic::{Diagnostic, Severity};
use crate::digest::fingerprint;
use crate::form::Definition;
use crate::language::Language;
use crate::site::config::Config;
use crate::site::markdown::{Heading, PLACE_TO_FILL_IN};
use crate::site::pages::{Page, Site, Unpublished};

/// What came of building the portal.
pub struct Build<'a> {
    /// What was built; nothing where something is an error.
    pub good: Option<Good<'a>>,
    /// Everything that somebody should look at, in reading order.
    pub problems: Vec<Diagnostic>,
}

/// A portal in which nothing is an error.
pub struct Good<'a> {
    /// Its settings.
    pub config: &'a Config,
    /// Its pages, also those that readers do not see.
    pub site: &'a Site,
    /// Its forms.
    pub forms: &'a [Definition],
}

/// One version of the portal, as editors see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Edition {
    /// Another one for each version.
    pub(super) number: u64,
    /// The pages of the last good build by their addresses, with the base path.
    pub(super) pages: BTreeMap<String, Shown>,
    /// What the last good build has besides pages: the addresses of forms and of what goes with them.
    pub(super) forms: BTreeMap<String, FormAddress>,
    /// Everything that is wrong now.
    pub(super) problems: Vec<Diagnostic>,
    /// Whether something is an error, so that the pages are those of an earlier build.
    pub(super) failed: bool,
    /// Addresses where a page was, with the address and title of where it went, where that is known.
    pub(super) gone: BTreeMap<String, Option<(String, String)>>,
}

/// A page as its editor sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    /// Path of its file, relative to the root.
    pub(super) path: String,
    pub(super) title: String,
    /// Why readers do not see it, in a word and in a sentence.
    pub(super) unpublished: Option<(String, String)>,
    pub(super) headings: Vec<Heading>,
    /// Whether nobody wrote it.
    pub(super) is_made: bool,
    /// By what it is known when it has moved.
    id: String,
    text: String,
}

/// An address of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormAddress {
    /// Path of the file of the form, relative to the root.
    pub(super) path: String,
    /// Whether something that was sent would be looked up there: in preview nothing was.
    pub(super) looks_up: bool,
}

impl Edition {
    /// Returns the edition before the first build.
    pub(super) fn empty(number: u64) -> Edition {
        Edition {
            number,
            ..Edition::default()
        }
    }

    /// Returns the edition that a build makes of this one.
    pub(super) fn followed_by(&self, build: Build<'_>, writer: &Writer) -> Edition {
        let mut next = match build.good {
            Some(good) => self.replaced_by(&good, writer),
            None => Edition {
                failed: true,
                ..self.clone()
            },
        };
        if next.failed {
            next.miss(writer);
        }
        next.number = self.number + 1;
        next.problems = build.problems;
        next
    }

    fn replaced_by(&self, good: &Good<'_>, writer: &Writer) -> Edition {
        let pages = good.site.pages.iter();
        let pages: BTreeMap<String, Shown> = pages
            .map(|page| (page.href.clone(), Shown::of(page, writer)))
            .collect();
        let mut next = Edition {
            forms: form_addresses(good),
            gone: self.gone.clone(),
            ..Edition::default()
        };
        let leaving = self.pages.iter();
        for (href, page) in leaving.filter(|(href, _)| !pages.contains_key(*href)) {
            let to = moved_to(page, &pages, &self.pages);
            // Who went to an address that is left now goes on with it.
            for went in next.gone.values_mut() {
                if went.as_ref().is_some_and(|(other, _)| other == href) {
                    went.clone_from(&to);
                }
            }
            next.gone.insert(href.clone(), to);
        }
        next.gone.retain(|href, _| !pages.contains_key(href));
        next.pages = pages;
        next
    }

    /// Notes which pages of the last good build have no file any more.
    fn miss(&mut self, writer: &Writer) {
        for (href, page) in &self.pages {
            if !page.is_made && !writer.root.join(&page.path).exists() {
                self.gone.entry(href.clone()).or_insert(None);
            } else {
                self.gone.remove(href);
            }
        }
    }

    /// Returns the errors for which an address cannot be shown as it is now: its own, or else those of something
    /// that all pages share, such as the settings or the theme.
    pub(super) fn errors_at(&self, href: &str) -> Vec<&Diagnostic> {
        let errors = || {
            let problems = self.problems.iter();
            problems.filter(|problem| problem.severity == Severity::Error)
        };
        if !self.failed {
            return Vec::new();
        }
        if self.pages.is_empty() {
            return errors().collect();
        }
        let own = self.path_at(href);
        let is_own = |problem: &&Diagnostic| own.is_some() && path_of(problem) == own;
        if errors().any(|problem| is_own(&problem)) {
            return errors().filter(is_own).collect();
        }
        // What belongs to another page, or to a new one, is told in the bar.
        let forms: BTreeSet<&str> = self.forms.values().map(|form| form.path.as_str()).collect();
        let is_of_all = |problem: &&Diagnostic| {
            path_of(problem).is_none_or(|path| {
                let is_page = path.starts_with("content/") && path.ends_with(".md");
                !is_page && !forms.contains(path)
            })
        };
        let is_shown = own.is_some();
        errors()
            .filter(|problem| is_shown && is_of_all(problem))
            .collect()
    }

    /// Returns the path of the file behind an address.
    pub(super) fn path_at(&self, href: &str) -> Option<&str> {
        let page = self.pages.get(href).map(|page| page.path.as_str());
        page.or_else(|| self.forms.get(href).map(|form| form.path.as_str()))
    }

    /// Returns the problems of a file, what is worst first.
    pub(super) fn problems_of<'a>(&'a self, path: &'a str) -> Vec<&'a Diagnostic> {
        let problems = self.problems.iter();
        let mut own: Vec<&Diagnostic> = problems
            .filter(|problem| path_of(problem) == Some(path))
            .collect();
        own.sort_by_key(|problem| (problem.severity, problem.code == PLACE_TO_FILL_IN));
        own
    }

    /// Returns the address of the page that a file makes.
    pub(super) fn address_of(&self, path: &str) -> Option<&str> {
        let mut pages = self.pages.iter();
        let page = pages.find(|(_, page)| page.path == path);
        page.map(|(href, _)| href.as_str())
    }
}

/// Returns the file that a problem is in.
pub(super) fn path_of(problem: &Diagnostic) -> Option<&str> {
    problem.place.as_ref().map(|place| &*place.path)
}

impl Shown {
    fn of(page: &Page, writer: &Writer) -> Shown {
        let body = page.source.text().get(page.body.clone());
        Shown {
            path: page.source.path().to_owned(),
            title: page.title.clone(),
            unpublished: page.unpublished.as_ref().map(|why| in_words(why, writer)),
            headings: page.outline.headings.clone(),
            is_made: page.is_made(),
            id: page.id.clone(),
            text: fingerprint(body.unwrap_or_default().trim().as_bytes()),
        }
    }
}

/// Says why readers do not see a page, in a word for links and in a sentence for the page itself.
fn in_words(why: &Unpublished, writer: &Writer) -> (String, String) {
    let day = |date: &Date| date.strftime("%-d-%-m-%Y").to_string();
    let (key, value) = match why {
        Unpublished::Draft => ("draft", String::new()),
        Unpublished::From(date) => ("from", day(date)),
        Unpublished::Until(date) => ("until", day(date)),
        Unpublished::Below(folder) => ("below", folder.clone()),
        Unpublished::Empty => ("empty", String::new()),
    };
    let text = |key: String| writer.text(&key, &[("value", &value)]);
    (
        text(format!("preview.mark.{key}")),
        text(format!("preview.note.{key}")),
    )
}

/// Returns the addresses of forms and of what goes with them.
fn form_addresses(good: &Good<'_>) -> BTreeMap<String, FormAddress> {
    let config = good.config;
    let mut addresses = BTreeMap::new();
    for form in good.forms {
        let mut add = |path: String, looks_up| {
            let address = FormAddress {
                path: format!("forms/{}.yaml", form.id),
                looks_up,
            };
            addresses.insert(format!("{}/{path}", config.base_path()), address);
        };
        let paths: [(fn(&Definition, Language, Language) -> String, bool); 4] = [
            (Definition::path, false),
            (Definition::sheet_path, false),
            (Definition::follow_path, true),
            (Definition::take_back_path, true),
        ];
        for language in &config.languages {
            for (path, looks_up) in paths {
                add(path(form, *language, config.default_language()), looks_up);
            }
        }
    }
    addresses
}

/// Returns where a page that is left went: to a new page with its id, its text or its title.
fn moved_to(
    page: &Shown,
    pages: &BTreeMap<String, Shown>,
    before: &BTreeMap<String, Shown>,
) -> Option<(String, String)> {
    let new = || pages.iter().filter(|(href, _)| !before.contains_key(*href));
    let by = |same: &dyn Fn(&Shown) -> bool| new().find(|(_, other)| same(other));
    by(&|other| other.id == page.id)
        .or_else(|| by(&|other| other.text == page.text && !page.is_made))
        .or_else(|| by(&|other| other.title == page.title))
        .map(|(href, other)| (href.clone(), other.title.clone()))
}
