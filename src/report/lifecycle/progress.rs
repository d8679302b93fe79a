//! Where a case stands, and where it stands after an action.
//!
//! Some rules hold whatever the table says: they are in [`super::rules`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::report::ids::Code;
use crate::report::lifecycle::clocks::Happened;
use crate::report::lifecycle::rules::FEEDBACK;
use crate::report::lifecycle::table::{Action, ClosingRule, Condition, Effect, Lifecycle};
use crate::report::lifecycle::terms::{Hearing, Need, Role, Status, TextRule, TrackState};

/// Where a case stands after an event. It stands in the open part of every event, so that a changed
/// table does not change what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Its status.
    pub status: Status,
    /// How far each track is.
    pub tracks: BTreeMap<Code, TrackState>,
    /// The step done last in each track where one was done.
    pub steps: BTreeMap<Code, Code>,
    /// By when something must be done, by clock. Working-day, day and month clocks end with the last
    /// second of their day in the Netherlands.
    pub due: BTreeMap<Code, Timestamp>,
}

/// What came with an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What was chosen.
    pub choice: Option<Code>,
    /// Whether there are own words.
    pub text: bool,
    /// Whether there are files.
    pub files: bool,
    /// Whether there is a number of another system.
    pub reference: bool,
    /// Whether the citizen's behaviour is described.
    pub behaviour: bool,
    /// What was decided about hearing the citizen.
    pub hearing: Option<Hearing>,
    /// Whether it says why the citizen cannot be heard.
    pub hearing_reason: bool,
    /// Whether it says how the citizen was told, or will be.
    pub citizen_told: bool,
    /// Last day of the measure.
    pub end_date: Option<Date>,
    /// Day on which the measure is looked at again.
    pub review_date: Option<Date>,
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The table has no such action.
    #[error("no such action")]
    UnknownAction,
    /// The action has no such choice.
    #[error("no such choice")]
    UnknownChoice,
    /// Nothing was chosen, or something where there is nothing to choose.
    #[error("nothing chosen")]
    ChoiceMissing,
    /// This role may not do it.
    #[error("not for the role {}", role.name())]
    NotYours {
        /// The role.
        role: Role,
    },
    /// It cannot be done in this status.
    #[error("not in the status {}", status.name())]
    NotNow {
        /// The status.
        status: Status,
    },
    /// A track is not far enough, or too far.
    #[error("not while the track {track} is where it is")]
    NotYet {
        /// The track.
        track: Code,
    },
    /// Own words are missing.
    #[error("own words are missing")]
    TextMissing,
    /// Something else is missing.
    #[error("incomplete")]
    Incomplete {
        /// What.
        missing: Vec<Need>,
    },
    /// The citizen cannot be heard, and it does not say why.
    #[error("why the citizen cannot be heard is missing")]
    HearingReasonMissing,
    /// The measure ends before today.
    #[error("the end date is in the past")]
    EndInPast,
    /// The measure is looked at again before today.
    #[error("the review date is in the past")]
    ReviewInPast,
    /// The measure is looked at again after it has ended.
    #[error("the review date is after the end date")]
    ReviewAfterEnd,
    /// Closing needs more.
    #[error("not everything that closing needs is done")]
    CannotClose {
        /// The tracks that keep it open.
        tracks: Vec<Code>,
    },
    /// Nothing was decided yet about what to do towards the citizen.
    #[error("nothing is decided")]
    NotDecided,
    /// Only the reporter and the affected employee decide about registration.
    #[error("registration is decided by the reporter")]
    RegistrationNotYours,
    /// The action would take away the offer of care.
    #[error("the offer of care stays")]
    CareStays,
}

impl Refused {
    /// Returns the last part of the key of its text.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::UnknownAction => "unknown_action",
            Refused::UnknownChoice => "unknown_choice",
            Refused::ChoiceMissing => "choice_missing",
            Refused::NotYours { .. } => "not_yours",
            Refused::NotNow { .. } => "not_now",
            Refused::NotYet { .. } => "not_yet",
            Refused::TextMissing => "text_missing",
            Refused::Incomplete { .. } => "incomplete",
            Refused::HearingReasonMissing => "hearing_reason_missing",
            Refused::EndInPast => "end_in_past",
            Refused::ReviewInPast => "review_in_past",
            Refused::ReviewAfterEnd => "review_after_end",
            Refused::CannotClose { .. } => "cannot_close",
            Refused::NotDecided => "not_decided",
            Refused::RegistrationNotYours => "registration_not_yours",
            Refused::CareStays => "care_stays",
        }
    }
}

impl Progress {
    /// Returns how far a track is; one that the case does not know has not started.
    pub fn state_of(&self, track: &str) -> TrackState {
        let found = self
            .tracks
            .iter()
            .find(|(known, _)| known.as_str() == track);
        found.map_or(TrackState::NotStarted, |(_, state)| *state)
    }

    /// Returns the step of a track that was done last.
    pub fn last_step(&self, track: &str) -> Option<&Code> {
        let found = self.steps.iter().find(|(known, _)| known.as_str() == track);
        found.map(|(_, step)| step)
    }
}

impl Given {
    pub(super) fn has(&self, need: Need) -> bool {
        match need {
            Need::Files => self.files,
            Need::Reference => self.reference,
            Need::Behaviour => self.behaviour,
            Need::Hearing => self.hearing.is_some(),
            Need::CitizenTold => self.citizen_told,
            Need::EndDate => self.end_date.is_some(),
            Need::ReviewDate => self.review_date.is_some(),
        }
    }

    fn check(&self, effect: &Effect, today: Date) -> Result<(), Refused> {
        if effect.text == TextRule::Required && !self.text {
            return Err(Refused::TextMissing);
        }
        let needs = effect.needs.iter().copied();
        let missing: Vec<Need> = needs.filter(|need| !self.has(*need)).collect();
        if !missing.is_empty() {
            return Err(Refused::Incomplete { missing });
        }
        if self.hearing == Some(Hearing::Impossible) && !self.hearing_reason {
            return Err(Refused::HearingReasonMissing);
        }
        if self.end_date.is_some_and(|end| end < today) {
            return Err(Refused::EndInPast);
        }
        if self.review_date.is_some_and(|review| review < today) {
            return Err(Refused::ReviewInPast);
        }
        if let (Some(review), Some(end)) = (self.review_date, self.end_date)
            && review > end
        {
            return Err(Refused::ReviewAfterEnd);
        }
        Ok(())
    }
}

impl Lifecycle {
    /// Returns where a case stands whose report was received at this moment.
    pub fn begin(&self, at: Timestamp) -> Progress {
        let tracks = self.tracks.iter();
        Progress {
            status: Status::Submitted,
            tracks: tracks
                .map(|track| (track.name.clone(), track.begins))
                .collect(),
            steps: BTreeMap::new(),
            due: self.clocks_at_submit(at),
        }
    }

    /// Returns what a role may do in a case that stands like this, in the order of the table. Closing is
    /// among it only where nothing keeps the case open.
    pub fn offered(&self, role: Role, progress: &Progress) -> Vec<&Action> {
        self.actions
            .iter()
            .filter(|action| {
                let open = self.refusal(action, role, progress).is_none();
                let closes = action.leads_to(Status::Closed);
                open && (!closes || self.open_ends(progress).is_empty())
            })
            .collect()
    }

    /// Returns where a case stands after an action that a role did at this moment.
    ///
    /// # Errors
    ///
    /// Says why it cannot be done, and then nothing has changed.
    pub fn after(
        &self,
        progress: &Progress,
        action: &str,
        role: Role,
        given: &Given,
        at: Timestamp,
    ) -> Result<Progress, Refused> {
        let action = self.action(action).ok_or(Refused::UnknownAction)?;
        if let Some(refused) = self.refusal(action, role, progress) {
            return Err(refused);
        }
        let effect = chosen(action, given)?;
        given.check(&effect, at.to_zoned(clock::time_zone()).date())?;
        let mut now = progress.clone();
        now.status = effect.to.unwrap_or(now.status);
        now.tracks.extend(effect.tracks.iter().cloned());
        now.steps.extend(effect.step.clone());
        if now.status == Status::Closed && progress.status != Status::Closed {
            let tracks = self.open_ends(&now);
            if !tracks.is_empty() {
                return Err(Refused::CannotClose { tracks });
            }
        }
        self.allow(progress, &now, &effect, role, given)?;
        let happened = Happened {
            action,
            choice: given.choice.as_ref(),
            effect: &effect,
            before: progress,
            given,
            at,
        };
        self.wind(&mut now, &happened);
        Ok(now)
    }

    /// Returns the tracks that keep a case from closing, in the order of the table.
    pub fn open_ends(&self, progress: &Progress) -> Vec<Code> {
        let unmet = |rule: &&ClosingRule| !self.is_met(rule, progress);
        let rules = self.closing.iter().filter(unmet);
        let mut tracks: Vec<Code> = rules.map(|rule| rule.track.clone()).collect();
        let feedback = self.track(FEEDBACK).map(|track| &track.name);
        if let Some(feedback) = feedback.filter(|name| !tracks.contains(name))
            && Lifecycle::feedback_missing(progress)
        {
            tracks.push(feedback.clone());
        }
        tracks
    }

    fn is_met(&self, rule: &ClosingRule, progress: &Progress) -> bool {
        self.track(rule.track.as_str()).is_some_and(|track| {
            let state = progress.state_of(track.name.as_str());
            rule.is_met(track, state, progress.last_step(track.name.as_str()))
        })
    }

    fn holds(&self, condition: &Condition, progress: &Progress) -> bool {
        self.track(condition.track.as_str()).is_some_and(|track| {
            let state = progress.state_of(track.name.as_str());
            condition.holds(track, state, progress.last_step(track.name.as_str()))
        })
    }

    fn refusal(&self, action: &Action, role: Role, progress: &Progress) -> Option<Refused> {
        if !action.by.contains(&role) {
            return Some(Refused::NotYours { role });
        }
        let status = progress.status;
        if !action.from.contains(&status) {
            return Some(Refused::NotNow { status });
        }
        let unmet = |condition: &&Condition| !self.holds(condition, progress);
        let condition = action.when.iter().find(unmet)?;
        let track = condition.track.clone();
        Some(Refused::NotYet { track })
    }
}

fn chosen(action: &Action, given: &Given) -> Result<Effect, Refused> {
    match &given.choice {
        None if action.choices.is_empty() => Ok(action.effect.clone()),
        None => Err(Refused::ChoiceMissing),
        Some(name) => {
            let choice = action.choice(name.as_str()).ok_or(Refused::UnknownChoice)?;
            Ok(action.effect.and(&choice.effect))
        }
    }
}
