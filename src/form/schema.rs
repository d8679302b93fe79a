//! A JSON Schema (2020-12) of the answers that a form stores.
//!
//! It is that of one version of the form. A question that depends on another, or whose answer says who
//! somebody is and can be erased, does not have to be there.

use serde_json::{Map, Value, json};

use super::definition::Definition;
use super::field::{Field, FieldKind};
use crate::language::Language;

/// Start of the names of the schemas of forms, which are no addresses.
const URN: &str = "urn:meldwijzer:form";

/// Returns the schema of the answers of a form, as an opened case has them.
pub fn schema(definition: &Definition) -> Value {
    let language = definition.language(Language::Nl);
    let fields = definition.fields();
    let stored = fields.filter(|field| field.kind.is_question() && field.stored);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in stored {
        let mut property = of_kind(field);
        property.insert("title".to_owned(), json!(field.short_label().get(language)));
        properties.insert(field.name.to_string(), Value::Object(property));
        if field.required && field.when.is_empty() && !field.identifies() {
            required.push(field.name.as_str());
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{URN}:{}:{}", definition.id, definition.version),
        "title": definition.title.get(language),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn of_kind(field: &Field) -> Map<String, Value> {
    let schema = match field.kind {
        FieldKind::YesNo => json!({ "type": "boolean" }),
        FieldKind::Choice => json!({ "enum": field.values() }),
        FieldKind::Choices => json!({
            "type": "array",
            "items": { "enum": field.values() },
            "uniqueItems": true,
        }),
        FieldKind::ApproximateDate => json!({
            "oneOf": [
                {
                    "type": "object",
                    "properties": {
                        "known": { "const": "date" },
                        "date": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
                        "time": { "type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$" },
                    },
                    "required": ["known", "date"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "properties": {
                        "known": { "const": "about" },
                        "about": { "type": "string" },
                    },
                    "required": ["known"],
                    "additionalProperties": false,
                },
            ],
        }),
        _ => json!({ "type": "string", "maxLength": field.max_length }),
    };
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
            let form = Definition::parse(&source).0.unwrap();
            let schema = schema(&form);
            for field in form.fields() {
                let there = schema["properties"].get(field.name.as_str()).is_some();
                assert_eq!(
                    there,
                    field.stored && field.kind.is_question(),
                    "{}",
                    field.name
                );
            }
            assert!(!schema["required"].as_array().unwrap().is_empty());
        }
    }
}
