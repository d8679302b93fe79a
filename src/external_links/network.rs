//! Which addresses are inside the own network, where a check has nothing to seek unless somebody wants that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use url::{Host, Url};

/// Endings of names that are used inside networks (RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for them).
const OWN_ENDINGS: [&str; 8] = [
    ".localhost",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".corp",
    ".home.arpa",
    ".test",
];

/// Returns whether an address is inside the own network, as its name says or as it is known under that name.
pub(super) fn is_own(url: &Url) -> bool {
    match url.host() {
        None => true,
        Some(Host::Ipv4(ip)) => is_own_ipv4(ip),
        Some(Host::Ipv6(ip)) => is_own_ipv6(ip),
        Some(Host::Domain(name)) => is_own_name(name) || leads_inside(url),
    }
}

fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    !name.contains('.') || OWN_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns whether a name leads to an address inside. A name that cannot be looked up here may be known to a proxy.
fn leads_inside(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let found = (host, port).to_socket_addrs();
    found.is_ok_and(|mut found| {
        found.any(|address| match address.ip() {
            IpAddr::V4(ip) => is_own_ipv4(ip),
            IpAddr::V6(ip) => is_own_ipv6(ip),
        })
    })
}

fn is_own_ipv4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    // 100.64.0.0/10 is shared between networks of one provider (RFC 6598).
    let is_shared = first == 100 && (64..128).contains(&second);
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || first == 0
        || is_shared
}

fn is_own_ipv6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.is_multicast()
        || ip.to_ipv4_mapped().is_some_and(is_own_ipv4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, expected: bool) {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        assert_eq!(is_own(&url), expected, "{host}");
    }

    #[test]
    fn addresses_inside_are_known() {
        for host in [
            "localhost",
            "intranet",
            "printer.local",
            "zaken.lan",
            "Wiki.Internal.",
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "[::1]",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
        ] {
            check(host, true);
        }
        for host in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "[2001:db8::1]"] {
            check(host, false);
        }
    }

    #[test]
    fn a_name_says_enough() {
        assert!(is_own_name("portaal.gemeente.intranet") && is_own_name("portaal"));
        assert!(!is_own_name("www.rijksoverheid.nl") && !is_own_name("local.example.nl"));
    }
}
