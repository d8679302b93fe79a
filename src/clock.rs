//! The time, as an argument.
//!
//! Nothing else in the program asks the machine what time it is, so that tests are exact.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The time zone in which days begin and end: that of the organisations this is made for.
pub const TIME_ZONE: &str = "Europe/Amsterdam";

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Returns the present moment.
    fn now(&self) -> Timestamp;

    /// Returns today's date in the Netherlands.
    fn today(&self) -> Date {
        self.now().to_zoned(time_zone()).date()
    }
}

/// Returns the time zone of the Netherlands, or UTC should its data be missing.
pub fn time_zone() -> TimeZone {
    TimeZone::get(TIME_ZONE).unwrap_or(TimeZone::UTC)
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still, for tests and for building a portal as of a given moment.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
