//! `meldwijzer people remove`: somebody no longer handles reports.

use crate::cli::command_error::CommandError;
use crate::cli::people::{Office, active, warn_without_coordinator};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::report::people;

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
    warn_without_coordinator(ui, office)
}
