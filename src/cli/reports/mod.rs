//! `meldwijzer reports`: looks at the reports that are stored, handles, exports, checks and erases them.

mod acting;
mod case_text;
mod export;
mod file;
mod grant;
mod list;
pub(super) mod purge;
mod record;
mod refusal;
mod schema;
mod show;
mod verify;

use std::path::Path;

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;

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
/// Fails where something is wrong with the reports, or they cannot be read or added to.
pub fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let folder = arguments.data;
    let data = || folder.existing(root);
    match arguments.command {
        Command::List(arguments) => list::run(ui, root, &data()?, &arguments),
        Command::Show(arguments) => show::run(ui, root, &data()?, &arguments),
        Command::Record(arguments) => record::run(ui, root, &data()?, &arguments),
        Command::Grant(arguments) => grant::run(ui, root, &data()?, &arguments),
        Command::File(arguments) => file::run(ui, root, &data()?, &arguments),
        Command::Export(arguments) => export::run(ui, root, &data()?, &arguments),
        Command::Verify(arguments) => verify::run(ui, &data()?, &arguments),
        Command::RestoreCheck(arguments) => verify::restore_check(ui, &arguments),
        Command::Purge(arguments) => purge::run(ui, root, &data()?, &arguments),
        Command::Schema(arguments) => schema::run(ui, root, &arguments),
    }
}
