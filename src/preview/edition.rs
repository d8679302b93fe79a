//! What editors see after a build: the pages with where they come from, and what is wrong.
//!
//! A build with errors leaves the pages of the last good one in place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::Writer;
use crate::diagnostic::{Diagnostic, Severity};
use crate::form::Definition;
use crate::language::Language;
use crate::site::config::Config;
use crate::site::markdown::PLACE_TO_FILL_IN;
use crate::site::pages::{Page, Site, Unpublished};

/// What came of building the portal.
pub struct Build {
    /// What was built; nothing where something is an error.
    pub good: Option<Good>,
    /// Everything that somebody should look at, in reading order.
    pub problems: Vec<Diagnostic>,
}

/// A portal in which nothing is an error.
pub struct Good {
    /// Its settings.
    pub config: Config,
    /// Its pages, also those that readers do not see.
    pub site: Arc<Site>,
    /// Its forms.
    pub forms: Vec<Definition>,
}

/// One version of the portal, as editors see it.
#[derive(Clone, Default)]
pub(super) struct Edition {
    /// Another one for each version.
    pub(super) number: u64,
    /// The pages of the last good build.
    site: Arc<Site>,
    /// What the last good build has besides pages: the addresses of forms and of what goes with them.
    pub(super) forms: BTreeMap<String, FormAddress>,
    /// Why readers do not see a page, by its address.
    pub(super) unpublished: BTreeMap<String, Words>,
    /// Everything that is wrong now.
    pub(super) problems: Vec<Diagnostic>,
    /// Whether something is an error, so that the pages are those of an earlier build.
    pub(super) failed: bool,
    /// Addresses where a page was, with the address and title of where it went, where that is known.
    pub(super) gone: BTreeMap<String, Option<(String, String)>>,
}

/// Why readers do not see a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// For links to it: a word or two.
    pub(super) mark: String,
    /// For the page itself: a sentence or two.
    pub(super) note: String,
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
    pub(super) fn followed_by(&self, build: Build, writer: &Writer) -> Edition {
        let next = match build.good {
            Some(good) => self.replaced_by(good, writer),
            None => self.failing(writer),
        };
        Edition {
            number: self.number + 1,
            problems: build.problems,
            ..next
        }
    }

    fn replaced_by(&self, good: Good, writer: &Writer) -> Edition {
        let forms = form_addresses(&good);
        let site = good.site;
        let unpublished = site.pages().filter_map(|page| {
            let why = page.unpublished.as_ref()?;
            Some((page.href.clone(), in_words(why, writer)))
        });
        let mut gone = self.gone.clone();
        let leaving = self.site.pages();
        for page in leaving.filter(|page| site.by_href(&page.href).is_none()) {
            let to = moved_to(page, &site, &self.site);
            // Who went to an address that is left now goes on with it.
            for went in gone.values_mut() {
                if went.as_ref().is_some_and(|(href, _)| *href == page.href) {
                    went.clone_from(&to);
                }
            }
            gone.insert(page.href.clone(), to);
        }
        gone.retain(|href, _| site.by_href(href).is_none());
        Edition {
            forms,
            unpublished: unpublished.collect(),
            gone,
            site,
            ..Edition::default()
        }
    }

    /// Returns the pages of the last good build, with those that have no file any more gone.
    fn failing(&self, writer: &Writer) -> Edition {
        let mut next = Edition {
            failed: true,
            ..self.clone()
        };
        for page in self.site.pages() {
            if page.is_made() || writer.root.join(page.source.path()).exists() {
                next.gone.remove(&page.href);
            } else {
                next.gone.entry(page.href.clone()).or_insert(None);
            }
        }
        next
    }

    /// Returns the page at an address.
    pub(super) fn page(&self, href: &str) -> Option<&Page> {
        self.site.by_href(href)
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
        if self.site.pages().next().is_none() {
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
            path_of(problem).is_none_or(|path| !is_page(path) && !forms.contains(path))
        };
        let is_shown = own.is_some();
        errors()
            .filter(|problem| is_shown && is_of_all(problem))
            .collect()
    }

    /// Returns the errors of files that were no page before: one of them may be the page that somebody looks for
    /// where none is.
    pub(super) fn errors_of_new_pages(&self) -> Vec<&Diagnostic> {
        let problems = self.problems.iter();
        let errors = problems.filter(|problem| problem.severity == Severity::Error);
        errors
            .filter(|problem| {
                path_of(problem)
                    .is_some_and(|path| is_page(path) && self.site.by_source(path).is_none())
            })
            .collect()
    }

    /// Returns the path of the file behind an address.
    pub(super) fn path_at(&self, href: &str) -> Option<&str> {
        let page = self.page(href).map(|page| page.source.path());
        page.or_else(|| self.forms.get(href).map(|form| form.path.as_str()))
    }

    /// Returns whether a file is one that the editor is shown: of a page, of a form, or with a problem.
    pub(super) fn is_shown(&self, path: &str) -> bool {
        let mut forms = self.forms.values();
        self.site.by_source(path).is_some()
            || forms.any(|form| form.path == path)
            || self
                .problems
                .iter()
                .any(|problem| path_of(problem) == Some(path))
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
        self.site.by_source(path).map(|page| page.href.as_str())
    }
}

/// Returns whether a file is one that makes a page.
fn is_page(path: &str) -> bool {
    path.starts_with("content/") && path.ends_with(".md")
}

/// Returns the file that a problem is in.
pub(super) fn path_of(problem: &Diagnostic) -> Option<&str> {
    problem.place.as_ref().map(|place| &*place.path)
}

/// Says why readers do not see a page, in a word for links and in a sentence for the page itself.
fn in_words(why: &Unpublished, writer: &Writer) -> Words {
    let day = |date: &Date| date.strftime("%-d-%-m-%Y").to_string();
    let (key, value) = match why {
        Unpublished::Draft => ("draft", String::new()),
        Unpublished::From(date) => ("from", day(date)),
        Unpublished::Until(date) => ("until", day(date)),
        Unpublished::Below(folder) => ("below", folder.clone()),
        Unpublished::Empty => ("empty", String::new()),
    };
    let text = |key: String| writer.text(&key, &[("value", &value)]);
    Words {
        mark: text(format!("preview.mark.{key}")),
        note: text(format!("preview.note.{key}")),
    }
}

/// Which address of a form, in a language, where the second is the default language.
type FormPath = fn(&Definition, Language, Language) -> String;

/// Returns the addresses of forms and of what goes with them.
fn form_addresses(good: &Good) -> BTreeMap<String, FormAddress> {
    let config = &good.config;
    let mut addresses = BTreeMap::new();
    for form in &good.forms {
        let mut add = |path: String, looks_up| {
            let address = FormAddress {
                path: format!("forms/{}.yaml", form.id),
                looks_up,
            };
            addresses.insert(format!("{}/{path}", config.base_path()), address);
        };
        let paths: [(FormPath, bool); 4] = [
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
fn moved_to(page: &Page, site: &Site, before: &Site) -> Option<(String, String)> {
    let new: Vec<&Page> = site
        .pages()
        .filter(|other| other.language == page.language && before.by_href(&other.href).is_none())
        .collect();
    let by = |same: &dyn Fn(&Page) -> bool| new.iter().find(|other| same(other));
    let text = |page: &Page| {
        page.source
            .text()
            .get(page.body.clone())
            .map(|text| text.trim().to_owned())
    };
    by(&|other| other.id == page.id)
        .or_else(|| by(&|other| !page.is_made() && text(other) == text(page)))
        .or_else(|| by(&|other| other.title == page.title))
        .map(|other| (other.href.clone(), other.title.clone()))
}
