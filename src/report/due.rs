//! By when the organisation does what it promises the reporter.
//!
//! Dates only; the words are in the theme. Public holidays are not known here: they count as
//! working days, so a promise can fall on one, or on several in a row. An organisation that is closed
//! then cannot keep it on that day.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::clock;

/// The dates that stand in the open part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDates {
    /// Last day on which the report is acknowledged.
    pub acknowledge: Date,
}

/// Returns the due dates of a report that was received at this moment.
pub fn due_dates(received: Timestamp) -> DueDates {
    DueDates {
        acknowledge: after_working_days(received.to_zoned(clock::time_zone()).date(), 1),
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
