//! `meldwijzer check --format json|github`: the same report for programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{overwrite, program};

/// Makes a portal from its files.
pub(super) fn portal(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    let settings = ("site.yaml", "title: T\norganisation: O\n");
    for (file, text) in [settings].iter().chain(files) {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        overwrite(&path, text);
    }
    root
}

/// Returns the exit code and what is on the standard output; nothing may be on the other one.
pub(super) fn checked(root: &Path, arguments: &str) -> (i32, String) {
    let mut check = program(root);
    check.arg("check").args(arguments.split_whitespace());
    let output = check.output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let out = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), out)
}

const PAGE: &str = "---\ntitle: Thuis\n---\n[weg](nergens.md), indien nodig. Bel [[vul in: wie]].\n\n\
    [Huis](huis regels.md) [x\u{1b}[2J](<weg\u{1b}[2J.md>)\n";

#[test]
fn json_has_every_problem_with_its_place_and_nothing_else() {
    let root = portal(&[("content/index.md", PAGE)]);
    let (code, out) = checked(root.path(), "--format json");
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&report["version"], &report["language"]),
        (&json!(1), &json!("nl"))
    );
    let counts = json!({"errors": 2, "warnings": 1, "advice": 1, "places_to_fill_in": 1,
        "unclear_links": 0});
    assert_eq!(report["counts"], counts);
    assert_eq!(
        report["diagnostics"][1],
        json!({
            "code": "link-dead-nothing-near",
            "severity": "error",
            "path": "content/index.md",
            "line": 4,
            "column": 7,
            "end_column": 17,
            "message": "Deze link gaat naar iets wat niet bestaat: content/nergens.md",
            "hint": "Schrijf het pad naar een .md-bestand, gezien vanaf deze pagina.",
            "unseen": null,
            "fix": null,
        })
    );
    let codes = report["diagnostics"].as_array().unwrap().iter();
    let codes: BTreeSet<&str> = codes.map(|one| one["code"].as_str().unwrap()).collect();
    for code in [
        "places-to-fill-in",
        "place-to-fill-in",
        "language-difficult-word",
    ] {
        assert!(codes.contains(code), "{codes:?}");
    }
    assert_eq!(
        (&report["mended"], &report["baseline"]),
        (&json!([]), &Value::Null)
    );
    assert!(
        out.replace('\n', "").chars().all(|c| !c.is_control()),
        "{out:?}"
    );
}

#[test]
fn json_is_what_its_schema_says() {
    let root = portal(&[
        ("content/index.md", PAGE),
        ("content/a.md", "---\ntitel: A\n---\nx\n"),
    ]);
    checked(root.path(), "--write-baseline");
    overwrite(
        &root.path().join("content/index.md"),
        "---\ntitel: B\n---\n[a](b.md)\n",
    );
    let (_, out) = checked(root.path(), "--fix --format json");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert!(!report["mended"].as_array().unwrap().is_empty());
    assert!(!report["baseline"]["gone"].as_array().unwrap().is_empty());
    let schema = program(root.path())
        .args(["schema", "check"])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    check_shape(&report, &schema, &schema, "report");
}

/// Holds a value to the parts of JSON Schema that ours uses. Every key must be in the schema.
fn check_shape(value: &Value, schema: &Value, whole: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let part = whole.pointer(name.strip_prefix('#').unwrap()).unwrap();
        return check_shape(value, part, whole, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices
            .iter()
            .find(|choice| (choice["type"] == "null") == value.is_null());
        return check_shape(value, choice.unwrap(), whole, at);
    }
    if let Some(constant) = schema.get("const") {
        return assert_eq!(value, constant, "{at}");
    }
    if let Some(choices) = schema["enum"].as_array() {
        return assert!(choices.contains(value), "{at}: {value}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Bool(_) => "boolean",
    };
    let is_kind = match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        one => *one == kind,
    };
    assert!(is_kind, "{at}: {value} is no {}", schema["type"]);
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check_shape(item, &schema["items"], whole, &format!("{at}[{index}]"));
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let part = schema["properties"].get(key);
        let part = part.unwrap_or_else(|| panic!("{at}.{key} is not in the schema"));
        check_shape(inner, part, whole, &format!("{at}.{key}"));
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(key.as_str().unwrap()).is_some(), "{at}: no {key}");
    }
}

#[test]
fn github_gets_a_command_for_each_problem() {
    let root = portal(&[("content/index.md", PAGE)]);
    let (code, out) = checked(root.path(), "--format github");
    assert_eq!(code, 1);
    let line = "::error file=content/index.md,line=4,col=7,endColumn=17,title=link-dead-nothing-near::Deze link \
        gaat naar iets wat niet bestaat: content/nergens.md%0ASchrijf het pad naar een .md-bestand, gezien vanaf \
        deze pagina.";
    assert!(out.lines().any(|told| told == line), "{out}");
    assert!(out.lines().all(|line| line.starts_with("::")), "{out}");
    assert!(
        out.lines().all(|line| !line.contains(char::is_control)),
        "{out:?}"
    );
    let sound = portal(&[("content/index.md", "---\ntitle: Goed\n---\nBel ons.\n")]);
    assert_eq!(checked(sound.path(), "--format github"), (0, String::new()));
}

#[test]
fn more_of_the_same_is_all_there_for_programs() {
    let text = format!("---\ntitle: A\n---\n{}", "[a](b.md)\n".repeat(30));
    let root = portal(&[("content/index.md", &text)]);
    let (_, out) = checked(root.path(), "--format json");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["counts"]["errors"], 30);
    assert_eq!(out.matches("\"link-dead-nothing-near\"").count(), 30);
    let (_, out) = checked(root.path(), "");
    assert_eq!(out.matches("[link-dead").count(), 20, "{out}");
    assert!(out.contains("\n30 fouten, "), "{out}");
}

#[test]
fn an_unknown_format_is_wrong_usage() {
    let root = portal(&[]);
    super::check(
        root.path(),
        "check --format xml",
        2,
        "
fout[cli-unknown-value]: De waarde xml kan niet bij --format <VORM>.
  = hulp: Je kunt kiezen uit: human, json, github.
",
    );
}
