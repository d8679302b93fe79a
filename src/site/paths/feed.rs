//! `paths.json`: the paths of a portal for another program, such as one that welcomes new colleagues.
//!
//! It says what there is and where, in addresses and names that do not change; who did what is in no file.

use serde_json::{Value, json};

use super::plan::{MOST_MINUTES, MOST_STEPS};
use super::{Path, Paths, Step, Target};
use crate::language::Language;
use crate::site::front_matter::Audience;
use crate::site::render::Input;

/// Name of the file below the address of the portal.
pub const FILE: &str = "paths.json";

/// Version of the format. A program that knows it may meet new keys, never other meanings.
const FORMAT: u32 = 1;

/// Name of the schema, which is no address.
const URN: &str = "urn:meldwijzer:paths";

impl Paths<'_> {
    /// Returns the file, where there is a path.
    pub(in crate::site) fn feed(&self, input: &Input<'_>) -> Option<String> {
        let paths = self.paths.iter().map(|path| path.entry(input));
        let paths: Vec<Value> = paths.collect();
        let language = input.config.default_language();
        let file = json!({
            "format": FORMAT,
            "portal": input.config.title.get(language),
            "paths": paths,
        });
        (!self.paths.is_empty()).then(|| format!("{file:#}\n"))
    }
}

impl Path<'_> {
    fn entry(&self, input: &Input<'_>) -> Value {
        let front = &self.page.front_matter;
        let audience: Vec<&str> = front.audience.iter().map(|a| a.name()).collect();
        let steps: Vec<Value> = self.steps.iter().map(|step| step.entry(input)).collect();
        json!({
            "id": self.id,
            "version": self.version,
            "language": self.page.language.tag(),
            "title": self.page.title,
            "summary": self.page.summary,
            "url": input.config.absolute(&self.page.short_href),
            "minutes": self.minutes(),
            "audience": audience,
            "updated": front.updated.map(|date| date.to_string()),
            "steps": steps,
        })
    }
}

impl Step<'_> {
    fn entry(&self, input: &Input<'_>) -> Value {
        let address = input.config.absolute(self.address());
        json!({
            "id": self.id,
            "language": self.language().tag(),
            "title": self.title,
            "url": match self.anchor() {
                Some(anchor) => format!("{address}#{anchor}"),
                None => address,
            },
            "minutes": self.minutes,
            "kind": match self.target {
                Target::Page { .. } => "page",
                Target::Form { .. } => "form",
            },
        })
    }
}

/// Returns the JSON Schema (2020-12) of the file. What it does not name may be added later, so a reader of the
/// file lets it pass.
pub fn file_schema() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    // An address without a host, where the portal does not know its own.
    let address =
        json!({ "type": "string", "format": "uri-reference", "pattern": "^(https?:/)?/" });
    let languages = Language::ALL.map(Language::tag);
    let audiences = Audience::NAMES.map(|(name, _)| name);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": URN,
        "type": "object",
        "required": ["format", "portal", "paths"],
        "properties": {
            "format": { "const": FORMAT },
            "portal": text,
            "paths": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/path" } },
        },
        "$defs": {
            "path": {
                "type": "object",
                "required": [
                    "id", "version", "language", "title", "summary", "url", "minutes", "audience",
                    "updated", "steps",
                ],
                "properties": {
                    "id": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
                    "version": text,
                    "language": { "enum": languages },
                    "title": text,
                    "summary": { "type": ["string", "null"] },
                    "url": address,
                    "minutes": { "$ref": "#/$defs/minutes_of_path" },
                    "audience": { "type": "array", "items": { "enum": audiences } },
                    "updated": { "type": ["string", "null"], "format": "date" },
                    "steps": {
                        "type": "array",
                        "maxItems": MOST_STEPS,
                        "items": { "$ref": "#/$defs/step" },
                    },
                },
            },
            "minutes_of_path": { "type": "integer", "minimum": 0 },
            "step": {
                "type": "object",
                "required": ["id", "language", "title", "url", "minutes", "kind"],
                "properties": {
                    "id": text,
                    "language": { "enum": languages },
                    "title": text,
                    "url": address,
                    "minutes": { "type": "integer", "minimum": 1, "maximum": MOST_MINUTES },
                    "kind": { "enum": ["page", "form"] },
                },
            },
        },
    })
}
