//! Requests for the pages of a form: opening it, going on, and sending it.

use std::sync::Arc;

use axum::body::Body;
use hyper::{Method, Request, Response, StatusCode};

use super::body::read_pairs;
use super::form_journey::{Screen, Sent};
use super::form_route::FormRoute;
use super::form_views::Journey;
use super::log::LogEntry;
use super::portal::{Application, is_form};
use super::submission::Wish;
use crate::form::{Answers, Draft, Sends};
use crate::report::ids::{Code, SubmissionKey};
use crate::report::store::{NewReport, SubmitError, Submitted};
use crate::theme::Template;

impl Application {
    /// Answers a request for a form.
    pub(super) async fn form(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        match *request.method() {
            Method::GET | Method::HEAD => self.open_form(route, request.uri().query()).await,
            Method::POST => self.post_form(route, request).await,
            _ => self.not_allowed(route.language, "GET, HEAD, POST"),
        }
    }

    /// Shows the first page, with a key of its own and with what the address brings along. That goes into
    /// the form and nowhere else: no link repeats it and no log has it.
    async fn open_form(&self, route: &FormRoute, query: Option<&str>) -> Response<Body> {
        if !self.somebody_reads(route).await {
            return self.unread(route);
        }
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let (draft, refused) = Draft::prefilled(&route.form, &query);
        let Ok(key) = self.key_for(route, None) else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let journey = Journey {
            key,
            refused: &refused,
            ..self.journey(route)
        };
        match journey.first_page(&draft) {
            Some(view) => {
                self.rendered_before_sending(route, StatusCode::OK, Template::FormPage, &view)
            }
            None => self.error(route.language, StatusCode::NOT_FOUND),
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
        let mut sent = Sent::read(&route.form, &pairs, today);
        sent.draft = sent.draft.in_language(language);
        // A first page of another web server has no key.
        let Ok(key) = self.key_for(route, sent.key) else {
            return self.error(language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let journey = Journey {
            key,
            changed: sent.changed,
            ..self.journey(route)
        };
        match sent.screen(&route.form, today) {
            None => self.error(language, StatusCode::NOT_FOUND),
            Some(Screen::Page(shown)) => {
                let view = journey.page(&shown, &sent.draft);
                self.rendered_before_sending(route, StatusCode::OK, Template::FormPage, &view)
            }
            Some(Screen::Check(answers)) => {
                let view = journey.check(&sent.draft, &answers, None);
                self.rendered_before_sending(route, StatusCode::OK, Template::FormCheck, &view)
            }
            Some(Screen::Submit(answers)) => {
                let done = match journey.key {
                    None => Ok(self.practised(route, &journey, &answers)),
                    Some(key) => self.send(route, &journey, key, &answers).await,
                };
                done.unwrap_or_else(|problem| {
                    let view = journey.check(&sent.draft, &answers, Some(problem.text));
                    self.rendered_before_sending(route, problem.status, Template::FormCheck, &view)
                })
            }
        }
    }

    /// Stores what was sent, and shows that it is.
    async fn send(
        &self,
        route: &FormRoute,
        journey: &Journey<'_>,
        key: SubmissionKey,
        answers: &Answers,
    ) -> Result<Response<Body>, Problem> {
        match &route.form.sends {
            Sends::Report => {
                let submitted = self.submit(route, key, answers).await?;
                Ok(match &submitted.receipt {
                    Some(receipt) => {
                        let view = journey.confirmation(&submitted, receipt, answers);
                        self.rendered(route, StatusCode::OK, Template::FormConfirmation, &view)
                    }
                    None => self.kept(route, journey.draft()),
                })
            }
            Sends::Submission {
                keep,
                withdrawable,
                confirmation,
            } => {
                let wish = Wish {
                    keep: *keep,
                    withdrawable: *withdrawable,
                    confirmation,
                };
                self.take_in(route, journey, key, answers, wish).await
            }
        }
    }

    /// Shows the end of practice. Nothing is stored.
    fn practised(
        &self,
        route: &FormRoute,
        journey: &Journey<'_>,
        answers: &Answers,
    ) -> Response<Body> {
        let begun = self.store.lifecycle().begin(self.clock.now());
        let view = journey.practised(&begun, answers);
        self.rendered(route, StatusCode::OK, Template::FormPractised, &view)
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

    fn report(
        &self,
        route: &FormRoute,
        key: SubmissionKey,
        answers: &Answers,
    ) -> Result<NewReport, Problem> {
        let chosen = route.form.to.of(answers);
        let recipient = chosen.first().copied().unwrap_or_default();
        let stored = answers.stored(&route.form);
        Ok(NewReport {
            submission_key: key,
            form: self.code(&route.form.id)?,
            version: route.form.version,
            language: route.language,
            answers: stored.answers.into(),
            names: stored.names.into(),
            countable: stored.countable.into(),
            recipient: self.code(recipient)?,
        })
    }

    /// Reads a word of a form file as a code, which the checker of forms sees to.
    pub(super) fn code(&self, text: &str) -> Result<Code, Problem> {
        text.parse::<Code>().map_err(|error| {
            (self.log)(LogEntry::StoreFailed {
                reason: error.to_string(),
            });
            Problem::NOT_STORED
        })
    }

    /// Returns the key for a page: that of the page before it, or a new one. Practice needs none.
    fn key_for(
        &self,
        route: &FormRoute,
        sent: Option<SubmissionKey>,
    ) -> Result<Option<SubmissionKey>, NoKey> {
        if route.form.practice {
            return Ok(None);
        }
        sent.or_else(|| self.new_key()).ok_or(NoKey).map(Some)
    }

    pub(super) fn journey<'a>(&'a self, route: &'a FormRoute) -> Journey<'a> {
        Journey::of(
            route,
            &self.version.theme,
            self.store.lifecycle(),
            self.clock.today(),
        )
    }
}

/// There is no randomness for a key; the log says why.
struct NoKey;

/// What somebody is told when what was sent could not be stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// Key of a text of the theme; `<key>.title` is its title.
    pub(super) text: &'static str,
}

impl Problem {
    pub(super) const NOT_STORED: Problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: "problem.not_stored",
    };

    /// The file may be there all the same, when only the last step of writing it failed.
    pub(super) const UNSURE: Problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: "problem.unsure",
    };

    pub(super) const NO_SPACE: Problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        text: "problem.no_space",
    };

    pub(super) const TOO_MANY_CHANGES: Problem = Problem {
        status: StatusCode::CONFLICT,
        text: "problem.too_many_changes",
    };

    fn of(error: &SubmitError) -> Problem {
        match error {
            SubmitError::DiskFull { .. } => Problem::NO_SPACE,
            SubmitError::TooManyChanges { .. } => Problem::TOO_MANY_CHANGES,
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
