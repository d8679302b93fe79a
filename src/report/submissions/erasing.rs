//! Erasing submissions whose time is over.
//!
//! When that is was promised when a submission came in, and stands in its file: a setting that changed
//! since changes no promise. Invariant: only what can be read is erased; the highest version goes last, so
//! that an interrupted run leaves nothing that counts again.

use crate::report::ids::CaseId;
use crate::report::retention::PurgeError;
use crate::report::store::Store;
use crate::report::submissions::WriteError;
use crate::report::submissions::file::Place;
use crate::report::submissions::reading::FoundSubmission;

/// What a run erased.
#[derive(Debug, Default)]
pub struct ErasedSubmissions {
    /// How many submissions went, those of which little was left too.
    pub erased: usize,
    /// Those that could not be erased whole; the next run tries again.
    pub failed: Vec<(CaseId, WriteError)>,
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
            match self.erase_submission(&place, versions) {
                Ok(true) => erased.erased += 1,
                Ok(false) => {}
                Err(error) => erased.failed.push((place.id, error)),
            }
        }
        Ok(erased)
    }

    /// Removes what is to go of the versions in a place, and returns whether all of them went.
    fn erase_submission(
        &self,
        place: &Place,
        versions: impl IntoIterator<Item = u32>,
    ) -> Result<bool, WriteError> {
        let FoundSubmission::Whole(submission) = self.archive.submission_in(place)? else {
            return Ok(false);
        };
        let is_over = submission.erase_after < self.today();
        // A version that is newer than what was read stays for the next run.
        let goes = |version: &u32| match is_over {
            true => *version <= submission.version,
            false => *version < submission.version,
        };
        self.remove_versions(place, versions.into_iter().filter(goes))?;
        Ok(is_over)
    }
}
