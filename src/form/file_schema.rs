//! A JSON Schema (2020-12) of form files, with which an editor completes and checks while somebody types.
//!
//! It is made from what the reader of form files knows: kinds, keys, limits. It cannot see what needs the
//! whole file, such as whether a condition looks back; the reader tells that.

use serde_json::{Map, Value, json};

use super::definition::{RECIPIENTS, RECIPIENTS_OF_SUBMISSIONS};
use super::field::{Check, Days, FieldKind, FieldName, Privacy};
use super::reading::fields::{
    AUTOFILL, LARGEST_NUMBER, LONGEST_ANSWER, MOST_FIELDS_OF_ITEM, MOST_ITEMS, MOST_OPTIONS,
    MOST_ROLES, PREFILLED, key_fits, key_fits_in_group,
};
use super::reading::pages::{MOST_CONDITIONS, MOST_FIELDS, MOST_PAGES};
use super::reading::{
    LONGEST_KEPT, LONGEST_WORD, MOST_RECIPIENTS, OF_REPORTS, OF_SUBMISSIONS, PRACTICE_OF, REPORT,
    RESERVED_ADDRESSES, SUBMISSION,
};
use crate::json_schema::{file, merge, object};
use crate::language::Language;

/// Name of the schema.
const NAME: &str = "form-file";

/// Returns the schema of form files.
pub fn file_schema() -> Value {
    let schema = json!({
        "if": { "type": "object", "required": [PRACTICE_OF] },
        "then": { "$ref": "#/$defs/practice" },
        "else": { "$ref": "#/$defs/form" },
        "$defs": {
            "form": form(),
            "practice": object(&[PRACTICE_OF, "address", "title"], json!({
                (PRACTICE_OF): { "$ref": "#/$defs/word" },
                "address": { "$ref": "#/$defs/address" },
                "title": { "$ref": "#/$defs/text" },
                "intro": { "$ref": "#/$defs/text" },
                "languages": { "$ref": "#/$defs/languages" },
            })),
            "languages": one_or_more(&names(&Language::ALL.map(|l| (l.tag(), ()))), Language::ALL.len()),
            "text": text(),
            "address": {
                "allOf": [{ "$ref": "#/$defs/word" }],
                "not": { "enum": RESERVED_ADDRESSES },
            },
            "word": {
                "type": "string",
                "pattern": format!("^[a-z][a-z0-9_-]{{0,{}}}$", LONGEST_WORD - 1),
            },
            "field_name": {
                "type": "string",
                "pattern": format!("^[a-z][a-z0-9_]{{0,{}}}$", FieldName::LONGEST - 1),
            },
            "page": object(&["id", "title", "fields"], json!({
                "id": { "$ref": "#/$defs/word" },
                "title": { "$ref": "#/$defs/text" },
                "intro": { "$ref": "#/$defs/text" },
                "fields": list(&json!({ "$ref": "#/$defs/field" }), MOST_FIELDS),
            })),
            "field": field(|_| true, |_| true, &["privacy"]),
            "field_of_item": field(FieldKind::fits_in_group, key_fits_in_group, &[]),
            "option": object(&["value", "label"], json!({
                "value": { "$ref": "#/$defs/word" },
                "label": { "$ref": "#/$defs/text" },
                "hint": { "$ref": "#/$defs/text" },
                "apart": { "type": "boolean" },
                "other": { "type": "boolean" },
            })),
            "condition": condition(),
            "recipient": json!({ "enum": recipients() }),
        },
    });
    file(NAME, schema)
}

fn recipients() -> Vec<&'static str> {
    [&RECIPIENTS[..], &RECIPIENTS_OF_SUBMISSIONS[..]].concat()
}

fn form() -> Value {
    let pages = list(&json!({ "$ref": "#/$defs/page" }), MOST_PAGES);
    let chosen = json!({
        "field": { "$ref": "#/$defs/field_name" },
        "otherwise": { "$ref": "#/$defs/recipient" },
    });
    let mut form = object(
        &["address", "version", "languages", "title", "to", "pages"],
        json!({
            "address": { "$ref": "#/$defs/address" },
            "version": { "type": "integer", "minimum": 1, "maximum": u16::MAX },
            "languages": { "$ref": "#/$defs/languages" },
            "title": { "$ref": "#/$defs/text" },
            "intro": { "$ref": "#/$defs/text" },
            "sends": { "enum": [REPORT, SUBMISSION] },
            "to": { "oneOf": [
                one_or_more(&json!({ "$ref": "#/$defs/recipient" }), MOST_RECIPIENTS),
                object(&["field", "otherwise"], chosen),
            ] },
            "contact": object(&["field", "none"], json!({
                "field": { "$ref": "#/$defs/field_name" },
                "none": one_or_more(&json!({ "$ref": "#/$defs/word" }), MOST_OPTIONS),
            })),
            "code_for_colleague": object(&["field", "any"], json!({
                "field": { "$ref": "#/$defs/field_name" },
                "any": one_or_more(&json!({ "$ref": "#/$defs/word" }), MOST_OPTIONS),
            })),
            "keep": keep(),
            "withdrawable": { "type": "boolean" },
            "confirmation": object(&["title", "text"], json!({
                "title": { "$ref": "#/$defs/text" },
                "text": { "$ref": "#/$defs/text" },
            })),
            "pages": pages,
            "details": object(&["title", "pages"], json!({
                "title": { "$ref": "#/$defs/text" },
                "intro": { "$ref": "#/$defs/text" },
                "pages": pages,
            })),
        }),
    );
    let is_submission = json!({
        "required": ["sends"],
        "properties": { "sends": { "const": SUBMISSION } },
    });
    let more = json!({
        "if": is_submission,
        "then": { "required": ["keep", "confirmation"], "properties": none_of(&OF_REPORTS) },
        "else": { "properties": none_of(&OF_SUBMISSIONS) },
    });
    merge(&mut form, more);
    form
}

/// Describes a field of some kinds, with some keys. `needed` must be there for questions.
fn field(
    is_kind: fn(FieldKind) -> bool,
    is_key: fn(&str) -> bool,
    needed: &[&'static str],
) -> Value {
    let kinds = FieldKind::ALL
        .into_iter()
        .filter(|(_, kind)| is_kind(*kind));
    let mut properties = field_keys();
    properties.retain(|key, _| is_key(key));
    let mut of_kinds = Vec::new();
    let mut kind_names = Vec::new();
    for (name, kind) in kinds {
        let unfit: Vec<&str> = properties
            .keys()
            .map(String::as_str)
            .filter(|key| !key_fits(key, kind))
            .collect();
        let mut required: Vec<&str> = lists_of(kind).to_vec();
        if kind.is_question() && kind != FieldKind::Group {
            required.extend(needed);
        }
        of_kinds.push(json!({
            "if": { "properties": { "kind": { "const": name } } },
            "then": { "required": required, "properties": none_of(&unfit) },
        }));
        kind_names.push(name);
    }
    properties.insert("kind".to_owned(), json!({ "enum": kind_names }));
    let mut field = object(&["name", "kind", "label"], Value::Object(properties));
    merge(&mut field, json!({ "allOf": of_kinds }));
    field
}

/// Returns the list without which a kind has nothing to answer.
fn lists_of(kind: FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Choice | FieldKind::Choices => &["options"],
        FieldKind::Group => &["fields"],
        FieldKind::Person => &["roles"],
        _ => &[],
    }
}

fn field_keys() -> Map<String, Value> {
    let text = || json!({ "$ref": "#/$defs/text" });
    let flag = || json!({ "type": "boolean" });
    let number =
        || json!({ "type": "integer", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER });
    let condition = json!({ "$ref": "#/$defs/condition" });
    let keys = json!({
        "name": { "$ref": "#/$defs/field_name" },
        "kind": {},
        "label": text(),
        "check_label": text(),
        "hint": text(),
        "why": text(),
        "who_sees": text(),
        "missing": text(),
        "text": text(),
        "item": text(),
        "required": flag(),
        "stored": flag(),
        "counted": flag(),
        "privacy": names(&Privacy::ALL),
        "max_length": { "type": "integer", "minimum": 1, "maximum": LONGEST_ANSWER },
        "min": number(),
        "max": number(),
        "most": { "type": "integer", "minimum": 1, "maximum": MOST_ITEMS },
        "autocomplete": names(&AUTOFILL),
        "options": list(&json!({ "$ref": "#/$defs/option" }), MOST_OPTIONS),
        "prefill": { "$ref": "#/$defs/word" },
        "shown": { "const": PREFILLED },
        "checks": one_or_more(&names(&Check::ALL), Check::ALL.len()),
        "days": names(&Days::ALL),
        "roles": one_or_more(&json!({ "$ref": "#/$defs/word" }), MOST_ROLES),
        "fields": list(&json!({ "$ref": "#/$defs/field_of_item" }), MOST_FIELDS_OF_ITEM),
        "when": one_or_more(&condition, MOST_CONDITIONS),
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Map::new(),
    }
}

fn condition() -> Value {
    let mut condition = object(
        &["field"],
        json!({
            "field": { "$ref": "#/$defs/field_name" },
            "any": one_or_more(&json!({ "$ref": "#/$defs/word" }), MOST_OPTIONS),
            "given": { "type": "boolean" },
        }),
    );
    merge(
        &mut condition,
        json!({ "oneOf": [{ "required": ["any"] }, { "required": ["given"] }] }),
    );
    condition
}

fn keep() -> Value {
    let count = json!({ "type": "integer", "minimum": 1, "maximum": LONGEST_KEPT });
    let mut keep = object(
        &[],
        json!({ "days": count, "months": count, "years": count }),
    );
    merge(&mut keep, json!({ "minProperties": 1, "maxProperties": 1 }));
    keep
}

/// A text: by itself where the form has one language, else one for each language.
fn text() -> Value {
    let filled = json!({ "type": "string", "pattern": "\\S" });
    let versions: Map<String, Value> = Language::ALL
        .into_iter()
        .map(|language| (language.tag().to_owned(), filled.clone()))
        .collect();
    let mut by_language = object(&[], Value::Object(versions));
    merge(&mut by_language, json!({ "minProperties": 1 }));
    json!({ "oneOf": [filled, by_language] })
}

fn list(items: &Value, most: usize) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1, "maxItems": most })
}

/// A list, or a single item without the list around it.
fn one_or_more(item: &Value, most: usize) -> Value {
    json!({ "oneOf": [item, list(item, most)] })
}

fn names<T>(known: &[(&'static str, T)]) -> Value {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    json!({ "enum": names })
}

fn none_of(keys: &[&str]) -> Value {
    let never = keys.iter().map(|key| ((*key).to_owned(), json!(false)));
    Value::Object(never.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::read_all;
    use crate::json_schema::tests::{keys_of, keys_told};
    use crate::source_text::SourceText;

    /// Returns the keys that the reader of a form names, sorted.
    fn keys_of_reader(form: &str) -> Vec<String> {
        let source = SourceText::new("forms/form.yaml", form);
        keys_told(&read_all(&[source]).1)
    }

    #[test]
    fn the_keys_are_those_that_the_reader_knows() {
        let defs = &file_schema()["$defs"];
        let form = "languages: [nl]\npages:\n  - fields:\n      - ";
        let check = |text: &str, schema: &Value| {
            assert_eq!(keys_of_reader(text), keys_of(schema), "{text}");
        };
        check("qqqqqqqq: 1", &defs["form"]);
        check("practice_of: x\nqqqqqqqq: 1", &defs["practice"]);
        check("pages: [{ qqqqqqqq: 1 }]\nlanguages: nl", &defs["page"]);
        check(&format!("{form}{{ qqqqqqqq: 1 }}"), &defs["field"]);
        check(
            &format!("{form}{{ options: [{{ qqqqqqqq: 1 }}] }}"),
            &defs["option"],
        );
        check(
            &format!("{form}{{ when: {{ qqqqqqqq: 1 }} }}"),
            &defs["condition"],
        );
        let form = &defs["form"]["properties"];
        check("to: { qqqqqqqq: 1 }", &form["to"]["oneOf"][1]);
        check("contact: { qqqqqqqq: 1 }", &form["contact"]);
        check(
            "code_for_colleague: { qqqqqqqq: 1 }",
            &form["code_for_colleague"],
        );
        check("details: { qqqqqqqq: 1 }", &form["details"]);
        check("sends: submission\nkeep: { qqqqqqqq: 1 }", &form["keep"]);
        check(
            "sends: submission\nconfirmation: { qqqqqqqq: 1 }",
            &form["confirmation"],
        );
    }

    #[test]
    fn every_kind_and_its_keys_are_described() {
        let defs = &file_schema()["$defs"];
        let kinds = defs["field"]["properties"]["kind"]["enum"]
            .as_array()
            .unwrap();
        assert_eq!(kinds.len(), FieldKind::ALL.len());
        let of_item = &defs["field_of_item"]["properties"];
        assert!(of_item.get("when").is_none() && of_item.get("label").is_some());
        let in_item = of_item["kind"]["enum"].as_array().unwrap();
        assert!(!in_item.contains(&json!("group")) && in_item.contains(&json!("money")));
        for ((name, kind), rule) in FieldKind::ALL
            .iter()
            .zip(defs["field"]["allOf"].as_array().unwrap())
        {
            assert_eq!(rule["if"]["properties"]["kind"]["const"], *name);
            let unfit = rule["then"]["properties"].as_object().unwrap();
            assert_eq!(unfit.contains_key("options"), !kind.has_options(), "{name}");
        }
    }
}
