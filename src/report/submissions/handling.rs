//! Opening a submission, and ending it before its time: by who sent it, or by who handled it.
//!
//! That it is over is the next version of its file, with nothing in it but form, number and days, until
//! the day on which the submission would have gone. So the same form, sent again from the history of a
//! browser, does not bring it back.

use crate::durable::{InvalidName, Put, StorageError};
use crate::report::archive::Archive;
use crate::report::event::ContentsError;
use crate::report::ids::{CaseId, Code};
use crate::report::receipt::ReceiptCode;
use crate::report::seal::{OpenError, SecretKey};
use crate::report::store::{MOST_LOOKS, Store};
use crate::report::submissions::file::{
    Ending, FORMAT, Over, Place, State, Submission, SubmissionContents,
};
use crate::report::submissions::reading::FoundSubmission;
use crate::report::submissions::{Keys, LAST_VERSION, WriteError};
use crate::report::verify::{Finding, Problem};

/// Why a submission could not be taken back.
#[derive(Debug, thiserror::Error)]
pub enum TakeBackError {
    /// It is no code, or that of nothing that is kept.
    #[error("no submission has this code")]
    WrongCode,
    /// The submissions cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// That it is over is not surely on disk.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A record of it has no name; only a mistake in this program does that.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

/// Why a submission could not be opened or ended.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    /// There is none with this number.
    #[error("submission {id}: not there")]
    NotThere {
        /// The number.
        id: CaseId,
    },
    /// It is over.
    #[error("submission {id}: is over")]
    Over {
        /// The submission.
        id: CaseId,
        /// Why and since when.
        over: Over,
    },
    /// Its file is damaged.
    #[error("submission {id}: damaged")]
    Damaged {
        /// The submission.
        id: CaseId,
        /// What is wrong.
        finding: Finding,
    },
    /// It is not sealed to this key.
    #[error("submission {id}: not sealed to this key")]
    NotEntitled {
        /// The submission.
        id: CaseId,
    },
    /// Others changed it all the time.
    #[error("submission {id}: was changed meanwhile")]
    Conflict {
        /// The submission.
        id: CaseId,
    },
    /// It cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// That it is over is not surely on disk.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Archive {
    /// Opens a submission with the key of somebody it was addressed to, or the recovery key.
    ///
    /// # Errors
    ///
    /// Fails where it is not there, over or damaged, or does not open with this key.
    pub fn open_submission(
        &self,
        id: CaseId,
        key: &SecretKey,
    ) -> Result<(Submission, SubmissionContents), SubmissionError> {
        let submission = match self.submission(id)? {
            FoundSubmission::Whole(submission) => submission,
            FoundSubmission::Damaged(finding) => {
                return Err(SubmissionError::Damaged { id, finding });
            }
            FoundSubmission::Nothing => return Err(SubmissionError::NotThere { id }),
        };
        if let State::Over(over) = submission.state {
            return Err(SubmissionError::Over { id, over });
        }
        match submission.open(key) {
            Ok(contents) => Ok((submission, contents)),
            Err(ContentsError::Sealed(OpenError::OtherKey)) => {
                Err(SubmissionError::NotEntitled { id })
            }
            Err(_) => Err(SubmissionError::Damaged {
                id,
                finding: submission.finding(Problem::NotASubmission),
            }),
        }
    }
}

impl Store {
    /// Returns whether a code is of a submission of a form that can be taken back, or was. It looks at the
    /// few names that such a submission can have and lists nothing, so that a wrong code takes as long
    /// however many submissions there are.
    ///
    /// # Errors
    ///
    /// Fails where a submission cannot be read.
    pub fn knows_submission(&self, code: &str, form: &Code) -> Result<bool, StorageError> {
        let Ok(code) = code.parse() else {
            return Ok(false);
        };
        Ok(self.submission_of(&Keys::of_code(code), form)?.is_some())
    }

    /// Removes the submission of a form that a code is of, and its records in the statistics. Doing it
    /// again changes nothing.
    ///
    /// # Errors
    ///
    /// Fails where the code is of no submission, or what is to go is not surely removed.
    pub fn take_back(&self, code: &str, form: &Code) -> Result<(), TakeBackError> {
        let code: ReceiptCode = code.parse().map_err(|_| TakeBackError::WrongCode)?;
        let keys = Keys::of_code(code);
        let _one_at_a_time = self.submits.of(keys.id(0));
        // Somebody else can write the next version meanwhile; there are not more of them than this.
        for _ in 0..LAST_VERSION {
            let Some(submission) = self.submission_of(&keys, form)? else {
                break;
            };
            if self.end_for_sender(&submission, &keys)? == Put::Stored {
                return Ok(());
            }
        }
        Err(TakeBackError::WrongCode)
    }

    /// Returns the submission of a form that can be taken back with a code, or was.
    fn submission_of(&self, keys: &Keys, form: &Code) -> Result<Option<Submission>, StorageError> {
        for attempt in 0..MOST_LOOKS {
            let place = Place {
                form: form.clone(),
                id: keys.id(attempt),
            };
            match self.archive.submission_in(&place)? {
                FoundSubmission::Whole(found) if keys.are_of(&found) => return Ok(Some(found)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn end_for_sender(&self, submission: &Submission, keys: &Keys) -> Result<Put, TakeBackError> {
        match &submission.state {
            State::Kept(kept) => {
                // First, because what is over does not say in which year it was counted.
                for question in &kept.counted {
                    let name = keys.record(kept.received_on.year(), question)?;
                    self.storage.delete_undated(&name)?;
                }
                Ok(self.end_submission(submission, Ending::TakenBack)?)
            }
            State::Over(_) => {
                // Whoever wrote it may have failed to make it durable, or to remove the rest.
                let stored = self.put_submission(submission)?;
                self.remove_versions(&submission.place(), 1..submission.version)?;
                Ok(stored)
            }
        }
    }

    /// Removes a submission that was handled, for somebody whose key opens it.
    ///
    /// # Errors
    ///
    /// Fails where the key does not open it, it was changed meanwhile, or it is not surely removed.
    pub fn remove_submission(&self, id: CaseId, key: &SecretKey) -> Result<(), SubmissionError> {
        let _appending = self.appending().map_err(StorageError::from)?;
        let (submission, _) = self.archive.open_submission(id, key)?;
        match self.end_submission(&submission, Ending::Removed)? {
            Put::Stored => Ok(()),
            Put::AlreadyThere => Err(SubmissionError::Conflict { id }),
        }
    }

    /// Stores that a submission is over, and then removes it.
    fn end_submission(&self, there: &Submission, how: Ending) -> Result<Put, WriteError> {
        let over = Submission {
            format: FORMAT,
            form: there.form.clone(),
            id: there.id,
            version: there.version + 1,
            erase_after: there.erase_after,
            state: State::Over(Over {
                how,
                on: self.today(),
            }),
        };
        let stored = self.put_submission(&over)?;
        if stored == Put::Stored {
            self.remove_versions(&over.place(), 1..over.version)?;
        }
        Ok(stored)
    }
}
