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
use crate::report::lifecycle::rules::{FEEDBACK, is_over};
use crate::report::lifecycle::table::{Action, Choice, ClosingRule, Condition, Effect, Lifecycle};
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
        if let Some(refused) = self.too_early(&effect, progress) {
            return Err(refused);
        }
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
        // What holds an action up whatever is chosen is told before a choice is asked for.
        let mut ways = action.ways().into_iter();
        let first = self.too_early(&ways.next()?.1, progress)?;
        let never = ways.all(|(_, effect)| self.too_early(&effect, progress).is_some());
        never.then_some(first)
    }

    fn too_early(&self, effect: &Effect, progress: &Progress) -> Option<Refused> {
        let unmet = |condition: &&Condition| !self.holds(condition, progress);
        let condition = effect.when.iter().find(unmet)?;
        let track = condition.track.clone();
        Some(Refused::NotYet { track })
    }

    /// Returns the choices of an action that a case which stands like this leaves open.
    pub fn open_choices<'a>(&self, action: &'a Action, progress: &Progress) -> Vec<&'a Choice> {
        let choices = action.choices.iter();
        choices
            .filter(|choice| {
                let effect = action.effect.and(&choice.effect);
                self.too_early(&effect, progress).is_none()
            })
            .collect()
    }

    /// Returns the ways to bring a track to where closing leaves it alone, each with the action: what
    /// people can do in this status, some of it only after something else.
    pub fn ways_to_finish(
        &self,
        track: &str,
        progress: &Progress,
    ) -> Vec<(&Action, Option<&Code>)> {
        let Some(track) = self.track(track) else {
            return Vec::new();
        };
        let name = track.name.as_str();
        let rule = self.closing.iter().find(|rule| rule.track == track.name);
        let finishes = |effect: &Effect| {
            let state = effect.state_of(name);
            let step = effect.step.as_ref().filter(|(of, _)| of.as_str() == name);
            let step = step.map(|(_, step)| step);
            if state.is_none() && step.is_none() {
                return false;
            }
            // What only follows on a step that will do already finishes nothing.
            let enough = rule.and_then(|rule| rule.after.as_ref());
            let follows = |condition: &Condition| {
                condition.track == track.name
                    && enough.is_some_and(|step| {
                        track.has_come_to(step.as_str(), condition.after.as_ref())
                    })
            };
            if effect.when.iter().any(follows) {
                return false;
            }
            let now = state.unwrap_or(progress.state_of(name));
            rule.map_or(is_over(now), |rule| rule.is_met(track, now, step))
        };
        let possible = self.actions.iter().filter(|action| {
            let people = |role: &Role| *role != Role::System;
            action.from.contains(&progress.status) && action.by.iter().any(people)
        });
        possible
            .flat_map(|action| action.ways().into_iter().map(move |way| (action, way)))
            .filter(|(_, (_, effect))| finishes(effect))
            .map(|(action, (choice, _))| (action, choice))
            .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Half past nine on a Friday.
    const FRIDAY: &str = "2026-11-20T09:30:00Z";

    fn table() -> Lifecycle {
        Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()
    }

    fn friday() -> Timestamp {
        FRIDAY.parse().unwrap()
    }

    impl Given {
        /// Everything that an action can ask for, on the Friday.
        pub(in crate::report::lifecycle) fn complete() -> Given {
            Given {
                choice: None,
                text: true,
                files: true,
                reference: true,
                behaviour: true,
                hearing: Some(Hearing::Heard),
                hearing_reason: false,
                citizen_told: true,
                end_date: Some("2027-11-20".parse().unwrap()),
                review_date: Some("2027-02-20".parse().unwrap()),
            }
        }

        fn choosing(choice: &str) -> Given {
            Given {
                choice: Some(choice.parse().unwrap()),
                ..Given::complete()
            }
        }
    }

    impl Lifecycle {
        /// Does what those who handle a case can do to close it, and nothing else; what is not
        /// possible is left out.
        pub(in crate::report::lifecycle) fn closed_by_handlers(
            &self,
            mut progress: Progress,
            at: Timestamp,
        ) -> Progress {
            // Reminders, and a choice that was never made.
            let later = Timestamp::MAX;
            for _ in 0..3 {
                for (action, choice) in self.owed(&progress, later) {
                    let given = Given {
                        choice,
                        ..Given::default()
                    };
                    let after = self.after(&progress, action.as_str(), Role::System, &given, at);
                    progress = after.unwrap_or_else(|refused| panic!("{action}: {refused}"));
                }
            }
            for (action, choice) in [
                ("acknowledge", None),
                ("log_support", Some("support_talk")),
                ("log_support", Some("enough")),
                ("decide_measure", Some("none")),
                ("give_feedback", None),
                ("record_lesson", Some("none")),
                ("check_accident", Some("no_accident")),
                ("close", None),
            ] {
                let given = choice.map_or(Given::complete(), Given::choosing);
                let after = self.after(&progress, action, Role::Coordinator, &given, at);
                progress = after.unwrap_or(progress);
            }
            progress
        }

        /// Does actions one after the other, each `role action choice`.
        #[track_caller]
        fn walked(&self, happenings: &[&str]) -> Progress {
            let mut progress = self.begin(friday());
            for happening in happenings {
                let words: Vec<&str> = happening.split(' ').collect();
                let role = Role::from_name(words[0]).unwrap();
                let given = words
                    .get(2)
                    .map_or(Given::complete(), |c| Given::choosing(c));
                progress = self
                    .after(&progress, words[1], role, &given, friday())
                    .unwrap_or_else(|refused| panic!("{happening}: {refused}"));
            }
            progress
        }

        /// Walks at random through everything that roles may do, and looks at every step.
        fn wander(&self, seed: u64, roles: &[Role], mut look: impl FnMut(&Progress, &Progress)) {
            let mut random = seed;
            let mut pick = |most: usize| {
                // Numbers of Knuth's MMIX; the high bits are the good ones.
                random = random.wrapping_mul(6_364_136_223_846_793_005);
                random = random.wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(random >> 33).unwrap() % most
            };
            let mut progress = self.begin(friday());
            for _ in 0..60 {
                let role = roles[pick(roles.len())];
                let offered = self.offered(role, &progress);
                if offered.is_empty() {
                    continue;
                }
                let action = offered[pick(offered.len())];
                let choices = self.open_choices(action, &progress);
                let choice =
                    (!choices.is_empty()).then(|| choices[pick(choices.len())].name.clone());
                let given = Given {
                    choice,
                    ..Given::complete()
                };
                let name = action.name.as_str();
                let after = self.after(&progress, name, role, &given, friday());
                let after = after.unwrap_or_else(|refused| panic!("{name} {role:?}: {refused}"));
                look(&progress, &after);
                progress = after;
            }
        }
    }

    fn all_roles() -> Vec<Role> {
        Role::ALL.iter().map(|(_, role)| *role).collect()
    }

    #[track_caller]
    fn check(walk: &[&str], role: Role, action: &str, given: Given, expected: Refused) {
        let table = table();
        let progress = table.walked(walk);
        let after = table.after(&progress, action, role, &given, friday());
        assert_eq!(after, Err(expected));
    }

    #[test]
    fn what_cannot_be_done_is_refused_with_the_reason() {
        let given = Given::complete;
        check(&[], Role::Reporter, "fly", given(), Refused::UnknownAction);
        let role = Role::SeniorManager;
        check(
            &[],
            role,
            "acknowledge",
            given(),
            Refused::NotYours { role },
        );
        let status = Status::Submitted;
        check(
            &[],
            Role::Coordinator,
            "close",
            given(),
            Refused::NotNow { status },
        );
        let track = "damage".parse().unwrap();
        check(
            &[],
            Role::DamageHandler,
            "damage_claim",
            given(),
            Refused::NotYet { track },
        );
        check(
            &[],
            Role::Reporter,
            "decide_registration",
            given(),
            Refused::ChoiceMissing,
        );
        let choice = Given::choosing("perhaps");
        check(
            &[],
            Role::Reporter,
            "decide_registration",
            choice,
            Refused::UnknownChoice,
        );
        let choice = Given::choosing("no");
        check(
            &[],
            Role::Reporter,
            "withdraw",
            choice,
            Refused::UnknownChoice,
        );
        let silent = Given {
            text: false,
            ..given()
        };
        check(
            &[],
            Role::Reporter,
            "send_message",
            silent,
            Refused::TextMissing,
        );
        let missing = vec![Need::Files];
        let empty = Given {
            files: false,
            ..given()
        };
        check(
            &[],
            Role::Reporter,
            "add_files",
            empty,
            Refused::Incomplete { missing },
        );
    }

    #[test]
    fn a_measure_is_fair_to_the_citizen() {
        let walk = ["coordinator acknowledge"];
        let decide = |given: Given, expected| {
            check(&walk, Role::Decider, "decide_measure", given, expected);
        };
        let measure = || Given::choosing("measure");
        let bare = Given {
            choice: measure().choice,
            ..Given::default()
        };
        let missing = Need::MEASURE.to_vec();
        decide(bare, Refused::Incomplete { missing });
        let unheard = Given {
            hearing: Some(Hearing::Impossible),
            ..measure()
        };
        decide(unheard, Refused::HearingReasonMissing);
        let date = |text: &str| Some(text.parse().unwrap());
        let over = Given {
            end_date: date("2026-11-19"),
            ..measure()
        };
        decide(over, Refused::EndInPast);
        let looked_at = Given {
            review_date: date("2026-11-19"),
            ..measure()
        };
        decide(looked_at, Refused::ReviewInPast);
        let too_late = Given {
            review_date: date("2027-11-21"),
            ..measure()
        };
        decide(too_late, Refused::ReviewAfterEnd);
        let wordless = Given {
            text: false,
            ..Given::choosing("none")
        };
        decide(wordless, Refused::TextMissing);
    }

    #[test]
    fn closing_says_what_is_not_done() {
        let tracks = |names: &[&str]| Refused::CannotClose {
            tracks: names.iter().map(|name| name.parse().unwrap()).collect(),
        };
        let mut walk = vec!["coordinator acknowledge"];
        let close = |walk: &[&str], names: &[&str]| {
            check(
                walk,
                Role::Coordinator,
                "close",
                Given::complete(),
                tracks(names),
            );
        };
        close(
            &walk,
            &[
                "after_care",
                "registration",
                "handling",
                "feedback",
                "learning",
                "accident",
            ],
        );
        walk.extend([
            "support_team_member log_support declined",
            "reporter decide_registration register_unnamed",
            "decider decide_measure measure",
            "coordinator record_lesson lesson",
            "manager check_accident listed",
        ]);
        close(&walk, &["feedback"]);
        walk.push("reporter decline_feedback");
        let table = table();
        let progress = table.walked(&walk);
        let offered = table.offered(Role::Coordinator, &progress);
        assert!(offered.iter().any(|action| action.name.as_str() == "close"));
        walk.push("coordinator close");
        assert_eq!(table.walked(&walk).status, Status::Closed);
    }

    #[test]
    fn closing_is_not_offered_while_something_is_open() {
        let table = table();
        let progress = table.walked(&["coordinator acknowledge"]);
        let offered = table.offered(Role::Coordinator, &progress);
        assert!(offered.iter().all(|action| action.name.as_str() != "close"));
    }

    #[test]
    fn a_decision_about_a_measure_is_not_contradicted_unnoticed() {
        let track: Code = "handling".parse().unwrap();
        let refused = || Refused::NotYet {
            track: track.clone(),
        };
        let none = || Given::choosing("none");
        let mut walk = vec!["coordinator acknowledge", "decider decide_measure measure"];
        check(&walk, Role::Decider, "decide_measure", none(), refused());
        let given = Given::complete;
        check(&walk, Role::Decider, "propose_measure", given(), refused());
        let again = "reconsider_handling";
        check(&walk, Role::Decider, again, given(), refused());
        walk.push("decider end_measure");
        check(&walk, Role::Decider, "decide_measure", none(), refused());
        walk.extend(["decider reconsider_handling", "decider decide_measure none"]);
        let progress = table().walked(&walk);
        assert_eq!(progress.state_of("handling"), TrackState::Done);
    }

    #[test]
    fn care_is_enough_after_a_talk_and_goes_on_only_when_that_is_said() {
        let track: Code = "after_care".parse().unwrap();
        let log = |walk: &[&str], choice: &str| {
            let refused = Refused::NotYet {
                track: track.clone(),
            };
            let given = Given::choosing(choice);
            check(walk, Role::Manager, "log_support", given, refused);
        };
        let mut walk = vec!["manager log_support first_contact"];
        log(&walk, "enough");
        walk.extend([
            "manager log_support support_talk",
            "manager log_support enough",
        ]);
        log(&walk, "follow_up_1");
        log(&walk, "declined");
        walk.extend([
            "manager log_support resumed",
            "manager log_support follow_up_1",
        ]);
        let progress = table().walked(&walk);
        assert_eq!(progress.state_of("after_care"), TrackState::Open);
    }

    #[test]
    fn each_track_that_keeps_a_case_open_says_what_finishes_it() {
        let table = table();
        let progress = table.walked(&["coordinator acknowledge"]);
        let told: Vec<String> = table
            .open_ends(&progress)
            .iter()
            .map(|track| {
                let ways = table.ways_to_finish(track.as_str(), &progress).into_iter();
                let ways = ways.map(|(action, choice)| {
                    format!("{} {}", action.name, choice.map_or("", Code::as_str))
                });
                let ways: Vec<String> = ways.map(|way| way.trim_end().to_owned()).collect();
                format!("{track}: {}", ways.join(", "))
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        after_care: log_support enough, log_support declined
        registration: decide_registration register_named, decide_registration register_unnamed, decide_registration count_only, decide_registration not_register
        handling: decide_measure measure, decide_measure none
        feedback: decline_feedback, give_feedback
        learning: record_lesson none, record_lesson lesson, record_lesson improvement, record_lesson team_meeting, record_lesson passed_on
        accident: check_accident notified, check_accident listed, check_accident no_accident
        ");
    }

    #[test]
    fn a_choice_about_registration_can_change_until_it_is_carried_out() {
        let mut walk = vec![
            "coordinator acknowledge",
            "reporter decide_registration register_named",
            "affected_employee decide_registration not_register",
            "reporter decide_registration later",
            "reporter decide_registration register_unnamed",
        ];
        let table = table();
        assert_eq!(
            table.walked(&walk).state_of("registration"),
            TrackState::Open
        );
        walk.push("coordinator register");
        let track = "registration".parse().unwrap();
        let refused = Refused::NotYet { track };
        let no = Given::choosing("not_register");
        check(&walk, Role::Reporter, "decide_registration", no, refused);
    }

    /// A table in which the check has been forgotten.
    fn spoilt(change: impl Fn(&mut Action)) -> Lifecycle {
        let mut table = table();
        table.actions.iter_mut().for_each(change);
        table
    }

    #[track_caller]
    fn check_rule(table: &Lifecycle, role: Role, action: &str, given: &Given, expected: Refused) {
        let progress = table.walked(&["coordinator acknowledge"]);
        let after = table.after(&progress, action, role, given, friday());
        assert_eq!(after, Err(expected));
    }

    #[test]
    fn the_rules_hold_whatever_the_table_says() {
        let everybody = spoilt(|action| action.by = all_roles());
        let refused = Refused::RegistrationNotYours;
        let yes = Given::choosing("register_named");
        for role in all_roles().into_iter().filter(|role| !role.is_concerned()) {
            check_rule(
                &everybody,
                role,
                "decide_registration",
                &yes,
                refused.clone(),
            );
        }
        let role = Role::Manager;
        let given = Given::complete();
        let refused = Refused::NotYours { role };
        check_rule(&everybody, role, "decline_feedback", &given, refused);

        let nothing_asked = spoilt(|action| {
            action.effect.when.clear();
            action.effect.text = TextRule::Optional;
            action.effect.needs.clear();
            for choice in &mut action.choices {
                choice.effect.when.clear();
                choice.effect.text = TextRule::Optional;
                choice.effect.needs.clear();
            }
        });
        let measure = Given {
            choice: Given::choosing("measure").choice,
            ..Given::default()
        };
        let missing = Need::MEASURE.to_vec();
        let refused = Refused::Incomplete { missing };
        check_rule(
            &nothing_asked,
            Role::Decider,
            "decide_measure",
            &measure,
            refused,
        );
        let none = Given {
            choice: Given::choosing("none").choice,
            ..Given::default()
        };
        let refused = Refused::TextMissing;
        check_rule(
            &nothing_asked,
            Role::Decider,
            "decide_measure",
            &none,
            refused.clone(),
        );
        let silent = Given::default();
        check_rule(&nothing_asked, role, "give_feedback", &silent, refused);
        let refused = Refused::NotDecided;
        check_rule(&nothing_asked, role, "inform_citizen", &given, refused);
        let refused = Refused::RegistrationNotYours;
        check_rule(
            &nothing_asked,
            Role::Coordinator,
            "register",
            &given,
            refused,
        );

        let uncaring = spoilt(|action| {
            if action.leads_to(Status::Withdrawn) {
                let off = ("after_care".parse().unwrap(), TrackState::Declined);
                action.effect.tracks.push(off);
            }
        });
        let refused = Refused::CareStays;
        check_rule(&uncaring, Role::Reporter, "withdraw", &given, refused);

        let mut hasty = table();
        hasty.closing.clear();
        let tracks = vec!["feedback".parse().unwrap()];
        let refused = Refused::CannotClose { tracks };
        check_rule(&hasty, Role::Coordinator, "close", &given, refused);
    }

    #[test]
    fn whatever_happens_a_case_can_be_closed() {
        let table = table();
        for seed in 0..200 {
            let roles: Vec<Role> = all_roles();
            table.wander(seed, &roles, |_, progress| {
                let closed = table.closed_by_handlers(progress.clone(), friday());
                let withdrawn = progress.status == Status::Withdrawn;
                let end = if withdrawn {
                    Status::Withdrawn
                } else {
                    Status::Closed
                };
                assert_eq!(closed.status, end, "{progress:?} {closed:?}");
            });
        }
    }

    #[test]
    fn nobody_else_changes_the_decision_about_registration() {
        let table = table();
        let others: Vec<Role> = all_roles();
        let others: Vec<Role> = others
            .into_iter()
            .filter(|role| !role.is_concerned() && *role != Role::System)
            .collect();
        for seed in 0..200 {
            let stands = |progress: &Progress| {
                let step = progress.last_step("registration").map(Code::to_string);
                (progress.state_of("registration"), step)
            };
            table.wander(seed, &others, |before, after| {
                assert_eq!(stands(before), stands(after));
            });
        }
    }

    #[test]
    fn care_goes_on_after_withdrawing() {
        let table = table();
        let progress = table.walked(&["reporter withdraw"]);
        assert_eq!(progress.state_of("after_care"), TrackState::Open);
        let offered = table.offered(Role::SupportTeamMember, &progress);
        assert!(
            offered
                .iter()
                .any(|action| action.name.as_str() == "log_support")
        );
    }

    #[test]
    fn where_a_case_stands_is_written_as_codes_and_dates() {
        let table = table();
        let mut progress = table.walked(&["reporter withdraw"]);
        progress
            .due
            .retain(|clock, _| clock.as_str() == "support_talk");
        progress
            .tracks
            .retain(|track, _| track.as_str() == "after_care");
        let text = serde_json::to_string(&progress).unwrap();
        insta::assert_snapshot!(text, @r#"{"status":"withdrawn","tracks":{"after_care":"open"},"steps":{},"due":{"support_talk":"2026-11-23T09:30:00Z"}}"#);
        assert_eq!(serde_json::from_str::<Progress>(&text).unwrap(), progress);
    }
}
