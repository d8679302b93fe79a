//! When something happened, as well as somebody knows it.
//!
//! The quick way is one click: today or yesterday. Otherwise a day, as numbers or words, perhaps
//! with a time; or, where the day is not known, own words. A day that is read is a real day, not
//! in the future and not so long ago that a slip is likelier.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde_json::{Value, json};

use super::calendar_day::{DAY, DateProblem, MONTH, TypedDay, YEAR};
use super::clock_time;

/// Name of the part that says how well the date is known.
pub(super) const KNOWN: &str = "known";

/// Name of the part with own words.
pub(super) const ABOUT: &str = "about";

/// Name of the part with the time.
pub(super) const TIME: &str = "time";

/// Name of the part with the part of the day.
pub(super) const PART_OF_DAY: &str = "part_of_day";

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
    /// What can be chosen; empty where the part is typed.
    pub choices: &'static [PartOfDay],
}

/// A part of the day, for who does not know the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartOfDay {
    /// From getting up to noon.
    Morning,
    /// From noon to the evening meal.
    Afternoon,
    /// From the evening meal to going to bed.
    Evening,
    /// When most people sleep.
    Night,
}

/// The parts of an approximate date, in the order in which they are shown.
pub const DATE_PARTS: [DatePart; 6] = [
    DAY_PARTS[0],
    DAY_PARTS[1],
    DAY_PARTS[2],
    DatePart {
        part: TIME,
        width: 6,
        inputmode: "text",
        choices: &[],
    },
    DatePart {
        part: PART_OF_DAY,
        width: 0,
        inputmode: "text",
        choices: &PartOfDay::ALL,
    },
    DatePart {
        part: ABOUT,
        width: 40,
        inputmode: "text",
        choices: &[],
    },
];

/// The parts of a day, in the order in which they are shown. A month may be typed as a word and a time
/// with a colon or a point, so their keyboards have letters.
pub const DAY_PARTS: [DatePart; 3] = [
    DatePart {
        part: DAY,
        width: 2,
        inputmode: "numeric",
        choices: &[],
    },
    DatePart {
        part: MONTH,
        width: 10,
        inputmode: "text",
        choices: &[],
    },
    DatePart {
        part: YEAR,
        width: 4,
        inputmode: "numeric",
        choices: &[],
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
    /// The chosen value of [`PartOfDay`], or whatever was sent as such.
    pub part_of_day: String,
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
        /// The part of the day, where it was given.
        part_of_day: Option<PartOfDay>,
    },
    /// Not known exactly.
    About {
        /// Own words, where they were given.
        words: Option<String>,
    },
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

    pub(super) fn from_value(value: &str) -> Option<Known> {
        Self::ALL.into_iter().find(|known| known.value() == value)
    }
}

impl PartOfDay {
    /// Every part, in the order of the day.
    pub const ALL: [PartOfDay; 4] = [
        PartOfDay::Morning,
        PartOfDay::Afternoon,
        PartOfDay::Evening,
        PartOfDay::Night,
    ];

    /// Returns its value in the form data and in the stored answers.
    pub fn value(self) -> &'static str {
        match self {
            PartOfDay::Morning => "morning",
            PartOfDay::Afternoon => "afternoon",
            PartOfDay::Evening => "evening",
            PartOfDay::Night => "night",
        }
    }

    /// Returns the key of its words in the catalogue.
    pub fn key(self) -> &'static str {
        match self {
            PartOfDay::Morning => "answer.part_of_day.morning",
            PartOfDay::Afternoon => "answer.part_of_day.afternoon",
            PartOfDay::Evening => "answer.part_of_day.evening",
            PartOfDay::Night => "answer.part_of_day.night",
        }
    }

    /// Returns whether a time may be called so. The parts are wide and overlap, because people differ; only
    /// what nobody would say is outside.
    fn has(self, time: Time) -> bool {
        let hour = time.hour();
        match self {
            PartOfDay::Morning => (4..13).contains(&hour),
            PartOfDay::Afternoon => (11..19).contains(&hour),
            PartOfDay::Evening => (16..24).contains(&hour) || hour == 0,
            PartOfDay::Night => !(8..20).contains(&hour),
        }
    }

    pub(super) fn from_value(value: &str) -> Option<PartOfDay> {
        Self::ALL.into_iter().find(|part| part.value() == value)
    }
}

impl ShownDate {
    /// Takes the parts from where they are, by name.
    pub(super) fn of(part: impl Fn(&'static str) -> String) -> ShownDate {
        ShownDate {
            known: part(KNOWN),
            day: part(DAY),
            month: part(MONTH),
            year: part(YEAR),
            time: part(TIME),
            part_of_day: part(PART_OF_DAY),
            about: part(ABOUT),
        }
    }

    /// Returns what was typed in a part; empty for an unknown one.
    pub fn part(&self, part: &str) -> &str {
        match part {
            KNOWN => &self.known,
            DAY => &self.day,
            MONTH => &self.month,
            YEAR => &self.year,
            TIME => &self.time,
            PART_OF_DAY => &self.part_of_day,
            ABOUT => &self.about,
            _ => "",
        }
    }

    /// Makes of "today" and "yesterday" the days that they are, unless another day was typed too; of a whole date in the first box
    /// its three parts, and of parts without a choice the choice that goes with them.
    pub(super) fn settled(mut self, today: Date) -> ShownDate {
        self = self.settled_day();
        if self.known.is_empty() {
            if !self.typed_day().is_empty() {
                self.known = Known::Date.value().to_owned();
            } else if !self.about.trim().is_empty() {
                self.known = Known::About.value().to_owned();
            }
        }
        let typed = self.typed_day();
        if let Some(day) = self.near_day(today)
            && (typed.is_empty() || typed.read() == Ok(day))
        {
            self.known = Known::Date.value().to_owned();
            self.set_day(TypedDay::of(day));
        }
        self
    }

    /// Returns the day that today or yesterday is, where that was chosen.
    fn near_day(&self, today: Date) -> Option<Date> {
        match Known::from_value(&self.known) {
            Some(Known::Today) => Some(today),
            Some(Known::Yesterday) => today.yesterday().ok(),
            _ => None,
        }
    }

    /// Makes of a whole date in the first box its three parts.
    pub(super) fn settled_day(mut self) -> ShownDate {
        self.set_day(self.typed_day().settled());
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
            self.set_day(TypedDay::default());
        }
        self
    }

    /// Reads what was typed; nothing typed is no date.
    pub(super) fn read(&self, today: Date) -> Result<Option<ApproximateDate>, Vec<DateProblem>> {
        if self.known.is_empty() {
            // A time alone is not when something happened, but somebody meant something by it.
            let meant = !self.time.trim().is_empty() || !self.part_of_day.is_empty();
            let problem = DateProblem::new(KNOWN, "answer.date.day_of_time");
            return if meant { Err(vec![problem]) } else { Ok(None) };
        }
        match Known::from_value(&self.known) {
            Some(Known::About) if self.gives_a_day_or_time() => {
                Err(vec![DateProblem::new(KNOWN, "answer.date.about_and_day")])
            }
            Some(_) if self.known != Known::About.value() && !self.about.trim().is_empty() => {
                Err(vec![DateProblem::new(KNOWN, "answer.date.day_and_about")])
            }
            Some(Known::About) => {
                let words = Some(self.about.clone()).filter(|words| !words.trim().is_empty());
                Ok(Some(ApproximateDate::About { words }))
            }
            Some(_) => {
                let settled = self.clone().settled(today);
                if settled.known != Known::Date.value() && !settled.typed_day().is_empty() {
                    return Err(vec![settled.two_days()]);
                }
                let date = settled.day_read(today);
                match (date, settled.time_read(), settled.part_of_day_read()) {
                    (Ok(date), Ok(time), Ok(part_of_day)) => {
                        if let (Some(time), Some(part)) = (time, part_of_day)
                            && !part.has(time)
                        {
                            return Err(vec![two_times(time, part)]);
                        }
                        Ok(Some(ApproximateDate::Day {
                            date,
                            time,
                            part_of_day,
                        }))
                    }
                    (date, time, part_of_day) => {
                        let mut problems = date.err().unwrap_or_default();
                        problems.extend(time.err());
                        problems.extend(part_of_day.err());
                        Err(problems)
                    }
                }
            }
            None => Err(vec![DateProblem::new(KNOWN, "answer.unknown_option")]),
        }
    }

    fn gives_a_day_or_time(&self) -> bool {
        let gives_time = !self.time.trim().is_empty() || !self.part_of_day.is_empty();
        gives_time || !self.typed_day().is_empty()
    }

    /// Asks which day it was, where one was chosen and another was typed.
    fn two_days(&self) -> DateProblem {
        let typed = self.typed_day();
        let as_typed = || [&*typed.day, &*typed.month, &*typed.year].join(" ");
        let typed = typed
            .read()
            .map_or_else(|_| as_typed(), |day| day.to_string());
        DateProblem::new(KNOWN, "answer.date.two_days")
            .with("known", &self.known)
            .with("typed_day", typed.trim())
    }

    pub(super) fn typed_day(&self) -> TypedDay {
        TypedDay {
            day: self.day.clone(),
            month: self.month.clone(),
            year: self.year.clone(),
        }
    }

    fn set_day(&mut self, typed: TypedDay) {
        self.day = typed.day;
        self.month = typed.month;
        self.year = typed.year;
    }

    fn day_read(&self, today: Date) -> Result<Date, Vec<DateProblem>> {
        let typed = self.typed_day();
        if typed.is_empty() {
            return Err(vec![DateProblem::new(DAY, "answer.date.missing")]);
        }
        let date = typed.read()?;
        if date > today {
            return Err(vec![DateProblem::new(DAY, "answer.date.future")]);
        }
        let longest_ago = today
            .checked_sub(LONGEST_AGO_YEARS.years())
            .unwrap_or(Date::MIN);
        if date < longest_ago {
            return Err(vec![
                DateProblem::new(YEAR, "answer.date.long_ago")
                    .with("year", date.year())
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
        clock_time::read(text)
            .map(Some)
            .ok_or_else(|| DateProblem::new(TIME, "answer.date.wrong_time"))
    }

    fn part_of_day_read(&self) -> Result<Option<PartOfDay>, DateProblem> {
        if self.part_of_day.is_empty() {
            return Ok(None);
        }
        PartOfDay::from_value(&self.part_of_day)
            .map(Some)
            .ok_or_else(|| DateProblem::new(PART_OF_DAY, "answer.unknown_option"))
    }
}

/// Asks which time it was, where a time and another part of the day were given.
fn two_times(time: Time, part: PartOfDay) -> DateProblem {
    DateProblem::new(PART_OF_DAY, "answer.date.two_times")
        .with("time", clock_time::written(time))
        .with("part", part.value())
}

impl ApproximateDate {
    /// Returns what somebody types for it.
    pub(super) fn typed(&self) -> ShownDate {
        match self {
            ApproximateDate::Day {
                date,
                time,
                part_of_day,
            } => {
                let mut typed = ShownDate {
                    known: Known::Date.value().to_owned(),
                    time: time.map(clock_time::written).unwrap_or_default(),
                    part_of_day: part_of_day.map_or("", PartOfDay::value).to_owned(),
                    ..ShownDate::default()
                };
                typed.set_day(TypedDay::of(*date));
                typed
            }
            ApproximateDate::About { words } => ShownDate {
                known: Known::About.value().to_owned(),
                about: words.clone().unwrap_or_default(),
                ..ShownDate::default()
            },
        }
    }

    /// Returns the value that is stored.
    pub(super) fn to_json(&self) -> Value {
        match self {
            ApproximateDate::Day {
                date,
                time,
                part_of_day,
            } => {
                let mut value = json!({"known": "date", "date": date.to_string()});
                if let Some(fields) = value.as_object_mut() {
                    let time = time.map(|time| (TIME, clock_time::written(time)));
                    let part = part_of_day.map(|part| (PART_OF_DAY, part.value().to_owned()));
                    let more = time.into_iter().chain(part);
                    fields.extend(more.map(|(key, value)| (key.to_owned(), json!(value))));
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
        match text(KNOWN)? {
            "date" => {
                let date = text("date")?.parse().ok()?;
                let time = match text(TIME) {
                    Some(time) => Some(clock_time::read(time)?),
                    None => None,
                };
                let part_of_day = match text(PART_OF_DAY) {
                    Some(part) => Some(PartOfDay::from_value(part)?),
                    None => None,
                };
                Some(ApproximateDate::Day {
                    date,
                    time,
                    part_of_day,
                })
            }
            "about" => Some(ApproximateDate::About {
                words: text(ABOUT).map(str::to_owned),
            }),
            _ => None,
        }
    }
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
            (
                Ok(Some(ApproximateDate::Day {
                    date,
                    time: None,
                    part_of_day: None,
                })),
                Ok(expected),
            ) => {
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
    fn the_quick_ways_need_no_typing() {
        let read = |known: &str| {
            let typed = ShownDate {
                known: known.to_owned(),
                ..ShownDate::default()
            };
            typed.read(TODAY)
        };
        let day = |date| {
            Ok(Some(ApproximateDate::Day {
                date,
                time: None,
                part_of_day: None,
            }))
        };
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

    /// Checks what is told of parts that do not go together, and that the page shows them as they were
    /// typed, so that it is told again until somebody chooses.
    fn clash(parts: &[(&str, &str)], expected: Option<(&str, &str)>) {
        let typed = ShownDate::of(|part| {
            let value = parts.iter().find(|(name, _)| *name == part);
            value.map_or("", |(_, value)| value).to_owned()
        });
        let told = |typed: &ShownDate| {
            let problem = typed.read(TODAY).err()?.into_iter().next();
            problem.map(|problem| (problem.part, problem.key))
        };
        let kept = typed.settled(TODAY);
        assert_eq!(told(&kept), expected, "{parts:?}");
        let again = kept.clone().shown(TODAY).settled(TODAY);
        assert_eq!(told(&again), expected, "{parts:?}");
        assert_eq!(again.clone().shown(TODAY), kept.shown(TODAY));
    }

    #[test]
    fn parts_that_do_not_go_together_are_asked_back() {
        let june = [("day", "5"), ("month", "juni"), ("year", "26")];
        let with = |known: &'static str| [&[("known", known)], &june[..]].concat();
        clash(&with("today"), Some(("known", "answer.date.two_days")));
        clash(&with("yesterday"), Some(("known", "answer.date.two_days")));
        clash(
            &[("known", "today"), ("day", "woensdag")],
            Some(("known", "answer.date.two_days")),
        );
        clash(&with("about"), Some(("known", "answer.date.about_and_day")));
        clash(
            &[("known", "about"), ("part_of_day", "night")],
            Some(("known", "answer.date.about_and_day")),
        );
        let words = ("about", "in de zomer");
        clash(
            &[("known", "today"), words],
            Some(("known", "answer.date.day_and_about")),
        );
        clash(
            &[&june[..], &[words]].concat(),
            Some(("known", "answer.date.day_and_about")),
        );
        // What the page itself put in the boxes clashes with nothing.
        clash(&with("date"), None);
        clash(&[("known", "today"), ("day", "22-11-2026")], None);
        clash(&[("known", "about"), words], None);
    }

    #[test]
    fn a_time_is_within_the_part_of_the_day() {
        let check = |time: &str, part: &str, fits: bool| {
            let told = (!fits).then_some(("part_of_day", "answer.date.two_times"));
            clash(
                &[("known", "today"), ("time", time), ("part_of_day", part)],
                told,
            );
        };
        check("14:30", "night", false);
        check("14:30", "afternoon", true);
        check("14:30", "morning", false);
        check("12:30", "morning", true);
        check("09:00", "evening", false);
        check("00:30", "evening", true);
        check("23:00", "night", true);
        check("07:59", "night", true);
        check("08:00", "night", false);
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
                part_of_day: Some(PartOfDay::Morning),
            },
            r#"{"known":"date","date":"2026-11-22","time":"09:05","part_of_day":"morning"}"#,
        );
        check(
            ApproximateDate::Day {
                date: TODAY,
                time: None,
                part_of_day: None,
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
