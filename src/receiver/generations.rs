//! A table that forgets, so that it stays bounded whoever fills it.
//!
//! When the young half is full it becomes the old one, and the old one is forgotten. A crowd so makes
//! room for itself. Invariant: what something is remembered by is in no memory but as a hash with a key
//! that lives as long as the process.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// Values by the hashes of what they are remembered by.
#[derive(Debug)]
pub(super) struct Generations<V> {
    most: usize,
    hasher: RandomState,
    young: HashMap<u64, V>,
    old: HashMap<u64, V>,
}

impl<V> Generations<V> {
    /// Makes a table of which one generation has at most so many values.
    pub(super) fn of(most: usize) -> Generations<V> {
        Generations {
            most,
            hasher: RandomState::new(),
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    pub(super) fn get(&self, key: impl Hash) -> Option<&V> {
        let key = self.hasher.hash_one(key);
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    pub(super) fn put(&mut self, key: impl Hash, value: V) {
        let key = self.hasher.hash_one(key);
        if self.young.len() >= self.most && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_remembered_and_the_table_stays_bounded() {
        let mut table = Generations::of(100);
        for number in 0..10_000 {
            table.put(number, number);
            assert!(table.young.len() + table.old.len() <= 200);
            for remembered in [number, (number - 99).max(0)] {
                assert_eq!(table.get(remembered), Some(&remembered));
            }
        }
        assert_eq!(table.get(9_000), None);
    }

    #[test]
    fn what_is_put_again_stays_and_has_its_last_value() {
        let mut table = Generations::of(10);
        for number in 0..1_000 {
            table.put("kept", number);
            table.put(number.to_string().as_str(), number);
            assert_eq!(table.get("kept"), Some(&number));
        }
    }
}
