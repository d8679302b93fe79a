//! The rules that hold whatever the table says.
//!
//! They are checked when a table is read, and here once more at every action, so that no table and no
//! mistake in the check can take from a reporter what the product promises.

use crate::report::lifecycle::progress::{Given, Progress, Refused};
use crate::report::lifecycle::table::{Effect, Lifecycle};
use crate::report::lifecycle::terms::{Need, Role, Status, TrackState};

/// The track of support and after-care.
pub(super) const AFTER_CARE: &str = "after_care";

/// The track of the decision about registration.
pub(super) const REGISTRATION: &str = "registration";

/// The track of what is done towards the citizen.
pub(super) const HANDLING: &str = "handling";

/// The track of telling the reporter what came of it.
pub(super) const FEEDBACK: &str = "feedback";

/// The step of the tracks `registration` and `handling` with which something is decided.
pub(super) const DECIDED: &str = "decided";

/// The tracks that a table must have, because rules are about them.
pub(super) const NEEDED_TRACKS: [&str; 4] = [AFTER_CARE, REGISTRATION, HANDLING, FEEDBACK];

impl Lifecycle {
    /// Checks the rules for a case that stood at `before` and would stand at `now`.
    pub(super) fn allow(
        &self,
        before: &Progress,
        now: &Progress,
        effect: &Effect,
        role: Role,
        given: &Given,
    ) -> Result<(), Refused> {
        if !may_change_registration(before, now, role) {
            return Err(Refused::RegistrationNotYours);
        }
        if takes_care_away(before, now) {
            return Err(Refused::CareStays);
        }
        self.allow_handling(before, now, effect, given)?;
        allow_feedback(before, now, role, given)
    }

    fn allow_handling(
        &self,
        before: &Progress,
        now: &Progress,
        effect: &Effect,
        given: &Given,
    ) -> Result<(), Refused> {
        if is_measure(effect) {
            let parts = Need::MEASURE.into_iter();
            let missing: Vec<Need> = parts.filter(|part| !given.has(*part)).collect();
            if !missing.is_empty() {
                return Err(Refused::Incomplete { missing });
            }
        } else if !self.is_decided(before) {
            // Nothing is done towards a citizen before it is decided, and nothing is left undone
            // without saying why.
            let ends = now.state_of(HANDLING) != before.state_of(HANDLING)
                && is_over(now.state_of(HANDLING));
            if ends && !given.text {
                return Err(Refused::TextMissing);
            }
            if !ends && self.is_decided(now) {
                return Err(Refused::NotDecided);
            }
        }
        Ok(())
    }

    /// Returns whether the last step done towards the citizen is the decision, or comes after it.
    fn is_decided(&self, progress: &Progress) -> bool {
        let last = progress.last_step(HANDLING);
        let track = self.track(HANDLING);
        track.is_some_and(|track| track.has_come_to(DECIDED, last))
    }

    /// Returns whether the reporter still has to be told what came of it.
    pub(super) fn feedback_missing(progress: &Progress) -> bool {
        let state = progress.state_of(FEEDBACK);
        !matches!(state, TrackState::Done | TrackState::Declined)
    }
}

/// Returns whether the decision about registration stays whose it is: the reporter and the affected
/// employee decide; others can only carry out a decision to register, and the program can only end
/// the wait for one.
fn may_change_registration(before: &Progress, now: &Progress, role: Role) -> bool {
    let was = (
        before.state_of(REGISTRATION),
        before.last_step(REGISTRATION),
    );
    let becomes = (now.state_of(REGISTRATION), now.last_step(REGISTRATION));
    if was == becomes || role.is_concerned() {
        return true;
    }
    let decided = was.1.is_some_and(|step| step.as_str() == DECIDED);
    let undecided = !decided && !is_over(was.0);
    let carried_out = decided && was.0 == TrackState::Open && becomes.0 == TrackState::Done;
    let lapses = undecided && becomes == (TrackState::Declined, was.1);
    carried_out || (role == Role::System && lapses)
}

/// Returns whether care that runs since the report would be put off, or a report that is withdrawn
/// would take it along.
fn takes_care_away(before: &Progress, now: &Progress) -> bool {
    let (was, becomes) = (before.state_of(AFTER_CARE), now.state_of(AFTER_CARE));
    let withdrawn = now.status == Status::Withdrawn && before.status != Status::Withdrawn;
    let put_off = matches!(becomes, TrackState::NotStarted | TrackState::NotApplicable);
    was != becomes && (withdrawn || put_off)
}

fn allow_feedback(
    before: &Progress,
    now: &Progress,
    role: Role,
    given: &Given,
) -> Result<(), Refused> {
    let becomes = now.state_of(FEEDBACK);
    if before.state_of(FEEDBACK) == becomes {
        return Ok(());
    }
    match becomes {
        TrackState::Done if !given.text => Err(Refused::TextMissing),
        TrackState::Declined if !role.is_concerned() => Err(Refused::NotYours { role }),
        _ => Ok(()),
    }
}

/// Returns whether a measure is decided with this: the decision is made, and something follows.
pub(super) fn is_measure(effect: &Effect) -> bool {
    effect.does(HANDLING, DECIDED) && !effect.state_of(HANDLING).is_some_and(is_over)
}

/// Returns whether nothing more happens on a track in this state.
pub(super) fn is_over(state: TrackState) -> bool {
    !matches!(state, TrackState::NotStarted | TrackState::Open)
}
