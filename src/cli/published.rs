//! Writing down which addresses were published, once they are.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::portal::Portal;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::site::addresses::{PATH, Record};
use crate::site::outputs;

/// Records the addresses of a portal that is published. Where they cannot be written down, that is told: the
/// portal is good without, but a later change is not held against them.
///
/// # Errors
///
/// Fails where nothing can be told. A portal that is for real may not go without its record: there, not writing
/// it down is a failure.
pub(super) fn record(ui: &mut Ui, root: &Path, portal: &Portal) -> Result<(), CommandError> {
    let heading = ui.text("cli-addresses-heading", &[]);
    let recorded = outputs::update(&root.join(PATH), |bytes| {
        let (record, problems) = Record::parse(bytes);
        // Somebody is changing the file by hand, and the next build tells what is wrong with it.
        let is_sound = problems.is_empty();
        is_sound.then(|| record.with(&portal.addresses, &heading))?
    });
    let Err(error) = recorded else {
        return Ok(());
    };
    let code = "cli-addresses-not-recorded";
    let told = |diagnostic: Diagnostic| diagnostic.with("reason", &error).in_file(PATH);
    match portal.config.production {
        Some(_) => Err(CommandError::ReadWrite(told(Diagnostic::error(code)))),
        None => ui.tell_diagnostics(&[told(Diagnostic::warning(code))]),
    }
}

/// Tells that a portal that is for real was built before, in a folder, and has no record of its addresses: then
/// none of them is guarded.
///
/// # Errors
///
/// Fails where it cannot be told.
pub(super) fn tell_lost_record(
    ui: &mut Ui,
    root: &Path,
    portal: &Portal,
    folder: &Path,
) -> Result<(), CommandError> {
    let is_for_real = portal.config.production.is_some();
    match is_for_real && outputs::is_built(folder) && !root.join(PATH).exists() {
        true => ui.tell_diagnostics(&[Diagnostic::warning("cli-addresses-lost").in_file(PATH)]),
        false => Ok(()),
    }
}
