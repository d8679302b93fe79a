//! Pages to outputs: views for the theme, and the files that every portal has.
//!
//! Every page is rendered on its own from the same unchanging [`Site`], so all cores can work at
//! once and the order of work never shows in the result.

use std::collections::{BTreeMap, BTreeSet};

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
use super::pages::{self, Page, Site, folders_from};
use super::paths::{Paths, feed};
use super::plain_language::{self, Wording};
use super::portraits;
use super::production;
use super::requirements::Requirements;
use super::search::{self, Section};
use super::seen::{Reads, Seen};
use super::source::Sources;
use super::web_app;
use crate::diagnostic::{Diagnostic, Severity};
use crate::form::Definition;
use crate::language::Language;
use crate::message::Catalogue;
use crate::output::{Caching, Output};
use crate::source_text::Place;
use crate::theme::view::history::ChangeView;
use crate::theme::view::path::PathStopView;
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
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The files beside the pages.
    pub sources: &'a Sources,
    /// The names of the files beside the pages.
    pub files: &'a Files,
    /// The pages, and who asks for them.
    pub site: Seen<'a>,
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
    /// Whether advice on the language of pages is asked.
    pub advice: bool,
    /// Whether the portal takes its forms itself, also where its settings name another address.
    pub forms_here: bool,
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
        norm: norm(input.site.whole(), language).map(link_to),
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
        };
        let html = theme.render(Template::Redirect, &theme.share(site), &view)?;
        let path = beside_home(config, *language, "index.html");
        outputs.push(output(path, html));
    }
    Ok(outputs::with_compressed(outputs))
}

/// What is made once for all pages.
pub struct Common<'a> {
    views: &'a BTreeMap<Language, SiteView>,
    shared: BTreeMap<Language, SharedSite>,
    paths: Paths<'a>,
}

impl<'a> Common<'a> {
    /// Makes what all pages need. `views` holds what [`site_views`] made of the same input.
    pub fn new(
        input: &Input<'a>,
        views: &'a BTreeMap<Language, SiteView>,
    ) -> (Common<'a>, Vec<Diagnostic>) {
        let share = |(language, view): (&Language, &SiteView)| (*language, input.theme.share(view));
        let (paths, diagnostics) = Paths::gather(input);
        let common = Common {
            views,
            shared: views.iter().map(share).collect(),
            paths,
        };
        (common, diagnostics)
    }

    /// Returns the places in paths of each page that has one, by the path of its file.
    pub fn stops(&self) -> BTreeMap<String, Vec<PathStopView>> {
        self.paths.stops()
    }

    fn navigation(&self, language: Language) -> &[Link] {
        let view = self.views.get(&language);
        view.map(|view| &*view.navigation).unwrap_or_default()
    }
}

/// Takes the files of a page as soon as they are made, and returns those to keep in memory.
pub type Deliver<'a> = &'a (dyn Fn(Vec<Output>) -> Vec<Output> + Sync);

/// Renders pages, on all cores; the result is in their order.
pub fn render_pages(
    input: &Input<'_>,
    common: &Common<'_>,
    pages: &[&Page],
    deliver: Deliver<'_>,
) -> Vec<RenderedPage> {
    pages
        .par_iter()
        .map(|page| {
            let mut rendered = render_page(input, common, page);
            rendered.outputs = deliver(rendered.outputs);
            rendered
        })
        .collect()
}

/// Renders what belongs to no page. `rendered` holds all pages of the site, in its order.
pub fn render_rest(
    input: &Input<'_>,
    common: &Common<'_>,
    rendered: &[&RenderedPage],
) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut result = Vec::new();
    let mut diagnostics = Requirements::shipped().unknown_rows(input.site.whole());
    diagnostics.extend(production::check_pages(input.config, input.site.whole()));
    diagnostics.extend(unfinished(input.config, rendered));
    diagnostics.extend(clashes(rendered));
    let (found, problems) = search::render(input, &common.shared, bodies(input, rendered));
    result.extend(found);
    diagnostics.extend(problems);
    for (href, page, gone) in redirects(input) {
        push_redirect(
            input,
            common,
            href,
            page,
            gone,
            &mut result,
            &mut diagnostics,
        );
    }
    for (language, site) in &common.shared {
        let view = not_found_view(input, *language);
        let path = beside_home(input.config, *language, "404.html");
        match input.theme.render(Template::Error, site, &view) {
            Ok(html) => result.push(output(path, html)),
            Err(error) => diagnostics.push(theme_problem(&error)),
        }
    }
    result.extend(common.views.iter().map(|(language, view)| {
        let path = beside_home(input.config, *language, web_app::FILE);
        web_app::manifest(view, path, &format!("{}/", input.config.base_path()))
    }));
    result.extend(input.theme.outputs().iter().cloned());
    let portraits: Vec<String> = portraits::files(input.config).collect();
    let needed = rendered.iter().flat_map(|page| &page.files);
    let needed = needed.chain(&portraits).map(String::as_str);
    result.extend(input.files.outputs(input, needed));
    if let Some(feed) = common.paths.feed(input) {
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
    (result, diagnostics)
}

/// Returns the pages that can be searched, with their texts.
fn bodies<'a>(input: &Input<'a>, rendered: &[&'a RenderedPage]) -> Vec<search::Body<'a>> {
    let pages = input.site.pages().zip(rendered);
    pages
        .filter(|(page, _)| !page.is_earlier_version())
        .map(|(page, rendered)| search::Body {
            page,
            sections: &rendered.sections,
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

/// Returns the addresses besides its short one that lead on to a page, and whether what was there is gone.
fn redirects<'a>(input: &Input<'a>) -> impl Iterator<Item = (&'a str, &'a Page, bool)> {
    let site: &'a Site = input.site.whole();
    let addresses: &'a Addresses = input.addresses;
    let leads_to = |(href, at): (&'a String, &usize), gone| {
        let page = site.pages.get(*at)?;
        Some((href.as_str(), &**page, gone))
    };
    let aliases = site.aliases().iter();
    let aliases = aliases.filter_map(move |alias| leads_to(alias, false));
    let gone = addresses.gone.iter();
    aliases.chain(gone.filter_map(move |address| leads_to(address, true)))
}

/// Makes what stands at an address that leads on to a page.
fn push_redirect(
    input: &Input<'_>,
    common: &Common<'_>,
    href: &str,
    page: &Page,
    gone: bool,
    outputs: &mut Vec<Output>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(site) = common.shared.get(&page.language) {
        let view = redirect_view(page, href);
        let template = match gone {
            true => Template::Gone,
            false => Template::Redirect,
        };
        push_html(input, site, template, href, &view, outputs, diagnostics);
    }
}

/// Tells what editors still have to fill in: how much, and where a portal that is for real may not go without
/// it each place.
fn unfinished(config: &Config, rendered: &[&RenderedPage]) -> Vec<Diagnostic> {
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

/// Tells every block that names a file which another one has named already.
fn clashes(rendered: &[&RenderedPage]) -> Vec<Diagnostic> {
    let mut claimed: BTreeMap<&str, &Place> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (path, place) in rendered.iter().flat_map(|page| &page.claims) {
        let first = *claimed.entry(path).or_insert(place);
        if !std::ptr::eq(first, place) {
            diagnostics.push(
                Diagnostic::error("block-file-twice")
                    .with("file", path)
                    .with("other", format!("{}:{}", first.path, first.line))
                    .at(place.clone()),
            );
        }
    }
    diagnostics
}

/// A page that was rendered, and what it was made from.
#[derive(Debug, Default)]
pub struct RenderedPage {
    /// Its files: the page, what leads on to it, and what its blocks made.
    pub outputs: Vec<Output>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// What it asked of the site.
    pub(super) reads: Reads,
    /// Paths of the files beside the pages that it needs.
    pub(super) files: BTreeSet<String>,
    claims: Vec<(String, Place)>,
    /// Its text, for the search index.
    sections: Vec<Section>,
    /// Places that an editor still has to fill in.
    to_fill_in: Vec<Place>,
    /// Whether a portal that is for real may not go without the page.
    needed: bool,
}

impl RenderedPage {
    /// Returns whether it was not rendered yet.
    pub(super) fn is_new(&self) -> bool {
        self.outputs.is_empty()
    }
}

fn render_page(input: &Input<'_>, common: &Common<'_>, page: &Page) -> RenderedPage {
    let mut reads = Reads::default();
    let input = &Input {
        site: input.site.noting(&reads),
        ..*input
    };
    let stops = common.paths.stops_on(page);
    let resolver = PageResolver::new(input, page, &stops);
    let (rendered, mut diagnostics) =
        markdown::render(&page.source, page.body.clone(), &page.outline, &resolver);
    if page.kind == Kind::Glossary && !page.is_earlier_version() {
        diagnostics.extend(input.glossary.unshown(page, &rendered.anchors));
    }
    diagnostics.extend(pages::warnings(page, input.today));
    if input.advice {
        diagnostics.extend(plain_language::of_page(page, input.wordings));
    }
    let changes = history::changes(&resolver);
    diagnostics.extend(changes.diagnostics);
    let mut to_fill_in = rendered.to_fill_in;
    to_fill_in.extend(changes.to_fill_in);
    let path = common.paths.on(page).map(|path| {
        // Its steps were resolved with all paths.
        input.site.paths();
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
    let sections = match input.config.search {
        true => search::sections(&rendered.html),
        false => Vec::new(),
    };
    let mut outputs = rendered.outputs;
    if let Some(site) = common.shared.get(&page.language) {
        let navigation = common.navigation(page.language);
        let view = ContentView {
            path,
            stops,
            ..content_view(input, page, navigation, rendered.html, changes.views)
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
    push_redirect(
        input,
        common,
        &page.short_href,
        page,
        false,
        &mut outputs,
        &mut diagnostics,
    );
    let files = reads.settle();
    RenderedPage {
        outputs,
        diagnostics,
        reads,
        files,
        claims: rendered.claims,
        sections,
        to_fill_in,
        needed: production::is_needed(page),
    }
}

fn content_view(
    input: &Input<'_>,
    page: &Page,
    navigation: &[Link],
    body_html: String,
    changes: Vec<ChangeView>,
) -> ContentView {
    let messages = input.theme.messages(page.language);
    let front = &page.front_matter;
    let (previous, next) = neighbours(input, page);
    let review = front.review.filter(|_| !page.is_earlier_version());
    ContentView {
        shell: shell(input, page, navigation),
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
        Some(_) if !input.forms_here => config.receiver_address(),
        _ => config.base_path().to_owned(),
    };
    let path = form.path(page.language, config.default_language());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(FEEDBACK_PARAMETER, &page.href);
    Some(format!("{receiver}/{path}?{}", query.finish()))
}

fn shell(input: &Input<'_>, page: &Page, navigation: &[Link]) -> ShellView {
    ShellView {
        document_title: history::name(input, page),
        href: page.href.clone(),
        description: page.summary.clone(),
        alternates: alternates(input, page),
        section: section(input, page, navigation),
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
fn section(input: &Input<'_>, page: &Page, navigation: &[Link]) -> Option<String> {
    let page = input.site.current_version(page).unwrap_or(page);
    navigation
        .iter()
        .map(|item| item.href.as_str())
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
    let (previous, next) = input.site.neighbours(page);
    (previous.map(link_to), next.map(link_to))
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
    let mut pages = site.pages();
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
    let page = input
        .site
        .by_source(&format!("content/{}", reference.path))?;
    input.site.version(&page.key, language)
}

fn redirect_view(page: &Page, href: &str) -> RedirectView {
    RedirectView {
        shell: ShellView::apart(page.title.clone(), href.to_owned()),
        target: link_to(page),
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
    let pages = input.site.pages();
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
