//! Whether the stored files are what this program wrote, and what is wrong where they are not.
//!
//! Each event is checked against its name and against the event before it, and the files that belong to
//! it must be there. What is sealed is checked by whoever opens it. What no check can see is that the
//! last events of a case were taken away.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::report::case::{Cover, Stub};
use crate::report::event::{Event, ReadError};
use crate::report::ids::{CaseId, Code, Digest};

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// What is sealed in it does not open with the key of its case, or belongs to another event.
    Swapped,
    /// It is not there, though later events are.
    Missing,
    /// It does not follow the event before it.
    BrokenChain,
    /// It says something that cannot happen at this point.
    OutOfOrder,
    /// It is not the file that the event names.
    Changed,
    /// It belongs to an event that never was: a file that was sent and never confirmed.
    Orphan,
    /// It belongs to a case that was erased.
    Remains,
    /// This program did not put it there.
    Foreign,
    /// It was left by a write that was interrupted and never confirmed; it was removed.
    Unfinished,
}

impl Finding {
    /// Returns whether the case can no longer be trusted; else somebody should just have a look.
    pub fn is_damage(&self) -> bool {
        !matches!(
            self.problem,
            Problem::Foreign | Problem::Unfinished | Problem::Orphan | Problem::Remains
        )
    }

    /// Returns whether the operating system kept a file from us, perhaps for a moment.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.problem, Problem::Unreadable { .. })
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
            Problem::Changed => Diagnostic::error("report-changed"),
            Problem::Orphan => Diagnostic::warning("report-orphan"),
            Problem::Remains => Diagnostic::warning("report-remains"),
            Problem::Foreign => Diagnostic::warning("report-foreign"),
            Problem::Unfinished => Diagnostic::warning("report-unfinished"),
        };
        diagnostic.in_file(&self.path)
    }

    /// Makes a finding about a file of a case.
    pub fn about(case: CaseId, path: String, problem: Problem) -> Finding {
        Finding {
            case: Some(case),
            path,
            problem,
        }
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

/// The files of a case, as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Numbers of the events, in rising order.
    pub events: Vec<u32>,
    /// Ids of the attachments.
    pub files: BTreeSet<Code>,
    /// Events that have a file with names.
    pub names: BTreeSet<u32>,
}

/// What the files of a case say.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// A case, with its events in order, and what is wrong around it.
    Case(Box<Cover>, Vec<Event>, Vec<Finding>),
    /// A case that was erased, and what is left of it all the same.
    Erased(Stub, Vec<Finding>),
}

/// Checks the events of a case, given by sequence number in rising order, and the files around them.
///
/// # Errors
///
/// Returns everything that keeps the case from being read, in order of the files.
pub fn check_case(
    id: CaseId,
    files: &[(u32, Stored)],
    found: &Found,
) -> Result<Checked, Vec<Finding>> {
    if let Some(stub) = erased(id, files) {
        let remains = remains(&stub, found);
        return Ok(Checked::Erased(stub, remains));
    }
    let mut findings = Vec::new();
    let mut events = Vec::new();
    let mut expected = 1;
    // The digest that the next event must name; unknown after a file that cannot be read.
    let mut previous: Option<Option<Digest>> = Some(None);
    let mut tell = |sequence: u32, problem: Problem| {
        findings.push(Finding::about(id, event_path(id, sequence), problem));
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
        }
        if previous.is_some_and(|previous| previous != event.previous) {
            tell(*sequence, Problem::BrokenChain);
        }
        previous = Some(Some(Digest::of(bytes)));
        events.push(event);
    }
    if findings.is_empty() {
        match Cover::of(&events) {
            Ok(Some(cover)) => {
                let around = around(&cover, found);
                return Ok(Checked::Case(Box::new(cover), events, around));
            }
            Ok(None) => tell_missing(id, &mut findings),
            Err(error) => findings.push(Finding::about(
                id,
                event_path(id, error.sequence),
                Problem::OutOfOrder,
            )),
        }
    }
    Err(findings)
}

fn tell_missing(id: CaseId, findings: &mut Vec<Finding>) {
    findings.push(Finding::about(id, event_path(id, 1), Problem::Missing));
}

/// Returns what is left of a case whose last event says that it was erased. Nothing before that event
/// has to be there.
fn erased(id: CaseId, files: &[(u32, Stored)]) -> Option<Stub> {
    let (sequence, stored) = files.last()?;
    let event = Event::from_bytes(stored.as_ref().ok()?).ok()?;
    let in_place = (event.case, event.sequence) == (id, *sequence);
    Stub::of(&event).filter(|_| in_place)
}

fn remains(stub: &Stub, found: &Found) -> Vec<Finding> {
    let events = found.events.iter().filter(|known| **known != stub.sequence);
    let paths = events
        .map(|sequence| event_path(stub.id, *sequence))
        .chain(found.names.iter().map(|sequence| names_path(stub.id, *sequence)))
        .chain(found.files.iter().map(|file| file_path(stub.id, file)));
    paths
        .map(|path| Finding::about(stub.id, path, Problem::Remains))
        .collect()
}

/// Returns the files of a case that never was: they were sent before an event that did not follow.
pub fn orphans(case: CaseId, found: &Found) -> Vec<Finding> {
    let names = found.names.iter().map(|sequence| names_path(case, *sequence));
    let files = found.files.iter().map(|file| file_path(case, file));
    names
        .chain(files)
        .map(|path| Finding::about(case, path, Problem::Orphan))
        .collect()
}

/// Compares the files that the events name with those that are there.
fn around(cover: &Cover, found: &Found) -> Vec<Finding> {
    let id = cover.id;
    let missing = |path| Finding::about(id, path, Problem::Missing);
    let names_kept: BTreeSet<u32> = cover.names.iter().map(|(sequence, _)| *sequence).collect();
    let named: BTreeSet<&Code> = cover.files.iter().map(|file| &file.id).collect();
    let mut findings: Vec<Finding> = names_kept
        .difference(&found.names)
        .map(|sequence| missing(names_path(id, *sequence)))
        .collect();
    let files_missing = cover.files.iter().filter(|file| !found.files.contains(&file.id));
    findings.extend(files_missing.map(|file| missing(file_path(id, &file.id))));
    let problem = if cover.names_erased_at.is_some() {
        Problem::Remains
    } else {
        Problem::Orphan
    };
    let names_left = found.names.difference(&names_kept);
    findings.extend(
        names_left.map(|sequence| Finding::about(id, names_path(id, *sequence), problem.clone())),
    );
    let orphans = found.files.iter().filter(|file| !named.contains(file));
    findings
        .extend(orphans.map(|file| Finding::about(id, file_path(id, file), Problem::Orphan)));
    findings
}

/// Returns the name under which an event is stored.
pub fn event_path(case: CaseId, sequence: u32) -> String {
    format!("reports/{}/{sequence:05}.json", case.plain())
}

/// Returns the name under which the answers that say who somebody is are stored, of one event.
pub fn names_path(case: CaseId, sequence: u32) -> String {
    format!("reports/{}/names/{sequence:05}.age", case.plain())
}

/// Returns the name under which an attachment is stored.
pub fn file_path(case: CaseId, file: &Code) -> String {
    format!("reports/{}/attachments/{file}.age", case.plain())
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Problem {
        match error {
            ReadError::NotAnEvent { line, column } => Problem::NotAnEvent { line, column },
            ReadError::UnknownFormat { format } => Problem::UnknownFormat { format },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::report::event::{
        Actor, FORMAT, FormVersion, Kind, LAST_SEQUENCE, Open, Role, Sealed, Status,
    };

    fn id(text: &str) -> CaseId {
        text.parse().unwrap()
    }

    fn event(case: &str, sequence: u32, previous: Option<&[u8]>) -> Event {
        let kind = if sequence == 1 {
            Kind::ReportSubmitted
        } else {
            Kind::ReportAmended
        };
        let recorded_at = "2026-11-19T10:00:00Z".parse().unwrap();
        Event {
            format: FORMAT,
            case: id(case),
            sequence,
            kind,
            recorded_at,
            actor: Actor {
                role: Role::Reporter,
                person: None,
            },
            previous: previous.map(Digest::of),
            open: Open {
                form: FormVersion {
                    id: "incident".parse().unwrap(),
                    version: 1,
                },
                recipient: "coordinator".parse().unwrap(),
                status: Status::Submitted,
                due: crate::report::due::due_dates(recorded_at),
                submission: Digest::of(b"key"),
            },
            sealed: Sealed {
                case: id(case),
                sequence,
                kind,
                language: "nl".to_owned(),
                answers: serde_json::json!({ "n": sequence }),
            },
        }
    }

    const CASE: &str = "7K3QX-9M2PD";

    /// Three events that belong together, as bytes.
    fn three() -> Vec<Vec<u8>> {
        let mut files: Vec<Vec<u8>> = Vec::new();
        for sequence in 1..=3 {
            let previous = files.last().map(Vec::as_slice);
            let file = event(CASE, sequence, previous).to_bytes().unwrap();
            files.push(file);
        }
        files
    }

    /// Checks files that are numbered from 1, and compares the findings as `number problem`.
    fn check(files: Vec<Option<Stored>>, expected: &[&str]) {
        let files: Vec<(u32, Stored)> = (1..)
            .zip(files)
            .filter_map(|(sequence, stored)| Some((sequence, stored?)))
            .collect();
        let findings = check_case(id(CASE), &files).err().unwrap_or_default();
        let told: Vec<String> = findings
            .iter()
            .map(|finding| {
                assert_eq!(finding.case, Some(id(CASE)));
                let file = finding.path.rsplit('/').next().unwrap();
                format!("{file} {:?}", finding.problem)
            })
            .collect();
        assert_eq!(told, expected);
    }

    fn whole() -> Vec<Option<Stored>> {
        three().into_iter().map(|bytes| Some(Ok(bytes))).collect()
    }

    #[test]
    fn a_whole_case_has_its_latest_answers() {
        check(whole(), &[]);
        let files: Vec<(u32, Stored)> = (1..).zip(three().into_iter().map(Ok)).collect();
        let case = check_case(id(CASE), &files).unwrap();
        assert_eq!(case.answers, serde_json::json!({ "n": 3 }));
        assert_eq!(case.history.len(), 3);
    }

    #[test]
    fn every_cut_and_every_empty_file_is_seen() {
        let bytes = three().remove(0);
        // The last byte is the line break, which JSON does not need, but the chain does.
        for cut in 0..bytes.len() - 1 {
            let files = [(1, Ok(bytes[..cut].to_vec()))];
            let findings = check_case(id(CASE), &files).unwrap_err();
            assert!(
                matches!(findings[0].problem, Problem::NotAnEvent { .. }),
                "{cut}"
            );
        }
    }

    #[test]
    fn each_way_to_be_wrong_is_told_at_its_file() {
        let mut files = whole();
        files[1] = None;
        check(files, &["00002.json Missing"]);

        let mut files = whole();
        files[0] = None;
        check(files, &["00001.json Missing"]);

        let mut files = whole();
        files[1] = Some(Err("reason".to_owned()));
        check(files, &["00002.json Unreadable { reason: \"reason\" }"]);

        let mut files = whole();
        files[1] = Some(Ok(b"{\n  nonsense".to_vec()));
        check(files, &["00002.json NotAnEvent { line: 2, column: 3 }"]);

        let mut files = whole();
        files[0] = Some(Ok(b"{\"format\": 2}".to_vec()));
        check(files, &["00001.json UnknownFormat { format: 2 }"]);

        let mut files = whole();
        files.swap(1, 2);
        check(
            files,
            &[
                "00002.json Misplaced",
                "00002.json BrokenChain",
                "00003.json Misplaced",
                "00003.json BrokenChain",
            ],
        );

        let mut files = whole();
        files[0] = Some(Ok(event("00000-00000", 1, None).to_bytes().unwrap()));
        check(files, &["00001.json Misplaced", "00002.json BrokenChain"]);

        let mut event_of_other = event(CASE, 1, None);
        event_of_other.sealed.case = id("00000-00000");
        let bytes = event_of_other.to_bytes().unwrap();
        check(vec![Some(Ok(bytes))], &["00001.json Swapped"]);

        let mut second_start = event(CASE, 2, Some(&three()[0]));
        second_start.kind = Kind::ReportSubmitted;
        second_start.sealed.kind = Kind::ReportSubmitted;
        let mut files = whole();
        files.truncate(1);
        files.push(Some(Ok(second_start.to_bytes().unwrap())));
        check(files, &["00002.json OutOfOrder"]);

        check(vec![], &["00001.json Missing"]);
    }

    #[test]
    fn one_changed_byte_breaks_the_chain() {
        let mut files = three();
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace("\"n\": 1", "\"n\": 7").into_bytes();
        let files = files.into_iter().map(|bytes| Some(Ok(bytes))).collect();
        check(files, &["00002.json BrokenChain"]);
    }

    #[test]
    fn fields_of_a_later_version_are_left_alone() {
        let text = String::from_utf8(three().remove(0)).unwrap();
        let text = text.replace("\"open\": {", "\"new\": [1], \"open\": { \"newer\": {},");
        check(vec![Some(Ok(text.into_bytes()))], &[]);
    }

    #[test]
    fn the_file_of_an_event_stays_as_it_is() {
        let text = String::from_utf8(three().remove(1)).unwrap();
        insta::assert_snapshot!(text, @r#"
        {
          "format": 1,
          "case": "7K3QX9M2PD",
          "sequence": 2,
          "kind": "report_amended",
          "recorded_at": "2026-11-19T10:00:00Z",
          "actor": {
            "role": "reporter"
          },
          "previous": "sha256:03dcce836b906029ecb340affc6a44b7e0b8c6016d6873b083414ae3f723c013",
          "open": {
            "form": {
              "id": "incident",
              "version": 1
            },
            "recipient": "coordinator",
            "status": "submitted",
            "due": {
              "acknowledge": "2026-11-20"
            },
            "submission": "sha256:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
          },
          "sealed": {
            "case": "7K3QX9M2PD",
            "sequence": 2,
            "kind": "report_amended",
            "language": "nl",
            "answers": {
              "n": 2
            }
          }
        }
        "#);
    }

    #[test]
    fn names_of_events_sort_as_text() {
        assert_eq!(event_path(id(CASE), 1), "reports/7K3QX9M2PD/00001.json");
        assert!(event_path(id(CASE), LAST_SEQUENCE).ends_with("/99999.json"));
    }
}
