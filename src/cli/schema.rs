//! `meldwijzer schema`: JSON Schemas of the files that people write, and of what other programs read.

use clap::Subcommand;

use crate::cli::check;
use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::form;
use crate::site::paths::feed;

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    file: File,
}

#[derive(Debug, Subcommand)]
enum File {
    Check,
    Form,
    Paths,
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    let schema = match arguments.file {
        File::Check => check::json::schema(),
        File::Form => form::file_schema(),
        File::Paths => feed::file_schema(),
    };
    ui.print(&format!("{schema:#}"))
}
