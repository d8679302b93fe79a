//! Where a message or an event leads.

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::nearest::nearest;
use crate::site::links::dead_path;
use crate::site::pages::Page;
use crate::site::render::Input;
use crate::source_text::Place;
use crate::theme::view::Link;
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
    pub(super) fn link(&self, input: &Input<'_>, language: Language) -> Option<Link> {
        match self {
            Destination::Page(path, _) => page(input, path, language).map(|page| Link {
                label: match page.language == language {
                    true => page.title.clone(),
                    false => in_other_language(input, page, language),
                },
                href: page.href.clone(),
            }),
            Destination::Form(id, _) => {
                let form = input.forms.iter().find(|form| form.id == *id)?;
                let path = form.path(language, input.config.default_language());
                let receiver = match input.config.receiver_elsewhere() {
                    Some(_) => input.config.receiver_address(),
                    None => input.config.base_path().to_owned(),
                };
                Some(Link {
                    label: form.title.get(language).to_owned(),
                    href: format!("{receiver}/{path}"),
                })
            }
            Destination::Address(address) => Some(Link {
                label: shown(address).to_owned(),
                href: address.clone(),
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
                let path = format!("content/{below}");
                let known = input.site.by_source(&path).is_some()
                    || input.sources.unreadable.contains(&path);
                if known {
                    return None;
                }
                let problem = match input.site.is_unpublished(&path) {
                    true => Diagnostic::warning("link-unpublished").with("target", below),
                    false => dead_path(input, below),
                };
                Some(problem.at(place.clone()))
            }
            Destination::Form(id, place) => {
                let ids = input.forms.iter().map(|form| form.id.as_str());
                if ids.clone().any(|known| known == id) || !input.unread_forms.is_empty() {
                    return None;
                }
                let near = nearest(id, ids.clone()).or_else(|| ids.clone().next());
                let unknown = Diagnostic::error("calendar-form")
                    .with("id", id)
                    .with("nearest", near.unwrap_or("incident"));
                Some(unknown.at(place.clone()))
            }
            Destination::Address(_) => None,
        }
    }
}

/// Returns a page by its path below `content/`, in a language where it is there.
fn page<'a>(input: &Input<'a>, path: &str, language: Language) -> Option<&'a Page> {
    let site = input.site;
    let page = site.by_source(&format!("content/{path}"))?;
    Some(site.version(&page.key, language).unwrap_or(page))
}

/// Names a page in another language to readers who may not read that.
fn in_other_language(input: &Input<'_>, page: &Page, language: Language) -> String {
    let texts = input.theme.messages(language);
    let key = format!("calendar.language.{}", page.language);
    texts.text(&key, &[("title", &page.title)])
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
