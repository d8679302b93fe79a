//! `meldwijzer people remove`: somebody no longer handles reports.

use crate::cli::command_error::CommandError;
use crate::cli::people::{Office, active, warn_without_coordinator};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::report::archive::Archive;
use crate::report::event::Status;
use crate::report::people::{self, Person};

/// The arguments of `people remove`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "PERSON")]
    person: String,
}

pub(super) fn run(ui: &mut Ui, office: &Office, arguments: &Arguments) -> Result<(), CommandError> {
    let person = active(&office.people, &arguments.person)?;
    let _changing = office.changing()?;
    people::remove(&office.storage, person, SystemClock.now())?;
    ui.print(&ui.text("cli-people-removed", &[("name", &person.name)]))?;
    warn_of_closed_cases(ui, office, person)?;
    warn_without_coordinator(ui, office)
}

/// Warns where open cases were open to this person and to nobody else who handles reports.
fn warn_of_closed_cases(
    ui: &mut Ui,
    office: &Office,
    removed: &Person,
) -> Result<(), CommandError> {
    let others = office.people.persons.iter();
    let others: Vec<&Person> = others
        .filter(|other| other.id != removed.id && other.keys.is_some())
        .collect();
    let inventory = Archive::at(&office.data).inventory()?;
    let cases = inventory.cases.iter().filter(|case| {
        let is_over = [Status::Closed, Status::Withdrawn].contains(&case.progress.status);
        !is_over && case.is_open_to(&removed.id)
    });
    let alone = cases
        .filter(|case| !others.iter().any(|other| case.is_open_to(&other.id)))
        .count();
    if alone == 0 {
        return Ok(());
    }
    let warning = Diagnostic::warning("cli-cases-without-people").with("count", alone);
    ui.tell_diagnostics(&[warning])
}
