//! The events of Linux: inotify(7).
//!
//! Folders are watched, never files: a watch on a file dies when an editor saves by renaming. The kernel
//! gives one watch for one folder whatever its paths, so a watch stands for all paths that lead there.
//! Whenever a folder comes or goes all folders are gone through again, which costs milliseconds; a folder
//! that is new is told as a whole, because files may be in it from before it was watched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::PipeReader;
use std::mem::{self, MaybeUninit};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::file_system::is_of_other_machine;
use super::{Gathered, Hint, Notice, PollReason, is_passed_over};

/// How long the second half of saving may take. A file that was closed after writing, or moved to its
/// place, is whole and told at once. One that was made, written, moved away or removed may be half of what
/// an editor is doing, and is told after this time unless the rest comes first.
const SETTLES: Duration = Duration::from_millis(50);

/// Bytes of events that are read at once; one takes at most 272.
const BUFFER: usize = 64 * 1024;

const WATCHED: WatchFlags = WatchFlags::ONLYDIR
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::ATTRIB);

const APPEARED: ReadFlags = ReadFlags::CREATE.union(ReadFlags::MOVED_TO);
const WENT: ReadFlags = ReadFlags::DELETE.union(ReadFlags::MOVED_FROM);
const WHOLE: ReadFlags = ReadFlags::CLOSE_WRITE.union(ReadFlags::MOVED_TO);
const LOST: ReadFlags = ReadFlags::QUEUE_OVERFLOW.union(ReadFlags::UNMOUNT);

/// Watches by the events of the kernel.
pub(super) struct Events {
    inotify: OwnedFd,
    paths: Vec<PathBuf>,
    watched: Watched,
    late: Late,
}

/// Which folders are watched.
#[derive(Default)]
struct Watched {
    /// The paths of a folder, by its watch.
    folders: HashMap<i32, BTreeSet<PathBuf>>,
    watches: BTreeMap<PathBuf, i32>,
    /// Links to files, by what they lead to.
    links: HashMap<PathBuf, Vec<PathBuf>>,
}

/// What may be half of something, with the number that ties the halves of a move.
#[derive(Default)]
struct Late {
    paths: HashMap<PathBuf, u32>,
    since: Option<Instant>,
}

/// What came in together.
#[derive(Default)]
struct Arrived {
    whole: Gathered,
    /// Whether folders may have come or gone.
    folders: bool,
    /// Whether events were lost.
    lost: bool,
}

struct Event {
    watch: i32,
    what: ReadFlags,
    cookie: u32,
    name: OsString,
}

impl Events {
    /// Begins to watch: what changes from now on is told.
    ///
    /// # Errors
    ///
    /// Returns why there are no events for these paths.
    pub(super) fn begin(paths: &[PathBuf]) -> Result<Events, PollReason> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)
            .map_err(|error| PollReason::NoEvents(error.into()))?;
        let mut events = Events {
            inotify,
            paths: paths.to_vec(),
            watched: Watched::default(),
            late: Late::default(),
        };
        events.go_through_folders()?;
        Ok(events)
    }

    /// Goes on until the other end of the pipe is closed.
    ///
    /// # Errors
    ///
    /// Returns why there will be no more events.
    pub(super) fn go_on(
        &mut self,
        stopped: &PipeReader,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<(), PollReason> {
        loop {
            if self.wait(stopped)? {
                return Ok(());
            }
            let mut arrived = self.arrived()?;
            if arrived.lost {
                self.go_through_folders()?;
                self.late = Late::default();
                tell(Notice::Changed(Hint::Anything));
                continue;
            }
            arrived.whole.tell(tell);
            let mut others = Gathered::default();
            if arrived.folders {
                others.0.extend(self.go_through_folders()?);
            }
            others.0.extend(self.late.due());
            others.tell(tell);
        }
    }

    /// Waits for events, and returns whether it was stopped.
    fn wait(&self, stopped: &PipeReader) -> Result<bool, PollReason> {
        let mut waited = [
            PollFd::new(&self.inotify, PollFlags::IN),
            PollFd::new(stopped, PollFlags::IN),
        ];
        let wait = self.late.wait().map(Timespec::try_from);
        let wait = wait.and_then(Result::ok);
        match poll(&mut waited, wait.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(PollReason::NoEvents(error.into())),
        }
        let [_, stopped] = waited;
        Ok(!stopped.revents().is_empty())
    }

    fn arrived(&mut self) -> Result<Arrived, PollReason> {
        let mut arrived = Arrived::default();
        for event in self.read()? {
            self.take(&event, &mut arrived);
        }
        Ok(arrived)
    }

    fn read(&self) -> Result<Vec<Event>, PollReason> {
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        let mut events = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => events.push(Event {
                    watch: event.wd(),
                    what: event.events(),
                    cookie: event.cookie(),
                    name: event
                        .file_name()
                        .map(|name| OsStr::from_bytes(name.to_bytes()).to_owned())
                        .unwrap_or_default(),
                }),
                Err(Errno::AGAIN) => return Ok(events),
                Err(Errno::INTR) => {}
                Err(error) => return Err(PollReason::NoEvents(error.into())),
            }
        }
    }

    fn take(&mut self, event: &Event, arrived: &mut Arrived) {
        if event.what.intersects(LOST) {
            arrived.lost = true;
            return;
        }
        let Some(folders) = self.watched.folders.get(&event.watch) else {
            return;
        };
        // A watch that died without being let go of: its folder was removed.
        arrived.folders |= event.what.contains(ReadFlags::IGNORED);
        if event.name.is_empty() {
            return;
        }
        let paths: Vec<PathBuf> = folders.iter().map(|path| path.join(&event.name)).collect();
        for path in paths {
            self.take_path(path, event, arrived);
        }
    }

    fn take_path(&mut self, path: PathBuf, event: &Event, arrived: &mut Arrived) {
        let concerned = self.concerned(&path);
        let moves = APPEARED.union(WENT);
        if event.what.intersects(moves) && self.may_lead_to_folder(&path, event, &concerned) {
            arrived.folders = true;
        }
        if event.what.contains(ReadFlags::ISDIR) && event.what.intersects(moves) {
            // It is told once it is watched, or no longer.
            return;
        }
        for path in concerned {
            if event.what.intersects(WHOLE) {
                self.late.paths.remove(&path);
                arrived.whole.0.extend(self.late.moved(event.cookie));
                arrived.whole.0.insert(path);
            } else {
                self.late.add(path, event.cookie);
            }
        }
    }

    /// Returns which of the paths that are watched for, or of those below them, an event at a path
    /// concerns.
    fn concerned(&self, path: &Path) -> BTreeSet<PathBuf> {
        let mut concerned: BTreeSet<PathBuf> = self
            .paths
            .iter()
            .filter(|given| given.starts_with(path))
            .cloned()
            .collect();
        if self.is_within(path) {
            concerned.insert(path.to_owned());
        }
        concerned.extend(self.watched.links.get(path).into_iter().flatten().cloned());
        concerned
    }

    fn is_within(&self, path: &Path) -> bool {
        self.paths.iter().any(|given| {
            path.strip_prefix(given)
                .is_ok_and(|rest| !rest.iter().any(is_passed_over))
        })
    }

    /// Returns whether what came or went may be a folder, or a link to one or to a file elsewhere. A link on
    /// the way to what is watched for stands beside it, under any name.
    fn may_lead_to_folder(
        &self,
        path: &Path,
        event: &Event,
        concerned: &BTreeSet<PathBuf>,
    ) -> bool {
        let is_beside =
            concerned.is_empty() && !self.paths.iter().any(|given| path.starts_with(given));
        is_beside
            || event.what.contains(ReadFlags::ISDIR)
            || self.watched.watches.contains_key(path)
            || self
                .watched
                .links
                .values()
                .flatten()
                .any(|link| link == path)
            || fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
    }

    /// Watches the folders that are there now and no others. Returns those in which something may have been
    /// missed, because they came or went.
    fn go_through_folders(&mut self) -> Result<BTreeSet<PathBuf>, PollReason> {
        let mut walk = Walk {
            inotify: &self.inotify,
            before: &self.watched.watches,
            found: Watched::default(),
            above: Vec::new(),
        };
        for path in &self.paths {
            walk.given(path)?;
        }
        let found = walk.found;
        let before = mem::replace(&mut self.watched, found);
        let now = &self.watched;
        for watch in before.folders.keys() {
            if !now.folders.contains_key(watch) {
                // One of a folder that is gone went with it.
                let _ = inotify::remove_watch(&self.inotify, *watch);
            }
        }
        let came = now.watches.iter();
        let came = came.filter(|(path, watch)| before.watches.get(*path) != Some(watch));
        let went = before.watches.iter();
        let went = went.filter(|(path, _)| !now.watches.contains_key(*path));
        let folders = came.chain(went).map(|(path, _)| path);
        Ok(folders.flat_map(|path| self.concerned(path)).collect())
    }
}

impl Late {
    fn add(&mut self, path: PathBuf, cookie: u32) {
        self.since.get_or_insert_with(Instant::now);
        self.paths.insert(path, cookie);
    }

    /// Takes what was moved away by the move with this number.
    fn moved(&mut self, cookie: u32) -> Vec<PathBuf> {
        let of_move = self.paths.iter();
        let of_move = of_move.filter(|(_, of)| cookie != 0 && **of == cookie);
        let moved: Vec<PathBuf> = of_move.map(|(path, _)| path.clone()).collect();
        for path in &moved {
            self.paths.remove(path);
        }
        moved
    }

    /// Takes everything, once it has waited for its time.
    fn due(&mut self) -> Vec<PathBuf> {
        if self.wait() != Some(Duration::ZERO) {
            return Vec::new();
        }
        mem::take(self).paths.into_keys().collect()
    }

    /// Returns how long it must still wait, where there is anything.
    fn wait(&self) -> Option<Duration> {
        self.since
            .map(|since| SETTLES.saturating_sub(since.elapsed()))
    }
}

/// One time through all folders.
struct Walk<'a> {
    inotify: &'a OwnedFd,
    before: &'a BTreeMap<PathBuf, i32>,
    found: Watched,
    /// The folders on the way to where it is: a link that leads back up would never end.
    above: Vec<i32>,
}

impl Walk<'_> {
    /// Watches what was asked for, and the folder in which it comes and goes.
    fn given(&mut self, path: &Path) -> Result<(), PollReason> {
        for above in path.ancestors().skip(1) {
            if let Some(watch) = self.watch(above)? {
                self.found(above, watch);
                break;
            }
        }
        self.something(path)
    }

    fn something(&mut self, path: &Path) -> Result<(), PollReason> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(_) if path.is_symlink() => self.link(path),
            _ => Ok(()),
        }
    }

    /// Watches the folder in which the file behind a link is.
    fn link(&mut self, path: &Path) -> Result<(), PollReason> {
        let Ok(file) = path.canonicalize() else {
            return Ok(());
        };
        if let Some(folder) = file.parent()
            && let Some(watch) = self.watch(folder)?
        {
            self.found(folder, watch);
        }
        let links = self.found.links.entry(file).or_default();
        links.push(path.to_owned());
        Ok(())
    }

    fn folder(&mut self, path: &Path) -> Result<(), PollReason> {
        // Watched before it is read: what comes after the reading is told.
        let Some(watch) = self.watch(path)? else {
            return Ok(());
        };
        if self.above.contains(&watch) {
            return Ok(());
        }
        self.found(path, watch);
        self.above.push(watch);
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            match (is_passed_over(&name), kind.is_dir(), kind.is_symlink()) {
                (false, true, _) => self.folder(&path.join(name))?,
                (false, _, true) => self.something(&path.join(name))?,
                _ => {}
            }
        }
        self.above.pop();
        Ok(())
    }

    fn watch(&mut self, path: &Path) -> Result<Option<i32>, PollReason> {
        // The parent of a path with one part.
        let here = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        if !self.before.contains_key(path) && is_of_other_machine(here) {
            return Err(PollReason::OtherMachine(here.to_owned()));
        }
        match inotify::add_watch(self.inotify, here, WATCHED) {
            Ok(watch) => Ok(Some(watch)),
            Err(Errno::NOSPC | Errno::NOMEM) => Err(PollReason::NoMoreWatches),
            // It went, or nobody may read it.
            Err(_) => Ok(None),
        }
    }

    fn found(&mut self, path: &Path, watch: i32) {
        let paths = self.found.folders.entry(watch).or_default();
        paths.insert(path.to_owned());
        self.found.watches.insert(path.to_owned(), watch);
    }
}
