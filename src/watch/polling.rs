//! Looking through folders at intervals.

use std::io::PipeReader;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::snapshot::Snapshot;
use super::{Gathered, Hint, Notice};
use crate::clock::Clock;

/// Shortest time between two looks: what an editor hardly notices after saving.
const PAUSE: Duration = Duration::from_millis(500);

/// How many times as long as the look itself the pause lasts at least, so that a slow network or many
/// files take no more than a tenth of the time.
const PAUSE_PER_LOOK: u32 = 9;

/// Watches by comparing snapshots.
pub(super) struct Polling {
    snapshot: Snapshot,
    pause: Duration,
}

impl Polling {
    /// Looks for the first time: what changes from now on is told.
    pub(super) fn begin(paths: &[PathBuf], clock: &dyn Clock) -> Polling {
        let started = Instant::now();
        let snapshot = Snapshot::take(paths.to_vec(), clock.now());
        Polling {
            snapshot,
            pause: pause_after(started.elapsed()),
        }
    }

    /// Goes on until the other end of the pipe is closed.
    pub(super) fn go_on(
        &mut self,
        clock: &dyn Clock,
        stopped: &PipeReader,
        tell: &mut dyn FnMut(Notice),
    ) {
        while !is_stopped_within(stopped, self.pause) {
            let started = Instant::now();
            let changes = self.snapshot.refresh(&Hint::Anything, clock.now());
            Gathered(changes.into_paths()).tell(tell);
            self.pause = pause_after(started.elapsed());
        }
    }
}

fn pause_after(look: Duration) -> Duration {
    PAUSE.max(look.saturating_mul(PAUSE_PER_LOOK))
}

fn is_stopped_within(stopped: &PipeReader, pause: Duration) -> bool {
    let pause = Timespec::try_from(pause).ok();
    poll(&mut [PollFd::new(stopped, PollFlags::IN)], pause.as_ref()).is_ok_and(|ready| ready > 0)
}
