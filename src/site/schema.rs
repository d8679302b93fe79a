//! JSON Schemas of the settings, of front matter and of the data files, with which an editor completes and checks while
//! somebody types.
//!
//! They say which keys and names there are, as the readers have them; what needs the whole portal, such as whether
//! a page is there, only the readers can tell.

use serde_json::{Value, json};

use super::calendar::{EventKind, Trigger};
use super::front_matter::{Audience, Kind};
use super::plain_language::Skipping;
use crate::json_schema::{
    date, file, flag, in_each_language, merge, number, object, one_of, some, text, translated,
};
use crate::language::Language;

/// Greatest number that editors write anywhere: the readers have limits of their own.
const LARGEST: i64 = u32::MAX as i64;

/// Returns the schema of `site.yaml`.
pub fn settings() -> Value {
    let languages = Language::ALL.map(|language| (language.tag(), ()));
    let reference = json!({ "anyOf": [text(), object(&["page"], json!({
        "page": text(),
        "label": translated(),
    }))] });
    let count = number(1, LARGEST);
    let mut keep_time = object(
        &[],
        json!({ "days": count, "months": count, "years": count }),
    );
    merge(
        &mut keep_time,
        json!({ "minProperties": 1, "maxProperties": 1 }),
    );
    let contact = object(
        &["name"],
        json!({
            "id": text(),
            "role": text(),
            "name": translated(),
            "function": translated(),
            "about": translated(),
            "phone": text(),
            "email": text(),
            "hours": translated(),
            "external": flag(),
            "portrait": text(),
            "alt": translated(),
        }),
    );
    let schema = object(
        &["title", "organisation"],
        json!({
            "title": translated(),
            "organisation": text(),
            "base_url": text(),
            "languages": some(&one_of(&languages)),
            "default_language": one_of(&languages),
            "theme": text(),
            "emergency": object(&[], json!({ "internal": text() })),
            "register": object(&["name"], json!({ "name": text(), "url": text() })),
            "contacts": some(&contact),
            "navigation": some(&reference),
            "footer": some(&reference),
            "after_care": reference,
            "exit": { "anyOf": [flag(), object(&["href"], json!({
                "href": text(),
                "label": translated(),
            }))] },
            "raw_html": flag(),
            "production": flag(),
            "indexable": flag(),
            "search": flag(),
            "receiver": object(&[], json!({
                "address": text(),
                "origins": some(&text()),
                "connections": count,
                "connections_per_address": count,
                "post_burst": count,
                "posts_per_minute": count,
                "trusted_proxies": some(&text()),
                "free_disk_mib": count,
            })),
            "keep": object(&[], json!({
                "names": keep_time,
                "not_registered": keep_time,
                "registered": keep_time,
                "withdrawn": keep_time,
            })),
        }),
    );
    file("site", schema)
}

/// Returns the schema of what stands above a page.
pub fn front_matter() -> Value {
    let step = object(
        &["minutes"],
        json!({
            "page": text(),
            "form": text(),
            "minutes": number(1, LARGEST),
            "title": text(),
            "why": text(),
        }),
    );
    let schema = object(
        &[],
        json!({
            "id": text(),
            "title": text(),
            "summary": text(),
            "kind": one_of(&Kind::NAMES),
            "audience": some(&one_of(&Audience::NAMES)),
            "owner": text(),
            "version": text(),
            "updated": date(),
            "changes": some(&object(&["date", "note"], json!({ "date": date(), "note": text() }))),
            "earlier_version_of": text(),
            "valid_until": date(),
            "review": date(),
            "publish": date(),
            "expires": date(),
            "draft": flag(),
            "order": number(i64::MIN, i64::MAX),
            "aliases": some(&text()),
            "keywords": some(&text()),
            "serves": some(&text()),
            "path": object(&["steps"], json!({
                "id": text(),
                "version": text(),
                "steps": some(&step),
            })),
            "plain_language": object(&["skip", "reason"], json!({
                "skip": some(&one_of(&Skipping::NAMES)),
                "reason": text(),
            })),
        }),
    );
    file("front-matter", schema)
}

/// Returns the schema of `content/glossary.yaml`.
pub fn glossary() -> Value {
    let term = object(
        &["id", "term", "text"],
        json!({
            "id": text(),
            "term": translated(),
            "text": translated(),
            "not": translated(),
            "group": text(),
        }),
    );
    file("glossary", some(&term))
}

/// Returns the schema of `content/messages.yaml`.
pub fn messages() -> Value {
    let when = object(
        &[],
        json!({
            "months": some(&number(1, 12)),
            "week": number(1, 4),
            "from": date(),
            "days": number(1, LARGEST),
            "every": { "const": "year" },
        }),
    );
    let mut message = object(
        &["id", "title", "text"],
        json!({
            "id": text(),
            "title": translated(),
            "text": translated(),
            "page": text(),
            "form": text(),
            "link": text(),
            "when": when,
            "trigger": one_of(&Trigger::NAMES),
        }),
    );
    merge(
        &mut message,
        json!({ "oneOf": [{ "required": ["when"] }, { "required": ["trigger"] }] }),
    );
    file(
        "messages",
        object(&[], json!({ "messages": some(&message) })),
    )
}

/// Returns the schema of `content/calendar.yaml`.
pub fn calendar() -> Value {
    let event = object(
        &["id", "kind", "title", "dates"],
        json!({
            "id": text(),
            "kind": one_of(&EventKind::NAMES),
            "title": translated(),
            "audience": translated(),
            "dates": some(&date()),
            "every": { "const": "year" },
            "start": text(),
            "end": text(),
            "place": translated(),
            "who": translated(),
            "page": text(),
            "form": text(),
            "link": text(),
            "done": flag(),
            "questions": some(&text()),
        }),
    );
    file("calendar", object(&[], json!({ "events": some(&event) })))
}

/// Returns the schema of `content/synonyms.yaml`.
pub fn synonyms() -> Value {
    let group = json!({ "type": "array", "items": text(), "minItems": 2 });
    let mut groups = in_each_language(&json!({ "type": ["array", "null"], "items": group }));
    merge(&mut groups, json!({ "type": ["object", "null"] }));
    file("synonyms", groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeMap;

    use jiff::civil::date as day;

    use crate::json_schema::tests::{keys_of, keys_told};
    use crate::site::calendar::Calendar;
    use crate::site::config::Config;
    use crate::site::glossary::Glossary;
    use crate::site::search;
    use crate::site::source::Sources;
    use crate::source_text::SourceText;

    const UNKNOWN: &str = "{ qqqqqqqq: 1 }";

    fn part<'a>(schema: &'a Value, path: &str) -> &'a Value {
        schema.pointer(path).unwrap_or_else(|| panic!("{path}"))
    }

    #[test]
    fn the_keys_of_the_settings_are_those_that_the_reader_knows() {
        let schema = settings();
        let check = |text: &str, path: &str| {
            let (_, told) = Config::parse(&SourceText::new("site.yaml", text), &|_| None);
            assert_eq!(keys_told(&told), keys_of(part(&schema, path)), "{text}");
        };
        check(UNKNOWN, "");
        let reference = "/anyOf/1";
        for (key, below) in [
            ("title", "/anyOf/1"),
            ("emergency", ""),
            ("register", ""),
            ("contacts", "/anyOf/0"),
            ("navigation", &format!("/anyOf/0{reference}")),
            ("footer", &format!("/anyOf/0{reference}")),
            ("after_care", reference),
            ("exit", "/anyOf/1"),
            ("receiver", ""),
            ("keep", ""),
        ] {
            check(
                &format!("{key}: {UNKNOWN}"),
                &format!("/properties/{key}{below}"),
            );
        }
        for key in ["names", "not_registered", "registered", "withdrawn"] {
            let below = format!("/properties/keep/properties/{key}");
            check(&format!("keep: {{ {key}: {UNKNOWN} }}"), &below);
        }
    }

    #[test]
    fn the_keys_of_front_matter_are_those_that_the_reader_knows() {
        let schema = front_matter();
        let check = |text: &str, path: &str| {
            let page = SourceText::new("content/a.md", format!("---\n{text}\n---\n"));
            let (_, _, told) = crate::site::front_matter::read(&page);
            assert_eq!(keys_told(&told), keys_of(part(&schema, path)), "{text}");
        };
        check("qqqqqqqq: 1", "");
        check(
            &format!("changes: {UNKNOWN}"),
            "/properties/changes/anyOf/0",
        );
        check(
            &format!("plain_language: {UNKNOWN}"),
            "/properties/plain_language",
        );
        check(
            "path: { qqqqqqqq: 1, steps: [{ page: a.md, minutes: 1 }] }",
            "/properties/path",
        );
        check(
            &format!("path: {{ steps: {UNKNOWN} }}"),
            "/properties/path/properties/steps/anyOf/0",
        );
    }

    #[test]
    fn the_keys_of_the_data_files_are_those_that_the_readers_know() {
        let sources = |path: &str, text: &str| Sources {
            files: BTreeMap::from([(path.to_owned(), text.as_bytes().into())]),
            ..Sources::default()
        };
        let smallest = SourceText::new("site.yaml", "title: x\norganisation: x\n");
        let (config, _) = Config::parse(&smallest, &|_| None);
        let calendar_told = |path: &str, text: &str| {
            let files = sources(path, text);
            Calendar::read(&config, &files, &BTreeMap::new(), day(2026, 11, 22)).1
        };
        let check = |path: &str, schema: &Value, text: &str, below: &str| {
            let told = calendar_told(path, text);
            assert_eq!(keys_told(&told), keys_of(part(schema, below)), "{text}");
        };
        let (messages, path) = (messages(), "content/messages.yaml");
        check(path, &messages, UNKNOWN, "");
        let item = "/properties/messages/anyOf/0";
        check(path, &messages, "messages: [{ qqqqqqqq: 1 }]", item);
        // Each of the two forms of a rule has keys of its own.
        let mut rule = Vec::new();
        for when in ["months: 1", "from: 2026-11-22, days: 1"] {
            let text = format!("messages: [{{ when: {{ {when}, qqqqqqqq: 1 }} }}]");
            rule.extend(keys_told(&calendar_told(path, &text)));
        }
        rule.sort();
        rule.dedup();
        let when = format!("{item}/properties/when");
        assert_eq!(rule, keys_of(part(&messages, &when)));
        let (calendar, path) = (calendar(), "content/calendar.yaml");
        check(path, &calendar, UNKNOWN, "");
        check(
            path,
            &calendar,
            "events: [{ qqqqqqqq: 1 }]",
            "/properties/events/anyOf/0",
        );

        let mut files = sources("content/glossary.yaml", "- { qqqqqqqq: 1 }\n");
        let (_, told) = Glossary::take(&mut files, &[Language::Nl]);
        assert_eq!(keys_told(&told), keys_of(part(&glossary(), "/anyOf/0")));
        let (_, told) = search::synonyms::read(UNKNOWN.as_bytes(), Language::Nl);
        assert_eq!(keys_told(&told), keys_of(&synonyms()));
    }
}
