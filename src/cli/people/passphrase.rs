//! `meldwijzer people passphrase`: somebody chooses a passphrase of their own.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::command_error::CommandError;
use crate::cli::opening::store_beside;
use crate::cli::passphrase::{PassphraseFile, Passphrases};
use crate::cli::people::{Office, active};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::randomness::SystemRandomness;
use crate::report::people::{self, SHORTEST_PASSPHRASE};

/// The arguments of `people passphrase`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "PERSON")]
    person: String,
    #[command(flatten)]
    file: PassphraseFile,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    office: &Office,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let person = active(&office.people, &arguments.person)?;
    let mut passphrases = arguments.file.passphrases(ui)?;
    let asked = ui.text("cli-ask-old-passphrase", &[("name", &person.name)]);
    let old = passphrases.next(ui, &asked)?;
    // Whoever mistyped it hears that before thinking of a new one.
    let old_key = person.unlock(&old)?;
    let new = new_passphrase(ui, &mut passphrases)?;
    let handing_over = match &person.keys {
        Some(keys) if keys.one_time => {
            // What could stop it comes before the person has another key.
            let store = store_beside(ui, root, &office.data)?;
            store.cases()?;
            Some(store)
        }
        _ => None,
    };
    let changing = office.changing()?;
    let chosen = people::choose_passphrase(
        &office.storage,
        person,
        &old,
        &new,
        SystemClock.now(),
        &SystemRandomness,
    )?;
    drop(changing);
    ui.print(&ui.text("cli-passphrase-chosen", &[]))?;
    let Some(store) = handing_over else {
        return Ok(());
    };
    // After a reset, cases were opened for the key that the one-time code opens.
    match store.hand_over(&chosen, &old_key)? {
        0 => Ok(()),
        cases => ui.print(&ui.texts().count("cli-people-granted", cases, &[])),
    }
}

/// Reads the new passphrase, twice where somebody types it.
fn new_passphrase(
    ui: &mut Ui,
    passphrases: &mut Passphrases,
) -> Result<Zeroizing<String>, CommandError> {
    let least = SHORTEST_PASSPHRASE.to_string();
    let asked = ui.text("cli-ask-new-passphrase", &[("least", &least)]);
    let new = passphrases.next(ui, &asked)?;
    if passphrases.are_typed() {
        let asked = ui.text("cli-ask-again", &[]);
        if passphrases.next(ui, &asked)? != new {
            return Err(CommandError::Usage(Diagnostic::error(
                "cli-passphrases-differ",
            )));
        }
    }
    Ok(new)
}
