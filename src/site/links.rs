//! Where the links, images and values of a page lead.
//!
//! Every destination is checked against the [`Site`](super::pages::Site), its headings, its files and
//! the forms; what leads nowhere is told with the nearest that exists.

use super::blocks;
use super::config::{VALUE_NAMES, dial};
use super::files::size_of;
use super::glossary;
use super::markdown::{Block, Fence, Image, Resolver, Target};
use super::mending;
use super::pages::Page;
use super::render::{FormPath, Input, theme_problem};
use super::seen::Seen;
use crate::diagnostic::{Diagnostic, Severity};
use crate::form::Definition;
use crate::nearest::nearest;
use crate::theme::view::path::{PathBarView, PathStopView};

/// The folder of pages.
const CONTENT: &str = "content/";

/// Endings by which the name of a host is told from that of a file: those that the links of public organisations have,
/// and those of hosts inside. None of them is an ending of files.
const HOST_ENDINGS: [&str; 9] = [
    "nl", "eu", "com", "org", "net", "info", "local", "lan", "intern",
];

/// Resolves what stands in one page.
pub(super) struct PageResolver<'a, 'input> {
    pub(super) input: &'a Input<'input>,
    pub(super) page: &'a Page,
    /// The folder from which paths are written, with a slash at its end.
    folder: &'a str,
    /// The places of the page in paths.
    pub(super) stops: &'a [PathStopView],
}

/// A file beside the pages.
pub(super) struct LocalFile<'a> {
    /// Its path, relative to the root.
    pub(super) path: String,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
}

impl<'a, 'input> PageResolver<'a, 'input> {
    /// Resolves for a page, where paths are written as seen from its file.
    pub(super) fn new(
        input: &'a Input<'input>,
        page: &'a Page,
        stops: &'a [PathStopView],
    ) -> PageResolver<'a, 'input> {
        let path = page.source.path();
        let folder = path.rfind('/').and_then(|at| path.get(..=at));
        PageResolver {
            input,
            page,
            folder: folder.unwrap_or_default(),
            stops,
        }
    }

    /// Resolves for the same page what is written in a file of the content folder itself.
    pub(super) fn seen_from_content(&self) -> PageResolver<'a, 'input> {
        PageResolver {
            input: self.input,
            page: self.page,
            folder: CONTENT,
            stops: self.stops,
        }
    }

    /// Returns the folder from which paths are written, with a slash at its end.
    pub(super) fn folder(&self) -> &'a str {
        self.folder
    }

    /// Finds a file beside the pages. Where it cannot be had, what is wrong comes back, or nothing where that has
    /// been told.
    pub(super) fn file(&self, written: &str) -> Result<LocalFile<'a>, Option<Diagnostic>> {
        let target = || written.to_owned();
        if scheme(written).is_some() || written.starts_with('/') {
            return Err(Some(
                Diagnostic::error("file-elsewhere").with("target", target()),
            ));
        }
        let Some(path) = self.path_of(written) else {
            let diagnostic = Diagnostic::error("link-outside").with("target", target());
            return Err(Some(diagnostic));
        };
        if self.input.sources.unreadable.contains(&path) {
            return Err(None);
        }
        let Some(bytes) = self.input.sources.files.get(&path) else {
            let diagnostic = match near_path(&path, self.input.files.paths()) {
                Some(near) => Diagnostic::error("file-dead")
                    .with("target", &path)
                    .with("nearest", relative(self.folder, near)),
                None => Diagnostic::error("file-dead-nothing-near").with("target", &path),
            };
            return Err(Some(mending::of_link(self, written, diagnostic)));
        };
        if is_active(&path) && !self.input.config.raw_html {
            let diagnostic = Diagnostic::error("file-active").with("target", &path);
            return Err(Some(diagnostic));
        }
        Ok(LocalFile { path, bytes })
    }

    /// Returns the address of a file, and notes that the page needs it.
    pub(super) fn href_of(&self, file: &LocalFile<'_>) -> String {
        self.needed(&file.path).unwrap_or_default().to_owned()
    }

    /// Returns the address of a file, and notes that the page needs it.
    fn needed(&self, path: &str) -> Option<&'a str> {
        let href = self.input.files.href(path)?;
        self.input.site.need(path);
        Some(href)
    }

    /// Returns a path relative to the root for one that is written relative to the page, or nothing
    /// where it leads out of the content folder.
    fn path_of(&self, written: &str) -> Option<String> {
        let mut steps: Vec<&str> = self.folder.split('/').filter(|s| !s.is_empty()).collect();
        for step in written.split('/') {
            match step {
                "" | "." => {}
                ".." => {
                    steps.pop()?;
                }
                step => steps.push(step),
            }
        }
        (steps.first() == Some(&"content")).then(|| steps.join("/"))
    }

    fn page_link(&self, path: &str, anchor: Option<&str>) -> (Target, Option<Diagnostic>) {
        let target = match self.input.page_at(path, self.folder) {
            Ok(page) => page,
            Err(problem) => return (Target::Nowhere, problem),
        };
        let language = (target.language != self.page.language).then(|| target.language.tag());
        let mut href = target.href.clone();
        let mut problem = None;
        if let Some(anchor) = anchor {
            problem = dead_anchor(self.input.site, target, anchor);
            href = format!("{href}#{anchor}");
        }
        (Target::Address { href, language }, problem)
    }

    /// Returns whether a form with mistakes would have this address, or one below it.
    fn is_of_unread_form(&self, path: &str) -> bool {
        let mut steps = path.split('/').filter(|step| !step.is_empty());
        let mut first = steps.next().unwrap_or_default();
        if self.input.config.languages.iter().any(|l| l.tag() == first) {
            first = steps.next().unwrap_or_default();
        }
        self.input.unread_forms.iter().any(|form| form == first)
    }

    /// Resolves the destination of a link.
    fn destination(&self, destination: &str) -> (Target, Option<Diagnostic>) {
        let address = |href: &str| Target::Address {
            href: href.to_owned(),
            language: None,
        };
        if let Some(scheme) = scheme(destination) {
            return match scheme.as_str() {
                "http" | "https" | "mailto" | "tel" => (address(destination), None),
                _ => {
                    let diagnostic = Diagnostic::error("link-scheme").with("scheme", scheme);
                    (Target::Nowhere, Some(diagnostic))
                }
            };
        }
        if destination.is_empty() {
            return (Target::Nowhere, Some(Diagnostic::error("link-empty")));
        }
        if let Some(anchor) = destination.strip_prefix('#') {
            return (
                address(destination),
                dead_anchor(self.input.site, self.page, anchor),
            );
        }
        if destination.starts_with("//") {
            let diagnostic = Diagnostic::error("link-scheme").with("scheme", "//");
            return (Target::Nowhere, Some(diagnostic));
        }
        if destination.starts_with('/') {
            return self.rooted_link(destination);
        }
        if destination.starts_with("www.") {
            return (Target::Nowhere, without_scheme(destination));
        }
        let (written, rest) = split_address(destination);
        let written = percent_decoded(written);
        let Some(path) = self.path_of(&written) else {
            let diagnostic = Diagnostic::error("link-outside").with("target", written);
            return (Target::Nowhere, Some(diagnostic));
        };
        if path.to_lowercase().ends_with(".md") {
            return self.page_link(&path, rest.strip_prefix('#'));
        }
        if is_active(&path) && !self.input.config.raw_html && self.input.files.href(&path).is_some()
        {
            let diagnostic = Diagnostic::error("file-active").with("target", path);
            return (Target::Nowhere, Some(diagnostic));
        }
        if let Some(href) = self.needed(&path) {
            return (address(&format!("{href}{rest}")), None);
        }
        if self.input.sources.unreadable.contains(&path) {
            return (Target::Nowhere, None);
        }
        if let Some(diagnostic) = without_scheme(destination) {
            return (Target::Nowhere, Some(diagnostic));
        }
        // A folder, or a page without its extension: say which file is meant.
        let stem = path.trim_end_matches('/');
        let meant = [format!("{stem}.md"), format!("{stem}/index.md")]
            .into_iter()
            .find(|candidate| self.input.site.by_source(candidate).is_some());
        let diagnostic = match meant {
            Some(meant) => Diagnostic::error("link-dead")
                .with("target", &path)
                .with("nearest", relative(self.folder, &meant)),
            None => {
                let known = self.input.files.paths();
                let known = known.chain(self.input.site.source_paths());
                let itself = self.page.source.path();
                match near_path(&path, known.filter(|known| *known != itself)) {
                    Some(near) => Diagnostic::error("link-dead")
                        .with("target", &path)
                        .with("nearest", relative(self.folder, near)),
                    None => Diagnostic::error("link-dead-nothing-near").with("target", &path),
                }
            }
        };
        (Target::Nowhere, Some(diagnostic))
    }

    /// Resolves an address that starts with a slash: right where something is served, else a
    /// mistake, because a path to a file would have been checked.
    fn rooted_link(&self, destination: &str) -> (Target, Option<Diagnostic>) {
        let (path, rest) = split_address(destination);
        let wanted = format!("{}/", path.trim_end_matches('/'));
        let config = self.input.config;
        let default_language = config.default_language();
        let form = self.input.forms.iter().find_map(|form| {
            let addresses: [(FormPath, bool); 4] = [
                (Definition::path, true),
                (Definition::follow_path, form.makes_cases()),
                (Definition::take_back_path, form.is_withdrawable()),
                (Definition::sheet_path, !form.practice),
            ];
            let there = addresses.iter().filter(|(_, there)| *there);
            there.map(|(address, _)| address).find_map(|address| {
                let path = |language| format!("/{}", address(form, language, default_language));
                let mut languages = config.languages.iter();
                let written = languages.find(|language| path(**language) == wanted)?;
                // The plain address of a form means the form in the language of the page.
                Some(match *written == default_language {
                    true => path(self.page.language),
                    false => wanted.clone(),
                })
            })
        });
        if let Some(form) = form {
            let href = format!("{}{form}{rest}", config.base_path());
            let language = None;
            return (Target::Address { href, language }, None);
        }
        let href = format!("{}{wanted}", config.base_path());
        let page = self.input.site.by_href(&href);
        let target = Target::Address {
            href: format!("{href}{rest}"),
            language: None,
        };
        if blocks::infographic::is_poster(self.input, path) {
            let href = format!("{}{path}", config.base_path());
            let language = None;
            return (Target::Address { href, language }, None);
        }
        if self.input.site.is_alias(&href)
            || self.input.site.by_short_href(&href).is_some()
            || self.is_of_unread_form(&wanted)
        {
            return (target, None);
        }
        match page {
            Some(page) => {
                let problem = rest
                    .strip_prefix('#')
                    .and_then(|anchor| dead_anchor(self.input.site, page, anchor));
                (target, problem)
            }
            None => {
                let pages = self.input.site.pages();
                let steps = |href: &str| -> String {
                    let below = href.strip_prefix(config.base_path()).unwrap_or(href);
                    below.trim_matches('/').to_owned()
                };
                let known: Vec<(String, &Page)> =
                    pages.map(|page| (steps(&page.href), page)).collect();
                let near = nearest(&steps(&href), known.iter().map(|(steps, _)| steps.as_str()));
                let near = known.iter().find(|(steps, _)| Some(steps.as_str()) == near);
                let diagnostic = match near.map(|(_, page)| page) {
                    Some(near) => Diagnostic::error("link-dead")
                        .with("target", path)
                        .with("nearest", relative(self.folder, near.source.path())),
                    None => Diagnostic::error("link-dead-nothing-near").with("target", path),
                };
                (Target::Nowhere, Some(diagnostic))
            }
        }
    }
}

/// Returns whether a browser would run a file in the name of the portal.
fn is_active(path: &str) -> bool {
    let extension = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    matches!(extension.as_str(), "html" | "htm" | "xhtml" | "js" | "mjs")
}

/// Splits an address into its path and what follows it: `?…` and `#…`.
pub(super) fn split_address(address: &str) -> (&str, &str) {
    let at = address.find(['?', '#']).unwrap_or(address.len());
    address.split_at_checked(at).unwrap_or((address, ""))
}

/// Describes an anchor that a page has not, with the nearest that it has.
pub(super) fn dead_anchor(site: Seen<'_>, page: &Page, anchor: &str) -> Option<Diagnostic> {
    let decoded = percent_decoded(anchor);
    let ids = site.anchors(page);
    if ids.clone().any(|id| id == decoded) {
        return None;
    }
    let diagnostic = match nearest(&decoded, ids) {
        Some(near) => Diagnostic::error("link-dead-anchor").with("nearest", format!("#{near}")),
        None => Diagnostic::error("link-dead-anchor-none"),
    };
    Some(
        diagnostic
            .with("anchor", format!("#{decoded}"))
            .with("target", page.source.path()),
    )
}

pub(super) fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// Describes the address of another site or of a mailbox that lacks what such an address begins with.
fn without_scheme(destination: &str) -> Option<Diagnostic> {
    let (path, _) = split_address(destination);
    let first = path.split('/').next().unwrap_or_default();
    let is_host = |name: &str| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| HOST_ENDINGS.contains(&ending.to_lowercase().as_str()))
    };
    let code = match first.split_once('@') {
        Some((_, host)) if is_host(host) && path == first => "link-mail-without-scheme",
        None if first.starts_with("www.") || is_host(first) => "link-without-scheme",
        _ => return None,
    };
    Some(Diagnostic::error(code).with("target", destination))
}

/// Returns the scheme of an address, in lower case: `https`, `mailto`.
fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.split_once(':')?;
    let well_formed = !scheme.is_empty()
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    well_formed.then(|| scheme.to_ascii_lowercase())
}

impl Resolver for PageResolver<'_, '_> {
    fn link(&self, destination: &str) -> (Target, Option<Diagnostic>) {
        let (target, problem) = self.destination(destination);
        let problem = problem.map(|problem| mending::of_link(self, destination, problem));
        (target, problem)
    }

    fn image(&self, destination: &str) -> Result<Image, Diagnostic> {
        if scheme(destination).is_some() || destination.starts_with("//") {
            return Err(Diagnostic::error("image-elsewhere").with("target", destination));
        }
        let written = percent_decoded(split_address(destination).0);
        let path = self.path_of(&written);
        let file = path
            .as_deref()
            .and_then(|path| Some((path, self.input.sources.files.get(path)?)));
        let Some((path, bytes)) = file else {
            let target = path.unwrap_or(written);
            let known = self.input.files.paths();
            let diagnostic = match near_path(&target, known) {
                Some(near) => Diagnostic::error("image-dead")
                    .with("target", &target)
                    .with("nearest", relative(self.folder, near)),
                None => Diagnostic::error("image-dead-nothing-near").with("target", &target),
            };
            return Err(mending::of_link(self, destination, diagnostic));
        };
        let (width, height) = size_of(path, bytes)
            .ok_or_else(|| Diagnostic::error("image-not-understood").with("target", path))?;
        let href = self.needed(path).unwrap_or_default().to_owned();
        Ok(Image {
            href,
            width,
            height,
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        self.input.config.value(name, self.page.language)
    }

    fn dial(&self, name: &str) -> Option<String> {
        match name {
            "emergency.internal" => self.input.config.emergency_number().map(dial),
            _ => None,
        }
    }

    fn value_names(&self) -> &[&'static str] {
        &VALUE_NAMES
    }

    fn text(&self, key: &str) -> String {
        self.input.theme.messages(self.page.language).text(key, &[])
    }

    fn raw_html(&self) -> bool {
        self.input.config.raw_html
    }

    fn term(&self, id: &str, text_html: &str) -> Result<(String, Vec<Diagnostic>), Diagnostic> {
        glossary::explain(self, id, text_html)
    }

    fn before_heading(&self, id: &str) -> Block {
        let mut block = Block::default();
        let stops = self.stops.iter();
        for stop in stops.filter(|stop| stop.heading.as_deref() == Some(id)) {
            let view = PathBarView { stop };
            let language = self.page.language;
            match self
                .input
                .theme
                .render_component("path_stop", language, &view)
            {
                Ok(html) => block.html.push_str(&html),
                Err(error) => block.diagnostics.push(theme_problem(&error)),
            }
        }
        block
    }

    fn block(&self, fence: &Fence<'_>) -> Option<Block> {
        blocks::make(self, fence)
    }
}

impl<'a> Input<'a> {
    /// Finds a page by the path of its file, relative to the root. Where readers cannot get there, what is wrong
    /// comes back, written from the folder `from` (with a slash at its end), or nothing where why the page cannot
    /// be read was told.
    pub(super) fn page_at(&self, path: &str, from: &str) -> Result<&'a Page, Option<Diagnostic>> {
        if let Some(page) = self.site.by_source(path) {
            return Ok(page);
        }
        if self.site.is_unpublished(path) {
            let diagnostic = Diagnostic::warning("link-unpublished").with("target", path);
            return Err(Some(diagnostic));
        }
        let mut unreadable = self.sources.unreadable.iter();
        if unreadable.any(|known| known == path) {
            return Err(None);
        }
        Err(Some(dead_page(self, path, from)))
    }

    /// Finds a page by its path below the folder of pages, as [`Input::page_at`] does.
    pub(super) fn page_below_content(&self, path: &str) -> Result<&'a Page, Option<Diagnostic>> {
        let dead = |problem: Diagnostic| match problem.severity {
            Severity::Error => dead_path(self, path),
            _ => problem,
        };
        let page = self.page_at(&format!("{CONTENT}{path}"), CONTENT);
        page.map_err(|problem| problem.map(dead))
    }

    /// Finds a form by its id. Where there is none, that comes back, or nothing where it may be one of the forms
    /// with mistakes, which are told.
    pub(super) fn form(&self, id: &str) -> Result<&'a Definition, Option<Diagnostic>> {
        let forms: &'a [Definition] = self.forms;
        if let Some(form) = forms.iter().find(|form| form.id == id) {
            return Ok(form);
        }
        // A portal always has forms, unless none of them could be read.
        if !self.unread_forms.is_empty() || forms.is_empty() {
            return Err(None);
        }
        let ids: Vec<&str> = forms.iter().map(|form| form.id.as_str()).collect();
        let near = nearest(id, ids.iter().copied()).map(str::to_owned);
        let diagnostic = Diagnostic::error("form-unknown")
            .with("form", id)
            .with("known", near.unwrap_or_else(|| ids.join(", ")));
        Err(Some(diagnostic))
    }
}

/// Describes a reference to a page that does not exist, with the nearest that does, written from the
/// folder `from` (with a slash at its end).
fn dead_page(input: &Input<'_>, path: &str, from: &str) -> Diagnostic {
    match near_path(path, input.site.source_paths()) {
        Some(near) => Diagnostic::error("link-dead")
            .with("target", path)
            .with("nearest", relative(from, near)),
        None => Diagnostic::error("link-dead-nothing-near").with("target", path),
    }
}

/// Describes a path below `content/`, in settings or in a file of data, that leads to no page. An address of the
/// portal is taken for the page that has it.
fn dead_path(input: &Input<'_>, written: &str) -> Diagnostic {
    let stem = format!("content/{}", written.trim_matches('/'));
    let candidates = [format!("{stem}.md"), format!("{stem}/index.md")];
    let is_page = |path: &&String| input.site.by_source(path).is_some();
    let meant = candidates.iter().find(is_page).map(String::as_str);
    let near = meant.or_else(|| near_path(&stem, input.site.source_paths()));
    let diagnostic = match near {
        Some(near) => Diagnostic::error("content-path-dead")
            .with("nearest", near.strip_prefix("content/").unwrap_or(near)),
        None => Diagnostic::error("content-path-dead-nothing-near"),
    };
    mending::of_path(input, written, diagnostic.with("path", written))
}

/// Finds the path that is most like one that leads nowhere. The name of the file goes first: what was moved keeps
/// it. What many paths share makes no two alike.
fn near_path<'p>(path: &str, known: impl Iterator<Item = &'p str>) -> Option<&'p str> {
    let known: Vec<&str> = known.collect();
    let moved = |other: &&&str| file_name(other) == file_name(path);
    if file_name(path) != "index.md"
        && let Some(moved) = known.iter().find(moved)
    {
        return Some(moved);
    }
    let by = |part: fn(&str) -> &str| {
        let near = nearest(part(path), known.iter().map(|known| part(known)))?;
        known.iter().find(|known| part(known) == near).copied()
    };
    by(bare).or_else(|| by(|path| file_name(bare(path))))
}

/// Returns the last step of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns what a path has of its own: without the folder of all content, its ending and the name of an index page.
fn bare(path: &str) -> &str {
    let path = path.strip_prefix("content/").unwrap_or(path);
    let stem = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => stem,
        _ => path,
    };
    stem.strip_suffix("/index").unwrap_or(stem)
}

/// Writes the path `to` as seen from the folder `from`; both relative to the root.
pub(super) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|step| !step.is_empty()).collect();
    let to: Vec<&str> = to.split('/').collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to.iter().skip(shared).copied())
        .collect::<Vec<_>>()
        .join("/")
}
