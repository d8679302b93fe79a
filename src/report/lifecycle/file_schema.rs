//! A JSON Schema of `forms/lifecycle.yaml`, for editors: keys and closed sets of words, as the reader has them. Which
//! tracks, steps and actions there are is in the file itself, and only the reader can compare.

use serde_json::{Map, Value, json};

use super::reading::{LATEST, LONGEST_TIME, UNITS};
use super::terms::{Need, Role, Status, TextRule, TrackState};
use crate::json_schema::{
    file, in_each_language, merge, named, number, object, one_of, some, text,
};

/// Returns the schema.
pub fn file_schema() -> Value {
    let title = json!({ "$ref": "#/$defs/title" });
    let statuses = Status::ALL
        .iter()
        .map(|(name, _)| ((*name).to_owned(), title.clone()));
    let names: Vec<&str> = Status::ALL.iter().map(|(name, _)| *name).collect();
    let moments = some(&json!({ "$ref": "#/$defs/moment" }));
    let track = object(
        &["title", "begins", "steps"],
        json!({ "title": title, "begins": one_of(TrackState::ALL), "steps": named(&title) }),
    );
    let mut action = json!({
        "title": title,
        "by": some(&one_of(Role::ALL)),
        "from": some(&one_of(Status::ALL)),
        "choices": named(&object(&["title"], with_effect(json!({ "title": title })))),
    });
    action = with_effect(action);
    let within = UNITS.map(|(unit, _)| (unit.to_owned(), number(0, LONGEST_TIME)));
    let mut within = object(&[], Value::Object(Map::from_iter(within)));
    merge(
        &mut within,
        json!({ "minProperties": 1, "maxProperties": 1 }),
    );
    let clock = object(
        &["title", "starts", "stops", "within"],
        json!({
            "title": title,
            "starts": moments,
            "stops": moments,
            "within": within,
            "latest": one_of(&LATEST),
            "promise": object(&["text"], json!({ "text": title, "without_contact": title })),
            "then": object(&["action"], json!({ "action": text(), "choice": text() })),
        }),
    );
    let mut schema = object(
        &["statuses", "tracks", "actions", "closing", "clocks"],
        json!({
            "statuses": object(&names, Value::Object(statuses.collect())),
            "tracks": named(&track),
            "actions": named(&object(&["title", "by", "from"], action)),
            "closing": named(&standing(json!({ "states": states(), "after": text() }))),
            "clocks": named(&clock),
        }),
    );
    let moment = object(
        &[],
        json!({
            "status": one_of(Status::ALL),
            "action": text(),
            "choice": text(),
            "track": text(),
            "state": one_of(TrackState::ALL),
            "step": text(),
        }),
    );
    let mut title = in_each_language(&text());
    merge(&mut title, json!({ "required": ["nl", "en"] }));
    merge(
        &mut schema,
        json!({ "$defs": {
            "title": title,
            "moment": { "anyOf": [{ "const": "submit" }, moment] },
        } }),
    );
    file("lifecycle", schema)
}

/// Adds the keys of what an action or a choice does.
fn with_effect(mut keys: Value) -> Value {
    let condition = standing(json!({ "states": states(), "after": text(), "before": text() }));
    merge(
        &mut keys,
        json!({
            "when": named(&condition),
            "to": one_of(Status::ALL),
            "tracks": named(&one_of(TrackState::ALL)),
            "step": named(&text()),
            "text": one_of(TextRule::ALL),
            "needs": some(&one_of(Need::ALL)),
        }),
    );
    keys
}

fn states() -> Value {
    some(&one_of(TrackState::ALL))
}

/// States, or these keys.
fn standing(keys: Value) -> Value {
    json!({ "anyOf": [states(), object(&[], keys)] })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::json_schema::tests::{keys_of, keys_told};
    use crate::report::lifecycle::Lifecycle;
    use crate::source_text::SourceText;

    #[test]
    fn the_keys_are_those_that_the_reader_knows() {
        let schema = file_schema();
        let check = |text: &str, part: &Value| {
            let (_, told) = Lifecycle::parse(&SourceText::new(Lifecycle::PATH, text));
            assert_eq!(keys_told(&told), keys_of(part), "{text}");
        };
        let keys = &schema["properties"];
        let each = |section: &str| &keys[section]["additionalProperties"];
        let unknown = "{ qqqqqqqq: 1 }";
        check(unknown, &schema);
        check(&format!("statuses: {unknown}"), &keys["statuses"]);
        check(&format!("tracks: {{ a: {unknown} }}"), each("tracks"));
        check(&format!("actions: {{ a: {unknown} }}"), each("actions"));
        let choices = &each("actions")["properties"]["choices"];
        check(
            &format!("actions: {{ a: {{ choices: {{ b: {unknown} }} }} }}"),
            &choices["additionalProperties"],
        );
        let track = "tracks: { t: { steps: {} } }\n";
        let when = &each("actions")["properties"]["when"];
        check(
            &format!("{track}actions: {{ a: {{ when: {{ t: {unknown} }} }} }}"),
            &when["additionalProperties"]["anyOf"][1],
        );
        check(
            &format!("{track}closing: {{ t: {unknown} }}"),
            &each("closing")["anyOf"][1],
        );
        let clock = each("clocks");
        check(&format!("clocks: {{ a: {unknown} }}"), clock);
        let clock = &clock["properties"];
        for key in ["within", "promise", "then"] {
            check(
                &format!("clocks: {{ a: {{ {key}: {unknown} }} }}"),
                &clock[key],
            );
        }
        check(
            &format!("clocks: {{ a: {{ starts: {unknown} }} }}"),
            &schema["$defs"]["moment"]["anyOf"][1],
        );
        check(
            &format!("clocks: {{ a: {{ title: {unknown} }} }}"),
            &schema["$defs"]["title"],
        );
    }
}
