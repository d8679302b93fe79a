//! The site as one page sees it: every question that rendering asks of it, and a note of each.
//!
//! What a page was made from is what it asked for. When pages come, go or change, `Changes` says which
//! questions have another answer now, and only the pages that asked one of them are made again. Invariant:
//! nothing that belongs to one page reads the site but through [`Seen`].

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::front_matter::Kind;
use super::pages::{Page, Site};
use super::source::Sources;
use crate::language::Language;

/// A question that a page asked.
#[derive(Clone, Copy, Debug, Hash)]
enum Question<'a> {
    /// What is known of the page in this file.
    Source(&'a str),
    /// What is known of the version of a page in a language, by its key.
    Version(&'a str, Language),
    /// What is known of the page at this address.
    Href(&'a str),
    /// Which page has this short address.
    ShortHref(&'a str),
    /// Where this alias leads.
    Alias(&'a str),
    /// Which anchors the page in this file has.
    Anchors(&'a str),
    /// What stands in the list of a folder in a language.
    Children(&'a str, Language),
    /// Which pages come before and after the page in this file.
    Neighbours(&'a str),
    /// Which earlier versions the page in this file has.
    EarlierVersions(&'a str),
    /// Which page is the word list in a language.
    WordList(Language),
    /// Something that takes all paths to know, which lead to pages and their headings.
    Paths,
    /// Something that takes every page to know.
    AnyPage,
    /// Something that takes the text of every page to know.
    AnyText,
}

/// A question, in few bytes. Two questions with one mark cost a page that is made again for nothing.
type Mark = u64;

impl Question<'_> {
    fn mark(self) -> Mark {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// The questions that were asked while a page was made.
#[derive(Debug, Default)]
pub struct Reads {
    marks: Mutex<Vec<Mark>>,
    files: Mutex<BTreeSet<String>>,
}

impl Reads {
    fn note(&self, question: Question<'_>) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.push(question.mark());
    }

    /// Returns whether an answer that the page got is another one now.
    pub(super) fn touches(&self, changes: &Changes) -> bool {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.iter().any(|mark| changes.0.contains(mark))
    }

    /// Leaves each question once, and returns the files that the page needs.
    pub(super) fn settle(&mut self) -> BTreeSet<String> {
        let marks = self.marks.get_mut().unwrap_or_else(PoisonError::into_inner);
        marks.sort_unstable();
        marks.dedup();
        marks.shrink_to_fit();
        let files = self.files.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(files)
    }
}

/// The site, and who asks.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    site: &'a Site,
    reads: Option<&'a Reads>,
}

impl<'a> Seen<'a> {
    /// Sees a site for what belongs to no page, which is made again with every change.
    pub fn by_all(site: &'a Site) -> Seen<'a> {
        Seen { site, reads: None }
    }

    /// Sees a site for a page, and notes what it asks.
    pub(super) fn noting(self, reads: &'a Reads) -> Seen<'a> {
        Seen {
            reads: Some(reads),
            ..self
        }
    }

    /// Notes that a page needs a file beside the pages.
    pub(super) fn need(self, path: &str) {
        if let Some(reads) = self.reads {
            let mut files = reads.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.insert(path.to_owned());
        }
    }

    fn note(self, question: Question<'_>) {
        if let Some(reads) = self.reads {
            reads.note(question);
        }
    }

    /// Finds a page by the path of its file, relative to the root.
    pub fn by_source(self, path: &str) -> Option<&'a Page> {
        self.note(Question::Source(path));
        self.site.by_source(path)
    }

    /// Finds the version of a page in a language.
    pub fn version(self, key: &str, language: Language) -> Option<&'a Page> {
        self.note(Question::Version(key, language));
        self.site.version(key, language)
    }

    /// Finds a page by its address with the base path.
    pub fn by_href(self, href: &str) -> Option<&'a Page> {
        self.note(Question::Href(href));
        self.site.by_href(href)
    }

    /// Finds a page by its short address with the base path.
    pub fn by_short_href(self, href: &str) -> Option<&'a Page> {
        self.note(Question::ShortHref(href));
        self.site.by_short_href(href)
    }

    /// Returns whether an address with the base path leads on to a page.
    pub fn is_alias(self, href: &str) -> bool {
        self.note(Question::Alias(href));
        self.site.aliases().contains_key(href)
    }

    /// Returns the anchors of a page.
    pub fn anchors<'p>(self, page: &'p Page) -> impl Iterator<Item = &'p str> + Clone + use<'p> {
        self.note(Question::Anchors(page.source.path()));
        let headings = page.outline.headings.iter();
        headings.map(|heading| heading.id.as_str())
    }

    /// Returns the page that holds now for one that is an earlier version, in its language where it is there.
    pub fn current_version(self, page: &Page) -> Option<&'a Page> {
        let (path, _) = page.front_matter.earlier_version_of.as_ref()?;
        let named = self.by_source(&format!("content/{path}"))?;
        self.version(&named.key, page.language).or(Some(named))
    }

    /// Returns the earlier versions of a page in its language, the latest first.
    pub fn earlier_versions(self, page: &Page) -> impl Iterator<Item = &'a Page> {
        self.note(Question::EarlierVersions(page.source.path()));
        self.site.earlier_versions(page)
    }

    /// Returns the index page of a folder in a language.
    pub fn index_of(self, folder: &str, language: Language) -> Option<&'a Page> {
        self.version(&super::pages::index_key(folder), language)
    }

    /// Returns the pages and subfolders of a folder in a language, in reading order.
    pub fn children(self, folder: &str, language: Language) -> impl Iterator<Item = &'a Page> {
        self.note(Question::Children(folder, language));
        self.site.children(folder, language)
    }

    /// Returns the pages before and after a page in the list of its folder, index pages left out.
    pub fn neighbours(self, page: &Page) -> (Option<&'a Page>, Option<&'a Page>) {
        self.note(Question::Neighbours(page.source.path()));
        let (before, after) = self.site.neighbours(page);
        for neighbour in [before, after].into_iter().flatten() {
            self.note(Question::Source(neighbour.source.path()));
        }
        (before, after)
    }

    /// Returns whether a file is a page that is not published today.
    pub fn is_unpublished(self, path: &str) -> bool {
        self.note(Question::Source(path));
        self.site.is_unpublished(path)
    }

    /// Returns the word list in a language.
    pub fn word_list(self, language: Language) -> Option<&'a Page> {
        self.note(Question::WordList(language));
        self.site.word_list(language)
    }

    /// Returns all pages, for questions that take every one of them to answer.
    pub fn pages(self) -> impl Iterator<Item = &'a Page> {
        self.note(Question::AnyPage);
        self.site.pages()
    }

    /// Notes that all paths matter to a page.
    pub(super) fn paths(self) {
        self.note(Question::Paths);
    }

    /// Returns the site itself, for what belongs to no page.
    pub(super) fn whole(self) -> &'a Site {
        self.note(Question::AnyPage);
        self.site
    }

    /// Returns all pages, for questions that take the text of every one of them to answer.
    pub fn texts(self) -> impl Iterator<Item = &'a Page> {
        self.note(Question::AnyText);
        self.pages()
    }

    /// Returns the paths of all files of pages, whether readers see them or not.
    pub(super) fn files_of_pages(self, sources: &'a Sources) -> impl Iterator<Item = &'a str> {
        self.note(Question::AnyPage);
        sources.pages.iter().map(|page| page.path())
    }

    /// Returns the paths of the files of all pages.
    pub fn source_paths(self) -> impl Iterator<Item = &'a str> {
        self.pages().map(|page| page.source.path())
    }
}

/// The questions that have another answer than before.
#[derive(Debug, Default)]
pub(super) struct Changes(HashSet<Mark>);

impl Changes {
    /// Adds that the text of a page is another one, and nothing of it that other pages show.
    pub(super) fn text(&mut self) {
        self.add(Question::AnyText);
    }

    fn add(&mut self, question: Question<'_>) {
        self.0.insert(question.mark());
    }

    /// Adds everything that one site answers differently from another.
    pub(super) fn between(&mut self, old: &Site, new: &Site) {
        let mut lists = HashSet::new();
        for (before, after) in pairs(&old.pages, &new.pages) {
            let same = before.zip(after);
            if same.is_none_or(|(before, after)| !before.shows_the_same(after)) {
                for (site, page) in [(old, before), (new, after)] {
                    if let Some(page) = page {
                        self.page(site, page);
                        lists.extend(page.parent_folder().map(|parent| (parent, page.language)));
                    }
                }
            }
            if let Some((before, after)) = same
                && before.outline.headings != after.outline.headings
            {
                self.add(Question::Anchors(after.source.path()));
                // A path leads to headings too.
                self.add(Question::Paths);
            }
        }
        for (one, other) in [(old, new), (new, old)] {
            for page in &one.hidden {
                if !other.is_unpublished(page.source.path()) {
                    self.add(Question::AnyPage);
                    self.add(Question::Source(page.source.path()));
                }
            }
            let leads_to = |site: &Site, at: usize| {
                let page = site.pages.get(at)?;
                Some(page.href.clone())
            };
            for (alias, at) in one.aliases() {
                let there = other.aliases().get(alias).copied();
                let there = there.and_then(|at| leads_to(other, at));
                if there != leads_to(one, *at) {
                    self.add(Question::Alias(alias));
                }
            }
        }
        for (folder, language) in lists {
            self.neighbours(old, new, folder, language);
        }
    }

    fn page(&mut self, site: &Site, page: &Page) {
        self.add(Question::Paths);
        self.add(Question::AnyPage);
        self.add(Question::AnyText);
        self.add(Question::Source(page.source.path()));
        self.add(Question::Version(&page.key, page.language));
        self.add(Question::Href(&page.href));
        self.add(Question::ShortHref(&page.short_href));
        self.add(Question::Anchors(page.source.path()));
        if page.kind == Kind::Glossary {
            self.add(Question::WordList(page.language));
        }
        if let Some(parent) = page.parent_folder() {
            self.add(Question::Children(parent, page.language));
        }
        if let Some(current) = site.current_version(page) {
            self.add(Question::EarlierVersions(current.source.path()));
        }
    }

    /// Adds the pages in a list that have other neighbours.
    fn neighbours(&mut self, old: &Site, new: &Site, folder: &str, language: Language) {
        let paths = |site: &Site, page: &Page| {
            let (before, after) = site.neighbours(page);
            [before, after].map(|page| page.map(|page| page.source.path().to_owned()))
        };
        for page in new.children(folder, language) {
            let same = old.by_source(page.source.path());
            if same.is_some_and(|same| paths(old, same) != paths(new, page)) {
                self.add(Question::Neighbours(page.source.path()));
            }
        }
    }
}

/// Returns the pages of one file in two sites, both in order of their paths, where they are not the same value.
fn pairs<'s>(
    old: &'s [Arc<Page>],
    new: &'s [Arc<Page>],
) -> impl Iterator<Item = (Option<&'s Page>, Option<&'s Page>)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some(before), Some(after)) if Arc::ptr_eq(before, after) => {
                    old.next();
                    new.next();
                    continue;
                }
                (Some(before), Some(after)) => before.source.path().cmp(after.source.path()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return None,
            };
            let before = old.next_if(|_| order.is_le()).map(|page| &**page);
            let after = new.next_if(|_| order.is_ge()).map(|page| &**page);
            return Some((before, after));
        }
    })
}
