//! Erasing submissions whose time is over.
//!
//! When that is was promised when a submission came in, and stands in its file: a setting that changed
//! since changes no promise. Invariant: a version that can be read goes when its own time is over, also
//! where a higher one is damaged; what tells no time stays and is told. The highest version goes last, so
//! that an interrupted run leaves nothing that counts again.

use std::collections::BTreeSet;

use crate::report::ids::CaseId;
use crate::report::retention::PurgeError;
use crate::report::store::Store;
use crate::report::submissions::file::Place;
use crate::report::submissions::reading::FoundSubmission;
use crate::report::submissions::{Submission, WriteError};

/// What a run erased.
#[derive(Debug, Default)]
pub struct ErasedSubmissions {
    /// The submissions that went, those of which little was left too.
    pub erased: Vec<Submission>,
    /// How many have a last version that cannot be read: nobody can tell when its time is over.
    pub damaged: usize,
    /// Those that could not be erased whole; the next run tries again.
    pub failed: Vec<(CaseId, WriteError)>,
}

/// What is left in the place of a submission.
enum Left {
    /// Nothing of this submission.
    Nothing(Box<Submission>),
    Submission,
    /// A last version that cannot be read.
    Damaged,
}

impl Store {
    /// Erases every submission whose last day is over, and finishes what was interrupted.
    ///
    /// # Errors
    ///
    /// Fails where this store is not the one writer of its folder, or the submissions cannot be listed.
    pub fn erase_submissions(&self) -> Result<ErasedSubmissions, PurgeError> {
        if !self.is_the_writer() {
            return Err(PurgeError::NotTheWriter);
        }
        let mut erased = ErasedSubmissions::default();
        for (place, versions) in self.archive.places(&mut Vec::new())? {
            match self.erase_submission(&place, &versions) {
                Ok(Left::Nothing(submission)) => erased.erased.push(*submission),
                Ok(Left::Submission) => {}
                Ok(Left::Damaged) => erased.damaged += 1,
                Err(error) => erased.failed.push((place.id, error)),
            }
        }
        Ok(erased)
    }

    /// Removes what is to go of the versions in a place, and returns what is left there.
    fn erase_submission(
        &self,
        place: &Place,
        versions: &BTreeSet<u32>,
    ) -> Result<Left, WriteError> {
        let mut damaged = false;
        for version in versions.iter().rev() {
            match self.archive.version_in(place, *version)? {
                FoundSubmission::Whole(submission) => {
                    let is_over = submission.erase_after < self.today();
                    let until = submission.version + u32::from(is_over);
                    self.remove_versions(place, versions.range(..until).copied())?;
                    return Ok(match (damaged, is_over) {
                        (true, _) => Left::Damaged,
                        (false, true) => Left::Nothing(Box::new(submission)),
                        (false, false) => Left::Submission,
                    });
                }
                FoundSubmission::Damaged(_) => damaged = true,
                // Somebody replaced it meanwhile: what is newer is for the next run.
                FoundSubmission::Nothing => return Ok(Left::Submission),
            }
        }
        Ok(Left::Damaged)
    }
}
