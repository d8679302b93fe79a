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
use super::form_route::{FormRoute, Room};
use super::limits::Limits;
use super::live::Live;
use super::log::{Log, LogEntry, Seldom};
use super::origin::is_own_post;
use super::pages::Found;
use super::panics::{caught, caught_async};
use super::path::{PathProblem, decode, encode};
use super::response::{FORM_CACHING, html, secure};
use super::version::{Content, PortalError, Version};
use crate::clock::Clock;
use crate::language::Language;
use crate::randomness::{NoRandomness, Randomness};
use crate::report::ids::SubmissionKey;
use crate::report::store::Store;
use crate::theme::Template;

/// Reports that are being written to disk at the same time; the others wait for a moment, which
/// costs them less than a disk with many writers.
const SUBMITS_TOGETHER: u32 = 8;

/// Everything that the receiver serves and needs.
pub struct Portal {
    /// What it serves at first.
    pub content: Content,
    /// Where reports go.
    pub store: Arc<Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives submission keys.
    pub randomness: Arc<dyn Randomness>,
    /// What a client may cost.
    pub limits: Limits,
    /// Takes in what happens.
    pub log: Log,
}

/// The running application with one version of what it serves. The rest is the same in all versions.
#[derive(Clone)]
pub(super) struct Application {
    pub(super) version: Arc<Version>,
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) randomness: Arc<dyn Randomness>,
    pub(super) limits: Arc<Limits>,
    rate: Arc<Rate>,
    pub(super) budget: Arc<BodyBudget>,
    pub(super) submits: Arc<Semaphore>,
    pub(super) guard: Arc<Guard>,
    pub(super) visits: Arc<Visits>,
    pub(super) turns: Turns,
    foreign_posts: Arc<Mutex<Seldom>>,
    pub(super) log: Log,
}

impl Application {
    /// Makes everything ready that does not depend on a request.
    pub(super) fn new(portal: Portal) -> Result<Application, PortalError> {
        Ok(Application {
            version: Arc::new(Version::new(portal.content, None)?),
            store: portal.store,
            clock: portal.clock,
            randomness: portal.randomness,
            rate: Arc::new(Rate::new(
                portal.limits.posts_at_once,
                portal.limits.posts_per_second,
            )),
            turns: Turns::new(portal.limits.uploads_together),
            limits: Arc::new(portal.limits),
            budget: Arc::default(),
            guard: Arc::default(),
            visits: Arc::default(),
            submits: Arc::new(Semaphore::new(SUBMITS_TOGETHER as usize)),
            foreign_posts: Arc::default(),
            log: portal.log,
        })
    }

    /// Makes another version of what is served.
    pub(super) fn with(&self, content: Content) -> Result<Application, PortalError> {
        let version = Version::new(content, Some(&self.version))?;
        Ok(Application {
            version: Arc::new(version),
            ..self.clone()
        })
    }

    /// Waits until every report that was sent before is written.
    pub(super) async fn submits_written(&self) {
        // Turns are given in order, so all of them together come after all that wait now.
        let _ = self.submits.acquire_many(SUBMITS_TOGETHER).await;
    }
}

/// Makes the router of the application.
pub(super) fn router(live: Live) -> Router {
    // One handler, not a route per address: a path is decoded once, in `path`, and axum would match
    // forms on the path as it was written.
    Router::new().fallback(handle).with_state(live)
}

async fn handle(State(live): State<Live>, request: Request<Body>) -> Response<Body> {
    // One version from the head of the request to its answer.
    let application = live.current();
    let is_head = request.method() == Method::HEAD;
    let answered = caught_async(application.answer(request)).await;
    let mut response = answered.unwrap_or_else(|panicked| {
        (application.log)(LogEntry::Panicked {
            place: panicked.place,
        });
        application.error(
            application.version.default_language,
            StatusCode::INTERNAL_SERVER_ERROR,
        )
    });
    secure(response.headers_mut(), application.version.indexable);
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

impl Application {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let uri = request.uri();
        if !self.version.base_path.is_empty() && uri.path() == self.version.base_path {
            return self.moved("", uri.query());
        }
        let path = match decode(uri.path(), &self.version.base_path) {
            Ok(path) => path,
            Err(PathProblem::Malformed) => {
                return self.error(self.version.default_language, StatusCode::BAD_REQUEST);
            }
            Err(PathProblem::Nowhere) => {
                return self.error(self.version.default_language, StatusCode::NOT_FOUND);
            }
        };
        if let Some((route, room)) = self.version.room(&path) {
            return self.in_room(route, room, request).await;
        }
        if *request.method() == Method::POST
            && let Some(route) = self.version.former_form(&path)
        {
            return self.form(route, request).await;
        }
        let with_slash = format!("{path}/");
        match self.version.room(&with_slash) {
            Some((_, Room::Pages)) => self.moved(&with_slash, uri.query()),
            // Without the query: somebody may have put a code in it.
            Some(_) => self.moved(&with_slash, None),
            None => self.page(&path, &request),
        }
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
        match self
            .version
            .pages
            .find(path, &self.not_found_path(language))
        {
            Found::Nothing(Some(own)) => html(StatusCode::NOT_FOUND, own),
            Found::Nothing(None) => self.error(language, StatusCode::NOT_FOUND),
            Found::WithSlash(path) => self.moved(&path, request.uri().query()),
            Found::Page(page) => match *request.method() {
                Method::GET | Method::HEAD => page.respond(request.method(), request.headers()),
                _ => self.not_allowed(language, "GET, HEAD"),
            },
        }
    }

    /// Returns where the generator puts the portal's own 404 page.
    fn not_found_path(&self, language: Language) -> String {
        if language == self.version.default_language {
            "404.html".to_owned()
        } else {
            format!("{}/404.html", language.tag())
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
        let mut address = format!("{}/{}", self.version.base_path, encode(path));
        if let Some(query) = query {
            address.push('?');
            address.push_str(query);
        }
        let Ok(location) = HeaderValue::try_from(address) else {
            return self.error(self.version.default_language, StatusCode::BAD_REQUEST);
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
        self.version.errors.respond(language, status)
    }

    fn language_of(&self, path: &str) -> Language {
        let first = path.split('/').next().unwrap_or_default();
        Language::from_tag(first)
            .filter(|language| {
                self.version
                    .sites
                    .iter()
                    .any(|(known, _)| known == language)
            })
            .unwrap_or(self.version.default_language)
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
        if !is_own_post(request.headers(), &self.version.senders) {
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
            .version
            .sites
            .iter()
            .find(|(language, _)| *language == route.language)
            .map(|(_, site)| self.version.theme.render(template, site, view));
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
