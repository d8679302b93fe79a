//! Which visits to My report have ended.
//!
//! The pages of a visit carry its number, and the code. A browser can send a page of long ago again, with
//! its code; a visit that was closed or left shows nothing then. Invariant: as in
//! [`crate::receiver::generations`], only keyed hashes are kept, and no more than two generations of them. What
//! is not known here, such as a visit from before a restart, begins anew.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::guard::lock;
use crate::receiver::generations::Generations;

/// Time without a page after which a visit ends. Long enough to be called away from a message, which is
/// kept all the same; short enough that the next person at a shared computer finds nothing. OWASP's
/// session management guide names 15 to 30 minutes where the risk is low.
pub(super) const IDLE_TIME: Duration = Duration::from_secs(30 * 60);

/// Visits in one generation; people who follow a report in the same hour, several times over.
const VISITS: usize = 16 * 1024;

/// Remembers visits for as long as the process lives.
#[derive(Debug)]
pub(in crate::receiver) struct Visits {
    seen: Mutex<Generations<Seen>>,
}

#[derive(Clone, Copy, Debug)]
enum Seen {
    Used(Instant),
    Closed,
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Its reporter closed it.
    Closed,
    /// It was not used for [`IDLE_TIME`].
    Left,
}

impl Default for Visits {
    fn default() -> Visits {
        Visits {
            seen: Mutex::new(Generations::of(VISITS)),
        }
    }
}

impl Visits {
    /// Returns whether a visit has ended, and how.
    pub(super) fn ended(&self, visit: &str) -> Option<Ended> {
        match lock(&self.seen).get(visit)? {
            Seen::Closed => Some(Ended::Closed),
            Seen::Used(last) => (last.elapsed() >= IDLE_TIME).then_some(Ended::Left),
        }
    }

    /// Remembers that a visit shows a report now, unless it was closed meanwhile.
    pub(super) fn use_now(&self, visit: &str) {
        let mut seen = lock(&self.seen);
        if !matches!(seen.get(visit), Some(Seen::Closed)) {
            seen.put(visit, Seen::Used(Instant::now()));
        }
    }

    /// Ends a visit.
    pub(super) fn close(&self, visit: &str) {
        lock(&self.seen).put(visit, Seen::Closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_visit_ends_when_it_is_closed_or_left() {
        let visits = Visits::default();
        assert_eq!(visits.ended("a"), None);
        visits.use_now("a");
        visits.use_now("b");
        tokio::time::sleep(IDLE_TIME - Duration::from_secs(1)).await;
        visits.use_now("a");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(visits.ended("a"), None);
        assert_eq!(visits.ended("b"), Some(Ended::Left));
        visits.close("a");
        visits.use_now("a");
        assert_eq!(visits.ended("a"), Some(Ended::Closed));
    }
}
