//! JSON Schemas (2020-12) of files that people write, as values, and the words in them.
//!
//! The parts are those of our YAML: every scalar is a text, nothing is as good as a key that is not there, and a
//! list of one needs no list around it. So no editor calls something wrong that the program takes.

use serde_json::{Map, Value, json};

use crate::language::Language;
use crate::message::Catalogue;

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Between the parts of the key of a description, which is no key of a diagnostic.
const BETWEEN: &str = "/";

/// Makes a whole schema: a file of this name. The name is no address.
pub fn file(name: &str, schema: Value) -> Value {
    let mut whole = json!({ "$schema": DIALECT, "$id": format!("urn:meldwijzer:{name}") });
    merge(&mut whole, schema);
    whole
}

/// A mapping with these keys and no others.
pub fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A mapping from any name to values of one kind.
pub fn named(value: &Value) -> Value {
    json!({ "type": ["object", "null"], "additionalProperties": value })
}

/// A text, whatever YAML takes it for.
pub fn text() -> Value {
    json!({ "type": ["string", "number", "boolean", "null"] })
}

/// `true` or `false`.
pub fn flag() -> Value {
    json!({ "type": ["boolean", "null"] })
}

/// A whole number between two others.
pub fn number(least: i64, most: i64) -> Value {
    json!({ "type": ["integer", "null"], "minimum": least, "maximum": most })
}

/// A date: `2026-11-22`.
pub fn date() -> Value {
    json!({ "type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
}

/// One of the names that may stand in a place.
pub fn one_of<T>(known: &[(&'static str, T)]) -> Value {
    let names = known.iter().map(|(name, _)| json!(name));
    let names: Vec<Value> = names.chain([Value::Null]).collect();
    json!({ "enum": names })
}

/// A list of items, a single one without the list around it, or nothing.
pub fn some(item: &Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }, { "type": "null" }] })
}

/// A text that is written once, or once for each language.
pub fn translated() -> Value {
    json!({ "anyOf": [text(), in_each_language(&text())] })
}

/// A mapping from languages to values of one kind.
pub fn in_each_language(value: &Value) -> Value {
    let versions = Language::ALL.map(|language| (language.tag().to_owned(), value.clone()));
    object(&[], Value::Object(Map::from_iter(versions)))
}

/// Adds keywords to a schema.
pub fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

/// Gives a schema its title, and each of its keys a description, in the language of a catalogue. A description is under
/// `schema/<name>/<key>`, with the keys above it in between, or behind fewer of them where more have the same.
pub fn described(mut schema: Value, name: &str, texts: &Catalogue) -> Value {
    let root = ["schema", name].join(BETWEEN);
    let mut find = |key: &str| texts.get(key).map(str::to_owned);
    if let (Some(title), Value::Object(whole)) = (find(&root), &mut schema) {
        whole.insert("title".to_owned(), json!(title));
    }
    describe(&mut schema, &root, &mut find);
    schema
}

fn describe(schema: &mut Value, path: &str, find: &mut dyn FnMut(&str) -> Option<String>) {
    let Value::Object(schema) = schema else {
        return;
    };
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (key, property) in properties {
                    let of_key = [path, key].join(BETWEEN);
                    if let (Some(text), Value::Object(property)) =
                        (nearest(path, key, find), &mut *property)
                    {
                        property.insert("description".to_owned(), json!(text));
                    }
                    describe(property, &of_key, find);
                }
            }
            ("$defs", Value::Object(defs)) => {
                for (name, def) in defs {
                    describe(def, &[path, name].join(BETWEEN), find);
                }
            }
            ("anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(|part| describe(part, path, find));
            }
            ("items" | "additionalProperties", part) => describe(part, path, find),
            _ => {}
        }
    }
}

/// Finds the text about a key behind what is above it, or else behind the nearest part of that which has one.
fn nearest(path: &str, key: &str, find: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    let mut path = path;
    loop {
        if let Some(text) = find(&[path, key].join(BETWEEN)) {
            return Some(text);
        }
        path = path.rsplit_once(BETWEEN)?.0;
    }
}

/// What tests of schemas have in common.
#[cfg(test)]
pub mod tests {
    use super::*;

    use std::collections::BTreeSet;

    use crate::diagnostic::Diagnostic;

    /// Returns the keys of a schema of an object, sorted.
    pub fn keys_of(schema: &Value) -> Vec<String> {
        let properties = schema["properties"].as_object().unwrap();
        let mut keys: Vec<String> = properties.keys().cloned().collect();
        keys.sort();
        keys
    }

    /// Returns the keys that a reader names when it meets one that it does not know, sorted.
    pub fn keys_told(diagnostics: &[Diagnostic]) -> Vec<String> {
        let unknown = diagnostics.iter().find(|d| d.code == "yaml-unknown-key");
        let unknown = unknown.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let known = unknown.arguments.iter().find(|(name, _)| *name == "known");
        let mut keys: Vec<String> = known.unwrap().1.split(", ").map(str::to_owned).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// Returns the keys of descriptions that a schema uses, and the keys of the schema without one.
    pub fn descriptions(schema: &Value, name: &str) -> (BTreeSet<String>, Vec<String>) {
        let texts = Catalogue::of_program(Language::Nl);
        let root = ["schema", name].join(BETWEEN);
        let mut used = BTreeSet::from([root.clone()]);
        let mut missing = BTreeSet::new();
        let mut asked = |key: &str| {
            let text = texts.get(key).map(str::to_owned);
            match &text {
                Some(_) => {
                    used.insert(key.to_owned());
                }
                None if key.matches(BETWEEN).count() == 1 => {
                    missing.insert(key.to_owned());
                }
                None => {}
            }
            text
        };
        describe(&mut schema.clone(), &root, &mut asked);
        (used, missing.into_iter().collect())
    }

    #[test]
    fn a_description_is_that_of_the_nearest_key_above() {
        let schema = object(
            &[],
            json!({ "a": some(&object(&[], json!({ "b": flag() }))) }),
        );
        let mut schema = schema;
        let known = ["schema/x/a", "schema/b"];
        describe(&mut schema, "schema/x", &mut |key| {
            known.contains(&key).then(|| key.to_owned())
        });
        let a = &schema["properties"]["a"];
        assert_eq!(a["description"], "schema/x/a");
        for part in [&a["anyOf"][0], &a["anyOf"][1]["items"]] {
            assert_eq!(part["properties"]["b"]["description"], "schema/b");
        }
    }
}
