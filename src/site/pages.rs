//! The pages of a portal and how they hang together.
//!
//! [`gather`] turns sources into a [`Site`]: every page with its address, its place among the others
//! and its versions in other languages, and an index of what can be linked to. A `Site` is not
//! changed after that, but for the text of a page that is otherwise as it was. Only pages that are published today are in it; others are known by their
//! path, so that a link to them can be explained. Editors who look at what they write are shown
//! everything, and each page says why readers do not see it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::archive;
use super::config::{Config, VALUE_NAMES};
use super::front_matter::{self, FrontMatter, Kind};
use super::markdown::{self, Outline};
use super::search;
use super::slug::{chosen_id, is_word, slug};
use super::source::Sources;
use crate::diagnostic::{Diagnostic, any_error};
use crate::form::Definition;
use crate::language::Language;
use crate::source_text::SourceText;

/// First step of the addresses of everything that is not a page.
pub const ASSETS: &str = "assets";

/// First step, after the language, of the short addresses of pages.
pub const SHORT: &str = "p";

/// Most steps in one list of a protocol (S1.A.6): under stress nobody follows more.
const MOST_STEPS: u64 = 7;

/// Which pages are in a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Showing {
    /// Those that are published on the day: what readers see.
    #[default]
    Published,
    /// Drafts too, and pages whose day has not come or has passed: what editors see.
    Everything,
}

/// Why readers do not see a page on the day of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpublished {
    /// It is a draft.
    Draft,
    /// They see it from a later day on.
    From(Date),
    /// They saw it until a day, which may be today.
    Until(Date),
    /// They do not see the index page of the folder that it is in, or of one above that.
    Below(String),
    /// It is the index page that a folder gets, and they see nothing in the folder.
    Empty,
}

/// A page of a site.
#[derive(Clone, Debug)]
pub struct Page {
    /// The file; for a folder without an index page an empty text under that folder's name.
    pub source: SourceText,
    /// What the editor wrote above it.
    pub front_matter: FrontMatter,
    /// The body, as a byte range of the file.
    pub body: Range<usize>,
    /// Its headings.
    pub outline: Outline,
    /// Its language.
    pub language: Language,
    /// Its title, with typographic quotes.
    pub title: String,
    /// One or two sentences that say what it is for, with typographic quotes.
    pub summary: Option<String>,
    /// What kind of page it is.
    pub kind: Kind,
    /// Folder below `content`, empty for the top.
    pub folder: String,
    /// Whether it is the index page of its folder.
    pub is_index: bool,
    /// Path of the page without language and extension; versions of one page share it.
    pub key: String,
    /// Address with the base path: `/veilig/norm/huisregels/`.
    pub href: String,
    /// Name of the page in its short address; versions of one page in other languages may share it.
    pub id: String,
    /// Short address with the base path, which never changes: `/veilig/p/huisregels/`.
    pub short_href: String,
    /// Why readers do not see it; absent where they do.
    pub unpublished: Option<Unpublished>,
}

impl Page {
    /// Returns whether this is a text that once held, kept for who needs to read it back. It is in no list, no
    /// search and no map of the site.
    pub fn is_earlier_version(&self) -> bool {
        self.front_matter.earlier_version_of.is_some()
    }

    /// Returns whether another page that shows something of this one, but for its anchors, shows the same of that
    /// one.
    pub(super) fn shows_the_same(&self, other: &Page) -> bool {
        let shown = |page: &'_ Page| (page.language, page.kind, page.is_made());
        std::ptr::eq(self, other)
            || shown(self) == shown(other)
                && self.front_matter == other.front_matter
                && self.title == other.title
                && self.summary == other.summary
                && self.href == other.href
                && self.short_href == other.short_href
                && self.unpublished == other.unpublished
    }

    /// Returns the folder whose list the page stands in: an index page stands in that of the folder above.
    pub(super) fn parent_folder(&self) -> Option<&str> {
        if !self.is_index {
            return Some(&self.folder);
        }
        folders_from(&self.folder).nth(1)
    }

    /// Returns whether nobody wrote this page: the index page that a folder without one gets.
    pub fn is_made(&self) -> bool {
        self.source.text().is_empty()
    }
}

/// All pages of a portal, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Site {
    pub(super) pages: Vec<Arc<Page>>,
    pub(super) hidden: Vec<Arc<Page>>,
    /// Shared by all sites of which only the text of pages differs.
    index: Arc<Index>,
}

/// Where pages are, by the numbers that they have in a site.
#[derive(Debug, Default)]
struct Index {
    /// Redirects from old addresses, with base path.
    aliases: BTreeMap<String, usize>,
    by_source: HashMap<String, usize>,
    by_key: HashMap<(String, Language), usize>,
    by_href: HashMap<String, usize>,
    by_short_href: HashMap<String, usize>,
    children: HashMap<(String, Language), Vec<usize>>,
    /// Of each page its place among those of its folder that are no index pages.
    places: Vec<Option<usize>>,
    hidden_sources: HashSet<String>,
    word_lists: BTreeMap<Language, usize>,
    earlier: HashMap<String, Vec<usize>>,
}

impl Site {
    /// Returns the pages, in order of their paths.
    pub fn pages(&self) -> impl Iterator<Item = &Page> + Clone {
        self.pages.iter().map(|page| &**page)
    }

    /// Returns the pages that are not shown.
    pub fn hidden(&self) -> impl Iterator<Item = &Page> + Clone {
        self.hidden.iter().map(|page| &**page)
    }

    /// Returns the old addresses, with base path, that lead on to a page, each with the number of the page.
    pub fn aliases(&self) -> &BTreeMap<String, usize> {
        &self.index.aliases
    }

    /// Finds a page by the path of its file, relative to the root.
    pub fn by_source(&self, path: &str) -> Option<&Page> {
        self.index.by_source.get(path).and_then(|at| self.page(*at))
    }

    /// Finds the version of a page in a language.
    pub fn version(&self, key: &str, language: Language) -> Option<&Page> {
        self.index
            .by_key
            .get(&(key.to_owned(), language))
            .and_then(|at| self.page(*at))
    }

    fn page(&self, at: usize) -> Option<&Page> {
        self.pages.get(at).map(|page| &**page)
    }

    /// Finds a page by its address with the base path.
    pub fn by_href(&self, href: &str) -> Option<&Page> {
        self.index.by_href.get(href).and_then(|at| self.page(*at))
    }

    /// Finds a page by its short address with the base path.
    pub fn by_short_href(&self, href: &str) -> Option<&Page> {
        let at = self.index.by_short_href.get(href)?;
        self.page(*at)
    }

    /// Returns the page that holds now for one that is an earlier version, in its language where it is there.
    pub fn current_version(&self, page: &Page) -> Option<&Page> {
        let (path, _) = page.front_matter.earlier_version_of.as_ref()?;
        let at = self.index.current(&self.pages, path, page.language)?;
        self.page(at)
    }

    /// Returns the earlier versions of a page in its language, the latest first.
    pub fn earlier_versions(&self, page: &Page) -> impl Iterator<Item = &Page> {
        let all = self.index.earlier.get(page.source.path());
        let pages = all.into_iter().flatten();
        pages.filter_map(|at| self.page(*at))
    }

    /// Returns the index page of a folder in a language.
    pub fn index_of(&self, folder: &str, language: Language) -> Option<&Page> {
        self.version(&index_key(folder), language)
    }

    /// Returns the pages and subfolders of a folder in a language, in reading order.
    pub fn children(&self, folder: &str, language: Language) -> impl Iterator<Item = &Page> {
        self.index
            .children
            .get(&(folder.to_owned(), language))
            .into_iter()
            .flatten()
            .filter_map(|at| self.page(*at))
    }

    /// Returns the pages before and after a page among those of its folder, index pages left out.
    pub fn neighbours(&self, page: &Page) -> (Option<&Page>, Option<&Page>) {
        let at = self.index.by_source.get(page.source.path());
        let place = at.and_then(|at| self.index.places.get(*at).copied().flatten());
        let list = self
            .index
            .children
            .get(&(page.folder.clone(), page.language));
        let (Some(place), Some(list)) = (place, list) else {
            return (None, None);
        };
        let is_no_index = |at: &&usize| self.page(**at).is_some_and(|page| !page.is_index);
        let (before, after) = list.split_at_checked(place).unwrap_or_default();
        let before = before.iter().rev().find(is_no_index);
        let after = after.iter().skip(1).find(is_no_index);
        let page = |at: Option<&usize>| at.and_then(|at| self.page(*at));
        (page(before), page(after))
    }

    /// Returns the word list in a language.
    pub fn word_list(&self, language: Language) -> Option<&Page> {
        self.index
            .word_lists
            .get(&language)
            .and_then(|at| self.page(*at))
    }

    /// Takes the text of a page that was read anew and is otherwise as it was.
    pub(super) fn take_text(&mut self, read: &Page) {
        let at = self.index.by_source.get(read.source.path());
        if let Some(page) = at.and_then(|at| self.pages.get_mut(*at)) {
            *page = Arc::new(Page {
                id: page.id.clone(),
                short_href: page.short_href.clone(),
                unpublished: page.unpublished.clone(),
                ..read.clone()
            });
        }
    }

    /// Returns whether a file is a page that is not published today.
    pub fn is_unpublished(&self, path: &str) -> bool {
        self.index.hidden_sources.contains(path)
    }

    /// Returns the paths of the files of all pages.
    pub fn source_paths(&self) -> impl Iterator<Item = &str> {
        self.pages().map(|page| page.source.path())
    }
}

impl Index {
    /// Finds the page at a path below the folder of pages, in a language where it is there.
    fn current(&self, pages: &[Arc<Page>], path: &str, language: Language) -> Option<usize> {
        let named = *self.by_source.get(&format!("content/{path}"))?;
        let key = (pages.get(named)?.key.clone(), language);
        Some(self.by_key.get(&key).copied().unwrap_or(named))
    }
}

/// A file of content that was read.
#[derive(Clone, Debug)]
pub struct ReadPage {
    /// The page; absent where it can be none.
    pub page: Option<Arc<Page>>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl ReadPage {
    /// Returns whether another reading of the file has the same to say to other pages.
    pub(super) fn differs_in_text_only(&self, other: &ReadPage) -> bool {
        let same = self.page.as_ref().zip(other.page.as_ref());
        any_error(&self.diagnostics) == any_error(&other.diagnostics)
            && same.is_some_and(|(page, other)| {
                page.shows_the_same(other) && page.outline.headings == other.outline.headings
            })
    }
}

/// Reads a file of content as a page.
pub fn read(config: &Config, source: &SourceText) -> ReadPage {
    let (page, diagnostics) = read_page(config, source);
    ReadPage {
        page: page.map(Arc::new),
        diagnostics,
    }
}

/// Makes the site from its pages as of a day. `sources` are the files from which the pages were read; what is wrong
/// with single pages was told when they were.
pub fn gather<'r>(
    config: &Config,
    sources: &Sources,
    read: impl IntoIterator<Item = &'r ReadPage>,
    forms: &[Definition],
    today: Date,
    showing: Showing,
) -> (Site, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut all = Vec::new();
    for read in read {
        all.extend(read.page.clone());
    }
    share_ids(config, &mut all);
    mark_unpublished(&mut all, today);
    let (mut pages, hidden) = apart(all, showing);
    add_missing_indexes(config, &mut pages, &hidden, &mut diagnostics);
    pages.sort_by(|a, b| a.source.path().cmp(b.source.path()));
    warn_of_same_titles(&pages, &mut diagnostics);
    let mut index = index_of(config, &pages, forms, &mut diagnostics);
    tell_ids_of_hidden(&pages, &hidden, &mut diagnostics);
    index.hidden_sources = hidden
        .iter()
        .map(|page| page.source.path().to_owned())
        .collect();
    index.earlier = earlier_versions(&index, &pages);
    let site = Site {
        pages,
        hidden,
        index: Arc::new(index),
    };
    diagnostics.extend(archive::check(&site, sources));
    (site, diagnostics)
}

/// Describes that two pages have one id, at the one where that is mended: never the text that holds now.
fn same_id(page: &Page, other: &Page) -> Diagnostic {
    let (page, other) = match other.is_earlier_version() && !page.is_earlier_version() {
        true => (other, page),
        false => (page, other),
    };
    let code = match page.is_earlier_version() {
        true => "page-same-id-earlier",
        false => "page-same-id",
    };
    let place = page
        .front_matter
        .id
        .as_ref()
        .map(|(_, place)| place.clone());
    Diagnostic::error(code)
        .with("id", &page.id)
        .with("other", other.source.path())
        .at(place.unwrap_or_else(|| page.source.start()))
}

/// Notes at each page why readers do not see it on a day.
fn mark_unpublished(pages: &mut [Arc<Page>], today: Date) {
    for page in pages.iter_mut() {
        let unpublished = unpublished(&page.front_matter, today);
        if page.unpublished != unpublished {
            Arc::make_mut(page).unpublished = unpublished;
        }
    }
    let closed: BTreeSet<(Language, String)> = pages
        .iter()
        .filter(|page| page.is_index && !page.folder.is_empty() && page.unpublished.is_some())
        .map(|page| (page.language, page.folder.clone()))
        .collect();
    for page in pages.iter_mut().filter(|page| page.unpublished.is_none()) {
        // What is in a folder whose index page is not published is not shown either.
        let folder = folders_from(&page.folder)
            .find(|folder| closed.contains(&(page.language, (*folder).to_owned())));
        if let Some(folder) = folder.map(str::to_owned) {
            Arc::make_mut(page).unpublished = Some(Unpublished::Below(folder));
        }
    }
}

/// Returns why a page of its own accord is not shown to readers on a day.
fn unpublished(front_matter: &FrontMatter, today: Date) -> Option<Unpublished> {
    if front_matter.draft {
        return Some(Unpublished::Draft);
    }
    let later = front_matter.publish.filter(|date| today < *date);
    let past = front_matter.expires.filter(|date| *date <= today);
    later
        .map(Unpublished::From)
        .or(past.map(Unpublished::Until))
}

/// Takes the pages that are in the site and those that are not. A page that waits for another one to go from
/// its address is never in it.
fn apart(all: Vec<Arc<Page>>, showing: Showing) -> (Vec<Arc<Page>>, Vec<Arc<Page>>) {
    if showing == Showing::Published {
        return all.into_iter().partition(|page| page.unpublished.is_none());
    }
    let published: BTreeSet<String> = all
        .iter()
        .filter(|page| page.unpublished.is_none())
        .map(|page| page.href.clone())
        .collect();
    all.into_iter()
        .partition(|page| page.unpublished.is_none() || !published.contains(&page.href))
}

/// Gives versions of a page in other languages the id that its editor chose, unless they have one themselves.
fn share_ids(config: &Config, pages: &mut [Arc<Page>]) {
    let default_language = config.default_language();
    let chosen: HashMap<String, String> = pages
        .iter()
        .filter(|page| page.language == default_language && page.front_matter.id.is_some())
        .map(|page| (page.key.clone(), page.id.clone()))
        .collect();
    for page in pages {
        if page.front_matter.id.is_none()
            && let Some(id) = chosen.get(&page.key)
        {
            let page = Arc::make_mut(page);
            page.short_href = short_href(config, page.language, id);
            page.id.clone_from(id);
        }
    }
}

fn read_page(config: &Config, source: &SourceText) -> (Option<Page>, Vec<Diagnostic>) {
    let (front_matter, body, mut diagnostics) = front_matter::read(source);
    let below = source
        .path()
        .strip_prefix("content/")
        .unwrap_or(source.path());
    let (folder, name) = below.rsplit_once('/').unwrap_or(("", below));
    let stem = name.get(..name.len() - ".md".len()).unwrap_or(name);
    let (stem, language) = stem
        .rsplit_once('.')
        .and_then(|(stem, tag)| Some((stem, Language::from_tag(tag)?)))
        .unwrap_or((stem, config.default_language()));
    let title = front_matter.title.as_deref();
    let (outline, problems) = markdown::outline(source, body.clone(), title, language);
    diagnostics.extend(problems);
    if !config.languages.contains(&language) {
        diagnostics.push(
            Diagnostic::error("page-language")
                .with("language", language)
                .at(source.start()),
        );
        return (None, diagnostics);
    }
    let is_index = stem == "index";
    let mut steps = Vec::new();
    for part in folder
        .split('/')
        .chain([stem])
        .filter(|part| !part.is_empty())
    {
        let step = slug(part);
        if step.is_empty() {
            diagnostics.push(
                Diagnostic::error("page-name-empty")
                    .with("name", part)
                    .at(source.start()),
            );
            return (None, diagnostics);
        }
        steps.push(step);
    }
    let last = steps.last().cloned().unwrap_or_default();
    if last != stem {
        diagnostics.push(
            Diagnostic::warning("page-name-odd")
                .with("name", stem)
                .with("slug", &last)
                .at(source.start()),
        );
    }
    if is_index {
        steps.pop();
    }
    let written = [&front_matter.title, &outline.title]
        .into_iter()
        .flatten()
        .find(|title| !title.trim().is_empty())
        .cloned();
    // Where the front matter could not be read, that has been told, and the title may well be in it.
    if written.is_none() && !any_error(&diagnostics) {
        diagnostics.push(Diagnostic::error("page-without-title").at(source.start()));
    }
    let title = written.unwrap_or_else(|| readable(stem));
    let kind = match front_matter.kind {
        Some(kind) => kind,
        None if is_index && folder.is_empty() => Kind::Home,
        None if is_index => Kind::Section,
        None => Kind::Page,
    };
    let id = page_id(&front_matter, folder, stem, &mut diagnostics);
    let page = Page {
        kind,
        short_href: short_href(config, language, &id),
        id,
        folder: folder.to_owned(),
        is_index,
        key: join(folder, stem),
        href: href(config, language, &steps),
        source: source.clone(),
        title: shown(config, source, language, &title, &mut diagnostics),
        summary: front_matter
            .summary
            .as_deref()
            .map(|summary| shown(config, source, language, summary, &mut diagnostics)),
        front_matter,
        body,
        outline,
        language,
        unpublished: None,
    };
    (Some(page), diagnostics)
}

/// Returns a line of front matter as readers see it: with typographic quotes and the values of
/// settings.
fn shown(
    config: &Config,
    source: &SourceText,
    language: Language,
    line: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let line = markdown::typographic(line);
    let (shown, unknown) = config.with_values(&line, language);
    diagnostics.extend(unknown.into_iter().map(|name| {
        Diagnostic::error("value-unknown-in-front-matter")
            .with("name", name)
            .with("known", VALUE_NAMES.join(", "))
            .at(source.start())
    }));
    shown
}

/// Returns the key of the index page of a folder.
pub(super) fn index_key(folder: &str) -> String {
    join(folder, "index")
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Returns the address of a page in a language: that of the default language has no language in it.
fn href(config: &Config, language: Language, steps: &[String]) -> String {
    let mut href = format!("{}/", config.base_path());
    if language != config.default_language() {
        href.push_str(language.tag());
        href.push('/');
    }
    for step in steps {
        href.push_str(step);
        href.push('/');
    }
    href
}

/// Returns the id of a page: what the editor chose, or else its path in words: `norm/huisregels` →
/// `norm-huisregels`.
fn page_id(
    front_matter: &FrontMatter,
    folder: &str,
    stem: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    match &front_matter.id {
        Some((id, place)) => chosen_id(id, place, diagnostics),
        None => match (stem, folder) {
            ("index", "") => "home".to_owned(),
            ("index", folder) => slug(&folder.replace('/', "-")),
            _ => slug(&join(folder, stem).replace('/', "-")),
        },
    }
}

/// Returns the short address of a page in a language.
pub(super) fn short_href(config: &Config, language: Language, id: &str) -> String {
    href(config, language, &[SHORT.to_owned(), id.to_owned()])
}

/// Gives every folder that holds pages in a language an index page in that language, so that no
/// address on the way to a page is dead; the editor is asked to write a real one.
fn add_missing_indexes(
    config: &Config,
    pages: &mut Vec<Arc<Page>>,
    hidden: &[Arc<Page>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for language in &config.languages {
        let missing = folders_without_index(config, pages, *language);
        for folder in missing {
            let mut page = made_index(config, &folder, *language);
            // Somebody wrote one, which waits for its day or for its address.
            if hidden
                .iter()
                .any(|other| other.key == page.key && other.language == page.language)
            {
                continue;
            }
            page.unpublished = is_empty(pages, &page).then_some(Unpublished::Empty);
            diagnostics
                .push(Diagnostic::warning("folder-without-index").in_file(page.source.path()));
            pages.push(Arc::new(page));
        }
    }
}

fn folders_without_index(config: &Config, pages: &[Arc<Page>], language: Language) -> Vec<String> {
    // A folder of earlier versions only is in no list, so nobody comes past it.
    let listed = |page: &&Arc<Page>| page.language == language && !page.is_earlier_version();
    let in_language = || pages.iter().filter(listed);
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    if language == config.default_language() || in_language().next().is_some() {
        folders.insert("");
    }
    folders.extend(
        in_language()
            .flat_map(|page| folders_from(&page.folder))
            .filter(|folder| !folder.is_empty()),
    );
    let present: BTreeSet<&str> = in_language()
        .filter(|page| page.is_index)
        .map(|page| page.folder.as_str())
        .collect();
    folders
        .difference(&present)
        .map(|folder| (*folder).to_owned())
        .collect()
}

/// Returns whether readers see nothing in the folder of an index page.
fn is_empty(pages: &[Arc<Page>], index: &Page) -> bool {
    let mut seen = pages.iter().filter(|page| page.unpublished.is_none());
    !index.folder.is_empty()
        && !seen.any(|page| {
            let mut folders = folders_from(&page.folder);
            page.language == index.language && folders.any(|folder| folder == index.folder)
        })
}

fn made_index(config: &Config, folder: &str, language: Language) -> Page {
    let file = match language == config.default_language() {
        true => "index.md".to_owned(),
        false => format!("index.{language}.md"),
    };
    let title = match folder.rsplit('/').next().unwrap_or_default() {
        "" => config.title.get(language).to_owned(),
        name => readable(name),
    };
    let steps: Vec<String> = folder
        .split('/')
        .filter(|step| !step.is_empty())
        .map(slug)
        .collect();
    let id = page_id(&FrontMatter::default(), folder, "index", &mut Vec::new());
    Page {
        short_href: short_href(config, language, &id),
        id,
        source: SourceText::new(format!("content/{}", join(folder, &file)), ""),
        front_matter: FrontMatter::default(),
        body: 0..0,
        outline: Outline::default(),
        language,
        title,
        summary: None,
        kind: if folder.is_empty() {
            Kind::Home
        } else {
            Kind::Section
        },
        is_index: true,
        key: join(folder, "index"),
        href: href(config, language, &steps),
        folder: folder.to_owned(),
        unpublished: None,
    }
}

/// Makes a title from the name of a file or folder: `melden-en-registreren` → `Melden en registreren`.
fn readable(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

/// Tells what somebody should look at in a page that is published, as of a day.
pub(super) fn warnings(page: &Page, today: Date) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if !page.is_earlier_version() {
        diagnostics.extend(overdue(page, today));
        diagnostics.extend(too_many_steps(page));
    }
    warn_of_changes(page, today, &mut diagnostics);
    diagnostics
}

fn overdue(page: &Page, today: Date) -> Option<Diagnostic> {
    let review = page.front_matter.review.filter(|review| *review < today)?;
    let line = page.source.text().find("review:").unwrap_or_default();
    let place = page.source.place(line..line + "review:".len());
    Some(
        Diagnostic::warning("page-review-overdue")
            .with("date", review)
            .at(place),
    )
}

/// Warns of each numbered list of a protocol that has too many steps.
fn too_many_steps(page: &Page) -> impl Iterator<Item = Diagnostic> {
    let lists = page.outline.ordered_lists.iter();
    lists
        .filter(|list| page.kind == Kind::Protocol && list.last_number > MOST_STEPS)
        .map(|list| {
            Diagnostic::warning("protocol-too-many-steps")
                .with("steps", list.last_number)
                .with("most", MOST_STEPS)
                .at(page.source.place(list.range.clone()))
        })
}

fn warn_of_same_titles(pages: &[Arc<Page>], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(Language, &str), &Page> = HashMap::new();
    for page in pages.iter().filter(|page| !page.is_earlier_version()) {
        if let Some(other) = seen.get(&(page.language, page.title.as_str())) {
            diagnostics.push(
                Diagnostic::warning("page-same-title")
                    .with("title", &page.title)
                    .with("other", other.source.path())
                    .at(page.source.start()),
            );
        } else {
            seen.insert((page.language, &page.title), page);
        }
    }
}

/// Warns of changes that are not there yet, and of a date of the last change that is older than they are.
fn warn_of_changes(page: &Page, today: Date, diagnostics: &mut Vec<Diagnostic>) {
    let changes = &page.front_matter.changes;
    for change in changes.iter().filter(|change| change.date > today) {
        diagnostics.push(
            Diagnostic::warning("change-in-future")
                .with("date", change.date)
                .at(change.place.clone()),
        );
    }
    let past = changes.iter().filter(|change| change.date <= today);
    if let (Some(newest), Some(updated)) = (
        past.max_by_key(|change| change.date),
        page.front_matter.updated,
    ) && updated < newest.date
    {
        diagnostics.push(
            Diagnostic::warning("change-after-updated")
                .with("updated", updated)
                .with("date", newest.date)
                .at(newest.place.clone()),
        );
    }
}

fn index_of(
    config: &Config,
    pages: &[Arc<Page>],
    forms: &[Definition],
    diagnostics: &mut Vec<Diagnostic>,
) -> Index {
    let mut index = Index::default();
    let reserved = Reserved::new(config, forms);
    let mut by_id: HashMap<&str, &Page> = HashMap::new();
    for (at, page) in pages.iter().enumerate() {
        index.by_source.insert(page.source.path().to_owned(), at);
        index.by_key.insert((page.key.clone(), page.language), at);
        if page.kind == Kind::Glossary && !page.is_earlier_version() {
            index.word_lists.entry(page.language).or_insert(at);
        }
        if let Some(code) = reserved.by(&page.href, false) {
            diagnostics.push(
                Diagnostic::error(code)
                    .with("address", &page.href)
                    .at(page.source.start()),
            );
        }
        match index
            .by_href
            .get(&page.href)
            .and_then(|other| pages.get(*other))
        {
            Some(other) => diagnostics.push(
                Diagnostic::error("page-same-address")
                    .with("address", &page.href)
                    .with("other", other.source.path())
                    .at(page.source.start()),
            ),
            None => {
                index.by_href.insert(page.href.clone(), at);
            }
        }
        match by_id.get(page.id.as_str()) {
            // Two pages at one address have been told.
            Some(other) if other.href == page.href => {}
            Some(other) if other.key != page.key => diagnostics.push(same_id(page, other)),
            _ => {
                by_id.insert(&page.id, page);
                index.by_short_href.insert(page.short_href.clone(), at);
            }
        }
        if let Some(parent) = page.parent_folder().filter(|_| !page.is_earlier_version()) {
            let key = (parent.to_owned(), page.language);
            index.children.entry(key).or_default().push(at);
        }
    }
    for children in index.children.values_mut() {
        children.sort_by_cached_key(|at| {
            let page = pages.get(*at);
            let order = page
                .and_then(|page| page.front_matter.order)
                .unwrap_or(i64::MAX);
            let title = page
                .map(|page| page.title.to_lowercase())
                .unwrap_or_default();
            (order, title, *at)
        });
    }
    index.places = vec![None; pages.len()];
    for children in index.children.values() {
        for (place, at) in children.iter().enumerate() {
            // An index page has no pages beside it.
            if let Some(of_page) = index.places.get_mut(*at)
                && pages.get(*at).is_some_and(|page| !page.is_index)
            {
                *of_page = Some(place);
            }
        }
    }
    for at in 0..pages.len() {
        aliases(&reserved, &mut index, pages, at, diagnostics);
    }
    index
}

/// Tells the ids of pages that are not published today and that another page has too: a short address leads to one
/// page, also on the day on which both are there.
fn tell_ids_of_hidden(
    pages: &[Arc<Page>],
    hidden: &[Arc<Page>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut by_id: HashMap<&str, &Page> = HashMap::new();
    for page in pages {
        by_id.entry(&page.id).or_insert(page);
    }
    for page in hidden {
        let other = *by_id.entry(&page.id).or_insert(page);
        if other.key != page.key {
            diagnostics.push(same_id(page, other));
        }
    }
}

/// Returns the earlier versions of each page that has some, by its path, the latest first.
fn earlier_versions(index: &Index, pages: &[Arc<Page>]) -> HashMap<String, Vec<usize>> {
    let mut earlier: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, page) in pages.iter().enumerate() {
        let named = page.front_matter.earlier_version_of.as_ref();
        let current = named.and_then(|(path, _)| index.current(pages, path, page.language));
        if let Some(current) = current.and_then(|at| pages.get(at)) {
            let path = current.source.path().to_owned();
            earlier.entry(path).or_default().push(at);
        }
    }
    let updated = |at: &usize| pages.get(*at).and_then(|page| page.front_matter.updated);
    for versions in earlier.values_mut() {
        versions.sort_by_key(|at| Reverse(updated(at)));
    }
    earlier
}

/// Returns a folder and all above it, up to the empty one at the top.
pub(super) fn folders_from(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        (!folder.is_empty()).then_some(above)
    })
}

/// The addresses that no page can have.
struct Reserved<'a> {
    config: &'a Config,
    /// Paths of forms and of what goes with them, below the base path.
    forms: HashSet<String>,
}

impl<'a> Reserved<'a> {
    fn new(config: &'a Config, forms: &[Definition]) -> Reserved<'a> {
        let default_language = config.default_language();
        let forms = forms.iter().flat_map(|form| {
            let languages = config.languages.iter();
            languages.flat_map(move |language| {
                let form_path = form.path(*language, default_language);
                [form_path, form.follow_path(*language, default_language)]
            })
        });
        Reserved {
            config,
            forms: forms.collect(),
        }
    }

    /// Returns why a page or an alias cannot have an address, if something else is served there. The short
    /// address that a page had may be an alias of another, so that two pages can become one.
    fn by(&self, href: &str, is_alias: bool) -> Option<&'static str> {
        let config = self.config;
        let below = href.strip_prefix(config.base_path()).unwrap_or(href);
        let below = below.trim_start_matches('/');
        if self.forms.contains(below) {
            return Some("address-of-form");
        }
        if search::is_address(config, href) {
            return Some("address-of-search");
        }
        let mut steps = below.split('/').filter(|step| !step.is_empty());
        let mut first = steps.next().unwrap_or_default();
        if first == ASSETS {
            return Some("address-of-assets");
        }
        if config
            .languages
            .iter()
            .any(|language| language.tag() == first)
        {
            first = steps.next().unwrap_or_default();
        }
        (first == SHORT && !(is_alias && steps.count() == 1)).then_some("address-of-short")
    }
}

/// Returns the address with the base path that an alias means, if it is one.
pub(super) fn alias_href(config: &Config, alias: &str) -> Option<String> {
    let clean = alias.strip_prefix('/')?.trim_end_matches('/');
    let mut steps = clean.split('/');
    let is_address = steps.all(is_word);
    is_address.then(|| format!("{}/{clean}/", config.base_path()))
}

fn aliases(
    reserved: &Reserved<'_>,
    index: &mut Index,
    pages: &[Arc<Page>],
    at: usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(page) = pages.get(at) else { return };
    for (alias, place) in &page.front_matter.aliases {
        let Some(href) = alias_href(reserved.config, alias) else {
            diagnostics.push(
                Diagnostic::error("alias-not-an-address")
                    .with("alias", alias)
                    .at(place.clone()),
            );
            continue;
        };
        if let Some(code) = reserved.by(&href, true) {
            diagnostics.push(
                Diagnostic::error(code)
                    .with("address", &href)
                    .at(place.clone()),
            );
            continue;
        }
        let maps = [&index.by_href, &index.by_short_href];
        let holder = maps.into_iter().find_map(|map| map.get(&href));
        let holder = holder.or_else(|| index.aliases.get(&href));
        if let Some(other) = holder.and_then(|other| pages.get(*other)) {
            // One takes the place of the other on the day that it is published.
            if page.unpublished.is_some() || other.unpublished.is_some() {
                continue;
            }
            diagnostics.push(
                Diagnostic::error("page-same-address")
                    .with("address", &href)
                    .with("other", other.source.path())
                    .at(place.clone()),
            );
            continue;
        }
        index.aliases.insert(href, at);
    }
}
