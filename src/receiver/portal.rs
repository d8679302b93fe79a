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

use super::body::{BodyBudget, BodyProblem, read_pairs};
use super::client::{Peer, Rate, client_address};
use super::follow::{Guard, Turns, Visits};
use super::form_journey::{Screen, Sent};
use super::form_views::Journey;
use super::limits::Limits;
use super::log::{Log, LogEntry, Seldom};
use super::origin::is_own_post;
use super::pages::{Found, Pages};
use super::panics::{caught, caught_async};
use super::path::{PathProblem, decode, encode};
use super::response::{ErrorPages, FORM_CACHING, Refusals, as_sent, html, secure};
use crate::clock::Clock;
use crate::form::{Answer, Answers, Definition};
use crate::language::Language;
use crate::output::Output;
use crate::randomness::{NoRandomness, Randomness};
use crate::report::ids::{Code, SubmissionKey};
use crate::report::store::{NewReport, Store, SubmitError, Submitted};
use crate::theme::view::{AlternateView, SiteView};
use crate::theme::{RenderError, SharedSite, Template, Theme};

/// Reports that are being written to disk at the same time; the others wait for a moment, which
/// costs them less than a disk with many writers.
const SUBMITS_TOGETHER: u32 = 8;

/// The question that says who may see a report.
const RECIPIENT_FIELD: &str = "recipient";

/// Who sees a report when the reporter chose nobody.
const USUAL_RECIPIENT: &str = "coordinator";

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
    submits: Arc<Semaphore>,
    pub(super) guard: Guard,
    pub(super) visits: Visits,
    pub(super) turns: Turns,
    foreign_posts: Mutex<Seldom>,
    pub(super) log: Log,
}

/// A form in one language, with its address.
pub(super) struct FormRoute {
    /// Below the base path, with a slash at its end: `en/melden/`.
    pub(super) path: String,
    pub(super) action: String,
    /// My report, below the base path.
    pub(super) follow_path: String,
    /// Address of My report.
    pub(super) follow: String,
    /// The same with scheme and host, where they are known.
    pub(super) follow_address: String,
    pub(super) language: Language,
    pub(super) form: Arc<Definition>,
    pub(super) alternates: Vec<AlternateView>,
    pub(super) follow_alternates: Vec<AlternateView>,
    /// Address of the home page in this language.
    pub(super) home: String,
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

/// Returns the addresses of a form in the languages of the portal, of which the first is the default.
pub(super) fn form_routes(
    form: Arc<Definition>,
    languages: &[Language],
    base_path: &str,
    origin: &str,
) -> Vec<FormRoute> {
    let Some(default_language) = languages.first() else {
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
        .map(|language| (*language, *default_language))
        .into_iter()
        .chain(others.map(|language| (*language, *language)))
        .collect();
    let path = |addressed: Language| form.path(addressed, *default_language);
    let action = |path: &str| format!("{base_path}/{}", encode(path));
    let follow_path = |addressed: Language| form.follow_path(addressed, *default_language);
    let alternates = |current: Language, path: &dyn Fn(Language) -> String| {
        let one_language = spoken.iter().all(|(language, _)| *language == current);
        let others = spoken.iter().filter(|_| !one_language);
        let alternate = |(language, addressed): &(Language, Language)| AlternateView {
            lang: *language,
            name: language.own_name().to_owned(),
            href: action(&path(*addressed)),
            url: format!("{origin}{}", action(&path(*addressed))),
            current: *language == current,
        };
        others.map(alternate).collect::<Vec<_>>()
    };
    spoken
        .iter()
        .map(|(language, addressed)| {
            let follow = action(&follow_path(*addressed));
            FormRoute {
                path: path(*addressed),
                action: action(&path(*addressed)),
                follow_path: follow_path(*addressed),
                follow_address: format!("{origin}{follow}"),
                follow,
                language: *language,
                form: Arc::clone(&form),
                alternates: alternates(*language, &path),
                follow_alternates: alternates(*language, &follow_path),
                home: action(&if addressed == default_language {
                    String::new()
                } else {
                    format!("{}/", addressed.tag())
                }),
            }
        })
        .collect()
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
        if let Some(route) = self.routes.iter().find(|route| route.path == path) {
            return self.form(route, request).await;
        }
        if let Some(route) = self.routes.iter().find(|route| route.follow_path == path) {
            return self.follow(route, request).await;
        }
        let with_slash = format!("{path}/");
        if self.routes.iter().any(|route| route.path == with_slash) {
            return self.moved(&with_slash, uri.query());
        }
        // Without the query: somebody may have put a receipt code in it.
        if self
            .routes
            .iter()
            .any(|route| route.follow_path == with_slash)
        {
            return self.moved(&with_slash, None);
        }
        self.page(&path, &request)
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

    async fn form(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        match *request.method() {
            Method::GET | Method::HEAD => self.open_form(route),
            Method::POST => self.post_form(route, request).await,
            _ => self.not_allowed(route.language, "GET, HEAD, POST"),
        }
    }

    /// Shows the first page, with a key of its own.
    fn open_form(&self, route: &FormRoute) -> Response<Body> {
        let Some(key) = self.new_key() else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        match self.journey(route, key).first_page() {
            Some(view) => self.rendered(route, StatusCode::OK, Template::FormPage, &view),
            None => self.error(route.language, StatusCode::NOT_FOUND),
        }
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

    async fn post_form(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        let language = route.language;
        if let Err(refusal) = self.admit_post(language, &request) {
            return *refusal;
        }
        if !is_form(&request) {
            return self.error(language, StatusCode::BAD_REQUEST);
        }
        let pairs = match read_pairs(request.into_body(), &self.limits, &self.budget).await {
            Ok(pairs) => pairs,
            Err(problem) => return self.no_body(language, problem),
        };
        let today = self.clock.today();
        let sent = Sent::read(&route.form, &pairs, today);
        // A first page of another web server has no key.
        let Some(key) = sent.key.or_else(|| self.new_key()) else {
            return self.error(language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let mut journey = self.journey(route, key);
        journey.changed = sent.changed;
        match sent.screen(&route.form, today) {
            None => self.error(language, StatusCode::NOT_FOUND),
            Some(Screen::Page {
                page,
                judged,
                returns,
            }) => {
                let view = journey.page(page, &sent.draft, judged, returns);
                self.rendered(route, StatusCode::OK, Template::FormPage, &view)
            }
            Some(Screen::Check(answers)) => {
                let view = journey.check(&sent.draft, &answers, None);
                self.rendered(route, StatusCode::OK, Template::FormCheck, &view)
            }
            Some(Screen::Submit(answers)) => match self.submit(route, key, &answers).await {
                Ok(submitted) => match &submitted.receipt {
                    Some(receipt) => {
                        let view = journey.confirmation(&submitted, receipt, &answers);
                        self.rendered(route, StatusCode::OK, Template::FormConfirmation, &view)
                    }
                    None => self.kept(route),
                },
                Err(problem) => {
                    let view = journey.check(&sent.draft, &answers, Some(problem.text));
                    self.rendered(route, problem.status, Template::FormCheck, &view)
                }
            },
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

    /// Stores a report. It goes on when the client has gone: what was sent is stored, and the same
    /// key finds it again.
    async fn submit(
        &self,
        route: &FormRoute,
        key: SubmissionKey,
        answers: &Answers,
    ) -> Result<Submitted, Problem> {
        let report = self.report(route, key, answers)?;
        let store = Arc::clone(&self.store);
        match self.stored(move || store.submit(&report)).await {
            Some(Ok(submitted)) => Ok(submitted),
            // Somebody used an old form; nothing has failed.
            Some(Err(error @ SubmitError::Settled { .. })) => Err(Problem::of(&error)),
            Some(Err(error)) => {
                (self.log)(LogEntry::StoreFailed {
                    reason: error.to_string(),
                });
                Err(Problem::of(&error))
            }
            None => Err(Problem::UNSURE),
        }
    }

    /// Writes to disk when it is its turn, and goes on when the client has gone. Without a result nobody
    /// knows what was written.
    pub(super) async fn stored<T: Send + 'static>(
        &self,
        write: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let submits = Arc::clone(&self.submits);
        let log = Arc::clone(&self.log);
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

    fn report(
        &self,
        route: &FormRoute,
        key: SubmissionKey,
        answers: &Answers,
    ) -> Result<NewReport, Problem> {
        let recipient = match answers.get(RECIPIENT_FIELD) {
            Some(Answer::Choice(recipient)) => recipient,
            _ => USUAL_RECIPIENT,
        };
        let code = |text: &str| {
            text.parse::<Code>().map_err(|error| {
                (self.log)(LogEntry::StoreFailed {
                    reason: error.to_string(),
                });
                Problem::NOT_STORED
            })
        };
        let stored = answers.stored(&route.form);
        Ok(NewReport {
            submission_key: key,
            form: code(&route.form.id)?,
            version: route.form.version,
            language: route.language,
            answers: stored.answers.into(),
            names: stored.names.into(),
            countable: stored.countable.into(),
            recipient: code(recipient)?,
        })
    }

    fn journey<'a>(&'a self, route: &'a FormRoute, key: SubmissionKey) -> Journey<'a> {
        Journey {
            key: Some(key),
            ..Journey::of(
                route,
                &self.theme,
                self.store.lifecycle(),
                self.clock.today(),
            )
        }
    }

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
                Ok(page) => {
                    let mut response = html(status, page);
                    // Nothing was typed on the confirmation, so nothing is lost without a copy of it; and
                    // who leaves My report wants it gone.
                    if matches!(template, Template::FormPage | Template::FormCheck) {
                        response.headers_mut().insert(CACHE_CONTROL, FORM_CACHING);
                    }
                    response
                }
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

/// What the reporter is told when a report could not be stored.
#[derive(Clone, Copy, Debug)]
struct Problem {
    status: StatusCode,
    /// Key of a text of the theme; `<key>.title` is its title.
    text: &'static str,
}

impl Problem {
    const NOT_STORED: Problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: "problem.not_stored",
    };

    /// The file may be there all the same, when only the last step of writing it failed.
    const UNSURE: Problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: "problem.unsure",
    };

    fn of(error: &SubmitError) -> Problem {
        match error {
            SubmitError::DiskFull { .. } => Problem {
                status: StatusCode::SERVICE_UNAVAILABLE,
                text: "problem.no_space",
            },
            SubmitError::TooManyChanges { .. } => Problem {
                status: StatusCode::CONFLICT,
                text: "problem.too_many_changes",
            },
            SubmitError::Settled { .. } => Problem {
                status: StatusCode::CONFLICT,
                text: "problem.settled",
            },
            SubmitError::Erased { .. } => Problem {
                status: StatusCode::GONE,
                text: "problem.erased",
            },
            SubmitError::NoFreeNumber { .. }
            | SubmitError::Answers(_)
            | SubmitError::Seal(_)
            | SubmitError::People(_)
            | SubmitError::Name(_)
            | SubmitError::Unreadable { .. } => Problem::NOT_STORED,
            SubmitError::File(_) => Problem::UNSURE,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_have_the_addresses_that_pages_link_to() {
        #[track_caller]
        fn check(site: &[Language], form: &[Language], expected: &[(&str, Language)]) {
            let shipped = Definition::shipped();
            let definition = Definition::parse(&shipped[0]).0.unwrap();
            let definition = Definition {
                languages: form.to_vec(),
                ..definition
            };
            let definition = Arc::new(definition);
            let routes = form_routes(definition, site, "/veilig", "https://a.example");
            let found: Vec<_> = routes
                .iter()
                .map(|route| (route.action.as_str(), route.language))
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
