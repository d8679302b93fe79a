//! Files for calendar programs: what is coming up, and which pages must be looked at again.
//!
//! The bytes follow from the calendar and the day of the build only. Source: RFC 5545 (iCalendar).

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::{Event, a_year_after, file_href};
use crate::clock::time_zone;
use crate::form::Text;
use crate::language::Language;
use crate::site::config::Config;
use crate::site::pages::Page;
use crate::site::render::Input;
use crate::site::slug::slug;

/// Name of the file with messages and events.
pub(super) const CALENDAR: &str = "kalender.ics";

/// Name of the file with the days before which pages must be reviewed.
pub(super) const REVIEWS: &str = "redactie.ics";

/// Longest line in bytes, its end not counted (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// An entry of a calendar.
struct Entry {
    /// Name that stays the same.
    uid: String,
    date: Date,
    start: Option<Time>,
    end: Option<Time>,
    summary: String,
    description: String,
    place: Option<String>,
    address: Option<String>,
}

/// Returns the address of the file with messages and events in a language, where a portal has those.
pub(super) fn calendar_href(input: &Input<'_>, language: Language) -> Option<String> {
    let calendar = input.calendar;
    let empty = calendar.messages.is_empty() && calendar.events.is_empty();
    (!empty).then(|| file_href(input.config, language, CALENDAR))
}

/// Returns the address of the file with the days before which pages must be reviewed, where there are any.
pub(super) fn reviews_href(input: &Input<'_>) -> Option<String> {
    let language = input.config.default_language();
    let any = reviewed(input).next().is_some();
    any.then(|| file_href(input.config, language, REVIEWS))
}

/// Returns the pages that must be looked at again, each with the day before which.
fn reviewed<'a>(input: &Input<'a>) -> impl Iterator<Item = (Date, &'a Page)> {
    let pages = input.site.pages();
    pages
        .filter(|page| !page.is_earlier_version())
        .filter_map(|page| Some((page.front_matter.review?, page)))
}

/// Writes the messages and events of the coming year in a language, where a portal has those.
pub(super) fn calendar(input: &Input<'_>, language: Language) -> Option<String> {
    calendar_href(input, language)?;
    let calendar = input.calendar;
    let (from, until) = (input.today, a_year_after(input.today));
    let texts = input.theme.messages(language);
    let occurrences = calendar.occurrences(from, until);
    let messages = occurrences
        .iter()
        .filter(|occurrence| occurrence.message.speaks(language))
        .map(|occurrence| {
            let message = occurrence.message;
            let destination = message.destination.as_ref();
            let title = [("title", message.title.get(language))];
            Entry {
                uid: format!("bericht-{}-{}", message.id, occurrence.period.first),
                date: occurrence.period.first,
                start: None,
                end: None,
                summary: texts.text("calendar.message", &title),
                description: message.text.get(language).to_owned(),
                place: None,
                address: destination.and_then(|to| to.address(input, language)),
            }
        });
    let dates = calendar.dates(from, until);
    let events = dates
        .iter()
        .filter(|(_, event)| event.title.speaks(language))
        .map(|(date, event)| event_entry(input, event, *date, language));
    let entries: Vec<Entry> = messages.chain(events).collect();
    let name = input.config.title.get(language);
    Some(write(input, name, &entries))
}

fn event_entry(input: &Input<'_>, event: &Event, date: Date, language: Language) -> Entry {
    let texts = input.theme.messages(language);
    let kind = texts.text(&format!("calendar.kind.{}", event.kind.name()), &[]);
    let of = |text: &Option<Text>| text.as_ref().map(|t| t.get(language).to_owned());
    let lines = [of(&event.audience), of(&event.who)];
    let destination = event.destination.as_ref();
    Entry {
        uid: format!("agenda-{}-{date}", event.id),
        date,
        start: event.start,
        end: event.end,
        summary: format!("{kind}: {}", event.title.get(language)),
        description: lines.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        place: of(&event.place),
        address: destination.and_then(|to| to.address(input, language)),
    }
}

/// Writes the days before which the pages of a portal must be reviewed, for whoever keeps them.
pub(super) fn reviews(input: &Input<'_>) -> Option<String> {
    let language = input.config.default_language();
    let texts = input.theme.messages(language);
    reviews_href(input)?;
    let entries: Vec<Entry> = reviewed(input)
        .map(|(date, page)| {
            let title = [("title", page.title.as_str())];
            Entry {
                uid: format!("herzien-{}-{}-{date}", page.language, page.id),
                date,
                start: None,
                end: None,
                summary: texts.text("calendar.review", &title),
                description: page.front_matter.owner.clone().unwrap_or_default(),
                place: None,
                address: Some(input.config.absolute(&page.short_href)),
            }
        })
        .collect();
    let site = [("site", input.config.title.get(language))];
    let name = texts.text("calendar.reviews", &site);
    Some(write(input, &name, &entries))
}

fn write(input: &Input<'_>, name: &str, entries: &[Entry]) -> String {
    let mut file = Lines::default();
    let stamp = basic(input.today);
    let origin = origin(input.config);
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//Meldwijzer//Meldwijzer//NL");
    file.line("CALSCALE:GREGORIAN");
    file.line(&format!("X-WR-CALNAME:{}", escape(name)));
    for entry in entries {
        file.line("BEGIN:VEVENT");
        file.line(&format!("UID:{}@{origin}", entry.uid));
        // Made of the day alone, so that a day has one file.
        file.line(&format!("DTSTAMP:{stamp}T000000Z"));
        times(&mut file, entry);
        file.line(&format!("SUMMARY:{}", escape(&entry.summary)));
        if !entry.description.is_empty() {
            file.line(&format!("DESCRIPTION:{}", escape(&entry.description)));
        }
        if let Some(place) = &entry.place {
            file.line(&format!("LOCATION:{}", escape(place)));
        }
        // An address without a host leads nowhere from a calendar.
        if let Some(address) = entry.address.as_deref().filter(|a| !a.starts_with('/')) {
            file.line(&format!("URL:{}", plain(address)));
        }
        file.line("END:VEVENT");
    }
    file.line("END:VCALENDAR");
    file.text
}

fn times(file: &mut Lines, entry: &Entry) {
    let at = |time: Time| {
        let local = entry.date.to_datetime(time);
        let moment = local.to_zoned(time_zone()).ok()?.timestamp();
        Some(moment.strftime("%Y%m%dT%H%M%SZ").to_string())
    };
    match entry.start.and_then(at) {
        Some(start) => {
            file.line(&format!("DTSTART:{start}"));
            if let Some(end) = entry.end.and_then(at) {
                file.line(&format!("DTEND:{end}"));
            }
        }
        None => {
            file.line(&format!("DTSTART;VALUE=DATE:{}", basic(entry.date)));
            if let Ok(next) = entry.date.checked_add(1.day()) {
                file.line(&format!("DTEND;VALUE=DATE:{}", basic(next)));
            }
            // What takes no time must not show somebody as busy.
            file.line("TRANSP:TRANSPARENT");
        }
    }
}

fn basic(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// Returns what tells the entries of this portal from those of another.
fn origin(config: &Config) -> String {
    let host = config.base_url.as_ref().and_then(|url| url.host_str());
    host.map_or_else(|| slug(&config.organisation), str::to_owned)
}

/// Writes a text as a value (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Lines as the format wants them: with both line ends, and folded between characters.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, line: &str) {
        let mut length = 0;
        for character in line.chars() {
            let size = character.len_utf8();
            if length + size > LONGEST_LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(character);
            length += size;
        }
        self.text.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(line: &str) -> String {
        let mut lines = Lines::default();
        lines.line(line);
        lines.text
    }

    #[test]
    fn lines_are_folded_between_characters_and_unfold_to_what_they_were() {
        let lines = [
            String::new(),
            "a".repeat(75),
            "a".repeat(76),
            "é".repeat(200),
            "🐝".repeat(100),
        ];
        for line in lines {
            let text = folded(&line);
            assert!(text.ends_with("\r\n"));
            for part in text.split_terminator("\r\n") {
                assert!(part.len() <= LONGEST_LINE, "{part}");
            }
            assert_eq!(text.replace("\r\n ", "").trim_end(), line);
        }
        assert_eq!(folded(&"a".repeat(76)).matches("\r\n").count(), 2);
        assert_eq!(folded(&"a".repeat(75)).matches("\r\n").count(), 1);
    }

    #[test]
    fn a_text_cannot_begin_a_line_of_its_own() {
        assert_eq!(
            escape("a;b,c\\d\nEND:VEVENT\r\u{7}"),
            "a\\;b\\,c\\\\d\\nEND:VEVENT"
        );
    }
}
