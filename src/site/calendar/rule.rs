//! When something comes back, as a rule, and the periods that follow from it.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// A run of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Period {
    /// Returns how many days it has.
    pub fn days(self) -> i32 {
        self.first
            .until(self.last)
            .map_or(0, |span| span.get_days())
            .saturating_add(1)
    }

    /// Returns whether it holds a day of another period.
    pub fn meets(self, other: Period) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// When a message is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Each year, whole months, 1 to 12. Months that follow each other are one period, also across the
    /// end of the year.
    Months(BTreeSet<i8>),
    /// Each year, one week of each of these months: from its first, second, third or fourth Monday.
    Week {
        /// The months, 1 to 12.
        months: BTreeSet<i8>,
        /// Which Monday, 1 to 4: not every month has a fifth.
        week: i8,
    },
    /// A number of days from a date.
    Days {
        /// The first day.
        from: Date,
        /// How many days, at least 1.
        days: i32,
        /// Whether it comes back each year. What begins on 29 February begins on 28 February in other
        /// years.
        yearly: bool,
    },
}

impl Rule {
    /// Returns whether it comes back.
    pub fn repeats(&self) -> bool {
        !matches!(self, Rule::Days { yearly: false, .. })
    }

    /// Returns the periods that hold a day between two days, both included, in order.
    pub fn periods(&self, from: Date, until: Date) -> Vec<Period> {
        let range = Period {
            first: from,
            last: until,
        };
        // A period is shorter than two years, so it began in one of these or meets nothing.
        let mut periods: Vec<Period> = (from.year().saturating_sub(1)..=until.year())
            .flat_map(|year| self.beginning_in(year))
            .filter(|period| period.meets(range))
            .collect();
        periods.sort();
        periods
    }

    /// Returns the periods that begin in a year.
    fn beginning_in(&self, year: i16) -> Vec<Period> {
        match self {
            Rule::Months(months) => runs(months)
                .into_iter()
                .filter_map(|(first, count)| months_from(year, first, count))
                .collect(),
            Rule::Week { months, week } => months
                .iter()
                .filter_map(|month| {
                    let first = Date::new(year, *month, 1)
                        .ok()?
                        .nth_weekday_of_month(*week, Weekday::Monday)
                        .ok()?;
                    lasting(first, 7)
                })
                .collect(),
            Rule::Days { from, days, yearly } => {
                let begins = match yearly {
                    true if from.year() <= year => in_year(*from, year),
                    _ => (from.year() == year).then_some(*from),
                };
                begins
                    .and_then(|first| lasting(first, *days))
                    .into_iter()
                    .collect()
            }
        }
    }
}

/// Returns the day of a year on which a yearly date falls.
pub(super) fn in_year(date: Date, year: i16) -> Option<Date> {
    let month = Date::new(year, date.month(), 1).ok()?;
    Date::new(year, date.month(), date.day().min(month.days_in_month())).ok()
}

fn lasting(first: Date, days: i32) -> Option<Period> {
    let last = first
        .checked_add(days.saturating_sub(1).max(0).days())
        .ok()?;
    Some(Period { first, last })
}

fn months_from(year: i16, first: i8, count: i32) -> Option<Period> {
    let first = Date::new(year, first, 1).ok()?;
    let last = first
        .checked_add(count.months())
        .and_then(|date| date.yesterday())
        .ok()?;
    Some(Period { first, last })
}

/// Returns the months that follow each other as their first month and how many they are: 12, 1 and 2 are
/// three from December.
fn runs(months: &BTreeSet<i8>) -> Vec<(i8, i32)> {
    let follows = |month: i8, steps: i32| (i32::from(month) - 1 + steps).rem_euclid(12) + 1;
    let has = |month: i32| months.iter().any(|known| i32::from(*known) == month);
    if months.len() == 12 {
        return vec![(1, 12)];
    }
    months
        .iter()
        .filter(|month| !has(follows(**month, -1)))
        .map(|month| {
            let more = (1..12).take_while(|steps| has(follows(*month, *steps)));
            (*month, 1 + more.map(|_| 1).sum::<i32>())
        })
        .collect()
}

/// Returns four quarters: the one that holds a day, and the three after it.
pub(super) fn coming_quarters(today: Date) -> Vec<Period> {
    let first_month = (today.month() - 1) / 3 * 3 + 1;
    let Ok(start) = Date::new(today.year(), first_month, 1) else {
        return Vec::new();
    };
    (0..4)
        .filter_map(|quarter| {
            let first = start.checked_add((quarter * 3).months()).ok()?;
            months_from(first.year(), first.month(), 3)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn months(months: &[i8]) -> Rule {
        Rule::Months(months.iter().copied().collect())
    }

    fn days(from: Date, days: i32, yearly: bool) -> Rule {
        Rule::Days { from, days, yearly }
    }

    fn check(rule: &Rule, from: Date, until: Date, expected: &str) {
        let found: Vec<String> = rule
            .periods(from, until)
            .iter()
            .map(|period| format!("{}/{}", period.first, period.last))
            .collect();
        assert_eq!(found.join(" "), expected, "{rule:?} {from} {until}");
    }

    #[test]
    fn months_that_follow_each_other_are_one_period() {
        let (from, until) = (date(2027, 1, 1), date(2027, 12, 31));
        check(&months(&[1]), from, until, "2027-01-01/2027-01-31");
        check(&months(&[2]), from, until, "2027-02-01/2027-02-28");
        check(&months(&[7, 8]), from, until, "2027-07-01/2027-08-31");
        check(
            &months(&[3, 9]),
            from,
            until,
            "2027-03-01/2027-03-31 2027-09-01/2027-09-30",
        );
        check(
            &months(&[1, 12]),
            from,
            until,
            "2026-12-01/2027-01-31 2027-12-01/2028-01-31",
        );
        let all: Vec<i8> = (1..=12).collect();
        check(&months(&all), from, until, "2027-01-01/2027-12-31");
        check(&months(&[]), from, until, "");
    }

    #[test]
    fn february_ends_where_it_ends() {
        check(
            &months(&[2]),
            date(2028, 2, 29),
            date(2028, 2, 29),
            "2028-02-01/2028-02-29",
        );
        check(&months(&[2]), date(2100, 3, 1), date(2100, 3, 1), "");
    }

    #[test]
    fn a_week_begins_on_its_monday_and_may_end_in_the_next_month() {
        let week = |week| Rule::Week {
            months: [2, 11].into(),
            week,
        };
        let (from, until) = (date(2026, 1, 1), date(2026, 12, 31));
        check(
            &week(1),
            from,
            until,
            "2026-02-02/2026-02-08 2026-11-02/2026-11-08",
        );
        check(
            &week(4),
            from,
            until,
            "2026-02-23/2026-03-01 2026-11-23/2026-11-29",
        );
        check(
            &week(4),
            date(2026, 3, 1),
            date(2026, 3, 1),
            "2026-02-23/2026-03-01",
        );
    }

    #[test]
    fn every_month_has_each_of_the_four_weeks() {
        for year in 2020..2050 {
            for week in 1..=4 {
                let months: BTreeSet<i8> = (1..=12).collect();
                let rule = Rule::Week { months, week };
                let periods = rule.beginning_in(year);
                assert_eq!(periods.len(), 12, "{year} {week}");
                for period in periods {
                    assert_eq!(period.first.weekday(), Weekday::Monday);
                    assert_eq!(period.last.weekday(), Weekday::Sunday);
                }
            }
        }
    }

    #[test]
    fn days_come_once_or_each_year_from_the_first_on() {
        let (from, until) = (date(2026, 1, 1), date(2028, 12, 31));
        let christmas = date(2026, 12, 20);
        check(
            &days(christmas, 14, false),
            from,
            until,
            "2026-12-20/2027-01-02",
        );
        check(
            &days(christmas, 14, true),
            date(2027, 1, 2),
            date(2028, 1, 2),
            "2026-12-20/2027-01-02 2027-12-20/2028-01-02",
        );
        check(
            &days(christmas, 14, true),
            date(2025, 12, 1),
            date(2026, 1, 31),
            "",
        );
        check(
            &days(date(2028, 2, 29), 1, true),
            date(2028, 1, 1),
            date(2029, 12, 31),
            "2028-02-29/2028-02-29 2029-02-28/2029-02-28",
        );
    }

    #[test]
    fn the_end_of_time_is_no_accident() {
        let all: Vec<i8> = (1..=12).collect();
        for rule in [
            months(&all),
            days(Date::MAX, 90, true),
            days(Date::MIN, 90, true),
        ] {
            rule.periods(Date::MIN, Date::MIN);
            rule.periods(Date::MAX, Date::MAX);
        }
        coming_quarters(Date::MAX);
        coming_quarters(Date::MIN);
    }

    #[test]
    fn the_coming_quarters_are_four_with_the_present_one() {
        let found: Vec<String> = coming_quarters(date(2026, 11, 22))
            .iter()
            .map(|period| format!("{}/{}", period.first, period.last))
            .collect();
        assert_eq!(
            found,
            [
                "2026-10-01/2026-12-31",
                "2027-01-01/2027-03-31",
                "2027-04-01/2027-06-30",
                "2027-07-01/2027-09-30",
            ]
        );
    }
}
