//! `meldwijzer reports record`: somebody does something with a case.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::cli::answers::Forms;
use crate::cli::command_error::CommandError;
use crate::cli::opening::{Doer, Office};
use crate::cli::reports::acting::{GRANT_ACCESS, actor, code, role_for};
use crate::cli::reports::refusal::Asked;
use crate::cli::small_file;
use crate::cli::ui::Ui;
use crate::cli::wording::{self, Contact};
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::report::acts::{Act, RecordError};
use crate::report::archive::{Archive, Found};
use crate::report::case::{Case, Cover};
use crate::report::event::{Body, Measure};
use crate::report::ids::{CaseId, Code};
use crate::report::lifecycle::{Action, Given, Hearing, Lifecycle, Need, Refused};

/// The arguments of `reports record`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[arg(value_name = "ACTION")]
    action: String,
    #[command(flatten)]
    doer: Doer,
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[arg(long, value_name = "CHOICE")]
    choice: Option<String>,
    #[arg(long, value_name = "TEXT", conflicts_with = "text_file")]
    text: Option<String>,
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER")]
    reference: Option<String>,
    #[command(flatten)]
    measure: MeasureArguments,
}

/// What is said of a measure.
#[derive(Debug, clap::Args)]
struct MeasureArguments {
    #[arg(long = "measure-kind", value_name = "KIND")]
    measure_kind: Option<String>,
    #[arg(long = "measure-behaviour", value_name = "TEXT")]
    measure_behaviour: Option<String>,
    #[arg(long = "measure-hearing", value_name = "HEARING")]
    measure_hearing: Option<String>,
    #[arg(long = "measure-hearing-reason", value_name = "TEXT")]
    measure_hearing_reason: Option<String>,
    #[arg(long = "measure-informed", value_name = "TEXT")]
    measure_informed: Option<String>,
    #[arg(long = "measure-ends-on", value_name = "DATE")]
    measure_ends_on: Option<Date>,
    #[arg(long = "measure-review-on", value_name = "DATE")]
    measure_review_on: Option<Date>,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let said = Said::read(arguments)?;
    let office = Office::beside(ui, root, data)?;
    let lifecycle = office.store.lifecycle();
    let action = lifecycle.action(&arguments.action);
    if action.is_some_and(|action| action.name.as_str() == GRANT_ACCESS) {
        return Err(CommandError::Usage(Diagnostic::error("cli-use-grant")));
    }
    let person = arguments.doer.person(&office)?;
    let role = role_for(person, arguments.role.as_deref(), action)?;
    let refused = |ui: &Ui, cover: &Cover, refused: &Refused| {
        let asked = Asked {
            lifecycle,
            progress: &cover.progress,
            role,
            action: &arguments.action,
            choice: said.choice.as_ref(),
        };
        CommandError::Problem(asked.refused(ui, refused))
    };

    // What cannot be done is no reason to open somebody's report.
    if let Found::Case(cover, _) = Archive::at(data).case(arguments.case)? {
        let now = SystemClock.now();
        lifecycle
            .after(&cover.progress, &arguments.action, role, &said.given(), now)
            .map_err(|reason| refused(ui, &cover, &reason))?;
    }
    let opened = arguments.doer.open(ui, &office, arguments.case)?;
    let act = Act {
        action: code(&arguments.action)?,
        actor: actor(person, role),
        body: said.body(action, &opened.case)?,
        files: Vec::new(),
        submission_key: None,
    };
    let recorded = office.store.record(&opened, &act);
    let now = office.store.again(&opened)?;
    let cover = &now.case.cover;
    match recorded {
        Ok(_) => {
            let contact = Forms::read(root).contact(&now.case);
            confirm(ui, lifecycle, action, cover, contact)
        }
        // Somebody else was first.
        Err(RecordError::Refused {
            refused: reason, ..
        }) => Err(refused(ui, cover, &reason)),
        Err(error) => Err(error.into()),
    }
}

fn confirm(
    ui: &mut Ui,
    lifecycle: &Lifecycle,
    action: Option<&Action>,
    cover: &Cover,
    contact: Contact,
) -> Result<(), CommandError> {
    let title = action.map(|action| action.title.get(ui.language()));
    let done = ui.text(
        "cli-recorded",
        &[
            ("case", &cover.id.to_string()),
            ("title", title.unwrap_or_default()),
            (
                "status",
                &wording::status(ui, lifecycle, cover.progress.status),
            ),
        ],
    );
    ui.print(&done)?;
    if contact == Contact::Declined {
        ui.print(&ui.text("cli-contact-declined", &[]))?;
    }
    let Some(first) = lifecycle.running(&cover.progress).first().copied() else {
        return Ok(());
    };
    let due = wording::due(ui, first, SystemClock.now());
    let title = wording::to_do(ui, first.rule, contact);
    ui.print(&ui.text("cli-recorded-next", &[("title", &title), ("due", &due)]))
}

/// What the user said with the action.
struct Said<'a> {
    choice: Option<Code>,
    text: Option<String>,
    reference: Option<&'a String>,
    kind: Option<Code>,
    hearing: Option<Hearing>,
    measure: &'a MeasureArguments,
}

impl Said<'_> {
    fn read(arguments: &Arguments) -> Result<Said<'_>, CommandError> {
        let text = match (&arguments.text, &arguments.text_file) {
            (Some(text), _) => Some(text.clone()),
            (None, Some(path)) => Some(small_file::read(path)?.trim_end().to_owned()),
            (None, None) => None,
        };
        let measure = &arguments.measure;
        let read = |name: &Option<String>| name.as_deref().map(code).transpose();
        Ok(Said {
            choice: read(&arguments.choice)?,
            text,
            reference: arguments.reference.as_ref(),
            kind: read(&measure.measure_kind)?,
            hearing: measure
                .measure_hearing
                .as_deref()
                .map(hearing)
                .transpose()?,
            measure,
        })
    }

    /// Tells the life cycle what there is.
    fn given(&self) -> Given {
        let filled = |text: Option<&String>| text.is_some_and(|text| !text.trim().is_empty());
        Given {
            choice: self.choice.clone(),
            text: filled(self.text.as_ref()),
            files: false,
            reference: filled(self.reference),
            behaviour: filled(self.measure.measure_behaviour.as_ref()),
            hearing: self.hearing,
            hearing_reason: filled(self.measure.measure_hearing_reason.as_ref()),
            citizen_told: filled(self.measure.measure_informed.as_ref()),
            end_date: self.measure.measure_ends_on,
            review_date: self.measure.measure_review_on,
        }
    }

    fn body(&self, action: Option<&Action>, case: &Case) -> Result<Body, CommandError> {
        let needs = self.needs(action);
        let about_measure = Need::MEASURE.iter().any(|need| needs.contains(need));
        if !about_measure && self.says_something_of_a_measure() {
            return Err(CommandError::Usage(Diagnostic::error(
                "cli-no-measure-here",
            )));
        }
        Ok(Body {
            text: self.text.clone(),
            choice: self.choice.clone(),
            reference: self.reference.cloned(),
            measure: if about_measure {
                Some(self.measure(&needs, case)?)
            } else {
                None
            },
            ..Body::default()
        })
    }

    /// Returns what must come with the action as it was chosen.
    fn needs(&self, action: Option<&Action>) -> Vec<Need> {
        let ways = action.map(Action::ways).unwrap_or_default();
        let mut ways = ways.into_iter();
        let chosen = ways.find(|(choice, _)| *choice == self.choice.as_ref());
        chosen.map(|(_, effect)| effect.needs).unwrap_or_default()
    }

    fn says_something_of_a_measure(&self) -> bool {
        let measure = self.measure;
        self.kind.is_some()
            || self.hearing.is_some()
            || measure.measure_behaviour.is_some()
            || measure.measure_hearing_reason.is_some()
            || measure.measure_informed.is_some()
            || measure.measure_ends_on.is_some()
            || measure.measure_review_on.is_some()
    }

    /// Returns the measure as it is from now on. What the action does not ask for stays as it was decided
    /// last.
    fn measure(&self, needs: &[Need], case: &Case) -> Result<Measure, CommandError> {
        let mut bodies = case.entries.iter().rev().map(|entry| &entry.body);
        let last = bodies.find_map(|body| body.measure.as_ref());
        let last = last.filter(|_| !needs.contains(&Need::Behaviour));
        let given = self.measure;
        let text = |given: &Option<String>, kept: fn(&Measure) -> &String| {
            given
                .clone()
                .or_else(|| last.map(|last| kept(last).clone()))
        };
        let measure = || -> Option<Measure> {
            Some(Measure {
                kind: self
                    .kind
                    .clone()
                    .or_else(|| last.map(|last| last.kind.clone()))?,
                behaviour: text(&given.measure_behaviour, |last| &last.behaviour)?,
                hearing: match self.hearing {
                    Some(hearing) => hearing.name().parse().ok()?,
                    None => last?.hearing.clone(),
                },
                hearing_reason: given
                    .measure_hearing_reason
                    .clone()
                    .or_else(|| last?.hearing_reason.clone()),
                informed: text(&given.measure_informed, |last| &last.informed)?,
                ends_on: given.measure_ends_on.or_else(|| Some(last?.ends_on))?,
                review_on: given.measure_review_on.or_else(|| Some(last?.review_on))?,
            })
        };
        measure().ok_or_else(|| CommandError::Usage(Diagnostic::error("cli-measure-kind-missing")))
    }
}

/// Reads what was decided about hearing the citizen.
fn hearing(typed: &str) -> Result<Hearing, CommandError> {
    if let Some(hearing) = Hearing::from_name(typed) {
        return Ok(hearing);
    }
    let names: Vec<&str> = Hearing::ALL.iter().map(|(name, _)| *name).collect();
    let known = names.join(", ");
    Err(CommandError::Usage(
        Diagnostic::error("cli-unknown-hearing")
            .with("hearing", typed)
            .with("known", known),
    ))
}
