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
    /// It is among the people and is none, or is no recovery key.
    NotAPerson,
    /// It is among the submissions and is none, or not the one of its name.
    NotASubmission,
    /// The case is not sealed to the key that was given to open it.
    OtherKey,
    /// It belongs to an event that never was: a file that was sent and never confirmed.
    Orphan,
    /// It belongs to what was erased: a case, its names, or a file that its reporter took away.
    Remains,
    /// The folder of a case has nothing in it: the program stopped before the first event, or somebody
    /// took everything away.
    Empty,
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
            Problem::Foreign
                | Problem::Empty
                | Problem::Unfinished
                | Problem::Orphan
                | Problem::Remains
                | Problem::OtherKey
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
            Problem::NotAPerson => Diagnostic::error("report-not-a-person"),
            Problem::NotASubmission => Diagnostic::error("submission-not-whole"),
            Problem::OtherKey => Diagnostic::warning("report-other-key"),
            Problem::Orphan => Diagnostic::warning("report-orphan"),
            Problem::Remains => Diagnostic::warning("report-remains"),
            Problem::Empty => Diagnostic::warning("report-empty"),
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
/// has to be there, but it must follow on something, and on the event before it while that is there: a
/// file that does not belong must never let a case be erased.
fn erased(id: CaseId, files: &[(u32, Stored)]) -> Option<Stub> {
    let ((sequence, stored), before) = files.split_last()?;
    let event = Event::from_bytes(stored.as_ref().ok()?).ok()?;
    let follows = match before.last() {
        Some((last, Ok(bytes))) if last + 1 == *sequence => {
            event.previous == Some(Digest::of(bytes))
        }
        Some((last, Err(_))) if last + 1 == *sequence => false,
        _ => event.previous.is_some(),
    };
    let in_place = (event.case, event.sequence) == (id, *sequence);
    Stub::of(&event).filter(|_| in_place && follows)
}

fn remains(stub: &Stub, found: &Found) -> Vec<Finding> {
    let events = found.events.iter().filter(|known| **known != stub.sequence);
    let paths = events
        .map(|sequence| event_path(stub.id, *sequence))
        .chain(
            found
                .names
                .iter()
                .map(|sequence| names_path(stub.id, *sequence)),
        )
        .chain(found.files.iter().map(|file| file_path(stub.id, file)));
    paths
        .map(|path| Finding::about(stub.id, path, Problem::Remains))
        .collect()
}

/// Returns the files of a case that never was: they were sent before an event that did not follow.
pub fn orphans(case: CaseId, found: &Found) -> Vec<Finding> {
    let names = found
        .names
        .iter()
        .map(|sequence| names_path(case, *sequence));
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
    let files_missing = cover
        .files
        .iter()
        .filter(|file| !found.files.contains(&file.id));
    findings.extend(files_missing.map(|file| missing(file_path(id, &file.id))));
    let erased = cover.names_erased_by().unwrap_or_default();
    findings.extend(found.names.difference(&names_kept).map(|sequence| {
        let problem = if *sequence <= erased {
            Problem::Remains
        } else {
            Problem::Orphan
        };
        Finding::about(id, names_path(id, *sequence), problem)
    }));
    let others = found.files.iter().filter(|file| !named.contains(file));
    findings.extend(others.map(|file| {
        let problem = match cover.removed_files.contains(file) {
            true => Problem::Remains,
            false => Problem::Orphan,
        };
        Finding::about(id, file_path(id, file), problem)
    }));
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

/// Returns the folders within the folder of a case.
pub(super) fn folders(case: CaseId) -> [String; 2] {
    ["names", "attachments"].map(|folder| format!("reports/{}/{folder}/", case.plain()))
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

    use std::collections::BTreeMap;

    use crate::report::event::{
        Actor, Body, CaseKeys, Contents, FORMAT, FileRef, FormVersion, Kind, LAST_SEQUENCE, Open,
        Receipt, Status,
    };
    use crate::report::lifecycle::Progress;
    use crate::report::seal::{Envelope, Sealed, SecretKey};

    const CASE: &str = "7K3QX-9M2PD";

    fn id(text: &str) -> CaseId {
        text.parse().unwrap()
    }

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn event(case: &str, sequence: u32, previous: Option<&[u8]>) -> Event {
        let key = SecretKey::generate().public();
        let first = sequence == 1;
        let kind = if first {
            Kind::ReportSubmitted
        } else {
            Kind::ReportAmended
        };
        let contents = Contents {
            case: id(case),
            sequence,
            kind,
            body: Body::default(),
        };
        Event {
            format: FORMAT,
            case: id(case),
            sequence,
            kind,
            recorded_at: "2026-11-19T10:00:00Z".parse().unwrap(),
            actor: Actor::REPORTER,
            previous: previous.map(Digest::of),
            open: Open {
                form: Some(FormVersion {
                    id: "incident".parse().unwrap(),
                    version: 1,
                }),
                recipient: "coordinator".parse().ok(),
                progress: first.then(|| Progress {
                    status: Status::Submitted,
                    tracks: BTreeMap::new(),
                    steps: BTreeMap::new(),
                    due: BTreeMap::new(),
                }),
                submission: Some(digest("key")),
                sent: Some(digest("sent")),
                keys: first.then(|| CaseKeys {
                    public: key.clone(),
                    receipt: Receipt {
                        locator: serde_json::from_str("\"7K3Q\"").unwrap(),
                        sealed: Sealed::to_keys(b"", std::slice::from_ref(&key)).unwrap(),
                    },
                }),
                ..Open::default()
            },
            sealed: Some(contents.seal(Envelope::to_keys(&[key]).unwrap()).unwrap()),
        }
    }

    /// Three events that follow each other.
    fn three() -> Vec<Vec<u8>> {
        let mut files: Vec<Vec<u8>> = Vec::new();
        for sequence in 1..=3 {
            let event = event(CASE, sequence, files.last().map(Vec::as_slice));
            files.push(event.to_bytes().unwrap());
        }
        files
    }

    fn whole() -> Vec<Option<Stored>> {
        three().into_iter().map(|bytes| Some(Ok(bytes))).collect()
    }

    fn stored(files: Vec<Option<Stored>>) -> Vec<(u32, Stored)> {
        let numbered = (1..).zip(files);
        numbered
            .filter_map(|(number, file)| Some((number, file?)))
            .collect()
    }

    fn told(findings: &[Finding]) -> Vec<String> {
        let mut told = Vec::new();
        for finding in findings {
            assert_eq!(finding.case, Some(id(CASE)));
            let folder = "reports/7K3QX9M2PD/";
            let file = finding.path.strip_prefix(folder).unwrap();
            told.push(format!("{file} {:?}", finding.problem));
        }
        told
    }

    #[track_caller]
    fn check(files: Vec<Option<Stored>>, expected: &[&str]) {
        let findings = check_case(id(CASE), &stored(files), &Found::default());
        assert_eq!(told(&findings.err().unwrap_or_default()), expected);
    }

    /// Checks what is told of the files around three whole events.
    #[track_caller]
    fn check_around(change: impl Fn(&mut Event), found: &Found, expected: &[&str]) {
        let mut first = event(CASE, 1, None);
        change(&mut first);
        let bytes = first.to_bytes().unwrap();
        let checked = check_case(id(CASE), &[(1, Ok(bytes))], found).unwrap();
        let (Checked::Case(_, _, findings) | Checked::Erased(_, findings)) = checked;
        assert_eq!(told(&findings), expected);
    }

    #[test]
    fn a_whole_case_has_a_cover() {
        check(whole(), &[]);
        let Checked::Case(cover, events, findings) =
            check_case(id(CASE), &stored(whole()), &Found::default()).unwrap()
        else {
            panic!("not a case");
        };
        assert_eq!((cover.history.len(), events.len()), (3, 3));
        assert_eq!(findings, []);
    }

    #[test]
    fn every_cut_and_every_empty_file_is_seen() {
        let bytes = three().remove(0);
        // The last byte is the line break, which JSON does not need, but the chain does.
        for cut in 0..bytes.len() - 1 {
            let files = [(1, Ok(bytes[..cut].to_vec()))];
            let findings = check_case(id(CASE), &files, &Found::default()).unwrap_err();
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

        let mut second_start = event(CASE, 2, Some(&three()[0]));
        second_start.kind = Kind::ReportSubmitted;
        let first = three().remove(0);
        second_start.previous = Some(Digest::of(&first));
        let second_start = second_start.to_bytes().unwrap();
        check(
            vec![Some(Ok(first)), Some(Ok(second_start))],
            &["00002.json OutOfOrder"],
        );

        check(vec![], &["00001.json Missing"]);
    }

    #[test]
    fn an_event_without_what_its_kind_needs_cannot_be() {
        let strip: [fn(&mut Event); 4] = [
            |event| event.open.keys = None,
            |event| event.open.progress = None,
            |event| event.open.recipient = None,
            |event| event.open.submission = None,
        ];
        for strip in strip {
            let mut first = event(CASE, 1, None);
            strip(&mut first);
            let bytes = first.to_bytes().unwrap();
            check(vec![Some(Ok(bytes))], &["00001.json OutOfOrder"]);
        }
    }

    #[test]
    fn one_changed_byte_breaks_the_chain() {
        let mut files = three();
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace("coordinator", "coordinatos").into_bytes();
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
    fn files_around_the_events_must_be_those_that_the_events_name() {
        let file = |name: &str| -> Code { name.parse().unwrap() };
        let with_file = |event: &mut Event| {
            event.open.files.push(FileRef {
                id: "aaaa".parse().unwrap(),
                bytes: 3,
                digest: digest("abc"),
            });
        };
        let there = |files: &[&str], names: &[u32]| Found {
            events: vec![1],
            files: files.iter().map(|name| file(name)).collect(),
            names: names.iter().copied().collect(),
        };
        check_around(with_file, &there(&["aaaa"], &[]), &[]);
        check_around(
            with_file,
            &there(&[], &[]),
            &["attachments/aaaa.age Missing"],
        );
        check_around(
            with_file,
            &there(&["aaaa", "bbbb"], &[]),
            &["attachments/bbbb.age Orphan"],
        );
        let with_names = |event: &mut Event| event.open.names = Some(digest("names"));
        check_around(with_names, &there(&[], &[1]), &[]);
        check_around(with_names, &there(&[], &[]), &["names/00001.age Missing"]);
        check_around(|_| {}, &there(&[], &[1]), &["names/00001.age Orphan"]);
    }

    #[test]
    fn of_an_erased_case_only_the_last_event_is_needed() {
        let erased = |event: &mut Event| {
            event.kind = Kind::CaseErased;
            event.open = Open::default();
            event.previous = Some(digest("gone"));
        };
        let found = Found {
            events: vec![1],
            ..Found::default()
        };
        check_around(erased, &found, &[]);
        let mut remains = found.clone();
        remains.events.insert(0, 0);
        remains.files.insert("aaaa".parse().unwrap());
        check_around(
            erased,
            &remains,
            &["00000.json Remains", "attachments/aaaa.age Remains"],
        );
    }

    #[test]
    fn an_erasure_that_does_not_follow_is_damage() {
        let mut erasure = event(CASE, 4, None);
        erasure.kind = Kind::CaseErased;
        erasure.open = Open::default();
        let with = |previous: Option<Digest>| {
            let mut files = whole();
            let event = Event {
                previous,
                ..erasure.clone()
            };
            files.push(Some(Ok(event.to_bytes().unwrap())));
            files
        };
        check(with(None), &["00004.json BrokenChain"]);
        check(with(Some(digest("x"))), &["00004.json BrokenChain"]);
        let mut gap = with(None);
        gap[2] = None;
        check(gap, &["00003.json Missing"]);
    }

    #[test]
    fn names_of_events_sort_as_text() {
        assert_eq!(event_path(id(CASE), 1), "reports/7K3QX9M2PD/00001.json");
        assert!(event_path(id(CASE), LAST_SEQUENCE).ends_with("/99999.json"));
    }
}
