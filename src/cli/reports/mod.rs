//! `meldwijzer reports`: looks at the reports that are stored, and handles them.

mod acting;
mod case_text;
mod file;
mod grant;
mod list;
pub(super) mod opening;
mod record;
mod refusal;
mod show;
mod verify;

use std::path::Path;

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;
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
    Record(Box<record::Arguments>),
    Grant(grant::Arguments),
    File(file::Arguments),
    Verify,
}

/// Runs the command.
///
/// # Errors
///
/// Fails where something is wrong with the reports, or they cannot be read or added to.
pub fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let data = arguments.data.existing(root)?;
    match arguments.command {
        Command::List(arguments) => list::run(ui, root, &data, &arguments),
        Command::Show(arguments) => show::run(ui, root, &data, &arguments),
        Command::Record(arguments) => record::run(ui, root, &data, *arguments),
        Command::Grant(arguments) => grant::run(ui, root, &data, &arguments),
        Command::File(arguments) => file::run(ui, root, &data, &arguments),
        Command::Verify => verify::run(ui, &Archive::at(&data), &data),
    }
}

pub(super) fn diagnostics(findings: &[Finding]) -> Vec<Diagnostic> {
    findings.iter().map(Finding::diagnostic).collect()
}
