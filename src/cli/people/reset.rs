//! `meldwijzer people reset`: new keys for somebody who forgot their passphrase, and with the recovery
//! key the reports that the old ones opened.

use std::path::{Path, PathBuf};

use crate::cli::command_error::CommandError;
use crate::cli::key_file;
use crate::cli::opening::store_beside;
use crate::cli::people::{Office, active, print_code};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::randomness::SystemRandomness;
use crate::report::acts::Reader;
use crate::report::case::Cover;
use crate::report::people::{self, Person};
use crate::report::seal::SecretKey;
use crate::report::store::Store;

/// The arguments of `people reset`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "PERSON")]
    person: String,
    #[arg(long, value_name = "FILE")]
    recovery_key: Option<PathBuf>,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    office: &Office,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let person = active(&office.people, &arguments.person)?;
    let recovery = arguments.recovery_key.as_deref().map(key_file::read);
    let recovery = recovery.transpose()?;
    if let Some(key) = &recovery
        && office.people.recovery.as_ref() != Some(&key.public())
    {
        return Err(CommandError::Problem(Diagnostic::error(
            "cli-not-the-recovery-key",
        )));
    }
    // What could stop it comes before the person has other keys.
    let store = store_beside(ui, root, &office.data)?;
    store.cases()?;

    let changing = office.changing()?;
    let (person, code) = people::reset(
        &office.storage,
        person,
        SystemClock.now(),
        &SystemRandomness,
    )?;
    drop(changing);
    ui.print(&ui.text("cli-people-reset", &[("name", &person.name)]))?;
    print_code(ui, &person, &code)?;

    // What came in before this moment was sealed for the old key.
    let cases = store.cases()?.cases;
    let cases = cases.iter().filter(|case| case.is_open_to(&person.id));
    let cases: Vec<&Cover> = cases.collect();
    match recovery {
        Some(key) => grant_anew(ui, &store, &cases, &key, &person),
        None if cases.is_empty() => Ok(()),
        None => ui.print(&ui.texts().count("cli-people-closed", cases.len(), &[])),
    }
}

/// Gives the person the keys of their reports; a report for which that fails is told, and the others
/// follow.
fn grant_anew(
    ui: &mut Ui,
    store: &Store,
    cases: &[&Cover],
    key: &SecretKey,
    person: &Person,
) -> Result<(), CommandError> {
    let mut granted = 0;
    let mut failed = false;
    for case in cases {
        match grant(store, case, key, person) {
            Ok(()) => granted += 1,
            Err(error) => {
                failed = true;
                ui.tell_diagnostics(&error.into_diagnostics())?;
            }
        }
    }
    ui.print(&ui.texts().count("cli-people-granted", granted, &[]))?;
    if failed {
        Err(CommandError::Problems)
    } else {
        Ok(())
    }
}

fn grant(
    store: &Store,
    case: &Cover,
    key: &SecretKey,
    person: &Person,
) -> Result<(), CommandError> {
    let opened = store.open_with_key(case.id, Reader::Recovery, key)?;
    store.grant(&opened, &Reader::Recovery.actor(), person)?;
    Ok(())
}
