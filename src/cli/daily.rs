//! What `serve` does by itself once a day, and when it starts: what time has run out for, and erasing
//! what has been kept for its time.
//!
//! It runs on a thread of its own, beside the receiver. Invariant: what it tells the log is counts.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::{self, Clock};
use crate::receiver::LogEntry;
use crate::report::retention::{Rule, Rules};
use crate::report::store::Store;

/// The hour at which the day's work is done, in the Netherlands: few people report then, and the hour
/// is there once on every day, also when the clock changes.
const HOUR: i8 = 4;

/// Longest time between two looks at the clock. Somebody can set it, and a machine that sleeps does not
/// count how long.
const LOOK: Duration = Duration::from_secs(10 * 60);

/// Work that is done every day, until this is dropped.
pub(super) struct Daily {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Daily {
    /// Starts the work now and on every day that follows.
    pub(super) fn start(
        clock: Arc<dyn Clock>,
        mut work: impl FnMut() + Send + 'static,
    ) -> io::Result<Daily> {
        let (stop, stopped) = channel::<()>();
        let thread = thread::Builder::new()
            .name("daily".to_owned())
            .spawn(move || {
                let mut days = Days::default();
                loop {
                    days.look(clock.now(), &mut work);
                    if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                }
            })?;
        Ok(Daily {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Daily {
    /// Waits for the work that is under way.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The days on which the work was done.
#[derive(Default)]
struct Days {
    done: Option<Date>,
}

impl Days {
    /// Does the work where it is due. A mistake in it, which the panic itself tells, costs one day.
    fn look(&mut self, now: Timestamp, work: &mut dyn FnMut()) {
        if self.is_due(now) {
            let _ = catch_unwind(AssertUnwindSafe(work));
        }
    }

    /// Returns whether the work is to be done now, and counts it as done: at the first look, and after
    /// that once a day from the fixed hour on.
    fn is_due(&mut self, now: Timestamp) -> bool {
        let now = now.to_zoned(clock::time_zone());
        // Before the hour, the work of the day before still counts.
        let day = if now.hour() < HOUR {
            now.date().yesterday().unwrap_or(now.date())
        } else {
            now.date()
        };
        let is_due = self.done.is_none_or(|done| done < day);
        if is_due {
            self.done = Some(day);
        }
        is_due
    }
}

/// Does the work of one day and returns what to log: nothing where there was nothing to do.
pub(super) fn work(store: &Store, rules: &Rules) -> Vec<LogEntry> {
    let mut entries = Vec::new();
    let mut tell = |reason: String| entries.push(LogEntry::DailyFailed { reason });
    let owed = store
        .do_what_is_owed()
        .map_err(|error| tell(error.to_string()));
    let purged = store.purge(rules).map_err(|error| tell(error.to_string()));
    let submissions = store
        .erase_submissions()
        .map_err(|error| tell(error.to_string()));
    let (owed, purged) = (owed.unwrap_or_default(), purged.unwrap_or_default());
    let submissions = submissions.unwrap_or_default();
    let erased = purged.erased.iter();
    let names = erased.filter(|erasure| erasure.rule == Rule::Names).count();
    let failed = owed.failed.len() + purged.failed.len() + submissions.failed.len();
    let done = owed.actions + purged.erased.len() + submissions.erased.len();
    if done + purged.held.len() + submissions.damaged + failed > 0 {
        entries.push(LogEntry::Daily {
            acted: owed.actions,
            erased: purged.erased.len().saturating_sub(names),
            names,
            submissions: submissions.erased.len(),
            damaged: submissions.damaged,
            held: purged.held.len(),
            failed,
        });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;

    use tempfile::TempDir;

    use crate::clock::FixedClock;
    use crate::randomness::SystemRandomness;
    use crate::report::lifecycle::Lifecycle;
    use crate::report::store::{StoreSettings, Surroundings};

    #[test]
    fn a_submission_that_cannot_be_read_is_told_every_day() {
        let data = TempDir::new().unwrap();
        let folder = data.path().join("submissions/bel-mij");
        fs::create_dir_all(&folder).unwrap();
        let around = Surroundings {
            clock: Arc::new(FixedClock(Timestamp::UNIX_EPOCH)),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
        };
        let settings = StoreSettings {
            least_free_bytes: 0,
        };
        let store = Store::open(data.path(), around, settings).unwrap().0;
        assert!(work(&store, &Rules::default()).is_empty());
        fs::File::create(folder.join("7K3QX9M2PD-00001.json")).unwrap();
        for _ in 0..2 {
            let told = work(&store, &Rules::default());
            assert!(
                matches!(*told, [LogEntry::Daily { damaged: 1, .. }]),
                "{told:?}"
            );
        }
    }

    #[test]
    fn the_work_is_done_at_the_start_and_then_once_a_day_from_four_on() {
        let mut days = Days::default();
        let mut due = |moment: &str| days.is_due(moment.parse().unwrap());
        assert!(due("2026-03-28T01:00:00Z"));
        assert!(!due("2026-03-28T02:59:59Z"));
        assert!(due("2026-03-28T03:00:00Z"));
        assert!(!due("2026-03-28T23:30:00Z"));
        // Summer time begins: four o'clock is an hour earlier, and there is one.
        assert!(!due("2026-03-29T01:59:59Z"));
        assert!(due("2026-03-29T02:00:00Z"));
        assert!(!due("2026-03-29T20:00:00Z"));
        // The machine slept for days, and then somebody set its clock back.
        assert!(due("2026-04-05T12:00:00Z"));
        assert!(!due("2026-04-04T12:00:00Z"));
        assert!(due("2026-04-06T12:00:00Z"));
    }

    #[test]
    fn a_mistake_costs_one_day() {
        let mut days = Days::default();
        let mut done = 0;
        let mut work = || {
            done += 1;
            assert_ne!(done, 1, "the first day goes wrong");
        };
        for day in [
            "2026-11-20T12:00:00Z",
            "2026-11-20T13:00:00Z",
            "2026-11-21T12:00:00Z",
        ] {
            days.look(day.parse().unwrap(), &mut work);
        }
        assert_eq!(done, 2);
    }

    #[test]
    fn stopping_waits_for_the_work_and_for_nothing_else() {
        let (told, done) = channel();
        let clock = Arc::new(FixedClock(Timestamp::UNIX_EPOCH));
        let daily = Daily::start(clock, move || told.send(()).unwrap()).unwrap();
        done.recv().unwrap();
        drop(daily);
        assert!(done.recv().is_err(), "the work was done twice");
    }
}
