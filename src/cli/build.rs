//! `meldwijzer build`: writes the portal to a folder, for any web server.

use std::env;
use std::path::{Path, PathBuf};

use crate::cli::command_error::CommandError;
use crate::cli::portal::assemble;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::site::outputs;

/// Folder for the portal below its root, unless another is named.
const DEFAULT_OUTPUT: &str = "public";

/// The arguments of `build`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let environment = |name: &str| env::var(name).ok();
    let (portal, problems) = assemble(root, &environment, SystemClock.today());
    if !problems.is_empty() {
        ui.tell_diagnostics(&problems)?;
    }
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    let folder = arguments
        .output
        .unwrap_or_else(|| root.join(DEFAULT_OUTPUT));
    outputs::write(&portal.outputs, &folder)?;
    let count = portal.outputs.len();
    let path = folder.to_string_lossy();
    ui.print(&ui.texts().count("cli-built", count, &[("path", &path)]))
}
