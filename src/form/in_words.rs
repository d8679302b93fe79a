//! Answers in words, for the check page and the list of answers.

use jiff::civil::Date;
use serde_json::Value;

use super::answers::{Answer, Answers};
use super::approximate_date::ApproximateDate;
use super::clock_time;
use super::field::Field;
use super::money::Money;
use crate::language::Language;
use crate::message::Catalogue;

/// A language, with the texts of the theme in it.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) catalogue: &'a Catalogue,
}

impl Words<'_> {
    /// Returns the answer to a question, one line each; none where it was skipped.
    pub(super) fn lines(self, field: &Field, answers: &Answers) -> Vec<String> {
        let other = match answers.get(&field.name.other()) {
            Some(Answer::Text(words)) => Some(words.as_str()),
            _ => None,
        };
        let option = |value: &str| match field.option(value) {
            Some(option) if option.other => self.option(option.label.get(self.language), other),
            Some(option) => option.label.get(self.language).to_owned(),
            None => value.to_owned(),
        };
        match answers.get(field.name.as_str()) {
            None => Vec::new(),
            Some(Answer::Choice(value)) => vec![option(value)],
            Some(Answer::Choices(values)) => values.iter().map(|value| option(value)).collect(),
            Some(Answer::Group(items)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.item(field, at + 1, item))
                .collect(),
            Some(answer) => self.unread(answer),
        }
    }

    /// Returns an answer as it stands, where no question goes with it.
    pub(super) fn unread(self, answer: &Answer) -> Vec<String> {
        let text = |key| self.catalogue.text(key, &[]);
        match answer {
            Answer::Text(words) | Answer::Choice(words) => lines_of(words),
            Answer::Choices(values) => values.clone(),
            Answer::YesNo(true) => vec![text("answer.yes")],
            Answer::YesNo(false) => vec![text("answer.no")],
            Answer::Day(date) => vec![self.day(*date)],
            Answer::Approximate(date) => self.approximate(date),
            Answer::Time(time) => vec![clock_time::written(*time)],
            Answer::Number(number) => vec![number.to_string()],
            Answer::Money(money) => vec![self.money(*money)],
            Answer::Files(ids) => {
                let count = ids.len().to_string();
                let key = match ids.len() {
                    1 => "answer.files.one",
                    _ => "answer.files.other",
                };
                vec![self.catalogue.text(key, &[("count", &count)])]
            }
            Answer::Group(_) => Vec::new(),
            Answer::Unread(Value::String(words)) => lines_of(words),
            Answer::Unread(value) => vec![value.to_string()],
        }
    }

    /// Returns an amount with its sign.
    pub(super) fn money(self, money: Money) -> String {
        let thousands = self.catalogue.text("answer.money.thousands", &[]);
        let decimal = self.catalogue.text("answer.money.decimal", &[]);
        let amount = money.written(&thousands, &decimal);
        self.catalogue
            .text("answer.money.written", &[("amount", &amount)])
    }

    fn option(self, label: &str, other: Option<&str>) -> String {
        match other {
            Some(words) => self.catalogue.text(
                "answer.other.written",
                &[("option", label), ("text", words)],
            ),
            None => label.to_owned(),
        }
    }

    fn item(self, group: &Field, number: usize, item: &Answers) -> String {
        let answered: Vec<String> = group
            .fields
            .iter()
            .filter(|sub| item.get(sub.name.as_str()).is_some())
            .map(|sub| {
                let label = sub.short_label().get(self.language);
                let answer = self.lines(sub, item).join(" ");
                let arguments = [("label", label), ("answer", answer.as_str())];
                self.catalogue.text("answer.group.part", &arguments)
            })
            .collect();
        self.of_item(group, number, &answered.join("; "))
    }

    /// Returns words about one item of a group: `Schade 2: …`.
    pub(super) fn of_item(self, group: &Field, number: usize, words: &str) -> String {
        let arguments = [
            ("item", group.item_label().get(self.language)),
            ("number", &number.to_string()),
            ("text", words),
        ];
        self.catalogue.text("answer.group.item", &arguments)
    }

    fn day(self, date: Date) -> String {
        let weekday = date.weekday().to_monday_one_offset();
        let word = |key: String| self.catalogue.text(&key, &[]);
        let arguments = [
            ("weekday", &*word(format!("answer.weekday.{weekday}"))),
            ("day", &date.day().to_string()),
            ("month", &word(format!("month.{}", date.month()))),
            ("year", &date.year().to_string()),
        ];
        self.catalogue.text("answer.date.written", &arguments)
    }

    fn approximate(self, date: &ApproximateDate) -> Vec<String> {
        match date {
            ApproximateDate::Day {
                date,
                time,
                part_of_day,
            } => {
                let mut line = self.day(*date);
                if let Some(time) = time {
                    let time = clock_time::written(*time);
                    let arguments = [("date", line.as_str()), ("time", time.as_str())];
                    line = self.catalogue.text("answer.date.written_time", &arguments);
                }
                if let Some(part) = part_of_day {
                    let part = self.catalogue.text(part.key(), &[]);
                    let arguments = [("date", line.as_str()), ("part", part.as_str())];
                    line = self.catalogue.text("answer.date.written_part", &arguments);
                }
                vec![line]
            }
            ApproximateDate::About { words } => {
                let mut lines = vec![self.catalogue.text("answer.date.known.about", &[])];
                lines.extend(words.iter().flat_map(|words| lines_of(words)));
                lines
            }
        }
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
