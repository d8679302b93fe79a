//! The root of a store, and who may write in it.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use crate::durable::files::{FILE_MODE, no_follow};
use crate::durable::{Context, FileSystem, PathError, SystemFiles};

/// Name of the file that the one writer of a folder holds locked.
const LOCK_NAME: &str = "lock";

/// Name of the file that is locked while single files are appended beside that writer.
const APPENDING_NAME: &str = "appending";

/// Makes the folder of a store where it is not there, with the folders above it. The entry of one that
/// is there is made durable as well, because whoever made it may have been interrupted before that.
///
/// # Errors
///
/// Fails where a folder cannot be made, or is not surely on disk.
pub fn create_root(root: &Path) -> Result<(), PathError> {
    create_root_with(root, &SystemFiles)
}

pub(super) fn create_root_with(root: &Path, files: &dyn FileSystem) -> Result<(), PathError> {
    let root = std::path::absolute(root).context(root)?;
    let mut folder = PathBuf::new();
    for part in root.components() {
        let above = folder.clone();
        folder.push(part);
        if matches!(part, Component::Normal(_)) && !folder.is_dir() {
            files.create_folder(&folder).context(&folder)?;
            files.sync_folder(&above).context(&above)?;
        }
    }
    let Some(above) = root.parent() else {
        return Ok(());
    };
    match files.sync_folder(above) {
        // Whoever may not read the folder above did not make the root in it either.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced.context(above),
    }
}

/// Shows that this process is the only writer of a folder, until it is dropped or the process ends.
#[derive(Debug)]
pub struct WriterLock {
    file: File,
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing the file alone would leave the lock to a child process that another thread is
        // just starting. Should unlocking fail, the end of the process does it.
        let _ = self.file.unlock();
    }
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process writes in the folder.
    #[error("{}: another process holds the lock", path.display())]
    Held {
        /// The file of the lock.
        path: PathBuf,
    },
    /// The file of the lock cannot be used.
    #[error(transparent)]
    File(#[from] PathError),
}

impl WriterLock {
    /// Takes the lock of a folder without waiting.
    ///
    /// # Errors
    ///
    /// Fails where another process holds it, or the folder has no locks.
    pub fn take(root: &Path) -> Result<WriterLock, LockError> {
        let path = root.join(LOCK_NAME);
        let file = open_lock(&path).context(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { path }),
            Err(TryLockError::Error(error)) => Err(error).context(&path).map_err(LockError::File),
        }
    }
}

/// Keeps the files that this process is writing from being removed as unfinished, until it is dropped
/// or the process ends. It is for appending single files beside the holder of the [`WriterLock`], and
/// any number of processes can have it at once; which of two gets a name, the put decides.
#[derive(Debug)]
pub struct AppendLock {
    file: File,
}

impl Drop for AppendLock {
    fn drop(&mut self) {
        // For the reason that the lock of the writer has.
        let _ = self.file.unlock();
    }
}

impl AppendLock {
    /// Takes the lock of a folder. It waits while a starting writer removes unfinished files.
    ///
    /// # Errors
    ///
    /// Fails where the folder has no locks.
    pub fn take(root: &Path) -> Result<AppendLock, PathError> {
        let path = root.join(APPENDING_NAME);
        let file = open_lock(&path).context(&path)?;
        file.lock_shared().context(&path)?;
        Ok(AppendLock { file })
    }

    /// Takes the lock so that no one else has it, which waits for those that append.
    pub(super) fn take_alone(root: &Path) -> Result<AppendLock, PathError> {
        let path = root.join(APPENDING_NAME);
        let file = open_lock(&path).context(&path)?;
        file.lock().context(&path)?;
        Ok(AppendLock { file })
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .custom_flags(no_follow())
        .open(path)?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    Ok(file)
}
