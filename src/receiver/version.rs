//! One version of what is served: pages, theme and forms that belong together.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::form_route::{FormRoute, Room, form_routes};
use super::pages::Pages;
use super::response::{ErrorPages, Refusals, as_sent, secure};
use crate::form::Definition;
use crate::language::Language;
use crate::output::Output;
use crate::theme::view::SiteView;
use crate::theme::{RenderError, SharedSite, Theme};

/// How long a form that is gone still takes what was begun in it. Somebody may be called away in the middle
/// of one; what they typed is on their page only.
const FORM_STAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// What the receiver serves, and can exchange while it runs.
pub struct Content {
    /// The files of the portal.
    pub pages: Vec<Output>,
    /// The theme, for forms and error pages.
    pub theme: Arc<Theme>,
    /// What all pages have in common, per language; the first is the default language, whose pages
    /// are at the root. Not empty.
    pub sites: Vec<SiteView>,
    /// The forms.
    pub forms: Vec<Definition>,
    /// Path below which everything is: `/` or `/veilig/`.
    pub base_path: String,
    /// Scheme and host under which people reach the portal, without a path: `https://host`.
    pub base_origin: Option<String>,
    /// Other origins whose pages may post: those of the pages where another web server serves them.
    pub origins: Vec<String>,
}

/// A portal that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// The theme cannot render an error page.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// There is no language.
    #[error("a portal needs at least one language")]
    NoLanguage,
}

/// Content that is ready for requests.
pub(super) struct Version {
    pub(super) pages: Pages,
    pub(super) theme: Arc<Theme>,
    pub(super) sites: Vec<(Language, SharedSite)>,
    pub(super) default_language: Language,
    pub(super) indexable: bool,
    pub(super) errors: ErrorPages,
    /// Answers to heads that are no request, in the default language: nothing that was asked could be read.
    pub(super) refusals: Refusals,
    pub(super) routes: Vec<Arc<FormRoute>>,
    /// Forms of earlier versions, with the moment since which they are gone.
    former: Vec<(Instant, Arc<FormRoute>)>,
    /// Without a slash at its end: empty or `/veilig`.
    pub(super) base_path: String,
    /// Origins whose pages may post.
    pub(super) senders: Vec<String>,
}

impl Version {
    /// Makes everything ready that does not depend on a request, after another version or as the first.
    pub(super) fn new(content: Content, before: Option<&Version>) -> Result<Version, PortalError> {
        let Some(first) = content.sites.first() else {
            return Err(PortalError::NoLanguage);
        };
        let default_language = first.lang;
        let indexable = first.indexable;
        let sites = content
            .sites
            .iter()
            .map(|site| (site.lang, content.theme.share(site)))
            .collect::<Vec<_>>();
        let base_path = match content.base_path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        let languages: Vec<Language> = sites.iter().map(|(language, _)| *language).collect();
        let origin = content.base_origin.as_deref().unwrap_or_default();
        let routes: Vec<Arc<FormRoute>> = content
            .forms
            .into_iter()
            .flat_map(|form| form_routes(Arc::new(form), &languages, &base_path, origin))
            .map(Arc::new)
            .collect();
        let former = before.map(|before| before.former_beside(&routes, &languages));
        let errors = ErrorPages::render(&content.theme, &sites)?;
        let refusals = Refusals::new(|status| {
            let mut response = errors.respond(default_language, status);
            secure(response.headers_mut(), indexable);
            let page = errors.page(default_language, status);
            as_sent(status, response.headers(), &page)
        });
        Ok(Version {
            pages: Pages::new(content.pages, before.map(|before| &before.pages)),
            theme: content.theme,
            sites,
            default_language,
            indexable,
            errors,
            refusals,
            routes,
            former: former.unwrap_or_default(),
            base_path,
            senders: content
                .base_origin
                .into_iter()
                .chain(content.origins)
                .collect(),
        })
    }

    /// Returns the form that is behind a path, with what of it.
    pub(super) fn room(&self, path: &str) -> Option<(&FormRoute, Room)> {
        let mut routes = self.routes.iter();
        routes.find_map(|route| Some((&**route, route.room(path)?)))
    }

    /// Returns the form that was behind a path not long ago.
    pub(super) fn former_form(&self, path: &str) -> Option<&FormRoute> {
        let now = Instant::now();
        let former = self.former.iter();
        let mut former = former.filter(|(since, _)| now - *since < FORM_STAYS);
        let found = former.find(|(_, route)| route.room(path) == Some(Room::Pages));
        found.map(|(_, route)| &**route)
    }

    /// Returns the forms of this version and earlier ones that a new version no longer has.
    fn former_beside(
        &self,
        routes: &[Arc<FormRoute>],
        languages: &[Language],
    ) -> Vec<(Instant, Arc<FormRoute>)> {
        let now = Instant::now();
        let ended = self.routes.iter().map(|route| (now, Arc::clone(route)));
        let all = ended.chain(self.former.iter().cloned());
        all.filter(|(since, former)| {
            let same = |route: &Arc<FormRoute>| route.pages.path == former.pages.path;
            now - *since < FORM_STAYS
                && languages.contains(&former.language)
                && !routes.iter().any(same)
        })
        .collect()
    }
}
