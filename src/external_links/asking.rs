//! One address after the other: what a site answers, and what that means.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::thread;

use ureq::http::{Method, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error};
use url::Url;

use super::{Manners, Outcome, network};

/// Most addresses that lead to another one; browsers give up at twenty.
pub const MOST_REDIRECTS: usize = 10;

/// After how many addresses in a row of which nothing came the others of that server are not asked: one may be a page
/// that is slow, and each costs a reader's patience twice.
const MOST_SILENCES: usize = 2;

/// Largest head of an answer, in bytes; browsers take more from nobody.
const LARGEST_HEAD: usize = 64 * 1024;

/// Says who asks, so that a site can know us and refuse us.
const USER_AGENT: &str = concat!("meldwijzer/", env!("CARGO_PKG_VERSION"), " (link check)");

/// Answers that a person may not get, or that say to come back later. 999 is what LinkedIn says to programs.
const UNCLEAR: [u16; 13] = [
    401, 402, 403, 405, 406, 407, 408, 421, 423, 425, 429, 451, 999,
];

/// What a site says when it is asked too much.
const TOO_MANY: u16 = 429;

/// Asks the addresses of a site.
pub(super) struct Asker<'a> {
    agent: Agent,
    manners: &'a Manners,
}

/// What a question brought.
enum Answer {
    /// It is elsewhere.
    Redirect { to: Url, status: u16 },
    /// What the site says of it.
    Status(u16),
    /// The site said nothing.
    Failure(Outcome),
}

impl<'a> Asker<'a> {
    pub(super) fn new(manners: &'a Manners) -> Asker<'a> {
        let certificates = RootCerts::PlatformVerifier;
        let tls = TlsConfig::builder().root_certs(certificates).build();
        let agent = Agent::config_builder()
            .user_agent(USER_AGENT)
            .accept("*/*")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(LARGEST_HEAD)
            .timeout_global(Some(manners.patience))
            .tls_config(tls)
            .build()
            .new_agent();
        Asker { agent, manners }
    }

    /// Asks the addresses of one site, with a pause between them, until it says that it is too much, or nothing.
    pub(super) fn site(&self, addresses: &[&str], mut found: impl FnMut(&str, Outcome)) {
        let mut is_too_much = false;
        let mut is_first = true;
        let mut silences: BTreeMap<String, usize> = BTreeMap::new();
        let mut silence = Outcome::Slow;
        for address in addresses {
            let Ok(url) = Url::parse(address) else {
                let reason = "URL".to_owned();
                found(address, Outcome::Unclear { reason });
                continue;
            };
            // A site may have several servers, each at a port of its own.
            let in_a_row = silences.entry(server(&url)).or_default();
            if is_too_much || *in_a_row >= MOST_SILENCES {
                let outcome = if is_too_much {
                    unclear(TOO_MANY)
                } else {
                    silence.clone()
                };
                found(address, outcome);
                continue;
            }
            if !is_first {
                thread::sleep(self.manners.pause);
            }
            is_first = false;
            let (outcome, end) = self.follow(url.clone());
            is_too_much = outcome == unclear(TOO_MANY);
            match outcome {
                // Where it led elsewhere, this server did answer.
                Outcome::Unreachable { .. } | Outcome::Slow if server(&end) == server(&url) => {
                    *in_a_row += 1;
                    silence = outcome.clone();
                }
                _ => *in_a_row = 0,
            }
            found(address, outcome);
        }
    }

    /// Follows an address to where it ends, and returns that address too.
    fn follow(&self, address: Url) -> (Outcome, Url) {
        let mut at = address;
        let mut seen = BTreeSet::from([at.clone()]);
        // As long as each step was for good, the next address is the one to write.
        let (mut is_for_good, mut moved) = (true, None);
        for _ in 0..=MOST_REDIRECTS {
            if !self.manners.own_network && network::is_own(&at) {
                return (Outcome::OwnNetwork, at);
            }
            match self.ask(&at) {
                Answer::Redirect { to, status } => {
                    is_for_good &= is_permanent(status);
                    if is_for_good {
                        moved = Some(to.to_string());
                    }
                    // A site that asks for cookies sends everybody back who kept none: a person gets further.
                    if !seen.insert(to.clone()) {
                        return (unclear(status), to);
                    }
                    at = to;
                }
                Answer::Status(status) => return (meaning(status, moved), at),
                Answer::Failure(outcome) => return (outcome, at),
            }
        }
        (Outcome::Loop, at)
    }

    /// Asks for the head of a page, and for the page where that is refused, which some sites do. What may be over in a
    /// moment is asked once more.
    fn ask(&self, url: &Url) -> Answer {
        let first = self.request(Method::HEAD, url);
        if matches!(
            first,
            Answer::Redirect { .. } | Answer::Status(..400 | TOO_MANY)
        ) {
            return first;
        }
        thread::sleep(self.manners.pause);
        let second = self.request(Method::GET, url);
        let is_of_the_moment = matches!(second, Answer::Status(500..=599) | Answer::Failure(_));
        if matches!(first, Answer::Failure(_)) || !is_of_the_moment {
            return second;
        }
        thread::sleep(self.manners.pause);
        self.request(Method::GET, url)
    }

    /// Asks once. Nothing of a page is read but its head.
    fn request(&self, method: Method, url: &Url) -> Answer {
        let mut bare = url.clone();
        bare.set_fragment(None);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(bare.as_str())
            .body(());
        let answer = request.map_err(Error::from);
        let response = match answer.and_then(|request| self.agent.run(request)) {
            Ok(response) => response,
            Err(error) => return Answer::Failure(failure(error)),
        };
        let status = response.status().as_u16();
        let location = response.headers().get(header::LOCATION);
        match location.filter(|_| is_permanent(status) || matches!(status, 302 | 303 | 307)) {
            None => Answer::Status(status),
            Some(location) => {
                let to = location.to_str().ok().and_then(|to| url.join(to).ok());
                match to.filter(|to| matches!(to.scheme(), "http" | "https")) {
                    Some(to) => Answer::Redirect { to, status },
                    None => Answer::Failure(unclear(status)),
                }
            }
        }
    }
}

/// Returns the part of an address that says which server answers.
fn server(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns whether a redirect is for good.
fn is_permanent(status: u16) -> bool {
    matches!(status, 301 | 308)
}

fn unclear(status: u16) -> Outcome {
    Outcome::Unclear {
        reason: status.to_string(),
    }
}

/// Returns what a status means for a reader, at an address that the page has for good where it has moved.
fn meaning(status: u16, moved: Option<String>) -> Outcome {
    match status {
        200..300 => moved.map_or(Outcome::Good, |to| Outcome::Moved { to }),
        ..400 => unclear(status),
        _ if UNCLEAR.contains(&status) => unclear(status),
        400..500 => Outcome::Gone { status },
        _ => Outcome::Failing { status },
    }
}

fn failure(error: Error) -> Outcome {
    match error {
        Error::Timeout(_) => Outcome::Slow,
        Error::HostNotFound | Error::ConnectionFailed => Outcome::Unreachable {
            reason: error.to_string(),
        },
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => Outcome::Slow,
        // What is wrong with a certificate comes as data that is not valid.
        Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => Outcome::Unreachable {
            reason: error.to_string(),
        },
        error => Outcome::Unclear {
            reason: error.to_string(),
        },
    }
}
