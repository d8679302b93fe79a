//! A case as lines of text. Nothing in it that came from outside reaches the terminal as more than text.

use jiff::Timestamp;

use crate::cli::answers::{self, Forms};
use crate::cli::harmless;
use crate::cli::reports::acting::offered;
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::cli::wording::{self, Contact};
use crate::form::Definition;
use crate::report::case::{Case, Cover, Entry, Happening, each_once};
use crate::report::event::{Body, Measure, Role};
use crate::report::ids::Code;
use crate::report::lifecycle::{Action, Choice, Lifecycle, Progress, TextRule};
use crate::report::people::People;

/// Blanks that each level is moved to the right.
const INDENT: &str = "  ";

/// Blanks before what was said with an event, below what happened.
const BELOW: &str = "       ";

/// What is needed to put a case into words.
pub(super) struct CaseText<'a> {
    pub(super) ui: &'a Ui,
    pub(super) lifecycle: &'a Lifecycle,
    pub(super) people: &'a People,
    pub(super) contact: Contact,
    pub(super) now: Timestamp,
}

impl CaseText<'_> {
    fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.ui.text(key, arguments)
    }

    fn heading(&self, key: &str) -> Vec<String> {
        vec![String::new(), self.text(key, &[])]
    }

    /// Returns what is known without a key: where the case stands, and what must be done by when.
    pub(super) fn cover(&self, cover: &Cover) -> Vec<String> {
        let mut lines = Vec::new();
        if self.contact == Contact::Declined {
            lines.extend([self.text("cli-contact-declined", &[]), String::new()]);
        }
        let head = self.text(
            "cli-show-head",
            &[
                ("case", &cover.id.to_string()),
                ("received", &wording::date_and_time(cover.received_at)),
                (
                    "status",
                    &wording::status(self.ui, self.lifecycle, cover.progress.status),
                ),
                ("since", &wording::date_and_time(cover.status_since)),
                ("recipient", &wording::recipient(self.ui, &cover.recipient)),
                ("form", cover.form.id.as_str()),
                ("version", &cover.form.version.to_string()),
            ],
        );
        lines.extend(head.lines().map(str::to_owned));
        if let Some(erased) = cover.names_erased_at {
            let erased = wording::date_and_time(erased);
            lines.push(self.text("cli-show-names-erased", &[("erased", &erased)]));
        }
        lines.extend(self.clocks(&cover.progress));
        lines.extend(self.tracks(&cover.progress));
        lines
    }

    fn clocks(&self, progress: &Progress) -> Vec<String> {
        let running = self.lifecycle.running(progress);
        if running.is_empty() {
            return Vec::new();
        }
        let rows: Vec<[String; 2]> = running
            .iter()
            .map(|one| {
                let due = wording::due(self.ui, *one, self.now);
                [due, wording::to_do(self.ui, one.rule, self.contact)]
            })
            .collect();
        self.section("cli-show-due", &rows)
    }

    fn tracks(&self, progress: &Progress) -> Vec<String> {
        let language = self.ui.language();
        let tracks = self.lifecycle.tracks.iter();
        let rows: Vec<[String; 3]> = tracks
            .map(|track| {
                let name = track.name.as_str();
                let state = progress.state_of(name).name();
                let last = progress.last_step(name);
                let last = last.and_then(|last| track.steps.iter().find(|step| step.name == *last));
                [
                    track.title.get(language).to_owned(),
                    self.text(&format!("report-track-{state}"), &[]),
                    last.map(|step| step.title.get(language).to_owned())
                        .unwrap_or_default(),
                ]
            })
            .collect();
        self.section("cli-show-tracks", &rows)
    }

    fn section<const N: usize>(&self, heading: &str, rows: &[[String; N]]) -> Vec<String> {
        let mut lines = self.heading(heading);
        lines.extend(
            table::lines(rows)
                .iter()
                .map(|line| format!("{INDENT}{line}")),
        );
        lines
    }

    /// Returns how a sealed case is opened, and by whom.
    pub(super) fn how_to_open(&self, cover: &Cover) -> Vec<String> {
        let mut ids: Vec<&Code> = cover
            .access
            .iter()
            .flat_map(|(_, access)| &access.people)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let people: Vec<String> = ids
            .iter()
            .map(|id| format!("{} ({id})", wording::person(self.people, id)))
            .collect();
        let mut told = Vec::new();
        if people.is_empty() {
            told.push(self.text("cli-show-nobody", &[]));
        } else {
            told.push(self.text("cli-show-people", &[("people", &people.join(", "))]));
        }
        if cover.access.iter().any(|(_, access)| access.recovery) {
            told.push(self.text("cli-show-recovery", &[]));
        }
        let how = self.text("cli-show-how", &[("case", &cover.id.to_string())]);
        told.extend(how.lines().map(str::to_owned));
        let mut lines = self.heading("cli-show-sealed");
        lines.extend(told.iter().map(|line| format!("{INDENT}{line}")));
        lines
    }

    /// Returns the answers in the words of the form or, where it is gone, under the names of its fields.
    pub(super) fn answers(&self, case: &Case, forms: &Forms) -> Vec<String> {
        let language = self.ui.language();
        let form = forms.form(case.cover.form.id.as_str());
        let mut lines = self.heading("cli-show-answers");
        lines.extend(answers::lines(form, &case.first_answers, language));
        if let Some(details) = &case.cover.details {
            let given = wording::date_and_time(details.given_at);
            let version = details.form.version.to_string();
            let told = [("given", &*given), ("version", &*version)];
            let part = form.and_then(Definition::second_part);
            lines.extend([String::new(), self.text("cli-show-details", &told)]);
            // All of it may be skipped; what was would hide what was not.
            let given = answers::lines_given(part.as_ref(), &case.detail_answers, language);
            lines.extend(given);
        }
        lines
    }

    /// Returns the files of a case, with the ids under which they can be saved.
    pub(super) fn files(&self, case: &Case) -> Vec<String> {
        let notes = case.entries.iter().flat_map(|entry| &entry.body.files);
        let rows: Vec<[String; 4]> = each_once(notes)
            .into_iter()
            .map(|note| {
                [
                    note.id.to_string(),
                    harmless::line(&note.name),
                    harmless::line(&note.media_type),
                    note.bytes.to_string(),
                ]
            })
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }
        self.section("cli-show-files", &rows)
    }

    /// Returns what happened, by whom and when, and where the case is open what was said with it.
    pub(super) fn history(&self, history: &[Happening], entries: &[Entry]) -> Vec<String> {
        let mut lines = self.heading("cli-show-history");
        for happening in history {
            let who = wording::actor(self.ui, self.people, &happening.actor);
            let what = self.happened(happening);
            lines.push(format!(
                "{INDENT}{:>3}  {}  {}",
                happening.sequence,
                wording::date_and_time(happening.recorded_at),
                self.text("cli-show-happened", &[("what", &what), ("who", &who)]),
            ));
            let entry = entries
                .iter()
                .find(|entry| entry.happening.sequence == happening.sequence);
            if let Some(entry) = entry {
                lines.extend(self.said(entry).iter().map(|line| format!("{BELOW}{line}")));
            }
        }
        lines
    }

    fn happened(&self, happening: &Happening) -> String {
        let Some(name) = &happening.action else {
            return self.text(&format!("report-kind-{}", happening.kind.name()), &[]);
        };
        let action = self.lifecycle.action(name.as_str());
        let title = action.map(|action| action.title.get(self.ui.language()));
        title.unwrap_or(name.as_str()).to_owned()
    }

    fn said(&self, entry: &Entry) -> Vec<String> {
        let Body {
            text,
            choice,
            measure,
            reference,
            files,
            ..
        } = &entry.body;
        let mut lines = Vec::new();
        if let Some(choice) = choice {
            let choice = self.choice(entry.happening.action.as_ref(), choice);
            lines.push(self.text("cli-show-choice", &[("choice", &choice)]));
        }
        if let Some(text) = text {
            lines.extend(text.lines().map(harmless::line));
        }
        if let Some(reference) = reference {
            let reference = harmless::line(reference);
            lines.push(self.text("cli-show-reference", &[("reference", &reference)]));
        }
        if let Some(measure) = measure {
            lines.extend(self.measure(measure));
        }
        for file in files {
            let name = harmless::line(&file.name);
            lines.push(self.text(
                "cli-show-file",
                &[("name", &name), ("file", file.id.as_str())],
            ));
        }
        lines
    }

    fn choice(&self, action: Option<&Code>, choice: &Code) -> String {
        let action = action.and_then(|action| self.lifecycle.action(action.as_str()));
        let known = action.and_then(|action| action.choice(choice.as_str()));
        let title = known.map(|known| known.title.get(self.ui.language()));
        title.unwrap_or(choice.as_str()).to_owned()
    }

    fn measure(&self, measure: &Measure) -> Vec<String> {
        let hearing = self.text(&format!("report-hearing-{}", measure.hearing), &[]);
        let reason = measure.hearing_reason.as_deref().unwrap_or_default();
        let filled = self.text(
            "cli-show-measure",
            &[
                ("kind", measure.kind.as_str()),
                ("behaviour", &harmless::line(&measure.behaviour)),
                ("hearing", &hearing),
                ("reason", &harmless::line(reason)),
                ("informed", &harmless::line(&measure.informed)),
                ("ends", &measure.ends_on.to_string()),
                ("review", &measure.review_on.to_string()),
            ],
        );
        filled
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// Returns what these roles may do with the case now.
    pub(super) fn offered(&self, progress: &Progress, roles: &[Role]) -> Vec<String> {
        let actions = offered(self.lifecycle, roles, progress);
        if actions.is_empty() {
            return Vec::new();
        }
        let rows: Vec<[String; 3]> = actions
            .into_iter()
            .map(|action| self.action(action, progress))
            .collect();
        self.section("cli-show-offered", &rows)
    }

    fn action(&self, action: &Action, progress: &Progress) -> [String; 3] {
        let open = self.lifecycle.open_choices(action, progress);
        let names = |choices: &[&Choice]| -> String {
            let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
            names.join(", ")
        };
        let mut notes = Vec::new();
        if !open.is_empty() {
            notes.push(self.text("cli-show-choices", &[("choices", &names(&open))]));
        }
        let wordy = |choice: &&Choice| choice.effect.text == TextRule::Required;
        let wordy: Vec<&Choice> = open.iter().copied().filter(wordy).collect();
        let everywhere = action.effect.text == TextRule::Required
            || (!open.is_empty() && wordy.len() == open.len());
        let somewhere = action.effect.text == TextRule::Optional
            || open
                .iter()
                .any(|choice| choice.effect.text == TextRule::Optional);
        if everywhere {
            notes.push(self.text("cli-show-text-required", &[]));
        } else if !wordy.is_empty() {
            notes.push(self.text("cli-show-text-for", &[("choices", &names(&wordy))]));
        } else if somewhere {
            notes.push(self.text("cli-show-text-optional", &[]));
        }
        let title = action.title.get(self.ui.language()).to_owned();
        [action.name.to_string(), title, notes.join("; ")]
    }
}
