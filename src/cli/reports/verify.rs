//! `meldwijzer reports verify`: whether everything that is stored is whole.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::harmless;
use crate::cli::reports::diagnostics;
use crate::cli::ui::Ui;
use crate::report::archive::Archive;

pub(super) fn run(ui: &mut Ui, archive: &Archive, data: &Path) -> Result<(), CommandError> {
    let inventory = archive.inventory()?;
    let cases = inventory.cases.len() + inventory.damaged.len();
    let counted = ui.text(
        "cli-verify-checked",
        &[
            ("cases", &ui.texts().count("cli-count-cases", cases, &[])),
            (
                "events",
                &ui.texts().count("cli-count-events", inventory.events, &[]),
            ),
            ("path", &harmless::line(&data.to_string_lossy())),
        ],
    );
    ui.print(&counted)?;
    let how = ui.text("cli-verify-how", &[]);
    ui.print(&how)?;
    if inventory.findings.is_empty() {
        let whole = ui.text("cli-verify-whole", &[]);
        return ui.print(&whole);
    }
    ui.print("")?;
    ui.print_diagnostics(&diagnostics(&inventory.findings))?;
    let damaged = inventory.damaged.len();
    let summary = if damaged == 0 {
        ui.text("cli-verify-none-damaged", &[])
    } else {
        ui.texts().count("cli-verify-damaged", damaged, &[])
    };
    ui.print(&summary)?;
    Err(CommandError::Problems)
}
