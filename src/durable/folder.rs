//! A store in a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::durable::memory::Memory;
use crate::durable::new_file::{Dating, UNDATED_SECONDS, Unfinished};
use crate::durable::{
    AppendLock, Context, FileSystem, LARGEST_FILE, Listed, MOST_PARTS, Name, NewFile, PathError,
    Put, Removal, Storage, StorageError, SystemFiles, WriterLock,
};

/// Start of the names of files that are being written.
const TEMPORARY_PREFIX: &str = ".writing-";

/// How many temporary names are tried; one is taken where a process with our number was interrupted.
const MOST_TEMPORARY_NAMES: usize = 100;

/// A store in a folder.
///
/// Each file is written under a temporary name in its own folder and then renamed, which never
/// overwrites. Links inside the store are not followed.
pub struct Folder<F = SystemFiles> {
    pub(super) root: PathBuf,
    pub(super) least_free_bytes: u64,
    pub(super) files: Arc<F>,
    pub(super) memory: Arc<Memory>,
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
        let found = self.unfinished()?;
        for path in &found {
            self.files.remove(path).context(path)?;
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
            is_new = !self.memory.knows(&folder)
                && match self.files.create_folder(&folder) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
                    made => made.map(|()| true).context(&folder)?,
                };
        }
        Ok(is_new)
    }

    /// Makes the entry of a name durable, and those of the folders that it leads through where they
    /// are not known to be: this put can have made them, or an earlier one that failed.
    pub(super) fn sync_folders(&self, name: &Name) -> Result<(), PathError> {
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
    fn settle(&self, name: &Name, dating: Dating) -> Result<Put, StorageError> {
        let path = self.path(name);
        let file = self.files.open(&path).context(&path)?;
        self.files.sync_file(&file).context(&path)?;
        self.date_folders(name, dating)?;
        self.sync_folders(name)?;
        Ok(Put::Stored)
    }

    /// Takes the time of a change from the folders that a name leads through.
    pub(super) fn date_folders(&self, name: &Name, dating: Dating) -> Result<(), PathError> {
        if dating == Dating::Undated {
            for folder in self.folders(name) {
                self.undate(&folder)?;
            }
        }
        Ok(())
    }

    /// Takes the time of its last change from a file or folder.
    pub(super) fn undate(&self, path: &Path) -> Result<(), PathError> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(UNDATED_SECONDS);
        self.files.set_modified(path, time).context(path)
    }

    fn remove(&self, name: &Name, dating: Dating) -> Result<(), StorageError> {
        self.refuse_links(name)?;
        let path = self.path(name);
        match self.files.remove(&path) {
            // An earlier delete can have removed it and then failed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.context(&path)?,
        }
        let dated = self.date_folders(name, dating);
        match dated.and_then(|()| self.sync_folder(path.parent().unwrap_or(&self.root))) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(()),
            synced => Ok(synced?),
        }
    }

    fn put(&self, name: &Name, bytes: &[u8], dating: Dating) -> Result<Put, StorageError> {
        self.refuse_when_large(name, bytes)?;
        if let Some(there) = self.get(name)? {
            if there != bytes {
                return Ok(Put::AlreadyThere);
            }
            if !self.memory.doubts(&self.path(name)) {
                return self.settle(name, dating);
            }
        }
        self.refuse_when_full()?;
        let begun = self.begin(name, LARGEST_FILE).and_then(|mut new| {
            new.dating = dating;
            let written = self.files.write(&mut new.file, bytes);
            written.context(&new.temporary)?;
            Ok(new)
        });
        begun.map_err(|error| self.explain(error))?.finish()
    }

    /// Starts a file beside the place of a name.
    pub(super) fn begin(
        &self,
        name: &Name,
        most_bytes: u64,
    ) -> Result<Unfinished<F>, StorageError> {
        let in_new_folder = self.make_folders(name)?;
        let path = self.path(name);
        let created = self.create_temporary(&path);
        if created.is_err() {
            // Somebody may have removed a folder that we know: the next try makes it again.
            self.folders(name)
                .iter()
                .for_each(|folder| self.memory.forget(folder));
        }
        let (temporary, file) = created?;
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
            is_there: false,
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

    /// Tells a disk that turned out to be full in the middle of a put from other failures. Only where
    /// nothing stands under the name yet: else it may be stored, and nobody may say that there was no room.
    pub(super) fn explain(&self, error: StorageError) -> StorageError {
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
        self.remove(name, Dating::Dated)
    }

    fn delete_undated(&self, name: &Name) -> Result<(), StorageError> {
        self.remove(name, Dating::Undated)
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
pub(super) struct OpenFile<F> {
    pub(super) files: Arc<F>,
    pub(super) file: File,
}

impl<F: FileSystem> Read for OpenFile<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.files.read(&mut self.file, buffer)
    }
}

/// Something in a folder.
pub(super) enum Entry {
    File(PathBuf),
    Other(PathBuf),
    Unreadable(PathError),
}

/// Lists everything below a folder in the order of paths, without following links. A folder that is
/// not there is empty; one that is deeper than any name is told as something else.
pub(super) fn walk(
    files: &dyn FileSystem,
    folder: &Path,
    depth: usize,
) -> Result<Vec<Entry>, PathError> {
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

pub(super) fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        name.as_encoded_bytes()
            .starts_with(TEMPORARY_PREFIX.as_bytes())
    })
}
