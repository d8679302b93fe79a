//! `meldwijzer reports`: looks at the reports that are stored, exports, checks and erases them.

mod export;
mod list;
pub(super) mod purge;
mod schema;
mod show;
mod verify;

use std::path::Path;
use std::sync::Arc;

use clap::Subcommand;
use jiff::Timestamp;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;
use crate::clock::{self, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::randomness::SystemRandomness;
use crate::report::archive::Archive;
use crate::report::lifecycle::Lifecycle;
use crate::report::store::Surroundings;
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
    Export(export::Arguments),
    Verify(verify::Arguments),
    RestoreCheck(verify::RestoreArguments),
    Purge(purge::Arguments),
    Schema(schema::Arguments),
}

/// Runs the command.
///
/// # Errors
///
/// Fails where something is wrong with the reports, or they cannot be read.
pub fn run(ui: &mut Ui, root: &Path, arguments: &Arguments) -> Result<(), CommandError> {
    let data = || arguments.data.existing(root);
    let archive = || data().map(|data| Archive::at(&data));
    match &arguments.command {
        Command::List(arguments) => list::run(ui, &archive()?, arguments),
        Command::Show(arguments) => show::run(ui, &archive()?, arguments),
        Command::Export(arguments) => export::run(ui, root, &data()?, arguments),
        Command::Verify(arguments) => verify::run(ui, &data()?, arguments),
        Command::RestoreCheck(arguments) => verify::restore_check(ui, arguments),
        Command::Purge(arguments) => purge::run(ui, root, &data()?, arguments),
        Command::Schema(arguments) => schema::run(ui, root, arguments),
    }
}

/// Writes a moment as date and time in the Netherlands.
fn date_and_time(moment: Timestamp) -> String {
    let local = moment.to_zoned(clock::time_zone());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Writes the day of a moment in the Netherlands.
fn date(moment: Timestamp) -> String {
    moment.to_zoned(clock::time_zone()).date().to_string()
}

/// Returns what a store asks the world, on this machine.
fn store_around(lifecycle: Arc<Lifecycle>) -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
        lifecycle,
    }
}

pub(super) fn diagnostics(findings: &[Finding]) -> Vec<Diagnostic> {
    findings.iter().map(Finding::diagnostic).collect()
}
