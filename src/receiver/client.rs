//! Who a request comes from, and how often it may come.
//!
//! Invariant: an address is used and forgotten; it is never written anywhere, and the table of the
//! rate limit holds only hashes.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::HeaderMap;
use tokio::time::Instant;

use super::connections::{network, plain};
use super::generations::Generations;

/// Clients in one generation of the rate table; two generations of this size take about 3 MiB.
const CLIENTS: usize = 32 * 1024;

/// The longest time that a client is told to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The address at the other end of the connection, as an extension of the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Returns the address of the client: the last entry of `X-Forwarded-For` where the connection comes
/// from a trusted proxy, else the other end of the connection. Earlier entries are the client's own
/// words and are not believed.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let peer = plain(peer);
    if !trusted.iter().any(|proxy| plain(*proxy) == peer) {
        return peer;
    }
    headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|entry| forwarded_address(entry.trim()))
        .map_or(peer, plain)
}

fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// How often each client may post.
///
/// A bucket of tokens per client; who is forgotten has a full one, never an empty one.
#[derive(Debug)]
pub(super) struct Rate {
    at_once: f64,
    per_second: f64,
    buckets: Mutex<Generations<Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Rate {
    pub(super) fn new(at_once: u32, per_second: f64) -> Rate {
        Rate {
            at_once: f64::from(at_once.max(1)),
            per_second: per_second.max(0.0),
            buckets: Mutex::new(Generations::of(CLIENTS)),
        }
    }

    /// Takes a token of the client, or returns how long it must wait for one.
    pub(super) fn take(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let network = network(client);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tokens = match buckets.get(network) {
            None => self.at_once,
            Some(bucket) => {
                let gained = now.saturating_duration_since(bucket.filled).as_secs_f64();
                (bucket.tokens + gained * self.per_second).min(self.at_once)
            }
        };
        let result = if tokens >= 1.0 {
            tokens -= 1.0;
            Ok(())
        } else {
            let seconds = (1.0 - tokens) / self.per_second;
            Err(Duration::try_from_secs_f64(seconds)
                .unwrap_or(LONGEST_WAIT)
                .min(LONGEST_WAIT))
        };
        let filled = now;
        buckets.put(network, Bucket { tokens, filled });
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_last_word() {
        #[track_caller]
        fn check(peer: &str, forwarded: &[&str], expected: &str) {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let client = client_address(address(peer), &headers, &[address("10.0.0.1")]);
            assert_eq!(client, address(expected));
        }
        check("192.0.2.1", &["198.51.100.1"], "192.0.2.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check(
            "::ffff:10.0.0.1",
            &["1.1.1.1, 198.51.100.1"],
            "198.51.100.1",
        );
        check("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1");
        check("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1");
        check("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1");
        check("10.0.0.1", &["unknown"], "10.0.0.1");
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let rate = Rate::new(2, 0.5);
        let start = Instant::now();
        let client = address("192.0.2.1");
        assert_eq!(rate.take(client, start), Ok(()));
        assert_eq!(rate.take(client, start), Ok(()));
        assert_eq!(rate.take(client, start), Err(Duration::from_secs(2)));
        assert_eq!(rate.take(address("192.0.2.2"), start), Ok(()));
        assert_eq!(rate.take(client, start + Duration::from_secs(2)), Ok(()));
        assert!(rate.take(client, start + Duration::from_secs(2)).is_err());
    }

    #[test]
    fn without_new_tokens_the_wait_is_the_longest() {
        let rate = Rate::new(1, 0.0);
        let now = Instant::now();
        assert_eq!(rate.take(address("192.0.2.1"), now), Ok(()));
        assert_eq!(rate.take(address("192.0.2.1"), now), Err(LONGEST_WAIT));
    }
}
