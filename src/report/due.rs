//! By when the organisation does what it promises the reporter.
//!
//! Dates only; the words are in the theme. Public holidays are not known here: they count as
//! working days, so a promise can fall on one, or on several in a row. An organisation that is closed
//! then cannot keep it on that day.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock;

/// Working days (Monday to Friday) within which somebody says that they have read the report.
///
/// No law or standard sets it; it is a choice of this design.
pub const ACKNOWLEDGE_WORKING_DAYS: u32 = 1;

/// Hours within which the first real talk about support is held.
///
/// Source: veiligepubliekedienstverlening.nl, on support and after-care.
pub const SUPPORT_TALK_HOURS: i64 = 72;

/// The dates that stand in the open part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDates {
    /// Last day on which the report is acknowledged.
    pub acknowledge: Date,
}

/// What a reporter is promised on the confirmation page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promises {
    /// Last day on which somebody says that they have read the report.
    pub acknowledged_by: Date,
    /// Day of the first support: that of the report itself, because care never waits.
    pub first_support_on: Date,
    /// Moment before which the support talk is held.
    pub support_talk_by: Timestamp,
}

/// Returns what is promised for a report that was received at this moment.
pub fn promises(received: Timestamp) -> Promises {
    let day = received.to_zoned(clock::time_zone()).date();
    Promises {
        acknowledged_by: after_working_days(day, ACKNOWLEDGE_WORKING_DAYS),
        first_support_on: day,
        support_talk_by: received
            .saturating_add(SignedDuration::from_hours(SUPPORT_TALK_HOURS))
            .unwrap_or(received),
    }
}

/// Returns the due dates of a report that was received at this moment.
pub fn due_dates(received: Timestamp) -> DueDates {
    DueDates {
        acknowledge: promises(received).acknowledged_by,
    }
}

fn after_working_days(from: Date, working_days: u32) -> Date {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(received: &str, acknowledged_by: &str, first_support_on: &str, support_talk_by: &str) {
        let promises = promises(received.parse().unwrap());
        assert_eq!(
            promises.acknowledged_by.to_string(),
            acknowledged_by,
            "{received}"
        );
        assert_eq!(
            promises.first_support_on.to_string(),
            first_support_on,
            "{received}"
        );
        assert_eq!(
            promises.support_talk_by.to_string(),
            support_talk_by,
            "{received}"
        );
    }

    #[test]
    fn the_weekend_has_no_working_days() {
        check(
            "2026-11-19T10:00:00Z",
            "2026-11-20",
            "2026-11-19",
            "2026-11-22T10:00:00Z",
        );
        check(
            "2026-11-20T10:00:00Z",
            "2026-11-23",
            "2026-11-20",
            "2026-11-23T10:00:00Z",
        );
        check(
            "2026-11-21T10:00:00Z",
            "2026-11-23",
            "2026-11-21",
            "2026-11-24T10:00:00Z",
        );
        check(
            "2026-11-22T10:00:00Z",
            "2026-11-23",
            "2026-11-22",
            "2026-11-25T10:00:00Z",
        );
    }

    #[test]
    fn a_day_begins_at_midnight_in_the_netherlands() {
        check(
            "2026-11-19T23:30:00Z",
            "2026-11-23",
            "2026-11-20",
            "2026-11-22T23:30:00Z",
        );
        check(
            "2026-07-01T22:30:00Z",
            "2026-07-03",
            "2026-07-02",
            "2026-07-04T22:30:00Z",
        );
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        promises(Timestamp::MAX);
    }
}
