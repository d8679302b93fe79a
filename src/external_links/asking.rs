//! One address after the other: what a site answers, and what that means.

use std::collections::BTreeSet;
use std::io;
use std::thread;

use ureq::http::{Method, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error};
use url::Url;

use super::{Manners, Outcome, network};

/// Most addresses that lead to another one; browsers give up at twenty.
pub const MOST_REDIRECTS: usize = 10;

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
    Redirect { to: Url, for_good: bool },
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

    /// Asks the addresses of one site, with a pause between them, until it says that it is too much.
    pub(super) fn site(&self, addresses: &[&str], mut found: impl FnMut(&str, Outcome)) {
        let mut is_too_much = false;
        for (number, address) in addresses.iter().enumerate() {
            if is_too_much {
                found(address, unclear(TOO_MANY));
                continue;
            }
            if number > 0 {
                thread::sleep(self.manners.pause);
            }
            let outcome = self.address(address);
            is_too_much = outcome == unclear(TOO_MANY);
            found(address, outcome);
        }
    }

    /// Follows an address to where it ends.
    fn address(&self, address: &str) -> Outcome {
        let Ok(mut at) = Url::parse(address) else {
            return Outcome::Unclear {
                reason: "URL".to_owned(),
            };
        };
        let mut seen = BTreeSet::from([at.clone()]);
        // As long as each step was for good, the next address is the one to write.
        let (mut is_for_good, mut moved) = (true, None);
        for _ in 0..=MOST_REDIRECTS {
            if !self.manners.own_network && network::is_own(&at) {
                return Outcome::OwnNetwork;
            }
            match self.ask(&at) {
                Answer::Redirect { to, for_good } => {
                    is_for_good &= for_good;
                    if is_for_good {
                        moved = Some(to.to_string());
                    }
                    if !seen.insert(to.clone()) {
                        return Outcome::Loop;
                    }
                    at = to;
                }
                Answer::Status(status) => return meaning(status, moved),
                Answer::Failure(outcome) => return outcome,
            }
        }
        Outcome::Loop
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
        let for_good = matches!(status, 301 | 308);
        match location.filter(|_| for_good || matches!(status, 302 | 303 | 307)) {
            None => Answer::Status(status),
            Some(location) => {
                let to = location.to_str().ok().and_then(|to| url.join(to).ok());
                match to.filter(|to| matches!(to.scheme(), "http" | "https")) {
                    Some(to) => Answer::Redirect { to, for_good },
                    None => Answer::Failure(unclear(status)),
                }
            }
        }
    }
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
