//! What the puts of one store know of each other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::durable::folder_syncs::FolderSyncs;

/// How many folders are remembered as durable, some hundred bytes each. One that is forgotten costs
/// one sync more.
const MOST_KNOWN_FOLDERS: usize = 4096;

/// How many files are remembered as named before they were synced. More than that are synced first.
const MOST_DOUBTS: usize = 1024;

/// What the puts of one store share.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) syncs: FolderSyncs,
    /// Folders whose entry in the folder above is on disk.
    known: Mutex<BTreeSet<PathBuf>>,
    /// Files that were named before they were synced, and are not synced yet, or could not be.
    doubts: Mutex<BTreeSet<PathBuf>>,
}

impl Memory {
    pub(super) fn knows(&self, folder: &Path) -> bool {
        locked(&self.known).contains(folder)
    }

    pub(super) fn learn(&self, folder: &Path) {
        let mut known = locked(&self.known);
        if known.len() >= MOST_KNOWN_FOLDERS {
            known.clear();
        }
        known.insert(folder.to_path_buf());
    }

    pub(super) fn forget(&self, folder: &Path) {
        locked(&self.known).remove(folder);
    }

    /// Notes that a file will get its name before it is synced; false where that cannot be noted, or
    /// was noted before.
    pub(super) fn doubt(&self, path: &Path) -> bool {
        let mut doubts = locked(&self.doubts);
        doubts.len() < MOST_DOUBTS && doubts.insert(path.to_path_buf())
    }

    pub(super) fn doubts(&self, path: &Path) -> bool {
        locked(&self.doubts).contains(path)
    }

    pub(super) fn trust(&self, path: &Path) {
        locked(&self.doubts).remove(path);
    }
}

/// Takes a lock on memory that is whole at every moment, whatever a panicking thread was doing.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
