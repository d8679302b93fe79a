//! Where a message or an event leads.

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::site::pages::Page;
use crate::site::render::{Input, form_link, link_to_version};
use crate::source_text::Place;
use crate::theme::view::LinkInLanguage;
use crate::yaml::Mapping;

/// Where a message or an event leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A page, as a path below `content/`.
    Page(String, Place),
    /// A form, by its id.
    Form(String, Place),
    /// An address elsewhere, or an e-mail address with `mailto:`.
    Address(String),
}

impl Destination {
    /// Reads the destination from the keys `page`, `form` and `link`, of which one at most may be there.
    pub(super) fn read(
        map: &mut Mapping<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Destination> {
        let nodes = ["page", "form", "link"].map(|key| map.get(key).map(|node| (key, node)));
        let mut given = nodes.into_iter().flatten();
        let (key, node) = given.next()?;
        if let Some((_, second)) = given.next() {
            diagnostics.push(Diagnostic::error("calendar-two-destinations").at(second.place()));
        }
        let text = node.text(diagnostics)?;
        match key {
            "page" => Some(Destination::Page(text, node.place())),
            "form" => Some(Destination::Form(text, node.place())),
            _ if is_address(&text) => Some(Destination::Address(text)),
            _ => {
                let wrong = Diagnostic::error("calendar-link").with("value", &text);
                diagnostics.push(wrong.at(node.place()));
                None
            }
        }
    }

    /// Returns the link for readers of a language, where there is something for them.
    pub(super) fn link(&self, input: &Input<'_>, language: Language) -> Option<LinkInLanguage> {
        match self {
            Destination::Page(path, _) => {
                page(input, path, language).map(|page| link_to_version(page, language))
            }
            Destination::Form(id, _) => Some(form_link(input, input.form(id).ok()?, language)),
            Destination::Address(address) => Some(LinkInLanguage {
                label: shown(address).to_owned(),
                href: address.clone(),
                lang: None,
            }),
        }
    }

    /// Returns the address to send to others. That of a page is its short one, so that what was copied to
    /// a mail keeps leading there.
    pub(super) fn address(&self, input: &Input<'_>, language: Language) -> Option<String> {
        let href = match self {
            Destination::Page(path, _) => page(input, path, language)?.short_href.clone(),
            _ => self.link(input, language)?.href,
        };
        Some(match href.starts_with('/') {
            true => input.config.absolute(&href),
            false => href,
        })
    }

    /// Tells where it leads to nothing.
    pub(super) fn check(&self, input: &Input<'_>) -> Option<Diagnostic> {
        match self {
            Destination::Page(below, place) => {
                let problem = input.page_below_content(below).err().flatten()?;
                Some(problem.at(place.clone()))
            }
            Destination::Form(id, place) => {
                let problem = input.form(id).err().flatten()?;
                Some(problem.at(place.clone()))
            }
            Destination::Address(_) => None,
        }
    }
}

/// Returns a page by its path below `content/`, in a language where it is there.
fn page<'a>(input: &Input<'a>, path: &str, language: Language) -> Option<&'a Page> {
    let site = input.site;
    let page = input.page_below_content(path).ok()?;
    Some(site.version(&page.key, language).unwrap_or(page))
}

/// Returns what people say of an address: its host, or who gets the mail.
fn shown(address: &str) -> &str {
    let (_, rest) = address.split_once(':').unwrap_or(("", address));
    let rest = rest.trim_start_matches('/');
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Returns whether this is an address that leads somewhere by itself.
fn is_address(text: &str) -> bool {
    let known = ["https://", "http://", "mailto:"];
    known
        .iter()
        .any(|start| text.len() > start.len() && text.starts_with(start))
        && !text.contains(char::is_whitespace)
}
