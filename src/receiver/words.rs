//! Dates, times and sizes as the pages of the receiver write them.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock;
use crate::form::Text;
use crate::language::Language;
use crate::message::Catalogue;
use crate::report::lifecycle::Within;
use crate::theme::size::size_in_words;
use crate::theme::view::DateView;

/// The texts of the theme in one language.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// The language.
    pub(super) language: Language,
    /// Its texts.
    pub(super) texts: &'a Catalogue,
}

impl Words<'_> {
    /// Returns a text without placeholders.
    pub(super) fn text(&self, key: &str) -> String {
        self.texts.text(key, &[])
    }

    /// Returns a text of a form in this language.
    pub(super) fn of(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    /// Returns a text of a form in this language, where there is one.
    pub(super) fn of_any(&self, text: Option<&Text>) -> Option<String> {
        text.map(|text| self.of(text))
    }

    /// Returns a text of a form as safe paragraphs.
    pub(super) fn paragraphs(&self, text: &Text) -> String {
        paragraphs(text.get(self.language))
    }

    /// Writes a day: `maandag 23 november 2026`.
    pub(super) fn date(&self, date: Date) -> String {
        let weekday = format!("answer.weekday.{}", date.weekday().to_monday_one_offset());
        let month = format!("month.{}", date.month());
        self.texts.text(
            "answer.date.written",
            &[
                ("weekday", &self.text(&weekday)),
                ("day", &date.day().to_string()),
                ("month", &self.text(&month)),
                ("year", &date.year().to_string()),
            ],
        )
    }

    /// Writes the day of a moment in the Netherlands.
    pub(super) fn day_of(&self, moment: Timestamp) -> DateView {
        self.day(moment.to_zoned(clock::time_zone()).date())
    }

    /// Shows a day.
    pub(super) fn day(&self, date: Date) -> DateView {
        DateView {
            iso: date.to_string(),
            text: self.date(date),
        }
    }

    /// Shows a moment, to the minute.
    pub(super) fn moment(&self, moment: Timestamp) -> DateView {
        let local = moment.to_zoned(clock::time_zone());
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        DateView {
            iso: moment.to_string(),
            text: self.texts.text(
                "answer.date.written_time",
                &[("date", &self.date(local.date())), ("time", &time)],
            ),
        }
    }

    /// `Binnen 1 werkdag (uiterlijk maandag 23 november 2026)`.
    pub(super) fn within(&self, within: Within, due: Timestamp) -> String {
        let date = self.day_of(due).text;
        let (unit, count) = match within {
            Within::Days(0) => {
                return self
                    .texts
                    .text("journey.within.same_day", &[("date", &date)]);
            }
            Within::Hours(hours) => ("hours", hours),
            Within::Days(days) => ("days", days),
            Within::WorkingDays(days) => ("working_days", days),
            Within::Months(months) => ("months", months),
        };
        let key = format!("journey.within.{unit}");
        self.texts
            .count(&key, usize::from(count), &[("date", &date)])
    }

    /// Writes a number of bytes: `640 bytes`, `12 kB`, `1,2 MB`.
    pub(super) fn size(&self, bytes: u64) -> String {
        size_in_words(bytes, self.texts)
    }
}

/// Makes paragraphs of plain text, which an empty line keeps apart.
pub(super) fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text.split("\n\n").map(str::trim) {
        if paragraph.is_empty() {
            continue;
        }
        html.push_str("<p>");
        for character in paragraph.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                other => html.push(other),
            }
        }
        html.push_str("</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_safe_paragraphs() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(paragraphs(text), expected);
        }
        check("", "");
        check("Bel 112.\n\nGa weg.\n", "<p>Bel 112.</p><p>Ga weg.</p>");
        check("<b> & \"x\"", "<p>&lt;b&gt; &amp; \"x\"</p>");
    }
}
