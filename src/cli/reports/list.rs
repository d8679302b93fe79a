//! `meldwijzer reports list`: the cases, one a line, the damaged ones apart.

use serde_json::json;

use crate::cli::command_error::CommandError;
use crate::cli::harmless;
use crate::cli::reports::date_and_time;
use crate::cli::ui::Ui;
use crate::report::archive::{Archive, Inventory};

/// Blanks between two columns.
const GAP: &str = "  ";

/// The arguments of `reports list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    ui: &mut Ui,
    archive: &Archive,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let inventory = archive.inventory()?;
    if arguments.json {
        ui.print(&as_json(&inventory))?;
    } else {
        print_table(ui, &inventory)?;
        print_damaged(ui, &inventory)?;
    }
    if inventory.damaged.is_empty() {
        Ok(())
    } else {
        Err(CommandError::Problems)
    }
}

fn as_json(inventory: &Inventory) -> String {
    let cases: Vec<_> = inventory
        .cases
        .iter()
        .map(|case| {
            json!({
                "case": case.id.to_string(),
                "received_at": case.received_at,
                "progress": case.progress,
                "recipient": case.recipient,
                "form": case.form,
            })
        })
        .collect();
    let damaged: Vec<_> = inventory.damaged.iter().map(ToString::to_string).collect();
    harmless::json(&format!(
        "{:#}",
        json!({ "cases": cases, "damaged": damaged })
    ))
}

fn print_table(ui: &mut Ui, inventory: &Inventory) -> Result<(), CommandError> {
    if inventory.cases.is_empty() {
        let none = ui.text("cli-list-none", &[]);
        return ui.print(&none);
    }
    let heading = ["case", "received", "status", "due", "recipient"];
    let mut rows = vec![heading.map(|column| ui.text(&format!("cli-list-{column}"), &[]))];
    for case in &inventory.cases {
        rows.push([
            case.id.to_string(),
            date_and_time(case.received_at),
            ui.text(
                &format!("report-status-{}", case.progress.status.name()),
                &[],
            ),
            case.due_first().map(date_and_time).unwrap_or_default(),
            case.recipient.to_string(),
        ]);
    }
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        ui.print(cells.join(GAP).trim_end())?;
    }
    Ok(())
}

fn print_damaged(ui: &mut Ui, inventory: &Inventory) -> Result<(), CommandError> {
    if inventory.damaged.is_empty() {
        return Ok(());
    }
    let intro = ui.text("cli-list-damaged", &[]);
    ui.print(&format!("\n{intro}"))?;
    for case in &inventory.damaged {
        ui.print(&format!("{GAP}{case}"))?;
    }
    Ok(())
}
