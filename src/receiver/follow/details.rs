//! The second part of the form, asked after the report is stored.
//!
//! Its pages are pages of My report: they carry the code, and nobody may store them. Invariant: of files
//! only those of the report count, whatever ids were sent; and whatever goes wrong, what was typed is on
//! the page that says so.

use std::sync::Arc;

use axum::body::Body;
use hyper::{Response, StatusCode};

use super::acts::{Plan, Posted};
use super::upload::Trouble;
use super::views::Told;
use super::{NotTaken, Upload, Visit, names};
use crate::form::{Answers, Definition, Draft, FieldKind};
use crate::receiver::body::BodyProblem;
use crate::receiver::form_journey::{Screen, Sent};
use crate::receiver::form_route::FormRoute;
use crate::receiver::form_views::{DETAILS, Journey};
use crate::receiver::portal::Application;
use crate::report::acts::RecordError;
use crate::report::case::Case;
use crate::report::details::NewDetails;
use crate::report::ids::{Code, SubmissionKey};
use crate::theme::Template;
use crate::theme::view::{ErrorLinkView, FileLimitsView, FileView, FormPageView};

/// The hidden field that says to which journey a page belongs.
const PART: &str = "part";

/// The button that shows the page that was sent once more.
const RESUME: &str = "resume";

/// What a page of the second part carries that the question for the code has itself, or asks anew.
const NOT_UNSENT: [&str; 3] = ["code", "visit", "go"];

/// Start of the value of a button that takes something away.
const REMOVE: &str = "remove:";

/// The second part of the form that a case was sent with.
struct SecondPart<'a> {
    /// The form.
    form: &'a Definition,
    /// The pages of the part as a form.
    definition: Definition,
    /// The answers to the first part.
    given: Answers,
}

/// What the pages of the second part have besides its questions.
struct Fixed {
    carried: Vec<(String, String)>,
    files: Vec<FileView>,
    file_limits: Option<FileLimitsView>,
}

/// What came of the files of a page.
#[derive(Default)]
pub(super) struct Evidence {
    /// The files that were not taken: name and reason.
    refused: Vec<(String, &'static str)>,
    /// Names of the files that were.
    kept: Vec<String>,
    /// Why none was, where the fault is ours: the status, and the reason for `follow.problem.<reason>`.
    problem: Option<(StatusCode, &'static str)>,
}

impl Evidence {
    /// Returns whether all went well.
    fn is_taken(&self) -> bool {
        self.refused.is_empty() && self.problem.is_none()
    }

    fn failed(status: StatusCode, problem: &'static str) -> Evidence {
        Evidence {
            problem: Some((status, problem)),
            ..Evidence::default()
        }
    }
}

impl Posted {
    /// Returns whether a page of the second part was sent.
    pub(super) fn is_of_details(&self) -> bool {
        self.value(PART) == DETAILS
    }

    /// Returns what the question for the code carries on of a page of the second part: everything but the
    /// button, so that nothing is sent that the reporter did not see again.
    pub(super) fn unsent_details(&self) -> Vec<(String, String)> {
        let kept = |name: &str| !NOT_UNSENT.contains(&name);
        let fields = self.fields.iter();
        fields.filter(|(name, _)| kept(name)).cloned().collect()
    }

    /// Shows the page that was sent once more, whichever button was pressed.
    fn stay(&mut self) {
        self.fields.retain(|(name, _)| name != "go");
        self.fields.push(("go".to_owned(), RESUME.to_owned()));
    }

    /// Returns the id of the file that is to be taken away, where the button says so. It leaves its answer
    /// only when it is gone from the report.
    fn taken_away(&mut self, part: &SecondPart<'_>) -> Option<String> {
        let removed = self.value("go").strip_prefix(REMOVE)?.split_once('.');
        let (_, id) = removed.filter(|(field, _)| part.takes_files(field))?;
        let id = id.to_owned();
        self.stay();
        Some(id)
    }

    /// Adds files to the answers, each once.
    fn add_files(&mut self, files: impl Iterator<Item = (String, String)>) {
        for file in files {
            if !self.fields.contains(&file) {
                self.fields.push(file);
            }
        }
    }

    /// Leaves the ids of files out that are none of the reporter's own.
    fn keep_files_of(&mut self, case: &Case, part: &SecondPart<'_>) {
        let own = case.own_files();
        let is_known = |id: &str| {
            let id = id.parse::<Code>();
            id.is_ok_and(|id| own.iter().any(|file| file.id == id))
        };
        let fields = &mut self.fields;
        fields.retain(|(name, value)| !part.takes_files(name) || is_known(value));
    }
}

impl SecondPart<'_> {
    fn takes_files(&self, field: &str) -> bool {
        let field = self.definition.field(field);
        field.is_some_and(|field| field.kind == FieldKind::File)
    }

    /// Returns what was given before, to change it.
    fn draft(&self, case: &Case) -> Draft {
        let before = Answers::from_json(&self.definition, &case.detail_answers);
        self.with_given(Draft::of_answers(&self.definition, &before))
    }

    fn with_given(&self, draft: Draft) -> Draft {
        draft.with_given(&self.definition, &self.given)
    }

    fn new_details(
        &self,
        route: &FormRoute,
        key: SubmissionKey,
        answers: &Answers,
    ) -> Option<NewDetails> {
        let stored = answers.stored(&self.definition);
        Some(NewDetails {
            key,
            form: self.definition.id.parse().ok()?,
            version: self.definition.version,
            language: route.language,
            answers: stored.answers.into(),
            names: stored.names.into(),
            countable: stored.countable.into(),
        })
    }
}

impl Application {
    fn second_part(&self, case: &Case) -> Option<SecondPart<'_>> {
        let form = self.definition(case.cover.form.id.as_str())?;
        let given = Answers::from_json(form, &case.first_answers);
        let definition = form.second_part()?;
        Some(SecondPart {
            form,
            definition,
            given,
        })
    }

    /// Opens the second part, with what was given of it before.
    pub(super) fn begin_details(&self, route: &FormRoute, visit: Visit) -> Response<Body> {
        let case = &visit.opened.case;
        let part = self.second_part(case);
        let part = part.filter(|_| self.store.takes_details(&case.cover));
        // Another tab that begins now changes the answers under a key of its own.
        let (Some(part), Some(key)) = (part, self.new_key()) else {
            return self.not_asked(route, visit);
        };
        let draft = part.draft(case);
        let visit = Visit { key, ..visit };
        let fixed = self.fixed(route, &visit);
        let journey = self.details_journey(route, &part, &fixed, key);
        match journey.first_page(&draft) {
            Some(view) => self.rendered(route, StatusCode::OK, Template::FormPage, &view),
            None => self.not_asked(route, visit),
        }
    }

    fn not_asked(&self, route: &FormRoute, visit: Visit) -> Response<Body> {
        let told = Told {
            problem: Some("not_now"),
            ..Told::default()
        };
        self.show(route, visit, StatusCode::CONFLICT, told)
    }

    /// Goes on from what a page of the second part sent.
    pub(super) async fn go_on(
        &self,
        route: &FormRoute,
        mut visit: Visit,
        mut posted: Posted,
        mut evidence: Evidence,
    ) -> Response<Body> {
        let Some(part) = self.second_part(&visit.opened.case) else {
            return self.not_asked(route, visit);
        };
        if let Some(id) = posted.taken_away(&part) {
            if let Err((status, problem)) = self.remove(&visit, &id).await {
                evidence.problem = Some((status, problem));
            }
            visit = match self.visit_again(route, visit).await {
                Ok(visit) => visit,
                Err(response) => return *response,
            };
        }
        posted.keep_files_of(&visit.opened.case, &part);
        // Of the question for the code, or where something is told first.
        if posted.value("go") == "open" || !evidence.is_taken() {
            posted.stay();
        }
        let today = self.clock.today();
        let mut sent = Sent::read(&part.definition, &posted.fields, today);
        sent.draft = part.with_given(sent.draft.in_language(route.language));
        let fixed = self.fixed(route, &visit);
        let journey = Journey {
            changed: sent.changed,
            ..self.details_journey(route, &part, &fixed, visit.key)
        };
        let template = Template::FormCheck;
        match sent.screen(&part.definition, today) {
            None => self.not_asked(route, visit),
            Some(Screen::Page(shown)) => {
                let mut view = journey.page(&shown, &sent.draft);
                let status = self.tell_evidence(route, &evidence, &mut view);
                self.rendered(route, status, Template::FormPage, &view)
            }
            Some(Screen::Check(answers)) => {
                let view = journey.check(&sent.draft, &answers, None);
                self.rendered(route, StatusCode::OK, template, &view)
            }
            Some(Screen::Submit(answers)) => {
                match self.give(route, &visit, &part, &answers).await {
                    Ok(()) => {
                        let told = Told {
                            done: Some("details"),
                            ..Told::default()
                        };
                        self.show_again(route, visit, StatusCode::OK, told).await
                    }
                    Err((status, problem)) => {
                        let problem = format!("details.problem.{problem}");
                        let view = journey.check(&sent.draft, &answers, Some(&problem));
                        self.rendered(route, status, template, &view)
                    }
                }
            }
        }
    }

    /// Stores the second part.
    async fn give(
        &self,
        route: &FormRoute,
        visit: &Visit,
        part: &SecondPart<'_>,
        answers: &Answers,
    ) -> Result<(), (StatusCode, &'static str)> {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        let details = part.new_details(route, visit.key, answers);
        let details = details.ok_or((unavailable, "not_stored"))?;
        let store = Arc::clone(&self.store);
        let opened = visit.opened.clone();
        match self
            .stored(move || store.give_details(&opened, &details))
            .await
        {
            Some(Ok(_)) => Ok(()),
            // Others did something meanwhile; nothing has failed.
            Some(Err(RecordError::Refused { .. })) => Err((StatusCode::CONFLICT, "not_now")),
            Some(Err(RecordError::NamesErased { .. })) => Err((StatusCode::CONFLICT, "erased")),
            Some(Err(error)) => Err(self.problem(&Trouble::Record(error))),
            None => Err((unavailable, "unsure")),
        }
    }

    /// Takes the files of a page of the second part, and goes on with the page. They belong to the report
    /// from then on.
    ///
    /// # Errors
    ///
    /// Fails where the form does not arrive as a whole.
    pub(super) async fn evidence(
        &self,
        route: &FormRoute,
        visit: Visit,
        mut posted: Posted,
        upload: Upload,
    ) -> Result<Response<Body>, BodyProblem> {
        let Some(part) = self.second_part(&visit.opened.case) else {
            upload.skip(&mut posted).await?;
            return Ok(self.not_asked(route, visit));
        };
        let plan = Plan::of_evidence();
        let takes = |field: &str| part.takes_files(field);
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        let taken = match self
            .take_files(&visit, plan, upload, &mut posted, takes)
            .await?
        {
            Ok(taken) => taken,
            Err(not_taken) => {
                let evidence = match not_taken {
                    NotTaken::Busy => Evidence::failed(unavailable, "busy"),
                    NotTaken::Unsure => Evidence::failed(unavailable, "unsure"),
                };
                return Ok(self.go_on(route, visit, posted, evidence).await);
            }
        };
        let visit = match self.visit_again(route, visit).await {
            Ok(visit) => visit,
            Err(response) => return Ok(*response),
        };
        let ids = taken.kept.iter().map(|file| {
            let id = file.note.id.to_string();
            (file.field.clone(), id)
        });
        posted.add_files(ids);
        let evidence = Evidence {
            kept: names(&taken.kept),
            problem: taken.recorded.err().map(|trouble| self.problem(&trouble)),
            refused: taken.refused,
        };
        Ok(self.go_on(route, visit, posted, evidence).await)
    }

    fn fixed(&self, route: &FormRoute, visit: &Visit) -> Fixed {
        let views = self.views(route);
        let case = &visit.opened.case;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Fixed {
            carried: vec![
                pair("code", &visit.code),
                pair("visit", &visit.number),
                pair(PART, DETAILS),
            ],
            files: views.all_files(case),
            file_limits: views.file_limits(case),
        }
    }

    fn details_journey<'a>(
        &'a self,
        route: &'a FormRoute,
        part: &'a SecondPart<'_>,
        fixed: &'a Fixed,
        key: SubmissionKey,
    ) -> Journey<'a> {
        Journey {
            definition: &part.definition,
            form_title: &part.form.title,
            sends: DETAILS,
            action: &route.follow.href,
            carried: &fixed.carried,
            alternates: &[],
            key: Some(key),
            files: &fixed.files,
            file_limits: fixed.file_limits.as_ref(),
            ..self.journey(route)
        }
    }

    /// Tells at the question for files what became of those that were sent, and returns the status of the
    /// page. A page can have more such questions; the name of a file says enough.
    fn tell_evidence(
        &self,
        route: &FormRoute,
        evidence: &Evidence,
        view: &mut FormPageView,
    ) -> StatusCode {
        let views = self.views(route);
        let status = evidence
            .problem
            .map_or(StatusCode::OK, |(status, _)| status);
        let problem = evidence.problem.map(|(status, problem)| match status {
            // The report has changed; nothing has failed.
            StatusCode::CONFLICT => views.words.text("details.problem.not_now"),
            _ => views.words.text(&format!("follow.problem.{problem}")),
        });
        let refused = views.refused(&evidence.refused).into_iter();
        let refused = refused.map(|file| format!("{}: {}", file.name, file.reason));
        let mut told: Vec<String> = problem.into_iter().chain(refused).collect();
        if told.is_empty() {
            return status;
        }
        if evidence.problem.is_none() && !evidence.kept.is_empty() {
            let kept = views.words.text("files.kept");
            told.push(format!("{kept} {}", evidence.kept.join(", ")));
        }
        let mut fields = view.fields.iter_mut();
        // An answer that was changed on the same page can have taken the question away.
        let Some(field) = fields.find(|field| field.kind == "file") else {
            view.refused.extend(told);
            return status;
        };
        field.error = Some(told.join(" "));
        view.errors
            .extend(told.into_iter().map(|text| ErrorLinkView {
                href: format!("#{}", field.id),
                text,
            }));
        let title = &mut view.shell.document_title;
        *title = format!("{} {title}", views.words.text("form.error_prefix"));
        status
    }
}
