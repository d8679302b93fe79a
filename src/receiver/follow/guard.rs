//! What a wrong receipt code costs: time that is the same for every wrong one, and a wait that grows.
//!
//! Only wrong answers wait. Every code is tried at once: a right one is answered, a wrong one takes the
//! next place in the queue of wrong answers of its client. So nobody who has a right code is held up by
//! what others behind the same address type, and trying many at once or hanging up moves no place
//! forward. Invariant: as in [`crate::receiver::generations`], only keyed hashes of networks are kept.

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::spawn;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use crate::receiver::connections::network;
use crate::receiver::generations::Generations;
use crate::receiver::limits::POSTS_AT_ONCE;

/// Time that every wrong code takes. What really happens takes a tenth of it on a slow machine, whatever
/// is wrong with the code; somebody who mistypes hardly notices it. Wrong answers of one client are at
/// least so far apart, so that no more than eight are held for longer than this.
const WRONG_TIME: Duration = Duration::from_millis(500);

/// Wrong codes that cost nothing more: two people behind one address who both misread a letter.
const FREE: u32 = 5;

/// The wait after the first wrong code that is not free; each one after it doubles the wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait. A code has 75 secret bits: this is to be a nuisance to a program, and no more than
/// a pause to somebody who mistypes behind the same address.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Time after the last wrong code after which they are forgotten: a new try begins like the first.
const FORGET_TIME: Duration = Duration::from_secs(15 * 60);

/// Time that a request is held, before its turn and with a wrong answer, until its reporter is told to
/// wait instead: longer than that, a page that does not come looks broken.
const PATIENCE: Duration = Duration::from_secs(4);

/// Requests of one client that wait until their code is tried: as many as it may send at once, so that
/// whoever is let in gets a turn. A try takes a few milliseconds; only a disk in trouble fills this.
const WAITING: u32 = POSTS_AT_ONCE;

/// Clients in one generation of the table; two generations of this size take about 4 MiB.
const CLIENTS: usize = 16 * 1024;

/// Lets codes be tried.
#[derive(Debug)]
pub(in crate::receiver) struct Guard {
    tries: Mutex<Generations<Arc<Client>>>,
    /// The store tries one code at a time; who waits for it here holds no thread.
    store: Arc<Semaphore>,
}

/// The tries of one client.
#[derive(Debug)]
struct Client {
    waiting: Semaphore,
    /// One code at a time, so that a client takes one place among all others who wait for the store.
    turn: Arc<Semaphore>,
    tries: Mutex<Tries>,
}

#[derive(Debug, Default)]
struct Tries {
    wrong: u32,
    /// When the last wrong code came and from when the next one is answered.
    last: Option<(Instant, Instant)>,
}

/// The turns of a try: of its client and of all.
type Turn = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// Why a try has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::receiver) enum NoAnswer {
    /// The client must come back after so many seconds.
    Wait(u64),
    /// The try broke off; only a mistake in this program does that.
    Failed,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::receiver) enum Verdict {
    /// The code opens nothing.
    Wrong,
    /// It opens a report, or trouble of ours stood in the way, which is no fault of whoever typed it.
    NotWrong,
}

impl Default for Guard {
    fn default() -> Guard {
        Guard {
            tries: Mutex::new(Generations::of(CLIENTS)),
            store: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Guard {
    /// Tries a code for a client, and holds a wrong answer back until it is its turn, at least for
    /// [`WRONG_TIME`].
    ///
    /// # Errors
    ///
    /// Fails where a wrong answer would be held for too long, or the code cannot be tried soon.
    pub(in crate::receiver) async fn attempt<T: Send + 'static>(
        &self,
        client: IpAddr,
        attempt: impl Future<Output = (Verdict, T)> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let client = self.client(client);
        let turn = self.turn(&client).await?;
        let begun = Instant::now();
        // A task of its own: whoever does not stay for the answer has tried all the same.
        let tried = spawn(async move {
            let _turn = turn;
            let (verdict, result) = attempt.await;
            let place = match verdict {
                Verdict::Wrong => Some(lock(&client.tries).wrong(begun)),
                Verdict::NotWrong => None,
            };
            (place, result)
        });
        let (place, result) = tried.await.map_err(|_| NoAnswer::Failed)?;
        match place {
            None => Ok(result),
            Some(Ok(place)) => {
                sleep_until(place).await;
                Ok(result)
            }
            Some(Err(wait)) => {
                sleep_until(begun + WRONG_TIME).await;
                Err(wait)
            }
        }
    }

    /// Waits until a code of a client may be tried.
    async fn turn(&self, client: &Client) -> Result<Turn, NoAnswer> {
        let late = NoAnswer::wait(LONGEST_WAIT);
        let _waits = client.waiting.try_acquire().map_err(|_| late)?;
        let turns = async {
            let own = Arc::clone(&client.turn).acquire_owned().await.ok()?;
            let store = Arc::clone(&self.store).acquire_owned().await.ok()?;
            Some((own, store))
        };
        timeout(PATIENCE, turns).await.ok().flatten().ok_or(late)
    }

    fn client(&self, address: IpAddr) -> Arc<Client> {
        let network = network(address);
        let mut tries = lock(&self.tries);
        let client = tries.get(network).cloned().unwrap_or_default();
        tries.put(network, Arc::clone(&client));
        client
    }
}

impl Default for Client {
    fn default() -> Client {
        Client {
            waiting: Semaphore::new(WAITING as usize),
            turn: Arc::new(Semaphore::new(1)),
            tries: Mutex::default(),
        }
    }
}

impl NoAnswer {
    fn wait(time: Duration) -> NoAnswer {
        NoAnswer::Wait(
            time.as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
        )
    }
}

impl Tries {
    /// Counts a wrong code, and returns when it is answered; fails where that is too late.
    fn wrong(&mut self, now: Instant) -> Result<Instant, NoAnswer> {
        let last = self.last.filter(|(last, _)| last.elapsed() < FORGET_TIME);
        if last.is_none() {
            self.wrong = 0;
        }
        self.wrong = self.wrong.saturating_add(1);
        let place = last.map_or(now, |(_, next)| next.max(now)) + WRONG_TIME;
        // However much is typed behind one address, this is the longest that anybody there waits.
        let next = (place + wait_after(self.wrong)).min(now + LONGEST_WAIT);
        self.last = Some((now, next));
        if place > now + PATIENCE {
            return Err(NoAnswer::wait(next.saturating_duration_since(now)));
        }
        Ok(place)
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use tokio::time::sleep;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    async fn attempt(
        guard: &Guard,
        client: IpAddr,
        verdict: Verdict,
    ) -> Result<Duration, NoAnswer> {
        let begun = Instant::now();
        let tried = guard.attempt(client, ready((verdict, ())));
        tried.await.map(|()| begun.elapsed())
    }

    /// Returns what came of so many wrong codes, one after the other: how long each answer took, in
    /// milliseconds, or how many seconds to wait.
    async fn wrong(guard: &Guard, times: usize) -> Vec<Result<u128, NoAnswer>> {
        let mut took = Vec::new();
        for _ in 0..times {
            let time = attempt(guard, CLIENT, Verdict::Wrong).await;
            took.push(time.map(|time| time.as_millis()));
        }
        took
    }

    #[tokio::test(start_paused = true)]
    async fn each_wrong_code_takes_the_same_and_then_waits_grow_to_a_cap() {
        let guard = Guard::default();
        assert_eq!(wrong(&guard, 6).await, [Ok(500); 6]);
        assert_eq!(wrong(&guard, 2).await, [Ok(1500), Ok(2500)]);
        let mut told = Vec::new();
        for _ in 0..5 {
            told.extend(wrong(&guard, 1).await);
            // Who waits as long as was told is told that the code is wrong.
            sleep(Duration::from_secs(29)).await;
            sleep(Duration::from_secs(1)).await;
            told.extend(wrong(&guard, 1).await);
        }
        assert_eq!(told[..2], [Err(NoAnswer::Wait(13)), Ok(500)]);
        assert_eq!(told[8..], [Err(NoAnswer::Wait(30)), Ok(500)]);
        sleep(FORGET_TIME).await;
        assert_eq!(wrong(&guard, 2).await, [Ok(500); 2]);
        let other = attempt(&guard, OTHER, Verdict::Wrong).await;
        assert_eq!(other, Ok(WRONG_TIME));
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_code_is_not_held_up_by_wrong_ones_from_the_same_address() {
        let guard = Arc::new(Guard::default());
        let mut others = Vec::new();
        for round in 0..20 {
            for _ in 0..20 {
                let guard = Arc::clone(&guard);
                // As on a slow machine.
                others.push(spawn(async move {
                    let slow = async {
                        sleep(Duration::from_millis(2)).await;
                        (Verdict::Wrong, ())
                    };
                    guard.attempt(CLIENT, slow).await
                }));
            }
            tokio::task::yield_now().await;
            let took = attempt(&guard, CLIENT, Verdict::NotWrong).await.unwrap();
            assert!(took <= Duration::from_millis(50), "{round}: {took:?}");
            sleep(Duration::from_secs(1)).await;
        }
        let mut held = 0;
        for other in others {
            held += usize::from(other.await.unwrap().is_ok());
        }
        // Those that cost nothing more and the one after them; the rest was told to wait.
        assert_eq!(held, 6);
    }

    #[tokio::test(start_paused = true)]
    async fn trying_many_at_once_gains_nothing() {
        let guard = Arc::new(Guard::default());
        let tries = (0..12).map(|_| {
            let guard = Arc::clone(&guard);
            spawn(async move { attempt(&guard, CLIENT, Verdict::Wrong).await })
        });
        let mut took = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            took.push(tried.await.unwrap().map(|time| time.as_millis()));
        }
        assert_eq!(
            took[..7],
            [
                Ok(500),
                Ok(1000),
                Ok(1500),
                Ok(2000),
                Ok(2500),
                Ok(3000),
                Err(NoAnswer::Wait(7))
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_stay_for_the_answer_has_tried_all_the_same() {
        let guard = Guard::default();
        for _ in 0..8 {
            let slow = async {
                sleep(Duration::from_millis(50)).await;
                (Verdict::Wrong, ())
            };
            let tried = guard.attempt(CLIENT, slow);
            // Gone while the code is tried.
            let gone = timeout(Duration::from_millis(10), tried).await;
            assert!(gone.is_err());
            sleep(Duration::from_millis(100)).await;
        }
        assert!(matches!(
            wrong(&guard, 1).await[..],
            [Err(NoAnswer::Wait(_))]
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_of_ours_is_not_counted() {
        let guard = Guard::default();
        for _ in 0..20 {
            let trouble = attempt(&guard, CLIENT, Verdict::NotWrong).await;
            assert_eq!(trouble, Ok(Duration::ZERO));
        }
        let broken = async { panic!("a mistake") };
        let broken = guard.attempt::<()>(CLIENT, broken).await;
        assert_eq!(broken, Err(NoAnswer::Failed));
        assert_eq!(wrong(&guard, 1).await, [Ok(500)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_that_cannot_be_tried_is_not_waited_for() {
        let guard = Guard::default();
        let _store = guard.store.acquire().await.unwrap();
        let begun = Instant::now();
        let told = attempt(&guard, CLIENT, Verdict::NotWrong).await;
        assert_eq!(told, Err(NoAnswer::Wait(30)));
        assert_eq!(begun.elapsed(), PATIENCE);
        let client = guard.client(OTHER);
        let _all = client.waiting.try_acquire_many(WAITING).unwrap();
        let told = attempt(&guard, OTHER, Verdict::NotWrong).await;
        assert_eq!(told, Err(NoAnswer::Wait(30)));
        assert_eq!(begun.elapsed(), PATIENCE);
    }
}
