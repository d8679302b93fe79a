//! `meldwijzer people list`: who handles reports, and who did.

use serde_json::json;

use crate::cli::command_error::CommandError;
use crate::cli::harmless;
use crate::cli::people::Office;
use crate::cli::recovery;
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::cli::wording;
use crate::report::people::Person;

/// The arguments of `people list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    json: bool,
}

pub(super) fn run(ui: &mut Ui, office: &Office, arguments: &Arguments) -> Result<(), CommandError> {
    let people = &office.people;
    if arguments.json {
        let persons: Vec<_> = people.persons.iter().map(as_json).collect();
        let json = json!({ "people": persons, "damaged": people.damaged });
        ui.print(&harmless::json(&format!("{json:#}")))?;
    } else if people.persons.is_empty() {
        ui.print(&ui.text("cli-people-none", &[]))?;
    } else {
        print_table(ui, &people.persons)?;
    }
    let problems = recovery::damaged(people);
    if !problems.is_empty() {
        ui.tell_diagnostics(&problems)?;
    }
    if people.damaged.is_empty() {
        return Ok(());
    }
    Err(CommandError::Problems)
}

fn print_table(ui: &mut Ui, persons: &[Person]) -> Result<(), CommandError> {
    let columns = ["id", "name", "roles", "units", "state"];
    let heading = columns.map(|column| ui.text(&format!("cli-people-{column}"), &[]));
    let mut rows = vec![heading];
    for person in persons {
        rows.push([
            person.id.to_string(),
            harmless::line(&person.name),
            wording::roles(ui, &person.roles),
            harmless::line(&person.units.join(", ")),
            ui.text(&format!("cli-people-state-{}", state(person)), &[]),
        ]);
    }
    ui.print(&table::lines(&rows).join("\n"))
}

fn as_json(person: &Person) -> serde_json::Value {
    json!({
        "id": person.id,
        "name": person.name,
        "roles": person.roles,
        "units": person.units,
        "state": state(person),
        "changed_at": person.changed_at,
        "public_key": person.keys.as_ref().map(|keys| &keys.public),
    })
}

/// Returns how far a person is, by the last part of the key of its text.
fn state(person: &Person) -> &'static str {
    match &person.keys {
        None => "removed",
        Some(keys) if keys.one_time => "invited",
        Some(_) => "active",
    }
}
