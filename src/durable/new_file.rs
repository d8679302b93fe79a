//! A file on its way to its name.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::durable::folder::{Folder, OpenFile};
use crate::durable::{Context, FileSystem, Name, NewFile, PathError, Put, StorageError};

/// How many bytes of a stream are written between two looks at the free space.
const BYTES_BETWEEN_LOOKS: u64 = 4 * 1024 * 1024;

/// How many bytes are compared at a time.
const COMPARED_BYTES: usize = 64 * 1024;

/// The modification time of files that must not tell when they were put, in seconds since 1970: the
/// start of the year 2000, which every archive format can hold.
pub(super) const UNDATED_SECONDS: u64 = 946_684_800;

/// Whether a file tells when it was put.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dating {
    Dated,
    Undated,
}

/// A file that is being written under a temporary name, which it loses when it is dropped.
pub(super) struct Unfinished<F: FileSystem> {
    pub(super) folder: Folder<F>,
    pub(super) name: Name,
    pub(super) path: PathBuf,
    pub(super) temporary: PathBuf,
    pub(super) file: File,
    /// The folder of the name was made for this file.
    pub(super) in_new_folder: bool,
    pub(super) dating: Dating,
    pub(super) most_bytes: u64,
    pub(super) written: u64,
    pub(super) is_named: bool,
    /// Something stands under the name: this file, or another.
    pub(super) is_there: bool,
    pub(super) is_broken: bool,
}

impl<F: FileSystem> Drop for Unfinished<F> {
    fn drop(&mut self) {
        if !self.is_named {
            // Should this fail, the next writer that opens the folder removes the file.
            let _ = self.folder.files.remove(&self.temporary);
            let _ = self.folder.date_folders(&self.name, self.dating);
        }
    }
}

impl<F: FileSystem> Unfinished<F> {
    /// Syncs the file, names it and syncs its folders. Where the name is taken, by the same bytes, the
    /// file there is made durable instead.
    pub(super) fn finish(mut self) -> Result<Put, StorageError> {
        match self.put() {
            Err(error) if !self.is_there => Err(self.folder.explain(error)),
            put => put,
        }
    }

    fn put(&mut self) -> Result<Put, StorageError> {
        if self.dating == Dating::Undated {
            self.folder.undate(&self.temporary)?;
        }
        let put = self.store()?;
        if put == Put::Stored {
            self.folder.date_folders(&self.name, self.dating)?;
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
        let put = match self.folder.files.rename(&self.temporary, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Put::AlreadyThere,
            renamed => {
                renamed.context(&self.path)?;
                self.is_named = true;
                Put::Stored
            }
        };
        self.is_there = true;
        Ok(put)
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
        self.finish()
    }
}
