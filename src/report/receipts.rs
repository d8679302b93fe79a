//! Which case a receipt code may open.
//!
//! A wrong code costs the same work as a right one: a passphrase is always tried, one at a time, where
//! no case can be meant on a seal that nothing opens. Invariant: what is kept here is the part of codes
//! that stands on disk in the clear.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};

use crate::randomness::Randomness;
use crate::report::case::Cover;
use crate::report::event::Event;
use crate::report::ids::CaseId;
use crate::report::receipt::{Locator, ReceiptCode};
use crate::report::seal::{RANDOM_WORK, SealError, Sealed, SecretKey};

/// The passphrase that is tried where a code is none.
const NO_PASSPHRASE: &str = "000000000000000";

/// Finds cases by the first part of receipt codes.
pub(super) struct Receipts {
    cases: RwLock<HashMap<Locator, Vec<CaseId>>>,
    /// A seal whose passphrase nobody has.
    nothing: Sealed,
    one_at_a_time: Mutex<()>,
}

/// A case with its secret key.
pub(super) struct Unlocked {
    pub(super) secret: SecretKey,
    pub(super) cover: Box<Cover>,
    pub(super) events: Vec<Event>,
}

impl Receipts {
    /// Knows no case yet.
    pub(super) fn empty(randomness: &dyn Randomness) -> Result<Receipts, SealError> {
        let nobodys = SecretKey::generate().to_text();
        Ok(Receipts {
            cases: RwLock::default(),
            nothing: Sealed::to_passphrase(nobodys.as_bytes(), &nobodys, RANDOM_WORK, randomness)?,
            one_at_a_time: Mutex::default(),
        })
    }

    /// Takes in a case that is stored.
    pub(super) fn add(&self, locator: Locator, case: CaseId) {
        let mut cases = self.cases.write().unwrap_or_else(PoisonError::into_inner);
        let known = cases.entry(locator).or_default();
        if !known.contains(&case) {
            known.push(case);
        }
    }

    /// Forgets a case that was erased.
    pub(super) fn forget(&self, locator: &Locator, case: CaseId) {
        let mut cases = self.cases.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cases.get_mut(locator) {
            known.retain(|id| *id != case);
        }
    }

    /// Opens the case that a code is for, among those that `read` gives. Without a code, or where it
    /// opens none, there is none.
    pub(super) fn open<E>(
        &self,
        code: Option<&ReceiptCode>,
        read: impl Fn(CaseId) -> Result<Option<(Box<Cover>, Vec<Event>)>, E>,
    ) -> Result<Option<Unlocked>, E> {
        let candidates = code.map_or_else(Vec::new, |code| self.candidates(code));
        let passphrase = code.map(ReceiptCode::passphrase);
        let passphrase = passphrase
            .as_ref()
            .map_or(NO_PASSPHRASE, |text| text.as_str());
        let _alone = self
            .one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut tried = false;
        for case in candidates {
            let Some((cover, events)) = read(case)? else {
                continue;
            };
            tried = true;
            if let Some(secret) = open_with(&cover, passphrase) {
                return Ok(Some(Unlocked {
                    secret,
                    cover,
                    events,
                }));
            }
        }
        if !tried {
            // The result is known; the work is what counts.
            let _ = self.nothing.open_with_passphrase(passphrase);
        }
        Ok(None)
    }

    fn candidates(&self, code: &ReceiptCode) -> Vec<CaseId> {
        let cases = self.cases.read().unwrap_or_else(PoisonError::into_inner);
        cases.get(&code.locator()).cloned().unwrap_or_default()
    }
}

/// Returns the secret key of a case, where the rest of a receipt code opens it.
pub(super) fn open_with(cover: &Cover, passphrase: &str) -> Option<SecretKey> {
    let sealed = &cover.keys.receipt.sealed;
    cover.secret_key(&sealed.open_with_passphrase(passphrase).ok()?)
}
