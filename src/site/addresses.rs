//! The addresses that readers were ever given, and the promise that none of them leads nowhere.
//!
//! `content/addresses.lock` holds every published address, one a line, with what it led to: the id of a page, or
//! `form:` and the id of a form. The program writes it when it publishes a portal; it belongs in version control.
//! [`Record::compare`] finds what would vanish and says which line puts it right. Addresses here have no base
//! path, because a portal may move. An address that comes to lead to another page is told too, unless that page
//! takes it as an alias, or takes the short address of the page that was there: then it came in its place.
//!
//! An address of a page that is not published now leads to a page that says so: it was meant to go.

use std::collections::BTreeMap;

use super::config::Config;
use super::pages::{Page, SHORT, Site, alias_href, folders_from, short_href};
use super::source::{Sources, text_of};
use crate::diagnostic::Diagnostic;
use crate::form::Definition;
use crate::language::Language;
use crate::nearest::nearest;
use crate::source_text::{Place, SourceText};

/// The file in which addresses are recorded, below the root of the portal.
pub const PATH: &str = "content/addresses.lock";

/// What stands before the id of a form.
const FORM: &str = "form:";

/// First characters of the lines with which git marks two versions of a part of a file.
const CONFLICT_MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The addresses that were published before, as they are recorded.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Lines for people at the top of the file.
    comments: Vec<String>,
    entries: Vec<Entry>,
    /// The file as it is.
    text: Option<SourceText>,
}

/// A published address.
#[derive(Clone, Debug)]
struct Entry {
    address: String,
    id: String,
    place: Place,
}

/// What a portal answers at its addresses.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Where a page that is not published now was, with the base path, and the index in the site of the page
    /// to which readers can go on.
    pub gone: BTreeMap<String, usize>,
    /// What is to be recorded: the id behind each address.
    lines: BTreeMap<String, String>,
}

impl Record {
    /// Reads the record of a portal; one that was never published has an empty one.
    pub fn read(sources: &Sources) -> (Record, Vec<Diagnostic>) {
        Record::parse(sources.files.get(PATH).map(|bytes| &**bytes))
    }

    /// Reads the bytes of a record, if it is there.
    pub fn parse(bytes: Option<&[u8]>) -> (Record, Vec<Diagnostic>) {
        let mut record = Record::default();
        let Some(bytes) = bytes else {
            return (record, Vec::new());
        };
        let source = match text_of(PATH, bytes) {
            Ok(source) => source,
            Err(problem) => return (record, vec![problem]),
        };
        let mut conflict = None;
        let mut diagnostics = Vec::new();
        let mut at = 0;
        for whole in source.text().split_inclusive('\n') {
            let line = whole.trim_end();
            let place = source.place(at..at + line.len());
            at += whole.len();
            if CONFLICT_MARKERS.iter().any(|mark| line.starts_with(mark)) {
                conflict = conflict.or(Some(place));
            } else if line.starts_with('#') {
                record.comments.push(line.to_owned());
            } else if let Some((address, id)) = address_and_id(line) {
                record.entries.push(Entry {
                    address: address.to_owned(),
                    id: id.to_owned(),
                    place,
                });
            } else if !line.is_empty() {
                diagnostics.push(
                    Diagnostic::error("addresses-line")
                        .with("line", line)
                        .at(place),
                );
            }
        }
        // One conflict has several marks; it is one thing to do.
        diagnostics.extend(conflict.map(|place| Diagnostic::error("addresses-conflict").at(place)));
        record.text = Some(source);
        (record, diagnostics)
    }

    /// Compares what was published with what a site answers now, and tells each address that would vanish,
    /// with the line that keeps it.
    pub fn compare(
        &self,
        config: &Config,
        site: &Site,
        forms: &[Definition],
    ) -> (Addresses, Vec<Diagnostic>) {
        let mut addresses = Addresses {
            gone: BTreeMap::new(),
            lines: current(config, site, forms),
        };
        let hidden = hidden(config, site);
        let (mut vanished, mut diagnostics) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            if let Some(id) = addresses.lines.get(&entry.address) {
                if *id != entry.id && !addresses.is_meant(config, site, entry, id) {
                    diagnostics.push(taken(config, site, entry, id));
                }
                continue;
            }
            match hidden.get(&entry.address) {
                Some(page) => {
                    let id = entry.id.clone();
                    addresses.lines.insert(entry.address.clone(), id);
                    if let Some(at) = next_above(site, page, config) {
                        let href = format!("{}{}", config.base_path(), entry.address);
                        addresses.gone.insert(href, at);
                    }
                }
                None => vanished.push(entry),
            }
        }
        let search = Search {
            record: self,
            config,
            site,
            forms,
        };
        diagnostics.extend(search.solutions(&vanished));
        (addresses, diagnostics)
    }

    /// Returns the text of the file in which the addresses of a portal are recorded too, where it differs from
    /// what is there. What only the file has, another build published in the meantime. `heading` is what a new
    /// file says at its top.
    pub fn with(&self, addresses: &Addresses, heading: &str) -> Option<String> {
        let mut text = String::new();
        match self.comments.as_slice() {
            [] => heading
                .lines()
                .for_each(|line| text.push_str(&format!("# {line}\n"))),
            lines => lines
                .iter()
                .for_each(|line| text.push_str(&format!("{line}\n"))),
        }
        let old = self.entries.iter();
        let mut lines: BTreeMap<&str, &str> = old
            .map(|entry| (entry.address.as_str(), entry.id.as_str()))
            .collect();
        let new = addresses.lines.iter();
        lines.extend(new.map(|(address, id)| (address.as_str(), id.as_str())));
        for (address, id) in lines {
            text.push_str(&format!("{address} {id}\n"));
        }
        let is_new = self.text.as_ref().is_none_or(|old| old.text() != text);
        is_new.then_some(text)
    }
}

impl Addresses {
    /// Returns whether somebody wrote that an address now leads to what has another id: as an alias, as the
    /// address of a form, or by taking over the short address of the page that was there.
    fn is_meant(&self, config: &Config, site: &Site, entry: &Entry, id: &str) -> bool {
        if entry.id.starts_with(FORM) && id.starts_with(FORM) {
            return true;
        }
        let href = format!("{}{}", config.base_path(), entry.address);
        let short = short_href(config, language(config, &entry.address), &entry.id);
        let heir = self.lines.get(below(config, &short));
        site.aliases().contains_key(&href) || heir.is_some_and(|heir| heir == id)
    }
}

/// Tells that an address leads to something else than it did.
fn taken(config: &Config, site: &Site, entry: &Entry, id: &str) -> Diagnostic {
    let href = format!("{}{}", config.base_path(), entry.address);
    let diagnostic = match site.by_href(&href).or_else(|| site.by_short_href(&href)) {
        Some(page) if !entry.id.starts_with(FORM) => Diagnostic::error("address-of-another-page")
            .with("page", page.source.path())
            .with("line", format!("id: {}", entry.id)),
        Some(page) => {
            Diagnostic::error("address-of-something-else").with("other", page.source.path())
        }
        None => {
            let form = id.strip_prefix(FORM).unwrap_or(id);
            Diagnostic::error("address-of-something-else")
                .with("other", format!("forms/{form}.yaml"))
        }
    };
    diagnostic
        .with("address", &entry.address)
        .with("id", &entry.id)
        .with("now", id)
        .at(entry.place.clone())
}

/// Returns the language that an address without the base path is in.
fn language(config: &Config, address: &str) -> Language {
    let first = address.trim_start_matches('/').split('/').next();
    first
        .and_then(Language::from_tag)
        .unwrap_or(config.default_language())
}

/// Splits a line of the record: `/norm/ norm`.
fn address_and_id(line: &str) -> Option<(&str, &str)> {
    let (address, id) = line.split_once(' ')?;
    let id = id.trim();
    let whole = address.starts_with('/') && address.ends_with('/');
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    let is_well = whole && !id.is_empty() && line.chars().filter(|c| *c != ' ').all(plain);
    (is_well && !id.contains(' ')).then_some((address, id))
}

/// Returns an address without the base path.
fn below<'a>(config: &Config, href: &'a str) -> &'a str {
    href.strip_prefix(config.base_path()).unwrap_or(href)
}

/// Returns every address at which a portal answers, with the id of what it answers with.
fn current(config: &Config, site: &Site, forms: &[Definition]) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for form in forms {
        for language in &config.languages {
            let path = form.path(*language, config.default_language());
            lines.insert(format!("/{path}"), format!("{FORM}{}", form.id));
        }
    }
    for page in site.pages() {
        for href in [&page.href, &page.short_href] {
            lines.insert(below(config, href).to_owned(), page.id.clone());
        }
    }
    for (href, at) in site.aliases() {
        if let Some(page) = site.pages.get(*at) {
            lines.insert(below(config, href).to_owned(), page.id.clone());
        }
    }
    lines
}

/// Returns the addresses of pages that are not published now.
fn hidden<'a>(config: &Config, site: &'a Site) -> BTreeMap<String, &'a Page> {
    let mut addresses = BTreeMap::new();
    for page in site.hidden() {
        let aliases = page.front_matter.aliases.iter();
        let aliases = aliases.filter_map(|(alias, _)| alias_href(config, alias));
        let own = [page.href.clone(), page.short_href.clone()];
        for href in own.into_iter().chain(aliases) {
            addresses.insert(below(config, &href).to_owned(), page);
        }
    }
    addresses
}

/// Returns the published page that is nearest above a page that is not: the index page of its folder, or of one
/// above that.
fn next_above(site: &Site, page: &Page, config: &Config) -> Option<usize> {
    let languages = [page.language, config.default_language()];
    let next = languages.into_iter().find_map(|language| {
        let mut folders = folders_from(&page.folder);
        folders.find_map(|folder| site.index_of(folder, language))
    })?;
    let mut pages = site.pages();
    pages.position(|page| page.href == next.href)
}

/// Looks for what became of addresses that would vanish.
struct Search<'a> {
    record: &'a Record,
    config: &'a Config,
    site: &'a Site,
    forms: &'a [Definition],
}

/// What most likely became of something that is not at its address any more.
#[derive(Clone, Copy)]
enum Fate<'a> {
    /// The form has another address.
    FormMoved,
    /// The page with its id is elsewhere.
    Moved(&'a Page),
    /// A new page has nearly its name; the other is where readers can go if it is not the same page.
    Renamed(&'a Page),
    /// It was taken away; readers can go to this page.
    Deleted(&'a Page),
}

impl<'a> Search<'a> {
    /// Tells each vanished address with the line that keeps it.
    fn solutions(&self, vanished: &[&Entry]) -> Vec<Diagnostic> {
        let fates: Vec<Option<Fate<'a>>> = vanished.iter().map(|entry| self.fate(entry)).collect();
        // A page has one line of aliases, so all that come to lead to it stand in that line.
        let mut aliases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (entry, fate) in vanished.iter().zip(&fates) {
            if let Some(page) = fate.and_then(|fate| self.takes_alias(entry, fate)) {
                let addresses = aliases.entry(page.source.path()).or_default();
                addresses.push(&entry.address);
            }
        }
        let told = vanished.iter().zip(&fates);
        told.map(|(entry, fate)| {
            let diagnostic = self.told(entry, *fate, &aliases);
            diagnostic
                .with("address", &entry.address)
                .at(entry.place.clone())
        })
        .collect()
    }

    fn told(
        &self,
        entry: &Entry,
        fate: Option<Fate<'a>>,
        aliases: &BTreeMap<&str, Vec<&str>>,
    ) -> Diagnostic {
        let form = entry.id.strip_prefix(FORM).unwrap_or_default();
        let (code, page) = match fate {
            Some(Fate::FormMoved) => {
                let steps = entry.address.trim_matches('/');
                let address = steps.rsplit('/').next().unwrap_or_default();
                return Diagnostic::error("address-of-form-vanished")
                    .with("form", form)
                    .with("line", format!("address: {address}"));
            }
            Some(Fate::Moved(page)) => ("address-vanished-page-moved", page),
            Some(Fate::Renamed(page)) => ("address-vanished-page-renamed", page),
            Some(Fate::Deleted(page)) => ("address-vanished", page),
            None => return Diagnostic::error("address-vanished-with-all"),
        };
        let gets_alias = fate.is_some_and(|fate| self.takes_alias(entry, fate).is_some());
        let line = if gets_alias {
            let old = page
                .front_matter
                .aliases
                .iter()
                .map(|(alias, _)| alias.as_str());
            let new = aliases.get(page.source.path()).into_iter().flatten();
            let all: Vec<&str> = old.chain(new.copied()).collect();
            format!("aliases: [{}]", all.join(", "))
        } else {
            format!("id: {}", entry.id)
        };
        Diagnostic::error(code)
            .with("page", page.source.path())
            .with("line", line)
    }

    /// Returns the page of which an address becomes an alias. The short address of a page that was renamed
    /// comes back with its id.
    fn takes_alias(&self, entry: &Entry, fate: Fate<'a>) -> Option<&'a Page> {
        match fate {
            Fate::FormMoved => None,
            Fate::Moved(page) | Fate::Deleted(page) => Some(page),
            Fate::Renamed(page) => {
                let gets_id = page.front_matter.id.is_none() && self.is_short(entry);
                (!gets_id).then_some(page)
            }
        }
    }

    fn fate(&self, entry: &Entry) -> Option<Fate<'a>> {
        let language = language(self.config, &entry.address);
        if let Some(id) = entry.id.strip_prefix(FORM) {
            if self.forms.iter().any(|form| form.id == id) {
                return Some(Fate::FormMoved);
            }
            return self.above("/", language).map(Fate::Deleted);
        }
        if let Some(page) = self.same_id(&entry.id, language) {
            return Some(Fate::Moved(page));
        }
        let address = self.own_address(entry, language);
        let stays = self.stays(&entry.id, language);
        match stays.or_else(|| self.new_name(address, language)) {
            Some(page) => Some(Fate::Renamed(page)),
            None => self.above(address, language).map(Fate::Deleted),
        }
    }

    fn is_short(&self, entry: &Entry) -> bool {
        entry.address.ends_with(&format!("/{SHORT}/{}/", entry.id))
    }

    /// Returns the page with an id, also where it is not published now.
    fn same_id(&self, id: &str, language: Language) -> Option<&'a Page> {
        let pages = || self.site.pages().chain(self.site.hidden());
        let same = |page: &&Page| page.id == id && !page.is_made();
        pages()
            .find(|page| same(page) && page.language == language)
            .or_else(|| pages().find(same))
    }

    /// Returns the address that a page had by its file: of those with its id the one with the most steps, which
    /// shows its folder.
    fn own_address(&self, entry: &'a Entry, language: Language) -> &'a str {
        let entries = self.record.entries.iter();
        entries
            .filter(|other| other.id == entry.id && !self.is_short(other))
            .filter(|other| self::language(self.config, &other.address) == language)
            .map(|other| other.address.as_str())
            .max_by_key(|address| address.matches('/').count())
            .unwrap_or(&entry.address)
    }

    /// Returns the page that stands where the one with an id did, under an id of its own.
    fn stays(&self, id: &str, language: Language) -> Option<&'a Page> {
        let entries = self.record.entries.iter().filter(|other| other.id == id);
        let entries =
            entries.filter(|other| self::language(self.config, &other.address) == language);
        let mut pages = entries.filter_map(|other| {
            let href = format!("{}{}", self.config.base_path(), other.address);
            self.site.by_href(&href)
        });
        pages.find(|page| !page.is_made())
    }

    /// Returns a page that was not there before and has nearly the name of the last step of an address.
    fn new_name(&self, address: &str, language: Language) -> Option<&'a Page> {
        let was_there = |href: &str| {
            let mut entries = self.record.entries.iter();
            entries.any(|entry| entry.address == below(self.config, href))
        };
        let of_language = |page: &&Page| page.language == language && !page.is_made();
        let new = self.site.pages().filter(of_language);
        let new = new.filter(|page| !was_there(&page.href) && !was_there(&page.short_href));
        let named: Vec<(&str, &Page)> = new.map(|page| (last_step(&page.href), page)).collect();
        let near = nearest(last_step(address), named.iter().map(|(name, _)| *name))?;
        let mut named = named.into_iter();
        named.find(|(name, _)| *name == near).map(|(_, page)| page)
    }

    /// Returns the nearest page above an address that somebody wrote.
    fn above(&self, address: &str, language: Language) -> Option<&'a Page> {
        let mut address = address.trim_end_matches('/');
        while let Some((above, _)) = address.rsplit_once('/') {
            let href = format!("{}{above}/", self.config.base_path());
            if let Some(page) = self.site.by_href(&href).filter(|page| !page.is_made()) {
                return Some(page);
            }
            address = above;
        }
        let default_language = self.config.default_language();
        let mut homes = [language, default_language].into_iter();
        homes.find_map(|language| {
            self.site
                .index_of("", language)
                .filter(|page| !page.is_made())
        })
    }
}

fn last_step(address: &str) -> &str {
    let steps = address.trim_end_matches('/');
    steps.rsplit('/').next().unwrap_or_default()
}
