//! `meldwijzer people`: who handles reports. All of it can be done while `serve` runs.

mod add;
mod list;
mod passphrase;
mod remove;
mod reset;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::recovery;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::durable::{AppendLock, Folder};
use crate::nearest::nearest;
use crate::report::event::Role;
use crate::report::people::{OneTimeCode, People, Person};

/// The arguments of `people`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(add::Arguments),
    List(list::Arguments),
    Passphrase(passphrase::Arguments),
    Reset(reset::Arguments),
    Remove(remove::Arguments),
}

/// Runs the command.
///
/// # Errors
///
/// Fails where what was asked cannot be done.
pub fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let folder = arguments.data;
    match arguments.command {
        Command::Add(arguments) => add::run(ui, &folder.path(root), arguments),
        Command::List(arguments) => list::run(ui, &Office::at(folder.existing(root)?)?, &arguments),
        Command::Passphrase(arguments) => {
            passphrase::run(ui, root, &Office::at(folder.existing(root)?)?, &arguments)
        }
        Command::Reset(arguments) => {
            reset::run(ui, root, &Office::at(folder.existing(root)?)?, &arguments)
        }
        Command::Remove(arguments) => {
            remove::run(ui, &Office::at(folder.existing(root)?)?, &arguments)
        }
    }
}

/// The people of a data folder.
struct Office {
    data: PathBuf,
    storage: Folder,
    people: People,
}

impl Office {
    fn at(data: PathBuf) -> Result<Office, CommandError> {
        // What keeps reports from filling the disk must not keep people from opening them.
        let storage = Folder::new(&data, 0);
        let people = People::read(&storage)?;
        Ok(Office {
            data,
            storage,
            people,
        })
    }

    /// Lets the people be changed beside the writer of the folder. It is for the change only: a writer
    /// that starts waits for it, and should not wait for somebody who types.
    fn changing(&self) -> Result<AppendLock, CommandError> {
        Ok(AppendLock::take(&self.data)?)
    }
}

/// Finds a person by their id, as people type it.
fn find<'a>(people: &'a People, id: &str) -> Result<&'a Person, CommandError> {
    let lower = id.trim().to_lowercase();
    let mut persons = people.persons.iter();
    persons
        .find(|person| person.id.as_str() == lower)
        .ok_or_else(|| {
            CommandError::Problem(Diagnostic::error("cli-no-such-person").with("person", id))
        })
}

/// Finds a person who has keys.
pub(super) fn active<'a>(people: &'a People, id: &str) -> Result<&'a Person, CommandError> {
    let person = find(people, id)?;
    if person.keys.is_some() {
        return Ok(person);
    }
    Err(CommandError::Problem(
        Diagnostic::error("cli-person-removed").with("person", &person.name),
    ))
}

/// Reads the name of a role that people can have.
pub(super) fn role(name: &str) -> Result<Role, CommandError> {
    let roles = Role::ALL.iter().filter(|(_, role)| role.handles_reports());
    let names: Vec<&str> = roles.map(|(name, _)| *name).collect();
    if let Some(role) = Role::from_name(name).filter(|role| role.handles_reports()) {
        return Ok(role);
    }
    let known = names.join(", ");
    let diagnostic = match nearest(name, names) {
        Some(nearest) => Diagnostic::error("cli-unknown-role-near").with("nearest", nearest),
        None => Diagnostic::error("cli-unknown-role"),
    };
    Err(CommandError::Usage(
        diagnostic.with("role", name).with("known", known),
    ))
}

/// Prints a code that is told only now, and what to do with it.
fn print_code(ui: &mut Ui, person: &Person, code: &OneTimeCode) -> Result<(), CommandError> {
    let code = code.to_string();
    let told = ui.text(
        "cli-people-code",
        &[("code", &code), ("person", person.id.as_str())],
    );
    ui.print(&told)
}

/// Warns where nobody is left who watches over all reports.
fn warn_without_coordinator(ui: &mut Ui, office: &Office) -> Result<(), CommandError> {
    if recovery::has_coordinator(&People::read(&office.storage)?) {
        return Ok(());
    }
    ui.tell_diagnostics(&[Diagnostic::warning("cli-no-coordinator")])
}
