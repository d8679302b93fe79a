//! JSON Schemas (2020-12) of the files that are stored, so that anybody can read them without this
//! program.
//!
//! They are made from the types that write the files. Their descriptions are the documentation of
//! those types. Fields that a schema does not know are allowed: a later version may have added them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Value, json};

use crate::report::event::{Contents, Event};
use crate::report::ids::{CaseId, Code, Digest};
use crate::report::people::Person;
use crate::report::receipt::Locator;
use crate::report::seal::{PublicKey, Sealed};
use crate::report::statistics::Record;
use crate::report::submissions::{self, Submission, SubmissionContents};

/// Start of the names of schemas, which are no addresses.
pub const URN: &str = "urn:meldwijzer";

/// The names of the schemas, in the order in which people are shown them.
pub const NAMES: [&str; 6] = [
    "event",
    "contents",
    "submission",
    "submission-contents",
    "person",
    "statistics",
];

/// Returns the schema with this name: that of event files, of what is sealed in them, of
/// submissions and what is sealed in those, of the files of people, or of records for statistics.
pub fn schema(name: &str) -> Option<Value> {
    let (of, format) = match name {
        "event" => (schema_of::<Event>(), crate::report::event::FORMAT),
        "contents" => (schema_of::<Contents>(), crate::report::event::FORMAT),
        "submission" => (schema_of::<Submission>(), submissions::FORMAT),
        "submission-contents" => (schema_of::<SubmissionContents>(), submissions::FORMAT),
        "person" => (schema_of::<Person>(), crate::report::people::FORMAT),
        "statistics" => (schema_of::<Record>(), crate::report::statistics::FORMAT),
        _ => return None,
    };
    let mut schema = of;
    schema.insert("$id".to_owned(), json!(format!("{URN}:{name}:{format}")));
    if let Some(property) = schema.pointer_mut("/properties/format") {
        *property = json!({ "const": format, "description": "Format of the file." });
    }
    Some(schema.to_value())
}

fn schema_of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12();
    SchemaGenerator::new(settings).into_root_schema_for::<T>()
}

/// Gives a type that is written as a text its pattern.
macro_rules! texts {
    ($($type:ty, $name:literal, $pattern:literal, $about:literal;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $about })
            }
        }
    )*};
}

texts! {
    CaseId, "CaseId", "^[0-9A-HJKMNP-TV-Z]{10}$", "Number of a case.";
    Digest, "Digest", "^sha256:[0-9a-f]{64}$", "SHA-256 of the bytes of a file.";
    Code, "Code", "^[a-z0-9_-]{1,64}$", "A word from settings, a form or the life cycle.";
    Locator, "Locator", "^[0-9A-HJKMNP-TV-Z]+$", "The part of a receipt code that finds the case.";
    PublicKey, "PublicKey", "^age1[0-9a-z]+$", "A public key of age.";
    Sealed, "Sealed", "^-----BEGIN AGE ENCRYPTED FILE-----", "A sealed text: an age file with armor.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_has_a_name_of_its_own_that_is_no_address() {
        for name in NAMES {
            let schema = schema(name).unwrap();
            let id = schema["$id"].as_str().unwrap().to_owned();
            assert!(id.starts_with("urn:meldwijzer:"), "{id}");
            assert_eq!(
                schema["$schema"],
                "https://json-schema.org/draft/2020-12/schema"
            );
            assert_eq!(schema["type"], "object");
        }
        assert!(schema("nothing").is_none());
    }

    #[test]
    fn what_an_event_must_have_is_required() {
        let event = schema("event").unwrap();
        let required = event["required"].as_array().unwrap();
        for field in ["format", "case", "sequence", "kind", "recorded_at", "actor"] {
            assert!(required.contains(&json!(field)), "{field}");
        }
        assert_eq!(event["properties"]["format"]["const"], 1);
    }
}
