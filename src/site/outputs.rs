//! Outputs on disk: compressed beside the plain file, and swapped in as a whole.
//!
//! A folder that is being served or copied never shows half of a build: the new one is written
//! beside it and takes its place when it is complete. A folder that this program did not write is
//! never replaced, and one that another build is writing is left to that build.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::output::{Output, is_compressible};

/// Smallest file that is compressed, in bytes; below it the headers cost more than is won.
const SMALLEST_COMPRESSED: usize = 256;

/// Brotli quality, of 0 to 11: at 5 a page costs well under a millisecond; 11 costs fifty times as
/// much for a tenth less.
const BROTLI_QUALITY: u32 = 5;

/// Brotli window, as the power of two: 4 MiB, larger than any page.
const BROTLI_WINDOW: u32 = 22;

/// Gzip level, of 0 to 9.
const GZIP_LEVEL: u32 = 6;

/// The file that marks a folder as written by this program.
const MARKER: &str = ".meldwijzer-build";

/// The folder in a new portal in which it stands until it is whole.
const UNFINISHED: &str = ".meldwijzer-new";

/// A folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder holds something that this program did not write.
    #[error("{} was not written by meldwijzer and is not replaced", .0.display())]
    NotOurs(PathBuf),
    /// Another build is writing the folder.
    #[error("{} is being written by another build", .0.display())]
    InUse(PathBuf),
    /// Something new was to come where something is.
    #[error("{} is not empty: {}", path.display(), names.join(", "))]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// What is in it, in order.
        names: Vec<String>,
    },
    /// A new file was to come where one is.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// What could not be written, read or moved.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Adds a brotli and a gzip version beside each text file that gets smaller by it. The result
/// depends on the input only.
pub fn with_compressed(outputs: Vec<Output>) -> Vec<Output> {
    let mut all: Vec<Output> = outputs
        .into_par_iter()
        .flat_map_iter(|output| {
            let mut versions = Vec::with_capacity(3);
            if is_compressible(&output.path) && output.bytes.len() >= SMALLEST_COMPRESSED {
                versions.extend(variant(&output, "br", brotli(&output.bytes)));
                versions.extend(variant(&output, "gz", gzip(&output.bytes)));
            }
            versions.insert(0, output);
            versions
        })
        .collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn variant(output: &Output, extension: &str, bytes: io::Result<Vec<u8>>) -> Option<Output> {
    // Compression into memory does not fail; were it to, the plain file serves as well.
    let bytes = bytes
        .ok()
        .filter(|bytes| bytes.len() < output.bytes.len())?;
    Some(Output {
        path: format!("{}.{extension}", output.path),
        bytes: bytes.into(),
        caching: output.caching,
    })
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer =
        brotli::CompressorWriter::new(Vec::new(), bytes.len(), BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = flate2::Compression::new(GZIP_LEVEL);
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes)?;
    writer.finish()
}

/// Shows that no other build writes a folder, until it is dropped or the process ends.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of a folder without waiting.
    fn take(folder: &Path) -> Result<Lock, WriteError> {
        let path = beside(folder, "lock");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        loop {
            let mut options = File::options();
            options.write(true).create(true).truncate(false);
            let file = options.open(&path).map_err(at(&path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(WriteError::InUse(folder.to_owned())),
                Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
            }
            let inode = file.metadata().map_err(at(&path))?.ino();
            // Whoever had it before may have removed the file between opening and locking it here: then the lock is
            // of a file that nobody else finds.
            if fs::metadata(&path).is_ok_and(|there| there.ino() == inode) {
                return Ok(Lock { path, file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A file that stays is in nobody's way: what counts is that it is not locked.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

/// A folder of outputs that takes the place of the one that is there once it is complete. One that is dropped
/// before leaves nothing behind. Until then no other build can begin one for that place.
#[derive(Debug)]
pub struct Folder {
    place: PathBuf,
    fresh: PathBuf,
    old: PathBuf,
    /// How many files were written.
    count: AtomicUsize,
    failed: Mutex<Option<WriteError>>,
    /// Let go of last, when nothing is left of the folder beside its place.
    _lock: Lock,
}

impl Folder {
    /// Begins a folder that will take this place, beside it.
    ///
    /// # Errors
    ///
    /// Returns [`WriteError::InUse`] while another build writes it, [`WriteError::NotOurs`] where something else is
    /// there, and otherwise the path at which a file operation failed. What stood there before still stands there.
    pub fn begin(place: &Path) -> Result<Folder, WriteError> {
        let lock = Lock::take(place)?;
        let (fresh, old) = (beside(place, "new"), beside(place, "old"));
        for other in [place, &fresh, &old] {
            if other.try_exists().map_err(at(other))? && !is_ours(other)? {
                return Err(WriteError::NotOurs(other.to_owned()));
            }
        }
        // A build that was cut off between its two moves left the good one aside.
        if !place.try_exists().map_err(at(place))? && old.try_exists().map_err(at(&old))? {
            fs::rename(&old, place).map_err(at(place))?;
        }
        remove(&fresh)?;
        remove(&old)?;
        write_all(&[], &fresh)?;
        Ok(Folder {
            place: place.to_owned(),
            fresh,
            old,
            count: AtomicUsize::new(0),
            failed: Mutex::default(),
            _lock: lock,
        })
    }

    /// Adds files. What goes wrong comes back in the end.
    pub fn put(&self, outputs: &[Output]) {
        for output in outputs {
            if let Err(error) = put_in(&self.fresh, output) {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(error);
                return;
            }
        }
        self.count.fetch_add(outputs.len(), Ordering::Relaxed);
    }

    /// Puts the folder in its place, and returns how many files are in it.
    ///
    /// # Errors
    ///
    /// Returns the first file operation that failed. What stood there before then still stands there.
    pub fn finish(&self) -> Result<usize, WriteError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = failed.take() {
            return Err(error);
        }
        if self.place.try_exists().map_err(at(&self.place))? {
            fs::rename(&self.place, &self.old).map_err(at(&self.place))?;
        }
        if let Err(error) = fs::rename(&self.fresh, &self.place) {
            let _ = fs::rename(&self.old, &self.place);
            return Err(at(&self.place)(error));
        }
        remove(&self.old)?;
        Ok(self.count.load(Ordering::Relaxed))
    }

    /// Writes what the folder was made from in the file that marks it, once it is in its place.
    ///
    /// # Errors
    ///
    /// Returns the path at which a file operation failed.
    pub fn mark(&self, made_from: &str) -> Result<(), WriteError> {
        write_file(&self.place.join(MARKER), made_from.as_bytes())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Half a folder helps nobody; what went wrong with it was told.
        let _ = fs::remove_dir_all(&self.fresh);
    }
}

/// Returns what a folder of outputs was made from, where that is known.
pub fn made_from(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(MARKER)).ok()
}

/// Writes outputs to a folder that is new or empty, and leaves no mark in it. Whatever interrupts it, the folder is
/// whole or as it was; what was half-written stands beside it, or in it, under a name that starts with a dot.
///
/// # Errors
///
/// Returns [`WriteError::NotEmpty`] where something is in the folder, and otherwise the path at which a file
/// operation failed.
pub fn create_folder(outputs: &[Output], folder: &Path) -> Result<(), WriteError> {
    check_new_folder(folder)?;
    let exists = folder.try_exists().map_err(at(folder))?;
    // Somebody may stand in a folder that is there: it is filled and not replaced.
    let fresh = match exists {
        true => folder.join(UNFINISHED),
        false => beside(folder, "new"),
    };
    if fresh.try_exists().map_err(at(&fresh))? {
        match is_built(&fresh) {
            true => remove(&fresh)?,
            false => return Err(WriteError::NotOurs(fresh)),
        }
    }
    let written = write_all(outputs, &fresh).and_then(|()| {
        let marker = fresh.join(MARKER);
        match exists {
            true => move_into(&fresh, folder),
            false => fs::remove_file(&marker)
                .map_err(at(&marker))
                .and_then(|()| fs::rename(&fresh, folder).map_err(at(folder))),
        }
    });
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_dir_all(&fresh);
    }
    written
}

/// Sees whether a folder is new or empty; what an interrupted [`create_folder`] left in it does not count.
///
/// # Errors
///
/// Returns [`WriteError::NotEmpty`] where something is in it, and otherwise that it could not be read.
pub fn check_new_folder(folder: &Path) -> Result<(), WriteError> {
    if !folder.try_exists().map_err(at(folder))? {
        return Ok(());
    }
    let mut names = names_in(folder)?;
    names.retain(|name| *name != UNFINISHED || !is_built(&folder.join(UNFINISHED)));
    match names.is_empty() {
        true => Ok(()),
        false => Err(WriteError::NotEmpty {
            path: folder.to_owned(),
            names,
        }),
    }
}

/// Moves what is in a folder, but for its mark, to the folder around it, and removes it; all or nothing.
fn move_into(fresh: &Path, folder: &Path) -> Result<(), WriteError> {
    let names = names_in(fresh)?;
    let names = names.iter().filter(|name| *name != MARKER);
    let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (from, to) in names.map(|name| (fresh.join(name), folder.join(name))) {
        if let Err(error) = fs::rename(&from, &to) {
            for (from, to) in moved {
                // What cannot go back is no reason to leave the rest.
                let _ = fs::rename(to, from);
            }
            return Err(at(&to)(error));
        }
        moved.push((from, to));
    }
    remove(fresh)
}

/// Returns the names of what is in a folder, in order.
fn names_in(folder: &Path) -> Result<Vec<String>, WriteError> {
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(at(folder))?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Writes a file that is not there yet, with the folders above it.
///
/// # Errors
///
/// Returns [`WriteError::Exists`] where it is there, and otherwise the path at which a file operation failed.
pub fn create_file(file: &Path, text: &str) -> Result<(), WriteError> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(at(parent))?;
    }
    let mut new = match File::create_new(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(WriteError::Exists(file.to_owned()));
        }
        new => new.map_err(at(file))?,
    };
    let written = new.write_all(text.as_bytes()).map_err(at(file));
    if written.is_err() {
        // Half a file helps nobody; the first error is the one to tell.
        let _ = fs::remove_file(file);
    }
    written
}

/// Changes a file as a whole: whoever reads it sees the old or the new text, and after a power cut one of them is
/// there. `change` gets what is in the file, if it is there, and returns what is to be in it, if that is
/// something else. It is asked again once nobody else can change the file, so that what another process wrote in
/// the meantime is not lost.
///
/// # Errors
///
/// Returns the path at which a file operation failed; the file is then as it was. The temporary file beside it
/// is there already where another process is changing the file, or was cut off.
pub fn update(
    file: &Path,
    change: impl Fn(Option<&[u8]>) -> Option<String>,
) -> Result<(), WriteError> {
    // Where nothing changes, a folder that may not be written is as good.
    if change(read(file)?.as_deref()).is_none() {
        return Ok(());
    }
    let fresh = beside(file, "new");
    let new = File::create_new(&fresh).map_err(at(&fresh))?;
    let changed = read(file).and_then(|bytes| match change(bytes.as_deref()) {
        Some(text) => put(&new, &fresh, &text, file),
        None => fs::remove_file(&fresh).map_err(at(&fresh)),
    });
    if changed.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&fresh);
    }
    changed
}

/// Makes a folder for what the program wants to remember, and keeps it out of version control.
///
/// # Errors
///
/// Returns the path at which a file operation failed.
pub fn make_memory(folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    update(&folder.join(".gitignore"), |there| {
        there.is_none().then(|| "*\n".to_owned())
    })
}

/// Returns the bytes of a file that may not be there.
fn read(file: &Path) -> Result<Option<Vec<u8>>, WriteError> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(at(file)),
    }
}

fn put(mut new: &File, fresh: &Path, text: &str, file: &Path) -> Result<(), WriteError> {
    // Whoever may read and write the file may do so afterwards.
    if let Ok(there) = fs::metadata(file) {
        new.set_permissions(there.permissions())
            .map_err(at(fresh))?;
    }
    new.write_all(text.as_bytes()).map_err(at(fresh))?;
    new.sync_all().map_err(at(fresh))?;
    fs::rename(fresh, file).map_err(at(file))
}

/// Returns whether a path is that of the file that marks a folder.
pub(super) fn is_marker(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == MARKER)
}

/// Returns whether this program wrote a folder.
pub fn is_built(folder: &Path) -> bool {
    folder.join(MARKER).is_file()
}

fn at(path: &Path) -> impl Fn(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io {
        path: path.clone(),
        source,
    }
}

fn is_ours(folder: &Path) -> Result<bool, WriteError> {
    let mut entries = fs::read_dir(folder).map_err(at(folder))?;
    Ok(entries.next().is_none() || is_built(folder))
}

fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}"))
}

fn remove(folder: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// Writes a folder with outputs, marked as written by this program.
fn write_all(outputs: &[Output], folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    write_file(&folder.join(MARKER), b"")?;
    let mut outputs = outputs.iter();
    outputs.try_for_each(|output| put_in(folder, output))
}

fn put_in(folder: &Path, output: &Output) -> Result<(), WriteError> {
    let path = folder.join(&output.path);
    match write_file(&path, &output.bytes) {
        // Most folders hold a single page, so asking first would cost as much as writing.
        Err(WriteError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            write_file(&path, &output.bytes)
        }
        written => written,
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place that writes the portal"
)]
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    fs::write(path, bytes).map_err(at(path))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write their own input")]
mod tests {
    use super::*;
    use crate::output::Caching;

    fn write(outputs: &[Output], folder: &Path) -> Result<(), WriteError> {
        let fresh = Folder::begin(folder)?;
        fresh.put(outputs);
        fresh.finish().map(drop)
    }

    fn output(path: &str, text: &str) -> Output {
        Output {
            path: path.to_owned(),
            bytes: text.as_bytes().into(),
            caching: Caching::Revalidate,
        }
    }

    #[test]
    fn a_build_takes_the_place_of_the_one_before() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        write(
            &[output("a/index.html", "een"), output("oud.txt", "x")],
            &folder,
        )
        .unwrap();
        write(&[output("a/index.html", "twee")], &folder).unwrap();
        assert_eq!(
            fs::read_to_string(folder.join("a/index.html")).unwrap(),
            "twee"
        );
        assert!(!folder.join("oud.txt").exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_two_builds_at_a_time_the_second_is_refused_and_the_first_is_whole() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("diep/public");
        let first = Folder::begin(&folder).unwrap();
        first.put(&[output("a.txt", "een")]);
        let second = Folder::begin(&folder);
        assert!(matches!(second, Err(WriteError::InUse(path)) if path == folder));
        first.put(&[output("b.txt", "een")]);
        assert_eq!(first.finish().unwrap(), 2);
        // It has yet to write down what it was made from.
        assert!(Folder::begin(&folder).is_err());
        first.mark("dit").unwrap();
        drop(first);
        assert_eq!(names_in(&folder).unwrap(), [MARKER, "a.txt", "b.txt"]);
        assert_eq!(made_from(&folder).unwrap(), "dit");
        write(&[output("a.txt", "twee")], &folder).unwrap();
        assert_eq!(names_in(&folder).unwrap(), [MARKER, "a.txt"]);
        assert_eq!(names_in(folder.parent().unwrap()).unwrap(), ["public"]);
    }

    #[test]
    fn builds_into_folders_side_by_side_do_not_wait_for_each_other() {
        let root = tempfile::tempdir().unwrap();
        let [one, two] = ["een", "twee"].map(|name| Folder::begin(&root.path().join(name)));
        one.unwrap().finish().unwrap();
        two.unwrap().finish().unwrap();
        assert_eq!(names_in(root.path()).unwrap(), ["een", "twee"]);
    }

    #[test]
    fn what_a_killed_build_left_is_in_nobodys_way() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        write_all(&[output("half.txt", "x")], &beside(&folder, "new")).unwrap();
        File::create(beside(&folder, "lock")).unwrap();
        write(&[output("a.txt", "x")], &folder).unwrap();
        assert_eq!(names_in(root.path()).unwrap(), ["public"]);
        assert_eq!(names_in(&folder).unwrap(), [MARKER, "a.txt"]);
    }

    #[test]
    fn of_many_builds_at_once_one_at_a_time_has_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        let busy = std::sync::atomic::AtomicBool::new(false);
        let build = || {
            for _ in 0..50 {
                if let Ok(fresh) = Folder::begin(&folder) {
                    assert!(!busy.swap(true, Ordering::SeqCst));
                    fresh.put(&[output("a.txt", "x")]);
                    fresh.finish().unwrap();
                    busy.store(false, Ordering::SeqCst);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(build);
            }
        });
        assert_eq!(names_in(root.path()).unwrap(), ["public"]);
    }

    #[test]
    fn a_good_build_that_was_left_aside_is_not_lost() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        write(&[output("a.txt", "goed")], &folder).unwrap();
        fs::rename(&folder, root.path().join(".public.old")).unwrap();
        let nothing_fits = output("a.txt/b.txt", "x");
        write(&[output("a.txt", "fout"), nothing_fits], &folder).unwrap_err();
        assert_eq!(fs::read_to_string(folder.join("a.txt")).unwrap(), "goed");
    }

    #[test]
    fn a_file_is_changed_as_a_whole_or_stays() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("lijst.txt");
        let to = |text: &'static str| move |_: Option<&[u8]>| Some(text.to_owned());
        // Another process is at it, or was cut off: what it is writing is not ours.
        let fresh = root.path().join(".lijst.txt.new");
        fs::write(&fresh, "van een ander").unwrap();
        assert!(update(&file, to("een")).is_err());
        assert_eq!(fs::read_to_string(&fresh).unwrap(), "van een ander");
        update(&file, |_| None).unwrap();
        fs::remove_file(&fresh).unwrap();
        update(&file, to("een")).unwrap();
        update(&file, to("twee")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "twee");
        let taken = root.path().join("map");
        fs::create_dir_all(taken.join("x")).unwrap();
        assert!(update(&taken, to("drie")).is_err());
        assert!(taken.join("x").is_dir());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_another_process_wrote_in_the_meantime_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("lijst.txt");
        let asked = std::cell::Cell::new(0);
        update(&file, |bytes| {
            asked.set(asked.get() + 1);
            if asked.get() == 1 {
                fs::write(&file, "van een ander\n").unwrap();
            }
            let old = String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
            Some(old + "van mij\n")
        })
        .unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, "van een ander\nvan mij\n");
        // Somebody else wrote all of it.
        update(&file, |bytes| {
            asked.set(asked.get() + 1);
            (asked.get() == 3).then(|| bytes.map_or(String::new(), |_| "x".to_owned()))
        })
        .unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_folder_is_there_as_a_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let names = |folder: &Path| names_in(folder).unwrap();
        let good = [output("a/b.txt", "x"), output(".verborgen", "y")];
        let nothing_fits = [output("a.txt", "x"), output("a.txt/b.txt", "y")];
        let (new, empty) = (root.path().join("diep/nieuw"), root.path().join("leeg"));
        fs::create_dir(&empty).unwrap();
        for folder in [&new, &empty] {
            create_folder(&nothing_fits, folder).unwrap_err();
        }
        assert_eq!(names(&empty), Vec::<String>::new());
        assert!(!new.exists() && names(&root.path().join("diep")).is_empty());
        for folder in [&new, &empty] {
            create_folder(&good, folder).unwrap();
            assert_eq!(names(folder), [".verborgen", "a"]);
            let again = create_folder(&good, folder).unwrap_err();
            assert!(matches!(again, WriteError::NotEmpty { names, .. } if names.len() == 2));
        }
        assert_eq!(names(root.path()), ["diep", "leeg"]);
        assert_eq!(names(&root.path().join("diep")), ["nieuw"]);
    }

    #[test]
    fn a_new_folder_takes_up_what_was_interrupted_and_touches_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let good = [output("a.txt", "x")];
        let left = root.path().join(UNFINISHED);
        write_all(&[output("half.txt", "x")], &left).unwrap();
        create_folder(&good, root.path()).unwrap();
        assert_eq!(names_in(root.path()).unwrap(), ["a.txt"]);
        let new = root.path().join("nieuw");
        fs::create_dir(root.path().join(".nieuw.new")).unwrap();
        let refused = create_folder(&good, &new).unwrap_err();
        assert!(matches!(refused, WriteError::NotOurs(_)));
        assert!(create_folder(&good, &root.path().join("a.txt")).is_err());
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("diep/a.md");
        create_file(&file, "een").unwrap();
        let again = create_file(&file, "twee").unwrap_err();
        assert!(matches!(again, WriteError::Exists(_)));
        assert_eq!(fs::read_to_string(&file).unwrap(), "een");
        assert!(create_file(&file.join("b.md"), "x").is_err());
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("brief.txt"), "van mij").unwrap();
        let result = write(&[output("a.txt", "x")], root.path());
        assert!(matches!(result, Err(WriteError::NotOurs(_))));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn text_gets_compressed_versions_that_hold_the_same() {
        let text = "melden ".repeat(200);
        let all = with_compressed(vec![output("a.html", &text), output("b.png", &text)]);
        let paths: Vec<_> = all.iter().map(|o| o.path.as_str()).collect();
        assert_eq!(paths, ["a.html", "a.html.br", "a.html.gz", "b.png"]);
        let mut plain = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(&*all[2].bytes);
        io::Read::read_to_end(&mut reader, &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &*all[1].bytes, &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
    }
}
