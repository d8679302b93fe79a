//! Something with a date that people come to.

use jiff::civil::{Date, Time};

use super::destination::Destination;
use super::rule::in_year;
use crate::form::Text;

/// A training, a session, or a visit of the implementation tour. Nobody's name but that of who gives it
/// belongs in it, and never who was there.
#[derive(Clone, Debug)]
pub struct Event {
    /// A word that stays the same: calendars know the event by it.
    pub id: String,
    /// What it is.
    pub kind: EventKind,
    /// What it is called; of a visit, the team.
    pub title: Text,
    /// For whom it is.
    pub audience: Option<Text>,
    /// Its dates.
    pub dates: Vec<Date>,
    /// Whether the dates come back each year.
    pub yearly: bool,
    /// When it begins, in the Netherlands; absent where it takes the day.
    pub start: Option<Time>,
    /// When it ends.
    pub end: Option<Time>,
    /// Where it is.
    pub place: Option<Text>,
    /// Who gives it.
    pub who: Option<Text>,
    /// Where one signs up.
    pub destination: Option<Destination>,
    /// Whether it has been, on its dates up to today. What comes back each year never has.
    pub done: bool,
    /// What the team asked.
    pub questions: Vec<String>,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A training.
    Training,
    /// A session or a meeting.
    Session,
    /// A visit of the implementation tour to a team.
    Tour,
}

impl EventKind {
    pub(in crate::site) const NAMES: [(&'static str, EventKind); 3] = [
        ("training", EventKind::Training),
        ("session", EventKind::Session),
        ("tour", EventKind::Tour),
    ];

    /// Returns the name as it is written in the file.
    pub fn name(self) -> &'static str {
        EventKind::NAMES
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }
}

impl Event {
    /// Returns its dates between two days, both included, in order.
    pub(super) fn dates_between(&self, from: Date, until: Date) -> Vec<Date> {
        let mut dates: Vec<Date> = match self.yearly {
            false => self.dates.clone(),
            true => (from.year()..=until.year())
                .flat_map(|year| self.dates.iter().map(move |date| (date, year)))
                .filter(|(date, year)| date.year() <= *year)
                .filter_map(|(date, year)| in_year(*date, year))
                .collect(),
        };
        dates.retain(|date| from <= *date && *date <= until);
        dates.sort();
        dates.dedup();
        dates
    }
}
