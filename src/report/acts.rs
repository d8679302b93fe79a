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
use crate::report::people::Person;
use crate::report::receipt::ReceiptCode;
use crate::report::seal::{Envelope, SealError, Sealed, SealedWriter, SecretKey, open_stream};
use crate::report::statistics::{self, Counted};
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
        let (key, cover, events) = opened.ok_or(CaseError::WrongCode)?;
        self.opened(*cover, &events, key)
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
        let names = cover.names.last().copied();
        let mut case = Case::open(cover, events, &key).map_err(|error| {
            let path = verify::event_path(id, error.sequence);
            damaged(id, path, Problem::Swapped)
        })?;
        if let Some((sequence, digest)) = names {
            case.add_names(self.names(id, sequence, &digest, &key)?);
        }
        Ok(OpenedCase { case, key })
    }

    /// Reads the answers that say who somebody is.
    fn names(
        &self,
        id: CaseId,
        sequence: u32,
        digest: &Digest,
        key: &SecretKey,
    ) -> Result<Value, CaseError> {
        let path = verify::names_path(id, sequence);
        let bytes = self.storage.get(&Name::parse(&path)?)?;
        let bytes = bytes.ok_or_else(|| damaged(id, path.clone(), Problem::Missing))?;
        if Digest::of(&bytes) != *digest {
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
        let counted = self.count(opened, act)?;
        let submission = act.submission_key.map(|key| key.digest());
        let given = given(act);
        let recorded = self.append(case, act.actor.clone(), |cover| {
            if submission.is_some_and(|submission| cover.acts.contains(&submission)) {
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
            let mut body = act.body.clone();
            body.statistics = counted.as_ref().and_then(Counted::name);
            Ok(Some(Note {
                kind: Kind::ActionTaken,
                open: Open {
                    action: Some(act.action.clone()),
                    progress: Some(progress),
                    registered: registered(act),
                    counted: counted.as_ref().map(|counted| counted.name().is_some()),
                    submission,
                    files: act.files.clone(),
                    ..Open::default()
                },
                body: Some(body),
            }))
        });
        match &recorded {
            Ok(Recorded::Done) => statistics::replace(self.storage.as_ref(), &opened.case, counted),
            // Nothing was decided, so nothing counts.
            _ => statistics::withdraw(self.storage.as_ref(), counted),
        }
        recorded
    }

    /// Writes the statistics record that belongs to a decision about registration, before the decision
    /// itself, which names it.
    fn count(&self, opened: &OpenedCase, act: &Act) -> Result<Option<Counted>, RecordError> {
        if act.action.as_str() != DECIDE_REGISTRATION {
            return Ok(None);
        }
        let counted = statistics::count(
            self.storage.as_ref(),
            &opened.case,
            act.body.choice.as_ref(),
            self.around.randomness.as_ref(),
        )?;
        Ok(Some(counted))
    }

    /// Gives a person the key of a case that is open.
    ///
    /// # Errors
    ///
    /// Fails where the life cycle does not allow it, or it is not surely on disk.
    pub fn grant(
        &self,
        opened: &OpenedCase,
        by: &Actor,
        person: &Person,
    ) -> Result<Recorded, RecordError> {
        let case = opened.case.cover.id;
        let Some(keys) = &person.keys else {
            return Ok(Recorded::Repeated);
        };
        let secret = opened.key.to_text();
        let sealed = Sealed::to_keys(secret.as_bytes(), std::slice::from_ref(&keys.public))?;
        let access = Access {
            people: vec![person.id.clone()],
            recovery: false,
            sealed,
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
    /// nothing stays. Memory does not depend on the size of the file.
    ///
    /// # Errors
    ///
    /// Fails where the closure does, or the file is not surely on disk.
    pub fn attach<T, E>(
        &self,
        opened: &OpenedCase,
        most_bytes: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<(FileRef, T), AttachError<E>> {
        let _appending = self.appending()?;
        let id = random_code(self.around.randomness.as_ref(), FILE_ID_CHARACTERS)?;
        let case = opened.case.cover.id;
        let name = Name::parse(&verify::file_path(case, &id))?;
        let output = Digesting {
            inner: self.storage.create(&name, most_bytes)?,
            digest: Sha256::new(),
            bytes: 0,
        };
        let mut sealed = SealedWriter::new(output, &opened.case.cover.keys.public)?;
        let made = write(&mut sealed).map_err(AttachError::Source)?;
        let output = sealed.finish().map_err(SealError::from)?;
        let file = FileRef {
            id,
            bytes: output.bytes,
            digest: Digest::finished(output.digest),
        };
        match output.inner.commit()? {
            Put::Stored => Ok((file, made)),
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
    fn appending(&self) -> Result<Option<AppendLock>, PathError> {
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
    cover.access.iter().find_map(|access| {
        let plain = access.sealed.open(key).ok()?;
        let secret: SecretKey = std::str::from_utf8(&plain).ok()?.parse().ok()?;
        // A grant that was copied from another case opens nothing here.
        (secret.public() == cover.keys.public).then_some(secret)
    })
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
        files: !act.files.is_empty(),
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

/// Counts and digests what is written through it.
struct Digesting {
    inner: Box<dyn durable::NewFile>,
    digest: Sha256,
    bytes: u64,
}

impl Write for Digesting {
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
