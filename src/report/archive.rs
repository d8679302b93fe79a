//! Reads the stored cases.
//!
//! Reading needs no lock and changes nothing, so it can be done while another process takes reports.
//! A case that is damaged is set apart, with what is wrong; it never hides the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::durable::{Folder, Listed, Name, Storage, StorageError};
use crate::report::case::{Cover, Stub};
use crate::report::event::{Event, LAST_SEQUENCE};
use crate::report::ids::{CaseId, Code};
use crate::report::verify::{self, Checked, Finding, Problem, Stored};

/// Folder of all cases within the data folder.
const REPORTS: &str = "reports/";

/// The stored cases, to be read.
#[derive(Clone)]
pub struct Archive {
    storage: Arc<dyn Storage>,
    root: PathBuf,
}

/// Everything that is stored, as it was at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// The cases that can be read, the one received first in front.
    pub cases: Vec<Cover>,
    /// The cases that were erased, by number.
    pub erased: Vec<Stub>,
    /// The numbers of the cases that cannot be read.
    pub damaged: Vec<CaseId>,
    /// What is wrong, in order of paths.
    pub findings: Vec<Finding>,
    /// How many event files were read.
    pub events: usize,
}

/// What stands under a case number.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A case that can be read, with its events in order.
    Case(Box<Cover>, Vec<Event>),
    /// What is left of a case that was erased.
    Erased(Stub),
    /// Files that are damaged, with what is wrong.
    Damaged(Vec<Finding>),
    /// Nothing.
    Nothing,
}

impl Archive {
    /// Means the cases in a data folder.
    pub fn at(data: &Path) -> Archive {
        Archive::of(Arc::new(Folder::new(data, 0)), data)
    }

    /// Means the cases in a store; findings are told relative to the folder that it is in.
    pub(super) fn of(storage: Arc<dyn Storage>, root: &Path) -> Archive {
        Archive {
            storage,
            root: root.to_path_buf(),
        }
    }

    /// Returns the store of the cases.
    pub(super) fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    /// Reads and checks all cases.
    ///
    /// # Errors
    ///
    /// Fails where not even the list of cases can be read.
    pub fn inventory(&self) -> Result<Inventory, StorageError> {
        let mut inventory = Inventory::default();
        let cases = self.look(REPORTS, &mut inventory.findings)?;
        // The folder of a case that cannot be read hides its events.
        let hidden = inventory
            .findings
            .iter()
            .filter(|finding| finding.is_damage());
        inventory.damaged = hidden.filter_map(|finding| finding.case).collect();
        let told = inventory.findings.iter().filter_map(|finding| finding.case);
        let known: BTreeSet<CaseId> = cases.keys().copied().chain(told).collect();
        for (id, found) in cases {
            if found.events.is_empty() {
                inventory.findings.extend(verify::orphans(id, &found));
                continue;
            }
            inventory.events += found.events.len();
            let mut checked = verify::check_case(id, &self.stored(id, &found.events), &found);
            if !is_clean(&checked) {
                // A list that is made while somebody writes can lack a file; a second look has it.
                let found = self.found(id)?;
                checked = verify::check_case(id, &self.stored(id, &found.events), &found);
            }
            match checked {
                Ok(Checked::Case(cover, _, findings)) => {
                    inventory.cases.push(*cover);
                    inventory.findings.extend(findings);
                }
                Ok(Checked::Erased(stub, findings)) => {
                    inventory.erased.push(stub);
                    inventory.findings.extend(findings);
                }
                Err(findings) => {
                    inventory.damaged.push(id);
                    inventory.findings.extend(findings);
                }
            }
        }
        let empty = self.empty_cases(&known)?;
        inventory.findings.extend(empty);
        inventory
            .cases
            .sort_by_key(|case| (case.received_at, case.id));
        inventory.damaged.sort_unstable();
        inventory.damaged.dedup();
        inventory.findings.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(inventory)
    }

    /// Finds the folders of cases without any file. A store lists files only, so this looks at the disk;
    /// where there is none, there are no folders either.
    fn empty_cases(&self, known: &BTreeSet<CaseId>) -> Result<Vec<Finding>, StorageError> {
        let folders = fs::read_dir(self.root.join(REPORTS)).into_iter().flatten();
        let names = folders.flatten().filter_map(|entry| {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            is_folder.then(|| entry.file_name())
        });
        let mut empty = Vec::new();
        for name in names {
            let Some(id) = name.to_str().and_then(CaseId::from_plain) else {
                continue;
            };
            // A folder that was made meanwhile has its first event by now, or soon.
            if !known.contains(&id) && self.found(id)? == verify::Found::default() {
                let path = format!("{REPORTS}{}", id.plain());
                empty.push(Finding::about(id, path, Problem::Empty));
            }
        }
        Ok(empty)
    }

    /// Reads and checks one case.
    ///
    /// # Errors
    ///
    /// Fails where the folder of the case cannot be read.
    pub fn case(&self, id: CaseId) -> Result<Found, StorageError> {
        let found = self.found(id)?;
        if found.events.is_empty() {
            return Ok(Found::Nothing);
        }
        let checked = verify::check_case(id, &self.stored(id, &found.events), &found);
        Ok(match checked {
            Ok(Checked::Case(cover, events, _)) => Found::Case(cover, events),
            Ok(Checked::Erased(stub, _)) => Found::Erased(stub),
            Err(findings) => Found::Damaged(findings),
        })
    }

    /// Lists the files of one case.
    pub(super) fn found(&self, id: CaseId) -> Result<verify::Found, StorageError> {
        let prefix = format!("{REPORTS}{}/", id.plain());
        let mut found = self.look(&prefix, &mut Vec::new())?;
        Ok(found.remove(&id).unwrap_or_default())
    }

    /// Lists the files of each case, and tells what is none of it. Whatever stands under the name of
    /// an event is listed as one, so that a case with a link or a pipe in the place of a file is seen
    /// to be damaged.
    fn look(
        &self,
        prefix: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<BTreeMap<CaseId, verify::Found>, StorageError> {
        let mut cases: BTreeMap<CaseId, verify::Found> = BTreeMap::new();
        for listed in self.storage.list(prefix)? {
            let (path, problem) = match listed {
                Listed::File(name) => (name.as_str().to_owned(), Problem::Foreign),
                Listed::Foreign(path) => (self.inner(&path), Problem::Foreign),
                Listed::Unreadable(error) => {
                    let reason = error.source.to_string();
                    (self.inner(&error.path), Problem::Unreadable { reason })
                }
            };
            match part_of(&path) {
                Some((case, part)) => part.add_to(cases.entry(case).or_default()),
                None => findings.push(Finding {
                    case: case_of(&path),
                    path,
                    problem,
                }),
            }
        }
        Ok(cases)
    }

    /// Returns a path as findings tell it.
    pub(super) fn inner(&self, path: &Path) -> String {
        let inner = path.strip_prefix(&self.root).unwrap_or(path);
        inner.to_string_lossy().into_owned()
    }

    fn stored(&self, case: CaseId, sequences: &[u32]) -> Vec<(u32, Stored)> {
        sequences
            .iter()
            .map(|sequence| (*sequence, self.bytes(case, *sequence)))
            .collect()
    }

    fn bytes(&self, case: CaseId, sequence: u32) -> Stored {
        let name = Name::parse(&verify::event_path(case, sequence)).map_err(|e| e.to_string())?;
        match self.storage.get(&name) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(io::Error::from(io::ErrorKind::NotFound).to_string()),
            Err(StorageError::File(error)) => Err(error.source.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Returns whether nothing is wrong with a case.
fn is_clean(checked: &Result<Checked, Vec<Finding>>) -> bool {
    match checked {
        Ok(Checked::Case(_, _, findings) | Checked::Erased(_, findings)) => findings.is_empty(),
        Err(_) => false,
    }
}

/// A file of a case.
enum Part {
    Event(u32),
    Names(u32),
    File(Code),
}

impl Part {
    fn add_to(self, found: &mut verify::Found) {
        match self {
            Part::Event(sequence) => found.events.push(sequence),
            Part::Names(sequence) => {
                found.names.insert(sequence);
            }
            Part::File(id) => {
                found.files.insert(id);
            }
        }
    }
}

/// Returns which part of which case stands under a path, if one does.
fn part_of(path: &str) -> Option<(CaseId, Part)> {
    let case = case_of(path)?;
    let (folder, file) = path.rsplit_once('/')?;
    let number = |suffix: &str| -> Option<u32> {
        let number = file.strip_suffix(suffix)?.parse().ok()?;
        (1..=LAST_SEQUENCE).contains(&number).then_some(number)
    };
    let (part, expected) = match folder.rsplit('/').next()? {
        "names" => {
            let sequence = number(".age")?;
            (Part::Names(sequence), verify::names_path(case, sequence))
        }
        "attachments" => {
            let id: Code = file.strip_suffix(".age")?.parse().ok()?;
            let path = verify::file_path(case, &id);
            (Part::File(id), path)
        }
        _ => {
            let sequence = number(".json")?;
            (Part::Event(sequence), verify::event_path(case, sequence))
        }
    };
    (expected == path).then_some((case, part))
}

/// Returns in the folder of which case a path is, or of which it is the folder.
fn case_of(path: &str) -> Option<CaseId> {
    let inner = path.strip_prefix(REPORTS)?;
    CaseId::from_plain(inner.split('/').next()?)
}
