//! `meldwijzer reports grant`: one more person can open a case.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::opening::{Office, Opener};
use crate::cli::people::active;
use crate::cli::reports::acting::{GRANT_ACCESS, actor};
use crate::cli::reports::refusal::Asked;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::report::acts::Reader;
use crate::report::case::Cover;
use crate::report::event::{Actor, Role};
use crate::report::ids::CaseId;
use crate::report::lifecycle::{Given, Lifecycle};
use crate::report::people::Person;

/// The arguments of `reports grant`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[arg(value_name = "PERSON")]
    to: String,
    #[command(flatten)]
    opener: Opener,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let office = Office::beside(ui, root, data)?;
    let to = active(&office.people, &arguments.to)?;
    if !to.roles.iter().any(|role| role.opens_reports()) {
        return Err(CommandError::Problem(
            Diagnostic::error("cli-role-opens-nothing").with("name", &to.name),
        ));
    }
    let (opened, reader) = arguments.opener.open(ui, &office, arguments.case)?;
    let cover = &opened.case.cover;
    let by = match reader {
        // Whoever has the key out of the safe may give it to those who should have had one.
        Reader::Recovery => reader.actor(),
        Reader::Person(person) => granting(ui, office.store.lifecycle(), cover, person)?,
    };
    office.store.grant(&opened, &by, to)?;
    let case = cover.id.to_string();
    ui.print(&ui.text("cli-granted", &[("name", &to.name), ("case", &case)]))
}

/// Returns as whom a person gives access, where the life cycle lets them.
fn granting(
    ui: &Ui,
    lifecycle: &Lifecycle,
    cover: &Cover,
    person: &Person,
) -> Result<Actor, CommandError> {
    let action = lifecycle.action(GRANT_ACCESS);
    let may = |role: &Role| action.is_some_and(|action| action.by.contains(role));
    let roles = person.roles.iter().copied();
    // Whichever role may do it; where none may, the life cycle says why.
    let able = roles.clone().find(may).or_else(|| roles.clone().next());
    let role = able.unwrap_or(Role::Coordinator);
    // It has no words of its own that could be missing.
    let given = Given {
        text: true,
        ..Given::default()
    };
    let progress = &cover.progress;
    lifecycle
        .after(progress, GRANT_ACCESS, role, &given, SystemClock.now())
        .map_err(|refused| {
            let asked = Asked {
                lifecycle,
                progress,
                role,
                action: GRANT_ACCESS,
                choice: None,
            };
            CommandError::Problem(asked.refused(ui, &refused))
        })?;
    Ok(actor(person, role))
}
