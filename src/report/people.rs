//! The people who handle reports, and the keys with which they do.
//!
//! A person is a key pair: the public half stands in the clear, the private half is sealed with a
//! passphrase that only that person knows. A change is a new version of the person's file, after which
//! the older one is removed, so that an old passphrase opens nothing. Nothing here opens a report.
//! Invariant: the latest whole version counts; whoever was removed is sealed for no longer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::durable::{InvalidName, Listed, Name, Put, Storage, StorageError};
use crate::randomness::{NoRandomness, Randomness};
use crate::report::event::Role;
use crate::report::ids::{Code, digit_of};
use crate::report::seal::{CHOSEN_WORK, OpenError, PublicKey, SealError, Sealed, SecretKey};

/// The format of person files that this version reads and writes.
pub const FORMAT: u32 = 1;

/// Folder of all people within the data folder.
const PEOPLE: &str = "people/";

/// File with the public half of the recovery key.
pub const RECOVERY: &str = "recovery.pub";

/// File with the secret half of the recovery key, until somebody has brought it to the safe.
pub const RECOVERY_SECRET: &str = "recovery-key.txt";

/// Whom somebody can choose for a report. Any other word in a form opens a report for nobody but whoever
/// has the recovery key.
pub const RECIPIENTS: [&str; 5] = [
    "coordinator",
    "own_manager",
    "other_manager",
    "support_team",
    "independent_point",
];

/// To whom a submission can be addressed besides [`RECIPIENTS`].
pub const ADDRESSEES: [&str; 3] = ["confidential_adviser", "manager", "senior_manager"];

/// Characters of a person's id: told apart at a glance, and enough for a million people.
const ID_CHARACTERS: usize = 8;

/// Characters of a one-time code: 80 bits, which nobody guesses in the days that it is used.
const CODE_CHARACTERS: usize = 16;

/// Characters in a group of a one-time code, for reading aloud.
const CODE_GROUP: usize = 4;

/// Shortest passphrase that a person may choose, in characters. Length counts, kinds of characters do
/// not (NIST SP 800-63B-4, 3.1.1.2, asks at least 15 where there is no second factor).
pub const SHORTEST_PASSPHRASE: usize = 15;

/// Highest version of a person's file: file names have five digits.
const LAST_VERSION: u32 = 99_999;

/// A person, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Format of the file.
    pub format: u32,
    /// The id, which never changes.
    pub id: Code,
    /// Number of this version, from 1.
    pub version: u32,
    /// When this version was written.
    pub changed_at: Timestamp,
    /// The name that reporters and colleagues see.
    pub name: String,
    /// What the person does with reports.
    pub roles: Vec<Role>,
    /// For which parts of the organisation; none means all of it.
    pub units: Vec<String>,
    /// The keys; nobody has them once the person was removed.
    pub keys: Option<Keys>,
}

/// The keys of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Keys {
    /// With this, reports are sealed for the person.
    pub public: PublicKey,
    /// The private half, sealed with the passphrase.
    pub private: Sealed,
    /// Whether the passphrase is still the one-time code.
    pub one_time: bool,
}

/// What somebody must be told once, to give it to the person: it opens the person's key until they
/// choose a passphrase.
pub struct OneTimeCode(Zeroizing<String>);

/// A person who is to handle reports.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name that reporters and colleagues see.
    pub name: String,
    /// What the person does with reports.
    pub roles: Vec<Role>,
    /// For which parts of the organisation; none means all of it.
    pub units: Vec<String>,
}

/// Everybody who handles reports, and the recovery key, as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Everybody, removed people too, by id.
    pub persons: Vec<Person>,
    /// The public half of the recovery key, where there is one.
    pub recovery: Option<PublicKey>,
    /// Files that cannot be read as a person or a key, with their names.
    pub damaged: Vec<String>,
    /// Whether the operating system kept a file from us, perhaps for a moment: somebody may be missing.
    pub incomplete: bool,
    /// What stands among the people and is not named like one.
    pub foreign: Vec<String>,
}

/// Why the people could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A key could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The file could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The name of a file is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The file cannot be written as JSON.
    #[error("a person cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// Somebody else changed the person at the same time.
    #[error("person {id}: was changed meanwhile")]
    Conflict {
        /// Whose file.
        id: Code,
    },
    /// The files of the people cannot be read now.
    #[error("{PEOPLE}: cannot be read now")]
    Incomplete,
    /// The person has no keys any more.
    #[error("person {id}: was removed")]
    Removed {
        /// Whose file.
        id: Code,
    },
    /// The passphrase or the one-time code is not the right one.
    #[error("person {id}: another passphrase")]
    WrongPassphrase {
        /// Whose key.
        id: Code,
    },
    /// The new passphrase is too short.
    #[error("the passphrase is shorter than {SHORTEST_PASSPHRASE} characters")]
    ShortPassphrase,
    /// The sealed key is damaged.
    #[error("person {id}: the key cannot be opened")]
    DamagedKey {
        /// Whose key.
        id: Code,
    },
    /// The file of the secret recovery key holds no key.
    #[error("{RECOVERY_SECRET} holds no key")]
    DamagedRecoveryKey,
}

/// The people as they were read last. Reading them again costs one look at the folder while nothing has
/// changed, because every change is a file with a name of its own.
#[derive(Debug, Default)]
pub(super) struct KnownPeople(Mutex<Option<(Vec<String>, Arc<People>)>>);

impl KnownPeople {
    /// Returns the people as they are now.
    pub(super) fn now(&self, storage: &dyn Storage) -> Result<Arc<People>, PeopleError> {
        let names: Vec<String> = storage
            .list(PEOPLE)?
            .into_iter()
            .map(|listed| match listed {
                Listed::File(name) => name.as_str().to_owned(),
                Listed::Foreign(path) => path.display().to_string(),
                Listed::Unreadable(error) => error.to_string(),
            })
            .collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, people)) = known.as_ref()
            && *then == names
            && people.recovery.is_some()
        {
            return Ok(Arc::clone(people));
        }
        let mut people = People::read(storage)?;
        if people.incomplete {
            // A file that was replaced meanwhile is there under its new name at the second look.
            people = People::read(storage)?;
        }
        let people = Arc::new(people);
        *known = (!people.incomplete).then(|| (names, Arc::clone(&people)));
        Ok(people)
    }
}

impl People {
    /// Reads everybody, and the recovery key.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be read; single files are told in [`People::damaged`].
    pub fn read(storage: &dyn Storage) -> Result<People, PeopleError> {
        let mut people = People::default();
        for listed in storage.list(PEOPLE)? {
            match listed {
                Listed::File(name) if !is_of_person(&name) => {
                    people.foreign.push(name.as_str().to_owned());
                }
                Listed::File(name) => match storage.get(&name) {
                    Ok(Some(bytes)) => match person_of(&name, &bytes) {
                        Some(person) => people.take(person),
                        None => people.damaged.push(name.as_str().to_owned()),
                    },
                    // A newer version has taken its place since the list was made.
                    Ok(None) => people.incomplete = true,
                    Err(_) => {
                        people.incomplete = true;
                        people.damaged.push(name.as_str().to_owned());
                    }
                },
                Listed::Foreign(path) => people.foreign.push(path.display().to_string()),
                Listed::Unreadable(error) => {
                    people.incomplete = true;
                    people.damaged.push(error.path.display().to_string());
                }
            }
        }
        if let Some(bytes) = storage.get(&Name::parse(RECOVERY)?)? {
            match std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| text.parse().ok())
            {
                Some(key) => people.recovery = Some(key),
                None => people.damaged.push(RECOVERY.to_owned()),
            }
        }
        Ok(people)
    }

    /// Takes in a version of a person; the highest counts.
    fn take(&mut self, person: Person) {
        match self.persons.iter_mut().find(|known| known.id == person.id) {
            Some(known) if known.version < person.version => *known = person,
            Some(_) => {}
            None => self.persons.push(person),
        }
    }

    /// Returns the person with this id.
    pub fn person(&self, id: &Code) -> Option<&Person> {
        self.persons.iter().find(|person| person.id == *id)
    }

    /// Returns the person whose key this is: a key that was taken out of its seal stays theirs.
    pub fn owner(&self, key: &SecretKey) -> Option<&Person> {
        let public = key.public();
        let own = |person: &&Person| {
            person
                .keys
                .as_ref()
                .is_some_and(|keys| keys.public == public)
        };
        self.persons.iter().find(own)
    }

    /// Returns the people who may open a report for this recipient: those with the role that takes up
    /// such reports or, where nobody has it, the coordinators. Which manager belongs to which employee
    /// is not known here, so the coordinator brings a report for a manager to them. A word that is not among
    /// the [`RECIPIENTS`] opens for nobody, so that a slip in a form gives nothing to others.
    pub fn entitled(&self, recipient: &Code) -> Vec<&Person> {
        let role = match recipient.as_str() {
            "support_team" => Role::SupportTeamMember,
            "independent_point" => Role::IndependentPoint,
            "coordinator" | "own_manager" | "other_manager" => Role::Coordinator,
            _ => return Vec::new(),
        };
        let chosen = self.ready(role);
        if chosen.is_empty() {
            self.ready(Role::Coordinator)
        } else {
            chosen
        }
    }

    /// Returns the people who may open a submission to this address. Where a report goes to the
    /// coordinators for want of others, so does a submission; what is said in confidence or about a
    /// manager, as with the [`ADDRESSEES`], opens for the role that was named and for nobody else.
    pub fn addressees(&self, address: &Code) -> Vec<&Person> {
        match address.as_str() {
            "confidential_adviser" => self.ready(Role::ConfidentialAdviser),
            "senior_manager" => self.ready(Role::SeniorManager),
            "manager" => self.ready(Role::Manager),
            _ => self.entitled(address),
        }
    }

    /// Returns the people with a role who have chosen a passphrase. Whoever has not yet has a key that the
    /// code of somebody else opens.
    fn ready(&self, role: Role) -> Vec<&Person> {
        let ready = |person: &&Person| person.keys.as_ref().is_some_and(|keys| !keys.one_time);
        let active = self.persons.iter().filter(ready);
        active
            .filter(|person| person.roles.contains(&role))
            .collect()
    }
}

fn person_of(name: &Name, bytes: &[u8]) -> Option<Person> {
    let person: Person = serde_json::from_slice(bytes).ok()?;
    let in_place = person_path(&person.id, person.version) == name.as_str();
    (person.format == FORMAT && in_place).then_some(person)
}

/// Returns whether a file is named like a version of a person.
fn is_of_person(name: &Name) -> bool {
    let version = name.as_str().strip_prefix(PEOPLE).and_then(|file| {
        let (id, version) = file.strip_suffix(".json")?.rsplit_once('-')?;
        Some((id.parse().ok()?, version.parse().ok()?))
    });
    version.is_some_and(|(id, version)| person_path(&id, version) == name.as_str())
}

fn person_path(id: &Code, version: u32) -> String {
    format!("{PEOPLE}{id}-{version:05}.json")
}

/// Adds a person, whose key opens with the code that is returned until they choose a passphrase.
///
/// # Errors
///
/// Fails where the person is not surely on disk.
pub fn add(
    storage: &dyn Storage,
    person: NewPerson,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<(Person, OneTimeCode), PeopleError> {
    let (keys, code) = new_keys(randomness)?;
    let person = Person {
        format: FORMAT,
        id: random_id(randomness)?,
        version: 1,
        changed_at: now,
        name: person.name,
        roles: person.roles,
        units: person.units,
        keys: Some(keys),
    };
    put(storage, &person)?;
    Ok((person, code))
}

/// Gives a person new keys, for when the passphrase was forgotten. Reports that were sealed for the
/// old key do not open with the new one.
///
/// # Errors
///
/// Fails where the change is not surely on disk.
pub fn reset(
    storage: &dyn Storage,
    person: &Person,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<(Person, OneTimeCode), PeopleError> {
    let (keys, code) = new_keys(randomness)?;
    let person = replace(storage, person, now, Some(keys))?;
    Ok((person, code))
}

/// Removes a person's keys; the name stays, because old reports tell who opened them.
///
/// # Errors
///
/// Fails where the change is not surely on disk.
pub fn remove(
    storage: &dyn Storage,
    person: &Person,
    now: Timestamp,
) -> Result<Person, PeopleError> {
    replace(storage, person, now, None)
}

/// Seals the person's key with a passphrase of their own.
///
/// # Errors
///
/// Fails where the old passphrase is not the right one, the new one is too short, or the change is
/// not surely on disk.
pub fn choose_passphrase(
    storage: &dyn Storage,
    person: &Person,
    old: &str,
    new: &str,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<Person, PeopleError> {
    if new.chars().count() < SHORTEST_PASSPHRASE {
        return Err(PeopleError::ShortPassphrase);
    }
    let mut key = person.unlock(old)?;
    if person.keys.as_ref().is_some_and(|keys| keys.one_time) {
        // The code that opened this key was seen by others, and a copy of the file may be anywhere.
        key = SecretKey::generate();
    }
    let private = Sealed::to_passphrase(key.to_text().as_bytes(), new, CHOSEN_WORK, randomness)?;
    let keys = Keys {
        public: key.public(),
        private,
        one_time: false,
    };
    replace(storage, person, now, Some(keys))
}

/// Makes the recovery key, where there is none. The secret half is on disk before the public one, so
/// that nothing is ever sealed to a key that nobody has; it stands below these comments in a file that
/// belongs in a safe. What an interrupted try left is used and finished.
///
/// # Errors
///
/// Fails where the two halves are not surely on disk.
pub fn make_recovery_key(storage: &dyn Storage, comments: &str) -> Result<(), PeopleError> {
    let public = Name::parse(RECOVERY)?;
    if storage.get(&public)?.is_some() {
        return Ok(());
    }
    let secret = Name::parse(RECOVERY_SECRET)?;
    let new = SecretKey::generate().to_text();
    let mut text = Zeroizing::new(format!("{comments}{}\n", *new).into_bytes());
    if storage.put_if_absent(&secret, &text)? == Put::AlreadyThere {
        let there = storage.get(&secret)?;
        text = Zeroizing::new(there.ok_or(PeopleError::DamagedRecoveryKey)?);
        // Whoever wrote it may have failed to make it durable.
        storage.put_if_absent(&secret, &text)?;
    }
    let key = std::str::from_utf8(&text)
        .ok()
        .and_then(|text| SecretKey::from_file(text).ok())
        .ok_or(PeopleError::DamagedRecoveryKey)?;
    // Whoever was first had the same secret.
    storage.put_if_absent(&public, format!("{}\n", key.public()).as_bytes())?;
    Ok(())
}

fn replace(
    storage: &dyn Storage,
    person: &Person,
    now: Timestamp,
    keys: Option<Keys>,
) -> Result<Person, PeopleError> {
    let conflict = || PeopleError::Conflict {
        id: person.id.clone(),
    };
    let version = person.version + 1;
    if version > LAST_VERSION {
        return Err(conflict());
    }
    let replaced = Person {
        version,
        changed_at: now,
        keys,
        ..person.clone()
    };
    put(storage, &replaced)?;
    // Old versions could still be opened with an old passphrase; an interrupted change may have left some.
    for version in 1..=person.version {
        storage.delete(&Name::parse(&person_path(&person.id, version))?)?;
    }
    Ok(replaced)
}

pub(super) fn put(storage: &dyn Storage, person: &Person) -> Result<(), PeopleError> {
    let mut bytes = serde_json::to_vec_pretty(person)?;
    bytes.push(b'\n');
    let name = Name::parse(&person_path(&person.id, person.version))?;
    match storage.put_if_absent(&name, &bytes)? {
        Put::Stored => Ok(()),
        Put::AlreadyThere => Err(PeopleError::Conflict {
            id: person.id.clone(),
        }),
    }
}

fn new_keys(randomness: &dyn Randomness) -> Result<(Keys, OneTimeCode), PeopleError> {
    let key = SecretKey::generate();
    let code = OneTimeCode(Zeroizing::new(random_digits(randomness, CODE_CHARACTERS)?));
    let private =
        Sealed::to_passphrase(key.to_text().as_bytes(), &code.0, CHOSEN_WORK, randomness)?;
    let keys = Keys {
        public: key.public(),
        private,
        one_time: true,
    };
    Ok((keys, code))
}

fn random_id(randomness: &dyn Randomness) -> Result<Code, PeopleError> {
    let text = random_digits(randomness, ID_CHARACTERS)?.to_ascii_lowercase();
    text.parse()
        .map_err(|_| PeopleError::Randomness(NoRandomness))
}

fn random_digits(randomness: &dyn Randomness, count: usize) -> Result<String, NoRandomness> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    randomness.fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| digit_of(byte & 31)).collect())
}

impl Person {
    /// Opens the person's key.
    ///
    /// # Errors
    ///
    /// Fails where the passphrase is not the right one, or there is no whole key.
    pub fn unlock(&self, passphrase: &str) -> Result<SecretKey, PeopleError> {
        let id = || self.id.clone();
        let Some(keys) = &self.keys else {
            return Err(PeopleError::Removed { id: id() });
        };
        // A one-time code is typed over from paper or a screen.
        let typed = if keys.one_time {
            plain_code(passphrase)
        } else {
            Zeroizing::new(passphrase.to_owned())
        };
        let opened = keys.private.open_with_passphrase(&typed);
        let text = opened.map_err(|error| match error {
            OpenError::OtherKey => PeopleError::WrongPassphrase { id: id() },
            OpenError::Damaged | OpenError::TooMuchWork => PeopleError::DamagedKey { id: id() },
        })?;
        std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| PeopleError::DamagedKey { id: id() })
    }
}

fn plain_code(typed: &str) -> Zeroizing<String> {
    let digits = crate::report::ids::digits_of(typed).flatten();
    Zeroizing::new(digits.map(digit_of).collect())
}

impl fmt::Display for OneTimeCode {
    /// Writes four groups of four, with hyphens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.0.chars().enumerate() {
            if at > 0 && at % CODE_GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    use tempfile::TempDir;

    use crate::durable::Folder;
    use crate::durable::faults::{FAULTS, Fault, FaultyFiles};
    use crate::randomness::SystemRandomness;
    use crate::report::fixture::person;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    struct Office {
        data: TempDir,
        storage: Folder,
    }

    impl Office {
        fn new() -> Office {
            let data = TempDir::new().unwrap();
            let storage = Folder::new(data.path(), 0);
            Office { data, storage }
        }

        fn add(&self, name: &str, roles: &[Role]) -> (Person, OneTimeCode) {
            let person = NewPerson {
                name: name.to_owned(),
                roles: roles.to_vec(),
                units: Vec::new(),
            };
            add(&self.storage, person, NOW, &SystemRandomness).unwrap()
        }

        fn people(&self) -> People {
            People::read(&self.storage).unwrap()
        }
    }

    #[test]
    fn a_person_chooses_a_passphrase_with_the_one_time_code() {
        let office = Office::new();
        let (person, code) = office.add("Anna", &[Role::Coordinator]);
        let typed = format!(" {} ", code.to_string().to_lowercase().replace('-', " "));
        let key = person.unlock(&typed).unwrap();
        assert_eq!(key.public(), person.keys.as_ref().unwrap().public);

        let choose = |old: &str, new: &str| {
            choose_passphrase(&office.storage, &person, old, new, NOW, &SystemRandomness)
        };
        assert!(matches!(
            choose("0000-0000-0000-0000", "een lange zin van mij"),
            Err(PeopleError::WrongPassphrase { .. })
        ));
        assert!(matches!(
            choose(&code.to_string(), "te kort"),
            Err(PeopleError::ShortPassphrase)
        ));
        let chosen = choose(&code.to_string(), "een lange zin van mij").unwrap();
        assert_eq!(office.people().persons, std::slice::from_ref(&chosen));
        // What the code opens is sealed to nobody from now on.
        let own = chosen.unlock("een lange zin van mij").unwrap();
        assert_ne!(own.public(), key.public());
        assert!(matches!(
            chosen.unlock(&code.to_string()),
            Err(PeopleError::WrongPassphrase { .. })
        ));
        // What the code opened is no longer on disk.
        let path = Name::parse(&person_path(&person.id, 1)).unwrap();
        assert_eq!(office.storage.get(&path).unwrap(), None);
    }

    #[test]
    fn a_reset_gives_other_keys_and_a_removal_none() {
        let office = Office::new();
        let (first, _) = office.add("Anna", &[Role::Coordinator]);
        let (second, code) = reset(&office.storage, &first, NOW, &SystemRandomness).unwrap();
        assert_ne!(
            first.keys.unwrap().public,
            second.keys.as_ref().unwrap().public
        );
        assert!(second.unlock(&code.to_string()).is_ok());
        let removed = remove(&office.storage, &second, NOW).unwrap();
        assert!(matches!(
            removed.unlock(&code.to_string()),
            Err(PeopleError::Removed { .. })
        ));
        let people = office.people();
        assert_eq!(people.person(&second.id).unwrap().name, "Anna");
        assert!(people.entitled(&"coordinator".parse().unwrap()).is_empty());
    }

    #[test]
    fn two_changes_of_one_version_do_not_overwrite_each_other() {
        let office = Office::new();
        let (person, _) = office.add("Anna", &[Role::Coordinator]);
        reset(&office.storage, &person, NOW, &SystemRandomness).unwrap();
        let again = reset(&office.storage, &person, NOW, &SystemRandomness);
        assert!(matches!(again, Err(PeopleError::Conflict { .. })));
    }

    #[test]
    fn the_chosen_recipient_decides_who_may_open() {
        let office = Office::new();
        let (invited, code) = office.add("Chris", &[Role::Coordinator]);
        let (coordinator, _) = person(office.data.path(), "Anna", Role::Coordinator);
        let check = |recipient: &str, expected: &[&Code]| {
            let people = office.people();
            let entitled = people.entitled(&recipient.parse().unwrap());
            let ids: BTreeSet<&Code> = entitled.iter().map(|person| &person.id).collect();
            assert_eq!(ids, expected.iter().copied().collect(), "{recipient}");
        };
        check("support_team", &[&coordinator.id]);
        let (peer, _) = person(office.data.path(), "Bram", Role::SupportTeamMember);
        check("support_team", &[&peer.id]);
        check("coordinator", &[&coordinator.id]);
        check("own_manager", &[&coordinator.id]);
        check("independent_point", &[&coordinator.id]);
        // Whoever got a code is entitled as soon as they chose a passphrase of their own.
        let chosen = choose_passphrase(
            &office.storage,
            &invited,
            &code.to_string(),
            "een lange zin van mij",
            NOW,
            &SystemRandomness,
        );
        check("coordinator", &[&coordinator.id, &chosen.unwrap().id]);
    }

    #[test]
    fn a_word_that_is_no_recipient_opens_for_nobody() {
        let office = Office::new();
        for (name, role) in [
            ("Anna", Role::Coordinator),
            ("Vera", Role::ConfidentialAdviser),
            ("Mo", Role::Manager),
            ("Sam", Role::SeniorManager),
        ] {
            person(office.data.path(), name, role);
        }
        let people = office.people();
        let check = |word: &str, of_report: usize, of_submission: usize| {
            let code = word.parse().unwrap();
            let found = (people.entitled(&code).len(), people.addressees(&code).len());
            assert_eq!(found, (of_report, of_submission), "{word}");
        };
        for word in [
            "cordinator",
            "own-manager",
            "confidential_advisor",
            "everybody",
        ] {
            check(word, 0, 0);
        }
        for recipient in RECIPIENTS {
            check(recipient, 1, 1);
        }
        for addressee in ADDRESSEES {
            check(addressee, 0, 1);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_now_is_tried_again() {
        let office = Office::new();
        make_recovery_key(&office.storage, "").unwrap();
        let (anna, _) = person(office.data.path(), "Anna", Role::Coordinator);
        let files = FaultyFiles::default();
        let folder = Folder::with_files(office.data.path(), 0, files.clone());
        let known = KnownPeople::default();
        for n in 0.. {
            files.fail(n..n + 1, Fault::Disk);
            let people = known.now(&folder);
            let reached = files.done() > n;
            files.heal();
            if let Ok(people) = people {
                assert!(
                    people.incomplete || people.person(&anna.id).is_some(),
                    "{n}"
                );
            }
            // Nothing that is missing is remembered.
            assert!(
                known.now(&folder).unwrap().person(&anna.id).is_some(),
                "{n}"
            );
            if !reached {
                break;
            }
        }
    }

    #[test]
    fn a_damaged_file_hides_nobody_else() {
        let office = Office::new();
        let (anna, _) = office.add("Anna", &[Role::Coordinator]);
        let wrong = Name::parse("people/zzzzzzzz-00001.json").unwrap();
        office.storage.put_if_absent(&wrong, b"{}").unwrap();
        let moved = Name::parse("people/yyyyyyyy-00001.json").unwrap();
        let path = Name::parse(&person_path(&anna.id, 1)).unwrap();
        let bytes = office.storage.get(&path).unwrap().unwrap();
        office.storage.put_if_absent(&moved, &bytes).unwrap();
        let people = office.people();
        assert_eq!(people.persons, [anna]);
        assert_eq!(people.damaged.len(), 2);
    }

    const COMMENTS: &str = "# Naar de kluis.\n";

    fn secret(storage: &dyn Storage) -> Option<SecretKey> {
        let bytes = storage.get(&Name::parse(RECOVERY_SECRET).unwrap()).unwrap();
        bytes.map(|bytes| SecretKey::from_file(&String::from_utf8(bytes).unwrap()).unwrap())
    }

    #[test]
    fn a_change_is_seen_at_once() {
        let office = Office::new();
        let known = KnownPeople::default();
        let names = || -> Vec<String> {
            let people = known.now(&office.storage).unwrap();
            people
                .persons
                .iter()
                .map(|person| person.name.clone())
                .collect()
        };
        make_recovery_key(&office.storage, "").unwrap();
        assert!(names().is_empty());
        let (anna, _) = office.add("Anna", &[Role::Coordinator]);
        assert_eq!(names(), ["Anna"]);
        remove(&office.storage, &anna, NOW).unwrap();
        let people = known.now(&office.storage).unwrap();
        assert_eq!(people.person(&anna.id).unwrap().keys, None);
    }

    #[test]
    fn there_is_one_recovery_key() {
        let office = Office::new();
        make_recovery_key(&office.storage, COMMENTS).unwrap();
        let key = secret(&office.storage).unwrap();
        assert_eq!(office.people().recovery, Some(key.public()));
        make_recovery_key(&office.storage, COMMENTS).unwrap();
        assert_eq!(office.people().recovery, Some(key.public()));

        // When the secret is in the safe, no other is made.
        let name = Name::parse(RECOVERY_SECRET).unwrap();
        office.storage.delete(&name).unwrap();
        make_recovery_key(&office.storage, COMMENTS).unwrap();
        assert!(secret(&office.storage).is_none());
        assert_eq!(office.people().recovery, Some(key.public()));
    }

    #[test]
    fn whatever_fails_no_public_recovery_key_is_without_its_secret() {
        for fault in FAULTS {
            for operation in 0.. {
                let data = TempDir::new().unwrap();
                let files = FaultyFiles::default();
                let storage = Folder::with_files(data.path(), 0, files.clone());
                files.fail(operation..operation + 1, fault);
                let made = make_recovery_key(&storage, COMMENTS);
                let reached = files.done() > operation;
                files.heal();
                let public = People::read(&storage).unwrap().recovery;
                let halves = secret(&storage).map(|key| key.public());
                assert!(
                    public.is_none() || public == halves,
                    "{fault:?} {operation}"
                );
                assert!(made.is_err() || public.is_some(), "{fault:?} {operation}");

                make_recovery_key(&storage, COMMENTS).unwrap();
                let public = People::read(&storage).unwrap().recovery;
                assert!(
                    halves.is_none() || public == halves,
                    "{fault:?} {operation}"
                );
                assert_eq!(public, secret(&storage).map(|key| key.public()));
                if !reached {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_secret_that_holds_no_key_is_told_and_left() {
        let office = Office::new();
        let name = Name::parse(RECOVERY_SECRET).unwrap();
        office.storage.put_if_absent(&name, b"# leeg\n").unwrap();
        assert!(matches!(
            make_recovery_key(&office.storage, COMMENTS),
            Err(PeopleError::DamagedRecoveryKey)
        ));
        assert_eq!(office.people().recovery, None);
        assert_eq!(office.storage.get(&name).unwrap().unwrap(), b"# leeg\n");
    }
}
