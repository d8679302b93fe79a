//! The table of open connections: who may come in, and who must make room.
//!
//! Invariant: a connection whose request is complete is closed to make room only when its client does
//! not take in the response, or when all are in that state and it has been taking it in for long, and
//! slower than all others. So a crowd of clients that send nothing, send slowly, do not read or read
//! slowly pushes out itself first.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use super::connection::Connection;

/// The open connections.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    most_per_address: usize,
    exempt: Vec<IpAddr>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next_id: u64,
    open: HashMap<u64, (IpAddr, Arc<Connection>)>,
    per_address: HashMap<IpAddr, usize>,
}

/// A place in the table, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) connection: Arc<Connection>,
    id: u64,
    connections: Arc<Connections>,
}

impl Connections {
    /// Makes an empty table for so many connections in total and per address; `exempt` are proxies,
    /// to which the limit per address does not apply.
    pub(super) fn new(most: usize, most_per_address: usize, exempt: Vec<IpAddr>) -> Connections {
        Connections {
            most: most.max(1),
            most_per_address: most_per_address.max(1),
            exempt: exempt.into_iter().map(plain).collect(),
            table: Mutex::default(),
        }
    }

    /// Gives a new connection a place. Where a limit is reached, the one that has waited longest
    /// without a complete request is closed, or else the one whose client has not read for longest, or
    /// else the one whose client has been reading for long and slowest. Returns `None` where all are
    /// being served and none of them for long.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = plain(peer);
        let mut table = self.lock();
        let network = network(peer);
        let crowded = !self.exempt.contains(&peer)
            && table.per_address.get(&network).copied().unwrap_or(0) >= self.most_per_address;
        if crowded && !table.evict(Some(network)) {
            return None;
        }
        if table.open.len() >= self.most && !table.evict(None) {
            return None;
        }
        let connection = Arc::new(Connection::new(peer));
        let id = table.next_id;
        table.next_id += 1;
        table.open.insert(id, (network, Arc::clone(&connection)));
        *table.per_address.entry(network).or_default() += 1;
        Some(Place {
            connection,
            id,
            connections: Arc::clone(self),
        })
    }

    /// Closes a connection as [`Connections::admit`] does, if there is one that may be closed.
    pub(super) fn make_room(&self) -> bool {
        self.lock().evict(None)
    }

    /// Returns how many connections have a request that is not answered yet.
    pub(super) fn in_flight(&self) -> usize {
        self.lock()
            .open
            .values()
            .filter(|(_, connection)| connection.has_request())
            .count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn evict(&mut self, of: Option<IpAddr>) -> bool {
        let chosen = self
            .least(of, Connection::waiting_since)
            .or_else(|| self.least(of, Connection::stalled_since))
            .or_else(|| self.least(of, Connection::reading_rate));
        let Some(id) = chosen else {
            return false;
        };
        if let Some(connection) = self.remove(id) {
            connection.evicted.notify_one();
        }
        true
    }

    /// Returns the connection for which `measure` gives the least.
    fn least<M: Ord>(
        &self,
        of: Option<IpAddr>,
        measure: impl Fn(&Connection) -> Option<M>,
    ) -> Option<u64> {
        self.open
            .iter()
            .filter(|(_, (network, _))| of.is_none_or(|of| of == *network))
            .filter_map(|(id, (_, connection))| Some((measure(connection)?, *id)))
            .min()
            .map(|(_, id)| id)
    }

    fn remove(&mut self, id: u64) -> Option<Arc<Connection>> {
        let (network, connection) = self.open.remove(&id)?;
        if let Some(count) = self.per_address.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&network);
            }
        }
        Some(connection)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.id);
    }
}

/// Returns an IPv4 address that is written as IPv6 as IPv4, and every other one as it is.
pub(super) fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Returns what counts as one client: an IPv4 address, or the /64 that one IPv6 subscriber gets.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match plain(address) {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn table(most: usize, per_address: usize, exempt: &[&str]) -> Arc<Connections> {
        let exempt = exempt.iter().map(|text| address(text)).collect();
        Arc::new(Connections::new(most, per_address, exempt))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn is_open(table: &Connections, place: &Place) -> bool {
        table.lock().open.contains_key(&place.id)
    }

    #[tokio::test]
    async fn the_longest_waiting_of_the_crowded_address_makes_room() {
        let table = table(10, 2, &[]);
        let other = table.admit(address("192.0.2.9")).unwrap();
        let first = table.admit(address("192.0.2.1")).unwrap();
        let second = table.admit(address("192.0.2.1")).unwrap();
        let third = table.admit(address("192.0.2.1")).unwrap();
        assert!(!is_open(&table, &first));
        for place in [&other, &second, &third] {
            assert!(is_open(&table, place));
        }
        first.connection.evicted.notified().await;
    }

    #[tokio::test]
    async fn a_connection_being_served_is_not_closed_and_one_with_half_a_body_is() {
        let table = table(10, 2, &[]);
        let served = table.admit(address("192.0.2.1")).unwrap();
        served.connection.head_arrived(false);
        let half = table.admit(address("192.0.2.1")).unwrap();
        half.connection.head_arrived(true);
        let third = table.admit(address("192.0.2.1")).unwrap();
        assert!(is_open(&table, &served) && !is_open(&table, &half));
        third.connection.head_arrived(true);
        third.connection.request_complete();
        assert!(table.admit(address("192.0.2.1")).is_none());
        assert_eq!(table.in_flight(), 2);
        assert!(table.admit(address("192.0.2.2")).is_some());
    }

    #[tokio::test]
    async fn who_reads_slowest_for_long_makes_room_where_all_are_served() {
        let table = table(3, 3, &[]);
        let places: Vec<_> = [(10, 9_000_000), (10, 20_000), (0, 0)]
            .into_iter()
            .map(|(seconds, bytes)| {
                let place = table.admit(address("192.0.2.1")).unwrap();
                place.connection.head_arrived(false);
                place
                    .connection
                    .sends_since(Duration::from_secs(seconds), bytes);
                place
            })
            .collect();
        let newcomer = table.admit(address("192.0.2.2")).unwrap();
        newcomer.connection.head_arrived(false);
        let open: Vec<_> = places.iter().map(|place| is_open(&table, place)).collect();
        assert_eq!(open, [true, false, true]);
        assert!(table.admit(address("192.0.2.2")).is_some());
        // What is left has only just begun.
        assert!(!is_open(&table, &places[0]));
        let last = table.admit(address("192.0.2.2")).unwrap();
        last.connection.head_arrived(false);
        assert!(table.admit(address("192.0.2.2")).is_none());
    }

    #[tokio::test]
    async fn a_full_table_makes_room_for_a_new_address() {
        let table = table(2, 2, &[]);
        let first = table.admit(address("192.0.2.1")).unwrap();
        let second = table.admit(address("192.0.2.2")).unwrap();
        let third = table.admit(address("192.0.2.3")).unwrap();
        assert!(!is_open(&table, &first) && is_open(&table, &second) && is_open(&table, &third));
    }

    #[tokio::test]
    async fn a_proxy_counts_as_many_clients_and_a_subscriber_with_ipv6_as_one() {
        let table = table(10, 1, &["192.0.2.1"]);
        let places: Vec<_> = (0..5)
            .map(|_| table.admit(address("::ffff:192.0.2.1")).unwrap())
            .collect();
        assert!(places.iter().all(|place| is_open(&table, place)));
        let first = table.admit(address("2001:db8::1")).unwrap();
        let neighbour = table.admit(address("2001:db8::2")).unwrap();
        let other = table.admit(address("2001:db8:0:1::2")).unwrap();
        assert!(!is_open(&table, &first) && is_open(&table, &neighbour));
        assert!(is_open(&table, &other));
    }

    #[tokio::test]
    async fn a_place_is_given_back() {
        let table = table(1, 1, &[]);
        for _ in 0..5 {
            let place = table.admit(address("192.0.2.1")).unwrap();
            place.connection.head_arrived(false);
        }
        assert!(table.lock().per_address.is_empty());
    }
}
