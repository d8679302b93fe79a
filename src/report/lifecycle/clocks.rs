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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::report::lifecycle::{Refused, Role};

    fn table() -> Lifecycle {
        Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(within: Within, start: &str, end: &str) {
        assert_eq!(within.after(at(start)).to_string(), end, "{start}");
    }

    #[test]
    fn a_day_ends_at_midnight_in_the_netherlands() {
        check(
            Within::Days(0),
            "2026-11-19T10:00:00Z",
            "2026-11-19T22:59:59Z",
        );
        check(
            Within::Days(0),
            "2026-11-19T23:30:00Z",
            "2026-11-20T22:59:59Z",
        );
        check(
            Within::Days(14),
            "2026-07-01T22:30:00Z",
            "2026-07-16T21:59:59Z",
        );
        check(
            Within::Days(1),
            "2026-03-28T12:00:00Z",
            "2026-03-29T21:59:59Z",
        );
    }

    #[test]
    fn the_weekend_has_no_working_days() {
        let one = Within::WorkingDays(1);
        check(one, "2026-11-19T10:00:00Z", "2026-11-20T22:59:59Z");
        check(one, "2026-11-20T10:00:00Z", "2026-11-23T22:59:59Z");
        check(one, "2026-11-21T10:00:00Z", "2026-11-23T22:59:59Z");
        check(one, "2026-11-22T23:30:00Z", "2026-11-24T22:59:59Z");
        check(
            Within::WorkingDays(2),
            "2026-11-20T10:00:00Z",
            "2026-11-24T22:59:59Z",
        );
    }

    #[test]
    fn hours_are_exact_and_months_end_with_their_last_day() {
        check(
            Within::Hours(72),
            "2026-11-20T10:00:00Z",
            "2026-11-23T10:00:00Z",
        );
        check(
            Within::Months(3),
            "2026-11-30T10:00:00Z",
            "2027-02-28T22:59:59Z",
        );
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        for within in [
            Within::Hours(9),
            Within::Days(9),
            Within::WorkingDays(9),
            Within::Months(9),
        ] {
            within.after(Timestamp::MAX);
        }
    }

    /// Does actions one after the other, each `moment role action choice`, and returns what is due.
    #[track_caller]
    fn due_after(happenings: &[&str]) -> Vec<String> {
        let table = table();
        let mut progress = table.begin(at("2026-11-20T09:00:00Z"));
        for happening in happenings {
            let words: Vec<&str> = happening.split(' ').collect();
            let given = Given {
                choice: words.get(3).map(|choice| choice.parse().unwrap()),
                end_date: Some("2027-01-31".parse().unwrap()),
                review_date: Some("2026-12-31".parse().unwrap()),
                ..Given::complete()
            };
            let role = Role::from_name(words[1]).unwrap();
            progress = table
                .after(&progress, words[2], role, &given, at(words[0]))
                .unwrap_or_else(|refused| panic!("{happening}: {refused}"));
        }
        let running = table.running(&progress).into_iter();
        running
            .map(|clock| {
                let due = clock.due.to_zoned(clock::time_zone());
                format!("{} {}", due.strftime("%F %R"), clock.rule.name)
            })
            .collect()
    }

    #[test]
    fn clocks_run_from_the_report() {
        assert_eq!(
            due_after(&[]),
            [
                "2026-11-20 23:59 first_support",
                "2026-11-23 10:00 support_talk",
                "2026-11-23 23:59 acknowledge",
                "2026-11-23 23:59 registration_reminder_1",
                "2026-11-30 23:59 registration_reminder_2",
                "2026-12-04 23:59 follow_up_1",
                "2027-01-15 23:59 follow_up_2",
                "2027-01-15 23:59 closing_nudge",
            ]
        );
    }

    #[test]
    fn what_is_done_stops_its_clock_and_starts_the_next() {
        assert_eq!(
            due_after(&[
                "2026-11-20T10:00:00Z coordinator acknowledge",
                "2026-11-20T11:00:00Z support_team_member log_support support_talk",
                "2026-11-20T12:00:00Z reporter decide_registration not_register",
                "2026-11-20T13:00:00Z manager police_consider",
            ]),
            [
                "2026-11-21 11:00 reaction",
                "2026-11-24 23:59 police",
                "2026-12-04 23:59 follow_up_1",
                "2027-01-15 23:59 follow_up_2",
                "2027-01-15 23:59 closing_nudge",
            ]
        );
    }

    #[test]
    fn nobody_is_asked_to_go_to_the_police_who_know_already() {
        let check = |happenings: &[&str], expected: &[&str]| {
            let due = due_after(happenings);
            let police: Vec<_> = due.iter().filter(|due| due.contains("police")).collect();
            assert_eq!(police, expected, "{happenings:?}");
        };
        let told = "2026-11-20T13:00:00Z manager police_report notification";
        let considered = "2026-11-20T12:00:00Z manager police_consider";
        let outcome = "2027-02-20 23:59 police_outcome";
        check(&[told], &[outcome]);
        check(&[considered, told], &[outcome]);
        check(&[considered], &["2026-11-24 23:59 police"]);
        let skipped = "2026-11-20T14:00:00Z manager police_skip";
        let again = "2026-11-23T12:00:00Z manager police_consider";
        check(&[considered, skipped], &[]);
        check(&[considered, skipped, again], &["2026-11-25 23:59 police"]);
        check(&[skipped, told], &[outcome]);
    }

    #[test]
    fn a_measure_is_reviewed_on_its_day_and_each_time_anew() {
        let decided = [
            "2026-11-20T10:00:00Z coordinator acknowledge",
            "2026-11-20T11:00:00Z support_team_member log_support support_talk",
            "2026-11-20T11:05:00Z support_team_member log_support enough",
            "2026-11-20T12:00:00Z reporter decide_registration not_register",
            "2026-11-20T13:00:00Z decider decide_measure measure",
        ];
        let rest = [
            "2027-01-15 23:59 closing_nudge",
            "2027-01-31 23:59 measure_end",
        ];
        let mut expected = vec!["2026-12-31 23:59 measure_review"];
        expected.extend(rest);
        assert_eq!(due_after(&decided), expected);

        let mut ended = decided.to_vec();
        ended.push("2026-12-01T10:00:00Z decider end_measure");
        assert_eq!(due_after(&ended), [rest[0]]);
    }

    #[test]
    fn withdrawing_leaves_the_clocks_of_care() {
        assert_eq!(
            due_after(&["2026-11-20T10:00:00Z reporter withdraw"]),
            [
                "2026-11-20 23:59 first_support",
                "2026-11-23 10:00 support_talk",
                "2026-12-04 23:59 follow_up_1",
                "2027-01-15 23:59 follow_up_2",
            ]
        );
    }

    #[test]
    fn a_request_to_reopen_is_answered_in_time() {
        let table = table();
        let received = at("2026-11-20T09:00:00Z");
        let closed = table.closed_by_handlers(table.begin(received), received);
        let no = Given {
            choice: Some("no".parse().unwrap()),
            ..Given::default()
        };
        let asked = table.after(&closed, "answer_help", Role::Reporter, &no, received);
        assert_eq!(asked, Err(Refused::TextMissing));
        let no = Given { text: true, ..no };
        let asked = table.after(&closed, "answer_help", Role::Reporter, &no, received);
        let promised: Vec<String> = table
            .promised(&asked.unwrap(), true)
            .iter()
            .map(|one| format!("{} {}", one.due, one.text.get(Language::Nl)))
            .collect();
        assert_eq!(
            promised,
            ["2026-11-24T22:59:59Z Je hoort of we je zaak weer openen."]
        );
    }

    #[test]
    fn a_reopened_case_has_a_next_step_for_the_reporter() {
        let table = table();
        let received = at("2026-11-20T09:00:00Z");
        let closed = table.closed_by_handlers(table.begin(received), received);
        let given = Given::complete();
        let does = |progress: &Progress, action: &str| {
            let after = table.after(progress, action, Role::Coordinator, &given, received);
            after.unwrap()
        };
        let promised = |progress: &Progress, contact: bool| -> Vec<String> {
            let promised = table.promised(progress, contact).into_iter();
            promised
                .map(|one| format!("{} {}", one.due, one.rule.name))
                .collect()
        };
        let reopened = does(&closed, "reopen");
        let expected = ["2026-11-23T22:59:59Z reopened"];
        assert_eq!(promised(&reopened, true), expected);
        assert_eq!(promised(&reopened, false), expected);
        for action in ["start", "give_feedback"] {
            assert_eq!(
                promised(&does(&reopened, action), true),
                [""; 0],
                "{action}"
            );
        }
    }

    #[test]
    fn a_reporter_who_does_not_choose_is_reminded_twice_and_then_left_alone() {
        let table = table();
        let mut now = at("2026-11-20T09:00:00Z");
        let mut progress = table.begin(now);
        let mut done = Vec::new();
        for _ in 0..100 {
            now += SignedDuration::from_hours(24);
            for (action, choice) in table.owed(&progress, now) {
                let day = now.to_zoned(clock::time_zone()).date();
                done.push(format!("{day} {action}"));
                let given = Given {
                    choice,
                    ..Given::default()
                };
                let after = table.after(&progress, action.as_str(), Role::System, &given, now);
                progress = after.unwrap();
            }
        }
        assert_eq!(
            done,
            [
                "2026-11-24 remind_registration",
                "2026-12-01 remind_registration",
                "2026-12-16 registration_lapsed",
            ]
        );
    }

    #[test]
    fn who_wants_no_contact_is_promised_what_needs_none() {
        let table = table();
        let progress = table.begin(at("2026-11-20T09:00:00Z"));
        let names = |contact| -> Vec<String> {
            let promised = table.promised(&progress, contact).into_iter();
            promised.map(|one| one.rule.name.to_string()).collect()
        };
        assert_eq!(
            names(true),
            ["first_support", "support_talk", "acknowledge"]
        );
        assert_eq!(names(false), ["acknowledge"]);
        let late = table.overdue(&progress, at("2026-11-21T09:00:00Z"));
        assert_eq!(late.len(), 1);
    }
}
