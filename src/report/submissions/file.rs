//! The file of a submission.
//!
//! What stands in the clear are codes, days and digests: no time of day, and nothing that people said.
//! What they said is sealed with the form and the number beside it, so that it cannot be moved to another
//! submission unnoticed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::durable::{InvalidName, Name};
use crate::report::event::{ContentsError, plain_json};
use crate::report::ids::{CaseId, Code, Digest};
use crate::report::seal::{OpenError, PublicKey, SealError, Sealed, SecretKey};
use crate::report::verify::{Finding, Problem};

/// The format of submission files that this version reads and writes.
pub const FORMAT: u32 = 1;

/// Folder of all submissions within the data folder.
pub(in crate::report) const SUBMISSIONS: &str = "submissions/";

/// A submission, as a version of its file has it. The highest version counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Submission {
    /// Format of the file.
    pub format: u32,
    /// Id of the form.
    pub form: Code,
    /// Its number, of the same kind as that of a case.
    pub id: CaseId,
    /// Number of this version, from 1.
    pub version: u32,
    /// Last day, in the Netherlands, on which anything of it is kept.
    pub erase_after: Date,
    /// What there is of it.
    pub state: State,
}

/// What there is of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// What was sent.
    Kept(Kept),
    /// That it was there: nothing else is left.
    Over(Over),
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// Version of the form.
    pub form_version: u32,
    /// Day, in the Netherlands, on which it was received first.
    pub received_on: Date,
    /// To whom it was addressed.
    pub to: Vec<Code>,
    /// Ids of the people who can open it.
    pub people: Vec<Code>,
    /// Whether the recovery key opens it as well.
    pub recovery: bool,
    /// Whether the sender got a code with which it can be taken back.
    pub withdrawable: bool,
    /// Digest of the key that its code gives: who has the code can be known by it, and nobody can find the
    /// code from it. The code has 75 random bits, so it needs no slow hash: trying them all is out of reach.
    pub submission: Digest,
    /// Digest of what was sent, which only the key gives.
    pub sent: Digest,
    /// The questions of the form that are counted, whatever was answered. The code gives the name of the
    /// record of each.
    pub counted: BTreeSet<Code>,
    /// What only the addressees may read: an age file, sealed to each of them.
    pub sealed: Sealed,
}

/// That a submission was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Over {
    /// Why it is over.
    pub how: Ending,
    /// Day, in the Netherlands, on which it ended.
    pub on: Date,
}

/// Why a submission is over before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The sender took it back.
    TakenBack,
    /// Somebody who could open it removed it, because it was handled.
    Removed,
}

/// What is sealed in a submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubmissionContents {
    /// Id of the form.
    pub form: Code,
    /// Number of the submission.
    pub id: CaseId,
    /// The language in which the form was filled in, such as `nl`.
    pub language: String,
    /// The answers, by field of the form.
    pub answers: Value,
}

/// Where the versions of a submission stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) form: Code,
    pub(super) id: CaseId,
}

impl Submission {
    /// Opens what was sent.
    ///
    /// # Errors
    ///
    /// Fails where it does not open with this key, or belongs to another submission, or is over.
    pub fn open(&self, key: &SecretKey) -> Result<SubmissionContents, ContentsError> {
        let State::Kept(kept) = &self.state else {
            return Err(ContentsError::NotContents);
        };
        let plain = kept.sealed.open(key)?;
        let contents: SubmissionContents =
            serde_json::from_slice(&plain).map_err(|_| ContentsError::NotContents)?;
        if (&contents.form, contents.id) != (&self.form, self.id) {
            return Err(ContentsError::Swapped);
        }
        Ok(contents)
    }

    /// Returns the bytes of the file.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, SealError> {
        let bytes = serde_json::to_vec_pretty(self);
        let mut bytes = bytes.map_err(|error| SealError::from(std::io::Error::from(error)))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the bytes of the file in a place.
    pub(super) fn from_bytes(
        bytes: &[u8],
        place: &Place,
        version: u32,
    ) -> Result<Submission, Problem> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } =
            serde_json::from_slice(bytes).map_err(|_| Problem::NotASubmission)?;
        if format != FORMAT {
            return Err(Problem::UnknownFormat { format });
        }
        let submission: Submission =
            serde_json::from_slice(bytes).map_err(|_| Problem::NotASubmission)?;
        let in_place = submission.place() == *place && submission.version == version;
        in_place
            .then_some(submission)
            .ok_or(Problem::NotASubmission)
    }

    /// Tells why a key does not open what was sent, if it does not.
    pub(in crate::report) fn does_not_open(&self, key: &SecretKey) -> Option<Finding> {
        let State::Kept(_) = &self.state else {
            return None;
        };
        match self.open(key) {
            Ok(_) => None,
            Err(ContentsError::Sealed(OpenError::OtherKey)) => {
                Some(self.finding(Problem::OtherKey))
            }
            Err(_) => Some(self.finding(Problem::NotASubmission)),
        }
    }

    /// Makes a finding about the file.
    pub(super) fn finding(&self, problem: Problem) -> Finding {
        Finding {
            case: None,
            path: self.place().path(self.version),
            problem,
        }
    }

    pub(super) fn place(&self) -> Place {
        Place {
            form: self.form.clone(),
            id: self.id,
        }
    }
}

impl SubmissionContents {
    /// Seals the contents so that each of these keys opens them.
    pub(super) fn seal(&self, keys: &[PublicKey]) -> Result<Sealed, SealError> {
        Sealed::to_keys(&plain_json(self)?, keys)
    }
}

impl Place {
    pub(super) fn path(&self, version: u32) -> String {
        format!(
            "{SUBMISSIONS}{}/{}-{version:05}.json",
            self.form,
            self.id.plain()
        )
    }

    pub(super) fn name(&self, version: u32) -> Result<Name, InvalidName> {
        Name::parse(&self.path(version))
    }

    /// Returns of which submission and which version this is the path, if it is one.
    pub(super) fn of_path(path: &str) -> Option<(Place, u32)> {
        let (form, file) = path.strip_prefix(SUBMISSIONS)?.split_once('/')?;
        let (id, version) = file.strip_suffix(".json")?.split_once('-')?;
        let place = Place {
            form: form.parse().ok()?,
            id: CaseId::from_plain(id)?,
        };
        let version = version.parse().ok()?;
        (place.path(version) == path).then_some((place, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_path_is_that_of_a_submission() {
        fn check(path: &str, expected: Option<u32>) {
            let version = Place::of_path(path).map(|(_, version)| version);
            assert_eq!(version, expected, "{path}");
        }
        check("submissions/bel-mij/7K3QX9M2PD-00002.json", Some(2));
        check("submissions/bel-mij/7K3QX9M2PD-2.json", None);
        check("submissions/bel-mij/7k3qx9m2pd-00002.json", None);
        check("submissions/bel-mij/7K3QX9M2PD.json", None);
        check("submissions/bel-mij/x/7K3QX9M2PD-00002.json", None);
        check("submissions/Bel mij/7K3QX9M2PD-00002.json", None);
        check("submissions/7K3QX9M2PD-00002.json", None);
        check("reports/bel-mij/7K3QX9M2PD-00002.json", None);
    }
}
