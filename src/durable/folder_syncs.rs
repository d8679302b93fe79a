//! One sync of a folder for all who wait for it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::durable::FileSystem;
use crate::durable::memory::locked;

/// Syncs of folders. Those who need the same folder at the same time share one.
#[derive(Default)]
pub(super) struct FolderSyncs {
    pub(super) running: Mutex<BTreeMap<PathBuf, Arc<SharedSync>>>,
}

/// The syncs of one folder, one at a time and counted from 1.
#[derive(Default)]
pub(super) struct SharedSync {
    turns: Mutex<Turns>,
    ended: Condvar,
}

#[derive(Default)]
struct Turns {
    /// How many were started; the last of them runs where fewer have ended.
    started: u64,
    ended: u64,
    /// The last that failed, and how.
    failed: Option<(u64, io::ErrorKind, Option<i32>)>,
}

impl FolderSyncs {
    /// Waits for a sync of a folder that starts after this call, run by this thread or another.
    pub(super) fn sync(&self, folder: &Path, files: &dyn FileSystem) -> io::Result<()> {
        let shared = locked(&self.running)
            .entry(folder.to_path_buf())
            .or_default()
            .clone();
        let synced = shared.sync(|| files.sync_folder(folder));
        let mut running = locked(&self.running);
        // The map and this function have it; nobody else can get it while the map is locked.
        if Arc::strong_count(&shared) <= 2 {
            running.remove(folder);
        }
        synced
    }
}

impl SharedSync {
    pub(super) fn sync(&self, run: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut turns = locked(&self.turns);
        // The one that runs now may have started before the entry was made that must be on disk.
        let needed = turns.started + 1;
        while turns.started > turns.ended && turns.ended < needed {
            turns = self
                .ended
                .wait(turns)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if turns.ended >= needed {
            return turns.outcome_since(needed);
        }
        turns.started += 1;
        let turn = turns.started;
        drop(turns);
        let synced = run();
        let mut turns = locked(&self.turns);
        turns.ended = turn;
        if let Err(error) = &synced {
            turns.failed = Some((turn, error.kind(), error.raw_os_error()));
        }
        self.ended.notify_all();
        synced
    }
}

impl Turns {
    /// Returns what became of a sync and those after it.
    fn outcome_since(&self, turn: u64) -> io::Result<()> {
        match self.failed {
            Some((failed, kind, code)) if failed >= turn => {
                Err(code.map_or_else(|| kind.into(), io::Error::from_raw_os_error))
            }
            _ => Ok(()),
        }
    }
}
