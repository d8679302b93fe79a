//! What the tests of this room share: a fixed moment, and reports to send.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clock::Clock;
use crate::durable::{Folder, Name, Storage};
use crate::language::Language;
use crate::randomness::SystemRandomness;
use crate::report::acts::OpenedCase;
use crate::report::details::NewDetails;
use crate::report::event::Role;
use crate::report::lifecycle::Lifecycle;
use crate::report::people::{self, Keys, Person, RECOVERY_SECRET};
use crate::report::receipt::ReceiptCode;
use crate::report::seal::{Sealed, SecretKey};
use crate::report::store::{NewReport, Store, StoreSettings, Surroundings};

/// Read once: tests of failing disks open stores by the thousand.
static LIFECYCLE: LazyLock<Arc<Lifecycle>> =
    LazyLock::new(|| Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()));

pub(super) const SETTINGS: StoreSettings = StoreSettings {
    least_free_bytes: 0,
};

/// A clock that a test moves on.
pub(super) struct Later(Mutex<Timestamp>);

impl Later {
    pub(super) fn wait(&self, time: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }
}

impl Clock for Later {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub(super) fn clock() -> Arc<Later> {
    let moment = "2026-11-20T15:04:05.678Z".parse().unwrap();
    Arc::new(Later(Mutex::new(moment)))
}

pub(super) fn surroundings() -> Surroundings {
    at(clock())
}

pub(super) fn at(clock: Arc<Later>) -> Surroundings {
    Surroundings {
        clock,
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::clone(&LIFECYCLE),
    }
}

/// Opens the case of the report that was sent with this key, as its reporter.
pub(super) fn reporter_of(store: &Store, key: u8) -> OpenedCase {
    let code = ReceiptCode::derive(&report(key, Value::Null).submission_key);
    store.open_with_receipt(&code.to_string()).unwrap()
}

/// Somebody who handles reports, with the key that no passphrase has to open first.
pub(crate) fn person(data: &Path, name: &str, role: Role) -> (Person, SecretKey) {
    let key = SecretKey::generate();
    let person = Person {
        format: people::FORMAT,
        id: name.to_lowercase().parse().unwrap(),
        version: 1,
        changed_at: Timestamp::UNIX_EPOCH,
        name: name.to_owned(),
        roles: vec![role],
        units: Vec::new(),
        keys: Some(Keys {
            public: key.public(),
            private: Sealed::to_keys(b"", &[key.public()]).unwrap(),
            one_time: false,
        }),
    };
    people::put(&Folder::new(data, 0), &person).unwrap();
    (person, key)
}

/// A report that is sent with this key, with these answers and a name to reach somebody by.
pub(super) fn report(key: u8, answers: Value) -> NewReport {
    NewReport {
        submission_key: format!("{key:032x}").parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers,
        names: json!({}),
        countable: json!({"behaviour_kinds": ["verbal"]}),
        recipient: "coordinator".parse().unwrap(),
    }
}

/// The second part of the form, sent with this key.
pub(super) fn details(key: u8, answers: Value, names: Value) -> NewDetails {
    NewDetails {
        key: format!("{key:032x}").parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 2,
        language: Language::Nl,
        answers,
        names,
        countable: json!({"channel": "counter"}),
    }
}

/// Makes a folder for the files of a test, in memory where the machine has room for that: a disk that
/// fails is made up, and a real one only makes thousands of tries wait.
pub(super) fn folder() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .unwrap()
}

/// Makes a recovery key and takes it to the safe.
pub(super) fn recovery_key(storage: &dyn Storage) -> SecretKey {
    people::make_recovery_key(storage, "").unwrap();
    let name = Name::parse(RECOVERY_SECRET).unwrap();
    let text = storage.get(&name).unwrap().unwrap();
    storage.delete(&name).unwrap();
    SecretKey::from_file(&String::from_utf8(text).unwrap()).unwrap()
}
