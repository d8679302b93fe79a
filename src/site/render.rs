//! Pages to outputs: views for the theme, and the files that every portal has.
//!
//! Every page is rendered on its own from the same unchanging [`Site`], so all cores can work at
//! once and the order of work never shows in the result.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use super::addresses::Addresses;
use super::calendar::{self, Calendar};
use super::config::{Config, Contact, PageReference, Translated, dial};
use super::files::Files;
use super::front_matter::Kind;
use super::glossary::Glossary;
use super::history;
use super::links::PageResolver;
use super::markdown::{self, PLACE_TO_FILL_IN};
use super::outputs;
use super::pages::{Page, Site, folders_from};
use super::paths::{Paths, feed};
use super::plain_language::{self, Wording};
use super::portraits;
use super::production;
use super::requirements::Requirements;
use super::search;
use super::source::Sources;
use super::web_app;
use crate::diagnostic::{Diagnostic, Severity};
use crate::form::Definition;
use crate::language::Language;
use crate::message::Catalogue;
use crate::output::{Caching, Output};
use crate::source_text::Place;
use crate::theme::view::history::ChangeView;
use crate::theme::view::{
    AlternateView, CardView, ContactView, ContentView, DateView, EmergencyView, ErrorView,
    HeadingView, Link, LinkInLanguage, RedirectView, RegisterView, ShellView, SiteView,
};
use crate::theme::{RenderError, SharedSite, Template, Theme};

/// Fewest second-level headings for which a page gets a table of contents; with fewer, the page
/// itself is the overview.
const FEWEST_CONTENTS: usize = 3;

/// The public emergency number in the Netherlands and the rest of the European Union.
const PUBLIC_EMERGENCY: &str = "112";

/// The name under which a form takes the page that somebody came from: such a form asks what people think
/// of a page.
const FEEDBACK_PARAMETER: &str = "pagina";

/// Everything that rendering starts from.
pub struct Input<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The files beside the pages.
    pub sources: &'a Sources,
    /// The pages.
    pub site: &'a Site,
    /// The messages and events.
    pub calendar: &'a Calendar,
    /// The addresses that were published before.
    pub addresses: &'a Addresses,
    /// The look.
    pub theme: &'a Theme,
    /// The words that the portal explains.
    pub glossary: &'a Glossary,
    /// The forms; the first is the one behind the Melden button.
    pub forms: &'a [Definition],
    /// The addresses of forms with mistakes, which are told: a link to one of them is no mistake too.
    pub unread_forms: &'a [String],
    /// What the language check knows of each language.
    pub wordings: &'a BTreeMap<Language, Wording>,
    /// The day as of which the portal is built.
    pub today: Date,
}

/// Returns what all pages in each language have in common, and what is wrong with the settings it is
/// made of.
pub fn site_views(input: &Input<'_>) -> (BTreeMap<Language, SiteView>, Vec<Diagnostic>) {
    let mut diagnostics = portraits::check(input);
    let mut views = BTreeMap::new();
    for language in &input.config.languages {
        let (view, problems) = site_view(input, *language);
        // Settings are the same for each language; their mistakes are told once.
        if *language == input.config.default_language() {
            diagnostics.extend(problems);
        }
        views.insert(*language, view);
    }
    (views, diagnostics)
}

/// Which address of a form, in a language, where the second is the default language.
pub(super) type FormPath = fn(&Definition, Language, Language) -> String;

/// Returns an address of a form with the base path. It is on the portal, also where the receiver has an address of
/// its own: the first page of every form stands there too, and what is filled in goes from it to the receiver.
pub(super) fn form_href(
    input: &Input<'_>,
    path: FormPath,
    form: &Definition,
    language: Language,
) -> String {
    let path = path(form, language, input.config.default_language());
    format!("{}/{path}", input.config.base_path())
}

/// Returns the link to a form for readers of a language, which the form need not speak.
pub(super) fn form_link(
    input: &Input<'_>,
    form: &Definition,
    language: Language,
) -> LinkInLanguage {
    let spoken = form.language(language);
    LinkInLanguage {
        label: form.title.get(spoken).to_owned(),
        href: form_href(input, Definition::path, form, language),
        lang: (spoken != language).then_some(spoken),
    }
}

/// Returns a link that goes with the form behind the Melden button, where reports come in with it.
fn report_link(input: &Input<'_>, text: &str, path: FormPath, language: Language) -> Option<Link> {
    let form = input.forms.first().filter(|form| form.makes_cases())?;
    Some(Link {
        label: input.theme.messages(language).text(text, &[]),
        href: form_href(input, path, form, language),
    })
}

/// Returns where a reporter follows a report.
pub(super) fn follow_link(input: &Input<'_>, language: Language) -> Option<Link> {
    report_link(input, "site.follow", Definition::follow_path, language)
}

fn site_view(input: &Input<'_>, language: Language) -> (SiteView, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let config = input.config;
    let messages = input.theme.messages(language);
    let navigation = match &config.navigation {
        Some(references) => named_pages(input, references, language, &mut diagnostics),
        None => input.site.children("", language).map(link_to).collect(),
    };
    let mut footer = named_pages(input, &config.footer, language, &mut diagnostics);
    let search = search::href(config, input.site, language);
    footer.extend(search.iter().map(|href| Link {
        label: messages.text("search.title", &[]),
        href: href.clone(),
    }));
    let after_care = named_pages(
        input,
        config.after_care.as_slice(),
        language,
        &mut diagnostics,
    );
    let view = SiteView {
        title: config.title.get(language).to_owned(),
        organisation: config.organisation.clone(),
        lang: language,
        home: home(input, language),
        navigation,
        report: report_link(input, "site.report", Definition::path, language),
        follow: follow_link(input, language),
        exit: config.exit.as_ref().map(|exit| Link {
            label: match &exit.label {
                Some(label) => label.get(language).to_owned(),
                None => messages.text("site.exit", &[]),
            },
            href: exit.href.clone(),
        }),
        norm: norm(input.site, language).map(link_to),
        after_care: after_care.into_iter().next(),
        emergency: emergency_view(config),
        register: config.register.as_ref().map(|register| RegisterView {
            name: register.name.clone(),
            url: register.url.clone(),
        }),
        contacts: config
            .contacts
            .iter()
            .map(|contact| contact_view(input, contact, language))
            .collect(),
        footer,
        search,
        stylesheets: input.theme.stylesheets(),
        scripts: input.theme.scripts(),
        icon: input.theme.icon(),
        app: Some(format!(
            "{}/{}",
            config.base_path(),
            beside_home(config, language, web_app::FILE)
        )),
        indexable: config.indexable,
        feed: calendar::feed::href(input, language),
    };
    (view, diagnostics)
}

/// Returns what all pages of a receiver with an address of its own have in common: forms and My report
/// are there, and everything else is on the portal. `theme` is the one for the path of the receiver.
pub fn receiver_views(
    config: &Config,
    theme: &Theme,
    views: &BTreeMap<Language, SiteView>,
) -> BTreeMap<Language, SiteView> {
    let at_portal = |href: &str| config.absolute(href);
    let at_receiver = |href: &str| {
        let below = href.strip_prefix(config.base_path()).unwrap_or(href);
        format!("{}{below}", config.receiver_path())
    };
    let moved = |link: &Link, to: &dyn Fn(&str) -> String| Link {
        label: link.label.clone(),
        href: to(&link.href),
    };
    // The policy of the receiver lets it show no image of elsewhere.
    let without_portrait = |contact: &ContactView| ContactView {
        portrait: None,
        ..contact.clone()
    };
    let all = |links: &[Link]| links.iter().map(|link| moved(link, &at_portal)).collect();
    let view = |view: &SiteView| SiteView {
        home: at_portal(&view.home),
        navigation: all(&view.navigation),
        footer: all(&view.footer),
        // The policy of the receiver lets no form of it go elsewhere; the link in the footer does.
        search: None,
        norm: view.norm.as_ref().map(|link| moved(link, &at_portal)),
        after_care: view.after_care.as_ref().map(|link| moved(link, &at_portal)),
        contacts: view.contacts.iter().map(without_portrait).collect(),
        report: view.report.as_ref().map(|link| moved(link, &at_receiver)),
        follow: view.follow.as_ref().map(|link| moved(link, &at_receiver)),
        stylesheets: theme.stylesheets(),
        scripts: theme.scripts(),
        icon: theme.icon(),
        app: None,
        feed: view.feed.as_deref().map(at_portal),
        ..view.clone()
    };
    views
        .iter()
        .map(|(language, of_portal)| (*language, view(of_portal)))
        .collect()
}

/// Returns the files of a receiver with an address of its own: what its pages need, and in the place of
/// each home page the way to the one of the portal.
///
/// # Errors
///
/// Fails where the theme cannot render a page.
pub fn receiver_outputs(
    config: &Config,
    theme: &Theme,
    views: &BTreeMap<Language, SiteView>,
) -> Result<Vec<Output>, RenderError> {
    let mut outputs = theme.outputs().to_vec();
    for (language, site) in views {
        let view = RedirectView {
            shell: ShellView::apart(site.title.clone(), String::new()),
            target: Link {
                label: site.title.clone(),
                href: site.home.clone(),
            },
            gone: false,
        };
        let html = theme.render(Template::Redirect, &theme.share(site), &view)?;
        let path = beside_home(config, *language, "index.html");
        outputs.push(output(path, html));
    }
    Ok(outputs::with_compressed(outputs))
}

/// Renders the whole portal. `views` holds what [`site_views`] made of the same input.
pub fn render(
    input: &Input<'_>,
    views: &BTreeMap<Language, SiteView>,
) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut diagnostics = Requirements::shipped().unknown_rows(input.site);
    let shared: BTreeMap<Language, SharedSite> = views
        .iter()
        .map(|(language, view)| (*language, input.theme.share(view)))
        .collect();
    let files = Files::new(input);
    portraits::keep(input.config, &files);
    let (paths, problems) = Paths::gather(input);
    diagnostics.extend(problems);
    let rendered: Vec<_> = input
        .site
        .pages
        .par_iter()
        .map(|page| render_page(input, &shared, &files, &paths, page))
        .collect();
    let mut result = Vec::new();
    diagnostics.extend(production::check_pages(input.config, input.site));
    diagnostics.extend(unfinished(input.config, &rendered));
    let (found, problems) = search::render(input, &shared, bodies(input, &rendered));
    result.extend(found);
    diagnostics.extend(problems);
    let mut claimed: BTreeMap<String, Place> = BTreeMap::new();
    for page in rendered {
        for (path, place) in page.claims {
            diagnostics.extend(clash(&mut claimed, path, place));
        }
        result.extend(page.outputs);
        diagnostics.extend(page.diagnostics);
    }
    for (href, page, gone) in redirects(input) {
        if let Some(site) = shared.get(&page.language) {
            let view = redirect_view(page, href, gone);
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
        let path = beside_home(input.config, *language, "404.html");
        match input.theme.render(Template::Error, site, &view) {
            Ok(html) => result.push(output(path, html)),
            Err(error) => diagnostics.push(theme_problem(&error)),
        }
    }
    result.extend(views.iter().map(|(language, view)| {
        let path = beside_home(input.config, *language, web_app::FILE);
        web_app::manifest(view, path, &format!("{}/", input.config.base_path()))
    }));
    result.extend(input.theme.outputs().iter().cloned());
    result.extend(files.into_outputs());
    if let Some(feed) = paths.feed(input) {
        result.push(output(feed::FILE.to_owned(), feed));
    }
    // The addresses of a sitemap must be whole.
    if input.config.base_url.is_some() {
        result.push(output("sitemap.xml".to_owned(), sitemap(input)));
    }
    result.push(output("robots.txt".to_owned(), robots(input)));
    result.extend(calendar::outputs(input));
    diagnostics.extend(calendar::check(input));
    // Two files with the same bytes can get the same name: `a b.pdf` and `a-b.pdf`.
    result.sort_by(|a, b| a.path.cmp(&b.path));
    result.dedup_by(|a, b| a.path == b.path);
    (outputs::with_compressed(result), diagnostics)
}

/// Returns the pages that can be searched, with their texts.
fn bodies<'a>(input: &Input<'a>, rendered: &'a [RenderedPage]) -> Vec<search::Body<'a>> {
    let pages = input.site.pages.iter().zip(rendered);
    pages
        .filter(|(page, _)| !page.is_earlier_version())
        .map(|(page, rendered)| search::Body {
            page,
            html: &rendered.body_html,
        })
        .collect()
}

/// Returns the path of a file beside the home page of a language.
pub(super) fn beside_home(config: &Config, language: Language, file: &str) -> String {
    match language == config.default_language() {
        true => file.to_owned(),
        false => format!("{language}/{file}"),
    }
}

pub(super) fn output(path: String, text: String) -> Output {
    Output {
        path,
        bytes: text.into_bytes().into(),
        caching: Caching::Revalidate,
    }
}

/// Tells that the theme cannot make a page.
pub fn theme_problem(error: &RenderError) -> Diagnostic {
    // Below its first two lines, what is wrong and where, the reason shows the template.
    let reason: Vec<&str> = error.reason.lines().take(2).map(str::trim).collect();
    Diagnostic::error("theme-render")
        .with("reason", reason.join(" "))
        .in_file(error.template)
}

/// Adds a page to the outputs, or tells that the theme cannot make it.
pub(super) fn push_html<P: serde::Serialize>(
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
pub(super) fn output_path(config: &Config, href: &str) -> String {
    let below = href.strip_prefix(config.base_path()).unwrap_or(href);
    format!("{}index.html", below.trim_start_matches('/'))
}

/// Returns the addresses that lead on to a page, and whether what was there is gone.
fn redirects<'a>(input: &Input<'a>) -> impl Iterator<Item = (&'a str, &'a Page, bool)> {
    let site: &'a Site = input.site;
    let addresses: &'a Addresses = input.addresses;
    let short = site.pages.iter();
    let short = short.map(|page| (page.short_href.as_str(), page, false));
    let leads_to = |(href, at): (&'a String, &usize), gone| {
        let page = site.pages.get(*at)?;
        Some((href.as_str(), page, gone))
    };
    let aliases = site.aliases.iter();
    let aliases = aliases.filter_map(move |alias| leads_to(alias, false));
    let gone = addresses.gone.iter();
    let gone = gone.filter_map(move |address| leads_to(address, true));
    short.chain(aliases).chain(gone)
}

/// Tells what editors still have to fill in: how much, and where a portal that is for real may not go without
/// it each place.
fn unfinished(config: &Config, rendered: &[RenderedPage]) -> Vec<Diagnostic> {
    let (mut places, mut pages) = (0, 0);
    let mut diagnostics = Vec::new();
    for page in rendered.iter().filter(|page| !page.to_fill_in.is_empty()) {
        if page.needed && config.production.is_some() {
            let each = page.to_fill_in.iter().cloned();
            diagnostics.extend(
                each.map(|place| Diagnostic::error("production-place-to-fill-in").at(place)),
            );
        } else {
            pages += 1;
            places += page.to_fill_in.len();
        }
    }
    if pages > 0 {
        diagnostics.push(
            Diagnostic::warning("places-to-fill-in")
                .with("places", places)
                .with("pages", pages),
        );
    }
    diagnostics
}

/// Notes that a block names a file, and tells where another one has named it already.
fn clash(claimed: &mut BTreeMap<String, Place>, path: String, place: Place) -> Option<Diagnostic> {
    match claimed.get(&path) {
        Some(first) => Some(
            Diagnostic::error("block-file-twice")
                .with("file", path)
                .with("other", format!("{}:{}", first.path, first.line))
                .at(place),
        ),
        None => {
            claimed.insert(path, place);
            None
        }
    }
}

struct RenderedPage {
    outputs: Vec<Output>,
    claims: Vec<(String, Place)>,
    diagnostics: Vec<Diagnostic>,
    body_html: String,
    /// Places that an editor still has to fill in.
    to_fill_in: Vec<Place>,
    /// Whether a portal that is for real may not go without the page.
    needed: bool,
}

fn render_page<'a>(
    input: &Input<'a>,
    shared: &BTreeMap<Language, SharedSite>,
    files: &Files<'a>,
    paths: &Paths<'a>,
    page: &Page,
) -> RenderedPage {
    let stops = paths.stops_on(page);
    let resolver = PageResolver::new(input, files, page, &stops);
    let (rendered, mut diagnostics) =
        markdown::render(&page.source, page.body.clone(), &page.outline, &resolver);
    if page.kind == Kind::Glossary && !page.is_earlier_version() {
        diagnostics.extend(input.glossary.unshown(page, &rendered.anchors));
    }
    diagnostics.extend(plain_language::of_page(page, input.wordings));
    let changes = history::changes(&resolver);
    diagnostics.extend(changes.diagnostics);
    let mut to_fill_in = rendered.to_fill_in;
    to_fill_in.extend(changes.to_fill_in);
    let path = paths.on(page).map(|path| {
        path.view(input, |text, place| {
            let line = markdown::inline(text, place, &resolver);
            to_fill_in.extend(line.to_fill_in);
            diagnostics.extend(line.diagnostics);
            line.html
        })
    });
    // Nobody fills in what held before.
    if page.is_earlier_version() {
        to_fill_in.clear();
    }
    let open = to_fill_in.iter().cloned();
    diagnostics.extend(open.map(|place| Diagnostic::advice(PLACE_TO_FILL_IN).at(place)));
    let mut outputs = rendered.outputs;
    if let Some(site) = shared.get(&page.language) {
        let view = ContentView {
            path,
            stops,
            ..content_view(input, page, rendered.html.clone(), changes.views)
        };
        let has_children = !view.children.is_empty();
        let template = match page.kind {
            Kind::Home if !page.is_earlier_version() => Template::Home,
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
        claims: rendered.claims,
        diagnostics,
        body_html: rendered.html,
        to_fill_in,
        needed: production::is_needed(page),
    }
}

fn content_view(
    input: &Input<'_>,
    page: &Page,
    body_html: String,
    changes: Vec<ChangeView>,
) -> ContentView {
    let messages = input.theme.messages(page.language);
    let front = &page.front_matter;
    let (previous, next) = neighbours(input, page);
    let review = front.review.filter(|_| !page.is_earlier_version());
    ContentView {
        shell: shell(input, page),
        kind: page.kind.name(),
        title: page.title.clone(),
        summary: page.summary.clone(),
        body_html,
        contents: contents(input.config, page),
        audience: front
            .audience
            .iter()
            .map(|audience| messages.text(&format!("audience.{}", audience.name()), &[]))
            .collect(),
        owner: front.owner.clone(),
        version: front.version.clone(),
        updated: front.updated.map(|date| date_view(date, messages)),
        superseded: history::superseded(input, page),
        earlier_versions: history::earlier_versions(input, page),
        changes,
        short_href: page.short_href.clone(),
        short_url: input.config.absolute(&page.short_href),
        review: review.map(|date| date_view(date, messages)),
        review_overdue: review.is_some_and(|date| date < input.today),
        previous,
        next,
        children: children(input, page),
        feedback: feedback(input, page).filter(|_| !page.is_earlier_version()),
        path: None,
        stops: Vec::new(),
    }
}

/// Returns the address at which somebody can say what is wrong with a page. Unlike other links to forms it is that
/// of the receiver itself: a first page on the portal is a file, which cannot fill in what came along.
fn feedback(input: &Input<'_>, page: &Page) -> Option<String> {
    let mut forms = input.forms.iter().filter(|form| !form.practice);
    let form = forms.find(|form| {
        let mut taken = form.fields().filter_map(|field| field.prefill.as_deref());
        taken.any(|name| name == FEEDBACK_PARAMETER)
    })?;
    let config = input.config;
    let receiver = match config.receiver_elsewhere() {
        Some(_) => config.receiver_address(),
        None => config.base_path().to_owned(),
    };
    let path = form.path(page.language, config.default_language());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(FEEDBACK_PARAMETER, &page.href);
    Some(format!("{receiver}/{path}?{}", query.finish()))
}

fn shell(input: &Input<'_>, page: &Page) -> ShellView {
    ShellView {
        document_title: history::name(input, page),
        href: page.href.clone(),
        description: page.summary.clone(),
        alternates: alternates(input, page),
        section: section(input, page),
        breadcrumbs: breadcrumbs(input, page),
        reporting: false,
        sends_elsewhere: false,
    }
}

fn alternates(input: &Input<'_>, page: &Page) -> Vec<AlternateView> {
    let href = |language| {
        let version = input.site.version(&page.key, language)?;
        Some(version.href.clone())
    };
    alternates_at(input.config, href, page.language)
}

/// Returns a page in each language in which `href` gives an address for it, where that is more than one.
pub(super) fn alternates_at(
    config: &Config,
    href: impl Fn(Language) -> Option<String>,
    current: Language,
) -> Vec<AlternateView> {
    let languages = config.languages.iter();
    let versions: Vec<AlternateView> = languages
        .filter_map(|language| {
            let href = href(*language)?;
            Some(AlternateView {
                lang: *language,
                name: language.own_name().to_owned(),
                url: config.absolute(&href),
                href,
                current: *language == current,
            })
        })
        .collect();
    if versions.len() > 1 {
        versions
    } else {
        Vec::new()
    }
}

/// Returns the item of the main navigation under which a page stands: the longest address that the
/// page's own begins with.
fn section(input: &Input<'_>, page: &Page) -> Option<String> {
    let page = input.site.current_version(page).unwrap_or(page);
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

pub(super) fn breadcrumbs(input: &Input<'_>, page: &Page) -> Vec<Link> {
    if page.is_index && page.folder.is_empty() {
        return Vec::new();
    }
    let mut trail = vec![history::link(input, page)];
    // An earlier version is read by way of the page that holds now, wherever its file is kept.
    let way = input.site.current_version(page);
    trail.extend(way.map(link_to));
    let way = way.unwrap_or(page);
    let indexes =
        folders_from(&way.folder).filter_map(|folder| input.site.index_of(folder, page.language));
    trail.extend(indexes.filter(|index| index.href != way.href).map(link_to));
    if let Some(home) = trail.last_mut() {
        let messages = input.theme.messages(page.language);
        home.label = messages.text("breadcrumbs.home", &[]);
    }
    trail.reverse();
    trail
}

/// Returns the pages before and after a page among those of its folder. Pages at the top have no
/// order in which anyone would read them, and what follows a path is its first step.
fn neighbours(input: &Input<'_>, page: &Page) -> (Option<Link>, Option<Link>) {
    if page.is_index || page.folder.is_empty() || page.kind == Kind::Path {
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

fn contents(config: &Config, page: &Page) -> Vec<HeadingView> {
    let mut contents: Vec<HeadingView> = Vec::new();
    for heading in &page.outline.headings {
        let view = HeadingView {
            id: heading.id.clone(),
            text: config.with_values(&heading.text, page.language).0,
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

/// Returns whom to call in acute danger.
pub(super) fn emergency_view(config: &Config) -> EmergencyView {
    EmergencyView {
        public: PUBLIC_EMERGENCY.to_owned(),
        internal: config.emergency_number().map(str::to_owned),
        internal_dial: config.emergency_number().map(dial),
    }
}

/// Returns a contact as readers see them, in a language.
pub(super) fn contact_view(
    input: &Input<'_>,
    contact: &Contact,
    language: Language,
) -> ContactView {
    // What is wrong with a portrait is told once, with the settings.
    let portrait = contact
        .portrait
        .as_ref()
        .and_then(|portrait| portraits::view(input, portrait, language).ok());
    let text = |text: &Translated| text.get(language).to_owned();
    ContactView {
        name: text(&contact.name),
        function: text(contact.function.as_ref().unwrap_or(&contact.name)),
        about: contact.about.as_ref().map(text),
        phone: contact.phone.clone(),
        phone_dial: contact.phone.as_deref().map(dial),
        email: contact.email.clone(),
        hours: contact.hours.as_ref().map(text),
        external: contact.external,
        portrait,
    }
}

/// Returns the norm in a language.
fn norm(site: &Site, language: Language) -> Option<&Page> {
    let mut pages = site.pages.iter();
    pages.find(|page| page.language == language && production::is_norm(page))
}

/// Writes a date out in the language of a catalogue: `22 november 2026`.
pub fn date_view(date: Date, messages: &Catalogue) -> DateView {
    let month = messages.text(&format!("month.{}", date.month()), &[]);
    DateView {
        iso: date.to_string(),
        text: format!("{} {month} {}", date.day(), date.year()),
    }
}

pub(super) fn link_to(page: &Page) -> Link {
    Link {
        label: page.title.clone(),
        href: page.href.clone(),
    }
}

/// Returns the link to a page for readers of a language, which the page need not be in.
pub(super) fn link_to_version(page: &Page, language: Language) -> LinkInLanguage {
    LinkInLanguage {
        label: page.title.clone(),
        href: page.href.clone(),
        lang: (page.language != language).then_some(page.language),
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
        // A page that is not shown yet waits in the menu without a word, and so does one without a version.
        if let Err(Some(problem)) = input.page_below_content(&reference.path)
            && problem.severity == Severity::Error
        {
            diagnostics.push(problem.at(reference.place.clone()));
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
    // Asked for each page: why there is none is worked out once, for the settings.
    let page = site.by_source(&format!("content/{}", reference.path))?;
    site.version(&page.key, language)
}

fn redirect_view(page: &Page, href: &str, gone: bool) -> RedirectView {
    RedirectView {
        shell: ShellView::apart(page.title.clone(), href.to_owned()),
        target: link_to(page),
        gone,
    }
}

fn not_found_view(input: &Input<'_>, language: Language) -> ErrorView {
    let title = input.theme.messages(language).text("error.404.title", &[]);
    ErrorView {
        shell: ShellView::apart(title, String::new()),
        status: 404,
    }
}

fn sitemap(input: &Input<'_>) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let pages = input.site.pages.iter();
    let mut pages: Vec<(String, Option<Date>)> = pages
        .filter(|page| !page.is_earlier_version())
        .map(|page| (page.href.clone(), page.front_matter.updated))
        .collect();
    let languages = input.config.languages.iter();
    let search = languages.filter_map(|language| search::href(input.config, input.site, *language));
    pages.extend(search.map(|href| (href, None)));
    pages.sort();
    for (href, updated) in pages {
        let address = markdown::escape(&input.config.absolute(&href));
        xml.push_str(&format!("<url><loc>{address}</loc>"));
        if let Some(updated) = updated {
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
