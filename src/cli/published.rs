//! Writing down which addresses were published, once they are.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::portal::Portal;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::site::addresses::PATH;
use crate::site::outputs;

/// Records the addresses of a portal that is published. Where they cannot be written down, that is told: the
/// portal is good without, but a later change is not held against them.
///
/// # Errors
///
/// Fails where nothing can be told.
pub(super) fn record(ui: &mut Ui, root: &Path, portal: &Portal) -> Result<(), CommandError> {
    let heading = ui.text("cli-addresses-heading", &[]);
    let Some(text) = portal.record.with(&portal.addresses, &heading) else {
        return Ok(());
    };
    match outputs::replace(&root.join(PATH), text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) => ui.tell_diagnostics(&[Diagnostic::warning("cli-addresses-not-recorded")
            .with("reason", error)
            .in_file(PATH)]),
    }
}
