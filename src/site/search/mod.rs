//! Search: a page in every language, and the index that its script loads.
//!
//! What somebody searches for stays in the browser: the index comes whole, the field has no name, and the
//! words stand behind the `#` of an address, which is not sent. Without a script the page holds the whole
//! portal from A to Z and as a tree. Only published pages of today are found; redirects and earlier
//! versions are not.

mod a_to_z;
mod index;
mod plain_text;
pub(super) mod synonyms;
mod words;

use std::collections::BTreeMap;

use super::config::Config;
use super::front_matter::Kind;
use super::pages::{ASSETS, Page};
use super::render::{Input, alternates_at, form_href, link_to, push_html};
use super::seen::Seen;
use crate::diagnostic::Diagnostic;
use crate::digest::fingerprint;
use crate::form::Definition;
use crate::language::Language;
use crate::output::{Caching, Output};
use crate::theme::view::search::SearchView;
use crate::theme::view::{Link, ShellView};
use crate::theme::{SharedSite, Template};
use index::Index;
pub(super) use plain_text::{Section, sections};
use synonyms::Groups;
pub(super) use synonyms::PATH as SYNONYMS;

/// A page with the text of its body.
pub(super) struct Body<'a> {
    pub(super) page: &'a Page,
    pub(super) sections: &'a [Section],
}

/// Returns the address of the search page in a language; absent where the portal has no page in it.
pub(super) fn href(config: &Config, site: Seen<'_>, language: Language) -> Option<String> {
    site.index_of("", language).filter(|_| config.search)?;
    Some(address(config, language))
}

/// Returns whether a search page is, or would be, at an address.
pub(super) fn is_address(config: &Config, href: &str) -> bool {
    let mut languages = config.languages.iter();
    languages.any(|language| address(config, *language) == href)
}

fn address(config: &Config, language: Language) -> String {
    let word = match language {
        Language::Nl => "zoeken",
        Language::En => "search",
    };
    let base_path = config.base_path();
    match language == config.default_language() {
        true => format!("{base_path}/{word}/"),
        false => format!("{base_path}/{language}/{word}/"),
    }
}

/// Makes the search page and its index in every language that has pages.
pub(super) fn render(
    input: &Input<'_>,
    shared: &BTreeMap<Language, SharedSite>,
    bodies: Vec<Body<'_>>,
) -> (Vec<Output>, Vec<Diagnostic>) {
    let mut outputs = Vec::new();
    let mut diagnostics = forms_in_its_place(input);
    for (language, site) in shared {
        let Some(href) = href(input.config, input.site, *language) else {
            continue;
        };
        let bodies: Vec<&Body<'_>> = bodies
            .iter()
            .filter(|body| body.page.language == *language)
            .collect();
        let groups = groups(input, *language, &mut diagnostics);
        let index = Index::new(input, *language, &bodies, &groups);
        let index = match index.module() {
            Ok(module) => index_output(*language, module),
            Err(error) => {
                diagnostics.push(Diagnostic::error("search-index").with("reason", error));
                continue;
            }
        };
        let view = view(input, *language, &href, &index, &bodies);
        push_html(
            input,
            site,
            Template::Search,
            &href,
            &view,
            &mut outputs,
            &mut diagnostics,
        );
        outputs.push(index);
    }
    (outputs, diagnostics)
}

/// Tells every form that asks for the address of a search page.
fn forms_in_its_place(input: &Input<'_>) -> Vec<Diagnostic> {
    let taken = input.forms.iter().filter(|form| {
        let mut languages = input.config.languages.iter();
        languages.any(|language| {
            is_address(
                input.config,
                &form_href(input, Definition::path, form, *language),
            )
        })
    });
    taken
        .map(|form| {
            Diagnostic::error("form-address-of-search")
                .with("address", &form.address)
                .in_file(format!("forms/{}.yaml", form.id))
        })
        .collect()
}

fn groups(input: &Input<'_>, language: Language, diagnostics: &mut Vec<Diagnostic>) -> Groups {
    let Some(bytes) = input.sources.files.get(synonyms::PATH) else {
        return Groups::new();
    };
    let (groups, problems) = synonyms::read(bytes, language);
    // The file is the same for each language; its mistakes are told once.
    if language == input.config.default_language() {
        diagnostics.extend(problems);
    }
    groups
}

fn index_output(language: Language, module: String) -> Output {
    let version = fingerprint(module.as_bytes());
    Output {
        path: format!("{ASSETS}/search-{language}.{version}.js"),
        bytes: module.into_bytes().into(),
        caching: Caching::Forever,
    }
}

fn view(
    input: &Input<'_>,
    language: Language,
    href: &str,
    index: &Output,
    bodies: &[&Body<'_>],
) -> SearchView {
    let messages = input.theme.messages(language);
    let title = messages.text("search.title", &[]);
    let link = |label: String, href: String| Link { label, href };
    let home = input.site.index_of("", language);
    let breadcrumbs = home.map(|home| {
        let home = link(messages.text("breadcrumbs.home", &[]), home.href.clone());
        vec![home, link(title.clone(), href.to_owned())]
    });
    SearchView {
        shell: ShellView {
            description: Some(messages.text("search.description", &[])),
            alternates: alternates_at(
                input.config,
                |language| self::href(input.config, input.site, language),
                language,
            ),
            breadcrumbs: breadcrumbs.unwrap_or_default(),
            ..ShellView::apart(title, href.to_owned())
        },
        index: format!("{}/{}", input.config.base_path(), index.path),
        instead: instead(bodies),
        letters: a_to_z::letters(input, language, bodies),
        tree: a_to_z::tree(input, language),
        forms: a_to_z::form_links(input, language),
    }
}

/// Returns where to look when nothing is found: what to do, and whom to ask.
fn instead(bodies: &[&Body<'_>]) -> Vec<Link> {
    let first = |kind: Kind| {
        let mut of_kind = bodies.iter().filter(|body| body.page.kind == kind);
        let first = of_kind.clone().find(|body| body.page.is_index);
        first.or_else(|| of_kind.next())
    };
    let found = [first(Kind::Protocol), first(Kind::Directory)];
    let found = found.into_iter().flatten();
    found.map(|body| link_to(body.page)).collect()
}

/// Returns the forms that speak a language.
fn forms<'a>(input: &Input<'a>, language: Language) -> impl Iterator<Item = &'a Definition> {
    let forms = input.forms.iter();
    forms.filter(move |form| form.languages.contains(&language))
}
