//! Files that are on disk when we say so.
//!
//! A store of files that are written once, under names. [`Folder`] keeps them in a folder; an object
//! store can offer the same operations. Nothing here knows what is in the files. While the machine
//! runs, a name holds either all the bytes of one put or nothing, also when the program is killed; a
//! put answers only when the file and its folder entries are on disk.
//!
//! What is trusted of the disk: after a successful fsync the bytes of a file, or the entries that a
//! folder had when the fsync started, survive a power cut; a rename happens as a whole or not at all.
//! After a failed fsync of a file nothing is trusted of it, and it is written anew.
//!
//! What a reader can meet after a power cut: a file is synced before it gets its name, except the first
//! file that is put into a new folder, where one sync fewer makes a report a quarter faster. Its name
//! can then hold fewer bytes than were put, or none, or zeros. That put was never confirmed, and such a
//! name stays as it is: the same put answers [`Put::AlreadyThere`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, FileType, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

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

/// Name of the file that is locked while single files are appended beside that writer.
const APPENDING_NAME: &str = "appending";

/// How many temporary names are tried; one is taken where a process with our number was interrupted.
const MOST_TEMPORARY_NAMES: usize = 100;

/// How many bytes of a stream are written between two looks at the free space.
const BYTES_BETWEEN_LOOKS: u64 = 4 * 1024 * 1024;

/// How many bytes are compared at a time.
const COMPARED_BYTES: usize = 64 * 1024;

/// How many folders are remembered as durable, some hundred bytes each. One that is forgotten costs
/// one sync more.
const MOST_KNOWN_FOLDERS: usize = 4096;

/// How many files are remembered as named before they were synced. More than that are synced first.
const MOST_DOUBTS: usize = 1024;

/// The modification time of files that must not tell when they were put, in seconds since 1970: the
/// start of the year 2000, which every archive format can hold.
const UNDATED_SECONDS: u64 = 946_684_800;

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

/// What became of a folder that should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The folder is not there, durably.
    Gone,
    /// The folder holds something and stays.
    NotEmpty,
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

    /// Stores bytes like [`Storage::put_if_absent`], with a modification time that does not tell when.
    /// The file system itself also keeps times that nobody can set; a copy of the file has them no more.
    ///
    /// # Errors
    ///
    /// Fails where the bytes are not surely stored, or are more than [`LARGEST_FILE`].
    fn put_undated(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError>;

    /// Starts a file of at most a number of bytes that will get a name. Memory use does not depend on
    /// its size.
    ///
    /// # Errors
    ///
    /// Fails where no file can be made.
    fn create(&self, name: &Name, most_bytes: u64) -> Result<Box<dyn NewFile>, StorageError>;

    /// Returns the bytes under a name, or nothing where there are none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, or is larger than [`LARGEST_FILE`].
    fn get(&self, name: &Name) -> Result<Option<Vec<u8>>, StorageError>;

    /// Opens the file under a name for reading, whatever its size, or nothing where there is none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be opened.
    fn open(&self, name: &Name) -> Result<Option<Box<dyn Read + Send>>, StorageError>;

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
    /// Fails where the file is not surely removed; the same delete may be tried again.
    fn delete(&self, name: &Name) -> Result<(), StorageError>;

    /// Removes the empty folder of a prefix, which is that of a name followed by `/`. Only the holder
    /// of the [`WriterLock`] does so: another process may remember the folder as durable.
    ///
    /// # Errors
    ///
    /// Fails where the prefix is none, or the folder is not surely removed.
    fn remove_folder(&self, prefix: &str) -> Result<Removal, StorageError>;
}

/// A file that is being written and has no name yet; dropping it removes it.
///
/// A write fails with [`io::ErrorKind::FileTooLarge`] above the number of bytes that was asked for, and
/// with [`io::ErrorKind::StorageFull`] where there is too little room.
pub trait NewFile: Write + Send {
    /// Gives the file its name, unless other bytes stand there, and answers when it is on disk. After
    /// an error the name holds all the bytes or nothing.
    ///
    /// # Errors
    ///
    /// Fails where the file is not surely stored, or a write had failed.
    fn commit(self: Box<Self>) -> Result<Put, StorageError>;
}

/// The operations on files that a [`Folder`] is built from, one system call or two each, so that a
/// test can let any of them fail.
pub trait FileSystem: Send + Sync + 'static {
    /// Makes a folder that only its owner can use.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a new file that only its owner can use.
    fn create_file(&self, path: &Path) -> io::Result<File>;
    /// Writes all the bytes.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    /// Sets the modification time of a file or folder.
    fn set_modified(&self, path: &Path, time: SystemTime) -> io::Result<()>;
    /// Waits until the file's bytes are on disk.
    fn sync_file(&self, file: &File) -> io::Result<()>;
    /// Waits until a folder's entries are on disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, which must be free.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file the name of another, which is gone then.
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Opens an ordinary file for reading; a link is not followed.
    fn open(&self, path: &Path) -> io::Result<File>;
    /// Reads the next bytes of a file; none at its end.
    fn read(&self, file: &mut File, buffer: &mut [u8]) -> io::Result<usize>;
    /// Returns what stands at a path; a link is not followed.
    fn kind(&self, path: &Path) -> io::Result<FileType>;
    /// Returns what is in a folder, in no order.
    fn entries(&self, path: &Path) -> io::Result<Vec<PathBuf>>;
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

    fn set_modified(&self, path: &Path, time: SystemTime) -> io::Result<()> {
        open_for_reading(path)?.set_modified(time)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_by_link(from, to),
            renamed => Ok(renamed?),
        }
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        let file = open_for_reading(path)?;
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::other("not an ordinary file"))
        }
    }

    fn read(&self, file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
        file.read(buffer)
    }

    fn kind(&self, path: &Path) -> io::Result<FileType> {
        Ok(fs::symlink_metadata(path)?.file_type())
    }

    fn entries(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect()
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let found = rustix::fs::statvfs(path)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

/// Renames without overwriting on a file system that has no such operation. Interrupted halfway, it
/// leaves the temporary name as well, which the next writer removes.
fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    let _ = fs::remove_file(from);
    Ok(())
}

fn open_for_reading(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(no_follow())
        .open(path)
}

/// Flags of an open that follows no link and never waits, as it would at a pipe.
fn no_follow() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// A store in a folder.
///
/// Each file is written under a temporary name in its own folder and then renamed, which never
/// overwrites. Links inside the store are not followed.
pub struct Folder<F = SystemFiles> {
    root: PathBuf,
    least_free_bytes: u64,
    files: Arc<F>,
    memory: Arc<Memory>,
}

impl<F> Clone for Folder<F> {
    fn clone(&self) -> Folder<F> {
        Folder {
            root: self.root.clone(),
            least_free_bytes: self.least_free_bytes,
            files: self.files.clone(),
            memory: self.memory.clone(),
        }
    }
}

/// What the puts of one store share.
#[derive(Default)]
struct Memory {
    syncs: FolderSyncs,
    /// Folders whose entry in the folder above is on disk.
    known: Mutex<BTreeSet<PathBuf>>,
    /// Files that were named before they were synced, and are not synced yet, or could not be.
    doubts: Mutex<BTreeSet<PathBuf>>,
}

impl Memory {
    fn knows(&self, folder: &Path) -> bool {
        locked(&self.known).contains(folder)
    }

    fn learn(&self, folder: &Path) {
        let mut known = locked(&self.known);
        if known.len() >= MOST_KNOWN_FOLDERS {
            known.clear();
        }
        known.insert(folder.to_path_buf());
    }

    fn forget(&self, folder: &Path) {
        locked(&self.known).remove(folder);
    }

    /// Notes that a file will get its name before it is synced; false where that cannot be noted, or
    /// was noted before.
    fn doubt(&self, path: &Path) -> bool {
        let mut doubts = locked(&self.doubts);
        doubts.len() < MOST_DOUBTS && doubts.insert(path.to_path_buf())
    }

    fn doubts(&self, path: &Path) -> bool {
        locked(&self.doubts).contains(path)
    }

    fn trust(&self, path: &Path) {
        locked(&self.doubts).remove(path);
    }
}

/// Takes a lock on memory that is whole at every moment, whatever a panicking thread was doing.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Syncs of folders. Those who need the same folder at the same time share one.
#[derive(Default)]
struct FolderSyncs {
    running: Mutex<BTreeMap<PathBuf, Arc<SharedSync>>>,
}

/// The syncs of one folder, one at a time and counted from 1.
#[derive(Default)]
struct SharedSync {
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
    fn sync(&self, folder: &Path, files: &dyn FileSystem) -> io::Result<()> {
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
    fn sync(&self, run: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
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

/// Whether a file tells when it was put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dating {
    Dated,
    Undated,
}

impl Folder<SystemFiles> {
    /// Means the store in this folder. A put is refused while less than this number of bytes is
    /// free.
    pub fn new(root: &Path, least_free_bytes: u64) -> Folder {
        Folder::with_files(root, least_free_bytes, SystemFiles)
    }
}

impl<F: FileSystem> Folder<F> {
    pub(crate) fn with_files(root: &Path, least_free_bytes: u64, files: F) -> Folder<F> {
        Folder {
            root: root.to_path_buf(),
            least_free_bytes,
            files: Arc::new(files),
            memory: Arc::default(),
        }
    }

    /// Removes the files that an interrupted writer left unfinished, and returns where they were.
    /// No put of them was ever confirmed. The lock shows that no one is writing them now; those that
    /// hold an [`AppendLock`] are waited for.
    ///
    /// # Errors
    ///
    /// Fails where one cannot be removed.
    pub fn remove_unfinished(&self, _lock: &WriterLock) -> Result<Vec<PathBuf>, StorageError> {
        let _alone = AppendLock::take_alone(&self.root)?;
        let mut found = Vec::new();
        for entry in walk(&*self.files, &self.root, 0)? {
            if let Entry::File(path) = entry
                && is_temporary(&path)
            {
                self.files.remove(&path).context(&path)?;
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Returns the files that are being written, or that an interrupted writer left unfinished.
    ///
    /// # Errors
    ///
    /// Fails where the folder of the store cannot be read.
    pub fn unfinished(&self) -> Result<Vec<PathBuf>, StorageError> {
        let entries = walk(&*self.files, &self.root, 0)?.into_iter();
        Ok(entries
            .filter_map(|entry| match entry {
                Entry::File(path) if is_temporary(&path) => Some(path),
                _ => None,
            })
            .collect())
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.root.join(name.as_str())
    }

    fn name_of(&self, path: &Path) -> Option<Name> {
        let inner = path.strip_prefix(&self.root).ok()?.to_str()?;
        Name::parse(inner).ok()
    }

    /// Returns the folders below the root of the store that a name leads through.
    fn folders(&self, name: &Name) -> Vec<PathBuf> {
        let inner = Path::new(name.as_str()).parent();
        let mut folder = self.root.clone();
        let parts = inner.into_iter().flat_map(Path::components);
        parts
            .map(|part| {
                folder.push(part);
                folder.clone()
            })
            .collect()
    }

    /// Refuses a name that leads through a link out of the store.
    fn refuse_links(&self, name: &Name) -> Result<(), PathError> {
        for folder in self.folders(name) {
            match self.files.kind(&folder) {
                Ok(found) if !found.is_dir() => {
                    return Err(io::ErrorKind::NotADirectory.into()).context(&folder);
                }
                // Then there is nothing below it either.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                found => found.context(&folder)?,
            };
        }
        Ok(())
    }

    /// Makes the folders that a name leads through; true where its own folder is new.
    fn make_folders(&self, name: &Name) -> Result<bool, PathError> {
        let mut is_new = false;
        for folder in self.folders(name) {
            is_new = match self.files.create_folder(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
                made => made.map(|()| true).context(&folder)?,
            };
        }
        Ok(is_new)
    }

    /// Makes the entry of a name durable, and those of the folders that it leads through where they
    /// are not known to be: this put can have made them, or an earlier one that failed.
    fn sync_folders(&self, name: &Name) -> Result<(), PathError> {
        let folders = self.folders(name);
        self.sync_folder(folders.last().unwrap_or(&self.root))?;
        for folder in folders.iter().rev() {
            if !self.memory.knows(folder) {
                self.sync_folder(folder.parent().unwrap_or(&self.root))?;
                self.memory.learn(folder);
            }
        }
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), PathError> {
        self.memory.syncs.sync(folder, &*self.files).context(folder)
    }

    /// Makes a file durable that stands under a name already, because the put that wrote it may have
    /// failed after naming it.
    fn settle(&self, name: &Name) -> Result<Put, StorageError> {
        let path = self.path(name);
        let file = self.files.open(&path).context(&path)?;
        self.files.sync_file(&file).context(&path)?;
        self.sync_folders(name)?;
        Ok(Put::Stored)
    }

    fn put(&self, name: &Name, bytes: &[u8], dating: Dating) -> Result<Put, StorageError> {
        self.refuse_when_large(name, bytes)?;
        if let Some(there) = self.get(name)? {
            if there != bytes {
                return Ok(Put::AlreadyThere);
            }
            if !self.memory.doubts(&self.path(name)) {
                return self.settle(name);
            }
        }
        self.refuse_when_full()?;
        let stored = self.begin(name, LARGEST_FILE).and_then(|mut new| {
            new.dating = dating;
            self.files
                .write(&mut new.file, bytes)
                .context(&new.temporary)?;
            new.finish()
        });
        stored.map_err(|error| self.explain(error))
    }

    /// Starts a file beside the place of a name.
    fn begin(&self, name: &Name, most_bytes: u64) -> Result<Unfinished<F>, StorageError> {
        let in_new_folder = self.make_folders(name)?;
        let path = self.path(name);
        let (temporary, file) = self.create_temporary(&path)?;
        Ok(Unfinished {
            folder: self.clone(),
            name: name.clone(),
            path,
            temporary,
            file,
            in_new_folder,
            dating: Dating::Dated,
            most_bytes,
            written: 0,
            is_named: false,
            is_broken: false,
        })
    }

    fn create_temporary(&self, path: &Path) -> Result<(PathBuf, File), PathError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let mut tries = 0..MOST_TEMPORARY_NAMES;
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let temporary =
                path.with_file_name(format!("{TEMPORARY_PREFIX}{}-{number}", process::id()));
            match self.files.create_file(&temporary) {
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && tries.next().is_some() => {}
                created => return created.context(&temporary).map(|file| (temporary, file)),
            }
        }
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

    fn open_file(&self, name: &Name) -> Result<Option<OpenFile<F>>, PathError> {
        self.refuse_links(name)?;
        let path = self.path(name);
        match self.files.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => {
                let files = self.files.clone();
                let file = opened.context(&path)?;
                Ok(Some(OpenFile { files, file }))
            }
        }
    }
}

impl<F: FileSystem> Storage for Folder<F> {
    fn put_if_absent(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError> {
        self.put(name, bytes, Dating::Dated)
    }

    fn put_undated(&self, name: &Name, bytes: &[u8]) -> Result<Put, StorageError> {
        self.put(name, bytes, Dating::Undated)
    }

    fn create(&self, name: &Name, most_bytes: u64) -> Result<Box<dyn NewFile>, StorageError> {
        self.refuse_links(name)?;
        self.refuse_when_full()?;
        match self.begin(name, most_bytes) {
            Ok(new) => Ok(Box::new(new)),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn get(&self, name: &Name) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(file) = self.open_file(name)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        // One byte more than allowed, to tell a file that is too large from one that just fits.
        file.take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .context(&self.path(name))?;
        self.refuse_when_large(name, &bytes)?;
        Ok(Some(bytes))
    }

    fn open(&self, name: &Name) -> Result<Option<Box<dyn Read + Send>>, StorageError> {
        Ok(self
            .open_file(name)?
            .map(|file| -> Box<dyn Read + Send> { Box::new(file) }))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Listed>, StorageError> {
        let depth = prefix.matches('/').count();
        let start = self.root.join(prefix);
        if let Ok(inside) = Name::parse(&format!("{prefix}x")) {
            self.refuse_links(&inside)?;
        }
        let entries = walk(&*self.files, &start, depth)?;
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
            // An earlier delete can have removed it and then failed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.context(&path)?,
        }
        match self.sync_folder(path.parent().unwrap_or(&self.root)) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(()),
            synced => Ok(synced?),
        }
    }

    fn remove_folder(&self, prefix: &str) -> Result<Removal, StorageError> {
        let folder = self.root.join(prefix);
        let name = prefix.strip_suffix('/').map(Name::parse);
        let Some(Ok(name)) = name else {
            return Err(io::ErrorKind::InvalidInput.into())
                .context(&folder)
                .map_err(StorageError::File);
        };
        self.refuse_links(&name)?;
        let folder = self.path(&name);
        self.memory.forget(&folder);
        match self.files.remove_folder(&folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                return Ok(Removal::NotEmpty);
            }
            // An earlier call can have removed it and then failed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.context(&folder)?,
        }
        match self.sync_folder(folder.parent().unwrap_or(&self.root)) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(Removal::Gone),
            synced => Ok(synced.map(|()| Removal::Gone)?),
        }
    }
}

/// A stored file that is being read.
struct OpenFile<F> {
    files: Arc<F>,
    file: File,
}

impl<F: FileSystem> Read for OpenFile<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.files.read(&mut self.file, buffer)
    }
}

/// A file that is being written under a temporary name, which it loses when it is dropped.
struct Unfinished<F: FileSystem> {
    folder: Folder<F>,
    name: Name,
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    /// The folder of the name was made for this file.
    in_new_folder: bool,
    dating: Dating,
    most_bytes: u64,
    written: u64,
    is_named: bool,
    is_broken: bool,
}

impl<F: FileSystem> Drop for Unfinished<F> {
    fn drop(&mut self) {
        if !self.is_named {
            // Should this fail, the next writer that opens the folder removes the file.
            let _ = self.folder.files.remove(&self.temporary);
        }
    }
}

impl<F: FileSystem> Unfinished<F> {
    /// Syncs the file, names it and syncs its folders. Where the name is taken, by the same bytes, the
    /// file there is made durable instead.
    fn finish(mut self) -> Result<Put, StorageError> {
        if self.dating == Dating::Undated {
            self.undate(&self.temporary)?;
        }
        let put = self.store()?;
        if put == Put::Stored {
            if self.dating == Dating::Undated {
                self.undate(self.path.parent().unwrap_or(&self.folder.root))?;
            }
            self.folder.sync_folders(&self.name)?;
        }
        Ok(put)
    }

    fn store(&mut self) -> Result<Put, PathError> {
        let files = self.folder.files.clone();
        let memory = self.folder.memory.clone();
        // Alone in its folder it cannot be taken for a damaged part of something.
        if self.in_new_folder && memory.doubt(&self.path) {
            self.give_name()?;
        }
        files.sync_file(&self.file).context(&self.temporary)?;
        if !self.is_named && self.give_name()? == Put::AlreadyThere {
            if !self.is_same()? {
                return Ok(Put::AlreadyThere);
            }
            if memory.doubts(&self.path) {
                files
                    .replace(&self.temporary, &self.path)
                    .context(&self.path)?;
                self.is_named = true;
            } else {
                let there = files.open(&self.path).context(&self.path)?;
                files.sync_file(&there).context(&self.path)?;
            }
        }
        memory.trust(&self.path);
        Ok(Put::Stored)
    }

    fn give_name(&mut self) -> Result<Put, PathError> {
        match self.folder.files.rename(&self.temporary, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::AlreadyThere),
            renamed => {
                renamed.context(&self.path)?;
                self.is_named = true;
                Ok(Put::Stored)
            }
        }
    }

    /// Compares the file with the one that has its name.
    fn is_same(&self) -> Result<bool, PathError> {
        let files = &self.folder.files;
        let open = |path: &Path| {
            let file = files.open(path).context(path)?;
            Ok(OpenFile {
                files: files.clone(),
                file,
            })
        };
        let (mut own, mut other) = (open(&self.temporary)?, open(&self.path)?);
        loop {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            let most = COMPARED_BYTES as u64;
            (&mut own)
                .take(most)
                .read_to_end(&mut a)
                .context(&self.temporary)?;
            (&mut other)
                .take(most)
                .read_to_end(&mut b)
                .context(&self.path)?;
            if a != b || a.is_empty() {
                return Ok(a == b);
            }
        }
    }

    fn undate(&self, path: &Path) -> Result<(), PathError> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(UNDATED_SECONDS);
        self.folder.files.set_modified(path, time).context(path)
    }

    fn write_some(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.written.saturating_add(bytes.len() as u64);
        if written > self.most_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let folder = &self.folder;
        if written / BYTES_BETWEEN_LOOKS != self.written / BYTES_BETWEEN_LOOKS
            && folder.files.free_bytes(&folder.root)? < folder.least_free_bytes
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.written = written;
        folder.files.write(&mut self.file, bytes)
    }
}

impl<F: FileSystem> Write for Unfinished<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What comes after a part that is missing must not become a file.
        let written = match self.is_broken {
            true => Err(io::Error::other("an earlier write failed")),
            false => self.write_some(bytes),
        };
        self.is_broken = written.is_err();
        written.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FileSystem> NewFile for Unfinished<F> {
    fn commit(self: Box<Self>) -> Result<Put, StorageError> {
        if self.is_broken {
            return Err(io::Error::other("an earlier write failed"))
                .context(&self.path)
                .map_err(StorageError::File);
        }
        let folder = self.folder.clone();
        self.finish().map_err(|error| folder.explain(error))
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
fn walk(files: &dyn FileSystem, folder: &Path, depth: usize) -> Result<Vec<Entry>, PathError> {
    let mut inside = match files.entries(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.context(folder)?,
    };
    inside.sort();
    let mut entries = Vec::new();
    for path in inside {
        match files.kind(&path).context(&path) {
            // A temporary file that its writer removed meanwhile.
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => entries.push(Entry::Unreadable(error)),
            Ok(kind) if kind.is_file() => entries.push(Entry::File(path)),
            Ok(kind) if kind.is_dir() && depth + 1 < MOST_PARTS => {
                match walk(files, &path, depth + 1) {
                    Ok(below) => entries.extend(below),
                    Err(error) => entries.push(Entry::Unreadable(error)),
                }
            }
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
    fn take_alone(root: &Path) -> Result<AppendLock, PathError> {
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

/// Files that fail when a test says so.
#[cfg(test)]
pub(crate) mod faults {
    use super::*;

    use std::ops::Range;
    use std::sync::atomic::AtomicUsize;

    /// How an operation fails.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// There is no room.
        NoSpace,
        /// It is not allowed.
        NoPermission,
        /// The disk fails, as an fsync tells.
        Disk,
        /// Half of the bytes are written; other operations fail as when there is no room.
        ShortWrite,
        /// It is done, and the answer is an error all the same.
        AnswerLost,
    }

    /// Every kind of fault.
    pub(crate) const FAULTS: [Fault; 5] = [
        Fault::NoSpace,
        Fault::NoPermission,
        Fault::Disk,
        Fault::ShortWrite,
        Fault::AnswerLost,
    ];

    impl Fault {
        fn error(self) -> io::Error {
            io::Error::from(match self {
                Fault::NoSpace | Fault::ShortWrite => Errno::NOSPC,
                Fault::NoPermission => Errno::ACCESS,
                Fault::Disk | Fault::AnswerLost => Errno::IO,
            })
        }
    }

    /// Counts the operations on files, and lets some of them fail. Clones share both.
    #[derive(Clone)]
    pub(crate) struct FaultyFiles {
        files: Arc<dyn FileSystem>,
        done: Arc<AtomicUsize>,
        fails: Arc<Mutex<(Range<usize>, Fault)>>,
    }

    impl Default for FaultyFiles {
        fn default() -> FaultyFiles {
            FaultyFiles::over(SystemFiles)
        }
    }

    impl FaultyFiles {
        /// Means other files, which fail nowhere yet.
        pub(crate) fn over(files: impl FileSystem) -> FaultyFiles {
            FaultyFiles {
                files: Arc::new(files),
                done: Arc::default(),
                fails: Arc::new(Mutex::new((0..0, Fault::Disk))),
            }
        }

        /// Lets operations fail: those with these numbers, counted from 0 at this call.
        pub(crate) fn fail(&self, operations: Range<usize>, fault: Fault) {
            self.done.store(0, Ordering::SeqCst);
            *locked(&self.fails) = (operations, fault);
        }

        /// Lets nothing fail any more, and starts to count anew.
        pub(crate) fn heal(&self) {
            self.fail(0..0, Fault::Disk);
        }

        /// Returns how many operations were tried since [`FaultyFiles::fail`] or the start.
        pub(crate) fn done(&self) -> usize {
            self.done.load(Ordering::SeqCst)
        }

        fn next_fault(&self) -> Option<Fault> {
            let number = self.done.fetch_add(1, Ordering::SeqCst);
            let (operations, fault) = &*locked(&self.fails);
            operations.contains(&number).then_some(*fault)
        }

        fn step<T>(
            &self,
            operation: impl FnOnce(&dyn FileSystem) -> io::Result<T>,
        ) -> io::Result<T> {
            match self.next_fault() {
                None => operation(&*self.files),
                Some(Fault::AnswerLost) => {
                    operation(&*self.files)?;
                    Err(Fault::AnswerLost.error())
                }
                Some(fault) => Err(fault.error()),
            }
        }
    }

    impl FileSystem for FaultyFiles {
        fn create_folder(&self, path: &Path) -> io::Result<()> {
            self.step(|files| files.create_folder(path))
        }
        fn create_file(&self, path: &Path) -> io::Result<File> {
            self.step(|files| files.create_file(path))
        }
        fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
            match self.next_fault() {
                None => self.files.write(file, bytes),
                Some(fault) => {
                    let written = match fault {
                        Fault::ShortWrite => bytes.len() / 2,
                        Fault::AnswerLost => bytes.len(),
                        _ => 0,
                    };
                    self.files.write(file, &bytes[..written])?;
                    Err(fault.error())
                }
            }
        }
        fn set_modified(&self, path: &Path, time: SystemTime) -> io::Result<()> {
            self.step(|files| files.set_modified(path, time))
        }
        fn sync_file(&self, file: &File) -> io::Result<()> {
            self.step(|files| files.sync_file(file))
        }
        fn sync_folder(&self, path: &Path) -> io::Result<()> {
            self.step(|files| files.sync_folder(path))
        }
        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.step(|files| files.rename(from, to))
        }
        fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.step(|files| files.replace(from, to))
        }
        fn remove(&self, path: &Path) -> io::Result<()> {
            self.step(|files| files.remove(path))
        }
        fn remove_folder(&self, path: &Path) -> io::Result<()> {
            self.step(|files| files.remove_folder(path))
        }
        fn open(&self, path: &Path) -> io::Result<File> {
            self.step(|files| files.open(path))
        }
        fn read(&self, file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
            self.step(|files| files.read(file, buffer))
        }
        fn kind(&self, path: &Path) -> io::Result<FileType> {
            self.step(|files| files.kind(path))
        }
        fn entries(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
            self.step(|files| files.entries(path))
        }
        fn free_bytes(&self, path: &Path) -> io::Result<u64> {
            self.step(|files| files.free_bytes(path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    use super::faults::{FAULTS, Fault, FaultyFiles};

    fn faulty(root: &Path) -> (Folder<FaultyFiles>, FaultyFiles) {
        let files = FaultyFiles::default();
        (Folder::with_files(root, 0, files.clone()), files)
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

    const BYTES: &[u8] = b"all the bytes of the report";

    /// Runs an operation once for each fault at each of its steps, alone and with all steps after
    /// it, in a store that a function prepares, and lets another judge the answer and repeat it.
    fn at_every_step<T>(
        prepare: impl Fn(&Folder<FaultyFiles>),
        operation: impl Fn(&Folder<FaultyFiles>) -> Result<T, StorageError>,
        judge: impl Fn(&Folder<FaultyFiles>, &str, Result<T, StorageError>),
    ) {
        let count = || {
            let root = TempDir::new().unwrap();
            let (folder, files) = faulty(root.path());
            prepare(&folder);
            files.heal();
            assert!(operation(&folder).is_ok());
            files.done()
        };
        for fault in FAULTS {
            for first in 0..count() {
                for last in [first + 1, usize::MAX] {
                    let root = TempDir::new().unwrap();
                    let (folder, files) = faulty(root.path());
                    prepare(&folder);
                    files.fail(first..last, fault);
                    let answer = operation(&folder);
                    files.heal();
                    judge(&folder, &format!("{fault:?} in {first}..{last}"), answer);
                    let lock = WriterLock::take(root.path()).unwrap();
                    folder.remove_unfinished(&lock).unwrap();
                    let left = walk(&SystemFiles, root.path(), 0).unwrap();
                    let temporary =
                        |entry: &Entry| matches!(entry, Entry::File(path) if is_temporary(path));
                    assert!(!left.iter().any(temporary));
                }
            }
        }
    }

    /// Judges a put of [`BYTES`] that is tried again.
    fn all_or_nothing(
        name: &Name,
        put: impl Fn(&Folder<FaultyFiles>) -> Result<Put, StorageError>,
    ) -> impl Fn(&Folder<FaultyFiles>, &str, Result<Put, StorageError>) {
        move |folder, fault, answer| {
            let there = folder.get(name).unwrap();
            match answer {
                Ok(answer) => {
                    assert_eq!(answer, Put::Stored, "{fault}");
                    assert_eq!(there.as_deref(), Some(BYTES), "{fault}");
                }
                Err(_) => assert!(there.is_none_or(|there| there == BYTES), "{fault}"),
            }
            assert_eq!(put(folder).unwrap(), Put::Stored, "{fault}");
            assert_eq!(folder.get(name).unwrap().unwrap(), BYTES, "{fault}");
        }
    }

    fn put_file(folder: &Folder<FaultyFiles>) -> Result<Put, StorageError> {
        folder.put_if_absent(&name("reports/a/1.json"), BYTES)
    }

    fn put_stream(folder: &Folder<FaultyFiles>) -> Result<Put, StorageError> {
        let name = name("reports/a/1.json");
        let mut new = folder.create(&name, 100)?;
        let (first, second) = BYTES.split_at(10);
        let written = new.write_all(first).and_then(|()| new.write_all(second));
        match written {
            Ok(()) => new.commit(),
            Err(error) => {
                assert!(new.commit().is_err());
                Err(error).context(Path::new("stream")).map_err(Into::into)
            }
        }
    }

    #[test]
    fn a_fault_at_any_step_of_a_put_leaves_all_or_nothing_and_a_retry_succeeds() {
        let file = name("reports/a/1.json");
        at_every_step(|_| (), put_file, all_or_nothing(&file, put_file));
        at_every_step(|_| (), put_stream, all_or_nothing(&file, put_stream));
        let undated = |folder: &Folder<FaultyFiles>| folder.put_undated(&file, BYTES);
        at_every_step(|_| (), undated, all_or_nothing(&file, undated));
    }

    #[test]
    fn a_fault_at_any_step_of_a_put_beside_others_leaves_all_or_nothing() {
        let file = name("reports/a/1.json");
        let beside = |folder: &Folder<FaultyFiles>| {
            folder.put_if_absent(&name("reports/a/0"), b"0").unwrap();
        };
        at_every_step(beside, put_file, all_or_nothing(&file, put_file));
        at_every_step(beside, put_stream, all_or_nothing(&file, put_stream));
    }

    #[test]
    fn a_fault_at_any_step_of_a_repeated_put_leaves_what_was_there() {
        let file = name("reports/a/1.json");
        let before = |folder: &Folder<FaultyFiles>| {
            put_file(folder).unwrap();
        };
        at_every_step(before, put_file, all_or_nothing(&file, put_file));
        at_every_step(before, put_stream, all_or_nothing(&file, put_stream));
    }

    #[test]
    fn a_fault_at_any_step_of_a_delete_leaves_all_or_nothing_and_a_retry_succeeds() {
        let file = name("reports/a/1.json");
        at_every_step(
            |folder| {
                put_file(folder).unwrap();
            },
            |folder| folder.delete(&file),
            |folder, fault, answer| {
                let there = folder.get(&file).unwrap();
                match answer {
                    Ok(()) => assert_eq!(there, None, "{fault}"),
                    Err(_) => assert!(there.is_none_or(|there| there == BYTES), "{fault}"),
                }
                folder.delete(&file).unwrap();
                assert_eq!(folder.get(&file).unwrap(), None, "{fault}");
            },
        );
    }

    #[test]
    fn a_fault_at_any_step_of_removing_a_folder_leaves_it_or_not_and_a_retry_succeeds() {
        at_every_step(
            |folder| {
                put_file(folder).unwrap();
                folder.delete(&name("reports/a/1.json")).unwrap();
            },
            |folder| folder.remove_folder("reports/a/"),
            |folder, fault, answer| {
                let gone = !folder.root.join("reports/a").exists();
                assert!(gone || answer.is_err(), "{fault}");
                assert_eq!(
                    folder.remove_folder("reports/a/").unwrap(),
                    Removal::Gone,
                    "{fault}"
                );
                assert_eq!(put_file(folder).unwrap(), Put::Stored, "{fault}");
            },
        );
    }

    #[test]
    fn a_fault_at_any_step_of_reading_is_told() {
        let file = name("reports/a/1.json");
        let before = |folder: &Folder<FaultyFiles>| {
            put_file(folder).unwrap();
        };
        at_every_step(
            before,
            |folder| folder.get(&file),
            |_, fault, answer| assert!(answer.is_err(), "{fault}"),
        );
        at_every_step(
            before,
            |folder| folder.list(""),
            |_, fault, answer| {
                let told =
                    answer.is_err() || matches!(answer.as_deref(), Ok([Listed::Unreadable(_)]));
                assert!(told, "{fault}");
            },
        );
    }

    #[test]
    fn a_root_is_there_only_after_the_folder_above_it_is_synced() {
        #[track_caller]
        fn check(fault: Fault, expected: bool) {
            let root = TempDir::new().unwrap();
            let files = FaultyFiles::default();
            files.fail(0..1, fault);
            assert_eq!(create_root_with(root.path(), &files).is_ok(), expected);
        }
        check(Fault::Disk, false);
        check(Fault::NoPermission, true);
    }

    #[test]
    fn a_disk_that_fills_up_in_a_put_is_told_as_full() {
        let root = TempDir::new().unwrap();
        let (folder, files) = faulty(root.path());
        put_file(&folder).unwrap();
        // Those before look for the file and ask for the free space.
        for step in 3..files.done() {
            let root = TempDir::new().unwrap();
            let (folder, files) = faulty(root.path());
            files.fail(step..step + 1, Fault::NoSpace);
            let answer = put_file(&folder);
            assert!(
                matches!(answer, Err(StorageError::Full { .. })),
                "{step}: {answer:?}"
            );
        }
    }

    #[test]
    fn a_stream_is_stored_on_commit_and_only_then() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let file = name("reports/a/attachments/1.age");
        let mut dropped = folder.create(&file, 10).unwrap();
        dropped.write_all(b"12345").unwrap();
        assert_eq!(names(&folder, ""), [""; 0]);
        drop(dropped);
        let inside = fs::read_dir(root.path().join("reports/a/attachments")).unwrap();
        assert_eq!(inside.count(), 0);
        for (bytes, expected) in [
            (b"12345", Put::Stored),
            (b"12345", Put::Stored),
            (b"abcde", Put::AlreadyThere),
        ] {
            let mut new = folder.create(&file, 10).unwrap();
            new.write_all(bytes).unwrap();
            new.write_all(bytes).unwrap();
            assert_eq!(new.commit().unwrap(), expected);
        }
        let mut read = String::new();
        let stored = folder.open(&file).unwrap();
        stored.unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, "1234512345");
        assert_eq!(names(&folder, ""), ["reports/a/attachments/1.age"]);
        assert!(folder.open(&name("reports/b")).unwrap().is_none());
    }

    #[test]
    fn a_stream_that_is_too_large_or_finds_no_room_never_gets_its_name() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let mut new = folder.create(&name("a"), 10).unwrap();
        new.write_all(b"1234567890").unwrap();
        let error = new.write_all(b"1").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(new.write_all(b"1").is_err());
        assert!(new.commit().is_err());

        let full = Folder::new(root.path(), u64::MAX);
        assert!(matches!(
            full.create(&name("a"), 10).err(),
            Some(StorageError::Full { .. })
        ));
        // A disk that fills up while a long stream is written.
        let mut new = folder.begin(&name("a"), u64::MAX).unwrap();
        new.folder.least_free_bytes = u64::MAX;
        let piece = vec![0; 1024 * 1024];
        let error = (0..10).find_map(|_| new.write_all(&piece).err()).unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(Box::new(new).commit().is_err());
        assert_eq!(names(&folder, ""), [""; 0]);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_undated_file_does_not_tell_when_it_was_put() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        folder
            .put_undated(&name("statistics/2026/a.json"), b"x")
            .unwrap();
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(UNDATED_SECONDS);
        for path in ["statistics/2026/a.json", "statistics/2026"] {
            let modified = fs::metadata(root.path().join(path))
                .unwrap()
                .modified()
                .unwrap();
            assert_eq!(modified, expected, "{path}");
        }
    }

    #[test]
    fn a_folder_goes_only_when_it_is_empty() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let file = name("reports/a/1.json");
        folder.put_if_absent(&file, b"x").unwrap();
        for wrong in ["", "/", "reports", "../", "reports/../", "lock"] {
            assert!(folder.remove_folder(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            folder.remove_folder("reports/a/").unwrap(),
            Removal::NotEmpty
        );
        folder.delete(&file).unwrap();
        assert_eq!(folder.remove_folder("reports/a/").unwrap(), Removal::Gone);
        assert_eq!(folder.remove_folder("reports/a/").unwrap(), Removal::Gone);
        assert_eq!(folder.remove_folder("no/where/").unwrap(), Removal::Gone);
        assert!(!root.path().join("reports/a").exists());
        assert_eq!(folder.put_if_absent(&file, b"y").unwrap(), Put::Stored);
    }

    #[test]
    fn a_file_is_renamed_without_overwriting_where_only_links_can_do_that() {
        let root = TempDir::new().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        File::create(&from).unwrap();
        rename_by_link(&from, &to).unwrap();
        assert!(!from.exists() && to.exists());
        File::create(&from).unwrap();
        let error = rename_by_link(&from, &to).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(from.exists());
    }

    #[test]
    fn unfinished_files_of_those_that_append_are_waited_for() {
        let root = TempDir::new().unwrap();
        let folder = Folder::new(root.path(), 0);
        let lock = WriterLock::take(root.path()).unwrap();
        let appending = AppendLock::take(root.path()).unwrap();
        let also = AppendLock::take(root.path()).unwrap();
        let mut new = folder.create(&name("reports/a/2.json"), 10).unwrap();
        new.write_all(b"x").unwrap();
        let removed = std::thread::scope(|scope| {
            let removing = scope.spawn(|| folder.remove_unfinished(&lock).unwrap());
            drop(also);
            std::thread::sleep(Duration::from_millis(20));
            assert!(!removing.is_finished());
            new.commit().unwrap();
            drop(appending);
            removing.join().unwrap()
        });
        assert_eq!(removed, [""; 0].map(PathBuf::from));
        assert_eq!(names(&folder, "reports/"), ["reports/a/2.json"]);
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
