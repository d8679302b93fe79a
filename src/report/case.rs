//! A case: what its events together mean.
//!
//! A case is computed from its events each time and never stored.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::report::due::DueDates;
use crate::report::event::{Event, FormVersion, Kind, Status};
use crate::report::ids::{CaseId, Code, Digest};

/// A report and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// When the report was received first.
    pub received_at: Timestamp,
    /// Where the case stands.
    pub status: Status,
    /// What must be done by when.
    pub due: DueDates,
    /// Who may see it.
    pub recipient: Code,
    /// The form that was filled in last.
    pub form: FormVersion,
    /// Tag of the language in which it was filled in.
    pub language: String,
    /// The latest answers, by field of the form.
    pub answers: Value,
    /// What happened, in order.
    pub history: Vec<Happening>,
    /// Digest of the key that the form carried.
    #[serde(skip)]
    pub submission: Digest,
}

/// A line of the history of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// Number of the event.
    pub sequence: u32,
    /// What happened.
    pub kind: Kind,
    /// When.
    pub recorded_at: Timestamp,
}

/// The events of a case stand in an order that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} cannot stand where it stands")]
pub struct OutOfOrder {
    /// Number of the event that cannot be.
    pub sequence: u32,
}

impl Case {
    /// Computes a case from its events in order. Without events there is no case.
    ///
    /// # Errors
    ///
    /// Fails where a case does not begin with a report, or begins twice.
    pub fn of(events: &[Event]) -> Result<Option<Case>, OutOfOrder> {
        let mut case: Option<Case> = None;
        for event in events {
            case = Some(match (case, event.kind) {
                (None, Kind::ReportSubmitted) => Case::begun_by(event),
                (Some(case), Kind::ReportAmended) => case.after(event),
                (None, Kind::ReportAmended) | (Some(_), Kind::ReportSubmitted) => {
                    return Err(OutOfOrder {
                        sequence: event.sequence,
                    });
                }
            });
        }
        Ok(case)
    }

    fn begun_by(event: &Event) -> Case {
        Case {
            id: event.case,
            received_at: event.recorded_at,
            status: event.open.status,
            due: event.open.due,
            recipient: event.open.recipient.clone(),
            form: event.open.form.clone(),
            language: event.sealed.language.clone(),
            answers: event.sealed.answers.clone(),
            history: vec![Happening::of(event)],
            submission: event.open.submission,
        }
    }

    fn after(mut self, event: &Event) -> Case {
        self.history.push(Happening::of(event));
        Case {
            status: event.open.status,
            due: event.open.due,
            recipient: event.open.recipient.clone(),
            form: event.open.form.clone(),
            language: event.sealed.language.clone(),
            answers: event.sealed.answers.clone(),
            ..self
        }
    }
}

impl Happening {
    fn of(event: &Event) -> Happening {
        Happening {
            sequence: event.sequence,
            kind: event.kind,
            recorded_at: event.recorded_at,
        }
    }
}
