//! What was answered: sound, in the order of the form, ready to store and to show.
//!
//! Answers that were stored stay readable whatever the form has become since: what the form no
//! longer knows is kept as it stands and shown under its name.

use serde_json::{Map, Value};

use super::approximate_date::{ApproximateDate, short_time};
use super::definition::{Definition, Field, FieldKind};
use crate::language::Language;
use crate::message::Catalogue;

/// The answers of one report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    given: Vec<(String, Answer)>,
}

/// Answers as they are stored: objects in the order of the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredAnswers {
    /// What does not say who somebody is.
    pub answers: Map<String, Value>,
    /// What does.
    pub names: Map<String, Value>,
    /// Copies of the choices that may be counted.
    pub countable: Map<String, Value>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Typed text.
    Text(String),
    /// The chosen option.
    Choice(String),
    /// The chosen options, in the order of the form.
    Choices(Vec<String>),
    /// Yes or no.
    YesNo(bool),
    /// When something happened.
    Date(ApproximateDate),
    /// A stored value that the form, as it is now, cannot read.
    Unread(Value),
}

/// An answer as the check page and the list of answers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// Name of the field.
    pub field: String,
    /// The question in few words.
    pub label: String,
    /// The answer, one line each; empty where it was skipped.
    pub lines: Vec<String>,
    /// The page on which it can be changed; absent where the form no longer asks it.
    pub page: Option<String>,
}

impl Answers {
    pub(super) fn of(given: Vec<(String, Answer)>) -> Answers {
        Answers { given }
    }

    /// Returns the answer to a question.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        self.given
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, answer)| answer)
    }

    /// Returns the answers as they are stored: an object in the order of the form, with only what
    /// was answered and what the form stores.
    pub fn to_json(&self, definition: &Definition) -> Value {
        let stored = |name: &str| definition.field(name).is_none_or(|field| field.stored);
        let entries: Map<String, Value> = self
            .given
            .iter()
            .filter(|(name, _)| stored(name))
            .map(|(name, answer)| (name.clone(), answer.to_json()))
            .collect();
        Value::Object(entries)
    }

    /// Returns the answers as they are stored, in the parts that are kept apart.
    pub fn stored(&self, definition: &Definition) -> StoredAnswers {
        let mut parts = StoredAnswers::default();
        for (name, answer) in &self.given {
            let field = definition.field(name);
            if field.is_some_and(|field| !field.stored) {
                continue;
            }
            if field.is_some_and(|field| field.counted) {
                parts.countable.insert(name.clone(), answer.to_json());
            }
            let identifies = field.is_some_and(Field::identifies);
            let part = if identifies {
                &mut parts.names
            } else {
                &mut parts.answers
            };
            part.insert(name.clone(), answer.to_json());
        }
        parts
    }

    /// Reads stored answers. Every stored value is there again, read where the form can read it.
    pub fn from_json(definition: &Definition, stored: &Value) -> Answers {
        let empty = Map::new();
        let entries = stored.as_object().unwrap_or(&empty);
        let mut given = Vec::new();
        for field in definition.fields() {
            if let Some(value) = entries.get(field.name.as_str()) {
                let answer = Answer::from_json(field, value);
                let answer = answer.unwrap_or_else(|| Answer::Unread(value.clone()));
                given.push((field.name.to_string(), answer));
            }
        }
        for (name, value) in entries {
            if definition.field(name).is_none() {
                given.push((name.clone(), Answer::Unread(value.clone())));
            }
        }
        Answers { given }
    }

    /// Returns the answers in words: a row for every question that was shown and is stored, in the
    /// order of the form. `catalogue` is the theme's, in that language.
    pub fn rows(
        &self,
        definition: &Definition,
        language: Language,
        catalogue: &Catalogue,
    ) -> Vec<CheckRow> {
        let mut rows = Vec::new();
        for page in &definition.pages {
            for field in page
                .fields
                .iter()
                .filter(|f| f.kind.is_question() && f.stored)
            {
                let answer = self.get(field.name.as_str());
                if answer.is_none() && !self.shows(field) {
                    continue;
                }
                let lines = answer.map(|a| a.lines(Some(field), language, catalogue));
                rows.push(CheckRow {
                    field: field.name.to_string(),
                    label: field.short_label().get(language).to_owned(),
                    lines: lines.unwrap_or_default(),
                    page: Some(page.id.clone()),
                });
            }
        }
        for (name, answer) in &self.given {
            if definition.field(name).is_none() {
                rows.push(CheckRow {
                    field: name.clone(),
                    label: name.clone(),
                    lines: answer.lines(None, language, catalogue),
                    page: None,
                });
            }
        }
        rows
    }

    fn shows(&self, field: &Field) -> bool {
        field.when.as_ref().is_none_or(|condition| {
            let chosen = self.get(condition.field.as_str()).map(Answer::chosen);
            condition.holds(chosen.unwrap_or_default())
        })
    }
}

impl Answer {
    /// Returns the chosen values; none where nothing can be chosen.
    pub fn chosen(&self) -> Vec<&str> {
        match self {
            Answer::Choice(value) => vec![value],
            Answer::Choices(values) => values.iter().map(String::as_str).collect(),
            Answer::YesNo(yes) => vec![if *yes { "yes" } else { "no" }],
            Answer::Text(_) | Answer::Date(_) | Answer::Unread(_) => Vec::new(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Answer::Text(text) | Answer::Choice(text) => Value::from(text.as_str()),
            Answer::Choices(values) => Value::from(values.clone()),
            Answer::YesNo(yes) => Value::from(*yes),
            Answer::Date(date) => date.to_json(),
            Answer::Unread(value) => value.clone(),
        }
    }

    fn from_json(field: &Field, value: &Value) -> Option<Answer> {
        match field.kind {
            FieldKind::Choice => value.as_str().map(|v| Answer::Choice(v.to_owned())),
            FieldKind::Choices => {
                let values = value.as_array()?.iter();
                let values: Option<Vec<String>> =
                    values.map(|v| v.as_str().map(str::to_owned)).collect();
                values.map(Answer::Choices)
            }
            FieldKind::YesNo => value.as_bool().map(Answer::YesNo),
            FieldKind::ApproximateDate => ApproximateDate::from_json(value).map(Answer::Date),
            kind if kind.is_typed() => value.as_str().map(|v| Answer::Text(v.to_owned())),
            _ => None,
        }
    }

    fn lines(
        &self,
        field: Option<&Field>,
        language: Language,
        catalogue: &Catalogue,
    ) -> Vec<String> {
        let option = |value: &str| {
            let option = field.and_then(|field| field.option(value));
            option.map_or(value, |o| o.label.get(language)).to_owned()
        };
        match self {
            Answer::Text(text) => text.lines().map(str::to_owned).collect(),
            Answer::Choice(value) => vec![option(value)],
            Answer::Choices(values) => values.iter().map(|value| option(value)).collect(),
            Answer::YesNo(true) => vec![catalogue.text("answer.yes", &[])],
            Answer::YesNo(false) => vec![catalogue.text("answer.no", &[])],
            Answer::Date(date) => date_lines(date, catalogue),
            Answer::Unread(Value::String(text)) => text.lines().map(str::to_owned).collect(),
            Answer::Unread(value) => vec![value.to_string()],
        }
    }
}

fn date_lines(date: &ApproximateDate, catalogue: &Catalogue) -> Vec<String> {
    match date {
        ApproximateDate::Day { date, time } => {
            let weekday = date.weekday().to_monday_one_offset();
            let day = catalogue.text(
                "answer.date.written",
                &[
                    (
                        "weekday",
                        &catalogue.text(&format!("answer.weekday.{weekday}"), &[]),
                    ),
                    ("day", &date.day().to_string()),
                    (
                        "month",
                        &catalogue.text(&format!("month.{}", date.month()), &[]),
                    ),
                    ("year", &date.year().to_string()),
                ],
            );
            match time {
                None => vec![day],
                Some(time) => vec![catalogue.text(
                    "answer.date.written_time",
                    &[("date", &day), ("time", &short_time(*time))],
                )],
            }
        }
        ApproximateDate::About { words } => {
            let mut lines = vec![catalogue.text("answer.date.known.about", &[])];
            lines.extend(
                words
                    .iter()
                    .flat_map(|words| words.lines().map(str::to_owned)),
            );
            lines
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_text::SourceText;
    use serde_json::json;

    fn form() -> Definition {
        Definition::parse(&Definition::shipped()[0]).0.unwrap()
    }

    fn catalogue() -> Catalogue {
        let text = include_str!("../../themes/basis/messages/nl.yaml");
        Catalogue::parse(&SourceText::new("nl.yaml", text)).0
    }

    fn rows(stored: &Value) -> Vec<CheckRow> {
        Answers::from_json(&form(), stored).rows(&form(), Language::Nl, &catalogue())
    }

    fn check(stored: &Value, label: &str, lines: &[&str]) {
        let rows = rows(stored);
        let row = rows.iter().find(|row| row.label == label);
        assert_eq!(row.map(|row| row.lines.as_slice()).unwrap(), lines);
    }

    #[test]
    fn answers_are_shown_in_words() {
        check(
            &json!({"behaviour_kinds": ["verbal", "threat"]}),
            "Wat er gebeurde",
            &["Schelden, schreeuwen of beledigen", "Bedreiging"],
        );
        check(
            &json!({"short_story": "a\n\nb"}),
            "Jouw verhaal",
            &["a", "", "b"],
        );
        check(
            &json!({"occurred_at": {"known": "date", "date": "2026-11-21", "time": "14:30"}}),
            "Wanneer",
            &["zaterdag 21 november 2026, 14:30 uur"],
        );
        check(
            &json!({"occurred_at": {"known": "about", "about": "in de zomer"}}),
            "Wanneer",
            &["Ik weet het niet precies", "in de zomer"],
        );
        check(&json!({}), "Jouw verhaal", &[]);
    }

    #[test]
    fn rows_stand_for_what_was_shown_and_is_stored() {
        let labels =
            |stored| -> Vec<String> { rows(&stored).into_iter().map(|r| r.field).collect() };
        let always = [
            "behaviour_kinds",
            "occurred_at",
            "contact_mode",
            "support_wish",
            "short_story",
            "recipient",
            "reporting_role",
        ];
        assert_eq!(labels(json!({})), always);
        assert!(
            labels(json!({"behaviour_kinds": ["threat"]}))
                .contains(&"already_safe_today".to_owned())
        );
        assert!(labels(json!({"phone": "1234"})).contains(&"phone".to_owned()));
    }

    #[test]
    fn what_the_form_no_longer_knows_is_still_there() {
        let stored = json!({
            "behaviour_kinds": ["gone"],
            "occurred_at": "lately",
            "contact_mode": 7,
            "old_question": {"a": 1},
        });
        let answers = Answers::from_json(&form(), &stored);
        assert_eq!(answers.to_json(&form()), stored);
        check(&stored, "Wat er gebeurde", &["gone"]);
        check(&stored, "Wanneer", &["lately"]);
        check(&stored, "Contact", &["7"]);
        check(&stored, "old_question", &["{\"a\":1}"]);
        assert_eq!(rows(&stored).last().unwrap().page, None);
    }

    #[test]
    fn stored_values_that_are_no_object_are_no_answers() {
        for stored in [json!(null), json!([1]), json!("x")] {
            assert_eq!(Answers::from_json(&form(), &stored), Answers::default());
        }
    }
}
