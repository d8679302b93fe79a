//! My report: what a reporter does with the receipt code.
//!
//! Of a report nothing is kept between two requests: every page carries the code, every act opens the
//! report anew. Only whether a visit has ended is remembered, so that closing closes.
//! Invariant: a code is taken from the body of a post and from nowhere else, and goes nowhere but into
//! the page that answers it, which nobody may store.

mod acts;
mod details;
mod download;
mod guard;
mod removal;
mod upload;
mod views;
mod visits;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::task::spawn_blocking;

use acts::{Doing, Mistake, Plan, Posted, Wish, plan};
use details::Evidence;
use upload::{Arrived, FilePart, Parts, Taken, Taker, Trouble};
use views::{Asked, Carried, Question, Told, Views};
use visits::Ended;

use super::body::{BodyProblem, read_pairs};
use super::connection::Uploads;
use super::form_route::FormRoute;
use super::log::LogEntry;
use super::multipart::Cutter;
use super::panics::caught;
use super::portal::{Application, is_form};
use crate::attachment::{AttachmentLimits, Refusal};
use crate::clock::Clock;
use crate::form::Definition;
use crate::report::acts::{AttachError, CaseError, OpenedCase, RecordError};
use crate::report::ids::{CaseId, SubmissionKey};
use crate::report::lifecycle::Lifecycle;
use crate::report::people::{People, PeopleError};
use crate::report::receipt::ReceiptCode;
use crate::theme::view::{DraftView, FollowEntryView};
use crate::theme::{Template, Theme};

pub(super) use guard::{Guard, NoAnswer, Verdict};
pub(super) use upload::Turns;
pub(super) use visits::Visits;

/// Name under which the receipt is saved; it says nothing of the report.
const RECEIPT_FILE: &str = "melding.txt";

/// A reporter who has opened a report.
struct Visit {
    opened: OpenedCase,
    people: Arc<People>,
    /// As it is written on the receipt.
    code: String,
    key: SubmissionKey,
    /// The number of the visit, which all its pages carry.
    number: String,
}

/// Why nothing is shown of a report.
enum NoVisit {
    /// The visit has ended.
    Ended(Ended),
    /// No code was typed.
    Empty,
    /// No report opens with the code.
    Wrong,
    /// So many seconds must pass first.
    Wait(u64),
    /// The report cannot be opened.
    NotOpened(OpenError),
    /// The program made a mistake.
    Failed,
}

/// What goes wrong when a report is opened.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error(transparent)]
    People(#[from] PeopleError),
}

/// Shows the question for the code to somebody who comes in, without a visit: that starts with the first
/// post.
pub(super) fn first_entry(
    route: &FormRoute,
    theme: &Theme,
    lifecycle: &Lifecycle,
    clock: &dyn Clock,
) -> FollowEntryView {
    let limits = AttachmentLimits::default();
    let views = Views::of(route, theme, lifecycle, &limits, clock.now());
    views.entry(None, Vec::new(), Question::default())
}

impl Application {
    /// Answers a request for My report. What a GET carries along is not looked at.
    pub(super) async fn follow(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        match *request.method() {
            Method::GET | Method::HEAD => self.entry(
                route,
                StatusCode::OK,
                &Posted::default(),
                Question::default(),
            ),
            Method::POST => self.follow_post(route, request).await,
            _ => self.not_allowed(route.language, "GET, HEAD, POST"),
        }
    }

    async fn follow_post(&self, route: &FormRoute, request: Request<Body>) -> Response<Body> {
        let client = match self.admit_post(route.language, &request) {
            Ok(client) => client,
            Err(refusal) => return *refusal,
        };
        if is_form(&request) {
            let pairs = read_pairs(request.into_body(), &self.limits, &self.budget).await;
            return match pairs {
                Ok(fields) => self.follow_wish(route, client, Posted { fields }).await,
                Err(problem) => self.no_body(route.language, problem),
            };
        }
        let content_type = request.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let Some(Ok(cutter)) = content_type.map(Cutter::of_content_type) else {
            return self.error(route.language, StatusCode::BAD_REQUEST);
        };
        match self.follow_files(route, client, request, cutter).await {
            Ok(response) => response,
            Err(problem) => self.no_body(route.language, problem),
        }
    }

    async fn follow_wish(
        &self,
        route: &FormRoute,
        client: IpAddr,
        posted: Posted,
    ) -> Response<Body> {
        let wish = posted.wish();
        match wish {
            Wish::SaveCode => return self.save_code(route, &posted),
            // A page that was opened before the code travelled with this button.
            Wish::Kept if posted.value("code").is_empty() => return self.kept(route, None),
            Wish::Close => return self.close(route, &posted),
            _ => {}
        }
        let visit = match self.visit(client, &posted).await {
            Ok(visit) => visit,
            Err(none) => return self.no_visit(route, posted, none),
        };
        if posted.is_of_details() {
            return self.go_on(route, visit, posted, Evidence::default()).await;
        }
        match wish {
            Wish::Details => self.begin_details(route, visit),
            Wish::Do(doing) => self.act(route, visit, posted, doing).await,
            Wish::AskWithdraw => self.ask_withdraw(route, &visit),
            Wish::File(id) => self.download(route, visit, &id).await,
            Wish::RemoveFile(id) => self.remove_file(route, visit, &id).await,
            Wish::Kept => self.let_go(route, visit).await,
            _ => {
                let unsent = posted.unsent_doing();
                let told = Told {
                    typed: unsent.map(|doing| (doing, posted)),
                    ..Told::default()
                };
                self.show(route, visit, StatusCode::OK, told)
            }
        }
    }

    /// Ends the visit. What the browser sends again after that opens nothing.
    fn close(&self, route: &FormRoute, posted: &Posted) -> Response<Body> {
        if let Some(visit) = self.number(posted) {
            self.visits.close(&visit);
        }
        let Ok(home) = HeaderValue::from_str(&route.home) else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let headers = response.headers_mut();
        headers.insert(LOCATION, home);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// Asks for the code, in the visit of what was posted unless that has ended.
    fn entry(
        &self,
        route: &FormRoute,
        status: StatusCode,
        posted: &Posted,
        question: Question<'_>,
    ) -> Response<Body> {
        let ended = matches!(question.asked, Asked::Again(_));
        let Some(visit) = self
            .number(posted)
            .filter(|_| !ended)
            .or_else(|| self.new_number())
        else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let view = self
            .views(route)
            .entry(Some(&visit), posted.unsent(), question);
        self.rendered(route, status, Template::FollowEntry, &view)
    }

    /// Answers a page whose report cannot be shown. What was typed and not sent goes along to the question
    /// for the code, unless the reporter closed the visit: then nothing of it is to be seen any more.
    fn no_visit(&self, route: &FormRoute, mut posted: Posted, none: NoVisit) -> Response<Body> {
        if matches!(none, NoVisit::Ended(Ended::Closed)) {
            posted.fields.clear();
        }
        let typed = posted.value("code").to_owned();
        let ask = |status, asked| {
            let typed = match asked {
                Asked::Wrong | Asked::Later(_) => typed.as_str(),
                _ => "",
            };
            self.entry(route, status, &posted, Question { typed, asked })
        };
        match none {
            NoVisit::Ended(ended) => ask(StatusCode::FORBIDDEN, Asked::Again(ended)),
            NoVisit::Empty => ask(StatusCode::FORBIDDEN, Asked::Empty),
            NoVisit::Wrong => ask(StatusCode::FORBIDDEN, Asked::Wrong),
            NoVisit::Wait(seconds) => {
                let mut response = ask(StatusCode::TOO_MANY_REQUESTS, Asked::Later(seconds));
                let seconds = HeaderValue::from(seconds);
                response.headers_mut().insert(RETRY_AFTER, seconds);
                response
            }
            NoVisit::NotOpened(error) => self.not_opened(route, &error),
            NoVisit::Failed => self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Returns the number of the visit that a page belongs to.
    fn number(&self, posted: &Posted) -> Option<String> {
        let number = posted.value("visit");
        number.parse::<SubmissionKey>().ok().map(|key| key.to_hex())
    }

    fn new_number(&self) -> Option<String> {
        self.new_key().map(|key| key.to_hex())
    }

    /// Writes down that the code is kept, so that the form, sent again, does not show it.
    async fn let_go(&self, route: &FormRoute, visit: Visit) -> Response<Body> {
        let store = Arc::clone(&self.store);
        let written = self.read(move || {
            let kept = store.receipt_kept(&visit.opened);
            Ok(kept.map_err(|error| CaseError::Record(Box::new(error)))?)
        });
        if let Err(Some(error)) = written.await {
            (self.log)(LogEntry::ActFailed {
                reason: error.to_string(),
            });
        }
        self.kept(route, None)
    }

    /// Shows the last page of the form, which has no code. `draft` is what the browser may still hold of a form
    /// that was sent once more.
    pub(super) fn kept(&self, route: &FormRoute, draft: Option<DraftView>) -> Response<Body> {
        let view = self.views(route).kept(draft);
        self.rendered(route, StatusCode::OK, Template::FormKept, &view)
    }

    /// Gives the receipt as a file. It is made of what was sent, which must look like a receipt, and
    /// opens nothing.
    fn save_code(&self, route: &FormRoute, posted: &Posted) -> Response<Body> {
        let case = posted.value("case").parse::<CaseId>();
        let code = posted.value("code").parse::<ReceiptCode>();
        let (Ok(case), Ok(code)) = (case, code) else {
            return self.error(route.language, StatusCode::BAD_REQUEST);
        };
        let views = self.views(route);
        let for_colleague = posted.value("for") == "colleague";
        let text = views.receipt_file(&case.to_string(), &code.to_string(), for_colleague);
        download::saved_as(RECEIPT_FILE, "text/plain; charset=utf-8", Body::from(text))
    }

    /// Opens the report of a code.
    async fn visit(&self, client: IpAddr, posted: &Posted) -> Result<Visit, NoVisit> {
        let number = self.number(posted);
        if let Some(ended) = number
            .as_deref()
            .and_then(|number| self.visits.ended(number))
        {
            return Err(NoVisit::Ended(ended));
        }
        let typed = posted.value("code").to_owned();
        if typed.trim().is_empty() {
            return Err(NoVisit::Empty);
        }
        let code = typed.parse::<ReceiptCode>();
        let code = code.map_or_else(|_| typed.clone(), |code| code.to_string());
        let open = self.open(code.clone());
        let attempt = async {
            let opened = open.await;
            let verdict = match &opened {
                Err(Some(OpenError::Case(CaseError::WrongCode))) => Verdict::Wrong,
                _ => Verdict::NotWrong,
            };
            (verdict, opened)
        };
        match self.guard.attempt(client, attempt).await {
            Err(NoAnswer::Wait(seconds)) => Err(NoVisit::Wait(seconds)),
            Err(NoAnswer::Failed) | Ok(Err(None)) => Err(NoVisit::Failed),
            Ok(Err(Some(OpenError::Case(CaseError::WrongCode)))) => Err(NoVisit::Wrong),
            Ok(Err(Some(error))) => Err(NoVisit::NotOpened(error)),
            Ok(Ok((opened, people))) => {
                let key = posted.value("key").parse().ok();
                let key = key.or_else(|| self.new_key());
                let number = number.or_else(|| self.new_number());
                let (Some(key), Some(number)) = (key, number) else {
                    return Err(NoVisit::Failed);
                };
                self.visits.use_now(&number);
                Ok(Visit {
                    opened,
                    people,
                    code,
                    key,
                    number,
                })
            }
        }
    }

    /// Opens a report on a thread that may wait. Without a reason the program made a mistake.
    fn open(
        &self,
        code: String,
    ) -> impl Future<Output = Result<(OpenedCase, Arc<People>), Option<OpenError>>> + use<> {
        let store = Arc::clone(&self.store);
        self.read(move || {
            let opened = store.open_with_receipt(&code)?;
            Ok((opened, store.people()?))
        })
    }

    /// Reads the report as it is now.
    async fn again(
        &self,
        opened: OpenedCase,
    ) -> Result<(OpenedCase, Arc<People>), Option<OpenError>> {
        let store = Arc::clone(&self.store);
        self.read(move || Ok((store.again(&opened)?, store.people()?)))
            .await
    }

    fn read<T: Send + 'static, R>(
        &self,
        read: R,
    ) -> impl Future<Output = Result<T, Option<OpenError>>> + use<T, R>
    where
        R: FnOnce() -> Result<T, OpenError> + Send + 'static,
    {
        let log = Arc::clone(&self.log);
        async move {
            match spawn_blocking(move || caught(read)).await {
                Ok(Ok(result)) => result.map_err(Some),
                Ok(Err(panicked)) => {
                    let place = panicked.place;
                    log(LogEntry::Panicked { place });
                    Err(None)
                }
                Err(ended) => {
                    let reason = ended.to_string();
                    log(LogEntry::CaseFailed { reason });
                    Err(None)
                }
            }
        }
    }

    fn not_opened(&self, route: &FormRoute, error: &OpenError) -> Response<Body> {
        (self.log)(LogEntry::CaseFailed {
            reason: error.to_string(),
        });
        let (reason, case) = match error {
            OpenError::Case(CaseError::Damaged { case, .. }) => ("damaged", case),
            OpenError::Case(CaseError::Erased { case }) => ("erased", case),
            _ => return self.error(route.language, StatusCode::SERVICE_UNAVAILABLE),
        };
        let view = self.views(route).closed(reason, case.to_string());
        self.rendered(route, StatusCode::OK, Template::FollowClosed, &view)
    }

    fn views<'a>(&'a self, route: &'a FormRoute) -> Views<'a> {
        Views::of(
            route,
            &self.version.theme,
            self.store.lifecycle(),
            &self.limits.attachments,
            self.clock.now(),
        )
    }

    fn show(
        &self,
        route: &FormRoute,
        visit: Visit,
        status: StatusCode,
        told: Told,
    ) -> Response<Body> {
        // What was not stored is sent again with the same key, so that it counts once.
        let key = if told.typed.is_some() {
            Some(visit.key)
        } else {
            self.new_key()
        };
        let Some(key) = key else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let carried = Carried {
            code: &visit.code,
            visit: &visit.number,
            key,
        };
        let case = &visit.opened.case;
        let form = self.definition(case.cover.form.id.as_str());
        let views = self.views(route);
        let withdraws = matches!(told.typed, Some((Doing::Withdraw, _)));
        if withdraws && acts::offers(views.lifecycle, case, acts::WITHDRAW) {
            let view = views.withdraw(case, carried, &told);
            return self.rendered(route, status, Template::FollowWithdraw, &view);
        }
        let takes_details = self.store.takes_details(&case.cover);
        let view = views.report(case, form, &visit.people, takes_details, carried, &told);
        self.rendered(route, status, Template::Follow, &view)
    }

    fn definition(&self, form: &str) -> Option<&Definition> {
        let route = self
            .version
            .routes
            .iter()
            .find(|route| route.form.id == form)?;
        Some(&route.form)
    }

    fn ask_withdraw(&self, route: &FormRoute, visit: &Visit) -> Response<Body> {
        let views = self.views(route);
        let carried = Carried {
            code: &visit.code,
            visit: &visit.number,
            key: visit.key,
        };
        let view = views.withdraw(&visit.opened.case, carried, &Told::default());
        self.rendered(route, StatusCode::OK, Template::FollowWithdraw, &view)
    }

    async fn download(&self, route: &FormRoute, visit: Visit, id: &str) -> Response<Body> {
        let case = &visit.opened.case;
        let note = acts::code(id).and_then(|id| case.file(&id).cloned());
        let Some(note) = note else {
            return self.error(route.language, StatusCode::NOT_FOUND);
        };
        let store = Arc::clone(&self.store);
        let file = note.id.clone();
        let opened = visit.opened;
        match self
            .read(move || Ok(store.read_file(&opened, &file)?))
            .await
        {
            Ok(reader) => download::response(&note, reader),
            Err(None) => self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR),
            Err(Some(error)) => self.not_opened(route, &error),
        }
    }

    /// Does what a page without files asks for.
    async fn act(
        &self,
        route: &FormRoute,
        visit: Visit,
        posted: Posted,
        doing: Doing,
    ) -> Response<Body> {
        let planned = self.plan(route, &visit, &posted, doing);
        let plan = match planned {
            Ok(plan) if plan.says_something() => plan,
            Ok(plan) => {
                let mistake = plan.nothing_said(self.views(route).words);
                return self.mistaken(route, visit, posted, doing, vec![mistake]);
            }
            Err(mistakes) => return self.mistaken(route, visit, posted, doing, mistakes),
        };
        if doing == Doing::Helped
            && !plan.is_done_in(&visit.opened.case)
            && acts::is_answered_since(&posted, &visit.opened.case)
        {
            let told = Told {
                problem: Some("answered"),
                typed: Some((doing, posted)),
                ..Told::default()
            };
            return self.show(route, visit, StatusCode::CONFLICT, told);
        }
        let done = plan.done;
        let Some(act) = plan.act(Vec::new()) else {
            return self.error(route.language, StatusCode::INTERNAL_SERVER_ERROR);
        };
        let store = Arc::clone(&self.store);
        let opened = visit.opened.clone();
        let recorded = self.stored(move || store.record(&opened, &act)).await;
        let recorded = match recorded {
            Some(recorded) => recorded.map(Some).map_err(Trouble::Record),
            None => return self.unsure(route, visit, posted, doing).await,
        };
        let taken = Taken {
            refused: Vec::new(),
            kept: Vec::new(),
            recorded,
        };
        self.taken(route, visit, posted, doing, done, taken).await
    }

    fn plan(
        &self,
        route: &FormRoute,
        visit: &Visit,
        posted: &Posted,
        doing: Doing,
    ) -> Result<Plan, Vec<Mistake>> {
        let words = self.views(route).words;
        plan(posted, doing, visit.key, &visit.opened, words)
    }

    fn mistaken(
        &self,
        route: &FormRoute,
        visit: Visit,
        posted: Posted,
        doing: Doing,
        mistakes: Vec<Mistake>,
    ) -> Response<Body> {
        let told = Told {
            mistakes,
            typed: Some((doing, posted)),
            ..Told::default()
        };
        self.show(route, visit, StatusCode::OK, told)
    }

    async fn unsure(
        &self,
        route: &FormRoute,
        visit: Visit,
        posted: Posted,
        doing: Doing,
    ) -> Response<Body> {
        let told = Told {
            problem: Some("unsure"),
            typed: Some((doing, posted)),
            ..Told::default()
        };
        self.show_again(route, visit, StatusCode::SERVICE_UNAVAILABLE, told)
            .await
    }

    /// Shows what came of an act.
    async fn taken(
        &self,
        route: &FormRoute,
        visit: Visit,
        posted: Posted,
        doing: Doing,
        done: &'static str,
        taken: Taken,
    ) -> Response<Body> {
        let mut told = Told {
            refused: taken.refused,
            kept: names(&taken.kept),
            ..Told::default()
        };
        let mut status = StatusCode::OK;
        match taken.recorded {
            Ok(Some(_)) => told.done = Some(done),
            Ok(None) => {}
            Err(trouble) => {
                let (kind, problem) = self.problem(&trouble);
                status = kind;
                told.problem = Some(problem);
                told.refused.clear();
                told.kept.clear();
                told.typed = Some((doing, posted));
            }
        }
        self.show_again(route, visit, status, told).await
    }

    async fn show_again(
        &self,
        route: &FormRoute,
        visit: Visit,
        status: StatusCode,
        told: Told,
    ) -> Response<Body> {
        match self.visit_again(route, visit).await {
            Ok(visit) => self.show(route, visit, status, told),
            Err(response) => *response,
        }
    }

    /// Reads the report of a visit as it is now, or answers that it cannot be.
    async fn visit_again(
        &self,
        route: &FormRoute,
        visit: Visit,
    ) -> Result<Visit, Box<Response<Body>>> {
        match self.again(visit.opened).await {
            Ok((opened, people)) => Ok(Visit {
                opened,
                people,
                ..visit
            }),
            Err(None) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Err(Box::new(self.error(route.language, status)))
            }
            Err(Some(error)) => Err(Box::new(self.not_opened(route, &error))),
        }
    }

    /// Says why an act was not stored, to the administrator and to the reporter.
    fn problem(&self, trouble: &Trouble) -> (StatusCode, &'static str) {
        let failed = |error: &dyn std::error::Error| {
            (self.log)(LogEntry::ActFailed {
                reason: error.to_string(),
            });
        };
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        match trouble {
            Trouble::Record(RecordError::Refused { refused, .. }) => {
                (StatusCode::CONFLICT, acts::refusal(refused))
            }
            Trouble::Record(RecordError::NamesErased { .. }) => (StatusCode::CONFLICT, "not_now"),
            Trouble::Record(error) => {
                failed(error);
                match error {
                    RecordError::DiskFull { .. } => (unavailable, "no_space"),
                    RecordError::File(_) => (unavailable, "unsure"),
                    _ => (unavailable, "not_stored"),
                }
            }
            Trouble::Attach(AttachError::Source(Refusal::Write(error))) => {
                failed(error);
                (unavailable, "not_stored")
            }
            Trouble::Attach(error) => {
                failed(error);
                match error {
                    AttachError::DiskFull { .. } => (unavailable, "no_space"),
                    _ => (unavailable, "not_stored"),
                }
            }
            Trouble::Gone => (StatusCode::BAD_REQUEST, "not_stored"),
            Trouble::Panicked(panicked) => {
                let place = panicked.place.clone();
                (self.log)(LogEntry::Panicked { place });
                (unavailable, "unsure")
            }
        }
    }

    /// Does what a page with files asks for. Its texts come before its files.
    ///
    /// # Errors
    ///
    /// Fails where the form does not arrive as a whole.
    async fn follow_files(
        &self,
        route: &FormRoute,
        client: IpAddr,
        request: Request<Body>,
        cutter: Cutter,
    ) -> Result<Response<Body>, BodyProblem> {
        let uploads = request.extensions().get::<Uploads>().cloned();
        let limits = Arc::clone(&self.limits);
        let texts = self.budget.share();
        let mut parts = Parts::new(request.into_body(), cutter, limits, texts)?;
        let mut posted = Posted::default();
        let Some(first) = parts.next_file(&mut posted.fields).await? else {
            return Ok(self.follow_wish(route, client, posted).await);
        };
        let doing = posted.doing_with_files();
        let visit = match self.visit(client, &posted).await {
            Ok(visit) => visit,
            Err(none) => {
                parts.skip_files(&mut posted.fields).await?;
                return Ok(self.no_visit(route, posted, none));
            }
        };
        let upload = Upload {
            client,
            uploads,
            parts,
            first,
        };
        if posted.is_of_details() {
            return self.evidence(route, visit, posted, upload).await;
        }
        let plan = match self.plan(route, &visit, &posted, doing) {
            Ok(plan) => plan,
            Err(mistakes) => {
                upload.skip(&mut posted).await?;
                return Ok(self.mistaken(route, visit, posted, doing, mistakes));
            }
        };
        if plan.is_done_in(&visit.opened.case) {
            upload.skip(&mut posted).await?;
            let told = Told {
                done: Some(plan.done),
                ..Told::default()
            };
            return Ok(self.show(route, visit, StatusCode::OK, told));
        }
        let done = plan.done;
        match self
            .take_files(&visit, plan, upload, &mut posted, |_| true)
            .await?
        {
            Ok(taken) => Ok(self.taken(route, visit, posted, doing, done, taken).await),
            Err(NotTaken::Unsure) => Ok(self.unsure(route, visit, posted, doing).await),
            Err(NotTaken::Busy) => {
                let told = Told {
                    problem: Some("busy"),
                    typed: Some((doing, posted)),
                    ..Told::default()
                };
                Ok(self.show(route, visit, StatusCode::SERVICE_UNAVAILABLE, told))
            }
        }
    }

    /// Takes the files of a form, in the fields that take files, when it is their turn.
    ///
    /// # Errors
    ///
    /// Fails where the form does not arrive as a whole.
    async fn take_files(
        &self,
        visit: &Visit,
        plan: Plan,
        mut upload: Upload,
        posted: &mut Posted,
        takes: impl Fn(&str) -> bool,
    ) -> Result<Result<Taken, NotTaken>, BodyProblem> {
        let case = visit.opened.case.cover.id;
        let Some(turn) = self.turns.upload(case, upload.client).await else {
            upload.skip(posted).await?;
            return Ok(Err(NotTaken::Busy));
        };
        if let Some(uploads) = upload.uploads {
            uploads.begin();
        }
        let store = Arc::clone(&self.store);
        let opened = visit.opened.clone();
        let limits = Arc::clone(&self.limits);
        let mut taker = Taker::start(store, opened, plan, limits, &self.turns, turn);
        let parts = &mut upload.parts;
        let texts = &mut posted.fields;
        taker.files(upload.first, parts, texts, takes).await?;
        Ok(taker.end().await.ok_or(NotTaken::Unsure))
    }
}

/// Returns the names of files.
fn names(files: &[Arrived]) -> Vec<String> {
    files.iter().map(|file| file.note.name.clone()).collect()
}

/// A form with files, of which the first was begun.
struct Upload {
    client: IpAddr,
    uploads: Option<Uploads>,
    parts: Parts,
    first: FilePart,
}

impl Upload {
    async fn skip(mut self, posted: &mut Posted) -> Result<(), BodyProblem> {
        self.parts.skip_files(&mut posted.fields).await
    }
}

/// Why nobody can say what became of files.
enum NotTaken {
    /// It was not their turn in time.
    Busy,
    /// The program made a mistake.
    Unsure,
}
