//! One thing that happened to a case, and the file that says so.
//!
//! An event file is written once and never changed. What the program must know without a key stands
//! in `open`; everything a reporter said stands in `sealed`, with case, sequence and kind repeated,
//! so that it cannot be moved to another event unnoticed. Fields that this version does not know are
//! left alone when reading.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::due::DueDates;
use crate::report::ids::{CaseId, Code, Digest};
pub use crate::report::lifecycle::{Role, Status};

/// The format of event files that this version reads and writes.
pub const FORMAT: u32 = 1;

/// Highest sequence number: file names have five digits, so that they sort as text.
pub const LAST_SEQUENCE: u32 = 99_999;

/// An event, as it stands in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What only entitled people may read.
    pub sealed: Sealed,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A reporter sent a report.
    ReportSubmitted,
    /// The reporter went back, changed answers and sent the report again.
    ReportAmended,
}

impl Kind {
    /// Returns the name under which files and texts know it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ReportSubmitted => "report_submitted",
            Kind::ReportAmended => "report_amended",
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// Which person, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Code>,
}

/// The part that is readable without a key. It holds codes, dates and digests only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The form that was filled in.
    pub form: FormVersion,
    /// Who may see the report: a kind of recipient.
    pub recipient: Code,
    /// Where the case stands after this event.
    pub status: Status,
    /// What must be done by when.
    pub due: DueDates,
    /// Digest of the key that the form carried.
    pub submission: Digest,
}

/// A form in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormVersion {
    /// Id of the form.
    pub id: Code,
    /// Version of the form, counted from 1.
    pub version: u32,
}

/// The part that only entitled people may read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    /// The case of the event that this belongs to.
    pub case: CaseId,
    /// The sequence number of the event that this belongs to.
    pub sequence: u32,
    /// The kind of the event that this belongs to.
    pub kind: Kind,
    /// Tag of the language in which the form was filled in.
    pub language: String,
    /// The answers, by field of the form.
    pub answers: Value,
}

/// Bytes that are not an event of a format that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file is no JSON, or something is missing in it. Only the place is told: the reason could
    /// repeat an answer.
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

impl Event {
    /// Returns the bytes of the event's file, which can be read again.
    ///
    /// # Errors
    ///
    /// Fails where JSON has no way to write the answers, or they are nested deeper than is read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(not_an_event)?;
        bytes.push(b'\n');
        Event::from_bytes(&bytes)?;
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
        let Format { format } = serde_json::from_slice(bytes).map_err(not_an_event)?;
        if format != FORMAT {
            return Err(ReadError::UnknownFormat { format });
        }
        serde_json::from_slice(bytes).map_err(not_an_event)
    }
}

fn not_an_event(error: serde_json::Error) -> ReadError {
    ReadError::NotAnEvent {
        line: error.line(),
        column: error.column(),
    }
}
