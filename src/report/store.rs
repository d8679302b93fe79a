//! Takes reports in.
//!
//! A report is confirmed only when its event and the folder entries of it are on disk. The number of
//! a case derives from the key that the form carried, so the same submit that arrives again, at the
//! same time or after a restart, is known by what is stored and nothing else.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::durable::{
    self, Folder, LockError, Name, PathError, Put, Storage, StorageError, WriterLock,
};
use crate::language::Language;
use crate::report::archive::{Archive, Found, Inventory};
use crate::report::case::Case;
use crate::report::due;
use crate::report::event::{Actor, Event, FORMAT, FormVersion, Kind, Open, Role, Sealed, Status};
use crate::report::ids::{CaseId, Code, Digest, SubmissionKey};
use crate::report::verify::{self, Finding, Problem};

/// Free space below which no report is taken, in bytes: enough for a full disk to be noticed and
/// solved while handling goes on, and for thousands of reports.
pub const LEAST_FREE_BYTES: u64 = 200 * 1024 * 1024;

/// How many case numbers a submit tries. A number is taken by chance once in 10^15 times; what is
/// really met here is a damaged case.
const MOST_ATTEMPTS: u32 = 8;

/// How often one form can be changed and sent again, so that one key cannot fill the disk.
const MOST_EVENTS: u32 = 100;

/// Locks that cases share, so that two submits of one key wait for each other and others do not.
const LOCKS: usize = 64;

/// How a store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Free space below which no report is taken, in bytes; usually [`LEAST_FREE_BYTES`].
    pub least_free_bytes: u64,
}

/// The store of reports, open for writing. There is one per data folder.
pub struct Store {
    storage: Arc<dyn Storage>,
    archive: Archive,
    clock: Arc<dyn Clock>,
    locks: Vec<Mutex<()>>,
    _lock: WriterLock,
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
    /// The answers, by field of the form.
    pub answers: Value,
    /// Who may see it.
    pub recipient: Code,
}

/// The answer to a submit: the report is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Number of the case.
    pub case: CaseId,
    /// When the report was received first.
    pub received_at: Timestamp,
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
    /// Every case number that this submit could get is taken by a damaged case.
    #[error("no free case number, last tried {case}")]
    NoFreeNumber {
        /// The last number.
        case: CaseId,
    },
    /// The answers cannot be written as JSON.
    #[error("the answers cannot be written")]
    Answers(#[source] serde_json::Error),
    /// The name of the event is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] durable::InvalidName),
    /// Reading or writing failed.
    #[error(transparent)]
    File(PathError),
}

impl Store {
    /// Opens the store in a data folder, which is made where it is not there, and checks everything
    /// that is stored. Damage is told and does not keep the store from opening.
    ///
    /// # Errors
    ///
    /// Fails where another process uses the folder, or it cannot be read or written.
    pub fn open(
        data: &Path,
        clock: Arc<dyn Clock>,
        settings: StoreSettings,
    ) -> Result<(Store, Vec<Finding>), OpenError> {
        durable::create_root(data)?;
        let lock = WriterLock::take(data)?;
        let folder = Folder::new(data, settings.least_free_bytes);
        let unfinished = folder.remove_unfinished(&lock)?;
        let store = Store::of(Arc::new(folder), data, clock, lock);
        let mut findings: Vec<Finding> = unfinished
            .iter()
            .map(|path| Finding::about_path(data, path, Problem::Unfinished))
            .collect();
        findings.extend(store.archive.inventory()?.findings);
        Ok((store, findings))
    }

    fn of(
        storage: Arc<dyn Storage>,
        data: &Path,
        clock: Arc<dyn Clock>,
        lock: WriterLock,
    ) -> Store {
        Store {
            archive: Archive::of(storage.clone(), data),
            storage,
            clock,
            locks: std::iter::repeat_with(Mutex::default).take(LOCKS).collect(),
            _lock: lock,
        }
    }

    /// Takes a report in. It waits for the disk, so an asynchronous caller gives it a thread.
    ///
    /// # Errors
    ///
    /// Fails where the report is not surely on disk.
    pub fn submit(&self, report: &NewReport) -> Result<Submitted, SubmitError> {
        // All attempts of one key share the lock of its first number.
        let _one_at_a_time = self.lock_of(CaseId::derive(&report.submission_key, 0));
        for attempt in 0..MOST_ATTEMPTS {
            let id = CaseId::derive(&report.submission_key, attempt);
            match self.archive.case(id)? {
                Found::Nothing => {
                    if let Some(submitted) = self.begin(id, report)? {
                        return Ok(submitted);
                    }
                }
                Found::Case(case) if case.submission == report.submission_key.digest() => {
                    return self.submit_again(&case, report);
                }
                // Another submit has this number, or it is damaged so that no one can tell whose it
                // was. A second case is better than a lost report.
                Found::Case(_) | Found::Damaged(_) => {}
            }
        }
        Err(SubmitError::NoFreeNumber {
            case: CaseId::derive(&report.submission_key, MOST_ATTEMPTS - 1),
        })
    }

    /// Reads and checks all cases.
    ///
    /// # Errors
    ///
    /// Fails where not even the list of cases can be read.
    pub fn cases(&self) -> Result<Inventory, StorageError> {
        self.archive.inventory()
    }

    /// Reads and checks one case.
    ///
    /// # Errors
    ///
    /// Fails where the folder of the case cannot be read.
    pub fn case(&self, id: CaseId) -> Result<Found, StorageError> {
        self.archive.case(id)
    }

    /// Stores the first event of a case, unless another submit got the number meanwhile.
    fn begin(&self, id: CaseId, report: &NewReport) -> Result<Option<Submitted>, SubmitError> {
        let received_at = self.clock.now();
        let event = Event {
            format: FORMAT,
            case: id,
            sequence: 1,
            kind: Kind::ReportSubmitted,
            recorded_at: received_at,
            actor: reporter(),
            previous: None,
            open: Open {
                form: form_of(report),
                recipient: report.recipient.clone(),
                status: Status::Submitted,
                due: due::due_dates(received_at),
                submission: report.submission_key.digest(),
            },
            sealed: sealed(id, 1, Kind::ReportSubmitted, report),
        };
        Ok(match self.put(&event)? {
            Put::AlreadyThere => None,
            Put::Stored => Some(Submitted {
                case: id,
                received_at,
                outcome: Outcome::New,
            }),
        })
    }

    /// Answers a submit whose case is there.
    fn submit_again(&self, case: &Case, report: &NewReport) -> Result<Submitted, SubmitError> {
        let last = self.make_durable(case)?;
        let same = case.answers == report.answers && case.recipient == report.recipient;
        if !same {
            self.amend(case, last, report)?;
        }
        Ok(Submitted {
            case: case.id,
            received_at: case.received_at,
            outcome: if same {
                Outcome::Repeated
            } else {
                Outcome::Amended
            },
        })
    }

    fn amend(&self, case: &Case, last: Digest, report: &NewReport) -> Result<(), SubmitError> {
        let too_many = SubmitError::TooManyChanges { case: case.id };
        let sequence = case.history.last().map_or(1, |last| last.sequence + 1);
        if sequence > MOST_EVENTS {
            return Err(too_many);
        }
        let event = Event {
            format: FORMAT,
            case: case.id,
            sequence,
            kind: Kind::ReportAmended,
            recorded_at: self.clock.now(),
            actor: reporter(),
            previous: Some(last),
            open: Open {
                form: form_of(report),
                recipient: report.recipient.clone(),
                status: case.status,
                due: case.due,
                submission: case.submission,
            },
            sealed: sealed(case.id, sequence, Kind::ReportAmended, report),
        };
        match self.put(&event)? {
            Put::Stored => Ok(()),
            Put::AlreadyThere => Err(too_many),
        }
    }

    /// Puts the events of a case once more: an earlier submit may have written them and then failed
    /// to make them durable. Returns the digest of the last.
    fn make_durable(&self, case: &Case) -> Result<Digest, SubmitError> {
        let mut last = case.submission;
        for happening in &case.history {
            let name = Name::parse(&verify::event_path(case.id, happening.sequence))?;
            let bytes = self.storage.get(&name)?.unwrap_or_default();
            self.storage.put_if_absent(&name, &bytes)?;
            last = Digest::of(&bytes);
        }
        Ok(last)
    }

    fn put(&self, event: &Event) -> Result<Put, SubmitError> {
        let name = Name::parse(&verify::event_path(event.case, event.sequence))?;
        let bytes = event.to_bytes().map_err(SubmitError::Answers)?;
        Ok(self.storage.put_if_absent(&name, &bytes)?)
    }

    fn lock_of(&self, id: CaseId) -> Option<MutexGuard<'_, ()>> {
        let lock = self.locks.get(id.bucket(LOCKS))?;
        // The lock guards files, not memory: what a panicking thread left behind is on disk.
        Some(lock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn reporter() -> Actor {
    Actor {
        role: Role::Reporter,
        person: None,
    }
}

fn form_of(report: &NewReport) -> FormVersion {
    FormVersion {
        id: report.form.clone(),
        version: report.version,
    }
}

fn sealed(case: CaseId, sequence: u32, kind: Kind, report: &NewReport) -> Sealed {
    Sealed {
        case,
        sequence,
        kind,
        language: report.language.tag().to_owned(),
        answers: report.answers.clone(),
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
