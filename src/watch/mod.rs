//! Whether files may have changed: hints that come at once, and snapshots that tell what did.
//!
//! It does not know what the files are for, and never reads one. Invariant: a hint that is missed does
//! not exist; one too many does, and costs the look of a [`Snapshot`] or the reading of a file.
//!
//! The events of Linux are asked through `rustix`, which was there. The crate `notify` would bring ten
//! others, and hide what a portal needs to know: which paths one watch stands for, when one died, whether
//! a file is closed. Where there are no such events, folders are looked through again and again.

#[cfg(target_os = "linux")]
mod events;
#[cfg(target_os = "linux")]
mod file_system;
mod polling;
mod snapshot;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter, pipe};
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::clock::Clock;
use polling::Polling;

pub use snapshot::{Changes, Kind, Snapshot, Stamp};

/// What may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Files at these paths, or in the folders at them; each is one that was given to the watcher, or is
    /// below one. Not empty.
    Paths(BTreeSet<PathBuf>),
    /// Any file at all: events were lost.
    Anything,
}

impl Hint {
    /// Adds what another hint says.
    pub fn add(&mut self, other: Hint) {
        match (&mut *self, other) {
            (Hint::Paths(paths), Hint::Paths(others)) => paths.extend(others),
            _ => *self = Hint::Anything,
        }
    }
}

/// What a watcher tells.
#[derive(Debug)]
pub enum Notice {
    /// Something may have changed.
    Changed(Hint),
    /// From now on it looks through the folders at intervals, and why. It is told once at most.
    Polls(PollReason),
}

/// Why a watcher looks through the folders at intervals.
#[derive(Debug)]
pub enum PollReason {
    /// It was asked to.
    Asked,
    /// This folder is on a file system that tells nothing of changes that others make.
    OtherMachine(PathBuf),
    /// The limit of this machine on watched folders is reached (on Linux `fs.inotify.max_user_watches`).
    NoMoreWatches,
    /// The operating system has no such events, or refuses them.
    NoEvents(io::Error),
}

/// How changes are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// By the events of the operating system where they can be had, else by polling.
    #[default]
    Events,
    /// By looking through the folders at intervals.
    Polling,
}

/// Watches files and folders until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches files and folders, which need not be there yet. What changes after this returns is told:
    /// at once what was saved, after a moment what may be half of it. Hidden files and backups of editors
    /// are passed over, as they are where content is read.
    ///
    /// # Errors
    ///
    /// Fails where there is no thread or pipe for it.
    pub fn start(
        paths: Vec<PathBuf>,
        method: Method,
        clock: Arc<dyn Clock>,
        mut tell: impl FnMut(Notice) + Send + 'static,
    ) -> io::Result<Watcher> {
        let (stopped, stop) = pipe()?;
        let watching = Watching::begin(&paths, method, &*clock);
        let thread = thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || watching.go_on(paths, &*clock, &stopped, &mut tell))?;
        Ok(Watcher {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How files are watched, from a moment on.
enum Watching {
    #[cfg(target_os = "linux")]
    Events(events::Events),
    Polling(Polling, PollReason),
}

impl Watching {
    fn begin(paths: &[PathBuf], method: Method, clock: &dyn Clock) -> Watching {
        let polling = |reason| Watching::Polling(Polling::begin(paths, clock), reason);
        match method {
            Method::Polling => polling(PollReason::Asked),
            #[cfg(target_os = "linux")]
            Method::Events => match events::Events::begin(paths) {
                Ok(events) => Watching::Events(events),
                Err(reason) => polling(reason),
            },
            #[cfg(not(target_os = "linux"))]
            Method::Events => polling(PollReason::NoEvents(io::ErrorKind::Unsupported.into())),
        }
    }

    fn go_on(
        self,
        paths: Vec<PathBuf>,
        clock: &dyn Clock,
        stopped: &PipeReader,
        tell: &mut dyn FnMut(Notice),
    ) {
        let mut polling = match self {
            Watching::Polling(polling, reason) => {
                tell(Notice::Polls(reason));
                polling
            }
            #[cfg(target_os = "linux")]
            Watching::Events(mut events) => {
                let Err(reason) = events.go_on(stopped, tell) else {
                    return;
                };
                drop(events);
                let polling = Polling::begin(&paths, clock);
                tell(Notice::Polls(reason));
                tell(Notice::Changed(Hint::Anything));
                polling
            }
        };
        drop(paths);
        polling.go_on(clock, stopped, tell);
    }
}

/// Returns whether a file is passed over by its name, as where content is read: hidden ones, and backups of
/// editors.
fn is_passed_over(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") || name.ends_with(b"~")
}

/// Paths that are told together.
#[derive(Debug, Default)]
struct Gathered(BTreeSet<PathBuf>);

impl Gathered {
    /// Tells the paths, where there are any, and forgets them.
    fn tell(&mut self, tell: &mut dyn FnMut(Notice)) {
        if !self.0.is_empty() {
            tell(Notice::Changed(Hint::Paths(mem::take(&mut self.0))));
        }
    }
}

#[cfg(test)]
mod tests;
