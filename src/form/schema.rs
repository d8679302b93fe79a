//! A JSON Schema (2020-12) of the answers that a form stores.
//!
//! It is that of one version of the form. A question that depends on another, or whose answer says who
//! somebody is and can be erased, does not have to be there.

use serde_json::{Map, Value, json};

use super::approximate_date::PartOfDay;
use super::definition::Definition;
use super::draft::MOST_FILES;
use super::field::{Field, FieldKind};
use super::validation::MOST_OTHER_CHARACTERS;
use crate::language::Language;

/// Start of the names of the schemas of forms, which are no addresses.
const URN: &str = "urn:meldwijzer:form";

/// How a day is stored.
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// How a time of day is stored.
const TIME: &str = "^[0-9]{2}:[0-9]{2}$";

/// How an amount is stored: euros and cents.
const MONEY: &str = "^[0-9]{1,12}\\.[0-9]{2}$";

/// Returns the schema of the answers of a form, both parts together, as an opened case has them.
pub fn schema(definition: &Definition) -> Value {
    let language = definition.language(Language::Nl);
    let whole = definition.whole();
    let first: Vec<&Field> = definition.fields().collect();
    // The second part is asked later, or never.
    let is_needed = |field: &Field| first.contains(&field) && !field.identifies();
    let mut schema = answers_to(whole.fields(), is_needed, language);
    schema.insert("title".to_owned(), json!(definition.title.get(language)));
    let mut named = Map::new();
    let id = format!("{URN}:{}:{}", definition.id, definition.version);
    let draft = "https://json-schema.org/draft/2020-12/schema";
    named.insert("$schema".to_owned(), json!(draft));
    named.insert("$id".to_owned(), json!(id));
    named.extend(schema);
    Value::Object(named)
}

/// Describes the answers to some questions. Of those that are needed, only the ones that are always asked
/// must be there.
fn answers_to<'a>(
    fields: impl Iterator<Item = &'a Field>,
    is_needed: impl Fn(&Field) -> bool,
    language: Language,
) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields.filter(|field| field.kind.is_question() && field.stored) {
        let mut property = of_kind(field, language);
        property.insert("title".to_owned(), json!(field.short_label().get(language)));
        properties.insert(field.name.to_string(), Value::Object(property));
        if field.other().is_some() {
            let words = json!({ "type": "string", "maxLength": MOST_OTHER_CHARACTERS });
            properties.insert(field.name.other(), words);
        }
        if field.required && field.is_always_shown() && is_needed(field) {
            required.push(field.name.as_str());
        }
    }
    into_map(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }))
}

fn of_kind(field: &Field, language: Language) -> Map<String, Value> {
    let day = || json!({ "type": "string", "pattern": DAY });
    let time = || json!({ "type": "string", "pattern": TIME });
    let parts = PartOfDay::ALL.map(PartOfDay::value);
    into_map(match field.kind {
        FieldKind::YesNo => json!({ "type": "boolean" }),
        FieldKind::Choice => json!({ "enum": field.values() }),
        // The directory changes; who was chosen stays.
        FieldKind::Person => json!({ "type": "string" }),
        FieldKind::Choices => json!({
            "type": "array",
            "items": { "enum": field.values() },
            "uniqueItems": true,
        }),
        FieldKind::Date => day(),
        FieldKind::Time => time(),
        FieldKind::ApproximateDate => json!({
            "oneOf": [
                {
                    "type": "object",
                    "properties": {
                        "known": { "const": "date" },
                        "date": day(),
                        "time": time(),
                        "part_of_day": { "enum": parts },
                    },
                    "required": ["known", "date"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "properties": {
                        "known": { "const": "about" },
                        "about": { "type": "string", "maxLength": field.max_length },
                    },
                    "required": ["known"],
                    "additionalProperties": false,
                },
            ],
        }),
        FieldKind::Number => {
            let mut number = into_map(json!({ "type": "integer" }));
            number.extend(field.min.map(|min| ("minimum".to_owned(), json!(min))));
            number.extend(field.max.map(|max| ("maximum".to_owned(), json!(max))));
            Value::Object(number)
        }
        FieldKind::Money => json!({ "type": "string", "pattern": MONEY }),
        FieldKind::File => json!({
            "type": "array",
            "items": { "type": "string" },
            "minItems": 1,
            "maxItems": MOST_FILES,
            "uniqueItems": true,
        }),
        FieldKind::Group => json!({
            "type": "array",
            "items": answers_to(field.fields.iter(), |_| true, language),
            "minItems": 1,
            "maxItems": field.most,
        }),
        _ => json!({ "type": "string", "maxLength": field.max_length }),
    })
}

fn into_map(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_of_the_shipped_forms_that_is_stored_is_described() {
        for source in Definition::shipped() {
            let Some(form) = Definition::parse(&source).0 else {
                // It practises with another form.
                continue;
            };
            let schema = schema(&form);
            let whole = form.whole();
            for field in whole.fields() {
                let there = schema["properties"].get(field.name.as_str()).is_some();
                assert_eq!(
                    there,
                    field.stored && field.kind.is_question(),
                    "{}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn what_must_be_answered_whatever_else_was_is_required() {
        let schema = schema(&Definition::shipped_form("incident").unwrap());
        assert_eq!(
            schema["required"],
            json!(["behaviour_kinds", "occurred_at", "contact_mode"])
        );
    }
}
