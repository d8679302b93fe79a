//! The operations on files that a store is built from: an interface, and the operating system behind it.

use std::fs::{self, DirBuilder, File, FileType, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

/// Permissions of folders: for the owner only.
const FOLDER_MODE: u32 = 0o700;

/// Permissions of files: for the owner only.
pub(super) const FILE_MODE: u32 = 0o600;

/// The part of a mode that permissions are. The umask, or the folder around it, can have changed those
/// of something new. Setting them where they are right would make a new case nearly a tenth slower.
const ALL_MODES: u32 = 0o7777;

/// The operations on files that a [`Folder`](crate::durable::Folder) is built from, one system call or two each, so that a
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
        if fs::symlink_metadata(path)?.permissions().mode() & ALL_MODES != FOLDER_MODE {
            fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))?;
        }
        Ok(())
    }

    fn create_file(&self, path: &Path) -> io::Result<File> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(path)?;
        if file.metadata()?.permissions().mode() & ALL_MODES != FILE_MODE {
            file.set_permissions(Permissions::from_mode(FILE_MODE))?;
        }
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
pub(super) fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    let _ = fs::remove_file(from);
    Ok(())
}

pub(super) fn open_for_reading(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(no_follow())
        .open(path)
}

/// Flags of an open that follows no link and never waits, as it would at a pipe.
pub(super) fn no_follow() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}
