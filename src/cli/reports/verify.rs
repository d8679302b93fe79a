//! `meldwijzer reports verify` and `restore-check`: whether everything that is stored is whole.

use std::path::{Path, PathBuf};

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::findings::diagnostics;
use crate::cli::harmless;
use crate::cli::key_file;
use crate::cli::ui::Ui;
use crate::cli::wording::date_and_time;
use crate::diagnostic::Diagnostic;
use crate::durable::Folder;
use crate::report::archive::Archive;
use crate::report::audit::{Audit, AuditError};
use crate::report::people::PeopleError;

/// The arguments of `reports verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// The arguments of `reports restore-check`.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    #[arg(value_name = "DIR")]
    copy: PathBuf,
}

pub(super) fn run(ui: &mut Ui, data: &Path, arguments: &Arguments) -> Result<(), CommandError> {
    let key = arguments.key.as_deref().map(key_file::read).transpose()?;
    let audit = Archive::at(data).audit(key.as_ref())?;
    print_counts(ui, &audit, data)?;
    let how = ui.text("cli-verify-how", &[]);
    ui.print(&how)?;
    if let Some(opened) = audit.opened {
        let opened = ui.texts().count("cli-verify-opened", opened, &[]);
        ui.print(&opened)?;
    }
    let blind = ui.text("cli-verify-blind", &[]);
    ui.print(&blind)?;
    conclude(ui, &audit, Vec::new())
}

/// Checks a copy of a data folder.
pub(super) fn restore_check(ui: &mut Ui, arguments: &RestoreArguments) -> Result<(), CommandError> {
    let data = DataFolder::is_one(&arguments.copy)?;
    let audit = Archive::at(&data).audit(None)?;
    print_counts(ui, &audit, &data)?;
    if let Some(newest) = audit.newest {
        let newest = ui.text("cli-restore-newest", &[("moment", &date_and_time(newest))]);
        ui.print(&newest)?;
    }
    let unfinished = Folder::new(&data, 0).unfinished()?.len();
    if unfinished > 0 {
        let unfinished = ui.texts().count("cli-restore-unfinished", unfinished, &[]);
        ui.print(&unfinished)?;
    }
    let mut lacking = Vec::new();
    if !audit.recovery {
        lacking.push(Diagnostic::warning("cli-restore-no-recovery"));
    }
    if audit.people == 0 {
        lacking.push(Diagnostic::warning("cli-restore-no-people"));
    }
    conclude(ui, &audit, lacking)
}

fn print_counts(ui: &mut Ui, audit: &Audit, data: &Path) -> Result<(), CommandError> {
    let inventory = &audit.inventory;
    let cases = inventory.cases.len() + inventory.damaged.len();
    let count = |key: &str, count: usize| ui.texts().count(key, count, &[]);
    let counted = ui.text(
        "cli-verify-checked",
        &[
            ("path", &harmless::line(&data.to_string_lossy())),
            ("cases", &count("cli-count-cases", cases)),
            ("erased", &count("cli-count-erased", inventory.erased.len())),
            ("events", &count("cli-count-events", inventory.events)),
            ("files", &count("cli-count-files", audit.files)),
            ("submissions", &count("submission-count", audit.submissions)),
            ("people", &count("cli-count-people", audit.people)),
        ],
    );
    ui.print(&counted)
}

/// Prints what is wrong, and whether that is damage.
fn conclude(ui: &mut Ui, audit: &Audit, more: Vec<Diagnostic>) -> Result<(), CommandError> {
    let mut problems = diagnostics(&audit.inventory.findings);
    problems.extend(more);
    if problems.is_empty() {
        let whole = ui.text("cli-verify-whole", &[]);
        return ui.print(&whole);
    }
    ui.print("")?;
    ui.print_diagnostics(&problems)?;
    let (damaged, submissions) = (audit.damaged(), audit.damaged_submissions());
    if damaged > 0 {
        ui.print(&ui.texts().count("cli-verify-damaged", damaged, &[]))?;
    }
    if submissions > 0 {
        ui.print(&ui.texts().count("submission-damaged", submissions, &[]))?;
    }
    if damaged + submissions == 0 {
        ui.print(&ui.text("cli-verify-none-damaged", &[]))?;
    }
    Err(CommandError::Problems)
}

impl From<AuditError> for CommandError {
    fn from(error: AuditError) -> CommandError {
        match error {
            AuditError::Storage(error) | AuditError::People(PeopleError::Storage(error)) => {
                error.into()
            }
            AuditError::People(error) => CommandError::ReadWrite(
                Diagnostic::error("cli-people-unreadable").with("reason", error),
            ),
        }
    }
}
