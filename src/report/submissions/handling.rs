//! Opening a submission, and ending it before its time: by who sent it, or by who handled it.
//!
//! That it is over is the next version of its file, with nothing in it but form, number and days, until
//! the day on which the submission would have gone. So the same form, sent again from the history of a
//! browser, does not bring it back.

use crate::durable::{Put, StorageError};
use crate::report::acts::RecordError;
use crate::report::archive::Archive;
use crate::report::event::ContentsError;
use crate::report::ids::CaseId;
use crate::report::receipt::ReceiptCode;
use crate::report::seal::{OpenError, SecretKey};
use crate::report::statistics;
use crate::report::store::{MOST_LOOKS, Store};
use crate::report::submissions::file::{
    Ending, FORMAT, Over, State, Submission, SubmissionContents,
};
use crate::report::submissions::reading::FoundSubmission;
use crate::report::submissions::{Keys, WriteError};
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
    /// Its record for statistics has no name; only a mistake in this program does that.
    #[error(transparent)]
    Record(#[from] RecordError),
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
    /// Removes the submission that a code is of, and its record in the statistics. Doing it again changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// Fails where the code is of no submission, or what is to go is not surely removed.
    pub fn take_back(&self, code: &str) -> Result<(), TakeBackError> {
        let code: ReceiptCode = code.parse().map_err(|_| TakeBackError::WrongCode)?;
        let keys = Keys::of_code(code);
        let _one_at_a_time = self.submits.of(keys.id(0));
        let mut attempt = 0;
        for _ in 0..MOST_LOOKS {
            let found = self.archive.submission(keys.id(attempt))?;
            match found {
                FoundSubmission::Whole(submission) if keys.are_of(&submission) => {
                    if self.end_for_sender(&submission, &keys)? == Put::Stored {
                        return Ok(());
                    }
                }
                _ => attempt += 1,
            }
        }
        Err(TakeBackError::WrongCode)
    }

    fn end_for_sender(&self, submission: &Submission, keys: &Keys) -> Result<Put, TakeBackError> {
        match &submission.state {
            State::Kept(kept) => {
                // First, because what is over does not say in which year it was counted.
                let name = statistics::name(kept.received_on.year(), &keys.counted_as())?;
                self.storage.delete(&name)?;
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
