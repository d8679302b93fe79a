//! When clocks start, stop and run out.
//!
//! Public holidays are not known here: they count as working days, so a clock can run out on one. An
//! organisation that is closed then cannot keep a promise on that day.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::clock;
use crate::report::ids::Code;
use crate::report::lifecycle::progress::{Given, Progress};
use crate::report::lifecycle::table::{Action, ClockRule, Effect, Lifecycle, Moment, Text, Within};
use crate::report::lifecycle::terms::Need;

/// A clock that runs in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running<'a> {
    /// Its rule.
    pub rule: &'a ClockRule,
    /// By when it must be done.
    pub due: Timestamp,
}

/// What a reporter is promised, and by when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promised<'a> {
    /// The clock.
    pub rule: &'a ClockRule,
    /// What is told.
    pub text: &'a Text,
    /// By when.
    pub due: Timestamp,
}

/// What happened to a case in one event, as clocks see it.
pub(super) struct Happened<'a> {
    pub(super) action: &'a Action,
    pub(super) choice: Option<&'a Code>,
    pub(super) effect: &'a Effect,
    pub(super) before: &'a Progress,
    pub(super) given: &'a Given,
    pub(super) at: Timestamp,
}

impl Within {
    /// Returns when a time that starts at a moment has run out. Days end at midnight in the
    /// Netherlands; the moment is their last second, so that its date is the day itself.
    pub fn after(self, start: Timestamp) -> Timestamp {
        let day = start.to_zoned(clock::time_zone()).date();
        match self {
            Within::Hours(hours) => start
                .saturating_add(SignedDuration::from_hours(i64::from(hours)))
                .unwrap_or(start),
            Within::Days(days) => end_of(day.saturating_add(i32::from(days).days()), start),
            Within::WorkingDays(days) => end_of(after_working_days(day, days), start),
            Within::Months(months) => end_of(day.saturating_add(i32::from(months).months()), start),
        }
    }
}

/// Returns the last second of a day; the moment `otherwise` where time ends before.
fn end_of(day: Date, otherwise: Timestamp) -> Timestamp {
    let midnight = day.at(23, 59, 59, 0).to_zoned(clock::time_zone());
    midnight.map_or(otherwise, |end| end.timestamp())
}

fn after_working_days(from: Date, working_days: u16) -> Date {
    let mut day = from;
    let mut left = working_days;
    while left > 0 {
        let Ok(next) = day.tomorrow() else {
            return day;
        };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

impl ClockRule {
    fn due(&self, start: Timestamp, given: &Given) -> Timestamp {
        let due = self.within.after(start);
        let date = match self.latest {
            Some(Need::EndDate) => given.end_date,
            Some(Need::ReviewDate) => given.review_date,
            _ => None,
        };
        date.map_or(due, |date| due.min(end_of(date, due)))
    }
}

impl Happened<'_> {
    /// Returns whether this was the moment, in a case that now stands at `now`.
    fn is(&self, moment: &Moment, now: &Progress) -> bool {
        match moment {
            Moment::Submit => false,
            Moment::Action(name, choice) => {
                *name == self.action.name && (choice.is_none() || choice.as_ref() == self.choice)
            }
            Moment::Step(track, step) => self.effect.does(track.as_str(), step.as_str()),
            Moment::State(track, state) => {
                now.state_of(track.as_str()) == *state
                    && self.before.state_of(track.as_str()) != *state
            }
            Moment::Status(status) => now.status == *status && self.before.status != *status,
        }
    }
}

/// Returns whether a stop holds for good in a case that stands like this: while it does, its clock
/// does not start.
fn holds(moment: &Moment, now: &Progress) -> bool {
    match moment {
        Moment::State(track, state) => now.state_of(track.as_str()) == *state,
        Moment::Status(status) => now.status == *status,
        _ => false,
    }
}

impl Lifecycle {
    /// Returns the clocks of a case that was received at this moment.
    pub(super) fn clocks_at_submit(&self, at: Timestamp) -> BTreeMap<Code, Timestamp> {
        self.clocks
            .iter()
            .filter(|rule| rule.starts.contains(&Moment::Submit))
            .map(|rule| (rule.name.clone(), rule.due(at, &Given::default())))
            .collect()
    }

    /// Stops and starts clocks after something happened: first all stops, so that what stops and
    /// starts a clock starts it anew.
    pub(super) fn wind(&self, now: &mut Progress, happened: &Happened<'_>) {
        for rule in &self.clocks {
            if rule
                .stops
                .iter()
                .any(|stop| happened.is(stop, now) || holds(stop, now))
            {
                now.due.remove(&rule.name);
            }
            let starts = rule.starts.iter().any(|start| happened.is(start, now));
            if starts && !rule.stops.iter().any(|stop| holds(stop, now)) {
                let due = rule.due(happened.at, happened.given);
                now.due.insert(rule.name.clone(), due);
            }
        }
    }

    /// Returns the clocks that run in a case, the one that is due first in front. Clocks that the table
    /// no longer has are left out.
    pub fn running<'a>(&'a self, progress: &Progress) -> Vec<Running<'a>> {
        let rules = self.clocks.iter();
        let mut running: Vec<_> = rules
            .filter_map(|rule| {
                let due = *progress.due.get(&rule.name)?;
                Some(Running { rule, due })
            })
            .collect();
        running.sort_by_key(|running| running.due);
        running
    }

    /// Returns the clocks that have run out, the oldest in front.
    pub fn overdue<'a>(&'a self, progress: &Progress, now: Timestamp) -> Vec<Running<'a>> {
        let mut running = self.running(progress);
        running.retain(|running| running.due < now);
        running
    }

    /// Returns what the program must do itself now, because time has run out: actions with their
    /// choice, for the role `System`.
    pub fn owed(&self, progress: &Progress, now: Timestamp) -> Vec<(Code, Option<Code>)> {
        let overdue = self.overdue(progress, now).into_iter();
        overdue
            .filter_map(|clock| clock.rule.then.clone())
            .collect()
    }

    /// Returns what the reporter may still count on, what comes first in front. A reporter who wants no
    /// contact is promised what needs none.
    pub fn promised<'a>(&'a self, progress: &Progress, contact: bool) -> Vec<Promised<'a>> {
        let running = self.running(progress).into_iter();
        running
            .filter_map(|Running { rule, due }| {
                let promise = rule.promise.as_ref()?;
                let text = if contact {
                    &promise.text
                } else {
                    promise.without_contact.as_ref()?
                };
                Some(Promised { rule, text, due })
            })
            .collect()
    }
}
