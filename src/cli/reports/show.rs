//! `meldwijzer reports show`: one case, with its answers.

use serde_json::Value;

use crate::cli::command_error::CommandError;
use crate::cli::harmless;
use crate::cli::reports::{date_and_time, diagnostics};
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::report::archive::{Archive, Found};
use crate::report::case::Cover;
use crate::report::ids::CaseId;

/// Blanks that each level of answers is moved to the right.
const INDENT: &str = "  ";

/// The arguments of `reports show`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    ui: &mut Ui,
    archive: &Archive,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let id = arguments.case;
    match archive.case(id)? {
        Found::Case(cover, _) if arguments.json => {
            let json = serde_json::to_string_pretty(&cover).map_err(|error| {
                CommandError::ReadWrite(
                    Diagnostic::error("cli-output-failed").with("reason", error),
                )
            })?;
            ui.print(&harmless::json(&json))
        }
        Found::Case(cover, _) => print_case(ui, &cover),
        Found::Erased(stub) => ui.print(&stub.id.to_string()),
        Found::Damaged(findings) => {
            ui.tell_diagnostics(&diagnostics(&findings))?;
            Err(CommandError::Problem(
                Diagnostic::error("cli-case-damaged").with("case", id),
            ))
        }
        Found::Nothing => Err(CommandError::Problem(
            Diagnostic::error("cli-no-such-case").with("case", id),
        )),
    }
}

fn print_case(ui: &mut Ui, case: &Cover) -> Result<(), CommandError> {
    let status = ui.text(
        &format!("report-status-{}", case.progress.status.name()),
        &[],
    );
    let head = ui.text(
        "cli-show-head",
        &[
            ("case", &case.id.to_string()),
            ("received", &date_and_time(case.received_at)),
            ("status", &status),
            (
                "due",
                &case.due_first().map(date_and_time).unwrap_or_default(),
            ),
            ("recipient", case.recipient.as_str()),
            ("form", case.form.id.as_str()),
            ("version", &case.form.version.to_string()),
            ("language", ""),
        ],
    );
    ui.print(&head)?;
    let mut lines = vec![String::new(), ui.text("cli-show-answers", &[])];
    lines.extend([String::new(), ui.text("cli-show-history", &[])]);
    for line in &case.history {
        lines.push(format!(
            "{INDENT}{}  {}  {}",
            line.sequence,
            date_and_time(line.recorded_at),
            ui.text(&format!("report-kind-{}", line.kind.name()), &[])
        ));
    }
    ui.print(&lines.join("\n"))
}

/// Adds the lines of answers: a field and a short answer on one line, what is longer below it.
fn answer_lines(value: &Value, indent: &str, lines: &mut Vec<String>) {
    let Value::Object(fields) = value else {
        let text = plain(value);
        lines.extend(
            text.lines()
                .map(|line| format!("{indent}{}", harmless::line(line))),
        );
        return;
    };
    for (name, value) in fields {
        let name = harmless::line(name);
        let text = plain(value);
        if matches!(value, Value::Object(_)) || text.contains('\n') {
            lines.push(format!("{indent}{name}:"));
            answer_lines(value, &format!("{indent}{INDENT}"), lines);
        } else {
            lines.push(format!("{indent}{name}: {}", harmless::line(&text)));
        }
    }
}

/// Writes a value without JSON's quotes where it is text, and a list of those with commas.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answers: Value, expected: &[&str]) {
        let mut lines = Vec::new();
        answer_lines(&answers, "", &mut lines);
        assert_eq!(lines, expected);
    }

    #[test]
    fn answers_are_readable_and_harmless() {
        check(
            serde_json::json!({
                "kinds": ["verbal", "threat"],
                "hurt": false,
                "story": "eerst dit\r\ntoen \u{1b}[2Jdat",
                "when": {"day": 3, "time": null},
                "a\u{1b}b": "x",
            }),
            &[
                "kinds: verbal, threat",
                "hurt: false",
                "story:",
                "  eerst dit",
                "  toen \u{fffd}[2Jdat",
                "when:",
                "  day: 3",
                "  time: ",
                "a\u{fffd}b: x",
            ],
        );
    }

    #[test]
    fn answers_of_any_shape_are_shown() {
        check(serde_json::json!("los"), &["los"]);
        check(serde_json::json!(null), &[]);
        check(serde_json::json!([1, {"a": 2}]), &["1, {\"a\":2}"]);
    }
}
