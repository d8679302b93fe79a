//! What people send that is no report: taking it in, and taking it back.
//!
//! A form of which nobody could read what is sent is not offered: nobody should type something for
//! nobody.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::body::read_pairs;
use super::follow::{NoAnswer, Verdict};
use super::form_requests::Problem;
use super::form_route::FormRoute;
use super::form_views::{Journey, groups, without_scheme};
use super::log::LogEntry;
use super::panics::caught;
use super::portal::{Application, is_form};
use crate::form::{Addressees, Answers, Confirmation, Definition, KeepFor, Sends};
use crate::report::ids::{Code, SubmissionKey};
use crate::report::retention::Period;
use crate::report::store::Outcome;
use crate::report::submissions::{Ending, NewSubmission, TakeBackError, TakeInError, TakenIn};
use crate::theme::Template;
use crate::theme::view::{SentView, ShellView, TakeBackView, UnreadView, WithdrawCodeView};

/// What the form says of what it sends.
pub(super) struct Wish<'a> {
    pub(super) keep: KeepFor,
    pub(super) withdrawable: bool,
    pub(super) confirmation: &'a Confirmation,
}

/// How far taking back has come.
#[derive(Default)]
struct Asked {
    typed: String,
    error: Option<&'static str>,
    wait: Option<u64>,
    problem: Option<&'static str>,
    done: bool,
}

impl Application {
    /// Returns whether there is somebody who could read what a form sends. Reports always find somebody.
    pub(super) async fn somebody_reads(&self, route: &FormRoute) -> bool {
        if route.form.sends == Sends::Report || route.form.practice {
            return true;
        }
        let Ok(to) = self.codes(everybody(&route.form)) else {
            return false;
        };
        let store = Arc::clone(&self.store);
        let asked = spawn_blocking(move || caught(|| store.somebody_opens(&to)));
        // Where that cannot be told now, taking in tells why.
        !matches!(asked.await, Ok(Ok(false)))
    }

    /// Says that nobody could read what would be sent, and whom to call. The form is back as soon as
    /// somebody is there.
    pub(super) fn unread(&self, route: &FormRoute) -> Response<Body> {
        let title = self.journey(route).words().of(&route.form.title);
        let mut shell = ShellView::apart(title.clone(), route.pages.href.clone());
        shell.alternates.clone_from(&route.pages.alternates);
        let view = UnreadView {
            shell,
            form_title: title,
        };
        let status = StatusCode::SERVICE_UNAVAILABLE;
        self.rendered(route, status, Template::FormUnread, &view)
    }

    /// Stores a submission, and shows that it is. It goes on when the client has gone.
    pub(super) async fn take_in(
        &self,
        route: &FormRoute,
        journey: &Journey<'_>,
        key: SubmissionKey,
        answers: &Answers,
        wish: Wish<'_>,
    ) -> Result<Response<Body>, Problem> {
        let form = &route.form;
        let new = NewSubmission {
            key,
            form: self.code(&form.id)?,
            version: form.version,
            language: route.language,
            answers: answers.to_json(form),
            counted: self.counted(form, answers)?,
            to: self.codes(form.to.of(answers))?,
            keep: period(wish.keep),
            withdrawable: wish.withdrawable,
        };
        let store = Arc::clone(&self.store);
        let taken = match self.stored(move || store.take_in(&new)).await {
            Some(Ok(taken)) => taken,
            // Somebody used an old form; nothing has failed.
            Some(Err(error @ TakeInError::Over { .. })) => return Err(problem(&error)),
            Some(Err(error @ TakeInError::NobodyOpens)) => {
                let form = form.id.clone();
                (self.log)(LogEntry::NobodyOpens { form });
                return Err(problem(&error));
            }
            Some(Err(error)) => {
                (self.log)(LogEntry::SubmissionFailed {
                    reason: error.to_string(),
                });
                return Err(problem(&error));
            }
            None => return Err(Problem::UNSURE),
        };
        let view = sent(route, journey, &taken, wish.confirmation);
        Ok(self.rendered(route, StatusCode::OK, Template::FormSent, &view))
    }

    /// Returns every question that the form counts, with what was chosen.
    fn counted(
        &self,
        form: &Definition,
        answers: &Answers,
    ) -> Result<BTreeMap<Code, Option<Value>>, Problem> {
        let chosen = answers.stored(form).countable;
        let counted = form.fields().filter(|field| field.counted);
        counted
            .map(|field| field.name.as_str())
            .map(|name| Ok((self.code(name)?, chosen.get(name).cloned())))
            .collect()
    }

    fn codes(&self, texts: Vec<&str>) -> Result<Vec<Code>, Problem> {
        texts.into_iter().map(|text| self.code(text)).collect()
    }

    /// Answers a request to take something back. What a GET carries along is not looked at.
    pub(super) async fn take_back(
        &self,
        route: &FormRoute,
        request: Request<Body>,
    ) -> Response<Body> {
        match *request.method() {
            Method::GET | Method::HEAD => self.ask(route, StatusCode::OK, Asked::default()),
            Method::POST => self.post_take_back(route, request).await,
            _ => self.not_allowed(route.language, "GET, HEAD, POST"),
        }
    }

    async fn post_take_back(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        let client = match self.admit_post(route.language, &request) {
            Ok(client) => client,
            Err(refusal) => return *refusal,
        };
        if !is_form(&request) {
            return self.error(route.language, StatusCode::BAD_REQUEST);
        }
        let pairs = match read_pairs(request.into_body(), &self.limits, &self.budget).await {
            Ok(pairs) => pairs,
            Err(problem) => return self.no_body(route.language, problem),
        };
        let typed = pairs.into_iter().find(|(name, _)| name == "code");
        let typed = typed.map(|(_, code)| code).unwrap_or_default();
        if typed.trim().is_empty() {
            let asked = Asked {
                error: Some("empty"),
                ..Asked::default()
            };
            return self.ask(route, StatusCode::FORBIDDEN, asked);
        }
        self.take_back_with(route, client, typed).await
    }

    async fn take_back_with(
        &self,
        route: &FormRoute,
        client: IpAddr,
        typed: String,
    ) -> Response<Body> {
        let Ok(form) = self.code(&route.form.id) else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let (store, code, of) = (Arc::clone(&self.store), typed.clone(), form.clone());
        let look = move || caught(|| store.knows_submission(&code, &of));
        let (store, code) = (Arc::clone(&self.store), typed.clone());
        let taking = self.stored(move || store.take_back(&code, &form));
        let attempt = async {
            // A wrong code waits for nobody who sends something.
            let taken = match spawn_blocking(look).await {
                Ok(Ok(Ok(false))) => Some(Err(TakeBackError::WrongCode)),
                _ => taking.await,
            };
            let verdict = match &taken {
                Some(Err(TakeBackError::WrongCode)) => Verdict::Wrong,
                _ => Verdict::NotWrong,
            };
            (verdict, taken)
        };
        let asked = Asked {
            typed,
            ..Asked::default()
        };
        match self.guard.attempt(client, attempt).await {
            Ok(Some(Ok(()))) => self.ask(
                route,
                StatusCode::OK,
                Asked {
                    done: true,
                    ..Asked::default()
                },
            ),
            Ok(Some(Err(TakeBackError::WrongCode))) => {
                let error = Some("wrong");
                self.ask(route, StatusCode::FORBIDDEN, Asked { error, ..asked })
            }
            Err(NoAnswer::Wait(seconds)) => {
                let wait = Some(seconds);
                let status = StatusCode::TOO_MANY_REQUESTS;
                let mut response = self.ask(route, status, Asked { wait, ..asked });
                let seconds = HeaderValue::from(seconds);
                response.headers_mut().insert(RETRY_AFTER, seconds);
                response
            }
            failed => {
                if let Ok(Some(Err(error))) = failed {
                    (self.log)(LogEntry::StoreFailed {
                        reason: error.to_string(),
                    });
                }
                let problem = Some("not_stored");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                self.ask(route, status, Asked { problem, ..asked })
            }
        }
    }

    fn ask(&self, route: &FormRoute, status: StatusCode, asked: Asked) -> Response<Body> {
        let view = take_back(route, &self.journey(route), asked);
        self.rendered(route, status, Template::FormTakeBack, &view)
    }
}

/// Shows the question for the code to somebody who comes in.
pub(super) fn first_take_back(route: &FormRoute, journey: &Journey<'_>) -> TakeBackView {
    take_back(route, journey, Asked::default())
}

fn take_back(route: &FormRoute, journey: &Journey<'_>, asked: Asked) -> TakeBackView {
    let words = journey.words();
    let wrong = asked.error.is_some() || asked.problem.is_some();
    let mut title = words.text(match asked.done {
        true => "take_back.done_title",
        false => "take_back.title",
    });
    if wrong {
        title = format!("{} {title}", words.text("form.error_prefix"));
    }
    let mut shell = journey.shell(title, false);
    shell.href.clone_from(&route.take_back.href);
    // Only where nothing is lost by another language.
    if !wrong && !asked.done && asked.wait.is_none() {
        shell.alternates.clone_from(&route.take_back.alternates);
    }
    TakeBackView {
        shell,
        form_title: words.of(&route.form.title),
        action: route.take_back.href.clone(),
        hidden: Vec::new(),
        typed: asked.typed,
        error: asked.error,
        wait: asked.wait,
        problem: asked.problem,
        done: asked.done,
    }
}

fn sent(
    route: &FormRoute,
    journey: &Journey<'_>,
    taken: &TakenIn,
    confirmation: &Confirmation,
) -> SentView {
    let words = journey.words();
    let title = words.of(&confirmation.title);
    SentView {
        shell: journey.shell(title.clone(), false),
        title,
        text_html: words.paragraphs(&confirmation.text),
        repeated: taken.outcome == Outcome::Repeated,
        code: taken.code.as_ref().map(|code| WithdrawCodeView {
            code: groups(&code.to_string()),
            href: route.take_back.href.clone(),
            address: without_scheme(&route.take_back.url).to_owned(),
            until: words.day(taken.erase_after),
        }),
        draft: journey.draft(),
    }
}

/// Returns everybody who may get what the form sends, whatever is answered.
fn everybody(form: &Definition) -> Vec<&str> {
    match &form.to {
        Addressees::All(all) => all.iter().map(String::as_str).collect(),
        Addressees::Chosen { field, otherwise } => {
            let field = form.field(field.as_str());
            let mut all: Vec<&str> = field.map(|field| field.values()).unwrap_or_default();
            all.push(otherwise);
            all
        }
    }
}

fn period(keep: KeepFor) -> Period {
    match keep {
        KeepFor::Days(days) => Period::Days(days),
        KeepFor::Months(months) => Period::Months(months),
        KeepFor::Years(years) => Period::Years(years),
    }
}

fn problem(error: &TakeInError) -> Problem {
    let (status, text) = match error {
        TakeInError::DiskFull { .. } => return Problem::NO_SPACE,
        TakeInError::File(_) => return Problem::UNSURE,
        TakeInError::NoFreeNumber { .. }
        | TakeInError::Seal(_)
        | TakeInError::People(_)
        | TakeInError::Record(_)
        | TakeInError::Name(_) => return Problem::NOT_STORED,
        TakeInError::NobodyOpens => (StatusCode::SERVICE_UNAVAILABLE, "problem.nobody_opens"),
        TakeInError::TooManyChanges { .. } => (StatusCode::CONFLICT, "problem.changed_too_often"),
        TakeInError::Over {
            how: Ending::TakenBack,
            ..
        } => (StatusCode::GONE, "problem.taken_back"),
        TakeInError::Over {
            how: Ending::Removed,
            ..
        } => (StatusCode::GONE, "problem.handled"),
    };
    Problem { status, text }
}
