//! What was found before, so that a site is not asked again each day.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Outcome;

/// How long a page that was there is taken to be there still.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a page that was not there is left alone.
const BAD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The version of the file; another one is as good as none.
const VERSION: u32 = 1;

/// Outcomes by address, each with its moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cache {
    version: u32,
    links: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    checked: Timestamp,
    #[serde(flatten)]
    outcome: Outcome,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            version: VERSION,
            links: BTreeMap::new(),
        }
    }
}

impl Cache {
    /// Reads what was found before. What cannot be read is found again.
    pub fn read(bytes: &[u8]) -> Cache {
        let cache: Option<Cache> = serde_json::from_slice(bytes).ok();
        cache
            .filter(|cache| cache.version == VERSION)
            .unwrap_or_default()
    }

    /// Returns what was found of an address, where that is not too long ago.
    pub fn fresh(&self, address: &str, now: Timestamp) -> Option<&Outcome> {
        let entry = self.links.get(address)?;
        let age = now.duration_since(entry.checked);
        // A moment to come is from a clock that was wrong.
        (age >= SignedDuration::ZERO && age < lasts(&entry.outcome)).then_some(&entry.outcome)
    }

    /// Keeps what was found of an address.
    pub fn keep(&mut self, address: &str, outcome: Outcome, now: Timestamp) {
        let entry = Entry {
            checked: now,
            outcome,
        };
        self.links.insert(address.to_owned(), entry);
    }

    /// Lets go of what is too long ago.
    pub fn tidy(&mut self, now: Timestamp) {
        self.links.retain(|_, entry| {
            let age = now.duration_since(entry.checked);
            age >= SignedDuration::ZERO && age < lasts(&entry.outcome)
        });
    }

    /// Writes all of it as JSON.
    pub fn to_json(&self) -> String {
        // A value of strings and numbers can be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

fn lasts(outcome: &Outcome) -> SignedDuration {
    match outcome.is_good() {
        true => GOOD_FOR,
        false => BAD_FOR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_good_lasts_a_week_and_what_was_not_a_day() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let after = |hours| now + SignedDuration::from_hours(hours);
        let mut cache = Cache::default();
        let to = "https://b.example/".to_owned();
        cache.keep("goed", Outcome::Moved { to: to.clone() }, now);
        cache.keep("weg", Outcome::Gone { status: 404 }, now);
        let mut cache = Cache::read(cache.to_json().as_bytes());
        let fresh = |cache: &Cache, hours| {
            let of = |address| cache.fresh(address, after(hours)).is_some();
            (of("goed"), of("weg"))
        };
        assert_eq!(cache.fresh("goed", now), Some(&Outcome::Moved { to }));
        assert_eq!(fresh(&cache, 0), (true, true));
        assert_eq!(fresh(&cache, 24), (true, false));
        assert_eq!(fresh(&cache, 7 * 24), (false, false));
        assert_eq!(fresh(&cache, -1), (false, false));
        cache.tidy(after(25));
        assert_eq!(fresh(&cache, 1), (true, false));
    }

    #[test]
    fn what_is_no_cache_is_empty() {
        for bytes in [&b""[..], b"{", b"{\"version\": 2, \"links\": {}}", b"[]"] {
            assert!(Cache::read(bytes).links.is_empty());
        }
    }
}
