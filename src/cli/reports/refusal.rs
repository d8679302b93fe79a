//! Why the life cycle does not allow an action now, and what would.

use crate::cli::reports::acting::offered;
use crate::cli::ui::Ui;
use crate::cli::wording;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::report::event::{Role, Status};
use crate::report::ids::Code;
use crate::report::lifecycle::{Action, Lifecycle, Need, Progress, Refused};

/// What was asked of the life cycle.
pub(super) struct Asked<'a> {
    pub(super) lifecycle: &'a Lifecycle,
    pub(super) progress: &'a Progress,
    pub(super) role: Role,
    pub(super) action: &'a str,
    pub(super) choice: Option<&'a Code>,
}

impl Asked<'_> {
    /// Says why it was refused.
    pub(super) fn refused(&self, ui: &Ui, refused: &Refused) -> Diagnostic {
        match refused {
            Refused::UnknownAction => self.unknown_action(),
            Refused::UnknownChoice => self.unknown_choice(),
            Refused::ChoiceMissing => Diagnostic::error("report-refused-choice_missing")
                .with("known", self.choices().join(", ")),
            Refused::NotYours { role } => Diagnostic::error("report-refused-not_yours")
                .with("role", wording::role(ui, *role))
                .with("roles", self.roles(ui)),
            Refused::NotNow { status } => Diagnostic::error("report-refused-not_now")
                .with("status", wording::status(ui, self.lifecycle, *status))
                .with("statuses", self.statuses(ui)),
            Refused::NotYet { track } => Diagnostic::error("report-refused-not_yet")
                .with("track", self.track(ui, track))
                .with("state", self.state(ui, track)),
            Refused::TextMissing => Diagnostic::error("report-refused-text_missing"),
            Refused::Incomplete { missing } => {
                Diagnostic::error("report-refused-incomplete").with("missing", needs(ui, missing))
            }
            Refused::HearingReasonMissing => {
                Diagnostic::error("report-refused-hearing_reason_missing")
            }
            Refused::EndInPast => Diagnostic::error("report-refused-end_in_past"),
            Refused::ReviewInPast => Diagnostic::error("report-refused-review_in_past"),
            Refused::ReviewAfterEnd => Diagnostic::error("report-refused-review_after_end"),
            Refused::CannotClose { tracks: open } => {
                let tracks: Vec<String> = open
                    .iter()
                    .map(|track| format!("{} ({})", self.track(ui, track), self.state(ui, track)))
                    .collect();
                Diagnostic::error("report-refused-cannot_close")
                    .with("tracks", tracks.join(", "))
                    .with("ways", self.ways_to_finish(ui, open))
            }
            Refused::NotDecided => Diagnostic::error("report-refused-not_decided"),
            Refused::RegistrationNotYours => {
                Diagnostic::error("report-refused-registration_not_yours")
            }
            Refused::CareStays => Diagnostic::error("report-refused-care_stays"),
        }
    }

    /// Returns for each track what finishes it: `log_support (enough, declined)`, with the roles where
    /// it is not for this one.
    fn ways_to_finish(&self, ui: &Ui, tracks: &[Code]) -> String {
        let mut told = Vec::new();
        for track in tracks {
            let mut actions: Vec<(&Action, Vec<&str>)> = Vec::new();
            for (action, choice) in self.lifecycle.ways_to_finish(track.as_str(), self.progress) {
                let choice = choice.map(Code::as_str);
                match actions.last_mut() {
                    Some((last, choices)) if last.name == action.name => choices.extend(choice),
                    _ => actions.push((action, choice.into_iter().collect())),
                }
            }
            let actions: Vec<String> = actions
                .iter()
                .map(|(action, choices)| self.way(ui, action, choices))
                .collect();
            told.push(format!("{}: {}", self.track(ui, track), actions.join(", ")));
        }
        told.join("; ")
    }

    fn way(&self, ui: &Ui, action: &Action, choices: &[&str]) -> String {
        let mut notes = Vec::new();
        if !choices.is_empty() {
            notes.push(choices.join(", "));
        }
        if !action.by.contains(&self.role) {
            let roles = wording::roles(ui, &action.by);
            notes.push(ui.text("cli-done-by", &[("roles", &roles)]));
        }
        if notes.is_empty() {
            return action.name.to_string();
        }
        format!("{} ({})", action.name, notes.join("; "))
    }

    fn unknown_action(&self) -> Diagnostic {
        let known = self
            .lifecycle
            .actions
            .iter()
            .map(|action| action.name.as_str());
        let offered = offered(self.lifecycle, &[self.role], self.progress);
        let offered: Vec<&str> = offered.iter().map(|action| action.name.as_str()).collect();
        match nearest(self.action, known) {
            Some(nearest) => {
                Diagnostic::error("report-refused-unknown_action-near").with("nearest", nearest)
            }
            None => {
                Diagnostic::error("report-refused-unknown_action").with("known", offered.join(", "))
            }
        }
        .with("action", self.action)
    }

    fn unknown_choice(&self) -> Diagnostic {
        let choices = self.choices();
        if choices.is_empty() {
            return Diagnostic::error("report-refused-choice_unneeded");
        }
        let choice = self.choice.map(ToString::to_string);
        Diagnostic::error("report-refused-unknown_choice")
            .with("choice", choice.unwrap_or_default())
            .with("known", choices.join(", "))
    }

    fn action(&self) -> Option<&Action> {
        self.lifecycle.action(self.action)
    }

    fn choices(&self) -> Vec<&str> {
        let choices = self.action().map(|action| action.choices.as_slice());
        let choices = choices.unwrap_or_default().iter();
        choices.map(|choice| choice.name.as_str()).collect()
    }

    fn roles(&self, ui: &Ui) -> String {
        let roles = self.action().map(|action| action.by.as_slice());
        wording::roles(ui, roles.unwrap_or_default())
    }

    fn statuses(&self, ui: &Ui) -> String {
        let statuses = self.action().map(|action| action.from.as_slice());
        let name = |status: &Status| wording::status(ui, self.lifecycle, *status);
        let names: Vec<String> = statuses.unwrap_or_default().iter().map(name).collect();
        names.join(", ")
    }

    fn track(&self, ui: &Ui, name: &Code) -> String {
        let track = self.lifecycle.track(name.as_str());
        let title = track.map(|track| track.title.get(ui.language()));
        title.unwrap_or(name.as_str()).to_owned()
    }

    fn state(&self, ui: &Ui, track: &Code) -> String {
        let state = self.progress.state_of(track.as_str()).name();
        ui.text(&format!("report-track-{state}"), &[])
    }
}

fn needs(ui: &Ui, needs: &[Need]) -> String {
    let words: Vec<String> = needs
        .iter()
        .map(|need| ui.text(&format!("cli-need-{}", need.name()), &[]))
        .collect();
    words.join(", ")
}
