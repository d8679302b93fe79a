//! Files that fail when a test says so, and what a power cut would leave of them.

use std::collections::BTreeMap;
use std::fs::{self, File, FileType};
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::io::Errno;

use crate::durable::memory::locked;
use crate::durable::{FileSystem, SystemFiles};

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
    disk: Option<Disk>,
    done: Arc<AtomicUsize>,
    fails: Arc<Mutex<(Range<usize>, Fault)>>,
}

impl Default for FaultyFiles {
    fn default() -> FaultyFiles {
        FaultyFiles {
            files: Arc::new(SystemFiles),
            disk: None,
            done: Arc::default(),
            fails: Arc::new(Mutex::new((0..0, Fault::Disk))),
        }
    }
}

impl FaultyFiles {
    /// Means the files below a folder that is empty, and remembers what of them was synced.
    pub(crate) fn recording(root: &Path) -> FaultyFiles {
        let disk = Disk {
            root: root.to_path_buf(),
            record: Arc::default(),
        };
        FaultyFiles {
            files: Arc::new(disk.clone()),
            disk: Some(disk),
            ..FaultyFiles::default()
        }
    }

    /// Returns the files that are below the root after a power cut now, by path from it. Only
    /// files that were made through this value are known.
    pub(crate) fn after_power_cut(&self, lost: Lost) -> BTreeMap<PathBuf, Vec<u8>> {
        let disk = self.disk.as_ref().unwrap();
        let mut left = BTreeMap::new();
        locked(&disk.record).collect(&disk.root, lost, &mut left);
        left.into_iter()
            .map(|(path, bytes)| (path.strip_prefix(&disk.root).unwrap().to_path_buf(), bytes))
            .collect()
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

    /// Counts on from this number of operations.
    pub(crate) fn count(&self, done: usize) {
        self.done.store(done, Ordering::SeqCst);
    }

    fn next_fault(&self) -> Option<Fault> {
        let number = self.done.fetch_add(1, Ordering::SeqCst);
        let (operations, fault) = &*locked(&self.fails);
        operations.contains(&number).then_some(*fault)
    }

    fn step<T>(&self, operation: impl FnOnce(&dyn FileSystem) -> io::Result<T>) -> io::Result<T> {
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

/// What a power cut may take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lost {
    /// Everything that was not synced.
    Everything,
    /// The bytes of files that were not synced; all names are there.
    Contents,
}

/// The system's files below a root that was empty, with a record of what was synced. Folders are
/// slow to sync, so that others can want the same; nothing really waits for the disk.
#[derive(Clone)]
struct Disk {
    root: PathBuf,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    /// The folders, by path; a name in them stands for a number of a file, or for a folder.
    folders: BTreeMap<PathBuf, Entries>,
    files: Vec<Contents>,
    /// The last file that had the number of the file system.
    inodes: BTreeMap<u64, usize>,
    changes: u64,
}

#[derive(Clone, Default)]
struct Entries {
    now: BTreeMap<PathBuf, Option<usize>>,
    synced: BTreeMap<PathBuf, Option<usize>>,
    synced_at: u64,
}

#[derive(Default)]
struct Contents {
    now: Vec<u8>,
    synced: usize,
    /// A sync failed, and later ones will say that all is well.
    is_lost: bool,
}

impl Record {
    fn entries(&mut self, path: &Path) -> &mut BTreeMap<PathBuf, Option<usize>> {
        self.changes += 1;
        let folder = path.parent().unwrap().to_path_buf();
        &mut self.folders.entry(folder).or_default().now
    }

    fn contents(&mut self, file: &File) -> &mut Contents {
        let number = self.inodes[&file.metadata().unwrap().ino()];
        &mut self.files[number]
    }

    fn move_entry(&mut self, from: &Path, to: &Path) {
        let entry = self.entries(from).remove(from).unwrap();
        self.entries(to).insert(to.to_path_buf(), entry);
    }

    /// Collects the files that are there after a power cut.
    fn collect(&self, folder: &Path, lost: Lost, left: &mut BTreeMap<PathBuf, Vec<u8>>) {
        let Some(entries) = self.folders.get(folder) else {
            return;
        };
        let entries = match lost {
            Lost::Everything => &entries.synced,
            Lost::Contents => &entries.now,
        };
        for (path, entry) in entries {
            match entry {
                Some(file) => {
                    let file = &self.files[*file];
                    left.insert(path.clone(), file.now[..file.synced].to_vec());
                }
                None => self.collect(path, lost, left),
            }
        }
    }
}

impl FileSystem for Disk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut record = locked(&self.record);
        SystemFiles.create_folder(path)?;
        record.entries(path).insert(path.to_path_buf(), None);
        record
            .folders
            .insert(path.to_path_buf(), Entries::default());
        Ok(())
    }
    fn create_file(&self, path: &Path) -> io::Result<File> {
        let mut record = locked(&self.record);
        let file = SystemFiles.create_file(path)?;
        let number = record.files.len();
        record.files.push(Contents::default());
        record.inodes.insert(file.metadata()?.ino(), number);
        record
            .entries(path)
            .insert(path.to_path_buf(), Some(number));
        Ok(file)
    }
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        SystemFiles.write(file, bytes)?;
        locked(&self.record).contents(file).now.extend(bytes);
        Ok(())
    }
    fn set_modified(&self, path: &Path, time: SystemTime) -> io::Result<()> {
        SystemFiles.set_modified(path, time)
    }
    fn sync_file(&self, file: &File) -> io::Result<()> {
        let mut record = locked(&self.record);
        let contents = record.contents(file);
        if !contents.is_lost {
            contents.synced = contents.now.len();
        }
        Ok(())
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        fs::read_dir(path)?;
        let (entries, seen_at) = {
            let record = locked(&self.record);
            let entries = record.folders.get(path).map(|entries| entries.now.clone());
            (entries.unwrap_or_default(), record.changes)
        };
        thread::sleep(Duration::from_micros(20));
        let mut record = locked(&self.record);
        let folder = record.folders.entry(path.to_path_buf()).or_default();
        if folder.synced_at <= seen_at {
            folder.synced = entries;
            folder.synced_at = seen_at;
        }
        Ok(())
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut record = locked(&self.record);
        SystemFiles.rename(from, to)?;
        record.move_entry(from, to);
        Ok(())
    }
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut record = locked(&self.record);
        SystemFiles.replace(from, to)?;
        record.move_entry(from, to);
        Ok(())
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut record = locked(&self.record);
        SystemFiles.remove(path)?;
        record.entries(path).remove(path);
        Ok(())
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let mut record = locked(&self.record);
        SystemFiles.remove_folder(path)?;
        record.entries(path).remove(path);
        Ok(())
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        SystemFiles.open(path)
    }
    fn read(&self, file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
        SystemFiles.read(file, buffer)
    }
    fn kind(&self, path: &Path) -> io::Result<FileType> {
        SystemFiles.kind(path)
    }
    fn entries(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        SystemFiles.entries(path)
    }
    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        SystemFiles.free_bytes(path)
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
        match self.next_fault() {
            None => self.files.sync_file(file),
            Some(fault) => {
                if let Some(disk) = &self.disk {
                    locked(&disk.record).contents(file).is_lost = true;
                }
                Err(fault.error())
            }
        }
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
