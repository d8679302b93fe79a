//! `meldwijzer reports list`: the cases, one a line, what is due first in front; those that were erased
//! and the damaged ones apart.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::command_error::CommandError;
use crate::cli::harmless;
use crate::cli::reports::opening::lifecycle;
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::cli::wording;
use crate::clock::{Clock, SystemClock};
use crate::report::archive::{Archive, Inventory};
use crate::report::case::{Cover, Stub};
use crate::report::lifecycle::{Lifecycle, Running};

/// Blanks before what is listed apart.
const INDENT: &str = "  ";

/// The arguments of `reports list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let lifecycle = lifecycle(ui, root)?;
    let mut inventory = Archive::at(data).inventory()?;
    inventory.cases.sort_by_key(|case| {
        let first = first_due(&lifecycle, case).map(|running| running.due);
        (first.unwrap_or(Timestamp::MAX), case.received_at, case.id)
    });
    let now = SystemClock.now();
    if arguments.json {
        ui.print(&as_json(ui, &lifecycle, &inventory, now))?;
    } else {
        print_table(ui, &lifecycle, &inventory, now)?;
        let erased: Vec<String> = inventory.erased.iter().map(erased_line).collect();
        print_apart(ui, "cli-list-erased", &erased)?;
        let damaged: Vec<String> = inventory.damaged.iter().map(ToString::to_string).collect();
        print_apart(ui, "cli-list-damaged", &damaged)?;
    }
    if inventory.damaged.is_empty() {
        Ok(())
    } else {
        Err(CommandError::Problems)
    }
}

fn first_due<'a>(lifecycle: &'a Lifecycle, case: &Cover) -> Option<Running<'a>> {
    lifecycle.running(&case.progress).first().copied()
}

fn as_json(ui: &Ui, lifecycle: &Lifecycle, inventory: &Inventory, now: Timestamp) -> String {
    let due = |running: &Running<'_>| {
        json!({
            "clock": running.rule.name,
            "title": running.rule.title.get(ui.language()),
            "by": running.due,
            "overdue": running.due < now,
        })
    };
    let case = |case: &Cover| {
        let running = lifecycle.running(&case.progress);
        json!({
            "case": case.id.to_string(),
            "received_at": case.received_at,
            "status_since": case.status_since,
            "progress": case.progress,
            "due": running.iter().map(due).collect::<Vec<Value>>(),
            "recipient": case.recipient,
            "registered": case.registered,
            "form": case.form,
        })
    };
    let erased = |stub: &Stub| {
        json!({
            "case": stub.id.to_string(),
            "erased_at": stub.erased_at,
            "rule": stub.rule,
        })
    };
    let damaged = inventory.damaged.iter().map(ToString::to_string);
    let list = json!({
        "cases": inventory.cases.iter().map(case).collect::<Vec<Value>>(),
        "erased": inventory.erased.iter().map(erased).collect::<Vec<Value>>(),
        "damaged": damaged.collect::<Vec<String>>(),
    });
    harmless::json(&format!("{list:#}"))
}

fn print_table(
    ui: &mut Ui,
    lifecycle: &Lifecycle,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<(), CommandError> {
    if inventory.cases.is_empty() {
        let none = ui.text("cli-list-none", &[]);
        return ui.print(&none);
    }
    let columns = ["case", "received", "status", "next", "due", "recipient"];
    let heading = columns.map(|column| ui.text(&format!("cli-list-{column}"), &[]));
    let mut rows = vec![heading.to_vec()];
    for case in &inventory.cases {
        let first = first_due(lifecycle, case);
        let next = first.map(|running| running.rule.title.get(ui.language()));
        let due = first.map(|running| wording::due(ui, running, now));
        rows.push(vec![
            case.id.to_string(),
            wording::date_and_time(case.received_at),
            wording::status(ui, lifecycle, case.progress.status),
            next.unwrap_or_default().to_owned(),
            due.unwrap_or_default(),
            wording::recipient(ui, &case.recipient),
        ]);
    }
    ui.print(&table::lines(&rows).join("\n"))
}

fn erased_line(stub: &Stub) -> String {
    let rule = stub.rule.as_ref().map(ToString::to_string);
    let erased = wording::date_and_time(stub.erased_at);
    let line = format!(
        "{}{INDENT}{erased}{INDENT}{}",
        stub.id,
        rule.unwrap_or_default()
    );
    line.trim_end().to_owned()
}

fn print_apart(ui: &mut Ui, intro: &str, lines: &[String]) -> Result<(), CommandError> {
    if lines.is_empty() {
        return Ok(());
    }
    let intro = ui.text(intro, &[]);
    ui.print(&format!("\n{intro}"))?;
    for line in lines {
        ui.print(&format!("{INDENT}{line}"))?;
    }
    Ok(())
}
