//! Links to other sites: whether somebody who follows one gets a page.
//!
//! It asks as a reader would, and politely: each address once, one address of a site at a time with a pause between
//! them, and no further once a site says that it is too much. What cannot be known without being a person, such as a
//! page behind a sign-in, is told as unclear and never as dead.
//!
//! It does not read `robots.txt`: that is for programs that wander from link to link (RFC 9309), and here only what an
//! editor wrote down is asked. It knows no pages and no files; its invariant is that nothing is asked of an address
//! inside the own network unless somebody wants that.

mod asking;
mod cache;
mod network;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

pub use asking::MOST_REDIRECTS;
pub use cache::Cache;

/// How a check behaves towards others.
#[derive(Clone, Debug)]
pub struct Manners {
    /// How many sites are asked at a time.
    pub sites_at_once: usize,
    /// How long a site is left alone between two questions.
    pub pause: Duration,
    /// How long an answer may take.
    pub patience: Duration,
    /// Whether addresses inside the own network are asked too.
    pub own_network: bool,
}

impl Default for Manners {
    /// Eight sites at a time keeps a slow line free; half a second is slower than a reader who clicks, and fifteen
    /// longer than a reader waits.
    fn default() -> Manners {
        Manners {
            sites_at_once: 8,
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(15),
            own_network: false,
        }
    }
}

/// What became of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Outcome {
    /// There is a page.
    Good,
    /// There is a page, at an address that it has for good.
    Moved {
        /// That address.
        to: String,
    },
    /// There is no such page.
    Gone {
        /// The status of HTTP.
        status: u16,
    },
    /// The site has an error of its own.
    Failing {
        /// The status of HTTP.
        status: u16,
    },
    /// Nobody answers, or there is no such site.
    Unreachable {
        /// Why, in the words of the system.
        reason: String,
    },
    /// No answer came in time.
    Slow,
    /// It leads from one address to the next without end.
    Loop,
    /// Only a person can know.
    Unclear {
        /// Why, in a few words: `403`, or what is wrong with a certificate.
        reason: String,
    },
    /// It is inside the own network, and was not asked.
    OwnNetwork,
}

impl Outcome {
    /// Returns whether a reader gets a page.
    pub fn is_good(&self) -> bool {
        matches!(self, Outcome::Good | Outcome::Moved { .. })
    }
}

/// Asks for each address what becomes of it. `done` is told how many have been asked, each time one more was.
///
/// An address has no part behind a `#`, which is not sent to a site.
pub fn check(
    addresses: &BTreeSet<String>,
    manners: &Manners,
    done: &(dyn Fn(usize) + Sync),
) -> BTreeMap<String, Outcome> {
    let sites = Mutex::new(by_site(addresses));
    let outcomes = Mutex::new(BTreeMap::new());
    let work = || {
        let asker = asking::Asker::new(manners);
        loop {
            // In a statement of its own: the lock lasts as long as that, and others want a site too.
            let next = lock(&sites).pop_front();
            let Some(addresses) = next else {
                break;
            };
            asker.site(&addresses, |address, outcome| {
                let mut outcomes = lock(&outcomes);
                outcomes.insert(address.to_owned(), outcome);
                done(outcomes.len());
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..manners.sites_at_once.max(1) {
            scope.spawn(work);
        }
    });
    outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Sorts addresses by site, the one with the most first, so that nobody waits for it at the end.
fn by_site(addresses: &BTreeSet<String>) -> VecDeque<Vec<&str>> {
    let mut sites: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for address in addresses {
        let url = Url::parse(address).ok();
        let site = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        sites.entry(site.to_owned()).or_default().push(address);
    }
    let mut sites: Vec<Vec<&str>> = sites.into_values().collect();
    sites.sort_by_key(|addresses| std::cmp::Reverse(addresses.len()));
    sites.into()
}

/// A thread that panics leaves what others put there as it was.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
