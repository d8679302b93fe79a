//! Days, typed in three boxes: numbers, months as words, or a whole date in the first box.
//!
//! A day that is read exists. What is wrong is told at the box that is wrong.

use jiff::civil::Date;

use super::clock_time::digits;

/// First part of a day.
pub(super) const DAY: &str = "day";

/// Second part of a day.
pub(super) const MONTH: &str = "month";

/// Third part of a day.
pub(super) const YEAR: &str = "year";

/// First century of years with two digits: reports are about now.
const CENTURY: u32 = 2000;

/// Days, months and years as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypedDay {
    pub(super) day: String,
    pub(super) month: String,
    pub(super) year: String,
}

/// What is wrong with a date: the part, the key of the message, and values for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateProblem {
    pub(super) part: &'static str,
    pub(super) key: &'static str,
    pub(super) arguments: Vec<(&'static str, String)>,
}

impl TypedDay {
    pub(super) fn of(date: Date) -> TypedDay {
        TypedDay {
            day: date.day().to_string(),
            month: date.month().to_string(),
            year: date.year().to_string(),
        }
    }

    /// Returns whether nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        let parts = [&self.day, &self.month, &self.year];
        parts.iter().all(|part| part.trim().is_empty())
    }

    /// Makes of a whole date in the first box its three parts.
    pub(super) fn settled(self) -> TypedDay {
        if !self.month.trim().is_empty() || !self.year.trim().is_empty() {
            return self;
        }
        let parts: Vec<&str> = self
            .day
            .split(['-', '/', '.', ' '])
            .filter(|part| !part.is_empty())
            .collect();
        let (day, month, year) = match parts.as_slice() {
            [year, month, day] if year.len() == 4 => (*day, *month, *year),
            [day, month, year] => (*day, *month, *year),
            _ => return self,
        };
        TypedDay {
            day: day.to_owned(),
            month: month.to_owned(),
            year: year.to_owned(),
        }
    }

    /// Reads the day. At least one part must have been typed.
    pub(super) fn read(&self) -> Result<Date, Vec<DateProblem>> {
        let day = part_read(
            &self.day,
            day_number,
            DAY,
            "answer.date.missing_day",
            "answer.date.wrong_day",
        );
        let month = part_read(
            &self.month,
            month_number,
            MONTH,
            "answer.date.missing_month",
            "answer.date.wrong_month",
        );
        let year = part_read(
            &self.year,
            year_number,
            YEAR,
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
        Date::new(year, month, day).map_err(|_| {
            let days = Date::new(year, month, 1).map_or(31, Date::days_in_month);
            vec![
                DateProblem::new(DAY, "answer.date.impossible")
                    .with("month", month)
                    .with("year", year)
                    .with("days", days),
            ]
        })
    }
}

impl DateProblem {
    pub(super) fn new(part: &'static str, key: &'static str) -> DateProblem {
        DateProblem {
            part,
            key,
            arguments: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> DateProblem {
        self.arguments.push((name, value.to_string()));
        self
    }
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
        2 => digits(text, 2..=2).and_then(|number| i16::try_from(number + CENTURY).ok()),
        _ => digits(text, 4..=4).and_then(|number| i16::try_from(number).ok()),
    }
}
