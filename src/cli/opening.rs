//! The store beside its writer, and opening what is in it for somebody who has a key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::command_error::CommandError;
use crate::cli::key_file;
use crate::cli::passphrase::PassphraseFile;
use crate::cli::people;
use crate::cli::portal::Settings;
use crate::cli::ui::Ui;
use crate::clock::SystemClock;
use crate::diagnostic::Diagnostic;
use crate::randomness::SystemRandomness;
use crate::report::acts::{OpenedCase, Reader};
use crate::report::ids::CaseId;
use crate::report::lifecycle::Lifecycle;
use crate::report::people::{People, Person};
use crate::report::seal::SecretKey;
use crate::report::store::{Store, StoreSettings, Surroundings};

/// The arguments that say who opens a case: a person with a passphrase, or whoever has a key file.
#[derive(Debug, clap::Args)]
pub(super) struct Opener {
    #[arg(long = "as", value_name = "PERSON", conflicts_with = "key")]
    person: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseFile,
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// The arguments that say which person does something.
#[derive(Debug, clap::Args)]
pub(super) struct Doer {
    #[arg(long = "as", value_name = "PERSON")]
    person: String,
    #[command(flatten)]
    passphrase: PassphraseFile,
}

/// The store of a data folder beside its writer, and everybody who handles reports.
pub(super) struct Office {
    pub(super) store: Store,
    pub(super) people: Arc<People>,
}

/// Opens the store of a data folder beside its writer.
///
/// # Errors
///
/// Fails where the life cycle of the portal has mistakes, or the folder cannot be read.
pub(super) fn store_beside(ui: &mut Ui, root: &Path, data: &Path) -> Result<Store, CommandError> {
    // What keeps new reports from filling the disk must not keep people from handling the others.
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let around = store_around(Settings::lifecycle(ui, root)?);
    Ok(Store::beside(data, around, settings)?)
}

/// Returns what a store asks the world, on this machine.
pub(super) fn store_around(lifecycle: Arc<Lifecycle>) -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
        lifecycle,
    }
}

impl Office {
    pub(super) fn beside(ui: &mut Ui, root: &Path, data: &Path) -> Result<Office, CommandError> {
        let store = store_beside(ui, root, data)?;
        let people = store.people()?;
        Ok(Office { store, people })
    }
}

impl Opener {
    /// Returns whether it says who.
    pub(super) fn is_named(&self) -> bool {
        self.person.is_some() || self.key.is_some()
    }

    /// Opens a case, and says as whom.
    ///
    /// # Errors
    ///
    /// Fails where the key does not open it, or that it was opened is not surely on disk.
    pub(super) fn open<'a>(
        &self,
        ui: &mut Ui,
        office: &'a Office,
        case: CaseId,
    ) -> Result<(OpenedCase, Reader<'a>), CommandError> {
        let (key, reader) = self.key(ui, &office.people)?;
        Ok((office.store.open_with_key(case, reader, &key)?, reader))
    }

    /// Returns the key, and whose it is.
    ///
    /// # Errors
    ///
    /// Fails where nobody is named, or their key cannot be read or does not open.
    pub(super) fn key<'a>(
        &self,
        ui: &mut Ui,
        people: &'a People,
    ) -> Result<(SecretKey, Reader<'a>), CommandError> {
        match (&self.person, &self.key) {
            (Some(id), _) => {
                let (person, key) = unlocked(ui, people, id, &self.passphrase)?;
                Ok((key, Reader::Person(person)))
            }
            (None, Some(path)) => {
                let key = key_file::read(path)?;
                let owner = people.owner(&key);
                Ok((key, owner.map_or(Reader::Recovery, Reader::Person)))
            }
            (None, None) => Err(CommandError::Usage(Diagnostic::error("cli-who-opens"))),
        }
    }
}

impl Doer {
    /// Returns the person, who has keys.
    pub(super) fn person<'a>(&self, office: &'a Office) -> Result<&'a Person, CommandError> {
        people::active(&office.people, &self.person)
    }

    /// Opens a case.
    ///
    /// # Errors
    ///
    /// Fails where the person's key does not open it, or that it was opened is not surely on disk.
    pub(super) fn open(
        &self,
        ui: &mut Ui,
        office: &Office,
        case: CaseId,
    ) -> Result<OpenedCase, CommandError> {
        let (person, key) = unlocked(ui, &office.people, &self.person, &self.passphrase)?;
        Ok(office
            .store
            .open_with_key(case, Reader::Person(person), &key)?)
    }

    /// Returns the person's key.
    ///
    /// # Errors
    ///
    /// Fails where it does not open.
    pub(super) fn key(&self, ui: &mut Ui, people: &People) -> Result<SecretKey, CommandError> {
        Ok(unlocked(ui, people, &self.person, &self.passphrase)?.1)
    }
}

/// Finds a person, and opens their key with their passphrase.
fn unlocked<'a>(
    ui: &mut Ui,
    people: &'a People,
    id: &str,
    passphrase: &PassphraseFile,
) -> Result<(&'a Person, SecretKey), CommandError> {
    let person = people::active(people, id)?;
    // Whoever handed the code over knows it too.
    if person.keys.as_ref().is_some_and(|keys| keys.one_time) {
        return Err(CommandError::Problem(
            Diagnostic::error("cli-passphrase-first").with("person", &person.id),
        ));
    }
    let asked = ui.text("cli-ask-passphrase", &[("name", &person.name)]);
    let typed = passphrase.passphrases(ui)?.next(ui, &asked)?;
    Ok((person, person.unlock(&typed)?))
}
