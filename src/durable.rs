//! Files that are on disk when we say so.
//!
//! A store of small files that are written once, under names. [`Folder`] keeps them in a folder; an
//! object store can offer the same four operations. A name holds either all the bytes of one put or
//! nothing, at every moment and after every crash, and a put answers only when the file and its
//! folder entries are on disk. Nothing here knows what is in the files.
//!
//! What is trusted of the disk: after a successful fsync the bytes survive a power cut, and a hard
//! link appears whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::OFlags;

/// Permissions of folders: for the owner only.
const FOLDER_MODE: u32 = 0o700;

/// Permissions of files: for the owner only.
const FILE_MODE: u32 = 0o600;

/// Largest file that is read, in bytes: far above any report, far below what would hurt the memory.
pub const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// Most parts of a name; the walk through folders goes no deeper either.
const MOST_PARTS: usize = 6;

/// Longest name, in bytes; a folder takes 255 for each part.
const LONGEST_NAME: usize = 200;

/// Start of the names of files that are being written.
const TEMPORARY_PREFIX: &str = ".writing-";

/// Name of the file that the one writer of a folder holds locked.
const LOCK_NAME: &str = "lock";

/// The name of a stored file: parts of letters, digits, `.`, `_` and `-`, divided by `/`.
///
/// No part starts with a dot, so a name never leaves the store and never hides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// The text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name for a stored file: {0:?}")]
pub struct InvalidName(pub String);

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    ///
    /// Fails where the text could mean anything but one file inside the store.
    pub fn parse(text: &str) -> Result<Name, InvalidName> {
        let parts = text.split('/').count();
        if text.len() <= LONGEST_NAME && parts <= MOST_PARTS && text.split('/').all(is_part) {
            Ok(Name(text.to_owned()))
        } else {
            Err(InvalidName(text.to_owned()))
        }
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// An input or output error, with the path it concerns.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct PathError {
    /// The file or folder.
    pub path: PathBuf,
    /// What went wrong.
    #[source]
    pub source: io::Error,
}

/// Adds the path to an input or output error.
trait Context<T> {
    fn context(self, path: &Path) -> Result<T, PathError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, path: &Path) -> Result<T, PathError> {
        self.map_err(|source| PathError {
            path: path.to_path_buf(),
            source,
        })
    }
}

/// Why an operation on a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is too little room left.
    #[error("{}: too little free space", path.display())]
    Full {
        /// The folder of the store.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] PathError),
}

/// The answer to a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The bytes are stored under the name, durably; perhaps an earlier put had done so.
    Stored,
    /// Other bytes stand under the name; nothing was changed.
    AlreadyThere,
}

/// Something found while listing.
#[derive(Debug)]
pub enum Listed {
    /// A stored file.
    File(Name),
    /// Something that no store put there: another kind of file, or a name that is none.
    Foreign(PathBuf),
    /// A folder that could not be read.
    Unreadable(PathError),
}

/// A store of files that are written once.
pub trait Storage: Send + Sync {
    /// Stores bytes under a name, unless other bytes stand there. After an error the name holds all
    /// the bytes or nothing, and the same put may be tried again.
    ///
    /// # Errors
    ///
    /// Fails where the bytes are not surely stored, or are more than [`LARGEST_FILE`].
    fn put_if_absent(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError>;

    /// Returns the bytes under a name, or nothing where there are none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, or is larger than [`LARGEST_FILE`].
    fn get(&self, name: &Name) -> Result<Option<Vec<u8>>, StorageError>;

    /// Lists everything whose name starts with a prefix, which is empty or ends with `/`, in order.
    ///
    /// # Errors
    ///
    /// Fails where the folder of the prefix cannot be read; folders below are told in the list.
    fn list(&self, prefix: &str) -> Result<Vec<Listed>, StorageError>;

    /// Removes the file under a name. A name that holds nothing is no error.
    ///
    /// # Errors
    ///
    /// Fails where the file is not surely removed.
    fn delete(&self, name: &Name) -> Result<(), StorageError>;
}

/// The operations on files that a [`Folder`] is built from, one system call or two each, so that a
/// test can let any of them fail.
pub trait FileSystem: Send + Sync {
    /// Makes a folder that only its owner can use.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a new file that only its owner can use.
    fn create_file(&self, path: &Path) -> io::Result<File>;
    /// Writes all the bytes.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    /// Waits until the file's bytes are on disk.
    fn sync_file(&self, file: &File) -> io::Result<()>;
    /// Waits until a folder's entries are on disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Gives a file a second name, which must be free.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Opens an ordinary file for reading; a link is not followed.
    fn open(&self, path: &Path) -> io::Result<File>;
    /// Returns how many bytes an ordinary user can still write.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// The operations as the operating system offers them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl FileSystem for SystemFiles {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(FOLDER_MODE).create(path)?;
        // The umask can have taken away what the owner needs.
        fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))
    }

    fn create_file(&self, path: &Path) -> io::Result<File> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(path)?;
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
        Ok(file)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(no_follow())
            .open(path)?;
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::other("not an ordinary file"))
        }
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let found = rustix::fs::statvfs(path)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

/// Flags of an open that follows no link and never waits, as it would at a pipe.
fn no_follow() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// A store in a folder.
///
/// Each file is written under a temporary name in its own folder, synced, and then linked to its
/// name, which never overwrites. Links inside the store are not followed.
pub struct Folder<F = SystemFiles> {
    root: PathBuf,
    least_free_bytes: u64,
    files: F,
    temporary: AtomicU64,
}

impl Folder<SystemFiles> {
    /// Means the store in this folder. A put is refused while less than this number of bytes is
    /// free.
    pub fn new(root: &Path, least_free_bytes: u64) -> Folder {
        Folder::with_files(root, least_free_bytes, SystemFiles)
    }
}

impl<F: FileSystem> Folder<F> {
    fn with_files(root: &Path, least_free_bytes: u64, files: F) -> Folder<F> {
        Folder {
            root: root.to_path_buf(),
            least_free_bytes,
            files,
            temporary: AtomicU64::new(0),
        }
    }

    /// Removes the files that an interrupted writer left unfinished, and returns where they were.
    /// No put of them was ever confirmed. The lock shows that no one is writing them now.
    ///
    /// # Errors
    ///
    /// Fails where one cannot be removed.
    pub fn remove_unfinished(&self, _lock: &WriterLock) -> Result<Vec<PathBuf>, StorageError> {
        let mut found = Vec::new();
        for entry in walk(&self.root, 0)? {
            if let Entry::File(path) = entry
                && is_temporary(&path)
            {
                self.files.remove(&path).context(&path)?;
                found.push(path);
            }
        }
        Ok(found)
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.root.join(name.as_str())
    }

    /// Returns the folders from the root of the store to that of the name.
    fn folders(&self, name: &Name) -> Vec<PathBuf> {
        let inner = Path::new(name.as_str()).parent();
        let mut folders = vec![self.root.clone()];
        for part in inner.into_iter().flat_map(Path::components) {
            let next = folders.last().map(|folder| folder.join(part));
            folders.extend(next);
        }
        folders
    }

    /// Refuses a name that leads through a link out of the store.
    fn refuse_links(&self, name: &Name) -> Result<(), PathError> {
        for folder in self.folders(name).iter().skip(1) {
            match fs::symlink_metadata(folder) {
                Ok(found) if !found.is_dir() => {
                    return Err(io::ErrorKind::NotADirectory.into()).context(folder);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).context(folder);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes the entries of all folders on the way to a name durable. All of them each time, because
    /// an earlier put can have made a folder and then failed; syncing a clean folder costs little.
    fn sync_folders(&self, name: &Name) -> Result<(), PathError> {
        for folder in self.folders(name).iter().rev() {
            self.files.sync_folder(folder).context(folder)?;
        }
        Ok(())
    }

    /// Answers for a name that is taken: the same bytes are made durable once more, because the put
    /// that wrote them may have failed after the link. Their file was synced before it.
    fn settle(&self, name: &Name, there: &[u8], bytes: &[u8]) -> Result<Put, StorageError> {
        if there != bytes {
            return Ok(Put::AlreadyThere);
        }
        let path = self.path(name);
        let file = self.files.open(&path).context(&path)?;
        self.files.sync_file(&file).context(&path)?;
        self.sync_folders(name)?;
        Ok(Put::Stored)
    }

    fn write_temporary(&self, path: &Path, bytes: &[u8]) -> Result<(), PathError> {
        let mut file = self.files.create_file(path).context(path)?;
        self.files.write(&mut file, bytes).context(path)?;
        self.files.sync_file(&file).context(path)
    }

    fn write_and_link(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError> {
        for folder in self.folders(name).iter().skip(1) {
            match self.files.create_folder(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => made.context(folder)?,
            }
        }
        let path = self.path(name);
        let number = self.temporary.fetch_add(1, Ordering::Relaxed);
        let temporary =
            path.with_file_name(format!("{TEMPORARY_PREFIX}{}-{number}", process::id()));
        let linked = self.write_temporary(&temporary, bytes).and_then(|()| {
            match self.files.link(&temporary, &path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::AlreadyThere),
                linked => linked.map(|()| Put::Stored).context(&path),
            }
        });
        // Should this fail, the next writer that opens the folder removes the file.
        let _ = self.files.remove(&temporary);
        let put = linked?;
        self.sync_folders(name)?;
        Ok(put)
    }

    fn refuse_when_large(&self, name: &Name, bytes: &[u8]) -> Result<(), PathError> {
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_FILE) {
            Ok(())
        } else {
            Err(io::ErrorKind::FileTooLarge.into()).context(&self.path(name))
        }
    }

    fn refuse_when_full(&self) -> Result<(), StorageError> {
        let free = self.files.free_bytes(&self.root).context(&self.root)?;
        if free < self.least_free_bytes {
            return Err(StorageError::Full {
                path: self.root.clone(),
            });
        }
        Ok(())
    }

    /// Tells a disk that turned out to be full in the middle of a put from other failures.
    fn explain(&self, error: StorageError) -> StorageError {
        match error {
            StorageError::File(PathError { source, .. })
                if matches!(
                    source.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
                ) =>
            {
                StorageError::Full {
                    path: self.root.clone(),
                }
            }
            other => other,
        }
    }
}

impl<F: FileSystem> Storage for Folder<F> {
    fn put_if_absent(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError> {
        self.refuse_when_large(name, bytes)?;
        if let Some(there) = self.get(name)? {
            return self.settle(name, &there, bytes);
        }
        self.refuse_when_full()?;
        match self.write_and_link(name, bytes) {
            // Somebody else was first, between our look and our link.
            Ok(Put::AlreadyThere) => {
                let there = self.get(name)?.unwrap_or_default();
                self.settle(name, &there, bytes)
            }
            Ok(Put::Stored) => Ok(Put::Stored),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn get(&self, name: &Name) -> Result<Option<Vec<u8>>, StorageError> {
        self.refuse_links(name)?;
        let path = self.path(name);
        let file = match self.files.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.context(&path)?,
        };
        let mut bytes = Vec::new();
        // One byte more than allowed, to tell a file that is too large from one that just fits.
        file.take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .context(&path)?;
        self.refuse_when_large(name, &bytes)?;
        Ok(Some(bytes))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Listed>, StorageError> {
        let depth = prefix.matches('/').count();
        let start = self.root.join(prefix);
        if let Ok(inside) = Name::parse(&format!("{prefix}x")) {
            self.refuse_links(&inside)?;
        }
        let entries = walk(&start, depth)?;
        Ok(entries
            .into_iter()
            .filter(|entry| !matches!(entry, Entry::File(path) if is_temporary(path)))
            .map(|entry| match entry {
                Entry::File(path) => match self.name_of(&path) {
                    Some(name) => Listed::File(name),
                    None => Listed::Foreign(path),
                },
                Entry::Other(path) => Listed::Foreign(path),
                Entry::Unreadable(error) => Listed::Unreadable(error),
            })
            .collect())
    }

    fn delete(&self, name: &Name) -> Result<(), StorageError> {
        self.refuse_links(name)?;
        let path = self.path(name);
        match self.files.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => {
                removed.context(&path)?;
                let folder = path.parent().unwrap_or(&self.root);
                self.files.sync_folder(folder).context(folder)?;
                Ok(())
            }
        }
    }
}

impl<F> Folder<F> {
    fn name_of(&self, path: &Path) -> Option<Name> {
        let inner = path.strip_prefix(&self.root).ok()?.to_str()?;
        Name::parse(inner).ok()
    }
}

/// Something in a folder.
enum Entry {
    File(PathBuf),
    Other(PathBuf),
    Unreadable(PathError),
}

/// Lists everything below a folder in the order of paths, without following links. A folder that is
/// not there is empty; one that is deeper than any name is told as something else.
fn walk(folder: &Path, depth: usize) -> Result<Vec<Entry>, PathError> {
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.context(folder)?,
    };
    let mut inside = Vec::new();
    for entry in found {
        let entry = entry.context(folder)?;
        inside.push((entry.path(), entry.file_type()));
    }
    inside.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut entries = Vec::new();
    for (path, kind) in inside {
        match kind.context(&path) {
            // A temporary file that its writer removed meanwhile.
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => entries.push(Entry::Unreadable(error)),
            Ok(kind) if kind.is_file() => entries.push(Entry::File(path)),
            Ok(kind) if kind.is_dir() && depth + 1 < MOST_PARTS => match walk(&path, depth + 1) {
                Ok(below) => entries.extend(below),
                Err(error) => entries.push(Entry::Unreadable(error)),
            },
            Ok(_) => entries.push(Entry::Other(path)),
        }
    }
    Ok(entries)
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        name.as_encoded_bytes()
            .starts_with(TEMPORARY_PREFIX.as_bytes())
    })
}

/// Makes the folder of a store where it is not there, with the folders above it. The entry of one that
/// is there is made durable as well, because whoever made it may have been interrupted before that.
///
/// # Errors
///
/// Fails where a folder cannot be made, or is not surely on disk.
pub fn create_root(root: &Path) -> Result<(), PathError> {
    create_root_with(root, &SystemFiles)
}

fn create_root_with(root: &Path, files: &dyn FileSystem) -> Result<(), PathError> {
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
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .custom_flags(no_follow())
            .open(&path)
            .context(&path)?;
        file.set_permissions(Permissions::from_mode(FILE_MODE))
            .context(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { path }),
            Err(TryLockError::Error(error)) => Err(error).context(&path).map_err(LockError::File),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use tempfile::TempDir;

    /// Lets one operation fail, counted from 0, and counts them all.
    struct Failing {
        fails: usize,
        done: Arc<AtomicUsize>,
        kind: io::ErrorKind,
    }

    impl Failing {
        fn step(&self) -> io::Result<()> {
            if self.done.fetch_add(1, Ordering::Relaxed) == self.fails {
                Err(self.kind.into())
            } else {
                Ok(())
            }
        }
    }

    impl FileSystem for Failing {
        fn create_folder(&self, path: &Path) -> io::Result<()> {
            self.step()?;
            SystemFiles.create_folder(path)
        }
        fn create_file(&self, path: &Path) -> io::Result<File> {
            self.step()?;
            SystemFiles.create_file(path)
        }
        fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
            if let Err(error) = self.step() {
                SystemFiles.write(file, &bytes[..bytes.len() / 2])?;
                return Err(error);
            }
            SystemFiles.write(file, bytes)
        }
        fn sync_file(&self, file: &File) -> io::Result<()> {
            self.step()?;
            SystemFiles.sync_file(file)
        }
        fn sync_folder(&self, path: &Path) -> io::Result<()> {
            self.step()?;
            SystemFiles.sync_folder(path)
        }
        fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.step()?;
            SystemFiles.link(from, to)
        }
        fn remove(&self, path: &Path) -> io::Result<()> {
            self.step()?;
            SystemFiles.remove(path)
        }
        fn open(&self, path: &Path) -> io::Result<File> {
            self.step()?;
            SystemFiles.open(path)
        }
        fn free_bytes(&self, path: &Path) -> io::Result<u64> {
            self.step()?;
            SystemFiles.free_bytes(path)
        }
    }

    fn failing(
        root: &Path,
        fails: usize,
        kind: io::ErrorKind,
    ) -> (Folder<Failing>, Arc<AtomicUsize>) {
        let done = Arc::new(AtomicUsize::new(0));
        let files = Failing {
            fails,
            done: done.clone(),
            kind,
        };
        (Folder::with_files(root, 0, files), done)
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn names(storage: &dyn Storage, prefix: &str) -> Vec<String> {
        storage
            .list(prefix)
            .unwrap()
            .into_iter()
            .map(|listed| match listed {
                Listed::File(name) => name.as_str().to_owned(),
                Listed::Foreign(path) => format!("foreign {}", path.file_name().unwrap().display()),
                Listed::Unreadable(error) => {
                    format!("unreadable {}", error.path.file_name().unwrap().display())
                }
            })
            .collect()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_name_stays_inside_the_store() {
        for good in ["lock", "reports/7K3QX9M2PD/00001.json", "a-b_c.d/e"] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(LONGEST_NAME + 1);
        for wrong in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/",
            ".hidden",
            "a/.b",
            "a b",
            "a\\b",
            "a\0b",
            "\u{e9}",
            "a/b/c/d/e/f/g",
            &long,
        ] {
            assert!(Name::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_put_is_there_and_never_overwritten() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let name = name("reports/a/1.json");
        assert_eq!(folder.get(&name).unwrap(), None);
        assert_eq!(folder.put_if_absent(&name, b"one").unwrap(), Put::Stored);
        assert_eq!(folder.put_if_absent(&name, b"one").unwrap(), Put::Stored);
        assert_eq!(
            folder.put_if_absent(&name, b"two").unwrap(),
            Put::AlreadyThere
        );
        assert_eq!(folder.get(&name).unwrap().unwrap(), b"one");
        assert_eq!(names(&folder, "reports/"), ["reports/a/1.json"]);
        folder.delete(&name).unwrap();
        folder.delete(&name).unwrap();
        assert_eq!(folder.get(&name).unwrap(), None);
    }

    #[test]
    fn a_failure_at_any_step_leaves_all_or_nothing_and_a_retry_succeeds() {
        let name = name("reports/a/1.json");
        let bytes = b"all the bytes of the report";
        let root = TempDir::new().unwrap();
        let (folder, done) = failing(root.path(), usize::MAX, io::ErrorKind::Other);
        folder.put_if_absent(&name, bytes).unwrap();
        let steps = done.load(Ordering::Relaxed);
        assert!(steps > 8, "{steps}");
        for step in 0..steps {
            let root = TempDir::new().unwrap();
            let (folder, _) = failing(root.path(), step, io::ErrorKind::Other);
            let answer = folder.put_if_absent(&name, bytes);
            let there = fs::read(root.path().join("reports/a/1.json")).ok();
            if answer.is_ok() {
                assert_eq!(there.as_deref(), Some(&bytes[..]), "step {step}");
            } else {
                assert!(there.is_none_or(|there| there == bytes), "step {step}");
            }
            assert_eq!(
                folder.put_if_absent(&name, bytes).unwrap(),
                Put::Stored,
                "step {step}"
            );
            assert_eq!(folder.get(&name).unwrap().unwrap(), bytes, "step {step}");
            let lock = WriterLock::take(root.path()).unwrap();
            folder.remove_unfinished(&lock).unwrap();
            let inside: Vec<_> = fs::read_dir(root.path().join("reports/a"))
                .unwrap()
                .collect();
            assert_eq!(inside.len(), 1, "step {step}");
        }
    }

    #[test]
    fn a_put_is_confirmed_only_after_each_folder_is_synced() {
        // The last steps of a put are the syncs of the folder and the folders above it.
        let name = name("reports/a/1.json");
        let root = TempDir::new().unwrap();
        let (folder, done) = failing(root.path(), usize::MAX, io::ErrorKind::Other);
        folder.put_if_absent(&name, b"x").unwrap();
        let steps = done.load(Ordering::Relaxed);
        for step in steps - 3..steps {
            let root = TempDir::new().unwrap();
            let (folder, _) = failing(root.path(), step, io::ErrorKind::Other);
            assert!(folder.put_if_absent(&name, b"x").is_err(), "step {step}");
        }
        // So are those of a put that finds its bytes there.
        let (folder, done) = failing(root.path(), usize::MAX, io::ErrorKind::Other);
        folder.put_if_absent(&name, b"x").unwrap();
        let steps = done.load(Ordering::Relaxed);
        for step in 0..steps {
            let (folder, _) = failing(root.path(), step, io::ErrorKind::Other);
            assert!(folder.put_if_absent(&name, b"x").is_err(), "step {step}");
        }
    }

    #[test]
    fn a_root_is_there_only_after_the_folder_above_it_is_synced() {
        #[track_caller]
        fn check(kind: io::ErrorKind, expected: bool) {
            let root = TempDir::new().unwrap();
            let files = Failing {
                fails: 0,
                done: Arc::default(),
                kind,
            };
            assert_eq!(create_root_with(root.path(), &files).is_ok(), expected);
        }
        check(io::ErrorKind::Other, false);
        check(io::ErrorKind::PermissionDenied, true);
    }

    #[test]
    fn a_disk_that_fills_up_in_a_put_is_told_as_full() {
        let name = name("reports/a/1.json");
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let root = TempDir::new().unwrap();
            // 0 looks for the file, 1 asks for space, 2 and 3 make folders, 4 makes the file.
            let (folder, _) = failing(root.path(), 4, kind);
            let answer = folder.put_if_absent(&name, b"x");
            assert!(
                matches!(answer, Err(StorageError::Full { .. })),
                "{answer:?}"
            );
        }
    }

    #[test]
    fn below_the_limit_nothing_new_is_stored_and_what_is_there_is_confirmed() {
        let root = TempDir::new().unwrap();
        let name = name("a");
        let full = Folder::new(root.path(), u64::MAX);
        assert!(matches!(
            full.put_if_absent(&name, b"x"),
            Err(StorageError::Full { .. })
        ));
        Folder::new(root.path(), 0)
            .put_if_absent(&name, b"x")
            .unwrap();
        assert_eq!(full.put_if_absent(&name, b"x").unwrap(), Put::Stored);
    }

    #[test]
    fn links_are_not_followed() {
        let root = TempDir::new().unwrap();
        let outside = TempDir::new().unwrap();
        fs::create_dir(outside.path().join("a")).unwrap();
        fs::copy("/proc/self/status", outside.path().join("secret")).unwrap();
        symlink(outside.path(), root.path().join("reports")).unwrap();
        symlink(outside.path().join("secret"), root.path().join("file")).unwrap();
        let folder = Folder::new(root.path(), 0);
        assert!(
            folder
                .put_if_absent(&name("reports/a/1.json"), b"x")
                .is_err()
        );
        assert!(folder.get(&name("reports/secret")).is_err());
        assert!(folder.delete(&name("reports/secret")).is_err());
        assert!(folder.list("reports/").is_err());
        assert!(folder.get(&name("file")).is_err());
        assert_eq!(names(&folder, ""), ["foreign file", "foreign reports"]);
        assert_eq!(fs::read_dir(outside.path().join("a")).unwrap().count(), 0);
        assert!(outside.path().join("secret").exists());
    }

    #[test]
    fn a_pipe_is_not_waited_for_and_a_huge_file_is_not_read() {
        let root = TempDir::new().unwrap();
        let made = process::Command::new("mkfifo")
            .arg(root.path().join("pipe"))
            .status();
        assert!(made.unwrap().success());
        let huge = File::create(root.path().join("huge")).unwrap();
        huge.set_len(LARGEST_FILE + 1).unwrap();
        let just = File::create(root.path().join("just")).unwrap();
        just.set_len(LARGEST_FILE).unwrap();
        let folder = Folder::new(root.path(), 0);
        assert!(folder.get(&name("pipe")).is_err());
        assert!(folder.get(&name("huge")).is_err());
        let just = folder.get(&name("just")).unwrap().unwrap();
        assert!(
            folder
                .put_if_absent(&name("new"), &[&just[..], b"x"].concat())
                .is_err()
        );
        assert_eq!(names(&folder, ""), ["huge", "just", "foreign pipe"]);
    }

    #[test]
    fn odd_files_are_listed_as_foreign_and_a_deep_tree_ends() {
        let root = TempDir::new().unwrap();
        let deep = root.path().join("a/".repeat(50));
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir(root.path().join("empty")).unwrap();
        File::create(root.path().join(".DS_Store")).unwrap();
        File::create(root.path().join("b c")).unwrap();
        let folder = Folder::new(root.path(), 0);
        assert_eq!(
            names(&folder, ""),
            ["foreign .DS_Store", "foreign a", "foreign b c"]
        );
        assert_eq!(names(&folder, "nowhere/"), [""; 0]);
    }

    #[test]
    fn files_and_folders_are_for_the_owner_only() {
        let root = TempDir::new().unwrap();
        let data = root.path().join("new/data");
        create_root(&data).unwrap();
        let _lock = WriterLock::take(&data).unwrap();
        Folder::new(&data, 0)
            .put_if_absent(&name("reports/a/1.json"), b"x")
            .unwrap();
        for folder in ["", "reports", "reports/a"] {
            assert_eq!(mode(&data.join(folder)), 0o700, "{folder}");
        }
        for file in ["lock", "reports/a/1.json"] {
            assert_eq!(mode(&data.join(file)), 0o600, "{file}");
        }
    }

    #[test]
    fn what_an_interrupted_writer_left_is_removed_under_the_lock() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        folder
            .put_if_absent(&name("reports/a/1.json"), b"x")
            .unwrap();
        let left = root.path().join("reports/a/.writing-1-0");
        File::create(&left).unwrap();
        assert_eq!(names(&folder, ""), ["reports/a/1.json"]);
        let lock = WriterLock::take(root.path()).unwrap();
        assert_eq!(
            folder.remove_unfinished(&lock).unwrap(),
            std::slice::from_ref(&left)
        );
        assert!(!left.exists());
        assert_eq!(
            folder.remove_unfinished(&lock).unwrap(),
            [""; 0].map(PathBuf::from)
        );
    }

    #[test]
    fn a_second_writer_is_refused_with_the_path() {
        let root = TempDir::new().unwrap();
        let lock = WriterLock::take(root.path()).unwrap();
        match WriterLock::take(root.path()) {
            Err(LockError::Held { path }) => assert_eq!(path, root.path().join("lock")),
            other => panic!("{other:?}"),
        }
        drop(lock);
        WriterLock::take(root.path()).unwrap();
    }

    #[test]
    fn one_of_many_writers_of_a_name_wins() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let won: usize = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..16)
                .map(|writer: u8| {
                    let folder = &folder;
                    scope.spawn(move || {
                        folder
                            .put_if_absent(&name("reports/a/1.json"), &[writer])
                            .unwrap()
                    })
                })
                .collect();
            writers
                .into_iter()
                .map(|writer| usize::from(writer.join().unwrap() == Put::Stored))
                .sum()
        });
        assert_eq!(won, 1);
        assert_eq!(names(&folder, ""), ["reports/a/1.json"]);
    }
}
