//! What a wrong receipt code costs: time that is the same for every wrong one, and a wait that grows.
//!
//! Codes of one client are tried one after the other, in the order in which they came, so that trying
//! many at once gains nothing. A right code waits for its turn and for nothing else; nobody is locked
//! out for good. Invariant: as in [`crate::receiver::client`], only keyed hashes of networks are kept.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turns, OwnedMutexGuard, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::receiver::connections::network;

/// Time that every wrong code takes. What really happens takes a tenth of it on a slow machine, whatever
/// is wrong with the code; somebody who mistypes hardly notices it.
pub(super) const WRONG_TIME: Duration = Duration::from_millis(500);

/// Wrong codes that cost nothing more: two people behind one address who both misread a letter.
const FREE: u32 = 5;

/// The wait after the first wrong code that is not free; each one after it doubles the wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait. A code has 75 secret bits: this is to be a nuisance to a program, and no more than
/// a pause to colleagues behind the same address.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Time after the last wrong code after which they are forgotten: a new try begins like the first.
const FORGET_TIME: Duration = Duration::from_secs(15 * 60);

/// Time that a request to open a report is held before its reporter is told to wait: longer than that,
/// a page that does not come looks broken.
pub(super) const OPENING_PATIENCE: Duration = Duration::from_secs(4);

/// Time that a request with something typed in it is held: the longest wait and those who came before.
/// It is better held than sent back.
pub(super) const ACT_PATIENCE: Duration = Duration::from_secs(75);

/// Requests of one client that wait for their turn at once: an office behind one address that opens its
/// mail at nine. More are told to wait.
const WAITING: usize = 32;

/// Clients in one generation of the table; two generations of this size take about 4 MiB.
const CLIENTS: usize = 16 * 1024;

/// Codes in one generation of the table of right ones; people who follow a report in the same hour.
const RIGHT_CODES: usize = 4 * 1024;

/// Lets codes be tried.
#[derive(Debug)]
pub(in crate::receiver) struct Guard {
    clients: usize,
    hasher: RandomState,
    tries: Mutex<Generations<Arc<Client>>>,
    right: Mutex<Generations<()>>,
}

/// A table that forgets: when the young half is full it becomes the old one.
#[derive(Debug)]
pub(super) struct Generations<V> {
    pub(super) young: HashMap<u64, V>,
    pub(super) old: HashMap<u64, V>,
}

/// The tries of one client.
#[derive(Debug)]
struct Client {
    waiting: Semaphore,
    tries: Arc<Turns<Tries>>,
}

#[derive(Debug, Default)]
struct Tries {
    wrong: u32,
    last_wrong: Option<Instant>,
}

/// The client must come back after so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait(pub(super) u64);

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The code opens a report.
    Right,
    /// It opens none.
    Wrong,
}

impl Default for Guard {
    fn default() -> Guard {
        Guard {
            clients: CLIENTS,
            hasher: RandomState::new(),
            tries: Mutex::default(),
            right: Mutex::default(),
        }
    }
}

impl Guard {
    /// Tries a code for a client when it is its turn. A wrong one ends after [`WRONG_TIME`].
    ///
    /// A code that was right a moment ago does not wait: whoever follows a report is not stopped in the
    /// middle of a message by what others behind the same address type.
    ///
    /// # Errors
    ///
    /// Fails where the turn does not come before `patience` ends.
    pub(super) async fn attempt<T>(
        &self,
        client: IpAddr,
        code: &str,
        patience: Duration,
        attempt: impl Future<Output = (Verdict, T)>,
    ) -> Result<T, Wait> {
        let key = self.hasher.hash_one(code);
        if lock(&self.right).get(key).is_some() {
            let (verdict, result) = attempt.await;
            // What was right may be erased meanwhile; then it is a code like any other.
            if verdict == Verdict::Right {
                return Ok(result);
            }
            sleep(WRONG_TIME).await;
            return Ok(result);
        }
        let client = self.client(client);
        let mut tries = client.turn(patience).await?;
        let begun = Instant::now();
        let (verdict, result) = attempt.await;
        match verdict {
            Verdict::Right => lock(&self.right).put(key, (), RIGHT_CODES),
            Verdict::Wrong => {
                // Counted before the wait: whoever does not stay for the answer has tried all the same.
                tries.wrong = tries.wrong.saturating_add(1);
                tries.last_wrong = Some(begun + WRONG_TIME);
                sleep_until(begun + WRONG_TIME).await;
            }
        }
        Ok(result)
    }

    fn client(&self, address: IpAddr) -> Arc<Client> {
        let key = self.hasher.hash_one(network(address));
        let mut tries = lock(&self.tries);
        let client = tries.get(key).cloned().unwrap_or_default();
        tries.put(key, Arc::clone(&client), self.clients);
        client
    }
}

impl Default for Client {
    fn default() -> Client {
        Client {
            waiting: Semaphore::new(WAITING),
            tries: Arc::default(),
        }
    }
}

impl Client {
    /// Waits for the turn of a request and for the time after the last wrong code.
    async fn turn(&self, patience: Duration) -> Result<OwnedMutexGuard<Tries>, Wait> {
        let end = Instant::now() + patience;
        let _waits = self.waiting.try_acquire().map_err(|_| LONGEST)?;
        let turn = timeout_at(end, Arc::clone(&self.tries).lock_owned()).await;
        let mut tries = turn.map_err(|_| LONGEST)?;
        let from = tries.next_try();
        if from > end {
            let wait = from.saturating_duration_since(Instant::now());
            return Err(Wait::of(wait));
        }
        sleep_until(from).await;
        tries.forget();
        Ok(tries)
    }
}

const LONGEST: Wait = Wait(LONGEST_WAIT.as_secs());

impl Wait {
    fn of(wait: Duration) -> Wait {
        Wait(wait.as_secs().saturating_add(1).min(LONGEST.0))
    }
}

impl Tries {
    fn next_try(&self) -> Instant {
        let now = Instant::now();
        self.last_wrong
            .map_or(now, |last| now.max(last + wait_after(self.wrong)))
    }

    fn forget(&mut self) {
        if self
            .last_wrong
            .is_some_and(|last| last.elapsed() >= FORGET_TIME)
        {
            *self = Tries::default();
        }
    }
}

/// Returns how long to wait after so many wrong codes.
fn wait_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE + 1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_WAIT
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(LONGEST_WAIT),
    }
}

impl<V> Default for Generations<V> {
    fn default() -> Generations<V> {
        Generations {
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }
}

impl<V> Generations<V> {
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    pub(super) fn put(&mut self, key: u64, value: V, most: usize) {
        if self.young.len() >= most && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    const LONG: Duration = Duration::from_secs(3600);

    async fn attempt(
        guard: &Guard,
        client: IpAddr,
        patience: Duration,
        verdict: Verdict,
    ) -> Result<Duration, Wait> {
        let begun = Instant::now();
        let code = format!("{verdict:?}");
        let tried = guard.attempt(client, &code, patience, ready((verdict, ())));
        tried.await.map(|()| begun.elapsed())
    }

    /// Returns the milliseconds that so many wrong codes took.
    async fn wrong(guard: &Guard, times: usize) -> Vec<u128> {
        let mut took = Vec::new();
        for _ in 0..times {
            let time = attempt(guard, CLIENT, LONG, Verdict::Wrong).await.unwrap();
            took.push(time.as_millis());
        }
        took
    }

    #[tokio::test(start_paused = true)]
    async fn each_wrong_code_takes_the_same_and_then_waits_grow_to_a_cap() {
        let guard = Guard::default();
        assert_eq!(
            wrong(&guard, 13).await,
            [
                500, 500, 500, 500, 500, 500, 1500, 2500, 4500, 8500, 16500, 30500, 30500
            ]
        );
        sleep(FORGET_TIME).await;
        assert_eq!(wrong(&guard, 2).await, [500, 500]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_told_how_long() {
        let guard = Guard::default();
        wrong(&guard, 9).await;
        let told = attempt(&guard, CLIENT, OPENING_PATIENCE, Verdict::Right).await;
        assert_eq!(told, Err(Wait(9)));
        sleep(Duration::from_secs(5)).await;
        let told = attempt(&guard, CLIENT, OPENING_PATIENCE, Verdict::Right).await;
        assert_eq!(told, Ok(Duration::from_secs(3)));
        assert_eq!(
            attempt(&guard, OTHER, OPENING_PATIENCE, Verdict::Wrong).await,
            Ok(WRONG_TIME)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn trying_many_at_once_gains_nothing() {
        let guard = Guard::default();
        let begun = Instant::now();
        let (first, second, third) = tokio::join!(
            attempt(&guard, CLIENT, LONG, Verdict::Wrong),
            attempt(&guard, CLIENT, LONG, Verdict::Wrong),
            attempt(&guard, CLIENT, LONG, Verdict::Wrong),
        );
        assert_eq!(first, Ok(WRONG_TIME));
        assert_eq!(second, Ok(WRONG_TIME * 2));
        assert_eq!(third, Ok(WRONG_TIME * 3));
        assert_eq!(begun.elapsed(), WRONG_TIME * 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_stay_for_the_answer_has_tried_all_the_same() {
        let guard = Guard::default();
        for _ in 0..8 {
            let tried = attempt(&guard, CLIENT, LONG, Verdict::Wrong);
            // A right code is answered long before that.
            let gone = tokio::time::timeout(Duration::from_millis(100), tried).await;
            assert!(gone.is_err());
            sleep(Duration::from_secs(10)).await;
        }
        let tried = attempt(&guard, CLIENT, LONG, Verdict::Wrong);
        let gone = tokio::time::timeout(Duration::from_millis(100), tried).await;
        assert!(gone.is_err());
        let told = attempt(&guard, CLIENT, OPENING_PATIENCE, Verdict::Right).await;
        assert_eq!(told, Err(Wait(9)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_that_was_right_is_not_stopped_by_the_wrong_ones_of_others() {
        let guard = Guard::default();
        let right = || attempt(&guard, CLIENT, OPENING_PATIENCE, Verdict::Right);
        assert_eq!(right().await, Ok(Duration::ZERO));
        wrong(&guard, 12).await;
        assert_eq!(right().await, Ok(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_can_wait_are_told_to_come_back() {
        let guard = Guard::default();
        let client = guard.client(CLIENT);
        let _all = client
            .waiting
            .try_acquire_many(u32::try_from(WAITING).unwrap())
            .unwrap();
        assert_eq!(
            attempt(&guard, CLIENT, LONG, Verdict::Right).await,
            Err(LONGEST)
        );
    }

    #[test]
    fn the_table_stays_bounded() {
        let guard = Guard {
            clients: 100,
            ..Guard::default()
        };
        for number in 0..10_000_u32 {
            guard.client(IpAddr::V4(std::net::Ipv4Addr::from_bits(number)));
        }
        let tries = guard.tries.lock().unwrap();
        assert!(tries.young.len() + tries.old.len() <= 200);
    }
}
