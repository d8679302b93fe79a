//! The addresses of a form in one language.
//!
//! Below that of the form itself stands one for each thing that goes with it: My report, taking back,
//! and the form on paper.

use std::sync::Arc;

use super::path::encode;
use crate::form::Definition;
use crate::language::Language;
use crate::theme::view::AlternateView;

/// A form in one language.
pub(super) struct FormRoute {
    /// The form.
    pub(super) form: Arc<Definition>,
    /// The language in which it speaks here.
    pub(super) language: Language,
    /// Its pages.
    pub(super) pages: Address,
    /// My report; nothing is there where the form sends none.
    pub(super) follow: Address,
    /// Where what was sent is taken back; nothing is there where that cannot be.
    pub(super) take_back: Address,
    /// The form on paper; nothing is there for practice.
    pub(super) sheet: Address,
    /// Address of the home page in this language.
    pub(super) home: String,
}

/// Where something is.
pub(super) struct Address {
    /// Below the base path, with a slash at its end: `en/melden/`.
    pub(super) path: String,
    /// For a link: with the base path.
    pub(super) href: String,
    /// With scheme and host, where they are known.
    pub(super) url: String,
    /// The same in every language; empty where there is one.
    pub(super) alternates: Vec<AlternateView>,
}

/// What is at an address of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Pages,
    Follow,
    TakeBack,
    Sheet,
}

impl FormRoute {
    /// Returns what is at a path of the portal.
    pub(super) fn room(&self, path: &str) -> Option<Room> {
        [
            (Room::Pages, &self.pages, true),
            (Room::Follow, &self.follow, self.form.makes_cases()),
            (Room::TakeBack, &self.take_back, self.form.is_withdrawable()),
            (Room::Sheet, &self.sheet, !self.form.practice),
        ]
        .into_iter()
        .find(|(_, address, there)| *there && address.path == path)
        .map(|(room, _, _)| room)
    }
}

/// Returns the addresses of a form in the languages of the portal, of which the first is the default.
pub(super) fn form_routes(
    form: Arc<Definition>,
    languages: &[Language],
    base_path: &str,
    origin: &str,
) -> Vec<FormRoute> {
    let Some(default_language) = languages.first().copied() else {
        return Vec::new();
    };
    // Pages in the default language link to the address without a language, whatever the form speaks.
    let at_root = languages
        .iter()
        .find(|language| form.languages.contains(language));
    let others = languages
        .iter()
        .skip(1)
        .filter(|language| form.languages.contains(language));
    // Each language with the one that stands in its address.
    let spoken: Vec<(Language, Language)> = at_root
        .map(|language| (*language, default_language))
        .into_iter()
        .chain(others.map(|language| (*language, *language)))
        .collect();
    let href = |path: &str| format!("{base_path}/{}", encode(path));
    let address = |current: (Language, Language), path: &dyn Fn(Language) -> String| {
        let alternate = |(language, addressed): &(Language, Language)| {
            let href = href(&path(*addressed));
            AlternateView {
                lang: *language,
                name: language.own_name().to_owned(),
                url: format!("{origin}{href}"),
                href,
                current: *language == current.0,
            }
        };
        let path = path(current.1);
        let href = href(&path);
        Address {
            url: format!("{origin}{href}"),
            alternates: match spoken.as_slice() {
                [_] => Vec::new(),
                _ => spoken.iter().map(alternate).collect(),
            },
            path,
            href,
        }
    };
    let default = default_language;
    spoken
        .iter()
        .map(|current| FormRoute {
            language: current.0,
            pages: address(*current, &|l| form.path(l, default)),
            follow: address(*current, &|l| form.follow_path(l, default)),
            take_back: address(*current, &|l| form.take_back_path(l, default)),
            sheet: address(*current, &|l| form.sheet_path(l, default)),
            home: href(&match current.1 {
                addressed if addressed == default => String::new(),
                addressed => format!("{}/", addressed.tag()),
            }),
            form: Arc::clone(&form),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_have_the_addresses_that_pages_link_to() {
        #[track_caller]
        fn check(site: &[Language], form: &[Language], expected: &[(&str, Language)]) {
            let definition = Definition::shipped_form("incident").unwrap();
            let definition = Definition {
                languages: form.to_vec(),
                ..definition
            };
            let definition = Arc::new(definition);
            let routes = form_routes(definition, site, "/veilig", "https://a.example");
            let found: Vec<_> = routes
                .iter()
                .map(|route| (route.pages.href.as_str(), route.language))
                .collect();
            assert_eq!(found, expected);
        }
        use Language::{En, Nl};
        check(
            &[Nl, En],
            &[Nl, En],
            &[("/veilig/melden/", Nl), ("/veilig/en/melden/", En)],
        );
        check(
            &[En, Nl],
            &[Nl, En],
            &[("/veilig/melden/", En), ("/veilig/nl/melden/", Nl)],
        );
        check(&[Nl, En], &[Nl], &[("/veilig/melden/", Nl)]);
        check(
            &[En, Nl],
            &[Nl],
            &[("/veilig/melden/", Nl), ("/veilig/nl/melden/", Nl)],
        );
        check(&[En], &[Nl], &[]);
    }
}
