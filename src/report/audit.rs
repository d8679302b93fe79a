//! Reads everything that is stored, byte by byte, to find what is no longer whole.
//!
//! Taking in the cases looks at events only; this also reads the files that belong to them, the people
//! and the recovery key. With a key it opens what that key opens and shows nothing of it, so that no
//! event is written: nobody has read the report. Invariant: nothing is changed.
//!
//! What it cannot see: that the last events of a case, or a whole case, were taken away, and that
//! somebody who can write here added an event. Sealing needs a public key only. A copy of earlier shows
//! both.

use std::io::{self, Read};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::durable::{Name, StorageError};
use crate::report::acts::case_key;
use crate::report::archive::{Archive, Found, Inventory};
use crate::report::case::Cover;
use crate::report::event::Event;
use crate::report::ids::{CaseId, Digest};
use crate::report::people::{People, PeopleError};
use crate::report::seal::{Sealed, SecretKey, open_stream};
use crate::report::submissions::SUBMISSIONS;
use crate::report::verify::{self, Finding, Problem};

/// How many bytes of a file are read at a time.
const READ_BYTES: usize = 64 * 1024;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// The cases, with everything that is wrong in the whole folder.
    pub inventory: Inventory,
    /// How many attachments and files with names were read.
    pub files: usize,
    /// How many submissions were read, those of which little is left too.
    pub submissions: usize,
    /// How many people have a key.
    pub people: usize,
    /// Whether there is a recovery key.
    pub recovery: bool,
    /// When the last event was written down.
    pub newest: Option<Timestamp>,
    /// How many cases were opened, where there was a key to try.
    pub opened: Option<usize>,
}

/// Why nothing could be told.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The cases cannot be listed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The people cannot be listed.
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl Audit {
    /// Returns the cases that are no longer whole.
    pub fn damaged(&self) -> usize {
        let findings = self.inventory.findings.iter();
        let mut damaged: Vec<CaseId> = findings
            .filter(|finding| finding.is_damage())
            .filter_map(|finding| finding.case)
            .chain(self.inventory.damaged.iter().copied())
            .collect();
        damaged.sort_unstable();
        damaged.dedup();
        damaged.len()
    }

    /// Returns how many files of submissions are no longer whole.
    pub fn damaged_submissions(&self) -> usize {
        let findings = self.inventory.findings.iter();
        findings
            .filter(|finding| finding.is_damage() && finding.path.starts_with(SUBMISSIONS))
            .count()
    }
}

impl Archive {
    /// Reads everything, and opens what the key opens where there is one.
    ///
    /// # Errors
    ///
    /// Fails where the cases or the people cannot be listed; single files are told in the findings.
    pub fn audit(&self, key: Option<&SecretKey>) -> Result<Audit, AuditError> {
        let people = People::read(self.storage())?;
        let mut audit = Audit {
            inventory: self.inventory()?,
            people: people
                .persons
                .iter()
                .filter(|one| one.keys.is_some())
                .count(),
            recovery: people.recovery.is_some(),
            opened: key.map(|_| 0),
            ..Audit::default()
        };
        let mut findings: Vec<Finding> = people
            .damaged
            .into_iter()
            .map(|path| (path, Problem::NotAPerson))
            .chain(
                people
                    .foreign
                    .into_iter()
                    .map(|path| (path, Problem::Foreign)),
            )
            .map(|(path, problem)| Finding {
                case: None,
                path,
                problem,
            })
            .collect();
        for cover in &audit.inventory.cases {
            audit.files += self.read_files(cover, &mut findings);
            let opened = key.map(|key| self.open_all(cover, key, &mut findings));
            if let (Some(opened), Some(true)) = (&mut audit.opened, opened) {
                *opened += 1;
            }
        }
        audit.submissions = self.check_submissions(key, &mut findings)?;
        let written = audit.inventory.cases.iter();
        let written = written.filter_map(|cover| Some(cover.history.last()?.recorded_at));
        let erased = audit.inventory.erased.iter().map(|stub| stub.erased_at);
        audit.newest = written.chain(erased).max();
        audit.inventory.findings.extend(findings);
        audit.inventory.findings.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(audit)
    }

    /// Reads all submissions and returns how many there are. With a key, tells which it does not open.
    fn check_submissions(
        &self,
        key: Option<&SecretKey>,
        findings: &mut Vec<Finding>,
    ) -> Result<usize, StorageError> {
        let submissions = self.submissions()?;
        findings.extend(submissions.findings);
        for submission in &submissions.whole {
            findings.extend(key.and_then(|key| submission.does_not_open(key)));
        }
        Ok(submissions.whole.len())
    }

    /// Compares the files of a case with what its events say of them, and returns how many there are.
    /// Files that are not there were told before.
    fn read_files(&self, cover: &Cover, findings: &mut Vec<Finding>) -> usize {
        let id = cover.id;
        let names = cover.names.iter();
        let names =
            names.map(|(sequence, digest)| (verify::names_path(id, *sequence), *digest, None));
        let files = cover.files.iter();
        let files = files.map(|file| {
            (
                verify::file_path(id, &file.id),
                file.digest,
                Some(file.bytes),
            )
        });
        let mut count = 0;
        for (path, expected, bytes) in names.chain(files) {
            match self.digest(&path) {
                Ok(None) => {}
                Ok(Some((digest, length))) => {
                    count += 1;
                    if digest != expected || bytes.is_some_and(|bytes| bytes != length) {
                        findings.push(Finding::about(id, path, Problem::Changed));
                    }
                }
                Err(reason) => {
                    findings.push(Finding::about(id, path, Problem::Unreadable { reason }));
                }
            }
        }
        count
    }

    /// Returns digest and length of a file, or nothing where it is not there.
    fn digest(&self, path: &str) -> Result<Option<(Digest, u64)>, String> {
        let Some(mut file) = self.open_file(path)? else {
            return Ok(None);
        };
        let mut hash = Sha256::new();
        let mut length = 0;
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = file.read(&mut buffer).map_err(|error| error.to_string())?;
            let (bytes, _) = buffer.split_at(read);
            if bytes.is_empty() {
                return Ok(Some((Digest::finished(hash), length)));
            }
            hash.update(bytes);
            length += u64::try_from(read).unwrap_or_default();
        }
    }

    fn open_file(&self, path: &str) -> Result<Option<Box<dyn Read + Send>>, String> {
        let name = Name::parse(path).map_err(|error| error.to_string())?;
        self.storage().open(&name).map_err(|error| match error {
            StorageError::File(error) => error.source.to_string(),
            error @ StorageError::Full { .. } => error.to_string(),
        })
    }

    /// Opens everything that is sealed in a case, and forgets it. False where the key does not open it.
    fn open_all(&self, cover: &Cover, key: &SecretKey, findings: &mut Vec<Finding>) -> bool {
        let id = cover.id;
        let Some(secret) = case_key(cover, key) else {
            let folder = format!("reports/{}", id.plain());
            findings.push(Finding::about(id, folder, Problem::OtherKey));
            return false;
        };
        let Ok(Found::Case(_, events)) = self.case(id) else {
            return false;
        };
        let swapped_event = |event: &&Event| event.open(&secret).is_err();
        let events = events.iter().filter(swapped_event);
        let mut swapped: Vec<String> = events
            .map(|event| verify::event_path(id, event.sequence))
            .collect();
        let names = cover.names.iter();
        let names = names.map(|(sequence, _)| verify::names_path(id, *sequence));
        swapped.extend(names.filter(|path| !self.opens_as_text(path, &secret)));
        let files = cover.files.iter();
        let files = files.map(|file| verify::file_path(id, &file.id));
        swapped.extend(files.filter(|path| !self.opens_as_file(path, &secret)));
        findings.extend(
            swapped
                .into_iter()
                .map(|path| Finding::about(id, path, Problem::Swapped)),
        );
        true
    }

    /// Returns whether a sealed text opens; one that cannot be read was told before.
    fn opens_as_text(&self, path: &str, key: &SecretKey) -> bool {
        let mut text = String::new();
        match self.open_file(path) {
            Ok(Some(mut file)) => {
                file.read_to_string(&mut text).is_ok() && Sealed::from_text(text).open(key).is_ok()
            }
            _ => true,
        }
    }

    /// Returns whether a sealed file opens to its end; one that cannot be read was told before.
    fn opens_as_file(&self, path: &str, key: &SecretKey) -> bool {
        match self.open_file(path) {
            Ok(Some(file)) => open_stream(file, key)
                .is_ok_and(|mut plain| io::copy(&mut plain, &mut io::sink()).is_ok()),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::path::Path;

    use serde_json::json;
    use tempfile::TempDir;

    use crate::durable::Folder;
    use crate::report::event::Actor;
    use crate::report::fixture::{SETTINGS, recovery_key, report, reporter_of, surroundings};
    use crate::report::store::{NewReport, Store};

    /// Makes a folder with a recovery key and a case that has names and a file.
    fn office() -> (TempDir, SecretKey, CaseId) {
        let data = TempDir::new().unwrap();
        let key = recovery_key(&Folder::new(data.path(), 0));
        let store = Store::open(data.path(), surroundings(), SETTINGS)
            .unwrap()
            .0;
        let report = NewReport {
            names: json!({"phone": "0612345678"}),
            ..report(1, json!({"story": "er was iets"}))
        };
        let case = store.submit(&report).unwrap().case;
        let opened = reporter_of(&store, 1);
        let written = store.attach(&opened, 10_000, |file| file.write_all(b"foto"));
        let act = crate::report::acts::Act {
            action: "add_files".parse().unwrap(),
            actor: Actor::REPORTER,
            body: Default::default(),
            files: vec![written.unwrap().stored.unwrap()],
            submission_key: None,
        };
        store.record(&opened, &act).unwrap();
        (data, key, case)
    }

    fn told(data: &Path, key: Option<&SecretKey>) -> Vec<(String, Problem)> {
        let audit = Archive::at(data).audit(key).unwrap();
        let findings = audit.inventory.findings.into_iter();
        findings
            .map(|finding| (finding.path, finding.problem))
            .collect()
    }

    fn file_of(data: &Path, case: CaseId) -> String {
        let cases = Archive::at(data).inventory().unwrap().cases;
        verify::file_path(case, &cases[0].files[0].id)
    }

    #[test]
    fn what_is_whole_is_counted() {
        let (data, key, _) = office();
        let audit = Archive::at(data.path()).audit(Some(&key)).unwrap();
        assert_eq!(audit.inventory.findings, []);
        assert_eq!((audit.files, audit.people, audit.recovery), (2, 0, true));
        assert_eq!((audit.opened, audit.damaged()), (Some(1), 0));
        let newest = audit.newest.map(|newest| newest.to_string());
        assert_eq!(newest.as_deref(), Some("2026-11-20T15:04:05Z"));
    }

    #[test]
    fn one_byte_in_any_file_is_seen() {
        let (data, _, case) = office();
        for path in [verify::names_path(case, 1), file_of(data.path(), case)] {
            let file = data.path().join(&path);
            let before = std::fs::read(&file).unwrap();
            let mut bytes = before.clone();
            *bytes.last_mut().unwrap() ^= 1;
            overwrite(&file, &bytes);
            let expected = [(path, Problem::Changed)];
            assert_eq!(told(data.path(), None), expected);
            overwrite(&file, &before[..before.len() - 1]);
            assert_eq!(told(data.path(), None), expected);
            overwrite(&file, &before);
        }
        assert_eq!(told(data.path(), None), []);
    }

    #[test]
    fn people_and_the_recovery_key_are_looked_at() {
        let (data, _, _) = office();
        overwrite(&data.path().join("recovery.pub"), b"age1nonsense\n");
        std::fs::create_dir(data.path().join("people")).unwrap();
        overwrite(&data.path().join("people/abc-00001.json"), b"{}");
        overwrite(&data.path().join("people/notes.txt"), b"bel Anna");
        assert_eq!(
            told(data.path(), None),
            [
                ("people/abc-00001.json".to_owned(), Problem::NotAPerson),
                ("people/notes.txt".to_owned(), Problem::Foreign),
                ("recovery.pub".to_owned(), Problem::NotAPerson),
            ]
        );
    }

    #[test]
    fn the_folder_of_a_case_without_anything_is_told_and_no_damage() {
        let (data, _, _) = office();
        std::fs::create_dir_all(data.path().join("reports/7K3QX9M2PD/names")).unwrap();
        let audit = Archive::at(data.path()).audit(None).unwrap();
        let told: Vec<(&str, &Problem)> = audit
            .inventory
            .findings
            .iter()
            .map(|finding| (finding.path.as_str(), &finding.problem))
            .collect();
        assert_eq!(told, [("reports/7K3QX9M2PD", &Problem::Empty)]);
        assert_eq!(audit.damaged(), 0);
    }

    #[test]
    fn a_key_shows_what_was_sealed_for_something_else() {
        let (data, key, case) = office();
        let file = data.path().join(verify::event_path(case, 2));
        let first = std::fs::read_to_string(data.path().join(verify::event_path(case, 1))).unwrap();
        let first: serde_json::Value = serde_json::from_str(&first).unwrap();
        let mut second: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        second["sealed"] = first["sealed"].clone();
        overwrite(&file, second.to_string().as_bytes());
        assert_eq!(told(data.path(), None), []);
        let expected = [(verify::event_path(case, 2), Problem::Swapped)];
        assert_eq!(told(data.path(), Some(&key)), expected);
    }

    #[test]
    fn a_key_that_opens_nothing_is_told_and_nothing_is_written() {
        let (data, _, case) = office();
        let folder = format!("reports/{}", case.plain());
        let other = SecretKey::generate();
        let events = Archive::at(data.path()).inventory().unwrap().events;
        assert_eq!(
            told(data.path(), Some(&other)),
            [(folder, Problem::OtherKey)]
        );
        assert_eq!(Archive::at(data.path()).inventory().unwrap().events, events);
    }

    fn overwrite(path: &Path, bytes: &[u8]) {
        let mut file: File = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .unwrap();
        file.write_all(bytes).unwrap();
    }
}
