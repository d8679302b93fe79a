//! `meldwijzer reports`: looks at the reports that are stored. Nothing here writes.

mod list;
mod show;
mod verify;

use std::path::Path;

use clap::Subcommand;
use jiff::Timestamp;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;
use crate::clock;
use crate::diagnostic::Diagnostic;
use crate::report::archive::Archive;
use crate::report::verify::Finding;

/// The arguments of `reports`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Show(show::Arguments),
    Verify,
}

/// Runs the command.
///
/// # Errors
///
/// Fails where something is wrong with the reports, or they cannot be read.
pub fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let data = arguments.data.existing(root)?;
    let archive = Archive::at(&data);
    match arguments.command {
        Command::List(arguments) => list::run(ui, &archive, &arguments),
        Command::Show(arguments) => show::run(ui, &archive, &arguments),
        Command::Verify => verify::run(ui, &archive, &data),
    }
}

/// Writes a moment as date and time in the Netherlands.
fn date_and_time(moment: Timestamp) -> String {
    let local = moment.to_zoned(clock::time_zone());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn diagnostics(findings: &[Finding]) -> Vec<Diagnostic> {
    findings.iter().map(Finding::diagnostic).collect()
}
