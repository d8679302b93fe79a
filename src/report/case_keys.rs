//! New keys for new cases, made ahead.
//!
//! Making a key pair and sealing its secret half to everybody who is entitled takes longer than
//! writing a report to disk. It needs nothing of the report, so a thread does it while nobody waits.
//! Keys that were made ahead are only in memory. Invariant: a key is given out once, and it is sealed to
//! exactly the people that were asked for.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::report::seal::{Envelope, PublicKey, SealError, Sealed, SecretKey};

/// Keys that lie ready: enough for everybody in a department to report at the same moment, at about
/// three kibibytes each. Tests open stores by the hundred and need few.
const AHEAD: usize = if cfg!(test) { 4 } else { 512 };

/// Groups of people for whom keys lie ready at the same time: reporters choose among five recipients, and
/// a group that changed makes place.
const GROUPS: usize = 6;

/// The keys of a case that is about to be.
pub(super) struct NewCaseKeys {
    /// The secret half.
    pub(super) secret: SecretKey,
    /// The public half.
    pub(super) public: PublicKey,
    /// The secret half, sealed to everybody who is entitled; nothing where nobody is.
    pub(super) access: Option<Sealed>,
    /// An envelope for the first event.
    pub(super) envelope: Envelope,
}

/// Makes keys for new cases.
#[derive(Default)]
pub(super) struct KeyMaker {
    /// The group that was asked for last at the end.
    ahead: Mutex<Vec<Ahead>>,
}

/// Keys that are made ahead for the same people.
struct Ahead {
    entitled: Vec<PublicKey>,
    keys: Receiver<NewCaseKeys>,
}

impl KeyMaker {
    /// Gives keys for a case that these people may open, made ahead where there are any left.
    pub(super) fn keys(&self, entitled: &[PublicKey]) -> Result<NewCaseKeys, SealError> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ahead.iter().position(|group| group.entitled == entitled);
        let group = match known {
            Some(at) => Some(ahead.remove(at)),
            None => Ahead::start(entitled),
        };
        let made = group.as_ref().and_then(|group| group.keys.try_recv().ok());
        ahead.extend(group);
        if ahead.len() > GROUPS {
            // Its thread ends when nobody can receive from it.
            ahead.remove(0);
        }
        drop(ahead);
        made.map_or_else(|| NewCaseKeys::make(entitled), Ok)
    }
}

impl Ahead {
    fn start(entitled: &[PublicKey]) -> Option<Ahead> {
        let (sender, keys) = sync_channel(AHEAD);
        let entitled = entitled.to_vec();
        let people = entitled.clone();
        thread::Builder::new()
            .name("case-keys".to_owned())
            .spawn(move || make_ahead(&people, &sender))
            .ok()?;
        Some(Ahead { entitled, keys })
    }
}

fn make_ahead(entitled: &[PublicKey], ready: &SyncSender<NewCaseKeys>) {
    while let Ok(keys) = NewCaseKeys::make(entitled) {
        if ready.send(keys).is_err() {
            return;
        }
    }
}

impl NewCaseKeys {
    fn make(entitled: &[PublicKey]) -> Result<NewCaseKeys, SealError> {
        let secret = SecretKey::generate();
        let public = secret.public();
        let access = if entitled.is_empty() {
            None
        } else {
            Some(Sealed::to_keys(secret.to_text().as_bytes(), entitled)?)
        };
        Ok(NewCaseKeys {
            envelope: Envelope::to_keys(std::slice::from_ref(&public))?,
            secret,
            public,
            access,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_keys_of_its_own_for_exactly_the_people_asked_for() {
        let people: Vec<SecretKey> = (0..2).map(|_| SecretKey::generate()).collect();
        let maker = KeyMaker::default();
        let mut seen = Vec::new();
        for round in 0..4 * GROUPS {
            let entitled = [people[round % 2].public()];
            let keys = maker.keys(&entitled).unwrap();
            let access = keys.access.unwrap();
            let opened = access.open(&people[round % 2]).unwrap();
            assert_eq!(&**opened, keys.secret.to_text().as_bytes());
            assert!(access.open(&people[(round + 1) % 2]).is_err());
            assert!(!seen.contains(&keys.public));
            seen.push(keys.public);
        }
    }

    #[test]
    fn groups_that_nobody_asks_for_make_place() {
        let maker = KeyMaker::default();
        for _ in 0..2 * GROUPS {
            maker.keys(&[SecretKey::generate().public()]).unwrap();
        }
        assert_eq!(maker.ahead.lock().unwrap().len(), GROUPS);
    }

    #[test]
    fn a_case_that_nobody_may_open_has_keys_all_the_same() {
        let keys = KeyMaker::default().keys(&[]).unwrap();
        assert!(keys.access.is_none());
        let sealed = keys.envelope.seal(b"a").unwrap();
        assert!(sealed.open(&keys.secret).is_ok());
    }
}
