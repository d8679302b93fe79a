//! Pages to outputs: views for the theme, links resolved, files under names with their hash.
//!
//! Every page is rendered on its own from the same unchanging [`Site`], so all cores can work at
//! once and the order of work never shows in the result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::config::{Config, PageReference, dial};
use super::front_matter::Kind;
use super::markdown::{self, Image, Resolver, Target};
use super::outputs;
use super::pages::{ASSETS, Page, Site};
use super::slug::slug;
use super::source::Sources;
use crate::diagnostic::Diagnostic;
use crate::form::Definition;
use crate::language::Language;
use crate::message::Catalogue;
use crate::nearest::nearest;
use crate::output::{Caching, Output};
use crate::theme::view::{
    AlternateView, CardView, ContactView, ContentView, DateView, EmergencyView, ErrorView,
    HeadingView, Link, RedirectView, RegisterView, ShellView, SiteView,
};
use crate::theme::{SharedSite, Template, Theme};

/// Fewest second-level headings for which a page gets a table of contents; with fewer, the page
/// itself is the overview.
const FEWEST_CONTENTS: usize = 3;

/// The public emergency number in the Netherlands and the rest of the European Union.
const PUBLIC_EMERGENCY: &str = "112";

/// Names of settings that a text can show between double brackets.
const VALUES: [&str; 5] = [
    "title",
    "organisation",
    "register.name",
    "register.url",
    "emergency.internal",
];

/// Everything that rendering starts from.
pub struct Input<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The files beside the pages.
    pub sources: &'a Sources,
    /// The pages.
    pub site: &'a Site,
    /// The look.
    pub theme: &'a Theme,
    /// The forms; the first is the one behind the Melden button.
    pub forms: &'a [Definition],
    /// The day as of which the portal is built.
    pub today: Date,
}

/// Returns what all pages in a language have in common, and what is wrong with the settings it is
/// made of.
pub fn site_view(input: &Input<'_>, language: Language) -> (SiteView, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let config = input.config;
    let messages = input.theme.messages(language);
    let navigation = match &config.navigation {
        Some(references) => named_pages(input, references, language, &mut diagnostics),
        None => input.site.children("", language).map(link_to).collect(),
    };
    let footer = named_pages(input, &config.footer, language, &mut diagnostics);
    let view = SiteView {
        title: config.title.get(language).to_owned(),
        organisation: config.organisation.clone(),
        lang: language,
        home: home(input, language),
        navigation,
        report: input.forms.first().map(|form| Link {
            label: messages.text("site.report", &[]),
            href: format!(
                "{}/{}",
                config.base_path(),
                form.path(language, config.default_language())
            ),
        }),
        emergency: EmergencyView {
            public: PUBLIC_EMERGENCY.to_owned(),
            internal: config.emergency_internal.clone(),
            internal_dial: config.emergency_internal.as_deref().map(dial),
        },
        register: config.register.as_ref().map(|register| RegisterView {
            name: register.name.clone(),
            url: register.url.clone(),
        }),
        contacts: contacts(config, language),
        footer,
        stylesheets: input.theme.stylesheets(),
        scripts: input.theme.scripts(),
        icon: input.theme.icon(),
        indexable: config.indexable,
    };
    (view, diagnostics)
}

/// Renders the whole portal.
pub fn render(input: &Input<'_>) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut shared = BTreeMap::new();
    for language in &input.config.languages {
        let (view, problems) = site_view(input, *language);
        // Settings are the same for each language; their mistakes are told once.
        if *language == input.config.default_language() {
            diagnostics.extend(problems);
        }
        shared.insert(*language, input.theme.share(&view));
    }
    let files = Files::new(input);
    let rendered: Vec<_> = input
        .site
        .pages
        .par_iter()
        .map(|page| render_page(input, &shared, &files, page))
        .collect();
    let mut result = Vec::new();
    let unfinished = rendered.iter().filter(|page| page.to_fill_in > 0).count();
    if unfinished > 0 {
        let places: usize = rendered.iter().map(|page| page.to_fill_in).sum();
        diagnostics.push(
            Diagnostic::warning("places-to-fill-in")
                .with("places", places)
                .with("pages", unfinished),
        );
    }
    for page in rendered {
        result.extend(page.outputs);
        diagnostics.extend(page.diagnostics);
    }
    for (href, at) in &input.site.aliases {
        let page = input.site.pages.get(*at);
        let site = page.and_then(|page| shared.get(&page.language));
        if let (Some(page), Some(site)) = (page, site) {
            let view = redirect_view(page, href);
            push_html(
                input,
                site,
                Template::Redirect,
                href,
                &view,
                &mut result,
                &mut diagnostics,
            );
        }
    }
    for (language, site) in &shared {
        let view = not_found_view(input, *language);
        let path = match *language == input.config.default_language() {
            true => "404.html".to_owned(),
            false => format!("{language}/404.html"),
        };
        match input.theme.render(Template::Error, site, &view) {
            Ok(html) => result.push(output(path, html)),
            Err(error) => diagnostics.push(theme_problem(&error)),
        }
    }
    result.extend(input.theme.outputs().iter().cloned());
    result.extend(files.into_outputs());
    // The addresses of a sitemap must be whole.
    if input.config.base_url.is_some() {
        result.push(output("sitemap.xml".to_owned(), sitemap(input)));
    }
    result.push(output("robots.txt".to_owned(), robots(input)));
    // Two aliases of one page can be the same, and one asset can be asked for twice.
    result.sort_by(|a, b| a.path.cmp(&b.path));
    result.dedup_by(|a, b| a.path == b.path);
    (outputs::with_compressed(result), diagnostics)
}

fn output(path: String, text: String) -> Output {
    Output {
        path,
        bytes: text.into_bytes().into(),
        caching: Caching::Revalidate,
    }
}

fn theme_problem(error: &crate::theme::RenderError) -> Diagnostic {
    // Below its first two lines, what is wrong and where, the reason shows the template.
    let reason: Vec<&str> = error.reason.lines().take(2).map(str::trim).collect();
    Diagnostic::error("theme-render")
        .with("reason", reason.join(" "))
        .in_file(error.template)
}

fn push_html<P: serde::Serialize>(
    input: &Input<'_>,
    site: &SharedSite,
    template: Template,
    href: &str,
    view: &P,
    outputs: &mut Vec<Output>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match input.theme.render(template, site, view) {
        Ok(html) => outputs.push(output(output_path(input.config, href), html)),
        Err(error) => diagnostics.push(theme_problem(&error)),
    }
}

/// Returns the file behind an address: `/veilig/norm/` is `norm/index.html`.
fn output_path(config: &Config, href: &str) -> String {
    let below = href.strip_prefix(config.base_path()).unwrap_or(href);
    format!("{}index.html", below.trim_start_matches('/'))
}

struct RenderedPage {
    outputs: Vec<Output>,
    diagnostics: Vec<Diagnostic>,
    /// How many places an editor still has to fill in.
    to_fill_in: usize,
}

fn render_page<'a>(
    input: &Input<'a>,
    shared: &BTreeMap<Language, SharedSite>,
    files: &Files<'a>,
    page: &Page,
) -> RenderedPage {
    let resolver = PageResolver { input, files, page };
    let (rendered, mut diagnostics) =
        markdown::render(&page.source, page.body.clone(), &page.outline, &resolver);
    let to_fill_in = rendered.to_fill_in;
    let mut outputs = Vec::new();
    if let Some(site) = shared.get(&page.language) {
        let view = content_view(input, page, rendered.html);
        let has_children = !view.children.is_empty();
        let template = match page.kind {
            Kind::Home => Template::Home,
            _ if page.is_index && has_children => Template::Section,
            _ => Template::Page,
        };
        push_html(
            input,
            site,
            template,
            &page.href,
            &view,
            &mut outputs,
            &mut diagnostics,
        );
    }
    RenderedPage {
        outputs,
        diagnostics,
        to_fill_in,
    }
}

fn content_view(input: &Input<'_>, page: &Page, body_html: String) -> ContentView {
    let messages = input.theme.messages(page.language);
    let front = &page.front_matter;
    let (previous, next) = neighbours(input, page);
    ContentView {
        shell: shell(input, page),
        kind: page.kind.name(),
        title: page.title.clone(),
        summary: page.summary.clone(),
        body_html,
        contents: contents(page),
        audience: front
            .audience
            .iter()
            .map(|audience| messages.text(&format!("audience.{}", audience.name()), &[]))
            .collect(),
        owner: front.owner.clone(),
        version: front.version.clone(),
        updated: front.updated.map(|date| date_view(date, messages)),
        review: front.review.map(|date| date_view(date, messages)),
        review_overdue: front.review.is_some_and(|date| date < input.today),
        previous,
        next,
        children: children(input, page),
    }
}

fn shell(input: &Input<'_>, page: &Page) -> ShellView {
    ShellView {
        document_title: page.title.clone(),
        href: page.href.clone(),
        description: page.summary.clone(),
        alternates: alternates(input, page),
        section: section(input, page),
        breadcrumbs: breadcrumbs(input, page),
        reporting: false,
    }
}

fn alternates(input: &Input<'_>, page: &Page) -> Vec<AlternateView> {
    let versions: Vec<&Page> = input
        .config
        .languages
        .iter()
        .filter_map(|language| input.site.version(&page.key, *language))
        .collect();
    if versions.len() < 2 {
        return Vec::new();
    }
    versions
        .into_iter()
        .map(|version| AlternateView {
            lang: version.language,
            name: version.language.own_name().to_owned(),
            href: version.href.clone(),
            url: input.config.absolute(&version.href),
            current: version.language == page.language,
        })
        .collect()
}

/// Returns the item of the main navigation under which a page stands: the longest address that the
/// page's own begins with.
fn section(input: &Input<'_>, page: &Page) -> Option<String> {
    let candidates: Vec<&Page> = match &input.config.navigation {
        Some(references) => references
            .iter()
            .filter_map(|reference| named_page(input, reference, page.language))
            .collect(),
        None => input.site.children("", page.language).collect(),
    };
    candidates
        .into_iter()
        .map(|candidate| candidate.href.as_str())
        .filter(|href| page.href.starts_with(*href))
        .max_by_key(|href| href.len())
        .map(str::to_owned)
}

fn breadcrumbs(input: &Input<'_>, page: &Page) -> Vec<Link> {
    if page.is_index && page.folder.is_empty() {
        return Vec::new();
    }
    let mut trail = vec![link_to(page)];
    let mut folder = page.folder.as_str();
    loop {
        if let Some(index) = input.site.index_of(folder, page.language)
            && index.href != page.href
        {
            trail.push(link_to(index));
        }
        if folder.is_empty() {
            if let Some(home) = trail.last_mut() {
                home.label = input
                    .theme
                    .messages(page.language)
                    .text("breadcrumbs.home", &[]);
            }
            break;
        }
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    trail.reverse();
    trail
}

/// Returns the pages before and after a page among those of its folder. Pages at the top have no
/// order in which anyone would read them.
fn neighbours(input: &Input<'_>, page: &Page) -> (Option<Link>, Option<Link>) {
    if page.is_index || page.folder.is_empty() {
        return (None, None);
    }
    let siblings: Vec<&Page> = input
        .site
        .children(&page.folder, page.language)
        .filter(|sibling| !sibling.is_index)
        .collect();
    let at = siblings
        .iter()
        .position(|sibling| sibling.href == page.href);
    let Some(at) = at else {
        return (None, None);
    };
    let previous = at.checked_sub(1).and_then(|before| siblings.get(before));
    (
        previous.copied().map(link_to),
        siblings.get(at + 1).copied().map(link_to),
    )
}

fn children(input: &Input<'_>, page: &Page) -> Vec<CardView> {
    if !page.is_index || page.kind == Kind::Home && input.config.navigation.is_some() {
        return Vec::new();
    }
    input
        .site
        .children(&page.folder, page.language)
        .map(|child| CardView {
            title: child.title.clone(),
            summary: child.summary.clone(),
            href: child.href.clone(),
        })
        .collect()
}

fn contents(page: &Page) -> Vec<HeadingView> {
    let mut contents: Vec<HeadingView> = Vec::new();
    for heading in &page.outline.headings {
        let view = HeadingView {
            id: heading.id.clone(),
            text: heading.text.clone(),
            children: Vec::new(),
        };
        match (heading.level, contents.last_mut()) {
            (2, _) => contents.push(view),
            (3, Some(parent)) => parent.children.push(view),
            _ => {}
        }
    }
    if contents.len() < FEWEST_CONTENTS || page.kind == Kind::Home {
        contents.clear();
    }
    contents
}

fn contacts(config: &Config, language: Language) -> Vec<ContactView> {
    config
        .contacts
        .iter()
        .map(|contact| ContactView {
            name: contact.name.clone(),
            function: contact.function.get(language).to_owned(),
            about: contact
                .about
                .as_ref()
                .map(|text| text.get(language).to_owned()),
            phone: contact.phone.clone(),
            phone_dial: contact.phone.as_deref().map(dial),
            email: contact.email.clone(),
            hours: contact
                .hours
                .as_ref()
                .map(|text| text.get(language).to_owned()),
            external: contact.external,
        })
        .collect()
}

/// Writes a date out in the language of a catalogue: `22 november 2026`.
pub fn date_view(date: Date, messages: &Catalogue) -> DateView {
    let month = messages.text(&format!("month.{}", date.month()), &[]);
    DateView {
        iso: date.to_string(),
        text: format!("{} {month} {}", date.day(), date.year()),
    }
}

fn link_to(page: &Page) -> Link {
    Link {
        label: page.title.clone(),
        href: page.href.clone(),
    }
}

fn home(input: &Input<'_>, language: Language) -> String {
    input
        .site
        .index_of("", language)
        .or_else(|| input.site.index_of("", input.config.default_language()))
        .map_or_else(
            || format!("{}/", input.config.base_path()),
            |page| page.href.clone(),
        )
}

/// Returns links to pages that a setting names, in a language; a page without a version in that
/// language is left out, a page that does not exist is told.
fn named_pages(
    input: &Input<'_>,
    references: &[PageReference],
    language: Language,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Link> {
    let mut links = Vec::new();
    for reference in references {
        if let Some(page) = named_page(input, reference, language) {
            let mut link = link_to(page);
            if let Some(label) = &reference.label {
                link.label = label.get(language).to_owned();
            }
            links.push(link);
            continue;
        }
        let path = format!("content/{}", reference.path);
        let exists = input.site.by_source(&path).is_some()
            || input.site.is_unpublished(&path)
            || input.sources.unreadable.contains(&path);
        if !exists {
            diagnostics.push(dead_page(input, &path, "content/").at(reference.place.clone()));
        }
    }
    links
}

fn named_page<'a>(
    input: &Input<'a>,
    reference: &PageReference,
    language: Language,
) -> Option<&'a Page> {
    let site: &'a Site = input.site;
    let page = site.by_source(&format!("content/{}", reference.path))?;
    site.version(&page.key, language)
}

/// Describes a reference to a page that does not exist, with the nearest that does, written from the
/// folder `from` (with a slash at its end).
fn dead_page(input: &Input<'_>, path: &str, from: &str) -> Diagnostic {
    // Likeness is that of the file first: a page that was moved keeps its name.
    let name = path.rsplit('/').next().unwrap_or(path);
    let same_name = input
        .site
        .source_paths()
        .find(|known| known.rsplit('/').next() == Some(name));
    // What all paths have in common would make any two look alike.
    let bare = |path: &'_ str| -> String {
        let path = path.strip_prefix("content/").unwrap_or(path);
        path.strip_suffix(".md").unwrap_or(path).to_owned()
    };
    let near = same_name.map(str::to_owned).or_else(|| {
        let known: Vec<String> = input.site.source_paths().map(bare).collect();
        let near = nearest(&bare(path), known.iter().map(String::as_str))?;
        Some(format!("content/{near}.md"))
    });
    match near.as_deref() {
        Some(near) => Diagnostic::error("link-dead")
            .with("target", path)
            .with("nearest", relative(from, near)),
        None => Diagnostic::error("link-dead-nothing-near").with("target", path),
    }
}

/// Writes the path `to` as seen from the folder `from`; both relative to the root.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|step| !step.is_empty()).collect();
    let to: Vec<&str> = to.split('/').collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to.iter().skip(shared).copied())
        .collect::<Vec<_>>()
        .join("/")
}

fn redirect_view(page: &Page, href: &str) -> RedirectView {
    RedirectView {
        shell: ShellView {
            document_title: page.title.clone(),
            href: href.to_owned(),
            description: None,
            alternates: Vec::new(),
            section: None,
            breadcrumbs: Vec::new(),
            reporting: false,
        },
        target: link_to(page),
    }
}

fn not_found_view(input: &Input<'_>, language: Language) -> ErrorView {
    ErrorView {
        shell: ShellView {
            document_title: input.theme.messages(language).text("error.404.title", &[]),
            href: String::new(),
            description: None,
            alternates: Vec::new(),
            section: None,
            breadcrumbs: Vec::new(),
            reporting: false,
        },
        status: 404,
    }
}

fn sitemap(input: &Input<'_>) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let mut pages: Vec<&Page> = input.site.pages.iter().collect();
    pages.sort_by(|a, b| a.href.cmp(&b.href));
    for page in pages {
        let address = markdown::escape(&input.config.absolute(&page.href));
        xml.push_str(&format!("<url><loc>{address}</loc>"));
        if let Some(updated) = page.front_matter.updated {
            xml.push_str(&format!("<lastmod>{updated}</lastmod>"));
        }
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    xml
}

fn robots(input: &Input<'_>) -> String {
    let sitemap = input
        .config
        .absolute(&format!("{}/sitemap.xml", input.config.base_path()));
    match (input.config.indexable, &input.config.base_url) {
        (false, _) => "User-agent: *\nDisallow: /\n".to_owned(),
        (true, None) => "User-agent: *\nAllow: /\n".to_owned(),
        (true, Some(_)) => format!("User-agent: *\nAllow: /\nSitemap: {sitemap}\n"),
    }
}

/// The files beside the pages, under names that change with their bytes.
struct Files<'a> {
    hrefs: BTreeMap<&'a str, String>,
    sources: &'a Sources,
    base_path: &'a str,
    used: Mutex<BTreeSet<&'a str>>,
}

impl<'a> Files<'a> {
    fn new(input: &Input<'a>) -> Files<'a> {
        let base_path = input.config.base_path();
        let hrefs = input
            .sources
            .files
            .par_iter()
            .map(|(path, bytes)| {
                (
                    path.as_str(),
                    format!("{base_path}/{}", hashed_name(path, bytes)),
                )
            })
            .collect();
        Files {
            hrefs,
            sources: input.sources,
            base_path,
            used: Mutex::default(),
        }
    }

    /// Returns the address of a file and notes that a page needs it.
    fn href(&self, path: &str) -> Option<&str> {
        let (path, href) = self.hrefs.get_key_value(path)?;
        if let Ok(mut used) = self.used.lock() {
            used.insert(path);
        }
        Some(href)
    }

    fn bytes(&self, path: &str) -> Option<&'a Arc<[u8]>> {
        self.sources.files.get(path)
    }

    /// Returns the files that pages need.
    fn into_outputs(self) -> Vec<Output> {
        let used = self.used.into_inner().unwrap_or_default();
        used.into_iter()
            .filter_map(|path| {
                let href = self.hrefs.get(path)?;
                let bytes = self.sources.files.get(path)?;
                Some(Output {
                    path: href
                        .strip_prefix(self.base_path)
                        .unwrap_or(href)
                        .trim_start_matches('/')
                        .to_owned(),
                    bytes: bytes.clone(),
                    caching: Caching::Forever,
                })
            })
            .collect()
    }
}

/// Makes the name of a file from its path and bytes: `content/norm/Poster A3.pdf` is
/// `assets/norm/poster-a3.<hash>.pdf`. Sixteen hexadecimal digits (64 bits) tell versions apart.
fn hashed_name(path: &str, bytes: &[u8]) -> String {
    let below = path.strip_prefix("content/").unwrap_or(path);
    let (stem, extension) = below.rsplit_once('.').unwrap_or((below, "bin"));
    let steps: Vec<String> = stem.split('/').map(slug).collect();
    let digest = Sha256::digest(bytes);
    let hash: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{ASSETS}/{}.{hash}.{}", steps.join("/"), slug(extension))
}

struct PageResolver<'a, 'input> {
    input: &'a Input<'input>,
    files: &'a Files<'input>,
    page: &'a Page,
}

impl PageResolver<'_, '_> {
    /// Returns the folder of the page's file, with a slash at its end.
    fn folder(&self) -> &str {
        let path = self.page.source.path();
        path.rfind('/')
            .and_then(|at| path.get(..=at))
            .unwrap_or_default()
    }

    /// Returns a path relative to the root for one that is written relative to the page, or nothing
    /// where it leads out of the content folder.
    fn path_of(&self, written: &str) -> Option<String> {
        let mut steps: Vec<&str> = self.folder().split('/').filter(|s| !s.is_empty()).collect();
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
        let Some(target) = self.input.site.by_source(path) else {
            if self.input.site.is_unpublished(path) {
                let diagnostic = Diagnostic::warning("link-unpublished").with("target", path);
                return (Target::Nowhere, Some(diagnostic));
            }
            if self
                .input
                .sources
                .unreadable
                .iter()
                .any(|known| known == path)
            {
                return (Target::Nowhere, None);
            }
            return (
                Target::Nowhere,
                Some(dead_page(self.input, path, self.folder())),
            );
        };
        let language = (target.language != self.page.language).then(|| target.language.tag());
        let mut href = target.href.clone();
        let mut problem = None;
        if let Some(anchor) = anchor {
            problem = dead_anchor(target, anchor);
            href = format!("{href}#{anchor}");
        }
        (Target::Address { href, language }, problem)
    }

    /// Resolves an address that starts with a slash: right where something is served, else a
    /// mistake, because a path to a file would have been checked.
    fn rooted_link(&self, destination: &str) -> (Target, Option<Diagnostic>) {
        let (path, rest) = split_address(destination);
        let wanted = format!("{}/", path.trim_end_matches('/'));
        let config = self.input.config;
        let default_language = config.default_language();
        let form = self.input.forms.iter().find_map(|form| {
            let path = |language| format!("/{}", form.path(language, default_language));
            let mut languages = config.languages.iter();
            let written = languages.find(|language| path(**language) == wanted)?;
            // The plain address of a form means the form in the language of the page.
            Some(match *written == default_language {
                true => path(self.page.language),
                false => wanted.clone(),
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
        if self.input.site.aliases.contains_key(&href) {
            return (target, None);
        }
        match page {
            Some(page) => {
                let problem = rest
                    .strip_prefix('#')
                    .and_then(|anchor| dead_anchor(page, anchor));
                (target, problem)
            }
            None => {
                let near = nearest(
                    &href,
                    self.input.site.pages.iter().map(|page| page.href.as_str()),
                )
                .and_then(|near| self.input.site.by_href(near));
                let diagnostic = match near {
                    Some(near) => Diagnostic::error("link-dead")
                        .with("target", path)
                        .with("nearest", relative(self.folder(), near.source.path())),
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
fn split_address(address: &str) -> (&str, &str) {
    let at = address.find(['?', '#']).unwrap_or(address.len());
    address.split_at_checked(at).unwrap_or((address, ""))
}

fn dead_anchor(page: &Page, anchor: &str) -> Option<Diagnostic> {
    let decoded = percent_decoded(anchor);
    let ids = page
        .outline
        .headings
        .iter()
        .map(|heading| heading.id.as_str());
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

fn percent_decoded(text: &str) -> String {
    // Decoding as a form would read `+` as a space, which a path does not mean.
    let plus = text.replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(plus.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(key, value)| match value.is_empty() {
            true => key.into_owned(),
            false => format!("{key}={value}"),
        })
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
            return (address(destination), dead_anchor(self.page, anchor));
        }
        if destination.starts_with("//") {
            let diagnostic = Diagnostic::error("link-scheme").with("scheme", "//");
            return (Target::Nowhere, Some(diagnostic));
        }
        if destination.starts_with('/') {
            return self.rooted_link(destination);
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
        if is_active(&path) && !self.input.config.raw_html && self.files.bytes(&path).is_some() {
            let diagnostic = Diagnostic::error("file-active").with("target", path);
            return (Target::Nowhere, Some(diagnostic));
        }
        if let Some(href) = self.files.href(&path) {
            return (address(&format!("{href}{rest}")), None);
        }
        if self.input.sources.unreadable.contains(&path) {
            return (Target::Nowhere, None);
        }
        // A folder, or a page without its extension: say which file is meant.
        let stem = path.trim_end_matches('/');
        let meant = [format!("{stem}.md"), format!("{stem}/index.md")]
            .into_iter()
            .find(|candidate| self.input.site.by_source(candidate).is_some());
        let diagnostic = match meant {
            Some(meant) => Diagnostic::error("link-dead")
                .with("target", &path)
                .with("nearest", relative(self.folder(), &meant)),
            None => {
                let known = self.files.hrefs.keys().copied();
                match nearest(&path, known.chain(self.input.site.source_paths())) {
                    Some(near) => Diagnostic::error("link-dead")
                        .with("target", &path)
                        .with("nearest", relative(self.folder(), near)),
                    None => Diagnostic::error("link-dead-nothing-near").with("target", &path),
                }
            }
        };
        (Target::Nowhere, Some(diagnostic))
    }

    fn image(&self, destination: &str) -> Result<Image, Diagnostic> {
        if scheme(destination).is_some() || destination.starts_with("//") {
            return Err(Diagnostic::error("image-elsewhere").with("target", destination));
        }
        let written = percent_decoded(split_address(destination).0);
        let path = self.path_of(&written);
        let file = path
            .as_deref()
            .and_then(|path| Some((path, self.files.bytes(path)?)));
        let Some((path, bytes)) = file else {
            let target = path.unwrap_or(written);
            let known = self.files.hrefs.keys().copied();
            return Err(match nearest(&target, known) {
                Some(near) => Diagnostic::error("image-dead")
                    .with("target", &target)
                    .with("nearest", relative(self.folder(), near)),
                None => Diagnostic::error("image-dead-nothing-near").with("target", &target),
            });
        };
        let (width, height) = size_of(path, bytes)
            .ok_or_else(|| Diagnostic::error("image-not-understood").with("target", path))?;
        let href = self.files.href(path).unwrap_or_default().to_owned();
        Ok(Image {
            href,
            width,
            height,
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        let config = self.input.config;
        match name {
            "title" => Some(config.title.get(self.page.language).to_owned()),
            "organisation" => Some(config.organisation.clone()),
            "register.name" => config
                .register
                .as_ref()
                .map(|register| register.name.clone()),
            "register.url" => config.register.as_ref()?.url.clone(),
            "emergency.internal" => config.emergency_internal.clone(),
            _ => None,
        }
    }

    fn value_names(&self) -> &[&'static str] {
        &VALUES
    }

    fn text(&self, key: &str) -> String {
        self.input.theme.messages(self.page.language).text(key, &[])
    }

    fn raw_html(&self) -> bool {
        self.input.config.raw_html
    }
}

/// Returns the width and height of an image in pixels.
fn size_of(path: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if path.to_lowercase().ends_with(".svg") {
        return size_of_svg(bytes);
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    ))
}

fn size_of_svg(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return None;
    }
    let pixels = |attribute: &str| {
        let value = root.attribute(attribute)?;
        positive(value.trim_end_matches("px"))
    };
    let view_box = || {
        let numbers: Vec<&str> = root
            .attribute("viewBox")?
            .split([' ', ','])
            .filter(|number| !number.is_empty())
            .collect();
        match numbers.as_slice() {
            [_, _, width, height] => Some((positive(width)?, positive(height)?)),
            _ => None,
        }
    };
    match (pixels("width"), pixels("height")) {
        (Some(width), Some(height)) => Some((width, height)),
        _ => view_box(),
    }
}

fn positive(text: &str) -> Option<u32> {
    let number: f64 = text.trim().parse().ok()?;
    let whole = number.round();
    (whole >= 1.0 && whole <= f64::from(u32::MAX)).then_some(whole as u32)
}
