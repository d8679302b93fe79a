//! The calendar of a portal: short messages with their periods, and dated events.
//!
//! A [`Calendar`] is read once from `content/messages.yaml` and `content/calendar.yaml`; everything that
//! depends on the day (the message of the week, the feeds, the agenda) is asked of it with that day. It
//! sends nothing and knows nothing of who was there. Invariant: what is in it is right; a message or an
//! event with a mistake is told and left out.

mod destination;
mod event;
pub(super) mod feed;
mod icalendar;
mod news;
mod reading;
mod rule;
#[cfg(test)]
mod tests;
pub(super) mod views;

use jiff::ToSpan;
use jiff::civil::Date;

pub use self::destination::Destination;
pub use self::event::{Event, EventKind};
pub use self::rule::{Period, Rule};
use super::config::Config;
use super::render::{Input, beside_home, output};
use crate::diagnostic::Diagnostic;
use crate::form::Text;
use crate::language::Language;
use crate::output::Output;

/// Where the messages stand.
pub const MESSAGES: &str = "content/messages.yaml";

/// Where trainings, sessions and the visits of the implementation tour stand.
pub const EVENTS: &str = "content/calendar.yaml";

/// The messages and events of a portal.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The messages, in order of the file.
    pub messages: Vec<Message>,
    /// The events, in order of the file.
    pub events: Vec<Event>,
}

/// A short message for channels that an organisation has already.
#[derive(Clone, Debug)]
pub struct Message {
    /// A word that stays the same: feeds and calendars know the message by it.
    pub id: String,
    /// Its theme.
    pub title: Text,
    /// The message, without markup.
    pub text: Text,
    /// Where it leads.
    pub destination: Option<Destination>,
    /// When it is sent.
    pub occasion: Occasion,
}

/// When a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// On dates.
    Dates(Rule),
    /// When something happens; it is never shown by itself.
    Trigger(Trigger),
}

/// What a message can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The norm or the protocol changed.
    ProtocolChanged,
    /// More was reported than usual.
    IncidentPeak,
    /// A colleague became an ambassador.
    NewAmbassador,
    /// The implementation tour comes to a team.
    Tour,
    /// It is time for a refresher.
    Refresher,
}

impl Trigger {
    pub(super) const NAMES: [(&'static str, Trigger); 5] = [
        ("protocol-changed", Trigger::ProtocolChanged),
        ("incident-peak", Trigger::IncidentPeak),
        ("new-ambassador", Trigger::NewAmbassador),
        ("tour", Trigger::Tour),
        ("refresher", Trigger::Refresher),
    ];

    /// Returns the name as it is written in the file.
    pub fn name(self) -> &'static str {
        Trigger::NAMES
            .iter()
            .find(|(_, trigger)| *trigger == self)
            .map_or("", |(name, _)| name)
    }
}

impl Calendar {
    /// Returns where messages and events lead.
    pub(super) fn destinations(&self) -> impl Iterator<Item = &Destination> {
        let messages = self.messages.iter().map(|message| &message.destination);
        let events = self.events.iter().map(|event| &event.destination);
        messages.chain(events).flatten()
    }
}

impl Message {
    /// Returns whether the message is there in a language.
    pub fn speaks(&self, language: Language) -> bool {
        self.title.speaks(language) && self.text.speaks(language)
    }
}

/// A message in one of its periods.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence<'a> {
    /// The message.
    pub message: &'a Message,
    /// When it is shown.
    pub period: Period,
    /// Whether the message comes back.
    repeats: bool,
}

impl Calendar {
    /// Returns the periods of all messages that hold a day between two days, both included, in order
    /// of their first day and then of the file.
    pub fn occurrences(&self, from: Date, until: Date) -> Vec<Occurrence<'_>> {
        let mut occurrences = Vec::new();
        for message in &self.messages {
            if let Occasion::Dates(rule) = &message.occasion {
                let periods = rule.periods(from, until).into_iter();
                occurrences.extend(periods.map(|period| Occurrence {
                    message,
                    period,
                    repeats: rule.repeats(),
                }));
            }
        }
        occurrences.sort_by_key(|occurrence| occurrence.period.first);
        occurrences
    }

    /// Returns the message of the week in a language. Where more than one holds the day, the shorter
    /// period goes first, because it was meant for few days; then what does not come back; then what began first,
    /// and what stands first in the file.
    pub fn of_week(&self, today: Date, language: Language) -> Option<Occurrence<'_>> {
        self.occurrences(today, today)
            .into_iter()
            .filter(|occurrence| occurrence.message.speaks(language))
            .min_by_key(|occurrence| (occurrence.period.days(), occurrence.repeats))
    }

    /// Returns the messages that wait for something to happen, in order of the file.
    pub fn triggered(&self) -> impl Iterator<Item = (&Message, Trigger)> {
        self.messages
            .iter()
            .filter_map(|message| match message.occasion {
                Occasion::Trigger(trigger) => Some((message, trigger)),
                Occasion::Dates(_) => None,
            })
    }

    /// Returns the dates of all events between two days, both included, in order of date and then of
    /// the file.
    pub fn dates(&self, from: Date, until: Date) -> Vec<(Date, &Event)> {
        let mut dates: Vec<(Date, &Event)> = self
            .events
            .iter()
            .flat_map(|event| {
                let dates = event.dates_between(from, until).into_iter();
                dates.map(move |date| (date, event))
            })
            .collect();
        dates.sort_by_key(|(date, _)| *date);
        dates
    }

    /// Warns of each quarter of the coming year, the one that holds today included, in which no message
    /// is shown: a message that does not come back is forgotten.
    fn warn_of_empty_quarters(&self, today: Date, diagnostics: &mut Vec<Diagnostic>) {
        for quarter in rule::coming_quarters(today) {
            if self.occurrences(quarter.first, quarter.last).is_empty() {
                diagnostics.push(
                    Diagnostic::warning("messages-quarter-empty")
                        .with("quarter", (quarter.first.month() + 2) / 3)
                        .with("year", quarter.first.year())
                        .in_file(MESSAGES),
                );
            }
        }
    }
}

/// Tells every message and event that leads to nothing.
pub(super) fn check(input: &Input<'_>) -> Vec<Diagnostic> {
    let destinations = input.calendar.destinations();
    destinations
        .filter_map(|destination| destination.check(input))
        .collect()
}

/// Returns the feeds and the files for calendar programs.
pub(super) fn outputs(input: &Input<'_>) -> Vec<Output> {
    let config = input.config;
    let mut outputs = Vec::new();
    for language in &config.languages {
        let files = [
            (feed::FILE, feed::write(input, *language)),
            (icalendar::CALENDAR, icalendar::calendar(input, *language)),
        ];
        for (name, text) in files {
            outputs.extend(text.map(|text| output(beside_home(config, *language, name), text)));
        }
    }
    outputs.extend(icalendar::reviews(input).map(|text| output(icalendar::REVIEWS.into(), text)));
    outputs
}

/// Returns the address of a file in a language, with the base path.
fn file_href(config: &Config, language: Language, name: &str) -> String {
    format!(
        "{}/{}",
        config.base_path(),
        beside_home(config, language, name)
    )
}

/// Returns the day a year before another.
fn a_year_before(date: Date) -> Date {
    date.saturating_sub(1.year())
}

/// Returns the last day of the year that begins on a day.
fn a_year_after(date: Date) -> Date {
    date.saturating_add(1.year()).saturating_sub(1.day())
}
