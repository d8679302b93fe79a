//! The table that `forms/lifecycle.yaml` holds, as values.
//!
//! A table that exists is sound: every name in it is known, and [`super::check`] found nothing wrong.

use crate::language::Language;
use crate::report::ids::Code;
use crate::report::lifecycle::rules::AFTER_CARE;
use crate::report::lifecycle::terms::{Need, Role, Status, TextRule, TrackState};

/// The life cycle of a case: who may do what when, and what must be done by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// What can be done, in the order in which it is offered.
    pub actions: Vec<Action>,
    /// What runs side by side in a case.
    pub tracks: Vec<Track>,
    /// What must be done by when.
    pub clocks: Vec<ClockRule>,
    /// What closing needs.
    pub closing: Vec<ClosingRule>,
    /// The names of the statuses, one for each.
    pub statuses: Vec<(Status, Text)>,
}

/// A text in every language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub(super) versions: Vec<(Language, String)>,
}

/// Something that somebody can do to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name in event files.
    pub name: Code,
    /// What happened, for the timeline: "Je melding is gelezen".
    pub title: Text,
    /// Who may do it.
    pub by: Vec<Role>,
    /// In which statuses. Never empty.
    pub from: Vec<Status>,
    /// What it asks for and does, whatever was chosen.
    pub effect: Effect,
    /// Of what one must be chosen; empty where there is nothing to choose.
    pub choices: Vec<Choice>,
}

/// One way to do an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in event files.
    pub name: Code,
    /// What people read where they choose.
    pub title: Text,
    /// What it does besides the effect of the action.
    pub effect: Effect,
}

/// What an action, or a choice, asks for and changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// How far tracks must be for it; all conditions hold together.
    pub when: Vec<Condition>,
    /// The new status, where it changes.
    pub to: Option<Status>,
    /// The tracks that change, each with its new state.
    pub tracks: Vec<(Code, TrackState)>,
    /// The step that is done with it, and the track it is part of.
    pub step: Option<(Code, Code)>,
    /// Whether own words come with it.
    pub text: TextRule,
    /// What else must come with it.
    pub needs: Vec<Need>,
}

/// Holds where a track is in one of some states and, if that is asked, has come to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The track.
    pub track: Code,
    /// The states; any will do where there are none.
    pub states: Vec<TrackState>,
    /// The step that must be the last one done, or come before it.
    pub after: Option<Code>,
    /// The step that must come after the last one done.
    pub before: Option<Code>,
}

/// What runs in a case beside other things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its name in event files.
    pub name: Code,
    /// What people read.
    pub title: Text,
    /// Its state right after the report.
    pub begins: TrackState,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// A step of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name in event files.
    pub name: Code,
    /// What people read.
    pub title: Text,
}

/// Something that must be done by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRule {
    /// Its name in event files.
    pub name: Code,
    /// What must be done.
    pub title: Text,
    /// What starts it, or starts it anew. Never empty.
    pub starts: Vec<Moment>,
    /// What stops it. Never empty.
    pub stops: Vec<Moment>,
    /// How long it runs.
    pub within: Within,
    /// A date that came with the action that starts it, and before which it ends in any case.
    pub latest: Option<Need>,
    /// What the reporter is told of it.
    pub promise: Option<Promise>,
    /// What the program does itself when time has run out: an action and, where it has choices, one.
    pub then: Option<(Code, Option<Code>)>,
}

impl ClockRule {
    /// Returns whether it stops with a step of after-care: something that people do with the reporter.
    pub fn is_about_care(&self) -> bool {
        let is_care = |moment: &Moment| matches!(moment, Moment::Step(track, _) if track.as_str() == AFTER_CARE);
        self.stops.iter().any(is_care)
    }
}

/// What a reporter is told that will happen before a clock runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What happens.
    pub text: Text,
    /// What happens where the reporter wants no contact; without it, nothing is promised then.
    pub without_contact: Option<Text>,
}

/// A moment in the life of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The report was received.
    Submit,
    /// An action was done, with this choice where one is named.
    Action(Code, Option<Code>),
    /// A track came into a state.
    State(Code, TrackState),
    /// A step of a track was done.
    Step(Code, Code),
    /// The case came into a status.
    Status(Status),
}

/// How long a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// Hours, to the second.
    Hours(u16),
    /// Days, to the end of the last one; 0 is the same day.
    Days(u16),
    /// Days from Monday to Friday, to the end of the last one.
    WorkingDays(u16),
    /// Months, to the end of the last day.
    Months(u16),
}

/// What must be before a case can close: the track is in one of these states, or has come to the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosingRule {
    /// The track.
    pub track: Code,
    /// States that will do.
    pub states: Vec<TrackState>,
    /// A step that will do as well, or one after it.
    pub after: Option<Code>,
}

impl Text {
    /// Returns the text in a language.
    pub fn get(&self, language: Language) -> &str {
        self.versions
            .iter()
            .find(|(known, _)| *known == language)
            .map_or("", |(_, text)| text)
    }
}

impl Effect {
    /// Returns the new state of a track, where it changes.
    pub fn state_of(&self, track: &str) -> Option<TrackState> {
        self.tracks
            .iter()
            .find(|(known, _)| known.as_str() == track)
            .map(|(_, state)| *state)
    }

    /// Returns whether a step of a track is done with it.
    pub fn does(&self, track: &str, step: &str) -> bool {
        self.step
            .as_ref()
            .is_some_and(|(t, s)| t.as_str() == track && s.as_str() == step)
    }

    /// Returns what this effect and another do together; the other one's changes win.
    #[must_use]
    pub fn and(&self, other: &Effect) -> Effect {
        let kept = |(track, _): &&(Code, TrackState)| other.state_of(track.as_str()).is_none();
        let mut tracks: Vec<_> = self.tracks.iter().filter(kept).cloned().collect();
        tracks.extend(other.tracks.iter().cloned());
        let mut when = self.when.clone();
        when.extend(other.when.iter().cloned());
        let mut needs = self.needs.clone();
        needs.extend(other.needs.iter().filter(|need| !self.needs.contains(need)));
        Effect {
            when,
            to: other.to.or(self.to),
            tracks,
            step: other.step.clone().or_else(|| self.step.clone()),
            text: self.text.max(other.text),
            needs,
        }
    }
}

impl Action {
    /// Finds a choice.
    pub fn choice(&self, name: &str) -> Option<&Choice> {
        self.choices
            .iter()
            .find(|choice| choice.name.as_str() == name)
    }

    /// Returns whether every way to do it leads to this status.
    pub fn leads_to(&self, status: Status) -> bool {
        self.ways()
            .iter()
            .all(|(_, effect)| effect.to == Some(status))
    }

    /// Returns every way to do it, with everything that it then does.
    pub fn ways(&self) -> Vec<(Option<&Code>, Effect)> {
        if self.choices.is_empty() {
            return vec![(None, self.effect.clone())];
        }
        self.choices
            .iter()
            .map(|choice| (Some(&choice.name), self.effect.and(&choice.effect)))
            .collect()
    }
}

impl Track {
    /// Returns the place of a step among the steps.
    pub fn position(&self, step: &str) -> Option<usize> {
        self.steps
            .iter()
            .position(|known| known.name.as_str() == step)
    }
}

impl Track {
    /// Returns whether the step done last is this one, or comes after it.
    pub fn has_come_to(&self, step: &str, last: Option<&Code>) -> bool {
        let last = last.and_then(|last| self.position(last.as_str()));
        last.is_some() && last >= self.position(step)
    }
}

impl Condition {
    /// Returns whether it holds for its track.
    pub(super) fn holds(&self, track: &Track, state: TrackState, last: Option<&Code>) -> bool {
        let come_to = |step: &Code| track.has_come_to(step.as_str(), last);
        (self.states.is_empty() || self.states.contains(&state))
            && self.after.as_ref().is_none_or(come_to)
            && !self.before.as_ref().is_some_and(come_to)
    }
}

impl ClosingRule {
    /// Returns whether it is met by its track.
    pub(super) fn is_met(&self, track: &Track, state: TrackState, last: Option<&Code>) -> bool {
        let after = self.after.as_ref();
        self.states.contains(&state)
            || after.is_some_and(|step| track.has_come_to(step.as_str(), last))
    }
}

impl Lifecycle {
    /// Finds an action.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions
            .iter()
            .find(|action| action.name.as_str() == name)
    }

    /// Finds a track.
    pub fn track(&self, name: &str) -> Option<&Track> {
        self.tracks.iter().find(|track| track.name.as_str() == name)
    }

    /// Finds a clock.
    pub fn clock(&self, name: &str) -> Option<&ClockRule> {
        self.clocks.iter().find(|clock| clock.name.as_str() == name)
    }

    /// Returns the name of a status as people read it.
    pub fn status(&self, status: Status) -> Option<&Text> {
        let found = self.statuses.iter().find(|(known, _)| *known == status);
        found.map(|(_, text)| text)
    }
}
