//! What files are like at a moment, and what has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::ops::Bound;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{Hint, is_passed_over};

/// How long after its last change a file can change once more and look the same: the times of files are
/// as coarse as two seconds on FAT and some shares, and four milliseconds on Linux.
const YOUNG: SignedDuration = SignedDuration::from_secs(2);

/// What something at a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file, or a link to one.
    File,
    /// A folder, or a link to one.
    Folder,
    /// Something else, a link that leads nowhere, or what may not be looked at.
    Other,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What it is. Of anything but a file no more is known, and the rest is 0.
    pub kind: Kind,
    /// Its size in bytes.
    pub size: u64,
    /// When its bytes changed, in seconds and nanoseconds since 1970. Anybody can set it.
    pub modified: (i64, i64),
    /// When anything of it changed, by the clock of the file system; nobody can set it.
    pub changed: (i64, i64),
    /// The number of its device, and its own number there.
    pub inode: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        if !metadata.is_file() {
            return Stamp::without_details(match metadata.is_dir() {
                true => Kind::Folder,
                false => Kind::Other,
            });
        }
        Stamp {
            kind: Kind::File,
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: (metadata.dev(), metadata.ino()),
        }
    }

    fn without_details(kind: Kind) -> Stamp {
        Stamp {
            kind,
            size: 0,
            modified: (0, 0),
            changed: (0, 0),
            inode: (0, 0),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    stamp: Stamp,
    /// Whether it had just changed when it was seen.
    young: bool,
}

/// What files and folders are like at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    paths: Vec<PathBuf>,
    /// In the order of bytes, which is far quicker to compare than paths.
    seen: BTreeMap<OsString, Seen>,
}

/// What differs between two moments, in the order of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What was not there before.
    pub added: Vec<PathBuf>,
    /// Files that changed, or may have: those that a hint names, and those that had just changed when they
    /// were last seen, which can change again and look the same.
    pub changed: Vec<PathBuf>,
    /// What is there no more.
    pub removed: Vec<PathBuf>,
}

impl Changes {
    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// Returns all paths.
    pub fn into_paths(self) -> BTreeSet<PathBuf> {
        let paths = self.added.into_iter().chain(self.changed);
        paths.chain(self.removed).collect()
    }
}

impl Snapshot {
    /// Looks at files and folders, with all that is in them. Links are followed; hidden files and backups
    /// of editors are passed over. What cannot be read is not there.
    pub fn take(paths: Vec<PathBuf>, now: Timestamp) -> Snapshot {
        let mut look = Look::at(now);
        for path in &paths {
            look.path(path);
        }
        Snapshot {
            paths,
            seen: look.seen,
        }
    }

    /// Returns what is there, in the order of the bytes of the paths.
    pub fn stamps(&self) -> impl Iterator<Item = (&Path, Stamp)> {
        let seen = self.seen.iter();
        seen.map(|(path, seen)| (Path::new(path), seen.stamp))
    }

    /// Looks again at what a hint names, and returns what changed since it was last looked at.
    pub fn refresh(&mut self, hint: &Hint, now: Timestamp) -> Changes {
        let mut changes = Changes::default();
        match hint {
            Hint::Anything => {
                let now = Snapshot::take(self.paths.clone(), now);
                let before = std::mem::replace(&mut self.seen, now.seen);
                compare(&before, &self.seen, &mut changes);
            }
            Hint::Paths(paths) => {
                for path in outermost(paths) {
                    self.refresh_path(path, now, &mut changes);
                }
            }
        }
        changes.added.sort();
        changes.changed.sort();
        changes.removed.sort();
        changes
    }

    fn refresh_path(&mut self, path: &Path, now: Timestamp, changes: &mut Changes) {
        let mut look = Look::at(now);
        look.path(path);
        let mut before = self.take_out(path);
        // Somebody saw something happen to the file itself, which its stamp need not show.
        if let Some(named) = before.get_mut(path.as_os_str()) {
            named.young = named.stamp.kind == Kind::File;
        }
        compare(&before, &look.seen, changes);
        self.seen.extend(look.seen);
    }

    /// Takes out a path with all that is below it.
    fn take_out(&mut self, path: &Path) -> BTreeMap<OsString, Seen> {
        let (from, to) = below(path.as_os_str());
        let range = (Bound::Included(from), Bound::Excluded(to));
        let within: Vec<OsString> = self
            .seen
            .range(range)
            .map(|(path, _)| path.clone())
            .collect();
        let all = within.into_iter().chain([path.as_os_str().to_owned()]);
        all.filter_map(|path| self.seen.remove_entry(&path))
            .collect()
    }
}

/// Returns the bounds of everything below a folder: `a/` and `a0`, since `0` is what follows `/`.
fn below(folder: &OsStr) -> (OsString, OsString) {
    let with = |last: u8| {
        let mut bytes = folder.as_encoded_bytes().to_vec();
        bytes.push(last);
        OsString::from_vec(bytes)
    };
    (with(b'/'), with(b'/' + 1))
}

/// Leaves out paths below others.
fn outermost(paths: &BTreeSet<PathBuf>) -> Vec<&Path> {
    let mut outermost: Vec<&Path> = Vec::new();
    for path in paths {
        if !outermost.last().is_some_and(|last| path.starts_with(last)) {
            outermost.push(path);
        }
    }
    outermost
}

fn compare(
    before: &BTreeMap<OsString, Seen>,
    now: &BTreeMap<OsString, Seen>,
    changes: &mut Changes,
) {
    for (path, was) in before {
        match now.get(path) {
            None => changes.removed.push(path.into()),
            Some(is) if was.stamp != is.stamp || was.young => changes.changed.push(path.into()),
            Some(_) => {}
        }
    }
    let added = now.keys().filter(|path| !before.contains_key(*path));
    changes.added.extend(added.map(PathBuf::from));
}

/// One walk.
struct Look {
    /// What changed after this moment is young.
    young_after: (i64, i64),
    seen: BTreeMap<OsString, Seen>,
    /// The folders on the way to where it is, by device and number: a link that leads back up would never
    /// end.
    above: Vec<(u64, u64)>,
}

impl Look {
    fn at(now: Timestamp) -> Look {
        let from = now.saturating_sub(YOUNG).unwrap_or(Timestamp::MIN);
        Look {
            young_after: (from.as_second(), i64::from(from.subsec_nanosecond())),
            seen: BTreeMap::new(),
            above: Vec::new(),
        }
    }

    fn path(&mut self, path: &Path) {
        let Ok(own) = fs::symlink_metadata(path) else {
            return;
        };
        self.something(path, own.file_type(), || Ok(own.clone()));
    }

    fn something(
        &mut self,
        path: &Path,
        kind: FileType,
        metadata: impl Fn() -> std::io::Result<Metadata>,
    ) {
        let followed = match kind.is_symlink() {
            true => fs::metadata(path),
            false if kind.is_dir() => return self.folder(path, metadata().ok().as_ref()),
            false => metadata(),
        };
        match followed {
            Ok(metadata) if metadata.is_dir() => self.folder(path, Some(&metadata)),
            Ok(metadata) => self.see(path, Stamp::of(&metadata)),
            // It went while it was looked for, or leads nowhere.
            Err(_) if kind.is_symlink() => self.see(path, Stamp::without_details(Kind::Other)),
            Err(_) => {}
        }
    }

    fn folder(&mut self, path: &Path, metadata: Option<&Metadata>) {
        let Some(metadata) = metadata else {
            return;
        };
        let inode = (metadata.dev(), metadata.ino());
        if self.above.contains(&inode) {
            return;
        }
        self.see(path, Stamp::without_details(Kind::Folder));
        self.above.push(inode);
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if let (false, Ok(kind)) = (is_passed_over(&name), entry.file_type()) {
                self.something(&path.join(name), kind, || entry.metadata());
            }
        }
        self.above.pop();
    }

    fn see(&mut self, path: &Path, stamp: Stamp) {
        let young = stamp.kind == Kind::File && stamp.changed > self.young_after;
        let seen = Seen { stamp, young };
        self.seen.insert(path.as_os_str().to_owned(), seen);
    }
}
