//! What `check` found, for programs: JSON of a shape that keeps its meaning as long as it has its version.

use serde::Serialize;
use serde_json::{Value, json};

use super::baseline::Entry;
use super::mending::Mended;
use super::{Accepted, Report};
use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::{hint, message, number_of, unseen};
use crate::cli::harmless;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::language::Language;
use crate::message::Catalogue;
use crate::source_text::Place;

/// The version of the shape. What is added needs no other one; what goes or gets another meaning does.
const VERSION: u32 = 1;

/// Name of the schema. Nothing is there to be fetched.
const URN: &str = "urn:meldwijzer:schema:check:1";

#[derive(Serialize)]
struct Shape<'a> {
    version: u32,
    language: &'static str,
    counts: Counts,
    diagnostics: Vec<Told<'a>>,
    mended: Vec<Changed<'a>>,
    baseline: Option<OfBaseline<'a>>,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    advice: usize,
    places_to_fill_in: usize,
    unclear_links: usize,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    severity: &'static str,
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_column: Option<usize>,
    message: String,
    hint: Option<String>,
    unseen: Option<String>,
    fix: Option<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
struct Changed<'a> {
    code: &'static str,
    path: &'a str,
    line: usize,
    column: usize,
    #[serde(flatten)]
    change: Change<'a>,
}

#[derive(Serialize)]
struct OfBaseline<'a> {
    path: &'a str,
    accepted: usize,
    gone: &'a [Entry],
}

pub(super) fn print(ui: &mut Ui, report: &Report) -> Result<(), CommandError> {
    let of = |severity| number_of(&report.problems, severity);
    let problems = report.problems.iter();
    let all = problems.chain(&report.places).chain(&report.unclear);
    let shape = Shape {
        version: VERSION,
        language: ui.language().tag(),
        counts: Counts {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            advice: of(Severity::Advice),
            places_to_fill_in: report.places.len(),
            unclear_links: report.unclear.len(),
        },
        diagnostics: all.map(|one| told(one, ui.texts())).collect(),
        mended: report.mended.iter().map(changed).collect(),
        baseline: report.accepted.as_ref().map(of_baseline),
    };
    // A value of strings and numbers can be written.
    let text = serde_json::to_string_pretty(&shape).unwrap_or_default();
    ui.print(&harmless::json(&text))
}

fn told<'a>(diagnostic: &'a Diagnostic, texts: &Catalogue) -> Told<'a> {
    let place = diagnostic.place.as_ref();
    // Line 0 stands for a file of which no text can be shown.
    let stretch = place.filter(|place| place.line > 0);
    Told {
        code: diagnostic.code,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        },
        path: place.map(|place| &*place.path),
        line: stretch.map(|place| place.line),
        column: stretch.map(|place| place.column),
        end_column: stretch.map(end_column),
        message: message(diagnostic, texts),
        hint: hint(diagnostic, texts),
        unseen: unseen(diagnostic, texts),
        fix: diagnostic.fix.as_deref().map(change),
    }
}

/// Returns the column behind the last character that is meant.
pub(super) fn end_column(place: &Place) -> usize {
    place.column.saturating_add(place.width)
}

fn change(fix: &Fix) -> Change<'_> {
    Change {
        from: &fix.from,
        to: &fix.to,
    }
}

fn changed(mended: &Mended) -> Changed<'_> {
    Changed {
        code: mended.code,
        path: &mended.place.path,
        line: mended.place.line,
        column: mended.place.column,
        change: change(&mended.fix),
    }
}

fn of_baseline(accepted: &Accepted) -> OfBaseline<'_> {
    OfBaseline {
        path: &accepted.path,
        accepted: accepted.count,
        gone: &accepted.gone,
    }
}

/// Returns the JSON Schema of what `check --format json` prints.
pub(in crate::cli) fn schema() -> Value {
    let text = json!({ "type": "string" });
    let text_or_nothing = json!({ "type": ["string", "null"] });
    let code = json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" });
    let number = json!({ "type": "integer", "minimum": 0 });
    let position = json!({ "type": ["integer", "null"], "minimum": 1 });
    let or_nothing = |name: &str| {
        let there = json!({ "$ref": format!("#/$defs/{name}") });
        json!({ "oneOf": [{ "type": "null" }, there] })
    };
    let list_of =
        |name: &str| json!({ "type": "array", "items": { "$ref": format!("#/$defs/{name}") } });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": URN,
        "description": "What check found. The diagnostics leave out what is in the baseline; mended is what --fix \
                        changed.",
        "type": "object",
        "required": ["version", "language", "counts", "diagnostics", "mended", "baseline"],
        "properties": {
            "version": { "const": VERSION },
            "language": { "enum": Language::ALL.map(Language::tag) },
            "counts": {
                "type": "object",
                "required": ["errors", "warnings", "advice", "places_to_fill_in", "unclear_links"],
                "properties": {
                    "errors": number, "warnings": number, "advice": number, "places_to_fill_in": number,
                    "unclear_links": number,
                },
            },
            "diagnostics": list_of("diagnostic"),
            "mended": list_of("mended"),
            "baseline": or_nothing("baseline"),
        },
        "$defs": {
            "diagnostic": {
                "description": "path is relative to the folder of the portal. It is null where no file is \
                                concerned, and the line and columns where no line is; they count characters from 1.",
                "type": "object",
                "required": [
                    "code", "severity", "path", "line", "column", "end_column", "message", "hint",
                    "unseen", "fix",
                ],
                "properties": {
                    "code": code,
                    "severity": { "enum": ["error", "warning", "advice"] },
                    "path": text_or_nothing,
                    "line": position,
                    "column": position,
                    "end_column": position,
                    "message": text,
                    "hint": text_or_nothing,
                    "unseen": text_or_nothing,
                    "fix": or_nothing("fix"),
                },
            },
            "fix": {
                "description": "What --fix writes at the place, instead of what stands there.",
                "type": "object",
                "required": ["from", "to"],
                "properties": { "from": text, "to": text },
            },
            "mended": {
                "type": "object",
                "required": ["code", "path", "line", "column", "from", "to"],
                "properties": {
                    "code": code, "path": text, "line": number, "column": number, "from": text, "to": text,
                },
            },
            "baseline": {
                "type": "object",
                "required": ["path", "accepted", "gone"],
                "properties": { "path": text, "accepted": number, "gone": list_of("entry") },
            },
            "entry": {
                "type": "object",
                "required": ["path", "code", "text", "count"],
                "properties": { "path": text, "code": code, "text": text, "count": number },
            },
        },
    })
}
