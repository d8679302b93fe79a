//! What may be counted: records without a case number and without a day.
//!
//! A record is written when the reporter decides that the report may be registered or counted, and is
//! withdrawn when that decision is taken back. When a report is erased that was never counted, all that
//! counts is that there was one. Invariant: a record holds choices that the form allows to be counted,
//! and nothing by which it could be brought back to a case; not even its file tells when it was written.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;
use crate::durable::{Name, Put, Storage};
use crate::randomness::{NoRandomness, Randomness};
use crate::report::acts::{DECIDE_REGISTRATION, RecordError};
use crate::report::case::{Case, Cover};
use crate::report::ids::{Code, Digest, code_of, random_code};

/// The format of statistics records that this version writes.
pub const FORMAT: u32 = 1;

/// Characters of the name of a record: random, so that names say nothing of order.
const NAME_CHARACTERS: usize = 16;

/// How a report counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// It was entered in the register, with or without a name.
    Registered,
    /// It is only counted, at the wish of the reporter.
    CountOnly,
    /// It was reported and erased since, and nothing else may be known.
    ReportedOnly,
}

/// A record, as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Format of the file.
    pub format: u32,
    /// Id of the form.
    pub form: Code,
    /// Year in which the report was received.
    pub year: i16,
    /// Month in which it was received, from 1; nothing where only the year may be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<i8>,
    /// How it counts.
    pub counts: Counts,
    /// The choices that may be counted, by field of the form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub choices: Value,
}

/// What a decision did to the statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted(Option<Name>);

impl Counted {
    /// Returns the name of the record that was written, where one was.
    pub(super) fn name(&self) -> Option<String> {
        self.0.as_ref().map(|name| name.as_str().to_owned())
    }
}

/// Writes the record of a decision about registration, where the choice allows one.
pub(super) fn count(
    storage: &dyn Storage,
    case: &Case,
    choice: Option<&Code>,
    randomness: &dyn Randomness,
) -> Result<Counted, RecordError> {
    let counts = match choice.map(Code::as_str) {
        Some("register_named" | "register_unnamed") => Counts::Registered,
        Some("count_only") => Counts::CountOnly,
        _ => return Ok(Counted(None)),
    };
    let day = received_on(&case.cover);
    let record = Record {
        format: FORMAT,
        form: case.cover.form.id.clone(),
        year: day.year(),
        month: Some(day.month()),
        counts,
        choices: case.countable().cloned().unwrap_or_default(),
    };
    let id = random_code(randomness, NAME_CHARACTERS)?;
    Ok(Counted(Some(put(storage, &record, &id)?)))
}

/// Counts a report that is being erased and never was counted. Its record has a name that only the
/// bytes of its first event give: counting it again makes no second record, and once those bytes are
/// gone nothing leads from the case to the record.
pub(super) fn count_erased(
    storage: &dyn Storage,
    cover: &Cover,
    first_event: &[u8],
) -> Result<(), RecordError> {
    let record = Record {
        format: FORMAT,
        form: cover.form.id.clone(),
        year: received_on(cover).year(),
        month: None,
        counts: Counts::ReportedOnly,
        choices: Value::Null,
    };
    let id = Digest::of_parts(&[b"meldwijzer statistics of erased 1\0", first_event]);
    let id = code_of(&id, NAME_CHARACTERS);
    put(storage, &record, &id).map(|_| ())
}

/// Takes away the record of the decision before, now that another is on disk.
pub(super) fn replace(storage: &dyn Storage, before: &Case, counted: Option<Counted>) {
    if counted.is_none() {
        return;
    }
    let last = before.taken(DECIDE_REGISTRATION).next_back();
    let name = last.and_then(|entry| entry.body.statistics.as_deref());
    let name = name.and_then(|name| Name::parse(name).ok());
    // What cannot be removed counts once too often, and keeps nobody from deciding.
    withdraw(storage, Some(Counted(name)));
}

/// Takes a record away again.
pub(super) fn withdraw(storage: &dyn Storage, counted: Option<Counted>) {
    if let Some(Counted(Some(name))) = counted {
        let _ = storage.delete(&name);
    }
}

fn put(storage: &dyn Storage, record: &Record, id: &Code) -> Result<Name, RecordError> {
    let mut bytes =
        serde_json::to_vec_pretty(record).map_err(|error| RecordError::Event(error.into()))?;
    bytes.push(b'\n');
    let name = Name::parse(&format!("statistics/{}/{id}.json", record.year))?;
    match storage.put_undated(&name, &bytes)? {
        Put::Stored => Ok(name),
        // A name of 80 random bits that is taken: the randomness is broken.
        Put::AlreadyThere => Err(NoRandomness.into()),
    }
}

fn received_on(cover: &Cover) -> Date {
    cover.received_at.to_zoned(clock::time_zone()).date()
}
