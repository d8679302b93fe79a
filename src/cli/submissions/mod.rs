//! `meldwijzer submissions`: what people sent that is no report. All of it can be done while `serve` runs.

mod list;
mod remove;
mod show;

use std::path::Path;

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;
use crate::cli::wording;
use crate::diagnostic::Diagnostic;
use crate::report::ids::{CaseId, Code};
use crate::report::submissions::{Ending, Over, SubmissionError, WriteError};

/// The arguments of `submissions`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Show(show::Arguments),
    Remove(remove::Arguments),
}

/// Runs the command.
pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let data = arguments.data.existing(root)?;
    match arguments.command {
        Command::List(arguments) => list::run(ui, &data, &arguments),
        Command::Show(arguments) => show::run(ui, root, &data, &arguments),
        Command::Remove(arguments) => remove::run(ui, root, &data, &arguments),
    }
}

/// Writes to whom a submission was addressed.
fn addressees(ui: &Ui, to: &[Code]) -> String {
    let words: Vec<String> = to.iter().map(|code| wording::recipient(ui, code)).collect();
    words.join(", ")
}

/// Writes that a submission is over, and why.
fn over(ui: &Ui, over: &Over) -> String {
    let key = match over.how {
        Ending::TakenBack => "submission-taken-back",
        Ending::Removed => "submission-removed",
    };
    ui.text(key, &[("day", &over.on.to_string())])
}

fn about(code: &'static str, id: CaseId) -> CommandError {
    CommandError::Problem(Diagnostic::error(code).with("id", id))
}

impl From<SubmissionError> for CommandError {
    fn from(error: SubmissionError) -> CommandError {
        match error {
            SubmissionError::NotThere { id } => about("submission-missing", id),
            SubmissionError::Over { id, .. } => about("submission-over", id),
            SubmissionError::NotEntitled { id } => about("submission-not-entitled", id),
            SubmissionError::Conflict { id } => about("submission-conflict", id),
            SubmissionError::Damaged { finding, .. } => CommandError::Problem(finding.diagnostic()),
            SubmissionError::Storage(error)
            | SubmissionError::Write(WriteError::Storage(error)) => error.into(),
            SubmissionError::Write(error @ (WriteError::Json(_) | WriteError::Name(_))) => {
                CommandError::ReadWrite(
                    Diagnostic::error("submission-cannot-write").with("reason", error),
                )
            }
        }
    }
}
