//! Takes reports in, and what happens to them after.
//!
//! Something is confirmed only when its event and the folder entries of it are on disk. The number of a
//! case derives from the key that the form carried, so the same submit that arrives again, at the same
//! time or after a restart, is known by what is stored and nothing else. Everything that people said is
//! sealed before it is written; the secret key of a case is nowhere but in memory, and sealed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::durable::{
    self, Folder, LockError, Name, PathError, Put, Storage, StorageError, WriterLock,
};
use crate::language::Language;
use crate::randomness::Randomness;
use crate::report::acts::RecordError;
use crate::report::archive::{Archive, Found, Inventory};
use crate::report::case::Cover;
use crate::report::case_keys::{KeyMaker, NewCaseKeys};
use crate::report::event::{
    Access, Actor, Body, CaseKeys, Contents, Event, FORMAT, FormVersion, Kind, Open, ReadError,
    Receipt, Role, plain_json,
};
use crate::report::ids::{CaseId, Code, Digest, SubmissionKey};
use crate::report::lifecycle::{Given, Lifecycle, Progress};
use crate::report::people::{KnownPeople, People, PeopleError, Person};
use crate::report::receipt::ReceiptCode;
use crate::report::receipts::{Receipts, open_with};
use crate::report::seal::{Envelope, PublicKey, RANDOM_WORK, SealError, Sealed};
use crate::report::verify::{self, Finding, Problem};

/// Free space below which no report is taken, in bytes: enough for a full disk to be noticed and
/// solved while handling goes on, and for thousands of reports.
pub const LEAST_FREE_BYTES: u64 = 200 * 1024 * 1024;

/// How often a submit looks for its case, each time at another number where the one before is taken.
/// A number is taken by chance once in 10^15 times; what is really met here is a damaged case.
pub(super) const MOST_LOOKS: u32 = 8;

/// How often one form can be changed and sent again, so that one key cannot fill the disk.
const MOST_EVENTS: u32 = 100;

/// The action of the life cycle that sending a changed form again is, and answering its second part.
pub(super) const AMEND: &str = "amend_report";

/// Locks that cases share: two threads at one case wait for each other, and others seldom do.
const LOCKS: usize = 64;

/// How a store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Free space below which no report is taken, in bytes; usually [`LEAST_FREE_BYTES`].
    pub least_free_bytes: u64,
}

/// What a store asks the world: the time, randomness, and the life cycle of its organisation.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives bytes that nobody can guess.
    pub randomness: Arc<dyn Randomness>,
    /// Says who may do what when.
    pub lifecycle: Arc<Lifecycle>,
}

/// The store of reports, open for writing.
pub struct Store {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) archive: Archive,
    pub(super) around: Surroundings,
    pub(super) data: PathBuf,
    keys: KeyMaker,
    people: KnownPeople,
    pub(super) receipts: Receipts,
    /// One submit of a key at a time.
    pub(super) submits: CaseLocks,
    /// One writer of names in a case at a time, from the look at its last event on: names are put under
    /// the number of the event that will follow.
    pub(super) names: CaseLocks,
    /// There is one writer per data folder; whoever has no lock takes one for each event.
    lock: Option<WriterLock>,
}

/// A report as a reporter sends it.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// The key that the form carried.
    pub submission_key: SubmissionKey,
    /// Id of the form.
    pub form: Code,
    /// Version of the form.
    pub version: u32,
    /// The language in which it was filled in.
    pub language: Language,
    /// The answers, by field of the form, without those that say who somebody is.
    pub answers: Value,
    /// The answers that say who somebody is, by field of the form; they can be erased apart.
    pub names: Value,
    /// The choices that may be counted, by field of the form.
    pub countable: Value,
    /// Who may see it.
    pub recipient: Code,
}

/// The answer to a submit: the report is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// Number of the case.
    pub case: CaseId,
    /// The code with which the reporter opens it again; nothing once the reporter said to have kept it.
    pub receipt: Option<ReceiptCode>,
    /// When the report was received first.
    pub received_at: Timestamp,
    /// Where the case stands.
    pub progress: Progress,
    /// What this submit did.
    pub outcome: Outcome,
}

/// What a submit did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A case was made.
    New,
    /// The same answers had been received before; nothing changed.
    Repeated,
    /// Other answers had been received before; these were added.
    Amended,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process takes reports in this folder.
    #[error("{}: another process uses this data folder", path.display())]
    InUse {
        /// The file of the lock.
        path: PathBuf,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    File(#[from] PathError),
    /// The stored reports cannot be listed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store cannot make a seal.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Why a report was not taken. It may be stored all the same; the same submit can be tried again.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// There is too little free space.
    #[error("{}: too little free space", path.display())]
    DiskFull {
        /// The data folder.
        path: PathBuf,
    },
    /// The same form was changed and sent too many times.
    #[error("case {case}: changed too many times")]
    TooManyChanges {
        /// The case.
        case: CaseId,
    },
    /// The form was changed after the report went on without it.
    #[error("case {case}: can no longer be changed with its form")]
    Settled {
        /// The case.
        case: CaseId,
    },
    /// The case that this submit may belong to cannot be read now.
    #[error("case {case}: cannot be read")]
    Unreadable {
        /// The case.
        case: CaseId,
    },
    /// The report was sent before and has been erased since.
    #[error("case {case}: was erased")]
    Erased {
        /// The case.
        case: CaseId,
    },
    /// Every case number that this submit could get is taken by a damaged case.
    #[error("no free case number, last tried {case}")]
    NoFreeNumber {
        /// The last number.
        case: CaseId,
    },
    /// The answers cannot be written as JSON.
    #[error("the answers cannot be written")]
    Answers(#[source] ReadError),
    /// The answers cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The people who may read it cannot be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The name of the event is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] durable::InvalidName),
    /// Reading or writing failed.
    #[error(transparent)]
    File(PathError),
}

impl Store {
    /// Opens the store in a data folder as its one writer. The folder is made where it is not there,
    /// and everything that is stored is checked. Damage is told and does not keep the store from
    /// opening.
    ///
    /// # Errors
    ///
    /// Fails where another process uses the folder, or it cannot be read or written.
    pub fn open(
        data: &Path,
        around: Surroundings,
        settings: StoreSettings,
    ) -> Result<(Store, Vec<Finding>), OpenError> {
        durable::create_root(data)?;
        let lock = WriterLock::take(data)?;
        let folder = Folder::new(data, settings.least_free_bytes);
        let unfinished = folder.remove_unfinished(&lock)?;
        let store = Store::of(Arc::new(folder), data, around, Some(lock))?;
        let inventory = store.cases()?;
        for cover in &inventory.cases {
            let locator = cover.keys.receipt.locator.clone();
            store.receipts.add(locator, cover.id);
        }
        let mut findings: Vec<Finding> = unfinished
            .iter()
            .map(|path| Finding::about_path(data, path, Problem::Unfinished))
            .collect();
        findings.extend(store.without_orphans(inventory.findings)?);
        findings.extend(store.archive.submissions()?.findings);
        Ok((store, findings))
    }

    /// Opens the store in a data folder beside its writer, to add single events to cases. It reads none of
    /// them for that, so a receipt code opens only what this store took in itself.
    ///
    /// # Errors
    ///
    /// Fails where it cannot make a seal.
    pub fn beside(
        data: &Path,
        around: Surroundings,
        settings: StoreSettings,
    ) -> Result<Store, OpenError> {
        let folder = Folder::new(data, settings.least_free_bytes);
        Store::of(Arc::new(folder), data, around, None)
    }

    pub(super) fn of(
        storage: Arc<dyn Storage>,
        data: &Path,
        around: Surroundings,
        lock: Option<WriterLock>,
    ) -> Result<Store, OpenError> {
        Ok(Store {
            archive: Archive::of(Arc::clone(&storage), data),
            storage,
            receipts: Receipts::empty(around.randomness.as_ref())?,
            around,
            data: data.to_path_buf(),
            keys: KeyMaker::default(),
            people: KnownPeople::default(),
            submits: CaseLocks::default(),
            names: CaseLocks::default(),
            lock,
        })
    }

    /// Removes the files that were sent and never confirmed, and tells what else was found.
    fn without_orphans(&self, findings: Vec<Finding>) -> Result<Vec<Finding>, OpenError> {
        let mut left = Vec::new();
        for mut finding in findings {
            if finding.problem == Problem::Orphan
                && let Ok(name) = Name::parse(&finding.path)
            {
                self.storage.delete(&name)?;
                finding.problem = Problem::Unfinished;
            }
            left.push(finding);
        }
        Ok(left)
    }

    /// Takes a report in. It waits for the disk, so an asynchronous caller gives it a thread.
    ///
    /// # Errors
    ///
    /// Fails where the report is not surely on disk.
    pub fn submit(&self, report: &NewReport) -> Result<Submitted, SubmitError> {
        // All attempts of one key share the lock of its first number.
        let _one_at_a_time = self.submits.of(CaseId::derive(&report.submission_key, 0));
        let mut attempt = 0;
        let mut id = CaseId::derive(&report.submission_key, attempt);
        for _ in 0..MOST_LOOKS {
            let _alone_with_names = self.names.of(id);
            let submitted = match self.archive.case(id)? {
                Found::Nothing => self.begin(id, report)?,
                Found::Case(cover, events)
                    if cover.submission == report.submission_key.digest() =>
                {
                    self.submit_again(&cover, &events, report)?
                }
                Found::Erased(_) => return Err(SubmitError::Erased { case: id }),
                // Perhaps it is ours, and can be read in a moment.
                Found::Damaged(findings) if findings.iter().any(Finding::is_unreadable) => {
                    return Err(SubmitError::Unreadable { case: id });
                }
                // Another submit has this number, or it is damaged so that no one can tell whose it
                // was. A second case is better than a lost report.
                Found::Case(..) | Found::Damaged(_) => {
                    attempt += 1;
                    id = CaseId::derive(&report.submission_key, attempt);
                    continue;
                }
            };
            // Without an answer somebody else wrote meanwhile: look again.
            if let Some(submitted) = submitted {
                return Ok(submitted);
            }
        }
        Err(SubmitError::NoFreeNumber { case: id })
    }

    /// Reads and checks all cases.
    ///
    /// # Errors
    ///
    /// Fails where not even the list of cases can be read.
    pub fn cases(&self) -> Result<Inventory, StorageError> {
        self.archive.inventory()
    }

    /// Returns whether this store is the one writer of its folder.
    pub(super) fn is_the_writer(&self) -> bool {
        self.lock.is_some()
    }

    /// Returns the people who handle reports.
    ///
    /// # Errors
    ///
    /// Fails where their folder cannot be read.
    pub fn people(&self) -> Result<Arc<People>, PeopleError> {
        self.people.now(self.storage.as_ref())
    }

    /// Returns the life cycle of the cases.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.around.lifecycle
    }

    /// Stores the first event of a case, unless another submit got the number meanwhile.
    fn begin(&self, id: CaseId, report: &NewReport) -> Result<Option<Submitted>, SubmitError> {
        let received_at = self.now();
        let people = self.people.now(self.storage.as_ref())?;
        let entitled = people.entitled(&report.recipient);
        if entitled.is_empty() && people.incomplete {
            return Err(PeopleError::Incomplete.into());
        }
        let mut recipients: Vec<PublicKey> = entitled
            .iter()
            .filter_map(|person| Some(person.keys.as_ref()?.public.clone()))
            .collect();
        recipients.extend(people.recovery.clone());
        let NewCaseKeys {
            secret,
            public,
            access,
            envelope,
        } = self.keys.keys(&recipients)?;
        let access = access.map(|sealed| Access {
            people: entitled.iter().map(|person| person.id.clone()).collect(),
            recovery: people.recovery.is_some(),
            sealed,
        });
        let code = ReceiptCode::derive(&report.submission_key);
        let receipt = Receipt {
            locator: code.locator(),
            sealed: Sealed::to_passphrase(
                secret.to_text().as_bytes(),
                &code.passphrase(),
                RANDOM_WORK,
                self.around.randomness.as_ref(),
            )?,
        };
        let progress = self.around.lifecycle.begin(received_at);
        let names = self.put_names::<SubmitError>(id, 1, &public, &report.names)?;
        let event = Event {
            format: FORMAT,
            case: id,
            sequence: 1,
            kind: Kind::ReportSubmitted,
            recorded_at: received_at,
            actor: Actor::REPORTER,
            previous: None,
            open: Open {
                progress: Some(progress.clone()),
                keys: Some(CaseKeys { public, receipt }),
                access,
                names,
                ..open_of(report)
            },
            sealed: Some(contents(id, 1, Kind::ReportSubmitted, report).seal(envelope)?),
        };
        match self.put(&event)? {
            Put::AlreadyThere => Ok(None),
            Put::Stored => {
                self.receipts.add(code.locator(), id);
                Ok(Some(Submitted {
                    case: id,
                    receipt: Some(code),
                    received_at,
                    progress,
                    outcome: Outcome::New,
                }))
            }
        }
    }

    /// Answers a submit whose case is there.
    fn submit_again(
        &self,
        cover: &Cover,
        events: &[Event],
        report: &NewReport,
    ) -> Result<Option<Submitted>, SubmitError> {
        let Some(last) = self.make_durable(cover.id, events)? else {
            return Ok(None);
        };
        let code = ReceiptCode::derive(&report.submission_key);
        let outcome = if cover.sent == Some(sent(report)) {
            Outcome::Repeated
        } else if !self.may_amend(cover) {
            return Err(SubmitError::Settled { case: cover.id });
        } else {
            match self.amend(cover, last, report, &code)? {
                Put::Stored => Outcome::Amended,
                Put::AlreadyThere => return Ok(None),
            }
        };
        // The submit that wrote it may have ended before it could be found.
        self.receipts.add(code.locator(), cover.id);
        Ok(Some(Submitted {
            case: cover.id,
            receipt: (!cover.receipt_kept).then_some(code),
            received_at: cover.received_at,
            progress: cover.progress.clone(),
            outcome,
        }))
    }

    /// Returns whether a form that was changed may still be sent again. Once the code is kept, whoever
    /// finds the form in a browser can do nothing with it.
    fn may_amend(&self, cover: &Cover) -> bool {
        !cover.receipt_kept && self.add_answers(cover).is_ok()
    }

    /// Returns where a case stands when the reporter adds answers to it. New names never take the place
    /// of names that were erased.
    pub(super) fn add_answers(&self, cover: &Cover) -> Result<Progress, RecordError> {
        let case = cover.id;
        if cover.names_erased_at.is_some() {
            return Err(RecordError::NamesErased { case });
        }
        let lifecycle = &self.around.lifecycle;
        let (role, given) = (Role::Reporter, Given::default());
        lifecycle
            .after(&cover.progress, AMEND, role, &given, self.now())
            .map_err(|refused| RecordError::Refused { case, refused })
    }

    /// Gives the key of a case to the people of a recipient that was chosen later. Whoever had it keeps
    /// it: what was sealed for them cannot be taken back.
    fn access_for(
        &self,
        cover: &Cover,
        recipient: &Code,
        code: &ReceiptCode,
    ) -> Result<Option<Access>, SubmitError> {
        if *recipient == cover.recipient {
            return Ok(None);
        }
        let people = self.people.now(self.storage.as_ref())?;
        let entitled = people.entitled(recipient).into_iter();
        let new: Vec<&Person> = entitled
            .filter(|person| !cover.is_open_to(&person.id))
            .collect();
        let keys: Vec<PublicKey> = new
            .iter()
            .filter_map(|person| Some(person.keys.as_ref()?.public.clone()))
            .collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let secret = open_with(cover, &code.passphrase())
            .ok_or(SubmitError::Unreadable { case: cover.id })?;
        Ok(Some(Access {
            people: new.iter().map(|person| person.id.clone()).collect(),
            recovery: false,
            sealed: Sealed::to_keys(secret.to_text().as_bytes(), &keys)?,
        }))
    }

    fn amend(
        &self,
        cover: &Cover,
        last: Digest,
        report: &NewReport,
        code: &ReceiptCode,
    ) -> Result<Put, SubmitError> {
        let sequence = cover.last_sequence() + 1;
        if sequence > MOST_EVENTS {
            return Err(SubmitError::TooManyChanges { case: cover.id });
        }
        let public = &cover.keys.public;
        let names = self.put_names::<SubmitError>(cover.id, sequence, public, &report.names)?;
        let contents = contents(cover.id, sequence, Kind::ReportAmended, report);
        let event = Event {
            format: FORMAT,
            case: cover.id,
            sequence,
            kind: Kind::ReportAmended,
            recorded_at: self.now(),
            actor: Actor::REPORTER,
            previous: Some(last),
            open: Open {
                names,
                access: self.access_for(cover, &report.recipient, code)?,
                ..open_of(report)
            },
            sealed: Some(contents.seal(Envelope::to_keys(std::slice::from_ref(public))?)?),
        };
        self.put(&event)
    }

    /// Stores the answers that say who somebody is, where there are any, and returns the digest of the
    /// file. An earlier try that was interrupted may have left another file there, which no event names.
    pub(super) fn put_names<E>(
        &self,
        case: CaseId,
        sequence: u32,
        key: &PublicKey,
        names: &Value,
    ) -> Result<Option<Digest>, E>
    where
        E: From<SealError> + From<durable::InvalidName> + From<StorageError>,
    {
        if names.as_object().is_none_or(serde_json::Map::is_empty) {
            return Ok(None);
        }
        let sealed = Sealed::to_keys(&plain_json(names)?, std::slice::from_ref(key))?;
        let name = Name::parse(&verify::names_path(case, sequence))?;
        let bytes = sealed.as_str().as_bytes();
        if self.storage.put_if_absent(&name, bytes)? == Put::AlreadyThere {
            self.storage.delete(&name)?;
            self.storage.put_if_absent(&name, bytes)?;
        }
        Ok(Some(Digest::of(bytes)))
    }

    /// Puts the events of a case once more: an earlier submit may have written them and then failed
    /// to make them durable. Returns the digest of the last, or nothing where they have changed.
    fn make_durable(&self, id: CaseId, events: &[Event]) -> Result<Option<Digest>, SubmitError> {
        let mut last = None;
        for event in events {
            let name = Name::parse(&verify::event_path(id, event.sequence))?;
            let Some(bytes) = self.storage.get(&name)? else {
                return Ok(None);
            };
            self.storage.put_if_absent(&name, &bytes)?;
            last = Some(Digest::of(&bytes));
        }
        Ok(last)
    }

    fn put(&self, event: &Event) -> Result<Put, SubmitError> {
        let name = Name::parse(&verify::event_path(event.case, event.sequence))?;
        let bytes = event.to_bytes().map_err(SubmitError::Answers)?;
        Ok(self.storage.put_if_absent(&name, &bytes)?)
    }

    /// Returns the present moment in whole seconds, which is all that a report needs to tell.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.around.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }
}

/// Locks of cases.
pub(super) struct CaseLocks(Vec<Mutex<()>>);

impl CaseLocks {
    /// Waits for the lock of a case.
    pub(super) fn of(&self, id: CaseId) -> Option<MutexGuard<'_, ()>> {
        let lock = self.0.get(id.bucket(LOCKS))?;
        // The lock guards files, not memory: what a panicking thread left behind is on disk.
        Some(lock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for CaseLocks {
    fn default() -> CaseLocks {
        CaseLocks(std::iter::repeat_with(Mutex::default).take(LOCKS).collect())
    }
}

fn open_of(report: &NewReport) -> Open {
    Open {
        form: Some(FormVersion {
            id: report.form.clone(),
            version: report.version,
        }),
        recipient: Some(report.recipient.clone()),
        submission: Some(report.submission_key.digest()),
        sent: Some(sent(report)),
        ..Open::default()
    }
}

/// Returns by what the same answers, sent again, are known.
fn sent(report: &NewReport) -> Digest {
    let sent = (&report.recipient, &report.answers, &report.names);
    // What JSON cannot write is refused when it is sealed.
    let bytes = plain_json(&sent).unwrap_or_default();
    report.submission_key.digest_of_sent(&bytes)
}

fn contents(case: CaseId, sequence: u32, kind: Kind, report: &NewReport) -> Contents {
    Contents {
        case,
        sequence,
        kind,
        body: Body {
            language: Some(report.language.tag().to_owned()),
            answers: Some(report.answers.clone()),
            countable: Some(report.countable.clone()),
            ..Body::default()
        },
    }
}

impl From<LockError> for OpenError {
    fn from(error: LockError) -> OpenError {
        match error {
            LockError::Held { path } => OpenError::InUse { path },
            LockError::File(error) => OpenError::File(error),
        }
    }
}

impl From<StorageError> for SubmitError {
    fn from(error: StorageError) -> SubmitError {
        match error {
            StorageError::Full { path } => SubmitError::DiskFull { path },
            StorageError::File(error) => SubmitError::File(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use serde_json::json;
    use tempfile::TempDir;

    use crate::durable::Listed;
    use crate::report::case::Case;
    use crate::report::fixture::{SETTINGS, report, surroundings};

    fn open(data: &Path) -> Store {
        Store::open(data, surroundings(), SETTINGS).unwrap().0
    }

    /// Opens the case of the report that was sent with this key, as its reporter.
    fn opened(store: &Store, key: u8) -> Case {
        let code = ReceiptCode::derive(&report(key, Value::Null).submission_key);
        store.open_with_receipt(&code.to_string()).unwrap().case
    }

    fn files(data: &Path) -> Vec<String> {
        let listed = Folder::new(data, 0).list("reports/").unwrap();
        listed
            .into_iter()
            .map(|listed| match listed {
                Listed::File(name) => name.as_str().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn write(path: PathBuf, bytes: &[u8]) {
        let mut file = fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }

    #[test]
    fn a_report_that_comes_again_is_known_and_a_changed_one_is_added() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let first = store.submit(&report(1, json!({"a": 1, "b": [2]}))).unwrap();
        assert_eq!(first.outcome, Outcome::New);
        assert_eq!(first.received_at.to_string(), "2026-11-20T15:04:05Z");
        let again = store.submit(&report(1, json!({"a": 1, "b": [2]}))).unwrap();
        assert_eq!((again.case, again.outcome), (first.case, Outcome::Repeated));
        let changed = store.submit(&report(1, json!({"a": 2}))).unwrap();
        assert_eq!(
            (changed.case, changed.outcome),
            (first.case, Outcome::Amended)
        );
        drop(store);

        let store = open(data.path());
        let later = store.submit(&report(1, json!({"a": 2}))).unwrap();
        assert_eq!((later.case, later.outcome), (first.case, Outcome::Repeated));
        let other = store.submit(&report(2, json!({"a": 2}))).unwrap();
        assert_eq!(other.outcome, Outcome::New);
        assert_ne!(other.case, first.case);

        assert_eq!(later.receipt, first.receipt);
        let case = opened(&store, 1);
        assert_eq!(case.answers, json!({"a": 2}));
        let kinds: Vec<Kind> = case.cover.history.iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [Kind::ReportSubmitted, Kind::ReportAmended]);
        let inventory = store.cases().unwrap();
        assert_eq!((inventory.cases.len(), inventory.events), (2, 3));
        assert_eq!(inventory.findings, []);
    }

    #[test]
    fn sixteen_submits_of_one_key_at_once_are_one_case_with_one_event() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let submitted: Vec<Submitted> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| store.submit(&report(1, json!({"a": 1}))).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let new = submitted.iter().filter(|one| one.outcome == Outcome::New);
        assert_eq!(new.count(), 1);
        assert!(submitted.iter().all(|one| one.case == submitted[0].case));
        assert_eq!(files(data.path()).len(), 1);
    }

    #[test]
    fn many_keys_and_changes_at_once_leave_every_case_whole() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = &store;
                scope.spawn(move || {
                    for round in 0..6 {
                        let answers = json!({"thread": thread, "round": round});
                        store.submit(&report(round % 3, answers)).unwrap();
                    }
                });
            }
        });
        let inventory = store.cases().unwrap();
        assert_eq!(inventory.findings, []);
        assert_eq!((inventory.cases.len(), inventory.events), (3, 48));
    }

    #[test]
    fn one_form_cannot_be_changed_for_ever() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        for round in 0..MOST_EVENTS {
            store.submit(&report(1, json!(round))).unwrap();
        }
        let one_more = store.submit(&report(1, json!("more")));
        assert!(matches!(one_more, Err(SubmitError::TooManyChanges { .. })));
        let last = store.submit(&report(1, json!(MOST_EVENTS - 1))).unwrap();
        assert_eq!(last.outcome, Outcome::Repeated);
    }

    #[test]
    fn without_free_space_no_report_is_taken_but_a_taken_one_is_confirmed() {
        let data = TempDir::new().unwrap();
        open(data.path()).submit(&report(1, json!(1))).unwrap();
        let full = StoreSettings {
            least_free_bytes: u64::MAX,
        };
        let (store, _) = Store::open(data.path(), surroundings(), full).unwrap();
        let refused = store.submit(&report(2, json!(1)));
        assert!(matches!(refused, Err(SubmitError::DiskFull { .. })));
        let known = store.submit(&report(1, json!(1))).unwrap();
        assert_eq!(known.outcome, Outcome::Repeated);
        assert_eq!(files(data.path()).len(), 1);
    }

    #[test]
    fn a_damaged_case_is_set_apart_and_the_same_key_gets_a_case_that_is_whole() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let broken = store.submit(&report(1, json!(1))).unwrap().case;
        let whole = store.submit(&report(2, json!(1))).unwrap().case;
        drop(store);
        let file = data.path().join(verify::event_path(broken, 1));
        write(file, b"{ \"half\": ");

        let (store, findings) = Store::open(data.path(), surroundings(), SETTINGS).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].case, Some(broken));
        let inventory = store.cases().unwrap();
        assert_eq!(inventory.damaged, [broken]);
        assert_eq!(inventory.cases.len(), 1);
        assert_eq!(inventory.cases[0].id, whole);
        assert!(matches!(
            store.archive.case(broken).unwrap(),
            Found::Damaged(_)
        ));

        let anew = store.submit(&report(1, json!(1))).unwrap();
        assert_eq!(anew.outcome, Outcome::New);
        assert_ne!(anew.case, broken);
        let again = store.submit(&report(1, json!(1))).unwrap();
        assert_eq!((again.case, again.outcome), (anew.case, Outcome::Repeated));
    }

    #[test]
    fn a_file_that_cannot_be_read_now_is_no_reason_for_a_second_case() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let case = store.submit(&report(1, json!(1))).unwrap().case;
        let file = data.path().join(verify::event_path(case, 1));
        fs::remove_file(&file).unwrap();
        symlink("/proc/self/status", &file).unwrap();
        let answer = store.submit(&report(1, json!(1)));
        assert!(
            matches!(answer, Err(SubmitError::Unreadable { .. })),
            "{answer:?}"
        );
        assert_eq!(store.cases().unwrap().damaged, [case]);
    }

    #[test]
    fn files_of_others_are_named_and_nothing_else() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let case = store.submit(&report(1, json!(1))).unwrap().case;
        let reports = data.path().join("reports");
        write(reports.join("notes.txt"), b"x");
        write(reports.join(case.plain()).join("1.json"), b"x");
        write(reports.join(case.plain()).join(".writing-1-1"), b"x");
        fs::create_dir(reports.join(case.plain().to_lowercase())).unwrap();
        write(
            reports.join(case.plain().to_lowercase()).join("00001.json"),
            b"x",
        );
        drop(store);
        let (store, findings) = Store::open(data.path(), surroundings(), SETTINGS).unwrap();
        let told: BTreeSet<(String, Problem)> = findings
            .into_iter()
            .map(|finding| (finding.path, finding.problem))
            .collect();
        let (plain, lower) = (case.plain(), case.plain().to_lowercase());
        assert_eq!(
            told,
            BTreeSet::from([
                (format!("reports/{lower}/00001.json"), Problem::Foreign),
                (format!("reports/{plain}/.writing-1-1"), Problem::Unfinished),
                (format!("reports/{plain}/1.json"), Problem::Foreign),
                ("reports/notes.txt".to_owned(), Problem::Foreign),
            ])
        );
        assert_eq!(store.cases().unwrap().cases.len(), 1);
        assert_eq!(store.cases().unwrap().damaged, []);
    }

    #[test]
    fn a_number_that_another_submit_has_is_passed_over() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        let theirs = store.submit(&report(1, json!(1))).unwrap().case;
        let mine = report(2, json!(2));
        let wanted = CaseId::derive(&mine.submission_key, 0);
        // Give their case the number that ours would get.
        let reports = data.path().join("reports");
        fs::rename(reports.join(theirs.plain()), reports.join(wanted.plain())).unwrap();
        let file = data.path().join(verify::event_path(wanted, 1));
        let text = fs::read_to_string(&file).unwrap();
        write(
            file,
            text.replace(&theirs.plain(), &wanted.plain()).as_bytes(),
        );
        let submitted = store.submit(&mine).unwrap();
        assert_eq!(submitted.case, CaseId::derive(&mine.submission_key, 1));
        assert_eq!(submitted.outcome, Outcome::New);
    }

    /// Names the folder in which the tests of this process's other half work.
    const CHILD_DATA: &str = "MELDWIJZER_TEST_CHILD_DATA";

    #[test]
    #[ignore = "started by another test: runs in a process of its own"]
    fn child_submits() {
        let data = std::env::var_os(CHILD_DATA).unwrap();
        open(Path::new(&data)).submit(&report(1, json!(1))).unwrap();
    }

    fn run_child(data: &Path, umask: &str) -> bool {
        let status = Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "report::store::tests::child_submits",
                "--ignored",
            ])
            .env(CHILD_DATA, data)
            .output()
            .unwrap();
        status.status.success()
    }

    #[test]
    fn a_second_process_is_refused_while_the_first_lives() {
        let data = TempDir::new().unwrap();
        let store = open(data.path());
        assert!(!run_child(data.path(), "022"));
        assert!(matches!(
            Store::open(data.path(), surroundings(), SETTINGS),
            Err(OpenError::InUse { .. })
        ));
        drop(store);
        assert!(run_child(data.path(), "022"));
        assert_eq!(files(data.path()).len(), 1);
    }

    #[test]
    fn the_umask_neither_opens_nor_closes_the_files() {
        for umask in ["000", "777", "022"] {
            let parent = TempDir::new().unwrap();
            let data = parent.path().join("data");
            assert!(run_child(&data, umask), "umask {umask}");
            let file = data.join(&files(&data)[0]);
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
            assert_eq!(mode(&file), 0o600, "umask {umask}");
            assert_eq!(mode(&data.join("lock")), 0o600, "umask {umask}");
            for folder in file.ancestors().skip(1).take(3) {
                assert_eq!(mode(folder), 0o700, "umask {umask}, {}", folder.display());
            }
        }
    }
}
