//! What was answered: sound, in the order of the form, ready to store and to show.
//!
//! Answers that were stored stay readable whatever the form has become since: what the form no
//! longer knows is kept as it stands and shown under its name.

use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};

use super::approximate_date::ApproximateDate;
use super::clock_time;
use super::definition::Definition;
use super::draft::Draft;
use super::field::{Field, FieldKind};
use super::in_words::Words;
use super::money::Money;
use crate::language::Language;
use crate::message::Catalogue;

/// The answers of one report, or of one item of a group.
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
    /// The chosen option, or the chosen person.
    Choice(String),
    /// The chosen options, in the order of the form.
    Choices(Vec<String>),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Day(Date),
    /// When something happened.
    Approximate(ApproximateDate),
    /// A time of day.
    Time(Time),
    /// A whole number.
    Number(i64),
    /// An amount.
    Money(Money),
    /// Ids of the files that were sent along.
    Files(Vec<String>),
    /// The items of a group.
    Group(Vec<Answers>),
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

    /// Returns whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Returns the answer to a question, or the words of "anders, namelijk" under their own name.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        self.given
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, answer)| answer)
    }

    /// Returns the answers as they are stored: an object in the order of the form, with only what
    /// was answered and what the form stores.
    pub fn to_json(&self, definition: &Definition) -> Value {
        let stored = |name: &str| field_of(definition.fields(), name).is_none_or(|f| f.stored);
        let given = self.given.iter().filter(|(name, _)| stored(name));
        Value::Object(object(given))
    }

    /// Returns the answers as they are stored, in the parts that are kept apart.
    pub fn stored(&self, definition: &Definition) -> StoredAnswers {
        let mut parts = StoredAnswers::default();
        for (name, answer) in &self.given {
            let field = field_of(definition.fields(), name);
            if field.is_some_and(|field| !field.stored) {
                continue;
            }
            if field.is_some_and(|field| field.counted && field.name.as_str() == name) {
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
        let fields: Vec<&Field> = definition.fields().collect();
        Self::from_entries(&fields, entries)
    }

    fn from_entries(fields: &[&Field], entries: &Map<String, Value>) -> Answers {
        let mut given = Vec::new();
        for field in fields {
            if let Some(value) = entries.get(field.name.as_str()) {
                let answer = Answer::from_json(field, value);
                let answer = answer.unwrap_or_else(|| Answer::Unread(value.clone()));
                given.push((field.name.to_string(), answer));
            }
            let other = field.name.other();
            if let (Some(Value::String(words)), Some(_)) = (entries.get(&other), field.other()) {
                given.push((other, Answer::Text(words.clone())));
            }
        }
        for (name, value) in entries {
            if given.iter().all(|(known, _)| known != name) {
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
        let words = Words {
            language,
            catalogue,
        };
        self.rows_of(definition, &words, &|field| self.shows(field))
    }

    /// Returns the answers in words before they are sent: a row for every question that this draft is
    /// asked and that is stored. Unlike the answers, a draft knows what was answered on pages before these.
    pub fn rows_before_sending(
        &self,
        definition: &Definition,
        draft: &Draft,
        language: Language,
        catalogue: &Catalogue,
    ) -> Vec<CheckRow> {
        let words = Words {
            language,
            catalogue,
        };
        let asked = definition.visible_fields(draft);
        self.rows_of(definition, &words, &|field| {
            asked.iter().any(|asked| asked.name == field.name)
        })
    }

    fn rows_of(
        &self,
        definition: &Definition,
        words: &Words<'_>,
        asked: &dyn Fn(&Field) -> bool,
    ) -> Vec<CheckRow> {
        let mut rows = Vec::new();
        for page in &definition.pages {
            for field in page
                .fields
                .iter()
                .filter(|f| f.kind.is_question() && f.stored)
            {
                let answered = self.get(field.name.as_str()).is_some();
                if !answered && !asked(field) {
                    continue;
                }
                rows.push(CheckRow {
                    field: field.name.to_string(),
                    label: field.short_label().get(words.language).to_owned(),
                    lines: words.lines(field, self),
                    page: Some(page.id.clone()),
                });
            }
        }
        for (name, answer) in &self.given {
            if field_of(definition.fields(), name).is_none() {
                rows.push(CheckRow {
                    field: name.clone(),
                    label: name.clone(),
                    lines: words.unread(answer),
                    page: None,
                });
            }
        }
        rows
    }

    /// Returns whether a question that was not answered was asked.
    fn shows(&self, field: &Field) -> bool {
        field.can_be_answered()
            && !field.only_prefilled
            && field.when.iter().all(|condition| {
                let answer = self.get(condition.field.as_str());
                let chosen = answer.map(Answer::chosen).unwrap_or_default();
                condition.holds(chosen, answer.is_some())
            })
    }
}

/// Finds the field whose answer has this name, or whose words of "anders, namelijk" have it.
fn field_of<'a>(fields: impl Iterator<Item = &'a Field>, name: &str) -> Option<&'a Field> {
    let mut fields = fields;
    fields.find(|field| {
        field.name.as_str() == name || (field.other().is_some() && field.name.other() == name)
    })
}

fn object<'a>(given: impl Iterator<Item = &'a (String, Answer)>) -> Map<String, Value> {
    given
        .map(|(name, answer)| (name.clone(), answer.to_json()))
        .collect()
}

impl Answer {
    /// Returns the chosen values; none where nothing can be chosen.
    pub fn chosen(&self) -> Vec<&str> {
        match self {
            Answer::Choice(value) => vec![value],
            Answer::Choices(values) => values.iter().map(String::as_str).collect(),
            Answer::YesNo(yes) => vec![if *yes { "yes" } else { "no" }],
            _ => Vec::new(),
        }
    }

    /// Returns what somebody types or chooses for it; nothing where it has parts of its own.
    pub(super) fn typed(&self) -> Vec<String> {
        match self {
            Answer::Text(text) => vec![text.clone()],
            Answer::Time(time) => vec![clock_time::written(*time)],
            Answer::Number(number) => vec![number.to_string()],
            Answer::Money(money) => vec![money.stored()],
            Answer::Files(ids) => ids.clone(),
            other => other.chosen().into_iter().map(str::to_owned).collect(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Answer::Text(text) | Answer::Choice(text) => json!(text),
            Answer::Choices(values) | Answer::Files(values) => json!(values),
            Answer::YesNo(yes) => json!(yes),
            Answer::Day(date) => json!(date.to_string()),
            Answer::Approximate(date) => date.to_json(),
            Answer::Time(time) => json!(clock_time::written(*time)),
            Answer::Number(number) => json!(number),
            Answer::Money(money) => json!(money.stored()),
            Answer::Group(items) => items
                .iter()
                .map(|item| Value::Object(object(item.given.iter())))
                .collect(),
            Answer::Unread(value) => value.clone(),
        }
    }

    fn from_json(field: &Field, value: &Value) -> Option<Answer> {
        let text = || value.as_str().map(str::to_owned);
        let texts = || -> Option<Vec<String>> {
            let values = value.as_array()?.iter();
            values.map(|v| v.as_str().map(str::to_owned)).collect()
        };
        match field.kind {
            FieldKind::Choice | FieldKind::Person => text().map(Answer::Choice),
            FieldKind::Choices => texts().map(Answer::Choices),
            FieldKind::YesNo => value.as_bool().map(Answer::YesNo),
            FieldKind::Date => text()?.parse().ok().map(Answer::Day),
            FieldKind::ApproximateDate => {
                ApproximateDate::from_json(value).map(Answer::Approximate)
            }
            FieldKind::Time => clock_time::read(&text()?).map(Answer::Time),
            FieldKind::Number => value.as_i64().map(Answer::Number),
            FieldKind::Money => Money::from_stored(&text()?).map(Answer::Money),
            FieldKind::File => texts().map(Answer::Files),
            FieldKind::Group => {
                let fields: Vec<&Field> = field.fields.iter().collect();
                let items = value.as_array()?.iter();
                let items =
                    items.map(|item| Some(Answers::from_entries(&fields, item.as_object()?)));
                items.collect::<Option<Vec<Answers>>>().map(Answer::Group)
            }
            FieldKind::ShortText | FieldKind::LongText | FieldKind::Phone | FieldKind::Email => {
                text().map(Answer::Text)
            }
            FieldKind::Information | FieldKind::Stop => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source_text::SourceText;
    use serde_json::json;

    fn form() -> Definition {
        Definition::shipped_form("incident").unwrap()
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
    fn before_sending_a_row_stands_for_each_question_of_the_part_that_is_asked() {
        let part = form().second_part().unwrap();
        let rows = |before: Value| -> Vec<String> {
            let before = Answers::from_json(&form(), &before);
            let draft = Draft::default().with_given(&part, &before);
            let rows =
                Answers::default().rows_before_sending(&part, &draft, Language::Nl, &catalogue());
            rows.into_iter().map(|row| row.field).collect()
        };
        let check = |before: Value, field: &str, expected: bool| {
            let rows = rows(before);
            assert_eq!(rows.iter().any(|row| row == field), expected, "{rows:?}");
        };
        check(json!({}), "literal_words", false);
        check(
            json!({"behaviour_kinds": ["verbal"]}),
            "literal_words",
            true,
        );
        check(json!({}), "contact_channel", true);
        check(json!({"channel": "phone"}), "contact_channel", false);
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
