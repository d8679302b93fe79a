//! What may be counted: records without a case number and without a day.
//!
//! A record is written when the reporter has decided that the report may be registered or counted, and goes
//! when that decision is taken back; should that fail, it is made up for when the reporter opens the report.
//! When a report is erased that was never counted, all that counts is that there was one. What was sent that
//! is no report has a record for each question, so that answers are counted and never put together. Invariant: a record holds choices that the form allows to be counted,
//! and nothing by which it could be brought back to a case; not even its file tells when it was written.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;
use crate::durable::{InvalidName, Name, Storage};
use crate::report::acts::{DECIDE_REGISTRATION, RecordError};
use crate::report::case::{Case, Cover};
use crate::report::ids::{Code, Digest, code_of};
use crate::report::seal::SecretKey;

/// The format of statistics records that this version writes.
pub const FORMAT: u32 = 1;

/// Characters of the name of a record: 80 bits of a digest, so that names say nothing of order.
pub(super) const NAME_CHARACTERS: usize = 16;

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
    /// It was sent with a form that makes no report.
    Submitted,
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

/// Returns how a report counts after this decision about registration, if it does.
pub(super) fn counts(choice: &Code) -> Option<Counts> {
    match choice.as_str() {
        "register_named" | "register_unnamed" => Some(Counts::Registered),
        "count_only" => Some(Counts::CountOnly),
        _ => None,
    }
}

/// Makes the record of a case what its last decision about registration asks for. There is one name for
/// the record of a case, which only the key of the case gives: doing it again changes nothing, and
/// nobody else can tell which record was which case.
pub(super) fn settle(
    storage: &dyn Storage,
    case: &Case,
    key: &SecretKey,
) -> Result<(), RecordError> {
    // Where nothing was ever decided, there is no record.
    let Some(choice) = case.last_choice(DECIDE_REGISTRATION) else {
        return Ok(());
    };
    let counts = counts(choice);
    let day = received_on(&case.cover);
    let id = Digest::of_parts(&[b"meldwijzer statistics 1\0", key.to_text().as_bytes()]);
    let name = name(day.year(), &code_of(&id, NAME_CHARACTERS))?;
    let record = counts.map(|counts| Record {
        format: FORMAT,
        form: case.cover.form.id.clone(),
        year: day.year(),
        month: Some(day.month()),
        counts,
        choices: case.countable(),
    });
    set(storage, &name, record.as_ref())
}

/// Makes a record what it is to be, or removes it. Doing it again changes nothing.
pub(super) fn set(
    storage: &dyn Storage,
    name: &Name,
    record: Option<&Record>,
) -> Result<(), RecordError> {
    let Some(record) = record else {
        // Also where it is gone: an earlier delete may have failed before that was on disk.
        return Ok(storage.delete_undated(name)?);
    };
    let wanted = bytes_of(record)?;
    let there = storage.get(name)?;
    if there.is_some_and(|there| there != wanted) {
        storage.delete_undated(name)?;
    }
    storage.put_undated(name, &wanted)?;
    Ok(())
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
    let name = name(record.year, &code_of(&id, NAME_CHARACTERS))?;
    storage.put_undated(&name, &bytes_of(&record)?)?;
    Ok(())
}

pub(super) fn name(year: i16, id: &Code) -> Result<Name, InvalidName> {
    Name::parse(&format!("statistics/{year}/{id}.json"))
}

fn bytes_of(record: &Record) -> Result<Vec<u8>, RecordError> {
    let bytes = serde_json::to_vec_pretty(record);
    let mut bytes = bytes.map_err(|error| RecordError::Event(error.into()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn received_on(cover: &Cover) -> Date {
    cover.received_at.to_zoned(clock::time_zone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::Folder;
    use crate::durable::faults::{Fault, FaultyFiles};

    #[test]
    fn a_record_that_is_gone_but_not_surely_is_made_sure_again() {
        let data = tempfile::tempdir().unwrap();
        let files = FaultyFiles::default();
        let folder = Folder::with_files(data.path(), 0, files.clone());
        let record = Record {
            format: FORMAT,
            form: "incident".parse().unwrap(),
            year: 2026,
            month: None,
            counts: Counts::ReportedOnly,
            choices: Value::Null,
        };
        let name = Name::parse("statistics/2026/a.json").unwrap();
        let mut was_gone = false;
        // The n-th operation of removing fails, for every n until there is none.
        for n in 0.. {
            set(&folder, &name, Some(&record)).unwrap();
            files.fail(n..n + 1, Fault::Disk);
            let removed = set(&folder, &name, None);
            files.heal();
            if removed.is_ok() {
                break;
            }
            was_gone |= folder.get(&name).unwrap().is_none();
            files.heal();
            set(&folder, &name, None).unwrap();
            assert!(files.done() > 1, "operation {n}: nothing but a look");
            assert_eq!(folder.get(&name).unwrap(), None);
            assert!(n < 50);
        }
        assert!(was_gone);
    }
}
