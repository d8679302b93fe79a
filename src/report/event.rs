//! One thing that happened to a case, and the file that says so.
//!
//! An event file is written once and never changed. What the program must know without a key stands
//! in `open`: codes, dates, digests and keys that are public or sealed. Everything that people said
//! stands in `sealed`, with case, sequence and kind repeated, so that it cannot be moved to another
//! event unnoticed. Fields that this version does not know are left alone when reading.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

pub use crate::report::lifecycle::{Role, Status};

use crate::report::ids::{CaseId, Code, Digest};
use crate::report::lifecycle::Progress;
use crate::report::receipt::Locator;
use crate::report::seal::{self, Envelope, PublicKey, SealError, Sealed, SecretKey};

/// The format of event files that this version reads and writes.
pub const FORMAT: u32 = 1;

/// Highest sequence number: file names have five digits, so that they sort as text.
pub const LAST_SEQUENCE: u32 = 99_999;

/// An event, as it stands in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Format of the file.
    pub format: u32,
    /// The case that it happened to.
    pub case: CaseId,
    /// Its number within the case, from 1.
    pub sequence: u32,
    /// What happened.
    pub kind: Kind,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// Digest of the file of the event before it; none for the first.
    pub previous: Option<Digest>,
    /// What the program must know without a key.
    pub open: Open,
    /// What only entitled people may read: an age file, sealed to the key of the case. Events of the
    /// program itself have nothing to hide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A reporter sent a report.
    ReportSubmitted,
    /// The reporter went back, changed answers and sent the report again.
    ReportAmended,
    /// The reporter answered the second part of the form; the latest counts, as a whole.
    DetailsGiven,
    /// The reporter said to have kept the receipt code: the form shows it no more.
    ReceiptKept,
    /// Somebody other than the reporter opened the report to read it.
    CaseOpened,
    /// Somebody got a key to the case.
    AccessGranted,
    /// Somebody did what `open.action` says, an action of the life cycle.
    ActionTaken,
    /// The reporter took files away, those of `open.removed_files`; their bytes go after this event.
    FilesRemoved,
    /// The answers that say who somebody is were erased.
    NamesErased,
    /// The case was erased; this event is all that is left of it.
    CaseErased,
}

impl Kind {
    /// Returns the name under which files and texts know it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ReportSubmitted => "report_submitted",
            Kind::ReportAmended => "report_amended",
            Kind::DetailsGiven => "details_given",
            Kind::ReceiptKept => "receipt_kept",
            Kind::CaseOpened => "case_opened",
            Kind::AccessGranted => "access_granted",
            Kind::ActionTaken => "action_taken",
            Kind::FilesRemoved => "files_removed",
            Kind::NamesErased => "names_erased",
            Kind::CaseErased => "case_erased",
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// Which person, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Code>,
}

impl Actor {
    /// The reporter, whom nothing on disk names.
    pub const REPORTER: Actor = Actor {
        role: Role::Reporter,
        person: None,
    };

    /// This program, by itself.
    pub const SYSTEM: Actor = Actor {
        role: Role::System,
        person: None,
    };
}

/// The part that is readable without a key. It holds codes, dates, digests, and keys that are public
/// or sealed; never words of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// The form that was filled in, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormVersion>,
    /// Who may see the report: a kind of recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Code>,
    /// The action of the life cycle that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Code>,
    /// Where the case stands after this event, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Whether the report may be registered, where that was decided; how, is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<bool>,
    /// Whether the statistics have a record of the report since that decision, so that it is not
    /// counted once more when it is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<bool>,
    /// Digest of the key that the form carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Digest>,
    /// Digest of that key together with what was sent, to know the same answers again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Digest>,
    /// The keys of the case; the first event has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<CaseKeys>,
    /// Who got the secret key of the case with this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// The sealed files that came with this event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRef>,
    /// Ids of the files of the case that are gone with this event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed_files: Vec<Code>,
    /// Digest of the sealed file with the answers that say who somebody is, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Digest>,
    /// The rule by which something was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Code>,
}

/// A form in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormVersion {
    /// Id of the form.
    pub id: Code,
    /// Version of the form, counted from 1.
    pub version: u32,
}

/// The keys of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseKeys {
    /// Everything in the case is sealed to this key.
    pub public: PublicKey,
    /// How the reporter opens it.
    pub receipt: Receipt,
}

/// How the receipt code opens a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The part of the code that finds the case.
    pub locator: Locator,
    /// The secret key of the case, sealed with the rest of the code as passphrase.
    pub sealed: Sealed,
}

/// People who got the secret key of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Access {
    /// Ids of the people.
    pub people: Vec<Code>,
    /// Whether the recovery key opens it as well.
    pub recovery: bool,
    /// The secret key of the case, sealed to all of them.
    pub sealed: Sealed,
}

/// A sealed file that belongs to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRef {
    /// Its random id; the file is `attachments/<id>.age`.
    pub id: Code,
    /// Number of sealed bytes.
    pub bytes: u64,
    /// Digest of the sealed bytes.
    pub digest: Digest,
}

/// What is sealed in an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contents {
    /// The case of the event that this belongs to.
    pub case: CaseId,
    /// The sequence number of the event that this belongs to.
    pub sequence: u32,
    /// The kind of the event that this belongs to.
    pub kind: Kind,
    /// What was said.
    #[serde(flatten)]
    pub body: Body,
}

/// What people said with an event. Which parts there are depends on the action.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// Tag of the language in which the form was filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The answers, by field of the form; those that say who somebody is stand in a file of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Value>,
    /// The choices that may be counted, by field of the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countable: Option<Value>,
    /// Words: a message, a reason, an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the files are. One that an event before it has brought is not in `open.files` again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileNote>,
    /// A choice: about registration, about a proposed measure, whether it helped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Code>,
    /// A measure towards the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// A number or name elsewhere, such as that of the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What a sealed file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileNote {
    /// Id of the file.
    pub id: Code,
    /// Name under which it is shown and saved.
    pub name: String,
    /// Kind of file.
    pub kind: Code,
    /// Its media type.
    pub media_type: String,
    /// Bytes when opened.
    pub bytes: u64,
    /// Digest of those bytes, to know the same file when it is sent again; older events have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
}

/// A measure towards a citizen. It names concrete behaviour and ends by itself (requirements of
/// ombudsmen: warn and hear first, name recent behaviour, evaluate).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// What kind of measure, such as `written_warning`.
    pub kind: Code,
    /// What the citizen did.
    pub behaviour: String,
    /// Whether the citizen was heard: a [`crate::report::lifecycle::Hearing`].
    pub hearing: Code,
    /// Why the citizen was not heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hearing_reason: Option<String>,
    /// How the citizen is told.
    pub informed: String,
    /// Last day of the measure.
    pub ends_on: Date,
    /// Day on which it is looked at again.
    pub review_on: Date,
}

/// Bytes that are not an event of a format that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file is no JSON, or something is missing in it. Only the place is told: the reason could
    /// repeat what stands there.
    #[error("not an event, seen at line {line}, column {column}")]
    NotAnEvent {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// The file was written by another version.
    #[error("unknown format {format}")]
    UnknownFormat {
        /// The format it says it has.
        format: u32,
    },
}

/// What is sealed in an event cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentsError {
    /// It does not open with the key of the case.
    #[error(transparent)]
    Sealed(#[from] seal::OpenError),
    /// It is not what an event seals.
    #[error("not the contents of an event")]
    NotContents,
    /// It belongs to another event.
    #[error("sealed for another event")]
    Swapped,
}

impl Event {
    /// Returns the bytes of the event's file, which can be read again.
    ///
    /// # Errors
    ///
    /// Fails where JSON has no way to write it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads an event from the bytes of its file.
    ///
    /// # Errors
    ///
    /// Fails where the bytes are not an event, or one of another format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Event, ReadError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } = serde_json::from_slice(bytes)?;
        if format != FORMAT {
            return Err(ReadError::UnknownFormat { format });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Opens what is sealed in the event; nothing was sealed in an event of the program itself.
    ///
    /// # Errors
    ///
    /// Fails where it does not open with this key, or belongs to another event.
    pub fn open(&self, key: &SecretKey) -> Result<Body, ContentsError> {
        let Some(sealed) = &self.sealed else {
            return Ok(Body::default());
        };
        let plain = sealed.open(key)?;
        let contents: Contents =
            serde_json::from_slice(&plain).map_err(|_| ContentsError::NotContents)?;
        let own = (self.case, self.sequence, self.kind);
        if (contents.case, contents.sequence, contents.kind) != own {
            return Err(ContentsError::Swapped);
        }
        Ok(contents.body)
    }
}

impl Contents {
    /// Seals the contents in an envelope that is addressed to the key of the case.
    ///
    /// # Errors
    ///
    /// Fails where JSON has no way to write them.
    pub fn seal(&self, envelope: Envelope) -> Result<Sealed, SealError> {
        envelope.seal(&plain_json(self)?)
    }
}

/// Writes a value as JSON that is wiped when it is dropped.
pub(super) fn plain_json<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, SealError> {
    serde_json::to_vec(value)
        .map(Zeroizing::new)
        .map_err(|error| SealError::from(std::io::Error::from(error)))
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> ReadError {
        ReadError::NotAnEvent {
            line: error.line(),
            column: error.column(),
        }
    }
}
