//! What is done with a case after it was sent: opening it, adding to it, files.
//!
//! Nobody but the reporter reads a case without an event that says so, which is on disk first. An act
//! is checked against the life cycle on the state that it is added to; when somebody else was first, it
//! is checked again on the new state. Invariant: nothing that was said leaves memory unsealed.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::store::Store;
use crate::durable::{self, AppendLock, Name, PathError, Put, StorageError};
use crate::randomness::NoRandomness;
use crate::report::archive::Found;
use crate::report::case::{Case, Cover};
use crate::report::event::{
    Access, Actor, Body, Contents, Event, FORMAT, FileRef, Kind, LAST_SEQUENCE, Open, ReadError,
};
use crate::report::ids::{CaseId, Code, Digest, SubmissionKey, random_code};
use crate::report::lifecycle::{Given, Hearing, Refused, Role};
use crate::report::people::{Keys, Person};
use crate::report::receipt::ReceiptCode;
use crate::report::seal::{Envelope, SealError, Sealed, SealedWriter, SecretKey, open_stream};
use crate::report::statistics;
use crate::report::verify::{self, Finding, Problem};

/// How often an event looks for its place after the last one, each time because somebody else wrote one
/// meanwhile. Two people at one case at one moment are many.
const MOST_TRIES: u32 = 16;

/// Characters of the id of an attachment: 80 bits, so that nobody meets another by chance or guesses it.
const FILE_ID_CHARACTERS: usize = 16;

/// The action that decides about registration, which is the one that writes statistics.
pub const DECIDE_REGISTRATION: &str = "decide_registration";

/// A case that was opened, with its key, to read it and to add to it.
#[derive(Clone, Debug)]
pub struct OpenedCase {
    /// What is in it.
    pub case: Case,
    key: SecretKey,
}

/// Something that somebody does with a case.
#[derive(Clone, Debug)]
pub struct Act {
    /// The action of the life cycle.
    pub action: Code,
    /// Who does it.
    pub actor: Actor,
    /// What they say with it.
    pub body: Body,
    /// The files that come with it, stored before by [`Store::attach`].
    pub files: Vec<FileRef>,
    /// The key that the page carried, so that sending it twice does it once.
    pub submission_key: Option<SubmissionKey>,
}

/// A file that was attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached<T> {
    /// Its id.
    pub id: Code,
    /// Digest of its bytes, before they were sealed.
    pub content: Digest,
    /// The file that was stored; nothing where the reporter had sent the same bytes before.
    pub stored: Option<FileRef>,
    /// What the closure made that wrote it.
    pub made: T,
}

/// What came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is on disk.
    Done,
    /// It had been done before with the same key; nothing changed.
    Repeated,
}

/// Why a case was not opened.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The code opens nothing; what is wrong with it is not told.
    #[error("the code opens no case")]
    WrongCode,
    /// There is no case with this number.
    #[error("case {case}: not there")]
    NotThere {
        /// The number.
        case: CaseId,
    },
    /// The case was erased.
    #[error("case {case}: was erased")]
    Erased {
        /// The case.
        case: CaseId,
    },
    /// Files of the case are damaged.
    #[error("case {case}: damaged")]
    Damaged {
        /// The case.
        case: CaseId,
        /// What is wrong.
        findings: Vec<Finding>,
    },
    /// The key does not open the case.
    #[error("case {case}: not open to this key")]
    NotEntitled {
        /// The case.
        case: CaseId,
    },
    /// That the case was opened could not be written down, so it stays closed.
    #[error(transparent)]
    Record(#[from] Box<RecordError>),
    /// The case cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A name is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] durable::InvalidName),
}

/// Why an act was not recorded. It may be stored all the same; the same act can be tried again.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The life cycle does not allow it now.
    #[error("case {case}: not allowed: {}", refused.code())]
    Refused {
        /// The case.
        case: CaseId,
        /// Why.
        refused: Refused,
    },
    /// The answers that say who somebody is were erased, and new ones must not take their place.
    #[error("case {case}: names were erased")]
    NamesErased {
        /// The case.
        case: CaseId,
    },
    /// Whoever should get access has no key.
    #[error("case {case}: nobody to give access to")]
    NoKeys {
        /// The case.
        case: CaseId,
    },
    /// The case is not there, erased or damaged.
    #[error(transparent)]
    Case(#[from] Box<CaseError>),
    /// Too many others wrote at the same moment, or too much has happened.
    #[error("case {case}: no place for another event")]
    NoPlace {
        /// The case.
        case: CaseId,
    },
    /// There is too little free space.
    #[error("{}: too little free space", path.display())]
    DiskFull {
        /// The data folder.
        path: PathBuf,
    },
    /// It cannot be written as JSON.
    #[error("the event cannot be written")]
    Event(#[source] ReadError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A name is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] durable::InvalidName),
    /// Reading or writing failed.
    #[error(transparent)]
    File(#[from] PathError),
}

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum AttachError<E> {
    /// Whoever made its bytes stopped.
    #[error("the file was refused")]
    Source(E),
    /// There is too little free space.
    #[error("{}: too little free space", path.display())]
    DiskFull {
        /// The data folder.
        path: PathBuf,
    },
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A name is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] durable::InvalidName),
    /// Writing failed.
    #[error(transparent)]
    File(#[from] PathError),
}

/// Who opens a case with a key.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// A person who handles reports.
    Person(&'a Person),
    /// Whoever took the recovery key out of the safe.
    Recovery,
}

impl Reader<'_> {
    /// Returns who this is in events.
    pub fn actor(self) -> Actor {
        match self {
            Reader::Person(person) => Actor {
                role: person.roles.first().copied().unwrap_or(Role::Coordinator),
                person: Some(person.id.clone()),
            },
            Reader::Recovery => Actor {
                role: Role::RecoveryHolder,
                person: None,
            },
        }
    }
}

impl Store {
    /// Opens the case of a receipt code, for its reporter. What is wrong with a wrong code is not told,
    /// and it costs the same work as a right one.
    ///
    /// # Errors
    ///
    /// Fails where the code opens no case, or the case cannot be read.
    pub fn open_with_receipt(&self, typed: &str) -> Result<OpenedCase, CaseError> {
        let code = typed.parse::<ReceiptCode>().ok();
        let opened = self.receipts.open(code.as_ref(), |id| {
            Ok::<_, CaseError>(match self.archive.case(id)? {
                Found::Case(cover, events) => Some((cover, events)),
                _ => None,
            })
        })?;
        let opened = opened.ok_or(CaseError::WrongCode)?;
        let opened = self.opened(*opened.cover, &opened.events, opened.secret)?;
        // A decision whose record could not be made, or was interrupted before it was.
        let _ = statistics::settle(self.storage.as_ref(), &opened.case, &opened.key);
        Ok(opened)
    }

    /// Opens a case for somebody who has a key to it, after writing down that they did.
    ///
    /// # Errors
    ///
    /// Fails where the key does not open the case, or the event is not surely on disk.
    pub fn open_with_key(
        &self,
        id: CaseId,
        reader: Reader<'_>,
        key: &SecretKey,
    ) -> Result<OpenedCase, CaseError> {
        let (cover, _) = self.whole(id)?;
        let secret = case_key(&cover, key).ok_or(CaseError::NotEntitled { case: id })?;
        let note = Note {
            kind: Kind::CaseOpened,
            open: Open::default(),
            body: None,
        };
        self.append(id, reader.actor(), |_| Ok(Some(note.clone())))
            .map_err(Box::new)?;
        let (cover, events) = self.whole(id)?;
        self.opened(*cover, &events, secret)
    }

    /// Reads a case as it is now, for whoever had opened it.
    ///
    /// # Errors
    ///
    /// Fails where it can no longer be read.
    pub fn again(&self, opened: &OpenedCase) -> Result<OpenedCase, CaseError> {
        let (cover, events) = self.whole(opened.case.cover.id)?;
        self.opened(*cover, &events, opened.key.clone())
    }

    fn opened(
        &self,
        cover: Cover,
        events: &[Event],
        key: SecretKey,
    ) -> Result<OpenedCase, CaseError> {
        let id = cover.id;
        let names = cover.names_in_use();
        let mut case = Case::open(cover, events, &key).map_err(|error| {
            let path = verify::event_path(id, error.sequence);
            damaged(id, path, Problem::Swapped)
        })?;
        let [first, details] = names.map(|file| self.names(id, file, &key));
        case.add_names([first?, details?]);
        Ok(OpenedCase { case, key })
    }

    /// Reads the answers that say who somebody is, where there are any.
    fn names(
        &self,
        id: CaseId,
        file: Option<(u32, Digest)>,
        key: &SecretKey,
    ) -> Result<Value, CaseError> {
        let Some((sequence, digest)) = file else {
            return Ok(Value::Null);
        };
        let path = verify::names_path(id, sequence);
        let bytes = self.storage.get(&Name::parse(&path)?)?;
        let bytes = bytes.ok_or_else(|| damaged(id, path.clone(), Problem::Missing))?;
        if Digest::of(&bytes) != digest {
            return Err(damaged(id, path, Problem::Changed));
        }
        let sealed = String::from_utf8(bytes).ok().map(Sealed::from_text);
        let plain = sealed.and_then(|sealed| sealed.open(key).ok());
        plain
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| damaged(id, path, Problem::Swapped))
    }

    /// Reads a case that can be read.
    pub(super) fn whole(&self, id: CaseId) -> Result<(Box<Cover>, Vec<Event>), CaseError> {
        match self.archive.case(id)? {
            Found::Case(cover, events) => Ok((cover, events)),
            Found::Erased(_) => Err(CaseError::Erased { case: id }),
            Found::Nothing => Err(CaseError::NotThere { case: id }),
            Found::Damaged(findings) => Err(CaseError::Damaged { case: id, findings }),
        }
    }

    /// Writes down something that somebody does with a case that they have open.
    ///
    /// # Errors
    ///
    /// Fails where the life cycle does not allow it, or it is not surely on disk.
    pub fn record(&self, opened: &OpenedCase, act: &Act) -> Result<Recorded, RecordError> {
        let case = opened.case.cover.id;
        let submission = act.submission_key.map(|key| key.digest());
        let given = given(act);
        let recorded = self.append(case, act.actor.clone(), |cover| {
            if submission.is_some_and(|submission| cover.acts.contains_key(&submission)) {
                return Ok(None);
            }
            let lifecycle = &self.around.lifecycle;
            let role = act.actor.role;
            let progress = lifecycle
                .after(
                    &cover.progress,
                    act.action.as_str(),
                    role,
                    &given,
                    self.now(),
                )
                .map_err(|refused| RecordError::Refused { case, refused })?;
            Ok(Some(Note {
                kind: Kind::ActionTaken,
                open: Open {
                    action: Some(act.action.clone()),
                    progress: Some(progress),
                    registered: registered(act),
                    counted: counts(act),
                    submission,
                    files: act.files.clone(),
                    ..Open::default()
                },
                body: Some(act.body.clone()),
            }))
        });
        if recorded.is_ok() && act.action.as_str() == DECIDE_REGISTRATION {
            self.settle_statistics(opened);
        }
        recorded
    }

    /// Brings the statistics up to date with a case. Should this fail, opening the report with its
    /// receipt makes up for it; what was recorded stands.
    pub(super) fn settle_statistics(&self, opened: &OpenedCase) {
        if let Ok(now) = self.again(opened) {
            let _ = statistics::settle(self.storage.as_ref(), &now.case, &now.key);
        }
    }

    /// Writes down that the reporter has kept the receipt code, so that the form shows it no more.
    ///
    /// # Errors
    ///
    /// Fails where it is not surely on disk.
    pub fn receipt_kept(&self, opened: &OpenedCase) -> Result<Recorded, RecordError> {
        let note = Note {
            kind: Kind::ReceiptKept,
            open: Open::default(),
            body: None,
        };
        self.append(opened.case.cover.id, Actor::REPORTER, |cover| {
            Ok((!cover.receipt_kept).then(|| note.clone()))
        })
    }

    /// Gives a person the key of a case that is open.
    ///
    /// Whether somebody may give it is for whoever calls: the recovery key always may.
    ///
    /// # Errors
    ///
    /// Fails where the person has no key, or it is not surely on disk.
    pub fn grant(
        &self,
        opened: &OpenedCase,
        by: &Actor,
        person: &Person,
    ) -> Result<Recorded, RecordError> {
        let case = opened.case.cover.id;
        let keys = person.keys.as_ref();
        let keys = keys.ok_or(RecordError::NoKeys { case })?;
        self.give(case, by, person, keys, &opened.key)
    }

    /// Gives a person who has a new key the cases that their old key opens, and returns how many. Nothing is
    /// read of them, so nobody is said to have opened them.
    ///
    /// # Errors
    ///
    /// Fails where a case is not surely handed over; the others before it are.
    pub fn hand_over(&self, person: &Person, old: &SecretKey) -> Result<usize, RecordError> {
        let Some(keys) = &person.keys else {
            return Ok(0);
        };
        if keys.public == old.public() {
            return Ok(0);
        }
        let actor = Reader::Person(person).actor();
        let mut handed_over = 0;
        for cover in self.cases()?.cases {
            let secret = case_key(&cover, old).filter(|_| cover.is_open_to(&person.id));
            let Some(secret) = secret else {
                continue;
            };
            self.give(cover.id, &actor, person, keys, &secret)?;
            handed_over += 1;
        }
        Ok(handed_over)
    }

    fn give(
        &self,
        case: CaseId,
        by: &Actor,
        person: &Person,
        keys: &Keys,
        secret: &SecretKey,
    ) -> Result<Recorded, RecordError> {
        let to = std::slice::from_ref(&keys.public);
        let access = Access {
            people: vec![person.id.clone()],
            recovery: false,
            sealed: Sealed::to_keys(secret.to_text().as_bytes(), to)?,
        };
        self.append(case, by.clone(), |_| {
            Ok(Some(Note {
                kind: Kind::AccessGranted,
                open: Open {
                    access: Some(access.clone()),
                    ..Open::default()
                },
                body: None,
            }))
        })
    }

    /// Seals a file and stores it under a random name. The closure writes its bytes; when it fails,
    /// nothing stays, nor does a second copy of what the reporter sent before. Memory does not depend on
    /// the size of the file.
    ///
    /// # Errors
    ///
    /// Fails where the closure does, or the file is not surely on disk.
    pub fn attach<T, E>(
        &self,
        opened: &OpenedCase,
        most_bytes: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<Attached<T>, AttachError<E>> {
        let _appending = self.appending()?;
        let id = random_code(self.around.randomness.as_ref(), FILE_ID_CHARACTERS)?;
        let case = opened.case.cover.id;
        let name = Name::parse(&verify::file_path(case, &id))?;
        let output = Digesting {
            inner: self.storage.create(&name, most_bytes)?,
            digest: Sha256::new(),
            bytes: 0,
        };
        let mut plain = Digesting {
            inner: SealedWriter::new(output, &opened.case.cover.keys.public)?,
            digest: Sha256::new(),
            bytes: 0,
        };
        let made = write(&mut plain).map_err(AttachError::Source)?;
        let content = Digest::finished(plain.digest);
        let mut own = opened.case.own_files().into_iter();
        if let Some(known) = own.find(|note| note.content == Some(content)) {
            return Ok(Attached {
                id: known.id.clone(),
                content,
                stored: None,
                made,
            });
        }
        let output = plain.inner.finish().map_err(SealError::from)?;
        let stored = FileRef {
            id: id.clone(),
            bytes: output.bytes,
            digest: Digest::finished(output.digest),
        };
        match output.inner.commit()? {
            Put::Stored => Ok(Attached {
                id,
                content,
                stored: Some(stored),
                made,
            }),
            // An id of 80 random bits that is taken: the randomness is broken.
            Put::AlreadyThere => Err(AttachError::Randomness(NoRandomness)),
        }
    }

    /// Removes files that were stored and will not be named by an event. Should it fail, the next start
    /// removes them.
    pub fn forget_files(&self, case: CaseId, files: &[FileRef]) {
        for file in files {
            if let Ok(name) = Name::parse(&verify::file_path(case, &file.id)) {
                let _ = self.storage.delete(&name);
            }
        }
    }

    /// Opens a file of a case for reading.
    ///
    /// # Errors
    ///
    /// Fails where the case has no such file, or it does not open.
    pub fn read_file(
        &self,
        opened: &OpenedCase,
        file: &Code,
    ) -> Result<Box<dyn Read + Send>, CaseError> {
        let id = opened.case.cover.id;
        let path = verify::file_path(id, file);
        if opened.case.file(file).is_none() {
            return Err(CaseError::NotThere { case: id });
        }
        let stored = self.storage.open(&Name::parse(&path)?)?;
        let stored = stored.ok_or_else(|| damaged(id, path.clone(), Problem::Missing))?;
        let reader =
            open_stream(stored, &opened.key).map_err(|_| damaged(id, path, Problem::Swapped))?;
        Ok(Box::new(reader))
    }

    /// Adds an event after the last one. The closure decides on the state that it is added to; without
    /// a note nothing is added.
    pub(super) fn append(
        &self,
        case: CaseId,
        actor: Actor,
        note: impl Fn(&Cover) -> Result<Option<Note>, RecordError>,
    ) -> Result<Recorded, RecordError> {
        let _appending = self.appending()?;
        for _ in 0..MOST_TRIES {
            let (cover, _) = self.whole(case).map_err(Box::new)?;
            let Some(note) = note(&cover)? else {
                self.make_last_durable(&cover)?;
                return Ok(Recorded::Repeated);
            };
            let event = self.event(&cover, actor.clone(), note)?;
            let name = Name::parse(&verify::event_path(case, event.sequence))?;
            let bytes = event.to_bytes().map_err(RecordError::Event)?;
            match self.storage.put_if_absent(&name, &bytes)? {
                Put::Stored => return Ok(Recorded::Done),
                Put::AlreadyThere => {}
            }
        }
        Err(RecordError::NoPlace { case })
    }

    /// Puts the last event of a case once more: an earlier try may have named it and then failed to make
    /// the name durable. The names of the events before it are in the same folder.
    fn make_last_durable(&self, cover: &Cover) -> Result<(), RecordError> {
        let name = Name::parse(&verify::event_path(cover.id, cover.last_sequence()))?;
        if let Some(bytes) = self.storage.get(&name)? {
            self.storage.put_if_absent(&name, &bytes)?;
        }
        Ok(())
    }

    fn event(&self, cover: &Cover, actor: Actor, note: Note) -> Result<Event, RecordError> {
        let case = cover.id;
        let last = cover.last_sequence();
        let sequence = last + 1;
        if sequence > LAST_SEQUENCE {
            return Err(RecordError::NoPlace { case });
        }
        let Note { kind, open, body } = note;
        let sealed = match body {
            None => None,
            Some(body) => {
                let contents = Contents {
                    case,
                    sequence,
                    kind,
                    body,
                };
                let envelope = Envelope::to_keys(std::slice::from_ref(&cover.keys.public))?;
                Some(contents.seal(envelope)?)
            }
        };
        let before = Name::parse(&verify::event_path(case, last))?;
        let previous = self.storage.get(&before)?.map(|bytes| Digest::of(&bytes));
        Ok(Event {
            format: FORMAT,
            case,
            sequence,
            kind,
            recorded_at: self.now(),
            actor,
            previous,
            open,
            sealed,
        })
    }

    /// Keeps the file that is written next from being removed as unfinished, where this store is not
    /// the one writer.
    pub(super) fn appending(&self) -> Result<Option<AppendLock>, PathError> {
        if self.is_the_writer() {
            return Ok(None);
        }
        AppendLock::take(&self.data).map(Some)
    }
}

/// What is to be written down.
#[derive(Clone)]
pub(super) struct Note {
    pub(super) kind: Kind,
    pub(super) open: Open,
    /// Nothing where there is nothing to hide.
    pub(super) body: Option<Body>,
}

/// Returns the secret key of a case, where this key opens it.
pub(super) fn case_key(cover: &Cover, key: &SecretKey) -> Option<SecretKey> {
    cover
        .access
        .iter()
        .find_map(|(_, access)| cover.secret_key(&access.sealed.open(key).ok()?))
}

fn damaged(case: CaseId, path: String, problem: Problem) -> CaseError {
    CaseError::Damaged {
        case,
        findings: vec![Finding::about(case, path, problem)],
    }
}

/// Tells the life cycle what came with an act.
fn given(act: &Act) -> Given {
    let body = &act.body;
    let measure = body.measure.as_ref();
    let filled = |text: &String| !text.trim().is_empty();
    Given {
        choice: body.choice.clone(),
        text: body.text.as_ref().is_some_and(filled),
        files: !act.files.is_empty() || !body.files.is_empty(),
        reference: body.reference.as_ref().is_some_and(filled),
        behaviour: measure.is_some_and(|measure| filled(&measure.behaviour)),
        hearing: measure.and_then(|measure| Hearing::from_name(measure.hearing.as_str())),
        hearing_reason: measure
            .and_then(|measure| measure.hearing_reason.as_ref())
            .is_some_and(filled),
        citizen_told: measure.is_some_and(|measure| filled(&measure.informed)),
        end_date: measure.map(|measure| measure.ends_on),
        review_date: measure.map(|measure| measure.review_on),
    }
}

/// Returns what a decision about registration means for the register, where this is one.
fn registered(act: &Act) -> Option<bool> {
    if act.action.as_str() != DECIDE_REGISTRATION {
        return None;
    }
    match act.body.choice.as_ref()?.as_str() {
        "register_named" | "register_unnamed" => Some(true),
        "count_only" | "not_register" => Some(false),
        _ => None,
    }
}

/// Returns whether a statistics record belongs to a decision about registration, where this is one.
fn counts(act: &Act) -> Option<bool> {
    let decided = act.action.as_str() == DECIDE_REGISTRATION;
    let choice = act.body.choice.as_ref().filter(|_| decided)?;
    Some(statistics::counts(choice).is_some())
}

/// Counts and digests what is written through it.
struct Digesting<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let (done, _) = bytes.split_at(written.min(bytes.len()));
        self.digest.update(done);
        self.bytes += u64::try_from(written).unwrap_or_default();
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl From<StorageError> for RecordError {
    fn from(error: StorageError) -> RecordError {
        match error {
            StorageError::Full { path } => RecordError::DiskFull { path },
            StorageError::File(error) => RecordError::File(error),
        }
    }
}

impl<E> From<StorageError> for AttachError<E> {
    fn from(error: StorageError) -> AttachError<E> {
        match error {
            StorageError::Full { path } => AttachError::DiskFull { path },
            StorageError::File(error) => AttachError::File(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};
    use serde_json::json;
    use tempfile::TempDir;

    use crate::durable::Folder;
    use crate::durable::faults::{FAULTS, FaultyFiles};
    use crate::report::event::Measure;
    use crate::report::fixture::{
        Later, SETTINGS, at, clock, folder, person, recovery_key, report,
    };
    use crate::report::lifecycle::{Status, TrackState};
    use crate::report::store::{NewReport, SubmitError};

    /// An organisation with a coordinator and a recovery key, and a report that was sent.
    struct Office {
        data: TempDir,
        clock: Arc<Later>,
        store: Store,
        coordinator: Person,
        coordinator_key: SecretKey,
        recovery_key: SecretKey,
        code: String,
        case: CaseId,
    }

    impl Office {
        fn new() -> Office {
            Office::with(&NewReport {
                names: json!({"phone": "0612345678"}),
                ..report(1, json!({"short_story": "Hij gooide een stoel"}))
            })
        }

        fn with(report: &NewReport) -> Office {
            let data = folder();
            let clock = clock();
            let store = Store::open(data.path(), at(Arc::clone(&clock)), SETTINGS)
                .unwrap()
                .0;
            let folder = Folder::new(data.path(), 0);
            let recovery_key = recovery_key(&folder);
            let (coordinator, coordinator_key) = person(data.path(), "Anna", Role::Coordinator);
            let submitted = store.submit(report).unwrap();
            Office {
                data,
                clock,
                store,
                coordinator,
                coordinator_key,
                recovery_key,
                code: submitted.receipt.as_ref().unwrap().to_string(),
                case: submitted.case,
            }
        }

        fn opened(&self) -> OpenedCase {
            self.store.open_with_receipt(&self.code).unwrap()
        }

        fn by_coordinator(&self) -> OpenedCase {
            let reader = Reader::Person(&self.coordinator);
            let opened = self
                .store
                .open_with_key(self.case, reader, &self.coordinator_key);
            opened.unwrap()
        }

        fn act(&self, action: &str, change: impl Fn(&mut Act)) -> Result<Recorded, RecordError> {
            let mut act = Act {
                action: action.parse().unwrap(),
                actor: Actor::REPORTER,
                body: Body::default(),
                files: Vec::new(),
                submission_key: None,
            };
            change(&mut act);
            self.store.record(&self.opened(), &act)
        }

        fn decide(&self, choice: &str) {
            let decided = self.act(DECIDE_REGISTRATION, |act| {
                act.body.choice = choice.parse().ok();
            });
            assert_eq!(decided.unwrap(), Recorded::Done);
        }

        fn statistics(&self) -> Vec<Value> {
            let mut records = Vec::new();
            let folder = self.data.path().join("statistics");
            for year in fs::read_dir(folder).into_iter().flatten() {
                for file in fs::read_dir(year.unwrap().path()).unwrap() {
                    let bytes = fs::read(file.unwrap().path()).unwrap();
                    records.push(serde_json::from_slice(&bytes).unwrap());
                }
            }
            records
        }
    }

    fn refusal(recorded: Result<Recorded, RecordError>) -> &'static str {
        match recorded {
            Err(RecordError::Refused { refused, .. }) => refused.code(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_reporter_reads_everything_and_leaves_no_trace_of_it() {
        let office = Office::new();
        let opened = office.opened();
        let expected = json!({"short_story": "Hij gooide een stoel", "phone": "0612345678"});
        assert_eq!(opened.case.answers, expected);
        assert_eq!(opened.case.cover.history.len(), 1);
        assert_eq!(office.opened().case.cover.history.len(), 1);
    }

    #[test]
    fn a_wrong_code_opens_nothing_whatever_is_wrong() {
        let office = Office::new();
        let mut digits: Vec<char> = office.code.chars().collect();
        digits[7] = if digits[7] == '0' { '1' } else { '0' };
        let mistyped: String = digits.iter().collect();
        let other = ReceiptCode::derive(&report(9, json!({})).submission_key).to_string();
        for wrong in [
            "",
            "x",
            &mistyped,
            &other,
            office.code.get(..23).unwrap(),
            "\u{0}",
        ] {
            let opened = office.store.open_with_receipt(wrong);
            assert!(matches!(opened, Err(CaseError::WrongCode)), "{wrong}");
        }
        // The same first characters, another rest: found, and not opened.
        let near = near_code(&office.code);
        let opened = office.store.open_with_receipt(&near);
        assert!(matches!(opened, Err(CaseError::WrongCode)));
    }

    /// Returns a valid code that starts like another.
    fn near_code(code: &str) -> String {
        let start: String = code.chars().take(4).collect();
        (0..u64::MAX)
            .map(|n| format!("{start}{n:015}"))
            .flat_map(|text| {
                (0..32).map(move |check| format!("{text}{}", crate::report::ids::digit_of(check)))
            })
            .find(|text| text.parse::<ReceiptCode>().is_ok())
            .unwrap()
    }

    #[test]
    fn a_handler_reads_after_it_is_written_down_and_another_does_not_read() {
        let office = Office::new();
        let opened = office.by_coordinator();
        assert_eq!(opened.case.answers["phone"], "0612345678");
        let last = opened.case.cover.history.last().unwrap();
        assert_eq!(last.kind, Kind::CaseOpened);
        assert_eq!(last.actor.person.as_ref(), Some(&office.coordinator.id));

        let (peer, peer_key) = person(office.data.path(), "Bram", Role::SupportTeamMember);
        let reader = Reader::Person(&peer);
        let closed = office.store.open_with_key(office.case, reader, &peer_key);
        assert!(matches!(closed, Err(CaseError::NotEntitled { .. })));
        // A case that stayed closed was not opened.
        assert_eq!(office.opened().case.cover.history.len(), 2);

        office
            .store
            .grant(&opened, &Reader::Person(&office.coordinator).actor(), &peer)
            .unwrap();
        let opened = office
            .store
            .open_with_key(office.case, reader, &peer_key)
            .unwrap();
        assert_eq!(opened.case.answers["phone"], "0612345678");
    }

    #[test]
    fn the_recovery_key_opens_every_case() {
        let office = Office::new();
        let opened = office
            .store
            .open_with_key(office.case, Reader::Recovery, &office.recovery_key)
            .unwrap();
        assert_eq!(opened.case.answers["phone"], "0612345678");
        let role = opened.case.cover.history.last().unwrap().actor.role;
        assert_eq!(role, Role::RecoveryHolder);
    }

    #[test]
    fn a_grant_of_another_case_opens_nothing_here() {
        let office = Office::new();
        let other = office.store.submit(&report(2, json!({}))).unwrap().case;
        let read = |case: CaseId| {
            let path = office.data.path().join(verify::event_path(case, 1));
            let text = fs::read_to_string(&path).unwrap();
            (path, serde_json::from_str::<Value>(&text).unwrap())
        };
        let (path, mut event) = read(office.case);
        event["open"]["access"] = read(other).1["open"]["access"].clone();
        overwrite(&path, &serde_json::to_vec(&event).unwrap());
        let reader = Reader::Person(&office.coordinator);
        let opened = office
            .store
            .open_with_key(office.case, reader, &office.coordinator_key);
        assert!(matches!(opened, Err(CaseError::NotEntitled { .. })));
    }

    fn overwrite(path: &Path, bytes: &[u8]) {
        let mut file = fs::File::create(path).unwrap();
        Write::write_all(&mut file, bytes).unwrap();
    }

    #[test]
    fn what_was_sealed_for_another_event_is_seen() {
        let office = Office::new();
        for text in ["eerste", "tweede"] {
            office
                .act("send_message", |act| act.body.text = Some(text.to_owned()))
                .unwrap();
        }
        let path = |n| office.data.path().join(verify::event_path(office.case, n));
        let read = |n| -> Value { serde_json::from_slice(&fs::read(path(n)).unwrap()).unwrap() };
        let mut last = read(3);
        last["sealed"] = read(2)["sealed"].clone();
        overwrite(&path(3), &serde_json::to_vec(&last).unwrap());
        let opened = office.store.open_with_receipt(&office.code);
        let Err(CaseError::Damaged { findings, .. }) = opened else {
            panic!("{opened:?}");
        };
        assert_eq!(findings[0].problem, Problem::Swapped);
    }

    #[test]
    fn names_that_were_changed_or_taken_away_are_told() {
        let office = Office::new();
        let path = office.data.path().join(verify::names_path(office.case, 1));
        let bytes = fs::read(&path).unwrap();
        overwrite(&path, &bytes[1..]);
        let problem = || match office.store.open_with_receipt(&office.code) {
            Err(CaseError::Damaged { findings, .. }) => findings[0].problem.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(problem(), Problem::Changed);
        fs::remove_file(&path).unwrap();
        assert_eq!(problem(), Problem::Missing);
    }

    #[test]
    fn messages_go_both_ways_and_once() {
        let office = Office::new();
        let key = Some(report(7, json!({})).submission_key);
        for expected in [Recorded::Done, Recorded::Repeated] {
            let sent = office.act("send_message", |act| {
                act.body.text = Some("Is er al nieuws?".to_owned());
                act.submission_key = key;
            });
            assert_eq!(sent.unwrap(), expected);
        }
        let opened = office.by_coordinator();
        let answer = Act {
            action: "send_message".parse().unwrap(),
            actor: Reader::Person(&office.coordinator).actor(),
            body: Body {
                text: Some("Morgen bellen we je.".to_owned()),
                ..Body::default()
            },
            files: Vec::new(),
            submission_key: None,
        };
        office.store.record(&opened, &answer).unwrap();
        let opened = office.opened();
        let texts: Vec<&str> = opened
            .case
            .taken("send_message")
            .filter_map(|entry| entry.body.text.as_deref())
            .collect();
        assert_eq!(texts, ["Is er al nieuws?", "Morgen bellen we je."]);
        assert_eq!(refusal(office.act("send_message", |_| {})), "text_missing");
    }

    #[test]
    fn only_the_reporter_decides_about_registration_and_the_last_decision_counts() {
        let office = Office::new();
        office.decide("count_only");
        let expected = json!({
            "format": 1, "form": "incident", "year": 2026, "month": 11,
            "counts": "count_only", "choices": {"behaviour_kinds": ["verbal"]},
        });
        assert_eq!(office.statistics(), [expected]);
        office.decide("register_unnamed");
        let counts: Vec<Value> = office
            .statistics()
            .iter()
            .map(|r| r["counts"].clone())
            .collect();
        assert_eq!(counts, ["registered"]);
        office.decide("not_register");
        assert_eq!(office.statistics(), [Value::Null; 0]);
        let cover = office.opened().case.cover;
        assert_eq!(cover.registered, Some(false));
        assert_eq!(
            cover.progress.state_of("registration"),
            TrackState::Declined
        );

        let by_handler = office.act(DECIDE_REGISTRATION, |act| {
            act.actor = Reader::Person(&office.coordinator).actor();
            act.body.choice = "register_named".parse().ok();
        });
        assert_eq!(refusal(by_handler), "not_yours");
        assert_eq!(office.statistics(), [Value::Null; 0]);
    }

    #[test]
    fn a_decision_counts_once_whatever_fails() {
        for fault in FAULTS {
            for n in 0.. {
                let data = folder();
                let files = FaultyFiles::default();
                let folder = Folder::with_files(data.path(), 0, files.clone());
                let around = at(clock());
                let store = Store::of(Arc::new(folder), data.path(), around, None).unwrap();
                let code = store
                    .submit(&report(1, json!({})))
                    .unwrap()
                    .receipt
                    .unwrap();
                let opened = store.open_with_receipt(&code.to_string()).unwrap();
                let mut act = Act {
                    action: DECIDE_REGISTRATION.parse().unwrap(),
                    actor: Actor::REPORTER,
                    body: Body::default(),
                    files: Vec::new(),
                    submission_key: Some(report(7, json!({})).submission_key),
                };
                act.body.choice = "count_only".parse().ok();
                files.fail(n..n + 1, fault);
                let first = store.record(&opened, &act);
                let reached = files.done() > n;
                files.heal();
                if first.is_err() {
                    store.record(&opened, &act).unwrap();
                }
                store.open_with_receipt(&code.to_string()).unwrap();
                let year = data.path().join("statistics/2026");
                let records = fs::read_dir(year).unwrap().filter(|file| {
                    let name = file.as_ref().unwrap().file_name();
                    name.as_encoded_bytes().ends_with(b".json")
                });
                assert_eq!(records.count(), 1, "operation {n}, {fault:?}");
                if !reached {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_code_that_was_kept_is_not_shown_again_and_the_form_changes_nothing() {
        let office = Office::new();
        let first = NewReport {
            names: json!({"phone": "0612345678"}),
            ..report(1, json!({"short_story": "Hij gooide een stoel"}))
        };
        assert!(office.store.submit(&first).unwrap().receipt.is_some());
        office.store.receipt_kept(&office.opened()).unwrap();
        assert_eq!(office.store.submit(&first).unwrap().receipt, None);
        let changed = office
            .store
            .submit(&report(1, json!({"short_story": "anders"})));
        assert!(
            matches!(changed, Err(SubmitError::Settled { .. })),
            "{changed:?}"
        );
        assert_eq!(
            office.opened().case.answers["short_story"],
            "Hij gooide een stoel"
        );
    }

    #[test]
    fn a_report_that_was_withdrawn_is_not_changed_by_its_form() {
        let office = Office::new();
        office.act("withdraw", |_| {}).unwrap();
        let changed = office
            .store
            .submit(&report(1, json!({"short_story": "anders"})));
        assert!(
            matches!(changed, Err(SubmitError::Settled { .. })),
            "{changed:?}"
        );
    }

    #[test]
    fn who_is_chosen_later_can_open_the_report_too() {
        let office = Office::new();
        let (peer, peer_key) = person(office.data.path(), "Bram", Role::SupportTeamMember);
        let changed = NewReport {
            recipient: "support_team".parse().unwrap(),
            ..report(1, json!({"short_story": "Hij gooide een stoel"}))
        };
        office.store.submit(&changed).unwrap();
        let reader = Reader::Person(&peer);
        let opened = office
            .store
            .open_with_key(office.case, reader, &peer_key)
            .unwrap();
        assert_eq!(opened.case.cover.recipient.as_str(), "support_team");
        assert_eq!(opened.case.answers["short_story"], "Hij gooide een stoel");
    }

    #[test]
    fn a_new_key_gets_what_the_old_one_opened() {
        let office = Office::new();
        let key = SecretKey::generate();
        let renewed = Person {
            keys: Some(Keys {
                public: key.public(),
                ..office.coordinator.keys.clone().unwrap()
            }),
            ..office.coordinator.clone()
        };
        let reader = Reader::Person(&renewed);
        assert!(
            office
                .store
                .open_with_key(office.case, reader, &key)
                .is_err()
        );
        assert_eq!(
            office
                .store
                .hand_over(&renewed, &office.coordinator_key)
                .unwrap(),
            1
        );
        assert!(
            office
                .store
                .open_with_key(office.case, reader, &key)
                .is_ok()
        );
        let stranger = SecretKey::generate();
        assert_eq!(office.store.hand_over(&renewed, &stranger).unwrap(), 0);
    }

    #[test]
    fn a_statistics_record_tells_neither_case_nor_moment() {
        let office = Office::new();
        office.decide("register_named");
        let year = office.data.path().join("statistics/2026");
        let file = fs::read_dir(&year).unwrap().next().unwrap().unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(!text.contains(&office.case.plain()), "{text}");
        let changed = file.metadata().unwrap().modified().unwrap();
        assert!(Timestamp::try_from(changed).unwrap() < "2001-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn withdrawing_ends_the_case_and_not_the_care() {
        let office = Office::new();
        office.act("withdraw", |_| {}).unwrap();
        let progress = office.opened().case.cover.progress;
        assert_eq!(progress.status, Status::Withdrawn);
        assert_eq!(progress.state_of("after_care"), TrackState::Open);
        assert_eq!(refusal(office.act("withdraw", |_| {})), "not_now");
    }

    fn measure_choice(action: &str) -> Option<Code> {
        (action == "decide_measure").then(|| "measure".parse().unwrap())
    }

    #[test]
    fn a_measure_is_decided_whole_or_not() {
        let office = Office::new();
        office.clock.wait(SignedDuration::from_hours(2));
        let whole = Measure {
            kind: "written_warning".parse().unwrap(),
            behaviour: "Gooide een stoel".to_owned(),
            hearing: "heard".parse().unwrap(),
            hearing_reason: None,
            informed: "Per brief".to_owned(),
            ends_on: "2027-05-20".parse().unwrap(),
            review_on: "2027-02-20".parse().unwrap(),
        };
        let opened = office.by_coordinator();
        let take = |action: &str, measure: Option<&Measure>| {
            let act = Act {
                action: action.parse().unwrap(),
                actor: Reader::Person(&office.coordinator).actor(),
                body: Body {
                    measure: measure.cloned(),
                    choice: measure_choice(action),
                    ..Body::default()
                },
                files: Vec::new(),
                submission_key: None,
            };
            office.store.record(&opened, &act)
        };
        take("acknowledge", None).unwrap();
        take("start", None).unwrap();
        let vague = Measure {
            behaviour: " ".to_owned(),
            ..whole.clone()
        };
        assert_eq!(refusal(take("decide_measure", Some(&vague))), "incomplete");
        assert_eq!(refusal(take("decide_measure", None)), "incomplete");
        take("decide_measure", Some(&whole)).unwrap();
        let opened = office.opened();
        let decided = opened.case.taken("decide_measure").next_back().unwrap();
        assert_eq!(decided.body.measure.as_ref(), Some(&whole));
    }

    #[test]
    fn a_file_is_sealed_found_again_and_gone_when_it_was_refused() {
        let office = Office::new();
        let opened = office.opened();
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let attach = |most| {
            let attached = office
                .store
                .attach(&opened, most, |out| out.write_all(&bytes));
            attached.map(|attached| attached.stored.unwrap())
        };
        let file = attach(1_000_000).unwrap();
        let path = office
            .data
            .path()
            .join(verify::file_path(office.case, &file.id));
        let stored = fs::read(&path).unwrap();
        assert_eq!(file.bytes, u64::try_from(stored.len()).unwrap());
        assert_eq!(file.digest, Digest::of(&stored));
        assert!(!stored.windows(50).any(|window| window == &bytes[..50]));

        let added = office.act("add_files", |act| {
            act.files = vec![file.clone()];
            act.body.files = vec![crate::report::event::FileNote {
                id: file.id.clone(),
                name: "foto.jpg".to_owned(),
                kind: "jpeg".parse().unwrap(),
                media_type: "image/jpeg".to_owned(),
                bytes: 300_000,
                content: None,
            }];
        });
        assert_eq!(added.unwrap(), Recorded::Done);
        let opened = office.opened();
        let mut read = Vec::new();
        office
            .store
            .read_file(&opened, &file.id)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, bytes);
        assert!(
            office
                .store
                .read_file(&opened, &"zzzz".parse().unwrap())
                .is_err()
        );

        assert!(matches!(attach(1000), Err(AttachError::Source(_))));
        let refused: Result<Attached<()>, _> = office.store.attach(&opened, 1000, |out| {
            out.write_all(b"half").unwrap();
            Err("no photo")
        });
        assert!(matches!(refused, Err(AttachError::Source("no photo"))));
        let folder = path.parent().unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_was_sent_and_never_confirmed_is_gone_after_a_start() {
        let office = Office::new();
        let opened = office.opened();
        let attached: Result<Attached<()>, AttachError<io::Error>> =
            office
                .store
                .attach(&opened, 1000, |out| out.write_all(b"los"));
        let path = office
            .data
            .path()
            .join(verify::file_path(office.case, &attached.unwrap().id));
        assert!(path.exists());
        drop(office.store);
        let (_, findings) = Store::open(office.data.path(), at(office.clock), SETTINGS).unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].problem, Problem::Unfinished);
        assert!(!path.exists());
    }

    #[test]
    fn sixteen_people_who_write_at_once_all_find_a_place() {
        let office = Office::new();
        let opened = office.opened();
        std::thread::scope(|scope| {
            for n in 0..16 {
                let (office, opened) = (&office, &opened);
                scope.spawn(move || {
                    let act = Act {
                        action: "send_message".parse().unwrap(),
                        actor: Actor::REPORTER,
                        body: Body {
                            text: Some(n.to_string()),
                            ..Body::default()
                        },
                        files: Vec::new(),
                        submission_key: None,
                    };
                    office.store.record(opened, &act).unwrap();
                });
            }
        });
        assert_eq!(office.opened().case.taken("send_message").count(), 16);
        assert_eq!(office.store.cases().unwrap().findings, []);
    }
}
