//! `meldwijzer submissions remove`: removes a submission that was handled.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::opening::{Doer, Office};
use crate::cli::ui::Ui;
use crate::report::ids::CaseId;

/// The arguments of `submissions remove`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "ID")]
    id: CaseId,
    #[command(flatten)]
    doer: Doer,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let office = Office::beside(ui, root, data)?;
    let key = arguments.doer.key(ui, &office.people)?;
    office.store.remove_submission(arguments.id, &key)?;
    ui.print(&ui.text("submission-gone", &[("id", &arguments.id.to_string())]))
}
