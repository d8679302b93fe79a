//! The web application: which answer a request gets.
//!
//! Invariant: every request gets a response with security headers; what is asked decides only which
//! one. So does a head that is no request or does not end, by way of [`Refusals`]; a client that sends
//! nothing, or speaks HTTP/2, gets a close.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::{spawn, spawn_blocking};
use tokio::time::Instant;

use super::body::{BodyBudget, BodyProblem};
use super::client::{Peer, Rate, client_address};
use super::follow::{Guard, Turns, Visits};
use super::form_route::{FormRoute, Room, form_routes};
use super::limits::Limits;
use super::log::{Log, LogEntry, Seldom};
use super::origin::is_own_post;
use super::pages::{Found, Pages};
use super::panics::{caught, caught_async};
use super::path::{PathProblem, decode, encode};
use super::response::{ErrorPages, FORM_CACHING, Refusals, as_sent, html, secure};
use crate::clock::Clock;
use crate::form::Definition;
use crate::language::Language;
use crate::output::Output;
use crate::randomness::{NoRandomness, Randomness};
use crate::report::ids::SubmissionKey;
use crate::report::store::Store;
use crate::theme::view::SiteView;
use crate::theme::{RenderError, SharedSite, Template, Theme};

/// Reports that are being written to disk at the same time; the others wait for a moment, which
/// costs them less than a disk with many writers.
const SUBMITS_TOGETHER: u32 = 8;

/// Everything that the receiver serves and needs.
pub struct Portal {
    /// The files of the portal.
    pub pages: Vec<Output>,
    /// The theme, for forms and error pages.
    pub theme: Arc<Theme>,
    /// What all pages have in common, per language; the first is the default language, whose pages
    /// are at the root. Not empty.
    pub sites: Vec<SiteView>,
    /// The forms.
    pub forms: Vec<Definition>,
    /// Where reports go.
    pub store: Arc<Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives submission keys.
    pub randomness: Arc<dyn Randomness>,
    /// Path below which everything is: `/` or `/veilig/`.
    pub base_path: String,
    /// Scheme and host under which people reach the portal, without a path: `https://host`.
    pub base_origin: Option<String>,
    /// Other origins whose pages may post: those of the pages where another web server serves them.
    pub origins: Vec<String>,
    /// What a client may cost.
    pub limits: Limits,
    /// Takes in what happens.
    pub log: Log,
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

/// The running application.
pub(super) struct Application {
    pages: Pages,
    pub(super) theme: Arc<Theme>,
    pub(super) sites: Vec<(Language, SharedSite)>,
    default_language: Language,
    indexable: bool,
    pub(super) errors: ErrorPages,
    pub(super) routes: Vec<FormRoute>,
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) randomness: Arc<dyn Randomness>,
    /// Without a slash at its end: empty or `/veilig`.
    base_path: String,
    /// Origins whose pages may post.
    senders: Vec<String>,
    pub(super) limits: Arc<Limits>,
    rate: Rate,
    pub(super) budget: BodyBudget,
    pub(super) submits: Arc<Semaphore>,
    pub(super) guard: Guard,
    pub(super) visits: Visits,
    pub(super) turns: Turns,
    foreign_posts: Mutex<Seldom>,
    pub(super) log: Log,
}

impl Application {
    /// Makes everything ready that does not depend on a request.
    pub(super) fn new(portal: Portal) -> Result<Application, PortalError> {
        let Some(first) = portal.sites.first() else {
            return Err(PortalError::NoLanguage);
        };
        let default_language = first.lang;
        let indexable = first.indexable;
        let sites = portal
            .sites
            .iter()
            .map(|site| (site.lang, portal.theme.share(site)))
            .collect::<Vec<_>>();
        let base_path = match portal.base_path.trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        let languages: Vec<Language> = sites.iter().map(|(language, _)| *language).collect();
        let origin = portal.base_origin.as_deref().unwrap_or_default();
        let routes = portal
            .forms
            .into_iter()
            .flat_map(|form| form_routes(Arc::new(form), &languages, &base_path, origin))
            .collect();
        Ok(Application {
            pages: Pages::new(portal.pages),
            errors: ErrorPages::render(&portal.theme, &sites)?,
            theme: portal.theme,
            sites,
            default_language,
            indexable,
            routes,
            store: portal.store,
            clock: portal.clock,
            randomness: portal.randomness,
            base_path,
            senders: portal
                .base_origin
                .into_iter()
                .chain(portal.origins)
                .collect(),
            rate: Rate::new(portal.limits.posts_at_once, portal.limits.posts_per_second),
            turns: Turns::new(portal.limits.uploads_together),
            limits: Arc::new(portal.limits),
            budget: BodyBudget::default(),
            guard: Guard::default(),
            visits: Visits::default(),
            submits: Arc::new(Semaphore::new(SUBMITS_TOGETHER as usize)),
            foreign_posts: Mutex::default(),
            log: portal.log,
        })
    }

    /// Returns the limits that the server keeps as well.
    pub(super) fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    /// Returns the log.
    pub(super) fn log(&self) -> Log {
        Arc::clone(&self.log)
    }

    /// Makes the answers to heads that are no request, in the default language: nothing that was asked
    /// could be read.
    pub(super) fn refusals(&self) -> Refusals {
        Refusals::new(|status| {
            let language = self.default_language;
            let mut response = self.errors.respond(language, status);
            secure(response.headers_mut(), self.indexable);
            let page = self.errors.page(language, status);
            as_sent(status, response.headers(), &page)
        })
    }

    /// Waits until every report that was sent before is written.
    pub(super) async fn submits_written(&self) {
        // Turns are given in order, so all of them together come after all that wait now.
        let _ = self.submits.acquire_many(SUBMITS_TOGETHER).await;
    }
}

/// Makes the router of the application.
pub(super) fn router(application: Arc<Application>) -> Router {
    // One handler, not a route per address: a path is decoded once, in `path`, and axum would match
    // forms on the path as it was written.
    Router::new().fallback(handle).with_state(application)
}

async fn handle(
    State(application): State<Arc<Application>>,
    request: Request<Body>,
) -> Response<Body> {
    let is_head = request.method() == Method::HEAD;
    let answered = caught_async(application.answer(request)).await;
    let mut response = answered.unwrap_or_else(|panicked| {
        (application.log)(LogEntry::Panicked {
            place: panicked.place,
        });
        application.error(
            application.default_language,
            StatusCode::INTERNAL_SERVER_ERROR,
        )
    });
    secure(response.headers_mut(), application.indexable);
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

impl Application {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let uri = request.uri();
        if !self.base_path.is_empty() && uri.path() == self.base_path {
            return self.moved("", uri.query());
        }
        let path = match decode(uri.path(), &self.base_path) {
            Ok(path) => path,
            Err(PathProblem::Malformed) => {
                return self.error(self.default_language, StatusCode::BAD_REQUEST);
            }
            Err(PathProblem::Nowhere) => {
                return self.error(self.default_language, StatusCode::NOT_FOUND);
            }
        };
        if let Some((route, room)) = self.room(&path) {
            return self.in_room(route, room, request).await;
        }
        let with_slash = format!("{path}/");
        match self.room(&with_slash) {
            Some((_, Room::Pages)) => self.moved(&with_slash, uri.query()),
            // Without the query: somebody may have put a code in it.
            Some(_) => self.moved(&with_slash, None),
            None => self.page(&path, &request),
        }
    }

    fn room(&self, path: &str) -> Option<(&FormRoute, Room)> {
        let mut routes = self.routes.iter();
        routes.find_map(|route| Some((route, route.room(path)?)))
    }

    async fn in_room(
        &self,
        route: &FormRoute,
        room: Room,
        request: Request<Body>,
    ) -> Response<Body> {
        match room {
            Room::Pages => self.form(route, request).await,
            Room::Follow => self.follow(route, request).await,
            Room::TakeBack => self.take_back(route, request).await,
            Room::Sheet => self.sheet(route, request.method()),
        }
    }

    fn page(&self, path: &str, request: &Request<Body>) -> Response<Body> {
        let language = self.language_of(path);
        match self.pages.find(path) {
            Found::Nothing => self.not_found(language),
            Found::WithSlash(path) => self.moved(&path, request.uri().query()),
            Found::Page(page) => match *request.method() {
                Method::GET | Method::HEAD => page.respond(request.method(), request.headers()),
                _ => self.not_allowed(language, "GET, HEAD"),
            },
        }
    }

    /// Answers with the portal's own 404 page, where the generator made one.
    fn not_found(&self, language: Language) -> Response<Body> {
        let path = if language == self.default_language {
            "404.html".to_owned()
        } else {
            format!("{}/404.html", language.tag())
        };
        match self.pages.bytes(&path) {
            Some(bytes) => html(StatusCode::NOT_FOUND, bytes),
            None => self.error(language, StatusCode::NOT_FOUND),
        }
    }

    pub(super) fn not_allowed(&self, language: Language, allowed: &'static str) -> Response<Body> {
        let mut response = self.error(language, StatusCode::METHOD_NOT_ALLOWED);
        let headers = response.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
        response
    }

    /// Sends the client to a path of this portal. The address is made of that path and never of what
    /// the client wrote, so that it cannot lead to another host.
    fn moved(&self, path: &str, query: Option<&str>) -> Response<Body> {
        let mut address = format!("{}/{}", self.base_path, encode(path));
        if let Some(query) = query {
            address.push('?');
            address.push_str(query);
        }
        let Ok(location) = HeaderValue::try_from(address) else {
            return self.error(self.default_language, StatusCode::BAD_REQUEST);
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        let headers = response.headers_mut();
        headers.insert(LOCATION, location);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        // A permanent redirect is kept for good otherwise, also when the portal changes.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    pub(super) fn error(&self, language: Language, status: StatusCode) -> Response<Body> {
        self.errors.respond(language, status)
    }

    fn language_of(&self, path: &str) -> Language {
        let first = path.split('/').next().unwrap_or_default();
        Language::from_tag(first)
            .filter(|language| self.sites.iter().any(|(known, _)| known == language))
            .unwrap_or(self.default_language)
    }

    /// Takes in a post of one of our pages, and returns whose it is.
    ///
    /// # Errors
    ///
    /// Returns the answer to one that is not taken in.
    pub(super) fn admit_post(
        &self,
        language: Language,
        request: &Request<Body>,
    ) -> Result<IpAddr, Box<Response<Body>>> {
        // Before the rate: another site must not use up the posts of the people it sends here.
        if !is_own_post(request.headers(), &self.senders) {
            self.tell_foreign_post();
            return Err(Box::new(self.error(language, StatusCode::FORBIDDEN)));
        }
        let peer = request
            .extensions()
            .get()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Peer(address)| *address);
        let client = client_address(peer, request.headers(), &self.limits.trusted_proxies);
        match self.rate.take(client, Instant::now()) {
            Ok(()) => Ok(client),
            Err(wait) => {
                let mut response = self.error(language, StatusCode::TOO_MANY_REQUESTS);
                let seconds = wait.as_secs().saturating_add(1);
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(seconds));
                Err(Box::new(response))
            }
        }
    }

    fn tell_foreign_post(&self) {
        let told = self
            .foreign_posts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .tell();
        if let Some(untold) = told {
            (self.log)(LogEntry::ForeignPost { untold });
        }
    }

    pub(super) fn no_body(&self, language: Language, problem: BodyProblem) -> Response<Body> {
        let status = match problem {
            BodyProblem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyProblem::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyProblem::Broken => StatusCode::BAD_REQUEST,
            BodyProblem::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = self.error(language, status);
        // What is left of the body would be read as the next request.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
        response
    }

    /// Writes to disk when it is its turn, and goes on when the client has gone. Without a result nobody
    /// knows what was written.
    pub(super) fn stored<T: Send + 'static, W>(
        &self,
        write: W,
    ) -> impl Future<Output = Option<T>> + Send + use<T, W>
    where
        W: FnOnce() -> T + Send + 'static,
    {
        let submits = Arc::clone(&self.submits);
        let log = Arc::clone(&self.log);
        async move {
            // A task of its own: this future is dropped when the client goes.
            let stored = spawn(async move {
                let turn = submits.acquire_owned().await;
                let written = spawn_blocking(move || {
                    let _turn = turn;
                    caught(write)
                });
                let entry = match written.await {
                    Ok(Ok(result)) => return Some(result),
                    Ok(Err(panicked)) => LogEntry::Panicked {
                        place: panicked.place,
                    },
                    Err(ended) => LogEntry::StoreFailed {
                        reason: ended.to_string(),
                    },
                };
                log(entry);
                None
            });
            stored.await.ok().flatten()
        }
    }

    /// Makes a key for a page.
    pub(super) fn new_key(&self) -> Option<SubmissionKey> {
        let key = SubmissionKey::random(self.randomness.as_ref());
        let failed = |error: &NoRandomness| {
            (self.log)(LogEntry::PageFailed {
                reason: error.to_string(),
            });
        };
        key.inspect_err(failed).ok()
    }

    /// Gives a page of the form before it is sent, which the browser may keep so that Back loses nothing.
    pub(super) fn rendered_before_sending<V: serde::Serialize>(
        &self,
        route: &FormRoute,
        status: StatusCode,
        template: Template,
        view: &V,
    ) -> Response<Body> {
        let mut response = self.rendered(route, status, template, view);
        response.headers_mut().insert(CACHE_CONTROL, FORM_CACHING);
        response
    }

    /// Gives a page that nobody may store, as every page of a report that was sent.
    pub(super) fn rendered<V: serde::Serialize>(
        &self,
        route: &FormRoute,
        status: StatusCode,
        template: Template,
        view: &V,
    ) -> Response<Body> {
        let site = self
            .sites
            .iter()
            .find(|(language, _)| *language == route.language)
            .map(|(_, site)| self.theme.render(template, site, view));
        match site {
            Some(Ok(page)) => match self.budget.hold(page, &self.limits) {
                Ok(page) => html(status, page),
                Err(_) => self.error(route.language, StatusCode::SERVICE_UNAVAILABLE),
            },
            Some(Err(error)) => {
                // The reason may quote a value of the view, which may be an answer.
                (self.log)(LogEntry::PageFailed {
                    reason: error.template.to_owned(),
                });
                self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR)
            }
            None => self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

pub(super) fn is_form(request: &Request<Body>) -> bool {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}
