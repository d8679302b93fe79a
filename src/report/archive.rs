//! Reads the stored cases.
//!
//! Reading needs no lock and changes nothing, so it can be done while another process takes reports.
//! A case that is damaged is set apart, with what is wrong; it never hides the others.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::durable::{Folder, Listed, Name, Storage, StorageError};
use crate::report::case::Case;
use crate::report::event::LAST_SEQUENCE;
use crate::report::ids::CaseId;
use crate::report::verify::{self, Finding, Problem, Stored};

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
    /// The cases that are whole, the one received first in front.
    pub cases: Vec<Case>,
    /// The numbers of the cases that are not.
    pub damaged: Vec<CaseId>,
    /// What is wrong, in order of paths.
    pub findings: Vec<Finding>,
    /// How many event files were read.
    pub events: usize,
}

/// What stands under a case number.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A case that is whole.
    Case(Box<Case>),
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

    /// Reads and checks all cases.
    ///
    /// # Errors
    ///
    /// Fails where not even the list of cases can be read.
    pub fn inventory(&self) -> Result<Inventory, StorageError> {
        let mut inventory = Inventory::default();
        let sequences = self.sequences(REPORTS, &mut inventory.findings)?;
        // The folder of a case that cannot be read hides its events.
        let hidden = inventory
            .findings
            .iter()
            .filter(|finding| finding.is_damage());
        inventory.damaged = hidden.filter_map(|finding| finding.case).collect();
        for (id, sequences) in sequences {
            inventory.events += sequences.len();
            let checked = verify::check_case(id, &self.stored(id, &sequences));
            // A list that is made while somebody writes can lack a file; a second look has it.
            let found = match checked {
                Ok(case) => Found::Case(Box::new(case)),
                Err(_) => self.case(id)?,
            };
            match found {
                Found::Case(case) => inventory.cases.push(*case),
                Found::Damaged(findings) => {
                    inventory.damaged.push(id);
                    inventory.findings.extend(findings);
                }
                Found::Nothing => {}
            }
        }
        inventory
            .cases
            .sort_by_key(|case| (case.received_at, case.id));
        inventory.damaged.sort_unstable();
        inventory.damaged.dedup();
        inventory.findings.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(inventory)
    }

    /// Reads and checks one case.
    ///
    /// # Errors
    ///
    /// Fails where the folder of the case cannot be read.
    pub fn case(&self, id: CaseId) -> Result<Found, StorageError> {
        let prefix = format!("{REPORTS}{}/", id.plain());
        let sequences = self
            .sequences(&prefix, &mut Vec::new())?
            .remove(&id)
            .unwrap_or_default();
        if sequences.is_empty() {
            return Ok(Found::Nothing);
        }
        Ok(match verify::check_case(id, &self.stored(id, &sequences)) {
            Ok(case) => Found::Case(Box::new(case)),
            Err(findings) => Found::Damaged(findings),
        })
    }

    /// Lists the events of each case in rising order, and tells what is no event. Whatever stands
    /// under the name of an event is listed as one, so that a case with a link or a pipe in the
    /// place of a file is seen to be damaged.
    fn sequences(
        &self,
        prefix: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<BTreeMap<CaseId, Vec<u32>>, StorageError> {
        let mut cases: BTreeMap<CaseId, Vec<u32>> = BTreeMap::new();
        for listed in self.storage.list(prefix)? {
            let (path, problem) = match listed {
                Listed::File(name) => (name.as_str().to_owned(), Problem::Foreign),
                Listed::Foreign(path) => (self.inner(&path), Problem::Foreign),
                Listed::Unreadable(error) => {
                    let reason = error.source.to_string();
                    (self.inner(&error.path), Problem::Unreadable { reason })
                }
            };
            if let Some((case, sequence)) = event_of(&path) {
                cases.entry(case).or_default().push(sequence);
            } else {
                findings.push(Finding {
                    case: case_of(&path),
                    path,
                    problem,
                });
            }
        }
        Ok(cases)
    }

    fn inner(&self, path: &Path) -> String {
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

/// Returns which event of which case stands under a path, if one does.
fn event_of(path: &str) -> Option<(CaseId, u32)> {
    let case = case_of(path)?;
    let (_, file) = path.rsplit_once('/')?;
    let sequence = file.strip_suffix(".json")?.parse().ok()?;
    let known = (1..=LAST_SEQUENCE).contains(&sequence);
    (known && verify::event_path(case, sequence) == path).then_some((case, sequence))
}

/// Returns in the folder of which case a path is, or of which it is the folder.
fn case_of(path: &str) -> Option<CaseId> {
    let inner = path.strip_prefix(REPORTS)?;
    CaseId::from_plain(inner.split('/').next()?)
}
