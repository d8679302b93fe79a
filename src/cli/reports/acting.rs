//! Who acts in which role, and what that role may do.

use std::str::FromStr;

use crate::cli::command_error::CommandError;
use crate::cli::people;
use crate::diagnostic::Diagnostic;
use crate::report::event::{Actor, Role};
use crate::report::ids::Code;
use crate::report::lifecycle::{Action, Lifecycle, Need, Progress};
use crate::report::people::Person;

/// The action with which somebody gets a key to a case; it has a command of its own.
pub(super) const GRANT_ACCESS: &str = "grant_access";

/// Returns what these roles may do now with `reports record`: files are sent on pages, and access has a
/// command of its own.
pub(super) fn offered<'a>(
    lifecycle: &'a Lifecycle,
    roles: &[Role],
    progress: &Progress,
) -> Vec<&'a Action> {
    let mut offered: Vec<&Action> = Vec::new();
    for role in roles {
        for action in lifecycle.offered(*role, progress) {
            let takes_files = action
                .ways()
                .iter()
                .all(|(_, way)| way.needs.contains(&Need::Files));
            let elsewhere = takes_files || action.name.as_str() == GRANT_ACCESS;
            if !elsewhere && !offered.contains(&action) {
                offered.push(action);
            }
        }
    }
    offered
}

/// Returns in which role a person does an action: the one that was named, or the only one that may do it.
///
/// # Errors
///
/// Fails where the person has not that role, or several may do it and none was named.
pub(super) fn role_for(
    person: &Person,
    named: Option<&str>,
    action: Option<&Action>,
) -> Result<Role, CommandError> {
    let has = || {
        let names: Vec<&str> = person.roles.iter().map(|role| role.name()).collect();
        names.join(", ")
    };
    if let Some(name) = named {
        let role = people::role(name)?;
        if person.roles.contains(&role) {
            return Ok(role);
        }
        return Err(CommandError::Problem(
            Diagnostic::error("cli-not-your-role")
                .with("role", name)
                .with("known", has()),
        ));
    }
    let may = |role: &&Role| action.is_none_or(|action| action.by.contains(role));
    let able: Vec<&Role> = person.roles.iter().filter(may).collect();
    match (able.as_slice(), person.roles.as_slice()) {
        ([role], _) => Ok(**role),
        // None may do it; the life cycle says why for the first.
        ([], [role, ..]) => Ok(*role),
        _ => Err(CommandError::Usage(
            Diagnostic::error("cli-which-role").with("known", has()),
        )),
    }
}

/// Returns a person in a role, as events name them.
pub(super) fn actor(person: &Person, role: Role) -> Actor {
    Actor {
        role,
        person: Some(person.id.clone()),
    }
}

/// Reads a name of the life cycle that the user typed.
///
/// # Errors
///
/// Fails where it cannot be the name of anything.
pub(super) fn code(typed: &str) -> Result<Code, CommandError> {
    Code::from_str(typed)
        .map_err(|_| CommandError::Usage(Diagnostic::error("cli-not-a-name").with("name", typed)))
}
