//! `meldwijzer people add`: somebody who is to handle reports.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::people::{Office, print_code, role};
use crate::cli::recovery;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::durable;
use crate::randomness::SystemRandomness;
use crate::report::event::Role;
use crate::report::people::{self, NewPerson, RECOVERY_SECRET};

/// Longest name of a person or a unit, in characters: what fits on a line.
const LONGEST_NAME: usize = 100;

/// The arguments of `people add`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "ROLE", required = true, num_args = 1..)]
    role: Vec<String>,
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    unit: Vec<String>,
}

pub(super) fn run(ui: &mut Ui, data: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let mut roles = Vec::new();
    for name in &arguments.role {
        let role = role(name)?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let units = arguments.unit.iter().map(|unit| name(unit));
    let new = NewPerson {
        name: name(&arguments.name)?,
        roles,
        units: units.collect::<Result<_, _>>()?,
    };
    durable::create_root(data)?;
    let office = Office::at(data.to_path_buf())?;
    let _changing = office.changing()?;
    let recovery_made = recovery::make(data, &office.storage)?;
    let (person, code) = people::add(&office.storage, new, SystemClock.now(), &SystemRandomness)?;
    let id = person.id.as_str();
    let added = ui.text(
        "cli-people-added",
        &[("name", &person.name), ("person", id)],
    );
    ui.print(&added)?;
    for key in abilities(&person.roles) {
        ui.print(&ui.text(key, &[]))?;
    }
    print_code(ui, &person, &code)?;
    if recovery_made {
        let path = data.join(RECOVERY_SECRET).display().to_string();
        ui.print(&ui.text("cli-recovery-made", &[("path", &path)]))?;
    }
    Ok(())
}

/// Returns what somebody with these roles can open, by the keys of the texts.
fn abilities(roles: &[Role]) -> Vec<&'static str> {
    let mut abilities = Vec::new();
    if roles.iter().any(|role| role.opens_reports()) {
        abilities.push("cli-people-opens-reports");
    }
    if roles.contains(&Role::ConfidentialAdviser) {
        abilities.push("cli-people-opens-confidential");
    }
    if roles.contains(&Role::SeniorManager) {
        abilities.push("cli-people-opens-senior");
    }
    if !roles.iter().any(|role| role.opens_reports()) {
        abilities.push("cli-people-opens-no-reports");
    }
    abilities
}

/// Reads a name, which stands on pages and terminals later.
fn name(given: &str) -> Result<String, CommandError> {
    let name = given.trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(CommandError::Usage(
        Diagnostic::error("cli-wrong-name")
            .with("name", given)
            .with("most", LONGEST_NAME),
    ))
}
