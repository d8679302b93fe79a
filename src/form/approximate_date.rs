//! When something happened, as well as somebody knows it.
//!
//! The quick way is one click: today or yesterday. Otherwise a day, as numbers or words, perhaps
//! with a time; or, where the day is not known, own words. A day that is read is a real day, not
//! in the future and not so long ago that a slip is likelier.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde_json::{Value, json};

/// Name of the part that says how well the date is known.
pub(super) const KNOWN: &str = "known";

/// Name of the part with own words.
pub(super) const ABOUT: &str = "about";

/// Years after which a date is likelier a slip than an incident. Who means it can use own words.
const LONGEST_AGO_YEARS: i64 = 10;

/// How well a date is known, as chosen on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was today.
    Today,
    /// It was yesterday.
    Yesterday,
    /// The day is typed.
    Date,
    /// It is not known exactly; perhaps own words.
    About,
}

/// A part of a date with an input of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatePart {
    /// Name of the part; its label is in the catalogue under `answer.date.<part>`.
    pub part: &'static str,
    /// Width of the input in characters.
    pub width: usize,
    /// Value for `inputmode`.
    pub inputmode: &'static str,
}

/// The parts of a date, in the order in which they are shown. A month may be typed as a word and a
/// time with a colon or a point, so their keyboards have letters.
pub const DATE_PARTS: [DatePart; 5] = [
    DatePart {
        part: "day",
        width: 2,
        inputmode: "numeric",
    },
    DatePart {
        part: "month",
        width: 10,
        inputmode: "text",
    },
    DatePart {
        part: "year",
        width: 4,
        inputmode: "numeric",
    },
    DatePart {
        part: "time",
        width: 6,
        inputmode: "text",
    },
    DatePart {
        part: ABOUT,
        width: 40,
        inputmode: "text",
    },
];

/// What was typed for a date, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownDate {
    /// The chosen value of [`Known`], or whatever was sent as such.
    pub known: String,
    /// The day of the month.
    pub day: String,
    /// The month, a number or a word.
    pub month: String,
    /// The year, two or four digits.
    pub year: String,
    /// The time.
    pub time: String,
    /// Own words.
    pub about: String,
}

/// When something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApproximateDate {
    /// On this day.
    Day {
        /// The day.
        date: Date,
        /// The time of day, where it was given.
        time: Option<Time>,
    },
    /// Not known exactly.
    About {
        /// Own words, where they were given.
        words: Option<String>,
    },
}

/// What is wrong with a date: the part, the key of the message, and values for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateProblem {
    pub(super) part: &'static str,
    pub(super) key: &'static str,
    pub(super) arguments: Vec<(&'static str, String)>,
}

impl Known {
    /// Every choice, in the order in which it is shown. Labels are in the catalogue under
    /// `answer.date.known.<value>`.
    pub const ALL: [Known; 4] = [Known::Today, Known::Yesterday, Known::Date, Known::About];

    /// Returns its value in the form data.
    pub fn value(self) -> &'static str {
        match self {
            Known::Today => "today",
            Known::Yesterday => "yesterday",
            Known::Date => "date",
            Known::About => "about",
        }
    }

    /// Returns the key of its label in the catalogue.
    pub fn key(self) -> &'static str {
        match self {
            Known::Today => "answer.date.known.today",
            Known::Yesterday => "answer.date.known.yesterday",
            Known::Date => "answer.date.known.date",
            Known::About => "answer.date.known.about",
        }
    }

    fn from_value(value: &str) -> Option<Known> {
        Self::ALL.into_iter().find(|known| known.value() == value)
    }
}

impl ShownDate {
    /// Takes the parts from where they are, by name.
    pub(super) fn of(part: impl Fn(&'static str) -> String) -> ShownDate {
        ShownDate {
            known: part(KNOWN),
            day: part("day"),
            month: part("month"),
            year: part("year"),
            time: part("time"),
            about: part(ABOUT),
        }
    }

    /// Returns what was typed in a part; empty for an unknown one.
    pub fn part(&self, part: &str) -> &str {
        match part {
            KNOWN => &self.known,
            "day" => &self.day,
            "month" => &self.month,
            "year" => &self.year,
            "time" => &self.time,
            ABOUT => &self.about,
            _ => "",
        }
    }

    /// Makes of "today" and "yesterday" the days that they are, of a whole date in the first box
    /// its three parts, and of parts without a choice the choice that goes with them.
    pub(super) fn settled(mut self, today: Date) -> ShownDate {
        if self.month.trim().is_empty() && self.year.trim().is_empty() {
            let whole = self.day.clone();
            let parts: Vec<&str> = whole
                .split(['-', '/', '.', ' '])
                .filter(|part| !part.is_empty())
                .collect();
            let in_order = match parts.as_slice() {
                [year, month, day] if year.len() == 4 => Some((day, month, year)),
                [day, month, year] => Some((day, month, year)),
                _ => None,
            };
            if let Some((day, month, year)) = in_order {
                self.day = (*day).to_owned();
                self.month = (*month).to_owned();
                self.year = (*year).to_owned();
            }
        }
        if self.known.is_empty() {
            if self.has_day() {
                self.known = Known::Date.value().to_owned();
            } else if !self.about.trim().is_empty() {
                self.known = Known::About.value().to_owned();
            }
        }
        let day = match Known::from_value(&self.known) {
            Some(Known::Today) => Some(today),
            Some(Known::Yesterday) => today.yesterday().ok(),
            _ => None,
        };
        if let Some(day) = day {
            self.known = Known::Date.value().to_owned();
            self.day = day.day().to_string();
            self.month = day.month().to_string();
            self.year = day.year().to_string();
        }
        self
    }

    /// Turns the days that are today and yesterday back into those choices.
    pub(super) fn shown(mut self, today: Date) -> ShownDate {
        if self.known != Known::Date.value() {
            return self;
        }
        let near = match self.day_read(today) {
            Ok(date) if date == today => Some(Known::Today),
            Ok(date) if Ok(date) == today.yesterday().map_err(|_| ()) => Some(Known::Yesterday),
            _ => None,
        };
        if let Some(near) = near {
            self.known = near.value().to_owned();
            self.day.clear();
            self.month.clear();
            self.year.clear();
        }
        self
    }

    /// Reads what was typed; nothing typed is no date.
    pub(super) fn read(&self, today: Date) -> Result<Option<ApproximateDate>, Vec<DateProblem>> {
        if self.known.is_empty() {
            // A time alone is not when something happened, but somebody meant something by it.
            let meant = !self.time.trim().is_empty();
            let problem = DateProblem::new(KNOWN, "answer.date.day_of_time");
            return if meant { Err(vec![problem]) } else { Ok(None) };
        }
        match Known::from_value(&self.known) {
            Some(Known::About) => {
                let words = Some(self.about.clone()).filter(|words| !words.trim().is_empty());
                Ok(Some(ApproximateDate::About { words }))
            }
            Some(_) => {
                let settled = self.clone().settled(today);
                match (settled.day_read(today), settled.time_read()) {
                    (Ok(date), Ok(time)) => Ok(Some(ApproximateDate::Day { date, time })),
                    (date, time) => {
                        let mut problems = date.err().unwrap_or_default();
                        problems.extend(time.err());
                        Err(problems)
                    }
                }
            }
            None => Err(vec![DateProblem::new(KNOWN, "answer.unknown_option")]),
        }
    }

    fn has_day(&self) -> bool {
        [&self.day, &self.month, &self.year]
            .iter()
            .any(|part| !part.trim().is_empty())
    }

    fn day_read(&self, today: Date) -> Result<Date, Vec<DateProblem>> {
        if !self.has_day() {
            return Err(vec![DateProblem::new("day", "answer.date.missing")]);
        }
        let day = part_read(
            &self.day,
            day_number,
            "day",
            "answer.date.missing_day",
            "answer.date.wrong_day",
        );
        let month = part_read(
            &self.month,
            month_number,
            "month",
            "answer.date.missing_month",
            "answer.date.wrong_month",
        );
        let year = part_read(
            &self.year,
            year_number,
            "year",
            "answer.date.missing_year",
            "answer.date.wrong_year",
        );
        let (day, month, year) = match (day, month, year) {
            (Ok(day), Ok(month), Ok(year)) => (day, month, year),
            (day, month, year) => {
                let problems = [day.err(), month.err(), year.err()];
                return Err(problems.into_iter().flatten().collect());
            }
        };
        let Ok(date) = Date::new(year, month, day) else {
            let days = Date::new(year, month, 1).map_or(31, Date::days_in_month);
            return Err(vec![
                DateProblem::new("day", "answer.date.impossible")
                    .with("month", month)
                    .with("year", year)
                    .with("days", days),
            ]);
        };
        if date > today {
            return Err(vec![DateProblem::new("day", "answer.date.future")]);
        }
        let longest_ago = today
            .checked_sub(LONGEST_AGO_YEARS.years())
            .unwrap_or(Date::MIN);
        if date < longest_ago {
            return Err(vec![
                DateProblem::new("year", "answer.date.long_ago")
                    .with("year", year)
                    .with("years", LONGEST_AGO_YEARS),
            ]);
        }
        Ok(date)
    }

    fn time_read(&self) -> Result<Option<Time>, DateProblem> {
        let text = self.time.trim();
        if text.is_empty() {
            return Ok(None);
        }
        time_of_day(text)
            .map(Some)
            .ok_or_else(|| DateProblem::new("time", "answer.date.wrong_time"))
    }
}

impl ApproximateDate {
    /// Returns the value that is stored.
    pub(super) fn to_json(&self) -> Value {
        match self {
            ApproximateDate::Day { date, time } => {
                let mut value = json!({"known": "date", "date": date.to_string()});
                if let (Some(time), Some(fields)) = (time, value.as_object_mut()) {
                    fields.insert("time".to_owned(), json!(short_time(*time)));
                }
                value
            }
            ApproximateDate::About { words: None } => json!({"known": "about"}),
            ApproximateDate::About { words: Some(words) } => {
                json!({"known": "about", "about": words})
            }
        }
    }

    /// Reads a stored value.
    pub(super) fn from_json(value: &Value) -> Option<ApproximateDate> {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        match text("known")? {
            "date" => {
                let date = text("date")?.parse().ok()?;
                let time = match text("time") {
                    Some(time) => Some(time_of_day(time)?),
                    None => None,
                };
                Some(ApproximateDate::Day { date, time })
            }
            "about" => Some(ApproximateDate::About {
                words: text("about").map(str::to_owned),
            }),
            _ => None,
        }
    }
}

impl DateProblem {
    fn new(part: &'static str, key: &'static str) -> DateProblem {
        DateProblem {
            part,
            key,
            arguments: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> DateProblem {
        self.arguments.push((name, value.to_string()));
        self
    }
}

/// Writes a time as `14:30`.
pub(super) fn short_time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn part_read<T>(
    typed: &str,
    read: impl Fn(&str) -> Option<T>,
    part: &'static str,
    missing: &'static str,
    wrong: &'static str,
) -> Result<T, DateProblem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(DateProblem::new(part, missing));
    }
    read(typed).ok_or_else(|| DateProblem::new(part, wrong))
}

fn day_number(text: &str) -> Option<i8> {
    digits(text, 1..=2)
        .and_then(|number| i8::try_from(number).ok())
        .filter(|day| (1..=31).contains(day))
}

/// Names of the months, Dutch and English. A beginning of three letters or more is enough, because
/// no two months share theirs; "mrt" is the usual short form that is no beginning.
const MONTH_NAMES: [[&str; 3]; 12] = [
    ["januari", "january", "jan"],
    ["februari", "february", "feb"],
    ["maart", "march", "mrt"],
    ["april", "april", "apr"],
    ["mei", "may", "mei"],
    ["juni", "june", "jun"],
    ["juli", "july", "jul"],
    ["augustus", "august", "aug"],
    ["september", "september", "sept"],
    ["oktober", "october", "okt"],
    ["november", "november", "nov"],
    ["december", "december", "dec"],
];

fn month_number(text: &str) -> Option<i8> {
    if let Some(number) = digits(text, 1..=2) {
        let number = i8::try_from(number).ok()?;
        return (1..=12).contains(&number).then_some(number);
    }
    let text = text.trim_end_matches('.').to_lowercase();
    if text.chars().count() < 3 {
        return None;
    }
    let index = MONTH_NAMES
        .iter()
        .position(|names| names.iter().any(|name| name.starts_with(&text)))?;
    i8::try_from(index + 1).ok()
}

fn year_number(text: &str) -> Option<i16> {
    let text = text.trim_start_matches(['\'', '’']);
    match text.len() {
        2 => digits(text, 2..=2).and_then(|number| i16::try_from(number + 2000).ok()),
        _ => digits(text, 4..=4).and_then(|number| i16::try_from(number).ok()),
    }
}

fn time_of_day(text: &str) -> Option<Time> {
    let mut text = text.to_lowercase();
    text.retain(|c| !c.is_whitespace());
    let afternoon = text.ends_with("pm");
    let twelve_hours = afternoon || text.ends_with("am");
    let bare = match twelve_hours {
        true => text.trim_end_matches("am").trim_end_matches("pm"),
        false => text
            .trim_end_matches("uur")
            .trim_end_matches('u')
            .trim_end_matches('h'),
    };
    let (hours, minutes) = match bare.split_once([':', '.', 'u', 'h']) {
        Some((hours, minutes)) => (hours, digits(minutes, 2..=2)?),
        None => (bare, 0),
    };
    let hours = digits(hours, 1..=2)?;
    let hours = match (twelve_hours, hours) {
        (false, hours) => hours,
        (true, 12) => u32::from(afternoon) * 12,
        (true, 1..=11) => hours + u32::from(afternoon) * 12,
        (true, _) => return None,
    };
    Time::new(i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?, 0, 0).ok()
}

/// Reads a number that is written with so many digits and nothing else.
fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (only_digits && count.contains(&text.len()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    const TODAY: Date = date(2026, 11, 22);

    /// Day, month and year as typed, and the date they mean or the part and key of the problem.
    fn check(typed: [&str; 3], expected: Result<Date, &[(&str, &str)]>) {
        let typed = ShownDate {
            known: "date".to_owned(),
            day: typed[0].to_owned(),
            month: typed[1].to_owned(),
            year: typed[2].to_owned(),
            ..ShownDate::default()
        };
        let read = typed.read(TODAY);
        match (&read, expected) {
            (Ok(Some(ApproximateDate::Day { date, time: None })), Ok(expected)) => {
                assert_eq!(*date, expected);
            }
            (Err(problems), Err(expected)) => {
                let found: Vec<_> = problems.iter().map(|p| (p.part, p.key)).collect();
                assert_eq!(found, expected, "{typed:?}");
            }
            _ => panic!("{typed:?} gave {read:?}"),
        }
    }

    #[test]
    fn days_are_read_in_the_ways_people_write_them() {
        check(["1", "2", "26"], Ok(date(2026, 2, 1)));
        check([" 01 ", "02", "2026"], Ok(date(2026, 2, 1)));
        check(["1", "Februari", "2026"], Ok(date(2026, 2, 1)));
        check(["1", "feb.", "'26"], Ok(date(2026, 2, 1)));
        check(["3", "mrt", "2026"], Ok(date(2026, 3, 3)));
        check(["3", "March", "2026"], Ok(date(2026, 3, 3)));
        check(["3", "MEI", "2026"], Ok(date(2026, 5, 3)));
        check(["3", "may", "2026"], Ok(date(2026, 5, 3)));
        check(["3", "okt", "2026"], Ok(date(2026, 10, 3)));
        check(["3", "oct", "2026"], Ok(date(2026, 10, 3)));
        check(["1-2-26", "", ""], Ok(date(2026, 2, 1)));
        check(["1 februari 2026", "", ""], Ok(date(2026, 2, 1)));
        check(["2026-02-01", "", ""], Ok(date(2026, 2, 1)));
        check(["29", "2", "2024"], Ok(date(2024, 2, 29)));
        check(["22", "11", "2026"], Ok(TODAY));
        check(["22", "11", "2016"], Ok(date(2016, 11, 22)));
    }

    #[test]
    fn days_that_are_none_are_explained() {
        check(["", "", ""], Err(&[("day", "answer.date.missing")]));
        check(
            ["1", "", ""],
            Err(&[
                ("month", "answer.date.missing_month"),
                ("year", "answer.date.missing_year"),
            ]),
        );
        check(
            ["31", "2", "2026"],
            Err(&[("day", "answer.date.impossible")]),
        );
        check(
            ["29", "2", "2026"],
            Err(&[("day", "answer.date.impossible")]),
        );
        check(
            ["32", "13", "1"],
            Err(&[
                ("day", "answer.date.wrong_day"),
                ("month", "answer.date.wrong_month"),
                ("year", "answer.date.wrong_year"),
            ]),
        );
        check(
            ["0", "ja", "02026"],
            Err(&[
                ("day", "answer.date.wrong_day"),
                ("month", "answer.date.wrong_month"),
                ("year", "answer.date.wrong_year"),
            ]),
        );
        check(
            ["-1", "1", "2026"],
            Err(&[("day", "answer.date.wrong_day")]),
        );
        check(["٣", "1", "2026"], Err(&[("day", "answer.date.wrong_day")]));
        check(["23", "11", "2026"], Err(&[("day", "answer.date.future")]));
        check(["1", "1", "9999"], Err(&[("day", "answer.date.future")]));
        check(
            ["21", "11", "2016"],
            Err(&[("year", "answer.date.long_ago")]),
        );
        check(["1", "1", "0000"], Err(&[("year", "answer.date.long_ago")]));
    }

    #[test]
    fn an_impossible_day_says_how_many_days_the_month_has() {
        let typed = ShownDate {
            known: "date".to_owned(),
            day: "31".to_owned(),
            month: "2".to_owned(),
            year: "26".to_owned(),
            ..ShownDate::default()
        };
        let problems = typed.read(TODAY).unwrap_err();
        let expected = [("month", "2"), ("year", "2026"), ("days", "28")];
        assert_eq!(
            problems[0].arguments,
            expected.map(|(n, v)| (n, v.to_owned()))
        );
    }

    #[test]
    fn times_are_read_in_the_ways_people_write_them() {
        let check =
            |text: &str, expected: Option<Time>| assert_eq!(time_of_day(text), expected, "{text}");
        check("14:30", Some(time(14, 30, 0, 0)));
        check("14.30", Some(time(14, 30, 0, 0)));
        check("14u30", Some(time(14, 30, 0, 0)));
        check("14.30 uur", Some(time(14, 30, 0, 0)));
        check("9", Some(time(9, 0, 0, 0)));
        check("9 u", Some(time(9, 0, 0, 0)));
        check("2:30 PM", Some(time(14, 30, 0, 0)));
        check("12 am", Some(time(0, 0, 0, 0)));
        check("12pm", Some(time(12, 0, 0, 0)));
        check("0:00", Some(time(0, 0, 0, 0)));
        check("24:00", None);
        check("13 pm", None);
        check("9:5", None);
        check("half 3", None);
        check(":", None);
        check("am", None);
        check("ammm", None);
        check("-1:00", None);
    }

    #[test]
    fn the_quick_ways_need_no_typing() {
        let read = |known: &str| {
            let typed = ShownDate {
                known: known.to_owned(),
                ..ShownDate::default()
            };
            typed.read(TODAY)
        };
        let day = |date| Ok(Some(ApproximateDate::Day { date, time: None }));
        assert_eq!(read("today"), day(TODAY));
        assert_eq!(read("yesterday"), day(date(2026, 11, 21)));
        assert_eq!(
            read("about"),
            Ok(Some(ApproximateDate::About { words: None }))
        );
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("x").unwrap_err()[0].key, "answer.unknown_option");
        assert!(ShownDate::default().settled(Date::MIN).known.is_empty());
        let first = ShownDate {
            known: "yesterday".to_owned(),
            ..ShownDate::default()
        };
        assert!(first.read(Date::MIN).is_err());
    }

    #[test]
    fn parts_without_a_choice_get_the_choice_that_goes_with_them() {
        let day = ShownDate {
            day: "1".to_owned(),
            ..ShownDate::default()
        };
        assert_eq!(day.settled(TODAY).known, "date");
        let words = ShownDate {
            about: "zomer".to_owned(),
            ..ShownDate::default()
        };
        assert_eq!(words.settled(TODAY).known, "about");
        let time = ShownDate {
            time: "9".to_owned(),
            ..ShownDate::default()
        };
        assert_eq!(
            time.read(TODAY).unwrap_err()[0].key,
            "answer.date.day_of_time"
        );
    }

    #[test]
    fn a_stored_date_reads_back() {
        let check = |date: ApproximateDate, stored: &str| {
            assert_eq!(date.to_json().to_string(), stored);
            assert_eq!(ApproximateDate::from_json(&date.to_json()), Some(date));
        };
        check(
            ApproximateDate::Day {
                date: TODAY,
                time: Some(time(9, 5, 0, 0)),
            },
            r#"{"known":"date","date":"2026-11-22","time":"09:05"}"#,
        );
        check(
            ApproximateDate::Day {
                date: TODAY,
                time: None,
            },
            r#"{"known":"date","date":"2026-11-22"}"#,
        );
        check(
            ApproximateDate::About {
                words: Some("in de zomer".to_owned()),
            },
            r#"{"known":"about","about":"in de zomer"}"#,
        );
        for broken in [
            json!(null),
            json!({"known": "date"}),
            json!({"known": "date", "date": "x"}),
            json!([]),
        ] {
            assert_eq!(ApproximateDate::from_json(&broken), None);
        }
    }
}
