//! What people send that is no report: a request to be called back, an opinion, a story.
//!
//! A submission is one file. It has no life cycle and no messages; those it is addressed to open it, and
//! it goes after a time that was promised when it came in. Sent again with other answers it is a new
//! version of the file, after which the older one is removed. Everything else about it derives from its
//! code, which derives from the key that the form carried: its number, its digests, and the names of its
//! records in the statistics. So the code alone finds it, nobody can find the code, and nothing leads from
//! a record to the submission. Each question is counted on its own, because answers that stand together can
//! tell whose they are. Invariant: the highest version counts, and a version goes only after the next one is
//! on disk, so that what is interrupted is finished by the next run.

mod erasing;
mod file;
mod handling;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use erasing::ErasedSubmissions;
pub use file::{Ending, FORMAT, Kept, Over, State, Submission, SubmissionContents};
pub use handling::{SubmissionError, TakeBackError};
pub use reading::{FoundSubmission, Submissions};

use crate::clock;
use crate::durable::{InvalidName, Name, PathError, Put, StorageError};
use crate::language::Language;
use crate::report::acts::RecordError;
use crate::report::event::plain_json;
use crate::report::ids::{CaseId, Code, Digest, SubmissionKey, code_of};
use crate::report::people::{People, PeopleError, Person};
use crate::report::receipt::ReceiptCode;
use crate::report::retention::Period;
use crate::report::seal::{PublicKey, SealError};
use crate::report::statistics::{self, Counts, NAME_CHARACTERS, Record};
use crate::report::store::{MOST_LOOKS, Outcome, Store};

use file::Place;
pub(super) use file::SUBMISSIONS;

/// How often one form can be changed and sent again: more often than anybody does who means it, and few
/// enough to look for each version. Tests let every look fail once and need few.
const MOST_VERSIONS: u32 = if cfg!(test) { 4 } else { 9 };

/// Highest version: that a submission is over is one more.
const LAST_VERSION: u32 = MOST_VERSIONS + 1;

/// A submission as somebody sends it.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// The key that the form carried.
    pub key: SubmissionKey,
    /// Id of the form.
    pub form: Code,
    /// Version of the form.
    pub version: u32,
    /// The language in which it was filled in.
    pub language: Language,
    /// All answers, by field of the form.
    pub answers: Value,
    /// The questions of the form that are counted, by field, each with what was chosen if anything was.
    pub counted: BTreeMap<Code, Option<Value>>,
    /// Who may open it: all of them.
    pub to: Vec<Code>,
    /// How long it is kept.
    pub keep: Period,
    /// Whether the sender gets a code with which it can be taken back.
    pub withdrawable: bool,
}

/// The answer to somebody who sent a submission: it is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenIn {
    /// What sending it did.
    pub outcome: Outcome,
    /// The code with which it can be taken back, where that was asked for.
    pub code: Option<ReceiptCode>,
    /// Last day, in the Netherlands, on which it is kept.
    pub erase_after: Date,
}

/// Why a submission was not taken in. It may be stored all the same; it can be sent again.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// There is too little free space.
    #[error("{}: too little free space", path.display())]
    DiskFull {
        /// The data folder.
        path: PathBuf,
    },
    /// Nobody could open it.
    #[error("nobody could open a submission to these addresses")]
    NobodyOpens,
    /// The same form was changed and sent too many times.
    #[error("submission {id}: changed too many times")]
    TooManyChanges {
        /// The submission.
        id: CaseId,
    },
    /// It was sent before, and is over.
    #[error("submission {id}: is over")]
    Over {
        /// The submission.
        id: CaseId,
        /// Why.
        how: Ending,
    },
    /// Every number that it could get is taken by a damaged submission, or others write all the time.
    #[error("no free number for a submission, last tried {id}")]
    NoFreeNumber {
        /// The last number.
        id: CaseId,
    },
    /// It cannot be written as JSON or sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The people who may open it cannot be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// Its record for statistics cannot be made.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The name of its file is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// Reading or writing failed.
    #[error(transparent)]
    File(PathError),
}

/// Why a version of a submission is not surely stored or removed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It cannot be written as JSON.
    #[error(transparent)]
    Json(SealError),
    /// The name of its file is none; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// Reading or writing failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a submission derives from: only who has its code has it.
struct Keys {
    code: ReceiptCode,
    key: SubmissionKey,
}

impl Keys {
    /// Returns the keys of what is sent with a form. The key that the form carried would also give the
    /// receipt code of a report.
    fn of_sent(new: &NewSubmission) -> Keys {
        let key = new.key.of_act(&["submission", new.form.as_str()]);
        Keys::of_code(ReceiptCode::derive(&key))
    }

    fn of_code(code: ReceiptCode) -> Keys {
        Keys {
            key: SubmissionKey::of_code(&code.passphrase()),
            code,
        }
    }

    /// Returns the number that the submission gets at the n-th attempt.
    fn id(&self, attempt: u32) -> CaseId {
        CaseId::derive(&self.key, attempt)
    }

    /// Returns whether this is the submission that can be taken back with the code. One that is over has
    /// nothing but its number to know it by.
    fn are_of(&self, submission: &Submission) -> bool {
        match &submission.state {
            State::Kept(kept) => kept.withdrawable && kept.submission == self.key.digest(),
            State::Over(_) => true,
        }
    }

    /// Returns the name of the record of one question. Nobody without the code can tell which records
    /// belong together.
    fn record(&self, year: i16, question: &Code) -> Result<Name, InvalidName> {
        let key = self.key.of_act(&["statistics", question.as_str()]);
        let digest = key.derive(b"meldwijzer statistics of submission 1\0");
        statistics::name(year, &code_of(&digest, NAME_CHARACTERS))
    }
}

impl Store {
    /// Takes a submission in. It waits for the disk, so an asynchronous caller gives it a thread.
    ///
    /// # Errors
    ///
    /// Fails where the submission, or its record for statistics, is not surely on disk.
    pub fn take_in(&self, new: &NewSubmission) -> Result<TakenIn, TakeInError> {
        let keys = Keys::of_sent(new);
        // All attempts of one key share the lock of its first number.
        let _one_at_a_time = self.submits.of(keys.id(0));
        let mut attempt = 0;
        for _ in 0..MOST_LOOKS {
            let place = Place {
                form: new.form.clone(),
                id: keys.id(attempt),
            };
            let stored = match self.archive.submission_in(&place)? {
                FoundSubmission::Nothing => self.begin_submission(new, &keys, &place, 1)?,
                FoundSubmission::Damaged(_) => {
                    // No one can tell whose it was: a second one is better than a lost one.
                    attempt += 1;
                    continue;
                }
                FoundSubmission::Whole(there) => match &there.state {
                    State::Over(Over { how, .. }) => {
                        return Err(TakeInError::Over {
                            id: place.id,
                            how: *how,
                        });
                    }
                    State::Kept(kept) if kept.submission == keys.key.digest() => {
                        self.take_in_again(new, &keys, &there, kept)?
                    }
                    State::Kept(_) => {
                        attempt += 1;
                        continue;
                    }
                },
            };
            // Without an answer somebody else wrote meanwhile: look again.
            let Some((outcome, submission)) = stored else {
                continue;
            };
            self.remove_versions(&place, 1..submission.version)?;
            self.count_submission(&submission, &keys, &new.counted)?;
            return Ok(TakenIn {
                outcome,
                code: new.withdrawable.then_some(keys.code),
                erase_after: submission.erase_after,
            });
        }
        Err(TakeInError::NoFreeNumber {
            id: keys.id(attempt),
        })
    }

    /// Returns whether anybody listens to what is sent to these addresses: a form to which nobody does must
    /// not be filled in for nothing. Where the people cannot be read now it is true, and sending tells why.
    pub fn somebody_opens(&self, to: &[Code]) -> bool {
        self.people().map_or(true, |people| {
            people.incomplete || !addressees(&people, to).is_empty()
        })
    }

    /// Takes in what is not there, or is no longer: what should have been erased by now.
    fn begin_submission(
        &self,
        new: &NewSubmission,
        keys: &Keys,
        place: &Place,
        version: u32,
    ) -> Result<Option<(Outcome, Submission)>, TakeInError> {
        let received_on = self.today();
        let erase_after = day(new.keep.after(self.now()));
        let days = (received_on, erase_after);
        let submission = self.version(new, keys, place, version, days)?;
        let stored = self.put_submission(&submission)? == Put::Stored;
        Ok(stored.then_some((Outcome::New, submission)))
    }

    /// Takes in what is there. It is kept for as long as was promised when it came in first.
    fn take_in_again(
        &self,
        new: &NewSubmission,
        keys: &Keys,
        there: &Submission,
        kept: &Kept,
    ) -> Result<Option<(Outcome, Submission)>, TakeInError> {
        let place = there.place();
        if there.erase_after < self.today() {
            return self.begin_submission(new, keys, &place, there.version + 1);
        }
        let (outcome, submission) = if kept.sent == sent(new, keys)? {
            // Whoever wrote it may have failed to make it durable.
            (Outcome::Repeated, there.clone())
        } else {
            let days = (kept.received_on, there.erase_after);
            let mut changed = self.version(new, keys, &place, there.version + 1, days)?;
            // What the form counts no longer has a record all the same, which is to go.
            if let State::Kept(now) = &mut changed.state {
                now.counted.extend(kept.counted.iter().cloned());
            }
            (Outcome::Amended, changed)
        };
        let stored = self.put_submission(&submission)? == Put::Stored;
        Ok(stored.then_some((outcome, submission)))
    }

    /// Seals a version.
    fn version(
        &self,
        new: &NewSubmission,
        keys: &Keys,
        place: &Place,
        version: u32,
        (received_on, erase_after): (Date, Date),
    ) -> Result<Submission, TakeInError> {
        if version > MOST_VERSIONS {
            return Err(TakeInError::TooManyChanges { id: place.id });
        }
        let people = self.people()?;
        let addressees = addressees(&people, &new.to);
        if addressees.is_empty() {
            return Err(match people.incomplete {
                true => PeopleError::Incomplete.into(),
                false => TakeInError::NobodyOpens,
            });
        }
        let public = addressees
            .iter()
            .filter_map(|person| Some(person.keys.as_ref()?.public.clone()));
        let readers: Vec<PublicKey> = public.chain(people.recovery.clone()).collect();
        let contents = SubmissionContents {
            form: new.form.clone(),
            id: place.id,
            language: new.language.tag().to_owned(),
            answers: new.answers.clone(),
        };
        Ok(Submission {
            format: FORMAT,
            form: new.form.clone(),
            id: place.id,
            version,
            erase_after,
            state: State::Kept(Kept {
                form_version: new.version,
                received_on,
                to: new.to.clone(),
                people: addressees.iter().map(|person| person.id.clone()).collect(),
                recovery: people.recovery.is_some(),
                withdrawable: new.withdrawable,
                submission: keys.key.digest(),
                sent: sent(new, keys)?,
                counted: new.counted.keys().cloned().collect(),
                sealed: contents.seal(&readers)?,
            }),
        })
    }

    /// Stores a version, in a file that does not tell at what time.
    fn put_submission(&self, submission: &Submission) -> Result<Put, WriteError> {
        let name = submission.place().name(submission.version)?;
        let bytes = submission.to_bytes().map_err(WriteError::Json)?;
        Ok(self.storage.put_undated(&name, &bytes)?)
    }

    /// Makes the records of a submission what its answers ask for, one for each question. Doing it again
    /// changes nothing, so each counts once whatever fails; they stay when the submission is erased.
    fn count_submission(
        &self,
        submission: &Submission,
        keys: &Keys,
        counted: &BTreeMap<Code, Option<Value>>,
    ) -> Result<(), TakeInError> {
        let State::Kept(kept) = &submission.state else {
            return Ok(());
        };
        let year = kept.received_on.year();
        for question in &kept.counted {
            let chosen = counted.get(question).and_then(Option::as_ref);
            let record = chosen.map(|chosen| Record {
                format: statistics::FORMAT,
                form: submission.form.clone(),
                year,
                month: Some(kept.received_on.month()),
                counts: Counts::Submitted,
                choices: json!({ question.as_str(): chosen }),
            });
            let name = keys.record(year, question)?;
            statistics::set(self.storage.as_ref(), &name, record.as_ref())?;
        }
        Ok(())
    }

    /// Removes versions of a submission, the lowest first, so that none that was replaced counts again.
    fn remove_versions(
        &self,
        place: &Place,
        versions: impl IntoIterator<Item = u32>,
    ) -> Result<(), WriteError> {
        for version in versions {
            self.storage.delete_undated(&place.name(version)?)?;
        }
        Ok(())
    }

    /// Returns the day in the Netherlands.
    fn today(&self) -> Date {
        day(self.now())
    }
}

fn day(moment: jiff::Timestamp) -> Date {
    moment.to_zoned(clock::time_zone()).date()
}

/// Returns everybody who may open what is sent to these addresses, each once.
fn addressees<'a>(people: &'a People, to: &[Code]) -> Vec<&'a Person> {
    let mut persons: Vec<&Person> = Vec::new();
    for person in to.iter().flat_map(|address| people.addressees(address)) {
        if !persons.iter().any(|known| known.id == person.id) {
            persons.push(person);
        }
    }
    persons
}

/// Returns by what the same answers, sent again, are known.
fn sent(new: &NewSubmission, keys: &Keys) -> Result<Digest, SealError> {
    let sent = plain_json(&(&new.to, &new.answers))?;
    Ok(keys.key.digest_of_sent(&sent))
}

impl From<StorageError> for TakeInError {
    fn from(error: StorageError) -> TakeInError {
        match error {
            StorageError::Full { path } => TakeInError::DiskFull { path },
            StorageError::File(error) => TakeInError::File(error),
        }
    }
}

impl From<WriteError> for TakeInError {
    fn from(error: WriteError) -> TakeInError {
        match error {
            WriteError::Json(error) => error.into(),
            WriteError::Name(error) => error.into(),
            WriteError::Storage(error) => error.into(),
        }
    }
}
