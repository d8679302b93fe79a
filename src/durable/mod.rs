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
//! file that is put into a new folder, which is named first, so that the disk writes file and folders in
//! one go; that makes a new case a quarter faster. Such a name can then hold fewer bytes than were put,
//! or none, or zeros, and nothing stands beside it. That put was never confirmed, and such a
//! name stays as it is: the same put answers [`Put::AlreadyThere`].

#[cfg(test)]
pub(crate) mod faults;
mod files;
mod folder;
mod folder_syncs;
mod locks;
mod memory;
mod new_file;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub use files::{FileSystem, SystemFiles};
pub use folder::Folder;
pub use locks::{AppendLock, LockError, WriterLock, create_root};

/// Largest file that is read, in bytes: far above any report, far below what would hurt the memory.
pub const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// Most parts of a name; the walk through folders goes no deeper either.
const MOST_PARTS: usize = 6;

/// Longest name, in bytes; a folder takes 255 for each part.
const LONGEST_NAME: usize = 200;

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

    /// Stores bytes like [`Storage::put_if_absent`]. The modification times of the file, and of the folders
    /// below the root that its name leads through, do not tell when. The file system itself also keeps times
    /// that nobody can set; a copy of the file has them no more.
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

    /// Removes a file like [`Storage::delete`]. The modification times of the folders below the root that
    /// its name leads through do not tell when.
    ///
    /// # Errors
    ///
    /// Fails where the file is not surely removed; the same delete may be tried again.
    fn delete_undated(&self, name: &Name) -> Result<(), StorageError>;

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
