//! Whether the stored files are what this program wrote, and what is wrong where they are not.
//!
//! Each event is checked against its name, against what is sealed in it, and against the event
//! before it. What no check can see is that the last events of a case were taken away.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::report::case::Case;
use crate::report::event::{Event, ReadError};
use crate::report::ids::{CaseId, Digest};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The case concerned, where it is known.
    pub case: Option<CaseId>,
    /// The file or folder, as far as possible relative to the data folder.
    pub path: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The operating system does not give it.
    Unreadable {
        /// In the system's words.
        reason: String,
    },
    /// It is no event.
    NotAnEvent {
        /// Line of the first mistake, counted from 1.
        line: usize,
        /// Column of it, counted from 1.
        column: usize,
    },
    /// Another version of the program wrote it.
    UnknownFormat {
        /// The format it says it has.
        format: u32,
    },
    /// Case or sequence in the file are not those of its name.
    Misplaced,
    /// What is sealed in it belongs to another event.
    Swapped,
    /// It is not there, though later events are.
    Missing,
    /// It does not follow the event before it.
    BrokenChain,
    /// It says something that cannot happen at this point.
    OutOfOrder,
    /// This program did not put it there.
    Foreign,
    /// It was left by a write that was interrupted and never confirmed; it was removed.
    Unfinished,
}

impl Finding {
    /// Returns whether the case can no longer be trusted; else somebody should just have a look.
    pub fn is_damage(&self) -> bool {
        !matches!(self.problem, Problem::Foreign | Problem::Unfinished)
    }

    /// Returns the finding as it is told to people.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = match &self.problem {
            Problem::Unreadable { reason } => {
                Diagnostic::error("report-unreadable").with("reason", reason)
            }
            Problem::NotAnEvent { line, column } => Diagnostic::error("report-not-an-event")
                .with("line", line)
                .with("column", column),
            Problem::UnknownFormat { format } => {
                Diagnostic::error("report-unknown-format").with("format", format)
            }
            Problem::Misplaced => Diagnostic::error("report-misplaced"),
            Problem::Swapped => Diagnostic::error("report-swapped"),
            Problem::Missing => Diagnostic::error("report-missing"),
            Problem::BrokenChain => Diagnostic::error("report-broken-chain"),
            Problem::OutOfOrder => Diagnostic::error("report-out-of-order"),
            Problem::Foreign => Diagnostic::warning("report-foreign"),
            Problem::Unfinished => Diagnostic::warning("report-unfinished"),
        };
        diagnostic.in_file(&self.path)
    }

    /// Makes a finding about a path of the file system.
    pub fn about_path(root: &Path, path: &Path, problem: Problem) -> Finding {
        let inner = path.strip_prefix(root).unwrap_or(path);
        Finding {
            case: None,
            path: inner.to_string_lossy().into_owned(),
            problem,
        }
    }
}

/// What stands under the name of an event: its bytes, or the reason why they cannot be read.
pub type Stored = Result<Vec<u8>, String>;

/// Checks the files of a case, given by sequence number in rising order, and computes the case.
///
/// # Errors
///
/// Returns everything that is wrong, in order of the files.
pub fn check_case(id: CaseId, files: &[(u32, Stored)]) -> Result<Case, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut events = Vec::new();
    let mut expected = 1;
    // The digest that the next event must name; unknown after a file that cannot be read.
    let mut previous: Option<Option<Digest>> = Some(None);
    let mut tell = |sequence: u32, problem: Problem| {
        findings.push(Finding {
            case: Some(id),
            path: event_path(id, sequence),
            problem,
        });
    };
    for (sequence, stored) in files {
        if *sequence > expected {
            tell(expected, Problem::Missing);
            previous = None;
        }
        expected = sequence.saturating_add(1);
        let bytes = match stored {
            Ok(bytes) => bytes,
            Err(reason) => {
                let reason = reason.clone();
                tell(*sequence, Problem::Unreadable { reason });
                previous = None;
                continue;
            }
        };
        let event = match Event::from_bytes(bytes) {
            Ok(event) => event,
            Err(error) => {
                tell(*sequence, error.into());
                previous = None;
                continue;
            }
        };
        if (event.case, event.sequence) != (id, *sequence) {
            tell(*sequence, Problem::Misplaced);
        } else if event.sealed_elsewhere() {
            tell(*sequence, Problem::Swapped);
        }
        if previous.is_some_and(|previous| previous != event.previous) {
            tell(*sequence, Problem::BrokenChain);
        }
        previous = Some(Some(Digest::of(bytes)));
        events.push(event);
    }
    if findings.is_empty() {
        match Case::of(&events) {
            Ok(Some(case)) => return Ok(case),
            Ok(None) => findings.push(Finding {
                case: Some(id),
                path: event_path(id, 1),
                problem: Problem::Missing,
            }),
            Err(error) => findings.push(Finding {
                case: Some(id),
                path: event_path(id, error.sequence),
                problem: Problem::OutOfOrder,
            }),
        }
    }
    Err(findings)
}

/// Returns the name under which an event is stored.
pub fn event_path(case: CaseId, sequence: u32) -> String {
    format!("reports/{}/{sequence:05}.json", case.plain())
}

impl Event {
    fn sealed_elsewhere(&self) -> bool {
        (self.sealed.case, self.sealed.sequence, self.sealed.kind)
            != (self.case, self.sequence, self.kind)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Problem {
        match error {
            ReadError::NotAnEvent { line, column } => Problem::NotAnEvent { line, column },
            ReadError::UnknownFormat { format } => Problem::UnknownFormat { format },
        }
    }
}
