//! Reads the stored submissions. Reading needs no lock and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::durable::{Listed, StorageError};
use crate::report::archive::Archive;
use crate::report::ids::CaseId;
use crate::report::submissions::LAST_VERSION;
use crate::report::submissions::file::{Place, SUBMISSIONS, Submission};
use crate::report::verify::{Finding, Problem};

/// All submissions, as they were at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Submissions {
    /// Those that can be read, also what is left of those that are over, by form and number.
    pub whole: Vec<Submission>,
    /// What is wrong, in order of paths.
    pub findings: Vec<Finding>,
}

/// What stands in the place of a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum FoundSubmission {
    /// A submission, or what is left of it.
    Whole(Submission),
    /// A file that cannot be read as one.
    Damaged(Finding),
    /// Nothing.
    Nothing,
}

impl Archive {
    /// Reads all submissions.
    ///
    /// # Errors
    ///
    /// Fails where they cannot be listed.
    pub fn submissions(&self) -> Result<Submissions, StorageError> {
        let mut submissions = Submissions::default();
        for (place, versions) in self.places(&mut submissions.findings)? {
            match self.submission_in(&place) {
                Ok(FoundSubmission::Whole(submission)) => {
                    let before = versions.range(..submission.version);
                    submissions
                        .findings
                        .extend(before.map(|version| remains(&place, *version)));
                    submissions.whole.push(submission);
                }
                Ok(FoundSubmission::Damaged(finding)) => submissions.findings.push(finding),
                Ok(FoundSubmission::Nothing) => {}
                Err(error) => submissions.findings.push(self.unreadable(&place, &error)),
            }
        }
        submissions.findings.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(submissions)
    }

    /// Reads the submission with this number.
    ///
    /// # Errors
    ///
    /// Fails where the submissions cannot be listed, or this one cannot be read.
    pub fn submission(&self, id: CaseId) -> Result<FoundSubmission, StorageError> {
        let places = self.places(&mut Vec::new())?;
        match places.keys().find(|place| place.id == id) {
            Some(place) => self.submission_in(place),
            None => Ok(FoundSubmission::Nothing),
        }
    }

    /// Lists the versions that stand in each place, and tells what is no submission.
    pub(super) fn places(
        &self,
        findings: &mut Vec<Finding>,
    ) -> Result<BTreeMap<Place, BTreeSet<u32>>, StorageError> {
        let mut places: BTreeMap<Place, BTreeSet<u32>> = BTreeMap::new();
        for listed in self.storage().list(SUBMISSIONS)? {
            let (path, problem) = match listed {
                Listed::File(name) => (name.as_str().to_owned(), Problem::Foreign),
                Listed::Foreign(path) => (self.inner(&path), Problem::Foreign),
                Listed::Unreadable(error) => {
                    let reason = error.source.to_string();
                    (self.inner(&error.path), Problem::Unreadable { reason })
                }
            };
            match Place::of_path(&path) {
                Some((place, version @ 1..=LAST_VERSION)) => {
                    places.entry(place).or_default().insert(version);
                }
                _ => findings.push(Finding {
                    case: None,
                    path,
                    problem,
                }),
            }
        }
        Ok(places)
    }

    /// Reads the highest version in a place. There are few that it can be, and looking for each costs less
    /// than listing a folder of thousands. From the lowest up, because a version goes after the next one is
    /// there: a look that meets a change finds the one or the other.
    pub(super) fn submission_in(&self, place: &Place) -> Result<FoundSubmission, StorageError> {
        let mut highest = None;
        for version in 1..=LAST_VERSION {
            if let Some(bytes) = self.bytes_of(place, version)? {
                highest = Some((version, bytes));
            }
        }
        Ok(
            highest.map_or(FoundSubmission::Nothing, |(version, bytes)| {
                read(place, version, &bytes)
            }),
        )
    }

    /// Reads one version in a place.
    pub(super) fn version_in(
        &self,
        place: &Place,
        version: u32,
    ) -> Result<FoundSubmission, StorageError> {
        let bytes = self.bytes_of(place, version)?;
        Ok(bytes.map_or(FoundSubmission::Nothing, |bytes| {
            read(place, version, &bytes)
        }))
    }

    fn bytes_of(&self, place: &Place, version: u32) -> Result<Option<Vec<u8>>, StorageError> {
        match place.name(version) {
            Ok(name) => self.storage().get(&name),
            Err(_) => Ok(None),
        }
    }

    fn unreadable(&self, place: &Place, error: &StorageError) -> Finding {
        let (path, reason) = match error {
            StorageError::File(error) => (self.inner(&error.path), error.source.to_string()),
            StorageError::Full { .. } => (place.path(1), error.to_string()),
        };
        Finding {
            case: None,
            path,
            problem: Problem::Unreadable { reason },
        }
    }
}

fn read(place: &Place, version: u32, bytes: &[u8]) -> FoundSubmission {
    match Submission::from_bytes(bytes, place, version) {
        Ok(submission) => FoundSubmission::Whole(submission),
        Err(problem) => FoundSubmission::Damaged(Finding {
            case: None,
            path: place.path(version),
            problem,
        }),
    }
}

fn remains(place: &Place, version: u32) -> Finding {
    Finding {
        case: None,
        path: place.path(version),
        problem: Problem::Remains,
    }
}
